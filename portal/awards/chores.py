"""What the worker does for cycles on each round."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.awards import actions, queries
from portal.awards.rules import CYCLE, CycleStep
from portal.db import db, transaction
from portal.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


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
