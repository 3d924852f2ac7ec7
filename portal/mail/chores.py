"""What the worker does for messages on each round."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from portal.db import db, transaction
from portal.mail import delivery
from portal.mail.models import SentCopy

if TYPE_CHECKING:
    from datetime import datetime


KEPT = timedelta(days=3 * 365 + 1)  # as the privacy notice says: three years
AT_A_TIME = 500


def sweep(at: datetime) -> int:
    """Throw away copies of what was sent three years ago. Returns how many; that there was a message stays on the record."""
    old = select(SentCopy.id).where(SentCopy.sent_at <= at - KEPT).order_by(SentCopy.sent_at).limit(AT_A_TIME)
    found = db.session.scalars(old).all()
    db.session.rollback()
    if not found:
        return 0
    with transaction():
        db.session.execute(delete(SentCopy).where(SentCopy.id.in_(found)))
    return len(found)


def deliver_due(at: datetime) -> int:
    """Send what may leave now. Returns how many left."""
    with transaction():
        delivery.stop_doubtful(at=at)
    numbers = delivery.due(at=at)
    db.session.rollback()
    return sum(delivery.deliver(number, at=at) for number in numbers)
