"""The room's one blueprint; each module beside this one adds its pages to it."""

from portal.web.pages import Pages

pages = Pages("decisions", __name__)
