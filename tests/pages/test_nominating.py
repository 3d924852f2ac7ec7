"""What a nominator gets, page by page, without script."""

from __future__ import annotations

import re

import pytest
from flask import g
from sqlalchemy import func, select

from portal import clock
from portal.accounts.models import Link
from portal.awards.queries import organisation
from portal.db import db, transaction
from portal.demo.makers import CLOSES, NOW, make_award, make_cycle, make_nomination, make_organisation, make_person, make_school, make_staff, sign_in
from portal.jobs import worker
from portal.mail.models import Message, MessageState, SentCopy
from portal.nominations.models import Aside, Nomination, Sitting, Snapshot
from portal.nominations.rules import Stage

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
            answer = self.send(answer.location, {"name": name, "email": email})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.location.split("/")[2]

    def fill(self, reference, school, *, answers=(TEXT, "", ""), nominee=("Amina", "Warsame")):
        base = f"/nominations/{reference}"
        assert self.send(f"{base}/nominee", {"people-0-given": nominee[0], "people-0-family": nominee[1], "people-0-role": "Teacher", "schools": [str(school)]}).status_code == 303
        assert self.send(f"{base}/relation", {"relation": "parent", "text": "She taught my daughter."}).status_code == 303
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
    assert "David T. Denny" in check and TEXT in check and "You left this empty" in check
    answer = writer.submit(reference)
    assert answer.status_code == 303
    sent = writer.get(answer.location).get_data(as_text=True)
    assert reference in sent and "Thank you" in sent
    nomination = only()
    assert nomination.stage is Stage.SUBMITTED
    assert nomination.candidacy_id is not None
    snapshot = db.session.scalars(select(Snapshot)).one()
    assert TEXT in snapshot.facts
    copies = {c.subject: c for c in delivered()}
    assert f"We have your nomination {reference}" in copies
    receipt = copies[f"We have your nomination {reference}"]
    assert TEXT in receipt.text and "Warsame" in receipt.text and "Parent or family member" in receipt.text
    assert receipt.to_email == "h.nuradin@example.org"
