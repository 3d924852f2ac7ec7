"""The meeting's pages: who may lead and see, what a conflict takes out of them, what is refused, and what a list costs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.demo import makers
from portal.nominations.models import Candidacy, Conflict, Kind
from portal.nominations.rules import ConflictState
from portal.review.actions import meeting
from portal.review.models import AgendaItem, Meeting, Standing
from portal.review.queries import meeting as queries
from portal.review.queries import rounds
from tests.support.deciding import AT, Desk, build, token
from tests.support.office import counted


@pytest.fixture
def world(app):
    with transaction():
        made = build(places=2, ranks=(1, 2, 2, 4))
        round_ = rounds.newest(made.cycle)
        held = meeting.begin(round_, seed=3, present=[], by=made.person("joy"), at=AT)
        for number in made.candidacies:
            meeting.bring(round_, held, db.session.get_one(Candidacy, number), by=made.person("joy"), at=AT)
    return made


@pytest.fixture
def joy(app, world):
    return Desk(app, world.person("joy"))


def test_a_conflict_takes_a_candidacy_out_of_the_agenda_the_screen_and_the_minutes(app, world, joy):
    first = db.session.get_one(Candidacy, world.candidacies[0])
    pages = ("meeting", "meeting-screen", "minutes")
    stop = f"{world.desk}/meeting/{world.reference(0)}"
    joy.send(stop, f"{stop}/screen")
    assert all(first.name in joy.text(f"{world.desk}/{page}") for page in pages)
    with transaction():
        db.session.add(
            Conflict(
                candidacy_id=first.id,
                person_id=world.person("joy").id,
                kind=Kind.FAMILY,
                state=ConflictState.DECLARED,
                fact="A cousin.",
                raised_at=AT,
            )
        )
    assert not [page for page in pages if first.name in joy.text(f"{world.desk}/{page}")]
    assert joy.get(f"{world.desk}/meeting/{world.reference(0)}").status_code == 404
    missing = joy.get(f"{world.desk}/meeting/C-9999")
    assert joy.get(f"{world.desk}/meeting/{world.reference(0)}").get_data().count(b"csrf") == missing.get_data().count(
        b"csrf"
    )


@pytest.mark.parametrize(("order", "shown"), [("raw", "3.25"), ("adjusted", "2.75")])
def test_the_agenda_shows_the_score_that_the_standings_go_by(world, joy, order, shown):
    with transaction():
        round_ = rounds.newest(world.cycle)
        round_.calibration, round_.calibrated_version = {"order": order}, round_.standings_version
        standing = db.session.scalars(select(Standing).where(Standing.candidacy_id == world.candidacies[0])).one()
        standing.mean, standing.facts = 32.5, {**standing.facts, "calibrated": {"adjusted": 2.75}}
    page = joy.text(f"{world.desk}/meeting")
    assert shown in page
    assert not [other for other in ("2.75", "3.25") if other != shown and other in page]


def test_a_proposal_that_is_refused_stays_on_the_page_with_its_words(world, joy):
    page = f"{world.desk}/meeting/{world.reference(1)}"
    answer = joy.send(page, f"{page}/proposal", outcome="", reason="We all agreed on this one.")
    assert answer.status_code == 422
    assert "We all agreed on this one." in answer.get_data(as_text=True)
    assert joy.send(page, f"{page}/proposal", outcome="finalist", reason="We all agreed.").status_code == 303
    assert "We all agreed." in joy.text(f"{world.desk}/minutes")


def test_after_the_end_the_walk_is_only_read(world, joy):
    page = f"{world.desk}/meeting/{world.reference(1)}"
    earlier = token(joy.text(page))  # a page left open since before the end
    joy.send(f"{world.desk}/meeting", f"{world.desk}/meeting/end")
    assert "Talked about. Next" not in joy.text(page)
    for step in ("screen", "talked"):
        with clock.at(AT):
            answer = joy.client.post(f"{page}/{step}", data={"csrf_token": earlier})
        assert answer.status_code == 409
        assert "This meeting has ended." in answer.get_data(as_text=True)


def test_a_member_reads_the_screen_and_the_minutes_and_leads_nothing(app, world):
    with transaction():
        member = makers.make_member(rounds.newest(world.cycle).cycle).person_id
    from portal.people.models import Person

    desk = Desk(app, db.session.get_one(Person, member))
    assert desk.get(f"{world.desk}/meeting-screen").status_code == 200
    assert desk.get(f"{world.desk}/minutes").status_code == 200
    assert desk.get(f"{world.desk}/meeting").status_code == 404
    assert desk.get(f"{world.desk}/meeting/{world.reference(0)}").status_code == 404


@pytest.mark.parametrize("page", ["meeting", "meeting-screen", "minutes"])
def test_a_long_agenda_costs_what_a_short_one_does(app, world, joy, page):
    joy.text(f"{world.desk}/{page}")
    with transaction():
        held = db.session.query(Meeting).one()
        rows = db.session.query(AgendaItem).order_by(AgendaItem.position).all()
        for row in rows[1:]:
            db.session.delete(row)
        held.shown_id = rows[0].candidacy_id
    joy.text(f"{world.desk}/{page}")
    with counted() as few:
        joy.text(f"{world.desk}/{page}")
    with transaction():
        round_ = rounds.newest(world.cycle)
        for number in world.candidacies:
            meeting.bring(
                round_, queries.of(round_), db.session.get_one(Candidacy, number), by=world.person("joy"), at=AT
            )
    joy.text(f"{world.desk}/{page}")
    with counted() as many:
        joy.text(f"{world.desk}/{page}")
    assert len(many) == len(few)
