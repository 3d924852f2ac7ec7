"""Nominating in Chromium: with script, without it, by keyboard alone, on a phone; axe at every step."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import (
    make_award,
    make_candidacy,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_school,
    sign_in,
)
from portal.nominations.models import Answer, Nomination, Snapshot
from portal.nominations.queries import consent
from portal.nominations.rules import Stage
from portal.questions.rules import count_words
from tests.support.words import WORDS

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STORY = "She runs the homework table in the library on Tuesdays, and forty students come."


@pytest.fixture
def world(app):
    now = clock.now()
    with transaction():
        make_organisation()
        dates = {"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(days=9)}
        make_cycle(make_award("Excellence in Teaching Award", slug="teaching"), **dates)
        make_cycle(make_award("Science Teaching Award", slug="science"), **dates)
        for name in ("David T. Denny International Middle School", "South Shore PK-8 School", "South Lake High School"):
            make_school(name)
    db.session.rollback()


def fits(page):
    """The page is no wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def nominate(page, axe):  # noqa: PLR0915 - a whole journey
    """Go the whole way, as a person does, looking at every page."""

    def step():
        axe(page)
        fits(page)

    def press(name, role="button"):
        page.get_by_role(role, name=name, exact=True).click()

    page.goto("/nominate")
    step()
    page.get_by_label("Excellence in Teaching Award").check()
    press("Continue")
    step()
    page.get_by_label("18 or older").check()
    page.get_by_label("Your name").fill("Hibo Nuradin")
    page.get_by_label("Your e-mail address").fill("h.nuradin@example.org")
    press("Continue")
    step()
    press("Save and continue")
    expect(page.locator(".error-summary")).to_contain_text("Two things to fix")
    step()
    page.get_by_label("First name").fill("Amina")
    page.get_by_label("Last name").fill("Warsame")
    page.get_by_label("What they do").fill("Teacher")
    page.get_by_label("School", exact=True).press_sequentially("denny")
    find = page.get_by_role("button", name="Find schools")
    if find.count():
        find.click()
    page.get_by_label("David T. Denny International Middle School").check()
    step()
    press("Save and continue")
    step()
    page.get_by_label("Parent or family member").check()
    page.get_by_label("In a few words").fill("She taught my daughter.")
    press("Save and continue")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question 1 about Amina Warsame?")
    page.get_by_role("textbox").fill(STORY)
    step()
    press("Save and continue")
    page.get_by_role("textbox").fill("Maalin maalmaha ka mid ah.")
    press("Save and continue")
    step()
    press("Save and continue")
    step()
    page.get_by_label("Yes, without my name").check()
    page.get_by_label("No, keep my name to yourselves").check()
    press("Save and continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_text(STORY)).to_be_visible()
    step()
    press("Send my nomination")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    step()
    press("Read what you sent", "link")
    expect(page.get_by_text(STORY)).to_be_visible()
    step()
    press("Back", "link")
    step()


def sent_once():
    db.session.rollback()
    nomination = db.session.scalars(select(Nomination)).one()
    assert nomination.stage is Stage.SUBMITTED
    assert db.session.scalar(select(func.count()).select_from(Snapshot)) == 1
    assert STORY in db.session.scalars(select(Answer.text)).all()


@pytest.mark.both_databases
def test_nominate_with_javascript(world, page, axe):
    nominate(page, axe)
    sent_once()


def test_nominate_without_javascript(world, open_page, axe):
    nominate(open_page(javascript=False), axe)
    sent_once()


def test_nominate_on_a_phone(world, open_page, axe):
    nominate(open_page(**PHONE), axe)
    sent_once()


def test_two_people_and_two_awards_in_one_sitting_on_a_phone(world, open_page, axe):
    page = open_page(**PHONE)

    def press(name, role="button"):
        page.get_by_role(role, name=name, exact=True).click()

    def step():
        axe(page)
        fits(page)

    reference = begin(page)
    page.get_by_label("Last name").fill("Warsame")
    page.get_by_label("School", exact=True).press_sequentially("denny")
    page.get_by_label("David T. Denny International Middle School").check()
    press("Save and continue")
    page.get_by_label("Parent or family member").check()
    press("Save and continue")
    page.get_by_role("textbox").fill(STORY)
    press("Save and finish later")
    press("Another award, or another person", "link")
    step()
    press("Another award for Warsame", "link")
    step()
    page.get_by_label("Science Teaching Award").check()
    press("Begin")
    expect(page.get_by_role("link", name="How you know them")).to_be_visible()
    page.get_by_role("link", name="Question 1").click()
    expect(page.get_by_text("You answered this for Excellence in Teaching Award")).to_be_visible()
    step()
    press("Say the same here")
    expect(page.get_by_role("textbox")).to_have_value(STORY)
    step()
    page.goto(f"/nominations/{reference}/together")
    press("Nominate another person", "link")
    step()
    page.get_by_label("Science Teaching Award").check()
    press("Continue")
    page.wait_for_url("**/nominee")
    page.get_by_label("As for Warsame").check()
    step()
    page.get_by_label("Last name").fill("Okafor")
    press("Save and continue")
    press("Say the same here")
    expect(page.get_by_label("Parent or family member")).to_be_checked()
    page.goto(f"/nominations/{reference}/together")
    expect(page.get_by_role("heading", level=2)).to_have_text(["Warsame", "Okafor"])
    expect(page.get_by_role("heading", level=3)).to_have_count(4)
    step()
    assert db.session.scalar(select(func.count(func.distinct(Nomination.reference)))) == 4


def test_nominate_in_the_dark(world, open_page, axe):
    nominate(open_page(color_scheme="dark"), axe)


def test_nominate_by_keyboard_alone(world, page, axe):  # noqa: PLR0915 - a whole journey
    """Only Tab, Shift, arrows, Space, Enter and letters."""
    keys = page.keyboard

    def on(name):
        """Move on until the control with this name has the focus."""
        for _press in range(60):
            keys.press("Tab")
            label = page.evaluate(
                "() => { const e = document.activeElement;"
                " return (e.labels?.length ? [...e.labels].map(l => l.innerText).join(' ') : e.innerText || '') }"
            )
            if name in label:
                box = page.evaluate(
                    "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle }"
                )
                assert box != "none", f"no focus is seen on {name}"
                return
        message = f"{name} is not reached by Tab on {page.url}"
        raise AssertionError(message)

    page.goto("/nominate")
    on("Excellence in Teaching Award")
    keys.press("Space")
    on("Continue")
    keys.press("Enter")
    page.wait_for_url("**/nominate/you**")
    on("Under 13")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    on("Your name")
    keys.type("Hibo Nuradin")
    on("Your e-mail address")
    keys.type("h.nuradin@example.org")
    keys.press("Enter")
    page.wait_for_url("**/nominee")
    on("Last name")
    keys.type("Warsame")
    on("School")
    keys.type("south")
    expect(page.get_by_label("South Shore PK-8 School")).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Space")
    on("South Shore PK-8 School")
    keys.press("Enter")  # chooses it too, and sends nothing
    expect(page.get_by_label("South Shore PK-8 School")).to_be_checked()
    axe(page)
    on("Save and continue")
    keys.press("Enter")
    page.wait_for_url("**/relation")
    on("Parent or family member")
    keys.press("Space")
    on("Save and continue")
    keys.press("Enter")
    page.wait_for_url("**/answers/q1")
    on("Question 1")
    keys.type(STORY)
    on("Save and continue")
    keys.press("Enter")
    for _question in (2, 3):
        page.wait_for_url(f"**/answers/q{_question}")
        on("Save and continue")
        keys.press("Enter")
    page.wait_for_url("**/quote")
    on("Yes, with my name")
    keys.press("Space")
    keys.press("ArrowDown")
    on("Yes, they may know")
    keys.press("Space")
    on("Save and continue")
    keys.press("Enter")
    page.wait_for_url("**/check")
    on("Send my nomination")
    keys.press("Enter")
    page.wait_for_url("**/sent")
    sent_once()


def begin(page):
    page.goto("/nominate/you?award=teaching")
    page.get_by_label("18 or older").check()
    page.get_by_label("Your name").fill("Hibo Nuradin")
    page.get_by_label("Your e-mail address").fill("h.nuradin@example.org")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/nominee")
    return re.search(r"/nominations/(N-\d+)/", page.url)[1]


def test_what_is_typed_is_saved_as_it_is_typed(world, page, axe):
    reference = begin(page)
    page.goto(f"/nominations/{reference}/answers/q1")
    page.get_by_role("textbox").press_sequentially("Typed and never sent.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved at")
    axe(page)
    page.goto(f"/nominations/{reference}/answers/q1")
    expect(page.get_by_role("textbox")).to_have_value("Typed and never sent.")


def test_a_save_on_its_way_is_no_second_window(world, page):
    reference = begin(page)
    page.goto(f"/nominations/{reference}/answers/q1")

    def slowly(route):
        if route.request.headers.get("x-autosave"):
            answer = route.fetch()
            page.wait_for_timeout(600)
            route.fulfill(response=answer)
        else:
            route.continue_()

    page.route("**/answers/q1", slowly)
    with page.expect_request(lambda request: "x-autosave" in request.headers):
        page.get_by_role("textbox").fill("A first part.")
    page.get_by_role("textbox").press_sequentially(" And more.")
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**/answers/q2")
    db.session.rollback()
    assert db.session.scalar(select(Answer.text)) == "A first part. And more."


def test_over_the_limit_is_said_while_typing_and_nothing_is_cut(world, page, axe):
    reference = begin(page)
    page.goto(f"/nominations/{reference}/answers/q1")
    expect(page.locator("word-count")).to_contain_text("0 words of 250")
    page.get_by_role("textbox").fill("word " * 260)
    expect(page.locator("word-count")).to_contain_text("260 words, 10 more than 250")
    axe(page)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".error-summary")).to_contain_text("This has 260 words")
    expect(page.get_by_role("textbox")).to_have_value("word " * 260)


def test_two_windows_end_with_both_texts_side_by_side(world, page, axe):
    reference = begin(page)
    url = f"/nominations/{reference}/answers/q1"
    other = page.context.new_page()
    page.goto(url)
    other.goto(url)
    page.get_by_role("textbox").fill("From the first window.")
    expect(page.locator("[data-saved].fresh")).to_contain_text("Saved at")
    other.get_by_role("textbox").fill("From the second window.")
    expect(other.locator("[data-saved]")).to_contain_text("changed in another window")
    axe(other)
    other.get_by_role("link", name="See both texts side by side").click()
    expect(other.get_by_text("From the first window.")).to_be_visible()
    expect(other.get_by_role("textbox")).to_have_value("From the second window.")
    axe(other)
    other.get_by_role("textbox").fill("Both together.")
    other.get_by_role("button", name="Save what I typed here").click()
    expect(other.get_by_role("textbox")).to_have_value("Both together.")


def test_several_schools_and_a_team_are_chosen_with_script(world, page, axe):
    begin(page)
    page.get_by_label("Last name").fill("Warsame")
    search = page.get_by_label("School", exact=True)
    none = page.get_by_text("No school of ours matches that.").first
    search.fill("zzzq")
    expect(none).to_be_visible()
    for part, name in (("denny", "David T. Denny International Middle School"), ("lake", "South Lake High School")):
        search.fill(part)
        page.get_by_label(name).check()
    expect(page.get_by_label("David T. Denny International Middle School")).to_be_checked()
    expect(none).to_be_hidden()
    page.get_by_role("button", name="They are a team: add another person").click()
    page.get_by_label("Last name").nth(1).wait_for()
    page.wait_for_load_state("load")
    page.get_by_label("Last name").nth(1).fill("Ortega")
    axe(page)
    page.get_by_role("button", name="Save and continue", exact=True).last.click()
    page.wait_for_url("**/relation")
    page.goto(page.url.replace("/relation", "/check"))
    shown = page.locator("main")
    expect(shown).to_contain_text("Ortega")
    expect(shown).to_contain_text("South Lake High School")
    expect(shown).to_contain_text("Denny")


def test_pressing_twice_sends_once(world, page, axe):
    nominate(page, axe)
    page.go_back()
    sent_once()


def test_script_and_server_count_words_alike(world, page):
    page.goto("/nominate")
    counted = page.evaluate(
        "async (texts) => { const m = await import('/static/js/word-count.js'); return texts.map(m.countWords) }",
        [text for text, _count in WORDS],
    )
    assert counted == [count_words(text) for text, _count in WORDS]


def test_consent_and_take_it_back(app, world, open_page, axe):
    with transaction():
        person = make_person("Amina Warsame")
        cycle = make_cycle()
        candidacy = make_candidacy(cycle, person=person)
        candidacy.told_at, person.minor = clock.now(), None
        make_nomination(cycle, nominee="Amina Warsame", candidacy=candidacy, may_show_words=True)
        client = app.test_client()
        sign_in(client, person)
    number = candidacy.id
    page = open_page(**PHONE)
    page.context.add_cookies(
        [
            {
                "name": "visit",
                "value": client.get_cookie("visit", domain="127.0.0.1").value,
                "url": app.config["SETTINGS"].base_url,
            }
        ]
    )
    page.goto(f"/consent/{number}")
    axe(page)
    page.get_by_label("18 or older").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Read what was written about you").click()
    expect(page.get_by_text("She runs the homework table.")).to_be_visible()
    axe(page)
    fits(page)
    page.get_by_role("link", name="Back").click()
    axe(page)
    fits(page)
    page.get_by_role("group", name="My name may stand").get_by_label("Yes, it may").check()
    page.get_by_role("button", name="Save what I allow").click()
    expect(page.get_by_text("Allowed since")).to_be_visible()
    axe(page)
    db.session.rollback()
    assert consent.given(number)
    page.get_by_role("link", name="Write my biography").click()
    axe(page)
    page.get_by_role("textbox").fill("Amina Warsame teaches mathematics.")
    page.get_by_role("button", name="Save my biography").click()
    page.get_by_role("button", name="Take everything back").click()
    expect(page.get_by_text("Taken back on")).to_be_visible()
    axe(page)
    db.session.rollback()
    assert consent.given(number) == {}


def test_a_student_applies_without_javascript(world, open_page, axe):  # noqa: PLR0915 - a whole journey
    with transaction():
        make_cycle(
            make_award("Senior Scholarship", slug="senior"),
            opens_at=clock.now() - timedelta(days=9),
            closes_at=clock.now() + timedelta(days=9),
            self_nomination=True,
        )
    page = open_page(javascript=False, **PHONE)

    def press(name, role="button"):
        page.get_by_role(role, name=name, exact=True).click()

    def step():
        axe(page)
        fits(page)

    page.goto("/nominate?award=senior")
    press("Continue")
    step()
    page.get_by_label("Under 13").check()
    page.get_by_label("For myself").check()
    page.get_by_label("Your name").fill("Devon Reyes")
    page.get_by_label("Your e-mail address").fill("d.reyes@example.org")
    press("Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask a grown-up to write with you")
    step()
    page.goto("/nominate/you?award=senior")
    press("Continue")
    expect(page.locator(".error-summary")).to_contain_text("Choose how old you are")
    step()
    page.get_by_label("13 to 17").check()
    page.get_by_label("For myself").check()
    page.get_by_label("Your name").fill("Devon Reyes")
    page.get_by_label("Your e-mail address").fill("d.reyes@example.org")
    press("Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("About you")
    expect(page.get_by_label("Last name")).to_have_value("Reyes")
    page.get_by_label("School", exact=True).fill("south lake")
    press("Find schools")
    page.get_by_label("South Lake High School").check()
    step()
    page.get_by_role("button", name="Save and continue").last.click()
    page.get_by_role("textbox").fill(STORY)
    press("Save and finish later")
    step()
    press("Who it is for", "link")
    expect(page.get_by_label("It is myself")).to_be_checked()
    press("Save and finish later")
    press("Your name and address", "link")
    page.get_by_label("Your parent's or guardian's name").fill("Marisol Reyes")
    page.get_by_label("Their e-mail address").fill("m.reyes@example.org")
    step()
    press("Save and finish later")
    press("Check your answers", "link")
    step()
    press("Send my application")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. Your application is with us.")
    step()
    sent_once()
