"""The life of a practice brief: asked for months later, read by the office, and shown while its writer agrees. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import N_
from portal.lives import Life

if TYPE_CHECKING:
    from datetime import datetime

TITLE = 200  # characters
WORDS = 800
REMIND = (timedelta(days=14), timedelta(days=2))  # before its day


class BriefState(StrEnum):
    """Where a practice brief stands."""

    ASKED = "asked"
    DECLINED = "declined"
    SENT = "sent"
    PUBLISHED = "published"
    TAKEN_BACK = "taken back"


class BriefStep(StrEnum):
    """What may be done with it."""

    SEND = "send"
    DECLINE = "decline"
    RETURN = "return"
    PUBLISH = "publish"
    TAKE_BACK = "take back"


_B, _S = BriefState, BriefStep
BRIEF: Life[BriefState, BriefStep] = Life(
    "practice brief",
    {
        (_B.ASKED, _S.SEND): _B.SENT,
        (_B.ASKED, _S.DECLINE): _B.DECLINED,
        (_B.DECLINED, _S.SEND): _B.SENT,
        (_B.TAKEN_BACK, _S.SEND): _B.SENT,
        (_B.SENT, _S.RETURN): _B.ASKED,
        (_B.SENT, _S.PUBLISH): _B.PUBLISHED,
        (_B.SENT, _S.TAKE_BACK): _B.TAKEN_BACK,
        (_B.PUBLISHED, _S.TAKE_BACK): _B.TAKEN_BACK,
    },
    refusal=N_("This practice brief is %(state)s, so that cannot be done with it now."),
)
MAY_WRITE = frozenset({BriefState.ASKED, BriefState.DECLINED, BriefState.TAKEN_BACK})


def reminders_due(due_at: datetime, *, asked_at: datetime, at: datetime) -> int:
    """Return how many reminders should have left by `at`: none that would come on the day of asking, none once the day has passed."""
    if at >= due_at:
        return 0
    return sum(1 for before in REMIND if due_at - before <= at and due_at - before > asked_at)
