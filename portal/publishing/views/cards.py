"""The picture that stands beside a shared address: only while its page says the very same, at an address that nobody can guess."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from flask import Response, abort, current_app, request, url_for

from portal.awards import queries as awards
from portal.policy import Permission
from portal.publishing import cards, queries
from portal.publishing.pages import pages

if TYPE_CHECKING:
    from portal.publishing.models import Recipient


def card_of(recipient: Recipient) -> cards.Card | None:
    """Return what the card of a page shows; None where there is none: no name, taken down, or letters that cannot be drawn."""
    if recipient.name is None or recipient.taken_down_at is not None:
        return None
    organisation = awards.organisation()
    card = cards.Card(
        name=recipient.name,
        award=recipient.award_name.get("en") or next(iter(recipient.award_name.values()), ""),
        year=recipient.year,
        place=", ".join(words for words in (recipient.role, recipient.school) if words),
        citation=recipient.citation or "",
        organization=organisation.name if organisation is not None else "",
        portrait=recipient.portrait,
        photo=recipient.photo,
    )
    return card if cards.can_draw(card) else None


def address_of(recipient: Recipient) -> str | None:
    """Return the path of a page's card. It changes whenever the card would, so that an old one leads nowhere."""
    card = card_of(recipient)
    if card is None:
        return None
    key = cards.key(card, str(current_app.config["SECRET_KEY"]))
    return url_for("publishing.card", year=recipient.year, slug=recipient.slug, key=key)


@pages.page("/recipients/<int:year>/<slug>/card-<key>.png", needs=Permission.SEE_PUBLIC_PAGES, of=queries.recipient_at)
def card(recipient: Recipient, key: str) -> Any:  # noqa: ANN401 - an answer
    """A recipient's card, 1200 by 630."""
    found = card_of(recipient)
    if found is None or not hmac.compare_digest(
        key.encode(), cards.key(found, str(current_app.config["SECRET_KEY"])).encode()
    ):
        abort(404)
    answer = Response(cards.draw(found), mimetype="image/png")
    answer.headers["Cache-Control"] = "no-cache"  # asked about each time: what is taken back is gone at once
    answer.add_etag()
    answer.make_conditional(request)
    answer.headers.pop("Date", None)  # the server's own word; added here it would make two equal answers differ
    return answer
