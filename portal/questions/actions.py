"""Making, copying, editing and freezing question sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.db import db
from portal.errors import N_, Refused
from portal.people.rules import fold
from portal.questions.models import Asked, Question, QuestionSet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.questions.templates import QuestionTemplate

FROZEN = N_("These questions were fixed when the cycle opened, so that everybody answers the same ones.")
COPIED = (
    "position",
    "key",
    "asked",
    "kind",
    "label",
    "short",
    "hint",
    "choices",
    "word_limit",
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


def save_question(questions: QuestionSet, question: Question | None, **facts: Any) -> Question:
    """Add a question to a set, or change one. Raises `Refused` where the set is frozen."""
    if questions.frozen_at is not None:
        raise Refused(FROZEN)
    if question is None:
        short = facts.get("short") or facts.get("label") or {}
        key = key_for(questions, short.get("en") or next(iter(short.values()), ""))
        facts = {"choices": [], **facts}
        question = Question(
            key=key, position=max((held.position for held in questions.questions), default=-1) + 1, **facts
        )
        questions.questions.append(question)
    else:
        for name, value in facts.items():
            setattr(question, name, value)
    questions.version += 1
    db.session.flush()
    return question


def remove_question(questions: QuestionSet, question: Question) -> None:
    """Take a question out of a set that is not frozen."""
    if questions.frozen_at is not None:
        raise Refused(FROZEN)
    questions.questions.remove(question)
    questions.version += 1
    db.session.flush()


def move_question(questions: QuestionSet, question: Question, *, by_places: int) -> None:
    """Move a question up (-1) or down (1) among those of its part."""
    if questions.frozen_at is not None:
        raise Refused(FROZEN)
    order = [
        held for held in sorted(questions.questions, key=lambda held: held.position) if held.asked is question.asked
    ]
    place = order.index(question)
    order.insert(min(max(place + by_places, 0), len(order) - 1), order.pop(place))
    rest = [
        held for held in sorted(questions.questions, key=lambda held: held.position) if held.asked is not question.asked
    ]
    parts = [order, rest] if question.asked is Asked.NOMINATOR else [rest, order]
    for number, held in enumerate(held for part in parts for held in part):
        held.position = number
    db.session.flush()
