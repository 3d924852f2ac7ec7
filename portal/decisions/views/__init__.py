"""The pages on which a cycle is decided. Each module adds its pages to the one blueprint, and stands here for `create_app()`."""

from portal.decisions.views import deciding, drawing, meeting, replaying
from portal.decisions.views.pages import pages

__all__ = ["deciding", "drawing", "meeting", "pages", "replaying"]
