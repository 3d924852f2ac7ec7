"""Every component, seen as different people see it."""

from __future__ import annotations

import pytest

from portal.db import transaction
from portal.demo import makers
from portal.web.gallery import PAGES
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser

ADDRESSES = ("/gallery", *(f"/gallery/{page}" for page in PAGES))
WAYS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
}


@pytest.fixture
def demonstration(app):
    with transaction():
        makers.make_organisation()


@pytest.mark.parametrize("way", WAYS)
def test_axe_finds_nothing_in_the_gallery(demonstration, open_page, axe, way):
    page = open_page(**WAYS[way])
    for address in ADDRESSES:
        assert page.goto(address).ok, address
        axe(page)


@pytest.mark.parametrize("width", [320, 768])
def test_no_page_of_the_gallery_is_wider_than_the_screen(demonstration, open_page, width):
    page = open_page(viewport={"width": width, "height": 800})
    wide = []
    for address in ADDRESSES:
        page.goto(address)
        room = page.evaluate("() => document.documentElement.scrollWidth")
        if room > width:
            wide.append(f"{address}: {room} px")
    assert not wide


def test_whatever_takes_a_finger_is_large_enough_for_one(demonstration, open_page):
    page = open_page(**PHONE)
    small = []
    for address in ADDRESSES:
        page.goto(address)
        small += [f"{address}: {what}" for what in page.evaluate(TOO_SMALL)]
    assert not small, "\n".join(small)


# What is pressed or typed into, with the labels of radios and checkboxes, measures 44 px. Links in text are exempt.
TOO_SMALL = """() => [...document.querySelectorAll(
    "button, summary, select, textarea, a.button, input:not([type=hidden])")]
  .map(element => {
    const choice = element.matches("[type=radio], [type=checkbox]");
    const target = (choice && (element.labels[0] || element.closest("label"))) || element;
    const boxes = [element.getBoundingClientRect(), target.getBoundingClientRect()];
    return [element, Math.max(...boxes.map(box => box.height)), Math.max(...boxes.map(box => box.width))];
  })
  .filter(([element, height, width]) => height > 1 && (height < 43.5 || width < 43.5))
  .map(([element, height, width]) => `${element.outerHTML.slice(0, 120)} is ${width.toFixed(0)} x ${height.toFixed(0)}`)
"""
