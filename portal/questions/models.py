"""Question sets and their questions."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Model, enumeration


class QuestionKind(enum.StrEnum):
    """What sort of answer is asked for."""

    LINE = "line"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"
    SCHOOL = "school"
    LINK = "link"
    FILE = "file"
    CONSENT = "consent"


class Asked(enum.StrEnum):
    """Whose part the question belongs to."""

    NOMINATOR = "nominator"
    NOMINEE = "nominee"


class Sensitivity(enum.StrEnum):
    """How carefully an answer must be held."""

    NONE = "none"
    PERSONAL = "personal"
    EDUCATION = "education record"
    NEED = "need"
    DEMOGRAPHIC = "demographic"


class QuestionSet(Model):
    """What one cycle asks. Frozen when the cycle opens; a template is a set that belongs to no cycle."""

    __tablename__ = "question_set"

    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    template: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("question_set.id"))
    frozen_at: Mapped[datetime | None]

    questions: Mapped[list[Question]] = relationship(
        back_populates="set", order_by="Question.position", lazy="selectin", cascade="all, delete-orphan"
    )

    def asked_of(self, whom: Asked) -> list[Question]:
        """Return the questions of one part, in order."""
        return [question for question in self.questions if question.asked is whom]


class Question(Model):
    """One question. `key` stays the same from year to year, so that answers can be compared and imports matched."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("set_id", "key"),
        CheckConstraint("word_limit IS NULL OR character_limit IS NULL", name="one_limit"),
    )

    set_id: Mapped[int] = mapped_column(ForeignKey("question_set.id"), index=True)
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    asked: Mapped[Asked] = mapped_column(enumeration(Asked), default=Asked.NOMINATOR)
    kind: Mapped[QuestionKind] = mapped_column(enumeration(QuestionKind))
    label: Mapped[dict[str, str]]  # the question, with {nominee} where the person's name belongs
    short: Mapped[dict[str, str]]  # its name in task lists and tables
    own_label: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # the question to whoever applies for themself; where it has none, `label` with their name
    hint: Mapped[dict[str, str]]
    choices: Mapped[list[Any]]  # [[value, {language: words}], ...]
    word_limit: Mapped[int | None]
    character_limit: Mapped[int | None]  # in place of words
    shown_if: Mapped[str | None] = mapped_column(
        String(60)
    )  # the key of an earlier question that decides; None: always asked
    shown_values: Mapped[list[Any]] = mapped_column(default=list)  # its answers with which this one is asked
    required: Mapped[bool] = mapped_column(default=True)
    scored: Mapped[bool] = mapped_column(default=True)  # reviewers read it
    blind_visible: Mapped[bool] = mapped_column(default=True)  # shown, masked, in a blind round
    publishable: Mapped[bool] = mapped_column(default=False)
    sensitivity: Mapped[Sensitivity] = mapped_column(enumeration(Sensitivity), default=Sensitivity.NONE)
    reworded_at: Mapped[
        datetime | None
    ]  # when its words were last put right after the set was frozen; see `EarlierWords`

    set: Mapped[QuestionSet] = relationship(back_populates="questions", lazy="raise")


class EarlierWords(Model):
    """The words of a frozen question before they were put right: what was answered until then was an answer to these."""

    __tablename__ = "earlier_words"
    __table_args__ = (UniqueConstraint("question_id", "until"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    label: Mapped[dict[str, str]]
    short: Mapped[dict[str, str]]
    own_label: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hint: Mapped[dict[str, str]]
    choices: Mapped[list[Any]]
    until: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]

    question: Mapped[Question] = relationship(lazy="raise")
