"""Plans for tens of thousands of candidacies: few pairs are tried, all are looked at, and the optimum is proved for all.

Nearly every pair is too dear to be in any good plan. Prices guessed from a sample say which two dozen per candidacy are not; the
flow over these gives exact prices; a pair left out could better the plan only if its cost is below what the prices say, and
every pair is checked for that. If some are, they are added and it goes on; when none is, no plan of all pairs is better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from . import flow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Costs = npt.NDArray[np.int32]

#: The cost of a pair that may not be read.
NEVER = np.int32(2**31 - 1)
#: So many candidacies are looked at at a time.
ROWS = 2048
#: The sample from which prices are guessed: candidacies, steps, and how soft its choices are, in SDs of the costs.
SAMPLE, STEPS, SOFT = 4000, 150, 0.05


@dataclass(frozen=True, slots=True)
class Large:
    """A plan in indexes: pairs (n,) `cand` and `rev`, empty slots (I,), missed window reads (J,), and the proof.

    `cost` sums the pairs; `value` adds what empty slots and missed windows weigh, and `bound` is the least any plan of all
    pairs can have: equal, the plan is optimal. `rounds` flows were solved over `arcs` pairs in the end, of `pairs` eligible.
    """

    cand: flow.Ints
    rev: flow.Ints
    unfilled: flow.Ints
    under: flow.Ints
    cost: int
    value: int
    bound: int
    weights: flow.Weights
    candidacy_prices: flow.Ints
    reviewer_prices: flow.Ints
    group_prices: tuple[tuple[int, int, int], ...]
    rounds: int
    arcs: int
    pairs: int


def solve(
    cost: Costs,
    *,
    demand: flow.Ints,
    low: flow.Ints,
    high: flow.Ints,
    group: flow.Ints | None = None,
    per_candidacy: int = 0,
    keep: int = 24,
    progress: Callable[[str], None] = lambda _: None,
) -> Large:
    """Return the plan of least cost over all pairs of a (I, J) matrix; `NEVER` marks pairs that may not be read.

    `demand` (I,), `low` and `high` (J,) as in `flow.Problem`; `group` (J,) with a cap `per_candidacy`, 0 for none. Costs must
    lie within 2**30 of 0. About four times the matrix is needed in memory at most, and mostly much less.
    """
    count_i, count_j = cost.shape
    lowest, highest, eligible = _range(cost)
    span = (count_j + 1) * (highest - lowest) + max(abs(lowest), abs(highest)) + 1
    weights = flow.Weights(unfilled=2 * span, under=span, change=0, level=0)
    nobody = np.full(count_j, -1, dtype=np.int64)
    progress("guessing prices")
    guess = _guess(cost, demand, low, high)
    progress("choosing pairs")
    code = np.sort(_cheapest(cost, guess, max(keep, 2 * int(demand.max(initial=0)))))
    rounds = 0
    while True:
        rounds += 1
        progress(f"flow over {len(code)} pairs")
        cand, rev = np.divmod(code, count_j)
        problem = flow.Problem(
            demand=demand,
            low=low,
            high=high,
            cand=cand,
            rev=rev,
            cost=cost[cand, rev].astype(np.int64),
            group_of_reviewer=nobody if group is None else group,
            school_of_candidacy=np.full(count_i, -1, dtype=np.int64),
            per_candidacy=per_candidacy if group is not None else 0,
            weights=weights,
        )
        solution = flow.solve(problem)
        dual = flow.prices(problem, solution)
        progress("looking at every pair")
        better = _better(cost, problem, solution.network, dual)
        if len(better) == 0:
            break
        code = np.union1d(code, better)
    chosen = solution.chosen
    return Large(
        cand=cand[chosen],
        rev=rev[chosen],
        unfilled=solution.unfilled,
        under=solution.under,
        cost=int(problem.cost[chosen].sum()),
        value=flow.value(problem, solution),
        # Every other pair's reduced cost is 0 or more, so that it adds nothing to the bound.
        bound=flow.bound(problem, solution.network, dual),
        weights=weights,
        candidacy_prices=dual.candidacy,
        reviewer_prices=dual.reviewer,
        group_prices=tuple(
            (g, i, p) for (g, i), p in zip(solution.network.group_keys.tolist(), dual.groups.tolist(), strict=True) if p
        ),
        rounds=rounds,
        arcs=len(code),
        pairs=eligible,
    )


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, ROWS):
        yield slice(start, min(start + ROWS, count))


def _range(cost: Costs) -> tuple[int, int, int]:
    """Return the lowest and the highest cost of an eligible pair, and how many there are."""
    lowest, highest, count = 0, 0, 0
    for rows in _blocks(len(cost)):
        part = cost[rows]
        there = part != NEVER
        n = int(np.count_nonzero(there))
        if n:
            least, most = int(part.min()), int(np.max(part, where=there, initial=-(2**31)))
            lowest, highest = (least, most) if count == 0 else (min(lowest, least), max(highest, most))
            count += n
    return lowest, highest, count


def _guess(cost: Costs, demand: flow.Ints, low: flow.Ints, high: flow.Ints) -> npt.NDArray[np.int32]:
    """Return reviewers' prices (J,) under which a sample's softened choices fill the windows (Sinkhorn scaling).

    Only a guess: it decides which pairs are tried first, never the plan.
    """
    count_i, count_j = cost.shape
    rows = np.unique(np.linspace(0, count_i - 1, min(SAMPLE, count_i)).astype(np.int64)) if count_i else np.arange(0)
    mine = cost[rows].astype(np.float32)
    usual = mine[mine < NEVER]
    soft = SOFT * float(np.std(usual)) if len(usual) else 0.0
    if soft == 0:
        return np.zeros(count_j, dtype=np.int32)
    mine -= mine.min(axis=1, keepdims=True)
    kernel = np.exp(-mine / np.float32(soft))
    share = count_i / len(rows)
    wanted = demand[rows].astype(np.float32)
    least, most = (np.maximum(bound, 1e-3).astype(np.float32) for bound in (low / share, high / share))
    weight = np.ones(count_j, dtype=np.float32)
    for _ in range(STEPS):
        load = weight * ((wanted / np.maximum(kernel @ weight, 1e-30)) @ kernel)
        load = np.maximum(load, 1e-6)
        weight = np.clip(weight * np.clip(load, least, most) / load, 1e-12, 1e12)
    return np.round(-soft * np.log(weight)).astype(np.int32)


def _cheapest(cost: Costs, price: npt.NDArray[np.int32], keep: int) -> flow.Ints:
    """Return the codes (row * J + column) of each row's cheapest pairs by cost + price."""
    count_i, count_j = cost.shape
    found = []
    for rows in _blocks(count_i):
        part = cost[rows]
        there = part != NEVER
        total = np.where(there, part + price, NEVER)
        at = (
            np.broadcast_to(np.arange(count_j), part.shape)
            if keep >= count_j
            else np.argpartition(total, keep - 1, axis=1)[:, :keep]
        )
        usable = np.take_along_axis(there, at, axis=1)
        code = np.arange(rows.start, rows.stop)[:, None] * count_j + at
        found.append(code[usable])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _better(cost: Costs, problem: flow.Problem, network: flow.Network, dual: flow.Prices) -> flow.Ints:
    """Return the codes of pairs left out whose reduced cost is below 0, at most `keep` of a row: those the plan may want."""
    count_j = cost.shape[1]
    tried = problem.cand * count_j + problem.rev
    extra = _group_extra(problem, network, dual)
    # A pair is wanted when its cost is below what the candidacy pays less what the reviewer asks. In 32 bits this is twice
    # as quick; what does not fit is beyond any cost, and so may as well be the last number that does.
    pays = np.clip(dual.candidacy, -(2**30), 2**30 - 1).astype(np.int32)
    asks = np.clip(dual.reviewer, -(2**30), 2**30 - 1).astype(np.int32)
    found = []
    for rows in _blocks(len(cost)):
        limit = pays[rows, None] - asks
        for i, members, price in extra.get(rows.start // ROWS, ()):
            limit[i - rows.start, members] -= min(price, 2**30)
        wanted = np.flatnonzero(cost[rows] < limit)
        found.append(wanted + rows.start * count_j)
    if not found:
        return np.empty(0, dtype=np.int64)
    code = np.concatenate(found)
    return code[~np.isin(code, tried, assume_unique=True)]


def _group_extra(
    problem: flow.Problem, network: flow.Network, dual: flow.Prices
) -> dict[int, list[tuple[int, flow.Ints, int]]]:
    """Return by block (row, columns, price) what caps on groups add to reduced costs."""
    extra: dict[int, list[tuple[int, flow.Ints, int]]] = {}
    members: dict[int, flow.Ints] = {}
    for (g, i), price in zip(network.group_keys.tolist(), dual.groups.tolist(), strict=True):
        if price:
            if g not in members:
                members[g] = np.flatnonzero(problem.group_of_reviewer == g)
            extra.setdefault(i // ROWS, []).append((i, members[g], price))
    return extra
