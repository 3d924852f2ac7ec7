"""The worker as a command."""

from __future__ import annotations

import click


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
def work(*, once: bool) -> None:
    """Deliver messages, release what is due, and do the work that waits."""
    from portal import create_app  # noqa: PLC0415 - the command alone needs it
    from portal.jobs import worker  # noqa: PLC0415 - as above

    app = create_app()

    def a_round() -> int:
        """Work once, in the surroundings that a page has: messages are drawn with the configured address and organisation."""
        with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
            app.preprocess_request()
            return worker.run_once()

    if once:
        click.echo(f"{a_round()} done.")
    else:
        worker.run_forever(a_round)
