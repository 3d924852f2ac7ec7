"""What people said of a nominee: after the release, the parts whose writers agreed, read first by the office."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db, transaction
from portal.mail.models import Message
from portal.nominations.models import Nomination, Quote
from portal.nominations.rules import Stage
from portal.publishing import actions, chores
from portal.publishing.desk import queries as releases
from portal.publishing.desk.models import KindWords
from tests.support.deciding import AT, PUBLIC, TOLD, Desk, build, decide, ready, token


def released(*, surprise=False, public=True):
    with transaction():
        world = build(surprise=surprise, nominations=2)
        for place in range(4):
            if not surprise:
                world.candidacy(place).told_at = AT
            first, second = nominations(world, place)
            first.quote, first.may_tell_nominee = Quote.UNNAMED, False
            second.quote = Quote.NO
        decide(world)
        joy = world.person("joy")
        actions.plan(releases.releasing(world.slug, 2026), told_at=TOLD, public_at=PUBLIC, by=joy, at=AT)
    with transaction():
        ready(world)
    with transaction():
        actions.approve(releases.releasing(world.slug, 2026), version=1, by=world.person("ruth"), at=AT)
    chores.release_due(PUBLIC if public else TOLD)
    return world


def nominations(world, place):
    wanted = select(Nomination).where(Nomination.candidacy_id == world.candidacies[place]).order_by(Nomination.id)
    return db.session.scalars(wanted).all()


def sent():
    db.session.expire_all()
    wanted = select(Message.to_id).where(Message.template == "publishing/kind_words")
    return db.session.scalars(wanted).all()


def test_somebody_not_chosen_reads_what_was_said_by_whoever_agreed_until_it_is_taken_back(app):
    world = released()
    joy = Desk(app, world.person("joy"), at=PUBLIC)
    page, own = f"{world.desk}/kind-words/{world.reference(3)}", f"/kind-words/{world.candidacies[3]}"
    nominee = Desk(app, world.candidacy(3).people[0].person, at=PUBLIC)
    first, second = nominations(world, 3)
    text = joy.text(page)
    assert first.reference in text
    assert second.reference not in text
    fields = {"csrf_token": token(text), "version": "0", "act": "send"}
    assert joy.post(page, {**fields, "words_0": "She can fly."}).status_code == 409
    assert joy.post(page, {**fields, "words_0": ""}).status_code == 409
    assert nominee.get(own).status_code == 404
    assert joy.post(page, {**fields, "act": "save", "words_0": "She runs the homework table."}).status_code == 303
    assert (sent(), nominee.get(own).status_code) == ([], 404)
    assert joy.post(page, {**fields, "version": "1", "words_0": "She runs ... table."}).status_code == 303
    assert sent() == [world.candidacy(3).people[0].person_id]
    assert joy.post(page, {**fields, "version": "3", "words_0": "She runs"}).status_code == 409
    read = nominee.text(own)
    assert "She runs ... table." in read
    assert "Person Number" not in read
    for stranger in (Desk(app, world.candidacy(0).people[0].person, at=PUBLIC), joy):
        assert stranger.get(own).status_code == 404
    with transaction():
        db.session.get_one(Nomination, first.id).stage = Stage.WITHDRAWN
    assert "She runs" not in nominee.text(own)
    assert "Sent" in joy.text(f"{world.desk}/kind-words")


def test_nothing_of_it_exists_before_the_public_can_read(app):
    world = released(public=False)
    joy = Desk(app, world.person("joy"), at=TOLD)
    assert "Not yet" in joy.text(f"{world.desk}/kind-words")
    page = f"{world.desk}/kind-words/{world.reference(3)}"
    fields = {
        "csrf_token": token(joy.text(page)),
        "version": "0",
        "act": "send",
        "words_0": "She runs the homework table.",
    }
    assert joy.post(page, fields).status_code == 409
    assert db.session.scalars(select(KindWords)).all() == []


def test_of_a_surprise_only_those_who_were_told_are_sent_anything(app):
    world = released(surprise=True)
    joy = Desk(app, world.person("joy"), at=PUBLIC)
    with transaction():
        for place in (0, 3):
            world.candidacy(place).told_at = PUBLIC
    assert joy.get(f"{world.desk}/kind-words/{world.reference(0)}").status_code == 200
    for place in (1, 3):
        assert joy.get(f"{world.desk}/kind-words/{world.reference(place)}").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_who_was_sent_what_is_a_table(app, form):
    world = released()
    joy = Desk(app, world.person("joy"), at=PUBLIC)
    assert joy.get(f"{world.desk}/kind-words.csv?as={form}").status_code == 200
