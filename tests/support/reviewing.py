"""A small committee, from closed nominations to a round that can be scored: made by the room's own actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portal.awards.models import Cycle, Member, Rubric
from portal.awards.rules import CycleStage
from portal.db import db
from portal.demo.makers import (
    NOW,
    make_award,
    make_candidacy,
    make_cycle,
    make_member,
    make_nomination,
    make_school,
    make_staff,
)
from portal.nominations.models import Candidacy
from portal.people.models import Person
from portal.review.actions import assigning, declaring, masking, reading, rounds, selecting
from portal.review.models import Round
from portal.review.queries import declarations, texts
from portal.review.queries.facts import TextsOf
from portal.review.queries.reading import own
from portal.review.queries.rounds import InReview
from portal.review.rules.scoring import Mark
from portal.review.rules.selecting import Limit, Tie

if TYPE_CHECKING:
    from portal.review.models import Assignment

NAMES = (
    "Amina Warsame",
    "Tomás Rivera",
    "Linh Nguyen",
    "Grace Okafor",
    "Peter O'Brien",
    "Rosa Delgado",
    "Sam Whitfield",
    "Yusuf Ali",
)
LATER = NOW + timedelta(hours=1)


@dataclass
class Committee:
    """Everything a test asks for."""

    cycle: Cycle
    candidacies: list[Candidacy]
    members: list[Member]
    staff: Person
    numbers: list[int]  # of the members' people; the first is the chair
    round: Round | None = None

    @property
    def people(self) -> list[Person]:
        """The members' people."""
        return [db.session.get_one(Person, number) for number in self.numbers]

    def readings(self, person: Person) -> list[Assignment]:
        """Return what somebody reads, in their own order."""
        from sqlalchemy import select

        from portal.review.models import Assignment

        wanted = select(Assignment).where(Assignment.reviewer_id == person.id).order_by(Assignment.position)
        return [own(person, each.position) for each in db.session.scalars(wanted)]


def text_of(name: str, school: str, number: int) -> str:
    """Return what somebody wrote, with the names it must not show."""
    given, _, family = name.rpartition(" ")
    return (
        f"{name} teaches number {number} at {school}. Ms. {family} stays late; {given}'s students wait for her. "
        f"Write to {given.lower()}@school.example.\n\nThey learn by doing, number {number}."
    )


def make_committee(
    *,
    candidacies: int = 4,
    members: int = 3,
    reads: int = 2,
    blind: bool = True,
    declared: bool = True,
    capacity: int = 25,
    **facts: Any,
) -> Committee:
    """Return a cycle whose nominations are closed, with candidacies found eligible and a committee that accepted."""
    dates = {
        "closes_at": NOW - timedelta(days=1),
        "scoring_opens_at": NOW,
        "scoring_closes_at": NOW + timedelta(days=14),
    }
    cycle = make_cycle(make_award(), stage=CycleStage.CLOSED, reads=reads, blind=blind, **{**dates, **facts})
    staff = make_staff("Joy Adeyemi")
    found = []
    for number in range(candidacies):
        name = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {chr(65 + number // len(NAMES))}son")
        school = make_school(
            f"{name.split()[-1][:3]}mont Number {number} Elementary School" + (f" {cycle.id}" if cycle.id > 1 else "")
        )
        candidacy = make_candidacy(cycle, name=name, school=school, nominations=0)
        texts_ = (text_of(name, school.name, number), f"One story, number {number}.", "")
        make_nomination(cycle, nominee=name, school=school, candidacy=candidacy, texts=texts_)
        found.append(candidacy)
    seats = [make_member(cycle, chair=number == 0, declared=False) for number in range(members)]
    for seat in seats:
        seat.capacity = capacity
    db.session.flush()
    made = Committee(cycle, found, seats, staff, [seat.person_id for seat in seats])
    for seat in seats:
        db.session.refresh(seat, ["person", "cycle"])
        if declared:
            declare(seat)
    return made


def declare(member: Member, ties: list[Any] | None = None, at: Any = NOW) -> None:
    """Let a member declare against the whole list."""
    db.session.refresh(member, ["person", "cycle"])
    lines = declarations.lines(member.cycle, member)
    declaring.declare(member, listed=[line.item for line in lines], ties=ties or [], at=at)


def look_over(committee: Committee) -> None:
    """Approve every text."""
    review = InReview(committee.cycle, committee.round)
    while (number := texts.next_to_look_over(committee.round, committee.staff)) is not None:
        of = texts.texts_at(review, number)
        assert isinstance(of, TextsOf)
        masking.approve(of, by=committee.staff, at=NOW, seen=masking.state_of(texts.masked_of(of)))
        db.session.flush()


def make_planned(seed: int = 7, **facts: Any) -> Committee:
    """Return a committee with a round, its texts looked over and a plan applied; not open yet."""
    committee = make_committee(**facts)
    committee.round = rounds.make(committee.cycle, seed=seed, by=committee.staff, at=NOW)
    if committee.round.blind:
        look_over(committee)
    plan = assigning.make_plan(committee.round, seed=seed, by=committee.staff, at=NOW)
    assigning.apply(plan, committee.round, by=committee.staff, at=NOW)
    return committee


def make_open(seed: int = 7, **facts: Any) -> Committee:
    """Return a committee that can score."""
    committee = make_planned(seed, **facts)
    rounds.open_round(committee.round, by=committee.staff, at=NOW)
    return committee


def typed(committee: Committee, *levels: int | None, comment: str = "") -> reading.Typed:
    """Return a page's words: a level for each criterion (None: nothing yet, -1: does not apply)."""
    rubric = db.session.get_one(Rubric, committee.cycle.rubric_id)
    marks = {
        criterion.key: Mark(None if level is None or level < 0 else level, level == -1)
        for criterion, level in zip(rubric.criteria, levels, strict=False)
    }
    return reading.Typed(marks, comment)


def score(
    committee: Committee, assignment: Assignment, *levels: int | None, at: Any = LATER, submit: bool = True
) -> None:
    """Score one reading, and submit it."""
    db.session.expire_all()
    mine = own(db.session.get_one(Person, assignment.reviewer_id), assignment.position)
    reading.save(mine, typed(committee, *levels), version=mine.review.version if mine.review else 0, at=at)
    if submit:
        mine = own(db.session.get_one(Person, assignment.reviewer_id), assignment.position)
        reading.submit(mine, at=at)


# Everybody's level for each candidacy: three stand equal, and with two places one is left among them.
TIE = (5, 4, 4, 4, 2)


def make_tied(*, opens: Any, closes: Any) -> Committee:
    """Return a committee whose closed round has an exact tie at the cut, that a draw settles, and at most one of each school."""
    committee = make_planned(candidacies=len(TIE), members=4, reads=4, places=2)
    by, round_ = committee.staff, committee.round
    selecting.settle(round_, tie=Tie.DRAW, amounts=(), budget=None, by=by, at=opens)
    selecting.add_limit(round_, Limit("school", "", 0, 1), by=by, at=opens)
    rounds.open_round(round_, by=by, at=opens)
    place_of = {one.id: place for place, one in enumerate(committee.candidacies)}
    for person in committee.people:
        for mine in committee.readings(person):
            score(committee, mine, *[TIE[place_of[mine.candidacy_id]]] * 4)
    rounds.close(round_, by=by, at=closes)
    return committee
