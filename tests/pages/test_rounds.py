"""Rounds of every kind as people meet them: planned by staff, read by reviewers, gone on from; and what nobody gets."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import db, transaction
from portal.demo.makers import NOW, make_person
from portal.nominations.models import Candidacy, Nomination
from portal.people.models import Person
from portal.review.actions import assigning, rounds
from portal.review.models import Assignment, Onward, Review, Round, SpokenName, Verdict
from portal.review.queries import rounds as known
from portal.review.rules.kinds import RoundKind
from portal.review.rules.onward import By, Rule
from portal.schools.models import School
from tests.actions.test_rounds import begin, go_on, screened, shape
from tests.pages.test_reviewing import Browser, version
from tests.support.reviewing import LATER, declare, look_over, make_committee

PLAN = {
    "kind": "screening",
    "opens_at": "2026-02-16T09:00",
    "closes_at": "2026-03-02T23:59",
    "reads": "2",
    "quorum": "2",
    "names": "covered",
    "shows_school": "y",
    "rubric": "cycle",
    "goes_by": "share",
    "goes_least": "50",
}


def address(committee):
    return f"/desk/{committee.cycle.award.slug}/{committee.cycle.season.year}"


def position(person, round_, place=0):
    wanted = select(Assignment.position).where(Assignment.reviewer_id == person, Assignment.round_id == round_)
    return db.session.scalars(wanted.order_by(Assignment.position)).all()[place]


def test_staff_plan_a_screening_round_and_what_makes_no_sense_is_said_beside_its_field(app):
    with transaction():
        committee = make_committee(candidacies=3, members=2)
    desk, staff = address(committee), Browser(app, committee.staff.id)
    assert f"{desk}/round/next" in staff.text(f"{desk}/round")
    for wrong, words in (
        ({"goes_least": ""}, "Say how much it takes."),
        ({"quorum": "3"}, "quorum cannot be more"),
        ({"kind": "ranking", "goes_by": "top", "goes_count": "2"}, "Say how many each reader puts in order."),
        ({"kind": "scoring"}, "does not fit this kind"),
        ({"kind": "interview"}, "Choose one of these"),
        ({"goes_least": "half"}, "Write a figure"),
        ({"closes_at": "2026-02-10T09:00"}, "closes after it opens"),
        ({"kind": "nonsense", "names": "\x00"}, "Choose one of these"),
    ):
        answer = staff.post(f"{desk}/round/next", PLAN | wrong)
        assert answer.status_code == 422, wrong
        assert words in answer.get_data(as_text=True), wrong
    assert staff.post(f"{desk}/round/next", PLAN).status_code == 303
    page = staff.text(f"{desk}/round")
    assert "The screening round" in page
    assert "2, and at the least 2" in page
    assert "at least 50 in a hundred" in page
    assert staff.post(f"{desk}/round/shape", PLAN | {"names": "after", "cap": "2"}).status_code == 303
    made = db.session.scalars(select(Round)).one()
    assert (made.blind, made.names_after, made.cap, made.shows_school) == (True, True, 2, True)
    assert Browser(app, committee.numbers[1]).get(f"{desk}/round/shape").status_code == 404


@pytest.fixture
def covered(app):
    """A blind screening round that shows schools, and names once one's own is in."""
    with transaction():
        committee = make_committee(candidacies=3, members=2, reads=1)
        for school in db.session.scalars(select(School)):
            school.students, school.free_lunch, school.reduced_lunch = 212, 170, 2
        told = shape(RoundKind.SCREENING, reads=1, blind=True, names_after=True, shows_school=True)
        committee.round = rounds.plan_round(committee.cycle, told, seed=5, by=committee.staff, at=NOW)
        look_over(committee)
        plan = assigning.make_plan(committee.round, seed=5, by=committee.staff, at=NOW)
        assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
        rounds.open_round(committee.round, by=committee.staff, at=NOW)
    return committee


def test_a_reader_says_pass_or_not_and_sees_the_name_only_once_that_is_in(app, covered):
    person = next(
        n for n in covered.numbers if db.session.scalar(select(Assignment).where(Assignment.reviewer_id == n))
    )
    reader, number = Browser(app, person), position(person, covered.round.id)
    mine = db.session.scalars(select(Assignment).where(Assignment.position == number, Assignment.reviewer_id == person))
    name = db.session.get_one(Candidacy, mine.one().candidacy_id).name
    page = reader.text(f"/reading/{number}")
    assert name not in page
    assert name.split()[0] not in page
    assert "A small school, fewer than 300 students, more than three quarters" in page
    empty = {"version": version(page)}
    for fields, words in (
        (empty, "Say whether it goes on."),
        (empty | {"passes": "no"}, "why it does not go on"),
        (empty | {"passes": "perhaps"}, "Say whether it goes on."),
        (empty | {"passes": "no", "why": "x" * 20_000}, "characters"),
    ):
        answer = reader.post(f"/reading/{number}", fields)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True), words
    assert reader.post(f"/reading/{number}/draft", empty, page=f"/reading/{number}").status_code == 404
    assert reader.post(f"/reading/{number}", empty | {"passes": "yes", "why": ""}).status_code == 303
    page = reader.text(f"/reading/{number}")
    assert name in page
    assert "It stays as it is." in page
    again = reader.post(f"/reading/{number}", {"passes": "no", "why": "No.", "version": "1"}, page="/account")
    assert again.status_code == 422
    assert db.session.scalars(select(Verdict.passes)).all() == [True]
    assert "Your scores" not in reader.text("/reading/scores")
    with transaction():
        stranger = make_person("Nobody Here").id
    assert Browser(app, stranger).get(f"/reading/{number}").status_code == 404
    with transaction():
        rounds.close(known.by_id(covered.round.id), by=db.session.get_one(Person, covered.staff.id), at=LATER)
    chair = Browser(app, covered.numbers[0])
    assert name not in chair.text(f"{address(covered)}/standings")


def test_who_goes_on_is_said_on_one_page_with_what_the_rule_says_chosen(app):
    with transaction():
        committee = make_committee(candidacies=3, members=2, blind=False)
        begin(committee, RoundKind.SCREENING, goes_on=Rule(By.SHARE, least=50), quorum=2)
    desk, staff = address(committee), Browser(app, committee.staff.id)
    assert "not over yet" in staff.text(f"{desk}/round/onward")
    with transaction():
        committee.round = known.by_id(committee.round.id)
        screened(committee)
    assert "Nobody has said whether 3 go on" in staff.text("/desk")
    page = staff.text(f"{desk}/round/onward")
    keys = [
        db.session.scalar(select(SpokenName.reference).where(SpokenName.candidacy_id == one.id))
        for one in committee.candidacies
    ]
    assert page.count(" checked") == 3
    said = {f"goes-{key}": "yes" for key in keys}
    answer = staff.post(f"{desk}/round/onward", said | {f"why-{keys[1]}": "kept as typed"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "the rule says otherwise" in text
    assert "kept as typed" in text
    assert not db.session.scalars(select(Onward)).all()
    assert staff.post(f"{desk}/round/onward", said | {f"why-{keys[0]}": "Its letter came late."}).status_code == 303
    nominators = db.session.scalars(select(Nomination.nominator_id)).all()
    assert "hortlisted" not in Browser(app, nominators[0]).text("/nominations")
    with transaction():
        begin(committee, RoundKind.INTERVIEW, seed=9)
    earlier = staff.text(f"{desk}/rounds/1")
    assert "Its letter came late." in earlier
    assert "0 of 2 say it goes on" in earlier
    assert "Its letter came late." in staff.get(f"{desk}/rounds/1.csv").get_data(as_text=True)
    assert staff.get(f"{desk}/rounds/2").status_code == 302
    assert Browser(app, committee.numbers[1]).get(f"{desk}/rounds/1").status_code == 404


def test_a_reader_puts_the_best_in_order_and_what_was_typed_comes_back(app):
    with transaction():
        committee = make_committee(candidacies=3, members=2, blind=False)
        begin(committee, RoundKind.RANKING, best=2, goes_on=Rule(By.TOP, 1))
    reader, seat = Browser(app, committee.numbers[0]), committee.members[0].id
    url = f"/committees/{seat}/order"
    assert url in reader.text("/reading")
    assert url in reader.text(f"/reading/{position(committee.numbers[0], committee.round.id)}")
    numbers = [position(committee.numbers[0], committee.round.id, place) for place in range(3)]
    first, second, third = (f"place-{number}" for number in numbers)
    for places, words in (
        ({first: "1", second: "1", third: ""}, "given once"),
        ({first: "1", second: "9", third: ""}, "Places go from 1 to 2"),
        ({first: "", second: "1", third: "x"}, "Places go from 1 to 2"),
        ({first: "", second: "", third: ""}, "Give each place"),
        ({first: "1"}, "has changed since"),
    ):
        answer = reader.post(url, places | {"version": "0", f"why-{numbers[0]}": "Most of all."})
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert words in text, words
        assert "Most of all." in text
    order = {first: "2", second: "", third: "1", "version": "0"}
    assert reader.post(url, order).status_code == 303
    assert reader.post(url, order | {first: "1", third: "2"}).status_code == 422
    assert db.session.scalars(select(Review.total).order_by(Review.id)).all() == [10, 0, 20]
    other = Browser(app, committee.numbers[1])
    assert other.get(url).status_code == 404
    with transaction():
        rounds.close(known.by_id(committee.round.id), by=committee.staff, at=LATER)
    page = Browser(app, committee.staff.id).text(f"{address(committee)}/standings")
    assert "2.0 points on average; places 1" in page
    file = Browser(app, committee.staff.id).get(f"{address(committee)}/standings.csv").get_data(as_text=True)
    assert "2.0 points on average; places 1" in file
    of_reader = select(Assignment).where(Assignment.reviewer_id == committee.numbers[0])
    best = db.session.scalars(of_reader.where(Assignment.position == numbers[2])).one()
    spoken = db.session.scalars(select(SpokenName.reference).where(SpokenName.candidacy_id == best.candidacy_id)).one()
    said = Browser(app, committee.staff.id).text(f"{address(committee)}/standings/{spoken}")
    assert "Place 1" in said
    assert "Of 60" not in said


def test_what_came_too_late_for_the_first_round_is_taken_in_with_a_reason(app):
    from portal.nominations.actions import screening as intake
    from portal.nominations.rules import CandidacyStep

    with transaction():
        committee = make_committee(candidacies=3, members=2, blind=False)
        late = committee.candidacies[2]
        intake.decide(late, CandidacyStep.RECONSIDER, by=committee.staff, at=NOW)
        begin(committee, RoundKind.SCREENING, goes_on=Rule(By.SHARE, least=50))
        screened(committee, fails=())
        go_on(committee)
        intake.decide(late, CandidacyStep.FIND_ELIGIBLE, by=committee.staff, at=LATER)
        rounds.plan_round(committee.cycle, shape(RoundKind.SCORING), seed=8, by=committee.staff, at=LATER)
        for member in committee.members:
            declare(member)
    desk, staff = address(committee), Browser(app, committee.staff.id)
    url = f"{desk}/round/candidacies/late"
    assert staff.post(url, {"late_reason": " "}, page=f"{desk}/round").status_code == 422
    assert staff.post(url, {"late_reason": "Lost in the mail."}, page=f"{desk}/round").status_code == 303
    newest = known.newest(committee.cycle.id)
    assert known.count_taken(newest) == 3
    assert "Not enough readers, at the least 1" in staff.text(f"{desk}/standings")
