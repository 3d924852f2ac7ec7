"""Finding the words that count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.mail.wording.kinds import KINDS
from portal.mail.wording.models import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.mail.wording.kinds import Kind

APPROVED = "approved_words"  # the fact that names the versions of a message that tells an outcome: {language: number}
MOST_VERSIONS = 50


def newest(kind: Kind, language: str) -> Wording | None:
    """Return the newest version, which may set the message back to the shipped words; None where nobody ever wrote any."""
    wanted = select(Wording).where(Wording.kind == kind.slug, Wording.language == language)
    return db.session.scalar(wanted.order_by(Wording.number.desc()).limit(1))


def said_by(kind: Kind, language: str, facts: Mapping[str, Any]) -> Wording | None:
    """Return the version that a message of a kind says: the newest, or of one that tells an outcome the one that its facts name."""
    if not kind.approved:
        return newest(kind, language)
    number = (facts.get(APPROVED) or {}).get(language)
    if not number:
        return None
    wanted = select(Wording).where(Wording.kind == kind.slug, Wording.language == language, Wording.number == number)
    return db.session.scalar(wanted)


def of_releases() -> dict[str, dict[str, Wording]]:
    """Return the newest version of every kind that tells an outcome, by kind and language: one query."""
    found: dict[str, dict[str, Wording]] = {}
    slugs = {kind.slug for kind in KINDS if kind.approved}
    for (slug, language), held in counting().items():
        if slug in slugs:
            found.setdefault(slug, {})[language] = held
    return found


def counting() -> dict[tuple[str, str], Wording]:
    """Return every newest version, by kind and language: one query."""
    last = select(func.max(Wording.id)).group_by(Wording.kind, Wording.language)
    found = db.session.scalars(select(Wording).where(Wording.id.in_(last)))
    return {(each.kind, each.language): each for each in found}


def versions(kind: Kind, language: str) -> Sequence[Wording]:
    """Return the versions of these words, the last first, each with who wrote it."""
    wanted = select(Wording).options(joinedload(Wording.by)).where(Wording.kind == kind.slug)
    return db.session.scalars(
        wanted.where(Wording.language == language).order_by(Wording.number.desc()).limit(MOST_VERSIONS)
    ).all()
