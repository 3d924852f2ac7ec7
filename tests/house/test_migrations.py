"""The migrations lead from nothing to the models and back, on both databases."""

from __future__ import annotations

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, func, inspect, select

from portal import HOME, create_app
from portal.awards.models import PastHonour
from portal.db import db, transaction
from portal.demo import makers
from portal.nominations.models import Nomination
from tests.support.apps import test_settings

FOLDER = HOME / "migrations"


@pytest.fixture
def empty(backend, tmp_path):
    """An app context on a database with nothing in it."""
    app = create_app(test_settings(backend.url(), instance_path=tmp_path))
    with app.app_context():
        backend.reset("empty", lambda _url: None, release=db.engine.dispose)
        yield app
        db.session.remove()
        db.engine.dispose()


def tables():
    """Return the names of the tables that are there, Alembic's own left out."""
    with db.engine.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrations_lead_up_down_and_up_again(empty):
    upgrade()
    first = tables()
    assert first == set(db.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == first


def test_the_models_are_what_the_migrations_make(empty):
    upgrade()
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
        there = inspect(connection)
        for name, table in db.metadata.tables.items():  # Alembic itself does not look at checks
            wanted = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
            assert {check["name"] for check in there.get_check_constraints(name)} == wanted, name


def test_migrations_rebuild_tables_that_others_point_to_and_lose_no_row(empty):
    upgrade()
    with transaction():
        award = makers.make_award()
        makers.make_nomination(makers.make_cycle(award))
        db.session.add(PastHonour(award_id=award.id, year=2001, name="Old Friend", name_key="friend old"))
    db.session.remove()
    db.engine.dispose()
    downgrade(revision="0002")
    upgrade()
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 1
    assert db.session.scalars(select(PastHonour.name)).all() == ["Old Friend"]


def test_every_migration_says_why_and_goes_both_ways():
    scripts = list(ScriptDirectory(str(FOLDER)).walk_revisions())
    assert scripts
    for script in scripts:
        assert len(script.doc) > 20, f"{script.path}: say why"
        assert callable(script.module.downgrade)
        body = script.module.__loader__.get_source(script.module.__name__)
        assert not re.search(r"def downgrade\(\)[^:]*:\s+(\"\"\"[^\"]*\"\"\"\s+)?pass\b", body), (
            f"{script.path}: goes one way"
        )


def test_there_is_one_newest_migration():
    assert len(ScriptDirectory(str(FOLDER)).get_heads()) == 1
