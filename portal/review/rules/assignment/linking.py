"""Linking reviewers who would otherwise share nobody, by exchanging a few reads.

A fixed jury cannot be compared with another: whether it is severe or its candidacies weak cannot be told. One exchange,
(i, r) and (h, s) becoming (i, s) and (h, r), keeps every candidacy's reads and every reviewer's load. The cheapest
across the gap come first until all are linked, then those that lower the spread most for what they cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from portal.review.rules import connectivity

from . import flow

Floats = connectivity.Floats

#: How many of the most promising exchanges are tried exactly at each step.
TRIED = 8
#: A cost no exchange can have.
BARRED = np.int64(2**60)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two reviewers change places: `first` goes from `reviewer` to `other`, and `second` the other way."""

    first: int
    second: int
    reviewer: int
    other: int
    cost: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The plan after its exchanges: pairs (n,), the exchanges in order, and the cost they added in all."""

    cand: flow.Ints
    rev: flow.Ints
    exchanges: tuple[Exchange, ...]
    cost: int


def link(
    problem: flow.Problem,
    cand: flow.Ints,
    rev: flow.Ints,
    *,
    fixed: flow.Bools,
    target: float | None = None,
    most: int = 200,
) -> Linked:
    """Return a plan whose reviewers are linked, with `spread.vbar` at most `target` if exchanges can bring it there.

    `cand`, `rev` (n,) are all pairs that will be read, the finished ones included; `fixed` (n,) marks those that
    must stay. `target` None means the default of `Spread.target`.
    """
    table = _Table(problem, cand, rev, fixed)
    done: list[Exchange] = []
    while len(done) < most:
        now = connectivity.spread(table.cand, table.rev)
        goal = now.target if target is None else target
        if now.vbar is not None and now.vbar <= goal:
            break
        step = table.bridge() if now.vbar is None else table.tighten(now.vbar)
        if step is None:
            break
        table.apply(step)
        done.append(step)
    return Linked(table.cand, table.rev, tuple(done), sum(step.cost for step in done))


class _Table:
    """The pairs as they stand, with the cheapest candidacy that each reviewer could hand to each other one."""

    def __init__(self, problem: flow.Problem, cand: flow.Ints, rev: flow.Ints, fixed: flow.Bools) -> None:
        self.problem = problem
        self.cand, self.rev, self.fixed = cand.copy(), rev.copy(), fixed.copy()
        self.count_i, self.count_j = len(problem.demand), len(problem.high)
        # Row i holds what each reviewer would cost at candidacy i.
        self.cost = np.full((self.count_i, self.count_j), BARRED, dtype=np.int64)
        self.cost[problem.cand, problem.rev] = problem.cost
        if problem.keep is not None:  # What was dropped from the plan that stood does not come back by an exchange.
            self.cost[problem.cand[problem.keep], problem.rev[problem.keep]] = BARRED
        self.reads = np.zeros((self.count_i, self.count_j), dtype=bool)
        self.reads[self.cand, self.rev] = True
        self.give, self.handed = self._hand_over(np.arange(self.count_j))

    def _hand_over(self, givers: flow.Ints) -> tuple[flow.Ints, flow.Ints]:
        """Return (J, J) the least extra cost of each giver handing one read to each other, and that pair's index."""
        give = np.full((self.count_j, self.count_j), BARRED, dtype=np.int64)
        handed = np.full((self.count_j, self.count_j), -1, dtype=np.int64)
        if givers.size != self.count_j:
            give[:], handed[:] = self.give, self.handed
            give[givers] = BARRED
            handed[givers] = -1
        for r in givers.tolist():
            mine = np.flatnonzero((self.rev == r) & ~self.fixed)
            if len(mine) == 0:
                continue
            i = self.cand[mine]
            extra = np.where(self.reads[i] | (self.cost[i] >= BARRED), BARRED, self.cost[i] - self.cost[i, r][:, None])
            extra = np.where(self._room(i, r), extra, BARRED)
            best = np.argmin(extra, axis=0)
            give[r] = extra[best, np.arange(self.count_j)]
            handed[r] = mine[best]
        return give, handed

    def _room(self, cands: flow.Ints, giver: int) -> flow.Bools:
        """Return where each reviewer could take over each of the candidacies from the giver without breaking a cap."""
        problem = self.problem
        allowed = np.ones((len(cands), self.count_j), dtype=bool)
        groups = problem.group_of_reviewer
        if problem.per_candidacy and (groups >= 0).any():
            member = np.zeros((int(groups.max()) + 1, self.count_j), dtype=np.int64)
            member[groups[groups >= 0], np.flatnonzero(groups >= 0)] = 1
            present = self.reads[cands].astype(np.int64) @ member.T
            if groups[giver] >= 0:
                present[:, groups[giver]] -= 1
            known = groups >= 0
            allowed[:, known] &= present[:, groups[known]] < problem.per_candidacy
        schools = problem.school_of_candidacy
        if problem.per_reader and (schools >= 0).any():
            place = np.zeros((int(schools.max()) + 1, self.count_i), dtype=np.int64)
            place[schools[schools >= 0], np.flatnonzero(schools >= 0)] = 1
            read = place @ self.reads.astype(np.int64)
            known = schools[cands] >= 0
            allowed[known] &= read[schools[cands[known]]] < problem.per_reader
        return allowed

    def bridge(self) -> Exchange | None:
        """Return the cheapest exchange between two reviewers of different components, or None."""
        _, _, label = connectivity.label(self.cand, self.rev, candidacies=self.count_i, reviewers=self.count_j)
        used = np.bincount(self.rev, minlength=self.count_j) > 0
        apart = (label[:, None] != label[None, :]) & used[:, None] & used[None, :]
        total = np.where(apart & (self.give < BARRED) & (self.give.T < BARRED), self.give + self.give.T, BARRED)
        at = int(np.argmin(total))
        r, s = divmod(at, self.count_j)
        return self._exchange(r, s) if total[r, s] < BARRED else None

    def _exchange(self, r: int, s: int) -> Exchange:
        return Exchange(
            first=int(self.cand[self.handed[r, s]]),
            second=int(self.cand[self.handed[s, r]]),
            reviewer=r,
            other=s,
            cost=int(self.give[r, s] + self.give[s, r]),
        )

    def tighten(self, vbar: float) -> Exchange | None:
        """Return the exchange that lowers the spread most per unit of cost, or None where none lowers it."""
        possible = np.triu((self.give < BARRED) & (self.give.T < BARRED), 1)
        rows, cols = np.nonzero(possible)
        if len(rows) == 0:
            return None
        used = np.flatnonzero(np.bincount(self.rev, minlength=self.count_j) > 0)
        position = np.full(self.count_j, -1)
        position[used] = np.arange(len(used))
        base = connectivity.laplacian(self.cand, position[self.rev], candidacies=self.count_i, reviewers=len(used))
        square = np.linalg.matrix_power(np.linalg.pinv(base, hermitian=True), 2)
        scores = []
        for r, s in zip(rows.tolist(), cols.tolist(), strict=True):
            step = self._exchange(r, s)
            if step.first == step.second or self.reads[step.second, r] or self.reads[step.first, s]:
                continue
            fall = self._first_order(step, square, position)
            if fall > 0:
                scores.append((-fall / max(step.cost, 1), -fall, r, s))
        best: tuple[float, Exchange] | None = None
        for _, _, r, s in sorted(scores)[:TRIED]:
            step = self._exchange(r, s)
            after = self._tried(step)
            if after is None or after >= vbar * (1 - 1e-9):
                continue
            rate = (vbar - after) / max(step.cost, 1)
            if best is None or rate > best[0]:
                best = (rate, step)
        return None if best is None else best[1]

    def _first_order(self, step: Exchange, square: Floats, position: flow.Ints) -> float:
        """Return how far the trace of the pseudo-inverse falls, to first order: <dL, pinv(L)^2>."""
        fall = 0.0
        for cand, leaves, comes in ((step.first, step.reviewer, step.other), (step.second, step.other, step.reviewer)):
            here = np.flatnonzero(self.reads[cand])
            others = position[here[here != leaves]]
            out, into = position[leaves], position[comes]
            # a a' changes in the rows of the two reviewers only; the diagonal of L does not change.
            before = 2 * float(square[out, others].sum()) + float(square[out, out])
            after = 2 * float(square[into, others].sum()) + float(square[into, into])
            fall += (before - after) / len(here)
        return fall

    def _tried(self, step: Exchange) -> float | None:
        """Return the spread after an exchange, leaving the table as it is."""
        rev = self.rev.copy()
        rev[self.handed[step.reviewer, step.other]] = step.other
        rev[self.handed[step.other, step.reviewer]] = step.reviewer
        return connectivity.spread(self.cand, rev).vbar

    def apply(self, step: Exchange) -> None:
        """Make the exchange and bring the table up to date."""
        a, b = self.handed[step.reviewer, step.other], self.handed[step.other, step.reviewer]
        self.rev[a], self.rev[b] = step.other, step.reviewer
        self.reads[step.first, step.reviewer], self.reads[step.first, step.other] = False, True
        self.reads[step.second, step.other], self.reads[step.second, step.reviewer] = False, True
        touched = np.flatnonzero(self.reads[step.first] | self.reads[step.second])
        if self.problem.per_reader:
            touched = np.arange(self.count_j)
        touched = np.unique(np.r_[touched, step.reviewer, step.other])
        self.give, self.handed = self._hand_over(touched)
