"""Reading on paper: what a packet holds, and what the office typed in of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.people.models import Person
from portal.review.models import Assignment, PaperReview, Round, SpokenName
from portal.review.queries import covering, reading, rounds, texts
from portal.review.queries.covering import Files
from portal.review.queries.rounds import InReview
from portal.review.queries.texts import Reading
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.lives import READABLE, SCORING, AssignmentState

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PaperOf:
    """One reading whose review came on paper."""

    review: InReview
    candidacy: Candidacy
    assignment: Assignment
    entry: PaperReview | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One reading of a packet: the same that its reader sees on the page."""

    assignment: Assignment
    spoken: SpokenName
    read: Reading
    files: Files


def sheets(person: Person, *, cycle_id: int | None = None) -> list[Sheet]:
    """Return what somebody has still to read and score in rounds that run, to be printed: what they may open, and nothing else."""
    wanted = (
        reading.readable_by(person)
        .options(*reading.WITH_ROUND, joinedload(Assignment.review))
        .where(Round.state.in_(SCORING), Round.kind.in_(BY_RUBRIC), Assignment.state != AssignmentState.SUBMITTED)
        .order_by(Round.closes_at, Round.id, Assignment.position)
    )
    if cycle_id is not None:
        wanted = wanted.where(Round.cycle_id == cycle_id)
    found = db.session.scalars(wanted).unique().all()
    alike: dict[tuple[int, bool], list[Assignment]] = {}  # of one round, names covered or not: read together
    for each in found:
        alike.setdefault((each.round_id, each.covered), []).append(each)
    made: dict[int, Sheet] = {}
    for (_round, covered), those in alike.items():
        round_, numbers = those[0].round, [each.candidacy_id for each in those]
        spoken = rounds.names(round_, numbers)
        read = texts.readings(round_, numbers, covered=covered)
        files = covering.of_readings(round_, numbers)
        for each in those:
            number = each.candidacy_id
            made[each.id] = Sheet(each, spoken[number], read[number], files[number])
    return [made[each.id] for each in found]


def readers(cycle_id: int, person: Person) -> Sequence[Any]:
    """Return who on a committee has still something to read, with how much; nobody is listed for what this person must not touch."""
    wanted = (
        select(Member, Person, func.count())
        .join(Person, Person.id == Member.person_id)
        .join(Assignment, Assignment.reviewer_id == Member.person_id)
        .join(Round, Round.id == Assignment.round_id)
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .where(Member.cycle_id == cycle_id, Round.cycle_id == cycle_id, Member.state == MemberState.ACCEPTED)
        .where(Round.state.in_(SCORING), Round.kind.in_(BY_RUBRIC), Assignment.state.in_(READABLE))
        .where(Assignment.state != AssignmentState.SUBMITTED, Member.person_id != person.id)
        .group_by(Member.id, Person.id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return db.session.execute(untouched_by_conflict(wanted, person)).all()


def desk(cycle_id: int, person: Person) -> Any:  # noqa: ANN401 - a select of four rows
    """Select the readings that may be typed in: (reading, reviewer, spoken name, what was typed), what waits for a check first."""
    wanted: Any = (
        select(Assignment, Person, SpokenName, PaperReview)
        .join(Assignment.round)
        .join(Person, Person.id == Assignment.reviewer_id)
        .join(Candidacy, Candidacy.id == Assignment.candidacy_id)
        .join(
            SpokenName,
            (SpokenName.round_id == Assignment.round_id) & (SpokenName.candidacy_id == Assignment.candidacy_id),
        )
        .outerjoin(PaperReview, PaperReview.assignment_id == Assignment.id)
        .where(Round.cycle_id == cycle_id, Round.state.in_(SCORING), Round.kind.in_(BY_RUBRIC))
        .where(Assignment.state.in_(READABLE), Assignment.reviewer_id != person.id)
        .where(Candidacy.stage.not_in(rounds.GONE), Candidacy.merged_into_id.is_(None))
        .where((Assignment.state != AssignmentState.SUBMITTED) | PaperReview.id.is_not(None))
        .where(Assignment.candidacy_id.not_in(_read_by(person)))
        .order_by(
            PaperReview.id.is_(None),
            PaperReview.checked_at.is_not(None),
            Person.family_name,
            Person.id,
            Assignment.position,
        )
    )
    return untouched_by_conflict(wanted, person)


def printable(cycle_id: int, person: Person, reader_id: int) -> Sequence[Any]:
    """Return the readings of somebody that this person may print: none of whom they must not touch, or review themself."""
    wanted = desk(cycle_id, person).with_only_columns(Assignment.id).where(Assignment.reviewer_id == reader_id)
    return db.session.execute(wanted.order_by(None)).all()


def _read_by(person: Person) -> Select[int]:
    """Select the candidacies that somebody reviews themself: others' scores of these are not for them to see."""
    return select(Assignment.candidacy_id).where(
        Assignment.reviewer_id == person.id, Assignment.state.in_({*READABLE, AssignmentState.ASSIGNED})
    )


def paper_at(slug: str, year: int, number: int) -> PaperOf | None:
    """Return one reading, by its number, with what was typed in of it."""
    review = rounds.in_review(slug, year)
    if review is None:
        return None
    wanted = (
        select(Assignment)
        .join(Assignment.round)
        .options(contains_eager(Assignment.round).joinedload(Round.cycle), joinedload(Assignment.candidacy))
        .options(joinedload(Assignment.reviewer), *reading.WITH_REVIEW)
        .where(Assignment.id == number, Round.cycle_id == review.cycle.id, Round.kind.in_(BY_RUBRIC))
        .where(Assignment.state.in_(READABLE))
    )
    found = db.session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        return None
    entry = db.session.scalar(
        select(PaperReview).options(joinedload(PaperReview.typed_by)).where(PaperReview.assignment_id == number)
    )
    return PaperOf(review, found.candidacy, found, entry)
