"""A mail server for tests: takes what the worker delivers, keeps it, and refuses or hangs up when told to."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.apps import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


class Postbox:
    """What arrived, in order, and whom to refuse."""

    def __init__(self) -> None:
        """Begin empty and willing."""
        self.port = 0
        self.messages: list[EmailMessage] = []
        self.refusals: dict[str, str] = {}
        self.drop_after_data = False

    @property
    def url(self) -> str:
        """The SMTP_URL that delivers here."""
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, address: str, answer: str = "550 5.1.1 no such mailbox") -> None:
        """Answer this to every message for `address`: a 5xx bounces for good, a 4xx asks to try again later."""
        self.refusals[address.lower()] = answer

    def to(self, address: str) -> list[EmailMessage]:
        """Return what arrived for `address`."""
        return [message for message in self.messages if address.lower() in message["X-RcptTo"].lower()]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take the recipient, or answer as told."""
        if refusal := self.refusals.get(address.lower()):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message; when told to, hang up instead of saying that it was taken."""
        message: Any = email.message_from_bytes(envelope.content, policy=email.policy.default)
        message["X-MailFrom"] = envelope.mail_from or ""
        message["X-RcptTo"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        if self.drop_after_data:
            server.transport.abort()
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[Postbox]:
    """A mail server on this machine, listening while the test runs."""
    from aiosmtpd.controller import Controller

    postbox = Postbox()
    postbox.port = free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=postbox.port)
    controller.start()
    yield postbox
    controller.stop()
