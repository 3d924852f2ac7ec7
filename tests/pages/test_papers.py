"""Forms on paper: printed in every script, taken in with the time they came, typed in, and compared by a second person."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pypdfium2
import pytest
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.demo import makers
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.history.models import Event
from portal.jobs import worker
from portal.nominations.models import Entered, Nomination, Paper
from portal.nominations.rules import Stage
from portal.nominations.rules.papers import PaperState
from portal.people.models import Person
from portal.questions.models import Question, QuestionKind
from tests.support import hostile

NOW = makers.NOW
TOLD = {
    "nominator_name": "Hibo Nuradin",
    "nominator_phone": "206 555 0100",
    "age": "adult",
    "people-0-given": "Amina",
    "people-0-family": "Warsame",
    "school": "A school by the sea",
    "school_id": ["not listed"],
    "relation": "parent",
    "quote": "no",
    "tell": "no",
    "language": "so",
    "answer-q1": "Waxay bartaa carruurta.",
}


@pytest.fixture
def office(app):
    with transaction():
        makers.make_organisation(languages=["en", "es"])
        cycle = makers.make_cycle(makers.make_award("Teaching Award", slug="teaching"))
        return {
            "desk": f"/desk/teaching/{cycle.year}/papers",
            "joy": makers.make_staff("Joy Tanaka").id,
            "ruth": makers.make_staff("Ruth Alem").id,
            "closes": cycle.closes_at,
        }


def browser(app, person_id, at=NOW):
    client = app.test_client()
    with transaction():
        makers.sign_in(client, db.session.get(Person, person_id), at=at)
    return client


def get(client, url, at=NOW):
    with clock.at(at):
        return client.get(url)


def post(client, url, fields, *, form=None, at=NOW):
    drawn = get(client, form or url, at).get_data(as_text=True)
    data = {"csrf_token": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', drawn)[1], **fields}
    for name in ("version", "once"):
        if name not in fields and (held := re.search(rf'name="{name}"[^>]* value="([^"]+)"', drawn)):
            data[name] = held[1]
    with clock.at(at):
        return client.post(url, data=data)


def wall(instant):
    return instant.astimezone(makers.CLOSES.tzinfo).strftime("%Y-%m-%dT%H:%M")


def only(kind):
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(kind)).one()


def taken_in(app, office, came="2026-02-17T10:00", at=NOW):
    """Take a form in, and send its scan."""
    joy = browser(app, office["joy"], at)
    answer = post(joy, office["desk"], {"received": came}, at=at)
    page = answer.location
    assert post(joy, office["desk"], {"received": "tomorrow"}, at=at).status_code == 422
    assert post(joy, office["desk"], {"received": "2030-02-17T10:00"}, at=at).status_code == 422
    scan = {"file": (io.BytesIO(hostile.everywhere()), "form.pdf")}
    assert post(joy, f"{page}/scan", scan, form=page, at=at).status_code == 303
    db.session.rollback()
    with clock.at(at):
        worker.run_once(at=at)
    return joy, page


def test_a_paper_form_counts_once_a_second_person_compared_it_as_of_when_it_came(app, office):
    joy, page = taken_in(app, office)
    assert get(joy, f"{page}/scan/1").mimetype == "image/webp"
    assert hostile.SECRET.encode() not in get(joy, f"{page}/scan/download").data
    wrong = post(joy, page, {**TOLD, "people-0-family": ""})
    assert wrong.status_code == 422
    assert "Waxay bartaa carruurta." in wrong.get_data(as_text=True)
    half = {**TOLD, "people-0-family": "", "age": ""}
    with clock.at(NOW):  # saved while it is typed; a page drawn before says so, and neither keeps a word of a child's
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', get(joy, page).get_data(as_text=True))[1]
        said = {"csrf_token": token, "version": "1", **half}
        saving = {"X-Autosave": "1"}
        child = joy.post(page, data={**said, "age": "child"}, headers=saving)
        assert (child.status_code, list(child.get_json()["errors"])) == (422, ["age"])
        assert joy.post(page, data=said, headers=saving).get_json()["version"] == 2
        stale = joy.post(page, data={**said, "nominator_name": "Somebody else"}, headers=saving)
        assert (stale.status_code, list(stale.get_json()["errors"])) == (409, [""])
    assert post(joy, page, {**half, "act": "later", "age": "child"}).status_code == 422
    assert post(joy, page, {**half, "act": "later"}).status_code == 303
    assert 'value="Amina"' in get(joy, page).get_data(as_text=True)
    assert post(joy, page, TOLD).status_code == 303
    own = get(joy, page).get_data(as_text=True)
    assert "These can: Ruth Alem." in own
    assert "count it" not in own
    refused = post(joy, page, {"act": "count"})
    assert refused.status_code == 422
    assert "You typed it in yourself" in refused.get_data(as_text=True)
    assert db.session.scalar(select(Nomination)) is None
    ruth = browser(app, office["ruth"])
    assert post(ruth, page, {"act": "differ", "words": " "}).status_code == 422
    assert post(ruth, page, {"act": "differ", "words": "It says barataa."}).status_code == 303
    assert "It says barataa." in get(joy, page).get_data(as_text=True)
    assert post(joy, page, {**TOLD, "answer-q1": "Waxay barataa carruurta."}).status_code == 303
    stale = post(ruth, page, {"act": "count", "version": "1"})
    assert stale.status_code == 422
    later = office["closes"] + timedelta(days=2)
    assert post(browser(app, office["ruth"], later), page, {"act": "count"}, at=later).status_code == 303
    nomination, paper = only(Nomination), only(Paper)
    assert (nomination.stage, nomination.entered) == (Stage.SUBMITTED, Entered.PAPER)
    assert nomination.submitted_at == nomination.received_at == paper.received_at
    assert (paper.state, paper.typed_by_id, paper.checked_by_id) == (PaperState.COUNTED, office["joy"], office["ruth"])
    events = db.session.scalars(select(Event).where(Event.action == "paper compared and counted")).all()
    assert {event.facts["received_at"] for event in events if "received_at" in event.facts} == {
        paper.received_at.isoformat()
    }
    listed = get(joy, office["desk"]).get_data(as_text=True)
    assert nomination.reference in listed
    assert "Warsame" not in listed
    for fields in ({"act": "count"}, {"act": "aside", "words": "Twice."}):  # pressed twice
        assert post(browser(app, office["ruth"], later), page, fields, at=later).status_code == 303
    assert only(Paper).state is PaperState.COUNTED
    assert len(db.session.scalars(select(Nomination)).all()) == 1


def test_what_came_late_is_held_and_what_is_none_is_set_aside(app, office):
    late = office["closes"] + timedelta(days=1)
    joy, page = taken_in(app, office, came=wall(late), at=late + timedelta(hours=12))
    at = late + timedelta(hours=12)
    post(joy, page, TOLD, at=at)
    assert post(browser(app, office["ruth"], at), page, {"act": "count"}, at=at).status_code == 303
    assert only(Nomination).stage is Stage.LATE
    other = post(joy, office["desk"], {"received": wall(late)}, at=at).location
    for why, said in (("", "Say why it is set aside"), ("x" * 2_001, "This is 2001 characters long")):
        refused = post(joy, other, {"act": "aside", "why": why}, at=at)
        assert refused.status_code == 422
        text = refused.get_data(as_text=True)
        assert re.search(rf'href="#why">{said}', text), (
            "it is said where the reason is written, not at the nominator's name"
        )
        assert why in text, "nothing is cut"
    assert post(joy, other, {"act": "aside", "why": "An advertisement."}, at=at).status_code == 303
    assert "An advertisement." in get(joy, other, at).get_data(as_text=True)


def test_nothing_is_kept_of_a_form_that_a_child_wrote_but_that_it_came(app, office):
    joy, page = taken_in(app, office)
    post(joy, page, {**TOLD, "act": "later"})
    assert post(joy, page, {"act": "child"}).status_code == 303
    paper, scan = only(Paper), only(StoredFile)
    assert (paper.state, paper.told, paper.file_id) == (PaperState.SET_ASIDE, {}, None)
    assert scan.state is FileState.REMOVED
    assert "Hibo" not in get(joy, page).get_data(as_text=True)
    assert get(joy, f"{page}/scan/download").status_code == 404


def test_the_form_prints_every_question_large_and_in_the_readers_language(app, office):
    with transaction():
        question = db.session.scalars(select(Question).where(Question.key == "q2")).first()
        question.kind, question.word_limit = QuestionKind.CHOICE, None
        question.choices = [["a", {"en": "A choice", "es": "Una opción"}], ["b", {"en": "አማርኛ العربية 中文 Việt"}]]
    sizes = []
    for url, words in (("", "Whom do you nominate?"), ("?large=1", "A choice")):
        answer = get(app.test_client(), f"/nominate/teaching/form.pdf{url}")
        assert answer.mimetype == "application/pdf"
        made = pypdfium2.PdfDocument(answer.data)
        text = " ".join(page.get_textpage().get_text_bounded() for page in made)
        assert words in text
        assert "Question 3 about the nominee?" in text
        sizes.append(len(made))
    assert sizes[0] < sizes[1]
    spanish = get(app.test_client(), "/nominate/teaching/form.pdf?language=es")
    assert spanish.mimetype == "application/pdf"
    text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(spanish.data))
    assert "¿A quién nomina?" in text
    assert get(app.test_client(), "/nominate/nothing/form.pdf").status_code == 404
    joy = browser(app, office["joy"])
    assert get(joy, f"{office['desk'].removesuffix('papers')}questions/form.pdf").mimetype == "application/pdf"
