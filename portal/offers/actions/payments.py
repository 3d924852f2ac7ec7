"""Planning, approving, recording and reversing payments. No money moves here: it is a record, and it never passes what was offered.

What is planned, approved or recorded together stands as a counter in the offer's own row, changed by conditional updates with a
check behind them: however many plan at once, on either database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.funds import actions as funds
from portal.funds.actions import said
from portal.funds.rules import check_words
from portal.offers import actions, queries, rules
from portal.offers.models import Offer, Payment
from portal.offers.rules import PAYMENT, OfferState, OfferStep, PaymentState, PaymentStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from portal.funds.models import Fund
    from portal.offers.rules.ledger import Figures
    from portal.people.models import Person

MOVED = actions.MOVED
NOT_ACCEPTED = N_("Payments are planned once the offer is accepted, and until it is paid. This one is %(state)s.")
TOO_MUCH = N_("With this, %(planned)s would be planned of %(sum)s.")
OF_SOMETHING = N_("Write a sum of more than nothing.")
WHO_RECEIVES = N_("Say first who receives it: this offer names nobody.")
NOT_ALLOWED = N_("%(fund)s may not be paid to such a payee: see its restrictions.")
PAPERS = N_("Something that is needed is not in order yet, so nothing is paid: look through the papers first.")
SECOND = N_("Whoever planned a payment cannot approve it.")
TODAY = N_("A payment is recorded once it has been made: the day must not lie ahead.")
NO_REFERENCE = N_("Write the reference: the number of the check, or what the transfer is called")
CLOSED = N_("The books were closed on %(day)s. A payment that came back is reversed, which is an entry of its own.")
CLOSED_BY = N_("The books were closed on %(day)s: choose that day or a later one.")
NOT_RECONCILED = N_(
    "The year is not reconciled yet: every promised cent is paid first, and every payment found on a statement."
)
BEFORE = N_("It cannot be reversed before it was paid, on %(day)s.")


def _open(payment: Payment, day: date, *, field: str) -> None:
    """Refuse a day that lies in books which are closed: what is entered later stands beside them, with a day of its own."""
    closed = queries.closed_year(payment.offer_id)
    if closed is not None and closed.closed_on is not None and day < closed.closed_on:
        raise Refused(CLOSED_BY, field=field, day=closed.closed_on.isoformat())


def close_books(fund: Fund, *, year: int, figures: Figures, on: date, by: Person, at: datetime) -> None:
    """Close a fund's year that is reconciled to the cent. From then on a reversing entry is the only way to change it."""
    if not figures.reconciled:
        raise Refused(NOT_RECONCILED)
    funds.close_year(fund, year=year, cents=figures.recorded, on=on, by=by, at=at)


def plan(offer: Offer, *, cents: int, planned_on: date, by: Person, at: datetime) -> Payment:
    """Plan one part of what was offered, to whoever the offer names. Raises `Refused` where the parts would pass the sum."""
    if offer.state not in rules.PAYABLE:
        raise Refused(NOT_ACCEPTED, state=offer.state.value)
    if cents <= 0:
        raise Refused(OF_SOMETHING, field="cents")
    if not offer.payee_name:
        raise Refused(WHO_RECEIVES)
    if offer.fund is not None and not rules.may_pay(offer.payee_kind, offer.fund.payees):
        raise Refused(NOT_ALLOWED, fund=offer.fund.name)
    _count(offer, planned=cents, recorded=0)
    number = (db.session.scalar(select(func.max(Payment.number)).where(Payment.offer_id == offer.id)) or 0) + 1
    payment = Payment(
        offer_id=offer.id,
        number=number,
        cents=cents,
        planned_on=planned_on,
        payee_kind=offer.payee_kind,
        payee_name=offer.payee_name,
        payee_sponsor=offer.payee_sponsor,
        planned_by_id=by.id,
        planned_at=at,
    )
    db.session.add(payment)
    db.session.flush()
    history.record("payment planned", payment, by=by, at=at, cents=cents, on=planned_on.isoformat())
    return payment


def _count(offer: Offer, *, planned: int, recorded: int) -> None:
    """Change an offer's counters, if what is planned stays within its sum and it may still be paid."""
    after = Offer.planned_cents + planned
    wanted = (
        update(Offer)
        .where(Offer.id == offer.id, after <= Offer.sum_cents, after >= 0)
        .values(planned_cents=after, recorded_cents=Offer.recorded_cents + recorded)
    )
    if planned > 0:
        wanted = wanted.where(Offer.state.in_(rules.PAYABLE))
    if rows_changed(wanted.execution_options(synchronize_session=False)) != 1:
        db.session.refresh(offer, ["planned_cents", "sum_cents", "state"])
        if planned > 0 and offer.state in rules.PAYABLE:
            raise Refused(
                TOO_MUCH, field="cents", planned=said(offer.planned_cents + planned), sum=said(offer.sum_cents)
            )
        raise Stale(MOVED)
    db.session.refresh(offer, ["planned_cents", "recorded_cents", "state", "version", "sum_cents"])


def _move(payment: Payment, step: PaymentStep, *, version: int, **facts: Any) -> None:
    facts |= {"state": PAYMENT.advance(payment.state, step), "version": version + 1}
    mine = (Payment.id == payment.id, Payment.version == version, Payment.state == payment.state)
    if rows_changed(update(Payment).where(*mine).values(**facts)) != 1:
        raise Stale(MOVED)
    db.session.refresh(payment, ["state", "version", *(name for name in facts if name not in {"state", "version"})])


def approve(payment: Payment, *, version: int, by: Person, at: datetime) -> None:
    """Approve a payment that somebody else planned."""
    if payment.planned_by_id == by.id:
        raise Refused(SECOND)
    _move(payment, PaymentStep.APPROVE, version=version, approved_by_id=by.id, approved_at=at)
    history.record("payment approved", payment, by=by, at=at)


def record(
    payment: Payment, *, paid_on: date, reference: str, today: date, version: int, by: Person, at: datetime
) -> None:
    """Record that a payment was made, with its day and reference. Every paper must be in order. The last part settles the offer."""
    if paid_on > today:
        raise Refused(TODAY, field="paid_on")
    if not reference.strip():
        raise Refused(NO_REFERENCE, field="reference")
    _open(payment, paid_on, field="paid_on")
    offer = queries.by_number(payment.offer_id)
    if offer is None or not rules.complete(paper.state for paper in offer.requirements):
        raise Refused(PAPERS)
    facts = {"paid_on": paid_on, "reference": reference.strip()[:80], "recorded_by_id": by.id, "recorded_at": at}
    _move(payment, PaymentStep.RECORD, version=version, **facts)
    _count(offer, planned=0, recorded=payment.cents)
    history.record("payment recorded", payment, by=by, at=at, on=paid_on.isoformat(), cents=payment.cents)
    if offer.recorded_cents == offer.sum_cents:
        actions.move(offer, OfferStep.SETTLE)
        db.session.refresh(offer, ["state", "version"])
    actions.tell(
        "paid",
        offer,
        offer.candidacy,
        offer.cycle,
        at=at,
        key=f"paid {payment.id} {payment.version}",
        cents=payment.cents,
        payee=payment.payee_name,
        left=offer.sum_cents - offer.recorded_cents,
    )


def reverse(
    payment: Payment, *, reversed_on: date, reason: str, today: date, version: int, by: Person, at: datetime
) -> None:
    """Record that a payment came back, or was recorded by mistake: what it paid is open again. Both lines stay in the ledger."""
    if not reason.strip():
        raise Refused(actions.REASON, field="reason")
    check_words(reason, field="reason")
    if reversed_on > today:
        raise Refused(TODAY, field="reversed_on")
    if payment.paid_on is not None and reversed_on < payment.paid_on:
        raise Refused(BEFORE, field="reversed_on", day=payment.paid_on.isoformat())
    _open(payment, reversed_on, field="reversed_on")
    offer = payment.offer
    _move(
        payment,
        PaymentStep.REVERSE,
        version=version,
        reversed_on=reversed_on,
        reversed_by_id=by.id,
        reason=reason.strip(),
    )
    _count(offer, planned=-payment.cents, recorded=-payment.cents)
    history.record("payment reversed", payment, by=by, at=at, reason=reason.strip(), cents=payment.cents)
    if offer.state in {OfferState.PAID, OfferState.CLOSED}:
        actions.move(offer, OfferStep.UNSETTLE)


def call_off(payment: Payment, *, reason: str, version: int, by: Person, at: datetime) -> None:
    """Call off a payment that has not been made."""
    if not reason.strip():
        raise Refused(actions.REASON, field="reason")
    check_words(reason, field="reason")
    _move(payment, PaymentStep.CALL_OFF, version=version, reason=reason.strip())
    _count(payment.offer, planned=-payment.cents, recorded=0)
    history.record("payment called off", payment, by=by, at=at, reason=reason.strip(), cents=payment.cents)


def match(payments: Sequence[Payment], *, statement: date, by: Person, at: datetime) -> int:
    """Note of recorded payments that they were found on the bank's statement of a day. Returns how many were new."""
    found = 0
    for payment in payments:
        if payment.state is not PaymentState.RECORDED or payment.matched_on is not None:
            continue
        if payment.paid_on is not None and statement < payment.paid_on:
            raise Refused(N_("A statement cannot show a payment before it was made."), field="statement")
        payment.matched_on, payment.matched_by_id = statement, by.id
        payment.version += 1
        history.record("payment matched", payment, by=by, at=at, statement=statement.isoformat())
        found += 1
    return found


def unmatch(payment: Payment, *, by: Person, at: datetime) -> None:
    """Take back that a payment was found on a statement. Raises `Refused` once the books it stood in are closed."""
    closed = queries.closed_year(payment.offer_id)
    recorded = payment.recorded_at
    if closed is not None and closed.closed_at is not None and recorded is not None and recorded <= closed.closed_at:
        raise Refused(CLOSED, day=closed.closed_on.isoformat() if closed.closed_on else "")
    payment.matched_on = payment.matched_by_id = None
    payment.version += 1
    history.record("payment no longer matched", payment, by=by, at=at)
