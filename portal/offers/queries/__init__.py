"""Offers as their recipients and the office see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import has_request_context
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.awards import queries as awards
from portal.awards.models import Cycle, Season
from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.funds.models import FundYear
from portal.history import queries as history
from portal.nominations.models import Candidacy, CandidacyPerson, Conflict
from portal.nominations.queries import conflicts
from portal.nominations.rules import STANDS, CandidacyStage
from portal.offers import rules
from portal.offers.models import Offer, Payment, Requirement, Terms, ThankYou
from portal.offers.rules import OfferState
from portal.people.models import Person
from portal.policy import Fact
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.history.models import Event

TOLD = (DecisionState.RELEASED, DecisionState.CORRECTED)


@dataclass(frozen=True, slots=True)
class Offering:
    """One cycle and what its recipients are offered."""

    cycle: Cycle


@dataclass(frozen=True, slots=True)
class Sum:
    """What a cycle gives, as its offers stand now, in cents."""

    offered: int = 0  # of offers that stand
    accepted: int = 0
    planned: int = 0
    recorded: int = 0
    forfeited: int = 0


def offering(slug: str, year: int) -> Offering | None:
    """Return the cycle at this address."""
    cycle = awards.cycle_at(slug, year)
    return Offering(cycle) if cycle is not None else None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody proposed that a cycle's offers need: another approves it."""

    cycle: Cycle
    terms: Terms


def proposed(slug: str, year: int) -> Proposed | None:
    """Return what is proposed in the cycle at this address; None where nothing is."""
    found = offering(slug, year)
    known = terms(found.cycle) if found is not None else None
    if found is None or known is None or known.proposed_by_id is None:
        return None
    return Proposed(found.cycle, known)


def facts_of_proposed(person: Person | None, thing: Proposed) -> frozenset[Fact]:
    """Return what holds of this person and proposed terms: whoever proposed them does not approve them."""
    mine = {Fact.PROPOSED_IT} if person is not None and thing.terms.proposed_by_id == person.id else set()
    return facts_of_cycle(person, thing.cycle) | mine


def facts_of_cycle(person: Person | None, cycle: Cycle) -> frozenset[Fact]:
    """Return what holds of this person and a cycle's offers. Any conflict of theirs in it closes them: they are of all who were chosen."""
    facts = set(awards.facts_of_cycle(person, cycle))
    if person is not None and conflicts.any_in(person, cycle.id):
        facts.add(Fact.CONFLICT)
    return frozenset(facts)


def facts_of_offering(person: Person | None, thing: Offering) -> frozenset[Fact]:
    """Return what holds of this person and a cycle's offers."""
    return facts_of_cycle(person, thing.cycle)


def facts_of_offer(person: Person | None, offer: Offer) -> frozenset[Fact]:
    """Return what holds of this person and an offer, whose candidacy with its people and whose cycle are loaded."""
    visit = viewer.visit() if has_request_context() else None
    if visit is not None and visit.guardian:  # a guardian says what may be published, and nothing else
        return frozenset()
    facts = set(facts_of_cycle(person, offer.cycle))
    if person is not None and any(link.person_id == person.id for link in offer.candidacy.people):
        facts.add(Fact.ITS_NOMINEE)
    if offer.candidacy.told_at is not None:
        facts.add(Fact.TOLD)
    return frozenset(facts)


def facts_of_payment(person: Person | None, payment: Payment) -> frozenset[Fact]:
    """Return what holds of this person and a payment, whose offer and its cycle are loaded."""
    facts = set(facts_of_cycle(person, payment.offer.cycle))
    if person is not None and payment.planned_by_id == person.id:
        facts.add(Fact.PROPOSED_IT)
    return frozenset(facts)


# ---------------------------------------------------------------- one offer

_WHOLE = (
    select(Offer)
    .options(
        joinedload(Offer.candidacy, innerjoin=True).selectinload(Candidacy.people),
        joinedload(Offer.cycle, innerjoin=True),
        joinedload(Offer.fund),
        selectinload(Offer.requirements).joinedload(Requirement.file),
        selectinload(Offer.payments),
    )
    .execution_options(populate_existing=True)
)


def by_reference(reference: str) -> Offer | None:
    """Return an offer whole: its candidacy, cycle, fund, papers and payments."""
    return db.session.scalar(_WHOLE.where(Offer.reference == reference))


def reference_of(candidacy_id: int) -> str | None:
    """Return the reference of what the people of a candidacy were offered, if anything was."""
    return db.session.scalar(select(Offer.reference).where(Offer.candidacy_id == candidacy_id))


def by_number(number: int) -> Offer | None:
    """Return the same by the row's number."""
    return db.session.scalar(_WHOLE.where(Offer.id == number))


def closed_year(offer_id: int) -> FundYear | None:
    """Return the books that an offer's payments stand in, where they are closed."""
    wanted = (
        select(FundYear)
        .join(Offer, Offer.fund_id == FundYear.fund_id)
        .join(Cycle, Cycle.id == Offer.cycle_id)
        .join(Season, (Season.id == Cycle.season_id) & (Season.year == FundYear.year))
        .where(Offer.id == offer_id, FundYear.closed_on.is_not(None))
    )
    return db.session.scalar(wanted)


def at_desk(slug: str, year: int, reference: str) -> Offer | None:
    """Return an offer of this cycle whole."""
    found = by_reference(reference)
    return found if found is not None and (found.cycle.award.slug, found.cycle.year) == (slug, year) else None


def payment(number: int) -> Payment | None:
    """Return one payment with its offer and that offer's cycle, candidacy and fund."""
    wanted = select(Payment).options(
        joinedload(Payment.offer, innerjoin=True).joinedload(Offer.cycle, innerjoin=True),
        joinedload(Payment.offer, innerjoin=True).joinedload(Offer.candidacy, innerjoin=True),
        joinedload(Payment.offer, innerjoin=True).joinedload(Offer.fund),
        joinedload(Payment.offer, innerjoin=True).selectinload(Offer.requirements),
    )
    return db.session.scalar(wanted.where(Payment.id == number).execution_options(populate_existing=True))


def paper(offer: Offer, kind: str) -> Requirement | None:
    """Return one paper of an offer that is loaded whole."""
    return next((one for one in offer.requirements if one.kind.value == kind), None)


def note_of(offer: Offer, person: Person) -> ThankYou | None:
    """Return the thank-you note that somebody wrote."""
    return db.session.scalar(select(ThankYou).where(ThankYou.offer_id == offer.id, ThankYou.person_id == person.id))


def record_of(offer: Offer) -> Sequence[tuple[Event, Person | None]]:
    """Return what was done with an offer, its papers and its payments, newest first, with who did it."""
    subjects = [("offer", offer.id), *(("requirement", one.id) for one in offer.requirements)]
    subjects += [("payment", one.id) for one in offer.payments]
    return [(event, person) for event, person in db.session.execute(history.of(*subjects))]


def names(numbers: Iterable[int | None]) -> dict[int, str]:
    """Return the names of these people."""
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    return {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


# ---------------------------------------------------------------- a cycle's offers


def terms(cycle: Cycle) -> Terms | None:
    """Return what offers of a cycle need, where that was set."""
    return db.session.scalar(select(Terms).where(Terms.cycle_id == cycle.id))


def of_cycle(cycle: Cycle) -> Sequence[Offer]:
    """Return a cycle's offers by name, with candidacy, people and papers."""
    wanted = (
        select(Offer)
        .join(Offer.candidacy)
        .options(
            joinedload(Offer.candidacy, innerjoin=True).selectinload(Candidacy.people), selectinload(Offer.requirements)
        )
        .where(Offer.cycle_id == cycle.id)
        .order_by(Candidacy.sort_name, Candidacy.id)
    )
    return db.session.scalars(wanted).unique().all()


def without_offer(cycle: Cycle) -> Sequence[Candidacy]:
    """Return who was selected and told and is not offered anything yet, by name."""
    wanted = (
        select(Candidacy)
        .join(Decision, Decision.candidacy_id == Candidacy.id)
        .outerjoin(Offer, Offer.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id == cycle.id, Candidacy.told_at.is_not(None), Offer.id.is_(None))
        .where(Decision.outcome == Outcome.SELECTED, Decision.state.in_(TOLD), Decision.place.is_not(None))
        .where(Candidacy.stage != CandidacyStage.WITHDRAWN)
        .options(selectinload(Candidacy.people))
        .order_by(Candidacy.sort_name, Candidacy.id)
    )
    return db.session.scalars(wanted).all()


def free_places(cycle: Cycle) -> int:
    """Return how many places nobody holds while an alternate waits, once those concerned were told; 0 before, and where none waits."""
    alternate = select(Decision.id).where(Decision.cycle_id == cycle.id, Decision.outcome == Outcome.ALTERNATE)
    if db.session.scalar(alternate.where(Decision.state.in_(TOLD)).limit(1)) is None:
        return 0
    told = select(Decision.id).where(
        Decision.cycle_id == cycle.id, Decision.state.in_({*TOLD, DecisionState.RESCINDED})
    )
    if db.session.scalar(told.limit(1)) is None:
        return 0
    taken = select(func.count()).where(Decision.cycle_id == cycle.id, Decision.place.is_not(None))
    return max(0, cycle.places - (db.session.scalar(taken) or 0))


def decision_of(candidacy_id: int) -> Decision | None:
    """Return what was decided of a candidacy."""
    return db.session.scalar(select(Decision).where(Decision.candidacy_id == candidacy_id))


def figures(offers: Iterable[Offer]) -> Sum:
    """Return what these offers come to."""
    offered = accepted = planned = recorded = forfeited = 0
    for one in offers:
        stands = one.state not in {OfferState.DECLINED, OfferState.FORFEITED} or one.sum_cents
        offered += one.sum_cents if stands and one.state is not OfferState.DECLINED else 0
        accepted += one.sum_cents if one.state in rules.TAKEN else 0
        planned += one.planned_cents
        recorded += one.recorded_cents
        forfeited += one.offered_cents - one.sum_cents if one.state is OfferState.FORFEITED else 0
    return Sum(offered, accepted, planned, recorded, forfeited)


def open_ones(state: Iterable[OfferState]) -> Sequence[Offer]:
    """Return the offers that stand so, whole: for the worker."""
    return db.session.scalars(_WHOLE.where(Offer.state.in_(set(state))).order_by(Offer.id)).unique().all()


def waiting_for(person_id: int) -> Sequence[Offer]:
    """Return the offers that wait for this person's answer or papers."""
    wanted = (
        select(Offer)
        .join(CandidacyPerson, CandidacyPerson.candidacy_id == Offer.candidacy_id)
        .join(Candidacy, Candidacy.id == Offer.candidacy_id)
        .options(joinedload(Offer.cycle, innerjoin=True), selectinload(Offer.requirements))
        .where(CandidacyPerson.person_id == person_id, Candidacy.told_at.is_not(None))
        .where(Offer.state.in_({OfferState.MADE, *rules.TAKEN}))
        .order_by(Offer.due_at)
    )
    return db.session.scalars(wanted).unique().all()


def owed(offer: Offer) -> bool:
    """Say whether an offer waits for its recipient: for the answer, or for something that is needed."""
    return offer.state is OfferState.MADE or any(one.state in rules.TO_GIVE for one in offer.requirements)


def conflicted(cycle: Cycle) -> set[int]:
    """Return who has a conflict in a cycle: nothing is written to them about its offers."""
    wanted = select(Conflict.person_id).join(Candidacy, Candidacy.id == Conflict.candidacy_id)
    return set(db.session.scalars(wanted.where(Candidacy.cycle_id == cycle.id, Conflict.state.in_(STANDS))))


def waits(person: Person | None, *, awards_of: Sequence[int] | None) -> list[tuple[Cycle, int, int]]:
    """Return the cycles whose offers wait for the office: papers to look through, and offers that nobody answered. Three queries.

    `awards_of` are the awards within this person's reach; None for every award. A conflict in a cycle keeps it out.
    """
    papers = (
        select(Offer.cycle_id, func.count())
        .join(Requirement, Requirement.offer_id == Offer.id)
        .where(Requirement.state == rules.RequirementState.GIVEN, Offer.state.in_(rules.TAKEN))
        .group_by(Offer.cycle_id)
    )
    lapsed = select(Offer.cycle_id, func.count()).where(Offer.state == OfferState.LAPSED).group_by(Offer.cycle_id)
    counts = [{number: count for number, count in db.session.execute(one)} for one in (papers, lapsed)]  # noqa: C416 - rows are not pairs
    wanted = select(Cycle).where(Cycle.id.in_({*counts[0], *counts[1]})).order_by(Cycle.id)
    if awards_of is not None:
        wanted = wanted.where(Cycle.award_id.in_(awards_of))
    if person is not None:
        wanted = wanted.where(
            Cycle.id.not_in(select(Candidacy.cycle_id).where(Candidacy.id.in_(conflicts.standing(person))))
        )
    found = db.session.scalars(wanted).unique()
    return [(cycle, counts[0].get(cycle.id, 0), counts[1].get(cycle.id, 0)) for cycle in found]


def payments_for(person: Person | None, *, awards_of: Sequence[int] | None) -> Sequence[Payment]:
    """Return the payments that are planned or approved, soonest first, of cycles in which this person has no conflict.

    `awards_of` are the awards within their reach; None for every award.
    """
    wanted = (
        select(Payment)
        .join(Payment.offer)
        .join(Offer.cycle)
        .options(
            joinedload(Payment.offer, innerjoin=True).joinedload(Offer.cycle, innerjoin=True),
            joinedload(Payment.offer, innerjoin=True).joinedload(Offer.candidacy, innerjoin=True),
            joinedload(Payment.offer, innerjoin=True).selectinload(Offer.requirements),
            joinedload(Payment.offer, innerjoin=True).joinedload(Offer.fund),
        )
        .where(Payment.state.in_({rules.PaymentState.PLANNED, rules.PaymentState.APPROVED}))
        .order_by(Payment.planned_on, Payment.id)
    )
    if awards_of is not None:
        wanted = wanted.where(Cycle.award_id.in_(awards_of))
    if person is not None:
        closed = select(Candidacy.cycle_id).where(Candidacy.id.in_(conflicts.standing(person)))
        wanted = wanted.where(Offer.cycle_id.not_in(closed))
    return db.session.scalars(wanted).unique().all()


def lead(candidacy: Candidacy) -> list[Person]:
    """Return who is written to about a candidacy: all of its people whom a message reaches."""
    return [link.person for link in candidacy.people if link.person.email and link.person.bounced_at is None]


def filed(offer: Offer) -> list[Requirement]:
    """Return the papers of an offer that come as a file."""
    return [one for one in offer.requirements if one.kind in rules.FILED]


def needs_of(terms_: Terms | None, cycle: Cycle) -> list[str]:
    """Return what offers of a cycle need: as set, else as usual for where its sums go."""
    return list(terms_.needs) if terms_ is not None else [kind.value for kind in rules.usual_needs(cycle.paid_to.value)]
