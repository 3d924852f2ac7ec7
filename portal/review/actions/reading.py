"""Scoring one candidacy: saving, submitting, revising; and three ways of giving a reading back, which are three results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal import history
from portal.db import db, rows_changed, table_of
from portal.errors import N_, Refused, Stale
from portal.nominations.actions import conflicts
from portal.nominations.models import Conflict, Kind
from portal.nominations.rules import ConflictState
from portal.people.models import Person
from portal.review.actions import rounds, standings
from portal.review.actions.assigning import ask_for_replacement
from portal.review.models import Assignment, Review, Round, Score
from portal.review.queries import reading as queries
from portal.review.queries.facts import saw_others
from portal.review.rules import merging, scoring
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.lives import (
    ASSIGNMENT,
    COUNTS,
    OWED,
    READABLE,
    REVIEW,
    SCORING,
    AssignmentState,
    AssignmentStep,
    ReviewState,
    ReviewStep,
    RoundState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.awards.models import Rubric
    from portal.review.rules.scoring import Confidence, Mark

ELSEWHERE = N_("This was changed in another window. Both are below: choose one.")
CLOSED = N_("This round is closed, so scores can no longer be given or changed.")
NOT_YET = N_("This round is not open yet.")
OTHERWISE = N_("This round is not scored like that. Open the reading again.")
OVER = N_(
    "This round is closed, so a reading can no longer be handed back. What is not scored counts nowhere. "
    "If you know this person, you can still say so."
)
NAMES_SEEN = N_("Names are shown now that your scores are in, so they stay as they are.")
OTHERS_SEEN = N_("You could see others' scores once this round was closed, so what you sent stays as it is.")
UNANSWERED = N_("Not scored yet: %(criteria)s. Give a level, or say that it does not apply.")
NOTHING_APPLIES = N_("At least one criterion must apply. Abstain instead, where none does.")


class Typed(NamedTuple):
    """What a reviewer's page says: a mark for each criterion, words for the committee, others for nominators, and how sure they are."""

    marks: Mapping[str, Mark]
    comment: str
    feedback: str = ""
    confidence: Confidence | None = None


def fields_of(typed: Typed) -> dict[str, str]:
    """Return what a page says field by field, as the form posts it."""
    said = {f"score-{key}": "na" if mark.does_not_apply else _word(mark.level) for key, mark in typed.marks.items()}
    whys = {f"comment-{key}": mark.why for key, mark in typed.marks.items()}
    sure = typed.confidence.value if typed.confidence is not None else ""
    return {**said, **whys, "comment": typed.comment, "feedback": typed.feedback, "confidence": sure}


def _word(level: int | None) -> str:
    return str(level) if level is not None else ""


def _together(typed: Typed, saved: Typed, seen: Mapping[str, str] | None) -> Typed:
    """Return what this page and another one said, where they touched different fields. Raises `Stale` where they did not."""
    both = merging.merged(seen, fields_of(typed), fields_of(saved)) if seen is not None else None
    if both is None:
        raise Stale(ELSEWHERE)
    marks = {}
    for key in saved.marks:
        said = both[f"score-{key}"]
        marks[key] = scoring.Mark(int(said) if said.isdigit() else None, said == "na", both[f"comment-{key}"])
    sure = scoring.Confidence(both["confidence"]) if both["confidence"] else None
    return Typed(marks, both["comment"], both["feedback"], sure)


def typed_in(review: Review | None, marks: Mapping[str, Mark]) -> Typed:
    """Return what a review says, as its page would."""
    return Typed(marks, review.comment, review.feedback, review.confidence) if review is not None else Typed(marks, "")


# A save as one types asks these, put together once.
_REVIEW, _SCORE = Review.__table__.c, Score.__table__.c
_SAVE = (
    update(table_of(Review))
    .where(_REVIEW.id == bindparam("review"), _REVIEW.version == bindparam("from"))
    .values(
        version=_REVIEW.version + 1,
        state=bindparam("state"),
        saved_at=bindparam("saved_at"),
        comment=bindparam("comment"),
        feedback=bindparam("feedback"),
        confidence=bindparam("confidence"),
        total=bindparam("total"),
    )
)
_REPLACE = (
    update(table_of(Score))
    .where(_SCORE.review_id == bindparam("review"), _SCORE.replaced_at.is_(None))
    .where(_SCORE.criterion_id.in_(bindparam("criteria", expanding=True)))
    .values(replaced_at=bindparam("at"))
)

_ADD = insert(table_of(Score))


def save(
    assignment: Assignment, typed: Typed, *, version: int, at: datetime, seen: Mapping[str, str] | None = None
) -> Review:
    """Save what was typed, over the version it was typed on. Saving the same words again changes nothing.

    The first save begins the review. A submitted review becomes a revised one, and must stay whole. With `seen`, the signs of the
    page's fields before it was typed on (rules.merging), two devices that score different criteria are both kept. Raises `Stale`
    when another window saved something else of the same criterion meanwhile, `Refused` when the round is not open at `at`.
    """
    if assignment.round.kind not in BY_RUBRIC:
        raise Refused(OTHERWISE)
    open_for_scores(assignment, at)
    rubric = queries.rubric_of(assignment)
    review = _begun(assignment, rubric, at=at, version=version)
    before = queries.marks_of(review, rubric)
    saved = typed_in(review, before)
    typed = typed._replace(marks={key: typed.marks.get(key, scoring.NOTHING) for key in before})
    if review.version != version and typed != saved:
        typed, version = _together(typed, saved, seen), review.version
    if typed == saved:
        return review
    marks = typed.marks
    weights = queries.weights_of(rubric)
    total = scoring.final(weights, marks)
    revised = review.state in COUNTS
    if revised and assignment.round.names_after:
        raise Refused(NAMES_SEEN)
    if revised:
        unseen(assignment)
    if revised:
        whole(rubric, marks)
    values = {
        "state": REVIEW.advance(review.state, ReviewStep.REVISE) if revised else review.state,
        "saved_at": at,
        "comment": typed.comment,
        "feedback": typed.feedback,
        "confidence": typed.confidence,
        "total": total,
    }
    mine = rows_changed(_SAVE, {"review": review.id, "from": version, **values})
    if mine != 1:
        raise Stale(ELSEWHERE)
    for name, value in {**values, "version": version + 1}.items():
        set_committed_value(review, name, value)
    _append(review, rubric, before, marks, at=at, revised=revised)
    db.session.flush()
    queries.read_scores(review)
    if revised:
        changed = [key for key in marks if _level(marks[key]) != _level(before[key])]
        history.record("revised", review, at=at, by=None, reader=assignment.reviewer_id, criteria=changed)
        standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)
    return review


def _level(mark: Mark) -> tuple[int | None, bool]:
    return mark.level, mark.does_not_apply


def open_for_scores(assignment: Assignment, at: datetime) -> None:
    """Refuse a word about a reading that is not open to it at `at`."""
    round_ = assignment.round
    if assignment.state not in READABLE:
        raise Refused(ASSIGNMENT.refusal, state=assignment.state.value)
    if round_.state not in SCORING or at >= round_.closes_at or (round_.extra_only and not assignment.extra):
        raise Refused(CLOSED if round_.state.value != "planned" else NOT_YET)


def unseen(assignment: Assignment) -> None:
    """Refuse another word where whoever sent this could see the others' since: a second thought stands beside it instead."""
    if saw_others(db.session.get(Person, assignment.reviewer_id), assignment.round):
        raise Refused(OTHERS_SEEN)


def begin(assignment: Assignment, rubric: Rubric, *, at: datetime) -> Review:
    """Begin a review with nothing said yet, where it is not begun."""
    return assignment.review or _begun(assignment, rubric, at=at, version=0)


def _begun(assignment: Assignment, rubric: Rubric, *, at: datetime, version: int) -> Review:
    """Return the review, begun now where it is not yet. A second window that begins it too finds the first one's."""
    if assignment.review is None:
        if version:
            _reload(assignment)
        else:
            taken = advance(assignment, AssignmentStep.START)
            if taken:
                rounds.freeze(assignment.round, at=at)
                review = Review(
                    assignment_id=assignment.id,
                    rubric_id=rubric.id,
                    started_at=at,
                    saved_at=at,
                    version=0,
                    comment="",
                    feedback="",
                )
                db.session.add(review)
                db.session.flush()
                history.record("review begun", review, at=at, reader=assignment.reviewer_id)
            _reload(assignment)
    if assignment.review is None:
        raise Stale(ELSEWHERE)
    return assignment.review


def advance(assignment: Assignment, step: AssignmentStep, **values: object) -> bool:
    """Take one reading a step on; return whether it was this call that did. Raises `Refused` where the step does not fit."""
    before = assignment.state
    after = ASSIGNMENT.advance(before, step)
    change = (
        update(Assignment)
        .where(Assignment.id == assignment.id, Assignment.state == before)
        .values(state=after, **values)
    )
    done = rows_changed(change.execution_options(synchronize_session=False))
    db.session.refresh(assignment, ["state", *values])
    return done == 1


def _reload(assignment: Assignment) -> None:
    """Read a reading's review and current scores afresh."""
    db.session.expire(assignment, ["review"])
    again = queries.own_by_id(assignment.id)
    if again is None:
        raise Stale(ELSEWHERE)


def _append(
    review: Review,
    rubric: Rubric,
    before: Mapping[str, Mark],
    marks: Mapping[str, Mark],
    *,
    at: datetime,
    revised: bool,
) -> None:
    """Append what changed. A replaced score stays, and says when it was replaced; words alone in a draft are mended in place."""
    replaced: list[int] = []
    added: list[dict[str, Any]] = []
    for criterion in queries.criteria_of(rubric):
        old, new = before[criterion.key], marks[criterion.key]
        if old == new:
            continue
        current = (Score.review_id == review.id, Score.criterion_id == criterion.id, Score.replaced_at.is_(None))
        if not revised and old != scoring.NOTHING and _level(old) == _level(new) and new != scoring.NOTHING:
            mend = update(Score).where(*current).values(why=new.why)
            db.session.execute(mend.execution_options(synchronize_session=False))
            continue
        replaced.append(criterion.id)
        if new != scoring.NOTHING:
            added.append(
                {
                    "review_id": review.id,
                    "criterion_id": criterion.id,
                    "level": new.level,
                    "does_not_apply": new.does_not_apply,
                    "why": new.why,
                    "scored_at": at,
                }
            )
    if replaced:
        db.session.execute(_REPLACE, {"review": review.id, "criteria": replaced, "at": at})
    if added:
        db.session.execute(_ADD, added)


def whole(rubric: Rubric, marks: Mapping[str, Mark]) -> None:
    """Refuse a review with something unanswered, naming it; and one in which nothing applies."""
    weights = queries.weights_of(rubric)
    missing = scoring.unanswered(weights, marks)
    if missing:
        raise Incomplete(missing, rubric)
    if scoring.total(weights, marks) is None:
        raise Refused(NOTHING_APPLIES)


class Incomplete(Refused):
    """A review that cannot be submitted yet; `missing` names the criteria."""

    status = 422

    def __init__(self, missing: list[str], rubric: Rubric) -> None:
        """Name the criteria in the data's English: the page names them in the reader's own language."""
        names = {criterion.key: criterion.name.get("en", criterion.key) for criterion in rubric.criteria}
        super().__init__(UNANSWERED, criteria=", ".join(names[key] for key in missing))
        self.missing = missing


def submit(assignment: Assignment, *, at: datetime) -> Review:
    """Submit a saved review: from now on it counts. However often it is asked for, it is submitted once.

    Raises `Incomplete` while anything is unanswered.
    """
    if assignment.round.kind not in BY_RUBRIC:
        raise Refused(OTHERWISE)
    open_for_scores(assignment, at)
    review = assignment.review
    rubric = queries.rubric_of(assignment)
    if review is None:
        raise Incomplete(list(queries.weights_of(rubric)), rubric)
    if review.state in COUNTS:
        return review
    whole(rubric, queries.marks_of(review, rubric))
    if not advance(assignment, AssignmentStep.SUBMIT):
        _reload(assignment)
        return assignment.review or review
    state = REVIEW.advance(review.state, ReviewStep.SUBMIT)
    once = update(Review).where(Review.id == review.id, Review.state == ReviewState.DRAFT)
    done = rows_changed(once.values(state=state, submitted_at=at).execution_options(synchronize_session=False))
    if done != 1:
        raise Stale(ELSEWHERE)
    db.session.refresh(review, ["state", "submitted_at"])
    history.record("review submitted", review, at=at, reader=assignment.reviewer_id)
    standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)
    return review


def skip(assignment: Assignment, *, at: datetime) -> None:
    """Set a reading aside for later: it comes last in its reader's queue. Nothing is given back, and what was scored stays."""
    if assignment.state in OWED and assignment.skipped_at is None:
        assignment.skipped_at = at
        history.record("set aside", assignment, at=at, reader=assignment.reviewer_id)


# ---------------------------------------------------------------- giving back


def recuse(assignment: Assignment, *, words: str, by: Person, at: datetime) -> None:
    """Give a reading back for a conflict found while reading. The review is kept and counts nowhere; a replacement is asked for."""
    if not words.strip():
        raise Refused(N_("Say in a few words how you know this person."), field="words")
    db.session.scalar(select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    db.session.refresh(assignment, ["state", "excluded"])
    ASSIGNMENT.advance(assignment.state, AssignmentStep.RECUSE)
    conflicts.declare(assignment.candidacy, by, words=words, at=at, kind=Kind.RECUSED)
    db.session.refresh(assignment, ["state", "excluded"])
    if assignment.state is not AssignmentState.RECUSED:
        _end_for_conflict(assignment, at=at)


def _end_for_conflict(assignment: Assignment, *, at: datetime) -> None:
    owed = assignment.state
    if not advance(assignment, AssignmentStep.RECUSE, excluded=True, ended_at=at):
        return
    history.record("recused", assignment, at=at, was=owed.value)
    standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)
    ask_for_replacement(assignment, at=at)


def may_end(assignment: Assignment, at: datetime) -> None:
    """Refuse to give a reading back when nobody could read it instead any more: its round is over, or locked."""
    round_ = assignment.round
    over = round_.state in {RoundState.CLOSED, RoundState.LOCKED} or at >= round_.closes_at
    if over or (round_.extra_only and not assignment.extra):
        raise Refused(OVER)


def hand_back(assignment: Assignment, *, words: str, by: Person, at: datetime) -> None:
    """Give a reading back for want of time. Before submitting only, and while the round is open."""
    _end(assignment, AssignmentStep.DECLINE, "handed back", words=words, by=by, at=at)


def abstain(assignment: Assignment, *, words: str, by: Person, at: datetime) -> None:
    """Read it and give no score, with a reason. Before submitting only, and while the round is open."""
    if not words.strip():
        raise Refused(N_("Say in a few words why you give no score."), field="words")
    _end(assignment, AssignmentStep.ABSTAIN, "abstained", words=words, by=by, at=at)


def _end(assignment: Assignment, step: AssignmentStep, action: str, *, words: str, by: Person, at: datetime) -> None:
    may_end(assignment, at)
    if not advance(assignment, step, reason=words.strip() or None, ended_at=at):
        raise Stale(ELSEWHERE)
    history.record(action, assignment, by=by, at=at, reason=words.strip() or None)
    standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)
    ask_for_replacement(assignment, at=at)


def felt_conflict(conflict: Conflict, at: datetime) -> None:
    """A conflict was raised or decided: a confirmed one ends the reading; any change changes what counts."""
    touched = (
        select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .options(*queries.WITH_ROUND)
        .where(Assignment.candidacy_id == conflict.candidacy_id, Assignment.reviewer_id == conflict.person_id)
    )
    for assignment in db.session.scalars(touched).unique().all():
        confirmed = conflict.state is ConflictState.CONFIRMED
        if confirmed and ASSIGNMENT.fits(assignment.state, AssignmentStep.RECUSE):
            if assignment.state in {AssignmentState.DECLINED, AssignmentState.ABSTAINED}:
                continue
            _end_for_conflict(assignment, at=at)
        else:
            standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)
