"""Offers, papers, alternates, payments, books and notes: to the cent, once, and nothing before its instant."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.awards.actions import firewall
from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.decisions import actions as decisions
from portal.decisions import queries as deciding
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState
from portal.demo import makers
from portal.errors import PortalError, Refused, Stale, TooLate
from portal.funds import actions as funds
from portal.funds.models import Fund
from portal.history.models import Event
from portal.mail.models import Message
from portal.nominations.models import Field
from portal.offers import actions, chores, queries
from portal.offers.actions import notes, payments
from portal.offers.models import Offer, Payment, Requirement
from portal.offers.queries import books
from portal.offers.rules import NoteState, OfferState, RequirementState, RequirementStep
from portal.people.models import Person
from portal.publishing import actions as publishing
from portal.publishing.desk import queries as desk
from portal.publishing.models import Recipient
from tests.support.deciding import AT, PUBLIC, TOLD, build, consent, decide, ready

TODAY = date(2026, 7, 1)
LATER = PUBLIC + timedelta(days=1)


@pytest.fixture
def world(app):
    """Two places of $3,000 from one fund; the first two by standing told and public, the third an alternate; offers made by themselves."""
    with transaction():
        made = build()
        cycle = db.session.get_one(Cycle, made.cycle)
        actions.set_terms(
            cycle,
            needs=["agreement", "tax form"],
            agreement={"en": "I use it for students."},
            answer_days=14,
            paper_days=30,
            at_telling=True,
            by=made.person("joy"),
            at=AT,
        )
        decide(made)
        consent(made.candidacy(0), Field.NAME, Field.SUM)
        consent(made.candidacy(2), Field.NAME, Field.SUM)
        thing = desk.releasing("teaching", 2026)
        publishing.plan(thing, told_at=TOLD, public_at=PUBLIC, by=made.person("joy"), at=AT)
        ready(made)
    with transaction():
        publishing.approve(desk.releasing("teaching", 2026), version=1, by=made.person("ruth"), at=AT)
    for step, at in ((publishing.tell, TOLD), (publishing.publish, PUBLIC)):
        with transaction():
            assert step(desk.releasing("teaching", 2026), at=at)
    return made


def offer(world, place):
    db.session.expire_all()
    found = db.session.scalar(select(Offer.reference).where(Offer.candidacy_id == world.candidacies[place]))
    return queries.by_reference(found) if found else None


def whoever(world, place):
    return world.candidacy(place).people[0].person


def accepted(world, place=0, *, papers=True):
    with transaction():
        actions.accept(offer(world, place), version=1, by=whoever(world, place), at=LATER)
    if papers:
        with transaction():
            one = offer(world, place)
            for paper in one.requirements:
                actions.settle(one, paper, RequirementStep.ACCEPT, version=1, by=world.person("joy"), at=LATER)
    return offer(world, place)


def planned(world, cents, place=0):
    with transaction():
        return payments.plan(offer(world, place), cents=cents, planned_on=TODAY, by=world.person("joy"), at=LATER).id


def recorded(world, number, *, reference="check 1001"):
    with transaction():
        payments.approve(queries.payment(number), version=1, by=world.person("ruth"), at=LATER)
    with transaction():
        payments.record(
            queries.payment(number),
            paid_on=TODAY,
            reference=reference,
            today=TODAY,
            version=2,
            by=world.person("joy"),
            at=LATER,
        )


def kinds(template="offers/%"):
    db.session.expire_all()
    found = db.session.execute(
        select(Message.template, func.count()).where(Message.template.like(template)).group_by(Message.template)
    )
    return {name.partition("/")[2]: count for name, count in found}


def shown():
    db.session.expire_all()
    return {
        row.name: row.sum_cents
        for row in db.session.scalars(select(Recipient).where(Recipient.taken_down_at.is_(None)))
    }


def figures(world):
    fund = db.session.get_one(Cycle, world.cycle).fund_id
    return books.of_year(db.session.get_one(Fund, fund), 2026)


def test_those_told_are_offered_what_they_get_and_one_who_declines_makes_room_for_the_next_alternate(world):
    assert [offer(world, place).state for place in (0, 1)] == [OfferState.MADE] * 2
    assert offer(world, 2) is None
    assert kinds() == {"made": 2}
    with transaction(), pytest.raises(Stale):
        actions.decline(offer(world, 0), reason="", version=7, by=whoever(world, 0), at=LATER)
    heard = {"version": 1, "by": world.person("joy"), "at": LATER}
    with transaction(), pytest.raises(Refused, match="how and when"):
        actions.note_answer(offer(world, 1), accepts=True, heard=" ", **heard)
    with transaction():
        actions.note_answer(offer(world, 1), accepts=True, heard="Her own call, Tuesday at ten.", **heard)
        actions.note_answer(offer(world, 0), accepts=False, heard="I am moving away.", **heard)
    assert offer(world, 1).state is OfferState.ACCEPTED
    said = select(Event.action, Event.reason).where(
        Event.reason.in_(["Her own call, Tuesday at ten.", "I am moving away."])
    )
    assert {action for action, _why in db.session.execute(said)} == {"offer accepted", "offer declined"}
    assert "Amina Warsame" not in shown()
    assert kinds() == {"accepted": 1, "made": 2, "office_declined": 2}
    assert queries.free_places(db.session.get_one(Cycle, world.cycle)) == 1
    with pytest.raises(Refused), transaction():
        actions.accept(offer(world, 0), version=2, by=whoever(world, 0), at=LATER)

    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction(), pytest.raises(Refused):
        decisions.promote(world.one(3), by=joy, at=LATER)  # not an alternate, so not their turn
    with transaction():
        decisions.promote(world.one(2), by=joy, at=LATER)
    assert world.one(2).line.decision.state is DecisionState.PROPOSED
    assert "Linh Tran-Whitaker" not in shown(), "a second person has not approved yet"
    with transaction():
        thing = world.thing()
        assert deciding.awaiting(thing, joy) == []
        decisions.approve(thing, digest=deciding.approval_digest(thing, ruth), by=ruth, at=LATER)
    assert world.one(2).line.decision.state is DecisionState.RELEASED
    assert offer(world, 2).state is OfferState.MADE
    assert kinds()["made"] == 3
    assert shown()["Linh Tran-Whitaker"] == 300_000
    actions_done = list(db.session.scalars(select(Event.action).order_by(Event.id.desc()).limit(40)))
    assert {"offer declined", "decision rescinded", "decision proposed", "decision approved", "offer made"} <= set(
        actions_done
    )
    assert figures(world).promised == 600_000, "a place that went on is counted once"


def test_an_alternate_who_was_proposed_can_be_put_back_as_they_were(world):
    with transaction():
        actions.decline(offer(world, 0), reason="", version=1, by=whoever(world, 0), at=LATER)
    before = (world.one(2).line.decision.alternate, world.one(2).line.decision.approved_by_id)
    with transaction():
        decisions.promote(world.one(2), by=world.person("joy"), at=LATER)
    with transaction():
        one = world.one(2)
        decisions.clear(one, version=one.line.decision.version, by=world.person("joy"), at=LATER)
    after = world.one(2).line.decision
    assert (after.alternate, after.approved_by_id) == before
    assert after.state is DecisionState.RELEASED
    assert after.earlier is None


def test_an_unanswered_offer_is_reminded_of_lapses_and_can_be_made_again(world):
    due = offer(world, 0).due_at
    for at in (due - timedelta(days=6), due - timedelta(days=5), due - timedelta(days=1)):
        chores._looked.clear()
        chores.look_after_offers(at)
    assert kinds()["reminder"] == 4, "twice each, however often the worker looks"
    with transaction(), pytest.raises(TooLate):
        actions.accept(offer(world, 0), version=1, by=whoever(world, 0), at=due)
    chores._looked.clear()
    chores.look_after_offers(due)
    assert [offer(world, place).state for place in (0, 1)] == [OfferState.LAPSED] * 2
    assert (kinds()["lapsed"], kinds()["office_lapsed"]) == (2, 4), "each of the office of two hears of both"
    assert "Amina Warsame" in shown(), "whoever misses a message is not taken down by a clock"
    again = due + timedelta(days=5)
    with transaction():
        actions.renew(offer(world, 0), due_at=again, reason="On leave.", version=2, by=world.person("joy"), at=due)
    with transaction():
        actions.accept(offer(world, 0), version=3, by=whoever(world, 0), at=due + timedelta(days=1))
    with transaction():
        actions.forfeit(offer(world, 1), reason="No answer.", frees=True, version=2, by=world.person("joy"), at=due)
    assert queries.free_places(db.session.get_one(Cycle, world.cycle)) == 1


def test_papers_are_given_returned_and_found_in_order_and_nothing_of_a_tax_form_is_kept(world):
    one = accepted(world, papers=False)
    me, joy = whoever(world, 0), world.person("joy")
    with transaction():
        actions.agree(one, words="I use it for students.", signed="Amina Warsame", by=me, at=LATER)
        actions.sent_tax_form(one, by=me, at=LATER)
    one = offer(world, 0)
    assert one.state is OfferState.PAPERWORK
    assert "Amina Warsame" in queries.paper(one, "agreement").words
    tax = queries.paper(one, "tax form")
    assert (tax.words, tax.file_id, tax.state) == (None, None, RequirementState.GIVEN)
    with transaction(), pytest.raises(Refused, match="number"):
        actions.settle(one, tax, RequirementStep.RETURN, reason="123-45-6789 is wrong", version=2, by=joy, at=LATER)
    with transaction(), pytest.raises(Refused, match="record"):
        actions.settle(one, tax, RequirementStep.RETURN, version=2, by=joy, at=LATER)
    with transaction():
        actions.settle(one, tax, RequirementStep.RETURN, reason="Not signed.", version=2, by=joy, at=LATER)
    assert kinds()["returned"] == 1
    with transaction(), pytest.raises(Refused):
        actions.name_payee(offer(world, 0), kind="person", name="Amina", by=me, at=LATER)  # not asked for here


def test_parts_never_pass_the_sum_a_second_person_approves_and_the_fund_is_reconciled_to_the_cent(world):
    accepted(world, papers=False)
    accepted(world, 1)
    joy, ruth = world.person("joy"), world.person("ruth")
    first, second = planned(world, 100_001), planned(world, 199_999)
    with transaction(), pytest.raises(Refused, match=r"3,000\.01"):
        payments.plan(offer(world, 0), cents=1, planned_on=TODAY, by=joy, at=LATER)
    with transaction(), pytest.raises(Refused):
        payments.approve(queries.payment(first), version=1, by=joy, at=LATER)
    with pytest.raises(Refused, match="papers"):
        recorded(world, first)
    with transaction():
        one = offer(world, 0)
        for paper in one.requirements:
            actions.settle(one, paper, RequirementStep.WAIVE, reason="On file.", version=1, by=joy, at=LATER)
    for facts, why in ((({"paid_on": TODAY + timedelta(days=1)}), "ahead"), ({"reference": " "}, "reference")):
        usual = {"paid_on": TODAY, "reference": "check 7", "today": TODAY, "version": 2, "by": joy, "at": LATER}
        with transaction(), pytest.raises(Refused, match=why):
            payments.record(queries.payment(first), **{**usual, **facts})
    with transaction():
        payments.record(
            queries.payment(first), paid_on=TODAY, reference="check 7", today=TODAY, version=2, by=joy, at=LATER
        )
    with transaction(), pytest.raises((Refused, Stale)):
        payments.record(
            queries.payment(first), paid_on=TODAY, reference="check 7", today=TODAY, version=2, by=joy, at=LATER
        )
    recorded(world, second)
    assert offer(world, 0).state is OfferState.PAID
    found = figures(world)
    assert (found.promised, found.recorded, found.to_pay, found.reconciled) == (600_000, 300_000, 300_000, False)

    with transaction():
        payments.reverse(
            queries.payment(second),
            reversed_on=TODAY,
            reason="The check came back.",
            today=TODAY,
            version=3,
            by=joy,
            at=LATER,
        )
    assert (offer(world, 0).state, offer(world, 0).planned_cents) == (OfferState.PAPERWORK, 100_001)
    recorded(world, planned(world, 199_999), reference="check 9")
    recorded(world, planned(world, 300_000, 1), reference="check 10")
    thing = books.Book(db.session.get_one(Fund, db.session.get_one(Cycle, world.cycle).fund_id), 2026)
    entries = books.entries(books.rows(thing))
    assert sum(entry.cents for entry in entries) == 600_000
    assert len(entries) == 5, "a reversal stands beside what it reverses"
    assert not figures(world).reconciled, "nothing was found on a statement yet"
    with transaction():
        every = books.payments_by_number(thing, [entry.payment.id for entry in entries])
        assert payments.match(every, statement=TODAY, by=ruth, at=LATER) == 3
    assert figures(world).reconciled
    text = books.journal(thing, currency="USD")
    assert text.count("offer accepted") == 2
    assert text.count("reversed") == 1
    assert text.count("  -1999.99 USD") == 3, "paid, come back, paid again: each has two sides"


def test_closed_books_change_by_entries_dated_later_and_by_nothing_else(world):
    accepted(world, 0)
    accepted(world, 1)
    joy, first = world.person("joy"), planned(world, 300_000)
    recorded(world, first)
    recorded(world, planned(world, 300_000, 1), reference="check 10")
    thing = books.Book(db.session.get_one(Fund, db.session.get_one(Cycle, world.cycle).fund_id), 2026)
    close = {"year": 2026, "by": joy, "at": LATER}
    with transaction(), pytest.raises(Refused, match="not reconciled"):
        payments.close_books(thing.fund, figures=figures(world), on=TODAY, **close)
    with transaction():
        every = books.payments_by_number(thing, [entry.payment.id for entry in books.entries(books.rows(thing))])
        payments.match(every, statement=TODAY, by=joy, at=LATER)

    closing, later = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    for _ in range(2):
        with transaction():
            payments.close_books(thing.fund, figures=figures(world), on=closing, **close)
    assert "closed on" in books.journal(thing, currency="USD").splitlines()[0]
    assert len(db.session.scalars(select(Event).where(Event.action == "books closed")).all()) == 1
    with transaction(), pytest.raises(Refused, match="are closed"):
        funds.set_budget(thing.fund, year=2026, cents=700_000, by=joy, at=LATER)
    with transaction(), pytest.raises(Refused, match="entry of its own"):
        payments.unmatch(queries.payment(first), by=joy, at=LATER)
    back = {"reason": "It came back.", "today": later, "by": joy, "at": LATER}
    with transaction(), pytest.raises(Refused, match="that day or a later one"):
        payments.reverse(queries.payment(first), reversed_on=TODAY, version=4, **back)
    with transaction():
        payments.reverse(queries.payment(first), reversed_on=later, version=4, **back)
    assert figures(world).recorded == 600_000 - 300_000
    anew = planned(world, 300_000)
    with transaction():
        payments.approve(queries.payment(anew), version=1, by=world.person("ruth"), at=LATER)
    with transaction(), pytest.raises(Refused, match="that day or a later one"):
        payments.record(queries.payment(anew), paid_on=TODAY, reference="12", today=later, version=2, by=joy, at=LATER)
    with transaction():
        payments.record(queries.payment(anew), paid_on=later, reference="12", today=later, version=2, by=joy, at=LATER)
    assert figures(world).recorded == 600_000


def test_however_many_plan_at_once_no_more_is_planned_than_was_offered(app, world):
    accepted(world)
    reference, joy = offer(world, 0).reference, world.joy
    db.session.remove()
    said = []

    def plan():
        with app.app_context():
            try:
                with transaction():
                    one = queries.by_reference(reference)
                    by = db.session.get_one(Person, joy)
                    payments.plan(one, cents=200_000, planned_on=TODAY, by=by, at=LATER)
                    said.append("planned")
            except PortalError:
                said.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=plan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["planned", "refused", "refused", "refused"]
    assert db.session.scalar(select(func.sum(Payment.cents))) == 200_000


def test_someone_who_leaves_before_payment_forfeits_what_is_left_and_keeps_the_honor(world):
    accepted(world)
    recorded(world, planned(world, 100_000))
    left = planned(world, 50_000)
    leave = {"reason": "Left the district in June.", "frees": False, "by": world.person("joy"), "at": LATER}
    with transaction(), pytest.raises(Refused, match="Call it off"):
        actions.forfeit(offer(world, 0), version=offer(world, 0).version, **leave)
    with transaction():
        payments.call_off(queries.payment(left), reason="Left.", version=1, by=world.person("joy"), at=LATER)
    with transaction(), pytest.raises(Refused, match="Reverse"):
        actions.forfeit(offer(world, 0), version=offer(world, 0).version, **{**leave, "frees": True})
    with transaction():
        actions.forfeit(offer(world, 0), version=offer(world, 0).version, **leave)
    assert shown()["Amina Warsame"] == 100_000
    found = figures(world)
    assert (found.promised, found.recorded) == (400_000, 100_000), "the rest is the fund's again"
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == world.candidacies[0]))
    assert (decision.place is not None, decision.forfeited_cents) == (True, 200_000)


def test_a_decision_that_was_paid_on_is_not_taken_back_and_otherwise_its_offer_ends_with_it(world):
    accepted(world)
    number = planned(world, 100_000)
    decision = queries.decision_of(world.candidacies[0])
    with transaction(), pytest.raises(Refused, match="reverse"):
        decisions.rescind(decision, reason="A mistake.", by=world.person("ruth"), at=LATER)
    with transaction():
        payments.call_off(queries.payment(number), reason="Mistake.", version=1, by=world.person("joy"), at=LATER)
        decisions.rescind(
            queries.decision_of(world.candidacies[0]), reason="A mistake.", by=world.person("ruth"), at=LATER
        )
    assert offer(world, 0).state is OfferState.FORFEITED


def test_a_fund_gives_no_less_than_it_promised_and_pays_only_whom_it_may(world):
    fund = db.session.get_one(Fund, db.session.get_one(Cycle, world.cycle).fund_id)
    joy = world.person("joy")
    with transaction(), pytest.raises(Refused, match="6,000"):
        funds.set_budget(fund, year=2026, cents=599_999, by=joy, at=LATER)
    with transaction():
        funds.set_budget(fund, year=2026, cents=600_000, note="A lean year.", by=joy, at=LATER)
    assert figures(world).left == 0
    with transaction():
        funds.save_fund(
            fund,
            name=fund.name,
            credit={},
            yearly_cents=0,
            restriction="Schools alone.",
            payees=["school"],
            by=joy,
            at=LATER,
        )
    accepted(world)
    with transaction(), pytest.raises(Refused, match="restrictions"):
        payments.plan(offer(world, 0), cents=1, planned_on=TODAY, by=joy, at=LATER)
    with transaction():
        one = offer(world, 0)
        facts = {"kind": "school group", "name": "Garden club", "office": True, "by": joy, "at": LATER}
        with pytest.raises(Refused, match="organization"):
            actions.name_payee(one, **facts)
        actions.name_payee(one, sponsor="Northgate PTSA", **facts)
    assert offer(world, 0).payee_sponsor == "Northgate PTSA"


def test_a_fund_with_donors_releases_only_with_its_sheet_complete(app):
    with transaction():
        made = build()
        decide(made)
        cycle = db.session.get_one(Cycle, made.cycle)
        donor = makers.make_person("Evangeline Giver")
        funds.add_donor(db.session.get_one(Fund, cycle.fund_id), donor, by=made.person("joy"), at=AT)
        publishing.plan(desk.releasing("teaching", 2026), told_at=TOLD, public_at=PUBLIC, by=made.person("joy"), at=AT)
        ready(made)
    with transaction(), pytest.raises(Refused, match="firewall sheet"):
        publishing.approve(desk.releasing("teaching", 2026), version=1, by=made.person("ruth"), at=AT)
    cycle, joy = db.session.get_one(Cycle, made.cycle), made.person("joy")
    facts = {"procedure": "Awards procedure", "approved_by": "The board", "today": TODAY, "by": joy, "at": AT}
    with transaction(), pytest.raises(Refused):
        firewall.note_procedure(cycle, approved_on=TODAY + timedelta(days=1), version=0, **facts)
    with transaction():
        firewall.note_procedure(cycle, approved_on=date(2026, 1, 20), version=0, **facts)
    with transaction(), pytest.raises(Refused, match="family"):
        publishing.approve(desk.releasing("teaching", 2026), version=1, by=made.person("ruth"), at=AT)
    with transaction(), pytest.raises(Refused, match="donor"):
        firewall.confirm_families(cycle, candidacies=made.candidacies[:2], donors=[joy.id], version=1, by=joy, at=AT)
    with transaction():
        firewall.confirm_families(cycle, candidacies=made.candidacies[:1], donors=[], version=1, by=joy, at=AT)
    assert any("family" in check.message for check in publishing.blockers(desk.releasing("teaching", 2026))), (
        "it was confirmed of others than those who are selected"
    )
    with transaction():
        firewall.confirm_families(cycle, candidacies=made.candidacies[:2], donors=[], version=2, by=joy, at=AT)
    with transaction():
        publishing.approve(desk.releasing("teaching", 2026), version=1, by=made.person("ruth"), at=AT)


def test_a_note_is_read_before_donors_see_it_and_its_writer_can_take_it_back(world):
    fund = db.session.get_one(Fund, db.session.get_one(Cycle, world.cycle).fund_id)
    joy, me = world.person("joy"), whoever(world, 0)
    with transaction():
        donor = makers.make_person("Evangeline Giver", email="giver@people.example")
        funds.add_donor(fund, donor, by=joy, at=LATER)
    with transaction(), pytest.raises(Refused):
        notes.write(offer(world, 0), text="Thank you.", named=True, by=me, at=LATER)  # not accepted yet
    accepted(world)
    with transaction():
        number = notes.write(offer(world, 0), text="Thank you.", named=True, by=me, at=LATER).id
    assert books.notes(fund, NoteState.PASSED_ON) == []
    with transaction():
        notes.pass_on(books.note(fund, number), fund, version=1, by=joy, at=LATER)
    passed = books.notes(fund, NoteState.PASSED_ON)
    assert books.signatures(passed) == {number: "Amina Warsame"}
    assert kinds()["note"] == 1
    with transaction():
        notes.take_back(books.note(fund, number), by=me, at=LATER)
    assert books.notes(fund, NoteState.PASSED_ON) == []
    deeds = books.deeds(fund)
    assert [(len(one.people), one.unnamed) for one in deeds] == [(1, 1)], "one agreed to be named, one did not"
    with transaction():
        assert (notes.send_links(fund, by=joy, at=LATER), notes.send_links(fund, by=joy, at=LATER)) == (1, 0)


def test_nothing_is_offered_before_the_instant(app):
    with transaction():
        made = build()
        decide(made)
    with transaction(), pytest.raises(Refused):
        actions.make(made.candidacy(0), db.session.get_one(Cycle, made.cycle), by=made.person("joy"), at=AT)
    assert queries.without_offer(db.session.get_one(Cycle, made.cycle)) == []
    assert db.session.scalar(select(func.count()).select_from(Requirement)) == 0
