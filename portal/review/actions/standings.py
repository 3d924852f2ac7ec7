"""Standings, computed when a counted score changes and not when a page is read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from portal.db import db, fixed, table_of
from portal.nominations.models import Candidacy
from portal.review.models import Round, Standing
from portal.review.queries import rounds
from portal.review.queries.reviews import counted
from portal.review.rules import standings as rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Update

    from portal.nominations.rules import CandidacyStage

on_score_changed: list[
    Callable[[int, Sequence[int], datetime], None]
] = []  # (round, candidacies, at): higher rooms listen


_HOLD = (
    update(table_of(Round))
    .where(Round.__table__.c.id == bindparam("held"))
    .values(standings_version=Round.__table__.c.standings_version + 1)
    .returning(Round.__table__.c.reads, Round.__table__.c.standings_version)
)
_ROWS = (
    select(Standing)
    .where(Standing.round_id == bindparam("round"), Standing.candidacy_id.in_(bindparam("candidacies", expanding=True)))
    .execution_options(populate_existing=True)
)


def recompute(round_id: int, candidacies: Iterable[int], *, at: datetime) -> None:
    """Compute these candidacies' figures anew from what counts, and everybody's rank.

    Recomputing queues on the round's row, so that two reviews submitted at once both count.
    """
    numbers = sorted(set(candidacies))
    if not numbers:
        return
    db.session.flush()
    held = db.session.execute(_HOLD, {"held": round_id}).one_or_none()
    reads = held.reads if held is not None else 0
    here = db.session.identity_map.get(identity_key(Round, round_id))
    if held is not None and here is not None:
        set_committed_value(here, "standings_version", held.standings_version)
    reviews = counted(round_id, numbers)
    rows = db.session.scalars(_ROWS, {"round": round_id, "candidacies": numbers})
    known = {row.candidacy_id: row for row in rows}
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
    db.session.connection().execute(
        _ranking(), {"round": round_id}
    )  # past the ORM: the rows at hand are looked after below
    for row in db.session.identity_map.values():
        if isinstance(row, Standing) and row.round_id == round_id:
            db.session.expire(row, ["rank", "tied"])


@cache
def _ranking() -> Update:
    gone = Candidacy.stage.in_(rounds.GONE) | Candidacy.merged_into_id.is_not(None)
    mean = case((gone, None), else_=Standing.mean)
    ordered = fixed(
        select(
            Standing.id.label("id"),
            case((mean.is_(None), None), else_=func.rank().over(order_by=mean.desc().nulls_last())).label("rank"),
            case((mean.is_(None), False), else_=func.count().over(partition_by=mean) > 1).label("tied"),
        )
        .join(Candidacy, Candidacy.id == Standing.candidacy_id)
        .where(Standing.round_id == bindparam("round"))
    ).subquery()
    kept = Standing.__table__.c
    differs = kept.rank.is_distinct_from(ordered.c.rank) | kept.tied.is_distinct_from(ordered.c.tied)
    change = update(table_of(Standing)).where(kept.id == ordered.c.id, kept.round_id == bindparam("round"), differs)
    return change.values(rank=ordered.c.rank, tied=ordered.c.tied)
