"""What the science commands read and how they refuse: CSV with any text as ids, and one line when something is wrong.

Used by the commands of this room and of `decisions`. Needs neither database nor settings.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal.errors import N_, PortalError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: A number as people write it in CSV: no "nan", no "inf", no underscores, no other script's digits.
LARGEST = 10**12  # in any cell: beyond it, sums and squares are no longer exact
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


class BadInput(PortalError):
    """A file, a cell or an option that cannot be used; the sentence says where."""


class Refusal(click.ClickException):
    """One line on standard error, and exit code 1."""

    def show(self, file: Any = None) -> None:  # noqa: ANN401 - click's own signature
        """Write the line, and nothing else."""
        click.echo(" ".join(self.format_message().split()), file=file or sys.stderr)


class Science(click.Command):
    """A command that refuses bad options and bad input alike: with one line, and exit code 1."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Parse the options; refuse with one line."""
        # Before anything imports numpy: these are many small steps, which more threads only slow down.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            path = f"{parent.command_path} {info_name}" if parent is not None else info_name
            line = f"{path}: {error.format_message()}"
            raise Refusal(line) from None

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; refuse with one line."""
        try:
            return super().invoke(ctx)
        except PortalError as error:
            line = f"{ctx.command_path}: {error}"
            raise Refusal(line) from None
        except MemoryError:
            line = f"{ctx.command_path}: {BadInput(N_('This is more than fits in memory.'))}"
            raise Refusal(line) from None


class Table:
    """A CSV file: columns by name, and where each row stood, so that a refusal can say it."""

    def __init__(self, path: str, columns: dict[str, list[str]], lines: list[int]) -> None:
        """Hold the cells as text."""
        self.path, self.columns, self.lines = path, columns, lines

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def wrong(self, row: int, sentence: str, /, **facts: object) -> BadInput:
        """Return a refusal that names the file and the line."""
        where = f"{self.path}, line {self.lines[row]}"
        return BadInput("%(file_and_line)s: " + sentence, field=None, file_and_line=where, **facts)

    def ids(self, name: str) -> list[str]:
        """Return a column of ids, which may be any text but none."""
        cells = self.column(name)
        for row, cell in enumerate(cells):
            if not cell.strip():
                raise self.wrong(row, N_("the %(name)s is empty."), name=name)
        return cells

    def column(self, name: str) -> list[str]:
        """Return a column as text; refuse when it is missing."""
        if name not in self.columns:
            raise BadInput(
                N_("%(path)s has no column %(name)s; it has %(names)s."),
                path=self.path,
                name=name,
                names=", ".join(self.columns),
            )
        return self.columns[name]

    def number(self, name: str, *, empty: float | None = None) -> list[float]:
        """Return a column of numbers; an empty cell is `empty`, or refused where that is None."""
        found = []
        for row, cell in enumerate(self.column(name)):
            text = cell.strip()
            if not text and empty is not None:
                found.append(empty)
                continue
            value = float(text) if NUMBER.fullmatch(text) else float("nan")
            if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN differs from itself
                raise self.wrong(row, N_("%(name)s is not a number: %(cell)s"), name=name, cell=repr(cell))
            self._within(row, name, value)
            found.append(value)
        return found

    def whole(self, name: str, *, empty: int | None = None, least: int | None = None) -> list[int]:
        """Return a column of whole numbers of at least `least`; an empty cell is `empty`, or refused."""
        found = []
        for row, cell in enumerate(self.column(name)):
            text = cell.strip()
            if not text and empty is not None:
                found.append(empty)
                continue
            if not WHOLE.fullmatch(text):
                raise self.wrong(row, N_("%(name)s is not a whole number: %(cell)s"), name=name, cell=repr(cell))
            if least is not None and int(text) < least:
                raise self.wrong(row, N_("%(name)s is below %(least)d: %(cell)s"), name=name, least=least, cell=text)
            self._within(row, name, int(text))
            found.append(int(text))
        return found

    def _within(self, row: int, name: str, value: float) -> None:
        """Refuse a number too large to be added up exactly."""
        if abs(value) > LARGEST:
            raise self.wrong(
                row, N_("%(name)s is too large: %(cell)s"), name=name, cell=self.columns[name][row].strip()
            )


def read_text(path: str) -> str:
    """Return a file's text: UTF-8, with or without a byte order mark. Refuses what is not there or not text."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise BadInput(N_("%(path)s cannot be read: %(why)s."), path=path, why=error.strerror or str(error)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(N_("%(path)s is not UTF-8 text."), path=path) from None


def read_csv(path: str) -> Table:
    """Return a CSV file with a heading; blank lines are passed over. Refuses an empty one and rows of another width."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    names: list[str] | None = None
    cells: list[list[str]] = []
    lines: list[int] = []
    started = 1
    try:
        for row in reader:
            line, started = started, reader.line_num + 1
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if names is None:
                names = [cell.strip() for cell in row]
                continue
            if len(row) != len(names):
                raise BadInput(
                    N_("%(path)s, line %(line)d: %(found)d cells, the heading has %(wanted)d."),
                    path=path,
                    line=line,
                    found=len(row),
                    wanted=len(names),
                )
            cells.append(row)
            lines.append(line)
    except csv.Error as error:
        raise BadInput(N_("%(path)s, line %(line)d: %(why)s."), path=path, line=started, why=str(error)) from None
    if names is None:
        raise BadInput(N_("%(path)s is empty."), path=path)
    twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
    if twice is not None:
        raise BadInput(N_("%(path)s has two columns %(name)s."), path=path, name=twice)
    if not cells:
        raise BadInput(N_("%(path)s has a heading and no rows."), path=path)
    return Table(path, {name: [row[k] for row in cells] for k, name in enumerate(names)}, lines)


def split(text: str) -> list[str]:
    """Return the items of a list given as one option, comma-separated; quotes as in CSV."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        raise BadInput(N_("This is not a list: %(text)s"), text=text) from None


def write_json(document: Mapping[str, object] | Sequence[object]) -> None:
    """Write a document to standard output as UTF-8 JSON, whatever the terminal's encoding."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    data = (text + "\n").encode("utf-8", "surrogatepass")
    if stream is None:
        sys.stdout.write(data.decode("utf-8"))
    else:
        stream.write(data)
        stream.flush()


def rounded(value: float | None) -> float | None:
    """Return a number as it is published: to nine decimals, which is beyond what two machines can disagree on."""
    return None if value is None else round(value, 9) + 0.0
