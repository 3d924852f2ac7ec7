"""The screening list: what is to look at, how each candidacy stands, and what may be the same person."""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.accounts.queries import roles_of
from portal.accounts.rules import role_facts
from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Season
from portal.awards.rules import CycleStage
from portal.db import among, ask, ask_one, db, fixed, writes_now
from portal.nominations.models import (
    Answer,
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
from portal.nominations.queries.conflicts import VIEWER, standing_of_viewer, untouched_by_conflict
from portal.nominations.queries.eligibility import Finding, findings, with_holds
from portal.nominations.rules import COUNTS, NEVER_SENT, CandidacyStage, Stage
from portal.nominations.rules.eligibility import Holds
from portal.nominations.rules.matching import TWO_SCHOOLS
from portal.people.rules import fold
from portal.policy import Fact
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

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
    rules: Holds | None = None  # what the year's rules come to

    @property
    def narrowed(self) -> bool:
        """Whether something beyond the tab is chosen."""
        return bool(self.q or self.language or self.school or self.rules)

    @property
    def address(self) -> dict[str, str]:
        """What stands of it in the list's address."""
        said = {
            "tab": self.tab.value if self.tab is not Tab.LOOK or self.narrowed else "",
            "q": self.q,
            "language": self.language,
            "school": str(self.school or ""),
            "rules": self.rules.value if self.rules else "",
        }
        return {name: value for name, value in said.items() if value}


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


class Listed(NamedTuple):
    """A candidacy as far as its line tells it."""

    id: int
    reference: str
    stage: CandidacyStage
    name: str
    role: str | None
    reason: str | None
    place_text: str | None


class Other(NamedTuple):
    """The other side of a suggestion."""

    name: str
    reference: str


@dataclass
class Line:
    """One candidacy in the list, with what a glance should tell."""

    candidacy: Listed
    schools: list[str] = field(default_factory=list)
    nominations: list[From] = field(default_factory=list)
    matches: list[tuple[list[str], Other]] = field(default_factory=list)  # open ones: why, and with whom
    rules: Finding = field(default_factory=Finding)

    @cached_property
    def counted(self) -> list[From]:
        """The nominations that count; a line asks for them half a dozen times."""
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
        return any(why == [TWO_SCHOOLS] for why, _other in self.matches)


def cycle_at(slug: str, year: int) -> Cycle | None:
    """Return one year of an award without its questions and rubric: what a list needs. On a page that is only read, a kept one."""
    if not writes_now():
        return awards.cycle_at(slug, year)
    wanted = select(Cycle).join(Award, Award.id == Cycle.award_id).join(Season, Season.id == Cycle.season_id)
    return db.session.scalar(wanted.where(Award.slug == slug, Season.year == year))


# ---------------------------------------------------------------- which stand where

# The list's statements are made once and run with these values: putting one together costs more than running it.
CYCLE = bindparam("cycle", type_=BigInteger)
NAMED, ADDRESS = bindparam("named", type_=String), bindparam("address", type_=String)
NOBODY = "-"  # no folded name and no address is this


def _values(cycle: Cycle, person: Person | None) -> dict[str, Any]:
    """Return what the list's statements are run with."""
    return {
        "cycle": cycle.id,
        "viewer": person.id if person else 0,
        "named": (person.sort_name if person else "") or NOBODY,
        "address": (person.email_key if person else "") or NOBODY,
    }


def _waiting() -> Any:  # noqa: ANN401 - a select of numbers
    """Select the candidacies that wait for a nominator, or that no nomination is left of."""
    here = Nomination.cycle_id == CYCLE, Nomination.candidacy_id.is_not(None)
    revised = select(Nomination.candidacy_id).where(*here, Nomination.stage.in_(WAITS))
    other = aliased(Nomination)
    counting = exists().where(other.candidacy_id == Nomination.candidacy_id, other.stage.in_(COUNTS))
    emptied = select(Nomination.candidacy_id).where(*here, Nomination.stage.in_(ENDED), ~counting)
    return union(revised, emptied).subquery()


def _in_tab(tab: Tab) -> ColumnElement[bool]:
    if tab is Tab.ELIGIBLE:
        return Candidacy.stage.in_(FOUND_ELIGIBLE)
    if tab is Tab.INELIGIBLE:
        return Candidacy.stage.in_(NOT_ELIGIBLE)
    waiting = Candidacy.id.in_(select(_waiting().c[0]))
    return and_(Candidacy.stage == CandidacyStage.INTAKE, waiting if tab is Tab.WAITING else ~waiting)


def _late() -> tuple[ColumnElement[bool], ...]:
    """Return what makes a nomination one that came late, and that the viewer neither wrote nor is named in."""
    alike = or_(Named.name_key == NAMED, func.lower(func.trim(Named.email)) == ADDRESS)
    named = exists().where(Named.nomination_id == Nomination.id, alike)
    return Nomination.cycle_id == CYCLE, Nomination.stage == Stage.LATE, Nomination.nominator_id != VIEWER, ~named


@cache
def _counts() -> Any:  # noqa: ANN401 - a select of (what, of which stage, how many)
    mine = standing_of_viewer()
    live = Candidacy.cycle_id == CYCLE, Candidacy.merged_into_id.is_(None), Candidacy.id.not_in(mine)
    waits = _waiting()
    stages = select(literal("stage"), type_coerce(Candidacy.stage, String), func.count()).where(*live)
    waiting = select(literal("waiting"), literal(""), func.count()).join_from(
        Candidacy, waits, waits.c[0] == Candidacy.id
    )
    sent = select(literal("sent"), literal(""), func.count()).select_from(Nomination)
    late_ones = select(literal("late"), literal(""), func.count()).select_from(Nomination)
    return fixed(
        union_all(
            stages.group_by(Candidacy.stage),
            waiting.where(*live, Candidacy.stage == CandidacyStage.INTAKE),
            sent.where(
                Nomination.cycle_id == CYCLE, Nomination.stage.in_(COUNTS), Nomination.candidacy_id.not_in(mine)
            ),
            late_ones.where(*_late()),
        )
    )


def counts(cycle: Cycle, person: Person | None) -> Counts:
    """Return how many candidacies stand in each tab, how many submissions came, and of how many people: one query."""
    found = {(what, stage): count for what, stage, count in ask(_counts(), _values(cycle, person))}
    stages = {stage: found.get(("stage", stage.value), 0) for stage in CandidacyStage}
    waiting = found["waiting", ""]
    tabs = {
        Tab.LOOK: stages[CandidacyStage.INTAKE] - waiting,
        Tab.ELIGIBLE: sum(stages[stage] for stage in FOUND_ELIGIBLE),
        Tab.WAITING: waiting,
        Tab.INELIGIBLE: sum(stages[stage] for stage in NOT_ELIGIBLE),
        Tab.LATE: found["late", ""],
    }
    return Counts(tabs, found["sent", ""], sum(stages.values()))


@cache
def _candidacies(tab: Tab) -> Select[*tuple[Any, ...]]:
    return fixed(
        select(*(getattr(Candidacy, name) for name in Listed._fields))
        .where(Candidacy.cycle_id == CYCLE, Candidacy.merged_into_id.is_(None), _in_tab(tab))
        .where(Candidacy.id.not_in(standing_of_viewer()))
        .order_by(Candidacy.id.desc())
    )


def candidacies(
    cycle: Cycle, person: Person | None, filters: Filters
) -> tuple[Select[*tuple[Any, ...]], dict[str, Any]]:
    """Return the select of one tab's candidacies (rows of `Listed`), narrowed, the newest first, and the values to run it with."""
    wanted = _candidacies(filters.tab)
    if filters.q:
        wanted = wanted.where(_found(cycle.id, filters.q))
    if filters.language:
        written = exists().where(Nomination.candidacy_id == Candidacy.id, Nomination.language == filters.language)
        wanted = wanted.where(written)
    if filters.school is not None:
        there = exists().where(
            CandidacySchool.candidacy_id == Candidacy.id, CandidacySchool.school_id == filters.school
        )
        wanted = wanted.where(there)
    if filters.rules is not None:
        numbers = [row[0] for row in ask(wanted.with_only_columns(Candidacy.id), _values(cycle, person))]
        wanted = wanted.where(Candidacy.id.in_(with_holds(cycle, numbers, filters.rules)))
    return wanted, _values(cycle, person)


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


@cache
def _held() -> Select[Nomination]:
    return (
        select(Nomination)
        .options(selectinload(Nomination.named), selectinload(Nomination.schools), joinedload(Nomination.sitting))
        .where(*_late())
        .order_by(Nomination.received_at, Nomination.id)
    )


def late(cycle: Cycle, person: Person | None) -> tuple[Select[Nomination], dict[str, Any]]:
    """Return the select of nominations held because they came late, the earliest first, and the values to run it with."""
    return _held(), _values(cycle, person)


def every_late(cycle: Cycle, person: Person | None) -> Sequence[Nomination]:
    """Return all of them, for a file."""
    wanted, values = late(cycle, person)
    return db.session.scalars(wanted, values).unique().all()


def late_by_reference(reference: str) -> Nomination | None:
    """Return a nomination with everything that is to be known of one that came late."""
    wanted = select(Nomination).options(
        selectinload(Nomination.named),
        selectinload(Nomination.schools).joinedload(NominationSchool.school),
        joinedload(Nomination.sitting),
        joinedload(Nomination.nominator),
        joinedload(Nomination.cycle),
        selectinload(Nomination.answers).joinedload(Answer.question, innerjoin=True),
        selectinload(Nomination.snapshots),
    )
    return db.session.scalar(wanted.where(Nomination.reference == reference))


# ---------------------------------------------------------------- the lines of one page


def lines(cycle: Cycle, found: Iterable[Sequence[Any]], person: Person | None) -> list[Line]:
    """Return what each candidacy's line tells: the same number of queries, however many they are."""
    made = {row[0]: Line(Listed(*row)) for row in found}
    if not made:
        return []
    for number, names in places(made).items():
        made[number].schools = names
    for number, one in nominations_of(made):
        made[number].nominations.append(one)
    for _number, why, this, other in matches_of(made, person):
        for own, with_whom in ((this, other), (other, this)):
            if own[0] in made:
                made[own[0]].matches.append((why, Other(*with_whom[1:])))
    for number, said in findings(cycle, made).items():
        made[number].rules = said
    return list(made.values())


def every_line(cycle: Cycle, person: Person | None, filters: Filters) -> list[Line]:
    """Return every line of a tab, narrowed, for a file."""
    return lines(cycle, ask(*candidacies(cycle, person, filters)), person)


@cache
def _nominations_of() -> Any:  # noqa: ANN401 - a select of a From's columns
    later = aliased(Snapshot)
    newest = select(func.max(later.number)).where(later.nomination_id == Nomination.id).scalar_subquery()
    return fixed(
        select(
            Nomination.candidacy_id,
            Nomination.id,
            Nomination.reference,
            Nomination.stage,
            Nomination.relation,
            Nomination.relation_text,
            Nomination.language,
            Nomination.entered,
            Sitting.confirmed_at.is_not(None),
            func.coalesce(Snapshot.words, 0),
            Snapshot.letter_key,
        )
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .outerjoin(Snapshot, and_(Snapshot.nomination_id == Nomination.id, Snapshot.number == newest))
        .where(among(Nomination.candidacy_id, "numbers"))
        .order_by(Nomination.id.desc())
    )


def nominations_of(numbers: Collection[int]) -> list[tuple[int, From]]:
    """Return (candidacy, nomination) for everything these gather, the newest first: one query."""
    found = ask(_nominations_of(), {"numbers": list(numbers)})
    return [(candidacy, From(*facts)) for candidacy, *facts in found]


@cache
def _open_matches() -> Any:  # noqa: ANN401 - a select of a suggestion and both sides
    """Select the open suggestions with both sides, of which the viewer has a conflict with neither."""
    first, second = aliased(Candidacy), aliased(Candidacy)
    both = (
        select(Match, first, second).join(first, first.id == Match.first_id).join(second, second.id == Match.second_id)
    )
    return both.where(*_open()).order_by(Match.id)


def _open() -> tuple[ColumnElement[bool], ...]:
    mine = standing_of_viewer()
    return Match.state == MatchState.OPEN, Match.first_id.not_in(mine), Match.second_id.not_in(mine)


@cache
def _matches_about() -> Any:  # noqa: ANN401 - a select of a suggestion's number and why, and (number, name, reference) of both sides
    first, second = aliased(Candidacy), aliased(Candidacy)
    sides = (column for one in (first, second) for column in (one.id, one.name, one.reference))
    both = (
        select(Match.id, Match.why, *sides)
        .select_from(Match)
        .join(first, first.id == Match.first_id)
        .join(second, second.id == Match.second_id)
    )
    about = or_(among(Match.first_id, "numbers"), among(Match.second_id, "numbers"))
    return fixed(both.where(*_open(), about).order_by(Match.id))


Side: TypeAlias = tuple[int, str, str]  # a candidacy's number, name and reference


def matches_of(numbers: Collection[int], person: Person | None) -> list[tuple[int, list[str], Side, Side]]:
    """Return the open suggestions about any of these: number, why and of whom; with neither has `person` a conflict."""
    values = {"numbers": list(numbers), "viewer": person.id if person else 0}
    return [
        (number, why, (one, name, reference), (other, its_name, its_reference))
        for number, why, one, name, reference, other, its_name, its_reference in ask(_matches_about(), values)
    ]


@cache
def _oldest_match() -> Any:  # noqa: ANN401 - as above
    return _open_matches().where(Match.cycle_id == CYCLE).limit(1)


@cache
def _how_many_matches() -> Select[int]:
    return fixed(select(func.count()).select_from(Match).where(Match.cycle_id == CYCLE, *_open()))


def oldest_match(cycle: Cycle, person: Person | None) -> tuple[Match, Candidacy, Candidacy, int] | None:
    """Return a cycle's oldest open suggestion with both sides, and how many are open: two queries."""
    values = {"cycle": cycle.id, "viewer": person.id if person else 0}
    count = ask_one(_how_many_matches(), values)
    found = db.session.execute(_oldest_match(), values).first() if count else None
    return (*found, count) if found is not None else None


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
    asked = select(Match.cycle_id, func.count()).where(Match.cycle_id.in_(numbers), *_open()).group_by(Match.cycle_id)
    if person is not None:
        held = held.where(Nomination.nominator_id != person.id)
    viewer = {"viewer": person.id if person else 0}
    late_ones, matches = _by_cycle(held.group_by(Nomination.cycle_id)), _by_cycle(asked, viewer)
    return [
        Across(cycle, look.get(cycle.id, 0), late_ones.get(cycle.id, 0), matches.get(cycle.id, 0)) for cycle in mine
    ]


def _by_cycle(wanted: Any, values: dict[str, Any] | None = None) -> dict[int, int]:  # noqa: ANN401 - a select of (cycle, count)
    return dict(db.session.execute(wanted, values).all())


@cache
def _languages() -> Select[str]:
    here = Nomination.cycle_id == CYCLE, Nomination.stage.in_([stage for stage in Stage if stage not in NEVER_SENT])
    return select(Nomination.language).where(*here).distinct()


def languages(cycle: Cycle) -> list[str]:
    """Return the languages that a cycle's nominations are written in."""
    return sorted(code for (code,) in ask(_languages(), {"cycle": cycle.id}))


@cache
def _schools_named() -> Select[int, str]:
    there = (
        select(CandidacySchool.id)
        .join(Candidacy, Candidacy.id == CandidacySchool.candidacy_id)
        .where(CandidacySchool.school_id == School.id, Candidacy.cycle_id == CYCLE, Candidacy.merged_into_id.is_(None))
        .where(Candidacy.id.not_in(standing_of_viewer()))
    )
    return select(School.id, School.name).where(there.exists()).order_by(School.name)


def schools_named(cycle: Cycle, person: Person | None) -> list[tuple[int, str]]:
    """Return the schools of a cycle's candidacies, number and name, by name."""
    values = {"cycle": cycle.id, "viewer": person.id if person else 0}
    return [(number, name) for number, name in ask(_schools_named(), values)]


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


@cache
def _places() -> Select[int, str]:
    wanted = select(CandidacySchool.candidacy_id, School.name).join(School, School.id == CandidacySchool.school_id)
    return wanted.where(among(CandidacySchool.candidacy_id, "numbers")).order_by(School.name)


def places(numbers: Collection[int]) -> dict[int, list[str]]:
    """Return the names of these candidacies' schools."""
    found: dict[int, list[str]] = defaultdict(list)
    for number, name in ask(_places(), {"numbers": list(numbers)}):
        found[number].append(name)
    return found


@cache
def _addresses() -> Any:  # noqa: ANN401 - a select of (candidacy, address)
    wanted = select(Nomination.candidacy_id, Named.email).join(Named, Named.nomination_id == Nomination.id)
    return wanted.where(among(Nomination.candidacy_id, "numbers"), Named.email.is_not(None), Named.email != "")


def addresses(numbers: Collection[int]) -> dict[int, list[str]]:
    """Return the nominees' addresses as nominators typed them, each once."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for number, email in ask(_addresses(), {"numbers": list(numbers)}):
        found[number][email.strip()] = None
    return {number: list(kept) for number, kept in found.items()}
