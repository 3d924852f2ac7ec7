"""A person, however we came to know of them: nominator, nominee, reviewer, staff."""

from __future__ import annotations

import re
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def named(given: str, family: str, email: str | None) -> str:
    """Return a name as it is written: given, then family; the address where there is none.

    In Chinese characters the family name comes first, and nothing stands between.
    """
    if given and family and _HAN.fullmatch(given + family):
        return f"{family}{given}"
    return f"{given} {family}".strip() or (email or "")


class Person(UserMixin, Model):
    """Somebody. An e-mail address alone never proves a person: families and schools share them, so it is not unique here."""

    __tablename__ = "person"

    given_name: Mapped[str] = mapped_column(String(300), default="")
    family_name: Mapped[str] = mapped_column(String(300), default="")
    known_as: Mapped[str | None] = mapped_column(String(300))  # a nickname, in its own words
    legal_name: Mapped[str | None] = mapped_column(String(300))
    said_as: Mapped[str | None] = mapped_column(String(300))  # how the name is said aloud, as its person wrote it
    heard_as: Mapped[str | None] = mapped_column(
        String(300)
    )  # the same as the office noted it, which nobody else reads
    sort_name: Mapped[str] = mapped_column(
        String(600), index=True, default=""
    )  # rules.name_key(), for lists and search
    email: Mapped[str | None] = mapped_column(String(320), index=True)  # as typed; where messages go
    email_key: Mapped[str | None] = mapped_column(String(320), index=True)  # rules.address_key(email)
    bounced_at: Mapped[datetime | None]  # no message reaches `email` since then
    bounce_reason: Mapped[str | None]
    phone: Mapped[str | None] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(12), default="en")
    minor: Mapped[bool | None]  # under 18, where we were told
    guardian_name: Mapped[str | None] = mapped_column(String(600))
    guardian_email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """The name as it is written: given, then family."""
        return named(self.given_name, self.family_name, self.email)

    @property
    def aloud(self) -> str:
        """How the name is said: as the office heard it, else as its person wrote it."""
        return self.heard_as or self.said_as or ""

    @property
    def initials(self) -> str:
        """One or two letters for a portrait."""
        return "".join(part[0] for part in (self.given_name, self.family_name) if part).upper()
