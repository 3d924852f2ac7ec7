"""The blueprint of this room, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from portal import clock
from portal.awards.queries import zone
from portal.funds.forms import PAYEES
from portal.offers.forms import PAPERS
from portal.offers.rules import NoteState, OfferState, PaymentState, RequirementKind, RequirementState
from portal.web.pages import Pages

if TYPE_CHECKING:
    from datetime import date

    from portal.offers.models import Offer, Payment

pages = Pages("offers", __name__)

OFFERS = {  # a shape and words
    OfferState.MADE: ("writing", _l("Waits for an answer")),
    OfferState.ACCEPTED: ("writing", _l("Accepted")),
    OfferState.DECLINED: ("blocks", _l("Declined")),
    OfferState.LAPSED: ("undecided", _l("Not answered in time")),
    OfferState.PAPERWORK: ("writing", _l("Accepted, papers coming in")),
    OfferState.PAID: ("done", _l("Paid in full")),
    OfferState.CLOSED: ("done", _l("Closed")),
    OfferState.FORFEITED: ("blocks", _l("Forfeited")),
}
PAPER_STATES = {
    RequirementState.WANTED: ("not_started", _l("Not here yet")),
    RequirementState.GIVEN: ("writing", _l("To be looked through")),
    RequirementState.IN_ORDER: ("done", _l("In order")),
    RequirementState.RETURNED: ("blocks", _l("Asked for again")),
    RequirementState.NOT_NEEDED: ("done", _l("Not needed")),
}
PAYMENTS = {
    PaymentState.PLANNED: ("not_started", _l("Planned")),
    PaymentState.APPROVED: ("writing", _l("Approved")),
    PaymentState.RECORDED: ("done", _l("Paid")),
    PaymentState.REVERSED: ("blocks", _l("Reversed")),
    PaymentState.CALLED_OFF: ("blocks", _l("Called off")),
}
NOTES = {
    NoteState.GIVEN: ("writing", _l("With the office")),
    NoteState.PASSED_ON: ("done", _l("Passed on to the donors")),
    NoteState.RETURNED: ("blocks", _l("The office asks for a change")),
    NoteState.TAKEN_BACK: ("not_started", _l("Taken back")),
}


def paper_words(kind: str) -> str:
    """Return what a paper is called."""
    return str(PAPERS[RequirementKind(kind)])


def payee_words(one: Offer | Payment) -> str:
    """Return who receives a sum, with the sponsor who receives it for a group."""
    if one.payee_sponsor:
        return str(_l("%(group)s, received by %(sponsor)s", group=one.payee_name, sponsor=one.payee_sponsor))
    return one.payee_name


def today() -> date:
    """Return today where the organisation is."""
    return clock.now().astimezone(ZoneInfo(zone())).date()


pages.add_app_template_filter(paper_words, "need_words")
pages.add_app_template_global(lambda one: OFFERS[one.state], "offer_state")
pages.add_app_template_global(lambda one: PAPER_STATES[one.state], "need_state")
pages.add_app_template_global(lambda one: PAYMENTS[one.state], "payment_state")
pages.add_app_template_global(lambda one: NOTES[one.state], "note_state")
pages.add_app_template_global(lambda one: str(PAYEES[one.payee_kind]), "payee_kind_words")
pages.add_app_template_global(payee_words, "payee_words")
