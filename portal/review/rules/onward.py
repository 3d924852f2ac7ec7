"""Who goes on from a round: a rule proposes, and leaves to a person whatever it cannot settle fairly. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.review.rules.kinds import RoundKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class By(StrEnum):
    """How it is told who goes on."""

    HAND = "hand"  # a person says so of each
    SHARE = "share"  # at least so many in a hundred of its readers say that it goes on
    TOP = "top"  # the first so many in the standings
    LEVEL = "level"  # a score of at least so much


FITS: Mapping[RoundKind, tuple[By, ...]] = {
    RoundKind.SCREENING: (By.SHARE, By.TOP, By.HAND),
    RoundKind.SCORING: (By.TOP, By.LEVEL, By.HAND),
    RoundKind.RANKING: (By.TOP, By.HAND),
    RoundKind.INTERVIEW: (By.TOP, By.LEVEL, By.HAND),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of telling who goes on. `count` is for the first so many; `least` a share of 100, or a level."""

    by: By = By.HAND
    count: int = 0
    least: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {"by": self.by.value, "count": self.count, "least": self.least}


BY_HAND = Rule()


def from_json(kept: Mapping[str, Any] | None) -> Rule:
    """Return a rule as it was kept; by hand where none was."""
    return Rule(By(kept["by"]), int(kept["count"]), float(kept["least"])) if kept else Rule()


class Stand(NamedTuple):
    """One candidacy in a round's standings: its score in levels (a share of 1 in screening), best first by `rank`."""

    number: int
    score: float | None
    rank: int | None
    reads: int


class Why(StrEnum):
    """What a proposal rests on."""

    HAND = "hand"
    FEW = "few"  # not enough readers
    TIE = "tie"  # the cut runs through a tie
    RULE = "rule"


class Proposal(NamedTuple):
    """What the rule says of one candidacy; None leaves it to a person."""

    goes_on: bool | None
    why: Why


def propose(rule: Rule, stands: Sequence[Stand], *, quorum: int) -> dict[int, Proposal]:
    """Return what the rule says of each. Whoever has fewer counted reads than the quorum is neither taken nor left by it.

    The first `count` are counted among all, those with too few readers included: nobody moves up because another was read too
    little. A tie that the cut runs through is left to a person, whole.
    """
    last = _last(rule, stands)
    return {one.number: _of(rule, one, last, quorum=quorum) for one in stands}


def _last(rule: Rule, stands: Sequence[Stand]) -> tuple[int | None, bool]:
    """Return the rank of the last place, and whether more share it than there are places."""
    ranks = sorted(one.rank for one in stands if one.rank is not None)
    if rule.by is not By.TOP or rule.count < 1 or len(ranks) <= rule.count:
        return None, False
    last = ranks[rule.count - 1]
    return last, ranks[rule.count] == last


def _of(rule: Rule, one: Stand, last: tuple[int | None, bool], *, quorum: int) -> Proposal:
    if one.reads < max(quorum, 1) or one.score is None or one.rank is None:
        return Proposal(None, Why.FEW)
    if rule.by is By.HAND:
        return Proposal(None, Why.HAND)
    if rule.by is not By.TOP:
        figure = 100 * one.score if rule.by is By.SHARE else one.score
        return Proposal(round(figure, 4) >= rule.least, Why.RULE)
    rank, tied = last
    if tied and one.rank == rank:
        return Proposal(None, Why.TIE)
    return Proposal(rule.count > 0 if rank is None else one.rank <= rank, Why.RULE)
