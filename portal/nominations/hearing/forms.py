"""Writing down what was said, and setting it aside."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField

from portal.nominations.forms.consent import words
from portal.nominations.hearing.rules import How
from portal.nominations.models import Field
from portal.questions.rules import NO, YES
from portal.web.fields import Choice, Form, Line, needed
from portal.web.figures import Day

GUARDIAN, SELF = "guardian", "self"
HOWS = {
    How.TELEPHONE.value: _l("By telephone"),
    How.PAPER.value: _l("On paper"),
    How.IN_PERSON.value: _l("In person"),
}


class HearingForm(Form):
    """Who said what, how and when. Nothing is chosen for anybody."""

    who = Choice(_l("Whose word is it?"), [needed(_l("Say whose word it is"))])
    said_by = Line(_l("Who said it"), most=200, description=_l("The name of whoever you spoke with, or who signed."))
    how = Choice(_l("How"), [needed(_l("Say how it was said"))], choices=list(HOWS.items()))
    said_on = Day(_l("On which day"))
    name = Choice()
    school = Choice()
    photo = Choice()
    biography = Choice()
    quotation = Choice()
    sum = Choice()
    file = FileField(
        _l("A scan of the paper"),
        description=_l("PDF, JPEG, PNG or WebP, at most 20 MB and six pages. Only the office sees it."),
    )
    once = HiddenField()

    def ask(self, *, minor: bool, name: str) -> None:
        """Put the words that are read out, a guardian's for someone under 18, and whose word it may be."""
        guardian = _("Their parent's or guardian's"), _("Their own: somebody under 18 can only say no")
        self.who.choices = [(GUARDIAN, guardian[0]), (SELF, guardian[1])] if minor else [(SELF, name)]
        for field, said in words(guardian=minor, name=name).items():
            self[field.value].label.text = said
            self[field.value].choices = [(YES, _("Yes, it may")), (NO, _("No"))]

    def said(self) -> dict[Field, bool]:
        """Return what was said; a field that was not spoken of is left out."""
        return {field: self[field.value].data == YES for field in Field if self[field.value].data in {YES, NO}}

    @property
    def scan(self) -> tuple[str, Any] | None:
        """The file's name and the file, where one was sent."""
        sent: Any = self.file.data
        return (sent.filename, sent) if isinstance(sent, FileStorage) and sent.filename else None


class AsideForm(Form):
    """Why what was written down does not hold."""

    reason = Line(_l("Why it does not hold"), most=300)
