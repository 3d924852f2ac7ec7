"""From counted reviews to standings: mean, spread, disagreement, ranks that ties share. Pure.

What counts is decided before: submitted reviews of people without a conflict, and never a draft.
"""

from __future__ import annotations

import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from portal.review.rules.scoring import DECIMALS, TIMES

if TYPE_CHECKING:
    from collections.abc import Sequence

Id = TypeVar("Id")

DIFFER = 0.5  # levels between reviewers, as a standard deviation
FAR_APART = 1.0


@dataclass(frozen=True, slots=True)
class Counted:
    """One review that counts: its total, and its level for each criterion that applied."""

    reviewer: int
    total: float
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a candidacy's counted reviews come to.

    `mean`, `low` and `high` are totals; `spread` is the standard deviation of the totals (n - 1); `apart` is the
    largest difference of two reviewers on one criterion, in levels, and `apart_on` that criterion. None where there is
    nothing to say: a mean of no review, a spread of one.
    """

    count: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    apart: int | None = None
    apart_on: str | None = None
    criteria: Mapping[str, float] = field(default_factory=dict)


def figures(reviews: Sequence[Counted]) -> Figures:
    """Return what counted reviews come to, whatever their order."""
    if not reviews:
        return Figures(0)
    totals = [review.total for review in reviews]
    given: dict[str, list[int]] = {}
    for review in reviews:
        for key, level in review.levels.items():
            given.setdefault(key, []).append(level)
    gaps = {key: max(levels) - min(levels) for key, levels in given.items() if len(levels) > 1}
    widest = min(gaps, key=lambda key: (-gaps[key], key)) if gaps else None
    return Figures(
        count=len(reviews),
        mean=round(statistics.fmean(totals), DECIMALS),
        low=min(totals),
        high=max(totals),
        spread=round(statistics.stdev(totals), DECIMALS) if len(totals) > 1 else None,
        apart=gaps[widest] if widest is not None else None,
        apart_on=widest,
        criteria={key: round(statistics.fmean(levels), DECIMALS) for key, levels in sorted(given.items())},
    )


def ranks(means: Mapping[Id, float | None]) -> dict[Id, tuple[int | None, bool]]:
    """Return each one's rank from 1 and whether it is tied. Equal means share the best rank; no mean, no rank."""
    known = sorted(-mean for mean in means.values() if mean is not None)
    return {
        each: (None, False)
        if mean is None
        else (1 + bisect_left(known, -mean), bisect_right(known, -mean) - bisect_left(known, -mean) > 1)
        for each, mean in means.items()
    }


class Agreement(StrEnum):
    """How near reviewers are, in a word."""

    AGREE = "agree"
    DIFFER = "differ"
    FAR_APART = "far apart"


def agreement(spread: float | None) -> tuple[Agreement, float] | None:
    """Return the word and the number (in levels) for a spread of totals; None where one alone cannot disagree."""
    if spread is None:
        return None
    levels = round(spread / TIMES, 1)
    word = Agreement.AGREE if levels < DIFFER else Agreement.DIFFER if levels < FAR_APART else Agreement.FAR_APART
    return word, levels


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the places end: the last mean that has a place, and whether an exact tie runs through it.

    `last` is None where there are fewer means than places.
    """

    last: float | None
    tied: bool

    def group(self, mean: float | None) -> str:
        """Return "above", "band" (in the tie that the cut runs through) or "below"."""
        if mean is None:
            return "below"
        if self.last is None or mean > self.last or (mean == self.last and not self.tied):
            return "above"
        return "band" if mean == self.last else "below"


def cut(means: Sequence[float], *, places: int) -> Cut:
    """Return where the places end among means, highest first. `means` may be just the last with a place and the next."""
    if places < 1:
        return Cut(float("inf"), tied=False)
    last = means[places - 1] if len(means) >= places else None
    return Cut(last, tied=len(means) > places and means[places] == last)
