"""Words in every script, one judge of answers, and what stops a nomination."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.awards.models import AwardKind
from portal.awards.rules import CycleStage, in_time
from portal.awards.templates import AWARDS
from portal.errors import Refused
from portal.nominations.rules import (
    CONSENT,
    NOMINATION,
    WRITABLE,
    ConsentState,
    ConsentStep,
    Stage,
    Step,
    digest,
)
from portal.nominations.rules.writing import (
    nominee_problems,
    quote_problems,
    relation_problems,
    split_name,
    you_problems,
)
from portal.questions.rules import chosen, count_characters, count_words, joined, over, problems, read_typed, shown
from tests.support.words import WORDS


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_are_counted_as_a_reader_of_the_language_would(text, words):
    assert count_words(text) == words


@given(st.lists(st.text(alphabet=st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1), max_size=40))
def test_as_many_words_as_stand_between_spaces(words):
    assert count_words(" ".join(words)) == len(words)


@given(st.text(max_size=200))
def test_counting_takes_any_text_and_spaces_round_it_change_nothing(text):
    count = count_words(text)
    assert 0 <= count <= len(text)
    assert count_words(f"  {text}\n") == count


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_have_the_words_of_both(one, other):
    assert count_words(f"{one}\n{other}") == count_words(one) + count_words(other)


@given(st.text(alphabet="你好世界老师学生", max_size=60))
def test_a_script_without_spaces_has_about_a_word_for_two_letters(text):
    assert count_words(text) == -(-len(text) // 2)


def asks(**facts):
    usual = {"kind": "text", "required": True, "word_limit": 10, "character_limit": None, "choices": []}
    return SimpleNamespace(**{**usual, **facts})


def kinds(question, answer):
    return [problem.kind for problem in problems(question, answer)]


@given(st.text())
def test_what_an_old_form_did_not_ask_is_not_missing(text):
    assert problems(asks(), None) == []
    expected = ["missing"] if not text.strip() else ["too long"] if count_words(text) > 10 else []
    assert kinds(asks(), text) == expected
    assert "missing" not in kinds(asks(required=False), text)


def test_only_what_is_offered_is_an_answer():
    colors = [["red", {"en": "Red"}], ["green", {"en": "Green"}]]
    assert kinds(asks(kind="choice", choices=colors), "red") == []
    assert kinds(asks(kind="choice", choices=colors), "blue") == ["not offered"]
    assert kinds(asks(kind="choices", choices=colors), joined(["red", "green"])) == []
    assert kinds(asks(kind="choices", choices=colors), joined(["red", "blue"])) == ["not offered"]
    assert kinds(asks(kind="yes_no"), "no") == []
    assert kinds(asks(kind="yes_no"), "maybe") == ["not offered"]


@pytest.mark.parametrize(
    ("kind", "fits", "fails"),
    [
        ("number", ["12", " 1,200 ", "1 200,5", "-3", "٣٤", "3.5"], ["twelve", "12 students", "1,2,3", "--2"]),
        ("date", ["2026-03-13", " 2024-02-29"], ["2026-02-30", "soon", "0026-03-13", "13/03/2026"]),
        (
            "link",
            ["https://a.example", "http://a.b.example:8080/x?y=1#z"],
            ["a.example", "javascript:alert(1)", "https://a"],
        ),
        ("school", ["South Shore PK-8 School", "A school nobody knows"], []),
        ("file", ["transcript.pdf"], []),
        ("consent", ["yes"], ["maybe"]),
    ],
)
def test_every_kind_knows_its_answers(kind, fits, fails):
    asked = asks(kind=kind, word_limit=None)
    assert {text: kinds(asked, text) for text in fits} == {text: [] for text in fits}
    assert [text for text in fails if not kinds(asked, text)] == []
    assert kinds(asked, " ") == ["missing"]


def test_a_consent_that_is_needed_is_needed_as_yes():
    assert kinds(asks(kind="consent"), "no") == ["refused"]
    assert kinds(asks(kind="consent", required=False), "no") == []


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), max_size=30))
def test_characters_are_counted_as_their_writer_does(text):
    decomposed = unicodedata.normalize("NFD", text)
    assert count_characters(decomposed) == count_characters(text) <= len(unicodedata.normalize("NFC", text))
    found = kinds(asks(word_limit=None, character_limit=5), f"a{decomposed}")
    assert found == (["too long"] if count_characters(f"a{text}") > 5 else [])


COLORS = [["red", {"en": "Red", "es": "Rojo"}], ["green", {"en": "Green, dark"}]]


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        ("choice", "  rojo ", "red"),
        ("choice", "Green,  dark", "green"),
        ("choice", "blue", "blue"),
        ("choices", "Rojo; Green, dark", joined(["red", "green"])),
        ("choices", "red, mauve", "red, mauve"),
        ("yes_no", "SÍ", "yes"),
        ("consent", "I agree", "yes"),
        ("text", " Yes ", " Yes "),
    ],
)
def test_what_is_written_out_becomes_the_answer_it_means(kind, typed, answer):
    assert read_typed(asks(kind=kind, choices=COLORS if kind.startswith("choice") else []), typed) == answer


def hanging(key, on=None, *values):
    return SimpleNamespace(key=key, shown_if=on, shown_values=list(values))


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "yes", "no", None])))
def test_a_question_is_shown_when_all_it_hangs_on_is_shown_and_says_so(answers):
    chain = [hanging("a"), hanging("b", "a", "yes"), hanging("c", "b", "yes", "no"), hanging("d", "a", "no")]
    seen = {one.key for one in shown(chain, answers)}
    said = {key: answers.get(key) for key in "abcd"}
    assert "a" in seen
    assert ("b" in seen) == (said["a"] in {"yes", None})
    assert ("c" in seen) == ("b" in seen and said["b"] != "")
    assert ("d" in seen) == (said["a"] in {"no", None})


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\n", categories=["L", "N"]), min_size=1)))
def test_chosen_values_come_back_as_they_were(values):
    assert chosen(joined(values)) == values


@given(st.integers(0, 400), st.integers(1, 300))
def test_over_the_limit_says_by_how_much(words, most):
    found = over("word " * words, most)
    assert (found is None) == (words <= most)
    if found:
        assert found.facts == {"count": words, "most": most, "over": words - most}


# ---------------------------------------------------------------- pages


def nominee(**facts):
    person = {"given": "Amina", "family": "Warsame", "role": "", "email": ""}
    return {"people": [person], "schools": [3], "central": False, "place_text": "", **facts}


def said(found):
    return [problem.facts["field"] for problem in found]


def test_a_nominee_needs_a_last_name_and_a_place():
    assert nominee_problems(nominee()) == []
    assert said(nominee_problems(nominee(people=[]))) == ["people-0-family"]
    assert said(nominee_problems(nominee(schools=[]))) == ["schools"]
    assert nominee_problems(nominee(schools=[], central=True)) == []
    assert nominee_problems(nominee(schools=[], place_text="A small academy")) == []
    assert said(nominee_problems(nominee(central=True))) == ["schools"]
    team = [
        {"given": "Amina", "family": "Warsame", "email": ""},
        {"given": "Luis", "family": " ", "email": "no-at-sign"},
    ]
    assert said(nominee_problems(nominee(people=team))) == ["people-1-family", "people-1-email"]


@pytest.mark.parametrize("address", ["a@b.example", "first.last+tag@sub.school.example", "名前@学校.example"])
def test_an_address_that_looks_like_one(address):
    assert you_problems({"name": "Hibo", "email": address}) == []


@pytest.mark.parametrize(
    "address", ["spratt.schools.example", "a@b", "a b@c.example", "@b.example", "a@@b.example", "a@b..example"]
)
def test_an_address_that_does_not(address):
    assert said(you_problems({"name": "Hibo", "email": address})) == ["email"]


def test_a_relation_needs_a_choice_and_few_words():
    assert relation_problems({"relation": "parent", "text": ""}) == []
    assert said(relation_problems({"relation": "", "text": ""})) == ["relation"]
    assert said(relation_problems({"relation": "other", "text": " "})) == ["text"]
    assert said(relation_problems({"relation": "parent", "text": "w " * 31})) == ["text"]
    assert said(quote_problems({"quote": "", "tell": ""})) == ["quote", "tell"]


@given(st.text(alphabet=st.characters(categories=["L", "Zs"]), max_size=50))
def test_splitting_a_name_loses_none_of_it(name):
    given_name, family = split_name(name)
    assert f"{given_name} {family}".split() == name.split()


# ---------------------------------------------------------------- lives and instants


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("step", Step)
def test_every_cell_of_a_nominations_life(stage, step):
    allowed = {
        "draft": {"submit": "submitted", "hold as late": "late", "discard": "discarded"},
        "submitted": {"revise": "revising", "return": "returned", "withdraw": "withdrawn", "make void": "void"},
        "revising": {"submit": "submitted", "withdraw": "withdrawn", "make void": "void"},
        "returned": {"submit": "submitted", "withdraw": "withdrawn", "make void": "void"},
        "late": {"accept late": "submitted", "refuse": "refused", "withdraw": "withdrawn", "make void": "void"},
    }
    expected = allowed.get(stage.value, {}).get(step.value)
    assert NOMINATION.fits(stage, step) == (expected is not None)
    if expected is not None:
        assert NOMINATION.advance(stage, step).value == expected
    else:
        with pytest.raises(Refused):
            NOMINATION.advance(stage, step)


@pytest.mark.parametrize("state", ConsentState)
@pytest.mark.parametrize("step", ConsentStep)
def test_every_cell_of_a_consents_life(state, step):
    allowed = {
        "not asked": {"give": "given", "refuse": "refused"},
        "refused": {"give": "given"},
        "taken back": {"give": "given"},
        "given": {"take back": "taken back"},
    }
    expected = allowed[state.value].get(step.value)
    assert CONSENT.fits(state, step) == (expected is not None)
    if expected is not None:
        assert CONSENT.advance(state, step).value == expected


def test_only_drafts_and_what_is_being_changed_are_written():
    assert {stage.value for stage in WRITABLE} == {"draft", "revising", "returned"}


PACIFIC = ZoneInfo("America/Los_Angeles")
CLOSINGS = [
    datetime(2026, 3, 7, 23, 59, tzinfo=PACIFIC),  # the night before clocks go forward
    datetime(2026, 3, 8, 1, 59, tzinfo=PACIFIC),  # a minute before
    datetime(2026, 3, 8, 3, 0, tzinfo=PACIFIC),  # the first instant after
    datetime(2026, 11, 1, 1, 30, tzinfo=PACIFIC, fold=0),  # the first of two half past ones
    datetime(2026, 11, 1, 1, 30, tzinfo=PACIFIC, fold=1),  # the second
    datetime(2026, 11, 1, 23, 59, tzinfo=PACIFIC),
    datetime(2026, 7, 1, 0, 0, tzinfo=PACIFIC),
]
OPENS = datetime(2026, 1, 5, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("closes", CLOSINGS)
@pytest.mark.parametrize("grace", [0, 10, 60])
def test_a_deadline_is_one_instant_on_every_day_of_the_year(closes, grace):
    deadline = closes.astimezone(UTC)
    end = deadline + timedelta(minutes=grace)
    for late_by, sent in ((-1, True), (0, False), (1, False)):
        now = end + timedelta(seconds=late_by)
        facts = {"now": now, "opens_at": OPENS, "grace_minutes": grace}
        assert in_time(CycleStage.OPEN, deadline=deadline, **facts) is sent
        assert in_time(CycleStage.CLOSED, deadline=deadline, **facts) is sent


@given(st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=20), st.integers(), st.none()), max_size=6))
def test_a_digest_hangs_on_every_letter_and_on_no_order(facts):
    turned = dict(reversed(list(facts.items())))
    assert digest(facts) == digest(turned)
    assert digest({**facts, "one more": "x"}) != digest(facts)


@pytest.mark.parametrize("award", AWARDS, ids=lambda award: award.slug)
def test_what_a_household_needs_and_a_transcript_reach_no_reviewer_and_no_page(award):
    for question in award.questions:
        if question.sensitivity.value in {"need", "demographic"} or question.key == "transcript":
            seen = {question.scored, question.blind_visible, question.publishable, question.required}
            assert seen == {False}
    if award.kind is AwardKind.SCHOLARSHIP:
        assert {"need", "transcript"} <= {question.key for question in award.questions}
        assert any(criterion.by_staff for criterion in award.rubric.criteria)
        assert award.self_nomination


YOU = {"name": "Devon Reyes", "email": "d.reyes@gmail.com"}


@pytest.mark.parametrize(
    ("name", "address", "wrong"),
    [
        ("Marisol Reyes", "m.reyes@example.org", []),
        ("", "m.reyes@example.org", ["guardian_name"]),
        ("Marisol", "", ["guardian_email"]),
        ("Marisol", "m.reyes", ["guardian_email"]),
        ("Marisol", "DReyes+mama@googlemail.com", ["guardian_email"]),  # it is the student's own mailbox
    ],
)
def test_a_guardian_has_a_name_and_a_mailbox_of_their_own(name, address, wrong):
    found = you_problems({**YOU, "guardian_name": name, "guardian_email": address})
    assert [problem.facts["field"] for problem in found] == wrong
