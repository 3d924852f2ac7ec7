"""Planning the visits of a surprise, letting the host in on it, and calling a visit off. No nominee is ever written to from here."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal import history, mail
from portal.awards.models import Cycle
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.mail.writing import base_url
from portal.nominations.models import Candidacy
from portal.people import actions as people
from portal.people.models import Person
from portal.people.rules import address_key
from portal.publishing.actions import MOVED, TOLD_ALREADY
from portal.publishing.desk import queries as releases
from portal.publishing.desk.models import Visit
from portal.publishing.desk.queries import visits as queries
from portal.publishing.rules import visits as rules

if TYPE_CHECKING:
    from datetime import datetime

    from portal.publishing.desk.queries.visits import Surprise

THEIRS = N_("This is the address of somebody who was nominated. Nothing may reach it before they are told.")
NO_ADDRESS = N_("There is no address to write to. Tell the host by telephone.")
KNOWS = N_("The host knows of it as it stands.")
OFF = N_("This visit was called off. Plan it anew first.")
NOT_PLANNED = N_("No visit is planned yet.")
NOT_CHOSEN = "The decision changed."


def plan(
    thing: Surprise,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    host_name: str,
    host_email: str = "",
    host_phone: str = "",
    note: str = "",
    version: int = 0,
    by: Person,
    at: datetime,
) -> Visit:
    """Plan a visit, or move it. Whoever is host is told by a step of its own, and anew when it moved."""
    release = thing.releasing.release
    told, public = (release.told_at, release.public_at) if release is not None else (None, None)
    if thing.drafting.candidacy.told_at is not None:
        raise Refused(TOLD_ALREADY)
    rules.check(starts_at, ends_at, told_at=told, public_at=public, at=at)
    names = [one.person.name for one in thing.drafting.people]
    schools = [link.school.name for link in thing.drafting.candidacy.schools]
    if rules.names_somebody(place, names=names, schools=schools):
        raise Refused(rules.NO_NAME, field="place")
    host = _host(thing, host_name, host_email, at=at)
    facts = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "place": place.strip(),
        "host_name": host_name.strip(),
        "host_id": host.id if host is not None else None,
        "host_phone": host_phone.strip(),
        "note": note.strip(),
        "planned_by_id": by.id,
        "planned_at": at,
        "cancelled_at": None,
    }
    visit = thing.visit
    if visit is None:
        if version:
            raise Stale(MOVED)
        visit = Visit(candidacy_id=thing.drafting.candidacy.id, key=secrets.token_hex(16), **facts)
        db.session.add(visit)
        db.session.flush()
    else:
        before = visit.host_id
        mine = update(Visit).where(Visit.id == visit.id, Visit.version == version)
        if rows_changed(mine.values(version=version + 1, **facts)) != 1:
            raise Stale(MOVED)
        if visit.host_told_at is not None and before is not None and facts["host_id"] != before:
            _say_off(visit, before, at=at)
        db.session.refresh(visit)
    history.record("visit planned", thing.drafting.candidacy, by=by, at=at)
    return visit


def _host(thing: Surprise, name: str, address: str, *, at: datetime) -> Person | None:
    """Return the person who is written to: known already by this very name and address, or new."""
    key = address_key(address)
    if not key:
        return None
    if queries.is_a_nominees(thing.releasing.cycle.id, key):
        raise Refused(THEIRS, field="host_email")
    known = thing.visit.host if thing.visit is not None else None
    if known is not None and known.email_key == key and known.name == name.strip():
        return known
    return people.add(family=name, email=address, at=at)


def tell_host(thing: Surprise, *, by: Person, at: datetime) -> None:
    """Let the host in on it: who is honored, when, and that nobody else may know. Once for each time that it was moved."""
    visit = thing.visit
    if visit is None:
        raise Refused(NOT_PLANNED)
    if not visit.stands:
        raise Refused(OFF)
    if visit.host_knows:
        raise Refused(KNOWS)
    if visit.host is None:
        raise Refused(NO_ADDRESS)
    cycle = thing.releasing.cycle
    if visit.host.email_key and queries.is_a_nominees(cycle.id, visit.host.email_key):
        raise Refused(THEIRS)
    moved = visit.host_told_at is not None  # before the update, which is felt by what is loaded
    told = update(Visit).where(Visit.id == visit.id, Visit.version == visit.version)
    facts = {"host_told_at": at, "host_told_version": visit.version}
    if rows_changed(told.values(**facts)) != 1:
        raise Stale(MOVED)
    mail.post(
        "publishing/visit",
        to=visit.host,
        at=at,
        about=thing.drafting.candidacy,
        key=f"visit {visit.id} {visit.version}",
        award=cycle.award.name,
        year=cycle.year,
        nominee=thing.drafting.candidacy.name,
        starts_at=visit.starts_at.isoformat(),
        place=visit.place,
        calendar=f"{base_url()}/visits/{visit.key}.ics",
        moved=moved,
    )
    history.record("host told", thing.drafting.candidacy, by=by, at=at)


def call_off(thing: Surprise, *, version: int, by: Person, at: datetime) -> None:
    """Call a visit off; a host who was told hears so."""
    visit = thing.visit
    if visit is None or not visit.stands:
        raise Refused(OFF if visit is not None else NOT_PLANNED)
    if visit.version != version:
        raise Stale(MOVED)
    _off(visit, thing.drafting.candidacy, by=by, at=at, reason=None)


def _off(visit: Visit, candidacy: Candidacy, *, by: Person | None, at: datetime, reason: str | None) -> None:
    off = update(Visit).where(Visit.id == visit.id, Visit.version == visit.version, Visit.cancelled_at.is_(None))
    if rows_changed(off.values(cancelled_at=at, version=visit.version + 1)) != 1:
        raise Stale(MOVED)
    if visit.host_told_at is not None and visit.host_id is not None:
        _say_off(visit, visit.host_id, at=at)
    history.record("visit called off", candidacy, by=by, at=at, reason=reason)


def _say_off(visit: Visit, host_id: int, *, at: datetime) -> None:
    """Take back what has not left, and tell a host who was told that nobody comes: no name and no award stands in it."""
    candidacy, host = db.session.get_one(Candidacy, visit.candidacy_id), db.session.get_one(Person, host_id)
    if mail.cancel(candidacy, templates=("publishing/visit",), to=host):
        return
    mail.post(
        "publishing/visit_off",
        to=host,
        at=at,
        about=candidacy,
        key=f"visit {visit.id} off {visit.version} {host_id}",
        starts_at=visit.starts_at.isoformat(),
        place=visit.place,
    )


def decisions_changed(cycle: Cycle, at: datetime) -> None:
    """Call off the visits to whoever is not selected any more."""
    if not cycle.surprise:
        return
    still = {one.candidacy.id for one in releases.chosen(cycle)}
    for number, visit in queries.of_cycle(cycle.id).items():
        candidacy = db.session.get_one(Candidacy, number)
        if visit.stands and number not in still and candidacy.told_at is None:
            _off(visit, candidacy, by=None, at=at, reason=NOT_CHOSEN)


def times_changed(cycle_id: int) -> list[int]:
    """Return the candidacies whose visits do not lie between the times of the release."""
    cycle = db.session.get_one(Cycle, cycle_id)
    release = releases.of_cycle(cycle)
    if release is None or release.told_at is None or release.public_at is None:
        return []
    outside = (Visit.starts_at < release.told_at) | (Visit.ends_at > release.public_at)
    wanted = select(Visit.candidacy_id).join(Candidacy, Candidacy.id == Visit.candidacy_id)
    return list(
        db.session.scalars(
            wanted.where(
                Candidacy.cycle_id == cycle_id, Visit.cancelled_at.is_(None), Candidacy.told_at.is_(None), outside
            )
        )
    )
