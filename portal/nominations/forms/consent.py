"""Forms of the people who are honored: what may be published, and their biography."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal.nominations.models import Field
from portal.questions.rules import NO, YES
from portal.web.fields import Choice, Form, Text

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
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - no version has more digits
