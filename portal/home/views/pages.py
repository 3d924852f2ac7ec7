"""The room's own blueprint. Messages and the record keep the names of the rooms whose things they show."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import url_for

from portal.web.pages import Pages

pages = Pages("home", __name__)


class Item(NamedTuple):
    """Something that waits: what it is, a second line, and where to do it; or the places, where there are several."""

    words: str
    url: str
    act: str
    small: str = ""
    state: str = "writing"
    places: tuple[tuple[str, str], ...] = ()


def to(endpoint: str, **address: Any) -> str:
    """Return a page's address. A page that does not exist is a mistake, and is met at once: a list that left it out would say nothing."""
    return url_for(endpoint, **address)
