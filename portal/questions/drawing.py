"""Drawing a question as one field, whatever its kind; and reading the answer back as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms.widgets import DateInput, TextInput, URLInput

from portal.questions import rules
from portal.questions.models import QuestionKind
from portal.questions.rules import CLOSED, NO, YES, chosen, joined
from portal.schools import queries as schools
from portal.web.fields import Choice, Choices, Line, Text
from portal.web.text import day, words_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wtforms import Field

    from portal.questions.models import EarlierWords, Question

NOMINEE = "{nominee}"  # where the person's name stands in a question


def with_name(words: str, name: str) -> str:
    """Return a question's words with the nominee's name where it belongs."""
    return words.replace(NOMINEE, name)


AGREES = {YES: _l("Yes, I agree"), NO: _l("No, I do not agree")}
SAYS = {YES: _l("Yes"), NO: _l("No")}


class Day(Line):
    """A day. What is no day is shown as it was typed: the browser's own field for days would swallow it."""

    @property
    def widget(self) -> Any:  # type: ignore[override]  # noqa: ANN401 - WTForms' widgets are untyped
        """Draw the browser's own field wherever it can hold the answer."""
        held = getattr(self, "data", None)  # asked for while the field is made as well
        return DateInput() if not held or rules.day(held) else TextInput()


class Schools(TextInput):
    """One line that offers the known schools. Another name may be typed."""

    def __call__(self, field: Field, **attrs: Any) -> Markup:
        """Draw the line, and the names it offers."""
        offers = f"{field.id}-offers"
        options = Markup("").join(
            Markup('<option value="{}"></option>').format(name) for name in sorted(schools.names().values())
        )
        drawn = super().__call__(field, **{**attrs, "list": offers, "autocomplete": "off"})
        return Markup('{}<datalist id="{}">{}</datalist>').format(drawn, offers, options)


def asked_as(words: Question | EarlierWords, *, own: bool) -> str:
    """Return a question's words as they are asked of a nominator, or (`own`) of somebody who applies for themself."""
    return words_in((own and words.own_label) or words.label)


def label_and_hint(question: Question, *, nominee: str, own: bool = False) -> tuple[str, str]:
    """Return the words that ask a question, and those under them, with the nominee's name in both."""
    return with_name(asked_as(question, own=own), nominee), with_name(words_in(question.hint), nominee)


def field_for(question: Question, *, nominee: str, own: bool = False) -> Any:  # noqa: ANN401 - an unbound WTForms field
    """Return the field that asks a question. It keeps what is typed, over the limit too: `questions.rules.problems` judges."""
    label, hint = label_and_hint(question, nominee=nominee, own=own)
    kind = question.kind
    if kind in CLOSED:
        choices = [(str(value), words_in(said)) for value, said in question.choices or []]
        if kind is QuestionKind.CHOICES:
            return Choices(label, description=hint, choices=choices)
        fixed = {QuestionKind.YES_NO: SAYS, QuestionKind.CONSENT: AGREES}.get(kind)
        return Choice(label, description=hint, choices=list(fixed.items()) if fixed else choices)
    if kind is QuestionKind.TEXT:
        return Text(label, description=hint)
    if kind is QuestionKind.NUMBER:
        return Line(label, description=hint, render_kw={"inputmode": "decimal"})
    if kind is QuestionKind.DATE:
        return Day(label, description=hint)
    widgets = {QuestionKind.LINK: URLInput(), QuestionKind.SCHOOL: Schools()}
    return Line(label, description=hint, widget=widgets.get(kind, TextInput()))


def limits(question: Question) -> dict[str, int]:
    """Return a question's limit as the field macro takes it: {"words": 250} or {"characters": 600}, or nothing."""
    if question.kind not in rules.TEXTS:
        return {}
    found = {"words": question.word_limit, "characters": question.character_limit}
    return {unit: most for unit, most in found.items() if most is not None}


def data_for(question: Question, answer: str) -> Any:  # noqa: ANN401 - a text, or a list where several may be chosen
    """Return an answer as its field holds it."""
    return chosen(answer) if question.kind is QuestionKind.CHOICES else answer


def answer_of(field: Field) -> str:
    """Return what a field holds as an answer's text."""
    return joined(field.data) if isinstance(field.data, list) else field.data or ""


def answer_in_words(question: Question | EarlierWords, answer: str, kind: QuestionKind | None = None) -> str:
    """Return an answer as a person reads it: the words of what was chosen, a day as one says it, or the text.

    `kind` is needed with the words that a question had before.
    """
    kind = kind or getattr(question, "kind", None)
    if kind is QuestionKind.YES_NO:
        return str(SAYS.get(answer, answer))
    if kind is QuestionKind.CONSENT:
        return str(AGREES.get(answer, answer))
    if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        words = {str(value): words_in(said) for value, said in question.choices or []}
        return ", ".join(words.get(value, value) for value in chosen(answer))
    if kind is QuestionKind.DATE:
        found = rules.day(answer)
        return day(found, weekday=False) if found is not None else answer
    return answer


def snapshot_in_words(said: Mapping[str, Any] | str, question: Question | None = None) -> str:
    """Return one answer of a snapshot as a person reads it. It says itself what kind it is, and in which words its choices stood.

    `question` is the one that the cycle asks now, for snapshots from before they said that. A text is itself.
    """
    if isinstance(said, str):
        return said
    text = str(said.get("text") or "")
    if said.get("chosen"):
        return ", ".join(words_in(words) for words in said["chosen"])
    if said.get("kind"):
        return answer_in_words(_Plain(QuestionKind(said["kind"])), text)  # type: ignore[arg-type]  # it has what is needed
    return answer_in_words(question, text) if question is not None else text


class _Plain:
    """A kind of question without choices."""

    choices: tuple[()] = ()

    def __init__(self, kind: QuestionKind) -> None:
        self.kind = kind
