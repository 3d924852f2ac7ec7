"""Whether one letter is almost another: copied, with a name or a line put in. Pure."""

from __future__ import annotations

from portal.people.rules import fold

LONG = 9  # letters of a piece: short enough for scripts without spaces, long enough to tell texts apart
LEAST = 120  # pieces below which a text is too short to be a letter
ALMOST = 0.8  # how much of the shorter must stand in the longer


def shingles(text: str) -> frozenset[str]:
    """Return every run of a few letters of a text, spaces, case and punctuation aside; none of a text too short to be a letter."""
    letters = fold(text).replace(" ", "")
    found = frozenset(letters[place : place + LONG] for place in range(len(letters) - LONG + 1))
    return found if len(found) >= LEAST else frozenset()


def nearly(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether most of the shorter of two texts stands in the longer, word for word."""
    if not one or not other:
        return False
    return len(one & other) >= ALMOST * min(len(one), len(other))
