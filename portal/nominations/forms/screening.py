"""Forms of the staff's desk: decisions with their reasons, a name put right, a school chosen, a nomination entered for somebody."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField
from wtforms import Form as PlainForm
from wtforms.widgets import EmailInput

from portal.nominations.forms.writing import ADDRESS, AGES
from portal.nominations.queries.writing import WORDS
from portal.nominations.rules.writing import MOST_PEOPLE
from portal.web.fields import Address, Choice, Choices, Form, Line, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.awards.models import Award, Season
    from portal.nominations.models import Quote, Relation
    from portal.people.models import Person

NAME, ROLE, REASON = 300, 120, 2000
MOST_CHOSEN, DIGITS = 500, 9


class ReasonForm(Form):
    """A step that needs its reason."""

    reason = Text(_l("Reason"), most=REASON)


class AskForm(Form):
    """A question to nominators."""

    words = Text(
        _l("What do you want to ask?"),
        description=_l("The nominator reads this, and nothing else: not how anything stands."),
        most=REASON,
    )


class MoveForm(Form):
    """Another award for a nomination."""

    award = Choice(_l("Which award does it fit?"))
    reason = Text(_l("Why?"), description=_l("The nominator reads this, and it stands in the record."), most=REASON)


class VerdictForm(Form):
    """Whether a candidacy is eligible."""

    CHOICES = (("eligible", _l("Eligible")), ("ineligible", _l("Not eligible")), ("reconsider", _l("Look at it again")))

    verdict = Choice(_l("Is it eligible?"), choices=CHOICES)
    reason = Text(
        _l("Reason"),
        description=_l("Needed where it is not eligible, or eligible against a rule. It stands in the record."),
        most=REASON,
    )


class NameForm(Form):
    """The names and the role as they are shown."""

    role = Line(_l("Role"), most=ROLE)

    def read(self, people: Sequence[Person]) -> list[tuple[str, str]]:
        """Return the names typed, in the order of the people; on a GET, those they have."""
        if request.method != "POST":
            return [(person.given_name, person.family_name) for person in people]
        return [
            (_one_line(request.form.get(f"given-{place}", "")), _one_line(request.form.get(f"family-{place}", "")))
            for place in range(len(people))
        ]


def _one_line(text: str) -> str:
    kept = "".join(c for c in text if c != "\x00" and not 0xD800 <= ord(c) <= 0xDFFF)  # noqa: PLR2004 - the surrogates' range
    return " ".join(kept.split())


class GiveBackForm(Form):
    """A nomination returned to its nominator."""

    reason = Text(_l("What is missing"), description=_l("The nominator reads this."), most=REASON)
    due = Line(
        _l("They have until"),
        description=_l("A date and a time of their own, also after the cycle has closed."),
        most=40,
    )


class LateForm(Form):
    """A late nomination, accepted or refused."""

    reason = Text(_l("Reason"), most=REASON)
    tell = BooleanField(_l("Tell the nominator by e-mail"))


class ConflictForm(Form):
    """A conflict that somebody told the office of."""

    person = SelectField(_l("Who"), coerce=str, validate_choice=False)
    words = Text(_l("What they said"), description=_l("Their own words, as far as you have them."), most=REASON)

    def ask(self, people: Iterable[Person]) -> None:
        """Put the people it may be."""
        self.person.choices = [("", _("Choose a person")), *((str(person.id), person.name) for person in people)]


class StandingForm(Form):
    """That the district confirmed what an award asks."""

    note = Line(
        _l("Who confirmed it, and when"),
        description=_l("Employment, years and good standing, or enrollment."),
        most=NAME,
    )


class UploadForm(Form):
    """A form service's export."""

    file = FileField(
        _l("The file"), description=_l("A CSV file in UTF-8, as form services and spreadsheets export it.")
    )
    season = SelectField(_l("Season"), coerce=str, validate_choice=False)

    def ask(self, seasons: Iterable[Season]) -> None:
        """Put the seasons."""
        self.season.choices = [(str(season.id), str(season.year)) for season in seasons]


class ColumnsForm(Form):
    """What each column holds: one choice for each, named by its place."""

    award = SelectField(_l("Which award is every row for?"), coerce=str, validate_choice=False)

    def ask(self, awards: Iterable[Award], words: Any) -> None:  # noqa: ANN401 - a filter
        """Put the awards."""
        self.award.choices = [("", _("A column says")), *((str(award.id), words(award.name)) for award in awards)]

    @staticmethod
    def read(columns: Sequence[str]) -> dict[str, str]:
        """Return what was chosen for each column."""
        return {column: request.form.get(f"column-{place}", "") for place, column in enumerate(columns)}


class StartForm(Form):
    """Begin the import."""

    tell = BooleanField(_l("Thank each nominator by e-mail"))


class EntryPersonForm(PlainForm):
    """One person whom somebody nominates."""

    given = Line(_l("Nominee's first name"), most=NAME)
    family = Line(_l("Nominee's last name"), most=NAME)
    role = Line(_l("Nominee's role"), most=ROLE)
    email = Address(_l("Nominee's e-mail address"))

    @property
    def typed(self) -> dict[str, str]:
        """What was written down."""
        return {name: self[name].data or "" for name in ("given", "family", "role", "email")}


class EntryForm(Form):
    """A nomination entered for somebody: told on the telephone, or written on paper."""

    nominator_name = Line(_l("Their name"))
    nominator_email = Address(_l("Their e-mail address"))
    nominator_phone = Line(_l("Their telephone number"), most=60)
    age = Choice(
        _l("How old are they?"),
        choices=list(AGES.items()),
        description=_l("Ask where it was not said. Of somebody under 13 nothing is kept."),
    )
    guardian_name = Line(_l("Their parent's or guardian's name"))
    guardian_email = Line(_l("The guardian's e-mail address"), most=ADDRESS, widget=EmailInput())
    received = Line(_l("When it reached us"), description=_l("When they called, or when the paper came."), most=40)
    people = FieldList(FormField(EntryPersonForm), min_entries=1, max_entries=MOST_PEOPLE)
    school = Line(_l("School"), description=_l("Type part of its name."), most=NAME)
    school_id = Choices(_l("Which school? Several are fine."), validate_choice=False)
    relation = Choice(_l("How do they know the nominee?"))
    relation_text = Line(_l("In their own words"))
    quote = Choice(_l("May we quote them?"))
    tell = Choice(_l("May the nominee be told who nominated them?"))
    language = SelectField(_l("Language of what they say"), coerce=str, validate_choice=False)
    thank = BooleanField(_l("Send them a short note that we have it"))
    why = Text(_l("Why it is set aside"), description=_l("It stays on the record."), most=REASON)
    once = HiddenField()

    def ask(self, relations: Iterable[tuple[Relation, Any]], quotes: Iterable[tuple[Quote, Any]]) -> None:
        """Put the choices."""
        self.relation.choices = [(relation.value, words) for relation, words in relations]
        self.quote.choices = [(quote.value, words) for quote, words in quotes]
        self.tell.choices = [("yes", _("Yes")), (WORDS, _("Yes, and they may read what was written")), ("no", _("No"))]

    @property
    def named(self) -> list[tuple[int, dict[str, str]]]:
        """The people written down, each with its row. A row of a team with nothing in it is left out."""
        typed = [entry.form.typed for entry in self.people.entries]
        return [(row, one) for row, one in enumerate(typed) if row == 0 or any(one.values())]

    def fail(self, field: str | None, sentence: str) -> None:
        """Put a refusal beside its field, those of one person ("people-0-family") too."""
        name, _, rest = (field or "").partition("-")
        row, _, part = rest.partition("-")
        if name != "people" or not row.isdecimal() or int(row) >= len(self.people.entries):
            super().fail(field, sentence)
            return
        target = self.people.entries[int(row)].form[part]
        target.errors = [*target.errors, sentence]
        self.people.errors = [entry.errors for entry in self.people.entries]


def numbers(texts: Iterable[str]) -> set[int]:
    """Return the numbers among what was posted, at most `MOST_CHOSEN`; nonsense is left out."""
    return {int(text) for text in list(texts)[:MOST_CHOSEN] if text.isdecimal() and len(text) <= DIGITS}


def wall_time(field: Any) -> datetime | None:  # noqa: ANN401 - a WTForms field
    """Return a date and time as a clock on the wall shows it, without a zone; None for none, or for nonsense."""
    try:
        return datetime.fromisoformat((field.data or "").strip()).replace(tzinfo=None)
    except ValueError:
        return None
