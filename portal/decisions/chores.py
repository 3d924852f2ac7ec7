"""What the worker does for this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import clock
from portal.db import db, transaction
from portal.decisions.actions import replaying
from portal.decisions.queries import replaying as queries
from portal.review.queries import rounds

if TYPE_CHECKING:
    from datetime import datetime

    from portal.jobs.models import Job


def select_due(at: datetime) -> int:
    """Work out the selection of every round that is over and whose standings changed since. Returns how many."""
    numbers = [round_.id for round_ in queries.to_select()]
    db.session.rollback()
    for number in numbers:
        with transaction():
            round_ = rounds.by_id(number)
            if round_ is not None:
                replaying.work_out(round_, at=at)
    return len(numbers)


def replay(job: Job, _at: datetime) -> None:
    """Compute one decision again."""
    made = queries.by_id(job.facts["replay"])
    if made is not None and made.finished_at is None:
        replaying.run(made, at=clock.now())
