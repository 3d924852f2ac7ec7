"""A table of past honors, read and judged row by row: what each line will become, and what stops it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.errors import N_
from portal.nominations.rules import canonical
from portal.nominations.rules.writing import split_name
from portal.people.rules import fold, name_key
from portal.schools.rules import match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TARGETS: Mapping[str, str] = {
    "year": N_("Year"),
    "award": N_("Award"),
    "name": N_("Name"),
    "given": N_("First name"),
    "family": N_("Last name"),
    "school": N_("School"),
    "role": N_("What they did there"),
    "basis": N_("Who said that it may be published"),
}
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "year": ("year", "award year", "school year", "season", "honored in"),
    "award": ("award", "award name", "honor", "category", "program"),
    "name": ("name", "recipient", "recipients", "honoree", "awardee", "winner", "full name", "recipient name"),
    "given": ("first name", "given name", "first"),
    "family": ("last name", "family name", "surname", "last"),
    "school": ("school", "school name", "site", "building", "school or site"),
    "role": ("role", "position", "title", "job title", "grade", "subject"),
    "basis": ("consent", "permission", "basis", "source", "may be published", "who agreed", "consent basis"),
}
MOST = {"name": 600, "given": 300, "family": 300, "school": 200, "role": 120, "basis": 300}
FIRST_YEAR = 1850  # before it, a slip of the keyboard is likelier than an award
UNNAMED = "unnamed"
LET_PASS = "pass"  # noqa: S105 - no password: the mended key under which "import it without the name" is kept

_ONE_YEAR = re.compile(r"\d{4}")
_SCHOOL_YEAR = re.compile(r"(\d{4})\s*[-/–]\s*(\d{4}|\d{2})")


class Award(NamedTuple):
    """An award as a row can name it."""

    id: int
    title: str
    names: frozenset[str]  # folded, in every language, and its address


@dataclass(frozen=True)
class Context:
    """What rows are judged against."""

    matched: Mapping[str, str]
    awards: Sequence[Award]
    schools: Mapping[int, str]
    aliases: Mapping[str, int]
    this_year: int
    held_here: Collection[tuple[int, int]]  # (award, year) of every cycle of the portal's own: a release announces it
    award_id: int | None = None  # of every row, where no column says
    basis: str = ""  # of every row that says none itself


@dataclass(frozen=True)
class Judged:
    """The line that a row will become, what stops it, and what is to be known of it."""

    facts: dict[str, Any]  # award_id, year, name, name_key, school_id, school_name, role, basis
    problems: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    digest: str


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Return what each column holds, as far as its heading tells; no two hold the same."""
    by_heading = {heading: target for target, headings in _HEADINGS.items() for heading in headings}
    found: dict[str, str] = {}
    for column in columns:
        target = by_heading.get(fold(column), "")
        found[column] = "" if target in found.values() else target
    return found


def lacking(matched: Mapping[str, str], *, one_award: bool) -> list[str]:
    """Return what no column holds although every row needs it."""
    has = set(matched.values())
    needed = (
        ("year", "year" in has),
        ("award", one_award or "award" in has),
        ("name", "name" in has or "family" in has),
    )
    return [target for target, there in needed if not there]


def values_of(cells: Mapping[str, str], matched: Mapping[str, str], mended: Mapping[str, str]) -> dict[str, str]:
    """Return a row's values by what they are, each on one line; what a person put right in place of what was uploaded."""
    values = {target: cells.get(column, "") for column, target in matched.items() if target}
    values |= {target: value for target, value in mended.items() if target in TARGETS}
    return {target: " ".join(value.split()) for target, value in values.items()}


def read_year(said: str) -> tuple[int | None, bool]:
    """Return the year that a cell says, and whether it was read out of a school year: "2003-04" was honored in 2004."""
    if _ONE_YEAR.fullmatch(said):
        return int(said), False
    found = _SCHOOL_YEAR.fullmatch(said)
    if found is None:
        return None, False
    first, last = int(found[1]), found[2]
    end = int(last) if len(last) == len(found[1]) else first - first % 100 + int(last) + (100 if int(last) == 0 else 0)
    return (end, True) if end == first + 1 else (None, False)


def judge(cells: Mapping[str, str], mended: Mapping[str, str], context: Context) -> Judged:
    """Return what a row will become. Only somebody's word that a name may be published lets the name through."""
    values = values_of(cells, context.matched, mended)
    facts: dict[str, Any] = {}
    said = [
        *_when(values, context, facts),
        *_award(values, context, facts),
        *_long(values),
        *_who(values, mended, context, facts),
    ]
    problems = [{key: value for key, value in one.items() if key != "stops"} for one in said if one["stops"]]
    notes = [{key: value for key, value in one.items() if key != "stops"} for one in said if not one["stops"]]
    return Judged(facts, problems, notes, digest(facts, cells))


def digest(facts: Mapping[str, Any], cells: Mapping[str, str]) -> str:
    """Return what tells one honor from another: award, year and name, and of somebody unnamed the row as it was uploaded."""
    who: Any = facts.get("known_as") or dict(cells)
    said = {"award": facts.get("award_id"), "year": facts.get("year"), "who": who}
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _said(at: str, message: str, *, stops: bool = True, **facts: Any) -> dict[str, Any]:
    return {"stops": stops, "field": at, "message": message, "facts": facts}


def _when(values: Mapping[str, str], context: Context, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    said = values.get("year", "")
    year, read = read_year(said)
    facts["year"] = year
    if not said:
        yield _said("year", N_("Write the year"))
    elif year is None:
        yield _said("year", N_('"%(said)s" is no year. Write four figures'), said=said[:60])
    elif not FIRST_YEAR <= year <= context.this_year:
        facts["year"] = None
        yield _said("year", N_("The archive holds past years: %(year)s is not one"), year=year)
    elif read:
        yield _said("year", N_('"%(said)s" is read as %(year)s'), stops=False, said=said[:60], year=year)


def _award(values: Mapping[str, str], context: Context, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    named = values.get("award", "")
    key = fold(named)
    found = next((award for award in context.awards if key and key in award.names), None)
    if found is None and not named:
        found = next((award for award in context.awards if award.id == context.award_id), None)
    facts["award_id"] = found.id if found else None
    if found is None:
        message = N_('No award is called "%(named)s"') if named else N_("Say which award it was")
        yield _said("award", message, named=named[:200])
    elif (found.id, facts.get("year")) in context.held_here:
        message = N_("%(award)s of %(year)s was held here: its release announces it, not the archive")
        yield _said("award", message, award=found.title, year=facts["year"])


def _long(values: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    message = N_("This is longer than the %(most)s characters that can be kept here")
    return [_said(at, message, most=most) for at, most in MOST.items() if len(values.get(at, "")) > most]


def _who(
    values: Mapping[str, str], mended: Mapping[str, str], context: Context, facts: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Judge the person: named with somebody's word for it, or one recipient who preferred not to be named."""
    given, family = values.get("given", ""), values.get("family", "")
    name = values.get("name", "") or f"{given} {family}".strip()
    if not (given or family):
        given, family = split_name(name)
    key = name_key(given, family)
    basis = values.get("basis", "") or context.basis
    facts |= {"name": None, "name_key": None, "school_id": None, "school_name": None, "role": None, "basis": None}
    facts["known_as"] = key or None  # so that a name left out once is not brought in by the next file
    if mended.get(LET_PASS) == UNNAMED:
        yield _said("name", N_("It is imported without the name"), stops=False)
        return
    if not key:
        if name:
            yield _said("name", N_('"%(said)s" holds no letters'), said=name[:60])
        elif values.get("school") or values.get("role"):
            yield _said("name", N_("Write the name, or import it without one"))
        else:
            yield _said("name", N_("No name: it becomes one recipient who preferred not to be named"), stops=False)
        return
    if not basis:
        yield _said("basis", N_("Say who agreed that this name may be published, or import it without the name"))
    facts |= {"name": name, "name_key": key, "basis": basis or None, "role": values.get("role") or None}
    typed = values.get("school", "")
    if typed:
        meant = match(typed, context.schools, context.aliases)
        facts["school_id"] = meant.school
        facts["school_name"] = context.schools[meant.school] if meant.school is not None else typed
        if meant.school is None:
            message = N_('No school of today is called "%(typed)s": it is kept as written')
            yield _said("school", message, stops=False, typed=typed[:200])
        elif meant.spelled:
            message = N_('"%(typed)s" is read as %(school)s')
            yield _said("school", message, stops=False, typed=typed[:200], school=context.schools[meant.school])
