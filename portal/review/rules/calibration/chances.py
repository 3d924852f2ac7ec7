"""Chances of a place, from exact draws of the posterior: the same seed gives the same draws on every machine.

NumPy promises no stream of normal numbers across versions (NEP 19), but the raw output of the Philox counter is
fixed by its definition; the normal numbers are made from it here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import linalg

from .model import Point
from .ratings import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


#: About so many numbers are drawn at a time.
CHUNK = 2_000_000
#: Below this many candidacies sorting is quick enough to be stable.
FEW = 1000
#: Two candidacies are close when each is better with at least this chance.
CLOSE = 0.1

#: Where one rational approximation hands over to the next.
MIDDLE, TAIL = 0.425, 5.0
# Wichura 1988, algorithm AS 241 (PPND16): coefficients of the rational approximations, highest power first.
_CENTER = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


def _ratio(x: Floats, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Floats:
    """Return the quotient of two polynomials by Horner's rule."""
    above = np.full_like(x, coefficients[0][0])
    below = np.full_like(x, coefficients[1][0])
    for a, b in zip(coefficients[0][1:], coefficients[1][1:], strict=True):
        above *= x
        above += a
        below *= x
        below += b
    above /= below
    return above


def inverse_normal(p: Floats) -> Floats:
    """Return the standard normal quantiles of probabilities strictly between 0 and 1, to about 1e-15 (AS 241)."""
    q = p - 0.5
    result = q * _ratio(0.180625 - q * q, _CENTER)
    outer = np.flatnonzero(np.abs(q) > MIDDLE)
    if len(outer):
        side = q.ravel()[outer]
        r = np.sqrt(-np.log(np.where(side < 0, p.ravel()[outer], 1 - p.ravel()[outer])))
        found = np.where(r <= TAIL, _ratio(r - 1.6, _MIDDLE), _ratio(r - TAIL, _TAIL))
        result.ravel()[outer] = np.copysign(found, side)
    return result


class Stream:
    """Standard normal numbers from a seed and a purpose; the n-th is always the same."""

    def __init__(self, seed: int, purpose: str) -> None:
        """Key the counter by the SHA-256 of both, so that neighbouring seeds share nothing."""
        key = hashlib.sha256(f"{purpose}\0{seed}".encode()).digest()
        self._bits = np.random.Philox(key=np.frombuffer(key[:16], dtype="<u8").astype(np.uint64))

    def uniform(self, count: int) -> Floats:
        """Return numbers strictly between 0 and 1, (count,)."""
        raw = self._bits.random_raw(count)
        return np.asarray(((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)

    def normal(self, *shape: int) -> Floats:
        """Return standard normal numbers of this shape."""
        return inverse_normal(self.uniform(int(np.prod(shape)))).reshape(shape)


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the draws made at one point of the model: `s2` its noise variance, `count` how many draws."""

    point: Point
    s2: float
    count: int


@dataclass(frozen=True, slots=True)
class Chances:
    """What the draws say of each candidacy, (I,): chance of a place, expected rank, and where ranks mostly fall.

    `ranks` (I, 4) holds the 5 %, 25 %, 75 % and 95 % points of the rank, or is empty where there were too many to keep.
    `draws` of them; the Monte Carlo error of a chance is at most 0.5 / sqrt(draws). `beats` maps pairs (index,
    index) near the cut to the chance that the first is truly better.
    """

    p_place: Floats
    expected_rank: Floats
    ranks: Floats
    draws: int
    beats: dict[tuple[int, int], float]


def levels(point: Point, s2: float) -> tuple[float, Floats]:
    """Return tau, the SD of candidacies about the common mean, and each one's share of evidence c_i, (I,).

    With strata the model learns leniency alone; candidacies are then compared on one scale, not within their stratum
    (shrinking each towards its own group's mean would be discrimination by group): tau^2 = sq^2 + Var_i(x_i'beta).
    """
    layout = point.layout
    t = point.tb if layout.swapped else point.ta
    between = float(np.var(point.beta[layout.ratings.stratum]))
    # Without any difference of quality all are equal, and drawn as such.
    tau2 = max(t**2 * s2 + between, 1e-18 * s2)
    return float(np.sqrt(tau2)), np.asarray(tau2 / (tau2 + s2 / layout.ratings.reads))


def draws(part: Part, stream: Stream) -> Iterator[Floats]:
    """Yield posterior draws of the candidacies' levels about the common mean, (m, I) at a time, `part.count` in all.

    (u_b, beta) = S^-1 r + s L^-T z exactly; given these, each candidacy is independent of the others.
    """
    point, s2, layout = part.point, part.s2, part.point.layout
    s = float(np.sqrt(s2))
    size = len(point.r)
    count_i = len(layout.ratings.candidacies)
    step = max(1, CHUNK // (count_i + size))
    tau, c = levels(point, s2)
    about = tau * np.sqrt(1 - c)
    reads = layout.ratings.reads
    for start in range(0, part.count, step):
        m = min(step, part.count - start)
        z = stream.normal(m, size)
        solved = linalg.solve_triangular(point.L, z.T, lower=True, trans="T", check_finite=False)
        u = point.solution[:, None] + s * solved
        if layout.swapped:
            yield point.tb * u[: layout.count_b].T + (0.0 if point.tb > 0 else tau * stream.normal(m, count_i))
            continue
        lenient = point.tb * u[: layout.count_b]
        beta = u[layout.count_b :]
        mean = np.mean(beta[layout.ratings.stratum], axis=0) if layout.strata > 1 else beta[0]
        adjusted = (layout.y_a[:, None] - layout.N @ lenient) / reads[:, None]
        level = (c[:, None] * (adjusted - mean)).T
        level += about * stream.normal(m, count_i)
        yield level


def chances(
    parts: Iterable[Part],
    *,
    places: int,
    count: int,
    seed: int,
    near: Ints,
    keep_ranks: bool,
) -> Chances:
    """Return the chance of each of `count` candidacies to be among the best `places`, from the draws of all parts.

    `near` names candidacies whose pairwise chances are wanted; of these, pairs between 10 % and 90 % are returned.
    Keeping ranks takes 4 bytes a draw and candidacy.
    """
    stream = Stream(seed, "chances")
    placed = np.zeros(count, dtype=np.int64)
    ranked = np.zeros(count)
    wins = np.zeros((len(near), len(near)))
    kept: list[npt.NDArray[np.int32]] = []
    total = 0
    for part in parts:
        for level in draws(part, stream):
            order = np.argsort(-level, axis=1, kind="stable" if count < FEW else None)
            placed += np.bincount(order[:, :places].ravel(), minlength=count)
            ranks = np.empty(level.shape, dtype=np.int32)
            for row, ranking in zip(ranks, order, strict=True):
                row[ranking] = np.arange(count, dtype=np.int32)
            ranked += ranks.sum(axis=0, dtype=np.int64)
            if keep_ranks:
                kept.append(ranks)
            at = level[:, near]
            for row in at:
                wins += row[:, None] > row
            total += len(level)
    points = np.empty((0, 4))
    if kept:
        points = np.quantile(np.concatenate(kept), [0.05, 0.25, 0.75, 0.95], axis=0, method="inverted_cdf").T + 1.0
    share = wins / total
    close = np.argwhere((share > CLOSE) & (share < 1 - CLOSE))
    return Chances(
        p_place=placed / total,
        expected_rank=1 + ranked / total,
        ranks=points,
        draws=total,
        beats={(int(near[i]), int(near[j])): float(share[i, j]) for i, j in close.tolist() if i != j},
    )
