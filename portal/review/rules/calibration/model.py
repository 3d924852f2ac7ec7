"""The calibrated model: score = stratum + quality + leniency + noise, crossed random effects by REML, exactly.

    y_k = x_i'beta + q_i + b_j + e_k,   q ~ N(0, sq^2),  b ~ N(0, sb^2),  e ~ N(0, s^2)

With ta = sq/s and tb = sb/s the larger of the two factors is eliminated (its block is diagonal), which leaves one dense
system S of the other factor and the fixed effects; one Cholesky factorization of it gives everything. Notation and
equality with lme4: Bates et al. 2015, doi:10.18637/jss.v067.i01. Below, "outer" is the factor that is eliminated and
"inner" the one that stays; without strata either may be the reviewers, whichever are fewer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg, optimize, sparse

from portal.review.rules import threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from .ratings import Floats, Ints, Ratings

threads.one()

#: Where the search for the logarithms of ta and tb stays.
LOWEST, HIGHEST = -9.0, 9.0
#: Where the search starts: ratios of SDs to the noise, (candidacies, reviewers).
START = (0.8, 0.4)
#: Few scores can have several summits: up to so many reviews the best of all these pairs of ratios is a second start.
FEW_REVIEWS = 600
RATIOS = (0.1, 0.3, 0.6, 1.0, 2.0, 5.0)
#: Criteria closer than this are equal, and steps smaller than this are none.
EVEN = 1e-8
#: Sums of products per number of reads are kept ready for at most this many different numbers of reads.
FEW = 8
#: So many rows of the outer factor are worked on at a time.
ROWS = 4096


class Layout:
    """What the scores say, summed up once; everything that depends on ta and tb comes from `at`."""

    def __init__(self, ratings: Ratings) -> None:
        """Choose which factor to eliminate and sum the scores over each."""
        self.ratings = ratings
        self.optimum: Point | None = None
        self.strata = len(ratings.strata)
        # The effects of strata belong to candidacies, and chances need the reviewers as the inner factor there.
        self.swapped = len(ratings.candidacies) < len(ratings.reviewers) and self.strata == 1
        self.outer, self.inner = (ratings.rev, ratings.cand) if self.swapped else (ratings.cand, ratings.rev)
        ids = (ratings.reviewers, ratings.candidacies) if self.swapped else (ratings.candidacies, ratings.reviewers)
        self.count_a, self.count_b = len(ids[0]), len(ids[1])
        self.n = len(ratings.score)
        # Centered, so that nothing is lost in sums of squares; the center comes back in `beta`.
        self.center = float(np.mean(ratings.score))
        y = ratings.score - self.center
        self.y = y
        ones = np.ones(self.n)
        shape = (self.count_a, self.count_b)
        self.N = sparse.csr_array((ones, (self.outer, self.inner)), shape=shape)
        self.n_a = np.bincount(self.outer, minlength=self.count_a).astype(float)
        self.n_b = np.bincount(self.inner, minlength=self.count_b).astype(float)
        self.y_a = np.bincount(self.outer, weights=y, minlength=self.count_a)
        self.y_b = np.bincount(self.inner, weights=y, minlength=self.count_b)
        self.yy = float(y @ y)
        self.x = np.zeros((self.n, self.strata))
        self.x[np.arange(self.n), ratings.stratum[ratings.cand]] = 1.0
        self.X_a = _sums(self.outer, self.x, self.count_a)
        self.X_b = _sums(self.inner, self.x, self.count_b)
        self.XX = self.x.T @ self.x
        self.Xy = self.x.T @ y
        self.sizes, self.size_of = np.unique(self.n_a, return_inverse=True)

    @property
    def free(self) -> int:
        """Degrees of freedom: reviews less fixed effects."""
        return self.n - self.strata

    @cached_property
    def products(self) -> list[Floats]:
        """N'N over the outer levels of each size, (B, B) each: N'DN is a weighted sum of these few."""
        return [
            np.asarray((part.T @ part).toarray())
            for part in (self.N[np.flatnonzero(self.size_of == k)] for k in range(len(self.sizes)))
        ]

    def inner_product(self, weight: Floats) -> Floats:
        """Return N' diag(weight) N, (B, B), for a weight per outer size."""
        if len(self.sizes) <= FEW:
            return np.asarray(sum(w * part for w, part in zip(weight.tolist(), self.products, strict=True)))
        scaled = self.N * weight[self.size_of][:, None]
        return np.asarray((self.N.T @ scaled).toarray())

    def at(self, ta: float, tb: float) -> Point:
        """Return the model solved at these ratios of SDs; the optimum, once found, is not solved again."""
        if self.optimum is not None and (self.optimum.ta, self.optimum.tb) == (ta, tb):
            return self.optimum
        return Point(self, ta, tb)


def _sums(index: Ints, values: Floats, count: int) -> Floats:
    """Return the columns of values summed by index, (count, columns)."""
    return np.stack([np.bincount(index, weights=v, minlength=count) for v in values.T], axis=1)


class Point:
    """The model at one (ta, tb): equations (2) to (6) of the model, each computed when first asked for."""

    def __init__(self, layout: Layout, ta: float, tb: float) -> None:
        """Factor S and solve; raises `numpy.linalg.LinAlgError` only if S is not positive definite, which it is."""
        self.layout, self.ta, self.tb = layout, ta, tb
        b = layout.count_b
        self.d = 1 + ta**2 * layout.n_a
        self.rho = ta**2 / self.d
        size_rho = ta**2 / (1 + ta**2 * layout.sizes)
        S = np.empty((b + layout.strata, b + layout.strata))
        if tb > 0:
            S[:b, :b] = -(tb**2) * (layout.inner_product(size_rho) if ta > 0 else 0.0)
        else:
            S[:b, :b] = 0.0
        S[np.arange(b), np.arange(b)] += 1 + tb**2 * layout.n_b
        S[:b, b:] = tb * (layout.X_b - layout.N.T @ (self.rho[:, None] * layout.X_a))
        S[b:, :b] = S[:b, b:].T
        S[b:, b:] = layout.XX - layout.X_a.T @ (self.rho[:, None] * layout.X_a)
        self.r = np.concatenate(
            [
                tb * (layout.y_b - layout.N.T @ (self.rho * layout.y_a)),
                layout.Xy - layout.X_a.T @ (self.rho * layout.y_a),
            ],
        )
        self.L = linalg.cholesky(S, lower=True, overwrite_a=True, check_finite=False)
        self.logdet = float(2 * np.sum(np.log(np.diag(self.L))))
        self.solution = linalg.cho_solve((self.L, True), self.r, check_finite=False)
        v = layout.yy - float(layout.y_a @ (self.rho * layout.y_a))
        # With hardly any noise left the difference is lost in rounding; it is never really negative.
        self.r2 = max(v - float(self.r @ self.solution), layout.yy * 1e-14, 1e-300)
        self.effect_b = tb * self.solution[:b]
        self.beta = self.solution[b:]
        self.effect_a = self.rho * (layout.y_a - layout.N @ self.effect_b - layout.X_a @ self.beta)

    @property
    def reml(self) -> float:
        """Minus twice the restricted log-likelihood with s^2 at its best, (4): the criterion lme4 reports."""
        free = self.layout.free
        return float(np.sum(np.log(self.d)) + self.logdet + free * (1 + np.log(2 * np.pi * self.r2 / free)))

    @property
    def s2(self) -> float:
        """The noise variance that is best at this (ta, tb)."""
        return self.r2 / self.layout.free

    @cached_property
    def inverse(self) -> Floats:
        """S^-1, symmetric, (B + p, B + p)."""
        lower, _ = linalg.lapack.dpotri(self.L, lower=True)
        inverse = np.tril(lower)
        return np.asarray(inverse + np.tril(inverse, -1).T)

    @cached_property
    def traces(self) -> tuple[float, float]:
        """The traces of the blocks of K^-1 that belong to the outer and to the inner factor."""
        layout, b = self.layout, self.layout.count_b
        weight = (self.ta / (1 + self.ta**2 * layout.sizes)) ** 2
        w = weight[layout.size_of]
        inverse = self.inverse
        total = 0.0
        if self.ta > 0:
            if self.tb > 0:
                total += self.tb**2 * float(np.sum(layout.inner_product(weight) * inverse[:b, :b]))
                cross = layout.N.T @ (w[:, None] * layout.X_a)
                total += 2 * self.tb * float(np.sum(cross * inverse[:b, b:]))
            total += float(np.sum((layout.X_a.T @ (w[:, None] * layout.X_a)) * inverse[b:, b:]))
        return float(np.sum(1 / self.d)) + total, float(np.trace(inverse[:b, :b]))

    def slopes(self, s2: float) -> tuple[float, float]:
        """Derivatives of -2 log L by log ta and log tb at this noise variance; at `s2` itself those of `reml`."""
        tr_a, tr_b = self.traces
        u_a = self.effect_a / self.ta if self.ta > 0 else np.zeros(1)
        u_b = self.solution[: self.layout.count_b]
        return (
            2 * (self.layout.count_a - tr_a) - 2 * float(u_a @ u_a) / s2,
            2 * (self.layout.count_b - tr_b) - 2 * float(u_b @ u_b) / s2,
        )

    @cached_property
    def forms(self) -> tuple[Floats, Floats]:
        """(M S^-1 M')_ii for each outer level, (A,), and g_k S^-1 M_i' for each review, (n,); M = [tb N, X_a]."""
        layout, b, inverse = self.layout, self.layout.count_b, self.inverse
        quad = np.zeros(layout.count_a)
        cross = np.zeros(layout.n)
        order = np.argsort(layout.outer, kind="stable")
        ends = np.searchsorted(layout.outer[order], np.arange(0, layout.count_a + ROWS, ROWS))
        for block, start in enumerate(range(0, layout.count_a, ROWS)):
            rows = slice(start, min(start + ROWS, layout.count_a))
            part = layout.N[rows]
            R = self.tb * (part @ inverse[:b]) + layout.X_a[rows] @ inverse[b:]
            k = order[ends[block] : ends[block + 1]]
            here = layout.outer[k] - start
            to_inner = R[here, layout.inner[k]]
            quad[rows] = self.tb * np.bincount(here, weights=to_inner, minlength=rows.stop - start)
            quad[rows] += np.sum(R[:, b:] * layout.X_a[rows], axis=1)
            cross[k] = self.tb * to_inner + np.sum(R[here, b:] * layout.x[k], axis=1)
        return quad, cross

    @cached_property
    def variances(self) -> tuple[Floats, Floats]:
        """Prediction-error variances over s^2 of the outer (A,) and the inner effects (B,), (6)."""
        quad, _ = self.forms
        outer = self.ta**2 * (1 / self.d + (self.ta / self.d) ** 2 * quad)
        return outer, self.tb**2 * np.diag(self.inverse)[: self.layout.count_b]

    @cached_property
    def leverage(self) -> Floats:
        """h_k of each review, (n,): Var(residual) = s^2 (1 - h)."""
        layout, b, inverse = self.layout, self.layout.count_b, self.inverse
        quad, cross = self.forms
        rho = self.rho[layout.outer]
        at = layout.inner
        own = self.tb**2 * np.diag(inverse)[at] + np.einsum("ki,ij,kj->k", layout.x, inverse[b:, b:], layout.x)
        own += 2 * self.tb * np.sum(inverse[at, b:] * layout.x, axis=1)
        return np.asarray(rho + own - 2 * rho * cross + rho**2 * quad[layout.outer])

    @property
    def residuals(self) -> Floats:
        """What neither quality nor leniency explains, (n,), in points."""
        layout = self.layout
        fitted = layout.x @ self.beta + self.effect_a[layout.outer] + self.effect_b[layout.inner]
        return np.asarray(layout.y - fitted)


@dataclass(frozen=True, slots=True)
class Fit:
    """The model at the REML optimum.

    `mu` is the mean level in points; SDs in points; `reml` lme4's REML criterion; `reml_without` the same with all
    reviewers equally lenient. `evaluations` counts the factorizations it took.
    """

    point: Point
    mu: float
    sd_candidacy: float
    sd_reviewer: float
    sigma: float
    reml: float
    reml_without: float
    evaluations: int


def fit(layout: Layout) -> Fit:
    """Return the REML fit: a search by L-BFGS, chord-Newton to the last digits, and the boundary on each axis.

    An SD of exactly 0 is a legal answer. The layout must hold at least two reviews more than fixed effects.
    """
    search = _Search(layout)
    best = search.both()
    only_outer, reml_outer = search.one(outer=True)
    only_inner, reml_inner = search.one(outer=False)
    none = search.point(0.0, 0.0)
    # A boundary within rounding of the best is the simpler answer, and the same one on every machine.
    for reml, ta, tb in ((reml_outer, only_outer, 0.0), (reml_inner, 0.0, only_inner), (none.reml, 0.0, 0.0)):
        if reml <= best.reml + EVEN:
            best = search.point(ta, tb)
    layout.optimum = best
    sigma = float(np.sqrt(best.s2))
    without = reml_inner if layout.swapped else reml_outer
    ta, tb = (best.tb, best.ta) if layout.swapped else (best.ta, best.tb)
    return Fit(
        point=best,
        mu=layout.center + float(np.mean(best.beta[layout.ratings.stratum])),
        sd_candidacy=ta * sigma,
        sd_reviewer=tb * sigma,
        sigma=sigma,
        reml=best.reml,
        reml_without=min(without, none.reml),
        evaluations=search.count,
    )


class _Search:
    """Finds the best (ta, tb) for a layout, counting factorizations."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.count = 0

    def point(self, ta: float, tb: float) -> Point:
        self.count += 1
        return self.layout.at(ta, tb)

    def both(self) -> Point:
        """Return the best point inside."""
        last: dict[tuple[float, ...], Point] = {}

        def value(theta: Floats) -> tuple[float, Floats]:
            here = self.point(float(np.exp(theta[0])), float(np.exp(theta[1])))
            last.clear()
            last[tuple(theta.tolist())] = here
            return here.reml, np.array(here.slopes(here.s2))

        starts = [START[::-1] if self.layout.swapped else START]
        if self.layout.n <= FEW_REVIEWS:
            every = [(a, b) for a in RATIOS for b in RATIOS]
            starts.append(min(every, key=lambda t: self.point(*t).reml))
        tries = []
        for start in starts:
            found = optimize.minimize(
                value,
                np.log(start),
                jac=True,
                method="L-BFGS-B",
                bounds=[(LOWEST, HIGHEST)] * 2,
                options={"gtol": 1e-3, "ftol": 1e-10},
            )
            tries.append((float(found.fun), np.asarray(found.x)))
        best = min(height for height, _ in tries)
        theta = next(x for height, x in tries if height <= best + 1e-6)
        theta = self._polish(theta, value)
        return last.get(tuple(theta.tolist())) or self.point(*np.exp(theta).tolist())

    @staticmethod
    def _polish(theta: Floats, value: Callable[[Floats], tuple[float, Floats]]) -> Floats:
        """Return theta after chord-Newton steps to 1e-8; unchanged where it lies at the edge or the surface is flat."""
        if (theta < LOWEST + 0.5).any() or (theta > HIGHEST - 0.5).any():
            return theta
        best, slope = value(theta)
        width = 1e-4
        columns = []
        for axis in range(len(theta)):
            moved = theta.copy()
            moved[axis] += width
            columns.append((value(moved)[1] - slope) / width)
        curve = np.array(columns)
        curve = (curve + curve.T) / 2
        if np.linalg.eigvalsh(curve)[0] <= EVEN:
            return theta
        for _ in range(12):
            step = -np.linalg.solve(curve, slope)
            if np.abs(step).max() > 1:
                break
            trial = np.clip(theta + step, LOWEST, HIGHEST)
            reached, slope_there = value(trial)
            if reached > best + EVEN:
                break
            theta, slope, best = trial, slope_there, min(best, reached)
            if np.abs(step).max() < EVEN:
                break
        return theta

    def one(self, *, outer: bool) -> tuple[float, float]:
        """Return the best ratio of SDs, and the criterion there, with one factor alone, the other SD being 0.

        The whole system is diagonal then, but for the few fixed effects: (2) to (4) without the inner factor.
        """
        layout = self.layout
        count, sums, cross = (
            (layout.n_a, layout.y_a, layout.X_a) if outer else (layout.n_b, layout.y_b, layout.X_b)
        )  # fmt: skip

        def reml(theta: float) -> float:
            d = 1 + np.exp(2 * theta) * count
            rho = np.exp(2 * theta) / d
            S = layout.XX - cross.T @ (rho[:, None] * cross)
            r = layout.Xy - cross.T @ (rho * sums)
            r2 = layout.yy - float(sums @ (rho * sums)) - float(r @ np.linalg.solve(S, r))
            r2 = max(r2, layout.yy * 1e-14, 1e-300)
            logs = float(np.sum(np.log(d))) + float(np.linalg.slogdet(S)[1])
            return logs + layout.free * (1 + float(np.log(2 * np.pi * r2 / layout.free)))

        found = optimize.minimize_scalar(reml, bounds=(LOWEST, HIGHEST), method="bounded", options={"xatol": 1e-8})
        return float(np.exp(found.x)), float(found.fun)
