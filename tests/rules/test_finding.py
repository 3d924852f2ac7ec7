"""Finding somebody among all who were honored, and the dates as calendars read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing.rules import data, finding
from portal.publishing.rules.finding import Line, Wanted
from portal.web import calendars

PACIFIC = ZoneInfo("America/Los_Angeles")


def line(
    name="Tomás Villaseñor", *, year=2025, award="teaching", school="Chief Sealth International High School", **more
):
    names = {"en": "Excellence in Teaching Award", "es": "Premio a la enseñanza"}
    facts = {
        "whom": "teachers",
        "schools": finding.apart(school, ()),
        "key": finding.key(name, school, names),
        **more,
    }
    return Line(year, award, names, name=name, school=school, **facts)


LINES = [line(), line("Zoë O'Brien", year=2019, school="Denny"), line("李小龍", school=None), line(None, school=None)]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("villasenor", ["Tomás Villaseñor"]),
        ("VILLASEÑOR tomas", ["Tomás Villaseñor"]),
        ("obrien", ["Zoë O'Brien"]),
        ("o’brien zoe", ["Zoë O'Brien"]),
        ("sealth", ["Tomás Villaseñor"]),
        ("ensenanza denny", ["Zoë O'Brien"]),
        ("小", ["李小龍"]),
        ("illa", []),
        ("!!!", []),
        ("teaching", ["Tomás Villaseñor", "Zoë O'Brien", "李小龍"]),
    ],
)
def test_somebody_is_found_by_name_school_or_award_without_accents(words, names):
    assert [found.name for found in finding.find(LINES, Wanted(words))] == names


@given(st.text(min_size=1, max_size=30))
def test_no_words_lead_to_somebody_who_preferred_not_to_be_named(words):
    assert all(found.name for found in finding.find(LINES, Wanted(words)))
    assert not any(found.name is None for found in finding.find(LINES, Wanted(school=words)))


@given(st.dictionaries(st.sampled_from(["q", "year", "award", "whom", "school"]), st.text(max_size=12)))
def test_an_address_is_read_as_it_was_written(asked):
    what = finding.wanted(asked)
    assert finding.wanted(what.given()) == what
    finding.find(LINES, what)


def test_a_list_is_narrowed_by_each_thing_asked_for():
    assert [found.year for found in finding.find(LINES, Wanted(school="denny"))] == [2019]
    assert len(finding.find(LINES, Wanted(award="teaching", year=2025))) == 3
    assert finding.find(LINES, Wanted(whom="students")) == []
    assert finding.years(LINES) == [(2025, 3), (2019, 1)]
    assert [school.words for school in finding.schools(LINES)] == ["Chief Sealth International High School", "Denny"]


def test_a_comma_parts_schools_only_where_every_part_is_one():
    def names(school):
        return [name for _address, name in finding.apart(school, {"Denny", "Maple", "Garfield, the old one"})]

    assert names("Denny, Maple") == ["Denny", "Maple"]
    assert names("Garfield, the old one") == ["Garfield, the old one"]
    assert names("Central office, Seattle") == ["Central office, Seattle"]
    assert names(None) == []


def test_instants_keep_their_hour_on_both_sides_of_a_change_of_the_clocks():
    opens = datetime(2026, 2, 2, 9, 0, tzinfo=PACIFIC)
    closes = datetime(2026, 3, 13, 23, 59, tzinfo=PACIFIC)
    events = [calendars.Event(f"{at:%d}@x", at, "Now", "Then", "https://x/") for at in (opens, closes)]
    text = calendars.written("Dates", events, zone=PACIFIC.key, language="en")
    assert "DTSTART:20260202T170000Z\r\n" in text  # nine in the morning, eight hours behind
    assert "DTSTART:20260314T065900Z\r\n" in text  # a minute to midnight, seven hours behind


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_line_is_wider_than_calendars_take_and_no_words_break_out_of_theirs(words):
    at = datetime(2026, 3, 3, tzinfo=UTC)
    text = calendars.written(
        "Dates", [calendars.Event("1@x", at, words, words, "https://x/")], zone="UTC", language="en"
    )
    lines = text.split("\r\n")
    assert all(len(one.encode()) <= calendars.WIDEST for one in lines)
    assert sum(one.startswith("BEGIN:") for one in lines) == 2
    assert not set(text.replace("\r\n", "")) & {"\r", "\n", "\x00"}


def test_a_record_holds_exactly_the_fields_of_its_schema():
    fields = [field.name for field in data.FIELDS]
    record = data.record(
        LINES[0], currency="USD", page=lambda year, slug: f"/{year}/{slug}", photo=lambda line: line.photo
    )
    assert list(record) == fields == list(data.schema("x")["properties"]["recipients"]["items"]["properties"])
    unnamed = data.record(
        LINES[-1], currency="USD", page=lambda year, slug: f"/{year}/{slug}", photo=lambda line: line.photo
    )
    assert {name for name, value in unnamed.items() if value} == {"year", "award", "award_name", "honors"}
