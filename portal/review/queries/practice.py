"""Practice: past files with known strings removed, each member's own try, and the others' beside it. It counts nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from portal.awards import queries as awards
from portal.awards.models import Criterion, Cycle, Member, Rubric, Season
from portal.awards.rules import CycleStage, MemberState
from portal.db import ME, ask, db, fixed
from portal.nominations.models import Candidacy, CandidacyPerson, CandidacySchool, Nomination, Recommendation
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.queries.facts import conflict_facts
from portal.nominations.rules import COUNTS as STANDING
from portal.policy import Fact
from portal.review.models import Masked, PracticeFile, PracticeReview, Round
from portal.review.queries import reading, texts
from portal.review.rules import withholding
from portal.review.rules.lives import RoundState
from portal.review.rules.scoring import NOTHING, Mark
from portal.schools.models import Affiliation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Executable

    from portal.people.models import Person
    from portal.review.queries.texts import Reading

MOST = 3  # past files of one practice
OVER = frozenset({CycleStage.RELEASED, CycleStage.ARCHIVED})
SEED = 0  # of the order of passages; a practice tells nothing by it


@dataclass(frozen=True, slots=True)
class PracticeOf:
    """A past file of one cycle's practice."""

    file: PracticeFile
    cycle: Cycle
    past: Candidacy


def of_cycle(cycle_id: int) -> Sequence[PracticeFile]:
    """Return the past files of a cycle's practice."""
    wanted = (
        select(PracticeFile)
        .options(joinedload(PracticeFile.past).joinedload(Candidacy.cycle))
        .where(PracticeFile.cycle_id == cycle_id)
        .order_by(PracticeFile.id)
    )
    return db.session.scalars(wanted).all()


def eligible(cycle: Cycle, person: Person, *, words: str = "") -> Select[Any]:
    """Select past candidacies of the same award that something was written about, the newest first; nobody nominated again this year."""
    again = (
        select(CandidacyPerson.id)
        .where(CandidacyPerson.cycle_id == cycle.id)
        .where(
            CandidacyPerson.person_id.in_(
                select(CandidacyPerson.person_id)
                .where(CandidacyPerson.candidacy_id == Candidacy.id)
                .correlate(Candidacy)
            )
        )
    )
    chosen = select(PracticeFile.past_id).where(PracticeFile.cycle_id == cycle.id)
    written = select(Nomination.candidacy_id).where(
        Nomination.candidacy_id.is_not(None), Nomination.stage.in_(STANDING)
    )
    wanted = (
        select(Candidacy)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .join(Season, Season.id == Cycle.season_id)
        .options(joinedload(Candidacy.cycle))
        .where(Cycle.award_id == cycle.award_id, Cycle.id != cycle.id, Cycle.stage.in_(OVER))
        .where(
            Candidacy.merged_into_id.is_(None), Candidacy.id.not_in(chosen), Candidacy.id.in_(written), ~again.exists()
        )
        .order_by(Season.year.desc(), Candidacy.sort_name, Candidacy.id)
    )
    if words:
        wanted = wanted.where(Candidacy.sort_name.contains(words.casefold(), autoescape=True))
    return untouched_by_conflict(wanted, person)


def past_at(cycle: Cycle, person: Person, number: int) -> Candidacy | None:
    """Return one of them."""
    found: Candidacy | None = db.session.scalar(eligible(cycle, person).where(Candidacy.id == number))
    return found


def practiced_in(past_id: int) -> Cycle | None:
    """Return the newest cycle whose committee practices on a past candidacy; none where nobody does."""
    wanted = select(Cycle).join(PracticeFile, PracticeFile.cycle_id == Cycle.id).where(PracticeFile.past_id == past_id)
    return db.session.scalar(wanted.order_by(Cycle.id.desc()).limit(1))


def left_of(numbers: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """Return of each past candidacy how many texts nobody looked over yet, and the address of the first: one query."""
    first = (
        select(func.min(Masked.id).label("first"), Masked.candidacy_id, Masked.source_kind, Masked.source_id)
        .group_by(Masked.candidacy_id, Masked.source_kind, Masked.source_id)
        .where(Masked.candidacy_id.in_(numbers), Masked.source_kind == texts.SNAPSHOT)
        .having(func.count() > func.count(Masked.approved_at))
        .subquery()
    )
    counted = select(first.c.candidacy_id, func.count(), func.min(first.c.first)).group_by(first.c.candidacy_id)
    return {number: (left, address) for number, left, address in db.session.execute(counted)}


# ---------------------------------------------------------------- for members


def _looked_over() -> Any:  # noqa: ANN401 - a condition
    """Whether nothing of a past file waits to be looked over."""
    left = select(Masked.id).where(
        Masked.candidacy_id == PracticeFile.past_id, Masked.source_kind == texts.SNAPSHOT, Masked.approved_at.is_(None)
    )
    return ~left.exists()


def practice_at(number: int) -> PracticeOf | None:
    """Return a past file by its number, once all of it was looked over."""
    wanted = (
        select(PracticeFile)
        .options(joinedload(PracticeFile.past).joinedload(Candidacy.cycle), joinedload(PracticeFile.cycle))
        .where(PracticeFile.id == number, _looked_over())
    )
    found = db.session.scalar(wanted)
    return PracticeOf(found, found.cycle, found.past) if found is not None else None


def facts_of_practice(person: Person | None, of: PracticeOf) -> frozenset[Fact]:
    """Return what holds of this person and a past file: on whose committee, and whether they have to do with whom it is about."""
    if person is None:
        return frozenset()
    facts = awards.facts_of_cycle(person, of.cycle) | conflict_facts(person, of.past.id)
    apart = select(Candidacy.id).where(Candidacy.id == of.past.id, ~_nothing_to_do_with(person.id))
    return facts | {Fact.CONFLICT} if db.session.scalar(apart) else facts


def _nothing_to_do_with(person: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a number, or its place in a statement
    """Return the condition on a past candidacy that somebody is not it, did not nominate or write for it, and was never at its school.

    Nobody declares against past files, so these facts are looked up where they stand, and a file they hold of is on no list.
    """
    named = select(CandidacyPerson.candidacy_id).where(CandidacyPerson.person_id == person)
    nominated = select(Nomination.candidacy_id).where(
        Nomination.nominator_id == person, Nomination.candidacy_id.is_not(None)
    )
    lettered = aliased(Nomination)
    wrote = (
        select(func.coalesce(Recommendation.candidacy_id, lettered.candidacy_id))
        .outerjoin(lettered, lettered.id == Recommendation.nomination_id)
        .where(Recommendation.writer_id == person)
        .where(func.coalesce(Recommendation.candidacy_id, lettered.candidacy_id).is_not(None))
    )
    beside = (
        select(CandidacySchool.candidacy_id)
        .join(Affiliation, Affiliation.school_id == CandidacySchool.school_id)
        .where(Affiliation.person_id == person)
    )
    return and_(*(Candidacy.id.not_in(each) for each in (named, nominated, wrote, beside)))


def read(of: PracticeOf) -> Reading:
    """Return what is read of a past file: nominations alone, and nothing that was not looked over."""
    return texts.of_past(of.past.cycle, of.past.id, seed=SEED)


class Waiting(NamedTuple):
    """One line of a member's practice: a past file's number and name, the cycle, a kept one, and whether it was tried."""

    number: int
    name: str
    cycle: Cycle
    done: bool


@cache
def _waiting() -> Executable:
    over = select(Round.cycle_id).where(or_(Round.state == RoundState.LOCKED, Round.state == RoundState.CLOSED))
    wanted = (
        select(PracticeFile.id, PracticeFile.name, PracticeFile.cycle_id, PracticeReview.submitted_at)
        .join(Cycle, Cycle.id == PracticeFile.cycle_id)
        .join(Candidacy, Candidacy.id == PracticeFile.past_id)
        .join(Member, Member.cycle_id == Cycle.id)
        .outerjoin(PracticeReview, (PracticeReview.file_id == PracticeFile.id) & (PracticeReview.person_id == ME.id))
        .where(Member.person_id == ME.id, Member.state == MemberState.ACCEPTED, _looked_over())
        .where(PracticeFile.cycle_id.not_in(over), Cycle.stage.in_((CycleStage.CLOSED, CycleStage.IN_REVIEW)))
        .where(_nothing_to_do_with(ME.id))
        .order_by(PracticeFile.cycle_id, PracticeFile.id)
    )
    return fixed(untouched_by_conflict(wanted, ME))


def waiting(person: Person) -> list[Waiting]:
    """Return the past files that a member may practice on, round by round not over yet: one query."""
    return [
        Waiting(number, name, awards.cycle_kept(cycle), submitted is not None)
        for number, name, cycle, submitted in ask(_waiting(), {"me": person.id})
    ]


def own(of: PracticeOf, person: Person) -> PracticeReview | None:
    """Return what somebody gave a past file."""
    return db.session.scalar(
        select(PracticeReview).where(PracticeReview.file_id == of.file.id, PracticeReview.person_id == person.id)
    )


def marks_of(review: PracticeReview | None, rubric: Rubric) -> dict[str, Mark]:
    """Return what stands in a practice review for each criterion."""
    given = review.marks if review is not None else {}
    return {
        each.key: Mark(said["level"], said["does_not_apply"], said["why"]) if (said := given.get(each.key)) else NOTHING
        for each in reading.criteria_of(rubric)
    }


@dataclass(frozen=True, slots=True)
class Beside:
    """One criterion of a practice: one's own level, and the mean of the others' where there are enough to tell it."""

    criterion: Criterion
    own: Mark
    mean: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One's own practice beside the others'."""

    lines: list[Beside] = field(default_factory=list)
    others: int = 0  # how many the means are of


def beside(of: PracticeOf, review: PracticeReview, rubric: Rubric) -> Comparison:
    """Return somebody's practice beside the others': only once theirs is in, and only figures that no single score follows from."""
    wanted = (
        select(PracticeReview.marks)
        .where(PracticeReview.file_id == of.file.id, PracticeReview.person_id != review.person_id)
        .where(PracticeReview.submitted_at.is_not(None))
        .order_by(PracticeReview.submitted_at, PracticeReview.id)
    )
    others = withholding.told(db.session.scalars(wanted).all())
    own_marks = marks_of(review, rubric)
    lines = []
    for criterion in reading.criteria_of(rubric):
        levels = [said["level"] for marks in others if (said := marks.get(criterion.key)) and said["level"] is not None]
        mean = sum(levels) / len(levels) if levels and len(levels) == len(others) else None
        lines.append(Beside(criterion, own_marks[criterion.key], mean))
    return Comparison(lines, len(others))


def rubric_of(cycle: Cycle) -> Rubric | None:
    """Return the rubric that a practice is scored by: the one that counts later."""
    return reading.rubric_for(cycle)
