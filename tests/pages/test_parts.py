"""The nominee's own part: invited by the office, taken up or declined without an account, finished by its day."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.awards.models import Honours
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_candidacy,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_staff,
    sign_in,
)
from portal.errors import Refused
from portal.jobs import worker
from portal.mail.models import Message
from portal.nominations import chores
from portal.nominations.actions import parts
from portal.nominations.models import Candidacy, Nomination, Part
from portal.nominations.queries.consent import candidacy_by_number
from portal.nominations.rules import CandidacyStage
from portal.nominations.rules.parts import PartState
from portal.people.models import Person
from portal.questions.models import Asked, Question, QuestionKind
from tests.support import hostile

DUE = CLOSES + timedelta(days=14)


@pytest.fixture
def people(app):
    """A nominee who was not told yet, and the office. Two questions are asked of nominees: a biography, and an essay of ten words."""
    chores._looked_at_parts.clear()
    with transaction():
        make_organisation()
        amina, staff = make_person("Amina Warsame", email="amina@example.org", account=False), make_staff()
        cycle = make_cycle(part_due_at=DUE)
        for place, (key, limit) in enumerate((("biography", 250), ("practice", 10))):
            db.session.add(
                Question(
                    set_id=cycle.question_set_id,
                    position=10 + place,
                    key=key,
                    asked=Asked.NOMINEE,
                    kind=QuestionKind.TEXT,
                    label={"en": f"Your {key}?"},
                    short={"en": key.capitalize()},
                    hint={"en": ""},
                    choices=[],
                    word_limit=limit,
                    required=True,
                )
            )
        candidacy = make_candidacy(cycle, person=amina)
        return {
            "amina": amina.id,
            "staff": staff.id,
            "number": candidacy.id,
            "part": f"/part/{candidacy.id}",
            "desk": f"/desk/{cycle.award.slug}/2026/candidacies/{candidacy.reference}",
        }


def browser(app, person_id, at=NOW):
    client = app.test_client()
    with transaction():
        sign_in(client, db.session.get(Person, person_id), at=at)
    return client


def get(client, url, at=NOW):
    with clock.at(at):
        return client.get(url)


def text_of(client, url, at=NOW):
    answer = get(client, url, at)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.get_data(as_text=True)


def post(client, url, fields, *, form=None, at=NOW, **more):
    drawn = text_of(client, form or url, at)
    data = {"csrf_token": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', drawn)[1], **fields}
    if "version" not in fields and (version := re.search(r'name="version"[^>]* value="(\d+)"', drawn)):
        data["version"] = version[1]
    with clock.at(at):
        return client.post(url, data=data, **more)


def invited(app, people):
    post(browser(app, people["staff"]), people["desk"] + "/invitation", {}, form=people["desk"])
    return browser(app, people["amina"])


def own(people):
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Part)).one()


def work():
    with clock.at(NOW):
        worker.run_once(at=NOW)


def test_a_nominee_is_invited_takes_it_up_writes_and_finishes(app, people):
    assert get(browser(app, people["amina"]), people["part"]).status_code == 404
    amina = invited(app, people)
    (message,) = db.session.scalars(select(Message)).all()
    assert (message.template, message.link["next"]) == ("nominations/part_invited", people["part"])
    assert "You are nominated, Amina Warsame" in text_of(amina, people["part"])
    assert post(amina, people["part"], {"act": "accept"}).status_code == 303
    early = post(amina, people["part"], {"act": "complete"})
    assert early.status_code == 422
    where = people["part"] + "/answers/practice"
    stops = re.search(r'<section class="error-summary".*?</section>', early.get_data(as_text=True), re.DOTALL)[0]
    assert f'<a href="{where}">' in stops, "what is missing is named, and each leads to where it is written"
    assert f'<a href="/consent/{people["number"]}/biography">' in stops
    saved = post(amina, where, {"answer": "Every day."}, headers={"X-Autosave": "1"})
    assert saved.get_json()["version"] == 1
    stale = post(amina, where, {"answer": "Other", "version": "0"}, headers={"X-Autosave": "1"})
    assert stale.status_code == 409
    long = post(amina, where, {"answer": "word " * 11})
    assert long.status_code == 422
    assert "11 words" in long.get_data(as_text=True)
    assert post(amina, where, {"answer": "At the door, every morning."}).status_code == 303
    assert get(amina, people["part"] + "/answers/biography").status_code == 404  # it has a page of its own
    assert post(amina, f"/consent/{people['number']}/biography", {"biography": "She teaches."}).status_code == 303
    assert post(amina, people["part"], {"act": "complete"}).status_code == 303
    assert own(people).state is PartState.COMPLETED
    assert "Your part is with us" in text_of(amina, people["part"])
    joy = browser(app, people["staff"])
    assert "At the door, every morning." in text_of(joy, f"{people['desk']}/parts/{people['amina']}")
    assert post(amina, people["part"], {"act": "change"}).status_code == 303
    assert own(people).state is PartState.ACCEPTED


def test_a_resume_is_cleaned_before_anybody_sees_it_and_has_two_pages_at_most(app, people):
    amina, where = invited(app, people), people["part"] + "/resume"
    post(amina, people["part"], {"act": "accept"})
    desk = f"{people['desk']}/parts/{people['amina']}"

    def send(data):
        sent = {"file": (io.BytesIO(data), "resume.pdf")}
        return post(amina, where, sent, form=people["part"], content_type="multipart/form-data")

    send(hostile.plain_pdf("1", "2", "3"))
    work()
    assert "too many pages: 2 at most" in text_of(amina, people["part"])
    send(hostile.everywhere())
    joy = browser(app, people["staff"])
    assert get(joy, desk + "/resume").status_code == 404
    work()
    got = get(joy, desk + "/resume")
    assert hostile.SECRET.encode() not in got.data
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert get(amina, where + "/1").mimetype == "image/webp"
    assert get(joy, desk + "/resume/1").mimetype == "image/webp"
    assert get(browser(app, people["staff"]), f"{people['desk']}/parts/999/resume").status_code == 404
    assert post(amina, where + "/removal", {}, form=people["part"]).status_code == 303
    assert get(joy, desk + "/resume").status_code == 404


def test_a_nominee_declines_with_or_without_a_reason_and_is_considered_no_more(app, people):
    amina = invited(app, people)
    assert post(amina, people["part"] + "/declining", {}).status_code == 303
    assert own(people).state is PartState.DECLINED
    assert db.session.get(Candidacy, people["number"]).stage is CandidacyStage.WITHDRAWN
    assert "You declined" in text_of(amina, people["part"])
    chores.look_after_parts(DUE - timedelta(days=1))
    assert [message.template for message in db.session.scalars(select(Message))] == ["nominations/part_invited"]


def test_reminders_and_lapses_are_said_once_and_what_was_written_is_kept(app, people):
    amina = invited(app, people)
    post(amina, people["part"], {"act": "accept"})
    post(amina, people["part"] + "/answers/practice", {"answer": "At the door."})
    for days in (10, 7, 5, 2, 1):
        chores.look_after_parts(DUE - timedelta(days=days))
    chores.look_after_parts(DUE + timedelta(minutes=9))
    assert own(people).state is PartState.ACCEPTED
    for minutes in (11, 13):
        chores.look_after_parts(DUE + timedelta(minutes=minutes))
    assert own(people).state is PartState.LAPSED
    sent = [message.template.rpartition("_")[2] for message in db.session.scalars(select(Message).order_by(Message.id))]
    assert sent == ["invited", "reminder", "reminder", "lapsed"]
    late = browser(app, people["amina"], DUE + timedelta(days=1))
    assert "goes on without it" in text_of(late, people["part"], DUE + timedelta(days=1))
    assert "At the door." in text_of(browser(app, people["staff"]), f"{people['desk']}/parts/{people['amina']}")


def test_a_surprise_nominee_is_invited_to_nothing_before_being_told(app, people):
    with transaction():
        candidacy_by_number(people["number"]).cycle.surprise = True
    joy = browser(app, people["staff"])
    assert "/invitation" not in text_of(joy, people["desk"])
    with pytest.raises(Refused, match="surprise"), transaction():
        parts.invite(candidacy_by_number(people["number"]), by=db.session.get(Person, people["staff"]), at=NOW)
    assert db.session.scalar(select(Message)) is None
    assert db.session.scalar(select(Part)) is None
    assert get(browser(app, people["amina"]), people["part"]).status_code == 404
    with transaction():
        candidacy_by_number(people["number"]).told_at = NOW
    assert post(joy, people["desk"] + "/invitation", {}, form=people["desk"]).status_code == 303
    assert own(people).state is PartState.INVITED


def test_nobody_but_the_nominee_and_the_office_reaches_a_part(app, people):
    invited(app, people)
    with transaction():
        stranger = make_person().id
    other = browser(app, stranger)
    for address in ("", "/declining", "/answers/practice", "/resume", "/resume/state", "/resume/1"):
        assert get(other, people["part"] + address).status_code == 404, address
    for address in ("", "/resume", "/resume/1"):
        assert get(other, f"{people['desk']}/parts/{people['amina']}{address}").status_code == 404, address


def test_a_part_waits_among_what_waits_for_its_nominee_until_it_is_answered(app, people):
    amina = browser(app, people["amina"])
    assert people["part"] not in text_of(amina, "/me")
    invited(app, people)
    assert f'href="{people["part"]}"' in text_of(amina, "/me")
    post(amina, people["part"] + "/declining", {"reason": ""})
    assert own(people).state is PartState.DECLINED
    assert people["part"] not in text_of(amina, "/me")


def test_a_nominee_reads_only_what_its_writer_lets_them_read(app, people):
    with transaction():
        candidacy = db.session.get(Candidacy, people["number"])
        cycle = candidacy_by_number(people["number"]).cycle
        shown, kept = (
            make_nomination(cycle, nominee="Amina Warsame", candidacy=candidacy, texts=(words, "", ""), **facts)
            for words, facts in (
                ("Forty students come.", {"may_show_words": True}),
                ("A word for the committee.", {"may_show_words": False}),
            )
        )
        number = shown.id
        name = kept.sitting.nominator_name
    where = people["part"] + "/words"
    assert get(browser(app, people["amina"]), where).status_code == 404  # nobody told her
    amina = invited(app, people)
    assert "Read what was written about you" in text_of(amina, people["part"])
    text = text_of(amina, where)
    assert "Forty students come." in text
    assert "A word for the committee." not in text
    assert name not in text
    assert get(browser(app, people["staff"]), where).status_code == 404
    with transaction():
        db.session.get(Nomination, number).may_show_words = False  # being changed: taken back at once
    assert "Forty students come." not in text_of(amina, where)
    assert "Read what was written" not in text_of(amina, people["part"])


def test_a_student_is_asked_how_old_they_are_and_of_a_child_nothing_is_kept(app, people):
    with transaction():
        db.session.get(Person, people["amina"]).minor = None
        candidacy_by_number(people["number"]).cycle.award.honours = Honours.STUDENTS
    amina = invited(app, people)
    assert "How old are you?" in text_of(amina, people["part"])
    assert post(amina, people["part"], {"act": "accept"}).status_code == 422
    answer = post(amina, people["part"], {"act": "accept", "age": "child"})
    assert "Ask a grown-up to answer for you" in answer.get_data(as_text=True)
    assert own(people).state is PartState.INVITED
    assert db.session.get(Person, people["amina"]).minor is None
    assert post(amina, people["part"], {"act": "accept", "age": "minor"}).status_code == 303
    assert own(people).state is PartState.ACCEPTED
    assert db.session.get(Person, people["amina"]).minor is True
