"""Requests for letters: whose they are, where each goes, and what is still missing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import has_request_context
from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Season
from portal.db import db, fetch
from portal.files import queries as files
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    Letter,
    LetterPlan,
    Named,
    Nomination,
    Recommendation,
    Relation,
    Sitting,
)
from portal.nominations.queries.conflicts import standing
from portal.nominations.queries.facts import conflict_facts
from portal.nominations.rules import COUNTS
from portal.nominations.rules.letters import COUNTED, OPEN, LetterState, Party, WriterRole, gap
from portal.people.models import Person
from portal.policy import Fact
from portal.web import cache, viewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from portal.files.models import StoredFile

MOST_MERGES = 20  # of one candidacy into the next


_PLAN = select(LetterPlan).where(LetterPlan.cycle_id == bindparam("cycle"))
_OF_NOMINATION = (
    select(Recommendation).where(Recommendation.nomination_id == bindparam("nomination")).order_by(Recommendation.id)
)


def plan_of(cycle_id: int) -> LetterPlan | None:
    """Return what letters a cycle asks for; None where it asks for none."""
    return db.session.scalar(_PLAN, {"cycle": cycle_id})


def plan_kept(cycle_id: int) -> LetterPlan | None:
    """Return the same as it stands: read, never changed."""
    (plan,) = cache.kept(f"letters asked for in cycle {cycle_id}", lambda: (plan_of(cycle_id),))
    return plan


def plan_before(cycle: Cycle) -> LetterPlan | None:
    """Return the plan of the same award's year before, to begin from."""
    wanted = select(LetterPlan).join(Cycle, Cycle.id == LetterPlan.cycle_id).join(Season, Season.id == Cycle.season_id)
    wanted = wanted.where(Cycle.award_id == cycle.award_id, Cycle.id != cycle.id)
    return db.session.scalar(wanted.order_by(Season.year.desc()).limit(1))


def due(cycle: Cycle) -> datetime:
    """Return the instant until which letters are taken, without grace."""
    return cycle.letters_due_at or cycle.closes_at


_whole = (
    joinedload(Recommendation.cycle, innerjoin=True),
    joinedload(Recommendation.nomination).selectinload(Nomination.named),
    joinedload(Recommendation.candidacy).selectinload(Candidacy.people),
    joinedload(Recommendation.writer, innerjoin=True),
    joinedload(Recommendation.asked_by, innerjoin=True),
    selectinload(Recommendation.letters),
)


def by_reference(reference: str) -> Recommendation | None:
    """Return a request with its cycle, its writer, whoever asked, what it is about, and what was sent."""
    return db.session.scalar(select(Recommendation).options(*_whole).where(Recommendation.reference == reference))


def by_number(number: int | None) -> Recommendation | None:
    """Return the same by its number."""
    return db.session.scalar(select(Recommendation).options(*_whole).where(Recommendation.id == number))


def at_desk(slug: str, year: int, reference: str) -> Recommendation | None:
    """Return the same at its address among the desk's pages."""
    found = by_reference(reference)
    return found if found is not None and (found.cycle.award.slug, found.cycle.year) == (slug, year) else None


def numbers_about(asked: Recommendation) -> list[int]:
    """Return the candidacies that a letter belongs to: where it was asked, and whatever that was gathered into; the last counts."""
    number = asked.nomination.candidacy_id if asked.nomination is not None else asked.candidacy_id
    found: list[int] = []
    while number is not None and number not in found and len(found) < MOST_MERGES:
        found.append(number)
        number = db.session.scalar(select(Candidacy.merged_into_id).where(Candidacy.id == number))
    return found


def candidacy_of(asked: Recommendation) -> Candidacy | None:
    """Return the candidacy that a letter goes to now; None before its nomination was sent."""
    numbers = numbers_about(asked)
    return db.session.get(Candidacy, numbers[-1]) if numbers else None


def facts_of_recommendation(person: Person | None, asked: Recommendation) -> frozenset[Fact]:
    """Return what holds of this person and a request for a letter: as its writer, as the nominee, and as staff or chair."""
    visit = viewer.visit() if has_request_context() else None
    if person is None or (visit is not None and visit.guardian):
        return frozenset()
    numbers = numbers_about(asked)
    facts = set(awards.facts_of_cycle(person, asked.cycle)) | conflict_facts(person, *numbers)
    if asked.writer_id == person.id:
        facts.add(Fact.ITS_WRITER)
    nominee = select(CandidacyPerson.id).where(
        CandidacyPerson.candidacy_id.in_(numbers), CandidacyPerson.person_id == person.id
    )
    applies = asked.waived is not None and asked.asked_by_id == person.id
    if applies or (numbers and db.session.scalar(nominee.limit(1)) is not None):
        facts.add(Fact.ITS_NOMINEE)
    if asked.waived is False:
        facts.add(Fact.ACCESS_KEPT)
    return frozenset(facts)


# ---------------------------------------------------------------- lists


def of_nomination(nomination: Nomination) -> Sequence[Recommendation]:
    """Return the letters that were asked for with a nomination."""
    found = db.session.scalars(_OF_NOMINATION, {"nomination": nomination.id}).all()
    fetch(found, Recommendation.letters)
    return found


def of_candidacies(numbers: Iterable[int]) -> dict[int, list[Recommendation]]:
    """Return the letters of candidacies, those of what was gathered into them as well, by the candidacy's number."""
    owner = {number: number for number in numbers}
    layer = list(owner)
    for _ in range(MOST_MERGES):
        if not layer:
            break
        inner = select(Candidacy.id, Candidacy.merged_into_id).where(Candidacy.merged_into_id.in_(layer))
        layer = []
        for number, into in db.session.execute(inner):
            if number not in owner and into is not None:
                owner[number] = owner[into]
                layer.append(number)
    found: dict[int, list[Recommendation]] = defaultdict(list)
    if not owner:
        return found
    where = func.coalesce(Nomination.candidacy_id, Recommendation.candidacy_id)
    wanted = (
        select(Recommendation, where)
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .options(joinedload(Recommendation.asked_by), selectinload(Recommendation.letters))
        .where(where.in_(owner))
        .order_by(Recommendation.id)
    )
    for asked, number in db.session.execute(wanted):
        found[owner[number]].append(asked)
    return found


def written_by(person_id: int) -> Select[Any]:
    """Select the letters that somebody was asked for, the newest first."""
    return (
        select(Recommendation)
        .options(
            joinedload(Recommendation.cycle, innerjoin=True),
            joinedload(Recommendation.nomination).selectinload(Nomination.named),
            joinedload(Recommendation.candidacy),
        )
        .where(Recommendation.writer_id == person_id)
        .order_by(Recommendation.id.desc())
    )


def every_written_by(person_id: int) -> Sequence[Recommendation]:
    """Return all of them, for a file."""
    return db.session.scalars(written_by(person_id)).unique().all()


def waiting_for(person_id: int) -> list[Recommendation]:
    """Return the letters that wait for somebody to write them."""
    return list(db.session.scalars(written_by(person_id).where(Recommendation.state.in_(OPEN))).unique())


def of_cycle(cycle: Cycle, person: Person | None, *, state: LetterState | None = None) -> Select[Any]:
    """Select a cycle's letters for the office: none about candidacies that `person` has a conflict with."""
    where = func.coalesce(Nomination.candidacy_id, Recommendation.candidacy_id)
    wanted = (
        select(Recommendation)
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .options(
            joinedload(Recommendation.nomination).selectinload(Nomination.named),
            joinedload(Recommendation.candidacy),
            joinedload(Recommendation.asked_by, innerjoin=True),
        )
        .where(Recommendation.cycle_id == cycle.id)
        .order_by(Recommendation.id.desc())
    )
    if state is not None:
        wanted = wanted.where(Recommendation.state == state)
    if person is not None:
        wanted = wanted.where(or_(where.is_(None), where.not_in(standing(person))))
    return wanted


def every_of_cycle(cycle: Cycle, person: Person | None) -> Sequence[Recommendation]:
    """Return all of them, for a file."""
    return db.session.scalars(of_cycle(cycle, person)).unique().all()


def counts(cycle: Cycle) -> dict[LetterState, int]:
    """Return how many of a cycle's letters stand where."""
    wanted = select(Recommendation.state, func.count()).where(Recommendation.cycle_id == cycle.id)
    return {state: count for state, count in db.session.execute(wanted.group_by(Recommendation.state))}  # noqa: C416 - rows are not pairs to `dict`


def missing(
    plan: LetterPlan | None, asked: Iterable[Recommendation], relations: Iterable[Relation | None] = ()
) -> list[str]:
    """Return the roles of writers that a candidacy still lacks. A supervisor who nominates has had their say."""
    return _lacking(plan, asked, relations, COUNTED)


def unasked(
    plan: LetterPlan | None, asked: Iterable[Recommendation], relations: Iterable[Relation | None] = ()
) -> list[str]:
    """Return the roles of writers that neither wrote nor are waited for: somebody has to ask them."""
    return _lacking(plan, asked, relations, COUNTED | OPEN)


def _lacking(
    plan: LetterPlan | None,
    asked: Iterable[Recommendation],
    relations: Iterable[Relation | None],
    states: frozenset[LetterState],
) -> list[str]:
    if plan is None:
        return []
    there = [one.role.value for one in asked if one.state in states]
    return gap(plan.mix, [*there, *([WriterRole.SUPERVISOR.value] if Relation.SUPERVISOR in relations else [])])


# ---------------------------------------------------------------- one request


def only_nomination(candidacy: Candidacy) -> str | None:
    """Return the reference of the one nomination that counts for a candidacy; None where several do, or none."""
    wanted = select(Nomination.reference).where(Nomination.candidacy_id == candidacy.id, Nomination.stage.in_(COUNTS))
    found = db.session.scalars(wanted.limit(2)).all()
    return found[0] if len(found) == 1 else None


def applied(candidacy: Candidacy) -> bool:
    """Say whether somebody applies for themself: they ask for their letters, and say whether they may read them."""
    wanted = select(Nomination.id).where(
        Nomination.candidacy_id == candidacy.id, Nomination.stage.in_(COUNTS), Nomination.relation == Relation.SELF
    )
    return db.session.scalar(wanted.limit(1)) is not None


def roles_missing(candidacy: Candidacy) -> list[str]:
    """Return the roles of writers that a candidacy still lacks, whoever nominated counted in."""
    wanted = select(Nomination.relation).where(Nomination.candidacy_id == candidacy.id, Nomination.stage.in_(COUNTS))
    relations = db.session.scalars(wanted).all()
    return missing(plan_of(candidacy.cycle_id), of_candidacies([candidacy.id])[candidacy.id], relations)


def about_name(asked: Recommendation) -> str:
    """Return whom a letter is about, as the writer knows them. Needs the nomination's names or the candidacy loaded."""
    if asked.nomination is not None:
        return ", ".join(named.name for named in asked.nomination.named if named.name)
    return asked.candidacy.name if asked.candidacy is not None else ""


def parties(nomination: Nomination | None, candidacy: Candidacy | None) -> tuple[list[Party], list[Party]]:
    """Return who is nominated and who nominates, as far as is known here, to tell writers apart from them."""
    nominees: list[Party] = []
    nominators: list[Party] = []
    if nomination is not None:
        named = select(Named).where(Named.nomination_id == nomination.id)
        nominees += [Party(one.name, one.email) for one in db.session.scalars(named)]
        sitting = db.session.get_one(Sitting, nomination.sitting_id)
        nominators.append(Party(sitting.nominator_name, sitting.nominator_email))
    number = candidacy.id if candidacy is not None else None
    people = (
        select(Person)
        .join(CandidacyPerson, CandidacyPerson.person_id == Person.id)
        .where(CandidacyPerson.candidacy_id == number)
    )
    nominees += [Party(one.name, one.email) for one in db.session.scalars(people)] if number else []
    return nominees, nominators


def asked_already(writer_id: int, *, nomination: Nomination | None, candidacy: Candidacy | None) -> bool:
    """Say whether somebody was asked for this very letter before, and did not say no."""
    about = (
        Recommendation.nomination_id == nomination.id
        if nomination is not None
        else Recommendation.candidacy_id == (candidacy.id if candidacy is not None else 0)
    )
    over = (LetterState.DECLINED, LetterState.CANCELLED)
    wanted = select(Recommendation.id).where(
        about, Recommendation.writer_id == writer_id, Recommendation.state.not_in(over)
    )
    return db.session.scalar(wanted.limit(1)) is not None


def wrote_in(cycle_id: int) -> Select[int]:
    """Select who wrote a letter in a cycle: they may not review in it."""
    sent = (LetterState.RECEIVED, LetterState.LATE)
    return select(Recommendation.writer_id).where(Recommendation.cycle_id == cycle_id, Recommendation.state.in_(sent))


class Sent(NamedTuple):
    """A letter that was sent, with its file where it is one."""

    letter: Letter
    file: StoredFile | None


def sent(asked: Recommendation, number: int | None = None) -> Sent | None:
    """Return the letter that stands, or the one with this number."""
    found = [letter for letter in asked.letters if number is None or letter.number == number]
    return Sent(found[-1], files.by_id(found[-1].file_id)) if found else None


def open_ones(*, due_by: datetime | None = None) -> Select[Any]:
    """Select the requests whose writer is still waited for, or, with `due_by`, those whose cycle was due by then."""
    wanted = (
        select(Recommendation)
        .join(Cycle, Cycle.id == Recommendation.cycle_id)
        .join(Award, Award.id == Cycle.award_id)
        .where(Recommendation.state.in_(OPEN))
    )
    if due_by is not None:
        wanted = wanted.where(func.coalesce(Cycle.letters_due_at, Cycle.closes_at) <= due_by)
    return wanted.order_by(Recommendation.id)
