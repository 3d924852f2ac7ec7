"""What candidacies are called aloud while names are covered: plants of the region, and a reference made anew. Pure."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from portal.review.rules.wordlists import PLACES, PLANTS

if TYPE_CHECKING:
    from collections.abc import Collection

DIGITS = 4


def names(count: int, *, seed: int, taken: Collection[str] = ()) -> list[str]:
    """Return `count` different names in a seeded order, none of them in `taken`.

    Plants alone come first; when they run out, plants of a place ("Creek Salal"), and beyond that numbered ones.
    """
    chance = random.Random(seed)  # noqa: S311 - an order anyone may repeat from the seed, not a secret
    used = set(taken)
    found: list[str] = []
    turn = 0
    while len(found) < count:
        pool = [name for name in _pool(turn) if name not in used]
        chance.shuffle(pool)
        found += pool[: count - len(found)]
        turn += 1
    return found


def _pool(turn: int) -> list[str]:
    if turn == 0:
        return list(PLANTS)
    if turn <= len(PLACES):
        return [f"{PLACES[turn - 1]} {plant}" for plant in PLANTS]
    return [f"{plant} {turn - len(PLACES) + 1}" for plant in PLANTS]


def references(count: int, *, seed: int, taken: Collection[str] = ()) -> list[str]:
    """Return `count` references ("R-0118") made anew, in a seeded order: none tells which candidacy it stands for."""
    chance = random.Random(f"reference {seed}")  # noqa: S311 - as above
    used = set(taken)
    found: list[str] = []
    digits = DIGITS
    while len(found) < count:
        if len(used) > 10**digits // 2:
            digits += 1
        name = f"R-{chance.randrange(10**digits):0{digits}d}"
        if name not in used:
            used.add(name)
            found.append(name)
    return found
