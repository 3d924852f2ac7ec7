"""Going on without the name of somebody who has not answered: a decision of the office, with its reason, that an answer overrules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.publishing.desk.models import Unnamed
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.people.models import Person
    from portal.publishing.desk.queries import Chosen, Releasing

REASON = N_("Say why, in a sentence: it stands in the record.")
WHO = N_("Choose whose names are left out")
TOLD = N_("Those concerned have been told. Whoever agrees from now on is named by that alone.")


def _still_here(thing: Releasing) -> None:
    if thing.release is not None and thing.release.state in {ReleaseState.TOLD, ReleaseState.PUBLIC}:
        raise Refused(TOLD)


def go_on(thing: Releasing, people: Iterable[Chosen], *, reason: str, by: Person, at: datetime) -> int:
    """Let a release go on without the names of these people, who have not answered. Returns of how many that was noted now.

    Whoever has answered meanwhile is passed over: their answer counts. Raises `Refused` without a reason.
    """
    _still_here(thing)
    if not reason.strip():
        raise Refused(REASON, field="reason")
    silent = [one for one in people if one.silent]
    for one in silent:
        db.session.add(
            Unnamed(
                candidacy_id=one.candidacy.id,
                person_id=one.person.id,
                reason=reason.strip(),
                noted_by_id=by.id,
                noted_at=at,
            )
        )
        history.record(
            "going on without the name", one.candidacy, by=by, at=at, reason=reason.strip(), person=one.person.id
        )
    db.session.flush()
    return len(silent)


def wait(thing: Releasing, one: Chosen, *, by: Person, at: datetime) -> None:
    """Wait for somebody's answer after all: until it is there, the release is held."""
    _still_here(thing)
    if one.unnamed is not None:
        db.session.delete(one.unnamed)
        db.session.flush()
        history.record("waiting for the answer", one.candidacy, by=by, at=at, person=one.person.id)
