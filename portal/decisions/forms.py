"""What deciding people type: an outcome, a sum, an order among alternates, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, HiddenField

from portal.decisions.rules.lives import Outcome
from portal.web.fields import Choice, Form, Line, Text, Version, needed
from portal.web.figures import Money, Whole
from portal.web.text import zone

if TYPE_CHECKING:
    from datetime import datetime

OUTCOMES = {
    Outcome.SELECTED: _l("Selected"),
    Outcome.ALTERNATE: _l("Alternate"),
    Outcome.FINALIST: _l("Finalist"),
    Outcome.NOT_SELECTED: _l("Not selected"),
}
SMALL = {
    Outcome.SELECTED.value: _l("Takes a place of this cycle"),
    Outcome.ALTERNATE.value: _l("Next, in order, when a place falls free"),
    Outcome.FINALIST.value: _l("Named as a finalist in the message, and in the record"),
    Outcome.NOT_SELECTED.value: "",
}
MOST_REASON = 4_000


class DecisionForm(Form):
    """One candidacy's outcome."""

    outcome = Choice(
        _l("Outcome"),
        [needed(_l("Choose an outcome"))],
        choices=[(key.value, words) for key, words in OUTCOMES.items()],
    )
    sum = Money(_l("Sum"), may_be_empty=True)
    alternate = Whole(
        _l("Number among the alternates"),
        least=1,
        most=999,
        may_be_empty=True,
        description=_l("Left empty, the next one."),
    )
    reason = Text(
        _l("Reason"),
        most=MOST_REASON,
        description=_l(
            "For the record and the board's memo. Needed outside the band where the outcome departs from what scores and rule give, "
            "and in an exact tie."
        ),
    )
    version = Version()


class StandingForm(Form):
    """How far to follow the standings."""

    alternates = Whole(
        _l("Alternates"),
        least=0,
        most=99,
        description=_l("How many, after the places. A tie across the cut is left to you."),
    )


class RestForm(Form):
    """Why the others are not selected, where a reason is owed."""

    reason = Text(
        _l("Reason, where one is owed"),
        most=MOST_REASON,
        description=_l("Kept only for those who would have a place, or stand in an exact tie."),
    )


class ApprovalForm(Form):
    """What was shown, so that exactly that is approved."""

    digest = HiddenField()


class ReturnForm(Form):
    """Why an approved decision goes back."""

    why = Text(
        _l("Why it goes back"), [needed(_l("Say why, in a sentence: it stands in the record."))], most=MOST_REASON
    )
    version = Version()


class VersionForm(Form):
    """Which version was seen."""

    version = Version()


class PublishForm(Form):
    """Which public event decides a draw."""

    event = Line(
        _l("Which public event?"),
        [needed(_l("Name an event whose outcome nobody here controls."))],
        most=300,
        description=_l("One that is published for everyone, such as “Washington’s Lottery, Pick 3, evening draw”."),
    )
    event_at = DateTimeLocalField(
        _l("When will its outcome be known?"),
        [needed(_l("Choose a day and a time."))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def instant(self) -> datetime:
        """Return the chosen time as an instant, read in the organization's zone."""
        chosen: datetime = self.event_at.data  # type: ignore[assignment]  # validated: it is there
        return chosen.replace(tzinfo=zone())


class SecretForm(Form):
    """A number to seal, or to show."""

    secret = Line(
        _l("Your number"),
        [needed(_l("Type the number that you wrote down."))],
        most=200,
        description=_l("Sixty-four characters; spaces do not matter."),
    )


class OutcomeForm(Form):
    """What came of the event."""

    outcome = Line(
        _l("What came of it?"),
        [needed(_l("Write down what came of the event, exactly as it was published."))],
        most=300,
        description=_l("Exactly as it was published, so that anybody can write the same: “4 8 15”."),
    )


class CallOffForm(Form):
    """Why a draw is called off."""

    reason = Text(_l("Why?"), [needed(_l("Say why, in a sentence: it stands in the record."))], most=1000)
