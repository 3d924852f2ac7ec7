"""Who began and did not finish, and who was asked and did not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.awards.models import Cycle, Extension
from portal.awards.rules import CycleStage
from portal.db import db
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.models import Answer, Candidacy, CandidacyPerson, Consent, Named, Nomination
from portal.nominations.rules import COUNTS, CandidacyStage, Stage
from portal.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ASKED = ("nominations/consent", "nominations/guardian")


def unfinished(*, due_by: datetime, at: datetime) -> list[Nomination]:
    """Return the drafts in which something is written, of cycles still open to their writer, in the order in which they were begun.

    Whoever sent the same person's name in the same cycle is done with it: such a draft is left out.
    """
    later = (
        select(Extension.id)
        .where(
            Extension.cycle_id == Cycle.id,
            Extension.until > at,
            or_(Extension.person_id.is_(None), Extension.person_id == Nomination.nominator_id),
        )
        .exists()
    )
    named = select(Named.id).where(Named.nomination_id == Nomination.id, Named.name_key != "").exists()
    answered = select(Answer.id).where(Answer.nomination_id == Nomination.id, Answer.text != "").exists()
    wanted = (
        select(Nomination)
        .join(Nomination.cycle)
        .join(Nomination.nominator)
        .options(contains_eager(Nomination.cycle), contains_eager(Nomination.nominator), joinedload(Nomination.sitting))
        .where(
            Nomination.stage == Stage.DRAFT,
            Cycle.stage.in_([CycleStage.OPEN, CycleStage.CLOSED]),
            or_(Cycle.closes_at > at, later),
            or_(Cycle.closes_at <= due_by, later),
            Person.email.is_not(None),
            Person.bounced_at.is_(None),
            or_(named, answered),
        )
        .order_by(Nomination.id)
    )
    drafts = list(db.session.scalars(wanted).unique())
    done = _sent_by({nomination.nominator_id for nomination in drafts})
    keys: dict[int, set[str]] = {}
    for number, key in db.session.execute(
        select(Named.nomination_id, Named.name_key).where(Named.nomination_id.in_([each.id for each in drafts]))
    ):
        keys.setdefault(number, set()).add(key)
    return [
        each
        for each in drafts
        if not keys.get(each.id) or not keys[each.id] <= done.get((each.nominator_id, each.cycle_id), set())
    ]


def _sent_by(writers: set[int]) -> dict[tuple[int, int], set[str]]:
    """Return whom these people nominated already, by writer and cycle."""
    wanted = (
        select(Nomination.nominator_id, Nomination.cycle_id, Named.name_key)
        .join(Named, Named.nomination_id == Nomination.id)
        .where(Nomination.nominator_id.in_(writers), Nomination.stage.in_([*COUNTS, Stage.LATE]))
    )
    found: dict[tuple[int, int], set[str]] = {}
    for writer, cycle, key in db.session.execute(wanted):
        found.setdefault((writer, cycle), set()).add(key)
    return found


def unanswered(*, due_by: datetime, at: datetime) -> Sequence[tuple[Candidacy, Person, datetime]]:
    """Return who was asked what may be published and has said nothing, with when they were asked first.

    None of a candidacy that is withdrawn or gathered into another, and none once the cycle is released.
    """
    said = (
        select(Consent.id)
        .where(Consent.candidacy_id == Candidacy.id, Consent.person_id == CandidacyPerson.person_id)
        .exists()
    )
    asked = (
        select(Message.about_id, Message.to_id, func.min(Message.posted_at).label("first"))
        .where(
            Message.about_kind == Candidacy.__tablename__,
            Message.template.in_(ASKED),
            Message.state != MessageState.CANCELLED,
        )
        .group_by(Message.about_id, Message.to_id)
        .subquery()
    )
    wanted = (
        select(Candidacy, Person, asked.c.first)
        .join(Candidacy.cycle)
        .join(CandidacyPerson, CandidacyPerson.candidacy_id == Candidacy.id)
        .join(Person, Person.id == CandidacyPerson.person_id)
        .join(asked, (asked.c.about_id == Candidacy.id) & (asked.c.to_id == Person.id))
        .options(contains_eager(Candidacy.cycle))
        .where(
            Candidacy.told_at.is_not(None),
            Candidacy.merged_into_id.is_(None),
            Candidacy.stage != CandidacyStage.WITHDRAWN,
            Cycle.stage.not_in([CycleStage.RELEASED, CycleStage.ARCHIVED]),
            Cycle.announced_at > at,
            Cycle.announced_at <= due_by,
            ~said,
        )
        .order_by(Candidacy.id, Person.id)
    )
    return [(candidacy, person, first) for candidacy, person, first in db.session.execute(wanted).unique()]
