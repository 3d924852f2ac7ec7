"""Many nominations of one person at the same instant still make one candidacy, and one decision is taken once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from portal.db import db, transaction
from portal.demo.makers import NOW, make_cycle, make_nomination, make_school, make_staff
from portal.errors import Refused
from portal.nominations.actions import conflicts, gathering
from portal.nominations.models import Candidacy, CandidacyPerson, Match, MatchState, Nomination
from portal.people.models import Person

AT_ONCE = 8


def together(app, jobs):
    """Run these at the same instant, each in a transaction of its own; return what they answered or raised."""
    ready = threading.Barrier(len(jobs))
    answers = [None] * len(jobs)

    def run(place, job):
        with app.app_context():
            ready.wait()
            try:
                with transaction():
                    answers[place] = job()
            except Refused as refusal:
                answers[place] = refusal
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_sixteen_nominations_at_once_make_one_candidacy_each_person(app):
    with transaction():
        cycle, school = make_cycle(), make_school()
        numbers = [
            make_nomination(cycle, nominee=name, school=school).id
            for name in ("Amina Warsame", "Keala Baptiste")
            for _ in range(AT_ONCE)
        ]
    together(
        app,
        [
            lambda number=number: gathering.gather(db.session.get_one(Nomination, number), at=NOW).id
            for number in numbers
        ],
    )
    assert sorted(db.session.scalars(select(Candidacy.name))) == ["Amina Warsame", "Keala Baptiste"]
    counts = select(func.count()).select_from(Nomination).group_by(Nomination.candidacy_id)
    assert list(db.session.scalars(counts)) == [AT_ONCE, AT_ONCE]


def test_one_person_nominated_in_two_cycles_at_once_is_one_person(app):
    with transaction():
        school = make_school()
        numbers = [make_nomination(make_cycle(), nominee="Amina Warsame", school=school).id for _ in range(4)]
    together(
        app,
        [
            lambda number=number: gathering.gather(db.session.get_one(Nomination, number), at=NOW).id
            for number in numbers
        ],
    )
    assert db.session.scalar(select(func.count(func.distinct(CandidacyPerson.person_id)))) == 1
    assert db.session.scalar(select(func.count()).select_from(CandidacyPerson)) == 4


def test_two_that_may_be_one_see_each_other_even_at_once(app):
    with transaction():
        cycle, school = make_cycle(), make_school()
        numbers = [
            make_nomination(cycle, nominee=name, school=school).id for name in ("Josefina Moretti", "Josie Moretti")
        ]
    together(
        app,
        [
            lambda number=number: gathering.gather(db.session.get_one(Nomination, number), at=NOW).id
            for number in numbers
        ],
    )
    assert db.session.scalar(select(func.count()).select_from(Match)) == 1


@pytest.mark.parametrize("acts", [("accept",) * 4, ("accept", "refuse", "accept", "refuse")])
def test_a_suggestion_is_decided_once_whoever_is_quicker(app, acts):
    with transaction():
        cycle, school, staff = make_cycle(), make_school(), make_staff()
        for name in ("Josefina Moretti", "Josie Moretti"):
            gathering.gather(make_nomination(cycle, nominee=name, school=school), at=NOW)
        number, who = db.session.scalars(select(Match.id)).one(), staff.id
    decide = {"accept": gathering.accept, "refuse": gathering.refuse}
    answers = together(
        app,
        [
            lambda act=act: decide[act](db.session.get_one(Match, number), by=db.session.get_one(Person, who), at=NOW)
            for act in acts
        ],
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == len(acts) - 1
    match = db.session.get_one(Match, number)
    live = db.session.scalar(select(func.count()).select_from(Candidacy).where(Candidacy.merged_into_id.is_(None)))
    assert live == (1 if match.state is MatchState.ACCEPTED else 2)


def test_a_nomination_that_arrives_while_two_are_merged_is_not_stranded(app):
    with transaction():
        cycle, school, staff = make_cycle(), make_school(), make_staff()
        for name in ("Josefina Moretti", "Josefina Moretti", "Josie Moretti"):
            gathering.gather(make_nomination(cycle, nominee=name, school=school), at=NOW)
        new = [make_nomination(cycle, nominee="Josie Moretti", school=school).id for _ in range(3)]
        number, who = db.session.scalars(select(Match.id)).one(), staff.id
    jobs = [lambda one=one: gathering.gather(db.session.get_one(Nomination, one), at=NOW).id for one in new]
    jobs.append(
        lambda: gathering.accept(db.session.get_one(Match, number), by=db.session.get_one(Person, who), at=NOW).id
    )
    together(app, jobs)
    (stays,) = db.session.scalars(select(Candidacy.id).where(Candidacy.merged_into_id.is_(None)))
    assert set(db.session.scalars(select(Nomination.candidacy_id))) == {stays}


def test_the_same_conflict_raised_twice_at_once_is_one(app):
    with transaction():
        cycle, school = make_cycle(), make_school()
        make_staff("Joy Warsame")
        number = gathering.gather(make_nomination(cycle, nominee="Amina Warsame", school=school), at=NOW).id
    together(app, [lambda: conflicts.raise_from_facts(db.session.get_one(Candidacy, number), at=NOW) for _ in range(4)])
    assert db.session.scalar(select(func.count()).select_from(conflicts.Conflict)) == 1
