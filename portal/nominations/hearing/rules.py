"""The life of a word that the office wrote down. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import N_
from portal.lives import Life

if TYPE_CHECKING:
    from collections.abc import Iterable


class How(StrEnum):
    """How somebody said what may be published."""

    TELEPHONE = "telephone"
    PAPER = "paper"
    IN_PERSON = "in person"


class HearingState(StrEnum):
    """Where a word that the office wrote down stands."""

    WAITING = "waiting"
    HOLDS = "holds"
    SET_ASIDE = "set aside"


class HearingStep(StrEnum):
    """What a second person does with it."""

    CONFIRM = "confirm"
    SET_ASIDE = "set aside"


_H, _S = HearingState, HearingStep
HEARING: Life[HearingState, HearingStep] = Life(
    "recorded consent",
    {(_H.WAITING, _S.CONFIRM): _H.HOLDS, (_H.WAITING, _S.SET_ASIDE): _H.SET_ASIDE},
    refusal=N_("This was settled already."),
)


def needs_second(answers: Iterable[bool], *, by_guardian: bool) -> bool:
    """Say whether a second person confirms it first: any yes for somebody under 18. A no holds at once, whoever it is about."""
    return by_guardian and any(answers)
