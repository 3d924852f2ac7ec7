"""Everybody ever honored, one line each, and how somebody is found among them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.people.rules import fold
from portal.publishing.rules import slug as address_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

LONGEST = 200  # of what is asked for, in characters


@dataclass(frozen=True, slots=True)
class Line:
    """One honor as the public may read it. Without a name it says the award and the year, and nothing else."""

    year: int
    award: str  # the award's address
    award_name: Mapping[str, str]
    whom: str  # whom the award honors: "teachers"
    name: str | None = None
    sort: str = ""
    role: str | None = None
    school: str | None = None
    schools: tuple[tuple[str, str], ...] = ()  # (address, name) of each school on its own, as far as they are known
    slug: str | None = None  # of their own page
    citation: str | None = None
    biography: str | None = None
    quotations: tuple[Mapping[str, str | None], ...] = ()
    sum_cents: int | None = None
    paid_to: str | None = None
    fund: str | None = None
    portrait: int = 0
    photo: str | None = None  # how the squares of their photograph are called
    photo_alt: str | None = None
    shown_at: datetime | None = None  # when it became public, or was corrected last; None: from the archive
    key: str = ""  # folded words by which it is found


def key(name: str | None, school: str | None, award_name: Mapping[str, str]) -> str:
    """Return the folded words by which a line is found: nothing where there is no name, so that no search leads to it."""
    if name is None:
        return ""
    return " ".join(fold(words) for words in (name, school or "", *award_name.values()) if words)


def apart(school: str | None, known: Container[str]) -> tuple[tuple[str, str], ...]:
    """Return (address, name) of each school of a line. A comma parts schools only where every part is one that is known."""
    if not school:
        return ()
    parts = school.split(", ")
    several = len(parts) > 1 and school not in known and all(part in known for part in parts)
    return tuple((_address(part), part) for part in (parts if several else [school]))


@lru_cache(maxsize=2048)
def _address(school: str) -> str:
    """Return a school as an address holds it: "denny-international-middle-school"."""
    return address_of(school, ())


class Wanted(NamedTuple):
    """What somebody looks for, as it stands in the address."""

    words: str = ""
    year: int | None = None
    award: str = ""
    whom: str = ""
    school: str = ""  # as an address: "denny-international-middle-school"

    def given(self) -> dict[str, Any]:
        """Return what is asked for, as an address holds it, always in the same order."""
        asked = {
            "q": self.words,
            "year": str(self.year) if self.year is not None else "",
            "award": self.award,
            "whom": self.whom,
            "school": self.school,
        }
        return {name: value for name, value in asked.items() if value}

    def without(self, name: str) -> dict[str, Any]:
        """Return the same with one thing left out."""
        return {key: value for key, value in self.given().items() if key != name}


def wanted(asked: Mapping[str, str]) -> Wanted:
    """Read what somebody looks for. Nonsense finds nobody; it is never an error."""
    year = asked.get("year", "").strip()
    return Wanted(
        " ".join(asked.get("q", "")[:LONGEST].split()),
        (int(year) if year.isascii() and year.isdecimal() and len(year) < 5 else -1) if year else None,  # noqa: PLR2004 - no year has five figures yet
        asked.get("award", "")[:LONGEST],
        asked.get("whom", "")[:LONGEST],
        asked.get("school", "")[:LONGEST],
    )


def _spoken(token: str, words: str) -> bool:
    """Say whether a token begins one of the words; in scripts without spaces, whether it stands anywhere."""
    return f" {token}" in f" {words}" or (not token.isascii() and token in words)


def find(lines: Iterable[Line], what: Wanted) -> list[Line]:
    """Return the lines that fit everything asked for, in their order. Accents, case and punctuation do not matter."""
    tokens = fold(what.words).split()
    if what.words and not tokens:
        return []
    return [
        line
        for line in lines
        if (what.year is None or line.year == what.year)
        and (not what.award or line.award == what.award)
        and (not what.whom or line.whom == what.whom)
        and (not what.school or any(address == what.school for address, _name in line.schools))
        and all(_spoken(token, line.key) for token in tokens)
    ]


class Facet(NamedTuple):
    """One word by which a list can be narrowed, and how many lines it leaves."""

    value: str
    words: str | Mapping[str, str]
    many: int


def years(lines: Iterable[Line]) -> list[tuple[int, int]]:
    """Return (year, how many), the latest first."""
    return sorted(Counter(line.year for line in lines).items(), reverse=True)


def awards(lines: Sequence[Line]) -> list[Facet]:
    """Return the awards of these lines in the order in which they are first met, each by its latest name."""
    names: dict[str, Mapping[str, str]] = {}
    for line in lines:
        names.setdefault(line.award, line.award_name)
    counts = Counter(line.award for line in lines)
    return [Facet(award, name, counts[award]) for award, name in names.items()]


def whom(lines: Iterable[Line]) -> list[Facet]:
    """Return whom the awards of these lines honor, most lines first."""
    return [Facet(value, value, count) for value, count in Counter(line.whom for line in lines).most_common()]


def schools(lines: Iterable[Line]) -> list[Facet]:
    """Return the schools of these lines by name."""
    counts = Counter(school for line in lines for school in line.schools)
    return [
        Facet(address, name, counts[address, name]) for address, name in sorted(counts, key=lambda one: fold(one[1]))
    ]
