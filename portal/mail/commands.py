"""Noting bounces from the command line: what a mail server's own pipe can call."""

from __future__ import annotations

import click


@click.command()
@click.argument("address")
@click.option("--reason", default="It came back.", show_default=True, help="What the other mail server said.")
def bounce(address: str, reason: str) -> None:
    """Note that ADDRESS does not work, so that staff see whom no message reaches."""
    from portal import clock, create_app  # noqa: PLC0415 - the command alone needs it
    from portal.db import transaction  # noqa: PLC0415 - as above
    from portal.mail import actions  # noqa: PLC0415 - as above

    with create_app().app_context(), transaction():
        found = actions.bounce_address(address, reason=reason, at=clock.now())
    if not found:
        msg = f"Nobody is written to at {address}."
        raise click.ClickException(msg)
    click.echo(f"Noted for {found} {'person' if found == 1 else 'people'}.")
