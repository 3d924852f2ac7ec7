"""Lists that cost the same at one row and at fifty thousand: a page, and whether there is another."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask import Response, request, url_for

from portal import clock
from portal.db import ask, db, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Select

PAGE = 25
FURTHEST = 10_000
CELL = 32_767  # characters that a cell of a workbook holds
UNHELD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = TypeVar("Row")


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a list. `items` are rows as the query gives them; `first` is the number of the first shown, from 1."""

    items: Sequence[Row]
    page: int
    size: int
    more: bool

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return (self.page - 1) * self.size + 1 if self.items else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return (self.page - 1) * self.size + len(self.items)

    def url(self, page: int) -> str:
        """Return the address of another page of the same list, its filters kept."""
        asked: dict[str, Any] = {**request.args.to_dict(flat=False), **(request.view_args or {}), "page": page}
        return url_for(request.endpoint or "", **asked)

    @property
    def previous_url(self) -> str | None:
        """The address of the page before, if any."""
        return self.url(self.page - 1) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        """The address of the page after, if any."""
        return self.url(self.page + 1) if self.more else None


def asked_page() -> int:
    """Return the page number asked for; nonsense is the first page."""
    return min(max(request.args.get("page", 1, type=int), 1), FURTHEST)


def listing(
    select: Select[*tuple[Any, ...]],
    *,
    page: int,
    size: int = PAGE,
    scalars: bool = True,
    params: Mapping[str, Any] | None = None,
    columns: bool = False,
) -> Listing[Any]:
    """Run `select` for one page, asking for one row more than is shown instead of counting them all.

    `params` are the values of a select that was made once with `bindparam`s, for a page that must be quick; `columns` says that it asks
    for columns alone.
    """
    values = {**(params or {}), "page_size": size + 1, "page_from": (page - 1) * size}
    wanted = _page_of(select) if params is not None else _paged(select)
    if columns:
        rows = ask(wanted, values)
    elif scalars:
        rows = db.session.scalars(wanted, values).unique().all()
    else:
        rows = db.session.execute(wanted, values).all()
    return Listing(rows[:size], page, size, more=len(rows) > size)


def every(select: Select[*tuple[Any, ...]], *, scalars: bool = True) -> Sequence[Any]:
    """Run `select` for all its rows, for a file of the whole list."""
    if scalars:
        return db.session.scalars(select).unique().all()
    return db.session.execute(select).all()


def _paged(select: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return select.limit(rows_of("page_size")).offset(rows_of("page_from"))


@lru_cache(maxsize=64)
def _page_of(select: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return one page of a select that was made once, made once too."""
    return _paged(select)


def neutral(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula. A number, negative ones too, stays a number."""
    text = "" if value is None else str(value)
    if isinstance(value, (int, float)) or _number(text):
        return text
    return "'" + text if text.startswith(FORMULA) else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip("+-.0123456789eE") == ""


def table_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a list to be kept: a workbook where the address asks for one (`?as=xlsx`), a CSV file otherwise."""
    return xlsx_file(name, header, rows) if request.args.get("as") == "xlsx" else csv_file(name, header, rows)


def xlsx_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a workbook of one sheet. Numbers are numbers; text is text, whatever it begins with, so nothing in it computes.

    A cell holds at most 32,767 characters, which is the format's own limit: a longer one ends in an ellipsis, and the CSV has it whole.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - as much code as this room, for one kind of file

    out = io.BytesIO()
    book = Workbook(
        out, {"constant_memory": True, "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": name, "created": clock.now().replace(tzinfo=None)})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, words in enumerate(header):
        sheet.write_string(0, column, str(words), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                sheet.write_number(number, column, cell)
            elif cell is not None:
                sheet.write_string(number, column, _cell(str(cell)))
    book.close()
    answer = Response(out.getvalue(), mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


def _cell(text: str) -> str:
    held = UNHELD.sub("\N{REPLACEMENT CHARACTER}", text)
    return held if len(held) <= CELL else held[: CELL - 1] + "\N{HORIZONTAL ELLIPSIS}"


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a CSV file (UTF-8 with a mark, so that spreadsheets read every script)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([neutral(cell) for cell in row])
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
