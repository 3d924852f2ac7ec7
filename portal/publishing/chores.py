"""What the worker does for releases on each round."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from portal.awards.models import Award, Cycle, Season
from portal.db import db, transaction
from portal.errors import PortalError
from portal.publishing import actions
from portal.publishing.desk import queries
from portal.publishing.desk.models import Release
from portal.publishing.rules import ReleaseState

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


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
