"""What comes in otherwise than by its writer's own hand: from an export, or told to the office."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal import history, mail
from portal.accounts import actions as accounts
from portal.db import db
from portal.nominations.actions import conflicts, gathering, snapshots
from portal.nominations.actions.writing import LINK_DAYS, on_submitted
from portal.nominations.models import (
    Answer,
    Entered,
    Named,
    Nomination,
    NominationSchool,
    Quote,
    Relation,
    Sitting,
    Where,
)
from portal.nominations.queries.matching import Known
from portal.nominations.rules import NOMINATION, Stage, Step
from portal.people import actions as people
from portal.people.rules import address_key, name_key
from portal.questions.models import Asked
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.people.models import Person

WORDS = {Entered.IMPORT: "imported", Entered.STAFF: "entered", Entered.PAPER: "entered from paper"}


def arrive(facts: Mapping[str, Any], cycle: Cycle, *, entered: Entered, by: Person | None, at: datetime) -> Nomination:
    """Make a whole nomination of facts that were judged, with its snapshot, gathered; or held for the office where it is late.

    `facts` are those of `rules.importing.judge`, or with several `nominees` and `schools`. The cycle's question set must be loaded.
    An answer that is not among the facts was not asked for. Nobody is written to.
    """
    (nomination,) = arrive_together([(facts, cycle)], entered=entered, by=by, at=at)
    return nomination


def arrive_together(
    arriving: Sequence[tuple[Mapping[str, Any], Cycle]], *, entered: Entered, by: Person | None, at: datetime
) -> list[Nomination]:
    """Do the same for many, in their order, with as few questions to the database as their number allows."""
    said = [facts["nominator"] for facts, _cycle in arriving]
    names = {one["email"]: {"given": one["given"], "family": one["family"]} for one in said if one["email"]}
    languages = {facts["nominator"]["email"]: facts["language"] for facts, _cycle in arriving}
    writers = accounts.persons_at(
        {address: {**name, "language": languages[address]} for address, name in names.items()}, at=at
    )
    numbers = {number for facts, _cycle in arriving for number in _schools(facts)}
    schools = {school.id: school for school in db.session.scalars(select(School).where(School.id.in_(numbers)))}
    made = [_make(facts, cycle, writers, schools, entered=entered, by=by, at=at) for facts, cycle in arriving]
    db.session.add_all(made)
    db.session.flush()
    for nomination in made:
        nomination.reference = f"N-{nomination.id:04d}"
        history.record(WORDS[entered], nomination, by=by, at=at, late=nomination.stage is Stage.LATE)
    counted = [nomination for nomination in made if nomination.stage is Stage.SUBMITTED]
    for nomination in counted:
        snapshots.take(nomination, at=at, flush=False)
    known = (
        {cycle.id: Known(cycle.id) for cycle in {nomination.cycle for nomination in counted}} if len(made) > 1 else {}
    )
    touched: dict[int, set[int]] = {}
    for nomination in counted:
        candidacy = gathering.gather(
            nomination, at=at, by=by, raise_conflicts=False, known=known.get(nomination.cycle_id)
        )
        touched.setdefault(nomination.cycle_id, set()).add(candidacy.id)
    db.session.flush()
    for cycle in {nomination.cycle for nomination in counted}:
        conflicts.raise_for(cycle, touched[cycle.id], at=at)
    for nomination in counted:
        for listener in on_submitted:
            listener(nomination, at)
    return made


def _schools(facts: Mapping[str, Any]) -> list[int]:
    """Return the schools of one: an export names one at most, and whoever calls may name several."""
    several: list[int] | None = facts.get("schools")
    return several if several is not None else [facts["school"]] if facts["school"] else []


def _make(
    facts: Mapping[str, Any],
    cycle: Cycle,
    writers: Mapping[str, Person],
    schools: Mapping[int, School],
    *,
    entered: Entered,
    by: Person | None,
    at: datetime,
) -> Nomination:
    said, received = facts["nominator"], facts["received_at"]
    writer = writers.get(address_key(said["email"]) or "") or people.make(
        given=said["given"], family=said["family"], language=facts["language"], at=at
    )
    sitting = Sitting(
        nominator=writer,
        nominator_name=said["name"],
        nominator_email=said["email"],
        nominator_phone=said["phone"] or None,
        nominator_minor=said.get("minor"),
        guardian_name=said.get("guardian_name") or None,
        guardian_email=said.get("guardian_email") or None,
        language=facts["language"],
        once=facts.get("once"),
        begun_at=received,
    )
    nomination = Nomination(
        reference=secrets.token_hex(6),  # until its number is known
        sitting=sitting,
        cycle=cycle,
        nominator=writer,
        entered=entered,
        entered_by_id=by.id if by else None,
        language=facts["language"],
        place=Where(facts["place"]),
        place_text=facts["place_text"],
        relation=Relation(facts["relation"]) if facts["relation"] else None,
        relation_text=facts["relation_text"],
        quote=Quote(facts["quote"]) if facts["quote"] else None,
        may_tell_nominee=facts.get("may_tell"),
        may_show_words=bool(facts.get("may_show")),
        created_at=received,
        saved_at=received,
        received_at=received,
        stage=NOMINATION.advance(Stage.DRAFT, Step.HOLD_LATE if facts["late"] else Step.SUBMIT),
        submitted_at=None if facts["late"] else received,
    )
    nomination.named = [
        Named(
            position=place,
            given_name=who["given"],
            family_name=who["family"],
            email=who["email"],
            role=who["role"],
            name_key=name_key(who["given"], who["family"]),
        )
        for place, who in enumerate(facts.get("nominees") or [facts["nominee"]])
    ]
    nomination.schools = [NominationSchool(school=schools[number]) for number in _schools(facts)]
    asked = (
        {question.key: question for question in cycle.question_set.asked_of(Asked.NOMINATOR)}
        if cycle.question_set
        else {}
    )
    nomination.answers = [
        Answer(question=asked[key], text=text, saved_at=received)
        for key, text in facts["answers"].items()
        if key in asked
    ]
    nomination.snapshots = []
    return nomination


def thank(nomination: Nomination, *, at: datetime) -> None:
    """Tell a nominator that the office has what they sent or said. Only ever sent when staff ask for it."""
    if not nomination.nominator.email:
        return
    mail.post(
        "nominations/imported",
        to=nomination.nominator,
        at=at,
        about=nomination,
        key=f"imported:{nomination.id}",
        link={
            "purpose": "confirm",
            "kind": "sitting",
            "id": nomination.sitting_id,
            "next": f"/nominations/{nomination.reference}",
            "days": LINK_DAYS,
        },
        name=nomination.sitting.nominator_name,
        reference=nomination.reference,
        award=nomination.cycle.award.name,
        nominee=" & ".join(named.name for named in nomination.named),
    )
