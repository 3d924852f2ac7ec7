"""A committee's meeting: its agenda, who is there and who steps out when, second thoughts, and one's own review."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.nominations.models import Candidacy, Conflict
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import STANDS
from portal.people.models import Person
from portal.review.models import (
    AgendaItem,
    Assignment,
    Meeting,
    Note,
    Review,
    Round,
    Score,
    SecondThought,
    SpokenName,
    Standing,
)
from portal.review.queries import rounds
from portal.review.queries.standings import reviews_of_all
from portal.review.rules.lives import COUNTS, AssignmentState
from portal.review.rules.notes import Audience, hears
from portal.review.rules.scoring import Mark, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.awards.models import Rubric


def of(round_: Round) -> Meeting | None:
    """Return a round's meeting, who began it with it, if there was one."""
    wanted = select(Meeting).options(joinedload(Meeting.begun_by)).where(Meeting.round_id == round_.id)
    return db.session.scalar(wanted)


def item(meeting: Meeting, candidacy_id: int) -> AgendaItem | None:
    """Return a candidacy's line of the agenda, if it has one."""
    wanted = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, AgendaItem.candidacy_id == candidacy_id)
    return db.session.scalar(wanted)


class Item(NamedTuple):
    """One candidacy of the agenda, with what the round calls it and where it stands."""

    item: AgendaItem
    candidacy: Candidacy
    spoken: SpokenName
    standing: Standing | None


def agenda(meeting: Meeting, person: Person | None) -> list[Item]:
    """Return a meeting's agenda in its order, without what this person must not touch."""
    wanted = (
        select(AgendaItem, Candidacy, SpokenName, Standing)
        .join(Candidacy, Candidacy.id == AgendaItem.candidacy_id)
        .join(
            SpokenName,
            and_(SpokenName.candidacy_id == AgendaItem.candidacy_id, SpokenName.round_id == meeting.round_id),
        )
        .outerjoin(
            Standing, and_(Standing.candidacy_id == AgendaItem.candidacy_id, Standing.round_id == meeting.round_id)
        )
        .where(AgendaItem.meeting_id == meeting.id)
        .where(Candidacy.stage.not_in(rounds.GONE), Candidacy.merged_into_id.is_(None))
        .order_by(AgendaItem.position)
    )
    return [Item(*row) for row in db.session.execute(untouched_by_conflict(wanted, person))]


def seats(round_: Round) -> list[tuple[Person, frozenset[int]]]:
    """Return who sits on the committee, by name, each with the candidacies that a conflict keeps them from."""
    wanted = (
        select(Person)
        .join(Member, Member.person_id == Person.id)
        .where(Member.cycle_id == round_.cycle_id, Member.state == MemberState.ACCEPTED)
        .order_by(Person.sort_name, Person.id)
    )
    people = db.session.scalars(wanted).all()
    against: dict[int, set[int]] = defaultdict(set)
    kept = (
        select(Conflict.person_id, Conflict.candidacy_id)
        .join(Candidacy, Candidacy.id == Conflict.candidacy_id)
        .where(Candidacy.cycle_id == round_.cycle_id, Conflict.state.in_(STANDS))
    )
    for person, candidacy in db.session.execute(kept):
        against[person].add(candidacy)
    return [(person, frozenset(against[person.id])) for person in people]


def thoughts_of(round_: Round, candidacies: Sequence[int]) -> dict[int, dict[tuple[int, int], SecondThought]]:
    """Return current second thoughts by candidacy, then by (review, criterion)."""
    wanted = (
        select(Assignment.candidacy_id, SecondThought)
        .join(Review, Review.id == SecondThought.review_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .where(Assignment.round_id == round_.id, Assignment.candidacy_id.in_(candidacies))
        .where(SecondThought.replaced_at.is_(None))
        .order_by(SecondThought.id)
    )
    found: dict[int, dict[tuple[int, int], SecondThought]] = defaultdict(dict)
    for candidacy, thought in db.session.execute(wanted):
        found[candidacy][thought.review_id, thought.criterion_id] = thought
    return dict(found)


class Voice(NamedTuple):
    """One counted review as a meeting sees it: levels by criterion, those thought of again, and the total either way."""

    reviewer: str
    levels: dict[int, Score]
    thoughts: dict[int, SecondThought]
    total: float | None
    now: float | None  # with second thoughts in the scores' place; None where there are none


def voices(round_: Round, candidacies: Sequence[int], rubric: Rubric | None) -> dict[int, list[Voice]]:
    """Return the counted reviews of candidacies with what their reviewers think now: three queries, however many."""
    given = reviews_of_all(round_, candidacies)
    thoughts = thoughts_of(round_, candidacies)
    weights = (
        {criterion.id: criterion.weight for criterion in rubric.criteria if not criterion.by_staff} if rubric else {}
    )
    found: dict[int, list[Voice]] = {}
    for number, each in given.items():
        found[number] = []
        for one in each:
            if not one.counts:
                continue
            again = {key: said for (review, key), said in thoughts.get(number, {}).items() if review == one.review.id}
            marks = {key: Mark(score.level, score.does_not_apply) for key, score in one.levels.items()}
            marks |= {key: Mark(said.level) for key, said in again.items()}
            now = total(
                {str(key): weight for key, weight in weights.items()}, {str(key): mark for key, mark in marks.items()}
            )
            found[number].append(Voice(one.reviewer, one.levels, again, one.review.total, now if again else None))
    return found


def own_review(round_: Round, candidacy_id: int, person: Person | None) -> Review | None:
    """Return this person's own submitted review of a candidacy, if it counts: its reading, round and current scores with it."""
    if person is None:
        return None
    wanted = (
        select(Review)
        .join(Review.assignment)
        .options(
            contains_eager(Review.assignment).joinedload(Assignment.round),
            joinedload(Review.scores.and_(Score.replaced_at.is_(None))),
        )
        .where(Assignment.round_id == round_.id, Assignment.candidacy_id == candidacy_id)
        .where(Assignment.reviewer_id == person.id, Assignment.state == AssignmentState.SUBMITTED)
        .where(Assignment.excluded.is_(False), Review.state.in_(COUNTS), Review.rubric_id.is_not(None))
    )
    return db.session.scalars(wanted).unique().first()


def notes_heard(
    round_: Round, candidacies: Sequence[int], person: Person, *, leads: bool, deliberates: bool
) -> dict[int, list[Note]]:
    """Return what was noted about candidacies, as far as this person hears it, oldest first, each with its author."""
    wanted = select(Note).options(joinedload(Note.author)).where(Note.round_id == round_.id)
    found: dict[int, list[Note]] = defaultdict(list)
    for note in db.session.scalars(wanted.where(Note.candidacy_id.in_(candidacies)).order_by(Note.id)):
        own = note.author_id == person.id
        if hears(note.audience, is_author=own, leads=leads, deliberates=deliberates):
            found[note.candidacy_id].append(note)
    return found


def minuted(round_: Round, candidacies: Sequence[int]) -> dict[int, list[Note]]:
    """Return the notes that stand in the minutes, by candidacy."""
    wanted = select(Note).options(joinedload(Note.author)).where(Note.round_id == round_.id)
    wanted = wanted.where(Note.audience == Audience.MINUTES, Note.candidacy_id.in_(candidacies))
    found: dict[int, list[Note]] = defaultdict(list)
    for note in db.session.scalars(wanted.order_by(Note.id)):
        found[note.candidacy_id].append(note)
    return found
