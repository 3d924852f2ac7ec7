"""Whether reviewers can be compared through what they read together, and how well.

The graph has a node per candidacy and per reviewer and an edge per review. Two reviewers can be compared only within
one connected component, and the better they are linked the smaller is the variance of the difference of their
severities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.sparse import coo_array
from scipy.sparse import linalg as sparse_linalg
from scipy.sparse.csgraph import connected_components

from portal.review.rules import threads

if TYPE_CHECKING:
    from collections.abc import Sequence

threads.one()

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Beyond so many reviewers all eigenvalues take longer than two that are wanted.
MANY = 400


@dataclass(frozen=True, slots=True)
class Component:
    """Candidacies and reviewers who can be compared with each other and with nobody else; ids are sorted."""

    candidacies: tuple[str, ...]
    reviewers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How precisely reviewers' severities can be compared.

    `vbar` is the mean variance of the difference of two reviewers' severities, in units of one review's noise variance;
    None when some cannot be compared at all. `fiedler` is the second smallest eigenvalue of the reviewers' Laplacian
    (0 when not linked). `ideal` is what a perfectly balanced design of the same size reaches.
    """

    vbar: float | None
    fiedler: float
    ideal: float

    @property
    def target(self) -> float:
        """The variance that is good enough: 0.3, or three times the ideal where even the ideal is large."""
        return max(0.3, 3 * self.ideal)


def label(candidacy: Ints, reviewer: Ints, *, candidacies: int, reviewers: int) -> tuple[int, Ints, Ints]:
    """Return the number of components, and the component of each candidacy (I,) and of each reviewer (J,).

    `candidacy` and `reviewer` (n,) are the two ends of each review, as indexes. One without a review counts as a
    component of its own.
    """
    size = candidacies + reviewers
    ones = np.ones(len(candidacy), dtype=np.int8)
    graph = coo_array((ones, (candidacy, reviewer + candidacies)), shape=(size, size)).tocsr()
    count, labels = connected_components(graph, directed=False)
    return int(count), labels[:candidacies].astype(np.int64), labels[candidacies:].astype(np.int64)


def components(pairs: Sequence[tuple[str, str]]) -> tuple[Component, ...]:
    """Return the groups that share no reviewer, largest first, from (candidacy, reviewer) ids."""
    if not pairs:
        return ()
    cands = sorted({c for c, _ in pairs})
    revs = sorted({r for _, r in pairs})
    c_at = {c: i for i, c in enumerate(cands)}
    r_at = {r: j for j, r in enumerate(revs)}
    c_index = np.array([c_at[c] for c, _ in pairs], dtype=np.int64)
    r_index = np.array([r_at[r] for _, r in pairs], dtype=np.int64)
    count, of_cand, of_rev = label(c_index, r_index, candidacies=len(cands), reviewers=len(revs))
    groups: list[tuple[list[str], list[str]]] = [([], []) for _ in range(count)]
    for cand, group in zip(cands, of_cand.tolist(), strict=True):
        groups[group][0].append(cand)
    for rev, group in zip(revs, of_rev.tolist(), strict=True):
        groups[group][1].append(rev)
    found = [Component(tuple(c), tuple(r)) for c, r in groups]
    return tuple(sorted(found, key=lambda g: (-len(g.candidacies), g.candidacies)))


def laplacian(candidacy: Ints, reviewer: Ints, *, candidacies: int, reviewers: int) -> Floats:
    """Return the reviewers' information matrix (J, J): diag(reads) minus the sum over candidacies of a a' / reads.

    It is what remains of the reviewers' normal equations when every candidacy has a free level of its own.
    """
    counts = np.bincount(candidacy, minlength=candidacies)
    table = coo_array((np.ones(len(candidacy)), (candidacy, reviewer)), shape=(candidacies, reviewers)).tocsr()
    weights = np.where(counts > 0, 1 / np.maximum(counts, 1), 0.0)
    shared = (table.T @ table.multiply(weights[:, None])).toarray()
    return np.asarray(np.diag(np.bincount(reviewer, minlength=reviewers).astype(float)) - shared)


def spread(candidacy: Ints, reviewer: Ints) -> Spread:
    """Return how precisely the reviewers who read anything can be compared; see `Spread`.

    Vbar = 2 trace(pinv L) / (J - 1) is the mean over pairs of reviewers of Var(b_r - b_s) / sigma^2. Its lower bound for I
    candidacies and n reads is 2 (J - 1) / (n - I), where all eigenvalues are equal.
    """
    if len(candidacy) == 0:
        return Spread(vbar=None, fiedler=0.0, ideal=float("inf"))
    _, cands = np.unique(candidacy, return_inverse=True)
    _, revs = np.unique(reviewer, return_inverse=True)
    i, j, n = int(cands.max()) + 1, int(revs.max()) + 1, len(cands)
    if j == 1:
        return Spread(vbar=0.0, fiedler=0.0, ideal=0.0)
    ideal = 2 * (j - 1) / (n - i) if n > i else float("inf")
    count, _, _ = label(cands, revs, candidacies=i, reviewers=j)
    if count > 1:
        return Spread(vbar=None, fiedler=0.0, ideal=ideal)
    information = laplacian(cands, revs, candidacies=i, reviewers=j)
    if j <= MANY:
        values = np.linalg.eigvalsh(information)[1:]
        return Spread(vbar=float(2 * np.sum(1 / values) / (j - 1)), fiedler=float(values[0]), ideal=ideal)
    # With the one zero eigenvalue lifted to 1 a factorization will do, and power steps find the largest of the inverse.
    factor, _ = linalg.lapack.dpotrf(information + 1 / j, lower=True, overwrite_a=True)
    inverse, _ = linalg.lapack.dpotri(factor, lower=True, overwrite_c=True)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T - 1 / j
    largest = sparse_linalg.eigsh(
        inverse, k=1, which="LA", v0=np.cos(np.arange(j)), return_eigenvectors=False, tol=1e-6
    )
    return Spread(vbar=float(2 * np.trace(inverse) / (j - 1)), fiedler=float(1 / largest[0]), ideal=ideal)


def articulation_reviewers(pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the reviewers whose going would break a linked group of candidacies in two, sorted."""
    cands = {c: i for i, c in enumerate(sorted({c for c, _ in pairs}))}
    names = sorted({r for _, r in pairs})
    revs = {r: j + len(cands) for j, r in enumerate(names)}
    links: list[list[int]] = [[] for _ in range(len(cands) + len(revs))]
    for c, r in pairs:
        links[cands[c]].append(revs[r])
        links[revs[r]].append(cands[c])
    found = cut_nodes(links)
    return tuple(name for name in names if revs[name] in found)


def cut_nodes(links: Sequence[Sequence[int]]) -> set[int]:  # noqa: C901 - one walk, kept in one piece
    """Return the nodes without which some connected part of a graph falls apart; `links` lists each node's neighbors.

    Depth-first low points (Hopcroft and Tarjan 1973), without recursion.
    """
    size = len(links)
    order, low, parent, at = [0] * size, [0] * size, [-1] * size, [0] * size
    cut: set[int] = set()
    clock = 0
    for root in range(size):
        if order[root]:
            continue
        branches = 0
        clock += 1
        order[root] = low[root] = clock
        node = root
        while True:
            near = links[node]
            if at[node] < len(near):
                other = near[at[node]]
                at[node] += 1
                if not order[other]:
                    clock += 1
                    order[other] = low[other] = clock
                    parent[other] = node
                    node = other
                elif other != parent[node] and order[other] < low[node]:
                    low[node] = order[other]
                continue
            above = parent[node]
            if above < 0:
                break
            low[above] = min(low[above], low[node])
            if above == root:
                branches += 1
            elif low[node] >= order[above]:
                cut.add(above)
            node = above
        if branches > 1:
            cut.add(root)
    return cut
