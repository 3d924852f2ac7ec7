"""Planning who reads what, applying it as a difference, and changing single readings by hand under the same rules."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from portal import history, mail
from portal.accounts.models import Role
from portal.accounts.queries import holders
from portal.awards.models import Member, MemberRole
from portal.awards.rules import MemberState
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.jobs import actions as jobs
from portal.nominations.actions import conflicts
from portal.people.models import Person
from portal.review.actions import appointments, declaring, reminding, rounds, standings
from portal.review.models import Assignment, Plan, Round
from portal.review.queries import assigning as queries
from portal.review.queries import rounds as known
from portal.review.rules.lives import ASSIGNMENT, OWED, ROUND, SCORING, AssignmentState, AssignmentStep, RoundState
from portal.review.rules.scoring import own_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from portal.jobs.models import Job
    from portal.nominations.models import Candidacy
    from portal.review.queries.assigning import Inputs, Pair

CHANGED = N_("Something this plan was made from has changed meanwhile. Make the plan again: it takes a moment.")
BY_HAND = timedelta(minutes=10)  # readings given one after another are told of in one message
MOST_FIELDS = 8
LARGE = 20_000  # pairs that are looked at in a request, at most: a second's work
FULL = N_("%(name)s reads as many as they offered: %(count)s.")
WHY = {
    queries.CONFLICT: N_("%(name)s has a conflict with this candidacy."),
    queries.NOMINATED: N_("%(name)s nominated in this cycle, so they may not review in it."),
    queries.NOT_DECLARED: N_("%(name)s has not declared conflicts against the whole list yet."),
    queries.BEFORE: N_("%(name)s gave this reading back before."),
    queries.LANGUAGE: N_("%(name)s does not read a language it is written in, nor one it is translated into."),
    queries.EXPERTISE: N_("%(name)s does not know what this round asks its readers to know."),
    queries.DONORS: N_("%(name)s is close to a donor, and donors may not be half of its readers."),
    queries.SAME_SCHOOL: N_("Somebody of %(name)s's school reads this candidacy already."),
    queries.SCHOOL_FULL: N_("%(name)s reads as many of this school as a reader may."),
}
CAN_PLAN = frozenset({RoundState.PLANNED, RoundState.OPEN, RoundState.REOPENED})


def ask_for_plan(round_: Round, *, seed: int, by: Person, at: datetime) -> Plan | None:
    """Make a plan at once; or, where there is much to look at, ask the worker for it and return None."""
    if round_.state not in CAN_PLAN:
        raise Refused(ROUND.refusal, state=round_.state.value)
    if known.count_taken(round_) * len(queries.sitting(round_)) <= LARGE:
        return make_plan(round_, seed=seed, by=by, at=at)
    if queries.being_planned(round_) is None:
        key = f"{queries.planned_by(round_)}{at.timestamp()}"
        jobs.ask(queries.JOB, at=at, key=key, asked_by_id=by.id, round=round_.id, seed=seed)
    return None


def plan_asked(job: Job, at: datetime) -> None:
    """Make the plan of a large round, as somebody asked: the worker's part. A round that is over meanwhile gets none."""
    round_ = known.by_id(job.facts["round"])
    if round_ is not None and round_.state in CAN_PLAN:
        by = db.session.get(Person, job.asked_by_id) if job.asked_by_id is not None else None
        make_plan(round_, seed=job.facts["seed"], by=by, at=at)


def make_plan(round_: Round, *, seed: int, by: Person | None, at: datetime) -> Plan:
    """Compute who should read what and keep it as a plan, to be looked at before it is applied."""
    if round_.state not in CAN_PLAN:
        raise Refused(ROUND.refusal, state=round_.state.value)
    _queue(round_)
    conflicts.raise_from_facts(round_.cycle, at=at)
    declaring.match(round_.cycle, at=at)
    db.session.flush()
    found = queries.inputs(round_)
    called = queries.labels(found)
    solved = queries.solve(found, called, seed=seed)
    to_candidacy, to_reviewer = called.numbers()
    pairs = sorted((to_candidacy[candidacy], to_reviewer[reviewer]) for candidacy, reviewer in solved.pairs)
    before = found.kept | found.begun
    loads = {to_reviewer[name]: load for name, load in solved.loads.items()}
    plan = Plan(
        round_id=round_.id,
        seed=seed,
        inputs_digest=found.digest,
        pairs=[list(pair) for pair in pairs],
        facts={
            "added": [list(pair) for pair in pairs if pair not in before],
            "dropped": [list(pair) for pair in sorted(before) if pair not in set(pairs)],
            "kept": sum(pair in before for pair in pairs),
            "loads": sorted(loads.items()),
            "shortages": [
                {
                    "message": shortage.message,
                    "facts": shortage.facts,
                    "mends": [{"message": mend.message, "facts": mend.facts} for mend in shortage.mends],
                }
                for shortage in solved.shortages
            ],
            "unfilled": [[to_candidacy[name], missing] for name, missing in solved.unfilled],
            "uneven": _uneven(found, loads),
            "groups": len(solved.components),
            "vbar": solved.vbar,
            "good_enough": solved.spread.target if solved.vbar is not None else None,
            "linking": len(solved.exchanges),
            "cost": solved.cost,
            "plan_digest": solved.digest,
            "proof": queries.proof(found, called, solved),
        },
        made_by_id=by.id if by else None,
        made_at=at,
    )
    db.session.add(plan)
    db.session.flush()
    history.record("plan made", round_, by=by, at=at, plan=plan.id, seed=seed, digest=plan.inputs_digest)
    return plan


def _uneven(found: Inputs, loads: dict[int, int]) -> list[list[Any]]:
    """Return who reads at least two fewer than the busiest, and what keeps them: [person, load, capacity, why -> how many]."""
    most = max(loads.values(), default=0)
    light = []
    for person in sorted(found.members):
        load = loads.get(person, 0)
        if most - load < 2:  # noqa: PLR2004 - one apart is as level as whole readings go
            continue
        reasons: dict[str, int] = defaultdict(int)
        for number in found.candidacies:
            if (number, person) in found.barred:
                reasons[found.barred[number, person]] += 1
        light.append([person, load, found.capacity[person], dict(reasons)])
    return light


def apply(plan: Plan, round_: Round, *, by: Person | None, at: datetime) -> None:
    """Put a plan into effect: what it adds is assigned, what it drops and nobody has begun is taken back.

    Raises `Stale` when anything it was computed from has changed, or when it was applied before.
    """
    if round_.state not in CAN_PLAN:
        raise Refused(ROUND.refusal, state=round_.state.value)
    once = update(Plan).where(Plan.id == plan.id, Plan.applied_at.is_(None)).values(applied_at=at)
    if rows_changed(once.execution_options(synchronize_session=False)) != 1:
        raise Stale(N_("This plan was applied already."))
    _queue(round_)
    found = queries.inputs(round_)
    if found.digest != plan.inputs_digest:
        raise Stale(CHANGED)
    before = found.kept | found.begun
    wanted = {(candidacy, person) for candidacy, person in plan.pairs}
    _take_back(round_, [pair for pair in sorted(found.kept) if pair not in wanted])
    added = [pair for pair in sorted(wanted) if pair not in before]
    _give(round_, added, at=at, seed=plan.seed)
    db.session.refresh(plan, ["applied_at"])
    history.record("plan applied", round_, by=by, at=at, plan=plan.id, added=len(added))
    _tell(round_, {person for _candidacy, person in added}, at=at)
    standings.recompute(round_.id, {candidacy for candidacy, _person in wanted}, at=at)


def _queue(round_: Round) -> None:
    """Wait for whoever changes this round's readings at this moment (SQLite queues every write)."""
    db.session.scalar(select(Round.id).where(Round.id == round_.id).with_for_update())


def _tell(round_: Round, people: Iterable[int], *, at: datetime, settles: timedelta = timedelta(0)) -> None:
    if round_.state in SCORING:
        rounds.tell_readers(round_, at=at, only=sorted(people), settles=settles)


def _give(round_: Round, pairs: Sequence[Pair], *, at: datetime, seed: int) -> list[Assignment]:
    """Assign these pairs, each reviewer's in a random order of their own after what they have, and open what is cleared."""
    by_person: dict[int, list[int]] = defaultdict(list)
    for candidacy, person in pairs:
        by_person[person].append(candidacy)
    if not by_person:
        return []
    people = sorted(by_person)
    db.session.scalars(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update()).all()
    last = dict(
        db.session.execute(
            select(Assignment.reviewer_id, func.max(Assignment.position))
            .where(Assignment.reviewer_id.in_(people))
            .group_by(Assignment.reviewer_id)
        ).all()
    )
    made = []
    for person in people:
        order = own_order(by_person[person], seed=seed, reader=person)
        for place, candidacy in enumerate(order, start=(last.get(person) or 0) + 1):
            assignment = Assignment(
                round_id=round_.id,
                candidacy_id=candidacy,
                reviewer_id=person,
                state=ASSIGNMENT.advance(AssignmentState.PLANNED, AssignmentStep.ASSIGN),
                position=place,
                assigned_at=at,
            )
            db.session.add(assignment)
            made.append(assignment)
    db.session.flush()
    members = select(Member).where(Member.cycle_id == round_.cycle_id, Member.person_id.in_(people))
    for member in db.session.scalars(members.options(*declaring.WITH)):
        declaring.clear(member, at=at)
    appointments.tell_joined(round_, made, at=at)
    return made


def _take_back(round_: Round, pairs: Sequence[Pair]) -> None:
    """Take readings back that nobody has begun: nothing was written, so nothing is lost."""
    for candidacy, person in pairs:
        found = queries.pair(round_, candidacy, person)
        if found is not None and found.state in OWED - {AssignmentState.IN_PROGRESS}:
            db.session.delete(found)
    db.session.flush()


# ---------------------------------------------------------------- by hand


def assign(round_: Round, candidacy: Candidacy, person: Person, *, by: Person, at: datetime) -> Assignment:
    """Give one reviewer one more reading, under the rules of a plan. Raises `Refused` (field "person") saying what is in the way."""
    if round_.state not in CAN_PLAN:
        raise Refused(ROUND.refusal, state=round_.state.value)
    _queue(round_)
    conflicts.raise_from_facts(person, at=at)
    found = queries.inputs(round_)
    pair = (candidacy.id, person.id)
    if person.id not in found.members or candidacy.id not in found.candidacies:
        raise Refused(N_("%(name)s is not on this committee."), field="person", name=person.name)
    if pair in found.kept or pair in found.begun:
        raise Refused(N_("%(name)s reads this candidacy already."), field="person", name=person.name)
    why = found.barred.get(pair) or found.closed(pair)
    if why is not None:
        raise Refused(WHY[why], field="person", name=person.name)
    load = found.loads()[person.id]
    if load >= found.capacity[person.id]:
        raise Refused(FULL, field="person", name=person.name, count=load)
    made = _give(round_, [pair], at=at, seed=round_.seed)[0]
    history.record("assigned", made, by=by, at=at, candidacy=candidacy.reference, person=person.id)
    _tell(round_, [person.id], at=at, settles=BY_HAND)
    standings.recompute(round_.id, [candidacy.id], at=at)
    return made


def give_extra(round_: Round, candidacy_id: int, person: Person, *, by: Person, at: datetime) -> None:
    """Give somebody one extra reading, in a round that was opened again for such. Whoever asks has seen that nothing is in the way."""
    made = _give(round_, [(candidacy_id, person.id)], at=at, seed=round_.seed)[0]
    made.extra = True
    history.record("assigned", made, by=by, at=at, candidacy=candidacy_id, person=person.id, extra=True)
    _tell(round_, [person.id], at=at)
    standings.recompute(round_.id, [candidacy_id], at=at)


def ask_for(candidacy: Candidacy, fields: Sequence[str], *, by: Person, at: datetime) -> None:
    """Note what whoever reads a candidacy should know well: a plan prefers readers who said that they do."""
    asked = list(dict.fromkeys(word for word in (" ".join(field.split())[:60] for field in fields) if word))[
        :MOST_FIELDS
    ]
    if asked == (candidacy.expertise or []):
        return
    history.record("knowledge asked for", candidacy, by=by, at=at, before=candidacy.expertise or [], after=asked)
    candidacy.expertise = asked


def unassign(assignment: Assignment, *, by: Person, at: datetime) -> None:
    """Take one reading back that was not begun. Raises `Refused` where it was: a begun or finished review is never touched."""
    if assignment.state not in OWED - {AssignmentState.IN_PROGRESS}:
        raise Refused(N_("This review has been begun. Its reviewer can hand it back; nobody else takes it from them."))
    history.record(
        "taken back", assignment.round, by=by, at=at, candidacy=assignment.candidacy_id, person=assignment.reviewer_id
    )
    db.session.delete(assignment)
    db.session.flush()
    standings.recompute(assignment.round_id, [assignment.candidacy_id], at=at)


def ask_for_replacement(assignment: Assignment, *, at: datetime) -> None:
    """Tell the chair, or staff where there is none, that a reading needs somebody else. Names nobody and no reason."""
    round_ = assignment.round
    chairs = (
        select(Person)
        .join(Member, Member.person_id == Person.id)
        .where(
            Member.cycle_id == round_.cycle_id, Member.role == MemberRole.CHAIR, Member.state == MemberState.ACCEPTED
        )
    )
    told = list(db.session.scalars(chairs.where(Person.id != assignment.reviewer_id)))
    cycle = round_.cycle
    for person in told or holders(Role.STAFF, award_id=cycle.award_id)[:1]:
        mail.post(
            "review/replacement",
            to=person,
            at=at,
            about=assignment,
            link={"purpose": "sign in", "next": f"/desk/{cycle.award.slug}/{cycle.year}/assignments"},
            key=f"replacement {assignment.id}",
            award=cycle.award.name,
        )


def remind(round_: Round, *, by: Person, at: datetime) -> int:
    """Remind everybody who still owes a reading, at most once a day each; return how many were."""
    if round_.state not in SCORING:
        raise Refused(ROUND.refusal, state=round_.state.value)
    wanted = (
        select(Person, func.count())
        .join(Assignment, Assignment.reviewer_id == Person.id)
        .where(Assignment.round_id == round_.id, Assignment.state.in_(OWED))
        .group_by(Person.id)
        .order_by(Person.id)
    )
    count = 0
    for person, left in db.session.execute(wanted).all():
        count += reminding.remind(round_, round_.cycle.award, person, left, at=at)
    if count:
        history.record("readers reminded", round_, by=by, at=at, count=count)
    return count


def felt_leaving(member: Member, at: datetime) -> None:
    """A member left: what they had not finished is handed back. What they submitted stays."""
    wanted = (
        select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.cycle_id == member.cycle_id, Assignment.reviewer_id == member.person_id)
        .where(Assignment.state.in_(OWED))
    )
    touched: dict[int, list[int]] = defaultdict(list)
    for assignment in db.session.scalars(wanted):
        assignment.state = ASSIGNMENT.advance(assignment.state, AssignmentStep.DECLINE)
        assignment.ended_at = at
        history.record("handed back", assignment, at=at, reason="left the committee")
        touched[assignment.round_id].append(assignment.candidacy_id)
    for number, candidacies in touched.items():
        standings.recompute(number, candidacies, at=at)
