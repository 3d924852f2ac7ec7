"""Noting funds, and who gave to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.funds import queries
from portal.funds.models import Fund, FundDonor, FundYear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from portal.people.models import Person

# what a fund's awards promise, by year, in cents: answered by whoever decides (portal/listeners.py)
committed: list[Callable[[Fund], dict[int, int]]] = []
PROMISED = N_("%(promised)s of it is promised for %(year)s already. It cannot give less than that.")

CLOSED = N_("The books of %(year)s are closed.")

on_donor_noted: list[Callable[[Person, datetime], object]] = []  # higher rooms listen; connected in portal/listeners.py


def save_fund(
    fund: Fund | None,
    *,
    name: str,
    credit: dict[str, str],
    yearly_cents: int,
    restriction: str = "",
    payees: Sequence[str] = (),
    by: Person | None,
    at: datetime,
) -> Fund:
    """Note a fund, or what changed about it.

    Raises `Refused` where another has its name (field "name"), or where less is left than is promised (field "yearly_cents").
    """
    other = db.session.scalar(select(Fund).where(Fund.name == name))
    if other is not None and other is not fund:
        raise Refused(N_("Another fund has this name."), field="name")
    step = "edited" if fund else "created"
    if fund is None:
        fund = Fund(name=name, credit=credit, yearly_cents=yearly_cents)
        db.session.add(fund)
    else:
        own = queries.years(fund)
        for year, cents in _promised(fund).items():
            if year not in own and cents > yearly_cents:
                raise Refused(PROMISED, field="yearly_cents", promised=said(cents), year=year)
        fund.name, fund.credit, fund.yearly_cents = name, credit, yearly_cents
    fund.restriction, fund.payees = restriction.strip(), list(payees)
    history.record(step, fund, by=by, at=at, yearly_cents=yearly_cents)
    return fund


def set_budget(fund: Fund, *, year: int, cents: int | None, note: str = "", by: Person | None, at: datetime) -> None:
    """Note what a fund gives in one year, or (None) that it gives what it usually does. Never less than is promised."""
    promised = _promised(fund).get(year, 0)
    if (fund.yearly_cents if cents is None else cents) < promised:
        raise Refused(PROMISED, field="cents", promised=said(promised), year=year)
    row = queries.years(fund).get(year)
    if row is not None and row.closed_on is not None:
        raise Refused(CLOSED, field="cents", year=year)
    if cents is None:
        if row is not None:
            db.session.delete(row)
    elif row is None:
        db.session.add(FundYear(fund_id=fund.id, year=year, budget_cents=cents, note=note.strip()))
    else:
        row.budget_cents, row.note = cents, note.strip()
    history.record("budget set", fund, by=by, at=at, year=year, cents=cents, note=note.strip())


def close_year(fund: Fund, *, year: int, cents: int, on: date, by: Person, at: datetime) -> None:
    """Close the books of a year in which `cents` were paid: its sum is settled, and whatever is entered later bears a later day.

    Twice is once. Whether it is reconciled, whoever keeps its payments knows.
    """
    _promised(fund)  # held, so that nobody promises of it meanwhile
    row = queries.years(fund).get(year)
    if row is None:
        row = FundYear(fund_id=fund.id, year=year, budget_cents=fund.yearly_cents)
        db.session.add(row)
    if row.closed_on is None:
        row.closed_on, row.closed_at, row.closed_by_id, row.closed_cents = on, at, by.id, cents
        history.record("books closed", fund, by=by, at=at, year=year, cents=cents)


def _promised(fund: Fund) -> dict[int, int]:
    """Hold a fund against everybody who would promise from it, and return what is promised by year."""
    db.session.execute(select(Fund.id).where(Fund.id == fund.id).with_for_update())
    return committed[0](fund) if committed else {}


def said(cents: int) -> str:
    """Return a sum for a sentence."""
    return f"{cents / 100:,.2f}".removesuffix(".00")


def add_donor(fund: Fund, person: Person, *, by: Person, at: datetime) -> None:
    """Note that somebody gave to a fund; the same person twice is once."""
    held = db.session.scalar(select(FundDonor).where(FundDonor.fund_id == fund.id, FundDonor.person_id == person.id))
    if held is None:
        db.session.add(FundDonor(fund_id=fund.id, person_id=person.id))
        history.record("donor noted", fund, by=by, at=at, person=person.id)
        db.session.flush()
        for listener in on_donor_noted:
            listener(person, at)


def remove_donor(fund: Fund, person: Person, *, by: Person, at: datetime) -> None:
    """Take back that somebody gave to a fund."""
    db.session.execute(delete(FundDonor).where(FundDonor.fund_id == fund.id, FundDonor.person_id == person.id))
    history.record("donor removed", fund, by=by, at=at, person=person.id)
