"""What members said about conflicts, and against which list."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.nominations.models import Candidacy, CandidacySchool, Conflict, Kind
from portal.nominations.rules import CandidacyStage
from portal.review.models import Declaration
from portal.review.queries import rounds
from portal.review.rules.scoring import own_order
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal.awards.models import Cycle

SCHOOL, CANDIDACY = "school", "candidacy"
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
        named = named.where(Candidacy.merged_into_id.is_(None), Candidacy.stage != CandidacyStage.WITHDRAWN)
        found = [
            Line(Item(CANDIDACY, number), name) for number, name in db.session.execute(named.order_by(Candidacy.id))
        ]
    return own_order(found, seed=round_.seed if round_ is not None else cycle.id, reader=member.person_id)


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


def covers(declaration: Declaration, candidacy: int, schools: frozenset[int]) -> bool:
    """Say whether a candidacy stood on the list that was declared against, by its name or by every school of it."""
    listed = {Item(kind, number) for kind, number in declaration.listed}
    by_school = {Item(SCHOOL, number) for number in schools or {ELSEWHERE}}
    return Item(CANDIDACY, candidacy) in listed or by_school <= listed


def raised(cycle: Cycle) -> dict[tuple[int, int, Kind], str]:
    """Return the conflicts of a cycle's candidacies that exist, whatever became of them."""
    wanted = select(Conflict.candidacy_id, Conflict.person_id, Conflict.kind, Conflict.fact)
    wanted = wanted.join(Candidacy, and_(Candidacy.id == Conflict.candidacy_id, Candidacy.cycle_id == cycle.id))
    return {(number, person, kind): fact for number, person, kind, fact in db.session.execute(wanted)}


def list_grew(cycle: Cycle, member: Member) -> bool:
    """Say whether something is on the list now that was not when this member declared."""
    declaration = newest_of(member)
    if declaration is None or member.declared_at is None:
        return True
    places = places_of(cycle)
    return any(not covers(declaration, number, schools) for number, schools in places.items())
