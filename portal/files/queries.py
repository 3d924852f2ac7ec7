"""Finding files, and reading what is clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.db import Model, db
from portal.files.models import FilePart, StoredFile
from portal.files.rules import OFFICE, FileState
from portal.files.storage import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HELD = (FileState.RECEIVING, FileState.RECEIVED, FileState.CLEAN)


def by_id(number: int | None) -> StoredFile | None:
    """Return a file."""
    return db.session.get(StoredFile, number) if number is not None else None


def by_ids(numbers: Iterable[int | None]) -> dict[int, StoredFile]:
    """Return files by their numbers: one query."""
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    return {file.id: file for file in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(wanted)))}


def newest(about: Model, purpose: str) -> StoredFile | None:
    """Return the last file that was sent for a purpose of this thing, whatever became of it; none once it was taken out."""
    wanted = select(StoredFile).where(
        StoredFile.about_kind == about.__tablename__, StoredFile.about_id == about.id, StoredFile.purpose == purpose
    )
    found = db.session.scalar(wanted.order_by(StoredFile.id.desc()).limit(1))
    return found if found is not None and found.state is not FileState.REMOVED else None


def arriving(owner_id: int, about: Model, purpose: str, *, mark: str, size: int) -> StoredFile | None:
    """Return the upload that a browser began and may go on with."""
    return db.session.scalar(
        select(StoredFile)
        .where(
            StoredFile.owner_id == owner_id,
            StoredFile.about_kind == about.__tablename__,
            StoredFile.about_id == about.id,
            StoredFile.purpose == purpose,
            StoredFile.mark == mark,
            StoredFile.size == size,
            StoredFile.state == FileState.RECEIVING,
        )
        .order_by(StoredFile.id.desc())
        .limit(1)
    )


def of_owner(key: str, owner_id: int, about: Model) -> StoredFile | None:
    """Return an upload by its key, for whoever began it and for this thing alone."""
    return db.session.scalar(
        select(StoredFile).where(
            StoredFile.key == key,
            StoredFile.owner_id == owner_id,
            StoredFile.about_kind == about.__tablename__,
            StoredFile.about_id == about.id,
        )
    )


def held_by(owner_id: int) -> int:
    """Return how many bytes of somebody's are kept or on their way. What the office sends, portraits and scans, is nobody's own."""
    wanted = select(func.coalesce(func.sum(StoredFile.size), 0))
    own = wanted.where(StoredFile.owner_id == owner_id, StoredFile.state.in_(HELD))
    return int(db.session.scalar(own.where(StoredFile.purpose.not_in(OFFICE))) or 0)


def parts_of(file: StoredFile) -> Sequence[FilePart]:
    """Return the parts of a file in their order."""
    return db.session.scalars(select(FilePart).where(FilePart.file_id == file.id).order_by(FilePart.begins)).all()


def content(file: StoredFile) -> bytes:
    """Return a clean file. Whatever is not clean has no content to give."""
    if file.state is not FileState.CLEAN:
        msg = f"file {file.id} is {file.state.value}, so it is not given out"
        raise LookupError(msg)
    return store().get(f"clean/{file.key}/whole")


def picture(file: StoredFile, number: int) -> bytes | None:
    """Return what one page of a clean file looks like, or None where there is no such page."""
    if file.state is not FileState.CLEAN or not 1 <= number <= file.pages:
        return None
    return store().get(f"clean/{file.key}/page-{number}")


def covered(key: str, number: int | None = None) -> bytes:
    """Return one page of a file that was drawn anew with parts painted over; without a number the whole, as a PDF."""
    return store().get(f"covered/{key}/whole" if number is None else f"covered/{key}/page-{number}")
