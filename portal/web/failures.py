"""One handler draws every refusal: a sentence, whom to ask, and never a traceback."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import pgettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.db import db
from portal.errors import NotFound, PortalError
from portal.web import viewer
from portal.web.text import figures, when, words_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

log = logging.getLogger(__name__)


def sentence(error: PortalError) -> str:
    """Return the error's sentence in the reader's language, its facts put in."""
    return words(error.message, error.facts)


def words(message: str, facts: Mapping[str, object]) -> str:
    """Return a sentence in the reader's language, its facts put in as the reader says them."""
    return str(_(message, **{name: _said(name, fact) for name, fact in facts.items()}))


class _Count(int):
    """A whole number that parts its thousands where a sentence says it, and stays a number where one asks for digits (`%d`)."""

    __slots__ = ()

    def __str__(self) -> str:
        """Say it as the reader's language writes it."""
        return figures(int(self))


def _said(name: str, fact: object) -> object:
    """Return a fact as the reader says it: an instant with its zone, data text in their language, a state by its word."""
    if name == "state" and isinstance(fact, str):
        return pgettext("state", fact)
    if isinstance(fact, int) and not isinstance(fact, bool):
        return _Count(fact)
    return when(fact) if isinstance(fact, datetime) else words_in(fact) if isinstance(fact, dict) else fact


def page(title: str, text: str, status: int) -> tuple[str, int]:
    """Draw a failure: what happened, what to do, whom to ask."""
    return render_template("failure.html", title=title, text=text, status=status), status


def _nowhere() -> tuple[str, int]:
    """Draw what every address gives at which there is nothing, or nothing for whoever looks: always the same page."""
    g.nowhere = True  # the navigation marks no word: which page it would have been is nobody's business
    return page(_("There is no such page"), _("Check the address, or begin from the home page."), 404)


def install(app: Flask) -> None:  # noqa: C901 - one short answer for each kind of failure
    """Answer every kind of failure in words."""

    @app.errorhandler(PortalError)
    def _refused(error: PortalError) -> Any:  # noqa: ANN401 - an answer
        db.session.rollback()
        if isinstance(error, NotFound):
            return _nowhere()
        if request.headers.get("X-Autosave"):
            return jsonify(errors={error.field or "": [sentence(error)]}), error.status
        return page(_("That did not go through"), sentence(error), error.status)

    @app.errorhandler(CSRFError)
    def _unsure(_error: CSRFError) -> Any:  # noqa: ANN401 - an answer
        db.session.rollback()
        return current_app.extensions["portal.hold"]()

    @app.errorhandler(404)
    @app.errorhandler(405)
    def _missing(_error: HTTPException) -> Any:  # noqa: ANN401 - an answer
        db.session.rollback()
        if viewer.current() is None and _private(request.path):
            return viewer.ask_to_sign_in()
        return _nowhere()

    @app.errorhandler(SecurityError)
    def _elsewhere(_error: SecurityError) -> Any:  # noqa: ANN401 - an answer
        return Response("This portal is not reached under that name.\n", 400, mimetype="text/plain")

    @app.errorhandler(413)
    def _too_large(_error: HTTPException) -> Any:  # noqa: ANN401 - an answer
        return page(_("That is too much at once"), _("Send less text, or a smaller file, at one time."), 413)

    @app.errorhandler(OperationalError)
    def _busy(error: OperationalError) -> Any:  # noqa: ANN401 - an answer
        db.session.rollback()
        log.error("database: %s", error.orig)
        return page(
            _("We are busy for a moment"), _("Go back and send it again. What you typed is still in your browser."), 503
        )

    @app.errorhandler(HTTPException)
    def _other(error: HTTPException) -> Any:  # noqa: ANN401 - an answer
        db.session.rollback()
        if error.code and error.code < 400:  # noqa: PLR2004 - redirects are not failures
            return error
        return page(_("That did not go through"), _("The request could not be understood."), error.code or 400)

    @app.errorhandler(Exception)
    def _broken(error: Exception) -> Any:  # noqa: ANN401 - an answer
        if app.config["PROPAGATE_EXCEPTIONS"]:
            raise error
        db.session.rollback()
        log.error("unexpected failure at %s", request.endpoint, exc_info=error)
        return page(
            _("Something broke on our side"),
            _("It was written down, and it is not your doing. Go back and send it again."),
            500,
        )


def _private(path: str) -> bool:
    """Whether an address that matches no route lies among private ones, by its first part."""
    first = path.lstrip("/").split("/", 1)[0]
    return first in current_app.config["PRIVATE_ROOTS"]
