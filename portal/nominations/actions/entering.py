"""Entering a nomination for somebody: told on the telephone, or written on paper. The judge is the web form's own."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portal.awards import queries as awards
from portal.awards.rules import CycleStage
from portal.errors import N_, PortalError, Refused
from portal.nominations.actions import arriving, calls
from portal.nominations.models import Entered, Where
from portal.nominations.queries import writing as queries
from portal.nominations.queries.writing import WORDS
from portal.nominations.rules import Stage
from portal.nominations.rules import writing as rules
from portal.questions import rules as questions
from portal.questions.models import Asked, QuestionKind
from portal.schools import queries as schools
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.models import Nomination
    from portal.people.models import Person
    from portal.questions.models import Question

CHILD, MINOR, ADULT = "child", "minor", "adult"
OF_A_CHILD = N_("Nothing of anybody under 13 is kept. A parent, or another adult, may nominate in their own name.")
TAKES = frozenset({CycleStage.OPEN, CycleStage.CLOSED})


@dataclass
class Told:
    """What somebody told the office, as it was written down."""

    name: str
    email: str = ""
    phone: str = ""
    age: str = ""  # "adult" or "minor"; of a child nothing is kept
    guardian_name: str = ""  # of a minor who applies
    guardian_email: str = ""
    people: list[dict[str, str]] = field(default_factory=list)  # given, family, role, email of each; several for a team
    schools: list[School] = field(default_factory=list)
    place_text: str = ""
    central: bool = False
    relation: str = ""
    relation_text: str = ""
    quote: str = ""
    tell: str = ""
    language: str = "en"
    answers: dict[str, str] = field(default_factory=dict)


def as_facts(told: Told) -> dict[str, Any]:
    """Return what was written down as JSON keeps it: schools by their numbers."""
    facts = {name: value for name, value in vars(told).items() if name != "schools"}
    return {**facts, "schools": [school.id for school in told.schools]}


def read(facts: Mapping[str, Any]) -> Told:
    """Return what was kept so."""
    known = {**asdict(Told(name="")), **facts}
    return Told(**{**known, "schools": list(schools.by_ids(known.get("schools") or []))})


class NotReady(PortalError):
    """Something is missing; `problems` says what, by the form's field."""

    def __init__(self, problems: dict[str, list[questions.Problem]]) -> None:
        """Keep them."""
        super().__init__(N_("Some parts are not ready. What you wrote is kept."))
        self.problems = problems


def enter(
    told: Told, cycle: Cycle, *, received_at: datetime, once: str, thank: bool, by: Person, at: datetime
) -> Nomination:
    """Enter a nomination as of the time it reached the office; one that reached it late is held, like any other.

    `once` makes a second click find the first's. Raises `NotReady`, judged as the web form judges; an address may be left out where
    there is a telephone number.
    """
    before = queries.sitting_once(once) if once else None
    if before is not None:
        return queries.of_sitting(before)[0]
    if cycle.stage not in TAKES:
        raise Refused(N_("This cycle takes no nominations now."))
    if received_at > at:
        raise Refused(N_("That time has not come yet."), field="received")
    found = problems_of(told, cycle)
    if found:
        raise NotReady(found)
    nomination = make(told, cycle, received_at=received_at, once=once, entered=Entered.STAFF, by=by, at=at)
    calls.let_go(once, by=by)
    if thank:
        thank_for(nomination, at=at)
    return nomination


def problems_of(told: Told, cycle: Cycle) -> dict[str, list[questions.Problem]]:
    """Return what stops a nomination that somebody told, by the form's field; nothing where it can be entered."""
    found: dict[str, list[questions.Problem]] = {}
    for place, problem in _problems(told, cycle):
        found.setdefault(place, []).append(problem)
    return found


def thank_for(nomination: Nomination, *, at: datetime) -> None:
    """Thank whoever told it, where it came in time: of a late one nobody knows yet whether it counts."""
    if nomination.stage is not Stage.LATE:
        arriving.thank(nomination, at=at)


def make(
    told: Told,
    cycle: Cycle,
    *,
    received_at: datetime,
    once: str,
    entered: Entered,
    by: Person | None,
    at: datetime,
) -> Nomination:
    """Make the nomination of what was told and judged, as of the time it reached the office; past the deadline it is held."""
    given, family = rules.split_name(told.name)
    closes = awards.deadline(cycle, None, at)
    facts: dict[str, Any] = {
        "nominator": {
            "name": told.name,
            "given": given,
            "family": family,
            "email": told.email or None,
            "phone": told.phone,
            "minor": {MINOR: True, ADULT: False}.get(told.age),
            "guardian_name": told.guardian_name,
            "guardian_email": told.guardian_email,
        },
        "nominees": [
            {**person, "role": person["role"] or None, "email": person["email"] or None} for person in told.people
        ],
        "schools": [school.id for school in told.schools],
        "place": (Where.CENTRAL if told.central else Where.SCHOOLS if told.schools else Where.NOT_LISTED).value,
        "place_text": None if told.central else told.place_text or None,
        "relation": told.relation,
        "relation_text": told.relation_text or None,
        "quote": told.quote,
        "may_tell": {WORDS: True, questions.YES: True, questions.NO: False}.get(told.tell),
        "may_show": told.tell == WORDS,
        "language": told.language,
        "received_at": received_at,
        "late": received_at >= closes + timedelta(minutes=cycle.grace_minutes),
        "answers": told.answers,
        "once": once or None,
    }
    return arriving.arrive(facts, cycle, entered=entered, by=by, at=at)


def asked(cycle: Cycle, answers: Mapping[str, str]) -> list[Question]:
    """Return the questions that are asked of a nominator, given what was answered."""
    every = cycle.question_set.asked_of(Asked.NOMINATOR) if cycle.question_set else []
    return questions.shown(every, {question.key: answers.get(question.key, "") for question in every})


def _age_problems(told: Told) -> Iterator[tuple[str, questions.Problem]]:
    if told.age not in {ADULT, MINOR}:
        sentence = OF_A_CHILD if told.age == CHILD else N_("Choose how old they are")
        yield "age", questions.Problem("missing", sentence, {})
    if told.guardian_email and not rules.looks_like_address(told.guardian_email):
        yield "guardian_email", questions.Problem("wrong", rules.ADDRESS_NEEDS_AT, {})


def _problems(told: Told, cycle: Cycle) -> Iterator[tuple[str, questions.Problem]]:
    for problem in rules.you_problems({"name": told.name, "email": told.email}):
        missing_address = problem.facts["field"] == "email" and problem.kind == "missing"
        if not (missing_address and told.phone.strip()):
            yield {"name": "nominator_name", "email": "nominator_email"}[problem.facts["field"]], problem
    yield from _age_problems(told)
    place = {
        "schools": [school.id for school in told.schools],
        "central": told.central,
        "place_text": told.place_text,
    }
    for problem in rules.nominee_problems({"people": told.people, **place}):
        where = str(problem.facts.get("field", "people-0-family"))
        yield "school" if where == "schools" else where, problem
    for problem in rules.relation_problems({"relation": told.relation, "text": told.relation_text}):
        yield "relation_text" if problem.facts.get("field") == "text" else "relation", problem
    for problem in rules.quote_problems({"quote": told.quote, "tell": told.tell}):
        yield "tell" if problem.facts.get("field") == "tell" else "quote", problem
    for question in asked(cycle, told.answers):
        if question.kind is QuestionKind.FILE:
            continue  # what is told on the telephone has none
        for problem in questions.problems(question, told.answers.get(question.key, "")):
            yield f"answer-{question.key}", problem
