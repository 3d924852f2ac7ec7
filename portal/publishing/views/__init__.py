"""The public site: what is open, who was honored and why, and the same for programs and calendars."""

from __future__ import annotations

from portal.publishing.pages import pages
from portal.publishing.views import feeds, finding, site

__all__ = ["feeds", "finding", "pages", "site"]
