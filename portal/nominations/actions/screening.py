"""What the office does with candidacies and nominations: eligible or not, a name put right, returned, void, accepted late."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload, selectinload

from portal import history, mail
from portal.accounts import actions as accounts
from portal.awards.models import Cycle
from portal.db import db, rows_changed
from portal.errors import N_, Refused
from portal.nominations.actions import conflicts, gathering, snapshots
from portal.nominations.actions.writing import on_submitted, on_withdrawn
from portal.nominations.models import Answer, Candidacy, Nomination
from portal.nominations.queries import eligibility
from portal.nominations.rules import CANDIDACY, COUNTS, NOMINATION, CandidacyStage, CandidacyStep, Stage, Step
from portal.nominations.rules.eligibility import Holds
from portal.people.rules import name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from portal.nominations.queries.eligibility import Finding
    from portal.people.models import Person

CHANGED = N_("Somebody decided otherwise meanwhile. The page shows how it stands now.")
REASON = N_("Say why, in a sentence: it stands in the record.")
AGAINST_RULES = N_(
    "A rule of this year is not met. Say why it is eligible all the same, or put the rule right on its page."
)
EMPTIED = N_("Every nomination of it was withdrawn or made void.")
NOTHING_LEFT = N_("No nomination of it counts, so it cannot be eligible.")
STEPS = {
    CandidacyStep.FIND_ELIGIBLE: "found eligible",
    CandidacyStep.FIND_INELIGIBLE: "found not eligible",
    CandidacyStep.RECONSIDER: "to look at again",
    CandidacyStep.WITHDRAW: "withdrawn",
    CandidacyStep.COME_BACK: "came back",
}
NEEDS_REASON = frozenset({CandidacyStep.FIND_INELIGIBLE, CandidacyStep.WITHDRAW})

on_stage: list[
    Callable[[Candidacy, CandidacyStage, datetime], None]
] = []  # (candidacy, the stage before, at): higher rooms listen


class Outcome(NamedTuple):
    """What became of one of several: done, or why not (a message id with its facts)."""

    candidacy: Candidacy
    done: bool
    why: str = ""
    facts: dict[str, object] = {}  # noqa: RUF012 - never changed


def decide(
    candidacy: Candidacy,
    step: CandidacyStep,
    *,
    by: Person | None,
    at: datetime,
    reason: str = "",
    found: Finding | None = None,
    stood: str | None = None,
) -> None:
    """Take one step with a candidacy. Done already (a double click), it stays as it is.

    `stood` is how it stood on the page where this was pressed: what somebody decided since is not overruled unread. Whoever finds
    it eligible though a rule is not met says why. `found` is what the rules say of it, where the caller knows. Raises `Refused`
    where the step does not fit, where a reason is missing, or where somebody else was quicker.
    """
    after = _after(step)
    if candidacy.stage is after:
        return
    if stood and stood != candidacy.stage.value:
        raise Refused(CHANGED)
    CANDIDACY.advance(candidacy.stage, step)
    why = reason.strip()
    if step in NEEDS_REASON and not why:
        raise Refused(REASON, field="reason")
    if step is CandidacyStep.FIND_ELIGIBLE and not _counting(candidacy.id):
        raise Refused(NOTHING_LEFT)
    more = _in_spite_of(candidacy, found, why) if step is CandidacyStep.FIND_ELIGIBLE else {}
    before = candidacy.stage
    taken = rows_changed(
        update(Candidacy)
        .where(Candidacy.id == candidacy.id, Candidacy.stage == before, Candidacy.merged_into_id.is_(None))
        .values(stage=after, reason=why or None, version=Candidacy.version + 1)
        .execution_options(synchronize_session=False)
    )
    if taken != 1:
        db.session.refresh(candidacy, ["stage", "reason", "version"])
        if candidacy.stage is after:
            return
        raise Refused(CHANGED)
    db.session.refresh(candidacy, ["stage", "reason", "version"])
    history.record(STEPS[step], candidacy, by=by, at=at, reason=why or None, before=before.value, **more)
    for listener in on_stage:
        listener(candidacy, before, at)


def _in_spite_of(candidacy: Candidacy, found: Finding | None, why: str) -> dict[str, list[str]]:
    """Refuse to find eligible, without a reason, what a rule of the year speaks against; return the rules that are not met or not known."""
    if found is None:
        cycle = db.session.get_one(Cycle, candidacy.cycle_id)
        found = eligibility.finding(candidacy, cycle) if cycle.eligibility else eligibility.Finding()
    against = found.of(Holds.NOT_MET)
    if against and not why:
        raise Refused(AGAINST_RULES, field="reason", rules=[verdict.rule.value for verdict in against])
    open_ones = {"not_met": against, "asked": found.of(Holds.ASK)}
    return {name: [verdict.rule.value for verdict in some] for name, some in open_ones.items() if some}


def felt_withdrawal(nomination: Nomination, at: datetime) -> None:
    """A nomination counts no more: where none is left, the candidacy is withdrawn. What was decided stays the office's to take back."""
    if nomination.candidacy_id is None:
        return
    candidacy = db.session.get_one(Candidacy, nomination.candidacy_id)
    db.session.refresh(candidacy, ["stage", "version", "merged_into_id"], with_for_update=True)
    over = {CandidacyStage.WITHDRAWN, CandidacyStage.DECIDED}
    if candidacy.stage in over or candidacy.merged_into_id is not None or _counting(candidacy.id):
        return
    decide(candidacy, CandidacyStep.WITHDRAW, by=None, at=at, reason=EMPTIED)


def felt_gathering(nomination: Nomination, candidacy: Candidacy, at: datetime) -> None:
    """A nomination counts again: a candidacy that was withdrawn only because none was left comes back, to be looked at."""
    del nomination
    db.session.flush()
    if candidacy.stage is CandidacyStage.WITHDRAWN and candidacy.reason == EMPTIED and _counting(candidacy.id):
        decide(candidacy, CandidacyStep.COME_BACK, by=None, at=at)


def _after(step: CandidacyStep) -> CandidacyStage:
    return next(after for (_before, taken), after in CANDIDACY.table.items() if taken is step)


def _counting(candidacy_id: int) -> int:
    wanted = select(func.count()).select_from(Nomination)
    return db.session.scalar(wanted.where(Nomination.candidacy_id == candidacy_id, Nomination.stage.in_(COUNTS))) or 0


def decide_many(
    candidacies: Sequence[Candidacy],
    step: CandidacyStep,
    *,
    by: Person,
    at: datetime,
    reason: str = "",
    reasons: Mapping[int, str] | None = None,
    stood: Mapping[int, str] | None = None,
) -> list[Outcome]:
    """Take one step with several of one cycle, and say of each what became of it. One that refuses stops no other.

    `reasons` are those of single ones, by their number, in place of the `reason` of all; `stood` is how each stood on the list.
    """
    own = {number: words for number, words in (reasons or {}).items() if words.strip()}
    if step in NEEDS_REASON and not reason.strip() and any(candidacy.id not in own for candidacy in candidacies):
        raise Refused(REASON, field="reason")
    outcomes: list[Outcome] = []
    found: dict[int, Finding] = {}
    if step is CandidacyStep.FIND_ELIGIBLE and candidacies:
        cycle = db.session.get_one(Cycle, candidacies[0].cycle_id)
        found = eligibility.findings(cycle, [candidacy.id for candidacy in candidacies])
    for candidacy in candidacies:
        try:
            why = own.get(candidacy.id, reason)
            seen = (stood or {}).get(candidacy.id)
            decide(candidacy, step, by=by, at=at, reason=why, found=found.get(candidacy.id), stood=seen)
        except Refused as refusal:
            outcomes.append(Outcome(candidacy, done=False, why=refusal.message, facts=dict(refusal.facts)))
        else:
            outcomes.append(Outcome(candidacy, done=True))
    return outcomes


def put_right(candidacy: Candidacy, names: Sequence[tuple[str, str]], *, role: str, by: Person, at: datetime) -> None:
    """Put the names and the role right as they are shown. Snapshots keep what was typed.

    `names` are (given, family) in the order of the candidacy's people, which must be loaded.
    """
    if any(not family.strip() for _given, family in names) or len(names) != len(candidacy.people):
        raise Refused(N_("Write the person's last name"), field="family")
    before = (candidacy.name, candidacy.role)
    for link, (given, family) in zip(candidacy.people, names, strict=True):
        if (link.person.given_name, link.person.family_name) != (given.strip(), family.strip()):
            accounts.rename(link.person, given=given, family=family, by=by, at=at)
    shown = " & ".join(f"{given.strip()} {family.strip()}".strip() for given, family in names)[:600]
    if (shown, role.strip() or None) == before:
        return
    candidacy.name, candidacy.role = shown, role.strip() or None
    candidacy.sort_name = " ".join(name_key(given, family) for given, family in names)[:600]
    candidacy.name_put_right_at = at
    history.record("put right", candidacy, by=by, at=at, before=before[0], after=shown, role=candidacy.role)
    db.session.flush()
    conflicts.raise_from_facts(candidacy, at=at)


def confirm_standing(candidacy: Candidacy, *, note: str, by: Person, at: datetime) -> None:
    """Record that the district confirmed employment, years and good standing, or enrolment. Done already, it stays."""
    taken = rows_changed(
        update(Candidacy)
        .where(Candidacy.id == candidacy.id, Candidacy.standing_confirmed_at.is_(None))
        .values(standing_confirmed_at=at, standing_confirmed_by_id=by.id, standing_note=note.strip() or None)
        .execution_options(synchronize_session=False)
    )
    if taken == 1:
        history.record("standing confirmed", candidacy, by=by, at=at, note=note.strip() or None)
    db.session.refresh(candidacy, ["standing_confirmed_at", "standing_confirmed_by_id", "standing_note"])


def take_back_standing(candidacy: Candidacy, *, reason: str, by: Person, at: datetime) -> None:
    """Record that the confirmation does not hold."""
    if candidacy.standing_confirmed_at is None:
        return
    if not reason.strip():
        raise Refused(REASON, field="reason")
    candidacy.standing_confirmed_at = candidacy.standing_confirmed_by_id = candidacy.standing_note = None
    history.record("standing taken back", candidacy, by=by, at=at, reason=reason.strip())


# ---------------------------------------------------------------- single nominations


def make_void(nomination: Nomination, *, reason: str, by: Person, at: datetime) -> None:
    """Let a nomination count no more, and say why. It is kept, with its snapshots."""
    if nomination.stage is Stage.VOID:
        return
    counted = nomination.stage in COUNTS
    _step(nomination, Step.MAKE_VOID, "void", by=by, at=at, reason=_reason(reason))
    mail.cancel(nomination)
    if counted:
        for listener in on_withdrawn:
            listener(nomination, at)


def give_back(nomination: Nomination, *, due_at: datetime, reason: str, by: Person, at: datetime) -> None:
    """Return a nomination to its nominator with a deadline of its own, and ask for what is missing."""
    why = _reason(reason)
    if due_at <= at:
        raise Refused(N_("Choose a time that has not passed."), field="due")
    if not nomination.nominator.email:
        raise Refused(
            N_(
                "The nominator gave no e-mail address, so nothing can be returned to them. Call them, and enter it for them."
            )
        )
    _step(nomination, Step.RETURN, "returned", by=by, at=at, reason=why, return_due_at=due_at)
    mail.post(
        "nominations/returned",
        to=nomination.nominator,
        at=at,
        about=nomination,
        key=f"returned:{nomination.id}:{nomination.version}",
        link={
            "purpose": "confirm",
            "kind": "sitting",
            "id": nomination.sitting_id,
            "next": f"/nominations/{nomination.reference}",
            "days": 60,
        },
        name=nomination.sitting.nominator_name,
        reference=nomination.reference,
        award=nomination.cycle.award.name,
        nominee=" & ".join(named.name for named in nomination.named),
        reason=why,
        due=due_at.isoformat(),
    )


def accept_late(nomination: Nomination, *, reason: str, tell: bool, by: Person, at: datetime) -> Candidacy:
    """Let a late nomination count as if it had come in time, and say why: its snapshot is taken and it is gathered."""
    why = _reason(reason)
    _step(nomination, Step.ACCEPT_LATE, "accepted late", by=by, at=at, reason=why, submitted_at=at)
    whole = db.session.scalars(
        select(Nomination)
        .options(
            joinedload(Nomination.sitting),
            joinedload(Nomination.nominator),
            joinedload(Nomination.cycle),
            selectinload(Nomination.named),
            selectinload(Nomination.schools),
            selectinload(Nomination.answers).joinedload(Answer.question),
            selectinload(Nomination.snapshots),
        )
        .where(Nomination.id == nomination.id)
        .execution_options(populate_existing=True)
    ).one()
    snapshots.take(whole, at=at)
    candidacy = gathering.gather(whole, at=at, by=by)
    for listener in on_submitted:
        listener(whole, at)
    if tell:
        _tell_late(whole, "accepted_late", why, at=at)
    return candidacy


def refuse_late(nomination: Nomination, *, reason: str, tell: bool, by: Person, at: datetime) -> None:
    """Refuse a late nomination, and say why. It is kept."""
    if nomination.stage is Stage.REFUSED:
        return
    why = _reason(reason)
    _step(nomination, Step.REFUSE, "refused", by=by, at=at, reason=why)
    if tell:
        _tell_late(nomination, "refused_late", why, at=at)


def _tell_late(nomination: Nomination, template: str, reason: str, *, at: datetime) -> None:
    if not nomination.nominator.email:
        return
    mail.post(
        f"nominations/{template}",
        to=nomination.nominator,
        at=at,
        about=nomination,
        key=f"{template}:{nomination.id}",
        name=nomination.sitting.nominator_name,
        reference=nomination.reference,
        award=nomination.cycle.award.name,
        nominee=" & ".join(named.name for named in nomination.named),
        reason=reason,
    )


def _reason(words: str) -> str:
    if not words.strip():
        raise Refused(REASON, field="reason")
    return words.strip()


def _step(
    nomination: Nomination, step: Step, word: str, *, by: Person, at: datetime, reason: str, **values: datetime
) -> None:
    """Take one step with a nomination if nobody took another meanwhile."""
    before = nomination.stage
    after = NOMINATION.advance(before, step)
    taken = rows_changed(
        update(Nomination)
        .where(Nomination.id == nomination.id, Nomination.stage == before)
        .values(stage=after, reason=reason, version=Nomination.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if taken != 1:
        raise Refused(CHANGED)
    db.session.refresh(nomination, ["stage", "reason", "version", *values])
    history.record(word, nomination, by=by, at=at, reason=reason)
