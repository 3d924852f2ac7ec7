"""The life of a nominee's own part. Pure."""

from __future__ import annotations

from enum import StrEnum

from portal.errors import N_
from portal.lives import Life


class PartState(StrEnum):
    """Where a nominee's part stands. A surprise nominee is invited to nothing before being told."""

    NOT_INVITED = "not invited"
    INVITED = "invited"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    DECLINED = "declined"
    LAPSED = "lapsed"


class PartStep(StrEnum):
    """What may be done with it."""

    INVITE = "invite"
    ACCEPT = "accept"
    DECLINE = "decline"
    COMPLETE = "complete"
    CHANGE = "change"
    LAPSE = "lapse"


_P, _S = PartState, PartStep
PART: Life[PartState, PartStep] = Life(
    "nominee's part",
    {
        (_P.NOT_INVITED, _S.INVITE): _P.INVITED,
        (_P.LAPSED, _S.INVITE): _P.INVITED,  # the day was moved
        (_P.INVITED, _S.ACCEPT): _P.ACCEPTED,
        (_P.INVITED, _S.DECLINE): _P.DECLINED,
        (_P.ACCEPTED, _S.DECLINE): _P.DECLINED,
        (_P.ACCEPTED, _S.COMPLETE): _P.COMPLETED,
        (_P.COMPLETED, _S.CHANGE): _P.ACCEPTED,  # until due
        (_P.INVITED, _S.LAPSE): _P.LAPSED,
        (_P.ACCEPTED, _S.LAPSE): _P.LAPSED,
    },
    refusal=N_("This part is %(state)s, so that cannot be done with it now."),
)
WAITED_FOR = frozenset({_P.INVITED, _P.ACCEPTED})
