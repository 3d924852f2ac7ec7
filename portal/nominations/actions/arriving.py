"""What comes in otherwise than by its writer's own hand: from an export, or told to the office."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from portal import history, mail
from portal.accounts import actions as accounts
from portal.db import db
from portal.nominations.actions import gathering, snapshots
from portal.nominations.actions.writing import LINK_DAYS, on_submitted
from portal.nominations.models import Answer, Entered, Named, Nomination, NominationSchool, Quote, Relation, Sitting, Where
from portal.nominations.rules import NOMINATION, Stage, Step
from portal.people import actions as people
from portal.people.rules import name_key
from portal.questions.models import Asked
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.people.models import Person

WORDS = {Entered.IMPORT: "imported", Entered.STAFF: "entered"}


def arrive(facts: Mapping[str, Any], cycle: Cycle, *, entered: Entered, by: Person | None, at: datetime, raise_conflicts: bool = True) -> Nomination:
    """Make a whole nomination of facts that were judged, with its snapshot, gathered; or held for the office where it is late.

    `facts` are those of `rules.importing.judge`. The cycle's question set must be loaded. An answer that is not among the facts was
    not asked for. Nobody is written to.
    """
    said, who, received = facts["nominator"], facts["nominee"], facts["received_at"]
    sitting = Sitting(
        nominator_name=said["name"],
        nominator_email=said["email"],
        nominator_phone=said["phone"] or None,
        language=facts["language"],
        once=facts.get("once"),
        begun_at=received,
    )
    names = {"given": said["given"], "family": said["family"], "language": facts["language"]}
    sitting.nominator = accounts.person_at(said["email"], at=at, **names) if said["email"] else people.add(at=at, **names)
    nomination = Nomination(
        reference=secrets.token_hex(6),  # until its number is known, below
        sitting=sitting,
        cycle=cycle,
        nominator=sitting.nominator,
        entered=entered,
        entered_by_id=by.id if by else None,
        language=facts["language"],
        place=Where(facts["place"]),
        place_text=facts["place_text"],
        relation=Relation(facts["relation"]) if facts["relation"] else None,
        relation_text=facts["relation_text"],
        quote=Quote(facts["quote"]) if facts["quote"] else None,
        may_tell_nominee=facts.get("may_tell"),
        created_at=received,
        saved_at=received,
        received_at=received,
        stage=NOMINATION.advance(Stage.DRAFT, Step.HOLD_LATE if facts["late"] else Step.SUBMIT),
        submitted_at=None if facts["late"] else received,
    )
    key = name_key(who["given"], who["family"])
    nomination.named = [Named(position=0, given_name=who["given"], family_name=who["family"], email=who["email"], role=who["role"], name_key=key)]
    nomination.schools = [NominationSchool(school=db.session.get_one(School, facts["school"]))] if facts["school"] else []
    asked = {question.key: question for question in cycle.question_set.asked_of(Asked.NOMINATOR)} if cycle.question_set else {}
    nomination.answers = [Answer(question=asked[name], text=text, saved_at=received) for name, text in facts["answers"].items() if name in asked]
    nomination.snapshots = []
    db.session.add(nomination)
    db.session.flush()
    nomination.reference = f"N-{nomination.id:04d}"
    history.record(WORDS[entered], nomination, by=by, at=at, late=facts["late"])
    if not facts["late"]:
        snapshots.take(nomination, at=at)
        gathering.gather(nomination, at=at, by=by, raise_conflicts=raise_conflicts)
        for listener in on_submitted:
            listener(nomination, at)
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
        link={"purpose": "confirm", "kind": "sitting", "id": nomination.sitting_id, "next": f"/nominations/{nomination.reference}", "days": LINK_DAYS},
        name=nomination.sitting.nominator_name,
        reference=nomination.reference,
        award=nomination.cycle.award.name,
        nominee=" & ".join(named.name for named in nomination.named),
    )
