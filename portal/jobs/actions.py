"""Asking for work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.db import db
from portal.jobs.models import Job

if TYPE_CHECKING:
    from datetime import datetime


def ask(
    kind: str,
    *,
    at: datetime,
    run_at: datetime | None = None,
    key: str | None = None,
    asked_by_id: int | None = None,
    **facts: Any,
) -> Job:
    """Ask the worker for something, in this transaction. With a `key`, the same work is asked for once."""
    if key is not None:
        asked = db.session.scalar(select(Job).where(Job.key == key))
        if asked is not None:
            return asked
    job = Job(kind=kind, key=key, facts=facts, run_at=run_at or at, created_at=at, asked_by_id=asked_by_id)
    db.session.add(job)
    db.session.flush()
    return job
