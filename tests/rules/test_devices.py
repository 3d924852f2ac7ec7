"""What a browser says of itself, in the words of whoever holds it."""

from __future__ import annotations

import pytest

from portal.accounts.rules import device

_LIKE = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_LIKE} Safari/537.36 Edg/131.0.0.0", ("Edge", "Windows")),
        (f"Mozilla/5.0 (Linux; Android 10; K) {_LIKE} Mobile Safari/537.36", ("Chrome", "Android")),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_LIKE} Safari/537.36", ("Chrome", "ChromeOS")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", ("Firefox", "Mac")),
        ("curl/8.9", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_and_its_system_are_told_apart_from_those_they_descend_from(said, meant):
    assert device(said) == meant
