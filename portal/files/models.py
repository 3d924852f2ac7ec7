"""A file, and the parts in which it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model, enumeration
from portal.files.rules import FileState, Kind


class StoredFile(Model):
    """Something a person uploaded. Nothing of it is shown before it is clean; what it came as is thrown away then."""

    __tablename__ = "file"
    __table_args__ = (
        CheckConstraint("received >= 0 AND received <= size", name="received_within_size"),
        CheckConstraint("state != 'clean' OR (kind IS NOT NULL AND sha256 IS NOT NULL)", name="clean_has_a_digest"),
        Index("ix_file_about", "about_kind", "about_id"),
        Index("ix_file_state", "state", "created_at"),
    )

    key: Mapped[str] = mapped_column(String(32), unique=True)  # its name where it lies; says nothing of anybody
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    about_kind: Mapped[str] = mapped_column(String(40))  # what it belongs to: this low room knows no higher one
    about_id: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))  # as it was called, made fit to show
    mark: Mapped[str] = mapped_column(
        String(64), default=""
    )  # by which a browser knows it again, to go on where it stopped
    size: Mapped[int]  # as announced, in bytes
    received: Mapped[int] = mapped_column(default=0)
    state: Mapped[FileState] = mapped_column(enumeration(FileState), default=FileState.RECEIVING)
    kind: Mapped[Kind | None] = mapped_column(enumeration(Kind))
    clean_size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))  # of what is clean
    pages: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(default="")  # the words of its pages, for whoever listens
    problem: Mapped[str | None] = mapped_column(String(20))  # a word of rules.VERDICTS
    waits_for_scanner: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]  # clean, refused or removed since then


class FilePart(Model):
    """A stretch of a file as it came. Two browsers that send the same stretch at once leave one."""

    __tablename__ = "file_part"
    __table_args__ = (UniqueConstraint("file_id", "begins"), CheckConstraint("size > 0", name="not_empty"))

    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    begins: Mapped[int]
    size: Mapped[int]
    key: Mapped[str] = mapped_column(String(32), unique=True)
