"""Asking recipients what worked, reminding them, and publishing what they send beside their page while they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import update

from portal import history, mail
from portal.awards.models import Cycle
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.nominations.models import Candidacy
from portal.publishing import actions
from portal.publishing.actions import MOVED, PAST
from portal.publishing.desk import queries as releases
from portal.publishing.desk.models import Brief
from portal.publishing.desk.queries import practice as queries
from portal.publishing.rules import ReleaseState
from portal.publishing.rules.practice import BRIEF, MAY_WRITE, WORDS, BriefState, BriefStep, reminders_due
from portal.questions.rules import over

if TYPE_CHECKING:
    from datetime import datetime

    from portal.people.models import Person
    from portal.publishing.desk.queries import Chosen, Releasing

NOT_YET = N_("Practice briefs are asked for once the award is public.")
NOBODY = N_("Nobody is left to ask: everyone with an address, and under 18 with a guardian's, was asked already.")
TITLE_FIRST = N_("Give it a title")
TEXT_FIRST = N_("Write what worked")
AGREE = N_("Say that it may be published: without that the office does not read it.")
WITH_US = N_("This is with the office now. Take it back first to change it.")
NO_PAGE = N_("They have no page that is public, so there is nothing to stand beside.")
GUARDIAN_FIRST = N_("Your parent or guardian says first that you may be asked. We wrote to them.")
GUARDIAN_READS = N_("Its writer is under 18: their guardian reads it first, and lets it be published.")
FOR_GUARDIANS = frozenset({"brief_guardian", "brief_guardian_reads"})
NOTE = N_("Say what you ask for, so that its writer knows.")


class Saved(NamedTuple):
    """A brief as saved: its version now, and what somebody else saved meanwhile, where it was not."""

    version: int
    other: str | None = None


def ask(thing: Releasing, *, due_at: datetime, by: Person, at: datetime) -> int:
    """Ask every recipient who was not asked yet: of somebody under 18 the guardian first. Returns how many were written to."""
    if thing.release is None or thing.release.state is not ReleaseState.PUBLIC:
        raise Refused(NOT_YET)
    if due_at <= at:
        raise Refused(PAST, field="due_at")
    asked = 0
    for one, known in queries.recipients(thing):
        if known is not None or not may_be_asked(one):
            continue
        brief = Brief(
            candidacy_id=one.candidacy.id, person_id=one.person.id, asked_by_id=by.id, asked_at=at, due_at=due_at
        )
        db.session.add(brief)
        db.session.flush()
        db.session.refresh(brief)
        _ask_one(brief, one.candidacy, thing.cycle, at=at)
        history.record("brief asked for", one.candidacy, by=by, at=at, person=one.person.id)
        asked += 1
    if not asked:
        raise Refused(NOBODY)
    return asked


def may_be_asked(one: Chosen) -> bool:
    """Say whether somebody can be asked: they have an address, and under 18 their guardian has one too."""
    return (
        one.reachable
        and one.candidacy.told_at is not None
        and (not one.person.minor or bool(one.person.guardian_email))
    )


def waits_for_guardian(brief: Brief) -> bool:
    """Say whether nobody writes to its writer yet, because their guardian has not said that they may be asked."""
    return bool(brief.person.minor) and brief.guardian_allowed_at is None


def _ask_one(brief: Brief, candidacy: Candidacy, cycle: Cycle, *, at: datetime, reminder: int = 0) -> None:
    suffix = f" reminder {reminder}" if reminder else ""
    if waits_for_guardian(brief):
        _write("brief_guardian", brief, brief.person, candidacy, cycle, key=f"brief {brief.id} guardian{suffix}", at=at)
    elif reminder:
        key, begun = f"brief {brief.id}{suffix}", bool(brief.text)
        _write("brief_reminder", brief, brief.person, candidacy, cycle, key=key, at=at, begun=begun)
    else:
        _write("brief_asked", brief, brief.person, candidacy, cycle, key=f"brief {brief.id}", at=at)


def _write(
    template: str,
    brief: Brief,
    person: Person,
    candidacy: Candidacy,
    cycle: Cycle,
    *,
    key: str,
    at: datetime,
    **more: Any,
) -> None:
    guards = template in FOR_GUARDIANS
    where = {"kind": "candidacy", "id": candidacy.id, "next": f"/practice/{candidacy.id}", "days": 60}
    if guards:
        where["next"] = f"/practice/{candidacy.id}/guardian"
        more |= {"guardian": person.guardian_name or "", "nominee": person.name}
    mail.post(
        f"publishing/{template}",
        to=person,
        to_email=person.guardian_email if guards else None,
        at=at,
        about=candidacy,
        link={"purpose": "guardian" if guards else "consent", **where},
        key=key,
        award=cycle.award.name,
        year=cycle.year,
        due_at=brief.due_at.isoformat(),
        **more,
    )


def remind_due(at: datetime) -> int:
    """Remind those who have not sent theirs, two weeks and two days before its day. Returns how many."""
    done = 0
    for brief in queries.waiting():
        due = reminders_due(brief.due_at, asked_at=brief.asked_at, at=at)
        if due <= brief.reminders:
            continue
        candidacy = db.session.get_one(Candidacy, brief.candidacy_id)
        cycle = db.session.get_one(Cycle, candidacy.cycle_id)
        brief.reminders = due
        _ask_one(brief, candidacy, cycle, at=at, reminder=due)
        done += 1
    return done


def save(brief: Brief, *, title: str, text: str, version: int, at: datetime) -> Saved:
    """Save what was typed, too long as well. Where somebody saved another meanwhile, that one is given back instead."""
    if brief.state not in MAY_WRITE:
        raise Refused(WITH_US)
    if (brief.title, brief.text) == (title.strip(), text):
        return Saved(brief.version)
    mine = update(Brief).where(Brief.id == brief.id, Brief.version == version, Brief.state == brief.state)
    facts = {"title": title.strip(), "text": text, "version": version + 1, "saved_at": at}
    if rows_changed(mine.values(**facts)) != 1:
        db.session.refresh(brief)
        return Saved(brief.version, f"{brief.title}\n\n{brief.text}".strip())
    db.session.refresh(brief)
    return Saved(brief.version)


def _step(brief: Brief, step: BriefStep, **facts: Any) -> None:
    state = BRIEF.advance(brief.state, step)
    mine = update(Brief).where(Brief.id == brief.id, Brief.version == brief.version, Brief.state == brief.state)
    moved = rows_changed(mine.values(state=state, version=brief.version + 1, **facts))
    if moved != 1:
        raise Stale(MOVED)
    db.session.refresh(brief)


def send(candidacy: Candidacy, brief: Brief, *, agreed: str | None, by: Person, at: datetime) -> None:
    """Hand it to the office, with the words that were agreed to. Raises `Refused` for what is missing or too long."""
    if not brief.title.strip():
        raise Refused(TITLE_FIRST, field="title")
    if not brief.text.strip():
        raise Refused(TEXT_FIRST, field="text")
    too_long = over(brief.text, WORDS)
    if too_long is not None:
        raise Refused(too_long.message, field="text", **too_long.facts)
    if agreed is None:
        raise Refused(AGREE, field="agrees")
    if waits_for_guardian(brief):
        raise Refused(GUARDIAN_FIRST)
    _step(brief, BriefStep.SEND, agreed=agreed, sent_at=at, note="", guardian_agreed=None, guardian_agreed_at=None)
    history.record("brief sent", candidacy, by=by, at=at, person=brief.person_id)
    if brief.person.minor:
        cycle = db.session.get_one(Cycle, candidacy.cycle_id)
        key = f"brief {brief.id} read {brief.version}"
        _write("brief_guardian_reads", brief, brief.person, candidacy, cycle, key=key, at=at)


def allow(candidacy: Candidacy, brief: Brief, *, at: datetime) -> None:
    """Note that a guardian lets somebody under 18 be asked, who is then written to. Once: a second press changes nothing."""
    if not waits_for_guardian(brief) or brief.state is not BriefState.ASKED:
        return
    mine = update(Brief).where(Brief.id == brief.id, Brief.version == brief.version)
    if rows_changed(mine.values(guardian_allowed_at=at, version=brief.version + 1)) != 1:
        raise Stale(MOVED)
    db.session.refresh(brief)
    history.record("guardian lets them be asked", candidacy, by=brief.person, at=at, guardian=True)
    _ask_one(brief, candidacy, db.session.get_one(Cycle, candidacy.cycle_id), at=at)


def agree(candidacy: Candidacy, brief: Brief, *, version: int, agreed: str, at: datetime) -> None:
    """Note that a guardian read what was sent and lets it be published, in these words. Raises `Stale` where it is not what they read."""
    if brief.state is not BriefState.SENT or brief.version != version:
        raise Stale(MOVED)
    mine = update(Brief).where(Brief.id == brief.id, Brief.version == version, Brief.state == BriefState.SENT)
    facts = {"guardian_agreed": agreed, "guardian_agreed_at": at, "version": version + 1}
    if rows_changed(mine.values(**facts)) != 1:
        raise Stale(MOVED)
    db.session.refresh(brief)
    history.record("guardian agreed to the brief", candidacy, by=brief.person, at=at, guardian=True)


def decline(candidacy: Candidacy, brief: Brief, *, by: Person, at: datetime) -> None:
    """Say no. Nobody is reminded any more; it can still be written."""
    _step(brief, BriefStep.DECLINE)
    history.record("brief declined", candidacy, by=by, at=at, person=brief.person_id)


def take_back(candidacy: Candidacy, brief: Brief, *, by: Person, at: datetime) -> None:
    """Take it back: wherever it stood it is gone at once, and its writer can change it."""
    _step(brief, BriefStep.TAKE_BACK, agreed=None, published_at=None, guardian_agreed=None, guardian_agreed_at=None)
    history.record("brief taken back", candidacy, by=by, at=at, person=brief.person_id)
    actions.refresh(db.session.get_one(Cycle, candidacy.cycle_id), candidacy.id, at=at)


def give_back(thing: queries.AtDesk, *, note: str, version: int, by: Person, at: datetime) -> None:
    """Ask its writer for something before it can be published."""
    if not note.strip():
        raise Refused(NOTE, field="note")
    brief = _seen(thing, version)
    _step(brief, BriefStep.RETURN, note=note.strip())
    cycle = thing.releasing.cycle
    key = f"brief {brief.id} returned {brief.version}"
    _write("brief_returned", brief, brief.person, thing.candidacy, cycle, key=key, at=at, note=note.strip())
    history.record("brief returned", thing.candidacy, by=by, at=at, reason=note.strip())


def publish(thing: queries.AtDesk, *, version: int, by: Person, at: datetime) -> None:
    """Let it stand beside its writer's page, as the office read it."""
    brief = _seen(thing, version)
    row = releases.recipient_of(thing.candidacy.id, brief.person_id)
    if row is None or row.name is None or row.taken_down_at is not None:
        raise Refused(NO_PAGE)
    if brief.person.minor and brief.guardian_agreed is None:
        raise Refused(GUARDIAN_READS)
    _step(brief, BriefStep.PUBLISH, published_by_id=by.id, published_at=at)
    history.record("brief published", thing.candidacy, by=by, at=at, person=brief.person_id)
    actions.refresh(thing.releasing.cycle, thing.candidacy.id, at=at)


def _seen(thing: queries.AtDesk, version: int) -> Brief:
    if thing.brief.version != version:
        raise Stale(MOVED)
    return thing.brief
