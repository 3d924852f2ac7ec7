"""Migrations, loaded by whoever migrates: Alembic takes as long to load as half the portal, and no web process needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from portal.db import db

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


class _Later:
    """Stands where Flask-Migrate is looked for, and gives its place up to it once somebody looks."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self._app, self._folder = app, folder

    def __getattr__(self, name: str) -> object:
        from flask_migrate import Migrate  # noqa: PLC0415 - the reason for this module

        Migrate(self._app, db, directory=str(self._folder))
        return getattr(self._app.extensions["migrate"], name)


class _Commands(click.Command):
    """`flask db ...`, as Flask-Migrate has it."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """Hand over to it."""
        from flask_migrate.cli import db as commands  # noqa: PLC0415 - as above

        made: click.Context = commands.make_context(*args, **more)
        return made


def install(app: Flask, folder: Path) -> None:
    """Let an app's database be migrated by what lies in `folder`."""
    app.extensions["migrate"] = _Later(app, folder)
    app.cli.add_command(_Commands("db", help="Migrate the database, and write migrations."))
