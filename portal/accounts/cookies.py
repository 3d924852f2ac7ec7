"""The visit cookie: one token a browser, in nothing but the cookie and, hashed, its session's row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app, g, request

from portal import clock
from portal.accounts import actions, queries
from portal.web import viewer

if TYPE_CHECKING:
    from flask import Flask, Response

    from portal.accounts.actions import Opened
    from portal.accounts.models import Session
    from portal.config import Settings
    from portal.people.models import Person


def settings() -> Settings:
    """Return the running portal's settings."""
    return current_app.config["SETTINGS"]  # type: ignore[no-any-return]


def name() -> str:
    """Return the cookie's name: locked to this host over HTTPS."""
    return "__Host-visit" if settings().https else "visit"


def remember(opened: Opened) -> None:
    """Set the cookie of a session opened in this request, once the answer leaves."""
    g.visit, g.visit_token = opened.session, opened.token


def forget() -> None:
    """Take the cookie away with the answer."""
    g.visit, g.visit_token = None, ""


def browser_session() -> Session:
    """Return this browser's session, begun now if it had none (only while writing)."""
    found = viewer.visit()
    if found is None:
        opened = actions.open_browser(at=clock.now(), days=settings().session_days, browser=request.user_agent.string)
        remember(opened)
        found = opened.session
    return found  # type: ignore[no-any-return]


def lasts(person: Person) -> timedelta:
    """Return how long a session of this person lasts: short for staff, long for families."""
    if queries.roles_of(person):
        return timedelta(hours=settings().staff_session_hours)
    return timedelta(days=settings().session_days)


def install(app: Flask) -> None:
    """Read the cookie before each request, set it after."""

    @app.before_request
    def _read() -> None:
        token = request.cookies.get(name())
        g.visit = None
        if token and request.endpoint != "static":
            g.visit = queries.open_session(token, at=clock.now())

    @app.after_request
    def _write(answer: Response) -> Response:
        token = g.pop("visit_token", None)
        if token is None or answer.status_code >= 500:  # noqa: PLR2004 - the session was rolled back
            return answer
        if token:
            answer.set_cookie(
                name(),
                token,
                max_age=settings().session_days * 86400,
                path="/",
                secure=settings().https,
                httponly=True,
                samesite="Lax",
            )
        else:
            answer.delete_cookie(name(), path="/", secure=settings().https, httponly=True, samesite="Lax")
        return answer
