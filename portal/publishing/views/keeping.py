"""What every public answer shares: that it may be kept, until when, and the one address by which it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, g, request, url_for

from portal import clock
from portal.awards.queries import zone
from portal.publishing import queries
from portal.web import cache

if TYPE_CHECKING:
    from datetime import datetime


def kept(*, known_as: str | None = None) -> datetime:
    """Let this page be kept for every visitor until its next date. Returns the present instant.

    `known_as` is the path under which search engines should know it, where that is not its own.
    """
    at = clock.now()
    cache.public(until=queries.next_date(at, zone()))
    g.canonical = base() + (known_as or request.path)
    g.first_year = queries.first_year()
    return at


def base() -> str:
    """Return the address under which the portal is reached, whatever host a request names."""
    found: str = current_app.config["SETTINGS"].base_url
    return found


def whole(endpoint: str, **values: Any) -> str:
    """Return a page's whole address."""
    return base() + url_for(endpoint, **values)


def page_of(year: int, slug: str) -> str:
    """Return the whole address of somebody's own page."""
    return whole("publishing.recipient", year=year, slug=slug)
