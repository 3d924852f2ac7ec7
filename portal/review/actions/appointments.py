"""Setting when and where nominees are met, telling them and the readers, calling it off. Nothing that is sent tells of an outcome."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal import history, mail
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.mail.writing import base_url
from portal.review.models import Appointment, Round
from portal.review.queries import appointments as queries
from portal.review.queries import rounds
from portal.review.rules import appointments as rules
from portal.review.rules.kinds import RoundKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from portal.nominations.models import Candidacy
    from portal.nominations.rules import CandidacyStage
    from portal.people.models import Person
    from portal.review.models import Assignment
    from portal.review.queries.appointments import Met

MOVED = N_("Somebody changed this meanwhile. The page shows how it stands now.")
NOT_SET = N_("No time is set yet.")
OFF = N_("This was called off. Set a time anew first.")
KNOWN = N_("Everybody knows of it as it stands.")
UNTOLD = N_(
    "They do not know yet that they are nominated. Invite them to add their part first; then they can be asked for a time."
)
NOBODY = N_("Nobody could be written to: the nominee has no address, and nobody reads it yet.")
TEMPLATES = ("review/interview", "review/interview_reader")


def plan(
    met: Met, *, starts_at: datetime, ends_at: datetime, place: str, version: int, by: Person, at: datetime
) -> Appointment:
    """Set a time and a place, or move it. Who is met and who meets them are told by a step of its own, and anew when it moved."""
    rules.check(starts_at, ends_at, at=at)
    facts = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "place": place.strip(),
        "planned_by_id": by.id,
        "planned_at": at,
        "cancelled_at": None,
    }
    known = met.appointment
    if known is None:
        if version:
            raise Stale(MOVED)
        key = secrets.token_hex(16)
        known = Appointment(round_id=met.of.round.id, candidacy_id=met.candidacy.id, key=key, **facts)
        db.session.add(known)
        db.session.flush()
    else:
        mine = update(Appointment).where(Appointment.id == known.id, Appointment.version == version)
        if rows_changed(mine.values(version=version + 1, **facts)) != 1:
            raise Stale(MOVED)
        db.session.refresh(known)
        mail.cancel(met.candidacy, templates=TEMPLATES)
    history.record("interview set", met.candidacy, by=by, at=at)
    return known


def tell(met: Met, *, by: Person, at: datetime) -> int:
    """Write to the nominee and to the readers: when, where, and nothing else. Once for each time that it was moved; returns how many.

    A surprise is told nothing: then only the readers are written to.
    """
    known, candidacy, round_ = met.appointment, met.candidacy, met.of.round
    if known is None:
        raise Refused(NOT_SET)
    if not known.stands:
        raise Refused(OFF)
    if known.known:
        raise Refused(KNOWN)
    rules.check(known.starts_at, known.ends_at, at=at)
    if candidacy.told_at is None and not round_.cycle.surprise:
        raise Refused(UNTOLD)
    said = update(Appointment).where(Appointment.id == known.id, Appointment.version == known.version)
    moved = known.told_at is not None
    if rows_changed(said.values(told_at=at, told_version=known.version)) != 1:
        raise Stale(MOVED)
    key, posted = f"interview {known.id} {known.version}", 0
    for person in queries.nominees(candidacy) if candidacy.told_at is not None else ():
        facts = _said(known, round_, moved=moved)
        mail.post("review/interview", to=person, at=at, about=candidacy, key=f"{key} {person.id}", **facts)
        posted += 1
    for reading in queries.readers(round_, candidacy):
        _write_to_reader(known, reading, round_, candidacy, spoken=met.of.spoken.name, moved=moved, at=at)
        posted += 1
    if not posted:
        raise Refused(NOBODY)
    db.session.refresh(known)
    history.record("interview told", candidacy, by=by, at=at, people=posted)
    return posted


def _said(known: Appointment, round_: Round, *, moved: bool) -> dict[str, Any]:
    return {
        "award": round_.cycle.award.name,
        "year": round_.cycle.year,
        "starts_at": known.starts_at.isoformat(),
        "place": known.place,
        "calendar": f"{base_url()}/interviews/{known.key}.ics",
        "moved": moved,
    }


def _write_to_reader(
    known: Appointment,
    reading: Assignment,
    round_: Round,
    candidacy: Candidacy,
    *,
    spoken: str,
    moved: bool,
    at: datetime,
) -> None:
    reader = reading.reviewer
    mail.post(
        "review/interview_reader",
        to=reader,
        at=at,
        about=candidacy,
        key=f"interview {known.id} {known.version} reader {reader.id}",
        whom=spoken if reading.covered else candidacy.name,
        **_said(known, round_, moved=moved),
    )


def tell_joined(round_: Round, readings: Collection[Assignment], *, at: datetime) -> None:
    """Write to readers who came to a candidacy after everybody was told when it is met: the same, to them alone."""
    if round_.kind is not RoundKind.INTERVIEW:
        return
    for known, candidacy, reading in queries.joined(round_, [reading.id for reading in readings], at):
        spoken = rounds.name_of(round_, candidacy.id).name
        _write_to_reader(known, reading, round_, candidacy, spoken=spoken, moved=False, at=at)


def call_off(met: Met, *, version: int, by: Person, at: datetime) -> None:
    """Call it off; whoever was told hears so."""
    known = met.appointment
    if known is None or not known.stands:
        raise Refused(OFF if known is not None else NOT_SET)
    if known.version != version:
        raise Stale(MOVED)
    _off(known, met.candidacy, met.of.round, by=by, at=at)


def _off(known: Appointment, candidacy: Candidacy, round_: Round, *, by: Person | None, at: datetime) -> None:
    off = update(Appointment).where(Appointment.id == known.id, Appointment.version == known.version)
    off = off.where(Appointment.cancelled_at.is_(None))
    if rows_changed(off.values(cancelled_at=at, version=known.version + 1)) != 1:
        raise Stale(MOVED)
    mail.cancel(candidacy, templates=TEMPLATES)
    starts = known.starts_at.isoformat()
    db.session.refresh(known)
    history.record("interview called off", candidacy, by=by, at=at)
    facts: dict[str, Any] = {"award": round_.cycle.award.name, "year": round_.cycle.year, "starts_at": starts}
    for person in queries.written_to(candidacy, TEMPLATES):
        key = f"interview off {known.id} {known.version} {person.id}"
        mail.post("review/interview_off", to=person, at=at, about=candidacy, key=key, **facts)


def felt_stage(candidacy: Candidacy, _before: CandidacyStage, at: datetime) -> None:
    """Whoever withdrew is not met: what was set is called off, and whoever was told hears so."""
    if candidacy.stage not in rounds.GONE:
        return
    wanted = select(Appointment).where(Appointment.candidacy_id == candidacy.id, Appointment.cancelled_at.is_(None))
    for known in db.session.scalars(wanted.where(Appointment.ends_at > at)).all():
        round_ = rounds.by_id(known.round_id)
        if round_ is not None:
            _off(known, candidacy, round_, by=None, at=at)
