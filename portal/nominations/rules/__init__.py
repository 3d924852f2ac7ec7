"""The lives of what comes in, as tables; and what a snapshot's digest is made of. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.errors import N_
from portal.lives import Life
from portal.questions.rules import Problem, over


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


NOMINATION: Life[Stage, Step] = Life(
    "nomination",
    {
        (Stage.DRAFT, Step.SUBMIT): Stage.SUBMITTED,
        (Stage.DRAFT, Step.HOLD_LATE): Stage.LATE,
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
        (_C.IN_REVIEW, _S.DECIDE): _C.DECIDED,
        (_C.SHORTLISTED, _S.DECIDE): _C.DECIDED,
        (_C.NOT_ADVANCED, _S.DECIDE): _C.DECIDED,
        **{(stage, _S.WITHDRAW): _C.WITHDRAWN for stage in _C if stage is not _C.WITHDRAWN},
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
    """What may be done with a conflict. Declaring confirms at once."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    WAIVE = "waive"


_K, _W = ConflictState, ConflictStep
CONFLICT: Life[ConflictState, ConflictStep] = Life(
    "conflict",
    {
        (_K.SUGGESTED, _W.CONFIRM): _K.CONFIRMED,
        (_K.SUGGESTED, _W.DISMISS): _K.DISMISSED,
        (_K.DECLARED, _W.CONFIRM): _K.CONFIRMED,
        (_K.CONFIRMED, _W.WAIVE): _K.WAIVED,
    },
    refusal=N_("This conflict is %(state)s, so that cannot be done with it now."),
)
STANDS = frozenset({_K.SUGGESTED, _K.DECLARED, _K.CONFIRMED})  # suggested ones act (hard) or hold (soft) until decided


class TooEarly(Exception):  # noqa: N818 - raised as a refusal by actions, with the sentence
    """Not open yet."""


def may_submit(*, now: datetime, opens_at: datetime, closes_at: datetime, grace_minutes: int) -> bool:
    """Say whether a submission arriving at `now` is in time. At the closing instant plus the grace it is refused."""
    return opens_at <= now < closes_at + timedelta(minutes=grace_minutes)


def canonical(facts: dict[str, Any]) -> str:
    """Return facts as the one JSON text that a digest is taken of: sorted keys, no spaces, UTF-8."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(facts: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(facts).encode()).hexdigest()


# ---------------------------------------------------------------- what a nominator writes, page by page

RELATION_WORDS = 30
BIOGRAPHY_WORDS = 250
MOST_PEOPLE = 6  # of one team
MOST_SCHOOLS = 12
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
ADDRESS_NEEDS_AT = N_("The e-mail address needs an @ sign, like name@school.example")


def looks_like_address(text: str) -> bool:
    """Say whether a text has the form of an e-mail address; whether it exists, only a message can tell."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def you_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page that asks who writes: fields are `name` and `email`."""
    found = []
    if not fields["name"].strip():
        found.append(Problem("missing", N_("Write your name"), {"field": "name"}))
    if not fields["email"].strip():
        found.append(Problem("missing", N_("Write your e-mail address"), {"field": "email"}))
    elif not looks_like_address(fields["email"]):
        found.append(Problem("wrong", ADDRESS_NEEDS_AT, {"field": "email"}))
    return found


def nominee_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page that asks who is nominated.

    Fields are `people` (a list of given, family, role, email; several for a team), `schools` (numbers), `central` (works for the
    district at no one school) and `place_text` (a school that is not listed). Only the last name is needed: a student may know no other.
    """
    found = []
    people = fields["people"] or [{"given": "", "family": "", "email": ""}]
    for number, person in enumerate(people):
        if not person["family"].strip():
            found.append(Problem("missing", N_("Write the person's last name"), {"field": f"people-{number}-family"}))
        if person["email"].strip() and not looks_like_address(person["email"]):
            found.append(Problem("wrong", ADDRESS_NEEDS_AT, {"field": f"people-{number}-email"}))
    if not (fields["schools"] or fields["central"] or fields["place_text"].strip()):
        found.append(Problem("missing", N_("Choose a school, or say that there is none"), {"field": "schools"}))
    if fields["central"] and (fields["schools"] or fields["place_text"].strip()):
        found.append(Problem("wrong", N_("Choose either schools or the district: not both"), {"field": "schools"}))
    return found


def relation_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page that asks how they know each other: fields are `relation` and `text`."""
    found = []
    if not fields["relation"]:
        found.append(Problem("missing", N_("Choose how you know them"), {"field": "relation"}))
    if fields["relation"] == "other" and not fields["text"].strip():
        found.append(Problem("missing", N_("Say in a few words how you know them"), {"field": "text"}))
    too_long = over(fields["text"], RELATION_WORDS)
    if too_long:
        found.append(too_long._replace(facts={**too_long.facts, "field": "text"}))
    return found


def quote_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page about quoting: fields are `quote` and `tell`."""
    found = []
    if not fields["quote"]:
        found.append(Problem("missing", N_("Choose whether we may quote you"), {"field": "quote"}))
    if not fields["tell"]:
        found.append(Problem("missing", N_("Choose whether we may tell them"), {"field": "tell"}))
    return found


def split_name(name: str) -> tuple[str, str]:
    """Return (given, family) of a name typed on one line: the last word is the family's, as far as one can tell."""
    given, _, family = " ".join(name.split()).rpartition(" ")
    return given, family
