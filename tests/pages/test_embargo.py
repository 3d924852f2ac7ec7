"""Before the instant nothing that anyone can reach depends on the outcome: every page is crawled with planted names."""

from __future__ import annotations

import re
from collections import deque
from datetime import date
from urllib.parse import urlsplit

import pytest
from flask import current_app
from sqlalchemy import delete, select, update

from portal.accounts.models import Account, Session
from portal.awards.actions import firewall
from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.decisions import actions as decisions
from portal.decisions import queries as deciding
from portal.decisions.models import Decision
from portal.decisions.rules.lives import Outcome
from portal.demo import makers
from portal.files.models import StoredFile
from portal.files.rules import FileState, Kind
from portal.funds.models import FundDonor
from portal.mail.models import Message
from portal.nominations.models import Field, Nomination, Recommendation, Sitting
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.people.models import Person
from portal.people.rules import address_key
from portal.publishing import actions, chores, portraits
from portal.publishing.desk import queries
from portal.publishing.desk.models import Photo, Visit
from portal.publishing.models import Recipient
from tests.support.crawling import readable
from tests.support.deciding import AT, NAMES, PUBLIC, SECOND, TOLD, Desk, biography, build, consent, ready

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


# who is planted, by place: chosen, chosen at 17 with no guardian's word, next in line, 17 and not chosen, a finalist, not chosen
CHOSEN, YOUNG, ALTERNATE, OTHER_YOUNG, FINALIST, OTHER = range(6)


def planted(*, surprise=False):
    """Plant everybody, in a transaction that the caller holds. Of a surprise nobody was told, and nobody said anything."""
    made = build(places=2, ranks=(1, 2, 3, 4, 5, 6), surprise=surprise)
    for place in range(6):
        candidacy = made.candidacy(place)
        account(candidacy.people[0].person)
        if not surprise:
            candidacy.told_at = AT
            consent(candidacy, *Field)
        biography(candidacy, "A life with children.")
    for place in (YOUNG, OTHER_YOUNG):  # their own word is none
        person = made.candidacy(place).people[0].person
        person.minor, person.guardian_name, person.guardian_email = True, "Beatrix Ashgrove", f"b{place}@home.example"
    made_member = makers.make_member(made.thing().cycle)
    made_member.appointed_by_id = made.joy
    round_ = made.thing().round
    for place in range(6):
        makers.make_assignment(round_, made.candidacy(place), db.session.get_one(Person, made_member.person_id))
    cycle = db.session.get_one(Cycle, made.cycle)
    writer, donor = (
        makers.make_person(name, email=f"{name[:2]}@home.example") for name in ("Wanda Writer", "Eve Giver")
    )
    for place in range(6):
        about = {"candidacy_id": made.candidacies[place], "cycle_id": cycle.id, "asked_by_id": made.joy, "asked_at": AT}
        wrote = {"writer_id": writer.id, "writer_name": writer.name, "writer_email": writer.email}
        came = {"state": LetterState.RECEIVED, "received_at": AT, "role": WriterRole.OTHER}
        db.session.add(Recommendation(reference=f"L-{place}", **about, **wrote, **came))
    db.session.add(FundDonor(fund_id=cycle.fund_id, person_id=donor.id))
    made.others = {"reviewer": made_member.person_id, "writer": writer.id, "donor": donor.id}
    return made


@pytest.fixture
def world(app):
    with transaction():
        return planted()


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
    for place in (CHOSEN, YOUNG, OTHER):
        number, slug = (
            world.candidacies[place],
            NAMES[place].lower().replace(" ", "-").replace("ñ", "n").replace("á", "a"),
        )
        page, stem = f"/recipients/2026/{slug}", portraits.name(f"{place}" * 32, (50, 40))
        yield f"{page}/photo-{portraits.key(stem, current_app.config['SECRET_KEY'])}-320.webp"
        yield from (f"{page}/practice", f"/practice/{number}", f"/kind-words/{number}", f"/honored/{number}")
        for file in ("certificates.pdf", "program.pdf", "names.pdf", "names.csv"):
            yield f"{world.desk}/keepsakes/{file}"
    yield f"{world.desk}/release/pages/{world.reference(0)}/0/photo/320.webp"
    yield from (f"{world.desk}/release/visits", f"{world.desk}/release/visits.ics", "/desk/keepsakes/certificate")


def planned(world):
    joy, ruth = world.person("joy"), world.person("ruth")
    with transaction():
        decisions.propose_by_standing(world.thing(), alternates=1, by=joy, at=AT)
        decisions.clear(world.one(FINALIST), version=1, by=joy, at=AT) if world.one(FINALIST).line.decision else None
        decisions.propose(world.one(FINALIST), outcome=Outcome.FINALIST, reason="So near.", by=joy, at=AT)
        decisions.propose_the_rest(world.thing(), reason="", by=joy, at=AT)
        thing = world.thing()
        decisions.approve(thing, digest=deciding.approval_digest(thing, ruth), by=ruth, at=AT)
    with transaction():
        made_ready(world)
        cycle, by = db.session.get_one(Cycle, world.cycle), {"by": joy, "at": AT}
        facts = {"procedure": "Ours", "approved_by": "The board", "approved_on": date(2026, 1, 20), "today": AT.date()}
        firewall.note_procedure(cycle, version=0, **facts, **by)
        firewall.confirm_families(cycle, candidacies=world.candidacies[:2], donors=[], version=1, **by)
    with transaction():
        actions.plan(queries.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=world.person("joy"), at=AT)
    with transaction():
        ready(world)
        actions.approve(queries.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)


NOMINEES, NOMINATORS = (CHOSEN, YOUNG, ALTERNATE, OTHER_YOUNG, FINALIST, OTHER), (CHOSEN, ALTERNATE, OTHER)
EVERYBODY = ("visitor", "nominee", "nominator", "guardian", "reviewer", "writer", "donor")


def everybody(app, world, at, *, kinds=EVERYBODY, places=range(6)):
    """Return what each kind of person reaches at one instant."""
    more, seen = [*hidden(world)], {}
    if "visitor" in kinds:
        seen["visitor"] = crawl(Desk(app, None, at=at), more)
    for kind, theirs in (("nominee", NOMINEES), ("nominator", NOMINATORS), ("guardian", (YOUNG,))):
        for place in (place for place in theirs if kind in kinds and place in places):
            own = people(world, place)
            desk = Desk(app, own.get(kind, own["nominee"]), at=at)
            with transaction():
                db.session.execute(update(Session).values(guardian=kind == "guardian"))
            seen[f"{kind} of {place}"] = crawl(desk, [f"/consent/{world.candidacies[place]}", *more])
            with transaction():
                db.session.execute(delete(Session))  # where else one is signed in stands on one's own page
    for kind, number in world.others.items():
        if kind in kinds:
            seen[kind] = crawl(Desk(app, db.session.get_one(Person, number), at=at), more)
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
        text = text.replace(f"{NAMES[0]} teaches mathematics", "SAMPLE")  # a hint of the form's own
        for words, instead in plain:
            text = text.replace(words, instead)
        text = re.sub(r'<svg class="portrait.*?</svg>', "", text, flags=re.DOTALL)
        text = re.sub(r"b\d@home\.example", "GUARDIAN", text)
        text = re.sub(r"/account/sessions/\d+", "/account/sessions/S", text)
        return re.sub(r"School of NOMINEE|School of [^<,]+", "SCHOOL", text)

    return {
        swap(path): (status, swap(text))
        for path, (status, _headers, text) in pages.items()
        if not path.startswith("/desk")
    }


def test_one_second_before_the_instant_nothing_that_anybody_reaches_depends_on_what_was_decided(world, app, backend):
    before = TOLD - SECOND
    places = range(6) if backend.name == "sqlite" else (CHOSEN, YOUNG, OTHER)  # pages know nothing of databases
    undecided = everybody(app, world, before, places=places)
    planned(world)
    chores.release_due(before)
    decided = everybody(app, world, before, places=places)
    assert undecided.keys() == decided.keys()
    for who, pages in undecided.items():
        assert pages.keys() == decided[who].keys(), who
        for path, page in pages.items():
            assert page == decided[who][path], f"{who} at {path}"
    for kind in ("nominee", "guardian"):
        own = decided[f"{kind} of {YOUNG}"]
        assert any(path.startswith("/consent/") and page[0] == 200 for path, page in own.items())
    for kind, place, beside in (
        *(("nominee", place, OTHER) for place in (CHOSEN, ALTERNATE, FINALIST)),
        *(("nominator", place, OTHER) for place in (CHOSEN, ALTERNATE)),
        ("nominee", YOUNG, OTHER_YOUNG),
    ):
        if place in places and beside in places:
            no_difference(world, decided, kind, place, beside)
    no_word(decided)


def no_difference(world, seen, kind, place, beside):
    """Whoever was selected, stands next or was near sees what whoever was not selected sees."""
    chosen, other = (alike(seen[f"{kind} of {one}"], world, one) for one in (place, beside))
    assert chosen.keys() == other.keys(), (kind, place)
    for path in chosen:
        assert chosen[path][0] == other[path][0]
        assert chosen[path][1].splitlines() == other[path][1].splitlines(), (kind, place, path)


@pytest.mark.sqlite_only
def test_a_surprise_is_as_if_nothing_were_decided_until_somebody_is_told_in_person(app):
    with transaction():
        world = planted(surprise=True)
    whom = {"kinds": ("visitor", "nominee", "nominator", "writer"), "places": (CHOSEN, OTHER)}
    undecided = everybody(app, world, TOLD - SECOND, **whom)
    planned(world)
    for at in (TOLD - SECOND, TOLD, PUBLIC - SECOND):
        chores.release_due(at)
    seen = everybody(app, world, TOLD - SECOND, **whom)  # with as many days to go as before
    for who, pages in undecided.items():
        assert pages == seen[who], who
    assert not db.session.scalar(select(Message.id).where(Message.template.like("publishing/%")).limit(1))
    chores.release_due(PUBLIC)
    after = crawl(Desk(app, None, at=PUBLIC))
    assert not {name for name in NAMES for page in after.values() if name in page[2]}, "nobody was told in person"


def no_word(seen):
    """No page of theirs has a word that tells of a decision."""
    for who, pages in seen.items():
        for path, (status, _headers, text) in pages.items():
            if status == 200 and (
                path.startswith(("/me", "/nominations", "/consent")) and who not in {"reviewer", "donor"}
            ):
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
    assert shown == {"Amina Warsame"}, "whoever is 17 has no guardian's word"
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
