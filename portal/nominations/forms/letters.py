"""Forms about letters: asking for one, writing one, and what an award asks for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import NumberRange

from portal.nominations.forms.writing import AGES
from portal.nominations.rules.letters import Late, WriterRole
from portal.questions.rules import NO, YES
from portal.web.fields import Address, Choice, Choices, Form, Line, Text, needed

ROLES = {
    WriterRole.STAFF: _l("Somebody who works with or for them"),
    WriterRole.SUPERVISOR: _l("Their principal or supervisor"),
    WriterRole.FAMILY: _l("A student or a parent"),
    WriterRole.COMMUNITY: _l("Somebody of the community"),
    WriterRole.TEACHER: _l("A teacher or counselor"),
    WriterRole.OTHER: _l("Somebody else"),
}
OWN_ROLES = {  # as whoever applies for themself asks
    **ROLES,
    WriterRole.STAFF: _l("Somebody whom you work with or for"),
    WriterRole.SUPERVISOR: _l("Your principal or supervisor"),
}
WAIVER = _l(
    "I give up my right to read this letter. Its writer, the office and, where the award needs it, the committee read it; "
    "I do not, now or later."
)
KEPT = _l("I keep my right to read this letter once it has come. Its writer is told so before they write.")
LATES = {
    Late.HOLD: _l("It is left with the office, who accept it with a reason or refuse it"),
    Late.REFUSE: _l("It is refused; what was written is kept for its writer"),
}


class AskForm(Form):
    """Whom to ask for a letter."""

    name = Line(_l("Their name"), [needed(_l("Write the writer's name"))])
    email = Address(
        _l("Their e-mail address"),
        [needed(_l("Write the writer's e-mail address"))],
        description=_l("The link to the letter goes there and nowhere else: you do not see it, nor what they write."),
    )
    role = Choice(_l("Who are they?"), choices=[(role.value, words) for role, words in ROLES.items()])
    note = Text(
        _l("A few words to them"),
        most=2_000,
        description=_l("They stand in the message, under your name. For instance what the letter could speak of."),
    )
    waiver = Choice(_l("May you read the letter?"), choices=[(YES, WAIVER), (NO, KEPT)])


class LetterForm(Form):
    """The letter itself."""

    signed = Line(_l("Your name, as it stands under the letter"), most=600)
    position = Line(
        _l("What you do, and how you know them"),
        description=_l("For instance: principal of Rainier View Elementary, her supervisor since 2019."),
    )
    text = Text(_l("Your letter"))
    version = HiddenField()

    @property
    def drawn_with(self) -> int | None:
        """The version the page was drawn with."""
        text = self.version.data if isinstance(self.version.data, str) else ""  # not what the form was made with
        return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - no version has more digits


class AgeForm(Form):
    """How old a writer is who may be a student."""

    age = Choice(
        _l("How old are you?"),
        choices=list(AGES.items()),
        description=_l(
            "We ask because a student may write, from the age of 13. We note that you are, and not how old."
        ),
    )


class NoForm(Form):
    """Saying no."""

    reason = Text(
        _l("Why, if you like"),
        most=1_000,
        description=_l("Only the office reads it. Whoever asked learns that you said no, and nothing else."),
    )


class DeclineForm(Form):
    """Saying no to a nomination."""

    reason = Text(
        _l("Why, if you like"),
        most=1_000,
        description=_l("Only the office reads it. Whoever nominated you is not told."),
    )


class LateForm(Form):
    """What to do with a late letter."""

    reason = Line(_l("Why? It stands in the record, and a refusal is told to the writer"), most=500)


class PlanForm(Form):
    """What letters a cycle asks for."""

    mix = Choices(
        _l("Who writes?"),
        choices=[(role.value, words) for role, words in ROLES.items()],
        description=_l("One letter from each that is chosen. Whoever asks is told which are still missing."),
    )
    most_words: Any = IntegerField(
        _l("Words at most"), [NumberRange(50, 5_000, _l("Write a number between 50 and 5,000"))]
    )
    least_words: Any = IntegerField(
        _l("Words at least, said as advice"), [NumberRange(0, 5_000, _l("Write a number between 0 and 5,000"))]
    )
    late = Choice(
        _l("A letter that comes after its day"), choices=[(late.value, words) for late, words in LATES.items()]
    )
    apart: Any = BooleanField(
        _l("Nominee, nominator and writers are different people"),
        description=_l("Held by mailbox and by name, whatever address they use."),
    )
    read_blind: Any = BooleanField(
        _l("Readers need the letters while names are covered"),
        description=_l(
            "They read what was typed, names covered; a letter that came as a file only once names are shown."
        ),
    )
