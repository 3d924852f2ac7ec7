"""Rounds in Chromium: a conflict found late; a screening round on a phone, and the interviews after it. Axe at every step."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.nominations.models import Candidacy
from portal.nominations.rules import CandidacyStage
from portal.people.models import Person
from portal.review.actions import assigning, rounds
from portal.review.models import Assignment, Onward, Review, Round, Standing
from portal.review.queries import rounds as known
from portal.review.rules.kinds import RoundKind
from portal.review.rules.onward import By, Rule
from tests.browser.test_reviewing import PHONE, fits, make_open_now, now_dates, ready, settled, signed_in
from tests.support.reviewing import declare, make_committee, score

pytestmark = pytest.mark.browser


def test_a_conflict_found_late_counts_nowhere_and_a_replacement_is_given_on_the_spot(app, open_page, axe, served):
    with transaction():
        committee = make_open_now(candidacies=3, members=4, reads=2, blind=False)
        person = committee.people[1]
        mine = committee.readings(person)[0]
        score(committee, mine, 6, 6, 6, 6, at=clock.now())
        name, number = db.session.get_one(Candidacy, mine.candidacy_id).name, mine.position
    reader = signed_in(app, open_page(**PHONE), committee.numbers[1], served)
    reader.goto(f"/reading/{number}")
    reader.get_by_role("tab", name=re.compile("Scores")).click()
    reader.get_by_role("link", name="I may know this person").click()
    axe(reader)
    reader.get_by_label("How do you know this person, or think you do?").fill("We carpool since spring.")
    reader.get_by_role("button", name="Step aside").click()
    expect(reader.get_by_text("You will not see this candidacy again.")).to_be_visible()
    axe(reader)
    fits(reader)
    assert name not in reader.content()
    assert reader.goto(f"/reading/{number}").status == 404

    db.session.rollback()
    kept = db.session.scalars(select(Review).join(Assignment).where(Assignment.position == number)).first()
    assert kept.total == 60
    assert db.session.scalars(select(Standing).where(Standing.candidacy_id == mine.candidacy_id)).one().count == 0

    desk = signed_in(app, open_page(), committee.staff.id, served)
    base = f"/desk/{committee.cycle.award.slug}/{committee.cycle.season.year}"
    desk.goto(f"{base}/assignments")
    axe(desk)
    row = desk.get_by_role("row", name=re.compile(name))
    expect(row.get_by_text("could read it")).to_be_visible()
    row.get_by_role("link", name=re.compile("Change")).click()
    axe(desk)
    desk.get_by_role("radio").first.check()
    desk.get_by_role("button", name="Assign").click()
    expect(desk.get_by_text("Assigned.")).to_be_visible()
    expect(desk.get_by_text("Recused")).to_be_visible()
    desk.goto(f"{base}/conflicts?show=decided")
    expect(desk.get_by_text("We carpool since spring.")).to_be_visible()
    axe(desk)


@pytest.fixture
def screening(app):
    """A screening round that is open, and one reader who has it all."""
    now = clock.now()
    with transaction():
        committee = make_committee(candidacies=3, members=2, reads=2, blind=False, **now_dates())
        told = rounds.Shape(
            RoundKind.SCREENING,
            now - timedelta(hours=1),
            now + timedelta(days=2),
            1,
            blind=False,
            goes_on=Rule(By.SHARE, least=50),
        )
        made = rounds.plan_round(committee.cycle, told, seed=5, by=committee.staff, at=now)
        for member in committee.members:
            declare(member, at=now)
        committee.members[0].capacity = 0
        db.session.flush()
        assigning.apply(assigning.make_plan(made, seed=5, by=committee.staff, at=now), made, by=committee.staff, at=now)
        rounds.open_round(made, by=committee.staff, at=now)
        committee.round = made
    return committee


def screen(phone, axe):
    """Pass two, and leave one with a reason."""
    phone.goto("/reading")
    axe(phone)
    phone.get_by_role("link", name=re.compile("Begin with")).click()
    for turn in range(3):
        phone.get_by_role("tab", name="My word").click()
        axe(phone)
        fits(phone)
        if turn == 0:
            phone.get_by_label("It does not go on").check()
            phone.get_by_role("button", name="Send, and read the next").click()
            expect(phone.get_by_text("why it does not go on").first).to_be_visible()
            axe(phone)
            phone.get_by_role("tab", name="My word").click()
            phone.get_by_label("Why? The committee and staff read this.").fill("About another year.")
        else:
            phone.get_by_label("It goes on").check()
        phone.get_by_role("button", name="Send, and read the next").click()
        expect(phone.get_by_text("That is kept.")).to_be_visible()
    expect(phone).to_have_url(re.compile("/reading$"))
    axe(phone)


def go_on(desk, base, axe):
    """Say who goes on as the rule says, plan the interviews and who holds them, and open."""
    now = clock.now()
    desk.goto(f"{base}/round")
    axe(desk)
    desk.get_by_role("link", name="Say who goes on").click()
    axe(desk)
    desk.get_by_role("button", name="Keep these words").click()
    expect(desk.get_by_text("3 words kept.")).to_be_visible()
    axe(desk)
    desk.get_by_role("link", name="Plan the next round").click()
    axe(desk)
    day = (now + timedelta(days=1)).strftime("%Y-%m-%dT10:00")
    desk.get_by_role("textbox", name="Opens").fill((now - timedelta(days=1)).strftime("%Y-%m-%dT10:00"))
    desk.get_by_role("textbox", name="Closes").fill(day)
    desk.get_by_label("Readers for each").fill("1")
    desk.get_by_role("button", name="Make the round").click()
    expect(desk.get_by_role("heading", name="Interviews and visits", level=1)).to_be_visible()
    axe(desk)
    desk.get_by_role("link", name="The screening round").click()
    axe(desk)
    expect(desk.get_by_text("About another year.")).not_to_be_visible()
    expect(desk.get_by_text("does not go on").first).to_be_visible()
    desk.goto(f"{base}/assignments")
    desk.get_by_role("button", name="Plan who reads what").click()
    expect(desk.get_by_text("How well readers can be compared")).to_be_visible()
    axe(desk)
    desk.get_by_role("button", name="Apply this plan").click()
    desk.goto(f"{base}/round")
    desk.get_by_role("button", name="Open the round now").click()
    expect(desk.get_by_text("The round is open.")).to_be_visible()


def meet(phone, axe):
    """Score the first of those who are met."""
    phone.goto("/reading")
    phone.get_by_role("link", name=re.compile("Begin with")).click()
    ready(phone)
    phone.get_by_role("tab", name=re.compile("Scores")).click()
    axe(phone)
    expect(phone.get_by_text("What we saw and heard").first).to_be_visible()
    for key in ("5", "4", "6"):
        phone.keyboard.press(key)
    settled(phone)
    phone.get_by_role("button", name="Send my scores").click()
    expect(phone.get_by_text("your scores are in").first).to_be_visible()


def test_a_screening_round_on_a_phone_then_who_goes_on_then_interviews(app, screening, open_page, axe, served):
    phone = signed_in(app, open_page(**PHONE), screening.numbers[1], served)
    screen(phone, axe)
    with transaction():
        rounds.close(known.by_id(screening.round.id), by=db.session.get_one(Person, screening.staff.id), at=clock.now())
    desk = signed_in(app, open_page(), screening.staff.id, served)
    go_on(desk, f"/desk/{screening.cycle.award.slug}/{screening.cycle.season.year}", axe)
    meet(phone, axe)
    db.session.rollback()
    assert len(db.session.scalars(select(Onward)).all()) == 3
    stages = sorted(stage.value for stage in db.session.scalars(select(Candidacy.stage)))
    assert stages == sorted([CandidacyStage.NOT_ADVANCED.value, *[CandidacyStage.SHORTLISTED.value] * 2])
    interview = db.session.scalars(select(Round).where(Round.number == 2)).one()
    assert interview.kind is RoundKind.INTERVIEW
    totals = select(Review.total).join(Assignment).where(Assignment.round_id == interview.id)
    assert db.session.scalars(totals).all() == [50.0]
