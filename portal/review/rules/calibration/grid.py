"""When scores are few, the three SDs are uncertain too: they are integrated over instead of being taken as known.

Half-normal priors with scale range / 4 on the three SDs, and a grid on the principal axes at the mode of the
posterior of their logarithms. It widens intervals to what they should be (coverage 0.90 instead of 0.88 on 20 x 6),
and an SD is never estimated as exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

if TYPE_CHECKING:
    from .model import Fit, Layout, Point
    from .ratings import Floats

#: Steps of one standard deviation along each axis from the mode, and how far from it, squared, a point may lie.
REACH = 3
ROUND = 12.0
#: Where SDs are looked for, in shares of the prior's scale.
FINEST, WIDEST = 1e-3, 20.0
#: Points lighter than this share of the heaviest are left out.
LIGHT = 1e-4


@dataclass(frozen=True, slots=True)
class Node:
    """One point of the grid: ratios of SDs, noise variance, and its share of the posterior (all shares sum to 1)."""

    ta: float
    tb: float
    s2: float
    share: float


def nodes(layout: Layout, fit: Fit, *, scale: float) -> tuple[Node, ...]:
    """Return the grid for half-normal(0, `scale`) priors on the three SDs, in points; see the module."""
    target = _Target(layout, scale)
    floor = 0.05 * scale
    start = np.log(
        np.maximum([fit.point.ta * fit.sigma, fit.point.tb * fit.sigma, fit.sigma], [floor, floor, floor / 10]),
    )
    # Scores that fit without any noise would draw its SD to 0 forever; it cannot be finer than scores are written.
    lowest, highest = float(np.log(scale * FINEST)), float(np.log(scale * WIDEST))
    found = optimize.minimize(
        target,
        np.clip(start, lowest, highest),
        jac=True,
        method="L-BFGS-B",
        bounds=[(lowest, highest)] * 3,
        options={"gtol": 1e-5, "ftol": 1e-13},
    )
    mode = np.asarray(found.x)
    best, slope = target(mode)
    width = 1e-3
    curve = np.stack([(target(mode + width * e)[1] - slope) / width for e in np.eye(3)])
    values, axes = np.linalg.eigh((curve + curve.T) / 2)
    # -2 log posterior bends twice as much as its half; where it hardly bends the grid does not run away.
    steps = axes * np.sqrt(2 / np.maximum(values, 0.5))
    # An eigenvector's sign is the library's choice: fix it, so that the grid is the same everywhere.
    steps = steps * np.where(steps[np.argmax(np.abs(steps), axis=0), np.arange(3)] < 0, -1.0, 1.0)
    line = np.arange(-REACH, REACH + 1)
    grid = np.array(np.meshgrid(line, line, line, indexing="ij")).reshape(3, -1).T
    grid = grid[np.sum(grid**2, axis=1) <= ROUND]
    points = np.clip(mode + grid @ steps.T, lowest - REACH, highest + REACH)
    height = np.array([target.value(point) for point in points])
    weight = np.exp(-(height - min(best, float(height.min()))) / 2)
    keep = weight >= LIGHT * weight.max()
    share = weight[keep] / weight[keep].sum()
    return tuple(
        Node(float(np.exp(a - s)), float(np.exp(b - s)), float(np.exp(2 * s)), float(w))
        for (a, b, s), w in zip(points[keep].tolist(), share.tolist(), strict=True)
    )


class _Target:
    """-2 log posterior of the logarithms of (outer SD, inner SD, noise SD), and its slopes."""

    def __init__(self, layout: Layout, scale: float) -> None:
        self.layout, self.scale = layout, scale

    def _height(self, theta: Floats, point: Point) -> float:
        s2 = float(np.exp(2 * theta[2]))
        fit = self.layout.free * np.log(2 * np.pi * s2) + point.r2 / s2 + np.sum(np.log(point.d)) + point.logdet
        prior = np.sum(np.exp(2 * theta)) / self.scale**2 - 2 * np.sum(theta)
        return float(fit + prior)

    def _point(self, theta: Floats) -> Point:
        return self.layout.at(float(np.exp(theta[0] - theta[2])), float(np.exp(theta[1] - theta[2])))

    def value(self, theta: Floats) -> float:
        """Return -2 log posterior."""
        return self._height(theta, self._point(theta))

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        """Return -2 log posterior and its three slopes."""
        point = self._point(theta)
        s2 = float(np.exp(2 * theta[2]))
        by_a, by_b = point.slopes(s2)
        by_s = 2 * self.layout.free - 2 * point.r2 / s2 - by_a - by_b
        prior = 2 * np.exp(2 * theta) / self.scale**2 - 2
        return self._height(theta, point), np.array([by_a, by_b, by_s]) + prior
