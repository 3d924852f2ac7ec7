"""How Alembic reaches the portal's database: through the running app, on either kind."""

from __future__ import annotations

from logging.config import fileConfig
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import context
from flask import current_app

from portal import models
from portal.db import Instant, Model, db

if TYPE_CHECKING:
    from sqlalchemy import Connection

config = context.config
if config.config_file_name and Path(config.config_file_name).exists():
    fileConfig(config.config_file_name, disable_existing_loggers=False)

models.load()


def render_item(kind: str, thing: object, _context: object) -> str | bool:
    """Write our own column type as what it is in the database, so that a migration never imports the portal."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Instant) else False


def options() -> dict[str, object]:
    """Return what both modes share."""
    return {
        "target_metadata": Model.metadata,
        "render_as_batch": True,
        "compare_type": True,
        "render_item": render_item,
    }


def run_offline() -> None:
    """Write the SQL instead of running it."""
    context.configure(url=current_app.config["SQLALCHEMY_DATABASE_URI"], literal_binds=True, **options())
    with context.begin_transaction():
        context.run_migrations()


def _foreign_keys(connection: Connection, word: str) -> None:
    """Turn SQLite's foreign keys on or off, on the driver's own cursor: inside a transaction SQLite ignores this without a word."""
    connection.rollback()
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={word}")
    cursor.close()


def run_online() -> None:
    """Run on the app's own engine. SQLite rebuilds tables in batches, so foreign keys rest meanwhile."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _foreign_keys(connection, "OFF")
        context.configure(connection=connection, **options())
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            _foreign_keys(connection, "ON")


if context.is_offline_mode():
    run_offline()
else:
    run_online()
