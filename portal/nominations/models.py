"""What nominators wrote, the candidacies it gathers into, and what stands in somebody's way."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from portal.accounts.models import Session
from portal.awards.models import Cycle, Season
from portal.db import Model, enumeration
from portal.nominations.rules import CandidacyStage, ConflictState, ConsentState, Stage
from portal.nominations.rules.eligibility import Rule
from portal.nominations.rules.letters import Late, LetterState, WriterRole
from portal.nominations.rules.papers import PaperState
from portal.nominations.rules.parts import PartState
from portal.people.models import Person, named
from portal.questions.models import Question
from portal.schools.models import School


class Entered(enum.StrEnum):
    """How a nomination came in."""

    WEB = "web"
    IMPORT = "import"
    STAFF = "staff"
    PAPER = "paper"
    DEMONSTRATION = "demonstration"


class Where(enum.StrEnum):
    """Where a nominee works or learns."""

    SCHOOLS = "schools"
    NOT_LISTED = "not listed"
    CENTRAL = "central office"


class Quote(enum.StrEnum):
    """Whether the nominator may be quoted."""

    NAMED = "named"
    UNNAMED = "unnamed"
    NO = "no"


class Relation(enum.StrEnum):
    """How a nominator knows the nominee."""

    PARENT = "parent"
    STUDENT = "student"
    COLLEAGUE = "colleague"
    SUPERVISOR = "supervisor"
    COMMUNITY = "community"
    SELF = "self"
    OTHER = "other"


class Sitting(Model):
    """One sitting of one nominator: what they say once for all the nominations they begin together."""

    __tablename__ = "sitting"

    session_id: Mapped[int | None] = mapped_column(ForeignKey("session.id"), index=True)  # the browser it was begun in
    nominator_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    nominator_name: Mapped[str] = mapped_column(String(600), default="")  # as typed
    nominator_email: Mapped[str | None] = mapped_column(String(320))  # as typed
    nominator_phone: Mapped[str | None] = mapped_column(String(60))
    nominator_minor: Mapped[bool | None]  # under 18, as they said; nobody under 13 gets this far
    guardian_name: Mapped[str | None] = mapped_column(String(600))  # of a minor who applies, as typed
    guardian_email: Mapped[str | None] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(12), default="en")
    version: Mapped[int] = mapped_column(default=1)  # counts saves of name and address
    once: Mapped[str | None] = mapped_column(
        String(60), unique=True
    )  # of the page it was begun on: pressed twice, it begins once
    confirmed_at: Mapped[datetime | None]  # the address was confirmed by its link
    begun_at: Mapped[datetime]

    nominator: Mapped[Person] = relationship(lazy="raise")
    session: Mapped[Session | None] = relationship(lazy="raise")


class Nomination(Model):
    """What one nominator wrote about one nominee (or one team), for one award, in one cycle."""

    __tablename__ = "nomination"
    __table_args__ = (
        CheckConstraint("stage != 'draft' OR submitted_at IS NULL", name="a_draft_was_never_submitted"),
        CheckConstraint(
            "stage NOT IN ('submitted', 'revising', 'returned') OR submitted_at IS NOT NULL",
            name="submitted_has_a_date",
        ),
        Index("ix_nomination_listing", "cycle_id", "stage", "candidacy_id", "language"),  # counts read it alone
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    nominator_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    candidacy_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"), index=True)
    stage: Mapped[Stage] = mapped_column(enumeration(Stage), default=Stage.DRAFT, index=True)
    version: Mapped[int] = mapped_column(default=1)  # counts every saved change and every step
    nominee_version: Mapped[int] = mapped_column(
        default=0
    )  # these count saves of one page each, so that a stale one is seen
    relation_version: Mapped[int] = mapped_column(default=0)
    quote_version: Mapped[int] = mapped_column(default=0)
    nominee_number: Mapped[int] = mapped_column(
        default=1
    )  # which of its sitting's nominees it is about: what is said of one counts once for all drafts about them
    entered: Mapped[Entered] = mapped_column(enumeration(Entered), default=Entered.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String(12), default="en")
    # the nominee, as typed; a team is several Named rows
    place: Mapped[Where] = mapped_column(enumeration(Where), default=Where.SCHOOLS)
    place_text: Mapped[str | None] = mapped_column(String(300))  # a school that is not listed, or what an import said
    relation: Mapped[Relation | None] = mapped_column(enumeration(Relation))
    relation_text: Mapped[str | None]  # thirty words on how they know them
    quote: Mapped[Quote | None] = mapped_column(enumeration(Quote))
    may_tell_nominee: Mapped[bool | None]
    may_show_words: Mapped[bool] = mapped_column(
        default=False
    )  # the nominee may read what was written, and who wrote it
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]  # when it first arrived: for a late one, and for paper
    return_due_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # of a return, a refusal, a late acceptance or a void

    # Whether its sitting holds others too: known where `page_of` read it, else None.
    has_company: Mapped[bool | None] = query_expression()

    sitting: Mapped[Sitting] = relationship(lazy="raise")
    cycle: Mapped[Cycle] = relationship(lazy="raise")
    nominator: Mapped[Person] = relationship(lazy="raise", foreign_keys=[nominator_id])
    candidacy: Mapped[Candidacy | None] = relationship(lazy="raise", back_populates="nominations")
    named: Mapped[list[Named]] = relationship(order_by="Named.position", lazy="raise", cascade="all, delete-orphan")
    schools: Mapped[list[NominationSchool]] = relationship(lazy="raise", cascade="all, delete-orphan")
    answers: Mapped[list[Answer]] = relationship(lazy="raise", cascade="all, delete-orphan")
    snapshots: Mapped[list[Snapshot]] = relationship(order_by="Snapshot.number", lazy="raise")


class Named(Model):
    """One person as a nominator named them: one row, or several for a team."""

    __tablename__ = "named"
    __table_args__ = (UniqueConstraint("nomination_id", "position"),)

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    given_name: Mapped[str] = mapped_column(String(300), default="")
    family_name: Mapped[str] = mapped_column(String(300), default="")
    email: Mapped[str | None] = mapped_column(String(320))
    role: Mapped[str | None] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(600), index=True, default="")

    @property
    def name(self) -> str:
        """The name as it is written."""
        return named(self.given_name, self.family_name, None)


class NominationSchool(Model):
    """A school that a nominator named."""

    __tablename__ = "nomination_school"
    __table_args__ = (UniqueConstraint("nomination_id", "school_id"),)

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)


class Answer(Model):
    """What was typed for one question of one nomination. Its version counts saves, so that none overwrites another unseen."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("nomination_id", "question_id"),)

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    text: Mapped[str] = mapped_column(default="")  # of a file: its name
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))

    question: Mapped[Question] = relationship(lazy="raise")


class Aside(Model):
    """What somebody typed on a page that had meanwhile been changed elsewhere: kept beside it until one of the two is chosen."""

    __tablename__ = "aside"

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), index=True)
    part: Mapped[str] = mapped_column(String(80))  # "nominee", "relation", "quote", "you", or "answers/<key>"
    fields: Mapped[dict[str, Any]]
    typed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Snapshot(Model):
    """What was submitted, word for word, with its SHA-256. Never changed, never deleted except by retention."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("nomination_id", "number"),)

    nomination_id: Mapped[int] = mapped_column(ForeignKey("nomination.id"), index=True)
    number: Mapped[int]
    facts: Mapped[str]  # canonical JSON: {"nominee": [...], "schools": [...], "answers": {key: {"label", "text"}}, ...}
    sha256: Mapped[str] = mapped_column(String(64))
    words: Mapped[int] = mapped_column(default=0)  # of all its answers, for lists
    letter_key: Mapped[str | None] = mapped_column(
        String(64)
    )  # of its longest answer, normalised: the same in every copy of a campaign letter
    taken_at: Mapped[datetime]


class Paper(Model):
    """A form that came on paper: its scan, what was typed from it, and who compared the two. It is a nomination once it counts."""

    __tablename__ = "paper"
    __table_args__ = (
        CheckConstraint("checked_by_id IS NULL OR checked_by_id != typed_by_id", name="two_people"),
        CheckConstraint(
            "state != 'counted' OR (checked_by_id IS NOT NULL AND typed_by_id IS NOT NULL AND file_id IS NOT NULL)",
            name="counted_was_compared",
        ),
        Index("ix_paper_listing", "cycle_id", "state", "received_at"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    state: Mapped[PaperState] = mapped_column(enumeration(PaperState), default=PaperState.RECEIVED)
    version: Mapped[int] = mapped_column(default=1)
    once: Mapped[str | None] = mapped_column(String(60), unique=True)  # of the page it was taken in on
    received_at: Mapped[datetime]  # when it reached the office: this counts against the deadline
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))  # the scan
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what was typed, see `entering.Told`
    thank: Mapped[bool] = mapped_column(default=False)  # write to whoever sent it, once it counts
    typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    typed_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    note: Mapped[str | None]  # what differs, or why it is set aside
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"), unique=True)

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    taken_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[taken_by_id])
    typed_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[typed_by_id])
    checked_by: Mapped[Person | None] = relationship(lazy="raise", foreign_keys=[checked_by_id])
    nomination: Mapped[Nomination | None] = relationship(lazy="raise")

    @property
    def reference(self) -> str:
        """What the office writes on the paper itself."""
        return f"P-{self.id:04d}"


class Call(Model):
    """What somebody tells on the telephone, while one of the office writes it down. Entered, it is a nomination, and this goes."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_listing", "cycle_id", "taken_by_id"),)

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    once: Mapped[str] = mapped_column(String(60), unique=True)  # of the page it is written on: the nomination's, too
    version: Mapped[int] = mapped_column(default=1)
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see `entering.Told`
    received: Mapped[str] = mapped_column(String(40), default="")  # when they called, as it was typed
    thank: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]


class Candidacy(Model):
    """One nominee (or team) in one cycle: what reviewers read and score. It gathers every nomination of that person."""

    __tablename__ = "candidacy"
    __table_args__ = (Index("ix_candidacy_listing", "cycle_id", "merged_into_id", "stage"),)

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    stage: Mapped[CandidacyStage] = mapped_column(enumeration(CandidacyStage), default=CandidacyStage.INTAKE)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(600))  # as shown; put right by staff without touching a snapshot
    sort_name: Mapped[str] = mapped_column(String(600), index=True)
    name_put_right_at: Mapped[datetime | None]  # from then on no revision of a nomination changes the name
    role: Mapped[str | None] = mapped_column(String(120))
    place_text: Mapped[str | None] = mapped_column(String(300))  # where it is not a listed school
    reason: Mapped[str | None]  # why ineligible
    expertise: Mapped[list[Any] | None] = mapped_column(JSON)  # what whoever reads it should know well
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"))
    told_at: Mapped[datetime | None]  # when a surprise nominee was told
    standing_confirmed_at: Mapped[datetime | None]  # employment, years and good standing, or enrolment
    standing_confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    standing_note: Mapped[str | None]
    created_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    people: Mapped[list[CandidacyPerson]] = relationship(
        order_by="CandidacyPerson.position", lazy="raise", back_populates="candidacy"
    )
    schools: Mapped[list[CandidacySchool]] = relationship(lazy="raise", cascade="all, delete-orphan")
    nominations: Mapped[list[Nomination]] = relationship(lazy="raise", back_populates="candidacy")


class CandidacyPerson(Model):
    """A person honoured by a candidacy: one, or several for a team. One candidacy per person per cycle."""

    __tablename__ = "candidacy_person"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)

    candidacy: Mapped[Candidacy] = relationship(lazy="raise", back_populates="people")
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class CandidacySchool(Model):
    """A school of a candidacy."""

    __tablename__ = "candidacy_school"
    __table_args__ = (UniqueConstraint("candidacy_id", "school_id"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)


class Ruling(Model):
    """What a person decided on one rule of eligibility for one candidacy, whatever the facts say, and why. One a rule."""

    __tablename__ = "ruling"
    __table_args__ = (UniqueConstraint("candidacy_id", "rule"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    rule: Mapped[Rule] = mapped_column(enumeration(Rule))
    holds: Mapped[bool]
    reason: Mapped[str]
    ruled_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ruled_at: Mapped[datetime]

    ruled_by: Mapped[Person] = relationship(lazy="raise")


class MatchState(enum.StrEnum):
    """Whether two are one."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    MOOT = "moot"  # one side was gathered into another: whoever parts them again asks anew


class Match(Model):
    """A suggestion that two candidacies of one cycle are the same person, with why. A person decides."""

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        Index("ix_match_open", "cycle_id", "state"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    first_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    why: Mapped[list[str]]
    state: Mapped[MatchState] = mapped_column(enumeration(MatchState), default=MatchState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    kept: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what a merge moved, so that it can be undone

    first: Mapped[Candidacy] = relationship(lazy="raise", foreign_keys=[first_id])
    second: Mapped[Candidacy] = relationship(lazy="raise", foreign_keys=[second_id])


class Field(enum.StrEnum):
    """What a recipient may agree to publish, one by one."""

    NAME = "name"
    SCHOOL = "school"
    PHOTO = "photo"
    BIOGRAPHY = "biography"
    QUOTATION = "quotation"
    SUM = "sum"


class Consent(Model):
    """What one person of a candidacy (or a guardian) said about one field, with the words agreed to. Appended: the newest counts."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_latest", "candidacy_id", "person_id", "field", "said_at"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    field: Mapped[Field] = mapped_column(enumeration(Field))
    state: Mapped[ConsentState] = mapped_column(enumeration(ConsentState))
    words: Mapped[str]
    by_guardian: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime]
    hearing_id: Mapped[int | None] = mapped_column(
        ForeignKey("hearing.id"), index=True
    )  # not said here: the office wrote it down


class Part(Model):
    """The nominee's own part: whether they take it up, a biography in the third person, their essays and their resume."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "person_id"),
        CheckConstraint("state = 'not invited' OR invited_at IS NOT NULL", name="invited_has_a_date"),
        Index("ix_part_state", "state"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[PartState] = mapped_column(enumeration(PartState), default=PartState.NOT_INVITED)
    biography: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)  # counts saves of the biography
    saved_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # accepted or declined
    completed_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why declined, where they said so
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))  # the resume

    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")
    answers: Mapped[list[PartAnswer]] = relationship(lazy="raise")


class PartAnswer(Model):
    """What a nominee typed for one question. Its version counts saves, so that none overwrites another unseen."""

    __tablename__ = "part_answer"
    __table_args__ = (UniqueConstraint("part_id", "question_id"),)

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    text: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]


class Kind(enum.StrEnum):
    """Why somebody must not touch a candidacy."""

    IS_NOMINEE = "is the nominee"
    NOMINATED = "nominated in this cycle"
    UNCONFIRMED = "may have nominated this person"  # their address was typed; nobody confirmed it
    SAME_SCHOOL = "works at the same school"
    SAME_NAME = "shares the family name"
    DONOR = "gave to the fund"
    DECLARED = "declared it"
    RECUSED = "recused while reading"
    WROTE_LETTER = "wrote a letter"
    SUPERVISOR = "is their supervisor"
    FAMILY = "named as family"
    HOUSEHOLD = "shares a household or an address"
    CO_WINNER = "was honored together with them"
    TRANSLATED = "translated what was written"


HARD = frozenset(
    {
        Kind.IS_NOMINEE,
        Kind.NOMINATED,
        Kind.DECLARED,
        Kind.RECUSED,
        Kind.WROTE_LETTER,
        Kind.SUPERVISOR,
        Kind.FAMILY,
        Kind.HOUSEHOLD,
    }
)


class Conflict(Model):
    """A reason one person must not touch one candidacy."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("candidacy_id", "person_id", "kind"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[Kind] = mapped_column(enumeration(Kind))
    state: Mapped[ConflictState] = mapped_column(enumeration(ConflictState), index=True)
    fact: Mapped[str]  # the fact it was suggested from, or the person's own words
    raised_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    asked_at: Mapped[datetime | None]  # when the person asked to have it corrected, as declared by mistake
    asked: Mapped[str | None]  # in what words

    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise", foreign_keys=[person_id])


class ImportState(enum.StrEnum):
    """Where an uploaded export stands."""

    MATCHING = "matching"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"


class RowState(enum.StrEnum):
    """What became of a row."""

    READY = "ready"
    WRONG = "wrong"
    IMPORTED = "imported"
    REPEATED = "repeated"
    SET_ASIDE = "set aside"


class Import(Model):
    """A form service's export, as uploaded, with how its columns were matched."""

    __tablename__ = "import"

    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    columns: Mapped[list[str]]
    matched: Mapped[dict[str, str]]  # column -> what it is ("nominee_given", "question:story", ...)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))  # of every row, where no column says
    tell: Mapped[bool] = mapped_column(default=False)  # thank each nominator by e-mail, as asked
    job_id: Mapped[int | None]  # the worker's, where the file is long
    state: Mapped[ImportState] = mapped_column(enumeration(ImportState), default=ImportState.MATCHING)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]

    season: Mapped[Season] = relationship(lazy="raise")


class ImportRow(Model):
    """One nomination-to-be of an export. A row naming two awards is two. `digest` makes importing again add nothing."""

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "number", "part"),
        Index("ix_import_row_state", "import_id", "state", "number"),
        Index("ix_import_row_digest", "digest"),
        Index(
            "uq_import_row_imported",
            "digest",
            unique=True,
            sqlite_where=text("state = 'imported'"),
            postgresql_where=text("state = 'imported'"),
        ),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("import.id"))
    number: Mapped[int]  # the row of the file, from 2, as a spreadsheet shows it
    part: Mapped[int] = mapped_column(default=0)
    cells: Mapped[dict[str, str]]  # as uploaded
    mended: Mapped[dict[str, str]] = mapped_column(
        default=dict
    )  # what a person put in place of a cell, by what the column is
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    digest: Mapped[str] = mapped_column(String(64))  # of the row as uploaded and the award
    state: Mapped[RowState] = mapped_column(enumeration(RowState))
    problems: Mapped[list[Any]]  # [{"field", "message", "facts"}, ...]
    notes: Mapped[list[Any]]  # what will be changed or held, in the same form; none of it stops the row
    noted: Mapped[bool] = mapped_column(default=False)  # has notes, for lists
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"), unique=True)

    upload: Mapped[Import] = relationship(lazy="raise")
    nomination: Mapped[Nomination | None] = relationship(lazy="raise")


class LetterPlan(Model):
    """What letters one cycle asks for: by whom, how long, and what happens to a late one. A cycle without a plan asks for none."""

    __tablename__ = "letter_plan"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    mix: Mapped[list[str]]  # the roles of writers, each as often as it is asked for
    least_words: Mapped[int] = mapped_column(default=0)
    most_words: Mapped[int] = mapped_column(default=700)
    late: Mapped[Late] = mapped_column(enumeration(Late), default=Late.HOLD)
    apart: Mapped[bool] = mapped_column(default=True)  # nominee, nominator and writers are different people
    read_blind: Mapped[bool] = mapped_column(default=False)  # the rubric needs letters while names are covered
    version: Mapped[int] = mapped_column(default=1)

    cycle: Mapped[Cycle] = relationship(lazy="raise")


class Recommendation(Model):
    """A request for one letter by one writer, and the letter while it is written. What was sent stands in `Letter`."""

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("nomination_id IS NOT NULL OR candidacy_id IS NOT NULL", name="is_about_somebody"),
        CheckConstraint("state != 'received' OR received_at IS NOT NULL", name="received_has_a_date"),
        CheckConstraint("(waived IS NULL) = (waiver_words IS NULL)", name="waiver_has_words"),
        Index("ix_recommendation_state", "state", "cycle_id"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    # Asked with a nomination it goes where that goes, through merges and partings; asked by the nominee it stays with the candidacy.
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"), index=True)
    candidacy_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    writer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    writer_name: Mapped[str] = mapped_column(String(600))  # as whoever asked typed it
    writer_email: Mapped[str] = mapped_column(String(320))
    role: Mapped[WriterRole] = mapped_column(enumeration(WriterRole))
    note: Mapped[str | None]  # to the writer, from whoever asked
    state: Mapped[LetterState] = mapped_column(enumeration(LetterState), default=LetterState.ASKED)
    reason: Mapped[str | None]  # why declined, cancelled or refused
    waived: Mapped[bool | None]  # the nominee gave up the right to read it; None where nobody could be asked
    waiver_words: Mapped[str | None]  # the words that were agreed to, or not
    waived_at: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]  # declined, cancelled, lapsed or refused since then
    of_age_at: Mapped[datetime | None]  # when a writer who may be a student said that they are 13 or older
    # what is being written
    text: Mapped[str] = mapped_column(default="")
    signed: Mapped[str] = mapped_column(String(600), default="")  # the name under it
    position: Mapped[str] = mapped_column(String(300), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    nomination: Mapped[Nomination | None] = relationship(lazy="raise")
    candidacy: Mapped[Candidacy | None] = relationship(lazy="raise")
    writer: Mapped[Person] = relationship(lazy="raise", foreign_keys=[writer_id])
    asked_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[asked_by_id])
    letters: Mapped[list[Letter]] = relationship(order_by="Letter.number", lazy="raise")


class Letter(Model):
    """A letter as it was sent, with its SHA-256. A replacement is another row: never changed, never deleted except by retention."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("recommendation_id", "number"),)

    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    number: Mapped[int]
    facts: Mapped[str]  # canonical JSON: {"signed", "position", "role", "text", "file": its SHA-256 or null}
    sha256: Mapped[str] = mapped_column(String(64))
    words: Mapped[int] = mapped_column(default=0)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    sent_at: Mapped[datetime]
