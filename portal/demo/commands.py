"""`portal demo`: a demonstration that says on every page that it is one, and refuses to be built over anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from portal.demo.calendar import Stage

if TYPE_CHECKING:
    from flask import Flask

LINK_DAYS = 30
FULL = "full"


@click.command()
@click.option(
    "--stage",
    type=click.Choice([stage.value for stage in Stage]),
    default=None,
    help="Where its newest season stands; three seasons at once if left out.",
)
@click.option("--fresh", is_flag=True, help="Build it anew even where it stands.")
@click.option("--serve", "and_serve", is_flag=True, help="Then serve it, with the worker beside.")
def demo(stage: str | None, *, fresh: bool, and_serve: bool) -> None:
    """Build a demonstration, print its sign-in links, and serve it.

    A second run changes nothing that stands. Another --stage builds a fresh one. Any other database is refused.
    """
    from portal import create_app  # noqa: PLC0415 - the command alone needs it
    from portal.config import Settings  # noqa: PLC0415 - as above

    settings = Settings.from_environment()
    if settings.production:
        msg = "A demonstration has no place in production. Set PORTAL_ENV=development, and another database."
        raise click.ClickException(msg)
    app = create_app(settings)
    with app.app_context():
        _stand(app, stage or FULL, fresh=fresh)
    _introduce(app)
    if and_serve:
        _serve(app)


def _stand(app: Flask, wanted: str, *, fresh: bool) -> None:
    """Make sure that the demonstration wanted stands, or refuse."""
    from flask_migrate import upgrade  # noqa: PLC0415 - the command alone needs it
    from sqlalchemy import inspect  # noqa: PLC0415 - as above

    from portal.awards import queries  # noqa: PLC0415 - as above
    from portal.db import Model, db, writing  # noqa: PLC0415 - as above
    from portal.people.models import Person  # noqa: PLC0415 - as above

    tables = inspect(db.engine).get_table_names()
    if tables:
        found = queries.organisation() if "organisation" in tables else None
        people = db.session.query(Person.id).first() if "person" in tables else None
        db.session.remove()
        if (found is None and people is not None) or (found is not None and not found.demonstration):
            msg = "This database holds something that is not a demonstration. Give another one: DATABASE_URL=sqlite:///another.sqlite3"
            raise click.ClickException(msg)
        if found is not None and found.demonstration_stage == wanted and not fresh:
            with writing():
                upgrade()
            return
        with writing(), db.engine.begin() as connection:
            Model.metadata.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    upgrade()
    _build(app, wanted)


def _build(app: Flask, wanted: str) -> None:
    from portal import clock  # noqa: PLC0415 - the command alone needs it
    from portal.awards import queries  # noqa: PLC0415 - as above
    from portal.db import db, transaction  # noqa: PLC0415 - as above
    from portal.demo import build, calendar, world  # noqa: PLC0415 - as above

    now = clock.now()
    laid = calendar.lay(None if wanted == FULL else Stage(wanted), now=now)
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        build.build(world.World(now, laid), tell=lambda words: click.echo(f"  {words}"))
        with transaction():
            organisation = queries.organisation()
            if organisation is not None:
                organisation.demonstration_stage = wanted
        db.session.remove()


def _introduce(app: Flask) -> None:
    """Print the address, and a sign-in link for each person of the cast."""
    from portal import clock  # noqa: PLC0415 - the command alone needs it
    from portal.accounts import actions  # noqa: PLC0415 - as above
    from portal.db import transaction  # noqa: PLC0415 - as above
    from portal.demo import build  # noqa: PLC0415 - as above

    base = app.config["SETTINGS"].base_url
    click.echo(f"\n{base}\n\nSign in as one of these invented people; each link works once.\n")
    with app.app_context(), transaction():
        for person, what, path in build.introductions():
            token = actions.mint_link(person, purpose="sign in", next_path=path, days=LINK_DAYS, at=clock.now())
            click.echo(f"  {person.name}, {what}\n    {base}/link/{token}")
    click.echo(f"\nMessages that the demonstration sends are read at {base}/mailbox\n")


def _serve(app: Flask) -> None:
    """Serve it in this process, with the worker in another; both stop together."""
    import subprocess  # noqa: PLC0415 - the command alone needs it
    import sys  # noqa: PLC0415 - as above
    from urllib.parse import urlsplit  # noqa: PLC0415 - as above

    from portal.web.commands import run  # noqa: PLC0415 - as above

    where = urlsplit(app.config["SETTINGS"].base_url)
    worker = subprocess.Popen([sys.executable, "-m", "portal", "work"])
    try:
        run(app, host=where.hostname or "127.0.0.1", port=where.port or 8000)
    finally:
        worker.terminate()
        worker.wait(timeout=30)
