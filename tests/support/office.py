"""Somebody of the office at a browser without a screen: opens a page, changes what a form holds, sends it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import event

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import NOW, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from werkzeug.test import TestResponse

NASTY = (
    "x" * 100_000,
    "null\x00byte",
    "<script>alert(1)</script><b>bold</b>",
    "{{7*7}} {% raise %} ${7*7} %(x)s %s {nominee} {0}",
    "\u202eright to left\u202c",
    "=1+1",
    "\ud800 lone",
    "a\r\nBcc: all@example.org",
    "👩🏽‍🏫 Ñandú ሰላም مرحبا 你好",
)


class Forms(HTMLParser):
    """Every form of a page with the fields it would send as it stands."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, str, dict[str, list[str]]]] = []
        self.names: list[set[str]] = []  # of each form's fields, ticked or not
        self._text: str | None = None
        self._name = ""
        self._select = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the one that is open."""
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((facts.get("action", ""), facts.get("method", "get"), {}))
            self.names.append(set())
            self._inside = True
        elif self._inside and tag == "input" and facts.get("name"):
            kind = facts.get("type", "text")
            self.names[-1].add(facts["name"])
            if kind not in {"checkbox", "radio"} or "checked" in facts:
                self._note(facts["name"], facts.get("value", "y" if kind == "checkbox" else ""))
        elif self._inside and tag == "textarea":
            self._name, self._text = facts.get("name", ""), ""
        elif self._inside and tag == "select":
            self._select = facts.get("name", "")
        elif self._select and tag == "option":
            held = self.forms[-1][2]
            if "selected" in facts or self._select not in held:
                held[self._select] = [facts.get("value", "")]
                self.names[-1].add(self._select)

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._text is not None:
            self._note(self._name, self._text.removeprefix("\n"))
            self._text = None
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        """Keep a text area's words."""
        if self._text is not None:
            self._text += data

    def _note(self, name: str, value: str) -> None:
        self.names[-1].add(name)
        self.forms[-1][2].setdefault(name, []).append(value)


class Desk:
    """One person at one browser, at one time."""

    def __init__(self, client: Any, person: Any = None, *, at: datetime = NOW) -> None:
        """Sign in, if there is anyone to sign in."""
        self.client, self.at = client, at
        if person is not None:
            with transaction():
                sign_in(client, person, at=at).expires_at = at + timedelta(days=400)

    def get(self, url: str, status: int = 200) -> str:
        """Return a page's text."""
        with clock.at(self.at):
            answer = self.client.get(url)
        assert answer.status_code == status, f"{url}: {answer.status_code}"
        return answer.get_data(as_text=True)

    def fields(self, url: str, holding: str = "", action: str = "") -> tuple[str, dict[str, list[str]]]:
        """Return where a page's form goes and what it would send: the one with this field, or this action."""
        forms = Forms()
        forms.feed(self.get(url))
        for (where, method, fields), names in zip(forms.forms, forms.names, strict=True):
            fits = (
                holding in names if holding else where.endswith(action) if action else not where.endswith("/sign-out")
            )
            if method == "post" and fits:
                return where or url, fields
        message = f"{url}: no form {holding or action}"
        raise AssertionError(message)

    def send(
        self, url: str, changes: dict[str, Any] | None = None, *, holding: str = "", action: str = ""
    ) -> TestResponse:
        """Fill in a page's form and send it. A change that is None leaves the field out."""
        holding = holding or next(iter(changes or {}), "") if not action else ""
        where, fields = self.fields(url, holding, action)
        data: dict[str, Any] = {**fields, **(changes or {})}
        return self.post(where, {name: value for name, value in data.items() if value is not None})

    def post(self, url: str, data: dict[str, Any]) -> TestResponse:
        """Send these fields."""
        with clock.at(self.at):
            body = urlencode(data, doseq=True, errors="surrogatepass")
            return self.client.post(url, data=body, content_type="application/x-www-form-urlencoded")

    def token(self) -> str:
        """Return a token that this browser may post with."""
        _where, fields = self.fields("/account", action="/sign-out")
        return fields["csrf_token"][0]

    def press(self, url: str, **fields: Any) -> TestResponse:
        """Send a step that no page in this test shows."""
        return self.post(url, {"csrf_token": self.token(), **fields})


@contextmanager
def counted() -> Iterator[list[str]]:
    """Count the statements inside the block, but for the organization's row, which is fetched once after a write and then kept."""
    statements: list[str] = []

    def note(*facts: Any) -> None:
        if "FROM organisation" not in facts[2]:
            statements.append(facts[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
