"""What the office types over all rooms."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from portal.mail.wording.rules import MOST_BODY, MOST_SUBJECT
from portal.web.fields import Address, Choice, Form, Line, Text, needed


class SendAgainForm(Form):
    """A message sent again, perhaps to another address."""

    email = Address(
        _l("Their address"),
        [needed(_l("Write an address to send it to"))],
        description=_l("Mend it here if it was wrong: the person is written to there from now on."),
    )
    decided = BooleanField(
        _l("Send it again although it may have arrived"), description=_l("It tells an outcome, so a person decides.")
    )


class BounceForm(Form):
    """A message that came back."""

    reason = Line(
        _l("What the other side said"),
        [needed(_l("Say what the other side said"))],
        description=_l("Such as: no such mailbox."),
    )


class WordingForm(Form):
    """The words of one kind of message in one language."""

    subject = Line(_l("Subject"), most=MOST_SUBJECT)
    body = Text(
        _l("Message"),
        most=MOST_BODY,
        description=_l(
            "Leave a line empty between paragraphs. A paragraph that begins with > is drawn as a quotation. "
            "Words in braces are fields: each is replaced by what holds for the reader."
        ),
    )
    number = HiddenField()
    case = Choice(_l("See it as it was for"))
