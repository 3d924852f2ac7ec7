"""What the office wrote down of somebody's consent. Never changed: a later word is another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, enumeration
from portal.files.models import StoredFile
from portal.nominations.hearing.rules import HearingState, How
from portal.nominations.models import Candidacy
from portal.people.models import Person


class Hearing(Model):
    """One call, letter or visit in which somebody (or a guardian) said what may be published, as one of the office wrote it down."""

    __tablename__ = "hearing"
    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_has_a_date"),
        CheckConstraint(
            "state != 'holds' OR NOT needs_second OR (settled_by_id IS NOT NULL AND settled_by_id != recorded_by_id)",
            name="a_second_person",
        ),
        CheckConstraint("state != 'set aside' OR reason IS NOT NULL", name="set_aside_for_a_reason"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    by_guardian: Mapped[bool] = mapped_column(default=False)
    needs_second: Mapped[bool] = mapped_column(default=False)
    said_by: Mapped[str] = mapped_column(String(200))  # who said it, by name
    how: Mapped[How] = mapped_column(enumeration(How))
    said_on: Mapped[date]
    said: Mapped[dict[str, Any]]  # field -> yes or no
    words: Mapped[dict[str, Any]]  # field -> the words that were read out, or stood on the paper
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))  # a scan, where there is one
    once: Mapped[str | None] = mapped_column(String(40), unique=True)  # pressed twice, it is one
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    state: Mapped[HearingState] = mapped_column(enumeration(HearingState), default=HearingState.WAITING)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
    recorded_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[recorded_by_id])
    settled_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[settled_by_id])
    file: Mapped[StoredFile | None] = relationship(lazy="raise")
