"""The worker is killed, or cut off, while a message leaves: nothing is lost, and no result is ever sent twice by itself."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import update

from portal import clock, mail
from portal.db import db, transaction
from portal.demo import makers
from portal.mail.models import Message
from portal.mail.rules import MessageState

pytestmark = [pytest.mark.kill, pytest.mark.both_databases]


@pytest.fixture
def post(app):
    """Post a message to somebody; one that tells a result, where asked."""
    with transaction():
        makers.make_organisation()

    def give(email, *, result=False):
        at = clock.now()
        with transaction():
            person = makers.make_person("Nadia Okafor", email=email)
            facts = {"award": {"en": "An award"}, "nominee": "Amina Warsame", "reference": "N-0001", "name": "Nadia"}
            message = mail.post("nominations/withdrawn", to=person, at=at, about=person, result=result, **facts)
            db.session.flush()
            return message.id

    return give


@pytest.fixture
def work(portal, smtp):
    """Let a worker do one round, delivering to the test's own mail server."""

    def once():
        done = portal("work", "--once", SMTP_URL=smtp.url)
        assert done.returncode == 0, done.stderr
        db.session.rollback()
        db.session.expire_all()

    return once


def states(*numbers):
    return [db.session.get_one(Message, number).state for number in numbers]


def later():
    """Let leases lapse and delays pass."""
    past = clock.now() - timedelta(hours=1)
    with transaction():
        db.session.execute(update(Message).values(not_before=past))
        db.session.execute(update(Message).where(Message.lease_until.is_not(None)).values(lease_until=past))


def ids(letters):
    return {letter["Message-ID"] for letter in letters}


def test_messages_leave_once_each_and_refusals_are_told_apart(post, work, smtp):
    one, gone, busy = post("one@example.org"), post("gone@example.org"), post("busy@example.org")
    smtp.refuse("gone@example.org")
    smtp.refuse("busy@example.org", "450 4.2.1 come again")
    work()
    assert states(one, gone, busy) == [MessageState.SENT, MessageState.BOUNCED, MessageState.WAITING]
    smtp.refusals.clear()
    later()
    work()
    assert states(one, gone, busy) == [MessageState.SENT, MessageState.BOUNCED, MessageState.SENT]
    assert [len(smtp.to(f"{who}@example.org")) for who in ("one", "gone", "busy")] == [1, 0, 1]


def test_a_connection_cut_after_the_text_repeats_a_plain_message_and_never_a_result(post, work, smtp):
    plain, result = post("plain@example.org"), post("result@example.org", result=True)
    smtp.drop_after_data = True
    work()
    assert states(plain, result) == [MessageState.WAITING, MessageState.FAILED]
    smtp.drop_after_data = False
    later()
    work()
    assert states(plain, result) == [MessageState.SENT, MessageState.FAILED]
    assert len(smtp.to("plain@example.org")) == 2
    assert len(ids(smtp.to("plain@example.org"))) == 1
    assert len(smtp.to("result@example.org")) == 1


@pytest.mark.parametrize("result", [False, True], ids=["plain", "result"])
def test_a_worker_killed_while_a_message_leaves_sends_it_again_only_where_that_is_harmless(
    result, post, work, smtp, portal
):
    number = post("nadia@example.org", result=result)
    arrived, hold = threading.Event(), threading.Event()
    taking = smtp.handle_DATA

    async def take_and_wait(server, session, envelope):
        answer = await taking(server, session, envelope)
        arrived.set()
        await asyncio.to_thread(hold.wait)  # the text was taken, and nobody is told
        return answer

    smtp.handle_DATA = take_and_wait
    worker = portal.start("work", SMTP_URL=smtp.url)
    assert arrived.wait(30), portal.said()
    worker.kill()
    worker.wait()
    hold.set()
    smtp.handle_DATA = taking
    time.sleep(0.1)
    work()  # the lease holds: nobody else takes it yet
    assert states(number) == [MessageState.SENDING]
    assert len(smtp.messages) == 1
    later()
    work()
    work()
    assert states(number) == [MessageState.FAILED if result else MessageState.SENT]
    assert len(smtp.messages) == (1 if result else 2)
    assert len(ids(smtp.messages)) == 1
    if result:
        assert "may have arrived" in db.session.get_one(Message, number).problem
