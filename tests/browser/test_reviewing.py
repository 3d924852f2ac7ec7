"""A reviewer in Chromium: invited, declares, scores three by keyboard; without script; on a phone. Axe at every step."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import clock
from portal.awards.rules import CycleStage, MemberState
from portal.db import db, transaction
from portal.demo.makers import make_candidacy, make_cycle, make_nomination, sign_in
from portal.people.models import Person
from portal.review.actions import assigning, practice, rounds
from portal.review.models import Assignment, Masked, Review, SpokenName
from portal.review.queries import practice as practices
from portal.review.queries import rounds as rounds_queries
from tests.support.reviewing import look_over, make_committee, make_open, score

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def now_dates():
    now = clock.now()
    return {
        "opens_at": now - timedelta(days=40),
        "closes_at": now - timedelta(days=10),
        "scoring_opens_at": now - timedelta(days=1),
        "scoring_closes_at": now + timedelta(days=9),
    }


def signed_in(app, page, number, served):
    client = app.test_client()
    with transaction():
        sign_in(client, db.session.get_one(Person, number), at=clock.now())
    cookie = client.get_cookie("visit", domain=app.config["SETTINGS"].host.partition(":")[0])
    page.context.add_cookies([{"name": "visit", "value": cookie.value, "url": served}])
    return page


def ready(page):
    """The page's script is at hand."""
    page.wait_for_function("() => document.querySelector('.criterion-said') !== null")


def settled(page):
    """Whatever fades in has done so."""
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState === 'finished')")


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.fixture
def invited(app):
    with transaction():
        made = make_committee(candidacies=3, members=2, reads=1, declared=False, **now_dates())
        made.round = rounds.make(made.cycle, seed=5, by=made.staff, at=clock.now())
        look_over(made)
        member = made.members[1]
        member.state, member.capacity, member.rules_agreed_at = MemberState.INVITED, None, None
        made.members[0].capacity = 0
        made.invited = member.id
    return made


def give_and_open(made):
    """What staff do once somebody has declared."""
    with transaction():
        round_, by = rounds_queries.by_id(made.round.id), db.session.get_one(Person, made.staff.id)
        assigning.apply(assigning.make_plan(round_, seed=5, by=by, at=clock.now()), round_, by=by, at=clock.now())
        rounds.open_round(round_, by=by, at=clock.now())


def test_from_an_invitation_to_three_submitted_reviews_by_keyboard_alone(app, invited, page, axe, served):
    signed_in(app, page, invited.numbers[1], served)
    page.goto(f"/committees/{invited.invited}")
    axe(page)
    page.get_by_label("How many can you read?").press_sequentially("5")
    page.get_by_label("I agree to these rules").press("Space")
    page.get_by_role("button", name="Yes, I will read").press("Enter")
    expect(page).to_have_url(re.compile("/conflicts$"))
    axe(page)
    page.get_by_role("button", name="Go on").press("Enter")
    expect(page.get_by_role("heading", name=re.compile("One thing|to fix", re.IGNORECASE))).to_be_visible()
    axe(page)
    page.get_by_label("I have looked through the whole list, and there is none").press("Space")
    page.get_by_role("button", name="Go on").press("Enter")
    expect(page).to_have_url(re.compile("/reading$"))
    axe(page)
    give_and_open(invited)

    page.reload()
    axe(page)
    page.locator("th a").first.press("Enter")
    for turn in range(3):
        expect(page.get_by_role("heading", name="Your scores")).to_be_visible()
        axe(page)
        ready(page)
        page.locator("body").press("4")
        page.keyboard.press("5")
        page.keyboard.press("3")
        page.keyboard.press("6")
        expect(page.locator("[data-said]")).to_have_text("All four scored")
        expect(page.locator("[data-figure]")).to_have_text("44.5")
        page.locator("#comment").focus()
        page.keyboard.type(f"Strong on families, number {turn}.")
        expect(page.locator("[data-saved]").first).to_contain_text("Saved at")
        settled(page)
        axe(page)
        page.get_by_role("button", name="Send my scores").press("Enter")
        page.wait_for_url(re.compile(r"/reading(/\d+)?$"))
        expect(page.get_by_text("Your scores are in.")).to_be_visible()
    page.goto("/reading/scores")
    axe(page)
    expect(page.get_by_role("cell", name="44.5")).to_have_count(3)
    db.session.rollback()
    reviews = db.session.scalars(select(Review)).all()
    assert [(review.state.value, review.total) for review in reviews] == [("submitted", 44.5)] * 3


@pytest.fixture
def opened(app):
    with transaction():
        return make_open_now(candidacies=3, members=3, reads=2)


def make_open_now(**facts):
    from portal.demo import makers
    from tests.support import reviewing

    now = clock.now()
    held = reviewing.NOW, makers.NOW
    reviewing.NOW = now
    try:
        return make_open(**facts, **{key: value for key, value in now_dates().items() if key == "opens_at"})
    finally:
        reviewing.NOW, makers.NOW = held


def test_two_devices_score_different_criteria_and_only_the_same_one_is_shown_side_by_side(
    app, opened, page, axe, served
):
    signed_in(app, page, opened.numbers[0], served)
    page.goto("/reading")
    page.locator("th a").first.click()
    other = page.context.new_page()
    other.goto(page.url)
    ready(page)
    ready(other)
    other.locator("body").press("2")
    expect(other.locator("[data-saved]").first).to_contain_text("Saved at")
    page.locator("body").press("n")
    page.locator("body").press("6")
    expect(page.locator("[data-saved]").first).to_contain_text("Saved at")
    expect(page.locator('input[name="score-c1"][value="2"]')).to_be_checked()  # from the other device
    expect(
        page.get_by_role("tab", name=re.compile("2 of 4")).or_(page.get_by_text("two of four scored"))
    ).not_to_have_count(0)
    other.locator("body").press("5")  # the second criterion, which the first device scored meanwhile
    link = other.get_by_role("link", name="See both texts side by side")
    expect(link).to_be_visible()
    link.click()
    expect(other.get_by_role("heading", name="Two versions of your scores")).to_be_visible()
    axe(other)
    other.get_by_role("button", name="Use what is in this window").click()
    expect(other.get_by_role("heading", name="Your scores")).to_be_visible()
    expect(other.locator('input[name="score-c2"][value="5"]')).to_be_checked()
    expect(other.locator('input[name="score-c1"][value="2"]')).to_be_checked()


def test_scoring_without_script(app, opened, open_page, axe, served):
    page = signed_in(app, open_page(javascript=False), opened.numbers[0], served)
    page.goto("/reading")
    page.locator("th a").first.click()
    axe(page)
    for key in ("c1", "c2", "c3"):
        page.locator(f'input[name="score-{key}"][value="4"]').check()
    page.get_by_role("button", name="Send my scores").click()
    axe(page)
    expect(page.get_by_role("link", name=re.compile("Criterion 4"))).to_be_visible()
    page.locator('input[name="score-c4"][value="na"]').check()
    page.get_by_role("button", name="Send my scores").click()
    expect(page.get_by_text("Your scores are in.")).to_be_visible()


def test_scoring_on_a_phone(app, opened, open_page, axe, served):
    page = signed_in(app, open_page(**PHONE), opened.numbers[0], served)
    page.goto("/reading")
    axe(page)
    fits(page)
    page.locator("th a").first.click()
    axe(page)
    fits(page)
    expect(page.get_by_role("heading", name="Your scores")).to_be_hidden()
    page.get_by_role("tab", name=re.compile("Scores")).click()
    expect(page.get_by_role("heading", name="Your scores")).to_be_visible()
    axe(page)
    page.locator("label.level").filter(has_text="Level 5").first.click()
    expect(page.locator("[data-saved]").first).to_contain_text("Saved at")
    page.get_by_role("button", name="Send my scores").click()
    expect(page.get_by_role("heading", name="Three things to fix")).to_be_visible()
    expect(page.get_by_role("heading", name="Your scores")).to_be_visible()
    expect(page.locator("#score-c2-5")).to_be_visible()
    axe(page)
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("link", name=re.compile("Criterion 3")).click()
    expect(page.locator("#score-c3-5")).to_be_visible()
    page.get_by_role("link", name="I may know this person").click()
    axe(page)
    fits(page)
    page.get_by_role("button", name="Step aside").click()
    axe(page)
    page.get_by_label("How do you know this person").fill("We taught together.")
    page.get_by_role("button", name="Step aside").click()
    expect(page.get_by_text("You will not see this candidacy again.")).to_be_visible()


def test_a_level_chosen_without_a_connection_is_neither_sent_into_the_dark_nor_lost(app, opened, open_page, served):
    page = signed_in(app, open_page(**PHONE), opened.numbers[0], served)
    page.goto("/reading")
    page.get_by_role("link", name=re.compile("^Begin with")).click()
    address = page.url
    ready(page)
    scores = page.get_by_role("tab", name=re.compile("Scores"))
    scores.click()
    page.context.set_offline(True)
    page.locator("label.level").filter(has_text="Level 5").first.click()
    expect(scores).to_have_text("Scores, 1 of 4")
    page.get_by_role("button", name="Send my scores").click()
    expect(page.locator("[data-saved]").first).to_contain_text("No connection")
    assert page.url == address
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    ready(again)
    expect(again.locator('input[name="score-c1"][value="5"]')).to_be_checked()
    expect(again.locator("[data-figure]")).to_have_text("50.0")
    expect(again.locator("[data-saved]").first).to_contain_text("Saved at")


def test_the_next_reading_opens_at_its_beginning_and_a_closed_round_is_said_while_scoring(app, opened, page, served):
    signed_in(app, page, opened.numbers[0], served)
    page.goto("/reading")
    page.locator("th a").first.click()
    ready(page)
    page.get_by_role("button", name="Send my scores").click()
    page.get_by_role("link", name=re.compile("Criterion 4")).wait_for()
    ready(page)
    page.get_by_role("link", name=re.compile("Criterion 4")).click()
    for key in "4444":
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_text("your scores are in.")).to_be_visible()
    ready(page)
    assert "#" not in page.url
    expect(page.locator("#score-c1-6")).to_be_visible()
    expect(page.locator("#score-c4-6")).to_be_hidden()
    with transaction():
        rounds.close(
            rounds_queries.newest(opened.cycle.id), by=db.session.get_one(Person, opened.staff.id), at=clock.now()
        )
    page.keyboard.press("3")
    expect(page.locator("[data-saved]").first).to_have_text(
        "This round is closed, so scores can no longer be given or changed."
    )
    page.get_by_role("button", name="Send my scores").click()
    expect(page.get_by_text("This came too late and is not saved.")).to_be_visible()


def test_the_desk_of_a_round(app, opened, open_page, axe, served):
    with transaction():
        for person in opened.people[1:]:
            for each in opened.readings(person):
                score(opened, each, 4, 5, 3, 6, at=clock.now())
        reference = db.session.scalars(select(SpokenName.reference)).first()
    slug = f"/desk/{opened.cycle.award.slug}/{opened.cycle.season.year}"
    for kind in ({}, PHONE, {"color_scheme": "dark"}):
        page = signed_in(app, open_page(**kind), opened.staff.id, served)
        nouns = ("round", "assignments", "masking", "masking?show=all", "standings", "standings/print")
        for noun in (*nouns, f"assignments/{reference}", f"standings/{reference}"):
            page.goto(f"{slug}/{noun}")
            axe(page)
            fits(page)
        page.goto(f"{slug}/masking?show=all")
        page.get_by_role("link", name=re.compile("^Look over:")).first.click()
        axe(page)
        fits(page)
        page.goto(f"{slug}/assignments")
        page.get_by_role("button", name="Plan who reads what").click()
        expect(page.get_by_role("heading", name="What this plan would change")).to_be_visible()
        axe(page)
        fits(page)


def test_looking_texts_over_with_nothing_but_enter(app, page, axe, served):
    with transaction():
        made = make_committee(candidacies=3, members=2, reads=1, **now_dates())
        rounds.make(made.cycle, seed=5, by=made.staff, at=clock.now())
    signed_in(app, page, made.staff.id, served)
    page.goto(f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}/masking/next")
    for _ in range(3):
        expect(page.get_by_role("button", name="Looked over, go to the next")).to_be_focused()
        axe(page)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    expect(page.get_by_text("Everything was looked over")).to_be_visible()
    assert db.session.scalar(select(Assignment.id).limit(1)) is None


MOST_KEYS, MOST_SECONDS = 12, 10  # what the portal itself may add to the reading of one candidacy


def test_twenty_five_candidacies_are_scored_by_keyboard_alone_in_few_keys_and_little_time(app, page, axe, served):
    """The portal's own part, measured: keys pressed, and seconds from the first of them until the next text is there."""
    with transaction():
        made = make_open_now(candidacies=25, members=1, reads=1)
    signed_in(app, page, made.numbers[0], served)
    page.goto("/reading")
    keys, spent = 0, 0.0

    def press(*given):
        nonlocal keys
        for key in given:
            page.keyboard.press(key)
            keys += 1

    page.get_by_role("link", name=re.compile("^Begin with")).focus()
    press("Enter")
    page.wait_for_url(re.compile(r"/reading/\d+"))
    axe(page)
    for turn in range(25):
        ready(page)
        began = time.monotonic()
        press("4", "x" if turn % 5 == 4 else "5", "3", "6")
        expect(page.locator("[data-said]")).to_have_text("All four scored")
        with page.expect_navigation():
            press("Enter")
        spent += time.monotonic() - began
    expect(page).to_have_url(re.compile("/reading$"))
    expect(page.get_by_text("That was the last one")).to_be_visible()
    axe(page)
    assert keys / 25 <= MOST_KEYS
    assert spent / 25 <= MOST_SECONDS
    db.session.rollback()
    assert len(db.session.scalars(select(Review.id).where(Review.submitted_at.is_not(None))).all()) == 25


def test_the_same_on_a_phone_takes_as_few_touches(app, open_page, served):
    with transaction():
        made = make_open_now(candidacies=25, members=1, reads=1)
    page = signed_in(app, open_page(**PHONE), made.numbers[0], served)
    page.goto("/reading")
    page.get_by_role("link", name=re.compile("^Begin with")).tap()
    touches, spent = 0, 0.0
    for _turn in range(25):
        ready(page)
        began = time.monotonic()
        page.get_by_role("tab", name=re.compile("Scores")).tap()
        for criterion, level in enumerate((4, 5, 3, 6), start=1):
            if criterion > 1:
                page.locator(f"#criterion-c{criterion} .criterion-said button").tap()
            page.locator(f'label[for="score-c{criterion}-{level}"]').tap()
            touches += 2 if criterion > 1 else 1
        with page.expect_navigation():
            page.get_by_role("button", name="Send my scores").tap()
        touches += 2  # the tab, and sending
        spent += time.monotonic() - began
    expect(page.get_by_text("That was the last one")).to_be_visible()
    assert touches / 25 <= MOST_KEYS
    assert spent / 25 <= MOST_SECONDS


def test_a_practice_and_files_that_were_looked_over_are_read_on_any_screen(app, open_page, axe, served):
    with transaction():
        made = make_open_now(candidacies=1, members=1, reads=1)
        last = make_cycle(made.cycle.award, stage=CycleStage.RELEASED, year=made.cycle.season.year - 1)
        past = make_candidacy(last, name="Philippa Nightjar", nominations=0)
        make_nomination(last, nominee="Philippa Nightjar", candidacy=past, texts=("Philippa Nightjar sings.", "", ""))
        db.session.flush()
        found = practices.past_at(made.cycle, made.staff, past.id)
        file = practice.choose(made.cycle, found, by=made.staff, at=clock.now()).id
        for masked in db.session.scalars(select(Masked)):
            masked.approved_at = masked.approved_at or clock.now()
    place = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
    for kind in ({}, PHONE):
        page = signed_in(app, open_page(**kind), made.staff.id, served)
        for noun in ("practice", "paper", "feedback", "masking/files"):
            page.goto(f"{place}/{noun}")
            axe(page)
            fits(page)
    page = signed_in(app, open_page(**PHONE), made.numbers[0], served)
    page.goto(f"/reading/practice/{file}")
    axe(page)
    fits(page)
    page.get_by_role("tab", name=re.compile("Scores")).click()
    ready(page)
    for key in "4x36":
        page.keyboard.press(key)
    page.get_by_role("button", name="Show me the others' levels").click()
    page.get_by_role("tab", name=re.compile("Scores")).click()
    expect(page.get_by_role("heading", name="You, beside the others")).to_be_visible()
    axe(page)
    fits(page)
