"""A word to those who were told what holds no more: owed by each correction and each decision taken back, and approved by a second person.

Whatever still waited to leave was cancelled or changed already; this is for what has left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal import history, mail
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.people.models import Person
from portal.publishing.desk.models import Followup
from portal.publishing.desk.queries import followups as queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.models import Candidacy
    from portal.publishing.desk.queries.followups import Following
    from portal.publishing.rules import Change

MOVED = N_("This was changed since you opened it. The page shows how it stands now.")
SETTLED = N_("This was settled already.")
OWN = N_("Whoever made the change or wrote the message cannot approve it. Somebody else does.")
REASON = N_("Say why, in a sentence: it stands in the record.")


def owe(
    candidacy: Candidacy, *, change: Change, reason: str, spared: bool = False, by: Person | None, at: datetime
) -> Followup | None:
    """Note that those who were told of a candidacy are owed a word; None where nobody was. What is still open is owed once.

    `spared`: its own people brought the change about, and are not written to.
    """
    if not queries.told(candidacy, spared=spared):
        return None
    open_ = select(Followup).where(Followup.candidacy_id == candidacy.id, Followup.settled_at.is_(None))
    known = db.session.scalar(open_.limit(1))
    facts = {"change": change, "reason": reason, "spared": spared, "begun_by_id": by.id if by else None, "begun_at": at}
    if known is None:
        known = Followup(candidacy_id=candidacy.id, words={}, **facts)
        db.session.add(known)
        db.session.flush()
    else:
        _write(known, known.version, **facts)
    return known


def _write(known: Followup, version: int, **facts: object) -> None:
    mine = update(Followup).where(Followup.id == known.id, Followup.version == version, Followup.settled_at.is_(None))
    if rows_changed(mine.values(version=version + 1, **facts)) != 1:
        raise Stale(MOVED if known.settled_at is None else SETTLED)
    db.session.refresh(known)


def save(thing: Following, *, words: Mapping[str, str], version: int, by: Person, at: datetime) -> None:
    """Save what the office says to them in its own words. Whoever wrote it cannot approve it."""
    kept = {code: text.strip() for code, text in words.items() if text.strip()}
    _write(thing.followup, version, words=kept, saved_by_id=by.id, saved_at=at)
    history.record("word prepared", thing.candidacy, by=by, at=at)


def send(thing: Following, *, version: int, by: Person, at: datetime) -> int:
    """Approve it and write to everybody who was told, each by one message. Returns how many. Raises `Refused` for whoever began it."""
    known, cycle = thing.followup, thing.releasing.cycle
    if by.id in {known.begun_by_id, known.saved_by_id}:
        raise Refused(OWN)
    _write(known, version, settled_by_id=by.id, settled_at=at, sent=len(thing.told))
    readers = {
        person.id: person
        for person in db.session.scalars(select(Person).where(Person.id.in_({one.to for one in thing.told})))
    }
    for one in thing.told:
        mail.post(
            "publishing/followup",
            to=readers[one.to],
            to_email=one.to_email,
            at=at,
            about=thing.candidacy,
            result=True,
            key=f"followup {known.id} {one.to} {one.to_email or ''}"[:160],
            **facts(thing.candidacy, cycle, known, own=one.own),
        )
    history.record("told again", thing.candidacy, by=by, at=at, reason=known.reason, messages=len(thing.told))
    return len(thing.told)


def facts(candidacy: Candidacy, cycle: Cycle, known: Followup, *, own: bool) -> dict[str, Any]:
    """Return what the message says."""
    return {
        "award": cycle.award.name,
        "year": cycle.year,
        "nominee": candidacy.name,
        "change": known.change.value,
        "own": own,
        "added": known.words,
    }


def leave(thing: Following, *, why: str, version: int, by: Person, at: datetime) -> None:
    """Settle that nobody is written to, and why: a misspelled word, for instance, that nobody was told."""
    if not why.strip():
        raise Refused(REASON, field="why")
    _write(thing.followup, version, settled_by_id=by.id, settled_at=at, sent=0, why=why.strip())
    history.record("nobody told again", thing.candidacy, by=by, at=at, reason=why.strip())
