"""Committees: inviting, answering, who leads, who leaves, and writing to whoever has not answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history, mail
from portal.accounts import actions as accounts
from portal.awards import queries
from portal.awards.models import Cycle, Member, MemberRole
from portal.awards.rules import MEMBER, CycleStage, MemberState, MemberStep
from portal.db import db
from portal.errors import N_, Refused
from portal.funds import queries as funds
from portal.people.rules import name_key
from portal.schools import actions as schools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from portal.people.models import Person

# Higher rooms listen; connected in portal/listeners.py.
# Raises `Refused` when this person may not sit on this cycle's committee.
may_serve: list[Callable[[Cycle, Person], None]] = []
on_member_invited: list[Callable[[Person, datetime], object]] = []  # conflicts are looked for from then on
on_member_said: list[Callable[[Person, datetime], object]] = []  # they named family: that is a fact like any other
on_member_left: list[Callable[[Member, datetime], None]] = []  # declined after accepting, or removed


def invite_member(
    cycle: Cycle,
    *,
    email: str,
    given: str = "",
    family: str = "",
    role: MemberRole = MemberRole.REVIEWER,
    donor_related: bool = False,
    by: Person,
    at: datetime,
) -> Member:
    """Invite somebody to a cycle's committee, with a message that carries a link.

    Raises `Refused` where they may not serve in it (they nominated, or wrote a letter), are on it already, or where
    somebody of another name signs in with that address.
    """
    person = accounts.person_at(email, at=at, given=given, family=family)
    typed = name_key(given, family)
    if typed and person.sort_name and typed != person.sort_name:
        raise Refused(
            N_("%(name)s signs in with this address. Write that name, or give another address."),
            field="email",
            name=person.name,
        )
    if typed and not person.sort_name:
        accounts.rename(person, given=given, family=family, by=by, at=at)
    return appoint(cycle, person, role=role, donor_related=donor_related, by=by, at=at)


def appoint(
    cycle: Cycle,
    person: Person,
    *,
    role: MemberRole = MemberRole.REVIEWER,
    donor_related: bool = False,
    by: Person,
    at: datetime,
) -> Member:
    """Invite a person the portal knows. See `invite_member`."""
    if cycle.stage in {CycleStage.DECIDED, CycleStage.RELEASED, CycleStage.ARCHIVED}:
        raise Refused(N_("This cycle is decided; its committee is closed."))
    for check in may_serve:
        check(cycle, person)
    donor_related = donor_related or funds.gave_to(person, cycle.fund_id)
    member = queries.member_of(cycle, person)
    if member is None:
        member = Member(cycle_id=cycle.id, person_id=person.id, invited_at=at)
        db.session.add(member)
    elif member.state in {MemberState.INVITED, MemberState.ACCEPTED}:
        raise Refused(N_("%(name)s is on this committee already."), field="email", name=person.name)
    else:
        member.state = MEMBER.advance(member.state, MemberStep.INVITE_AGAIN)
        member.invited_at, member.answered_at, member.rules_agreed_at, member.declared_at, member.capacity = (
            at,
            None,
            None,
            None,
            None,
        )
    member.role, member.donor_related, member.appointed_by_id = MemberRole.REVIEWER, donor_related, by.id
    db.session.flush()
    if role is MemberRole.CHAIR:
        set_chair(member, by=by, at=at)
    history.record("invited", member, by=by, at=at, person=person.id, role=role.value)
    _send_invitation(member, cycle, person, at=at)
    for listener in on_member_invited:
        listener(person, at)
    return member


def _send_invitation(member: Member, cycle: Cycle, person: Person, *, at: datetime, key: str | None = None) -> None:
    mail.post(
        "awards/invitation",
        to=person,
        at=at,
        about=member,
        link={"purpose": "invitation", "next": f"/committees/{member.id}", "kind": "member", "id": member.id},
        key=key,
        award=cycle.award.name,
        year=cycle.year,
        chair=member.role is MemberRole.CHAIR,
        reads=cycle.reads,
        scoring_opens_at=cycle.scoring_opens_at.isoformat() if cycle.scoring_opens_at else None,
        scoring_closes_at=cycle.scoring_closes_at.isoformat() if cycle.scoring_closes_at else None,
    )


def answer_invitation(
    member: Member, *, accept: bool, at: datetime, capacity: int | None = None, agreed: bool = False
) -> None:
    """Take somebody's own answer to an invitation. Accepting needs a number of readings and the rules agreed to.

    `member` needs its person and cycle loaded. Raises `Refused` with the field ("capacity", "agreed") it belongs beside.
    """
    person = member.person
    if not accept:
        was = member.state
        member.state = MEMBER.advance(was, MemberStep.DECLINE)
        member.answered_at = at
        history.record("declined", member, by=person, at=at)
        mail.cancel(member)
        if was is MemberState.ACCEPTED:
            _left(member, at)
        return
    if member.state is MemberState.INVITED:
        for check in may_serve:
            check(member.cycle, person)
    if not agreed:
        raise Refused(N_("Agree to the rules, or decline."), field="agreed")
    if capacity is None or capacity < 1:
        raise Refused(N_("Say how many you can read: a number, 1 or more."), field="capacity")
    member.state = MEMBER.advance(member.state, MemberStep.ACCEPT)
    member.capacity, member.rules_agreed_at, member.answered_at = capacity, at, at
    history.record("accepted", member, by=person, at=at, capacity=capacity)


MOST_SAID = 12  # languages, fields or names that one member can name


def say_more(
    member: Member,
    *,
    languages: Sequence[str] = (),
    expertise: Sequence[str] = (),
    family: Sequence[str] = (),
    places: Iterable[tuple[int, date | None]] = (),
    at: datetime,
) -> None:
    """Note what a member says of themself: languages, what they know well, close family and household, schools and until when.

    Names of family are looked for among those nominated and shown to nobody else. `member` needs its person loaded.
    """
    said = {"languages": languages, "expertise": expertise, "family": family}
    clean = {
        name: [str(one).strip()[:200] for one in given if str(one).strip()][:MOST_SAID] for name, given in said.items()
    }
    new = schools.note_places(member.person_id, places)
    if not new and all((getattr(member, name) or []) == given for name, given in clean.items()):
        return
    for name, given in clean.items():
        setattr(member, name, given)
    db.session.flush()
    history.record(
        "said more",
        member,
        by=member.person,
        at=at,
        languages=clean["languages"],
        family=len(clean["family"]),
        schools=new,
    )
    for listener in on_member_said:
        listener(member.person, at)


def change_capacity(member: Member, *, capacity: int, by: Person, at: datetime) -> None:
    """Note how many a member can read, by their own word or on the telephone."""
    if capacity < 0:
        raise Refused(N_("Say how many: a number, 0 or more."), field="capacity")
    history.record("capacity changed", member, by=by, at=at, before=member.capacity, after=capacity)
    member.capacity = capacity


def remove_member(member: Member, *, by: Person, at: datetime, reason: str = "") -> None:
    """Take somebody off a committee. What they submitted stays on the record."""
    was = member.state
    member.state = MEMBER.advance(was, MemberStep.REMOVE)
    member.role = MemberRole.REVIEWER
    history.record("removed", member, by=by, at=at, reason=reason.strip() or None)
    mail.cancel(member)
    if was is MemberState.ACCEPTED:
        _left(member, at)


def _left(member: Member, at: datetime) -> None:
    db.session.flush()
    for listener in on_member_left:
        listener(member, at)


def set_chair(member: Member, *, by: Person, at: datetime) -> None:
    """Make a member the chair; whoever was it before is a reviewer from now on."""
    if member.state not in {MemberState.INVITED, MemberState.ACCEPTED}:
        raise Refused(MEMBER.refusal, state=member.state.value)
    db.session.execute(
        update(Member)
        .where(Member.cycle_id == member.cycle_id, Member.role == MemberRole.CHAIR, Member.id != member.id)
        .values(role=MemberRole.REVIEWER)
    )
    member.role = MemberRole.CHAIR
    history.record("made chair", member, by=by, at=at)


def send_again(member: Member, *, by: Person, at: datetime) -> bool:
    """Send an unanswered invitation again, to an address that was mended. Returns whether a message was posted."""
    if member.state is not MemberState.INVITED:
        return False
    mail.cancel(member)
    _send_invitation(member, member.cycle, member.person, at=at)
    history.record("invited again", member, by=by, at=at)
    return True


def remind(member: Member, *, by: Person | None, at: datetime) -> bool:
    """Remind somebody of an invitation they have not answered, at most once a day. Returns whether a message was posted.

    `by` is None where the portal does so by itself.
    """
    if member.state is not MemberState.INVITED:
        return False
    cycle = member.cycle
    posted = mail.post(
        "awards/invitation_again",
        to=member.person,
        at=at,
        about=member,
        link={"purpose": "invitation", "next": f"/committees/{member.id}", "kind": "member", "id": member.id},
        key=f"invitation {member.id} {at.date().isoformat()}",
        award=cycle.award.name,
        year=cycle.year,
    )
    if posted is not None:
        history.record("reminded", member, by=by, at=at)
    return posted is not None
