"""Whom the office can send what people said of them, and what each of them reads today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import Outcome
from portal.nominations.models import Candidacy
from portal.nominations.queries import facts as nominations
from portal.nominations.rules import CandidacyStage
from portal.publishing.desk import queries
from portal.publishing.desk.models import KindWords
from portal.publishing.desk.queries import Quotable, Releasing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.people.models import Person
    from portal.policy import Fact


@dataclass(frozen=True, slots=True)
class Spoken:
    """One nominee of a released cycle, with those of their nominators who agreed to be quoted."""

    releasing: Releasing
    candidacy: Candidacy
    writers: tuple[Quotable, ...]
    known: KindWords | None


@dataclass(frozen=True, slots=True)
class Read:
    """What was sent to one nominee, as they read it today: a writer who took their word back is not in it any more."""

    candidacy: Candidacy
    passages: tuple[tuple[str, Quotable], ...]  # (words, who)


def _wanted(releasing: Releasing) -> object:
    wanted = (
        select(Candidacy)
        .options(selectinload(Candidacy.people), selectinload(Candidacy.schools), joinedload(Candidacy.cycle))
        .where(
            Candidacy.cycle_id == releasing.cycle.id,
            Candidacy.merged_into_id.is_(None),
            Candidacy.stage != CandidacyStage.WITHDRAWN,
            Candidacy.told_at.is_not(None),
        )
        .order_by(Candidacy.sort_name, Candidacy.id)
    )
    if releasing.cycle.surprise:  # one not selected is never written to at all
        wanted = wanted.join(Decision, Decision.candidacy_id == Candidacy.id).where(
            Decision.outcome == Outcome.SELECTED, Decision.place.is_not(None)
        )
    return wanted


def everyone(releasing: Releasing) -> Sequence[tuple[Candidacy, int, KindWords | None]]:
    """Return every nominee who may be sent something: with how many agreed to be quoted, and what is prepared. Four queries."""
    people = db.session.scalars(_wanted(releasing)).unique().all()  # type: ignore[call-overload]
    numbers = [one.id for one in people]
    quotes = queries.quotable(numbers)
    known = {
        row.candidacy_id: row
        for row in db.session.scalars(select(KindWords).where(KindWords.candidacy_id.in_(numbers)))
    }
    return [(one, len(quotes.get(one.id, ())), known.get(one.id)) for one in people]


def spoken(slug: str, year: int, reference: str) -> Spoken | None:
    """Return one nominee who may be sent what people said of them."""
    found = queries.releasing(slug, year)
    if found is None:
        return None
    wanted = _wanted(found).where(Candidacy.reference == reference)  # type: ignore[attr-defined]
    candidacy = db.session.scalars(wanted).unique().one_or_none()
    if candidacy is None:
        return None
    writers = queries.quotable([candidacy.id], with_texts=True).get(candidacy.id, ())
    known = db.session.scalar(select(KindWords).where(KindWords.candidacy_id == candidacy.id))
    return Spoken(found, candidacy, writers, known)


def sent_to(number: int) -> Read | None:
    """Return what was sent to a nominee, by their candidacy's number; None where nothing was."""
    wanted = (
        select(Candidacy, KindWords)
        .join(KindWords, KindWords.candidacy_id == Candidacy.id)
        .options(selectinload(Candidacy.people), joinedload(Candidacy.cycle))
        .where(Candidacy.id == number, KindWords.sent_at.is_not(None))
    )
    row = db.session.execute(wanted).unique().one_or_none()
    if row is None:
        return None
    candidacy, known = row
    writers: Mapping[str, Quotable] = {one.reference: one for one in queries.quotable([number]).get(number, ())}
    passages = [
        (said["words"], writers[said["nomination"]]) for said in known.passages if said["nomination"] in writers
    ]
    return Read(candidacy, tuple(passages))


def facts_of_spoken(person: Person | None, thing: Spoken) -> frozenset[Fact]:
    """Return what holds of this person and one nominee's kind words, as the office has them."""
    return queries.facts_of_releasing(person, thing.releasing)


def facts_of_read(person: Person | None, thing: Read) -> frozenset[Fact]:
    """Return what holds of this person and what was sent to a nominee."""
    return nominations.facts_of_candidacy(person, thing.candidacy)
