"""After the decisions, in a browser: a photograph, visits, certificates, kind words and what worked, on a desk and on a phone."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from sqlalchemy import select

from portal.accounts.models import Session
from portal.accounts.rules import new_token, token_hash
from portal.db import db, transaction
from portal.jobs import worker
from portal.nominations.models import Field, Nomination, Quote
from portal.publishing import actions, chores
from portal.publishing.desk import queries
from tests.support.browser import PHONE
from tests.support.deciding import build, consent, decide, ready

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
TOLD, PUBLIC = NOW + timedelta(days=7), NOW + timedelta(days=14)
PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def world(app):
    with transaction():
        made = build(surprise=True)
        decide(made)
        for place in (0, 1):
            consent(made.candidacy(place), *Field)
            for nomination in db.session.scalars(
                select(Nomination).where(Nomination.candidacy_id == made.candidacies[place])
            ):
                nomination.quote = Quote.NAMED
        joy = made.person("joy")
        actions.plan(queries.releasing(made.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=joy, at=NOW)
    return made


@pytest.fixture
def sign_in(served):
    """Sign somebody in on a page: the cookie of a session of theirs."""

    def sign(page, number):
        token, now = new_token(), datetime.now(UTC)
        times = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(days=1)}
        with transaction():
            db.session.add(Session(token_hash=token_hash(token), person_id=number, browser="test", **times))
        page.context.add_cookies([{"name": "visit", "value": token, "url": served}])
        return page

    return sign


def clock_face(instant):
    return instant.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M")


def jpeg():
    out = io.BytesIO()
    Image.linear_gradient("L").resize((900, 600)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def prepare(joy, world, look):
    """Send a photograph, describe it, plan a visit and let its host in on it, note a name, change the certificate."""
    joy.goto(f"{world.desk}/release/pages/{world.reference(0)}")
    joy.get_by_role("link", name="Send a photograph").click()
    look(joy)
    joy.locator('input[type="file"]').set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    joy.get_by_text("is being checked").wait_for()  # a file that was chosen goes by itself
    while worker.run_once():
        continue
    joy.locator("focus-point img").wait_for()  # the page asks after its file, and shows it once it is clean
    joy.locator("focus-point img").click(position={"x": 40, "y": 40})
    joy.get_by_role("button", name="Save").click()
    joy.get_by_role("heading", name="One thing to fix").wait_for()
    look(joy)
    joy.get_by_label("What the photograph shows").fill("Amina Warsame beside a blackboard.")
    joy.get_by_role("button", name="Save").click()
    joy.get_by_text("Somebody else checks the page.").wait_for()
    look(joy)

    joy.goto(f"{world.desk}/release/visits")
    look(joy)
    joy.get_by_role("link", name=re.compile("Plan a visit.*Amina")).click()
    joy.get_by_label("Begins").fill(clock_face(PUBLIC))
    joy.get_by_label("Ends").fill(clock_face(PUBLIC + timedelta(hours=1)))
    joy.get_by_label("The host's name").fill("Odalys Marchetti")
    joy.get_by_label("The host's e-mail address").fill("odalys@host.example")
    joy.get_by_role("button", name="Save the visit").click()
    joy.get_by_role("heading", name="One thing to fix").wait_for()
    look(joy)
    joy.get_by_label("Begins").fill(clock_face(TOLD + timedelta(days=1)))
    joy.get_by_label("Ends").fill(clock_face(TOLD + timedelta(days=1, hours=1)))
    joy.get_by_role("button", name="Save the visit").click()
    joy.get_by_text("The host knows nothing of it yet.").wait_for()
    joy.get_by_role("button", name="Tell the host").click()
    joy.get_by_text("Its subject says nothing.").wait_for()
    look(joy)

    joy.goto(f"{world.desk}/keepsakes")
    look(joy)
    joy.get_by_role("link", name="How each is said").click()
    joy.get_by_label("Amina Warsame").fill("ah-MEE-nah")
    look(joy)
    joy.get_by_role("button", name="Save").click()
    joy.get_by_text("One name is noted.").wait_for()
    joy.get_by_role("link", name="Change how they read and look").click()
    look(joy)
    joy.get_by_role("link", name=re.compile("Change.*Certificate")).click()
    look(joy)
    joy.get_by_label("What for").first.fill("For {mug}")
    joy.get_by_role("button", name="Save").click()
    joy.get_by_role("heading", name="One thing to fix").wait_for()
    look(joy)


def own_page(amina, world, axe):
    amina.goto(f"/kind-words/{world.candidacies[0]}")
    amina.get_by_text("She runs the homework table.").first.wait_for()
    axe(amina)
    amina.goto(f"/honored/{world.candidacies[0]}")
    axe(amina)
    amina.get_by_role("link", name=re.compile("See or change it")).click()
    axe(amina)


def test_announce_a_surprise_and_what_follows(world, open_page, axe, sign_in):
    joy = sign_in(open_page(), world.joy)
    prepare(joy, world, axe)
    with transaction():
        ready(world, at=NOW)
    with transaction():
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=NOW)
    chores.release_due(TOLD)
    joy.goto(f"{world.desk}/release/visits/{world.reference(0)}")
    joy.get_by_role("button", name="They have been told").click()
    joy.get_by_text("We write to Amina Warsame now.").wait_for()
    chores.release_due(PUBLIC)
    visitor = open_page(**PHONE)
    visitor.goto("/recipients/2026/amina-warsame")
    visitor.get_by_role("img", name="Amina Warsame beside a blackboard.").wait_for()
    axe(visitor)

    joy.goto(f"{world.desk}/kind-words")
    axe(joy)
    joy.get_by_role("link", name=re.compile("Prepare.*Amina")).click()
    axe(joy)
    joy.get_by_role("button", name="Approve and send").click()
    joy.get_by_text("One message is on its way.").wait_for()
    amina = sign_in(open_page(**PHONE), world.candidacy(0).people[0].person_id)

    own_page(amina, world, axe)

    joy.goto(f"{world.desk}/briefs")
    joy.get_by_label("Until when").fill(clock_face(NOW + timedelta(days=60)))
    axe(joy)
    joy.get_by_role("button", name="Ask them").click()
    joy.get_by_text("on its way").wait_for()
    amina.goto(f"/practice/{world.candidacies[0]}")
    axe(amina)
    amina.get_by_label("Title").fill("A table")
    amina.get_by_role("textbox", name="What worked").fill("Put it where they pass.")
    amina.get_by_text(re.compile("Saved at")).first.wait_for()
    amina.get_by_role("button", name="Send it").click()
    amina.get_by_role("heading", name="One thing to fix").wait_for()
    axe(amina)
    amina.get_by_label("This may be published").check()
    amina.get_by_role("button", name="Send it").click()
    amina.get_by_text("Somebody of the office reads it").wait_for()
    joy.goto(f"{world.desk}/briefs")
    joy.get_by_role("link", name=re.compile("Read.*Amina")).click()
    axe(joy)
    joy.get_by_role("button", name="Publish it beside their page").click()
    joy.get_by_text("Published beside their page.").wait_for()
    visitor.goto("/recipients/2026/amina-warsame")
    visitor.get_by_role("link", name="A table").click()
    visitor.get_by_text("Put it where they pass.").wait_for()
    axe(visitor)
