"""The lives of rounds, assignments and reviews, as tables. Pure."""

from __future__ import annotations

from enum import StrEnum

from portal.errors import N_
from portal.lives import Life


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    REOPENED = "reopened"
    LOCKED = "locked"


class RoundStep(StrEnum):
    """What may be done with a round."""

    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    LOCK = "lock"


_R, _S = RoundState, RoundStep
ROUND: Life[RoundState, RoundStep] = Life(
    "round",
    {
        (_R.PLANNED, _S.OPEN): _R.OPEN,
        (_R.OPEN, _S.CLOSE): _R.CLOSED,
        (_R.CLOSED, _S.REOPEN): _R.REOPENED,
        (_R.REOPENED, _S.CLOSE): _R.CLOSED,
        (_R.CLOSED, _S.LOCK): _R.LOCKED,
    },
    refusal=N_("This round is %(state)s, so that cannot be done with it now."),
)
SCORING = frozenset({_R.OPEN, _R.REOPENED})  # scores may be given


class AssignmentState(StrEnum):
    """Where one reviewer's task stands."""

    PLANNED = "planned"
    ASSIGNED = "assigned"
    CLEAR = "declared clear"
    IN_PROGRESS = "in progress"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    ABSTAINED = "abstained"
    RECUSED = "recused"


class AssignmentStep(StrEnum):
    """What may be done with a task. Declining (no time), abstaining and recusing (a conflict) are three different results."""

    ASSIGN = "assign"
    DECLARE_CLEAR = "declare clear"
    START = "start"
    SUBMIT = "submit"
    DECLINE = "decline"
    ABSTAIN = "abstain"
    RECUSE = "recuse"


_A, _T = AssignmentState, AssignmentStep
_BEFORE = (_A.PLANNED, _A.ASSIGNED, _A.CLEAR, _A.IN_PROGRESS)
ASSIGNMENT: Life[AssignmentState, AssignmentStep] = Life(
    "assignment",
    {
        (_A.PLANNED, _T.ASSIGN): _A.ASSIGNED,
        (_A.ASSIGNED, _T.DECLARE_CLEAR): _A.CLEAR,
        (_A.CLEAR, _T.START): _A.IN_PROGRESS,
        (_A.IN_PROGRESS, _T.SUBMIT): _A.SUBMITTED,
        **{(state, _T.DECLINE): _A.DECLINED for state in _BEFORE},
        **{(state, _T.ABSTAIN): _A.ABSTAINED for state in _BEFORE},
        **{(state, _T.RECUSE): _A.RECUSED for state in _A if state is not _A.RECUSED},
    },
    refusal=N_("This reading is %(state)s, so that cannot be done with it now."),
)
READABLE = frozenset({_A.CLEAR, _A.IN_PROGRESS, _A.SUBMITTED})
OWED = frozenset({_A.ASSIGNED, _A.CLEAR, _A.IN_PROGRESS})
HELD = frozenset({_A.ASSIGNED, _A.CLEAR, _A.IN_PROGRESS, _A.SUBMITTED})


class ReviewState(StrEnum):
    """Where a review stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVISED = "revised"
    LOCKED = "locked"


class ReviewStep(StrEnum):
    """What may be done with a review."""

    SUBMIT = "submit"
    REVISE = "revise"
    LOCK = "lock"


_V, _U = ReviewState, ReviewStep
REVIEW: Life[ReviewState, ReviewStep] = Life(
    "review",
    {
        (_V.DRAFT, _U.SUBMIT): _V.SUBMITTED,
        (_V.SUBMITTED, _U.REVISE): _V.REVISED,
        (_V.REVISED, _U.REVISE): _V.REVISED,
        (_V.SUBMITTED, _U.LOCK): _V.LOCKED,
        (_V.REVISED, _U.LOCK): _V.LOCKED,
    },
    refusal=N_("This review is %(state)s, so that cannot be done with it now."),
)
COUNTS = frozenset({_V.SUBMITTED, _V.REVISED, _V.LOCKED})
