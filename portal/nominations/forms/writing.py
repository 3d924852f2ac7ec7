"""Forms of a nomination's pages. They refuse only what cannot be kept; whether a nomination can be sent, the rules say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField
from wtforms import Form as PlainForm
from wtforms.widgets import EmailInput, SearchInput, TelInput

from portal.nominations.models import Quote, Relation
from portal.nominations.queries.writing import WORDS
from portal.nominations.rules.writing import MOST_PEOPLE
from portal.questions.drawing import answer_of, data_for, field_for, label_and_hint
from portal.questions.models import QuestionKind
from portal.questions.rules import NO, YES
from portal.web.fields import Address, Choice, Choices, Form, Line, Text, needed

if TYPE_CHECKING:
    from portal.questions.models import Question

ROLE, ADDRESS, PHONE = 120, 320, 60
CENTRAL = "central"  # a choice beside the schools

RELATIONS = {
    Relation.PARENT: _l("Parent or family member"),
    Relation.STUDENT: _l("Student, now or before"),
    Relation.COLLEAGUE: _l("Colleague"),
    Relation.SUPERVISOR: _l("I lead or supervise them"),
    Relation.COMMUNITY: _l("Neighbor or community partner"),
    Relation.SELF: _l("It is myself"),
    Relation.OTHER: _l("In another way"),
}
QUOTES = {
    Quote.NAMED: _l("Yes, with my name"),
    Quote.UNNAMED: _l("Yes, without my name"),
    Quote.NO: _l("No, do not quote me"),
}
TELLS = {
    YES: _l("Yes, they may know it was me"),
    WORDS: _l("Yes, and they may read what I wrote"),
    NO: _l("No, keep my name to yourselves"),
}


class AwardsForm(Form):
    """Which awards to nominate for."""

    awards = Choices(
        _l("Which award?"),
        description=_l("Choose one or several. What you say about the person once counts for all of them."),
    )
    once = HiddenField()


class MoreForm(Form):
    """Which awards to nominate one more person for, or the same one."""

    awards = Choices(_l("Which award?"))
    drawn = HiddenField()  # how many people the sitting had


OWN, OTHER = "own", "other"
ADULT, MINOR, CHILD = "adult", "minor", "child"
AGES = {CHILD: _l("Under 13"), MINOR: _l("13 to 17"), ADULT: _l("18 or older")}


class BeginForm(Form):
    """Who nominates, or applies."""

    whom = Choice(
        _l("Who is it for?"),
        choices=[(OWN, _l("For myself: I apply")), (OTHER, _l("For somebody else: I nominate them"))],
    )
    age = Choice(
        _l("How old are you?"),
        choices=list(AGES.items()),
        description=_l(
            "We ask everybody. A student writes here too, and may; how old you are is seen by the staff alone."
        ),
    )
    name = Line(_l("Your name"), [needed(_l("Write your name"))])
    email = Address(
        _l("Your e-mail address"),
        [needed(_l("Write your e-mail address"))],
        description=_l(
            "We send you a link that brings you back here, and a copy of what you write. There is no password."
        ),
    )
    once = HiddenField()


class PartForm(Form):
    """One page of a nomination."""

    version = HiddenField()

    @property
    def drawn_with(self) -> int | None:
        """The version the page was drawn with; None where it carries none or nonsense."""
        text = self.version.data if isinstance(self.version.data, str) else ""  # not what the form was made with
        return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - no version has more digits

    def fields(self) -> dict[str, Any]:
        """Return what the page holds, as the rules and actions take it."""
        raise LookupError(type(self).__name__)


class YouForm(PartForm):
    """The nominator's name and address."""

    name = Line(_l("Your name"))
    email = Address(_l("Your e-mail address"))
    phone = Line(
        _l("Your telephone"),
        most=PHONE,
        widget=TelInput(),
        description=_l("Only if we need to ask you something soon."),
    )
    guardian_name = Line(_l("Your parent's or guardian's name"))
    guardian_email = Line(
        _l("Their e-mail address"),
        most=ADDRESS,
        widget=EmailInput(),
        description=_l("We tell them that you applied. Only they can say that something about you may be published."),
    )

    def fields(self) -> dict[str, Any]:
        """Return name, email and phone, and of a minor who applies the guardian's name and address."""
        held = {"name": self.name.data, "email": self.email.data or "", "phone": self.phone.data}
        if "guardian_email" in self:
            held |= {"guardian_name": self.guardian_name.data, "guardian_email": self.guardian_email.data or ""}
        return held


class PersonForm(PlainForm):
    """One person who is nominated."""

    given = Line(_l("First name, as they use it"))
    family = Line(_l("Last name"))
    role = Line(
        _l("What they do"),
        most=ROLE,
        description=_l("For instance teacher, principal, counselor, student in grade 11."),
    )
    email = Line(_l("Their e-mail address, if you know it"), most=ADDRESS, widget=EmailInput())

    @property
    def typed(self) -> dict[str, str]:
        """What was typed."""
        return {
            "given": self.given.data or "",
            "family": self.family.data or "",
            "role": self.role.data or "",
            "email": self.email.data or "",
        }


class NomineeForm(PartForm):
    """Who is nominated, and where they work or learn."""

    people = FieldList(FormField(PersonForm), min_entries=1, max_entries=MOST_PEOPLE)
    find = Line(_l("School"), widget=SearchInput(), most=100)
    schools = Choices(_l("Their school"), validate_choice=False)
    place_text = Line(
        _l("A school that is not in our list"),
        description=_l("Write its name only if typing part of it above finds nothing."),
    )

    def fields(self) -> dict[str, Any]:
        """Return people, schools, central and place_text. A row of a team with nothing in it is left out."""
        typed = [entry.form.typed for entry in self.people.entries]
        chosen = self.schools.data or []
        return {
            "people": [person for number, person in enumerate(typed) if number == 0 or any(person.values())],
            "schools": sorted({int(value) for value in chosen if value.isdecimal() and len(value) < 10}),  # noqa: PLR2004 - no school has a longer number
            "central": CENTRAL in chosen,
            "place_text": self.place_text.data or "",
        }

    def fail(self, field: str | None, sentence: str) -> None:
        """Put a refusal beside its field, those of one person ("people-0-family") too."""
        name, _, rest = (field or "").partition("-")
        number, _, part = rest.partition("-")
        if name != "people" or not number.isdecimal() or int(number) >= len(self.people.entries):
            super().fail(field, sentence)
            return
        target = self.people.entries[int(number)].form[part]
        target.errors = [*target.errors, sentence]
        self.people.errors = [entry.errors for entry in self.people.entries]


class RelationForm(PartForm):
    """How the nominator knows the nominee."""

    relation = Choice(_l("How do you know them?"), choices=[(value.value, words) for value, words in RELATIONS.items()])
    text = Text(_l("In a few words"), description=_l("For instance: “She taught my daughter in grades 6 and 7.”"))

    def fields(self) -> dict[str, Any]:
        """Return relation and text."""
        return {"relation": self.relation.data or "", "text": self.text.data or ""}


class QuoteForm(PartForm):
    """Whether the nominator may be quoted, and whether the nominee may know who wrote."""

    quote = Choice(_l("May we quote you?"), choices=[(value.value, words) for value, words in QUOTES.items()])
    tell = Choice(_l("May they know that you nominated them?"), choices=list(TELLS.items()))

    def fields(self) -> dict[str, Any]:
        """Return quote and tell."""
        return {"quote": self.quote.data or "", "tell": self.tell.data or ""}


class TextForm(PartForm):
    """A question that is answered in writing, as nearly all are: a class made for each would cost as much as two queries."""

    answer = Text()

    def fields(self) -> dict[str, Any]:
        """Return what was typed."""
        return {"text": self.answer.data or ""}


def answer_form(question: Question, answer: str, *, nominee: str, version: int, own: bool = False) -> PartForm:
    """Return the form of one question, with what was typed for it."""
    drawn_with = {"answer": data_for(question, answer), "version": version}
    if question.kind is QuestionKind.TEXT:
        form = TextForm(data=drawn_with)
        form.answer.label.text, form.answer.description = label_and_hint(question, nominee=nominee, own=own)
        return form

    class AnswerForm(PartForm):
        answer = field_for(question, nominee=nominee, own=own)

        def fields(self) -> dict[str, Any]:
            return {"text": answer_of(self.answer)}

    return AnswerForm(data=drawn_with)


class BothForm(PartForm):
    """Which of two texts to keep."""

    text = Text(_l("What you typed here"))


class WithdrawalForm(Form):
    """Taking a nomination back."""


class DiscardForm(Form):
    """Throwing a draft away."""
