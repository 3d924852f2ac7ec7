"""Files in a blind round: drawn anew with known strings painted over, looked over by a person, and read by nobody before."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from portal.awards.models import Cycle
from portal.db import db, transaction
from portal.demo.makers import NOW, make_person
from portal.errors import Refused
from portal.files import actions as files
from portal.files import queries as file_queries
from portal.files import rules as file_rules
from portal.files.models import StoredFile
from portal.jobs import worker
from portal.nominations.models import LetterPlan, Part
from portal.nominations.rules.parts import PartState
from portal.people.models import Person
from portal.review.actions import covering, masking, rounds
from portal.review.models import CoveredFile, KnownString, Round
from portal.review.queries import covering as queries
from portal.review.queries import rounds as rounds_queries
from portal.review.queries.rounds import InReview
from portal.review.rules.masking import plain
from portal.schools.models import School
from tests.support import hostile
from tests.support.crawling import unpacked
from tests.support.reviewing import LATER, make_committee

LETTER = (
    "To the committee: Amina Warsame teaches here.|Ms. Warsame is at {school}.|My husband Omar agrees.|The Otters sing."
)
NAMES = ("amina", "warsame", "warmont", "omar")


@pytest.fixture
def opened(app):
    """A blind round about to open, with one resume that came as a file; the numbers of the round and of whoever looks it over."""
    with transaction():
        made = make_committee(candidacies=1, members=1, reads=1)
        candidacy = made.candidacies[0]
        db.session.add(LetterPlan(cycle_id=made.cycle.id, mix=[], read_blind=True))
        nominee = make_person("Amina Warsame")
        part = Part(
            candidacy_id=candidacy.id,
            person_id=nominee.id,
            state=PartState.COMPLETED,
            invited_at=NOW,
            completed_at=NOW,
            saved_at=NOW,
        )
        db.session.add(part)
        db.session.flush()
        lines = " 0 -30 Td ".join(
            f"({line}) Tj" for line in LETTER.format(school=db.session.scalar(select(School.name))).split("|")
        )
        data = hostile.saved(hostile.pdf_of("", content=f"BT /F1 14 Tf 72 700 Td {lines} ET".encode()))
        file = files.take_whole(nominee, part, file_rules.RESUME, name="Amina Warsame resume.pdf", data=data, at=NOW)
        part.file_id = file.id
        number = made.cycle.id
    worker.run_once(at=NOW)
    with transaction():
        cycle = db.session.get_one(Cycle, number)
        return rounds.make(cycle, seed=3, by=staff(), at=NOW).id


def staff():
    return db.session.scalars(select(Person).where(Person.given_name == "Joy")).one()


def at_hand(number):
    """The file as the desk finds it, the round, and who looks it over."""
    db.session.rollback()
    db.session.expire_all()
    round_ = rounds_queries.by_id(number)
    row = db.session.scalars(select(CoveredFile)).one()
    of = queries.file_at(InReview(round_.cycle, round_), row.id)
    return of, round_, staff()


def words_of(data):
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def test_a_file_is_drawn_anew_looked_over_by_a_person_and_read_by_nobody_before(opened):
    of, round_, _by = at_hand(opened)
    candidacy = of.candidacy.id
    assert "Warsame" in words_of(file_queries.content(of.file))
    assert queries.of_reading(round_, candidacy) == ([], True)
    assert any("Files still to be looked over" in str(lack.message) for lack in rounds.lacking(round_))
    of, _round, by = at_hand(opened)
    with pytest.raises(Refused, match="still being drawn"):
        covering.approve(of, seen=queries.state_of(of.covered), by=by, at=LATER)
    worker.run_once(at=NOW)

    of, _round, by = at_hand(opened)
    row = of.covered
    assert not [name for name in NAMES if name in plain(row.pieces).casefold()]
    assert "The Otters sing." in plain(row.pieces)
    whole = file_queries.covered(row.key)
    assert words_of(whole).strip() == ""
    assert not [name for name in NAMES if name in unpacked("application/pdf", whole).casefold()]
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert "/Info" not in pdf.trailer
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
    before, after = (
        Image.open(io.BytesIO(data)).convert("L")
        for data in (file_queries.picture(of.file, 1), file_queries.covered(row.key, 1))
    )
    dark = [sum(page.histogram()[:100]) for page in (before, after)]  # pixels of ink
    assert 0 < dark[1] < dark[0]

    seen = queries.state_of(row)
    with transaction():
        of, _round, by = at_hand(opened)
        assert masking.cover(of, string="Otters", noun="the school", school=True, by=by, at=LATER) == 1
        with pytest.raises(Refused, match="changed since"):
            covering.approve(of, seen=seen, by=by, at=LATER)
    of, round_, by = at_hand(opened)
    assert not queries.of_reading(round_, candidacy).files
    assert db.session.scalars(select(KnownString.text).where(KnownString.school_id.is_not(None))).all() == ["Otters"]
    worker.run_once(at=LATER)
    with transaction():
        of, _round, by = at_hand(opened)
        covering.approve(of, seen=queries.state_of(of.covered), by=by, at=LATER)
    of, round_, by = at_hand(opened)
    read = queries.of_reading(round_, candidacy)
    assert not read.withheld
    assert "otters" not in plain(read.files[0].pieces).casefold()
    assert not [lack for lack in rounds.lacking(round_) if lack.where == "files"]


def test_parts_are_covered_by_hand_shown_again_and_a_file_is_kept_back(opened):
    worker.run_once(at=NOW)
    with transaction():
        of, _round, by = at_hand(opened)
        with pytest.raises(Refused, match="four numbers"):
            covering.add_box(of, page=2, sides=(0, 0, 100, 10), by=by, at=LATER)
        with pytest.raises(Refused, match="four numbers"):
            covering.add_box(of, page=1, sides=(0, 50, 100, 50), by=by, at=LATER)
        covering.add_box(of, page=1, sides=(0, 100, 100, 0), by=by, at=LATER)
        covering.add_box(of, page=1, sides=(0, 0, 100, 100), by=by, at=LATER)
    of, _round, _by = at_hand(opened)
    assert of.covered.boxes == [[1, 0, 0, 1000, 1000]]
    worker.run_once(at=LATER)
    of, _round, _by = at_hand(opened)
    page = Image.open(io.BytesIO(file_queries.covered(of.covered.key, 1))).convert("L")
    assert page.crop((40, 40, page.width - 40, page.height - 40)).getextrema()[0] > 200  # nothing but paint
    with transaction():
        of, _round, by = at_hand(opened)
        covering.take_box(of, number=0, seen=queries.state_of(of.covered), by=by, at=LATER)
        covering.keep_back(of, by=by, at=LATER)
    of, round_, _by = at_hand(opened)
    assert of.covered.boxes == []
    assert queries.of_reading(round_, of.candidacy.id) == ([], False)
    assert queries.progress(round_) == (1, 1)


def test_a_file_that_was_taken_out_is_read_no_more(opened):
    worker.run_once(at=NOW)
    with transaction():
        of, _round, by = at_hand(opened)
        covering.approve(of, seen=queries.state_of(of.covered), by=by, at=LATER)
    with transaction():
        of, round_, by = at_hand(opened)
        assert queries.of_reading(round_, of.candidacy.id).files
        files.remove(db.session.get_one(StoredFile, of.file.id), by=by, at=LATER)
    of, round_, _by = at_hand(opened)
    assert queries.of_reading(round_, of.candidacy.id) == ([], False)
    assert isinstance(round_, Round)
