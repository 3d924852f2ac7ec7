"""Signing in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField

from portal.accounts.models import Role
from portal.web.fields import Address, Choice, Form, Line, needed


class SignInForm(Form):
    """Where to send the link."""

    address = Address(
        _l("Your e-mail address"),
        [needed(_l("Write your e-mail address"))],
        description=_l("We send you a link. There is no password."),
    )
    next = HiddenField()


ROLES = {
    Role.STAFF: _l("Staff: sets up, screens, invites, announces"),
    Role.PUBLISHER: _l("Publisher: approves what another proposed, and releases"),
    Role.AUDITOR: _l("Auditor: reads the record, changes nothing"),
}


class NameForm(Form):
    """A name put right."""

    given = Line(_l("First name"))
    family = Line(_l("Last name"), [needed(_l("Write the person's last name"))])


class MendForm(Form):
    """An address mended."""

    email = Address(_l("E-mail address"), [needed(_l("Write the person's e-mail address"))])


class NewPersonForm(NameForm):
    """Somebody who will sign in."""

    email = Address(
        _l("E-mail address"),
        [needed(_l("Write the person's e-mail address"))],
        description=_l("They sign in by a link sent there."),
    )


class RoleForm(Form):
    """A role, and how far it reaches."""

    role = Choice(
        _l("Role"), [needed(_l("Choose one of these"))], choices=[(role.value, words) for role, words in ROLES.items()]
    )
    scope = SelectField(_l("For"), validate_choice=False)
