"""Letters as each person meets them: whoever asks, the writer, the office, and everybody else."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_cycle,
    make_nomination,
    make_organisation,
    make_person,
    make_staff,
    sign_in,
)
from portal.files.models import StoredFile
from portal.jobs import worker
from portal.mail import writing as mail
from portal.mail.models import Message
from portal.nominations.actions import gathering, letters
from portal.nominations.models import LetterPlan, Nomination, Recommendation, Relation
from portal.nominations.queries import letters as queries
from portal.nominations.queries.writing import by_reference
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.people.models import Person
from tests.support import hostile
from tests.support.office import counted

DUE = CLOSES + timedelta(days=18)
TEXT = "She keeps the library open until the last child is fetched."


@pytest.fixture
def people(app):
    """Who there is: a nominator, a writer, staff, a stranger; and a letter that was asked for."""
    with transaction():
        make_organisation()
        nadia, staff = make_person("Nadia Okafor", email="nadia@example.org"), make_staff("Joy Tanaka")
        cycle = make_cycle(letters_due_at=DUE)
        nomination = make_nomination(cycle, nominator=nadia)
        candidacy = gathering.gather(nomination, at=NOW)
        db.session.add(LetterPlan(cycle_id=cycle.id, mix=["supervisor", "community member"]))
        asked = letters.ask(
            cycle=cycle,
            nomination=by_reference(nomination.reference),
            by=nadia,
            name="Ruth Ames",
            email="ruth@writers.example",
            role=WriterRole.SUPERVISOR,
            note="Speak of the library.",
            at=NOW,
        )
        stranger = make_person()
        return {
            "nominator": nadia.id,
            "writer": asked.writer_id,
            "staff": staff.id,
            "stranger": stranger.id,
            "nomination": f"/nominations/{nomination.reference}",
            "letter": f"/letters/{asked.reference}",
            "desk": f"/desk/{cycle.award.slug}/2026",
            "candidacy": f"/desk/{cycle.award.slug}/2026/candidacies/{candidacy.reference}",
            "reference": asked.reference,
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


def one(people):
    db.session.rollback()
    db.session.expire_all()
    return queries.by_reference(people["reference"])


def write(client, people, **fields):
    return post(
        client, people["letter"], {"text": TEXT, "signed": "Ruth Ames", "position": "Principal", "send": "1", **fields}
    )


def work():
    with clock.at(NOW):
        worker.run_once(at=NOW)


def test_a_nominator_asks_sees_what_is_missing_and_never_what_a_letter_says(app, people):
    nadia, where = browser(app, people["nominator"]), people["nomination"] + "/letters"
    assert "2 letters are missing" in text_of(nadia, where)
    thanks = text_of(nadia, people["nomination"] + "/sent")
    assert "One letter is missing, from:" in thanks  # the other was asked for: only whom nobody asked is to be asked
    assert "They are due on" in thanks
    assert f'href="{where}"' in thanks
    again = post(nadia, where, {"name": "Ruth Ames", "email": "ruth@writers.example", "role": "supervisor"})
    assert again.status_code == 422
    assert "was asked for this letter already" in again.get_data(as_text=True)
    nobody = post(nadia, where, {"name": "", "email": "x"})
    assert {"Write the writer&#39;s name", "The e-mail address needs an @ sign"} <= set(
        re.findall(r"Write the writer&#39;s name|The e-mail address needs an @ sign", nobody.get_data(as_text=True))
    )
    answer = post(nadia, where, {"name": "Ben Cole", "email": "ben@writers.example", "role": "community member"})
    assert answer.status_code == 303
    assert "is missing" not in text_of(nadia, people["nomination"] + "/sent")
    ben = db.session.scalars(select(Recommendation).order_by(Recommendation.id.desc())).first()
    post(nadia, f"{where}/{ben.id}/reminder", {}, form=where)
    assert "only just now" in text_of(nadia, where)
    post(nadia, f"{where}/{ben.id}/cancellation", {}, form=where)
    assert "Not needed any more" in text_of(nadia, where)
    assert write(browser(app, people["writer"]), people).status_code == 303
    seen = text_of(nadia, where)
    assert "With us" in seen
    assert "One letter is missing" in seen
    assert TEXT not in seen
    post(nadia, people["nomination"] + "/revision", {}, form=people["nomination"])
    assert (
        post(nadia, people["nomination"] + "/submission", {}, form=people["nomination"] + "/check").status_code == 303
    )
    receipt = db.session.scalars(
        select(Message).options(joinedload(Message.to)).where(Message.template == "nominations/received")
    ).one()
    said = mail.write(receipt, link=None, language="en").text
    assert "One letter is missing, from:" in said
    assert re.search(r"missing, from:\s+> [^\n]*[Cc]ommunity", said)
    for private in ("", "/sent/1", "/file", "/declining"):
        assert get(nadia, people["letter"] + private).status_code == 404


def test_a_writer_writes_saves_sends_replaces_and_reads_what_stands(app, people):
    ruth = browser(app, people["writer"])
    assert "Speak of the library." in text_of(ruth, people["letter"])
    assert people["reference"] in text_of(ruth, "/letters")
    assert "Write a letter about Amina Warsame" in text_of(ruth, "/me")
    saved = post(
        ruth, people["letter"], {"text": "Half", "signed": "Ruth Ames", "position": ""}, headers={"X-Autosave": "1"}
    )
    assert saved.get_json()["version"] == 2
    stale = post(ruth, people["letter"], {"text": "Other", "version": "1"}, headers={"X-Autosave": "1"})
    assert (stale.status_code, one(people).text) == (409, "Half")
    empty = write(ruth, people, text="  ")
    assert empty.status_code == 409
    assert "An empty letter cannot be sent" in empty.get_data(as_text=True)
    assert write(ruth, people).status_code == 303
    page = text_of(ruth, people["letter"])
    assert "What you sent" in page
    assert "Send the new letter in its place" in page
    assert write(ruth, people, text=TEXT + " And it shows.").status_code == 303
    assert len(one(people).letters) == 2
    assert TEXT in text_of(ruth, people["letter"] + "/sent/1")
    assert get(ruth, people["letter"] + "/sent/3").status_code == 404


def test_whoever_may_be_a_student_is_asked_how_old_first_and_nothing_is_taken_of_a_child(app, people):
    with transaction():
        one(people).role = WriterRole.FAMILY
    ruth = browser(app, people["writer"])
    asks = text_of(ruth, people["letter"])
    assert "How old are you?" in asks
    assert "Your letter" not in asks
    assert post(ruth, people["letter"], {}).status_code == 422
    saving = post(ruth, people["letter"], {"text": TEXT}, headers={"X-Autosave": "1"})
    assert saving.status_code == 409
    scan = {"file": (io.BytesIO(hostile.plain_pdf("Dear committee")), "letter.pdf")}
    assert post(ruth, f"{people['letter']}/file", scan, form=people["letter"]).status_code == 409
    assert (one(people).text, one(people).file_id) == ("", None)
    assert post(ruth, people["letter"], {"age": "minor"}).status_code == 303
    assert write(ruth, people).status_code == 303
    assert one(people).state is LetterState.RECEIVED
    with transaction():
        again = one(people)
        db.session.delete(again.letters[0])
        again.of_age_at, again.text, again.state = None, "", LetterState.OPENED
    told = post(ruth, people["letter"], {"age": "child"}).get_data(as_text=True)
    assert "Nadia Okafor learns that no letter comes from you" in told
    assert one(people).state is LetterState.DECLINED


def test_a_writer_says_no_without_giving_a_reason(app, people):
    ruth = browser(app, people["writer"])
    assert post(ruth, people["letter"] + "/declining", {}).status_code == 303
    assert one(people).state is LetterState.DECLINED
    assert "You said no" in text_of(ruth, people["letter"])
    assert "Said no" in text_of(browser(app, people["nominator"]), people["nomination"] + "/letters")


def test_a_file_sent_by_a_plain_form_is_shown_only_once_it_is_clean(app, people):
    ruth = browser(app, people["writer"])
    where, name = people["letter"] + "/file", "../../Ruth's “letter”\u202e.exe"

    def send(data):
        return post(
            ruth, where, {"file": (io.BytesIO(data), name)}, form=people["letter"], content_type="multipart/form-data"
        )

    assert send(b"MZ").status_code == 303
    assert "This is not a PDF" in text_of(ruth, people["letter"])
    assert send(hostile.scripted("opened")).status_code == 303
    work()
    assert "carries a script" in text_of(ruth, people["letter"])
    assert send(hostile.everywhere()).status_code == 303
    assert get(ruth, where + "/1").status_code == 404
    assert get(ruth, where + "/state").get_json() == {"settled": False}
    assert "is being checked" in text_of(ruth, people["letter"])
    work()
    assert get(ruth, where + "/state").get_json() == {"settled": True}
    page = get(ruth, where + "/1")
    assert (page.mimetype, page.headers["Cache-Control"]) == ("image/webp", "no-store")
    assert write(ruth, people, text="").status_code == 303
    got = get(browser(app, people["staff"]), people["letter"] + "/sent/1/file")
    assert got.mimetype == "application/pdf"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "exe" not in got.headers["Content-Disposition"].split(";")[1]
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert hostile.SECRET.encode() not in got.data
    assert "Dear committee" in text_of(browser(app, people["staff"]), f"{people['desk']}/letters/{people['reference']}")
    assert get(browser(app, people["nominator"]), people["letter"] + "/sent/1/file").status_code == 404
    post(ruth, where + "/removal", {}, form=people["letter"])
    assert one(people).file_id is None
    assert (
        get(browser(app, people["staff"]), people["letter"] + "/sent/1/pages/1").status_code == 200
    )  # what was sent stands


def test_a_file_sent_in_parts_goes_on_where_it_stood(app, people):
    ruth, where, data = browser(app, people["writer"]), people["letter"] + "/file", hostile.plain_pdf("one", "two")
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', text_of(ruth, people["letter"]))[1]

    def ask(how, body, **headers):
        with clock.at(NOW):
            return ruth.post(where, data=body, headers={"X-Upload": how, "X-CSRFToken": token, **headers})

    def part(key, begins, size=400):
        told = {"X-Upload-Id": key, "X-Upload-Offset": str(begins), "Content-Type": "application/octet-stream"}
        return ask("part", data[begins : begins + size], **told)

    facts = {"name": "letter.pdf", "size": str(len(data)), "mark": "m"}
    begun = ask("begin", facts).get_json()
    assert part(begun["id"], 0).get_json()["received"] == 400
    assert ask("begin", facts).get_json() == {"id": begun["id"], "received": 400}
    again = part(begun["id"], 0)
    assert (again.status_code, again.get_json()) == (409, {"received": 400})
    answer = part(begun["id"], 400, len(data))
    assert answer.get_json()["url"].startswith(people["letter"])
    assert part(begun["id"], 400, len(data)).get_json() == answer.get_json()  # the answer was lost on its way
    assert part("0" * 32, 0).status_code == 422
    wrong = ask("begin", {**facts, "mark": "n"}).get_json()["id"]
    assert "not a PDF" in ask("part", b"MZ", **{"X-Upload-Id": wrong, "X-Upload-Offset": "0"}).get_json()["error"]
    assert "empty" in ask("begin", {**facts, "size": "0"}).get_json()["error"]
    assert "20 MB" in ask("begin", {**facts, "size": str(10**9)}).get_json()["error"]
    work()
    assert db.session.get(StoredFile, one(people).file_id).state.value == "clean"


def test_the_office_says_what_is_asked_for_sees_where_each_stands_and_decides_on_late_ones(app, people):
    late = DUE + timedelta(hours=1)
    joy, ruth, desk = browser(app, people["staff"]), browser(app, people["writer"], late), people["desk"] + "/letters"
    plan = {
        "mix": ["supervisor", "student or parent"],
        "most_words": "700",
        "least_words": "300",
        "late": "staff decide",
        "apart": "y",
    }
    assert post(joy, desk + "/plan", plan).status_code == 303
    assert "A student or a parent" in text_of(joy, people["candidacy"])
    assert post(joy, desk + "/plan", {**plan, "most_words": "many"}).status_code == 422
    assert "leave yours with the office" in text_of(ruth, people["letter"], late)
    assert post(ruth, people["letter"], {"text": TEXT, "signed": "Ruth Ames", "send": "1"}, at=late).status_code == 303
    at_desk = f"{desk}/{people['reference']}"
    assert TEXT in text_of(joy, at_desk)
    assert post(joy, at_desk, {"act": "accept", "reason": ""}).status_code == 422
    assert post(joy, at_desk, {"act": "accept", "reason": "The mail was down."}).status_code == 303
    assert one(people).state is LetterState.RECEIVED
    assert "Ruth Ames" in text_of(joy, desk)
    assert "Ruth Ames" in get(joy, desk + ".csv").get_data(as_text=True)
    assert TEXT not in get(joy, desk + ".csv").get_data(as_text=True)
    assert "Read it" in text_of(joy, people["candidacy"])


def test_a_letter_that_is_too_late_for_the_cycles_rule_gets_a_clear_page_and_keeps_its_text(app, people):
    with transaction():
        db.session.scalar(select(LetterPlan)).late = "refused"
    late = DUE + timedelta(minutes=10)
    ruth = browser(app, people["writer"], late)
    assert post(ruth, people["letter"], {"text": TEXT, "signed": "Ruth Ames"}, at=late).status_code == 303
    drawn = text_of(ruth, people["letter"], late)
    assert "No letter is taken after that" in drawn
    assert TEXT in drawn
    assert 'name="send"' not in drawn


@pytest.mark.parametrize("waives", ["yes", "no"])
def test_an_applicant_is_asked_about_the_right_to_read_and_it_holds_on_every_page(app, people, waives):
    with transaction():
        by_reference(people["nomination"].rpartition("/")[2]).relation = Relation.SELF
    nadia, where = browser(app, people["nominator"]), people["nomination"] + "/letters"
    fields = {"name": "Ben Cole", "email": "ben@writers.example", "role": "community member"}
    assert "Choose whether you may read" in post(nadia, where, fields).get_data(as_text=True)
    assert post(nadia, where, {**fields, "waiver": waives}).status_code == 303
    asked = db.session.scalars(select(Recommendation).order_by(Recommendation.id.desc())).first()
    reference, writer = asked.reference, asked.writer_id
    ben = browser(app, writer)
    assert post(ben, f"/letters/{reference}", {"age": "adult"}).status_code == 303
    told = text_of(ben, f"/letters/{reference}")
    assert ("gave up the right" in told) is (waives == "yes")
    assert ("keeps the right" in told) is (waives == "no")
    post(ben, f"/letters/{reference}", {"text": TEXT, "signed": "Ben Cole", "send": "1"})
    assert get(nadia, f"/letters/{reference}/sent/1").status_code == (404 if waives == "yes" else 200)
    assert (f"/letters/{reference}/sent/1" in text_of(nadia, where)) is (waives == "no")
    assert get(nadia, f"/letters/{reference}").status_code == 404


def test_nobody_else_reaches_a_letter_by_any_address(app, people):
    write(browser(app, people["writer"]), people)
    stranger = browser(app, people["stranger"])
    addresses = ["", "/sent/1", "/sent/1/file", "/sent/1/pages/1", "/file", "/file/state", "/file/1", "/declining"]
    for address in addresses:
        assert get(stranger, people["letter"] + address).status_code == 404, address
        out = get(app.test_client(), people["letter"] + address)
        assert (out.status_code, TEXT in out.get_data(as_text=True)) == (200, False)
    for address in ("/letters", "/letters/plan", "/letters.csv", f"/letters/{people['reference']}"):
        assert get(stranger, people["desk"] + address).status_code == 404, address


def test_a_list_of_letters_costs_the_same_at_two_and_at_twenty(app, people):
    joy, ruth = browser(app, people["staff"]), browser(app, people["writer"])

    def costs():
        found = []
        for client, url in (
            (joy, people["desk"] + "/letters"),
            (ruth, "/letters"),
            (joy, people["candidacy"]),
            (ruth, "/me"),
        ):
            text_of(client, url)
            with counted() as statements:
                text_of(client, url)
            found.append(len(statements))
        return found

    few = costs()
    with transaction():
        cycle = one(people).cycle
        for number in range(12):
            nomination = make_nomination(cycle, nominee=f"Nia Number{number}")
            gathering.gather(nomination, at=NOW)
            letters.ask(
                cycle=cycle,
                nomination=by_reference(nomination.reference),
                by=nomination.nominator,
                name="Ruth Ames",
                email="ruth@writers.example",
                role=WriterRole.OTHER,
                at=NOW,
            )
    assert costs() == few


def test_the_office_asks_for_a_letter_where_the_nominator_cannot(app, people):
    joy, where = browser(app, people["staff"]), people["candidacy"] + "/letters"
    assert f'href="{where}"' in get(joy, people["candidacy"]).get_data(as_text=True)
    typed = {"name": "Delphine Aubert", "email": "d@writers.example", "role": "community member", "note": "Thank you."}
    for wrong in (
        {"role": ""},
        {"role": "nobody"},
        {"name": "Nadia Okafor"},
        {"name": "Ruth Ames"},
        {"email": "nadia@example.org"},
    ):
        assert post(joy, where, {**typed, **wrong}).status_code == 422, wrong
    assert post(joy, where, typed).status_code == 303
    made = db.session.scalars(select(Recommendation).order_by(Recommendation.id.desc()).limit(1)).one()
    message = db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert (message.template, message.facts["asker"]) == ("nominations/letter_asked", "Joy Tanaka")
    nadia = browser(app, people["nominator"])
    assert "Delphine Aubert" in get(nadia, people["nomination"] + "/letters").get_data(as_text=True), (
        "both see one status"
    )
    with transaction():
        letters.decline(queries.by_number(made.id), reason="", at=NOW)
    news = db.session.scalars(select(Message).where(Message.template == "nominations/letter_news")).one()
    assert (news.to_id, news.link["next"]) == (people["staff"], f"{people['desk']}/letters/{made.reference}")
    with transaction():
        nomination = db.session.scalars(select(Nomination)).one()
        nomination.relation = Relation.SELF
    assert get(joy, where).status_code == 409, "whoever applies asks, and says whether they may read it"
    assert f'href="{where}"' not in get(joy, people["candidacy"]).get_data(as_text=True)
