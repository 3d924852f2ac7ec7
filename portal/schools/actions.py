"""Loading the schools, and learning how else they are written."""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.people.rules import fold
from portal.schools.models import Affiliation, School, SchoolAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from portal.people.models import Person

NEEDED = ("nces_id", "name")
YES_NO = {"yes": True, "no": False}


class Loaded(NamedTuple):
    """How many schools were new, and how many are kept as the file now has them."""

    added: int
    kept: int


def load(lines: Iterable[str]) -> Loaded:
    """Add the schools of a file with the national centre's figures, and bring those known up to date.

    The columns are those of its Common Core of Data, shortened: nces_id, state_id, name, low_grade, high_grade, street, zip, title_i,
    students, teachers, free_lunch, reduced_lunch. An empty cell is "not reported", never zero. No school is ever taken away.
    """
    reader = csv.DictReader(lines)
    missing = [column for column in NEEDED if column not in (reader.fieldnames or [])]
    if missing:
        raise Refused(N_("The file of schools has no column %(column)s."), column=missing[0])
    known = {school.nces_id: school for school in db.session.scalars(select(School))}
    by_name = {school.name_key: school for school in known.values()}
    added = kept = 0
    for row in reader:
        name = (row["name"] or "").strip()
        school = known.get(row["nces_id"]) or by_name.get(fold(name))
        if school is None:
            school = School(name=name, name_key=fold(name))
            db.session.add(school)
            added += 1
        else:
            kept += 1
        school.nces_id, school.name, school.name_key = row["nces_id"] or None, name, fold(name)
        school.state_id, school.street, school.zip = _text(row, "state_id"), _text(row, "street"), _text(row, "zip")
        school.low_grade, school.high_grade = _text(row, "low_grade"), _text(row, "high_grade")
        school.title_i = YES_NO.get((_text(row, "title_i") or "").casefold())
        school.students, school.teachers = _whole(row, "students"), _decimal(row, "teachers")
        school.free_lunch, school.reduced_lunch = _whole(row, "free_lunch"), _whole(row, "reduced_lunch")
        known[school.nces_id] = by_name[school.name_key] = school
    db.session.flush()
    return Loaded(added, kept)


def _text(row: dict[str, str], column: str) -> str | None:
    return (row.get(column) or "").strip() or None


def _whole(row: dict[str, str], column: str) -> int | None:
    text = _text(row, column)
    return int(text) if text is not None and text.isdecimal() else None


def _decimal(row: dict[str, str], column: str) -> Decimal | None:
    try:
        return Decimal(_text(row, column) or "")
    except InvalidOperation:
        return None


def learn(school: School, name: str, *, by: Person | None, at: datetime) -> None:
    """Remember another way in which a school is written. What is known already stays as it is."""
    key = fold(name)
    if (
        not key
        or key == school.name_key
        or db.session.scalar(select(SchoolAlias.id).where(SchoolAlias.name_key == key))
    ):
        return
    db.session.add(SchoolAlias(school_id=school.id, name=name.strip()[:200], name_key=key[:200]))
    db.session.flush()
    history.record("also written", school, by=by, at=at, name=name.strip())


def note_places(person_id: int, places: Iterable[tuple[int, date | None]]) -> int:
    """Note where somebody works or learns, or did until when, as they say it; return how many of these were not known.

    Nothing is taken away: whoever says less later may not clear their own conflict by it.
    """
    known = {
        row.school_id: row for row in db.session.scalars(select(Affiliation).where(Affiliation.person_id == person_id))
    }
    new = 0
    for school, until in dict(places).items():
        row = known.get(school)
        if row is None:
            db.session.add(Affiliation(person_id=person_id, school_id=school, until=until))
            new += 1
        elif row.until is not None and (until is None or until > row.until):
            row.until = until
            new += 1
    db.session.flush()
    return new
