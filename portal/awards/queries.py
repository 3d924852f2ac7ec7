"""The organisation, awards and cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, has_request_context
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.queries import roles_of
from portal.accounts.rules import role_facts
from portal.awards.models import Award, Cycle, CycleStage, Member, MemberRole, MemberState, Organisation, Season
from portal.db import db
from portal.policy import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.people.models import Person


def organisation() -> Organisation | None:
    """Return the organisation, or None before `portal demo` or `portal setup` has made one."""
    return db.session.get(Organisation, 1)


def memberships(person: Person | None) -> Sequence[Member]:
    """Return the committees somebody is on or invited to: one query a request."""
    if person is None:
        return []
    if has_request_context() and g.get("memberships_of") == person.id:
        return g.memberships  # type: ignore[no-any-return]
    wanted = select(Member).where(Member.person_id == person.id, Member.state != MemberState.REMOVED)
    found = db.session.scalars(wanted).all()
    if has_request_context():
        g.memberships_of, g.memberships = person.id, found
    return found


def facts_about(person: Person | None) -> frozenset[Fact]:
    """Return what committees say of the person alone."""
    facts = set()
    for member in memberships(person):
        if member.state is MemberState.ACCEPTED:
            facts.add(Fact.REVIEWS)
            if member.role is MemberRole.CHAIR:
                facts.add(Fact.CHAIRS)
    return frozenset(facts)


def facts_of_award(person: Person | None, award: Award) -> frozenset[Fact]:
    """Return what holds of this person and an award."""
    return role_facts(roles_of(person), award.id) | frozenset({Fact.PUBLIC})


def facts_of_cycle(person: Person | None, cycle: Cycle) -> frozenset[Fact]:
    """Return what holds of this person and a cycle: roles, committee, and whether it is being deliberated or released."""
    facts = set(role_facts(roles_of(person), cycle.award_id))
    for member in memberships(person):
        if member.cycle_id == cycle.id:
            if member.state is MemberState.ACCEPTED:
                facts.add(Fact.MEMBER_OF_IT)
                if member.role is MemberRole.CHAIR:
                    facts.add(Fact.CHAIR_OF_IT)
            elif member.state is MemberState.INVITED:
                facts.add(Fact.INVITED)
    if cycle.stage in {CycleStage.RELEASED, CycleStage.ARCHIVED}:
        facts.add(Fact.RELEASED)
    return frozenset(facts)


def award_by_slug(slug: str) -> Award | None:
    """Return the award at this address."""
    return db.session.scalar(select(Award).where(Award.slug == slug))


def cycle_at(slug: str, year: int) -> Cycle | None:
    """Return one year of an award, the award and season with it."""
    wanted = (
        select(Cycle)
        .join(Cycle.award)
        .join(Cycle.season)
        .options(contains_eager(Cycle.award), contains_eager(Cycle.season), joinedload(Cycle.question_set), joinedload(Cycle.rubric), joinedload(Cycle.fund))
        .where(Award.slug == slug, Season.year == year)
    )
    return db.session.scalar(wanted)
