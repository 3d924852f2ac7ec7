"""What is written in which language, who translates it, and what stands beside it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import g
from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from portal.awards import queries as awards
from portal.awards.models import Cycle
from portal.db import ask, db
from portal.files import queries as files
from portal.files.rules import FileState
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    Letter,
    Nomination,
    Part,
    PartAnswer,
    Recommendation,
    Snapshot,
)
from portal.nominations.queries import letters as letter_queries
from portal.nominations.queries.conflicts import standing
from portal.nominations.queries.facts import conflict_facts, office_facts_of_nomination
from portal.nominations.rules import COUNTS
from portal.nominations.rules.letters import COUNTED
from portal.nominations.rules.parts import PartState
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState, to_translate
from portal.people.models import Person
from portal.policy import Fact
from portal.questions.models import Question
from portal.questions.rules import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.files.models import StoredFile

SNAPSHOT, PART, LETTER = "snapshot", "part", "letter"
BIOGRAPHY = "biography"  # of a part, for its person's public page
LETTER_KEY = "letter"
AT_A_TIME = 100
OPEN = (TranslationState.WANTED, TranslationState.ASKED, TranslationState.HANDED_IN)


def read_here() -> str:
    """Return the language that the office and its committees read: the first that the organisation lists."""
    organisation = g.get("organisation")
    return str(organisation.languages[0]) if organisation is not None and organisation.languages else "en"


def digest(text: str) -> str:
    """Return the SHA-256 of a text, which ties a translation to what it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()


class Original(NamedTuple):
    """One text of a thing that was sent: its key, its heading (None over a letter), and its words; or the file that it came as."""

    key: str
    label: Any
    text: str
    file_id: int | None = None


def originals(translation: Translation) -> list[Original]:
    """Return the texts to translate, word for word: of several only those in another language, none that was left empty."""
    if translation.source_kind == SNAPSHOT:
        found = of_snapshot(db.session.get_one(Snapshot, translation.source_id))
        asked = select(Question.key).join(Cycle, Cycle.question_set_id == Question.set_id)
        order = list(db.session.scalars(asked.where(Cycle.id == translation.cycle_id).order_by(Question.position)))
        found.sort(key=lambda each: order.index(each.key) if each.key in order else len(order))
    elif translation.source_kind == PART:
        found = of_part(translation.source_id)
    elif translation.source_kind == BIOGRAPHY:
        found = of_biography(db.session.get_one(Part, translation.source_id))
    else:
        found = of_letter(db.session.get_one(Letter, translation.source_id))
    wanted = set(to_translate({each.key: each.text for each in found}, into=translation.language))
    return [each for each in found if each.key in wanted or each.file_id is not None]


def of_snapshot(snapshot: Snapshot) -> list[Original]:
    """Return a snapshot's answers."""
    answers: dict[str, Any] = json.loads(snapshot.facts).get("answers", {})
    return [
        Original(key, said.get("label"), str(said.get("text") or ""))
        for key, said in answers.items()
        if said.get("kind", "text") in TEXTS
    ]


def of_part(number: int) -> list[Original]:
    """Return what a nominee wrote in their own part, the biography apart: that is for the public page, and translated by itself."""
    wanted = (
        select(Question.key, Question.label, PartAnswer.text)
        .join(PartAnswer, PartAnswer.question_id == Question.id)
        .where(PartAnswer.part_id == number, Question.kind.in_(TEXTS))
        .order_by(Question.position, Question.id)
    )
    return [Original(key, label, text) for key, label, text in db.session.execute(wanted)]


def of_biography(part: Part) -> list[Original]:
    """Return the biography that somebody wrote for their public page."""
    return [Original(BIOGRAPHY, None, part.biography)]


def of_letter(letter: Letter) -> list[Original]:
    """Return a letter's words, where they were typed, or its file: what was sent never changes, so its number ties them together."""
    return [Original(LETTER_KEY, None, str(json.loads(letter.facts).get("text") or ""), letter.file_id)]


def file_of(translation: Translation) -> StoredFile | None:
    """Return the file that a letter came as, where it is clean."""
    letter = db.session.get(Letter, translation.source_id) if translation.source_kind == LETTER else None
    file = files.by_id(letter.file_id) if letter is not None else None
    return file if file is not None and file.state is FileState.CLEAN else None


def number_of(translation: Translation) -> int:
    """Return which of its request's letters one is: the number in its address."""
    letter = db.session.get(Letter, translation.source_id) if translation.source_kind == LETTER else None
    return letter.number if letter is not None else 0


def words_of(originals: Iterable[Original]) -> list[str]:
    """Return the words themselves, those of a file as far as they can be read off it: nothing of a photograph."""
    return [each.text or (file.text if (file := files.by_id(each.file_id)) is not None else "") for each in originals]


# ---------------------------------------------------------------- what nobody looked at yet


def new_snapshots() -> Sequence[Snapshot]:
    """Return standing snapshots whose language nobody noticed yet."""
    later = aliased(Snapshot)
    newest = select(func.max(later.number)).where(later.nomination_id == Nomination.id).scalar_subquery()
    wanted = (
        select(Snapshot)
        .join(Nomination, and_(Nomination.id == Snapshot.nomination_id, Snapshot.number == newest))
        .where(Nomination.stage.in_(COUNTS), ~_noticed(SNAPSHOT, Snapshot.id))
    )
    return db.session.scalars(wanted.order_by(Snapshot.id).limit(AT_A_TIME)).all()


def new_letters() -> Sequence[Letter]:
    """Return standing letters whose language nobody noticed yet."""
    later = aliased(Letter)
    newest = select(func.max(later.number)).where(later.recommendation_id == Recommendation.id).scalar_subquery()
    wanted = (
        select(Letter)
        .join(Recommendation, and_(Recommendation.id == Letter.recommendation_id, Letter.number == newest))
        .where(Recommendation.state.in_(COUNTED), ~_noticed(LETTER, Letter.id))
    )
    return db.session.scalars(wanted.order_by(Letter.id).limit(AT_A_TIME)).all()


def new_parts() -> Sequence[Part]:
    """Return finished parts whose language nobody noticed yet, or that were finished anew since."""
    since = and_(
        Translation.source_kind == PART, Translation.source_id == Part.id, Translation.noticed_at >= Part.completed_at
    )
    wanted = select(Part).where(Part.state == PartState.COMPLETED, ~select(Translation.id).where(since).exists())
    return db.session.scalars(wanted.order_by(Part.id).limit(AT_A_TIME)).all()


def new_biographies() -> Sequence[Part]:
    """Return parts with a biography whose language nobody noticed yet, or that was changed since."""
    since = and_(
        Translation.source_kind == BIOGRAPHY,
        Translation.source_id == Part.id,
        Translation.noticed_at >= func.coalesce(Part.saved_at, Translation.noticed_at),
    )
    wanted = select(Part).where(
        Part.biography != "", Part.state != PartState.DECLINED, ~select(Translation.id).where(since).exists()
    )
    return db.session.scalars(wanted.order_by(Part.id).limit(AT_A_TIME)).all()


def _noticed(kind: str, number: Any) -> Any:  # noqa: ANN401 - a column, a condition
    return select(Translation.id).where(Translation.source_kind == kind, Translation.source_id == number).exists()


# ---------------------------------------------------------------- the desk


def stands() -> Any:  # noqa: ANN401 - a condition
    """Say of a translation that what it belongs to still stands: no later version was sent, nothing withdrawn."""
    snapshot, letter, sent, asked = aliased(Snapshot), aliased(Letter), aliased(Nomination), aliased(Recommendation)
    newest_snapshot = select(func.max(snapshot.id)).where(snapshot.nomination_id == Translation.nomination_id)
    newest_letter = select(func.max(letter.id)).where(letter.recommendation_id == Translation.recommendation_id)
    counts = select(sent.id).where(sent.id == Translation.nomination_id, sent.stage.in_(COUNTS))
    answered = select(asked.id).where(asked.id == Translation.recommendation_id, asked.state.in_(COUNTED))
    return or_(
        Translation.source_kind.in_((PART, BIOGRAPHY)),
        and_(
            Translation.source_kind == SNAPSHOT,
            Translation.source_id == newest_snapshot.scalar_subquery(),
            counts.exists(),
        ),
        and_(
            Translation.source_kind == LETTER,
            Translation.source_id == newest_letter.scalar_subquery(),
            answered.exists(),
        ),
    )


_AT_FIRST = aliased(Candidacy)
_LETTERED = aliased(Nomination)
_OWNER = func.coalesce(Nomination.candidacy_id, Part.candidacy_id, _LETTERED.candidacy_id, Recommendation.candidacy_id)


def _with_owner(wanted: Any) -> Any:  # noqa: ANN401 - a select of anything
    """Join what texts belong to, so that their candidacy is known: `_OWNER`."""
    return (
        wanted.outerjoin(Nomination, Nomination.id == Translation.nomination_id)
        .outerjoin(Part, Part.id == Translation.part_id)
        .outerjoin(Recommendation, Recommendation.id == Translation.recommendation_id)
        .outerjoin(_LETTERED, _LETTERED.id == Recommendation.nomination_id)
        .outerjoin(_AT_FIRST, _AT_FIRST.id == _OWNER)
    )


def count_by_cycle(cycles: Sequence[int], state: TranslationState, kept: Select[Any]) -> Select[Any]:
    """Select how many of each cycle's texts stand so, none of the candidacies in `kept`."""
    wanted = _with_owner(select(Translation.cycle_id, func.count()).select_from(Translation))
    wanted = wanted.where(Translation.cycle_id.in_(cycles), Translation.state == state, stands())
    counted: Select[Any] = wanted.where(or_(_OWNER.is_(None), _OWNER.not_in(kept))).group_by(Translation.cycle_id)
    return counted


def of_cycle(cycle: Cycle, person: Person | None, *, states: Iterable[TranslationState]) -> Select[Any]:
    """Select a cycle's texts that stand so with their candidacy, what waits first; none that this person must not touch."""
    wanted: Select[Any] = (
        _with_owner(select(Translation, _AT_FIRST).select_from(Translation))
        .options(
            joinedload(Translation.translator),
            joinedload(Translation.nomination),
            joinedload(Translation.recommendation),
        )
        .where(
            Translation.cycle_id == cycle.id,
            Translation.state.in_(states),
            stands(),
        )
        .order_by(Translation.state.in_((TranslationState.APPROVED, TranslationState.NOT_NEEDED)), Translation.id)
    )
    if person is not None:
        wanted = wanted.where(
            or_(_OWNER.is_(None), _OWNER.not_in(standing(person))),
            or_(Nomination.id.is_(None), Nomination.nominator_id != person.id),
        )
    return wanted


def by_number(number: int) -> Translation | None:
    """Return one translation with its cycle and what it belongs to."""
    wanted = (
        select(Translation)
        .options(
            joinedload(Translation.cycle),
            joinedload(Translation.nomination).joinedload(Nomination.cycle),
            joinedload(Translation.recommendation).joinedload(Recommendation.cycle),
            joinedload(Translation.recommendation).joinedload(Recommendation.nomination),
            joinedload(Translation.recommendation).joinedload(Recommendation.candidacy),
            joinedload(Translation.part),
            joinedload(Translation.translator),
            joinedload(Translation.approved_by),
        )
        .where(Translation.id == number)
    )
    return db.session.scalar(wanted)


def at_desk(slug: str, year: int, number: int) -> Translation | None:
    """Return one translation of a cycle: what `of=` calls."""
    found = by_number(number)
    cycle = awards.cycle_at(slug, year)
    return found if found is not None and cycle is not None and found.cycle_id == cycle.id else None


def candidacy_of(translation: Translation) -> Candidacy | None:
    """Return the candidacy that a text belongs to now, with its cycle; None where it is not gathered."""
    if translation.nomination is not None:
        number = translation.nomination.candidacy_id
    elif translation.part is not None:
        number = translation.part.candidacy_id
    else:
        found = letter_queries.candidacy_of(translation.recommendation) if translation.recommendation else None
        number = found.id if found is not None else None
    if number is None:
        return None
    return db.session.scalar(select(Candidacy).options(joinedload(Candidacy.cycle)).where(Candidacy.id == number))


def facts_of_translation(person: Person | None, translation: Translation) -> frozenset[Fact]:
    """Return what holds of this person and a translation: as its translator, and as staff. Needs what `by_number` loads."""
    if person is None:
        return frozenset()
    if translation.nomination is not None:
        facts = set(office_facts_of_nomination(person, translation.nomination))
    else:
        candidacy = candidacy_of(translation)
        facts = set(awards.facts_of_cycle(person, translation.cycle))
        facts |= conflict_facts(person, candidacy.id if candidacy is not None else None)
    if translation.translator_id == person.id and translation.state is not TranslationState.NOT_NEEDED:
        facts.add(Fact.ITS_TRANSLATOR)
    return frozenset(facts)


def translators(*, most: int = 8) -> list[Person]:
    """Return who translated something lately, to be asked again."""
    last = (
        select(Translation.translator_id, func.max(Translation.id).label("last"))
        .where(Translation.translator_id.is_not(None))
        .group_by(Translation.translator_id)
        .subquery()
    )
    wanted = select(Person).join(last, last.c.translator_id == Person.id).order_by(last.c.last.desc()).limit(most)
    return list(db.session.scalars(wanted))


def asked_of(person_id: int) -> Sequence[Translation]:
    """Return what waits for a translator."""
    wanted = select(Translation).options(joinedload(Translation.cycle))
    wanted = wanted.where(Translation.translator_id == person_id, Translation.state == TranslationState.ASKED, stands())
    return db.session.scalars(wanted.order_by(Translation.asked_at)).all()


def nominees_of(translation: Translation) -> set[int]:
    """Return the people whom a text is about, where it is gathered."""
    candidacy = candidacy_of(translation)
    wanted = select(CandidacyPerson.person_id).where(CandidacyPerson.candidacy_id == (candidacy.id if candidacy else 0))
    return set(db.session.scalars(wanted))


# ---------------------------------------------------------------- beside the original


class Noticed(NamedTuple):
    """What was noticed of one thing that was sent, as far as it is shown beside it."""

    id: int
    source_kind: str
    source_id: int
    nomination_id: int | None
    written_in: str | None
    state: TranslationState
    language: str
    texts: dict[str, Any]


def _of(kind: str) -> Any:  # noqa: ANN401 - a condition
    return and_(Translation.source_kind == kind, Translation.source_id.in_(bindparam(kind, expanding=True)))


_OF_SOURCES = select(
    Translation.id,
    Translation.source_kind,
    Translation.source_id,
    Translation.nomination_id,
    Translation.written_in,
    Translation.state,
    Translation.language,
    Translation.texts,
).where(or_(_of(SNAPSHOT), _of(PART), _of(LETTER)), Translation.state != TranslationState.NOT_NEEDED)


def of_sources(sources: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Noticed]:
    """Return what was noticed of these things, those in the language read here left out: one query."""
    numbers: dict[str, list[int]] = {SNAPSHOT: [], PART: [], LETTER: []}
    for kind, number in sources:
        numbers[kind].append(number)
    if not any(numbers.values()):
        return {}
    return {(each[1], each[2]): Noticed(*each) for each in ask(_OF_SOURCES, numbers)}


def of_nominations(nominations: Iterable[Nomination]) -> dict[int, Noticed]:
    """Return what was noticed of these nominations' standing snapshots, by the nomination's number. Needs `snapshots` loaded."""
    standing_ones = [(SNAPSHOT, each.snapshots[-1].id) for each in nominations if each.snapshots]
    return {each.nomination_id or 0: each for each in of_sources(standing_ones).values()}


def approved_texts(translation: Noticed, texts: dict[str, str]) -> dict[str, str]:
    """Return the translated texts that stand beside these originals, by key: approved, and made from just these words."""
    if translation.state is not TranslationState.APPROVED:
        return {}
    return {
        key: str(said["text"])
        for key, said in translation.texts.items()
        if key in texts and said.get("of") == digest(texts[key])
    }


def of_biographies(candidacies: Sequence[int]) -> dict[int, Translation]:
    """Return the approved translations of these candidacies' biographies, by the part's number: one query."""
    wanted = (
        select(Translation)
        .join(Part, Part.id == Translation.source_id)
        .where(
            Translation.source_kind == BIOGRAPHY,
            Translation.state == TranslationState.APPROVED,
            Part.candidacy_id.in_(candidacies),
        )
    )
    return {each.source_id: each for each in db.session.scalars(wanted)}


def translated_biography(translation: Translation | None, biography: str) -> dict[str, str] | None:
    """Return a biography's translation as its page shows it: made from just these words; else None."""
    said = translation.texts.get(BIOGRAPHY, {}) if translation is not None else {}
    if translation is None or said.get("of") != digest(biography):
        return None
    return {"words": str(said["text"]), "into": translation.language, "written_in": translation.written_in or ""}
