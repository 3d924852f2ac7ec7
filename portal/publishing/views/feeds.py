"""What programs and calendars read: JSON and CSV with their schema, an Atom feed, and the dates."""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from portal import clock
from portal.awards import queries as awards
from portal.policy import Permission
from portal.publishing import portraits, queries
from portal.publishing.pages import pages
from portal.publishing.queries import roll
from portal.publishing.rules import data, finding
from portal.publishing.views import photos
from portal.publishing.views.keeping import base, kept, page_of, whole
from portal.web import calendars
from portal.web.lists import csv_file
from portal.web.text import when, words_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.awards.models import Award
    from portal.publishing.queries import Offered
    from portal.publishing.rules.finding import Line

ENTRIES = 60
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold, even escaped
NEVER = "1970-01-01T00:00:00Z"  # a feed must say when it changed; an empty one never has


def _currency() -> str:
    organisation = awards.organisation()
    return organisation.currency if organisation is not None else "USD"


def _open(answer: Response) -> Response:
    """Let programs on other sites read it: it is the same for everyone and says nothing of who asks."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _json(said: object, mimetype: str) -> Response:
    return _open(Response(json.dumps(said, ensure_ascii=False, indent=1), mimetype=mimetype))


def _records() -> list[dict[str, Any]]:
    lines = finding.find(roll.everyone(), finding.wanted(request.args))
    currency = _currency()
    return [data.record(line, currency=currency, page=page_of, photo=_photo) for line in lines]


def _photo(line: Line) -> str | None:
    """Return the whole address of somebody's photograph, as large as it is kept."""
    found = photos.address(line, portraits.SIZES[-1])
    return base() + found if found is not None else None


@pages.page("/recipients.json", needs=Permission.SEE_PUBLIC_PAGES)
def recipients_json() -> Response:
    """Everyone who was honored, for programs; narrowed like the page."""
    kept()
    organisation = awards.organisation()
    said = {
        "version": data.VERSION,
        "organization": organisation.name if organisation is not None else "",
        "schema": whole(".schema"),
        "recipients": _records(),
    }
    return _json(said, "application/json")


@pages.page("/recipients.csv", needs=Permission.SEE_PUBLIC_PAGES)
def recipients_csv() -> Response:
    """The same as a table."""
    kept()
    rows = ([_cell(record[name]) for name in data.COLUMNS] for record in _records())
    return _open(csv_file("recipients", data.COLUMNS, rows))


def _cell(value: Any) -> object:  # noqa: ANN401 - whatever a record holds
    return words_in(value) if isinstance(value, dict) else value


@pages.page("/recipients/schema.json", needs=Permission.SEE_PUBLIC_PAGES)
def schema() -> Response:
    """What a record holds, as JSON Schema."""
    kept()
    return _json(data.schema(whole(".schema")), "application/schema+json")


@pages.page("/recipients.atom", needs=Permission.SEE_PUBLIC_PAGES)
def feed() -> Response:
    """Those honored lately who have a page, as a feed."""
    kept()
    shown = [(line, f"{line.shown_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}") for line in roll.everyone() if line.shown_at]
    latest = sorted((one for one in shown if one[0].slug), key=lambda one: one[1], reverse=True)[:ENTRIES]
    updated = latest[0][1] if latest else NEVER
    words = render_template("publishing/feed.xml", lines=latest, updated=updated, page_of=page_of, whole=whole)
    return _open(Response(NOT_XML.sub("", words), mimetype="application/atom+xml"))


@pages.page("/data", needs=Permission.SEE_PUBLIC_PAGES)
def open_data() -> str:
    """How programs read what stands here: the addresses, and what each field means."""
    kept()
    return render_template("publishing/open_data.html", fields=data.FIELDS, columns=data.COLUMNS, whole=whole)


# ---------------------------------------------------------------- dates


@pages.page("/dates.ics", needs=Permission.SEE_PUBLIC_PAGES)
def dates() -> Response:
    """When nominations open and close, for every award, as a calendar to subscribe to."""
    kept()
    return _calendar(queries.offered(clock.now()))


@pages.page("/awards/<slug>/dates.ics", needs=Permission.SEE_PUBLIC_PAGES, of=queries.award_at)
def dates_of_award(award: Award) -> Response:
    """The same for one award."""
    return _calendar([queries.announced(award, kept())])


def _calendar(known: Iterable[Offered]) -> Response:
    organisation = awards.organisation()
    name = _("%(organization)s: dates", organization=organisation.name if organisation is not None else "")
    events = [event for offered in known for event in _events(offered)]
    words = calendars.written(name, events, zone=awards.zone(), language=str(get_locale() or "en"))
    answer = Response(words, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'inline; filename="dates.ics"'
    return _open(answer)


def _events(offered: Offered) -> Iterable[calendars.Event]:
    """Yield the two instants that anybody may read on the award's page."""
    cycle, award = offered.cycle, offered.award
    if cycle is None:
        return
    host, url = urlsplit(base()).hostname, whole(".award", slug=award.slug)
    title = words_in(award.name)
    opens = _("Applications open: %(award)s") if offered.applied_for else _("Nominations open: %(award)s")
    closes = _("Applications close: %(award)s") if offered.applied_for else _("Nominations close: %(award)s")
    for kind, at, words in (("opens", cycle.opens_at, opens), ("closes", cycle.closes_at, closes)):
        uid = f"{kind}-{award.slug}-{cycle.year}@{host}"
        yield calendars.Event(uid, at, words % {"award": title}, when(at).replace("\N{NO-BREAK SPACE}", " "), url)
