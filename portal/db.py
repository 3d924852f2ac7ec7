"""The database: one base class, an instant that keeps its zone, and writes that queue instead of failing.

SQLite is the embedded default and PostgreSQL the same code at scale. On SQLite a transaction that may write starts with
`BEGIN IMMEDIATE`: a deferred read-then-write fails at once under contention whatever the busy timeout says. On PostgreSQL
what is only read needs no transaction, and has none.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from select import POLLIN, poll
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    CompoundSelect,
    DateTime,
    Enum,
    Integer,
    MetaData,
    Select,
    Table,
    TypeDecorator,
    bindparam,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BindParameter, ClauseList, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import NullType

if TYPE_CHECKING:
    import enum
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from sqlalchemy import Connection, Executable, Row
    from sqlalchemy.pool import ConnectionPoolEntry
    from sqlalchemy.sql.compiler import SQLCompiler

    from portal.config import Settings

OLDEST_SQLITE = (3, 51, 3)  # older ones can corrupt a WAL database
# The portal has more statements than the 500 that SQLAlchemy keeps compiled by itself: beyond that it forgets and compiles again.
STATEMENTS = 4000
BUSY_MILLISECONDS = 15_000
# A database reads and plans a statement each time anew unless it is kept prepared; the portal asks the same few hundred again and again.
PREPARED_AFTER, PREPARED_AT_MOST = 1, 400
TRUSTED_SECONDS = 30.0  # how long a connection may lie unused before its server is asked whether it is still there
LEFT = "portal.left"

_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. Refuses a time without a zone; always gives one back, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "An instant needs a time zone."
            raise ValueError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None] | None:  # noqa: ANN401 - as above
        """Read SQLite's text in one step: some lists hold thousands of instants."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Model(DeclarativeBase):
    """A row with a number. Column types follow the annotation: `datetime` is an instant, `dict` and `list` are JSON."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: Instant,
            dict[str, Any]: JSON,
            dict[str, str]: JSON,
            list[Any]: JSON,
            list[str]: JSON,
        },
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)

    def __repr__(self) -> str:
        """Name the row by its table and number, never by what a person typed."""
        return f"<{type(self).__name__} {self.id}>"


# Called with (session, statement) before an UPDATE, INSERT or DELETE that is not a flush.
on_statement: list[Callable[[Session, Any], object]] = []


class OneDatabase(FlaskSession):
    """A session of the one database there is.

    SQLAlchemy's own hook for statements, and the choice of an engine for each of them, would cost a page that asks ten small
    questions as much as the database's answers.
    """

    _engine: Engine | None = None

    def get_bind(
        self,
        mapper: Any | None = None,  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        clause: Any | None = None,  # noqa: ANN401, ARG002 - as above
        bind: Engine | Connection | None = None,
        **_more: Any,
    ) -> Engine | Connection:
        """Return the engine, found once a session."""
        if bind is not None:
            return bind
        if self._engine is None:
            self._engine = db.engine
        return self._engine

    def execute(self, statement: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
        """Run a statement."""
        self._tell(statement)
        return super().execute(statement, *args, **more)

    def scalars(self, statement: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
        """Run a statement; give the first of each row."""
        self._tell(statement)
        return super().scalars(statement, *args, **more)

    def scalar(self, statement: Any, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
        """Run a statement; give the first of the first row."""
        self._tell(statement)
        return super().scalar(statement, *args, **more)

    def _tell(self, statement: Any) -> None:  # noqa: ANN401 - as above
        if getattr(statement, "is_dml", False):
            for heard in on_statement:
                heard(self, statement)


db = SQLAlchemy(model_class=Model, disable_autonaming=True, session_options={"class_": OneDatabase})


def enumeration(kind: type[enum.StrEnum]) -> Enum:
    """Return a column type that stores the word of a `StrEnum` and checks it in the database on both."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda words: [word.value for word in words],
        validate_strings=True,
    )


def driver() -> ModuleType:
    """Return the newest SQLite module at hand: the bundled one where the interpreter's own is too old."""
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return sqlite3
    import pysqlite3  # noqa: PLC0415 - only needed where the interpreter's own SQLite is too old

    return pysqlite3.dbapi2  # type: ignore[no-any-return]


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return what the engine is made with on this database."""
    common = {"echo": settings.echo_sql, "query_cache_size": STATEMENTS}
    if settings.database_url.startswith("sqlite"):
        return {
            "module": driver(),
            "connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "cached_statements": PREPARED_AT_MOST},
            **common,
        }
    return {"pool_use_lifo": True, "pool_size": 16, "max_overflow": 16, **common}


@contextmanager
def writing() -> Iterator[None]:
    """Allow writes inside the block. Outside it, flushing a change is a programming error: GET changes nothing."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def writes_now() -> bool:
    """Say whether writes are allowed just now."""
    return _writing.get()


@contextmanager
def transaction() -> Iterator[Session]:
    """Run the block as one written transaction: committed at its end, rolled back whole when it raises."""
    with writing():
        try:
            yield db.session  # type: ignore[misc]
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


@cache
def _children(relationship: Any, only: Any) -> tuple[Select[Any], str]:  # noqa: ANN401 - a mapped attribute of any model
    """Return what selects the rows of a one-to-many relationship, and their attribute that names the one."""
    found = relationship.property
    ((_local, remote),) = found.local_remote_pairs
    key = found.mapper.get_property_by_column(remote).key
    wanted = select(found.mapper.class_).where(
        getattr(found.mapper.class_, key).in_(bindparam("numbers", expanding=True))
    )
    wanted = wanted if only is None else wanted.where(only)
    return (wanted.order_by(*found.order_by) if found.order_by else wanted), key


def fetch(rows: Iterable[Model], *relationships: Any, only: Any = None, afresh: bool = False) -> None:  # noqa: ANN401 - a condition, made once
    """Load one-to-many relationships of rows just read: one query each, as `selectinload` does, at half its cost for a few rows.

    `afresh` overwrites what the session held of those rows.
    """
    found = {row.id: row for row in rows}
    options = {"populate_existing": afresh}
    for relationship in relationships if found else ():
        wanted, key = _children(relationship, only)
        children: dict[int, list[Any]] = {number: [] for number in found}
        for child in db.session.scalars(wanted, {"numbers": list(found)}, execution_options=options).unique():
            children[getattr(child, key)].append(child)
        for number, row in found.items():
            set_committed_value(row, relationship.key, children[number])


def ask(statement: Executable, facts: Mapping[str, Any] | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the rows of a statement that asks for columns alone, best put together once.

    They come past the ORM, which for a few rows takes four times as long as the database. An entity among the columns would come
    in pieces: ask `db.session` for those.
    """
    if writes_now():
        db.session.flush()
    return db.session.connection().execute(statement, facts).all()


def ask_one(statement: Executable, facts: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - whatever stands there
    """Return the first column of the first row, in the same way, or None where there is none."""
    found = ask(statement, facts)
    return found[0][0] if found else None


def table_of(model: type[Model]) -> Table:
    """Return a model's table, for statements that are put together once and run past the ORM."""
    return model.__table__  # type: ignore[return-value] # SQLAlchemy allows selections of more tables, of which there are none here


def rows_changed(statement: Executable, facts: Mapping[str, Any] | None = None) -> int:
    """Run a statement that changes rows, and return how many it changed: 0 where the row had moved on before it came."""
    return int(db.session.execute(statement, facts).rowcount)  # type: ignore[attr-defined] # SQLAlchemy types it as any answer


Statement = TypeVar("Statement", bound="Executable")


def fixed(statement: Statement) -> Statement:
    """Return a statement, put together once, with its constants written into it: only what has no value yet remains to be given.

    A constant that travels beside a statement is put in its place at each asking, and hidden from PostgreSQL, which then
    plans the statement each time anew: a plan for any stage and any number of rows is a poor one.
    """
    return replacement_traverse(statement, {}, _written_out)  # type: ignore[call-overload, no-any-return]


def _written_out(element: Any, **_more: object) -> Any:  # noqa: ANN401 - a part of a statement, or None to leave it
    if not isinstance(element, BindParameter) or element.required:
        return None
    if not element.expanding:
        return _constant(element.value, element)
    if not element.value:
        return None  # nothing is among none: each database has a way of its own to say so
    return ClauseList(*(_constant(value, element) for value in sorted(element.value))).self_group(operators.in_op)


def _constant(value: object, of: BindParameter[Any]) -> ColumnElement[Any]:
    """Write a word, a whole number or a truth as both databases read it."""
    if value is None or isinstance(value, bool):
        return literal_column({None: "NULL", True: "true", False: "false"}[value], of.type)
    if isinstance(value, int):
        return literal_column(str(int(value)), of.type)
    if isinstance(value, str):
        return literal_column("'" + str.replace(value, "'", "''") + "'", of.type)
    msg = f"{value!r} cannot be written into a statement."
    raise TypeError(msg)


class _Among(FunctionElement[Any]):
    inherit_cache = True
    type = NullType()  # a truth of SQLAlchemy's own is written "... = 1" on SQLite, which then looks at every row


def among(column: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 - a column of whole numbers
    """Return the condition that a column's number is among those given by this name when a statement is asked.

    To PostgreSQL they go as one array, so that the statement is the same however many they are.
    """
    return _Among(column, literal_column(name))


@compiles(_Among)
def _one_by_one(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, name = element.clauses
    return compiler.process(column.in_(bindparam(str(name), type_=BigInteger, expanding=True)), **more)


@compiles(_Among, "postgresql")
def _as_an_array(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, name = element.clauses
    return compiler.process(column == func.any(bindparam(str(name), type_=ARRAY(BigInteger))), **more)


def rows_of(name: str) -> BindParameter[int]:
    """Return how many rows a page asks for, or after how many, to be given when asked, and written into the statement then."""
    return bindparam(name, type_=Integer, literal_execute=True)


# In place of a person, where a statement is put together once and asked for whoever is looking: {"me": person.id}.
ME: Any = SimpleNamespace(id=bindparam("me"))


class WroteOnRead(RuntimeError):
    """Something tried to change a row while only reading was allowed."""


@event.listens_for(Session, "before_flush")
def _only_when_writing(session: Session, *_: object) -> None:
    if not _writing.get() and (
        session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
    ):
        changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
        msg = f"A read may not write: {changed[:3]!r}. Wrap it in portal.db.writing()."
        raise WroteOnRead(msg)


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    if not _of_sqlite(connection):
        connection.prepare_threshold, connection.prepared_max = PREPARED_AFTER, PREPARED_AT_MOST
        connection.autocommit = True
        for setting in ("jit = off", "random_page_cost = 1.1", "TimeZone = 'UTC'"):
            connection.execute(f"SET {setting}")
        return
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _of_sqlite(connection: Any) -> bool:  # noqa: ANN401 - as above
    return type(connection).__module__.startswith(("sqlite3", "pysqlite3"))


@event.listens_for(Engine, "checkin")
def _leave(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info[LEFT] = time.monotonic()


@event.listens_for(Engine, "checkout")
def _still_there(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401 - as above
    """Let a connection to PostgreSQL be made anew where its server has gone.

    One that was used a moment ago is not asked over the network, which would cost a page as much as a question: a server that
    stops says so or hangs up, and that can be seen from here.
    """
    if not _of_sqlite(connection) and (
        time.monotonic() - record.info.get(LEFT, 0) > TRUSTED_SECONDS or _something_came(connection.fileno())
    ):
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        try:
            connection.execute("")
        except psycopg.Error as lost:
            raise DisconnectionError from lost


def _something_came(socket: int) -> bool:
    """Whether anything arrived at a connection that nobody was using."""
    watched = poll()
    watched.register(socket, POLLIN)
    return bool(watched.poll(0))


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's connection
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
    else:
        connection.connection.dbapi_connection.autocommit = not _writing.get()


@event.listens_for(Engine, "before_cursor_execute")
def _begin_at_last(connection: Any, cursor: Any, sql: str, _facts: object, context: Any, *_: object) -> None:  # noqa: ANN401 - as above
    """Begin a transaction on PostgreSQL before the first statement that needs one.

    Reading needs none: PostgreSQL lets each statement see what is committed just then, in a transaction or out of it. So a page
    that is read neither begins nor ends one, and its statements stay prepared: the driver forgets them all at each ROLLBACK.
    """
    if connection.dialect.name != "sqlite" and cursor.connection.autocommit and not _only_reads(context, sql):
        cursor.connection.autocommit = False


def _only_reads(context: Any, sql: str) -> bool:  # noqa: ANN401 - SQLAlchemy's own
    """Whether a statement neither changes nor locks anything (`FOR UPDATE`), nor stays open after its answer."""
    return (
        not _writing.get()
        and isinstance(getattr(context.compiled, "statement", None), Select | CompoundSelect)
        and " FOR " not in sql
        and not context.execution_options.get("yield_per")
    )
