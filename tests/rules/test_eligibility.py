"""Rules of eligibility: what nobody knows is never a no, a no names its fact, and figures decide as they say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.awards.rules import MAY_NOMINATE
from portal.awards.templates import AWARDS
from portal.nominations.rules import roster
from portal.nominations.rules.eligibility import (
    Does,
    Facts,
    Holds,
    Honoured,
    Listed,
    Place,
    Rule,
    Someone,
    Tie,
    age_of,
    does,
    grade,
    judge,
    overall,
    tidy,
    whole_years,
)
from portal.nominations.rules.importing import Row

ON = date(2026, 3, 13)
DAYS = st.dates(date(1950, 1, 1), ON)
RULES = {
    "nominator": {"from": ["supervisor", "colleague"]},
    "role": {"of": ["teacher"]},
    "school_years": {"least": 3},
    "district_years": {"least": 3},
    "taught": {"low": 6, "high": 12},
    "grade": {"low": 9, "high": 12, "question": "grade"},
    "age": {"least": 14, "most": 20, "question": "born"},
    "high_need": {"share": 50},
    "repeat": {"years": 5, "any_award": False},
    "families": {},
}


def one(rule, facts, **figures):
    """The one verdict of one rule."""
    held = figures or RULES[rule]
    (verdict,) = judge({rule: held}, facts, year=2026, on=ON)
    return verdict


def someone(**facts):
    """Facts of one person."""
    listed = Listed(**facts.pop("listed")) if "listed" in facts else None
    person = {name: facts.pop(name) for name in ("perhaps", "honours", "ties") if name in facts}
    return Facts(people=(Someone("Amina Warsame", listed=listed, **person),), **facts)


def test_what_nobody_knows_is_asked_of_a_person_and_never_a_no():
    verdicts = judge(RULES, Facts(people=(Someone("Amina Warsame"),)), year=2026, on=ON)
    assert [verdict.rule.value for verdict in verdicts] == [rule.value for rule in Rule]
    known = {Rule.REPEAT, Rule.FAMILIES}  # nothing on record is an answer there
    assert {verdict.rule for verdict in verdicts if verdict.holds is Holds.MET} == known
    assert all(verdict.holds is Holds.ASK for verdict in verdicts if verdict.rule not in known)
    assert overall(verdicts) is Holds.ASK
    assert overall([]) is None


@given(since=DAYS, least=st.integers(1, 60))
def test_years_are_met_from_the_very_day_on_and_more_years_never_hurt(since, least):
    verdict = one("district_years", someone(listed={"district_since": since}, roster_of=ON), least=least)
    assert (verdict.holds is Holds.MET) == (whole_years(since, ON) >= least)
    assert verdict.facts["since"] == since.isoformat()
    earlier = one(
        "district_years", someone(listed={"district_since": since - timedelta(days=400)}, roster_of=ON), least=least
    )
    assert verdict.holds is not Holds.MET or earlier.holds is Holds.MET


@given(born=DAYS, on=DAYS)
def test_whole_years_grow_by_one_on_the_day_itself(born, on):
    years = whole_years(born, on)
    assert years == (on.year - born.year) - ((on.month, on.day) < (born.month, born.day))
    assert whole_years(born, born) == 0
    assert age_of(born.isoformat(), on) == (years if 0 <= years <= 120 else None)


def test_years_at_a_school_count_at_the_school_they_are_nominated_for():
    listed = {"school": "Denny", "school_since": date(2019, 9, 1)}
    there = someone(listed=listed, places=(Place("Denny"),), roster_of=ON)
    assert one("school_years", there).holds is Holds.MET
    elsewhere = someone(listed=listed, places=(Place("Mercer"),), roster_of=ON)
    assert one("school_years", elsewhere).holds is Holds.ASK
    short = someone(listed={**listed, "school_since": date(2023, 3, 14)}, places=(Place("Denny"),), roster_of=ON)
    assert one("school_years", short)[1:3] == (Holds.NOT_MET, one("school_years", there).said)
    # who has led one school for six years has been in its district for six years; the other way round says nothing
    assert one("district_years", there).holds is Holds.MET
    assert one("school_years", someone(listed={"district_since": date(2001, 1, 1)}, roster_of=ON)).holds is Holds.ASK


def test_a_name_of_the_roster_that_may_be_theirs_is_a_question():
    verdict = one("district_years", someone(perhaps="Roberto Salas", roster_of=ON))
    assert verdict.holds is Holds.ASK
    assert verdict.facts == {"other": "Roberto Salas"}


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("Assistant Principal", {Does.ADMINISTRATOR}),
        ("Interim principal", {Does.PRINCIPAL}),
        ("Teacher-librarian", {Does.TEACHER, Does.LIBRARIAN}),
        ("Maestra de kínder", {Does.TEACHER}),
        ("Director of family engagement", {Does.ADMINISTRATOR}),
        ("Head of everything", set()),
        (None, set()),
    ],
)
def test_a_role_in_free_words_is_known_by_its_words(text, known):
    assert does(text) == known


def test_the_roster_may_say_no_to_a_role_and_a_nominators_words_only_ask():
    assert one("role", someone(listed={"role": "Librarian"}, role="Teacher")).holds is Holds.NOT_MET
    assert one("role", someone(listed={"role": "Teacher, grade 4"}, role="Wizard")).holds is Holds.MET
    assert one("role", someone(role="Librarian")).holds is Holds.ASK
    assert one("role", someone(role="teacher")).holds is Holds.MET
    assert one("role", someone(listed={"role": "HS-3 certificated"}, role="teacher")).holds is Holds.MET


@given(low=st.integers(-1, 12), high=st.integers(-1, 12))
def test_a_school_wholly_in_the_band_meets_it_and_one_partly_in_it_is_asked(low, high):
    low, high = min(low, high), max(low, high)
    holds = one("taught", someone(places=(Place("School", low, high),))).holds
    inside = [6 <= number <= 12 for number in range(low, high + 1)]
    assert holds is (Holds.MET if all(inside) else Holds.ASK if any(inside) else Holds.NOT_MET)
    taught = one("taught", someone(listed={"low": low, "high": high}, places=(Place("School", 0, 5),))).holds
    assert taught is (Holds.MET if any(inside) else Holds.NOT_MET)


@given(share=st.none() | st.floats(0, 100), title=st.none() | st.booleans())
def test_a_school_is_high_need_by_either_figure_and_not_for_want_of_one(share, title):
    holds = one("high_need", someone(places=(Place("School", title_i=title, share=share),))).holds
    if title or (share is not None and share >= 50):
        assert holds is Holds.MET
    elif title is None or share is None:
        assert holds is Holds.ASK
    else:
        assert holds is Holds.NOT_MET
    with_another = someone(places=(Place("School", title_i=title, share=share), Place("Other", title_i=True)))
    assert one("high_need", with_another).holds is Holds.MET


def test_one_nominator_who_may_is_enough_and_nobody_is_refused_for_saying_nothing():
    assert one("nominator", Facts(nominators=("self", "supervisor"))).holds is Holds.MET
    assert one("nominator", Facts(nominators=("self", "parent"))).holds is Holds.NOT_MET
    assert one("nominator", Facts(nominators=("self", ""))).holds is Holds.ASK
    assert one("nominator", Facts(nominators=("other",))).holds is Holds.ASK
    assert one("nominator", Facts()).holds is Holds.ASK


@given(
    year=st.integers(2010, 2027),
    same=st.booleans(),
    sure=st.booleans(),
    any_award=st.booleans(),
    years=st.integers(1, 9),
)
def test_an_honour_counts_within_its_years_and_a_namesake_is_a_question(year, same, sure, any_award, years):
    honour = Honoured(year, {"en": "Award"}, same_award=same, sure=sure)
    holds = one("repeat", someone(honours=(honour,)), years=years, any_award=any_award).holds
    counts = 2026 - years <= year < 2026 and (same or any_award)
    assert holds is (Holds.MET if not counts else Holds.NOT_MET if sure else Holds.ASK)


@pytest.mark.parametrize("gives", [True, False])
def test_who_judges_or_gives_is_out_and_a_shared_name_is_a_question(gives):
    def holds(*how):
        return one("families", someone(ties=tuple(Tie("Joy Tanaka", gives, one_of) for one_of in how))).holds

    assert holds("family name", "same person") is Holds.NOT_MET
    assert all(holds(how) is Holds.ASK for how in ("same name", "family name", "said", "conflict"))
    assert holds() is Holds.MET


def test_a_team_meets_a_rule_when_all_of_them_do_and_the_one_who_does_not_is_named():
    long, short = (Listed(district_since=date(year, 1, 1)) for year in (2001, 2025))
    team = Facts(people=(Someone("Rosa Lindgren", long), Someone("Theo Marsh", short)), roster_of=ON)
    verdict = one("district_years", team)
    assert (verdict.holds, verdict.who) == (Holds.NOT_MET, "Theo Marsh")


def test_grades_and_ages_are_read_from_answers_as_people_write_them():
    assert [grade(text) for text in ("KG", "PK", "05", "9th", "Grade 12", "senior", "UG", "", None)] == [
        0, -1, 5, 9, 12, 12, None, None, None,
    ]  # fmt: skip
    assert one("grade", someone(answers={"grade": "10"})).holds is Holds.MET
    assert one("grade", someone(answers={"grade": "10"}, listed={"grade": 8})).holds is Holds.NOT_MET
    assert one("age", someone(answers={"born": "2008-05-17"})).facts == {"age": 17}
    assert one("age", someone(answers={"born": "old enough"})).holds is Holds.ASK
    assert age_of("2008-02-31", ON) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 200) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["least", "low", "high", "of", "from", "years"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(rules=st.dictionaries(st.sampled_from([*(rule.value for rule in Rule), "nonsense"]), JSON, max_size=4))
def test_whatever_data_is_held_only_rules_that_say_something_are_judged(rules):
    held = tidy(rules)
    assert tidy(held) == held
    assert [verdict.rule.value for verdict in judge(rules, Facts(people=(Someone("A"),)), year=2026, on=ON)] == list(
        held
    )


def test_every_awards_template_holds_rules_that_are_kept_as_they_stand():
    for template in AWARDS:
        assert tidy(template.eligibility) == {key: template.eligibility[key] for key in tidy(template.eligibility)}
        assert set(tidy(template.eligibility)) == set(template.eligibility), template.slug
        chosen = template.eligibility.get("nominator", {}).get("from")
        assert not chosen or ("self" in chosen) == template.self_nomination
        assert set(chosen or ()) <= set(MAY_NOMINATE)


# ---------------------------------------------------------------- the roster


def read(columns, *rows, of=ON):
    return roster.read(
        columns,
        [Row(n, dict(zip(columns, row, strict=True))) for n, row in enumerate(rows, 2)],
        of=of,
        school={"Denny": 7}.get,
    )


def test_a_roster_is_read_by_its_usual_headings():
    found = read(
        ["Last Name", "First Name", "Job Title", "Building", "Hire Date", "Years at school", "Grades", "Shoe size"],
        ["Warsame", "Amina", "Teacher", "Denny", "9/1/2016", "4", "6-8", "38"],
        ["Nguyen", "Thanh", "", "The moon", "2019-09-01 00:00:00", "", "K to 5", ""],
    )
    assert found.unread == ["Shoe size"]
    amina, thanh = found.lines
    assert (amina["name_key"], amina["school_id"], amina["school_name"]) == ("warsame amina", 7, "")
    assert (amina["district_since"], amina["school_since"]) == (date(2016, 9, 1), date(2022, 3, 13))
    assert (amina["low"], amina["high"], thanh["low"], thanh["high"]) == (6, 8, 0, 5)
    assert (thanh["school_id"], thanh["school_name"], thanh["district_since"]) == (None, "The moon", date(2019, 9, 1))


@pytest.mark.parametrize("said", ["yesterday", "13/13/2019", "2099-01-01", "1800-01-01", "2019"])
def test_a_row_with_a_date_that_cannot_be_is_left_out_and_says_no_more_than_that(said):
    found = read(["Name", "Hire date"], ["Warsame, Amina", said], ["Thanh Nguyen", ""])
    assert [line["name_key"] for line in found.lines] == ["nguyen thanh"]
    assert found.left_out == [
        {"number": 2, "message": roster.BAD_DATE, "facts": {"column": roster.WORDS["district_since"]}}
    ]


@given(years=st.integers(0, 80), of=st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_years_counted_back_are_never_more_than_were_said(years, of):
    (line,) = read(["Name", "Years"], ["Thanh Nguyen", f"{years}.9"], of=of).lines
    assert whole_years(line["district_since"], of) == years


@given(cells=st.lists(st.text(max_size=12), min_size=6, max_size=6))
def test_no_cell_breaks_the_reading_of_a_roster(cells):
    found = read(["Name", "School", "Hire date", "Years at school", "Grades", "Grade"], cells)
    assert len(found.lines) + len(found.left_out) == 1
