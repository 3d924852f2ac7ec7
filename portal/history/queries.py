"""Reading the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, or_, select

from portal.history.models import Event
from portal.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Sequence


def of(*subjects: tuple[str, int]) -> Select[Event, Person | None]:
    """Select the lines about these subjects, newest first, each with who did it."""
    about = or_(*(and_(Event.subject_kind == kind, Event.subject_id == number) for kind, number in subjects))
    return (
        select(Event, Person)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(about)
        .order_by(Event.at.desc(), Event.id.desc())
    )


def every(kinds: Sequence[str] = ()) -> Select[Event, Person | None]:
    """Select the whole record, or that of some kinds, newest first."""
    lines = (
        select(Event, Person).outerjoin(Person, Person.id == Event.actor_id).order_by(Event.at.desc(), Event.id.desc())
    )
    return lines.where(Event.subject_kind.in_(kinds)) if kinds else lines
