"""The `portal` command. Rooms add their commands here; each is imported only when it is called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "serve": ("portal.web.commands", "serve", "Run the production server."),
    "work": ("portal.jobs.commands", "work", "Deliver messages and do the work that waits."),
    "bounce": ("portal.mail.commands", "bounce", "Note that an address does not work."),
    "migrate": ("portal.web.commands", "migrate", "Bring the database up to date."),
    "setup": ("portal.awards.commands", "setup", "Make the organisation and its first administrator."),
    "demo": ("portal.demo.commands", "demo", "Build a demonstration, and serve it."),
    "doctor": ("portal.home.commands", "doctor", "Check that what must always be true is true."),
    "docs": ("portal.web.commands", "docs", "Write the generated documents anew."),
    "calibrate": ("portal.review.science_commands", "calibrate", "Calibrate scores in a CSV file."),
    "assign": ("portal.review.science_commands", "assign", "Assign nominations to reviewers from CSV files."),
    "select": ("portal.decisions.science_commands", "select", "Select under places, caps and budgets."),
    "replay": ("portal.decisions.science_commands", "replay", "Compute a decision again from its bundle."),
    "draw": ("portal.decisions.science_commands", "draw", "Draw lots that anyone can verify."),
}


class Lazy(click.Group):
    """A group that imports a command only when it is called, so that `portal --help` is quick."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[name]
        found = getattr(import_module(module), attribute)
        return found if isinstance(found, click.Command) else None

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_m, _a, words) in COMMANDS.items()])


@click.command(cls=Lazy)
def main() -> None:
    """Run the awards and scholarships nomination portal."""


if __name__ == "__main__":
    main()
