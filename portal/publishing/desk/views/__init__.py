"""The desk's pages of a release. Importing them hangs them on the room's one blueprint."""

from __future__ import annotations

from portal.publishing.desk.views import answers, keepsakes, kind_words, messages, photos, practice, release, visits
from portal.publishing.pages import pages

__all__ = ["answers", "keepsakes", "kind_words", "messages", "pages", "photos", "practice", "release", "visits"]
