"""Accounts, links and sessions; and corrections to a person's name and address, which the record must know of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, update

from portal import history, mail
from portal.accounts import queries
from portal.accounts.models import Account, Grant, HeldText, Link, Role, Scope, Session
from portal.accounts.rules import new_token, token_hash
from portal.db import db, rows_changed
from portal.errors import N_, Refused
from portal.mail.models import Message
from portal.people import actions as people
from portal.people.rules import address_key, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.people.models import Person

LINKS_AT_MOST, LINKS_WITHIN = (
    5,
    timedelta(minutes=30),
)  # sign-in links that one person is sent, however many are asked for
LINK_GONE = N_("This link has been used or is too old. Ask for a new one: it comes to the same address.")


class Opened(NamedTuple):
    """A new session, and the token that goes into the cookie and nowhere else."""

    session: Session
    token: str


def person_at(address: str, *, at: datetime, language: str = "en", given: str = "", family: str = "") -> Person:
    """Return the person who signs in with this address, made anew where there is none yet."""
    person = person_for(address, at=at, language=language, given=given, family=family)
    db.session.flush()
    return person


def person_for(address: str, *, at: datetime, language: str = "en", given: str = "", family: str = "") -> Person:
    """Return the same; whoever is new gets their number with what the caller adds for them."""
    account = queries.account_at(address)
    if account is not None:
        return account.person
    person = people.make(given=given, family=family, email=address, language=language, at=at)
    db.session.add_all([person, Account(person=person, address=address_key(address) or "")])
    return person


def persons_at(wanted: Mapping[str, Mapping[str, str]], *, at: datetime) -> dict[str, Person]:
    """Return the persons who sign in with these addresses, by `address_key`, made anew where there is none: two queries.

    `wanted` gives the names and the language of those that are new, by the address as typed.
    """
    keys = {address_key(address) or "": address for address in wanted}
    found = {account.address: account.person for account in queries.accounts_at(keys)}
    for key, address in keys.items():
        if key and key not in found:
            found[key] = people.make(email=address, at=at, **wanted[address])
            db.session.add(Account(person=found[key], address=key))
    db.session.flush()
    return found


def let_sign_in(person: Person, *, at: datetime) -> Account:
    """Give a person with an address an account, so that links can sign them in. Raises `Refused` where another has it."""
    account = db.session.scalar(select(Account).where(Account.person_id == person.id))
    if account is None:
        taken = queries.account_at(person.email or "")
        if taken is not None or not person.email_key:
            raise Refused(N_("Somebody else signs in with this address. Give this person an address of their own."))
        account = Account(person_id=person.id, address=person.email_key)
        db.session.add(account)
        history.record("account made", person, at=at)
    return account


def grant(
    person: Person, *, role: Role, scope: Scope = Scope.ORGANISATION, scope_id: int = 0, by: Person | None, at: datetime
) -> None:
    """Give somebody a role; the same role twice is one."""
    held = db.session.scalar(
        select(Grant).where(
            Grant.person_id == person.id, Grant.role == role, Grant.scope == scope, Grant.scope_id == scope_id
        )
    )
    if held is None:
        db.session.add(
            Grant(
                person_id=person.id,
                role=role,
                scope=scope,
                scope_id=scope_id,
                granted_by_id=by.id if by else None,
                granted_at=at,
            )
        )
    else:
        held.ended_at = None
    history.record("role granted", person, by=by, at=at, role=role.value, scope=scope.value, scope_id=scope_id)
    _changed(person, at)


def end_grant(held: Grant, *, by: Person, at: datetime) -> None:
    """Take a role back."""
    held.ended_at = at
    history.record("role ended", db.session.get_one(_person(), held.person_id), by=by, at=at, role=held.role.value)


def _person() -> type[Person]:
    from portal.people.models import Person as Kind  # noqa: PLC0415 - imported for types alone above

    return Kind


def mint_link(
    person: Person,
    *,
    purpose: str,
    next_path: str,
    days: float,
    at: datetime,
    kind: str | None = None,
    number: int | None = None,
) -> str:
    """Make a link for one purpose and return its token, which is kept nowhere."""
    token = new_token()
    db.session.add(
        Link(
            token_hash=token_hash(token),
            person_id=person.id,
            purpose=purpose,
            subject_kind=kind,
            subject_id=number,
            next=next_path,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    )
    return token


def ask_for_link(address: str, *, next_path: str, at: datetime) -> None:
    """Send a sign-in link if somebody signs in with this address. The answer to the asker is the same either way.

    Whoever asks again and again fills nobody's mailbox: the latest few are there, and no older than the shortest link lasts.
    """
    account = queries.account_at(address)
    if account is None:
        return
    sent = select(func.count()).select_from(Message).where(Message.template == "accounts/link")
    lately = sent.where(Message.to_id == account.person.id, Message.posted_at > at - LINKS_WITHIN)
    if (db.session.scalar(lately) or 0) >= LINKS_AT_MOST:
        return
    mail.post("accounts/link", to=account.person, at=at, about=account, link={"purpose": "sign in", "next": next_path})


def open_browser(*, at: datetime, days: int, browser: str) -> Opened:
    """Begin a session without a person, which remembers what is begun in this browser."""
    token = new_token()
    session = Session(
        token_hash=token_hash(token),
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(days=days),
        browser=browser[:200],
    )
    db.session.add(session)
    db.session.flush()
    return Opened(session, token)


def use_link(
    link: Link, *, session: Session | None, at: datetime, lasts: timedelta, browser: str, language: str | None = None
) -> Opened:
    """Use a link up (a person's click, never a scanner's look) and open a session of its person.

    Whoever comes for the first time is written to from then on in the `language` that they read the page in. What was begun in this
    browser stays with it: the old session's row is kept and gets a new token. Raises `Refused` when the link is used up or
    expired, also when two clicks race.
    """
    used = rows_changed(
        update(Link).where(Link.id == link.id, Link.used_at.is_(None), Link.expires_at > at).values(used_at=at)
    )
    if used != 1:
        raise Refused(LINK_GONE)
    person = link.person
    account = db.session.scalar(select(Account).where(Account.person_id == person.id))
    if account is not None and account.confirmed_at is None and link.purpose in {"sign in", "confirm"}:
        account.confirmed_at = at
        if language:
            people.speak(person, language=language)
    token = new_token()
    if session is None or session.person_id not in {None, person.id}:
        session = Session(created_at=at, browser=browser[:200], token_hash="", seen_at=at, expires_at=at)
        db.session.add(session)
    session.token_hash = token_hash(token)
    session.person_id = person.id
    session.guardian = link.purpose == "guardian"
    session.seen_at, session.expires_at = at, at + lasts
    db.session.flush()
    history.record("signed in", person, by=person, at=at, purpose=link.purpose)
    for listener in on_link_used:
        listener(link, session, at)
    return Opened(session, token)


on_link_used: list = []  # type: ignore[type-arg]  # (link, session, at): higher rooms listen, see create_app()


def end_session(session: Session, *, by: Person | None, at: datetime) -> None:
    """End a session: its cookie opens nothing from now on."""
    session.ended_at = at
    if by is not None:
        history.record("signed out", by, by=by, at=at, session=session.id)


def hold(session: Session, *, path: str, fields: list[list[str]], at: datetime) -> HeldText:
    """Keep what was posted without a right to, so that it can be given back after signing in."""
    held = HeldText(session_id=session.id, path=path[:500], fields=fields, held_at=at)
    db.session.add(held)
    db.session.flush()
    return held


on_person_changed: list[Callable[[Person, datetime], object]] = []  # a name, an address or a role: higher rooms listen


def _changed(person: Person, at: datetime) -> None:
    db.session.flush()
    for listener in on_person_changed:
        listener(person, at)


def rename(person: Person, *, given: str, family: str, by: Person | None, at: datetime) -> None:
    """Put a name right. Snapshots keep the name as it was typed."""
    before = person.name
    person.given_name, person.family_name = given.strip(), family.strip()
    person.sort_name = name_key(given, family)
    history.record("renamed", person, by=by, at=at, before=before, after=person.name)
    _changed(person, at)


def mend_address(person: Person, *, email: str | None, by: Person | None, at: datetime) -> None:
    """Correct where a person is written to. What bounced before says nothing of the new address.

    Where they sign in with the old address, they sign in with the new one from now on. Raises `Refused` (field "email")
    where somebody else does.
    """
    before, key = person.email, address_key(email)
    account = queries.account_of(person)
    if account is not None and key is not None and account.address != key and account.address == person.email_key:
        if queries.account_at(key) is not None:
            raise Refused(
                N_("Somebody else signs in with this address. Give this person an address of their own."), field="email"
            )
        account.address, account.confirmed_at = key, None
    person.email = (email or "").strip() or None
    person.email_key = key
    person.bounced_at = person.bounce_reason = None
    history.record("address mended", person, by=by, at=at, before=before, after=person.email)
    _changed(person, at)


# ---------------------------------------------------------------- the office's own


NOT_ONESELF = N_("Nobody changes their own roles. Ask a colleague.")


def add_person(*, given: str, family: str, email: str, by: Person, at: datetime) -> Person:
    """Add somebody who will sign in. Raises `Refused` (field "email") where somebody does with that address already."""
    known = queries.account_at(email)
    if known is not None:
        raise Refused(N_("%(name)s signs in with this address already."), field="email", name=known.person.name)
    person = person_at(email, at=at, given=given, family=family)
    history.record("created", person, by=by, at=at)
    return person


def give_role(
    person: Person, *, role: Role, scope: Scope = Scope.ORGANISATION, scope_id: int = 0, by: Person, at: datetime
) -> None:
    """Give somebody else a role, and an account to use it with. An auditor reads the whole record, so that role has no smaller scope."""
    if person.id == by.id:
        raise Refused(NOT_ONESELF)
    if role is Role.AUDITOR and scope is not Scope.ORGANISATION:
        raise Refused(N_("An auditor is an auditor of the whole organization."), field="scope")
    let_sign_in(person, at=at)
    grant(person, role=role, scope=scope, scope_id=scope_id, by=by, at=at)


def take_role(held: Grant, *, by: Person, at: datetime) -> None:
    """Take a role back from somebody else. Somebody stays on the staff."""
    if held.person_id == by.id:
        raise Refused(NOT_ONESELF)
    last = held.role is Role.STAFF and held.scope is Scope.ORGANISATION and queries.count_staff() <= 1
    if last:
        raise Refused(N_("This is the last of the staff. Give somebody else the role first."))
    end_grant(held, by=by, at=at)


def end_all_sessions(person: Person, *, by: Person, at: datetime) -> int:
    """Sign somebody out everywhere. Returns how many sessions that ended."""
    open_ = queries.sessions_of(person, at=at)
    for session in open_:
        session.ended_at = at
    if open_:
        history.record("session ended", person, by=by, at=at, count=len(open_))
    return len(open_)
