"""Draws, and who may have a part in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.decisions import queries as deciding
from portal.decisions.models import Draw, DrawSecret
from portal.decisions.queries import Deciding
from portal.decisions.rules.lives import DrawState
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.review.models import SpokenName
from portal.review.rules import selecting
from portal.web import viewer

if TYPE_CHECKING:
    from portal.people.models import Person
    from portal.policy import Fact
    from portal.review.models import Round


@dataclass(frozen=True, slots=True)
class Drawing:
    """A cycle whose exact tie is settled by a draw: the tie as it stands, and the newest draw, if there is one."""

    deciding: Deciding
    pool: tuple[str, ...]  # who stands in the tie now
    places: int
    draw: Draw | None


def drawing(slug: str, year: int) -> Drawing | None:
    """Return a cycle's draw, for whoever has no conflict with anybody in it."""
    thing = deciding.deciding(slug, year)
    if thing is None or thing.round is None:
        return None
    facts = deciding.proposal(thing) or {}
    newest = last(thing.round)
    pool = tuple(facts.get("tied", ()))
    if newest is None and not pool and selecting.from_json(thing.round.rule).tie is not selecting.Tie.DRAW:
        return None
    concerned = {*pool, *(newest.pool if newest is not None else ())}
    return Drawing(thing, pool, facts.get("tied_places", 0), newest) if sees(thing, concerned) else None


def sees(thing: Deciding, references: set[str]) -> bool:
    """Say whether no conflict keeps whoever looks from any of these."""
    if thing.round is None:
        return False
    wanted = select(SpokenName.reference).join(Candidacy, Candidacy.id == SpokenName.candidacy_id)
    known = untouched_by_conflict(wanted.where(SpokenName.round_id == thing.round.id), viewer.current())
    return references <= set(db.session.scalars(known))


def facts_of_drawing(person: Person | None, thing: Drawing) -> frozenset[Fact]:
    """Return what holds of this person and a draw: what holds of them and the cycle."""
    return deciding.facts_of_deciding(person, thing.deciding)


def last(round_: Round) -> Draw | None:
    """Return a round's newest draw that was not called off, with everybody who has a part in it."""
    wanted = (
        select(Draw)
        .options(joinedload(Draw.published_by), selectinload(Draw.secrets).joinedload(DrawSecret.person))
        .where(Draw.round_id == round_.id, Draw.state != DrawState.CALLED_OFF)
    )
    return db.session.scalar(wanted.order_by(Draw.id.desc()).limit(1))


def drawn(round_: Round) -> Draw | None:
    """Return the draw that settles a round's ties, if one was held."""
    wanted = select(Draw).options(selectinload(Draw.secrets)).where(Draw.round_id == round_.id)
    return db.session.scalar(wanted.where(Draw.state == DrawState.DRAWN).order_by(Draw.id.desc()).limit(1))
