"""The words that staff wrote for a message, version by version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model
from portal.people.models import Person


class Wording(Model):
    """One version of the words of one kind of message in one language. Appended: the newest counts.

    A version without words sets the message back to what the portal ships.
    """

    __tablename__ = "wording"
    __table_args__ = (
        UniqueConstraint("kind", "language", "number"),
        CheckConstraint("(subject IS NULL) = (body IS NULL)", name="whole_or_shipped"),
    )

    kind: Mapped[str] = mapped_column(String(80))  # kinds.Kind.slug
    language: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]

    by: Mapped[Person | None] = relationship(lazy="raise")
