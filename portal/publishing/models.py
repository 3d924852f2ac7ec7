"""A release with its two instants, and the snapshots that the public reads. No public row exists before its instant."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, enumeration


class ReleaseState(enum.StrEnum):
    """Where a release stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    TOLD = "told"
    PUBLIC = "public"
    CANCELLED = "cancelled"


class Release(Model):
    """When a cycle's results become news. A time that is not set means not released."""

    __tablename__ = "release"
    __table_args__ = (CheckConstraint("told_at IS NULL OR public_at IS NULL OR told_at <= public_at", name="told_first"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    state: Mapped[ReleaseState] = mapped_column(enumeration(ReleaseState), default=ReleaseState.PLANNED)
    version: Mapped[int] = mapped_column(default=1)
    told_at: Mapped[datetime | None]
    public_at: Mapped[datetime | None]
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    told_done_at: Mapped[datetime | None]
    public_done_at: Mapped[datetime | None]


class Draft(Model):
    """What staff prepare for a recipient's page before release: a citation, a quotation. Never read by the public."""

    __tablename__ = "page_draft"

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    citation: Mapped[str] = mapped_column(default="")
    quotation: Mapped[str] = mapped_column(default="")
    quotation_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Recipient(Model):
    """A recipient's public page: only what that person agreed to, copied at the instant of release."""

    __tablename__ = "recipient"
    __table_args__ = (Index("ix_recipient_year_award", "year", "award_slug"), UniqueConstraint("slug"))

    slug: Mapped[str] = mapped_column(String(160))  # its permanent address
    candidacy_id: Mapped[int | None]  # a number only: nothing here reads a candidacy
    person_id: Mapped[int | None]
    cycle_id: Mapped[int | None]
    year: Mapped[int] = mapped_column(index=True)
    award_slug: Mapped[str] = mapped_column(String(60), index=True)
    award_name: Mapped[dict[str, str]]
    honours: Mapped[str] = mapped_column(String(40))
    place: Mapped[int] = mapped_column(default=0)
    name: Mapped[str | None] = mapped_column(String(600))  # None: preferred not to be named; there is no page
    sort_name: Mapped[str] = mapped_column(String(600), default="")
    role: Mapped[str | None] = mapped_column(String(120))
    school: Mapped[str | None] = mapped_column(String(300))
    biography: Mapped[str | None]
    citation: Mapped[str | None]
    quotation: Mapped[str | None]
    quotation_by: Mapped[str | None] = mapped_column(String(200))
    sum_cents: Mapped[int | None]
    paid_to: Mapped[str | None] = mapped_column(String(40))
    fund_credit: Mapped[dict[str, str]]
    portrait: Mapped[int] = mapped_column(default=0)  # seed of the drawn portrait
    public_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    correction: Mapped[str | None]  # what the page says was corrected
    taken_down_at: Mapped[datetime | None]
    taken_down_reason: Mapped[str | None]  # for the record, never shown
    facts: Mapped[dict[str, Any]]
