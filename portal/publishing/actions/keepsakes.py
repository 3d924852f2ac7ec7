"""Changing how keepsakes read and look, and noting how a name is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history
from portal.db import db, rows_changed
from portal.errors import Stale
from portal.publishing.actions import MOVED
from portal.publishing.desk.models import Keepsake
from portal.publishing.rules import keepsakes as rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.people.models import Person
    from portal.publishing.desk.queries import Chosen, Releasing
    from portal.publishing.desk.queries.keepsakes import Template


def save(
    thing: Template,
    *,
    words: Mapping[str, Mapping[str, str]],
    layout: Mapping[str, str],
    version: int,
    by: Person,
    at: datetime,
) -> None:
    """Save the words and the choices. Raises `Refused` for a field that there is none of, `Stale` when somebody was first."""
    kept: dict[str, dict[str, str]] = {}
    for slot, said in words.items():
        for code, text in said.items():
            rules.check(text, thing.kind, field=f"{slot}_{code}")
            if text.strip():
                kept.setdefault(slot, {})[code] = text.strip()
    facts = {"words": kept, "layout": rules.chosen(thing.kind, layout), "saved_by_id": by.id, "saved_at": at}
    if thing.version != version:
        raise Stale(MOVED)
    known = thing.known
    if known is None:
        known = Keepsake(kind=thing.kind, **facts)
        db.session.add(known)
        db.session.flush()
    else:
        mine = update(Keepsake).where(Keepsake.id == known.id, Keepsake.version == version)
        if rows_changed(mine.values(version=version + 1, **facts)) != 1:
            raise Stale(MOVED)
    history.record("keepsake changed", known, by=by, at=at, kind=thing.kind.value)


def note_names(thing: Releasing, said: Sequence[tuple[Chosen, str]], *, by: Person, at: datetime) -> int:
    """Note how names are said, as the office heard it. Returns how many changed."""
    changed = 0
    for one, words in said:
        if one.person.aloud != words.strip():
            one.person.heard_as = words.strip() or None
            history.record("name said", one.candidacy, by=by, at=at, person=one.person.id)
            changed += 1
    if changed:
        history.record("names noted", thing.cycle, by=by, at=at, names=changed)
    return changed
