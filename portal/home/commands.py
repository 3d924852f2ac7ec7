"""Looking after a running portal."""

from __future__ import annotations

import click


@click.command()
@click.option("--quiet", is_flag=True, help="Say only what is wrong.")
def doctor(*, quiet: bool) -> None:
    """Check that what must always be true is true; exit 1 and name each row where it is not."""
    from portal import clock, create_app  # noqa: PLC0415 - the command alone needs it
    from portal.home.doctor import examine  # noqa: PLC0415 - as above

    with create_app().app_context():
        found = examine(at=clock.now())
    for promise, broken in found.items():
        if broken or not quiet:
            click.echo(f"{'WRONG' if broken else 'well '}  {promise}")
        for sentence in broken:
            click.echo(f"       {sentence}")
    if any(found.values()):
        raise SystemExit(1)
