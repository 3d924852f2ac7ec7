"""What was noticed of each text's language, and its translation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Cycle
from portal.db import Model, enumeration
from portal.nominations.models import Nomination, Part, Recommendation
from portal.nominations.translating.rules import TranslationState
from portal.people.models import Person


class Translation(Model):
    """One thing that somebody sent (a nomination's snapshot, a nominee's part or biography, a letter): its language, and its translation.

    The original is never touched. Each translated text remembers the SHA-256 of the words it was made from: it stands only
    beside those.
    """

    __tablename__ = "translation"
    __table_args__ = (
        UniqueConstraint("source_kind", "source_id"),
        CheckConstraint(
            "state NOT IN ('asked', 'handed in', 'approved') OR translator_id IS NOT NULL", name="by_somebody"
        ),
        CheckConstraint("(state = 'approved') = (approved_at IS NOT NULL)", name="approved_has_a_date"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id != translator_id", name="a_second_person"),
        Index("ix_translation_listing", "cycle_id", "state"),
    )

    source_kind: Mapped[str] = mapped_column(String(40))  # "snapshot", "part", "biography" or "letter"
    source_id: Mapped[int]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"), index=True)  # of a snapshot
    part_id: Mapped[int | None] = mapped_column(ForeignKey("part.id"), index=True)
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendation.id"), index=True)  # of a letter
    written_in: Mapped[str | None] = mapped_column(String(12))  # None: nothing tells
    said_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who said so; None: it was guessed
    state: Mapped[TranslationState] = mapped_column(enumeration(TranslationState))
    language: Mapped[str] = mapped_column(String(12))  # into which it is translated
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {key: {"text": words, "of": SHA-256 of the original}}
    version: Mapped[int] = mapped_column(default=1)  # counts saves and steps
    translator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why it was returned
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    noticed_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    nomination: Mapped[Nomination | None] = relationship(lazy="raise")
    part: Mapped[Part | None] = relationship(lazy="raise")
    recommendation: Mapped[Recommendation | None] = relationship(lazy="raise")
    translator: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[translator_id])
    approved_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[approved_by_id])
