"""What holds of a person and a thing of this room, in the policy's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from portal import policy
from portal.awards import queries as awards
from portal.awards.models import Member
from portal.db import ME, ask, db, fixed
from portal.files.models import StoredFile
from portal.nominations.models import Candidacy
from portal.nominations.queries.facts import conflict_facts
from portal.policy import Datum, Fact, Permission, Sight
from portal.review.models import Assignment, CoveredFile, Plan, Round, SpokenName
from portal.review.queries import declarations, rounds
from portal.review.queries.rounds import InReview
from portal.review.rules.lives import HELD, READABLE, AssignmentState, RoundState
from portal.web import viewer

if TYPE_CHECKING:
    from portal.people.models import Person


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's own place on a committee."""

    member: Member


@dataclass(frozen=True, slots=True)
class TextsOf:
    """One thing that was sent about a candidacy of a blind round, for staff to look over: a nomination, a part, a letter."""

    review: InReview
    candidacy: Candidacy
    kind: str
    source_id: int
    number: int  # of its first masked text


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file of one candidacy of a blind round, for staff to look over."""

    review: InReview
    candidacy: Candidacy
    covered: CoveredFile
    file: StoredFile


@dataclass(frozen=True, slots=True)
class Discussed:
    """One candidacy of a round, for those who discuss it."""

    review: InReview
    round: Round
    candidacy: Candidacy
    spoken: SpokenName


@dataclass(frozen=True, slots=True)
class PlanOf:
    """A plan of a cycle's round."""

    review: InReview
    plan: Plan


def discussed(slug: str, year: int, reference: str) -> Discussed | None:
    """Return a candidacy of the round at this address, by its reference there."""
    review = rounds.in_review(slug, year)
    if review is None or review.round is None:
        return None
    name = rounds.spoken(review.round, reference)
    if name is None:
        return None
    wanted = select(Candidacy).options(joinedload(Candidacy.cycle)).where(Candidacy.id == name.candidacy_id)
    candidacy = db.session.scalar(wanted.where(Candidacy.id.in_(rounds.taken(review.round))))
    return Discussed(review, review.round, candidacy, name) if candidacy is not None else None


def seat_at(number: int) -> Seat | None:
    """Return one's own place on a committee."""
    member, person = awards.member_by_id(number), viewer.current()
    return Seat(member) if member is not None and person is not None and member.person_id == person.id else None


def facts_of_in_review(person: Person | None, thing: InReview) -> frozenset[Fact]:
    """Return what holds of this person and a cycle in review."""
    facts = set(awards.facts_of_cycle(person, thing.cycle))
    if thing.deliberating:
        facts.add(Fact.IN_DELIBERATION)
    if not thing.blind:
        facts.add(Fact.NAMES_SHOWN)
    if thing.round is not None and Fact.MEMBER_OF_IT in facts and rounds.still_scores(thing.round, person):
        facts.add(Fact.STILL_SCORES)
    return frozenset(facts)


def saw_others(person: Person | None, round_: Round) -> bool:
    """Say whether somebody who scores could see how others did before this round was opened again: as its chair, or as staff."""
    if round_.state is not RoundState.REOPENED:
        return False
    known = policy.facts_about(person, InReview(round_.cycle, round_)) - {Fact.STILL_SCORES}
    return policy.POLICY[Permission.SEE_STANDINGS](known)


def facts_of_seat(person: Person | None, seat: Seat) -> frozenset[Fact]:
    """Return what holds of this person and a place on a committee: nothing unless it is their own."""
    if person is None or seat.member.person_id != person.id:
        return frozenset()
    return awards.facts_of_cycle(person, seat.member.cycle) | {Fact.ITS_OWN}


def facts_of_assignment(person: Person | None, assignment: Assignment) -> frozenset[Fact]:
    """Return what holds of this person and a reading. Needs its round, cycle and candidacy loaded."""
    facts = set(awards.facts_of_cycle(person, assignment.round.cycle))
    if person is None:
        return frozenset(facts)
    own = assignment.reviewer_id == person.id and Fact.MEMBER_OF_IT in facts
    here = assignment.candidacy.stage not in rounds.GONE and assignment.candidacy.merged_into_id is None
    if own and here and assignment.state in HELD:
        facts.add(Fact.ASSIGNED)
        if assignment.state in READABLE:
            facts.add(Fact.CLEAR)
    if not assignment.covered:
        facts.add(Fact.NAMES_SHOWN)
    if rounds.letters_read(assignment.round):
        facts.add(Fact.LETTER_NEEDED)
    return frozenset(facts | conflict_facts(person, assignment.candidacy_id))


def facts_of_plan(person: Person | None, of: PlanOf) -> frozenset[Fact]:
    """Return what holds of this person and a plan."""
    return facts_of_in_review(person, of.review)


def facts_of_texts(person: Person | None, thing: Any) -> frozenset[Fact]:  # noqa: ANN401 - it has `review` and `candidacy`
    """Return what holds of this person and something of one candidacy in review: its texts, a file, a paper, a word for nominators."""
    return facts_of_in_review(person, thing.review) | _of(person, thing.candidacy)


def facts_of_discussed(person: Person | None, thing: Discussed) -> frozenset[Fact]:
    """Return what holds of this person and a candidacy under discussion."""
    facts = facts_of_in_review(person, thing.review) | _of(person, thing.candidacy)
    facts = unasked(person, thing.round, thing.candidacy.id, facts)
    return facts | ({Fact.LETTER_NEEDED} if rounds.letters_read(thing.round) else set())


def unasked(person: Person | None, round_: Round, candidacy: int, facts: frozenset[Fact]) -> frozenset[Fact]:
    """Return the facts of one candidacy without "declared", where it came on the list after this member declared."""
    if person is not None and Fact.DECLARED in facts and declarations.unlisted(round_, person, [candidacy]):
        return facts - {Fact.DECLARED}
    return facts


def _of(person: Person | None, candidacy: Candidacy) -> frozenset[Fact]:
    return conflict_facts(person, candidacy.id) | more_of_candidacy(person, candidacy)


_READ_BY = fixed(
    select(Assignment.state, Round.blind, Round.names_after)
    .join(Round, Round.id == Assignment.round_id)
    .where(Assignment.candidacy_id == bindparam("candidacy"), Assignment.reviewer_id == ME.id)
    .where(Assignment.state.in_(HELD))
)


def more_of_candidacy(person: Person | None, candidacy: Candidacy) -> frozenset[Fact]:
    """Return what this room knows of a person and a candidacy: that they read it, and whether they said "no conflict"."""
    if person is None:
        return frozenset()
    facts = set()
    for state, blind, names_after in ask(_READ_BY, {"me": person.id, "candidacy": candidacy.id}):
        facts.add(Fact.ASSIGNED)
        if state in READABLE:
            facts.add(Fact.CLEAR)
        if not blind or (names_after and state is AssignmentState.SUBMITTED):
            facts.add(Fact.NAMES_SHOWN)
    return frozenset(facts)


def sees_names(person: Person | None, thing: InReview) -> bool:
    """Say whether this person sees who candidacies are, on pages of the whole round."""
    facts = facts_of_in_review(person, thing)
    if thing.round is not None and rounds.scores_in(thing.round, person):
        facts |= {Fact.ASSIGNED, Fact.CLEAR}
    return policy.sight(Datum.NOMINEE_IDENTITY, facts) is Sight.SHOW
