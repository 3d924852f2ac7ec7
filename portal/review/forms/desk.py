"""What staff and chairs say: about rounds, covered texts, readings and notes; and what members answer."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, DecimalField, HiddenField, IntegerField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from portal.review.rules import masking
from portal.review.rules.notes import Audience
from portal.schools import queries as schools
from portal.web.fields import Choice, Choices, Form, Line, Text, needed
from portal.web.text import zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

MOST_READS = 500
AUDIENCES = {
    Audience.SELF: _l("Only me"),
    Audience.CHAIR: _l("The chair and the office"),
    Audience.COMMITTEE: _l("The committee"),
    Audience.MINUTES: _l("The committee, and it stands in the minutes"),
}


class RoundForm(Form):
    """Making a round."""

    covers_pronouns = BooleanField(
        _l("Cover English pronouns too"),
        description=_l('"He" and "she" are covered as "they". It reads less smoothly, and says less about who it is.'),
    )


class ReopenForm(Form):
    """Opening a closed round again."""

    until = DateTimeLocalField(
        _l("Open until"), [needed(_l("Choose a day and a time."))], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
    reason = Text(_l("Why?"), [needed(_l("Say why, in a sentence: it stands in the record."))], most=1000)

    def instant(self) -> datetime:
        """Return the chosen time as an instant, read in the organization's zone."""
        chosen: datetime = self.until.data  # type: ignore[assignment]  # validated: it is there
        return chosen.replace(tzinfo=zone())


class LateForm(Form):
    """Taking in what came too late for the rounds before."""

    late_reason = Text(
        _l("Why straight into this round?"),
        [needed(_l("Say why, in a sentence: it stands in the record."))],
        most=1000,
    )


class CoverForm(Form):
    """One more string to cover."""

    string = Line(_l("Words to cover, as they are written"), [needed(_l("Write the words to cover."))], most=300)
    noun = Choice(_l("Show in their place"), [needed(_l("Choose what stands in its place."))])
    school = BooleanField(
        _l("Remember it for the school as well"),
        description=_l(
            "A mascot, or what people call the building: from now on it is covered for everybody there, in every year."
        ),
    )

    def __init__(self, *args: Any, **facts: Any) -> None:
        """Offer the plain nouns, in the reader's language."""
        super().__init__(*args, **facts)
        self.noun.choices = [(noun, _(noun)) for noun in masking.OFFERED]


class BoxForm(Form):
    """A part of one page to cover by hand."""

    page = IntegerField(_l("Page"), [DataRequired(_l("Write which page."))], default=1)
    top = DecimalField(_l("From the top"), [InputRequired(_l("Write a number from 0 to 100."))])
    bottom = DecimalField(_l("Down to"), [InputRequired(_l("Write a number from 0 to 100."))])
    left = DecimalField(_l("From the left"), [Optional()], default=Decimal(0))
    right = DecimalField(_l("Across to"), [Optional()], default=Decimal(100))

    def sides(self) -> list[float]:
        """Return left, top, right and bottom in percent; a side left empty goes to the edge."""
        given = (self.left.data, self.top.data, self.right.data, self.bottom.data)
        return [float(edge if side is None else side) for side, edge in zip(given, (0, 0, 100, 100), strict=True)]


class PairForm(Form):
    """Giving one more reading to somebody."""

    person = Choice(_l("Who reads it"), [needed(_l("Choose who reads it."))])

    def __init__(self, people: Iterable[tuple[int, str]], **facts: Any) -> None:
        """Offer these people."""
        super().__init__(**facts)
        self.person.choices = [(str(number), words) for number, words in people]


class ExpertiseForm(Form):
    """What whoever reads a candidacy should know well."""

    fields = Line(
        _l("What its readers should know well"),
        description=_l("A few words, with commas between. A plan prefers readers who said the same of themselves."),
        most=300,
    )


class NoteForm(Form):
    """A note in deliberation."""

    text = Text(_l("Add a note"), [needed(_l("Write a note."))], most=5000)
    audience = Choice(
        _l("Who hears it?"),
        [needed(_l("Choose who hears it."))],
        choices=[(audience.value, words) for audience, words in AUDIENCES.items()],
        default=Audience.COMMITTEE.value,
    )


class MeetingForm(Form):
    """Who is in the room."""

    present = Choices(_l("Who is here?"), validate_choice=False)

    def __init__(self, people: Iterable[tuple[int, str]], **facts: Any) -> None:
        """Offer the committee."""
        super().__init__(**facts)
        offered = {str(number): name for number, name in people}
        self.present.choices = list(offered.items())
        self.offered = frozenset(offered)

    def numbers(self) -> list[int]:
        """Return whom was chosen among those offered."""
        return [int(each) for each in self.present.data or () if each in self.offered]


class ExtraForm(ReopenForm):
    """Asking for one more reading of candidacies in the band."""

    references = Choices(_l("Which are read once more?"), validate_choice=False)

    def __init__(self, band: Iterable[tuple[str, str]], **facts: Any) -> None:
        """Offer those in the band, by reference."""
        super().__init__(**facts)
        self.references.choices = list(band)


class ThoughtForm(Form):
    """What a reviewer would give one criterion now, and why."""

    criterion = Choice(_l("Which criterion?"), [needed(_l("Choose a criterion."))])
    level = Choice(_l("What would you give now?"), [needed(_l("Choose a level."))])
    reason = Text(
        _l("Why?"),
        [needed(_l("Say why, in a sentence: it stands in the minutes."))],
        most=2000,
        description=_l("Your score stays as you gave it, and the standings with it. Both stand in the minutes."),
    )
    seen = HiddenField()

    def __init__(self, criteria: Iterable[tuple[str, str]], levels: Iterable[int], **facts: Any) -> None:
        """Offer the criteria that were scored, by key, and the rubric's levels."""
        super().__init__(**facts)
        self.criterion.choices = list(criteria)
        self.level.choices = [(str(level), str(level)) for level in levels]

    def seen_number(self) -> int | None:
        """Return which second thought the page showed for the chosen criterion; `seen` holds them as "key:number" with spaces."""
        for each in (self.seen.data or "").split():
            key, _colon, number = each.rpartition(":")
            if key == self.criterion.data and number.isascii() and number.isdigit():
                return int(number)
        return None


_LEFT = re.compile(r"^(.+),\s*((?:19|20)[0-9]{2})$")


class AnswerForm(Form):
    """Answering an invitation to a committee."""

    capacity = IntegerField(
        _l("How many can you read?"),
        [Optional(), NumberRange(min=1, max=MOST_READS, message=_l("Say how many you can read: a number, 1 or more."))],
        description=_l("One takes about ten minutes. You are never given more than you say."),
    )
    languages = Choices(
        _l("Which of these do you read well, besides English?"),
        description=_l("Some nominations are written in them."),
        validate_choice=False,
    )
    expertise = Line(
        _l("What do you know well?"),
        description=_l(
            "A few words, with commas between: elementary, music, special education. It helps to match you."
        ),
        most=300,
    )
    family = Text(
        _l("Close family who work in the schools or go to one, and whoever lives with you"),
        description=_l("One name a line. They are looked for among the nominees, and shown to nobody else."),
        most=1000,
    )
    places = Text(
        _l("Schools where you work or learn, or did in the last five years"),
        description=_l(
            "One a line, with the year in which you left: “Denny Middle School, 2023”. What you said before stays."
        ),
        most=1000,
    )
    agreed = BooleanField(_l("I agree to these rules"), [DataRequired(_l("Agree to the rules, or decline."))])
    answer = HiddenField()

    found: Sequence[tuple[int, date | None]] = ()  # the schools that were written, each with when its year ended

    def validate_places(self, field: Text) -> None:
        """Find each school that was written."""
        self.found = []
        for line in filter(None, map(str.strip, (field.data or "").splitlines())):
            said = _LEFT.match(line)
            name, year = (said[1], date(int(said[2]), 6, 30)) if said else (line, None)
            school = schools.meant_by(name.strip()).school
            if school is None:
                words = _(
                    "No school here is called “%(name)s”. Write it as the district does, or leave it out.",
                    name=name[:80],
                )
                raise ValidationError(words)
            self.found = [*self.found, (school, year)]
