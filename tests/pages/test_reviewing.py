"""What reviewers, chairs and staff get in review, and what they never get."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from sqlalchemy import delete, event, func, select

from portal import clock
from portal.accounts import actions as accounts
from portal.accounts.models import Role
from portal.awards.models import Criterion, Member
from portal.db import db, transaction
from portal.demo.makers import NOW, make_auditor, make_member, make_person, make_publisher, sign_in
from portal.jobs import worker
from portal.jobs.models import Job
from portal.nominations.actions import conflicts
from portal.nominations.models import Candidacy, Conflict, Kind
from portal.nominations.rules import ConflictState
from portal.people.models import Person
from portal.review.actions import assigning, rounds
from portal.review.models import Assignment, Masked, Note, Review, Round, Score, SpokenName
from portal.review.queries import declarations
from portal.review.queries import rounds as rounds_queries
from portal.review.queries.assigning import JOB
from portal.review.rules.lives import AssignmentState
from portal.schools.models import Affiliation, School
from tests.support.crawling import CSRF, readable
from tests.support.reviewing import LATER, declare, make_committee, make_open, make_planned, score

NASTY = [
    "x" * 100_000,
    "nul\x00inside",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\u202eright to left",
    "=1+1",
    "line\r\nbreak",
    "\U0001f33f",
]


def token(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]


def version(page: str) -> str:
    return re.search(r'name="version" value="([^"]+)"', page)[1]


class Browser:
    """Somebody signed in, at a moment."""

    def __init__(self, app, person_id, at=LATER):
        self.client, self.at = app.test_client(), at
        with transaction():
            sign_in(self.client, db.session.get_one(Person, person_id), at=at)

    def get(self, url, **more):
        with clock.at(self.at):
            return self.client.get(url, **more)

    def text(self, url):
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.get_data(as_text=True)

    def post(self, url, fields=None, *, page=None, **more):
        data = {"csrf_token": token(self.text(page or url)), **(fields or {})}
        with clock.at(self.at):
            return self.client.post(url, data=data, **more)


def levels(*given, **more):
    return {f"score-c{place}": str(level) for place, level in enumerate(given, start=1) if level is not None} | more


@pytest.fixture
def committee(app):
    with transaction():
        made = make_open(candidacies=4, members=3, reads=2)
    made.slug = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
    made.staff_id = made.staff.id
    return made


def close(committee):
    """Close a round before its instant."""
    round_ = db.session.get_one(Round, committee.round.id)
    rounds.close(round_, by=db.session.get_one(Person, committee.staff_id), at=LATER)


def first_reading(committee, place=0):
    wanted = (
        select(Assignment.position)
        .where(Assignment.reviewer_id == committee.numbers[place])
        .order_by(Assignment.position)
    )
    return db.session.scalars(wanted).first()


# ---------------------------------------------------------------- the reviewer


def test_the_queue_lists_ones_own_readings_by_their_spoken_names(app, committee):
    page = Browser(app, committee.numbers[1]).text("/reading")
    mine = set(
        db.session.scalars(
            select(SpokenName.name)
            .join(Assignment, Assignment.candidacy_id == SpokenName.candidacy_id)
            .where(Assignment.reviewer_id == committee.numbers[1])
        )
    )
    others = set(db.session.scalars(select(SpokenName.name))) - mine
    assert mine
    assert all(name in page for name in mine)
    assert not any(f">{name}<" in page for name in others)


def test_reading_shows_masked_text_and_no_name_anywhere(app, committee):
    browser = Browser(app, committee.numbers[0])
    answer = browser.get(f"/reading/{first_reading(committee)}")
    page = answer.get_data(as_text=True)
    assert '<span class="mask">The nominee</span>' in page
    assert '<span class="mask">the school</span>' in page
    everything = page + str(answer.headers)
    for planted in ("Warsame", "Rivera", "Nguyen", "Okafor", "mont Number", "school.example", "Amina", "Tomás", "Linh"):
        assert planted not in everything
    for reference in db.session.scalars(select(Candidacy.reference)):
        assert reference not in everything


def test_looking_writes_nothing(app, committee):
    browser = Browser(app, committee.numbers[0])
    browser.text("/reading")
    browser.text(f"/reading/{first_reading(committee)}")
    assert db.session.scalar(select(func.count()).select_from(Review)) == 0
    assert set(db.session.scalars(select(Assignment.state))) == {AssignmentState.CLEAR}


def test_scoring_submitting_and_going_on_to_the_next(app, committee):
    browser = Browser(app, committee.numbers[0])
    number = first_reading(committee)
    answer = browser.post(f"/reading/{number}", levels(5, 4, 3, "na", act="submit", version="0", comment="Well said."))
    assert answer.status_code == 303
    assert re.search(r"/reading/\d+$", answer.location)
    assert not answer.location.endswith(f"/{number}")
    review = db.session.scalars(select(Review)).one()
    assert review.state.value == "submitted"
    assert review.total == pytest.approx(10 * (35 * 5 + 25 * 4 + 20 * 3) / 80)
    assert review.comment == "Well said."
    page = browser.text("/reading/scores")
    assert f"{review.total:.1f}" in page


def test_submitting_too_early_says_what_is_missing_and_keeps_the_rest(app, committee):
    browser = Browser(app, committee.numbers[0])
    number = first_reading(committee)
    answer = browser.post(f"/reading/{number}", levels(5, 4, act="submit", version="0"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Criterion 3: Give a level" in page
    assert 'href="#criterion-c3"' in page
    assert db.session.scalar(select(func.count()).select_from(Score)) == 2
    again = browser.post(f"/reading/{number}", levels(5, 4, 3, 2, act="submit", version=version(page)))
    assert again.status_code == 303


def test_save_and_next_comes_to_the_next_that_is_left(app, committee):
    browser = Browser(app, committee.numbers[0])
    number = first_reading(committee)
    answer = browser.post(f"/reading/{number}", levels(5, act="next", version="0"))
    assert answer.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Score)) == 1


def test_what_is_scored_and_never_sent_says_so_in_the_queue(app, committee):
    browser = Browser(app, committee.numbers[0])
    number = first_reading(committee)
    browser.post(f"/reading/{number}", levels(5, 4, 3, act="next", version="0"))
    assert "Scored, not sent yet" not in browser.text("/reading")
    browser.post(f"/reading/{number}", levels(5, 4, 3, 2, act="next", version="1"))
    assert "Scored, not sent yet" in browser.text("/reading")
    browser.post(f"/reading/{number}", levels(5, 4, 3, 2, act="submit", version="2"))
    assert "Scored, not sent yet" not in browser.text("/reading")


def test_autosave_answers_with_time_and_version_and_409_with_both_texts(app, committee):
    browser = Browser(app, committee.numbers[0])
    number = first_reading(committee)
    page = f"/reading/{number}"
    headers = {"X-Autosave": "1"}
    first = browser.post(f"{page}/draft", levels(5, version="0"), page=page, headers=headers)
    assert (first.status_code, first.json["version"]) == (200, 1)
    second = browser.post(f"{page}/draft", levels(4, version="1"), page=page, headers=headers)
    assert second.json["version"] == 2
    stale = browser.post(
        f"{page}/draft", levels(1, version="1", comment="From the other tab."), page=page, headers=headers
    )
    assert stale.status_code == 409
    both = browser.text(stale.json["conflict_url"])
    assert "From the other tab." in both
    fields = dict(re.findall(r'<input type="hidden" name="((?:score|comment)[^"]*)" value="([^"]*)"', both))
    chosen = browser.post(page, {**fields, "version": version(both), "act": "save"}, page=stale.json["conflict_url"])
    assert chosen.status_code == 303
    review = db.session.scalars(select(Review)).one()
    assert review.comment == "From the other tab."
    assert db.session.scalars(select(Score.level).where(Score.replaced_at.is_(None))).all() == [1]


def test_two_devices_that_score_different_criteria_are_both_kept(app, committee):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    seen = html.unescape(re.search(r'name="seen" value="([^"]*)"', browser.text(page))[1])
    told = {"headers": {"X-Autosave": "1"}, "page": page}
    browser.post(f"{page}/draft", levels(5, version="0", seen=seen), **told)
    both = browser.post(f"{page}/draft", levels(None, 3, version="0", seen=seen, comment="A word."), **told)
    assert (both.status_code, both.json["version"], both.json["elsewhere"]) == (200, 2, {"score-c1": "5"})
    third = browser.post(page, levels(None, None, 2, act="next", version="0", seen=seen))  # without script
    assert third.status_code == 303
    assert "/versions/" not in third.location
    fought = browser.post(f"{page}/draft", levels(4, 3, 2, version="0", seen=seen), **told)
    assert fought.status_code == 409
    later = browser.post(f"{page}/draft", levels(4, 3, version="2", seen=both.json["seen"], comment="A word."), **told)
    assert (later.status_code, later.json["elsewhere"]) == (200, {"score-c3": "2"})
    db.session.rollback()
    assert sorted(db.session.scalars(select(Score.level).where(Score.replaced_at.is_(None)))) == [2, 3, 4]
    assert db.session.scalars(select(Review.comment)).one() == "A word."


def test_a_stale_page_without_script_shows_both_texts(app, committee):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    browser.post(page, levels(5, act="save", version="0"))
    answer = browser.post(page, levels(2, act="save", version="0"))
    assert answer.status_code == 303
    assert "In this window" in browser.text(answer.location)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_any_text_is_kept_or_refused_in_a_sentence(app, committee, nasty):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    answer = browser.post(page, levels(5, act="save", version="0", comment=nasty, **{"comment-c1": nasty}))
    assert answer.status_code in {303, 422}
    if answer.status_code == 303:
        shown = browser.text(page)
        assert "<script>alert" not in shown
        assert (
            "49" not in re.sub(r"\d{4,}", "", shown.split("comment-c1")[1].split("</textarea>")[0])
            or "7*7" not in nasty
        )
    else:
        assert "Nothing was cut" in answer.get_data(as_text=True) or "taken out" in answer.get_data(as_text=True)


@pytest.mark.parametrize("level", ["7", "-1", "x", "1e9", "９", "", "999999999999999999999"])
def test_a_level_that_is_not_offered_is_refused_in_a_sentence(app, committee, level):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    answer = browser.post(page, {"score-c1": level, "version": "0", "act": "save"})
    assert answer.status_code == (422 if level else 303)


def test_nobody_else_opens_a_reading_and_missing_ones_look_the_same(app, committee):
    other = Browser(app, committee.numbers[1])
    mine = {
        number
        for (number,) in db.session.execute(
            select(Assignment.position).where(Assignment.reviewer_id == committee.numbers[1])
        )
    }
    theirs = {
        number
        for (number,) in db.session.execute(
            select(Assignment.position).where(Assignment.reviewer_id == committee.numbers[0])
        )
    }
    missing = other.get("/reading/9999")
    assert missing.status_code == 404
    for number in theirs - mine:
        assert other.get(f"/reading/{number}").get_data() == missing.get_data()
    staff = Browser(app, committee.staff_id)
    assert staff.get("/reading").status_code == 404


def test_recusing_ends_it_and_it_is_never_found_again(app, committee):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    browser.post(page, levels(5, 5, 5, 5, act="submit", version="0"))
    assert browser.post(f"{page}/recusal", {"words": ""}).status_code == 422
    assert browser.post(f"{page}/recusal", {"words": "I think we met."}).status_code == 303
    assert browser.get(page).status_code == 404
    assert browser.get(f"{page}/recusal").status_code == 404
    assert page not in browser.text("/reading")
    assert page not in browser.text("/reading/scores")


@pytest.mark.parametrize(("noun", "state"), [("return", "declined"), ("abstention", "abstained")])
def test_handing_back_and_abstaining(app, committee, noun, state):
    browser = Browser(app, committee.numbers[0])
    number = first_reading(committee)
    assert browser.post(f"/reading/{number}/{noun}", {"words": "No time."}).status_code == 303
    found = db.session.scalar(
        select(Assignment.state).where(Assignment.reviewer_id == committee.numbers[0], Assignment.position == number)
    )
    assert found.value == state


def test_a_closed_round_shows_ones_scores_and_takes_no_more(app, committee):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    browser.post(page, levels(5, 5, 5, 5, act="submit", version="0"))
    closes = db.session.scalar(select(rounds_queries.Round.closes_at))
    browser = Browser(app, committee.numbers[0], at=closes)
    assert "This round is closed" in browser.text(page)
    answer = browser.post(page, levels(1, 1, 1, 1, version="1", act="submit"), page=f"{page}/recusal")
    assert answer.status_code == 409
    assert "closed" in answer.get_data(as_text=True)


def test_what_was_typed_when_the_round_closed_is_shown_back_and_never_passed_off_as_saved(app, committee):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    browser.post(page, levels(5, 4, version="0", act="save", **{"comment-c1": "Saved in time."}))
    closes = db.session.scalar(select(rounds_queries.Round.closes_at))
    late = Browser(app, committee.numbers[0], at=closes)
    typed = levels(5, 4, 3, version="1", act="submit", comment="Typed too late.", **{"comment-c1": "Saved in time."})
    answer = late.post(page, typed, page=f"{page}/recusal")
    words = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "This round is closed, so scores can no longer be given or changed." in words
    unsaved, saved = words.split("Your scores</h2>")
    assert "Typed too late." in unsaved
    assert "Saved in time." not in unsaved
    assert "Criterion 3" in unsaved
    assert "Typed too late." not in saved
    assert "Typed too late." not in late.text(page)
    draft = late.post(f"{page}/draft", typed, page=f"{page}/recusal", headers={"X-Autosave": "1"})
    assert draft.status_code == 409
    assert draft.json == {"errors": {"": ["This round is closed, so scores can no longer be given or changed."]}}


def test_a_revised_review_that_lacks_a_level_says_which_beside_it(app, committee):
    browser = Browser(app, committee.numbers[0])
    page = f"/reading/{first_reading(committee)}"
    browser.post(page, levels(5, 5, 5, 5, act="submit", version="0"))
    assert "What you change here counts as soon as it is saved." in browser.text(page)
    answer = browser.post(page, levels(5, None, 5, 5, act="submit", version="1", comment="Second thoughts."))
    words = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Criterion 2: Give a level" in words
    assert "Second thoughts." in words


def test_the_queue_goes_on_with_what_is_left_and_the_last_one_says_so(app, committee):
    browser = Browser(app, committee.numbers[0])
    numbers = sorted(int(found) for found in set(re.findall(r'href="/reading/(\d+)"', browser.text("/reading"))))
    names = {
        number: re.search(r'<h1 class="spoken">([^<]+?) <', browser.text(f"/reading/{number}"))[1] for number in numbers
    }
    assert f"Begin with {names[numbers[0]]}" in browser.text("/reading")
    for place, number in enumerate(numbers, start=1):
        answer = browser.post(f"/reading/{number}", levels(5, 5, 5, 5, act="submit", version="0"))
        after = browser.text(answer.location)
        assert f"{names[number]}: your scores are in." in after
        assert ("That was the last one" in after) == (place == len(numbers))
        queue = browser.text("/reading")
        assert not re.search(r"Begin with ", queue)
        if place < len(numbers):
            assert f"Go on with {names[numbers[place]]}" in queue
        else:
            assert "Go on with" not in queue


# ---------------------------------------------------------------- the committee


def test_an_invitation_is_answered_once_then_conflicts_are_declared(app):
    with transaction():
        made = make_committee(members=1, declared=False)
        member = made.members[0]
        from portal.awards.rules import MemberState

        member.state, member.capacity, member.rules_agreed_at = MemberState.INVITED, None, None
        number, person = member.id, member.person_id
    browser = Browser(app, person)
    url = f"/committees/{number}"
    assert browser.post(url, {"answer": "accept", "capacity": "5"}).status_code == 422
    both = browser.post(url, {"answer": "accept", "capacity": "0"}).get_data(as_text=True)
    assert "Two things to fix" in both
    assert "Agree to the rules, or decline." in both
    assert browser.post(url, {"answer": "accept", "agreed": "y", "capacity": ""}).status_code == 422
    assert browser.post(url, {"answer": "accept", "agreed": "y", "capacity": "-2"}).status_code == 422
    known = db.session.scalars(select(School.name).order_by(School.id)).first()
    told = {"answer": "accept", "agreed": "y", "capacity": "5"}
    unknown = browser.post(url, {**told, "places": f"{known}\nHogwarts, 2024"}).get_data(as_text=True)
    assert "No school here is called “Hogwarts”" in unknown
    answer = browser.post(url, {**told, "places": f"{known}, 2024"})
    assert answer.location.endswith(f"{url}/conflicts")
    db.session.rollback()
    assert [one.until.year for one in db.session.scalars(select(Affiliation))] == [2024]
    db.session.rollback()
    assert [one.kind.value for one in db.session.scalars(select(Conflict))] == ["works at the same school"]
    with transaction():
        db.session.execute(delete(Conflict))
    page = browser.text(f"{url}/conflicts")
    assert "mont Number" in page
    for name in ("Warsame", "Rivera", "Nguyen", "Okafor"):
        assert name not in page
    assert browser.post(f"{url}/conflicts", {}).status_code == 422
    tie = re.search(r'name="tie" value="([^"]+)"', page)[1]
    closer = browser.post(f"{url}/conflicts", {"tie": tie})
    assert closer.status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Conflict)) == 0
    unsaid = browser.post(f"{url}/conflicts", {"tie": tie, "asked": "1"})
    school = html.unescape(re.search(rf'id="{tie}"[^>]*>.*?</label>', page, re.DOTALL)[0])
    assert unsaid.status_code == 422
    named = re.search(r"([^<>]+): say how close it is\.", html.unescape(unsaid.get_data(as_text=True)))[1]
    assert named.strip() in school
    done = browser.post(
        f"{url}/conflicts", {"tie": tie, "asked": "1", f"close-{tie}": "hard", f"words-{tie}": "I taught there."}
    )
    assert done.status_code == 303
    assert db.session.scalars(select(Conflict.fact)).all() == ["I taught there."]
    queue = browser.text("/reading")
    assert "Nothing to read yet" in queue
    assert "is in your list" not in queue


def test_declining_leaves_no_trace_to_come_back_to(app):
    with transaction():
        made = make_committee(members=1, declared=False)
        number, person = made.members[0].id, made.members[0].person_id
    browser = Browser(app, person)
    asked = browser.post(f"/committees/{number}", {"answer": "decline"})
    assert asked.status_code == 200
    assert "Leave this committee?" in asked.get_data(as_text=True)
    assert browser.get(f"/committees/{number}").status_code == 200
    assert browser.post(f"/committees/{number}", {"answer": "leave"}).status_code == 303
    assert browser.get(f"/committees/{number}").status_code == 404


def test_somebody_elses_invitation_looks_missing(app, committee):
    other = Browser(app, committee.numbers[1])
    number = db.session.scalar(select(db_member().id).where(db_member().person_id == committee.numbers[0]))
    theirs, nothing = (other.get(f"/committees/{each}").get_data(as_text=True) for each in (number, 99999))
    assert CSRF.sub("", theirs) == CSRF.sub("", nothing)
    assert other.get(f"/committees/{number}/conflicts").status_code == 404


def db_member():
    from portal.awards.models import Member

    return Member


def test_the_list_is_shuffled_for_each_person(app):
    with transaction():
        made = make_committee(candidacies=8, members=2, declared=False)
        numbers = [(member.id, member.person_id) for member in made.members]
    orders = []
    for number, person in numbers:
        page = Browser(app, person).text(f"/committees/{number}/conflicts")
        orders.append(re.findall(r'name="tie" value="([^"]+)"', page))
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]
    assert orders[0] != sorted(orders[0])


# ---------------------------------------------------------------- staff and chair


def test_staff_make_a_round_look_texts_over_plan_and_open(app):
    with transaction():
        made = make_committee(candidacies=2, members=2, reads=1)
    slug = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
    staff = Browser(app, made.staff.id, at=NOW)
    assert "2 candidacies are eligible" in staff.text(f"{slug}/round")
    assert staff.post(f"{slug}/round", {"covers_pronouns": "y"}).status_code == 303
    assert "looked over" in staff.text(f"{slug}/round")
    refused = staff.post(f"{slug}/round/opening", page=f"{slug}/round")
    assert refused.status_code == 409
    while "masking/" in (location := staff.get(f"{slug}/masking/next").location):
        if location.endswith("/masking"):
            break
        path = location.removeprefix("http://localhost")
        page = staff.text(path)
        assert "As submitted" in page
        seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
        assert staff.post(f"{path}/approval", {"seen": seen}, page=path).status_code == 303
    assert "Everything was looked over" in staff.text(f"{slug}/masking")
    plan = staff.post(f"{slug}/assignments/plans", page=f"{slug}/assignments")
    path = plan.location.removeprefix("http://localhost")
    assert "readings are added" in staff.text(path)
    assert staff.post(f"{path}/application", page=path).status_code == 303
    assert "This plan was applied" in staff.text(path)
    assert staff.post(f"{slug}/round/opening", page=f"{slug}/round").status_code == 303
    assert "Close it now" in staff.text(f"{slug}/round")


def test_a_large_round_is_planned_by_the_worker_once_and_its_page_says_so(app, monkeypatch):
    monkeypatch.setattr(assigning, "LARGE", 1)
    with transaction():
        made = make_committee(candidacies=2, members=2, reads=1, blind=False)
        made.round = rounds.make(made.cycle, seed=7, by=made.staff, at=NOW)
    page = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}/assignments"
    staff = Browser(app, made.staff.id, at=NOW)
    for _twice in range(2):
        assert staff.post(f"{page}/plans", page=page).location.endswith("/assignments")
    assert "A plan is being made" in staff.text(page)
    assert db.session.scalar(select(func.count()).select_from(Job).where(Job.kind == JOB)) == 1
    db.session.rollback()
    worker.run_once(at=NOW)
    shown = staff.text(page)
    assert "A plan is being made" not in shown
    plan = re.search(rf'href="({page}/plans/\d+)"', shown)[1]
    assert "readings are added" in staff.text(plan)


def test_covering_and_showing_again_on_the_desk(app):
    with transaction():
        made = make_planned(candidacies=1, members=2)
        number = db.session.scalar(select(func.min(Masked.id)))
    path = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}/masking/{number}"
    staff = Browser(app, made.staff.id)
    page = staff.text(path)
    assert "Amina Warsame" in page
    assert (
        staff.post(f"{path}/covering", {"string": "number 0", "noun": "something covered"}, page=path).status_code
        == 303
    )
    assert staff.post(f"{path}/covering", {"string": "nowhere", "noun": "the school"}, page=path).status_code == 422
    assert staff.post(f"{path}/covering", {"string": "x" * 100_000, "noun": "the school"}, page=path).status_code == 422
    page = staff.text(path)
    piece = re.search(r'name="piece" value="([^"]+)"', page)[1]
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert staff.post(f"{path}/uncovering", {"piece": piece, "seen": seen}, page=path).status_code == 303
    assert staff.post(f"{path}/uncovering", {"piece": piece, "seen": seen}, page=path).status_code == 409
    assert staff.post(f"{path}/uncovering", {"piece": "no:such", "seen": "x"}, page=path).status_code == 409


def test_the_desk_pages_are_for_staff_and_chair_alone(app, committee):
    staff, chair, member = (
        Browser(app, number) for number in (committee.staff_id, committee.numbers[0], committee.numbers[1])
    )
    with transaction():
        stranger, auditor = make_person().id, make_auditor().id
    stranger, auditor = Browser(app, stranger), Browser(app, auditor)
    reference = db.session.scalars(select(SpokenName.reference)).first()
    expected = {
        "round": (200, 200, 404, 404, 404),
        "assignments": (200, 200, 404, 404, 404),
        f"assignments/{reference}": (200, 200, 404, 404, 404),
        "assignments.csv": (200, 200, 404, 404, 404),
        "masking": (200, 404, 404, 404, 404),
        "masking.csv": (200, 404, 404, 404, 404),
        "standings": (200, 403, 404, 404, 200),  # a chair who scores here sees nobody's scores before it closes
        "standings.csv": (200, 403, 404, 404, 200),
        f"standings/{reference}": (200, 403, 404, 404, 404),
        "readers": (404, 403, 404, 404, 404),
        "decisions": (200, 403, 404, 404, 404),
    }
    for noun, codes in expected.items():
        found = tuple(
            browser.get(f"{committee.slug}/{noun}").status_code for browser in (staff, chair, member, stranger, auditor)
        )
        assert found == codes, noun


def test_members_see_standings_only_in_deliberation_and_never_who_read_what(app, committee):
    with transaction():
        made = committee
        mine = made.readings(made.people[2])
        score(made, mine[0], 5, 5, 5, 5)
        score(made, mine[1], 3, 3, 3, 3)
    member = Browser(app, committee.numbers[1])
    assert member.get(f"{committee.slug}/standings").status_code == 404
    with transaction():
        rounds.close(
            rounds_queries.by_id(committee.round.id), by=db.session.get_one(Person, committee.staff_id), at=LATER
        )
    assert member.get(f"{committee.slug}/standings").status_code == 404
    with transaction():
        rounds.lock(
            rounds_queries.by_id(committee.round.id), by=db.session.get_one(Person, committee.staff_id), at=LATER
        )
    page = member.text(f"{committee.slug}/standings")
    names = [person.name for person in db.session.scalars(select(Person).where(Person.id.in_(committee.numbers)))]
    own = db.session.get_one(Person, committee.numbers[1]).name
    assert "Reads still missing" in page
    assert not any(name in page for name in names if name != own)
    assert "Warsame" not in page
    reference = db.session.scalars(select(SpokenName.reference)).first()
    assert not any(name in member.text(f"{committee.slug}/standings/{reference}") for name in names if name != own)


def test_no_two_averages_that_an_auditor_sees_tell_a_score(app):
    with transaction():
        made = make_open(candidacies=2, members=3, reads=3)
        slug = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
        auditor, staff = make_auditor().id, made.staff.id
        for person, level in zip(made.people, (6, 3, 3), strict=True):
            for each in made.readings(person):
                score(made, each, level, level, level, level)
    board, office = Browser(app, auditor), Browser(app, staff)

    def rows():
        table = list(csv.DictReader(io.StringIO(board.text(f"{slug}/standings.csv").lstrip("\ufeff"))))
        return [(one["Mean total, of 60"], one["Mean level, 0 to 6"], one["Reads"]) for one in table]

    assert rows() == [("", "", "3")] * 2  # one score more or less would be told by the difference
    for path in ("standings", "standings/print"):
        assert "withheld" in board.text(f"{slug}/{path}")
        assert "4.00" not in board.text(f"{slug}/{path}")
        assert "4.00" in office.text(f"{slug}/{path}")
    with transaction():
        for step in (rounds.close, rounds.lock):
            step(rounds_queries.by_id(made.round.id), by=db.session.get_one(Person, staff), at=LATER)
    assert rows() == [("40.00", "4.000", "3")] * 2
    page = board.text(f"{slug}/standings")
    assert "4.00" in page
    assert "6.00" not in page  # nor the highest of them
    assert board.get(f"{slug}/meeting-screen").status_code == 404
    with transaction():
        person = db.session.get_one(Person, made.numbers[2])
        late = made.readings(person)[0]
        conflicts.declare(db.session.get_one(Candidacy, late.candidacy_id), person, words="Kin.", at=LATER)
    assert sorted(rows()) == [("", "", "2"), ("40.00", "4.000", "3")]


def test_staff_see_names_and_the_chair_sees_spoken_ones_while_the_round_is_blind(app, committee):
    with transaction():
        score(committee, committee.readings(committee.people[2])[0], 5, 5, 5, 5)
        close(committee)
    shown = Browser(app, committee.staff_id).text(f"{committee.slug}/standings")
    assert any(name in shown for name in ("Warsame", "Rivera", "Nguyen", "Okafor"))
    chair = Browser(app, committee.numbers[0])
    for noun in ("standings", "standings.csv", "assignments", "assignments.csv", "standings/print"):
        page = chair.text(f"{committee.slug}/{noun}")
        assert not any(name in page for name in ("Warsame", "Rivera", "Nguyen", "Okafor")), noun


def test_somebody_in_conflict_finds_that_candidacy_nowhere(app, committee):
    with transaction():
        candidacy = db.session.get_one(Candidacy, committee.candidacies[0].id)
        score_it = [a for a in committee.readings(committee.people[1]) if a.candidacy_id == candidacy.id]
        for each in score_it:
            score(committee, each, 5, 5, 5, 5)
        name = db.session.scalar(select(SpokenName).where(SpokenName.candidacy_id == candidacy.id))
        for number in (committee.staff_id, committee.numbers[0]):
            conflicts.declare(candidacy, db.session.get_one(Person, number), words="Kin.", at=LATER)
        spoken, reference = name.name, name.reference
        close(committee)
    for number in (committee.staff_id, committee.numbers[0]):
        browser = Browser(app, number)
        for noun in ("standings", "standings.csv", "assignments", "assignments.csv"):
            page = browser.text(f"{committee.slug}/{noun}")
            assert reference not in page, noun
            assert f"{spoken}<" not in page
        assert browser.get(f"{committee.slug}/standings/{reference}").status_code == 404
        assert browser.get(f"{committee.slug}/assignments/{reference}").status_code == 404
    staff = Browser(app, committee.staff_id)
    number = db.session.scalar(select(func.min(Masked.id)).where(Masked.candidacy_id == candidacy.id))
    assert number is not None
    assert staff.get(f"{committee.slug}/masking/{number}").status_code == 404
    assert "Amina Warsame" not in staff.text(f"{committee.slug}/masking?show=all")


def test_a_reading_that_a_new_fact_holds_says_so_to_its_reader_and_to_whoever_decides(app, committee):
    with transaction():
        mine = committee.readings(committee.people[1])[0]
        name = db.session.scalar(select(SpokenName.name).where(SpokenName.candidacy_id == mine.candidacy_id))
        found = Conflict(
            candidacy_id=mine.candidacy_id, person_id=committee.numbers[1], kind=Kind.SAME_SCHOOL, fact="Elm"
        )
        found.state, found.raised_at = ConflictState.SUGGESTED, NOW
        db.session.add(found)
    reader, staff = Browser(app, committee.numbers[1]), Browser(app, committee.staff_id)
    page = reader.text("/reading")
    assert "one reading is on hold" in page
    assert f">{name}</a>" not in page
    assert "Elm" not in page
    for url in (f"{committee.slug}/assignments", f"{committee.slug}/assignments/{spoken_at(committee, mine)}"):
        assert "On hold: a possible conflict" in staff.text(url)
    assert f"{committee.slug}/conflicts" in staff.text(f"{committee.slug}/assignments")
    assert "One possible conflict is undecided" in staff.text("/desk")
    with transaction():
        conflict = db.session.get_one(Conflict, found.id)
        conflicts.dismiss(
            conflict, by=db.session.get_one(Person, committee.staff_id), reason="Left long ago.", at=LATER
        )
    assert "on hold" not in reader.text("/reading")
    assert f">{name}</a>" in reader.text("/reading")
    assert "On hold" not in staff.text(f"{committee.slug}/assignments")


def spoken_at(committee, reading):
    wanted = select(SpokenName.reference).where(SpokenName.round_id == committee.round.id)
    return db.session.scalar(wanted.where(SpokenName.candidacy_id == reading.candidacy_id))


@pytest.mark.parametrize("place", [0, 1])
def test_whoever_leads_and_scores_sees_nobody_elses_scores_before_the_round_closes(app, committee, place):
    """The chair, and staff who are also on the committee: even with all of their own sent, which they could still change."""
    with transaction():
        for person in committee.people:
            for mine in committee.readings(person):
                score(committee, mine, 6, 6, 6, 6)
        accounts.grant(committee.people[1], role=Role.STAFF, by=None, at=LATER)
        reference = db.session.scalars(select(SpokenName.reference)).first()
    leader = Browser(app, committee.numbers[place])
    pages = [
        f"{committee.slug}/{noun}"
        for noun in ("standings", "standings.csv", "standings/print", f"standings/{reference}", "decisions", "meeting")
    ]
    for url in pages:
        answer = leader.get(url)
        assert answer.status_code == 403, url
        assert "Your own scores first" in answer.get_data(as_text=True)
        assert "60.0" not in answer.get_data(as_text=True)
    assert "See who has read what" in leader.get(pages[0]).get_data(as_text=True)
    for noun in (
        "assignments",
        "round",
        "rule",
    ):  # who reads what, and what was fixed before the first score, tell no score
        assert leader.get(f"{committee.slug}/{noun}").status_code == 200
    assert leader.get(f"{committee.slug}/rounds/1.csv").status_code == 404
    with transaction():
        close(committee)
    assert all(leader.get(url).status_code == 200 for url in pages)
    assert "60.0" in leader.text(f"{committee.slug}/standings/{reference}")


def test_staff_on_a_committee_declare_before_its_pages_open_to_them_as_staff(app):
    with transaction():
        made = make_open(candidacies=2, members=2, reads=1)
        own = make_member(made.cycle, make_publisher(), declared=False)
        reference = made.candidacies[0].reference
    slug = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
    staff = Browser(app, own.person_id)
    nouns = ("round", "assignments", "masking", "standings", "decisions", "screening", f"candidacies/{reference}")
    for noun in nouns:
        answer = staff.get(f"{slug}/{noun}")
        assert answer.status_code == 403, noun
        assert "You sit on this committee." in answer.get_data(as_text=True)
        assert f"/committees/{own.id}/conflicts" in answer.get_data(as_text=True)
    assert staff.get(f"{slug}/candidacies/C-9999").status_code == 404
    with transaction():
        declare(db.session.get_one(Member, own.id))
    assert [staff.get(f"{slug}/{noun}").status_code for noun in nouns] == [200] * len(nouns)


def test_notes_are_added_by_those_who_discuss(app, committee):
    reference = db.session.scalars(select(SpokenName.reference)).first()
    url = f"{committee.slug}/standings/{reference}"
    staff = Browser(app, committee.staff_id)
    assert staff.post(url, {"text": ""}).status_code == 422
    assert staff.post(url, {"text": "x" * 100_000}).status_code == 422
    assert staff.post(url, {"text": "<b>Strong</b> on families.", "audience": "committee"}).status_code == 303
    assert "&lt;b&gt;Strong" in staff.text(url)
    assert db.session.scalars(select(Note.text)).all() == ["<b>Strong</b> on families."]


def test_a_reading_is_given_and_taken_back_by_hand(app):
    with transaction():
        made = make_planned(candidacies=2, members=3, reads=1)
        slug = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
        candidacy = made.candidacies[0].id
        reference = db.session.scalar(select(SpokenName.reference).where(SpokenName.candidacy_id == candidacy))
        reader = db.session.scalar(select(Assignment.reviewer_id).where(Assignment.candidacy_id == candidacy))
        other = next(number for number in made.numbers if number != reader)
    staff = Browser(app, made.staff.id)
    url = f"{slug}/assignments/{reference}"
    assert staff.post(url, {"person": ""}).status_code == 422
    assert staff.post(url, {"person": "99999"}).status_code == 422
    assert staff.post(url, {"person": str(other)}).status_code == 303
    assert staff.post(f"{url}/return/{other}", page=url).status_code == 303
    assert staff.post(f"{url}/return/99999", page=url).status_code == 409
    assert (
        db.session.scalar(select(func.count()).select_from(Assignment).where(Assignment.candidacy_id == candidacy)) == 1
    )


def test_the_round_is_closed_reopened_with_a_reason_and_locked(app, committee):
    staff = Browser(app, committee.staff_id)
    url = f"{committee.slug}/round"
    assert staff.post(f"{url}/closing", page=url).status_code == 303
    assert staff.post(f"{url}/reopening", {"until": "", "reason": ""}, page=url).status_code == 422
    assert staff.post(f"{url}/reopening", {"until": "2020-01-01T10:00", "reason": "Late."}, page=url).status_code == 422
    assert (
        staff.post(f"{url}/reopening", {"until": "2026-03-20T23:59", "reason": "Two were ill."}, page=url).status_code
        == 303
    )
    assert "Open again" in staff.text(url)
    assert staff.post(f"{url}/closing", page=url).status_code == 303
    assert staff.post(f"{url}/lock", page=url).status_code == 303
    assert "Locked" in staff.text(url)


# ---------------------------------------------------------------- numbers of queries


class Counting:
    """Counts statements while it is open."""

    def __enter__(self):
        self.count = 0
        event.listen(db.engine, "before_cursor_execute", self._note)
        return self

    def _note(self, *_):
        self.count += 1

    def __exit__(self, *_):
        event.remove(db.engine, "before_cursor_execute", self._note)


@pytest.mark.sqlite_only
def test_every_list_asks_the_same_number_of_queries_at_1_and_at_50(app):
    counts = {}
    for size in (1, 50):
        with transaction():
            made = make_open(candidacies=size, members=2, reads=2, capacity=60)
            person = made.people[1]
            for mine in made.readings(person)[: size // 2 + 1]:
                score(made, mine, 4, 4, 4, 4)
        slug = f"/desk/{made.cycle.award.slug}/{made.cycle.season.year}"
        reader, staff = Browser(app, made.numbers[1]), Browser(app, made.staff.id)
        number = first_reading(made, 1)
        for browser, url, name in (
            (reader, "/reading", "queue"),
            (reader, "/reading/scores", "scores"),
            (reader, f"/reading/{number}", "score"),
            (staff, f"{slug}/assignments", "assignments"),
            (staff, f"{slug}/standings", "standings"),
            (staff, f"{slug}/standings.csv", "csv"),
            (staff, f"{slug}/masking?show=all", "masking"),
            (staff, f"{slug}/round", "round"),
        ):
            with Counting() as asked:
                browser.text(url)
            counts.setdefault(name, []).append(asked.count)
    assert {name: pair for name, pair in counts.items() if pair[0] != pair[1]} == {}
    assert max(pair[0] for pair in counts.values()) <= 30, counts


def crawl(browser, *starts):
    """Follow every link of ours from these addresses; yield each address with its whole answer."""
    left, seen = list(starts), set()
    while left:
        url = left.pop().split("#")[0]
        if url in seen or url.startswith("/static/"):
            continue
        seen.add(url)
        answer = browser.get(url)
        body = readable(answer)
        yield url, f"{answer.status} {answer.headers} {body}"
        left += [
            link.replace("&amp;", "&")
            for link in re.findall(r'(?:href|action)="(/[^"]*)"', body)
            if "language=" not in link
        ]


def test_a_reviewer_follows_every_link_and_meets_no_name_school_or_other_reader(app, committee):
    with transaction():
        for person in committee.people:
            for mine in committee.readings(person)[:2]:
                score(committee, mine, 5, 4, 3, 2)
        readers = {person.name for person in committee.people}
        own = db.session.get_one(Person, committee.numbers[1]).name
        own_positions = set(
            db.session.scalars(select(Assignment.position).where(Assignment.reviewer_id == committee.numbers[1]))
        )
        references = set(db.session.scalars(select(Candidacy.reference)))
    seat = db.session.scalar(select(db_member().id).where(db_member().person_id == committee.numbers[1]))
    met = dict(crawl(Browser(app, committee.numbers[1]), "/reading", f"/committees/{seat}"))
    assert {f"/reading/{number}" for number in own_positions} <= met.keys()
    for url, page in met.items():
        for planted in (
            "Warsame",
            "Rivera",
            "Nguyen",
            "Okafor",
            "Amina",
            "Tomás",
            "Linh",
            "Grace",
            "school.example",
            *references,
        ):
            assert planted not in page, (url, planted)
        if not url.endswith("/conflicts"):
            assert "mont Number" not in page, url
        assert not any(name in page for name in readers - {own}), url
    staff = dict(
        crawl(Browser(app, committee.staff_id), f"{committee.slug}/assignments", f"{committee.slug}/masking?show=all")
    )
    assert all(any(name in page for page in staff.values()) for name in ("Warsame", "Rivera", "Nguyen", "Okafor"))
    assert any(own in page for page in staff.values())


def test_the_message_to_a_reader_names_nobody(app, committee):
    from portal.mail.models import Message
    from portal.mail.writing import write

    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        from flask import g

        from portal.awards.queries import organisation

        g.organisation = organisation()
        message = db.session.scalars(
            select(Message).where(Message.template == "review/reading").options(to_loaded())
        ).first()
        written = write(message, link="http://x.example/link", language="en")
    assert "wait for you" in written.text
    assert not any(
        name in written.text + written.html for name in ("Warsame", "Rivera", "Nguyen", "Okafor", "mont Number")
    )


def to_loaded():
    from sqlalchemy.orm import joinedload

    from portal.mail.models import Message

    return joinedload(Message.to)


def test_a_round_that_shows_names_declares_against_names_and_reads_them(app):
    with transaction():
        made = make_committee(candidacies=3, members=2, reads=2, blind=False, declared=False)
        seats = [(member.id, member.person_id) for member in made.members]
    for number, person in seats:
        page = Browser(app, person).text(f"/committees/{number}/conflicts")
        assert "Amina Warsame" in page
        tie = re.search(r'value="(candidacy-\d+)"[^>]*>\s*<span>Amina Warsame', page)[1]
        chosen = {"tie": tie, "asked": "1", f"close-{tie}": "soft"} if person == seats[0][1] else {"none": "y"}
        assert Browser(app, person).post(f"/committees/{number}/conflicts", chosen).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Conflict)) == 1
    with transaction():
        staff = db.session.get_one(Person, made.staff.id)
        made.round = rounds.make(made.cycle, seed=3, by=staff, at=NOW)
        assigning.apply(assigning.make_plan(made.round, seed=3, by=staff, at=NOW), made.round, by=staff, at=NOW)
        rounds.open_round(made.round, by=staff, at=NOW)
    clear, held = Browser(app, seats[1][1]), Browser(app, seats[0][1])
    queue = clear.text("/reading")
    assert "Amina Warsame" in queue
    number = re.search(r'href="/reading/(\d+)">Amina Warsame', queue)[1]
    page = clear.text(f"/reading/{number}")
    assert "Ms. Warsame stays late" in page
    assert 'class="mask"' not in page
    assert "Amina Warsame" not in held.text("/reading")
    spoken = db.session.scalars(select(SpokenName.name)).all()
    assert not any(f">{name}<" in queue for name in spoken)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_every_other_text_of_review_is_kept_or_refused_in_a_sentence(app, committee, nasty):
    reference = db.session.scalars(select(SpokenName.reference)).first()
    seat = db.session.scalar(select(db_member().id).where(db_member().person_id == committee.numbers[0]))
    reader, staff = Browser(app, committee.numbers[0]), Browser(app, committee.staff_id)
    tie = re.search(r'name="tie" value="([^"]+)"', reader.text(f"/committees/{seat}/conflicts"))[1]
    number = db.session.scalar(select(func.min(Masked.id)))
    posts = [
        (staff, f"{committee.slug}/standings/{reference}", {"text": nasty}, None),
        (
            staff,
            f"{committee.slug}/masking/{number}/covering",
            {"string": nasty, "noun": "the school"},
            f"{committee.slug}/masking/{number}",
        ),
        (staff, f"{committee.slug}/assignments/{reference}", {"person": nasty}, None),
        (
            staff,
            f"{committee.slug}/masking/{number}/uncovering",
            {"piece": nasty, "seen": nasty},
            f"{committee.slug}/masking/{number}",
        ),
        (reader, f"/committees/{seat}", {"capacity": nasty, "agreed": "y", "answer": nasty}, None),
        (reader, f"/committees/{seat}/conflicts", {"tie": nasty, "asked": nasty}, None),
        (
            reader,
            f"/committees/{seat}/conflicts",
            {"tie": tie, "asked": "1", f"close-{tie}": "soft", f"words-{tie}": nasty},
            None,
        ),
    ]
    recusal = (reader, f"/reading/{first_reading(committee)}/recusal", {"words": nasty}, None)
    posts.insert(0, recusal)  # before a declared tie may close that very reading
    for browser, url, fields, page in posts:
        answer = browser.post(url, fields, page=page)
        assert answer.status_code in {303, 404, 409, 422}, (url, answer.status_code)
        assert "<script>alert(1)" not in answer.get_data(as_text=True)


def test_a_reviewer_asks_to_correct_what_they_declared_by_mistake_and_the_chair_decides(app):
    with transaction():
        committee = make_committee(candidacies=3, members=3)
        member, number = committee.members[1], committee.members[1].id
        line = declarations.lines(committee.cycle, member)[0]
        declare(member, ties=[declarations.Tie(line.item, hard=True, words="My sister works there")])
        slug = f"/desk/{committee.cycle.award.slug}/{committee.cycle.season.year}"
    reviewer, chair = Browser(app, committee.numbers[1]), Browser(app, committee.numbers[0])
    page = reviewer.text(f"/committees/{number}/conflicts")
    assert "My sister works there" in page
    assert line.words in page
    url = f"/committees/{number}/conflicts/correction"
    wanting = reviewer.post(url, {"which": "", "words": "kept words"})
    assert wanting.status_code == 422
    assert "kept words" in wanting.text
    asked = reviewer.post(url, {"which": f"{line.item.kind}-{line.item.id}", "words": "She left ten years ago"})
    assert asked.status_code == 303
    assert "Somebody else decides" in reviewer.text(f"/committees/{number}/conflicts")
    one = db.session.scalars(select(Conflict).where(Conflict.person_id == committee.numbers[1])).one()
    assert one.state.value == "confirmed"
    assert "She left ten years ago" in chair.text(f"{slug}/conflicts")
    decided = chair.post(f"{slug}/conflicts/{one.id}", {"act": "correct", "reason": "Checked with her"})
    assert decided.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Conflict, one.id).state.value == "dismissed"
    assert "My sister works there" not in reviewer.text(f"/committees/{number}/conflicts")


def test_a_reviewers_spreadsheets_hold_their_own_and_name_nobody(app, committee):
    with transaction():
        mine = committee.readings(db.session.get_one(Person, committee.numbers[1]))[0]
        score(committee, mine, 5, 4, 3, 6)
        theirs = committee.readings(db.session.get_one(Person, committee.numbers[2]))[0]
        score(committee, theirs, 1, 1, 1, 1)
        name = rounds_queries.name_of(committee.round, mine.candidacy_id).name
        total = 10 * (35 * 5 + 25 * 4 + 20 * 3 + 20 * 6) / 100
    browser = Browser(app, committee.numbers[1])
    queue, own = browser.text("/reading.csv"), browser.text("/reading/scores.csv")
    assert name in queue
    assert f"Criterion 1,5,{total:.1f}" in own
    assert own.count("\r\n") == 5  # the header and a line for each criterion of the one that is theirs
    for planted in ("Warsame", "Rivera", "Nguyen", "Okafor", "mont Number", "Amina", "C-0"):
        assert planted not in queue + own
    masking = Browser(app, committee.staff_id).text(f"{committee.slug}/masking.csv")
    assert "Amina Warsame" in masking
    assert "stays late" not in masking
    with transaction():
        conflicts.declare(
            db.session.get_one(Candidacy, mine.candidacy_id),
            db.session.get_one(Person, committee.numbers[1]),
            words="Mine",
            at=NOW,
        )
    assert name not in browser.text("/reading.csv") + browser.text("/reading/scores.csv")


def test_staff_score_need_from_bands_and_nobody_else_finds_the_page(app, committee):
    with transaction():
        need = db.session.scalars(select(Criterion).order_by(Criterion.position.desc())).first()
        need.by_staff, need.name = True, {"en": "Need"}
        candidacy = db.session.get_one(Candidacy, committee.candidacies[0].id)
        name, number, criterion = candidacy.name, candidacy.id, need.id
    staff = Browser(app, committee.staff_id)
    url, field = f"{committee.slug}/bands", f"level-{number}-{criterion}"
    assert "0 of 4 so far" in staff.text(f"{committee.slug}/round")
    page = staff.text(url)
    assert name in page
    assert "Need of" in page
    assert staff.post(url, {field: "3"}).status_code == 303
    assert "1 of 4 scored" in staff.text(url)
    assert f"{name},3" in staff.text(f"{url}.csv")
    wrong = staff.post(url, {field: "99"})
    assert wrong.status_code == 422
    assert "Choose one of the levels" in wrong.text
    reviewer, chair = Browser(app, committee.numbers[1]), Browser(app, committee.numbers[0])
    for other in (reviewer, chair):
        assert other.get(url).status_code == 404
        assert other.get(f"{url}.csv").status_code == 404
    assert "Need" not in reviewer.text(f"/reading/{first_reading(committee, 1)}")
    assert "Need" not in reviewer.text("/reading/scores.csv")
