"""A browser proves by itself that it is no program, while its reader types; the field nobody meets is met by nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import make_award, make_cycle, make_organisation
from portal.nominations.doubts.models import Evidence
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser


def test_a_phone_proves_its_work_and_neither_keyboard_nor_screen_reader_meets_the_trap(app, open_page, axe):
    now = clock.now()
    with transaction():
        make_organisation()
        dates = {"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(days=9)}
        make_cycle(make_award("Excellence in Teaching Award", slug="teaching"), **dates)
    db.session.rollback()
    page = open_page(**PHONE)
    page.goto("/nominate/you?award=teaching")
    axe(page)
    expect(page.get_by_label("Your name")).to_be_visible()
    assert page.get_by_role("textbox", name="Leave this empty").count() == 0, "a screen reader does not know of it"
    page.get_by_label("Your name").focus()
    met = []
    for _ in range(12):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.name || ''"))
    assert "email" in met
    assert "leave_empty" not in met
    page.locator("proof-of-work[data-solved]").wait_for(state="attached")
    page.get_by_label("Your name").fill("Xiomara Ríos")
    page.get_by_label("Your e-mail address").fill("x.rios@example.org")
    page.get_by_label("18 or older").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who are you nominating?")
    noted = db.session.scalars(select(Evidence)).one()
    assert noted.proved_at is not None
    assert not noted.trapped
