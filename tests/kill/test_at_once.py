"""Many at the real server at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.mail.models import Message
from portal.nominations.models import Answer, Candidacy, Nomination, Snapshot
from portal.nominations.rules import Stage

pytestmark = [pytest.mark.kill, pytest.mark.both_databases]

MANY = 16


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_sixteen_people_who_save_at_the_same_moment_are_all_kept(server, browser):
    def write(number):
        person = browser()
        here = person.begin(f"Writer {number}")
        answers = [
            person.fill(f"{here}/answers/q1", "answers", answer=f"Text {number}, version {save}.") for save in range(6)
        ]
        return [answer.status for answer in answers]

    with ThreadPoolExecutor(MANY) as crowd:
        statuses = list(crowd.map(write, range(MANY)))
    assert statuses == [[303] * 6] * MANY
    texts = set(db.session.scalars(select(Answer.text)))
    assert texts == {f"Text {number}, version 5." for number in range(MANY)}


def test_sixteen_submissions_of_one_nomination_are_one_nomination_and_one_receipt(server, browser):
    person = browser()
    here = person.begin()
    person.write(here)
    action, fields = person.form(f"{here}/check", "submission")

    def submit(_number):
        same = browser()
        same.cookies = dict(person.cookies)
        return same.post(action, fields)

    with ThreadPoolExecutor(MANY) as crowd:
        answers = list(crowd.map(submit, range(MANY)))
    assert {answer.status for answer in answers} == {303}
    assert count(Nomination, Nomination.stage == Stage.SUBMITTED) == count(Nomination) == 1
    assert count(Snapshot) == 1
    assert count(Candidacy) == 1
    assert count(Message, Message.template.like("%received%")) == 1
    assert person.get(f"{here}/sent").status == 200


def test_sixteen_people_nominating_one_person_at_the_same_moment_make_one_candidacy(server, browser):
    def nominate(number):
        person = browser()
        here = person.begin(f"Writer {number}")
        person.write(here)
        return person.fill(f"{here}/check", "submission").status

    with ThreadPoolExecutor(MANY) as crowd:
        assert set(crowd.map(nominate, range(MANY))) == {303}
    assert count(Snapshot) == count(Nomination, Nomination.stage == Stage.SUBMITTED) == MANY
    assert count(Candidacy, Candidacy.merged_into_id.is_(None)) == 1
