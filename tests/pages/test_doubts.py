"""Spam without puzzles: a proof that a browser makes by itself, a field nobody meets, and a list of what is held."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.mail.models import Message
from portal.nominations import chores
from portal.nominations.doubts import actions
from portal.nominations.doubts.models import Doubt, Evidence, SpentProof, Tally
from portal.nominations.doubts.rules import DoubtState
from portal.nominations.models import Nomination
from portal.nominations.rules import Stage
from portal.people.models import Person
from tests.pages.test_nominating import TEXT


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def world(app):
    with transaction():
        makers.make_organisation()
        cycle = makers.make_cycle(makers.make_award("Excellence in Teaching Award", slug="teaching"))
        school = makers.make_school("David T. Denny International Middle School")
        staff = makers.make_staff()
        return {"cycle": cycle.id, "school": school.id, "staff": staff.id}


def solved(client):
    puzzle = json.loads(client.get("/nominate/proof").text)
    for number in range(puzzle["maxnumber"] + 1):
        if hashlib.sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]:
            del puzzle["maxnumber"]
            return base64.b64encode(json.dumps({**puzzle, "number": number}).encode()).decode()
    raise AssertionError


def test_a_proof_counts_once_in_time_and_only_where_we_made_the_puzzle(app, client):
    proof = solved(client)
    assert "max-age" not in client.get("/nominate/proof").headers["Cache-Control"]
    held = json.loads(base64.b64decode(proof))
    forged = [
        "",
        "nonsense",
        "ÿ",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"{}").decode(),
        *(
            base64.b64encode(json.dumps({**held, **change}).encode()).decode()
            for change in (
                {"number": held["number"] + 1},
                {"salt": held["salt"].replace("expires=1", "expires=9")},
                {"signature": "0" * 64},
                {"algorithm": "none"},
                {"number": {"a": 1}},
            )
        ),
        proof * 50,
    ]
    with app.app_context(), transaction():
        assert not any(actions.prove(each, at=NOW) for each in forged)
        assert not actions.prove(proof, at=NOW + timedelta(hours=7))
        assert actions.prove(proof, at=NOW)
        assert not actions.prove(proof, at=NOW), "nobody uses one twice"
        assert db.session.scalar(select(func.count()).select_from(SpentProof)) == 1
        assert actions.source_of("2001:db8:1:2:3:4:5:6") == actions.source_of("2001:db8:1:2:9::1")
    with app.app_context():
        chores._swept.clear()
        chores.sweep_counts(NOW + timedelta(days=3))
        assert db.session.scalar(select(func.count()).select_from(SpentProof)) == 0


def write(app, world, *, trap="", proof=False, name="Amina Warsame"):
    """Nominate from one browser, as a page without script does."""
    writer = app.test_client()
    page = writer.get("/nominate/you?award=teaching").text
    assert 'name="leave_empty"' in page
    found = re.search(r'<div class="sr-only" aria-hidden="true">.*?</div>', page, re.DOTALL)[0]
    assert 'tabindex="-1"' in found
    assert 'autocomplete="off"' in found
    fields = {
        "csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1],
        "once": re.search(r'name="once"[^>]*value="([^"]+)"', page)[1],
        "name": "Ana Reyes",
        "email": f"{name.split()[0].lower()}@example.org",
        "age": "adult",
        "leave_empty": trap,
        "proof": solved(writer) if proof else "",
    }
    assert writer.post("/nominate/you?award=teaching", data=fields).status_code == 303
    return db.session.scalars(select(Nomination).order_by(Nomination.id.desc()).limit(1)).one().id


def test_how_a_sitting_was_begun_is_noted(app, world):
    for given in ({}, {"proof": True}, {"trap": "http://spam.example"}):
        write(app, world, **given, name=f"{len(given)}{'p' if given.get('proof') else ''} Person")
    rows = db.session.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert [(row.trapped, row.proved_at is not None) for row in rows] == [(False, False), (False, True), (True, False)]


def held_one(world, *, trapped=True):
    with transaction():
        cycle = db.session.get_one(Cycle, world["cycle"])
        writer = makers.make_person("Spam Writer", email=f"s{world['cycle']}{trapped}@example.org")
        sent = makers.make_nomination(
            cycle, nominator=writer, confirmed=False, nominee="Amina Warsame", texts=(TEXT, "", "")
        )
        db.session.refresh(sent, ["sitting", "answers", "snapshots", "named"])
        actions.note(sent.sitting, trapped=trapped, proof="", at=NOW)
        if not trapped:
            sent.answers[0].text = "http://a.example http://b.example www.c.example"
        assert actions.look(sent, source="198.51.100.7", at=NOW)
        return sent.reference


def test_what_is_held_waits_in_a_list_with_why_and_counts_once_it_is_let_in(app, client, world, sign_in):
    first = held_one(world)
    sign_in(client, db.session.get_one(Person, world["staff"]))
    assert "One nomination is held" in client.get("/desk").text
    page = client.get("/desk/teaching/2026/held").text
    assert first in page
    assert "Filled a field that nobody sees" in page
    assert TEXT[:40] in page, "its text is there"
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    where = f"/desk/teaching/2026/held/{first}"
    assert client.post(f"{where}/admission", data={"csrf_token": token}).status_code == 303
    assert client.post(f"{where}/admission", data={"csrf_token": token}).status_code == 404
    nomination = db.session.scalars(select(Nomination).where(Nomination.reference == first)).one()
    assert nomination.candidacy_id is not None
    assert db.session.scalars(select(Message.template)).all() == ["nominations/received"]
    db.session.rollback()
    second = held_one(world, trapped=False)
    where = f"/desk/teaching/2026/held/{second}/refusal"
    answer = client.post(where, data={"csrf_token": token, "reason": "x" * 2_001})
    assert answer.status_code == 422
    assert f'href="#reason-{second}">This is 2001 characters long' in answer.text
    assert "x" * 2_001 in answer.text
    answer = client.post(where, data={"csrf_token": token, "reason": "Links."})
    assert answer.status_code == 303
    nomination = db.session.scalars(select(Nomination).where(Nomination.reference == second)).one()
    assert nomination.stage is Stage.VOID
    assert nomination.candidacy_id is None
    assert "Nothing is held" in client.get("/desk/teaching/2026/held").text


def test_whoever_opens_the_link_in_their_mail_is_a_person(app, world):
    from portal.nominations.actions import writing
    from portal.nominations.queries.writing import by_reference

    reference = held_one(world, trapped=False)
    with transaction():
        nomination = by_reference(reference)
        writing.confirm(nomination.sitting, by=nomination.nominator, at=NOW)
    doubt = db.session.scalars(select(Doubt)).one()
    assert doubt.state is DoubtState.LET_IN
    assert doubt.decided_by_id is None
    assert db.session.get_one(Nomination, doubt.nomination_id).candidacy_id is not None
    keys = db.session.scalars(select(Tally.key)).all()
    assert keys
    assert not any("198.51" in key for key in keys), "no address is kept, only a digest of the day"
