"""What must always be true, checked against every row. The constraints and the actions hold it; this finds where something else broke it.

Each check is a question that yields one sentence for each row that breaks it, naming the row by its table and number: never by a name.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.awards.models import Award, Criterion, Cycle, Member, Rubric, Season
from portal.awards.rules import WHOLE, CycleStage, MemberState
from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.files import queries as files
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.funds.models import Fund, FundYear
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.actions import snapshots
from portal.nominations.models import (
    HARD,
    Candidacy,
    CandidacyPerson,
    Conflict,
    Consent,
    Letter,
    Nomination,
    Recommendation,
    Snapshot,
)
from portal.nominations.rules import COUNTS, CandidacyStage, ConflictState, ConsentState, canonical, digest
from portal.nominations.rules.letters import LetterState
from portal.people.models import Person
from portal.publishing.desk.models import Release
from portal.publishing.models import Recipient
from portal.review.models import Assignment, Review, Round, Score
from portal.review.rules.lives import COUNTS as COUNTED
from portal.review.rules.lives import AssignmentState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

CHUNK = 500


class Check(NamedTuple):
    """One thing that must always be true, and the question that finds what breaks it."""

    promise: str
    broken: Callable[[datetime], Iterator[str]]


def _snapshots(_now: datetime) -> Iterator[str]:
    for snapshot in db.session.scalars(select(Snapshot).execution_options(yield_per=CHUNK)):
        if not snapshots.intact(snapshot):
            yield f"snapshot {snapshot.id} no longer matches its SHA-256"


def _submitted(_now: datetime) -> Iterator[str]:
    bare = select(Nomination.id).where(
        Nomination.stage.in_(COUNTS), ~exists().where(Snapshot.nomination_id == Nomination.id)
    )
    for number in db.session.scalars(bare):
        yield f"nomination {number} was submitted and has no snapshot"


def _gathered(_now: datetime) -> Iterator[str]:
    other = (
        select(Nomination.id)
        .join(Candidacy, Candidacy.id == Nomination.candidacy_id)
        .where(Candidacy.cycle_id != Nomination.cycle_id)
    )
    for number in db.session.scalars(other):
        yield f"nomination {number} is gathered into a candidacy of another cycle"
    nobody = select(Candidacy.id).where(
        Candidacy.stage != CandidacyStage.WITHDRAWN,
        Candidacy.merged_into_id.is_(None),
        ~exists().where(CandidacyPerson.candidacy_id == Candidacy.id),
    )
    for number in db.session.scalars(nobody):
        yield f"candidacy {number} is of nobody"
    elsewhere = select(CandidacyPerson.id).join(Candidacy).where(Candidacy.cycle_id != CandidacyPerson.cycle_id)
    for number in db.session.scalars(elsewhere):
        yield f"candidacy_person {number} names another cycle than its candidacy"


def _standing_conflict(person: object, candidacy: object) -> object:
    return and_(
        Conflict.person_id == person,
        Conflict.candidacy_id == candidacy,
        or_(
            Conflict.state.in_([ConflictState.DECLARED, ConflictState.CONFIRMED]),
            and_(Conflict.state == ConflictState.SUGGESTED, Conflict.kind.in_(HARD)),
        ),
    )


def _conflicts(_now: datetime) -> Iterator[str]:
    counted = (
        select(Review.id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .where(
            Review.state.in_(COUNTED),
            Assignment.excluded.is_(False),
            Assignment.state != AssignmentState.RECUSED,
            exists().where(_standing_conflict(Assignment.reviewer_id, Assignment.candidacy_id)),  # type: ignore[arg-type]
        )
    )
    for number in db.session.scalars(counted):
        yield f"review {number} counts although its reviewer has a conflict that stands"


def _cleared_by_self(_now: datetime) -> Iterator[str]:
    cleared = select(Conflict.id).where(
        Conflict.state.in_([ConflictState.DISMISSED, ConflictState.WAIVED]),
        or_(Conflict.decided_by_id.is_(None), Conflict.decided_by_id == Conflict.person_id),
    )
    for number in db.session.scalars(cleared):
        yield f"conflict {number} was cleared by nobody, or by the very person"


def _declared_first(_now: datetime) -> Iterator[str]:
    opened = (
        select(Assignment.id)
        .join(Round, Round.id == Assignment.round_id)
        .outerjoin(Member, and_(Member.cycle_id == Round.cycle_id, Member.person_id == Assignment.reviewer_id))
        .where(
            Assignment.state.in_([AssignmentState.CLEAR, AssignmentState.IN_PROGRESS, AssignmentState.SUBMITTED]),
            or_(Member.id.is_(None), Member.declared_at.is_(None)),
        )
    )
    for number in db.session.scalars(opened):
        yield f"assignment {number} is open to somebody who has not declared conflicts"


def _nominators_review(_now: datetime) -> Iterator[str]:
    both = (
        select(Member.id)
        .where(Member.state == MemberState.ACCEPTED)
        .where(
            exists().where(
                Nomination.cycle_id == Member.cycle_id,
                Nomination.nominator_id == Member.person_id,
                Nomination.stage.in_(COUNTS),
            )
        )
    )
    for number in db.session.scalars(both):
        yield f"member {number} reviews in a cycle in which they nominated"


def _writers_review(_now: datetime) -> Iterator[str]:
    both = (
        select(Member.id)
        .where(Member.state == MemberState.ACCEPTED)
        .where(
            exists().where(
                Recommendation.cycle_id == Member.cycle_id,
                Recommendation.writer_id == Member.person_id,
                Recommendation.state == LetterState.RECEIVED,
            )
        )
    )
    for number in db.session.scalars(both):
        yield f"member {number} reviews in a cycle in which they wrote a letter"


def _letters(_now: datetime) -> Iterator[str]:
    for letter in db.session.scalars(select(Letter).execution_options(yield_per=CHUNK)):
        if digest(json.loads(letter.facts)) != letter.sha256 or canonical(json.loads(letter.facts)) != letter.facts:
            yield f"letter {letter.id} no longer matches its SHA-256"
    bare = select(Recommendation.id).where(
        Recommendation.state.in_([LetterState.RECEIVED, LetterState.LATE]),
        ~exists().where(Letter.recommendation_id == Recommendation.id),
    )
    for number in db.session.scalars(bare):
        yield f"recommendation {number} was sent and has no letter"


def _files(_now: datetime) -> Iterator[str]:
    unclean = (
        select(Letter.id).join(StoredFile, StoredFile.id == Letter.file_id).where(StoredFile.state != FileState.CLEAN)
    )
    for number in db.session.scalars(unclean):
        yield f"letter {number} is a file that is not clean"
    for file in db.session.scalars(
        select(StoredFile).where(StoredFile.state == FileState.CLEAN).execution_options(yield_per=CHUNK)
    ):
        try:
            whole = files.content(file)
        except FileNotFoundError:
            yield f"file {file.id} is not where it should lie"
            continue
        if hashlib.sha256(whole).hexdigest() != file.sha256:
            yield f"file {file.id} no longer matches its SHA-256"


def _rubrics(_now: datetime) -> Iterator[str]:
    weights = (
        select(Rubric.id, func.sum(Criterion.weight))
        .join(Criterion)
        .where(
            or_(
                Rubric.frozen_at.is_not(None),
                Rubric.id.in_(select(Cycle.rubric_id).where(Cycle.stage != CycleStage.DRAFT)),
            )
        )
        .group_by(Rubric.id)
        .having(func.sum(Criterion.weight) != WHOLE)
    )
    for number, total in db.session.execute(weights):
        yield f"rubric {number} has weights that add up to {total}, not {WHOLE}"
    thawed = select(Rubric.id).where(
        Rubric.frozen_at.is_(None), exists().where(Review.rubric_id == Rubric.id, Score.review_id == Review.id)
    )
    for number in db.session.scalars(thawed):
        yield f"rubric {number} has scores and is not frozen"
    outside = (
        select(Score.id)
        .join(Review, Review.id == Score.review_id)
        .join(Rubric, Rubric.id == Review.rubric_id)
        .where(or_(Score.level < Rubric.lowest, Score.level > Rubric.highest))
    )
    for number in db.session.scalars(outside):
        yield f"score {number} lies outside its rubric's levels"
    mixed = (
        select(Score.id)
        .join(Review, Review.id == Score.review_id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Criterion.rubric_id != Review.rubric_id)
    )
    for number in db.session.scalars(mixed):
        yield f"score {number} is by another rubric than its review"


STANDS = (DecisionState.PROPOSED, DecisionState.APPROVED, DecisionState.RELEASED, DecisionState.CORRECTED)


GIVES = Decision.sum_cents - Decision.forfeited_cents
BUDGET = func.coalesce(FundYear.budget_cents, Fund.yearly_cents)


def _places(_now: datetime) -> Iterator[str]:
    full = (
        select(Cycle.id, func.count(Decision.id), Cycle.places)
        .join(Decision, Decision.cycle_id == Cycle.id)
        .where(Decision.outcome == Outcome.SELECTED, Decision.state.in_(STANDS))
        .group_by(Cycle.id, Cycle.places)
        .having(func.count(Decision.id) > Cycle.places)
    )
    for number, count, places in db.session.execute(full):
        yield f"cycle {number} selects {count} for {places} places"
    beyond = select(Decision.id).join(Cycle, Cycle.id == Decision.cycle_id).where(Decision.place > Cycle.places)
    for number in db.session.scalars(beyond):
        yield f"decision {number} takes a place that its cycle does not have"


def _sums(_now: datetime) -> Iterator[str]:
    spent = (
        select(Fund.id, Season.year, func.sum(GIVES), BUDGET)
        .join(Cycle, Cycle.fund_id == Fund.id)
        .join(Season, Season.id == Cycle.season_id)
        .outerjoin(FundYear, and_(FundYear.fund_id == Fund.id, FundYear.year == Season.year))
        .join(Decision, Decision.cycle_id == Cycle.id)
        .where(Decision.outcome == Outcome.SELECTED, Decision.state.in_(STANDS))
        .group_by(Fund.id, Season.year, BUDGET)
        .having(func.sum(GIVES) > BUDGET)
    )
    for number, year, cents, most in db.session.execute(spent):
        yield f"fund {number} promises {cents} cents in {year} and gives {most}"


def _second_person(_now: datetime) -> Iterator[str]:
    alone = select(Decision.id).where(
        Decision.state.in_([DecisionState.APPROVED, DecisionState.RELEASED]),
        or_(Decision.approved_by_id.is_(None), Decision.approved_by_id == Decision.proposed_by_id),
    )
    for number in db.session.scalars(alone):
        yield f"decision {number} stands without a second person"


def _early(now: datetime) -> Iterator[str]:
    for number in db.session.scalars(select(Recipient.id).where(Recipient.public_at > now)):
        yield f"recipient {number} is public before its instant"
    unreleased = (
        select(Recipient.id)
        .join(Cycle, Cycle.id == Recipient.cycle_id)
        .where(Cycle.stage.not_in([CycleStage.RELEASED, CycleStage.ARCHIVED]))
    )
    for number in db.session.scalars(unreleased):
        yield f"recipient {number} belongs to a cycle that is not released"
    told = (
        select(Message.id)
        .join(Candidacy, and_(Message.about_kind == "candidacy", Message.about_id == Candidacy.id))
        .outerjoin(Release, Release.cycle_id == Candidacy.cycle_id)
        .where(
            Message.result.is_(True),
            Message.state != MessageState.CANCELLED,
            or_(Release.told_at.is_(None), Message.not_before < Release.told_at),
        )
    )
    for number in db.session.scalars(told):
        yield f"message {number} tells a result before those concerned may be told"


PUBLISHED = ("name", "school", "biography")


def _consent(_now: datetime) -> Iterator[str]:
    newest = aliased(Consent)
    said: dict[tuple[int | None, int | None, str], ConsentState] = {
        (candidacy, person, field.value): state
        for candidacy, person, field, state in db.session.execute(
            select(Consent.candidacy_id, Consent.person_id, Consent.field, Consent.state).where(
                ~exists().where(
                    newest.candidacy_id == Consent.candidacy_id,
                    newest.person_id == Consent.person_id,
                    newest.field == Consent.field,
                    newest.id > Consent.id,
                )
            )
        )
    }
    shown = select(Recipient).where(Recipient.candidacy_id.is_not(None), Recipient.taken_down_at.is_(None))
    for recipient in db.session.scalars(shown.execution_options(yield_per=CHUNK)):
        for field in PUBLISHED:
            if (
                getattr(recipient, field)
                and said.get((recipient.candidacy_id, recipient.person_id, field)) is not ConsentState.GIVEN
            ):
                yield f"recipient {recipient.id} shows the {field} without consent"


def _surprise(_now: datetime) -> Iterator[str]:
    told = (
        select(Message.id)
        .join(CandidacyPerson, CandidacyPerson.person_id == Message.to_id)
        .join(Candidacy, Candidacy.id == CandidacyPerson.candidacy_id)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .where(
            Cycle.surprise.is_(True),
            Message.about_kind == "candidacy",
            Message.about_id == Candidacy.id,
            Message.state != MessageState.CANCELLED,
        )
        .where(or_(Candidacy.told_at.is_(None), Message.not_before < Candidacy.told_at))
    )
    for number in db.session.scalars(told):
        yield f"message {number} is to a surprise nominee who has not been told"


def _standing_confirmed(_now: datetime) -> Iterator[str]:
    unsure = (
        select(Decision.id)
        .join(Candidacy, Candidacy.id == Decision.candidacy_id)
        .where(
            Decision.outcome == Outcome.SELECTED,
            Decision.state == DecisionState.RELEASED,
            Candidacy.standing_confirmed_at.is_(None),
        )
    )
    for number in db.session.scalars(unsure):
        yield f"decision {number} was released before standing was confirmed"


def _addresses(_now: datetime) -> Iterator[str]:
    for number in db.session.scalars(select(Award.id).where(or_(Award.slug == "", Award.slug.contains("/")))):
        yield f"award {number} has an address that cannot be reached"
    for number in db.session.scalars(select(Person.id).where(Person.email.is_not(None), Person.email_key.is_(None))):
        yield f"person {number} has an address that nobody can be found by"


CHECKS = (
    Check("A snapshot never changes, and its stored SHA-256 matches.", _snapshots),
    Check("Whatever was submitted has a snapshot.", _submitted),
    Check("One candidacy per person per cycle gathers that cycle's nominations.", _gathered),
    Check("While a conflict stands, scores count in no figure.", _conflicts),
    Check("Nobody clears their own conflict.", _cleared_by_self),
    Check("Nothing opens before conflicts are declared.", _declared_first),
    Check("Who nominated in a cycle does not review in it.", _nominators_review),
    Check("Who wrote a letter in a cycle does not review in it.", _writers_review),
    Check("A letter never changes, and its stored SHA-256 matches.", _letters),
    Check("Nothing unclean is shown, and every clean file is whole.", _files),
    Check("A rubric with a score is frozen, its weights add up, and its levels hold.", _rubrics),
    Check("Selected places never exceed the cycle's places.", _places),
    Check("Promised sums never exceed the fund.", _sums),
    Check("A decision stands on a second person.", _second_person),
    Check("Nothing is told or public before its instant.", _early),
    Check("A page shows only what that person agreed to.", _consent),
    Check("A surprise nominee hears nothing before being told.", _surprise),
    Check("Nobody selected is told before standing was confirmed.", _standing_confirmed),
    Check("Everything can be reached by its address.", _addresses),
)


def examine(*, at: datetime) -> dict[str, list[str]]:
    """Return each promise with the rows that break it: empty lists where all is well."""
    return {check.promise: list(check.broken(at)) for check in CHECKS}
