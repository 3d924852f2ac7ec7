"""From a message's template and facts to a subject, a text and an HTML part.

A template is plain text: its first line is the subject; paragraphs follow, parted by blank lines. A paragraph that is only
`[words](address)` is the message's one link, drawn as a button in HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, g, render_template
from markupsafe import Markup, escape

from portal.web.language import language as direction_of
from portal.web.language import speaking, spoken

if TYPE_CHECKING:
    from portal.mail.models import Message

_LINK = re.compile(r"^\[(?P<words>[^\]]+)\]\((?P<address>[^)\s]+)\)$")
_MARK = "\ufeff"


class Written(NamedTuple):
    """A message as it leaves."""

    subject: str
    text: str
    html: str
    language: str


def write(message: Message, *, link: str | None, language: str) -> Written:
    """Write a message in one language, where that is offered. `link` is the whole address its button goes to, minted for this sending."""
    language = spoken(language)
    with speaking(language):
        facts: dict[str, Any] = {
            **message.facts,
            "link": link,
            "person": message.to,
            "organisation": g.get("organisation"),
        }
        source = render_template(f"mail/{message.template}.txt", **facts)
        subject, _, body = source.strip().partition("\n")
        blocks = [block.strip() for block in re.split(r"\n\s*\n", body.strip()) if block.strip()]
        html = render_template(
            "mail/layout.html",
            subject=subject,
            blocks=[_html(block) for block in blocks],
            language=direction_of(language),
            **facts,
        )
        text = render_template("mail/layout.txt", blocks=[_text(block) for block in blocks], **facts)
    return Written(" ".join(subject.split()), text.strip() + "\n", html, language)


def _html(block: str) -> Markup:
    found = _LINK.match(block)
    if found:
        return Markup('<p><a class="button" href="{address}">{words}</a></p>').format(**found.groupdict())
    if block.startswith("> "):
        quoted = "\n".join(line.removeprefix("> ").removeprefix(">") for line in block.split("\n"))
        return Markup("<blockquote>{}</blockquote>").format(
            Markup("<br>").join(escape(line) for line in quoted.split("\n"))
        )
    return Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))


def _text(block: str) -> str:
    found = _LINK.match(block)
    return f"{found['words']}:\n{found['address']}" if found else block


def base_url() -> str:
    """Return the configured address that every link is built from: never the request's Host."""
    return str(current_app.config["SETTINGS"].base_url)
