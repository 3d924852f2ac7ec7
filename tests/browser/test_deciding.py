"""From decisions to a recipient's page and back again, in a browser, with axe at every step; and on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.accounts.models import Session
from portal.accounts.rules import new_token, token_hash
from portal.db import db, transaction
from portal.nominations.models import Field, Nomination, Quote
from portal.people.models import Person
from portal.publishing import actions, chores
from portal.publishing.desk import queries
from tests.support.browser import PHONE
from tests.support.deciding import biography, build, consent, decide, ready

pytestmark = pytest.mark.browser

PACIFIC = ZoneInfo("America/Los_Angeles")
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
TOLD = NOW + timedelta(days=7)
PUBLIC = NOW + timedelta(days=14)


@pytest.fixture
def world(app):
    with transaction():
        made = build(places=2, ranks=(1, 2, 2, 4))
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == made.candidacies[0])).one()
        nomination.quote = Quote.NAMED
    return made


@pytest.fixture
def sign_in(served):
    """Sign somebody in on a page: the cookie of a session of theirs."""

    def sign(page, number):
        token, now = new_token(), datetime.now(UTC)
        with transaction():
            db.session.add(
                Session(
                    token_hash=token_hash(token),
                    person_id=number,
                    created_at=now,
                    seen_at=now,
                    expires_at=now + timedelta(days=1),
                    browser="test",
                )
            )
        page.context.add_cookies([{"name": "visit", "value": token, "url": served}])
        return page

    return sign


def clock_face(instant):
    return instant.astimezone(PACIFIC).replace(hour=10).strftime("%Y-%m-%dT%H:%M")


def decide_in_browser(page, world, look):
    page.goto(f"{world.desk}/decisions")
    look(page)
    page.get_by_label("Alternates").fill("1")
    page.get_by_role("button", name="Propose in the order of standing").click()
    page.get_by_text("One decision proposed.").wait_for()
    look(page)
    page.get_by_role("link", name=re.compile("Decide.*Tomás")).click()
    look(page)
    page.get_by_role("radio", name=re.compile("^Selected")).check()
    page.get_by_role("button", name="Propose").click()
    page.get_by_role("heading", name="One thing to fix").wait_for()
    look(page)
    page.get_by_label("Reason").fill("The only one of the two at a school without a librarian.")
    page.get_by_role("button", name="Propose").click()
    page.get_by_text("Proposed: Tomás Villaseñor, selected.").wait_for()
    page.get_by_label("Reason, where one is owed").fill("Both were strong.")
    page.get_by_role("button", name="for the others").click()
    page.get_by_text("2 more decisions proposed.").wait_for()
    page.get_by_role("button", name="Ask Ruth").click()
    page.get_by_text("Asked: Ruth Alemu.").wait_for()
    page.get_by_role("link", name="The board's memo").click()
    look(page)


def test_decide_and_release_consent_and_take_back(world, open_page, axe, sign_in):
    joy, ruth = sign_in(open_page(), world.joy), sign_in(open_page(**PHONE), world.ruth)
    decide_in_browser(joy, world, axe)
    plan_in_browser(joy, ruth, world, axe)
    visitor = open_page()
    assert visitor.goto("/recipients/2026").status == 404
    chores.release_due(TOLD.replace(hour=23))
    amina = sign_in(open_page(), world.candidacy(0).people[0].person_id)
    agree_and_take_back(amina, visitor, world, axe)
    joy.goto(f"{world.desk}/release")
    joy.get_by_text("Done").first.wait_for()
    axe(joy)


def check_in_browser(ruth, look):
    for _ in range(2):
        ruth.get_by_role("link", name=re.compile("Preview and check")).first.click()
        ruth.frame_locator("iframe.preview-phone").get_by_role("heading").first.wait_for()
        look(ruth)
        ruth.get_by_role("button", name="It is right").click()
        ruth.get_by_text("Whatever is changed from now on").wait_for()
    ruth.get_by_role("link", name=re.compile("Read the messages")).click()
    look(ruth)
    ruth.get_by_role("button", name="Approve what others wrote").click()
    ruth.get_by_text("8 kinds of message are approved.").wait_for()


def go_on_without_names(joy, look):
    joy.get_by_role("link", name="Settle it").first.click()
    joy.get_by_role("button", name="Go on without these names").click()
    joy.get_by_role("heading", name="Two things to fix").wait_for()
    look(joy)
    for box in joy.locator('input[name="who"]').all():
        box.check()
    joy.get_by_label("Why").fill("Asked twice, and away on a field trip.")
    joy.get_by_role("button", name="Go on without these names").click()
    joy.get_by_text("The release goes on without 2 names.").wait_for()
    look(joy)
    joy.get_by_role("link", name="The release", exact=True).click()


def plan_in_browser(joy, ruth, world, look):

    ruth.goto(f"{world.desk}/decisions")
    look(ruth)
    ruth.get_by_role("button", name="Approve these 4 decisions").click()
    ruth.get_by_text("4 decisions approved.").wait_for()

    joy.goto(f"{world.desk}/decisions")
    joy.get_by_role("link", name="Go on to the release").click()
    look(joy)
    joy.get_by_role("link", name="Set the times").first.click()
    look(joy)
    joy.get_by_label("Those concerned are told").fill(clock_face(PUBLIC))
    joy.get_by_label("The public can read it").fill(clock_face(TOLD))
    joy.get_by_role("button", name="Save the times").click()
    joy.get_by_role("heading", name="One thing to fix").wait_for()
    look(joy)
    joy.get_by_label("Those concerned are told").fill(clock_face(TOLD))
    joy.get_by_label("The public can read it").fill(clock_face(PUBLIC))
    joy.get_by_role("button", name="Save the times").click()
    joy.get_by_role("heading", name="Three things still block it").wait_for()
    look(joy)
    go_on_without_names(joy, look)
    joy.get_by_role("link", name=re.compile("Prepare.*Amina")).click()
    look(joy)
    joy.get_by_label("Citation").fill("For a homework table that became a school.")
    joy.get_by_role("radio", name=re.compile("^N-")).first.check()
    joy.get_by_label("Words to quote").first.fill("She runs the homework table.")
    joy.get_by_role("button", name="Save").click()
    joy.get_by_text("Saved.").wait_for()
    joy.get_by_role("link", name="Preview this page").click()
    joy.get_by_role("heading", name="There is no page").wait_for()
    look(joy)
    joy.goto(f"{world.desk}/release/messages/selected")
    look(joy)
    joy.get_by_label("What you add, in English").fill("The ceremony is on June 3 at the Museum of Flight.")
    joy.get_by_role("button", name="Save the paragraph").click()
    joy.get_by_text("Saved. Somebody else approves it.").wait_for()
    joy.get_by_text("The ceremony is on June 3 at the Museum of Flight.").first.wait_for()
    joy.goto(f"{world.desk}/release/preview")
    look(joy)

    ruth.goto(f"{world.desk}/release")
    look(ruth)
    check_in_browser(ruth, look)
    ruth.goto(f"{world.desk}/release")
    ruth.get_by_role("heading", name="Nothing blocks it").wait_for()
    ruth.get_by_role("button", name="Approve this release").click()
    ruth.get_by_text("It happens by itself").wait_for()
    look(ruth)


def agree_and_take_back(amina, visitor, world, look):
    number = world.candidacies[0]
    amina.goto(f"/consent/{number}")
    look(amina)
    for group in ("name", "school", "quotation"):
        amina.locator(f'input[name="{group}"][value="yes"]').check()
    amina.get_by_role("button", name="Save what I allow").click()
    look(amina)
    chores.release_due(PUBLIC.replace(hour=23))

    visitor.goto("/recipients/2026")
    look(visitor)
    visitor.get_by_role("link", name="Amina Warsame").click()
    visitor.get_by_role("heading", name="Amina Warsame").wait_for()
    look(visitor)
    for words in ("For a homework table that became a school.", "She runs the homework table."):
        visitor.get_by_text(words).wait_for()
    visitor.goto("/")
    look(visitor)

    amina.goto(f"/consent/{number}")
    amina.get_by_role("button", name="Take everything back").click()
    look(amina)
    assert visitor.goto("/recipients/2026/amina-warsame").status == 404
    visitor.goto("/recipients/2026")
    assert "Amina" not in visitor.content()
    look(visitor)


def test_it_can_be_decided_without_script(world, open_page, sign_in):
    decide_in_browser(sign_in(open_page(javascript=False), world.joy), world, lambda _page: None)


def released(world):
    with transaction():
        decide_with = world.one  # a tie at the cut: chosen by hand
        from portal.decisions import actions as decisions
        from portal.decisions.rules.lives import Outcome

        joy = db.session.get_one(Person, world.joy)
        decisions.propose(decide_with(1), outcome=Outcome.SELECTED, reason="After an hour of talk.", by=joy, at=NOW)
        decisions.propose(decide_with(2), outcome=Outcome.NOT_SELECTED, reason="After an hour of talk.", by=joy, at=NOW)
        decisions.propose(decide_with(0), outcome=Outcome.SELECTED, by=joy, at=NOW)
        for place in (0, 1):
            consent(world.candidacy(place), *Field)
            biography(world.candidacy(place), "She came to teach, and stayed.\n\n" * 3)
        decide(world)
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=joy, at=NOW)
    with transaction():
        ready(world, at=NOW)
        ruth = db.session.get_one(Person, world.ruth)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=ruth, at=NOW)
    chores.release_due(PUBLIC)


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_program_and_a_page_read_well_in_both_lights(world, open_page, axe, scheme):
    released(world)
    for options in ({}, PHONE):
        page = open_page(color_scheme=scheme, **options)
        for path in (
            "/recipients/2026",
            "/recipients/2026/amina-warsame",
            "/recipients",
            "/awards/teaching",
            "/awards/teaching/recipients",
        ):
            page.goto(path)
            axe(page)
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path


def test_on_paper_there_is_the_program_and_one_page_for_one_person_and_nothing_to_press(world, open_page, sign_in):
    released(world)
    page = open_page()
    page.emulate_media(media="print")
    page.goto("/recipients/2026/amina-warsame")
    for hidden in (".masthead", ".foot", ".strip", ".neighbors", ".actions"):
        assert page.locator(hidden).first.is_hidden(), hidden
    assert page.get_by_role("heading", name="Amina Warsame").is_visible()
    assert pages_of(page.pdf()) == 1
    page.goto("/recipients/2026")
    assert page.locator(".year-links").is_hidden()
    assert page.locator(".year-program").evaluate("one => getComputedStyle(one).columnCount") == "2"
    assert pages_of(page.pdf()) == 1
    memo = sign_in(page, world.joy)
    memo.goto(f"{world.desk}/decisions/memo")
    assert memo.get_by_text("Print the memo").is_hidden()
    assert memo.get_by_text("After an hour of talk.").first.is_visible()
    assert pages_of(memo.pdf()) == 1
