"""Taking what was submitted, word for word. A snapshot is never changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from portal.db import db
from portal.nominations.models import Nomination, Snapshot
from portal.nominations.rules import canonical, digest
from portal.people.rules import fold
from portal.questions.rules import count_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LETTER_WORDS = 20


def facts_of(nomination: Nomination) -> dict[str, Any]:
    """Return what a snapshot holds. Needs `named`, `schools`, `answers` (with their questions) and `sitting` loaded."""
    return {
        "nominees": [
            {"given": n.given_name, "family": n.family_name, "email": n.email, "role": n.role} for n in nomination.named
        ],
        "schools": sorted(link.school.name for link in nomination.schools),
        "place": nomination.place.value,
        "place_text": nomination.place_text,
        "relation": nomination.relation.value if nomination.relation else None,
        "relation_text": nomination.relation_text,
        "quote": nomination.quote.value if nomination.quote else None,
        "may_tell_nominee": nomination.may_tell_nominee,
        "may_show_words": nomination.may_show_words,
        "nominator": {"name": nomination.sitting.nominator_name, "email": nomination.sitting.nominator_email},
        "language": nomination.language,
        "answers": {
            answer.question.key: {"label": answer.question.label, "text": answer.text} for answer in nomination.answers
        },
    }


def take(nomination: Nomination, *, at: datetime, flush: bool = True) -> Snapshot:
    """Take a snapshot of a nomination as it stands and append it to `nomination.snapshots` (which must be loaded).

    Who takes many leaves the flush to the end.
    """
    facts = facts_of(nomination)
    texts = [answer.text for answer in nomination.answers]
    snapshot = Snapshot(
        nomination_id=nomination.id,
        number=len(nomination.snapshots) + 1,
        facts=canonical(facts),
        sha256=digest(facts),
        words=sum(count_words(text) for text in texts),
        letter_key=letter_key(texts),
        taken_at=at,
    )
    nomination.snapshots.append(snapshot)
    if flush:
        db.session.flush()
    return snapshot


def letter_key(texts: Sequence[str]) -> str | None:
    """Return what every copy of one campaign letter shares: the digest of its longest text, case and punctuation aside.

    None where no text is long enough to be a letter: two people may well write the same ten words.
    """
    longest = fold(max(texts, key=len, default=""))
    return hashlib.sha256(longest.encode()).hexdigest() if count_words(longest) >= LETTER_WORDS else None


def read(snapshot: Snapshot) -> dict[str, Any]:
    """Return the facts of a snapshot."""
    return json.loads(snapshot.facts)  # type: ignore[no-any-return]


def intact(snapshot: Snapshot) -> bool:
    """Say whether a snapshot's text still matches its SHA-256."""
    return digest(read(snapshot)) == snapshot.sha256
