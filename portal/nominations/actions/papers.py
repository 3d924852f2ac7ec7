"""Forms that came on paper: taken in with the time they came, typed in, compared by a second person, and only then counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.files import actions as files
from portal.files import queries as file_queries
from portal.files.rules import FileState
from portal.nominations.actions import entering
from portal.nominations.actions.entering import CHILD, OF_A_CHILD, NotReady, Told
from portal.nominations.models import Entered, Nomination, Paper
from portal.nominations.queries import papers as queries
from portal.nominations.rules.papers import PAPER, TO_TYPE, PaperState, PaperStep

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.files.models import StoredFile
    from portal.people.models import Person

CHANGED = N_("Somebody changed this form since you opened the page. What you typed is below; look at both once more.")
NOT_NOW = N_("This cycle takes no nominations now.")
NOT_YET = N_("That time has not come yet.")
SECOND = N_("You typed it in yourself. Somebody else compares it with the paper: whoever has two eyes more sees more.")
NO_SCAN = N_("The scan is not there yet, or still being checked. What was typed counts only beside the paper itself.")
WHY = N_("Say what differs, so that whoever typed it in can put it right.")
REASON = N_("Say why it is set aside: the reason stays on the record.")
OVER = N_("This form counts already, or is set aside. Its scan stays as it is.")


def take_in(cycle: Cycle, *, received_at: datetime, once: str, by: Person, at: datetime) -> Paper:
    """Note that a form came, and when: that time counts against the deadline, whenever it is typed in. Pressed twice, it is one."""
    before = queries.once(once) if once else None
    if before is not None:
        return before
    if cycle.stage not in entering.TAKES:
        raise Refused(NOT_NOW)
    if received_at > at:
        raise Refused(NOT_YET, field="received")
    paper = Paper(cycle_id=cycle.id, received_at=received_at, taken_by_id=by.id, taken_at=at, once=once or None)
    try:
        with db.session.begin_nested():
            db.session.add(paper)
    except IntegrityError:  # pressed twice at the same moment
        return queries.once(once) or paper
    paper.cycle, paper.taken_by = cycle, by
    history.record("paper taken in", paper, by=by, at=at, received_at=received_at.isoformat())
    return paper


def attach(paper: Paper, file: StoredFile | None, *, by: Person, at: datetime) -> None:
    """Let a file be the scan, in place of the one before. Once the form counts, its scan stays."""
    if paper.state not in {PaperState.RECEIVED, PaperState.TYPED, PaperState.RETURNED}:
        raise Refused(OVER)
    before = file_queries.by_id(paper.file_id)
    if before is not None and before.state is not FileState.REMOVED:
        files.remove(before, by=by, at=at)
    paper.file_id = file.id if file is not None else None
    if paper.state is PaperState.TYPED:  # it is compared with another paper now
        _step(paper, PaperStep.SEND_BACK, version=paper.version)
    db.session.flush()


def keep(paper: Paper, told: Told, *, version: int, thank: bool) -> None:
    """Keep what is typed so far, finished or not; of a child nothing."""
    _refuse_over(paper)
    if told.age == CHILD:
        raise Refused(OF_A_CHILD, field="age")
    _save(paper, paper.state, version=version, told=entering.as_facts(told), thank=thank)


def type_in(paper: Paper, told: Told, *, version: int, thank: bool, by: Person, at: datetime) -> None:
    """Say that everything on the paper is typed in. Raises `NotReady`, judged as the web form judges."""
    _refuse_over(paper)
    found = entering.problems_of(told, paper.cycle)
    if found:
        raise NotReady(found)
    _step(
        paper,
        PaperStep.TYPE_IN,
        version=version,
        told=entering.as_facts(told),
        thank=thank,
        typed_by_id=by.id,
        typed_at=at,
    )
    history.record("paper typed in", paper, by=by, at=at)


def send_back(paper: Paper, *, words: str, version: int, by: Person, at: datetime) -> None:
    """Say what differs between the paper and what was typed."""
    if not words.strip():
        raise Refused(WHY, field="words")
    _step(paper, PaperStep.SEND_BACK, version=version, note=words.strip())
    history.record("paper differs", paper, by=by, at=at, reason=words.strip())


def count(paper: Paper, *, version: int, by: Person, at: datetime) -> Nomination:
    """Say that what was typed says the same as the paper: from now on it is a nomination, as of the time the paper came.

    Refused to whoever typed it in, and without a scan that stays. One that came after the deadline is held, like any other.
    """
    if by.id == paper.typed_by_id:
        raise Refused(SECOND)
    scan = file_queries.by_id(paper.file_id)
    if scan is None or scan.state is not FileState.CLEAN:
        raise Refused(NO_SCAN)
    if paper.cycle.stage not in entering.TAKES:
        raise Refused(NOT_NOW)
    _step(paper, PaperStep.COUNT, version=version, checked_by_id=by.id, checked_at=at)
    nomination = entering.make(
        read(paper),
        paper.cycle,
        received_at=paper.received_at,
        once="",
        entered=Entered.PAPER,
        by=paper.typed_by,
        at=at,
    )
    paper.nomination_id = nomination.id
    facts: dict[str, Any] = {"received_at": paper.received_at.isoformat(), "paper": paper.reference}
    history.record("paper compared and counted", nomination, by=by, at=at, sha256=scan.sha256, **facts)
    history.record("paper compared and counted", paper, by=by, at=at, nomination=nomination.reference)
    if paper.thank:
        entering.thank_for(nomination, at=at)
    return nomination


def set_aside(paper: Paper, *, words: str, version: int, by: Person, at: datetime) -> None:
    """Set a form aside that is none, or that came twice. It is kept, with why."""
    if not words.strip():
        raise Refused(REASON, field="words")
    _step(paper, PaperStep.SET_ASIDE, version=version, note=words.strip())
    history.record("paper set aside", paper, by=by, at=at, reason=words.strip())


def let_go(paper: Paper, *, version: int, by: Person, at: datetime) -> None:
    """Keep nothing of a form that a child under 13 wrote: its scan goes, and what was typed. That one came stays on the record."""
    scan = file_queries.by_id(paper.file_id)
    _step(paper, PaperStep.SET_ASIDE, version=version, note=None, told={}, thank=False, file_id=None)
    if scan is not None and scan.state is not FileState.REMOVED:
        files.remove(scan, by=by, at=at)
    history.record("paper of a child let go", paper, by=by, at=at)


def read(paper: Paper) -> Told:
    """Return what was typed."""
    return entering.read(paper.told)


def _refuse_over(paper: Paper) -> None:
    if paper.state not in TO_TYPE:
        raise Refused(PAPER.refusal, state=paper.state.value)


def _step(paper: Paper, step: PaperStep, *, version: int, **values: Any) -> None:
    _save(paper, PAPER.advance(paper.state, step), version=version, **values)


def _save(paper: Paper, state: PaperState, *, version: int, **values: Any) -> None:
    """Write a form's columns if nobody did meanwhile, or raise `Stale`."""
    same = update(Paper).where(Paper.id == paper.id, Paper.version == version, Paper.state == paper.state)
    taken = rows_changed(
        same.values(state=state, version=version + 1, **values).execution_options(synchronize_session=False)
    )
    if taken != 1:
        raise Stale(CHANGED)
    db.session.refresh(paper, ["state", "version", *values])
