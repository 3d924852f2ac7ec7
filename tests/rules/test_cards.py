"""Cards drawn of a page's own words, in every script that the site has letters for."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from portal.publishing import cards
from portal.publishing.cards import Card, Letters

CARD = Card("Tesfaye Gebremedhin", "Excellence in Teaching Award", 2025, "Aki Kurose", "For algebra", "The Fund", 7919)


def picture(card):
    return Image.open(io.BytesIO(cards.draw(card))).convert("RGB")


@pytest.mark.parametrize("name", ["Tomás Villaseñor", "Đặng Thị Ngọc Ánh", "አበበ ቢቂላ", "أمينة ورسمة", "X", "A" * 90])
def test_every_script_of_the_site_is_drawn(name):
    card = CARD._replace(name=name)
    assert cards.can_draw(card)
    assert picture(card).size == (1200, 630)
    words = (500, 0, 1200, 540)
    assert picture(card).crop(words).tobytes() != picture(card._replace(name="Y")).crop(words).tobytes()


@pytest.mark.parametrize("name", ["李小龍", "Amina 李", " ", ""])
def test_a_name_in_letters_that_are_not_there_has_no_card_rather_than_half_a_name(name):
    assert not cards.can_draw(CARD._replace(name=name))


def test_the_same_words_give_the_same_card_and_others_another_address():
    assert cards.draw(CARD) == cards.draw.__wrapped__(CARD)
    keys = {cards.key(CARD._replace(**{field: value}), "secret") for field in CARD._fields for value in [9]}
    assert len(keys | {cards.key(CARD, "secret"), cards.key(CARD, "another")}) == len(CARD._fields) + 2


def test_a_citation_is_shown_whole_or_not_at_all():
    long = CARD._replace(citation="word " * 300)
    assert picture(long).tobytes() == picture(CARD._replace(citation="")).tobytes()


@given(st.text(max_size=80), st.integers(80, 700))
@settings(max_examples=40)
def test_no_line_is_wider_than_its_room_unless_it_is_one_word(text, most):
    letters = Letters(cards.SANS, 27)
    lines = letters.lines(text, most)
    assert " ".join(lines).split() == text.split()
    assert all(letters.width(line) <= most or " " not in line for line in lines)


def test_outlines_are_read_as_browsers_read_them():
    assert cards.outlines("M1 2h3v4H1z") == [[(1, 2), (4, 2), (4, 6), (1, 6)]]
    assert cards.outlines("m1 1 2 0-1.5.5zM9 9l1-1") == [[(1, 1), (3, 1), (1.5, 1.5)], [(9, 9), (10, 8)]]
    curve = cards.outlines("M0 0c0 10 10 10 10 0s10-10 10 0")[0]
    assert [curve[0], curve[cards.CURVE], curve[-1]] == [(0, 0), (10, 0), (20, 0)]
    assert min(y for _x, y in curve) == pytest.approx(-7.5)
