"""The app on either database, and a client that looks closely at every page it fetches."""

from __future__ import annotations

import os
import socket
from html.parser import HTMLParser
from random import SystemRandom
from typing import TYPE_CHECKING, Any

import pytest
from flask.globals import _cv_app
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from portal.config import Settings
    from tests.support.databases import Postgresql, Sqlite

SCHEMA = "schema"
PORTS = (20_000, 32_000)  # below those that systems hand out by themselves
FORBIDDEN_ATTRIBUTES = ("style",)  # and everything that starts with "on"
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"],
)


def filled(fill: Callable[[], object] | None = None) -> Callable[[str], None]:
    """Return what prepares a template: the newest schema, and whatever `fill()` writes in one transaction."""

    def prepare(url: str) -> None:
        from flask_migrate import upgrade

        from portal import HOME, create_app
        from portal.db import db, transaction

        app = create_app(test_settings(url))
        with app.app_context():
            if any((HOME / "migrations" / "versions").glob("*.py")):
                upgrade()
            else:
                db.create_all()
            if fill is not None:
                with transaction():
                    fill()
            db.session.remove()
            db.engine.dispose()

    return prepare


def test_settings(url: str, **changes: Any) -> Settings:
    """Return settings for a portal under test on the database at `url`."""
    from portal.config import Settings

    quick = 0  # a test sends within the second what it began
    return Settings(**{"environment": "test", "database_url": url, "quick_seconds": quick, **changes})


test_settings.__test__ = False  # type: ignore[attr-defined]  # a maker, not a test


class Markup(HTMLParser):
    """What a page must never have, collected while reading it once."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.ids: set[str] = set()
        self.points: list[tuple[str, str]] = []
        self.headings = 0
        self.title = ""
        self.language: str | None = None
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, what points at them, and what the content policy would block."""
        facts = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        self.wrong += [
            f"<{tag} {name}=...>: the content policy blocks it"
            for name in facts
            if name in FORBIDDEN_ATTRIBUTES or name.startswith("on")
        ]
        if tag == "style" or (tag == "script" and "src" not in facts and facts.get("type") != "application/json"):
            self.wrong.append(f"an inline <{tag}>: the content policy blocks it")
        if tag == "img" and "alt" not in facts:
            self.wrong.append("an <img> without alt")
        if tag == "html":
            self.language = facts.get("lang")
        self.headings += tag == "h1"
        name = facts.get("id")
        if name is not None:
            if name in self.ids:
                self.wrong.append(f"two elements with the id {name!r}")
            self.ids.add(name)
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list"):
            self.points += [(attribute, word) for word in (facts.get(attribute) or "").split()]
        if tag == "a" and (facts.get("href") or "").startswith("#"):
            self.points.append(("href", (facts["href"] or "")[1:]))

    def handle_endtag(self, tag: str) -> None:
        """Note what closes nothing."""
        if tag in VOID:
            return
        if tag not in self._open:
            self.wrong.append(f"</{tag}> closes nothing")
            return
        while self._open and self._open.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        """Keep the title."""
        if self._open and self._open[-1] == "title" and "svg" not in self._open:
            self.title += data

    def problems(self) -> list[str]:
        """Return everything wrong with the page that was read."""
        found = list(self.wrong)
        found += [f"{how}={name!r} points at nothing" for how, name in self.points if name and name not in self.ids]
        if self.headings != 1:
            found.append(f"{self.headings} <h1> where there must be one")
        if not self.title.strip():
            found.append("no <title>")
        if not self.language:
            found.append("no lang on <html>")
        return found


def problems_of(page: str) -> list[str]:
    """Return what is wrong with the markup of a whole page."""
    markup = Markup()
    markup.feed(page)
    markup.close()
    return markup.problems()


class CheckedClient(FlaskClient):
    """A browser without a screen that fails the test when any page it fetches is wrong.

    Each request runs as the server would run it: in an app context of its own, on a connection of its own. The test's
    own session must hold nothing unwritten when a request starts, and reads afresh after it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request, to the address under which the portal is reached, and look at the answer."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.application.config["SETTINGS"].base_url)
        _put_down_the_session()
        token = _cv_app.set(None)  # type: ignore[arg-type]  # hide the test's context: a request has its own
        try:
            answer = super().open(*args, **kwargs)
        finally:
            _cv_app.reset(token)
        _put_down_the_session()
        check(answer)
        return answer


def _put_down_the_session() -> None:
    """End the test's own reading, so that it neither blocks the request nor shows what was there before it."""
    from portal.db import db

    if _cv_app.get(None) is None:
        return
    session = db.session
    held = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    assert not held, f"Commit first: the test's session holds {held[:3]!r}, which the request would not see."
    session.rollback()


def check(answer: TestResponse) -> None:
    """Fail when an answer is not one that the portal may give."""
    where = f"{answer.request.method} {answer.request.path}"
    assert answer.status_code < 500, f"{where} answered {answer.status_code}:\n{answer.get_data(as_text=True)[:2000]}"
    for header in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
        assert header in answer.headers, f"{where}: no {header}"
    assert "'unsafe" not in answer.headers["Content-Security-Policy"], where
    is_page = answer.mimetype == "text/html" and not 300 <= answer.status_code < 400
    if is_page and answer.data and answer.request.method != "HEAD":
        found = problems_of(answer.get_data(as_text=True))
        assert not found, f"{where}: " + "; ".join(found)


def free_port() -> int:
    """Return a port on this machine that nothing listens on, and that no call to anywhere is given for its own end.

    What a system hands out by itself (port 0) may be taken by any browser's next call before a server of ours begins to listen.
    """
    chance = SystemRandom()  # each worker's own: the seed of `random` is the same in all of them
    while True:
        number = chance.randrange(*PORTS)
        with socket.socket() as held:
            try:
                held.bind(("127.0.0.1", number))
            except OSError:
                continue
            return number


@pytest.fixture(scope="session")
def port() -> int:
    """A port of this worker's own, on which the app under test believes it is served."""
    return free_port()


@pytest.fixture(scope="session")
def base_url(port: int) -> str:
    """The address under which the portal under test is reached."""
    return f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def apps(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Sqlite | Postgresql], Flask]]:
    """One app for each kind of database, made once: the databases beneath them change with every test."""
    made: dict[str, Flask] = {}
    folder: Path = tmp_path_factory.mktemp("instance")
    own = tmp_path_factory.getbasetemp()
    compiled = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates"
    compiled.mkdir(exist_ok=True)

    def give(backend: Sqlite | Postgresql) -> Flask:
        if backend.name not in made:
            from portal import create_app

            app = create_app(test_settings(backend.url(), base_url=base_url, instance_path=folder))
            app.testing = True
            app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))  # made once for all apps and workers
            app.test_client_class = CheckedClient
            made[backend.name] = app
        return made[backend.name]

    yield give
    from portal.db import db

    for app in made.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def template() -> str:
    """Which prepared database a test starts from. Override it in a file or a folder to start from a world."""
    return SCHEMA


@pytest.fixture
def app(backend: Sqlite | Postgresql, apps: Callable[..., Flask], template: str) -> Iterator[Flask]:
    """The portal on a fresh database, with an app context open for the test's own queries and actions."""
    from portal.db import db

    made = apps(backend)
    with made.app_context():
        backend.reset(template, TEMPLATES[template], release=db.engine.dispose)
        try:
            yield made
        finally:
            db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without a screen: looks closely at every page it fetches."""
    return app.test_client()


# name -> what prepares such a database; a world adds itself here.
TEMPLATES: dict[str, Callable[[str], None]] = {SCHEMA: filled()}
