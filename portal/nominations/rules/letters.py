"""The life of a request for a letter, who may write one, and what an award asks for. Pure."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from portal.errors import N_
from portal.lives import Life
from portal.people.rules import fold, mailbox

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ASKED = 8  # of one nomination


class LetterState(StrEnum):
    """Where a request for a letter stands: the same for whoever asked, the writer and the staff."""

    ASKED = "asked"
    OPENED = "opened"
    RECEIVED = "received"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    LATE = "late"
    REFUSED = "refused"


class LetterStep(StrEnum):
    """What may be done with it."""

    OPEN = "open"
    RECEIVE = "receive"
    DECLINE = "decline"
    CANCEL = "cancel"
    LAPSE = "lapse"
    HOLD_LATE = "hold as late"
    ACCEPT_LATE = "accept late"
    REFUSE = "refuse"


_L, _S = LetterState, LetterStep
RECOMMENDATION: Life[LetterState, LetterStep] = Life(
    "recommendation",
    {
        (_L.ASKED, _S.OPEN): _L.OPENED,
        (_L.ASKED, _S.RECEIVE): _L.RECEIVED,
        (_L.OPENED, _S.RECEIVE): _L.RECEIVED,
        (_L.RECEIVED, _S.RECEIVE): _L.RECEIVED,  # replaced, until due
        (_L.LAPSED, _S.RECEIVE): _L.RECEIVED,  # the day was moved
        **{(state, _S.DECLINE): _L.DECLINED for state in (_L.ASKED, _L.OPENED)},
        **{(state, _S.CANCEL): _L.CANCELLED for state in (_L.ASKED, _L.OPENED, _L.LAPSED)},
        **{(state, _S.LAPSE): _L.LAPSED for state in (_L.ASKED, _L.OPENED)},
        **{(state, _S.HOLD_LATE): _L.LATE for state in (_L.ASKED, _L.OPENED, _L.LAPSED)},
        (_L.LATE, _S.ACCEPT_LATE): _L.RECEIVED,
        (_L.LATE, _S.REFUSE): _L.REFUSED,
    },
    refusal=N_("This letter is %(state)s, so that cannot be done with it now."),
)
OPEN = frozenset({_L.ASKED, _L.OPENED})  # the writer is waited for
MAY_WRITE = frozenset({_L.ASKED, _L.OPENED, _L.RECEIVED, _L.LAPSED})
COUNTED = frozenset({_L.RECEIVED})


class WriterRole(StrEnum):
    """How a writer stands to the nominee."""

    STAFF = "own staff"
    SUPERVISOR = "supervisor"
    FAMILY = "student or parent"
    COMMUNITY = "community member"
    TEACHER = "teacher or counselor"
    OTHER = "other"


MAY_BE_A_CHILD = frozenset({WriterRole.FAMILY, WriterRole.COMMUNITY, WriterRole.OTHER})


class Late(StrEnum):
    """What happens to a letter after its day: the cycle's rule."""

    HOLD = "staff decide"
    REFUSE = "refused"


class Party(NamedTuple):
    """Somebody who must not be somebody else: a name and an address."""

    name: str
    email: str | None


def gap(mix: Iterable[str], received: Iterable[str]) -> list[str]:
    """Return the roles of writers that are still missing, each as often as it is missing, in the order of the rule."""
    there = Counter(received)
    missing = []
    for role in mix:
        if there[role]:
            there[role] -= 1
        else:
            missing.append(role)
    return missing


def same_person(one: Party, other: Party) -> bool:
    """Say whether two are one person as far as can be told: the same mailbox, or the same words of a name in any order."""
    if one.email and other.email and mailbox(one.email) == mailbox(other.email):
        return True
    words, others = set(fold(one.name).split()), set(fold(other.name).split())
    return len(words) > 1 and words == others
