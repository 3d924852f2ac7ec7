"""A fund, and who gave to it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model


class Fund(Model):
    """A sum of money for awards, in cents."""

    __tablename__ = "fund"
    __table_args__ = (CheckConstraint("yearly_cents >= 0", name="not_negative"),)

    name: Mapped[str] = mapped_column(String(200), unique=True)
    credit: Mapped[dict[str, str]]  # how the fund is thanked in public
    yearly_cents: Mapped[int]


class FundDonor(Model):
    """A donor of a fund: a conflict where they, or theirs, would review or receive."""

    __tablename__ = "fund_donor"
    __table_args__ = (UniqueConstraint("fund_id", "person_id"),)

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
