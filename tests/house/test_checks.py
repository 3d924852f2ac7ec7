"""What `make check` looks for, so that `make test` fails on it too."""

from __future__ import annotations

import pytest

from tools.check import CHECKS, ROOT, run


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.promise.replace(" ", "-"))
def test_the_tools_find_nothing(check):
    assert not check.needs or (ROOT / check.needs).exists(), f"{check.needs} is gone: nothing would be looked at"
    outcome = run(check)
    assert outcome.code == 0, outcome.said
