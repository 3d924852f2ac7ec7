"""Rounds, what has been taken into them, and what keeps one from opening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, has_request_context
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal.awards import queries as awards
from portal.awards.models import Cycle, Rubric
from portal.awards.rules import CycleStage
from portal.db import ME, ask_one, db, fixed, writes_now
from portal.nominations.models import Candidacy, LetterPlan
from portal.nominations.rules import CandidacyStage
from portal.review.models import Assignment, PracticeFile, Round, RoundReader, SpokenName
from portal.review.rules.kinds import BY_RUBRIC
from portal.review.rules.lives import HELD, OWED, SCORING, RoundState
from portal.web import cache

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from portal.people.models import Person

GONE = frozenset({CandidacyStage.WITHDRAWN, CandidacyStage.INELIGIBLE, CandidacyStage.INTAKE})
OVER = frozenset({RoundState.CLOSED, RoundState.LOCKED})
DONE = frozenset({CycleStage.RELEASED, CycleStage.ARCHIVED})
DELIBERATED = frozenset({CycleStage.IN_REVIEW, CycleStage.DECIDED})


@dataclass(frozen=True, slots=True)
class InReview:
    """A cycle and its round, if it has one yet: what staff's and the chair's pages are about."""

    cycle: Cycle
    round: Round | None

    @property
    def deliberating(self) -> bool:
        """Whether the committee talks about results: every score is locked, so that all were given alone, and nothing is released."""
        locked = self.round is not None and self.round.state is RoundState.LOCKED
        return locked and self.cycle.stage in DELIBERATED

    @property
    def blind(self) -> bool:
        """Whether names are covered."""
        return self.round.blind if self.round is not None else self.cycle.blind


def in_review(slug: str, year: int) -> InReview | None:
    """Return the cycle at this address and its newest round. On a page that is only read, the cycle is a kept one."""
    cycle = awards.cycle_at(slug, year)
    if cycle is None:
        return None
    if writes_now():
        return InReview(cycle, newest(cycle.id))
    found = db.session.scalar(_NEWEST_READ, {"cycle": cycle.id})
    if found is not None:
        set_committed_value(found, "cycle", cycle)
    return InReview(cycle, found)


_LETTERS = select(LetterPlan.read_blind).where(LetterPlan.cycle_id == bindparam("cycle"))


def letters_read(round_: Round) -> bool:
    """Say whether this round's readers read letters: where the cycle asks for them and, while names are covered, its rubric needs them."""
    number = round_.cycle_id
    (needs,) = cache.kept(f"letters of cycle {number}", lambda: (ask_one(_LETTERS, {"cycle": number}),))
    return needs is not None and (needs or not round_.blind)


_NEWEST_READ = select(Round).where(Round.cycle_id == bindparam("cycle")).order_by(Round.number.desc()).limit(1)
_NEWEST = _NEWEST_READ.options(joinedload(Round.cycle))


def newest(cycle_id: int) -> Round | None:
    """Return a cycle's newest round, the cycle with it."""
    return db.session.scalar(_NEWEST, {"cycle": cycle_id})


def at(slug: str, year: int, nth: int) -> InReview | None:
    """Return the cycle at this address and one of its rounds, by its place among them."""
    cycle = awards.cycle_at(slug, year)
    if cycle is None:
        return None
    wanted = select(Round).options(joinedload(Round.cycle)).where(Round.cycle_id == cycle.id, Round.number == nth)
    found = db.session.scalar(wanted)
    return InReview(cycle, found) if found is not None else None


def of_cycle(cycle: Cycle) -> Sequence[Round]:
    """Return a cycle's rounds, the first one first."""
    wanted = select(Round).options(joinedload(Round.cycle)).where(Round.cycle_id == cycle.id).order_by(Round.number)
    return db.session.scalars(wanted).all()


def rubric_number(round_: Round) -> int | None:
    """Return the number of the rubric that a round is scored by: its own, else the cycle's; none where nothing is scored."""
    if round_.kind not in BY_RUBRIC:
        return None
    return round_.rubric_id if round_.rubric_id is not None else round_.cycle.rubric_id


def rubric_of(round_: Round) -> Rubric | None:
    """Return the rubric that a round is scored by, its criteria with it."""
    number = rubric_number(round_)
    if number is None or writes_now():
        return db.session.get(Rubric, number) if number is not None else None
    return cache.kept(f"rubric {number}", lambda: db.session.get(Rubric, number))


def readers(round_: Round) -> frozenset[int]:
    """Return the numbers of those members who alone read in a round; none where the whole committee does."""
    return frozenset(db.session.scalars(select(RoundReader.member_id).where(RoundReader.round_id == round_.id)))


def by_id(number: int) -> Round | None:
    """Return a round, its cycle with it."""
    return db.session.scalar(select(Round).options(joinedload(Round.cycle)).where(Round.id == number))


def taken(round_: Round) -> Select[int]:
    """Select the numbers of the candidacies in a round: those taken into it and not gone since."""
    return (
        select(Candidacy.id)
        .join(SpokenName, SpokenName.candidacy_id == Candidacy.id)
        .where(SpokenName.round_id == round_.id, Candidacy.stage.not_in(GONE), Candidacy.merged_into_id.is_(None))
    )


def ever_taken(cycle_id: int) -> Select[int]:
    """Select the numbers of the candidacies that were taken into any round of a cycle and are not gone since."""
    return (
        select(Candidacy.id)
        .join(SpokenName, SpokenName.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id == cycle_id, Candidacy.stage.not_in(GONE), Candidacy.merged_into_id.is_(None))
    )


def coming(round_: Round) -> int:
    """Return how many went on from the round before and are not in this one yet."""
    if round_.number == 1:
        return waiting(round_.cycle)
    return db.session.scalar(select(func.count()).select_from(going_in(round_).subquery())) or 0


def going_in(round_: Round) -> Select[int]:
    """Select the numbers of those that went on from earlier rounds and are not in this one."""
    here = select(SpokenName.candidacy_id).where(SpokenName.round_id == round_.id)
    wanted = select(Candidacy.id).where(Candidacy.cycle_id == round_.cycle_id, Candidacy.merged_into_id.is_(None))
    return wanted.where(Candidacy.stage == CandidacyStage.SHORTLISTED, Candidacy.id.not_in(here))


def candidates_left(cycle: Cycle) -> Select[int]:
    """Select how many went on from the rounds before."""
    wanted = select(func.count()).select_from(Candidacy).where(Candidacy.cycle_id == cycle.id)
    return wanted.where(Candidacy.stage == CandidacyStage.SHORTLISTED, Candidacy.merged_into_id.is_(None))


def waiting(cycle: Cycle) -> int:
    """Return how many eligible candidacies no round has taken yet."""
    wanted = select(func.count()).select_from(Candidacy)
    wanted = wanted.where(Candidacy.cycle_id == cycle.id, Candidacy.stage == CandidacyStage.ELIGIBLE)
    return db.session.scalar(wanted.where(Candidacy.merged_into_id.is_(None))) or 0


def count_taken(round_: Round) -> int:
    """Return how many candidacies are in a round."""
    return db.session.scalar(select(func.count()).select_from(taken(round_).subquery())) or 0


def names(round_: Round, candidacies: Collection[int] | None = None) -> dict[int, SpokenName]:
    """Return what each candidacy, or each of these, is called in this round, by the candidacy's number."""
    wanted = select(SpokenName).where(SpokenName.round_id == round_.id)
    if candidacies is not None:
        wanted = wanted.where(SpokenName.candidacy_id.in_(candidacies))
    return {name.candidacy_id: name for name in db.session.scalars(wanted)}


_NAME = select(SpokenName).where(
    SpokenName.round_id == bindparam("round"), SpokenName.candidacy_id == bindparam("candidacy")
)


def name_of(round_: Round, candidacy_id: int) -> SpokenName:
    """Return what one candidacy is called in this round."""
    return db.session.scalars(_NAME, {"round": round_.id, "candidacy": candidacy_id}).one()


def spoken(round_: Round, reference: str) -> SpokenName | None:
    """Return a candidacy's name in this round by its reference there."""
    return db.session.scalar(
        select(SpokenName).where(SpokenName.round_id == round_.id, SpokenName.reference == reference)
    )


def names_at_work() -> set[str]:
    """Return the names that readers may hold now, in any round or practice whose cycle is not over: none is given a second time."""
    rounds = select(SpokenName.name).join(Round, Round.id == SpokenName.round_id).join(Round.cycle)
    practices = select(PracticeFile.name).join(PracticeFile.cycle)
    return {name for names in (rounds, practices) for name in db.session.scalars(names.where(Cycle.stage.not_in(DONE)))}


def due(at: datetime) -> Sequence[Round]:
    """Return the rounds that should have closed by now."""
    wanted = (
        select(Round)
        .join(Round.cycle)
        .options(contains_eager(Round.cycle))
        .where(Round.state.in_({RoundState.OPEN, RoundState.REOPENED}), Round.closes_at <= at)
        .order_by(Round.closes_at, Round.id)
    )
    return db.session.scalars(wanted).unique().all()


_SCORES_IN = fixed(
    select(Assignment.id)
    .where(Assignment.round_id == bindparam("round"), Assignment.reviewer_id == ME.id, Assignment.state.in_(HELD))
    .limit(1)
)


_OWES_EXTRA = _SCORES_IN.where(Assignment.extra, Assignment.state.in_(OWED))


def scores_in(round_: Round, person: Person | None) -> bool:
    """Say whether this person reads anything in this round, so that their reviewer's view of it stays the narrow one."""
    return person is not None and bool(ask_one(_SCORES_IN, {"me": person.id, "round": round_.id}))


def still_scores(round_: Round, person: Person | None) -> bool:
    """Say whether this person's own scores in this round can still come or change, so that they see nobody else's yet.

    Opened again for extra readings alone, it is only whoever was asked for one and has not sent it.
    """
    if person is None or round_.state not in SCORING:
        return False
    asked, these = (_OWES_EXTRA if round_.extra_only else _SCORES_IN), {"me": person.id, "round": round_.id}
    if writes_now() or not has_request_context():
        return bool(ask_one(asked, these))
    known: dict[tuple[int, int], bool] = g.setdefault("still_scores", {})  # once for a page that is only read
    if (person.id, round_.id) not in known:
        known[person.id, round_.id] = bool(ask_one(asked, these))
    return known[person.id, round_.id]


def rounds_to_calibrate() -> Sequence[Round]:
    """Return the rounds whose counted scores changed since they were last calibrated."""
    wanted = (
        select(Round)
        .join(Round.cycle)
        .join(Cycle.award)
        .join(Cycle.season)
        .options(
            contains_eager(Round.cycle).contains_eager(Cycle.award),
            contains_eager(Round.cycle).contains_eager(Cycle.season),
        )
        .where(Round.calibrated_version != Round.standings_version, Round.kind.in_(BY_RUBRIC))
    )
    return db.session.scalars(wanted).unique().all()
