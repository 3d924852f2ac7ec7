"""What a reviewer's scores look like beside the others', in a few kind words. Pure.

It never says that somebody is wrong: scores that differ may be the better ones.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ENOUGH = 8  # reviews, before anything is said of anybody
OTHERS = 3  # other reviewers, before anybody hears how they stand beside them: fewer could be told from it
A_LITTLE, MUCH = 0.25, 0.6  # levels, on average


DRIFT_FROM = 6  # one's own reviews, before anything is said of how they changed


class Drift(StrEnum):
    """How somebody's own later scores stand beside their own first ones. Of nobody else's, so each may always know."""

    TOO_FEW = "too few"
    STEADY = "steady"
    STRICTER = "stricter"
    KINDER = "more generous"


def drift(totals: Sequence[float]) -> Drift:
    """Return how one's own totals (ten for a level), in the order in which they were sent, changed from the first half to the second.

    With an odd number the middle one counts in neither half.
    """
    if len(totals) < DRIFT_FROM:
        return Drift.TOO_FEW
    half = len(totals) // 2
    change = (sum(totals[-half:]) - sum(totals[:half])) / half / 10
    if abs(change) < A_LITTLE:
        return Drift.STEADY
    return Drift.STRICTER if change < 0 else Drift.KINDER


class Manner(StrEnum):
    """How strict somebody is beside the others, as coarsely as it can be said: no number tells a score of anybody else's."""

    TOO_FEW = "too few"
    LIKE_OTHERS = "like the others"
    LITTLE_STRICTER = "a little stricter"
    MUCH_STRICTER = "clearly stricter"
    LITTLE_KINDER = "a little more generous"
    MUCH_KINDER = "clearly more generous"


def manner(reviews: int, leniency: float | None, *, others: int) -> Manner:
    """Return how strict somebody is beside the others; `leniency` is in levels above them."""
    if leniency is None or reviews < ENOUGH or others < OTHERS:
        return Manner.TOO_FEW
    if abs(leniency) < A_LITTLE:
        return Manner.LIKE_OTHERS
    if leniency < 0:
        return Manner.MUCH_STRICTER if leniency <= -MUCH else Manner.LITTLE_STRICTER
    return Manner.MUCH_KINDER if leniency >= MUCH else Manner.LITTLE_KINDER
