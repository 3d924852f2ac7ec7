"""Two forms that came on paper in the season that is open: one counts, the other waits for a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.db import db
from portal.demo.supporting import pages_of
from portal.demo.world import World, cycles_of
from portal.files import actions as files
from portal.files import sandbox
from portal.files.rules import SCAN, Kind
from portal.nominations.actions import papers
from portal.nominations.actions.entering import Told
from portal.nominations.queries import papers as queries
from portal.schools.models import School

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid
    from portal.nominations.models import Paper

GRANDMOTHER = {
    "justice": "He learned to say every child's name the way their mother says it. Then he taught the other teachers.",
    "story": "My grandson hid his lunch, because others laughed. Mr. Abara ate the same for a week, at the same table, and asked for the recipe.",
    "evidence": "He eats his lunch now. He reads to me in the evening, in English, and I answer in Amharic.",
}
NEIGHBOR = {
    "justice": "She opened the music room on Saturdays for anybody who has no piano at home. There is a line.",
    "story": "A girl who would not speak played one note, and Ms. Solberg played it back, and so they talked until June.",
    "evidence": "Twenty-two children in the spring concert; the year before there were six.",
}


def came_on_paper(world: World, season: Laid) -> None:
    """Take in two forms with their scans; Joy types both in, and Ruth has compared the first with the paper."""
    cycle = next(one for one in cycles_of(season) if one.award.slug == "excellence-in-teaching")
    schools = {school.name: school for school in db.session.scalars(select(School))}
    franklin, wolf = schools["Franklin High School"], schools["Hazel Wolf K-8"]
    first = _form(world, cycle, ("Tsehay Bekele", "Emeka Abara", franklin), GRANDMOTHER, days=9)
    papers.count(
        first, version=first.version, by=world.person("Ruth Amsalem"), at=first.received_at + timedelta(days=1)
    )
    _form(world, cycle, ("Walter Prine", "Ingrid Solberg", wolf), NEIGHBOR, days=11)


def _form(world: World, cycle: Cycle, who: tuple[str, str, School], answers: dict[str, str], *, days: int) -> Paper:
    writer, nominee, school = who
    came = min(cycle.opens_at + timedelta(days=days), world.now - timedelta(days=2))
    joy = world.person("Joy Tanaka")
    paper = papers.take_in(cycle, received_at=came, once="", by=joy, at=came + timedelta(hours=1))
    _scan(paper, (f"I nominate {nominee}", *_lines(answers), writer), at=came + timedelta(hours=1))
    given, _, family = nominee.rpartition(" ")
    told = Told(
        name=writer,
        phone="206 555 0177",
        age="adult",
        people=[{"given": given, "family": family, "role": "Teacher", "email": ""}],
        schools=[school],
        relation="community",
        quote="unnamed",
        tell="no",
        answers=answers,
    )
    whole = queries.at(cycle.award.slug, cycle.year, paper.id)
    if whole is None:
        raise LookupError(paper.id)
    papers.type_in(whole, told, version=whole.version, thank=False, by=joy, at=came + timedelta(hours=3))
    db.session.expire(whole, ["typed_by"])
    return queries.at(cycle.award.slug, cycle.year, paper.id) or whole


def _lines(answers: dict[str, str]) -> list[str]:
    words = " ".join(answers.values()).split()
    return [" ".join(words[place : place + 9]) for place in range(0, len(words), 9)]


def _scan(paper: Paper, lines: tuple[str, ...], *, at: datetime) -> None:
    data = pages_of(lines)
    file = files.take_whole(paper.taken_by, paper, SCAN, name="Paper form.pdf", data=data, at=at)
    files.settle(file, sandbox.clean(data, Kind.PDF, most_pages=SCAN.most_pages), scans=0, at=at)  # our own paper
    papers.attach(paper, file, by=paper.taken_by, at=at)
