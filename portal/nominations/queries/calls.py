"""Calls that somebody began to write down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.db import db
from portal.nominations.models import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.awards.models import Cycle
    from portal.people.models import Person


def begun_by(person: Person, cycle: Cycle) -> Sequence[Call]:
    """Return what somebody began to write down for a cycle and did not enter yet, the newest first. Nobody else sees it."""
    wanted = select(Call).where(Call.cycle_id == cycle.id, Call.taken_by_id == person.id)
    return db.session.scalars(wanted.order_by(Call.saved_at.desc(), Call.id.desc())).all()
