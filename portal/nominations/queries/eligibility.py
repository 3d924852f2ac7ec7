"""What is known of candidacies for the rules of eligibility to judge: the same number of queries for one and for a thousand.

The district's roster is matched and never listed: a line is surely somebody's where name and school agree, or name and address; one
that only may be theirs is named as a question, and decides nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from portal.awards import queries as awards
from portal.awards.models import Award, Member, PastHonour
from portal.awards.rules import MemberState
from portal.db import among, ask, db, fixed
from portal.funds.models import FundDonor
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Conflict,
    Kind,
    Named,
    Nomination,
    Relation,
    Ruling,
    Snapshot,
)
from portal.nominations.queries.matching import NAMED_SO
from portal.nominations.rules import COUNTS, STANDS, ConflictState
from portal.nominations.rules import eligibility as rules
from portal.nominations.rules.eligibility import Facts, Holds, Honoured, Listed, Place, Rule, Someone, Tie, Verdict
from portal.nominations.rules.matching import Name, likeness
from portal.people.models import Person, named
from portal.people.rules import address_key, fold, name_key
from portal.schools.models import Roster, RosterLine, School

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from portal.awards.models import Cycle


class Reported(NamedTuple):
    """What a school reported, as far as rules ask."""

    name: str
    low_grade: str | None
    high_grade: str | None
    title_i: bool | None
    students: int | None
    free_lunch: int | None
    reduced_lunch: int | None


class Matched(NamedTuple):
    """The roster that is matched now."""

    id: int
    of: date


class Near(NamedTuple):
    """Somebody who judges or gives."""

    id: int
    given_name: str
    family_name: str
    sort_name: str
    email: str | None
    email_key: str | None

    @property
    def name(self) -> str:
        """The name as it is written."""
        return named(self.given_name, self.family_name, self.email)


class Ruled(NamedTuple):
    """What was found of a conflict."""

    kind: Kind
    state: ConflictState
    fact: str


AT_ONCE = 2_000  # candidacies looked at in one go
ALIKE = frozenset({"accent", "nickname", "order", "longer", "spelled", "initial"})


class Before(NamedTuple):
    """An honour of an earlier year that was announced: whose, which award's and where."""

    award_id: int
    award: dict[str, str]
    year: int
    name_key: str
    person_id: int | None
    schools: frozenset[int]


# Higher rooms tell what was decided and announced in earlier cycles (name keys, persons' numbers): see portal/listeners.py.
announced_before: list[Callable[[Collection[str], Collection[int]], Iterable[Before]]] = []


@dataclass
class Finding:
    """What the rules say of one candidacy, and what persons decided whatever they say."""

    verdicts: list[Verdict] = field(default_factory=list)
    rulings: dict[Rule, Ruling] = field(default_factory=dict)

    def holds(self, verdict: Verdict) -> Holds:
        """Return whether a rule is met, a person's word first."""
        ruling = self.rulings.get(verdict.rule)
        if ruling is None:
            return verdict.holds
        return Holds.MET if ruling.holds else Holds.NOT_MET

    @property
    def overall(self) -> Holds | None:
        """What it comes to; None where no rule is set."""
        if not self.rulings:
            return rules.overall(self.verdicts)
        return rules.overall(verdict._replace(holds=self.holds(verdict)) for verdict in self.verdicts)

    def of(self, holds: Holds) -> list[Verdict]:
        """The verdicts that come to this."""
        return [verdict for verdict in self.verdicts if self.holds(verdict) is holds]


def last_day(cycle: Cycle) -> date:
    """Return nominating's last day, as clocks show it where the organisation is."""
    return cycle.closes_at.astimezone(ZoneInfo(awards.zone())).date()


def findings(cycle: Cycle, numbers: Collection[int]) -> dict[int, Finding]:
    """Return what the rules of a cycle say of these candidacies of it. None is asked for where no rule is set."""
    held = rules.tidy(cycle.eligibility)
    found = {number: Finding() for number in numbers}
    if not held or not found:
        return found
    on, wanted = last_day(cycle), list(found)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        for number, facts in _Gathering(cycle, held, some).facts().items():
            found[number].verdicts = rules.judged(held, facts, year=cycle.year, on=on)
        for ruling in db.session.scalars(_RULED, {"numbers": some}):
            found[ruling.candidacy_id].rulings[ruling.rule] = ruling
    return found


# Asked of every page of a list: put together once.
_RULED = select(Ruling).options(joinedload(Ruling.ruled_by)).where(among(Ruling.candidacy_id, "numbers"))
_ROLES = select(Candidacy.id, Candidacy.role).where(among(Candidacy.id, "numbers"))
_ROSTER = fixed(select(Roster.id, Roster.of, Roster.removed_at).order_by(Roster.id.desc()).limit(1))
_PEOPLE = (
    select(
        CandidacyPerson.candidacy_id,
        Person.id,
        Person.given_name,
        Person.family_name,
        Person.sort_name,
        Person.email_key,
    )
    .join(Person, Person.id == CandidacyPerson.person_id)
    .where(among(CandidacyPerson.candidacy_id, "numbers"))
    .order_by(CandidacyPerson.position)
)
_TYPED = fixed(
    select(Nomination.candidacy_id, Named.name_key, Named.email)
    .join(Named, Named.nomination_id == Nomination.id)
    .where(among(Nomination.candidacy_id, "numbers"), Nomination.stage.in_(NAMED_SO))
    .distinct()
)
_SCHOOLS = (
    select(CandidacySchool.candidacy_id, School.id, *(getattr(School, name) for name in Reported._fields))
    .join(School, School.id == CandidacySchool.school_id)
    .where(among(CandidacySchool.candidacy_id, "numbers"))
    .order_by(School.name)
)
_NOMINATORS = (  # their stage is looked at here: by it the database would go through everything that counts
    select(Nomination.candidacy_id, Nomination.stage, Nomination.relation, Person.sort_name)
    .join(Person, Person.id == Nomination.nominator_id)
    .where(among(Nomination.candidacy_id, "numbers"))
    .order_by(Nomination.id)
)
_HONOURS = (
    select(PastHonour.award_id, Award.name, PastHonour.year, PastHonour.name_key, PastHonour.school_id)
    .join(Award, Award.id == PastHonour.award_id)
    .where(
        PastHonour.name_key.in_(bindparam("keys", expanding=True)),
        PastHonour.year >= bindparam("since"),
        PastHonour.year < bindparam("year"),
    )
)
_ABOUT = select(*(getattr(Person, name) for name in Near._fields))
_MEMBERS = fixed(
    _ABOUT.join(Member, Member.person_id == Person.id)
    .where(Member.cycle_id == bindparam("cycle"), Member.state.in_({MemberState.INVITED, MemberState.ACCEPTED}))
    .order_by(Member.id)
)
_DONORS = (
    _ABOUT.join(FundDonor, FundDonor.person_id == Person.id)
    .where(FundDonor.fund_id == bindparam("fund"))
    .order_by(FundDonor.id)
)
_DECIDED = fixed(
    select(Conflict.candidacy_id, Conflict.person_id, Conflict.kind, Conflict.state, Conflict.fact).where(
        among(Conflict.candidacy_id, "numbers"),
        Conflict.kind.in_((Kind.SAME_NAME, Kind.IS_NOMINEE, Kind.DECLARED)),
        among(Conflict.person_id, "persons"),
    )
)
_newest = (
    select(func.max(Snapshot.number)).where(Snapshot.nomination_id == Nomination.id).correlate(Nomination)
).scalar_subquery()
_ANSWERS = fixed(
    select(Nomination.candidacy_id, Snapshot.facts)
    .join(Snapshot, and_(Snapshot.nomination_id == Nomination.id, Snapshot.number == _newest))
    .where(among(Nomination.candidacy_id, "numbers"), Nomination.stage.in_(COUNTS))
    .order_by(Nomination.id)
)


def finding(candidacy: Candidacy, cycle: Cycle) -> Finding:
    """Return what the rules say of one."""
    return findings(cycle, [candidacy.id])[candidacy.id]


def with_holds(cycle: Cycle, numbers: Collection[int], holds: Holds) -> list[int]:
    """Return those of these candidacies that come to this."""
    return [number for number, found in findings(cycle, numbers).items() if found.overall is holds]


def rulings_of(candidacy_id: int) -> dict[Rule, Ruling]:
    """Return what persons decided on one candidacy's rules."""
    return {one.rule: one for one in db.session.scalars(select(Ruling).where(Ruling.candidacy_id == candidacy_id))}


def roster() -> Roster | None:
    """Return the roster that is matched now: the newest, unless it was taken away."""
    newest = db.session.scalar(
        select(Roster).options(joinedload(Roster.brought_by)).order_by(Roster.id.desc()).limit(1)
    )
    return newest if newest is not None and newest.removed_at is None else None


def _matched_now() -> Matched | None:
    for number, of, removed_at in ask(_ROSTER):
        return Matched(number, of) if removed_at is None else None
    return None


def rosters(most: int = 10) -> list[Roster]:
    """Return the latest rosters brought in, lines or none."""
    wanted = select(Roster).options(joinedload(Roster.brought_by)).order_by(Roster.id.desc()).limit(most)
    return list(db.session.scalars(wanted))


class _Gathering:
    """Everything that the rules set need to know of some candidacies of one cycle."""

    def __init__(self, cycle: Cycle, held: Mapping[str, Any], numbers: list[int]) -> None:
        self.cycle, self.held, self.numbers = cycle, held, numbers
        self.them = {"numbers": numbers}
        self.people: dict[int, list[tuple[int, str, str, str, str | None]]] = defaultdict(list)
        self.typed: dict[int, set[str]] = defaultdict(set)  # candidacy -> name keys that nominators typed
        self.addresses: dict[int, set[str]] = defaultdict(set)
        self.schools: dict[int, dict[int, Place]] = defaultdict(dict)
        self._who()
        self._where()

    def asks(self, *wanted: Rule) -> bool:
        """Whether any of these rules is set."""
        return any(rule.value in self.held for rule in wanted)

    def facts(self) -> dict[int, Facts]:
        """Return them, by candidacy."""
        roles = dict(tuple(row) for row in ask(_ROLES, self.them))
        needs_roster = (Rule.ROLE, Rule.SCHOOL_YEARS, Rule.DISTRICT_YEARS, Rule.TAUGHT, Rule.GRADE)
        of = _matched_now() if self.asks(*needs_roster) else None
        listed = self._listed(of) if of is not None else {}
        honours = self._honours() if self.asks(Rule.REPEAT) else {}
        ties = self._ties() if self.asks(Rule.FAMILIES) else {}
        nominators = self._nominators() if self.asks(Rule.NOMINATOR) else {}
        answers = self._answers()
        return {
            number: Facts(
                people=tuple(
                    Someone(
                        name=f"{given} {family}".strip(),
                        listed=listed.get((number, person), (None, ""))[0],
                        perhaps=listed.get((number, person), (None, ""))[1],
                        honours=tuple(honours.get((number, person), ())),
                        ties=tuple(ties.get((number, person), ())),
                    )
                    for person, given, family, _key, _address in self.people[number]
                ),
                role=roles.get(number) or "",
                places=tuple(self.schools[number].values()),
                nominators=tuple(nominators.get(number, ())),
                answers=answers.get(number, {}),
                roster_of=of.of if of is not None else None,
            )
            for number in self.numbers
        }

    def _who(self) -> None:
        for candidacy, *person in ask(_PEOPLE, self.them):
            self.people[candidacy].append(tuple(person))
        for holder, key, email in ask(_TYPED, self.them):
            self.typed[holder or 0].add(key)
            self.addresses[holder or 0] |= {address_key(email) or ""} - {""}

    def _where(self) -> None:
        for candidacy, school, *reported in ask(_SCHOOLS, self.them):
            self.schools[candidacy][school] = place_of(Reported(*reported))

    def _keys(self, number: int, key: str) -> set[str]:
        """Return the name keys of one person of a candidacy: their own, and as nominators typed it where it can only be theirs."""
        return {key, *(self.typed[number] if len(self.people[number]) == 1 else ())} - {""}

    def _listed(self, of: Matched) -> dict[tuple[int, int], tuple[Listed | None, str]]:
        """Return the roster's line of each person, or the name of one that may be theirs."""
        keys: set[str] = set()
        families: set[str] = set()
        addresses: set[str] = set()
        there = {school for number in self.numbers for school in self.schools[number]}
        for number in self.numbers:
            for _person, _given, family, key, address in self.people[number]:
                keys |= self._keys(number, key)
                families |= {fold(family)} - {""}
                addresses |= {address or ""} - {""}
            addresses |= self.addresses[number]
        near = and_(RosterLine.school_id.in_(there), RosterLine.family_key.in_(families))
        wanted = (
            select(RosterLine, School.name)
            .outerjoin(School, School.id == RosterLine.school_id)
            .where(RosterLine.roster_id == of.id)
            .where(or_(RosterLine.name_key.in_(keys), RosterLine.email_key.in_(addresses), near))
        )
        lines = [(line, name or line.school_name) for line, name in db.session.execute(wanted)]
        by_key, by_family, by_address = defaultdict(list), defaultdict(list), defaultdict(list)
        for line, place in lines:
            by_key[line.name_key].append((line, place))
            by_family[line.family_key].append((line, place))
            if line.email_key:
                by_address[line.email_key].append((line, place))
        found = {}
        for number in self.numbers:
            for person, given, family, key, address in self.people[number]:
                own = [pair for name in sorted(self._keys(number, key)) for pair in by_key[name]]
                known = {address or "", *(self.addresses[number] if len(self.people[number]) == 1 else ())} - {""}
                near_ones = [*by_family[fold(family)], *(pair for one in sorted(known) for pair in by_address[one])]
                found[number, person] = self._line_of(number, Name(given, family), own, near_ones, known)
        return found

    def _line_of(
        self,
        number: int,
        name: Name,
        own: list[tuple[RosterLine, str]],
        near: list[tuple[RosterLine, str]],
        known: set[str],
    ) -> tuple[Listed | None, str]:
        schools = self.schools[number].keys()
        sure = {
            line.id: (line, place)
            for line, place in own
            if (line.school_id in schools if schools else False) or (line.email_key and line.email_key in known)
        }
        if len(sure) == 1:
            line, place = next(iter(sure.values()))
            return (
                Listed(line.role, place, line.school_since, line.district_since, line.low, line.high, line.grade),
                "",
            )
        likely = [
            line
            for line, _place in [*own, *near]
            if line.school_id in schools
            or (line.email_key and line.email_key in known)
            or line.name_key == name_key(*name)
        ]
        for line in likely:
            other = Name(line.given_name, line.family_name)
            how = set(likeness(name, other))
            if how & ALIKE or "same" in how or (line.email_key and line.email_key in known):
                return None, f"{line.given_name} {line.family_name}".strip()
        return None, ""

    def _nominators(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for holder, stage, relation, name in ask(_NOMINATORS, self.them):
            if stage not in COUNTS:
                continue
            number = holder or 0
            own = {key for _person, _given, _family, key, _address in self.people[number]} - {""}
            themself = bool(name) and name in own
            found[number].append(Relation.SELF.value if themself else relation.value if relation else "")
        return found

    def _honours(self) -> dict[tuple[int, int], list[Honoured]]:
        years = self.held[Rule.REPEAT.value]["years"]
        keys = {
            key
            for number in self.numbers
            for _person, _given, _family, own, _address in self.people[number]
            for key in self._keys(number, own)
        }
        persons = {person for number in self.numbers for person, *_rest in self.people[number]}
        since = self.cycle.year - years
        kept = ask(_HONOURS, {"keys": list(keys), "since": since, "year": self.cycle.year})
        known = [
            Before(award, name, year, key or "", None, frozenset({school} if school else ()))
            for award, name, year, key, school in kept
        ]
        for tell in announced_before:
            known += [one for one in tell(keys, persons) if since <= one.year < self.cycle.year]
        by_key: dict[str, list[Before]] = defaultdict(list)
        by_person: dict[int, list[Before]] = defaultdict(list)
        for one in known:
            by_key[one.name_key].append(one)
            if one.person_id is not None:
                by_person[one.person_id].append(one)
        found: dict[tuple[int, int], list[Honoured]] = {}
        for number in self.numbers:
            for person, _given, _family, own, _address in self.people[number]:
                named = [one for key in sorted(self._keys(number, own)) for one in by_key[key]]
                theirs = [
                    *by_person[person],
                    *(one for one in named if one.person_id is None or one.person_id != person),
                ]
                found[number, person] = [
                    Honoured(
                        one.year,
                        one.award,
                        one.award_id == self.cycle.award_id,
                        one.person_id == person or bool(one.schools & self.schools[number].keys()),
                    )
                    for one in theirs
                ]
        return found

    def _ties(self) -> dict[tuple[int, int], list[Tie]]:
        members = [Near(*row) for row in ask(_MEMBERS, {"cycle": self.cycle.id})]
        donors = [Near(*row) for row in ask(_DONORS, {"fund": self.cycle.fund_id})]
        decided: dict[tuple[int, int], list[Ruled]] = defaultdict(list)
        asked = {**self.them, "persons": [member.id for member in members]}
        for candidacy, person, kind, state, fact in ask(_DECIDED, asked):
            decided[candidacy, person].append(Ruled(kind, state, fact))
        found: dict[tuple[int, int], list[Tie]] = defaultdict(list)
        for number in self.numbers:
            for person, _given, family, key, address in self.people[number]:
                for gives, others in ((False, members), (True, donors)):
                    for other in others:
                        tie = _tie((person, fold(family), key, address), other, decided[number, other.id], gives=gives)
                        if tie is not None:
                            found[number, person].append(tie)
        return found

    def _answers(self) -> dict[int, dict[str, str]]:
        """Return what was answered to the questions that rules name, from the newest snapshots that count."""
        keys = {
            self.held[rule.value]["question"]
            for rule in (Rule.GRADE, Rule.AGE)
            if self.held.get(rule.value, {}).get("question")
        }
        if not keys:
            return {}
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for holder, text in ask(_ANSWERS, self.them):
            said = json.loads(text).get("answers", {})
            for key in keys:
                words = (said.get(key) or {}).get("text", "").strip()
                if words:
                    found[holder or 0][key] = words
        return found


def place_of(school: School | Reported) -> Place:
    """Return a school as the rules know it. What was not reported stays unknown."""
    share = None
    if school.students and school.free_lunch is not None and school.reduced_lunch is not None:
        share = 100 * (school.free_lunch + school.reduced_lunch) / school.students
    return Place(school.name, rules.grade(school.low_grade), rules.grade(school.high_grade), school.title_i, share)


def _tie(nominee: tuple[int, str, str, str | None], other: Near, decided: list[Ruled], *, gives: bool) -> Tie | None:
    """Return what may tie a nominee to somebody who judges or gives. What a person dismissed ties nobody."""
    person, family, key, address = nominee
    state = {conflict.kind: conflict.state for conflict in decided}
    if other.id == person or state.get(Kind.IS_NOMINEE) is ConflictState.CONFIRMED:
        return Tie(other.name, gives, "same person")
    if state.get(Kind.SAME_NAME) in {ConflictState.CONFIRMED, ConflictState.WAIVED}:
        return Tie(other.name, gives, "conflict")
    alike = (bool(key) and key == other.sort_name) or (bool(address) and address == other.email_key)
    if alike and state.get(Kind.IS_NOMINEE) is not ConflictState.DISMISSED:
        return Tie(other.name, gives, "same name")
    said = next((one for one in decided if one.kind is Kind.DECLARED and one.state in STANDS), None)
    if said is not None and not gives:
        return Tie(other.name, gives, "said", said.fact)
    shares = (
        bool(family) and family == fold(other.family_name) and state.get(Kind.SAME_NAME) is not ConflictState.DISMISSED
    )
    return Tie(other.name, gives, "family name") if shares else None
