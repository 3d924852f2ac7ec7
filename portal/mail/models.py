"""A message, and the copies of what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, enumeration
from portal.mail.rules import MessageState
from portal.people.models import Person


class Message(Model):
    """Something to tell one person, written in their language when it leaves.

    A link in it is minted then, too, so that no token rests here.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "state", "not_before"),
        Index("ix_message_about", "about_kind", "about_id"),
    )

    template: Mapped[str] = mapped_column(
        String(80)
    )  # "nominations/received" is templates/mail/nominations/received.txt
    to_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    to_email: Mapped[str | None] = mapped_column(
        String(320)
    )  # another address of theirs (a guardian's); else the person's own
    about_kind: Mapped[str | None] = mapped_column(String(40))
    about_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]]
    link: Mapped[dict[str, Any] | None]  # {"purpose", "kind", "id", "next"}: what accounts mints a sign-in link from
    result: Mapped[bool] = mapped_column(
        default=False
    )  # tells an outcome: never sent again without a person deciding so
    key: Mapped[str | None] = mapped_column(String(160), unique=True)  # a reminder is posted once per kind and due date
    state: Mapped[MessageState] = mapped_column(enumeration(MessageState), default=MessageState.WAITING)
    not_before: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)  # stable across attempts
    subject: Mapped[str | None]  # as it left
    problem: Mapped[str | None]
    posted_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    to: Mapped[Person] = relationship(lazy="raise")


class SentCopy(Model):
    """What left, as text and as HTML, word for word, for staff who may see it.

    The one thing left out is the private link, which is its reader's alone: only a demonstration keeps it, to be used from its mailbox.
    """

    __tablename__ = "sent_copy"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    to_email: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(index=True)
