"""The one worker: takes leases, does work, says how it went. Killed at any point, it loses nothing."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.db import db, rows_changed, transaction
from portal.jobs.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # renewed while the work goes on: whoever is killed is followed within a minute
HEARTBEAT = 15.0  # seconds
MOST_ATTEMPTS = 3
PAUSE_SECONDS = 1.0

handlers: dict[str, Callable[[Job, datetime], None]] = {}  # kind -> what does it, within its own transaction(s)
chores: list[
    Callable[[datetime], int]
] = []  # looked at on every round: mail, releases that are due; each returns how much it did


def run_once(*, at: datetime | None = None) -> int:
    """Do everything that is due now. Returns how many things were done."""
    now = at or clock.now()
    done = 0
    for chore in chores:
        try:
            done += chore(now)
        except Exception:
            db.session.rollback()
            log.exception("chore %s failed; it is tried again on the next round", getattr(chore, "__name__", chore))
    while (number := _take(now)) is not None:
        _do(number, now)
        done += 1
    db.session.remove()
    return done


def _take(now: datetime) -> int | None:
    due = or_(
        and_(Job.state == JobState.WAITING, Job.run_at <= now),
        and_(Job.state == JobState.RUNNING, Job.lease_until < now),
    )
    number = db.session.scalar(select(Job.id).where(due).order_by(Job.run_at, Job.id).limit(1))
    db.session.rollback()
    if number is None:
        return None
    with transaction():
        taken = rows_changed(
            update(Job)
            .where(Job.id == number, due)
            .values(state=JobState.RUNNING, lease_until=now + LEASE, attempts=Job.attempts + 1)
        )
        return number if taken == 1 else _take(now)


@contextmanager
def _heartbeat(number: int, now: datetime) -> Iterator[None]:
    """Renew a lease from beside the work, on a connection of its own, until the work is done.

    Where the work holds the database (SQLite, or its own row on PostgreSQL), a beat waits or is left out: nobody else could take
    the work up meanwhile either.
    """
    engine, begun, done = db.engine, time.monotonic(), threading.Event()

    def beat() -> None:
        while not done.wait(HEARTBEAT):
            until = now + timedelta(seconds=time.monotonic() - begun) + LEASE
            renewed = update(Job).where(Job.id == number, Job.state == JobState.RUNNING).values(lease_until=until)
            with contextlib.suppress(SQLAlchemyError), engine.begin() as connection:
                connection.execute(renewed)

    thread = threading.Thread(target=beat, name=f"heartbeat of job {number}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _do(number: int, now: datetime) -> None:
    try:
        with _heartbeat(number, now), transaction():
            job = db.session.get_one(Job, number)
            handlers[job.kind](job, now)
            job.state, job.finished_at, job.lease_until, job.problem = JobState.DONE, clock.now(), None, None
    except Exception as problem:
        log.exception("job %s failed", number)
        with transaction():
            job = db.session.get_one(Job, number)
            job.problem, job.lease_until = f"{type(problem).__name__}: {problem}"[:1000], None
            job.state = JobState.FAILED if job.attempts >= MOST_ATTEMPTS else JobState.WAITING
            job.run_at = now + timedelta(minutes=job.attempts)


def run_forever(a_round: Callable[[], int]) -> None:
    """Do round after round until told to stop (SIGTERM, SIGINT), finishing what is in hand."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        if a_round() == 0:
            stop.wait(PAUSE_SECONDS)
