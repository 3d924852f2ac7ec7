"""Receiving files in parts, cleaning them, taking them out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal import history
from portal.db import Model, db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.files import queries, rules, sandbox, scanning
from portal.files.models import FilePart, StoredFile
from portal.files.rules import FILE, FileState, FileStep
from portal.files.sandbox import Cleaned
from portal.files.storage import store
from portal.jobs import actions as jobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from portal.config import Settings
    from portal.files.rules import Purpose
    from portal.people.models import Person

JOB = "files.clean"
SCAN_AGAIN = timedelta(minutes=5)
ABANDONED = timedelta(days=7)  # an upload nobody went on with
NOT_THERE = N_("This upload is over, or was begun elsewhere. Choose the file once more.")

# Called in the same transaction with (file, at) once it is clean or refused: whoever owns it may tell its sender.
on_settled: list[Callable[[StoredFile, datetime], object]] = []


class Elsewhere(Stale):
    """The part does not begin where the file stands: another window sent it, or an answer was lost. Its `received` says where."""

    def __init__(self, received: int) -> None:
        """Keep where the file stands."""
        super().__init__(N_("This part of the file is here already."))
        self.received = received


def begin(
    owner: Person, about: Model, purpose: Purpose, *, name: str, size: int, mark: str = "", at: datetime
) -> StoredFile:
    """Begin an upload, or return the one that the same browser began and did not finish."""
    found = queries.arriving(owner.id, about, purpose.name, mark=mark, size=size) if mark else None
    if found is not None:
        return found
    rules.check_size(size, held=queries.held_by(owner.id))
    file = StoredFile(
        key=secrets.token_hex(16),
        owner_id=owner.id,
        about_kind=about.__tablename__,
        about_id=about.id,
        purpose=purpose.name,
        name=rules.safe_name(name),
        mark=mark[:64],
        size=size,
        received=0,
        state=FileState.RECEIVING,
        created_at=at,
    )
    db.session.add(file)
    db.session.flush()
    return file


def add_part(file: StoredFile, data: bytes, *, begins: int, at: datetime) -> StoredFile:
    """Add what comes next of an upload. Raises `Elsewhere` where it does not begin at its end, `Refused` for what it may not be."""
    if file.state is not FileState.RECEIVING:
        raise Refused(NOT_THERE)
    if begins != file.received:
        raise Elsewhere(file.received)
    if not data or begins + len(data) > file.size:
        raise Refused(NOT_THERE, field="file")
    if begins == 0:
        file.kind = rules.sniff(data[: rules.HEAD])
    key = secrets.token_hex(16)
    store().put(f"parts/{key}", data)
    taken = rows_changed(
        update(StoredFile)
        .where(StoredFile.id == file.id, StoredFile.received == begins, StoredFile.state == FileState.RECEIVING)
        .values(received=begins + len(data))
        .execution_options(synchronize_session=False)
    )
    if taken != 1:
        store().delete(f"parts/{key}")
        db.session.refresh(file, ["received"])
        raise Elsewhere(file.received)
    db.session.add(FilePart(file_id=file.id, begins=begins, size=len(data), key=key))
    set_committed_value(file, "received", begins + len(data))
    if file.received == file.size:
        _arrive(file, at=at)
    return file


def _arrive(file: StoredFile, *, at: datetime) -> None:
    file.state, file.received_at = FILE.advance(file.state, FileStep.ARRIVE), at
    db.session.flush()
    history.record("file arrived", file, at=at, purpose=file.purpose, size=file.size)
    jobs.ask(JOB, at=at, key=f"clean:{file.id}:0", asked_by_id=file.owner_id, file=file.id, scans=0)


def take_whole(owner: Person, about: Model, purpose: Purpose, *, name: str, data: bytes, at: datetime) -> StoredFile:
    """Take a file that came in one piece, from a form without script."""
    return add_part(begin(owner, about, purpose, name=name, size=len(data), at=at), data, begins=0, at=at)


def remove(file: StoredFile, *, by: Person | None, at: datetime) -> None:
    """Take a file out: it is shown no more, and the worker throws away what lies of it."""
    file.state, file.settled_at, file.text = FILE.advance(file.state, FileStep.REMOVE), at, ""
    history.record("file removed", file, by=by, at=at)


# ---------------------------------------------------------------- cleaning


def examine(file: StoredFile) -> Cleaned | None:
    """Return what a file is once cleaned, or what is wrong with it; None where the scanner does not answer. Writes no row."""
    settings: Settings = current_app.config["SETTINGS"]
    kind, most_pages = file.kind, rules.PURPOSES[file.purpose].most_pages
    names = [part.key for part in queries.parts_of(file)]
    db.session.commit()  # nothing is locked while the cleaner works
    data = b"".join(store().get(f"parts/{name}") for name in names)
    if kind is None:
        return Cleaned(wrong="damaged")
    if settings.scanner:
        try:
            if scanning.infected(data, address=settings.scanner):
                return Cleaned(wrong="infected")
        except scanning.ScannerAway:
            return None
    made = sandbox.clean(data, kind, most_pages=most_pages)
    if made.wrong is None and settings.scanner and scanning.infected(made.data, address=settings.scanner):
        return Cleaned(wrong="infected")
    return made


def settle(file: StoredFile, made: Cleaned | None, *, scans: int, at: datetime) -> None:
    """Note what became of a file, and keep what is clean of it. Done twice, it is done once."""
    if file.state is not FileState.RECEIVED:
        return
    if made is None:
        file.waits_for_scanner = True
        key = f"clean:{file.id}:{scans + 1}"
        jobs.ask(JOB, at=at, run_at=at + SCAN_AGAIN, key=key, asked_by_id=file.owner_id, file=file.id, scans=scans + 1)
        return
    file.waits_for_scanner = False
    if made.wrong is None:
        store().put(f"clean/{file.key}/whole", made.data)
        for number, picture in enumerate(made.pages, start=1):
            store().put(f"clean/{file.key}/page-{number}", picture)
        file.state = FILE.advance(file.state, FileStep.CLEAN)
        file.clean_size, file.sha256 = len(made.data), hashlib.sha256(made.data).hexdigest()
        file.pages, file.text = len(made.pages), made.text
        history.record("file cleaned", file, at=at, sha256=file.sha256, pages=file.pages)
    else:
        file.state, file.problem = FILE.advance(file.state, FileStep.REFUSE), made.wrong
        history.record("file refused", file, at=at, why=made.wrong)
    file.settled_at = at
    db.session.flush()
    for listener in on_settled:
        listener(file, at)


def keep_covered(made: Cleaned) -> str:
    """Keep what was drawn anew with parts painted over, under a key of its own that tells nothing; return the key."""
    key = secrets.token_hex(16)
    store().put(f"covered/{key}/whole", made.data)
    for number, picture in enumerate(made.pages, start=1):
        store().put(f"covered/{key}/page-{number}", picture)
    return key


def drop_covered(key: str, pages: int) -> None:
    """Throw such pages away."""
    store().delete(f"covered/{key}/whole")
    for number in range(1, pages + 1):
        store().delete(f"covered/{key}/page-{number}")


def sweep(*, at: datetime, most: int = 50) -> int:
    """Throw away what is needed no more: parts of what is clean or refused, and all of what was removed. Returns how many things."""
    old = select(StoredFile).where(StoredFile.state == FileState.RECEIVING, StoredFile.created_at < at - ABANDONED)
    for file in db.session.scalars(old.limit(most)).all():
        remove(file, by=None, at=at)
    over = (FileState.CLEAN, FileState.REFUSED, FileState.REMOVED)
    parts = db.session.execute(
        select(FilePart.id, FilePart.key)
        .join(StoredFile, StoredFile.id == FilePart.file_id)
        .where(StoredFile.state.in_(over))
        .limit(most)
    ).all()
    for _number, key in parts:
        store().delete(f"parts/{key}")
    db.session.execute(delete(FilePart).where(FilePart.id.in_([number for number, _key in parts])))
    gone = db.session.scalars(
        select(StoredFile).where(StoredFile.state == FileState.REMOVED, StoredFile.pages > 0).limit(most)
    ).all()
    for file in gone:
        store().delete(f"clean/{file.key}/whole")
        for number in range(1, file.pages + 1):
            store().delete(f"clean/{file.key}/page-{number}")
        file.pages = 0
    return len(parts) + len(gone)
