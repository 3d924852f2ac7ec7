"""What is said in deliberation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.review.models import Note
from portal.review.rules.lives import RoundState

if TYPE_CHECKING:
    from datetime import datetime

    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.review.models import Round
    from portal.review.rules.notes import Audience


def write(round_: Round, candidacy: Candidacy, *, text: str, audience: Audience, by: Person, at: datetime) -> Note:
    """Add a note about a candidacy, for whom it is meant. Notes are never changed; a second one corrects the first."""
    if not text.strip():
        raise Refused(N_("Write a note."), field="text")
    if round_.state is RoundState.PLANNED:
        raise Refused(N_("This round is not open yet."), field="text")
    note = Note(
        round_id=round_.id,
        candidacy_id=candidacy.id,
        author_id=by.id,
        text=text.strip(),
        audience=audience,
        written_at=at,
    )
    db.session.add(note)
    db.session.flush()
    history.record("noted", note, by=by, at=at, candidacy=candidacy.reference, audience=audience.value)
    return note
