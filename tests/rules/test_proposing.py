"""What the frozen rule makes of standings; and that the standalone script, which shares no code with it, finds the same."""

from __future__ import annotations

import copy
import importlib.util
import random
from pathlib import Path

import pytest

from portal.decisions.rules import bundle, proposing
from portal.decisions.rules.columns import SEVERAL

SCRIPT = Path(__file__).parents[2] / "tools" / "replay_bundle.py"
SEED = bytes(32)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("replay_bundle", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rule(places, *limits, amounts=(), budget=None):
    return {
        "places": places, "limits": [list(limit) for limit in limits], "amounts": list(amounts), "budget": budget,
        "least": 1, "most": None,
    }  # fmt: skip


def scored(**scores):
    """Return candidates by name: a score, or a score and their groups."""
    return [
        proposing.Scored(name, *(each if isinstance(each, tuple) else (each, {})))
        for name, each in scores.items()
    ]  # fmt: skip


def test_the_best_take_the_places_and_the_others_are_alternates_in_order():
    found = proposing.propose(scored(a=3.0, b=5.0, c=4.0), rule(2), seed=SEED)
    assert (found.selected, found.alternates, found.tied, found.status) == (("b", "c"), ("a",), (), "selected")
    assert proposing.propose([], rule(2), seed=SEED) is None
    assert proposing.propose(scored(a=3.0), rule(0), seed=SEED) is None


def test_an_exact_tie_at_the_cut_is_left_open_until_lots_are_drawn_among_just_these():
    people = scored(a=5.0, b=4.0, c=4.0, d=4.0, e=1.0)
    found = proposing.propose(people, rule(3), seed=SEED)
    assert (set(found.tied), found.tied_places, found.selected, found.alternates) == (
        {"b", "c", "d"},
        2,
        ("a",),
        ("e",),
    )
    drawn = proposing.propose(people, rule(3), seed=SEED, drawn=("b", "c", "d"))
    assert not drawn.tied
    assert len(drawn.selected) == 3
    assert proposing.propose(people, rule(3), seed=SEED, drawn=("b", "c")).tied == found.tied
    assert proposing.propose(people, rule(4), seed=SEED).tied == ()


def test_a_tie_that_a_limit_settles_is_no_tie():
    people = scored(a=(5.0, {"school": "1"}), b=(4.0, {"school": "1"}), c=(4.0, {"school": "2"}))
    found = proposing.propose(people, rule(2, ("school", "", 0, 1)), seed=SEED)
    assert (found.selected, found.tied) == (("a", "c"), ())
    assert found.prices == ((0, 0.0, (), ()),) or found.prices[0][1] == 0


def test_somebody_at_several_schools_counts_at_each():
    both = SEVERAL.join(("1", "2"))
    people = scored(a=(5.0, {"school": both}), b=(4.0, {"school": "2"}), c=(3.0, {"school": "3"}))
    found = proposing.propose(people, rule(2, ("school", "", 0, 1)), seed=SEED)
    assert found.selected == ("a", "c")
    assert found.prices[0][1:] == (1.0, ("b",), ("c",))


def test_a_limit_that_nobody_can_meet_is_said_and_contradicting_ones_select_nobody():
    people = scored(a=(5.0, {"level": "high"}), b=(4.0, {"level": "high"}))
    found = proposing.propose(people, rule(1, ("level", "middle", 1, None)), seed=SEED)
    assert (found.status, found.moot, found.selected) == ("selected", (0,), ("a",))
    broken = proposing.propose(people, rule(1, ("level", "high", 2, None)), seed=SEED)
    assert (broken.status, broken.selected, broken.broken) == ("impossible", (), (("window level=high=2: (high)", 1),))


def test_sums_come_out_of_one_fund_and_the_better_never_gets_less():
    people = scored(a=5.0, b=4.5, c=4.0)
    found = proposing.propose(people, rule(3, amounts=(3000, 1000), budget=5000), seed=SEED)
    assert found.amounts == {"a": 3000, "b": 1000, "c": 1000}


def a_case(chance):
    """Return a bundle's parts that a selection rests on, by chance: few different scores, so that ties are frequent."""
    count = chance.randint(2, 9)
    names = [f"R-{n:04d}" for n in range(count)]
    several = chance.random() < 0.3
    candidates = [
        {
            "id": name,
            "attributes": {
                "school": SEVERAL.join(f"school {n}" for n in chance.sample(range(4), chance.randint(1, 2))),
                "level": chance.choice(["high", "middle", ""]),
            },
        }
        for name in names
    ]
    limits = [("school", "", 0, chance.randint(1, 2))] if chance.random() < 0.6 else []
    limits += [("level", "high", chance.randint(0, 2), None)] if chance.random() < 0.5 else []
    amounts = chance.sample([100, 200, 300, 500], 2) if several else []
    selection = rule(
        chance.randint(1, 5), *limits, amounts=amounts, budget=chance.randint(1, 15) * 100 if several else None
    )
    rows = {name: {"raw": chance.choice([2.0, 3.25, 3.5, 4.123457, 5.0])} for name in names}
    return {
        "rules": {"parts": {"selection": selection, "seeds": {"round": chance.randint(0, 99)}}},
        "standings": {"order": "raw", "rows": rows},
        "candidates": candidates,
        "draw": None,
    }


def test_the_portal_and_the_script_agree_on_every_selection_and_on_every_wrong_one(script):
    chance = random.Random(20260413)
    seen = set()
    for _ in range(60):
        case = a_case(chance)
        case["selection"] = bundle.compute_selection(case)
        found = case["selection"]
        script.check_selection(case)
        seen |= {found["status"], "tied" if found["tied"] else "", "sums" if found["amounts"] else ""}
        if found["status"] == "impossible" or not found["selected"]:
            continue
        wrong = copy.deepcopy(case)
        gone = wrong["selection"]["selected"].pop()
        wrong["selection"]["amounts"].pop(gone, None)
        wrong["selection"]["alternates"].append(gone)
        with pytest.raises(script.Differs):
            script.check_selection(wrong)
    assert {"selected", "short", "impossible", "tied", "sums"} <= seen
