"""How far each reviewer of a cycle is, for the committee's page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.awards.queries import Reading
from portal.db import db
from portal.review.models import Assignment, Round
from portal.review.rules.lives import HELD, AssignmentState

if TYPE_CHECKING:
    from portal.awards.models import Cycle


def of_cycle(cycle: Cycle) -> dict[int, Reading]:
    """Return how many readings each reviewer holds and has submitted, in every round of a cycle, by the person's number: one query."""
    wanted = (
        select(Assignment.reviewer_id, Assignment.state, func.count())
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.cycle_id == cycle.id, Assignment.state.in_(HELD), Assignment.excluded.is_(False))
        .group_by(Assignment.reviewer_id, Assignment.state)
    )
    held: Counter[int] = Counter()
    done: Counter[int] = Counter()
    for person, state, count in db.session.execute(wanted):
        held[person] += count
        done[person] += count if state is AssignmentState.SUBMITTED else 0
    return {person: Reading(count, done[person]) for person, count in held.items()}
