"""Signs of a program: what a person may well show never holds anything alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.nominations.doubts.rules import FROM_ONE_SOURCE, TO_ONE_ADDRESS, Seen, Sign, is_held, signs

PERSON = Seen(confirmed=False, trapped=False, proved=True, seconds=600, from_source=1, to_address=1)
anything = st.builds(
    Seen,
    confirmed=st.booleans(),
    trapped=st.booleans(),
    proved=st.booleans(),
    seconds=st.floats(0, 10**5),
    from_source=st.integers(0, 500),
    to_address=st.integers(0, 50),
)


def found(seen, *texts):
    return signs(seen, texts, quick=8)


@pytest.mark.parametrize(
    ("seen", "texts", "held"),
    [
        (PERSON, ("She stays.",), False),
        (replace(PERSON, proved=False), ("A telephone without script.",), False),
        (replace(PERSON, seconds=3), ("Pasted from a letter.",), False),
        (replace(PERSON, from_source=400), ("One of a whole school's families.",), False),
        (PERSON, ("See https://a.example https://b.example https://c.example",), False),
        (replace(PERSON, trapped=True), ("Buy.",), True),
        (replace(PERSON, proved=False, seconds=2), ("Buy.",), True),
        (replace(PERSON, proved=False, from_source=FROM_ONE_SOURCE + 1), ("Buy.",), True),
        (replace(PERSON, proved=False), ("http://a http://b http://c",), True),
        (replace(PERSON, to_address=TO_ONE_ADDRESS + 1), ("Again.",), True),
        (replace(PERSON, trapped=True, proved=False, seconds=0, confirmed=True), ("I filled everything.",), False),
    ],
)
def test_what_is_held_and_what_is_not(seen, texts, held):
    assert is_held(found(seen, *texts)) is held


@given(seen=anything, text=st.text(max_size=60))
def test_a_family_with_script_passes_however_many_share_its_address_on_the_network(seen, text):
    alone = replace(seen, from_source=0)
    if seen.proved:
        assert found(seen, text) == found(alone, text)


@given(seen=anything, text=st.text(max_size=60))
def test_a_confirmed_address_is_never_held(seen, text):
    assert not is_held(found(replace(seen, confirmed=True), text))


@given(sign=st.sampled_from(sorted(set(Sign) - {Sign.TRAP, Sign.ADDRESS})))
def test_one_sign_that_a_person_may_show_holds_nothing(sign):
    assert not is_held([sign])
