"""What a nominator gets, page by page, without script."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import event, func, select

from portal import clock
from portal.awards.models import Cycle
from portal.awards.queries import organisation
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_award,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_school,
    sign_in,
)
from portal.history.models import Event
from portal.jobs import worker
from portal.mail.models import Message, SentCopy
from portal.mail.rules import MessageState
from portal.nominations.models import Answer, Aside, Named, Nomination, Sitting, Snapshot
from portal.nominations.queries import writing as queries
from portal.nominations.rules import Stage
from portal.people.models import Person

TEXT = "She runs the homework table in the library, and forty students come."


def token(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    return re.search(r'value="([^"]*)"', found[0])[1] if found else ""


class Writer:
    """Someone at a browser: gets a page, fills it in, sends it."""

    def __init__(self, client, at=NOW):
        self.client, self.at = client, at

    def get(self, url, **more):
        with clock.at(self.at):
            return self.client.get(url, **more)

    def send(self, url, fields=None, *, action=None, version=True, **more):
        page = self.get(url).get_data(as_text=True)
        data = {"csrf_token": token(page)}
        if version and 'name="version"' in page:
            data["version"] = hidden(page, "version")
        if 'name="once"' in page:
            data["once"] = hidden(page, "once")
        data.update(fields or {})
        with clock.at(self.at):
            return self.client.post(action or url, data={k: v for k, v in data.items() if v is not None}, **more)

    def begin(self, *slugs, name="Hibo Nuradin", email="h.nuradin@example.org"):
        answer = self.send("/nominate", {"awards": list(slugs)})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        if "/nominate/you" in answer.location:
            answer = self.send(answer.location, {"age": "adult", "name": name, "email": email})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.location.split("/")[2]

    def fill(self, reference, school, *, answers=(TEXT, "", ""), nominee=("Amina", "Warsame")):
        base = f"/nominations/{reference}"
        assert (
            self.send(
                f"{base}/nominee",
                {
                    "people-0-given": nominee[0],
                    "people-0-family": nominee[1],
                    "people-0-role": "Teacher",
                    "schools": [str(school)],
                },
            ).status_code
            == 303
        )
        assert (
            self.send(f"{base}/relation", {"relation": "parent", "text": "She taught my daughter."}).status_code == 303
        )
        for number, text in enumerate(answers, start=1):
            if text:
                assert self.send(f"{base}/answers/q{number}", {"answer": text}).status_code == 303
        assert self.send(f"{base}/quote", {"quote": "unnamed", "tell": "no"}).status_code == 303

    def submit(self, reference, **more):
        return self.send(f"/nominations/{reference}/check", action=f"/nominations/{reference}/submission", **more)


@pytest.fixture
def world(app):
    with transaction():
        make_organisation()
        award = make_award("Excellence in Teaching Award", slug="teaching")
        cycle = make_cycle(award)
        other = make_cycle(make_award("Science Teaching Award", slug="science"))
        school = make_school("David T. Denny International Middle School")
        make_school("South Shore PK-8 School")
        make_school("South Lake High School")
    return {"cycle": cycle.id, "other": other.id, "school": school.id}


@pytest.fixture
def writer(client, world):
    return Writer(client)


def delivered(at=NOW):
    g.organisation = organisation()
    with clock.at(at):
        worker.run_once(at=at)
    return db.session.scalars(select(SentCopy).order_by(SentCopy.id)).all()


def only() -> Nomination:
    return db.session.scalars(select(Nomination)).one()


def test_a_nomination_goes_from_the_first_page_to_the_receipt(writer, world):
    reference = writer.begin("teaching")
    writer.fill(reference, world["school"])
    tasks = writer.get(f"/nominations/{reference}").get_data(as_text=True)
    assert "Your nomination of Amina Warsame" in tasks
    assert "h.nuradin@example.org" in tasks
    check = writer.get(f"/nominations/{reference}/check").get_data(as_text=True)
    for words in ("David T. Denny", TEXT, "You left this empty"):
        assert words in check
    answer = writer.submit(reference)
    assert answer.status_code == 303
    sent = writer.get(answer.location).get_data(as_text=True)
    assert reference in sent
    assert "Thank you" in sent
    nomination = only()
    assert nomination.stage is Stage.SUBMITTED
    assert nomination.candidacy_id is not None
    snapshot = db.session.scalars(select(Snapshot)).one()
    assert TEXT in snapshot.facts
    copies = {c.subject: c for c in delivered()}
    assert f"We have your nomination {reference}" in copies
    receipt = copies[f"We have your nomination {reference}"]
    for words in (TEXT, "Warsame", "Parent or family member"):
        assert words in receipt.text
    assert receipt.to_email == "h.nuradin@example.org"


def test_the_link_confirms_the_address_and_opens_the_draft_on_another_device(app, writer, world):
    reference = writer.begin("teaching")
    assert db.session.scalars(select(Sitting)).one().confirmed_at is None
    elsewhere = Writer(app.test_client())
    assert "Sign in with a link" in elsewhere.get(f"/nominations/{reference}").get_data(as_text=True)
    message = delivered()[0]
    link = re.search(r"http://\S+/link/\S+", message.text)[0]
    path = "/" + link.split("/", 3)[3]
    for _look in range(2):  # a mail scanner looks and uses nothing up
        assert elsewhere.get(path).status_code == 200
    answer = elsewhere.send(path, action=f"{path}/use")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/nominations/{reference}")
    assert "Your nomination" in elsewhere.get(answer.location).get_data(as_text=True)
    assert db.session.scalars(select(Sitting)).one().confirmed_at is not None


def test_a_browser_sees_its_own_drafts_alone(app, writer, world):
    reference = writer.begin("teaching")
    other = Writer(app.test_client())
    other.begin("teaching", name="Someone Else", email="else@example.org")
    listed = other.get("/nominations").get_data(as_text=True)
    assert reference not in listed
    assert other.get(f"/nominations/{reference}").get_data(as_text=True).count("Sign in with a link") >= 1
    with transaction():
        stranger = make_person()
        signed = app.test_client()
        sign_in(signed, stranger, at=NOW)
    assert Writer(signed).get(f"/nominations/{reference}").status_code == 404


def test_somebody_elses_draft_with_my_address_is_not_mine_until_its_link_says_so(app, writer, world):
    with transaction():
        me = make_person("Ruth Victim", email="victim@example.org")
        mine = app.test_client()
        sign_in(mine, me, at=NOW)
    reference = writer.begin("teaching", email="victim@example.org")
    page = Writer(mine).get("/nominations").get_data(as_text=True)
    assert reference not in page
    assert "Begun elsewhere with your address" in page
    assert Writer(mine).get(f"/nominations/{reference}").status_code == 404
    sitting = db.session.scalars(select(Sitting)).one()
    url = f"/nominations/claims/{sitting.id}/confirmation"
    assert "Sign in with a link" in writer.send("/nominations", action=url).get_data(as_text=True)
    with transaction():
        other = app.test_client()
        sign_in(other, make_person(), at=NOW)
    assert Writer(other).send("/sign-in", action=url).status_code == 404
    assert Writer(mine).send("/nominations", action=url).status_code == 303
    assert reference in Writer(mine).get("/nominations").get_data(as_text=True)
    assert Writer(mine).get(f"/nominations/{reference}").status_code == 200


def test_leaving_a_shared_computer_forgets_what_was_written_there(writer, world):
    reference = writer.begin("teaching")
    assert "Leave this browser" in writer.get("/nominations").get_data(as_text=True)
    assert writer.send("/nominations", action="/nominations/leaving").status_code == 303
    assert "Sign in with a link" in writer.get(f"/nominations/{reference}").get_data(as_text=True)


def test_sql_and_policy_agree_on_what_each_browser_may_read(app, world):
    with transaction():
        cycle = db.session.get(Cycle, world["cycle"])
        people, clients, sessions = [], [], []
        for number in range(3):
            people.append(make_person())
            clients.append(app.test_client())
            sessions.append(sign_in(clients[-1], people[-1] if number else None, at=NOW))
        for person in people:
            for session in (None, *sessions):
                for confirmed in (True, False):
                    make_nomination(cycle, nominator=person, session=session, confirmed=confirmed, stage=Stage.DRAFT)
    numbers = [(person.id, session.id) for person, session in zip([None, *people[1:]], sessions, strict=True) if person]
    numbers.insert(0, (None, sessions[0].id))
    references = db.session.scalars(select(Nomination.reference)).all()
    for (person_id, session_id), client in zip(numbers, clients, strict=True):
        listed = set(db.session.scalars(queries.written_by(queries.Writer(person_id, session_id))))
        in_sql = {nomination.reference for nomination in listed}
        reached = {one: Writer(client).get(f"/nominations/{one}").get_data(as_text=True) for one in references}
        in_python = {one for one, text in reached.items() if "Your nomination of" in text}
        assert in_sql == in_python


def test_several_awards_share_what_is_said_of_the_person(writer, world):
    first = writer.begin("teaching", "science")
    numbers = db.session.scalars(select(Nomination.reference).order_by(Nomination.id)).all()
    assert first == numbers[0]
    assert len(numbers) == 2
    writer.fill(first, world["school"])
    second = writer.get(f"/nominations/{numbers[1]}").get_data(as_text=True)
    assert "Amina Warsame" in second
    assert "How you know them" in second
    check = writer.get(f"/nominations/{numbers[1]}/check").get_data(as_text=True)
    assert "She taught my daughter." in check
    assert TEXT not in check
    assert writer.submit(first).status_code == 303
    sent = writer.get(f"/nominations/{first}/sent").get_data(as_text=True)
    assert "Science Teaching Award" in sent
    changed = {"people-0-given": "Amina", "people-0-family": "Warsame-Ali", "schools": [str(world["school"])]}
    writer.send(f"/nominations/{numbers[1]}/nominee", changed)
    assert "Warsame-Ali" not in writer.get(f"/nominations/{first}/copy").get_data(as_text=True)


def test_nominating_someone_else_asks_for_no_name_again(writer, world):
    writer.begin("teaching")
    answer = writer.send("/nominate", {"awards": ["teaching"]})
    assert answer.location.endswith("/nominee")
    assert db.session.scalar(select(func.count()).select_from(Sitting)) == 2


def test_somebody_else_at_the_same_browser_says_who_they_are(writer, world):
    writer.begin("teaching")
    assert "You go on as Hibo Nuradin" in writer.get("/nominate").get_data(as_text=True)
    answer = writer.send("/nominate", {"awards": ["teaching"], "other": "1"})
    assert "/nominate/you" in answer.location
    answer = writer.send(answer.location, {"age": "adult", "name": "Luis Ortega", "email": "luis@example.org"})
    assert answer.status_code == 303
    assert sorted(db.session.scalars(select(Sitting.nominator_name))) == ["Hibo Nuradin", "Luis Ortega"]


def test_a_school_is_found_by_part_of_its_name_without_script(writer, world):
    reference = writer.begin("teaching")
    url = f"/nominations/{reference}/nominee"
    answer = writer.send(
        url, {"people-0-given": "Solomon", "people-0-family": "Spratt", "find": "sou", "find_schools": "1"}
    )
    assert answer.status_code == 303
    page = writer.get(answer.location).get_data(as_text=True)
    assert "South Shore PK-8 School" in page
    assert "South Lake High School" in page
    assert "Denny" not in page
    assert 'value="Spratt"' in page


def test_schools_are_found_as_one_types(writer, world):
    found = writer.get("/nominate/schools?q=den").get_json()
    assert [row["words"] for row in found] == ["David T. Denny International Middle School"]
    assert writer.get("/nominate/schools?q=").get_json() == []
    assert writer.get("/nominate/schools?q=%25").get_json() == []


@pytest.mark.parametrize("typed", ["Escuela Secundaria Denny", "denny ms", "la escuela denny internacional"])
def test_a_school_is_found_though_its_kind_is_said_otherwise(writer, world, typed):
    found = writer.get("/nominate/schools", query_string={"q": typed}).get_json()
    assert [row["words"] for row in found] == ["David T. Denny International Middle School"]
    assert writer.get("/nominate/schools?q=escuela").get_json() == []


def test_a_search_that_finds_no_school_says_so_without_script(writer, world):
    url = f"/nominations/{writer.begin('teaching')}/nominee"
    page = writer.get(f"{url}?find=zzzq").get_data(as_text=True)
    assert "No school of ours matches that." in page.split('id="find-hint"')[1].split("</p>")[0]


def test_a_team_is_several_people(writer, world):
    reference = writer.begin("teaching")
    url = f"/nominations/{reference}/nominee"
    answer = writer.send(url, {"people-0-given": "Amina", "people-0-family": "Warsame", "add_person": "1"})
    assert "people=2" in answer.location
    page = writer.get(answer.location.split("#")[0]).get_data(as_text=True)
    data = {
        "csrf_token": token(page),
        "version": hidden(page, "version"),
        "people-0-given": "Amina",
        "people-0-family": "Warsame",
    }
    data |= {"people-1-given": "Luis", "people-1-family": "Ortega", "schools": ["central"]}
    with clock.at(NOW):
        assert writer.client.post(url, data=data).status_code == 303
    assert "Amina Warsame and Luis Ortega" in writer.get(f"/nominations/{reference}").get_data(as_text=True)


def test_what_is_wrong_is_said_and_kept(writer, world):
    reference = writer.begin("teaching")
    url = f"/nominations/{reference}/nominee"
    answer = writer.send(url, {"people-0-given": "Solomon", "people-0-email": "spratt.schools.example", "find": "sou"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Three things to fix" in page
    said = (
        "Write the person&#39;s last name",
        "Choose a school, or say that there is none",
        "The e-mail address needs an @",
    )
    for sentence in said:
        assert page.count(sentence) == 2, sentence
    assert "South Lake High School" in page
    assert only_named() == "Solomon"
    later = writer.send(url, {"people-0-given": "Solo", "later": "1"})
    assert later.status_code == 303
    assert only_named() == "Solo"


def only_named() -> str:
    return db.session.scalar(select(Named.given_name))


def test_a_text_over_the_limit_is_saved_whole_and_stops_only_the_sending(writer, world):
    reference = writer.begin("teaching")
    long = "word " * 300
    answer = writer.send(f"/nominations/{reference}/answers/q1", {"answer": long})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This has 300 words, 50 more than 250" in page
    assert db.session.scalar(select(Answer.text)) == long
    refused = writer.submit(reference)
    assert refused.status_code == 422
    assert "300 words" in refused.get_data(as_text=True)
    assert only().stage is Stage.DRAFT


def autosave(writer, reference, part, version, **fields):
    page = writer.get(f"/nominations/{reference}/{part}").get_data(as_text=True)
    data = {"csrf_token": token(page), "version": version, **fields}
    with clock.at(writer.at):
        return writer.client.post(f"/nominations/{reference}/{part}", data=data, headers={"X-Autosave": "1"})


def test_autosave_answers_with_the_time_and_the_next_version(writer, world):
    reference = writer.begin("teaching")
    first = autosave(writer, reference, "answers/q1", 0, answer="Hello")
    assert first.get_json() == {"saved_at": "10:00\u00a0am", "version": 1}
    assert autosave(writer, reference, "answers/q1", 1, answer="Hello again").get_json()["version"] == 2
    assert autosave(writer, reference, "answers/q1", 2, answer="x" * 30_000).status_code == 422
    assert db.session.scalar(select(Answer.text)) == "Hello again"
    assert autosave(writer, reference, "relation", 0, relation="parent", text="w " * 40).get_json()["version"] == 1


def test_a_second_window_gets_both_texts_and_overwrites_nothing(writer, world):
    reference = writer.begin("teaching")
    assert autosave(writer, reference, "answers/q1", 0, answer="from the first window").status_code == 200
    stale = autosave(writer, reference, "answers/q1", 0, answer="from the second window")
    assert stale.status_code == 409
    url = stale.get_json()["conflict_url"]
    assert db.session.scalar(select(Answer.text)) == "from the first window"
    page = writer.get(url).get_data(as_text=True)
    assert "from the first window" in page
    assert "from the second window" in page
    for where in ("", "/check"):
        assert "changed in two windows" in writer.get(f"/nominations/{reference}{where}").get_data(as_text=True)
    answer = writer.send(url, {"choice": "typed", "text": "both together"})
    assert answer.status_code == 303
    assert db.session.scalar(select(Answer.text)) == "both together"
    assert writer.get(url).status_code == 303
    assert db.session.scalars(select(Aside)).one().settled_at is not None


def test_a_stale_form_without_script_leads_to_both_texts(writer, world):
    reference = writer.begin("teaching")
    url = f"/nominations/{reference}/relation"
    assert writer.send(url, {"relation": "parent", "text": "first"}).status_code == 303
    answer = writer.send(url, {"relation": "colleague", "text": "second", "version": "0"})
    assert answer.status_code == 303
    assert "/both/" in answer.location
    page = writer.get(answer.location).get_data(as_text=True)
    assert "Parent or family member" in page
    assert "Colleague" in page
    kept = writer.send(answer.location, {"choice": "saved"})
    assert kept.status_code == 303
    assert only().relation_text == "first"


def test_the_same_words_sent_twice_are_no_conflict(writer, world):
    reference = writer.begin("teaching")
    url = f"/nominations/{reference}/answers/q1"
    for _press in range(2):
        assert writer.send(url, {"answer": "the same", "version": "0"}).status_code == 303
    assert db.session.scalars(select(Aside)).all() == []


def ready(writer, world) -> str:
    reference = writer.begin("teaching")
    writer.fill(reference, world["school"])
    return reference


def test_sent_twice_it_is_sent_once(writer, world):
    reference = ready(writer, world)
    page = writer.get(f"/nominations/{reference}/check").get_data(as_text=True)
    data = {"csrf_token": token(page), "version": hidden(page, "version")}
    for _press in range(3):
        with clock.at(NOW):
            answer = writer.client.post(f"/nominations/{reference}/submission", data=data)
        assert answer.location.endswith("/sent")
    assert db.session.scalar(select(func.count()).select_from(Snapshot)) == 1
    assert (
        db.session.scalar(select(func.count()).select_from(Message).where(Message.template == "nominations/received"))
        == 1
    )


def test_what_another_window_changed_must_be_read_before_sending(writer, world):
    reference = ready(writer, world)
    page = writer.get(f"/nominations/{reference}/check").get_data(as_text=True)
    stale = {"csrf_token": token(page), "version": hidden(page, "version")}
    autosave(writer, reference, "answers/q1", 1, answer="changed meanwhile")
    with clock.at(NOW):
        answer = writer.client.post(f"/nominations/{reference}/submission", data=stale)
    assert answer.status_code == 409
    assert "Read it once more" in answer.get_data(as_text=True)
    assert "changed meanwhile" in answer.get_data(as_text=True)
    assert only().stage is Stage.DRAFT


def test_revising_keeps_what_was_sent_until_it_is_sent_again(writer, world):
    reference = ready(writer, world)
    writer.submit(reference)
    assert writer.send(f"/nominations/{reference}", action=f"/nominations/{reference}/revision").status_code == 303
    writer.send(f"/nominations/{reference}/answers/q1", {"answer": "A better text."})
    copy = writer.get(f"/nominations/{reference}/copy").get_data(as_text=True)
    assert TEXT in copy
    assert "A better text." not in copy
    assert writer.submit(reference).status_code == 303
    assert "A better text." in writer.get(f"/nominations/{reference}/copy").get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Snapshot)) == 2


def test_typing_on_after_it_was_sent_loses_nothing(writer, world):
    reference = ready(writer, world)
    page = writer.get(f"/nominations/{reference}/answers/q1").get_data(as_text=True)
    data = {"csrf_token": token(page), "version": hidden(page, "version"), "answer": "typed after sending"}
    writer.submit(reference)
    with clock.at(NOW):
        answer = writer.client.post(f"/nominations/{reference}/answers/q1", data=data)
    assert "/both/" in answer.location
    assert writer.send(answer.location, {"choice": "typed", "text": "typed after sending"}).status_code == 303
    assert only().stage is Stage.REVISING
    assert "typed after sending" in db.session.scalars(select(Answer.text)).all()


def test_withdrawing_asks_once_and_is_for_good(writer, world):
    reference = ready(writer, world)
    autosave(writer, reference, "answers/q1", 0, answer="from a window left open")
    assert "changed in two windows" in writer.get(f"/nominations/{reference}").get_data(as_text=True)
    writer.submit(reference)
    url = f"/nominations/{reference}/withdrawal"
    assert "Withdraw your nomination?" in writer.get(url).get_data(as_text=True)
    assert only().stage is Stage.SUBMITTED
    assert writer.send(url).status_code == 303
    assert only().stage is Stage.WITHDRAWN
    withdrawn = writer.get(f"/nominations/{reference}").get_data(as_text=True)
    assert "You withdrew it" in withdrawn
    assert "changed in two windows" not in withdrawn
    receipt = db.session.scalars(select(Message).where(Message.template == "nominations/received")).one()
    assert receipt.state is MessageState.CANCELLED
    refused = writer.send("/sign-in", action=f"/nominations/{reference}/submission")
    assert refused.status_code == 409


def test_a_draft_never_sent_is_discarded_after_being_asked_once(writer, world):
    reference = ready(writer, world)
    assert f"{reference},Amina Warsame" in writer.get("/nominations.csv").get_data(as_text=True)
    url = f"/nominations/{reference}/discarding"
    assert url in writer.get(f"/nominations/{reference}").get_data(as_text=True)
    assert "Discard this draft?" in writer.get(url).get_data(as_text=True)
    assert only().stage is Stage.DRAFT
    assert writer.send(url).status_code == 303
    assert only().stage is Stage.DISCARDED
    assert (db.session.scalars(select(Answer)).all(), db.session.scalars(select(Named)).all()) == ([], [])
    assert reference not in writer.get("/nominations").get_data(as_text=True).split("is discarded")[-1]
    assert reference not in writer.get("/nominations.csv").get_data(as_text=True)
    assert "You discarded this draft" in writer.get(f"/nominations/{reference}").get_data(as_text=True)
    recorded = db.session.scalars(select(Event.action).where(Event.subject_kind == "nomination").order_by(Event.id))
    assert recorded.all() == ["begun", "discarded"]
    message = db.session.scalars(select(Message).where(Message.template == "nominations/begun")).one()
    assert message.state is MessageState.CANCELLED
    assert writer.begin("teaching") != reference


def test_what_was_sent_cannot_be_discarded(writer, world):
    reference = ready(writer, world)
    writer.submit(reference)
    url = f"/nominations/{reference}/discarding"
    assert url not in writer.get(f"/nominations/{reference}").get_data(as_text=True)
    assert writer.send("/sign-in", action=url).status_code == 303
    assert only().stage is Stage.SUBMITTED


def test_after_release_a_nominator_is_led_to_the_public_results(writer, world):
    reference = ready(writer, world)
    writer.submit(reference)
    link = "/awards/teaching/recipients"
    assert link not in writer.get(f"/nominations/{reference}").get_data(as_text=True)
    with transaction():
        db.session.get_one(Cycle, world["cycle"]).stage = CycleStage.RELEASED
    assert link in writer.get(f"/nominations/{reference}").get_data(as_text=True)


GRACE = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("late_by", "sent"), [(timedelta(seconds=-1), True), (timedelta(0), False), (timedelta(seconds=1), False)]
)
def test_the_grace_ends_at_its_instant_and_the_text_is_kept(writer, world, late_by, sent):
    reference = ready(writer, world)
    page = writer.get(f"/nominations/{reference}/check").get_data(as_text=True)
    writer.at = CLOSES + GRACE + late_by
    with clock.at(writer.at):
        data = {"csrf_token": token(page), "version": hidden(page, "version")}
        answer = writer.client.post(f"/nominations/{reference}/submission", data=data)
    text = answer.get_data(as_text=True)
    if sent:
        assert answer.status_code == 303
        return
    assert answer.status_code == 409
    said = (
        "closed on Friday, March 13, 2026, 11:59 pm Pacific, so this could not be sent. Everything you wrote is kept."
    )
    assert said in text.replace("\u00a0", " ")
    assert TEXT in text
    assert "midnight" not in text.lower()
    assert only().stage is Stage.DRAFT
    assert (
        autosave(writer, reference, "answers/q1", 1, answer=TEXT + " More.").status_code == 200
    )  # the text stays theirs
    left = writer.send(f"/nominations/{reference}/check", action=f"/nominations/{reference}/late")
    assert left.status_code == 303
    assert only().stage is Stage.LATE


def test_a_form_left_open_for_eight_hours_submits(writer, world):
    reference = ready(writer, world)
    page = writer.get(f"/nominations/{reference}/check").get_data(as_text=True)
    with clock.at(NOW + timedelta(hours=8)):
        data = {"csrf_token": token(page), "version": hidden(page, "version")}
        answer = writer.client.post(f"/nominations/{reference}/submission", data=data)
    assert answer.location.endswith("/sent")


def test_pressed_twice_at_once_it_begins_once(app, writer, world):
    answer = writer.send("/nominate", {"awards": ["teaching"]})
    page = writer.get(answer.location).get_data(as_text=True)
    data = {
        "csrf_token": token(page),
        "once": hidden(page, "once"),
        "age": "adult",
        "name": "Hibo Nuradin",
        "email": "h.nuradin@example.org",
    }
    with clock.at(NOW):
        first = writer.client.post(answer.location, data=data)
        writer.client.delete_cookie("visit")  # its answer never arrived
        second = writer.client.post(answer.location, data=data)
    assert first.location == second.location
    assert writer.get(second.location).status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 1


def test_an_address_mistyped_is_mended_before_it_is_confirmed(writer, world):
    reference = writer.begin("teaching", email="h.nuradn@example.org")
    url = f"/nominations/{reference}/you"
    assert writer.send(url, {"name": "Hibo Nuradin", "email": "h.nuradin@example.org"}).status_code == 303
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [m.state for m in messages] == [MessageState.CANCELLED, MessageState.WAITING]
    assert db.session.get(Person, messages[1].to_id).email == "h.nuradin@example.org"
    assert only().nominator_id == messages[1].to_id


def test_no_address_is_flooded(app, world):
    for _browser in range(9):
        Writer(app.test_client()).begin("teaching")
    assert db.session.scalar(select(func.count()).select_from(Message)) == 6


def test_a_surprise_is_kept_from_the_nominee(writer, app, world):
    with transaction():
        db.session.get(Cycle, world["cycle"]).surprise = True
    reference = writer.begin("teaching")
    url = f"/nominations/{reference}/nominee"
    writer.fill(reference, world["school"])
    named = {"people-0-given": "Amina", "people-0-family": "Warsame", "people-0-email": "amina@example.org"}
    writer.send(url, {**named, "schools": [str(world["school"])]})
    check = writer.get(f"/nominations/{reference}/check").get_data(as_text=True)
    assert "surprise" in check
    writer.submit(reference)
    delivered()
    assert {m.to_email for m in db.session.scalars(select(SentCopy))} == {"h.nuradin@example.org"}


NASTY = {
    "html": "<script>alert(1)</script><b>bold</b>",
    "template": "{{7*7}} {% raw %} ${7*7}",
    "override": "abc\u202edef\u202c",
    "emoji": "👩🏽‍🏫 ok",
    "lines": "one\r\ntwo\r\n\r\nthree",
    "formula": "=cmd|'/c calc'!A1",
    "percent": "100% %(name)s %s",
}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("kind", NASTY)
def test_nasty_text_is_stored_and_shown_exactly(writer, world, kind):
    text = NASTY[kind]
    reference = writer.begin("teaching", name=text)
    named = {"people-0-given": text, "people-0-family": text, "people-0-role": text, "place_text": text}
    answer = writer.send(f"/nominations/{reference}/nominee", named)
    assert answer.status_code == 303
    writer.send(f"/nominations/{reference}/relation", {"relation": "other", "text": text})
    writer.send(f"/nominations/{reference}/answers/q1", {"answer": text})
    writer.send(f"/nominations/{reference}/quote", {"quote": "no", "tell": "yes"})
    for page in ("", "/you", "/nominee", "/relation", "/answers/q1", "/quote", "/check"):
        shown = writer.get(f"/nominations/{reference}{page}").get_data(as_text=True)
        assert "<script>alert" not in shown
        assert "49" not in re.sub(r'value="[^"]*"', "", shown)
    assert writer.submit(reference).status_code == 303
    copy = writer.get(f"/nominations/{reference}/copy").get_data(as_text=True)
    copy = copy.replace("<br>", "\n").replace('</p><p dir="auto">', "\n\n")
    assert text.replace("\r\n", "\n") in html.unescape(copy)
    delivered()
    assert len(db.session.scalars(select(SentCopy)).all()) == 2


@pytest.mark.sqlite_only
@pytest.mark.parametrize("text", ["x" * 100_000, "a\x00b", "a\ud800b"])
def test_what_cannot_be_kept_is_said_and_shown_back(writer, world, text):
    reference = writer.begin("teaching")
    for place in (
        "nominee people-0-family",
        "nominee find",
        "relation text",
        "answers/q1 answer",
        "you phone",
        "you name",
    ):
        page, name = place.split()
        fields = {"people-0-given": "A", name: text.encode("utf-8", "surrogatepass"), "relation": "parent"}
        answer = writer.send(f"/nominations/{reference}/{page}", fields)
        assert answer.status_code in {303, 422}, (page, name)
        assert answer.status_code == 422 or "\ud800" in text  # werkzeug replaces lone surrogates as it reads them


def test_a_list_costs_the_same_at_one_row_and_at_many(app, writer, world):
    with transaction():
        person = make_person()
        cycle = db.session.get(Cycle, world["cycle"])
        make_nomination(cycle, nominator=person, stage=Stage.DRAFT)
        client = app.test_client()
        sign_in(client, person, at=NOW)
    few = counted(lambda: Writer(client).get("/nominations"))
    with transaction():
        cycle = db.session.get(Cycle, world["cycle"])
        for _row in range(20):
            make_nomination(cycle, nominator=db.session.get(Person, person.id), stage=Stage.DRAFT)
    many = counted(lambda: Writer(client).get("/nominations"))
    assert few == many


def counted(act) -> int:
    counts = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: counts.append(args[2]))
    try:
        assert act().status_code == 200
    finally:
        db.engine.dispose()
    return len(counts)


def test_nothing_open_says_so(client, app):
    with transaction():
        make_organisation()
    assert "Nothing is open just now" in Writer(client).get("/nominate").get_data(as_text=True)


def test_only_what_was_begun_is_offered_after_closing(writer, world):
    reference = ready(writer, world)
    writer.at = CLOSES + timedelta(days=1)
    assert "Nothing is open just now" in writer.get("/nominate").get_data(as_text=True)
    assert "stays yours" in writer.get(f"/nominations/{reference}").get_data(as_text=True)


# ---------------------------------------------------------------- several people and awards


def offers(page: str) -> list[dict[str, str]]:
    """What a page offers to say once more, as its forms would post it."""
    forms = re.findall(r'<form method="post" action="/nominations/[^"]*/offers">.*?</form>', page, re.DOTALL)
    return [{name: hidden(form, name) for name in ("part", "said_in", "version")} for form in forms]


def test_two_people_and_two_awards_in_one_sitting_with_nothing_typed_twice(writer, world):
    first = writer.begin("teaching")
    writer.fill(first, world["school"])
    answer = writer.send(f"/nominations/{first}/awards", {"awards": ["science"]})
    second = answer.location.split("/")[2]
    page = writer.get(f"/nominations/{second}/check").get_data(as_text=True)
    assert "Amina Warsame" in page
    assert "She taught my daughter." in page
    assert "without my name" in page

    page = writer.get(f"/nominations/{second}/answers/q1").get_data(as_text=True)
    offered = offers(page)
    assert [offer["said_in"] for offer in offered] == [first]
    assert TEXT in page
    answer = writer.send(
        f"/nominations/{second}/answers/q1", offered[0], action=f"/nominations/{second}/offers", version=False
    )
    assert answer.location == f"/nominations/{second}/answers/q1"
    page = writer.get(answer.location).get_data(as_text=True)
    assert f">{TEXT}</textarea>" in page.replace("\r\n", "")
    assert offers(page) == []  # what is said is not offered any more

    answer = writer.send(f"/nominations/{first}/people", {"awards": ["teaching", "science"]})
    third = answer.location.split("/")[2]
    assert third not in {first, second}
    page = writer.get(answer.location).get_data(as_text=True)
    assert offers(page) == []
    boxes = re.findall(r'name="schools" value="(\d+)"([^>]*)>\s*<span>([^<]+)<small>([^<]+)', page)
    assert [(int(value), said) for value, _rest, _name, said in boxes] == [(world["school"], "As for Amina Warsame")]
    assert "checked" not in boxes[0][1], "it is offered beside the question, and chosen by nobody but the writer"
    assert 'value="Amina"' not in page
    writer.send(answer.location, {"people-0-given": "Ruth"}, headers={"X-Autosave": "1"})
    assert "As for Amina Warsame" in writer.get(answer.location).get_data(as_text=True), "a name alone is no place"
    writer.send(
        answer.location, {"people-0-given": "Ruth", "people-0-family": "Okafor", "schools": [str(world["school"])]}
    )
    assert offers(writer.get(f"/nominations/{third}/answers/q1").get_data(as_text=True)) == []  # it was said of Amina
    offered = offers(writer.get(f"/nominations/{third}/relation").get_data(as_text=True))
    writer.send(f"/nominations/{third}/relation", offered[0], action=f"/nominations/{third}/offers", version=False)

    with transaction():
        rows = db.session.scalars(select(Nomination).order_by(Nomination.id)).all()
        people = [
            [n.name for n in db.session.scalars(select(Named).where(Named.nomination_id == row.id))] for row in rows
        ]
        assert [row.nominee_number for row in rows] == [1, 1, 2, 2]
        assert people == [["Amina Warsame"], ["Amina Warsame"], ["Ruth Okafor"], ["Ruth Okafor"]]
        assert [row.relation_text for row in rows] == ["She taught my daughter."] * 4
        assert len({row.sitting_id for row in rows}) == 1
        assert len({row.reference for row in rows}) == 4
    assert writer.submit(first).status_code == 303
    page = writer.get(f"/nominations/{third}/together").get_data(as_text=True)
    assert re.findall(r"<h2[^>]*>([^<]+)", page)[:2] == ["Amina Warsame", "Ruth Okafor"]
    assert "With us" in page
    assert "of 7 parts done" in page
    assert all(row.reference in page for row in rows)
    assert f"/nominations/{third}/awards" not in page  # every open award is there already


def test_asked_twice_another_award_or_person_is_begun_once(writer, world):
    first = writer.begin("teaching")
    page = writer.get(f"/nominations/{first}/awards").get_data(as_text=True)
    with clock.at(NOW):
        for _press in range(2):
            data = {"csrf_token": token(page), "awards": ["science"]}
            assert writer.client.post(f"/nominations/{first}/awards", data=data).status_code == 303
    page = writer.get(f"/nominations/{first}/people").get_data(as_text=True)
    data = {"csrf_token": token(page), "drawn": hidden(page, "drawn"), "awards": ["teaching"]}
    with clock.at(NOW):
        said = [writer.client.post(f"/nominations/{first}/people", data=data).location for _press in range(2)]
    assert said[0] == said[1]
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(Nomination)) == 3
    page = writer.send(f"/nominations/{first}/people", {"awards": []}).get_data(as_text=True)
    assert "Choose at least one award" in page


def test_a_sitting_of_many_costs_what_one_of_two_costs(writer, world):
    first = writer.begin("teaching", "science")
    url = f"/nominations/{first}/together"
    counts = []
    for people in range(1, 13):
        if people in {1, 12}:
            writer.get(url)
            counts.append(counted(lambda: writer.get(url)))
        writer.send(f"/nominations/{first}/people", {"awards": ["teaching", "science"], "drawn": str(people)})
    with transaction():
        assert db.session.scalar(select(func.count()).select_from(Nomination)) == 26
    assert counts[0] == counts[1]


def test_what_is_offered_never_overwrites_what_was_typed_meanwhile(writer, world):
    first, _second = writer.begin("teaching", "science"), None
    writer.fill(first, world["school"])
    second = f"N-{int(first[2:]) + 1:04d}"
    url = f"/nominations/{second}/answers/q1"
    offered = offers(writer.get(url).get_data(as_text=True))[0]
    writer.send(url, {"answer": "Another sentence."})
    writer.send(url, offered, action=f"/nominations/{second}/offers", version=False)
    assert "Another sentence." in writer.get(url).get_data(as_text=True)
    for nonsense in ({"part": "answers/none"}, {"part": "answers/q1", "said_in": "N-9999"}, {"part": ""}):
        answer = writer.send(url, nonsense, action=f"/nominations/{second}/offers", version=False)
        assert answer.status_code == 303
    other = Writer(writer.client.application.test_client())
    other.begin("teaching", name="Someone Else", email="else@example.org")
    for page in ("together", "awards", "people"):
        assert "Amina" not in other.get(f"/nominations/{second}/{page}").get_data(as_text=True)
