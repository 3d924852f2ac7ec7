"""What a reviewer's scores look like beside the others', in a few kind words. Pure.

It never says that somebody is wrong: scores that differ may be the better ones.
"""

from __future__ import annotations

from enum import StrEnum

ENOUGH = 8  # reviews, before anything is said of anybody
OTHERS = 3  # other reviewers, before anybody hears how they stand beside them: fewer could be told from it
A_LITTLE, MUCH = 0.25, 0.6  # levels, on average


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
