"""The screening list: what is to look at, how each candidacy stands, and what may be the same person."""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.accounts.queries import roles_of
from portal.accounts.rules import role_facts
from portal.awards.models import Award, Cycle, Season
from portal.awards.rules import CycleStage
from portal.db import db
from portal.nominations.models import (
    Candidacy,
    CandidacySchool,
    Entered,
    Match,
    MatchState,
    Named,
    Nomination,
    NominationSchool,
    Relation,
    Sitting,
    Snapshot,
)
from portal.nominations.queries.conflicts import standing, untouched_by_conflict
from portal.nominations.rules import COUNTS, CandidacyStage, Stage
from portal.nominations.rules.matching import TWO_SCHOOLS
from portal.people.rules import fold
from portal.policy import Fact
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.people.models import Person


LONGEST = 100  # letters of a search
MOST_WORDS = 6


class Tab(enum.StrEnum):
    """One view of the list."""

    LOOK = "look"
    ELIGIBLE = "eligible"
    WAITING = "waiting"
    INELIGIBLE = "ineligible"
    LATE = "late"


FOUND_ELIGIBLE = frozenset(
    {
        CandidacyStage.ELIGIBLE,
        CandidacyStage.IN_REVIEW,
        CandidacyStage.SHORTLISTED,
        CandidacyStage.NOT_ADVANCED,
        CandidacyStage.DECIDED,
    }
)
NOT_ELIGIBLE = frozenset({CandidacyStage.INELIGIBLE, CandidacyStage.WITHDRAWN})
WAITS = frozenset({Stage.RETURNED, Stage.REVISING})
ENDED = frozenset({Stage.VOID, Stage.WITHDRAWN})


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to: choices that live in its address."""

    tab: Tab = Tab.LOOK
    q: str = ""
    language: str = ""
    school: int | None = None

    @property
    def narrowed(self) -> bool:
        """Whether something beyond the tab is chosen."""
        return bool(self.q or self.language or self.school)


@dataclass(frozen=True)
class Counts:
    """How many stand where, those left out that the reader has a conflict with."""

    tabs: dict[Tab, int]
    submissions: int
    people: int


@dataclass
class From:
    """One nomination, as a line of the list tells it."""

    id: int
    reference: str
    stage: Stage
    relation: Relation | None
    relation_text: str | None
    language: str
    entered: Entered
    confirmed: bool
    words: int
    letter_key: str | None


@dataclass
class Line:
    """One candidacy in the list, with what a glance should tell."""

    candidacy: Candidacy
    nominations: list[From] = field(default_factory=list)
    matches: list[tuple[Match, Candidacy]] = field(default_factory=list)

    @property
    def counted(self) -> list[From]:
        """The nominations that count."""
        return [one for one in self.nominations if one.stage in COUNTS]

    @property
    def words(self) -> int:
        """How many words they hold together."""
        return sum(one.words for one in self.counted)

    @property
    def languages(self) -> list[str]:
        """The languages they are written in, each once."""
        return list(dict.fromkeys(one.language for one in self.counted))

    @property
    def copies(self) -> int:
        """How many sent the same letter, where more than two did."""
        keys = [one.letter_key for one in self.counted if one.letter_key]
        most = max((keys.count(key) for key in set(keys)), default=0)
        return most if most > 2 else 0  # noqa: PLR2004 - two who write together are no campaign

    @property
    def two_schools(self) -> bool:
        """Whether the suggestion is about two schools alone."""
        return any(match.why == [TWO_SCHOOLS] for match, _other in self.matches)


def cycle_at(slug: str, year: int) -> Cycle | None:
    """Return one year of an award without its questions and rubric: what a list needs."""
    wanted = select(Cycle).join(Award, Award.id == Cycle.award_id).join(Season, Season.id == Cycle.season_id)
    return db.session.scalar(wanted.where(Award.slug == slug, Season.year == year))


# ---------------------------------------------------------------- which stand where


def _waiting(cycle_id: int) -> Any:  # noqa: ANN401 - a select of numbers
    """Select the candidacies that wait for a nominator, or that no nomination is left of."""
    revised = select(Nomination.candidacy_id).where(
        Nomination.cycle_id == cycle_id, Nomination.stage.in_(WAITS), Nomination.candidacy_id.is_not(None)
    )
    other = aliased(Nomination)
    counting = exists().where(other.candidacy_id == Nomination.candidacy_id, other.stage.in_(COUNTS))
    emptied = select(Nomination.candidacy_id).where(
        Nomination.cycle_id == cycle_id, Nomination.stage.in_(ENDED), Nomination.candidacy_id.is_not(None), ~counting
    )
    return union(revised, emptied).subquery()


def _in_tab(tab: Tab, cycle_id: int) -> ColumnElement[bool]:
    if tab is Tab.ELIGIBLE:
        return Candidacy.stage.in_(FOUND_ELIGIBLE)
    if tab is Tab.INELIGIBLE:
        return Candidacy.stage.in_(NOT_ELIGIBLE)
    waits = _waiting(cycle_id)
    waiting = Candidacy.id.in_(select(waits.c[0]))
    return and_(Candidacy.stage == CandidacyStage.INTAKE, waiting if tab is Tab.WAITING else ~waiting)


def counts(cycle: Cycle, person: Person | None) -> Counts:
    """Return how many candidacies stand in each tab, how many submissions came, and of how many people: four queries."""
    live = select(Candidacy.stage, func.count()).where(
        Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None)
    )
    stages = dict(db.session.execute(untouched_by_conflict(live, person).group_by(Candidacy.stage)).all())
    waits = _waiting(cycle.id)
    waiting = db.session.scalar(
        untouched_by_conflict(
            select(func.count())
            .select_from(Candidacy)
            .join(waits, waits.c[0] == Candidacy.id)
            .where(Candidacy.stage == CandidacyStage.INTAKE, Candidacy.merged_into_id.is_(None)),
            person,
        )
    )
    sent = (
        select(func.count())
        .select_from(Nomination)
        .where(Nomination.cycle_id == cycle.id, Nomination.stage.in_(COUNTS))
    )
    if person is not None:
        sent = sent.where(Nomination.candidacy_id.not_in(standing(person)))
    submissions = db.session.scalar(sent)
    tabs = {
        Tab.LOOK: stages.get(CandidacyStage.INTAKE, 0) - (waiting or 0),
        Tab.ELIGIBLE: sum(stages.get(stage, 0) for stage in FOUND_ELIGIBLE),
        Tab.WAITING: waiting or 0,
        Tab.INELIGIBLE: sum(stages.get(stage, 0) for stage in NOT_ELIGIBLE),
        Tab.LATE: db.session.scalar(late(cycle, person).with_only_columns(func.count()).order_by(None)) or 0,
    }
    return Counts(tabs, submissions or 0, sum(stages.values()))


def candidacies(cycle: Cycle, person: Person | None, filters: Filters) -> Select[Candidacy]:
    """Select the candidacies of one tab, narrowed, the newest first."""
    wanted = (
        select(Candidacy)
        .options(selectinload(Candidacy.schools))
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None), _in_tab(filters.tab, cycle.id))
        .order_by(Candidacy.id.desc())
    )
    wanted = untouched_by_conflict(wanted, person)
    if filters.q:
        wanted = wanted.where(_found(cycle.id, filters.q))
    if filters.language:
        wanted = wanted.where(
            exists().where(Nomination.candidacy_id == Candidacy.id, Nomination.language == filters.language)
        )
    if filters.school is not None:
        wanted = wanted.where(
            exists().where(CandidacySchool.candidacy_id == Candidacy.id, CandidacySchool.school_id == filters.school)
        )
    return wanted


def _found(cycle_id: int, text: str) -> ColumnElement[bool]:
    """Find by name, as shown or as typed, by school or by reference: every word must be found in the same one."""
    words = fold(text[:LONGEST]).split()[:MOST_WORDS]
    reference = text.strip()[:12].upper()
    own = select(Candidacy.id).where(Candidacy.cycle_id == cycle_id)
    gathered = select(Nomination.candidacy_id).where(
        Nomination.cycle_id == cycle_id, Nomination.candidacy_id.is_not(None)
    )
    ways = [own.where(Candidacy.reference == reference), gathered.where(Nomination.reference == reference)]
    if words:
        ways.append(own.where(*(Candidacy.sort_name.contains(word, autoescape=True) for word in words)))
        typed = (Named.name_key.contains(word, autoescape=True) for word in words)
        ways.append(gathered.join(Named, Named.nomination_id == Nomination.id).where(*typed))
        named = select(School.id).where(*(School.name_key.contains(word, autoescape=True) for word in words))
        ways.append(select(CandidacySchool.candidacy_id).where(CandidacySchool.school_id.in_(named)))
    return Candidacy.id.in_(select(union(*ways).subquery().c[0]))


def late(cycle: Cycle, person: Person | None) -> Select[Nomination]:
    """Select the nominations held because they came late, the earliest first; none that `person` wrote or is named in."""
    wanted = (
        select(Nomination)
        .options(selectinload(Nomination.named), selectinload(Nomination.schools), joinedload(Nomination.sitting))
        .where(Nomination.cycle_id == cycle.id, Nomination.stage == Stage.LATE)
        .order_by(Nomination.received_at, Nomination.id)
    )
    if person is not None:
        wanted = wanted.where(Nomination.nominator_id != person.id)
        alike = [Named.name_key == person.sort_name] if person.sort_name else []
        alike += [func.lower(func.trim(Named.email)) == person.email_key] if person.email_key else []
        if alike:
            wanted = wanted.where(~exists().where(Named.nomination_id == Nomination.id, or_(*alike)))
    return wanted


def late_by_reference(reference: str) -> Nomination | None:
    """Return a nomination with everything that is to be known of one that came late."""
    wanted = select(Nomination).options(
        selectinload(Nomination.named),
        selectinload(Nomination.schools).joinedload(NominationSchool.school),
        joinedload(Nomination.sitting),
        joinedload(Nomination.nominator),
        joinedload(Nomination.cycle),
        selectinload(Nomination.answers),
        selectinload(Nomination.snapshots),
    )
    return db.session.scalar(wanted.where(Nomination.reference == reference))


# ---------------------------------------------------------------- the lines of one page


def lines(found: Sequence[Candidacy], person: Person | None) -> list[Line]:
    """Return what each candidacy's line tells: two queries, however many they are."""
    made = {candidacy.id: Line(candidacy) for candidacy in found}
    if not made:
        return []
    for number, one in nominations_of(made):
        made[number].nominations.append(one)
    for match, first, second in open_matches_of(made, person):
        for own, other in ((first, second), (second, first)):
            if own.id in made:
                made[own.id].matches.append((match, other))
    return list(made.values())


def every_line(cycle: Cycle, person: Person | None, filters: Filters) -> list[Line]:
    """Return every line of a tab, narrowed, for a file."""
    return lines(db.session.scalars(candidacies(cycle, person, filters)).unique().all(), person)


def nominations_of(numbers: Collection[int]) -> list[tuple[int, From]]:
    """Return (candidacy, nomination) for everything these gather, the newest first: one query."""
    later = aliased(Snapshot)
    newest = select(func.max(later.number)).where(later.nomination_id == Nomination.id).scalar_subquery()
    wanted = (
        select(
            Nomination.candidacy_id,
            Nomination.id,
            Nomination.reference,
            Nomination.stage,
            Nomination.relation,
            Nomination.relation_text,
            Nomination.language,
            Nomination.entered,
            Sitting.confirmed_at,
            Snapshot.words,
            Snapshot.letter_key,
        )
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .outerjoin(Snapshot, and_(Snapshot.nomination_id == Nomination.id, Snapshot.number == newest))
        .where(Nomination.candidacy_id.in_(numbers))
        .order_by(Nomination.id.desc())
    )
    return [
        (
            candidacy or 0,
            From(
                number, reference, stage, relation, text, language, entered, confirmed is not None, words or 0, letter
            ),
        )
        for candidacy, number, reference, stage, relation, text, language, entered, confirmed, words, letter in db.session.execute(
            wanted
        )
    ]


def open_matches_of(numbers: Collection[int], person: Person | None) -> list[tuple[Match, Candidacy, Candidacy]]:
    """Return the open suggestions about any of these, with both sides, of which `person` has a conflict with neither."""
    first, second = aliased(Candidacy), aliased(Candidacy)
    sides = (
        select(Match, first, second).join(first, first.id == Match.first_id).join(second, second.id == Match.second_id)
    )
    about = (
        _open(sides, person).where(or_(Match.first_id.in_(numbers), Match.second_id.in_(numbers))).order_by(Match.id)
    )
    return [(match, one, other) for match, one, other in db.session.execute(about)]


def oldest_match(cycle: Cycle, person: Person | None) -> tuple[Match, Candidacy, Candidacy, int] | None:
    """Return a cycle's oldest open suggestion with both sides, and how many are open: two queries."""
    first, second = aliased(Candidacy), aliased(Candidacy)
    here = Match.cycle_id == cycle.id
    sides = (
        select(Match, first, second).join(first, first.id == Match.first_id).join(second, second.id == Match.second_id)
    )
    found = db.session.execute(_open(sides, person).where(here).order_by(Match.id).limit(1)).first()
    if found is None:
        return None
    return (*found, db.session.scalar(_open(select(func.count()).select_from(Match), person).where(here)) or 0)


def _open(wanted: Any, person: Person | None) -> Any:  # noqa: ANN401 - any select of matches
    """Narrow a select of suggestions to the open ones, of which `person` has a conflict with neither side."""
    open_ones = wanted.where(Match.state == MatchState.OPEN)
    if person is None:
        return open_ones
    mine = standing(person)
    return open_ones.where(Match.first_id.not_in(mine), Match.second_id.not_in(mine))


def match_by_id(number: int) -> Match | None:
    """Return a suggestion with both sides, their cycle and schools."""
    side = [joinedload(Match.first), joinedload(Match.second)]
    wanted = select(Match).options(
        *(load.joinedload(Candidacy.cycle).joinedload(Cycle.question_set) for load in side),
        *(load.selectinload(Candidacy.schools) for load in side),
    )
    return db.session.scalar(wanted.where(Match.id == number))


# ---------------------------------------------------------------- across awards


@dataclass(frozen=True)
class Across:
    """One cycle in the list of all: what waits there."""

    cycle: Cycle
    look: int
    late: int
    matches: int


def across(person: Person | None) -> list[Across]:
    """Return the cycles this person screens, the newest season first, with what waits in each: five queries, however many they are."""
    roles = roles_of(person)
    cycles = db.session.scalars(
        select(Cycle)
        .join(Award, Award.id == Cycle.award_id)
        .join(Season, Season.id == Cycle.season_id)
        .where(Cycle.stage.not_in({CycleStage.DRAFT, CycleStage.ARCHIVED}))
        .order_by(Season.year.desc(), Award.position, Award.id)
    ).unique()
    mine = [cycle for cycle in cycles if Fact.STAFF_OF_IT in role_facts(roles, cycle.award_id)]
    numbers = [cycle.id for cycle in mine]
    intake = select(Candidacy.cycle_id, func.count()).where(
        Candidacy.cycle_id.in_(numbers), Candidacy.merged_into_id.is_(None), Candidacy.stage == CandidacyStage.INTAKE
    )
    look = _by_cycle(untouched_by_conflict(intake, person).group_by(Candidacy.cycle_id))
    held = select(Nomination.cycle_id, func.count()).where(
        Nomination.cycle_id.in_(numbers), Nomination.stage == Stage.LATE
    )
    asked = _open(select(Match.cycle_id, func.count()), person).where(Match.cycle_id.in_(numbers))
    if person is not None:
        held = held.where(Nomination.nominator_id != person.id)
    late_ones, matches = _by_cycle(held.group_by(Nomination.cycle_id)), _by_cycle(asked.group_by(Match.cycle_id))
    return [
        Across(cycle, look.get(cycle.id, 0), late_ones.get(cycle.id, 0), matches.get(cycle.id, 0)) for cycle in mine
    ]


def _by_cycle(wanted: Any) -> dict[int, int]:  # noqa: ANN401 - a select of (cycle, count)
    return dict(db.session.execute(wanted).all())


def languages(cycle: Cycle) -> list[str]:
    """Return the languages that a cycle's nominations are written in."""
    wanted = (
        select(Nomination.language).where(Nomination.cycle_id == cycle.id, Nomination.stage != Stage.DRAFT).distinct()
    )
    return sorted(db.session.scalars(wanted))


def schools_named(cycle: Cycle, person: Person | None) -> list[tuple[int, str]]:
    """Return the schools of a cycle's candidacies, number and name, by name."""
    there = untouched_by_conflict(
        select(CandidacySchool.id)
        .join(Candidacy, Candidacy.id == CandidacySchool.candidacy_id)
        .where(
            CandidacySchool.school_id == School.id, Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None)
        ),
        person,
    )
    return [
        (number, name)
        for number, name in db.session.execute(
            select(School.id, School.name).where(there.exists()).order_by(School.name)
        )
    ]


def chosen(cycle: Cycle, numbers: Collection[int], person: Person | None) -> list[Candidacy]:
    """Return those of these candidacies that are of this cycle and that `person` may touch."""
    wanted = select(Candidacy).where(
        Candidacy.cycle_id == cycle.id, Candidacy.id.in_(numbers), Candidacy.merged_into_id.is_(None)
    )
    return list(db.session.scalars(untouched_by_conflict(wanted, person).order_by(Candidacy.id.desc())))


def sides(match: Match) -> dict[int, list[From]]:
    """Return what each side of a suggestion gathers."""
    found: dict[int, list[From]] = defaultdict(list)
    for number, one in nominations_of([match.first_id, match.second_id]):
        found[number].append(one)
    return found


def places(numbers: Collection[int]) -> dict[int, list[str]]:
    """Return the names of these candidacies' schools."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = select(CandidacySchool.candidacy_id, School.name).join(School, School.id == CandidacySchool.school_id)
    for number, name in db.session.execute(
        wanted.where(CandidacySchool.candidacy_id.in_(numbers)).order_by(School.name)
    ):
        found[number].append(name)
    return found


def addresses(numbers: Collection[int]) -> dict[int, list[str]]:
    """Return the nominees' addresses as nominators typed them, each once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    wanted = select(Nomination.candidacy_id, Named.email).join(Named, Named.nomination_id == Nomination.id)
    for number, email in db.session.execute(
        wanted.where(Nomination.candidacy_id.in_(numbers), Named.email.is_not(None), Named.email != "")
    ):
        found[number or 0][(email or "").strip()] = None
    return {number: list(kept) for number, kept in found.items()}
