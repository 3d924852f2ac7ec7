"""Fixtures for every test; what they give and how to use them is in tests/README.md."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.apps",
    "tests.support.browser",
    "tests.support.databases",
    "tests.support.mailserver",
    "tests.support.processes",
]

# Two cores shared by many tests: an example may be slow at times, and that is no failure. CI tries more examples.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")
