"""Who is looking, and what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, has_request_context
from sqlalchemy import Select, bindparam, false, func, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, Grant, HeldText, Link, Role, Scope, Session
from portal.accounts.rules import role_facts, token_hash
from portal.db import ask, db
from portal.people.models import Person
from portal.people.rules import address_key, fold
from portal.policy import Fact
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime


# Asked by every request of somebody signed in: put together once.
_SESSION = select(Session).options(joinedload(Session.person)).where(Session.token_hash == bindparam("hash"))
_ACCOUNT = (
    select(Account)
    .options(joinedload(Account.person))
    .where(Account.address == bindparam("address"), Account.ended_at.is_(None))
)
_ROLES = select(Grant.role, Grant.scope, Grant.scope_id).where(
    Grant.person_id == bindparam("person"), Grant.ended_at.is_(None)
)


def open_session(token: str, *, at: datetime) -> Session | None:
    """Return the browser's session while it lasts, its person with it."""
    found = db.session.scalar(_SESSION, {"hash": token_hash(token)})
    return found if found and found.ended_at is None and found.expires_at > at else None


def sessions_of(person: Person, *, at: datetime) -> Sequence[Session]:
    """Return the person's open sessions, the last used first."""
    wanted = select(Session).where(Session.person_id == person.id, Session.ended_at.is_(None), Session.expires_at > at)
    return db.session.scalars(wanted.order_by(Session.seen_at.desc())).all()


def session_by_id(session_id: int) -> Session | None:
    """Return one session."""
    return db.session.get(Session, session_id)


def account_at(address: str) -> Account | None:
    """Return the account that signs in with this address, its person with it."""
    return db.session.scalar(_ACCOUNT, {"address": address_key(address)})


def accounts_at(addresses: Collection[str]) -> Sequence[Account]:
    """Return the accounts that sign in with any of these addresses (`address_key`), their persons with them."""
    wanted = (
        select(Account)
        .options(joinedload(Account.person))
        .where(Account.address.in_(addresses), Account.ended_at.is_(None))
    )
    return db.session.scalars(wanted).all()


def link_by_token(token: str) -> Link | None:
    """Return the link, used or not, its person with it."""
    return db.session.scalar(select(Link).options(joinedload(Link.person)).where(Link.token_hash == token_hash(token)))


def roles_of(person: Person | None) -> list[tuple[str, str, int]]:
    """Return (role, scope, scope id) as held now: one query a request."""
    if person is None:
        return []
    if has_request_context() and g.get("roles_of") == person.id:
        return g.roles  # type: ignore[no-any-return] # what Flask's g holds has no type
    held = ask(_ROLES, {"person": person.id})
    roles = [(role.value, scope.value, number) for role, scope, number in held]
    if has_request_context():
        g.roles_of, g.roles = person.id, roles
    return roles


def facts_about(person: Person | None) -> frozenset[Fact]:
    """Return what holds of this person alone (committees are answered by `awards`)."""
    facts: set[Fact] = set()
    if has_request_context() and viewer.visit() is not None:
        facts.add(Fact.HERE)
    if person is not None:
        guardian = has_request_context() and viewer.visit() is not None and viewer.visit().guardian
        if not guardian:
            facts.add(Fact.SIGNED_IN)
            facts |= role_facts(roles_of(person))
    if has_request_context() and g.get("organisation") is not None and g.organisation.demonstration:
        facts.add(Fact.DEMONSTRATION)
    return frozenset(facts)


def facts_of_session(person: Person | None, session: Session) -> frozenset[Fact]:
    """Return what holds of this person and a session: it is their own."""
    return frozenset({Fact.ITS_OWN}) if person is not None and session.person_id == person.id else frozenset()


def facts_of_held(_person: Person | None, held: HeldText) -> frozenset[Fact]:
    """Return what holds of a kept text: it was written in this browser, or it is not found at all."""
    visit = viewer.visit()
    return frozenset({Fact.WRITTEN_HERE}) if visit is not None and held.session_id == visit.id else frozenset()


def holders(role: Role, *, award_id: int | None = None) -> Sequence[Person]:
    """Return who holds a role for the organisation or for this award: to name who can be asked."""
    reach = Grant.scope == Scope.ORGANISATION
    if award_id is not None:
        reach = or_(reach, (Grant.scope == Scope.AWARD) & (Grant.scope_id == award_id))
    wanted = (
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.role == role, Grant.ended_at.is_(None), reach)
    )
    return db.session.scalars(wanted.distinct().order_by(Person.id)).all()


def held(number: int, *, session: Session) -> HeldText | None:
    """Return a kept text of this browser alone."""
    return db.session.scalar(select(HeldText).where(HeldText.id == number, HeldText.session_id == session.id))


# ---------------------------------------------------------------- people, for the office


# Higher rooms say what a role can be given for, beside the whole organisation: (number, words) of every award.
scopes_of: list[Callable[[], list[tuple[int, str]]]] = []


def scopes() -> list[tuple[int, str]]:
    """Return what a role can be given for, beside the whole organisation: each award's number and name."""
    return scopes_of[0]() if scopes_of else []


def people(shown: str, words: str = "") -> Select[Any]:
    """Select people by name: those with a role ("office"), those no message reaches ("unreached"), or everyone."""
    wanted = select(Person).order_by(Person.sort_name, Person.id)
    if shown == "office":
        wanted = wanted.where(Person.id.in_(select(Grant.person_id).where(Grant.ended_at.is_(None))))
    elif shown == "unreached":
        wanted = wanted.where(Person.bounced_at.is_not(None))
    for word in words.split():
        key, address = fold(word), word.casefold()
        named = Person.sort_name.contains(key, autoescape=True) if key else false()
        wanted = wanted.where(or_(named, Person.email_key.contains(address, autoescape=True)))
    return wanted


def count_people(shown: str) -> int:
    """Return how many people a view of the list holds."""
    return db.session.scalar(select(func.count()).select_from(people(shown).order_by(None).subquery())) or 0


def person_by_id(number: int) -> Person | None:
    """Return one person."""
    return db.session.get(Person, number)


def grants_of(persons: Iterable[Person]) -> dict[int, list[Grant]]:
    """Return the roles that these people hold now, by the person's number: one query."""
    numbers = [person.id for person in persons]
    found: dict[int, list[Grant]] = {}
    if numbers:
        wanted = select(Grant).where(Grant.person_id.in_(numbers), Grant.ended_at.is_(None)).order_by(Grant.id)
        for grant in db.session.scalars(wanted):
            found.setdefault(grant.person_id, []).append(grant)
    return found


def account_of(person: Person) -> Account | None:
    """Return the account that this person signs in with."""
    return db.session.scalar(select(Account).where(Account.person_id == person.id))


def count_staff() -> int:
    """Return how many people are staff of the whole organisation."""
    wanted = select(func.count()).where(
        Grant.role == Role.STAFF, Grant.scope == Scope.ORGANISATION, Grant.ended_at.is_(None)
    )
    return db.session.scalar(wanted) or 0
