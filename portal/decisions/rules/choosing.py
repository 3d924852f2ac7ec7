"""From an order of standing to a proposal: who takes a place, where a tie lies across the cut, when a reason is owed. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from portal.decisions.rules.lives import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Ranked(NamedTuple):
    """A candidacy and its rank, which ties share. None: nobody scored it. `in_band`: it cannot be told apart from others at the cut."""

    number: int
    rank: int | None
    in_band: bool = False


class Suggested(NamedTuple):
    """What the frozen rule proposes, by candidacy: who takes a place (with cents, where sums differ), alternates in order, exact ties.

    `by_lot`: a tie is settled by a draw and nothing else.
    """

    selected: dict[int, int | None]
    alternates: tuple[int, ...]
    tied: frozenset[int]
    tied_places: int
    by_lot: bool = False


class Tie(NamedTuple):
    """Several stand equal across the cut: more of them than places left. Only a stated reason can choose among them."""

    numbers: tuple[int, ...]
    places: int  # how many of them may be selected


class Proposed(NamedTuple):
    """What the order of standing suggests for one candidacy."""

    number: int
    outcome: Outcome
    alternate: int | None = None  # the alternates' own order, from 1


def in_order(ranked: Iterable[Ranked]) -> list[Ranked]:
    """Return them best first; those without a rank last; equals as they came."""
    return sorted(ranked, key=lambda one: (one.rank is None, one.rank or 0))


def tie_at_cut(ranked: Iterable[Ranked], places: int) -> Tie | None:
    """Return the tie that the last place lies in, if there is one."""
    order = in_order(ranked)
    known = [one for one in order if one.rank is not None]
    if not 0 < places < len(known) or known[places - 1].rank != known[places].rank:
        return None
    rank = known[places].rank
    above = sum(1 for one in known if one.rank is not None and rank is not None and one.rank < rank)
    return Tie(tuple(one.number for one in known if one.rank == rank), places - above)


def cut(ranked: Iterable[Ranked], places: int) -> int | None:
    """Return the rank of the last one who would be selected, or None where nobody would be."""
    known = [one.rank for one in in_order(ranked) if one.rank is not None]
    return known[min(places, len(known)) - 1] if known and places > 0 else None


def by_standing(ranked: Iterable[Ranked], *, places: int, alternates: int) -> list[Proposed]:
    """Return what the standings suggest: places from the top, then alternates in order. Nobody in a tie at the cut is chosen.

    A tie across the cut is left for people to decide, and with it everything below that would depend on it.
    """
    tie = tie_at_cut(ranked, places)
    tied = frozenset(tie.numbers) if tie else frozenset()
    known = [one for one in in_order(ranked) if one.rank is not None]
    found: list[Proposed] = []
    for place, one in enumerate(known):
        if one.number in tied:
            continue
        if place < places:
            found.append(Proposed(one.number, Outcome.SELECTED))
        elif tie is None and place < places + alternates:
            found.append(Proposed(one.number, Outcome.ALTERNATE, place - places + 1))
    return found


def by_rule(suggested: Suggested, *, alternates: int) -> list[Proposed]:
    """Return what the frozen rule proposes: places, then so many alternates. Nobody in an exact tie is chosen."""
    chosen = [Proposed(number, Outcome.SELECTED) for number in suggested.selected]
    if suggested.tied:
        return chosen
    return chosen + [
        Proposed(number, Outcome.ALTERNATE, place)
        for place, number in enumerate(suggested.alternates[:alternates], start=1)
    ]


def owes_reason(
    one: Ranked, outcome: Outcome, ranked: Sequence[Ranked], *, places: int, suggested: Suggested | None = None
) -> bool:
    """Say whether this outcome departs from what the scores and the rule say, or chooses within an exact tie, so that a reason is owed.

    Within the band of those who cannot be told apart the committee chooses freely.
    """
    if suggested is not None:
        if one.number in suggested.tied:
            return True
        follows = (outcome is Outcome.SELECTED) == (one.number in suggested.selected)
        return not follows and not one.in_band
    last = cut(ranked, places)
    tie = tie_at_cut(ranked, places)
    if tie is not None and one.number in tie.numbers:
        return True
    if outcome is Outcome.SELECTED:
        return one.rank is None or last is None or one.rank > last
    return one.rank is not None and last is not None and one.rank <= last


def free(taken: Iterable[int], most: int) -> int | None:
    """Return the lowest number from 1 to `most` that is not taken."""
    held = frozenset(taken)
    return next((number for number in range(1, most + 1) if number not in held), None)


def sum_fits(sum_cents: int, *, least: int, most: int | None) -> bool:
    """Say whether a sum lies between a place's least and its most; where there is no most, every place gets the same."""
    return least <= sum_cents <= (least if most is None else most)


def digest(versions: Iterable[tuple[int, int]]) -> str:
    """Return what an approval is given for: these decisions, exactly as they stood when they were shown."""
    return hashlib.sha256(json.dumps(sorted(versions)).encode()).hexdigest()[:32]
