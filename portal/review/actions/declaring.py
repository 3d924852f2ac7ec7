"""Declaring conflicts once, against a list of the cycle's schools or names; the portal does the matching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import history
from portal.awards.models import Cycle, Member
from portal.db import db
from portal.errors import N_, Refused
from portal.nominations.actions import conflicts
from portal.nominations.models import Candidacy, Conflict, Kind, Nomination, Recommendation
from portal.nominations.queries.letters import wrote_in
from portal.nominations.rules import ConflictState
from portal.review.models import Assignment, Declaration, Round
from portal.review.queries import declarations as queries
from portal.review.queries.assigning import nominating
from portal.review.rules.lives import ASSIGNMENT, AssignmentState, AssignmentStep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.people.models import Person
    from portal.review.queries.declarations import Item, Tie

WITH = (joinedload(Member.person), joinedload(Member.cycle))  # what a member needs loaded here


def may_serve(cycle: Cycle, person: Person) -> None:
    """Refuse somebody who nominated in a cycle, or wrote a letter in it, a place on its committee."""
    if db.session.scalar(nominating(cycle).where(Nomination.nominator_id == person.id).limit(1)):
        raise Refused(
            N_("%(name)s nominated in this cycle, so they may not review in it."), field="email", name=person.name
        )
    if db.session.scalar(wrote_in(cycle.id).where(Recommendation.writer_id == person.id).limit(1)):
        raise Refused(
            N_("%(name)s wrote a letter in this cycle, so they may not review in it."), field="email", name=person.name
        )


def declare(member: Member, *, listed: Sequence[Item], ties: Sequence[Tie], at: datetime) -> Declaration:
    """Take a member's word on one list: a conflict for each hard tie, a suggestion for each soft one, "no conflict" for the rest.

    `member` needs its cycle and person loaded. What was assigned to them and stood on the list opens now.
    """
    db.session.scalar(select(Member.id).where(Member.id == member.id).with_for_update())
    there = set(listed)
    if any(tie.item not in there for tie in ties):
        raise Refused(N_("The list has changed since you opened it. Look at it again."))
    declaration = Declaration(
        member_id=member.id,
        said_at=at,
        listed=[list(item) for item in listed],
        ties=[{"kind": tie.item.kind, "id": tie.item.id, "hard": tie.hard, "words": tie.words} for tie in ties],
    )
    db.session.add(declaration)
    member.declared_at = at
    db.session.flush()
    history.record("conflicts declared", member, by=member.person, at=at, listed=len(listed), ties=len(ties))
    match(member.cycle, at=at, only=member)
    clear(member, at=at)
    return declaration


def felt_parting(stays: Candidacy, goes: Candidacy, at: datetime) -> None:
    """Two that were one are two again: what members declared meanwhile touches each that it fits."""
    del goes
    match(db.session.get_one(Cycle, stays.cycle_id), at=at)


def match(cycle: Cycle, *, at: datetime, only: Member | None = None) -> int:
    """Turn what members declared into conflicts with the candidacies it touches, those that came later too; return how many."""
    candidacies = queries.places_of(cycle)
    known = queries.raised(cycle)
    made = 0
    for member, declaration in queries.latest(cycle, only=only):
        for tie in queries.ties_of(declaration):
            for number in sorted(candidacies):
                if not tie.item.touches(number, candidacies[number]):
                    continue
                made += _raise(number, member.person, hard=tie.hard, words=tie.words, known=known, at=at)
    return made


def _raise(
    number: int, person: Person, *, hard: bool, words: str, known: dict[tuple[int, int, Kind], str], at: datetime
) -> int:
    kind = Kind.DECLARED if hard else Kind.SAME_SCHOOL
    if (number, person.id, kind) in known:
        return 0
    known[number, person.id, kind] = words
    candidacy = db.session.get_one(Candidacy, number)
    if hard:
        conflicts.declare(candidacy, person, words=words, at=at)
        return 1
    suggested = Conflict(
        candidacy_id=number, person_id=person.id, kind=kind, state=ConflictState.SUGGESTED, fact=words, raised_at=at
    )
    db.session.add(suggested)
    db.session.flush()
    history.record("conflict suggested", suggested, by=person, at=at, kind=kind.value)
    for listener in conflicts.on_changed:
        listener(suggested, at)
    return 1


def clear(member: Member, *, at: datetime) -> int:
    """Open what is assigned to a member and stood on their list; return how many readings that were."""
    declaration = queries.newest_of(member)
    if declaration is None:
        return 0
    places = queries.places_of(member.cycle)
    waiting = (
        select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.cycle_id == member.cycle_id, Assignment.reviewer_id == member.person_id)
        .where(Assignment.state == AssignmentState.ASSIGNED)
    )
    opened, listed = 0, queries.listed_by(declaration)
    for assignment in db.session.scalars(waiting):
        if queries.covers(listed, assignment.candidacy_id, places.get(assignment.candidacy_id, frozenset())):
            assignment.state = ASSIGNMENT.advance(assignment.state, AssignmentStep.DECLARE_CLEAR)
            opened += 1
    db.session.flush()
    if opened:
        history.record("declared clear", member, by=member.person, at=at, readings=opened)
    return opened
