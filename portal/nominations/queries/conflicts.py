"""Who must not touch what. Every list of candidacies is narrowed by `untouched_by_conflict`, whoever looks at it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from flask import g, has_request_context
from sqlalchemy import BigInteger, Select, bindparam, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.accounts.models import Grant, Role, Scope
from portal.awards.models import Cycle, Member, MemberRole
from portal.awards.rules import MemberState
from portal.db import ME, ask_one, db, writes_now
from portal.nominations.models import Candidacy, Conflict, Kind, Nomination, Sitting
from portal.nominations.rules import STANDS, ConflictState
from portal.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement

Any_Select = TypeVar("Any_Select", bound=Select[*tuple[Any, ...]])


def standing(person: Person) -> Select[int]:
    """Select the numbers of the candidacies that this person may not touch: a conflict stands, or holds until it is decided."""
    return select(Conflict.candidacy_id).where(Conflict.person_id == person.id, Conflict.state.in_(STANDS))


_STANDS = standing(ME).where(Conflict.candidacy_id == bindparam("candidacy")).limit(1)
VIEWER = bindparam("viewer", type_=BigInteger)  # a person's number, 0 for nobody, in statements that are made once


@cache
def standing_of_viewer() -> Select[int]:
    """Select the same for whoever `viewer` is when the statement is run."""
    return select(Conflict.candidacy_id).where(Conflict.person_id == VIEWER, Conflict.state.in_(STANDS))


def untouched_by_conflict(wanted: Any_Select, person: Person | None) -> Any_Select:
    """Narrow a select of candidacies to those that no conflict of this person's keeps them from."""
    return wanted.where(Candidacy.id.not_in(standing(person))) if person is not None else wanted


def stands(person: Person | None, candidacy_id: int) -> bool:
    """Say whether a conflict of this person's with this candidacy stands or holds."""
    if person is None:
        return False
    return bool(ask_one(_STANDS, {"me": person.id, "candidacy": candidacy_id}))


def any_in(person: Person | None, cycle_id: int) -> bool:
    """Say whether a conflict of this person's with any candidacy of a cycle stands or holds: asked once for a page that is only read."""
    if person is None:
        return False
    if writes_now() or not has_request_context():
        return bool(ask_one(_any_in(), {"me": person.id, "cycle": cycle_id}))
    known: dict[tuple[int, int], bool] = g.setdefault("any_conflict_in", {})
    if (person.id, cycle_id) not in known:
        known[person.id, cycle_id] = bool(ask_one(_any_in(), {"me": person.id, "cycle": cycle_id}))
    return known[person.id, cycle_id]


@cache
def _any_in() -> Select[int]:
    wanted = standing(ME).join(Candidacy, Candidacy.id == Conflict.candidacy_id)
    return wanted.where(Candidacy.cycle_id == bindparam("cycle")).limit(1)


def surely_wrote() -> ColumnElement[bool]:
    """Return the condition on a nomination and its sitting that its nominator wrote it: confirmed by mail, or found so by a person."""
    decided = (
        select(Conflict.id)
        .where(Conflict.candidacy_id == Nomination.candidacy_id, Conflict.person_id == Nomination.nominator_id)
        .where(Conflict.kind == Kind.UNCONFIRMED, Conflict.state == ConflictState.CONFIRMED)
    )
    return Sitting.confirmed_at.is_not(None) | decided.exists()


def to_decide() -> ColumnElement[bool]:
    """Return the condition on a conflict that somebody has to decide on it: suggested, or said by its person to be a mistake."""
    return (Conflict.state == ConflictState.SUGGESTED) | (
        (Conflict.state == ConflictState.CONFIRMED) & Conflict.asked_at.is_not(None)
    )


def of_candidacy(candidacy: Candidacy) -> Sequence[Conflict]:
    """Return every conflict with this candidacy, decided or not, its person with it."""
    wanted = select(Conflict).options(joinedload(Conflict.person)).where(Conflict.candidacy_id == candidacy.id)
    return db.session.scalars(wanted.order_by(Conflict.raised_at, Conflict.id)).all()


def of_cycle(cycle: Cycle, person: Person | None, *, decided: bool | None = None) -> Select[Conflict]:
    """Select the conflicts of a cycle that `person` may know of: none with candidacies they have a conflict with themself."""
    wanted = (
        select(Conflict)
        .join(Candidacy, Candidacy.id == Conflict.candidacy_id)
        .options(joinedload(Conflict.person), contains_eager(Conflict.candidacy))
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None))
        .order_by(Conflict.raised_at.desc(), Conflict.id.desc())
    )
    if decided is not None:
        wanted = wanted.where(~to_decide() if decided else to_decide())
    return untouched_by_conflict(wanted, person)


def every(cycle: Cycle, person: Person | None) -> Sequence[Conflict]:
    """Return all of them, for a file."""
    return db.session.scalars(of_cycle(cycle, person)).all()


def counts(cycle: Cycle, person: Person | None) -> tuple[int, int]:
    """Return how many of a cycle's conflicts are to decide, and how many are decided."""
    wanted = (
        select(func.sum(case((to_decide(), 1), else_=0)), func.count())
        .select_from(Conflict)
        .join(Candidacy, Candidacy.id == Conflict.candidacy_id)
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None))
    )
    waiting, every_one = db.session.execute(untouched_by_conflict(wanted, person)).one()
    return int(waiting or 0), every_one - int(waiting or 0)


def chosen(cycle: Cycle, numbers: Collection[int], person: Person | None) -> Sequence[Conflict]:
    """Return those of these conflicts that are of this cycle and that `person` may know of."""
    return db.session.scalars(of_cycle(cycle, person).where(Conflict.id.in_(numbers))).all() if numbers else []


def deciders(found: Iterable[Conflict]) -> dict[int, str]:
    """Return the names of those who decided, by number."""
    numbers = {conflict.decided_by_id for conflict in found if conflict.decided_by_id is not None}
    if not numbers:
        return {}
    return {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(numbers)))}


def people_concerned(cycle: Cycle) -> Sequence[Person]:
    """Return everybody whose conflicts matter in a cycle, by name."""
    return db.session.scalars(concerned(cycle)).all()


def who_else(conflict: Conflict, person: Person | None) -> list[str]:
    """Return the names of others who may decide on a conflict: the office and the chair, whoever has no conflict there themself."""
    cycle = conflict.candidacy.cycle
    reaches = (Grant.scope == Scope.ORGANISATION) | ((Grant.scope == Scope.AWARD) & (Grant.scope_id == cycle.award_id))
    staff = select(Grant.person_id).where(Grant.role == Role.STAFF, Grant.ended_at.is_(None), reaches)
    chairs = select(Member.person_id).where(
        Member.cycle_id == cycle.id, Member.role == MemberRole.CHAIR, Member.state == MemberState.ACCEPTED
    )
    hindered = select(Conflict.person_id).where(
        Conflict.candidacy_id == conflict.candidacy_id, Conflict.state.in_(STANDS)
    )
    wanted = select(Person).where(
        Person.id.in_(staff) | Person.id.in_(chairs), Person.id.not_in(hindered), Person.id != conflict.person_id
    )
    return [
        one.name
        for one in db.session.scalars(wanted.order_by(Person.sort_name))
        if person is None or one.id != person.id
    ]


def by_id(number: int) -> Conflict | None:
    """Return a conflict, its candidacy, cycle and person with it."""
    wanted = select(Conflict).options(
        joinedload(Conflict.candidacy).joinedload(Candidacy.cycle), joinedload(Conflict.person)
    )
    return db.session.scalar(wanted.where(Conflict.id == number))


def concerned(cycle: Cycle) -> Select[Person]:
    """Select everybody whose conflicts with candidacies of this cycle matter: its committee, and whoever holds a role that reaches it."""
    members = select(Member.person_id).where(
        Member.cycle_id == cycle.id, Member.state.in_({MemberState.INVITED, MemberState.ACCEPTED})
    )
    reaches = (Grant.scope == Scope.ORGANISATION) | ((Grant.scope == Scope.AWARD) & (Grant.scope_id == cycle.award_id))
    holders = select(Grant.person_id).where(Grant.ended_at.is_(None), reaches)
    return select(Person).where(Person.id.in_(members) | Person.id.in_(holders)).order_by(Person.sort_name, Person.id)
