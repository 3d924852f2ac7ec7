"""What committees do besides scoring on the page: they practice on past files first, and one reader reads on paper."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.awards.models import Member
from portal.db import db
from portal.demo.world import World, cycles_of
from portal.review.actions import masking, paper, reading
from portal.review.actions import practice as practices
from portal.review.models import Masked
from portal.review.queries import paper as papers
from portal.review.queries import practice as practicing
from portal.review.queries import reading as readings
from portal.review.queries import rounds as known_rounds
from portal.review.queries import texts
from portal.review.rules.lives import AssignmentState
from portal.review.rules.scoring import Confidence, Mark

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid


def practice(world: World, season: Laid) -> None:
    """Every committee tries two files of an earlier year first, names removed; nothing of it counts."""
    ruth = world.person("Ruth Amsalem")
    for cycle in cycles_of(season):
        at = cycle.closes_at + timedelta(days=20)
        rubric = readings.rubric_for(cycle)
        chosen = db.session.scalars(practicing.eligible(cycle, ruth).limit(2)).all() if rubric is not None else []
        for past in chosen:
            file = practices.choose(cycle, past, by=ruth, at=at)
            review = known_rounds.in_review(past.cycle.award.slug, past.cycle.year)
            for number in db.session.scalars(select(Masked.id).where(Masked.candidacy_id == past.id)).all():
                of = texts.texts_at(review, number)
                if of is not None:
                    masking.approve(of, by=ruth, at=at, seen=masking.state_of(texts.masked_of(of)))
            db.session.flush()
            _try_out(cycle, file.id, at=at + timedelta(days=1))


def _try_out(cycle: Cycle, file: int, *, at: datetime) -> None:
    of, rubric = practicing.practice_at(file), readings.rubric_for(cycle)
    if of is None or rubric is None:
        return
    members = select(Member).options(joinedload(Member.person)).where(Member.cycle_id == cycle.id).order_by(Member.id)
    for place, member in enumerate(db.session.scalars(members).all()):
        if place % 5 == 4:
            continue
        marks = {
            criterion.key: Mark(
                min(rubric.highest, max(rubric.lowest, round(rubric.highest * 0.6) + (place + turn) % 3 - 1))
            )
            for turn, criterion in enumerate(readings.criteria_of(rubric))
        }
        when = at + timedelta(hours=place)
        practices.save(of, member.person, reading.Typed(marks, ""), version=0, at=when)
        practices.submit(of, member.person, rubric, at=when)


def on_paper(world: World, season: Laid) -> None:
    """One reader reads on paper: a sheet came back, was typed in, and waits for somebody else to compare it."""
    joy = world.person("Joy Tanaka")
    for cycle in cycles_of(season):
        listed = db.session.execute(papers.desk(cycle.id, joy).limit(50)).all()
        blank = next((row[0] for row in listed if row[0].state is AssignmentState.CLEAR and row[3] is None), None)
        of = papers.paper_at(cycle.award.slug, cycle.year, blank.id) if blank is not None else None
        if of is None:
            continue
        rubric = readings.rubric_of(of.assignment)
        marks = {one.key: Mark(rubric.highest - 1, why="As on the sheet.") for one in readings.criteria_of(rubric)}
        said = reading.Typed(marks, "I read on paper, at the kitchen table.", "", Confidence.SURE)
        paper.type_in(of, said, version=0, by=joy, at=world.now - timedelta(minutes=30))
