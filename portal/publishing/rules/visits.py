"""When a surprise may take place, and what a calendar says of it: nothing that tells. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.errors import N_, Refused
from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

TIMES_FIRST = N_("Set both times of the release first: a visit lies between them.")
TOO_EARLY = N_("Nobody may be told before the time that is set for it. Choose a later one.")
TOO_LATE = N_("The public can read it by then. Choose an earlier time.")
BACKWARDS = N_("It ends before it begins.")
OVER = N_("This time has passed. Choose one that is still to come.")

NO_NAME = N_("It stands in calendars, so write a place and no name: “Cleveland High School, main office”.")


def names_somebody(place: str, *, names: Iterable[str], schools: Iterable[str]) -> bool:
    """Say whether a place gives away whom the visit is to: a word of a name stands in it, and the school is not called so."""
    theirs = _words(names) - _words(schools)
    said = _words([place])
    said |= {word.removesuffix("s") for word in said}  # "Amina's room", its apostrophe gone
    return any(len(word) > 1 for word in theirs & said)


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in fold(text).split()}


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
