"""Practice briefs: asked for months later, written in peace, read before they are shown, gone when they are taken back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal import clock
from portal.accounts.models import Session
from portal.db import db, transaction
from portal.demo.makers import NOW
from portal.mail.models import Message
from portal.nominations.actions import consent as consents
from portal.nominations.models import Field
from portal.people.models import Person
from portal.publishing import actions, chores
from portal.publishing.desk import queries as releases
from portal.publishing.desk.models import Brief
from portal.publishing.rules import practice as rules
from tests.support.deciding import AT, PUBLIC, TOLD, Desk, build, consent, decide, ready, token

LATER = PUBLIC + timedelta(days=90)
DUE = LATER + timedelta(days=30)
FACE = "2026-09-23T10:00"


@given(st.floats(0, 60), st.floats(0, 90))
def test_nobody_is_reminded_on_the_day_of_asking_nor_after_its_day_nor_more_than_twice(asked, now):
    due_at = NOW + timedelta(days=60)
    found = rules.reminders_due(due_at, asked_at=NOW + timedelta(days=asked), at=NOW + timedelta(days=now))
    assert 0 <= found <= len(rules.REMIND)
    if now >= 60 or now < 46:
        assert found == 0
    if found == 2:
        assert asked < 46
        assert now >= 58


@pytest.fixture
def world(app):
    with transaction():
        made = build()
        decide(made)
        consent(made.candidacy(0), Field.NAME)
        joy = made.person("joy")
        actions.plan(releases.releasing(made.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=joy, at=AT)
    with transaction():
        ready(made)
    with transaction():
        actions.approve(releases.releasing(made.slug, 2026), version=1, by=made.person("ruth"), at=AT)
    chores.release_due(PUBLIC)
    return made


def written(kind):
    db.session.expire_all()
    return db.session.scalars(select(Message.to_id).where(Message.template == f"publishing/{kind}")).all()


def test_from_asking_to_publishing_and_back(world, app):
    joy = Desk(app, world.person("joy"), at=LATER)
    page, own = f"{world.desk}/briefs", f"/practice/{world.candidacies[0]}"
    amina = Desk(app, world.candidacy(0).people[0].person, at=LATER)
    visitor = Desk(app, None, at=LATER)
    assert amina.get(own).status_code == 404
    form = {"csrf_token": token(joy.text(page))}
    assert joy.post(page, {**form, "due_at": "2026-01-01T09:00"}).status_code == 409
    assert joy.post(page, {**form, "due_at": FACE}).status_code == 303
    assert len(written("brief_asked")) == 2
    assert joy.post(page, {**form, "due_at": FACE}).status_code == 409
    assert len(written("brief_asked")) == 2

    number = db.session.scalars(select(Brief.id).where(Brief.candidacy_id == world.candidacies[0])).one()
    desk = f"{page}/{number}"
    typed = {
        "csrf_token": token(amina.text(own)),
        "version": "1",
        "title": "A table",
        "text": "Put it where they pass.",
    }
    with clock.at(LATER):
        saved = amina.client.post(own, data=typed, headers={"X-Autosave": "1"})
        late = amina.client.post(own, data={**typed, "text": "Other"}, headers={"X-Autosave": "1"})
    assert (saved.status_code, saved.json["version"], late.status_code) == (200, 2, 409)
    assert "Put it where" not in joy.text(desk)
    unread = {"csrf_token": form["csrf_token"], "version": "2", "act": "publish"}
    assert joy.post(desk, unread).status_code == 409
    send = {**typed, "version": "2", "act": "send"}
    refused = amina.post(own, send)
    assert (refused.status_code, "Say that it may be published" in refused.get_data(as_text=True)) == (422, True)
    assert amina.post(own, {**send, "agrees": "y"}).status_code == 303
    assert "Put it where they pass." in joy.text(desk)
    assert joy.post(desk, {**unread, "version": "3", "act": "return", "note": ""}).status_code == 409
    assert joy.post(desk, {**unread, "version": "3", "act": "return", "note": "Who helped?"}).status_code == 303
    assert len(written("brief_returned")) == 1
    assert "Who helped?" in amina.text(own)
    assert (
        amina.post(own, {**send, "version": "4", "text": "Put it there, with Ms. Le.", "agrees": "y"}).status_code
        == 303
    )
    public = "/recipients/2026/amina-warsame/practice"
    assert visitor.get(public).status_code == 404
    assert "publishing" not in visitor.text("/sitemap.xml")
    assert joy.post(desk, {**unread, "version": "5"}).status_code == 409
    assert joy.post(desk, {**unread, "version": "6"}).status_code == 303
    assert "Put it there, with Ms. Le." in visitor.text(public)
    assert public in visitor.text("/recipients/2026/amina-warsame")
    assert public in visitor.text("/sitemap.xml")

    person = db.session.get_one(Person, world.candidacy(0).people[0].person_id)
    for says, status in ((False, 404), (True, 200)):
        with transaction():
            consents.say(
                world.candidacy(0), person, {Field.NAME: says}, words={Field.NAME: "-"}, by_guardian=False, at=LATER
            )
        assert visitor.get(public).status_code == status
    assert amina.post(f"{own}/withdrawal", {"csrf_token": typed["csrf_token"]}).status_code == 303
    assert visitor.get(public).status_code == 404
    assert public not in visitor.text("/recipients/2026/amina-warsame")
    for form_ in ("csv", "xlsx"):
        assert joy.get(f"{page}.csv?as={form_}").status_code == 200


def test_whoever_prefers_not_to_is_reminded_no_more_and_nobody_twice_for_the_same(world, app):
    joy = Desk(app, world.person("joy"), at=LATER)
    assert (
        joy.post(
            f"{world.desk}/briefs", {"csrf_token": token(joy.text(f"{world.desk}/briefs")), "due_at": FACE}
        ).status_code
        == 303
    )
    tomas = Desk(app, world.candidacy(1).people[0].person, at=LATER)
    own = f"/practice/{world.candidacies[1]}"
    no = {"csrf_token": token(tomas.text(own)), "version": "1", "title": "", "text": "", "act": "decline"}
    assert tomas.post(own, no).status_code == 303
    due = db.session.scalars(select(Brief.due_at)).first()
    for before, count in (
        (timedelta(days=15), 0),
        (timedelta(days=13), 1),
        (timedelta(days=13), 1),
        (timedelta(days=1), 2),
    ):
        chores._looked_at_briefs.clear()
        chores.remind_of_briefs(due - before)
        assert len(written("brief_reminder")) == count
    assert set(written("brief_reminder")) == {world.candidacy(0).people[0].person_id}


def test_nothing_is_asked_before_the_award_is_public(app):
    with transaction():
        world = build()
        decide(world)
    joy = Desk(app, world.person("joy"))
    page = f"{world.desk}/briefs"
    assert "Not yet" in joy.text(page)
    assert joy.post(page, {"csrf_token": token(joy.text(page)), "due_at": FACE}).status_code == 409
    assert db.session.scalars(select(Brief)).all() == []


def test_under_18_the_guardian_is_asked_first_and_reads_it_before_anybody_publishes_it(world, app):
    with transaction():
        person = db.session.get_one(Person, world.candidacy(0).people[0].person_id)
        person.minor, person.guardian_name, person.guardian_email = True, "Hodan", "hodan@world.example"
        consents.say(
            world.candidacy(0), person, {Field.NAME: True}, words={Field.NAME: "-"}, by_guardian=True, at=LATER
        )
    joy, student = Desk(app, world.person("joy"), at=LATER), Desk(app, person, at=LATER)
    guardian = Desk(app, person, at=LATER)
    with transaction():
        db.session.scalars(select(Session).order_by(Session.id.desc())).first().guardian = True
    page, own = f"{world.desk}/briefs", f"/practice/{world.candidacies[0]}"
    theirs = f"{own}/guardian"
    assert joy.post(page, {"csrf_token": token(joy.text(page)), "due_at": FACE}).status_code == 303
    asked = [(one.to_email, one.link["purpose"]) for one in messages("brief_guardian")]
    assert (asked, person.id in written("brief_asked")) == ([("hodan@world.example", "guardian")], False)
    typed = {"csrf_token": token(student.text(own)), "title": "A table", "text": "By the door.", "agrees": "y"}
    assert student.post(own, {**typed, "version": "1", "act": "send"}).status_code == 409, "the guardian comes first"
    assert student.get(theirs).status_code == 404
    assert guardian.get(own).status_code == 404
    consent = f"/consent/{world.candidacies[0]}"
    assert re.search(rf'href="{theirs}"[^>]*>May we ask [^<]+ what worked', guardian.text(consent))
    assert theirs not in student.text(consent)
    for _pressed in range(2):
        says = {"csrf_token": token(guardian.text(theirs)), "version": "1", "act": "allow"}
        assert guardian.post(theirs, says).status_code == 303
    assert written("brief_asked").count(person.id) == 1
    version = brief_of(person).version
    assert student.post(own, {**typed, "version": str(version), "act": "send"}).status_code == 303
    brief = brief_of(person)
    desk, publish = f"{page}/{brief.id}", {"csrf_token": token(joy.text(page)), "act": "publish"}
    assert joy.post(desk, {**publish, "version": str(brief.version)}).status_code == 409, "nobody has read it for them"
    assert "By the door." in guardian.text(theirs)
    assert re.search(rf'href="{theirs}"[^>]*>What worked, as ', guardian.text(consent))
    stale = {**says, "act": "agree", "version": str(brief.version - 1)}
    assert guardian.post(theirs, stale).status_code == 409
    assert guardian.post(theirs, {**stale, "version": str(brief.version)}).status_code == 303
    assert joy.post(desk, {**publish, "version": str(brief_of(person).version)}).status_code == 303
    public = "/recipients/2026/amina-warsame/practice"
    visitor = Desk(app, None, at=LATER)
    assert "By the door." in visitor.text(public)
    assert guardian.post(theirs, {**stale, "act": "no"}).status_code == 303
    assert visitor.get(public).status_code == 404
    assert brief_of(person).guardian_agreed is None


def messages(kind):
    db.session.expire_all()
    return db.session.scalars(select(Message).where(Message.template == f"publishing/{kind}")).all()


def brief_of(person):
    db.session.expire_all()
    return db.session.scalars(select(Brief).where(Brief.person_id == person.id)).one()
