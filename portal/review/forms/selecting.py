"""What people say about how places are given."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, ValidationError

from portal.review.rules.selecting import ABOUT, MOST, Limit, Tie
from portal.web.fields import Choice, Form, Line, needed
from portal.web.figures import Money, Whole, cents

MOST_SUMS = 6


class Sums(Line):
    """Several sums of money in one line, apart by semicolons or spaces. Its `cents` are what was understood."""

    cents: tuple[int, ...] = ()

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - WTForms' signature
        """Say how sums are written."""
        typed = [part for part in (self.data or "").replace(";", " ").split() if part]
        found = [cents(part.rstrip(",")) for part in typed]
        if None in found or len(found) > MOST_SUMS:
            raise ValidationError(
                str(_l("Write the sums apart by semicolons, such as 1,000; 2,000; 3,500. At most six."))
            )
        self.cents = tuple(each for each in found if each is not None)


class LimitForm(Form):
    """One limit."""

    about = Choice(_l("About"), [needed(_l("Choose what the limit is about."))])
    least = Whole(_l("At least"), most=MOST, may_be_empty=True)
    most = Whole(_l("At most"), most=MOST, may_be_empty=True)

    def __init__(self, **facts: Any) -> None:
        """Offer what a limit can be about, in the reader's language."""
        super().__init__(**facts)
        self.about.choices = [(f"{column}={value}", _(words)) for (column, value), words in ABOUT.items()]

    def limit(self) -> Limit:
        """Return what was said."""
        column, _equals, value = (self.about.data or "").partition("=")
        return Limit(column, value, self.least.data or 0, self.most.data)


class EndForm(Form):
    """Which limit is taken out."""

    about = HiddenField()


class SettleForm(Form):
    """What settles a tie, and which sums may be given."""

    tie = Choice(
        _l("If two or more score exactly the same, and not all of them can have a place"),
        [needed(_l("Choose what settles a tie."))],
        choices=[
            (Tie.VOTE.value, _l("The committee votes, and writes down why")),
            (Tie.DRAW.value, _l("A draw that anyone can check afterward")),
        ],
    )
    amounts = Sums(
        _l("The sums that may be given"),
        description=_l("Apart by semicolons, such as 1,000; 2,000; 3,500. Empty: every place gets the same."),
    )
    budget = Money(_l("In all, at most"), may_be_empty=True)
