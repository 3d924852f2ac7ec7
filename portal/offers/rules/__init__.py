"""The lives of an offer, its papers, its payments and thank-you notes; what is needed, and by when. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import N_
from portal.funds.rules import PayeeKind
from portal.lives import Life

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

ANSWER_DAYS, PAPER_DAYS = 14, 30
REMIND_DAYS = (7, 2)  # before the day on which something is due


class OfferState(StrEnum):
    """Where an offer stands."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    PAPERWORK = "paperwork"
    PAID = "paid"
    CLOSED = "closed"
    FORFEITED = "forfeited"


class OfferStep(StrEnum):
    """What may be done with an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    RENEW = "make again"
    GATHER = "gather papers"
    SETTLE = "pay in full"
    UNSETTLE = "reverse a payment"
    CLOSE = "close"
    FORFEIT = "forfeit"


_O, _S = OfferState, OfferStep
OFFER: Life[OfferState, OfferStep] = Life(
    "offer",
    {
        (_O.MADE, _S.ACCEPT): _O.ACCEPTED,
        (_O.MADE, _S.DECLINE): _O.DECLINED,
        (_O.MADE, _S.LAPSE): _O.LAPSED,
        (_O.MADE, _S.FORFEIT): _O.FORFEITED,
        (_O.LAPSED, _S.RENEW): _O.MADE,
        (_O.LAPSED, _S.FORFEIT): _O.FORFEITED,
        (_O.ACCEPTED, _S.GATHER): _O.PAPERWORK,
        (_O.ACCEPTED, _S.SETTLE): _O.PAID,
        (_O.ACCEPTED, _S.FORFEIT): _O.FORFEITED,
        (_O.PAPERWORK, _S.SETTLE): _O.PAID,
        (_O.PAPERWORK, _S.FORFEIT): _O.FORFEITED,
        (_O.PAID, _S.UNSETTLE): _O.PAPERWORK,
        (_O.PAID, _S.CLOSE): _O.CLOSED,
        (_O.CLOSED, _S.UNSETTLE): _O.PAPERWORK,
    },
    refusal=N_("This offer is %(state)s, so that cannot be done with it now."),
)
TAKEN = frozenset({_O.ACCEPTED, _O.PAPERWORK, _O.PAID, _O.CLOSED})
PAYABLE = frozenset({_O.ACCEPTED, _O.PAPERWORK})
OVER = frozenset({_O.DECLINED, _O.FORFEITED})


class RequirementKind(StrEnum):
    """What a recipient sends before a sum is paid."""

    AGREEMENT = "agreement"
    TAX_FORM = "tax form"
    ENROLLMENT = "proof of enrollment"
    ACCOUNT = "where the money goes"
    GUARDIAN = "a guardian's signature"


FILED = frozenset({RequirementKind.ENROLLMENT, RequirementKind.GUARDIAN})  # they come as a file


class RequirementState(StrEnum):
    """Where one paper stands."""

    WANTED = "wanted"
    GIVEN = "given"
    IN_ORDER = "in order"
    RETURNED = "returned"
    NOT_NEEDED = "not needed"


class RequirementStep(StrEnum):
    """What may be done with a paper."""

    GIVE = "give"
    ACCEPT = "find in order"
    RETURN = "return"
    WAIVE = "do without"


_P, _T = RequirementState, RequirementStep
REQUIREMENT: Life[RequirementState, RequirementStep] = Life(
    "requirement",
    {
        (_P.WANTED, _T.GIVE): _P.GIVEN,
        (_P.RETURNED, _T.GIVE): _P.GIVEN,
        (_P.GIVEN, _T.GIVE): _P.GIVEN,
        (_P.WANTED, _T.ACCEPT): _P.IN_ORDER,  # it reached the office on paper
        (_P.GIVEN, _T.ACCEPT): _P.IN_ORDER,
        (_P.RETURNED, _T.ACCEPT): _P.IN_ORDER,
        (_P.GIVEN, _T.RETURN): _P.RETURNED,
        (_P.IN_ORDER, _T.RETURN): _P.RETURNED,
        (_P.WANTED, _T.WAIVE): _P.NOT_NEEDED,
        (_P.GIVEN, _T.WAIVE): _P.NOT_NEEDED,
        (_P.RETURNED, _T.WAIVE): _P.NOT_NEEDED,
    },
    refusal=N_("This paper is %(state)s, so that cannot be done with it now."),
)
SETTLED = frozenset({_P.IN_ORDER, _P.NOT_NEEDED})
TO_GIVE = frozenset({_P.WANTED, _P.RETURNED})


class PaymentState(StrEnum):
    """Where a payment stands. No money moves here: it is a record."""

    PLANNED = "planned"
    APPROVED = "approved"
    RECORDED = "recorded"
    REVERSED = "reversed"
    CALLED_OFF = "called off"


class PaymentStep(StrEnum):
    """What may be done with a payment."""

    APPROVE = "approve"
    RECORD = "record"
    REVERSE = "reverse"
    CALL_OFF = "call off"


_Y, _X = PaymentState, PaymentStep
PAYMENT: Life[PaymentState, PaymentStep] = Life(
    "payment",
    {
        (_Y.PLANNED, _X.APPROVE): _Y.APPROVED,
        (_Y.PLANNED, _X.CALL_OFF): _Y.CALLED_OFF,
        (_Y.APPROVED, _X.RECORD): _Y.RECORDED,
        (_Y.APPROVED, _X.CALL_OFF): _Y.CALLED_OFF,
        (_Y.RECORDED, _X.REVERSE): _Y.REVERSED,
    },
    refusal=N_("This payment is %(state)s, so that cannot be done with it now."),
)
COUNTS = frozenset({_Y.PLANNED, _Y.APPROVED, _Y.RECORDED})  # takes of what was offered


class NoteState(StrEnum):
    """Where a thank-you note stands."""

    GIVEN = "given"
    PASSED_ON = "passed on"
    RETURNED = "returned"
    TAKEN_BACK = "taken back"


class NoteStep(StrEnum):
    """What may be done with a thank-you note."""

    GIVE = "give"
    PASS_ON = "pass on"  # noqa: S105 - to the donors
    RETURN = "return"
    TAKE_BACK = "take back"


_N, _Z = NoteState, NoteStep
NOTE: Life[NoteState, NoteStep] = Life(
    "thank-you note",
    {
        (_N.GIVEN, _Z.GIVE): _N.GIVEN,
        (_N.RETURNED, _Z.GIVE): _N.GIVEN,
        (_N.TAKEN_BACK, _Z.GIVE): _N.GIVEN,
        (_N.PASSED_ON, _Z.GIVE): _N.GIVEN,  # new words are read before they go
        (_N.GIVEN, _Z.PASS_ON): _N.PASSED_ON,
        (_N.GIVEN, _Z.RETURN): _N.RETURNED,
        (_N.GIVEN, _Z.TAKE_BACK): _N.TAKEN_BACK,
        (_N.PASSED_ON, _Z.TAKE_BACK): _N.TAKEN_BACK,
        (_N.RETURNED, _Z.TAKE_BACK): _N.TAKEN_BACK,
    },
    refusal=N_("This note is %(state)s, so that cannot be done with it now."),
)


# ---------------------------------------------------------------- what is needed, and by when


def usual_needs(paid_to: str) -> list[RequirementKind]:
    """Return what an offer usually needs, by where its sum goes ("the school", "the person", "the college")."""
    more = {
        "the school": [RequirementKind.ACCOUNT],
        "the person": [RequirementKind.TAX_FORM],
        "the college": [RequirementKind.ENROLLMENT, RequirementKind.ACCOUNT],
    }
    return [RequirementKind.AGREEMENT, *more[paid_to]]


def needs(wanted: Iterable[str], *, minor: bool) -> list[RequirementKind]:
    """Return the papers of one offer in their order: what the year needs, and a guardian's signature for someone under 18."""
    asked = {RequirementKind(one) for one in wanted}
    if minor:
        asked.add(RequirementKind.GUARDIAN)
    return [kind for kind in RequirementKind if kind in asked]


def complete(papers: Iterable[RequirementState]) -> bool:
    """Say whether nothing is missing before a sum is paid."""
    return all(state in SETTLED for state in papers)


def usual_payee(paid_to: str) -> PayeeKind:
    """Return whom a sum reaches where nothing else was said."""
    return {"the school": PayeeKind.SCHOOL, "the person": PayeeKind.PERSON, "the college": PayeeKind.COLLEGE}[paid_to]


def payees(paid_to: str) -> list[PayeeKind]:
    """Return whom a sum may reach: a school's may go to a group of it, which a sponsor receives it for."""
    first = usual_payee(paid_to)
    return [first, PayeeKind.GROUP] if first is PayeeKind.SCHOOL else [first]


def may_pay(kind: PayeeKind, allowed: Collection[str]) -> bool:
    """Say whether a fund may pay this kind of payee. Nothing noted allows all."""
    return not allowed or kind.value in allowed


def reminder_due(due: datetime, *, made: datetime, at: datetime) -> int | None:
    """Return which reminder is due at `at` (days before `due`): the latest whose day has come, none before the offer's own third day."""
    if at >= due or at < made + timedelta(days=3):
        return None
    return min((days for days in REMIND_DAYS if due - timedelta(days=days) <= at), default=None)
