"""What a recipient, a donor and the accountant get: their own pages, what was typed kept, and only what was agreed to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.demo import makers
from portal.funds.models import FundDonor
from portal.nominations.actions import consent as consents
from portal.nominations.models import Field
from portal.offers import actions, queries
from portal.offers.actions import notes, payments
from portal.offers.models import Offer, Terms
from portal.people.models import Person
from portal.publishing import actions as publishing
from portal.publishing.desk import queries as desk
from portal.publishing.desk.models import Brief
from portal.publishing.rules.practice import BriefState
from tests.support.deciding import AT, PUBLIC, TOLD, Desk, build, consent, decide, ready, token

LATER = PUBLIC + timedelta(days=1)


@pytest.fixture
def world(app):
    with transaction():
        made = build(paid_to="the school")
        cycle = db.session.get_one(Cycle, made.cycle)
        terms = {"needs": ["agreement", "where the money goes"], "agreement": {}, "answer_days": 14, "paper_days": 30}
        actions.set_terms(cycle, **terms, at_telling=True, by=made.person("joy"), at=AT)
        decide(made)
        consent(made.candidacy(0), Field.NAME, Field.SCHOOL, Field.SUM)
        publishing.plan(desk.releasing("teaching", 2026), told_at=TOLD, public_at=PUBLIC, by=made.person("joy"), at=AT)
        ready(made)
    with transaction():
        publishing.approve(desk.releasing("teaching", 2026), version=1, by=made.person("ruth"), at=AT)
    for step, at in ((publishing.tell, TOLD), (publishing.publish, PUBLIC)):
        with transaction():
            assert step(desk.releasing("teaching", 2026), at=at)
    return made


def test_a_recipient_accepts_once_and_what_may_be_an_accounts_number_is_refused_beside_its_field(app, world):
    person = world.candidacy(0).people[0].person
    reference = db.session.scalar(select(Offer.reference).where(Offer.candidacy_id == world.candidacies[0]))
    page = f"/offers/{reference}"
    amina, stranger = Desk(app, person, at=LATER), Desk(app, world.candidacy(1).people[0].person, at=LATER)
    assert stranger.get(page).status_code == 404
    first = amina.text(page)
    assert amina.send(page, page, version="1").status_code == 303
    again = amina.post(page, {"csrf_token": token(first), "version": "1"})
    assert again.status_code == 409, "pressed twice, it is accepted once"
    group = {"kind": "school group", "name": "Garden club 4400123456789", "sponsor": "The PTSA", "contact": "Ms. Ito"}
    refused = amina.send(page, f"{page}/payee", **group)
    assert refused.status_code == 422
    said = refused.get_data(as_text=True)
    assert "looks like the number" in said
    assert "Garden club 4400123456789" in said
    assert amina.send(page, f"{page}/payee", **{**group, "name": "Garden club"}).status_code == 303
    assert "Garden club, received by The PTSA" in Desk(app, world.person("joy"), at=LATER).text(
        f"{world.desk}/offers/{reference}"
    )


def test_a_donor_reads_what_recipients_agreed_to_and_no_more_once_it_is_taken_back(app, world):
    with transaction():
        fund = db.session.get_one(Cycle, world.cycle).fund_id
        donor = makers.make_person("Evangeline Giver", email="giver@people.example")
        db.session.add(FundDonor(fund_id=fund, person_id=donor.id))
    giver = Desk(app, db.session.get_one(Person, donor.id), at=LATER)
    page = giver.text(f"/funds/{fund}")
    assert "Amina Warsame" in page
    assert "Tomás" not in page, "who did not agree to be named is not named"
    assert "$3,000" in page
    assert giver.get(f"/desk/funds/{fund}/2026").status_code == 404
    assert Desk(app, world.person("joy"), at=LATER).get(f"/funds/{fund}").status_code == 404
    with transaction():
        one = world.candidacy(0)
        consents.say(
            one,
            one.people[0].person,
            {Field.NAME: False},
            words=dict.fromkeys(Field, "No."),
            by_guardian=False,
            at=LATER,
        )
    page = giver.text(f"/funds/{fund}")
    assert "Amina Warsame" not in page
    assert "$3,000" not in page
    assert "2 of them preferred not to be named" in page


def test_the_accountant_takes_along_a_table_a_workbook_and_a_journal(app, world):
    fund = db.session.get_one(Cycle, world.cycle).fund_id
    with transaction():
        one = db.session.scalar(select(Offer).where(Offer.candidacy_id == world.candidacies[0]))
        actions.accept(queries.by_reference(one.reference), version=1, by=world.candidacy(0).people[0].person, at=LATER)
    joy, root = Desk(app, world.person("joy"), at=LATER), f"/desk/funds/{fund}/2026"
    journal = joy.text(f"{root}/ledger.journal")
    assert "expenses:awards:" in journal
    assert "3000.00 USD" in journal
    assert joy.get(f"{root}/ledger.csv").mimetype == "text/csv"
    assert joy.get(f"{root}/ledger.csv?as=xlsx").get_data()[:2] == b"PK"
    assert "promised of" in joy.text(root)
    assert joy.send(root, f"{root}/budget", cents="5,999.99").status_code == 422, "less than is promised"


def test_a_paper_that_is_asked_for_again_without_a_word_keeps_what_was_typed_and_says_so_beside_it(app, world):
    reference = db.session.scalar(select(Offer.reference).where(Offer.candidacy_id == world.candidacies[0]))
    with transaction():
        one = queries.by_reference(reference)
        me = world.candidacy(0).people[0].person
        actions.accept(one, version=1, by=me, at=LATER)
        actions.agree(queries.by_reference(reference), words="Yes.", signed="Amina Warsame", by=me, at=LATER)
        number = queries.paper(queries.by_reference(reference), "agreement").id
    joy, page = Desk(app, world.person("joy"), at=LATER), f"{world.desk}/offers/{reference}"
    form = {"csrf_token": token(joy.text(page)), "version": "2"}
    other = db.session.scalar(select(Offer.reference).where(Offer.candidacy_id == world.candidacies[1]))
    assert "Give more time" in joy.text(f"{world.desk}/offers/{other}")
    for reason, why in (("", "Say why"), ("Number 123-45-6789 is wrong", "looks like the number")):
        refused = joy.post(f"{page}/papers/{number}/return", {**form, "word": reason})
        assert refused.status_code == 422
        said = refused.get_data(as_text=True)
        assert why in said
        assert 'href="#word"' in said
        assert f'value="{reason}"' in said
    assert joy.post(f"{page}/papers/{number}/return", {**form, "word": "Not signed."}).status_code == 303
    assert "Asked for again: the agreement: Not signed." in joy.text(page), "which paper it was is said of each step"
    assert joy.post(f"{page}/papers/{number}/return", {**form, "word": "Not signed."}).status_code == 409


def test_what_follows_a_release_waits_on_todays_page_for_whoever_can_do_it(app, world):
    joy, ruth = Desk(app, world.person("joy"), at=LATER), Desk(app, world.person("ruth"), at=LATER)
    assert "second person" not in ruth.text("/desk")
    with transaction():
        one = db.session.scalar(select(Offer).where(Offer.candidacy_id == world.candidacies[0]))
        me = world.candidacy(0).people[0].person
        actions.accept(queries.by_reference(one.reference), version=1, by=me, at=LATER)
        offer = queries.by_reference(one.reference)
        planned = payments.plan(offer, cents=1_000, planned_on=LATER.date(), by=world.person("joy"), at=LATER)
        notes.write(offer, text="Thank you all.", named=True, by=me, at=LATER)
        made = {"asked_by_id": world.person("joy").id, "asked_at": AT, "due_at": LATER, "agreed": "Yes."}
        db.session.add(Brief(candidacy_id=world.candidacies[0], person_id=me.id, state=BriefState.SENT, **made))
    for words in ("One note of thanks waits", "One practice brief waits", "One planned payment needs a second person"):
        assert words in ruth.text("/desk") or words.startswith("One note"), words
        assert (words in joy.text("/desk")) is not words.startswith("One planned"), words
    with transaction():
        payments.approve(queries.payment(planned.id), version=1, by=world.person("ruth"), at=LATER)
    assert "One approved payment is due" in joy.text("/desk")
    assert "second person" not in ruth.text("/desk")
    mine = Desk(app, world.candidacy(0).people[0].person, at=LATER).text(f"/honored/{world.candidacies[0]}")
    assert f"/offers/{one.reference}" in mine, "what one is offered is found again from what is one's own"


def test_another_list_of_what_is_needed_before_a_sum_is_paid_waits_for_a_second_person(app, world):
    joy, ruth = Desk(app, world.person("joy"), at=LATER), Desk(app, world.person("ruth"), at=LATER)
    page, form = f"{world.desk}/offers", {"agreement": "", "answer_days": "21", "paper_days": "30", "at_telling": "y"}
    terms = lambda: db.session.scalars(select(Terms).execution_options(populate_existing=True)).one()  # noqa: E731
    first = {**form, "csrf_token": token(joy.text(f"{page}/terms")), "version": "1", "needs": "where the money goes"}
    assert joy.post(f"{page}/terms", first).status_code == 303
    assert (terms().answer_days, terms().needs) == (21, ["agreement", "where the money goes"]), "only days hold at once"
    assert "proposed on" in joy.text(page)
    version = str(terms().version)
    own = {"csrf_token": token(joy.text(page)), "version": version}
    assert joy.post(f"{page}/terms/approval", own).status_code == 404
    assert "/terms/approval" not in joy.text(page)
    assert "Another list of what offers need" in ruth.text("/desk")
    assert ruth.send(page, f"{page}/terms/approval", version="1").status_code == 409, "as it was seen, or not at all"
    assert ruth.send(page, f"{page}/terms/approval", version=version).status_code == 303
    assert (terms().needs, terms().proposed_by_id) == (["where the money goes"], None)
    again = {**first, "version": str(terms().version), "needs": "tax form"}
    assert joy.post(f"{page}/terms", again).status_code == 303
    assert joy.send(page, f"{page}/terms/leaving", version=str(terms().version)).status_code == 303
    assert (terms().needs, terms().new_needs) == (["where the money goes"], None)
