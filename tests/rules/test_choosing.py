"""What the order of standing suggests, and when people must say why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.decisions.rules import choosing
from portal.decisions.rules.choosing import Ranked
from portal.decisions.rules.lives import Outcome


@st.composite
def standings(draw):
    """Return candidacies with ranks as standings give them: equals share the best rank; some have none."""
    means = draw(st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=20))
    known = sorted((mean for mean in means if mean is not None), reverse=True)
    return [
        Ranked(number, None if mean is None else known.index(mean) + 1) for number, mean in enumerate(means, start=1)
    ]


PLACES = st.integers(0, 22)


@given(ranked=standings(), places=PLACES, alternates=st.integers(0, 5))
def test_no_more_are_suggested_than_there_are_places_and_alternates(ranked, places, alternates):
    found = choosing.by_standing(ranked, places=places, alternates=alternates)
    assert len({one.number for one in found}) == len(found)
    assert sum(one.outcome is Outcome.SELECTED for one in found) <= places
    order = [one.alternate for one in found if one.outcome is Outcome.ALTERNATE]
    assert order == list(range(1, len(order) + 1))
    assert len(order) <= alternates


@given(ranked=standings(), places=PLACES, alternates=st.integers(0, 5))
def test_nobody_suggested_stands_below_somebody_who_is_not(ranked, places, alternates):
    ranks = {one.number: one.rank for one in ranked}
    found = choosing.by_standing(ranked, places=places, alternates=alternates)
    chosen = {one.number for one in found if one.outcome is Outcome.SELECTED}
    for number in chosen:
        assert all(rank is None or rank >= ranks[number] for other, rank in ranks.items() if other not in chosen)
    assert all(ranks[one.number] is not None for one in found)


@given(ranked=standings(), places=PLACES)
def test_a_tie_across_the_cut_is_exactly_those_who_share_the_last_rank(ranked, places):
    tie = choosing.tie_at_cut(ranked, places)
    known = sorted(one.rank for one in ranked if one.rank is not None)
    crosses = 0 < places < len(known) and known[places - 1] == known[places]
    assert (tie is not None) == crosses
    if tie is not None:
        assert {one.number for one in ranked if one.rank == known[places]} == set(tie.numbers)
        assert 0 < tie.places < len(tie.numbers)
        chosen = choosing.by_standing(ranked, places=places, alternates=3)
        assert not {one.number for one in chosen} & set(tie.numbers)
        assert len(chosen) + tie.places == places


@given(ranked=standings(), places=PLACES, alternates=st.integers(0, 5))
def test_what_the_standings_suggest_never_owes_a_reason_and_the_rest_does_not_either(ranked, places, alternates):
    suggested = choosing.by_standing(ranked, places=places, alternates=alternates)
    ranks = {one.number: one for one in ranked}
    tie = choosing.tie_at_cut(ranked, places)
    for one in suggested:
        if one.outcome is Outcome.SELECTED:
            assert not choosing.owes_reason(ranks[one.number], one.outcome, ranked, places=places)
    tied = set(tie.numbers) if tie else set()
    for one in ranked:
        if one.number not in tied and one.number not in {known.number for known in suggested}:
            assert not choosing.owes_reason(one, Outcome.NOT_SELECTED, ranked, places=places)


@given(ranked=standings(), places=PLACES, outcome=st.sampled_from(list(Outcome)))
def test_every_choice_within_a_tie_owes_a_reason(ranked, places, outcome):
    tie = choosing.tie_at_cut(ranked, places)
    if tie is not None:
        assert all(
            choosing.owes_reason(one, outcome, ranked, places=places) for one in ranked if one.number in tie.numbers
        )


@given(ranked=standings(), places=st.integers(1, 22))
def test_whoever_nobody_scored_is_selected_only_with_a_reason(ranked, places):
    for one in ranked:
        if one.rank is None:
            assert choosing.owes_reason(one, Outcome.SELECTED, ranked, places=places)
            assert not choosing.owes_reason(one, Outcome.NOT_SELECTED, ranked, places=places)


@given(taken=st.sets(st.integers(1, 12)), most=st.integers(0, 12))
def test_the_free_place_is_the_lowest_there_is(taken, most):
    place = choosing.free(taken, most)
    if place is None:
        assert set(range(1, most + 1)) <= taken
    else:
        assert place not in taken
        assert 1 <= place <= most
        assert set(range(1, place)) <= taken


@given(cents=st.integers(0, 10_000), least=st.integers(0, 5_000), more=st.integers(0, 5_000))
def test_a_sum_fits_between_the_least_and_the_most(cents, least, more):
    assert choosing.sum_fits(cents, least=least, most=least + more) is (least <= cents <= least + more)
    assert choosing.sum_fits(cents, least=least, most=None) is (cents == least)


@given(versions=st.lists(st.tuples(st.integers(1, 99), st.integers(1, 9)), unique_by=lambda one: one[0]))
def test_a_digest_is_of_what_is_there_in_whatever_order(versions):
    assert choosing.digest(versions) == choosing.digest(reversed(versions))
    assert choosing.digest([*versions, (100, 1)]) != choosing.digest(versions)
