"""Whether two namings are one person: surely, perhaps (and why), or not. Pure.

One sure match gathers by itself: the same normalised name at the same school, and no address that contradicts it. Everything
else is a suggestion for a person to decide; an address alone never proves a person.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from portal.errors import N_
from portal.nominations.rules.nicknames import alike
from portal.nominations.rules.romanising import may_be_one
from portal.people.rules import fold
from portal.schools.rules import resembles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TWO_ADDRESSES = N_("The same name at the same school, with two different addresses")
TWO_SCHOOLS = N_("The same name at two schools")
SCHOOL_SPELLED = N_("The same name, and perhaps the same school in another spelling")
ACCENT = N_("The names differ in an accent alone")
NICKNAME = N_("One given name is short for the other")
INITIAL = N_("One gives an initial alone")
ORDER = N_("The same names in another order")
LONGER = N_("One name is part of the other")
SPELLED = N_("The names are spelled almost alike")
SCRIPT = N_("The names may be one name, written in another script or in another spelling of it")
ADDRESS = N_("The same e-mail address, which families and schools may share")
TEAM = N_("One is a team that the other is part of")
SEVERAL = N_("More than one fits as well as the other")

_CALLED = re.compile(r"[“\"(].*?[”\")]")  # a nickname set among the names: Roberto “Beto” Salas
_WAYS = {
    "accent": ACCENT,
    "nickname": NICKNAME,
    "initial": INITIAL,
    "order": ORDER,
    "longer": LONGER,
    "spelled": SPELLED,
    "script": SCRIPT,
    "team": TEAM,
}
_APOSTROPHES = str.maketrans("", "", "'’ʻʼ`´")
LONG_NAME, LONGER_NAME = 6, 11  # from these lengths on, one and two letters may differ


class Name(NamedTuple):
    """A person's name as somebody typed it."""

    given: str
    family: str

    @property
    def plain(self) -> tuple[str, str]:
        """The name without case, punctuation and doubled spaces; its accents kept."""
        return plain(self.given), plain(self.family)

    @property
    def folded(self) -> tuple[str, str]:
        """The name without accents too."""
        return _fold_name(self.given), _fold_name(self.family)


NAMES_KEPT = 4_096  # compared again and again while a cycle's nominees are gathered
_fold_name = lru_cache(maxsize=NAMES_KEPT)(fold)

Team = tuple[Name, ...]  # everybody one nomination names: one person, or several


@dataclass(frozen=True)
class Profile:
    """What is known of one nominee, or one team, from everything that names them.

    `schools` are listed schools' names by number; `places` are folded words for a place that is none of them; `addresses` are
    normalised.
    """

    namings: frozenset[Team]
    schools: dict[int, str] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()


class Verdict(NamedTuple):
    """Whether it is surely the same, and else why it may be (message ids; none: it is somebody else)."""

    sure: bool
    why: tuple[str, ...]


@lru_cache(maxsize=NAMES_KEPT)
def plain(text: str) -> str:
    """Return text for comparing with its accents: composed, no case, apostrophes gone, other punctuation one space."""
    bare = unicodedata.normalize("NFC", text.casefold()).translate(_APOSTROPHES)
    return " ".join("".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in bare).split())


def compare(one: Profile, other: Profile) -> Verdict:
    """Return whether two profiles are the same nominee. It makes no difference which comes first."""
    meet = _meet(one, other)
    contradicted = bool(one.addresses and other.addresses and not one.addresses & other.addresses)
    same_address = bool(one.addresses & other.addresses)
    if not any(team and any(name.plain != ("", "") for name in team) for team in one.namings):
        return Verdict(sure=False, why=())
    names = _names(one, other)
    if "same" in names and meet and not contradicted:
        return Verdict(sure=True, why=())
    return Verdict(sure=False, why=tuple(_reasons(one, other, names, meet=meet, same_address=same_address)))


def _reasons(one: Profile, other: Profile, names: set[str], *, meet: bool, same_address: bool) -> Iterator[str]:
    if "same" in names and meet:
        yield TWO_ADDRESSES
    elif names & {"same", "accent"} and not meet:
        yield SCHOOL_SPELLED if _spelled(one, other) else TWO_SCHOOLS
    if "same" not in names:
        yield from (why for how, why in _WAYS.items() if how in names and (meet or same_address or how == "order"))
    if same_address:
        yield ADDRESS


def _meet(one: Profile, other: Profile) -> bool:
    return bool(one.schools.keys() & other.schools.keys() or one.places & other.places)


def _spelled(one: Profile, other: Profile) -> bool:
    """Whether a place typed by one may be a school of the other."""
    pairs = [
        *product(one.places, other.schools.values()),
        *product(other.places, one.schools.values()),
        *product(one.places, other.places),
    ]
    return any(resembles(typed, school) for typed, school in pairs)


def _names(one: Profile, other: Profile) -> set[str]:
    """Return in which ways any naming of one is like any naming of the other."""
    found: set[str] = set()
    for first, second in product(one.namings, other.namings):
        if len(first) == len(second) == 1:
            found |= set(likeness(first[0], second[0]))
        elif _plain(first) == _plain(second):
            found.add("same")
        elif _folded(first) == _folded(second):
            found.add("accent")
        elif _folded(first) & _folded(second):
            found.add("team")
    return found


def _plain(team: Iterable[Name]) -> frozenset[tuple[str, str]]:
    return frozenset(name.plain for name in team)


def _folded(team: Iterable[Name]) -> frozenset[tuple[str, str]]:
    return frozenset(name.folded for name in team)


def likeness(one: Name, other: Name) -> Iterator[str]:
    """Yield how two names are alike: "same", "accent", "order", "nickname", "initial", "longer", "spelled", "script"; none: not alike."""
    if one.plain == other.plain:
        yield "same"
        return
    (given, family), (given_too, family_too) = one.folded, other.folded
    if (given, family) == (given_too, family_too):
        yield "accent"
        return
    if f"{given} {family}".split() and sorted(f"{given} {family}".split()) == sorted(
        f"{given_too} {family_too}".split()
    ):
        yield "order"
        return
    ways = list(_ways(one, other))
    yield from ways
    if not ways and may_be_one(f"{given} {family}".strip(), f"{given_too} {family_too}".strip()):
        yield "script"


def _ways(one: Name, other: Name) -> Iterator[str]:
    """Yield how two names of different words are alike, as far as their letters tell."""
    (given, family), (given_too, family_too) = one.folded, other.folded
    given, given_too = (_fold_name(_CALLED.sub(" ", name.given)) for name in (one, other))
    first, first_too = (given.split() or [""])[0], (given_too.split() or [""])[0]
    rest, rest_too = {*given.split()[1:], *family.split()}, {*given_too.split()[1:], *family_too.split()}
    part = bool(rest and rest_too) and (rest <= rest_too or rest_too <= rest)
    if part and alike(first, first_too):
        yield "nickname"
    elif part and first and first_too and first[0] == first_too[0] and 1 in {len(first), len(first_too)}:
        yield "initial"
    told = part and rest != rest_too and first and (first == first_too or alike(first, first_too))
    if told or _within({first, *rest}, {first_too, *rest_too}):
        yield "longer"
    if _near(f"{given} {family}".strip(), f"{given_too} {family_too}".strip()):
        yield "spelled"


def _within(words: set[str], others: set[str]) -> bool:
    """Whether all of one name's words, two at least and more than initials, stand in the other."""
    shorter = min(words - {""}, others - {""}, key=len)
    return (
        words != others and len(shorter) > 1 and shorter <= (words & others) and all(len(word) > 1 for word in shorter)
    )


def _near(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    most = 0 if shorter < LONG_NAME else 1 if shorter < LONGER_NAME else 2
    return one != other and distance(one, other, most) <= most


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters must be changed, put in, left out or swapped with their neighbor; `most + 1` once it is more than `most`."""
    if (
        abs(len(one) - len(other)) > most or len(set(one) ^ set(other)) > 2 * most
    ):  # one change touches two letters at most
        return most + 1
    before: list[int] = []
    line = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        before, last, line = line, before, [row]
        for column, letter_too in enumerate(other, start=1):
            cost = min(before[column] + 1, line[column - 1] + 1, before[column - 1] + (letter != letter_too))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == letter_too:
                cost = min(cost, last[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
    return min(line[-1], most + 1)
