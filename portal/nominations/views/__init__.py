"""Pages of nominations and candidacies. Each module adds its pages to the one blueprint, and stands here for `create_app()`."""

from portal.nominations.doubts import views as doubts
from portal.nominations.hearing import views as hearing
from portal.nominations.translating import views as translating
from portal.nominations.views import (
    answer_files,
    candidacies,
    consent,
    eligibility,
    entering,
    finding,
    importing,
    letters,
    letters_desk,
    paper,
    parts,
    screening,
    together,
    writing,
)
from portal.nominations.views.pages import pages

__all__ = [
    "answer_files",
    "candidacies",
    "consent",
    "doubts",
    "eligibility",
    "entering",
    "finding",
    "hearing",
    "importing",
    "letters",
    "letters_desk",
    "pages",
    "paper",
    "parts",
    "screening",
    "together",
    "translating",
    "writing",
]
