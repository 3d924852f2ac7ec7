"""Who may read what, who reads what, and what a plan would change."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.errors import N_
from portal.jobs.models import Job, JobState
from portal.nominations.models import Candidacy, CandidacySchool, Conflict, Nomination, Sitting
from portal.nominations.queries.conflicts import standing, surely_wrote, untouched_by_conflict
from portal.nominations.rules import NEVER_SENT, STANDS, Stage
from portal.nominations.translating.models import Translation
from portal.nominations.translating.queries import SNAPSHOT, stands
from portal.nominations.translating.rules import TranslationState
from portal.people.models import Person
from portal.people.rules import fold
from portal.review.models import Assignment, Plan, Review, Round, SpokenName
from portal.review.queries import declarations, rounds
from portal.review.rules.lives import COUNTS, HELD, OWED, SCORING, AssignmentState
from portal.review.rules.scoring import digest, reviewer_code, school_code
from portal.schools.models import Affiliation, School

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal.awards.models import Cycle
    from portal.review.rules import assignment

JOB = "plan who reads what"
ENGLISH = "en"  # what every reader reads
Pair = tuple[int, int]  # candidacy, reviewer

CONFLICT = N_("a conflict")
NOMINATED = N_("nominated in this cycle")
NOT_DECLARED = N_("has not declared conflicts yet")
BEFORE = N_("gave it back before")
LANGUAGE = N_("does not read a language it is written in, nor one it is translated into")
EXPERTISE = N_("does not know what this round asks its readers to know")
DONORS = N_("is close to a donor, and donors may not be half of its readers")
SAME_SCHOOL = N_("somebody of their school reads it already")
SCHOOL_FULL = N_("reads as many of this school as a reader may")
CLOSE_TO_DONORS = "close to donors"  # the group that may give one reader to a candidacy, as a school may
UNFIT = (
    100_000  # what a reader costs who knows nothing of what a candidacy asks for; 0: they do, or nothing is asked for
)
FEWEST = 3  # reads of which one is a minority
BEGUN = frozenset({AssignmentState.IN_PROGRESS, AssignmentState.SUBMITTED})  # a plan never touches these
ENDED = frozenset({AssignmentState.DECLINED, AssignmentState.ABSTAINED, AssignmentState.RECUSED})


@dataclass(slots=True)
class Inputs:
    """Everything a plan is computed from, by number."""

    reads: int
    seed: int
    candidacies: dict[int, SpokenName]
    members: dict[int, Member]  # by person
    capacity: dict[int, int]
    barred: dict[Pair, str] = field(default_factory=dict)
    kept: set[Pair] = field(default_factory=set)
    begun: set[Pair] = field(default_factory=set)
    elsewhere: Counter[int] = field(
        default_factory=Counter
    )  # readings of candidacies that were left out here, by reviewer
    schools: dict[int, str] = field(default_factory=dict)  # of candidacies
    groups: dict[int, str] = field(default_factory=dict)  # of reviewers: of each, one reads a candidacy at most
    per_school: int = 0  # how many candidacies of one school a reviewer reads at most; 0: as many as come
    costs: dict[Pair, int] = field(default_factory=dict)  # of what is not free

    @property
    def eligible(self) -> list[Pair]:
        """The pairs that may be: no conflict, conflicts declared, not given back before."""
        pairs = [(number, person) for number in self.candidacies for person in self.capacity]
        return [pair for pair in pairs if pair not in self.barred]

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it: a plan is applied only while this is the same."""
        return digest(
            {
                "reads": self.reads,
                "seed": self.seed,
                "candidacies": sorted(self.candidacies),
                "capacity": sorted(self.capacity.items()),
                "barred": sorted(self.barred),
                "kept": sorted(self.kept),
                "begun": sorted(self.begun),
                "schools": sorted(self.schools.items()),
                "groups": sorted(self.groups.items()),
                "per_school": self.per_school,
                "costs": sorted((*pair, cost) for pair, cost in self.costs.items()),
            }
        )

    def closed(self, pair: Pair) -> str | None:
        """Say why one more reading may not be, though nothing bars it: who reads already leaves no room for it."""
        number, person = pair
        now = self.kept | self.begun
        group, school = self.groups.get(person), self.schools.get(number)
        if group and any(self.groups.get(other) == group for one, other in now if one == number):
            return DONORS if group == CLOSE_TO_DONORS else SAME_SCHOOL
        if self.per_school and school:
            mine = sum(self.schools.get(one) == school for one, other in now if other == person)
            return SCHOOL_FULL if mine >= self.per_school else None
        return None

    def loads(self) -> Counter[int]:
        """How many each reviewer reads now."""
        return self.elsewhere + Counter(person for _number, person in self.kept | self.begun)

    def reads_of(self) -> Counter[int]:
        """How many read each candidacy now."""
        return Counter(number for number, _person in self.kept | self.begun)


def inputs(round_: Round, among: Collection[int] | None = None) -> Inputs:
    """Return what a plan for this round is computed from now: a handful of queries, however many candidacies.

    With `among`, only these candidacies are looked at; loads still count everything.
    """
    here = rounds.taken(round_)
    if among is not None:
        here = here.where(Candidacy.id.in_(among))
    numbers = set(db.session.scalars(here))
    spoken = select(SpokenName).where(SpokenName.round_id == round_.id, SpokenName.candidacy_id.in_(here))
    names = {name.candidacy_id: name for name in db.session.scalars(spoken) if name.candidacy_id in numbers}
    members = {member.person_id: member for member in sitting(round_)}
    found = Inputs(
        reads=round_.reads,
        seed=round_.seed,
        candidacies=names,
        members=members,
        capacity={person: capped(member.capacity, round_.cap) for person, member in members.items()},
    )
    _bar(found, round_)
    _group(found, round_)
    _match(found, round_)
    _standing(found, round_)
    if among is not None:
        found.elsewhere = loads_of(round_) - Counter(person for _number, person in found.kept | found.begun)
    return found


def capped(offered: int | None, cap: int | None) -> int:
    """Return how many somebody reads at most: what they offered, and never more than the round's cap."""
    return min(offered or 0, cap) if cap is not None else offered or 0


def _reading(round_: Round) -> Select[Assignment]:
    """Select the readings of a round that stand: held, and by nobody whose conflict stands or holds."""
    against = (
        select(Conflict.id)
        .where(
            Conflict.candidacy_id == Assignment.candidacy_id,
            Conflict.person_id == Assignment.reviewer_id,
            Conflict.state.in_(STANDS),
        )
        .exists()
    )
    wanted = select(Assignment).where(Assignment.round_id == round_.id, Assignment.state.in_(HELD), ~against)
    return wanted.where(Assignment.candidacy_id.in_(rounds.taken(round_)))


def loads_of(round_: Round) -> Counter[int]:
    """Return how many readings each reviewer holds in a round: one query."""
    counted = _reading(round_).with_only_columns(Assignment.reviewer_id, func.count()).group_by(Assignment.reviewer_id)
    return Counter(dict(db.session.execute(counted).all()))


def short_of(round_: Round, person: Person) -> int:
    """Return how many reads have no reader yet, in candidacies that this person may know of: one query."""
    held = _reading(round_).with_only_columns(Assignment.candidacy_id, func.count().label("reads"))
    reads = held.group_by(Assignment.candidacy_id).subquery()
    known = untouched_by_conflict(rounds.taken(round_), person).outerjoin(reads, reads.c.candidacy_id == Candidacy.id)
    lacking = round_.reads - func.coalesce(reads.c.reads, 0)
    wanted = known.with_only_columns(func.coalesce(func.sum(case((lacking > 0, lacking), else_=0)), 0))
    return int(db.session.scalar(wanted) or 0)


def listed(round_: Round, person: Person) -> Select[SpokenName]:
    """Select a round's candidacies by their spoken names, those that this person may know of."""
    known = untouched_by_conflict(rounds.taken(round_), person)
    wanted = select(SpokenName).where(SpokenName.round_id == round_.id, SpokenName.candidacy_id.in_(known))
    return wanted.order_by(SpokenName.name)


def _bar(found: Inputs, round_: Round) -> None:
    """Note which pairs may not be, and why: conflicts weigh most."""
    nominators = set(db.session.scalars(nominating(round_.cycle)))
    declared = {member.person_id: said for member, said in declarations.latest(round_.cycle)}
    places = declarations.places_of(round_.cycle, found.candidacies)
    for person in found.members:
        said = declared.get(person)
        listed = declarations.listed_by(said) if said is not None else frozenset()
        for number in found.candidacies:
            if person in nominators:
                found.barred[number, person] = NOMINATED
            elif not declarations.covers(listed, number, places.get(number, frozenset())):
                found.barred[number, person] = NOT_DECLARED
    against = select(Conflict.candidacy_id, Conflict.person_id).where(Conflict.candidacy_id.in_(found.candidacies))
    for number, person in db.session.execute(against.where(Conflict.state.in_(STANDS))):
        if person in found.members:
            found.barred[number, person] = CONFLICT


def _group(found: Inputs, round_: Round) -> None:
    """Note the groups of which one reads a candidacy, and schools: donors stay a minority of readers, as they do of a committee."""
    close = {person for person, member in found.members.items() if member.donor_related}
    if round_.reads < FEWEST:
        for pair in ((number, person) for person in close for number in found.candidacies):
            found.barred.setdefault(pair, DONORS)
    else:
        found.groups |= dict.fromkeys(close, CLOSE_TO_DONORS)
    if round_.one_per_school:
        wanted = select(Affiliation.person_id, func.min(School.name)).join(School, School.id == Affiliation.school_id)
        here = wanted.where(Affiliation.person_id.in_(found.members), Affiliation.until.is_(None))
        for person, school in db.session.execute(here.group_by(Affiliation.person_id)):
            found.groups.setdefault(person, school)
    if round_.per_school:
        found.per_school = round_.per_school
        linked = select(CandidacySchool.candidacy_id, func.min(School.name))
        linked = linked.join(School, School.id == CandidacySchool.school_id)
        linked = linked.where(CandidacySchool.candidacy_id.in_(found.candidacies))
        found.schools = dict(db.session.execute(linked.group_by(CandidacySchool.candidacy_id)).all())


def _match(found: Inputs, round_: Round) -> None:
    """Note what suits whom: the languages a candidacy is written in, and what its readers should know well."""
    reads = {person: {ENGLISH, one.person.language, *(one.languages or ())} for person, one in found.members.items()}
    for number, texts in _languages(found.candidacies).items() if round_.by_language else ():
        for person in found.members:
            if not all(languages & reads[person] for languages in texts):
                found.barred.setdefault((number, person), LANGUAGE)
    knows = {person: {fold(str(field)) for field in one.expertise or ()} for person, one in found.members.items()}
    asked = select(Candidacy.id, Candidacy.expertise).where(Candidacy.id.in_(found.candidacies))
    for number, fields in db.session.execute(asked.where(Candidacy.expertise.is_not(None))):
        wants = {fold(str(one)) for one in fields or ()} - {""}
        for person in found.members:
            if not wants or wants & knows[person]:
                continue
            if round_.needs_expertise:
                found.barred.setdefault((number, person), EXPERTISE)
            else:
                found.costs[number, person] = UNFIT


def _languages(candidacies: Collection[int]) -> dict[int, set[frozenset[str]]]:
    """Return of each of these candidacies, text by text, the languages in which it may be read: two queries.

    A text is a nomination that stands. It may be read as it was written, and in the language of its approved translation.
    """
    gone = {*NEVER_SENT, Stage.REFUSED, Stage.WITHDRAWN, Stage.VOID}
    wanted = select(Nomination.id, Nomination.candidacy_id, Nomination.language)
    wanted = wanted.where(Nomination.candidacy_id.in_(candidacies), Nomination.stage.not_in(gone))
    noticed = (
        select(Translation.nomination_id, Translation.written_in, Translation.language, Translation.state)
        .join(Nomination, Nomination.id == Translation.nomination_id)
        .where(Translation.source_kind == SNAPSHOT, stands(), Nomination.candidacy_id.in_(candidacies))
    )
    known = {number: (written, into, state) for number, written, into, state in db.session.execute(noticed)}
    found: dict[int, set[frozenset[str]]] = defaultdict(set)
    for number, candidacy, language in db.session.execute(wanted):
        written, into, state = known.get(number, (None, "", None))
        translated = {into} if state is TranslationState.APPROVED else set()
        found[candidacy or 0].add(frozenset({written or language, *translated}))
    return found


def _standing(found: Inputs, round_: Round) -> None:
    """Note which pairs stand: begun ones for good, others to be kept where they still may be; given back ones never again."""
    wanted = select(Assignment).where(Assignment.round_id == round_.id)
    for row in db.session.scalars(wanted.where(Assignment.candidacy_id.in_(found.candidacies))):
        pair = (row.candidacy_id, row.reviewer_id)
        why = found.barred.get(pair)
        if row.candidacy_id not in found.candidacies:
            continue
        if row.state in ENDED:
            found.barred.setdefault(pair, BEFORE)
        elif row.state in BEGUN and why != CONFLICT:
            found.begun.add(pair)
            found.capacity.setdefault(row.reviewer_id, 0)
        elif row.state not in BEGUN and row.reviewer_id in found.members and why not in {CONFLICT, NOMINATED}:
            found.kept.add(pair)
            found.barred.pop(pair, None)  # given to them before the list grew: it opens once they declare


def sitting(round_: Round) -> list[Member]:
    """Return the members of a committee who accepted and read in this round, each with their person."""
    wanted = select(Member).options(joinedload(Member.person)).where(Member.cycle_id == round_.cycle_id)
    alone = rounds.readers(round_)
    if alone:
        wanted = wanted.where(Member.id.in_(alone))
    return list(db.session.scalars(wanted.where(Member.state == MemberState.ACCEPTED).order_by(Member.id)))


def nominating(cycle: Cycle) -> Select[int]:
    """Select who surely nominated in a cycle: they may not review in it. An address that somebody typed says nothing."""
    surely = select(Nomination.nominator_id).join(Sitting, Sitting.id == Nomination.sitting_id).where(surely_wrote())
    return surely.where(Nomination.cycle_id == cycle.id, Nomination.stage.not_in({*NEVER_SENT, Stage.REFUSED}))


# ---------------------------------------------------------------- names for the solver


class Labels(NamedTuple):
    """What candidacies and reviewers are called in a plan's sentences, both ways."""

    candidacy: dict[int, str]
    reviewer: dict[int, str]

    def numbers(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return the ways back."""
        return {word: n for n, word in self.candidacy.items()}, {word: n for n, word in self.reviewer.items()}


def labels(found: Inputs) -> Labels:
    """Return names that are each used once: a second person of a name gets a number."""
    people = dict(db.session.execute(select(Person.id, Person).where(Person.id.in_(found.capacity))).all())
    used: Counter[str] = Counter()
    called: dict[int, str] = {}
    for number in sorted(people):
        name = people[number].name
        used[name] += 1
        called[number] = name if used[name] == 1 else f"{name} ({used[name]})"
    return Labels({number: name.name for number, name in found.candidacies.items()}, called)


def solve(found: Inputs, called: Labels, *, seed: int) -> assignment.Plan:
    """Return the best plan: every read that can be filled, few changes to what stands, loads level, reviewers comparable."""
    from portal.review.rules import assignment  # noqa: PLC0415 - heavy, and only a plan needs it

    loads = Counter(person for _number, person in found.begun)
    return assignment.plan(
        candidacies=[
            assignment.Candidacy(called.candidacy[number], school=found.schools.get(number, ""))
            for number in found.candidacies
        ],
        reviewers=[
            assignment.Reader(
                called.reviewer[person], max_load=max(room, loads[person]), school=found.groups.get(person, "")
            )
            for person, room in found.capacity.items()
        ],
        eligible={
            (called.candidacy[number], called.reviewer[person]): found.costs.get((number, person), 0)
            for number, person in found.eligible
        },
        one_per_school=bool(found.groups),
        per_school=found.per_school,
        reads=found.reads,
        seed=seed,
        kept=[(called.candidacy[number], called.reviewer[person]) for number, person in found.kept],
        locked=[(called.candidacy[number], called.reviewer[person]) for number, person in found.begun],
        barred={
            (called.candidacy[number], called.reviewer[person]): why
            for (number, person), why in found.barred.items()
            if person in called.reviewer
        },
        level=1,
        linked=True,
    )


def proof(found: Inputs, called: Labels, solved: assignment.Plan) -> dict[str, Any]:
    """Return a plan with all it came from and the prices that prove it, for whoever checks it later. Nobody is named in it.

    What was barred is listed, and not what was possible: that is most of all pairs.
    """
    c_code = {called.candidacy[number]: name.reference for number, name in found.candidacies.items()}
    r_code = {word: reviewer_code(found.seed, person) for person, word in called.reviewer.items()}
    given: Any = solved.document
    s_code = {word: school_code(found.seed, word) for word in {*found.schools.values(), *found.groups.values()}}
    possible = {(c, r) for c, r, _cost in given["eligible"]}
    document = {
        "candidacies": sorted([c_code[c], reads] for c, reads, _school in given["candidacies"]),
        "reviewers": sorted([r_code[r], low, high] for r, low, high, _school in given["reviewers"]),
        "barred": sorted([c_code[c], r_code[r]] for c in c_code for r in r_code if (c, r) not in possible),
        "kept": sorted([c_code[c], r_code[r]] for c, r in given["kept"]),
        "locked": sorted([c_code[c], r_code[r]] for c, r in given["locked"]),
        "level": given["level"],
        "linked": given["linked"],
        "seed": given["seed"],
    }
    costs = sorted([c_code[c], r_code[r], cost] for c, r, cost in given["eligible"] if cost)
    if costs:
        document["costs"] = costs
    prices: Any = solved.certificate
    caps: dict[str, Any] = {}
    if found.groups or found.per_school:
        document["one_per_school"], document["per_school"] = given["one_per_school"], given["per_school"]
        document["schools"] = sorted(
            [c_code[c], s_code[school]] for c, _reads, school in given["candidacies"] if school
        )
        document["groups"] = sorted([r_code[r], s_code[group]] for r, _low, _high, group in given["reviewers"] if group)
        one, many = prices["one_per_school_prices"], prices["per_school_prices"]
        caps["one_per_school_prices"] = sorted([s_code[s], c_code[c], price] for s, c, price in one)
        caps["per_school_prices"] = sorted([r_code[r], s_code[s], price] for r, s, price in many)
    return {
        "document": document,
        "digest": digest(document),
        "seed": given["seed"],
        "pairs": sorted([c_code[c], r_code[r]] for c, r in solved.pairs),
        "unfilled": sorted([c_code[c], missing] for c, missing in solved.unfilled),
        "certificate": {
            "weights": dict(prices["weights"]),
            "value": prices["value"],
            "bound": prices["bound"],
            "linking_cost": prices["linking_cost"],
            "candidacy_prices": {c_code[c]: price for c, price in sorted(prices["candidacy_prices"].items())},
            "reviewer_prices": {r_code[r]: price for r, price in sorted(prices["reviewer_prices"].items())},
            **caps,
        },
    }


def whole_proof(kept: dict[str, Any]) -> dict[str, Any]:
    """Return a kept proof as `tools/check_certificate.py` reads it: with every pair that was possible, and what it cost."""
    document = kept["document"]
    barred = {(c, r) for c, r in document["barred"]}
    cost = {(c, r): price for c, r, price in document.get("costs", ())}
    school, group = dict(document.get("schools", ())), dict(document.get("groups", ()))
    whole = {
        "candidacies": [[c, reads, school.get(c, "")] for c, reads in document["candidacies"]],
        "reviewers": [[r, low, high, group.get(r, "")] for r, low, high in document["reviewers"]],
        "eligible": [
            [c, r, cost.get((c, r), 0)]
            for c, _reads in document["candidacies"]
            for r, _low, _high in document["reviewers"]
            if (c, r) not in barred
        ],
        "kept": document["kept"],
        "locked": document["locked"],
        "one_per_school": document.get("one_per_school", False),
        "per_school": document.get("per_school", 0),
        "level": document["level"],
        "linked": document["linked"],
        "seed": document["seed"],
    }
    locked = {(c, r) for c, r in document["locked"]}
    return {
        "pairs": kept["pairs"],
        "cost": sum(cost.get((c, r), 0) for c, r in kept["pairs"] if (c, r) not in locked),
        "unfilled": kept["unfilled"],
        "digest": digest(whole),
        "certificate": {"one_per_school_prices": [], "per_school_prices": [], **kept["certificate"]},
        "document": whole,
    }


# ---------------------------------------------------------------- pages


class Replacement(NamedTuple):
    """Somebody who may read one more candidacy, and how many they read of how many they offered."""

    person: Person
    reads: int
    capacity: int


def replacements(found: Inputs, candidacy: int) -> list[Replacement]:
    """Return who may take on one more reading of this candidacy, the least busy first."""
    loads = found.loads()
    free = []
    for person, member in found.members.items():
        pair = (candidacy, person)
        room = found.capacity[person] - loads[person]
        held = pair in found.kept or pair in found.begun
        if room > 0 and pair not in found.barred and not held and found.closed(pair) is None:
            free.append(Replacement(member.person, loads[person], found.capacity[person]))
    return sorted(free, key=lambda one: (one.reads, one.person.sort_name, one.person.id))


class Row(NamedTuple):
    """One reading on the assignments page."""

    assignment: Assignment
    submitted: bool
    held: bool  # since a conflict was suggested: until somebody decides, its reader does not find it


def readings(round_: Round, among: Collection[int] | None = None) -> dict[int, list[Row]]:
    """Return every reading of a round (or of some candidacies in it) by candidacy, each with its reviewer: one query."""
    raised = select(Conflict.id).where(
        Conflict.candidacy_id == Assignment.candidacy_id,
        Conflict.person_id == Assignment.reviewer_id,
        Conflict.state.in_(STANDS),
    )
    wanted = (
        select(Assignment, Review.state, Assignment.state.in_(HELD) & raised.exists())
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .options(joinedload(Assignment.reviewer))
        .where(Assignment.round_id == round_.id)
        .order_by(Assignment.id)
    )
    if among is not None:
        wanted = wanted.where(Assignment.candidacy_id.in_(among))
    found: dict[int, list[Row]] = defaultdict(list)
    for assignment, state, held in db.session.execute(wanted):
        found[assignment.candidacy_id].append(Row(assignment, state in COUNTS, bool(held)))
    return found


def pair(round_: Round, candidacy: int, person: int) -> Assignment | None:
    """Return one reviewer's reading of one candidacy in a round, whatever became of it."""
    wanted = select(Assignment).where(Assignment.round_id == round_.id, Assignment.candidacy_id == candidacy)
    return db.session.scalar(wanted.options(joinedload(Assignment.round)).where(Assignment.reviewer_id == person))


def plan_at(review: rounds.InReview | None, number: int) -> Plan | None:
    """Return a plan of this round by its number."""
    if review is None or review.round is None:
        return None
    return db.session.scalar(select(Plan).where(Plan.id == number, Plan.round_id == review.round.id))


def last_plan(round_: Round) -> Plan | None:
    """Return the newest plan that waits to be applied: none once a later one was."""
    newest = db.session.scalar(select(Plan).where(Plan.round_id == round_.id).order_by(Plan.id.desc()).limit(1))
    return newest if newest is not None and newest.applied_at is None else None


def planned_by(round_: Round) -> str:
    """Return how the keys of the worker's tasks begin that plan a round."""
    return f"plan:{round_.id}:"


def being_planned(round_: Round) -> Job | None:
    """Return the worker's task that plans a round, while it is not done."""
    wanted = select(Job).where(Job.kind == JOB, Job.key.startswith(planned_by(round_)))
    return db.session.scalar(wanted.where(Job.state.in_([JobState.WAITING, JobState.RUNNING])).limit(1))


def held(round_: Round, person: Person) -> int:
    """Return how many readings somebody holds in a round."""
    wanted = select(func.count()).select_from(Assignment)
    wanted = wanted.where(Assignment.round_id == round_.id, Assignment.reviewer_id == person.id)
    return db.session.scalar(wanted.where(Assignment.state.in_(HELD))) or 0


def submitted(round_: Round) -> Counter[int]:
    """Return how many readings each reviewer has submitted in a round."""
    wanted = select(Assignment.reviewer_id, func.count()).where(Assignment.round_id == round_.id)
    wanted = wanted.where(Assignment.state == AssignmentState.SUBMITTED).group_by(Assignment.reviewer_id)
    return Counter(dict(db.session.execute(wanted).all()))


def owing(round_: Round) -> int:
    """Return how many people still owe a reading that they can open, in a round that takes scores."""
    if round_.state not in SCORING:
        return 0
    wanted = select(func.count(Assignment.reviewer_id.distinct())).where(Assignment.round_id == round_.id)
    return db.session.scalar(wanted.where(Assignment.state.in_(OWED))) or 0


def kept_from(person: Person, found: Inputs) -> set[int]:
    """Return which of these candidacies somebody must not know anything of."""
    return set(db.session.scalars(standing(person).where(Conflict.candidacy_id.in_(found.candidacies))))


def called(found: Inputs) -> dict[int, str]:
    """Return the names of the people behind these candidacies: for those who may know."""
    wanted = select(Candidacy.id, Candidacy.name).where(Candidacy.id.in_(found.candidacies))
    return dict(db.session.execute(wanted).all())
