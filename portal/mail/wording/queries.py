"""Finding the words that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.mail.wording.models import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.mail.wording.kinds import Kind

MOST_VERSIONS = 50


def newest(kind: Kind, language: str) -> Wording | None:
    """Return the newest version, which may set the message back to the shipped words; None where nobody ever wrote any."""
    wanted = select(Wording).where(Wording.kind == kind.slug, Wording.language == language)
    return db.session.scalar(wanted.order_by(Wording.number.desc()).limit(1))


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
