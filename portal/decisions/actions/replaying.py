"""Working out what the rule makes of the standings, and computing a whole decision again: the worker's part, and asking for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import history
from portal.db import db
from portal.decisions import queries as deciding
from portal.decisions.models import Replay, Selection
from portal.decisions.queries import replaying as queries
from portal.errors import N_, Refused
from portal.jobs import actions as jobs
from portal.review.actions import calibrating
from portal.review.queries import rounds
from portal.review.rules.kinds import BY_RUBRIC

if TYPE_CHECKING:
    from datetime import datetime

    from portal.people.models import Person
    from portal.review.models import Round

JOB = "replay a decision"
NOT_OVER = N_("The round is still open. A decision can be computed again once it is closed.")
NOT_SCORED = N_(
    "This round was not scored by a rubric: its standings are counted, and there is nothing to compute again."
)
NOT_KEPT = N_("This round was opened before the portal kept what is needed to compute a decision again.")


def ask(round_: Round, *, by: Person, at: datetime) -> Replay:
    """Ask for a replay; the worker does it. One that still waits is not asked for twice."""
    if round_.state not in rounds.OVER:
        raise Refused(NOT_OVER)
    if round_.frozen is None:
        raise Refused(NOT_KEPT)
    if round_.kind not in BY_RUBRIC:
        raise Refused(NOT_SCORED)
    waiting = queries.last(round_)
    if waiting is not None and waiting.finished_at is None:
        return waiting
    made = Replay(round_id=round_.id, asked_by_id=by.id, asked_at=at)
    db.session.add(made)
    db.session.flush()
    jobs.ask(JOB, at=at, asked_by_id=by.id, replay=made.id)
    history.record("replay asked for", round_, by=by, at=at)
    return made


def work_out(round_: Round, *, at: datetime) -> None:
    """Work out what the frozen rule makes of a round's standings, and keep it for the pages."""
    from portal.decisions.rules import bundle  # noqa: PLC0415 - what it computes with is heavy, and only the worker needs it

    kept = deciding.selection_of(round_)
    if kept is None:
        kept = Selection(round_id=round_.id, standings_version=round_.standings_version, computed_at=at)
        db.session.add(kept)
    kept.facts = bundle.compute_selection(queries.basis(round_))
    kept.standings_version, kept.computed_at = round_.standings_version, at


def run(made: Replay, *, at: datetime) -> None:
    """Compute a decision again from what was frozen, and keep the bundle and what came of it."""
    from portal.decisions.rules import bundle  # noqa: PLC0415 - as above

    round_ = rounds.by_id(made.round_id)
    if round_ is None:
        return
    if round_.calibrated_version != round_.standings_version:
        calibrating.calibrate(round_)
    kept = deciding.selection_of(round_)
    if kept is None or kept.standings_version != round_.standings_version:
        work_out(round_, at=at)
    db.session.flush()
    whole = bundle.seal(queries.sections(round_))
    steps = bundle.replay(whole)
    made.bundle, made.digest = whole, whole["digest"]
    made.steps = [step.as_json() for step in steps]
    made.same, made.finished_at = bundle.identical(steps), at
    found = "identical" if made.same else steps[-1].name
    history.record("decision replayed", round_, at=at, digest=made.digest, found=found)
