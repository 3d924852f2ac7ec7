"""The private schedule of a surprise: between the two times, known to the host, and to no nominee by any way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import select

from portal.db import db, transaction
from portal.decisions import actions as decisions
from portal.errors import Refused, Stale
from portal.mail import chores as mail
from portal.mail.models import Message
from portal.nominations.models import Candidacy
from portal.publishing import actions, chores
from portal.publishing.actions import visits
from portal.publishing.desk import queries as releases
from portal.publishing.desk.models import Visit
from portal.publishing.desk.queries import visits as queries
from tests.support.deciding import AT, NAMES, PUBLIC, TOLD, Desk, build, decide, ready, token

HOUR = timedelta(hours=1)
WHERE = {"place": "School of Amina, office", "host_name": "Odalys Marchetti", "host_phone": "206 555 0101"}


@pytest.fixture
def world(app):
    with transaction():
        made = build(surprise=True)
        decide(made)
        joy = made.person("joy")
        actions.plan(releases.releasing(made.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=joy, at=AT)
    return made


def thing(world, place=0):
    db.session.expire_all()
    return queries.surprise(world.slug, 2026, world.reference(place))


def plan(world, *, starts=TOLD + HOUR, email="office@host.example", version=0, at=AT, **more):
    facts = {**WHERE, "starts_at": starts, "ends_at": starts + HOUR, "host_email": email, **more}
    with transaction():
        return visits.plan(thing(world), **facts, version=version, by=world.person("joy"), at=at)


def written():
    db.session.expire_all()
    return [
        (message.template, message.to_id, message.state.value)
        for message in db.session.scalars(select(Message).order_by(Message.id))
        if message.template.startswith("publishing/visit")
    ]


def invitations():
    wanted = select(Message).where(Message.template == "publishing/visit").order_by(Message.id)
    return db.session.scalars(wanted).all()


def test_no_place_that_stands_in_calendars_names_whom_the_visit_is_to(world):
    assert plan(world, place="School of Amina Warsame, room 114").version == 1, "the school's own name"
    with transaction():
        thing(world).drafting.candidacy.schools[0].school.name = "Cleveland High School"
    for place in ("Room of Ms. WARSAME", "Amina’s room, second floor", "Cleveland, Warsáme's laboratory"):
        with pytest.raises(Refused, match="a place and no name"):
            plan(world, place=place, version=1)
    assert plan(world, place="Cleveland, main office", version=1).place == "Cleveland, main office"


@pytest.mark.parametrize(
    ("starts", "says"),
    [
        (TOLD - HOUR, "Nobody may be told before"),
        (PUBLIC - HOUR / 2, "The public can read it by then"),
        (AT - HOUR, "has passed"),
    ],
)
def test_a_visit_lies_between_the_two_times(world, starts, says):
    with pytest.raises(Refused, match=says):
        plan(world, starts=starts)


def test_a_visit_needs_the_times_and_one_that_is_moved_meanwhile_is_stale(world):
    plan(world)
    plan(world, starts=TOLD + 2 * HOUR, version=1)
    with pytest.raises(Stale):
        plan(world, starts=TOLD + 3 * HOUR, version=1)
    assert thing(world).visit.starts_at == TOLD + 2 * HOUR


def test_no_nominee_is_ever_written_to_as_host(world):
    for place in range(4):
        with pytest.raises(Refused, match="somebody who was nominated"):
            plan(world, email=f"Nominee{place}@School.example")
    assert db.session.scalars(select(Visit)).all() == []


def test_the_host_is_told_once_and_anew_when_it_moved_and_hears_when_it_is_off(world):
    plan(world)
    with transaction():
        visits.tell_host(thing(world), by=world.person("joy"), at=AT)
    with transaction(), pytest.raises(Refused, match="knows of it"):
        visits.tell_host(thing(world), by=world.person("joy"), at=AT)
    host = thing(world).visit.host_id
    assert written() == [("publishing/visit", host, "waiting")]
    assert [one.facts["moved"] for one in invitations()] == [False]
    plan(world, starts=TOLD + 2 * HOUR, version=1)
    assert not thing(world).visit.host_knows
    with transaction():
        visits.tell_host(thing(world), by=world.person("joy"), at=AT)
    assert [one.facts["moved"] for one in invitations()] == [False, True]
    for message in db.session.scalars(select(Message)):
        assert message.facts.get("nominee", NAMES[0]) == NAMES[0]
    with transaction():  # nothing has left yet: what waits is taken back, and there is nothing more to say
        visits.call_off(thing(world), version=2, by=world.person("joy"), at=AT)
    assert {state for _template, _to, state in written()} == {"cancelled"}


def test_a_decision_that_changes_calls_the_visit_off_and_the_host_hears_no_name(world, app):
    plan(world)
    with transaction():
        visits.tell_host(thing(world), by=world.person("joy"), at=AT)
    g.organisation = None
    while mail.deliver_due(AT):
        continue
    with transaction():
        decisions.return_(world.one(0), reason="They moved away.", version=2, by=world.person("ruth"), at=AT)
        decisions.clear(world.one(0), version=3, by=world.person("joy"), at=AT)
    assert db.session.scalars(select(Visit)).one().cancelled_at == AT
    off = db.session.scalars(select(Message).where(Message.template == "publishing/visit_off")).one()
    assert set(off.facts) == {"starts_at", "place"}


def test_the_calendar_names_nobody_and_the_pages_are_the_offices_alone(world, app):
    plan(world)
    with transaction():
        visits.tell_host(thing(world), by=world.person("joy"), at=AT)
    key = thing(world).visit.key
    joy, visitor = Desk(app, world.person("joy")), Desk(app, None)
    for words in (joy.text(f"{world.desk}/release/visits.ics"), visitor.text(f"/visits/{key}.ics")):
        assert "SUMMARY:School visit" in words
        assert "LOCATION:School of Amina\\, office" in words
        assert "DTEND:" in words
        for secret in (*NAMES[:4], "Excellence", "award", "Odalys", "206"):
            assert secret.lower() not in words.lower().replace("school of amina", "")
    assert visitor.get(f"/visits/{'0' * 32}.ics").status_code == 404
    nominee = Desk(app, world.candidacy(0).people[0].person)
    for page in ("release/visits", f"release/visits/{world.reference(0)}", "release/visits.csv"):
        assert nominee.get(f"{world.desk}/{page}").status_code == 404
    assert "Odalys Marchetti" in joy.text(f"{world.desk}/release/visits")
    assert "Odalys Marchetti" in joy.text(f"{world.desk}/release/visits.csv")


def test_told_in_person_they_are_asked_what_may_be_published_and_not_before(world, app):
    plan(world)
    joy, page = Desk(app, world.person("joy"), at=TOLD + 2 * HOUR), f"{world.desk}/release/visits/{world.reference(0)}"
    with transaction():
        ready(world)
    with transaction():
        actions.approve(releases.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(TOLD)
    assert db.session.scalars(select(Message.template).where(Message.result)).all() == []
    told = f"{world.desk}/release/pages/{world.reference(0)}/told"
    assert joy.post(told, {"csrf_token": token(joy.text(page))}).status_code == 303
    assert "publishing/selected" in db.session.scalars(select(Message.template)).all()
    assert "Told" in joy.text(page)
    assert db.session.get_one(Candidacy, world.candidacies[1]).told_at is None
    moved = {"starts_at": "2026-05-19T09:00", "ends_at": "2026-05-19T10:00", **WHERE, "version": "1"}
    assert joy.post(page, {"csrf_token": token(joy.text(told.removesuffix("/told"))), **moved}).status_code == 409
