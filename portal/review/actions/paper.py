"""A review that was written on paper: typed in by one person of the office, compared with the paper by another, then the reviewer's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.review.actions import reading
from portal.review.models import PaperReview
from portal.review.queries import reading as queries
from portal.review.rules import scoring
from portal.review.rules.lives import COUNTS
from portal.review.rules.scoring import Mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from portal.awards.models import Rubric
    from portal.people.models import Person
    from portal.review.actions.reading import Typed
    from portal.review.queries.paper import PaperOf

ONLINE = N_("This reviewer has scored it on the page meanwhile, so the paper is not typed in.")
CHECKED = N_("This was compared and is the reviewer's own now. Only they can change it.")
ANOTHER = N_("Somebody else compares it with the paper: whoever typed it in does not see their own slips.")
CHANGED = N_("Somebody changed this since you opened it. Compare it once more.")


def type_in(of: PaperOf, typed: Typed, *, version: int, by: Person, at: datetime) -> PaperReview:
    """Keep what stands on the paper. It counts nowhere before somebody else compared it. Raises `Refused` while something is unanswered."""
    assignment, entry = of.assignment, of.entry
    reading.open_for_scores(assignment, at)
    if entry is not None and entry.checked_at is not None:
        raise Refused(CHECKED)
    if assignment.review is not None and (assignment.review.state in COUNTS or assignment.review.scores):
        raise Refused(ONLINE)
    rubric = queries.rubric_of(assignment)
    reading.whole(rubric, typed.marks)
    reading.begin(assignment, rubric, at=at)  # from now on nobody takes this reading back, and no plan moves it
    values = {
        "marks": {
            key: {"level": mark.level, "does_not_apply": mark.does_not_apply, "why": mark.why}
            for key, mark in typed.marks.items()
        },
        "comment": typed.comment,
        "feedback": typed.feedback,
        "confidence": typed.confidence,
    }
    if entry is None:
        if version:
            raise Stale(CHANGED)
        entry = PaperReview(assignment_id=assignment.id, version=1, typed_by_id=by.id, typed_at=at, **values)
        db.session.add(entry)
        db.session.flush()
    else:
        done = rows_changed(
            update(PaperReview)
            .where(PaperReview.id == entry.id, PaperReview.version == version, PaperReview.checked_at.is_(None))
            .values(version=version + 1, typed_by_id=by.id, typed_at=at, **values)
            .execution_options(synchronize_session=False)
        )
        if done != 1:
            raise Stale(CHANGED)
        db.session.refresh(entry)
    history.record("paper typed in", assignment, by=by, at=at)
    return entry


def check(of: PaperOf, *, version: int, by: Person, at: datetime) -> None:
    """Say that what was typed in is what stands on the paper. From now on it is the reviewer's own review, submitted."""
    entry, assignment = of.entry, of.assignment
    if entry is None:
        raise Refused(CHANGED)
    if entry.checked_at is not None:
        return
    if entry.typed_by_id == by.id:
        raise Refused(ANOTHER)
    if assignment.review is not None and (assignment.review.state in COUNTS or assignment.review.scores):
        raise Refused(ONLINE)
    done = rows_changed(
        update(PaperReview)
        .where(PaperReview.id == entry.id, PaperReview.version == version, PaperReview.checked_at.is_(None))
        .values(checked_by_id=by.id, checked_at=at)
        .execution_options(synchronize_session=False)
    )
    if done != 1:
        raise Stale(CHANGED)
    db.session.refresh(entry)
    rubric = queries.rubric_of(assignment)
    typed = reading.Typed(marks_of(entry, rubric), entry.comment, entry.feedback, entry.confidence)
    begun = reading.begin(assignment, rubric, at=at)
    reading.save(assignment, typed, version=begun.version, at=at)
    reading.submit(assignment, at=at)
    history.record("paper compared", assignment, by=by, at=at, typed_by=entry.typed_by_id)


def marks_of(entry: PaperReview | None, rubric: Rubric) -> Mapping[str, Mark]:
    """Return what was typed in for each criterion."""
    given: dict[str, Any] = entry.marks if entry is not None else {}
    return {
        each.key: Mark(said["level"], said["does_not_apply"], said["why"])
        if (said := given.get(each.key))
        else scoring.NOTHING
        for each in queries.criteria_of(rubric)
    }
