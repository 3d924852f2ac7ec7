"""The life of a form that came on paper. Pure."""

from __future__ import annotations

from enum import StrEnum

from portal.errors import N_
from portal.lives import Life


class PaperState(StrEnum):
    """Where a paper form stands. It is a nomination only once a second person found that what was typed says the same."""

    RECEIVED = "received"
    TYPED = "typed in"
    RETURNED = "differs"
    COUNTED = "counted"
    SET_ASIDE = "set aside"


class PaperStep(StrEnum):
    """What is done with it."""

    TYPE_IN = "type in"
    SEND_BACK = "send back"
    COUNT = "count"
    SET_ASIDE = "set aside"


_P, _S = PaperState, PaperStep
PAPER: Life[PaperState, PaperStep] = Life(
    "paper form",
    {
        (_P.RECEIVED, _S.TYPE_IN): _P.TYPED,
        (_P.RETURNED, _S.TYPE_IN): _P.TYPED,
        (_P.TYPED, _S.SEND_BACK): _P.RETURNED,
        (_P.TYPED, _S.COUNT): _P.COUNTED,
        **{(state, _S.SET_ASIDE): _P.SET_ASIDE for state in (_P.RECEIVED, _P.TYPED, _P.RETURNED)},
    },
    refusal=N_("This form is %(state)s, so that cannot be done with it now."),
)
TO_TYPE = frozenset({_P.RECEIVED, _P.RETURNED})
