"""Offers, the papers they need, the payments made on them, and the notes their recipients write to donors."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Cycle, PaidTo
from portal.db import Model, enumeration
from portal.files.models import StoredFile
from portal.funds.models import Fund
from portal.funds.rules import PayeeKind
from portal.nominations.models import Candidacy
from portal.offers.rules import NoteState, OfferState, PaymentState, RequirementKind, RequirementState
from portal.people.models import Person


class Terms(Model):
    """What each offer of a cycle needs and says, and how long its recipient has. Without them, what is usual."""

    __tablename__ = "offer_terms"
    __table_args__ = (CheckConstraint("answer_days BETWEEN 1 AND 365 AND paper_days BETWEEN 1 AND 365", name="days"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    needs: Mapped[list[str]]  # rules.RequirementKind
    agreement: Mapped[dict[str, str]]  # what a recipient agrees to, by language
    answer_days: Mapped[int]
    paper_days: Mapped[int]  # from the day on which it was accepted
    at_telling: Mapped[bool] = mapped_column(default=True)  # made by itself as soon as somebody selected is told
    version: Mapped[int] = mapped_column(default=1)
    # What would take the place of `needs` and `agreement` once a second person approves it: both, or neither.
    new_needs: Mapped[list[Any] | None] = mapped_column(JSON)
    new_agreement: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]


class Offer(Model):
    """What one candidacy's recipient is given, and whether they took it.

    However many plan payments at once, no more is planned than was offered: the counters stand in the row itself.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint(
            "0 <= recorded_cents AND recorded_cents <= planned_cents AND planned_cents <= sum_cents",
            name="within_the_sum",
        ),
        CheckConstraint("(payee_kind = 'school group') = (payee_sponsor IS NOT NULL)", name="a_group_has_a_sponsor"),
        CheckConstraint("(state IN ('made', 'lapsed')) = (answered_at IS NULL)", name="answered_has_a_date"),
        Index("ix_offer_state", "state", "due_at"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"), index=True)
    state: Mapped[OfferState] = mapped_column(enumeration(OfferState), default=OfferState.MADE)
    version: Mapped[int] = mapped_column(default=1)
    offered_cents: Mapped[int]
    sum_cents: Mapped[int]  # what of it stands: less once a part was forfeited
    planned_cents: Mapped[int] = mapped_column(default=0)  # of all payments that are planned, approved or recorded
    recorded_cents: Mapped[int] = mapped_column(default=0)
    paid_to: Mapped[PaidTo] = mapped_column(enumeration(PaidTo))
    agreement: Mapped[dict[str, str]]  # as it stood when the offer was made
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: as its recipient was told
    due_at: Mapped[datetime]  # for the answer
    paper_days: Mapped[int]
    papers_due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]  # of a refusal, or of what was forfeited
    payee_kind: Mapped[PayeeKind] = mapped_column(enumeration(PayeeKind))
    payee_name: Mapped[str] = mapped_column(String(300), default="")
    payee_sponsor: Mapped[str | None] = mapped_column(String(300))
    payee_contact: Mapped[str] = mapped_column(String(300), default="")  # who there looks after it

    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
    cycle: Mapped[Cycle] = relationship(lazy="raise")
    fund: Mapped[Fund | None] = relationship(lazy="raise")
    requirements: Mapped[list[Requirement]] = relationship(
        lazy="raise", order_by="Requirement.id", back_populates="offer"
    )
    payments: Mapped[list[Payment]] = relationship(lazy="raise", order_by="Payment.number", back_populates="offer")


class Requirement(Model):
    """One thing that is needed before a sum is paid. Of a tax form only that it came: never what stands on it."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("offer_id", "kind"),
        CheckConstraint("kind != 'tax form' OR (words IS NULL AND file_id IS NULL)", name="nothing_of_a_tax_form"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    kind: Mapped[RequirementKind] = mapped_column(enumeration(RequirementKind))
    state: Mapped[RequirementState] = mapped_column(enumeration(RequirementState), default=RequirementState.WANTED)
    version: Mapped[int] = mapped_column(default=1)
    words: Mapped[str | None]  # of an agreement: the words agreed to, and the name it was agreed with
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]

    offer: Mapped[Offer] = relationship(lazy="raise", back_populates="requirements")
    file: Mapped[StoredFile | None] = relationship(lazy="raise")


class Payment(Model):
    """The record of one part of a sum reaching somebody. No money moves by it."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("offer_id", "number"),
        CheckConstraint("cents > 0", name="of_something"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id != planned_by_id", name="a_second_person"),
        CheckConstraint(
            "state NOT IN ('approved', 'recorded', 'reversed') OR approved_by_id IS NOT NULL",
            name="approved_by_someone",
        ),
        CheckConstraint("(state IN ('recorded', 'reversed')) = (paid_on IS NOT NULL)", name="recorded_has_a_date"),
        CheckConstraint("paid_on IS NULL OR reference != ''", name="recorded_has_a_reference"),
        CheckConstraint("(state = 'reversed') = (reversed_on IS NOT NULL)", name="reversed_has_a_date"),
        CheckConstraint("(payee_kind = 'school group') = (payee_sponsor IS NOT NULL)", name="a_group_has_a_sponsor"),
        Index("ix_payment_state", "state", "planned_on"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    number: Mapped[int]  # which part
    cents: Mapped[int]
    state: Mapped[PaymentState] = mapped_column(enumeration(PaymentState), default=PaymentState.PLANNED)
    version: Mapped[int] = mapped_column(default=1)
    planned_on: Mapped[date]  # the day it is planned for
    payee_kind: Mapped[PayeeKind] = mapped_column(enumeration(PayeeKind))
    payee_name: Mapped[str] = mapped_column(String(300))
    payee_sponsor: Mapped[str | None] = mapped_column(String(300))
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(80), default="")  # of a check or a transfer, as the bank shows it
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime | None]
    reversed_on: Mapped[date | None]
    reversed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]  # of a reversal, or of calling it off
    matched_on: Mapped[date | None]  # of the bank's statement on which it was found
    matched_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    offer: Mapped[Offer] = relationship(lazy="raise", back_populates="payments")


class ThankYou(Model):
    """A recipient's note to whoever gave. Staff read it before donors do; its writer can take it back at any time."""

    __tablename__ = "thank_you"
    __table_args__ = (UniqueConstraint("offer_id", "person_id"),)

    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    text: Mapped[str]
    named: Mapped[bool] = mapped_column(default=False)  # signed, where their public page names them too
    state: Mapped[NoteState] = mapped_column(enumeration(NoteState), default=NoteState.GIVEN)
    version: Mapped[int] = mapped_column(default=1)
    given_at: Mapped[datetime]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    offer: Mapped[Offer] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])
