"""The worker is killed while it imports: what is there is whole, nothing is there twice, and in the end every row is."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from portal.db import db, transaction
from portal.demo.makers import make_award, make_cycle, make_school, make_season, make_staff
from portal.jobs.models import Job, JobState
from portal.nominations.actions import importing
from portal.nominations.models import (
    Candidacy,
    Import,
    ImportRow,
    ImportState,
    Named,
    Nomination,
    RowState,
    Sitting,
    Snapshot,
)

ROWS = 600
TAKEN_UP = timedelta(hours=1)


def counted(kind, *conditions):
    return db.session.scalar(select(func.count()).select_from(kind).where(*conditions))


def whole():
    """Return how many rows are imported, and check that each is a whole nomination and nothing else is there."""
    db.session.rollback()
    imported = counted(ImportRow, ImportRow.state == RowState.IMPORTED)
    assert counted(ImportRow, ImportRow.state == RowState.READY) == ROWS - imported
    assert counted(Nomination) == counted(Named) == counted(Sitting) == counted(Snapshot) == imported
    assert counted(Nomination, Nomination.candidacy_id.is_(None)) == 0
    assert counted(Nomination, Nomination.reference.not_like("N-%")) == 0
    assert counted(Candidacy) == counted(Candidacy, Candidacy.reference.like("C-%"))
    return imported


@pytest.mark.kill
@pytest.mark.both_databases
def test_an_import_killed_at_any_point_loses_no_row_and_repeats_none(app, portal):
    now = datetime.now(UTC)
    lines = ["Timestamp,Your name,Your email,Nominee first name,Nominee last name,School,Award,Reference"]
    lines += [
        f"{now:%Y-%m-%dT%H:%M:%SZ},A B,a{n}@b.example,Nia{n % 300},Mendoza{n % 300},Lowell,Librarian Award,{n}"
        for n in range(ROWS)
    ]
    with transaction():
        make_cycle(make_award("Librarian Award"), opens_at=now - timedelta(days=5), closes_at=now + timedelta(days=5))
        make_school("Lowell")
        staff = make_staff()
        made = importing.upload("\n".join(lines).encode(), name="x.csv", season=make_season(), by=staff, at=now)
        assert importing.start(made, tell=False, by=staff, at=now) is None
    for share in (0, ROWS // 3, ROWS * 2 // 3):  # once it has begun, and further on
        process = portal.start("work")
        patience = time.monotonic() + 60
        while counted(ImportRow, ImportRow.state == RowState.IMPORTED) <= share and process.poll() is None:
            assert time.monotonic() < patience, "the worker imports nothing"
            db.session.rollback()
            time.sleep(random.uniform(0.01, 0.06))
        process.kill()
        process.wait()
        whole()
        with transaction():  # its lease lapses
            db.session.execute(update(Job).values(lease_until=now - TAKEN_UP))
    assert whole() < ROWS, "the worker was never killed while it imported: give it more rows"
    done = portal("work", "--once")
    assert done.returncode == 0, done.stderr
    assert whole() == ROWS
    assert counted(Candidacy) == 300
    assert db.session.scalars(select(Job.state)).one() is JobState.DONE
    assert db.session.scalars(select(Import.state)).one() is ImportState.IMPORTED
