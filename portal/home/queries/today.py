"""Today's numbers of every running cycle, in a fixed number of queries whatever their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, or_, select

from portal.awards.models import Award, Cycle, Member
from portal.awards.rules import DATES, CycleStage, MemberState
from portal.db import db
from portal.decisions.models import Decision
from portal.home.queries.scope import everywhere, untouched
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.models import Candidacy, Conflict, Import, ImportRow, Match, MatchState, Nomination, RowState
from portal.nominations.queries.conflicts import standing
from portal.nominations.rules import ConflictState
from portal.people.models import Person
from portal.publishing.desk.models import Release
from portal.review.models import Assignment, Round
from portal.review.rules.lives import OWED, AssignmentState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from portal.publishing.rules import ReleaseState

RUNNING = (CycleStage.DRAFT, CycleStage.OPEN, CycleStage.CLOSED, CycleStage.IN_REVIEW, CycleStage.DECIDED)
AHEAD = timedelta(days=45)


@dataclass
class Numbers:
    """What stands where in one cycle, less what the person asking has a conflict with."""

    cycle: Cycle
    nominations: Counter[str] = field(default_factory=Counter)  # by stage
    candidacies: Counter[str] = field(default_factory=Counter)  # by stage
    members: Counter[str] = field(default_factory=Counter)  # by state
    decisions: Counter[str] = field(default_factory=Counter)  # by state
    same_person: int = 0
    conflicts: int = 0
    owed: int = 0
    read: int = 0
    release: ReleaseState | None = None


def cycles_within_reach(person: Person | None, stages: Iterable[CycleStage] = RUNNING) -> Sequence[Cycle]:
    """Return the cycles at these stages that a role of this person's reaches, soonest closing first."""
    from portal.accounts.queries import roles_of  # noqa: PLC0415 - one question of another room

    wanted = select(Cycle).join(Cycle.award).where(Cycle.stage.in_(list(stages))).order_by(Cycle.closes_at, Award.position)
    if not everywhere(person):
        awards = [number for _role, scope, number in roles_of(person) if scope == "award"]
        wanted = wanted.where(Cycle.award_id.in_(awards))
    return db.session.scalars(wanted).unique().all()


def numbers(person: Person | None, cycles: Sequence[Cycle]) -> list[Numbers]:
    """Return the numbers of these cycles in their order."""
    found = {cycle.id: Numbers(cycle) for cycle in cycles}
    ids = list(found)
    if not ids:
        return []
    kept = standing(person) if person is not None else select(Conflict.candidacy_id).where(Conflict.id.is_(None))

    def counted(*columns: Any, where: Iterable[Any], group: Iterable[Any]) -> Any:  # noqa: ANN401 - rows of a count
        return db.session.execute(select(*columns, func.count()).where(*where).group_by(*group))

    nominations = counted(
        Nomination.cycle_id,
        Nomination.stage,
        where=[Nomination.cycle_id.in_(ids), or_(Nomination.candidacy_id.is_(None), Nomination.candidacy_id.not_in(kept))],
        group=[Nomination.cycle_id, Nomination.stage],
    )
    for number, stage, count in nominations:
        found[number].nominations[stage.value] += count
    candidacies = counted(
        Candidacy.cycle_id,
        Candidacy.stage,
        where=[Candidacy.cycle_id.in_(ids), Candidacy.merged_into_id.is_(None), Candidacy.id.not_in(kept)],
        group=[Candidacy.cycle_id, Candidacy.stage],
    )
    for number, stage, count in candidacies:
        found[number].candidacies[stage.value] += count
    for number, state, count in counted(
        Member.cycle_id, Member.state, where=[Member.cycle_id.in_(ids)], group=[Member.cycle_id, Member.state]
    ):
        found[number].members[state.value] += count
    for number, state, count in counted(
        Decision.cycle_id,
        Decision.state,
        where=[Decision.cycle_id.in_(ids), Decision.candidacy_id.not_in(kept)],
        group=[Decision.cycle_id, Decision.state],
    ):
        found[number].decisions[state.value] += count
    for number, count in counted(
        Match.cycle_id,
        where=[Match.cycle_id.in_(ids), Match.state == MatchState.OPEN, Match.first_id.not_in(kept), Match.second_id.not_in(kept)],
        group=[Match.cycle_id],
    ):
        found[number].same_person = count
    undecided = (
        select(Candidacy.cycle_id, func.count())
        .join(Conflict, Conflict.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id.in_(ids), Conflict.state == ConflictState.SUGGESTED, Candidacy.id.not_in(kept))
        .group_by(Candidacy.cycle_id)
    )
    for number, count in db.session.execute(undecided):
        found[number].conflicts = count
    reading = (
        select(Round.cycle_id, Assignment.state, func.count())
        .join(Assignment, Assignment.round_id == Round.id)
        .where(Round.cycle_id.in_(ids), Assignment.candidacy_id.not_in(kept))
        .group_by(Round.cycle_id, Assignment.state)
    )
    for number, state, count in db.session.execute(reading):
        found[number].owed += count if state in OWED else 0
        found[number].read += count if state is AssignmentState.SUBMITTED else 0
    for number, state in db.session.execute(select(Release.cycle_id, Release.state).where(Release.cycle_id.in_(ids))):
        found[number].release = state
    return list(found.values())


class Office(NamedTuple):
    """What needs somebody of the office whatever the cycle."""

    failed: int  # messages that did not leave
    unreached: int  # people whose address does not work
    rows: Sequence[tuple[int, str, int]]  # imports with rows to mend: number, name, how many


def office(person: Person | None) -> Office:
    """Return what needs somebody of the whole organisation's office."""
    failed = select(func.count()).where(
        Message.state == MessageState.FAILED, untouched(Message.about_kind, Message.about_id, person)
    )
    unreached = select(func.count()).select_from(Person).where(Person.bounced_at.is_not(None))
    rows = (
        select(Import.id, Import.name, func.count())
        .join(ImportRow, ImportRow.import_id == Import.id)
        .where(ImportRow.state == RowState.WRONG)
        .group_by(Import.id, Import.name)
        .order_by(Import.id.desc())
        .limit(5)
    )
    return Office(
        db.session.scalar(failed) or 0,
        db.session.scalar(unreached) or 0,
        [(number, name, count) for number, name, count in db.session.execute(rows)],
    )


class Ahead(NamedTuple):
    """A date that comes soon: which one, of which cycles."""

    at: datetime
    date: str  # a column of the calendar, see rules.DATES
    cycles: list[Cycle]


def ahead(cycles: Iterable[Cycle], *, at: datetime, most: int = 8) -> list[Ahead]:
    """Return the dates that come next, the same instant of several cycles once."""
    found: dict[tuple[datetime, str], list[Cycle]] = {}
    for cycle in cycles:
        for name in DATES:
            moment = getattr(cycle, name)
            if moment is not None and at < moment <= at + AHEAD:
                found.setdefault((moment, name), []).append(cycle)
    order = list(DATES)
    return [
        Ahead(moment, name, those)
        for (moment, name), those in sorted(found.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    ][:most]


def seats(cycle: Numbers) -> int:
    """Return how many places on the committee are still empty."""
    return max(cycle.cycle.committee_size - cycle.members[MemberState.ACCEPTED.value], 0)
