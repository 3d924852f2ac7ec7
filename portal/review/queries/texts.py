"""What was submitted about a candidacy, as those who review it read it: word for word, or known strings covered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sqlalchemy import Select, and_, bindparam, func, literal, select, tuple_, union_all
from sqlalchemy.orm import aliased, joinedload

from portal.db import ask, db, fixed
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Letter,
    Named,
    Nomination,
    NominationSchool,
    Part,
    PartAnswer,
    Recommendation,
    Relation,
    Sitting,
    Snapshot,
)
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.nominations.queries.parts import BIOGRAPHY
from portal.nominations.rules import COUNTS
from portal.nominations.rules.letters import COUNTED, WriterRole
from portal.nominations.rules.parts import PartState
from portal.nominations.translating import queries as translating
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState, to_translate
from portal.people.models import Person
from portal.people.rules import fold
from portal.questions.drawing import snapshot_in_words
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet
from portal.questions.rules import TEXTS, count_words, problems, shown
from portal.review.models import KnownString, Masked, PracticeFile, Round, SpokenName
from portal.review.queries import rounds
from portal.review.queries.facts import TextsOf
from portal.review.rules import masking
from portal.review.rules.scoring import own_order
from portal.schools.models import Affiliation, School, SchoolAlias
from portal.web.cache import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Executable

    from portal.awards.models import Cycle
    from portal.review.queries.rounds import InReview

# Answers that must be looked over before they are shown in a blind round. What was chosen, counted or dated names nobody; a web
# address or a file would, and is never shown there.
COVERED = frozenset({QuestionKind.TEXT, QuestionKind.LINE, QuestionKind.SCHOOL})
TELLING = frozenset({QuestionKind.LINK, QuestionKind.FILE})


def digest(text: str) -> str:
    """Return the SHA-256 of a text, which ties what is covered to what it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_by_reviewers(cycle: Cycle, *, blind: bool, asked: Asked = Asked.NOMINATOR) -> list[Question]:
    """Return the questions whose answers are read and scored, in order; in a blind round those that may be shown masked."""
    return [
        each
        for each in _questions(cycle, asked)
        if each.scored and (not blind or (each.blind_visible and each.kind not in TELLING))
    ]


def _questions(cycle: Cycle, asked: Asked) -> list[Question]:
    number = cycle.question_set_id
    questions = kept(f"question set {number}", lambda: db.session.get(QuestionSet, number)) if number else None
    return questions.asked_of(asked) if questions is not None else []


# ---------------------------------------------------------------- what is read about a candidacy


class Source(NamedTuple):
    """One thing that was sent about a candidacy, and its texts by key: a nomination's snapshot, a nominee's part, a letter."""

    kind: str
    id: int
    candidacy_id: int
    relation: Relation | None
    role: WriterRole | None
    texts: dict[str, str]
    said: dict[str, dict[str, Any]]  # the same answers, with the words and the kind that a snapshot has of them


SNAPSHOT, PART, LETTER = "snapshot", "part", "letter"
TRANSLATION = "translation"  # approved, of one of these; it is covered and looked over like them, and read beside them
LETTER_KEY = "letter"  # a letter has one text


def standing_snapshots() -> Select[Snapshot, int | None, Relation | None]:
    """Select the snapshot that stands of every nomination that counts, its candidacy and how its writer knows the nominee."""
    later = aliased(Snapshot)
    newest = select(func.max(later.number)).where(later.nomination_id == Nomination.id).scalar_subquery()
    return (
        select(Snapshot, Nomination.candidacy_id, Nomination.relation)
        .join(Nomination, and_(Nomination.id == Snapshot.nomination_id, Snapshot.number == newest))
        .where(Nomination.stage.in_(COUNTS), Nomination.candidacy_id.is_not(None))
    )


def standing_letters() -> Select[Letter, int | None, WriterRole]:
    """Select the letter that stands of every request that was answered, the candidacy it goes to and its writer's role."""
    later, at_first = aliased(Letter), aliased(Candidacy)
    newest = select(func.max(later.number)).where(later.recommendation_id == Recommendation.id).scalar_subquery()
    where = func.coalesce(Nomination.candidacy_id, at_first.merged_into_id, at_first.id)
    return (
        select(Letter, where.label("owner"), Recommendation.role)
        .select_from(Letter)
        .join(Recommendation, and_(Recommendation.id == Letter.recommendation_id, Letter.number == newest))
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .outerjoin(at_first, at_first.id == Recommendation.candidacy_id)
        .where(Recommendation.state.in_(COUNTED), where.is_not(None))
    )


def goes_to(letters: Select[*tuple[Any, ...]]) -> Any:  # noqa: ANN401 - an expression
    """Return the candidacy of `standing_letters` as a column of its own."""
    return letters.selected_columns["owner"].element


def standing_parts() -> Select[Part]:
    """Select the nominees' parts that are finished."""
    return select(Part).select_from(Part).where(Part.state == PartState.COMPLETED)


class Kinds(NamedTuple):
    """What of a candidacy is read in a round besides the nominations: the nominee's part, and letters."""

    parts: bool
    letters: bool


def kinds_read(round_: Round) -> Kinds:
    """Return what is read in this round."""
    return Kinds(bool(asked_of_nominees(round_.cycle, blind=round_.blind)), rounds.letters_read(round_))


def asked_of_nominees(cycle: Cycle, *, blind: bool) -> list[Question]:
    """Return the nominee's questions whose answers are read and scored; the biography is for the public page alone."""
    return [each for each in read_by_reviewers(cycle, blind=blind, asked=Asked.NOMINEE) if each.key != BIOGRAPHY]


def written_about(candidacies: Iterable[int], kinds: Kinds) -> list[Source]:
    """Return what was sent about these candidacies, nominations first, each kind in the order in which it came in."""
    found = _sent(candidacies, kinds)
    return [*found, *_translated(found, translating.of_sources((each.kind, each.id) for each in found))]


class Sent(NamedTuple):
    """What asks for each kind of thing that was sent, put together once."""

    snapshots: Executable
    parts: Executable
    letters: Executable


@cache
def _asked() -> Sent:
    numbers: Any = bindparam("numbers", expanding=True)
    letters = standing_letters()
    owner = goes_to(letters)
    snapshots = (
        standing_snapshots()
        .with_only_columns(Snapshot.id, Nomination.candidacy_id, Nomination.relation, Snapshot.facts)
        .where(Nomination.candidacy_id.in_(numbers))
        .order_by(Snapshot.id)
    )
    parts = (
        standing_parts()
        .outerjoin(PartAnswer, PartAnswer.part_id == Part.id)
        .outerjoin(Question, Question.id == PartAnswer.question_id)
        .with_only_columns(Part.id, Part.candidacy_id, Question.key, PartAnswer.text)
        .where(Part.candidacy_id.in_(numbers))
        .order_by(Part.id)
    )
    told = letters.with_only_columns(Letter.id, owner, Recommendation.role, Letter.facts)
    return Sent(fixed(snapshots), fixed(parts), fixed(told.where(owner.in_(numbers)).order_by(Letter.id)))


def _sent(candidacies: Iterable[int], kinds: Kinds) -> list[Source]:
    of, asked = {"numbers": list(candidacies)}, _asked()
    found = []
    for number, owned, relation, facts in ask(asked.snapshots, of):
        said = _said(facts)
        found.append(Source(SNAPSHOT, number, owned or 0, relation, None, _texts(said), said))
    if kinds.parts:
        parts: dict[int, Source] = {}
        for number, owned, key, text in ask(asked.parts, of):
            part = parts.setdefault(number, Source(PART, number, owned, None, None, {}, {}))
            if key is not None:
                part.texts[key], part.said[key] = text, {"text": text}
        found += parts.values()
    if kinds.letters:
        for number, owned, role, facts in ask(asked.letters, of):
            text = str(json.loads(facts).get("text") or "")
            found.append(Source(LETTER, number, owned or 0, None, role, {LETTER_KEY: text}, {}))
    return found


Noticed: TypeAlias = "dict[tuple[str, int], translating.Noticed]"


def _translated(sources: Sequence[Source], noticed: Noticed) -> list[Source]:
    """Return the approved translations of these, each in its original's place: whose it is, and by whom."""
    made = []
    for each in sources:
        translation = noticed.get((each.kind, each.id))
        texts = translating.approved_texts(translation, each.texts) if translation is not None else {}
        if translation is not None and texts:
            made.append(Source(TRANSLATION, translation.id, each.candidacy_id, each.relation, each.role, texts, {}))
    return made


def _said(snapshot: str) -> dict[str, dict[str, Any]]:
    facts: dict[str, Any] = json.loads(snapshot)
    return dict(facts.get("answers", {}))


def _texts(said: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return a snapshot's texts by question key. What was not asked is not there."""
    return {key: str(answer.get("text") or "") for key, answer in said.items()}


Keys: TypeAlias = "dict[str, list[tuple[str, Question | None]]]"


def _read(cycle: Cycle, *, blind: bool) -> Keys:
    """Return, for each kind of source, the keys of what is read of it, each with its question (None: a letter)."""
    return {
        SNAPSHOT: [
            (each.key, each) for each in read_by_reviewers(cycle, blind=blind) if each.kind is not QuestionKind.FILE
        ],  # files are opened, see `covering`
        PART: [(each.key, each) for each in asked_of_nominees(cycle, blind=blind)],
        LETTER: [(LETTER_KEY, None)],
    }


def _is_asked(cycle: Cycle, source: Source, key: str) -> bool:
    """Say whether a question of a nominee's part is asked, given the others' answers. A snapshot holds none that was hidden."""
    if source.kind != PART:
        return True
    every = _questions(cycle, Asked.NOMINEE)
    return key in {each.key for each in shown(every, {one.key: source.texts.get(one.key, "") for one in every})}


def labels(cycle: Cycle, *, blind: bool) -> dict[str, list[tuple[str, Any]]]:
    """Return, for each kind of source, the keys of the texts that are read of it, each with its heading (None: a letter).

    In a blind round these are the ones to cover and to look over.
    """
    found: dict[str, list[tuple[str, Any]]] = {
        kind: [
            (key, question.label if question is not None else None)
            for key, question in asked
            if not blind or question is None or question.kind in COVERED
        ]
        for kind, asked in _read(cycle, blind=blind).items()
    }
    return {**found, TRANSLATION: list({key: (key, label) for keys in found.values() for key, label in keys}.values())}


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
        select(linked.c.owner, School.name, SchoolAlias.name, School.street)
        .join(School, School.id == linked.c.school_id)
        .outerjoin(SchoolAlias, SchoolAlias.school_id == School.id)
        .where(linked.c.owner.in_(candidacies))
    )
    for number, school, alias, street in db.session.execute(at_school):
        schools[number] |= {school, alias or ""}
        found[number] |= masking.of_street(street or "")
    for number, said in _kept_in_mind(linked, candidacies):
        found[number].add(said)
    others = _others_named(linked, candidacies, found)
    for number in candidacies:
        found[number] |= masking.of_person(nominees[number]) | masking.of_school(schools[number])
        for names, noun in ((nominators[number], masking.NOMINATOR), *others[number]):
            found[number] |= masking.apart_from(masking.of_person(names, noun=noun, nicknames=False), found[number])
    return found


def _kept_in_mind(linked: Any, candidacies: Sequence[int]) -> list[tuple[int, masking.Known]]:  # noqa: ANN401 - a subquery
    """Return what staff added: of a candidacy, and of the schools it is at."""
    of_it = select(KnownString.candidacy_id.label("owner"), KnownString.text, KnownString.noun).where(
        KnownString.candidacy_id.in_(candidacies)
    )
    of_school = (
        select(linked.c.owner, KnownString.text, KnownString.noun)
        .join(KnownString, KnownString.school_id == linked.c.school_id)
        .where(linked.c.owner.in_(candidacies))
    )
    return [
        (number or 0, masking.Known(said, noun)) for number, said, noun in db.session.execute(of_it.union(of_school))
    ]


def _others_named(
    linked: Any,  # noqa: ANN401 - a subquery
    candidacies: Sequence[int],
    found: dict[int, set[masking.Known]],
) -> dict[int, list[tuple[set[str], str]]]:
    """Return the names of who writes letters and who works at the same schools, each with its noun; addresses go into `found`."""
    writers: dict[int, set[str]] = {number: set() for number in candidacies}
    colleagues: dict[int, set[str]] = {number: set() for number in candidacies}
    owner = func.coalesce(Nomination.candidacy_id, Recommendation.candidacy_id)
    asked = (
        select(owner, Recommendation.writer_name, Recommendation.writer_email, Recommendation.signed)
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .where(owner.in_(candidacies))
    )
    for number, name, email, signed in db.session.execute(asked):
        writers[number] |= {name, signed}
        found[number] |= _address(email, masking.WRITER)
    for number, name in db.session.execute(_colleagues(linked, candidacies)):
        colleagues[number].add(name)
    return {
        number: [(writers[number], masking.WRITER), (colleagues[number], masking.COLLEAGUE)] for number in candidacies
    }


def _colleagues(linked: Any, candidacies: Sequence[int]) -> Select[Any]:  # noqa: ANN401 - a subquery
    """Select the names of people who are known to belong to a candidacy's schools: their affiliations say so."""
    name = Person.given_name + literal(" ") + Person.family_name
    return (
        select(linked.c.owner, name)
        .join(Affiliation, Affiliation.school_id == linked.c.school_id)
        .join(Person, Person.id == Affiliation.person_id)
        .where(linked.c.owner.in_(candidacies))
        .distinct()
    )


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


def _standing(kinds: Kinds) -> Any:  # noqa: ANN401 - a subquery
    """Select everything that is read in a round and must be looked over: (kind, id, candidacy)."""

    def named(kind: str, number: Any, owner: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - columns
        return literal(kind).label("kind"), number.label("source"), owner.label("owner")

    wanted = [standing_snapshots().with_only_columns(*named(SNAPSHOT, Snapshot.id, Nomination.candidacy_id))]
    if kinds.parts:
        wanted.append(standing_parts().with_only_columns(*named(PART, Part.id, Part.candidacy_id)))
    if kinds.letters:
        sent = standing_letters()
        wanted.append(sent.with_only_columns(*named(LETTER, Letter.id, goes_to(sent))))
    sources = union_all(*wanted).subquery()
    translated = (
        select(*named(TRANSLATION, Translation.id, sources.c.owner))
        .join(sources, and_(sources.c.kind == Translation.source_kind, sources.c.source == Translation.source_id))
        .where(Translation.state == TranslationState.APPROVED)
    )
    return union_all(*wanted, translated).subquery()


def _current(round_: Round, kinds: Kinds) -> Select[*tuple[Any, ...]]:
    """Select (number, kind, source, candidacy, when looked over) of each masked text that stands in this round."""
    standing = _standing(kinds)
    return (
        select(Masked.id, Masked.source_kind, Masked.source_id, Masked.candidacy_id, Masked.approved_at)
        .join(
            standing,
            and_(
                standing.c.kind == Masked.source_kind,
                standing.c.source == Masked.source_id,
                standing.c.owner == Masked.candidacy_id,
            ),
        )
        .where(Masked.candidacy_id.in_(rounds.taken(round_)))
    )


def progress(round_: Round) -> Progress:
    """Return how far looking over this round's texts has come: as many queries however many they are."""
    kinds = kinds_read(round_)
    current = _current(round_, kinds).subquery()
    all_, looked_over = db.session.execute(
        select(func.count(), func.count(current.c.approved_at)).select_from(current)
    ).one()
    return Progress(
        looked_over, all_, db.session.scalar(select(func.count()).select_from(_new(round_, kinds).subquery())) or 0
    )


def _new(round_: Round, kinds: Kinds) -> Select[Any]:
    """Select what stands and in which known strings were never looked for."""
    standing = _standing(kinds)
    covered = (
        select(Masked.id)
        .where(
            Masked.source_kind == standing.c.kind,
            Masked.source_id == standing.c.source,
            Masked.candidacy_id == standing.c.owner,
        )
        .exists()
    )
    return select(standing.c.source).where(standing.c.owner.in_(rounds.taken(round_)), ~covered)


class Row(NamedTuple):
    """One thing on the masking desk that was sent about somebody."""

    number: int  # its first masked text's
    kind: str
    candidacy: Candidacy
    spoken: SpokenName
    texts: int
    looked_over: int


def desk(round_: Round, person: Person, *, left_only: bool) -> Select[Any]:
    """Select what a round reads, to be looked over, as rows; none of a candidacy that this person must not touch."""
    current = _current(round_, kinds_read(round_)).subquery()
    number, looked_over = func.min(current.c.id), func.count(current.c.approved_at)
    wanted = (
        select(number.label("number"), current.c.source_kind, Candidacy, SpokenName, func.count(), looked_over)
        .join(Candidacy, Candidacy.id == current.c.candidacy_id)
        .join(SpokenName, and_(SpokenName.candidacy_id == Candidacy.id, SpokenName.round_id == round_.id))
        .group_by(current.c.source_kind, current.c.source_id, Candidacy.id, SpokenName.id)
        .order_by(Candidacy.sort_name, Candidacy.id, number)
    )
    if left_only:
        wanted = wanted.having(looked_over < func.count())
    return untouched_by_conflict(wanted, person)


def every_row(round_: Round, person: Person) -> Sequence[Any]:
    """Return all of them, for a file."""
    return db.session.execute(desk(round_, person, left_only=False)).all()


def next_to_look_over(round_: Round, person: Person, *, after: TextsOf | None = None) -> int | None:
    """Return the next thing with a text left, after this one in the desk's order and then from its beginning."""
    left = desk(round_, person, left_only=True).limit(1)
    number = None
    if after is not None:
        place = (after.candidacy.sort_name, after.candidacy.id, after.number)
        here = tuple_(Candidacy.sort_name, Candidacy.id, left.selected_columns[0])
        number = db.session.scalar(left.having(here > place))
    return int(found) if (found := number or db.session.scalar(left)) else None


def texts_at(review: InReview | None, number: int) -> TextsOf | None:
    """Return one thing that a round reads, to be looked over, by the number of the first of its masked texts."""
    if review is None:
        return None
    wanted = (
        select(Masked, Candidacy)
        .join(Candidacy, Candidacy.id == Masked.candidacy_id)
        .options(joinedload(Candidacy.cycle))
        .where(Masked.id == number, Candidacy.cycle_id == review.cycle.id)
        .where(Candidacy.id.in_(rounds.ever_taken(review.cycle.id)) | Candidacy.id.in_(select(PracticeFile.past_id)))
    )
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        return None
    masked, candidacy = found
    of = TextsOf(review, candidacy, masked.source_kind, masked.source_id, masked.id)
    return of if masked_of(of)[0].id == number else None


def source_of(texts: TextsOf) -> Source | None:
    """Return what is looked over, word for word; None where something else stands in its place by now."""
    sources = written_about([texts.candidacy.id], Kinds(parts=True, letters=True))
    return next((one for one in sources if (one.kind, one.id) == (texts.kind, texts.source_id)), None)


def masked_of(texts: TextsOf) -> list[Masked]:
    """Return the masked texts of one thing, in the order in which they were made: that of the questions."""
    wanted = select(Masked).where(Masked.source_kind == texts.kind, Masked.source_id == texts.source_id)
    return list(db.session.scalars(wanted.where(Masked.candidacy_id == texts.candidacy.id).order_by(Masked.id)))


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Passage:
    """One text as it is read: pieces (all plain where names are shown), its heading, by whom in a word, and how long."""

    kind: str
    key: str
    label: dict[str, str] | None  # the question in the words that were answered; None over a letter
    relation: Relation | None
    role: WriterRole | None
    pieces: list[masking.Piece]
    words: int  # 0 of what is no text
    written_in: str | None = None  # its language, where that is not the one read here
    translated: list[masking.Piece] | None = None  # what stands beside it, covered like it
    into: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is read about one candidacy, and whether something is still being looked over."""

    passages: list[Passage] = field(default_factory=list)
    withheld: bool = False
    pronouns: bool = False


def reading(round_: Round, candidacy_id: int, *, letters: bool = True, covered: bool | None = None) -> Reading:
    """Return what this round's readers read about a candidacy; see `readings`."""
    return readings(round_, [candidacy_id], letters=letters, covered=covered)[candidacy_id]


def readings(
    round_: Round, candidacies: Sequence[int], *, letters: bool = True, covered: bool | None = None
) -> dict[int, Reading]:
    """Return what this round's readers read about each of these: question by question, in an order that tells nothing.

    Nominations come first, then the nominee's own part, then letters. The same words sent by several people are read once. In a
    blind round nothing is shown that was not looked over by staff in the form in which it now stands. Without `letters` none of these
    is read, whatever the round says; `covered` says of one reader whether names are covered from them. As many queries for one
    candidacy as for fifty.
    """
    blind = round_.blind if covered is None else covered
    kinds = kinds_read(round_)
    kinds = kinds._replace(letters=kinds.letters and letters)
    return {
        number: replace(read, pronouns=round_.covers_pronouns)
        for number, read in _readings(round_.cycle, candidacies, kinds, seed=round_.seed, blind=blind).items()
    }


def of_past(cycle: Cycle, candidacy_id: int, *, seed: int) -> Reading:
    """Return what nominations said about a candidacy of any cycle with known strings removed, whatever its rounds showed."""
    kinds = Kinds(parts=False, letters=False)
    return _readings(cycle, [candidacy_id], kinds, seed=seed, blind=True)[candidacy_id]


def _readings(cycle: Cycle, candidacies: Sequence[int], kinds: Kinds, *, seed: int, blind: bool) -> dict[int, Reading]:
    sent: dict[int, list[Source]] = {number: [] for number in candidacies}
    for source in _sent(candidacies, kinds):
        sent[source.candidacy_id].append(source)
    noticed = translating.of_sources((each.kind, each.id) for those in sent.values() for each in those)
    approved = _approved(candidacies) if blind else {}
    read = _read(cycle, blind=blind)
    found = {}
    for number, those in sent.items():
        mine = approved.get(number, {})
        beside = Beside(noticed, {each.id: each for each in _translated(those, noticed)}, mine if blind else None)
        sources = own_order(those, seed=seed, reader=number)
        passages, withheld = _passages(cycle, read, sources, mine, beside, blind=blind)
        found[number] = Reading(passages, withheld or beside.withheld)
    return found


def _passages(
    cycle: Cycle, read: Keys, sources: Sequence[Source], approved: Approved, beside: Beside, *, blind: bool
) -> tuple[list[Passage], bool]:
    """Return what is read of sources, and whether something of it waits to be looked over."""
    passages: list[Passage] = []
    withheld = False
    for kind, asked in read.items():
        for key, question in asked:
            seen: set[str] = set()
            for source in sources:
                text = source.texts.get(key, "") if source.kind == kind else ""
                if (
                    kind == source.kind == LETTER and not text.strip()
                ):  # it came as a file, read beside: its translation is not
                    of_file = beside.put(Passage(kind, key, None, None, source.role, [], 0), source)
                    passages += [of_file] if of_file.translated else []
                    continue
                same = fold(text) or text.strip()  # copies that differ in a comma would tell how many wrote
                if not same or same in seen or not _is_asked(cycle, source, key):
                    continue
                said = source.said.get(key, {})
                pieces: list[masking.Piece] | None = [snapshot_in_words(said, question) if said else text]
                if blind and question is not None and question.kind not in COVERED:
                    if problems(question, text):
                        continue  # what is no answer of its kind may say anything
                elif blind:
                    masked = approved.get((kind, source.id, key))
                    pieces = masked.pieces if masked is not None and masked.source_sha256 == digest(text) else None
                if pieces is None:
                    withheld = True
                    continue
                seen.add(same)
                label = said.get("label") or (question.label if question is not None else None)
                written = question is None or question.kind in TEXTS
                words = count_words(masking.plain(pieces)) if written else 0
                passage = Passage(kind, key, label, source.relation, source.role, pieces, words)
                passages.append(beside.put(passage, source) if written else passage)
    return passages, withheld


class Beside:
    """The translations that stand beside what is read, covered and looked over like it where names are covered."""

    def __init__(self, noticed: Noticed, made: dict[int, Source], approved: Approved | None) -> None:
        """Keep what was noticed of each source, the approved translations, and, in a blind round, what was looked over."""
        self._noticed, self._made, self._approved = noticed, made, approved
        self.withheld = False  # a translation is there, and is still being looked over

    def put(self, passage: Passage, source: Source) -> Passage:
        """Return a passage with its language and its translation, where it is in another language than the one read here."""
        noticed = self._noticed.get((source.kind, source.id))
        of_file = passage.kind == LETTER and not passage.pieces
        if noticed is None or not (of_file or passage.key in to_translate(source.texts, into=noticed.language)):
            return passage
        made = self._made.get(noticed.id)
        text = made.texts.get(passage.key) if made is not None else None
        pieces = self._shown(text, (TRANSLATION, noticed.id, passage.key)) if text is not None else None
        self.withheld = self.withheld or (text is not None and pieces is None)
        return replace(passage, written_in=noticed.written_in, translated=pieces, into=noticed.language)

    def _shown(self, text: str, place: tuple[str, int, str]) -> list[masking.Piece] | None:
        if self._approved is None:
            return [text]
        masked = self._approved.get(place)
        return masked.pieces if masked is not None and masked.source_sha256 == digest(text) else None


class Covered(NamedTuple):
    """A text as staff looked it over, and the digest of what it was made from."""

    pieces: list[masking.Piece]
    source_sha256: str


Approved: TypeAlias = dict[tuple[str, int, str], Covered]
_APPROVED = select(
    Masked.candidacy_id, Masked.source_kind, Masked.source_id, Masked.key, Masked.pieces, Masked.source_sha256
).where(Masked.candidacy_id.in_(bindparam("numbers", expanding=True)), Masked.approved_at.is_not(None))


def _approved(candidacies: Sequence[int]) -> dict[int, Approved]:
    """Return what was looked over of each of these candidacies, by kind, source and key."""
    found: dict[int, Approved] = {}
    for number, kind, source, key, pieces, made_from in ask(_APPROVED, {"numbers": list(candidacies)}):
        found.setdefault(number, {})[kind, source, key] = Covered(pieces, made_from)
    return found
