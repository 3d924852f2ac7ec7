"""What staff note of a fund."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.funds.rules import PayeeKind
from portal.web.fields import Address, Choices, Form, Line, Text, needed
from portal.web.figures import Money

PAYEES = {
    PayeeKind.SCHOOL: _l("A school"),
    PayeeKind.PERSON: _l("A person"),
    PayeeKind.COLLEGE: _l("A college"),
    PayeeKind.GROUP: _l("A group of a school, under fiscal sponsorship"),
}


class FundForm(Form):
    """A fund."""

    name = Line(_l("Name"), [needed(_l("Give the fund a name"))], most=200)
    yearly_cents = Money(
        _l("What it gives in a year"), description=_l("The sums that a year's awards promise from it stay within this.")
    )
    restriction = Text(
        _l("What it may be used for"),
        most=2000,
        description=_l("As agreed with its donors. Whoever plans a payment reads it."),
    )
    payees = Choices(
        _l("Whom it may pay"),
        choices=[(kind.value, words) for kind, words in PAYEES.items()],
        description=_l("Chosen ones only; a payment to anybody else is refused. None chosen: anybody."),
    )
    credit = Text(
        _l("How it is thanked in public"), most=2000, description=_l("A sentence, shown beside what it pays for.")
    )


class DonorForm(Form):
    """Somebody who gave to it."""

    email = Address(_l("A donor's e-mail address"), [needed(_l("Write the donor's e-mail address"))])
    given = Line(_l("First name"))
    family = Line(_l("Last name"))
