"""A large season to measure on: real awards, questions, rubrics and schools; people, texts and scores by the thousand.

What the portal's own actions make quickly enough is made by them. What there are thousands of is written straight into the
tables, as those actions would have left it.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Table, func, select, text

from portal.accounts.models import Account, Grant, Role, Scope, Session
from portal.accounts.rules import new_token, token_hash
from portal.awards import actions as awards
from portal.awards import templates
from portal.awards.models import Award, Cycle, CycleStage, Member, MemberRole, MemberState, PastHonour
from portal.db import db, transaction
from portal.demo import makers
from portal.funds.models import Fund
from portal.nominations.models import (
    Answer,
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Entered,
    Named,
    Nomination,
    NominationSchool,
    Quote,
    Relation,
    Sitting,
    Snapshot,
    Where,
)
from portal.nominations.rules import CandidacyStage, Stage, canonical, digest
from portal.people.models import Person
from portal.people.rules import name_key
from portal.publishing.models import Recipient
from portal.questions.models import Asked, QuestionKind
from portal.review.actions import standings
from portal.review.models import Assignment, Masked, Review, Round, Score, SpokenName
from portal.review.rules import spoken
from portal.review.rules.lives import AssignmentState, ReviewState, RoundState
from portal.schools import actions as schools
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from portal.db import Model
    from portal.questions.models import Question

SMALL, LARGE = 500, 5_000
READS = 3
READINGS_EACH = 75
LEFT_OPEN = 5  # readings that each reviewer still owes
RECIPIENTS = 260
WORDS = (
    "She stays after the last bell because the bus comes late and nobody should wait outside alone. When the numbers for "
    "grade nine came, she asked the students first what they meant, and three of them now lead the evening table. Families "
    "say that they were called before anything was wrong. Colleagues copy her way of beginning a lesson. "
)
GIVEN = (
    "Amina",
    "Tomás",
    "Linh",
    "Solomon",
    "Keala",
    "Hodan",
    "Gus",
    "Wren",
    "Priscilla",
    "Marcus",
    "Leilani",
    "Jonah",
)
FAMILY = ("Warsame", "Villaseñor", "Tran", "Pratt", "Baptiste", "Abdulle", "Nakagawa", "Halvorsen", "Nguema", "Bustos")
CSV = Path(__file__).resolve().parent.parent / "portal" / "demo" / "data" / "seattle-schools.csv"


class Places(NamedTuple):
    """Where things lie, for those who measure."""

    award: str  # an award that is open, to nominate for
    year: int  # of its season
    screening: dict[int, str]  # how many candidacies -> the address of their cycle's pages
    review: dict[int, str]  # the same, for cycles in review
    staff: str  # sessions' tokens
    reviewer: dict[int, str]
    reading: int  # a reviewer's number for a reading that is still owed


class Rows:
    """Rows kept until they are written, many at a time; each gets its number at once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rows: dict[type[Model], list[dict[str, Any]]] = {}
        self._numbers: dict[type[Model], Iterator[int]] = {}

    def add(self, kind: type[Model], **values: Any) -> int:
        """Keep a row and return its number."""
        if kind not in self._numbers:
            self._numbers[kind] = itertools.count(1 + (db.session.scalar(select(func.max(kind.id))) or 0))
        number = next(self._numbers[kind])
        self._rows.setdefault(kind, []).append({"id": number, **values})
        return number

    def write(self) -> None:
        """Write everything, tables that others point at first."""
        order = list(db.metadata.sorted_tables)
        for kind in sorted(self._rows, key=lambda each: order.index(_table(each))):
            db.session.execute(_table(kind).insert(), self._rows[kind])
        self._rows.clear()


def _table(kind: type[Model]) -> Table:
    table = kind.__table__
    if not isinstance(table, Table):
        raise TypeError(kind)
    return table


def build(app: Flask) -> Places:
    """Build it on an empty database whose tables are there."""
    now = datetime.now(UTC).replace(microsecond=0)
    with app.test_request_context("/", base_url=app.config["SETTINGS"].base_url):
        with transaction():
            year = _standing_things(now)
        with transaction():
            places = _thousands(now, year)
        with transaction():
            for round_ in db.session.scalars(select(Round)).all():
                taken = select(SpokenName.candidacy_id).where(SpokenName.round_id == round_.id)
                standings.recompute(round_.id, db.session.scalars(taken).all(), at=now)
        if db.engine.dialect.name == "postgresql":
            _count_on()
        _analyze()
        db.session.remove()
    return places


def _standing_things(now: datetime) -> int:
    """Make the organization, its schools, funds and awards, an archive, and this year's cycles, open now."""
    makers.make_organisation(languages=["en"])
    with CSV.open(encoding="utf-8") as file:
        schools.load(file)
    fund = Fund(name="The Madrona Fund", credit={"en": "Given by the Madrona Fund"}, yearly_cents=90_000_000)
    db.session.add(fund)
    db.session.flush()
    made = [awards.create_award_from(template, by=None, at=now) for template in templates.AWARDS]
    chance = random.Random(7)
    rows = Rows()
    for award in made:
        for year in range(2001, now.year):
            for _ in range(3):
                name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
                rows.add(
                    PastHonour, award_id=award.id, year=year, name=name, name_key=name.lower(), school_name="Denny"
                )
        for back in (1, 2):
            _cycle(award, now.year + 1 - back, fund, now)
    for number in range(RECIPIENTS):
        award = made[number % len(made)]
        name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
        rows.add(
            Recipient,
            slug=f"recipient-{number}",
            year=now.year - 2 - number % 3,
            award_slug=award.slug,
            award_name=award.name,
            name=name,
            sort_name=name,
            school="Denny International Middle School",
            role="Teacher",
            biography=WORDS,
            citation=WORDS[:120],
            quotations=[],
            fund_credit=fund.credit,
            sum_cents=300_000,
            portrait=number,
            public_at=now - timedelta(days=300),
        )
    rows.write()
    return now.year


def _cycle(award: Award, year: int, fund: Fund, now: datetime) -> None:
    """Make a cycle that opened a fortnight ago, or (last year's) one whose scoring did."""
    this = year == now.year
    shift = timedelta(days=14 if this else 90)
    dates = {
        "opens_at": now - shift,
        "closes_at": now - shift + timedelta(days=40),
        "part_due_at": now - shift + timedelta(days=54),
        "letters_due_at": now - shift + timedelta(days=58),
        "redaction_due_at": now - shift + timedelta(days=60),
        "scoring_opens_at": now - shift + timedelta(days=66),
        "scoring_closes_at": now - shift + timedelta(days=120),
        "deliberation_at": now - shift + timedelta(days=124),
        "decision_at": now - shift + timedelta(days=126),
        "announced_at": now - shift + timedelta(days=130),
        "payments_due_at": now - shift + timedelta(days=160),
    }
    cycle = awards.create_cycle(award, year=year, by=None, at=now, fund=fund, **dates)
    db.session.flush()
    cycle.stage = CycleStage.OPEN if this else CycleStage.IN_REVIEW
    if cycle.question_set is not None:
        cycle.question_set.frozen_at = now


def _thousands(now: datetime, year: int) -> Places:
    """Write the candidacies of four cycles, small and large, to screen and in review."""
    rows = Rows()
    school_ids = list(db.session.scalars(select(School.id)))
    staff = _somebody(rows, "Joy Tanaka", now)
    rows.add(Grant, person_id=staff, role=Role.STAFF, scope=Scope.ORGANISATION, scope_id=0, granted_at=now)
    tokens = {"staff": _session(rows, staff, now)}
    screening, review, reviewer = {}, {}, {}
    reading = 0
    for size, screened, scored in (
        (SMALL, "science-teaching", "excellence-in-teaching"),
        (LARGE, "senior-scholarship", "librarian"),
    ):
        to_screen, in_review = _cycle_of(screened, year), _cycle_of(scored, year - 1)
        _candidacies(rows, to_screen, size, CandidacyStage.INTAKE, school_ids, now)
        taken = _candidacies(rows, in_review, size, CandidacyStage.IN_REVIEW, school_ids, now)
        first, reading = _review(rows, in_review, taken, now)
        screening[size], review[size] = f"/desk/{screened}/{year}", f"/desk/{scored}/{year - 1}"
        reviewer[size] = _session(rows, first, now)
    rows.write()
    return Places("excellence-in-teaching", year, screening, review, tokens["staff"], reviewer, reading)


def _cycle_of(slug: str, year: int) -> Cycle:
    wanted = select(Cycle).join(Cycle.award).where(Award.slug == slug, Cycle.season.has(year=year))
    found = db.session.scalars(wanted).one()
    db.session.refresh(found, ["question_set", "rubric"])
    return found


def _somebody(rows: Rows, name: str, now: datetime) -> int:
    given, _, family = name.rpartition(" ")
    person = rows.add(
        Person,
        given_name=given,
        family_name=family,
        sort_name=name_key(given, family),
        email=None,
        email_key=None,
        created_at=now,
    )
    rows.add(Account, person_id=person, address=f"someone{person}@example.org", confirmed_at=now)
    return person


def _session(rows: Rows, person: int, now: datetime) -> str:
    token = new_token()
    hours = timedelta(hours=11)
    rows.add(
        Session,
        token_hash=token_hash(token),
        person_id=person,
        created_at=now,
        seen_at=now,
        expires_at=now + hours,
        browser="bench",
    )
    return token


class Taken(NamedTuple):
    """A candidacy that was written, with its one snapshot and that snapshot's texts by question."""

    number: int
    snapshot: int
    texts: dict[str, str]


def _candidacies(  # noqa: PLR0917 - what they all share
    rows: Rows, cycle: Cycle, size: int, stage: CandidacyStage, school_ids: list[int], now: datetime
) -> list[Taken]:
    assert cycle.question_set is not None  # noqa: S101 - create_cycle() made it
    questions = cycle.question_set.asked_of(Asked.NOMINATOR)
    made = []
    for place in range(size):
        given, family = GIVEN[place % len(GIVEN)], f"{FAMILY[place % len(FAMILY)]}-{place}"
        school = school_ids[place % len(school_ids)]
        person = rows.add(
            Person,
            given_name=given,
            family_name=family,
            sort_name=name_key(given, family),
            email=None,
            email_key=None,
            created_at=now,
        )
        writer = f"writer{place}@example.org"
        nominator = rows.add(
            Person,
            given_name="Nadia",
            family_name=f"Okafor {place}",
            sort_name=f"okafor {place} nadia",
            email=writer,
            email_key=writer,
            created_at=now,
        )
        candidacy = rows.add(
            Candidacy,
            reference=f"C{cycle.id:02d}{place:05d}",
            cycle_id=cycle.id,
            stage=stage,
            name=f"{given} {family}",
            sort_name=name_key(given, family),
            role="Teacher",
            created_at=now,
        )
        rows.add(CandidacyPerson, candidacy_id=candidacy, cycle_id=cycle.id, person_id=person)
        rows.add(CandidacySchool, candidacy_id=candidacy, school_id=school)
        snapshot, texts = _nomination(rows, cycle, place, (given, family), nominator, candidacy, school, questions, now)
        made.append(Taken(candidacy, snapshot, texts))
    return made


def _nomination(  # noqa: PLR0917 - everything that a nomination ties together
    rows: Rows,
    cycle: Cycle,
    place: int,
    name: tuple[str, str],
    nominator: int,
    candidacy: int,
    school: int,
    questions: list[Question],
    now: datetime,
) -> tuple[int, dict[str, str]]:
    given, family = name
    writer = f"Nadia Okafor {place}"
    sitting = rows.add(
        Sitting,
        nominator_id=nominator,
        nominator_name=writer,
        nominator_email=f"writer{place}@example.org",
        confirmed_at=now,
        begun_at=now,
    )
    number = rows.add(
        Nomination,
        reference=f"N{cycle.id:02d}{place:05d}",
        sitting_id=sitting,
        cycle_id=cycle.id,
        nominator_id=nominator,
        candidacy_id=candidacy,
        stage=Stage.SUBMITTED,
        entered=Entered.WEB,
        place=Where.SCHOOLS,
        relation=Relation.COLLEAGUE,
        relation_text="We teach next door.",
        quote=Quote.UNNAMED,
        may_tell_nominee=True,
        created_at=now,
        saved_at=now,
        submitted_at=now,
        received_at=now,
    )
    rows.add(
        Named,
        nomination_id=number,
        position=0,
        given_name=given,
        family_name=family,
        role="Teacher",
        name_key=name_key(given, family),
    )
    rows.add(NominationSchool, nomination_id=number, school_id=school)
    texts = {question.key: f"{given} {WORDS * 2}" for question in questions if question.kind is QuestionKind.TEXT}
    for question in questions:
        if question.key in texts:
            rows.add(Answer, nomination_id=number, question_id=question.id, text=texts[question.key], saved_at=now)
    facts = {
        "nominees": [{"given": given, "family": family, "email": None, "role": "Teacher"}],
        "schools": [str(school)],
        "place": "schools",
        "nominator": {"name": writer, "email": f"writer{place}@example.org"},
        "answers": {q.key: {"label": q.label, "text": texts[q.key]} for q in questions if q.key in texts},
    }
    snapshot = rows.add(
        Snapshot,
        nomination_id=number,
        number=1,
        facts=canonical(facts),
        sha256=digest(facts),
        words=500,
        letter_key=f"{number}",
        taken_at=now,
    )
    return snapshot, texts


def _review(rows: Rows, cycle: Cycle, taken: list[Taken], now: datetime) -> tuple[int, int]:
    """Write an open round: every text looked over, all scored but a few. Give a reader, and the number of a reading they owe."""
    rubric = cycle.rubric
    assert rubric is not None  # noqa: S101 - create_cycle() made it
    rubric.frozen_at = now
    round_ = rows.add(
        Round,
        cycle_id=cycle.id,
        state=RoundState.OPEN,
        opens_at=cycle.scoring_opens_at,
        closes_at=cycle.scoring_closes_at,
        reads=READS,
        blind=cycle.blind,
        seed=7,
        rules_digest="0" * 64,
        frozen_at=now,
    )
    names = spoken.names(len(taken), seed=7)
    references = spoken.references(len(taken), seed=cycle.id)
    readers = [
        _somebody(rows, f"Reader {cycle.id}x{place}", now) for place in range(len(taken) * READS // READINGS_EACH)
    ]
    for place, reader in enumerate(readers):
        rows.add(
            Member,
            cycle_id=cycle.id,
            person_id=reader,
            role=MemberRole.REVIEWER if place else MemberRole.CHAIR,
            state=MemberState.ACCEPTED,
            capacity=100,
            rules_agreed_at=now,
            declared_at=now,
            invited_at=now,
            answered_at=now,
        )
    chance = random.Random(cycle.id)
    positions = dict.fromkeys(readers, 0)
    owed = 0
    scored = [criterion for criterion in rubric.criteria if not criterion.by_staff]
    for place, one in enumerate(taken):
        rows.add(
            SpokenName,
            round_id=round_,
            candidacy_id=one.number,
            name=names[place],
            reference=f"{references[place]}-{cycle.id}",
        )
        _masked(rows, one, now)
        for turn in range(READS):
            reader = readers[(place * READS + turn) % len(readers)]
            positions[reader] += 1
            done = positions[reader] > LEFT_OPEN
            owed = positions[reader] if reader == readers[0] and not done else owed
            assignment = rows.add(
                Assignment,
                round_id=round_,
                candidacy_id=one.number,
                reviewer_id=reader,
                state=AssignmentState.SUBMITTED if done else AssignmentState.CLEAR,
                position=positions[reader],
                assigned_at=now,
            )
            if not done:
                continue
            levels = [chance.randint(rubric.lowest, rubric.highest) for _ in scored]
            weights = sum(criterion.weight for criterion in scored)
            total = sum(c.weight * level for c, level in zip(scored, levels, strict=True)) * 10 / weights
            review = rows.add(
                Review,
                assignment_id=assignment,
                rubric_id=rubric.id,
                state=ReviewState.SUBMITTED,
                total=total,
                started_at=now,
                saved_at=now,
                submitted_at=now,
            )
            for criterion, level in zip(scored, levels, strict=True):
                rows.add(Score, review_id=review, criterion_id=criterion.id, level=level, scored_at=now)
    return readers[0], owed


def _masked(rows: Rows, one: Taken, now: datetime) -> None:
    for key, words in one.texts.items():
        pieces = [{"mask": "the nominee", "n": 5, "up": True}, words.partition(" ")[2]]
        rows.add(
            Masked,
            candidacy_id=one.number,
            source_kind="snapshot",
            source_id=one.snapshot,
            key=key,
            source_sha256=hashlib.sha256(words.encode()).hexdigest(),
            pieces=pieces,
            approved_at=now,
        )


def _count_on() -> None:
    """Let PostgreSQL count on from the highest number of each table: rows brought their own."""
    with db.engine.begin() as connection:
        for table in db.metadata.sorted_tables:
            if "id" in table.c and table.name != "organisation":
                name = f'"{table.name}"'
                highest = f"SELECT coalesce(max(id), 0) + 1 FROM {name}"  # noqa: S608 - our own table
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), ({highest}), false)"))


def _analyze() -> None:
    """Let the database look at what it holds, as it does by itself on any other night."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
