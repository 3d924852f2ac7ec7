"""Somebody who follows every link of every page they reach, and keeps each answer to the byte."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, deque
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pikepdf
import pypdfium2
from flask.globals import _cv_app
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask
    from werkzeug.routing import MapAdapter
    from werkzeug.test import TestResponse

    from tests.support.world_small import World

CSRF = re.compile(r'(name="(?:csrf_token|once)"[^>]*value=")[^"]*')
PUZZLE = re.compile(r'("(?:challenge|salt|signature)": ?")[0-9a-f]+')  # drawn anew each time; when it ends stays
KEPT = re.compile(r"/kept/\d+")
MOST_PAGES = 1100
MOST_WAYS = 6  # of asking one address: another page of a list, another filter
# How many addresses of one kind are looked at, where those of one kind differ in nothing that is planted.
FEW = {
    "awards": 2,
    "decisions.decisions": 12,
    "accounts.person": 6,
    "mail.message": 4,
    "mail.wording": 3,
    "nominations.asking": 4,
    "nominations.candidacy_name": 4,
    "nominations.import_row": 6,
    "nominations.import_rows": 4,
    "nominations.nomination_step": 4,
    "nominations.screening_csv": 8,
    "publishing.archive_row": 3,
    "publishing.archive_rows": 3,
    "publishing.preview_message": 34,
    "publishing.briefs_table": 2,
    "publishing.certificates": 3,
    "publishing.check_page": 4,
    "publishing.keepsake_sample": 2,
    "publishing.kind_words_table": 2,
    "publishing.names_table": 2,
    "publishing.photo_square": 3,
    "publishing.recipients_table": 2,
    "publishing.visits_table": 2,
}


class Browser:
    """Somebody's browser, which looks at nothing but what comes back. It holds a form's token, as anybody's does."""

    def __init__(self, app: Flask, world: World, person: str) -> None:
        self.app, self.person = app, person
        checked, app.test_client_class = app.test_client_class, FlaskClient
        try:
            self.client = world.client(app, person)
        finally:
            app.test_client_class = checked
        self.base = app.config["SETTINGS"].base_url
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/sign-in").get_data(as_text=True))
        assert found is not None
        self.token = found[1]

    def get(self, path: str) -> TestResponse:
        return self._send("GET", path)

    def head(self, path: str) -> TestResponse:
        return self._send("HEAD", path)

    def options(self, path: str) -> TestResponse:
        return self._send("OPTIONS", path)

    def post(self, path: str, fields: Any = ()) -> TestResponse:
        """Send a form's fields, as pairs or a mapping, with the token. What it does to the browser's cookies is forgotten."""
        cookies = dict(self.client._cookies or {})
        try:
            return self._post(path, [*fields.items()] if isinstance(fields, dict) else [*fields])
        finally:
            self.client._cookies = cookies

    def _post(self, path: str, pairs: list[tuple[str, str]]) -> TestResponse:
        body = urlencode(
            [("csrf_token", self.token), *((name, value) for name, value in pairs if name != "csrf_token")]
        )
        return self._send("POST", path, data=body, content_type="application/x-www-form-urlencoded")

    def _send(self, method: str, path: str, **more: Any) -> TestResponse:
        """Send a request as a server would meet it: in an app context of its own, whatever the test holds."""
        token = _cv_app.set(None)  # type: ignore[arg-type]
        try:
            return self.client.open(path, method=method, base_url=self.base, **more)
        finally:
            _cv_app.reset(token)


class Field(NamedTuple):
    """One control of a form: its name, its kind, what it holds, and whether it would be sent as the page stands."""

    name: str
    kind: str
    value: str
    sent: bool


class Form(NamedTuple):
    """A form as a page draws it."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...]


class Found(HTMLParser):
    """The links and forms of one page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: tuple[str, str, list[Field]] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value if value is not None else name for name, value in attrs}
        if tag in {"a", "area"} and facts.get("href", "#")[0] != "#":
            self.links.append(facts["href"])
        elif tag in {"iframe", "img", "embed"} and facts.get("src"):
            self.links.append(facts["src"])
        elif tag == "link" and facts.get("rel") in {"alternate", "canonical", "next", "prev"}:
            self.links.append(facts["href"])
        elif tag == "form":
            self._form = (urljoin(self.page, facts.get("action") or self.page), facts.get("method", "get").lower(), [])
        if self._form is not None:
            self._control(tag, facts)

    def _control(self, tag: str, facts: dict[str, str]) -> None:
        assert self._form is not None
        fields, name = self._form[2], facts.get("name", "")
        if tag == "input" and name:
            kind = facts.get("type", "text")
            chosen = "checked" in facts if kind in {"checkbox", "radio"} else kind != "submit"
            fields.append(Field(name, kind, facts.get("value", "on" if kind == "checkbox" else ""), chosen))
        elif tag == "button" and name:
            fields.append(Field(name, "submit", facts.get("value", ""), sent=False))
        elif tag == "select" and name:
            self._select = (name, [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((facts.get("value", ""), "selected" in facts))
        elif tag == "textarea" and name:
            self._text = (name, [])

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._form is None:
            return
        if tag == "textarea" and self._text is not None:
            self._form[2].append(Field(self._text[0], "textarea", "".join(self._text[1]).removeprefix("\n"), sent=True))
            self._text = None
        elif tag == "select" and self._select is not None:
            name, options = self._select
            chosen = next((value for value, selected in options if selected), options[0][0] if options else "")
            self._form[2].extend(Field(name, "option", value, sent=value == chosen) for value, _selected in options)
            self._select = None
        elif tag == "form":
            action, method, fields = self._form
            self.forms.append(Form(self.page, action, method, tuple(fields)))
            self._form = None


def read(page: str, path: str) -> Found:
    """Return the links and forms of a page."""
    found = Found(path)
    found.feed(page)
    found.close()
    return found


def readable(answer: TestResponse) -> str:
    """Return all that an answer says, as text: a workbook or an archive unpacked, a PDF's words and facts about itself read."""
    content = answer.get_data()
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = [(name, packed.read(name).decode("utf-8", "replace")) for name in packed.namelist()]
        return "\n".join(f"{name}: {part}" for name, part in parts)
    return unpacked(answer.mimetype, content)


class Answer(NamedTuple):
    """What came back: everything somebody could read of it, but for tokens, which differ each time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @classmethod
    def of(cls, answer: TestResponse) -> Answer:
        headers = sorted(
            (name, value) for name, value in answer.headers if name not in {"Set-Cookie", "Content-Length"}
        )
        cookies = sorted(("Set-Cookie", value.partition("=")[0]) for value in answer.headers.getlist("Set-Cookie"))
        body = CSRF.sub(r"\1", readable(answer))
        if answer.request.path == "/nominate/proof":
            body = PUZZLE.sub(r"\1", body)
        return cls(answer.status_code, (*headers, *cookies), body)

    @property
    def text(self) -> str:
        """Everything that can be read, headers too."""
        return "\n".join(f"{name}: {value}" for name, value in self.headers) + "\n" + self.body


def unpacked(mimetype: str, data: bytes) -> str:
    """Return what can be read in an answer: of a PDF its words, its information and every stream, of a picture all it says of itself."""
    plain = data.decode("utf-8", "replace")
    if mimetype == "application/pdf":
        with pikepdf.open(io.BytesIO(data)) as pdf:
            held = [str(pdf.docinfo)]
            for one in pdf.objects:
                held.append(repr(one))
                if isinstance(one, pikepdf.Stream):
                    held.append(one.read_raw_bytes().decode("latin-1"))
                    if "/DCTDecode" not in repr(one.get("/Filter")):
                        held.append(one.read_bytes().decode("latin-1"))
        with pypdfium2.PdfDocument(data) as pages:
            words = [page.get_textpage().get_text_range() for page in pages]
        return "\n".join([plain, *held, *words])
    if mimetype.startswith("image/") and mimetype != "image/svg+xml":
        with Image.open(io.BytesIO(data)) as picture:
            return "\n".join([plain, repr(picture.info), repr(dict(picture.getexif()))])
    return plain


class Crawl(NamedTuple):
    """Everything somebody reached: each address with its answer, where each link to it stood, and every form."""

    answers: dict[str, Answer]
    linked: dict[str, str]
    forms: list[Form]

    def where(self, word: str) -> list[str]:
        """Return the addresses at which a word can be read, in any case."""
        low = word.casefold()
        return [
            path for path, answer in self.answers.items() if low in answer.text.casefold() or low in path.casefold()
        ]


def starts(app: Flask) -> list[str]:
    """Return every address that needs no object: where anybody may begin."""
    return sorted(
        rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())
    )


def crawl(browser: Browser, begin: Iterable[str]) -> Crawl:
    """Follow every link, and every form that only asks, from the pages where somebody begins."""
    todo, answers, linked, forms = deque(begin), {}, {}, []
    ways: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    adapter = browser.app.url_map.bind(urlsplit(browser.base).netloc)
    host = urlsplit(browser.base).netloc
    while todo:
        path = todo.popleft()
        if path in answers:
            continue
        parts = urlsplit(path)
        ways[parts.path] += 1
        endpoint = _endpoint(adapter, parts.path)
        alike[endpoint] += 1
        few = FEW.get(endpoint, FEW.get(endpoint.partition(".")[0], MOST_PAGES))
        if ways[parts.path] > MOST_WAYS or alike[endpoint] > few:
            continue
        assert len(answers) < MOST_PAGES, f"{browser.person} reaches more than {MOST_PAGES} addresses: {path}"
        answer = browser.get(path)
        answers[path] = Answer.of(answer)
        onward = [answer.location] if answer.location else []
        if answer.mimetype == "text/html":
            found = read(answers[path].body, path)
            forms += found.forms
            onward += found.links + [_asked(form) for form in found.forms if form.method == "get"]
        for link in onward:
            target = urlsplit(urljoin(f"{browser.base}{path}", link))
            if target.scheme not in {"http", "https"} or target.netloc != host or target.path.startswith("/static/"):
                continue
            address = target.path + (f"?{target.query}" if target.query else "")
            if "language" in dict(parse_qsl(target.query)):
                continue
            linked.setdefault(address, path)
            todo.append(address)
    return Crawl(answers, linked, forms)


def _endpoint(adapter: MapAdapter, path: str) -> str:
    try:
        return str(adapter.match(path)[0])
    except HTTPException:
        return ""


def _asked(form: Form) -> str:
    sent = [(field.name, field.value) for field in form.fields if field.sent]
    return form.action.partition("?")[0] + (f"?{urlencode(sent)}" if sent else "")  # in place of what was asked before
