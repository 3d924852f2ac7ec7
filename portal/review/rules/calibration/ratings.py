"""Scores as they come in, with text ids; and as arrays, which is what the model reads."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from portal.errors import N_, PortalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class BadRatings(PortalError):
    """The scores contradict each other or make no sense; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """Independent first scores, one per review: n reviews of I candidacies by J reviewers.

    `candidacies` and `reviewers` are ids in sorted order; `cand`, `rev` (n,) index them; `score` (n,) is the weighted
    total on the rubric's own scale; `criteria` (n, C) the scores it was made of, NaN where a criterion did not apply
    (C may be 0), and `weights` (C,) their weights. `stratum` (I,) indexes `strata`: the panel, language or category by
    which reads were assigned; a single stratum means none was.
    """

    candidacies: tuple[str, ...]
    reviewers: tuple[str, ...]
    cand: Ints
    rev: Ints
    score: Floats
    criteria: Floats = field(default_factory=lambda: np.empty((0, 0)))
    weights: Floats = field(default_factory=lambda: np.empty(0))
    criterion_names: tuple[str, ...] = ()
    stratum: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    strata: tuple[str, ...] = ("",)

    def __post_init__(self) -> None:
        if len(self.stratum) != len(self.candidacies):
            object.__setattr__(self, "stratum", np.zeros(len(self.candidacies), dtype=np.int64))

    @property
    def reads(self) -> Ints:
        """How many reviews each candidacy has, (I,)."""
        return np.bincount(self.cand, minlength=len(self.candidacies))

    @property
    def loads(self) -> Ints:
        """How many reviews each reviewer wrote, (J,)."""
        return np.bincount(self.rev, minlength=len(self.reviewers))

    @property
    def raw(self) -> Floats:
        """The plain mean of each candidacy's scores, (I,)."""
        return np.bincount(self.cand, weights=self.score, minlength=len(self.candidacies)) / self.reads


def weighted(criteria: Floats, weights: Floats) -> Floats:
    """Return the weighted mean (n,) of criteria (n, C); a criterion that did not apply leaves the sum.

    Raises `BadRatings` when no criterion of some review applies, or a weight is negative or all are zero.
    """
    if not np.all(np.isfinite(weights)) or (weights < 0).any() or weights.sum() <= 0:
        raise BadRatings(N_("Weights must be numbers of 0 or more, and not all of them 0."))
    there = ~np.isnan(criteria)
    total = there @ weights
    if (total <= 0).any():
        raise BadRatings(N_("A review has no score on any criterion that has a weight."))
    return np.asarray(np.where(there, criteria, 0.0) @ weights / total)


def gather(
    reviews: Sequence[tuple[str, str, float]],
    *,
    criteria: Floats | None = None,
    weights: Mapping[str, float] | None = None,
    strata: Mapping[str, str] | None = None,
) -> Ratings:
    """Return ratings from (candidacy, reviewer, score) in any order.

    `criteria` (n, C) and `weights` (C names in column order), both or neither; then the scores handed in are
    replaced by the weighted means. `strata` maps every candidacy to its stratum. Raises `BadRatings` for no reviews,
    a pair that is there twice, a score that is not a finite number, or a candidacy without its stratum.
    """
    if not reviews:
        raise BadRatings(N_("There are no reviews."))
    cands = tuple(sorted({c for c, _, _ in reviews}))
    revs = tuple(sorted({r for _, r, _ in reviews}))
    cand_at = {c: i for i, c in enumerate(cands)}
    rev_at = {r: j for j, r in enumerate(revs)}
    cand = np.array([cand_at[c] for c, _, _ in reviews], dtype=np.int64)
    rev = np.array([rev_at[r] for _, r, _ in reviews], dtype=np.int64)
    # Sums of floating-point numbers depend on their order: from here on it is always the same.
    code = cand * len(revs) + rev
    order = np.argsort(code, kind="stable")
    twice = np.flatnonzero(np.diff(code[order]) == 0)
    if len(twice):
        c, r, _ = reviews[int(order[twice[0]])]
        raise BadRatings(N_("Reviewer %(reviewer)s scored %(candidacy)s twice."), reviewer=r, candidacy=c)
    table = np.empty((len(reviews), 0)) if criteria is None else criteria
    weight = np.array(list((weights or {}).values()), dtype=np.float64)
    score = np.array([s for _, _, s in reviews], dtype=np.float64) if criteria is None else weighted(table, weight)
    bad = np.flatnonzero(~np.isfinite(score))
    if len(bad):
        c, r, value = reviews[int(bad[0])]
        raise BadRatings(
            N_("The score of %(candidacy)s by %(reviewer)s is not a number: %(value)s."),
            candidacy=c,
            reviewer=r,
            value=value if math.isnan(value) else float(value),
        )
    stratum = np.zeros(len(cands), dtype=np.int64)
    names: tuple[str, ...] = ("",)
    if strata is not None:
        missing = next((c for c in cands if c not in strata), None)
        if missing is not None:
            raise BadRatings(N_("Candidacy %(candidacy)s has no stratum."), candidacy=missing)
        names = tuple(sorted({strata[c] for c in cands}))
        place = {s: n for n, s in enumerate(names)}
        stratum = np.array([place[strata[c]] for c in cands], dtype=np.int64)
    return Ratings(
        candidacies=cands,
        reviewers=revs,
        cand=cand[order],
        rev=rev[order],
        score=score[order],
        criteria=table[order],
        weights=weight,
        criterion_names=tuple(weights or ()),
        stratum=stratum,
        strata=names,
    )


def detailed(
    reviews: Sequence[tuple[str, str, float]], levels: Sequence[Mapping[str, float]], weights: Mapping[str, float]
) -> Ratings:
    """Return ratings of these scores that also hold the levels they were made of, one mapping per review in the same order.

    The scores stay as they were handed in, to the last digit; so do the standings.
    """
    table = np.array([[each.get(name, math.nan) for name in weights] for each in levels], dtype=np.float64)
    plain = gather(reviews)
    return replace(gather(reviews, criteria=table, weights=weights), score=plain.score)
