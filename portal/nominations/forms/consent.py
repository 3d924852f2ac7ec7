"""Forms of the people who are honored: what may be published, and their biography."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField
from wtforms import Form as PlainForm
from wtforms.widgets import EmailInput

from portal.nominations.forms.writing import AGES
from portal.nominations.models import Field
from portal.nominations.rules.writing import ADDRESS_NEEDS_AT, looks_like_address
from portal.people.rules import address_key
from portal.questions.rules import NO, YES
from portal.web.fields import Address, Choice, Form, Line, Text, needed

# What each field means, in the words that are agreed to; {name} is the person's.
WORDS = {
    Field.NAME: _l("My name may stand on the public page of recipients."),
    Field.SCHOOL: _l("My school, or where I work, may stand beside my name."),
    Field.PHOTO: _l("A photograph of me may stand on my page."),
    Field.BIOGRAPHY: _l("The biography that I write may stand on my page."),
    Field.QUOTATION: _l("What a nominator said about me may be quoted on my page."),
    Field.SUM: _l("The sum I am given may stand on my page."),
}
GUARDIAN_WORDS = {
    Field.NAME: _l("%(name)s may be named on the public page of recipients."),
    Field.SCHOOL: _l("The school of %(name)s may stand beside the name."),
    Field.PHOTO: _l("A photograph of %(name)s may stand on the page."),
    Field.BIOGRAPHY: _l("The biography that %(name)s writes may stand on the page."),
    Field.QUOTATION: _l("What a nominator said about %(name)s may be quoted on the page."),
    Field.SUM: _l("The sum given to %(name)s may stand on the page."),
}


def words(*, guardian: bool, name: str) -> dict[Field, str]:
    """Return each field's words as this person reads them."""
    if guardian:
        return {field: str(said) % {"name": name} for field, said in GUARDIAN_WORDS.items()}
    return {field: str(said) for field, said in WORDS.items()}


class ConsentForm(Form):
    """One yes or no for each field; nothing is chosen for anybody."""

    name = Choice()
    school = Choice()
    photo = Choice()
    biography = Choice()
    quotation = Choice()
    sum = Choice()

    def ask(self, *, guardian: bool, minor: bool, name: str) -> None:
        """Put the words and the choices. Someone under 18 may only say no: a guardian says yes."""
        offered = [(YES, _("Yes, it may")), (NO, _("No"))]
        if minor and not guardian:
            offered = [(NO, _("No"))]
        for field, said in words(guardian=guardian, name=name).items():
            self[field.value].label.text = said
            self[field.value].choices = offered

    def said(self) -> dict[Field, bool]:
        """Return what was answered; a field left alone is left out."""
        return {field: self[field.value].data == YES for field in Field if self[field.value].data in {YES, NO}}


class AgeForm(Form):
    """How old whoever is honored is: asked, never guessed."""

    age = Choice(
        _l("How old are you?"),
        choices=list(AGES.items()),
        description=_l("For somebody under 18, a parent or guardian says what may be published."),
    )


class GuardianForm(Form):
    """Who speaks for a minor."""

    guardian_name = Line(_l("Your parent's or guardian's name"), [needed(_l("Write your guardian's name"))])
    guardian_email = Address(
        _l("Their e-mail address"),
        [needed(_l("Write your guardian's e-mail address"))],
        description=_l("We send them a link of their own, to this page and to nothing else."),
    )


MINORS = {YES: _l("Under 18"), NO: _l("18 or older")}


class AskedForm(PlainForm):
    """Where one person of a candidacy is written to, and who speaks for them."""

    email = Line(_l("E-mail address"), most=320, widget=EmailInput())
    minor = Choice(_l("Age"), choices=list(MINORS.items()))
    guardian_name = Line(_l("The guardian's name"))
    guardian_email = Line(
        _l("The guardian's e-mail address"),
        most=320,
        widget=EmailInput(),
        description=_l("For someone under 18. The link that goes there opens this one page and nothing else."),
    )


class AskingForm(Form):
    """The people of a candidacy, in their order."""

    people = FieldList(FormField(AskedForm))

    def validate_people(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Say of an address that it does not look like one, and of a guardian that theirs is not the student's own."""
        for entry in field.entries:
            row = entry.form
            for address in (row.email, row.guardian_email):
                if address.data and not looks_like_address(address.data):
                    address.errors = [*address.errors, str(_(ADDRESS_NEEDS_AT))]
            if row.guardian_email.data and address_key(row.guardian_email.data) == address_key(row.email.data):
                row.guardian_email.errors = [
                    *row.guardian_email.errors,
                    _("The guardian needs an address of their own"),
                ]
        found = [entry.errors for entry in field.entries]
        field.errors = found if any(found) else []


class SaidForm(Form):
    """How a name is said aloud."""

    said_as = Line(_l("How the name is said"))


class BiographyForm(Form):
    """The nominee's own words about themself."""

    biography: Any = Text(
        _l("Your biography"),
        description=_l("In the third person, as it may be read on your page: “Amina Warsame teaches mathematics at …”"),
    )
    version = HiddenField()

    @property
    def drawn_with(self) -> int | None:
        """The version the page was drawn with."""
        text = self.version.data if isinstance(self.version.data, str) else ""  # not what the form was made with
        return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - no version has more digits
