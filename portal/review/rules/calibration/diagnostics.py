"""What one fit says of each reviewer: severe, erratic, keeping to the middle, the same for every criterion.

A flag says that scores differ from the model, never that a reviewer is bad, and nobody is flagged on fewer than 8
reviews.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from .ratings import Floats

if TYPE_CHECKING:
    from .model import Point
    from .ratings import Ratings

#: Fewer reviews than this say nothing about their reviewer.
ENOUGH = 8
#: How far out a statistic must lie before it is worth a word.
FAR = 3.0
#: Mean squared residuals above this are Linacre's "unproductive" (rasch.org/rmt/rmt83b.htm).
NOISY = 1.5
#: Severity worth mentioning, and certain to be there at all, in shares of the scale.
LARGE, CERTAIN = 0.2, 0.1


@dataclass(frozen=True, slots=True)
class Signs:
    """One value per reviewer, (J,), NaN where it cannot be had; z above 3 (or below -3) is far out.

    `outfit` mean squared standardized residual (1 expected) and its z; `spread_z` how narrow the scores are beside what
    differing candidacies and noise would give; `slope` of own scores on what the others thought (1 expected);
    `halo_z` how little the criteria differ within a review beside everybody's; `flat` the share of reviews with the
    same score on every criterion; `reliability` 1 - pev / sb^2 of the leniency.
    """

    outfit: Floats
    outfit_z: Floats
    spread_z: Floats
    slope: Floats
    halo_z: Floats
    flat: Floats
    reliability: Floats
    flags: tuple[tuple[str, ...], ...]


def wilson_hilferty(ratio: Floats, df: Floats) -> Floats:
    """Return z of a mean square (chi-square over its df): the cube root is nearly normal (Wilson and Hilferty 1931)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((np.cbrt(ratio) - (1 - 2 / (9 * df))) / np.sqrt(2 / (9 * df)))


def signs(
    ratings: Ratings,
    point: Point,
    *,
    leniency: Floats,
    pev: Floats,
    sd_candidacy: float,
    sd_reviewer: float,
    scale: float,
) -> Signs:
    """Return what stands out in each reviewer's scores; `scale` is the width of the scale in points."""
    loads = ratings.loads.astype(float)
    residual = point.residuals / np.sqrt(np.maximum(point.s2 * (1 - point.leverage), 1e-300))
    count = len(ratings.reviewers)
    outfit = np.bincount(ratings.rev, weights=residual**2, minlength=count) / loads
    df = 2 / np.maximum(_outfit_variance(ratings, point), 1e-300)
    outfit_z = wilson_hilferty(outfit, df)

    mean = np.bincount(ratings.rev, weights=ratings.score, minlength=count) / loads
    square = np.bincount(ratings.rev, weights=(ratings.score - mean[ratings.rev]) ** 2, minlength=count)
    expected = sd_candidacy**2 + point.s2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread_z = wilson_hilferty(np.where(loads > 1, square / (loads - 1) / expected, np.nan), loads - 1)
        reliability = np.maximum(1 - pev / sd_reviewer**2, 0) if sd_reviewer > 0 else np.zeros(count)
    halo_z, flat = _halo(ratings)
    sd = np.sqrt(np.maximum(pev, 1e-300))
    certain = special.ndtr((-CERTAIN * scale - leniency) / sd) + special.ndtr((leniency - CERTAIN * scale) / sd)
    slope = _slope(ratings, leniency)
    flags = []
    for j in range(count):
        found = []
        if loads[j] >= ENOUGH:
            if certain[j] > 0.95 and abs(leniency[j]) >= LARGE * scale:  # noqa: PLR2004 - 95 %
                found.append("lenient" if leniency[j] > 0 else "severe")
            if outfit_z[j] > FAR and outfit[j] > NOISY:
                found.append("erratic")
            if spread_z[j] < -FAR and not slope[j] >= 1:
                found.append("central")
            if halo_z[j] < -FAR:
                found.append("halo")
        flags.append(tuple(found))
    return Signs(outfit, outfit_z, spread_z, slope, halo_z, flat, reliability, tuple(flags))


def _outfit_variance(ratings: Ratings, point: Point) -> Floats:
    """Return Var(outfit) of each reviewer, (J,): 2 / m^2 times the squared correlations of the residuals, exactly."""
    layout, b, inverse = point.layout, point.layout.count_b, point.inverse
    quad, cross = point.forms
    rho = point.rho[layout.outer]
    order = np.argsort(ratings.rev, kind="stable")
    ends = np.searchsorted(ratings.rev[order], np.arange(len(ratings.reviewers) + 1))
    result = np.empty(len(ratings.reviewers))
    for j in range(len(ratings.reviewers)):
        k = order[ends[j] : ends[j + 1]]
        x, inner, outer = layout.x[k], layout.inner[k], layout.outer[k]
        # g S^-1 g' between the reviews of one reviewer; then what they share through their candidacies.
        own = point.tb**2 * inverse[np.ix_(inner, inner)] + x @ inverse[b:, b:] @ x.T
        mixed = point.tb * inverse[np.ix_(inner, np.arange(b, len(inverse)))] @ x.T
        own += mixed + mixed.T
        if layout.swapped:
            r = rho[k][:, None]
            hat = own - r * cross[k] - (r * cross[k]).T + r * r.T * quad[outer[0]] + r[0]
        else:
            part = layout.N[outer]
            R = point.tb * (part @ inverse[:b]) + layout.X_a[outer] @ inverse[b:]
            to = point.tb * R[:, inner] + R[:, b:] @ x.T
            both = point.tb * (part @ R[:, :b].T).T + R[:, b:] @ layout.X_a[outer].T
            hat = own - rho[k][:, None] * to - (rho[k][:, None] * to).T + np.outer(rho[k], rho[k]) * both
            hat[np.diag_indices_from(hat)] += rho[k]
        left = np.eye(len(k)) - hat
        scale = np.sqrt(np.maximum(np.diag(left), 1e-12))
        result[j] = 2 / len(k) ** 2 * float(np.sum((left / np.outer(scale, scale)) ** 2))
    return result


def _slope(ratings: Ratings, leniency: Floats) -> Floats:
    """Return the slope of each reviewer's scores on the mean of the others' scores, leniency taken off, (J,)."""
    count = len(ratings.reviewers)
    clean = ratings.score - leniency[ratings.rev]
    reads = ratings.reads[ratings.cand]
    total = np.bincount(ratings.cand, weights=clean, minlength=len(ratings.candidacies))[ratings.cand]
    seen = reads > 1
    other = np.where(seen, (total - clean) / np.maximum(reads - 1, 1), 0.0)
    n = np.bincount(ratings.rev, weights=seen, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_o = np.bincount(ratings.rev, weights=other * seen, minlength=count) / n
        mean_s = np.bincount(ratings.rev, weights=ratings.score * seen, minlength=count) / n
        away = (other - mean_o[ratings.rev]) * seen
        above = np.bincount(ratings.rev, weights=away * (ratings.score - mean_s[ratings.rev]), minlength=count)
        below = np.bincount(ratings.rev, weights=away**2, minlength=count)
        return np.asarray(np.where(below > 1e-12, above / below, np.nan))  # noqa: PLR2004 - rounding


def _halo(ratings: Ratings) -> tuple[Floats, Floats]:
    """Return how little criteria differ within a reviewer's reviews (z, beside the others'), and the share of flat ones."""
    count = len(ratings.reviewers)
    if ratings.criteria.shape[1] < 2:  # noqa: PLR2004 - nothing to differ from
        return np.full(count, np.nan), np.full(count, np.nan)
    # What every review shares, the criterion's own level, is taken off first.
    away = ratings.criteria - np.nanmean(ratings.criteria, axis=0)
    there = np.sum(~np.isnan(away), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        center = np.nansum(away, axis=1) / there
        square = np.nansum((away - center[:, None]) ** 2, axis=1)
        df = np.bincount(ratings.rev, weights=np.maximum(there - 1, 0), minlength=count)
        mine = np.bincount(ratings.rev, weights=square, minlength=count)
        # The pool is everybody else, so that one odd reviewer does not hide in it.
        pool = (mine.sum() - mine) / (df.sum() - df)
        z = wilson_hilferty(np.where(df > 0, mine / df / pool, np.nan), df.astype(np.float64))
    level = np.nanmax(ratings.criteria, axis=1) - np.nanmin(ratings.criteria, axis=1)
    flat = (level == 0) & (there > 1)
    return z, np.bincount(ratings.rev, weights=flat, minlength=count) / ratings.loads
