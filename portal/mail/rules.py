"""The life of a message, as a table. Pure."""

from __future__ import annotations

from enum import StrEnum

from portal.errors import N_
from portal.lives import Life


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BOUNCED = "bounced"


class MessageStep(StrEnum):
    """What happens to a message, or is done with it."""

    TAKE = "take"
    LEAVE = "leave"
    WAIT = "wait"
    FAIL = "fail"
    BOUNCE = "bounce"
    CANCEL = "cancel"
    SEND_AGAIN = "send again"


_M, _S = MessageState, MessageStep
MESSAGE: Life[MessageState, MessageStep] = Life(
    "message",
    {
        (_M.WAITING, _S.TAKE): _M.SENDING,
        (_M.SENDING, _S.TAKE): _M.SENDING,  # its sender died, and its lease has lapsed
        (_M.SENDING, _S.LEAVE): _M.SENT,
        (_M.SENDING, _S.WAIT): _M.WAITING,
        (_M.SENDING, _S.FAIL): _M.FAILED,
        (_M.SENDING, _S.BOUNCE): _M.BOUNCED,
        (_M.SENT, _S.BOUNCE): _M.BOUNCED,
        (_M.WAITING, _S.CANCEL): _M.CANCELLED,
        (_M.FAILED, _S.SEND_AGAIN): _M.WAITING,
        (_M.BOUNCED, _S.SEND_AGAIN): _M.WAITING,
    },
    refusal=N_("This message is %(state)s, so that cannot be done with it now."),
)
