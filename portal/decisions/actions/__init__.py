"""Proposing, approving and returning decisions. A place is taken once, however many click at once.

Every change first locks its cycle and fund (on SQLite the write itself is that lock), then reads what is taken afresh; unique
constraints and conditional updates stand behind it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, update

from portal import history, mail
from portal.awards.models import Cycle
from portal.awards.rules import CYCLE, CycleStage, CycleStep
from portal.db import db, rows_changed
from portal.decisions import queries
from portal.decisions.models import Decision
from portal.decisions.rules import choosing
from portal.decisions.rules.lives import DECISION, DecisionState, DecisionStep, Outcome
from portal.errors import N_, Refused, Stale
from portal.funds import queries as funds
from portal.funds.models import Fund
from portal.nominations.models import Candidacy
from portal.nominations.rules import CANDIDACY, STANDS, CandidacyStage, CandidacyStep
from portal.review.rules.lives import RoundState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from portal.decisions.queries import Decided, Deciding
    from portal.decisions.rules.choosing import Ranked
    from portal.nominations.models import Conflict
    from portal.people.models import Person

MOVED = N_("This was changed since you opened it. The page shows how it stands now.")
NOT_NOW = N_("Decisions are made while the cycle is in review. This one is %(state)s.")
STILL_READING = N_("The round is still open. Decide once it is closed.")
APPROVED_ALREADY = N_("This is approved. Return it first, with a reason.")
WITHDRAWN = N_("This candidacy was withdrawn.")
NO_PLACE = N_("All %(places)s places are taken. Free one first, or choose another outcome.")
ALTERNATE_TAKEN = N_("Another alternate has number %(number)s. Choose a free number.")
BAD_SUM = N_("The sum must lie between %(least)s and %(most)s.")
ONE_SUM = N_("Each place of this cycle is %(sum)s.")
FUND_SPENT = N_("With this, %(fund)s would give %(given)s this year. It has %(yearly)s.")
REASON = N_("Say why, in a sentence: this departs from the order of standing, or chooses within a tie.")
BY_LOT = N_("This candidacy stands in an exact tie, and the rule says that a draw settles it. Hold the draw first.")
NOT_WORKED_OUT = N_(
    "The portal is still working out what the rule makes of the newest standings. Try again in a moment."
)
RETURN_REASON = N_("Say why, in a sentence: it stands in the record.")
NOTHING_WAITS = N_("Nothing waits for your approval. Whoever proposed cannot approve.")
NOTHING_OPEN = N_("Every candidacy has a decision already.")
NOT_THE_NEXT = N_("No place is free for this alternate now. The page shows whose turn it is.")
FREED = N_("A place fell free")
NOTHING_RANKED = N_("Nobody has a standing yet, so the standings suggest nobody.")

# (cycle, at): publishing listens, and takes back an approval that was given for something else
on_changed: list[Callable[[Cycle, datetime], None]] = []
on_rescinded: list[Callable[[Decision, str, datetime], object]] = []  # its offer ends with it
# (cycle, decision, by, at): an alternate took a place after the others were told; publishing listens, and tells them
on_released_late: list[Callable[[Cycle, Decision, Person, datetime], object]] = []


class Held(NamedTuple):
    """A cycle as it stands, held until this transaction ends."""

    stage: CycleStage
    places: int
    least: int
    most: int | None


def _hold(cycle: Cycle) -> Held:
    """Hold a cycle and its fund against everybody else who would decide, and return it as it stands now."""
    wanted = (
        select(Cycle.stage, Cycle.places, Cycle.sum_cents, Cycle.most_cents)
        .where(Cycle.id == cycle.id)
        .with_for_update()
    )
    held = Held(*db.session.execute(wanted).one())
    if cycle.fund_id is not None:
        db.session.execute(select(Fund.id).where(Fund.id == cycle.fund_id).with_for_update())
    return held


def _open(thing: Deciding) -> Held:
    held = _hold(thing.cycle)
    if held.stage is not CycleStage.IN_REVIEW:
        raise Refused(NOT_NOW, state=held.stage.value)
    if thing.round is not None and thing.round.state not in {RoundState.CLOSED, RoundState.LOCKED}:
        raise Refused(STILL_READING)
    return held


def propose(
    thing: Decided,
    *,
    outcome: Outcome,
    reason: str = "",
    sum_cents: int | None = None,
    alternate: int | None = None,
    version: int = 0,
    by: Person,
    at: datetime,
) -> None:
    """Propose one candidacy's outcome, or change what was proposed. `version` is that of the decision seen, 0 for none.

    Raises `Refused` when no place or sum is left, when a reason is owed, or when it is approved already; `Stale` when somebody was first.
    """
    held = _open(thing.deciding)
    candidacy = thing.line.candidacy
    stage = db.session.scalar(select(Candidacy.stage).where(Candidacy.id == candidacy.id))
    if stage is CandidacyStage.WITHDRAWN:
        raise Refused(WITHDRAWN)
    before = db.session.execute(
        select(Decision.state, Decision.version).where(Decision.candidacy_id == candidacy.id)
    ).first()
    if before is not None and before.state is not DecisionState.PROPOSED:
        raise Refused(APPROVED_ALREADY)
    if (before.version if before is not None else 0) != version:
        raise Stale(MOVED)
    ranked = queries.ranked(thing.deciding)
    own = next(one for one in ranked if one.number == candidacy.id)
    suggested = queries.suggested(thing.deciding)
    if suggested is not None and suggested.by_lot and candidacy.id in suggested.tied:
        raise Refused(BY_LOT, field="outcome")
    if not reason.strip() and choosing.owes_reason(own, outcome, ranked, places=held.places, suggested=suggested):
        raise Refused(REASON, field="reason")
    _write(
        thing.deciding.cycle,
        held,
        candidacy.id,
        outcome=outcome,
        reason=reason,
        sum_cents=sum_cents,
        alternate=alternate,
        by=by,
        at=at,
    )
    _changed(thing.deciding.cycle, at)


def _write(
    cycle: Cycle,
    held: Held,
    candidacy_id: int,
    *,
    outcome: Outcome,
    reason: str,
    sum_cents: int | None,
    alternate: int | None,
    by: Person,
    at: datetime,
) -> None:
    """Write one proposal into a cycle that is held."""
    facts: dict[str, object] = {
        "outcome": outcome,
        "place": None,
        "alternate": None,
        "sum_cents": None,
        "reason": reason.strip(),
    }
    if outcome is Outcome.SELECTED:
        facts["place"] = _place(cycle, held, candidacy_id)
        facts["sum_cents"] = _sum(cycle, held, candidacy_id, sum_cents)
    elif outcome is Outcome.ALTERNATE:
        facts["alternate"] = _alternate(cycle, candidacy_id, alternate)
    facts |= {"proposed_by_id": by.id, "proposed_at": at}
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == candidacy_id))
    if decision is None:
        decision = Decision(cycle_id=cycle.id, candidacy_id=candidacy_id, **facts)
        db.session.add(decision)
        db.session.flush()
    else:
        mine = (
            Decision.id == decision.id,
            Decision.state == DecisionState.PROPOSED,
            Decision.version == decision.version,
        )
        changed = rows_changed(update(Decision).where(*mine).values(version=decision.version + 1, **facts))
        if changed != 1:
            raise Stale(MOVED)
    history.record("decision proposed", decision, by=by, at=at, reason=reason.strip() or None, outcome=outcome.value)


def _place(cycle: Cycle, held: Held, candidacy_id: int) -> int:
    """Return the place this candidacy holds, or the lowest that is free."""
    own = db.session.scalar(select(Decision.place).where(Decision.candidacy_id == candidacy_id))
    if own is not None:
        return own
    taken = db.session.scalars(select(Decision.place).where(Decision.cycle_id == cycle.id, Decision.place.is_not(None)))
    place = choosing.free((number for number in taken if number is not None), held.places)
    if place is None:
        raise Refused(NO_PLACE, field="outcome", places=held.places)
    return place


def _sum(cycle: Cycle, held: Held, candidacy_id: int, sum_cents: int | None) -> int:
    """Return the sum of a place, within the cycle's bounds and what is left of the fund this year."""
    cents = held.least if sum_cents is None else sum_cents
    if not choosing.sum_fits(cents, least=held.least, most=held.most):
        if held.most is None or held.most == held.least:
            raise Refused(ONE_SUM, field="sum", sum=_figure(held.least))
        raise Refused(BAD_SUM, field="sum", least=_figure(held.least), most=_figure(held.most))
    if cycle.fund_id is not None:
        fund = db.session.get_one(Fund, cycle.fund_id)
        name, yearly = fund.name, funds.budget(fund, cycle.year)
        own = db.session.scalar(select(Decision.sum_cents).where(Decision.candidacy_id == candidacy_id)) or 0
        total = queries.given(cycle) - own + cents
        if total > yearly:
            raise Refused(FUND_SPENT, field="sum", fund=name, given=_figure(total), yearly=_figure(yearly))
    return cents


def _figure(cents: int) -> str:
    return f"{cents / 100:,.2f}".removesuffix(".00")


def _alternate(cycle: Cycle, candidacy_id: int, wanted: int | None) -> int:
    """Return the number asked for if it is free, else this candidacy's own, else the next after all others."""
    rows = db.session.execute(
        select(Decision.candidacy_id, Decision.alternate).where(
            Decision.cycle_id == cycle.id, Decision.alternate.is_not(None)
        )
    )
    taken = {number: one for one, number in rows if number is not None}
    if wanted is not None:
        if taken.get(wanted, candidacy_id) != candidacy_id:
            raise Refused(ALTERNATE_TAKEN, field="alternate", number=wanted)
        return wanted
    own = next((number for number, one in taken.items() if one == candidacy_id), None)
    return own or max(taken, default=0) + 1


def clear(thing: Decided, *, version: int, by: Person, at: datetime) -> None:
    """Take a proposal back, so that there is no decision and its place is free."""
    decision = thing.line.decision
    if decision is None or decision.earlier is None:
        _open(thing.deciding)
    else:
        _hold(thing.deciding.cycle)
    if decision is None:
        raise Stale(MOVED)
    db.session.refresh(decision)
    if decision.state is not DecisionState.PROPOSED:
        raise Refused(APPROVED_ALREADY)
    if decision.version != version:
        raise Stale(MOVED)
    if decision.earlier is not None:
        _put_back(decision, by=by, at=at)
        return
    db.session.delete(decision)
    db.session.flush()
    history.record("proposal taken back", thing.line.candidacy, by=by, at=at, outcome=decision.outcome.value)
    _changed(thing.deciding.cycle, at)


def promote(thing: Decided, *, by: Person, at: datetime) -> None:
    """Propose the next alternate for a place that fell free after it was approved. A second person approves it anew.

    Once those concerned were told, that approval tells the alternate at once. Raises `Refused` where no place is free, where somebody
    else's turn it is, or once the cycle is archived.
    """
    held = _hold(thing.deciding.cycle)
    if held.stage not in {CycleStage.IN_REVIEW, CycleStage.DECIDED, CycleStage.RELEASED}:
        raise Refused(NOT_NOW, state=held.stage.value)
    turn, decision = queries.next_alternate(thing.deciding, by), thing.line.decision
    if decision is None or turn is None or turn.candidacy.id != thing.line.candidacy.id:
        raise Refused(NOT_THE_NEXT)
    number = decision.alternate
    if decision.state is DecisionState.APPROVED:
        _back(decision, thing.deciding.cycle, reason=FREED, version=decision.version, by=by, at=at)
    else:
        _step_forward(decision)
    db.session.refresh(decision)
    _write(
        thing.deciding.cycle,
        held,
        thing.line.candidacy.id,
        outcome=Outcome.SELECTED,
        reason=f"{FREED} (alternate {number})",
        sum_cents=None,
        alternate=None,
        by=by,
        at=at,
    )
    _changed(thing.deciding.cycle, at)


def _step_forward(decision: Decision) -> None:
    """Take a released alternate back to "proposed", keeping beside it what it was."""
    earlier = {
        "state": decision.state.value,
        "alternate": decision.alternate,
        "reason": decision.reason,
        "proposed_by_id": decision.proposed_by_id,
        "proposed_at": decision.proposed_at.isoformat(),
        "approved_by_id": decision.approved_by_id,
        "approved_at": decision.approved_at.isoformat() if decision.approved_at else None,
    }
    mine = (Decision.id == decision.id, Decision.version == decision.version, Decision.state == decision.state)
    facts = {
        "state": DECISION.advance(decision.state, DecisionStep.PROMOTE),
        "approved_by_id": None,
        "approved_at": None,
        "earlier": earlier,
        "version": decision.version + 1,
    }
    if rows_changed(update(Decision).where(*mine).values(**facts)) != 1:
        raise Stale(MOVED)


def _put_back(decision: Decision, *, by: Person, at: datetime) -> None:
    """Let an alternate who was proposed for a free place be an alternate again, as approved before."""
    earlier = decision.earlier or {}
    decision.state = DECISION.advance(decision.state, DecisionStep.PUT_BACK)
    decision.outcome, decision.place, decision.sum_cents = Outcome.ALTERNATE, None, None
    decision.alternate, decision.reason = earlier["alternate"], earlier["reason"]
    decision.proposed_by_id, decision.approved_by_id = earlier["proposed_by_id"], earlier["approved_by_id"]
    decision.proposed_at = datetime.fromisoformat(earlier["proposed_at"])
    decision.approved_at = datetime.fromisoformat(earlier["approved_at"])
    decision.earlier, decision.version = None, decision.version + 1
    db.session.flush()
    history.record("proposal taken back", decision, by=by, at=at, outcome=Outcome.ALTERNATE.value)


def propose_by_standing(thing: Deciding, *, alternates: int, by: Person, at: datetime) -> int:
    """Propose what the frozen rule makes of the standings, for whoever has no decision yet. Returns how many were proposed.

    A tie at the cut is left to people, and so is everyone `by` has a conflict with: neither is chosen here.
    """
    held = _open(thing)
    ranked = queries.ranked(thing)
    if not any(one.rank is not None for one in ranked):
        raise Refused(NOTHING_RANKED)
    closed = _decided(thing) | set(queries.conflicted(thing, by))
    suggested = queries.suggested(thing)
    if queries.awaits_the_rule(thing):
        raise Refused(NOT_WORKED_OUT)
    found = (
        choosing.by_standing(ranked, places=held.places, alternates=alternates)
        if suggested is None
        else choosing.by_rule(suggested, alternates=alternates)
    )
    here = {one.number for one in ranked}  # whoever withdrew meanwhile is not proposed
    done = 0
    for one in found:
        if one.number in closed or one.number not in here:
            continue
        cents = suggested.selected.get(one.number) if suggested is not None else None
        _write(
            thing.cycle, held, one.number, outcome=one.outcome, reason="", sum_cents=cents, alternate=None, by=by, at=at
        )
        done += 1
    _changed(thing.cycle, at)
    return done


def propose_the_rest(thing: Deciding, *, reason: str, by: Person, at: datetime) -> int:
    """Propose "not selected" for everyone who has no decision yet. Returns how many there were."""
    held = _open(thing)
    ranked = queries.ranked(thing)
    closed = _decided(thing) | set(queries.conflicted(thing, by))
    suggested = queries.suggested(thing)
    by_lot = suggested.tied if suggested is not None and suggested.by_lot else frozenset()
    rest = [one for one in ranked if one.number not in closed and one.number not in by_lot]
    if not rest:
        raise Refused(BY_LOT if by_lot else NOTHING_OPEN)

    def owes(one: Ranked) -> bool:
        return choosing.owes_reason(one, Outcome.NOT_SELECTED, ranked, places=held.places, suggested=suggested)

    if not reason.strip() and any(owes(one) for one in rest):
        raise Refused(REASON, field="reason")
    for one in rest:
        own = reason if owes(one) else ""
        _write(
            thing.cycle,
            held,
            one.number,
            outcome=Outcome.NOT_SELECTED,
            reason=own,
            sum_cents=None,
            alternate=None,
            by=by,
            at=at,
        )
    _changed(thing.cycle, at)
    return len(rest)


def _decided(thing: Deciding) -> set[int]:
    return set(db.session.scalars(select(Decision.candidacy_id).where(Decision.cycle_id == thing.cycle.id)))


def ask(thing: Deciding, *, by: Person, at: datetime) -> list[Person]:
    """Ask those who may approve to do so, once a day at most. Returns who was asked."""
    asked = queries.approvers(thing, but=by)
    for person in asked:
        mail.post(
            "decisions/please_approve",
            to=person,
            at=at,
            about=thing.cycle,
            link={"purpose": "sign in", "next": f"/desk/{thing.cycle.award.slug}/{thing.cycle.year}/decisions"},
            key=f"please approve {thing.cycle.id} {person.id} {at:%Y-%m-%d}",
            award=thing.cycle.award.name,
            year=thing.cycle.year,
            asker=by.name,
        )
    history.record("approval asked for", thing.cycle, by=by, at=at)
    return asked


def approve(thing: Deciding, *, digest: str, by: Person, at: datetime) -> int:
    """Approve what waits and was proposed by others, exactly as it was shown. Returns how many decisions that was.

    Raises `Stale` when anything changed since, `Refused` where nothing waits for this person. When the last decision is approved
    the cycle is decided.
    """
    waiting = queries.awaiting(thing, by)
    late = [decision for decision in waiting if decision.earlier is not None]  # alternates, once others were told
    held = _hold(thing.cycle) if late and len(late) == len(waiting) else _open(thing)
    if not waiting:
        raise Refused(NOTHING_WAITS)
    for decision in waiting:
        db.session.refresh(decision)
    if choosing.digest((decision.id, decision.version) for decision in waiting) != digest:
        raise Stale(MOVED)
    for decision in waiting:
        _approve(decision, held, by=by, at=at)
    _decide([decision.candidacy_id for decision in waiting])
    for decision in late:
        _release_late(decision, thing.cycle, by=by, at=at)
    if not late and queries.undecided(thing.cycle) == 0:
        stage = CYCLE.advance(held.stage, CycleStep.DECIDE)
        _move(thing.cycle, held.stage, stage)
        history.record("decided", thing.cycle, by=by, at=at)
    _changed(thing.cycle, at)
    return len(waiting)


def _approve(decision: Decision, held: Held, *, by: Person, at: datetime) -> None:
    if decision.place is not None and decision.place > held.places:
        raise Refused(NO_PLACE, places=held.places)
    mine = (
        Decision.id == decision.id,
        Decision.version == decision.version,
        Decision.state == DecisionState.PROPOSED,
        Decision.proposed_by_id != by.id,
    )
    facts = {
        "state": DECISION.advance(decision.state, DecisionStep.APPROVE),
        "approved_by_id": by.id,
        "approved_at": at,
        "version": decision.version + 1,
    }
    if rows_changed(update(Decision).where(*mine).values(**facts)) != 1:
        raise Stale(MOVED)
    history.record("decision approved", decision, by=by, at=at)


def _release_late(decision: Decision, cycle: Cycle, *, by: Person, at: datetime) -> None:
    """Release an alternate's place at once: the others of the cycle were told before."""
    db.session.refresh(decision)
    decision.state, decision.earlier = DECISION.advance(decision.state, DecisionStep.RELEASE), None
    decision.version += 1
    db.session.flush()
    history.record("decision released", decision, at=at)
    for listener in on_released_late:
        listener(cycle, decision, by, at)


def _decide(candidacies: Iterable[int]) -> None:
    """Take candidacies to "decided": process alone, and the same for everyone, whatever the outcome."""
    for candidacy in db.session.scalars(select(Candidacy).where(Candidacy.id.in_(list(candidacies)))):
        if candidacy.stage is not CandidacyStage.DECIDED:
            candidacy.stage = CANDIDACY.advance(candidacy.stage, CandidacyStep.DECIDE)
            candidacy.version += 1


def _move(cycle: Cycle, before: CycleStage, after: CycleStage) -> None:
    moved = rows_changed(
        update(Cycle).where(Cycle.id == cycle.id, Cycle.stage == before).values(stage=after, version=Cycle.version + 1)
    )
    if moved != 1:
        raise Stale(MOVED)


def return_(thing: Decided, *, reason: str, version: int, by: Person, at: datetime) -> None:
    """Return an approved decision to its proposer: its messages are cancelled, and its release must be approved anew."""
    decision = thing.line.decision
    if decision is None:
        raise Stale(MOVED)
    if not reason.strip():
        raise Refused(RETURN_REASON, field="reason")
    _back(decision, thing.deciding.cycle, reason=reason.strip(), version=version, by=by, at=at)


def _back(decision: Decision, cycle: Cycle, *, reason: str, version: int, by: Person | None, at: datetime) -> None:
    held = _hold(cycle)
    state = DECISION.advance(decision.state, DecisionStep.RETURN)
    mine = (Decision.id == decision.id, Decision.version == version, Decision.state == DecisionState.APPROVED)
    facts = {"state": state, "approved_by_id": None, "approved_at": None, "version": version + 1}
    if rows_changed(update(Decision).where(*mine).values(**facts)) != 1:
        raise Stale(MOVED)
    mail.cancel(decision)
    history.record("decision returned", decision, by=by, at=at, reason=reason)
    if held.stage is CycleStage.DECIDED:
        _move(cycle, held.stage, CYCLE.advance(held.stage, CycleStep.RETURN))
        history.record("returned to review", cycle, by=by, at=at, reason=reason)
    _changed(cycle, at)


def _changed(cycle: Cycle, at: datetime) -> None:
    for listener in on_changed:
        listener(cycle, at)


# ---------------------------------------------------------------- felt from below


def felt_stage(candidacy: Candidacy, _before: CandidacyStage, at: datetime) -> None:
    """Feel a withdrawal: what was proposed or approved for somebody who withdrew falls away, and its place is free."""
    if candidacy.stage is CandidacyStage.WITHDRAWN:
        _fall_away(candidacy.id, at=at, why="The candidacy was withdrawn.")


def felt_merging(_stays: Candidacy, gathered: Candidacy, at: datetime) -> None:
    """Feel that two were one: what was decided of the one that is no more falls away."""
    _fall_away(gathered.id, at=at, why="The candidacy was gathered into another.")


def felt_conflict(conflict: Conflict, at: datetime) -> None:
    """Feel a conflict that stands: what that person proposed falls away, and what they approved must be approved by somebody else."""
    if conflict.state not in STANDS:
        return
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == conflict.candidacy_id))
    if decision is None:
        return
    if decision.proposed_by_id == conflict.person_id:
        _fall_away(conflict.candidacy_id, at=at, why="Whoever proposed it has a conflict of interest.")
    elif decision.approved_by_id == conflict.person_id and decision.state is DecisionState.APPROVED:
        cycle = db.session.get_one(Cycle, decision.cycle_id)
        _back(
            decision,
            cycle,
            reason="Whoever approved it has a conflict of interest.",
            version=decision.version,
            by=None,
            at=at,
        )


def _fall_away(candidacy_id: int, *, at: datetime, why: str) -> None:
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == candidacy_id))
    if decision is None or decision.state not in {DecisionState.PROPOSED, DecisionState.APPROVED}:
        return
    cycle = db.session.get_one(Cycle, decision.cycle_id)
    held = _hold(cycle)
    history.record("decision fell away", decision, at=at, reason=why, outcome=decision.outcome.value)
    mail.cancel(decision)
    db.session.delete(decision)
    db.session.flush()
    if held.stage is CycleStage.DECIDED and queries.undecided(cycle):
        _move(cycle, held.stage, CYCLE.advance(held.stage, CycleStep.RETURN))
        history.record("returned to review", cycle, at=at, reason=why)
    _changed(cycle, at)


# ---------------------------------------------------------------- called by publishing, at the instant and after it


def release(cycle: Cycle, *, at: datetime) -> None:
    """Mark a cycle's decisions as released: they can be corrected or rescinded from now on, and no longer returned."""
    for decision in queries.of_cycle(cycle):
        decision.state = DECISION.advance(decision.state, DecisionStep.RELEASE)
        decision.version += 1
        history.record("decision released", decision, at=at)


def correct(decision: Decision, *, reason: str, by: Person, at: datetime) -> None:
    """Note that what was said of a released decision was corrected."""
    decision.state = DECISION.advance(decision.state, DecisionStep.CORRECT)
    decision.version += 1
    history.record("decision corrected", decision, by=by, at=at, reason=reason)


def give_back(decision: Decision, *, cents: int, reason: str, by: Person | None, at: datetime) -> None:
    """Note that a part of a decision's sum went back to its fund: the place and the honor stay."""
    decision.forfeited_cents = cents
    decision.version += 1
    history.record("sum given back", decision, by=by, at=at, reason=reason, cents=cents)


def rescind(decision: Decision, *, reason: str, by: Person | None, at: datetime) -> None:
    """Take a released decision back. Its place is free for an alternate."""
    for listener in on_rescinded:
        listener(decision, reason, at)
    decision.state = DECISION.advance(decision.state, DecisionStep.RESCIND)
    decision.place = None
    decision.version += 1
    history.record("decision rescinded", decision, by=by, at=at, reason=reason)


def selected(cycle: Cycle) -> int:
    """Return how many places of a cycle are taken: for checks, never for a page."""
    wanted = (
        select(func.count()).select_from(Decision).where(Decision.cycle_id == cycle.id, Decision.place.is_not(None))
    )
    return int(db.session.scalar(wanted) or 0)
