"""The press kit of a release: texts, sums and pictures of what each person agreed to, in one file for the office to send."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.awards import queries as awards
from portal.errors import N_
from portal.publishing import cards, portraits, rules
from portal.publishing.desk import queries
from portal.publishing.rules import ReleaseState
from portal.publishing.views.cards import card_of
from portal.publishing.views.keeping import page_of
from portal.web.lists import neutral
from portal.web.text import money, when, words_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.publishing.desk.queries import Releasing
    from portal.publishing.models import Recipient

AGREED = N_(
    "Everything in this kit is what the people concerned agreed to publish, line by line. "
    "Somebody may take it back: read their page again before you print."
)
INSIDE = N_(
    "texts: a page each. recipients.csv: the same as a table. sums.csv: what the award gives. "
    "pictures: a card each; photos: of those who agreed to one. The words for whoever does not see them are in alt-texts.csv."
)
DATE = (1980, 1, 1, 0, 0, 0)  # of every file inside: the same kit is the same bytes


def rows_of(thing: Releasing, drawn: Iterable[Recipient]) -> list[Recipient]:
    """Return what is public of a cycle, or, before that, what will be (`drawn`, written nowhere)."""
    if thing.release is not None and thing.release.state is ReleaseState.PUBLIC:
        return [row for row in queries.recipients(thing.cycle) if row.taken_down_at is None]
    return sorted(drawn, key=lambda row: (row.name is None, row.sort_name))


def kit(thing: Releasing, rows: Sequence[Recipient]) -> bytes:
    """Return the kit as a ZIP file. Before the public instant every text begins with when it may be published."""
    release = thing.release
    public = release is not None and release.state is ReleaseState.PUBLIC
    until = "" if public else _embargo(release.public_at if release is not None else None)
    named = [row for row in rows if row.name]
    taken: set[str] = set()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, said: str | bytes) -> None:
            data = said if isinstance(said, bytes) else said.replace("\n", "\r\n").encode("utf-8-sig")
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)

        alt = []
        for row in named:
            stem = rules.slug(row.name or "", taken)
            taken.add(stem)
            put(f"texts/{stem}.txt", _text(row, until, public=public))
            card = card_of(row)
            if card is not None:
                put(f"pictures/{stem}.png", cards.draw(card))
                alt.append((f"pictures/{stem}.png", _alt(row)))
            photo = portraits.read(row.photo, portraits.SIZES[-1]) if row.photo else None
            if photo is not None:
                put(f"photos/{stem}.webp", photo)
                alt.append((f"photos/{stem}.webp", row.photo_alt or ""))
        put("recipients.csv", _table(_HEADS, [_line(row, public=public) for row in named]))
        put("sums.csv", _sums(thing, rows))
        put("alt-texts.csv", _table(("file", "alt_text"), alt))
        put("README.txt", _about(thing, rows, until))
    return out.getvalue()


def _embargo(public_at: Any) -> str:  # noqa: ANN401 - an instant or None
    if public_at is None:
        return str(_("NOT FOR PUBLICATION: no time is set at which this becomes public."))
    return str(_("NOT FOR PUBLICATION before %(when)s.", when=when(public_at).replace("\N{NO-BREAK SPACE}", " ")))


def _money(cents: int | None) -> str:
    return money(cents).striptags()  # as their pages say it: a newspaper copies what it is given


def _text(row: Recipient, until: str, *, public: bool) -> str:
    """Return one person's page as plain text."""
    quotations = [
        "\n".join(
            part
            for part in (f"“{said['words']}”", said.get("translation"), f"({said['name']})" if said.get("name") else "")
            if part
        )
        for said in row.quotations
    ]
    parts = [
        until,
        row.name,
        f"{words_in(row.award_name)}, {row.year}",
        ", ".join(words for words in (row.role, row.school) if words),
        row.citation,
        row.biography,
        *quotations,
        _money(row.sum_cents),
        row.fund_name,
        page_of(row.year, row.slug) if public else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_HEADS = ("name", "role", "school", "award", "year", "citation", "sum", "paid_to", "fund", "url")


def _line(row: Recipient, *, public: bool) -> Sequence[object]:
    given = _money(row.sum_cents)
    url = page_of(row.year, row.slug) if public else ""
    award = words_in(row.award_name)
    return row.name, row.role, row.school, award, row.year, row.citation, given, row.paid_to, row.fund_name, url


def _sums(thing: Releasing, rows: Sequence[Recipient]) -> str:
    """Return the award's own figures, which stand on its page: nobody's own sum is told by them."""
    cycle = thing.cycle
    heads = ("award", "year", "recipients", "not_named", "places", "sum_each", "most_each", "paid_to", "fund")
    fund = cycle.fund.name if cycle.fund is not None else ""
    unnamed = sum(1 for row in rows if not row.name)
    figures = (len(rows), unnamed, cycle.places, _money(cycle.sum_cents), _money(cycle.most_cents))
    return _table(heads, [(words_in(cycle.award.name), cycle.year, *figures, cycle.paid_to.value, fund)])


def _alt(row: Recipient) -> str:
    """Return what somebody hears who does not see the picture."""
    award = _("%(award)s, %(year)s", award=words_in(row.award_name), year=row.year)
    said = [row.name or "", award, row.school or "", row.citation or ""]
    return str(_("A card with a wreath: %(words)s", words=". ".join(words for words in said if words)))


def _about(thing: Releasing, rows: Sequence[Recipient], until: str) -> str:
    cycle = thing.cycle
    unnamed = sum(1 for row in rows if not row.name)
    organisation = awards.organisation()
    lines = [
        until,
        f"{words_in(cycle.award.name)}, {cycle.year}",
        _(AGREED),
        ngettext(
            "One recipient preferred not to be named.",
            "%(count)s recipients preferred not to be named.",
            unnamed,
            count=unnamed,
        )
        if unnamed
        else "",
        _(INSIDE),
    ]
    if organisation is not None:
        said = (organisation.help_name, organisation.help_email, organisation.help_phone)
        lines.append(_("Questions: %(whom)s", whom=", ".join(part for part in said if part)))
    return "\n\n".join(line for line in lines if line) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()
