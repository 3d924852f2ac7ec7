"""The assignment as one network, solved exactly; and the prices that prove the solution cannot be bettered.

Arrays only: candidacies, reviewers and groups are indexes, costs are integers. The network (science: min-cost flow with
lower bounds, integral, so exact) is

    source -> reviewer             the window: up to `low` reads at a reward, then up to `high`
    reviewer -> (reviewer, school) at most `per_reader` candidacies of one school, where that can bind
    -> pair                        one read, at its cost
    -> (group, candidacy)          at most `per_candidacy` reviewers of one group, where that can bind
    -> candidacy                   takes the reads it needs
    source -> candidacy            a slot left unfilled, at a price above every other
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from portal.errors import N_, PortalError

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Beyond this the solver's 64-bit arithmetic could overflow (unit costs are scaled by the number of nodes).
LARGEST = 2**61


class TooCostly(PortalError):
    """The costs are too large to be added up exactly for a problem of this size."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is asked. I candidacies, J reviewers, E eligible pairs, sorted by (candidacy, reviewer).

    `demand` (I,) reads still needed; `low`, `high` (J,) the load window; `cand`, `rev` (E,) the pairs; `cost` (E,) any
    integers; `group_of_reviewer` (J,) and `school_of_candidacy` (I,) hold -1 for none; caps of 0 mean no cap. `taken_*`
    hold how much of a cap finished reviews already use: {(reviewer, school): n} and {(group, candidacy): n}. `keep`
    (E,) marks pairs that stand in the current plan: leaving one of them out, or adding another, is a change. `level`
    makes the n-th read of one reviewer cost (n - 1) * level more. `weights` are worked out where None.
    """

    demand: Ints
    low: Ints
    high: Ints
    cand: Ints
    rev: Ints
    cost: Ints
    group_of_reviewer: Ints
    school_of_candidacy: Ints
    per_candidacy: int = 0
    per_reader: int = 0
    taken_by_group: dict[tuple[int, int], int] = field(default_factory=dict)
    taken_by_school: dict[tuple[int, int], int] = field(default_factory=dict)
    keep: Bools | None = None
    level: int = 0
    seed: int | None = None
    weights: Weights | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit of each shortcoming costs; each outweighs every possible saving in what comes after it."""

    unfilled: int
    under: int
    change: int
    level: int


@dataclass(frozen=True, slots=True)
class Network:
    """The arcs, in blocks: E pairs, the reviewers' windows, the gadgets on each side, then the unfilled slots."""

    tail: Ints
    head: Ints
    capacity: Ints
    cost: Ints
    supply: Ints
    weights: Weights
    pairs: int
    windows: slice
    schools: slice
    groups: slice
    unfilled: slice
    school_keys: Ints
    group_keys: Ints


@dataclass(frozen=True, slots=True)
class Solution:
    """Which pairs are chosen (E,), how many slots stay empty (I,), by how many reads a window is missed (J,)."""

    chosen: Bools
    unfilled: Ints
    under: Ints
    flow: Ints
    network: Network


@dataclass(frozen=True, slots=True)
class Prices:
    """A dual solution in integers: what one more read is worth at a candidacy, and what one costs at a reviewer.

    `schools` and `groups` are the prices of the caps that bind, per row of `school_keys` (reviewer, school) and
    `group_keys` (group, candidacy). By weak duality any such prices bound every plan's cost from below (see `bound`).
    """

    candidacy: Ints
    reviewer: Ints
    schools: Ints
    groups: Ints


def _binding(first: Ints, second: Ints, cap: int, taken: dict[tuple[int, int], int]) -> tuple[Ints, Ints, Ints]:
    """Return the (first, second) keys where a cap can bind, their caps, and the key of each pair (-1 for none)."""
    none = np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64), np.full(len(first), -1, dtype=np.int64)
    counted = np.flatnonzero((first >= 0) & (second >= 0))
    if cap <= 0 or len(counted) == 0:
        return none
    width = int(second.max()) + 1
    codes, where, count = np.unique(first[counted] * width + second[counted], return_inverse=True, return_counts=True)
    keys = np.stack([codes // width, codes % width], axis=1)
    caps = np.full(len(keys), cap, dtype=np.int64)
    if taken:
        caps -= np.array([taken.get((int(a), int(b)), 0) for a, b in keys], dtype=np.int64)
    caps = np.maximum(caps, 0)
    binds = count > caps
    position = np.where(binds, np.cumsum(binds) - 1, -1)
    of_pair = none[2]
    of_pair[counted] = position[where]
    return keys[binds], caps[binds], of_pair


def _ranks(problem: Problem) -> Ints:
    """Return each pair's place (0..49) in the seeded order that decides between plans of equal cost."""
    # The raw output of a counter-based generator is the same on every machine and in every version.
    seed = 0 if problem.seed is None else problem.seed
    raw = np.random.Philox(key=np.array([seed % 2**64, 1], dtype=np.uint64)).random_raw(len(problem.cost))
    return np.asarray((raw >> np.uint64(32)) % np.uint64(50), dtype=np.int64)


def _windows(problem: Problem, weights: Weights) -> tuple[Ints, Ints, Ints]:
    """Return (reviewer, capacity, unit cost) of the arcs from the source to the reviewers, cheapest first."""
    low, high = np.minimum(problem.low, problem.high), problem.high
    if problem.level == 0:
        everyone = np.arange(len(high))
        rev = np.concatenate([everyone[low > 0], everyone])
        capacity = np.concatenate([low[low > 0], high - low])
        cost = np.concatenate([np.full(int(np.sum(low > 0)), -weights.under), np.zeros(len(high), dtype=np.int64)])
        return rev, capacity, cost
    # No load above the number of slots can occur, so that a window "as many as you like" stays small.
    most = np.minimum(high, int(problem.demand.sum()))
    rev = np.repeat(np.arange(len(high)), most)
    place = np.arange(len(rev)) - np.repeat(np.cumsum(most) - most, most)
    return rev, np.ones(len(rev), dtype=np.int64), problem.level * place - np.where(place < low[rev], weights.under, 0)


def weigh(problem: Problem, rooms: int) -> Weights:
    """Return prices by which empty slots outweigh missed windows, those changed pairs, and those any saving.

    `rooms` is the number of nodes on the smaller side. A change of plan that cannot be split runs through each of
    them once at most, which bounds what it can save.
    """
    if len(problem.cost):
        lowest, highest = int(problem.cost.min()), int(problem.cost.max())
    else:
        lowest = highest = 0
    span = (rooms + 1) * (highest - lowest) + max(abs(lowest), abs(highest)) + 1
    leveling = problem.level * int(min(int(problem.high.max(initial=0)), int(problem.demand.sum())) + 1)
    change = 0 if problem.keep is None else span + leveling
    under = (rooms + 1) * (highest - lowest + change) + max(abs(lowest), abs(highest)) + change + leveling + 1
    return Weights(unfilled=2 * under, under=under, change=change, level=problem.level)


def build(problem: Problem) -> Network:
    """Return the network of a problem; its pair arcs come first and in the problem's order."""
    count_i, count_j = len(problem.demand), len(problem.high)
    school_keys, school_caps, school_of = _binding(
        problem.rev, problem.school_of_candidacy[problem.cand], problem.per_reader, problem.taken_by_school
    )
    group_keys, group_caps, group_of = _binding(
        problem.group_of_reviewer[problem.rev], problem.cand, problem.per_candidacy, problem.taken_by_group
    )
    weights = problem.weights or weigh(problem, min(count_j + len(school_keys), count_i + len(group_keys)))
    reviewer_at, candidacy_at = 1, 1 + count_j
    school_at = candidacy_at + count_i
    group_at = school_at + len(school_keys)
    w_rev, w_cap, w_cost = _windows(problem, weights)
    pair_cost = problem.cost if problem.keep is None else problem.cost + np.where(problem.keep, 0, weights.change)
    tails = [
        np.where(school_of >= 0, school_at + school_of, reviewer_at + problem.rev),
        np.zeros(len(w_rev), dtype=np.int64),
        reviewer_at + school_keys[:, 0],
        group_at + np.arange(len(group_keys)),
        np.zeros(count_i, dtype=np.int64),
    ]
    heads = [
        np.where(group_of >= 0, group_at + group_of, candidacy_at + problem.cand),
        reviewer_at + w_rev,
        school_at + np.arange(len(school_keys)),
        candidacy_at + group_keys[:, 1],
        candidacy_at + np.arange(count_i),
    ]
    capacities = [np.ones(len(problem.cost), dtype=np.int64), w_cap, school_caps, group_caps, problem.demand]
    zeros = np.zeros(len(school_keys) + len(group_keys), dtype=np.int64)
    costs = [pair_cost, w_cost, zeros, np.full(count_i, weights.unfilled, dtype=np.int64)]
    ends = np.cumsum([len(t) for t in tails]).tolist()
    supply = np.zeros(group_at + len(group_keys), dtype=np.int64)
    supply[0] = int(problem.demand.sum())
    supply[candidacy_at : candidacy_at + count_i] = -problem.demand
    return Network(
        tail=np.concatenate(tails),
        head=np.concatenate(heads),
        capacity=np.concatenate(capacities),
        cost=np.concatenate(costs),
        supply=supply,
        weights=weights,
        pairs=ends[0],
        windows=slice(ends[0], ends[1]),
        schools=slice(ends[1], ends[2]),
        groups=slice(ends[2], ends[3]),
        unfilled=slice(ends[3], ends[4]),
        school_keys=school_keys,
        group_keys=group_keys,
    )


def solve(problem: Problem) -> Solution:
    """Return the plan with fewest empty slots, then missed windows, then changes, then least cost, then by the seed.

    Raises `TooCostly` when the costs are too large to be added exactly.
    """
    network = build(problem)
    unit = network.cost
    if problem.seed is not None:
        # Scaled so far up that no sum of places along any change of plan can outweigh one unit of cost.
        rooms = min(len(problem.high) + len(network.school_keys), len(problem.demand) + len(network.group_keys))
        scale = 50 * (rooms + 1) + 1
        if int(np.abs(unit).max(initial=0)) * scale < LARGEST // (len(network.supply) + 1):
            unit = unit * scale
            unit[: network.pairs] += _ranks(problem)
    if int(np.abs(unit).max(initial=0)) >= LARGEST // (len(network.supply) + 1):
        raise TooCostly(N_("The costs are too large to be added up exactly; divide them all by the same number."))
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        network.tail.astype(np.int32), network.head.astype(np.int32), network.capacity, unit
    )
    solver.set_nodes_supplies(np.arange(len(network.supply), dtype=np.int32), network.supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise TooCostly(N_("No plan could be computed from these numbers: %(status)s."), status=str(status))
    flow = np.asarray(solver.flows(arcs), dtype=np.int64)
    load = np.bincount(problem.rev, weights=flow[: network.pairs], minlength=len(problem.high)).astype(np.int64)
    return Solution(
        chosen=flow[: network.pairs] > 0,
        unfilled=flow[network.unfilled],
        under=np.maximum(np.minimum(problem.low, problem.high) - load, 0),
        flow=flow,
        network=network,
    )


def prices(problem: Problem, solution: Solution) -> Prices:
    """Return node prices that prove the solution optimal: shortest distances in its residual network.

    Bellman and Ford, all arcs at once; there is no negative cycle because the solution is optimal.
    """
    net = solution.network
    forward = solution.flow < net.capacity
    back = solution.flow > 0
    tail = np.concatenate([net.tail[forward], net.head[back]])
    head = np.concatenate([net.head[forward], net.tail[back]])
    cost = np.concatenate([net.cost[forward], -net.cost[back]])
    order = np.argsort(head, kind="stable")
    tail, head, cost = tail[order], head[order], cost[order]
    starts = np.flatnonzero(np.r_[True, head[1:] != head[:-1]]) if len(head) else np.empty(0, dtype=np.int64)
    targets = head[starts]
    distance = np.zeros(len(net.supply), dtype=np.int64)
    for _ in range(len(net.supply) + 1):
        if len(starts) == 0:
            break
        reached = np.minimum.reduceat(distance[tail] + cost, starts)
        better = reached < distance[targets]
        if not better.any():
            break
        distance[targets[better]] = reached[better]
    else:  # A negative cycle: the solver's answer was not optimal. It never should be; never certify it if it is.
        raise TooCostly(N_("The plan could not be proved optimal."))
    distance -= distance[0]
    count_j, count_i = len(problem.high), len(problem.demand)
    reviewer = distance[1 : 1 + count_j]
    candidacy = distance[1 + count_j : 1 + count_j + count_i]
    schools = distance[1 + count_j + count_i :][: len(net.school_keys)]
    groups = distance[1 + count_j + count_i + len(net.school_keys) :]
    return Prices(
        candidacy=candidacy,
        reviewer=reviewer,
        schools=np.maximum(schools - reviewer[net.school_keys[:, 0]], 0),
        groups=np.maximum(candidacy[net.group_keys[:, 1]] - groups, 0),
    )


def value(problem: Problem, solution: Solution) -> int:
    """Return what the network's plan costs in all: pairs, changes, empty slots, missed windows and levels."""
    used = np.flatnonzero(solution.flow)
    missed = solution.network.weights.under * int(np.minimum(problem.low, problem.high).sum())
    return missed + _dot(solution.network.cost[used], solution.flow[used])


def _dot(left: Ints, right: Ints) -> int:
    """Return the sum of products, exactly: penalties times counts may pass what 64 bits hold."""
    return sum(a * b for a, b in zip(left.tolist(), right.tolist(), strict=True))


def bound(problem: Problem, network: Network, dual: Prices) -> int:
    """Return the lower bound on every plan's cost that these prices prove: each term minimized on its own.

    Equal to `value` it proves the plan optimal. `tools/check_certificate.py` computes the same with nothing of ours.
    """
    weights = network.weights
    total = _dot(problem.demand, np.minimum(dual.candidacy, weights.unfilled))
    low = np.minimum(problem.low, problem.high)
    for window_low, window_high, price in zip(low.tolist(), problem.high.tolist(), dual.reviewer.tolist(), strict=True):
        total += cheapest_load(window_low, window_high, price, weights, int(problem.demand.sum()))
    total -= _dot(dual.schools, network.capacity[network.schools])
    total -= _dot(dual.groups, network.capacity[network.groups])
    reduced = network.cost[: network.pairs] + dual.reviewer[problem.rev] - dual.candidacy[problem.cand]
    school_at = 1 + len(problem.high) + len(problem.demand)
    group_at = school_at + len(network.school_keys)
    for end, at, extra in (
        (network.tail[: network.pairs], school_at, dual.schools),
        (network.head[: network.pairs], group_at, dual.groups),
    ):
        inside = (end >= at) & (end < at + len(extra))
        reduced[inside] += extra[end[inside] - at]
    return total + int(sum(reduced[reduced < 0].tolist()))


def cheapest_load(low: int, high: int, price: int, weights: Weights, slots: int) -> int:
    """Return the least of window penalty + levels - price * load over every load the window allows.

    The penalty is convex in the load, so it is enough to look where it bends.
    """

    def at(load: int) -> int:
        return weights.under * max(low - load, 0) + weights.level * load * (load - 1) // 2 - price * load

    most = min(high, slots) if weights.level else high
    if weights.level == 0:
        return min(at(load) for load in (0, min(low, most), most))
    turn = price // weights.level
    under_turn = (price + weights.under) // weights.level
    near = (turn, turn + 1, under_turn, under_turn + 1)
    return min(at(load) for load in (0, min(low, most), most, *(min(max(n, 0), most) for n in near)))
