"""Funds: what each gives in a year, how it is thanked, and who gave to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, render_template
from flask_babel import gettext as _

from portal import clock
from portal.accounts import actions as accounts
from portal.errors import Refused
from portal.funds import actions, queries
from portal.funds.forms import DonorForm, FundForm
from portal.people import queries as people
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.lists import table_file
from portal.web.pages import Pages, see_other

if TYPE_CHECKING:
    from portal.funds.models import Fund

pages = Pages("funds", __name__)


def _language() -> str:
    return str(g.organisation.languages[0]) if g.organisation and g.organisation.languages else "en"


@pages.page("/desk/funds", needs=Permission.MANAGE_AWARDS)
def funds() -> str:
    """Every fund."""
    return render_template("funds/funds.html", funds=queries.every(), donors=queries.count_donors())


@pages.page("/desk/funds.csv", needs=Permission.MANAGE_AWARDS)
def funds_csv() -> Any:  # noqa: ANN401 - an answer
    """The same list as a CSV file."""
    donors = queries.count_donors()
    rows = [[fund.name, f"{fund.yearly_cents / 100:.2f}", donors.get(fund.id, 0)] for fund in queries.every()]
    return table_file("funds", [_("Name"), _("What it gives in a year"), _("Donors")], rows)


def _saved(fund: Fund | None, form: FundForm) -> bool:
    credit = {**(fund.credit if fund else {}), _language(): (form.credit.data or "").strip()}
    try:
        actions.save_fund(
            fund,
            name=form.name.data or "",
            credit={code: words for code, words in credit.items() if words},
            yearly_cents=form.yearly_cents.data or 0,
            restriction=form.restriction.data or "",
            payees=list(form.payees.data or []),
            by=viewer.current(),
            at=clock.now(),
        )
    except Refused as refused:
        form.fail(refused.field, failures.sentence(refused))
        return False
    flash(_("Saved."))
    return True


@pages.form("/desk/funds/new", needs=Permission.MANAGE_AWARDS)
def new_fund() -> Any:  # noqa: ANN401 - an answer
    """Note a fund."""
    form = FundForm()
    if form.validate_on_submit() and _saved(None, form):
        return see_other(".funds")
    return render_template("funds/fund.html", fund=None, form=form, donors=[], donor=None), form.status


def _fund(number: int) -> Fund:
    found = queries.by_id(number)
    if found is None:
        abort(404)
    return found


@pages.form("/desk/funds/<int:number>", needs=Permission.MANAGE_AWARDS)
def fund(number: int) -> Any:  # noqa: ANN401 - an answer
    """Change a fund."""
    found = _fund(number)
    form = FundForm(data=_held(found))
    if form.validate_on_submit() and _saved(found, form):
        return see_other(".funds")
    return _page(found, form=form)


def _held(fund: Fund) -> dict[str, Any]:
    return {
        "name": fund.name,
        "yearly_cents": fund.yearly_cents,
        "restriction": fund.restriction,
        "payees": fund.payees,
        "credit": fund.credit.get(_language(), ""),
    }


def _page(fund: Fund, *, form: FundForm | None = None, donor: DonorForm | None = None) -> tuple[str, int]:
    shown = form or FundForm(formdata=None, data=_held(fund))
    page = render_template(
        "funds/fund.html", fund=fund, form=shown, donors=queries.donors(fund), donor=donor or DonorForm(formdata=None)
    )
    return page, (donor or shown).status


@pages.step("/desk/funds/<int:number>/donors", needs=Permission.MANAGE_AWARDS)
def add_donor(number: int) -> Any:  # noqa: ANN401 - an answer
    """Note that somebody gave to it: a conflict, where they or theirs would review or receive."""
    found, form = _fund(number), DonorForm()
    if not form.validate():
        return _page(found, donor=form)
    person = accounts.person_at(
        form.email.data or "", at=clock.now(), given=form.given.data or "", family=form.family.data or ""
    )
    actions.add_donor(found, person, by=viewer.current(), at=clock.now())
    flash(_("Noted."))
    return see_other(".fund", number=number)


@pages.step("/desk/funds/<int:number>/donors/<int:person>/removal", needs=Permission.MANAGE_AWARDS)
def remove_donor(number: int, person: int) -> Any:  # noqa: ANN401 - an answer
    """Take that back."""
    found, donor = _fund(number), people.by_id(person)
    if donor is None:
        abort(404)
    actions.remove_donor(found, donor, by=viewer.current(), at=clock.now())
    flash(_("Taken out."))
    return see_other(".fund", number=number)
