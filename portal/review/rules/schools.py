"""What readers see of a school in rounds that show it: its size and need, in broad words that fit many schools. Pure."""

from __future__ import annotations

from enum import StrEnum

SMALL, LARGE = 300, 800  # students
SOME, HALF, MOST = 0.25, 0.5, 0.75  # of them on free or reduced lunch


class Size(StrEnum):
    """How large a school is."""

    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


class Need(StrEnum):
    """How many of its students come from families with little."""

    FEW = "few"
    SOME = "some"
    MANY = "many"
    MOST = "most"


def size(students: int | None) -> Size | None:
    """Return how large a school is; None where that was not reported."""
    if students is None:
        return None
    return Size.SMALL if students < SMALL else Size.MIDDLE if students < LARGE else Size.LARGE


def need(*, students: int | None, lunches: int | None) -> Need | None:
    """Return a school's need by the share of students on free or reduced lunch; None where either was not reported."""
    if not students or lunches is None:
        return None
    share = lunches / students
    return Need.FEW if share < SOME else Need.SOME if share < HALF else Need.MANY if share < MOST else Need.MOST
