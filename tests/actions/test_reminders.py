"""Reminders as rows: each once for its kind, thing, person and due instant, to whoever has not finished and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from portal.awards import chores as awards
from portal.awards.models import Cycle
from portal.awards.reminders import actions
from portal.awards.reminders.models import Reminder
from portal.awards.reminders.rules import Kind
from portal.awards.rules import CycleStage, MemberState
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import CLOSES, NOW
from portal.errors import Stale
from portal.mail.models import Message
from portal.nominations import chores
from portal.nominations.actions import consent, parts, writing
from portal.nominations.models import Candidacy, Field, Nomination
from portal.nominations.rules import Stage
from portal.review import chores as review
from portal.review.rules.lives import AssignmentState


@pytest.fixture(autouse=True)
def _forgetful():
    for looked in (awards._looked, chores._looked_at_silent, review._looked):
        looked.clear()


def told(template):
    wanted = select(Message).where(Message.template == template).order_by(Message.id)
    return [message.to_id for message in db.session.scalars(wanted)]


def look(chore, due, *days):
    """Let the worker look so many days before something is due, twice each time."""
    for each in days:
        for later in (timedelta(0), timedelta(minutes=2)):
            chore(due - timedelta(days=each) + later)
    db.session.rollback()


def test_drafts_are_reminded_of_before_the_deadline_that_holds_for_their_writer(app):
    with transaction():
        cycle = makers.make_cycle()
        names = ("ana", "ben", "cleo", "dora", "eve", "finn")
        ana, ben, cleo, dora, eve, finn = (makers.make_person(f"{each.title()} Writer") for each in names)
        for nominee in ("Amina Warsame", "Tom Baker"):  # two drafts, one message
            makers.make_nomination(cycle, nominator=ana, nominee=nominee, stage=Stage.DRAFT)
        sent = makers.make_nomination(cycle, nominator=ben)
        makers.make_nomination(cycle, nominator=ben, stage=Stage.DRAFT)  # of somebody he nominated already
        writing.discard(makers.make_nomination(cycle, nominator=cleo, stage=Stage.DRAFT), at=NOW)
        empty = makers.make_nomination(cycle, nominator=dora, stage=Stage.DRAFT, texts=())
        empty.named[0].name_key = ""
        makers.make_nomination(cycle, nominator=eve, stage=Stage.DRAFT, at=CLOSES - timedelta(days=1))
        makers.make_nomination(cycle, nominator=finn, stage=Stage.DRAFT, texts=("Only this.",))
        whole = [ana.id, finn.id]
        finn.bounced_at = NOW
        number, gone = cycle.id, sent.id
    look(chores.look_after_the_silent, CLOSES, 20, 8)
    assert told("nominations/draft_reminder") == []
    look(chores.look_after_the_silent, CLOSES, 7, 6, 2, 1, 0, -1)
    assert told("nominations/draft_reminder") == [whole[0]] * 2
    rows = db.session.scalars(select(Reminder).order_by(Reminder.id)).all()
    assert [(row.kind, row.days, row.cycle_id) for row in rows] == [(Kind.DRAFT, 7, number), (Kind.DRAFT, 2, number)]
    values = {column.name: getattr(rows[0], column.key) for column in Reminder.__table__.columns if column.name != "id"}
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Reminder).values(**values))
    db.session.rollback()
    assert db.session.get_one(Nomination, gone).stage is Stage.SUBMITTED


def test_after_downtime_one_reminder_goes_and_a_moved_deadline_reminds_anew(app):
    with transaction():
        cycle = makers.make_cycle()
        draft = makers.make_nomination(cycle, stage=Stage.DRAFT)
        writer, number = draft.nominator_id, cycle.id
    look(chores.look_after_the_silent, CLOSES, 1)
    assert told("nominations/draft_reminder") == [writer]
    later = CLOSES + timedelta(days=9)
    with transaction():
        db.session.get_one(Cycle, number).closes_at = later
    look(chores.look_after_the_silent, later, 6, 1)
    assert told("nominations/draft_reminder") == [writer] * 3


def test_what_staff_switch_off_or_move_holds_for_that_cycle_alone(app):
    with transaction():
        staff = makers.make_staff()
        off, moved = makers.make_cycle(), makers.make_cycle(year=2026)
        writers = [makers.make_nomination(cycle, stage=Stage.DRAFT).nominator_id for cycle in (off, moved)]
        versions = dict.fromkeys(Kind, 0)
        actions.plan(off, {Kind.DRAFT: (False, (7, 2))}, versions=versions, by=staff, at=NOW)
        actions.plan(moved, {Kind.DRAFT: (True, (21, 3))}, versions=versions, by=staff, at=NOW)
        with pytest.raises(Stale):
            actions.plan(moved, {Kind.DRAFT: (True, (1,))}, versions=versions, by=staff, at=NOW)
    look(chores.look_after_the_silent, CLOSES, 21, 7, 3, 2, 1)
    assert told("nominations/draft_reminder") == [writers[1]] * 2


def test_readers_and_the_invited_are_reminded_while_they_owe_something(app):
    with transaction():
        cycle = makers.make_cycle(stage=CycleStage.IN_REVIEW)
        round_ = makers.make_round(cycle)
        asked = makers.make_member(cycle, state=MemberState.INVITED, declared=False)
        makers.make_member(cycle, state=MemberState.DECLINED, declared=False)
        owes, done, back = (makers.make_person() for _ in range(3))
        for person in (owes, done, back):
            makers.make_member(cycle, person)
        candidacies = [makers.make_candidacy(cycle, name=f"Nominee {word}") for word in ("One", "Two")]
        for candidacy in candidacies:
            makers.make_assignment(round_, candidacy, owes)
            makers.make_assignment(round_, candidacy, done, state=AssignmentState.SUBMITTED)
            makers.make_assignment(round_, candidacy, back, state=AssignmentState.DECLINED)
        closes, opens = round_.closes_at, cycle.scoring_opens_at
        reader, invited = owes.id, asked.person_id
    look(review.remind_readers, closes, 6, 5, 4, 1, 0)
    assert told("review/reminder") == [reader] * 2
    assert {m.facts["count"] for m in db.session.scalars(select(Message).where(Message.to_id == reader))} == {2}
    look(awards.remind_invited, opens, 15, 14, 5, 0)
    assert told("awards/invitation_again") == [invited] * 2


def test_whoever_was_asked_what_may_be_published_and_is_silent_hears_once_more(app):
    with transaction():
        cycle = makers.make_cycle(stage=CycleStage.IN_REVIEW)
        staff = makers.make_staff()
        silent, spoke, minor, left, never = (
            makers.make_candidacy(cycle, name=f"Nominee {word}", person=makers.make_person(f"Nominee {word}"))
            for word in ("Silent", "Spoke", "Minor", "Left", "Never")
        )
        young = minor.people[0].person
        young.minor, young.guardian_email = True, "guardian@example.org"
        for candidacy in (silent, spoke, minor, left):
            db.session.refresh(candidacy, ["cycle", "people"])
            consent.ask(candidacy, at=NOW, by=staff)
        person = spoke.people[0].person
        consent.say(spoke, person, {Field.NAME: False}, words={Field.NAME: "My name"}, by_guardian=False, at=NOW)
        part = parts._part(left, left.people[0].person, at=NOW)
        part.state, part.invited_at = parts.PartState.INVITED, NOW
        db.session.flush()
        parts.decline(left, part, reason="", by=left.people[0].person, at=NOW)
        due = cycle.announced_at
        wanted = {silent.people[0].person_id: None, young.id: "guardian@example.org"}
        number = never.id
    look(chores.look_after_the_silent, due, 8, 7, 2)
    found = db.session.scalars(select(Message).where(Message.template == "nominations/consent_reminder")).all()
    assert {message.to_id: message.to_email for message in found} == wanted
    assert len(found) == 4
    assert db.session.get_one(Candidacy, number).told_at is None
