"""An award is set up and its first year opened, in a browser, with axe at every step; then the office's other pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts.models import Session
from portal.accounts.rules import new_token, token_hash
from portal.awards import queries
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.mail.models import Message, SentCopy
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def joy(app):
    with transaction():
        makers.make_organisation()
        return makers.make_staff("Joy Tanaka")


@pytest.fixture
def signed_in(joy, served):
    """Open pages as Joy: the cookie of a session of hers."""

    def sign(page):
        token, now = new_token(), datetime.now(UTC)
        with transaction():
            db.session.add(
                Session(
                    token_hash=token_hash(token),
                    person_id=joy.id,
                    created_at=now,
                    seen_at=now,
                    expires_at=now + timedelta(days=1),
                    browser="test",
                )
            )
        page.context.add_cookies([{"name": "visit", "value": token, "url": served}])
        return page

    return sign


def set_up(page, axe, *, script=True):  # noqa: PLR0915 - a whole journey
    """Set an award up and open its next year, looking at each page on the way."""

    def look():
        if script:
            axe(page)

    year = str(datetime.now(UTC).year + 1)
    page.goto("/desk/awards")
    look()
    page.get_by_role("link", name="Set up an award").click()
    look()
    page.get_by_role("button", name="Set it up").click()
    page.get_by_text("Choose a template, or a blank award and a name").first.wait_for()
    look()
    page.get_by_label("Librarian Award").check()
    page.get_by_label("Its name").fill("The Quiet Room Award")
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("heading", name="The Quiet Room Award", level=1).wait_for()
    look()
    page.get_by_label("One line for lists, in English").fill("For one librarian whose room is never empty.")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").first.wait_for()
    page.get_by_role("link", name=re.compile("Begin a year")).click()
    look()
    page.get_by_label("Year").fill(year)
    page.get_by_role("button", name="Make a draft").click()
    page.get_by_text("Nobody outside the office sees this year yet.").first.wait_for()
    look()
    page.get_by_role("link", name=re.compile("Change ?: Dates")).click()
    look()
    page.get_by_label("Places").fill("none")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Write a whole number from 1 to 500").first.wait_for()
    look()
    page.get_by_label("Places").fill("2")
    page.get_by_label("Sum for each").fill("$1,750")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("2 places").first.wait_for()
    page.get_by_role("link", name=re.compile("Change ?: .*questions")).click()
    look()
    page.get_by_role("link", name=re.compile("Add a question: The nominator")).click()
    look()
    page.get_by_label("The question, in English").fill("Which book did {nominee} put into whose hands?")
    page.get_by_label("Its short name, for lists, in English").fill("One book")
    page.get_by_label("How long at most").fill("120")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Move up: One book").click()
    page.get_by_role("link", name="One book").wait_for()
    page.get_by_role("button", name="Take out: Evidence of change").click()
    page.get_by_text("Taken out.").first.wait_for()
    look()
    page.get_by_role("main").get_by_role("link", name="Overview").click()
    page.get_by_role("link", name=re.compile("Change ?: A rubric")).click()
    look()
    page.get_by_role("link", name="Change: Love of reading").click()
    look()
    page.get_by_label("Weight, in percent").fill("20")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The weights add up to 95, not 100").first.wait_for()
    look()
    page.get_by_role("main").get_by_role("link", name="Overview").click()
    page.get_by_text("One thing is missing").first.wait_for()
    look()
    page.get_by_role("link", name=re.compile("Mend it")).click()
    page.get_by_role("link", name="Change: Peer leadership").click()
    page.get_by_label("Weight, in percent").fill("20")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Change the levels").click()
    look()
    page.get_by_role("link", name="Rubric").first.click()
    page.get_by_role("main").get_by_role("link", name="Overview").click()
    page.get_by_text("It is ready to open").first.wait_for()
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("It is open.").first.wait_for()
    look()
    page.get_by_role("link", name="Extend the deadline").click()
    look()
    page.go_back()
    page.get_by_role("link", name="Close it").click()
    look()
    db.session.rollback()
    cycle = queries.cycle_at("the-quiet-room-award", int(year))
    assert (cycle.stage, cycle.places, cycle.sum_cents) == (CycleStage.OPEN, 2, 175_000)
    assert [q.key for q in cycle.question_set.questions][:4] == ["justice", "story", "lift", "one_book"]


@pytest.mark.both_databases
def test_an_award_is_set_up_and_opened(page, signed_in, axe):
    set_up(signed_in(page), axe)


def test_an_award_is_set_up_without_script_on_a_phone(open_page, signed_in, axe):
    set_up(signed_in(open_page(javascript=False, **PHONE)), axe, script=False)


def test_a_committee_is_formed_and_a_message_read_where_it_was_sent(page, signed_in, axe, joy, app):
    from portal.jobs import worker

    with transaction():
        makers.make_cycle(makers.make_award("Excellence in Teaching Award", slug="teaching"))
    signed_in(page)
    page.goto("/desk/teaching/2026/committee")
    axe(page)
    page.get_by_role("link", name="Invite someone").click()
    axe(page)
    page.get_by_role("button", name="Invite them").click()
    page.get_by_text("Write the person's first name").first.wait_for()
    axe(page)
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Last name").fill("Reyes")
    page.get_by_label("E-mail address").fill("ana@example.org")
    page.get_by_label("Ask them to chair the committee").check()
    page.get_by_role("button", name="Invite them").click()
    page.get_by_text("A message to Ana Reyes is on its way.").first.wait_for()
    axe(page)
    page.get_by_role("link", name="Ana Reyes").click()
    axe(page)
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        worker.run_once()
    db.session.rollback()
    assert db.session.scalar(select(SentCopy.to_email)) == "ana@example.org"
    page.goto("/mailbox")
    axe(page)
    page.get_by_role("link", name=re.compile("Will you read")).click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Answer the invitation").wait_for()
    axe(page)
    frame.get_by_role("link", name="Answer the invitation").click()
    page.wait_for_url("**/link/*")


@pytest.mark.parametrize("options", [{}, PHONE, {"color_scheme": "dark"}], ids=["desk", "phone", "dark"])
def test_the_offices_pages_are_for_everyone(open_page, signed_in, axe, joy, options):
    from portal import mail

    with transaction():
        cycle = makers.make_cycle(makers.make_award("Excellence in Teaching Award", slug="teaching"))
        member = makers.make_member(cycle, makers.make_person("Ana Reyes"))
        makers.make_candidacy(cycle)
        message = mail.post("accounts/link", to=joy, at=makers.NOW, link={"purpose": "sign in", "next": "/"})
        message.state = "failed"
        joy.bounced_at = makers.NOW
        db.session.flush()
        number, person, seat = message.id, joy.id, member.id
    page = signed_in(open_page(**options))
    here = "/desk/teaching/2026"
    for url in (
        "/desk",
        "/me",
        "/desk/messages",
        f"/desk/messages/{number}",
        "/desk/messages?q=zebra",
        "/desk/people",
        "/desk/people?show=unreached",
        f"/desk/people/{person}",
        "/desk/people/new",
        "/desk/record",
        "/desk/record?kind=fund",
        "/desk/funds",
        "/desk/funds/new",
        "/desk/organization",
        "/mailbox",
        here,
        f"{here}/edit",
        f"{here}/questions",
        f"{here}/rubric",
        f"{here}/rubric/levels",
        f"{here}/committee",
        f"{here}/committee/{seat}",
        f"{here}/committee/{seat}/removal",
        f"{here}/committee/{seat}/capacity",
    ):
        page.goto(url)
        axe(page)
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), (
            f"{url} is too wide"
        )
    assert db.session.scalar(select(Message.id)) is not None
