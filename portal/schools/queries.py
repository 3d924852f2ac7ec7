"""Finding schools by part of a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, exists, or_, select

from portal.db import db
from portal.schools.models import School, SchoolAlias
from portal.schools.rules import Match, match, sought

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST = 100  # letters of a search; the longest name has fewer
MOST_WORDS = 6


def matching(text: str, *, most: int = 8) -> Sequence[School]:
    """Return schools whose name, or another way it is written, holds every word typed: those that begin so come first.

    Words for the kind of school do not count ("Escuela Primaria Denny"), as long as another word does.
    """
    words = sought(text[:LONGEST])[:MOST_WORDS]
    if not words:
        return []
    written = (SchoolAlias.name_key.contains(word, autoescape=True) for word in words)
    alias = exists().where(SchoolAlias.school_id == School.id, *written)
    named = and_(*(School.name_key.contains(word, autoescape=True) for word in words))
    first = case((School.name_key.startswith(words[0], autoescape=True), 0), else_=1)
    return db.session.scalars(
        select(School).where(or_(named, alias)).order_by(first, School.name, School.id).limit(most)
    ).all()


_BY_IDS = select(School).where(School.id.in_(bindparam("numbers", expanding=True))).order_by(School.name, School.id)


def by_ids(numbers: Iterable[int]) -> Sequence[School]:
    """Return the schools with these numbers, by name. A number that is nobody's is left out."""
    wanted = sorted(set(numbers))
    return db.session.scalars(_BY_IDS, {"numbers": wanted}).all() if wanted else []


def names() -> dict[int, str]:
    """Return every school's name by its number."""
    return dict(db.session.execute(select(School.id, School.name)).all())


def aliases() -> dict[str, int]:
    """Return the other ways schools are written, folded, with the school's number."""
    return dict(db.session.execute(select(SchoolAlias.name_key, SchoolAlias.school_id)).all())


def meant_by(typed: str) -> Match:
    """Return which school a typed name means, or those that it may mean."""
    return match(typed, names(), aliases())
