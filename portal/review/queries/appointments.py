"""When and where nominees are met, in a round of interviews or visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.models import Candidacy, CandidacyPerson
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.people.models import Person
from portal.review.models import Appointment, Assignment, SpokenName
from portal.review.queries import facts, rounds
from portal.review.queries.facts import Discussed
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import HELD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.policy import Fact
    from portal.review.models import Round
    from portal.review.queries.rounds import InReview


@dataclass(frozen=True, slots=True)
class Met:
    """One candidacy that is to be met, and when, where that is set."""

    of: Discussed
    appointment: Appointment | None

    @property
    def review(self) -> InReview:
        """The cycle and its round."""
        return self.of.review

    @property
    def candidacy(self) -> Candidacy:
        """Who is met."""
        return self.of.candidacy


class Line(NamedTuple):
    """One line of the list."""

    candidacy: Candidacy
    spoken: SpokenName
    appointment: Appointment | None


def meeting_round(slug: str, year: int) -> InReview | None:
    """Return a cycle whose newest round is one of interviews or visits."""
    found = rounds.in_review(slug, year)
    met = found is not None and found.round is not None and found.round.kind is RoundKind.INTERVIEW
    return found if met else None


def met(slug: str, year: int, reference: str) -> Met | None:
    """Return one candidacy of such a round, by its reference there."""
    found = facts.discussed(slug, year, reference)
    if found is None or found.round.kind is not RoundKind.INTERVIEW:
        return None
    return Met(found, of(found.round.id, found.candidacy.id))


def of(round_id: int, candidacy_id: int) -> Appointment | None:
    """Return when and where a candidacy is met in a round."""
    wanted = select(Appointment).where(Appointment.round_id == round_id, Appointment.candidacy_id == candidacy_id)
    return db.session.scalar(wanted)


def lines(round_: Round, person: Person | None) -> list[Line]:
    """Return everybody who is to be met, in the order of their times, those without one last: one query."""
    at = (Appointment.candidacy_id == Candidacy.id) & (Appointment.round_id == round_.id)
    spoken = (SpokenName.candidacy_id == Candidacy.id) & (SpokenName.round_id == round_.id)
    wanted = select(Candidacy, SpokenName, Appointment).join(SpokenName, spoken).outerjoin(Appointment, at)
    wanted = untouched_by_conflict(wanted.where(Candidacy.id.in_(rounds.taken(round_))), person)
    found = [Line(*row) for row in db.session.execute(wanted.order_by(Appointment.starts_at, Candidacy.sort_name))]
    return sorted(found, key=lambda line: line.appointment is None or not line.appointment.stands)


def by_key(key: str) -> Appointment | None:
    """Return a time by the key of its calendar."""
    return db.session.scalar(select(Appointment).where(Appointment.key == key))


def nominees(candidacy: Candidacy) -> Sequence[Person]:
    """Return the people of a candidacy who have an address."""
    wanted = select(Person).join(CandidacyPerson, CandidacyPerson.person_id == Person.id)
    wanted = wanted.where(CandidacyPerson.candidacy_id == candidacy.id, Person.email.is_not(None))
    return [person for person in db.session.scalars(wanted.order_by(Person.id)) if person.email]


def readers(round_: Round, candidacy: Candidacy) -> Sequence[Assignment]:
    """Return who meets a candidacy: its readers in this round, each with their person. Nobody whose conflict stands is one."""
    wanted = select(Assignment).options(joinedload(Assignment.reviewer), joinedload(Assignment.round))
    wanted = wanted.where(Assignment.round_id == round_.id, Assignment.candidacy_id == candidacy.id)
    return db.session.scalars(wanted.where(Assignment.state.in_(HELD)).order_by(Assignment.id)).all()


def joined(round_: Round, readings: Sequence[int], at: datetime) -> Sequence[Row[Appointment, Candidacy, Assignment]]:
    """Return those of these readings whose candidacy is met at a time still to come that everybody was told of: one query."""
    wanted = (
        select(Appointment, Candidacy, Assignment)
        .join(Candidacy, Candidacy.id == Appointment.candidacy_id)
        .join(Assignment, Assignment.candidacy_id == Appointment.candidacy_id)
        .options(joinedload(Assignment.reviewer), joinedload(Assignment.round))
        .where(Appointment.round_id == round_.id, Assignment.id.in_(readings), Assignment.state.in_(HELD))
        .where(Appointment.cancelled_at.is_(None), Appointment.told_version == Appointment.version)
        .where(Appointment.starts_at > at)
    )
    return db.session.execute(wanted.order_by(Assignment.id)).all()


def written_to(candidacy: Candidacy, templates: Sequence[str]) -> Sequence[Person]:
    """Return whom such a message about a candidacy has reached, or may have."""
    gone = select(Message.to_id).where(Message.about_kind == Candidacy.__tablename__, Message.about_id == candidacy.id)
    gone = gone.where(Message.template.in_(templates), Message.state.in_([MessageState.SENDING, MessageState.SENT]))
    return db.session.scalars(select(Person).where(Person.id.in_(gone)).order_by(Person.id)).all()


def facts_of_appointment(_person: object, _appointment: Appointment) -> frozenset[Fact]:
    """Return what holds of a time's calendar: it says nothing, and whoever has its address may read it."""
    return frozenset()
