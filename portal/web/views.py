"""The gallery of components, where the portal is a demonstration."""

from __future__ import annotations

from flask import abort, render_template

from portal.policy import Permission
from portal.web.pages import Pages

pages = Pages("web", __name__)


@pages.page("/gallery", needs=Permission.SEE_GALLERY)
def gallery() -> str:
    """Every component in every state."""
    from portal.web import gallery as samples  # noqa: PLC0415 - needed by this page alone

    return render_template("gallery/index.html", **samples.sample())


@pages.page("/gallery/<page>", needs=Permission.SEE_GALLERY)
def whole_page(page: str) -> str:
    """One whole page built of the components, as page builders copy it."""
    from portal.web import gallery as samples  # noqa: PLC0415 - needed by this page alone

    if page not in samples.PAGES:
        abort(404)
    return render_template(f"gallery/{page}.html")
