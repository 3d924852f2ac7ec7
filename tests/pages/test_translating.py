"""Anyone writes in any language: noticed, translated beside the original, approved by somebody else, read side by side."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.accounts.models import Grant
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.errors import Refused, Stale
from portal.files import actions as files
from portal.files import rules as file_rules
from portal.jobs import worker
from portal.mail.models import Message
from portal.nominations import chores
from portal.nominations.actions import letters
from portal.nominations.models import LetterPlan, Nomination, Snapshot
from portal.nominations.queries import letters as letter_queries
from portal.nominations.queries.writing import by_reference
from portal.nominations.rules.letters import WriterRole
from portal.nominations.translating import actions, queries
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState as S
from portal.people.models import Person
from portal.review.actions import masking, rounds
from portal.review.queries import rounds as round_queries
from portal.review.queries import texts
from portal.review.rules.masking import plain
from tests.support import hostile

SOMALI = "Macallimad Warsame waxay caawisaa carruurta oo dhan, waxayna joogtaa iskuulka ilaa ay dhammaadaan casharrada."
ENGLISH = "Ms. Warsame helps all the children, and stays at the school until the lessons are over."


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def world(app):
    with transaction():
        makers.make_organisation()
        award = makers.make_award("Excellence in Teaching Award", slug="teaching")
        cycle = makers.make_cycle(award, stage=CycleStage.CLOSED)
        candidacy = makers.make_candidacy(cycle, name="Amina Warsame", nominations=0)
        foreign = makers.make_nomination(cycle, candidacy=candidacy, texts=(SOMALI, "", ""))
        makers.make_nomination(cycle, candidacy=candidacy, texts=("She stays with the students and is always there.",))
        staff, second, member = (
            makers.make_staff("Joy Tanaka"),
            makers.make_staff("Ruth Alemayehu"),
            makers.make_person(),
        )
        makers.make_member(cycle, member)
        found = {
            "cycle": cycle.id,
            "nomination": foreign.id,
            "nominator": foreign.nominator_id,
            "nominee": candidacy.people[0].person_id,
            "candidacy": candidacy.id,
            "staff": staff.id,
            "second": second.id,
            "member": member.id,
        }
    chores._noticed.clear()
    chores.notice_languages(NOW)
    db.session.rollback()
    return found


def person(world, key):
    return db.session.get_one(Person, world[key])


def only(state=None):
    wanted = select(Translation.id).where(Translation.state != S.NOT_NEEDED)
    return queries.by_number(db.session.scalars(wanted).one())


def token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def send(client, where, **fields):
    page = client.get(where).text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    data = {"csrf_token": token(page), "version": version[1] if version else "", **fields}
    return client.post(where, data=data)


def test_a_somali_nomination_is_noticed_translated_approved_and_read_side_by_side(app, world, sign_in):
    desk = "/desk/teaching/2026/translations"
    joy, ruth, translator = (app.test_client() for _ in range(3))
    sign_in(joy, person(world, "staff"))
    sign_in(ruth, person(world, "second"))
    number = only().id
    assert db.session.get_one(Nomination, world["nomination"]).language == "so"
    db.session.rollback()
    page = joy.get(desk).text
    assert "Soomaali" in page
    assert page.count("row-name") == 1, "what is written in the language read here needs nobody"
    where = f"{desk}/{number}"
    assert send(joy, where, act="ask", who="new", name="Hodan Ali").status_code == 422
    asked = send(joy, where, act="ask", who="new", name="Hodan Ali", email="hodan@example.org")
    assert asked.status_code == 303
    told = db.session.scalars(select(Message)).one()
    assert told.link == {"purpose": "sign in", "next": f"/translations/{number}"}
    hodan = db.session.scalars(select(Person).where(Person.email == "hodan@example.org")).one()
    db.session.rollback()
    sign_in(translator, hodan)
    own = f"/translations/{number}"
    shown = html.unescape(translator.get(own).text)
    assert SOMALI in shown
    assert 'lang="so"' in shown
    assert person(world, "nominator").name not in shown, "the text given to them, and nobody's name beside it"
    db.session.rollback()
    for place in (where, desk, "/desk"):
        assert translator.get(place).status_code == 404
    assert send(translator, own, text_0="").status_code == 422
    assert send(translator, own, text_0=ENGLISH, later="1").status_code == 303
    assert ENGLISH in translator.get(own).text
    stale = send(translator, own, text_0="Overwritten", version="1")
    assert stale.status_code == 422
    assert "Overwritten" in stale.text
    assert send(translator, own, text_0=ENGLISH).status_code == 303
    assert "nothing more to do" in translator.get(own).text
    assert only().state is S.HANDED_IN
    assert send(joy, where, act="return", reason="").status_code == 422
    assert send(joy, where, act="return", reason="Say iskuulka as school.").status_code == 303
    assert "iskuulka as school" in translator.get(own).text
    assert send(translator, own, text_0=ENGLISH).status_code == 303
    beside = ruth.get(where).text
    assert SOMALI in beside
    assert ENGLISH in beside
    assert send(ruth, where, act="approve").status_code == 303
    assert only().state is S.APPROVED
    assert "Original and translation" in ruth.get("/desk/teaching/2026/candidacies/C-0001").text


def test_reviewers_read_which_is_which_and_masking_covers_both(app, world):
    with transaction():
        cycle = only().cycle
        translation = only()
        actions.ask(translation, person(world, "second"), by=person(world, "staff"), at=NOW)
        key = queries.originals(translation)[0].key
        actions.hand_in(translation, {key: ENGLISH}, version=translation.version, by=person(world, "second"), at=NOW)
    with transaction():
        round_ = rounds.make(only().cycle, seed=7, by=person(world, "staff"), at=NOW)
        number = round_.id
        before = texts.progress(round_).all
        with pytest.raises(Refused):
            actions.approve(only(), version=only().version, by=person(world, "second"), at=NOW)
        with pytest.raises(Stale):
            actions.approve(only(), version=1, by=person(world, "staff"), at=NOW)
        actions.approve(only(), version=only().version, by=person(world, "staff"), at=NOW)
    round_ = round_queries.by_id(number)
    assert texts.progress(round_).all == before + 1, "a translation has to be looked over like everything else"
    assert texts.reading(round_, world["candidacy"]).passages == []
    with transaction():
        for row in db.session.scalars(select(masking.Masked)):
            row.approved_at = NOW
    round_ = round_queries.by_id(number)
    read = [each for each in texts.reading(round_, world["candidacy"]).passages if each.written_in]
    assert len(read) == 1
    assert "Warsame" not in plain(read[0].pieces)
    assert "Warsame" not in plain(read[0].translated)
    assert "helps all the children" in plain(read[0].translated)
    assert (read[0].written_in, read[0].into) == ("so", "en")
    with app.test_request_context("/"):
        from portal.review.views.drawing import beside

        drawn = str(beside(read[0]))
        assert (
            drawn.index("Translation into English") < drawn.index("helps all") < drawn.index("As written, in Soomaali")
        )
        assert 'lang="so"' in drawn
    with transaction():
        actions.open_again(only(), by=person(world, "staff"), at=NOW)
    round_ = round_queries.by_id(number)
    again = [each for each in texts.reading(round_, world["candidacy"]).passages if each.written_in]
    assert again[0].translated is None
    db.session.rollback()
    assert cycle is not None


def test_a_letter_that_came_as_a_file_is_translated_beside_its_pages_and_read_beside_them(app, world, sign_in):
    with transaction():
        db.session.add(LetterPlan(cycle_id=world["cycle"], mix=[], read_blind=True))
        by = person(world, "nominator")
        told = {"name": "Faduma Ali", "email": "faduma@example.org", "role": WriterRole.TEACHER, "by": by, "at": NOW}
        nomination = by_reference(db.session.get_one(Nomination, world["nomination"]).reference)
        asked = letters.ask(cycle=nomination.cycle, nomination=nomination, **told)
        data = hostile.plain_pdf(SOMALI)
        file = files.take_whole(asked.writer, asked, file_rules.LETTER, name="letter.pdf", data=data, at=NOW)
        letters.attach(asked, file, at=NOW)
        number = asked.id
    with app.test_request_context():
        app.preprocess_request()
        worker.run_once(at=NOW)
    with transaction():
        letters.send(letter_queries.by_number(number), version=None, at=NOW)
    chores._noticed.clear()
    chores.notice_languages(NOW)
    found = db.session.scalars(select(Translation).where(Translation.source_kind == "letter")).one()
    number, was = found.id, (found.written_in, found.state)
    assert was == ("so", S.WANTED)
    db.session.rollback()
    joy, hodan, ruth = (app.test_client() for _ in range(3))
    sign_in(joy, person(world, "staff"))
    desk = f"/desk/teaching/2026/translations/{number}"
    assert "/sent/1/pages/1" in joy.get(desk).text
    assert send(joy, desk, act="ask", who="new", name="Hodan Ali", email="hodan@example.org").status_code == 303
    assert (
        db.session.scalars(select(Message.facts).where(Message.template.like("%translation_asked"))).one()["words"] > 9
    )
    db.session.rollback()
    sign_in(hodan, db.session.scalars(select(Person).where(Person.email == "hodan@example.org")).one())
    own = f"/translations/{number}"
    assert f"{own}/pages/1" in hodan.get(own).text
    assert hodan.get(f"{own}/pages/1").mimetype == "image/webp"
    assert joy.get(f"{own}/pages/1").status_code == 404, "staff read it at its own address"
    assert send(hodan, own, text_0=ENGLISH).status_code == 303
    sign_in(ruth, person(world, "second"))
    assert send(ruth, desk, act="approve").status_code == 303
    every = ruth.get("/desk/teaching/2026/translations?show=every").text
    assert every.count("row-name") == 3, "what seemed to be in English, too: a guess can be wrong"
    with transaction():
        round_ = rounds.make(queries.by_number(number).cycle, seed=7, by=person(world, "staff"), at=NOW)
        round_.blind = False
        read = [each for each in texts.reading(round_, world["candidacy"]).passages if each.kind == "letter"]
        assert [(plain(each.pieces), plain(each.translated), each.written_in) for each in read] == [("", ENGLISH, "so")]
        with app.test_request_context("/"):
            from portal.review.views.drawing import beside

            assert "It came as a file" in beside(read[0])
        covered = texts.reading(round_, world["candidacy"], covered=True)
        assert [each for each in covered.passages if each.kind == "letter"] == [], "nobody looked it over yet"
        assert covered.withheld


def test_who_may_not_translate_is_said_and_staff_put_a_language_right(app, world):
    with transaction():
        staff = person(world, "staff")
        for key in ("nominator", "nominee", "member"):
            with pytest.raises(Refused) as refused:
                actions.ask(only(), person(world, key), by=staff, at=NOW)
            assert refused.value.field == "who"
        actions.correct(only(), code="en", by=staff, at=NOW)
    translation = db.session.scalars(select(Translation).where(Translation.nomination_id == world["nomination"])).one()
    assert translation.state is S.NOT_NEEDED
    with transaction():
        actions.correct(queries.by_number(translation.id), code="om", by=person(world, "staff"), at=NOW)
    assert only().written_in == "om"
    with transaction():  # a revision keeps what a person said, and what was translated of the same words
        nomination = db.session.get_one(Nomination, world["nomination"])
        whole = only()
        actions.ask(whole, person(world, "staff"), by=person(world, "staff"), at=NOW)
        actions.save(whole, {queries.originals(whole)[0].key: ENGLISH}, version=whole.version, at=NOW)
        first = db.session.scalars(select(Snapshot).where(Snapshot.nomination_id == nomination.id)).one()
        again = {"facts": first.facts, "sha256": first.sha256, "taken_at": NOW + timedelta(hours=1)}
        db.session.add(Snapshot(nomination_id=nomination.id, number=2, **again))
    chores._noticed.clear()
    chores.notice_languages(NOW + timedelta(hours=1))
    rows = db.session.scalars(
        select(Translation).where(Translation.nomination_id == world["nomination"]).order_by(Translation.id)
    ).all()
    assert [row.written_in for row in rows] == ["om", "om"]
    assert rows[1].state is S.WANTED
    assert rows[1].texts == rows[0].texts
    assert db.session.scalar(select(Grant.id).limit(1)) is not None


def test_the_office_chooses_into_which_language_a_text_is_translated(app, world, sign_in):
    english = db.session.scalars(select(Translation).where(Translation.state == S.NOT_NEEDED)).one().id
    joy = app.test_client()
    sign_in(joy, person(world, "staff"))
    where = f"/desk/teaching/2026/translations/{english}"
    page = joy.get(where).text
    assert "Have it translated all the same" in page
    assert 'name="into" value="en"' not in page, "never into what it is written in"
    db.session.rollback()
    refused = send(joy, where, act="ask", into="en", who="myself")
    assert refused.status_code == 422
    assert (
        send(joy, where, act="ask", into="es", who="new", name="Rosa Vega", email="rosa@example.org").status_code == 303
    )
    asked = queries.by_number(english)
    assert (asked.state, asked.written_in, asked.language) == (S.ASKED, "en", "es")
    message = db.session.scalars(select(Message).where(Message.template == "nominations/translation_asked")).one()
    assert message.facts["into"] == "es"
    with transaction():
        staff = person(world, "staff")
        somali = next(
            queries.by_number(number) for number in db.session.scalars(select(Translation.id)) if number != english
        )
        actions.aim(somali, "es", by=staff, at=NOW)
        actions.ask(somali, staff, by=staff, at=NOW)
        actions.save(somali, {queries.originals(somali)[0].key: "Ayuda a todos."}, version=somali.version, at=NOW)
        for into in ("en", "so"):  # begun in another, and the one that it is written in
            with pytest.raises(Refused) as refusal:
                actions.aim(somali, into, by=staff, at=NOW)
            assert refusal.value.field == "into"
        with pytest.raises(Refused):
            actions.set_aside(somali, by=staff, at=NOW)
        asked = queries.by_number(english)
        first = db.session.get_one(Snapshot, asked.source_id)
        again = {"facts": first.facts, "sha256": first.sha256, "taken_at": NOW + timedelta(hours=1)}
        db.session.add(Snapshot(nomination_id=first.nomination_id, number=2, **again))
    chores._noticed.clear()
    chores.notice_languages(NOW + timedelta(hours=1))
    revised = db.session.scalars(select(Translation).order_by(Translation.id.desc()).limit(1)).one()
    assert (revised.state, revised.language) == (S.WANTED, "es"), "what the office chose holds for a revision, too"
    with transaction():
        actions.set_aside(queries.by_number(revised.id), by=person(world, "staff"), at=NOW)
    assert queries.by_number(revised.id).state is S.NOT_NEEDED
