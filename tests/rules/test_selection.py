"""Selection under rules: exact against trying everything, with its prices and reasons."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.decisions.rules.selection import BadSelection, Candidate, Fund, Window, select, units
from portal.decisions.science_commands import select as command


@st.composite
def cases(draw):
    count = draw(st.integers(1, 7))
    people = [
        Candidate(
            f"c{i}",
            draw(st.integers(0, 12)) / 2,
            {"school": draw(st.sampled_from(["x", "y", ""])), "region": draw(st.sampled_from("pq"))},
            amount=draw(st.integers(1, 5)),
        )
        for i in range(count)
    ]
    windows = []
    for column in draw(st.lists(st.sampled_from(["school", "region"]), unique=True)):
        low = draw(st.integers(0, 2))
        high = draw(st.one_of(st.none(), st.integers(low, low + 2))) if low else draw(st.integers(0, 3))
        windows.append(Window(column, low, high))
    fund = draw(
        st.one_of(
            st.none(),
            st.builds(Fund, st.integers(0, 12)),
            st.builds(
                Fund, st.integers(0, 12), st.sampled_from([(1, 3), (1, 2, 4)]), st.sampled_from(["sqrt", "linear"])
            ),
        )
    )
    return people, draw(st.integers(1, 5)), windows, fund


def by_trying_everything(people, places, windows, fund):
    """Return (number, total) of the best selection, or None where there is none."""
    best = None
    order = sorted(people, key=lambda c: (-c.score, c.id))
    menu = (None, *(fund.amounts if fund and fund.amounts else (1,)))
    for pick in itertools.product(menu, repeat=len(people)):
        taken = [(c, a) for c, a in zip(order, pick, strict=True) if a is not None]
        if len(taken) > places or not all(kept(window, [c for c, _ in taken], people) for window in windows):
            continue
        total = sum(c.score for c, _ in taken)
        if fund:
            if sum(a if fund.amounts else c.amount for c, a in taken) > fund.total:
                continue
            if fund.amounts:
                if any(a < b for (_, a), (_, b) in itertools.pairwise(taken)):
                    continue
                total = sum(c.score * fund.worth(a) for c, a in taken)
        value = (0 if fund else len(taken), total)
        best = value if best is None else max(best, value)
    return best


def kept(window, chosen, everybody):
    values = {c.attributes[window.column] for c in everybody} - {""}
    count = Counter(c.attributes[window.column] for c in chosen)
    return all(window.low <= count[v] <= (99 if window.high is None else window.high) for v in values)


@settings(max_examples=120)
@given(case=cases())
def test_no_selection_is_better(case):
    people, places, windows, fund = case
    found = select(people, places=places, windows=windows, fund=fund)
    best = by_trying_everything(people, places, windows, fund)
    if best is None:
        assert found.status == "impossible"
        assert found.broken
        assert found.selected == ()
        return
    assert found.total == pytest.approx(best[1])
    chosen = [c for c in people if c.id in found.selected]
    assert all(kept(window, chosen, people) for window in windows)
    assert len(chosen) <= places
    if fund:
        assert sum(found.amounts.values()) <= fund.total
    else:
        assert len(chosen) == best[0]
        assert found.status == ("selected" if len(chosen) == min(places, len(people)) else "short")
    assert all(
        price.price >= -1e-6 for price in found.prices if not (fund and fund.amounts) and found.status == "selected"
    )


@settings(max_examples=60)
@given(
    scores=st.lists(st.integers(0, 3), min_size=1, max_size=9),
    places=st.integers(1, 5),
    high=st.integers(1, 2),
    order=st.randoms(use_true_random=False),
)
def test_the_greedy_way_and_the_program_choose_the_same_people(scores, places, high, order):
    # One per school inside a region, which nest; equal scores are decided by the ticket.
    people = [
        Candidate(f"c{i}", s, {"school": f"s{i % 4}", "region": f"r{i % 2}"}, ticket=f"{(i * 7) % 10}")
        for i, s in enumerate(scores)
    ]
    rules = [Window("school", 0, 1), Window("region", 0, high)]
    greedy = select(people, places=places, windows=rules)
    exact = select(order.sample(people, len(people)), places=places, windows=rules, exact=True)
    assert greedy.method == "greedy"
    assert exact.method == "exact program"
    assert greedy.total == exact.total
    assert greedy.selected == exact.selected


def test_each_rule_has_its_price_and_says_whom_it_moved():
    people = [
        Candidate("a", 9, {"school": "x"}),
        Candidate("b", 8, {"school": "x"}),
        Candidate("c", 5, {"school": "y"}),
    ]
    found = select(people, places=2, windows=[Window("school", 0, 1)])
    assert found.selected == ("a", "c")
    (price,) = found.prices
    assert (price.rule, price.price, price.kept_out, price.let_in) == ("max school=1", 3.0, ("b",), ("c",))
    (reason,) = found.reasons
    assert str(reason) == "school x already has 1."
    assert found.alternates == ("b",)


def test_a_window_that_needs_someone_says_so():
    people = [
        *(Candidate(f"n{i}", 9 - i, {"region": "north"}) for i in range(3)),
        Candidate("s", 1, {"region": "south"}),
    ]
    found = select(people, places=2, windows=[Window("region", 1, None)])
    assert found.selected == ("n0", "s")
    assert [str(reason) for reason in found.reasons] == [
        "A place is needed so that region south has at least 1.",
        "A place is needed so that region south has at least 1.",
    ]
    only = select(people, places=2, windows=[Window("region", 0, 1, value="north")])
    assert only.selected == ("n0", "s")


def test_rules_that_cannot_be_kept_are_named_with_the_least_exception():
    people = [Candidate("a", 2, {"region": "north"}), Candidate("b", 1, {"region": "south"})]
    found = select(people, places=2, windows=[Window("region", 2, None, value="south")])
    assert found.status == "impossible"
    assert found.broken == (("window region=south=2: (south)", 1),)


def test_rules_that_leave_places_empty_fill_as_many_as_they_can():
    people = [Candidate(f"c{i}", i, {"school": "x"}) for i in range(5)]
    found = select(people, places=3, windows=[Window("school", 0, 2)])
    assert (found.status, found.selected) == ("short", ("c4", "c3"))
    exact = select(people, places=3, windows=[Window("school", 0, 2)], exact=True)
    assert (exact.status, exact.selected) == ("short", ("c4", "c3"))


def test_equal_scores_are_decided_by_the_ticket_and_said_to_be():
    people = [
        Candidate(name, 3 + extra, ticket=t) for name, extra, t in (("a", 0, "9"), ("b", 4e-7, "1"), ("c", 2, "5"))
    ]
    found = select(people, places=2)
    assert found.selected == ("c", "b")
    assert found.ties == ("b", "a")
    assert units(3.0000004) == units(3.0)
    assert units(-0.0000005) == -1


def test_a_fund_gives_more_to_higher_scores_and_goes_around():
    people = [Candidate(f"c{i}", 10 - i) for i in range(4)]
    found = select(people, places=4, fund=Fund(8, (1, 3)))
    assert dict(found.amounts) == {"c0": 3, "c1": 3, "c2": 1, "c3": 1}
    asked = [Candidate(f"c{i}", 10 - i, amount=5 - i) for i in range(4)]
    limited = select(asked, places=4, fund=Fund(6))
    assert sum(limited.amounts.values()) <= 6
    assert limited.prices[-1].rule == "budget"


@pytest.mark.parametrize(
    ("people", "facts", "said"),
    [
        ([], {}, "no candidates"),
        ([Candidate("a", 1), Candidate("a", 2)], {}, "a is there twice"),
        ([Candidate("a", float("nan"))], {}, "score of a"),
        ([Candidate("a", 1)], {"places": 0}, "one place"),
        ([Candidate("a", 1)], {"windows": [Window("school", 0, 1)]}, "No candidate has a school"),
        ([Candidate("a", 1, {"s": "x"})], {"windows": [Window("s", 2, 1)]}, "no window"),
        ([Candidate("a", 1, {"s": "x"})], {"windows": [Window("s", 0, 1, "y")]}, "No candidate has the s y"),
        ([Candidate("a", 1)], {"fund": Fund(-1, (1,))}, "fund must be"),
        ([Candidate("a", 1)], {"fund": Fund(1, (1, 1))}, "Amounts must be"),
        ([Candidate("a", 1)], {"fund": Fund(1, (1,), "log")}, "sqrt or linear"),
        ([Candidate("a", -1)], {"fund": Fund(1, (1,))}, "0 or more where amounts"),
        ([Candidate("a", 1)], {"fund": Fund(1)}, "does not say what amount"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(people, facts, said):
    with pytest.raises(BadSelection, match=said):
        select(people, **{"places": 1, **facts})


CSV = "nomination,score,school,region,amount\n" + "".join(
    f"n{i},{(i * 7) % 11},s{i % 4},r{i % 2},{1000 + i}\n" for i in range(12)
)


def run(tmp_path, text, *options):
    path = tmp_path / "candidates.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(command, [str(path), *options])


def test_the_command_selects_and_prices(tmp_path):
    result = run(tmp_path, CSV, "--places", "4", "--max", "school=1", "--window", "region=2:2")
    found = json.loads(result.stdout)
    assert found["status"] == "selected"
    assert [row["nomination"] for row in found["selected"]] == ["n3", "n6", "n9", "n4"]
    assert [price["rule"] for price in found["prices"]] == ["max school=1", "window region=2:2"]
    assert found["total"] == found["score_total"] == 33
    money = json.loads(run(tmp_path, CSV, "--places", "4", "--budget", "8000", "--amounts", "1000,3000").stdout)
    assert money["spent"] == 8000
    assert [row["amount"] for row in money["selected"]] == [3000, 3000, 1000, 1000]
    asked = json.loads(run(tmp_path, CSV, "--places", "4", "--budget", "3100", "--no-prices").stdout)
    assert asked["spent"] <= 3100
    one = json.loads(run(tmp_path, CSV, "--places", "4", "--max", "school=s3=0", "--window", "region=r0=3:").stdout)
    assert "n3" not in [row["nomination"] for row in one["selected"]]
    assert json.loads(run(tmp_path, b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode(), "--places", "3").stdout)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("", [], "is empty"),
        ("nomination,score\n", [], "no rows"),
        ("name,score\na,1\n", [], "none of the columns nomination"),
        ("nomination,points\na,1\n", [], "none of the columns score"),
        ("nomination,score\na,one\n", [], "line 2: score is not a number"),
        ("nomination,score\na,nan\n", [], "not a number"),
        ("nomination,score\na,1\na,2\n", [], "line 3: a is there before, in line 2"),
        ("nomination,score\na,1,2\n", [], "line 2: 3 cells"),
        ("nomination,score\n,1\n", [], "nomination is empty"),
        (CSV, ["--max", "town=1"], "no column town"),
        (CSV, ["--max", "school=-1"], "whole number"),
        (CSV, ["--max", "school"], "wants COLUMN="),
        (CSV, ["--window", "region=3"], "MIN:MAX"),
        (CSV, ["--window", "region=3:1"], "no window"),
        (CSV, ["--budget", "lots"], "wants a sum"),
        (CSV, ["--amounts", "1"], "needs a --budget"),
        (CSV, ["--budget", "9", "--amounts", ""], "--amounts is empty"),
        (CSV, ["--budget", "9", "--amounts", "1,x"], "wants a sum"),
        (CSV, ["--seed", "q"], "hexadecimal"),
        (CSV, ["--frobnicate"], "--frobnicate"),
    ],
)
def test_the_command_refuses_with_one_line(tmp_path, text, options, said):
    result = run(tmp_path, text, "--places", "2", *options)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert re.fullmatch(r"[^\n]+\n", result.stderr)
    assert said in result.stderr
