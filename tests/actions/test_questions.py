"""Question sets: conditions that hold, an order kept, words put right, and answers that keep the words they answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.db import db, transaction
from portal.demo import makers
from portal.errors import Refused, Stale
from portal.nominations.actions import snapshots, writing
from portal.nominations.queries import writing as queries
from portal.nominations.rules import Stage
from portal.questions import actions
from portal.questions import queries as wordings
from portal.questions.drawing import snapshot_in_words
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet

NOW = makers.NOW
COLORS = [["red", {"en": "Red"}], ["blue", {"en": "Blue"}]]
USUAL = {"asked": Asked.NOMINATOR, "hint": {}, "required": False}


def words(text):
    return {"label": {"en": f"{text}?"}, "short": {"en": text}}


@pytest.fixture
def asked(app):
    """A set of a draft: a color, then a text that is shown after red, then another text."""
    with transaction():
        held = makers._add(QuestionSet(title="Asked"))
        actions.save_question(held, None, kind=QuestionKind.CHOICE, choices=COLORS, **words("Color"), **USUAL)
        only = {"shown_if": "color", "shown_values": ["red"]}
        actions.save_question(held, None, kind=QuestionKind.TEXT, word_limit=5, **only, **words("Why red"), **USUAL)
        actions.save_question(held, None, kind=QuestionKind.TEXT, **words("Story"), **USUAL)
    return held


def by_key(held):
    return {question.key: question for question in held.questions}


def order(held):
    return [question.key for question in sorted(held.questions, key=lambda one: one.position)]


def test_a_condition_always_names_an_answer_that_is_asked_for_before(asked):
    held, found = asked, by_key(asked)
    for act in (
        lambda: actions.remove_question(held, found["color"]),
        lambda: actions.move_question(held, found["why_red"], by_places=-1),
        lambda: actions.order_questions(held, Asked.NOMINATOR, [found[k].id for k in ("story", "why_red", "color")]),
        lambda: actions.save_question(held, found["color"], choices=[COLORS[1]]),
        lambda: actions.save_question(held, found["color"], kind=QuestionKind.TEXT),
    ):
        with pytest.raises(Refused, match="would no longer hold"), transaction():
            act()
        db.session.rollback()
        assert order(held) == ["color", "why_red", "story"]
    with transaction():
        actions.order_questions(held, Asked.NOMINATOR, [found[key].id for key in ("color", "story", "why_red")])
    assert order(held) == ["color", "story", "why_red"]
    for numbers in ([], [found["color"].id], [found["color"].id] * 3):
        with pytest.raises(Stale), transaction():
            actions.order_questions(held, Asked.NOMINATOR, numbers)
        db.session.rollback()


def test_two_who_change_one_question_never_overwrite_each_other_unseen(asked):
    question = by_key(asked)["story"]
    drawn = actions.digest(question)
    with transaction():
        actions.save_question(asked, question, drawn_from=drawn, required=True)
    with pytest.raises(Stale), transaction():
        actions.save_question(asked, question, drawn_from=drawn, required=False)
    db.session.rollback()
    assert by_key(asked)["story"].required


@pytest.fixture
def draft(asked):
    """A nomination being written, in a cycle that asks the set; red is chosen, and why is said."""
    with transaction():
        actions.freeze(asked, at=NOW - timedelta(days=9))
        cycle = makers.make_cycle(question_set_id=asked.id)
        nomination = makers.make_nomination(cycle, texts=["red", "It is warm.", "A story."], stage=Stage.DRAFT)
        return nomination.reference


def test_what_is_hidden_is_kept_apart_and_comes_back(draft):
    def save(key, text):
        with transaction():
            writing.save_answer(queries.by_reference(draft), key, text, version=None, at=NOW)
        db.session.expire_all()
        return queries.afresh(queries.by_reference(draft))

    found = save("color", "blue")
    assert [one.key for one in queries.asked(found)] == ["color", "story"]
    assert [one.key for one in queries.kept_apart(found)] == ["why_red"]
    assert set(snapshots.facts_of(found)["answers"]) == {"color", "story"}
    found = save("why_red", "It is warm and much too long for anybody.")  # another window still shows it
    assert queries.all_problems(found) == {}
    found = save("color", "red")
    assert snapshots.facts_of(found)["answers"]["why_red"]["text"].startswith("It is warm")
    assert list(queries.all_problems(found)) == ["answers/why_red"]


def test_words_are_put_right_and_old_answers_keep_the_words_they_answered(draft):
    nomination = queries.by_reference(draft)
    held = nomination.cycle.question_set
    question = by_key(held)["color"]
    with transaction():
        joy = makers.make_staff("Joy Tanaka")
    before = snapshots.facts_of(queries.afresh(nomination))["answers"]["color"]
    new = {"label": {"en": "Which colour?"}, "short": {"en": "Colour"}, "hint": {}}
    better = [["red", {"en": "Crimson"}], ["blue", {"en": "Azure"}]]

    def reword(**changes):
        facts = {"drawn_from": None, "reason": "British", "by": joy, "choices": better, "at": NOW, **new, **changes}
        return actions.reword(held, question, **facts)

    for wrong in ({"reason": " "}, {"choices": better[:1]}, {"choices": [["green", {}], ["blue", {}]]}):
        with pytest.raises(Refused), transaction():
            reword(**wrong)
        db.session.rollback()
    with pytest.raises(Refused, match="fixed when the cycle opened"), transaction():
        actions.save_question(held, question, required=True)
    db.session.rollback()
    version = held.version
    with transaction():
        assert reword(at=NOW + timedelta(days=1))
        assert not reword(at=NOW + timedelta(days=2))
    assert held.version == version + 1
    now = queries.afresh(nomination)
    said = snapshots.facts_of(now)["answers"]["color"]
    assert (said, snapshot_in_words(said)) == (before, "Red")
    with transaction():
        writing.save_answer(now, "color", "blue", version=None, at=NOW + timedelta(days=3))
    said = snapshots.facts_of(queries.afresh(now))["answers"]["color"]
    assert (said["label"], snapshot_in_words(said)) == ({"en": "Which colour?"}, "Azure")
    assert [(fix.wording.label, fix.by.name) for fix in wordings.fixes(held)] == [({"en": "Color?"}, "Joy Tanaka")]


def test_a_set_starts_again_from_another_and_keeps_nothing_of_what_was(asked):
    with transaction():
        made = actions.make_set("Other", ())
        actions.start_again(asked, actions.copy_set(asked, title="Copy"))
    assert order(asked) == ["color", "why_red", "story"]
    assert by_key(asked)["why_red"].shown_values == ["red"]
    with transaction():
        actions.start_again(asked, made)
    assert db.session.query(Question).filter_by(set_id=asked.id).count() == 0
