"""Saying what may be published, field by field, and taking it back."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import select

from portal import clock
from portal.awards.queries import organisation
from portal.db import db, transaction
from portal.demo.makers import NOW, make_candidacy, make_cycle, make_organisation, make_person, make_staff, sign_in
from portal.errors import Refused
from portal.jobs import worker
from portal.mail.models import Message, SentCopy
from portal.nominations.actions import consent as actions
from portal.nominations.forms.consent import words
from portal.nominations.hearing.models import Hearing
from portal.nominations.hearing.queries import behind
from portal.nominations.hearing.rules import HearingState
from portal.nominations.models import Candidacy, Consent, Field, Part
from portal.nominations.queries import consent as queries
from portal.nominations.rules import ConsentState
from portal.people.models import Person

WORDS = {field: f"words about {field.value}" for field in Field}


@pytest.fixture
def told(app):
    with transaction():
        make_organisation()
        person = make_person("Amina Warsame", email="amina@example.org")
        candidacy = make_candidacy(make_cycle(), person=person)
        candidacy.told_at = NOW
    return candidacy.id, person.id


def page(client, url):
    with clock.at(NOW):
        return client.get(url)


def post(client, url, fields, *, form=None, **more):
    text = page(client, form or url).get_data(as_text=True)
    data = {"csrf_token": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text)[1], **fields}
    with clock.at(NOW):
        return client.post(url, data=data, **more)


def signed_in(app, person_id, *, guardian=False):
    client = app.test_client()
    with transaction():
        session = sign_in(client, db.session.get(Person, person_id), at=NOW)
        session.guardian = guardian
    return client


def both(number, person_id):
    return queries.candidacy_by_number(number), db.session.get(Person, person_id)


def test_nothing_is_agreed_to_until_somebody_says_so(app, told):
    number, person_id = told
    client = signed_in(app, person_id)
    text = page(client, f"/consent/{number}").get_data(as_text=True)
    assert "checked" not in text
    assert text.count("Not answered yet") == len(Field)
    assert queries.given(number) == {}


def test_each_field_is_said_kept_with_its_words_and_taken_back(app, told):
    number, person_id = told
    client = signed_in(app, person_id)
    url = f"/consent/{number}"
    assert post(client, url, {"name": "yes", "photo": "no"}).status_code == 303
    assert "Say what may be published" in page(client, "/me").get_data(as_text=True)
    assert queries.given(number) == {person_id: {Field.NAME: words(guardian=False, name="")[Field.NAME]}}
    assert post(client, url, {"name": "yes", "photo": "no", "sum": "yes"}).status_code == 303
    rows = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [(row.field, row.state) for row in rows] == [
        (Field.NAME, ConsentState.GIVEN),
        (Field.PHOTO, ConsentState.REFUSED),
        (Field.SUM, ConsentState.GIVEN),
    ]
    assert post(client, url, {"name": "no", "photo": "no", "sum": "yes"}).status_code == 303
    assert set(queries.given(number)[person_id]) == {Field.SUM}
    assert "Taken back on" in page(client, url).get_data(as_text=True)
    assert post(client, f"{url}/withdrawal", {}, form=url).status_code == 303
    assert queries.given(number) == {}
    assert len(db.session.scalars(select(Consent)).all()) == 5  # appended, never changed
    assert post(client, url, dict.fromkeys([field.value for field in Field], "no")).status_code == 303
    assert "Say what may be published" not in page(client, "/me").get_data(as_text=True), "every field is answered"


def test_whoever_listens_feels_it_in_the_same_transaction(told, monkeypatch):
    heard = []
    monkeypatch.setattr(
        actions, "on_consent_changed", [lambda candidacy, person, _at: heard.append((candidacy.id, person.id))]
    )
    number, person_id = told
    for agrees in (True, True, False, False):
        with transaction():
            candidacy, person = both(number, person_id)
            actions.say(candidacy, person, {Field.NAME: agrees}, words=WORDS, by_guardian=False, at=NOW)
    assert heard == [(number, person_id)] * 2


def test_a_guardian_agrees_for_someone_under_eighteen(app, told):
    number, person_id = told
    with transaction():
        db.session.get(Person, person_id).minor = True
    student = signed_in(app, person_id)
    text = page(student, f"/consent/{number}").get_data(as_text=True)
    assert "your guardian says" in text
    assert 'value="yes"' not in text
    assert post(student, f"/consent/{number}", {"name": "yes"}).status_code == 422
    with pytest.raises(Refused), transaction():
        actions.say(*both(number, person_id), {Field.NAME: True}, words=WORDS, by_guardian=False, at=NOW)
    guardian = signed_in(app, person_id, guardian=True)
    assert "about Amina Warsame" in page(guardian, f"/consent/{number}").get_data(as_text=True)
    assert post(guardian, f"/consent/{number}", {"name": "yes"}).status_code == 303
    assert "Amina Warsame may be named" in queries.given(number)[person_id][Field.NAME]
    assert post(student, f"/consent/{number}", {"name": "no"}).status_code == 303
    assert queries.given(number) == {}


def test_age_is_asked_before_anything_is_agreed_to_and_a_minor_names_a_guardian(app, told):
    number, person_id = told
    url = f"/consent/{number}"
    with transaction():
        db.session.get(Person, person_id).minor = None
    client = signed_in(app, person_id)
    with pytest.raises(Refused), transaction():
        actions.say(*both(number, person_id), {Field.NAME: True}, words=WORDS, by_guardian=False, at=NOW)
    text = page(client, url).get_data(as_text=True)
    assert "How old are you?" in text
    assert 'name="photo"' not in text
    assert post(client, url, {}).status_code == 422
    assert "Ask a grown-up" in post(client, url, {"age": "child"}).get_data(as_text=True)
    assert db.session.get(Person, person_id).minor is None
    assert post(client, url, {"age": "minor"}).status_code == 303
    assert "Say who your parent or guardian is" in page(client, url).get_data(as_text=True)
    own = post(client, f"{url}/guardian", {"guardian_name": "B", "guardian_email": "Amina+b@example.org"})
    assert "The guardian needs an address of their own" in own.get_data(as_text=True)
    named = {"guardian_name": "Beatrix Warsame", "guardian_email": "beatrix@example.org"}
    assert post(client, f"{url}/guardian", named).status_code == 303
    asked = db.session.scalars(select(Message)).one()
    assert (asked.template, asked.to_email) == ("nominations/guardian", "beatrix@example.org")
    assert page(client, f"{url}/guardian").status_code == 303  # said once; the office puts it right
    assert "We ask Beatrix Warsame" in page(client, url).get_data(as_text=True)
    guardian = signed_in(app, person_id, guardian=True)
    assert page(guardian, f"{url}/guardian").status_code == 303
    assert post(guardian, url, {"name": "yes"}).status_code == 303
    assert set(queries.given(number)[person_id]) == {Field.NAME}


def test_what_someone_said_before_we_knew_their_age_no_longer_counts(told):
    number, person_id = told
    with transaction():
        candidacy, person = both(number, person_id)
        actions.say(candidacy, person, {Field.NAME: True}, words=WORDS, by_guardian=False, at=NOW)
    with transaction():
        db.session.get(Person, person_id).minor = True
    assert queries.given(number) == {}
    with transaction():
        candidacy, person = both(number, person_id)
        actions.say(candidacy, person, {Field.NAME: True}, words=WORDS, by_guardian=True, at=NOW)
    assert set(queries.given(number)[person_id]) == {Field.NAME}


def test_a_guardian_sees_the_consent_page_alone(app, told):
    number, person_id = told
    guardian = signed_in(app, person_id, guardian=True)
    assert page(guardian, f"/consent/{number}").status_code == 200
    for url in ("/me", "/account", "/desk", "/nominations/N-0001"):
        assert page(guardian, url).status_code in {200, 404}
        assert "amina@example.org" not in page(guardian, url).get_data(as_text=True)
    assert "N-0001" not in page(guardian, "/nominations").get_data(as_text=True)


def test_a_surprise_is_kept_until_it_is_told(app, told):
    number, person_id = told
    with transaction():
        candidacy = queries.candidacy_by_number(number)
        candidacy.told_at, candidacy.cycle.surprise = None, True
    assert page(signed_in(app, person_id), f"/consent/{number}").status_code == 404
    assert page(signed_in(app, person_id, guardian=True), f"/consent/{number}").status_code == 404
    with pytest.raises(Refused), transaction():
        actions.ask(queries.candidacy_by_number(number), at=NOW, by=None)
    assert db.session.scalars(select(Message)).all() == []
    assert queries.concerning(person_id) == []


def test_others_find_no_such_page(app, told):
    number, _person_id = told
    with transaction():
        other = make_person()
    assert page(signed_in(app, other.id), f"/consent/{number}").status_code == 404
    assert "Sign in with a link" in page(app.test_client(), f"/consent/{number}").get_data(as_text=True)


def test_the_link_that_asks_leads_to_the_page(app, told):
    number, person_id = told
    with transaction():
        db.session.get(Person, person_id).guardian_email = "mother@example.org"
        db.session.get(Person, person_id).minor = True
    with transaction():
        assert actions.ask(queries.candidacy_by_number(number), at=NOW, by=None) == 2
    g.organisation = organisation()
    with clock.at(NOW):
        worker.run_once(at=NOW)
    copies = {copy.to_email: copy for copy in db.session.scalars(select(SentCopy))}
    assert set(copies) == {"amina@example.org", "mother@example.org"}
    path = "/" + re.search(r"http://\S+/link/\S+", copies["mother@example.org"].text)[0].split("/", 3)[3]
    browser = app.test_client()
    answer = post(browser, f"{path}/use", {}, form=path)
    assert answer.location.endswith(f"/consent/{number}")
    assert "about Amina Warsame" in page(browser, answer.location).get_data(as_text=True)


def test_a_biography_is_written_kept_whole_and_never_overwritten_unseen(app, told):
    number, person_id = told
    client = signed_in(app, person_id)
    url = f"/consent/{number}/biography"
    assert post(client, url, {"biography": "Amina teaches.", "version": "0"}).status_code == 303
    long = "word " * 260
    answer = post(client, url, {"biography": long, "version": "1"})
    assert answer.status_code == 422
    assert "260 words, 10 more than 250" in answer.get_data(as_text=True)
    assert db.session.scalar(select(Part.biography)) == long
    stale = post(client, url, {"biography": "From another window.", "version": "1"})
    assert stale.status_code == 409
    assert "From another window." in stale.get_data(as_text=True)
    assert "word word" in stale.get_data(as_text=True)
    assert db.session.scalar(select(Part.biography)) == long
    saved = post(client, url, {"biography": "Shorter.", "version": "2"}, headers={"X-Autosave": "1"})
    assert saved.get_json()["version"] == 3
    stale = post(client, url, {"biography": "Older.", "version": "1"}, headers={"X-Autosave": "1"})
    assert stale.status_code == 409
    assert "conflict_url" in stale.get_json()


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "abc\u202edef", "100% %s"])
def test_a_biography_is_shown_exactly(app, told, text):
    number, person_id = told
    client = signed_in(app, person_id)
    url = f"/consent/{number}/biography"
    post(client, url, {"biography": text, "version": "0"})
    assert "<script>alert" not in page(client, url).get_data(as_text=True)
    assert db.session.scalar(select(Part.biography)) == text
    assert post(client, url, {"biography": "x" * 100_000, "version": "1"}).status_code == 422


def test_many_candidacies_cost_one_question(told):
    number, person_id = told
    with transaction():
        other = make_candidacy(make_cycle(), name="Luis Ortega").id
        candidacy, person = both(number, person_id)
        actions.say(candidacy, person, {Field.SUM: True}, words=WORDS, by_guardian=False, at=NOW)
    assert queries.given_in([number, other]) == {number: {person_id: {Field.SUM: WORDS[Field.SUM]}}, other: {}}
    assert db.session.get(Candidacy, number).told_at == NOW


def test_staff_note_a_guardian_and_ask(app, told):
    number, person_id = told
    with transaction():
        db.session.get(Candidacy, number).told_at = None
        staff = make_staff()
        client = app.test_client()
        sign_in(client, staff, at=NOW)
        candidacy = queries.candidacy_by_number(number)
        url = f"/desk/{candidacy.cycle.award.slug}/2026/candidacies/{candidacy.reference}/asking"
    assert "have not been told" in page(client, url).get_data(as_text=True)
    wrong = {
        "people-0-email": "amina@example.org",
        "people-0-minor": "yes",
        "people-0-guardian_email": "Amina@example.org",
    }
    answer = post(client, url, wrong)
    assert answer.status_code == 422
    assert "an address of their own" in answer.get_data(as_text=True)
    right = {**wrong, "people-0-guardian_email": "mother@example.org", "people-0-guardian_name": "Hodan Warsame"}
    assert post(client, url, right).status_code == 303
    assert db.session.get(Person, person_id).minor is True
    assert db.session.scalars(select(Message)).all() == []
    assert post(client, url, {**right, "ask": "1"}).status_code == 303
    assert sorted(m.template for m in db.session.scalars(select(Message))) == [
        "nominations/consent",
        "nominations/guardian",
    ]
    assert db.session.get(Candidacy, number).told_at is not None
    with transaction():
        candidacy, person = both(number, person_id)
        actions.say(candidacy, person, {Field.NAME: True}, words=WORDS, by_guardian=True, at=NOW)
    assert "Allowed" in page(client, url).get_data(as_text=True)


def test_becoming_known_as_a_minor_is_felt_at_once(told, monkeypatch):
    heard = []
    monkeypatch.setattr(actions, "on_consent_changed", [lambda candidacy, _person, _at: heard.append(candidacy.id)])
    number, person_id = told
    with transaction():
        candidacy, person = both(number, person_id)
        actions.say(candidacy, person, {Field.NAME: True}, words=WORDS, by_guardian=False, at=NOW)
    with transaction():
        _candidacy, person = both(number, person_id)
        facts = {"guardian_name": "", "guardian_email": "", "by": person, "at": NOW}
        actions.note_person(person, email="amina@example.org", minor=True, **facts)
        actions.note_person(person, email="amina@example.org", minor=True, **facts)
    assert heard == [number, number]
    assert queries.given(number) == {}


def at_the_office(app, number, *, minor, guardian=None):
    """Two of the office, and the address at which they write down what somebody said."""
    with transaction():
        candidacy = queries.candidacy_by_number(number)
        person = candidacy.people[0].person
        person.minor, person.guardian_name = minor, guardian
        joy, desmond = make_staff(name="Joy Tanaka"), make_staff(name="Desmond Cole")
        root = f"/desk/{candidacy.cycle.award.slug}/{candidacy.cycle.year}/candidacies/{candidacy.reference}"
        numbers = joy.id, desmond.id
    return root, *numbers


SAID = {"said_by": "Amina Warsame", "how": "telephone", "said_on": NOW.date().isoformat()}


def test_what_somebody_says_by_telephone_holds_at_once_is_written_to_them_and_taken_back_by_its_link(app, told):
    number, person_id = told
    root, joy_id, _second = at_the_office(app, number, minor=False)
    joy = signed_in(app, joy_id)
    form = f"{root}/hearing/of/1"
    assert "nothing was written" not in page(joy, form).get_data(as_text=True).lower()
    refused = post(joy, form, {**SAID, "who": "self", "said_by": " ", "name": "yes", "once": "a"}, form=form)
    assert refused.status_code == 422, "who said it is never left out"
    assert post(joy, form, {**SAID, "who": "self", "once": "b"}, form=form).status_code == 422, "nothing was said"
    odd = {**SAID, "who": "self", "name": "yes", "how": "by owl", "said_on": "2099-01-01"}
    assert post(joy, form, odd, form=form).status_code == 422
    assert post(joy, form, {**odd, "how": "paper"}, form=form).status_code == 422, "that day has not come"
    for _pressed in range(2):  # pressed twice it is one
        scan = (io.BytesIO(b"%PDF-1.4 nothing"), "letter.pdf")
        sent = {**SAID, "who": "self", "name": "yes", "photo": "no", "once": "c", "file": scan}
        there = post(joy, form, sent, form=form, content_type="multipart/form-data")
        assert there.status_code == 303
    assert set(queries.given(number)[person_id]) == {Field.NAME}
    hearing = db.session.scalars(select(Hearing)).one()
    assert (hearing.state, hearing.file_id is not None) == (HearingState.HOLDS, True)
    message = db.session.scalars(
        select(Message).where(Message.template == "nominations/consent_written_down")
    ).one()  # one message, however often the button was pressed
    assert message.facts["said"] == {"name": True, "photo": False}
    assert "Recorded by Joy Tanaka" in page(joy, f"{root}/asking").get_data(as_text=True)
    own = signed_in(app, person_id)
    assert "Recorded by Joy Tanaka" in page(own, f"/consent/{number}").get_data(as_text=True)
    post(own, f"/consent/{number}/withdrawal", {}, form=f"/consent/{number}")
    assert queries.given(number).get(person_id) is None
    assert behind([number]) == {}, "their own word took its place"


def test_a_guardians_yes_on_paper_waits_for_a_second_person_and_the_familys_later_word_counts(app, told):
    number, person_id = told
    root, joy_id, desmond_id = at_the_office(app, number, minor=True, guardian="Hodan Warsame")
    joy, desmond = signed_in(app, joy_id), signed_in(app, desmond_id)
    form = f"{root}/hearing/of/1"
    sent = {**SAID, "how": "paper", "name": "yes", "school": "yes", "photo": "no"}
    own_yes = post(joy, form, {**sent, "who": "self", "once": "a"}, form=form)
    assert own_yes.status_code in {409, 422}, "nobody under 18 agrees for themself"
    there = post(joy, form, {**sent, "who": "guardian", "said_by": "Hodan Warsame", "once": "b"}, form=form)
    assert queries.given(number).get(person_id) is None, "nothing is shown before a second person confirms it"
    assert queries.latest(number, person_id)[Field.PHOTO].state is ConsentState.REFUSED, "a no holds at once"
    where = there.headers["Location"]
    assert "somebody else confirms it" in page(joy, where).get_data(as_text=True)
    assert post(joy, f"{where}/confirmation", {}, form=where).status_code == 404
    student = signed_in(app, person_id)
    with transaction():
        at = NOW + timedelta(minutes=5)
        actions.say(*both(number, person_id), {Field.SCHOOL: False}, words=WORDS, by_guardian=False, at=at)
    assert post(desmond, f"{where}/confirmation", {}, form=where).status_code == 303
    assert set(queries.given(number)[person_id]) == {Field.NAME}, "what the student refused since stays refused"
    assert post(desmond, f"{where}/confirmation", {}, form=f"{root}/asking").status_code == 409
    assert page(student, where).status_code == 404
    row = db.session.scalars(select(Consent).where(Consent.field == Field.NAME)).one()
    assert row.by_guardian
    assert row.hearing_id is not None
