"""Tables of past honors as they were uploaded, row by row, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, enumeration
from portal.nominations.models import RowState


class ArchiveUpload(Model):
    """A file of past honors, with how its columns were matched and whose word stands for the rows that name nobody's."""

    __tablename__ = "archive_upload"

    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    columns: Mapped[list[str]]
    matched: Mapped[dict[str, str]]
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))  # of every row, where no column says
    basis: Mapped[str] = mapped_column(String(300), default="")  # of every row that says none itself
    version: Mapped[int] = mapped_column(default=1)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]


class ArchiveRow(Model):
    """One line-to-be. `digest` is of award, year and name: importing the same honor again adds nothing, however it is written."""

    __tablename__ = "archive_row"
    __table_args__ = (
        UniqueConstraint("upload_id", "number"),
        Index("ix_archive_row_state", "upload_id", "state", "number"),
        Index("ix_archive_row_digest", "digest"),
        Index(
            "uq_archive_row_imported",
            "digest",
            unique=True,
            sqlite_where=text("state = 'imported'"),
            postgresql_where=text("state = 'imported'"),
        ),
    )

    upload_id: Mapped[int] = mapped_column(ForeignKey("archive_upload.id"))
    number: Mapped[int]  # the row of the file, from 2, as a spreadsheet shows it
    cells: Mapped[dict[str, str]]  # as uploaded
    mended: Mapped[dict[str, str]]  # what a person put in place of a cell
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[RowState] = mapped_column(enumeration(RowState))
    problems: Mapped[list[Any]]  # [{"field", "message", "facts"}, ...]
    notes: Mapped[list[Any]]
    honour_id: Mapped[int | None] = mapped_column(ForeignKey("past_honour.id"), unique=True)

    upload: Mapped[ArchiveUpload] = relationship(lazy="raise")
