"""Posting and cancelling messages. Delivery is the worker's."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from portal import history
from portal.db import Model, ask_one, db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.mail.models import Message
from portal.mail.rules import MESSAGE, MessageState, MessageStep
from portal.people.models import Person
from portal.people.rules import address_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


_POSTED = select(Message.id).where(Message.key == bindparam("key"))


def post(
    template: str,
    *,
    to: Person,
    at: datetime,
    about: Model | None = None,
    link: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    result: bool = False,
    key: str | None = None,
    to_email: str | None = None,
    **facts: Any,
) -> Message | None:
    """Post one message in this transaction. With a `key`, the same message is posted once; a second call returns None.

    `facts` must be plain JSON; `link` is {"purpose", "kind", "id", "next"} where the message carries a sign-in link.
    """
    if key is not None and ask_one(_POSTED, {"key": key}):
        return None
    message = Message(
        template=template,
        to_id=to.id,
        to_email=to_email,
        about_kind=about.__tablename__ if about is not None else None,
        about_id=about.id if about is not None else None,
        facts=facts,
        link=link,
        result=result,
        key=key,
        not_before=not_before or at,
        message_id=f"{secrets.token_hex(16)}@portal",
        posted_at=at,
    )
    db.session.add(message)
    return message


def cancel(about: Model, *, templates: tuple[str, ...] = (), to: Person | None = None) -> int:
    """Cancel what still waits about this thing, to one person or to all, since its news has changed. Returns how many."""
    waiting = (
        update(Message)
        .where(
            Message.about_kind == about.__tablename__,
            Message.about_id == about.id,
            Message.state == MessageState.WAITING,
        )
        .values(state=MessageState.CANCELLED)
    )
    if templates:
        waiting = waiting.where(Message.template.in_(templates))
    if to is not None:
        waiting = waiting.where(Message.to_id == to.id)
    return rows_changed(waiting)


def change_waiting(
    about: Model, change: Callable[[dict[str, Any]], dict[str, Any] | None], *, templates: tuple[str, ...]
) -> int:
    """Change the facts of what still waits about this thing, since its news has changed; None cancels it. Returns how many were changed."""
    wanted = select(Message).where(
        Message.about_kind == about.__tablename__,
        Message.about_id == about.id,
        Message.state == MessageState.WAITING,
        Message.template.in_(templates),
    )
    done = 0
    for message in db.session.scalars(wanted.order_by(Message.id)).all():
        facts = change(dict(message.facts))
        if facts == message.facts:
            continue
        values: dict[str, Any] = {"state": MessageState.CANCELLED} if facts is None else {"facts": facts}
        still = update(Message).where(Message.id == message.id, Message.state == MessageState.WAITING)
        done += rows_changed(still.values(**values))
    return done


def _step(message: Message, step: MessageStep, **values: Any) -> None:
    """Take a message one step on, once however many ask."""
    state = MESSAGE.advance(message.state, step)
    wanted = update(Message).where(Message.id == message.id, Message.state == message.state)
    moved = rows_changed(wanted.values(state=state, **values).execution_options(synchronize_session=False))
    if moved != 1:
        raise Stale(N_("This message has moved on since you opened the page. Look at it again."))
    db.session.refresh(message, ["state", *values])


def send_again(message: Message, *, by: Person, at: datetime, decided: bool = False) -> None:
    """Let a message that did not arrive leave again. Needs its reader loaded.

    One that tells an outcome goes again only where a person has `decided` so: it may have arrived after all. Raises
    `Refused` while the address is known not to work.
    """
    MESSAGE.advance(message.state, MessageStep.SEND_AGAIN)
    if not (message.to_email or message.to.email):
        raise Refused(N_("There is no address to send it to. Write one first."), field="email")
    if message.to.bounced_at is not None and not message.to_email:
        raise Refused(N_("Messages to this address come back. Mend the address first."), field="email")
    if message.result and not decided:
        raise Refused(
            N_("This tells an outcome and may have arrived. Say that you want it sent again."), field="decided"
        )
    _step(message, MessageStep.SEND_AGAIN, not_before=at, attempts=0, problem=None)
    history.record("message sent again", message, by=by, at=at, template=message.template)


def cancel_one(message: Message, *, by: Person, at: datetime) -> None:
    """Stop a message that has not left."""
    _step(message, MessageStep.CANCEL)
    history.record("message cancelled", message, by=by, at=at, template=message.template)


def mark_bounced(message: Message, *, reason: str, by: Person | None, at: datetime) -> None:
    """Note that a message came back, as its sender's mailbox says. Needs its reader loaded."""
    _step(message, MessageStep.BOUNCE, problem=reason[:500])
    if not message.to_email:
        message.to.bounced_at, message.to.bounce_reason = at, reason[:500]
    history.record("bounced", message.to, by=by, at=at, message=message.id, why=reason[:500])


def bounce_address(address: str, *, reason: str, at: datetime) -> int:
    """Note that an address does not work, for everyone who is written to there. Returns how many people that is."""
    key = address_key(address)
    people = db.session.scalars(select(Person).where(Person.email_key == key)).all() if key else []
    for person in people:
        person.bounced_at, person.bounce_reason = at, reason[:500]
        last = db.session.scalar(
            select(Message)
            .where(Message.to_id == person.id, Message.to_email.is_(None), Message.state == MessageState.SENT)
            .order_by(Message.sent_at.desc(), Message.id.desc())
            .limit(1)
        )
        if last is not None:
            _step(last, MessageStep.BOUNCE, problem=reason[:500])
        history.record("bounced", person, at=at, message=last.id if last else None, why=reason[:500])
    return len(people)
