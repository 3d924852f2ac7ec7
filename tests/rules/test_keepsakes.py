"""Words of certificates: named fields and nothing else; what is empty leaves no comma behind; every script is set."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.publishing.rules import keepsakes as rules
from portal.publishing.rules.keepsakes import Kind

FACTS = dict.fromkeys(rules.FIELDS, "") | {"name": "Amina Warsame", "school": "Cleveland High School", "year": "2026"}
NOW = datetime(2026, 5, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{role}, {school}", "Cleveland High School"),
        ("{role}", ""),
        ("{name}, {role}, {school}", "Amina Warsame, Cleveland High School"),
        ("Seattle, {year}", "Seattle, 2026"),
        ("{award} {year}", "2026"),
        ("", ""),
    ],
)
def test_an_empty_field_leaves_nothing_hanging(words, said):
    assert rules.filled(words, FACTS) == said


@pytest.mark.parametrize("words", ["{mug}", "{", "a } b", "{name", "{{name}}", "{name.__class__}", "{0}"])
def test_only_the_fields_that_there_are_may_be_named(words):
    with pytest.raises(Refused):
        rules.check(words, Kind.CERTIFICATE, field="title_en")


def test_a_booklet_knows_no_single_person():
    rules.check("{name}", Kind.CERTIFICATE, field="x")
    with pytest.raises(Refused, match="nothing called"):
        rules.check("{name}", Kind.PROGRAM, field="x")


@given(st.text(), st.dictionaries(st.sampled_from(sorted(rules.FIELDS)), st.text(max_size=20)))
def test_whatever_staff_write_comes_out_as_words(words, facts):
    try:
        rules.check(words, Kind.CERTIFICATE, field="x")
    except Refused:
        return
    said = rules.filled(words, facts)
    if not facts:
        assert not re.search(r"\{\w+\}", said)


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_a_choice_that_is_not_offered_is_the_usual_one(layout):
    for kind in Kind:
        held = rules.chosen(kind, layout)
        for choice in rules.CHOICES[kind]:
            assert held[choice.name] in {value for value, _words in choice.values}
