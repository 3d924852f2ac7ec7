"""What is done to persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.db import db
from portal.people.models import Person
from portal.people.rules import address_key, name_key

if TYPE_CHECKING:
    from datetime import datetime


def make(*, given: str = "", family: str = "", email: str | None = None, language: str = "en", at: datetime) -> Person:
    """Return a person we had not heard of, for the caller to add with what belongs to them."""
    return Person(
        given_name=given.strip(),
        family_name=family.strip(),
        sort_name=name_key(given, family),
        email=(email or "").strip() or None,
        email_key=address_key(email),
        language=language,
        created_at=at,
    )


def add(*, given: str = "", family: str = "", email: str | None = None, language: str = "en", at: datetime) -> Person:
    """Add a person we had not heard of."""
    person = make(given=given, family=family, email=email, language=language, at=at)
    db.session.add(person)
    db.session.flush()
    return person


def speak(person: Person, *, language: str) -> None:
    """Write to somebody in this language from now on, and answer in it wherever they sign in."""
    if person.language != language:
        person.language = language
