"""Standings, computed when a counted score changes and not when a page is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, select, update

from portal.db import db
from portal.nominations.models import Candidacy
from portal.review.models import Round, Standing
from portal.review.queries import rounds
from portal.review.queries.reviews import counted
from portal.review.rules import standings as rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from portal.nominations.rules import CandidacyStage

on_score_changed: list[
    Callable[[int, Sequence[int], datetime], None]
] = []  # (round, candidacies, at): higher rooms listen


def recompute(round_id: int, candidacies: Iterable[int], *, at: datetime) -> None:
    """Compute these candidacies' figures anew from what counts, and everybody's rank.

    Recomputing queues on the round's row, so that two reviews submitted at once both count.
    """
    numbers = sorted(set(candidacies))
    if not numbers:
        return
    db.session.flush()
    hold = update(Round).where(Round.id == round_id).values(standings_version=Round.standings_version + 1)
    db.session.execute(hold.execution_options(synchronize_session="fetch"))
    reviews = counted(round_id, numbers)
    reads = db.session.scalar(select(Round.reads).where(Round.id == round_id)) or 0
    rows = select(Standing).where(Standing.round_id == round_id, Standing.candidacy_id.in_(numbers))
    known = {row.candidacy_id: row for row in db.session.scalars(rows.execution_options(populate_existing=True))}
    for number in numbers:
        figures = rules.figures(reviews.get(number, []))
        row = known.get(number)
        if row is None:
            row = Standing(round_id=round_id, candidacy_id=number, facts={}, computed_at=at)
            db.session.add(row)
        row.mean, row.count, row.spread = figures.mean, figures.count, figures.spread
        row.disagreement = float(figures.apart) if figures.apart is not None else None
        row.missing = max(reads - figures.count, 0)
        row.facts = {
            "low": figures.low,
            "high": figures.high,
            "apart_on": figures.apart_on,
            "criteria": dict(figures.criteria),
        }
        row.computed_at = at
    db.session.flush()
    rank(round_id)
    for listener in on_score_changed:
        listener(round_id, numbers, at)


def felt_stage(candidacy: Candidacy, before: CandidacyStage, at: datetime) -> None:
    """A candidacy left or came back: everybody's rank follows, in every round it was taken into."""
    if (before in rounds.GONE) == (candidacy.stage in rounds.GONE):
        return
    for number in db.session.scalars(select(Standing.round_id).where(Standing.candidacy_id == candidacy.id)).all():
        recompute(number, [candidacy.id], at=at)


def rank(round_id: int) -> None:
    """Give every candidacy in a round its rank: ties share one, and whoever is gone or unscored has none. One statement."""
    gone = Candidacy.stage.in_(rounds.GONE) | Candidacy.merged_into_id.is_not(None)
    mean = case((gone, None), else_=Standing.mean)
    ordered = (
        select(
            Standing.id.label("id"),
            case((mean.is_(None), None), else_=func.rank().over(order_by=mean.desc().nulls_last())).label("rank"),
            case((mean.is_(None), False), else_=func.count().over(partition_by=mean) > 1).label("tied"),
        )
        .join(Candidacy, Candidacy.id == Standing.candidacy_id)
        .where(Standing.round_id == round_id)
        .subquery()
    )
    differs = Standing.rank.is_distinct_from(ordered.c.rank) | Standing.tied.is_distinct_from(ordered.c.tied)
    change = (
        update(Standing).where(Standing.id == ordered.c.id, differs).values(rank=ordered.c.rank, tied=ordered.c.tied)
    )
    db.session.execute(change.execution_options(synchronize_session=False))
    for row in db.session.identity_map.values():
        if isinstance(row, Standing) and row.round_id == round_id:
            db.session.expire(row, ["rank", "tied"])
