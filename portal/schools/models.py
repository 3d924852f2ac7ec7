"""A school as the national centre publishes it, and a person's place in it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model
from portal.people.models import Person


class School(Model):
    """A public school. A figure that is None was not reported; it is never zero."""

    __tablename__ = "school"

    nces_id: Mapped[str | None] = mapped_column(String(20), unique=True)
    state_id: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    name_key: Mapped[str] = mapped_column(String(200), index=True)  # people.rules.fold(name)
    low_grade: Mapped[str | None] = mapped_column(String(4))
    high_grade: Mapped[str | None] = mapped_column(String(4))
    street: Mapped[str | None] = mapped_column(String(200))
    zip: Mapped[str | None] = mapped_column(String(10))
    title_i: Mapped[bool | None]
    students: Mapped[int | None]
    teachers: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    free_lunch: Mapped[int | None]
    reduced_lunch: Mapped[int | None]


class SchoolAlias(Model):
    """Another way a school is written ("Denny"), learnt from an import or typed by staff."""

    __tablename__ = "school_alias"

    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)


class Affiliation(Model):
    """A person's place at a school, as far as it is known, for conflicts and eligibility."""

    __tablename__ = "affiliation"
    __table_args__ = (UniqueConstraint("person_id", "school_id", "role"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    role: Mapped[str] = mapped_column(String(60), default="")
    since: Mapped[date | None]
    until: Mapped[date | None]

    person: Mapped[Person] = relationship(lazy="raise")
    school: Mapped[School] = relationship(lazy="raise")


class Roster(Model):
    """The district's list of who works and learns where, as brought in once. A later one takes its place: only the newest has lines."""

    __tablename__ = "roster"

    name: Mapped[str] = mapped_column(String(300))  # the file's
    of: Mapped[date]  # the day it is of, as staff say
    lines: Mapped[int]  # how many were taken
    left_out: Mapped[
        list[Any]
    ]  # [{"number", "message", "facts"}, ...]: rows that could not be read, without what stood there
    unread: Mapped[list[str]]  # headings that nothing was read from
    brought_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    brought_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]  # its lines are gone since then

    brought_by: Mapped[Person | None] = relationship(lazy="raise")


class RosterLine(Model):
    """One line of the newest roster. It is matched with nominees, and never listed."""

    __tablename__ = "roster_line"
    __table_args__ = (Index("ix_roster_line_there", "school_id", "family_key"),)

    roster_id: Mapped[int] = mapped_column(ForeignKey("roster.id"), index=True)
    given_name: Mapped[str] = mapped_column(String(300))
    family_name: Mapped[str] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(600), index=True)  # people.rules.name_key()
    family_key: Mapped[str] = mapped_column(String(300))
    email_key: Mapped[str | None] = mapped_column(String(320), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    school_name: Mapped[str] = mapped_column(String(200), default="")  # as written, where it is no listed school
    role: Mapped[str] = mapped_column(String(120), default="")
    school_since: Mapped[date | None]
    district_since: Mapped[date | None]
    low: Mapped[int | None]  # the grades taught
    high: Mapped[int | None]
    grade: Mapped[int | None]  # a student's own
