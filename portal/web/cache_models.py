"""How every process learns that what the public reads has changed."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model


class PublicVersion(Model):
    """One number, raised by every write that touches a public page."""

    __tablename__ = "public_version"

    number: Mapped[int] = mapped_column(default=0)
