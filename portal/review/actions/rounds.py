"""Making a round, taking candidacies into it, opening, closing, reopening and locking it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select, update

from portal import history, mail
from portal.awards import actions as awards
from portal.awards.models import Criterion, Cycle, Rubric
from portal.awards.rules import CycleStage, CycleStep
from portal.db import db
from portal.errors import N_, Refused, Stale
from portal.mail.models import Message
from portal.nominations.models import Candidacy
from portal.nominations.rules import CANDIDACY, CandidacyStage, CandidacyStep
from portal.people.models import Person
from portal.review.actions import declaring, masking, standings
from portal.review.models import Assignment, Review, Round, SpokenName
from portal.review.queries import rounds as queries
from portal.review.queries import texts
from portal.review.rules import scoring, selecting, spoken
from portal.review.rules.lives import OWED, REVIEW, ROUND, ReviewState, ReviewStep, RoundState, RoundStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


MEANWHILE = N_("Somebody changed this round since you opened the page. Look at it again.")
METHOD = "weighted totals of all counted reviews, adjusted for severity where the verdict says so, else their mean"


class Lack(NamedTuple):
    """Something that keeps a round from opening: a sentence, its facts, and the page that mends it."""

    message: str
    facts: dict[str, Any]
    where: str  # "rubric", "candidacies", "masking" or "assignments"


def make(cycle: Cycle, *, seed: int, covers_pronouns: bool = False, by: Person, at: datetime) -> Round:
    """Make a cycle's scoring round and take every eligible candidacy into it. Known strings are covered at once.

    `seed` settles spoken names, each reader's own order and chance in assigning; it stands on the record.
    """
    db.session.scalar(select(Cycle.id).where(Cycle.id == cycle.id).with_for_update())
    if cycle.stage not in {CycleStage.CLOSED, CycleStage.IN_REVIEW}:
        raise Refused(N_("Nominations close first; then a round can be made."))
    if cycle.scoring_opens_at is None or cycle.scoring_closes_at is None:
        raise Refused(N_("Give the cycle its dates for scoring first."))
    if queries.newest(cycle.id) is not None:
        raise Refused(N_("This cycle has its round already."))
    round_ = Round(
        cycle_id=cycle.id,
        number=1,
        opens_at=cycle.scoring_opens_at,
        closes_at=cycle.scoring_closes_at,
        reads=cycle.reads,
        blind=cycle.blind,
        covers_pronouns=covers_pronouns,
        seed=seed,
        cycle=cycle,
    )
    db.session.add(round_)
    db.session.flush()
    history.record("round made", round_, by=by, at=at, seed=seed, reads=round_.reads, blind=round_.blind)
    take(round_, by=by, at=at)
    return round_


def take(round_: Round, *, by: Person | None, at: datetime) -> int:
    """Take the candidacies that are eligible now into a round; return how many. Who declared conflicts before is matched."""
    if round_.state is RoundState.LOCKED:
        raise Refused(ROUND.refusal, state=round_.state.value)
    eligible = select(Candidacy).where(
        Candidacy.cycle_id == round_.cycle_id,
        Candidacy.stage == CandidacyStage.ELIGIBLE,
        Candidacy.merged_into_id.is_(None),
    )
    found = db.session.scalars(eligible.order_by(Candidacy.id).with_for_update()).all()
    if not found:
        return 0
    taken_names = set(db.session.scalars(select(SpokenName.name).where(SpokenName.round_id == round_.id)))
    taken_references = set(db.session.scalars(select(SpokenName.reference)))
    seed = round_.seed + len(taken_names)
    before = set(db.session.scalars(select(SpokenName.candidacy_id).where(SpokenName.round_id == round_.id)))
    names = spoken.names(len(found), seed=seed, taken=taken_names)
    references = spoken.references(len(found), seed=seed, taken=taken_references)
    for candidacy, name, reference in zip(found, names, references, strict=True):
        candidacy.stage = CANDIDACY.advance(candidacy.stage, CandidacyStep.TAKE_TO_REVIEW)
        candidacy.version += 1
        if candidacy.id not in before:  # one that was withdrawn and came back is called what it was
            db.session.add(SpokenName(round_id=round_.id, candidacy_id=candidacy.id, name=name, reference=reference))
        history.record("taken to review", candidacy, by=by, at=at, round=round_.number)
    db.session.flush()
    numbers = [candidacy.id for candidacy in found]
    declaring.match(round_.cycle, at=at)
    masking.prepare(round_, by=by, at=at, candidacies=numbers)
    standings.recompute(round_.id, numbers, at=at)
    return len(found)


# ---------------------------------------------------------------- opening


def lacking(round_: Round) -> list[Lack]:
    """Return what keeps a round from opening, in the order of its pages."""
    found = []
    criteria = select(func.count()).select_from(Criterion).where(Criterion.rubric_id == round_.cycle.rubric_id)
    if round_.cycle.rubric_id is None or not db.session.scalar(criteria):
        found.append(Lack(N_("There is nothing to score by: give the cycle a rubric."), {}, "rubric"))
    if not queries.count_taken(round_):
        found.append(
            Lack(N_("No candidacy is in this round. Find some eligible, then take them in."), {}, "candidacies")
        )
    if round_.blind:
        progress = texts.progress(round_)
        if progress.new:
            found.append(
                Lack(
                    N_("Submissions came in that nobody has looked over: %(count)s."),
                    {"count": progress.new},
                    "masking",
                )
            )
        left = progress.all - progress.looked_over
        if left:
            found.append(Lack(N_("Texts still to be looked over: %(count)s."), {"count": left}, "masking"))
    if not db.session.scalar(select(Assignment.id).where(Assignment.round_id == round_.id).limit(1)):
        found.append(Lack(N_("Nobody has anything to read yet: plan who reads what."), {}, "assignments"))
    return found


def open_round(round_: Round, *, by: Person | None, at: datetime) -> None:
    """Open a round for scoring: what it is scored by is frozen, and its digest stands on the record from now on.

    A blind round opens only on text that was masked and looked over. Raises `Refused` with the first thing that is missing.
    """
    ROUND.advance(round_.state, RoundStep.OPEN)
    if at >= round_.closes_at:
        raise Refused(N_("This round would close in the past. Change the cycle's dates for scoring."))
    for lack in lacking(round_):
        raise Refused(lack.message, **lack.facts)
    freeze(round_, at=at)
    _step(round_, RoundStep.OPEN, opens_at=min(round_.opens_at, at))
    fixed = f"SHA-256 {round_.rules_digest}"  # the record shows it, so that it can be compared at any time
    history.record("round opened", round_, by=by, at=at, reason=fixed, digest=round_.rules_digest)
    if round_.cycle.stage is CycleStage.CLOSED:
        awards.take_step(round_.cycle, CycleStep.REVIEW, by=by, at=at)
    tell_readers(round_, at=at)


def freeze(round_: Round, *, at: datetime) -> None:
    """Freeze rubric, weights, selection rule, tie rule, model settings and seed, and keep their digest. Once; before the first score."""
    if round_.rules_digest is not None:
        return
    rubric = db.session.get_one(Rubric, round_.cycle.rubric_id)
    levels = {str(level): rubric.levels.get(str(level)) for level in range(rubric.lowest, rubric.highest + 1)}
    scored_by = {
        "criteria": [[each.key, each.weight, each.name, each.about, each.by_staff] for each in rubric.criteria],
        "levels": levels,
        "version": rubric.version,
    }
    if rubric.frozen_at is None:
        rubric.frozen_at, rubric.digest = at, scoring.digest(scored_by)
    frozen = to_freeze(round_, rubric)
    round_.frozen, round_.rules_digest, round_.frozen_at = frozen.parts, frozen.digest, at
    db.session.flush()


def to_freeze(round_: Round, rubric: Rubric) -> selecting.Frozen:
    """Return what is frozen before the first score, as it stands now: words and weights, numbers, and never a name of anybody."""
    cycle, rule = round_.cycle, selecting.from_json(round_.rule).as_json()
    levels = {str(level): rubric.levels.get(str(level)) for level in range(rubric.lowest, rubric.highest + 1)}
    criteria = [
        {"key": each.key, "name": each.name, "about": each.about, "by_staff": each.by_staff} for each in rubric.criteria
    ]
    return selecting.Frozen(
        {
            "rubric": {
                "criteria": criteria,
                "levels": levels,
                "lowest": rubric.lowest,
                "highest": rubric.highest,
                "version": rubric.version,
            },
            "weights": {each.key: each.weight for each in rubric.criteria},
            "selection": {
                "places": cycle.places,
                "least": cycle.sum_cents,
                "most": cycle.most_cents,
                "limits": rule["limits"],
                "amounts": rule["amounts"],
                "budget": rule["budget"],
            },
            "ties": rule["tie"],
            "model": {"method": METHOD, "scale": rubric.highest - rubric.lowest, **selecting.MODEL},
            "reading": {"reads": round_.reads, "blind": round_.blind},
            "seeds": {"round": round_.seed},
        }
    )


def tell_readers(
    round_: Round, *, at: datetime, only: Sequence[int] | None = None, settles: timedelta = timedelta(0)
) -> None:
    """Write to everybody who has something to read: once a round, and once more when they are given more.

    What `settles` may grow before it leaves: the newest message takes the place of one that still waits, so that ten
    readings given one after another make one message.
    """
    wanted = (
        select(Person, func.count(), func.max(Assignment.id))
        .join(Assignment, Assignment.reviewer_id == Person.id)
        .where(Assignment.round_id == round_.id, Assignment.state.in_(OWED))
        .group_by(Person.id)
    )
    if only is not None:
        wanted = wanted.where(Person.id.in_(only))
    for person, count, newest in db.session.execute(wanted).all():
        key = f"reading {round_.id} {person.id} {newest}"
        if db.session.scalar(select(Message.id).where(Message.key == key)):
            continue
        mail.cancel(round_, templates=("review/reading",), to=person)
        mail.post(
            "review/reading",
            to=person,
            at=at,
            about=round_,
            link={"purpose": "sign in", "next": "/reading"},
            key=key,
            not_before=at + settles,
            award=round_.cycle.award.name,
            count=count,
            closes_at=round_.closes_at.isoformat(),
        )


# ---------------------------------------------------------------- closing


def close(round_: Round, *, by: Person | None, at: datetime) -> None:
    """Close a round: no score is given or changed any more. By the portal at its instant, or by a person before it."""
    if by is None and at < round_.closes_at:
        raise Refused(N_("Its instant has not come yet."))
    _step(round_, RoundStep.CLOSE, closes_at=min(round_.closes_at, at))
    history.record("round closed", round_, by=by, at=at)


def reopen(round_: Round, *, until: datetime, reason: str, by: Person, at: datetime) -> None:
    """Open a closed round again until a later instant, with a reason."""
    if not reason.strip():
        raise Refused(N_("Say why, in a sentence: it stands in the record."), field="reason")
    if until <= at:
        raise Refused(N_("Choose a time that is still to come."), field="until")
    _step(round_, RoundStep.REOPEN, closes_at=until)
    history.record("round reopened", round_, by=by, at=at, reason=reason.strip(), until=until.isoformat())


def lock(round_: Round, *, by: Person, at: datetime) -> None:
    """Lock a closed round for good: every submitted review with it."""
    _step(round_, RoundStep.LOCK)
    for state in (ReviewState.SUBMITTED, ReviewState.REVISED):
        of_round = select(Assignment.id).where(Assignment.round_id == round_.id)
        locked = update(Review).where(Review.assignment_id.in_(of_round), Review.state == state)
        after = REVIEW.advance(state, ReviewStep.LOCK)
        db.session.execute(locked.values(state=after).execution_options(synchronize_session="fetch"))
    history.record("round locked", round_, by=by, at=at)


def _step(round_: Round, step: RoundStep, **values: Any) -> None:
    before = round_.state
    after = ROUND.advance(before, step)
    change = update(Round).where(Round.id == round_.id, Round.state == before).values(state=after, **values)
    done = db.session.execute(change.execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale(MEANWHILE)
    db.session.refresh(round_, ["state", *values])


def close_due(at: datetime) -> int:
    """Close the rounds whose instant has come: the worker's chore."""
    from portal.db import transaction  # noqa: PLC0415 - a chore, not an action: it commits by itself

    numbers = [round_.id for round_ in queries.due(at)]
    db.session.rollback()
    closed = 0
    for number in numbers:
        with transaction():
            round_ = queries.by_id(number)
            if round_ is not None and round_.closes_at <= at and ROUND.fits(round_.state, RoundStep.CLOSE):
                close(round_, by=None, at=at)
                closed += 1
    return closed
