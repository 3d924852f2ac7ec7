"""What reviewers wrote for nominators, and what the office settled of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.nominations.models import Candidacy, Nomination
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import COUNTS as STANDING
from portal.people.models import Person
from portal.review.models import Assignment, Feedback, Review, Round
from portal.review.queries import rounds
from portal.review.queries.rounds import InReview
from portal.review.rules.lives import COUNTS, AssignmentState

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class FeedbackOf:
    """What one review says to nominators, for the office to settle."""

    review: InReview
    candidacy: Candidacy
    written: Review
    settled: Feedback | None


def _written(cycle_id: int) -> Any:  # noqa: ANN401 - a select of three rows
    """Select the reviews of a cycle that count and say something to nominators, each with its candidacy and what was settled."""
    return (
        select(Review, Candidacy, Feedback)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .outerjoin(Feedback, Feedback.review_id == Review.id)
        .where(Round.cycle_id == cycle_id, Review.feedback != "", Review.state.in_(COUNTS))
        .where(Assignment.state == AssignmentState.SUBMITTED, Assignment.excluded.is_(False))
        .where(Candidacy.merged_into_id.is_(None))
    )


def desk(cycle_id: int, person: Person) -> Select[Any]:
    """Select what is to be settled, by candidacy, what is open first; nothing about whom this person must not touch."""
    wanted = _written(cycle_id).order_by(Feedback.id.is_not(None), Candidacy.sort_name, Candidacy.id, Review.id)
    return untouched_by_conflict(wanted, person)


class Progress(NamedTuple):
    """How many words for nominators there are, how many are settled, go and wait to be sent."""

    all: int
    settled: int
    waiting: int


def progress(cycle_id: int) -> Progress:
    """Return how far settling has come: one query."""
    waiting = func.sum(func.coalesce(Feedback.goes & Feedback.sent_at.is_(None), False).cast(db.Integer))
    counted = _written(cycle_id).with_only_columns(func.count(), func.count(Feedback.id), waiting)
    all_, settled, left = db.session.execute(counted.order_by(None)).one()
    return Progress(all_, settled, int(left or 0))


def feedback_at(slug: str, year: int, number: int) -> FeedbackOf | None:
    """Return what one review says to nominators, by the review's number."""
    review = rounds.in_review(slug, year)
    if review is None:
        return None
    wanted = _written(review.cycle.id).options(joinedload(Candidacy.cycle)).where(Review.id == number)
    found = db.session.execute(wanted).one_or_none()
    return FeedbackOf(review, found[1], found[0], found[2]) if found is not None else None


def to_send(cycle_id: int) -> Sequence[Any]:
    """Return what goes and was not sent: (feedback, candidacy), in an order that tells nothing of who wrote it."""
    wanted = _written(cycle_id).where(Feedback.goes, Feedback.sent_at.is_(None)).with_only_columns(Feedback, Candidacy)
    return db.session.execute(wanted.order_by(Candidacy.id, Feedback.text)).all()


def nominators(candidacies: Sequence[int]) -> dict[int, list[Person]]:
    """Return who nominated each candidacy, as far as their nominations stand."""
    wanted = (
        select(Nomination.candidacy_id, Person)
        .join(Person, Person.id == Nomination.nominator_id)
        .where(Nomination.candidacy_id.in_(candidacies), Nomination.stage.in_(STANDING))
        .order_by(Person.id)
        .distinct()
    )
    found: dict[int, list[Person]] = {}
    for number, person in db.session.execute(wanted):
        found.setdefault(number or 0, []).append(person)
    return found
