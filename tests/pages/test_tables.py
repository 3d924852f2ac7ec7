"""Lists as files: what stands on the page stands in its file, in both kinds; and what the page keeps from somebody, so does the file."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from portal import clock
from portal.db import db
from tests.support.crawling import Browser
from tests.support.world_small import NAMES, NOW, WORDS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "/desk/teaching/2026"
PAGES = {  # page -> a word in its file for staff
    "/desk": "Principal Award",
    "/desk/found?q=starvash": NAMES["nominee"],
    "/desk/found?q=umberfield": NAMES["late nominee"],
    f"{HERE}/translations?show=every": "Soomaali",
    f"{HERE}/feedback": WORDS["feedback"],
    f"{HERE}/paper": NAMES["reviewer"],
    f"{HERE}/practice": "Practice Fern",
    f"{HERE}/masking/files": "Letter",
    "/desk/archive": "checked.csv",
    "/desk/archive/lines": "Nellie Archive",
}
OF_ONE = {
    page for page in PAGES if "found?q=starvash" in page or (page.startswith(f"{HERE}/") and "practice" not in page)
}


@pytest.fixture
def template() -> str:
    return "small_world"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.at(NOW):
        yield


def lines(browser: Browser, page: str) -> tuple[set[str], list[list[str]]]:
    """Return what names the rows of a page, and the rows of the file that it offers; nothing of a page without one."""
    drawn = browser.get(page).get_data(as_text=True)
    names = {html.unescape(name).strip() for name in re.findall(r'class="row-name"[^>]*>([^<]+)<', drawn)}
    found = re.search(r'href="([^"]+)"[^>]*>Download as CSV<', drawn)
    if found is None:
        return names, []
    path = html.unescape(found[1])
    kept = browser.get(path)
    assert kept.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(kept.get_data().decode("utf-8-sig"))))
    book = browser.get(f"{path}{'&' if '?' in path else '?'}as=xlsx")
    sheet = zipfile.ZipFile(io.BytesIO(book.get_data())).read("xl/worksheets/sheet1.xml")
    assert sheet.count(b"<row ") == len(rows), page
    assert len({len(row) for row in rows}) == 1, page
    return names, rows[1:]


def test_a_file_says_what_its_page_says_and_no_more(app):
    world = World.load()
    db.session.remove()
    staff, conflicted = Browser(app, world, "staff"), Browser(app, world, "conflicted staff")
    for page, word in PAGES.items():
        names, rows = lines(staff, page)
        said = " ".join(" ".join(row) for row in rows)
        assert word in said, page
        for name in names:
            assert name in said or all(part in said for part in re.split(r" (?=\d{4}$)", name)), (page, name)
    for page in OF_ONE:
        _names, rows = lines(conflicted, page)
        said = " ".join(" ".join(row) for row in rows)
        assert not re.search("Starvash|C-0001|" + WORDS["feedback"], said), page
    words = staff.get(f"{HERE}/feedback.csv").get_data(as_text=True)
    assert not re.search("Merriweather|Penhaligon", words)  # who wrote them
    sheets = staff.get(f"{HERE}/paper.csv").get_data(as_text=True)
    assert not any(NAMES[who] in sheets for who in ("nominee", "nominee of two"))  # as their readers know them
