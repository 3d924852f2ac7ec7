"""Pages of rounds and reviews. Each module adds its pages to the one blueprint, and stands here for `create_app()`."""

from portal.review.views import (
    assigning,
    bands,
    committees,
    masking,
    notes,
    onward,
    readers,
    reading,
    rounds,
    screening,
    selecting,
    standings,
)
from portal.review.views.pages import pages

__all__ = [
    "assigning",
    "bands",
    "committees",
    "masking",
    "notes",
    "onward",
    "pages",
    "readers",
    "reading",
    "rounds",
    "screening",
    "selecting",
    "standings",
]
