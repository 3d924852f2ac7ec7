"""What waits for one person, whoever they are: asked of each room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.accounts.queries import roles_of
from portal.awards.models import Cycle
from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState
from portal.funds import queries as funds
from portal.funds.models import Fund
from portal.nominations.models import Candidacy, Nomination, Recommendation, Sitting
from portal.nominations.queries import consent, letters, parts
from portal.nominations.queries.conflicts import standing
from portal.nominations.translating import queries as translating
from portal.nominations.translating.models import Translation
from portal.offers import queries as offers
from portal.offers.models import Offer, Payment
from portal.offers.rules import PaymentState
from portal.publishing.desk.models import Release
from portal.publishing.desk.queries import own
from portal.publishing.rules import ReleaseState
from portal.review.queries import reading

if TYPE_CHECKING:
    from portal.people.models import Person


@dataclass(frozen=True)
class Mine:
    """What waits for one person."""

    nominations: dict[str, int] = field(default_factory=dict)  # how many of one's own stand at each stage
    invitations: Sequence[reading.Place] = ()
    readings: int = 0
    consents: Sequence[Candidacy] = ()
    consented: frozenset[int] = frozenset()  # those of them, by number, in which every field is answered
    letters: Sequence[Recommendation] = ()  # that this person was asked to write
    translations: Sequence[Translation] = ()  # texts that this person was asked to translate
    parts: Sequence[Candidacy] = ()  # that this nominee may add their own part to
    decisions: Sequence[tuple[Cycle, int]] = ()  # proposed by another, for this person to approve
    offers: Sequence[Offer] = ()  # to answer, or that still need something
    payments: int = 0  # planned by another, for this person to approve
    honours: Sequence[Candidacy] = ()  # that this person was told they are honored for
    funds: Sequence[Fund] = ()  # that this person gave to
    releases: Sequence[Cycle] = ()  # planned by another, for this person to approve


def waiting(person: Person) -> Mine:
    """Return what waits for this person: the same number of queries however much it is."""
    return Mine(
        nominations=_nominations(person),
        invitations=reading.invitations(person),
        readings=reading.count_left(person),
        consents=consent.concerning(person.id),
        consented=consent.answered_in_full(person.id),
        letters=letters.waiting_for(person.id),
        translations=translating.asked_of(person.id),
        parts=parts.waiting_for(person.id),
        decisions=_decisions(person),
        releases=_releases(person),
        offers=[one for one in offers.waiting_for(person.id) if offers.owed(one)],
        payments=_payments(person),
        honours=own.honours_of(person.id),
        funds=funds.funds_of(person),
    )


def _nominations(person: Person) -> dict[str, int]:
    wanted = (
        select(Nomination.stage, func.count())
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .where(Nomination.nominator_id == person.id, Sitting.confirmed_at.is_not(None))
        .group_by(Nomination.stage)
    )
    return {stage.value: count for stage, count in db.session.execute(wanted)}


def _awards_to_publish(person: Person) -> list[int] | None:
    """Return the awards this person may approve for: None for every award, an empty list for none."""
    held = [(scope, number) for role, scope, number in roles_of(person) if role == "publisher"]
    return None if any(scope == "organisation" for scope, _number in held) else [number for _scope, number in held]


def _decisions(person: Person) -> list[tuple[Cycle, int]]:
    awards = _awards_to_publish(person)
    if awards == []:
        return []
    wanted = (
        select(Decision.cycle_id, func.count())
        .where(Decision.state == DecisionState.PROPOSED, Decision.proposed_by_id != person.id)
        .where(Decision.candidacy_id.not_in(standing(person)))
        .group_by(Decision.cycle_id)
    )
    if awards is not None:
        wanted = wanted.join(Cycle, Cycle.id == Decision.cycle_id).where(Cycle.award_id.in_(awards))
    counts = {number: count for number, count in db.session.execute(wanted)}  # noqa: C416 - rows are not pairs to `dict`
    cycles = db.session.scalars(select(Cycle).where(Cycle.id.in_(counts)).order_by(Cycle.decision_at)).unique()
    return [(cycle, counts[cycle.id]) for cycle in cycles]


def _payments(person: Person) -> int:
    awards = _awards_to_publish(person)
    if awards == []:
        return 0
    closed = select(Candidacy.cycle_id).where(Candidacy.id.in_(standing(person)))
    wanted = (
        select(func.count())
        .select_from(Payment)
        .join(Offer, Offer.id == Payment.offer_id)
        .join(Cycle, Cycle.id == Offer.cycle_id)
        .where(Payment.state == PaymentState.PLANNED, Payment.planned_by_id != person.id)
        .where(Offer.cycle_id.not_in(closed))
    )
    if awards is not None:
        wanted = wanted.where(Cycle.award_id.in_(awards))
    return db.session.scalar(wanted) or 0


def _releases(person: Person) -> Sequence[Cycle]:
    awards = _awards_to_publish(person)
    if awards == []:
        return []
    planned = select(Release.cycle_id).where(
        Release.state == ReleaseState.PLANNED, Release.asked_at.is_not(None), Release.planned_by_id != person.id
    )
    wanted = select(Cycle).where(Cycle.id.in_(planned)).order_by(Cycle.announced_at)
    if awards is not None:
        wanted = wanted.where(Cycle.award_id.in_(awards))
    return db.session.scalars(wanted).unique().all()
