"""What readers said in rounds without a rubric: who passes, and in what order."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.awards.models import Member
from portal.db import db
from portal.nominations.models import CandidacySchool
from portal.review.models import Assignment, Review, Verdict
from portal.review.queries.reading import WITH_ROUND, readable_by
from portal.review.queries.reviews import counting
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.people.models import Person
    from portal.review.models import Round

_CURRENT = Verdict.replaced_at.is_(None)


def word_of(review: int | None) -> Verdict | None:
    """Return what stands in a review without a rubric."""
    if review is None:
        return None
    return db.session.scalar(select(Verdict).where(Verdict.review_id == review, _CURRENT))


def to_rank(person: Person, round_: Round) -> Sequence[Assignment]:
    """Return what somebody puts in order in a round, in their own order, each with its candidacy, round and review."""
    wanted = readable_by(person).where(Assignment.round_id == round_.id).order_by(Assignment.position)
    return db.session.scalars(wanted.options(*WITH_ROUND, joinedload(Assignment.review))).unique().all()


def version_of(tasks: Sequence[Assignment]) -> int:
    """Return the version of somebody's order: it grows with every word of it."""
    return sum(task.review.version for task in tasks if task.review is not None)


def seat_of(person: Person, round_: Round) -> int | None:
    """Return the number of somebody's place on the committee of a round: their page of the order lies there."""
    wanted = select(Member.id).where(Member.cycle_id == round_.cycle_id, Member.person_id == person.id)
    return db.session.scalar(wanted)


def words_of(reviews: Collection[int]) -> dict[int, Verdict]:
    """Return what stands in these reviews, by the review's number: one query."""
    found = db.session.scalars(select(Verdict).where(Verdict.review_id.in_(reviews), _CURRENT)) if reviews else ()
    return {one.review_id: one for one in found}


class Tally(NamedTuple):
    """What a candidacy's counted readers said: how many pass it, or the places that they gave; and how many they are."""

    passes: int
    places: tuple[int, ...]
    reads: int


def tallies(round_: Round, candidacies: Collection[int]) -> dict[int, Tally]:
    """Return what counts in a round without a rubric, by candidacy: one query."""
    wanted = (
        counting(round_.id)
        .outerjoin(Verdict, (Verdict.review_id == Review.id) & _CURRENT)
        .with_only_columns(Assignment.candidacy_id, Verdict.passes, Verdict.place)
        .where(Assignment.candidacy_id.in_(candidacies))
    )
    passes: dict[int, int] = defaultdict(int)
    places: dict[int, list[int]] = defaultdict(list)
    reads: dict[int, int] = defaultdict(int)
    for number, one_passes, place in db.session.execute(wanted):
        reads[number] += 1
        passes[number] += bool(one_passes)
        if place is not None:
            places[number].append(place)
    return {number: Tally(passes[number], tuple(sorted(places[number])), count) for number, count in reads.items()}


def schools_of(candidacy: int) -> Sequence[School]:
    """Return the schools of a candidacy, for rounds whose readers see their size and need."""
    wanted = select(School).join(CandidacySchool, CandidacySchool.school_id == School.id)
    return db.session.scalars(wanted.where(CandidacySchool.candidacy_id == candidacy).order_by(School.id)).all()
