"""What a row of past honors becomes, and that no name comes through without somebody's word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing.archive import rules
from portal.publishing.archive.rules import Award, Context

COLUMNS = ["Award year", "Award", "Recipient", "School", "Position", "Consent"]
AWARDS = [Award(1, "Excellence in Teaching Award", frozenset({"excellence in teaching award", "teaching"}))]
CONTEXT = Context(
    matched=rules.guess(COLUMNS),
    awards=AWARDS,
    schools={7: "Denny International Middle School"},
    aliases={},
    this_year=2026,
    held_here={(1, 2025)},
)
TEXT = st.text(max_size=40)


def judge(
    *,
    year="2004",
    award="Teaching",
    name="Rosa Núñez",
    school="Denny",
    role="",
    basis="Rosa, by letter",
    mended=None,
    **more,
):
    cells = dict(zip(COLUMNS, [year, award, name, school, role, basis], strict=True))
    return rules.judge(cells, mended or {}, Context(**{**CONTEXT.__dict__, **more}))


def fields(judged):
    return [problem["field"] for problem in judged.problems]


def test_headings_are_read_as_far_as_they_tell():
    assert list(CONTEXT.matched.values()) == ["year", "award", "name", "school", "role", "basis"]
    assert rules.guess(["Name", "Recipient", "Favorite color"]) == {
        "Name": "name",
        "Recipient": "",
        "Favorite color": "",
    }
    assert rules.lacking({"a": "year"}, one_award=False) == ["award", "name"]


def test_a_right_row_becomes_a_line_with_whose_word_it_is():
    judged = judge()
    assert fields(judged) == []
    assert judged.facts["name_key"] == "nunez rosa"
    assert (judged.facts["school_id"], judged.facts["basis"]) == (7, "Rosa, by letter")


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"year": ""}, ["year"]),
        ({"year": "last year"}, ["year"]),
        ({"year": "2027"}, ["year"]),
        ({"year": "2003-05"}, ["year"]),
        ({"award": "Nobel"}, ["award"]),
        ({"award": ""}, ["award"]),
        ({"year": "2025"}, ["award"]),
        ({"basis": ""}, ["basis"]),
        ({"name": ""}, ["name"]),
        ({"name": "!!!"}, ["name"]),
        ({"name": "x" * 601}, ["name"]),
        ({"name": "", "school": ""}, []),
        ({"award": "", "award_id": 1}, []),
        ({"school": "A School Long Gone"}, []),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_field(facts, wrong):
    assert fields(judge(**facts)) == wrong


def test_one_word_can_stand_for_all_rows_that_say_none():
    cells = {"Award year": "2004", "Award": "Teaching", "Recipient": "Rosa Núñez"}
    judged = rules.judge(cells, {}, Context(**{**CONTEXT.__dict__, "basis": "Printed each year"}))
    assert (judged.problems, judged.facts["basis"]) == ([], "Printed each year")


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("2004", 2004),
        ("2003-04", 2004),
        ("2003/2004", 2004),
        ("1999-00", 2000),
        ("2003-05", None),
        ("04", None),
        ("20044", None),
    ],
)
def test_a_school_year_is_the_year_in_which_it_ended(said, year):
    assert rules.read_year(said)[0] == year


@given(name=TEXT, school=TEXT, role=TEXT, basis=TEXT)
def test_no_name_comes_through_without_somebodys_word(name, school, role, basis):
    for mended in ({}, {rules.LET_PASS: rules.UNNAMED}):
        judged = judge(name=name, school=school, role=role, basis=basis, mended=mended)
        if not judged.problems:
            named = judged.facts["name"] is not None
            assert not named or (judged.facts["basis"] and judged.facts["name_key"])
            assert named or all(judged.facts[word] is None for word in ("name_key", "school_id", "school_name", "role"))
            assert not (named and mended)


@given(st.sampled_from(["Rosa Núñez", "rosa nunez", "  Rosa   NÚÑEZ "]), TEXT, TEXT)
def test_the_same_honor_is_the_same_however_it_is_written(name, school, role):
    assert judge(name=name, school=school, role=role).digest == judge().digest
    assert judge(name=name, mended={rules.LET_PASS: rules.UNNAMED}).digest == judge().digest
    assert judge(name=name, year="2005").digest != judge().digest
