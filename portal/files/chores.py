"""What the worker does for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from portal import clock
from portal.db import db, transaction
from portal.files import actions
from portal.files.models import FilePart, StoredFile
from portal.files.rules import FileState

if TYPE_CHECKING:
    from datetime import datetime

    from portal.jobs.models import Job


def clean(job: Job, _at: datetime) -> None:
    """Clean one file.

    Killed at any point it loses nothing: what came lies there until what is clean is kept, and whoever takes the job up begins anew.
    """
    number, scans = job.facts["file"], job.facts["scans"]
    file = db.session.get_one(StoredFile, number)
    if file.state is not FileState.RECEIVED:
        return
    made = actions.examine(file)
    db.session.refresh(file, with_for_update=True)
    actions.settle(file, made, scans=scans, at=clock.now())


def sweep(at: datetime) -> int:
    """Throw away what is needed no more, where there is any."""
    over = (FileState.CLEAN, FileState.REFUSED, FileState.REMOVED)
    parts = exists().where(FilePart.file_id == StoredFile.id)
    wanted = select(StoredFile.id).where(
        or_(
            StoredFile.state.in_(over) & parts,
            (StoredFile.state == FileState.REMOVED) & (StoredFile.pages > 0),
            (StoredFile.state == FileState.RECEIVING) & (StoredFile.created_at < at - actions.ABANDONED),
        )
    )
    there = db.session.scalar(wanted.limit(1))
    db.session.rollback()
    if there is None:
        return 0
    with transaction():
        return actions.sweep(at=at)
