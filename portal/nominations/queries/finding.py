"""Finding somebody across every cycle that one screens; and whom no message reaches in one cycle.

A candidacy that the viewer has a conflict with is in neither, by whatever road it would be found.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, literal, or_, select, union, union_all
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.queries import roles_of
from portal.awards.models import Cycle
from portal.db import db
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Named,
    Nomination,
    Recommendation,
    Sitting,
)
from portal.nominations.queries.conflicts import standing, untouched_by_conflict
from portal.nominations.rules import COUNTS, CandidacyStage, Stage
from portal.nominations.rules.letters import OPEN
from portal.people.models import Person
from portal.people.rules import fold
from portal.schools.models import School, SchoolAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

LONGEST = 100  # letters of a search
MOST_WORDS = 6
REFERENCE = 12


@dataclass(frozen=True)
class Hit:
    """A candidacy that was found, and the nomination by whose nominator or reference it was, where it was so."""

    candidacy: Candidacy
    by: Nomination | None = None


def words_of(text: str) -> list[str]:
    """Return the words that are looked for: without accents, and a few at most."""
    return fold(text[:LONGEST]).split()[:MOST_WORDS]


def _screened(person: Person | None) -> ColumnElement[bool]:
    """Return the condition on a cycle that this person screens it."""
    roles = [(scope, number) for role, scope, number in roles_of(person) if role == "staff"]
    if any(scope == "organisation" for scope, _number in roles):
        return Cycle.id.is_not(None)
    return Cycle.award_id.in_([number for _scope, number in roles])


def candidacies(text: str, person: Person | None) -> Select[Candidacy]:
    """Select the candidacies found by name, nominator, school or reference, the newest first; every word must stand in the same one.

    One gathered into another is found as that other.
    """
    words, reference = words_of(text), text.strip()[:REFERENCE].upper()
    stands_in = func.coalesce(Candidacy.merged_into_id, Candidacy.id)
    gathered = select(Nomination.candidacy_id).where(Nomination.candidacy_id.is_not(None))
    letters = select(func.coalesce(Nomination.candidacy_id, Recommendation.candidacy_id)).select_from(Recommendation)
    letters = letters.outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
    ways = [
        select(stands_in).where(Candidacy.reference == reference),
        gathered.where(Nomination.reference == reference),
        letters.where(Recommendation.reference == reference),
    ]
    if words:
        ways.append(select(stands_in).where(*_all(Candidacy.sort_name, words)))
        ways.append(gathered.join(Named, Named.nomination_id == Nomination.id).where(*_all(Named.name_key, words)))
        ways.append(gathered.join(Person, Person.id == Nomination.nominator_id).where(*_all(Person.sort_name, words)))
        schools = union(
            select(School.id).where(*_all(School.name_key, words)),
            select(SchoolAlias.school_id).where(*_all(SchoolAlias.name_key, words)),
        ).subquery()
        ways.append(select(CandidacySchool.candidacy_id).where(CandidacySchool.school_id.in_(select(schools.c[0]))))
    wanted = (
        select(Candidacy)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .options(joinedload(Candidacy.cycle), selectinload(Candidacy.schools))
        .where(_screened(person), Candidacy.merged_into_id.is_(None))
        .where(Candidacy.id.in_(select(union(*ways).subquery().c[0])))
        .order_by(Candidacy.id.desc())
    )
    return untouched_by_conflict(wanted, person)


def _all(column: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:  # noqa: ANN401 - a column
    """Return the conditions that every word begins a word of a folded column."""
    return [
        or_(column.startswith(word, autoescape=True), column.contains(f" {word}", autoescape=True)) for word in words
    ]


def hits(found: Sequence[Candidacy], text: str) -> list[Hit]:
    """Return what each was found by: one query, however many they are."""
    words, reference = set(words_of(text)), text.strip()[:REFERENCE].upper()
    wanted = (
        select(Nomination)
        .options(joinedload(Nomination.nominator))
        .where(Nomination.candidacy_id.in_([candidacy.id for candidacy in found]))
        .order_by(Nomination.id)
    )
    by: dict[int | None, Nomination] = {}
    for nomination in db.session.scalars(wanted):
        named = bool(words) and _begin_in(nomination.nominator.sort_name, words)
        if nomination.reference == reference or named:
            by.setdefault(nomination.candidacy_id, nomination)
    shown = {one.id for one in found if words and _begin_in(one.sort_name, words)}
    return [Hit(one, None if one.id in shown else by.get(one.id)) for one in found]


def _begin_in(key: str, words: Collection[str]) -> bool:
    return all(any(part.startswith(word) for part in key.split()) for word in words)


def late(text: str, person: Person | None, *, most: int = 20) -> list[Nomination]:
    """Return nominations that came late and wait, found the same way. Whoever wrote one or is named in it does not find it."""
    words, reference = words_of(text), text.strip()[:REFERENCE].upper()
    named = select(Named.nomination_id).where(*_all(Named.name_key, words)) if words else None
    fits = Nomination.reference == reference
    if named is not None:
        fits = or_(fits, Nomination.id.in_(named))
    wanted = (
        select(Nomination)
        .join(Cycle, Cycle.id == Nomination.cycle_id)
        .options(joinedload(Nomination.cycle), selectinload(Nomination.named))
        .where(_screened(person), Nomination.stage == Stage.LATE, fits)
        .order_by(Nomination.id.desc())
        .limit(most)
    )
    if person is not None:
        alike = [Named.name_key == person.sort_name] if person.sort_name else []
        if person.email_key:
            alike.append(func.lower(func.trim(Named.email)) == person.email_key)
        own = select(Named.nomination_id).where(or_(*alike)) if alike else None
        wanted = wanted.where(Nomination.nominator_id != person.id)
        if own is not None:
            wanted = wanted.where(Nomination.id.not_in(own))
    return list(db.session.scalars(wanted).unique())


# ---------------------------------------------------------------- whom no message reaches


class Who(enum.StrEnum):
    """What somebody is in a cycle, whom no message reaches."""

    NOMINATOR = "nominators"
    NOMINEE = "nominees"
    WRITER = "writers"


class Unreached(NamedTuple):
    """Somebody whom no message reaches: without an address, or with one that messages came back from."""

    who: str
    person_id: int
    name: str
    email: str | None
    phone: str | None
    bounced_at: datetime | None
    why: str | None  # as the mail server said
    reference: str  # of the nomination, the candidacy or the letter
    candidacy: str | None  # its reference


def unreached(cycle: Cycle, person: Person | None, *, who: Who | None = None) -> Select[*tuple[Any, ...]]:
    """Select them, by what they are and by name: a nominator or writer once a nomination or letter.

    Nominees of a surprise are not written to before they are told, so that until then nothing is missing.
    """
    rows = _unreached(cycle, person).subquery()
    wanted = select(*rows.c).order_by(rows.c.who, rows.c.name, rows.c.reference)
    return wanted.where(rows.c.who == who.value) if who is not None else wanted


def count_unreached(cycle: Cycle, person: Person | None) -> dict[Who, int]:
    """Return how many there are of each: one query."""
    rows = _unreached(cycle, person).subquery()
    found: dict[str, int] = dict(db.session.execute(select(rows.c.who, func.count()).group_by(rows.c.who)).all())
    return {who: found.get(who.value, 0) for who in Who}


def every_unreached(cycle: Cycle, person: Person | None, *, who: Who | None = None) -> list[Unreached]:
    """Return all of them, for a file."""
    return [Unreached(*row) for row in db.session.execute(unreached(cycle, person, who=who))]


def _unreached(cycle: Cycle, person: Person | None) -> Any:  # noqa: ANN401 - a union of selects
    mine = standing(person) if person is not None else select(Candidacy.id).where(Candidacy.id.is_(None))
    lost = or_(Person.email.is_(None), Person.email == "", Person.bounced_at.is_not(None))
    nominators = (
        select(
            literal(Who.NOMINATOR.value).label("who"),
            Person.id.label("person_id"),
            Sitting.nominator_name.label("name"),
            Person.email.label("email"),
            Sitting.nominator_phone.label("phone"),
            Person.bounced_at.label("bounced_at"),
            Person.bounce_reason.label("why"),
            Nomination.reference.label("reference"),
            Candidacy.reference.label("candidacy"),
        )
        .select_from(Nomination)
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .join(Person, Person.id == Nomination.nominator_id)
        .join(Candidacy, Candidacy.id == Nomination.candidacy_id)
        .where(Nomination.cycle_id == cycle.id, Nomination.stage.in_(COUNTS), lost)
        .where(Nomination.candidacy_id.not_in(mine), Nomination.nominator_id != (person.id if person else 0))
    )
    over = {CandidacyStage.WITHDRAWN, CandidacyStage.INELIGIBLE}
    nominees = (
        select(
            literal(Who.NOMINEE.value),
            Person.id,
            func.trim(Person.given_name + " " + Person.family_name),
            Person.email,
            Person.phone,
            Person.bounced_at,
            Person.bounce_reason,
            Candidacy.reference,
            Candidacy.reference,
        )
        .select_from(CandidacyPerson)
        .join(Person, Person.id == CandidacyPerson.person_id)
        .join(Candidacy, Candidacy.id == CandidacyPerson.candidacy_id)
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None), Candidacy.stage.not_in(over), lost)
        .where(Candidacy.id.not_in(mine))
    )
    if cycle.surprise:
        nominees = nominees.where(Candidacy.told_at.is_not(None))
    about = func.coalesce(Nomination.candidacy_id, Recommendation.candidacy_id)
    writers = (
        select(
            literal(Who.WRITER.value),
            Person.id,
            Recommendation.writer_name,
            Person.email,
            Person.phone,
            Person.bounced_at,
            Person.bounce_reason,
            Recommendation.reference,
            Candidacy.reference,
        )
        .select_from(Recommendation)
        .join(Person, Person.id == Recommendation.writer_id)
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .outerjoin(Candidacy, Candidacy.id == about)
        .where(Recommendation.cycle_id == cycle.id, Recommendation.state.in_(OPEN), lost)
        .where(or_(about.is_(None), about.not_in(mine)))
    )
    return union_all(nominators, nominees, writers)
