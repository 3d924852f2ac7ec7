"""The snapshots that the public reads. No public row exists before its instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model


class Recipient(Model):
    """One person honored, for one award, in one year: only what that person agreed to, copied at the instant of release."""

    __tablename__ = "recipient"
    __table_args__ = (
        UniqueConstraint("year", "slug"),
        UniqueConstraint("candidacy_id", "person_id"),
        Index("ix_recipient_award", "award_slug", "year"),
        CheckConstraint(
            "name IS NOT NULL OR (role IS NULL AND school IS NULL AND biography IS NULL AND citation IS NULL)",
            name="no_page_without_a_name",
        ),
    )

    slug: Mapped[str] = mapped_column(String(160))  # its address within the year; says nothing where there is no name
    candidacy_id: Mapped[int | None]  # a number only: nothing here reads a candidacy
    person_id: Mapped[int | None]
    cycle_id: Mapped[int | None]
    year: Mapped[int]
    award_slug: Mapped[str] = mapped_column(String(60))
    award_name: Mapped[dict[str, str]]
    name: Mapped[str | None] = mapped_column(String(600))  # None: preferred not to be named; there is no page
    sort_name: Mapped[str] = mapped_column(String(600), default="")
    role: Mapped[str | None] = mapped_column(String(120))
    school: Mapped[str | None] = mapped_column(String(600))
    years: Mapped[str | None] = mapped_column(String(200))  # how long they have been there, in words
    biography: Mapped[str | None]
    translation: Mapped[dict[str, Any] | None]  # of the biography: {"words", "into", "written_in"}
    citation: Mapped[str | None]
    quotations: Mapped[list[Any]]  # [{"words", "translation", "name" or None, "relation" or None, "language"}, ...]
    sum_cents: Mapped[int | None]
    paid_to: Mapped[str | None] = mapped_column(String(40))
    fund_name: Mapped[str | None] = mapped_column(String(200))
    fund_credit: Mapped[dict[str, str]]  # how the fund is thanked, in a sentence
    photo: Mapped[str | None] = mapped_column(String(60))  # how the squares of their photograph are called
    photo_alt: Mapped[str | None]
    portrait: Mapped[int] = mapped_column(default=0)  # seed of the drawn portrait
    practice_title: Mapped[str | None] = mapped_column(String(300))
    practice: Mapped[str | None]  # what they share of what worked
    public_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    correction: Mapped[str | None]  # what the page says was corrected
    taken_down_at: Mapped[datetime | None]
    taken_down_reason: Mapped[str | None]  # for the record, never shown
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who corrected it or took it down
