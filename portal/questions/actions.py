"""Making, copying, editing and freezing question sets."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.db import db
from portal.errors import N_, Refused, Stale
from portal.people.rules import fold
from portal.questions.models import Asked, EarlierWords, Question, QuestionSet
from portal.questions.rules import CLOSED, offered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from portal.people.models import Person
    from portal.questions.templates import QuestionTemplate

FROZEN = N_("These questions were fixed when the cycle opened, so that everybody answers the same ones.")
NOT_FROZEN = N_("Nothing is fixed yet: change the question itself.")
CHANGED = N_(
    "Somebody changed this question since you opened the page. What you typed is below; nothing of theirs is lost."
)
MOVED = N_("Somebody added or took out a question meanwhile. Look at the list again, then move it.")
HANGS = N_(
    "“%(name)s” is shown only when an earlier question says so. That would no longer hold: change its condition first."
)
SAME_CHOICES = N_("Put right how the choices read, one on each line as before: none can be added, taken out or moved.")
WHY = N_("Say why: the reason stays on the record.")
WORDS = ("label", "own_label", "short", "hint", "choices")
COPIED = (
    "position",
    "key",
    "asked",
    "kind",
    "label",
    "own_label",
    "short",
    "hint",
    "choices",
    "word_limit",
    "character_limit",
    "shown_if",
    "shown_values",
    "required",
    "scored",
    "blind_visible",
    "publishable",
    "sensitivity",
)


def make_set(title: str, templates: Iterable[QuestionTemplate]) -> QuestionSet:
    """Return a question set made from templates, to be edited."""
    made = QuestionSet(title=title)
    for place, template in enumerate(templates):
        made.questions.append(Question(position=place, **template.columns()))
    return made


def copy_set(source: QuestionSet, *, title: str) -> QuestionSet:
    """Return a copy of a set, unfrozen, with the same keys, that remembers what it was copied from."""
    made = QuestionSet(title=title, version=source.version + 1, copied_from_id=source.id)
    for question in source.questions:
        made.questions.append(Question(**{name: getattr(question, name) for name in COPIED}))
    return made


def freeze(questions: QuestionSet, *, at: datetime) -> None:
    """Fix a set: nothing in it changes from now on."""
    if questions.frozen_at is None:
        questions.frozen_at = at


def key_for(questions: QuestionSet, words: str) -> str:
    """Return a key for a new question, made from its name, that the set does not have yet."""
    taken = {question.key for question in questions.questions}
    stem = "_".join(fold(words).split())[:40] or "question"
    return next(key for key in (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)


def digest(question: Question | None) -> str:
    """Return what tells whether a question is still the one that a page was drawn from."""
    if question is None:
        return ""
    held = {name: getattr(question, name) for name in COPIED if name != "position"}
    return hashlib.sha256(json.dumps(held, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _take(questions: QuestionSet) -> None:
    """Hold a set until the end of the transaction. Raises `Refused` where it is frozen, also by an opening at this moment."""
    wanted = select(QuestionSet.frozen_at).where(QuestionSet.id == questions.id).with_for_update()
    if db.session.scalar(wanted) is not None:
        raise Refused(FROZEN)


def _check(in_order: Sequence[Question]) -> None:
    """Raise `Refused` where a condition names what is not asked before it, or is no answer of it."""
    for place, question in enumerate(in_order):
        if question.shown_if is None:
            continue
        before = next((held for held in in_order[:place] if held.key == question.shown_if), None)
        fits = before is not None and before.asked is question.asked and before.kind in CLOSED
        if before is None or not fits or not set(question.shown_values) <= set(offered(before)):
            name = question.short.get("en") or next(iter(question.short.values()), question.key)
            raise Refused(HANGS, field="shown", name=name)


def _settle(questions: QuestionSet) -> None:
    """Note a change of a set."""
    _check(sorted(questions.questions, key=lambda held: held.position))
    questions.version += 1
    db.session.flush()


def save_question(
    questions: QuestionSet, question: Question | None, *, drawn_from: str | None = None, **facts: Any
) -> Question:
    """Add a question to a set, or change one.

    `drawn_from` is the digest that its page was drawn with. Raises `Refused` where the set is frozen or a condition would no
    longer hold, `Stale` where somebody else changed the question since.
    """
    _take(questions)
    if question is None:
        short = facts.get("short") or facts.get("label") or {}
        key = key_for(questions, short.get("en") or next(iter(short.values()), ""))
        facts = {"choices": [], "shown_values": [], **facts}
        question = Question(
            key=key, position=max((held.position for held in questions.questions), default=-1) + 1, **facts
        )
        questions.questions.append(question)
        _number(questions)
    else:
        if drawn_from is not None and drawn_from != digest(question):
            raise Stale(CHANGED)
        for name, value in facts.items():
            setattr(question, name, value)
    _settle(questions)
    return question


def _number(questions: QuestionSet) -> None:
    """Count the questions through: the nominator's first, then the nominee's."""
    in_order = sorted(questions.questions, key=lambda held: held.position)
    for number, held in enumerate(held for part in Asked for held in in_order if held.asked is part):
        held.position = number


def remove_question(questions: QuestionSet, question: Question) -> None:
    """Take a question out of a set that is not frozen. Raises `Refused` where another hangs on it."""
    _take(questions)
    _check([held for held in sorted(questions.questions, key=lambda held: held.position) if held is not question])
    questions.questions.remove(question)
    _settle(questions)


def move_question(questions: QuestionSet, question: Question, *, by_places: int) -> None:
    """Move a question up (-1) or down (1) among those of its part. Raises `Refused` where it would pass one it hangs on."""
    order = [held for held in _of_part(questions, question.asked) if held is not question]
    place = _of_part(questions, question.asked).index(question)
    order.insert(min(max(place + by_places, 0), len(order)), question)
    order_questions(questions, question.asked, [held.id for held in order])


def _of_part(questions: QuestionSet, asked: Asked) -> list[Question]:
    return sorted((held for held in questions.questions if held.asked is asked), key=lambda held: held.position)


def order_questions(questions: QuestionSet, asked: Asked, numbers: Sequence[int]) -> None:
    """Put the questions of one part in the order of `numbers`, which must name each of them once. Raises `Stale` where they do not."""
    _take(questions)
    held = {question.id: question for question in questions.questions if question.asked is asked}
    if sorted(numbers) != sorted(held):
        raise Stale(MOVED)
    _check([held[number] for number in numbers])
    for place, number in enumerate(numbers):
        held[number].position = place
    _number(questions)
    _settle(questions)


def start_again(questions: QuestionSet, made: QuestionSet) -> None:
    """Put the questions of another set, made from templates or from a year before, in place of all of this one's."""
    _take(questions)
    questions.questions.clear()
    db.session.flush()  # their keys are free again
    for question in list(made.questions):
        questions.questions.append(Question(**{name: getattr(question, name) for name in COPIED}))
    questions.copied_from_id = made.copied_from_id
    _settle(questions)


def reword(
    questions: QuestionSet,
    question: Question,
    *,
    drawn_from: str | None,
    reason: str,
    by: Person,
    at: datetime,
    **words: Any,
) -> bool:
    """Put the words of a frozen question right: a new version of the set. What was answered keeps the words that it answered.

    Nothing but words changes: not the kind, not what is offered, not what must be answered. Returns whether any word did.
    """
    frozen = db.session.scalar(select(QuestionSet.frozen_at).where(QuestionSet.id == questions.id).with_for_update())
    if frozen is None:
        raise Refused(NOT_FROZEN)
    if drawn_from is not None and drawn_from != digest(question):
        raise Stale(CHANGED)
    before = {name: getattr(question, name) for name in WORDS}
    words = {**before, **words}
    if [value for value, _said in words["choices"]] != [value for value, _said in question.choices]:
        raise Refused(SAME_CHOICES, field="choices")
    if words == before:
        return False
    if not reason.strip():
        raise Refused(WHY, field="reason")
    db.session.add(EarlierWords(question_id=question.id, until=at, by_id=by.id, reason=reason.strip(), **before))
    for name in WORDS:
        setattr(question, name, words[name])
    question.reworded_at = at
    questions.version += 1
    db.session.flush()
    return True
