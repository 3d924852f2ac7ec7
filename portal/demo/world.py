"""One named world of invented people, built by the portal's own actions at its own past instants.

`build()` makes the whole of it in steps, each a transaction. What a step does stands in its name; what the people are called and how
they score stands in `cast`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import actions as accounts
from portal.accounts.models import Account, Role
from portal.awards import actions as awards
from portal.awards import templates
from portal.awards.models import Award, Cycle, Organisation, PastHonour
from portal.db import db, transaction
from portal.demo import cast, makers
from portal.demo.calendar import Laid
from portal.funds.models import Fund, FundDonor
from portal.nominations.models import Candidacy, Entered, Relation
from portal.nominations.rules import CandidacyStage
from portal.people import actions as people
from portal.people.models import Person
from portal.people.rules import address_key, fold, name_key
from portal.schools import actions as schools
from portal.schools.models import Affiliation, School

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 20_260_202
BUILDING = "building"  # until the last step is done
DATA = Path(__file__).parent / "data"
FIRST_YEAR = 2001
YEARLY = {"The Madrona Fund": 9_500_000, "The Tidepool Fund": 1_500_000, "The Lighthouse Scholarship Fund": 8_000_000}
CREDIT = {
    "The Madrona Fund": {
        "en": "Neighbors of Madrona have given to it since 2004.",
        "es": "Vecinos de Madrona aportan a él desde 2004.",
    },
    "The Tidepool Fund": {
        "en": "Two sisters who taught science began it.",
        "es": "Lo iniciaron dos hermanas, maestras de ciencias.",
    },
    "The Lighthouse Scholarship Fund": {
        "en": "Four hundred families keep it lit.",
        "es": "Cuatrocientas familias lo mantienen encendido.",
    },
}


@dataclass
class World:
    """What later steps need to find again, by name."""

    now: datetime
    seasons: Sequence[Laid]
    random: random.Random = field(default_factory=lambda: random.Random(SEED))
    people: dict[str, int] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Return somebody of the cast."""
        return db.session.get_one(Person, self.people[name])


def office(world: World) -> None:
    """The organisation, its office and board, its donors and its readers."""
    begun = world.now - timedelta(days=900)
    db.session.add(Organisation(id=1, demonstration_stage=BUILDING, **cast.ORGANISATION))
    db.session.flush()
    for member in cast.OFFICE:
        person = _add_person(world, member.name, member.email, begun)
        for role in member.roles:
            accounts.grant(person, role=Role(role), by=None, at=begun)
    for reader in cast.READERS:
        given, _, family = reader.name.rpartition(" ")
        _add_person(
            world, reader.name, f"{given}.{family}@readers.example".lower().replace("á", "a").replace("í", "i"), begun
        )
    for name, email in cast.DONORS:
        _add_person(world, name, email, begun)


def _add_person(world: World, name: str, email: str, at: datetime) -> Person:
    given, _, family = name.rpartition(" ")
    person = people.add(given=given, family=family, email=email, at=at)
    db.session.add(Account(person_id=person.id, address=address_key(email) or "", confirmed_at=at))
    world.people[name] = person.id
    return person


def affiliations(world: World) -> None:
    """Where the readers work, as far as they work in a school."""
    for reader in cast.READERS:
        if reader.school:
            school = db.session.scalars(select(School).where(School.name == reader.school)).one()
            db.session.add(Affiliation(person_id=world.people[reader.name], school_id=school.id, role="staff"))
    _principals(world)


def _principals(world: World) -> None:
    """Who leads the schools of those honored, but where it is a principal who is honored: they hear when it is public."""
    honoured = {one.school for one in cast.HONOURED} - {
        one.school for one in cast.HONOURED if one.award == "principal-award"
    }
    wanted = select(School).where(School.name.in_(honoured)).order_by(School.id)
    for number, school in enumerate(db.session.scalars(wanted).all()):
        given = cast.ARCHIVE_GIVEN[number * 5 % len(cast.ARCHIVE_GIVEN)]
        family = cast.ARCHIVE_FAMILY[number * 7 % len(cast.ARCHIVE_FAMILY)]
        email = f"{fold(given)}.{fold(family)}@schools.example"
        person = people.add(given=given, family=family, email=email, at=world.now - timedelta(days=800))
        db.session.add(Affiliation(person_id=person.id, school_id=school.id, role="principal"))


def funds(world: World) -> None:
    """The funds, their credit lines and their donors."""
    for name, cents in YEARLY.items():
        fund = Fund(name=name, credit=CREDIT[name], yearly_cents=cents)
        db.session.add(fund)
        db.session.flush()
        donor = cast.DONORS[len(db.session.new) % len(cast.DONORS)][0]
        db.session.add(FundDonor(fund_id=fund.id, person_id=world.people[donor]))


def standing_awards(world: World) -> None:
    """The nine awards, from the portal's own templates."""
    for template in templates.AWARDS:
        awards.create_award_from(template, by=world.person("Joy Tanaka"), at=world.now - timedelta(days=890))


def archive(world: World) -> None:
    """A quarter century of honours before the portal, names alone."""
    newest = world.seasons[0].year - 1
    schools = db.session.scalars(select(School).order_by(School.id)).all()
    for award in db.session.scalars(select(Award).order_by(Award.position)):
        template = templates.by_slug(award.slug)
        for year in range(FIRST_YEAR, newest + 1):
            for _ in range(max(1, (template.places if template else 1) // 2)):
                unnamed = world.random.random() < 0.03
                given, family = world.random.choice(cast.ARCHIVE_GIVEN), world.random.choice(cast.ARCHIVE_FAMILY)
                school = world.random.choice(schools)
                db.session.add(
                    PastHonour(
                        award_id=award.id,
                        year=year,
                        name=None if unnamed else f"{given} {family}",
                        name_key=None if unnamed else name_key(given, family),
                        school_id=None if unnamed else school.id,
                        school_name=None if unnamed else school.name,
                        basis=None if unnamed else f"Printed in the program of {year}, as each person agreed",
                    )
                )


def cycles(world: World, season: Laid) -> Sequence[Cycle]:
    """Open one season's nine cycles, as the office did before its first day."""
    begun = season.dates["opens_at"] - timedelta(days=10)
    joy = world.person("Joy Tanaka")
    facts: dict[str, Any] = dict(season.dates)
    made = []
    for award in db.session.scalars(select(Award).order_by(Award.position)).all():
        template = templates.by_slug(award.slug)
        fund = db.session.scalars(select(Fund).where(Fund.name == (template.fund if template else ""))).one()
        cycle = awards.create_cycle(award, year=season.year, by=joy, at=begun, fund=fund, **facts)
        db.session.flush()
        awards.open_cycle(cycle, by=joy, at=begun + timedelta(days=1))
        made.append(cycle)
    return made


def cycles_of(season: Laid) -> Sequence[Cycle]:
    """Return one season's cycles again, with all they need."""
    wanted = (
        select(Cycle)
        .options(joinedload(Cycle.question_set), joinedload(Cycle.rubric), joinedload(Cycle.fund))
        .join(Cycle.award)
    )
    return db.session.scalars(wanted.where(Cycle.season.has(year=season.year)).order_by(Award.position)).unique().all()


def past_nominations(world: World, season: Laid) -> None:
    """What was sent in the past season: somebody for everyone honored, and two for each award who were not chosen."""
    schools = {school.name: school for school in db.session.scalars(select(School))}
    for cycle in cycles_of(season):
        honoured = [one for one in cast.HONOURED if one.award == cycle.award.slug]
        for one in honoured:
            _past_candidacy(world, cycle, one.name, one.role, schools[one.school], _texts(one), one.citation)
        for _ in range(2):
            name = f"{world.random.choice(cast.ARCHIVE_GIVEN)} {world.random.choice(cast.ARCHIVE_FAMILY)}"
            school = world.random.choice(list(schools.values()))
            _past_candidacy(world, cycle, name, honoured[0].role if honoured else "Student", school, PLAIN_TEXTS, "")


PLAIN_TEXTS = (
    "Comes early, stays late, and knows every name.",
    "The week the boiler failed, class moved to the gym and nobody missed a lesson.",
    "",
)


def _texts(one: cast.Honoured) -> tuple[str, ...]:
    told, _, more = one.biography.partition("\n\n")
    said = "\n\n".join(words for words in (told or PLAIN_TEXTS[0], one.quotation) if words)
    return (said, more or PLAIN_TEXTS[1], "")


def _past_candidacy(  # noqa: PLR0917 - a step of the story
    world: World, cycle: Cycle, name: str, role: str, school: School, texts: tuple[str, ...], _citation: str
) -> Candidacy:
    sent = cycle.opens_at + (cycle.closes_at - cycle.opens_at) * world.random.random()
    candidacy = makers.make_candidacy(
        cycle, name=name, school=school, stage=CandidacyStage.IN_REVIEW, nominations=0, at=sent, role=role
    )
    candidacy.people[0].person.email = f"{fold(name).replace(' ', '.')}.{candidacy.id}@people.example"
    candidacy.people[0].person.email_key = address_key(candidacy.people[0].person.email)
    for _ in range(world.random.choice((1, 1, 2))):
        writer = f"{world.random.choice(cast.ARCHIVE_GIVEN)} {world.random.choice(cast.ARCHIVE_FAMILY)}"
        nominator = makers.make_person(writer, at=sent)
        relation = world.random.choice((Relation.PARENT, Relation.STUDENT, Relation.COLLEAGUE, Relation.COMMUNITY))
        makers.make_nomination(
            cycle,
            nominee=name,
            school=school,
            nominator=nominator,
            texts=texts,
            role=role,
            candidacy=candidacy,
            at=sent,
            relation=relation,
            entered=Entered.DEMONSTRATION,
        )
    return candidacy


def step(name: str, work: Callable[[], object], tell: Callable[[str], None]) -> None:
    """Do one step as a transaction, and say so."""
    tell(name)
    with transaction():
        work()


def schools_of_the_district(world: World) -> None:
    """The schools, as the national centre publishes them."""
    with (DATA / "seattle-schools.csv").open(encoding="utf-8-sig", newline="") as lines:
        schools.load(lines)
    del world
