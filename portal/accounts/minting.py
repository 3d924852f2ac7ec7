"""Minting the link that a message carries, at the moment it leaves, so that no token rests with the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from portal.accounts import actions
from portal.accounts.queries import roles_of

if TYPE_CHECKING:
    from datetime import datetime

    from portal.config import Settings
    from portal.mail.models import Message


def for_message(message: Message, at: datetime) -> str:
    """Return the token of a fresh link for this message's reader: short-lived for whoever holds a role."""
    settings: Settings = current_app.config["SETTINGS"]
    wanted = message.link or {}
    signs_in_staff = wanted["purpose"] in {"sign in", "confirm", "letter"} and bool(roles_of(message.to))
    days = settings.staff_link_minutes / 1440 if signs_in_staff else wanted.get("days", settings.link_days)
    return actions.mint_link(
        message.to,
        purpose=wanted["purpose"],
        next_path=wanted.get("next", "/"),
        days=days,
        kind=wanted.get("kind"),
        number=wanted.get("id"),
        at=at,
    )
