"""A question set is built by keyboard, with a question that hangs on another, and answered on a phone; axe at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import clock
from portal.awards.models import Cycle
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.nominations.models import Answer
from portal.questions.models import Question
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser
HERE = "/desk/teaching/2026/questions"


@pytest.fixture
def joy(app):
    now = clock.now()
    with transaction():
        makers.make_organisation(languages=["en"])
        award = makers.make_award("Excellence in Teaching Award", slug="teaching")
        dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=9)}
        makers.make_cycle(award, stage=CycleStage.DRAFT, year=2026, **dates)
        makers.make_school("South Shore PK-8 School")
        return makers.make_staff("Joy Tanaka")


def write(page, label, text):
    page.get_by_label(label, exact=True).focus()
    page.keyboard.insert_text(text)


def press(page, role, name):
    page.get_by_role(role, name=name, exact=True).focus()
    page.keyboard.press("Enter")


def choose(page, label):
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("Space")


def build(page, axe):
    """Add two questions, one shown only after an answer to the other, move it by keyboard, then drag another."""
    page.goto(HERE)
    axe(page)
    press(page, "link", "Add a question: The nominator, or whoever applies")
    axe(page)
    write(page, "The question", "Have you seen {nominee} teach?")
    write(page, "Its short name, for lists", "Seen teaching")
    choose(page, "Yes or no")
    press(page, "button", "Save")
    press(page, "link", "Add a question: The nominator, or whoever applies")
    write(page, "The question", "On which day was that?")
    write(page, "Its short name, for lists", "The day")
    choose(page, "A day")
    page.get_by_text("Show it only after a certain answer").focus()
    page.keyboard.press("Enter")
    choose(page, "Seen teaching: Yes")
    axe(page)
    press(page, "button", "Save")
    expect(page.locator("[data-row]").last).to_contain_text("Shown only after: Seen teaching: Yes")
    press(page, "button", "Move up: The day")
    expect(page.get_by_text("would no longer hold")).to_be_visible()
    press(page, "button", "Move up: Seen teaching")
    expect(page.locator("[data-row]").nth(2)).to_contain_text("Seen teaching")
    axe(page)
    page.goto(HERE)
    page.evaluate("document.fonts.ready")  # nothing moves from now on
    below = page.locator("[data-row]").nth(1)
    lower = {"x": 20, "y": below.bounding_box()["height"] - 4}
    page.locator(".drag-handle").first.drag_to(below, target_position=lower)
    expect(page.locator("[data-row]").first).to_contain_text("Question 2")


def preview(page, axe):
    page.goto(f"{HERE}/preview?at=seen_teaching")
    axe(page)
    expect(page.get_by_text("hidden so far")).to_be_visible()
    choose(page, "Yes")
    press(page, "button", "Save and continue")
    expect(page.locator(".phone")).to_contain_text("Question 3")
    press(page, "button", "Save and continue")
    expect(page.locator(".phone").get_by_label("On which day was that?")).to_be_visible()
    axe(page)


def answer(page, axe):
    """Answer on a phone: yes shows the day, no hides it and keeps it apart."""
    page.goto("/nominate")
    page.get_by_label("Excellence in Teaching Award").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("18 or older").check()
    page.get_by_label("Your name").fill("Hibo Nuradin")
    page.get_by_label("Your e-mail address").fill("h.nuradin@example.org")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Last name").wait_for()
    here = page.url.rsplit("/", 1)[0]
    page.get_by_label("Last name").fill("Warsame")
    page.get_by_label("They work for the district, at no one school").check()
    save = page.get_by_role("button", name="Save and continue")
    save.click()
    page.goto(f"{here}/answers/seen_teaching")
    axe(page)
    page.get_by_label("Yes", exact=True).check()
    save.click()
    page.goto(f"{here}/answers/the_day")
    axe(page)
    page.get_by_label("On which day was that?").fill("2026-02-03")
    save.click()
    page.goto(f"{here}/check")
    expect(page.locator("main")).to_contain_text("February 3, 2026")
    page.goto(f"{here}/answers/seen_teaching")
    page.get_by_label("No", exact=True).check()
    save.click()
    page.goto(f"{here}/check")
    expect(page.locator("main")).to_contain_text("Kept apart, and not sent")
    expect(page.locator("main")).not_to_contain_text("February 3, 2026")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_set_is_built_by_keyboard_and_answered_on_a_phone(joy, open_page, sign_in, axe):
    desk = open_page()
    sign_in(desk, joy)
    build(desk, axe)
    preview(desk, axe)
    with transaction():
        cycle = db.session.scalars(select(Cycle)).one()
        cycle.stage = CycleStage.OPEN
    answer(open_page(**PHONE), axe)
    db.session.rollback()
    kept = select(Answer.text).join(Question).where(Question.key == "the_day")
    assert db.session.scalars(kept).one() == "2026-02-03"
