"""Which reviews count, and what they say."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, func, select

from portal.awards.models import Criterion, Cycle
from portal.db import ask, fixed
from portal.nominations.models import Conflict
from portal.nominations.rules import STANDS
from portal.review.models import Assignment, BandScore, Review, Round, Score
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.lives import COUNTS, AssignmentState
from portal.review.rules.scoring import mean
from portal.review.rules.standings import Counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, Executable


def counting(round_id: int | BindParameter[Any]) -> Select[Review, Assignment]:
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


# What staff gave from bands: it counts in every review of a candidacy, by the rubric's weight.
_BANDS = fixed(
    select(BandScore.candidacy_id, Criterion.key, Criterion.weight, BandScore.level)
    .join(Criterion, Criterion.id == BandScore.criterion_id)
    .where(BandScore.candidacy_id.in_(bindparam("candidacies", expanding=True)))
    .where(BandScore.replaced_at.is_(None), BandScore.level.is_not(None))
    .where(
        Criterion.rubric_id
        == select(func.coalesce(Round.rubric_id, Cycle.rubric_id))
        .join(Cycle, Cycle.id == Round.cycle_id)
        .where(Round.id == bindparam("round"), Round.kind.in_(BY_RUBRIC))
        .scalar_subquery()
    )
)


@cache
def _counted(*, some: bool) -> tuple[Executable, Executable]:
    wanted = counting(bindparam("round"))
    if some:
        wanted = wanted.where(Assignment.candidacy_id.in_(bindparam("candidacies", expanding=True)))
    reviews = wanted.with_only_columns(Review.id, Assignment.candidacy_id, Assignment.reviewer_id, Review.total)
    given = (
        select(Score.review_id, Criterion.key, Score.level)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(and_(Score.replaced_at.is_(None), Score.level.is_not(None)))
        .where(Score.review_id.in_(wanted.with_only_columns(Review.id)))
    )
    return fixed(reviews.order_by(Review.id)), fixed(given)


def counted(round_id: int, candidacies: Iterable[int] | None = None) -> dict[int, list[Counted]]:
    """Return what counts, by candidacy: three or four queries, however many. What staff gave from bands is part of each review."""
    reviews, given = _counted(some=candidacies is not None)
    these = {"round": round_id, **({} if candidacies is None else {"candidacies": list(candidacies)})}
    levels: dict[int, dict[str, int]] = {}
    found = ask(reviews, these)
    for review, key, level in ask(given, these):
        levels.setdefault(review, {})[key] = level or 0
    weights: dict[str, int] = {}
    bands: dict[int, dict[str, int]] = {}
    of = {"round": round_id, "candidacies": list({candidacy for _r, candidacy, _p, _t in found})}
    for candidacy, key, weight, level in ask(_BANDS, of):
        bands.setdefault(candidacy, {})[key] = level or 0
        weights[key] = weight
    if bands:
        weights |= _weights(found[0][0])
    counts: dict[int, list[Counted]] = {}
    for review, candidacy, reviewer, total in found:
        given_levels = {**levels.get(review, {}), **bands.get(candidacy, {})}
        if candidacy in bands:
            over = sum(weights[key] for key in given_levels)
            total = mean(sum(weights[key] * level for key, level in given_levels.items()), over)  # noqa: PLW2901 - as staff's bands make it
        counts.setdefault(candidacy, []).append(Counted(reviewer, total or 0.0, given_levels))
    return counts


def _weights(review: int) -> dict[str, int]:
    """Return the weights of the rubric that a review was given by."""
    wanted = select(Criterion.key, Criterion.weight).join(Review, Review.rubric_id == Criterion.rubric_id)
    return {key: weight for key, weight in ask(wanted.where(Review.id == review))}  # noqa: C416 - rows
