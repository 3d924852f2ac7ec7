"""Who is selected under places, caps, windows and sums: exactly, with the price of each rule and whom it moved.

Caps that nest (one per school inside a region) are a matroid: taking the best that fits, one after the other, is
optimal and explains itself line by line. Everything else is a mixed-integer program that HiGHS solves to proven
optimality. Scores are compared rounded to six decimals; who is equal is decided by the lottery ticket, lowest first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from portal.decisions.rules.columns import SEVERAL
from portal.errors import N_, PortalError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Scores are whole numbers of this part of a point from here on.
UNIT = 1_000_000
DECIMALS = 6


class BadSelection(PortalError):
    """The candidates or the rules make no sense; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One who may be selected. `ticket` decides between equal scores, lowest first; `amount` is what is asked.

    An attribute may hold several values, with `SEVERAL` between them.
    """

    id: str
    score: float
    attributes: Mapping[str, str] = field(default_factory=dict)
    ticket: str = ""
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """At least `low` and at most `high` (None: any number) with one value of `column`; each, if `value` is None.

    An empty value belongs to no group.
    """

    column: str
    low: int = 0
    high: int | None = None
    value: str | None = None

    @property
    def name(self) -> str:
        """How the rule is written on the command line."""
        what = self.column if self.value is None else f"{self.column}={self.value}"
        if self.low == 0:
            return f"max {what}={self.high}"
        return f"window {what}={self.low}:{'' if self.high is None else self.high}"


@dataclass(frozen=True, slots=True)
class Fund:
    """A sum to be given. With `amounts`, all selected get one of them, a higher score never less than a lower.

    Without, everyone selected gets what they asked for. `curve` is the worth of an amount a: "sqrt" makes the second
    half worth less than the first, "linear" counts every sum alike.
    """

    total: float
    amounts: tuple[float, ...] = ()
    curve: str = "sqrt"

    def worth(self, amount: float) -> float:
        """Return how much an amount counts, 1 for the largest."""
        share = amount / max(self.amounts)
        return math.sqrt(share) if self.curve == "sqrt" else share


@dataclass(frozen=True, slots=True)
class Price:
    """What one rule costs: by how much the total would rise without it, who would come in and who would go."""

    rule: str
    price: float
    kept_out: tuple[str, ...]
    let_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one who scored at least as well as someone selected is not: the rule in the way, as message id and facts."""

    candidate: str
    message: str
    facts: dict[str, object]

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.message % self.facts


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is selected, best first, with amounts where there is a fund, and everything that has to be said about it.

    `status` is "selected", "short" (the rules allow fewer than the places), or "impossible": then nobody is selected
    and `broken` names the fewest rules that would have to give way, and by how much. `total` is what was maximized: the
    sum of scores, or of score times worth of the amount. `method` is "greedy" (with a matroid's proof) or "exact
    program". `alternates` are the others by score; `ties` are those on both sides whose order only the ticket decided.
    """

    status: str
    selected: tuple[str, ...]
    amounts: Mapping[str, float]
    total: float
    method: str
    alternates: tuple[str, ...]
    reasons: tuple[Reason, ...]
    prices: tuple[Price, ...]
    broken: tuple[tuple[str, int], ...]
    ties: tuple[str, ...]


FULL = N_("%(column)s %(value)s already has %(high)d.")
NEEDED = N_("A place is needed so that %(column)s %(value)s has at least %(low)d.")
NO_MONEY = N_("The fund does not reach.")
TOGETHER = N_("The rules together leave no room.")


def select(  # the facts of one decision, all by keyword
    candidates: Sequence[Candidate],
    *,
    places: int,
    windows: Sequence[Window] = (),
    fund: Fund | None = None,
    prices: bool = True,
    exact: bool = False,
) -> Selection:
    """Return the best selection that keeps every rule; as many places as possible are filled.

    With a fund and amounts the worth of amounts is maximized and a place may stay empty; otherwise the sum of scores.
    `exact` forces the program where the greedy way would do. Raises `BadSelection` when candidates repeat, a score
    is not a number, or a rule names a column nobody has or a window that is none.
    """
    _check(candidates, places, windows, fund)
    order = sorted(candidates, key=lambda c: (-units(c.score), c.ticket, c.id))
    problem = _Problem(order, places, tuple(windows), fund, exact=exact)
    found = problem.solve()
    chosen = set(found.rows)
    if found.status == "impossible":
        return Selection("impossible", (), {}, 0.0, found.method, (), (), (), problem.broken(), ())
    costs = problem.prices(found) if prices else ()
    return Selection(
        status=found.status,
        selected=tuple(order[i].id for i in found.rows),
        amounts={order[i].id: amount for i, amount in zip(found.rows, found.amounts, strict=True)} if fund else {},
        total=found.total,
        method=found.method,
        alternates=tuple(c.id for i, c in enumerate(order) if i not in chosen),
        reasons=problem.reasons(found),
        prices=costs,
        broken=(),
        ties=problem.ties(chosen),
    )


def units(score: float) -> int:
    """Return a score as a whole number of millionths, half away from zero: what decisions look at."""
    return int(math.copysign(math.floor(abs(score) * UNIT + 0.5), score))


def _check(candidates: Sequence[Candidate], places: int, windows: Sequence[Window], fund: Fund | None) -> None:
    if not candidates:
        raise BadSelection(N_("There are no candidates."))
    if places < 1:
        raise BadSelection(N_("There must be at least one place."))
    seen: set[str] = set()
    for each in candidates:
        if each.id in seen:
            raise BadSelection(N_("%(id)s is there twice."), id=each.id)
        seen.add(each.id)
        if not math.isfinite(each.score) or abs(each.score) > UNIT**2 / 1000:
            raise BadSelection(N_("The score of %(id)s is not a number that can be ranked."), id=each.id)
    for window in windows:
        _check_window(window, candidates)
    if fund is not None:
        _check_fund(fund, candidates)


def _check_window(window: Window, candidates: Sequence[Candidate]) -> None:
    if window.low < 0 or (window.high is not None and window.high < window.low):
        raise BadSelection(N_("%(rule)s is no window."), rule=window.name)
    if not any(window.column in each.attributes for each in candidates):
        raise BadSelection(N_("No candidate has a %(column)s."), column=window.column)
    if window.value is not None and not any(each.attributes.get(window.column) == window.value for each in candidates):
        raise BadSelection(N_("No candidate has the %(column)s %(value)s."), column=window.column, value=window.value)


def _check_fund(fund: Fund, candidates: Sequence[Candidate]) -> None:
    if not 0 <= fund.total < math.inf:
        raise BadSelection(N_("The fund must be 0 or more."))
    if any(not 0 < amount < math.inf for amount in fund.amounts) or len(set(fund.amounts)) < len(fund.amounts):
        raise BadSelection(N_("Amounts must be above 0, each once."))
    if fund.curve not in {"sqrt", "linear"}:
        raise BadSelection(N_("The worth of amounts is sqrt or linear."))
    if fund.amounts and any(each.score < 0 for each in candidates):
        raise BadSelection(N_("Scores must be 0 or more where amounts are chosen."))
    if not fund.amounts:
        for each in candidates:
            if each.amount is None or not 0 <= each.amount < math.inf:
                raise BadSelection(N_("%(id)s does not say what amount is asked."), id=each.id)


@dataclass(frozen=True, slots=True)
class _Group:
    """Candidates (rows) of whom at least `low` and at most `high` may be selected, by the rule of index `rule`."""

    rule: int
    value: str
    rows: Ints
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Found:
    status: str
    rows: tuple[int, ...]
    amounts: tuple[float, ...]
    total: float
    method: str


class _Problem:
    """One set of candidates, best first, and rules; solved with all rules or without some."""

    def __init__(
        self,
        order: Sequence[Candidate],
        places: int,
        windows: tuple[Window, ...],
        fund: Fund | None,
        *,
        exact: bool,
    ) -> None:
        self.order, self.places, self.windows, self.fund, self.exact = order, places, windows, fund, exact
        self.value = np.array([units(c.score) for c in order], dtype=np.int64)
        self.groups = [group for k, window in enumerate(windows) for group in self._groups(k, window)]

    def ties(self, chosen: set[int]) -> tuple[str, ...]:
        """Return those in and out whose rounded scores are equal: there the ticket decided."""
        inside = np.zeros(len(self.order), dtype=bool)
        inside[list(chosen)] = True
        both = np.intersect1d(self.value[inside], self.value[~inside])
        return tuple(self.order[i].id for i in np.flatnonzero(np.isin(self.value, both)).tolist())

    def _groups(self, rule: int, window: Window) -> list[_Group]:
        members: dict[str, list[int]] = {}
        for i, candidate in enumerate(self.order):
            for value in dict.fromkeys(candidate.attributes.get(window.column, "").split(SEVERAL)):
                if value and window.value in {None, value}:
                    members.setdefault(value, []).append(i)
        return [
            _Group(
                rule,
                value,
                np.array(rows),
                window.low,
                max(len(rows), window.low) if window.high is None else window.high,
            )
            for value, rows in members.items()
        ]

    def solve(self) -> _Found:
        """Return the best selection, filling as many places as the rules allow."""
        if self.fund is not None:
            return self._with_fund(self.fund)
        if not self.exact and self._nested():
            rows = self._greedy()
            return self._found(rows, "greedy")
        wanted = min(self.places, len(self.order))
        best = self._program(wanted, wanted)
        if best is None:
            most = self._most()
            if most is None:
                return _Found("impossible", (), (), 0.0, "exact program")
            best = self._program(most, most)
        return self._found(best or [], "exact program")

    def _found(self, rows: Sequence[int], method: str) -> _Found:
        status = "selected" if len(rows) >= min(self.places, len(self.order)) else "short"
        total = sum(int(self.value[i]) for i in rows) / UNIT
        return _Found(status, tuple(sorted(rows)), tuple(self.order[i].amount or 0.0 for i in rows), total, method)

    def _nested(self) -> bool:
        """Return whether the rules are caps alone and every two groups are nested or apart: a laminar family."""
        columns = {window.column for window in self.windows}
        several = any(SEVERAL in each.attributes.get(column, "") for each in self.order for column in columns)
        if several or any(group.low > 0 for group in self.groups):
            return False
        rules = sorted({group.rule for group in self.groups})
        label = {k: np.full(len(self.order), -1, dtype=np.int64) for k in rules}
        size: dict[int, dict[int, int]] = {k: {} for k in rules}
        for n, group in enumerate(self.groups):
            label[group.rule][group.rows] = n
            size[group.rule][n] = len(group.rows)
        for a, first in enumerate(rules):
            for second in rules[a + 1 :]:
                both = (label[first] >= 0) & (label[second] >= 0)
                together = Counter(zip(label[first][both].tolist(), label[second][both].tolist(), strict=True))
                for (one, other), n in together.items():
                    if n < min(size[first][one], size[second][other]):
                        return False
        return True

    def _greedy(self) -> list[int]:
        """Return the best that fit, one after the other."""
        of: list[list[int]] = [[] for _ in self.order]
        for n, group in enumerate(self.groups):
            for i in group.rows.tolist():
                of[i].append(n)
        room = [group.high for group in self.groups]
        rows: list[int] = []
        for i in range(len(self.order)):
            if len(rows) == self.places:
                break
            if all(room[n] > 0 for n in of[i]):
                rows.append(i)
                for n in of[i]:
                    room[n] -= 1
        return rows

    def _matrix(self, width: int) -> sparse.csr_array:
        """Return the groups' membership, one row each, over the first columns of `width`."""
        rows = np.repeat(np.arange(len(self.groups)), [len(g.rows) for g in self.groups])
        cols = np.concatenate([g.rows for g in self.groups]) if self.groups else np.empty(0, dtype=np.int64)
        return sparse.csr_array((np.ones(len(rows)), (rows, cols)), shape=(len(self.groups), width))

    def _limits(self) -> tuple[Floats, Floats]:
        return (
            np.array([g.low for g in self.groups], dtype=float),
            np.array([g.high for g in self.groups], dtype=float),
        )

    def _run(
        self, gain: Floats, constraints: list[optimize.LinearConstraint], upper: Floats, whole: Floats | None = None
    ) -> Floats | None:
        """Return the solution of greatest gain, or None where there is none."""
        answer = optimize.milp(
            -gain,
            integrality=np.ones(len(gain)) if whole is None else whole,
            bounds=optimize.Bounds(0, upper),
            constraints=constraints,
            options={"mip_rel_gap": 0.0},
        )
        return None if answer.x is None else np.asarray(answer.x)

    def _program(self, least: int, most: int) -> list[int] | None:
        """Return the rows of greatest total with between `least` and `most` selected, or None where that cannot be."""
        n = len(self.order)
        low, high = self._limits()
        constraints = [optimize.LinearConstraint(sparse.csr_array(np.ones((1, n))), least, most)]
        if self.groups:
            constraints.append(optimize.LinearConstraint(self._matrix(n), low, high))
        # The tie-break by place in the order is worth less than one unit in all, where numbers that size are exact
        # enough.
        x = self._run(self.value.astype(float), constraints, np.ones(n))
        return None if x is None else self._settle(np.flatnonzero(x > 0.5).tolist())  # noqa: PLR2004 - 0 or 1

    def _settle(self, rows: list[int]) -> list[int]:  # noqa: C901 - one search, kept in one piece
        """Return the selection with equals exchanged for the luckier one wherever the rules allow it.

        The program leaves equals in any order; the order of candidates is by score and ticket, so that earlier is
        better.
        """
        of: list[list[int]] = [[] for _ in self.order]
        for n, group in enumerate(self.groups):
            for i in group.rows.tolist():
                of[i].append(n)
        count = [0] * len(self.groups)
        for i in rows:
            for n in of[i]:
                count[n] += 1
        chosen = set(rows)
        values = Counter(self.value.tolist())
        again = True
        while again:
            again = False
            for gone in sorted((i for i in chosen if values[int(self.value[i])] > 1), reverse=True):
                first = int(np.searchsorted(-self.value, -self.value[gone], side="left"))
                for other in range(first, gone):
                    if other in chosen:
                        continue
                    lose, gain = set(of[gone]) - set(of[other]), set(of[other]) - set(of[gone])
                    if all(count[n] < self.groups[n].high for n in gain) and all(
                        count[n] > self.groups[n].low for n in lose
                    ):
                        chosen.remove(gone)
                        chosen.add(other)
                        for n in lose:
                            count[n] -= 1
                        for n in gain:
                            count[n] += 1
                        again = True
                        break
        return sorted(chosen)

    def _most(self) -> int | None:
        """Return the greatest number that can be selected at all, or None where some window cannot be kept."""
        n = len(self.order)
        low, high = self._limits()
        constraints = [optimize.LinearConstraint(sparse.csr_array(np.ones((1, n))), 0, self.places)]
        if self.groups:
            constraints.append(optimize.LinearConstraint(self._matrix(n), low, high))
        x = self._run(np.ones(n), constraints, np.ones(n))
        return None if x is None else int(np.sum(x > 0.5))  # noqa: PLR2004 - 0 or 1

    def _with_fund(self, fund: Fund) -> _Found:  # noqa: C901 - one program, written out
        """Return the best selection within a sum of money."""
        n = len(self.order)
        amounts = sorted(fund.amounts, reverse=True)
        low, high = self._limits()
        if not amounts:
            asked = np.array([c.amount or 0.0 for c in self.order])
            rules = [
                optimize.LinearConstraint(sparse.csr_array(np.ones((1, n))), 0, self.places),
                optimize.LinearConstraint(sparse.csr_array(asked[None, :]), 0, fund.total),
            ]
            if self.groups:
                rules.append(optimize.LinearConstraint(self._matrix(n), low, high))
            x = self._run(self.value.astype(float), rules, np.ones(n))
            if x is None:
                return _Found("impossible", (), (), 0.0, "exact program")
            return self._found(np.flatnonzero(x > 0.5).tolist(), "exact program")  # noqa: PLR2004 - 0 or 1
        # Columns: y_i selected; x_ia gets amount a or more (beyond the least); z_ia lies within the ranks that do.
        steps = len(amounts) - 1
        width = n + 2 * n * steps
        worth = [fund.worth(a) for a in amounts]
        scaled = self.value / max(1, int(self.value.max())) * UNIT
        gain = np.zeros(width)
        gain[:n] = scaled * worth[-1]
        spend = np.zeros(width)
        spend[:n] = amounts[-1]
        entries: list[tuple[int, int, float]] = []
        lower: list[float] = []
        at = 0
        for k in range(steps):
            x0, z0 = n + k * n, n + (steps + k) * n
            gain[x0 : x0 + n] = scaled * (worth[k] - worth[k + 1])
            spend[x0 : x0 + n] = amounts[k] - amounts[k + 1]
            before = n + (k + 1) * n if k + 1 < steps else 0
            for i in range(n):
                # x <= the next smaller amount's x (y for the last); x <= z; x >= that + z - 1; z never rises with
                # the rank.
                for plus, minus, floor in (
                    ((before + i,), (x0 + i,), 0.0),
                    ((z0 + i,), (x0 + i,), 0.0),
                    ((x0 + i,), (before + i, z0 + i), -1.0),
                ):
                    entries += [(at, c, 1.0) for c in plus] + [(at, c, -1.0) for c in minus]
                    lower.append(floor)
                    at += 1
                if i + 1 < n:
                    entries += [(at, z0 + i, 1.0), (at, z0 + i + 1, -1.0)]
                    lower.append(0.0)
                    at += 1
        ones = np.zeros(width)
        ones[:n] = 1
        constraints = [
            optimize.LinearConstraint(sparse.csr_array(ones[None, :]), 0, self.places),
            optimize.LinearConstraint(sparse.csr_array(spend[None, :]), 0, fund.total),
        ]
        if entries:
            r, c, v = zip(*entries, strict=True)
            matrix = sparse.csr_array((v, (r, c)), shape=(at, width))
            constraints.append(optimize.LinearConstraint(matrix, np.array(lower), np.inf))
        if self.groups:
            constraints.append(optimize.LinearConstraint(self._matrix(width), low, high))
        x = self._run(gain, constraints, np.ones(width))
        if x is None:
            return _Found("impossible", (), (), 0.0, "exact program")
        level = np.round(x[:n]).astype(int) + sum(
            (np.round(x[n + k * n : n + (k + 1) * n]).astype(int) for k in range(steps)), np.zeros(n, dtype=int)
        )
        rows = np.flatnonzero(level > 0).tolist()
        given = [amounts[len(amounts) - int(level[i])] for i in rows]
        total = sum(int(self.value[i]) / UNIT * fund.worth(a) for i, a in zip(rows, given, strict=True))
        status = "selected" if len(rows) >= min(self.places, n) else "short"
        return _Found(status, tuple(rows), tuple(given), total, "exact program")

    def broken(self) -> tuple[tuple[str, int], ...]:
        """Return the fewest exceptions that would make a selection possible: (rule and value, by how many)."""
        n, g = len(self.order), len(self.groups)
        low, high = self._limits()
        identity = sparse.identity(g, format="csr")
        left = sparse.hstack([self._matrix(n), identity, -identity], format="csr")
        places = sparse.csr_array(np.concatenate([np.ones(n), np.zeros(2 * g)])[None, :])
        constraints = [
            optimize.LinearConstraint(left, low, high),
            optimize.LinearConstraint(places, 0, self.places),
        ]
        if self.fund is not None:
            least = min(self.fund.amounts, default=0.0)
            spend = np.array([least or c.amount or 0.0 for c in self.order])
            row = sparse.csr_array(np.concatenate([spend, np.zeros(2 * g)])[None, :])
            constraints.append(optimize.LinearConstraint(row, 0, self.fund.total))
        upper = np.concatenate([np.ones(n), np.full(2 * g, float(n + self.places))])
        x = self._run(np.concatenate([np.zeros(n), -np.ones(2 * g)]), constraints, upper)
        if x is None:
            return ()
        slack = np.round(x[n : n + g] + x[n + g :]).astype(int)
        return tuple(
            (f"{self.windows[group.rule].name} ({group.value})", int(by))
            for group, by in zip(self.groups, slack, strict=True)
            if by
        )

    def prices(self, found: _Found) -> tuple[Price, ...]:
        """Return what each rule costs: the best selection without it, beside the one found."""
        result = []
        trials = [
            (window.name, _Problem(self.order, self.places, _but(self.windows, k), self.fund, exact=self.exact))
            for k, window in enumerate(self.windows)
        ]
        if self.fund is not None and not self.fund.amounts:
            trials.append(("budget", _Problem(self.order, self.places, self.windows, None, exact=self.exact)))
        for name, problem in trials:
            free = problem.solve()
            before, after = set(found.rows), set(free.rows)
            result.append(
                Price(
                    rule=name,
                    price=round(free.total - found.total, 6),
                    kept_out=tuple(self.order[i].id for i in sorted(after - before)),
                    let_in=tuple(self.order[i].id for i in sorted(before - after)),
                )
            )
        return tuple(result)

    def reasons(self, found: _Found) -> tuple[Reason, ...]:
        """Return why each one who scored at least as well as the last selected is not among them."""
        if not found.rows:
            return ()
        chosen = set(found.rows)
        count = [sum(int(i) in chosen for i in group.rows.tolist()) for group in self.groups]
        passed = [i for i in range(max(found.rows)) if i not in chosen]
        of: dict[int, list[int]] = {i: [] for i in passed}
        for k, group in enumerate(self.groups):
            for i in group.rows.tolist():
                if i in of:
                    of[i].append(k)
        return tuple(self._reason(i, of[i], count, found) for i in passed)

    def _reason(self, i: int, groups: list[int], count: list[int], found: _Found) -> Reason:
        full = [k for k in groups if count[k] >= self.groups[k].high]
        if full:
            group = self.groups[full[0]]
            window = self.windows[group.rule]
            facts: dict[str, object] = {"column": window.column, "value": group.value, "high": group.high}
            return Reason(self.order[i].id, FULL, facts)
        # Someone who scored less sits where a window needs them.
        for k, group in enumerate(self.groups):
            if (
                group.low
                and count[k] <= group.low
                and k not in groups
                and any(j > i for j in found.rows if j in group.rows)
            ):
                facts = {"column": self.windows[group.rule].column, "value": group.value, "low": group.low}
                return Reason(self.order[i].id, NEEDED, facts)
        return Reason(self.order[i].id, NO_MONEY if self.fund is not None else TOGETHER, {})


def _but(windows: tuple[Window, ...], k: int) -> tuple[Window, ...]:
    return windows[:k] + windows[k + 1 :]
