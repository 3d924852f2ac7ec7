"""A reviewer's own reading: their queue, one reading with its scores, and nothing of anybody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.awards.models import Cycle, Member, MemberRole, Rubric
from portal.awards.rules import CycleStage, MemberState
from portal.db import db
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.review.models import Assignment, Review, Round, Score, SpokenName
from portal.review.queries import rounds
from portal.review.rules.lives import HELD, READABLE, SCORING, AssignmentState, RoundState
from portal.review.rules.scoring import NOTHING, Mark, total, unanswered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.awards.models import Criterion
    from portal.people.models import Person


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


def own(person: Person | None, number: int) -> Assignment | None:
    """Return a reviewer's own reading by their own number for it, with everything its page needs but the texts."""
    if person is None:
        return None
    wanted = (
        select(Assignment)
        .options(*WITH_ROUND, *WITH_REVIEW)
        .where(Assignment.reviewer_id == person.id, Assignment.position == number)
    )
    return db.session.scalar(wanted)


def own_by_id(number: int) -> Assignment | None:
    """Return a reading afresh, whatever the session held of its review and scores."""
    wanted = select(Assignment).options(*WITH_ROUND, *WITH_REVIEW).where(Assignment.id == number)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def rubric_of(assignment: Assignment) -> Rubric:
    """Return the rubric that a reading is scored by: its review's own version, else the cycle's."""
    number = assignment.review.rubric_id if assignment.review is not None else assignment.round.cycle.rubric_id
    return db.session.get_one(Rubric, number)


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
    next_left: int | None  # the next that is not submitted


def around(assignment: Assignment, person: Person) -> Around:
    """Return how far a reader has come in this round, and what lies before and after: one query."""
    wanted = (
        readable_by(person)
        .join(SpokenName, (SpokenName.round_id == Assignment.round_id) & (SpokenName.candidacy_id == Assignment.candidacy_id))
        .where(Assignment.round_id == assignment.round_id)
        .with_only_columns(
            Assignment.position, SpokenName.name if assignment.round.blind else Candidacy.name, Assignment.state
        )
        .order_by(Assignment.position)
    )
    rows = [(position, name, state) for position, name, state in db.session.execute(wanted)]
    at = next((place for place, row in enumerate(rows) if row[0] == assignment.position), 0)
    left = [position for position, _name, state in [*rows[at + 1 :], *rows[:at]] if state is not AssignmentState.SUBMITTED]
    return Around(
        done=sum(state is AssignmentState.SUBMITTED for _position, _name, state in rows),
        all=len(rows),
        previous=rows[at - 1][:2] if at else None,
        next=rows[at + 1][:2] if at + 1 < len(rows) else None,
        next_left=left[0] if left else None,
    )


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a reviewer's queue."""

    number: int
    name: str
    reference: str
    state: AssignmentState
    figure: float | None  # the total so far
    left: int  # criteria with nothing said
    all: int
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """A reviewer's readings in one round, in their own order; and whether they must declare conflicts first."""

    round: Round
    member: Member
    tasks: list[Task]
    held_back: int  # readings that wait for a declaration

    @property
    def done(self) -> int:
        """How many are submitted."""
        return sum(task.state is AssignmentState.SUBMITTED for task in self.tasks)

    @property
    def scoring(self) -> bool:
        """Whether scores can be given."""
        return self.round.state in SCORING

    @property
    def most(self) -> int:
        """What totals are out of."""
        rubric = self.round.cycle.rubric
        return rubric.highest * 10 if rubric is not None else 0


def queues(person: Person) -> list[Queue]:
    """Return everything that waits for a reviewer, round by round: a handful of queries, however much it is."""
    wanted = (
        mine(person)
        .options(
            contains_eager(Assignment.round).contains_eager(Round.cycle).joinedload(Cycle.rubric),
            contains_eager(Assignment.candidacy),
            joinedload(Assignment.review).selectinload(Review.scores.and_(Score.replaced_at.is_(None))),
        )
        .where(Round.state != RoundState.PLANNED)
        .order_by(Round.closes_at.desc(), Round.id.desc(), Assignment.position)
    )
    by_round: dict[int, list[Assignment]] = {}
    for assignment in db.session.scalars(wanted).unique():
        by_round.setdefault(assignment.round_id, []).append(assignment)
    names = {
        (name.round_id, name.candidacy_id): name
        for name in db.session.scalars(select(SpokenName).where(SpokenName.round_id.in_(by_round)))
    }
    cycles = {found[0].round.cycle_id for found in by_round.values()}
    seats = select(Member).where(Member.person_id == person.id, Member.cycle_id.in_(cycles))
    members = {member.cycle_id: member for member in db.session.scalars(seats)}
    return [
        Queue(
            round=found[0].round,
            member=members[found[0].round.cycle_id],
            tasks=[
                _task(assignment, names[assignment.round_id, assignment.candidacy_id])
                for assignment in found
                if assignment.state in READABLE
            ],
            held_back=sum(assignment.state not in READABLE for assignment in found),
        )
        for found in by_round.values()
    ]


def _task(assignment: Assignment, name: SpokenName) -> Task:
    rubric = assignment.round.cycle.rubric
    weights = weights_of(rubric) if rubric is not None else {}
    marks = marks_of(assignment.review, rubric) if rubric is not None else {}
    return Task(
        number=assignment.position,
        name=name.name if assignment.round.blind else assignment.candidacy.name,
        reference=name.reference if assignment.round.blind else "",
        state=assignment.state,
        figure=total(weights, marks),
        left=len(unanswered(weights, marks)),
        all=len(weights),
        saved_at=assignment.review.saved_at if assignment.review is not None else None,
    )


def invitations(person: Person) -> Sequence[Member]:
    """Return the committees that somebody was asked to and has not answered, or has not declared conflicts for; cycles with them."""
    open_ = (Member.state == MemberState.INVITED) | ((Member.state == MemberState.ACCEPTED) & Member.declared_at.is_(None))
    wanted = select(Member).options(joinedload(Member.cycle)).where(Member.person_id == person.id, open_)
    return db.session.scalars(wanted.order_by(Member.id)).all()


def chaired(person: Person) -> Sequence[Member]:
    """Return the committees that somebody chairs whose work is not over, cycles with them."""
    at_work = (CycleStage.OPEN, CycleStage.CLOSED, CycleStage.IN_REVIEW, CycleStage.DECIDED)
    wanted = select(Member).join(Member.cycle).options(contains_eager(Member.cycle)).where(Member.person_id == person.id)
    leads = wanted.where(Member.role == MemberRole.CHAIR, Member.state == MemberState.ACCEPTED, Cycle.stage.in_(at_work))
    return db.session.scalars(leads.order_by(Member.id)).unique().all()


class OwnScore(NamedTuple):
    """One of a reviewer's own scores in their list."""

    number: int
    name: str
    reference: str
    award: dict[str, str]
    year: int
    award_key: str  # what one table holds: a cycle
    highest: int
    state: AssignmentState
    review: Review
    levels: list[tuple[dict[str, str], Mark]]
    figure: float | None
    open: bool


def own_scores(person: Person) -> list[OwnScore]:
    """Return a reviewer's own scores, newest round first, in their own order."""
    wanted = (
        readable_by(person)
        .join(Review, Review.assignment_id == Assignment.id)
        .options(
            contains_eager(Assignment.round).contains_eager(Round.cycle),
            contains_eager(Assignment.candidacy),
            contains_eager(Assignment.review).selectinload(Review.scores.and_(Score.replaced_at.is_(None))),
        )
        .order_by(Round.closes_at.desc(), Round.id.desc(), Assignment.position)
    )
    found = db.session.scalars(wanted).unique().all()
    numbers = {assignment.review.rubric_id for assignment in found if assignment.review is not None}
    rubrics = {
        rubric.id: rubric
        for rubric in db.session.scalars(select(Rubric).options(selectinload(Rubric.criteria)).where(Rubric.id.in_(numbers)))
    }
    rounds_ = {assignment.round_id for assignment in found}
    names = {
        (name.round_id, name.candidacy_id): name
        for name in db.session.scalars(select(SpokenName).where(SpokenName.round_id.in_(rounds_)))
    }
    scores = []
    for assignment in found:
        review = assignment.review
        if review is None:
            continue
        rubric, name = rubrics[review.rubric_id], names[assignment.round_id, assignment.candidacy_id]
        marks = marks_of(review, rubric)
        cycle = assignment.round.cycle
        scores.append(
            OwnScore(
                number=assignment.position,
                name=name.name if assignment.round.blind else assignment.candidacy.name,
                reference=name.reference if assignment.round.blind else "",
                award=cycle.award.name,
                year=cycle.year,
                award_key=f"{-assignment.round_id:09d}",
                highest=rubric.highest,
                state=assignment.state,
                review=review,
                levels=[(criterion.name, marks[criterion.key]) for criterion in criteria_of(rubric)],
                figure=total(weights_of(rubric), marks),
                open=assignment.round.state in SCORING,
            )
        )
    return scores


def count_left(person: Person) -> int:
    """Return how many readings somebody still owes in rounds that are open."""
    wanted = mine(person).where(Round.state.in_(SCORING), Assignment.state != AssignmentState.SUBMITTED)
    return db.session.scalar(select(func.count()).select_from(wanted.with_only_columns(Assignment.id).subquery())) or 0
