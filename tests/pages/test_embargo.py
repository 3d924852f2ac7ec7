"""Before the instant nothing that anyone can reach depends on the outcome: every page is crawled with planted names."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urlsplit

import pytest
from flask import current_app
from sqlalchemy import select

from portal.accounts.models import Account
from portal.db import db, transaction
from portal.decisions.models import Decision
from portal.demo import makers
from portal.files.models import StoredFile
from portal.files.rules import FileState, Kind
from portal.mail.models import Message
from portal.nominations.models import Field, Nomination, Sitting
from portal.people.models import Person
from portal.people.rules import address_key
from portal.publishing import actions, chores, portraits
from portal.publishing.desk import queries
from portal.publishing.desk.models import Photo, Visit
from portal.publishing.models import Recipient
from tests.support.crawling import readable
from tests.support.deciding import AT, NAMES, PUBLIC, SECOND, TOLD, Desk, biography, build, consent, decide, ready

STARTS = (
    "/",
    "/me",
    "/nominations",
    "/reading",
    "/robots.txt",
    "/sitemap.xml",
    "/recipients/2026",
    "/recipients/2026/amina-warsame",
)
MOST = 200
UNTOLD = ("release", "decision", "decided", "alternate", "finalist")


def bare(answer):
    """Return an answer without what differs at every request: tokens, one's own session, the time of day."""
    text = readable(answer)
    text = re.sub(r'(name="(csrf_token|once|version)"[^>]*value=")[^"]*', r"\1", text)
    kept = {
        name: value for name, value in answer.headers.items() if name not in {"Set-Cookie", "Date", "Content-Length"}
    }
    if "csrf_token" in text or "Set-Cookie" in answer.headers:
        kept.pop("ETag", None)
    return answer.status_code, tuple(sorted(kept.items())), text


def crawl(desk, more=()):
    """Return every page that can be reached by links from the usual starts: address -> (status, headers, words)."""
    found, queue = {}, deque([*STARTS, *more])
    while queue and len(found) < MOST:
        path = queue.popleft()
        if path in found or path == "/account":  # where one is signed in: every crawl adds a line there
            continue
        answer = desk.get(path)
        found[path] = bare(answer)
        if answer.mimetype != "text/html":
            where = re.findall(rb"<loc>([^<]+)", answer.get_data())
            queue.extend(urlsplit(each.decode()).path for each in where)
            continue
        for link in re.findall(r'href="(/[^"#]*)"', answer.get_data(as_text=True)):
            if not link.startswith("/static/") and "language=" not in link:
                queue.append(link.replace("&amp;", "&"))
        if answer.location:
            queue.append(urlsplit(answer.location).path)
    assert len(found) < MOST
    return found


def account(person):
    if db.session.scalar(select(Account).where(Account.person_id == person.id)) is None:
        db.session.add(Account(person_id=person.id, address=address_key(person.email), confirmed_at=AT))


@pytest.fixture
def world(app):
    with transaction():
        made = build(places=2, ranks=(1, 2, 3, 4))
        for place in range(4):
            candidacy = made.candidacy(place)
            candidacy.told_at = AT
            account(candidacy.people[0].person)
            consent(candidacy, *Field)
            biography(candidacy, "A life with children.")
        made_member = makers.make_member(made.thing().cycle)
        made_member.appointed_by_id = made.joy
        round_ = made.thing().round
        for place in range(4):
            makers.make_assignment(round_, made.candidacy(place), db.session.get_one(Person, made_member.person_id))
        made.reader = made_member.person_id
    return made


def nominator_of(world, place):
    wanted = (
        select(Person)
        .join(Sitting, Sitting.nominator_id == Person.id)
        .join(Nomination, Nomination.sitting_id == Sitting.id)
    )
    return db.session.scalars(wanted.where(Nomination.candidacy_id == world.candidacies[place])).first()


def people(world, place):
    """Return the crawlers of one candidacy: its nominee and its nominator."""
    return {"nominee": world.candidacy(place).people[0].person, "nominator": nominator_of(world, place)}


def made_ready(world):
    """Make ready what the office keeps for the day: a photograph, a citation, how names are said, a booklet's words, a visit."""
    joy = world.person("joy")
    for place in (0, 1):
        drafting = queries.drafting(world.slug, 2026, world.reference(place))
        actions.save_draft(
            drafting, citation="For the homework table.", years="Ten years", quotations=[], by=joy, at=AT
        )
        one = drafting.people[0]
        settled = {"state": FileState.CLEAN, "kind": Kind.JPEG, "sha256": "0" * 64, "pages": 1, "created_at": AT}
        about = {"about_kind": "candidacy", "about_id": one.candidacy.id, "purpose": "portrait", "name": "amina.jpg"}
        file = StoredFile(key=f"{place}" * 32, owner_id=joy.id, size=9, received=9, **settled, **about)
        db.session.add(file)
        db.session.flush()
        who = {"candidacy_id": one.candidacy.id, "person_id": one.person.id, "file_id": file.id}
        db.session.add(Photo(**who, alt=f"{NAMES[place]} laughing.", focus_x=50, focus_y=40, saved_at=AT))
        one.person.heard_as = "AH-mina"
        plan = {
            "starts_at": TOLD + SECOND,
            "ends_at": PUBLIC,
            "place": "Hall",
            "host_name": "Odalys",
            "key": f"{place}" * 32,
        }
        db.session.add(Visit(candidacy_id=one.candidacy.id, planned_by_id=joy.id, planned_at=AT, **plan))
    db.session.flush()


def hidden(world):
    """Return where the photograph, the brief and the words of each would lie, if they were anybody's."""
    for place in (0, 1, 3):
        number, slug = (
            world.candidacies[place],
            NAMES[place].lower().replace(" ", "-").replace("ñ", "n").replace("á", "a"),
        )
        page, stem = f"/recipients/2026/{slug}", portraits.name(f"{place}" * 32, (50, 40))
        yield f"{page}/photo-{portraits.key(stem, current_app.config['SECRET_KEY'])}-320.webp"
        yield from (f"{page}/practice", f"/practice/{number}", f"/kind-words/{number}")
        for file in ("certificates.pdf", "program.pdf", "names.pdf", "names.csv"):
            yield f"{world.desk}/keepsakes/{file}"
    yield f"{world.desk}/release/pages/{world.reference(0)}/0/photo/320.webp"
    yield from (f"{world.desk}/release/visits", f"{world.desk}/release/visits.ics", "/desk/keepsakes/certificate")


def planned(world):
    with transaction():
        decide(world)
    with transaction():
        made_ready(world)
    with transaction():
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)


def everybody(app, world, at):
    """Return what each kind of person reaches at one instant."""
    more = [*hidden(world)]
    seen = {"visitor": crawl(Desk(app, None, at=at), more)}
    for place in (1, 3):
        for kind, person in people(world, place).items():
            seen[f"{kind} of {place}"] = crawl(
                Desk(app, person, at=at), [f"/consent/{world.candidacies[place]}", *more]
            )
    seen["reviewer"] = crawl(Desk(app, db.session.get_one(Person, world.reader), at=at), more)
    return seen


def alike(pages, world, place):
    """Return pages with everything that names this candidacy and its people replaced, so that two can be compared."""
    candidacy = world.candidacy(place)
    nomination = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == candidacy.id)).first()
    own = people(world, place)
    plain = [
        (candidacy.name, "NOMINEE"),
        (candidacy.reference, "C"),
        (nomination.reference, "N"),
        (f"/consent/{candidacy.id}", "/consent/X"),
        (own["nominator"].name, "NOMINATOR"),
        (own["nominator"].email, "ADDRESS"),
        (own["nominee"].email, "ADDRESS"),
        (own["nominee"].given_name, "GIVEN"),
    ]

    def swap(text):
        for words, instead in plain:
            text = text.replace(words, instead)
        text = re.sub(r'<svg class="portrait.*?</svg>', "", text, flags=re.DOTALL)
        text = re.sub(r"/account/sessions/\d+", "/account/sessions/S", text)
        return re.sub(r"School of NOMINEE|School of [^<,]+", "SCHOOL", text)

    return {swap(path): (status, swap(text)) for path, (status, _headers, text) in pages.items()}


def test_one_second_before_the_instant_nothing_that_anybody_reaches_depends_on_what_was_decided(world, app):
    before = TOLD - SECOND
    undecided = everybody(app, world, before)
    planned(world)
    chores.release_due(before)
    decided = everybody(app, world, before)
    assert undecided.keys() == decided.keys()
    for who, pages in undecided.items():
        assert pages.keys() == decided[who].keys(), who
        for path, page in pages.items():
            assert page == decided[who][path], f"{who} at {path}"
    assert any(path.startswith("/consent/") and page[0] == 200 for path, page in decided["nominee of 1"].items())
    for kind in ("nominee", "nominator"):
        no_difference(world, decided, kind)
    no_word(decided)


def no_difference(world, seen, kind):
    """Whoever was selected sees what whoever was not sees."""
    chosen, other = (alike(seen[f"{kind} of {place}"], world, place) for place in (1, 3))
    assert chosen.keys() == other.keys()
    for path in chosen:
        assert chosen[path][0] == other[path][0]
        assert chosen[path][1].splitlines() == other[path][1].splitlines(), path


def no_word(seen):
    """No page of theirs has a word that tells of a decision."""
    for who, pages in seen.items():
        for path, (status, _headers, text) in pages.items():
            if status == 200 and (path.startswith(("/me", "/nominations", "/consent")) and who != "reviewer"):
                words = re.sub(r"<[^>]+>", " ", text).lower()
                assert not [word for word in UNTOLD if re.search(rf"\b{word}\b", words)], (who, path)


def test_one_second_before_the_public_instant_the_public_knows_nothing_and_at_it_what_was_agreed_to(world, app):
    undecided = crawl(Desk(app, None, at=TOLD - SECOND))
    planned(world)
    chores.release_due(TOLD)
    assert db.session.scalar(select(Message.id).limit(1)) is not None
    told = crawl(Desk(app, None, at=TOLD + SECOND))
    untold = crawl(Desk(app, None, at=PUBLIC - SECOND))
    chores.release_due(PUBLIC - SECOND)
    assert undecided.keys() == told.keys() == untold.keys()
    for path in undecided:
        assert undecided[path][0] == told[path][0] == untold[path][0] == crawl_one(app, path, PUBLIC - SECOND)[0], path
        for name in NAMES:
            assert name not in untold[path][2], path
    chores.release_due(PUBLIC)
    after = crawl(Desk(app, None, at=PUBLIC))
    shown = {name for name in NAMES for page in after.values() if name in page[2]}
    assert shown == {"Amina Warsame", "Tomás Villaseñor"}
    assert after["/recipients/2026/amina-warsame"][0] == 200
    assert "amina-warsame" in after["/sitemap.xml"][2]


def crawl_one(app, path, at):
    return bare(Desk(app, None, at=at).get(path))


def test_those_who_may_see_the_outcome_do(world, app):
    planned(world)
    for name in ("joy", "ruth"):
        desk = Desk(app, world.person(name), at=TOLD - SECOND)
        page = desk.text(f"{world.desk}/release")
        assert "Amina Warsame" in page
        assert "Solomon Pratt" not in page
    assert {row.place for row in db.session.scalars(select(Decision))} == {1, 2, None}
    assert db.session.scalars(select(Recipient)).all() == []
