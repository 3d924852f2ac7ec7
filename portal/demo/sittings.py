"""Two sittings of the season that is open, written through the same actions as on the pages: several people and awards, and an application."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.db import db
from portal.demo.open_season import PATIENT, STEADY
from portal.demo.supporting import pages_of
from portal.demo.world import World, cycles_of
from portal.files import actions as files
from portal.files import sandbox
from portal.files.rules import ANSWER, Kind
from portal.nominations.actions import letters, together, writing
from portal.nominations.queries import writing as queries
from portal.nominations.queries.writing import NOMINEE, QUOTE, RELATION, YOU
from portal.nominations.rules.letters import WriterRole
from portal.schools.models import School

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid
    from portal.nominations.models import Nomination, Sitting

MOTHER = ("Farhiya Jimale", "farhiya.jimale@families.example")
STUDENT = ("Devon Reyes", "devon.reyes@students.example")
GUARDIAN = ("Marisol Reyes", "marisol.reyes@families.example")
STATEMENT = (
    "I want to study nursing at Seattle Central, because my aunt is a nurse's aide and I have watched what she is not allowed to do. "
    "The scholarship would pay for the first year's books and the bus."
)
TWO = (
    (
        "In tenth grade my mother's hours were cut and I closed at the bakery four nights a week. I failed chemistry in the autumn, and took "
        "it again in the summer with an alarm set for five."
    ),
    "I take my brothers to school and translate at the clinic. On Saturdays I run the sign-up table of the food bank at our church.",
)


def sat(world: World, season: Laid) -> None:
    """A mother nominates two people for two awards in one sitting; a student of 17 applies, and the guardian is told."""
    cycles = {cycle.award.slug: cycle for cycle in cycles_of(season)}
    schools = {school.name: school for school in db.session.scalars(select(School))}
    _mother(world, cycles, schools)
    _student(world, cycles["senior-scholarship"], schools["Rainier Beach High School"])


def _begun(cycles: list[Cycle], who: tuple[str, str], *, at: datetime, **facts: Any) -> tuple[Sitting, Nomination]:
    sitting = writing.begin_sitting(cycles, name=who[0], email=who[1], session=None, at=at, **facts)
    writing.confirm(sitting, by=sitting.nominator, at=at + timedelta(minutes=4))
    return sitting, _afresh(queries.of_sitting(sitting)[0].reference)


def _afresh(reference: str) -> Nomination:
    found = queries.by_reference(reference)
    if found is None:
        raise LookupError(reference)
    return found


def _say(nomination: Nomination, part: str, fields: dict[str, Any], at: datetime) -> None:
    writing.save(nomination, part, fields, version=None, at=at)


def _who(name: str, role: str, school: School, email: str = "") -> dict[str, Any]:
    given, _, family = name.rpartition(" ")
    person = {"given": given, "family": family, "role": role, "email": email}
    return {"people": [person], "schools": [school.id], "central": False, "place_text": ""}


def _answers(nomination: Nomination, texts: tuple[str, ...], at: datetime) -> None:
    for question, text in zip(queries.asked(nomination), texts, strict=False):
        writing.save_answer(nomination, question.key, text, version=None, at=at)


def _mother(world: World, cycles: dict[str, Cycle], schools: dict[str, School]) -> None:
    teaching, science = cycles["excellence-in-teaching"], cycles["science-teaching"]
    at = min(teaching.opens_at + timedelta(days=18), world.now - timedelta(hours=5))
    mercer = schools["Mercer International Middle School"]
    _sitting, first = _begun([teaching], MOTHER, at=at, minor=False)
    _say(first, NOMINEE, _who("Naomi Feldt", "Teacher, grade 7", mercer), at)
    _say(first, RELATION, {"relation": "parent", "text": "She teaches my second son."}, at)
    _say(first, QUOTE, {"quote": "named", "tell": "words"}, at)
    _answers(first, PATIENT, at)
    together.another_award(_afresh(first.reference), [science], at=at)
    other = together.another_person(_afresh(first.reference), [teaching, science], drawn=1, at=at)[0]
    other = _afresh(other.reference)
    _say(other, NOMINEE, _who("Isaac Tulloch", "Science teacher", mercer), at)
    _say(other, RELATION, {"relation": "parent", "text": "He taught both of my sons."}, at)
    _answers(other, STEADY[:1], at)
    writing.submit(_afresh(first.reference), at=at + timedelta(minutes=40))


def _student(world: World, cycle: Cycle, school: School) -> None:
    at = min(cycle.opens_at + timedelta(days=19), world.now - timedelta(hours=4))
    _sitting, application = _begun([cycle], STUDENT, at=at, minor=True, own=True)
    _say(application, NOMINEE, _who(STUDENT[0], "Grade 12", school, STUDENT[1]), at)
    you = {"name": STUDENT[0], "email": STUDENT[1], "phone": ""}
    _say(application, YOU, {**you, "guardian_name": GUARDIAN[0], "guardian_email": GUARDIAN[1]}, at)
    _answers(application, (STATEMENT, *TWO, "From a D to a B in chemistry in one summer."), at)
    writing.save_answer(application, "need", "free", version=None, at=at)
    _transcript(_afresh(application.reference), at)
    application = _afresh(application.reference)
    letters.ask(
        cycle=application.cycle,
        nomination=application,
        by=application.nominator,
        name="Cecilia Brandt",
        email="cecilia.brandt@schools.example",
        role=WriterRole.TEACHER,
        note="You saw me take chemistry twice.",
        waiver=(True, "I give up my right to read this letter."),
        at=at,
    )
    writing.submit(_afresh(application.reference), at=at + timedelta(hours=1))


def _transcript(application: Nomination, at: datetime) -> None:
    asks = queries.question(application, "transcript")
    if asks is None:
        return

    lines = ("Rainier Beach High School", STUDENT[0], "Chemistry: D, then B", "Algebra 2: B+", "English 12: A-")
    answer = queries.answer(application, asks.id) or writing.make_room(application, asks, at=at)
    paper = pages_of(lines)
    file = files.take_whole(
        application.nominator, answer, ANSWER, name="Transcript, Devon Reyes.pdf", data=paper, at=at
    )
    files.settle(file, sandbox.clean(paper, Kind.PDF, most_pages=ANSWER.most_pages), scans=0, at=at)  # our own paper
    writing.attach(application, asks, file, at=at)
