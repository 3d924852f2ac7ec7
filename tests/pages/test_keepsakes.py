"""Certificates, booklets and names: in every script, changed in the browser, and nobody's before their time."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest
from sqlalchemy import select

from portal.db import db, transaction
from portal.nominations.models import Field
from portal.people.models import Person
from portal.publishing.desk import printing
from portal.publishing.desk.models import Keepsake
from tests.support.deciding import AT, Desk, build, consent, decide, token


@pytest.fixture
def world(app):
    with transaction():
        made = build()
        decide(made)
        consent(made.candidacy(0), Field.NAME, Field.SCHOOL)
    return made


def letters(pdf):
    """Return how many pages a PDF has, and the typefaces in it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        found = set()
        for page in document.pages:
            for font in (page.obj.get("/Resources") or {}).get("/Font", {}).values():
                found.add(str(font.BaseFont).split("+")[-1])
        return len(document.pages), found


def test_what_is_printed_is_the_offices_alone(world, app):
    joy, nominee = Desk(app, world.person("joy")), Desk(app, world.candidacy(0).people[0].person)
    for path, pages in (("certificates.pdf", 2), (f"certificates.pdf?for={world.reference(1)}", 1), ("names.pdf", 1)):
        answer = joy.get(f"{world.desk}/keepsakes/{path}")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert letters(answer.data)[0] == pages
        assert nominee.get(f"{world.desk}/keepsakes/{path}").status_code == 404
    for booklet in ("program", "season"):
        assert letters(joy.get(f"{world.desk}/keepsakes/{booklet}.pdf").data)[0] >= 2
    assert joy.get(f"{world.desk}/keepsakes/certificates.pdf?for={world.reference(3)}").status_code == 404
    assert nominee.get("/desk/keepsakes").status_code == 404


def test_words_are_changed_in_the_browser_and_nonsense_is_refused_with_the_words_kept(world, app):
    joy = Desk(app, world.person("joy"))
    page = "/desk/keepsakes/certificate"
    fields = {"csrf_token": token(joy.text(page)), "version": "0", "title_en": "{award}: {mug}", "turn": "portrait"}
    refused = joy.post(page, fields)
    assert refused.status_code == 409
    assert "nothing called {mug}" in refused.get_data(as_text=True)
    assert "{award}: {mug}" in refused.get_data(as_text=True)
    assert joy.post(page, {**fields, "title_en": "The {award}"}).status_code == 303
    assert joy.post(page, {**fields, "title_en": "Another"}).status_code == 409
    known = db.session.scalars(select(Keepsake)).one()
    assert (known.words["title"], known.layout["turn"]) == ({"en": "The {award}"}, "portrait")
    assert joy.get(f"{page}/sample.pdf").data != joy.get(f"{page}/sample.pdf?in=ar").data


@pytest.mark.parametrize("code", printing.SAMPLES)
def test_every_script_is_set_without_a_missing_letter(world, app, code):
    joy = Desk(app, world.person("joy"))
    script = {"ar": "Naskh", "am": "Ethiopic", "ti": "Ethiopic", "zh": "SC"}.get(code, "Newsreader")
    pages, faces = letters(joy.get(f"/desk/keepsakes/certificate/sample.pdf?in={code}").data)
    assert pages == 1
    assert any(script in face for face in faces), faces
    if code == "en":
        pages, faces = letters(joy.get("/desk/keepsakes/program/sample.pdf").data)
        assert pages >= 2
        for each in ("Naskh", "Ethiopic", "SC", "Newsreader"):
            assert any(each in face for face in faces), (each, faces)


def test_a_name_is_said_as_its_person_wrote_it_or_the_office_heard_it_and_the_office_tells_nobody(world, app):
    joy, amina = Desk(app, world.person("joy")), world.candidacy(0).people[0].person
    with transaction():
        world.candidacy(0).told_at = AT
    own = Desk(app, db.session.get_one(Person, amina.id))
    number = world.candidacies[0]
    answer = own.send(f"/consent/{number}", f"/consent/{number}/name", said_as="AH-mina")
    assert answer.status_code == 303
    assert "AH-mina" in joy.text(f"{world.desk}/keepsakes/names.csv")
    page = f"{world.desk}/keepsakes/names"
    text = joy.text(page)
    assert "AH-mina" in text
    fields = {"csrf_token": token(text), "said_0": "vee-ya-sen-YOR", "said_1": "AH-mina war-SAAM"}
    assert joy.post(page, fields).status_code == 303
    assert "AH-mina war-SAAM" in joy.text(f"{world.desk}/keepsakes/names.csv")
    assert "war-SAAM" not in own.text(f"/consent/{number}")
    with zipfile.ZipFile(io.BytesIO(joy.get(f"{world.desk}/keepsakes/names.csv?as=xlsx").data)) as book:
        assert any("war-SAAM" in book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
