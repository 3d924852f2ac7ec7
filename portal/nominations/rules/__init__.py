"""The lives of what comes in, as tables; and what a snapshot's digest is made of. Pure."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

from portal.errors import N_
from portal.lives import Life


class Stage(StrEnum):
    """Where a nomination stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVISING = "revising"
    RETURNED = "returned"
    LATE = "late"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    DISCARDED = "discarded"  # never sent: nothing of what was typed is kept


class Step(StrEnum):
    """What may be done with a nomination."""

    SUBMIT = "submit"
    HOLD_LATE = "hold as late"
    REVISE = "revise"
    RETURN = "return"
    ACCEPT_LATE = "accept late"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    MAKE_VOID = "make void"
    DISCARD = "discard"


NOMINATION: Life[Stage, Step] = Life(
    "nomination",
    {
        (Stage.DRAFT, Step.SUBMIT): Stage.SUBMITTED,
        (Stage.DRAFT, Step.HOLD_LATE): Stage.LATE,
        (Stage.DRAFT, Step.DISCARD): Stage.DISCARDED,
        (Stage.SUBMITTED, Step.REVISE): Stage.REVISING,
        (Stage.REVISING, Step.SUBMIT): Stage.SUBMITTED,
        (Stage.SUBMITTED, Step.RETURN): Stage.RETURNED,
        (Stage.RETURNED, Step.SUBMIT): Stage.SUBMITTED,
        (Stage.LATE, Step.ACCEPT_LATE): Stage.SUBMITTED,
        (Stage.LATE, Step.REFUSE): Stage.REFUSED,
        (Stage.SUBMITTED, Step.WITHDRAW): Stage.WITHDRAWN,
        (Stage.REVISING, Step.WITHDRAW): Stage.WITHDRAWN,
        (Stage.RETURNED, Step.WITHDRAW): Stage.WITHDRAWN,
        (Stage.LATE, Step.WITHDRAW): Stage.WITHDRAWN,
        (Stage.SUBMITTED, Step.MAKE_VOID): Stage.VOID,
        (Stage.REVISING, Step.MAKE_VOID): Stage.VOID,
        (Stage.RETURNED, Step.MAKE_VOID): Stage.VOID,
        (Stage.LATE, Step.MAKE_VOID): Stage.VOID,
    },
    refusal=N_("This nomination is %(state)s, so that cannot be done with it now."),
)

WRITABLE = frozenset({Stage.DRAFT, Stage.REVISING, Stage.RETURNED})  # the writer may change answers
NEVER_SENT = frozenset({Stage.DRAFT, Stage.DISCARDED})
COUNTS = frozenset({Stage.SUBMITTED, Stage.REVISING, Stage.RETURNED})  # a snapshot stands: gathered, screened, read


class CandidacyStage(StrEnum):
    """Where a candidacy stands: process only. The outcome lives in Decision."""

    INTAKE = "intake"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    IN_REVIEW = "in review"
    SHORTLISTED = "shortlisted"
    NOT_ADVANCED = "not advanced"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class CandidacyStep(StrEnum):
    """What may be done with a candidacy."""

    FIND_ELIGIBLE = "find eligible"
    FIND_INELIGIBLE = "find ineligible"
    RECONSIDER = "reconsider"
    TAKE_TO_REVIEW = "take to review"
    SHORTLIST = "shortlist"
    NOT_ADVANCE = "not advance"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    COME_BACK = "come back"  # it was withdrawn because no nomination counted any more, and one does again


_C, _S = CandidacyStage, CandidacyStep
CANDIDACY: Life[CandidacyStage, CandidacyStep] = Life(
    "candidacy",
    {
        (_C.INTAKE, _S.FIND_ELIGIBLE): _C.ELIGIBLE,
        (_C.INTAKE, _S.FIND_INELIGIBLE): _C.INELIGIBLE,
        (_C.ELIGIBLE, _S.FIND_INELIGIBLE): _C.INELIGIBLE,
        (_C.ELIGIBLE, _S.RECONSIDER): _C.INTAKE,
        (_C.INELIGIBLE, _S.RECONSIDER): _C.INTAKE,
        (_C.ELIGIBLE, _S.TAKE_TO_REVIEW): _C.IN_REVIEW,
        (_C.IN_REVIEW, _S.SHORTLIST): _C.SHORTLISTED,
        (_C.IN_REVIEW, _S.NOT_ADVANCE): _C.NOT_ADVANCED,
        (_C.SHORTLISTED, _S.SHORTLIST): _C.SHORTLISTED,  # from a later round, once more
        (_C.SHORTLISTED, _S.NOT_ADVANCE): _C.NOT_ADVANCED,
        (_C.NOT_ADVANCED, _S.SHORTLIST): _C.SHORTLISTED,  # taken back in, with a reason
        (_C.IN_REVIEW, _S.DECIDE): _C.DECIDED,
        (_C.SHORTLISTED, _S.DECIDE): _C.DECIDED,
        (_C.NOT_ADVANCED, _S.DECIDE): _C.DECIDED,
        **{(stage, _S.WITHDRAW): _C.WITHDRAWN for stage in _C if stage is not _C.WITHDRAWN},
        (_C.WITHDRAWN, _S.COME_BACK): _C.INTAKE,
    },
    refusal=N_("This candidacy is %(state)s, so that cannot be done with it now."),
)


class ConsentState(StrEnum):
    """What somebody said about publishing one field."""

    NOT_ASKED = "not asked"
    GIVEN = "given"
    REFUSED = "refused"
    TAKEN_BACK = "taken back"


class ConsentStep(StrEnum):
    """What may be said."""

    GIVE = "give"
    REFUSE = "refuse"
    TAKE_BACK = "take back"


_G, _T = ConsentState, ConsentStep
CONSENT: Life[ConsentState, ConsentStep] = Life(
    "consent",
    {
        (_G.NOT_ASKED, _T.GIVE): _G.GIVEN,
        (_G.NOT_ASKED, _T.REFUSE): _G.REFUSED,
        (_G.REFUSED, _T.GIVE): _G.GIVEN,
        (_G.TAKEN_BACK, _T.GIVE): _G.GIVEN,
        (_G.GIVEN, _T.TAKE_BACK): _G.TAKEN_BACK,
    },
    refusal=N_("That was already said."),
)


class ConflictState(StrEnum):
    """Where a reason not to touch a candidacy stands."""

    SUGGESTED = "suggested"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    WAIVED = "waived"


class ConflictStep(StrEnum):
    """What may be done with a conflict. Declaring confirms at once; what was declared by mistake is corrected by somebody else."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    CORRECT = "correct"
    WAIVE = "waive"
    RAISE_AGAIN = "raise again"  # a fact is known now that was not when it was decided


_K, _W = ConflictState, ConflictStep
CONFLICT: Life[ConflictState, ConflictStep] = Life(
    "conflict",
    {
        (_K.SUGGESTED, _W.CONFIRM): _K.CONFIRMED,
        (_K.SUGGESTED, _W.DISMISS): _K.DISMISSED,
        (_K.DECLARED, _W.CONFIRM): _K.CONFIRMED,
        (_K.CONFIRMED, _W.WAIVE): _K.WAIVED,
        (_K.CONFIRMED, _W.CORRECT): _K.DISMISSED,
        (_K.DISMISSED, _W.RAISE_AGAIN): _K.SUGGESTED,
        (_K.WAIVED, _W.RAISE_AGAIN): _K.SUGGESTED,
    },
    refusal=N_("This conflict is %(state)s, so that cannot be done with it now."),
)
STANDS = frozenset({_K.SUGGESTED, _K.DECLARED, _K.CONFIRMED})  # suggested ones act (hard) or hold (soft) until decided


def canonical(facts: dict[str, Any]) -> str:
    """Return facts as the one JSON text that a digest is taken of: sorted keys, no spaces, UTF-8."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(facts: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()
