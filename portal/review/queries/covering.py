"""Files of candidacies as a blind round shows them: what stands, what was looked over, and what a reader may open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select, union_all
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.files import queries as files
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.nominations.models import Candidacy, Letter, Part
from portal.nominations.queries.conflicts import untouched_by_conflict
from portal.questions.models import QuestionKind
from portal.questions.rules import count_words
from portal.review.models import CoveredFile, Round, SpokenName
from portal.review.queries import rounds, texts
from portal.review.queries.facts import FileOf
from portal.review.rules import covering, masking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Executable

    from portal.people.models import Person
    from portal.review.queries.rounds import InReview
    from portal.review.queries.texts import Kinds


@cache
def standing(kinds: Kinds) -> Any:  # noqa: ANN401 - a subquery
    """Select the files that are read in a round: (candidacy, file). Nominees' resumes, and letters where these are read."""
    wanted = [
        texts.standing_parts()
        .where(Part.file_id.is_not(None))
        .with_only_columns(Part.candidacy_id.label("owner"), Part.file_id.label("file"))
    ]
    if kinds.letters:
        sent = texts.standing_letters()
        owner = texts.goes_to(sent).label("owner")
        wanted.append(sent.where(Letter.file_id.is_not(None)).with_only_columns(owner, Letter.file_id.label("file")))
    found = union_all(*wanted).subquery()
    clean = select(found.c.owner, found.c.file).join(StoredFile, StoredFile.id == found.c.file)
    return clean.where(StoredFile.state == FileState.CLEAN).subquery()


def to_prepare(round_: Round, candidacies: Iterable[int]) -> list[tuple[int, StoredFile]]:
    """Return the files of these candidacies, each with its candidacy, that nobody began to cover yet."""
    there = standing(texts.kinds_read(round_))
    begun = select(CoveredFile.id).where(CoveredFile.file_id == there.c.file, CoveredFile.candidacy_id == there.c.owner)
    wanted = (
        select(there.c.owner, StoredFile)
        .join(StoredFile, StoredFile.id == there.c.file)
        .where(there.c.owner.in_(list(candidacies)), ~begun.exists())
        .order_by(StoredFile.id)
    )
    return [(owner, file) for owner, file in db.session.execute(wanted)]


class Progress(NamedTuple):
    """How far looking files over has come: settled (shown or kept back), and all of them."""

    settled: int
    all: int


_SETTLED = CoveredFile.approved_at.is_not(None) | CoveredFile.kept_back


def progress(round_: Round) -> Progress:
    """Return how far looking this round's files over has come: one query."""
    there = standing(texts.kinds_read(round_))
    wanted = (
        select(func.count(), func.count(CoveredFile.id))
        .select_from(there)
        .outerjoin(
            CoveredFile,
            and_(CoveredFile.file_id == there.c.file, CoveredFile.candidacy_id == there.c.owner, _SETTLED),
        )
        .where(there.c.owner.in_(rounds.taken(round_)))
    )
    all_, settled = db.session.execute(wanted).one()
    return Progress(settled, all_)


def desk(round_: Round, person: Person) -> Any:  # noqa: ANN401 - a select of three rows
    """Select the files of a round, what is left first; none of a candidacy that this person must not touch."""
    there = standing(texts.kinds_read(round_))
    wanted: Any = (
        select(CoveredFile, Candidacy, SpokenName)
        .join(there, and_(there.c.file == CoveredFile.file_id, there.c.owner == CoveredFile.candidacy_id))
        .join(Candidacy, Candidacy.id == CoveredFile.candidacy_id)
        .join(SpokenName, and_(SpokenName.candidacy_id == Candidacy.id, SpokenName.round_id == round_.id))
        .where(CoveredFile.candidacy_id.in_(rounds.taken(round_)))
        .order_by(_SETTLED, Candidacy.sort_name, Candidacy.id, CoveredFile.id)
    )
    return untouched_by_conflict(wanted, person)


def next_left(round_: Round, person: Person) -> int | None:
    """Return a file with something left to decide."""
    left = desk(round_, person).where(~_SETTLED).with_only_columns(CoveredFile.id).limit(1)
    number: int | None = db.session.scalar(left)
    return number


def file_at(review: InReview | None, number: int) -> FileOf | None:
    """Return one file of a round, to be looked over."""
    if review is None or review.round is None:
        return None
    wanted = (
        select(CoveredFile, StoredFile)
        .join(StoredFile, StoredFile.id == CoveredFile.file_id)
        .options(joinedload(CoveredFile.candidacy).joinedload(Candidacy.cycle))
        .where(CoveredFile.id == number, CoveredFile.candidacy_id.in_(rounds.taken(review.round)))
    )
    found = db.session.execute(wanted).one_or_none()
    return FileOf(review, found[0].candidacy, found[0], found[1]) if found is not None else None


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Read:
    """A file as its reader may open it: where its pages lie, how many, and its words, covered, where it has any."""

    purpose: str
    pages: int
    pieces: list[masking.Piece]
    words: int
    covered: CoveredFile | None  # drawn anew; None where names are shown
    file: StoredFile


class Files(NamedTuple):
    """The files of a candidacy that its readers may open, and whether one is still being looked over."""

    files: list[Read]
    withheld: bool


def of_reading(round_: Round, candidacy_id: int) -> Files:
    """Return what this round's readers may open of a candidacy's files; see `of_readings`."""
    return of_readings(round_, [candidacy_id])[candidacy_id]


@cache
def _of_readings(kinds: Kinds) -> Executable:
    there = standing(kinds)
    return (
        select(there.c.owner, StoredFile, CoveredFile)
        .join(StoredFile, there.c.file == StoredFile.id)
        .outerjoin(CoveredFile, and_(CoveredFile.file_id == StoredFile.id, CoveredFile.candidacy_id == there.c.owner))
        .where(there.c.owner.in_(bindparam("numbers", expanding=True)))
        .order_by(StoredFile.purpose, StoredFile.id)
    )


def of_readings(round_: Round, candidacies: Sequence[int]) -> dict[int, Files]:
    """Return what this round's readers may open of each candidacy's files: in a blind round what was drawn anew and looked over.

    As many queries for one candidacy as for fifty.
    """
    found: dict[int, list[Read]] = {number: [] for number in candidacies}
    withheld: set[int] = set()
    wanted = _of_readings(texts.kinds_read(round_))
    for owner, file, joined in db.session.execute(wanted, {"numbers": list(candidacies)}):
        covered: CoveredFile | None = joined
        if not round_.blind:
            found[owner].append(Read(file.purpose, file.pages, [file.text], count_words(file.text), None, file))
        elif covered is None or not (covered.kept_back or covered.approved_at):
            withheld.add(owner)
        elif covered.approved_at and covered.sha256 == file.sha256 and covered.drawn_from == state_of(covered):
            words = count_words(masking.plain(covered.pieces))
            found[owner].append(Read(file.purpose, covered.pages, covered.pieces, words, covered, file))
    if not round_.blind:
        for owner, answer in _answers(round_, candidacies):
            found[owner].append(answer)
    return {number: Files(read, number in withheld) for number, read in found.items()}


def _answers(round_: Round, candidacies: Sequence[int]) -> list[tuple[int, Read]]:
    """Return the files that were sent as answers which reviewers read, as they stand in the snapshots: never in a blind round."""
    asked = {each.key for each in texts.read_by_reviewers(round_.cycle, blind=False) if each.kind is QuestionKind.FILE}
    if not asked:
        return []
    sent = texts.written_about(candidacies, texts.Kinds(parts=False, letters=False))
    numbers = [(one.candidacy_id, said.get("file")) for one in sent for key, said in one.said.items() if key in asked]
    held = files.by_ids(number for _owner, number in numbers)
    return [
        (owner, Read(file.purpose, file.pages, [file.text], count_words(file.text), None, file))
        for owner, number in dict.fromkeys(numbers)
        if (file := held.get(number or 0)) is not None and file.state is FileState.CLEAN
    ]


def state_of(row: CoveredFile) -> str:
    """Return a digest of how a file is covered."""
    return covering.state(row.sha256, row.pieces, row.boxes)
