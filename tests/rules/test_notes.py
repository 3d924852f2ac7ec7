"""Who hears a note: a ladder on which everybody hears what is on their rung and above."""

from __future__ import annotations

from itertools import product

import pytest

from portal.review.rules.notes import Audience, hears

SITUATIONS = list(product((False, True), repeat=3))


@pytest.mark.parametrize("audience", Audience)
def test_its_author_always_hears_a_note(audience):
    assert all(
        hears(audience, is_author=True, leads=leads, deliberates=deliberates)
        for leads, deliberates in product((False, True), repeat=2)
    )


@pytest.mark.parametrize(("is_author", "leads", "deliberates"), SITUATIONS)
def test_whoever_hears_a_rung_hears_every_rung_above_it(is_author, leads, deliberates):
    heard = [hears(each, is_author=is_author, leads=leads, deliberates=deliberates) for each in Audience]
    assert heard == sorted(heard)


def test_each_rung_is_heard_by_exactly_whom_it_names():
    def who(audience):
        return {
            name
            for name, leads, deliberates in (("nobody", False, False), ("member", False, True), ("chair", True, False))
            if hears(audience, is_author=False, leads=leads, deliberates=deliberates)
        }

    assert [who(each) for each in Audience] == [
        set(),
        {"chair"},
        {"chair", "member"},
        {"chair", "member", "nobody"},  # who reads minutes at all is for the policy to say
    ]
