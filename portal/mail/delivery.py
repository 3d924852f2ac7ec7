"""Delivering messages: at least once, a lease each, a Message-ID that stays the same, and results never twice."""

from __future__ import annotations

import contextlib
import logging
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from flask import current_app, g
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import joinedload

from portal import history
from portal.db import db, rows_changed, transaction
from portal.mail.models import Message, SentCopy
from portal.mail.rules import MessageState
from portal.mail.writing import Written, base_url, hidden_link, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.config import Settings

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 6
DOUBT = "The sender stopped while this was leaving. It may have arrived."
NO_SUCH_MAILBOX = 550  # SMTP's family of permanent refusals


class Doubtful(OSError):
    """The connection broke after the message was handed over and before it was acknowledged: perhaps it arrived."""


# (message, at) -> the token of a link minted for this sending; `accounts` installs it in create_app()
minters: list[Callable[[Message, datetime], str]] = []


def due(*, at: datetime, most: int = 20) -> list[int]:
    """Return the numbers of messages that may leave now: waiting ones, and those whose sender died holding the lease."""
    lapsed = and_(Message.state == MessageState.SENDING, Message.lease_until < at, Message.result.is_(False))
    waiting = and_(Message.state == MessageState.WAITING, Message.not_before <= at)
    return list(
        db.session.scalars(
            select(Message.id).where(or_(waiting, lapsed)).order_by(Message.not_before, Message.id).limit(most)
        )
    )


def stop_doubtful(*, at: datetime) -> int:
    """Set aside results whose sender died while sending: perhaps they left. A person decides whether they go again."""
    doubtful = (
        update(Message)
        .where(Message.state == MessageState.SENDING, Message.lease_until < at, Message.result.is_(True))
        .values(
            state=MessageState.FAILED,
            problem=DOUBT,
            lease_until=None,
        )
    )
    return rows_changed(doubtful)


def deliver(number: int, *, at: datetime) -> bool:
    """Take one message's lease, write it, send it, and say how it went. Returns whether it left."""
    with transaction():
        taken = rows_changed(
            update(Message)
            .where(
                Message.id == number,
                or_(
                    Message.state == MessageState.WAITING,
                    and_(Message.state == MessageState.SENDING, Message.lease_until < at, Message.result.is_(False)),
                ),
            )
            .values(state=MessageState.SENDING, lease_until=at + LEASE, attempts=Message.attempts + 1)
        )
        if taken != 1:
            return False
    try:
        prepared = _prepared(number, at=at)
    except Exception:
        log.exception("message %s cannot be written", number)
        with transaction():
            message = db.session.get_one(Message, number)
            message.state, message.lease_until = MessageState.FAILED, None
            message.problem = "It could not be written; the log says why."
        return False
    if prepared is None:
        return False
    message_id, address, written, link = prepared
    try:
        _send(message_id, address, written)
    except (OSError, smtplib.SMTPException) as problem:
        _failed(number, problem, at=at)
        return False
    with transaction():
        message = db.session.get_one(Message, number)
        message.state, message.lease_until, message.sent_at = MessageState.SENT, None, at
        message.subject, message.problem = written.subject, None
        open_link = g.organisation is not None and g.organisation.demonstration
        db.session.add(
            SentCopy(
                message_id=number,
                to_email=address,
                subject=written.subject,
                text=written.text if open_link else without_token(written.text, link),
                html=written.html if open_link else without_token(written.html, link),
                sent_at=at,
            )
        )
    return True


def without_token(text: str, link: str | None) -> str:
    """Return what was sent with its private link cut short: no token rests here, whoever may read what was sent."""
    return text.replace(link, hidden_link()) if link else text


def _prepared(number: int, *, at: datetime) -> tuple[str, str, Written, str | None] | None:
    """Return a message as it leaves (its Message-ID, where to, what, its link minted now); None where there is no way to its reader."""
    with transaction():
        message = db.session.scalars(select(Message).options(joinedload(Message.to)).where(Message.id == number)).one()
        address = message.to_email or message.to.email
        if not address or (message.to.bounced_at and not message.to_email):
            message.state, message.lease_until = MessageState.FAILED, None
            message.problem = "No address." if not address else "The address bounced before."
            return None
        token = minters[0](message, at) if message.link and minters else None
        link = f"{base_url()}/link/{token}" if token else None
        return message.message_id, address, write(message, link=link, language=message.to.language), link


def _failed(number: int, problem: Exception, *, at: datetime) -> None:
    with transaction():
        message = db.session.scalars(select(Message).options(joinedload(Message.to)).where(Message.id == number)).one()
        permanent = isinstance(problem, smtplib.SMTPRecipientsRefused) and all(
            code >= NO_SUCH_MAILBOX for code, _words in problem.recipients.values()
        )
        message.lease_until, message.problem = None, str(problem)[:500]
        if permanent:
            bounced(message, reason=str(problem)[:500], at=at)
        elif message.result and isinstance(problem, Doubtful):
            message.state, message.problem = MessageState.FAILED, DOUBT
        elif message.attempts >= MOST_ATTEMPTS:
            message.state = MessageState.FAILED
        else:
            message.state = MessageState.WAITING
            message.not_before = at + timedelta(minutes=2**message.attempts)
    log.warning("message %s did not leave: %s", number, problem)


def bounced(message: Message, *, reason: str, at: datetime) -> None:
    """Record that a message came back: staff see who could not be reached."""
    message.state, message.problem = MessageState.BOUNCED, reason
    if not message.to_email:
        message.to.bounced_at, message.to.bounce_reason = at, reason
    history.record("bounced", message.to, at=at, message=message.id, why=reason)


def compose(message_id: str, sender: str, address: str, written: Written) -> EmailMessage:
    """Return the message as SMTP carries it: text and HTML, to one person."""
    letter = EmailMessage(policy=SMTP)
    letter["Message-ID"] = f"<{message_id}>"
    letter["Subject"] = written.subject
    letter["From"] = sender
    letter["To"] = address
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(written.text)
    letter.add_alternative(written.html, subtype="html")
    letter["Content-Language"] = written.language  # last: what is said of content before moves into the first part
    return letter


def _send(message_id: str, address: str, written: Written) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    letter = compose(message_id, settings.mail_from, address, written)
    if not settings.smtp_url:
        return  # a demonstration or development: the copy is what is sent
    server = _server(settings.smtp_url)
    try:
        server.send_message(letter)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError):
        raise  # the other side said no
    except (OSError, smtplib.SMTPException) as problem:
        raise Doubtful(str(problem)) from problem
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()  # whatever comes of this good-bye, the message has left or it has not
        server.close()


def _server(url: str) -> Any:  # noqa: ANN401 - SMTP or SMTP_SSL
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or (465 if parts.scheme == "smtps" else 25)
    context = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=30, context=context)
        if parts.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=30)
    )
    if parts.scheme == "smtp" and server.has_extn("starttls"):
        server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
