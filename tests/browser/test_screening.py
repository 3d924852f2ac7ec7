"""Screening in Chromium: an export imported, nominations gathered, decided and put right; with script and without, axe at every step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from portal.db import db, transaction
from portal.demo.makers import (
    make_award,
    make_cycle,
    make_member,
    make_nomination,
    make_person,
    make_school,
    make_staff,
    sign_in,
)
from portal.nominations.actions import gathering
from portal.nominations.models import Candidacy, Conflict, Nomination
from portal.nominations.rules import CandidacyStage, ConflictState, Stage

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = "/desk/teaching/2026"


@pytest.fixture
def desk(app):
    now = datetime.now(UTC)
    with transaction():
        cycle = make_cycle(
            make_award("Excellence in Teaching Award", slug="teaching"),
            opens_at=now - timedelta(days=20),
            closes_at=now + timedelta(days=9),
        )
        denny, lowell = (
            make_school("David T. Denny International Middle School"),
            make_school("Lowell Elementary School"),
        )
        joy = make_staff("Joy Tanaka")
        make_staff("Ruth Diaz")
        make_member(cycle, make_person("Ola Petrova"))
        for name, school in (
            ("Josefina Moretti", denny),
            ("Josie Moretti", denny),
            ("amina warsame", denny),
            ("Keala Baptiste", lowell),
            ("Nia Petrova", lowell),
        ):
            gathering.gather(make_nomination(cycle, nominee=name, school=school, at=now), at=now)
        make_nomination(cycle, nominee="Winston Achterberg", school=lowell, stage=Stage.LATE, at=now)
        client = app.test_client()
        sign_in(client, joy)
        return client.get_cookie("visit", domain="127.0.0.1").value


@pytest.fixture
def signed_in(desk, open_page, base_url):
    def give(**options):
        page = open_page(**options)
        page.context.add_cookies([{"name": "visit", "value": desk, "url": base_url}])
        return page

    return give


def fits(page):
    """The page is no wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("options", [{}, {"javascript": False}, PHONE], ids=["script", "no script", "phone"])
def test_a_morning_of_screening(signed_in, axe, options, tmp_path):  # noqa: PLR0915 - a whole journey
    page = signed_in(**options)

    def step():
        page.wait_for_load_state()
        axe(page)
        fits(page)

    def press(name, role="button"):
        page.get_by_role(role, name=name, exact=True).first.click()

    named = select(Nomination.reference).join(Candidacy, Candidacy.id == Nomination.candidacy_id)
    amina = db.session.scalars(named.where(Candidacy.name == "amina warsame")).one()
    db.session.rollback()
    page.goto("/desk/screening")
    step()
    press("Excellence in Teaching Award", role="link")
    expect(page.get_by_role("heading", name="Are these the same person?")).to_be_visible()
    step()

    press("Read them side by side", role="link")
    step()
    press("Yes, gather both")
    expect(page.get_by_text("is one candidacy now")).to_be_visible()

    for name in ("Keala Baptiste", "amina warsame"):
        page.get_by_label(f"Choose {name}").check()
    step()
    press("Mark eligible")
    expect(page.get_by_text("2 are decided.")).to_be_visible()
    page.get_by_label("Choose Nia Petrova").check()
    press("Mark not eligible")
    expect(page.get_by_role("heading", name="Why is this one not eligible?")).to_be_visible()
    step()
    page.get_by_label("Reason").fill("Two years in the district; the award asks three.")
    press("Mark not eligible")
    expect(page.get_by_text("One is decided.")).to_be_visible()
    page.goto(f"{DESK}/screening?tab=ineligible")
    expect(page.get_by_text("Two years in the district")).to_be_visible()
    step()

    page.goto(f"{DESK}/screening?tab=eligible")
    press("amina warsame", role="link")
    step()
    press("Put the name right", role="link")
    step()
    page.get_by_label("First name").fill("Amina")
    page.get_by_label("Last name").fill("")
    press("Save the name")
    expect(page.locator(".error-summary")).to_contain_text("last name")
    step()
    page.get_by_label("Last name").fill("Warsame")
    press("Save the name")
    expect(page.get_by_role("heading", level=1)).to_have_text("Amina Warsame")
    page.get_by_text("Record that it is confirmed").click()
    page.get_by_label("Who confirmed it, and when").fill("R. Flores, on Monday")
    press("Record it")
    expect(page.get_by_text("Recorded: the standing is confirmed.")).to_be_visible()
    press(f"Return it to the nominator: {amina}", role="link")
    step()
    page.get_by_label("What is missing").fill("Which grade does she teach?")
    page.get_by_label("They have until").fill("2036-03-20T17:00")
    press("Return it to the nominator")
    expect(page.get_by_text(f"{amina}: Returned to the nominator.")).to_be_visible()
    step()

    page.goto(f"{DESK}/conflicts")
    step()
    press("Ola Petrova", role="link")
    step()
    page.get_by_label("Reason").fill("No relation; she told us so.")
    press("It is no conflict")
    page.goto(f"{DESK}/conflicts?show=decided")
    expect(page.get_by_text("No relation; she told us so.")).to_be_visible()
    step()

    page.goto(f"{DESK}/screening?tab=late")
    step()
    press("Winston Achterberg", role="link")
    step()
    page.get_by_label("Reason").fill("Our site was down that night.")
    press("Accept it although late")
    expect(page.get_by_text("counts now, in")).to_be_visible()

    page.goto(f"{DESK}/entry")
    step()
    press("Enter this nomination")
    expect(page.locator(".error-summary")).to_be_visible()
    step()
    page.get_by_label("Their name").fill("Deborah Lindqvist")
    page.get_by_label("Their telephone number").fill("206 555 0100")
    page.get_by_label("18 or older").check()
    page.get_by_label("Nominee's first name").fill("Hirut")
    page.get_by_label("Nominee's last name").fill("Alemayehu")
    page.get_by_label("School", exact=True).fill("lowell")
    if options.get("javascript") is False:
        press("Find schools of that name")
    page.get_by_label("Lowell Elementary School").check()
    page.get_by_label("Parent or guardian").check()
    page.get_by_label("Question 1 about the nominee?").fill("She stays until every child is picked up.")
    page.get_by_label("Yes, without the name").check()
    page.get_by_role("group", name="May the nominee be told who nominated them?").get_by_label("No").check()
    press("Enter this nomination")
    expect(page.get_by_text("Entered as N-")).to_be_visible()
    step()

    file, sent = tmp_path / "export.csv", f"{datetime.now(UTC) - timedelta(days=2):%m/%d/%Y}"
    file.write_text(
        "\ufeffTimestamp,Your name,Your email,Nominee first name,Nominee last name,School,Award\r\n"
        f"{sent} 00:01,Keala Mensah,k@example.org,Grace,Kim,Lowell,Excellence in Teaching Award\r\n"
        f"{sent} 00:02,Bao Chau,b@example.org,,Ortiz,Lowell,Excellence in Teaching Award\r\n"
        f"{sent} 00:03,Bao Chau,b@example.org,Samuel,Ortiz,Hogwarts,Excellence in Teaching Award\r\n",
        newline="",
    )
    page.goto("/desk/imports")
    step()
    page.get_by_label("The file").set_input_files(file)
    press("Upload and look at it")
    expect(page.get_by_role("heading", name="Match the columns")).to_be_visible()
    step()
    press("Check the rows")
    expect(page.get_by_text("2 to mend")).to_be_visible()
    step()
    press("Import the one row that is right")
    expect(page.get_by_text("One row is imported.")).to_be_visible()
    page.get_by_label("Nominee: first name").fill("Samuel")
    press("Mend row 3")
    expect(page.get_by_text("Row 3 is right now.")).to_be_visible()
    press("See the whole row: 4", role="link")
    step()
    page.get_by_label("A school that is not listed: keep it as typed").check()
    press("Save the row")
    press("Import the 2 rows that are right")
    expect(page.get_by_text("2 rows are imported.")).to_be_visible()
    step()

    stages = dict(
        db.session.execute(select(Candidacy.name, Candidacy.stage).where(Candidacy.merged_into_id.is_(None))).all()
    )
    assert stages["Amina Warsame"] is CandidacyStage.ELIGIBLE
    assert stages["Nia Petrova"] is CandidacyStage.INELIGIBLE
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 10
    assert db.session.scalars(select(Conflict.state)).all() == [ConflictState.DISMISSED]
