"""Who is looking. `accounts` installs the answers; lower rooms and templates ask here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g

from portal import policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.policy import Permission

_ask: list[Callable[[], Any]] = []


def current() -> Any:  # noqa: ANN401 - a Person, from a higher room
    """Return the signed-in person, or None."""
    if "_login_user" not in g:  # where Flask-Login keeps who it found: asked for dozens of times a page
        from flask_login import current_user  # noqa: PLC0415 - a proxy that needs a request

        if not current_user:
            return None
    found = g.get("_login_user")
    return found if found is not None and found.is_authenticated else None


def visit() -> Any:  # noqa: ANN401 - a Session row, from a higher room
    """Return this browser's session row, signed in or not, or None."""
    return g.get("visit")


def may(permission: Permission, thing: object = None) -> bool:
    """Say whether whoever is looking may do this: for templates that offer only what would be granted."""
    return policy.may(current(), permission, thing)


def set_sign_in(page: Callable[[], Any]) -> None:
    """Install the page that asks someone to sign in (done once, by `accounts`)."""
    _ask[:] = [page]


def ask_to_sign_in() -> Any:  # noqa: ANN401 - an answer
    """Answer with the sign-in page, the same at every private address."""
    return _ask[0]()
