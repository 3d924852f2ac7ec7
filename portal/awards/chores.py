"""What the worker does for cycles on each round."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.awards import actions, queries
from portal.awards.reminders import actions as reminders
from portal.awards.reminders import queries as reminder_queries
from portal.awards.reminders.rules import Kind
from portal.awards.rules import CYCLE, CycleStep
from portal.db import db, transaction
from portal.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


BETWEEN_LOOKS = timedelta(minutes=1)
_looked: list[datetime] = []  # when this worker last looked after invitations


def remind_invited(at: datetime) -> int:
    """Remind whoever has not answered an invitation to a committee: once a minute."""
    if _looked and _looked[-1] <= at < _looked[-1] + BETWEEN_LOOKS:
        return 0
    _looked[:] = [at]
    waits = reminder_queries.invited(due_by=reminder_queries.Plans(Kind.INVITATION, at=at).farthest())
    db.session.rollback()
    if not waits:
        return 0
    with transaction():
        return reminders.remind_invited(at=at)


def close_due(at: datetime) -> int:
    """Close the cycles whose deadline and grace have passed. Late is harmless: what arrives is judged by its instant."""
    due = [
        cycle.id
        for cycle in queries.past_deadline(at)
        if at >= cycle.closes_at + timedelta(minutes=cycle.grace_minutes)
    ]
    db.session.rollback()
    closed = 0
    for number in due:
        try:
            with transaction():
                cycle = queries.cycle_by_id(number)
                if cycle is not None and CYCLE.fits(cycle.stage, CycleStep.CLOSE):
                    actions.close_cycle(cycle, at=at)
                    closed += 1
        except Refused:
            log.info("cycle %s changed while it was being closed; the next round looks again", number)
    return closed
