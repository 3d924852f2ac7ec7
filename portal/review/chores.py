"""What the worker does for this room beside closing its rounds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.db import db, transaction
from portal.review.actions import reminding
from portal.review.models import Round
from portal.review.rules.lives import SCORING

if TYPE_CHECKING:
    from datetime import datetime

BETWEEN_LOOKS = timedelta(minutes=1)
_looked: list[datetime] = []  # when this worker last looked after readers


def remind_readers(at: datetime) -> int:
    """Remind whoever still owes scores before their round closes: once a minute."""
    if _looked and _looked[-1] <= at < _looked[-1] + BETWEEN_LOOKS:
        return 0
    _looked[:] = [at]
    scored = db.session.scalar(select(Round.id).where(Round.state.in_(SCORING), Round.closes_at > at).limit(1))
    db.session.rollback()
    if scored is None:
        return 0
    with transaction():
        return reminding.remind_due(at=at)
