"""What deciding people type: an outcome, a sum, an order among alternates, and why."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal.decisions.rules.lives import Outcome
from portal.web.fields import Choice, Form, Text, needed
from portal.web.figures import Money, Whole

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


class Version(HiddenField):
    """Which version of something was seen. What is no number is none that anything ever had."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number."""
        typed = str(valuelist[0]) if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1  # noqa: PLR2004 - no version is longer


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
            "For the record and the board's memo. Needed where the outcome departs from the order of standing, or chooses within a tie."
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
        description=_l("Kept only for those who stand within the places, or in a tie at the cut."),
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
