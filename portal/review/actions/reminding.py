"""Reminding reviewers of what they still owe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal import mail
from portal.awards.models import Award, Cycle
from portal.awards.reminders import actions as reminders
from portal.awards.reminders import queries as reminder_queries
from portal.awards.reminders.rules import Kind
from portal.db import db
from portal.people.models import Person
from portal.review.models import Assignment, Round
from portal.review.rules.lives import OWED, SCORING

if TYPE_CHECKING:
    from datetime import datetime


def remind(round_: Round, award: Award, person: Person, left: int, *, at: datetime) -> bool:
    """Write to one reviewer of what is left, at most once a day whoever asks for it. Returns whether a message was posted."""
    posted = mail.post(
        "review/reminder",
        to=person,
        at=at,
        about=round_,
        link={"purpose": "sign in", "next": "/reading"},
        key=f"reminder {round_.id} {person.id} {at.date().isoformat()}",
        award=award.name,
        count=left,
        closes_at=round_.closes_at.isoformat(),
    )
    return posted is not None


def remind_due(*, at: datetime) -> int:
    """Remind whoever still owes scores, as many days before a round closes as its cycle says. Returns how many were."""
    plans, posted = reminder_queries.Plans(Kind.READING, at=at), 0
    wanted = (
        select(Round, Award, Person, func.count(), func.min(Assignment.assigned_at))
        .join(Assignment, Assignment.round_id == Round.id)
        .join(Person, Person.id == Assignment.reviewer_id)
        .join(Cycle, Cycle.id == Round.cycle_id)
        .join(Award, Award.id == Cycle.award_id)
        .where(
            Round.state.in_(SCORING),
            Round.closes_at > at,
            Round.closes_at <= plans.farthest(),
            Assignment.state.in_(OWED),
            Person.email.is_not(None),
        )
        .group_by(Round.id, Award.id, Person.id)
        .order_by(Round.id, Person.id)
    )
    for round_, award, person, left, since in db.session.execute(wanted).all():
        due = round_.closes_at
        days = plans.due(round_.cycle_id, (round_.__tablename__, round_.id), person.id, due=due, since=since)
        if days is not None and reminders.once(
            Kind.READING, round_, person, cycle_id=round_.cycle_id, due=due, days=days, at=at
        ):
            posted += remind(round_, award, person, left, at=at)
    return posted
