"""Scoring from bands, by staff: what reviewers neither see nor score, and standings count by the rubric's weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from portal import history
from portal.awards.models import Criterion, Rubric
from portal.db import db
from portal.errors import N_, Refused
from portal.review.actions import standings
from portal.review.models import BandScore
from portal.review.queries import rounds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.nominations.models import Candidacy
    from portal.people.models import Person
    from portal.review.queries.rounds import InReview

OVER = N_("This round is closed, so what staff score can no longer be changed.")
NO_LEVEL = N_("Choose one of the levels.")


def give(review: InReview, candidacy: Candidacy, levels: Mapping[int, int | None], *, by: Person, at: datetime) -> int:
    """Give a candidacy its levels, by criterion; None takes one back. What it replaces is kept. Returns how many changed.

    Raises `Refused` once the round is closed, and for a level that the rubric does not have.
    """
    made = review.round
    if made is not None and made.state in rounds.OVER:
        raise Refused(OVER)
    db.session.scalar(select(Rubric.id).where(Rubric.id == review.cycle.rubric_id).with_for_update())
    rubric = db.session.get_one(Rubric, review.cycle.rubric_id)
    ours = {one.id: one for one in db.session.scalars(select(Criterion).where(Criterion.rubric_id == rubric.id))}
    changed = {}
    for number, level in levels.items():
        criterion = ours.get(number)
        if criterion is None or not criterion.by_staff:
            raise Refused(NO_LEVEL)
        if level is not None and not rubric.lowest <= level <= rubric.highest:
            raise Refused(NO_LEVEL)
        current = (
            BandScore.candidacy_id == candidacy.id, BandScore.criterion_id == number, BandScore.replaced_at.is_(None)
        )  # fmt: skip
        if db.session.scalar(select(BandScore.level).where(*current)) == level:
            continue
        db.session.execute(update(BandScore).where(*current).values(replaced_at=at))
        db.session.add(
            BandScore(candidacy_id=candidacy.id, criterion_id=number, level=level, given_by_id=by.id, given_at=at)
        )
        changed[criterion.key] = level
    if not changed:
        return 0
    db.session.flush()
    history.record("scored from bands", candidacy, by=by, at=at, criteria=sorted(changed))
    if made is not None:
        standings.recompute(made.id, [candidacy.id], at=at)
    return len(changed)
