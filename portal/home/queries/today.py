"""Today's numbers of every running cycle, in a fixed number of queries whatever their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from portal.awards.models import Award, Cycle, Member
from portal.awards.rules import DATES, CycleStage, MemberState
from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.queries import DECIDABLE
from portal.decisions.rules.lives import DecisionState
from portal.home.queries.scope import everywhere, untouched
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.doubts import queries as doubts
from portal.nominations.hearing.models import Hearing
from portal.nominations.hearing.rules import HearingState
from portal.nominations.models import Candidacy, Conflict, Import, ImportRow, Match, MatchState, Nomination, RowState
from portal.nominations.queries.conflicts import standing, to_decide
from portal.nominations.rules import CandidacyStage
from portal.nominations.translating import queries as translating
from portal.nominations.translating.rules import TranslationState
from portal.offers.models import Offer, Payment, Terms, ThankYou
from portal.offers.rules import NoteState, PaymentState
from portal.people.models import Person
from portal.publishing.desk.models import Brief, Followup, Release
from portal.publishing.rules import ReleaseState
from portal.publishing.rules.practice import BriefState
from portal.review.models import Assignment, Round
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import OWED, AssignmentState, RoundState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select


RUNNING = (CycleStage.DRAFT, CycleStage.OPEN, CycleStage.CLOSED, CycleStage.IN_REVIEW, CycleStage.DECIDED)
AHEAD = timedelta(days=45)
MOST_WRITTEN = 50
READ_TO_THE_END = (RoundState.CLOSED, RoundState.LOCKED)


@dataclass
class Numbers:
    """What stands where in one cycle, less what the person asking has a conflict with."""

    cycle: Cycle
    nominations: Counter[str] = field(default_factory=Counter)  # by stage
    candidacies: Counter[str] = field(default_factory=Counter)  # by stage
    members: Counter[str] = field(default_factory=Counter)  # by state
    decisions: Counter[str] = field(default_factory=Counter)  # by state
    same_person: int = 0
    held: int = 0  # submissions that may be a program's
    to_translate: int = 0  # texts in another language that nobody translates yet
    translated: int = 0  # translations that wait for approval
    conflicts: int = 0
    readings: Counter[str] = field(default_factory=Counter)  # by state
    release: ReleaseState | None = None
    round: RoundState | None = None  # its newest
    kind: RoundKind | None = None  # of that
    of_others: int = 0  # decisions that somebody else proposed and that wait
    release_of_another: bool = (
        False  # somebody else planned it and asks for approval, and this person may know it whole
    )

    @property
    def undecided(self) -> int:
        """How many were read to the end and have no decision yet."""
        if self.round not in READ_TO_THE_END or self.kind is RoundKind.SCREENING:
            return 0
        decided = sum(count for state, count in self.decisions.items() if state != DecisionState.RESCINDED.value)
        return max(0, sum(self.candidacies[stage.value] for stage in DECIDABLE) - decided)

    @property
    def unsaid(self) -> int:
        """Of how many nobody has said whether they go on, though a screening round is over."""
        over = self.round in READ_TO_THE_END and self.kind is RoundKind.SCREENING
        return self.candidacies[CandidacyStage.IN_REVIEW.value] if over else 0

    @property
    def owed(self) -> int:
        """How many readings are still owed."""
        return sum(self.readings[state.value] for state in OWED)

    @property
    def read(self) -> int:
        """How many readings are submitted."""
        return self.readings[AssignmentState.SUBMITTED.value]


def cycles_within_reach(person: Person | None, stages: Iterable[CycleStage] = RUNNING) -> Sequence[Cycle]:
    """Return the cycles at these stages that a role of this person's reaches, soonest closing first."""
    from portal.accounts.queries import roles_of  # noqa: PLC0415 - one question of another room

    wanted = (
        select(Cycle).join(Cycle.award).where(Cycle.stage.in_(list(stages))).order_by(Cycle.closes_at, Award.position)
    )
    if not everywhere(person):
        awards = [number for _role, scope, number in roles_of(person) if scope == "award"]
        wanted = wanted.where(Cycle.award_id.in_(awards))
    return db.session.scalars(wanted).unique().all()


def numbers(person: Person | None, cycles: Sequence[Cycle]) -> list[Numbers]:
    """Return the numbers of these cycles in their order."""
    found = {cycle.id: Numbers(cycle) for cycle in cycles}
    if not found:
        return []
    kept = standing(person) if person is not None else select(Conflict.candidacy_id).where(Conflict.id.is_(None))
    for name, by_state in _by_state(list(found), kept).items():
        for number, state, count in db.session.execute(by_state):
            getattr(found[number], name)[state.value] += count
    for name, total in _totals(list(found), kept).items():
        for number, count in db.session.execute(total):
            setattr(found[number], name, count)
    mine = person.id if person is not None else 0
    closed = select(Candidacy.id).where(Candidacy.cycle_id == Release.cycle_id, Candidacy.id.in_(kept)).exists()
    of_another = and_(Release.planned_by_id != mine, Release.asked_at.is_not(None))
    releases = select(Release.cycle_id, Release.state, of_another, ~closed)
    for number, state, asks, whole in db.session.execute(releases.where(Release.cycle_id.in_(found))):
        found[number].release = state
        found[number].release_of_another = bool(state is ReleaseState.PLANNED and asks and whole)
    rounds = select(Round.cycle_id, Round.state, Round.kind).where(Round.cycle_id.in_(found)).order_by(Round.number)
    for number, state, kind in db.session.execute(rounds):
        found[number].round, found[number].kind = state, kind
    waiting = _waiting().where(Decision.cycle_id.in_(found), Decision.candidacy_id.not_in(kept))
    for number, count in db.session.execute(waiting.where(Decision.proposed_by_id != mine)):
        found[number].of_others = count
    return list(found.values())


def _waiting() -> Select[int, int]:
    """Return what counts, by cycle, the decisions that wait for a second person."""
    return (
        select(Decision.cycle_id, func.count())
        .where(Decision.state == DecisionState.PROPOSED)
        .group_by(Decision.cycle_id)
    )


def _by_state(ids: list[int], kept: Select[Any]) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what counts each kind of thing by cycle and by where it stands."""
    free = or_(Nomination.candidacy_id.is_(None), Nomination.candidacy_id.not_in(kept))
    return {
        "nominations": select(Nomination.cycle_id, Nomination.stage, func.count())
        .where(Nomination.cycle_id.in_(ids), free)
        .group_by(Nomination.cycle_id, Nomination.stage),
        "candidacies": select(Candidacy.cycle_id, Candidacy.stage, func.count())
        .where(Candidacy.cycle_id.in_(ids), Candidacy.merged_into_id.is_(None), Candidacy.id.not_in(kept))
        .group_by(Candidacy.cycle_id, Candidacy.stage),
        "members": select(Member.cycle_id, Member.state, func.count())
        .where(Member.cycle_id.in_(ids))
        .group_by(Member.cycle_id, Member.state),
        "decisions": select(Decision.cycle_id, Decision.state, func.count())
        .where(Decision.cycle_id.in_(ids), Decision.candidacy_id.not_in(kept))
        .group_by(Decision.cycle_id, Decision.state),
        "readings": select(Round.cycle_id, Assignment.state, func.count())
        .join(Assignment, Assignment.round_id == Round.id)
        .where(Round.cycle_id.in_(ids), Assignment.candidacy_id.not_in(kept), Assignment.excluded.is_(False))
        .group_by(Round.cycle_id, Assignment.state),
    }


def _totals(ids: list[int], kept: Select[Any]) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what counts, by cycle, the questions that a person has to decide."""
    return {
        "same_person": select(Match.cycle_id, func.count())
        .where(Match.cycle_id.in_(ids), Match.state == MatchState.OPEN)
        .where(Match.first_id.not_in(kept), Match.second_id.not_in(kept))
        .group_by(Match.cycle_id),
        "held": doubts.count_by_cycle(ids),
        "to_translate": translating.count_by_cycle(ids, TranslationState.WANTED, kept),
        "translated": translating.count_by_cycle(ids, TranslationState.HANDED_IN, kept),
        "conflicts": select(Candidacy.cycle_id, func.count())
        .join(Conflict, Conflict.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id.in_(ids), to_decide(), Candidacy.id.not_in(kept))
        .group_by(Candidacy.cycle_id),
    }


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


class After(NamedTuple):
    """What waits once a cycle was released: which kind, in which cycle, of which fund, and how many."""

    kind: str
    cycle: Cycle
    fund: int
    number: int


def after_release(person: Person, *, today: date) -> list[After]:
    """Return what follows a release and waits for somebody: payments, notes of thanks, practice briefs, words owed. Two queries.

    A conflict in a cycle keeps it out: it is of all who were chosen.
    """
    of_cycle = {
        "to approve": select(Offer.cycle_id.label("cycle"), literal(0).label("fund"))
        .join(Payment, Payment.offer_id == Offer.id)
        .where(Payment.state == PaymentState.PLANNED, Payment.planned_by_id != person.id),
        "to record": select(Offer.cycle_id.label("cycle"), literal(0).label("fund"))
        .join(Payment, Payment.offer_id == Offer.id)
        .where(Payment.state == PaymentState.APPROVED, Payment.planned_on <= today),
        "terms": select(Terms.cycle_id.label("cycle"), literal(0).label("fund")).where(
            Terms.proposed_by_id.is_not(None), Terms.proposed_by_id != person.id
        ),
        "thanks": select(Offer.cycle_id.label("cycle"), ThankYou.fund_id.label("fund"))
        .join(ThankYou, ThankYou.offer_id == Offer.id)
        .where(ThankYou.state == NoteState.GIVEN),
        "briefs": select(Candidacy.cycle_id.label("cycle"), literal(0).label("fund"))
        .join(Brief, Brief.candidacy_id == Candidacy.id)
        .where(Brief.state == BriefState.SENT),
        "followups": select(Candidacy.cycle_id.label("cycle"), literal(0).label("fund"))
        .join(Followup, Followup.candidacy_id == Candidacy.id)
        .where(Followup.settled_at.is_(None)),
    }
    lines = union_all(*(one.add_columns(literal(kind).label("kind")) for kind, one in of_cycle.items())).subquery()
    closed = select(Candidacy.cycle_id).where(Candidacy.id.in_(standing(person)))
    wanted = (
        select(lines.c.kind, lines.c.cycle, lines.c.fund, func.count())
        .where(lines.c.cycle.not_in(closed))
        .group_by(lines.c.kind, lines.c.cycle, lines.c.fund)
        .order_by(lines.c.cycle, lines.c.fund)
    )
    found = db.session.execute(wanted).all()
    numbers = {number for _kind, number, _fund, _count in found}
    cycles = {one.id: one for one in db.session.scalars(select(Cycle).where(Cycle.id.in_(numbers))).unique()}
    return [After(kind, cycles[number], fund, count) for kind, number, fund, count in found]


def written_down(person: Person) -> list[tuple[Candidacy, int]]:
    """Return the candidacies of which another of the office wrote down a guardian's yes that nobody has confirmed, with its number."""
    wanted = (
        select(Candidacy, Hearing.id)
        .join(Hearing, Hearing.candidacy_id == Candidacy.id)
        .options(joinedload(Candidacy.cycle, innerjoin=True))
        .where(Hearing.state == HearingState.WAITING, Hearing.recorded_by_id != person.id)
        .where(Hearing.person_id != person.id, Candidacy.id.not_in(standing(person)))
        .order_by(Hearing.id)
        .limit(MOST_WRITTEN)
    )
    return [(candidacy, number) for candidacy, number in db.session.execute(wanted).unique()]


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
