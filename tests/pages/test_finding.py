"""Finding somebody, and what programs and calendars read: the same words as the pages, no more and no sooner."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import event, select

from portal import clock
from portal.awards.models import Award, PastHonour
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import CLOSES, NOW, OPENS
from portal.people.rules import name_key
from portal.publishing.models import Recipient
from portal.publishing.rules import data

ATOM = "{http://www.w3.org/2005/Atom}"
EVERYWHERE = (
    "/recipients",
    "/recipients?q=tesfaye",
    "/recipients?year=2025",
    "/recipients?school=aki-kurose-middle-school",
    "/recipients.json",
    "/recipients.csv",
    "/recipients.atom",
    "/sitemap.xml",
    "/data",
)


def recipient(name, *, number, year=2025, school="Aki Kurose Middle School", **facts):
    given, _, family = (name or "").rpartition(" ")
    row = Recipient(
        **{
            "slug": name.lower().replace(" ", "-") if name else f"-{number:032x}",
            "candidacy_id": number,
            "person_id": number,
            "year": year,
            "award_slug": "teaching",
            "award_name": {"en": "Excellence in Teaching Award"},
            "name": name,
            "sort_name": name_key(given, family) if name else "",
            "school": school if name else None,
            "citation": "For algebra in four languages" if name else None,
            "quotations": [],
            "fund_credit": {},
            "portrait": number,
            "public_at": NOW - timedelta(days=300),
            **facts,
        }
    )
    db.session.add(row)
    db.session.flush()
    return row


@pytest.fixture
def world(app):
    with transaction():
        award = makers.make_award("Excellence in Teaching Award", slug="teaching")
        makers.make_cycle(award, places=8)
        recipient("Tesfaye Gebremedhin", number=1, sum_cents=300_000, paid_to="the person", fund_name="Madrona Fund")
        recipient(None, number=2)
        recipient(
            "Zoë Villaseñor", number=3, year=2024, school="Denny", biography="=1+1 \x0b\x1b <b>", slug="zoe-villasenor"
        )
        past = {"award_id": award.id, "year": 2001}
        db.session.add(PastHonour(**past, name="Old Friend", name_key="friend old", school_name="Denny"))
    return award.id


def read(client, path, at=NOW):
    with clock.at(at):
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer


def words(client, path, at=NOW):
    text = read(client, path, at).get_data(as_text=True)
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))


def parsed(answer):
    return ET.fromstring(answer.data)  # noqa: S314 - the portal's own words


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("q=villasenor", {"Zoë Villaseñor"}),
        ("q=denny", {"Zoë Villaseñor", "Old Friend"}),
        ("school=denny&year=2001", {"Old Friend"}),
        ("whom=teachers", {"Tesfaye Gebremedhin", "Zoë Villaseñor", "Old Friend"}),
        ("award=teaching&q=aki+kurose", {"Tesfaye Gebremedhin"}),
        ("q=nobody", set()),
        ("year=abc", set()),
        ("year=99999999999999&page=-1&q=%00%ff", set()),
    ],
)
def test_a_list_is_narrowed_by_its_address(world, client, asked, names):
    page = words(client, f"/recipients?{asked}")
    assert {name for name in ("Tesfaye Gebremedhin", "Zoë Villaseñor", "Old Friend") if name in page} == names
    records = json.loads(read(client, f"/recipients.json?{asked}").data)["recipients"]
    assert {record["name"] for record in records} - {None} == names
    assert ("Nobody was found" in page) is not records


def test_whoever_preferred_not_to_be_named_is_counted_and_never_found(world, client):
    assert "One recipient preferred not to be named" in words(client, "/recipients?year=2025")
    assert "preferred not to be named." not in words(client, "/recipients?school=aki-kurose-middle-school")
    assert f"{2:032x}" not in "".join(words(client, path) for path in EVERYWHERE)


def test_the_way_in_says_where_the_record_begins(world, client):
    page = words(client, "/recipients")
    assert "The record begins in 2001." in page
    assert "Recipients since 2001" in words(client, "/awards")
    assert 'href="/recipients?school=denny"' in page


def test_each_page_is_known_by_one_address(world, client):
    for path, known_as in {
        "/recipients": "/recipients",
        "/recipients?year=2025": "/recipients/2025",
        "/recipients?award=teaching": "/awards/teaching/recipients",
        "/recipients?school=denny&year=2001": "/recipients?year=2001&amp;school=denny",
        "/recipients/2024/zoe-villasenor": "/recipients/2024/zoe-villasenor",
    }.items():
        assert re.search(rf'<link rel="canonical" href="http://[^/"]+{re.escape(known_as)}">', words(client, path)), (
            path
        )
    assert "noindex" in words(client, "/recipients?q=denny")


def test_a_shared_page_says_who_and_why(world, client):
    page = words(client, "/recipients/2025/tesfaye-gebremedhin")
    assert '<meta property="og:title" content="Tesfaye Gebremedhin: Excellence in Teaching Award, 2025">' in page
    assert '<meta property="og:description" content="For algebra in four languages">' in page
    assert 'itemtype="https://schema.org/Person"' in page


def test_json_and_csv_say_the_same_as_the_schema(world, client):
    said = json.loads(read(client, "/recipients.json").data)
    schema = json.loads(read(client, "/recipients/schema.json").data)
    assert said["schema"] == schema["$id"]
    assert [record["name"] for record in said["recipients"]] == [
        "Tesfaye Gebremedhin",
        None,
        "Zoë Villaseñor",
        "Old Friend",
    ]
    kinds = {
        "integer": {int},
        "string": {str},
        "object": {dict},
        "array": {list},
        "null": {type(None)},
        "number": {float},
    }
    for record in said["recipients"]:
        for field in data.FIELDS:
            assert type(record[field.name]) in {found for kind in field.kind for found in kinds[kind]}, field.name
    assert (said["recipients"][0]["sum"], said["recipients"][0]["currency"]) == (3000, "USD")
    assert said["recipients"][0]["url"].endswith("/recipients/2025/tesfaye-gebremedhin")
    rows = list(csv.DictReader(io.StringIO(read(client, "/recipients.csv").data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == data.COLUMNS
    assert [row["name"] for row in rows] == [record["name"] or "" for record in said["recipients"]]
    assert read(client, "/recipients.json").headers["Access-Control-Allow-Origin"] == "*"


def test_the_feed_holds_pages_alone_the_latest_first(world, client):
    with transaction():
        row = db.session.query(Recipient).filter_by(year=2024).one()
        row.corrected_at, row.correction = NOW, "The name was misspelled."
    feed = parsed(read(client, "/recipients.atom"))
    assert [entry.find(f"{ATOM}title").text.partition(":")[0] for entry in feed.findall(f"{ATOM}entry")] == [
        "Zoë Villaseñor",
        "Tesfaye Gebremedhin",
    ]
    assert feed.find(f".//{ATOM}content").text == "=1+1  <b>"
    assert feed.find(f"{ATOM}updated").text == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"


def test_an_empty_feed_has_never_changed(app, client):
    with transaction():
        makers.make_organisation()
    assert parsed(read(client, "/recipients.atom")).find(f"{ATOM}updated").text.startswith("1970")


def test_calendars_hold_the_dates_that_are_announced_and_no_others(world, client):
    with transaction():
        secret = makers.make_award("A Secret Award", slug="secret")
        makers.make_cycle(secret, stage=CycleStage.DRAFT)
    for path in ("/dates.ics", "/awards/teaching/dates.ics"):
        text = read(client, path).get_data(as_text=True).replace("\r\n ", "")
        assert re.findall(r"DTSTART:(\S+)", text) == [f"{at:%Y%m%dT%H%M%SZ}" for at in (OPENS, CLOSES)]
        assert re.findall(r"UID:(\S+)@", text) == ["opens-teaching-2026", "closes-teaching-2026"]
        assert "Friday\\, March 13\\, 2026\\, 11:59 pm Pacific" in text


@pytest.mark.parametrize("path", EVERYWHERE)
def test_what_is_taken_back_is_gone_from_everything_at_once(world, client, path):
    before = words(client, path)
    with transaction():
        db.session.query(Recipient).filter_by(slug="tesfaye-gebremedhin").one().taken_down_at = NOW
    after = words(client, path)
    assert "ebremedhin" not in after
    assert "Aki Kurose" not in after
    assert path == "/data" or before != after


def test_what_was_read_from_before_a_write_is_kept_for_nobody(world, client, app):
    """A transaction that began before a write still reads what was, while the write's number is known already."""
    cache = app.extensions["portal.cache"]

    def summary():
        return (db.session.scalar(select(Award.summary).where(Award.id == world))["en"],)

    with clock.at(NOW), app.test_request_context("/"):
        assert summary() == ("For teachers.",)
        with app.app_context(), transaction():
            db.session.get_one(Award, world).summary = {"en": "Written meanwhile."}
        cache.thing("a test's own", summary)
        db.session.rollback()
        assert cache.thing("a test's own", summary) == ("Written meanwhile.",)
        assert cache.thing("a test's own", tuple) == ("Written meanwhile.",)


@pytest.mark.parametrize("path", [path for path in EVERYWHERE if path != "/sitemap.xml"])
def test_each_costs_the_same_at_three_lines_and_at_fifty(world, client, app, path):
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    def cost():
        said.clear()
        read(client, path)
        return len(said)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        few = cost()
        with transaction():
            for number in range(50):
                recipient(f"Tesfaye Number{number}", number=100 + number)
                db.session.add(PastHonour(award_id=world, year=2025, name=f"Old {number}", name_key=f"old {number}"))
        assert cost() == few
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
