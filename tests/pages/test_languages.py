"""What somebody who reads another language gets: on pages, in messages, and in every sentence there is."""

from __future__ import annotations

import calendar
import re
import shutil
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from babel.messages.pofile import read_po, write_po
from babel.numbers import list_currencies
from babel.support import NullTranslations
from sqlalchemy import select

from portal import HOME, clock, navigation
from portal.accounts.models import Account
from portal.awards import templates
from portal.awards.models import Organisation
from portal.awards.rules import CYCLE, CycleStage, CycleStep
from portal.db import db, transaction
from portal.demo import makers
from portal.errors import Refused
from portal.mail.delivery import compose
from portal.mail.models import Message
from portal.mail.writing import write
from portal.people.models import Person
from portal.review.rules.calibration.verdict import REASONS, Verdict
from portal.web import failures, foreign, language, text
from tests.pages.test_nominating import TEXT, Writer, delivered, only
from tests.support import crawling
from tests.support.crawling import Browser, crawl, starts
from tests.support.world_small import World

NOW = makers.NOW
NBSP = "\N{NO-BREAK SPACE}"
SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.3"}


def lang_of(answer) -> str:
    return re.search(r'<html lang="(\w+)" dir="(?:ltr|rtl)"', answer.get_data(as_text=True))[1]


@pytest.fixture
def world(app):
    with transaction():
        makers.make_organisation(languages=["en", "es"])
        award = makers.make_award("Excellence in Teaching Award", slug="teaching")
        award.name = {**award.name, "es": "Premio a la Excelencia Docente"}
        cycle = makers.make_cycle(award)
        makers.make_cycle(makers.make_award("Science Teaching Award", slug="science"))
        school = makers.make_school("David T. Denny International Middle School")
    return {"cycle": cycle.id, "school": school.id}


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


# ---------------------------------------------------------------- which language


def test_a_first_visit_is_answered_in_the_browsers_language(world, client):
    assert lang_of(client.get("/", headers=SPANISH)) == "es"
    assert lang_of(client.get("/", headers={"Accept-Language": "fi, sv;q=0.8"})) == "en"
    assert lang_of(client.get("/sign-in", headers=SPANISH)) == "es"
    assert lang_of(client.get("/nowhere", headers=SPANISH)) == "es"


@pytest.mark.parametrize(
    ("place", "back"),
    [
        ("/recipients?q=x&page=2", "/recipients?q=x&page=2"),
        ("/awards/teaching?language=en", "/awards/teaching?language=en"),
        ("/sign-out", "/"),  # takes only what is sent
        ("//evil.example/", "/"),
        ("/no/such/place", "/"),
    ],
)
def test_choosing_a_language_keeps_the_place(world, client, place, back):
    answer = client.post("/language", data={"language": "es", "next": place})
    assert (answer.status_code, answer.location) == (303, back)
    assert client.get_cookie("language", domain="127.0.0.1").value == "es"
    assert lang_of(client.get("/awards", headers={"Accept-Language": "en"})) == "es"


def test_every_page_has_the_switch_and_it_leads_back_there(world, client):
    page = client.get("/recipients?language=en&q=Amina%20Warsame").get_data(as_text=True)
    form = re.search(r'<form class="drop-panel" method="post" action="/language">.*?</form>', page, re.DOTALL)[0]
    assert 'name="next" value="/recipients?q=Amina+Warsame"' in form
    assert re.findall(r'value="(\w+)" lang="\1" dir="ltr"( aria-current="true")?>([^<]+)<', form) == [
        ("en", ' aria-current="true"', "English"),
        ("es", "", "Español"),
    ]


def test_the_office_has_the_switch_on_pages_that_list_languages_of_their_own(world, client, sign_in):
    with transaction():
        joy = makers.make_staff("Joy Tanaka")
    sign_in(client, joy)
    page = client.get("/desk/teaching/2026/screening").get_data(as_text=True)
    assert re.findall(r'name="language" value="(\w+)" lang="\1"', page) == ["en", "es"]


def test_the_choice_stays_with_the_person_and_looking_changes_nothing(world, app, client, sign_in):
    with transaction():
        hibo = makers.make_person("Hibo Nuradin")
    sign_in(client, hibo)
    client.get("/account?language=es")
    assert db.session.get(Person, hibo.id).language == "en"
    client.post("/language", data={"language": "es", "next": "/account"})
    assert db.session.get(Person, hibo.id).language == "es"
    elsewhere = app.test_client()
    sign_in(elsewhere, hibo)
    assert lang_of(elsewhere.get("/account", headers={"Accept-Language": "en"})) == "es"


def test_another_site_chooses_nothing(world, client, sign_in):
    with transaction():
        hibo = makers.make_person("Hibo Nuradin", language="es")
    sign_in(client, hibo)
    answer = client.post("/language", data={"language": "en"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 400
    assert db.session.get(Person, hibo.id).language == "es"
    assert client.get_cookie("language", domain="127.0.0.1") is None


def test_only_what_the_organisation_lists_is_offered(world, app, client):
    with transaction():
        db.session.scalars(select(Organisation)).one().languages = ["en", "so"]
    page = client.get("/", headers=SPANISH)
    assert lang_of(page) == "en"
    assert "Español" not in page.get_data(as_text=True)
    assert "Soomaali" not in page.get_data(as_text=True), "it has no catalogue yet"


def test_a_catalogue_dropped_in_is_offered_and_arabic_runs_from_right_to_left(world, app, client, tmp_path):
    shutil.copytree(HOME / "translations" / "es", tmp_path / "es")
    arabic = tmp_path / "ar" / "LC_MESSAGES" / "messages.po"
    arabic.parent.mkdir(parents=True)
    with (HOME / "translations" / "messages.pot").open("rb") as file:
        catalogue = read_po(file, locale="ar")
    catalogue["Awards"].string = "الجوائز"
    catalogue.fuzzy = False
    with arabic.open("wb") as file:
        write_po(file, catalogue)
    with transaction():
        db.session.scalars(select(Organisation)).one().languages = ["en", "es", "ar"]
    before = app.config["BABEL_TRANSLATION_DIRECTORIES"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path)
    try:
        page = client.get("/?language=ar").get_data(as_text=True)
    finally:
        app.config["BABEL_TRANSLATION_DIRECTORIES"] = before
    assert '<html lang="ar" dir="rtl"' in page
    assert "الجوائز" in page
    assert 'value="ar" lang="ar" dir="rtl" aria-current="true">العربية' in page
    assert '<span lang="en" dir="ltr">Excellence in Teaching Award</span>' in page


# ---------------------------------------------------------------- how Spanish writes


def test_spanish_days_times_and_sums_are_as_families_write_them(world, app):
    closes = datetime(2026, 3, 14, 6, 59, tzinfo=UTC)
    with app.test_request_context("/", headers=SPANISH):
        app.preprocess_request()
        assert text.when(closes).replace(NBSP, " ") == "viernes 13 de marzo de 2026, 11:59 p. m., hora del Pacífico"
        assert text.day(closes, weekday=False, year=False) == "13 de marzo"
        assert text.day(closes, year=False) == "viernes 13 de marzo"
        assert text.day(closes, weekday=False) == "13 de marzo de 2026"
        assert text.clock_time(closes.replace(hour=19, minute=0)) == f"12{NBSP}del{NBSP}mediodía"
        assert re.sub("<[^>]+>", "", text.money(2_500_000)) == "$25,000"
        assert re.sub("<[^>]+>", "", text.money(300_050)) == "$3,000.50"


def test_a_refusal_says_in_spanish_where_a_thing_stands(world, app):
    with pytest.raises(Refused) as refused:
        CYCLE.advance(CycleStage.DRAFT, CycleStep.RELEASE)
    with app.test_request_context("/", headers=SPANISH):
        app.preprocess_request()
        assert "“borrador”" in failures.sentence(refused.value)


def test_a_count_in_a_sentence_parts_its_thousands_and_is_a_number_to_one_that_asks_for_digits(app):
    facts = {"components": 2, "reviewers": 5, "load": 3.5, "p": 0.25}
    with app.test_request_context("/"):
        assert failures.words("%(count)s reads", {"count": 12345}) == "12,345 reads"
        assert failures.words("%(count)d of %(load)g", {"count": 5, "load": 4}) == "5 of 4"
        for verdict, reason in REASONS.items():  # the standings say one of these on top of every picture
            assert "%(" not in failures.words(reason, facts), verdict
        assert "5 reviewers, 3.5 reviews" in failures.words(REASONS[Verdict.NOT_ENOUGH_DATA], facts)


# ---------------------------------------------------------------- parts in another language


def test_what_is_said_in_english_alone_says_so_on_a_spanish_page(world, client):
    page = client.get("/awards", headers=SPANISH).get_data(as_text=True)
    assert ">Premio a la Excelencia Docente<" in page
    assert '<span lang="en" dir="ltr">Science Teaching Award</span>' in page
    whole = client.get("/awards/science", headers=SPANISH).get_data(as_text=True)
    assert re.search(r"<title>[^<]*Science Teaching Award", whole)
    assert not re.search(rf"[{foreign.BEGIN}{foreign.SAID}{foreign.END}]", page + whole)


@pytest.mark.parametrize(
    ("page", "drawn"),
    [
        ("<p>a \ue000en\ue001b &amp; c\ue002 d</p>", '<p>a <span lang="en" dir="ltr">b &amp; c</span> d</p>'),
        ("<p>\ue000ar\ue001ب\ue002</p>", '<p><span lang="ar" dir="rtl">ب</span></p>'),
        ('<a title="\ue000en\ue001b\ue002">x</a>', '<a title="b">x</a>'),
        ("<title>\ue000en\ue001b\ue002</title>", "<title>b</title>"),
        ("<textarea>\ue000en\ue001b\ue002</textarea>", "<textarea>b</textarea>"),
        ("<p>\ue000xx\ue001b\ue002</p>", "<p>b</p>"),
        ("<p>\ue002b\ue000</p>", "<p>\ue002b\ue000</p>"),
    ],
)
def test_marks_become_tags_only_where_tags_may_stand(page, drawn):
    assert foreign.drawn(page) == drawn


# ---------------------------------------------------------------- messages, and a whole nomination


@pytest.mark.parametrize(("reads", "written"), [("es", "es"), ("en", "en"), ("so", "en")])
def test_a_message_is_written_in_its_readers_language_where_that_is_offered(world, app, reads, written):
    with transaction():
        person = makers.make_person("Ana Reyes", email="ana@example.org", language=reads)
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        message = Message(template="accounts/link", facts={}, to=person)
        made = write(message, link="https://awards.example/link/x", language=person.language)
    assert made.language == written
    assert made.subject == {"en": "Your link to sign in", "es": "Su enlace para iniciar sesión"}[written]
    assert f'<html lang="{written}" dir="ltr">' in made.html
    assert compose("x@portal", "a@b.example", "ana@example.org", made)["Content-Language"] == written


def test_a_nomination_goes_the_whole_way_in_spanish(world, client):
    client.set_cookie("language", "es", domain="127.0.0.1")
    writer = Writer(client)
    assert "Nominar a alguien" in writer.get("/nominate").get_data(as_text=True)
    reference = writer.begin("teaching", name="Xiomara Ríos", email="x.rios@example.org")
    empty = writer.send(f"/nominations/{reference}/nominee", {"people-0-given": "Amina"})
    assert empty.status_code == 422
    for words in ("cosas por corregir", "Escriba los apellidos de la persona", "Elija una escuela"):
        assert words in empty.get_data(as_text=True)
    question = writer.get(f"/nominations/{reference}/answers/q1").get_data(as_text=True)
    assert '<span lang="en" dir="ltr">Question 1' in question, "the award asks it in English alone"
    writer.fill(reference, world["school"])
    tasks = writer.get(f"/nominations/{reference}").get_data(as_text=True)
    assert "Su nominación de Amina Warsame" in tasks
    assert f"11:59{NBSP}p.{NBSP}m.,{NBSP}hora{NBSP}del{NBSP}Pacífico" in tasks
    answer = writer.submit(reference)
    assert answer.status_code == 303
    assert "Gracias" in writer.get(answer.location).get_data(as_text=True)
    assert only().language == "es"
    receipt = next(copy for copy in delivered() if reference in copy.subject)
    assert receipt.subject == f"Tenemos su nominación {reference}"
    for words in ("Hola, Xiomara Ríos:", "Premio a la Excelencia Docente", "Madre, padre o familiar", TEXT):
        assert words in receipt.text


def test_whoever_signs_in_first_is_written_to_as_they_read(world, client):
    with transaction():
        number = makers.make_person("Ana Reyes", email="ana@example.org").id
        db.session.scalars(select(Account)).one().confirmed_at = None
    client.set_cookie("language", "es", domain="127.0.0.1")
    page = Writer(client)
    page.send("/sign-in", {"address": "ana@example.org"})
    link = re.search(r"/link/[\w-]+", delivered()[-1].text)[0]
    assert page.send(link, action=f"{link}/use").status_code == 303
    assert db.session.get(Person, number).language == "es"


# ---------------------------------------------------------------- every sentence there is

OPEN, SHUT = "\N{LEFT CEILING}", "\N{RIGHT FLOOR}"
# Words that no catalogue says: formats, clocks, what is read by machines, and what stands for letters of a name.
SAME = frozenset(
    [
        *"am pm csv json atom pdf utf sha ics english español".split(),  # noqa: SIM905 - as a sentence reads better
        *(each.casefold() for each in (*calendar.month_name, *calendar.day_name)),
    ]
)


class Marked(NullTranslations):
    """A language in which every sentence is known by its brackets."""

    def ugettext(self, message):
        return f"{OPEN}{message}{SHUT}"

    def ungettext(self, one, many, num):
        return f"{OPEN}{one if num == 1 else many}{SHUT}"

    def upgettext(self, _context, message):
        return f"{OPEN}{message}{SHUT}"


class Read(HTMLParser):
    """What a page says to its reader, aloud or drawn."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in {"script", "style", "textarea", "code", "pre"}
        self.said += [value for name, value in attrs if value and name in {"aria-label", "alt", "title", "placeholder"}]

    def handle_endtag(self, tag):
        self._silent -= tag in {"script", "style", "textarea", "code", "pre"}

    def handle_data(self, data):
        if not self._silent:
            self.said.append(data)


def unmarked(page: str, known: frozenset[str]) -> set[str]:
    """Return the words of a page that stand in no brackets and are nobody's data."""
    reader = Read()
    reader.feed(page)
    text, depth = [], 0  # a word of two capitals is somebody's initials; what holds a slash is an address
    for part in re.split(f"([{OPEN}{SHUT}])", "\n".join(reader.said)):
        if part in {OPEN, SHUT}:
            depth += 1 if part == OPEN else -1
        elif not depth:
            text.append(part)
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\S*/\S*", " ", " ".join(text)))
    return {word for word in words if word.casefold() not in known and not re.fullmatch("[A-Z]{2}", word)}


def words_of_the_database() -> frozenset[str]:
    """Return every word that is data: whatever stands in any row, or in the lists and the award templates to choose from."""
    lists = [*language.NAMES.values(), *available_timezones(), *list_currencies(), repr(vars(templates))]
    found = set(re.findall(r"[^\W\d_]{2,}", " ".join(lists).casefold()))
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            found.update(re.findall(r"[^\W\d_]{2,}", " ".join(map(str, row)).casefold()))
    return frozenset(found) | SAME


class TwoEach(dict):
    """How often each kind of page is looked at here: pages of one kind say the same sentences."""

    def get(self, _endpoint, _default=None):
        return 2


class TestEverySentence:
    """On a crawl of the whole portal, in a language that nobody speaks."""

    @pytest.fixture
    def template(self):
        return "small_world_real"

    @pytest.mark.sqlite_only
    @pytest.mark.parametrize("person", ["nominator", "reviewer", "staff"])
    def test_no_word_that_is_nobodys_data_stands_outside_gettext(self, app, monkeypatch, person):
        monkeypatch.setattr(language, "catalogue", lambda _home, _code: Marked())
        monkeypatch.setitem(app.extensions, "portal.navigation", navigation.remembering())  # menus in no other language
        monkeypatch.setattr(crawling, "FEW", TwoEach())
        known = words_of_the_database()
        world = World.load()
        db.session.remove()
        found = crawl(Browser(app, world, person), starts(app))
        pages = {path: one for path, one in found.answers.items() if "<main" in one.body}
        assert len(pages) > 8
        assert [path for path, one in pages.items() if OPEN not in one.body] == []
        wrong = {path: words for path, one in pages.items() if (words := unmarked(one.body, known))}
        assert not wrong, "\n".join(f"{path}: {sorted(words)}" for path, words in wrong.items())


@pytest.mark.parametrize("code", list(language.NAMES))
def test_every_language_writes_days_and_sums_its_own_way_and_whole_sums_without_decimals(app, code):
    with transaction():
        makers.make_organisation(languages=["en", code])
    with app.test_request_context("/"):
        app.preprocess_request()
        with language.speaking(code):
            whole, part = (re.sub(r"<[^>]+>|[\u200e\u200f]", "", text.money(cents)) for cents in (300_000, 300_050))
            day = text.day(datetime(2026, 3, 14, 6, 59, tzinfo=UTC))
    assert re.sub(r"\D", "", whole) == "3000"
    assert re.sub(r"\D", "", part) == "300050"
    assert "2026" in day
    assert "13" in day
    assert ("Friday" in day) is (code == "en")


def test_names_in_chinese_characters_begin_with_the_family():
    assert Person(given_name="小明", family_name="王").name == "王小明"
    assert Person(given_name="Thị Mai", family_name="Nguyễn").name == "Thị Mai Nguyễn"
    assert Person(given_name="小明", family_name="Wang").name == "小明 Wang"
