"""Making a round, taking candidacies into it, opening, closing, reopening and locking it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, select, update

from portal import history, mail
from portal.awards import actions as awards
from portal.awards import templates
from portal.awards.actions import rubrics
from portal.awards.models import Criterion, Cycle, Member, Rubric
from portal.awards.rules import CycleStage, CycleStep, MemberState
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.mail.models import Message
from portal.nominations.actions import conflicts
from portal.nominations.models import Candidacy
from portal.nominations.rules import CANDIDACY, CandidacyStage, CandidacyStep
from portal.people.models import Person
from portal.review.actions import declaring, masking, standings
from portal.review.models import Assignment, Review, Round, RoundReader, SpokenName
from portal.review.queries import covering, texts
from portal.review.queries import rounds as queries
from portal.review.rules import onward, scoring, selecting, spoken
from portal.review.rules.kinds import BY_RUBRIC, RoundKind
from portal.review.rules.lives import OWED, REVIEW, ROUND, ReviewState, ReviewStep, RoundState, RoundStep

if TYPE_CHECKING:
    from collections.abc import Sequence

MEANWHILE = N_("Somebody changed this round since you opened the page. Look at it again.")
CYCLES, INTERVIEWS = "cycle", "interviews"  # which rubric a round is scored by
METHOD = "weighted totals of all counted reviews, adjusted for severity where the verdict says so, else their mean"


class Lack(NamedTuple):
    """Something that keeps a round from opening: a sentence, its facts, and the page that mends it."""

    message: str
    facts: dict[str, Any]
    where: str  # "rubric", "candidacies", "masking", "files" or "assignments"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a round is to be: what is done in it, when, by whom and how often, what its readers see, and who goes on from it."""

    kind: RoundKind
    opens_at: datetime
    closes_at: datetime
    reads: int
    quorum: int = 1
    cap: int | None = None
    best: int | None = None
    blind: bool = True
    names_after: bool = False
    covers_pronouns: bool = False
    shows_school: bool = False
    by_language: bool = False
    needs_expertise: bool = False
    one_per_school: bool = False
    per_school: int | None = None
    rubric: str = CYCLES
    goes_on: onward.Rule = onward.BY_HAND
    readers: frozenset[int] = frozenset()  # members; none: the whole committee


def make(cycle: Cycle, *, seed: int, covers_pronouns: bool = False, by: Person, at: datetime) -> Round:
    """Make a cycle's one scoring round, as its dates and numbers say, and take every eligible candidacy into it."""
    if cycle.scoring_opens_at is None or cycle.scoring_closes_at is None:
        raise Refused(N_("Give the cycle its dates for scoring first."))
    if queries.newest(cycle.id) is not None:
        raise Refused(N_("This cycle has its round already."))
    shape = Shape(
        RoundKind.SCORING,
        cycle.scoring_opens_at,
        cycle.scoring_closes_at,
        cycle.reads,
        blind=cycle.blind,
        covers_pronouns=covers_pronouns,
    )
    return plan_round(cycle, shape, seed=seed, by=by, at=at)


def plan_round(cycle: Cycle, shape: Shape, *, seed: int, by: Person, at: datetime) -> Round:
    """Make a cycle's next round: the first takes what is eligible, a later one who went on from the one before.

    `seed` settles spoken names, each reader's own order and chance in assigning; it stands on the record.
    """
    db.session.scalar(select(Cycle.id).where(Cycle.id == cycle.id).with_for_update())
    if cycle.stage not in {CycleStage.CLOSED, CycleStage.IN_REVIEW}:
        raise Refused(N_("Nominations close first; then a round can be made."))
    before = queries.newest(cycle.id)
    if before is not None and before.state not in queries.OVER:
        raise Refused(N_("The round before closes first; then the next one can be made."))
    if before is None and shape.kind is RoundKind.INTERVIEW:
        raise Refused(N_("Interviews and visits come after another round."), field="kind")
    if before is not None and db.session.scalar(queries.candidates_left(cycle)) == 0:
        raise Refused(N_("Nobody has gone on from the round before. Say who goes on first."))
    round_ = Round(cycle_id=cycle.id, number=before.number + 1 if before else 1, seed=seed, cycle=cycle)
    _shape(round_, shape, cycle)
    db.session.add(round_)
    db.session.flush()
    _choose_readers(round_, shape.readers)
    kind = round_.kind.value
    history.record("round made", round_, by=by, at=at, seed=seed, kind=kind, reads=round_.reads, blind=round_.blind)
    take(round_, by=by, at=at)
    return round_


def change(round_: Round, shape: Shape, *, by: Person, at: datetime) -> None:
    """Change what a round is to be, until it opens. Whoever reads no more keeps nothing of it: nothing was begun."""
    db.session.scalar(select(Round.id).where(Round.id == round_.id).with_for_update())
    db.session.refresh(round_, ["state"])
    if round_.state is not RoundState.PLANNED:
        raise Refused(
            N_("What a round is can be changed until it opens. This one is %(state)s."), state=round_.state.value
        )
    if round_.number == 1 and shape.kind is RoundKind.INTERVIEW:
        raise Refused(N_("Interviews and visits come after another round."), field="kind")
    covered = round_.blind
    _shape(round_, shape, round_.cycle)
    _choose_readers(round_, shape.readers)
    db.session.flush()
    kind = round_.kind.value
    history.record("round changed", round_, by=by, at=at, kind=kind, reads=round_.reads, blind=round_.blind)
    numbers = list(db.session.scalars(queries.taken(round_)))
    if shape.readers:
        staying = select(Member.person_id).where(Member.id.in_(shape.readers))
        gone = delete(Assignment).where(Assignment.round_id == round_.id, Assignment.reviewer_id.not_in(staying))
        db.session.execute(gone.execution_options(synchronize_session="fetch"))
    if round_.blind and not covered:
        masking.prepare(round_, by=by, at=at, candidacies=numbers)
    standings.recompute(round_.id, numbers, at=at)


def _shape(round_: Round, shape: Shape, cycle: Cycle) -> None:
    """Give a round its shape, once it makes sense."""
    if shape.closes_at <= shape.opens_at:
        raise Refused(N_("It closes after it opens."), field="closes_at")
    if shape.quorum > shape.reads:
        raise Refused(N_("The quorum cannot be more than the reads for each."), field="quorum")
    if shape.kind is RoundKind.RANKING and not shape.best:
        raise Refused(N_("Say how many each reader puts in order."), field="best")
    if shape.goes_on.by not in onward.FITS[shape.kind]:
        raise Refused(N_("That way of telling who goes on does not fit this kind of round."), field="goes_by")
    members = select(Member.id).where(Member.cycle_id == cycle.id, Member.state == MemberState.ACCEPTED)
    if shape.readers - set(db.session.scalars(members)):
        raise Refused(
            N_("Somebody you chose is not on this committee any more. Look at the list again."), field="readers"
        )
    round_.kind, round_.opens_at, round_.closes_at = shape.kind, shape.opens_at, shape.closes_at
    round_.reads, round_.quorum, round_.cap = shape.reads, shape.quorum, shape.cap
    round_.best = shape.best if shape.kind is RoundKind.RANKING else None
    round_.blind, round_.names_after = shape.blind, shape.blind and shape.names_after
    round_.covers_pronouns, round_.shows_school = shape.blind and shape.covers_pronouns, shape.shows_school
    round_.by_language, round_.one_per_school = shape.by_language, shape.one_per_school
    round_.per_school, round_.needs_expertise = shape.per_school, shape.needs_expertise
    _choose_rubric(round_, shape, cycle)
    round_.goes_on = shape.goes_on.as_json()


def _choose_rubric(round_: Round, shape: Shape, cycle: Cycle) -> None:
    """Give a round the rubric it is scored by: the cycle's, the one it has, or a new one from the template for interviews."""
    if shape.kind not in BY_RUBRIC or shape.rubric == CYCLES:
        round_.rubric_id = None
    elif shape.rubric == INTERVIEWS and round_.rubric_id is None:
        title = f"{cycle.award.slug} {cycle.year}, round {round_.number}"
        rubric = rubrics.make_rubric(title, templates.INTERVIEWS)
        db.session.add(rubric)
        db.session.flush()
        round_.rubric_id = rubric.id


def _choose_readers(round_: Round, members: frozenset[int]) -> None:
    before = queries.readers(round_)
    if before == members:
        return
    db.session.execute(delete(RoundReader).where(RoundReader.round_id == round_.id))
    db.session.add_all(RoundReader(round_id=round_.id, member_id=number) for number in sorted(members))
    db.session.flush()


def take(round_: Round, *, by: Person | None, at: datetime, late: str = "") -> int:
    """Take into a round what belongs there now; return how many. Who declared conflicts before is matched.

    Into the first round comes what is eligible, into a later one who went on. With `late`, a reason, a later round takes what
    was found eligible too late for the rounds before.
    """
    if round_.state is RoundState.LOCKED:
        raise Refused(ROUND.refusal, state=round_.state.value)
    here = select(Candidacy).where(Candidacy.cycle_id == round_.cycle_id, Candidacy.merged_into_id.is_(None))
    if round_.number == 1 or late.strip():
        here = here.where(Candidacy.stage == CandidacyStage.ELIGIBLE)
    else:
        here = here.where(Candidacy.id.in_(queries.going_in(round_)))
    found = db.session.scalars(here.order_by(Candidacy.id).with_for_update()).all()
    if not found:
        return 0
    taken_names = set(db.session.scalars(select(SpokenName.name).where(SpokenName.round_id == round_.id)))
    taken_references = set(db.session.scalars(select(SpokenName.reference)))
    seed = round_.seed + len(taken_names)
    before = set(db.session.scalars(select(SpokenName.candidacy_id).where(SpokenName.round_id == round_.id)))
    names = spoken.names(len(found), seed=seed, taken=taken_names | queries.names_at_work())
    references = spoken.references(len(found), seed=seed, taken=taken_references)
    for candidacy, name, reference in zip(found, names, references, strict=True):
        if candidacy.stage is CandidacyStage.ELIGIBLE:
            candidacy.stage = CANDIDACY.advance(candidacy.stage, CandidacyStep.TAKE_TO_REVIEW)
            candidacy.version += 1
        if candidacy.id not in before:  # one that was withdrawn and came back is called what it was
            db.session.add(SpokenName(round_id=round_.id, candidacy_id=candidacy.id, name=name, reference=reference))
        why = late.strip() or None
        history.record("taken to review", candidacy, by=by, at=at, reason=why, round=round_.number)
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
    rubric = queries.rubric_number(round_)
    criteria = select(func.count()).select_from(Criterion).where(Criterion.rubric_id == rubric)
    if round_.kind in BY_RUBRIC and (rubric is None or not db.session.scalar(criteria)):
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
        files = covering.progress(round_)
        if files.all > files.settled:
            left = files.all - files.settled
            found.append(Lack(N_("Files still to be looked over: %(count)s."), {"count": left}, "files"))
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
    conflicts.raise_from_facts(round_.cycle, at=at)
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
    rubric = queries.rubric_of(round_)
    if rubric is not None and rubric.frozen_at is None:
        rubric.frozen_at, rubric.digest = at, scoring.digest(_scored_by(rubric))
    frozen = to_freeze(round_, rubric)
    round_.frozen, round_.rules_digest, round_.frozen_at = frozen.parts, frozen.digest, at
    db.session.flush()


def _scored_by(rubric: Rubric) -> dict[str, Any]:
    levels = {str(level): rubric.levels.get(str(level)) for level in range(rubric.lowest, rubric.highest + 1)}
    return {
        "criteria": [[each.key, each.weight, each.name, each.about, each.by_staff] for each in rubric.criteria],
        "levels": levels,
        "version": rubric.version,
    }


def to_freeze(round_: Round, rubric: Rubric | None) -> selecting.Frozen:
    """Return what is frozen before the first score, as it stands now: words and weights, numbers, and never a name of anybody."""
    cycle, rule = round_.cycle, selecting.from_json(round_.rule).as_json()
    parts: dict[str, Any] = {
        "selection": {
            "places": cycle.places,
            "least": cycle.sum_cents,
            "most": cycle.most_cents,
            "limits": rule["limits"],
            "amounts": rule["amounts"],
            "budget": rule["budget"],
        },
        "ties": rule["tie"],
        "reading": {
            "kind": round_.kind.value,
            "reads": round_.reads,
            "quorum": round_.quorum,
            "cap": round_.cap,
            "best": round_.best,
            "blind": round_.blind,
            "names_after": round_.names_after,
            "goes_on": onward.from_json(round_.goes_on).as_json(),
        },
        "seeds": {"round": round_.seed},
    }
    if rubric is None:
        return selecting.Frozen(parts)
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
            "model": {"method": METHOD, "scale": rubric.highest - rubric.lowest, **selecting.MODEL},
            **parts,
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


def reopen(round_: Round, *, until: datetime, reason: str, by: Person, at: datetime, extra_only: bool = False) -> None:
    """Open a closed round again until a later instant, with a reason: for everybody, or for extra readings alone."""
    if not reason.strip():
        raise Refused(N_("Say why, in a sentence: it stands in the record."), field="reason")
    if until <= at:
        raise Refused(N_("Choose a time that is still to come."), field="until")
    newest = queries.newest(round_.cycle_id)
    if newest is not None and newest.id != round_.id:
        raise Refused(N_("A later round has been made from what this one said. It cannot be opened again."))
    _step(round_, RoundStep.REOPEN, closes_at=until, extra_only=extra_only)
    what = "extra readings asked for" if extra_only else "round reopened"
    history.record(what, round_, by=by, at=at, reason=reason.strip(), until=until.isoformat())


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
    done = rows_changed(change.execution_options(synchronize_session=False))
    if done != 1:
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
