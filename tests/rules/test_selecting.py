"""The rule by which places are given, and what is frozen with it."""

from __future__ import annotations

import inspect

import pytest

from portal.review.rules import calibration
from portal.review.rules.calibration.standings import DECIMALS, SMALL, SMALL_INNER
from portal.review.rules.selecting import (
    MODEL,
    BadRule,
    Frozen,
    Limit,
    SelectionRule,
    Tie,
    check_limit,
    check_sums,
    from_json,
    high_need,
    level,
)


def test_a_rule_is_kept_and_comes_back_the_same():
    rule = SelectionRule((Limit("school", "", 0, 1), Limit("level", "high", 2)), (350_000, 50_000), 900_000, Tie.DRAW)
    assert from_json(rule.as_json()) == rule
    assert from_json(None) == SelectionRule()


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        (Limit("school"), "most"),
        (Limit("school", "", 3, 2), "most"),
        (Limit("zip", "", 0, 1), "about"),
        (Limit("shoe size", "", 0, 1), "about"),
    ],
)
def test_a_limit_that_limits_nothing_or_contradicts_is_refused_beside_its_field(limit, field):
    with pytest.raises(BadRule) as refused:
        check_limit(limit, (Limit("zip", "", 0, 2),))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("amounts", "budget", "field"),
    [((5, 5), 10, "amounts"), ((11,), 10, "amounts"), ((5, 7), None, "budget")],
)
def test_sums_keep_the_cycles_bounds_and_need_a_whole(amounts, budget, field):
    with pytest.raises(BadRule) as refused:
        check_sums(amounts, budget, least=5, most=10)
    assert refused.value.field == field
    check_sums((5, 7), 12, least=5, most=10)
    check_sums((), None, least=5, most=None)


def test_every_part_has_a_digest_of_its_own_and_a_change_in_one_shows_in_it_alone():
    parts = {"weights": {"craft": 40, "care": 60}, "seeds": {"round": 7}, "ties": "vote"}
    before = Frozen(parts)
    after = Frozen({**parts, "weights": {"craft": 41, "care": 59}})
    assert {name for name in parts if before.digests[name] != after.digests[name]} == {"weights"}
    assert before.digest != after.digest
    assert before.digest == Frozen(dict(reversed(parts.items()))).digest


def test_the_frozen_settings_are_those_of_the_model():
    usual = inspect.signature(calibration.standings).parameters
    assert MODEL["alpha"] == usual["alpha"].default
    assert (MODEL["decimals"], MODEL["small_reviews"], MODEL["small_reviewers"]) == (DECIMALS, SMALL, SMALL_INNER)


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        ("KG", "05", "elementary"),
        ("PK", "PK", "elementary"),
        ("06", "08", "middle"),
        ("09", "12", "high"),
        ("KG", "08", "other"),
        ("6", "12", "other"),
        (None, "05", ""),
        ("UG", "UG", ""),
    ],
)
def test_grades_say_what_kind_of_school_it_is(low, high, kind):
    assert level(low, high) == kind


def test_high_need_is_title_one_or_half_on_lunch_and_not_reported_is_no():
    assert high_need(title_i=True, students=None, lunches=None)
    assert high_need(title_i=None, students=100, lunches=50)
    assert not high_need(title_i=False, students=100, lunches=49)
    assert not high_need(title_i=None, students=None, lunches=None)
