"""When a surprise may take place, and what a calendar says of it: nothing that tells. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.errors import N_, Refused

if TYPE_CHECKING:
    from datetime import datetime

TIMES_FIRST = N_("Set both times of the release first: a visit lies between them.")
TOO_EARLY = N_("Nobody may be told before the time that is set for it. Choose a later one.")
TOO_LATE = N_("The public can read it by then. Choose an earlier time.")
BACKWARDS = N_("It ends before it begins.")
OVER = N_("This time has passed. Choose one that is still to come.")


def check(
    starts: datetime, ends: datetime, *, told_at: datetime | None, public_at: datetime | None, at: datetime
) -> None:
    """Refuse a visit that begins before anybody may be told, or ends after the public can read it."""
    if told_at is None or public_at is None:
        raise Refused(TIMES_FIRST)
    if ends <= starts:
        raise Refused(BACKWARDS, field="ends_at")
    if starts <= at:
        raise Refused(OVER, field="starts_at")
    if starts < told_at:
        raise Refused(TOO_EARLY, field="starts_at")
    if ends > public_at:
        raise Refused(TOO_LATE, field="ends_at")
