"""The record and the messages as one person may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal.accounts.models import Grant
from portal.db import db
from portal.history import queries as history
from portal.history.models import Event
from portal.home.queries.scope import everywhere, untouched, within_reach
from portal.mail import queries as mail
from portal.mail.models import Message
from portal.nominations.models import Candidacy, Nomination
from portal.people.models import Person
from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Select

    from portal.mail.rules import MessageState


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


def references(events: Iterable[Event]) -> dict[tuple[str, int], str]:
    """Return what nominations and candidacies in these lines are called ("N-0042"): two queries."""
    numbers: dict[str, set[int]] = {"nomination": set(), "candidacy": set()}
    for event in events:
        if event.subject_kind in numbers:
            numbers[event.subject_kind].add(event.subject_id)
    found: dict[tuple[str, int], str] = {}
    for kind, model in (("nomination", Nomination), ("candidacy", Candidacy)):
        wanted = select(model.id, model.reference).where(model.id.in_(numbers[kind]))
        found.update({(kind, number): reference for number, reference in db.session.execute(wanted)})
    return found


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
