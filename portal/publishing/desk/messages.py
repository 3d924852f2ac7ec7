"""What the messages of a release say, for the release itself and for its preview: the same facts in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.decisions.rules.lives import Outcome
from portal.mail.models import Message
from portal.mail.writing import write
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.awards.models import Cycle
    from portal.mail.writing import Written
    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.publishing.desk.models import Release
    from portal.publishing.desk.queries import Chosen


def _of(cycle: Cycle) -> dict[str, Any]:
    return {"award": cycle.award.name, "year": cycle.year}


def to_selected(one: Chosen, release: Release | None, cycle: Cycle) -> dict[str, Any]:
    """Return the facts of the message to someone selected, and of the one to their guardian."""
    public_at = release.public_at if release is not None else None
    return {
        **_of(cycle),
        "nominee": one.person.name,
        "minor": bool(one.person.minor),
        "guardian": one.person.guardian_name or "",
        "sum_cents": one.decision.sum_cents,
        "paid_to": cycle.paid_to.value,
        "public_at": public_at.isoformat() if public_at is not None else None,
        "is_public": release is not None and release.state is ReleaseState.PUBLIC,
    }


def to_not_selected(cycle: Cycle, outcome: Outcome | None) -> dict[str, Any]:
    """Return the facts of the message to someone who is not selected."""
    return {**_of(cycle), "finalist": outcome in {Outcome.FINALIST, Outcome.ALTERNATE}}


def to_nominator(cycle: Cycle, wrote: Iterable[tuple[Candidacy, Outcome | None]]) -> dict[str, Any]:
    """Return the facts of the message to a nominator: each person they wrote for, and what came of it."""
    return {**_of(cycle), "nominees": [{"name": one.name, "outcome": _said(outcome)} for one, outcome in wrote]}


def _said(outcome: Outcome | None) -> str:
    """Return what a nominator hears: of an alternate, what they hear of a finalist."""
    if outcome is Outcome.SELECTED:
        return "selected"
    return "finalist" if outcome in {Outcome.FINALIST, Outcome.ALTERNATE} else "not selected"


def preview(template: str, *, to: Person, facts: dict[str, Any], language: str) -> Written:
    """Return a message as it would arrive, written nowhere. Its link leads to the page it will lead to, without a key to it."""
    return write(Message(template=template, facts=facts, to=to), link="https://…", language=language)
