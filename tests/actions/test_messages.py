"""What the office's messages rest on: a message that cannot be written stops nobody else's; an address noted from the command line."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import HOME, mail
from portal.accounts.models import Link
from portal.accounts.rules import token_hash
from portal.awards import queries
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.history import words
from portal.jobs import worker
from portal.mail import chores
from portal.mail.models import Message, SentCopy
from portal.mail.rules import MessageState
from portal.people.models import Person


def work(app):
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        worker.run_once(at=NOW)
    db.session.rollback()


def test_a_message_that_cannot_be_written_is_set_aside_and_the_others_leave(app):
    with transaction():
        makers.make_organisation()
        ana, bea = makers.make_person("Ana Reyes"), makers.make_person("Bea Ortiz")
        mail.post("awards/no_such_template", to=ana, at=NOW)
        mail.post("accounts/link", to=bea, at=NOW, link={"purpose": "sign in", "next": "/"})
    work(app)
    states = dict(db.session.execute(select(Message.template, Message.state)).all())
    assert states == {"awards/no_such_template": MessageState.FAILED, "accounts/link": MessageState.SENT}
    work(app)
    assert db.session.scalars(select(Message.attempts).order_by(Message.id)).all() == [1, 1], "neither is tried again"


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_message_about_awards_is_written_whole(app, language):
    from portal.awards import actions
    from portal.awards.actions import committees

    with transaction():
        cycle = makers.make_cycle(makers.make_award("Excellence in Teaching Award", slug="teaching"))
        staff = makers.make_staff()
        person = makers.make_person("Ana Reyes", email="ana@example.org", language=language)
        member = committees.appoint(cycle, person, by=staff, at=NOW)
        committees.remind(queries.member_by_id(member.id), by=staff, at=NOW)
        actions.extend(
            queries.cycle_at("teaching", 2026),
            until=makers.CLOSES.replace(day=20),
            reason="Ill.",
            by=staff,
            at=NOW,
            person=person,
        )
    work(app)
    copies = db.session.scalars(select(SentCopy)).all()
    assert len(copies) == 3
    for copy in copies:
        assert "Excellence in Teaching Award" in copy.subject
        assert "/link/" in copy.text
        assert "{" not in copy.text
        assert "midnight" not in copy.text.lower()
        assert "206 555 0142" in copy.text, "every message says whom to ask"
    said = {
        "en": "11:59\N{NO-BREAK SPACE}pm\N{NO-BREAK SPACE}Pacific",
        "es": "11:59\N{NO-BREAK SPACE}p.\N{NO-BREAK SPACE}m.,\N{NO-BREAK SPACE}hora",
    }
    assert any(said[language] in copy.text for copy in copies)


@pytest.mark.parametrize("demonstration", [True, False])
def test_what_was_sent_is_kept_word_for_word_but_for_the_private_link(app, demonstration):
    with transaction():
        makers.make_organisation(demonstration=demonstration)
        link = {"purpose": "sign in", "next": "/"}
        mail.post("accounts/link", to=makers.make_person("Ana Reyes"), at=NOW, link=link)
    work(app)
    copy = db.session.scalars(select(SentCopy)).one()
    tokens = {found for part in (copy.text, copy.html) for found in re.findall(r"/link/([^\s\"<]+)", part)}
    assert len(tokens) == 1
    opened = db.session.scalar(select(Link.token_hash)) == token_hash(tokens.pop())
    assert opened is demonstration, "only a demonstration keeps what opens"
    assert "<html" in copy.html


def test_what_was_sent_is_kept_for_three_years_and_no_longer(app):
    with transaction():
        makers.make_organisation()
        mail.post("accounts/link", to=makers.make_person("Ana Reyes"), at=NOW, link={"purpose": "sign in", "next": "/"})
    work(app)
    assert chores.sweep(NOW + timedelta(days=3 * 365)) == 0
    assert chores.sweep(NOW + timedelta(days=3 * 365 + 1)) == 1
    assert chores.sweep(NOW + timedelta(days=3 * 365 + 1)) == 0
    assert db.session.scalars(select(SentCopy)).all() == []
    assert db.session.scalars(select(Message.state)).one() is MessageState.SENT


def test_an_address_is_noted_from_the_command_line(app, portal):
    with transaction():
        makers.make_person("Ana Reyes", email="ana@example.org")
    db.session.remove()
    done = portal("bounce", "ANA@example.org", "--reason", "550 no such mailbox")
    assert "Noted for 1 person." in done.stdout
    assert db.session.scalar(select(Person.bounce_reason)) == "550 no such mailbox"


def test_every_step_that_is_recorded_has_words():
    """Whoever records a new step says in `portal/history/words.py` what the record's page calls it."""
    found = set()
    for path in (HOME / "portal").rglob("*.py"):
        found |= set(re.findall(r'\bhistory\.record\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
        found |= set(re.findall(r'(?<![\w.])record\(\s*"([^"]+)"', path.read_text(encoding="utf-8")))
    assert found - set(words.ACTIONS) == set()
