"""Posting and cancelling messages. Delivery is the worker's."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal.db import Model, db
from portal.mail.models import Message, MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from portal.people.models import Person


def post(  # noqa: PLR0913 - every fact of a message, by keyword
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
    **facts: Any,  # noqa: ANN401 - JSON facts for the template
) -> Message | None:
    """Post one message in this transaction. With a `key`, the same message is posted once; a second call returns None.

    `facts` must be plain JSON; `link` is {"purpose", "kind", "id", "next"} where the message carries a sign-in link.
    """
    if key is not None and db.session.scalar(select(Message.id).where(Message.key == key)):
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


def cancel(about: Model, *, templates: tuple[str, ...] = ()) -> int:
    """Cancel what still waits about this thing, since its news has changed. Returns how many were cancelled."""
    waiting = (
        update(Message)
        .where(Message.about_kind == about.__tablename__, Message.about_id == about.id, Message.state == MessageState.WAITING)
        .values(state=MessageState.CANCELLED)
    )
    if templates:
        waiting = waiting.where(Message.template.in_(templates))
    return int(db.session.execute(waiting).rowcount)  # type: ignore[attr-defined]
