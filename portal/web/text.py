"""Templates' filters: instants as a person says them, sums, data text in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency
from flask import g
from flask_babel import get_locale
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from flask import Flask

NBSP = "\N{NO-BREAK SPACE}"
ZONE_WORDS = {
    "America/Los_Angeles": "Pacific",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Chicago": "Central",
    "America/New_York": "Eastern",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}


def zone() -> ZoneInfo:
    """Return the organisation's time zone."""
    return ZoneInfo(g.organisation.zone if g.get("organisation") else "America/Los_Angeles")


def zone_words() -> str:
    """Return the zone as people there say it ("Pacific")."""
    return ZONE_WORDS.get(zone().key, zone().key.rsplit("/", 1)[-1].replace("_", " "))


def locale() -> str:
    """Return the reader's locale as Babel names it."""
    return str(get_locale() or "en")


def _english() -> bool:
    return locale().startswith("en")


def clock_time(instant: datetime) -> str:
    """Return the time of day: "11:59 pm"; noon is "12 noon", and midnight is never printed as such."""
    local = instant.astimezone(zone())
    if _english():
        if (local.hour, local.minute) == (12, 0):
            return f"12{NBSP}noon"
        return f"{local.hour % 12 or 12}:{local.minute:02d}{NBSP}{'am' if local.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon
    return str(format_time(local, "short", locale=locale(), tzinfo=zone())).replace(" ", NBSP)


def day(value: datetime | date, *, weekday: bool = True, year: bool = True) -> str:
    """Return a day as a person says it: "Friday, March 13, 2026". An instant is taken to the organisation's zone first."""
    local = value.astimezone(zone()).date() if hasattr(value, "astimezone") else value
    if weekday and year:
        return str(format_date(local, "full", locale=locale()))
    if _english():
        head = f"{format_date(local, 'EEEE', locale=locale())}, " if weekday else ""
        tail = f", {local.year}" if year else ""
        return f"{head}{format_date(local, 'MMMM d', locale=locale())}{tail}"
    return str(format_date(local, "long" if year else "d MMMM", locale=locale()))


def when(instant: datetime | None) -> str:
    """Return the whole instant with its zone: "Friday, March 13, 2026, 11:59 pm Pacific".

    Kept together by no-break spaces, but for one break that a phone needs, between the day and the time.
    """
    if instant is None:
        return ""
    date, time = (part.replace(" ", NBSP) for part in (f"{day(instant)},", f"{clock_time(instant)} {zone_words()}"))
    return f"{date} {time}"


def from_iso(text: str) -> datetime:
    """Return the instant that a message's facts hold as ISO 8601 text."""
    return datetime.fromisoformat(text)


def clock_zone(instant: datetime) -> str:
    """Return the time of day with its zone, kept together: "11:59 pm Pacific"."""
    return f"{clock_time(instant)}{NBSP}{zone_words()}"


def money(cents: int | None) -> Markup:
    """Return a sum set in lining figures; whole units lose their ".00"."""
    if cents is None:
        return Markup("")
    currency = g.organisation.currency if g.get("organisation") else "USD"
    whole = cents % 100 == 0
    text = format_currency(
        cents / 100, currency, locale=locale(), format=None, currency_digits=not whole, decimal_quantization=not whole
    )
    if whole:
        text = text.removesuffix(".00")
    return Markup('<span class="fig" dir="ltr">{}</span>').format(text)


def words_in(said: Mapping[str, str] | str | None) -> str:
    """Return data text (language code -> words) in the reader's language, else in English, else in any."""
    if not said:
        return ""
    if isinstance(said, str):
        return said
    return (
        said.get(locale())
        or said.get(locale().split("_", maxsplit=1)[0])
        or said.get("en")
        or next(iter(said.values()), "")
    )


def paragraphs(text: str | None) -> Markup:
    """Return typed text as paragraphs, exactly as typed: blank lines part paragraphs, line breaks are kept."""
    blocks = [block for block in (text or "").replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup('<p dir="auto">{}</p>').format(
            Markup("<br>").join(escape(line) for line in block.strip("\n").split("\n"))
        )
        for block in blocks
    )


def install(app: Flask) -> None:
    """Give the filters to the templates."""
    filters: dict[str, Any] = {
        "when": when,
        "instant": from_iso,
        "day": day,
        "clock": clock_time,
        "clock_zone": clock_zone,
        "money": money,
        "words_in": words_in,
        "paragraphs": paragraphs,
    }
    app.jinja_env.filters.update(filters)
