"""Where what is covered lies in a file's pages. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from portal.review.rules import masking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.review.rules.masking import Piece

TURN = "\f"  # between pages, in the words of a file taken together
THOUSAND = 1000
LEAST = 4  # thousandths, of a box that covers anything
MOST_BOXES = 200


def together(words: Sequence[str]) -> str:
    """Return the words of all pages as one text, each of their characters one of it."""
    return TURN.join(page.replace(TURN, " ") for page in words)


def spans(words: Sequence[str], pieces: Iterable[Piece]) -> list[tuple[int, int, int]]:
    """Return what pieces cover by (page from 1, first character, character after the last), one for each page it stands on."""
    found = []
    begins = 0
    covered = masking.spans_of(pieces)
    for number, page in enumerate(words, start=1):
        ends = begins + len(page)
        found += [
            (number, max(span.start, begins) - begins, min(span.end, ends) - begins)
            for span in covered
            if span.start < ends and span.end > begins
        ]
        begins = ends + len(TURN)
    return found


def box(page: int, sides: Sequence[float], *, pages: int) -> list[int] | None:
    """Return a box as it is kept, from a page and its left, top, right and bottom in percent; None where it covers nothing.

    Sides given the wrong way round are turned.
    """
    if not 1 <= page <= pages or not all(0 <= side <= 100 for side in sides):  # noqa: PLR2004 - percent
        return None
    left, top, right, bottom = (round(side * THOUSAND / 100) for side in sides)
    left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
    if right - left < LEAST or bottom - top < LEAST:
        return None
    return [page, left, top, right, bottom]


def state(sha256: str, pieces: Sequence[Piece], boxes: Sequence[Sequence[int]]) -> str:
    """Return a digest of how a file is covered, so that nobody approves, and nobody reads, what was drawn otherwise."""
    said = json.dumps([sha256, list(pieces), [list(each) for each in boxes]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
