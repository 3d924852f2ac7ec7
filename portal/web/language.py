"""Which language somebody reads, and what templates are told of it.

A catalogue is a folder in `translations/` with a `messages.po`, read as it is when a process first needs it: nothing has to be
compiled, and nothing compiled can be missing or old. A language is offered where it has a catalogue and the organisation lists it.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale
from jinja2 import pass_eval_context
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from jinja2.nodes import EvalContext

COOKIE = "language"
SOURCE = "en"  # the language that the code and the templates are written in
# Each language by its own name; those written from right to left say so.
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
NUMBERS = frozenset({int, float})  # facts that are safe as they are, and that a pattern may want as numbers
MOST_SENTENCES = 5_000


class Language(NamedTuple):
    """A language as templates draw it."""

    code: str
    name: str
    dir: str


def language(code: str) -> Language:
    """Return a language by its code."""
    return Language(code, NAMES.get(code, code), "rtl" if code in RIGHT_TO_LEFT else "ltr")


def translated() -> list[str]:
    """Return the codes that have a catalogue, and English, in which everything is written."""
    return list(_translated(str(current_app.config["BABEL_TRANSLATION_DIRECTORIES"])))


@lru_cache
def _translated(home: str) -> tuple[str, ...]:
    return tuple(code for code in NAMES if code == SOURCE or _file(home, code).exists())


def _file(home: str, code: str) -> Path:
    return Path(home) / code / "LC_MESSAGES" / "messages.po"


def offered() -> list[str]:
    """Return the codes that a reader may choose from, in the organisation's order: the first is what strangers read."""
    have = translated()
    organisation = g.get("organisation")
    if organisation is None:
        return sorted(have, key=lambda code: code != SOURCE)
    return [code for code in organisation.languages if code in have] or [SOURCE]


def spoken(code: str) -> str:
    """Return the language in which to write to somebody who reads `code`: that, where it is offered."""
    codes = offered()
    return code if code in codes else codes[0]


def preferred(cookie: str | None, accepts: LanguageAccept) -> list[str]:
    """Return the languages with a catalogue that a browser asks for, the dearest first: one chosen before, then its own."""
    have = translated()
    wanted = [cookie] if cookie in have else []
    for each, _quality in accepts:
        code = LanguageAccept([(each, 1)]).best_match(have)
        if code is not None and code not in wanted:
            wanted.append(code)
    return [str(code) for code in wanted]


def choose() -> str:
    """Return the language to answer in: asked for, chosen before, the person's own, the browser's, the organisation's.

    The organisation's first language stands beside everyone of whom nobody knows better, so it says nothing of a person.
    """
    if not has_request_context():
        return SOURCE
    codes = offered()
    cookie = request.cookies.get(COOKIE)
    for asked in (request.args.get(COOKIE), cookie):
        if asked in codes:
            return str(asked)
    person = viewer.current()
    if person is not None and person.language in codes[1:]:
        return str(person.language)
    wanted = _wanted(
        str(current_app.config["BABEL_TRANSLATION_DIRECTORIES"]), cookie, request.headers.get("Accept-Language", "")
    )
    return next((code for code in wanted if code in codes), codes[0])


@lru_cache(maxsize=1024)
def _wanted(_home: str, cookie: str | None, accepts: str) -> tuple[str, ...]:
    """Return what a browser asks for, read once for all that ask alike."""
    return tuple(preferred(cookie, parse_accept_header(accepts, LanguageAccept)))


@lru_cache
def catalogue(home: str, code: str) -> NullTranslations:
    """Return the words of one language, read from its .po file once in a process; none for English."""
    path = _file(home, code)
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)


class Catalogues(Babel):
    """Flask-Babel, reading the catalogues our way."""

    @cached_property
    def domain_instance(self) -> Domain:
        """The one domain."""
        return Kept()


class Kept(Domain):
    """Flask-Babel's domain, which looks for the catalogue once a request: a page asks for words a hundred times."""

    def get_translations(self) -> Any:  # noqa: ANN401 - Babel's translations, untyped
        """Return the catalogue in use."""
        found = _catalogue.get()
        if found is None:
            found = catalogue(str(current_app.config["BABEL_TRANSLATION_DIRECTORIES"]), str(get_locale() or SOURCE))
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
    """Return a translation with its facts put in, as Jinja's own would: our words are markup, and facts are made safe."""
    if not context.autoescape:
        return found % facts if facts or "%" in found else found
    if facts or "%" in found:
        found %= {name: fact if type(fact) in NUMBERS else escape(fact) for name, fact in facts.items()}
    return Markup(found)  # noqa: S704 - as said


def _said(catalogue: Any) -> dict[str, Markup]:  # noqa: ANN401 - Babel's translations, untyped
    """Return the sentences without facts that templates already asked a catalogue for. There are as many as the templates hold."""
    known = catalogue.__dict__.get("said")
    if known is None:
        known = catalogue.said = {}
    return known  # type: ignore[no-any-return]


def _words_in_templates(app: Flask) -> None:
    """Give templates `_` and `ngettext`: what Jinja's own extension gives, without its detours."""
    domain = app.extensions["babel"].instance.domain_instance

    @pass_eval_context
    def gettext(context: EvalContext, words: str, /, **facts: Any) -> str:
        catalogue = domain.get_translations()
        if facts or not context.autoescape:
            return _put_in(catalogue.ugettext(words), context, facts)
        said = _said(catalogue)
        if words not in said:
            if len(said) >= MOST_SENTENCES:
                said.clear()
            said[words] = Markup(_put_in(catalogue.ugettext(words), context, facts))  # noqa: S704 - our own words
        return said[words]

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **facts: Any) -> str:
        return _put_in(domain.get_translations().ungettext(one, many, num), context, {"num": num, **facts})

    app.jinja_env.globals.update(gettext=gettext, _=gettext, ngettext=ngettext)

    @app.before_request
    @app.teardown_request
    def _begin_anew(_trouble: object = None) -> None:
        _catalogue.set(None)


def install(app: Flask) -> None:
    """Tell templates who is looking, in what language, and what may be offered; remember a language that an address asks for."""
    _words_in_templates(app)

    @app.context_processor
    def _about_the_reader() -> dict[str, Any]:
        code = str(get_locale() or "en").split("_", maxsplit=1)[0]
        organisation = g.get("organisation")
        return {
            "current_language": language(code),
            "languages_offered": [language(c) for c in offered()],
            "this_address": this_address,
            "organisation": organisation,
            "demonstration": bool(organisation and organisation.demonstration),
            "viewer": viewer.current(),
            "may": viewer.may,
        }

    @app.after_request
    def _keep(answer: Any) -> Any:  # noqa: ANN401 - a Response
        asked = request.args.get(COOKIE)
        if asked in offered():
            remember(answer, str(asked))
        return answer


def remember(answer: Any, code: str) -> None:  # noqa: ANN401 - a Response
    """Let this browser remember a language. An address that asks for one may be passed on: what follows it stays in that language."""
    answer.set_cookie(
        COOKIE,
        code,
        max_age=365 * 86400,
        path="/",
        samesite="Lax",
        httponly=True,
        secure=current_app.config["SETTINGS"].https,
    )


def this_address() -> str:
    """Return the address to come back to after choosing a language: this page, with its question.

    Where there is nothing it is the home page: that answer reads the same at every address.
    """
    if g.get("nowhere"):
        return "/"
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != COOKIE]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
