"""Who hears what is noted in deliberation: a ladder, each rung heard by everybody on the one before. Pure."""

from __future__ import annotations

from enum import StrEnum


class Audience(StrEnum):
    """Whom a note is for, from the fewest to the most."""

    SELF = "self"
    CHAIR = "chair"  # and the organisation's staff
    COMMITTEE = "committee"
    MINUTES = "minutes"  # whoever deliberates, and whoever reads the minutes


def hears(audience: Audience, *, is_author: bool, leads: bool, deliberates: bool) -> bool:
    """Say whether somebody hears a note: its author always, who leads from the second rung on, the committee from the third.

    `leads` is being chair or staff of it; `deliberates` is being on the committee while it deliberates, or leading. Whoever is neither
    reads minutes alone, and only where the minutes are theirs to read.
    """
    if is_author or audience is Audience.MINUTES:
        return True
    if audience is Audience.COMMITTEE:
        return deliberates or leads
    return audience is Audience.CHAIR and leads
