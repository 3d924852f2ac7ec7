"""What staff note of a fund."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.web.fields import Address, Form, Line, Text, needed
from portal.web.figures import Money


class FundForm(Form):
    """A fund."""

    name = Line(_l("Name"), [needed(_l("Give the fund a name"))], most=200)
    yearly_cents = Money(
        _l("What it gives in a year"), description=_l("The sums that a year's awards promise from it stay within this.")
    )
    credit = Text(
        _l("How it is thanked in public"), most=2000, description=_l("A sentence, shown beside what it pays for.")
    )


class DonorForm(Form):
    """Somebody who gave to it."""

    email = Address(_l("A donor's e-mail address"), [needed(_l("Write the donor's e-mail address"))])
    given = Line(_l("First name"))
    family = Line(_l("Last name"))
