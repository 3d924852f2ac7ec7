"""The words that questions had before they were put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.people.models import Person
from portal.questions.models import EarlierWords, Question, QuestionSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class Fix(NamedTuple):
    """Words put right once: how they read before, and by whom."""

    wording: EarlierWords
    by: Person | None


def words_at(question: Question, at: datetime) -> Question | EarlierWords:
    """Return what bore the words of a question at an instant: the question itself, or the words it had then. Asks only if it must."""
    return words_of([(question, at)])[question.id]


def words_of(answered: Iterable[tuple[Question, datetime]]) -> dict[int, Question | EarlierWords]:
    """Return what bore each question's words when it was answered, by the question's number: at most one query."""
    wanted = dict(answered)
    found: dict[int, Question | EarlierWords] = {question.id: question for question in wanted}
    older = {q.id: at for q, at in wanted.items() if q.reworded_at is not None and at < q.reworded_at}
    if older:
        rows = select(EarlierWords).where(EarlierWords.question_id.in_(older)).order_by(EarlierWords.until.desc())
        for wording in db.session.scalars(rows):
            if older[wording.question_id] < wording.until:
                found[wording.question_id] = wording
    return found


def fixes(questions: QuestionSet | None) -> Sequence[Fix]:
    """Return every time words of a set were put right, the last first."""
    if questions is None:
        return []
    wanted = (
        select(EarlierWords, Person)
        .join(Question, Question.id == EarlierWords.question_id)
        .outerjoin(Person, Person.id == EarlierWords.by_id)
        .options(joinedload(EarlierWords.question, innerjoin=True))
        .where(Question.set_id == questions.id)
        .order_by(EarlierWords.until.desc(), EarlierWords.id.desc())
    )
    return [Fix(wording, person) for wording, person in db.session.execute(wanted)]
