"""Messages: what became of them, and whom none reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.db import db
from portal.mail.models import Message, SentCopy
from portal.mail.rules import MessageState
from portal.people.models import Person
from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

UNREACHED = frozenset({MessageState.FAILED, MessageState.BOUNCED})


def latest_about(kind: str, numbers: Iterable[int]) -> dict[int, Message]:
    """Return the last message about each of these things, by the thing's number: one query."""
    wanted = list(numbers)
    if not wanted:
        return {}
    last = (
        select(func.max(Message.id))
        .where(Message.about_kind == kind, Message.about_id.in_(wanted), Message.state != MessageState.CANCELLED)
        .group_by(Message.about_id)
    )
    found = db.session.scalars(select(Message).where(Message.id.in_(last)))
    return {message.about_id: message for message in found if message.about_id is not None}


def every(*, state: MessageState | None = None, words: str = "") -> Select[Any]:
    """Select messages, each with its reader, the last posted first: by state, by name or address."""
    wanted = select(Message).join(Message.to).options(contains_eager(Message.to)).order_by(Message.id.desc())
    if state is not None:
        wanted = wanted.where(Message.state == state)
    for word in words.split():
        key = f"%{_plain(fold(word))}%"
        address = f"%{_plain(word.casefold())}%"
        wanted = wanted.where(
            or_(
                Person.sort_name.like(key, escape="\\") if fold(word) else False,
                Person.email_key.like(address, escape="\\"),
                func.lower(Message.to_email).like(address, escape="\\"),
            )
        )
    return wanted


def _plain(text: str) -> str:
    """Return text in which LIKE finds no wildcard."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def copies_of(message: Message) -> Sequence[SentCopy]:
    """Return the copies of a message as it was sent, the last first."""
    return db.session.scalars(
        select(SentCopy).where(SentCopy.message_id == message.id).order_by(SentCopy.id.desc())
    ).all()


def mailbox(words: str = "") -> Select[Any]:
    """Select what a demonstration sent, the last first."""
    wanted = select(SentCopy).order_by(SentCopy.id.desc())
    for word in words.split():
        like = f"%{_plain(word.casefold())}%"
        wanted = wanted.where(
            or_(
                func.lower(SentCopy.to_email).like(like, escape="\\"),
                func.lower(SentCopy.subject).like(like, escape="\\"),
            )
        )
    return wanted


def copy_by_id(number: int) -> SentCopy | None:
    """Return one copy."""
    return db.session.get(SentCopy, number)
