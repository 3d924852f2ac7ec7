"""The worker is killed while it cleans a file: what came is still there, and in the end it is clean, once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.db import db, transaction
from portal.demo.makers import make_organisation, make_person
from portal.files import actions, storage
from portal.files.models import FilePart, StoredFile
from portal.files.rules import LETTER, FileState
from portal.history.models import Event
from portal.jobs.models import Job, JobState
from tests.support import hostile


@pytest.mark.kill
def test_a_cleaning_killed_at_any_point_loses_nothing_and_happens_once(app, portal, monkeypatch):
    now = datetime.now(UTC)
    monkeypatch.setitem(app.extensions, "portal.files", storage.Folder(Path(app.instance_path) / "files"))
    with transaction():
        make_organisation()
        ana = make_person("Ana Souza")
        data = hostile.plain_pdf(*(f"Page {number}" for number in range(10)))
        number = actions.take_whole(ana, ana, LETTER, name="letter.pdf", data=data, at=now).id
    begun = time.monotonic()
    portal("--help")
    wait = time.monotonic() - begun
    for extra in (0.4, 0.9, 1.4):
        process = portal.start("work")
        time.sleep(wait + extra)
        process.kill()
        process.wait()
        db.session.rollback()
        db.session.expire_all()
        file = db.session.get_one(StoredFile, number)
        if file.state is FileState.RECEIVED:
            parts = db.session.scalars(select(FilePart.key)).all()
            assert b"".join(storage.store().get(f"parts/{key}") for key in parts) == data
        with transaction():  # its lease lapses
            db.session.execute(update(Job).values(lease_until=now - timedelta(hours=1)))
    for _ in range(2):
        done = portal("work", "--once")
        assert done.returncode == 0, done.stderr
    db.session.rollback()
    db.session.expire_all()
    file = db.session.get_one(StoredFile, number)
    assert (file.state, file.pages) == (FileState.CLEAN, 10)
    assert len(storage.store().get(f"clean/{file.key}/whole")) == file.clean_size
    assert db.session.scalars(select(FilePart)).all() == []
    assert len(db.session.scalars(select(Event).where(Event.action == "file cleaned")).all()) == 1
    assert db.session.scalars(select(Job.state)).one() is JobState.DONE
