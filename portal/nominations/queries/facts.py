"""What holds of a person and a thing of this room, in the policy's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context
from sqlalchemy import bindparam, func, select

from portal.awards import queries as awards
from portal.db import ME, ask_one, db, fixed
from portal.nominations.models import Candidacy, CandidacyPerson, Conflict, Import, ImportRow, Match, Named, Nomination
from portal.nominations.queries import conflicts
from portal.policy import Fact
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.people.models import Person
    from portal.schools.models import Roster

# Higher rooms add what they know of a person and a candidacy (assigned, clear, names shown ...): see portal/listeners.py.
more_of_candidacy: list[Callable[[Person, Candidacy], frozenset[Fact]]] = []


def facts_of_candidacy(person: Person | None, candidacy: Candidacy) -> frozenset[Fact]:
    """Return what holds of this person and a candidacy; a conflict that stands or holds is one of the facts. Needs its cycle loaded."""
    visit = viewer.visit() if has_request_context() else None
    if visit is not None and visit.guardian:
        return _guardian_facts(person, candidacy)
    facts = set(awards.facts_of_cycle(person, candidacy.cycle))
    if person is not None:
        facts |= conflict_facts(person, candidacy.id)
        if _is_nominee(person, candidacy):
            facts.add(Fact.ITS_NOMINEE)
        for more in more_of_candidacy:
            facts |= more(person, candidacy)
    if candidacy.told_at is not None:
        facts.add(Fact.TOLD)
    return frozenset(facts)


def _guardian_facts(person: Person | None, candidacy: Candidacy) -> frozenset[Fact]:
    """Return what holds of a guardian, who is signed in for `person` and for consent alone: nothing before the nominee was told."""
    if person is None or candidacy.told_at is None or not _is_nominee(person, candidacy):
        return frozenset()
    return frozenset({Fact.ITS_GUARDIAN})


_NAMED = (
    select(CandidacyPerson.id)
    .where(CandidacyPerson.candidacy_id == bindparam("candidacy"), CandidacyPerson.person_id == ME.id)
    .limit(1)
)


def _is_nominee(person: Person, candidacy: Candidacy) -> bool:
    return ask_one(_NAMED, {"me": person.id, "candidacy": candidacy.id}) is not None


_STANDING = fixed(
    conflicts.standing(ME).where(Conflict.candidacy_id.in_(bindparam("numbers", expanding=True))).limit(1)
)


def conflict_facts(person: Person | None, *candidacies: int | None) -> frozenset[Fact]:
    """Return the conflict, if one of this person's stands with any of these candidacies."""
    numbers = [number for number in candidacies if number is not None]
    if person is None or not numbers:
        return frozenset()
    found = ask_one(_STANDING, {"me": person.id, "numbers": numbers})
    return frozenset({Fact.CONFLICT}) if found else frozenset()


def office_facts_of_nomination(person: Person | None, nomination: Nomination) -> frozenset[Fact]:
    """Return what holds of staff and a nomination. One not gathered yet is kept from whoever wrote it or bears its name."""
    if person is None:
        return frozenset()
    facts = awards.facts_of_cycle(person, nomination.cycle) | conflict_facts(person, nomination.candidacy_id)
    if nomination.candidacy_id is None and (nomination.nominator_id == person.id or _named_in(nomination, person)):
        return facts | {Fact.CONFLICT}
    return facts


def _named_in(nomination: Nomination, person: Person) -> bool:
    alike = (Named.name_key == person.sort_name) if person.sort_name else None
    if person.email_key:
        same = func.lower(func.trim(Named.email)) == person.email_key
        alike = same if alike is None else alike | same
    if alike is None:
        return False
    return bool(db.session.scalar(select(Named.id).where(Named.nomination_id == nomination.id, alike).limit(1)))


def facts_of_match(person: Person | None, match: Match) -> frozenset[Fact]:
    """Return what holds of this person and a suggestion, whose first side and cycle are loaded: a conflict with either counts."""
    return awards.facts_of_cycle(person, match.first.cycle) | conflict_facts(person, match.first_id, match.second_id)


def facts_of_conflict(person: Person | None, conflict: Conflict) -> frozenset[Fact]:
    """Return what holds of this person and a conflict, whose candidacy and cycle are loaded: their own, and any they have with it."""
    own = frozenset({Fact.ITS_OWN}) if person is not None and conflict.person_id == person.id else frozenset()
    return awards.facts_of_cycle(person, conflict.candidacy.cycle) | conflict_facts(person, conflict.candidacy_id) | own


def facts_of_import(person: Person | None, upload: Import) -> frozenset[Fact]:
    """Return what holds of this person and an uploaded export."""
    return frozenset({Fact.ITS_OWN}) if person is not None and upload.uploaded_by_id == person.id else frozenset()


def facts_of_import_row(person: Person | None, row: ImportRow) -> frozenset[Fact]:
    """Return what holds of this person and a row of an export, which has become a nomination or not."""
    if row.nomination_id is None:
        return frozenset()
    return conflict_facts(
        person, db.session.scalar(select(Nomination.candidacy_id).where(Nomination.id == row.nomination_id))
    )


def facts_of_roster(_person: Person | None, _roster: Roster) -> frozenset[Fact]:
    """Return what holds of the district's roster: nothing but what holds of the person alone."""
    return frozenset()
