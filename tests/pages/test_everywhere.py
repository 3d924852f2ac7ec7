"""Every public surface at once: silent until the instant, true a second later, and forgetful the moment something is taken back."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import deque
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image
from sqlalchemy import select

from portal import clock
from portal.awards.models import Organisation
from portal.db import db, transaction
from portal.demo import makers
from portal.nominations.actions import consent as consents
from portal.nominations.models import Field, Nomination, Quote
from portal.publishing import actions, cards, chores
from portal.publishing.desk import queries
from portal.publishing.models import Recipient
from tests.support.crawling import starts
from tests.support.deciding import AT, PUBLIC, SECOND, TOLD, Desk, biography, build, consent, decide, ready

AFTER = PUBLIC + SECOND
PAGE = "/recipients/2026/amina-warsame"
WORDS = {
    Field.BIOGRAPHY: "Born beside a river.",
    Field.QUOTATION: "runs the homework table",
    Field.SUM: "3,000",
    Field.SCHOOL: "School of Amina",
    Field.NAME: "Warsame",
}
SURFACES = {  # where each word must be read once it is public
    Field.BIOGRAPHY: {PAGE, "/recipients.json", "/recipients.atom"},
    Field.QUOTATION: {PAGE, "/recipients.json"},
    Field.SUM: {PAGE},
    Field.SCHOOL: {PAGE, "/recipients.json", "/recipients.csv", "/recipients.atom", "/embed/recipients", "/recipients"},
    Field.NAME: {
        PAGE,
        "/recipients.json",
        "/recipients.csv",
        "/recipients.atom",
        "/embed/recipients",
        "/recipients/2026",
        "/",
    },
}
ASKED = (
    "/recipients?q=warsame",
    "/recipients?q=amina",
    "/recipients?whom=teachers",
    "/recipients?award=teaching&year=2026",
)
NEVER = ("/desk", "/static/", "/nominate", "/link", "/sign-in", "/kept", "/language", "/mailbox", "/gallery")
MOST, FEW = 300, 12


@pytest.fixture
def world(app):
    with transaction():
        made = build(places=2, ranks=(1, 2, 3, 4))
        for place in range(4):
            candidacy = made.candidacy(place)
            candidacy.told_at = AT
            consent(candidacy, *Field)
            biography(candidacy, WORDS[Field.BIOGRAPHY] if place == 0 else "Another life.")
        decide(made)
    with transaction():
        nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == made.candidacies[0])).one()
        nomination.quote = Quote.NAMED
    with transaction():
        quoted = {"nomination": nomination.reference, "words": "She runs the homework table.", "translation": ""}
        thing = queries.drafting(made.slug, 2026, made.reference(0))
        facts = {"citation": "For the planted citation.", "quotations": [quoted]}
        actions.save_draft(thing, **facts, by=made.person("joy"), at=AT)
    with transaction():
        thing = queries.releasing(made.slug, 2026)
        actions.plan(thing, told_at=TOLD, public_at=PUBLIC, by=made.person("joy"), at=AT)
    with transaction():
        ready(made)
        actions.approve(queries.releasing(made.slug, 2026), version=1, by=made.person("ruth"), at=AT)
    chores.release_due(TOLD)
    return made


def crawl(app, at):
    """Return every public surface that leads anywhere: address -> (status, its words, its bytes)."""
    visitor, found = Desk(app, None, at=at), {}
    queue, asked = deque([*starts(app), *ASKED, PAGE]), 0
    while queue:
        path = queue.popleft()
        if path in found or path.startswith(NEVER) or "language=" in path:
            continue
        assert len(found) < MOST
        answer = visitor.get(path)
        text = answer.get_data(as_text=True) if answer.mimetype != "image/png" else ""
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        found[path] = (answer.status_code, f"{heads}\n{text}".replace("&#39;", "'"), answer.get_data())
        base = app.config["SETTINGS"].base_url
        links = re.findall(r'(?:href|content|src|url)="?\s*:?\s*"([^"#]+)"|<loc>([^<]+)|"url": "([^"]+)"', text)
        links += [(link, "", "") for link in re.findall(r'(?:href|content|src)="([^"#]+)"', text)]
        for link in (word.replace("&amp;", "&").removeprefix(base) for words in links for word in words if word):
            if link.startswith("/") and not link.startswith("//"):
                parts = urlsplit(link)
                asked += bool(parts.query)
                if not parts.query or asked <= FEW:  # ways to narrow one list lead to no other words
                    queue.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def where(found, word):
    """Return the addresses at which a word can be read, in what they say or in an address that they give."""
    asked = re.compile(r"q=[\w%+]*|value=\"[^\"]*\"|“[^”]*”")
    return {
        path for path, (_status, text, _bytes) in found.items() if word.lower() in asked.sub("", unquote(text)).lower()
    }


def take_back(world, place, *fields):
    candidacy = world.candidacy(place)
    with transaction():
        said = dict.fromkeys(fields, False)
        person = candidacy.people[0].person
        consents.say(candidacy, person, said, words=dict.fromkeys(Field, "Yes."), by_guardian=False, at=AFTER)


def card(app, at=AFTER):
    return re.search(r'property="og:image" content="[^"]*?(/recipients/[^"]+)"', Desk(app, None, at=at).text(PAGE))[1]


def test_nothing_is_anywhere_until_the_instant_and_everything_a_second_later(world, app):
    chores.release_due(PUBLIC - SECOND)
    before = crawl(app, PUBLIC - SECOND)
    for word in (*WORDS.values(), "planted citation", "Villase", "amina"):
        if word != WORDS[Field.SUM]:  # what a place is worth is the award's own word, and no secret
            assert where(before, word) == set(), word
    assert before[PAGE][0] == 404
    assert not [path for path in before if "card-" in path]
    chores.release_due(PUBLIC)
    after = crawl(app, AFTER)
    for field, surfaces in SURFACES.items():
        assert surfaces <= where(after, WORDS[field]), field
    assert {"/sitemap.xml", "/recipients?q=warsame"} <= where(after, "amina-warsame")
    pictures = [path for path in after if "card-" in path]
    assert len(pictures) == 2
    assert all(after[path][0] == 200 for path in pictures)
    assert Desk(app, None, at=AFTER).get(f"{PAGE}/card-{'0' * 32}.png").status_code == 404


def test_each_field_that_is_taken_back_is_gone_from_every_surface_at_once_and_the_others_stay(world, app):
    chores.release_due(PUBLIC)
    gone = []
    for field, word in WORDS.items():
        picture = card(app)
        take_back(world, 0, field)
        gone.append(field)
        now = crawl(app, AFTER)
        left = where(now, word) if field is not Field.SUM else where(now, word) & {PAGE}
        assert left == set(), field
        if field in {Field.SCHOOL, Field.NAME}:
            assert Desk(app, None, at=AFTER).get(picture).status_code == 404
        if field is Field.NAME:
            break
        for other in set(WORDS) - set(gone):
            assert where(now, WORDS[other]) >= SURFACES[other], (field, other)
    assert where(now, "amina") == where(now, "planted citation") == set()
    assert now[PAGE][0] == 404
    assert "One recipient preferred not to be named" in now["/recipients/2026"][1]
    assert "Villase" in now["/recipients/2026"][1]
    records = json.loads(now["/recipients.json"][2])["recipients"]
    assert [record["name"] for record in records] == ["Tomás Villaseñor", None]


def test_a_page_that_is_taken_down_leaves_a_stone_without_a_name_and_nothing_else(world, app):
    chores.release_due(PUBLIC)
    picture = card(app)
    with transaction():
        row = db.session.scalars(select(Recipient).where(Recipient.slug == "amina-warsame")).one()
        row.taken_down_at = AFTER
    now = crawl(app, AFTER)
    assert now[PAGE][0] == 410
    for word in ("Warsame", "amina", "planted citation", WORDS[Field.BIOGRAPHY]):
        assert where(now, word) == set(), word
    assert Desk(app, None, at=AFTER).get(picture).status_code == 404


def test_a_card_is_a_picture_of_the_size_that_others_ask_for_and_its_address_is_nobodys_to_guess(world, app):
    chores.release_due(PUBLIC)
    answer = Desk(app, None, at=AFTER).get(card(app))
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/png", "no-cache")
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
    with clock.at(AFTER):
        again = app.test_client().get(card(app), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    before = card(app)
    with transaction():
        db.session.get_one(Organisation, 1).name = "Another Fund"
    assert card(app) != before


def test_a_card_draws_the_portrait_that_the_page_draws(app):
    macros = app.jinja_env.get_template("components/honours.html").module
    for name, number in (("Amina Warsame", 7919), ("Linh Tran-Whitaker", 1), ("Ana", 999_999), ("Zoë", 40)):
        assert cards.initials(name) == str(macros.initials_of(name))
        assert cards.seed_of(number) == int(str(macros.seed_of(number)))
    hills = str(macros.portrait(7919, "Amina Warsame"))
    assert cards.FIR in hills
    assert cards.FAR in hills
    assert list(cards.TONES)[cards.seed_of(7919) % 5] in hills


def test_only_sites_that_were_named_show_the_list(world, app):
    chores.release_due(PUBLIC)
    visitor = Desk(app, None, at=AFTER)
    assert "frame-ancestors 'none'" in visitor.get("/embed/recipients").headers["Content-Security-Policy"]
    joy = Desk(app, world.person("joy"), at=AFTER)
    page = joy.text("/desk/organization")
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    fields |= {"languages": ["en"], "zone": "America/Los_Angeles"}
    wrong = joy.post("/desk/organization", {**fields, "frame_origins": "https://x.example; script-src *"})
    assert wrong.status_code == 422
    assert "script-src *" in wrong.get_data(as_text=True)
    sites = "https://www.fund.example/\nhttp://localhost:8080"
    assert joy.post("/desk/organization", {**fields, "frame_origins": sites}).status_code == 303
    policy = visitor.get("/embed/recipients").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://www.fund.example http://localhost:8080")
    assert "frame-ancestors 'none'" in visitor.get("/recipients").headers["Content-Security-Policy"]
    assert "Amina Warsame" in visitor.text("/embed/recipients?award=teaching")
    assert "Nobody has been announced yet" in visitor.text("/embed/recipients?year=1999")
    assert "The people and nominations on this site are invented." in visitor.text("/embed/recipients")
    with transaction():
        db.session.get_one(Organisation, 1).demonstration = False
    assert "are invented" not in visitor.text("/embed/recipients")


def kit(desk, world):
    answer = desk.get(f"{world.desk}/release/press.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_press_kit_holds_what_was_agreed_to_and_says_until_when_it_waits(world, app):
    joy = Desk(app, world.person("joy"), at=PUBLIC - SECOND)
    take_back(world, 0, Field.SCHOOL)
    take_back(world, 1, Field.NAME)
    files = kit(joy, world)
    assert set(files) == {
        "texts/amina-warsame.txt",
        "pictures/amina-warsame.png",
        "recipients.csv",
        "sums.csv",
        "alt-texts.csv",
        "README.txt",
    }
    text = files["texts/amina-warsame.txt"].decode("utf-8-sig")
    assert text.startswith("NOT FOR PUBLICATION before ")
    assert "runs the homework table" in text
    everything = b"".join(files.values()).decode("utf-8", "replace")
    assert "School of Amina" not in everything
    assert "Villase" not in everything
    sums = files["sums.csv"]
    assert b"$" in sums
    assert b".00" not in sums, "a newspaper copies what it is given"
    assert "One recipient preferred not to be named" in files["README.txt"].decode("utf-8-sig")
    chores.release_due(PUBLIC)
    joy.at = AFTER
    after = kit(joy, world)["texts/amina-warsame.txt"].decode("utf-8-sig")
    assert "NOT FOR PUBLICATION" not in after
    assert PAGE in after
    with transaction():
        wren = makers.make_person("Wren Halvorsen")
    stranger = Desk(app, wren, at=AFTER)
    assert stranger.get(f"{world.desk}/release/press.zip").status_code == 404
