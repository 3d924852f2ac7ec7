"""Parts of a page in another language than the page's own, which say so: for screen readers, hyphens and translators.

Data text falls back to a language in which it was written. Such words pass through macros, sentences and attributes on their way to a
page, and only there is it known whether a tag may stand around them. So they travel between two marks that no page shows, and the marks
become `<span lang>` where text stands, and nothing inside tags, titles and options.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from markupsafe import Markup, escape

from portal.web.language import NAMES, language

if TYPE_CHECKING:
    from flask import Flask

BEGIN, SAID, END = "\ue000", "\ue001", "\ue002"  # private characters: no script has them
_MARKS = re.compile(f"{BEGIN}[a-z]*{SAID}|[{BEGIN}{SAID}{END}]")
_PAGE = re.compile(
    rf"(?P<tag><(?P<name>title|textarea|option|script)\b.*?</(?P=name)>|<[^>]*>)"
    rf"|{BEGIN}(?P<code>[a-z]+){SAID}(?P<words>[^<{BEGIN}{SAID}{END}]*){END}",
    re.DOTALL,
)


class Foreign(str):
    """Words in a language of their own. Everywhere but on a page they are words like any others."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, words: str, code: str) -> Self:
        """Keep the words and their language's code."""
        made = super().__new__(cls, words)
        made.code = code
        return made

    def replace(self, *change: Any) -> Self:
        """Return the words with some of them replaced: a name put into a question leaves its language as it was."""
        return type(self)(super().replace(*change), self.code)

    def __html__(self) -> str:
        """Return the words between marks, for the page to draw."""
        return Markup(f"{BEGIN}{{}}{SAID}{{}}{END}").format(self.code, escape(str(self)))  # noqa: S704 - marks alone; the words are escaped


def drawn(page: str) -> str:
    """Return a page with its marks turned into tags, or taken out where no tag may stand."""

    def draw(found: re.Match[str]) -> str:
        if found["tag"] is not None:
            return _MARKS.sub("", found["tag"])
        if found["code"] not in NAMES:
            return found["words"]
        it = language(found["code"])
        return f'<span lang="{it.code}" dir="{it.dir}">{found["words"]}</span>'

    return _PAGE.sub(draw, page)


def install(app: Flask) -> None:
    """Draw the marks of every page that leaves."""
    mark = BEGIN.encode()

    @app.after_request
    def _draw(answer: Any) -> Any:  # noqa: ANN401 - a Response
        if answer.mimetype == "text/html" and not answer.is_streamed and mark in answer.get_data():
            answer.set_data(drawn(answer.get_data(as_text=True)))
        return answer
