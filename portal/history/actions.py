"""Appending to the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect

from portal.db import Model, db
from portal.history.models import Event

if TYPE_CHECKING:
    from datetime import datetime

    from portal.people.models import Person


def record(
    action: str, subject: Model, *, at: datetime, by: Person | None = None, reason: str | None = None, **facts: Any
) -> Event:
    """Append one line about `subject`. `facts` must be plain JSON; `by` is None when the portal acts by itself."""
    if inspect(subject).pending:
        db.session.flush()  # a subject that was just added gets its number
    event = Event(
        at=at,
        actor_id=by.id if by else None,
        action=action,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        reason=reason,
        facts=facts,
    )
    db.session.add(event)
    return event
