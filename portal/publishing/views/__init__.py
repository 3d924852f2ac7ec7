"""The public site: what is open, who was honored and why, and the same for programs and calendars."""

from __future__ import annotations

from portal.publishing.pages import pages
from portal.publishing.views import cards, embed, feeds, finding, photos, site

__all__ = ["cards", "embed", "feeds", "finding", "pages", "photos", "site"]
