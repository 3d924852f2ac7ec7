"""Drawing a question as one field, whatever its kind; and reading the answer back as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from portal.questions.models import QuestionKind
from portal.questions.rules import NO, YES, chosen, joined
from portal.web.fields import Choice, Choices, Line, Text
from portal.web.text import words_in

if TYPE_CHECKING:
    from wtforms import Field

    from portal.questions.models import Question

NOMINEE = "{nominee}"  # where the person's name stands in a question


def with_name(words: str, name: str) -> str:
    """Return a question's words with the nominee's name where it belongs."""
    return words.replace(NOMINEE, name)


def field_for(question: Question, *, nominee: str) -> Any:  # noqa: ANN401 - an unbound WTForms field
    """Return the field that asks a question. It keeps what is typed, over the limit too: `questions.rules.problems` judges."""
    label = with_name(words_in(question.label), nominee)
    hint = with_name(words_in(question.hint), nominee)
    choices = [(str(value), words_in(said)) for value, said in question.choices or []]
    if question.kind is QuestionKind.LINE:
        return Line(label, description=hint)
    if question.kind is QuestionKind.TEXT:
        return Text(label, description=hint)
    if question.kind is QuestionKind.CHOICES:
        return Choices(label, description=hint, choices=choices)
    if question.kind is QuestionKind.YES_NO:
        choices = [(YES, _l("Yes")), (NO, _l("No"))]
    return Choice(label, description=hint, choices=choices)


def data_for(question: Question, answer: str) -> Any:  # noqa: ANN401 - a text, or a list where several may be chosen
    """Return an answer as its field holds it."""
    return chosen(answer) if question.kind is QuestionKind.CHOICES else answer


def answer_of(field: Field) -> str:
    """Return what a field holds as an answer's text."""
    return joined(field.data) if isinstance(field.data, list) else field.data or ""


def answer_in_words(question: Question, answer: str) -> str:
    """Return an answer as a person reads it: the words of what was chosen, or the text."""
    if question.kind is QuestionKind.YES_NO:
        return str({YES: _l("Yes"), NO: _l("No")}.get(answer, answer))
    if question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        words = {str(value): words_in(said) for value, said in question.choices or []}
        return ", ".join(words.get(value, value) for value in chosen(answer))
    return answer
