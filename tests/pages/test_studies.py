"""What a place hangs on, and how each reviewer scores: for whom, and in which words."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.db import db, transaction
from portal.demo import makers
from portal.demo.makers import NOW
from portal.jobs import worker
from portal.nominations.models import Candidacy
from portal.review.actions import calibrating, rounds, standings
from portal.review.models import Assignment, ReaderSigns, Round, Standing, Study
from portal.review.queries import rounds as rounds_queries
from portal.review.rules.signs import Manner, manner
from portal.review.views.standings import chance_words
from tests.support.deciding import Desk
from tests.support.reviewing import LATER, make_open, score

END = LATER + timedelta(days=1)


@pytest.fixture
def scored(app, monkeypatch):
    """Four who read everything: one of them far stricter than the others, and one who gives every criterion the same."""
    with transaction():
        committee = make_open(candidacies=9, members=4, reads=4, places=4)
        place_of = {one.id: place for place, one in enumerate(committee.candidacies)}
        for seat, person in enumerate(committee.people):
            for mine in committee.readings(person):
                place = place_of[mine.candidacy_id]
                levels = [2 + place // 3 - (2 if seat == 1 else 0)] * 4
                if seat != 2:  # the others find strong and weak sides
                    levels[(place + seat) % 4] += 2
                    levels[(place + seat + 1) % 4] -= 1
                score(committee, mine, *[min(max(level, 0), 6) for level in levels])
    root = f"/desk/{committee.cycle.award.slug}/{committee.cycle.year}"
    desks = [Desk(app, person, END) for person in committee.people]
    staff = Desk(app, committee.staff, END)
    names = [person.name for person in committee.people], [one.name for one in committee.candidacies]
    monkeypatch.setattr(worker, "chores", [calibrating.calibrate_due])
    number = committee.round.id
    worker.run_once(at=LATER)
    return number, root, staff, desks, names


def test_the_chair_alone_sees_how_each_reviewer_scores_and_each_reviewer_their_own(scored):
    number, root, staff, (chair, strict, _flat, _plain), (people, _names) = scored
    assert chair.get(f"{root}/readers").status_code == 403  # who scores here sees nobody's scores before it closes
    with transaction():
        rounds.close(db.session.get_one(Round, number), by=makers.make_staff(), at=LATER)
    page = chair.text(f"{root}/readers")
    assert all(name in page for name in people)
    assert "Clearly stricter" in page
    assert "Gives much the same level on every criterion" in page
    assert staff.get(f"{root}/readers").status_code == 404
    assert strict.get(f"{root}/readers").status_code == 404
    own = strict.text("/reading/scores")
    assert "clearly stricter than the others" in own
    assert "You and your chair alone see this" in own
    assert not [name for name in people if name in own.replace(people[1], "")]
    assert "clearly stricter" not in chair.text("/reading/scores")


def test_standings_say_whether_a_place_would_change_and_without_whom(app, scored):
    number, root, staff, (_chair, strict, *_rest), (people, names) = scored
    page = staff.text(f"{root}/standings")
    assert "Would a place change?" in page
    assert "Chance of a place" in page
    chances = db.session.scalars(select(Standing.facts)).all()
    shown = [chance_words(one["calibrated"]["p_place"]) for one in chances if one.get("calibrated")]
    assert len({*shown}) > 1
    assert not [words for words in shown if f">{html.escape(words)}<" not in page]
    table = staff.text(f"{root}/standings.csv")
    assert "Chance of a place, from 0 to 1" in table
    study = db.session.scalars(select(Study)).one()
    assert study.tried == 1 + 4 + 3 * 4
    assert [each["kind"] for each in study.changes]
    moved = {who for each in study.changes for who in (*each["enters"], *each["leaves"])}
    with transaction():
        rounds.close(rounds_queries.by_id(number), by=None, at=NOW + timedelta(days=30))
        rounds.lock(rounds_queries.by_id(number), by=None, at=NOW + timedelta(days=30))
        person = makers.make_staff("Somebody Else")
        candidacy = db.session.get_one(Candidacy, min(moved))
        makers.make_conflict(candidacy, person)
        closed = candidacy.name
    assert closed in staff.text(f"{root}/standings")
    assert closed not in Desk(app, person, END).text(f"{root}/standings")
    said = strict.text(f"{root}/standings")
    assert "Would a place change?" in said
    assert not [name for name in people if name in said.replace(people[1], "")]
    assert not [name for name in names if name in said]


def test_what_was_said_of_older_scores_is_not_said_of_newer_ones(scored):
    number, root, staff, _desks, _names = scored
    with transaction():
        taken = db.session.scalars(select(Assignment.candidacy_id).where(Assignment.round_id == number)).first()
        standings.recompute(number, [taken], at=END)
    assert "Would a place change?" not in staff.text(f"{root}/standings")
    worker.run_once(at=END)
    assert "Would a place change?" in staff.text(f"{root}/standings")
    assert len(db.session.scalars(select(ReaderSigns)).all()) == 4


@pytest.mark.parametrize(
    ("reviews", "leniency", "others", "said"),
    [
        (7, -2.0, 5, Manner.TOO_FEW),
        (8, -2.0, 2, Manner.TOO_FEW),
        (8, None, 5, Manner.TOO_FEW),
        (8, 0.1, 3, Manner.LIKE_OTHERS),
        (8, -0.3, 3, Manner.LITTLE_STRICTER),
        (8, -0.6, 3, Manner.MUCH_STRICTER),
        (8, 0.3, 3, Manner.LITTLE_KINDER),
        (8, 0.7, 3, Manner.MUCH_KINDER),
    ],
)
def test_nothing_is_said_of_few_reads_or_few_others_and_the_rest_in_coarse_words(reviews, leniency, others, said):
    assert manner(reviews, leniency, others=others) is said
