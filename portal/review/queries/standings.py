"""Standings as they are read, and what was said of one candidacy. Nothing is computed here."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.db import db
from portal.nominations.models import Candidacy, Conflict
from portal.nominations.queries.conflicts import standing
from portal.nominations.rules import STANDS
from portal.review.models import Assignment, Note, Review, Score, SpokenName, Standing
from portal.review.queries import rounds
from portal.review.rules import standings as rules
from portal.review.rules.lives import COUNTS, OWED, AssignmentState
from portal.review.rules.scoring import TIMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.people.models import Person
    from portal.review.models import Round


@dataclass(frozen=True, slots=True)
class Row:
    """One candidacy's standing. Figures are in levels (a total out of 60 is 10 times that); None where nothing counts yet."""

    candidacy_id: int
    name: str  # spoken
    reference: str
    nominee: str
    rank: int | None
    tied: bool
    mean: float | None
    adjusted: float | None  # the calibrated one where scores are calibrated, else the mean
    low: float | None
    high: float | None
    inner: tuple[float, float] | None
    group: str  # "above", "band" or "below"
    count: int
    missing: int
    owing: tuple[str, ...]
    agreement: tuple[rules.Agreement, float] | None
    apart: int | None
    apart_on: str | None
    total: float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A round's standings, best first; `calibrated` says whether they were calibrated since the last score."""

    rows: list[Row]
    places: int
    calibrated: bool

    def in_group(self, group: str) -> int:
        """Return how many stand above, in, or below the band."""
        return sum(row.group == group for row in self.rows if row.mean is not None)


def standings(round_: Round, person: Person | None = None) -> Table:
    """Return a round's standings, without the candidacies that `person` must not touch: three queries."""
    wanted = (
        select(Standing, SpokenName)
        .join(Standing.candidacy)
        .join(SpokenName, and_(SpokenName.round_id == Standing.round_id, SpokenName.candidacy_id == Standing.candidacy_id))
        .options(contains_eager(Standing.candidacy))
        .where(Standing.round_id == round_.id, Candidacy.stage.not_in(rounds.GONE), Candidacy.merged_into_id.is_(None))
    )
    hidden = set(db.session.scalars(standing(person))) if person is not None else set()
    owing = _owing(round_)
    calibrated = round_.calibrated_version == round_.standings_version and bool((round_.calibration or {}).get("order"))
    found = [(row, name) for row, name in db.session.execute(wanted)]
    found.sort(key=lambda each: _order(each[0], each[1], calibrated=calibrated))
    places = round_.cycle.places
    plain = rules.groups([row.mean for row, _name in found], places=places)
    ranks = Counter(_rank(row, calibrated=calibrated) for row, _name in found)
    rows = [
        _row(row, name, plain[place], owing.get(row.candidacy_id, ()), calibrated=calibrated, ranks=ranks)
        for place, (row, name) in enumerate(found)
        if row.candidacy_id not in hidden
    ]
    return Table(rows, places, calibrated)


def _rank(row: Standing, *, calibrated: bool) -> int | None:
    """Return the rank that is shown: by calibrated scores where there are any."""
    known = row.facts.get("calibrated") if calibrated else None
    rank: int | None = (known or {}).get("rank") or row.rank
    return rank


def _order(row: Standing, name: SpokenName, *, calibrated: bool) -> tuple[float, float, str]:
    rank = _rank(row, calibrated=calibrated)
    return (rank if rank is not None else float("inf"), -(row.mean or 0), name.reference)


def _row(
    row: Standing,
    name: SpokenName,
    plain: str,
    owing: Sequence[str],
    *,
    calibrated: bool,
    ranks: Counter[int | None],
) -> Row:
    rank = _rank(row, calibrated=calibrated)
    known: dict[str, Any] = (row.facts.get("calibrated") or {}) if calibrated else {}
    mean = row.mean / TIMES if row.mean is not None else None
    adjusted = known.get("adjusted")
    group = {"tied": "band"}.get(known.get("band") or "", known.get("band")) if known.get("band") else plain
    return Row(
        candidacy_id=row.candidacy_id,
        name=name.name,
        reference=name.reference,
        nominee=row.candidacy.name,
        rank=rank,
        tied=rank is not None and ranks[rank] > 1,
        mean=mean,
        adjusted=adjusted if adjusted is not None else mean,
        low=known["low"] if known.get("low") is not None else _levels(row.facts.get("low")),
        high=known["high"] if known.get("high") is not None else _levels(row.facts.get("high")),
        inner=tuple(known["inner"]) if known.get("inner") else None,
        group=str(group),
        count=row.count,
        missing=row.missing,
        owing=tuple(owing),
        agreement=rules.agreement(row.spread),
        apart=int(row.disagreement) if row.disagreement is not None else None,
        apart_on=row.facts.get("apart_on"),
        total=row.mean,
    )


def _levels(total: float | None) -> float | None:
    return total / TIMES if total is not None else None


def _owing(round_: Round) -> dict[int, list[str]]:
    """Return who owes a reading of each candidacy, by name."""
    wanted = select(Assignment).options(joinedload(Assignment.reviewer)).where(Assignment.round_id == round_.id)
    found: dict[int, list[str]] = defaultdict(list)
    for assignment in db.session.scalars(wanted.where(Assignment.state.in_(OWED)).order_by(Assignment.id)):
        found[assignment.candidacy_id].append(assignment.reviewer.name)
    return found


# ---------------------------------------------------------------- one candidacy


@dataclass(frozen=True, slots=True)
class Given:
    """One review as those who discuss it see it, and why it does not count, if it does not."""

    reviewer: str
    review: Review
    levels: dict[int, Score]
    counts: bool
    state: AssignmentState


def reviews_of(round_: Round, candidacy_id: int) -> list[Given]:
    """Return the submitted reviews of a candidacy, each with its current scores, those that count first."""
    wanted = (
        select(Review)
        .join(Review.assignment)
        .options(
            contains_eager(Review.assignment).joinedload(Assignment.reviewer),
            joinedload(Review.scores.and_(Score.replaced_at.is_(None))),
        )
        .where(Assignment.round_id == round_.id, Assignment.candidacy_id == candidacy_id, Review.state.in_(COUNTS))
        .order_by(Review.id)
    )
    against = set(
        db.session.scalars(
            select(Conflict.person_id).where(Conflict.candidacy_id == candidacy_id, Conflict.state.in_(STANDS))
        )
    )
    found = []
    for review in db.session.scalars(wanted).unique():
        of = review.assignment
        counts = of.state is AssignmentState.SUBMITTED and not of.excluded and of.reviewer_id not in against
        levels = {score.criterion_id: score for score in review.scores if score.replaced_at is None}
        found.append(Given(of.reviewer.name, review, levels, counts and review.total is not None, of.state))
    return sorted(found, key=lambda given: not given.counts)




def owes_own(round_: Round, candidacy_id: int, person: Person) -> bool:
    """Say whether this person still owes a review of this candidacy, and so does not read others' before their own."""
    wanted = select(Assignment.id).where(Assignment.round_id == round_.id, Assignment.candidacy_id == candidacy_id)
    return bool(
        db.session.scalar(wanted.where(Assignment.reviewer_id == person.id, Assignment.state.in_(OWED)).limit(1))
    )


def notes_of(round_: Round, candidacy_id: int) -> Sequence[Note]:
    """Return what was said about a candidacy in a round, oldest first, each with its author."""
    wanted = select(Note).options(joinedload(Note.author)).where(Note.round_id == round_.id)
    return db.session.scalars(wanted.where(Note.candidacy_id == candidacy_id).order_by(Note.id)).all()
