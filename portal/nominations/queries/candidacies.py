"""One candidacy, and everything about it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.awards.models import Award, Cycle, Season
from portal.db import db
from portal.files.models import StoredFile
from portal.history import queries as history
from portal.history.models import Event
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    Conflict,
    Match,
    MatchState,
    Named,
    Nomination,
    Part,
    Recommendation,
    Snapshot,
)
from portal.nominations.queries.conflicts import of_candidacy, standing
from portal.nominations.queries.eligibility import Finding, finding
from portal.nominations.queries.letters import missing, of_candidacies, plan_of
from portal.nominations.queries.parts import of_candidacy as of_people
from portal.nominations.rules import COUNTS
from portal.nominations.rules.copies import nearly, shingles
from portal.people.models import Person
from portal.questions.models import Asked, Question

MOST_LINES = 400  # of history, on the page


@dataclass
class Said:
    """One nomination, as its latest snapshot has it."""

    nomination: Nomination
    snapshot: Snapshot | None
    facts: dict[str, Any]
    answers: list[tuple[Question | None, dict[str, Any]]] = field(
        default_factory=list
    )  # the question as it is asked now, and what the snapshot says: label, text, kind, chosen, file
    as_in: Nomination | None = None  # the first of those that sent the same letter, where this is another of them
    copies: list[Nomination] = field(default_factory=list)  # of the first: all others that sent it
    nearly: Nomination | None = None  # an earlier one with almost the same text

    @property
    def counts(self) -> bool:
        """Whether it counts."""
        return self.nomination.stage in COUNTS


@dataclass
class Happened:
    """A line of the record, and how often the same was done at the same instant."""

    event: Event
    who: Person | None
    times: int = 1


@dataclass
class Everything:
    """All that the office may know of one candidacy."""

    nominations: list[Said]
    conflicts: Sequence[Conflict]
    matches: list[tuple[Match, Candidacy]]
    history: list[Happened]
    elsewhere: list[Candidacy]
    letters: list[Recommendation]
    parts: list[tuple[Person, Part, StoredFile | None]]  # what its people added themselves
    missing: list[str]  # the roles of writers that are asked for and did not write yet
    rules: Finding  # what the year's rules say


def by_reference(slug: str, year: int, reference: str) -> Candidacy | None:
    """Return a candidacy at its address, its cycle, people and schools with it. One gathered into another leads to that one."""
    wanted = (
        select(Candidacy)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .join(Award, Award.id == Cycle.award_id)
        .join(Season, Season.id == Cycle.season_id)
        .options(
            joinedload(Candidacy.cycle).joinedload(Cycle.question_set),
            selectinload(Candidacy.people),
            selectinload(Candidacy.schools),
        )
        .where(Award.slug == slug, Season.year == year, Candidacy.reference == reference)
    )
    return db.session.scalar(wanted)


def reference_of(number: int) -> str | None:
    """Return the reference of a candidacy."""
    return db.session.scalar(select(Candidacy.reference).where(Candidacy.id == number))


def everything(candidacy: Candidacy, person: Person | None) -> Everything:
    """Return all there is to one candidacy, for its page."""
    nominations = _nominations(candidacy, candidacy.cycle)
    conflicts = of_candidacy(candidacy)
    matches = _matches(candidacy, person)
    subjects = [
        ("candidacy", candidacy.id),
        *(("candidacy", number) for number in _gathered_into(candidacy.id)),
        *(("nomination", said.nomination.id) for said in nominations),
        *(("conflict", conflict.id) for conflict in conflicts),
    ]
    letters = of_candidacies([candidacy.id])[candidacy.id]
    subjects += [("recommendation", letter.id) for letter in letters]
    relations = [said.nomination.relation for said in nominations if said.counts]
    gap = missing(plan_of(candidacy.cycle_id), letters, relations)
    lines = [(event, who) for event, who in db.session.execute(history.of(*subjects).limit(MOST_LINES))]
    return Everything(
        nominations,
        conflicts,
        matches,
        _grouped(lines),
        _elsewhere(candidacy, person),
        letters,
        of_people(candidacy),
        gap,
        finding(candidacy, candidacy.cycle),
    )


def _gathered_into(number: int) -> list[int]:
    """Return the numbers of the candidacies that were gathered into one, those gathered into these before as well."""
    inner = select(Candidacy.id).where(Candidacy.merged_into_id == number).cte(recursive=True)
    deeper = select(Candidacy.id).join(inner, Candidacy.merged_into_id == inner.c.id)
    return list(db.session.scalars(select(inner.union(deeper).c.id)))


def _grouped(lines: Sequence[tuple[Event, Person | None]]) -> list[Happened]:
    """Draw together what was done several times at one instant, as by an import."""
    found: dict[tuple[object, ...], Happened] = {}
    for event, who in lines:
        key = (event.at, event.action, event.actor_id, event.reason)
        if key in found:
            found[key].times += 1
        else:
            found[key] = Happened(event, who)
    return list(found.values())


def _nominations(candidacy: Candidacy, cycle: Cycle) -> list[Said]:
    wanted = (
        select(Nomination)
        .options(
            joinedload(Nomination.sitting),
            joinedload(Nomination.nominator),
            selectinload(Nomination.named),
            selectinload(Nomination.schools),
            selectinload(Nomination.snapshots),
        )
        .where(Nomination.candidacy_id == candidacy.id)
        .order_by(Nomination.received_at, Nomination.id)
    )
    found = [_said(nomination, cycle) for nomination in db.session.scalars(wanted)]
    first: dict[str, Said] = {}
    for said in found:
        key = said.snapshot.letter_key if said.snapshot and said.counts else None
        if key is None:
            continue
        if key in first:
            said.as_in = first[key].nomination
            first[key].copies.append(said.nomination)
        else:
            first[key] = said
    _mark_near_copies([said for said in found if said.counts and said.as_in is None])
    return sorted(found, key=lambda said: (not said.counts, said.as_in is not None, said.nomination.id))


def _mark_near_copies(found: list[Said]) -> None:
    """Mark each letter that is almost an earlier one of the same candidacy: a campaign's, with a name or a line put in."""
    earlier: list[tuple[Said, frozenset[str]]] = []
    for said in found:
        longest = max((one["text"] for one in said.facts.get("answers", {}).values()), key=len, default="")
        pieces = shingles(longest)
        said.nearly = next((other.nomination for other, held in earlier if nearly(held, pieces)), None)
        if pieces:
            earlier.append((said, pieces))


def _said(nomination: Nomination, cycle: Cycle) -> Said:
    snapshot = nomination.snapshots[-1] if nomination.snapshots else None
    facts = json.loads(snapshot.facts) if snapshot else {}
    return Said(nomination, snapshot, facts, in_order(facts.get("answers", {}), cycle))


def in_order(answers: dict[str, Any], cycle: Cycle) -> list[tuple[Question | None, dict[str, Any]]]:
    """Return a snapshot's answers in the order of the questions; what the form did not ask is left out."""
    asked = (
        {question.key: question for question in cycle.question_set.asked_of(Asked.NOMINATOR)}
        if cycle.question_set
        else {}
    )
    order = {key: place for place, key in enumerate(asked)}
    keys = sorted(answers, key=lambda key: order.get(key, len(order)))
    return [(asked.get(key), answers[key]) for key in keys]


def _matches(candidacy: Candidacy, person: Person | None) -> list[tuple[Match, Candidacy]]:
    """Return every suggestion about a candidacy, decided or not, with the other side, newest first."""
    other = aliased(Candidacy)
    mine = or_(Match.first_id == candidacy.id, Match.second_id == candidacy.id)
    wanted = (
        select(Match, other)
        .join(other, or_(other.id == Match.first_id, other.id == Match.second_id))
        .where(mine, other.id != candidacy.id)
        .order_by(Match.id.desc())
    )
    if person is not None:
        wanted = wanted.where(other.id.not_in(standing(person)))
    shown = [(match, one) for match, one in db.session.execute(wanted)]
    return [
        (match, one)
        for match, one in shown
        if match.state in {MatchState.OPEN, MatchState.ACCEPTED} or match.decided_by_id is not None
    ]


def _elsewhere(candidacy: Candidacy, person: Person | None) -> list[Candidacy]:
    """Return the same person's candidacies in other cycles."""
    own = select(CandidacyPerson.person_id).where(CandidacyPerson.candidacy_id == candidacy.id)
    wanted = (
        select(Candidacy)
        .options(joinedload(Candidacy.cycle))
        .where(Candidacy.id.in_(select(CandidacyPerson.candidacy_id).where(CandidacyPerson.person_id.in_(own))))
        .where(Candidacy.id != candidacy.id, Candidacy.merged_into_id.is_(None))
        .order_by(Candidacy.id.desc())
    )
    if person is not None:
        wanted = wanted.where(Candidacy.id.not_in(standing(person)))
    return list(db.session.scalars(wanted).unique())


def side(candidacy: Candidacy, cycle: Cycle) -> list[Said]:
    """Return one candidacy's nominations, for reading two side by side. `cycle` has its question set loaded."""
    return _nominations(candidacy, cycle)


def nomination_in(candidacy: Candidacy, reference: str) -> Nomination | None:
    """Return one nomination of this candidacy, with what a step on it needs."""
    wanted = select(Nomination).options(
        joinedload(Nomination.sitting),
        joinedload(Nomination.nominator),
        joinedload(Nomination.cycle),
        selectinload(Nomination.named),
    )
    return db.session.scalar(wanted.where(Nomination.candidacy_id == candidacy.id, Nomination.reference == reference))


def counting_of(candidacies: Collection[Candidacy]) -> Sequence[Nomination]:
    """Return the nominations of these candidacies that count, with what asking and moving need."""
    wanted = select(Nomination).options(
        joinedload(Nomination.sitting),
        joinedload(Nomination.nominator),
        joinedload(Nomination.cycle),
        selectinload(Nomination.named),
    )
    here = Nomination.candidacy_id.in_([candidacy.id for candidacy in candidacies])
    return db.session.scalars(wanted.where(here, Nomination.stage.in_(COUNTS)).order_by(Nomination.id)).all()


def names_typed(candidacy: Candidacy) -> list[tuple[str, int]]:
    """Return how nominators wrote the name, each way once with how many wrote it so, the most frequent first."""
    wanted = select(Named.given_name, Named.family_name, func.count()).join(
        Nomination, Nomination.id == Named.nomination_id
    )
    grouped = wanted.where(Nomination.candidacy_id == candidacy.id).group_by(Named.given_name, Named.family_name)
    found = [(f"{given} {family}".strip(), count) for given, family, count in db.session.execute(grouped)]
    return sorted(found, key=lambda one: (-one[1], one[0]))
