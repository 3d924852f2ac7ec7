"""Pages of rounds and reviews. Each module adds its pages to the one blueprint, and stands here for `create_app()`."""

from portal.review.views import (
    appointments,
    assigning,
    bands,
    committees,
    feedback,
    masking,
    notes,
    onward,
    paper,
    practice,
    readers,
    reading,
    rounds,
    screening,
    selecting,
    standings,
)
from portal.review.views.pages import pages

__all__ = [
    "appointments",
    "assigning",
    "bands",
    "committees",
    "feedback",
    "masking",
    "notes",
    "onward",
    "pages",
    "paper",
    "practice",
    "readers",
    "reading",
    "rounds",
    "screening",
    "selecting",
    "standings",
]
