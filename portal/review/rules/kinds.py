"""What is done in a round, and what follows from it. Pure."""

from __future__ import annotations

from enum import StrEnum


class RoundKind(StrEnum):
    """What is done in a round."""

    SCREENING = "screening"  # each reader says: goes on, or does not
    SCORING = "scoring"  # by a rubric
    RANKING = "ranking"  # each reader puts the best in order
    INTERVIEW = "interview"  # or a visit: by a rubric, after the round before


BY_RUBRIC = frozenset({RoundKind.SCORING, RoundKind.INTERVIEW})


def points(place: int | None, *, best: int) -> int:
    """Return what a place among the `best` is worth: so many for the first, one for the last, nothing for the others."""
    return best + 1 - place if place is not None and 1 <= place <= best else 0


def order_wrong(places: dict[int, int | None], *, best: int, readable: int) -> str | None:
    """Say what keeps places from being an order of the best: "twice", "beyond", "short"; None where nothing does.

    `places` by candidacy, None for those not among the best. Where there are fewer to read than places, all are put in order.
    """
    given = sorted(place for place in places.values() if place is not None)
    wanted = min(best, readable)
    if any(not 1 <= place <= wanted for place in given):
        return "beyond"
    if len(set(given)) < len(given):
        return "twice"
    return None if len(given) == wanted else "short"
