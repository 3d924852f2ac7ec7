"""The steps in which the world is built, and whom to sign in as when it stands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import g
from sqlalchemy import select

from portal.accounts.models import Account
from portal.awards import queries as awards
from portal.db import db, transaction
from portal.demo import (
    afterwards,
    announcing,
    cast,
    deliberating,
    giving,
    open_season,
    paper,
    roster,
    season,
    sittings,
    supporting,
    translating,
    trying,
    world,
)
from portal.demo.calendar import Stage
from portal.funds.models import FundDonor
from portal.mail import chores as mail
from portal.nominations.models import Nomination, Part, Recommendation
from portal.nominations.rules.letters import LetterState
from portal.nominations.rules.parts import PartState
from portal.people.models import Person
from portal.publishing.models import Recipient
from portal.review.actions import calibrating

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.demo.calendar import Laid
    from portal.demo.world import World

INTAKE = (season.the_export, season.students)
REVIEW = (
    season.screen,
    season.committees,
    season.declare,
    season.screen_first,
    season.look_over,
    trying.practice,
    season.assign,
    season.score,
)
FIRST = "nine cycles are opened"
SAID: dict[Callable[[World, Laid], object], str] = {
    world.past_nominations: "nominations come in",
    season.the_export: "an export of 143 submissions is imported",
    season.students: "counselors nominate students",
    season.screen: "nominations of one person are gathered and screened",
    season.committees: "committees are invited",
    season.past_committees: "committees were invited and declared their conflicts",
    season.declare: "conflicts are declared",
    season.screen_first: "one committee screens before it scores",
    season.look_over: "texts are masked and looked over",
    season.assign: "readings are assigned",
    trying.practice: "committees practice on past files",
    season.score: "readers score",
    trying.on_paper: "a sheet comes back on paper",
    season.close_rounds: "rounds close",
    deliberating.lock_scores: "scores are locked",
    deliberating.meet: "a committee meets",
    announcing.by_cast: "a committee decides",
    announcing.by_standing: "committees decide",
    announcing.prepare: "pages are prepared and approved",
    announcing.put_right: "a page is put right, and a word to those who were told is prepared",
    announcing.begin: "the announcement of one award is being prepared",
    announcing.announce: "recipients are told, agree, and are announced",
    announcing.guardian_called: "a mother calls, and what she allows is written down",
    giving.give: "offers are answered, papers come in, sums are paid, and donors are thanked",
    afterwards.plan_visits: "visits are planned for those who are surprised",
    afterwards.remembered: "kind words are sent, and recipients say what worked",
    open_season.came_in: "nominations come in",
    paper.came_on_paper: "two forms come on paper",
    supporting.support: "letters are asked for, and a nominee adds their part",
    sittings.sat: "a mother nominates two people for two awards, and a student of 17 applies",
    translating.translate: "families write in their languages, and neighbors translate",
    translating.held: "a program sends an advertisement, which is held",
}


def build(made: World, *, tell: Callable[[str], None]) -> None:
    """Build the whole world, step by step; each step is a transaction."""
    for words, begin in (
        ("The office, its board and its readers", world.office),
        ("The schools of the district", world.schools_of_the_district),
        ("Where readers work", world.affiliations),
        ("Funds and their donors", world.funds),
        ("Nine awards", world.standing_awards),
        ("The archive", world.archive),
    ):
        world.step(words, partial(begin, made), tell)
    past, *others = made.seasons
    _live(
        made,
        past,
        (
            world.cycles,
            world.past_nominations,
            season.past_committees,
            announcing.by_cast,
            announcing.prepare,
            afterwards.plan_visits,
            announcing.announce,
            giving.give,
            afterwards.remembered,
            announcing.guardian_called,
        ),
        tell,
    )
    for laid in others:
        _live(made, laid, (world.cycles, *_steps(laid)), tell)
    world.step("The district's roster is brought in", partial(roster.brought_in, made), tell)
    tell("Messages leave")
    with transaction():
        calibrating.calibrate_due(made.now)
    for laid in others:
        if laid.stage is Stage.DELIBERATION:
            _live(made, laid, (deliberating.meet, announcing.begin), tell)
    g.organisation = awards.organisation()  # messages say whom to ask, as they do when the worker sends them
    while mail.deliver_due(made.now):
        continue
    _live(made, past, (announcing.put_right,), tell)


def _steps(laid: Laid) -> tuple[Callable[[World, Laid], object], ...]:
    """Return how far a season was lived, by where it stands today."""
    if laid.stage is Stage.OPEN:
        return (
            open_season.came_in,
            paper.came_on_paper,
            supporting.support,
            sittings.sat,
            translating.translate,
            translating.held,
        )
    if laid.stage is Stage.REVIEW:
        return (*INTAKE, *REVIEW, trying.on_paper)
    if laid.stage is Stage.DELIBERATION:
        return (*INTAKE, *REVIEW, season.close_rounds, deliberating.lock_scores)
    return (
        *INTAKE,
        *REVIEW,
        season.close_rounds,
        announcing.by_standing,
        announcing.prepare,
        announcing.announce,
        giving.give,
    )


def _live(
    made: World, laid: Laid, steps: Sequence[Callable[[World, Laid], object]], tell: Callable[[str], None]
) -> None:
    for work in steps:
        world.step(f"{laid.year}: {SAID.get(work, FIRST)}", partial(work, made, laid), tell)


def introductions() -> list[tuple[Person, str, str]]:
    """Return the people of the cast to sign in as: each with what they do, and where they begin."""
    what = {member.name: (member.what, "/desk") for member in cast.OFFICE}
    for reader in cast.READERS:
        what[reader.name] = ("chairs a committee" if reader.manner == "chair" else "reads and scores", "/reading")
    accounts = select(Person).join(Account, Account.person_id == Person.id).order_by(Person.id.desc())
    known = {person.name: person for person in db.session.scalars(accounts)}
    people = [(known[name], words, path) for name, (words, path) in what.items() if name in known]
    return [*people, *_families()]


def _families() -> list[tuple[Person, str, str]]:
    """Return somebody who nominates this season, and somebody who was honored and decides what is published."""
    found = []
    for words, path, who in (
        ("nominates two people for two awards", "/nominations", sittings.MOTHER),
        ("is 17, and applies for a scholarship", "/nominations", sittings.STUDENT),
    ):
        person = db.session.scalar(select(Person).where(Person.email_key == who[1]).limit(1))
        if person is not None:
            found.append((person, words, path))
    nominator = db.session.scalar(
        select(Person).join(Nomination, Nomination.nominator_id == Person.id).order_by(Nomination.id.desc()).limit(1)
    )
    if nominator is not None and not found:
        found.append((nominator, "nominates someone", "/nominations"))
    writer = db.session.scalar(
        select(Person)
        .join(Recommendation, Recommendation.writer_id == Person.id)
        .where(Recommendation.state == LetterState.ASKED)
        .limit(1)
    )
    if writer is not None:
        found.append((writer, "was asked for a letter", "/letters"))
    part = db.session.scalar(select(Part).where(Part.state == PartState.ACCEPTED).limit(1))
    if part is not None:
        nominee = db.session.get_one(Person, part.person_id)
        found.append((nominee, "was nominated, and adds their own part", f"/part/{part.candidacy_id}"))
    gave = db.session.scalar(
        select(Person).join(FundDonor, FundDonor.person_id == Person.id).order_by(FundDonor.id).limit(1)
    )
    if gave is not None:
        fund = db.session.scalar(select(FundDonor.fund_id).where(FundDonor.person_id == gave.id).order_by(FundDonor.id))
        found.append((gave, "gave to a fund, and sees what it did", f"/funds/{fund}"))
    recipient = db.session.scalar(select(Recipient).where(Recipient.name.is_not(None)).order_by(Recipient.id).limit(1))
    if recipient is not None and recipient.person_id is not None:
        found.append(
            (
                db.session.get_one(Person, recipient.person_id),
                "was honored, and says what is published",
                f"/consent/{recipient.candidacy_id}",
            )
        )
    return found
