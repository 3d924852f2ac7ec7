"""Interviews and visits: a time and a place with the nominee and the readers, in messages that say only that."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import NOW, make_person
from portal.errors import Refused
from portal.mail import writing
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.actions import screening
from portal.nominations.models import Candidacy, CandidacyPerson
from portal.nominations.rules import CandidacyStep
from portal.people.models import Person
from portal.review.actions import assigning
from portal.review.models import Appointment, SpokenName
from portal.review.rules import appointments as rules
from portal.review.rules.kinds import RoundKind
from tests.pages.test_reviewing import Browser
from tests.support.reviewing import LATER, make_open

DAY = timedelta(days=1)


@pytest.mark.parametrize(("starts", "ends", "fits"), [(1, 2, True), (2, 1, False), (2, 2, False), (-2, -1, False)])
def test_a_meeting_ends_after_it_begins_and_is_still_to_come(starts, ends, fits):
    if fits:
        rules.check(NOW + starts * DAY, NOW + ends * DAY, at=NOW)
    else:
        with pytest.raises(Refused):
            rules.check(NOW + starts * DAY, NOW + ends * DAY, at=NOW)


def posted():
    db.session.rollback()
    wanted = (
        select(Message)
        .options(joinedload(Message.to))
        .where(Message.template.startswith("review/interview"))
        .order_by(Message.id)
    )
    return db.session.scalars(wanted).all()


def test_a_time_is_set_told_moved_and_called_off_and_nothing_that_is_sent_says_more(app):
    with transaction():
        made = make_open(candidacies=3, members=2, reads=1, blind=False)
        made.round.kind = RoundKind.INTERVIEW
        one = made.candidacies[0]
        nominee = make_person(one.name, email="nominee@homes.example")
        db.session.add(CandidacyPerson(candidacy_id=one.id, cycle_id=one.cycle_id, person_id=nominee.id))
        reference = db.session.scalar(select(SpokenName.reference).where(SpokenName.candidacy_id == one.id))
        root = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
        award, name, number = made.cycle.award.name["en"], one.name, nominee.id
        reader = next(p for p in made.people if any(r.candidacy_id == one.id for r in made.readings(p)))
        reading = next(r for r in made.readings(reader) if r.candidacy_id == one.id).position
        reader, staff = reader.id, made.staff.id
    office = Browser(app, staff)
    page = f"{root}/interviews/{reference}"
    assert f"{root}/interviews" in office.text(f"{root}/round")
    times = {"starts_at": "2026-05-04T10:00", "ends_at": "2026-05-04T10:30", "place": "https://call.example/4411"}
    early = office.post(page, {**times, "ends_at": "2026-05-04T09:00", "version": "0"})
    assert "It ends before it begins." in early.get_data(as_text=True)
    assert office.post(page, {**times, "place": "", "version": "0"}).status_code == 422
    assert office.post(page, {**times, "version": "0"}).status_code == 303
    assert office.post(page, {**times, "version": "0"}).status_code == 409  # another window set it already
    assert posted() == []
    refused = office.post(f"{page}/telling", page=page)
    assert "Invite them to add their part first" in refused.get_data(as_text=True)
    with transaction():
        db.session.get_one(Candidacy, one.id).told_at = NOW
    assert office.post(f"{page}/telling", page=page).status_code == 303
    assert [(each.template, each.to_id) for each in posted()] == [
        ("review/interview", number),
        ("review/interview_reader", reader),
    ]
    assert "Told" in office.text(f"{root}/interviews")
    with clock.at(LATER):
        said = writing.write(posted()[0], link=None, language="en")
    assert "https://call.example/4411" in said.text
    assert not re.search("select|score|shortlist|final|round", said.text + said.subject, re.IGNORECASE)
    assert name not in said.subject
    key = db.session.scalars(select(Appointment.key)).one()
    calendar = app.test_client().get(f"/interviews/{key}.ics").get_data(as_text=True)
    assert "SUMMARY:Conversation" in calendar
    assert "DTSTART:20260504T170000Z" in calendar
    assert not [word for word in (award, *name.split(), reference) if word in calendar]
    assert "https://call.example/4411" in Browser(app, reader).text(f"/reading/{reading}")

    assert_moving_and_ending_are_told(app, office, page, times, (one.id, number, reader, staff))
    assert "STATUS:CANCELLED" in app.test_client().get(f"/interviews/{key}.ics").get_data(as_text=True)
    assert office.get(page).status_code == 404


def assert_moving_and_ending_are_told(app, office, page, times, numbers):
    one, number, reader, staff = numbers
    with transaction():
        for each in db.session.scalars(select(Message).where(Message.to_id == number)):
            each.state = MessageState.SENT  # the reader's still waits
    moved = {**times, "starts_at": "2026-05-05T10:00", "ends_at": "2026-05-05T10:30", "version": "1"}
    assert office.post(page, moved).status_code == 303
    assert "Moved since they were told" in office.text(page.rpartition("/")[0])
    assert [each.state.value for each in posted()] == ["sent", "cancelled"]  # no message says the old time any more
    assert office.post(f"{page}/telling", page=page).status_code == 303
    with clock.at(LATER):
        assert "has moved" in writing.write(posted()[2], link=None, language="en").subject
    with transaction():
        screening.decide(
            db.session.get_one(Candidacy, one),
            CandidacyStep.WITHDRAW,
            by=db.session.get_one(Person, staff),
            at=LATER,
            reason="Asked to.",
        )
    assert [(each.template, each.to_id, each.state.value) for each in posted()][2:] == [
        ("review/interview", number, "cancelled"),
        ("review/interview_reader", reader, "cancelled"),
        ("review/interview_off", number, "waiting"),  # the reader never heard of it
    ]


def test_a_reader_who_joins_after_everybody_was_told_hears_the_same_and_one_who_joins_before_hears_nothing_twice(app):
    with transaction():
        made = make_open(candidacies=2, members=2, reads=1, blind=False)
        made.round.kind = RoundKind.INTERVIEW
        at = {"planned_by_id": made.staff.id, "planned_at": NOW, "place": "Room 4", "round_id": made.round.id}
        joins = {}
        for one, told in zip(made.candidacies, (NOW, None), strict=True):
            times = {"starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY, "told_at": told, "told_version": told and 1}
            db.session.add(Appointment(candidacy_id=one.id, key=f"key-{one.id}", **at, **times))
            joins[one.id] = next(p for p in made.people if all(r.candidacy_id != one.id for r in made.readings(p)))
        db.session.flush()
        for one in made.candidacies:
            assigning.assign(made.round, one, joins[one.id], by=made.staff, at=LATER)
        known, reader, name = made.candidacies[0].id, joins[made.candidacies[0].id].id, made.candidacies[0].name
    (message,) = posted()
    assert (message.template, message.to_id, message.about_id) == ("review/interview_reader", reader, known)
    with clock.at(LATER):
        said = writing.write(message, link=None, language="en")
    assert "Room 4" in said.text
    assert name in said.text
    assert "moved" not in said.subject
