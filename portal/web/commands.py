"""Chores of the whole portal: serving it, bringing its database up to date, writing its generated documents."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CONNECTIONS = 2_000
THREADS = 16
OBJECTS_BETWEEN_COLLECTIONS = 20_000  # a page makes some ten thousand, nearly all of them gone with it


@click.command()
@click.option(
    "--host", default=None, help="Where to listen; the host of BASE_URL when it is this machine's own, else 127.0.0.1."
)
@click.option("--port", default=None, type=int, help="The port of BASE_URL, else 8000.")
@click.option("--threads", default=THREADS, show_default=True, help="Requests answered at the same time.")
def serve(host: str | None, port: int | None, threads: int) -> None:
    """Run the production server: one process, many threads, patient with hundreds of slow connections."""
    from portal import create_app  # noqa: PLC0415 - as above
    from portal.config import Settings  # noqa: PLC0415 - as above

    settings = Settings.from_environment()
    run(
        create_app(settings),
        host=host or _host(settings.base_url),
        port=port or urlsplit(settings.base_url).port or 8000,
        threads=threads,
    )


def _host(base_url: str) -> str:
    name = urlsplit(base_url).hostname or ""
    return name if name in {"127.0.0.1", "localhost", "::1"} else "127.0.0.1"


def _stop(*_: object) -> None:
    """End the server's loop as Ctrl-C does."""
    raise SystemExit(0)


def run(app: WSGIApplication, *, host: str, port: int, threads: int = THREADS) -> None:
    """Serve `app` until stopped. Slow readers and writers wait in the event loop and hold no thread (docs/decisions).

    Asked to stop (SIGTERM, SIGINT), it answers what is in hand and returns; on its own in a thread, it is never asked.
    """
    import gc  # noqa: PLC0415 - the command alone needs it
    import signal  # noqa: PLC0415 - as above
    import threading  # noqa: PLC0415 - as above

    from waitress import serve as wait  # noqa: PLC0415 - as above

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    gc.collect()
    gc.freeze()  # what is there now stays for good: no later collection looks at it
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 50)
    wait(
        app,
        host=host,
        port=port,
        threads=threads,
        connection_limit=CONNECTIONS,
        backlog=1024,
        channel_timeout=120,
        cleanup_interval=15,
        asyncore_use_poll=True,  # select() stops at 1,024 sockets
        ident="portal",
        clear_untrusted_proxy_headers=False,  # portal.config.trusted_proxies decides, in create_app()
    )


@click.command()
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the database up to date, or to REVISION."""
    from flask_migrate import upgrade  # noqa: PLC0415 - the command alone needs it

    from portal import create_app  # noqa: PLC0415 - as above

    with create_app().app_context():
        upgrade(revision=revision)
    click.echo("The database is up to date.")


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a document is out of date.")
def docs(*, check: bool) -> None:
    """Write the generated documents anew: docs/permissions.md and the state tables of docs/lives.md."""
    from portal.web import documents  # noqa: PLC0415 - the command alone needs it

    stale = documents.write_all(check=check)
    for name in stale:
        click.echo(f"{name} {'is out of date: run portal docs' if check else 'written'}")
    if check and stale:
        raise SystemExit(1)
