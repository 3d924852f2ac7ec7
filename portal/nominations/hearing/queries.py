"""What the office wrote down of a candidacy's consents, and who may confirm it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import queries as accounts
from portal.accounts.models import Role
from portal.db import db
from portal.nominations.hearing.models import Hearing
from portal.nominations.models import Consent, Field
from portal.nominations.queries import candidacies
from portal.nominations.queries.facts import facts_of_candidacy
from portal.nominations.rules import ConsentState
from portal.policy import Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.people.models import Person


def of_candidacy(candidacy_id: int) -> dict[int, Hearing]:
    """Return everything that was written down of one candidacy, by number, each with who wrote it and who settled it."""
    wanted = (
        select(Hearing)
        .options(
            joinedload(Hearing.person, innerjoin=True),
            joinedload(Hearing.recorded_by, innerjoin=True),
            joinedload(Hearing.settled_by),
            joinedload(Hearing.file),
        )
        .where(Hearing.candidacy_id == candidacy_id)
        .order_by(Hearing.id)
    )
    return {one.id: one for one in db.session.scalars(wanted)}


def behind(candidacies_: Iterable[int]) -> dict[tuple[int, int], list[Hearing]]:
    """Return, by (candidacy, person), what the office wrote down that allows something today: no later word took its place. One query."""
    wanted = (
        select(Consent.candidacy_id, Consent.person_id, Consent.field, Consent.state, Hearing)
        .outerjoin(Hearing, Hearing.id == Consent.hearing_id)
        .options(joinedload(Hearing.recorded_by))
        .where(Consent.candidacy_id.in_(list(candidacies_)))
        .order_by(Consent.id)
    )
    newest: dict[tuple[int, int, Field], tuple[ConsentState, Hearing | None]]
    newest = {(one, who, field): (state, heard) for one, who, field, state, heard in db.session.execute(wanted)}
    found: dict[tuple[int, int], list[Hearing]] = {}
    for (one, who, _field), (state, hearing) in newest.items():
        if hearing is not None and state is ConsentState.GIVEN and hearing not in found.get((one, who), []):
            found.setdefault((one, who), []).append(hearing)
    return found


def once(word: str) -> Hearing | None:
    """Return what was written down on one page, however often its button was pressed."""
    return db.session.scalar(select(Hearing).where(Hearing.once == word))


def at(slug: str, year: int, reference: str, number: int) -> Hearing | None:
    """Return one of them at its address, with its candidacy."""
    candidacy = candidacies.by_reference(slug, year, reference)
    found = of_candidacy(candidacy.id).get(number) if candidacy is not None else None
    if found is None or candidacy is None:
        return None
    found.candidacy = candidacy
    return found


def second_people(hearing: Hearing) -> Sequence[Person]:
    """Return who may confirm it: staff and publishers of its award, but for whoever wrote it down."""
    award = hearing.candidacy.cycle.award_id
    found = {one.id: one for role in (Role.STAFF, Role.PUBLISHER) for one in accounts.holders(role, award_id=award)}
    return [one for one in found.values() if one.id not in {hearing.recorded_by_id, hearing.person_id}]


def facts_of_hearing(person: Person | None, hearing: Hearing) -> frozenset[Fact]:
    """Return what holds of this person and something that was written down. Whoever wrote it, or is concerned, is no second person."""
    facts = facts_of_candidacy(person, hearing.candidacy)
    if person is not None and person.id in {hearing.recorded_by_id, hearing.person_id}:
        facts |= {Fact.PROPOSED_IT}
    return frozenset(facts)
