"""Connections to PostgreSQL: reading begins no transaction, statements stay prepared, and a lost connection is made anew."""

from __future__ import annotations

import sys

import psycopg
import pytest
from sqlalchemy import func, select, text, update

from portal.db import ask, db, transaction, writing
from portal.schools.models import School

pytestmark = pytest.mark.postgresql_only


def driver():
    """The driver's own connection under the session."""
    return db.session.connection().connection.dbapi_connection


def in_transaction():
    return driver().info.transaction_status.name == "INTRANS"


def prepared():
    return {row[0] for row in driver().execute("SELECT statement FROM pg_prepared_statements").fetchall()}


def a_school(name):
    with transaction():
        db.session.add(School(name=name, name_key=name.casefold()))


def test_what_is_only_read_begins_no_transaction(app):
    a_school("Alki")
    assert ask(select(School.name)) == [("Alki",)]
    assert not in_transaction()


@pytest.mark.parametrize(
    "statement",
    [
        update(School).values(name="Other"),
        text("UPDATE school SET name = 'Other'"),
        select(School.id).with_for_update(),
        select(School).execution_options(yield_per=10),
    ],
    ids=["update", "text", "lock", "stream"],
)
def test_whatever_changes_or_locks_or_stays_open_begins_one(app, statement):
    a_school("Alki")
    ask(select(School.name))
    answer = db.session.execute(statement)
    assert in_transaction()
    answer.close()
    db.session.rollback()
    assert ask(select(School.name)) == [("Alki",)]


def test_reading_while_writing_lies_in_the_transaction(app):
    with writing():
        ask(select(func.count(School.id)))
        assert in_transaction()
    db.session.rollback()


def test_what_was_read_before_a_change_does_not_keep_it_from_being_whole(app):
    ask(select(School.name))
    with transaction():
        db.session.add(School(name="Alki", name_key="alki"))
        db.session.flush()
        db.session.rollback()
    assert ask(select(School.name)) == []


def test_a_statement_asked_again_by_later_pages_stays_prepared(app):
    for _ in range(3):
        ask(select(School.name))
        db.session.remove()
    assert any("FROM school" in each for each in prepared())


@pytest.mark.parametrize("trusted", [0.0, 3600.0], ids=["asked", "seen"])
def test_a_connection_that_the_server_has_closed_is_made_anew(app, backend, monkeypatch, trusted):
    monkeypatch.setattr(sys.modules["portal.db"], "TRUSTED_SECONDS", trusted)
    ask(select(School.name))
    gone = driver().info.backend_pid
    db.session.remove()
    with psycopg.connect(backend.url().replace("+psycopg", "", 1)) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 10000)", [gone]).fetchone() == (True,)
    assert ask(select(School.name)) == []
    assert driver().info.backend_pid != gone
