"""What was decided, by whom, why, and which of the cycle's places it takes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Cycle
from portal.db import Model, enumeration
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.nominations.models import Candidacy


class Decision(Model):
    """One candidacy's outcome. A selected one takes a numbered place, and a place is taken once: however many click at
    once, no cycle selects more than it has."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("cycle_id", "place"),
        UniqueConstraint("cycle_id", "alternate"),
        CheckConstraint("(outcome = 'selected') = (place IS NOT NULL)", name="selected_takes_a_place"),
        CheckConstraint("(outcome = 'alternate') = (alternate IS NOT NULL)", name="alternates_are_in_order"),
        CheckConstraint("place IS NULL OR place >= 1", name="places_from_one"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id != proposed_by_id", name="a_second_person"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(enumeration(Outcome))
    place: Mapped[int | None]
    alternate: Mapped[int | None]
    sum_cents: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[DecisionState] = mapped_column(enumeration(DecisionState), default=DecisionState.PROPOSED)
    version: Mapped[int] = mapped_column(default=1)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
