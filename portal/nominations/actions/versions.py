"""Moving a row to its next version by one conditional statement, put together once: it holds, or somebody else was first.

The statements go past the ORM: a page is saved while somebody types. `hold()` then lets the row in memory be what was written.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from portal.db import db
from portal.nominations.models import Answer, Nomination
from portal.nominations.rules import WRITABLE

if TYPE_CHECKING:
    from sqlalchemy import Insert, Update

    from portal.db import Model


def table(kind: type[Model]) -> Table:
    """Return the table of a model."""
    found = kind.__table__
    if not isinstance(found, Table):
        raise TypeError(kind)
    return found


def insert(kind: type[Model]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT for this database, which can say what to do where the row is there already."""
    on_postgresql = db.session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table(kind)) if on_postgresql else sqlite.insert(table(kind))


def hold(row: Model, **columns: Any) -> None:
    """Let a row in memory be what was just written of it."""
    for name, value in columns.items():
        set_committed_value(row, name, value)


def write(row: Model, **columns: Any) -> None:
    """Write a few columns of a row at once, past the flush: that would look through all that is loaded with it for what changed."""
    facts = {"number": row.id, **{f"new_{name}": value for name, value in columns.items()}}
    db.session.execute(_writing(type(row), tuple(columns)), facts)
    hold(row, **columns)


@cache
def _writing(kind: type[Model], columns: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    return update(table(kind)).where(table(kind).c.id == bindparam("number")).values(values)


def moved(statement: Any, facts: dict[str, Any] | None = None) -> int | None:  # noqa: ANN401 - an UPDATE ... RETURNING of any table
    """Run a conditional statement and return the number it gives back, or None where its condition no longer held."""
    db.session.flush()
    return db.session.execute(statement, facts, execution_options=_ALONE).scalar()


_ALONE = {"synchronize_session": False}


def take(row: Model, version: int, columns: dict[str, Any], *, own: str | None = None, **more: Any) -> int | None:
    """Move a row from `version` to the next, with these columns, and return its number; None where it is not what it was any more.

    A nomination must still be being written: `own` is the column that counts the saves of one of its pages; else it is no matter which
    version it has. `more` is what else the statement needs: the instant `at`, but for a sitting.
    """
    facts = {"number": row.id, "seen": version, **more, **{f"new_{name}": value for name, value in columns.items()}}
    return moved(_taking(type(row), own, tuple(columns)), facts)


@cache
def _taking(kind: type[Model], own: str | None, columns: tuple[str, ...]) -> Update:
    row = table(kind).c
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    still = [row.id == bindparam("number")]
    counts = [own] if own else []
    if kind is Nomination:
        still.append(row.stage.in_(WRITABLE))
        values |= {"version": row.version + 1, "saved_at": bindparam("at")}
    else:
        counts = ["version"]
        values |= {"saved_at": bindparam("at")} if kind is Answer else {}
    still += [row[name] == bindparam("seen") for name in counts]
    values |= {name: row[name] + 1 for name in counts}
    return update(table(kind)).where(*still).values(values).returning(row.version)


_nomination = table(Nomination).c
# Counts a nomination one version back, where what it was counted on for could not be saved.
BACK = (
    update(table(Nomination))
    .where(_nomination.id == bindparam("number"))
    .values(version=_nomination.version - 1)
    .returning(_nomination.version)
)
# Sends a nomination of which nothing was saved since its version was read.
SENT = (
    update(table(Nomination))
    .where(
        _nomination.id == bindparam("number"),
        _nomination.stage == bindparam("was"),
        _nomination.version == bindparam("seen"),
    )
    .values(
        version=_nomination.version + 1,
        stage=bindparam("becomes"),
        submitted_at=bindparam("at"),
        received_at=bindparam("first"),
    )
    .returning(_nomination.version)
)


@cache
def _answering(_dialect: str) -> Insert:
    return insert(Answer).on_conflict_do_nothing().returning(table(Answer).c.id)


def first_answer(nomination: Nomination, question_id: int, **columns: Any) -> bool:
    """Add the first answer to a question, and say whether that was done: somebody may have answered it since it was read."""
    values = {"nomination_id": nomination.id, "question_id": question_id, "version": 1, "text": "", "file_id": None}
    values |= columns
    number = moved(_answering(db.session.get_bind().dialect.name), values)
    if number is None:
        return False
    answer = Answer(id=number, **values)
    make_transient_to_detached(answer)  # it is in the database already
    db.session.add(answer)
    set_committed_value(nomination, "answers", [*nomination.answers, answer])
    return True
