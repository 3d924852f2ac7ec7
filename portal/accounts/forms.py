"""Signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal.web.fields import Address, Form, needed


class SignInForm(Form):
    """Where to send the link."""

    address = Address(_l("Your e-mail address"), [needed(_l("Write your e-mail address"))], description=_l("We send you a link. There is no password."))
    next = HiddenField()
