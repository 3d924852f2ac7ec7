"""Keeping whatever a person has a conflict with out of what spans all rooms: the record, the messages, the numbers of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, has_request_context
from sqlalchemy import and_, false, or_, select, true

from portal.accounts.queries import roles_of
from portal.awards.models import Cycle, Member
from portal.db import db
from portal.decisions.models import Decision
from portal.nominations.models import Candidacy, Conflict, Match, Nomination, Paper, Part, Recommendation, Snapshot
from portal.nominations.queries.conflicts import standing
from portal.nominations.translating.models import Translation
from portal.offers.models import Offer, Payment, Requirement, ThankYou
from portal.publishing.desk.models import Draft
from portal.review.models import Assignment, Masked, Note, Review, Round

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

    from portal.people.models import Person


def _about_candidacies(numbers: Select[Any]) -> dict[str, Select[Any]]:
    """Return, for each kind of thing that belongs to a candidacy, which of them belong to these candidacies."""
    nominations = select(Nomination.id).where(Nomination.candidacy_id.in_(numbers))
    offers = select(Offer.id).where(Offer.candidacy_id.in_(numbers))
    assignments = select(Assignment.id).where(Assignment.candidacy_id.in_(numbers))
    return {
        "candidacy": numbers,
        "nomination": nominations,
        "sitting": select(Nomination.sitting_id).where(Nomination.candidacy_id.in_(numbers)),
        "snapshot": select(Snapshot.id).where(Snapshot.nomination_id.in_(nominations)),
        "paper": select(Paper.id).where(Paper.nomination_id.in_(nominations)),
        "conflict": select(Conflict.id).where(Conflict.candidacy_id.in_(numbers)),
        "match": select(Match.id).where(or_(Match.first_id.in_(numbers), Match.second_id.in_(numbers))),
        "decision": select(Decision.id).where(Decision.candidacy_id.in_(numbers)),
        "assignment": assignments,
        "review": select(Review.id).where(Review.assignment_id.in_(assignments)),
        "masked": select(Masked.id).where(Masked.candidacy_id.in_(numbers)),
        "note": select(Note.id).where(Note.candidacy_id.in_(numbers)),
        "translation": select(Translation.id).where(
            or_(
                Translation.nomination_id.in_(nominations),
                Translation.part_id.in_(select(Part.id).where(Part.candidacy_id.in_(numbers))),
                Translation.recommendation_id.in_(
                    select(Recommendation.id).where(
                        or_(Recommendation.candidacy_id.in_(numbers), Recommendation.nomination_id.in_(nominations))
                    )
                ),
            )
        ),
        "offer": offers,
        "requirement": select(Requirement.id).where(Requirement.offer_id.in_(offers)),
        "payment": select(Payment.id).where(Payment.offer_id.in_(offers)),
        "thank_you": select(ThankYou.id).where(ThankYou.offer_id.in_(offers)),
        "page_draft": select(Draft.id).where(Draft.candidacy_id.in_(numbers)),
    }


def untouched(kind: Any, number: Any, person: Person | None) -> ColumnElement[bool]:  # noqa: ANN401 - two columns
    """Say of (kind, number) that no conflict of this person's keeps it from them."""
    candidacies, own = _kept_from(person)
    touched = []
    if candidacies:
        kinds = _about_candidacies(select(Candidacy.id).where(Candidacy.id.in_(candidacies)))
        touched = [and_(kind == name, number.in_(those)) for name, those in kinds.items()]
    if own:
        touched.append(and_(kind == "nomination", number.in_(own)))
    return or_(kind.is_(None), ~or_(*touched)) if touched else true()


def _kept_from(person: Person | None) -> tuple[list[int], list[int]]:
    """Return the candidacies, and the nominations not gathered yet, that are kept from this person: asked once a request."""
    if person is None:
        return [], []
    if has_request_context() and g.get("kept_from_whom") == person.id:
        return g.kept_from  # type: ignore[no-any-return] # what Flask's g holds has no type
    own = select(Nomination.id).where(Nomination.candidacy_id.is_(None), Nomination.nominator_id == person.id)
    kept = list(db.session.scalars(standing(person))), list(db.session.scalars(own))
    if has_request_context():
        g.kept_from_whom, g.kept_from = person.id, kept
    return kept


def everywhere(person: Person | None) -> bool:
    """Say whether a role of this person's reaches the whole organisation."""
    return any(scope == "organisation" for _role, scope, _number in roles_of(person))


def within_reach(kind: Any, number: Any, person: Person | None) -> ColumnElement[bool]:  # noqa: ANN401 - two columns
    """Say of (kind, number) that it lies under an award that a role of this person's reaches."""
    if everywhere(person):
        return true()
    awards = [number for _role, scope, number in roles_of(person) if scope == "award"]
    if not awards:
        return false()
    cycles = select(Cycle.id).where(Cycle.award_id.in_(awards))
    candidacies = select(Candidacy.id).where(Candidacy.cycle_id.in_(cycles))
    reached = {
        **_about_candidacies(candidacies),
        "award": select(Cycle.award_id).where(Cycle.award_id.in_(awards)),
        "cycle": cycles,
        "member": select(Member.id).where(Member.cycle_id.in_(cycles)),
        "nomination": select(Nomination.id).where(Nomination.cycle_id.in_(cycles)),
        "round": select(Round.id).where(Round.cycle_id.in_(cycles)),
    }
    return or_(*(and_(kind == name, number.in_(those)) for name, those in reached.items()))
