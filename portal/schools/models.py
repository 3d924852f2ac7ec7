"""A school as the national centre publishes it, and a person's place in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
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
