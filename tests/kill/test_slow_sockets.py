"""`portal serve` goes on answering while hundreds of others dribble."""

from __future__ import annotations

import pytest

from bench.sockets import Crowd, ask
from portal.db import transaction
from portal.demo import makers

pytestmark = pytest.mark.kill

SLOW = 300


@pytest.fixture
def served_by_itself(app, portal, port):
    """The real server, in a process of its own, on this test's database."""
    with transaction():
        makers.make_organisation()
    portal.start("serve")
    portal.answers(app.config["SETTINGS"].base_url + "/awards")
    return port


def test_the_server_goes_on_answering_beside_three_hundred_slow_sockets(served_by_itself):
    with Crowd(served_by_itself, number=SLOW, large="/static/fonts/names-chinese.woff2") as crowd:
        met = ask(served_by_itself, path="/awards", seconds=4)
        assert crowd.dropped == 0
        assert len(crowd.held) == SLOW
    assert met.asked > 10
    assert met.answered == met.asked
    assert met.median_ms < 1000
