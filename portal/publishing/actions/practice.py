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
from portal.publishing.rules.practice import BRIEF, MAY_WRITE, WORDS, BriefStep, reminders_due
from portal.questions.rules import over

if TYPE_CHECKING:
    from datetime import datetime

    from portal.people.models import Person
    from portal.publishing.desk.queries import Releasing

NOT_YET = N_("Practice briefs are asked for once the award is public.")
NOBODY = N_("Nobody is left to ask: everyone with an address, and of age, was asked already.")
TITLE_FIRST = N_("Give it a title")
TEXT_FIRST = N_("Write what worked")
AGREE = N_("Say that it may be published: without that the office does not read it.")
WITH_US = N_("This is with the office now. Take it back first to change it.")
NO_PAGE = N_("They have no page that is public, so there is nothing to stand beside.")
NOTE = N_("Say what you ask for, so that its writer knows.")


class Saved(NamedTuple):
    """A brief as saved: its version now, and what somebody else saved meanwhile, where it was not."""

    version: int
    other: str | None = None


def ask(thing: Releasing, *, due_at: datetime, by: Person, at: datetime) -> int:
    """Ask every recipient who was not asked yet, has an address and is of age. Returns how many were written to."""
    if thing.release is None or thing.release.state is not ReleaseState.PUBLIC:
        raise Refused(NOT_YET)
    if due_at <= at:
        raise Refused(PAST, field="due_at")
    asked = 0
    for one, known in queries.recipients(thing):
        if known is not None or one.person.minor or not one.reachable or one.candidacy.told_at is None:
            continue
        brief = Brief(
            candidacy_id=one.candidacy.id, person_id=one.person.id, asked_by_id=by.id, asked_at=at, due_at=due_at
        )
        db.session.add(brief)
        db.session.flush()
        _write("brief_asked", brief, one.person, one.candidacy, thing.cycle, key=f"brief {brief.id}", at=at)
        history.record("brief asked for", one.candidacy, by=by, at=at, person=one.person.id)
        asked += 1
    if not asked:
        raise Refused(NOBODY)
    return asked


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
    where = {"kind": "candidacy", "id": candidacy.id, "next": f"/practice/{candidacy.id}", "days": 60}
    mail.post(
        f"publishing/{template}",
        to=person,
        at=at,
        about=candidacy,
        link={"purpose": "consent", **where},
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
        key = f"brief {brief.id} reminder {due}"
        _write("brief_reminder", brief, brief.person, candidacy, cycle, key=key, at=at, begun=bool(brief.text))
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
    _step(brief, BriefStep.SEND, agreed=agreed, sent_at=at, note="")
    history.record("brief sent", candidacy, by=by, at=at, person=brief.person_id)


def decline(candidacy: Candidacy, brief: Brief, *, by: Person, at: datetime) -> None:
    """Say no. Nobody is reminded any more; it can still be written."""
    _step(brief, BriefStep.DECLINE)
    history.record("brief declined", candidacy, by=by, at=at, person=brief.person_id)


def take_back(candidacy: Candidacy, brief: Brief, *, by: Person, at: datetime) -> None:
    """Take it back: wherever it stood it is gone at once, and its writer can change it."""
    _step(brief, BriefStep.TAKE_BACK, agreed=None, published_at=None)
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
    _step(brief, BriefStep.PUBLISH, published_by_id=by.id, published_at=at)
    history.record("brief published", thing.candidacy, by=by, at=at, person=brief.person_id)
    actions.refresh(thing.releasing.cycle, thing.candidacy.id, at=at)


def _seen(thing: queries.AtDesk, version: int) -> Brief:
    if thing.brief.version != version:
        raise Stale(MOVED)
    return thing.brief
