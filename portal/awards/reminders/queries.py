"""What is reminded of when, and what went out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from portal.awards.models import Cycle, Member
from portal.awards.reminders.models import Reminder, ReminderPlan
from portal.awards.reminders.rules import USUAL, Kind, step
from portal.awards.rules import CycleStage, MemberState
from portal.db import db

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

OVER = (CycleStage.RELEASED, CycleStage.ARCHIVED)


class Plans:
    """The days before of one kind, cycle by cycle, and what went out already: two queries, asked once a round."""

    def __init__(self, kind: Kind, *, at: datetime) -> None:
        """Read what staff said; where they said nothing, the usual days hold."""
        found = db.session.scalars(select(ReminderPlan).where(ReminderPlan.kind == kind))
        self._said = {plan.cycle_id: tuple(plan.days) if plan.on else () for plan in found}
        self._usual = USUAL[kind]
        sent = select(Reminder.subject_kind, Reminder.subject_id, Reminder.person_id, Reminder.due_at, Reminder.days)
        rows = db.session.execute(sent.where(Reminder.kind == kind, Reminder.due_at > at))
        self._sent = {tuple(row) for row in rows}
        self._at = at

    def farthest(self) -> datetime:
        """Return the last due instant of which somebody could be reminded now."""
        days = [*self._usual, *(day for days in self._said.values() for day in days)]
        return self._at + timedelta(days=max(days, default=0))

    def due(
        self, cycle_id: int, subject: tuple[str, int], person_id: int, *, due: datetime, since: datetime | None
    ) -> int | None:
        """Return the reminder that this person is to get of this thing now, by its days before; None where it went or none is due."""
        days = step(self._said.get(cycle_id, self._usual), due=due, since=since, at=self._at)
        return None if days is None or (*subject, person_id, due, days) in self._sent else days


def plan_of(cycle_id: int) -> dict[Kind, ReminderPlan]:
    """Return what staff said about each kind in one cycle."""
    found = db.session.scalars(select(ReminderPlan).where(ReminderPlan.cycle_id == cycle_id))
    return {plan.kind: plan for plan in found}


class Gone(NamedTuple):
    """How many reminders of a kind went out, to how many people, and the last of them."""

    sent: int
    people: int
    last: datetime


def gone(cycle_id: int) -> dict[Kind, Gone]:
    """Return what went out in one cycle, by kind: one query. Numbers, and nobody's name."""
    wanted = (
        select(Reminder.kind, func.count(), func.count(Reminder.person_id.distinct()), func.max(Reminder.posted_at))
        .where(Reminder.cycle_id == cycle_id)
        .group_by(Reminder.kind)
    )
    return {kind: Gone(count, people, last) for kind, count, people, last in db.session.execute(wanted)}


def invited(*, due_by: datetime) -> Sequence[int]:
    """Return the places on committees whose invitation is not answered and whose scoring opens by then."""
    wanted = (
        select(Member.id)
        .join(Cycle, Cycle.id == Member.cycle_id)
        .where(Member.state == MemberState.INVITED, Cycle.scoring_opens_at <= due_by, Cycle.stage.not_in(OVER))
        .order_by(Member.id)
    )
    return db.session.scalars(wanted).all()
