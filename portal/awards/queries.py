"""The organisation, awards and cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import g, has_request_context
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.accounts.queries import roles_of
from portal.accounts.rules import role_facts
from portal.awards.models import Award, Cycle, Extension, Firewall, Member, MemberRole, Organisation, Season
from portal.awards.rules import CycleStage, MemberState
from portal.awards.rules import in_time as arrives_in_time
from portal.db import ask, db, fixed, writes_now
from portal.people.models import Person
from portal.policy import Fact
from portal.questions.models import Question
from portal.web import cache
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Select


def organisation() -> Organisation | None:
    """Return the organisation, or None before `portal demo` or `portal setup` has made one."""
    return db.session.get(Organisation, 1)


# Asked by every request of somebody signed in, and by every page of a nomination: put together once.
_MEMBERSHIPS = fixed(
    select(Member.cycle_id, Member.state, Member.role, Member.declared_at).where(
        Member.person_id == bindparam("person"), Member.state != MemberState.REMOVED
    )
)
_OPEN = (
    select(Cycle)
    .join(Cycle.award)
    .options(contains_eager(Cycle.award))
    .where(Cycle.stage == CycleStage.OPEN, Award.retired_at.is_(None))
    .order_by(Award.position, Award.id)
)
_AT = (
    select(Cycle)
    .join(Cycle.award)
    .join(Cycle.season)
    .options(
        contains_eager(Cycle.award),
        contains_eager(Cycle.season),
        joinedload(Cycle.question_set),
        joinedload(Cycle.rubric),
        joinedload(Cycle.fund),
    )
    .where(Award.slug == bindparam("slug"), Season.year == bindparam("year"))
)
_EXTENDED = select(Extension).where(Extension.person_id.is_not(None))
_EXTENSIONS = (
    select(Extension.cycle_id, func.max(Extension.until))
    .where(
        Extension.cycle_id.in_(bindparam("cycles", expanding=True)),
        Extension.person_id == bindparam("person"),
        Extension.granted_at <= bindparam("at"),
    )
    .group_by(Extension.cycle_id)
)


class Membership(NamedTuple):
    """What the policy asks of somebody's place on a committee."""

    cycle_id: int
    state: MemberState
    role: MemberRole
    declared_at: datetime | None


def memberships(person: Person | None) -> Sequence[Membership]:
    """Return the committees somebody is on or invited to: one query a request."""
    if person is None:
        return []
    if has_request_context() and g.get("memberships_of") == person.id:
        return g.memberships  # type: ignore[no-any-return] # what Flask's g holds has no type
    found = [Membership(*row) for row in ask(_MEMBERSHIPS, {"person": person.id})]
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
                if member.declared_at is not None:
                    facts.add(Fact.DECLARED)
                if member.role is MemberRole.CHAIR:
                    facts.add(Fact.CHAIR_OF_IT)
            elif member.state is MemberState.INVITED:
                facts.add(Fact.INVITED)
    if cycle.stage in {CycleStage.RELEASED, CycleStage.ARCHIVED}:
        facts.add(Fact.RELEASED)
    return frozenset(facts)


def facts_of_member(person: Person | None, member: Member) -> frozenset[Fact]:
    """Return what holds of this person and a place on a committee: invited and member are only said of its own person."""
    facts = facts_of_cycle(person, member.cycle)
    if person is not None and member.person_id == person.id:
        return facts | {Fact.ITS_OWN}
    return facts - {Fact.INVITED, Fact.MEMBER_OF_IT, Fact.DECLARED}


def is_called(name: str) -> bool:
    """Say whether an award that is given has this name already, in any language: two of one name cannot be told apart."""
    sought = name.casefold()
    names = db.session.scalars(select(Award.name).where(Award.retired_at.is_(None)))
    return any(sought == words.casefold() for said in names for words in said.values())


def award_by_slug(slug: str) -> Award | None:
    """Return the award at this address."""
    return db.session.scalar(select(Award).where(Award.slug == slug))


def cycle_at(slug: str, year: int) -> Cycle | None:
    """Return one year of an award, the award and season with it. On a page that is only read, a kept one: it is not changed."""
    asked = {"slug": slug, "year": year}
    if writes_now():
        return db.session.scalar(_AT, asked)
    return cache.kept(f"cycle {slug} {year}", lambda: db.session.scalar(_AT, asked))


# ---------------------------------------------------------------- time


def zone() -> str:
    """Return the organisation's time zone by its name."""
    found = g.get("organisation") if has_request_context() else None
    found = found or organisation()
    return found.zone if found else Organisation.zone.default.arg


def deadlines(cycles: Iterable[Cycle], person: Person | None, at: datetime) -> dict[int, datetime]:
    """Return each cycle's closing instant for this person as it is at `at`, by the cycle's number, without grace: at most one query."""
    known = {cycle.id: cycle.closes_at for cycle in cycles}
    return known if person is None or not known else _extended(known, person.id, at)


def _extended(known: dict[int, datetime], person_id: int, at: datetime) -> dict[int, datetime]:
    if not writes_now():
        for one in _extensions_of(person_id):
            if one.cycle_id in known and one.granted_at <= at:
                known[one.cycle_id] = max(known[one.cycle_id], one.until)
        return known
    for number, until in ask(_EXTENSIONS, {"cycles": list(known), "person": person_id, "at": at}):
        known[number] = max(known[number], until)
    return known


def _extensions_of(person_id: int) -> Sequence[Extension]:
    """Return the later deadlines given to one person, kept."""
    given = cache.kept("extensions", lambda: _by_person(db.session.scalars(_EXTENDED).all()))
    return given.get(person_id, ())


def kept_open_for(person_id: int, at: datetime) -> set[int]:
    """Return the numbers of the cycles that are kept open for one person beyond `at`."""
    return {one.cycle_id for one in _extensions_of(person_id) if one.until > at}


def _by_person(given: Iterable[Extension]) -> dict[int | None, list[Extension]]:
    found: dict[int | None, list[Extension]] = {}
    for one in given:
        found.setdefault(one.person_id, []).append(one)
    return found


def deadline(cycle: Cycle, person: Person | None, at: datetime) -> datetime:
    """Return a cycle's closing instant for this person as it is at `at`, extensions counted, without grace."""
    return deadlines([cycle], person, at)[cycle.id]


def deadline_of(cycle: Cycle, person_id: int, at: datetime) -> datetime:
    """Return the same for the person with this number."""
    return _extended({cycle.id: cycle.closes_at}, person_id, at)[cycle.id]


def in_time(cycle: Cycle, person: Person | None, at: datetime) -> bool:
    """Say whether what this person submits at `at` is in time: the grace counts, a closed stage alone does not refuse."""
    return arrives_in_time(
        cycle.stage,
        now=at,
        opens_at=cycle.opens_at,
        deadline=deadline(cycle, person, at),
        grace_minutes=cycle.grace_minutes,
    )


def open_cycles(at: datetime) -> Sequence[Cycle]:
    """Return the cycles that anyone may nominate in at `at`, award and season with them, in the awards' order.

    They are kept: read, never changed.
    """
    found = cache.kept("open cycles", _open_cycles)
    return [cycle for cycle in found if cycle.opens_at <= at < cycle.closes_at]


def _open_cycles() -> Sequence[Cycle]:
    return db.session.scalars(_OPEN).unique().all()


def cycle_kept(number: int) -> Cycle:
    """Return a cycle that some row names, with its award, season, question set, rubric and fund as they stand: read, never changed."""
    found: Cycle = cache.kept(f"cycle {number}", lambda: db.session.scalars(_with_all_it_has(number)).one())
    return found


def past_deadline(at: datetime) -> Sequence[Cycle]:
    """Return the cycles still open whose deadline has passed; some may be within their grace."""
    return db.session.scalars(select(Cycle).where(Cycle.stage == CycleStage.OPEN, Cycle.closes_at <= at)).unique().all()


def cycle_by_id(number: int) -> Cycle | None:
    """Return the cycle with this number, with its award, season, question set, rubric and fund."""
    return db.session.scalar(_with_all_it_has(number))


def _with_all_it_has(number: int) -> Select[Cycle]:
    with_it = (joinedload(Cycle.question_set), joinedload(Cycle.rubric), joinedload(Cycle.fund))
    return select(Cycle).options(*with_it).where(Cycle.id == number)


def extensions(cycle: Cycle) -> Sequence[tuple[Extension, Person | None]]:
    """Return the later deadlines given in a cycle, newest first, each with whom it is for (None: everyone)."""
    wanted = (
        select(Extension, Person)
        .outerjoin(Person, Person.id == Extension.person_id)
        .where(Extension.cycle_id == cycle.id)
    )
    return [(extension, person) for extension, person in db.session.execute(wanted.order_by(Extension.id.desc()))]


# ---------------------------------------------------------------- setting up


def promised_cents(cycle: Cycle) -> int:
    """Return what the cycles of this one's fund and season promise together, each place at its highest sum."""
    if cycle.fund_id is None:
        return 0
    each = func.coalesce(Cycle.most_cents, Cycle.sum_cents) * Cycle.places
    wanted = select(func.coalesce(func.sum(each), 0)).where(
        Cycle.fund_id == cycle.fund_id, Cycle.season_id == cycle.season_id
    )
    return int(db.session.scalar(wanted) or 0)


def first_deadline(cycle: Cycle) -> datetime:
    """Return the closing instant as it was first set, before anything was extended for all or closed early."""
    wanted = (
        select(Extension.before)
        .where(Extension.cycle_id == cycle.id, Extension.person_id.is_(None))
        .order_by(Extension.id)
        .limit(1)
    )
    return db.session.scalar(wanted) or cycle.closes_at


def next_position() -> int:
    """Return the place in the list for one more award: the last."""
    return int(db.session.scalar(select(func.coalesce(func.max(Award.position), 0)))) + 1  # type: ignore[arg-type]


def has_running_cycle(award: Award) -> bool:
    """Say whether a cycle of this award is between opening and release."""
    running = (CycleStage.OPEN, CycleStage.CLOSED, CycleStage.IN_REVIEW, CycleStage.DECIDED)
    return bool(
        db.session.scalar(select(Cycle.id).where(Cycle.award_id == award.id, Cycle.stage.in_(running)).limit(1))
    )


def first_opening(award: Award) -> datetime | None:
    """Return when the first cycle of an award opened: later ones keep near that date."""
    return db.session.scalar(select(func.min(Cycle.opens_at)).where(Cycle.award_id == award.id))


def season(year: int) -> Season | None:
    """Return the season of a year."""
    return db.session.scalar(select(Season).where(Season.year == year))


def awards_of_office(person: Person | None) -> Sequence[Award]:
    """Return the awards that this person may see from the desk, with every cycle of each: two queries, however many there are."""
    reach = {(role, scope, number) for role, scope, number in roles_of(person)}
    everywhere = any(scope == "organisation" for _role, scope, _number in reach)
    wanted = (
        select(Award)
        .options(selectinload(Award.cycles))
        .order_by(Award.retired_at.is_not(None), Award.position, Award.id)
    )
    if not everywhere:
        wanted = wanted.where(Award.id.in_([number for _role, scope, number in reach if scope == "award"]))
    return db.session.scalars(wanted).unique().all()


def latest_cycle(award: Award, *, before: int | None = None) -> Cycle | None:
    """Return an award's last cycle (before a year), with what is copied from it."""
    wanted = (
        select(Cycle)
        .join(Cycle.season)
        .options(contains_eager(Cycle.season), joinedload(Cycle.question_set), joinedload(Cycle.rubric))
        .where(Cycle.award_id == award.id)
        .order_by(Season.year.desc())
        .limit(1)
    )
    return db.session.scalar(wanted.where(Season.year < before) if before else wanted)


def with_questions(cycle: Cycle) -> Sequence[Cycle]:
    """Return the other cycles that ask something, to start from: this award's own first, the last year first."""
    wanted = (
        select(Cycle)
        .join(Cycle.award)
        .join(Cycle.season)
        .options(contains_eager(Cycle.award), contains_eager(Cycle.season))
        .where(Cycle.id != cycle.id, Cycle.question_set_id.in_(select(Question.set_id)))
        .order_by(Cycle.award_id != cycle.award_id, Season.year.desc(), Award.position, Award.id)
        .limit(30)
    )
    return db.session.scalars(wanted).unique().all()


# ---------------------------------------------------------------- committee


def member_by_id(number: int) -> Member | None:
    """Return one place on a committee, with its person and cycle."""
    wanted = select(Member).options(joinedload(Member.person), joinedload(Member.cycle)).where(Member.id == number)
    return db.session.scalar(wanted)


def member_of(cycle: Cycle, person: Person) -> Member | None:
    """Return somebody's place on a cycle's committee, whatever became of it."""
    wanted = select(Member).options(joinedload(Member.person), joinedload(Member.cycle))
    return db.session.scalar(wanted.where(Member.cycle_id == cycle.id, Member.person_id == person.id))


def committee(cycle: Cycle, *, states: Iterable[MemberState] = tuple(MemberState)) -> Sequence[Member]:
    """Return a cycle's committee, each with their person: the chair first, then by name."""
    wanted = (
        select(Member)
        .join(Person, Person.id == Member.person_id)
        .options(contains_eager(Member.person))
        .where(Member.cycle_id == cycle.id)
    )
    return db.session.scalars(
        wanted.where(Member.state.in_(list(states))).order_by(Member.role, Person.sort_name, Member.id)
    ).all()


def waiting_for(cycle: Cycle) -> Sequence[Member]:
    """Return the members who have not answered yet, with person and cycle."""
    wanted = select(Member).options(joinedload(Member.person), joinedload(Member.cycle)).order_by(Member.id)
    return db.session.scalars(wanted.where(Member.cycle_id == cycle.id, Member.state == MemberState.INVITED)).all()


class Reading(NamedTuple):
    """How far one reviewer is."""

    assigned: int
    done: int


# Review answers here, connected in portal/listeners.py: a cycle -> each reviewer's reading, by the person's number, in one query.
reading_of: list[Callable[[Cycle], Mapping[int, Reading]]] = []


def reading(cycle: Cycle) -> Mapping[int, Reading]:
    """Return how far each reviewer of a cycle is, by the person's number."""
    return reading_of[0](cycle) if reading_of else {}


def cycles_of(award: Award) -> Sequence[Cycle]:
    """Return an award's years, the last first."""
    wanted = select(Cycle).join(Cycle.season).options(contains_eager(Cycle.season)).where(Cycle.award_id == award.id)
    return db.session.scalars(wanted.order_by(Season.year.desc())).unique().all()


def scopes() -> list[tuple[int, str]]:
    """Return what a role can be given for: each award that is given, with its name."""
    wanted = select(Award).where(Award.retired_at.is_(None)).order_by(Award.position, Award.id)
    return [(award.id, words_in(award.name)) for award in db.session.scalars(wanted)]


def firewall(cycle: Cycle) -> Firewall | None:
    """Return the sheet that keeps a cycle's donors from choosing, if anything stands on it."""
    return db.session.scalar(select(Firewall).where(Firewall.cycle_id == cycle.id))


def appointed(cycle: Cycle) -> Sequence[tuple[Member, Person | None]]:
    """Return a cycle's committee, each with the person and with who appointed them, by name."""
    appointer = aliased(Person)
    wanted = (
        select(Member, appointer)
        .join(Member.person)
        .outerjoin(appointer, appointer.id == Member.appointed_by_id)
        .options(contains_eager(Member.person))
        .where(Member.cycle_id == cycle.id, Member.state == MemberState.ACCEPTED)
        .order_by(Person.sort_name, Person.id)
    )
    return [(member, by) for member, by in db.session.execute(wanted)]
