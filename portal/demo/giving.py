"""What followed the announcement: offers answered, papers sent, payments made, thanks written. The hard cases of an office are among them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.awards.actions import firewall
from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import Outcome
from portal.demo import cast
from portal.demo.world import World, cycles_of
from portal.funds import actions as funds
from portal.funds.models import Fund
from portal.nominations.models import Candidacy, CandidacyPerson
from portal.offers import actions, queries
from portal.offers.actions import notes, payments
from portal.offers.models import Offer
from portal.offers.queries import books
from portal.offers.rules import SETTLED, OfferState, RequirementKind, RequirementStep, usual_needs
from portal.people.models import Person

if TYPE_CHECKING:
    from datetime import date, datetime

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid
    from portal.offers.models import Payment

TEACHING, DECLINED = "excellence-in-teaching", "arts-scholarship"
AGREEMENT = {
    "en": "I accept this award. I tell the fund if I leave the school or the college before the sum is paid. "
    "I write a page in the autumn about what it made possible.",
    "es": "Acepto este premio. Aviso al fondo si dejo la escuela o la universidad antes de que se pague. "
    "En otoño escribo una página sobre lo que hizo posible.",
}
NOTES = (
    (
        "Thank you. The sum became forty-one calculators, bus fare for the May field day, and supper on the nights we stay late. "
        "A girl who had never stayed asked me who pays for it. I said: people who do not know you, and want you to pass."
    ),
    (
        "I read your letter aloud to my sixth period. They asked what you look like. We agreed that you look like people who went to "
        "school once, and remember somebody who opened a door."
    ),
)
SCHOOL_GROUP = ("The garden and kitchen club", "The school's parent-teacher association")
TWO_PARTS = 1_000_000  # cents from which a sum is paid in two parts


def before(world: World, cycle: Cycle) -> None:
    """What the office did before the results were told: what offers need, who approved the procedure, families asked about."""
    joy, at = world.person("Joy Tanaka"), (cycle.decision_at or cycle.closes_at) + timedelta(hours=6)
    actions.set_terms(
        cycle,
        needs=[kind.value for kind in usual_needs(cycle.paid_to.value)],
        agreement=AGREEMENT,
        answer_days=14,
        paper_days=30,
        at_telling=True,
        by=joy,
        at=at,
    )
    firewall.note_procedure(
        cycle,
        procedure="How the committee is formed and how it decides",
        approved_on=cycle.opens_at.date() - timedelta(days=12),
        approved_by="The board",
        today=at.date(),
        version=0,
        by=joy,
        at=at,
    )
    unnamed = {one.name for one in cast.HONOURED if one.award == cycle.award.slug and one.unnamed}
    young = select(Person).join(CandidacyPerson).join(Candidacy)
    for person in db.session.scalars(young.where(Candidacy.cycle_id == cycle.id, Candidacy.name.in_(unnamed))):
        person.minor = True  # a student of 17: a guardian signs too
    chosen = select(Decision.candidacy_id).where(
        Decision.cycle_id == cycle.id, Decision.outcome == Outcome.SELECTED, Decision.place.is_not(None)
    )
    numbers = db.session.scalars(chosen).all()
    firewall.confirm_families(cycle, candidacies=numbers, donors=[], version=1, by=joy, at=at)


def declines(cycle: Cycle, *, at: datetime) -> None:
    """One of those told declines before the public hears: the next alternate's turn has come, and waits for the office."""
    honoured = {one.name for one in cast.HONOURED}
    for offer in _offers(cycle):
        if cycle.award.slug == DECLINED and offer.candidacy.name not in honoured:
            by = offer.candidacy.people[0].person
            reason = "I was offered another scholarship, which asks that I take no second one."
            actions.decline(offer, reason=reason, version=offer.version, by=by, at=at)
            return


def give(world: World, season: Laid) -> None:
    """Let recipients accept and send what is needed, and pay them: all but the few whose papers or plans came to something else."""
    for cycle in cycles_of(season):
        due = cycle.payments_due_at
        begun = (cycle.announced_at or world.now) + timedelta(days=1)
        if due is None or begun > world.now:
            continue
        offers = [one for one in _offers(cycle) if one.state is OfferState.MADE]
        for number, offer in enumerate(offers):
            _one(world, cycle, offer, number, begun)
    if season.stage.value == "released":
        _donors(world, season)


def _offers(cycle: Cycle) -> list[Offer]:
    found = db.session.scalars(select(Offer.reference).where(Offer.cycle_id == cycle.id).order_by(Offer.id)).all()
    return [offer for offer in map(queries.by_reference, found) if offer is not None]


def _one(world: World, cycle: Cycle, offer: Offer, number: int, begun: datetime) -> None:
    """One recipient's summer."""
    joy = world.person("Joy Tanaka")
    me = offer.candidacy.people[0].person
    at = begun + timedelta(days=1 + number % 5, hours=number % 7)
    actions.accept(offer, version=offer.version, by=me, at=min(at, offer.due_at - timedelta(hours=1)))
    offer = _papers(world, cycle, offer, number=number, at=at + timedelta(days=1))
    teaching = cycle.award.slug == TEACHING
    if teaching and number == 1:  # somebody who leaves the district before payment
        why = "Takes up a post in another district in July, before the payment."
        actions.forfeit(offer, reason=why, frees=False, version=offer.version, by=joy, at=at + timedelta(days=12))
        return
    if not offer.payee_name:
        return
    paid_at = (cycle.payments_due_at or at) - timedelta(days=6 + number % 3)
    parts = [offer.sum_cents - offer.sum_cents // 2, offer.sum_cents // 2]
    for part, cents in enumerate(parts if offer.sum_cents >= TWO_PARTS else [offer.sum_cents]):
        planned = payments.plan(offer, cents=cents, planned_on=paid_at.date(), by=joy, at=at + timedelta(days=4))
        payments.approve(_again(planned.id), version=1, by=world.person("Ruth Amsalem"), at=at + timedelta(days=5))
        if not all(paper.state in SETTLED for paper in offer.requirements):
            return  # nothing is recorded before a guardian has signed
        reference = f"check {4000 + offer.id * 3 + part}"
        _pay(world, planned.id, paid_at, reference, returned=teaching and number == 2)


def _papers(world: World, cycle: Cycle, offer: Offer, *, number: int, at: datetime) -> Offer:
    joy = world.person("Joy Tanaka")
    me, kinds = offer.candidacy.people[0].person, {paper.kind: paper for paper in offer.requirements}
    if RequirementKind.AGREEMENT in kinds:
        actions.agree(offer, words=AGREEMENT["en"], signed=me.name, by=me, at=at)
    if RequirementKind.TAX_FORM in kinds:
        actions.sent_tax_form(offer, by=me, at=at)
    if RequirementKind.ACCOUNT in kinds:
        group = cycle.award.slug == "principal-award" and number == 1
        actions.name_payee(
            offer,
            kind="school group" if group else offer.payee_kind.value,
            name=SCHOOL_GROUP[0] if group else offer.payee_name or "Puget Lowlands College",
            sponsor=SCHOOL_GROUP[1] if group else "",
            contact="The bursar" if not group else "The treasurer",
            by=me,
            at=at,
        )
    offer = queries.by_number(offer.id) or offer
    for paper in offer.requirements:
        if paper.kind is not RequirementKind.GUARDIAN or me.guardian_email:  # a family signed on paper
            actions.settle(
                offer, paper, RequirementStep.ACCEPT, version=paper.version, by=joy, at=at + timedelta(days=2)
            )
    return queries.by_number(offer.id) or offer


def _again(number: int) -> Payment:
    """Return a payment that was just made, with all that belongs to it."""
    found = queries.payment(number)
    if found is None:
        raise LookupError(number)
    return found


def _pay(world: World, number: int, at: datetime, reference: str, *, returned: bool) -> None:
    joy, day = world.person("Joy Tanaka"), at.date()
    payments.record(_again(number), paid_on=day, reference=reference, today=day, version=2, by=joy, at=at)
    if not returned:
        payments.match([_again(number)], statement=_month_end(day), by=joy, at=at + timedelta(days=20))
        return
    later = at + timedelta(days=9)
    payments.reverse(
        _again(number),
        reversed_on=later.date(),
        reason="The check came back: the name on it was misspelled.",
        today=later.date(),
        version=3,
        by=joy,
        at=later,
    )
    offer = queries.by_number(_again(number).offer_id)
    if offer is None:
        return
    anew = payments.plan(offer, cents=_again(number).cents, planned_on=later.date(), by=joy, at=later)
    payments.approve(_again(anew.id), version=1, by=world.person("Ruth Amsalem"), at=later)
    payments.record(
        _again(anew.id),
        paid_on=later.date(),
        reference=f"{reference} again",
        today=later.date(),
        version=2,
        by=joy,
        at=later,
    )


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _donors(world: World, season: Laid) -> None:
    """A note of thanks that was read and passed on, another that waits to be read, and the donors' links."""
    joy, ruth = world.person("Joy Tanaka"), world.person("Ruth Amsalem")
    taken = (OfferState.PAPERWORK, OfferState.PAID)
    for cycle in cycles_of(season):
        if cycle.award.slug not in {TEACHING, "principal-award"}:
            continue
        offer = next((one for one in _offers(cycle) if one.state in taken), None)
        fund = db.session.get(Fund, cycle.fund_id) if cycle.fund_id is not None else None
        if offer is None or fund is None:
            continue
        at = (cycle.payments_due_at or world.now) + timedelta(days=30)
        note = notes.write(
            offer, text=NOTES[season.year % len(NOTES)], named=True, by=offer.candidacy.people[0].person, at=at
        )
        read = books.note(fund, note.id)
        if cycle.award.slug == TEACHING and read is not None:
            notes.pass_on(read, fund, version=1, by=ruth, at=at + timedelta(days=1))
    for fund in db.session.scalars(select(Fund).order_by(Fund.id)).all():
        if books.deeds(fund):
            notes.send_links(fund, by=joy, at=(world.now - timedelta(days=20)))
    lean = db.session.scalar(select(Fund).where(Fund.name == "The Tidepool Fund"))
    if lean is not None:
        lean.restriction = "For science and for reading, kindergarten to grade 8."
        lean.payees = ["person", "school"]
        funds.set_budget(
            lean, year=season.year, cents=lean.yearly_cents + 50_000, note="A bequest came in.", by=joy, at=world.now
        )
        figures = books.of_year(lean, season.year)
        if figures.reconciled and figures.recorded:
            payments.close_books(lean, year=season.year, figures=figures, on=world.now.date(), by=joy, at=world.now)
