"""What the worker does for releases on each round."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from portal.awards.models import Award, Cycle, Season
from portal.db import db, transaction
from portal.errors import PortalError
from portal.publishing import actions
from portal.publishing.actions import practice
from portal.publishing.desk import queries
from portal.publishing.desk.models import Release
from portal.publishing.desk.queries import practice as briefs
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)
BETWEEN_LOOKS = timedelta(hours=1)
_looked_at_briefs: list[datetime] = []  # when this worker last looked for briefs to be reminded of


def release_due(at: datetime) -> int:
    """Tell and publish whatever is due. Returns how many instants were carried out."""
    due = or_(
        and_(Release.state == ReleaseState.APPROVED, Release.told_at <= at),
        and_(Release.state == ReleaseState.TOLD, Release.public_at <= at),
    )
    wanted = (
        select(Award.slug, Season.year)
        .join(Cycle, Cycle.award_id == Award.id)
        .join(Season, Season.id == Cycle.season_id)
    )
    addresses = db.session.execute(
        wanted.join(Release, Release.cycle_id == Cycle.id).where(due).order_by(Release.told_at, Release.id)
    ).all()
    db.session.rollback()
    done, failures = 0, []
    for slug, year in addresses:
        for step in (actions.tell, actions.publish):
            try:
                with transaction():
                    thing = queries.releasing(slug, year)
                    done += thing is not None and step(thing, at=at)
            except PortalError as refused:  # somebody, or another worker, was first
                log.warning("the release of %s %s waits for the next round: %s", slug, year, refused)
            except Exception as failure:  # noqa: BLE001 - one release that fails keeps no other one waiting
                failures.append(failure)
                break
    if failures:
        raise failures[0]
    return done


def remind_of_briefs(at: datetime) -> int:
    """Remind recipients of the practice briefs that are still waited for: once an hour."""
    if _looked_at_briefs and _looked_at_briefs[-1] <= at < _looked_at_briefs[-1] + BETWEEN_LOOKS:
        return 0
    _looked_at_briefs[:] = [at]
    waits = bool(briefs.waiting())
    db.session.rollback()
    if not waits:
        return 0
    with transaction():
        return practice.remind_due(at)
