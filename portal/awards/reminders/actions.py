"""Saying what a cycle reminds of, and noting each reminder once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal import history
from portal.awards import queries as award_queries
from portal.awards.actions import committees
from portal.awards.reminders import queries
from portal.awards.reminders.models import Reminder, ReminderPlan
from portal.awards.reminders.rules import USUAL, Kind
from portal.db import db, rows_changed
from portal.errors import N_, Stale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.db import Model
    from portal.people.models import Person

MEANWHILE = N_("Somebody changed the reminders since you opened the page. Look at them again.")


def plan(
    cycle: Cycle,
    said: Mapping[Kind, tuple[bool, tuple[int, ...]]],
    *,
    versions: Mapping[Kind, int],
    by: Person,
    at: datetime,
) -> None:
    """Say of each kind whether this cycle reminds of it, and how many days before. What stays as it was is no change.

    `versions` are those that the page was drawn with, 0 where staff had said nothing. Raises `Stale` where somebody changed one.
    """
    held = queries.plan_of(cycle.id)
    changed = []
    for kind, (on, days) in said.items():
        before = held.get(kind)
        if (on, list(days)) == ((before.on, before.days) if before is not None else (True, list(USUAL[kind]))):
            continue
        if (before.version if before is not None else 0) != versions.get(kind, 0):
            raise Stale(MEANWHILE)
        if before is None:
            _add(ReminderPlan(cycle_id=cycle.id, kind=kind, on=on, days=list(days), version=1))
        else:
            same = update(ReminderPlan).where(ReminderPlan.id == before.id, ReminderPlan.version == before.version)
            taken = rows_changed(same.values(on=on, days=list(days), version=before.version + 1))
            if taken != 1:
                raise Stale(MEANWHILE)
        changed.append(kind.value)
    if changed:
        history.record("reminders changed", cycle, by=by, at=at, kinds=changed)


def _add(made: ReminderPlan) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # said in another window at this moment
        raise Stale(MEANWHILE) from None


def once(kind: Kind, subject: Model, person: Person, *, cycle_id: int, due: datetime, days: int, at: datetime) -> bool:
    """Note a reminder, and say whether it is the first of its kind for this thing, person and due instant: then it is posted."""
    made = Reminder(
        cycle_id=cycle_id,
        kind=kind,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        person_id=person.id,
        due_at=due,
        days=days,
        posted_at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return False
    return True


def remind_invited(*, at: datetime) -> int:
    """Post what reminders of invitations are due. Returns how many."""
    plans, posted = queries.Plans(Kind.INVITATION, at=at), 0
    for number in queries.invited(due_by=plans.farthest()):
        member = award_queries.member_by_id(number)
        due = member.cycle.scoring_opens_at if member is not None else None
        if member is None or due is None or not member.person.email:
            continue
        subject = (member.__tablename__, member.id)
        days = plans.due(member.cycle_id, subject, member.person_id, due=due, since=member.invited_at)
        if days is not None and once(
            Kind.INVITATION, member, member.person, cycle_id=member.cycle_id, due=due, days=days, at=at
        ):
            posted += committees.remind(member, by=None, at=at)
    return posted
