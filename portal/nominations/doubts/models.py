"""What is known of how a sitting was begun, what is held, and counts that are thrown away after two days."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, enumeration
from portal.nominations.doubts.rules import DoubtState
from portal.nominations.models import Nomination


class Doubt(Model):
    """A submission that staff look at before it counts. Its text is kept whatever they decide."""

    __tablename__ = "doubt"
    __table_args__ = (CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_a_date"),)

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), unique=True)
    signs: Mapped[list[Any]]
    state: Mapped[DoubtState] = mapped_column(enumeration(DoubtState), default=DoubtState.OPEN, index=True)
    raised_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: the address was confirmed
    decided_at: Mapped[datetime | None]

    nomination: Mapped[Nomination] = relationship(lazy="raise")


class Evidence(Model):
    """How a sitting was begun, as far as it tells a person from a program."""

    __tablename__ = "sitting_evidence"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), unique=True)
    trapped: Mapped[bool] = mapped_column(default=False)
    proved_at: Mapped[datetime | None]


class Tally(Model):
    """How often something came from one source, or for one address, within one hour. Keys are keyed digests that change every day."""

    __tablename__ = "tally"
    __table_args__ = (UniqueConstraint("kind", "key", "hour"),)

    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    hour: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int] = mapped_column(default=1)


class SpentProof(Model):
    """A proof of work that was used: none is used twice."""

    __tablename__ = "spent_proof"

    challenge: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
