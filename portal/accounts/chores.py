"""What the worker does for accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from portal.accounts.models import HeldText, Session
from portal.db import db, transaction

if TYPE_CHECKING:
    from datetime import datetime

AT_A_TIME = 500


def sweep(at: datetime) -> int:
    """Throw away held texts whose browser is signed out or forgotten. Returns how many.

    A held text is given back to its own browser's session alone, so from then on nobody could ever read it again.
    """
    over = or_(Session.expires_at <= at, Session.ended_at.is_not(None))
    wanted = select(HeldText.id).join(Session, Session.id == HeldText.session_id).where(over)
    found = db.session.scalars(wanted.order_by(HeldText.id).limit(AT_A_TIME)).all()
    db.session.rollback()
    if not found:
        return 0
    with transaction():
        db.session.execute(delete(HeldText).where(HeldText.id.in_(found)))
    return len(found)
