"""From levels to a total, and what is frozen before the first of them. Pure.

A total is the weighted mean of the levels given, times ten: with levels up to 6 it is out of 60. What does not apply
leaves the sum, and so does what is not scored yet: missing is never zero.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIMES = 10
DECIMALS = 6  # totals are rounded so that equal ones are equal on every machine
PACE = 230  # words a minute
SCORING_MINUTES = 4  # to weigh one candidacy and say why

Id = TypeVar("Id")


class Confidence(StrEnum):
    """How sure a reviewer says they are of their scores."""

    SURE = "sure"
    FAIRLY = "fairly sure"
    UNSURE = "not sure"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reviewer said about one criterion: a level, that it does not apply, or nothing yet; and why."""

    level: int | None = None
    does_not_apply: bool = False
    why: str = ""

    @property
    def answered(self) -> bool:
        """Whether it is settled: scored, or said not to apply."""
        return self.level is not None or self.does_not_apply


NOTHING = Mark()


def total(weights: Mapping[str, int], marks: Mapping[str, Mark]) -> float | None:
    """Return the weighted mean level of what was scored, times ten; None when nothing was.

    `weights` are by criterion. Criteria without a level count neither above nor below the line.
    """
    levels = {key: mark.level for key in weights if (mark := marks.get(key, NOTHING)).level is not None}
    over = sum(weights[key] for key in levels)
    return mean(sum(weights[key] * (level or 0) for key, level in levels.items()), over) if over else None


def mean(points: float, over: float) -> float:
    """Return a total from the sum of weight times level, and the sum of the weights it is over."""
    return round(TIMES * float(points) / float(over), DECIMALS)


def unanswered(weights: Mapping[str, int], marks: Mapping[str, Mark]) -> list[str]:
    """Return the criteria with nothing said, in the rubric's order."""
    return [key for key in weights if not marks.get(key, NOTHING).answered]


def final(weights: Mapping[str, int], marks: Mapping[str, Mark]) -> float | None:
    """Return the total of a whole review; None while any criterion is unanswered, or when none applies."""
    return None if unanswered(weights, marks) else total(weights, marks)


def minutes(words: int) -> int:
    """Return about how long reading so many words takes, at least one minute."""
    return max(1, round(words / PACE))


def minutes_needed(words: int, readings: int) -> int:
    """Return about how long it takes to read so many words and to score so many candidacies; nothing left takes no time."""
    return round(words / PACE + SCORING_MINUTES * readings) if readings else 0


def own_order(ids: Iterable[Id], *, seed: int, reader: int) -> list[Id]:
    """Return `ids` in a random order of one reader's own, the same each time it is asked for."""
    order = list(ids)
    random.Random(f"{seed} {reader}").shuffle(order)  # noqa: S311 - an order anyone may repeat from the seed, not a secret
    return order


def reviewer_code(seed: int, person: int) -> str:
    """Return what a reviewer is called where nobody is named: the same throughout a round, and in no other."""
    return "R-" + hashlib.sha256(f"reviewer {seed} {person}".encode()).hexdigest()[:12]


def school_code(seed: int, name: str) -> str:
    """Return what a school is called where none is named: the same throughout a round, and in no other."""
    return "S-" + hashlib.sha256(f"school {seed} {name}".encode()).hexdigest()[:12]


def digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document's canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
