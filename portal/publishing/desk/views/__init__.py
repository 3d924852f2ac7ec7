"""The desk's pages of a release. Importing them hangs them on the room's one blueprint."""

from __future__ import annotations

from portal.publishing.desk.views import (
    answers,
    followups,
    keepsakes,
    kind_words,
    messages,
    own,
    photos,
    practice,
    release,
    visits,
)
from portal.publishing.pages import pages

__all__ = [
    "answers",
    "followups",
    "keepsakes",
    "kind_words",
    "messages",
    "own",
    "pages",
    "photos",
    "practice",
    "release",
    "visits",
]
