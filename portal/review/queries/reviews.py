"""Which reviews count, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, select

from portal.awards.models import Criterion
from portal.db import db
from portal.nominations.models import Conflict
from portal.nominations.rules import STANDS
from portal.review.models import Assignment, Review, Score
from portal.review.rules.lives import COUNTS, AssignmentState
from portal.review.rules.standings import Counted

if TYPE_CHECKING:
    from collections.abc import Iterable


def counting(round_id: int) -> Select[Review, Assignment]:
    """Select the reviews that count in a round: submitted, whole, not excluded, and by nobody whose conflict stands or holds."""
    against = (
        select(Conflict.id)
        .where(
            Conflict.candidacy_id == Assignment.candidacy_id,
            Conflict.person_id == Assignment.reviewer_id,
            Conflict.state.in_(STANDS),
        )
        .exists()
    )
    return (
        select(Review, Assignment)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .where(
            Assignment.round_id == round_id,
            Assignment.state == AssignmentState.SUBMITTED,
            Assignment.excluded.is_(False),
            Review.state.in_(COUNTS),
            Review.total.is_not(None),
            ~against,
        )
    )


def counted(round_id: int, candidacies: Iterable[int] | None = None) -> dict[int, list[Counted]]:
    """Return what counts, by candidacy: two queries, however many."""
    wanted = counting(round_id)
    if candidacies is not None:
        wanted = wanted.where(Assignment.candidacy_id.in_(candidacies))
    levels: dict[int, dict[str, int]] = {}
    reviews = wanted.with_only_columns(Review.id, Assignment.candidacy_id, Assignment.reviewer_id, Review.total)
    found = db.session.execute(reviews.order_by(Review.id)).all()
    given = (
        select(Score.review_id, Criterion.key, Score.level)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(and_(Score.replaced_at.is_(None), Score.level.is_not(None)))
        .where(Score.review_id.in_(wanted.with_only_columns(Review.id)))
    )
    for review, key, level in db.session.execute(given):
        levels.setdefault(review, {})[key] = level or 0
    counts: dict[int, list[Counted]] = {}
    for review, candidacy, reviewer, total in found:
        counts.setdefault(candidacy, []).append(Counted(reviewer, total or 0.0, levels.get(review, {})))
    return counts
