"""What was decided, by whom, why, and which of the cycle's places it takes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Cycle
from portal.db import Model, enumeration
from portal.decisions.rules.lives import DecisionState, DrawState, Outcome
from portal.nominations.models import Candidacy
from portal.people.models import Person


class Decision(Model):
    """One candidacy's outcome.

    A selected one takes a numbered place, and a place is taken once: however many click, no cycle selects more than it has.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("cycle_id", "place"),
        UniqueConstraint("cycle_id", "alternate"),
        CheckConstraint(
            "(outcome = 'selected' AND state != 'rescinded') = (place IS NOT NULL)", name="selected_takes_a_place"
        ),
        CheckConstraint("(outcome = 'selected') = (sum_cents IS NOT NULL)", name="selected_has_a_sum"),
        CheckConstraint("(outcome = 'alternate') = (alternate IS NOT NULL)", name="alternates_are_in_order"),
        CheckConstraint("place IS NULL OR place >= 1", name="places_from_one"),
        CheckConstraint("alternate IS NULL OR alternate >= 1", name="alternates_from_one"),
        CheckConstraint("sum_cents IS NULL OR sum_cents >= 0", name="not_negative"),
        CheckConstraint(
            "forfeited_cents >= 0 AND forfeited_cents <= COALESCE(sum_cents, 0)", name="forfeits_what_it_gives"
        ),
        CheckConstraint("(state = 'proposed') = (approved_by_id IS NULL)", name="approved_by_someone"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id != proposed_by_id", name="a_second_person"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    outcome: Mapped[Outcome] = mapped_column(enumeration(Outcome))
    place: Mapped[int | None]
    alternate: Mapped[int | None]
    sum_cents: Mapped[int | None]
    forfeited_cents: Mapped[int] = mapped_column(default=0)  # of the sum, what went back to the fund
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[DecisionState] = mapped_column(enumeration(DecisionState), default=DecisionState.PROPOSED)
    version: Mapped[int] = mapped_column(default=1)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    earlier: Mapped[dict[str, Any] | None] = mapped_column(
        JSON
    )  # what an alternate was before a place fell free once released

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
    proposed_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[proposed_by_id])
    approved_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[approved_by_id])

    @property
    def given_cents(self) -> int | None:
        """What it gives, less what went back to the fund; None where it gives nothing."""
        if not self.forfeited_cents:
            return self.sum_cents
        return (self.sum_cents or 0) - self.forfeited_cents or None


class Selection(Model):
    """What the frozen rule makes of a round's standings, worked out by the worker; pages only read it."""

    __tablename__ = "selection"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
    standings_version: Mapped[int]  # the standings it was made from
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # a `Proposal`; None: nobody can be put in order
    computed_at: Mapped[datetime]


class Replay(Model):
    """One time that a decision was computed again from what was frozen: the bundle, and what came of it."""

    __tablename__ = "replay"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    same: Mapped[bool | None]  # None while it has not been done
    digest: Mapped[str | None] = mapped_column(String(64))
    steps: Mapped[list[Any]] = mapped_column(JSON, default=list)
    bundle: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)  # large: read by whoever downloads it

    asked_by: Mapped[Person | None] = relationship(lazy="raise")


class Draw(Model):
    """Lots drawn among those who scored exactly the same, so that anyone can check it: published, then drawn after a public event."""

    __tablename__ = "draw"
    __table_args__ = (
        CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name="drawn_has_a_seed"),
        CheckConstraint("places >= 1", name="places"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    state: Mapped[DrawState] = mapped_column(enumeration(DrawState), default=DrawState.PUBLISHED)
    pool: Mapped[list[Any]] = mapped_column(JSON)  # references in the round
    pool_digest: Mapped[str] = mapped_column(String(64))
    places: Mapped[int]
    event: Mapped[str] = mapped_column(String(300))  # the public event whose outcome nobody here controls
    event_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(300))  # of the event, as everybody can write it down
    seed: Mapped[str | None] = mapped_column(String(64))
    winners: Mapped[list[Any] | None] = mapped_column(JSON)
    ended_at: Mapped[datetime | None]

    published_by: Mapped[Person] = relationship(lazy="raise")
    secrets: Mapped[list[DrawSecret]] = relationship(lazy="raise", order_by="DrawSecret.id")


class DrawSecret(Model):
    """What one officer adds to a draw: its fingerprint before the event, itself after it."""

    __tablename__ = "draw_secret"
    __table_args__ = (UniqueConstraint("draw_id", "person_id"),)

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    commitment: Mapped[str] = mapped_column(String(64))
    committed_at: Mapped[datetime]
    secret: Mapped[str | None] = mapped_column(String(64))
    revealed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
