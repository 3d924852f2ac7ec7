"""Staff write the words of messages in the browser: allow-listed fields, each language by itself, versions, tests."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock, mail
from portal.awards.reminders.models import ReminderPlan
from portal.awards.reminders.rules import USUAL
from portal.awards.reminders.rules import Kind as ReminderKind
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.jobs import worker
from portal.mail.models import Message, SentCopy
from portal.mail.wording import kinds, rules
from portal.mail.wording.models import Wording
from portal.mail.writing import in_words, lay_out, sample_facts, sample_reader, shipped, write
from portal.people.models import Person
from portal.web.language import speaking

SLUG = "nominations.letter_asked"
WHERE = f"/desk/messages/words/{SLUG}/en"
BODY = """Dear {name},

{asker} hopes for your words about {nominee}. {surprise_words}

> {note}

[Write to us]({link})

Until {deadline}."""


@pytest.fixture
def staff(app):
    with transaction():
        makers.make_organisation()
        return makers.make_staff()


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


def ask(to, **facts):
    known = {
        "name": to.name,
        "nominee": "Amina Warsame",
        "award": {"en": "Teaching Award", "es": "Premio de Enseñanza"},
        "year": 2026,
        "asker": "Ruth Alemayehu",
        "note": "[Sign in](https://evil.example/) {link} <script>",
        "deadline": (NOW + timedelta(days=9)).isoformat(),
        "surprise": True,
    }
    link = {"purpose": "sign in", "next": "/letters"}
    return mail.post("nominations/letter_asked", to=to, at=NOW, link=link, **{**known, **facts})


def work(app):
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        worker.run_once(at=NOW)
    db.session.rollback()


def token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def press(client, act, *, where=WHERE, **fields):
    page = client.get(where).text
    number = re.search(r'name="number"[^>]*value="(\d+)"', page)[1]
    data = {
        "csrf_token": token(page),
        "number": number,
        "act": act,
        "case": "invented",
        "subject": "A letter about {nominee}?",
        "body": BODY,
    }
    return client.post(where, data={**data, **fields})


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_shipped_words_of_every_kind_can_be_taken_over_as_they_are(app, staff, code):
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        for kind in kinds.KINDS:
            words = shipped(kind, code)
            assert rules.problems(kind, words.subject, "\n\n".join(words.blocks)) == [], kind.slug
            held = "\n".join([words.subject, *words.blocks])
            assert "1801" not in held, kind.slug
            named = {each.name for each in kind.fields if f"{{{each.name}}}" in held}
            made = {each.name for each in kind.fields if each.how not in {kinds.How.TEXT, kinds.How.SAID}}
            assert made <= named, f"{kind.slug}: a field that was not found in its own words"
            link = "http://localhost/link/x"
            facts = {**sample_facts(kind), **({kind.address: link} if kind.address else {})}
            with speaking(code):
                body = "\n\n".join(words.blocks)
                own = lay_out(
                    in_words(kind, words.subject, body, facts=facts, person=sample_reader(), link=link), language=code
                )
            assert "{" not in own.text, kind.slug
            reader = Person(given_name="Rosa", family_name="Delgado")
            sent = write(Message(template=kind.template, facts=facts, to=reader), link=link, language=code)
            assert own.text.split() == sent.text.split(), f"{kind.slug}: taken over as they are, its words say the same"


def test_words_are_written_seen_tested_kept_in_versions_and_set_back(app, client, staff, sign_in):
    with transaction():
        writer = makers.make_person("Desmond Pryce", email="desmond@example.org")
        lector = makers.make_person("Rosa Vega", email="rosa@example.org", language="es")
        real = ask(writer)
        db.session.flush()
        number, own, readers = real.id, staff.email, (writer.id, lector.id)
    sign_in(client, staff)
    assert SLUG in client.get("/desk/messages/words").text
    page = client.get(WHERE).text
    assert "{nominee}" in page
    assert "{surprise_words}" in page
    refused = press(client, "save", body="Hello {nmae}")
    assert refused.status_code == 422
    assert "{nmae}" in refused.text
    assert "{name}" in refused.text
    seen = press(client, "see", case=str(number))
    assert seen.status_code == 200
    assert "Ruth Alemayehu hopes for your words about Amina Warsame. It is a surprise" in seen.text
    assert db.session.scalar(select(Wording.id)) is None, "showing saves nothing"
    assert press(client, "test", case=str(number)).status_code == 200
    work(app)
    tests = db.session.scalars(select(SentCopy).where(SentCopy.to_email == own)).all()
    assert len(tests) == 1
    assert "Ruth Alemayehu hopes" in tests[0].text
    assert "/link/" not in tests[0].text
    assert press(client, "save").status_code == 303
    with transaction():
        for reader in readers:
            ask(db.session.get_one(Person, reader))
    work(app)
    english, spanish = db.session.scalars(select(SentCopy).where(SentCopy.to_email != own).order_by(SentCopy.id)).all()[
        -2:
    ]
    assert english.subject == "A letter about Amina Warsame?"
    assert "Dear Desmond Pryce," in english.text
    assert english.html.count("<a ") == 1, "what people typed makes no link"
    assert "<script>" not in english.html
    assert "Ruth Alemayehu" in spanish.text
    assert "hopes for" not in spanish.text, "a language nobody wrote keeps the shipped words"
    assert press(client, "save", subject="Other words about {nominee}").status_code == 303
    stale = press(client, "save", subject="Stale words", number="1")
    assert stale.status_code == 422
    assert "Stale words" in stale.text, "what was typed is kept"
    old = client.get(f"{WHERE}?version=1").text
    assert "A letter about {nominee}?" in old
    again = client.post(f"{WHERE}/shipped", data={"csrf_token": token(old), "number": "2"})
    assert again.status_code == 303
    held = db.session.scalars(select(Wording).order_by(Wording.number)).all()
    assert [each.body is None for each in held] == [False, False, True]
    assert client.get("/desk/messages/words/nominations.no_such/en").status_code == 404
    assert client.get(f"/desk/messages/words/{SLUG}/xx").status_code == 404


def test_staff_switch_reminders_off_and_say_how_many_days_before(app, client, staff, sign_in):
    with transaction():
        makers.make_cycle(makers.make_award("Excellence in Teaching Award", slug="teaching"))
    where = "/desk/teaching/2026/reminders"
    sign_in(client, staff)
    assert where in client.get("/desk/teaching/2026").text
    page = client.get(where).text
    assert "None went out yet" in page
    fields = {"csrf_token": token(page)}
    for kind, days in USUAL.items():
        fields |= {
            f"{kind.value}_on": "y",
            f"{kind.value}_days": ", ".join(map(str, days)),
            f"{kind.value}_version": "0",
        }
    wrong = client.post(where, data={**fields, "letter_days": "soon"})
    assert wrong.status_code == 422
    assert "soon" in wrong.text
    assert "Write whole days" in wrong.text
    changed = {**fields, "letter_days": "21, 3"}
    del changed["draft_on"]
    assert client.post(where, data=changed).status_code == 303
    held = {plan.kind: (plan.on, plan.days) for plan in db.session.scalars(select(ReminderPlan))}
    assert held == {ReminderKind.LETTER: (True, [21, 3]), ReminderKind.DRAFT: (False, [7, 2])}
    stale = client.post(where, data={**fields, "letter_days": "9"})
    assert stale.status_code == 422
    assert "Somebody changed the reminders" in stale.text


def test_a_visit_in_staffs_own_words_still_leads_to_its_calendar(app, staff):
    kind = kinds.by_slug("publishing.visit.moved")
    facts = {**sample_facts(kind), "calendar": f"{app.config['SETTINGS'].base_url}/visits/abc.ics"}
    with transaction():
        body = "{name}: now {starts_at}, {place}.\n\n[Calendar]({link})"
        db.session.add(
            Wording(kind=kind.slug, language="en", number=1, subject="Later", body=body, by_id=staff.id, written_at=NOW)
        )
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        app.preprocess_request()
        host = Person(given_name="Rosa", family_name="Delgado")
        said = write(Message(template=kind.template, facts=facts, to=host), link=None, language="en")
        first = write(
            Message(template=kind.template, facts={**facts, "moved": False}, to=host), link=None, language="en"
        )
    assert said.subject == "Later"
    assert f"Calendar:\n{facts['calendar']}" in said.text
    assert first.subject != "Later", "each case has words of its own"
