"""Who reads what: one min-cost flow, with its proof, its shortages in words, and as few changes as possible later.

`plan` is the whole of it for the round; `sentence` says a shortage in English. Below it, `flow` solves and proves on
arrays, `shortage` explains, `linking` makes reviewers comparable.
"""

from .planning import NOT_LISTED, BadPlan, Candidacy, Options, Plan, Reader, digest, plan
from .shortage import Mend, Shortage, sentence

__all__ = [
    "NOT_LISTED",
    "BadPlan",
    "Candidacy",
    "Mend",
    "Options",
    "Plan",
    "Reader",
    "Shortage",
    "digest",
    "plan",
    "sentence",
]
