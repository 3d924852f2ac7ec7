"""Every text field of every form that anybody reaches, filled with what no form expects: a sentence, or kept and shown exactly."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

import pytest

from portal import clock
from portal.web.fields import clean
from tests.support.crawling import Browser, crawl, read, starts
from tests.support.databases import POSTGRESQL
from tests.support.world_small import HERE, NOW, VISITOR

pytestmark = pytest.mark.battery

HOSTILE = '=1+1 {{7*7}} <script>alert(1)</script> <b title="x">&amp; ${7*7} {% raise %} %(x)s %s {nominee}'
KEEPABLE = f"{HOSTILE} \u202eright to left\u202c 👩🏽‍🏫 Ñandú ሰላም مرحبا 你好\r\nA second line\rand a third\n\nand more"
SHORT = "=2+<b>\u202e\U0001f98a{{7*7}}"  # what even a short line holds
LONG = "x" * 100_000
NOTHING = "null\x00byte"
NO_TEXT = "\ud800 lone"
REFUSED = {"everything hostile": SHORT, "null": NOTHING, "no text": NO_TEXT, "long": LONG}

TYPED = {"text", "search", "textarea"}
BUT = {"csrf_token"}
PEOPLE = ("nominator", HERE, VISITOR, "staff", "chair", "reviewer", "invited", "recipient", "guardian", "publisher")


class Typist(Browser):
    """Somebody who fills in forms again and again, each time as its page draws it then."""

    def form(self, wanted):
        """Return the form as its page draws it now, or None where it is there no longer."""
        answer = self.get(wanted.page)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            return None
        found = read(answer.get_data(as_text=True), wanted.page).forms
        return next((form for form in found if form.action == wanted.action and names(form) == names(wanted)), None)

    def send(self, form, typed):
        """Send a form with these words in place of what its fields hold."""
        pairs = [(f.name, typed[f.name]) for f in form.fields if f.name in typed]
        pairs += [(f.name, f.value) for f in form.fields if f.sent and f.name not in typed]
        pairs += [(f.name, f.value) for f in form.fields if f.kind == "submit"][:1]
        body = urlencode(pairs, errors="surrogatepass")
        kind = "application/x-www-form-urlencoded"
        return self._send("POST", form.action, data=body, content_type=kind)


def names(form):
    return sorted({field.name for field in form.fields})


def fields_now(typist, path):
    """Return what the fields of a page's forms hold, by name."""
    answer = typist.get(path)
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return {}
    return held(answer.get_data(as_text=True), path)


def held(page, path):
    found = {}
    for form in read(page, path).forms:
        for field in form.fields:
            found.setdefault(field.name, set()).add(
                field.value.removeprefix("\r\n")
            )  # no browser counts a first line end
    return found


def forms_of(typist):
    """Return every form that changes something and that this person finds, one of each kind."""
    adapter = typist.app.url_map.bind(urlsplit(typist.base).netloc)
    found = {}
    for form in crawl(typist, starts(typist.app)).forms:
        if form.method == "post" and not form.action.endswith("/sign-out") and not form.page.startswith("/gallery"):
            endpoint = adapter.match(urlsplit(form.action).path, method="POST")[0]
            found.setdefault((endpoint, *names(form)), form)
    return list(found.values())


def alike(shown, typed):
    """Say whether a field shows what was typed: line ends made one kind, composed, and a line's own breaks made spaces."""
    kept = clean(typed)
    return bool(shown & {kept, kept.strip(), kept.strip().replace("\n", " "), kept.rstrip("\n")})


@pytest.fixture
def typist(app, world, person):
    return Typist(app, world, person)


def kept_exactly(typist, wanted):
    """Fill a form's text fields with what can be kept; return those that show something else than was typed."""
    form = typist.form(wanted)
    typed = (
        {f.name: KEEPABLE if f.kind == "textarea" else SHORT for f in form.fields if f.kind in TYPED} if form else {}
    )
    if not typed:
        return []
    answer = typist.send(form, typed)
    assert answer.status_code < 500, (form.action, answer.status_code)
    if answer.status_code in {200, 422} and answer.mimetype == "text/html":
        shown = held(answer.get_data(as_text=True), form.action)
    elif answer.status_code in {302, 303} and typist.form(wanted):
        shown = fields_now(typist, form.page)
        shown = {name: values for name, values in shown.items() if values != {""}}  # a form that begins empty again
    else:
        return []
    return [(form.page, name, shown[name]) for name in typed if name in shown and not alike(shown[name], typed[name])]


def breaks_nothing(typist, wanted):
    """Fill every field of a form, hidden ones too, with each thing that cannot be kept; return how many were refused."""
    refused = 0
    for text in REFUSED.values():
        form = typist.form(wanted)
        if form is None:
            break
        answer = typist.send(form, {field.name: text for field in form.fields if field.name not in BUT})
        where = (form.page, form.action, text[:12])
        assert answer.status_code < 500, (where, answer.status_code)
        page = answer.get_data(as_text=True)
        assert "<script>alert" not in page, where
        assert "\x00" not in page, where
        refused += answer.status_code == 422
    return refused


@pytest.mark.parametrize("person", PEOPLE)
def test_whatever_is_typed_anywhere_is_kept_exactly_or_refused_and_breaks_nothing(typist):
    wrong, filled, refused = [], 0, 0
    with clock.at(NOW):
        forms = forms_of(typist)
        for wanted in forms:
            wrong += kept_exactly(typist, wanted)
        for wanted in forms:
            filled += 1
            refused += breaks_nothing(typist, wanted)
    assert not wrong
    assert filled
    assert refused


@pytest.mark.parametrize("text", [NOTHING, NO_TEXT, LONG], ids=["null", "no text", "long"])
@pytest.mark.both_databases
def test_what_cannot_be_kept_is_refused_beside_its_field_and_the_rest_is_shown_back(app, world, text):
    typist = Typist(app, world, HERE)
    page = f"/nominations/{world.words['nomination browser']}/answers/q1"
    with clock.at(NOW):
        forms = read(typist.get(page).get_data(as_text=True), page).forms
        answer = typist.send(next(form for form in forms if "answer" in names(form)), {"answer": text})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="answer-error"' in shown
    (left,) = held(shown, page)["answer"]
    assert left.strip() in {text, "nullbyte", "lone"}


NASTY_WORDS = (
    "%00",
    "%ED%A0%80",
    "%F0%9F%A6%8A",
    "..%2F..%2Fetc%2Fpasswd",
    "%27%20OR%201%3D1--",
    "x" * 3000,
    "{{7*7}}",
)
NASTY_NUMBERS = ("0", "99999999999999999999999", "9223372036854775808", "2147483648")
ASKED = ("?page=-1&q=%00", "?page=99999999999999999999&q=%ED%A0%80&tab=x&school=9223372036854775808")
ONLY_ONE_DATABASE_MINDS = {"%00", "%ED%A0%80", *NASTY_NUMBERS[1:]}  # zeroes, halves of pairs, numbers without end


def nasty_addresses(rule):
    """Return every odd address that a route may be asked for, each once."""
    path = re.sub(r"<any\(([a-z]+)[^>]*>", r"\1", rule)
    whole = {path: "1", **{re.sub(r"<int:[^>]+>", number, path): number for number in NASTY_NUMBERS}}
    found = {re.sub(r"<[^>]+>", number, numbered): number for numbered, number in whole.items()}
    ones = re.sub(r"<int:[^>]+>", "1", path)
    found |= {re.sub(r"<[^>]+>", word, ones): word for word in NASTY_WORDS}
    return {address: word for address, word in found.items() if "<" in path or word == "1"}


@pytest.mark.parametrize("person", ["staff", VISITOR])
@pytest.mark.both_databases
def test_no_address_breaks_a_page(app, backend, world, person):
    typist = Typist(app, world, person)
    tried = set()
    with clock.at(NOW):
        for rule in app.url_map.iter_rules():
            if rule.endpoint == "static" or "GET" not in rule.methods:
                continue
            found = nasty_addresses(rule.rule)
            if backend.name == POSTGRESQL:  # the shorter pass
                found = {address: word for address, word in found.items() if word in ONLY_ONE_DATABASE_MINDS}
            ordinary = re.sub(r"<[^>]+>", "1", rule.rule)
            for address in (*found, *(ordinary + asked for asked in ASKED)):
                answer = typist.get(address)
                assert answer.status_code < 500, (address, answer.status_code)
                tried.add(address)
    assert len(tried) > 1000
