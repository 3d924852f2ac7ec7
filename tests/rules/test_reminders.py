"""Which reminder is due, as a property; and what staff may type for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.awards.reminders.rules import MOST_DAYS, parse, step

DUE = datetime(2026, 3, 14, 6, 59, tzinfo=UTC)
days = st.lists(st.integers(1, MOST_DAYS), max_size=5)
hours = st.integers(-40, 24 * 70)


@given(days=days, ahead=hours, asked=hours)
def test_the_reminder_due_is_the_last_whose_time_came_after_they_were_asked(days, ahead, asked):
    at, since = DUE - timedelta(hours=ahead), DUE - timedelta(hours=asked)
    found = step(days, due=DUE, since=since, at=at)
    fitting = [each for each in days if 24 * each >= ahead and 24 * each < asked]
    assert found == (min(fitting) if fitting and at < DUE else None)


@given(days=days, looks=st.lists(hours, max_size=60))
def test_however_often_the_worker_looks_and_sleeps_each_reminder_goes_at_most_once(days, looks):
    sent = {found for ahead in looks if (found := step(days, due=DUE, since=None, at=DUE - timedelta(hours=ahead)))}
    assert sent <= set(days)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7, 2", (7, 2)),
        (" 2;7 14", (14, 7, 2)),
        ("1", (1,)),
        ("60", (60,)),
        ("", None),
        ("0", None),
        ("61", None),
        ("7, 7", (7,)),
        ("7.5", None),
        ("seven", None),
        ("-2", None),
        ("٧", None),
        ("9999999999999999999999", None),
        ("1 2 3 4 5 6", None),
    ],
)
def test_days_are_read_or_refused(typed, read):
    assert parse(typed) == read
