"""Who may sign in, by what link, and which browsers are open."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts import rules
from portal.db import Model, enumeration
from portal.people.models import Person


class Role(enum.StrEnum):
    """What somebody was made. Committee membership is not here: it belongs to the cycle."""

    STAFF = "staff"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"


class Scope(enum.StrEnum):
    """What a role reaches."""

    ORGANISATION = "organisation"
    AWARD = "award"


class Account(Model):
    """An address that signs in. One per address: whoever reads the mail there is this person."""

    __tablename__ = "account"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    address: Mapped[str] = mapped_column(String(320), unique=True)  # people.rules.address_key()
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")


class Grant(Model):
    """A role somebody holds, for the whole organisation or one award."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope", "scope_id"),
        CheckConstraint("(scope = 'organisation') = (scope_id = 0)", name="organisation_has_no_number"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(enumeration(Role))
    scope: Mapped[Scope] = mapped_column(enumeration(Scope), default=Scope.ORGANISATION)
    scope_id: Mapped[int] = mapped_column(default=0)  # 0: the whole organisation
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Link(Model):
    """A link sent by e-mail: hashed, for one purpose, expiring, used up only by a person's click (a POST)."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_subject", "subject_kind", "subject_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))  # "sign in", "confirm", "consent", "invitation"
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    next: Mapped[str] = mapped_column(
        String(300), default="/"
    )  # a path of ours, set when minted, never taken from a request
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")


class Session(Model):
    """One browser. Without a person it only remembers what was begun there; signing in gives it a new token."""

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    guardian: Mapped[bool] = mapped_column(default=False)  # signed in as the guardian of `person`, for consent alone
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    browser: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person | None] = relationship(lazy="raise")

    @property
    def device(self) -> tuple[str, str]:
        """Its browser and its system as people call them; "" for what is not known."""
        return rules.device(self.browser)


class HeldText(Model):
    """What somebody posted while signed out, or with an outdated page: given back once they are signed in."""

    __tablename__ = "held_text"

    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    fields: Mapped[list[Any]]  # [[name, value], ...] without tokens
    held_at: Mapped[datetime]
