"""Tokens, and which roles reach what. Pure."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from portal.policy import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKEN_BYTES = 32
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def new_token() -> str:
    """Return a fresh token: 256 bits, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what rests in the database instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def device(user_agent: str) -> tuple[str, str]:
    """Return the browser and the system that a user agent names, as people call them; "" for either that it does not tell.

    Browsers name those that they descend from as well, so the first that is found in this order is the one.
    """
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return browser, system


def role_facts(roles: Iterable[tuple[str, str, int]], award_id: int | None = None) -> frozenset[Fact]:
    """Return what roles say of the person alone and, with an award, of anything under that award.

    `roles` are (role, scope, scope id) as held now.
    """
    facts: set[Fact] = set()
    for role, scope, number in roles:
        everywhere = scope == "organisation"
        reaches = everywhere or (award_id is not None and number == award_id)
        if role == "staff":
            facts.add(Fact.STAFF_SOMEWHERE)
            if everywhere:
                facts.add(Fact.STAFF)
            if reaches and award_id is not None:
                facts.add(Fact.STAFF_OF_IT)
        elif role == "publisher":
            facts.add(Fact.PUBLISHER)
            if reaches and award_id is not None:
                facts.add(Fact.PUBLISHER_OF_IT)
        elif role == "auditor":
            facts.add(Fact.AUDITOR)
    return frozenset(facts)
