"""How a piece of work goes on."""

from __future__ import annotations

from portal.db import db
from portal.jobs.models import Job


def by_id(number: int | None) -> Job | None:
    """Return a piece of work."""
    return db.session.get(Job, number) if number is not None else None
