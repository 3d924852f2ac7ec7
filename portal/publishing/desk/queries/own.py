"""What somebody honored has of their own: nothing before those concerned were told, and nothing once the place was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.nominations.models import Candidacy, CandidacyPerson
from portal.nominations.queries import facts as nominations
from portal.publishing.desk import queries
from portal.publishing.desk.models import Brief, KindWords, Release
from portal.publishing.desk.queries import Chosen, Releasing
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from portal.people.models import Person
    from portal.policy import Fact

TOLD = (ReleaseState.TOLD, ReleaseState.PUBLIC)


@dataclass(frozen=True, slots=True)
class Honour:
    """One candidacy that was honored, as its people have it."""

    releasing: Releasing
    candidacy: Candidacy
    people: tuple[Chosen, ...]
    kind_words: bool  # they were sent what people said of them
    brief: bool  # they were asked what worked


def _told(wanted: Select[Candidacy]) -> Select[Candidacy]:
    """Narrow to those who were told that they are honored, and still are."""
    return (
        wanted.join(Decision, Decision.candidacy_id == Candidacy.id)
        .join(Release, Release.cycle_id == Candidacy.cycle_id)
        .where(
            Release.state.in_(TOLD),
            Candidacy.told_at.is_not(None),
            Decision.outcome == Outcome.SELECTED,
            Decision.place.is_not(None),
            Decision.state.in_((DecisionState.RELEASED, DecisionState.CORRECTED)),
        )
    )


def honour(number: int) -> Honour | None:
    """Return what the people of a candidacy have of their own, by its number; None for whoever is not honored, or not told yet."""
    wanted = _told(select(Candidacy)).options(selectinload(Candidacy.people), joinedload(Candidacy.cycle))
    candidacy = db.session.scalars(wanted.where(Candidacy.id == number)).unique().one_or_none()
    if candidacy is None:
        return None
    releasing = Releasing(candidacy.cycle, queries.of_cycle(candidacy.cycle))
    words = select(KindWords.id).where(KindWords.candidacy_id == number, KindWords.sent_at.is_not(None)).limit(1)
    brief = select(Brief.id).where(Brief.candidacy_id == number).limit(1)
    people = tuple(queries.chosen(candidacy.cycle, candidacy=number))
    return Honour(releasing, candidacy, people, bool(db.session.scalar(words)), bool(db.session.scalar(brief)))


def honoured(candidacy_id: int) -> bool:
    """Say whether the people of a candidacy were told that they are honored."""
    return db.session.scalar(_told(select(Candidacy)).where(Candidacy.id == candidacy_id).limit(1)) is not None


def honours_of(person_id: int) -> Sequence[Candidacy]:
    """Return everything that somebody was told they are honored for, the latest first, with its cycle."""
    wanted = _told(select(Candidacy)).options(joinedload(Candidacy.cycle))
    wanted = wanted.join(CandidacyPerson, CandidacyPerson.candidacy_id == Candidacy.id)
    return (
        db.session.scalars(wanted.where(CandidacyPerson.person_id == person_id).order_by(Candidacy.id.desc()))
        .unique()
        .all()
    )


def facts_of_honour(person: Person | None, thing: Honour) -> frozenset[Fact]:
    """Return what holds of this person and something they may have been honored for."""
    return nominations.facts_of_candidacy(person, thing.candidacy)
