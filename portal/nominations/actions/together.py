"""Several people and awards in one sitting: another award for the same nominee, another nominee, and nothing typed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.db import db
from portal.errors import N_, Refused
from portal.nominations.actions import writing
from portal.nominations.models import Nomination, Relation, Sitting
from portal.nominations.queries import together as queries
from portal.nominations.queries import writing as writing_queries
from portal.nominations.queries.writing import NOMINEE, QUOTE, RELATION
from portal.nominations.rules import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.actions.writing import Saved

MOST = 40  # nominations of one sitting
TOO_MANY = N_("That is as many nominations as can be begun together. Send some of them first.")
CHOOSE = N_("Choose at least one award")
GONE = N_("That was changed meanwhile, so nothing was filled in.")


def another_award(nomination: Nomination, cycles: Sequence[Cycle], *, at: datetime) -> list[Nomination]:
    """Begin drafts for more awards about the same nominee, with what was said once: who it is, how they are known, what may be quoted.

    Asked twice, it begins each once. Returns the drafts of these cycles about this nominee.
    """
    there = _standing(_held(nomination, cycles))
    drafts = []
    for cycle in cycles:
        draft = there.get((nomination.nominee_number, cycle.id))
        if draft is None:
            draft = writing.begin(nomination.sitting, cycle, nominee_number=nomination.nominee_number, at=at)
            for part in (NOMINEE, RELATION, QUOTE):
                fields = writing_queries.fields(nomination, part)
                own = part == RELATION and fields["relation"] == Relation.SELF.value
                if any(fields.values()) and not (own and not cycle.self_nomination):
                    writing.copy_part(draft, part, fields, at=at)
            db.session.flush()
        drafts.append(draft)
    return drafts


def another_person(nomination: Nomination, cycles: Sequence[Cycle], *, drawn: int, at: datetime) -> list[Nomination]:
    """Begin drafts about one more nominee, for one or several awards. Returns them.

    `drawn` is how many nominees the sitting had when the page was drawn: pressed twice, nobody is begun twice.
    """
    held = _held(nomination, cycles)
    most = max((each.nominee_number for each in held), default=nomination.nominee_number)
    number = min(max(drawn, 1), most) + 1
    if any(each.named for each in held if each.nominee_number == number):
        number = most + 1
    there = _standing(held)
    return [
        there.get((number, cycle.id)) or writing.begin(nomination.sitting, cycle, nominee_number=number, at=at)
        for cycle in cycles
    ]


def _held(nomination: Nomination, cycles: Sequence[Cycle]) -> Sequence[Nomination]:
    """Return what the sitting holds, once nobody else adds to it at this moment."""
    if not cycles:
        raise Refused(CHOOSE, field="awards")
    db.session.execute(select(Sitting.id).where(Sitting.id == nomination.sitting_id).with_for_update())
    writing_queries.with_nominator(nomination.sitting)
    held = queries.together(nomination)
    if len(held) + len(cycles) > MOST:
        raise Refused(TOO_MANY, field="awards")
    return held


def _standing(held: Sequence[Nomination]) -> dict[tuple[int, int], Nomination]:
    """Return by nominee and cycle what was not taken back or set aside."""
    gone = {Stage.WITHDRAWN, Stage.VOID}
    return {(each.nominee_number, each.cycle_id): each for each in held if each.stage not in gone}


def take_up(nomination: Nomination, part: str, said_in: str, *, version: int | None, at: datetime) -> Saved:
    """Fill a page in with what the writer said in another nomination of the sitting. What was typed there meanwhile is kept aside.

    Raises `Refused` where nothing of that nomination is offered.
    """
    offered = [offer for offer in queries.offers(nomination, part) if offer.said_in.reference == said_in]
    if not offered:
        raise Refused(GONE)
    return writing.save(nomination, part, offered[0].fields, version=version, at=at)
