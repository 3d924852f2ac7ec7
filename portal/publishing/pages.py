"""The room's one blueprint: the public site's views and the desk's both hang their pages on it."""

from __future__ import annotations

from portal.web.pages import Pages

pages = Pages("publishing", "portal.publishing")
