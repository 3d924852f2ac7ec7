"""What the people of a candidacy agreed to publish. The newest word counts; what was not said was not agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.db import db
from portal.nominations.models import Candidacy, CandidacyPerson, Consent, Field, Part
from portal.nominations.rules import ConsentState
from portal.people.models import Person
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Iterable


class Speaker(NamedTuple):
    """Who says what may be published: a person of the candidacy, or their guardian for them."""

    person: Person
    guardian: bool


def candidacy_by_number(number: int) -> Candidacy | None:
    """Return a candidacy with its cycle and its people."""
    wanted = (
        select(Candidacy)
        .options(joinedload(Candidacy.cycle, innerjoin=True), selectinload(Candidacy.people))
        .where(Candidacy.id == number)
    )
    return db.session.scalar(wanted)


def speaker() -> Speaker:
    """Return who is looking, as one who may say what is published."""
    visit = viewer.visit()
    return Speaker(viewer.current(), visit is not None and visit.guardian)


def latest(candidacy_id: int, person_id: int) -> dict[Field, Consent]:
    """Return the newest word of one person (or their guardian) on each field they said anything about."""
    wanted = (
        select(Consent).where(Consent.candidacy_id == candidacy_id, Consent.person_id == person_id).order_by(Consent.id)
    )
    return {said.field: said for said in db.session.scalars(wanted)}


def given(candidacy_id: int) -> dict[int, dict[Field, str]]:
    """Return what each person agreed to, with the words they agreed to: {person's number: {field: words}}."""
    return given_in([candidacy_id])[candidacy_id]


def given_in(candidacies: Iterable[int]) -> dict[int, dict[int, dict[Field, str]]]:
    """Return the same for many candidacies in one query."""
    return said_in(candidacies).given


class Said(NamedTuple):
    """What the people of some candidacies said: what they agree to now, and who has answered whether they may be named."""

    given: dict[int, dict[int, dict[Field, str]]]  # {candidacy: {person: {field: words}}}
    answered: frozenset[tuple[int, int]]  # (candidacy, person): yes, no, or taken back; in a word that counts


def said_in(candidacies: Iterable[int]) -> Said:
    """Return what was said in many candidacies, in one query. For someone under 18, only a guardian's word agrees; anyone's takes back."""
    numbers = list(candidacies)
    found: dict[int, dict[int, dict[Field, str]]] = {number: {} for number in numbers}
    answered = set()
    wanted = (
        select(
            Consent.candidacy_id,
            Consent.person_id,
            Consent.field,
            Consent.state,
            Consent.words,
            Consent.by_guardian,
            Person.minor,
        )
        .join(Person, Person.id == Consent.person_id)
        .where(Consent.candidacy_id.in_(numbers))
        .order_by(Consent.id)
    )
    for candidacy_id, person_id, field, state, words, by_guardian, minor in db.session.execute(wanted):
        agreed = found[candidacy_id].setdefault(person_id, {})
        agreed.pop(field, None)
        counts = state is not ConsentState.GIVEN or by_guardian or not minor
        if state is ConsentState.GIVEN and counts:
            agreed[field] = words
        if field is Field.NAME and counts:
            answered.add((candidacy_id, person_id))
    given = {number: {who: fields for who, fields in people.items() if fields} for number, people in found.items()}
    return Said(given, frozenset(answered))


def part(candidacy_id: int, person_id: int) -> Part | None:
    """Return a person's own part, if they began one."""
    return db.session.scalar(select(Part).where(Part.candidacy_id == candidacy_id, Part.person_id == person_id))


def with_consent(person_id: int) -> list[Candidacy]:
    """Return the candidacies about which somebody (or their guardian) has said anything, with their cycles."""
    said = select(Consent.candidacy_id).where(Consent.person_id == person_id)
    wanted = select(Candidacy).options(joinedload(Candidacy.cycle, innerjoin=True)).where(Candidacy.id.in_(said))
    return list(db.session.scalars(wanted.order_by(Candidacy.id)).unique())


def concerning(person_id: int) -> list[Candidacy]:
    """Return the candidacies somebody has been told of, with their cycles: where they may say what is published."""
    wanted = (
        select(Candidacy)
        .join(CandidacyPerson, CandidacyPerson.candidacy_id == Candidacy.id)
        .options(joinedload(Candidacy.cycle, innerjoin=True))
        .where(
            CandidacyPerson.person_id == person_id, Candidacy.told_at.is_not(None), Candidacy.merged_into_id.is_(None)
        )
        .order_by(Candidacy.id.desc())
    )
    return list(db.session.scalars(wanted).unique())


def answered_in_full(person_id: int) -> frozenset[int]:
    """Return the candidacies, by number, of which somebody (or their guardian) has answered every field."""
    fields = func.count(Consent.field.distinct())
    wanted = select(Consent.candidacy_id).where(Consent.person_id == person_id, Consent.state != ConsentState.NOT_ASKED)
    return frozenset(db.session.scalars(wanted.group_by(Consent.candidacy_id).having(fields == len(Field))))
