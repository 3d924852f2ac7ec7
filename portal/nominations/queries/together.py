"""One sitting as its writer sees it: several people and awards, where each stands, and what need not be typed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from portal.awards import queries as awards
from portal.db import db, fetch
from portal.nominations.models import Nomination, Relation
from portal.nominations.queries import writing
from portal.nominations.queries.writing import ANSWERS, NOMINEE, QUOTE, RELATION
from portal.nominations.rules import Stage
from portal.questions import rules as questions
from portal.questions.models import QuestionKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.awards.models import Cycle

COPIED_KINDS = frozenset(
    set(QuestionKind) - {QuestionKind.FILE, QuestionKind.CONSENT}  # a file lies elsewhere, and agreeing is done afresh
)
MOST_OFFERS = 3  # of one page


class Offer(NamedTuple):
    """What was said elsewhere in the sitting, as fields that a page could hold too."""

    said_in: Nomination
    fields: dict[str, Any]


def together(nomination: Nomination, *, others: bool = False) -> Sequence[Nomination]:
    """Return all nominations of its sitting but those discarded, as their pages need them: by nominee, each in the order begun."""
    but = nomination.id if others else 0
    wanted = (
        select(Nomination)
        .options(joinedload(Nomination.sitting, innerjoin=True), joinedload(Nomination.nominator, innerjoin=True))
        .where(
            Nomination.sitting_id == nomination.sitting_id, Nomination.stage != Stage.DISCARDED, Nomination.id != but
        )
        .order_by(Nomination.nominee_number, Nomination.id)
    )
    found = db.session.scalars(wanted).all()
    for each in found:
        set_committed_value(each, "cycle", awards.cycle_kept(each.cycle_id))
    fetch(found, Nomination.named, Nomination.schools, Nomination.answers)
    return found


def choosable(nomination: Nomination, at: datetime) -> list[Cycle]:
    """Return the cycles in which its nominee is not nominated in this sitting yet and may be.

    Whoever applies for themself is offered those that take applications.
    """
    sitting = [nomination] if nomination.has_company is False else writing.of_sitting(nomination.sitting)
    return left(nomination, sitting, writing.choosable(nomination.nominator_id, at))


def left(nomination: Nomination, sitting: Sequence[Nomination], cycles: Sequence[Cycle]) -> list[Cycle]:
    """Return those of the cycles in which its nominee is not nominated yet by its sitting, where all of it is known already."""
    gone = {Stage.WITHDRAWN, Stage.VOID}
    same = [other for other in sitting if other.nominee_number == nomination.nominee_number]
    there = {other.cycle_id for other in same if other.stage not in gone}
    own = nomination.relation is Relation.SELF
    return [cycle for cycle in cycles if cycle.id not in there and (cycle.self_nomination or not own)]


def offers(nomination: Nomination, part: str) -> list[Offer]:
    """Return what the writer said elsewhere in this sitting and may want to say here too; nothing once the page was begun.

    Of the same nominee everything is offered. Of another one only where they work or learn, where that is no school of the list
    (those stand among the page's own choices: `near`), how the writer knows them, and what may be quoted: never an answer about
    somebody else.
    """
    if (
        nomination.has_company is False
        or writing.begun(nomination, part)
        or not (part in {NOMINEE, RELATION, QUOTE} or part.startswith(ANSWERS))
    ):
        return []
    found: list[Offer] = []
    for other in together(nomination, others=True):
        fields = _offered(nomination, other, part)
        if fields is not None and all(fields != offer.fields for offer in found):
            found.append(Offer(other, fields))
    return found[-MOST_OFFERS:]


def near(nomination: Nomination) -> dict[int, Nomination]:
    """Return the schools of the sitting's other nominees by number, each with who is there, until a place is said here too."""
    held = writing.fields(nomination, NOMINEE)
    if nomination.has_company is False or held["schools"] or held["central"] or held["place_text"]:
        return {}
    return {
        number: other
        for other in together(nomination, others=True)
        if other.nominee_number != nomination.nominee_number
        for number in writing.fields(other, NOMINEE)["schools"]
    }


def _offered(nomination: Nomination, other: Nomination, part: str) -> dict[str, Any] | None:
    same = other.nominee_number == nomination.nominee_number
    if part.startswith(ANSWERS):
        return _answer(nomination, other, part) if same else None
    held = writing.fields(other, part)
    if part == NOMINEE:
        held = held if same else {**held, "people": [], "schools": [], "central": False}
    elif part == RELATION and held["relation"] == Relation.SELF.value:
        return held if same and nomination.cycle.self_nomination else None
    return held if any(held.values()) else None


def _answer(nomination: Nomination, other: Nomination, part: str) -> dict[str, Any] | None:
    key = part.removeprefix(ANSWERS)
    asks, asked = writing.question(nomination, key), writing.question(other, key)
    if asks is None or asked is None or asks.kind is not asked.kind or asks.kind not in COPIED_KINDS:
        return None
    text = writing.fields(other, part)["text"]
    if not text.strip() or any(problem.kind == "not offered" for problem in questions.problems(asks, text)):
        return None
    return {"text": text}
