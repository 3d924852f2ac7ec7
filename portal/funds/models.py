"""A fund, and who gave to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model


class Fund(Model):
    """A sum of money for awards, in cents."""

    __tablename__ = "fund"
    __table_args__ = (CheckConstraint("yearly_cents >= 0", name="not_negative"),)

    name: Mapped[str] = mapped_column(String(200), unique=True)
    credit: Mapped[dict[str, str]]  # how the fund is thanked in public
    yearly_cents: Mapped[int]  # what it gives in a year for which no other sum was noted
    restriction: Mapped[str] = mapped_column(default="")  # what its donors gave it for, as agreed with them
    payees: Mapped[list[Any]] = mapped_column(JSON, default=list)  # rules.PayeeKind it may be paid to; none: any


class FundYear(Model):
    """What a fund gives in one year, where that differs from what it usually gives or its books are closed."""

    __tablename__ = "fund_year"
    __table_args__ = (
        UniqueConstraint("fund_id", "year"),
        CheckConstraint("budget_cents >= 0", name="not_negative"),
        CheckConstraint(
            "(closed_on IS NULL) = (closed_cents IS NULL) AND (closed_on IS NULL) = (closed_by_id IS NULL)"
            " AND (closed_on IS NULL) = (closed_at IS NULL)",
            name="closed_by_someone",
        ),
    )

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    year: Mapped[int]
    budget_cents: Mapped[int]
    note: Mapped[str] = mapped_column(String(500), default="")
    closed_on: Mapped[date | None]  # no entry is dated before it from then on
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_cents: Mapped[int | None]  # what was paid by then


class FundDonor(Model):
    """A donor of a fund: a conflict where they, or theirs, would review or receive."""

    __tablename__ = "fund_donor"
    __table_args__ = (UniqueConstraint("fund_id", "person_id"),)

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
