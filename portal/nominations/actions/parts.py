"""Inviting nominees to add their own part; what they take up, write, finish or decline; reminders and lapses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal import history, mail
from portal.awards.models import Cycle
from portal.awards.reminders import actions as reminders
from portal.awards.reminders import queries as reminder_queries
from portal.awards.reminders.rules import Kind
from portal.db import db, rows_changed
from portal.errors import N_, PortalError, Refused, Stale, TooLate
from portal.files import actions as files
from portal.files import queries as file_queries
from portal.files.rules import FileState
from portal.nominations.actions import screening
from portal.nominations.actions.consent import CONSENT_LINK, LINK_DAYS, SURPRISE
from portal.nominations.models import Candidacy, Part, PartAnswer
from portal.nominations.queries import parts as queries
from portal.nominations.rules import CandidacyStage, CandidacyStep
from portal.nominations.rules.parts import PART, WAITED_FOR, PartState, PartStep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from portal.files.models import StoredFile
    from portal.people.models import Person
    from portal.questions.models import Question

CLOSED = N_("The day for your part was %(deadline)s, so it can no longer be changed. What you wrote is kept.")
UNFINISHED = N_("Some of it is not ready yet. What you wrote is kept.")
CHANGED = N_("Somebody decided otherwise meanwhile. The page shows how it stands now.")
DECLINED = N_("The nominee declined.")
NOBODY = N_("Nobody of this candidacy has an address yet. Write one first, under “What may be published”.")


# Called in the same transaction with (part, at) once it is finished, each time it is.
on_completed: list[Callable[[Part, datetime], object]] = []


class Unfinished(PortalError):
    """Something that is asked for is missing; `queries.problems` says what."""


class Saved(NamedTuple):
    """An answer as saved: its version now, and what another window saved meanwhile, where it was not saved."""

    version: int
    at: datetime
    other: str | None = None


def invite(candidacy: Candidacy, *, by: Person, at: datetime) -> int:
    """Invite the people of a candidacy to add their part, which tells them of the nomination. Returns how many were written to.

    Never for a surprise that was not told. Needs `people` and `cycle` loaded.
    """
    if candidacy.told_at is None:
        if candidacy.cycle.surprise:
            raise Refused(SURPRISE)
        candidacy.told_at = at
        history.record("told of the nomination", candidacy, by=by, at=at)
    invited = 0
    for link in candidacy.people:
        part = _part(candidacy, link.person, at=at)
        if link.person.email and PART.fits(part.state, PartStep.INVITE) and at < queries.due(candidacy.cycle):
            _step(part, PartStep.INVITE, invited_at=at)
            _write_to(
                candidacy, link.person, "nominations/part_invited", key=f"part:{part.id}:{at:%Y%m%d%H%M%S}", at=at
            )
            invited += 1
    if not invited and not any(link.person.email for link in candidacy.people):
        raise Refused(NOBODY)
    history.record("invited to their part", candidacy, by=by, at=at, people=invited)
    return invited


def _part(candidacy: Candidacy, person: Person, *, at: datetime) -> Part:
    found = queries.part_of(candidacy.id, person.id)
    if found is not None:
        return found
    made = Part(candidacy_id=candidacy.id, person_id=person.id, saved_at=at, state=PartState.NOT_INVITED)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # begun in another window at this moment
        return queries.part_of(candidacy.id, person.id) or made
    return made


def _write_to(candidacy: Candidacy, person: Person, template: str, *, key: str, at: datetime) -> None:
    mail.post(
        template,
        to=person,
        at=at,
        about=candidacy,
        key=key,
        link={
            "purpose": CONSENT_LINK,
            "kind": Candidacy.__tablename__,
            "id": candidacy.id,
            "next": f"/part/{candidacy.id}",
            "days": LINK_DAYS,
        },
        nominee=person.name,
        award=candidacy.cycle.award.name,
        year=candidacy.cycle.year,
        deadline=queries.due(candidacy.cycle).isoformat(),
    )


def in_time(candidacy: Candidacy, *, at: datetime) -> bool:
    """Say whether something arriving at `at` is in time, grace counted."""
    return at < queries.due(candidacy.cycle) + timedelta(minutes=candidacy.cycle.grace_minutes)


def _check_time(candidacy: Candidacy, at: datetime) -> None:
    if not in_time(candidacy, at=at):
        raise TooLate(CLOSED, deadline=queries.due(candidacy.cycle))


def accept(candidacy: Candidacy, part: Part, *, by: Person, at: datetime) -> None:
    """Take the nomination up: from now on the part can be written."""
    _check_time(candidacy, at)
    if _step(part, PartStep.ACCEPT, answered_at=at):
        history.record("part accepted", candidacy, by=by, at=at)


def decline(candidacy: Candidacy, part: Part, *, reason: str, by: Person, at: datetime) -> None:
    """Say no to the nomination. Where nobody else is honored by it, it is withdrawn; nominators learn nothing of it."""
    if not _step(part, PartStep.DECLINE, answered_at=at, reason=reason.strip() or None):
        return
    mail.cancel(candidacy, templates=("nominations/part_invited", "nominations/part_reminder"))
    history.record("part declined", candidacy, by=by, at=at)
    if len(candidacy.people) == 1 and candidacy.stage not in {CandidacyStage.WITHDRAWN, CandidacyStage.DECIDED}:
        screening.decide(candidacy, CandidacyStep.WITHDRAW, by=by, at=at, reason=DECLINED)


def save_answer(
    candidacy: Candidacy, part: Part, question: Question, text: str, *, version: int | None, at: datetime
) -> Saved:
    """Save an essay as typed, over the limit too. Where another window saved meanwhile, that text is given back instead."""
    held = queries.answer(part.id, question.id)
    if held is not None and held.text == text:
        return Saved(held.version, held.saved_at)
    if part.state not in {PartState.ACCEPTED, PartState.INVITED}:
        raise Refused(PART.refusal, state=part.state.value, step="write")
    _check_time(candidacy, at)
    if held is None:
        made = PartAnswer(part_id=part.id, question_id=question.id, text=text, version=1, saved_at=at)
        try:
            with db.session.begin_nested():
                db.session.add(made)
        except IntegrityError:  # begun in another window at this moment
            held = queries.answer(part.id, question.id)
        else:
            return Saved(1, at)
    if held is None:
        raise Stale(CHANGED)
    version = held.version if version is None else version
    taken = rows_changed(
        update(PartAnswer)
        .where(PartAnswer.id == held.id, PartAnswer.version == version)
        .values(text=text, version=version + 1, saved_at=at)
        .execution_options(synchronize_session=False)
    )
    if taken != 1:
        db.session.refresh(held)
        return Saved(held.version, held.saved_at, other=held.text)
    for name, value in (("text", text), ("version", version + 1), ("saved_at", at)):
        set_committed_value(held, name, value)
    return Saved(version + 1, at)


def attach(candidacy: Candidacy, part: Part, file: StoredFile | None, *, by: Person, at: datetime) -> None:
    """Let a file be the resume, in place of the one before; None takes it out."""
    if part.state is not PartState.ACCEPTED:
        raise Refused(PART.refusal, state=part.state.value, step="upload")
    _check_time(candidacy, at)
    held = file_queries.by_id(part.file_id)
    if held is not None and held.state is not FileState.REMOVED:
        files.remove(held, by=by, at=at)
    part.file_id = file.id if file is not None else None
    db.session.flush()


def complete(candidacy: Candidacy, part: Part, *, by: Person, at: datetime) -> None:
    """Say that the part is finished. It can be opened again until its day."""
    _check_time(candidacy, at)
    if part.state is PartState.ACCEPTED and queries.problems(candidacy, part):
        raise Unfinished(UNFINISHED)
    if _step(part, PartStep.COMPLETE, completed_at=at):
        mail.cancel(candidacy, templates=("nominations/part_invited", "nominations/part_reminder"))
        history.record("part completed", candidacy, by=by, at=at)
        for listener in on_completed:
            listener(part, at)


def change(candidacy: Candidacy, part: Part, *, by: Person, at: datetime) -> None:
    """Open a finished part for changes, until its day."""
    _check_time(candidacy, at)
    if _step(part, PartStep.CHANGE):
        history.record("part opened again", candidacy, by=by, at=at)


# ---------------------------------------------------------------- the clock


def waited_for(*, due_by: datetime | None = None) -> Select[int]:
    """Select the parts that are waited for, or, with `due_by`, those whose day is by then."""
    wanted = (
        select(Part.id)
        .join(Candidacy, Candidacy.id == Part.candidacy_id)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .where(Part.state.in_(WAITED_FOR))
    )
    if due_by is not None:
        wanted = wanted.where(func.coalesce(Cycle.part_due_at, Cycle.closes_at) <= due_by)
    return wanted.order_by(Part.id)


def _whole(number: int) -> Part:
    wanted = select(Part).options(
        joinedload(Part.person, innerjoin=True),
        joinedload(Part.candidacy, innerjoin=True).joinedload(Candidacy.cycle),
        joinedload(Part.candidacy, innerjoin=True).selectinload(Candidacy.people),
    )
    return db.session.scalars(wanted.where(Part.id == number)).unique().one()


def remind_due(*, at: datetime) -> int:
    """Post what reminders are due: one for each part and each of the days before its own. Returns how many."""
    plans, posted = reminder_queries.Plans(Kind.PART, at=at), 0
    for number in db.session.scalars(waited_for(due_by=plans.farthest())).all():
        part = _whole(number)
        cycle, due = part.candidacy.cycle, queries.due(part.candidacy.cycle)
        if part.invited_at is None or part.candidacy.stage is CandidacyStage.WITHDRAWN or not part.person.email:
            continue
        subject = (part.__tablename__, part.id)
        days = plans.due(cycle.id, subject, part.person_id, due=due, since=part.invited_at)
        if days is not None and reminders.once(
            Kind.PART, part, part.person, cycle_id=cycle.id, due=due, days=days, at=at
        ):
            key = f"part:{part.id}:{due:%Y%m%d%H%M}:{days}"
            _write_to(part.candidacy, part.person, "nominations/part_reminder", key=key, at=at)
            posted += 1
    return posted


def lapse_due(*, at: datetime) -> int:
    """Say of every part that did not come by its day and grace that it lapsed. Returns how many."""
    lapsed = 0
    for number in db.session.scalars(waited_for(due_by=at)).all():
        part = _whole(number)
        if in_time(part.candidacy, at=at) or not _step(part, PartStep.LAPSE):
            continue
        mail.cancel(part.candidacy, templates=("nominations/part_invited", "nominations/part_reminder"))
        history.record("part lapsed", part.candidacy, at=at)
        if part.person.email and part.candidacy.stage is not CandidacyStage.WITHDRAWN:
            key = f"part:{part.id}:lapsed:{at:%Y%m%d}"
            _write_to(part.candidacy, part.person, "nominations/part_lapsed", key=key, at=at)
        lapsed += 1
    return lapsed


def _step(part: Part, step: PartStep, **values: Any) -> bool:
    """Take one step, once however many ask; say whether it was taken now. Done already, it stays as it is."""
    after = next(then for (_state, taken), then in PART.table.items() if taken is step)
    if part.state is after:
        return False
    PART.advance(part.state, step)
    taken = rows_changed(
        update(Part)
        .where(Part.id == part.id, Part.state == part.state)
        .values(state=after, **values)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(part, ["state", *values])
    if taken != 1:
        if part.state is after:
            return False
        raise Stale(CHANGED)
    return True
