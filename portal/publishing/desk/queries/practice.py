"""Practice briefs: whom they can be asked of, and what each wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.nominations.models import Candidacy
from portal.nominations.queries import facts as nominations
from portal.publishing.desk import queries
from portal.publishing.desk.models import Brief
from portal.publishing.desk.queries import Chosen, Releasing
from portal.publishing.rules.practice import BriefState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.people.models import Person
    from portal.policy import Fact


@dataclass(frozen=True, slots=True)
class Own:
    """The briefs of one candidacy, as their writers have them: {person's number: brief}."""

    candidacy: Candidacy
    briefs: Mapping[int, Brief]


@dataclass(frozen=True, slots=True)
class AtDesk:
    """One brief, as the office has it."""

    releasing: Releasing
    candidacy: Candidacy
    brief: Brief


def of_cycle(cycle_id: int) -> dict[tuple[int, int], Brief]:
    """Return a cycle's briefs by candidacy and person."""
    wanted = select(Brief).join(Candidacy, Candidacy.id == Brief.candidacy_id).where(Candidacy.cycle_id == cycle_id)
    return {(brief.candidacy_id, brief.person_id): brief for brief in db.session.scalars(wanted)}


def recipients(thing: Releasing) -> list[tuple[Chosen, Brief | None]]:
    """Return everyone selected with their brief, if it was asked for."""
    known = of_cycle(thing.cycle.id)
    return [(one, known.get((one.candidacy.id, one.person.id))) for one in queries.chosen(thing.cycle)]


def own(number: int) -> Own | None:
    """Return the briefs of a candidacy by its number; None where none was asked for."""
    wanted = select(Candidacy).options(selectinload(Candidacy.people), joinedload(Candidacy.cycle))
    candidacy = db.session.scalars(wanted.where(Candidacy.id == number)).unique().one_or_none()
    if candidacy is None:
        return None
    briefs = {brief.person_id: brief for brief in db.session.scalars(select(Brief).where(Brief.candidacy_id == number))}
    return Own(candidacy, briefs) if briefs else None


def at_desk(slug: str, year: int, number: int) -> AtDesk | None:
    """Return one brief of a cycle by its number."""
    found = queries.releasing(slug, year)
    if found is None:
        return None
    wanted = select(Brief, Candidacy).join(Candidacy, Candidacy.id == Brief.candidacy_id)
    row = db.session.execute(wanted.where(Brief.id == number, Candidacy.cycle_id == found.cycle.id)).one_or_none()
    return AtDesk(found, row[1], row[0]) if row is not None else None


def shown(candidacy_id: int, person_id: int) -> Brief | None:
    """Return what somebody's page may show beside it: a brief that was read and published, and not taken back."""
    return db.session.scalar(
        select(Brief).where(
            Brief.candidacy_id == candidacy_id, Brief.person_id == person_id, Brief.state == BriefState.PUBLISHED
        )
    )


def waiting() -> Sequence[Brief]:
    """Return what is still waited for."""
    return db.session.scalars(select(Brief).where(Brief.state == BriefState.ASKED).order_by(Brief.id)).all()


def facts_of_own(person: Person | None, thing: Own) -> frozenset[Fact]:
    """Return what holds of this person and the briefs of a candidacy."""
    return nominations.facts_of_candidacy(person, thing.candidacy)


def facts_of_desk(person: Person | None, thing: AtDesk) -> frozenset[Fact]:
    """Return what holds of this person and a brief, as the office has it."""
    return queries.facts_of_releasing(person, thing.releasing)
