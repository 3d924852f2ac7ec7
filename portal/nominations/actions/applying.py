"""Somebody who applies for themself: known for who they are once their address is confirmed, and a minor's guardian told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal import history, mail
from portal.awards import queries as awards
from portal.db import db
from portal.nominations.actions import consent as consents
from portal.nominations.models import Candidacy, CandidacyPerson, Consent, Nomination, Part, Relation, Sitting
from portal.nominations.rules import COUNTS
from portal.people.models import Person
from portal.people.rules import address_key, mailbox

if TYPE_CHECKING:
    from datetime import datetime


def settle(nomination: Nomination, *, at: datetime) -> None:
    """Let whoever applied for themself be the person of their candidacy, told of it, with their guardian noted and told.

    Only once their address is confirmed, and only where name and address say that they are that person: nobody becomes somebody
    else's nominee, nor names a guardian for them. Called again it changes nothing more.
    """
    if nomination.relation is not Relation.SELF or nomination.stage not in COUNTS or nomination.candidacy_id is None:
        return
    sitting = db.session.get_one(Sitting, nomination.sitting_id)
    if sitting.confirmed_at is None:
        return
    candidacy = db.session.get_one(Candidacy, nomination.candidacy_id)
    links = db.session.scalars(select(CandidacyPerson).where(CandidacyPerson.candidacy_id == candidacy.id)).all()
    writer = db.session.get_one(Person, nomination.nominator_id)
    if len(links) != 1 or not _same(writer, links[0].person):
        return
    if links[0].person_id != writer.id and _may_take(candidacy, links[0].person_id, writer):
        links[0].person = writer
        db.session.flush()
    _tell(candidacy, links[0].person, at=at)
    _note_guardian(nomination, sitting, links[0].person, at=at)


def _same(writer: Person, nominee: Person) -> bool:
    return (
        writer.email_key is not None
        and writer.email_key == (nominee.email_key or address_key(nominee.email))
        and writer.sort_name == nominee.sort_name
    )


def _may_take(candidacy: Candidacy, person_id: int, writer: Person) -> bool:
    """Say whether the writer may take the place that was made for them: nothing was said there yet, and no other place is theirs."""
    said = (
        select(func.count())
        .select_from(Part)
        .where(Part.candidacy_id == candidacy.id, Part.person_id == person_id)
        .scalar_subquery()
        + select(func.count())
        .select_from(Consent)
        .where(Consent.candidacy_id == candidacy.id, Consent.person_id == person_id)
        .scalar_subquery()
        + select(func.count())
        .select_from(CandidacyPerson)
        .where(CandidacyPerson.cycle_id == candidacy.cycle_id, CandidacyPerson.person_id == writer.id)
        .scalar_subquery()
    )
    return not db.session.scalar(select(said))


def _tell(candidacy: Candidacy, person: Person, *, at: datetime) -> None:
    """Note that they know of it: they applied."""
    if candidacy.told_at is None and not awards.cycle_by_id(candidacy.cycle_id).surprise:  # type: ignore[union-attr]
        candidacy.told_at = at
        history.record("told of the nomination", candidacy, by=person, at=at)
        db.session.flush()


def _note_guardian(nomination: Nomination, sitting: Sitting, person: Person, *, at: datetime) -> None:
    """Note whether the applicant is under 18, and tell the guardian, once for each application."""
    if sitting.nominator_minor is None:
        return
    minor = sitting.nominator_minor
    named = minor and sitting.guardian_email and mailbox(sitting.guardian_email) != mailbox(person.email)
    if person.minor is None or (minor and not (person.minor and person.guardian_email)):
        keeps = person.guardian_email or not named
        consents.note_person(
            person,
            email=person.email or "",
            minor=minor,
            guardian_name=(person.guardian_name if keeps else sitting.guardian_name) or "",
            guardian_email=(person.guardian_email if keeps else sitting.guardian_email) or "",
            by=person,
            at=at,
        )
    if not named or not person.guardian_email:
        return
    cycle = awards.cycle_by_id(nomination.cycle_id)
    if cycle is None:
        return
    mail.post(
        "nominations/guardian_application",
        to=person,
        to_email=person.guardian_email,
        at=at,
        about=nomination,
        key=f"guardian:{nomination.id}",
        nominee=person.name,
        guardian=person.guardian_name or "",
        award=cycle.award.name,
        year=cycle.year,
        reference=nomination.reference,
    )
