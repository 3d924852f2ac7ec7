"""Reading the district's roster: who works or learns where, since when, and as what. Pure.

Its headings are known by many names. A line that cannot be read is left out and counted, with its number and what is wrong, and never
with what stood in it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.errors import N_
from portal.nominations.rules.eligibility import grade, whole_years
from portal.people.rules import address_key, fold, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from portal.nominations.rules.importing import Row

# What a column may hold -> what headings it has, folded.
COLUMNS: dict[str, tuple[str, ...]] = {
    "given": ("first name", "given name", "first", "given", "preferred first name"),
    "family": ("last name", "family name", "surname", "last", "family"),
    "name": ("name", "full name", "employee name", "student name", "employee", "student"),
    "email": ("email", "e mail", "email address", "e mail address", "work email"),
    "role": ("role", "title", "job title", "position", "job"),
    "school": ("school", "building", "location", "school name", "work site", "site"),
    "school_since": ("at school since", "school since", "school start", "school start date", "building start date"),
    "school_years": ("years at school", "years at the school", "years in school", "years in building"),
    "district_since": (
        "in district since",
        "district since",
        "hire date",
        "hired",
        "district start date",
        "start date",
    ),
    "district_years": ("years in district", "years in the district", "years of service", "years"),
    "grades": ("grades", "grades taught", "grade band", "grade levels"),
    "grade": ("grade", "grade level", "student grade"),
}
WORDS: dict[str, str] = {
    "given": N_("First name"),
    "family": N_("Last name"),
    "name": N_("Name, where first and last stand together"),
    "email": N_("E-mail address"),
    "role": N_("Role"),
    "school": N_("School"),
    "school_since": N_("At the school since"),
    "school_years": N_("Years at the school"),
    "district_since": N_("In the district since"),
    "district_years": N_("Years in the district"),
    "grades": N_("Grades taught"),
    "grade": N_("A student's grade"),
}
LIMITS = {"given_name": 300, "family_name": 300, "role": 120, "school_name": 200}
LONGEST_ADDRESS = 320
LONGEST_AGO = 80  # years

NO_NAMES = N_("The file has no column with names. Its headings must say “First name” and “Last name”, or “Name”.")
NO_NAME = N_("It has no name.")
TOO_LONG = N_("A name, a role or a school is far too long.")
BAD_DATE = N_("“%(column)s” holds no date, no number of years, or one that cannot be.")


class Read(NamedTuple):
    """What a roster comes to: lines as columns of `RosterLine`, rows left out, and headings nothing was read from."""

    lines: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    unread: list[str]


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Return what each column holds, those that are known: a heading is known by one of its usual names."""
    found: dict[str, str] = {}
    for column in columns:
        heading = fold(column)
        target = next((target for target, names in COLUMNS.items() if heading in names), None)
        if target is not None and target not in found.values():
            found[column] = target
    return found


def has_names(matched: Mapping[str, str]) -> bool:
    """Say whether some column holds names."""
    return "name" in matched.values() or {"given", "family"} <= set(matched.values())


def read(columns: Sequence[str], rows: Sequence[Row], *, of: date, school: Callable[[str], int | None]) -> Read:
    """Read every row. `of` is the day the roster is of: years count back from it. `school` finds a listed school by a name typed."""
    matched = guess(columns)
    lines, left_out = [], []
    for row in rows:
        values = {target: row.cells[column].strip() for column, target in matched.items()}
        line, wrong = _line(values, of=of, school=school)
        if line is None:
            left_out.append({"number": row.number, "message": wrong[0], "facts": wrong[1]})
        else:
            lines.append(line)
    return Read(lines, left_out, [column for column in columns if column not in matched])


def _line(
    values: Mapping[str, str], *, of: date, school: Callable[[str], int | None]
) -> tuple[dict[str, Any] | None, tuple[str, dict[str, Any]]]:
    given, family = values.get("given", ""), values.get("family", "")
    if not (given or family):
        given, family = _apart(values.get("name", ""))
    if not fold(f"{given} {family}"):
        return None, (NO_NAME, {})
    since: dict[str, date | None] = {}
    for which in ("school", "district"):
        for kind in ("since", "years"):
            said = values.get(f"{which}_{kind}", "")
            found = _day(said, of) if kind == "since" else _back(said, of)
            if said and found is None:
                return None, (BAD_DATE, {"column": WORDS[f"{which}_{kind}"]})
            since[which] = since.get(which) or found
    typed = {
        "given_name": given,
        "family_name": family,
        "role": values.get("role", ""),
        "school_name": values.get("school", ""),
    }
    address = address_key(values.get("email"))
    if any(len(typed[name]) > most for name, most in LIMITS.items()) or len(address or "") > LONGEST_ADDRESS:
        return None, (TOO_LONG, {})
    low, high = _band(values.get("grades", ""))
    number = school(values["school"]) if values.get("school") else None
    line = {
        **typed,
        "name_key": name_key(given, family),
        "family_key": fold(family),
        "email_key": address,
        "school_id": number,
        "school_name": "" if number is not None else typed["school_name"],
        "school_since": since.get("school"),
        "district_since": since.get("district"),
        "low": low,
        "high": high,
        "grade": grade(values.get("grade")),
    }
    return line, ("", {})


def _apart(name: str) -> tuple[str, str]:
    """Part a whole name: "Warsame, Amina" or "Amina Warsame"."""
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip(), family.strip()
    given, _, family = name.strip().rpartition(" ")
    return given.strip(), family.strip()


def _day(said: str, of: date) -> date | None:
    """Read a date as spreadsheets write it: 2019-09-01, with or without a time of day, or 9/1/2019, month first."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", said)
    year, month, day = (found[1], found[2], found[3]) if found else ("", "", "")
    if not found:
        found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?", said)
        year, month, day = (found[3], found[1], found[2]) if found else ("", "", "")
    try:
        read = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return read if read <= of and whole_years(read, of) <= LONGEST_AGO else None


def _back(said: str, of: date) -> date | None:
    """Read a number of years, and return the day so long before the roster's. A part of a year is left off: never more than is true."""
    found = re.fullmatch(r"(\d{1,2})(?:[.,]\d+)?", said)
    if not found or int(found[1]) > LONGEST_AGO:
        return None
    try:
        return of.replace(year=of.year - int(found[1]))
    except ValueError:  # the roster is of a 29 February
        return of.replace(year=of.year - int(found[1]), day=28)


def _band(said: str) -> tuple[int | None, int | None]:
    """Read the grades somebody teaches: "6-8", "K to 5", "9, 10, 12"."""
    found = [
        number for part in re.split(r"[-–—,;/&]|\bto\b|\band\b", said.casefold()) if (number := grade(part)) is not None
    ]
    return (min(found), max(found)) if found else (None, None)
