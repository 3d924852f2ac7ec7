"""What is decided of a cycle, and what still waits, as far as whoever looks may know.

A candidacy they have a conflict with is nowhere here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts import queries as accounts
from portal.accounts.models import Role
from portal.awards.models import Award, Cycle, Season
from portal.db import ask, db, fixed
from portal.decisions.models import Decision, Selection
from portal.decisions.rules import choosing
from portal.decisions.rules.choosing import Ranked, Suggested
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.funds import queries as funds
from portal.funds.models import Fund
from portal.history import queries as record
from portal.history.models import Event
from portal.nominations.models import Candidacy, CandidacyPerson, CandidacySchool
from portal.nominations.queries.conflicts import standing, untouched_by_conflict
from portal.nominations.queries.eligibility import Before
from portal.nominations.queries.facts import conflict_facts
from portal.nominations.rules import CandidacyStage
from portal.people.models import Person
from portal.policy import Fact
from portal.review.models import Round, SpokenName, Standing
from portal.review.queries import facts as review_facts
from portal.review.queries import meeting as meetings
from portal.review.queries import rounds
from portal.review.queries.rounds import InReview
from portal.review.queries.standings import is_calibrated
from portal.review.rules import selecting
from portal.review.rules.scoring import TIMES
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.engine import Row


DECIDABLE = frozenset(
    {CandidacyStage.IN_REVIEW, CandidacyStage.SHORTLISTED, CandidacyStage.NOT_ADVANCED, CandidacyStage.DECIDED}
)
AWAITING = Decision.state == DecisionState.PROPOSED
SETTLED = frozenset({DecisionState.APPROVED, DecisionState.RELEASED, DecisionState.CORRECTED})


@dataclass(frozen=True, slots=True)
class Deciding:
    """One cycle while it is decided: what the pages of the whole cycle are about."""

    review: InReview

    @property
    def cycle(self) -> Cycle:
        """The cycle."""
        return self.review.cycle

    @property
    def round(self) -> Round | None:
        """Its newest round."""
        return self.review.round


@dataclass(frozen=True, slots=True)
class Line:
    """One candidacy as a list of decisions shows it: by name, or as it is called aloud where names are covered."""

    candidacy: Candidacy
    standing: Standing | None
    decision: Decision | None
    handle: str  # its part of the address: the candidacy's reference, or the round's own where names are covered
    name: str
    place: str  # school or office; empty where names are covered
    order: str | None = (
        None  # what the standings go by: "adjusted" or "raw" scores once they are calibrated, before it the mean
    )

    @property
    def rank(self) -> int | None:
        """The rank in the order shown."""
        if self.standing is None:
            return None
        return self.standing.calibrated_rank if self.order is not None else self.standing.rank

    @property
    def tied(self) -> bool:
        """Whether others share that rank."""
        if self.standing is None:
            return False
        known = self.standing.facts.get("calibrated") if self.order is not None else None
        return bool(known["tied"]) if known else self.standing.tied

    @property
    def mean(self) -> float | None:
        """The mean of counted reviews, on the rubric's levels, as the standings and the meeting say it."""
        if self.standing is None or self.standing.mean is None:
            return None
        return self.standing.mean / TIMES

    @property
    def score(self) -> float | None:
        """The score that the order goes by, on the rubric's levels: adjusted where scores are, else the mean."""
        if self.standing is None or self.order != "adjusted":
            return self.mean
        adjusted: float | None = (self.standing.facts.get("calibrated") or {}).get("adjusted")
        return adjusted


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a cycle is decided, counting only what whoever looks may know."""

    counts: Mapping[Outcome | None, int]  # by outcome; None: not decided yet
    awaiting: int  # proposed, and not approved yet
    awaiting_others: int  # of these, proposed by somebody else
    sum_cents: int
    fund: Fund | None
    fund_cents: int  # what the fund's cycles of the season give together, as decided so far
    budget_cents: int  # what the fund gives that year

    @property
    def selected(self) -> int:
        """How many are selected."""
        return self.counts.get(Outcome.SELECTED, 0)

    @property
    def open(self) -> int:
        """How many have no decision."""
        return self.counts.get(None, 0)

    @property
    def all(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


# ---------------------------------------------------------------- the things, and what holds of them


def deciding(slug: str, year: int) -> Deciding | None:
    """Return the cycle at this address, while it is decided."""
    review = rounds.in_review(slug, year)
    return Deciding(review) if review is not None else None


@dataclass(frozen=True, slots=True)
class Decided:
    """One candidacy of a cycle, and its decision if there is one."""

    deciding: Deciding
    line: Line


def decided(slug: str, year: int, reference: str) -> Decided | None:
    """Return a candidacy by what whoever looks calls it: its own reference, or the round's where names are covered."""
    found = deciding(slug, year)
    if found is None:
        return None
    person = viewer.current()
    named = sees_names(person, found)
    meant = Candidacy.reference == reference if named else SpokenName.reference == reference
    row = db.session.execute(_lines(found).where(meant)).first()
    return Decided(found, _line(row, named=named, order=order_of(found))) if row is not None else None


def on_agenda(slug: str, year: int, reference: str) -> Decided | None:
    """Return a candidacy as `decided` does, where the meeting of its round has it on the agenda."""
    found = decided(slug, year, reference)
    if found is None or found.deciding.round is None:
        return None
    running = meetings.of(found.deciding.round)
    return found if running is not None and meetings.item(running, found.line.candidacy.id) is not None else None


def facts_of_deciding(person: Person | None, thing: Deciding) -> frozenset[Fact]:
    """Return what holds of this person and a cycle being decided: they proposed it, where nothing waits that somebody else proposed."""
    facts = set(review_facts.facts_of_in_review(person, thing.review))
    if person is not None:
        proposers = set(
            db.session.scalars(
                select(Decision.proposed_by_id).where(Decision.cycle_id == thing.cycle.id, AWAITING).distinct()
            )
        )
        if proposers == {person.id}:
            facts.add(Fact.PROPOSED_IT)
    return frozenset(facts)


def facts_of_decided(person: Person | None, thing: Decided) -> frozenset[Fact]:
    """Return what holds of this person and one candidacy's decision; a conflict of theirs is one of the facts."""
    facts = set(review_facts.facts_of_in_review(person, thing.deciding.review))
    facts |= conflict_facts(person, thing.line.candidacy.id)
    if thing.deciding.round is not None:
        known = review_facts.unasked(person, thing.deciding.round, thing.line.candidacy.id, frozenset(facts))
        facts = set(known)
    decision = thing.line.decision
    if person is not None and decision is not None and decision.proposed_by_id == person.id:
        facts.add(Fact.PROPOSED_IT)
    return frozenset(facts)


def sees_names(person: Person | None, thing: Deciding) -> bool:
    """Say whether this person sees who candidacies are: whoever approves must, and otherwise as the round says."""
    if review_facts.sees_names(person, thing.review):
        return True
    scores = thing.round is not None and rounds.scores_in(thing.round, person)
    return not scores and Fact.PUBLISHER_OF_IT in review_facts.facts_of_in_review(person, thing.review)


# ---------------------------------------------------------------- lists


def _decidable(cycle: Cycle) -> ColumnElement[bool]:
    """Return the condition that a candidacy is one to be decided, or was."""
    known = or_(Candidacy.stage.in_(DECIDABLE), Decision.id.is_not(None))
    return and_(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None), known)


def _lines(thing: Deciding) -> Select[Candidacy, Standing, Decision, SpokenName]:
    number = thing.round.id if thing.round is not None else 0
    return (
        select(Candidacy, Standing, Decision, SpokenName)
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .outerjoin(Standing, and_(Standing.candidacy_id == Candidacy.id, Standing.round_id == number))
        .outerjoin(SpokenName, and_(SpokenName.candidacy_id == Candidacy.id, SpokenName.round_id == number))
        .options(selectinload(Candidacy.schools))
        .where(_decidable(thing.cycle))
    )


def order_of(thing: Deciding) -> str | None:
    """Return what a cycle's standings go by: "adjusted" or "raw" scores once they are calibrated, before it nothing but the mean."""
    if thing.round is None or not is_calibrated(thing.round):
        return None
    return str((thing.round.calibration or {})["order"])


def _line(row: Row[Candidacy, Standing, Decision, SpokenName], *, named: bool, order: str | None = None) -> Line:
    candidacy, figures_of, decision, spoken = row
    if named:
        places = ", ".join(link.school.name for link in candidacy.schools) or candidacy.place_text or ""
        return Line(candidacy, figures_of, decision, candidacy.reference, candidacy.name, places, order)
    return Line(candidacy, figures_of, decision, spoken.reference, spoken.name, "", order)


SHOWS: Mapping[str, ColumnElement[bool]] = {
    "selected": Decision.outcome == Outcome.SELECTED,
    "alternate": Decision.outcome == Outcome.ALTERNATE,
    "finalist": Decision.outcome == Outcome.FINALIST,
    "not": Decision.outcome == Outcome.NOT_SELECTED,
    "open": Decision.id.is_(None),
}


def lines(
    thing: Deciding, person: Person | None, *, show: str = ""
) -> Select[Candidacy, Standing, Decision, SpokenName]:
    """Select a cycle's candidacies in the order of standing, narrowed to what this person may know and to one outcome."""
    wanted = untouched_by_conflict(_lines(thing), person)
    if not sees_names(person, thing):
        wanted = wanted.where(SpokenName.id.is_not(None))
    if show in SHOWS:
        wanted = wanted.where(SHOWS[show])
    if show == "alternate":
        return wanted.order_by(Decision.alternate)
    calibrated = thing.round is not None and is_calibrated(thing.round)
    rank = Standing.calibrated_rank if calibrated else Standing.rank
    return wanted.order_by(rank.is_(None), rank, Candidacy.id)


def drawn(
    rows: Sequence[Row[Candidacy, Standing, Decision, SpokenName]], *, named: bool, order: str | None
) -> list[Line]:
    """Return rows as lines."""
    return [_line(row, named=named, order=order) for row in rows]


def chosen(thing: Deciding, person: Person | None) -> list[Line]:
    """Return everybody with an outcome other than "not selected", in the order of the memo: a cycle's places, so never many."""
    wanted = lines(thing, person).where(Decision.outcome.in_({Outcome.SELECTED, Outcome.ALTERNATE, Outcome.FINALIST}))
    return drawn(db.session.execute(wanted).all(), named=sees_names(person, thing), order=order_of(thing))


def next_alternate(thing: Deciding, person: Person | None) -> Line | None:
    """Return the alternate whose turn it is: approved as one, and a place has fallen free since. None where there is none.

    Whoever has a conflict with that alternate is told of nobody: not of the one after.
    """
    taken = select(func.count()).where(Decision.cycle_id == thing.cycle.id, Decision.place.is_not(None))
    if (db.session.scalar(taken) or 0) >= thing.cycle.places:
        return None
    waiting = _lines(thing).where(
        Decision.outcome == Outcome.ALTERNATE, Decision.state.in_(SETTLED), Candidacy.stage != CandidacyStage.WITHDRAWN
    )
    row = db.session.execute(waiting.order_by(Decision.alternate).limit(1)).first()
    if row is None or row[0].id in conflicted(thing, person):
        return None
    return _line(row, named=sees_names(person, thing), order=order_of(thing))


def every_line(thing: Deciding, person: Person | None) -> list[Line]:
    """Return every candidacy that this person may know, in the order of standing: for a file."""
    return drawn(db.session.execute(lines(thing, person)).all(), named=sees_names(person, thing), order=order_of(thing))


def record_of(one: Decided) -> Sequence[tuple[Event, Person | None]]:
    """Return what was done with one decision, newest first, each with who did it."""
    subjects = [("decision", one.line.decision.id)] if one.line.decision is not None else []
    if not subjects:
        return []
    return [(event, person) for event, person in db.session.execute(record.of(*subjects).limit(30))]


MEETING = frozenset(
    {"extra readings asked for", "round locked", "meeting begun", "present", "brought to the meeting", "meeting ended"}
)


def of_meeting(thing: Deciding) -> Sequence[tuple[Event, Person | None]]:
    """Return what the record holds of a round's meeting and of what led to it, oldest first, each with who did it."""
    if thing.round is None:
        return []
    lines = record.of(("round", thing.round.id)).where(Event.action.in_(MEETING))
    return [(event, who) for event, who in db.session.execute(lines.order_by(None).order_by(Event.at, Event.id))]


def ranked(thing: Deciding) -> list[Ranked]:
    """Return every candidacy of the cycle with its rank, best first: what a rule needs, and never shown."""
    number = thing.round.id if thing.round is not None else 0
    calibrated = thing.round is not None and is_calibrated(thing.round)
    rank = Standing.calibrated_rank if calibrated else Standing.rank
    in_band = (Standing.band == "band") if calibrated else literal(value=False)
    wanted = (
        select(Candidacy.id, rank, in_band)
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .outerjoin(Standing, and_(Standing.candidacy_id == Candidacy.id, Standing.round_id == number))
        .where(_decidable(thing.cycle), Candidacy.stage != CandidacyStage.WITHDRAWN)
        .order_by(rank.is_(None), rank, Candidacy.id)
    )
    return [Ranked(number, rank, bool(band)) for number, rank, band in db.session.execute(wanted)]


def suggested(thing: Deciding) -> Suggested | None:
    """Return what the frozen rule proposes, by number: what a rule needs. None while it is not worked out from the newest standings."""
    facts = proposal(thing)
    if thing.round is None or facts is None:
        return None
    spoken = select(SpokenName.reference, SpokenName.candidacy_id).where(SpokenName.round_id == thing.round.id)
    number = dict(db.session.execute(spoken).all())
    rule = selecting.from_json(thing.round.rule)
    return Suggested(
        selected={number[who]: facts["amounts"].get(who) for who in facts["selected"]},
        alternates=tuple(number[who] for who in facts["alternates"]),
        tied=frozenset(number[who] for who in facts["tied"]),
        tied_places=facts["tied_places"],
        by_lot=rule.tie is selecting.Tie.DRAW,
    )


def called(thing: Deciding, person: Person | None, references: Collection[str]) -> dict[str, str]:
    """Return what whoever looks calls these candidacies, by reference in the round; without those a conflict closes to them."""
    if thing.round is None:
        return {}
    wanted = select(SpokenName.reference, SpokenName.name, Candidacy.name).join(
        Candidacy, Candidacy.id == SpokenName.candidacy_id
    )
    meant = wanted.where(SpokenName.round_id == thing.round.id, SpokenName.reference.in_(set(references)))
    known = untouched_by_conflict(meant, person)
    named = sees_names(person, thing)
    return {reference: name if named else spoken for reference, spoken, name in db.session.execute(known)}


def selection_of(round_: Round | None) -> Selection | None:
    """Return what the rule makes of a round's standings, as far as it was worked out."""
    if round_ is None:
        return None
    return db.session.scalar(select(Selection).where(Selection.round_id == round_.id))


def awaits_the_rule(thing: Deciding) -> bool:
    """Say whether the rule has limits or sums that only the worker can work out, and it has not yet."""
    rule = selecting.from_json(thing.round.rule if thing.round is not None else None)
    return bool(rule.limits or rule.amounts) and proposal(thing) is None


def proposal(thing: Deciding) -> dict[str, Any] | None:
    """Return what the frozen rule makes of the newest standings, as it is kept; None while it is not worked out."""
    kept = selection_of(thing.round)
    fresh = kept is not None and thing.round is not None and kept.standings_version == thing.round.standings_version
    return (kept.facts or None) if kept is not None and fresh else None


def spoken_of(one: Decided) -> str | None:
    """Return one candidacy's reference in the round."""
    if one.deciding.round is None:
        return None
    wanted = select(SpokenName.reference).where(SpokenName.round_id == one.deciding.round.id)
    return db.session.scalar(wanted.where(SpokenName.candidacy_id == one.line.candidacy.id))


def ranked_for(thing: Deciding, person: Person | None) -> list[Ranked]:
    """Return the order of standing as this person may know it: without those they have a conflict with."""
    hidden = set(conflicted(thing, person))
    return [one for one in ranked(thing) if one.number not in hidden]


_HONOURS = fixed(
    select(Person.sort_name, Award.id, Award.name, Season.year)
    .join(CandidacyPerson, CandidacyPerson.person_id == Person.id)
    .join(Decision, Decision.candidacy_id == CandidacyPerson.candidacy_id)
    .join(Cycle, Cycle.id == Decision.cycle_id)
    .join(Award, Award.id == Cycle.award_id)
    .join(Season, Season.id == Cycle.season_id)
    .where(Decision.outcome == Outcome.SELECTED, Person.sort_name.in_(bindparam("names", expanding=True)))
    .where(Decision.state.in_({DecisionState.RELEASED, DecisionState.CORRECTED}))
)


def honours(names: Collection[str]) -> Sequence[Row[str, int, dict[str, str], int]]:
    """Return (name, award, its name, year) of whoever of these names was selected and released: who shared an award keeps from judging."""
    return ask(_HONOURS, {"names": list(names)})


def conflicted(thing: Deciding, person: Person | None) -> list[int]:
    """Return the numbers of this cycle's candidacies that a conflict keeps this person from."""
    if person is None:
        return []
    wanted = select(Candidacy.id).where(Candidacy.cycle_id == thing.cycle.id, Candidacy.id.in_(standing(person)))
    return list(db.session.scalars(wanted))


def figures(thing: Deciding, person: Person | None) -> Figures:
    """Return how far a cycle is decided, without what a conflict keeps this person from: three queries."""
    base = untouched_by_conflict(
        select(
            Decision.outcome,
            Decision.state,
            Decision.proposed_by_id,
            func.count(),
            func.coalesce(func.sum(Decision.sum_cents - Decision.forfeited_cents), 0),
        )
        .select_from(Candidacy)
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .where(_decidable(thing.cycle), or_(Candidacy.stage != CandidacyStage.WITHDRAWN, Decision.id.is_not(None))),
        person,
    ).group_by(Decision.outcome, Decision.state, Decision.proposed_by_id)
    counts: dict[Outcome | None, int] = {}
    awaiting = awaiting_others = cents = 0
    for outcome, state, proposer, count, total in db.session.execute(base):
        if state is DecisionState.RESCINDED:
            continue
        counts[outcome] = counts.get(outcome, 0) + count
        cents += (total or 0) if outcome is Outcome.SELECTED else 0
        if state is DecisionState.PROPOSED:
            awaiting += count
            awaiting_others += count if person is None or proposer != person.id else 0
    fund = db.session.get(Fund, thing.cycle.fund_id) if thing.cycle.fund_id is not None else None
    given_cents = given(thing.cycle, as_seen_by=person) if fund else cents
    budget = funds.budget(fund, thing.cycle.year) if fund else 0
    return Figures(counts, awaiting, awaiting_others, cents, fund, given_cents, budget)


def given(cycle: Cycle, *, as_seen_by: Person | None = None) -> int:
    """Return what the cycles of this cycle's fund and season give together, in cents, as decided so far."""
    wanted = (
        select(func.coalesce(func.sum(Decision.sum_cents - Decision.forfeited_cents), 0))
        .join(Cycle, Cycle.id == Decision.cycle_id)
        .where(Cycle.fund_id == cycle.fund_id, Cycle.season_id == cycle.season_id)
        .where(Decision.outcome == Outcome.SELECTED, Decision.state != DecisionState.RESCINDED)
    )
    if as_seen_by is not None:
        wanted = wanted.where(Decision.candidacy_id.not_in(standing(as_seen_by)))
    return int(db.session.scalar(wanted) or 0)


def promised(fund: Fund) -> dict[int, int]:
    """Return what a fund's awards promise in each year, in cents: sums decided and not taken back, less what was forfeited."""
    wanted = (
        select(Season.year, func.sum(Decision.sum_cents - Decision.forfeited_cents))
        .join(Cycle, Cycle.id == Decision.cycle_id)
        .join(Season, Season.id == Cycle.season_id)
        .where(Cycle.fund_id == fund.id, Decision.outcome == Outcome.SELECTED)
        .where(Decision.state != DecisionState.RESCINDED)
        .group_by(Season.year)
    )
    return {year: int(cents or 0) for year, cents in db.session.execute(wanted)}


def told(cycle: Cycle) -> bool:
    """Say whether those concerned were told what was decided in a cycle."""
    released = Decision.state.in_({DecisionState.RELEASED, DecisionState.CORRECTED, DecisionState.RESCINDED})
    wanted = select(Decision.id).where(Decision.cycle_id == cycle.id, released).limit(1)
    return db.session.scalar(wanted) is not None


def of_cycle(cycle: Cycle) -> Sequence[Decision]:
    """Return every decision of a cycle: for actions, never for a page."""
    return db.session.scalars(select(Decision).where(Decision.cycle_id == cycle.id).order_by(Decision.id)).all()


def awaiting(thing: Deciding, by: Person) -> list[Decision]:
    """Return the decisions that wait and that this person may approve: proposed by somebody else, and no conflict of theirs."""
    hidden = conflicted(thing, by)
    wanted = select(Decision).where(
        Decision.cycle_id == thing.cycle.id,
        AWAITING,
        Decision.proposed_by_id != by.id,
        Decision.candidacy_id.not_in(hidden),
    )
    return list(db.session.scalars(wanted.order_by(Decision.id)))


def approval_digest(thing: Deciding, by: Person) -> str:
    """Return what this person's approval would be given for."""
    return choosing.digest((decision.id, decision.version) for decision in awaiting(thing, by))


def undecided(cycle: Cycle) -> int:
    """Return how many candidacies of a cycle have no settled decision: for actions, never for a page."""
    wanted = (
        select(func.count())
        .select_from(Candidacy)
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .where(_decidable(cycle), Candidacy.stage != CandidacyStage.WITHDRAWN)
        .where(or_(Decision.id.is_(None), Decision.state == DecisionState.PROPOSED))
    )
    return int(db.session.scalar(wanted) or 0)


def approvers(thing: Deciding, *, but: Person | None) -> list[Person]:
    """Return who may approve what waits, the board's included, so that a page can name them: not whoever proposed all of it."""
    alone = {person.id for person in proposers(thing)}
    found = accounts.holders(Role.PUBLISHER, award_id=thing.cycle.award_id)
    return [person for person in found if (but is None or person.id != but.id) and alone != {person.id}]


def proposers(thing: Deciding) -> Sequence[Person]:
    """Return who proposed what waits."""
    wanted = (
        select(Person)
        .join(Decision, Decision.proposed_by_id == Person.id)
        .where(Decision.cycle_id == thing.cycle.id, AWAITING)
    )
    return db.session.scalars(wanted.distinct().order_by(Person.id)).all()


def approvals(thing: Deciding) -> list[Decision]:
    """Return one approved decision of each pair of proposer and approver, both with it: who decided, for the memo."""
    newest = (
        select(func.max(Decision.id))
        .where(Decision.cycle_id == thing.cycle.id, Decision.approved_by_id.is_not(None))
        .group_by(Decision.proposed_by_id, Decision.approved_by_id)
    )
    wanted = (
        select(Decision)
        .options(joinedload(Decision.proposed_by), joinedload(Decision.approved_by))
        .where(Decision.id.in_(newest))
    )
    return list(db.session.scalars(wanted.order_by(Decision.id)))


_ANNOUNCED = (
    select(Candidacy.id, Cycle.award_id, Award.name, Season.year, Person.sort_name, Person.id)
    .join(Decision, Decision.candidacy_id == Candidacy.id)
    .join(CandidacyPerson, CandidacyPerson.candidacy_id == Candidacy.id)
    .join(Person, Person.id == CandidacyPerson.person_id)
    .join(Cycle, Cycle.id == Candidacy.cycle_id)
    .join(Award, Award.id == Cycle.award_id)
    .join(Season, Season.id == Cycle.season_id)
    .where(Decision.outcome == Outcome.SELECTED, Decision.state.in_({DecisionState.RELEASED, DecisionState.CORRECTED}))
    .where(
        or_(
            Person.sort_name.in_(bindparam("names", expanding=True)),
            Person.id.in_(bindparam("persons", expanding=True)),
        )
    )
)
_AT_SCHOOLS = select(CandidacySchool.candidacy_id, CandidacySchool.school_id).where(
    CandidacySchool.candidacy_id.in_(bindparam("numbers", expanding=True))
)


def announced_before(names: Collection[str], persons: Collection[int]) -> list[Before]:
    """Return the honours that were announced here to anybody of these names or numbers, whatever the award."""
    rows = ask(_ANNOUNCED, {"names": list(names), "persons": list(persons)})
    there: dict[int, set[int]] = {}
    for candidacy, school in ask(_AT_SCHOOLS, {"numbers": [row[0] for row in rows]}):
        there.setdefault(candidacy, set()).add(school)
    return [
        Before(award, name, year, key, person, frozenset(there.get(candidacy, ())))
        for candidacy, award, name, year, key, person in rows
    ]
