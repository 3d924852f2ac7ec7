"""What staff say of one question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, ValidationError

from portal.questions.models import Asked, QuestionKind, Sensitivity
from portal.web.fields import Choice, Form, Text, needed
from portal.web.figures import Whole

if TYPE_CHECKING:
    from portal.questions.models import Question

KINDS = {
    QuestionKind.TEXT: _l("A text of several lines"),
    QuestionKind.LINE: _l("One line"),
    QuestionKind.CHOICE: _l("One of several choices"),
    QuestionKind.CHOICES: _l("Any of several choices"),
    QuestionKind.YES_NO: _l("Yes or no"),
}
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
    word_limit = Whole(
        _l("Words at most"),
        least=1,
        most=5000,
        may_be_empty=True,
        description=_l("Nothing is ever cut: a longer text is said to be too long."),
    )
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


def facts(form: QuestionForm, before: list[Any], languages: tuple[str, ...]) -> dict[str, Any]:
    """Return a checked form as a question's columns, its words aside."""
    kind = QuestionKind(form.kind.data)
    return {
        "asked": Asked(form.asked.data),
        "kind": kind,
        "choices": choices_from(form.choices.data or "", languages, before) if kind.value in WITH_CHOICES else [],
        "word_limit": form.word_limit.data if kind in {QuestionKind.TEXT, QuestionKind.LINE} else None,
        "required": form.required.data,
        "scored": form.scored.data,
        "blind_visible": form.blind_visible.data,
        "publishable": form.publishable.data,
        "sensitivity": Sensitivity(form.sensitivity.data),
    }
