"""Public pages for visitors without cookies, kept ready in each process.

A page is kept under its path and the languages asked for, with the number that `PublicVersion` had when it was begun, and until the
next date on which it reads differently. Every write that touches what the public reads raises that number in its own transaction, so
each process drops what it kept the moment the write is committed. The number itself never leaves: a page's ETag is made of its words
alone.
"""

from __future__ import annotations

import logging
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flask import current_app, g, request
from sqlalchemy import event, inspect, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from portal import clock
from portal.db import db, driver, on_statement, writes_now
from portal.web import language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from flask import Flask, Response

    from portal.db import Model

Thing = TypeVar("Thing")
log = logging.getLogger(__name__)

MOST_PAGES = 2_000
MOST_THINGS = 500
RAISE = text(
    "INSERT INTO public_version (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET number = public_version.number + 1"
)
READ = "SELECT number FROM public_version WHERE id = 1"
TOUCHED = "portal.public_touched"
KEPT = "portal.kept"
NUMBER = "portal.public_number"
OF_A_BODY = frozenset({"Content-Length", "Content-Type"})

_watched: set[type[Model]] = set()
_watched_tables: set[object] = set()


# ---------------------------------------------------------------- who raises the number


def watch(*kinds: type[Model]) -> None:
    """Let every write of a row of these kinds drop the public pages that were kept."""
    _watched.update(kinds)
    _watched_tables.update(kind.__table__ for kind in kinds)


def _kind(row: object) -> bool:
    return type(row) in _watched


@event.listens_for(Session, "after_flush")
def _note_rows(session: Session, _context: object) -> None:
    if (
        any(map(_kind, session.new))
        or any(map(_kind, session.deleted))
        or any(_kind(row) and session.is_modified(row) for row in session.dirty)
    ):
        session.info[TOUCHED] = True


def _note_statement(session: Session, statement: Any) -> None:  # noqa: ANN401 - an UPDATE, INSERT or DELETE of any table
    if statement.table in _watched_tables:
        session.info[TOUCHED] = True


on_statement.append(_note_statement)


@event.listens_for(Session, "before_commit")
def _raise_number(session: Session) -> None:
    """Raise the number last of all, so that its row is locked only for the commit itself."""
    if session.in_nested_transaction():
        return
    session.flush()
    if session.info.pop(TOUCHED, False):
        session.execute(RAISE)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(TOUCHED, None)


@event.listens_for(Session, "after_transaction_end")
def _read_anew(session: Session, transaction: Any) -> None:  # noqa: ANN401 - SQLAlchemy's SessionTransaction
    """Let the next transaction read the number anew."""
    if transaction.parent is None:
        session.info.pop(NUMBER, None)


# ---------------------------------------------------------------- what a view says of its page


def public(*, until: datetime) -> None:
    """Say in a view that this page is the same for every visitor without cookies, until `until` or the next write."""
    g.public_until = until


def install(app: Flask) -> None:
    """Mark public pages for browsers and for the cache in front of the portal."""

    @app.after_request
    def _mark(answer: Response) -> Response:
        until = g.pop("public_until", None)
        if until is None or answer.status_code != 200 or not _plain(request.environ):  # noqa: PLR2004 - HTTP's own number
            return answer
        answer.headers["Cache-Control"] = (
            "no-cache"  # kept, and asked about each time: what is taken back is gone at once
        )
        answer.headers["Vary"] = "Accept-Language, Cookie"
        answer.add_etag()
        request.environ[TOUCHED] = until
        return answer

    app.extensions["portal.cache"] = made = PublicCache(app)
    app.wsgi_app = made  # type: ignore[assignment]


def kept(name: str, load: Callable[[], Thing]) -> Thing:
    """Return what `load()` gave since the last write of anything watched: rows with nothing left to fetch, plain values, or None.

    Its rows belong to no session: they are read, never changed, and never made part of a row that is about to be written.
    """
    cache: PublicCache = current_app.extensions["portal.cache"]
    found: Thing = cache.thing(name, load)
    return found


@event.listens_for(Session, "before_attach")
def _never_written(_session: Session, row: Any) -> None:  # noqa: ANN401 - a row of any model
    """Refuse a kept row among those that are written: many requests read it at the same time."""
    if KEPT in inspect(row).info:
        msg = f"{row!r} was kept: it is read, never written. Load it, or name it by its number."
        raise RuntimeError(msg)


def _plain(environ: dict[str, Any]) -> bool:
    """Whether a request says nothing of who asks, beyond a language."""
    cookies = environ.get("HTTP_COOKIE", "")
    return not environ.get("QUERY_STRING") and (not cookies or _chosen(cookies) is not None)


def _chosen(cookies: str) -> str | None:
    """Return the language that is the only cookie, or None where there are others."""
    name, _, value = cookies.partition("=")
    return value if name.strip() == language.COOKIE and ";" not in value else None


# ---------------------------------------------------------------- the cache itself


class Kept(NamedTuple):
    """A page as it left, with the span in which it is true."""

    version: int
    begun: datetime
    until: datetime
    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str


class PublicCache:
    """In front of the portal: answers from memory where it may, and asks the portal otherwise."""

    def __init__(self, app: Flask) -> None:
        """Stand before `app`, with a few connections of its own that read one number and nothing else."""
        self.app = app
        self.portal = app.wsgi_app
        self.host = app.config["SETTINGS"].host
        self.pages: dict[tuple[str, str], Kept] = {}
        self.things: dict[str, tuple[int, Any]] = {}
        self.idle: deque[Any] = deque()
        self.listens = False
        self.forgotten = 0  # counts how often everything was dropped
        self.negotiate = lru_cache(maxsize=1024)(self._negotiate)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        version = self._version() if self._may_keep(environ) else None
        if version is None:
            return self.portal(environ, start)
        at = clock.now()
        said = self.negotiate(environ.get("HTTP_COOKIE", ""), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        key = (environ["PATH_INFO"], said)
        kept = self.pages.get(key)
        if kept is not None and kept.version == version and kept.begun <= at < kept.until:
            return self._give(environ, start, kept)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.portal(environ, start)
        return self._ask(environ, start, key, version, at)

    def _may_keep(self, environ: dict[str, Any]) -> bool:
        """Whether an answer to this request could be the same for everyone."""
        asked = environ["REQUEST_METHOD"] in {"GET", "HEAD"} and environ.get("HTTP_HOST") == self.host
        return asked and not environ["PATH_INFO"].startswith("/static/") and _plain(environ)

    @staticmethod
    def _give(environ: dict[str, Any], start: Callable[..., Any], kept: Kept) -> Iterable[bytes]:
        """Answer from memory; a visitor who has this very page already gets no body."""
        if environ.get("HTTP_IF_NONE_MATCH") == kept.etag:
            start("304 NOT MODIFIED", [header for header in kept.headers if header[0] not in OF_A_BODY])
            return []
        start(kept.status, list(kept.headers))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]

    def _ask(
        self, environ: dict[str, Any], start: Callable[..., Any], key: tuple[str, str], version: int, at: datetime
    ) -> Iterable[bytes]:
        """Let the portal answer, and keep what it says is the same for everyone."""
        said: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], trouble: Any = None) -> Callable[[bytes], object]:  # noqa: ANN401 - WSGI's own
            said[:] = [status, headers]
            return start(status, headers, trouble) if trouble else start(status, headers)  # type: ignore[no-any-return]

        chunks = self.portal(environ, begin)
        until = environ.get(TOUCHED)
        if until is None:
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        status, headers = said
        names = {name.casefold(): value for name, value in headers}
        if "set-cookie" not in names and b"csrf_token" not in body:
            if len(self.pages) >= MOST_PAGES:
                self.pages.clear()
            self.pages[key] = Kept(version, at, until, status, list(headers), body, names["etag"])
        return [body]

    def thing(self, name: str, load: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is kept
        """Return what was loaded under this name since the last write; see `kept()`."""
        number = self._version_here()
        held = self.things.get(name)
        own = writes_now()  # a written request may have changed it, and must find its own change
        if held is not None and held[0] == number and not (own and (db.session.info.get(TOUCHED) or db.session.dirty)):
            return held[1]
        if own:
            return load()
        # In a session of its own, begun after the number was read: never older than the number, and whole.
        with self.app.app_context():
            row = load()
            for each in db.session:
                inspect(each).info[KEPT] = name
            db.session.expunge_all()
        if row is not None and number is not None:
            if len(self.things) >= MOST_THINGS:
                self.things.clear()
            self.things[name] = (number, row)
        return row

    def _negotiate(self, cookies: str, accepts: str) -> str:
        """Return which languages this visitor asks for, the dearest first: those who ask alike are answered alike."""
        with self.app.app_context():
            wanted = language.preferred(
                _chosen(cookies) if cookies else None, parse_accept_header(accepts, LanguageAccept)
            )
        return " ".join(wanted)

    def _version_here(self) -> int | None:
        """Return the number as it stood when this transaction first asked: a page asks for a dozen kept things."""
        session = db.session()
        found: int | None = session.info.get(NUMBER)
        if found is None:
            found = self._version()
            if found is not None and session.in_transaction():
                session.info[NUMBER] = found
        return found

    def _version(self) -> int | None:
        """Return the number as committed now, or None where it cannot be read: then nothing is answered from memory."""
        forgotten = self.forgotten
        try:
            connection = self.idle.pop()
        except IndexError:
            connection = None
        try:
            if connection is None:
                connection = self._connect()
            found = connection.execute(READ).fetchone()
        except Exception:  # noqa: BLE001 - whatever the driver calls it: the portal itself will say what is wrong
            log.warning("the public pages' number could not be read")
            if connection is not None:
                connection.close()
            return None
        self.idle.append(connection)
        if forgotten != self.forgotten:  # dropped while this one was out: nobody else would ever close it
            self._close_idle()
        return found[0] if found else 0

    def _connect(self) -> Any:  # noqa: ANN401 - the driver's own connection
        """Open a connection of our own, outside the pool: it is asked at every request, holds no transaction and never writes."""
        with self.app.app_context():
            engine = db.engine
        if not self.listens:
            self.listens = True
            event.listen(engine, "engine_disposed", self.forget)
        if engine.dialect.name == "sqlite":
            return driver().connect(engine.url.database, timeout=1.0, check_same_thread=False, isolation_level=None)
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True)

    def forget(self, *_engine: object) -> None:
        """Drop everything: the database beneath may be another one."""
        self.forgotten += 1
        self.pages.clear()
        self.things.clear()
        self._close_idle()

    def _close_idle(self) -> None:
        """Close what is not out; two may do so at once."""
        while True:
            try:
                self.idle.pop().close()
            except IndexError:
                return
