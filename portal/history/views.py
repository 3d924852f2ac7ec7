"""The record's blueprint, and its lines in words for every page that shows some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from portal.history import words
from portal.web.pages import Pages

if TYPE_CHECKING:
    from portal.history.models import Event

pages = Pages("history", __name__)


def event_words(event: Event, *, reason: bool = True) -> str:
    """Return what was done, in the reader's language, with its reason unless told otherwise."""
    said = str(_(words.action(event.action)))
    return f"{said}: {event.reason}" if reason and event.reason else said


def subject_words(event: Event) -> str:
    """Return what a line is about: its kind and number, never a name."""
    return f"{_(words.kind(event.subject_kind))} {event.subject_id}"


def kind_words(event: Event) -> str:
    """Return what kind of thing a line is about."""
    return str(_(words.kind(event.subject_kind)))


pages.add_app_template_global(event_words)
pages.add_app_template_global(kind_words)
pages.add_app_template_global(subject_words)
