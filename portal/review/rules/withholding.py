"""Small numbers: an average of others is told only where no single score follows from it, nor from two of them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST = 3  # scores of others in any figure, and in the difference of any two

T = TypeVar("T")


def told(values: Sequence[T]) -> Sequence[T]:
    """Return those of others' values, in the order in which they came, that a figure may be made of.

    Their number is a multiple of three: one more score never changes a figure by itself, so that the difference between what was
    told before and after says nothing of it. The values must not change once they came.
    """
    return values[: len(values) - len(values) % LEAST]


def enough(count: int) -> bool:
    """Say whether a figure over so many scores may be shown to somebody who may not see each of them."""
    return count >= LEAST


def settled(*, count: int, given: int, locked: bool) -> bool:
    """Say whether a candidacy's figures may be shown to somebody who may see no single score of it.

    Only where enough reviews count; where none that was given has been set aside, since the average with it and the one without
    would tell it; and once the round is locked, since until then an average changes by one score at a time.
    """
    return locked and enough(count) and count == given
