"""Covering a part of a page by drawing over it, with a pointer and with keys; the numbers stay for whoever has no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from portal.db import db
from portal.demo.makers import NOW
from portal.jobs import worker
from tests.actions.test_covering import at_hand, opened, staff
from tests.browser.test_reviewing import signed_in

pytestmark = pytest.mark.browser
__all__ = ["opened"]  # the fixture: a resume that came as a file


def test_a_part_of_a_page_is_drawn_over_with_a_pointer_and_with_keys(app, opened, open_page, axe, served):
    worker.run_once(at=NOW)
    of, _round, _by = at_hand(opened)
    cycle, number, person = of.review.cycle, of.covered.id, staff().id
    address = f"/desk/{cycle.award.slug}/{cycle.season.year}/masking/files/{number}"
    page = signed_in(app, open_page(), person, served)
    page.goto(address)
    expect(page.get_by_role("button", name="Draw over a part of this page")).to_be_visible()
    axe(page)
    place = page.locator("draw-box img").bounding_box()
    x, y, width, height = (place[key] for key in ("x", "y", "width", "height"))
    page.mouse.move(x + width * 0.1, y + height * 0.2)
    page.mouse.down()
    page.mouse.move(x + width * 0.5, y + height * 0.4, steps=4)
    page.mouse.up()
    expect(page.get_by_role("group", name=re.compile(r"From (19|20)\.\d down to (39|40)\.\d"))).to_be_visible()
    axe(page)
    page.locator("draw-box").get_by_role("button", name="Cover this part").click()
    expect(page.get_by_text("Page 1: from")).to_have_count(1)

    page.get_by_role("button", name="Draw over a part of this page").press("Enter")
    for key in ("ArrowDown", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(page.locator(".draw-frame")).to_be_hidden()
    page.keyboard.press("Enter")  # the button has the focus again
    page.keyboard.press("Enter")
    expect(page.get_by_text("Page 1: from")).to_have_count(2)
    db.session.rollback()
    first, second = at_hand(opened)[0].covered.boxes
    assert all(abs(one - wanted) <= 8 for one, wanted in zip(first, [1, 100, 200, 500, 400], strict=True))
    assert second == [1, 300, 400, 700, 600]
