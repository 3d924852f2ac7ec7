"""Who must not touch what. Every list of candidacies is narrowed by `untouched_by_conflict`, whoever looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Grant, Scope
from portal.awards.models import Cycle, Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.nominations.models import Candidacy, Conflict
from portal.nominations.rules import STANDS
from portal.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Sequence

Any_Select = TypeVar("Any_Select", bound=Select[Any])


def standing(person: Person) -> Select[int]:
    """Select the numbers of the candidacies that this person may not touch: a conflict stands, or holds until it is decided."""
    return select(Conflict.candidacy_id).where(Conflict.person_id == person.id, Conflict.state.in_(STANDS))


def untouched_by_conflict(wanted: Any_Select, person: Person | None) -> Any_Select:
    """Narrow a select of candidacies to those that no conflict of this person's keeps them from."""
    return wanted.where(Candidacy.id.not_in(standing(person))) if person is not None else wanted


def stands(person: Person | None, candidacy_id: int) -> bool:
    """Say whether a conflict of this person's with this candidacy stands or holds."""
    if person is None:
        return False
    return bool(db.session.scalar(standing(person).where(Conflict.candidacy_id == candidacy_id).limit(1)))


def of_candidacy(candidacy: Candidacy) -> Sequence[Conflict]:
    """Return every conflict with this candidacy, decided or not, its person with it."""
    wanted = select(Conflict).options(joinedload(Conflict.person)).where(Conflict.candidacy_id == candidacy.id)
    return db.session.scalars(wanted.order_by(Conflict.raised_at, Conflict.id)).all()


def of_cycle(cycle: Cycle, person: Person | None) -> Select[Conflict]:
    """Select the conflicts of a cycle that `person` may know of: none of candidacies they have a conflict with themself."""
    wanted = (
        select(Conflict)
        .join(Conflict.candidacy)
        .options(joinedload(Conflict.person), joinedload(Conflict.candidacy))
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None))
        .order_by(Conflict.raised_at.desc(), Conflict.id.desc())
    )
    return untouched_by_conflict(wanted, person)


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
