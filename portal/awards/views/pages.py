"""The room's one blueprint, and what its modules share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g
from flask_babel import gettext as _

from portal import clock
from portal.awards import queries
from portal.web import failures, viewer
from portal.web.pages import Pages

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.awards.rules import Lack
    from portal.errors import PortalError

pages = Pages("awards", __name__)


def languages() -> list[str]:
    """Return the languages in which the organisation says things, the first of them first."""
    return list(g.organisation.languages) if g.organisation else ["en"]


def cycle_at(slug: str, year: int) -> Cycle | None:
    """Load a cycle by its address: what `of=` calls."""
    return queries.cycle_at(slug, year)


def who_and_when() -> dict[str, Any]:
    """Return who acts, and when: what every action wants to know."""
    return {"by": viewer.current(), "at": now()}


def now() -> datetime:
    """Return the present instant."""
    return clock.now()


def where(cycle: Cycle) -> dict[str, Any]:
    """Return a cycle's address."""
    return {"slug": cycle.award.slug, "year": cycle.year}


def in_words(lack: Lack) -> str:
    """Return what a cycle lacks as a sentence in the reader's language; dates it names are translated too."""
    facts = {name: _(value) if name in {"date", "earlier", "later"} else value for name, value in lack.facts.items()}
    return str(_(lack.message, **facts))


def beside(form: Any, error: PortalError) -> None:  # noqa: ANN401 - any form of ours
    """Put a refusal beside the field it belongs to."""
    form.fail(error.field, failures.sentence(error))
