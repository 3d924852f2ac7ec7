"""Would a place change without any one reviewer, without any one criterion, or with weights moved by a fifth?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from . import model, verdict
from .ratings import BadRatings, Floats, Ints, Ratings, weighted
from .standings import Standings, adjusted_means, ranking

if TYPE_CHECKING:
    from collections.abc import Collection

#: How far each weight is moved, up and down.
FIFTH = 0.2


@dataclass(frozen=True, slots=True)
class Change:
    """What a different committee or rubric would have meant.

    `kind` is "reviewer" or "criterion" (left out), "weight up" or "weight down" (a fifth), or "method" (the three
    SDs taken as known); `name` whose. `enters` and `leaves` are candidacies by place; `unread` those that nobody
    else had read.
    """

    kind: str
    name: str
    enters: tuple[str, ...]
    leaves: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether any place changes."""
        return bool(self.enters or self.leaves or self.unread)


@dataclass(frozen=True, slots=True)
class Card:
    """Every variation tried, those that matter first; `moved` counts how many change each candidacy's place."""

    changes: tuple[Change, ...]
    moved: tuple[tuple[str, int], ...]

    @property
    def tried(self) -> int:
        """How many variations were tried."""
        return len(self.changes)

    @property
    def firm(self) -> bool:
        """Whether no variation changes any place."""
        return not any(change.matters for change in self.changes)


def card(ratings: Ratings, found: Standings, *, reviewers: Collection[str] | None = None) -> Card:
    """Return the robustness card of standings that have an order; `reviewers` limits whom to leave out (None: each).

    The ratios of the three SDs stay as they were found; each variation is one exact solution. Scores shown as they
    are, by the verdict: adjusted, or plain means. Raises `BadRatings` when there is no order to vary.
    """
    if found.order is None:
        message = verdict.REASONS[found.judgement.verdict]
        raise BadRatings(message, field=None, **found.judgement.facts)
    shown = [s.adjusted_rank if found.order == "adjusted" else s.raw_rank for s in found.standings]
    placed = {
        s.candidacy for s, rank in zip(found.standings, shown, strict=True) if rank is not None and rank <= found.places
    }
    trial = _Trial(ratings, found, frozenset(placed))
    changes = [trial.compare("method", "", ratings)]
    for j, name in enumerate(ratings.reviewers):
        if reviewers is None or name in reviewers:
            changes.append(trial.compare("reviewer", name, without(ratings, ratings.rev != j)))
    weights = ratings.weights
    for c, name in enumerate(ratings.criterion_names):
        for kind, factor in (("criterion", 0.0), ("weight up", 1 + FIFTH), ("weight down", 1 - FIFTH)):
            moved = weights.copy()
            moved[c] *= factor
            left = reweighted(ratings, moved)
            if left is not None:
                changes.append(trial.compare(kind, name, left))
    count: dict[str, int] = {}
    for change in changes:
        for candidacy in {*change.enters, *change.leaves}:
            count[candidacy] = count.get(candidacy, 0) + 1
    return Card(
        changes=tuple(sorted(changes, key=lambda change: not change.matters)),
        moved=tuple(sorted(count.items(), key=lambda item: (-item[1], item[0]))),
    )


def without(ratings: Ratings, keep: Ints | np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Ratings:
    """Return the ratings with only the reviews marked, and only the candidacies and reviewers that still have one."""
    cands, cand = np.unique(ratings.cand[keep], return_inverse=True)
    revs, rev = np.unique(ratings.rev[keep], return_inverse=True)
    used, stratum = np.unique(ratings.stratum[cands], return_inverse=True)
    return replace(
        ratings,
        candidacies=tuple(ratings.candidacies[i] for i in cands.tolist()),
        reviewers=tuple(ratings.reviewers[j] for j in revs.tolist()),
        cand=cand,
        rev=rev,
        score=ratings.score[keep],
        criteria=ratings.criteria[keep],
        stratum=stratum,
        strata=tuple(ratings.strata[k] for k in used.tolist()),
    )


def reweighted(ratings: Ratings, weights: Floats) -> Ratings | None:
    """Return the ratings with other weights; without the reviews left with no score, None where none is left."""
    keep = ~np.isnan(ratings.criteria) @ weights > 0
    if not keep.any():
        return None
    left = ratings if keep.all() else without(ratings, keep)
    return replace(left, score=weighted(left.criteria, weights), weights=weights)


class _Trial:
    """Ranks a variation as the standings are ranked, and says who is in and out by it."""

    def __init__(self, ratings: Ratings, found: Standings, placed: frozenset[str]) -> None:
        self.everybody, self.found, self.placed = ratings.candidacies, found, placed

    def compare(self, kind: str, name: str, ratings: Ratings) -> Change:
        scores = ratings.raw if self.found.order == "raw" else self._adjusted(ratings)
        ranks = dict(zip(ratings.candidacies, ranking(scores), strict=True))
        now = {candidacy for candidacy, rank in ranks.items() if rank <= self.found.places}
        unread = tuple(c for c in self.everybody if c not in ranks)
        return Change(
            kind=kind,
            name=name,
            enters=tuple(sorted(now - self.placed)),
            leaves=tuple(sorted(self.placed - now - set(unread))),
            unread=unread,
        )

    def _adjusted(self, ratings: Ratings) -> Floats:
        sigma = self.found.sigma or 0.0
        if not verdict.identified(ratings) or sigma <= 0:
            return ratings.raw
        ta, tb = (self.found.sd_candidacy or 0.0) / sigma, (self.found.sd_reviewer or 0.0) / sigma
        layout = model.Layout(ratings)
        point = layout.at(tb, ta) if layout.swapped else layout.at(ta, tb)
        leniency = point.effect_a if layout.swapped else point.effect_b
        return adjusted_means(ratings, leniency)
