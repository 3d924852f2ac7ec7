"""A letter on a phone: written, then sent as a file over a network that is lost half-way; and without script. Axe at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import make_cycle, make_nomination, make_organisation, make_person
from portal.files.models import FilePart, StoredFile
from portal.files.rules import FileState
from portal.jobs import worker
from portal.nominations.actions import gathering, letters
from portal.nominations.models import Recommendation
from portal.nominations.queries.writing import by_reference
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.people.models import Person
from tests.support import hostile
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(app, served):
    now = clock.now()
    with transaction():
        make_organisation()
        cycle = make_cycle(opens_at=now - timedelta(days=9), closes_at=now + timedelta(days=9))
        nomination = make_nomination(cycle, at=now, nominator=make_person("Nadia Okafor"))
        gathering.gather(nomination, at=now)
        made = letters.ask(
            cycle=cycle,
            nomination=by_reference(nomination.reference),
            by=nomination.nominator,
            name="Ruth Ames",
            email="ruth@writers.example",
            role=WriterRole.SUPERVISOR,
            at=now,
        )
        return made.writer_id, f"{served}/letters/{made.reference}"


def fresh(kind):
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(kind).order_by(kind.id)).all()


@pytest.fixture
def enter(sign_in, asked):
    def go(page):
        sign_in(page, db.session.get(Person, asked[0]))
        page.goto(asked[1])
        return page

    return go


def test_a_file_goes_on_after_a_lost_network_and_is_sent_from_a_phone(app, open_page, axe, tmp_path, enter):
    page = enter(open_page(**PHONE))
    axe(page)
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(hostile.plain_pdf("Dear committee") + b"%" + b"x" * 1_300_000 + b"\n%%EOF\n")
    cut = []

    def network(route):
        if route.request.headers.get("x-upload") == "part" and len(cut) in {1, 2}:
            cut.append("lost")
            route.abort("internetdisconnected")
        else:
            cut.append("sent")
            route.continue_()

    page.route("**/file", network)
    page.set_input_files("#upload", letter)
    expect(page.get_by_text("No connection.")).to_be_visible()
    expect(page.locator(".file-there")).to_be_visible()
    assert cut.count("lost") == 2
    (file,) = fresh(StoredFile)
    assert (file.received, file.state, len(fresh(FilePart))) == (letter.stat().st_size, FileState.RECEIVED, 3)
    with app.test_request_context():
        app.preprocess_request()
        worker.run_once()
    expect(page.locator(".file-pages img")).to_be_visible()  # the page looks by itself
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Send my letter").click()
    expect(page.get_by_text("Thank you. Your letter is with us.")).to_be_visible()
    axe(page)
    assert fresh(Recommendation)[0].state is LetterState.RECEIVED


def test_a_letter_is_written_and_sent_without_script_by_a_student_of_fifteen(open_page, tmp_path, enter, axe):
    with transaction():
        fresh(Recommendation)[0].role = WriterRole.FAMILY
    page = enter(open_page(javascript=False, **PHONE))
    axe(page)
    page.get_by_label("13 to 17").press("Space")
    page.get_by_role("button", name="Continue").press("Enter")
    page.get_by_label("Your letter").fill("She keeps the library open.")
    page.get_by_role("button", name="Save and finish later").click()
    expect(page.get_by_label("Your letter")).to_have_value("She keeps the library open.")
    wrong = tmp_path / "letter.docx"
    wrong.write_bytes(hostile.archive())
    page.set_input_files("#upload", wrong)
    page.get_by_role("button", name="Send this file").click()
    expect(page.get_by_text("Save As, PDF").first).to_be_visible()
    page.get_by_role("button", name="Send my letter").click()
    expect(page.get_by_text("Thank you. Your letter is with us.")).to_be_visible()
