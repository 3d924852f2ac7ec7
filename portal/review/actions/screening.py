"""Reviews without a rubric: one passes or does not, or has a place among the best. Each word is appended and replaces the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select, update

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.review.actions import reading, rounds, standings
from portal.review.models import Assignment, Review, Verdict
from portal.review.queries import reading as queries
from portal.review.queries import screening as asking
from portal.review.rules import kinds
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import COUNTS, REVIEW, AssignmentState, AssignmentStep, ReviewState, ReviewStep
from portal.review.rules.scoring import TIMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.people.models import Person
    from portal.review.models import Round

NO_REASON = N_("Say in a few words why it does not go on: the committee and staff read it.")
SAID_AFTER_NAMES = N_("Names are shown now that yours is in, so it stays as it is.")
WRONG_ORDER = {
    "beyond": N_("Places go from 1 to %(most)s."),
    "twice": N_("Each place can be given once."),
    "short": N_("Give each place from 1 to %(most)s."),
}


class Word(NamedTuple):
    """What one review says without a rubric."""

    passes: bool | None = None
    place: int | None = None
    why: str = ""


def say(assignment: Assignment, *, passes: bool, why: str, version: int, at: datetime) -> Review:
    """Say that a candidacy goes on from screening, or does not and why. Until the round closes it can be said otherwise.

    Raises `Stale` when another window said something else since, `Refused` (field "why") where a reason is missing.
    """
    if assignment.round.kind is not RoundKind.SCREENING:
        raise Refused(reading.OTHERWISE)
    reading.open_for_scores(assignment, at)
    if not passes and not why.strip():
        raise Refused(NO_REASON, field="why")
    return _put(assignment, Word(passes=passes, why=why.strip()), float(passes), version=version, at=at)


def rank(
    round_: Round,
    person: Person,
    *,
    places: Mapping[int, int | None],
    why: Mapping[int, str],
    version: int,
    at: datetime,
) -> int:
    """Put one's best in order: a place for each of them, none for the others; return how many there are.

    `places` by one's own number for a candidacy; `version` of the order that they replace. It is said of all at once, so that an
    order is always whole. Raises `Refused` where it is none, `Stale` where the list has changed since the page was opened.
    """
    tasks = asking.to_rank(person, round_)
    if set(places) != {task.position for task in tasks}:
        raise Stale(N_("What you have to put in order has changed since you opened the page. Look at it again."))
    if version != asking.version_of(tasks):
        raise Stale(reading.ELSEWHERE)
    best = round_.best or 0
    wrong = kinds.order_wrong(dict(places), best=best, readable=len(tasks))
    if wrong is not None:
        raise Refused(WRONG_ORDER[wrong], field="places", most=min(best, len(tasks)))
    for task in tasks:
        reading.open_for_scores(task, at)
        place = places[task.position]
        word = Word(place=place, why=why.get(task.position, "").strip())
        version = task.review.version if task.review is not None else 0
        _put(task, word, float(kinds.points(place, best=best)), version=version, at=at)
    return len(tasks)


def _put(assignment: Assignment, word: Word, points: float, *, version: int, at: datetime) -> Review:
    """Put a word into a review, over the version it was said on, and count it. The same word again changes nothing."""
    db.session.scalar(select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    review = _begun(assignment, version=version, at=at)
    before = asking.word_of(review.id)
    if before is not None and (before.passes, before.place, before.why) == word and review.state in COUNTS:
        return review
    if review.version != version:
        raise Stale(reading.ELSEWHERE)
    counted = review.state in COUNTS
    if counted and assignment.round.names_after:
        raise Refused(SAID_AFTER_NAMES)
    if counted:
        reading.unseen(assignment)
    values = {
        "version": version + 1,
        "state": REVIEW.advance(review.state, ReviewStep.REVISE if counted else ReviewStep.SUBMIT),
        "saved_at": at,
        "total": TIMES * points,
        "submitted_at": review.submitted_at or at,
    }
    mine = update(Review).where(Review.id == review.id, Review.version == version)
    done = rows_changed(mine.values(**values).execution_options(synchronize_session=False))
    if done != 1:
        raise Stale(reading.ELSEWHERE)
    old = update(Verdict).where(Verdict.review_id == review.id, Verdict.replaced_at.is_(None)).values(replaced_at=at)
    db.session.execute(old.execution_options(synchronize_session=False))
    db.session.add(Verdict(review_id=review.id, passes=word.passes, place=word.place, why=word.why, said_at=at))
    db.session.flush()
    db.session.refresh(review, list(values))
    if not counted:
        reading.advance(assignment, AssignmentStep.SUBMIT)
    history.record("revised" if counted else "review submitted", review, at=at, reader=assignment.reviewer_id)
    standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)
    return review


def _begun(assignment: Assignment, *, version: int, at: datetime) -> Review:
    fresh = assignment.review is None and not version and assignment.state is AssignmentState.CLEAR
    if fresh and reading.advance(assignment, AssignmentStep.START):
        rounds.freeze(assignment.round, at=at)
        facts = {"started_at": at, "saved_at": at, "version": 0, "comment": ""}
        review = Review(assignment_id=assignment.id, rubric_id=None, state=ReviewState.DRAFT, **facts)
        db.session.add(review)
        db.session.flush()
        history.record("review begun", review, at=at, reader=assignment.reviewer_id)
    db.session.expire(assignment, ["review"])
    again = queries.own_by_id(assignment.id)
    if again is None or again.review is None:
        raise Stale(reading.ELSEWHERE)
    return again.review
