"""A committee's meeting: extra readings before it, the walk through those at the cut, second thoughts, and its end.

Nobody sees others' scores before all are locked. What is said after that stands beside the scores and never in their place.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.review.actions import assigning, rounds
from portal.review.models import AgendaItem, Meeting, Round, Score, SecondThought
from portal.review.queries import assigning as readings
from portal.review.queries import meeting as queries
from portal.review.queries.standings import standings
from portal.review.rules.lives import RoundState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from portal.awards.models import Criterion
    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.review.models import Review

NOT_LOCKED = N_("Lock the scores first: nobody sees others' scores before all of them are fixed.")
NOT_CLOSED = N_("Extra readings are asked for when the round is closed and before its scores are locked.")
NOT_AT_THE_CUT = N_("Only candidacies that the scores cannot tell apart at the cut are read once more.")
ENDED = N_("This meeting has ended. What is written in its minutes stays as it is.")
NOBODY_FREE = N_(
    "Nobody is left who may read %(name)s: everybody has read it, has a conflict, or reads as many as they offered."
)


# ---------------------------------------------------------------- before the meeting


def order_extra(
    round_: Round, references: Collection[str], *, until: datetime, reason: str, by: Person, at: datetime
) -> int:
    """Ask for one more reading of each of these, inside the band only, and open the round again for those alone.

    The least busy reviewer whom nothing keeps from it reads each. Returns how many were asked for. Raises `Refused` with nothing
    done where one lies outside the band, or where nobody is left who may read it.
    """
    if round_.state is not RoundState.CLOSED:
        raise Refused(NOT_CLOSED)
    if not references:
        raise Refused(N_("Choose at least one candidacy."), field="references")
    band = {row.reference: row for row in standings(round_).rows if row.group == "band"}
    wanted = [band[reference] for reference in sorted(set(references)) if reference in band]
    if len(wanted) != len(set(references)):
        raise Refused(NOT_AT_THE_CUT, field="references")
    rounds.reopen(round_, until=until, reason=reason, by=by, at=at, extra_only=True)
    for row in wanted:
        free = readings.replacements(readings.inputs(round_), row.candidacy_id)
        if not free:
            raise Refused(NOBODY_FREE, field="references", name=row.name)
        assigning.give_extra(round_, row.candidacy_id, free[0].person, by=by, at=at)
    return len(wanted)


# ---------------------------------------------------------------- the meeting


def begin(round_: Round, *, seed: int, present: Collection[int], by: Person, at: datetime) -> Meeting:
    """Begin the meeting about a locked round: its agenda is the band, in an order of print. A second click finds the first's."""
    if round_.state is not RoundState.LOCKED:
        raise Refused(NOT_LOCKED)
    here = sorted(set(present) & {person.id for person, _conflicts in queries.seats(round_)})
    _hold(round_)
    found = queries.of(round_)
    if found is not None:
        return found
    made = Meeting(round_id=round_.id, seed=seed, begun_by_id=by.id, begun_at=at, present=here)
    db.session.add(made)
    db.session.flush()
    band = sorted(row.candidacy_id for row in standings(round_).rows if row.group == "band")
    random.Random(seed).shuffle(band)  # noqa: S311 - an order of print that anyone may make again
    for position, candidacy in enumerate(band, start=1):
        db.session.add(AgendaItem(meeting_id=made.id, candidacy_id=candidacy, position=position))
    db.session.flush()
    history.record("meeting begun", round_, by=by, at=at, band=len(band), present=here)
    return made


def _hold(round_: Round) -> None:
    """Wait for whoever begins its meeting or says something else at this moment (SQLite queues every write)."""
    db.session.scalar(select(Round.id).where(Round.id == round_.id).with_for_update())


def _running(meeting: Meeting) -> None:
    """Hold a meeting against whoever ends it at this moment, and refuse what comes after its end."""
    db.session.scalar(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update())
    db.session.refresh(meeting, ["present", "shown_id", "ended_at"])
    if meeting.ended_at is not None:
        raise Refused(ENDED)


def seat(round_: Round, meeting: Meeting, *, present: Collection[int], by: Person, at: datetime) -> None:
    """Say who is in the room now: somebody came late, or left."""
    _running(meeting)
    here = sorted(set(present) & {person.id for person, _conflicts in queries.seats(round_)})
    if here != meeting.present:
        meeting.present = here
        history.record("present", round_, by=by, at=at, present=here)


def bring(round_: Round, meeting: Meeting, candidacy: Candidacy, *, by: Person, at: datetime) -> None:
    """Put one more candidacy on the agenda, at its end. One that is there already stays where it is."""
    _running(meeting)
    if queries.item(meeting, candidacy.id) is not None:
        return
    last = db.session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id))
    db.session.add(
        AgendaItem(meeting_id=meeting.id, candidacy_id=candidacy.id, position=(last or 0) + 1, brought_by_id=by.id)
    )
    db.session.flush()
    history.record("brought to the meeting", round_, by=by, at=at, candidacy=candidacy.reference)


def show(meeting: Meeting, candidacy: Candidacy | None) -> None:
    """Let the screen in the room show one candidacy of the agenda, or none."""
    _running(meeting)
    meeting.shown_id = candidacy.id if candidacy is not None else None


def talked(round_: Round, meeting: Meeting, candidacy: Candidacy, *, by: Person, at: datetime) -> None:
    """Say that the committee has talked about one candidacy. The first time counts."""
    _running(meeting)
    change = (
        update(AgendaItem)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.candidacy_id == candidacy.id)
        .where(AgendaItem.talked_at.is_(None))
        .values(talked_at=at, talked_by_id=by.id)
    )
    done = rows_changed(change.execution_options(synchronize_session=False))
    if done == 1:
        history.record("talked about", round_, by=by, at=at, candidacy=candidacy.reference)


def end(round_: Round, meeting: Meeting, *, by: Person, at: datetime) -> None:
    """End the meeting. Its minutes stand as they are from here on; decisions go on being decisions."""
    _running(meeting)
    meeting.ended_at = at
    meeting.shown_id = None
    history.record("meeting ended", round_, by=by, at=at)


# ---------------------------------------------------------------- second thoughts


def think_again(
    review: Review, criterion: Criterion, *, level: int, reason: str, seen: int | None, by: Person, at: datetime
) -> SecondThought:
    """Let a reviewer say what they would give one criterion now, and why. The score itself stays, and the standings with it.

    `seen` is the number of the second thought that the page showed, if there was one. Raises `Stale` where another came meanwhile.
    """
    assignment = review.assignment
    round_ = assignment.round
    if round_.state is not RoundState.LOCKED:
        raise Refused(NOT_LOCKED)
    _hold(round_)
    meeting = queries.of(round_)
    if meeting is not None:
        _running(meeting)
    if not reason.strip():
        raise Refused(N_("Say why, in a sentence: it stands in the minutes."), field="reason")
    before = db.session.scalar(
        select(Score.level).where(
            Score.review_id == review.id, Score.criterion_id == criterion.id, Score.replaced_at.is_(None)
        )
    )
    replaced = (
        update(SecondThought)
        .where(SecondThought.review_id == review.id, SecondThought.criterion_id == criterion.id)
        .where(SecondThought.replaced_at.is_(None))
        .values(replaced_at=at)
    )
    if seen is not None:
        replaced = replaced.where(SecondThought.id == seen)
    done = rows_changed(replaced.execution_options(synchronize_session=False))
    if done != (0 if seen is None else 1):
        raise Stale(N_("You said something else about this meanwhile. Look at it before you say more."))
    made = SecondThought(
        review_id=review.id,
        criterion_id=criterion.id,
        before=before,
        level=level,
        reason=reason.strip(),
        said_at=at,
    )
    db.session.add(made)
    db.session.flush()
    history.record("second thought", review, by=by, at=at, criterion=criterion.key, level=level)
    return made
