"""What a page may show, when it may, and what keeps a release from its instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.publishing import rules
from portal.publishing.rules import Page, Readiness, ReleaseState, Weight

PACIFIC = ZoneInfo("America/Los_Angeles")
NOON = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
KNOWN = Page(
    name="Amina Warsame",
    role="Teacher",
    school="Denny",
    biography="She came to teach.",
    citation="For the homework table.",
    quotations=({"nomination": "N-1", "words": "a"}, {"nomination": "N-2", "words": "b"}),
    sum_cents=300_000,
    paid_to="the person",
)
FIELDS = st.sets(st.sampled_from(rules.FIELDS))


@given(agreed=FIELDS, quotable=st.sets(st.sampled_from(["N-1", "N-2"])))
def test_only_what_was_agreed_to_is_shown_and_nothing_at_all_without_the_name(agreed, quotable):
    shown = rules.page(KNOWN, agreed=agreed, quotable=quotable)
    if "name" not in agreed:
        assert shown == Page()
        return
    assert shown.name == "Amina Warsame"
    assert (shown.school is not None) == (shown.role is not None) == ("school" in agreed)
    assert (shown.biography is not None) == ("biography" in agreed)
    assert (shown.sum_cents is not None) == (shown.paid_to is not None) == ("sum" in agreed)
    assert {said["nomination"] for said in shown.quotations} == (quotable if "quotation" in agreed else set())


@given(more=FIELDS, agreed=FIELDS)
def test_agreeing_to_more_never_hides_and_agreeing_to_less_never_shows(more, agreed):
    less, all_of_it = (rules.page(KNOWN, agreed=fields, quotable={"N-1"}) for fields in (agreed, agreed | more))
    for one, other in zip(less, all_of_it, strict=True):
        assert one in (None, (), other)


SPACE = st.text(alphabet=" \n\t", min_size=1, max_size=3)


@given(text=st.text(max_size=80), start=st.integers(0, 80), length=st.integers(1, 40))
def test_any_part_of_a_text_is_said_in_it(text, start, length):
    part = text[start : start + length]
    if part.strip() and "..." not in part and "…" not in part:
        assert rules.is_said(part, [text])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("She runs the homework table.", True),
        ("She runs  the\r\nhomework table.", True),
        ("She runs … table.", True),
        ("She runs [...] table", True),
        ("table ... She runs", False),
        ("She never sleeps.", False),
        ("she runs", False),
        ("...", False),
        ("", False),
    ],
)
def test_words_are_quoted_as_they_were_written(words, said):
    assert rules.is_said(words, ["Another.", "She runs the\nhomework table. Forty come."]) is said


@given(name=st.text(max_size=60), taken=st.integers(0, 4))
def test_an_address_is_never_taken_empty_or_parted(name, taken):
    known = set()
    for _each in range(taken):
        known.add(rules.slug(name, known))
    slug = rules.slug(name, known)
    assert slug
    assert slug not in known
    assert "/" not in slug
    assert not slug.startswith("-")
    assert len(slug) <= 160


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Rosa Villaseñor", "rosa-villasenor"),
        ("Linh Trần-Đặng", "linh-tran-dang"),
        ("Zoë O’Brien", "zoe-obrien"),
        ("李 小龍", "李-小龍"),
        ("***", "recipient"),
    ],
)
def test_a_name_makes_a_plain_address_and_any_script_keeps_its_letters(name, slug):
    assert rules.slug(name, frozenset()) == slug


@given(state=st.sampled_from(list(ReleaseState)), offset=st.integers(-5, 5), unset=st.booleans())
def test_nothing_is_due_before_its_instant_or_without_one(state, offset, unset):
    at, instant = NOON + timedelta(seconds=offset), None if unset else NOON
    assert rules.told(told_at=instant, state=state, at=at) == (
        state is ReleaseState.APPROVED and not unset and offset >= 0
    )
    assert rules.public(public_at=instant, state=state, at=at) == (
        state is ReleaseState.TOLD and not unset and offset >= 0
    )


@pytest.mark.parametrize(
    ("at", "days"),
    [
        (NOON, 10),
        (datetime(2026, 3, 14, 6, 58, tzinfo=UTC), 0),
        (datetime(2026, 3, 13, 7, 1, tzinfo=UTC), 0),
        (datetime(2026, 3, 13, 6, 59, tzinfo=UTC), 1),
    ],
)
def test_days_are_counted_as_people_there_count_them(at, days):
    closes = datetime(2026, 3, 14, 6, 59, tzinfo=UTC)  # Friday the 13th, 11:59 pm, after the clocks have changed
    assert rules.days_left(closes, at=at, zone=PACIFIC) == days


@given(
    offsets=st.lists(st.integers(-90, 90), min_size=1, max_size=5),
    lengths=st.lists(st.integers(0, 14), min_size=5, max_size=5),
)
def test_today_stands_once_in_a_season_and_everything_in_order(offsets, lengths):
    dates = [
        (str(number), NOON + timedelta(days=offset), NOON + timedelta(days=offset + lengths[number]))
        for number, offset in enumerate(offsets)
    ]
    marks = rules.season(dates, at=NOON, zone=PACIFIC)
    assert [mark.begins for mark in marks] == sorted(mark.begins for mark in marks)
    assert len([mark for mark in marks if mark.key == "today"]) <= 1
    today = NOON.astimezone(PACIFIC).date()
    for mark in marks:
        if mark.state == "past":
            assert mark.ends <= today
        elif mark.state == "next":
            assert mark.begins > today
        else:
            assert mark.begins <= today <= mark.ends


READY = Readiness(
    told_at=NOON,
    public_at=NOON,
    undecided=0,
    selected=2,
    places=2,
    sum_cents=600_000,
    fund="Madrona Fund",
    given_cents=600_000,
    yearly_cents=600_000,
    unconfirmed=[],
    not_agreed=[],
    young=[],
    unreachable=[],
    unchecked=[],
    wordless=[],
    unapproved=0,
    without_citation=[],
    untold=[],
    unvisited=[],
    surprise=False,
    members=3,
    donor_members=1,
    unappointed=0,
    involved=[],
    unconfirmed_nominators=0,
    families=True,
)


def weights(**facts):
    return {check.weight for check in rules.checks(READY._replace(**facts))}


def test_when_all_is_well_everything_is_done():
    assert weights() == {Weight.DONE}


@pytest.mark.parametrize(
    "facts",
    [
        {"told_at": None},
        {"public_at": None},
        {"undecided": 1},
        {"selected": 3},
        {"given_cents": 600_001},
        {"unconfirmed": ["Keala Baptiste"]},
        {"donor_members": 2},
        {"members": 2},
        {"unappointed": 1},
        {"involved": ["Amina Warsame"]},
        {"unchecked": ["Amina Warsame"]},
        {"unapproved": 1},
        {"wordless": ["Amina Warsame"]},
        {"not_agreed": ["Amina Warsame"]},
        {"young": ["Amina Warsame"]},
        {"families": False},
        {"has_donors": True},  # and nothing on record of the procedure
    ],
)
def test_each_of_these_blocks(facts):
    assert Weight.BLOCKS in weights(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"surprise": True, "not_agreed": ["A"]},
        {"surprise": True, "young": ["A"]},
        {"unreachable": ["A"]},
        {"without_citation": ["A"]},
        {"surprise": True, "untold": ["A"]},
        {"surprise": True, "unvisited": ["A"]},
        {"unconfirmed_nominators": 1},
    ],
)
def test_each_of_these_may_wait(facts):
    assert weights(**facts) == {Weight.DONE, Weight.MAY_WAIT}


def test_every_check_has_the_facts_that_its_sentences_name():
    named = ("unconfirmed", "involved", "not_agreed", "young", "unreachable", "without_citation", "untold")
    named += ("unchecked", "wordless", "unvisited", "unnamed")
    counts = {"undecided": 2, "unapproved": 3, "donor_members": 3, "unappointed": 1, "unconfirmed_nominators": 4}
    worst = READY._replace(told_at=None, surprise=True, **counts, **{name: ["A"] for name in named})
    for check in [
        *rules.checks(worst),
        *rules.checks(worst._replace(surprise=False)),
        *rules.checks(READY),
        *rules.checks(READY._replace(fund=None)),
    ]:
        assert check.message % check.facts if check.facts else check.message
        assert not check.note or (check.note % check.note_facts if check.note_facts else check.note)
