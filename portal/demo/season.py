"""One season as its people lived it: the export imported, gathered and screened, committees formed, texts read and scored."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.awards import actions as awards
from portal.awards.actions import committees as awards_committees
from portal.awards.models import Member, MemberRole, Rubric
from portal.awards.queries import season as season_of_year
from portal.awards.rules import CycleStage
from portal.db import db
from portal.demo import cast, makers
from portal.demo.calendar import ZONE, Stage
from portal.demo.world import DATA, World, cycles_of
from portal.nominations.actions import conflicts, gathering, importing, screening
from portal.nominations.actions import eligibility as ruling
from portal.nominations.models import Candidacy, Conflict, Entered, Match, MatchState, Relation
from portal.nominations.queries import eligibility
from portal.nominations.rules import CandidacyStage, CandidacyStep, ConflictState
from portal.nominations.rules.eligibility import Holds, Rule
from portal.people.models import Person
from portal.review.actions import appointments, assigning, bands, declaring, masking, reading, rounds
from portal.review.actions import onward as going
from portal.review.actions import screening as screening_said
from portal.review.models import Assignment, Round
from portal.review.queries import appointments as to_meet
from portal.review.queries import bands as bands_of
from portal.review.queries import declarations, texts
from portal.review.queries import reading as readings
from portal.review.queries import rounds as known_rounds
from portal.review.queries.facts import Discussed, TextsOf
from portal.review.queries.onward import proposals as proposals_of
from portal.review.queries.rounds import InReview
from portal.review.rules import onward
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import AssignmentState, RoundState
from portal.review.rules.onward import By
from portal.review.rules.scoring import Confidence, Mark
from portal.schools.models import School

if TYPE_CHECKING:
    import random

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid

SCREENED, SCREENING, MET = "librarian", "student-activist", "school-leadership"  # more than one round
UNDECLARED = "science-teaching"  # its chair has not declared conflicts yet while the season is read
KNOWS, EXPERT = "music", "arts-scholarship"  # half of its files ask for readers who know this, and one member does not
STAMP = "%m/%d/%Y %H:%M:%S"
FULL_WEEK = timedelta(weeks=1)

# Who sits on which committee, by place in cast.READERS; the first is its chair.
COMMITTEES: dict[str, tuple[int, ...]] = {
    "principal-award": (0, 1, 2, 4, 6, 12, 16, 17),
    "excellence-in-teaching": (9, 1, 2, 3, 5, 8, 10, 11, 13, 17),
    "science-teaching": (14, 3, 4, 8, 7, 15),
    "school-leadership": (0, 12, 13, 16, 10, 6),
    "librarian": (9, 15, 5, 7, 4, 11),
    "student-activist": (14, 1, 7, 11, 13, 17),
    "senior-scholarship": (14, 3, 5, 8, 12, 15),
    "arts-scholarship": (9, 4, 6, 10, 13),
    "new-arrival-scholarship": (0, 2, 7, 11, 16),
}
STUDENTS = {
    "senior-scholarship": (
        "Leilani Fonoti",
        "Marcus Oyelaran",
        "Priscilla Nguema",
        "Tuan Hoang",
        "Alejandra Bustos",
        "Jonah Feldstein",
    ),
    "arts-scholarship": ("Naomi Fairweather", "Isaiah Bontemps", "Mei-Lin Chao", "Ruben Archuleta"),
    "new-arrival-scholarship": ("Hodan Abdulle", "Yusuf Karimi", "Oksana Melnyk", "Samuel Tekle", "Ana Lucía Paz"),
}
STUDENT_TEXTS = (
    (
        "Carries a household and a class load that would stop most adults, and asks for neither thanks nor time.",
        "In the week of the flood the math table moved to a laundromat, and nobody fell behind.",
    ),
    (
        "Taught a whole lunch table to read the contract before signing it, beginning with the cafeteria's own.",
        "A teacher was wrong about a citation. The correction came privately, with the source, and with kindness.",
    ),
    (
        "Began the mentoring circle for ninth graders with four chairs. There are forty now, and a waiting list.",
        "Walked a younger student to every class for a month, and never once said why.",
    ),
)


def the_export(world: World, season: Laid) -> None:
    """Import a form service's export, its times moved with the season: what is right comes in, the rest waits to be mended."""
    year = season_of_year(season.year)
    if year is None:
        return
    closes = season.dates["closes_at"]
    at = min(closes + timedelta(days=1), world.now)
    joy = world.person("Joy Tanaka")
    made = importing.upload(
        moved_export(season, until=at), name=f"nominations-{season.year}.csv", season=year, by=joy, at=at
    )
    importing.match_columns(made, made.matched, award=None, by=joy, at=at)
    importing.start(made, tell=False, by=joy, at=at)


def moved_export(season: Laid, *, until: datetime) -> bytes:
    """Return the export with every time moved by the season's whole weeks, and nothing from after `until`."""
    text = (DATA / "nominations-2026.csv").read_bytes().decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(next(reader))
    last = until.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    for row in reader:
        sent = datetime.strptime(row[0], STAMP) + FULL_WEEK * season.weeks  # noqa: DTZ007 - the office's own clock, as in the file
        if sent <= last:
            writer.writerow([sent.strftime(STAMP), *row[1:]])
    return ("\ufeff" + out.getvalue()).encode()


def students(world: World, season: Laid) -> None:
    """Counselors nominate students for the scholarships, which the export does not hold."""
    schools = db.session.scalars(select(School).where(School.high_grade == "12").order_by(School.id)).all()
    for cycle in cycles_of(season):
        for place, name in enumerate(STUDENTS.get(cycle.award.slug, ())):
            sent = min(cycle.opens_at + timedelta(days=5 + 2 * place, hours=place), world.now)
            nomination = makers.make_nomination(
                cycle,
                nominee=name,
                school=world.random.choice(schools),
                nominator=makers.make_person(f"Counselor {world.random.choice(cast.ARCHIVE_FAMILY)}", at=sent),
                texts=(*STUDENT_TEXTS[place % len(STUDENT_TEXTS)], "Grades rose in every term of the last two years."),
                role="Student",
                relation=Relation.COLLEAGUE,
                at=sent,
                entered=Entered.DEMONSTRATION,
            )
            gathering.gather(nomination, at=sent)


def screen(world: World, season: Laid) -> None:
    """Close the season; accept the sure suggestions; find candidacies eligible, but for what somebody still has to look at."""
    joy = world.person("Joy Tanaka")
    for cycle in cycles_of(season):
        at = cycle.closes_at + timedelta(hours=12)
        if cycle.stage is CycleStage.OPEN:
            awards.close_cycle(cycle, at=at)
        for number in db.session.scalars(
            select(Match.id).where(Match.cycle_id == cycle.id, Match.state == MatchState.OPEN)
        ).all():
            match = db.session.get_one(Match, number)
            if (
                match.state is MatchState.OPEN and world.random.random() < 0.5
            ):  # the others wait for whoever looks at the demonstration
                gathering.refuse(match, by=joy, at=at + timedelta(hours=2))
        waiting = select(Candidacy).where(
            Candidacy.cycle_id == cycle.id, Candidacy.stage == CandidacyStage.INTAKE, Candidacy.merged_into_id.is_(None)
        )
        found = db.session.scalars(waiting.options(joinedload(Candidacy.cycle)).order_by(Candidacy.id)).all()
        said = eligibility.findings(cycle, [candidacy.id for candidacy in found])
        for candidacy in found:
            _by_the_rules(candidacy, said[candidacy.id], by=joy, at=at + timedelta(days=3))


def _by_the_rules(candidacy: Candidacy, found: eligibility.Finding, *, by: Person, at: datetime) -> None:
    """Find a candidacy eligible, unless a rule speaks against it; where a call to the school says otherwise, that counts."""
    against = {verdict.rule for verdict in found.of(Holds.NOT_MET)}
    if against == {Rule.TAUGHT} and candidacy.id % 2:
        why = "Their principal, on the telephone: they have taught grade 6 there since the fall."
        ruling.rule_on(candidacy, Rule.TAUGHT, holds=True, reason=why, by=by, at=at)
        against = set()
    if against:
        why = "Nobody but the nominee nominated." if Rule.NOMINATOR in against else "The award is for grades 6 to 12."
        screening.decide(candidacy, CandidacyStep.FIND_INELIGIBLE, by=by, at=at, reason=why)
    else:
        screening.decide(candidacy, CandidacyStep.FIND_ELIGIBLE, by=by, at=at)


def committees(world: World, season: Laid) -> None:
    """Invite the committees; everyone accepts, says how many they can read, and agrees to the rules."""
    joy = world.person("Joy Tanaka")
    for cycle in cycles_of(season):
        at = cycle.closes_at + timedelta(days=4)
        for place, number in enumerate(COMMITTEES[cycle.award.slug]):
            reader = cast.READERS[number]
            member = awards_committees.appoint(
                cycle, world.person(reader.name), role=MemberRole.REVIEWER if place else MemberRole.CHAIR, by=joy, at=at
            )
            db.session.flush()
            whole = db.session.scalars(
                select(Member)
                .options(joinedload(Member.person), joinedload(Member.cycle))
                .where(Member.id == member.id)
            ).one()
            answered = at + timedelta(days=1, hours=place)
            awards_committees.answer_invitation(
                whole, accept=True, capacity=reader.capacity * 2, agreed=True, at=answered
            )
            if cycle.award.slug == EXPERT:
                awards_committees.say_more(
                    whole, expertise=["film"] if reader.manner == "late" else [KNOWS, "theater"], at=answered
                )


def declare(world: World, season: Laid) -> None:
    """Everyone declares conflicts once, against the shuffled list; a few have something to say."""
    joy = world.person("Joy Tanaka")
    for cycle in cycles_of(season):
        at = cycle.closes_at + timedelta(days=15)
        _first_round(cycle, season, by=joy, at=at)
        waits = season.stage is Stage.REVIEW and cycle.award.slug == UNDECLARED
        _declare(cycle, by=joy, at=at, left=3, chair=not waits)


def past_committees(world: World, season: Laid) -> None:
    """The committees of a past season: invited and appointed by the office, everything declared, nothing left open."""
    committees(world, season)
    for cycle in cycles_of(season):
        _declare(cycle, by=world.person("Joy Tanaka"), at=cycle.closes_at + timedelta(days=15))


def _declare(cycle: Cycle, *, by: Person, at: datetime, left: int = 0, chair: bool = True) -> None:
    """Let one committee declare, its `chair` too, and the office decide on what was suggested; one in so many is `left` for the chair."""
    wanted = (
        select(Member).options(joinedload(Member.person), joinedload(Member.cycle)).where(Member.cycle_id == cycle.id)
    )
    for member in db.session.scalars(wanted.order_by(Member.id)).all():
        if member.role is MemberRole.CHAIR and not chair:
            continue
        lines = [line.item for line in declarations.lines(cycle, member)]
        reader = next(one for one in cast.READERS if one.name == member.person.name)
        ties = []
        if left and reader.manner == "spouse" and lines:  # this reader's spouse leads one of the schools
            ties = [declarations.Tie(lines[0], hard=True, words="My husband is the principal there.")]
        declaring.declare(member, listed=lines, ties=ties, at=at + timedelta(days=1))
    suggested = (
        select(Conflict)
        .join(Candidacy)
        .where(Candidacy.cycle_id == cycle.id, Conflict.state == ConflictState.SUGGESTED)
        .options(joinedload(Conflict.candidacy), joinedload(Conflict.person))
    )
    for place, conflict in enumerate(db.session.scalars(suggested).all()):
        if not left or place % left:
            conflicts.dismiss(
                conflict,
                by=by,
                reason="Different departments; they have not worked together.",
                at=at + timedelta(days=2),
            )


def _first_round(cycle: Cycle, season: Laid, *, by: Person, at: datetime) -> None:
    """Make a cycle's first round: most score at once; some screen before it, or choose in it whom to meet."""
    slug, seed = cycle.award.slug, season.year * 100 + cycle.id % 100
    opens, closes = cycle.scoring_opens_at or at, cycle.scoring_closes_at or at
    shape = rounds.Shape(RoundKind.SCREENING, opens, closes, 2, quorum=2, blind=cycle.blind, shows_school=True)
    if slug == SCREENED:
        early = replace(shape, opens_at=at + timedelta(days=2), closes_at=at + timedelta(days=8))
        rounds.plan_round(cycle, replace(early, goes_on=onward.Rule(By.SHARE, least=75)), seed=seed, by=by, at=at)
    elif slug == SCREENING and season.stage is Stage.REVIEW:
        rounds.plan_round(cycle, replace(shape, goes_on=onward.Rule(By.SHARE, least=75)), seed=seed, by=by, at=at)
    elif slug == MET:
        shape = replace(shape, kind=RoundKind.SCORING, reads=cycle.reads, goes_on=onward.Rule(By.TOP, 2))
        rounds.plan_round(cycle, shape, seed=seed, by=by, at=at)
    elif slug == EXPERT:
        shape = replace(shape, kind=RoundKind.SCORING, reads=cycle.reads, quorum=1, shows_school=False)
        round_ = rounds.plan_round(cycle, replace(shape, needs_expertise=True), seed=seed, by=by, at=at)
        taken = select(Candidacy).where(Candidacy.id.in_(known_rounds.taken(round_))).order_by(Candidacy.id)
        for candidacy in db.session.scalars(taken).all()[::2]:
            assigning.ask_for(candidacy, [KNOWS], by=by, at=at)
    else:
        rounds.make(cycle, seed=seed, by=by, at=at)


def screen_first(world: World, season: Laid) -> None:
    """One committee says first of each whether it goes on; those who do are scored in the next round."""
    joy = world.person("Joy Tanaka")
    for cycle in cycles_of(season):
        round_ = known_rounds.newest(cycle.id)
        if cycle.award.slug != SCREENED or round_ is None:
            continue
        _look_over(world, cycle, round_)
        plan = assigning.make_plan(round_, seed=round_.seed, by=joy, at=round_.opens_at - timedelta(days=1))
        assigning.apply(plan, round_, by=joy, at=round_.opens_at - timedelta(days=1))
        rounds.open_round(round_, by=joy, at=round_.opens_at)
        _say(world, round_, share=1.0)
        rounds.close(round_, by=None, at=round_.closes_at)
        at = round_.closes_at + timedelta(hours=9)
        said = {
            number: going.Said(
                proposal.goes_on is not False,
                "" if proposal.goes_on is not None else "One reader fell ill; the other was for it.",
            )
            for number, proposal in proposals_of(round_).items()
        }
        going.decide(round_, said, by=joy, at=at)
        opens, closes = cycle.scoring_opens_at or at, cycle.scoring_closes_at or at
        shape = rounds.Shape(RoundKind.SCORING, opens, closes, cycle.reads, blind=cycle.blind)
        rounds.plan_round(cycle, shape, seed=round_.seed + 1, by=joy, at=at)


def _say(world: World, round_: Round, *, share: float) -> None:
    """Readers of a screening round say of each whether it goes on, as far as they have come."""
    wanted = select(Assignment.reviewer_id, Assignment.position).where(
        Assignment.round_id == round_.id, Assignment.state == AssignmentState.CLEAR
    )
    tasks = db.session.execute(wanted.order_by(Assignment.reviewer_id, Assignment.position)).all()
    manner = {reader.name: reader.manner for reader in cast.READERS}
    mine: dict[int, int] = {}
    for place, (person, position) in enumerate(tasks, start=1):
        who = db.session.get_one(Person, person)
        done = mine[person] = mine.get(person, 0) + 1
        owed = sum(one == person for one, _position in tasks)
        task = readings.own(who, position) if done <= max(owed * share, 1) else None
        if task is None:
            continue
        at = min(
            round_.opens_at + (round_.closes_at - round_.opens_at) * (place / (len(tasks) + 1)),
            world.now - timedelta(minutes=20),
        )
        passes = world.random.random() < 0.75
        why = "" if passes else "Nothing says what changed for students."
        screening_said.say(task, passes=passes, why=why, version=0, at=at)
        if manner.get(who.name) == "recuses" and done == 1 and share < 1:  # a conflict found after reading
            found = readings.own(who, position)
            words = "I recognized my neighbor's classroom in the story."
            if found is not None:
                reading.recuse(found, words=words, by=who, at=at + timedelta(minutes=9))


def look_over(world: World, season: Laid) -> None:
    """Two of the office look over every masked text."""
    for cycle in cycles_of(season):
        round_ = known_rounds.newest(cycle.id)
        if round_ is not None:
            _look_over(world, cycle, round_)


def _look_over(world: World, cycle: Cycle, round_: Round) -> None:
    ruth, review = world.person("Ruth Amsalem"), InReview(cycle, round_)
    masking.prepare(round_, at=round_.opens_at - timedelta(days=6))
    while (number := texts.next_to_look_over(round_, ruth)) is not None:
        of = texts.texts_at(review, number)
        if not isinstance(of, TextsOf):
            break
        masking.approve(of, by=ruth, at=round_.opens_at - timedelta(days=5), seen=masking.state_of(texts.masked_of(of)))


def assign(world: World, season: Laid) -> None:
    """Plan who reads what, apply the plan, and open the rounds at their hour."""
    for cycle in cycles_of(season):
        round_ = known_rounds.newest(cycle.id)
        if round_ is None:
            continue
        joy, at = world.person("Joy Tanaka"), round_.opens_at - timedelta(days=2)
        plan = assigning.make_plan(round_, seed=round_.seed, by=joy, at=at)
        assigning.apply(plan, round_, by=joy, at=at)
        rounds.open_round(round_, by=joy, at=round_.opens_at)


def score(world: World, season: Laid) -> None:
    """Readers read and score, each in their manner: as far as the season has come today."""
    whole = season.stage is not Stage.REVIEW
    by_name = {reader.name: reader for reader in cast.READERS}
    quality: dict[int, float] = {}
    for cycle in cycles_of(season):
        round_ = known_rounds.newest(cycle.id)
        rubric = readings.rubric_for(cycle)
        if round_ is not None and round_.kind is RoundKind.SCREENING:
            _say(world, round_, share=0.5)
        if round_ is None or rubric is None or round_.kind is not RoundKind.SCORING:
            continue
        _score_from_bands(world, round_)
        middle = rubric.highest * 0.6
        wanted = select(Assignment.reviewer_id, Assignment.position, Assignment.candidacy_id).where(
            Assignment.round_id == round_.id, Assignment.state == AssignmentState.CLEAR
        )
        tasks = db.session.execute(wanted.order_by(Assignment.reviewer_id, Assignment.position)).all()
        mine: dict[int, int] = {}
        for person, position, candidacy in tasks:
            who = db.session.get_one(Person, person)
            reader = by_name[who.name]
            done = mine[person] = mine.get(person, 0) + 1
            share = 1.0 if whole else {"late": 0.1, "chair": 0.8}.get(reader.manner, 0.6)
            owed = sum(one == person for one, _position, _candidacy in tasks)
            task = readings.own(who, position) if done <= owed * share else None
            if task is None:
                continue
            at = min(
                round_.opens_at + (round_.closes_at - round_.opens_at) * (done / (owed + 1)),
                world.now - timedelta(minutes=20),
            )
            true = middle + quality.setdefault(candidacy, world.random.gauss(0, 0.9))
            marks = {
                criterion.key: Mark(_level(world.random, reader, true, rubric.highest))
                for criterion in readings.criteria_of(rubric)
            }
            if reader.manner == "recuses" and done == 2:
                reading.save(task, reading.Typed(dict(list(marks.items())[:1]), ""), version=0, at=at)
                reading.recuse(
                    task,
                    words="I recognized my neighbor's classroom in the story.",
                    by=who,
                    at=at + timedelta(minutes=9),
                )
                continue
            said = reading.Typed(
                marks,
                world.random.choice(COMMENTS),
                FOR_NOMINATORS[done % len(FOR_NOMINATORS)],
                (None, Confidence.SURE, Confidence.FAIRLY, Confidence.UNSURE)[(done + person) % 4],
            )
            reading.save(task, said, version=0, at=at)
            if whole or done <= owed * share - 0.5:
                reading.submit(task, at=at + timedelta(minutes=8))


def _score_from_bands(world: World, round_: Round) -> None:
    """The office scores what staff score, such as need: each candidacy's band comes to a level of its own."""
    joy, cycle = world.person("Joy Tanaka"), round_.cycle
    levels = db.session.get_one(Rubric, cycle.rubric_id).highest + 1
    criteria = bands_of.criteria(cycle)
    for candidacy in bands_of.every(cycle, joy) if criteria else ():
        given = {criterion.id: candidacy.id * 7 % levels for criterion in criteria}
        bands.give(InReview(cycle, round_), candidacy, given, by=joy, at=round_.opens_at)


FOR_NOMINATORS = (
    "",
    "The numbers for one year stay in mind. Those of the year before would have made them stronger.",
    "",
    "",
    "Thank you for the voices of the families; we would have liked to hear one of a student as well.",
)
COMMENTS = (
    "Particular, and the numbers are theirs.",
    "The story carries it; the evidence is thin.",
    "I would like the committee to talk about this one.",
    "Strong on families, less on colleagues.",
    "",
    "",
)


def _level(chance: random.Random, reader: cast.Reader, true: float, highest: int) -> int:
    if reader.manner == "flat":
        return round(highest * 2 / 3)
    if reader.manner == "erratic":
        return chance.randint(0, highest)
    return min(max(round(true - reader.severity + chance.gauss(0, 0.7)), 0), highest)


def close_rounds(world: World, season: Laid) -> None:
    """Close the rounds at their instant, so that the committee may see the standings."""
    for cycle in cycles_of(season):
        round_ = known_rounds.newest(cycle.id)
        if round_ is not None and round_.state in {RoundState.OPEN, RoundState.REOPENED}:
            rounds.close(round_, by=None, at=round_.closes_at)
        if round_ is not None and cycle.award.slug == MET and season.stage is Stage.DELIBERATION:
            _meet(world, cycle, round_)


def _meet(world: World, cycle: Cycle, round_: Round) -> None:
    """The best of one committee are to be met: the interviews are planned, and open in the week after."""
    joy, at = world.person("Joy Tanaka"), round_.closes_at + timedelta(days=2)
    said = {
        number: going.Said(proposal.goes_on is not False, "" if proposal.goes_on is not None else "Tied: we meet both.")
        for number, proposal in proposals_of(round_).items()
    }
    going.decide(round_, said, by=joy, at=at)
    opens = (cycle.deliberation_at or at) + timedelta(days=7)
    shape = rounds.Shape(
        RoundKind.INTERVIEW,
        opens,
        opens + timedelta(days=5),
        3,
        quorum=2,
        blind=False,
        shows_school=True,
        rubric=rounds.INTERVIEWS,
    )
    made = rounds.plan_round(cycle, shape, seed=round_.seed + 1, by=joy, at=at)
    begins = opens + timedelta(hours=1)
    for place, line in enumerate(to_meet.lines(made, joy)[:-1]):  # one has no time yet
        one = to_meet.Met(Discussed(InReview(cycle, made), made, line.candidacy, line.spoken), None)
        starts = begins + timedelta(hours=place)
        room = "https://meet.example/4411" if place else "The office, room 2"
        ends = starts + timedelta(minutes=30)
        appointments.plan(one, starts_at=starts, ends_at=ends, place=room, version=0, by=joy, at=at)


def chair_of(world: World, slug: str) -> Person:
    """Return who chairs an award's committee: its first member."""
    return world.person(cast.READERS[COMMITTEES[slug][0]].name)
