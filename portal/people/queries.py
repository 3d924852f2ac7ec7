"""Finding persons."""

from __future__ import annotations

from portal.db import db
from portal.people.models import Person


def by_id(person_id: int) -> Person | None:
    """Return the person with this number."""
    return db.session.get(Person, person_id)
