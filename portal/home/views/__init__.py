"""Pages over all rooms: what waits for whom, today, the messages, the record."""

from portal.home.views import desk, me, messages, record, wording
from portal.home.views.pages import pages

__all__ = ["desk", "me", "messages", "pages", "record", "wording"]
