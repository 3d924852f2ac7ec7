"""Funds and who gave to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context
from sqlalchemy import exists, func, select

from portal.db import db
from portal.funds.models import Fund, FundDonor, FundYear
from portal.people.models import Person
from portal.policy import Fact
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Sequence


def every() -> Sequence[Fund]:
    """Return all funds by name."""
    return db.session.scalars(select(Fund).order_by(Fund.name)).all()


def by_id(number: int) -> Fund | None:
    """Return the fund with this number."""
    return db.session.get(Fund, number)


def donors(fund: Fund) -> Sequence[Person]:
    """Return who gave to a fund, by name."""
    wanted = select(Person).join(FundDonor, FundDonor.person_id == Person.id).where(FundDonor.fund_id == fund.id)
    return db.session.scalars(wanted.order_by(Person.sort_name, Person.id)).all()


def count_donors() -> dict[int, int]:
    """Return how many gave to each fund, by its number."""
    wanted = select(FundDonor.fund_id, func.count()).group_by(FundDonor.fund_id)
    return {number: count for number, count in db.session.execute(wanted)}  # noqa: C416 - rows are not pairs to `dict`


def budget(fund: Fund, year: int) -> int:
    """Return what a fund gives in a year, in cents: what was noted for that year, else what it usually gives."""
    noted = db.session.scalar(select(FundYear.budget_cents).where(FundYear.fund_id == fund.id, FundYear.year == year))
    return fund.yearly_cents if noted is None else noted


def years(fund: Fund) -> dict[int, FundYear]:
    """Return the years for which a sum of their own was noted."""
    return {row.year: row for row in db.session.scalars(select(FundYear).where(FundYear.fund_id == fund.id))}


def funds_of(person: Person) -> Sequence[Fund]:
    """Return the funds that somebody gave to, by name."""
    gave = select(FundDonor.fund_id).where(FundDonor.person_id == person.id)
    return db.session.scalars(select(Fund).where(Fund.id.in_(gave)).order_by(Fund.name)).all()


def facts_of_fund(person: Person | None, fund: Fund) -> frozenset[Fact]:
    """Return what holds of this person and a fund: that they gave to it."""
    visit = viewer.visit() if has_request_context() else None
    if visit is not None and visit.guardian:  # a guardian is signed in for consent alone
        return frozenset()
    return frozenset({Fact.GAVE_TO_IT}) if person is not None and gave_to(person, fund.id) else frozenset()


def gave_to(person: Person, fund_id: int | None) -> bool:
    """Say whether this person is a donor of this fund."""
    if fund_id is None:
        return False
    return bool(
        db.session.scalar(select(exists().where(FundDonor.fund_id == fund_id, FundDonor.person_id == person.id)))
    )
