"""Addresses of our own pages, each made once: a page draws dozens of them, mostly the same as the page before."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request

if TYPE_CHECKING:
    from flask import Flask

MOST = 4_096


def install(app: Flask) -> None:
    """Let `url_for` remember what it made, for paths within this site."""
    build = app.url_for

    @lru_cache(maxsize=MOST)
    def made(endpoint: str, _blueprint: str | None, _root: str, values: tuple[tuple[str, type, Any], ...]) -> str:
        return build(endpoint, **{name: value for name, _kind, value in values})

    def url_for(endpoint: str, **values: Any) -> str:
        if has_request_context() and not any(name.startswith("_") for name in values):
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
