"""Sixteen at once: each step of a review happens once, nothing is half done, and every figure follows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.db import db, transaction
from portal.demo.makers import NOW
from portal.errors import Refused, Stale
from portal.history.models import Event
from portal.people.models import Person
from portal.review.actions import assigning, reading, rounds
from portal.review.models import Assignment, Plan, Review, Round, Score, SpokenName, Standing
from portal.review.queries import reading as queries
from portal.review.queries import rounds as rounds_queries
from portal.review.rules.lives import AssignmentState, ReviewState, RoundState
from tests.support.reviewing import LATER, look_over, make_committee, make_open, typed

MANY = 16


def together(app, act, times=MANY):
    """Run `act(number)` in as many threads at once, each with a context and a connection of its own."""

    def run(number):
        with app.app_context():
            try:
                return act(number)
            except (Refused, Stale) as refused:
                return refused
            finally:
                db.session.remove()

    db.session.rollback()
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def count(kind, *where):
    return db.session.scalar(select(func.count()).select_from(kind).where(*where))


@pytest.fixture
def committee(app):
    with transaction():
        return make_open(candidacies=2, members=4, reads=4)


def mine(person_id, place=0):
    person = db.session.get_one(Person, person_id)
    positions = select(Assignment.position).where(Assignment.reviewer_id == person_id).order_by(Assignment.position)
    return queries.own(person, db.session.scalars(positions).all()[place])


def test_sixteen_submits_of_one_review_are_one(app, committee):
    number = committee.numbers[0]
    with transaction():
        reading.save(mine(number), typed(committee, 4, 4, 4, 4), version=0, at=LATER)

    def submit(_number):
        with transaction():
            return reading.submit(mine(number), at=LATER).state

    assert set(together(app, submit)) == {ReviewState.SUBMITTED}
    assert count(Event, Event.action == "review submitted") == 1
    assert db.session.scalars(select(Standing.count).where(Standing.count > 0)).all() == [1]


def test_sixteen_windows_save_one_and_the_rest_are_told(app, committee):
    number = committee.numbers[0]
    words = [typed(committee, place % 7, comment=f"window {place}") for place in range(MANY)]

    def save(place):
        with transaction():
            return reading.save(mine(number), words[place], version=0, at=LATER).version

    answers = together(app, save)
    assert sum(answer == 1 for answer in answers) == 1
    assert sum(isinstance(answer, Stale) for answer in answers) == MANY - 1
    assert count(Review) == 1
    assert count(Score) == 1


def test_sixteen_saves_of_the_same_words_all_succeed(app, committee):
    number = committee.numbers[0]
    words = typed(committee, 5, 5)

    def save(_place):
        with transaction():
            return reading.save(mine(number), words, version=0, at=LATER).version

    assert set(together(app, save)) == {1}
    assert count(Score) == 2


def test_reviews_submitted_at_once_all_count_in_the_standing(app, committee):
    with transaction():
        for person in committee.numbers:
            for place in (0, 1):
                reading.save(mine(person, place), typed(committee, 4, 4, 4, 4), version=0, at=LATER)

    def submit(place):
        with transaction():
            return reading.submit(mine(committee.numbers[place % 4], place // 4), at=LATER).state

    assert set(together(app, submit, times=8)) == {ReviewState.SUBMITTED}
    rows = db.session.scalars(select(Standing)).all()
    assert [(row.count, row.mean, row.rank, row.tied, row.missing) for row in rows] == [(4, 40, 1, True, 0)] * 2


def test_recusing_and_submitting_at_once_leave_one_clear_result(app, committee):
    number = committee.numbers[0]
    with transaction():
        reading.save(mine(number), typed(committee, 4, 4, 4, 4), version=0, at=LATER)

    def act(place):
        with transaction():
            found = mine(number)
            if place % 2:
                return reading.submit(found, at=LATER).state
            return reading.recuse(found, words="My aunt.", by=db.session.get_one(Person, number), at=LATER)

    together(app, act, times=8)
    found = mine(number)
    assert (found.state, found.excluded) == (AssignmentState.RECUSED, True)
    assert set(db.session.scalars(select(Standing.count))) == {0}


def test_a_plan_applied_by_sixteen_is_applied_once(app):
    with transaction():
        made = make_committee(candidacies=4, members=3, reads=2)
        made.round = rounds.make(made.cycle, seed=1, by=made.staff, at=NOW)
        plan, round_, staff = (
            assigning.make_plan(made.round, seed=1, by=made.staff, at=NOW).id,
            made.round.id,
            made.staff.id,
        )

    def apply(_number):
        with transaction():
            by = db.session.get_one(Person, staff)
            assigning.apply(db.session.get_one(Plan, plan), rounds_queries.by_id(round_), by=by, at=LATER)
            return "applied"

    assert together(app, apply).count("applied") == 1
    assert count(Assignment) == 8


def test_a_round_is_made_and_opened_once(app):
    with transaction():
        made = make_committee(candidacies=3, members=2, reads=2)
        cycle, staff = made.cycle.id, made.staff.id

    def make(number):
        from portal.awards.models import Cycle

        with transaction():
            rounds.make(db.session.get_one(Cycle, cycle), seed=number, by=db.session.get_one(Person, staff), at=NOW)
            return "made"

    answers = together(app, make)
    assert answers.count("made") == 1
    assert count(Round) == 1
    assert count(SpokenName) == 3
    with transaction():
        made.round = rounds_queries.newest(cycle)
        look_over(made)
        by = db.session.get_one(Person, staff)
        assigning.apply(assigning.make_plan(made.round, seed=1, by=by, at=NOW), made.round, by=by, at=NOW)
        number = made.round.id

    def open_(_number):
        with transaction():
            rounds.open_round(rounds_queries.by_id(number), by=db.session.get_one(Person, staff), at=NOW)
            return "opened"

    assert together(app, open_).count("opened") == 1
    assert db.session.scalar(select(Round.state)) is RoundState.OPEN


@pytest.mark.kill
def test_a_submit_killed_half_way_leaves_the_draft_as_it_was(app, committee, tmp_path):
    number = committee.numbers[0]
    with transaction():
        reading.save(mine(number), typed(committee, 4, 4, 4, 4), version=0, at=LATER)
    position = mine(number).position
    db.session.remove()
    script = tmp_path / "dies.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, signal
        from datetime import datetime
        from portal import create_app
        from portal.db import db, transaction
        from portal.people.models import Person
        from portal.review.actions import reading, standings
        from portal.review.queries import reading as queries
        with create_app().app_context(), transaction():
            standings.rank = lambda *_: (db.session.flush(), os.kill(os.getpid(), signal.SIGKILL))
            mine = queries.own(db.session.get_one(Person, {number}), {position})
            reading.submit(mine, at=datetime.fromisoformat("{LATER.isoformat()}"))
        """)
    )
    settings = app.config["SETTINGS"]
    environment = {
        **os.environ,
        "PORTAL_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "PYTHONPATH": str(Path.cwd()),
    }
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    found = mine(number)
    assert (found.state, found.review.state) == (AssignmentState.IN_PROGRESS, ReviewState.DRAFT)
    assert set(db.session.scalars(select(Standing.count))) == {0}
    with transaction():
        reading.submit(mine(number), at=LATER)
    assert count(Event, Event.action == "review submitted") == 1
