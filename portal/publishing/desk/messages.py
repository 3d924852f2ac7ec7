"""What the messages of a release say, for the release itself and for its preview: the same facts in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.decisions.rules.lives import Outcome
from portal.mail.models import Message
from portal.mail.wording.queries import APPROVED
from portal.mail.writing import base_url, write
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.awards.models import Cycle
    from portal.mail.writing import Written
    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.publishing.desk.models import Release, Wording
    from portal.publishing.desk.queries import Chosen

KINDS = ("selected", "guardian", "alternate", "finalist", "not_selected", "nominator", "recommender", "school")
NOT_OF_A_SURPRISE = frozenset({"alternate", "finalist", "not_selected"})  # nobody who was not selected is written to
OF_OUTCOME = {Outcome.ALTERNATE: "alternate", Outcome.FINALIST: "finalist"}


def kinds(cycle: Cycle) -> tuple[str, ...]:
    """Return the kinds of message that a cycle's release may send."""
    return tuple(kind for kind in KINDS if not (cycle.surprise and kind in NOT_OF_A_SURPRISE))


def kind_of(outcome: Outcome | None) -> str:
    """Return the kind of message to somebody who is not selected."""
    return "not_selected" if outcome is None else OF_OUTCOME.get(outcome, "not_selected")


def _of(cycle: Cycle, kind: str, wordings: Mapping[str, Wording]) -> dict[str, Any]:
    added = wordings[kind].words if kind in wordings else {}
    around = wordings[kind].around if kind in wordings else {}
    return {"award": cycle.award.name, "year": cycle.year, "added": added, APPROVED: around}


def to_selected(
    one: Chosen, release: Release | None, cycle: Cycle, wordings: Mapping[str, Wording], *, kind: str = "selected"
) -> dict[str, Any]:
    """Return the facts of the message to someone selected, and (of that kind) of the one to their guardian."""
    public_at = release.public_at if release is not None else None
    return {
        **_of(cycle, kind, wordings),
        "nominee": one.person.name,
        "minor": bool(one.person.minor),
        "guardian": one.person.guardian_name or "",
        "sum_cents": one.decision.sum_cents,
        "paid_to": cycle.paid_to.value,
        "public_at": public_at.isoformat() if public_at is not None else None,
        "is_public": release is not None and release.state is ReleaseState.PUBLIC,
    }


def to_other(cycle: Cycle, kind: str, wordings: Mapping[str, Wording]) -> dict[str, Any]:
    """Return the facts of the message to an alternate, a finalist or anybody else who is not selected."""
    return _of(cycle, kind, wordings)


def to_writer(
    cycle: Cycle, wrote: Iterable[tuple[Candidacy, Outcome | None]], kind: str, wordings: Mapping[str, Wording]
) -> dict[str, Any]:
    """Return the facts of the message to a nominator or a recommender: each person they wrote for, and what came of it."""
    about = [{"name": one.name, "outcome": _said(outcome), "candidacy": one.id} for one, outcome in wrote]
    return {**_of(cycle, kind, wordings), "nominees": about}


def to_school(cycle: Cycle, name: str, school: str, path: str, wordings: Mapping[str, Wording]) -> dict[str, Any]:
    """Return the facts of the message to a school: what is public of one recipient, and where it stands."""
    return {**_of(cycle, "school", wordings), "nominee": name, "school": school, "address": base_url() + path}


def _said(outcome: Outcome | None) -> str:
    """Return what whoever wrote hears: of an alternate, what they hear of a finalist."""
    if outcome is Outcome.SELECTED:
        return "selected"
    return "finalist" if outcome in {Outcome.FINALIST, Outcome.ALTERNATE} else "not selected"


def preview(template: str, *, to: Person, facts: dict[str, Any], language: str) -> Written:
    """Return a message as it would arrive, written nowhere. Its link leads to the page it will lead to, without a key to it."""
    return write(Message(template=template, facts=facts, to=to), link="https://…", language=language)
