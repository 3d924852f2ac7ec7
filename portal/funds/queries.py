"""Funds and who gave to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from portal.db import db
from portal.funds.models import Fund, FundDonor
from portal.people.models import Person

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


def gave_to(person: Person, fund_id: int | None) -> bool:
    """Say whether this person is a donor of this fund."""
    if fund_id is None:
        return False
    return bool(
        db.session.scalar(select(exists().where(FundDonor.fund_id == fund_id, FundDonor.person_id == person.id)))
    )
