"""Pages of what follows a release: recipients' own, the office's, funds' books, and donors'."""

from __future__ import annotations

from portal.offers.views import books, donors, mine, offering, payments  # noqa: F401 - each adds its pages
from portal.offers.views.pages import pages

__all__ = ["pages"]
