"""What was submitted about a candidacy, as those who review it read it: word for word, or known strings covered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import aliased, joinedload

from portal.db import db
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Named,
    Nomination,
    NominationSchool,
    Relation,
    Sitting,
    Snapshot,
)
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.rules import COUNTS
from portal.people.models import Person
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet
from portal.questions.rules import count_words
from portal.review.models import KnownString, Masked, Round, SpokenName
from portal.review.queries import rounds
from portal.review.queries.facts import TextsOf
from portal.review.rules import masking
from portal.review.rules.scoring import minutes, own_order
from portal.schools.models import School, SchoolAlias
from portal.web.cache import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.review.queries.rounds import InReview

SOURCE = "snapshot"
READ = frozenset({QuestionKind.TEXT, QuestionKind.LINE})


def digest(text: str) -> str:
    """Return the SHA-256 of a text, which ties what is covered to what it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_by_reviewers(cycle: Cycle, *, blind: bool) -> list[Question]:
    """Return the questions whose answers are read and scored, in order; in a blind round those that may be shown masked."""
    number = cycle.question_set_id
    questions = kept(f"question set {number}", lambda: db.session.get(QuestionSet, number)) if number else None
    if questions is None:
        return []
    asked = questions.asked_of(Asked.NOMINATOR)
    return [each for each in asked if each.scored and each.kind in READ and (each.blind_visible or not blind)]


# ---------------------------------------------------------------- snapshots


def standing_snapshots() -> Select[Snapshot, int | None, Relation | None]:
    """Select the snapshot that stands of every nomination that counts, its candidacy and how its writer knows the nominee."""
    later = aliased(Snapshot)
    newest = select(func.max(later.number)).where(later.nomination_id == Nomination.id).scalar_subquery()
    return (
        select(Snapshot, Nomination.candidacy_id, Nomination.relation)
        .join(Nomination, and_(Nomination.id == Snapshot.nomination_id, Snapshot.number == newest))
        .where(Nomination.stage.in_(COUNTS), Nomination.candidacy_id.is_not(None))
    )


class Written(NamedTuple):
    """One standing snapshot of a candidacy, its answers by question."""

    snapshot: Snapshot
    candidacy_id: int
    relation: Relation | None
    answers: dict[str, str]


def written_about(candidacies: Select[int] | Iterable[int]) -> list[Written]:
    """Return what was submitted about these candidacies, in the order in which it came in."""
    if isinstance(candidacies, Select):
        found = db.session.execute(
            standing_snapshots().where(Nomination.candidacy_id.in_(candidacies)).order_by(Snapshot.id)
        )
    else:
        found = db.session.execute(_written_about(), {"candidacies": list(candidacies)})
    return [
        Written(snapshot, candidacy_id or 0, relation, answers_of(snapshot))
        for snapshot, candidacy_id, relation in found
    ]


@cache
def _written_about() -> Select[Snapshot, int | None, Relation | None]:
    given = Nomination.candidacy_id.in_(bindparam("candidacies", expanding=True))
    return standing_snapshots().where(given).order_by(Snapshot.id)


def answers_of(snapshot: Snapshot) -> dict[str, str]:
    """Return a snapshot's texts by question key. What was not asked is not there."""
    facts: dict[str, Any] = json.loads(snapshot.facts)
    return {key: str(answer.get("text") or "") for key, answer in facts.get("answers", {}).items()}


# ---------------------------------------------------------------- what is known, to be covered


def known_of(candidacies: Sequence[int]) -> dict[int, set[masking.Known]]:
    """Return the strings to cover in each candidacy's texts: its people, their nominators, its schools, and what staff added.

    A number of queries that does not grow with the candidacies.
    """
    nominees: dict[int, set[str]] = {number: set() for number in candidacies}
    nominators: dict[int, set[str]] = {number: set() for number in candidacies}
    schools: dict[int, set[str]] = {number: set() for number in candidacies}
    found: dict[int, set[masking.Known]] = {number: set() for number in candidacies}
    for number, name in db.session.execute(select(Candidacy.id, Candidacy.name).where(Candidacy.id.in_(candidacies))):
        nominees[number].add(name)
    people = (
        select(CandidacyPerson.candidacy_id, Person)
        .join(Person, Person.id == CandidacyPerson.person_id)
        .where(CandidacyPerson.candidacy_id.in_(candidacies))
    )
    for number, person in db.session.execute(people):
        nominees[number] |= {
            f"{person.given_name} {person.family_name}",
            person.known_as or "",
            person.legal_name or "",
        }
        found[number] |= _address(person.email, masking.NOMINEE)
    named = (
        select(Nomination.candidacy_id, Named.given_name, Named.family_name, Named.email)
        .join(Named, Named.nomination_id == Nomination.id)
        .where(Nomination.candidacy_id.in_(candidacies))
    )
    for owner, given, family, email in db.session.execute(named):
        number = owner or 0
        nominees[number].add(f"{given} {family}")
        found[number] |= _address(email, masking.NOMINEE)
    writers = (
        select(Nomination.candidacy_id, Sitting.nominator_name, Sitting.nominator_email, Nomination.place_text)
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .where(Nomination.candidacy_id.in_(candidacies))
    )
    for owner, name, email, place in db.session.execute(writers):
        number = owner or 0
        nominators[number].add(name)
        found[number] |= _address(email, masking.NOMINATOR)
        schools[number].add(place or "")
    of_candidacy = select(CandidacySchool.candidacy_id.label("owner"), CandidacySchool.school_id)
    of_nomination = select(Nomination.candidacy_id, NominationSchool.school_id).join(
        NominationSchool, NominationSchool.nomination_id == Nomination.id
    )
    linked = of_candidacy.union(of_nomination).subquery()
    at_school = (
        select(linked.c.owner, School.name, SchoolAlias.name)
        .join(School, School.id == linked.c.school_id)
        .outerjoin(SchoolAlias, SchoolAlias.school_id == School.id)
        .where(linked.c.owner.in_(candidacies))
    )
    for number, school, alias in db.session.execute(at_school):
        schools[number] |= {school, alias or ""}
    added = select(KnownString).where(KnownString.candidacy_id.in_(candidacies))
    for string in db.session.scalars(added):
        found[string.candidacy_id].add(masking.Known(string.text, string.noun))
    for number in candidacies:
        writing = masking.of_person(nominators[number], noun=masking.NOMINATOR, nicknames=False)
        known = masking.of_person(nominees[number])
        taken = {each.text.casefold() for each in known}
        found[number] |= known | masking.of_school(schools[number])
        found[number] |= {each for each in writing if each.text.casefold() not in taken}
    return found


def _address(email: str | None, noun: str) -> set[masking.Known]:
    return {masking.Known(email, noun)} if email else set()


# ---------------------------------------------------------------- looking over


class Progress(NamedTuple):
    """How far looking over has come: texts looked over, all of them, and submissions in which nothing was covered yet."""

    looked_over: int
    all: int
    new: int

    @property
    def done(self) -> bool:
        """Whether a blind round may open, as far as texts go."""
        return self.looked_over == self.all and not self.new


def _current(round_: Round) -> Select[int, int, datetime | None]:
    """Select (snapshot, candidacy, when looked over) of each masked text that stands in this round."""
    standing = standing_snapshots().with_only_columns(Snapshot.id, Nomination.candidacy_id).subquery()
    return (
        select(Masked.source_id, Masked.candidacy_id, Masked.approved_at)
        .join(standing, and_(standing.c.id == Masked.source_id, standing.c.candidacy_id == Masked.candidacy_id))
        .where(Masked.source_kind == SOURCE, Masked.candidacy_id.in_(rounds.taken(round_)))
    )


def progress(round_: Round) -> Progress:
    """Return how far looking over this round's texts has come: two queries."""
    current = _current(round_).subquery()
    all_, looked_over = db.session.execute(
        select(func.count(), func.count(current.c.approved_at)).select_from(current)
    ).one()
    return Progress(
        looked_over, all_, db.session.scalar(select(func.count()).select_from(_new(round_).subquery())) or 0
    )


def _new(round_: Round) -> Select[int]:
    """Select the standing snapshots in which known strings were never looked for."""
    covered = (
        select(Masked.id)
        .where(
            Masked.source_kind == SOURCE,
            Masked.source_id == Snapshot.id,
            Masked.candidacy_id == Nomination.candidacy_id,
        )
        .exists()
    )
    wanted = standing_snapshots().with_only_columns(Snapshot.id)
    return wanted.where(Nomination.candidacy_id.in_(rounds.taken(round_)), ~covered)


class Row(NamedTuple):
    """One submission on the masking desk."""

    number: int  # the snapshot's
    candidacy: Candidacy
    spoken: SpokenName
    texts: int
    looked_over: int


def desk(round_: Round, person: Person, *, left_only: bool) -> Select[Any]:
    """Select the submissions of a round to look over, as rows; none of a candidacy that this person must not touch."""
    current = _current(round_).subquery()
    number, looked_over = current.c.source_id, func.count(current.c.approved_at)
    wanted = (
        select(number, Candidacy, SpokenName, func.count(), looked_over)
        .join(Candidacy, Candidacy.id == current.c.candidacy_id)
        .join(SpokenName, and_(SpokenName.candidacy_id == Candidacy.id, SpokenName.round_id == round_.id))
        .group_by(number, Candidacy.id, SpokenName.id)
        .order_by(Candidacy.sort_name, Candidacy.id, number)
    )
    if left_only:
        wanted = wanted.having(looked_over < func.count())
    return untouched_by_conflict(wanted, person)


def every_row(round_: Round, person: Person) -> Sequence[Any]:
    """Return all of them, for a file."""
    return db.session.execute(desk(round_, person, left_only=False)).all()


def next_to_look_over(round_: Round, person: Person, *, after: TextsOf | None = None) -> int | None:
    """Return the next submission with a text left, after this one in the desk's order and then from its beginning."""
    left = desk(round_, person, left_only=True).limit(1)
    number = None
    if after is not None:
        place = (after.candidacy.sort_name, after.candidacy.id, after.snapshot.id)
        here = tuple_(Candidacy.sort_name, Candidacy.id, left.selected_columns[0])
        number = db.session.scalar(left.where(here > place))
    return int(found) if (found := number or db.session.scalar(left)) else None


def texts_at(review: InReview | None, number: int) -> TextsOf | None:
    """Return one submission of a round to look over, by its snapshot's number."""
    if review is None or review.round is None:
        return None
    wanted = (
        select(Snapshot, Candidacy)
        .join(Nomination, Nomination.id == Snapshot.nomination_id)
        .join(Candidacy, Candidacy.id == Nomination.candidacy_id)
        .options(joinedload(Candidacy.cycle))
        .where(Snapshot.id == number, Candidacy.id.in_(rounds.taken(review.round)))
    )
    found = db.session.execute(wanted).one_or_none()
    return TextsOf(review, found[1], found[0]) if found else None


def masked_of(texts: TextsOf) -> list[Masked]:
    """Return a submission's masked texts, in the order in which they were made: that of the questions."""
    wanted = select(Masked).where(Masked.source_kind == SOURCE, Masked.source_id == texts.snapshot.id)
    return list(db.session.scalars(wanted.where(Masked.candidacy_id == texts.candidacy.id).order_by(Masked.id)))


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Passage:
    """One answer as it is read: pieces (all plain where names are shown), by whom in a word, and how long."""

    question: Question
    relation: Relation | None
    pieces: list[masking.Piece]
    words: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is read about one candidacy, and whether something is still being looked over."""

    passages: list[Passage] = field(default_factory=list)
    withheld: bool = False
    pronouns: bool = False

    @property
    def minutes(self) -> int:
        """About how long it takes to read."""
        return minutes(sum(passage.words for passage in self.passages))


def reading(round_: Round, candidacy_id: int) -> Reading:
    """Return what this round's readers read about a candidacy: question by question, in an order that tells nothing.

    The same words sent by several people are read once. In a blind round nothing is shown that was not looked over by staff
    in the form in which it now stands.
    """
    questions = read_by_reviewers(round_.cycle, blind=round_.blind)
    sources = own_order(written_about([candidacy_id]), seed=round_.seed, reader=candidacy_id)
    approved = _approved(candidacy_id) if round_.blind else {}
    passages: list[Passage] = []
    withheld = False
    for question in questions:
        seen: set[str] = set()
        for source in sources:
            text = source.answers.get(question.key, "")
            same = " ".join(text.split())
            if not same or same in seen:
                continue
            pieces: list[masking.Piece] | None = [text]
            if round_.blind:
                masked = approved.get((source.snapshot.id, question.key))
                pieces = masked.pieces if masked is not None and masked.source_sha256 == digest(text) else None
            if pieces is None:
                withheld = True
                continue
            seen.add(same)
            passages.append(Passage(question, source.relation, pieces, count_words(masking.plain(pieces))))
    return Reading(passages, withheld, round_.covers_pronouns)


class Covered(NamedTuple):
    """A text as staff looked it over, and the digest of what it was made from."""

    pieces: list[masking.Piece]
    source_sha256: str


_APPROVED = select(Masked.source_id, Masked.key, Masked.pieces, Masked.source_sha256).where(
    Masked.candidacy_id == bindparam("candidacy"), Masked.source_kind == SOURCE, Masked.approved_at.is_not(None)
)


def _approved(candidacy_id: int) -> dict[tuple[int, str], Covered]:
    found = db.session.execute(_APPROVED, {"candidacy": candidacy_id})
    return {(source, key): Covered(pieces, made_from) for source, key, pieces, made_from in found}
