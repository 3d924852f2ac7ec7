"""The worker's leases: renewed while work goes on, and short enough that a killed worker is soon followed."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import select

from portal.db import db, transaction
from portal.demo.makers import NOW
from portal.jobs import actions, worker
from portal.jobs.models import Job, JobState


def lease():
    with db.engine.connect() as connection:
        return connection.execute(select(Job.lease_until)).scalar_one()


def test_a_lease_is_renewed_while_the_work_goes_on(app, monkeypatch):
    monkeypatch.setattr(worker, "HEARTBEAT", 0.05)
    seen = []

    def slow(job, _at):
        db.session.commit()  # as an import does after every batch
        first = lease()
        until = time.monotonic() + 10
        while lease() == first and time.monotonic() < until:
            time.sleep(0.02)
        seen.append(lease() - first)
        db.session.refresh(job)

    monkeypatch.setitem(worker.handlers, "slow", slow)
    with transaction():
        actions.ask("slow", at=NOW)
    worker.run_once(at=NOW)
    assert seen[0] > timedelta(0)
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.lease_until) == (JobState.DONE, None)


def test_work_whose_worker_was_killed_is_taken_up_within_a_minute(app, monkeypatch):
    done = []
    monkeypatch.setitem(worker.handlers, "quick", lambda job, _at: done.append(job.attempts))
    with transaction():
        job = actions.ask("quick", at=NOW)
        job.state, job.lease_until, job.attempts = JobState.RUNNING, NOW + worker.LEASE, 1
    worker.run_once(at=NOW + timedelta(seconds=59))
    assert done == []
    worker.run_once(at=NOW + timedelta(seconds=61))
    assert done == [2]
