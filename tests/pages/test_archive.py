"""Bringing past years into the archive in the browser: nothing wrong, nothing twice, no name without somebody's word."""

from __future__ import annotations

import io
import json
import re

import pytest
from sqlalchemy import event, func, select

from portal import clock
from portal.awards.models import Award, PastHonour
from portal.db import db, transaction
from portal.demo.makers import NOW, make_award, make_cycle, make_person, make_school, make_staff, sign_in
from portal.history.models import Event
from portal.nominations.models import RowState
from portal.publishing.archive.models import ArchiveRow, ArchiveUpload

HEADER = "Year,Award,Recipient,School,Position,Permission"
ROSA = "2004,Excellence in Teaching Award,Rosa Núñez,Denny,Teacher,Rosa herself by letter"
GUS = "2003-04,teaching,Gus Nakagawa,A School Long Gone,,"
NOBODY = "2004,teaching,,,,"
WRONG = "1066,Nobel,Harold,Hastings,King,himself"


class Office:
    """Somebody of the office at the archive's pages."""

    def __init__(self, client):
        self.client = client

    def get(self, path="", status=200):
        with clock.at(NOW):
            answer = self.client.get(f"/desk/archive{path}")
        assert answer.status_code == status, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def post(self, path="", status=303, **fields):
        with clock.at(NOW):
            token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/sign-in").get_data(as_text=True))[
                1
            ]
            answer = self.client.post(f"/desk/archive{path}", data={"csrf_token": token, **fields})
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:2000])
        db.session.rollback()
        return answer.get_data(as_text=True)

    def upload(self, *lines, header=HEADER, status=303, **fields):
        data = "\r\n".join([header, *lines]).encode()
        page = self.post("", status=status, file=(io.BytesIO(data), "honors.csv"), **fields)
        self.number = db.session.scalar(select(func.max(ArchiveUpload.id)))
        db.session.rollback()
        return page

    def row(self, number):
        wanted = select(ArchiveRow).where(ArchiveRow.upload_id == self.number, ArchiveRow.number == number)
        found = db.session.scalars(wanted).one()
        db.session.rollback()
        return found

    def bring_in(self):
        return self.post(f"/uploads/{self.number}/honors")


def public(client, path):
    with clock.at(NOW):
        return client.get(path).get_data(as_text=True)


def states():
    newest = select(func.max(ArchiveUpload.id)).scalar_subquery()
    wanted = select(ArchiveRow.number, ArchiveRow.state).where(ArchiveRow.upload_id == newest)
    found = dict(db.session.execute(wanted).all())
    db.session.rollback()
    return found


@pytest.fixture
def office(app, client):
    with transaction():
        award = make_award("Excellence in Teaching Award", slug="teaching")
        make_cycle(award)
        make_school("Denny International Middle School")
        sign_in(client, make_staff("Joy Tanaka"), at=NOW)
    return Office(client)


def test_years_come_in_with_whose_word_it_is_and_are_public_at_once(office, app):
    visitor = app.test_client()
    assert "Rosa" not in public(visitor, "/recipients")
    office.upload(ROSA, GUS, NOBODY, WRONG)
    assert states() == {2: RowState.READY, 3: RowState.WRONG, 4: RowState.READY, 5: RowState.WRONG}
    page = office.get(f"/uploads/{office.number}")
    assert "Say who agreed that this name may be published" in page
    assert "No award is called &#34;Nobel&#34;" in page
    office.bring_in()
    year = public(visitor, "/recipients/2004")
    assert "Rosa Núñez" in year
    assert "Teacher, Denny International Middle School" in year
    assert "One recipient preferred not to be named" in year
    assert "Gus" not in year
    assert "The record begins in 2004." in public(visitor, "/recipients")
    assert "Rosa herself by letter" not in year
    assert "Rosa herself by letter" in office.get("/lines?q=nunez")
    assert db.session.scalar(select(Event.facts).where(Event.action == "brought into the archive")) == {"rows": 2}


def test_importing_again_adds_nothing_however_it_is_written(office):
    office.upload(ROSA)
    office.bring_in()
    office.bring_in()
    office.upload("ROSA NUNEZ,2004,Excellence in teaching award", header="Name,Year,Award", basis="The office")
    assert office.row(2).state is RowState.REPEATED
    office.upload(ROSA, ROSA)
    office.bring_in()
    assert db.session.scalar(select(func.count()).select_from(PastHonour)) == 1
    assert states() == {2: RowState.REPEATED, 3: RowState.REPEATED}


def test_rows_are_mended_in_place_and_the_file_stays_as_it_was(office, app):
    office.upload(GUS, WRONG)
    first, second = office.row(2), office.row(3)
    at = f"/uploads/{office.number}/rows"
    office.post(
        f"{at}/{first.id}",
        year="2004",
        award="teaching",
        name="Gus Nakagawa",
        school="A School Long Gone",
        basis="His family",
    )
    office.post(f"{at}/{second.id}", year="2005", award="teaching", name="Harold", school="", unnamed="y")
    assert set(states().values()) == {RowState.READY}
    assert "1066" in office.get(f"{at}/{second.id}")
    office.bring_in()
    visitor = app.test_client()
    assert "A School Long Gone" in public(visitor, "/recipients/2004")
    assert "Harold" not in public(visitor, "/recipients/2005")
    office.post(f"{at}/{first.id}", status=409, year="2004", award="teaching", name="Somebody Else", basis="x")


def test_a_row_can_be_set_aside_and_taken_up(office):
    office.upload(ROSA)
    at = f"/uploads/{office.number}/rows/{office.row(2).id}/aside"
    office.post(at)
    office.bring_in()
    assert db.session.scalar(select(func.count()).select_from(PastHonour)) == 0
    office.post(at, act="take up")
    assert office.row(2).state is RowState.READY


def test_columns_are_matched_and_one_word_can_stand_for_all_rows(office):
    office.upload("2004,Rosa Núñez,x", header="When,Who,Note")
    at = f"/uploads/{office.number}"
    assert "No column is matched with" in office.get(at)
    award = {"award": str(db.session.scalar(select(Award.id))), "basis": "Printed in each year's program"}
    twice = office.post(f"{at}/columns", status=422, **{"column-0": "year", "column-1": "year"}, **award)
    assert "Matched twice" in twice
    assert "Printed in each year&#39;s program" in twice
    office.post(f"{at}/columns", **{"column-0": "year", "column-1": "name", "column-2": ""}, **award)
    office.bring_in()
    assert db.session.scalars(select(PastHonour.basis)).one() == "Printed in each year's program"


def test_a_year_held_here_is_announced_by_its_release_alone(office):
    office.upload(ROSA.replace("2004", "2026"))
    assert "its release announces it, not the archive" in office.get(f"/uploads/{office.number}")
    office.bring_in()
    assert db.session.scalar(select(func.count()).select_from(PastHonour)) == 0


def test_a_name_that_is_taken_out_is_gone_everywhere_and_stays_out(office, app):
    office.upload(ROSA)
    office.bring_in()
    visitor = app.test_client()
    number = db.session.scalars(select(PastHonour.id)).one()
    paths = (
        "/recipients/2004",
        "/recipients.json",
        "/recipients.csv",
        "/awards/teaching/recipients",
        "/recipients?whom=teachers",
    )
    assert all("Rosa" in public(visitor, path) for path in paths)
    office.post(f"/lines/{number}", status=422, why=" ")
    office.post(f"/lines/{number}", why="She asked us.")
    for path in (*paths, "/recipients?q=rosa", "/sitemap.xml"):
        said = public(visitor, path).replace('value="rosa"', "").replace("q=rosa", "").replace("“rosa”", "")
        assert not [word for word in ("Rosa", "rosa", "Núñez", "Denny") if word in said], path
    assert json.loads(public(visitor, "/recipients.json"))["recipients"][0]["name"] is None
    assert "One recipient preferred not to be named" in public(visitor, "/recipients/2004")
    office.get(f"/lines/{number}", status=404)
    with transaction():
        for row in db.session.scalars(select(ArchiveRow)):
            db.session.delete(row)
    office.upload(ROSA.replace("Denny", "Garfield"))
    assert "This name was taken out of the archive, and stays out" in office.get(f"/uploads/{office.number}")


@pytest.mark.parametrize("data", [b"", b"\xff\xfeno", b"Year\r\n", "naïve".encode("latin-1"), b'a,"b\r\n'])
def test_a_file_that_is_no_table_is_refused_in_words(office, data):
    page = office.post("", status=422, file=(io.BytesIO(data), "x.csv"), basis="The board said so")
    assert "The board said so" in page
    assert "Choose a file" in office.post("", status=422)


def test_only_staff_of_the_whole_organization_keep_the_archive(office, app):
    office.upload(ROSA)
    reviewer = app.test_client()
    with transaction():
        sign_in(reviewer, make_person("Wren Halvorsen"), at=NOW)
    for path in (
        "",
        "/lines",
        f"/uploads/{office.number}",
        f"/uploads/{office.number}/columns",
        f"/uploads/{office.number}.csv",
    ):
        with clock.at(NOW):
            assert reviewer.get(f"/desk/archive{path}").status_code == 404, path


def test_an_account_of_every_row_is_given_as_a_table(office):
    office.upload(ROSA, WRONG, "2004,teaching,=1+1,,,me")
    account = office.get(f"/uploads/{office.number}.csv")
    assert "Rosa Núñez" in account
    assert ",'=1+1," in account


def test_each_page_costs_the_same_at_one_row_and_at_fifty(office):
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    def cost(path):
        said.clear()
        office.get(path)
        return len(said)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        office.upload(ROSA)
        office.bring_in()
        one = [cost(path) for path in ("", f"/uploads/{office.number}", "/lines")]
        office.upload(*(f"2003,teaching,Person Number{number},Denny,,me" for number in range(50)))
        office.bring_in()
        assert [cost(path) for path in ("", f"/uploads/{office.number}", "/lines")] == one
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
