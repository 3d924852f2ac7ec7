"""Standings as they are read, and what was said of one candidacy. Nothing is computed here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, and_, case, func, literal, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.db import db
from portal.nominations.models import Candidacy, Conflict
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import STANDS
from portal.people.models import Person, named
from portal.review.models import Assignment, Note, Review, Score, SpokenName, Standing
from portal.review.queries import rounds
from portal.review.rules import standings as rules
from portal.review.rules.lives import COUNTS, OWED, AssignmentState
from portal.review.rules.scoring import TIMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from portal.review.models import Round

SIZE = 50  # rows of a page: a plot that fits a screen or two


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
    adjusted: (
        float | None
    )  # the score that the order goes by: the adjusted one where that is warranted, else the plain mean
    other: float | None  # the adjusted one where it is known, and the order goes by the plain means all the same
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
    """A round's standings, best first, or a page of them.

    `places` is how many of the rows shown lie above the cut; `groups` counts everybody above, in and below the band;
    `calibrated` says whether scores were calibrated since the last one; `adjusts` whether that warrants an order by adjusted scores.
    """

    rows: list[Row]
    places: int
    calibrated: bool
    groups: dict[str, int]
    more: bool = False
    adjusts: bool = False  # whether the order is that of the adjusted scores

    def in_group(self, group: str) -> int:
        """Return how many stand above, in, or below the band."""
        return self.groups.get(group, 0)


def standings(round_: Round, person: Person | None = None, *, page: int | None = None, size: int = SIZE) -> Table:
    """Return a round's standings, or one page of them; three or four queries, however many there are.

    Candidacies that `person` must not touch are left out as if they were not in the round: ranks, the cut and every count
    are those of the others. A page holds only what has a score.
    """
    calibrated = is_calibrated(round_)
    adjusts = calibrated and (round_.calibration or {}).get("order") == "adjusted"
    key = Standing.calibrated_rank if calibrated else Standing.rank
    seen = _seen(round_, person)
    first = (page - 1) * size if page is not None else 0
    order = key.asc().nulls_last()
    places_of = seen.with_only_columns(  # of everybody, so as little as can be is carried along
        Standing.id.label("id"),
        func.rank().over(order_by=order).label("place"),
        (func.count().over(partition_by=key) > 1).label("shared"),
    ).order_by(order, SpokenName.reference)
    if page is not None:
        places_of = places_of.where(key.is_not(None)).limit(size + 1).offset(first)
    ranked = places_of.subquery()
    wanted = _whole(round_).add_columns(ranked.c.place, ranked.c.shared).join(ranked, ranked.c.id == Standing.id)
    found = db.session.execute(wanted.order_by(ranked.c.place, SpokenName.reference)).all()
    shown = found[:size] if page is not None else found
    places = round_.cycle.places
    cut = _cut(seen, places)
    owing = _owing(round_, [row.candidacy_id for row, *_rest in shown])
    rows = []
    for row, name, rank, tied in shown:
        group = (row.band or "below") if calibrated else cut.group(row.mean)
        place = (rank, bool(tied)) if row.mean is not None else (None, False)
        rows.append(_row(row, name, place, group, owing=owing.get(row.candidacy_id, ()), by=(calibrated, adjusts)))
    groups = _groups(seen, cut, calibrated=calibrated)
    return Table(rows, max(places - first, 0), calibrated, groups, more=len(found) > len(shown), adjusts=adjusts)


def is_calibrated(round_: Round) -> bool:
    """Say whether scores were calibrated since the last one, and everybody can be put in one order."""
    fresh = round_.calibrated_version == round_.standings_version
    return fresh and bool((round_.calibration or {}).get("order"))


def _whole(round_: Round) -> Select[Standing, SpokenName]:
    """Select a round's standings, each with its spoken name and candidacy."""
    return (
        select(Standing, SpokenName)
        .join(Standing.candidacy)
        .join(
            SpokenName, and_(SpokenName.round_id == Standing.round_id, SpokenName.candidacy_id == Standing.candidacy_id)
        )
        .options(contains_eager(Standing.candidacy))
        .where(Standing.round_id == round_.id)
    )


def _seen(round_: Round, person: Person | None) -> Select[Standing, SpokenName]:
    """Select what somebody may see of a round's standings, each with its spoken name and candidacy."""
    wanted = _whole(round_).where(Candidacy.stage.not_in(rounds.GONE), Candidacy.merged_into_id.is_(None))
    return untouched_by_conflict(wanted, person)


def _cut(seen: Select[Standing, SpokenName], places: int) -> rules.Cut:
    near = seen.with_only_columns(Standing.mean).where(Standing.mean.is_not(None)).order_by(Standing.mean.desc())
    means = [mean or 0.0 for mean in db.session.scalars(near.limit(2).offset(max(places - 1, 0)))]
    return rules.cut(means, places=min(places, 1))


def _group(cut: rules.Cut) -> ColumnElement[str]:
    """Return the SQL for "above", "band" or "below" by plain means: the band is an exact tie that the cut runs through."""
    if cut.last is None:
        return literal("above")
    tied = (Standing.mean == cut.last) & literal(cut.tied)
    return case((tied, "band"), (Standing.mean >= cut.last, "above"), else_="below")


def _groups(seen: Select[Standing, SpokenName], cut: rules.Cut, *, calibrated: bool) -> dict[str, int]:
    group = (Standing.band if calibrated else _group(cut)).label("group")
    counted = seen.with_only_columns(group).where(Standing.mean.is_not(None)).subquery()
    rows = db.session.execute(select(counted.c.group, func.count()).group_by(counted.c.group))
    return {str(name): count for name, count in rows if name is not None}


def _row(
    row: Standing,
    name: SpokenName,
    place: tuple[int | None, bool],
    group: str,
    *,
    owing: Sequence[str],
    by: tuple[bool, bool],
) -> Row:
    calibrated, adjusts = by
    found: dict[str, Any] = (row.facts.get("calibrated") or {}) if calibrated else {}
    known = found if adjusts else {}
    mean = row.mean / TIMES if row.mean is not None else None
    adjusted = known.get("adjusted")
    return Row(
        candidacy_id=row.candidacy_id,
        name=name.name,
        reference=name.reference,
        nominee=row.candidacy.name,
        rank=place[0],
        tied=place[1],
        mean=mean,
        adjusted=adjusted if adjusted is not None else mean,
        other=None if adjusts else found.get("adjusted"),
        low=known["low"] if known.get("low") is not None else _levels(row.facts.get("low")),
        high=known["high"] if known.get("high") is not None else _levels(row.facts.get("high")),
        inner=tuple(known["inner"]) if known.get("inner") else None,
        group=group,
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


def _owing(round_: Round, candidacies: Sequence[int]) -> dict[int, list[str]]:
    """Return who owes a reading of each of these candidacies, by name."""
    wanted = (
        select(Assignment.candidacy_id, Person.given_name, Person.family_name, Person.email)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(Assignment.candidacy_id.in_(candidacies), Assignment.round_id == round_.id, Assignment.state.in_(OWED))
        .order_by(Assignment.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for candidacy, given, family, email in db.session.execute(wanted):
        found[candidacy].append(named(given, family, email))
    return found


class Missing(NamedTuple):
    """A candidacy that was not read as often as it should be, and who owes it."""

    name: str
    nominee: str
    missing: int
    owing: tuple[str, ...]


def missing(round_: Round, person: Person | None, *, most: int = SIZE) -> tuple[list[Missing], int]:
    """Return the candidacies with reads missing, those with most missing first, at most so many; and how many there are."""
    lacking = _seen(round_, person).where(Standing.missing > 0)
    count = db.session.scalar(select(func.count()).select_from(lacking.with_only_columns(Standing.id).subquery())) or 0
    wanted = lacking.with_only_columns(Standing.candidacy_id, SpokenName.name, Candidacy.name, Standing.missing)
    wanted = wanted.order_by(Standing.missing.desc(), SpokenName.reference).limit(most)
    found = db.session.execute(wanted).all()
    owing = _owing(round_, [number for number, *_rest in found])
    rows = [Missing(spoken, nominee, lacks, tuple(owing.get(number, ()))) for number, spoken, nominee, lacks in found]
    return rows, count


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
