"""Whether scores should be adjusted at all, and why not: the reasons in the order in which they weigh."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from portal.errors import N_

if TYPE_CHECKING:
    from portal.review.rules.connectivity import Spread

    from .model import Fit
    from .ratings import Ratings

#: Fewer reviewers, or fewer reviews by the middle reviewer, than this say too little about severity.
REVIEWERS, LOAD = 4, 4
#: Above this chance of being luck alone, differences of severity are not there.
LUCK = 0.10
#: Above this a difference of two severities is as uncertain as a single review.
NOISE = 1.0


class Verdict(StrEnum):
    """What the standings rest on. Only `ADJUST` ranks by adjusted scores without a person's decision."""

    NOT_LINKED = "not linked"
    STRATUM_UNDECLARED = "stratum undeclared"
    NOT_ENOUGH_DATA = "not enough data"
    COMPLETE = "complete"
    NO_EVIDENCE = "no evidence"
    NOISY = "noisy"
    ADJUST = "adjust"

    @property
    def ranks(self) -> bool:
        """Whether everybody can be put in one order at all."""
        return self not in {Verdict.NOT_LINKED, Verdict.STRATUM_UNDECLARED}

    @property
    def adjusts(self) -> bool:
        """Whether the order shown is that of the adjusted scores."""
        return self is Verdict.ADJUST


REASONS: dict[Verdict, str] = {
    Verdict.NOT_LINKED: N_(
        "The reviews fall into %(components)d groups that share no reviewer. Whether one group is better or its "
        "reviewers are kinder cannot be told, so there is no joint ranking."
    ),
    Verdict.STRATUM_UNDECLARED: N_(
        "Reviews were assigned by panel, language or category, but which is not said. Declare it first; without it a "
        "strong group would be taken for kind reviewers."
    ),
    Verdict.NOT_ENOUGH_DATA: N_(
        "There is not enough data to tell how severe each reviewer is: %(reviewers)d reviewers, %(load)g reviews by "
        "the middle one. The plain averages are shown."
    ),
    Verdict.COMPLETE: N_(
        "Every reviewer scored every candidacy, so severity moves all alike and adjusting cannot change the order."
    ),
    Verdict.NO_EVIDENCE: N_(
        "There is no evidence that reviewers differ in severity (p = %(p).2f), so the plain averages stand."
    ),
    Verdict.NOISY: N_(
        "The reviewers share too few candidacies: a difference of two severities is as uncertain as a single review. "
        "Both scores are shown, in the order of the plain averages."
    ),
    Verdict.ADJUST: N_("Adjusted score = average of (score - how generous that reviewer is on average)."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, its sentence as message id and facts, and p of equal severity (None where untold)."""

    verdict: Verdict
    facts: dict[str, object]
    p: float | None

    @property
    def message(self) -> str:
        """The sentence's id, in English."""
        return REASONS[self.verdict]

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.message % self.facts


def chance_of_luck(fit: Fit) -> float:
    """Return p of the likelihood-ratio test of equal severity: half a chi-square of 1, as an SD is never negative."""
    ratio = fit.reml_without - fit.reml
    return float(0.5 * special.chdtrc(1, ratio)) if ratio > 1e-6 else 1.0  # noqa: PLR2004 - rounding


def identified(ratings: Ratings) -> bool:
    """Return whether the scores can tell quality, leniency and noise apart at all."""
    n, i, j = len(ratings.score), len(ratings.candidacies), len(ratings.reviewers)
    return (
        i > 1
        and j > 1
        and n > len(ratings.strata) + 1
        and int(ratings.reads.max()) > 1
        and int(ratings.loads.max()) > 1
        and float(np.ptp(ratings.score)) > 0
    )


def judge(
    ratings: Ratings,
    fit: Fit | None,
    spread: Spread,
    *,
    components: int,
    assume_comparable: bool,
    assigned_by_stratum: bool,
) -> Judgement:
    """Return what the standings may rest on.

    `assume_comparable` records that a person takes groups without a common reviewer for comparable all the same;
    `assigned_by_stratum` says that reads were not drawn from one pool.
    """
    loads, reads = ratings.loads, ratings.reads
    p = None if fit is None else chance_of_luck(fit)
    facts: dict[str, object] = {
        "components": components,
        "reviewers": len(loads),
        "load": float(np.median(loads)),
        "p": 1.0 if p is None else p,
    }
    complete = len(ratings.score) == len(loads) * len(reads)
    few = len(loads) < REVIEWERS or float(np.median(loads)) < LOAD or int(reads.max()) == 1 or fit is None
    if components > 1 and not assume_comparable:
        verdict = Verdict.NOT_LINKED
    elif assigned_by_stratum and len(ratings.strata) == 1:
        verdict = Verdict.STRATUM_UNDECLARED
    elif few:
        verdict = Verdict.NOT_ENOUGH_DATA
    elif complete:
        verdict = Verdict.COMPLETE
    elif p is None or p > LUCK:
        verdict = Verdict.NO_EVIDENCE
    elif spread.vbar is None or spread.vbar > NOISE:
        verdict = Verdict.NOISY
    else:
        verdict = Verdict.ADJUST
    return Judgement(verdict, facts, p)
