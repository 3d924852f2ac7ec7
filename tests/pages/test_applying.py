"""Applying for a scholarship for oneself: age before anything else, a minor's guardian, and never anything of a child."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.accounts.models import Session
from portal.awards.models import AwardKind, Cycle, Honours
from portal.db import db, transaction
from portal.demo.makers import CLOSES, NOW, make_award, make_cycle, make_organisation, make_person, make_school
from portal.mail.models import Message
from portal.nominations.actions import writing as actions
from portal.nominations.models import Candidacy, CandidacyPerson, Nomination, Relation, Sitting, Snapshot
from portal.nominations.queries import writing as queries
from portal.people.models import Person
from portal.questions.models import Question
from tests.pages.test_nominating import Writer

DEVON, MOTHER = "d.reyes@example.org", "m.reyes@example.org"


@pytest.fixture
def world(app):
    with transaction():
        make_organisation()
        award = make_award("Senior Scholarship", slug="senior", kind=AwardKind.SCHOLARSHIP, honours=Honours.STUDENTS)
        own = {"self_nomination": True, "letters_due_at": CLOSES + timedelta(days=14)}
        make_cycle(award, **own)
        make_cycle(make_award("Arts Scholarship", slug="arts", kind=AwardKind.SCHOLARSHIP), **own)
        make_cycle(make_award("Excellence in Teaching Award", slug="teaching"))
        school = make_school("Rainier Beach High School")
    return {"school": school.id}


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def apply(writer, *awards, age="minor", name="Devon Reyes", email=DEVON, whom="own"):
    answer = writer.send("/nominate", {"awards": list(awards)})
    return writer.send(answer.location, {"age": age, "name": name, "email": email, "whom": whom})


def finished(writer, world, reference):
    base = f"/nominations/{reference}"
    page = writer.get(f"{base}/nominee").get_data(as_text=True)
    assert 'value="Devon"' in page
    answer = writer.send(
        f"{base}/nominee",
        {
            "people-0-given": "Devon",
            "people-0-family": "Reyes",
            "people-0-email": DEVON,
            "schools": [str(world["school"])],
        },
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    writer.send(f"{base}/answers/q1", {"answer": "I want to be a nurse, as my aunt is."})


def test_of_a_child_nothing_is_kept(client, world):
    writer = Writer(client)
    before = [count(model) for model in (Person, Session, Sitting, Nomination, Message)]
    for whom in ("own", "other"):
        answer = apply(writer, "senior", age="child", name="Benny Small", email="benny@example.org", whom=whom)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "Ask a grown-up to write with you" in page
        assert "Benny" not in page
        assert "benny@" not in page
        assert "Set-Cookie" not in answer.headers or "browser" not in answer.headers["Set-Cookie"]
    answer = apply(writer, "teaching", age="child", name="Benny Small", whom=None)
    assert "Ask a grown-up" in answer.get_data(as_text=True)
    db.session.rollback()
    assert [count(model) for model in (Person, Session, Sitting, Nomination, Message)] == before


@pytest.mark.parametrize("left_out", ["age", "whom"])
def test_nobody_goes_on_without_saying_how_old_and_for_whom(client, world, left_out):
    answer = apply(Writer(client), "senior", **{left_out: None})
    assert answer.status_code == 422
    assert 'value="Devon Reyes"' in answer.get_data(as_text=True)
    assert count(Sitting) == 0


def test_a_student_of_17_applies_and_the_guardian_is_told(client, world):
    writer = Writer(client)
    answer = apply(writer, "senior")
    reference = answer.location.split("/")[2]
    with transaction():
        for question in db.session.scalars(select(Question).where(Question.key == "q1")):
            question.own_label = {"en": "What will you study?"}
    asked = writer.get(f"/nominations/{reference}/answers/q1").get_data(as_text=True)
    assert "What will you study?" in asked
    assert "about Devon" not in re.search(r"<h1.*?</h1>", asked, re.DOTALL)[0]
    page = writer.get(f"/nominations/{reference}").get_data(as_text=True)
    assert "Your application" in page
    assert "May we quote you" not in page
    finished(writer, world, reference)
    refused = writer.submit(reference)
    assert refused.status_code == 422
    assert "Write your guardian&#39;s name" in refused.get_data(as_text=True)
    you = {"name": "Devon Reyes", "email": DEVON, "guardian_name": "Marisol Reyes"}
    own = writer.send(f"/nominations/{reference}/you", {**you, "guardian_email": "D.Reyes+mama@example.org"})
    assert "The guardian needs an address of their own" in own.get_data(as_text=True)
    assert writer.send(f"/nominations/{reference}/you", {**you, "guardian_email": MOTHER}).status_code == 303
    answer = writer.submit(reference)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = writer.get(answer.location).get_data(as_text=True)
    assert "Your application is with us" in page
    assert "Your application stands whatever they answer" in page
    copy = writer.get(f"/nominations/{reference}/copy").get_data(as_text=True)
    assert "What will you study?" in copy
    assert "quote" not in re.sub(r"<[^>]+>", "", copy).lower()

    with transaction():
        candidacy = db.session.scalars(select(Candidacy)).one()
        link = db.session.scalars(select(CandidacyPerson)).one()
        nomination = db.session.scalars(select(Nomination)).one()
        assert candidacy.told_at is None  # nobody knows yet whose address it is
        assert link.person_id != nomination.nominator_id
        assert link.person.minor is None
        assert count(Message) == 2
        assert MOTHER not in db.session.scalars(select(Snapshot.facts)).one()
        sitting = queries.with_nominator(nomination.sitting_id and db.session.get_one(Sitting, nomination.sitting_id))
        for _again in range(2):
            actions.confirm(sitting, by=sitting.nominator, at=NOW)
        db.session.refresh(link)
        assert link.person_id == nomination.nominator_id
        assert candidacy.told_at == NOW
        assert (link.person.minor, link.person.guardian_email) == (True, MOTHER)
        told = db.session.scalars(select(Message).where(Message.to_email == MOTHER)).all()
        assert [message.template for message in told] == ["nominations/guardian_application"]


def test_nobody_names_a_guardian_for_somebody_else(client, world):
    """Two of one family share an address; and somebody applies in another student's name."""
    with transaction():
        make_person("Ana Reyes", email=DEVON)
    writer = Writer(client)
    reference = apply(writer, "senior").location.split("/")[2]
    finished(writer, world, reference)
    writer.send(
        f"/nominations/{reference}/you",
        {"name": "Devon Reyes", "email": DEVON, "guardian_name": "X", "guardian_email": "x@example.net"},
    )
    assert writer.submit(reference).status_code == 303
    with transaction():
        sitting = queries.with_nominator(db.session.scalars(select(Sitting)).one())
        actions.confirm(sitting, by=sitting.nominator, at=NOW)
        link = db.session.scalars(select(CandidacyPerson)).one()
        assert link.person_id != sitting.nominator_id  # the address is Ana's
        assert (link.person.guardian_email, link.person.minor) == (None, None)
        assert db.session.scalars(select(Message).where(Message.to_email == "x@example.net")).all() == []


def test_a_second_scholarship_takes_along_what_was_said_and_a_teacher_is_somebody_else(client, world):
    writer = Writer(client)
    reference = apply(writer, "senior", "teaching", age="adult").location.split("/")[2]
    with transaction():
        rows = db.session.scalars(select(Nomination).order_by(Nomination.id)).all()
        assert {(row.nominee_number, row.relation) for row in rows} == {(1, Relation.SELF), (2, None)}
    page = writer.get(f"/nominations/{reference}/awards").get_data(as_text=True)
    assert "Arts Scholarship" in page
    assert "Excellence in Teaching Award" not in page
    second = writer.send(f"/nominations/{reference}/awards", {"awards": ["arts"]}).location.split("/")[2]
    page = writer.get(f"/nominations/{second}/nominee").get_data(as_text=True)
    assert 'value="Reyes"' in page
    assert "Your parent" not in writer.get(f"/nominations/{second}/you").get_data(as_text=True)


def test_a_counselor_nominates_instead(client, world):
    writer = Writer(client)
    begins = [writer.get(f"/nominate?award=senior&whom={whom}").get_data(as_text=True) for whom in ("own", "other")]
    assert [">Start an application</h1>" in begins[0], ">Nominate someone</h1>" in begins[1]] == [True, True]
    answer = writer.send("/nominate?award=senior&whom=other", {"awards": ["senior"]})
    page = writer.get(answer.location).get_data(as_text=True)
    assert re.search(r'<input[^>]*value="other"[^>]*checked|<input[^>]*checked[^>]*value="other"', page)
    reference = apply(
        writer, "senior", age="adult", name="Ruth Okafor", email="ruth@example.org", whom="other"
    ).location.split("/")[2]
    page = writer.get(f"/nominations/{reference}/nominee").get_data(as_text=True)
    menu = page[page.index('class="drop menu"') :]
    assert menu.count(">My nominations</a>") == 1  # the phone's one menu says each word once
    assert "Who are you nominating?" in page
    assert 'value="Ruth"' not in page
    assert "May we quote you" in writer.get(f"/nominations/{reference}").get_data(as_text=True)


def test_who_wrote_here_before_is_asked_for_whom_but_nothing_twice(client, world):
    writer = Writer(client)
    apply(writer, "teaching", whom=None)
    answer = writer.send("/nominate", {"awards": ["senior"]})
    page = writer.get(answer.location).get_data(as_text=True)
    assert 'value="Devon Reyes"' in page
    assert f'value="{DEVON}"' in page
    assert re.search(r'<input[^>]*value="minor"[^>]*checked|<input[^>]*checked[^>]*value="minor"', page)
    answer = writer.send("/nominate", {"awards": ["senior"], "other": "1"})
    assert DEVON not in writer.get(answer.location).get_data(as_text=True)
    with clock.at(NOW):
        assert db.session.scalar(select(func.count()).select_from(Cycle)) == 3
