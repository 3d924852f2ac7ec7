"""What the last calibration says beside the standings: what a place hangs on, and how each reviewer scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from portal.awards.models import Criterion
from portal.db import db
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.people.models import Person
from portal.review.models import ReaderSigns, SpokenName, Standing, Study
from portal.review.queries import rounds as known_rounds
from portal.review.rules.signs import Manner, manner

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.review.models import Round

SELF = aliased(ReaderSigns)


class Change(NamedTuple):
    """One variation that changes a place: what was varied, whose, and who comes in and goes out, as whoever looks calls them."""

    kind: str  # "reviewer", "criterion", "weight up", "weight down" or "method"
    who: str | dict[str, str]  # a reviewer's name, or a criterion's in its languages; "" where it is not to be known
    enters: tuple[str, ...]
    leaves: tuple[str, ...]
    unread: tuple[str, ...]


class Card(NamedTuple):
    """The robustness of a round's places."""

    tried: int
    readers_tried: bool
    changes: tuple[Change, ...]
    inside: bool  # whether all who move stand in the band


def card(round_: Round, person: Person | None, *, named: bool, readers: bool) -> Card | None:
    """Return what a round's places hang on, from the newest standings; four queries. Whom a conflict closes is nowhere in it."""
    study = db.session.scalar(
        select(Study).where(Study.round_id == round_.id, Study.standings_version == round_.standings_version)
    )
    if study is None:
        return None
    moved = {number for each in study.changes for name in ("enters", "leaves", "unread") for number in each[name]}
    wanted = (
        select(Candidacy.id, Candidacy.name, SpokenName.name, Standing.band)
        .join(SpokenName, (SpokenName.candidacy_id == Candidacy.id) & (SpokenName.round_id == round_.id))
        .join(Standing, (Standing.candidacy_id == Candidacy.id) & (Standing.round_id == round_.id))
        .where(Candidacy.id.in_(moved))
    )
    called: dict[int, str] = {}
    outside = False
    for number, name, spoken, band in db.session.execute(untouched_by_conflict(wanted, person)):
        called[number] = name if named else spoken
        outside = outside or band != "band"
    people = _people(each["who"] for each in study.changes if each["kind"] == "reviewer") if readers else {}
    criteria = dict(
        db.session.execute(
            select(Criterion.key, Criterion.name).where(Criterion.rubric_id == known_rounds.rubric_number(round_))
        ).all()
    )

    def names(numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(called[number] for number in numbers if number in called)

    changes = [
        Change(
            each["kind"],
            people.get(each["who"], "") if each["kind"] == "reviewer" else criteria.get(each["who"], ""),
            *(names(each[name]) for name in ("enters", "leaves", "unread")),
        )
        for each in study.changes
    ]
    shown = tuple(each for each in changes if each.enters or each.leaves or each.unread)
    return Card(study.tried, study.readers_tried, shown, inside=not outside)


def _people(numbers: Iterable[int]) -> dict[int, str]:
    found = db.session.scalars(select(Person).where(Person.id.in_(set(numbers))))
    return {person.id: person.name for person in found}


class Reader(NamedTuple):
    """One reviewer's scores beside the others'."""

    person: Person
    reviews: int
    manner: Manner
    levels: float  # how far from the others, in levels; 0 where it cannot be told
    flags: tuple[str, ...]


def readers(round_: Round) -> list[Reader]:
    """Return how each reviewer of a round scores: for its chair alone."""
    wanted = select(ReaderSigns).options(joinedload(ReaderSigns.person)).where(ReaderSigns.round_id == round_.id)
    rows = db.session.scalars(wanted).all()
    found = [
        Reader(
            row.person,
            row.reviews,
            manner(row.reviews, row.leniency, others=len(rows) - 1),
            abs(row.leniency or 0.0),
            tuple(row.flags),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.person.sort_name, each.person.id))


class Own(NamedTuple):
    """How somebody's own scores stand beside the others', without a number that could tell another's score."""

    manner: Manner
    flags: tuple[str, ...]


def own(person: Person, rounds: Iterable[int]) -> dict[int, Own]:
    """Return how somebody scores in these rounds, by round; nothing where too little is known. One query."""
    others = (
        select(func.count())
        .select_from(ReaderSigns)
        .where(ReaderSigns.round_id == SELF.round_id, ReaderSigns.person_id != person.id)
        .scalar_subquery()
    )
    wanted = select(SELF.round_id, SELF.reviews, SELF.leniency, SELF.flags, others)
    wanted = wanted.where(SELF.person_id == person.id, SELF.round_id.in_(set(rounds)))
    found = {}
    for number, reviews, leniency, flags, beside in db.session.execute(wanted):
        how = manner(reviews, leniency, others=beside)
        if how is not Manner.TOO_FEW:
            found[number] = Own(how, tuple(flags))
    return found
