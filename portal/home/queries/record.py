"""The record and the messages as one person may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from portal.accounts.models import Grant
from portal.awards.models import Award, Cycle, Member, Season
from portal.db import db
from portal.decisions.models import Decision
from portal.funds.models import Fund
from portal.history import queries as history
from portal.history.models import Event
from portal.home.queries.scope import everywhere, untouched, within_reach
from portal.mail import queries as mail
from portal.mail.models import Message
from portal.mail.rules import MessageState
from portal.nominations.models import Candidacy, Import, Nomination
from portal.offers.models import Offer, Payment, Requirement
from portal.people.models import Person
from portal.people.rules import fold
from portal.publishing.desk.models import Release
from portal.publishing.models import Recipient
from portal.review.models import Round
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Select

    from portal.mail.wording.kinds import Kind


def record(  # the filters of one page
    person: Person | None,
    *,
    kind: str = "",
    number: int | None = None,
    words: str = "",
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> Select[*tuple[Any, ...]]:
    """Select the lines of the record that this person may read, newest first, each with who did it."""
    wanted = history.every([kind] if kind else ())
    wanted = wanted.where(untouched(Event.subject_kind, Event.subject_id, person))
    if not everywhere(person):
        wanted = wanted.where(within_reach(Event.subject_kind, Event.subject_id, person))
    if number is not None:
        wanted = wanted.where(Event.subject_id == number)
    for word in words.split():
        key = fold(word)
        if key:
            wanted = wanted.where(Person.sort_name.contains(key, autoescape=True))
    if begins is not None:
        wanted = wanted.where(Event.at >= begins)
    if ends is not None:
        wanted = wanted.where(Event.at < ends)
    return wanted


def references(events: Iterable[Event], *, names: bool) -> dict[tuple[str, int], str]:
    """Return what the things in these lines are called: references, awards and years; and people, where `names` may be read.

    One query for each kind of thing among them.
    """
    numbers: dict[str, set[int]] = {}
    for event in events:
        numbers.setdefault(event.subject_kind, set()).add(event.subject_id)
    found: dict[tuple[str, int], str] = {}
    for kind, those in numbers.items():
        if kind in _CALLED and (names or kind not in _PEOPLE):
            wanted, words = _CALLED[kind]
            for number, *facts in db.session.execute(wanted.where(wanted.selected_columns[0].in_(those))):
                found[kind, number] = words(*facts)
    return found


def _year(name: dict[str, str], year: int) -> str:
    return f"{words_in(name)} {year}"


def _name(given: str, family: str) -> str:
    return f"{given} {family}".strip()


_of_cycle = (
    select(Award.name, Season.year).join(Cycle, Cycle.award_id == Award.id).join(Season, Season.id == Cycle.season_id)
)
# kind -> what finds its number and its facts, and how these are said
_CALLED: dict[str, tuple[Any, Callable[..., str]]] = {
    "award": (select(Award.id, Award.name), words_in),
    "cycle": (_of_cycle.with_only_columns(Cycle.id, Award.name, Season.year), _year),
    "round": (
        _of_cycle.join(Round, Round.cycle_id == Cycle.id).with_only_columns(Round.id, Award.name, Season.year),
        _year,
    ),
    "nomination": (select(Nomination.id, Nomination.reference), str),
    "candidacy": (select(Candidacy.id, Candidacy.reference), str),
    "decision": (
        select(Decision.id, Candidacy.reference).join(Candidacy, Candidacy.id == Decision.candidacy_id),
        str,
    ),
    "recipient": (
        select(Recipient.id, Candidacy.reference).join(Candidacy, Candidacy.id == Recipient.candidacy_id),
        str,
    ),
    "release": (
        _of_cycle.join(Release, Release.cycle_id == Cycle.id).with_only_columns(Release.id, Award.name, Season.year),
        _year,
    ),
    "offer": (select(Offer.id, Offer.reference), str),
    "payment": (select(Payment.id, Offer.reference).join(Offer, Offer.id == Payment.offer_id), str),
    "requirement": (select(Requirement.id, Offer.reference).join(Offer, Offer.id == Requirement.offer_id), str),
    "import": (select(Import.id, Import.name), str),
    "fund": (select(Fund.id, Fund.name), str),
    "person": (select(Person.id, Person.given_name, Person.family_name), _name),
    "member": (
        select(Member.id, Person.given_name, Person.family_name).join(Person, Person.id == Member.person_id),
        _name,
    ),
}
_PEOPLE = frozenset({"person", "member"})


def of_the_office(people: Iterable[Person | None]) -> set[int]:
    """Return which of these people hold or held a role: an auditor reads their names, and nobody else's before release."""
    numbers = {person.id for person in people if person is not None}
    return set(db.session.scalars(select(Grant.person_id).where(Grant.person_id.in_(numbers))))


def messages(person: Person | None, *, state: MessageState | None = None, words: str = "") -> Select[Any]:
    """Select the messages that this person may read, each with its reader, the last first."""
    return mail.every(state=state, words=words).where(untouched(Message.about_kind, Message.about_id, person))


def counts(person: Person | None) -> dict[MessageState, int]:
    """Return how many messages that this person may read stand in each state."""
    wanted = select(Message.state, func.count()).where(untouched(Message.about_kind, Message.about_id, person))
    return {state: count for state, count in db.session.execute(wanted.group_by(Message.state))}  # noqa: C416 - as rows


def message(person: Person | None, number: int) -> Message | None:
    """Return one message with its reader, if no conflict keeps it from this person."""
    wanted = mail.every().where(Message.id == number, untouched(Message.about_kind, Message.about_id, person))
    found: Message | None = db.session.scalar(wanted)
    return found


def of_kind(person: Person | None, kind: Kind, *, most: int) -> list[Message]:
    """Return the last messages of one kind that this person may read, each with its reader; of an outcome those that have left."""
    told = or_(Message.result.is_(False), Message.state == MessageState.SENT)
    wanted = messages(person).where(Message.template == kind.template, told).limit(8 * most)
    return [each for each in db.session.scalars(wanted) if kind.fits(each.facts)][:most]
