"""Who reads what: exact, reproducible, proved, and changed as little as possible."""

from __future__ import annotations

import csv
import importlib.util
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from portal.review.rules import assignment, connectivity
from portal.review.rules.assignment import BadPlan, Candidacy, Reader, flow, linking, plan, sentence

VECTORS = Path(__file__).parent / "vectors"
TOOL = Path(__file__).parents[2] / "tools" / "check_certificate.py"


def checker():
    """Return the standalone script as a module."""
    spec = importlib.util.spec_from_file_location("check_certificate", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def checked(found: assignment.Plan) -> list[str]:
    """Return all that the standalone script finds to hold."""
    return list(checker().checks(found.as_json(), found.as_json()["document"]))


def a01():
    """Return the facts of the vector: 200 candidacies, 20 reviewers."""
    with (VECTORS / "A01_200x20" / "arcs.csv").open(encoding="utf-8") as file:
        eligible = {(row["nomination"], row["reviewer"]): int(row["cost"]) for row in csv.DictReader(file)}
    with (VECTORS / "A01_200x20" / "reviewers.csv").open(encoding="utf-8") as file:
        reviewers = [
            Reader(row["reviewer"], int(row["max_load"]), int(row["min_load"]), row["school"])
            for row in csv.DictReader(file)
        ]
    return {
        "candidacies": [Candidacy(name) for name in sorted({c for c, _ in eligible})],
        "reviewers": reviewers,
        "eligible": eligible,
        "reads": 3,
    }


@pytest.mark.parametrize(("one_per_school", "cost"), [(False, 26754710), (True, 27053463)])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_vector_is_met_and_proved(one_per_school, cost, seed):
    found = plan(**a01(), one_per_school=one_per_school, seed=seed)
    assert found.cost == cost
    assert found.certificate["value"] == found.certificate["bound"]
    assert not found.unfilled
    assert any("no plan is better" in said for said in checked(found))
    assert set(Counter(c for c, _ in found.pairs).values()) == {3}
    if one_per_school:
        school = {r.id: r.school for r in a01()["reviewers"]}
        assert max(Counter((c, school[r]) for c, r in found.pairs).values()) == 1


@st.composite
def rounds(draw):
    """Return a small round with everything in it at once."""
    count_i, count_j = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    some = st.sampled_from(["", "x", "y"])
    candidacies = [
        Candidacy(f"c{i}", draw(st.one_of(st.none(), st.integers(0, 3))), draw(some)) for i in range(count_i)
    ]
    reviewers = []
    for j in range(count_j):
        high = draw(st.integers(0, 4))
        reviewers.append(Reader(f"r{j}", high, draw(st.integers(0, high)), draw(some)))
    every = [(c.id, r.id) for c in candidacies for r in reviewers]
    costs = st.integers(-3, 6) if draw(st.booleans()) else st.integers(0, 1)
    eligible = {pair: draw(costs) for pair in draw(st.lists(st.sampled_from(every), unique=True))}
    return {
        "candidacies": candidacies,
        "reviewers": reviewers,
        "eligible": eligible,
        "reads": draw(st.integers(0, 3)),
        "one_per_school": draw(st.booleans()),
        "per_school": draw(st.integers(0, 2)),
        "level": draw(st.sampled_from([0, 0, 2])),
        "kept": draw(st.lists(st.sampled_from(every), unique=True, max_size=4)),
        "locked": draw(st.lists(st.sampled_from(every), unique=True, max_size=2)),
        "seed": draw(st.integers(0, 3)),
    }


def by_enumeration(facts) -> tuple[int, int, int, int]:
    """Return (empty slots, missed reads, changes, cost with levels) of the best plan, by another kind of solver."""
    locked = set(facts["locked"])
    free = sorted(pair for pair in facts["eligible"] if pair not in locked)
    need = {
        c.id: max((facts["reads"] if c.reads is None else c.reads) - sum(p[0] == c.id for p in locked), 0)
        for c in facts["candidacies"]
    }
    window = {}
    for r in facts["reviewers"]:
        done = sum(p[1] == r.id for p in locked)
        high = max(r.max_load - done, 0)
        window[r.id] = (min(max(r.min_load - done, 0), high), high)
    c_school = {c.id: c.school for c in facts["candidacies"]}
    r_school = {r.id: r.school for r in facts["reviewers"]}
    # One column per pair; then missed reads per reviewer; then the part of each load above n, for n = 1, 2, ...
    names = list(window)
    steps = [(name, n) for name in names for n in range(1, window[name][1])] if facts["level"] else []
    width = len(free) + len(names) + len(steps)
    rows, low, high = [], [], []

    def row(entries, least, most):
        line = np.zeros(width)
        for at, weight in entries:
            line[at] += weight
        rows.append(line)
        low.append(least)
        high.append(most)

    for name, n in need.items():
        row([(k, 1) for k, p in enumerate(free) if p[0] == name], 0, n)
    for at, name in enumerate(names):
        mine = [(k, 1) for k, p in enumerate(free) if p[1] == name]
        row(mine, 0, window[name][1])
        row([*mine, (len(free) + at, 1)], window[name][0], np.inf)
        for k, (who, n) in enumerate(steps):
            if who == name:
                row([*mine, (len(free) + len(names) + k, -1)], -np.inf, n)
    for cap, school, end in ((int(facts["one_per_school"]), r_school, 1), (facts["per_school"], c_school, 0)):
        for where in {(school[p[end]], p[1 - end]) for p in free if school[p[end]]} if cap else ():
            inside = lambda p: (school[p[end]], p[1 - end]) == where  # noqa: B023, E731
            row([(k, 1) for k, p in enumerate(free) if inside(p)], 0, max(cap - sum(inside(p) for p in locked), 0))
    kept = set(facts["kept"]) - locked
    cost = np.zeros(width)
    for k, p in enumerate(free):
        cost[k] = -1e9 + (1e4 if kept and p not in kept else 0) + facts["eligible"][p]
    cost[len(free) : len(free) + len(names)] = 1e6
    cost[len(free) + len(names) :] = facts["level"]
    upper = np.r_[np.ones(len(free)), np.full(len(names) + len(steps), np.inf)]
    if width == 0:
        return sum(need.values()), sum(w[0] for w in window.values()), 0, 0
    answer = milp(
        cost,
        integrality=np.ones(width),
        bounds=Bounds(0, upper),
        constraints=LinearConstraint(np.array(rows), low, high),
    )
    x = np.round(answer.x)
    chosen = [p for k, p in enumerate(free) if x[k]]
    return (
        sum(need.values()) - len(chosen),
        int(x[len(free) : len(free) + len(names)].sum()),
        sum(p not in kept for p in chosen) if kept else 0,
        int(sum(facts["eligible"][p] for p in chosen) + facts["level"] * x[len(free) + len(names) :].sum()),
    )


@settings(deadline=None, max_examples=150)
@given(facts=rounds())
def test_no_plan_is_better_and_the_proof_says_so(facts):
    found = plan(**facts)
    locked = set(facts["locked"])
    kept = set(facts["kept"]) - locked
    planned = [p for p in found.pairs if p not in locked]
    loads = Counter(r for _, r in planned)
    level = facts["level"] * sum(n * (n - 1) // 2 for n in loads.values())
    mine = (
        sum(n for _, n in found.unfilled),
        sum(n for _, n in found.under),
        sum(p not in kept for p in planned) if kept else 0,
        found.cost + level,
    )
    assert mine == by_enumeration(facts)
    assert found.certificate["value"] == found.certificate["bound"]
    assert checked(found)
    assert sum(s.short for s in found.shortages) == mine[0]
    for short in found.shortages:
        assert short.need - short.room - short.single == short.short > 0
        assert "short" in sentence(short)


@settings(deadline=None, max_examples=40)
@given(facts=rounds(), order=st.randoms(use_true_random=False))
def test_the_order_of_the_facts_changes_nothing(facts, order):
    mixed = dict(facts)
    for name in ("candidacies", "reviewers", "kept", "locked"):
        mixed[name] = order.sample(facts[name], len(facts[name]))
    mixed["eligible"] = dict(order.sample(sorted(facts["eligible"].items()), len(facts["eligible"])))
    one, other = plan(**facts), plan(**mixed)
    assert one == other


def test_a_seed_decides_between_equals_and_nothing_else():
    facts = {
        "candidacies": [Candidacy(f"c{i}") for i in range(30)],
        "reviewers": [Reader(f"r{j}", 15) for j in range(6)],
        "eligible": {(f"c{i}", f"r{j}"): 5 for i in range(30) for j in range(6)},
        "reads": 2,
    }
    plans = [plan(**facts, seed=seed) for seed in (1, 1, 2, 3)]
    assert plans[0].pairs == plans[1].pairs
    assert len({p.pairs for p in plans}) > 1
    assert len({p.digest for p in plans}) == 3
    assert {p.cost for p in plans} == {300}


def test_a_recusal_changes_one_pair_and_no_finished_review():
    facts = a01()
    before = plan(**facts)
    gone = random.Random(5).sample(before.pairs, 10)
    finished = [p for p in before.pairs if p not in gone][:100]
    facts["eligible"] = {pair: cost for pair, cost in facts["eligible"].items() if pair not in gone}
    after = plan(**facts, kept=before.pairs, locked=finished)
    assert set(after.dropped) == set(gone)
    assert len(after.added) == 10
    assert set(finished) <= set(after.pairs)
    assert checked(after)


def test_a_shortage_names_who_is_short_and_what_would_mend_it():
    french = {(f"f{i}", r): 1 for i in range(10) for r in "ABC"}
    found = plan(
        candidacies=[Candidacy(f"f{i}") for i in range(10)],
        reviewers=[*(Reader(r, 8) for r in "ABC"), Reader("D", 30)],
        eligible=french,
        reads=3,
        barred={(f"f{i}", "D"): "language" for i in range(10)},
    )
    (short,) = found.shortages
    assert (short.need, short.room, short.short, short.full) == (30, 24, 6, ("A", "B", "C"))
    assert short.barred == (("language", 10),)
    said = sentence(short)
    assert "need 30 reads; only reviewers A, B and C can give more, and there is room for 24: 6 short." in said
    assert "Let A, B and C each read 2 more." in said
    assert "D has room for 30 more, but may read none of these that are short: language" in said


def test_a_candidacy_that_too_few_may_read_is_not_blamed_on_loads():
    found = plan(
        candidacies=[Candidacy("c", reads=3)],
        reviewers=[Reader("A", 9), Reader("B", 9)],
        eligible={("c", "A"): 1},
        reads=1,
    )
    (short,) = found.shortages
    assert (short.full, short.need, short.short) == ((), 3, 2)
    assert "Candidacy c needs 3 reads, but all who may read it give only 1: 2 short." in sentence(short)
    assert "B has room for 9 more, but may not read it: not listed (1)." in sentence(short)


def silos(seed: int = 1, affinity: float = 0.55):
    """Return 120 candidacies and 12 reviewers who much prefer the candidacies of their own kind."""
    rng = np.random.default_rng(seed)
    near = {
        (f"c{i:03}", f"r{j:02}"): int(1e5 * (1 - rng.uniform(affinity, 1)))
        if i % 4 == j % 4
        else int(1e5 * (1 - rng.uniform(0, 0.4)))
        for i in range(120)
        for j in range(12)
    }
    return {
        "candidacies": [Candidacy(f"c{i:03}") for i in range(120)],
        "reviewers": [Reader(f"r{j:02}", 32, 28) for j in range(12)],
        "eligible": near,
        "reads": 3,
    }


def test_silos_are_linked_by_a_few_exchanges_that_keep_reads_and_loads():
    apart = plan(**silos())
    assert len(apart.components) == 4
    assert apart.vbar is None
    together = plan(**silos(), linked=True)
    assert len(together.components) == 1
    assert together.vbar <= together.spread.target
    assert together.loads == apart.loads
    assert Counter(c for c, _ in together.pairs) == Counter(c for c, _ in apart.pairs)
    assert together.best_cost == apart.cost
    assert 0 < together.linking_cost < 0.15 * apart.cost + 2e6
    assert checked(together)


def test_exchanges_break_no_cap():
    facts = silos()
    facts["reviewers"] = [
        Reader(r.id, r.max_load, r.min_load, "north" if int(r.id[1:]) < 6 else r.id) for r in facts["reviewers"]
    ]
    facts["candidacies"] = [Candidacy(c.id, None, f"s{int(c.id[1:]) % 10}") for c in facts["candidacies"]]
    found = plan(**facts, linked=True, one_per_school=True, per_school=7)
    assert checked(found)
    assert found.vbar is not None


def test_what_cannot_be_linked_is_said_and_not_forced():
    found = plan(
        candidacies=[Candidacy("a"), Candidacy("b")],
        reviewers=[Reader(r, 1) for r in "PQRS"],
        eligible={("a", "P"): 1, ("a", "Q"): 1, ("b", "R"): 1, ("b", "S"): 1},
        reads=2,
        linked=True,
    )
    assert len(found.components) == 2
    assert found.exchanges == ()
    assert any("NOT linked" in said for said in checked(found))


def test_a_plan_that_was_tampered_with_is_found_out():
    tool = checker()
    found = plan(**a01())

    def refused(change) -> str:
        data = json.loads(json.dumps(found.as_json()))
        change(data)
        with pytest.raises(tool.Wrong) as wrong:
            list(tool.checks(data, data["document"]))
        return str(wrong.value)

    assert "digest" in refused(lambda d: d["document"].update(seed=9))
    assert "twice" in refused(lambda d: d["pairs"].append(d["pairs"][0]))
    assert "not eligible" in refused(lambda d: d["pairs"].append(["0", "nobody"]))
    assert "needs 3 reads" in refused(lambda d: d["pairs"].pop())
    assert "prices" in refused(lambda d: d["certificate"]["reviewer_prices"].update({"0": 10**6}))
    assert "weights" in refused(lambda d: d["certificate"]["weights"].update(unfilled=1))
    assert "cost" in refused(lambda d: d.update(cost=1))

    def worse(data):
        """Exchange two reads for dearer ones and claim it is as good."""
        cost = {(c, r): n for c, r, n in data["document"]["eligible"]}
        pairs = [tuple(p) for p in data["pairs"]]
        have = set(pairs)
        for c, r in pairs:
            for h, s in pairs:
                if r != s and (c, s) in cost and (h, r) in cost and not {(c, s), (h, r)} & have:
                    extra = cost[c, s] + cost[h, r] - cost[c, r] - cost[h, s]
                    if extra > 0:
                        data["pairs"] = [list(p) for p in (have - {(c, r), (h, s)}) | {(c, s), (h, r)}]
                        data["cost"] += extra
                        data["certificate"]["value"] += extra
                        return

    assert "prove only" in refused(worse)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reads": -1}, "cannot need -1 reads"),
        ({"candidacies": [Candidacy("c"), Candidacy("c")]}, "candidacy c is there twice"),
        ({"reviewers": [Reader("r", 1), Reader("r", 1)]}, "reviewer r is there twice"),
        ({"reviewers": [Reader("r", 1, 2)]}, "no window"),
        ({"reviewers": [Reader("r", -1, -1)]}, "no window"),
        ({"eligible": {("x", "r"): 1}}, "no candidacy x"),
        ({"eligible": {("c", "x"): 1}}, "no reviewer x"),
        ({"locked": [("c", "x")]}, "no reviewer x"),
        ({"per_school": -1}, "negative"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(change, said):
    facts = {
        "candidacies": [Candidacy("c")],
        "reviewers": [Reader("r", 1)],
        "eligible": {("c", "r"): 1},
        "reads": 1,
        **change,
    }
    with pytest.raises(BadPlan, match=said):
        plan(**facts)


def test_costs_too_large_to_add_are_refused():
    with pytest.raises(flow.TooCostly, match="too large"):
        plan(candidacies=[Candidacy("c")], reviewers=[Reader("r", 1)], eligible={("c", "r"): 2**60}, reads=1)


def test_nothing_to_plan_is_a_plan():
    found = plan(candidacies=[], reviewers=[], eligible={}, reads=3)
    assert found.pairs == ()
    assert checked(found)


def test_the_spread_of_a_balanced_design_is_the_ideal():
    # Every pair of five reviewers once: a balanced incomplete block design.
    cand = np.repeat(np.arange(10), 2)
    rev = np.array([(a, b) for a in range(5) for b in range(a + 1, 5)]).ravel()
    found = connectivity.spread(cand, rev)
    assert found.vbar == pytest.approx(found.ideal)


def test_the_spread_is_the_mean_variance_of_least_squares_differences():
    rng = np.random.default_rng(3)
    cand, rev = np.repeat(np.arange(14), 3), np.concatenate([rng.choice(6, 3, replace=False) for _ in range(14)])
    design = np.zeros((len(cand), 14 + 6))
    design[np.arange(len(cand)), cand] = 1
    design[np.arange(len(cand)), 14 + rev] = 1
    inverse = np.linalg.pinv(design.T @ design)[14:, 14:]
    wanted = np.mean([inverse[r, r] + inverse[s, s] - 2 * inverse[r, s] for r in range(6) for s in range(r)])
    assert connectivity.spread(cand, rev).vbar == pytest.approx(wanted)


def test_reviewers_who_hold_a_group_together_are_named():
    pairs = [
        ("a", "P"),
        ("a", "Q"),
        ("b", "P"),
        ("b", "Q"),
        ("c", "Q"),
        ("c", "R"),
        ("d", "R"),
        ("d", "S"),
        ("e", "R"),
        ("e", "S"),
    ]
    assert connectivity.articulation_reviewers(pairs) == ("Q", "R")
    assert connectivity.articulation_reviewers([]) == ()


def test_an_exchange_is_the_cheapest_there_is():
    facts = silos()
    apart = plan(**facts)
    cost = facts["eligible"]
    pairs = list(apart.pairs)
    group = {c: n for n, part in enumerate(apart.components) for c in part.candidacies}
    wanted = min(
        cost[i, s] + cost[h, r] - cost[i, r] - cost[h, s] for i, r in pairs for h, s in pairs if group[i] != group[h]
    )
    names = sorted({c for c, _ in cost}), sorted({r for _, r in cost})
    problem = flow.Problem(
        demand=np.full(120, 3),
        low=np.zeros(12, dtype=np.int64),
        high=np.full(12, 32),
        cand=np.array([names[0].index(c) for c, _ in sorted(cost)]),
        rev=np.array([names[1].index(r) for _, r in sorted(cost)]),
        cost=np.array([cost[p] for p in sorted(cost)]),
        group_of_reviewer=np.full(12, -1),
        school_of_candidacy=np.full(120, -1),
    )
    cand = np.array([names[0].index(c) for c, _ in pairs])
    rev = np.array([names[1].index(r) for _, r in pairs])
    done = linking.link(problem, cand, rev, fixed=np.zeros(len(pairs), dtype=bool), most=1)
    assert done.cost == wanted
