"""What a certificate and a programme booklet say and how they are laid out: words with named fields, and a few choices. Pure.

Staff change words and choices in the browser; nothing they write is ever read as anything but words.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from portal.errors import N_, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What is printed."""

    CERTIFICATE = "certificate"
    PROGRAM = "program"


class Slot(NamedTuple):
    """One place for words on a keepsake: what staff call it, and what stands there where they wrote nothing."""

    name: str
    label: str
    usual: str
    tall: bool = False


class Choice(NamedTuple):
    """One choice of layout: its values, each with its words, the first the usual one."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]

    @property
    def usual(self) -> str:
        """What holds where nothing was chosen."""
        return self.values[0][0]


FIELDS = {
    "name": N_("the recipient's name"),
    "award": N_("the award"),
    "year": N_("the year"),
    "role": N_("what they do"),
    "school": N_("their school, or schools"),
    "citation": N_("what they are honored for"),
    "sum": N_("the sum"),
    "organization": N_("your organization"),
}
OF_PROGRAM = ("award", "year", "organization")
SIGNATURES = 3
PAPERS = Choice("paper", N_("Paper"), (("us-letter", N_("US Letter")), ("a4", N_("A4"))))
SLOTS: dict[Kind, tuple[Slot, ...]] = {
    Kind.CERTIFICATE: (
        Slot("above", N_("Over the award"), N_("{organization} presents the")),
        Slot("title", N_("The award's line"), N_("{award}")),
        Slot("to", N_("Between the award and the name"), N_("to")),
        Slot("person", N_("Who they are, under the name"), "{role}, {school}"),
        Slot("body", N_("What for"), "{citation}", tall=True),
        Slot("below", N_("Over the signatures"), ""),
        *(Slot(f"signature_{number}", N_("Under a line for signing"), "") for number in range(1, SIGNATURES + 1)),
    ),
    Kind.PROGRAM: (
        Slot("title", N_("Title"), N_("{award} {year}")),
        Slot("season", N_("Title of the booklet of a whole year"), N_("Honored in {year}")),
        Slot("subtitle", N_("Under the title: the day and the place, for instance"), ""),
        Slot("welcome", N_("Welcome"), "", tall=True),
        Slot("closing", N_("On the last page: thanks, for instance"), "", tall=True),
    ),
}
CHOICES: dict[Kind, tuple[Choice, ...]] = {
    Kind.CERTIFICATE: (
        PAPERS,
        Choice("turn", N_("Held"), (("landscape", N_("Wide")), ("portrait", N_("Tall")))),
        Choice("frame", N_("Frame"), (("double", N_("Two lines")), ("line", N_("One line")), ("none", N_("None")))),
        Choice(
            "ornament", N_("Ornament"), (("wreath", N_("A wreath")), ("sprig", N_("Two sprigs")), ("none", N_("None")))
        ),
    ),
    Kind.PROGRAM: (
        Choice(
            "paper",
            N_("Paper"),
            (("half", N_("Half a letter sheet, folded")), ("us-letter", N_("US Letter")), ("a4", N_("A4"))),
        ),
        Choice(
            "people",
            N_("People"),
            (("citations", N_("With what they are honored for")), ("names", N_("Names and schools alone"))),
        ),
        Choice(
            "ornament", N_("Ornament"), (("sprig", N_("Two sprigs")), ("wreath", N_("A wreath")), ("none", N_("None")))
        ),
    ),
}
NOT_A_FIELD = N_("There is nothing called {%(named)s}. These can be used: %(fields)s.")
LONE_BRACE = N_("A brace stands alone. A field is written like {name}.")

_FIELD = re.compile(r"\{([^{}]*)\}")


def fields_of(kind: Kind) -> tuple[str, ...]:
    """Return the fields that words of this kind may hold."""
    return tuple(FIELDS) if kind is Kind.CERTIFICATE else OF_PROGRAM


def check(words: str, kind: Kind, *, field: str) -> None:
    """Refuse words that hold a field there is none of, or half of one."""
    for found in _FIELD.findall(words):
        if found not in fields_of(kind):
            allowed = ", ".join(f"{{{name}}}" for name in fields_of(kind))
            raise Refused(NOT_A_FIELD, field=field, named=found, fields=allowed)
    if re.search(r"[{}]", _FIELD.sub("", words)):
        raise Refused(LONE_BRACE, field=field)


def filled(words: str, facts: Mapping[str, str]) -> str:
    """Return words with their fields put in. Where a field is empty, no comma is left hanging beside it."""
    if all(facts.get(name) for name in _FIELD.findall(words)):
        return _FIELD.sub(lambda found: facts[found[1]], words).strip()
    parts = (_FIELD.sub(lambda found: facts.get(found[1], ""), part) for part in words.split(","))
    kept = (re.sub(r"[ \t]{2,}", " ", part).strip() for part in parts)
    return ", ".join(part for part in kept if part)


def chosen(kind: Kind, layout: Mapping[str, str]) -> dict[str, str]:
    """Return the choices that hold: what was chosen where it is offered, else the usual ones."""
    return {
        choice.name: layout[choice.name]
        if layout.get(choice.name) in {value for value, _words in choice.values}
        else choice.usual
        for choice in CHOICES[kind]
    }
