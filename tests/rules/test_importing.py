"""Reading a form service's export: encodings, headings, times and awards."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.nominations.rules import importing as rules
from portal.nominations.rules.importing import AwardFacts, Context, Question

ZONE = ZoneInfo("America/Los_Angeles")
OPENS = datetime(2026, 2, 2, 17, 0, tzinfo=UTC)
CLOSES = datetime(2026, 3, 14, 6, 59, tzinfo=UTC)
cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30)


class Asked:
    def __init__(self, word_limit=3):
        self.kind, self.required, self.word_limit, self.choices = "text", True, word_limit, []
        self.character_limit = None


def award(number=1, name="Librarian Award", **facts):
    usual = {
        "id": number,
        "names": frozenset({name.casefold()}),
        "title": name,
        "takes": True,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "grace_minutes": 10,
        "self_nomination": False,
        "questions": {"justice": Asked()},
    }
    return AwardFacts(**{**usual, **facts})


MATCHED = {
    "when": "submitted_at",
    "name": "nominator_name",
    "mail": "nominator_email",
    "first": "nominee_given",
    "last": "nominee_family",
    "school": "school",
    "award": "awards",
    "why": "question:justice",
}
ROW = {
    "when": "02/03/2026 10:00:00",
    "name": "A B",
    "mail": "a@b.example",
    "first": "Nia",
    "last": "Mendoza",
    "school": "Lowell",
    "award": "Librarian Award",
    "why": "Good",
}


def context(*awards, **facts):
    usual = {
        "matched": MATCHED,
        "awards": awards or (award(),),
        "schools": {1: "Lowell"},
        "aliases": {},
        "zone": ZONE,
        "uploaded_at": CLOSES + timedelta(days=2),
    }
    return Context(**{**usual, **facts})


def judged(mended=None, *, with_context=None, **changed):
    with_context = with_context or context()
    row = {**ROW, **changed}
    return rules.judge(row, mended or {}, rules.parts(row, mended or {}, with_context)[0], with_context)


def stops(found):
    return [problem["field"] for problem in found.problems]


@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_a_spreadsheet_writes_is_read_back_cell_by_cell(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([["a", "b", "c"], *rows])
    kept = [(number, row) for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    if not kept:
        with pytest.raises(Refused):
            rules.read(out.getvalue())
        return
    table = rules.read(rules.decode(("\ufeff" + out.getvalue()).encode()))
    assert table.columns == ["a", "b", "c"]
    assert [(row.number, list(row.cells.values())) for row in table.rows] == kept


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(data):
    try:
        rules.read(rules.decode(data))
    except Refused as refusal:
        assert str(refusal)  # noqa: PT017 - either outcome is right; a refusal has words


def test_headings_that_are_empty_or_alike_are_told_apart():
    assert rules.read("a,,a,a (2)\n1,2,3,4\n").columns == ["a", "Column 2", "a (2)", "a (2) (2)"]
    assert list(rules.read("a;b\n1;2;3;4\n").rows[0].cells.values()) == ["1", "2", "3", "4"]
    assert rules.read("a\tb\n1\n").rows[0].cells == {"a": "1", "b": ""}
    assert rules.read(rules.decode("a,b\n1,2\n".encode("utf-16"))).rows[0].cells == {"a": "1", "b": "2"}


def test_columns_are_guessed_from_their_headings():
    questions = [
        Question("justice", ("Educational justice", "What has {nominee} done to advance educational justice?")),
        Question("story", ("One story with students", "Tell us one story of {nominee} with students.")),
        Question("evidence", ("Evidence of change", "What changed because of {nominee}, and how do you know?")),
        Question("anything", ("Anything else", "Is there anything else the committee should know?")),
    ]
    headings = {
        "Timestamp": "submitted_at",
        "Your name": "nominator_name",
        "Your email": "nominator_email",
        "How do you know the nominee?": "relation",
        "Nominee first name": "nominee_given",
        "Nominee last name": "nominee_family",
        "Nominee email (if known)": "nominee_email",
        "School": "school",
        "Nominee's role": "role",
        "Award(s)": "awards",
        "What has this person done to advance educational justice? (250 words)": "question:justice",
        "Tell us one story (250 words)": "question:story",
        "What evidence of change have you seen? (150 words)": "question:evidence",
        "May we quote you?": "quote",
        "Language": "language",
        "Anything else?": "question:anything",
        "Favourite colour": "",
    }
    assert rules.guess(list(headings), questions, {}) == headings
    assert rules.guess(["Wer"], questions, {"Wer": "nominator_name"}) == {"Wer": "nominator_name"}
    assert rules.guess(["Wer", "Your name"], questions, {"Wer": "nominator_name"}) == {
        "Wer": "nominator_name",
        "Your name": "",
    }
    assert rules.guess(["Wer"], questions, {"Wer": "question:gone"}) == {"Wer": ""}


@given(columns=st.lists(st.text(max_size=30), max_size=8, unique=True))
def test_no_target_is_guessed_twice(columns):
    given_targets = [
        target for target in rules.guess(columns, [Question("q", ("What have they done?",))], {}).values() if target
    ]
    assert len(given_targets) == len(set(given_targets))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("02/02/2026 13:22:00", "2026-02-02T21:22:00"),
        ("2/2/2026 1:22 PM", "2026-02-02T21:22:00"),
        ("2026/02/02 1:22:00 PM PST", "2026-02-02T21:22:00"),
        ("2026/02/02 1:22:00 PM GMT-8", "2026-02-02T21:22:00"),
        ("2026-02-02 13:22", "2026-02-02T21:22:00"),
        ("2026-02-02T13:22:00-05:00", "2026-02-02T18:22:00"),
        ("2026-02-02T13:22:00Z", "2026-02-02T13:22:00"),
        ("Feb 3, 2026 1:02 PM", "2026-02-03T21:02:00"),
        ("03/08/2026 01:59:59", "2026-03-08T09:59:59"),
        ("03/08/2026 02:30:00", "2026-03-08T10:30:00"),  # an hour the change of clocks leaves out
        ("03/08/2026 03:00:00", "2026-03-08T10:00:00"),
        ("11/01/2026 01:30:00", "2026-11-01T08:30:00"),  # an hour it repeats: the first
        ("11/01/2026 02:00:00", "2026-11-01T10:00:00"),
        ("03/13/2026 23:59:00", "2026-03-14T06:59:00"),
    ],
)
def test_times_are_read_in_the_organisations_zone(said, found):
    assert rules.instant(said, ZONE).replace(tzinfo=None).isoformat() == found


@pytest.mark.parametrize("said", ["", "yesterday", "13/45/2026 10:00", "0", "99999999", "12/30/1899 00:00:00"])
def test_what_is_no_time_is_none(said):
    assert rules.instant(said, ZONE) is None


@given(said=st.text(max_size=40))
def test_no_text_breaks_the_reading_of_times(said):
    found = rules.instant(said, ZONE)
    assert found is None or found.tzinfo is UTC


def test_a_row_that_is_right_has_neither_problems_nor_notes():
    found = judged()
    assert (found.problems, found.notes) == ([], [])
    assert found.facts["received_at"] == datetime(2026, 2, 3, 18, 0, tzinfo=UTC)
    assert found.facts["answers"] == {"justice": "Good"}


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"mail": ""}, ["nominator_email"]),
        ({"mail": "nobody"}, ["nominator_email"]),
        ({"first": " "}, ["nominee_given"]),
        ({"last": ""}, ["nominee_family"]),
        ({"school": ""}, ["school"]),
        ({"school": "Hogwarts"}, ["school"]),
        ({"award": "Grammy"}, ["awards"]),
        ({"award": ""}, ["awards"]),
        ({"name": ""}, ["nominator_name"]),
        ({"first": "x" * 301}, ["nominee_given"]),
    ],
)
def test_what_stops_a_row_names_its_field(changed, fields):
    assert stops(judged(**changed)) == fields


def test_a_person_may_let_pass_what_nobody_can_mend_and_nothing_else():
    assert stops(judged({"pass": "nominator_email nominee_given nominator_name"}, mail="", first="", name="")) == []
    assert stops(judged({"pass": "nominee_family school awards"}, last="", school="x", award="")) == [
        "nominee_family",
        "school",
        "awards",
    ]


def test_what_is_mended_takes_the_cells_place():
    found = judged({"nominee_given": "Mei", "school_id": "1"}, first="", school="Hogwarts")
    assert stops(found) == []
    assert (found.facts["nominee"]["given"], found.facts["school"]) == ("Mei", 1)
    assert judged({"not_listed": "yes"}, school="Hogwarts").facts["place_text"] == "Hogwarts"


def test_one_row_may_name_several_awards_and_the_longer_name_is_read_first():
    awards = (award(1, "Teaching Award"), award(2, "Science Teaching Award"), award(3, "Librarian Award"))
    for said, numbers in (
        ("Science Teaching Award", [2]),
        ("Teaching Award, Science Teaching Award", [1, 2]),
        ("Science Teaching Award; Librarian Award and Teaching Award", [2, 3, 1]),
        ("LIBRARIAN  AWARD", [3]),
    ):
        assert [one.id for one in rules.parts({**ROW, "award": said}, {}, context(*awards))] == numbers
    assert rules.parts({**ROW, "award": "Grammy"}, {}, context(*awards)) == [None]
    assert [one.id for one in rules.parts({**ROW, "award": ""}, {}, context(*awards, award_id=3))] == [3]


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, True), (1, True)])
def test_late_begins_at_the_end_of_the_grace(seconds, late):
    instant = CLOSES + timedelta(minutes=10, seconds=seconds)
    found = judged(when=instant.astimezone(ZONE).strftime("%m/%d/%Y %H:%M:%S"))
    assert found.facts["late"] is late


def test_an_extension_of_ones_own_counts_for_a_row_too():
    later = {(1, "a@b.example"): CLOSES + timedelta(days=1)}
    assert not judged(when="03/14/2026 10:00:00", with_context=context(deadlines=later)).facts["late"]
    assert judged(when="03/14/2026 10:00:00").facts["late"]


def test_over_the_limit_is_a_note_and_nothing_is_cut():
    found = judged(why="one two three four")
    assert stops(found) == []
    assert [note["field"] for note in found.notes] == ["question:justice"]
    assert found.facts["answers"]["justice"] == "one two three four"


def test_an_answer_that_was_left_empty_is_not_one_that_was_not_asked():
    assert judged(why="").facts["answers"] == {"justice": ""}
    without = context(matched={column: target for column, target in MATCHED.items() if column != "why"})
    assert judged(with_context=without).facts["answers"] == {}


def test_a_self_nomination_is_noted_where_the_award_takes_none():
    matched = {**MATCHED, "how": "relation"}
    found = judged(how="Self", with_context=context(matched=matched))
    assert found.facts["relation"] == "self"
    assert [note["field"] for note in found.notes] == ["relation"]
    assert not judged(how="Self", with_context=context(award(self_nomination=True), matched=matched)).notes


@given(row=st.fixed_dictionaries({column: st.text(max_size=40) for column in ROW}))
def test_no_row_breaks_the_judge(row):
    found = rules.judge(row, {}, rules.parts(row, {}, context())[0], context())
    assert isinstance(found.problems, list)
    assert rules.digest(row, found.award) == rules.digest(dict(row), found.award)
