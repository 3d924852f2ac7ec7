"""Whether two namings are one person, and which school a typed name means."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.nominations.rules import copies, matching
from portal.nominations.rules.matching import Name, Profile, compare, distance, likeness
from portal.nominations.rules.nicknames import alike
from portal.nominations.rules.romanising import may_be_one, one_family
from portal.people.rules import fold
from portal.schools.rules import match, resembles

words = st.text(st.characters(codec="utf-8", categories=("L", "Zs", "P", "M")), max_size=12)
names = st.builds(Name, words, words.filter(lambda text: bool(fold(text))))
schools = st.dictionaries(st.integers(1, 6), st.sampled_from(["denny", "lowell", "garfield"]), max_size=3)
profiles = st.builds(
    Profile,
    namings=st.frozensets(st.tuples(names) | st.tuples(names, names), min_size=1, max_size=3),
    schools=schools,
    places=st.frozensets(st.sampled_from(["central office", "hogwarts"]), max_size=1),
    addresses=st.frozensets(st.sampled_from(["a@x", "b@x"]), max_size=2),
)


@given(one=profiles, other=profiles)
def test_it_makes_no_difference_which_comes_first(one, other):
    there, back = compare(one, other), compare(other, one)
    assert there.sure == back.sure
    assert set(there.why) == set(back.why)


@given(one=profiles, other=profiles)
def test_what_is_sure_needs_no_reason_and_shares_a_name_and_a_place(one, other):
    verdict = compare(one, other)
    if verdict.sure:
        assert not verdict.why
        assert one.schools.keys() & other.schools.keys() or one.places & other.places
        assert not one.addresses or not other.addresses or one.addresses & other.addresses


@given(profile=profiles)
def test_whoever_has_a_place_is_surely_themself(profile):
    assert compare(profile, profile).sure == bool(profile.schools or profile.places)


@given(name=names, school=schools.filter(bool), first=st.sampled_from("ab"), second=st.sampled_from("ab"))
def test_an_address_that_contradicts_is_never_sure_and_always_asked(name, school, first, second):
    one = Profile(frozenset({(name,)}), school, addresses=frozenset({f"{first}@x"}))
    other = Profile(frozenset({(name,)}), school, addresses=frozenset({f"{second}@x"}))
    verdict = compare(one, other)
    assert verdict.sure == (first == second)
    assert verdict.sure or matching.TWO_ADDRESSES in verdict.why


@given(name=names, shout=st.booleans(), gap=st.sampled_from([" ", "  ", "\u00a0", "-"]))
def test_case_spaces_and_punctuation_are_no_difference(name, shout, gap):
    given_name = name.given.upper() if shout else name.given.title()
    if fold(given_name) != fold(name.given):
        return  # some letters have no one upper case ("ŉ")
    other = Name(given_name.replace(" ", gap), f" {name.family} ")
    assert set(likeness(name, other)) <= {"same", "accent"}


@given(name=names)
@example(name=Name("ᾀ", "A"))
def test_an_accent_is_asked_about_and_never_gathers_by_itself(name):
    bare = Name(
        *("".join(c for c in unicodedata.normalize("NFD", part) if not unicodedata.combining(c)) for part in name)
    )
    assert set(likeness(name, bare)) <= {"same", "accent"}


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        (("Josefina", "Moretti"), ("Josie", "Moretti"), {"nickname"}),
        (("Roberto “Beto”", "Salas"), ("Roberto", "Salas Montaño"), {"longer"}),
        (("Salas", "Roberto"), ("Roberto", "Salas"), {"order"}),
        (("José", "Núñez"), ("Jose", "Nunez"), {"accent"}),
        (("Seán", "O'Neill"), ("Seán", "O’Neill"), {"same"}),
        (("Winnie", "Delgado-Ruiz"), ("Winnie", "Delgado Ruiz"), {"same"}),
        (("Winnie", "Delgado-Ruiz"), ("Winnie", "Delgado"), {"longer"}),
        (("K", "Baptiste"), ("Keala", "Baptiste"), {"initial"}),
        (("Amina", "Mori"), ("Omar", "Mori"), set()),
        (("Priya", "Flynn"), ("Priya", "Siddiqui"), set()),
        (("Hodan", "Raman"), ("Noor", "Raman"), set()),
        (("Xiomara", "Grant"), ("Xiomara", "Grand"), {"spelled"}),
        (("Nguyen Van", "Thanh"), ("Thanh", "Nguyen"), {"longer"}),  # family name first, and the middle name left out
        (("Thi Minh", "Nguyễn"), ("Nguyễn Thị", "Minh"), {"order"}),
        (("حليمة", "ورسمة"), ("Halima", "Warsame"), {"script"}),
        (("عبد الرحمن", "علي"), ("Cabdiraxmaan", "Cali"), {"script"}),
        (("Mohamed", "Hussein"), ("Maxamed", "Xuseen"), {"script"}),
        (("Ahmed", "Ali"), ("Axmed", "Cali"), {"script"}),
        (("Олена", "Мельник"), ("Olena", "Melnyk"), {"script"}),
        (("ሂሩት", "አለማየሁ"), ("Hirut", "Alemayehu"), {"script"}),
        (("芳", "王"), ("Fang", "Wong"), {"script"}),
        (("大文", "陳"), ("Tai Man", "Chan"), {"script"}),
        (("芳", "王"), ("芳", "李"), set()),
        (("芳", "王"), ("Li", "Wong"), set()),
        (("小明", "王"), ("Xiao-Ming", "Wang"), {"script"}),
        (("", "王小明"), ("Xiaoming", "Wang"), {"script"}),
        (("小明", "王"), ("Dawei", "Wang"), set()),
        (("小明", "王"), ("大伟", "王"), set()),
        (("國強", "陳"), ("国强", "陈"), {"script"}),
        (("国强", "陈"), ("Kwok Keung", "Chan"), {"script"}),
        (("小明", "王"), ("Grace", "Wang"), {"script"}),  # who may be called so besides
        (("方圆", "李"), ("Yuan", "Li"), {"script"}),  # a character that nobody romanised here
        (("Olena", "Melnyk"), ("Oksana", "Melnyk"), set()),
        (("Dan", "Lee"), ("Dana", "Lowe"), set()),
        (("Karen", "Smith"), ("Corina", "Smyth"), set()),
    ],
)
def test_how_names_are_alike(one, other, how):
    assert set(likeness(Name(*one), Name(*other))) == how


@given(one=names, other=names)
def test_another_script_is_no_more_than_a_question_and_the_same_either_way(one, other):
    assert may_be_one(" ".join(one), " ".join(other)) == may_be_one(" ".join(other), " ".join(one))
    assert "script" not in likeness(one, one)


def test_families_spell_one_chinese_name_in_several_ways():
    assert one_family("wong", "wang")
    assert one_family("tran", "chen")
    assert not one_family("wong", "lee")
    assert not one_family("wong", "wong")


def test_an_address_alone_is_a_reason_to_ask_and_no_more():
    one = Profile(frozenset({(Name("Amina", "Warsame"),)}), {1: "denny"}, addresses=frozenset({"office@denny"}))
    other = Profile(frozenset({(Name("Hodan", "Raman"),)}), {1: "denny"}, addresses=frozenset({"office@denny"}))
    assert compare(one, other) == (False, (matching.ADDRESS,))


def test_nicknames_go_both_ways_and_a_name_is_not_its_own():
    assert alike("josefina", "josie")
    assert alike("josie", "josefina")
    assert not alike("josie", "josie")
    assert not alike("amina", "omar")


@given(one=st.text("abc", max_size=7), other=st.text("abc", max_size=7), most=st.integers(0, 4))
def test_the_distance_is_that_of_the_plain_formula(one, other, most):
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row in range(len(one) + 1):
        for column in range(len(other) + 1):
            if not row or not column:
                table[row][column] = row + column
                continue
            same = one[row - 1] == other[column - 1]
            least = min(table[row - 1][column] + 1, table[row][column - 1] + 1, table[row - 1][column - 1] + (not same))
            if row > 1 and column > 1 and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                least = min(least, table[row - 2][column - 2] + 1)
            table[row][column] = least
    assert distance(one, other, most) == min(table[-1][-1], most + 1)


# ---------------------------------------------------------------- schools

KNOWN = {
    1: "David T. Denny International Middle School",
    2: "Franklin High School",
    3: "West Seattle High School",
    4: "West Seattle Elementary School",
    5: "Interagency Programs",
    6: "Interagency Open Doors",
    7: "South Shore PK-8 School",
    8: "Hawthorne Elementary School - Seattle",
    9: "The Center School",
    10: "Martin Luther King Jr. Elementary School",
}


@pytest.mark.parametrize(
    ("typed", "school", "spelled"),
    [
        ("Franklin High School", 2, False),
        ("  franklin   high school ", 2, False),
        ("Franklin HS", 2, True),
        ("Franklin", 2, True),
        ("Denny", 1, True),
        ("Denny Intl. Middle", 1, True),
        ("West Seattle High", 3, True),
        ("West Seattle Elem.", 4, True),
        ("MLK Jr. Elementary", 10, True),
        ("Center School", 9, True),
        ("South Shore PK8", 7, True),
        ("The Dolphins", 1, True),
    ],
)
def test_a_school_is_known_by_its_name_its_short_forms_and_its_aliases(typed, school, spelled):
    assert match(typed, KNOWN, {"the dolphins": 1}) == (school, spelled, ())


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("West Seattle", {3, 4}),
        ("Interagency", {5, 6}),
        ("Franklin Elementary", {2}),
        ("Franklyn High", {2}),
        ("Hogwarts", set()),
        ("High School", set()),
        ("T", {1}),
        ("", set()),
        ("%", set()),
    ],
)
def test_what_may_be_several_or_none_is_offered_to_a_person(typed, offered):
    found = match(typed, KNOWN, {})
    assert found.school is None
    assert set(found.offered) >= offered
    assert offered or not found.offered


@given(number=st.sampled_from(sorted(KNOWN)), shout=st.booleans())
def test_every_school_is_known_by_its_own_name(number, shout):
    name = KNOWN[number]
    assert match(name.upper() if shout else name, KNOWN, {}).school == number


@given(typed=st.text(max_size=60))
def test_nothing_typed_breaks_the_matching(typed):
    found = match(typed, KNOWN, {})
    assert found.school in {None, *KNOWN}
    assert set(found.offered) <= set(KNOWN)


def test_another_spelling_resembles_and_another_school_does_not():
    assert resembles("Denny Intl. Middle", KNOWN[1])
    assert resembles("Franklyn High", KNOWN[2])
    assert not resembles("Hogwarts", KNOWN[2])
    assert not resembles("Lowell Elementary School", "Maple Elementary School")


LETTER = (
    "She keeps the library open until the last child is fetched, she learned to say good evening in six languages, and when the heating "
    "failed she moved forty chairs into the gym so that nobody missed a lesson. Ask any family on our street who helped them with a form."
)


def test_a_letter_with_a_line_put_in_is_almost_the_same_and_another_is_not():
    held = copies.shingles(LETTER)
    assert copies.nearly(held, copies.shingles(f"My name is Hodan. {LETTER.upper()} Thank you!"))
    assert not copies.nearly(held, copies.shingles(LETTER[::-1]))
    assert not copies.nearly(copies.shingles("Too short."), copies.shingles("Too short."))
