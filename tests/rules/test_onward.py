"""Who goes on from a round, and what an order of the best is worth."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.review.rules import kinds
from portal.review.rules.onward import FITS, By, Rule, Stand, Why, from_json, propose
from portal.review.rules.standings import ranks

SCORES = st.lists(st.sampled_from([None, 0.0, 0.5, 1.0, 2.5, 4.0]), min_size=1, max_size=12)
READS = st.lists(st.integers(0, 4), min_size=12, max_size=12)
RULES = st.builds(Rule, st.sampled_from(By), st.integers(0, 14), st.sampled_from([0.0, 0.5, 2.5, 50.0, 100.0]))


def stands_of(scores, reads):
    places = ranks(dict(enumerate(scores)))
    return [Stand(n, score, places[n][0], reads[n] if score is not None else 0) for n, score in enumerate(scores)]


@given(scores=SCORES, reads=READS, rule=RULES, quorum=st.integers(1, 3))
def test_nobody_with_too_few_readers_is_taken_or_left_by_a_rule(scores, reads, rule, quorum):
    stands = stands_of(scores, reads)
    said = propose(rule, stands, quorum=quorum)
    assert set(said) == {one.number for one in stands}
    for one in stands:
        if one.reads < quorum:
            assert said[one.number] == (None, Why.FEW)


@given(scores=SCORES, reads=READS, count=st.integers(0, 14))
def test_the_first_so_many_are_never_more_and_equals_are_never_parted(scores, reads, count):
    stands = stands_of(scores, reads)
    said = propose(Rule(By.TOP, count), stands, quorum=1)
    assert sum(said[one.number].goes_on is True for one in stands) <= count
    for one in stands:
        for other in stands:
            if one.rank is not None and one.rank == other.rank and min(one.reads, other.reads) >= 1:
                assert said[one.number] == said[other.number]


@given(scores=SCORES, reads=READS, rule=RULES)
def test_whoever_stands_better_is_never_left_where_another_is_taken(scores, reads, rule):
    stands = [one for one in stands_of(scores, reads) if one.reads >= 1 and one.rank is not None]
    said = propose(rule, stands, quorum=1)
    for better in stands:
        for worse in stands:
            if better.score > worse.score and said[worse.number].goes_on:
                assert said[better.number].goes_on


def test_a_share_is_met_by_exactly_so_many_in_a_hundred():
    two_of_three = [Stand(1, round(2 / 3, 6), 1, 3)]
    assert propose(Rule(By.SHARE, least=66.6), two_of_three, quorum=2)[1].goes_on is True
    assert propose(Rule(By.SHARE, least=67), two_of_three, quorum=2)[1].goes_on is False
    assert propose(Rule(By.SHARE, least=50), [Stand(1, 0.5, 1, 2)], quorum=2)[1].goes_on is True


def test_a_tie_through_the_cut_and_a_rule_by_hand_are_left_to_a_person():
    equal = [Stand(1, 4.0, 1, 2), Stand(2, 3.0, 2, 2), Stand(3, 3.0, 2, 2), Stand(4, 1.0, 4, 2)]
    said = propose(Rule(By.TOP, 2), equal, quorum=1)
    assert [said[n].goes_on for n in (1, 2, 3, 4)] == [True, None, None, False]
    assert said[2].why is Why.TIE
    assert {one.why for one in propose(Rule(), equal, quorum=1).values()} == {Why.HAND}


@given(RULES)
def test_a_rule_is_kept_whole(rule):
    assert from_json(rule.as_json()) == rule


def test_every_kind_of_round_can_go_on_by_hand():
    assert set(FITS) == set(kinds.RoundKind)
    assert all(By.HAND in fits for fits in FITS.values())
    assert By.SHARE not in FITS[kinds.RoundKind.SCORING]


@given(best=st.integers(1, 9), readable=st.integers(1, 9))
def test_an_order_is_whole_when_each_place_is_given_once(best, readable):
    wanted = min(best, readable)
    order = {n: n if n <= wanted else None for n in range(1, readable + 1)}
    assert kinds.order_wrong(order, best=best, readable=readable) is None
    assert kinds.order_wrong(order | {1: None}, best=best, readable=readable) == "short"
    assert kinds.order_wrong(order | {1: wanted + 1}, best=best, readable=readable) == "beyond"
    if wanted > 1:
        assert kinds.order_wrong(order | {1: 2}, best=best, readable=readable) == "twice"
    worth = [kinds.points(place, best=best) for place in range(1, best + 1)]
    assert worth == list(range(best, 0, -1))
    assert kinds.points(None, best=best) == 0
