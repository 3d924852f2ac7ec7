"""What a cycle reminds of, and every reminder that went out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Cycle
from portal.awards.reminders.rules import Kind
from portal.db import Model, enumeration
from portal.people.models import Person


class ReminderPlan(Model):
    """What staff said about one kind of reminder in one cycle. Without it the usual days hold."""

    __tablename__ = "reminder_plan"
    __table_args__ = (UniqueConstraint("cycle_id", "kind"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    kind: Mapped[Kind] = mapped_column(enumeration(Kind))
    on: Mapped[bool] = mapped_column("switched_on", default=True)
    days: Mapped[list[Any]]  # whole days before the day it is due, the farthest first
    version: Mapped[int] = mapped_column(default=1)


class Reminder(Model):
    """One reminder: of what, to whom, for which due instant. There is one of each, however often the worker looks."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("kind", "subject_kind", "subject_id", "person_id", "due_at", "days", name="uq_reminder_once"),
        Index("ix_reminder_cycle", "cycle_id", "kind"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    kind: Mapped[Kind] = mapped_column(enumeration(Kind))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime]
    days: Mapped[int]  # before `due_at`
    posted_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
