"""Addresses of our own pages: what may stand in one, and each made once, for a page draws dozens of them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

if TYPE_CHECKING:
    from flask import Flask

MOST = 4_096
HIGHEST = 2**31 - 1
UNSAID = frozenset({"_anchor", "_method", "_scheme", "_external"})


class Number(IntegerConverter):
    """A number that a column can hold; a greater one is nowhere."""

    def __init__(self, map: Map, fixed_digits: int = 0) -> None:  # noqa: A002 - Werkzeug's own name
        """Take no number beyond the databases'."""
        super().__init__(map, fixed_digits, max=HIGHEST)


class Words(UnicodeConverter):
    """A part of a path. No address of ours holds a NUL, and PostgreSQL would not be asked for one."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - as above
        """Match everything else up to the next slash."""
        super().__init__(map)
        self.regex = r"[^/\x00]+"


def _is_option(name: str) -> bool:
    return name[0] == "_"


def install(app: Flask) -> None:
    """Set what an address may hold, and let `url_for` remember what it made, for paths within this site."""
    app.url_map.converters.update(int=Number, string=Words, default=Words)
    build = app.url_for

    @lru_cache(maxsize=MOST)
    def made(endpoint: str, _blueprint: str | None, _root: str, values: tuple[tuple[str, type, Any], ...]) -> str:
        return build(endpoint, **{name: value for name, _kind, value in values})

    def url_for(endpoint: str, **values: Any) -> str:
        if "_method" in values:  # from Python, Flask passes these on though nobody gave them
            values = {name: value for name, value in values.items() if value is not None or name not in UNSAID}
        if has_request_context() and not any(map(_is_option, values)):
            blueprint = request.blueprint if endpoint.startswith(".") else None
            try:
                return made(
                    endpoint,
                    blueprint,
                    request.root_path,
                    tuple((name, type(value), value) for name, value in values.items()),
                )
            except TypeError:  # a list of values, from which nothing can be remembered
                pass
        return build(endpoint, **values)

    app.url_for = url_for  # type: ignore[method-assign]
