"""What members said about conflicts, and against which list."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import joinedload

from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.nominations.models import Candidacy, CandidacySchool, Conflict, Kind
from portal.nominations.rules import STANDS, CandidacyStage, ConflictState
from portal.review.models import Declaration
from portal.review.queries import rounds
from portal.review.rules.scoring import own_order
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.people.models import Person
    from portal.review.models import Round

SCHOOL, CANDIDACY = "school", "candidacy"
UNREAD = (CandidacyStage.WITHDRAWN, CandidacyStage.INELIGIBLE)  # nobody reads these, so nobody is told their names
ELSEWHERE = 0  # the "school" of whoever has none: the central office, or a place that is not listed


class Item(NamedTuple):
    """One line of a list: a school (or "elsewhere"), or a candidacy by its name."""

    kind: str
    id: int

    def touches(self, candidacy: int, schools: frozenset[int]) -> bool:
        """Say whether a candidacy with these schools lies behind this line."""
        return self.id == candidacy if self.kind == CANDIDACY else self.id in (schools or {ELSEWHERE})


class Tie(NamedTuple):
    """A line that somebody has to do with: hard is a conflict at once, soft is for the chair to decide."""

    item: Item
    hard: bool
    words: str = ""


class Own(NamedTuple):
    """What somebody said of themself that stands, as they chose or wrote it, and the conflicts that came of it."""

    key: str
    title: str  # the line of the list that they chose; "" for a reading they stepped aside from
    words: str
    said_at: datetime
    asked_at: datetime | None  # when they asked to have it corrected
    conflicts: tuple[Conflict, ...]


class Line(NamedTuple):
    """A line as it is read."""

    item: Item
    words: str


def places_of(cycle: Cycle, among: Collection[int] | None = None) -> dict[int, frozenset[int]]:
    """Return every candidacy of a cycle (or some of them) with the numbers of its schools."""
    schools: dict[int, set[int]] = defaultdict(set)
    wanted = (
        select(Candidacy.id, CandidacySchool.school_id)
        .outerjoin(CandidacySchool, CandidacySchool.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None))
        .where(Candidacy.stage != CandidacyStage.WITHDRAWN)
    )
    if among is not None:
        wanted = wanted.where(Candidacy.id.in_(among))
    for number, school in db.session.execute(wanted):
        schools[number].update([school] if school else [])
    return {number: frozenset(found) for number, found in schools.items()}


def lines(cycle: Cycle, member: Member) -> list[Line]:
    """Return the list that a member declares against: schools in a blind round, names else, shuffled for each person."""
    round_ = rounds.newest(cycle.id)
    blind = round_.blind if round_ is not None else cycle.blind
    if blind:
        places = places_of(cycle)
        numbers = {number for found in places.values() for number in found}
        named = select(School.id, School.name).where(School.id.in_(numbers)).order_by(School.id)
        found = [Line(Item(SCHOOL, number), name) for number, name in db.session.execute(named)]
        if frozenset() in places.values():
            found.append(Line(Item(SCHOOL, ELSEWHERE), _("The central office, or a place that is not a school")))
    else:
        named = select(Candidacy.id, Candidacy.name).where(Candidacy.cycle_id == cycle.id)
        named = named.where(Candidacy.merged_into_id.is_(None), Candidacy.stage.not_in(UNREAD))
        named = named.where(
            Candidacy.id.not_in(_kept_from(member))
        )  # who has a conflict finds them nowhere, here neither
        found = [
            Line(Item(CANDIDACY, number), name) for number, name in db.session.execute(named.order_by(Candidacy.id))
        ]
    return own_order(found, seed=round_.seed if round_ is not None else cycle.id, reader=member.person_id)


def _kept_from(member: Member) -> Select[int]:
    """Select the candidacies with which a member has a conflict that stands or holds. Decided to be none, they are asked about again."""
    return select(Conflict.candidacy_id).where(Conflict.person_id == member.person_id, Conflict.state.in_(STANDS))


def own(member: Member) -> list[Own]:
    """Return what a member said of themself that stands: a few queries. It tells them no more than they chose or wrote."""
    wanted = select(Conflict).join(Candidacy, Candidacy.id == Conflict.candidacy_id)
    wanted = wanted.where(Candidacy.cycle_id == member.cycle_id, Conflict.person_id == member.person_id)
    stands = wanted.where(Conflict.kind.in_([Kind.DECLARED, Kind.RECUSED]), Conflict.state == ConflictState.CONFIRMED)
    found = list(db.session.scalars(stands.order_by(Conflict.id)))
    if not found:
        return []
    places = places_of(member.cycle, {conflict.candidacy_id for conflict in found})
    said = select(Declaration).where(Declaration.member_id == member.id).order_by(Declaration.id)
    made: dict[str, Own] = {}
    for declaration in db.session.scalars(said):
        for tie in ties_of(declaration):
            touched = tuple(
                conflict
                for conflict in found
                if conflict.kind is Kind.DECLARED
                and conflict.candidacy_id in places
                and tie.item.touches(conflict.candidacy_id, places[conflict.candidacy_id])
            )
            if tie.hard and touched:
                key = f"{tie.item.kind}-{tie.item.id}"
                asked = max((one.asked_at for one in touched if one.asked_at is not None), default=None)
                made[key] = Own(key, "", tie.words, declaration.said_at, asked, touched)
    titles = _titles([Item(key.split("-")[0], int(key.split("-")[1])) for key in made])
    declared = [one._replace(title=titles.get(one.key, "")) for one in made.values()]
    return declared + [
        Own(f"reading-{one.id}", "", one.fact, one.raised_at, one.asked_at, (one,))
        for one in found
        if one.kind is Kind.RECUSED
    ]


def _titles(items: Collection[Item]) -> dict[str, str]:
    """Return what lines are called, by their keys."""
    schools = select(School.id, School.name).where(School.id.in_([item.id for item in items if item.kind == SCHOOL]))
    names = select(Candidacy.id, Candidacy.name)
    names = names.where(Candidacy.id.in_([item.id for item in items if item.kind == CANDIDACY]))
    return {
        f"{SCHOOL}-{ELSEWHERE}": _("The central office, or a place that is not a school"),
        **{f"{SCHOOL}-{number}": name for number, name in db.session.execute(schools)},
        **{f"{CANDIDACY}-{number}": name for number, name in db.session.execute(names)},
    }


def newest_of(member: Member) -> Declaration | None:
    """Return what a member said last."""
    wanted = select(Declaration).where(Declaration.member_id == member.id).order_by(Declaration.id.desc()).limit(1)
    return db.session.scalar(wanted)


def latest(cycle: Cycle, *, only: Member | None = None) -> list[tuple[Member, Declaration]]:
    """Return every sitting member of a cycle who declared, their person with them, and what they said last."""
    last = select(func.max(Declaration.id).label("id")).group_by(Declaration.member_id).subquery()
    wanted = (
        select(Member, Declaration)
        .join(Declaration, Declaration.member_id == Member.id)
        .join(last, last.c.id == Declaration.id)
        .options(joinedload(Member.person))
        .where(Member.cycle_id == cycle.id, Member.state == MemberState.ACCEPTED, Member.declared_at.is_not(None))
        .order_by(Member.id)
    )
    if only is not None:
        wanted = wanted.where(Member.id == only.id)
    return [(member, declaration) for member, declaration in db.session.execute(wanted)]


def ties_of(declaration: Declaration) -> list[Tie]:
    """Return the ties of a declaration."""
    return [Tie(Item(tie["kind"], tie["id"]), tie["hard"], tie["words"]) for tie in declaration.ties]


def listed_by(declaration: Declaration) -> frozenset[tuple[str, int]]:
    """Return the lines that were declared against: put together once, and asked of many candidacies."""
    return frozenset((kind, number) for kind, number in declaration.listed)


def covers(listed: frozenset[tuple[str, int]], candidacy: int, schools: frozenset[int]) -> bool:
    """Say whether a candidacy stood on the list that was declared against, by its name or by every school of it."""
    return (CANDIDACY, candidacy) in listed or all((SCHOOL, number) in listed for number in schools or (ELSEWHERE,))


def raised(cycle: Cycle) -> dict[tuple[int, int, Kind], str]:
    """Return the conflicts of a cycle's candidacies that exist, whatever became of them."""
    wanted = select(Conflict.candidacy_id, Conflict.person_id, Conflict.kind, Conflict.fact)
    wanted = wanted.join(Candidacy, and_(Candidacy.id == Conflict.candidacy_id, Candidacy.cycle_id == cycle.id))
    return {(number, person, kind): fact for number, person, kind, fact in db.session.execute(wanted)}


def unlisted(round_: Round, person: Person, among: Collection[int]) -> frozenset[int]:
    """Return which of these candidacies of a round a member was never asked about: all of them before they declare."""
    last = (
        select(Declaration)
        .join(Member, Member.id == Declaration.member_id)
        .where(Member.cycle_id == round_.cycle_id, Member.person_id == person.id, Member.declared_at.is_not(None))
    )
    said = db.session.scalar(last.order_by(Declaration.id.desc()).limit(1))
    places = places_of(round_.cycle, among)
    if said is None:
        return frozenset(places)
    listed = listed_by(said)
    return frozenset(number for number, schools in places.items() if not covers(listed, number, schools))
