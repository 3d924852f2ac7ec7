"""Who goes on from a round: what its rule proposes, and what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from portal.db import db
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import CandidacyStage
from portal.review.models import Onward
from portal.review.queries import rounds, standings
from portal.review.rules import onward as rules

if TYPE_CHECKING:
    from portal.people.models import Person
    from portal.review.models import Round
    from portal.review.rules.onward import Proposal


class Row(NamedTuple):
    """One candidacy of a round that is over: how it stands, what the rule says, and what was said."""

    row: standings.Row
    proposal: Proposal
    said: Onward | None


def proposals(round_: Round) -> dict[int, Proposal]:
    """Return what the round's rule says of everybody in it, by number: what a decision is compared with, and never shown whole."""
    stands = [
        rules.Stand(row.candidacy_id, row.adjusted, row.rank, row.count) for row in standings.standings(round_).rows
    ]
    return rules.propose(rules.from_json(round_.goes_on), stands, quorum=round_.quorum)


def said(round_: Round) -> dict[int, Onward]:
    """Return what was said of who goes on, by candidacy."""
    return {one.candidacy_id: one for one in db.session.scalars(select(Onward).where(Onward.round_id == round_.id))}


def table(round_: Round, person: Person | None) -> list[Row]:
    """Return a round's candidacies that this person may know of, best first: a handful of queries, however many."""
    proposed, known = proposals(round_), said(round_)
    hand = rules.Proposal(None, rules.Why.HAND)
    return [
        Row(row, proposed.get(row.candidacy_id, hand), known.get(row.candidacy_id))
        for row in standings.standings(round_, person).rows
    ]


def undecided(round_: Round, person: Person | None = None) -> int:
    """Return how many of a round nobody has said of whether they go on, as far as this person may know."""
    decided = select(Onward.candidacy_id).where(Onward.round_id == round_.id)
    wanted = select(func.count()).select_from(Candidacy)
    wanted = wanted.where(Candidacy.id.in_(rounds.taken(round_)), Candidacy.id.not_in(decided))
    return (
        db.session.scalar(untouched_by_conflict(wanted.where(Candidacy.stage != CandidacyStage.DECIDED), person)) or 0
    )
