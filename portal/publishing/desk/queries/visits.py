"""The private schedule of a surprise: one visit for each recipient, and whoever must not hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.nominations.models import Candidacy, CandidacyPerson
from portal.people.models import Person
from portal.publishing.desk import queries
from portal.publishing.desk.models import Visit
from portal.publishing.desk.queries import Chosen, Drafting, Releasing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.policy import Fact


@dataclass(frozen=True, slots=True)
class Surprise:
    """One selected candidacy of a surprise, with its visit if one is planned."""

    drafting: Drafting
    visit: Visit | None

    @property
    def releasing(self) -> Releasing:
        """The release it belongs to."""
        return self.drafting.releasing


@dataclass(frozen=True, slots=True)
class Stop:
    """One line of the schedule."""

    one: Chosen
    visit: Visit | None


def of_cycle(cycle_id: int) -> Mapping[int, Visit]:
    """Return a cycle's visits by candidacy, each with its host."""
    wanted = select(Visit).join(Candidacy, Candidacy.id == Visit.candidacy_id).options(joinedload(Visit.host))
    return {visit.candidacy_id: visit for visit in db.session.scalars(wanted.where(Candidacy.cycle_id == cycle_id))}


def schedule(thing: Releasing) -> list[Stop]:
    """Return everyone selected by surprise, each candidacy once, in the order of the visits; those without one last."""
    visits = of_cycle(thing.cycle.id)
    once = {one.candidacy.id: one for one in reversed(queries.chosen(thing.cycle))}
    stops = [Stop(one, visits.get(one.candidacy.id)) for one in once.values()]
    planned = [stop for stop in stops if stop.visit is not None and stop.visit.stands]
    rest = [stop for stop in stops if stop.visit is None or not stop.visit.stands]
    planned.sort(key=lambda stop: (stop.visit.starts_at, stop.visit.id) if stop.visit else ())
    return [*planned, *sorted(rest, key=lambda stop: stop.one.candidacy.sort_name)]


def surprising(slug: str, year: int) -> Releasing | None:
    """Return the release of a surprise; None where the award is none, since nobody is visited then."""
    found = queries.releasing(slug, year)
    return found if found is not None and found.cycle.surprise else None


def surprise(slug: str, year: int, reference: str) -> Surprise | None:
    """Return one selected candidacy of a surprise; None where the award is none."""
    found = queries.drafting(slug, year, reference)
    if found is None or not found.releasing.cycle.surprise:
        return None
    visit = db.session.scalar(
        select(Visit).options(joinedload(Visit.host)).where(Visit.candidacy_id == found.candidacy.id)
    )
    return Surprise(found, visit)


def by_key(key: str) -> Visit | None:
    """Return a visit by the key of its calendar."""
    return db.session.scalar(select(Visit).where(Visit.key == key))


def facts_of_visit(_person: object, _visit: Visit) -> frozenset[Fact]:
    """Return what holds of a visit's calendar: it says nothing, and whoever has its address may read it."""
    return frozenset()


def facts_of_surprise(person: Person | None, thing: Surprise) -> frozenset[Fact]:
    """Return what holds of this person and one visit."""
    return queries.facts_of_releasing(person, thing.releasing)


def is_a_nominees(cycle_id: int, address_key: str) -> bool:
    """Say whether an address is that of somebody nominated in a cycle: nothing is written there before they are told."""
    wanted = select(Person.id).join(CandidacyPerson, CandidacyPerson.person_id == Person.id)
    wanted = wanted.where(CandidacyPerson.cycle_id == cycle_id, Person.email_key == address_key)
    return db.session.scalar(wanted.limit(1)) is not None
