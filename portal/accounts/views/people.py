"""People as the office sees them: names and addresses put right, roles given and ended, sessions ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.accounts import actions, forms, queries
from portal.accounts.models import Role, Scope
from portal.accounts.views.signing_in import pages
from portal.errors import PortalError
from portal.history import queries as history
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.people.models import Person

MOST = 5000
SHOWN = ("office", "everyone", "unreached")
LINES = 8


def _asked() -> tuple[str, str]:
    shown = request.args.get("show", "")
    words = request.args.get("q", "")[:200]
    return shown if shown in SHOWN else "everyone" if words else "office", words


@pages.page("/desk/people", needs=Permission.MANAGE_PEOPLE)
def people() -> str:
    """The office, or everyone, or those whom no message reaches."""
    shown, words = _asked()
    found = listing(queries.people(shown, words), page=asked_page())
    labels = {"office": _("With a role"), "everyone": _("Everyone"), "unreached": _("No message reaches them")}
    views = [
        {
            "label": labels[name],
            "count": queries.count_people(name),
            "url": url_for(".people", show=name),
            "current": name == shown,
        }
        for name in SHOWN
    ]
    return render_template(
        "accounts/people.html", listing=found, held=queries.grants_of(found.items), views=views, shown=shown, q=words
    )


@pages.page("/desk/people.csv", needs=Permission.MANAGE_PEOPLE)
def people_csv() -> Any:  # noqa: ANN401 - an answer
    """The same list as a CSV file."""
    found = listing(queries.people(*_asked()), page=1, size=MOST).items
    held = queries.grants_of(found)
    header = [_("Name"), _("E-mail address"), _("Telephone"), _("Language"), _("Roles"), _("Came back")]
    rows = [
        [
            person.name,
            person.email,
            person.phone,
            person.language,
            ", ".join(grant.role.value for grant in held.get(person.id, [])),
            person.bounce_reason if person.bounced_at else "",
        ]
        for person in found
    ]
    return table_file("people", header, rows)


@pages.form("/desk/people/new", needs=Permission.MANAGE_PEOPLE)
def new_person() -> Any:  # noqa: ANN401 - an answer
    """Add somebody who will sign in: a colleague, somebody of the board."""
    form = forms.NewPersonForm()
    if form.validate_on_submit():
        try:
            person = actions.add_person(
                given=form.given.data or "",
                family=form.family.data or "",
                email=form.email.data or "",
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            form.fail(refused.field or "email", failures.sentence(refused))
        else:
            flash(_("Added. Give them a role, or nothing more."))
            return see_other(".person", number=person.id)
    return render_template("accounts/new_person.html", form=form), form.status


def _person(number: int) -> Person:
    found = queries.person_by_id(number)
    if found is None:
        abort(404)
    return found


def _page(person: Person, *, name: Any = None, address: Any = None, role: Any = None) -> tuple[str, int]:  # noqa: ANN401 - forms, one of them refused
    scopes = [("", _("The whole organization")), *((str(number), words) for number, words in queries.scopes())]
    role = role or forms.RoleForm(formdata=None)
    role.scope.choices = scopes
    page = render_template(
        "accounts/person.html",
        person=person,
        name=name or forms.NameForm(formdata=None, data={"given": person.given_name, "family": person.family_name}),
        address=address or forms.MendForm(formdata=None, data={"email": person.email}),
        role=role,
        scopes=dict(scopes),
        grants=queries.grants_of([person]).get(person.id, []),
        sessions=queries.sessions_of(person, at=clock.now()),
        account=queries.account_of(person),
        record=listing(history.of(("person", person.id)), page=1, size=LINES, scalars=False).items,
        own=person.id == viewer.current().id,
        endpoints=current_app.view_functions,
    )
    refused = [form for form in (name, address, role) if form is not None and form.errors]
    return page, 422 if refused else 200


@pages.page("/desk/people/<int:number>", needs=Permission.MANAGE_PEOPLE)
def person(number: int) -> Any:  # noqa: ANN401 - an answer
    """One person."""
    return _page(_person(number))


@pages.step("/desk/people/<int:number>/name", needs=Permission.MANAGE_PEOPLE)
def person_name(number: int) -> Any:  # noqa: ANN401 - an answer
    """Put a name right. What was submitted keeps the name as it was typed."""
    found, form = _person(number), forms.NameForm()
    if not form.validate():
        return _page(found, name=form)
    actions.rename(
        found, given=form.given.data or "", family=form.family.data or "", by=viewer.current(), at=clock.now()
    )
    flash(_("Saved."))
    return see_other(".person", number=number)


@pages.step("/desk/people/<int:number>/address", needs=Permission.MANAGE_PEOPLE)
def person_address(number: int) -> Any:  # noqa: ANN401 - an answer
    """Mend an address."""
    found, form = _person(number), forms.MendForm()
    if form.validate():
        try:
            actions.mend_address(found, email=form.email.data, by=viewer.current(), at=clock.now())
        except PortalError as refused:
            form.fail("email", failures.sentence(refused))
        else:
            flash(_("Saved. Messages go there from now on."))
            return see_other(".person", number=number)
    return _page(found, address=form)


@pages.step("/desk/people/<int:number>/roles", needs=Permission.MANAGE_PEOPLE)
def give_role(number: int) -> Any:  # noqa: ANN401 - an answer
    """Give somebody a role."""
    found, form = _person(number), forms.RoleForm()
    scopes = {str(award) for award, _words in queries.scopes()}
    form.scope.choices = [("", ""), *((scope, scope) for scope in scopes)]
    if form.validate():
        award = int(form.scope.data) if form.scope.data in scopes else 0
        try:
            actions.give_role(
                found,
                role=Role(form.role.data),
                scope=Scope.AWARD if award else Scope.ORGANISATION,
                scope_id=award,
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            if found.id == viewer.current().id:  # their page shows no form to put it beside
                raise
            form.fail("role", failures.sentence(refused))
        else:
            flash(_("Given."))
            return see_other(".person", number=number)
    return _page(found, role=form)


@pages.step("/desk/people/<int:number>/roles/<int:grant>/end", needs=Permission.MANAGE_PEOPLE)
def end_role(number: int, grant: int) -> Any:  # noqa: ANN401 - an answer
    """Take a role back."""
    found = _person(number)
    held = next((each for each in queries.grants_of([found]).get(found.id, []) if each.id == grant), None)
    if held is None:
        abort(404)
    actions.take_role(held, by=viewer.current(), at=clock.now())
    flash(_("Taken back."))
    return see_other(".person", number=number)


@pages.step("/desk/people/<int:number>/sessions/end", needs=Permission.MANAGE_PEOPLE)
def end_sessions(number: int) -> Any:  # noqa: ANN401 - an answer
    """Sign somebody out everywhere: a lost telephone, a colleague who left."""
    ended = actions.end_all_sessions(_person(number), by=viewer.current(), at=clock.now())
    flash(_("%(count)s sessions ended.", count=ended))
    return see_other(".person", number=number)
