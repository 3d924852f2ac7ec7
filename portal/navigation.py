"""The masthead's words for whoever is looking: at most five, each only where its page exists and would be granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l

from portal import policy
from portal.policy import Fact
from portal.web import viewer

if TYPE_CHECKING:
    from flask import Flask

PUBLIC = (("publishing.awards", _l("Awards")), ("publishing.recipients", _l("Recipients")), ("publishing.about", _l("About")), ("publishing.help", _l("Help")))
READER = (("review.queue", _l("My reading")), ("review.guide", _l("Guide")))
OFFICE = (
    ("home.desk", _l("Today")),
    ("nominations.screening_all", _l("Screening")),
    ("awards.desk", _l("Awards")),
    ("mail.messages", _l("Messages")),
    ("history.record", _l("Record")),
)


class Word(NamedTuple):
    """One word of navigation."""

    url: str
    label: str
    current: bool


def words() -> list[Word]:
    """Return the navigation for whoever is looking."""
    person = viewer.current()
    facts = policy.facts_about(person)
    if Fact.STAFF_SOMEWHERE in facts or Fact.AUDITOR in facts or Fact.PUBLISHER in facts:
        wanted = OFFICE
    elif Fact.REVIEWS in facts:
        wanted = READER
    else:
        wanted = PUBLIC
        if Fact.SIGNED_IN in facts or Fact.HERE in facts:
            wanted = (("nominations.mine", _l("My nominations")), *PUBLIC)
    here = request.endpoint
    return [Word(url_for(endpoint), str(label), endpoint == here) for endpoint, label in wanted if endpoint in current_app.view_functions]


def install(app: Flask) -> None:
    """Give `nav` to the templates."""

    @app.context_processor
    def _nav() -> dict[str, list[Word]]:
        return {"nav": words()}
