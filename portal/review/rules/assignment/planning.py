"""From people and candidacies to a plan, in text ids: what the round asks and what it is told."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from portal.errors import N_, PortalError
from portal.review.rules import connectivity

from . import flow, linking, shortage

if TYPE_CHECKING:
    from collections.abc import Collection

#: The reason given where the caller names none.
NOT_LISTED = "not listed"


class BadPlan(PortalError):
    """The facts handed in contradict each other or make no sense; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Candidacy:
    """One to be read: how many reads it needs (None: as the round says) and its school, where that matters."""

    id: str
    reads: int | None = None
    school: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One who reads: at most `max_load`, and at least `min_load` if that is possible at all.

    `school` is where the reviewer belongs, for "one reviewer of a school per candidacy".
    """

    id: str
    max_load: int
    min_load: int = 0
    school: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """What the round asks of a plan.

    `reads` per candidacy; `one_per_school` allows at most one reviewer of a school at a candidacy; `per_school` lets a
    reviewer read at most that many candidacies of one school (0: as many as come); `level` above 0 evens out loads: the
    n-th read of a reviewer costs (n - 1) * level more; `linked` exchanges reads until all reviewers can be compared.
    """

    reads: int
    one_per_school: bool = False
    per_school: int = 0
    level: int = 0
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Who reads what, what it cost, what is missing, and the proof.

    `pairs` (candidacy, reviewer), sorted, the finished ones included. `cost` sums the costs of the planned pairs
    (finished reviews are past and cost nothing). `best_cost` is the proven optimum before reviewers were linked: `cost`
    exceeds it by `linking_cost`, the price of `exchanges`. `unfilled` names (candidacy, reads missing), `shortages`
    say why. `under` names (reviewer, reads below the window). `added` and `dropped` are against the plan that was to
    be kept. `digest` is the SHA-256 of the canonical JSON of everything the plan was computed from, seed included.
    `certificate` holds the prices that prove optimality; `tools/check_certificate.py` checks it with nothing of the
    portal.
    """

    pairs: tuple[tuple[str, str], ...]
    cost: int
    best_cost: int
    unfilled: tuple[tuple[str, int], ...]
    shortages: tuple[shortage.Shortage, ...]
    under: tuple[tuple[str, int], ...]
    loads: Mapping[str, int]
    added: tuple[tuple[str, str], ...]
    dropped: tuple[tuple[str, str], ...]
    components: tuple[connectivity.Component, ...]
    spread: connectivity.Spread
    exchanges: tuple[tuple[str, str, str, str], ...]
    digest: str
    certificate: Mapping[str, object]
    document: Mapping[str, object] = field(repr=False)

    @property
    def vbar(self) -> float | None:
        """Mean variance of the difference of two reviewers' severities, per noise variance; None when not linked."""
        return self.spread.vbar

    @property
    def linking_cost(self) -> int:
        """What it cost to link reviewers who would have shared nobody."""
        return self.cost - self.best_cost

    def as_json(self) -> dict[str, object]:
        """Return the plan with everything needed to check it again by `tools/check_certificate.py`."""
        return {
            "pairs": [list(pair) for pair in self.pairs],
            "cost": self.cost,
            "unfilled": [list(each) for each in self.unfilled],
            "digest": self.digest,
            "certificate": dict(self.certificate),
            "document": dict(self.document),
        }


def plan(
    *,
    candidacies: Sequence[Candidacy],
    reviewers: Sequence[Reader],
    eligible: Mapping[tuple[str, str], int],
    reads: int,
    seed: int = 0,
    kept: Collection[tuple[str, str]] = (),
    locked: Collection[tuple[str, str]] = (),
    barred: Mapping[tuple[str, str], str] | None = None,
    one_per_school: bool = False,
    per_school: int = 0,
    level: int = 0,
    linked: bool = False,
) -> Plan:
    """Return the plan of least cost: exact, reproducible from its seed, and with a proof.

    `eligible` maps (candidacy id, reviewer id) to an integer cost (lower is better; round(100_000 * (1 - affinity))
    is a good scale); a pair that is absent may not be read, for the reason in `barred` if it is there. `kept` is the
    plan as it stands: as few of its pairs as possible change, whatever the cost. `locked` pairs are finished
    reviews: they stay, count towards reads and loads, and need not be eligible any more. Too few reviewers is no
    error: the plan says who is short. The order of the arguments changes nothing. Other settings as in `Options`.
    Raises `BadPlan` when ids repeat or are unknown, or a number makes no sense.
    """
    facts = _Facts(
        cands=sorted(candidacies, key=lambda c: c.id),
        revs=sorted(reviewers, key=lambda r: r.id),
        eligible=eligible,
        options=Options(reads, one_per_school, per_school, level, linked),
        kept=frozenset(kept) - frozenset(locked),
        locked=frozenset(locked),
        seed=seed,
    )
    facts.check()
    cands, revs = facts.cands, facts.revs
    problem = facts.problem()
    solution = flow.solve(problem)
    dual = flow.prices(problem, solution)
    chosen = np.flatnonzero(solution.chosen)
    best_cost = int(problem.cost[chosen].sum())

    cand_at = {c.id: i for i, c in enumerate(cands)}
    rev_at = {r.id: j for j, r in enumerate(revs)}
    finished = sorted(facts.locked)
    cand = np.r_[problem.cand[chosen], np.array([cand_at[c] for c, _ in finished], dtype=np.int64)]
    rev = np.r_[problem.rev[chosen], np.array([rev_at[r] for _, r in finished], dtype=np.int64)]
    exchanges: tuple[linking.Exchange, ...] = ()
    cost = best_cost
    if linked:
        stays = np.ones(len(cand), dtype=bool)
        stays[: len(chosen)] = False if problem.keep is None else problem.keep[chosen]
        done = linking.link(problem, cand, rev, fixed=stays)
        rev, exchanges, cost = done.rev, done.exchanges, best_cost + done.cost
    pairs = tuple(sorted((cands[i].id, revs[j].id) for i, j in zip(cand.tolist(), rev.tolist(), strict=True)))
    loads = {r.id: 0 for r in revs}
    for _, r in pairs:
        loads[r] += 1

    def why(candidacy: str, reviewer: str) -> str:
        return (barred or {}).get((candidacy, reviewer), NOT_LISTED)

    standing = set(pairs)
    document = facts.document()
    return Plan(
        pairs=pairs,
        cost=cost,
        best_cost=best_cost,
        unfilled=tuple((cands[i].id, int(solution.unfilled[i])) for i in np.flatnonzero(solution.unfilled).tolist()),
        shortages=shortage.find(
            problem, solution, candidacies=[c.id for c in cands], reviewers=[r.id for r in revs], why=why
        ),
        under=tuple((revs[j].id, int(solution.under[j])) for j in np.flatnonzero(solution.under).tolist()),
        loads=loads,
        added=tuple(sorted(standing - facts.kept - facts.locked)) if facts.kept or facts.locked else (),
        dropped=tuple(sorted(facts.kept - standing)),
        components=connectivity.components(pairs),
        spread=connectivity.spread(cand, rev),
        exchanges=tuple(
            (cands[x.first].id, revs[x.reviewer].id, cands[x.second].id, revs[x.other].id) for x in exchanges
        ),
        digest=digest(document),
        certificate=facts.certificate(problem, solution, dual, linking_cost=cost - best_cost),
        document=document,
    )


def digest(document: Mapping[str, object]) -> str:
    """Return the SHA-256 of a document's canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a plan is computed from, in sorted order, checked."""

    cands: Sequence[Candidacy]
    revs: Sequence[Reader]
    eligible: Mapping[tuple[str, str], int]
    options: Options
    kept: frozenset[tuple[str, str]]
    locked: frozenset[tuple[str, str]]
    seed: int

    def check(self) -> None:
        """Refuse what makes no sense, naming the first thing that does not."""
        _unique("candidacy", [c.id for c in self.cands])
        _unique("reviewer", [r.id for r in self.revs])
        for value in (self.options.reads, *(c.reads for c in self.cands if c.reads is not None)):
            if value < 0:
                raise BadPlan(N_("A candidacy cannot need %(reads)d reads."), reads=value)
        for reader in self.revs:
            if not 0 <= reader.min_load <= reader.max_load:
                raise BadPlan(
                    N_("The load of reviewer %(id)s goes from %(low)d to %(high)d, which is no window."),
                    id=reader.id,
                    low=reader.min_load,
                    high=reader.max_load,
                )
        if self.options.per_school < 0 or self.options.level < 0:
            raise BadPlan(N_("A cap or a level cannot be negative."))
        known_c, known_r = {c.id for c in self.cands}, {r.id for r in self.revs}
        for pair in (*self.eligible, *sorted(self.locked)):
            if pair[0] not in known_c:
                raise BadPlan(N_("There is no candidacy %(id)s."), id=pair[0])
            if pair[1] not in known_r:
                raise BadPlan(N_("There is no reviewer %(id)s."), id=pair[1])

    def problem(self) -> flow.Problem:
        """Return the arrays of the flow: what is finished is taken off the reads, the loads and the caps."""
        cands, revs, options = self.cands, self.revs, self.options
        cand_at = {c.id: i for i, c in enumerate(cands)}
        rev_at = {r.id: j for j, r in enumerate(revs)}
        free = sorted(pair for pair in self.eligible if pair not in self.locked)
        demand = np.array([options.reads if c.reads is None else c.reads for c in cands], dtype=np.int64)
        low = np.array([r.min_load for r in revs], dtype=np.int64)
        high = np.array([r.max_load for r in revs], dtype=np.int64)
        group = _numbered([r.school for r in revs])
        school = _numbered([c.school for c in cands])
        by_group: Counter[tuple[int, int]] = Counter()
        by_school: Counter[tuple[int, int]] = Counter()
        for c, r in self.locked:
            i, j = cand_at[c], rev_at[r]
            demand[i] -= 1
            low[j] -= 1
            high[j] -= 1
            by_group[int(group[j]), i] += 1
            by_school[j, int(school[i])] += 1
        return flow.Problem(
            demand=np.maximum(demand, 0),
            low=np.maximum(low, 0),
            high=np.maximum(high, 0),
            cand=np.array([cand_at[c] for c, _ in free], dtype=np.int64),
            rev=np.array([rev_at[r] for _, r in free], dtype=np.int64),
            cost=np.array([self.eligible[pair] for pair in free], dtype=np.int64),
            group_of_reviewer=group,
            school_of_candidacy=school,
            per_candidacy=1 if options.one_per_school else 0,
            per_reader=options.per_school,
            taken_by_group=by_group,
            taken_by_school=by_school,
            keep=np.array([pair in self.kept for pair in free], dtype=bool) if self.kept else None,
            level=options.level,
            seed=self.seed,
        )

    def document(self) -> dict[str, object]:
        """Return everything the plan is computed from, as JSON that reads the same in any order of the arguments."""
        options = self.options
        return {
            "candidacies": [[c.id, options.reads if c.reads is None else c.reads, c.school] for c in self.cands],
            "reviewers": [[r.id, r.min_load, r.max_load, r.school] for r in self.revs],
            "eligible": [[c, r, int(cost)] for (c, r), cost in sorted(self.eligible.items())],
            "kept": [list(pair) for pair in sorted(self.kept)],
            "locked": [list(pair) for pair in sorted(self.locked)],
            "one_per_school": options.one_per_school,
            "per_school": options.per_school,
            "level": options.level,
            "linked": options.linked,
            "seed": self.seed,
        }

    def certificate(
        self,
        problem: flow.Problem,
        solution: flow.Solution,
        dual: flow.Prices,
        *,
        linking_cost: int,
    ) -> dict[str, object]:
        """Return the prices that prove the plan optimal, by id; prices of zero for caps are left out."""
        net, weights = solution.network, solution.network.weights
        c_schools = sorted({c.school for c in self.cands if c.school})
        r_schools = sorted({r.school for r in self.revs if r.school})
        return {
            "weights": {
                "unfilled": weights.unfilled,
                "under": weights.under,
                "change": weights.change,
                "level": weights.level,
            },
            "value": flow.value(problem, solution),
            "bound": flow.bound(problem, net, dual),
            "linking_cost": linking_cost,
            "candidacy_prices": {c.id: p for c, p in zip(self.cands, dual.candidacy.tolist(), strict=True)},
            "reviewer_prices": {r.id: p for r, p in zip(self.revs, dual.reviewer.tolist(), strict=True)},
            "one_per_school_prices": [
                [r_schools[g], self.cands[i].id, p]
                for (g, i), p in zip(net.group_keys.tolist(), dual.groups.tolist(), strict=True)
                if p
            ],
            "per_school_prices": [
                [self.revs[r].id, c_schools[s], p]
                for (r, s), p in zip(net.school_keys.tolist(), dual.schools.tolist(), strict=True)
                if p
            ],
        }


def _unique(name: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise BadPlan(N_("The %(name)s %(id)s is there twice."), name=name, id=each)
        seen.add(each)


def _numbered(names: Sequence[str]) -> flow.Ints:
    """Return each name's place among the different ones, sorted; -1 for an empty name."""
    place = {name: n for n, name in enumerate(sorted({name for name in names if name}))}
    return np.array([place.get(name, -1) for name in names], dtype=np.int64)
