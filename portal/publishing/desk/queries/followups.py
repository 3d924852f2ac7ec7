"""Who was told something of a candidacy that holds no more, and what they are owed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from portal.db import db
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.models import Candidacy, CandidacyPerson
from portal.people.models import Person
from portal.publishing.desk import queries
from portal.publishing.desk.models import Followup, Release
from portal.publishing.desk.queries import Releasing

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.policy import Fact

ABOUT_ONE = ("publishing/selected", "publishing/guardian", "publishing/school")
ABOUT_SEVERAL = ("publishing/nominator", "publishing/recommender")
LEFT = (MessageState.SENDING, MessageState.SENT)


class Told(NamedTuple):
    """Somebody who was told: by which messages, and whether it was about themselves."""

    to: int
    to_email: str | None
    name: str
    kinds: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class Following:
    """One change, with everybody who was told what held before it."""

    releasing: Releasing
    candidacy: Candidacy
    followup: Followup
    told: tuple[Told, ...]


def told(candidacy: Candidacy, *, spared: bool = False) -> tuple[Told, ...]:
    """Return who was told that a candidacy was chosen, each once, in the order of telling; its own people not where they are `spared`."""
    own = set(db.session.scalars(select(CandidacyPerson.person_id).where(CandidacyPerson.candidacy_id == candidacy.id)))
    release = select(Release.id).where(Release.cycle_id == candidacy.cycle_id).scalar_subquery()
    wanted = (
        select(Message.to_id, Message.to_email, Message.template, Message.facts, Person)
        .join(Person, Person.id == Message.to_id)
        .where(
            Message.state.in_(LEFT),
            or_(
                and_(
                    Message.about_kind == "candidacy",
                    Message.about_id == candidacy.id,
                    Message.template.in_(ABOUT_ONE),
                ),
                and_(Message.about_kind == "release", Message.about_id == release, Message.template.in_(ABOUT_SEVERAL)),
            ),
        )
        .order_by(Message.id)
    )
    found: dict[tuple[int, str | None], tuple[str, list[str]]] = {}
    for to, email, template, facts, person in db.session.execute(wanted):
        if template in ABOUT_SEVERAL and not _of(candidacy.id, facts):
            continue
        if spared and to in own:
            continue
        kind = template.removeprefix("publishing/")
        name = facts.get("guardian") or person.name if email else person.name
        kinds = found.setdefault((to, email), (name, []))[1]
        if kind not in kinds:
            kinds.append(kind)
    return tuple(Told(to, email, name, tuple(kinds), to in own) for (to, email), (name, kinds) in found.items())


def _of(number: int, facts: dict[str, list[dict[str, object]]]) -> bool:
    """Say whether a message about several says of this one that they were chosen."""
    return any(one.get("candidacy") == number and one.get("outcome") == "selected" for one in facts.get("nominees", ()))


def of_cycle(cycle: Cycle) -> list[tuple[Followup, Candidacy]]:
    """Return every change of a cycle after which somebody was owed a word, what is open first."""
    wanted = (
        select(Followup, Candidacy)
        .join(Candidacy, Candidacy.id == Followup.candidacy_id)
        .where(Candidacy.cycle_id == cycle.id)
        .order_by(Followup.settled_at.is_not(None), Followup.id.desc())
    )
    return [(followup, candidacy) for followup, candidacy in db.session.execute(wanted)]


def following(slug: str, year: int, number: int) -> Following | None:
    """Return one change of a cycle by its number."""
    found = queries.releasing(slug, year)
    if found is None:
        return None
    wanted = select(Followup, Candidacy).join(Candidacy, Candidacy.id == Followup.candidacy_id)
    wanted = wanted.options(selectinload(Candidacy.people))
    row = db.session.execute(wanted.where(Followup.id == number, Candidacy.cycle_id == found.cycle.id)).one_or_none()
    if row is None:
        return None
    followup, candidacy = row
    return Following(found, candidacy, followup, told(candidacy, spared=followup.spared))


def facts_of_following(person: Person | None, thing: Following) -> frozenset[Fact]:
    """Return what holds of this person and a change of a release."""
    return queries.facts_of_releasing(person, thing.releasing)
