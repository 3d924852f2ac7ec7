"""Photographs of those honored: sent by the office, cleaned by the files room, shown only with words and the person's consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal import history, mail
from portal.accounts import queries as accounts
from portal.accounts.models import Role
from portal.awards.models import Cycle
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.files import actions as files
from portal.files import queries as stored
from portal.files.models import StoredFile
from portal.files.rules import PORTRAIT, FileState, Kind
from portal.jobs import actions as jobs
from portal.nominations.models import Candidacy
from portal.publishing import actions, portraits
from portal.publishing.desk import queries
from portal.publishing.desk.models import Draft, Photo

if TYPE_CHECKING:
    from datetime import datetime

    from portal.jobs.models import Job
    from portal.people.models import Person
    from portal.publishing.desk.queries import Chosen, Releasing

JOB = "publishing.forget_photo"
NOT_A_PICTURE = N_("This is a PDF. Send the photograph itself: a JPEG, PNG or WebP file.")
SAID_OF_IT = N_("Say in a sentence what the photograph shows.")
RENEWED = "The photograph was changed."


def attach(one: Chosen, file: StoredFile, *, by: Person, at: datetime) -> Photo:
    """Take what was sent as the photograph of one person, in place of the one there was. Its words are to be written anew."""
    if file.kind is Kind.PDF:
        files.remove(file, by=by, at=at)
        raise Refused(NOT_A_PICTURE, field="file")
    focus_x, focus_y = portraits.CENTER
    photo = one.photo
    if photo is not None:
        _throw_away(photo, by=by, at=at)
        photo.file_id, photo.file, photo.alt = file.id, file, ""
        photo.focus_x, photo.focus_y = focus_x, focus_y
        photo.version += 1
        photo.saved_at, photo.saved_by_id = at, by.id
    else:
        photo = Photo(
            candidacy_id=one.candidacy.id,
            person_id=one.person.id,
            file_id=file.id,
            file=file,
            focus_x=focus_x,
            focus_y=focus_y,
            saved_at=at,
            saved_by_id=by.id,
        )
        db.session.add(photo)
    db.session.flush()
    history.record("photo sent", one.candidacy, by=by, at=at, person=one.person.id)
    _changed(one, at=at, by=by)
    return photo


def attach_own(thing: Releasing, one: Chosen, file: StoredFile, *, by: Person, at: datetime) -> Photo:
    """Take what its own person sent as their photograph, and let the office know, once a day at most: it is for them to put into words."""
    photo, cycle = attach(one, file, by=by, at=at), thing.cycle
    staff = accounts.holders(Role.STAFF, award_id=cycle.award_id)
    closed = queries.conflicted(cycle, [person.id for person in staff])
    where = f"/desk/{cycle.award.slug}/{cycle.year}/release/pages/{one.reference}/{one.position}/photo"
    for person in staff:
        if person.email and person.id not in closed:
            mail.post(
                "publishing/photo_came",
                to=person,
                at=at,
                about=one.candidacy,
                link={"purpose": "sign in", "next": where},
                key=f"photo of {one.candidacy.id} {one.person.id} to {person.id} {at:%Y-%m-%d}",
                nominee=one.person.name,
                award=cycle.award.name,
                year=cycle.year,
            )
    return photo


def describe(
    one: Chosen, photo: Photo, *, alt: str, focus: tuple[int, int], version: int, by: Person, at: datetime
) -> None:
    """Say what a photograph shows, and what in it matters: the squares are cut about that. Raises `Stale` when somebody was first."""
    if not alt.strip():
        raise Refused(SAID_OF_IT, field="alt")
    before, moved = photo.name, focus != photo.focus
    wanted = update(Photo).where(Photo.id == photo.id, Photo.version == version)
    facts = {"alt": alt.strip(), "focus_x": focus[0], "focus_y": focus[1], "saved_at": at, "saved_by_id": by.id}
    if rows_changed(wanted.values(version=version + 1, **facts)) != 1:
        raise Stale(actions.MOVED)
    db.session.refresh(photo)
    if moved and before is not None and photo.name is not None:
        portraits.keep(photo.name, stored.content(photo.file), photo.focus)
        _forget(before, by=by, at=at)
    history.record("photo described", one.candidacy, by=by, at=at, person=one.person.id)
    _changed(one, at=at, by=by)


def remove(one: Chosen, photo: Photo, *, by: Person, at: datetime) -> None:
    """Take a photograph out: it is shown nowhere from now on."""
    _throw_away(photo, by=by, at=at)
    db.session.delete(photo)
    db.session.flush()
    history.record("photo removed", one.candidacy, by=by, at=at, person=one.person.id)
    _changed(one, at=at, by=by)


def _throw_away(photo: Photo, *, by: Person, at: datetime) -> None:
    if photo.name is not None:
        _forget(photo.name, by=by, at=at)
    if photo.file.state is not FileState.REMOVED:
        files.remove(photo.file, by=by, at=at)


def _forget(photo: str, *, by: Person, at: datetime) -> None:
    """Let the worker throw squares away, once this transaction holds."""
    jobs.ask(JOB, at=at, key=f"{JOB}:{photo}:{at.isoformat()}", asked_by_id=by.id, photo=photo)


def forget(job: Job, _at: datetime) -> None:
    """Throw the squares of a photograph away, if none is called so by now."""
    photo = str(job.facts["photo"])
    key = photo.partition("/")[0]
    wanted = select(Photo).join(StoredFile, StoredFile.id == Photo.file_id).where(StoredFile.key == key)
    used = db.session.scalar(wanted)
    if used is None or used.name != photo:
        portraits.drop(photo)


def _changed(one: Chosen, *, by: Person, at: datetime) -> None:
    """Let the page be checked anew by somebody else; where it is public, it says at once what stands now."""
    known = db.session.scalar(select(Draft).where(Draft.candidacy_id == one.candidacy.id))
    if known is None:
        db.session.add(Draft(candidacy_id=one.candidacy.id, quotations=[], version=0, saved_at=at, saved_by_id=by.id))
    else:
        known.saved_by_id, known.saved_at, known.checked_by_id, known.checked_at = by.id, at, None, None
    db.session.flush()
    actions.refresh(db.session.get_one(Cycle, one.candidacy.cycle_id), one.candidacy.id, at=at, reason=RENEWED)


def felt_settling(file: StoredFile, at: datetime) -> None:
    """Feel that the files room has cleaned a portrait: its squares are cut."""
    if file.purpose != PORTRAIT.name or file.state is not FileState.CLEAN:
        return
    photo = db.session.scalar(select(Photo).where(Photo.file_id == file.id))
    if photo is None or photo.name is None:
        return
    portraits.keep(photo.name, stored.content(file), photo.focus)
    candidacy = db.session.get_one(Candidacy, photo.candidacy_id)
    actions.refresh(db.session.get_one(Cycle, candidacy.cycle_id), candidacy.id, at=at, reason=RENEWED)
