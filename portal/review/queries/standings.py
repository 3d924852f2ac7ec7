"""Standings as they are read, and what was said of one candidacy. Nothing is computed here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, Select, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.db import ME, among, ask, ask_one, db, fixed, rows_of
from portal.nominations.models import Candidacy, Conflict
from portal.nominations.queries.conflicts import any_in, untouched_by_conflict
from portal.nominations.rules import STANDS
from portal.people.models import Person, named
from portal.review.models import Assignment, Review, Score, SpokenName, Standing
from portal.review.queries import rounds
from portal.review.rules import standings as rules
from portal.review.rules.lives import COUNTS, OWED, AssignmentState, RoundState
from portal.review.rules.scoring import TIMES
from portal.review.rules.withholding import settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Executable

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
    chance: float | None = None  # of a place, from 0 to 1, where scores were calibrated
    close: bool = False  # so near an edge of the band or the cut that rounding or chance alone puts it on its side


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
    """Return a round's standings, or one page of them; four or five queries, however many there are.

    Candidacies that `person` must not touch are left out as if they were not in the round: ranks, the cut and every count
    are those of the others. A page holds only what has a score; where nothing is left out it is read by the ranks as they are
    kept, so that it costs the same whatever the round holds.
    """
    calibrated = is_calibrated(round_)
    adjusts = calibrated and (round_.calibration or {}).get("order") == "adjusted"
    first = (page - 1) * size if page is not None else 0
    places = round_.cycle.places
    if page is not None and not any_in(person, round_.cycle_id):
        these = {"round": round_.id}
        found = ask(_kept(calibrated), {**these, "size": size + 1, "from": first})
        near = ask(_kept_near(), {**these, "from": max(places - 1, 0)})
        cut = rules.cut([mean or 0.0 for mean, _rank in near], places=min(places, 1))
        groups = _kept_groups(round_, cut, [rank or 0 for _mean, rank in near], calibrated=calibrated)
    else:
        seen = _seen(round_, person)
        key = Standing.calibrated_rank if calibrated else Standing.rank
        order = key.asc().nulls_last()
        places_of = seen.with_only_columns(  # of everybody, so as little as can be is carried along
            Standing.id.label("id"),
            func.rank().over(order_by=order).label("place"),
            (func.count().over(partition_by=key) > 1).label("shared"),
        ).order_by(order, SpokenName.reference)
        if page is not None:
            places_of = places_of.where(key.is_not(None)).limit(size + 1).offset(first)
        ranked = places_of.subquery()
        wanted = _whole(round_).with_only_columns(*_SHOWN, ranked.c.place, ranked.c.shared)
        wanted = wanted.join(ranked, ranked.c.id == Standing.id)
        found = ask(wanted.order_by(ranked.c.place, SpokenName.reference))
        cut = _cut(seen, places)
        groups = _groups(seen, cut, calibrated=calibrated)
    shown = found[:size] if page is not None else found
    owing = _owing(round_, [row.candidacy_id for row in shown])
    rows = []
    for row in shown:
        group = (row.band or "below") if calibrated else cut.group(row.mean)
        place = (row.place, bool(row.shared)) if row.mean is not None else (None, False)
        rows.append(_row(row, place, group, owing=owing.get(row.candidacy_id, ()), by=(calibrated, adjusts)))
    return Table(rows, max(places - first, 0), calibrated, groups, more=len(found) > len(shown), adjusts=adjusts)


def without_scores(round_: Round, table: Table) -> Table:
    """Return the same for somebody who may see no single score: a figure stays only where none follows from it. One query.

    Ranks and groups stay. What is lowest and highest among reviews is somebody's score, so it never does.
    """
    numbers = [row.candidacy_id for row in table.rows]
    ever = (
        select(Assignment.candidacy_id, func.count(Review.id))
        .join(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.round_id == round_.id, Assignment.candidacy_id.in_(numbers))
        .where(Review.submitted_at.is_not(None))
        .group_by(Assignment.candidacy_id)
    )
    given = {row[0]: row[1] for row in db.session.execute(ever)}
    locked = round_.state is RoundState.LOCKED
    rows = []
    for row in table.rows:
        if settled(count=row.count, given=given.get(row.candidacy_id, 0), locked=locked):
            low, high = (row.low, row.high) if table.adjusts else (None, None)
            rows.append(replace(row, low=low, high=high, apart=None, apart_on=None))
        else:
            rows.append(replace(row, **_NO_FIGURES))
    return replace(table, rows=rows)


_NO_FIGURES: dict[str, Any] = dict.fromkeys(
    ("mean", "adjusted", "other", "low", "high", "inner", "agreement", "apart", "apart_on", "total", "chance")
)
_SHOWN = (
    Standing.candidacy_id,
    Standing.mean,
    Standing.count.label("reviews"),
    Standing.spread,
    Standing.disagreement,
    Standing.missing,
    Standing.band,
    Standing.facts,
    SpokenName.name.label("spoken"),
    SpokenName.reference,
    Candidacy.name.label("nominee"),
)


def _here() -> Select[Any]:
    """Select the standings of a round, for whoever has no conflict in it."""
    spoken = and_(SpokenName.round_id == Standing.round_id, SpokenName.candidacy_id == Standing.candidacy_id)
    return (
        select(Standing.id)
        .join(Standing.candidacy)
        .join(SpokenName, spoken)
        .where(Standing.round_id == bindparam("round"))
        .where(Candidacy.stage.not_in(rounds.GONE), Candidacy.merged_into_id.is_(None))
    )


@cache
def _kept(calibrated: bool) -> Executable:  # noqa: FBT001 - the one thing it is told
    """Return the page of standings by the ranks as they are kept, each with whether somebody shares its rank."""
    key = Standing.calibrated_rank if calibrated else Standing.rank
    other = aliased(Standing)
    same = other.calibrated_rank if calibrated else other.rank
    shared = select(other.id).where(other.round_id == Standing.round_id, same == key, other.id != Standing.id).exists()
    return fixed(
        _here()
        .with_only_columns(*_SHOWN, key.label("place"), shared.label("shared"))
        .where(key.is_not(None))
        .order_by(key, SpokenName.reference)
        .limit(rows_of("size"))
        .offset(rows_of("from"))
    )


@cache
def _kept_near() -> Executable:
    """Return the last mean that has a place and the next, with their ranks."""
    return fixed(
        select(Standing.mean, Standing.rank)
        .where(Standing.round_id == bindparam("round"), Standing.rank.is_not(None))
        .order_by(Standing.rank)
        .limit(2)
        .offset(rows_of("from"))
    )


_HOW_MANY = fixed(
    select(
        func.count(), func.coalesce(func.sum(case((Standing.rank == bindparam("rank", type_=Integer), 1), else_=0)), 0)
    ).where(Standing.round_id == bindparam("round"), Standing.rank.is_not(None))
)
_BANDS = (
    select(Standing.band, func.count())
    .where(Standing.round_id == bindparam("round"), Standing.calibrated_rank.is_not(None))
    .group_by(Standing.band)
)


def _kept_groups(round_: Round, cut: rules.Cut, ranks: Sequence[int], *, calibrated: bool) -> dict[str, int]:
    """Count everybody above, in and below the band, from the ranks alone."""
    these = {"round": round_.id}
    if calibrated:
        return {str(band): count for band, count in ask(_BANDS, these) if band is not None}
    ((count, tied),) = ask(_HOW_MANY, {**these, "rank": ranks[0] if ranks else 0})
    if cut.last is None:
        found = {"above": count}
    elif not round_.cycle.places:
        found = {"below": count}
    else:
        band = tied if cut.tied else 0
        above = ranks[0] - 1 if cut.tied else round_.cycle.places
        found = {"above": above, "band": band, "below": count - above - band}
    return {group: count for group, count in found.items() if count}


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
    row: Any,  # noqa: ANN401 - the columns of `_SHOWN`
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
        name=row.spoken,
        reference=row.reference,
        nominee=row.nominee,
        rank=place[0],
        tied=place[1],
        mean=mean,
        adjusted=adjusted if adjusted is not None else mean,
        other=None if adjusts else found.get("adjusted"),
        low=known["low"] if known.get("low") is not None else _levels(row.facts.get("low")),
        high=known["high"] if known.get("high") is not None else _levels(row.facts.get("high")),
        inner=tuple(known["inner"]) if known.get("inner") else None,
        group=group,
        count=row.reviews,
        missing=row.missing,
        owing=tuple(owing),
        agreement=rules.agreement(row.spread),
        apart=int(row.disagreement) if row.disagreement is not None else None,
        apart_on=row.facts.get("apart_on"),
        total=row.mean,
        chance=found.get("p_place"),
        close=bool(found.get("close")),
    )


def _levels(total: float | None) -> float | None:
    return total / TIMES if total is not None else None


_OWING = fixed(  # in no order: for one, SQLite would go through the whole round
    select(Assignment.id, Assignment.candidacy_id, Person.given_name, Person.family_name, Person.email)
    .join(Person, Person.id == Assignment.reviewer_id)
    .where(among(Assignment.candidacy_id, "candidacies"))
    .where(Assignment.round_id == bindparam("round"), Assignment.state.in_(OWED))
)


def _owing(round_: Round, candidacies: Sequence[int]) -> dict[int, list[str]]:
    """Return who owes a reading of each of these candidacies, by name."""
    found: dict[int, list[str]] = defaultdict(list)
    asked = {"round": round_.id, "candidacies": list(candidacies)}
    for _number, candidacy, given, family, email in sorted(ask(_OWING, asked), key=itemgetter(0)):
        found[candidacy].append(named(given, family, email))
    return found


class Missing(NamedTuple):
    """A candidacy that was not read as often as it should be, and who owes it."""

    name: str
    nominee: str
    missing: int
    owing: tuple[str, ...]


@cache
def _lacking() -> tuple[Executable, Executable]:
    lacking = untouched_by_conflict(_here().where(Standing.missing > 0), ME)
    named_ = (Standing.candidacy_id, SpokenName.name, Candidacy.name, Standing.missing)
    rows = lacking.with_only_columns(*named_).order_by(Standing.missing.desc(), SpokenName.reference)
    return fixed(lacking.with_only_columns(func.count())), fixed(rows).limit(rows_of("most"))


def missing(round_: Round, person: Person | None, *, most: int = SIZE) -> tuple[list[Missing], int]:
    """Return the candidacies with reads missing, those with most missing first, at most so many; and how many there are."""
    these = {"round": round_.id, "me": person.id if person is not None else 0}
    counting, wanted = _lacking()
    count = ask_one(counting, these) or 0
    found = ask(wanted, {**these, "most": most})
    owing = _owing(round_, [number for number, *_rest in found])
    rows = [Missing(spoken, nominee, lacks, tuple(owing.get(number, ()))) for number, spoken, nominee, lacks in found]
    return rows, count


# ---------------------------------------------------------------- one candidacy


@dataclass(frozen=True, slots=True)
class Given:
    """One review as those who discuss it see it, and why it does not count, if it does not."""

    reviewer: str
    reviewer_id: int
    review: Review
    levels: dict[int, Score]
    counts: bool
    state: AssignmentState


def reviews_of(round_: Round, candidacy_id: int) -> list[Given]:
    """Return the submitted reviews of a candidacy, each with its current scores, those that count first."""
    return reviews_of_all(round_, [candidacy_id])[candidacy_id]


def reviews_of_all(round_: Round, candidacies: Sequence[int]) -> dict[int, list[Given]]:
    """Return the same for several candidacies at once: two queries, however many."""
    wanted = (
        select(Review)
        .join(Review.assignment)
        .options(
            contains_eager(Review.assignment).joinedload(Assignment.reviewer),
            joinedload(Review.scores.and_(Score.replaced_at.is_(None))),
        )
        .where(Assignment.round_id == round_.id, Assignment.candidacy_id.in_(candidacies), Review.state.in_(COUNTS))
        .order_by(Review.id)
    )
    stands = select(Conflict.candidacy_id, Conflict.person_id).where(Conflict.candidacy_id.in_(candidacies))
    against = {tuple(row) for row in db.session.execute(stands.where(Conflict.state.in_(STANDS)))}
    found: dict[int, list[Given]] = {number: [] for number in candidacies}
    for review in db.session.scalars(wanted).unique():
        of = review.assignment
        kept_away = (of.candidacy_id, of.reviewer_id) in against
        counts = of.state is AssignmentState.SUBMITTED and not of.excluded and not kept_away
        levels = {score.criterion_id: score for score in review.scores if score.replaced_at is None}
        whole = counts and review.total is not None
        found[of.candidacy_id].append(Given(of.reviewer.name, of.reviewer_id, review, levels, whole, of.state))
    return {number: sorted(given, key=lambda each: not each.counts) for number, given in found.items()}


def owes_own(round_: Round, candidacy_id: int, person: Person) -> bool:
    """Say whether this person still owes a review of this candidacy, and so does not read others' before their own."""
    wanted = select(Assignment.id).where(Assignment.round_id == round_.id, Assignment.candidacy_id == candidacy_id)
    return bool(
        db.session.scalar(wanted.where(Assignment.reviewer_id == person.id, Assignment.state.in_(OWED)).limit(1))
    )
