"""The life of a decision. Pure."""

from __future__ import annotations

from enum import StrEnum

from portal.errors import N_
from portal.lives import Life


class Outcome(StrEnum):
    """What was decided of a candidacy."""

    SELECTED = "selected"
    ALTERNATE = "alternate"
    FINALIST = "finalist"
    NOT_SELECTED = "not selected"


class DecisionState(StrEnum):
    """Where a decision stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RELEASED = "released"
    CORRECTED = "corrected"
    RESCINDED = "rescinded"


class DecisionStep(StrEnum):
    """What may be done with a decision."""

    APPROVE = "approve"
    RETURN = "return"
    RELEASE = "release"
    CORRECT = "correct"
    RESCIND = "rescind"
    PROMOTE = "promote an alternate"
    PUT_BACK = "put back among the alternates"


_D, _S = DecisionState, DecisionStep
DECISION: Life[DecisionState, DecisionStep] = Life(
    "decision",
    {
        (_D.PROPOSED, _S.APPROVE): _D.APPROVED,
        (_D.APPROVED, _S.RETURN): _D.PROPOSED,
        (_D.APPROVED, _S.RELEASE): _D.RELEASED,
        (_D.RELEASED, _S.CORRECT): _D.CORRECTED,
        (_D.CORRECTED, _S.CORRECT): _D.CORRECTED,
        (_D.RELEASED, _S.RESCIND): _D.RESCINDED,
        (_D.CORRECTED, _S.RESCIND): _D.RESCINDED,
        (_D.RELEASED, _S.PROMOTE): _D.PROPOSED,
        (_D.CORRECTED, _S.PROMOTE): _D.PROPOSED,
        (_D.PROPOSED, _S.PUT_BACK): _D.RELEASED,
    },
    refusal=N_("This decision is %(state)s, so that cannot be done with it now."),
)


class DrawState(StrEnum):
    """Where a draw stands."""

    PUBLISHED = "published"
    DRAWN = "drawn"
    CALLED_OFF = "called off"


class DrawStep(StrEnum):
    """What may be done with a draw."""

    DRAW = "draw"
    CALL_OFF = "call off"


DRAW: Life[DrawState, DrawStep] = Life(
    "draw",
    {
        (DrawState.PUBLISHED, DrawStep.DRAW): DrawState.DRAWN,
        (DrawState.PUBLISHED, DrawStep.CALL_OFF): DrawState.CALLED_OFF,
    },
    refusal=N_("This draw is %(state)s, so that cannot be done with it now."),
)
