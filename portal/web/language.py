"""Which language somebody reads, and what templates are told of it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale
from jinja2 import pass_eval_context
from markupsafe import Markup

from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from jinja2.nodes import EvalContext

COOKIE = "language"
# Each language by its own name; those written from right to left say so. A catalogue in translations/ makes one offered.
NAMES = {
    "am": "አማርኛ",
    "ar": "العربية",
    "zh": "中文",
    "en": "English",
    "om": "Afaan Oromoo",
    "so": "Soomaali",
    "es": "Español",
    "tl": "Tagalog",
    "ti": "ትግርኛ",
    "vi": "Tiếng Việt",
}
RIGHT_TO_LEFT = {"ar"}


class Language(NamedTuple):
    """A language as templates draw it."""

    code: str
    name: str
    dir: str


def language(code: str) -> Language:
    """Return a language by its code."""
    return Language(code, NAMES.get(code, code), "rtl" if code in RIGHT_TO_LEFT else "ltr")


def offered() -> list[str]:
    """Return the codes that have a catalogue, English first."""
    if "LANGUAGES_OFFERED" not in current_app.config:
        home = Path(str(current_app.config["BABEL_TRANSLATION_DIRECTORIES"]))
        found = sorted(code for code in NAMES if (home / code / "LC_MESSAGES" / "messages.mo").exists())
        current_app.config["LANGUAGES_OFFERED"] = ["en", *(code for code in found if code != "en")]
    return list(current_app.config["LANGUAGES_OFFERED"])


def choose() -> str:
    """Return the language to answer in: asked for, chosen before, the person's own, the browser's, English."""
    if not has_request_context():
        return "en"
    codes = offered()
    asked = request.args.get("language") or request.cookies.get(COOKIE)
    if asked in codes:
        return str(asked)
    person = viewer.current()
    if person is not None and person.language in codes:
        return str(person.language)
    return request.accept_languages.best_match(codes) or "en"


class Catalogues(Babel):
    """Flask-Babel, opening each catalogue once and not once a request."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The one domain, with what it has opened."""
        return Kept()


class Kept(Domain):
    """Flask-Babel's domain, which finds the catalogue once a request: a page asks for words a hundred times."""

    def get_translations(self) -> Any:  # noqa: ANN401 - Babel's translations, untyped
        """Return the catalogue in use."""
        found = _catalogue.get()
        if found is None:
            found = super().get_translations()
            if has_request_context():
                _catalogue.set(found)
        return found


_catalogue: ContextVar[Any] = ContextVar("catalogue", default=None)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Say everything inside the block in this language, whoever is looking."""
    with force_locale(code):
        token = _catalogue.set(None)
        try:
            yield
        finally:
            _catalogue.reset(token)


def _put_in(found: str, context: EvalContext, facts: dict[str, Any]) -> str:
    """Return a translation with its facts put in, as Jinja's own would."""
    said = Markup(found) if context.autoescape else found  # noqa: S704 - our own words; facts are escaped
    return said % facts if facts or "%" in found else said


def _words_in_templates(app: Flask) -> None:
    """Give templates `_` and `ngettext`: what Jinja's own extension gives, without its detours."""
    domain = app.extensions["babel"].instance.domain_instance

    @pass_eval_context
    def gettext(context: EvalContext, words: str, /, **facts: Any) -> str:
        return _put_in(domain.get_translations().ugettext(words), context, facts)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **facts: Any) -> str:
        return _put_in(domain.get_translations().ungettext(one, many, num), context, {"num": num, **facts})

    app.jinja_env.globals.update(gettext=gettext, _=gettext, ngettext=ngettext)

    @app.before_request
    @app.teardown_request
    def _begin_anew(_trouble: object = None) -> None:
        _catalogue.set(None)


def install(app: Flask) -> None:
    """Tell templates who is looking, in what language, and what may be offered; remember a chosen language."""
    _words_in_templates(app)

    @app.context_processor
    def _about_the_reader() -> dict[str, Any]:
        code = str(get_locale() or "en").split("_", maxsplit=1)[0]
        organisation = g.get("organisation")
        return {
            "current_language": language(code),
            "languages": [language(c) for c in offered()],
            "organisation": organisation,
            "demonstration": bool(organisation and organisation.demonstration),
            "viewer": viewer.current(),
            "may": viewer.may,
        }

    @app.after_request
    def _remember(answer: Any) -> Any:  # noqa: ANN401 - a Response
        asked = request.args.get("language")
        if asked in offered():
            answer.set_cookie(
                COOKIE,
                asked,
                max_age=365 * 86400,
                path="/",
                samesite="Lax",
                httponly=True,
                secure=app.config["SETTINGS"].https,
            )
        return answer
