"""The district's roster of the demonstration: most nominees are on it as they should be, and a few lines make an office ask."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.awards.models import Award, Cycle, Honours
from portal.db import db
from portal.nominations.actions import eligibility
from portal.nominations.models import Candidacy

if TYPE_CHECKING:
    from datetime import date

    from portal.demo.world import World

HEADINGS = ("Last name", "First name", "Job title", "School", "Hire date", "At school since", "Grades taught", "Grade")
USUAL = {
    Honours.PRINCIPALS: "Principal",
    Honours.TEACHERS: "Teacher",
    Honours.ADMINISTRATORS: "Program director",
    Honours.STAFF: "Librarian",
    Honours.STUDENTS: "Student",
}
# Those of whom the roster says something else than a nominator would think: (job title, years in the district, grades taught).
OTHERWISE: dict[str, tuple[str, int, str]] = {
    "Ellen Mbeki": ("Librarian", 9, ""),  # nominated for teaching science
    "Phuong Dao": ("Teacher", 2, "6-8"),  # too short a time for one award, and long enough for the other
    "Amina Warsame": ("Teacher", 11, "6-8"),
}
LEFT_OUT = frozenset(
    {"Beto Salas", "Grace Kim"}
)  # the roster knows them by another name, or at a school that is not said
ALSO = (("Salas", "Roberto", "Teacher", "Chief Sealth International High School", 8, "9-12"),)


def brought_in(world: World) -> None:
    """Bring in the roster, as the office did at the beginning of this month."""
    of = (world.now - timedelta(days=20)).date()
    wanted = (
        select(Candidacy, Award.honours)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .join(Award, Award.id == Cycle.award_id)
        .options(selectinload(Candidacy.people), selectinload(Candidacy.schools))
        .where(Candidacy.merged_into_id.is_(None))
        .order_by(Candidacy.id)
    )
    rows: dict[tuple[str, str, str], list[object]] = {}
    for candidacy, honours in db.session.execute(wanted):
        for link in candidacy.people:
            person, school = link.person, next((one.school.name for one in candidacy.schools), "")
            if person.name in LEFT_OUT or candidacy.id % 11 == 0:  # and a district that lags behind
                continue
            title, years, grades = OTHERWISE.get(person.name, (USUAL[honours], 5 + candidacy.id % 17, ""))
            student = honours is Honours.STUDENTS
            dates = ("", "") if student else (_ago(of, years), _ago(of, min(years, 5 + candidacy.id % 5)))
            grade = 12 - (candidacy.id % 9 == 0) if student else ""
            key = (person.family_name, person.given_name, school)
            rows.setdefault(key, [*key[:2], title, school, *dates, grades, grade])
    for family, given, title, school, years, grades in ALSO:
        rows[family, given, school] = [family, given, title, school, _ago(of, years), _ago(of, years), grades, ""]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([HEADINGS, *rows.values(), ["", "", "Teacher", "", "", "", "", ""]])
    eligibility.bring_roster(
        text.getvalue().encode(),
        name="district-roster.csv",
        of=of,
        by=world.person("Joy Tanaka"),
        at=world.now - timedelta(days=19),
    )


def _ago(of: date, years: int) -> str:
    return of.replace(year=of.year - years, month=9 if of.month > 9 else 1, day=1).isoformat()
