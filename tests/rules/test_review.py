"""Masking, totals, standings, spoken names: property by property."""

from __future__ import annotations

import itertools
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.review.rules import covering, masking, merging, scoring, signs, spoken, standings, withholding
from portal.review.rules.lives import (
    ASSIGNMENT,
    HELD,
    OWED,
    READABLE,
    REVIEW,
    ROUND,
    AssignmentState,
    AssignmentStep,
    ReviewState,
    ReviewStep,
    RoundState,
    RoundStep,
)
from portal.review.rules.masking import Known, Span
from portal.review.rules.scoring import Mark
from portal.review.rules.standings import Counted
from portal.review.rules.wordlists import PLANTS

# ---------------------------------------------------------------- lives

ROUND_TABLE = {
    ("planned", "open"): "open",
    ("open", "close"): "closed",
    ("closed", "reopen"): "reopened",
    ("reopened", "close"): "closed",
    ("closed", "lock"): "locked",
}
REVIEW_TABLE = {
    ("draft", "submit"): "submitted",
    ("submitted", "revise"): "revised",
    ("revised", "revise"): "revised",
    ("submitted", "lock"): "locked",
    ("revised", "lock"): "locked",
}
BEFORE = ("planned", "assigned", "declared clear", "in progress")
ASSIGNMENT_TABLE = {
    ("planned", "assign"): "assigned",
    ("assigned", "declare clear"): "declared clear",
    ("declared clear", "start"): "in progress",
    ("in progress", "submit"): "submitted",
    **{(state, "decline"): "declined" for state in BEFORE},
    **{(state, "abstain"): "abstained" for state in BEFORE},
    **{(state, "recuse"): "recused" for state in (*BEFORE, "submitted", "declined", "abstained")},
}


@pytest.mark.parametrize(
    ("life", "states", "steps", "table"),
    [
        (ROUND, RoundState, RoundStep, ROUND_TABLE),
        (REVIEW, ReviewState, ReviewStep, REVIEW_TABLE),
        (ASSIGNMENT, AssignmentState, AssignmentStep, ASSIGNMENT_TABLE),
    ],
    ids=["round", "review", "assignment"],
)
def test_every_cell_of_each_life(life, states, steps, table):
    for state, step in itertools.product(states, steps):
        after = table.get((state.value, step.value))
        assert life.fits(state, step) == (after is not None)
        if after is None:
            with pytest.raises(Refused):
                life.advance(state, step)
        else:
            assert life.advance(state, step).value == after


def test_what_is_readable_is_declared_clear_and_held():
    assert AssignmentState.ASSIGNED not in READABLE
    assert READABLE < HELD
    assert {AssignmentState.SUBMITTED} == HELD - OWED


# ---------------------------------------------------------------- masking

KNOWN = masking.of_person(
    ["Amina Warsame", "Will O'Brien", 'Robert "Bobby" Lee-Jones', "Nguyễn Thị Hòa", "王小明", "محمد علي", "ሰላም በቀለ"]
)
SCHOOLS = masking.of_school(
    ["Denny International Middle School", "Rainier Beach High School", "Martin Luther King Jr. Elementary School"]
)


def read(text, **more):
    return masking.plain(masking.mask(text, KNOWN | SCHOOLS, **more))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amina Warsame teaches.", "The nominee teaches."),
        ("amina and WARSAME", "The nominee and the nominee"),
        ("We saw Amina's class.", "We saw the nominee's class."),
        ("The Warsames came.", "The the nominee came."),
        ("Ms. Warsame helped; Ms. W. too.", "The nominee helped; the nominee too."),
        ("A. Warsame and Amina K. Warsame", "The nominee and the nominee"),
        ("OBrien, O’Brien, O'Brien's", "The nominee, the nominee, the nominee's"),
        ("I will run. Ask Will.", "I will run. Ask the nominee."),
        ("Nguyen Thi Hoa and NGUYỄN", "The nominee and the nominee"),
        ("Bob called.", "The nominee called."),
        ("我们的王小明老师", "我们的the nominee老师"),
        ("ومحمد قال", "The nominee قال"),
        ("ለሰላም አመሰግናለሁ", "The nominee አመሰግናለሁ"),
        ("She works at Denny Middle.", "She works at the school."),
        ("RBHS and Rainier Beach", "The school and the school"),
        ("MLK Elementary", "The school"),
        ("Mt. Rainier is tall; a dennyish thing", "Mt. Rainier is tall; a dennyish thing"),
        (
            "Write a.b@c.org, see https://x.org/y or call (206) 555-0142.",
            "Write an e-mail address, see a web address or call a telephone number.",
        ),
        ("On 2026-03-13 we met 555 people.", "On 2026-03-13 we met 555 people."),
    ],
)
def test_known_strings_read_as_plain_nouns(text, expected):
    assert read(text) == expected


def test_pronouns_are_covered_only_where_asked_for():
    assert read("She gave her class what was hers.") == "She gave her class what was hers."
    assert (
        read("She gave her class what was hers. I saw her.", pronouns=True)
        == "They gave their class what was theirs. I saw them."
    )


def test_an_empty_text_stays_empty():
    assert masking.mask("", KNOWN) == []
    assert masking.fits("", [])


@given(st.text(max_size=200))
def test_plain_parts_are_the_text_itself_and_covered_parts_are_not_kept(text):
    pieces = masking.mask(text, KNOWN | SCHOOLS, pronouns=True)
    assert masking.fits(text, pieces)
    rebuilt, at = "", 0
    for piece in pieces:
        if isinstance(piece, str):
            assert text[at : at + len(piece)] == piece
            rebuilt += piece
            at += len(piece)
        else:
            assert piece["mask"] in masking.NOUNS
            assert set(piece) <= {"mask", "n", "up"}
            at += piece["n"]
    assert at == len(text)


names = st.text(st.characters(categories=["Lu", "Ll", "Lo"], max_codepoint=0x2000), min_size=3, max_size=12)


@given(
    names,
    names,
    st.lists(st.sampled_from(["teaches", "and", "the", "children", "today", "math"]), max_size=8),
    st.randoms(),
)
def test_no_whole_name_is_left_in_view(given_name, family, words, chance):
    known = masking.of_person([f"{given_name} {family}"])
    words += [given_name, family, f"{given_name} {family}", family.upper(), given_name.lower()]
    chance.shuffle(words)
    text = " ".join(words)
    left = {
        masking.fold(word) for piece in masking.mask(text, known) if isinstance(piece, str) for word in piece.split()
    }
    for name in (given_name, family):
        folded = masking.fold(name)
        common = any(one.capital for one in known if masking.fold(one.text) == folded)
        assert (
            not folded
            or folded not in left
            or common
            or folded in {"teaches", "and", "the", "children", "today", "math"}
        )


@pytest.mark.parametrize(
    ("name", "said"), [("Josie Moretti", "Josefina"), ("Josefina Moretti", "Josie"), ("Beto Salas", "Roberto")]
)
def test_what_gathers_the_nominations_of_one_person_is_covered_too(name, said):
    known = masking.of_person([name])
    assert masking.plain(masking.mask(f"Nobody asked {said} to do it.", known)) == "Nobody asked the nominee to do it."


def test_a_month_is_nobodys_nickname():
    assert (
        masking.plain(masking.mask("In May we met Molly.", masking.of_person(["Mary Kim"])))
        == "In May we met the nominee."
    )


def test_a_string_is_added_everywhere_and_one_part_shown_again():
    text = "Coach D runs. Coach D rests, coach d says."
    pieces = masking.add(text, masking.mask(text, set()), "Coach D", masking.NOMINEE)
    assert masking.plain(pieces) == "The nominee runs. The nominee rests, the nominee says."
    shown = masking.uncover(text, pieces, 1)
    assert masking.plain(shown) == "The nominee runs. Coach D rests, the nominee says."
    assert masking.uncover(text, shown, 9) == shown
    assert masking.spans_of(shown) == [Span(0, 7, masking.NOMINEE), Span(29, 36, masking.NOMINEE)]


def test_the_state_of_texts_changes_with_what_is_covered():
    pieces = masking.mask("Amina", KNOWN)
    assert masking.state([pieces]) == masking.state([list(pieces)])
    assert masking.state([pieces]) != masking.state([["Amina"]])


def test_a_hostile_name_covers_nothing_by_accident():
    for name in ("", " ", "-", "''", "a", "\u202e", "the", "of the"):
        assert masking.plain(masking.mask("the quick of a fox", masking.of_person([name]))) == "the quick of a fox"
    assert masking.find("x", [Known("", masking.NOMINEE)]) == []


# ---------------------------------------------------------------- totals

levels = st.integers(0, 6)
marks = st.one_of(st.just(Mark()), st.builds(Mark, levels), st.just(Mark(None, does_not_apply=True)))
WEIGHTS = {"a": 35, "b": 25, "c": 20, "d": 20}


def test_the_total_of_the_picture():
    assert f"{scoring.total(WEIGHTS, {'a': Mark(5), 'b': Mark(4)}):.1f}" == "45.8"


@given(st.fixed_dictionaries(dict.fromkeys(WEIGHTS, marks)))
def test_missing_is_not_zero_and_what_does_not_apply_leaves_the_sum(given_marks):
    total = scoring.total(WEIGHTS, given_marks)
    scored = {key: mark.level for key, mark in given_marks.items() if mark.level is not None}
    if not scored:
        assert total is None
        return
    assert 10 * min(scored.values()) - 1e-6 <= total <= 10 * max(scored.values()) + 1e-6
    without = {key: mark for key, mark in given_marks.items() if key in scored}
    assert scoring.total(WEIGHTS, without) == total
    assert (scoring.final(WEIGHTS, given_marks) is None) == bool(scoring.unanswered(WEIGHTS, given_marks))


@given(level=levels)
def test_the_same_level_for_everything_is_ten_times_that_level(level):
    assert scoring.final(WEIGHTS, {key: Mark(level) for key in WEIGHTS}) == 10 * level


def test_orders_are_each_readers_own_and_the_same_again():
    ids = list(range(30))
    mine, yours = (scoring.own_order(ids, seed=3, reader=reader) for reader in (1, 2))
    assert sorted(mine) == sorted(yours) == ids
    assert mine != yours
    assert mine == scoring.own_order(ids, seed=3, reader=1)


# ---------------------------------------------------------------- standings

reviews = st.lists(st.tuples(st.integers(0, 60), st.dictionaries(st.sampled_from("abcd"), levels)), max_size=8).map(
    lambda found: [Counted(number, float(total), given_levels) for number, (total, given_levels) in enumerate(found)]
)


@given(reviews, st.randoms())
def test_figures_are_those_of_statistics_whatever_the_order(found, chance):
    figures = standings.figures(found)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert standings.figures(shuffled) == figures
    totals = [review.total for review in found]
    assert figures.count == len(found)
    assert figures.mean == (pytest.approx(statistics.fmean(totals), abs=1e-6) if totals else None)
    assert (figures.spread is None) == (len(totals) < 2)
    naive = [
        abs(one.levels[key] - other.levels[key])
        for one, other in itertools.combinations(found, 2)
        for key in one.levels.keys() & other.levels.keys()
    ]
    assert figures.apart == (max(naive) if naive else None)


@given(st.dictionaries(st.integers(), st.one_of(st.none(), st.integers(0, 5).map(float))))
def test_ranks_are_counted_naively_and_ties_share_one(means):
    for each, (rank, tied) in standings.ranks(means).items():
        mean = means[each]
        if mean is None:
            assert (rank, tied) == (None, False)
        else:
            others = [other for other in means.values() if other is not None]
            assert rank == 1 + sum(other > mean for other in others)
            assert tied == (others.count(mean) > 1)


@given(st.lists(st.integers(0, 4).map(float), max_size=12), st.integers(0, 12))
def test_the_band_is_the_tie_that_the_cut_runs_through(means, places):
    means = sorted(means, reverse=True)
    cut = standings.cut(means, places=places)
    groups = [cut.group(mean) for mean in means]
    assert groups == sorted(groups, key=["above", "band", "below"].index)
    assert groups.count("above") <= places
    band = {mean for mean, group in zip(means, groups, strict=True) if group == "band"}
    assert len(band) <= 1
    if band:
        assert groups.count("above") < places < groups.count("above") + groups.count("band")
    else:
        assert groups.count("above") == min(places, len(means))
    near = means[max(places - 1, 0) :][:2]
    assert standings.cut(near, places=min(places, 1)) == cut
    assert cut.group(None) == "below"


@pytest.mark.parametrize(
    ("spread", "word", "number"),
    [(3.2, "agree", 0.3), (6.0, "differ", 0.6), (13.0, "far apart", 1.3), (0.0, "agree", 0.0)],
)
def test_disagreement_is_a_word_and_a_number(spread, word, number):
    found = standings.agreement(spread)
    assert (found[0].value, found[1]) == (word, number)


def test_one_review_cannot_disagree():
    assert standings.agreement(None) is None


# ---------------------------------------------------------------- spoken names


@given(st.integers(0, 400), st.integers())
def test_spoken_names_are_different_and_repeatable(count, seed):
    names_ = spoken.names(count, seed=seed)
    assert len(set(names_)) == len(names_) == count
    assert names_ == spoken.names(count, seed=seed)


def test_spoken_names_are_not_alphabetical_and_avoid_those_taken():
    names_ = spoken.names(60, seed=7)
    assert names_ != sorted(names_)
    assert set(names_) <= set(PLANTS)
    more = spoken.names(len(PLANTS), seed=7, taken=names_)
    assert not set(more) & set(names_)


def test_references_are_made_anew_and_never_run_out():
    first = spoken.references(6000, seed=1)
    assert len(set(first)) == 6000
    assert first[:10] != sorted(first[:10])
    assert not set(spoken.references(50, seed=1, taken=first)) & set(first)


# ---------------------------------------------------------------- small numbers, drift, boxes


@given(st.lists(st.integers(0, 6), max_size=20))
def test_no_single_score_follows_from_what_is_told_of_others_nor_from_two_of_it(levels):
    for count in range(len(levels)):
        before, after = withholding.told(levels[:count]), withholding.told(levels[: count + 1])
        assert len(before) % withholding.LEAST == 0
        assert len(after) == len(before) or len(after) - len(before) >= withholding.LEAST
        assert list(after[: len(before)]) == list(before)


@given(st.integers(0, 12), st.integers(0, 3), st.booleans())
def test_a_figure_is_settled_for_others_only_where_it_can_change_no_more_by_one_score(count, aside, locked):
    shown = withholding.settled(count=count, given=count + aside, locked=locked)
    assert shown == (locked and not aside and count >= withholding.LEAST)


FIELDS = st.dictionaries(st.sampled_from(["score-a", "score-b", "comment-a", "comment"]), st.text(max_size=40))


@given(FIELDS, FIELDS, FIELDS)
def test_what_two_devices_changed_of_different_fields_is_kept_and_only_the_same_one_is_in_conflict(before, mine, saved):
    seen = merging.read(merging.signs(before))
    both = merging.merged(seen, mine, saved)
    names = {*before, *mine, *saved}

    def changed(fields, name):
        return fields.get(name, "") != before.get(name, "")

    fought = [n for n in names if changed(mine, n) and changed(saved, n) and mine.get(n, "") != saved.get(n, "")]
    assert (both is None) == bool(fought)
    for name in names if both is not None else ():
        assert both.get(name, "") == (mine if changed(mine, name) else saved).get(name, "")


@pytest.mark.parametrize("carried", [None, "", "[]", "7", "{", '{"a": 1}', "null"])
def test_signs_that_nobody_wrote_merge_nothing(carried):
    assert merging.read(carried) in (None, {})


def test_ones_own_scores_are_compared_first_half_to_second():
    assert signs.drift([40.0] * 5) is signs.Drift.TOO_FEW
    assert signs.drift([40, 41, 39, 40, 42, 39, 40]) is signs.Drift.STEADY
    assert signs.drift([50, 48, 49, 40, 41, 39]) is signs.Drift.STRICTER
    assert signs.drift([40, 41, 39, 20, 50, 48, 49]) is signs.Drift.KINDER


@given(st.lists(st.text("ab\f \nAmina", max_size=30), min_size=1, max_size=4))
def test_what_is_covered_in_the_words_of_a_file_lies_on_its_own_page(pages):
    said = covering.together(pages)
    for number, start, end in covering.spans(pages, masking.mask(said, {Known("Amina", masking.NOMINEE)})):
        assert masking.fold(pages[number - 1][start:end]) in {"amina", "aminas", ""}


def test_relatives_colleagues_and_streets_that_a_text_names_are_covered():
    text = "My husband Omar cooks. Ms. Lee, the librarian, and Principal Okafor agree. We met at 3000 California Avenue SW."
    known = masking.named_in(text) | masking.of_street("3000 California Ave SW")
    covered = masking.plain(masking.mask(text, known))
    assert not [name for name in ("Omar", "Lee", "Okafor", "California") if name in covered]
    assert "Principal Award" in masking.plain(
        masking.mask("The Principal Award", masking.named_in("The Principal Award"))
    )
    apart = masking.apart_from(masking.named_in("Ms. Lee"), {Known("Lee", masking.NOMINEE)})
    assert apart == set()


def test_boxes_are_kept_in_thousandths_and_cover_something():
    assert covering.box(1, (50, 10, 0, 20), pages=1) == [1, 0, 100, 500, 200]
    assert covering.box(2, (0, 0, 100, 100), pages=1) is None
    assert covering.box(1, (0, 0, 100, 101), pages=1) is None
    assert covering.box(1, (0, 50, 100, 50.1), pages=1) is None
