"""Makers: one small true thing each, with everything it needs, for tests and for the demonstration.

Each takes only what the caller cares about and makes the rest up, adds to the session and flushes; the caller commits. Instants
default to a season that is open `NOW`.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import func, select

from portal import clock
from portal.accounts import actions as accounts
from portal.accounts.models import Account, Role, Scope, Session
from portal.accounts.rules import new_token, token_hash
from portal.awards.models import (
    Award,
    AwardKind,
    Criterion,
    Cycle,
    Honours,
    Member,
    MemberRole,
    Organisation,
    PaidTo,
    Rubric,
    Season,
)
from portal.awards.rules import CycleStage, MemberState
from portal.db import db
from portal.funds.models import Fund
from portal.nominations.actions import snapshots
from portal.nominations.models import (
    Answer,
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Conflict,
    Entered,
    Kind,
    Named,
    Nomination,
    NominationSchool,
    Quote,
    Relation,
    Sitting,
    Where,
)
from portal.nominations.rules import CandidacyStage, ConflictState, Stage
from portal.people import actions as people
from portal.people.rules import address_key, fold, name_key
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet
from portal.review.models import Assignment, Review, Round, Score
from portal.review.rules.lives import AssignmentState, ReviewState, RoundState
from portal.schools.models import School

if TYPE_CHECKING:
    from portal.people.models import Person

NOW = datetime(2026, 2, 17, 18, 0, tzinfo=UTC)  # a Tuesday, ten in the morning, Pacific
OPENS = datetime(2026, 2, 2, 17, 0, tzinfo=UTC)  # Monday 2 February, 9:00 am Pacific
CLOSES = datetime(2026, 3, 14, 6, 59, tzinfo=UTC)  # Friday 13 March, 11:59 pm Pacific, the summer time already running

Row = TypeVar("Row")

_numbers = itertools.count(1)


def _number() -> int:
    return next(_numbers)


def _add(thing: Row) -> Row:
    db.session.add(thing)
    db.session.flush()
    return thing


def make_organisation(**facts: Any) -> Organisation:
    """Return the one organisation, made if there is none yet."""
    found = db.session.get(Organisation, 1)
    if found is not None:
        return found
    usual: dict[str, Any] = {
        "id": 1,
        "name": "Elliott Bay Education Fund",
        "short_name": "Elliott Bay",
        "lead": {"en": "Name the people who make our schools fairer"},
        "about": {"en": "We are independent of the school district and work beside it."},
        "mission": {"en": "That a child's neighborhood no longer foretells what school will give them."},
        "values": [],
        "languages": ["en", "es"],
        "help_name": "Joy Tanaka",
        "help_email": "awards@elliottbayfund.example",
        "help_phone": "206 555 0142",
        "help_hours": {"en": "weekdays 8:30 to 4:30"},
        "demonstration": True,
    }
    return _add(Organisation(**{**usual, **facts}))


def make_school(name: str | None = None, **facts: Any) -> School:
    """Return a school."""
    name = name or f"School {_number()}"
    return _add(School(name=name, name_key=fold(name), **facts))


def make_person(
    name: str | None = None, *, email: str | None = None, account: bool = True, language: str = "en", at: datetime = NOW
) -> Person:
    """Return a person, who can sign in unless `account` is false."""
    number = _number()
    given, _, family = (name or f"Person Number{number}").rpartition(" ")
    email = (
        email or f"{fold(given).replace(' ', '.') or 'someone'}.{fold(family).replace(' ', '')}.{number}@example.org"
    )
    person = people.add(given=given, family=family, email=email, language=language, at=at)
    person.minor = False
    if account:
        _add(Account(person_id=person.id, address=address_key(email) or "", confirmed_at=at))
    return person


def make_staff(name: str | None = None, *, award: Award | None = None, at: datetime = NOW) -> Person:
    """Return someone on the staff, of the organisation or of one award."""
    person = make_person(name, at=at)
    scope = {"scope": Scope.AWARD, "scope_id": award.id} if award else {}
    accounts.grant(person, role=Role.STAFF, by=None, at=at, **scope)  # type: ignore[arg-type]
    return person


def make_publisher(name: str | None = None, *, at: datetime = NOW) -> Person:
    """Return someone who may approve and release, and is on the staff."""
    person = make_staff(name, at=at)
    accounts.grant(person, role=Role.PUBLISHER, by=None, at=at)
    return person


def make_auditor(name: str | None = None, *, at: datetime = NOW) -> Person:
    """Return an auditor of the board."""
    person = make_person(name, at=at)
    accounts.grant(person, role=Role.AUDITOR, by=None, at=at)
    return person


def make_question_set(*, limits: tuple[int, ...] = (250, 250, 150), frozen: bool = False) -> QuestionSet:
    """Return a question set with one text question for each word limit; all but the first may stay empty."""
    questions = QuestionSet(title=f"Questions {_number()}", frozen_at=OPENS if frozen else None)
    for place, limit in enumerate(limits):
        questions.questions.append(
            Question(
                position=place,
                key=f"q{place + 1}",
                asked=Asked.NOMINATOR,
                kind=QuestionKind.TEXT,
                label={"en": f"Question {place + 1} about {{nominee}}?"},
                short={"en": f"Question {place + 1}"},
                hint={"en": "Be particular."},
                choices=[],
                word_limit=limit,
                required=place == 0,
                publishable=True,
            )
        )
    return _add(questions)


def make_rubric(*, weights: tuple[int, ...] = (35, 25, 20, 20), highest: int = 6) -> Rubric:
    """Return a rubric with a criterion for each weight."""
    rubric = Rubric(
        title=f"Rubric {_number()}",
        highest=highest,
        levels={str(level): {"en": f"Level {level}"} for level in range(highest + 1)},
    )
    for place, weight in enumerate(weights):
        rubric.criteria.append(
            Criterion(
                position=place,
                key=f"c{place + 1}",
                name={"en": f"Criterion {place + 1}"},
                about={"en": "What to look for."},
                weight=weight,
            )
        )
    return _add(rubric)


def make_award(name: str | None = None, *, slug: str | None = None, **facts: Any) -> Award:
    """Return an award for teachers."""
    number = _number()
    usual: dict[str, Any] = {
        "slug": slug or f"award-{number}",
        "position": number,
        "kind": AwardKind.AWARD,
        "honours": Honours.TEACHERS,
        "name": {"en": name or f"Award {number}"},
        "summary": {"en": "For teachers."},
        "about": {"en": "It honors teachers."},
        "who_may_receive": {"en": "Teachers of the district."},
        "who_may_nominate": {"en": "Anyone."},
    }
    return _add(Award(**{**usual, **facts}))


def make_season(year: int = 2026) -> Season:
    """Return the season of a year."""
    return db.session.scalar(select(Season).where(Season.year == year)) or _add(Season(year=year))


def make_cycle(
    award: Award | None = None, *, stage: CycleStage = CycleStage.OPEN, year: int = 2026, **facts: Any
) -> Cycle:
    """Return a cycle with questions, a rubric and a fund; open unless told otherwise."""
    make_organisation()
    usual: dict[str, Any] = {
        "award_id": (award or make_award()).id,
        "season_id": make_season(year).id,
        "stage": stage,
        "question_set_id": make_question_set(frozen=stage is not CycleStage.DRAFT).id,
        "rubric_id": make_rubric().id,
        "fund_id": _add(
            Fund(name=f"Fund {_number()}", credit={"en": "With thanks to our neighbors."}, yearly_cents=10_000_000)
        ).id,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "scoring_opens_at": CLOSES + timedelta(days=26),
        "scoring_closes_at": CLOSES + timedelta(days=40),
        "announced_at": CLOSES + timedelta(days=74),
        "places": 2,
        "sum_cents": 300_000,
        "paid_to": PaidTo.PERSON,
    }
    cycle = _add(Cycle(**{**usual, **facts}))
    db.session.refresh(cycle)
    return cycle


def make_nomination(
    cycle: Cycle | None = None,
    *,
    nominee: str = "Amina Warsame",
    school: School | None = None,
    nominator: Person | None = None,
    stage: Stage = Stage.SUBMITTED,
    texts: tuple[str, ...] = ("She runs the homework table.", "One story.", "Numbers."),
    email: str | None = None,
    role: str | None = "Teacher",
    candidacy: Candidacy | None = None,
    session: Session | None = None,
    confirmed: bool = True,
    at: datetime = NOW,
    **facts: Any,
) -> Nomination:
    """Return a nomination, submitted with its snapshot unless told otherwise. Its candidacy is not made."""
    cycle = cycle or make_cycle()
    nominator = nominator or make_person()
    sitting = _add(
        Sitting(
            nominator_id=nominator.id,
            nominator_name=nominator.name,
            nominator_email=nominator.email,
            session_id=session.id if session else None,
            confirmed_at=at if confirmed else None,
            begun_at=at,
        )
    )
    submitted = stage is not Stage.DRAFT
    usual: dict[str, Any] = {
        "reference": f"N-{(db.session.scalar(select(func.max(Nomination.id))) or 0) + 1:04d}",
        "sitting": sitting,
        "sitting_id": sitting.id,
        "cycle_id": cycle.id,
        "nominator_id": nominator.id,
        "candidacy_id": candidacy.id if candidacy else None,
        "stage": stage,
        "entered": Entered.WEB,
        "place": Where.SCHOOLS if school else Where.CENTRAL,
        "relation": Relation.COLLEAGUE,
        "relation_text": "We teach next door.",
        "quote": Quote.UNNAMED,
        "may_tell_nominee": True,
        "created_at": at,
        "saved_at": at,
        "submitted_at": at if submitted and stage not in {Stage.LATE, Stage.REFUSED} else None,
        "received_at": at if submitted else None,
    }
    given, _, family = nominee.rpartition(" ")
    nomination = Nomination(**{**usual, **facts})
    nomination.named = [
        Named(
            position=0, given_name=given, family_name=family, email=email, role=role, name_key=name_key(given, family)
        )
    ]
    nomination.schools = [NominationSchool(school=school)] if school else []
    questions = db.session.get_one(QuestionSet, cycle.question_set_id).asked_of(Asked.NOMINATOR)
    nomination.answers = [
        Answer(question=question, text=text, saved_at=at) for question, text in zip(questions, texts, strict=False)
    ]
    nomination.snapshots = []
    _add(nomination)
    if nomination.submitted_at:
        snapshots.take(nomination, at=at)
    return nomination


def make_candidacy(
    cycle: Cycle | None = None,
    *,
    name: str = "Amina Warsame",
    school: School | None = None,
    stage: CandidacyStage = CandidacyStage.ELIGIBLE,
    nominations: int = 1,
    person: Person | None = None,
    confirmed: bool = False,
    at: datetime = NOW,
    **facts: Any,
) -> Candidacy:
    """Return a candidacy of one person with as many submitted nominations as asked for."""
    cycle = cycle or make_cycle()
    given, _, family = name.rpartition(" ")
    if person is None:
        person = people.add(given=given, family=family, at=at)
        person.minor = False
    usual: dict[str, Any] = {
        "reference": f"C-{(db.session.scalar(select(func.max(Candidacy.id))) or 0) + 1:04d}",
        "cycle_id": cycle.id,
        "stage": stage,
        "name": name,
        "sort_name": name_key(given, family),
        "role": "Teacher",
        "created_at": at,
        "standing_confirmed_at": at if confirmed else None,
    }
    candidacy = Candidacy(**{**usual, **facts})
    candidacy.people = [CandidacyPerson(cycle_id=cycle.id, person=person)]
    _add(candidacy)
    if school:
        _add(CandidacySchool(candidacy_id=candidacy.id, school_id=school.id))
    for _ in range(nominations):
        make_nomination(cycle, nominee=name, school=school, candidacy=candidacy, at=at)
    return candidacy


def make_member(
    cycle: Cycle,
    person: Person | None = None,
    *,
    chair: bool = False,
    state: MemberState = MemberState.ACCEPTED,
    declared: bool = True,
    at: datetime = NOW,
) -> Member:
    """Return a place on a cycle's committee: accepted and declared unless told otherwise."""
    person = person or make_person()
    accepted = state is MemberState.ACCEPTED
    return _add(
        Member(
            cycle_id=cycle.id,
            person_id=person.id,
            role=MemberRole.CHAIR if chair else MemberRole.REVIEWER,
            state=state,
            capacity=25 if accepted else None,
            rules_agreed_at=at if accepted else None,
            declared_at=at if accepted and declared else None,
            invited_at=at,
            answered_at=at if accepted else None,
        )
    )


def make_conflict(
    candidacy: Candidacy,
    person: Person,
    *,
    kind: Kind = Kind.DECLARED,
    state: ConflictState = ConflictState.CONFIRMED,
    at: datetime = NOW,
) -> Conflict:
    """Return a conflict that stands."""
    return _add(
        Conflict(
            candidacy_id=candidacy.id,
            person_id=person.id,
            kind=kind,
            state=state,
            fact="They are neighbors.",
            raised_at=at,
        )
    )


def make_round(cycle: Cycle, *, state: RoundState = RoundState.OPEN, blind: bool = False, **facts: Any) -> Round:
    """Return a scoring round, open and with names shown unless told otherwise."""
    usual: dict[str, Any] = {
        "opens_at": NOW - timedelta(days=1),
        "closes_at": NOW + timedelta(days=14),
        "reads": 3,
        "seed": 7,
    }
    return _add(Round(cycle_id=cycle.id, state=state, blind=blind, **{**usual, **facts}))


def make_assignment(
    round_: Round,
    candidacy: Candidacy,
    reviewer: Person,
    *,
    state: AssignmentState = AssignmentState.CLEAR,
    at: datetime = NOW,
) -> Assignment:
    """Return one reviewer's task, cleared of conflict unless told otherwise."""
    return _add(
        Assignment(
            round_id=round_.id,
            candidacy_id=candidacy.id,
            reviewer_id=reviewer.id,
            state=state,
            position=_number(),
            assigned_at=at,
        )
    )


def make_review(
    assignment: Assignment,
    rubric: Rubric,
    *,
    levels: tuple[int | None, ...] = (4, 4, 4, 4),
    submitted: bool = True,
    at: datetime = NOW,
) -> Review:
    """Return a review with a level for each criterion (None: not scored yet). Standings are not computed."""
    total = (
        sum(c.weight * level for c, level in zip(rubric.criteria, levels, strict=True) if level is not None) / 10
        if None not in levels
        else None
    )
    review = _add(
        Review(
            assignment_id=assignment.id,
            rubric_id=rubric.id,
            state=ReviewState.SUBMITTED if submitted else ReviewState.DRAFT,
            total=total,
            started_at=at,
            saved_at=at,
            submitted_at=at if submitted else None,
        )
    )
    for criterion, level in zip(rubric.criteria, levels, strict=True):
        if level is not None:
            _add(Score(review_id=review.id, criterion_id=criterion.id, level=level, scored_at=at))
    assignment.state = AssignmentState.SUBMITTED if submitted else AssignmentState.IN_PROGRESS
    db.session.flush()
    return review


def sign_in(client: Any, person: Person | None, *, at: datetime | None = None) -> Session:  # noqa: ANN401 - a Flask test client
    """Open a session for this person in a test client (a browser without a person, where None) and set its cookie.

    Call it inside `transaction()`, or wrap it in one; the cookie works once that is committed.
    """
    token = new_token()
    begun = at or clock.now()
    session = _add(
        Session(
            token_hash=token_hash(token),
            person_id=person.id if person else None,
            created_at=begun,
            seen_at=begun,
            expires_at=begun + timedelta(days=1),
            browser="test",
        )
    )
    client.set_cookie("visit", token, domain=client.application.config["SETTINGS"].host.partition(":")[0])
    return session
