"""The life of a cycle, its deadlines across both changes of the clocks, and what keeps it from opening."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.awards import rules, templates
from portal.awards.rules import CYCLE, MEMBER, Calendar, CycleStage, CycleStep, MemberState, MemberStep, NoSuchTime
from portal.errors import Refused

PACIFIC = "America/Los_Angeles"
ZONES = [
    PACIFIC,
    "America/New_York",
    "America/Phoenix",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
]
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(("state", "step"), list(product(CycleStage, CycleStep)))
def test_a_cycle_moves_only_as_its_table_says(state, step):
    allowed = {
        "draft": {"open": "open"},
        "open": {"extend for all": "open", "extend for one": "open", "close": "closed"},
        "closed": {"extend for all": "open", "extend for one": "closed", "take to review": "in review"},
        "in review": {"decide": "decided"},
        "decided": {"return to review": "in review", "release": "released"},
        "released": {"archive": "archived"},
        "archived": {},
    }
    expected = allowed[state.value].get(step.value)
    assert CYCLE.fits(state, step) == (expected is not None)
    if expected is None:
        with pytest.raises(Refused):
            CYCLE.advance(state, step)
    else:
        assert CYCLE.advance(state, step).value == expected
    assert (step in CYCLE.steps(state)) == (expected is not None)


@pytest.mark.parametrize(("state", "step"), list(product(MemberState, MemberStep)))
def test_a_place_on_a_committee_moves_only_as_its_table_says(state, step):
    allowed = {
        "invited": {"accept": "accepted", "decline": "declined", "remove": "removed"},
        "accepted": {"decline": "declined", "remove": "removed"},
        "declined": {"invite again": "invited", "remove": "removed"},
        "removed": {"invite again": "invited"},
    }
    expected = allowed[state.value].get(step.value)
    assert MEMBER.table.get((state, step)) == (MemberState(expected) if expected else None)


@given(steps=st.lists(st.sampled_from(CycleStep), max_size=30))
def test_whatever_is_tried_a_released_cycle_never_takes_nominations_again(steps):
    stage, released = CycleStage.DRAFT, False
    for step in steps:
        stage = CYCLE.table.get((stage, step), stage)
        released = released or stage is CycleStage.RELEASED
        assert not (released and stage in rules.TAKES_NOMINATIONS)


@given(day=days, clock=clocks, zone=st.sampled_from(ZONES))
@example(day=date(2026, 3, 8), clock=time(2, 30), zone=PACIFIC)
@example(day=date(2026, 11, 1), clock=time(1, 30), zone=PACIFIC)
@example(day=date(2026, 3, 8), clock=time(3, 0), zone=PACIFIC)
def test_an_instant_shows_on_the_wall_what_was_asked_for_or_is_refused(day, clock, zone):
    there = ZoneInfo(zone)
    wanted = datetime.combine(day, clock)
    # the naive way: every instant of three days, minute by quarter hour, that shows this time there
    start = datetime.combine(day, clock, tzinfo=UTC) - timedelta(hours=15)
    shows = [
        at
        for n in range(30 * 4)
        if (at := start + timedelta(minutes=15 * n)).astimezone(there).replace(tzinfo=None) == wanted
    ]
    if len(shows) == 1:
        assert rules.instant(day, clock, zone) == shows[0]
    else:
        with pytest.raises(NoSuchTime) as refused:
            rules.instant(day, clock, zone)
        assert ("never comes" in str(refused.value)) == (not shows)


def test_a_skipped_time_is_refused_with_the_hours_that_are_skipped():
    with pytest.raises(NoSuchTime, match=r"from 2:00 am to 3:00 am, so 2:30 am never comes"):
        rules.instant(date(2026, 3, 8), time(2, 30), PACIFIC)


def test_a_repeated_time_is_refused_with_the_hours_that_repeat():
    with pytest.raises(NoSuchTime, match=r"back from 2:00 am to 1:00 am, so 1:30 am comes twice"):
        rules.instant(date(2026, 11, 1), time(1, 30), PACIFIC)


def test_the_two_edges_of_a_change_are_no_trouble():
    assert rules.instant(date(2026, 3, 8), time(1, 59), PACIFIC) == datetime(2026, 3, 8, 9, 59, tzinfo=UTC)
    assert rules.instant(date(2026, 3, 8), time(3, 0), PACIFIC) == datetime(2026, 3, 8, 10, 0, tzinfo=UTC)
    assert rules.instant(date(2026, 11, 1), time(0, 59), PACIFIC) == datetime(2026, 11, 1, 7, 59, tzinfo=UTC)
    assert rules.instant(date(2026, 11, 1), time(2, 0), PACIFIC) == datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


def test_a_deadline_is_never_at_twelve_in_the_night():
    with pytest.raises(NoSuchTime, match="Say 11:59 pm"):
        rules.deadline_instant(date(2026, 3, 14), time(0, 0), PACIFIC)
    assert rules.deadline_instant(date(2026, 3, 13), time(23, 59), PACIFIC) == datetime(2026, 3, 14, 6, 59, tzinfo=UTC)


CHANGES = (date(2026, 3, 8), date(2026, 11, 1))  # the clocks go forward, and back


@pytest.mark.parametrize("day", [change + timedelta(days=n) for change in CHANGES for n in (-1, 0, 1)])
@pytest.mark.parametrize("clock", [time(0, 55), time(3, 5), time(23, 59)])
def test_a_deadline_is_the_second_it_says_on_both_sides_of_both_changes(day, clock):
    deadline = rules.deadline_instant(day, clock, PACIFIC)
    assert deadline.astimezone(ZoneInfo(PACIFIC)).replace(tzinfo=None) == datetime.combine(day, clock)
    facts = {"opens_at": deadline - timedelta(days=2), "deadline": deadline, "grace_minutes": 10}
    for seconds, taken in ((-1, True), (0, True), (1, True), (599, True), (600, False), (601, False)):
        now = deadline + timedelta(seconds=seconds)
        assert rules.in_time(CycleStage.OPEN, now=now, **facts) is taken, seconds
    for seconds, taken in ((-1, True), (0, False), (1, False)):  # without grace
        now = deadline + timedelta(seconds=seconds)
        assert rules.in_time(CycleStage.OPEN, now=now, **{**facts, "grace_minutes": 0}) is taken, seconds


def test_a_grace_that_reaches_over_a_change_is_as_long_as_it_says():
    deadline = rules.deadline_instant(date(2026, 3, 8), time(1, 55), PACIFIC)
    facts = {"opens_at": deadline - timedelta(days=2), "deadline": deadline, "grace_minutes": 10}
    last = deadline + timedelta(minutes=10) - timedelta(seconds=1)
    assert last.astimezone(ZoneInfo(PACIFIC)).time() == time(3, 4, 59)
    assert rules.in_time(CycleStage.OPEN, now=last, **facts)
    assert not rules.in_time(CycleStage.OPEN, now=last + timedelta(seconds=1), **facts)


@given(clock=clocks)
def test_no_time_of_day_is_ever_called_midnight(clock):
    words = rules.said(clock)
    assert "midnight" not in words.lower()
    assert words.endswith(("am", "pm"))


@given(day=days, clock=clocks, zone=st.sampled_from(ZONES), weeks=st.integers(-120, 320))
def test_whole_weeks_keep_weekday_and_clock_time_on_the_wall(day, clock, zone, weeks):
    there = ZoneInfo(zone)
    begun = datetime.combine(day, clock, tzinfo=there).astimezone(UTC)
    moved = rules.shifted(begun, weeks=weeks, zone=zone).astimezone(there)
    before = begun.astimezone(there)
    wall = before.replace(tzinfo=None, fold=0) + timedelta(weeks=weeks)
    if (
        wall.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None, fold=0) == wall
    ):  # a time that exists
        assert (moved.weekday(), moved.hour, moved.minute) == (before.weekday(), before.hour, before.minute)
        assert (moved.date() - before.date()).days == weeks * 7
    else:
        assert abs(moved.replace(tzinfo=None) - wall) <= timedelta(hours=1)


@given(year=st.integers(2026, 2060))
def test_a_calendar_copied_year_after_year_never_creeps_through_the_seasons(year):
    first = opens = datetime(2026, 2, 2, 17, tzinfo=UTC)
    for now in range(2026, year):
        weeks = rules.weeks_between_years(opens, years=1, zone=PACIFIC, like=first)
        opens = rules.shifted(opens, weeks=weeks, zone=PACIFIC)
        local = opens.astimezone(ZoneInfo(PACIFIC))
        assert local.weekday() == 0
        assert (local.hour, local.minute) == (9, 0)
        assert date(now + 1, 1, 30) <= local.date() <= date(now + 1, 2, 5)


@pytest.mark.parametrize(
    ("opens", "years", "expected"),
    [
        ((2026, 2, 2), 1, (2027, 2, 1)),  # 2026 has 53 weeks by ISO 8601, and still it is the nearest Monday
        ((2026, 3, 13), 1, (2027, 3, 12)),
        ((2024, 2, 29), 1, (2025, 2, 27)),
        ((2026, 12, 31), 1, (2027, 12, 30)),
        ((2026, 1, 1), -1, (2025, 1, 2)),
        ((2026, 2, 2), 0, (2026, 2, 2)),
    ],
)
def test_a_copied_date_is_the_same_weekday_nearest_the_same_date(opens, years, expected):
    moment = datetime(*opens, 9, tzinfo=ZoneInfo(PACIFIC))
    weeks = rules.weeks_between_years(moment, years=years, zone=PACIFIC)
    moved = rules.shifted(moment, weeks=weeks, zone=PACIFIC).astimezone(ZoneInfo(PACIFIC)).date()
    assert moved == date(*expected)
    assert moved.weekday() == moment.weekday()


def test_a_calendar_that_was_moved_on_purpose_stays_where_it_was_moved():
    first, moved = (datetime(year, month, 2, 17, tzinfo=UTC) for year, month in ((2020, 2), (2026, 9)))
    weeks = rules.weeks_between_years(moved, years=1, zone=PACIFIC, like=first)
    assert weeks == rules.weeks_between_years(moved, years=1, zone=PACIFIC)


@given(
    stage=st.sampled_from(CycleStage),
    seconds=st.integers(-86_400, 86_400),
    grace=st.integers(0, 60),
)
def test_a_submission_is_in_time_until_the_deadline_and_its_grace_to_the_second(stage, seconds, grace):
    opens = datetime(2026, 2, 2, 17, tzinfo=UTC)
    closes = datetime(2026, 3, 14, 6, 59, tzinfo=UTC)
    at = closes + timedelta(seconds=seconds)
    expected = stage.value in {"open", "closed"} and seconds < grace * 60
    assert rules.in_time(stage, now=at, opens_at=opens, deadline=closes, grace_minutes=grace) == expected


@pytest.mark.parametrize(
    "closes",
    [
        datetime(2026, 3, 8, 9, 59, tzinfo=UTC),
        datetime(2026, 11, 1, 8, 59, tzinfo=UTC),
        datetime(2026, 11, 1, 9, 59, tzinfo=UTC),
    ],
)
@pytest.mark.parametrize(
    ("seconds", "in_time"), [(-1, True), (0, True), (1, True), (599, True), (600, False), (601, False)]
)
def test_grace_is_ten_minutes_long_when_the_clocks_change_too(closes, seconds, in_time):
    at = closes + timedelta(seconds=seconds)
    opens = closes - timedelta(days=30)
    assert rules.in_time(CycleStage.OPEN, now=at, opens_at=opens, deadline=closes, grace_minutes=10) is in_time


def whole(**changes):
    opens = datetime(2026, 2, 2, 17, tzinfo=UTC)
    dates = {name: opens + timedelta(days=10 * place) for place, name in enumerate(rules.ORDER)}
    facts = {
        "now": opens - timedelta(days=3),
        "questions": 5,
        "weights": (35, 25, 20, 20),
        "levels_described": True,
        "places": 8,
        "sum_cents": 300_000,
        "promised_cents": 2_400_000,
        "fund_cents": 2_400_000,
    }
    return rules.lacks(
        Calendar(**(dates | {k: v for k, v in changes.items() if k in Calendar._fields})),
        **(facts | {k: v for k, v in changes.items() if k in facts}),
    )


def test_a_whole_cycle_lacks_nothing():
    assert whole() == []


LATE = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words", "where"),
    [
        ({"scoring_opens_at": None}, "Scoring opens", "dates"),
        ({"decision_at": None}, "The decision is made", "dates"),
        ({"announced_at": None}, "Recipients are announced", "dates"),
        ({"closes_at": LATE}, 'must come after "Nominations close"', "dates"),
        ({"part_due_at": datetime(2026, 2, 3, tzinfo=UTC)}, "The nominee's part", "dates"),
        ({"now": LATE}, "in the past", "dates"),
        ({"places": 0}, "how many places", "money"),
        ({"promised_cents": 2_400_001}, "The fund gives 24,000", "money"),
        ({"questions": 0}, "at least one question", "questions"),
        ({"weights": None}, "rubric", "rubric"),
        ({"weights": (35, 25, 20)}, "add up to 80", "rubric"),
        ({"levels_described": False}, "every level", "rubric"),
    ],
)
def test_what_is_missing_is_said_with_the_page_that_mends_it(changes, words, where):
    found = whole(**changes)
    assert any(words in lack.message % lack.facts and lack.where == where for lack in found), found


@pytest.mark.parametrize("template", templates.AWARDS, ids=lambda template: template.slug)
def test_every_template_is_whole(template):
    assert sum(criterion.weight for criterion in template.rubric.criteria) == 100
    assert len({criterion.key for criterion in template.rubric.criteria}) == len(template.rubric.criteria)
    assert sorted(template.rubric.levels) in ([0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4])
    assert len({question.key for question in template.questions}) == len(template.questions)
    texts = [template.name, template.summary, template.about, template.who_may_receive, template.who_may_nominate]
    texts += [words for criterion in template.rubric.criteria for words in (criterion.name, criterion.about)]
    texts += [words for question in template.questions for words in (question.label, question.short, question.hint)]
    texts += template.rubric.levels.values()
    assert all(set(words) == {"en", "es"} and all(words.values()) for words in texts)


def test_there_are_nine_awards_with_the_sums_that_are_usual():
    sums = {template.slug: (template.places, template.sum_cents // 100) for template in templates.AWARDS}
    assert sums == {
        "principal-award": (2, 25_000),
        "excellence-in-teaching": (8, 3_000),
        "science-teaching": (3, 3_000),
        "school-leadership": (1, 5_000),
        "librarian": (1, 1_500),
        "senior-scholarship": (10, 5_000),
        "arts-scholarship": (3, 1_000),
        "new-arrival-scholarship": (6, 500),
        "student-activist": (1, 1_000),
    }
