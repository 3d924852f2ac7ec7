"""Forms that came on paper: which wait for what, and who may compare them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload

from portal.accounts import queries as accounts
from portal.accounts.models import Role
from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Season
from portal.db import db
from portal.nominations.models import Nomination, Paper
from portal.nominations.queries.facts import conflict_facts
from portal.nominations.rules.papers import PaperState
from portal.people.models import Person
from portal.people.rules import address_key, name_key
from portal.policy import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence


def at(slug: str, year: int, number: int) -> Paper | None:
    """Return one form of a cycle, with whoever took it in, typed it and compared it, and what became of it."""
    wanted = (
        select(Paper)
        .join(Cycle, Cycle.id == Paper.cycle_id)
        .join(Award, Award.id == Cycle.award_id)
        .join(Season, Season.id == Cycle.season_id)
        .options(
            joinedload(Paper.cycle, innerjoin=True).joinedload(Cycle.question_set),
            joinedload(Paper.taken_by, innerjoin=True),
            joinedload(Paper.typed_by),
            joinedload(Paper.checked_by),
            joinedload(Paper.nomination),
        )
        .where(Award.slug == slug, Season.year == year, Paper.id == number)
    )
    return db.session.scalar(wanted)


def once(word: str) -> Paper | None:
    """Return what was taken in on one page, however often its button was pressed."""
    return db.session.scalar(select(Paper).where(Paper.once == word))


def of_cycle(cycle: Cycle) -> Select[Paper, Person, str]:
    """Select a cycle's forms, those that wait first, each with who typed it. A list names nobody who is nominated."""
    done = Paper.state.in_([PaperState.COUNTED, PaperState.SET_ASIDE])
    typist = aliased(Person)
    return (
        select(Paper, typist, Nomination.reference)
        .outerjoin(typist, typist.id == Paper.typed_by_id)
        .outerjoin(Nomination, Nomination.id == Paper.nomination_id)
        .where(Paper.cycle_id == cycle.id)
        .order_by(done, Paper.received_at, Paper.id)
    )


def every_of_cycle(cycle: Cycle) -> Sequence[Any]:
    """Return all of them, for a file."""
    return db.session.execute(of_cycle(cycle)).all()


def waiting(cycle: Cycle) -> int:
    """Return how many forms of a cycle wait to be typed in or compared."""
    over = (PaperState.COUNTED, PaperState.SET_ASIDE)
    return int(db.session.scalar(select(func.count()).where(Paper.cycle_id == cycle.id, Paper.state.not_in(over))) or 0)


def second_people(paper: Paper) -> Sequence[Person]:
    """Return who may compare a form with what was typed: staff of its award, but for whoever typed it."""
    found = accounts.holders(Role.STAFF, award_id=paper.cycle.award_id)
    return [person for person in found if person.id != paper.typed_by_id]


def facts_of_paper(person: Person | None, paper: Paper) -> frozenset[Fact]:
    """Return what holds of this person and a form: kept from whoever it names or wrote it, and from a conflict once it counts."""
    facts = awards.facts_of_cycle(person, paper.cycle)
    if person is None:
        return facts
    if paper.nomination is not None:
        facts |= conflict_facts(person, paper.nomination.candidacy_id)
    return facts | {Fact.CONFLICT} if _names(paper.told or {}, person) else facts


def _names(told: dict[str, Any], person: Person) -> bool:
    people = told.get("people") or []
    addresses = {address_key(told.get("email") or ""), *(address_key(one.get("email") or "") for one in people)}
    names = {name_key(one.get("given") or "", one.get("family") or "") for one in people}
    return (person.email_key is not None and person.email_key in addresses) or bool(
        person.sort_name and person.sort_name in names
    )
