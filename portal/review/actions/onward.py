"""Who goes on from a round: as its rule proposes, or as a person says against it, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import CANDIDACY, CandidacyStage, CandidacyStep
from portal.review.models import Onward, Round, SpokenName
from portal.review.queries import onward as queries
from portal.review.queries import rounds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.people.models import Person

NOT_OVER = N_("This round is still open. Close it first; then say who goes on.")
REASON = N_("Say why, in a sentence: the rule says otherwise, or leaves it to you.")
TAKEN = N_("It is in the next round already, and stays in it.")
OVER = N_("A later round is over already. Nobody comes into it any more.")
STAGES = frozenset({CandidacyStage.IN_REVIEW, CandidacyStage.SHORTLISTED, CandidacyStage.NOT_ADVANCED})


class Said(NamedTuple):
    """What a person says of one candidacy."""

    goes_on: bool
    reason: str = ""


class Objection(Refused):
    """A word about one candidacy that cannot be taken; `number` says whose."""

    status = 422

    def __init__(self, message: str, number: int) -> None:
        """Name the candidacy by its number: the page knows what it is called."""
        super().__init__(message)
        self.number = number


def decide(round_: Round, said: Mapping[int, Said], *, by: Person, at: datetime) -> int:
    """Say of candidacies whether they go on; return how many that changes. All or none of it is taken.

    A word that the rule does not say itself needs a reason. Nobody decides where a conflict of theirs stands: such a candidacy
    is as if it were not in the round. What the next round has taken stays there.
    """
    db.session.scalar(select(Round.id).where(Round.id == round_.id).with_for_update())
    if round_.state not in rounds.OVER:
        raise Refused(NOT_OVER)
    proposals = queries.proposals(round_)
    seen = untouched_by_conflict(select(Candidacy).where(Candidacy.id.in_(rounds.taken(round_))), by)
    found = db.session.scalars(seen.where(Candidacy.id.in_(said)).order_by(Candidacy.id).with_for_update()).all()
    known = queries.said(round_)
    later = _later(round_)
    changed = 0
    for candidacy in found:
        word, before = said[candidacy.id], known.get(candidacy.id)
        if before is not None and before.goes_on is word.goes_on and word.reason.strip() in {"", before.reason}:
            continue
        proposal = proposals.get(candidacy.id)
        by_rule = proposal is not None and proposal.goes_on is word.goes_on
        if before is not None and before.goes_on is not word.goes_on:
            by_rule = by_rule and bool(word.reason.strip())  # what was said is taken back only with a reason
        _check(candidacy, word, later, by_rule=by_rule)
        _put(round_, candidacy, word, before, by_rule=by_rule, by=by, at=at)
        changed += 1
    return changed


def _later(round_: Round) -> tuple[Round | None, frozenset[int]]:
    newest = rounds.newest(round_.cycle_id)
    if newest is None or newest.id == round_.id:
        return None, frozenset()
    wanted = select(SpokenName.candidacy_id).join(Round, Round.id == SpokenName.round_id)
    there = db.session.scalars(wanted.where(Round.cycle_id == round_.cycle_id, Round.number > round_.number))
    return newest, frozenset(there)


def _check(candidacy: Candidacy, word: Said, later: tuple[Round | None, frozenset[int]], *, by_rule: bool) -> None:
    if candidacy.stage not in STAGES:
        raise Objection(CANDIDACY.refusal, candidacy.id)
    if not by_rule and not word.reason.strip():
        raise Objection(REASON, candidacy.id)
    newest, there = later
    if not word.goes_on and candidacy.id in there:
        raise Objection(TAKEN, candidacy.id)
    if word.goes_on and newest is not None and newest.state in rounds.OVER and candidacy.id not in there:
        raise Objection(OVER, candidacy.id)


def _put(
    round_: Round, candidacy: Candidacy, word: Said, before: Onward | None, *, by_rule: bool, by: Person, at: datetime
) -> None:
    step = CandidacyStep.SHORTLIST if word.goes_on else CandidacyStep.NOT_ADVANCE
    if not (before is not None and before.goes_on is word.goes_on):
        candidacy.stage = CANDIDACY.advance(candidacy.stage, step)
        candidacy.version += 1
    row = before
    if row is None:
        row = Onward(round_id=round_.id, candidacy_id=candidacy.id, goes_on=word.goes_on, by_rule=by_rule)
        db.session.add(row)
    row.goes_on, row.by_rule, row.reason = word.goes_on, by_rule, word.reason.strip()
    row.decided_by_id, row.decided_at = by.id, at
    db.session.flush()
    action = "goes on" if word.goes_on else "does not go on"
    history.record(action, candidacy, by=by, at=at, reason=row.reason or None, round=round_.number, by_rule=by_rule)
