"""What a reviewer may do besides scoring on the page: practice, set aside, say how sure, write for nominators, read on paper."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest
from flask import g
from sqlalchemy import select

from portal import clock, policy
from portal.awards.models import Cycle
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo.makers import (
    NOW,
    make_candidacy,
    make_cycle,
    make_nomination,
    make_organisation,
    make_school,
    make_staff,
)
from portal.errors import Refused, Stale
from portal.history.models import Event
from portal.mail.models import Message
from portal.nominations.models import CandidacyPerson, CandidacySchool, Nomination
from portal.people.models import Person
from portal.policy import Permission
from portal.review.actions import feedback, masking, paper, practice, reading
from portal.review.models import Feedback, Masked, PaperReview, Review, Standing
from portal.review.queries import feedback as words
from portal.review.queries import paper as papers
from portal.review.queries import practice as practices
from portal.review.queries import reading as queries
from portal.review.rules.lives import AssignmentState
from portal.review.rules.scoring import Confidence, Mark
from portal.schools.models import Affiliation
from tests.support.reviewing import LATER, make_open, score, typed


def actions_of(kind):
    db.session.rollback()
    return db.session.scalars(select(Event.action).where(Event.subject_kind == kind).order_by(Event.id)).all()


# ---------------------------------------------------------------- six ways


def test_setting_aside_keeps_a_reading_and_says_so_and_how_sure_one_is_stands_beside_the_scores(app):
    with transaction():
        committee = make_open(candidacies=3, members=1, reads=1)
        me = committee.people[0]
        first, second, third = committee.readings(me)
        reading.skip(first, at=LATER)
        reading.skip(first, at=LATER)
        db.session.flush()
        assert queries.around(second, me).next_left == third.position
        assert queries.around(third, me).next_left == second.position
        said = typed(committee, 5, 4, 4, 4)._replace(feedback="More numbers.", confidence=Confidence.UNSURE)
        reading.save(first, said, version=0, at=LATER)
        reading.submit(queries.own(me, first.position), at=LATER)
        queue = queries.queues(me)[0][0]
        assert next((task.skipped, task.state) for task in queue.tasks) == (True, AssignmentState.SUBMITTED)
        assert queue.minutes > 0
    review = db.session.scalars(select(Review)).one()
    assert (review.feedback, review.confidence, review.comment) == ("More numbers.", Confidence.UNSURE, "")
    assert actions_of("assignment").count("set aside") == 1
    with transaction():
        mine = queries.own(db.session.get_one(Person, committee.numbers[0]), first.position)
        with pytest.raises(Stale):
            reading.save(mine, said._replace(feedback="Other."), version=0, at=LATER)
        assert reading.save(mine, said, version=0, at=LATER).version == mine.review.version


# ---------------------------------------------------------------- words for nominators


def test_words_for_nominators_are_settled_by_the_office_and_sent_once_the_results_are_out(app):
    with transaction():
        committee = make_open(candidacies=1, members=1, reads=1)
        me = committee.people[0]
        (mine,) = committee.readings(me)
        score(committee, mine, 4, 4, 4, 4)
        mine = queries.own(me, mine.position)
        mine.review.feedback = "Write down the numbers of the year before."
        db.session.flush()
        place = (committee.cycle.award.slug, committee.cycle.year)
        number, by = mine.review.id, committee.staff
        with pytest.raises(Refused, match="Write what goes"):
            feedback.settle(words.feedback_at(*place, number), goes=True, text=" ", by=by, at=LATER)
        with pytest.raises(Refused, match="Nothing was cut"):
            feedback.settle(words.feedback_at(*place, number), goes=True, text="x" * 5_001, by=by, at=LATER)
        feedback.settle(words.feedback_at(*place, number), goes=True, text="The year before, too.", by=by, at=LATER)
        with pytest.raises(Refused, match="after the results"):
            feedback.send(committee.cycle, by=by, at=LATER)
        committee.cycle.stage = CycleStage.RELEASED
        assert feedback.send(committee.cycle, by=by, at=LATER) == 1
        assert feedback.send(committee.cycle, by=by, at=LATER) == 0
        with pytest.raises(Refused, match="sent already"):
            feedback.settle(words.feedback_at(*place, number), goes=False, text="", by=by, at=LATER)
    message = db.session.scalars(select(Message).where(Message.template == "review/feedback")).one()
    assert message.facts["texts"] == ["The year before, too."]
    assert db.session.scalars(select(Review.feedback)).one() == "Write down the numbers of the year before."
    assert db.session.scalars(select(Feedback)).one().sent_at == LATER


# ---------------------------------------------------------------- practice


@pytest.fixture
def practicing(app):
    """A committee of five, and a file of last year's that waits to be looked over: (cycle, past file, staff, members)."""
    with transaction():
        committee = make_open(candidacies=1, members=5, reads=1)
        award = committee.cycle.award
        last = make_cycle(award, stage=CycleStage.RELEASED, year=committee.cycle.year - 1)
        past = make_candidacy(last, name="Philippa Nightjar", nominations=0)
        make_nomination(last, nominee="Philippa Nightjar", candidacy=past, texts=("Philippa Nightjar sings.", "", ""))
        db.session.flush()
        found = practices.past_at(committee.cycle, committee.staff, past.id)
        file = practice.choose(committee.cycle, found, by=committee.staff, at=NOW)
    return committee.cycle.id, file.id, committee.staff.id, committee.numbers


def test_a_practice_opens_once_looked_over_counts_nowhere_and_tells_no_single_score(practicing):
    cycle_id, number, _staff, members = practicing
    db.session.rollback()
    before = [(one.count, one.mean) for one in db.session.scalars(select(Standing).order_by(Standing.id))]
    assert practices.practice_at(number) is None
    with transaction():
        for masked in db.session.scalars(select(Masked)):
            masked.approved_at = NOW
    levels = [5, 3, 4, 6, 2]
    for turn, (member, level) in enumerate(zip(members, levels, strict=True)):
        with transaction():
            of = practices.practice_at(number)
            person = db.session.get_one(Person, member)
            assert "Nightjar" not in str(practices.read(of).passages)
            rubric = practices.rubric_of(of.cycle)
            marks = {one.key: Mark(level) for one in queries.criteria_of(rubric)}
            practice.save(of, person, reading.Typed(dict(list(marks.items())[:1]), ""), version=0, at=LATER)
            with pytest.raises(practice.Unfinished):
                practice.submit(of, person, rubric, at=LATER)
            with pytest.raises(Stale):
                practice.save(of, person, reading.Typed(marks, ""), version=0, at=LATER)
            practice.save(of, person, reading.Typed(marks, ""), version=1, at=LATER)
            practice.submit(of, person, rubric, at=LATER + timedelta(minutes=turn))
            with pytest.raises(Refused, match="stays as it is"):
                practice.save(of, person, reading.Typed({}, ""), version=2, at=LATER)
        db.session.rollback()
        of = practices.practice_at(number)
        person = db.session.get_one(Person, member)
        beside = practices.beside(of, practices.own(of, person), practices.rubric_of(of.cycle))
        told = 3 if turn >= 3 else 0
        assert beside.others == told
        assert {line.mean for line in beside.lines} == ({4.0} if told else {None})
        assert [one.done for one in practices.waiting(person)] == [True]
    assert [(one.count, one.mean) for one in db.session.scalars(select(Standing).order_by(Standing.id))] == before
    assert not db.session.scalars(select(Review)).all()
    with transaction():
        cycle = db.session.get_one(Cycle, cycle_id)
        file = practices.of_cycle(cycle_id)[0]
        practice.take_out(file, by=db.session.get_one(Person, _staff), at=LATER)
        assert not practices.of_cycle(cycle.id)


# ---------------------------------------------------------------- paper


def test_a_sheet_counts_once_another_person_compared_it_and_never_over_what_the_reviewer_gave(app):
    with transaction():
        committee = make_open(candidacies=1, members=1, reads=1)
        other = make_staff("Ruth Amsalem")
        (mine,) = committee.readings(committee.people[0])
        place = (committee.cycle.award.slug, committee.cycle.year, mine.id)
        by, said = committee.staff, typed(committee, 4, 4, 4, 4, comment="On paper.")
        with pytest.raises(reading.Incomplete):
            paper.type_in(papers.paper_at(*place), typed(committee, 4, None, 4, 4), version=0, by=by, at=LATER)
        paper.type_in(papers.paper_at(*place), said, version=0, by=by, at=LATER)
        with pytest.raises(Stale):
            paper.type_in(papers.paper_at(*place), said, version=7, by=by, at=LATER)
        with pytest.raises(Refused, match="Somebody else"):
            paper.check(papers.paper_at(*place), version=1, by=by, at=LATER)
        with pytest.raises(Stale):
            paper.check(papers.paper_at(*place), version=9, by=other, at=LATER)
        assert not db.session.scalar(select(Standing.count))
        paper.check(papers.paper_at(*place), version=1, by=other, at=LATER)
        paper.check(papers.paper_at(*place), version=1, by=other, at=LATER)
        with pytest.raises(Refused, match="compared"):
            paper.type_in(papers.paper_at(*place), said, version=1, by=by, at=LATER)
    review = db.session.scalars(select(Review)).one()
    assert (review.total, review.comment, review.submitted_at) == (40.0, "On paper.", LATER)
    assert db.session.scalar(select(Standing.count)) == 1
    assert db.session.scalars(select(PaperReview)).one().checked_by_id != committee.staff.id
    assert {"paper typed in", "paper compared"} <= set(actions_of("assignment"))


def test_what_a_reviewer_gave_on_the_page_is_never_typed_over(app):
    with transaction():
        committee = make_open(candidacies=1, members=1, reads=1)
        (mine,) = committee.readings(committee.people[0])
        score(committee, mine, 5, None, None, None, submit=False)
        of = papers.paper_at(committee.cycle.award.slug, committee.cycle.year, mine.id)
        with pytest.raises(Refused, match="on the page"):
            paper.type_in(of, typed(committee, 4, 4, 4, 4), version=0, by=committee.staff, at=LATER)


def test_a_packet_holds_what_its_reader_may_open_and_no_name_that_is_covered(app, sign_in):
    with transaction():
        make_organisation()
        committee = make_open(candidacies=2, members=1, reads=1)
    with clock.at(LATER + timedelta(microseconds=7)):
        client = app.test_client()
        sign_in(client, db.session.get_one(Person, committee.numbers[0]))
        db.session.remove()
        answer = client.get("/reading/packet.pdf?large=1")
    assert answer.status_code == 200
    with pypdfium2.PdfDocument(answer.get_data()) as pages:
        said = "".join(page.get_textpage().get_text_range() for page in pages)
        assert len(pages) >= 5
    assert "the nominee teaches number" in " ".join(said.split()).casefold()
    assert not [name for name in ("Warsame", "Rivera", "Warmont") if name in said]
    g.pop("organisation", None)


def test_a_past_file_is_on_no_list_of_whoever_has_to_do_with_it(practicing):
    """Nobody declares against past files: who nominated, is the nominee or was at the school does not find it."""
    _cycle, number, _staff, members = practicing
    with transaction():
        for masked in db.session.scalars(select(Masked)):
            masked.approved_at = NOW
        past = practices.practice_at(number).past
        nominator, nominee, beside, once, _free = [db.session.get_one(Person, member) for member in members]
        school = make_school()
        db.session.add_all(
            [
                CandidacySchool(candidacy_id=past.id, school_id=school.id),
                CandidacyPerson(candidacy_id=past.id, cycle_id=past.cycle_id, person_id=nominee.id),
                Affiliation(person_id=beside.id, school_id=school.id, role=""),
                Affiliation(person_id=once.id, school_id=school.id, role="", until=NOW.date() - timedelta(days=1)),
            ]
        )
        db.session.scalars(
            select(Nomination).where(Nomination.candidacy_id == past.id)
        ).one().nominator_id = nominator.id
    of = practices.practice_at(number)
    people = [db.session.get_one(Person, member) for member in members]
    assert [[one.number for one in practices.waiting(person)] for person in people] == [[], [], [], [], [number]]
    assert [policy.may(person, Permission.PRACTICE, of) for person in people] == [False, False, False, False, True]


def test_looking_over_a_past_file_leads_back_to_the_practice(practicing, client, sign_in):
    _cycle, number, staff, _members = practicing
    db.session.rollback()
    masked = db.session.scalars(select(Masked).order_by(Masked.id)).all()
    past = next(one for one in masked if "Nightjar" not in str(one.pieces) and one.approved_at is None)
    of_past = min(one.id for one in masked if one.candidacy_id == past.candidacy_id)
    cycle = db.session.get_one(Cycle, practices.of_cycle(_cycle)[0].past.cycle_id)
    state = masking.state_of([one for one in masked if one.candidacy_id == past.candidacy_id])
    address = f"/desk/{cycle.award.slug}/{cycle.year}/masking/{of_past}"
    sign_in(client, db.session.get_one(Person, staff))
    db.session.remove()
    with clock.at(LATER):
        page = client.get(address).get_data(as_text=True)
        assert "As it is read" in page
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = client.post(f"{address}/approval", data={"seen": state, "csrf_token": token})
    assert answer.location.endswith("/practice")
    db.session.rollback()
    assert practices.practice_at(number) is not None
