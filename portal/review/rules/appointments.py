"""When somebody may be met. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.errors import N_, Refused

if TYPE_CHECKING:
    from datetime import datetime

BACKWARDS = N_("It ends before it begins.")
OVER = N_("This time has passed. Choose one that is still to come.")


def check(starts: datetime, ends: datetime, *, at: datetime) -> None:
    """Refuse a time that ends before it begins, or that has passed."""
    if ends <= starts:
        raise Refused(BACKWARDS, field="ends_at")
    if starts <= at:
        raise Refused(OVER, field="starts_at")
