"""Sending a nominee what people said of them: after the release, parts whose writers agreed, approved by the office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history, mail
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.publishing import rules
from portal.publishing.actions import MOVED, NOT_SAID
from portal.publishing.desk.models import KindWords
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.people.models import Person
    from portal.publishing.desk.queries.kind_words import Spoken

NOT_YET = N_("Kind words are sent once the public can read who was honored.")
NOTHING = N_("Nothing is left to send. Keep at least one sentence.")
SENT = N_("This was sent already, and stays as it was sent.")


def save(thing: Spoken, words: Sequence[str], *, version: int, by: Person, at: datetime) -> KindWords:
    """Keep what is to be sent of each writer, in their order; empty leaves one out. Raises `Refused` for what nobody said."""
    release = thing.releasing.release
    if release is None or release.state is not ReleaseState.PUBLIC:
        raise Refused(NOT_YET)
    passages = []
    for number, (writer, said) in enumerate(zip(thing.writers, words, strict=False)):
        if not said.strip():
            continue
        if not all(rules.is_said(part, writer.texts) for part in said.split("\n\n") if part.strip()):
            raise Refused(NOT_SAID, field=f"words_{number}", reference=writer.reference)
        passages.append({"nomination": writer.reference, "words": said.strip()})
    known = thing.known
    if known is not None and known.sent_at is not None:
        raise Refused(SENT)
    if (known.version if known is not None else 0) != version:
        raise Stale(MOVED)
    if known is None:
        known = KindWords(candidacy_id=thing.candidacy.id, passages=passages, saved_by_id=by.id, saved_at=at)
        db.session.add(known)
        db.session.flush()
        return known
    mine = update(KindWords).where(KindWords.id == known.id, KindWords.version == version)
    facts = {"passages": passages, "saved_by_id": by.id, "saved_at": at, "version": version + 1}
    if rows_changed(mine.values(**facts)) != 1:
        raise Stale(MOVED)
    db.session.refresh(known)
    return known


def send(thing: Spoken, known: KindWords, *, by: Person, at: datetime) -> int:
    """Approve it, and write to each person of the candidacy. Once. Returns how many were written to."""
    if not known.passages:
        raise Refused(NOTHING, field="words_0" if thing.writers else None)
    mine = update(KindWords).where(
        KindWords.id == known.id, KindWords.version == known.version, KindWords.sent_at.is_(None)
    )
    facts = {"approved_by_id": by.id, "sent_at": at, "version": known.version + 1}
    if rows_changed(mine.values(**facts)) != 1:
        raise Stale(MOVED)
    history.record("kind words sent", thing.candidacy, by=by, at=at, people=len(known.passages))
    cycle, written = thing.releasing.cycle, 0
    for link in thing.candidacy.people:
        if not link.person.email:
            continue
        where = {"kind": "candidacy", "id": thing.candidacy.id, "next": f"/kind-words/{thing.candidacy.id}", "days": 60}
        mail.post(
            "publishing/kind_words",
            to=link.person,
            at=at,
            about=thing.candidacy,
            link={"purpose": "consent", **where},
            key=f"kind words {thing.candidacy.id} {link.person_id}",
            award=cycle.award.name,
            year=cycle.year,
            count=len(known.passages),
        )
        written += 1
    return written
