"""The messages of a release in the office's own words, each kind approved by somebody who did not write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.publishing.desk import messages, queries
from portal.publishing.desk.models import Wording
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.people.models import Person
    from portal.publishing.desk.queries import Releasing

MOVED = N_("This was changed since you opened it. The page shows how it stands now.")
LEFT = N_("These messages have left. What they said stays as it was.")
OWN = N_("Whoever wrote a message cannot approve it. Somebody else does.")
PLANNED = N_("Whoever set the times drew up the messages, so somebody else approves them.")
TIMES_FIRST = N_("Set both times first: the messages name them.")


def save(thing: Releasing, kind: str, *, words: Mapping[str, str], version: int, by: Person, at: datetime) -> Wording:
    """Save what the office adds to one kind of message. Whoever wrote it cannot approve it; what was approved is to be approved anew."""
    _still_here(thing)
    kept = {language: text.strip() for language, text in words.items() if text.strip()}
    known = queries.wordings(thing.cycle).get(kind)
    if (known.version if known is not None else 0) != version:
        raise Stale(MOVED)
    if known is None:
        known = Wording(cycle_id=thing.cycle.id, kind=kind, words=kept, saved_by_id=by.id, saved_at=at)
        db.session.add(known)
        db.session.flush()
    elif known.words != kept:
        facts = {"words": kept, "saved_by_id": by.id, "saved_at": at, "approved_by_id": None, "approved_at": None}
        _write(known, facts)
    else:
        return known
    history.record("message worded", thing.cycle, by=by, at=at, kind=kind)
    return known


def _write(known: Wording, facts: dict[str, object]) -> None:
    mine = update(Wording).where(Wording.id == known.id, Wording.version == known.version)
    if rows_changed(mine.values(version=known.version + 1, **facts)) != 1:
        raise Stale(MOVED)


def _still_here(thing: Releasing) -> None:
    if thing.release is not None and thing.release.state in {ReleaseState.TOLD, ReleaseState.PUBLIC}:
        raise Refused(LEFT)


def approve(thing: Releasing, *, by: Person, at: datetime) -> int:
    """Approve every kind of message that waits and that `by` neither wrote nor, by setting the times, drew up. Returns how many.

    The office's own words round a paragraph are approved with it, version by version: what is written later waits for approval anew.

    Raises `Refused` where there is none: it says why.
    """
    _still_here(thing)
    if thing.release is None:
        raise Refused(TIMES_FIRST)
    known, now, done, own = queries.wordings(thing.cycle), queries.written_now(), 0, False
    for kind in messages.kinds(thing.cycle):
        wording, around = known.get(kind), queries.numbers(now.get(kind))
        stood = wording is not None and wording.approved_at is not None
        if wording is not None and stood and wording.around == around:
            continue
        before = wording.around if wording is not None and stood else {}
        wrote = {one.by_id for language, one in now.get(kind, {}).items() if before.get(language) != one.number}
        if wording is not None and wording.words and not stood:
            wrote.add(wording.saved_by_id)
        if by.id in (wrote or {thing.release.planned_by_id}):
            own = own or bool(wrote)
            continue
        if wording is None:
            facts = {"approved_by_id": by.id, "approved_at": at, "around": around}
            db.session.add(Wording(cycle_id=thing.cycle.id, kind=kind, words={}, **facts))
        else:
            writer = wording.saved_by_id if wording.saved_by_id != by.id else None
            facts = {"approved_by_id": by.id, "approved_at": at, "saved_by_id": writer, "around": around}
            _write(wording, facts)
        done += 1
    if not done:
        raise Refused(OWN if own else PLANNED)
    db.session.flush()
    history.record("messages approved", thing.cycle, by=by, at=at, kinds=done)
    return done
