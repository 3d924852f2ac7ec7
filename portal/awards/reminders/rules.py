"""Which reminder is due now. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MOST_DAYS, MOST_STEPS = 60, 5


class Kind(StrEnum):
    """What somebody is reminded of."""

    DRAFT = "draft"
    INVITATION = "invitation"
    PART = "part"
    LETTER = "letter"
    READING = "reading"
    CONSENT = "consent"


# Days before the day on which each is due, where staff said nothing else.
USUAL: dict[Kind, tuple[int, ...]] = {
    Kind.DRAFT: (7, 2),
    Kind.INVITATION: (14, 5),
    Kind.PART: (7, 2),
    Kind.LETTER: (7, 2),
    Kind.READING: (5, 1),
    Kind.CONSENT: (7, 2),
}
WORDS: dict[Kind, tuple[str, str]] = {  # what it is, and who gets it
    Kind.DRAFT: (
        N_("Nominations not sent yet"),
        N_("Whoever wrote something and sent nothing, until the deadline that holds for them"),
    ),
    Kind.INVITATION: (N_("Invitations to the committee"), N_("Whoever has not answered, before scoring opens")),
    Kind.PART: (N_("Nominees' parts"), N_("Nominees who were invited and have not finished")),
    Kind.LETTER: (N_("Letters"), N_("Writers whose letter has not come")),
    Kind.READING: (N_("Readings"), N_("Reviewers who still owe scores, before the round closes")),
    Kind.CONSENT: (
        N_("What may be published"),
        N_("Nominees, or guardians, who were asked and have not answered, before the planned announcement"),
    ),
}


def step(days: Iterable[int], *, due: datetime, since: datetime | None, at: datetime) -> int | None:
    """Return the reminder whose time has come: the days before `due` that it is named by. None where none has.

    After an outage only the last one is due: nobody gets two at once. None goes to whoever was asked only after its time had
    come (`since`), nor at or after the due instant.
    """
    if at >= due:
        return None
    for each in sorted(set(days)):
        begins = due - timedelta(days=each)
        if begins <= at and (since is None or since < begins):
            return each
    return None


def parse(typed: str) -> tuple[int, ...] | None:
    """Return the days that somebody typed ("7, 2"), the farthest first; None where it cannot be read."""
    parts = [part for part in re.split(r"[,;\s]+", typed.strip()) if part]
    if not parts or len(parts) > MOST_STEPS or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    days = {int(part) if len(part) <= 3 else 0 for part in parts}  # noqa: PLR2004 - more digits are no days
    if not all(1 <= each <= MOST_DAYS for each in days):
        return None
    return tuple(sorted(days, reverse=True))
