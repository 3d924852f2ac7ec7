"""Finding somebody who was honored, on a phone and without script; bringing past years in; showing the list on another site."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest
from sqlalchemy import insert

from portal.awards.models import Organisation, PastHonour
from portal.db import db, transaction
from portal.demo import makers
from portal.people.rules import name_key
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser
GIVEN = ("Zoë", "Tomás", "Ngọc", "Amina", "Gus", "Rosa", "Hodan", "Linh")
FAMILY = ("Villaseñor", "O'Brien", "Đặng", "Warsame", "Nakagawa", "Pratt", "Abdulle", "Tran-Whitaker")
SCHOOLS = ("Denny International Middle School", "Garfield High School", "Maple Elementary School")


@pytest.fixture
def world(app):
    """A quarter century of twenty people a year."""
    random, lines = Random(7), []
    with transaction():
        awards = [makers.make_award(f"Award for {kind}", slug=kind) for kind in ("teaching", "science", "letters")]
        makers.make_cycle(awards[0])
        for year in range(2001, 2026):
            for number in range(20):
                given, family = random.choice(GIVEN), random.choice(FAMILY)
                facts = {
                    "name": f"{given} {family}",
                    "name_key": name_key(given, family),
                    "role": None,
                    "basis": "They did",
                }
                where = {"school_id": None, "school_name": random.choice(SCHOOLS)}
                lines.append({"award_id": awards[number % 3].id, "year": year, **facts, **where})
        db.session.execute(insert(PastHonour), lines)
        return makers.make_staff("Joy Tanaka")


def test_somebody_is_found_on_a_phone_without_script(world, open_page, base_url, axe):
    page = open_page(javascript=False, **PHONE)
    page.goto(f"{base_url}/recipients")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    page.get_by_label("A name, a school or an award").fill("villasenor garfield")
    page.get_by_role("button", name="Find").click()
    page.get_by_text("Award", exact=True).click()
    axe(page)
    page.get_by_role("link", name="Award for science").click()
    assert "q=villasenor" in page.url
    assert "award=science" in page.url
    names = page.locator(".person-name").all_inner_texts()
    assert names
    assert all(name.endswith("Villaseñor") for name in names)
    page.get_by_role("link", name="Leave out: “villasenor garfield”").click()
    assert page.locator(".found-count").inner_text().startswith("175 people")
    page.goto(f"{base_url}/data")
    axe(page)


def test_past_years_come_in_from_a_spreadsheet(world, page, sign_in, axe, tmp_path):
    table = tmp_path / "honors.csv"
    table.write_text(
        "Year,Recipient,School\n1998,Rosa Núñez,Denny\n1998,Harold,Hastings\nlast,Gus,\n", encoding="utf-8"
    )
    sign_in(page, world)
    page.goto("/desk/archive")
    axe(page)
    page.get_by_label("The file").set_input_files(table)
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_label("Which award is every row for?").select_option(label="Award for letters")
    page.get_by_label("Who said that these names may be published").fill("Printed in the program of 1998")
    axe(page)
    page.get_by_role("button", name="Check the rows").click()
    axe(page)
    page.get_by_role("link", name="Mend row 4").click()
    page.get_by_label("Year", exact=True).fill("1999")
    page.get_by_label("Import it without the name").check()
    axe(page)
    page.get_by_role("button", name="Save the row").click()
    page.get_by_role("button", name="Bring in the 3 rows that are right").click()
    page.goto("/recipients/1998")
    assert page.get_by_text("Rosa Núñez").is_visible()
    page.goto("/recipients/1999")
    assert page.get_by_text("One recipient preferred not to be named.").is_visible()


class _Site(BaseHTTPRequestHandler):
    """The fund's own site: a page with a frame."""

    shows = ""

    def do_GET(self):
        body = f'<!doctype html><title>The fund</title><iframe src="{self.shows}" title="Recipients"></iframe>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        """Say nothing."""


def test_only_a_site_that_was_named_shows_the_list_in_a_frame(world, chromium, served):
    _Site.shows = f"{served}/embed/recipients"
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    with transaction():
        db.session.get_one(Organisation, 1).frame_origins = [f"http://127.0.0.1:{site.server_port}"]
    page = chromium.new_page()
    try:
        page.goto(f"http://127.0.0.1:{site.server_port}/")
        frame = page.frame_locator("iframe")
        frame.get_by_role("heading", name="Recipients of 2025").wait_for()
        assert frame.get_by_role("link", name="Everyone who was honored").get_attribute("target") == "_blank"
        page.goto(f"http://localhost:{site.server_port}/")
        assert page.frame_locator("iframe").get_by_role("heading", name="Recipients of 2025").count() == 0
    finally:
        page.close()
        site.shutdown()
        site.server_close()
