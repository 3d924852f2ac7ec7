"""A release with its two instants, and what is prepared for each page. The public never reads these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Cycle
from portal.db import Model, enumeration
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.people.models import Person
from portal.publishing import portraits
from portal.publishing.rules import Change, ReleaseState
from portal.publishing.rules.keepsakes import Kind
from portal.publishing.rules.practice import BriefState


class Release(Model):
    """When a cycle's results become news. A time that is not set means not released."""

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("told_at IS NULL OR public_at IS NULL OR told_at <= public_at", name="told_first"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id != planned_by_id", name="a_second_person"),
        CheckConstraint(
            "state NOT IN ('approved', 'told', 'public') OR approved_by_id IS NOT NULL", name="approved_by_someone"
        ),
        CheckConstraint("(told_done_at IS NOT NULL) = (state IN ('told', 'public'))", name="told_has_a_date"),
        CheckConstraint("(public_done_at IS NOT NULL) = (state = 'public')", name="public_has_a_date"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    state: Mapped[ReleaseState] = mapped_column(enumeration(ReleaseState), default=ReleaseState.PLANNED, index=True)
    version: Mapped[int] = mapped_column(default=1)
    told_at: Mapped[datetime | None]
    public_at: Mapped[datetime | None]
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # when the second person was asked
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    told_done_at: Mapped[datetime | None]
    public_done_at: Mapped[datetime | None]
    held: Mapped[str | None]  # what stopped it when its instant came: nothing was told or shown

    cycle: Mapped[Cycle] = relationship(lazy="raise")


class Draft(Model):
    """What the office prepares for the pages of one candidacy: a citation, and words of nominators who may be quoted."""

    __tablename__ = "page_draft"
    __table_args__ = (
        CheckConstraint("(checked_by_id IS NULL) = (checked_at IS NULL)", name="checked_by_someone"),
        CheckConstraint(
            "checked_by_id IS NULL OR saved_by_id IS NULL OR checked_by_id != saved_by_id", name="a_second_person"
        ),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    citation: Mapped[str] = mapped_column(default="")
    years: Mapped[str] = mapped_column(String(200), default="")  # how long they have been there, in words
    quotations: Mapped[list[Any]]  # [{"nomination": reference, "words", "translation"}, ...]
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # a second person read it as it stands
    checked_at: Mapped[datetime | None]


class Unnamed(Model):
    """That a release goes on without the name of somebody who has not answered: whose decision, and why. An answer overrules it."""

    __tablename__ = "release_unnamed"
    __table_args__ = (UniqueConstraint("candidacy_id", "person_id"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class Wording(Model):
    """One kind of message of a release: what the office adds in its own words, and who approved it. Changed, it is to be approved anew."""

    __tablename__ = "release_wording"
    __table_args__ = (
        UniqueConstraint("cycle_id", "kind"),
        CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name="approved_by_someone"),
        CheckConstraint(
            "approved_by_id IS NULL OR saved_by_id IS NULL OR approved_by_id != saved_by_id", name="a_second_person"
        ),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    kind: Mapped[str] = mapped_column(String(20))  # of desk.messages.KINDS
    words: Mapped[dict[str, str]]  # language -> a paragraph; empty: the message as it stands
    around: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # language -> the version of the office's own words that was approved; where there is none, those that are shipped
    version: Mapped[int] = mapped_column(default=1)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]


class Photo(Model):
    """A photograph of one person of a candidacy, with its words and what matters in it. Shown only while that person agrees."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "person_id"),
        CheckConstraint("focus_x BETWEEN 0 AND 100 AND focus_y BETWEEN 0 AND 100", name="focus_in_the_picture"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    alt: Mapped[str] = mapped_column(default="")  # for those who do not see it
    focus_x: Mapped[int]  # percent from the left edge
    focus_y: Mapped[int]  # percent from the top
    version: Mapped[int] = mapped_column(default=1)
    checked_version: Mapped[int | None]  # the one with which a second person has read the page
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)

    @property
    def checked(self) -> bool:
        """Whether a second person has read the page with it as it is. Until then it is on no public page."""
        return self.checked_version == self.version

    @property
    def focus(self) -> tuple[int, int]:
        """What matters in it, in percent from its left and its top edge."""
        return (self.focus_x, self.focus_y)

    @property
    def name(self) -> str | None:
        """How its squares are called; None while it is being checked, or where it was refused."""
        return portraits.name(self.file.key, self.focus) if self.file.state is FileState.CLEAN else None


class Followup(Model):
    """A word owed to those who were told what holds no more. Sent once, when a second person approves it, or settled without one."""

    __tablename__ = "followup"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (sent IS NULL)", name="settled_says_how_many"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_someone"),
        CheckConstraint("sent IS NULL OR sent > 0 OR why IS NOT NULL", name="nobody_is_told_for_a_reason"),
        CheckConstraint(
            "sent IS NULL OR sent = 0 OR ((begun_by_id IS NULL OR settled_by_id != begun_by_id)"
            " AND (saved_by_id IS NULL OR settled_by_id != saved_by_id))",
            name="a_second_person",
        ),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    change: Mapped[Change] = mapped_column(enumeration(Change))
    reason: Mapped[str]  # of the change, as the record has it
    spared: Mapped[bool] = mapped_column(default=False)  # its own people brought it about, and are not written to
    words: Mapped[dict[str, str]]  # language -> a paragraph of the office's
    version: Mapped[int] = mapped_column(default=1)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    sent: Mapped[int | None]  # how many messages; 0: settled without one
    why: Mapped[str | None]  # nobody is written to


class Visit(Model):
    """When somebody honored by surprise is told in person, where, and who there is in on it. Private: no nominee ever reads of it."""

    __tablename__ = "visit"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_it_begins"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)  # of its calendar's address, which says nothing
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(300))
    host_name: Mapped[str] = mapped_column(String(300))
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who is written to; None: told by telephone
    host_phone: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(default="")  # for the office: who comes, what is brought
    version: Mapped[int] = mapped_column(default=1)
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]
    host_told_at: Mapped[datetime | None]
    host_told_version: Mapped[int | None]  # what the host was told last
    cancelled_at: Mapped[datetime | None]

    host: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[host_id])

    @property
    def stands(self) -> bool:
        """Whether it is still to take place, or did."""
        return self.cancelled_at is None

    @property
    def host_knows(self) -> bool:
        """Whether the host was told of it as it stands now."""
        return self.host_told_version == self.version


class KindWords(Model):
    """What is sent to a nominee of what people said of them: parts whose writers agreed, approved by the office."""

    __tablename__ = "kind_words"
    __table_args__ = (CheckConstraint("(approved_by_id IS NULL) = (sent_at IS NULL)", name="sent_by_someone"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), unique=True)
    passages: Mapped[list[Any]]  # [{"nomination": reference, "words"}, ...]
    version: Mapped[int] = mapped_column(default=1)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None]


class Keepsake(Model):
    """How the organization's certificates, or its programme booklets, read and look: words with named fields, and choices of layout."""

    __tablename__ = "keepsake"

    kind: Mapped[Kind] = mapped_column(enumeration(Kind), unique=True)
    words: Mapped[dict[str, Any]]  # slot -> {language: words}
    layout: Mapped[dict[str, str]]  # choice -> value
    version: Mapped[int] = mapped_column(default=1)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]


class Brief(Model):
    """What somebody honored shares of what worked, months later. Shown beside their page once the office has read it, while they agree."""

    __tablename__ = "practice_brief"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "person_id"),
        CheckConstraint("state != 'published' OR published_by_id IS NOT NULL", name="published_by_someone"),
        CheckConstraint("state NOT IN ('sent', 'published') OR agreed IS NOT NULL", name="sent_with_consent"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[BriefState] = mapped_column(enumeration(BriefState), default=BriefState.ASKED, index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)  # counts every saved change and every step
    saved_at: Mapped[datetime | None]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminders: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    agreed: Mapped[str | None]  # the words agreed to when it was sent
    note: Mapped[str] = mapped_column(default="")  # from the office, with which it was given back
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    # Of somebody under 18: that their guardian lets them be asked, and the words with which the guardian agreed to what was sent.
    guardian_allowed_at: Mapped[datetime | None]
    guardian_agreed: Mapped[str | None]
    guardian_agreed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])
