"""What the worker does for this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal import clock
from portal.db import db
from portal.jobs.worker import LEASE
from portal.nominations.actions import importing
from portal.nominations.models import Import
from portal.people.models import Person

if TYPE_CHECKING:
    from datetime import datetime

    from portal.jobs.models import Job


def import_rows(job: Job, at: datetime) -> None:
    """Import an upload's rows batch by batch, each committed before the next begins.

    Killed at any point it loses nothing and does nothing twice: a row and its nomination are one transaction, and whoever takes the
    job up goes on with the rows that are left.
    """
    made = db.session.get_one(Import, job.facts["upload"])
    while True:
        by = db.session.get(Person, job.asked_by_id) if job.asked_by_id else None
        count = importing.batch(made, by=by, at=at)
        job.done_parts += count
        job.lease_until = clock.now() + LEASE
        if not count:
            break
        db.session.commit()
    importing.finish(made, at=clock.now())
