"""Every visible string can be translated, and is: whole catalogues, and no bare words in the templates."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from tools.messages import PLACEHOLDER, ROOT, catalogs, read

COMPLETE = ("es",)  # the languages that are kept whole: a new string is not done before it is said in each
TAG = re.compile(r"</?[a-z][^>]*>")
WORD = re.compile(r"[^\W\d_]{2,}")
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
SAID = {"aria-label", "alt", "title", "placeholder", "summary", "aria-description", "data-said"}
UNSAID = {"script", "style", "code", "kbd"}
UNREAD = re.compile(r"\{% block (?:\w+_class|og_type|kind) %\}.*?\{% endblock %\}", re.DOTALL)  # for machines
COMMANDS = {"templates/decisions/draw.txt"}  # a record that ends with commands to be typed as they stand
# Words that are the same everywhere: names of formats and programs, and what a machine reads.
NAMES = {
    "AM",
    "PM",
    "CSV",
    "JSON",
    "Atom",
    "PDF",
    "UTF",
    "SHA",
    "HTML",
    "width",
    "device",
    "initial",
    "scale",
    "light",
    "dark",
    "noindex",
    "text",
    "textarea",
}


def each(text) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (text,)


@pytest.mark.parametrize("code", COMPLETE)
def test_a_kept_language_says_everything(code):
    catalogue = read(ROOT / "translations" / code / "LC_MESSAGES" / "messages.po")
    silent = [message.id for message in catalogue if message.id and not (message.string and all(each(message.string)))]
    assert not silent, (
        f"{len(silent)} strings are not said in {code}, such as {silent[:5]}: docs/translating.md says how"
    )
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    forms = {len(each(message.string)) for message in catalogue if message.pluralizable}
    assert forms <= {catalogue.num_plurals}


@pytest.mark.parametrize("path", catalogs(), ids=lambda path: path.parent.parent.name)
def test_a_translation_keeps_what_the_portal_puts_in(path):
    """The same placeholders, tags, braces, and spaces at the ends. Only a singular may leave its number out."""
    wrong = []
    for message in read(path):
        for place, said in enumerate(each(message.string)):
            if not message.id or not said:
                continue
            source = each(message.id)[min(place, len(each(message.id)) - 1)]
            wanted, found = (sorted(set(PLACEHOLDER.findall(text))) for text in (source, said))
            most = sorted({name for text in each(message.id) for name in PLACEHOLDER.findall(text)})
            if found not in ([wanted, most] if message.pluralizable else [wanted]):
                wrong.append(f"{said!r} puts in {found}, not {wanted}")
            if sorted(TAG.findall(source)) != sorted(TAG.findall(said)):
                wrong.append(f"{said!r} has other tags")
            if source.count("{nominee}") != said.count("{nominee}") or source.count("](") != said.count("]("):
                wrong.append(f"{said!r} has other marks")
            if [source[:1].isspace(), source[-1:].isspace()] != [said[:1].isspace(), said[-1:].isspace()]:
                wrong.append(f"{said!r} begins or ends otherwise")
    assert not wrong, "\n".join(wrong)


class Bare(HTMLParser):
    """Words that stand in a template as they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in UNSAID:
            self._inside.append(tag)
        facts = dict(attrs)
        if tag == "meta" and re.search("title|description|alt", f"{facts.get('name')} {facts.get('property')}"):
            attrs = [("title", facts.get("content"))]
        self.found += [value for name, value in attrs if name in SAID and value and self._said(value)]

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if not self._inside and self._said(data):
            self.found.append(" ".join(data.split()))

    @staticmethod
    def _said(text: str) -> bool:
        return any(word not in NAMES for word in WORD.findall(text.replace("\N{BULLET}", " ")))


def bare_words(source: str, *, html: bool) -> list[str]:
    """Return the visible words of a template that are in no `_()`: what stands outside its braces, as a browser would read it."""
    kept, depth = [], 0
    source = UNREAD.sub("", source)
    for _line, kind, text in Environment(autoescape=True).lex(source):
        depth += (kind in {"variable_begin", "block_begin", "comment_begin"}) - (
            kind in {"variable_end", "block_end", "comment_end"}
        )
        if kind == "data" and not depth:
            kept.append(text)
        elif kind == "variable_end":
            kept.append("x" if kept and kept[-1].endswith(("<", "</")) else "0")  # a tag's name, or something put in
    page = "".join(kept)
    if not html:
        return [line for line in page.split("\n") if Bare._said(line)]
    found = Bare()
    found.feed(page)
    found.close()
    return found.found


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("<p>{{ _('Saved') }}</p>", []),
        ("<p>Saved {{ when }}</p>", ["Saved 0"]),
        ('<img alt="A fir" src="x">', ["A fir"]),
        ('<a class="plain button" href="/awards">{% if x %}Go{% endif %}</a>', ["Go"]),
        ("{# a comment #}<code>make demo</code>", []),
    ],
)
def test_bare_words_are_told_from_the_rest(source, bare):
    assert bare_words(source, html=True) == bare


def test_no_template_says_anything_outside_gettext():
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in TEMPLATES
        if Path("gallery") not in path.relative_to(ROOT / "templates").parents
        and str(path.relative_to(ROOT)) not in COMMANDS
        and (found := bare_words(path.read_text(encoding="utf-8"), html=path.suffix == ".html"))
    }
    assert not wrong, wrong
