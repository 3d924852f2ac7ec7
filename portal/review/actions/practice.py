"""A practice before scoring: past files chosen and covered by the office, tried by each member. Nothing of it ever counts."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.review.actions import masking
from portal.review.actions.reading import ELSEWHERE
from portal.review.models import PracticeFile, PracticeReview, SpokenName
from portal.review.queries import practice as queries
from portal.review.queries import reading, rounds
from portal.review.rules import scoring, spoken

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle, Rubric
    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.review.actions.reading import Typed
    from portal.review.queries.practice import PracticeOf

ENOUGH = N_("Three past files are enough for a practice. Take one out first.")
SENT = N_("Your practice is in and stays as it is. It counts nowhere.")


def choose(cycle: Cycle, past: Candidacy, *, by: Person, at: datetime) -> PracticeFile:
    """Take a past file into a cycle's practice, under a name made anew. What was not covered yet is covered, and waits for a look."""
    there = queries.of_cycle(cycle.id)
    if len(there) >= queries.MOST:
        raise Refused(ENOUGH)
    taken = {each.name for each in there} | set(db.session.scalars(select(SpokenName.name))) | rounds.names_at_work()
    seed = secrets.randbelow(2**31)
    file = PracticeFile(
        cycle_id=cycle.id,
        past_id=past.id,
        name=spoken.names(1, seed=seed, taken=taken)[0],
        added_by_id=by.id,
        added_at=at,
    )
    db.session.add(file)
    db.session.flush()
    masking.cover_past(past, at=at, by=by)
    history.record("practice file chosen", file, by=by, at=at)
    return file


def take_out(file: PracticeFile, *, by: Person, at: datetime) -> None:
    """Take a past file out of a practice, with what members tried on it."""
    history.record("practice file taken out", file, by=by, at=at)
    db.session.execute(delete(PracticeReview).where(PracticeReview.file_id == file.id))
    db.session.delete(file)
    db.session.flush()


def save(of: PracticeOf, person: Person, typed: Typed, *, version: int, at: datetime) -> PracticeReview:
    """Keep what a member tried. Raises `Stale` where another window kept something else meanwhile."""
    said = {
        key: {"level": mark.level, "does_not_apply": mark.does_not_apply, "why": mark.why}
        for key, mark in typed.marks.items()
        if mark != scoring.NOTHING
    }
    review = queries.own(of, person)
    if review is None:
        if version:
            raise Stale(ELSEWHERE)
        review = PracticeReview(file_id=of.file.id, person_id=person.id, marks=said, version=1, saved_at=at)
        db.session.add(review)
        db.session.flush()
        return review
    if review.marks == said:
        return review
    if review.submitted_at is not None:
        raise Refused(SENT)
    done = rows_changed(
        update(PracticeReview)
        .where(PracticeReview.id == review.id, PracticeReview.version == version, PracticeReview.submitted_at.is_(None))
        .values(marks=said, version=version + 1, saved_at=at)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(review)
    if done != 1:
        raise Stale(ELSEWHERE)
    return review


def submit(of: PracticeOf, person: Person, rubric: Rubric, *, at: datetime) -> PracticeReview:
    """Hand a practice in: from now on it is seen beside the others', and stays as it is. Raises `Refused` while something is unanswered."""
    review = queries.own(of, person)
    missing = scoring.unanswered(reading.weights_of(rubric), queries.marks_of(review, rubric))
    if review is None or missing:
        raise Unfinished(missing or list(reading.weights_of(rubric)))
    if review.submitted_at is None:
        review.submitted_at = at
        db.session.flush()
        history.record("practiced", of.file, at=at, reader=person.id)
    return review


class Unfinished(Refused):
    """A practice with something unanswered; `missing` names the criteria."""

    status = 422

    def __init__(self, missing: list[str]) -> None:
        """Keep which."""
        super().__init__(N_("Give a level, or say that it does not apply."))
        self.missing = missing
