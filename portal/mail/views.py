"""A demonstration's mailbox: what was sent, as text and as HTML. And messages in words, for every page that names one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, make_response, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.mail import queries
from portal.mail.rules import MessageState
from portal.mail.writing import hidden_link
from portal.policy import Permission
from portal.web.lists import asked_page, listing
from portal.web.pages import Pages

if TYPE_CHECKING:
    from portal.mail.models import Message, SentCopy

pages = Pages("mail", __name__)

# A message's HTML is drawn alone: nothing in it runs or loads, and its links leave the frame only by a click.
ALONE = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def with_links(text: str) -> Markup:
    """Return a message's text as it was sent, its addresses made links."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def state_words(state: MessageState) -> str:
    """Return where a message stands, in the reader's language."""
    words = {
        MessageState.WAITING: _("Waiting"),
        MessageState.SENDING: _("Leaving now"),
        MessageState.SENT: _("Sent"),
        MessageState.FAILED: _("Did not leave"),
        MessageState.CANCELLED: _("Cancelled"),
        MessageState.BOUNCED: _("Came back"),
    }
    return str(words[state])


SHAPES = {
    MessageState.WAITING: "not_started",
    MessageState.SENDING: "writing",
    MessageState.SENT: "done",
    MessageState.FAILED: "blocks",
    MessageState.CANCELLED: "not_started",
    MessageState.BOUNCED: "blocks",
}


def message_word(message: Message) -> Markup:
    """Return a message's state as a shape and a word."""
    draw = current_app.jinja_env.get_template("components/lists.html").module.state_word  # type: ignore[attr-defined]
    return Markup(draw(SHAPES[message.state], state_words(message.state)))  # noqa: S704 - a macro of ours, which escapes


pages.add_app_template_global(message_word)
pages.add_app_template_filter(with_links, "with_links")


@pages.page("/mailbox", needs=Permission.SEE_MAILBOX)
def mailbox() -> str:
    """What the demonstration sent, the last first."""
    words = request.args.get("q", "")[:200]
    return render_template("mail/mailbox.html", listing=listing(queries.mailbox(words), page=asked_page()), q=words)


def _copy(number: int) -> SentCopy | None:
    return queries.copy_by_id(number)


@pages.page("/mailbox/<int:number>", needs=Permission.SEE_MAILBOX)
def sent(number: int) -> Any:  # noqa: ANN401 - an answer
    """One message as it left: its text, and its HTML in a frame of its own."""
    found = _copy(number)
    if found is None:
        abort(404)
    return render_template("mail/sent.html", copy=found)


@pages.page("/mailbox/<int:number>/html", needs=Permission.SEE_MAILBOX)
def sent_html(number: int) -> Any:  # noqa: ANN401 - an answer
    """The message's HTML alone, under a policy that lets nothing in it run."""
    found = _copy(number)
    if found is None:
        abort(404)
    return alone(found)


def alone(copy: SentCopy) -> Any:  # noqa: ANN401 - an answer
    """Answer with a message's HTML under a policy that lets nothing in it run."""
    html = copy.html.replace(f' href="{hidden_link()}"', "")
    answer = make_response(html.replace("<head>", '<head><base target="_top">', 1))
    answer.headers["Content-Security-Policy"] = ALONE
    return answer
