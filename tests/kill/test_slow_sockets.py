"""`portal serve` goes on answering while hundreds of others dribble."""

from __future__ import annotations

import pytest

from bench.sockets import Crowd, ask

pytestmark = pytest.mark.kill

SLOW = 300


def test_the_server_goes_on_answering_beside_three_hundred_slow_sockets(server, port):
    with Crowd(port, number=SLOW, large="/static/fonts/names-chinese.woff2") as crowd:
        met = ask(port, path="/awards", seconds=4)
        assert crowd.dropped == 0
        assert len(crowd.held) == SLOW
    assert met.asked > 10
    assert met.answered == met.asked
    assert met.median_ms < 1000
