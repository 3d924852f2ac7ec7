"""Writing the words of messages, setting them back, and sending oneself a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from portal import history
from portal.db import db
from portal.errors import N_, Refused, Stale
from portal.mail.actions import post
from portal.mail.wording import queries, rules
from portal.mail.wording.models import Wording

if TYPE_CHECKING:
    from datetime import datetime

    from portal.mail.wording.kinds import Kind
    from portal.people.models import Person

MEANWHILE = N_(
    "Somebody else wrote new words meanwhile. Yours are kept below: compare them with theirs, and save again."
)
NO_ADDRESS = N_("You have no address that a test could go to.")


def save(kind: Kind, language: str, *, subject: str, body: str, number: int, by: Person, at: datetime) -> Wording:
    """Keep new words, which every message of this kind in this language says from now on. The same words again are no version.

    `number` is the version that the page was drawn with. Raises `Refused` with the first problem, `Stale` where there is a newer one.
    """
    for problem in rules.problems(kind, subject, body):
        raise Refused(problem.message, field=problem.field, **problem.facts)
    return _append(kind, language, subject=subject.strip(), body=body.strip(), number=number, by=by, at=at)


def reset(kind: Kind, language: str, *, number: int, by: Person, at: datetime) -> None:
    """Let a message say the shipped words again. What staff wrote is kept among the versions."""
    held = queries.newest(kind, language)
    if held is not None and held.body is not None:
        _append(kind, language, subject=None, body=None, number=number, by=by, at=at)


def _append(
    kind: Kind, language: str, *, subject: str | None, body: str | None, number: int, by: Person, at: datetime
) -> Wording:
    held = queries.newest(kind, language)
    if held is not None and (held.subject, held.body) == (subject, body):
        return held
    if (held.number if held is not None else 0) != number:
        raise Stale(MEANWHILE)
    made = Wording(
        kind=kind.slug,
        language=language,
        number=number + 1,
        subject=subject,
        body=body,
        by_id=by.id,
        written_at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:  # saved in another window at this moment
        raise Stale(MEANWHILE) from None
    step = "words of a message written" if body is not None else "words of a message set back"
    history.record(step, made, by=by, at=at, kind=kind.slug, language=language, version=made.number)
    return made


def send_test(to: Person, *, subject: str, blocks: list[str], at: datetime) -> None:
    """Send words to the one who writes them, as a real message would bring them."""
    if not to.email:
        raise Refused(NO_ADDRESS)
    post("mail/test", to=to, at=at, subject=subject, blocks=blocks)
