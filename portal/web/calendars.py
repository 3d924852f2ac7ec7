"""Dates as calendars read them (RFC 5545). Pure.

Every instant is written in UTC, so that each calendar shows it in its own zone and no change of the clocks moves it.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

WIDEST = 75  # octets of a line, by the standard


class Event(NamedTuple):
    """One instant, or from one to another. `uid` never changes, whatever becomes of the words or the time; `sequence` then grows."""

    uid: str
    at: datetime
    title: str
    about: str
    url: str = ""
    ends: datetime | None = None
    place: str = ""
    sequence: int = 0
    off: bool = False  # it was cancelled


def written(name: str, events: Iterable[Event], *, zone: str, language: str) -> str:
    """Return a calendar. An event's own instant is its stamp too: nothing in the file tells when anybody wrote it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//portal//dates//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        f"X-WR-TIMEZONE:{zone}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_instant(event.at)}",
            f"DTSTART:{_instant(event.at)}",
            *([f"DTEND:{_instant(event.ends)}"] if event.ends is not None else []),
            f"SUMMARY:{_text(event.title)}",
            *([f"LOCATION:{_text(event.place)}"] if event.place else []),
            f"DESCRIPTION:{_text(event.about)}",
            *([f"URL:{event.url}"] if event.url else []),
            *([f"SEQUENCE:{event.sequence}"] if event.sequence else []),
            *(["STATUS:CANCELLED"] if event.off else []),
            "TRANSP:TRANSPARENT" if event.ends is None else "TRANSP:OPAQUE",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """Return words with what means something to a calendar escaped; other control characters have no place in one."""
    for mark, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\n", "\\n")):
        words = words.replace(mark, instead)
    return "".join(c for c in words if c >= " ")


def _folded(line: str) -> str:
    """Return a line broken so that no part is wider than the standard allows, and no character is torn apart."""
    parts, width = [""], 0
    for character in line:
        size = len(character.encode())
        if width + size > WIDEST:
            parts.append(" ")
            width = 1
        parts[-1] += character
        width += size
    return "\r\n".join(parts)
