"""A committee's evening: scores locked, the tie band walked through to a decision, the screen in the room, the minutes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.accounts.models import Session
from portal.accounts.rules import new_token, token_hash
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.nominations.models import Conflict, Kind
from portal.nominations.rules import ConflictState
from portal.review.actions import rounds
from portal.review.queries import rounds as known
from tests.support.browser import PHONE
from tests.support.reviewing import make_open, score

pytestmark = pytest.mark.browser
LEVELS = (5, 4, 4, 2)
COMMENT = "Between us: I know that classroom."


@pytest.fixture
def committee(app):
    """Return a committee whose blind round is closed, two candidacies tied at the cut, one of them closed to one member."""
    now = datetime.now(UTC).replace(microsecond=0)
    with transaction():
        made = make_open(candidacies=4, members=4, reads=2, places=2, scoring_closes_at=now + timedelta(hours=1))
        places = {one.id: place for place, one in enumerate(made.candidacies)}
        for person in made.people:
            for mine in made.readings(person):
                score(made, mine, *[LEVELS[places[mine.candidacy_id]]] * 4, at=now)
        held = known.by_id(made.round.id)
        rounds.close(held, by=made.staff, at=now)
        held.cycle.stage = CycleStage.IN_REVIEW
        db.session.add(
            Conflict(
                candidacy_id=made.candidacies[2].id,
                person_id=made.numbers[1],
                kind=Kind.FAMILY,
                state=ConflictState.DECLARED,
                fact="A neighbor.",
                raised_at=now,
            )
        )
    return made


def signed_in(page, number, served):
    db.session.rollback()  # what the test has read so far is an older state than the server's
    token, now = new_token(), clock.now()
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


def test_the_band_is_walked_through_to_a_decision(committee, open_page, served, axe):
    chair = signed_in(open_page(), committee.numbers[0], served)
    desk = f"/desk/{committee.cycle.award.slug}/{committee.cycle.season.year}"
    names = [one.name for one in committee.candidacies]
    readers = [one.name for one in committee.people]
    chair.goto(f"{desk}/meeting")
    axe(chair)
    chair.get_by_role("button", name="Lock the scores and open them to the committee").click()
    chair.goto(f"{desk}/meeting")
    chair.get_by_role("button", name="Begin the meeting").click()
    chair.get_by_text("The meeting has begun.").wait_for()
    axe(chair)
    screen = signed_in(open_page(), committee.numbers[0], served)
    screen.goto(f"{desk}/meeting-screen")
    expect(screen.get_by_role("heading", level=1)).to_have_text("Between two candidacies")
    chair.get_by_role("link", name=re.compile("^Go on with")).click()
    seen = []
    for turn in range(2):
        called = chair.get_by_role("heading", level=1).inner_text().split("R-")[0].strip()
        seen.append(called)
        away = chair.get_by_text("has a conflict with this candidacy and steps out")
        if away.count():
            assert readers[1] in away.inner_text()
            expect(screen.get_by_role("heading", level=1)).to_have_text("Between two candidacies")
            chair.get_by_role("button", name=re.compile("They have stepped out")).click()
        elif turn == 0:
            chair.get_by_role("button", name="Show it on the screen").click()
        expect(chair.get_by_text("On the screen now")).to_be_visible()
        expect(screen.get_by_role("heading", level=1)).to_have_text(called)
        shown = screen.content()
        assert not [each for each in (*names, *readers, COMMENT) if each in shown]
        chair.get_by_role("radio", name=re.compile("^Selected" if turn == 0 else "^Alternate")).check()
        chair.get_by_label("Reason").fill("The committee heard both stories; this one changed more classrooms.")
        chair.get_by_role("button", name="Propose").click()
        chair.get_by_text(re.compile("^Proposed:")).first.wait_for()
        if turn == 0:
            axe(chair)
            axe(screen)
        chair.get_by_role("button", name=re.compile("^Talked about")).click()
    chair.get_by_text("Every candidacy of the agenda was talked about.").wait_for()
    chair.get_by_role("button", name="End the meeting").click()
    expect(chair.get_by_text("this one changed more classrooms")).to_have_count(2)
    for called in seen:
        expect(chair.get_by_role("heading", name=re.compile(f"^{called}"))).to_be_visible()
    axe(chair)
    phone = signed_in(open_page(**PHONE), committee.numbers[0], served)
    phone.goto(f"{desk}/minutes")
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_reviewer_says_on_a_phone_what_they_would_give_now(committee, open_page, served, axe):
    with transaction():
        rounds.lock(known.by_id(committee.round.id), by=committee.staff, at=clock.now())
    desk = f"/desk/{committee.cycle.award.slug}/{committee.cycle.season.year}"
    person = committee.people[2]
    mine = committee.readings(person)[0]
    reference = known.name_of(known.by_id(committee.round.id), mine.candidacy_id).reference
    page = signed_in(open_page(**PHONE), person.id, served)
    page.goto(f"{desk}/standings/{reference}")
    axe(page)
    page.get_by_role("button", name="Keep it beside my score").click()
    expect(page.get_by_text("Choose a criterion.").first).to_be_visible()
    page.get_by_role("radio", name=re.compile(", scored ")).first.check()
    page.get_by_role("radio", name="6", exact=True).check()
    page.get_by_label("Why?").fill("I had read one page of two.")
    page.get_by_role("button", name="Keep it beside my score").click()
    expect(page.get_by_text("Kept beside your score.")).to_be_visible()
    expect(page.get_by_text("I had read one page of two.")).to_be_visible()
    axe(page)
