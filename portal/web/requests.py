"""How a request is read. What is no text, and what no database can hold, becomes the replacement character before anybody sees it.

`fields.Keepable` refuses that character with a sentence; wherever else it comes, it is a character like any other.
"""

from __future__ import annotations

from functools import cached_property
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Request as FlaskRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def _storable(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.replace("\x00", UNKNOWN), value.replace("\x00", UNKNOWN)) for name, value in pairs]


def _read(encoded: bytes) -> list[tuple[str, str]]:
    """Return names and values. Werkzeug would keep the percent signs of undecodable bytes as if somebody had typed them."""
    return _storable(parse_qsl(encoded.decode(errors="replace"), keep_blank_values=True, errors="replace"))


class Parser(FormDataParser):
    """Reads forms."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        """Return the stream, the fields and the files."""
        if mimetype == "application/x-www-form-urlencoded":
            return stream, self.cls(_read(stream.read())), self.cls()
        stream, form, files = super().parse(stream, mimetype, content_length, options)
        for file in files.values():
            file.filename = (file.filename or "").replace("\x00", UNKNOWN)
        return stream, self.cls(_storable(form.items(multi=True))), files


class Request(FlaskRequest):
    """A request of this portal."""

    form_data_parser_class = Parser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What stands behind the question mark."""
        return ImmutableMultiDict(_read(self.query_string))
