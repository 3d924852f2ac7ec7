"""What visitors read, from where it is kept, and that it is dropped the moment it is no longer true."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text, update

from portal import clock
from portal.awards.models import Award, AwardKind, Cycle, Organisation, PastHonour
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import CLOSES, NOW, OPENS
from portal.people.rules import name_key
from portal.publishing.models import Recipient

SECOND = timedelta(seconds=1)
PAGES = (
    "/",
    "/awards",
    "/awards/teaching",
    "/awards/teaching/recipients",
    "/recipients",
    "/recipients/2025",
    "/about",
    "/help",
    "/privacy",
)


def recipient(name="Tesfaye Gebremedhin", *, year=2025, award="teaching", number=1, **facts):
    slug = name.lower().replace(" ", "-") if name else f"-{number:032x}"
    given, _, family = (name or "").rpartition(" ")
    usual = {
        "slug": slug,
        "candidacy_id": number,
        "person_id": number,
        "year": year,
        "award_slug": award,
        "award_name": {"en": "Excellence in Teaching Award"},
        "name": name,
        "sort_name": name_key(given, family) if name else "",
        "school": "Aki Kurose Middle School" if name else None,
        "citation": "For teaching algebra in four languages" if name else None,
        "quotations": [],
        "fund_credit": {},
        "portrait": number * 7919,
        "public_at": NOW - timedelta(days=300),
    }
    row = Recipient(**{**usual, **facts})
    db.session.add(row)
    db.session.flush()
    return row


@pytest.fixture
def world(app):
    with transaction():
        award = makers.make_award("Excellence in Teaching Award", slug="teaching")
        makers.make_cycle(award, places=8, part_due_at=CLOSES + timedelta(days=14))
        recipient()
        recipient(None, number=2)
        db.session.add(
            PastHonour(award_id=award.id, year=2019, name="Old Friend", name_key="friend old", school_name="Denny")
        )
    return award.id


def read(client, path, at=NOW, **more):
    with clock.at(at):
        return client.get(path, **more)


def words(client, path, at=NOW, **more):
    answer = read(client, path, at, **more)
    assert answer.status_code == 200, (path, answer.status_code)
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize("path", [*PAGES, "/recipients/2025/tesfaye-gebremedhin", "/recipients/2019"])
def test_every_public_page_answers_and_sets_nothing(world, client, path):
    answer = read(client, path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "csrf_token" not in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        "/awards/none",
        "/recipients/1999",
        "/recipients/2025/nobody",
        "/recipients/2025/-" + f"{2:032x}",
        "/recipients/no",
        "/nothing",
    ],
)
def test_what_is_not_there_is_not_found(world, client, path):
    assert read(client, path).status_code == 404


def test_an_award_that_is_only_being_set_up_is_nobodys_to_read(app, client):
    with transaction():
        award = makers.make_award("A Secret Award", slug="secret")
        makers.make_cycle(award, stage=CycleStage.DRAFT)
    assert read(client, "/awards/secret").status_code == 404
    assert "Secret" not in words(client, "/awards")
    assert "secret" not in words(client, "/sitemap.xml")


@pytest.mark.parametrize(
    ("at", "button"),
    [
        (OPENS - SECOND, False),
        (OPENS, True),
        (CLOSES - SECOND, True),
        (CLOSES, False),
        (CLOSES + SECOND, False),
        (CLOSES + timedelta(minutes=9), False),
    ],
)
def test_the_button_is_there_from_the_opening_instant_to_the_closing_one(world, client, at, button):
    for path in ("/awards/teaching", "/", "/awards"):
        assert ("/nominate" in words(client, path, at)) is button, path


def test_dates_are_said_as_people_say_them_with_the_zone(world, client):
    page = words(client, "/awards/teaching")
    assert "Friday, March 13" in page
    assert "11:59 pm Pacific" in page
    assert "24 days from today" in page
    assert "8 × " in page
    assert "Three people read each nomination" in page or "Three people read each nomination, without names" in page
    assert "Question 1, up to 250 words" in page
    assert "35" in page


def test_the_last_day_is_called_the_last_day(world, client):
    assert "The last day to nominate" in words(client, "/", CLOSES - timedelta(hours=3))
    assert "One day left to nominate" in words(client, "/", CLOSES - timedelta(hours=30))


def test_between_closing_and_announcing_the_plan_is_said_and_nothing_else(world, client):
    after = CLOSES + timedelta(days=2)
    assert "The committees are reading" in words(client, "/", after)
    assert "Nominations closed Friday, March 13, 2026" in words(client, "/awards/teaching", after)
    assert "Recipients are announced Tuesday, May 26, 2026" in words(client, "/awards/teaching", after)
    announced = CLOSES + timedelta(days=74)
    assert "Not open now" in words(client, "/awards/teaching", announced)
    assert "The committees are reading" not in words(client, "/", announced)


def test_midnight_is_never_printed(app, client):
    with transaction():
        award = makers.make_award(slug="night")
        makers.make_cycle(award, closes_at=datetime(2026, 3, 14, 7, 0, tzinfo=UTC))
    assert "midnight" not in words(client, "/awards/night").lower()


def test_somebody_who_preferred_not_to_be_named_is_honored_and_nowhere_named(world, client):
    page = words(client, "/recipients/2025")
    assert "One recipient preferred not to be named." in page
    assert "Two people who made school fairer" in page
    assert f"{2:032x}" not in page


def test_the_archive_stands_beside_the_pages(world, client):
    assert "Old Friend" in words(client, "/recipients/2019")
    assert "Old Friend" in words(client, "/awards/teaching/recipients")
    assert "Tesfaye Gebremedhin" in words(client, "/awards/teaching/recipients")


def test_a_page_that_was_taken_down_says_only_that(world, client):
    with transaction():
        db.session.query(Recipient).filter_by(slug="tesfaye-gebremedhin").one().taken_down_at = NOW
    answer = read(client, "/recipients/2025/tesfaye-gebremedhin")
    assert answer.status_code == 410
    assert "Tesfaye" not in answer.get_data(as_text=True)
    for path in (*PAGES, "/sitemap.xml"):
        assert "Tesfaye" not in words(client, path), path
        assert "tesfaye" not in words(client, path), path


def test_a_correction_is_said_with_its_day(world, client):
    with transaction():
        row = db.session.query(Recipient).filter_by(slug="tesfaye-gebremedhin").one()
        row.corrected_at, row.correction = NOW, "The school's name was wrong."
    assert "Corrected February 17, 2026. The school&#39;s name was wrong." in words(
        client, "/recipients/2025/tesfaye-gebremedhin"
    )


NASTY = "<script>alert(1)</script> {{7*7}} \u202egnp.exe \N{GRINNING FACE} =1+1 " + "x" * 3_000


def test_whatever_was_written_is_shown_exactly_as_it_was(app, client):
    with transaction():
        award = makers.make_award(
            "Excellence in Teaching Award", slug="teaching", about={"en": NASTY}, summary={"en": NASTY[:80]}
        )
        makers.make_cycle(award)
        recipient(
            "Zoë O'Brien",
            number=3,
            biography=NASTY,
            citation=NASTY[:90],
            quotations=[{"words": NASTY, "translation": NASTY, "name": NASTY, "relation": "x"}],
            slug="zoe-obrien",
        )
    for path in ("/", "/awards", "/awards/teaching", "/recipients/2025", "/recipients/2025/zoe-obrien"):
        page = words(client, path)
        assert "<script>alert" not in page
        said = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", page, flags=re.DOTALL)  # addresses and digests may hold any number
        assert "49" not in said or "{{7*7}}" in said
    assert "{{7*7}}" in words(client, "/recipients/2025/zoe-obrien")


def test_addresses_in_any_script_work(app, client):
    with transaction():
        makers.make_organisation()
        recipient("አበበ ቢቂላ", slug="አበበ-ቢቂላ")
    assert "አበበ ቢቂላ" in words(client, "/recipients/2025/አበበ-ቢቂላ")
    assert "%E1%8A%A0" in words(client, "/sitemap.xml")


def test_robots_are_kept_from_private_addresses_and_shown_the_sitemap(world, client):
    robots = words(client, "/robots.txt")
    assert "Disallow: /desk" in robots
    assert "sitemap.xml" in robots
    assert "http://" in words(client, "/sitemap.xml")


def test_nothing_is_there_yet_and_that_is_said(app, client):
    with transaction():
        makers.make_organisation()
    assert "Nobody has been announced yet" in words(client, "/recipients")
    assert "Nothing is open today" in words(client, "/")
    assert "No award is announced yet" in words(client, "/awards")


# ---------------------------------------------------------------- the cache


@pytest.fixture
def asked(app):
    """Count what the portal asks its database for; the cache's own look at its number is not among it."""
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield said
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_the_second_visitor_is_answered_from_memory(world, client, app, asked, path):
    first = read(client, path)
    asked.clear()
    second = read(app.test_client(), path)
    assert asked == []
    assert second.get_data() == first.get_data()
    assert dict(second.headers) == dict(first.headers)


def test_head_and_a_known_etag_get_no_body(world, client, asked):
    first = read(client, "/awards")
    asked.clear()
    with clock.at(NOW):
        head = client.head("/awards")
        known = client.get("/awards", headers={"If-None-Match": first.headers["ETag"]})
    assert (head.status_code, head.get_data(), head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(first.get_data()))
    assert (known.status_code, known.get_data()) == (304, b"")
    assert asked == []
    with clock.at(NOW):
        cold = client.head("/about")
    assert cold.status_code == 200
    assert cold.headers["ETag"] == read(client, "/about").headers["ETag"]


def write_award(award_id):
    db.session.get_one(Award, award_id).summary = {"en": "Written anew."}


def write_in_bulk(award_id):
    db.session.execute(update(Award).where(Award.id == award_id).values(summary={"en": "Written anew."}))


@pytest.mark.parametrize("write", [write_award, write_in_bulk])
def test_a_write_drops_what_was_kept(world, client, write):
    assert "For teachers." in words(client, "/awards")
    with transaction():
        write(world)
    assert "Written anew." in words(client, "/awards")


def write_and_fail(award_id):
    with transaction():
        write_award(award_id)
        db.session.flush()
        raise ZeroDivisionError


def test_a_write_that_fails_drops_nothing(world, client, asked):
    words(client, "/awards")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(world)
    asked.clear()
    assert "For teachers." in words(client, "/awards")
    assert asked == []


@pytest.mark.parametrize("at", [OPENS, CLOSES, CLOSES + timedelta(days=74), datetime(2026, 2, 18, 8, 0, tzinfo=UTC)])
def test_a_page_is_not_kept_past_its_next_date(world, client, asked, at):
    words(client, "/awards/teaching", at - SECOND)
    asked.clear()
    words(client, "/awards/teaching", at - SECOND)
    assert asked == []
    words(client, "/awards/teaching", at)
    assert asked != []


def test_a_number_that_is_only_the_offices_business_keeps_pages(world, client, asked):
    words(client, "/awards")
    with transaction():
        makers.make_person("Nobody Public")
    asked.clear()
    words(client, "/awards")
    assert asked == []


def test_whoever_has_a_cookie_gets_a_page_of_their_own(world, client, app):
    read(client, "/")
    someone = app.test_client()
    with transaction():
        makers.sign_in(someone, makers.make_person("Hibo Nuradin"), at=NOW)
    answer = read(someone, "/")
    assert "Hibo Nuradin" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Hibo" not in words(app.test_client(), "/")


def test_addresses_with_a_question_are_not_kept(world, client, asked):
    read(client, "/?language=en")
    asked.clear()
    answer = read(client, "/?page=2")
    assert asked != []
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_language_has_its_own_copy(world, app, client):
    english = words(client, "/")
    spanish = words(client, "/", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
    assert '<html lang="en"' in english
    assert '<html lang="es"' in spanish
    chosen = app.test_client()
    chosen.set_cookie("language", "es", domain="127.0.0.1")
    answer = read(chosen, "/", headers={"Accept-Language": "en"})
    assert '<html lang="es"' in answer.get_data(as_text=True)
    assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("no-cache", "Accept-Language, Cookie")
    assert '<html lang="en"' in words(client, "/", headers={"Accept-Language": "en"})


def test_another_host_is_never_answered_from_memory(world, client):
    words(client, "/")
    assert read(client, "/", headers={"Host": "evil.example"}).status_code == 400


def test_two_processes_drop_what_they_keep_together(world, backend, client, app):
    """A second app on the same database stands for another process: it shares nothing but the database."""
    from portal import create_app
    from tests.support.apps import CheckedClient, test_settings

    other = create_app(test_settings(backend.url(), base_url=app.config["SETTINGS"].base_url))
    other.test_client_class = CheckedClient
    theirs = other.test_client()
    try:
        assert "For teachers." in words(client, "/awards")
        assert "For teachers." in words(theirs, "/awards")
        with transaction():
            write_award(world)
        assert "Written anew." in words(theirs, "/awards")
        assert "Written anew." in words(client, "/awards")
    finally:
        with other.app_context():
            db.engine.dispose()


def test_where_the_number_cannot_be_read_the_portal_answers_itself(world, client):
    read(client, "/about")
    with transaction():
        db.session.execute(text("DROP TABLE public_version"))
    assert read(client, "/about").status_code == 200


# ---------------------------------------------------------------- cost


def _many(count):
    award = db.session.query(Award).filter_by(slug="teaching").one()
    for number in range(count):
        recipient(f"Person Number{number}", number=100 + number)
        db.session.add(
            PastHonour(
                award_id=award.id, year=2025, name=f"Old {number}", name_key=f"old {number}", school_name="Denny"
            )
        )
        another = makers.make_award(f"Award of {number}", slug=f"award-of-{number}", kind=AwardKind.SCHOLARSHIP)
        makers.make_cycle(another)


@pytest.mark.parametrize("path", [*PAGES, "/recipients/2025/tesfaye-gebremedhin", "/sitemap.xml"])
def test_every_list_costs_the_same_at_one_row_and_at_fifty(world, client, asked, path):
    asked.clear()
    read(client, path)
    few = len(asked)
    with transaction():
        _many(50)
    asked.clear()
    read(client, path)
    assert len(asked) == few


def test_a_public_page_never_writes(world, client, asked):
    for path in PAGES:
        read(client, path)
    assert not [
        statement for statement in asked if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    ]


PRIVATE = (
    "portal.nominations",
    "portal.review",
    "portal.decisions",
    "portal.publishing.desk",
    "portal.publishing.actions",
)


HEAVY = {
    "numpy",
    "scipy",
    "ortools",
    "typst",
    "pikepdf",
    "xlsxwriter",
    "alembic",
}  # half of what a process would hold, for a few pages


def test_the_public_rooms_import_nothing_that_could_leak_and_no_page_waits_for_linear_algebra():
    code = (
        "import sys, portal.publishing.views, portal.publishing.queries\n"
        f"print([name for name in sys.modules if name.startswith({PRIVATE!r})])\n"
        "import portal, importlib\n"
        "for room in portal.ROOMS:\n"
        "    if importlib.util.find_spec(f'portal.{room}.views'): importlib.import_module(f'portal.{room}.views')\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["[]", "[]"]


def test_the_organisations_own_words_are_used(app, client):
    with transaction():
        makers.make_organisation(
            lead={"en": "Say who lifts you"}, values=[{"title": {"en": "Every child"}, "text": {"en": "Each one."}}]
        )
    assert "Say who lifts you" in words(client, "/")
    assert "Every child" in words(client, "/about")
    with transaction():
        db.session.get_one(Organisation, 1).lead = {"en": "Say it again"}
    assert "Say it again" in words(client, "/")
    assert db.session.query(Cycle).count() == 0


@pytest.mark.sqlite_only
def test_a_connection_that_is_out_while_everything_is_dropped_is_closed_when_it_comes_back(app, monkeypatch):
    cache = app.extensions["portal.cache"]

    class Connection:
        closed = False

        def execute(self, _statement):
            cache.forget()  # as another thread does when the database beneath is exchanged
            return self

        def fetchone(self):
            return (7,)

        def close(self):
            self.closed = True

    one = Connection()
    cache.forget()
    monkeypatch.setattr(cache, "_connect", lambda: one)
    assert cache._version() == 7
    assert one.closed
    assert not cache.idle
