"""Calibrated standings: what scores say once severity is taken off, how surely, and when not to adjust.

`gather` scores, then ask for `standings`. Below them: `model` (REML, exact), `grid` (uncertain SDs when scores are
few), `chances` (draws), `diagnostics` (reviewers), `verdict` (when not to adjust), `robustness` (would a place
change?).
"""

from .ratings import BadRatings, Ratings, detailed, gather, weighted
from .robustness import Card, Change, card
from .standings import Band, Severity, Standing, Standings, standings
from .verdict import Judgement, Verdict

__all__ = [
    "BadRatings",
    "Band",
    "Card",
    "Change",
    "Judgement",
    "Ratings",
    "Severity",
    "Standing",
    "Standings",
    "Verdict",
    "card",
    "detailed",
    "gather",
    "standings",
    "weighted",
]
