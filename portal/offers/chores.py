"""What the worker does for offers on its rounds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.db import db, transaction
from portal.offers import actions
from portal.offers.models import Offer
from portal.offers.rules import OfferState

if TYPE_CHECKING:
    from datetime import datetime

BETWEEN_LOOKS = timedelta(minutes=1)
_looked: list[datetime] = []  # when this worker last looked after offers


def look_after_offers(at: datetime) -> int:
    """Remind of answers and papers before their day, and note of offers nobody answered that they lapsed: once a minute."""
    if _looked and _looked[-1] <= at < _looked[-1] + BETWEEN_LOOKS:
        return 0
    _looked[:] = [at]
    open_ = Offer.state.in_({OfferState.MADE, OfferState.ACCEPTED, OfferState.PAPERWORK})
    waits = db.session.scalar(select(Offer.id).where(open_).limit(1))
    db.session.rollback()
    if waits is None:
        return 0
    with transaction():
        return actions.lapse_due(at=at) + actions.remind_due(at=at)
