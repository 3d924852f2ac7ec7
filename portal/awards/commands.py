"""Setting up an organisation for the first time."""

from __future__ import annotations

import click


@click.command()
@click.option("--name", required=True, help="The organisation's name, as families know it.")
@click.option("--short-name", default=None, help="A shorter one, for small places; the name itself if left out.")
@click.option("--email", required=True, help="The first administrator's address; a link is sent there.")
@click.option("--given", default="", help="The first administrator's given name.")
@click.option("--family", default="", help="The first administrator's family name.")
@click.option("--phone", default="", help="The telephone number under which people find help.")
@click.option("--zone", default="America/Los_Angeles", show_default=True, help="The organisation's time zone.")
@click.option("--currency", default="USD", show_default=True, help="The currency of its sums.")
def setup(  # noqa: PLR0917 - click hands every option over by name
    name: str, short_name: str | None, email: str, given: str, family: str, phone: str, zone: str, currency: str
) -> None:
    """Make the organisation and its first administrator, and send them a link."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - the command alone needs it

    from babel.numbers import list_currencies  # noqa: PLC0415 - as above
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - as above

    from portal import clock, create_app, mail  # noqa: PLC0415 - as above
    from portal.accounts import actions as accounts  # noqa: PLC0415 - as above
    from portal.accounts.models import Role  # noqa: PLC0415 - as above
    from portal.awards import queries  # noqa: PLC0415 - as above
    from portal.awards.models import Organisation  # noqa: PLC0415 - as above
    from portal.db import db, transaction  # noqa: PLC0415 - as above

    try:
        ZoneInfo(zone)
        validate_email(email, check_deliverability=False)
    except EmailNotValidError as wrong:
        msg = f"--email {email!r} is not an address: {wrong}"
        raise click.ClickException(msg) from None
    except (ZoneInfoNotFoundError, ValueError):
        msg = f"--zone {zone!r} is not a time zone. Write one like America/Los_Angeles."
        raise click.ClickException(msg) from None
    if currency not in list_currencies("en"):
        msg = f"--currency {currency!r} is not a currency. Write one like USD."
        raise click.ClickException(msg)

    now = clock.now()
    with create_app().app_context(), transaction():
        if queries.organisation() is not None:
            msg = "There is an organisation already. Roles are granted on its pages."
            raise click.ClickException(msg)
        helper = f"{given} {family}".strip() or email
        db.session.add(
            Organisation(
                id=1,
                name=name,
                short_name=short_name or name,
                lead={"en": name},
                about={},
                mission={},
                values=[],
                zone=zone,
                currency=currency,
                languages=["en", "es"],
                help_name=helper,
                help_email=email,
                help_phone=phone,
                help_hours={},
            )
        )
        person = accounts.person_at(email, at=now, given=given, family=family)
        for role in (Role.STAFF, Role.PUBLISHER):
            accounts.grant(person, role=role, by=None, at=now)
        mail.post("accounts/link", to=person, at=now, link={"purpose": "sign in", "next": "/desk"})
    click.echo(f"{name} is set up. A link for {helper} leaves as soon as `portal work` runs.")
