"""Noting funds, and who gave to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.funds.models import Fund, FundDonor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from portal.people.models import Person

on_donor_noted: list[Callable[[Person, datetime], object]] = []  # higher rooms listen; connected in portal/listeners.py


def save_fund(
    fund: Fund | None, *, name: str, credit: dict[str, str], yearly_cents: int, by: Person | None, at: datetime
) -> Fund:
    """Note a fund, or what changed about it. Raises `Refused` (field "name") where another has its name."""
    other = db.session.scalar(select(Fund).where(Fund.name == name))
    if other is not None and other is not fund:
        raise Refused(N_("Another fund has this name."), field="name")
    step = "edited" if fund else "created"
    if fund is None:
        fund = Fund(name=name, credit=credit, yearly_cents=yearly_cents)
        db.session.add(fund)
    else:
        fund.name, fund.credit, fund.yearly_cents = name, credit, yearly_cents
    history.record(step, fund, by=by, at=at, yearly_cents=yearly_cents)
    return fund


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
