"""Names, addresses, cells and paths, as they are compared and as they leave."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from portal.accounts.views import safe_path
from portal.people.rules import address_key, fold, name_key
from portal.web import drawing
from portal.web.fields import clean
from portal.web.foreign import Foreign
from portal.web.language import _put_in
from portal.web.lists import FORMULA, neutral


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José", "jose"),
        ("O’Neill", "O'Neill"),
        ("Delgado-Ruiz", "delgado ruiz"),
        ("  Amina  Warsame ", "amina warsame"),
        ("Nguyễn", "NGUYEN"),
    ],
)
def test_names_written_differently_compare_alike(one, other):
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_the_key_begins_with_the_family_name():
    assert name_key("Amina", "Moretti") == "moretti amina"


@given(st.text())
def test_an_address_of_nothing_is_none(text):
    assert address_key(text) is None or address_key(text) == text.strip().casefold()


@given(st.text())
def test_no_cell_is_taken_for_a_formula(text):
    cell = neutral(text)
    out = io.StringIO()
    csv.writer(out).writerow([cell])
    if cell.startswith(FORMULA):
        float(cell)  # only a number may begin with a sign
    assert cell in {text, "'" + text}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-3, "-3"),
        (-0.5, "-0.5"),
        ("-12.50", "-12.50"),
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("+cmd|x", "'+cmd|x"),
        (None, ""),
    ],
)
def test_negative_numbers_stay_numbers(value, cell):
    assert neutral(value) == cell


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/a\nb", "", None],
)
def test_no_way_leads_off_the_portal(path):
    assert safe_path(path) == "/"


def test_our_own_paths_are_kept():
    assert safe_path("/nominations/N-0042?tab=check") == "/nominations/N-0042?tab=check"


@given(st.text())
def test_cleaning_keeps_all_but_line_ends_and_composition(text):
    import unicodedata

    assert clean(text) == unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@given(
    st.one_of(
        st.text(), st.integers(), st.none(), st.text().map(Markup), st.text().map(lambda said: Foreign(said, "so"))
    )
)
def test_what_a_template_shows_is_made_safe_as_jinja_makes_it(said):
    assert drawing.Environment.put(said) == escape(said)


@given(st.text(), st.integers())
def test_facts_put_into_a_sentence_are_made_safe(said, number):
    jinja = EvalContext(Environment(autoescape=True))
    facts = {"who": said, "number": number, "link": Markup("<a>it</a>")}
    assert _put_in("<b>%(who)s</b>, %(number)d, %(link)s: 100%%", jinja, facts) == (
        Markup("<b>%(who)s</b>, %(number)d, %(link)s: 100%%") % facts
    )
