"""Templates' filters: instants as a person says them, sums, data text in the reader's language."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.errors import N_
from portal.web.foreign import Foreign
from portal.web.language import NAMES
from portal.web.plots import plot_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from flask import Flask

NBSP = "\N{NO-BREAK SPACE}"
MOST_SAID = (
    4_096  # days and sums whose words are remembered: Babel takes as long over one as a small page over its frame
)
PARTED = 10_000
ZONE_WORDS = {
    "America/Los_Angeles": N_("Pacific"),
    "America/Denver": N_("Mountain"),
    "America/Phoenix": N_("Arizona"),
    "America/Chicago": N_("Central"),
    "America/New_York": N_("Eastern"),
    "America/Anchorage": N_("Alaska"),
    "Pacific/Honolulu": N_("Hawaii"),
}
# Sums, clocks and lists as the families here write them, which is not always as the language's first country does.
WRITTEN_AS = {"es": "es_US", "tl": "fil"}
# Days where our way is not the first that Babel knows: (with weekday and year, with weekday, with year, neither).
DAYS = {"es": ("EEEE d 'de' MMMM 'de' y", "EEEE d 'de' MMMM", "d 'de' MMMM 'de' y", "d 'de' MMMM")}


def zone() -> ZoneInfo:
    """Return the organisation's time zone."""
    return ZoneInfo(g.organisation.zone if g.get("organisation") else "America/Los_Angeles")


def zone_words() -> str:
    """Return the zone as people there say it ("Pacific")."""
    known = ZONE_WORDS.get(zone().key)
    return str(_(known)) if known else zone().key.rsplit("/", 1)[-1].replace("_", " ")


def locale() -> str:
    """Return the locale, as Babel names it, by which the reader's dates, sums and lists are written."""
    found = get_locale()
    return _code(found) if found is not None else "en"


@cache
def _code(known: Locale) -> str:
    return WRITTEN_AS.get(str(known), str(known))


@cache
def _language(known: Locale) -> str:
    return str(known).partition("_")[0]


@cache
def babel_locale(code: str) -> Locale:
    """Return Babel's facts of a locale, read from its name once."""
    return Locale.parse(code)


def _english() -> bool:
    return locale().startswith("en")


def clock_time(instant: datetime) -> str:
    """Return the time of day: "11:59 pm"; noon is "12 noon", and midnight is never printed as such."""
    local = instant.astimezone(zone())
    if (local.hour, local.minute) == (12, 0):
        return str(_("12 noon")).replace(" ", NBSP)
    if _english():
        return f"{local.hour % 12 or 12}:{local.minute:02d}{NBSP}{'am' if local.hour < 12 else 'pm'}"  # noqa: PLR2004 - noon
    said = str(format_time(local, "short", locale=babel_locale(locale()), tzinfo=zone()))
    return said.replace(".m.", f".{NBSP}m.").replace(" ", NBSP).replace("\N{NARROW NO-BREAK SPACE}", NBSP)


def day(value: datetime | date, *, weekday: bool = True, year: bool = True) -> str:
    """Return a day as a person says it: "Friday, March 13, 2026". An instant is taken to the organisation's zone first."""
    local = value.astimezone(zone()).date() if hasattr(value, "astimezone") else value
    return _day(local, locale(), weekday=weekday, year=year)


@lru_cache(maxsize=MOST_SAID)
def _day(local: date, code: str, *, weekday: bool, year: bool) -> str:
    known = babel_locale(code)
    patterns = DAYS.get(code.partition("_")[0])
    if patterns:
        return str(format_date(local, patterns[2 * (not weekday) + (not year)], locale=known))
    if weekday and year:
        return str(format_date(local, "full", locale=known))
    if code.startswith("en"):
        head = f"{format_date(local, 'EEEE', locale=known)}, " if weekday else ""
        tail = f", {local.year}" if year else ""
        return f"{head}{format_date(local, 'MMMM d', locale=known)}{tail}"
    return str(format_date(local, "long" if year else "d MMMM", locale=known))


def when(instant: datetime | None) -> str:
    """Return the whole instant with its zone: "Friday, March 13, 2026, 11:59 pm Pacific".

    Kept together by no-break spaces, but for one break that a phone needs, between the day and the time.
    """
    if instant is None:
        return ""
    parts = {"day": day(instant).replace(" ", NBSP), "time": clock_zone(instant)}
    return str(_("%(day)s, %(time)s", **parts))


def from_iso(text: str) -> datetime:
    """Return the instant that a message's facts hold as ISO 8601 text."""
    return datetime.fromisoformat(text)


def clock_zone(instant: datetime) -> str:
    """Return the time of day with its zone, kept together: "11:59 pm Pacific"."""
    return str(_("%(time)s %(zone)s", time=clock_time(instant), zone=zone_words())).replace(" ", NBSP)


def money(cents: int | None) -> Markup:
    """Return a sum set in lining figures; whole units lose their ".00"."""
    if cents is None:
        return Markup("")
    return _money(cents, g.organisation.currency if g.get("organisation") else "USD", locale())


@lru_cache(maxsize=MOST_SAID)
def _money(cents: int, currency: str, code: str) -> Markup:
    known = babel_locale(code)
    pattern = known.currency_formats["standard"].pattern
    if cents % 100 == 0:
        pattern = pattern.replace("0.00", "0")  # CLDR writes every language's decimals so
    text = format_currency(cents / 100, currency, locale=known, format=pattern, currency_digits=False)
    return Markup('<span class="fig" dir="ltr">{}</span>').format(text)


def words_in(said: Mapping[str, str] | str | None) -> str:
    """Return data text (language code -> words) in the reader's language, else in English, else in any.

    In another language than the page's it says which, wherever it is drawn on a page.
    """
    if not said:
        return ""
    if isinstance(said, str):
        return said
    found = get_locale()
    code = _language(found) if found is not None else "en"
    if said.get(code):
        return said[code]
    other = "en" if said.get("en") else next((each for each, words in said.items() if words), None)
    return Foreign(said[other], other) if other else ""


# Looked up one at a time: a page that counts a dozen things would look up all thirteen for each.
_NUMBERS = (
    N_("none"),
    N_("one"),
    N_("two"),
    N_("three"),
    N_("four"),
    N_("five"),
    N_("six"),
    N_("seven"),
    N_("eight"),
    N_("nine"),
    N_("ten"),
    N_("eleven"),
    N_("twelve"),
)


def number_word(number: int) -> str:
    """Return a number as it stands in a sentence: none to twelve in words, the rest in figures."""
    return number_words()[number] if 0 <= number < len(_NUMBERS) else str(number)


def number_words() -> tuple[str, ...]:
    """Return all those words, none first, in the reader's language."""
    return _number_words(locale())


@cache
def _number_words(_code: str) -> tuple[str, ...]:
    return tuple(_(word) for word in _NUMBERS)


def figures(number: int) -> str:
    """Return a count in figures. From ten thousand on its thousands are parted, which a year's number never reaches."""
    return str(number) if abs(number) < PARTED else str(format_decimal(number, locale=babel_locale(locale())))


def paragraphs(text: str | None) -> Markup:
    """Return typed text as paragraphs, exactly as typed: blank lines part paragraphs, line breaks are kept."""
    blocks = [block for block in (text or "").replace("\r\n", "\n").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup('<p dir="auto">{}</p>').format(
            Markup("<br>").join(escape(line) for line in block.strip("\n").split("\n"))
        )
        for block in blocks
    )


def either(said: Iterable[Any]) -> str:
    """Return several things of which one is meant, as a part of a sentence: "students, colleagues, or families"."""
    return str(format_list([str(one) for one in said], style="or", locale=babel_locale(locale())))


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
        "either": either,
        "number_word": number_word,
        "figures": figures,
        "plot_marks": plot_marks,
        "paragraphs": paragraphs,
    }
    app.jinja_env.globals["number_words"] = number_words
    app.jinja_env.globals["language_name"] = lambda code: NAMES.get(code or "", code or "")
    app.jinja_env.filters.update(filters)
