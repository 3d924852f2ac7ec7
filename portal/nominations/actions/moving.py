"""Asking a nominator something, and moving a nomination to another award of the same season."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal import history, mail
from portal.awards.models import Cycle
from portal.awards.rules import CycleStage
from portal.db import db, rows_changed
from portal.errors import N_, Refused
from portal.nominations.actions import gathering, screening
from portal.nominations.models import Candidacy, Nomination, Relation
from portal.nominations.queries import writing as queries
from portal.nominations.rules import COUNTS, CandidacyStage, CandidacyStep, Stage, digest
from portal.questions.models import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.people.models import Person

TAKES = frozenset({CycleStage.OPEN, CycleStage.CLOSED})  # a cycle that nominations can be moved into
NO_WORDS = N_("Write what you want to ask.")
NO_ADDRESS = N_("The nominator gave no e-mail address. Call them.")
NOT_SENT = N_("Only a nomination that stands as it was sent can be moved.")
NOT_THERE = N_("That award takes no nominations of this season now.")
NOT_SELF = N_("Nobody nominates themself for that award.")
BEING_READ = N_("It is already being read by the committee, so it can no longer be moved.")


def ask(nomination: Nomination, *, words: str, by: Person, at: datetime) -> bool:
    """Ask a nominator something: the message says only that. The same words go once. Returns whether a message was posted.

    `nomination` needs its nominator, sitting, cycle and the names in it loaded.
    """
    said = words.strip()
    if not said:
        raise Refused(NO_WORDS, field="words")
    if not nomination.nominator.email:
        raise Refused(NO_ADDRESS)
    posted = mail.post(
        "nominations/question",
        to=nomination.nominator,
        at=at,
        about=nomination,
        key=f"question:{nomination.id}:{digest({'words': said})[:32]}",
        name=nomination.sitting.nominator_name,
        reference=nomination.reference,
        award=nomination.cycle.award.name,
        nominee=" & ".join(named.name for named in nomination.named),
        words=said,
    )
    if posted is None:
        return False
    history.record("asked the nominator", nomination, by=by, at=at, reason=said)
    return True


class Asking(StrEnum):
    """What became of asking the nominator of one of several."""

    ASKED = "asked"
    ONCE = "asked with another of theirs"
    BEFORE = "asked the same before"
    SILENT = "gave no address"


def ask_all(
    nominations: Iterable[Nomination], *, words: str, by: Person, at: datetime
) -> list[tuple[Nomination, Asking]]:
    """Ask several the same, each nominator once; return what became of each."""
    if not words.strip():
        raise Refused(NO_WORDS, field="words")
    seen: set[int] = set()
    outcomes = []
    for nomination in nominations:
        if not nomination.nominator.email:
            outcomes.append((nomination, Asking.SILENT))
        elif nomination.nominator_id in seen:
            outcomes.append((nomination, Asking.ONCE))
        else:
            seen.add(nomination.nominator_id)
            posted = ask(nomination, words=words, by=by, at=at)
            outcomes.append((nomination, Asking.ASKED if posted else Asking.BEFORE))
    return outcomes


def move(nomination: Nomination, to: Cycle, *, reason: str, by: Person, at: datetime) -> Candidacy:
    """Move a nomination to another award of its season, and gather it there; return its new candidacy.

    Its snapshots stay as they are, and so does its history; answers go to the questions of the same code, and those without one
    stand in the snapshot alone. A candidacy that is left with nothing is withdrawn. Raises `Refused` where it cannot be moved.
    """
    why = reason.strip()
    if not why:
        raise Refused(screening.REASON, field="reason")
    before = db.session.get_one(Cycle, nomination.cycle_id)
    if to.id == before.id or to.season_id != before.season_id or to.stage not in TAKES:
        raise Refused(NOT_THERE, field="award")
    if nomination.relation is Relation.SELF and not to.self_nomination:
        raise Refused(NOT_SELF, field="award")
    gathering.queue()
    left = db.session.get_one(Candidacy, nomination.candidacy_id) if nomination.candidacy_id is not None else None
    if left is not None:
        db.session.refresh(left, ["stage", "version", "merged_into_id"], with_for_update=True)
        if left.stage not in gathering.CAN_MERGE:
            raise Refused(BEING_READ)
    same = Nomination.id == nomination.id, Nomination.stage == Stage.SUBMITTED, Nomination.cycle_id == before.id
    taken = rows_changed(
        update(Nomination)
        .where(*same)
        .values(cycle_id=to.id, candidacy_id=None, version=Nomination.version + 1)
        .execution_options(synchronize_session=False)
    )
    if taken != 1:
        raise Refused(NOT_SENT)
    moved = queries.afresh(nomination)
    there = to.question_set.asked_of(Asked.NOMINATOR) if to.question_set is not None else []
    wanted = {question.key: question for question in there}
    for answer in moved.answers:
        if answer.question.key in wanted:
            answer.question_id = wanted[answer.question.key].id
    db.session.flush()
    history.record("moved", moved, by=by, at=at, reason=why, before=before.award.slug, after=to.award.slug)
    candidacy = gathering.gather(moved, at=at, by=by)
    if left is not None and left.stage is not CandidacyStage.WITHDRAWN and _empty(left):
        screening.decide(left, CandidacyStep.WITHDRAW, by=by, at=at, reason=screening.EMPTIED)
    _tell(moved, before, to, why, at=at)
    return candidacy


def _empty(candidacy: Candidacy) -> bool:
    counts = Nomination.candidacy_id == candidacy.id, Nomination.stage.in_(COUNTS)
    return db.session.scalar(select(Nomination.id).where(*counts).limit(1)) is None


def _tell(nomination: Nomination, before: Cycle, to: Cycle, reason: str, *, at: datetime) -> None:
    """Tell a nominator for which award their nomination stands now; nothing else."""
    if not nomination.nominator.email:
        return
    mail.post(
        "nominations/moved",
        to=nomination.nominator,
        at=at,
        about=nomination,
        key=f"moved:{nomination.id}:{nomination.version}",
        name=nomination.sitting.nominator_name,
        reference=nomination.reference,
        before=before.award.name,
        award=to.award.name,
        nominee=" & ".join(named.name for named in nomination.named),
        reason=reason,
    )
