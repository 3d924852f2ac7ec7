"""The rule, what it gives, the draw and the replay in a browser: wide and on a phone, with axe at every page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.db import transaction
from portal.decisions import chores
from portal.demo.makers import NOW
from portal.jobs import worker
from portal.review.actions import calibrating
from tests.support.browser import PHONE
from tests.support.reviewing import make_tied

pytestmark = pytest.mark.browser


@pytest.fixture
def root(app, page, sign_in, base_url, monkeypatch):
    """The desk of a cycle with an exact tie at the cut, where its staff signed in and the worker has been by."""
    with transaction():
        committee = make_tied(opens=NOW, closes=datetime.now(UTC))
        found = f"{base_url}/desk/{committee.cycle.award.slug}/{committee.cycle.year}"
    sign_in(page, committee.staff)
    monkeypatch.setattr(worker, "chores", [calibrating.calibrate_due, chores.select_due])  # and nothing that sends
    worker.run_once()
    return found


def test_a_decision_is_followed_from_its_rule_to_its_replay(root, page, axe):
    wide = page.viewport_size
    for path, words in (
        ("rule", "It cannot change"),
        ("standings", "Would a place change?"),
        ("decisions", "a draw settles it"),
        ("draw", "Publish who is in it"),
        ("draw/number", "keep it to yourself"),
    ):
        page.goto(f"{root}/{path}")
        assert words in page.locator("main").inner_text()
        axe(page)
        page.set_viewport_size(PHONE["viewport"])
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
        page.set_viewport_size(wide)
    page.goto(f"{root}/replay")
    page.get_by_role("button", name="Replay this decision").click()
    assert "It is being computed" in page.locator("main").inner_text()
    worker.run_once()
    page.get_by_role("link", name="Look again").click()
    assert page.get_by_text("Every step comes out as it was.").is_visible()
    axe(page)
    with page.expect_download() as found:
        page.get_by_role("link", name="Download the bundle").click()
    assert found.value.suggested_filename.startswith("replay-")
