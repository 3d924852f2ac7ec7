"""Photographs of those honored: only while their page shows them, at an address that nobody can guess."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from flask import Response, abort, current_app, g, request, url_for

from portal.policy import Permission
from portal.publishing import portraits, queries
from portal.publishing.pages import pages

if TYPE_CHECKING:
    from portal.publishing.models import Recipient
    from portal.publishing.queries import Honoured
    from portal.publishing.rules.finding import Line


def _key(photo: str) -> str:
    return portraits.key(photo, str(current_app.config["SECRET_KEY"]))


@pages.page(
    "/recipients/<int:year>/<slug>/photo-<key>-<int:size>.webp",
    needs=Permission.SEE_PUBLIC_PAGES,
    of=queries.recipient_at,
)
def photo_of(recipient: Recipient, key: str, size: int) -> Any:  # noqa: ANN401 - a picture
    """A recipient's photograph, as a square of one of our sizes."""
    shown = recipient.photo if recipient.name is not None and recipient.taken_down_at is None else None
    if shown is None or not hmac.compare_digest(key.encode(), _key(shown).encode()):
        abort(404)
    data = portraits.read(shown, size)
    if data is None:
        abort(404)
    answer = Response(data, mimetype=portraits.WEBP)
    answer.headers["Cache-Control"] = "no-cache"  # asked about each time: what is taken back is gone at once
    answer.add_etag()
    answer.make_conditional(request)
    answer.headers.pop("Date", None)  # the server's own word; added here it would make two equal answers differ
    return answer


def address(person: Recipient | Honoured | Line, size: int) -> str | None:
    """Return where a person's photograph lies in one size; None where none is shown. A preview has addresses of its own."""
    if person.photo is None:
        return None
    desk = g.get("previewed", {}).get(person.photo)
    if desk is not None:
        return url_for("publishing.photo_square", size=size, **desk)
    return url_for("publishing.photo_of", year=person.year, slug=person.slug, key=_key(person.photo), size=size)


def sources(person: Recipient | Honoured) -> str | None:
    """Return the sizes that a browser may choose from, as an image's `srcset`."""
    if person.photo is None:
        return None
    return ", ".join(f"{address(person, size)} {size}w" for size in portraits.SIZES)


pages.add_app_template_global(address, "photo_address")
pages.add_app_template_global(sources, "photo_sources")
