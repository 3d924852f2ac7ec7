"""An awards and scholarships nomination portal for local education funds."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import models
from portal.config import Settings
from portal.db import db, engine_options
from portal.web import addresses, cache, drawing, migrating, pages, requests

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME = Path(__file__).resolve().parent.parent
ROOMS = (
    "accounts",
    "schools",
    "funds",
    "awards",
    "nominations",
    "review",
    "decisions",
    "publishing",
    "publishing.desk",
    "publishing.archive",
    "offers",
    "home",
    "mail",
    "history",
    "web",
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the portal. Readable as a table of contents: settings, database, languages, who is looking, rooms."""
    settings = settings or Settings.from_environment()
    app = Flask(
        __name__,
        template_folder=str(HOME / "templates"),
        static_folder=str(HOME / "static"),
        instance_path=str(settings.instance_path.resolve()),
    )
    app.request_class = requests.Request
    app.jinja_environment = drawing.Environment
    app.config.update(_flask_settings(settings))
    addresses.install(app)
    cache.install(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    if settings.database_url.startswith("sqlite"):
        Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    models.load()
    db.init_app(app)
    migrating.install(app, HOME / "migrations")
    pages.install(app)
    # A language is chosen on pages that are the same for every visitor, and so carry no token; the view asks where it was sent from.
    CSRFProtect(app).exempt("portal.accounts.views.signing_in.language")

    _languages(app)
    _rooms(app)
    _who_is_looking(app)
    _listeners()
    return app


def _flask_settings(settings: Settings) -> Mapping[str, object]:
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "TESTING": settings.environment == "test",
        "PROPAGATE_EXCEPTIONS": settings.environment == "test",
        "MAX_CONTENT_LENGTH": settings.max_request_bytes,
        "MAX_FORM_MEMORY_SIZE": settings.max_request_bytes,
        "TRUSTED_HOSTS": [settings.host.partition(":")[0]],
        "WTF_CSRF_TIME_LIMIT": None,  # a form left open for a day still submits
        "WTF_CSRF_SSL_STRICT": True,
        "SESSION_COOKIE_NAME": "__Host-flash" if settings.https else "flash",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": settings.session_days * 86400,
        "BABEL_TRANSLATION_DIRECTORIES": str(HOME / "translations"),
        "PRIVATE_ROOTS": set(),
    }


def _languages(app: Flask) -> None:
    from portal.web import language  # noqa: PLC0415 - rooms are imported once there is an app to build

    language.Catalogues(app, locale_selector=language.choose)
    language.install(app)


def _rooms(app: Flask) -> None:
    """Register every room that has pages, and note which first parts of an address lie among private pages."""
    from portal.web.pages import PUBLIC, Pages  # noqa: PLC0415 - as above

    found = []
    for room in ROOMS:
        try:
            found.append(import_module(f"portal.{room}.views"))
        except ModuleNotFoundError as missing:
            if missing.name != f"portal.{room}.views":
                raise
    for views in found:  # once all are imported: two of them may share a blueprint
        for made in vars(views).values():
            if isinstance(made, Pages) and made.name not in app.blueprints:
                app.register_blueprint(made)
    for rule in app.url_map.iter_rules():
        asked = getattr(app.view_functions[rule.endpoint], "route", None)
        first = rule.rule.lstrip("/").split("/", 1)[0]
        if asked is not None and asked.needs not in PUBLIC and "<" not in first:
            app.config["PRIVATE_ROOTS"].add(first)


def _who_is_looking(app: Flask) -> None:
    """Sessions, roles, the policy's words, headers and failures."""
    from portal import facts, navigation  # noqa: PLC0415 - as above
    from portal.accounts import cookies  # noqa: PLC0415 - as above
    from portal.accounts import views as accounts  # noqa: PLC0415 - as above
    from portal.awards import queries as awards  # noqa: PLC0415 - as above
    from portal.review.views import committees  # noqa: PLC0415 - as above
    from portal.web import failures, fields, foreign, headers, text, viewer  # noqa: PLC0415 - as above

    @app.before_request
    def _organisation() -> Response | None:
        g.organisation = cache.kept("organisation", awards.organisation) if request.endpoint != "static" else None
        if g.organisation is not None and g.organisation.demonstration and app.config["SETTINGS"].production:
            return Response("This database is a demonstration. Production needs its own.\n", 503, mimetype="text/plain")
        return None

    cookies.install(app)
    login = LoginManager(app)
    login.session_protection = None  # our own sessions are rows; Flask-Login only carries the person

    @login.request_loader
    def _person(_request: object) -> object:
        visit = viewer.visit()
        return visit.person if visit is not None and visit.person_id is not None else None

    viewer.set_sign_in(accounts.ask_to_sign_in)
    pages.in_place_of_404[:] = [committees.declare_first, committees.own_scores_first]
    app.extensions["portal.hold"] = accounts.hold_outdated
    facts.teach()
    headers.install(app)
    failures.install(app)
    text.install(app)
    fields.install(app)
    foreign.install(app)
    navigation.install(app)


def _listeners() -> None:
    """Every place where a lower step is felt above, in one list."""
    from portal import listeners  # noqa: PLC0415 - as above

    listeners.install()
