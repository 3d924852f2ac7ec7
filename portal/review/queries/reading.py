"""A reviewer's own reading: their queue, one reading with its scores, and nothing of anybody else's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import aliased, defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal.awards.models import Criterion, Cycle, Member, MemberRole, Rubric
from portal.awards.queries import cycle_kept
from portal.awards.rules import CycleStage, MemberState
from portal.db import ME, among, ask, db, fetch, fixed, rows_of, writes_now
from portal.nominations.models import Candidacy, Conflict, Nomination, Snapshot
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import COUNTS as STANDING
from portal.nominations.rules import ConflictState
from portal.review.models import Assignment, Review, Round, Score, SpokenName
from portal.review.queries import rounds
from portal.review.rules.kinds import BY_RUBRIC, RoundKind
from portal.review.rules.lives import HELD, READABLE, SCORING, AssignmentState, RoundState
from portal.review.rules.scoring import NOTHING, TIMES, Mark, mean, minutes_needed, total
from portal.web.cache import kept

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Executable

    from portal.people.models import Person


SIZE = 50  # rows of a page
OVER = frozenset({CycleStage.RELEASED, CycleStage.ARCHIVED})  # nothing is declared any more
# Names are covered from a reader: in a blind round, at least until their own is in.
COVERED = Round.blind & ~(Round.names_after & (Assignment.state == AssignmentState.SUBMITTED))
WITH_ROUND = (joinedload(Assignment.round).joinedload(Round.cycle), joinedload(Assignment.candidacy))
WITH_REVIEW = (joinedload(Assignment.review).selectinload(Review.scores.and_(Score.replaced_at.is_(None))),)


def mine(person: Person) -> Select[Assignment]:
    """Select a reviewer's own readings that stand: on committees they sit on, of candidacies still there, no conflict."""
    wanted = (
        select(Assignment)
        .join(Assignment.candidacy)
        .join(Assignment.round)
        .join(Round.cycle)
        .join(Member, (Member.cycle_id == Round.cycle_id) & (Member.person_id == Assignment.reviewer_id))
        .where(Assignment.reviewer_id == person.id, Assignment.state.in_(HELD), Member.state == MemberState.ACCEPTED)
        .where(Candidacy.stage.not_in(rounds.GONE), Candidacy.merged_into_id.is_(None))
    )
    return untouched_by_conflict(wanted, person)


def readable_by(person: Person) -> Select[Assignment]:
    """Select what this person may open: their own, declared clear. The same as the policy says, in SQL."""
    return mine(person).where(Assignment.state.in_(READABLE))


_CURRENT = Score.replaced_at.is_(None)
_OWN = (
    select(Assignment)
    .options(joinedload(Assignment.candidacy, innerjoin=True), joinedload(Assignment.review))
    .where(Assignment.reviewer_id == bindparam("me"), Assignment.position == bindparam("number"))
)
_OWN_WRITTEN = _OWN.options(joinedload(Assignment.round).joinedload(Round.cycle))
_OWN_READ = _OWN.options(joinedload(Assignment.round, innerjoin=True).defer(Round.calibration))  # as long as the round


def own(person: Person | None, number: int) -> Assignment | None:
    """Return a reviewer's own reading by their own number for it, with everything its page needs but the texts.

    On a page that is only read, its cycle is a kept one: it is not changed.
    """
    if person is None:
        return None
    written = writes_now()
    found = db.session.scalar(_OWN_WRITTEN if written else _OWN_READ, {"me": person.id, "number": number})
    if found is not None and not written:
        set_committed_value(found.round, "cycle", cycle_kept(found.round.cycle_id))
    if found is not None and found.review is not None:
        read_scores(found.review)
    return found


def read_scores(review: Review) -> None:
    """Read a review's current scores afresh."""
    fetch([review], Review.scores, only=_CURRENT, afresh=True)


def own_by_id(number: int) -> Assignment | None:
    """Return a reading afresh, whatever the session held of its review and scores."""
    wanted = select(Assignment).options(*WITH_ROUND, *WITH_REVIEW).where(Assignment.id == number)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def rubric_of(assignment: Assignment) -> Rubric:
    """Return the rubric that a reading is scored by: its review's own version, else the cycle's."""
    number = assignment.review.rubric_id if assignment.review is not None else rounds.rubric_number(assignment.round)
    return kept(f"rubric {number}", lambda: db.session.get_one(Rubric, number))


def _kept_rubric(number: int | None) -> Rubric | None:
    return kept(f"rubric {number}", lambda: db.session.get(Rubric, number)) if number else None


def rubric_for(cycle: Cycle) -> Rubric | None:
    """Return the rubric that a cycle is scored by."""
    return db.session.get(Rubric, cycle.rubric_id) if cycle.rubric_id else None


def criteria_of(rubric: Rubric) -> list[Criterion]:
    """Return what reviewers score; some criteria are scored by staff from bands."""
    return [criterion for criterion in rubric.criteria if not criterion.by_staff]


def weights_of(rubric: Rubric) -> dict[str, int]:
    """Return the weights of what reviewers score, in the rubric's order."""
    return {criterion.key: criterion.weight for criterion in criteria_of(rubric)}


def marks_of(review: Review | None, rubric: Rubric) -> dict[str, Mark]:
    """Return what stands in a review for each criterion. Needs its scores loaded."""
    given = {score.criterion_id: score for score in review.scores if score.replaced_at is None} if review else {}
    return {
        criterion.key: Mark(score.level, score.does_not_apply, score.why) if score else NOTHING
        for criterion in criteria_of(rubric)
        for score in [given.get(criterion.id)]
    }


class Around(NamedTuple):
    """Where a reading stands in its reader's queue."""

    done: int
    all: int
    previous: tuple[int, str] | None
    next: tuple[int, str] | None
    next_left: int | None  # the next that is not submitted; what was set aside comes last


@cache
def _around(*, blind: bool) -> Executable:
    spoken = (SpokenName.round_id == Assignment.round_id) & (SpokenName.candidacy_id == Assignment.candidacy_id)
    return fixed(
        readable_by(ME)
        .join(SpokenName, spoken)
        .where(Assignment.round_id == bindparam("round"))
        .with_only_columns(
            Assignment.position,
            case((COVERED, SpokenName.name), else_=Candidacy.name) if blind else Candidacy.name,
            Assignment.state,
            Assignment.skipped_at,
        )
        .order_by(Assignment.position)
    )


def around(assignment: Assignment, person: Person) -> Around:
    """Return how far a reader has come in this round, and what lies before and after: one query."""
    wanted = _around(blind=assignment.round.blind)
    rows = ask(wanted, {"me": person.id, "round": assignment.round_id})
    at = next((place for place, row in enumerate(rows) if row[0] == assignment.position), 0)
    left = [row for row in [*rows[at + 1 :], *rows[:at]] if row[2] is not AssignmentState.SUBMITTED]
    left.sort(key=lambda row: row[3] is not None)  # what was set aside comes last
    return Around(
        done=sum(row[2] is AssignmentState.SUBMITTED for row in rows),
        all=len(rows),
        previous=(rows[at - 1][0], rows[at - 1][1]) if at else None,
        next=(rows[at + 1][0], rows[at + 1][1]) if at + 1 < len(rows) else None,
        next_left=left[0][0] if left else None,
    )


class Task(NamedTuple):
    """One line of a reviewer's queue."""

    number: int
    name: str
    reference: str
    state: AssignmentState
    figure: float | None  # the total so far
    left: int  # criteria with nothing said
    skipped: bool = False  # set aside for later


@dataclass(frozen=True, slots=True)
class Queue:
    """A reviewer's readings in one round, in their own order; and whether they must declare conflicts first."""

    round: Round
    member: Member
    rubric: Rubric | None
    tasks: list[Task]  # those on this page
    done: int
    all: int
    held_back: int  # readings that wait for a declaration
    minutes: int = 0  # about how long the rest takes

    @property
    def scoring(self) -> bool:
        """Whether scores can be given."""
        return self.round.state in SCORING

    @property
    def deliberating(self) -> bool:
        """Whether the committee talks about results: whoever sits on it may see where it stands."""
        declared = self.member.declared_at is not None
        return declared and rounds.InReview(self.round.cycle, self.round).deliberating

    @property
    def criteria(self) -> int:
        """How many criteria a reviewer scores; one word in a round without a rubric."""
        return _scored_by(self.rubric) if self.by_rubric else 1

    @property
    def by_rubric(self) -> bool:
        """Whether reviewers score by a rubric."""
        return self.round.kind in BY_RUBRIC

    @property
    def ranking(self) -> bool:
        """Whether reviewers put the best in order."""
        return self.round.kind is RoundKind.RANKING

    @property
    def most(self) -> int:
        """What totals are out of."""
        return self.rubric.highest * TIMES if self.rubric is not None else 0


def _scored_by(rubric: Rubric | None) -> int:
    return len(criteria_of(rubric)) if rubric is not None else 0


class Queued(NamedTuple):
    """What a queue asks, put together once."""

    counts: Executable
    rounds: Executable
    tasks: Executable
    needed: Executable
    answered: Executable  # the sums that totals so far are made of


@cache
def _queued() -> Queued:
    opened = mine(ME).where(Round.state != RoundState.PLANNED)
    kinds = opened.with_only_columns(Assignment.round_id, Assignment.state, func.count())
    with_member = (
        select(Round, Member)
        .options(defer(Round.calibration))
        .join(Member, Member.cycle_id == Round.cycle_id)
        .where(Round.id.in_(bindparam("rounds", expanding=True)), Member.person_id == ME.id)
        .order_by(Round.closes_at.desc(), Round.id.desc())
    )
    return Queued(
        counts=fixed(kinds.group_by(Assignment.round_id, Assignment.state)),
        rounds=with_member,
        needed=fixed(_needed(opened)),
        answered=fixed(_ANSWERED),
        tasks=fixed(_tasks(opened)).limit(rows_of("size")).offset(rows_of("from")),
    )


def queues(person: Person, *, page: int = 1, size: int = SIZE) -> tuple[list[Queue], bool]:
    """Return a page of what waits for a reviewer, round by round, and whether there is more: five queries, however much."""
    me = {"me": person.id}
    asked = _queued()
    counts: dict[int, dict[AssignmentState, int]] = {}
    for number, state, count in ask(asked.counts, me):
        counts.setdefault(number, {})[state] = count
    if not counts:
        return [], False
    found = _rounds_of(me, list(counts))
    listed = ask(asked.tasks, {**me, "size": size + 1, "from": (page - 1) * size})
    answered = {number: rest for number, *rest in ask(asked.answered, {"numbers": [row[0] for row in listed[:size]]})}
    needed = {number: minutes_needed(int(words or 0), readings) for number, readings, words in ask(asked.needed, me)}
    criteria = {round_.id: _scored_by(rubric) for round_, _member, rubric in found if round_.kind in BY_RUBRIC}
    tasks: dict[int, list[Task]] = {}
    for assignment_id, round_id, number, name, reference, state, skipped in listed[:size]:
        points, over, said = answered.get(assignment_id, (None, None, 0))
        figure = mean(points or 0, over) if over else None
        unsaid = int(state is not AssignmentState.SUBMITTED)  # one word, in a round without a rubric
        left = criteria[round_id] - said if round_id in criteria else unsaid
        tasks.setdefault(round_id, []).append(Task(number, name, reference, state, figure, left, skipped is not None))
    return [
        Queue(
            round=round_,
            member=member,
            rubric=rubric,
            tasks=tasks.get(round_.id, []),
            done=counts[round_.id].get(AssignmentState.SUBMITTED, 0),
            all=sum(count for state, count in counts[round_.id].items() if state in READABLE),
            held_back=0
            if round_.cycle.stage in OVER
            else sum(count for state, count in counts[round_.id].items() if state not in READABLE),
            minutes=needed.get(round_.id, 0),
        )
        for round_, member, rubric in found
    ], len(listed) > size


@cache
def _in_question() -> Executable:
    doubted = select(Conflict.id).where(
        Conflict.candidacy_id == Assignment.candidacy_id,
        Conflict.person_id == ME.id,
        Conflict.state == ConflictState.SUGGESTED,
    )
    return (
        select(Round.cycle_id, func.count())
        .select_from(Assignment)
        .join(Assignment.round)
        .join(Assignment.candidacy)
        .join(Member, (Member.cycle_id == Round.cycle_id) & (Member.person_id == ME.id))
        .where(Assignment.reviewer_id == ME.id, Assignment.state.in_(HELD), Round.state.in_(SCORING), doubted.exists())
        .where(Member.state == MemberState.ACCEPTED, Candidacy.stage.not_in(rounds.GONE))
        .where(Candidacy.merged_into_id.is_(None))
        .group_by(Round.cycle_id)
        .order_by(Round.cycle_id)
    )


def in_question(person: Person) -> list[tuple[Cycle, int]]:
    """Return how many of somebody's readings are closed to them until others decide whether they have a conflict: one query."""
    return [(cycle_kept(number), count) for number, count in ask(_in_question(), {"me": person.id})]


def _rounds_of(me: dict[str, int], numbers: list[int]) -> list[tuple[Round, Member, Rubric | None]]:
    """Return these rounds, their cycles with them, each with one's own place and the rubric it is scored by."""
    found: list[tuple[Round, Member, Rubric | None]] = []
    for round_, member in db.session.execute(_queued().rounds, {**me, "rounds": numbers}).unique():
        if not writes_now():
            set_committed_value(round_, "cycle", cycle_kept(round_.cycle_id))
        found.append((round_, member, _kept_rubric(rounds.rubric_number(round_))))
    return found


def _needed(opened: Select[Assignment]) -> Executable:
    """Select how much is left of each round that runs: its number, how many readings, and the words of their nominations.

    Words are looked up reading by reading: a reader has some dozens, and the cycle hundreds.
    """
    later = aliased(Snapshot)
    newest = select(func.max(later.number)).where(later.nomination_id == Nomination.id).scalar_subquery()
    words = (
        select(func.sum(Snapshot.words))
        .join(Nomination, (Nomination.id == Snapshot.nomination_id) & (Snapshot.number == newest))
        .where(Nomination.stage.in_(STANDING), Nomination.candidacy_id == Assignment.candidacy_id)
        .correlate(Assignment)
        .scalar_subquery()
    )
    left = opened.where(
        Round.state.in_(SCORING), Assignment.state.in_(READABLE), Assignment.state != AssignmentState.SUBMITTED
    )
    each = left.with_only_columns(Assignment.round_id, words.label("words")).subquery()
    return select(each.c.round_id, func.count(), func.sum(each.c.words)).group_by(each.c.round_id)


_ANSWERED = (
    select(
        Review.assignment_id,
        func.sum(Criterion.weight * Score.level),
        func.sum(case((Score.level.is_not(None), Criterion.weight), else_=0)),
        func.sum(case((Score.level.is_not(None) | Score.does_not_apply, 1), else_=0)),
    )
    .join(Score, (Score.review_id == Review.id) & Score.replaced_at.is_(None))
    .join(Criterion, Criterion.id == Score.criterion_id)
    .where(among(Review.assignment_id, "numbers"))
    .group_by(Review.assignment_id)
)


def _tasks(opened: Select[Assignment]) -> Select[Any]:
    """Select the lines of a queue: what each is called, and where it stands."""
    spoken = (SpokenName.round_id == Assignment.round_id) & (SpokenName.candidacy_id == Assignment.candidacy_id)
    return (
        opened.where(Assignment.state.in_(READABLE))
        .join(SpokenName, spoken)
        .with_only_columns(
            Assignment.id,
            Assignment.round_id,
            Assignment.position,
            case((COVERED, SpokenName.name), else_=Candidacy.name),
            case((COVERED, SpokenName.reference), else_=""),
            Assignment.state,
            Assignment.skipped_at,
        )
        .order_by(Round.closes_at.desc(), Round.id.desc(), Assignment.position)
    )


_UNANSWERED = (Member.state == MemberState.INVITED) | (
    (Member.state == MemberState.ACCEPTED) & Member.declared_at.is_(None)
)
_PLACES = (
    select(Member.id, Member.state, Member.declared_at, Member.cycle_id)
    .join(Member.cycle)
    .where(Member.person_id == ME.id)
)
_INVITATIONS = fixed(_PLACES.where(_UNANSWERED, Cycle.stage.not_in(OVER)).order_by(Member.id))
_AT_WORK = (CycleStage.OPEN, CycleStage.CLOSED, CycleStage.IN_REVIEW, CycleStage.DECIDED)
_SAT = fixed(_PLACES.where(Member.state == MemberState.ACCEPTED, Cycle.stage.in_(_AT_WORK)).order_by(Member.id))
_CHAIRED = fixed(_SAT.where(Member.role == MemberRole.CHAIR))


class Place(NamedTuple):
    """Somebody's own place on a committee, to be read: its number, how it stands, when they declared, and the cycle, a kept one."""

    id: int
    state: MemberState
    declared_at: datetime | None
    cycle: Cycle


def _places(wanted: Executable, person: Person) -> list[Place]:
    return [
        Place(number, state, declared_at, cycle_kept(cycle))
        for number, state, declared_at, cycle in ask(wanted, {"me": person.id})
    ]


def invitations(person: Person) -> list[Place]:
    """Return the committees that somebody was asked to and has not answered, or has not declared conflicts for."""
    return _places(_INVITATIONS, person)


def chaired(person: Person) -> list[Place]:
    """Return the committees that somebody chairs whose work is not over."""
    return _places(_CHAIRED, person)


def sat(person: Person) -> list[Place]:
    """Return the committees that somebody sits on, as chair or not, whose work is not over."""
    return _places(_SAT, person)


class OwnScore(NamedTuple):
    """One of a reviewer's own scores in their list."""

    number: int
    name: str
    reference: str
    state: AssignmentState
    levels: list[Mark]
    figure: float | None


class OwnScores(NamedTuple):
    """A reviewer's own scores by one rubric in one round, in their own order."""

    round: Round
    rubric: Rubric
    scores: list[OwnScore]

    @property
    def open(self) -> bool:
        """Whether they can be revised."""
        return self.round.state in SCORING and not self.round.extra_only


def own_scores(person: Person, *, page: int = 1, size: int = SIZE) -> tuple[list[OwnScores], bool]:
    """Return a page of a reviewer's own scores, newest round first, and whether there is more: as many queries for any page."""
    spoken = (SpokenName.round_id == Assignment.round_id) & (SpokenName.candidacy_id == Assignment.candidacy_id)
    wanted = (
        readable_by(person)
        .join(Review, Review.assignment_id == Assignment.id)
        .where(Review.rubric_id.is_not(None))
        .join(SpokenName, spoken)
        .with_only_columns(
            Review.id,
            Review.rubric_id,
            Assignment.round_id,
            Assignment.position,
            case((COVERED, SpokenName.name), else_=Candidacy.name),
            case((COVERED, SpokenName.reference), else_=""),
            Assignment.state,
        )
        .order_by(Round.closes_at.desc(), Round.id.desc(), Review.rubric_id, Assignment.position)
        .limit(size + 1)
        .offset((page - 1) * size)
    )
    rows = db.session.execute(wanted).all()
    shown = rows[:size]
    given: dict[int, dict[int, Mark]] = {}
    current = select(Score.review_id, Score.criterion_id, Score.level, Score.does_not_apply)
    current = current.where(Score.replaced_at.is_(None), Score.review_id.in_([row[0] for row in shown]))
    for review, criterion, level, does_not_apply in db.session.execute(current):
        given.setdefault(review, {})[criterion] = Mark(level, does_not_apply)
    rubrics = {
        one.id: one for one in db.session.scalars(select(Rubric).where(Rubric.id.in_({row[1] for row in shown})))
    }
    with_cycle = select(Round).options(joinedload(Round.cycle)).where(Round.id.in_({row[2] for row in shown}))
    rounds_ = {one.id: one for one in db.session.scalars(with_cycle)}
    groups: dict[tuple[int, int], OwnScores] = {}
    for review, rubric_id, round_id, number, name, reference, state in shown:
        rubric = rubrics[rubric_id]
        group = groups.setdefault((round_id, rubric_id), OwnScores(rounds_[round_id], rubric, []))
        marks = {one.key: given.get(review, {}).get(one.id, NOTHING) for one in criteria_of(rubric)}
        figure = total(weights_of(rubric), marks)
        group.scores.append(OwnScore(number, name, reference, state, list(marks.values()), figure))
    return list(groups.values()), len(rows) > size


def own_totals(person: Person) -> dict[int, list[float]]:
    """Return a reviewer's own totals in each round, in the order in which they first sent them: one query."""
    wanted = (
        readable_by(person)
        .join(Review, Review.assignment_id == Assignment.id)
        .where(Review.total.is_not(None), Review.submitted_at.is_not(None), Assignment.excluded.is_(False))
        .with_only_columns(Assignment.round_id, Review.total)
        .order_by(Review.submitted_at, Review.id)
    )
    found: dict[int, list[float]] = {}
    for number, total_ in db.session.execute(wanted):
        found.setdefault(number, []).append(total_ or 0.0)
    return found


def count_left(person: Person) -> int:
    """Return how many readings somebody still owes in rounds that are open."""
    wanted = mine(person).where(Round.state.in_(SCORING), Assignment.state != AssignmentState.SUBMITTED)
    wanted = wanted.where(Round.extra_only.is_(False) | Assignment.extra)
    return db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Assignment.id).subquery())) or 0
