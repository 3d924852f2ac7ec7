"""Who must not touch what. Every list of candidacies is narrowed by `untouched_by_conflict`, whoever looks at it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from flask import g, has_request_context
from sqlalchemy import BigInteger, Select, bindparam, case, func, or_, select, union
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.accounts.models import Grant, Role, Scope
from portal.awards.models import Award, Cycle, Member, MemberRole, PastHonour
from portal.awards.rules import MemberState
from portal.db import ME, ask, ask_one, db, fixed, writes_now
from portal.funds.models import FundDonor
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Conflict,
    Kind,
    Named,
    Nomination,
    Part,
    Recommendation,
    Sitting,
)
from portal.nominations.rules import NEVER_SENT, STANDS, ConflictState, Stage
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.nominations.translating.models import Translation
from portal.people.models import Person, named
from portal.schools.models import Affiliation, RosterLine, School

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Row

Any_Select = TypeVar("Any_Select", bound=Select[*tuple[Any, ...]])


def standing(person: Person) -> Select[int]:
    """Select the numbers of the candidacies that this person may not touch: a conflict stands, or holds until it is decided."""
    return select(Conflict.candidacy_id).where(Conflict.person_id == person.id, Conflict.state.in_(STANDS))


_STANDS = fixed(standing(ME).where(Conflict.candidacy_id == bindparam("candidacy")).limit(1))
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
    return fixed(wanted.where(Candidacy.cycle_id == bindparam("cycle")).limit(1))


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
    return select(Person).where(_concerned(cycle.id, cycle.award_id)).order_by(Person.sort_name, Person.id)


def _concerned(cycle_id: Any, award_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - numbers, or where they will stand
    members = select(Member.person_id).where(
        Member.cycle_id == cycle_id, Member.state.in_({MemberState.INVITED, MemberState.ACCEPTED})
    )
    reaches = (Grant.scope == Scope.ORGANISATION) | ((Grant.scope == Scope.AWARD) & (Grant.scope_id == award_id))
    holders = select(Grant.person_id).where(Grant.ended_at.is_(None), reaches)
    return Person.id.in_(union(members, holders))  # "or" between the two would look through everybody there is


# ---------------------------------------------------------------- facts: asked at every submission, so put together once


class Somebody(NamedTuple):
    """A person as far as conflicts are found by."""

    id: int
    given_name: str
    family_name: str
    sort_name: str
    email: str | None
    email_key: str | None
    phone: str | None

    @property
    def name(self) -> str:
        """The name as it is written."""
        return named(self.given_name, self.family_name, self.email)


def somebody(person: Person) -> Somebody:
    """Return a person as conflicts are found by."""
    return Somebody(
        person.id,
        person.given_name,
        person.family_name,
        person.sort_name,
        person.email,
        person.email_key,
        person.phone,
    )


@cache
def _everybody() -> Select[*tuple[Any, ...]]:
    columns = (Person.id, Person.given_name, Person.family_name, Person.sort_name)
    wanted = select(*columns, Person.email, Person.email_key, Person.phone)
    return fixed(wanted.where(_concerned(bindparam("cycle"), bindparam("award"))).order_by(Person.sort_name, Person.id))


def everybody(cycle: Cycle) -> list[Somebody]:
    """Return everybody whose conflicts with candidacies of this cycle matter, by name."""
    return [Somebody(*row) for row in ask(_everybody(), {"cycle": cycle.id, "award": cycle.award_id})]


PEOPLE: Any = bindparam("people", expanding=True)
ADDRESSES: Any = bindparam("addresses", expanding=True)
NAMES: Any = bindparam("names", expanding=True)
CYCLE: Any = bindparam("cycle")

_AFFILIATIONS = (
    select(Affiliation.person_id, School.id, School.name, Affiliation.role, Affiliation.until)
    .join(School, School.id == Affiliation.school_id)
    .where(
        Affiliation.person_id.in_(PEOPLE), or_(Affiliation.until.is_(None), Affiliation.until >= bindparam("oldest"))
    )
    .order_by(Affiliation.id)
)
_ON_ROSTER = (
    select(RosterLine.email_key, RosterLine.name_key, RosterLine.school_id, RosterLine.role)
    .where(
        RosterLine.school_id.is_not(None),
        RosterLine.email_key.in_(ADDRESSES) | (RosterLine.name_key.in_(NAMES) & RosterLine.email_key.is_(None)),
    )
    .order_by(RosterLine.id)
)
_PLACES_HELD = select(Member.person_id, Member.cycle_id, Member.state, Member.donor_related, Member.family).where(
    Member.person_id.in_(PEOPLE)
)
_DONORS = select(FundDonor.person_id).where(FundDonor.fund_id == bindparam("fund"), FundDonor.person_id.in_(PEOPLE))
_ARCHIVED = (
    select(PastHonour.name_key, PastHonour.award_id, Award.name, PastHonour.year)
    .join(Award, Award.id == PastHonour.award_id)
    .where(PastHonour.name_key.in_(NAMES))
)


def affiliations(people: Collection[int], oldest: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (person, school, its name, their role, until when) of places that are, or ended at `oldest` or later."""
    return ask(_AFFILIATIONS, {"people": list(people), "oldest": oldest})


def on_roster(addresses: Collection[str], names: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (address, name, school, role) of the roster's lines with one of these addresses, or one of these names and no address."""
    return ask(_ON_ROSTER, {"addresses": list(addresses), "names": list(names)})


def places_held(people: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (person, cycle, state, whether donor-related, names of close family) of every place on a committee."""
    return ask(_PLACES_HELD, {"people": list(people)})


def donors(fund_id: int, people: Collection[int]) -> list[int]:
    """Return which of these people gave to a fund."""
    return [number for (number,) in ask(_DONORS, {"fund": fund_id, "people": list(people)})]


def archived_honours(names: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (name, award, its name, year) of the archive's lines with these names."""
    return ask(_ARCHIVED, {"names": list(names)})


@cache
def _nominated_by() -> Select[*tuple[Any, ...]]:
    return fixed(
        select(
            Nomination.nominator_id,
            Person.email_key,
            Nomination.candidacy_id,
            Nomination.reference,
            case((surely_wrote(), 1), else_=0),
        )
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .join(Person, Person.id == Nomination.nominator_id)
        .where(Nomination.cycle_id == CYCLE, Nomination.stage.not_in({*NEVER_SENT, Stage.REFUSED}))
        .where(Nomination.nominator_id.in_(PEOPLE) | Person.email_key.in_(ADDRESSES))
        .order_by(Nomination.id.desc())
    )


def nominated_by(cycle: Cycle, people: Collection[int], addresses: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (nominator, address, candidacy, reference, whether it is sure) of what these people sent in a cycle, the newest first."""
    return ask(_nominated_by(), {"cycle": cycle.id, "people": list(people), "addresses": list(addresses)})


@cache
def _letters_by() -> Select[*tuple[Any, ...]]:
    asked = (Recommendation.role == WriterRole.SUPERVISOR) & (Recommendation.state != LetterState.CANCELLED)
    candidacy = func.coalesce(Nomination.candidacy_id, Recommendation.candidacy_id, 0)
    return fixed(
        select(Recommendation.writer_id, candidacy, Recommendation.reference, Recommendation.role, Recommendation.state)
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .where(Recommendation.cycle_id == CYCLE, Recommendation.writer_id.in_(PEOPLE))
        .where(asked | Recommendation.state.in_((LetterState.RECEIVED, LetterState.LATE)))
        .order_by(Recommendation.id.desc())
    )


def letters_by(cycle: Cycle, people: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (writer, candidacy, reference, role, state) of letters these people wrote, or were asked for as supervisors; newest first."""
    return ask(_letters_by(), {"cycle": cycle.id, "people": list(people)})


@cache
def _translated_by() -> Select[*tuple[Any, ...]]:
    lettered = aliased(Nomination)
    owner = func.coalesce(
        Nomination.candidacy_id, Part.candidacy_id, lettered.candidacy_id, Recommendation.candidacy_id
    )
    return (
        select(Translation.translator_id, owner, Translation.written_in, Translation.language)
        .outerjoin(Nomination, Nomination.id == Translation.nomination_id)
        .outerjoin(Part, Part.id == Translation.part_id)
        .outerjoin(Recommendation, Recommendation.id == Translation.recommendation_id)
        .outerjoin(lettered, lettered.id == Recommendation.nomination_id)
        .where(Translation.cycle_id == CYCLE, Translation.translator_id.in_(PEOPLE))
    )


def translated_by(cycle: Cycle, people: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return (translator, candidacy, from, to) of what these people translated of a cycle."""
    return ask(_translated_by(), {"cycle": cycle.id, "people": list(people)})


Reach = Literal["candidacy", "candidacies", "cycle"]
_REACHES: dict[Reach, ColumnElement[bool]] = {
    "candidacy": Candidacy.id == bindparam("subject"),
    "candidacies": Candidacy.id.in_(bindparam("subject", expanding=True)),
    "cycle": Candidacy.cycle_id == bindparam("subject"),
}


class NamedIn(NamedTuple):
    """Candidacies, and everything that names somebody in them."""

    numbers: list[int]
    persons: Sequence[
        Row[*tuple[Any, ...]]
    ]  # candidacy, person, name as compared, family name, address, phone, guardian
    namings: Sequence[Row[*tuple[Any, ...]]]  # candidacy, name as compared, family name, address
    schools: Sequence[Row[*tuple[Any, ...]]]  # candidacy, school, its name


@cache
def _named_in(reach: Reach) -> tuple[Select[*tuple[Any, ...]], ...]:
    numbers = select(Candidacy.id).where(Candidacy.merged_into_id.is_(None), _REACHES[reach])
    persons = (
        select(CandidacyPerson.candidacy_id, Person.id, Person.sort_name, Person.family_name, Person.email_key)
        .add_columns(Person.phone, Person.guardian_name, Person.guardian_email)
        .join(Person, Person.id == CandidacyPerson.person_id)
        .where(CandidacyPerson.candidacy_id.in_(numbers))
    )
    namings = (
        select(Nomination.candidacy_id, Named.name_key, Named.family_name, Named.email)
        .join(Named, Named.nomination_id == Nomination.id)
        .where(Nomination.candidacy_id.in_(numbers))
        .distinct()
    )
    schools = (
        select(CandidacySchool.candidacy_id, School.id, School.name)
        .join(School, School.id == CandidacySchool.school_id)
        .where(CandidacySchool.candidacy_id.in_(numbers))
    )
    return numbers, persons, namings, schools


def named_in(reach: Reach, subject: int | list[int]) -> NamedIn:
    """Return what names somebody in one candidacy, in several, or in all of a cycle; not in those gathered into others."""
    numbers, *rest = (ask(statement, {"subject": subject}) for statement in _named_in(reach))
    return NamedIn([number for (number,) in numbers], *rest)
