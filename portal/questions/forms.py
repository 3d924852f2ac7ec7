"""What staff say of one question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, ValidationError

from portal.questions.models import Asked, QuestionKind, Sensitivity
from portal.questions.rules import CLOSED, NO, TEXTS, YES
from portal.web.fields import Choice, Choices, Form, Text, needed
from portal.web.figures import Whole
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.questions.models import Question, QuestionSet

KINDS = {
    QuestionKind.TEXT: _l("A text of several lines"),
    QuestionKind.LINE: _l("One line"),
    QuestionKind.CHOICE: _l("One of several choices"),
    QuestionKind.CHOICES: _l("Any of several choices"),
    QuestionKind.YES_NO: _l("Yes or no"),
    QuestionKind.NUMBER: _l("A number"),
    QuestionKind.DATE: _l("A day"),
    QuestionKind.SCHOOL: _l("A school"),
    QuestionKind.LINK: _l("A web address"),
    QuestionKind.FILE: _l("A file: PDF or photograph"),
    QuestionKind.CONSENT: _l("Consent to something"),
}
WORDS, CHARACTERS = "words", "characters"
UNITS = {WORDS: _l("Words, counted as the writer's language counts them"), CHARACTERS: _l("Characters")}
SAID = {
    QuestionKind.YES_NO: {YES: _l("Yes"), NO: _l("No")},
    QuestionKind.CONSENT: {YES: _l("Agreed"), NO: _l("Not agreed")},
}
TELLING = frozenset(
    {QuestionKind.LINK.value, QuestionKind.FILE.value}
)  # they say whom they are about, and cannot be masked
PARTS = {Asked.NOMINATOR: _l("The nominator, or whoever applies"), Asked.NOMINEE: _l("The nominee")}
HELD = {
    Sensitivity.NONE: _l("With no special care"),
    Sensitivity.PERSONAL: _l("As personal"),
    Sensitivity.EDUCATION: _l("As an education record"),
    Sensitivity.NEED: _l("As a family's need: staff alone see it"),
    Sensitivity.DEMOGRAPHIC: _l("As demographic: staff alone see it"),
}
STAFF_ALONE = frozenset({Sensitivity.NEED, Sensitivity.DEMOGRAPHIC})
WITH_CHOICES = frozenset({QuestionKind.CHOICE.value, QuestionKind.CHOICES.value})
FEWEST_CHOICES = 2


class QuestionForm(Form):
    """One question. What it says, in each language, is added by whoever knows the organisation's languages."""

    asked = Choice(
        _l("Who answers"), [needed(_l("Choose one of these"))], choices=[(p.value, words) for p, words in PARTS.items()]
    )
    kind = Choice(
        _l("What sort of answer"),
        [needed(_l("Choose one of these"))],
        choices=[(k.value, words) for k, words in KINDS.items()],
    )
    choices = Text(
        _l("The choices, one on each line"),
        most=4000,
        description=_l("Write other languages after a bar: Yes | Sí. They come in the order of the languages above."),
    )
    limit = Whole(
        _l("How long at most"),
        least=1,
        most=20000,
        may_be_empty=True,
        description=_l("For texts. Nothing is ever cut: a longer text is said to be too long."),
    )
    unit = Choice(_l("Counted in"), choices=list(UNITS.items()))
    shown = Choices(
        _l("It is shown only after one of these answers"),
        validate_choice=False,
        description=_l(
            "Choose none to ask it always. What was answered to a question that is then hidden is kept apart, and not sent."
        ),
    )
    drawn = HiddenField()
    required = BooleanField(_l("It must be answered"))
    scored = BooleanField(_l("Reviewers read it"))
    blind_visible = BooleanField(
        _l("It is shown in a blind round"), description=_l("Masked, and looked over by staff.")
    )
    publishable = BooleanField(_l("It may be quoted in public"), description=_l("Only with the writer's permission."))
    sensitivity = Choice(
        _l("It is held"), [needed(_l("Choose one of these"))], choices=[(s.value, words) for s, words in HELD.items()]
    )

    def validate_kind(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """A choice needs something to choose from."""
        if field.data in WITH_CHOICES and len(_lines(self.choices.data)) < FEWEST_CHOICES:
            raise ValidationError(str(_l("Write at least two choices below, one on each line")))

    def validate_asked(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """A nominee's part has its own place for a file."""
        if field.data == Asked.NOMINEE.value and self.kind.data == QuestionKind.FILE.value:
            raise ValidationError(str(_l("Nominees add one file, their resume, and it is asked for already")))

    def validate_blind_visible(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """What cannot be masked is not shown in a blind round."""
        if field.data and self.kind.data in TELLING:
            raise ValidationError(
                str(_l("A file or a web address tells whom it is about: it cannot be shown in a blind round"))
            )

    def validate_shown(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """One question decides, with one or several of its answers."""
        chosen = field.data or []
        if not set(chosen) <= {value for value, _words in field.choices or []}:
            raise ValidationError(str(_l("Choose among the answers that are offered")))
        if len({value.partition("=")[0] for value in chosen}) > 1:
            raise ValidationError(str(_l("Choose answers of one question alone")))

    def offer(self, earlier: Iterable[Question]) -> None:
        """Put the answers that may decide: those of questions asked before this one."""
        self.shown.choices = [
            (f"{question.key}={value}", f"{words_in(question.short)}: {words}")
            for question in earlier
            for value, words in answers_offered(question)
        ]

    def validate_scored(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """What staff alone see, reviewers do not read."""
        if self.sensitivity.data in {held.value for held in STAFF_ALONE} and (
            field.data or self.blind_visible.data or self.publishable.data
        ):
            raise ValidationError(
                str(
                    _l(
                        "What staff alone may see is neither read by reviewers nor shown nor quoted: take those marks off"
                    )
                )
            )


class RewordForm(Form):
    """Why the words of a fixed question are put right. The words themselves, in each language, are added as above."""

    choices = Text(
        _l("How the choices read, one on each line"),
        most=4000,
        description=_l("In the order in which they stand. None can be added or taken out now."),
    )
    reason = Text(_l("Why"), most=2000, description=_l("It stays on the record."))
    drawn = HiddenField()


class StartForm(Form):
    """What a question set starts from."""

    start = RadioField(_l("Start from"), validate_choice=False)


class PreviewForm(Form):
    """A question as its reader sees it; nothing is kept."""


def answers_offered(question: Question) -> list[tuple[str, Any]]:
    """Return the answers of a closed question, each with its words; nothing for other kinds."""
    if question.kind in SAID:
        return list(SAID[question.kind].items())
    return [(str(value), words_in(said)) for value, said in question.choices or []] if question.kind in CLOSED else []


def before(held: QuestionSet | None, question: Question | None) -> list[Question]:
    """Return the questions that may decide whether this one is shown: closed ones, asked before it."""
    asked = held.questions if held is not None else []
    if question is None:
        return [one for one in asked if one.kind in CLOSED]
    return [
        one for one in asked if one.kind in CLOSED and one.asked is question.asked and one.position < question.position
    ]


def condition(question: Question, asked: Sequence[Question]) -> str:
    """Return in words when a question is shown: "Need: School meals are free"; "" where it always is."""
    by = next((one for one in asked if one.key == question.shown_if), None)
    if by is None:
        return ""
    said = [str(words) for value, words in answers_offered(by) if value in question.shown_values]
    return f"{words_in(by.short)}: {' / '.join(said)}"


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


def choices_text(question: Question, languages: tuple[str, ...]) -> str:
    """Return a question's choices as they are typed: one a line, languages parted by bars."""
    return "\n".join(
        " | ".join(words.get(code, "") for code in languages).rstrip(" |") for _value, words in question.choices
    )


def choices_from(text: str, languages: tuple[str, ...], before: list[Any]) -> list[list[Any]]:
    """Return typed choices as columns keep them. A choice that reads as before keeps its value, so that old answers keep theirs."""
    first = languages[0]
    known = {words.get(first): value for value, words in before}
    made: list[list[Any]] = []
    for place, line in enumerate(_lines(text)):
        parts = [part.strip() for part in line.split("|")]
        words = {code: part for code, part in zip(languages, parts, strict=False) if part}
        value = known.get(words.get(first)) or f"choice{place + 1}"
        while value in {taken for taken, _words in made}:
            value += "x"
        made.append([value, words])
    return made


def reworded(text: str, languages: tuple[str, ...], before: list[Any]) -> list[list[Any]]:
    """Return choices whose words were put right: each line is the choice at its place, with the value it has."""
    lines = _lines(text)
    if len(lines) != len(before):
        return []
    made = []
    for (value, said), line in zip(before, lines, strict=True):
        parts = [part.strip() for part in line.split("|")]
        typed = {code: part for code, part in zip(languages, parts, strict=False) if part}
        elsewhere = {code: words for code, words in said.items() if code not in languages}
        made.append([value, elsewhere | typed])
    return made


def facts(form: QuestionForm, before: list[Any], languages: tuple[str, ...]) -> dict[str, Any]:
    """Return a checked form as a question's columns, its words aside."""
    kind = QuestionKind(form.kind.data)
    limit = form.limit.data if kind in TEXTS else None
    shown = form.shown.data or []
    return {
        "asked": Asked(form.asked.data),
        "kind": kind,
        "choices": choices_from(form.choices.data or "", languages, before) if kind.value in WITH_CHOICES else [],
        "word_limit": limit if form.unit.data != CHARACTERS else None,
        "character_limit": limit if form.unit.data == CHARACTERS else None,
        "shown_if": shown[0].partition("=")[0] if shown else None,
        "shown_values": [value.partition("=")[2] for value in shown],
        "required": form.required.data,
        "scored": form.scored.data,
        "blind_visible": form.blind_visible.data,
        "publishable": form.publishable.data,
        "sensitivity": Sensitivity(form.sensitivity.data),
    }
