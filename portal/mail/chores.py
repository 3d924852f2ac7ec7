"""What the worker does for messages on each round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.db import db, transaction
from portal.mail import delivery

if TYPE_CHECKING:
    from datetime import datetime


def deliver_due(at: datetime) -> int:
    """Send what may leave now. Returns how many left."""
    with transaction():
        delivery.stop_doubtful(at=at)
    numbers = delivery.due(at=at)
    db.session.rollback()
    return sum(delivery.deliver(number, at=at) for number in numbers)
