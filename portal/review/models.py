"""Rounds, assignments, masked texts, reviews and their scores, standings, notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.awards.models import Criterion, Cycle, Member
from portal.db import Model, enumeration
from portal.nominations.models import Candidacy
from portal.people.models import Person
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import AssignmentState, ReviewState, RoundState
from portal.review.rules.notes import Audience
from portal.review.rules.scoring import Confidence


class Round(Model):
    """One pass of review of one cycle."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint("reads >= 1", name="reads"),
        CheckConstraint("quorum >= 1", name="quorum"),
        CheckConstraint("cap IS NULL OR cap >= 1", name="cap"),
        CheckConstraint("best IS NULL OR best >= 1", name="best"),
        CheckConstraint("per_school IS NULL OR per_school >= 1", name="per_school"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    kind: Mapped[RoundKind] = mapped_column(enumeration(RoundKind), default=RoundKind.SCORING)
    state: Mapped[RoundState] = mapped_column(enumeration(RoundState), default=RoundState.PLANNED)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    reads: Mapped[int]  # asked for each candidacy
    quorum: Mapped[int] = mapped_column(default=1)  # with fewer counted reads nothing is settled by a rule
    cap: Mapped[int | None]  # how many one reader reads at most, whatever they offered
    best: Mapped[int | None]  # in a ranking round: how many each reader puts in order
    blind: Mapped[bool]
    names_after: Mapped[bool] = mapped_column(default=False)  # in a blind round: shown to a reader once their own is in
    shows_school: Mapped[bool] = mapped_column(default=False)  # the size and need of the school, to readers
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))  # scored by; None: by the cycle's
    by_language: Mapped[bool] = mapped_column(
        default=False
    )  # only readers of the languages a candidacy is written in, or translated into
    needs_expertise: Mapped[bool] = mapped_column(default=False)  # only readers who know what a candidacy asks for
    one_per_school: Mapped[bool] = mapped_column(default=False)  # at most one reader of a school for each candidacy
    per_school: Mapped[int | None]  # how many candidacies of one school a reader reads at most
    goes_on: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # who goes on from here: rules.onward
    covers_pronouns: Mapped[bool] = mapped_column(default=False)  # in a blind round
    extra_only: Mapped[bool] = mapped_column(default=False)  # open again for extra readings alone
    seed: Mapped[int]  # of assignment noise, spoken names and each reader's own order
    rule: Mapped[dict[str, Any] | None] = mapped_column(
        JSON
    )  # how places are given: rules.selecting; none: by score alone
    rules_digest: Mapped[str | None] = mapped_column(String(64))  # rubric, weights, selection and tie rule, model, seed
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what that digest is of, part by part
    frozen_at: Mapped[datetime | None]  # when that digest was taken: before the first score
    standings_version: Mapped[int] = mapped_column(default=0)  # counts changes of counted scores
    calibrated_version: Mapped[int] = mapped_column(default=0)  # the change up to which scores were calibrated
    calibration: Mapped[dict[str, Any] | None] = mapped_column(
        JSON
    )  # the verdict with its facts, the order, the digest

    cycle: Mapped[Cycle] = relationship(lazy="raise")


class RoundReader(Model):
    """One of those members of a committee who read in a round. A round without any is read by the whole committee."""

    __tablename__ = "round_reader"
    __table_args__ = (UniqueConstraint("round_id", "member_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)


class Onward(Model):
    """Whether one candidacy goes on from a round, as a person said: by the round's rule, or against it with a reason."""

    __tablename__ = "onward"
    __table_args__ = (
        UniqueConstraint("round_id", "candidacy_id"),
        CheckConstraint("by_rule OR length(reason) > 0", name="reason"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    goes_on: Mapped[bool]
    by_rule: Mapped[bool]  # the rule says the same
    reason: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]


class Appointment(Model):
    """When and where one candidacy is met in a round of interviews or visits. Whoever was told of it hears when it moves."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("round_id", "candidacy_id"),
        CheckConstraint("starts_at < ends_at", name="ends_after_it_begins"),
        CheckConstraint("(told_at IS NULL) = (told_version IS NULL)", name="told_of_a_version"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)  # of its calendar's address, which says nothing
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(300))  # or the address of a call
    version: Mapped[int] = mapped_column(default=1)
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]
    told_at: Mapped[datetime | None]  # the nominee and the readers
    told_version: Mapped[int | None]  # what they were told last
    cancelled_at: Mapped[datetime | None]

    @property
    def stands(self) -> bool:
        """Whether it is still to take place, or did."""
        return self.cancelled_at is None

    @property
    def known(self) -> bool:
        """Whether everybody was told of it as it stands now."""
        return self.told_version == self.version


class SpokenName(Model):
    """What a candidacy is called aloud in one round ("Vine Maple"), and its reference there; tied to nothing."""

    __tablename__ = "spoken_name"
    __table_args__ = (
        UniqueConstraint("round_id", "candidacy_id"),
        UniqueConstraint("round_id", "name"),
        UniqueConstraint("reference"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str] = mapped_column(String(12))


class KnownString(Model):
    """A string that staff want covered, in these texts and in later ones: of one candidacy, or of everybody at a school (its mascot)."""

    __tablename__ = "known_string"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "text"),
        UniqueConstraint("school_id", "text"),
        CheckConstraint("(candidacy_id IS NULL) != (school_id IS NULL)", name="of_one_or_the_other"),
    )

    candidacy_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    text: Mapped[str] = mapped_column(String(300))
    noun: Mapped[str] = mapped_column(String(60))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class Masked(Model):
    """One text of a candidacy as a blind round shows it: known strings replaced by plain nouns, looked over by staff."""

    __tablename__ = "masked"
    __table_args__ = (UniqueConstraint("candidacy_id", "source_kind", "source_id", "key"),)

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    source_kind: Mapped[str] = mapped_column(String(40))  # "snapshot", "part" or "letter"
    source_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))  # the question's key, or "letter"
    source_sha256: Mapped[str] = mapped_column(
        String(64)
    )  # of the text it was made from: a new one must be looked over anew
    pieces: Mapped[list[Any]]  # ["plain", {"mask": "the nominee", "n": 7}, "plain", ...]: see rules.masking
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]


class CoveredFile(Model):
    """A file of a candidacy as a blind round shows it: pages drawn anew with known strings painted over, looked over by staff."""

    __tablename__ = "covered_file"
    __table_args__ = (
        UniqueConstraint("candidacy_id", "file_id"),
        CheckConstraint("drawn_from IS NULL OR (key IS NOT NULL AND pages > 0)", name="drawn_has_pages"),
        CheckConstraint("NOT (kept_back AND approved_at IS NOT NULL)", name="shown_or_kept_back"),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))  # the file's: a letter, a resume
    sha256: Mapped[str] = mapped_column(String(64))  # of the clean file it is made from
    words: Mapped[list[str]]  # of each page, one character for each that is drawn; [] until they were read
    pieces: Mapped[list[Any]]  # of all pages' words together, as in `Masked`
    boxes: Mapped[list[Any]]  # covered by hand: [[page, left, top, right, bottom], ...], in thousandths of the page
    key: Mapped[str | None] = mapped_column(String(32), unique=True)  # where the pages lie; made anew with each drawing
    pages: Mapped[int] = mapped_column(default=0)
    drawn_from: Mapped[str | None] = mapped_column(String(64))  # digest of what was covered when they were drawn
    trouble: Mapped[str | None] = mapped_column(String(20))  # why it could not be drawn
    kept_back: Mapped[bool] = mapped_column(default=False)  # nobody reads it while names are covered
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]

    candidacy: Mapped[Candidacy] = relationship(lazy="raise")


class Declaration(Model):
    """What one member said about conflicts, against one list of the cycle's schools or names. Appended: the newest counts.

    Nothing is clear that was not on the list: "not asked" is not "no conflict".
    """

    __tablename__ = "declaration"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    said_at: Mapped[datetime]
    listed: Mapped[list[Any]]  # [["school", id] | ["candidacy", id], ...]
    ties: Mapped[list[Any]]  # [{"kind": "school" | "candidacy", "id": 3, "hard": true, "words": "..."}, ...]

    member: Mapped[Member] = relationship(lazy="raise")


class Plan(Model):
    """A computed assignment: shown as a difference, applied only while its inputs are unchanged."""

    __tablename__ = "plan"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    seed: Mapped[int]
    inputs_digest: Mapped[str] = mapped_column(String(64))
    pairs: Mapped[list[Any]]  # [[candidacy id, reviewer id], ...]
    facts: Mapped[dict[str, Any]]  # added, dropped, kept, loads, shortages, linked or not, certificate
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]


class Assignment(Model):
    """One reviewer asked to review one candidacy in one round. `clear` is their own word: "no conflict"."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("round_id", "candidacy_id", "reviewer_id"),
        UniqueConstraint("reviewer_id", "position"),
        Index("ix_assignment_queue", "reviewer_id", "round_id", "state"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[AssignmentState] = mapped_column(enumeration(AssignmentState), default=AssignmentState.ASSIGNED)
    position: Mapped[int]  # the reviewer's own number for it: a random order that tells nothing of anybody else
    excluded: Mapped[bool] = mapped_column(default=False)  # its scores count in no figure
    extra: Mapped[bool] = mapped_column(
        default=False
    )  # asked for because the scores cannot tell it from others at the cut
    reason: Mapped[str | None]
    assigned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]  # set aside for later by its reader: nothing is given back

    round: Mapped[Round] = relationship(lazy="raise")
    candidacy: Mapped[Candidacy] = relationship(lazy="raise")
    reviewer: Mapped[Person] = relationship(lazy="raise")
    review: Mapped[Review | None] = relationship(lazy="raise", back_populates="assignment")

    @property
    def covered(self) -> bool:
        """Whether names are covered from its reader: in a blind round, at least until their own is in. Needs its round."""
        shown = self.round.names_after and self.state is AssignmentState.SUBMITTED
        return self.round.blind and not shown


class Review(Model):
    """One reviewer's scores and comments on one candidacy, by one version of the rubric."""

    __tablename__ = "review"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))  # None: passed or placed, not scored
    state: Mapped[ReviewState] = mapped_column(enumeration(ReviewState), default=ReviewState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    comment: Mapped[str] = mapped_column(default="")  # to the committee
    feedback: Mapped[str] = mapped_column(
        default=""
    )  # for the nominators, once the office looked it over; never for the committee
    confidence: Mapped[Confidence | None] = mapped_column(
        enumeration(Confidence)
    )  # in these scores, in the reviewer's own words
    total: Mapped[
        float | None
    ]  # weighted, out of the rubric's highest x 10; 10 or 0 for a pass or not; 10 for each point of a
    # place; None until it is whole
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(lazy="raise", back_populates="review")
    scores: Mapped[list[Score]] = relationship(lazy="raise", order_by="Score.id")


class Feedback(Model):
    """What the office lets nominators read of one review's feedback, in the words it settled on; or that nothing of it goes."""

    __tablename__ = "feedback"
    __table_args__ = (CheckConstraint("goes OR sent_at IS NULL", name="what_stays_is_not_sent"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), unique=True)
    goes: Mapped[bool]
    text: Mapped[str] = mapped_column(default="")
    settled_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Score(Model):
    """One level for one criterion. Appended; a replacement keeps what it replaced, and only the current one has no `replaced_at`."""

    __tablename__ = "score"
    __table_args__ = (
        CheckConstraint("NOT (does_not_apply AND level IS NOT NULL)", name="one_or_the_other"),
        Index(
            "uq_score_current",
            "review_id",
            "criterion_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    level: Mapped[int | None]
    does_not_apply: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(default="")
    scored_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    criterion: Mapped[Criterion] = relationship(lazy="raise")


class Verdict(Model):
    """What a review without a rubric says: that one passes or not, or its place. Appended, like a score."""

    __tablename__ = "verdict"
    __table_args__ = (
        CheckConstraint("passes IS NULL OR place IS NULL", name="one_or_the_other"),
        CheckConstraint("place IS NULL OR place >= 1", name="place"),
        Index(
            "uq_verdict_current",
            "review_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    passes: Mapped[bool | None]
    place: Mapped[int | None]  # among the best; None in a ranking round: not among them
    why: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class BandScore(Model):
    """What staff gave a candidacy for one criterion that they score from bands, such as need. Appended, like a reviewer's score."""

    __tablename__ = "band_score"
    __table_args__ = (
        Index(
            "uq_band_score_current",
            "candidacy_id",
            "criterion_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    level: Mapped[int | None]  # None: taken back
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class PracticeFile(Model):
    """A past candidacy that a committee practices on, under a name made anew. Apart from all rounds: nothing of it can count."""

    __tablename__ = "practice_file"
    __table_args__ = (UniqueConstraint("cycle_id", "past_id"), UniqueConstraint("cycle_id", "name"))

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    past_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship(lazy="raise")
    past: Mapped[Candidacy] = relationship(lazy="raise")


class PracticeReview(Model):
    """What one member tried on a past file. Handed in, it stays as it is, and is seen beside the others'."""

    __tablename__ = "practice_review"
    __table_args__ = (UniqueConstraint("file_id", "person_id"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("practice_file.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    marks: Mapped[dict[str, Any]]  # {criterion's key: {"level", "does_not_apply", "why"}}
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]


class PaperReview(Model):
    """A review that was written on paper and typed in by the office. It becomes the reviewer's own once a second person compared it."""

    __tablename__ = "paper_review"
    __table_args__ = (
        CheckConstraint("checked_by_id IS NULL OR checked_by_id != typed_by_id", name="checked_by_another"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    marks: Mapped[dict[str, Any]]  # as in `PracticeReview`
    comment: Mapped[str] = mapped_column(default="")
    feedback: Mapped[str] = mapped_column(default="")
    confidence: Mapped[Confidence | None] = mapped_column(enumeration(Confidence))
    version: Mapped[int] = mapped_column(default=1)
    typed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    typed_at: Mapped[datetime]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(lazy="raise")
    typed_by: Mapped[Person] = relationship(lazy="raise", foreign_keys=[typed_by_id])


class Standing(Model):
    """One candidacy's figures in one round, computed when a score changes, not when a page is read."""

    __tablename__ = "standing"
    __table_args__ = (
        UniqueConstraint("round_id", "candidacy_id"),
        Index("ix_standing_rank", "round_id", "rank"),
        Index("ix_standing_calibrated", "round_id", "calibrated_rank"),
        Index("ix_standing_missing", "round_id", "missing"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    mean: Mapped[float | None]  # of counted reviews' totals
    count: Mapped[int] = mapped_column(default=0)
    spread: Mapped[float | None]  # standard deviation of the totals
    disagreement: Mapped[float | None]  # the largest difference on one criterion, in levels
    missing: Mapped[int] = mapped_column(default=0)  # reads still owed
    rank: Mapped[int | None]  # ties share one
    tied: Mapped[bool] = mapped_column(default=False)
    calibrated_rank: Mapped[int | None]  # by the last calibration, whether or not it still stands; ties share one
    band: Mapped[str | None] = mapped_column(String(10))  # "above", "band" or "below" by that calibration
    facts: Mapped[dict[str, Any]]  # per-criterion means, and what calibration adds
    computed_at: Mapped[datetime]

    candidacy: Mapped[Candidacy] = relationship(lazy="raise")


class Note(Model):
    """What somebody said about a candidacy in deliberation."""

    __tablename__ = "note"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str]
    audience: Mapped[Audience] = mapped_column(enumeration(Audience), default=Audience.COMMITTEE)
    written_at: Mapped[datetime]

    author: Mapped[Person] = relationship(lazy="raise")


class Meeting(Model):
    """A committee's meeting about one locked round: who leads it, who is there, what is on the screen."""

    __tablename__ = "meeting"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
    seed: Mapped[int]  # of the order in which the band is walked through: an order of print, not of merit
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    present: Mapped[list[Any]]  # the numbers of the people in the room
    shown_id: Mapped[int | None] = mapped_column(ForeignKey("candidacy.id"))  # what the screen in the room shows

    begun_by: Mapped[Person] = relationship(lazy="raise")


class AgendaItem(Model):
    """One candidacy that a meeting talks about: it lies in the band, or somebody brought it."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "candidacy_id"),
        CheckConstraint("(talked_at IS NULL) = (talked_by_id IS NULL)", name="talked_by_somebody"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    candidacy_id: Mapped[int] = mapped_column(ForeignKey("candidacy.id"), index=True)
    position: Mapped[int]
    brought_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: it lies in the band
    talked_at: Mapped[datetime | None]
    talked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class SecondThought(Model):
    """What a reviewer thinks of one criterion after the committee talked, and why. The score it departs from stays as it was.

    Appended like a score. No standing is computed from it: scores given after seeing each other's are not independent (science.md B7).
    """

    __tablename__ = "second_thought"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        Index(
            "uq_second_thought_current",
            "review_id",
            "criterion_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    before: Mapped[int | None]  # the score's level
    level: Mapped[int]
    reason: Mapped[str]
    said_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class Study(Model):
    """What the last calibration says of a round beside its standings: whether any place hangs on one reviewer, criterion or weight."""

    __tablename__ = "study"

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), unique=True)
    standings_version: Mapped[int]  # the standings it was made from
    tried: Mapped[int]  # how many variations
    readers_tried: Mapped[bool]  # whether each reviewer was left out; with very many reviewers none is
    changes: Mapped[list[Any]]  # those that matter: {"kind", "who", "enters", "leaves", "unread"}, by number


class ReaderSigns(Model):
    """What the last calibration says of one reviewer's scores: for the chair and for that reviewer alone."""

    __tablename__ = "reader_signs"
    __table_args__ = (UniqueConstraint("round_id", "person_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reviews: Mapped[int]
    leniency: Mapped[float | None]  # in levels, above the others; None: cannot be told
    flags: Mapped[list[Any]]  # of calibration.diagnostics

    person: Mapped[Person] = relationship(lazy="raise")
