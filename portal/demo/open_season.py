"""The season that is open today: what came in so far, by every road and in every shape that an office meets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.awards.models import PastHonour
from portal.db import db
from portal.demo import cast, makers
from portal.demo.world import World, cycles_of
from portal.nominations.actions import gathering
from portal.nominations.models import Entered, Named, NominationSchool, Quote, Relation, Where
from portal.nominations.rules import Stage
from portal.people.models import Person
from portal.people.rules import name_key
from portal.schools.models import School

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid
    from portal.nominations.models import Nomination

PATIENT = (
    "She stays after the last bus so that parents who work late can talk to her, and she has learned to say good evening in six languages.",
    "In October a new student would not take off his coat. She moved her desk to the window, wore her own coat, and waited. It took nine days.",
    "Eleven of twelve families came to the spring conference. Two years ago it was four.",
)
STEADY = (
    "He rewrote the science kits so that nothing in them has to be bought, and then taught three other schools to do it.",
    "A child asked whether worms have birthdays. The class has kept a worm calendar since, in four languages.",
    "Every fifth grader passed the district task this year.",
)

AMHARIC = (
    "ልጆቻችን ቋንቋቸውን እንዳይረሱ በየቅዳሜው ታስተምራቸዋለች።",
    "ልጄ ሂሳብ አልወድም ይል ነበር። አሁን ለታናሽ እህቱ ያስተምራል።",
    "ባለፈው ዓመት ሦስት ተማሪዎች ወደቁ፤ ዘንድሮ አንድም የለም።",
)


def came_in(world: World, season: Laid) -> None:
    """Submissions, drafts, a late thought withdrawn, one from a telephone call: all before today."""
    by_slug = {cycle.award.slug: cycle for cycle in cycles_of(season)}
    teaching, science, leadership = (
        by_slug["excellence-in-teaching"],
        by_slug["science-teaching"],
        by_slug["school-leadership"],
    )
    schools = {school.name: school for school in db.session.scalars(select(School))}
    denny, mercer = schools["David T. Denny International Middle School"], schools["Mercer International Middle School"]

    _in(world, teaching, "Amina Warsame", denny, PATIENT, relation=Relation.PARENT, days=3, may_show_words=True)
    _in(world, teaching, "Amina Warsame", denny, PATIENT[::-1], relation=Relation.COLLEAGUE, days=6)
    _in(
        world,
        teaching,
        "Beto Salas",
        schools["Chief Sealth International High School"],
        PATIENT,
        relation=Relation.STUDENT,
        days=8,
    )
    _in(
        world,
        teaching,
        "Roberto Salas",
        schools["Chief Sealth International High School"],
        STEADY,
        relation=Relation.COLLEAGUE,
        days=9,
    )
    _in(world, teaching, "Grace Kim", schools["Garfield High School"], STEADY, days=10)
    _in(world, teaching, "Grace Kim", schools["Lowell Elementary School"], PATIENT, days=11)
    _in(world, science, "Phuong Dao", mercer, STEADY, relation=Relation.STUDENT, days=12)
    _in(world, teaching, "Phuong Dao", mercer, STEADY, relation=Relation.PARENT, days=12)
    _in(
        world,
        leadership,
        "Winston Achterberg",
        None,
        PATIENT,
        role="Director of family engagement",
        place=Where.CENTRAL,
        days=13,
    )
    called = _in(
        world,
        science,
        "Ellen Mbeki",
        schools["Rainier Beach High School"],
        STEADY,
        days=14,
        entered=Entered.STAFF,
        entered_by_id=world.people["Ruth Amsalem"],
    )
    _unreached(called, bounced=False)
    three = _in(
        world,
        teaching,
        "Hirut Alemayehu",
        schools["Franklin High School"],
        PATIENT,
        relation=Relation.STUDENT,
        days=15,
        gather=False,
    )
    three.schools += [
        NominationSchool(school=schools["Nova High School"]),
        NominationSchool(school=schools["Middle College High School"]),
    ]
    db.session.flush()
    gathering.gather(three, at=three.created_at)
    _in(world, teaching, "ሂሩት አለማየሁ", schools["Franklin High School"], AMHARIC, days=16, language="am")
    lorena = _in(world, teaching, "Lorena Vasquez-Ode", denny, STEADY, relation=Relation.PARENT, days=16)
    _unreached(lorena, bounced=True)
    db.session.add(_honoured_before(teaching, "Lorena", "Vasquez-Ode", denny))
    _in(
        world,
        teaching,
        "Malik Trent",
        schools["Adams Elementary School"],
        PATIENT,
        relation=Relation.SELF,
        days=16,
        entered=Entered.STAFF,
        entered_by_id=world.people["Ruth Amsalem"],
    )
    team = _in(world, science, "Rosa Lindgren", schools["Hazel Wolf K-8"], STEADY, days=16, gather=False)
    team.named.append(
        Named(position=1, given_name="Theo", family_name="Marsh", role="Teacher", name_key=name_key("Theo", "Marsh"))
    )
    db.session.flush()
    gathering.gather(team, at=team.created_at)
    for place, cycle in enumerate((teaching, by_slug["principal-award"], by_slug["librarian"])):
        _in(
            world,
            cycle,
            f"{cast.ARCHIVE_GIVEN[place + 3]} {cast.ARCHIVE_FAMILY[place + 9]}",
            denny,
            PATIENT[: place + 1],
            stage=Stage.DRAFT,
            days=17,
            gather=False,
            quote=None,
        )


def _unreached(nomination: Nomination, *, bounced: bool) -> None:
    """Let no message reach a nominator: one came back, or they called and gave a telephone number alone."""
    person = db.session.get_one(Person, nomination.nominator_id)
    if bounced:
        person.bounced_at = nomination.created_at + timedelta(days=1)
        person.bounce_reason = "550 5.1.1 No such mailbox"
    else:
        person.email = person.email_key = None
        nomination.sitting.nominator_email, nomination.sitting.nominator_phone = None, "206 555 0187"
        nomination.sitting.confirmed_at = None


def _honoured_before(cycle: Cycle, given: str, family: str, school: School) -> PastHonour:
    """Return a line of the archive: somebody who received this award three years ago, and is nominated again."""
    return PastHonour(
        award_id=cycle.award_id,
        year=cycle.year - 3,
        name=f"{given} {family}",
        name_key=name_key(given, family),
        school_id=school.id,
        school_name=school.name,
        basis=f"Printed in the program of {cycle.year - 3}, as each person agreed",
    )


def came_in_saying(world: World, cycle: Cycle, nominee: str, texts: tuple[str, ...], *, days: int) -> None:
    """Let a family nominate somebody in these words, whatever their language."""
    denny = db.session.scalars(select(School).where(School.name == "David T. Denny International Middle School")).one()
    _in(world, cycle, nominee, denny, texts, days=days, relation=Relation.PARENT)


def _in(
    world: World,
    cycle: Cycle,
    nominee: str,
    school: School | None,
    texts: tuple[str, ...],
    *,
    days: int,
    gather: bool = True,
    **facts: Any,
) -> Nomination:
    at = min(cycle.opens_at + timedelta(days=days, hours=days % 9), world.now - timedelta(hours=1))
    writer = f"{world.random.choice(cast.ARCHIVE_GIVEN)} {world.random.choice(cast.ARCHIVE_FAMILY)}"
    usual: dict[str, Any] = {
        "quote": world.random.choice((Quote.NAMED, Quote.UNNAMED)),
        "relation": Relation.COLLEAGUE,
    }
    nomination = makers.make_nomination(
        cycle,
        nominee=nominee,
        school=school,
        nominator=makers.make_person(writer, at=at),
        texts=texts,
        at=at,
        **{**usual, **facts},
    )
    if gather:
        gathering.gather(nomination, at=at)
    return nomination
