"""The record: who did what to which, when. Whoever has a conflict does not find those lines; an auditor reads no names of families."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import render_template, request
from flask_babel import gettext as _

from portal import policy
from portal.history.views import event_words, pages
from portal.history.words import KINDS
from portal.home.queries import record as queries
from portal.policy import Permission
from portal.web import viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.text import zone

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 5000
FREE_OF_NAMES = frozenset({"award", "cycle", "fund", "organisation", "round", "release", "import"})


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _filters() -> dict[str, Any]:
    kind = request.args.get("kind", "")
    begins, ends = _day("from"), _day("to")
    return {
        "kind": kind if kind in KINDS else "",
        "number": request.args.get("number", type=int),
        "words": request.args.get("q", "")[:200],
        "begins": datetime.combine(begins, time(), zone()) if begins else None,
        "ends": datetime.combine(ends, time(), zone()) + timedelta(days=1)
        if ends and ends < date.max - timedelta(days=2)
        else None,
    }


def _lines(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Return lines as the page and the file show them."""
    reads_all = policy.may(viewer.current(), Permission.MANAGE_PEOPLE)
    references = queries.references((event for event, _person in found), names=reads_all)
    office = queries.of_the_office(person for _event, person in found) if not reads_all else set()
    lines = []
    for event, person in found:
        named = person is not None and (reads_all or person.id in office)
        lines.append(
            {
                "event": event,
                "who": person.name
                if named
                else _("The portal itself")
                if person is None
                else _("Someone outside the office"),
                "words": event_words(event, reason=reads_all or event.subject_kind in FREE_OF_NAMES),
                "about": references.get((event.subject_kind, event.subject_id)),
            }
        )
    return lines


@pages.page("/desk/record", needs=Permission.READ_RECORD)
def record() -> str:
    """Line by line, the last first."""
    filters = _filters()
    found = listing(queries.record(viewer.current(), **filters), page=asked_page(), scalars=False)
    kinds = [
        ("", _("Anything")),
        *sorted(((kind, _(words)) for kind, words in KINDS.items()), key=lambda pair: pair[1]),
    ]
    return render_template(
        "history/record.html",
        listing=found,
        lines=_lines(found.items),
        chosen=filters,
        kinds=kinds,
        args=request.args.to_dict(),
    )


@pages.page("/desk/record.csv", needs=Permission.READ_RECORD)
def record_csv() -> Any:  # noqa: ANN401 - an answer
    """The same lines as a CSV file."""
    found = listing(queries.record(viewer.current(), **_filters()), page=1, size=MOST, scalars=False).items
    header = [_("When"), _("Who"), _("What was done"), _("To what"), _("Number")]
    rows = [
        [
            line["event"].at.isoformat(timespec="seconds"),
            line["who"],
            line["words"],
            _(KINDS.get(line["event"].subject_kind, line["event"].subject_kind)),
            line["about"] or line["event"].subject_id,
        ]
        for line in _lines(found)
    ]
    return table_file("record", header, rows)
