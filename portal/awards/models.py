"""What is honoured, each year, by whom it is judged, and by what measure."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.rules import CycleStage, MemberState
from portal.db import Model, enumeration
from portal.funds.models import Fund
from portal.people.models import Person
from portal.questions.models import QuestionSet
from portal.schools.models import School


class AwardKind(enum.StrEnum):
    """An award is nominated for; a scholarship is applied for."""

    AWARD = "award"
    SCHOLARSHIP = "scholarship"


class Honours(enum.StrEnum):
    """Whom an award honours."""

    PRINCIPALS = "principals"
    TEACHERS = "teachers"
    ADMINISTRATORS = "administrators"
    STAFF = "other school staff"
    STUDENTS = "students"


class PaidTo(enum.StrEnum):
    """Where the sum goes."""

    SCHOOL = "the school"
    PERSON = "the person"
    COLLEGE = "the college"


class MemberRole(enum.StrEnum):
    """A place on a committee."""

    CHAIR = "chair"
    REVIEWER = "reviewer"


class Organisation(Model):
    """Who runs the portal: one row. Nothing of it stands in the code."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    name: Mapped[str] = mapped_column(String(200))
    short_name: Mapped[str] = mapped_column(String(80))
    lead: Mapped[dict[str, str]]  # the home page's heading
    about: Mapped[dict[str, str]]  # who we are, in a paragraph
    mission: Mapped[dict[str, str]]
    values: Mapped[list[Any]]  # [{"title": {..}, "text": {..}}, ...]
    zone: Mapped[str] = mapped_column(String(60), default="America/Los_Angeles")
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    languages: Mapped[list[str]]
    accent: Mapped[str] = mapped_column(String(40), default="green")
    help_name: Mapped[str] = mapped_column(String(200))
    help_email: Mapped[str] = mapped_column(String(320))
    help_phone: Mapped[str] = mapped_column(String(60))
    help_hours: Mapped[dict[str, str]]
    website: Mapped[str | None] = mapped_column(String(300))
    frame_origins: Mapped[list[str]] = mapped_column(
        default=list
    )  # sites that may show the list of recipients in a frame
    demonstration: Mapped[bool] = mapped_column(default=False)
    demonstration_stage: Mapped[str | None] = mapped_column(String(20))


class Award(Model):
    """A standing honour."""

    __tablename__ = "award"

    slug: Mapped[str] = mapped_column(String(60), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[AwardKind] = mapped_column(enumeration(AwardKind))
    honours: Mapped[Honours] = mapped_column(enumeration(Honours))
    name: Mapped[dict[str, str]]
    summary: Mapped[dict[str, str]]  # one line for lists
    about: Mapped[dict[str, str]]
    who_may_receive: Mapped[dict[str, str]]
    who_may_nominate: Mapped[dict[str, str]]
    retired_at: Mapped[datetime | None]
    template: Mapped[str | None] = mapped_column(String(60))  # what its first year asks, gives and scores

    cycles: Mapped[list[Cycle]] = relationship(back_populates="award", lazy="raise")


class Rubric(Model):
    """What is scored, with weights and described levels. Frozen by its first score; a template belongs to no cycle."""

    __tablename__ = "rubric"
    __table_args__ = (CheckConstraint("lowest >= 0 AND highest > lowest", name="levels"),)

    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    template: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))
    lowest: Mapped[int] = mapped_column(default=0)
    highest: Mapped[int] = mapped_column(default=6)
    levels: Mapped[dict[str, Any]]  # {"6": {language: words}, ...}
    frozen_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(String(64))  # of weights, levels and rules, when frozen

    criteria: Mapped[list[Criterion]] = relationship(
        back_populates="rubric", order_by="Criterion.position", lazy="selectin", cascade="all, delete-orphan"
    )


class Criterion(Model):
    """One thing that is scored. Weights of a rubric's criteria add up to 100."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("rubric_id", "key"), CheckConstraint("weight > 0", name="weight_positive"))

    rubric_id: Mapped[int] = mapped_column(ForeignKey("rubric.id"), index=True)
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]]
    about: Mapped[dict[str, str]]
    weight: Mapped[int]
    by_staff: Mapped[bool] = mapped_column(default=False)  # scored by staff from bands (need)

    rubric: Mapped[Rubric] = relationship(back_populates="criteria", lazy="raise")


class Season(Model):
    """All the cycles of one year."""

    __tablename__ = "season"

    year: Mapped[int] = mapped_column(unique=True)


class Cycle(Model):
    """One year of an award: its dates, places, sums, question set, rubric and committee."""

    __tablename__ = "cycle"
    __table_args__ = (
        UniqueConstraint("award_id", "season_id"),
        CheckConstraint("closes_at > opens_at", name="closes_after_it_opens"),
        CheckConstraint("grace_minutes BETWEEN 0 AND 1440", name="grace"),
        CheckConstraint("places >= 0", name="places"),
        CheckConstraint("reads BETWEEN 1 AND 20", name="reads"),
    )

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    stage: Mapped[CycleStage] = mapped_column(enumeration(CycleStage), default=CycleStage.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)
    question_set_id: Mapped[int | None] = mapped_column(ForeignKey("question_set.id"))
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    # the calendar; instants
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(default=10)
    part_due_at: Mapped[datetime | None]  # the nominee's part
    letters_due_at: Mapped[datetime | None]
    redaction_due_at: Mapped[datetime | None]
    scoring_opens_at: Mapped[datetime | None]
    scoring_closes_at: Mapped[datetime | None]
    deliberation_at: Mapped[datetime | None]
    decision_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]  # when the public is planned to hear; the Release row holds the real instants
    payments_due_at: Mapped[datetime | None]
    # what is given
    places: Mapped[int]
    sum_cents: Mapped[int]  # for each place; the least, where sums differ
    most_cents: Mapped[int | None]  # the most, where sums differ
    paid_to: Mapped[PaidTo] = mapped_column(enumeration(PaidTo), default=PaidTo.PERSON)
    # how it is judged
    committee_size: Mapped[int] = mapped_column(default=6)
    reads: Mapped[int] = mapped_column(default=3)
    surprise: Mapped[bool] = mapped_column(default=False)
    blind: Mapped[bool] = mapped_column(default=True)
    self_nomination: Mapped[bool] = mapped_column(default=False)
    eligibility: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # who may nominate and receive: rule -> its figures, see nominations.rules.eligibility

    award: Mapped[Award] = relationship(back_populates="cycles", lazy="joined", innerjoin=True)
    season: Mapped[Season] = relationship(lazy="joined", innerjoin=True)
    question_set: Mapped[QuestionSet | None] = relationship(lazy="raise")
    rubric: Mapped[Rubric | None] = relationship(lazy="raise")
    fund: Mapped[Fund | None] = relationship(lazy="raise")

    @property
    def year(self) -> int:
        """The season's year."""
        return self.season.year


class Extension(Model):
    """A later deadline, for all (no person) or for one nominator, with its reason.

    One for all moves the cycle's own `closes_at` too, so that whoever reads that reads the truth.
    """

    __tablename__ = "extension"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    until: Mapped[datetime]
    before: Mapped[datetime]  # the deadline that it replaces
    reason: Mapped[str]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]


class Member(Model):
    """Somebody's place on one cycle's committee, from invitation on."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("cycle_id", "person_id"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[MemberRole] = mapped_column(enumeration(MemberRole), default=MemberRole.REVIEWER)
    state: Mapped[MemberState] = mapped_column(enumeration(MemberState), default=MemberState.INVITED)
    capacity: Mapped[int | None]  # how many they said they can read
    rules_agreed_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]  # conflicts declared against the whole list
    donor_related: Mapped[bool] = mapped_column(default=False)
    languages: Mapped[list[Any] | None] = mapped_column(
        JSON
    )  # that they read, besides the portal's own; None: not said
    expertise: Mapped[list[Any] | None] = mapped_column(JSON)  # what they know well, in a few words each
    family: Mapped[list[Any] | None] = mapped_column(JSON)  # names of close family, for conflicts alone
    appointed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class Firewall(Model):
    """What the office records of a cycle's distance from its donors: who approved the procedure and when, and that families were asked.

    Who appointed the committee, and how many of it are near to donors, is read from the committee itself.
    """

    __tablename__ = "firewall"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    procedure: Mapped[str] = mapped_column(String(300), default="")  # which procedure: its title, or where it lies
    approved_on: Mapped[date | None]
    approved_by: Mapped[str] = mapped_column(String(200), default="")  # "The board", "The audit committee"
    families_at: Mapped[datetime | None]  # no one selected is of a donor's or a member's family, says ...
    families_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    families_of: Mapped[list[Any]] = mapped_column(JSON, default=list)  # ... of these candidacies
    version: Mapped[int] = mapped_column(default=1)


class PastHonour(Model):
    """A line of the archive, from before the portal or from another system."""

    __tablename__ = "past_honour"

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), index=True)
    year: Mapped[int] = mapped_column(index=True)
    name: Mapped[str | None] = mapped_column(String(600))  # None: preferred not to be named
    name_key: Mapped[str | None] = mapped_column(String(600), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    school_name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(String(120))
    basis: Mapped[str | None] = mapped_column(String(300))  # who said that the name may be published; None: not known
    taken_out: Mapped[str | None] = mapped_column(
        String(64), index=True
    )  # digest of what was taken out, so that it stays out

    award: Mapped[Award] = relationship(lazy="raise")
    school: Mapped[School | None] = relationship(lazy="raise")
