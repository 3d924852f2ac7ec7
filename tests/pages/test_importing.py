"""Uploading an export, matching its columns, mending rows in place and importing what is right, page by page."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    make_award,
    make_conflict,
    make_cycle,
    make_person,
    make_school,
    make_staff,
    sign_in,
)
from portal.mail.models import Message
from portal.nominations.models import Candidacy, Import, ImportRow, Nomination, RowState
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet
from portal.schools.models import SchoolAlias

AFTER = CLOSES + timedelta(days=3)
HEADER = (
    "Timestamp,Your name,Your email,Nominee first name,Nominee last name,School,Award,"
    "What has this person done to advance educational justice?"
)


@pytest.fixture
def desk(app, client):
    class Desk:
        def __init__(self):
            self.client = client

        number = first = 0

        def at(self, path):
            """The address of a page of the newest upload, "/1", or of its rows, "/rows/#2"."""
            path = re.sub(r"^/1(?=$|[/?.])", f"/{self.number}", path)
            return "/desk/imports" + re.sub(r"#(\d)", lambda row: str(self.first + int(row[1]) - 1), path)

        def get(self, path, status=200):
            answer = client.get(self.at(path))
            assert answer.status_code == status, (path, answer.status_code)
            return answer.get_data(as_text=True)

        def post(self, path, status=303, **fields):
            token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").get_data(as_text=True))[1]
            answer = client.post(self.at(path), data={"csrf_token": token, **fields})
            assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:3000])
            return answer.get_data(as_text=True)

        def upload(self, *lines, status=303, header=HEADER, data=None, name="export.csv"):
            data = ("\ufeff" + "\r\n".join([header, *lines]) + "\r\n").encode() if data is None else data
            page = self.post("", status=status, file=(io.BytesIO(data), name))
            self.number = db.session.scalar(select(func.max(Import.id))) or 0
            self.first = (
                db.session.scalar(select(func.min(ImportRow.id)).where(ImportRow.import_id == self.number)) or 0
            )
            db.session.rollback()
            return page

    made = Desk()
    with transaction():
        questions = QuestionSet(title="General")
        questions.questions.append(
            Question(
                position=0,
                key="justice",
                asked=Asked.NOMINATOR,
                kind=QuestionKind.TEXT,
                label={"en": "What has {nominee} done to advance educational justice?"},
                short={"en": "Justice"},
                hint={},
                choices=[],
                word_limit=250,
            )
        )
        db.session.add(questions)
        db.session.flush()
        made.cycle = make_cycle(make_award("Librarian Award", slug="librarian"), question_set_id=questions.id)
        made.school = make_school("David T. Denny International Middle School")
        made.joy = make_staff("Joy Tanaka")
        sign_in(client, made.joy, at=AFTER)
    with clock.at(AFTER):
        yield made


def row(
    n=1,
    *,
    given="Nia",
    family="Mendoza",
    email=None,
    school="Denny",
    award="Librarian Award",
    text="A text",
    at="02/03/2026 10:00",
):
    return f'{at},A B,{f"a{n}@b.example" if email is None else email},{given},{family},{school},{award},"{text}"'


def test_an_export_is_uploaded_checked_imported_and_accounted_for(desk):
    desk.upload(
        row(1),
        row(2, given=""),
        row(3, school="Hogwarts"),
        row(1),
        row(4, at="03/14/2026 00:30", given="Late"),
        name="<b>our</b> export.csv",
    )
    page = desk.get("/1/columns")
    assert "&lt;b&gt;our&lt;/b&gt; export.csv" in page
    assert "<b>our</b> export.csv,2026" in desk.client.get("/desk/imports.csv").text
    assert re.search(r'<option value="question:justice" selected', page)
    page = desk.get("/1")
    for words in (
        "To mend <b>2</b>",
        "Import the 2 rows that are right",
        "Repeated <b>1</b>",
        "Write the nominee&#39;s first name",
        "No school is called",
    ):
        assert words in page, words
    assert "The same as row 2" in desk.get("/1?show=repeated")
    assert "it is held until you accept or refuse it" in desk.get("/1?show=ready")
    assert "it is held until you accept or refuse it" in desk.get("/1?show=noted")
    desk.post("/1/nominations")
    assert "2 rows are imported." in desk.get("/1")
    desk.post("/1/nominations")
    assert "No row was left to import." in desk.get("/1")
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 2
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0
    db.session.rollback()
    account = desk.client.get(desk.at("/1.csv")).get_data(as_text=True).splitlines()
    assert len(account) == 6
    page = desk.get("/1?show=imported")
    assert "/desk/librarian/2026/candidacies/C-" in page
    assert "/desk/librarian/2026/late/" in page
    assert "Earlier uploads" in desk.get("")


def test_rows_are_mended_in_place_and_set_aside(desk):
    desk.upload(
        row(1, given=""),
        row(2, school="The Dolphins"),
        row(3, school="The Dolphins", given="Other"),
        row(4, email="nonsense"),
        row(5, award="No such award"),
    )
    ids = dict(db.session.execute(select(ImportRow.number, ImportRow.id)).all())
    db.session.rollback()
    for number in ids.values():
        desk.get(f"/1/rows/{number}")
    desk.post(f"/1/rows/{ids[2]}", nominee_given="Nia")
    desk.post(f"/1/rows/{ids[3]}", school_id=desk.school.id, learn="yes", school="The Dolphins")
    assert db.session.scalars(select(SchoolAlias.name)).all() == ["The Dolphins"]
    db.session.rollback()
    desk.post(f"/1/rows/{ids[5]}", **{"pass": "nominator_email"})
    desk.post(f"/1/rows/{ids[6]}", awards="still none")
    assert "is kept, and not right yet" in desk.get(f"/1/rows/{ids[6]}")
    for _ in range(2):
        desk.post(f"/1/rows/{ids[6]}/aside")
    states = dict(db.session.execute(select(ImportRow.number, ImportRow.state)).all())
    assert states == {2: RowState.READY, 3: RowState.READY, 4: RowState.READY, 5: RowState.READY, 6: RowState.SET_ASIDE}
    db.session.rollback()
    assert "Set aside" in desk.get("/1?show=set+aside")
    desk.post(f"/1/rows/{ids[6]}/aside", act="take up")
    desk.post(f"/1/rows/{ids[6]}", awards="Librarian Award")
    desk.post("/1/nominations", tell="y")
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 5
    assert db.session.scalar(select(func.count()).select_from(Message)) == 4
    db.session.rollback()
    desk.post(f"/1/rows/{ids[2]}", status=409, nominee_given="Too late")
    desk.post(f"/1/rows/{ids[2]}/aside", status=409)


def test_a_school_is_found_by_part_of_its_name_without_script(desk):
    desk.upload(row(1, school="Hogwarts"))
    page = desk.get("/1/rows/#1?school=denny")
    assert f'value="{desk.school.id}"' in page
    desk.post("/1/rows/#1", school_id="not listed", school="Hogwarts")
    desk.post("/1/nominations")
    assert db.session.scalars(select(Candidacy.place_text)).one() == "Hogwarts"


def test_what_a_row_says_stands_in_the_field_that_mends_it(desk):
    desk.upload(row(1, school="Hogwarts"), row(2, email="nobody at all"))
    page = desk.get("/1")
    assert 'value="Hogwarts"' in page
    assert 'value="nobody at all"' in page


def test_columns_are_matched_by_hand_and_remembered(desk):
    header = "Wann,Wer,Anschrift,Vorname,Nachname,Schule,Text"
    line = "02/03/2026 10:00,A B,a@b.example,Nia,Mendoza,Denny,Words"
    desk.upload(line, header=header)
    assert "No column is matched with" in desk.get("/1")
    targets = [
        "submitted_at",
        "nominator_name",
        "nominator_email",
        "nominee_given",
        "nominee_family",
        "school",
        "question:justice",
    ]
    fields = {f"column-{place}": target for place, target in enumerate(targets)}
    page = desk.post("/1/columns", status=422, **{**fields, "column-1": "school"}, award=desk.cycle.award_id)
    assert "Matched twice" in page
    desk.post("/1/columns", **fields, award=desk.cycle.award_id)
    desk.post("/1/nominations")
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 1
    db.session.rollback()
    desk.post("/1/columns", status=422, **fields)
    desk.upload(line.replace("Nia", "Mei"), header=header)
    assert db.session.scalars(select(Import.matched).where(Import.id == desk.number)).one() == dict(
        zip(header.split(","), targets, strict=True)
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file"),
        ("Name\r\nJosé".encode("latin-1"), "not in UTF-8"),
        (b'Name\r\n"open', "cannot be read as a table"),
        (b"Name\r\n", "no rows"),
        (b"\x00\x01\x02" * 100, "no rows"),
    ],
)
def test_a_file_that_is_none_is_answered_in_a_sentence(desk, data, words):
    page = desk.upload(data=data, status=422, name="" if not data else "x.csv")
    assert words in page
    assert db.session.scalar(select(func.count()).select_from(Import)) == 0


def test_hostile_cells_are_shown_exactly_and_never_break_a_page(desk):
    hostile = ["{{7*7}}", "<script>alert(1)</script>", "\u202eevil", "=1+1", "x" * 20_000, "'; --"]
    desk.upload(
        *(
            row(n, given=text, family=text, school=text, award=text, email=text, text=text)
            for n, text in enumerate(hostile)
        )
    )
    for path in (
        "/1",
        "/1/columns",
        "/1?show=ready",
        "/1?show=nonsense",
        "/1?page=99999999999999999999",
        *(f"/1/rows/#{n}" for n in range(1, 7)),
    ):
        page = desk.get(path)
        assert "<script>alert" not in page
        assert "49" not in re.findall(r">\s*(49)\s*<", page)
    for text in ["\x00", *hostile]:
        desk.post("/1/rows/#1", nominee_given=text, school=text, school_id=text, awards=text)
    csv = desk.client.get(desk.at("/1.csv")).get_data(as_text=True)
    assert "\r\n=" not in csv
    assert ",=1+1" not in csv


def test_what_one_has_a_conflict_with_is_not_found_in_an_import(desk):
    desk.upload(row(1, given="Amina", family="Warsame"))
    desk.post("/1/nominations")
    assert "Amina Warsame" in desk.get("/1")
    with transaction():
        make_conflict(db.session.scalars(select(Candidacy)).one(), desk.joy)
    assert "Amina Warsame" not in desk.get("/1")
    assert "Amina" not in desk.client.get(desk.at("/1.csv")).get_data(as_text=True)
    desk.get("/1/rows/#1", status=404)


def test_only_the_organisations_staff_imports(desk):
    desk.upload(row(1))
    client = desk.client.application.test_client()
    paths = [desk.at(path) for path in ("", "/1", "/1/columns", "/1/rows/#1", "/1.csv")]
    for path in [*paths, "/desk/imports/999999"]:
        assert client.get(path).status_code == 200  # the sign-in page
    with transaction():
        people = [make_person(), make_staff(award=make_award())]
    for person in people:
        with transaction():
            sign_in(client, person, at=AFTER)
        for path in paths:
            assert client.get(path).status_code == 404, path
    desk.get("/999999", status=404)
    desk.get("/1/rows/999999", status=404)
