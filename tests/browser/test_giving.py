"""After the release, in a browser with axe: an offer declined and the alternate's made; payments until a fund is reconciled."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Session
from portal.accounts.rules import new_token, token_hash
from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.nominations.models import Field
from portal.offers import actions
from portal.offers.models import Offer
from portal.publishing import actions as publishing
from portal.publishing.desk import queries as desk
from tests.support.browser import PHONE
from tests.support.deciding import build, consent, decide, ready

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC).replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def world(app):
    """One place, told and public since yesterday, offered; the second by standing is the alternate."""
    with transaction():
        made = build(places=1, ranks=(1, 2, 3))
        cycle = db.session.get_one(Cycle, made.cycle)
        facts = {"agreement": {"en": "I use it for students."}, "answer_days": 14, "paper_days": 30, "at_telling": True}
        actions.set_terms(cycle, needs=["agreement", "tax form"], **facts, by=made.person("joy"), at=NOW)
        decide(made)
        for place in (0, 1):
            consent(made.candidacy(place), Field.NAME)
        early = NOW - timedelta(days=3)
        publishing.plan(
            desk.releasing("teaching", 2026),
            told_at=YESTERDAY,
            public_at=YESTERDAY,
            by=made.person("joy"),
            at=early,
        )
        ready(made, at=early)
    with transaction():
        publishing.approve(
            desk.releasing("teaching", 2026), version=1, by=made.person("ruth"), at=NOW - timedelta(days=2)
        )
    for step in (publishing.tell, publishing.publish):
        with transaction():
            assert step(desk.releasing("teaching", 2026), at=YESTERDAY)
    return made


@pytest.fixture
def sign_in(served):
    """Sign somebody in on a page: the cookie of a session of theirs."""

    def sign(page, number):
        token = new_token()
        times = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW + timedelta(days=1)}
        with transaction():
            db.session.add(Session(token_hash=token_hash(token), person_id=number, browser="test", **times))
        page.context.add_cookies([{"name": "visit", "value": token, "url": served}])
        return page

    return sign


def test_one_declines_the_alternate_is_offered_the_place_and_is_paid_until_the_fund_is_reconciled(
    world, open_page, axe, sign_in
):
    first, second = (world.candidacy(place).people[0].person_id for place in (0, 1))
    amina = sign_in(open_page(**PHONE), first)
    amina.goto("/me")
    amina.get_by_role("link", name=re.compile("^Answer")).click()
    axe(amina)
    amina.get_by_role("link", name="I would rather not").click()
    axe(amina)
    amina.get_by_label("Why, if you like").fill("I am moving away.")
    amina.get_by_role("button", name="Decline the offer").click()
    amina.get_by_text("You declined. Thank you").wait_for()
    axe(amina)

    joy, ruth = sign_in(open_page(), world.joy), sign_in(open_page(), world.ruth)
    joy.goto(f"{world.desk}/offers")
    joy.get_by_text("One place is free, and").wait_for()
    axe(joy)
    joy.get_by_role("link", name="See whose turn it is").click()
    joy.get_by_role("button", name="Propose Tomás Villaseñor for the place").click()
    joy.get_by_text("once a second person approves").first.wait_for()
    axe(joy)
    ruth.goto(f"{world.desk}/decisions")
    ruth.get_by_role("button", name="Approve this decision").click()
    ruth.get_by_text("They are told now").wait_for()

    tomas = sign_in(open_page(), second)
    tomas.goto("/me")
    tomas.get_by_role("link", name=re.compile("^Answer")).click()
    tomas.get_by_role("button", name="I accept").click()
    tomas.get_by_text("You accepted. Thank you.").wait_for()
    axe(tomas)
    tomas.get_by_role("button", name="I agree").click()
    tomas.get_by_role("heading", name="One thing to fix").wait_for()
    axe(tomas)
    tomas.get_by_label("Your name, as you sign").fill("Tomás Villaseñor")
    tomas.get_by_role("button", name="I agree").click()
    tomas.get_by_text("Signed. Thank you.").wait_for()
    tomas.get_by_role("button", name="I have sent it").click()
    tomas.get_by_text("Noted. The office tells you").wait_for()
    tomas.get_by_role("link", name="Write a note").click()
    tomas.get_by_label("Your note").fill("Thank you for the calculators.")
    axe(tomas)
    tomas.get_by_role("button", name="Give it to the office").click()
    tomas.get_by_text("The office reads it").first.wait_for()

    pay_in_browser(joy, ruth, world, axe)


def pay_in_browser(joy, ruth, world, look):
    joy.goto(f"{world.desk}/offers")
    joy.get_by_role("link", name="Tomás Villaseñor").click()
    for _ in range(2):
        joy.get_by_role("button", name="In order").first.click()
        joy.get_by_text("In order.").first.wait_for()
    look(joy)
    joy.get_by_label("Sum", exact=True).fill("3,000.01")
    joy.get_by_label("Planned for").fill("2026-06-30")
    joy.get_by_role("button", name="Plan this payment").click()
    joy.get_by_role("heading", name="One thing to fix").wait_for()
    look(joy)
    for cents in ("1,000.50", "1,999.50"):
        joy.get_by_label("Sum", exact=True).fill(cents)
        joy.get_by_label("Planned for").fill("2026-06-30")
        joy.get_by_role("button", name="Plan this payment").click()
        joy.get_by_text("Planned. A second person approves it.").wait_for()
    for part in (1, 2):
        ruth.goto("/desk/payments")
        look(ruth)
        ruth.get_by_role("link", name="Tomás Villaseñor").nth(part - 1).click()
        look(ruth)
        ruth.get_by_role("button", name="Approve this payment").click()
        ruth.get_by_text("Approved. It is recorded once").wait_for()
    for part in (1, 2):
        joy.goto("/desk/payments")
        joy.get_by_role("link", name="Tomás Villaseñor").first.click()
        joy.get_by_label("Reference").fill(f"check {part}")
        joy.get_by_role("button", name="Record it").click()
        joy.get_by_text("Recorded. Its recipient is told.").wait_for()
    look(joy)
    with transaction():
        fund = db.session.scalar(select(Offer.fund_id).where(Offer.recorded_cents > 0))
    joy.goto(f"/desk/funds/{fund}/2026")
    joy.get_by_text("Not reconciled yet").wait_for()
    for box in joy.get_by_role("checkbox", name=re.compile("is on the statement")).all():
        box.check()
    look(joy)
    joy.get_by_role("button", name="The statement shows those chosen above").click()
    joy.get_by_text("Reconciled to the cent").wait_for()
    look(joy)
    joy.goto("/desk/books")
    look(joy)
    joy.goto(f"{world.desk}/firewall")
    look(joy)
    joy.goto(f"/desk/funds/{fund}/notes")
    joy.get_by_role("button", name=re.compile("Pass the note of Tomás")).click()
    joy.get_by_text("Passed on.").first.wait_for()
    look(joy)
