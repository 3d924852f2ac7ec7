"""Staff's own words for messages: what they may hold, and what putting facts into them can never do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.mail.wording import kinds, rules

ASKED = kinds.by_slug("nominations.letter_asked")
LINK = "https://awards.example/link/abc"
BUTTON = "[Write it]({link})"
typed = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def said(body: str, **values: str) -> list[str]:
    return rules.fill(ASKED, "About {nominee}", body, values, link=LINK).blocks


def test_every_kind_has_an_address_and_a_case_of_its_own():
    assert len({kind.slug for kind in kinds.KINDS}) == len(kinds.KINDS)
    for kind in kinds.KINDS:
        assert kinds.by_slug(kind.slug) is kind
        assert kinds.of(kind.template, dict(kind.when)) is kind
        names = [each.name for each in kind.fields]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("subject", "body", "where", "words"),
    [
        ("", f"Hello\n\n{BUTTON}", "subject", "subject"),
        ("Hi", "  ", "body", "says"),
        ("Hi {nominee}", f"{{nomine}}\n\n{BUTTON}", "body", "Did you mean"),
        ("Hi", f"{{zzzz}}\n\n{BUTTON}", "body", "It can hold"),
        ("Hi", f"{{person.email}}\n\n{BUTTON}", "body", "no field"),
        ("Hi", f"{{{{ config }}}}\n\n{BUTTON}", "body", "no field"),
        ("Hi", "Hello {name}", "body", "without its link"),
        ("Hi", f"Go to {{link}}\n\n{BUTTON}", "body", "once"),
        ("Hi", f"{BUTTON}\n\n{BUTTON}", "body", "once"),
        ("Hi {link}", f"Hello\n\n{BUTTON}", "subject", "cannot hold the link"),
        ("Hi {surprise_words}", f"Hello\n\n{BUTTON}", "subject", "too long"),
    ],
)
def test_what_cannot_be_used_is_said_beside_its_field(subject, body, where, words):
    found = rules.problems(ASKED, subject, body)
    assert [(each.field, words in each.message % each.facts) for each in found][:1] == [(where, True)]


def test_a_field_may_be_typed_in_capitals_and_with_spaces():
    assert rules.problems(ASKED, "For { Nominee }", f"Hello {{NAME}},\n\n{BUTTON}") == []
    assert said("Hello {NAME},", name="Ana") == ["Hello Ana,"]


def test_empty_fields_leave_no_holes():
    body = "Hello {name}, {surprise_words}\n\n> {note}\n\n{surprise_words}\n\nUntil {deadline}."
    assert said(body, name="Ana", note="", surprise_words="", deadline="Friday") == ["Hello Ana,", "Until Friday."]
    assert said("> {note}", note="One.\n\nTwo.") == ["> One.\n>\n> Two."]


@given(note=typed, name=typed)
def test_what_people_wrote_is_put_in_once_and_names_no_field(note, name):
    filled = said("A {name}.\n\n> {note}\n\n" + BUTTON, name=name, note=note + "{link}{name}")
    assert filled[-1] == f"[Write it]({LINK})"
    assert sum(LINK in block for block in filled) == 1, "nobody's text brings the link in again"
    assert len(filled) == 3
    assert "{link}{name}" in filled[1]


@given(subject=typed, body=typed)
def test_any_text_is_judged_and_filled_without_an_error(subject, body):
    rules.problems(ASKED, subject, body)
    rules.fill(ASKED, subject, body, {}, link=LINK)


def test_every_message_that_leaves_can_be_said_in_staffs_own_words():
    folder = Path(kinds.__file__).parents[3] / "templates" / "mail"
    shipped = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/*.txt")}
    unwritten = {"mail/test", "publishing/followup"}  # said in staff's own words already
    assert shipped - {kind.template for kind in kinds.KINDS} == unwritten
