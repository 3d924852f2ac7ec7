"""Uploaded exports, their rows, and what rows are judged against."""

from __future__ import annotations

from collections import defaultdict
from textwrap import shorten
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Extension, Season
from portal.awards.rules import CycleStage
from portal.db import db
from portal.nominations.models import Candidacy, Import, ImportRow, Nomination, RowState
from portal.nominations.queries.conflicts import standing
from portal.nominations.rules.importing import AwardFacts, Context, Question
from portal.people.models import Person
from portal.people.rules import fold
from portal.questions.models import Asked
from portal.schools import queries as schools

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

TAKES = frozenset({CycleStage.OPEN, CycleStage.CLOSED})
SAMPLES = 3  # of each column, to tell what it holds
REMEMBERED = 20  # how many earlier imports' columns are remembered


def uploads() -> Select[Import]:
    """Select every upload, the newest first."""
    return select(Import).options(joinedload(Import.season)).order_by(Import.id.desc())


def every_upload() -> Sequence[Import]:
    """Return all of them, for a file."""
    return db.session.scalars(uploads()).all()


def by_id(number: int) -> Import | None:
    """Return an upload, its season with it."""
    return db.session.scalar(select(Import).options(joinedload(Import.season)).where(Import.id == number))


def row_by_id(number: int) -> ImportRow | None:
    """Return a row, its upload and what it has become with it."""
    wanted = select(ImportRow).options(
        joinedload(ImportRow.upload).joinedload(Import.season), joinedload(ImportRow.nomination)
    )
    return db.session.scalar(wanted.where(ImportRow.id == number))


def counts(upload: Import) -> dict[RowState, int]:
    """Return how many rows of an upload stand where."""
    wanted = select(ImportRow.state, func.count()).where(ImportRow.import_id == upload.id).group_by(ImportRow.state)
    return dict(db.session.execute(wanted).all())


def how_many_noted(upload: Import) -> int:
    """Return how many rows of an upload have something to be known of them."""
    wanted = select(func.count()).select_from(ImportRow)
    return db.session.scalar(wanted.where(ImportRow.import_id == upload.id, ImportRow.noted.is_(True))) or 0


def counts_of(numbers: Collection[int]) -> dict[int, dict[RowState, int]]:
    """Return the same for several uploads: one query."""
    found: dict[int, dict[RowState, int]] = defaultdict(dict)
    wanted = select(ImportRow.import_id, ImportRow.state, func.count()).where(ImportRow.import_id.in_(numbers))
    for number, state, count in db.session.execute(wanted.group_by(ImportRow.import_id, ImportRow.state)):
        found[number][state] = count
    return found


def rows(
    upload: Import, person: Person | None, *, state: RowState | None = None, noted: bool = False
) -> Select[ImportRow]:
    """Select an upload's rows in the file's order, those left out that became what `person` has a conflict with."""
    wanted = (
        select(ImportRow)
        .outerjoin(Nomination, Nomination.id == ImportRow.nomination_id)
        .outerjoin(Candidacy, Candidacy.id == Nomination.candidacy_id)
        .options(
            joinedload(ImportRow.nomination).joinedload(Nomination.candidacy),
            joinedload(ImportRow.nomination).joinedload(Nomination.cycle),
        )
        .where(ImportRow.import_id == upload.id)
        .order_by(ImportRow.number, ImportRow.part)
    )
    if person is not None:
        wanted = wanted.where(Nomination.candidacy_id.is_(None) | Nomination.candidacy_id.not_in(standing(person)))
    if state is not None:
        wanted = wanted.where(ImportRow.state == state)
    if noted:
        wanted = wanted.where(ImportRow.noted.is_(True))
    return wanted


def samples(upload: Import, *, most: int = 200) -> dict[str, list[str]]:
    """Return up to three different things that each column holds, from the first rows."""
    found: dict[str, list[str]] = {column: [] for column in upload.columns}
    wanted = select(ImportRow.cells).where(ImportRow.import_id == upload.id, ImportRow.part == 0)
    for cells in db.session.scalars(wanted.order_by(ImportRow.number).limit(most)):
        for column, kept in found.items():
            cell = shorten(cells.get(column, ""), 60, placeholder=" …")
            if cell and len(kept) < SAMPLES and cell not in kept:
                kept.append(cell)
    return found


def seasons() -> Sequence[Season]:
    """Return the seasons, the newest first."""
    return db.session.scalars(select(Season).order_by(Season.year.desc())).all()


def season_by_id(text: str | None, known: Sequence[Season]) -> Season | None:
    """Return the season that a form names; the newest where it names none."""
    if not text:
        return known[0] if known else None
    return next((season for season in known if str(season.id) == text), None)


def every_row(upload: Import, person: Person | None) -> Sequence[ImportRow]:
    """Return all rows of an upload, for a file."""
    return db.session.scalars(rows(upload, person)).unique().all()


def cycles_of(season_id: int) -> Sequence[Cycle]:
    """Return a season's cycles with their questions, in the awards' order."""
    wanted = (
        select(Cycle)
        .join(Award, Award.id == Cycle.award_id)
        .options(joinedload(Cycle.question_set))
        .where(Cycle.season_id == season_id)
        .order_by(Award.position, Award.id)
    )
    return db.session.scalars(wanted).unique().all()


def questions_of(season_id: int) -> list[Question]:
    """Return the questions that nominators are asked in a season, each key once, with every wording of it."""
    words: dict[str, dict[str, None]] = {}
    for cycle in cycles_of(season_id):
        for question in cycle.question_set.asked_of(Asked.NOMINATOR) if cycle.question_set else ():
            known = words.setdefault(question.key, {})
            known.update(dict.fromkeys([*question.short.values(), *question.label.values(), question.key]))
    return [Question(key, tuple(known)) for key, known in words.items()]


def remembered() -> dict[str, str]:
    """Return what columns of these names were matched with before, the newest import first."""
    found: dict[str, str] = {}
    wanted = select(Import.matched).where(Import.imported_at.is_not(None)).order_by(Import.id.desc()).limit(REMEMBERED)
    for matched in db.session.scalars(wanted):
        for column, target in matched.items():
            found.setdefault(column, target)
    return found


def context(upload: Import) -> Context:
    """Return what the rows of an upload are judged against, as it is now: five queries."""
    cycles = cycles_of(upload.season_id)
    extensions = select(Extension.cycle_id, Person.email_key, Extension.until).join(
        Person, Person.id == Extension.person_id
    )
    later: dict[tuple[int, str], Any] = {}
    by_cycle = {cycle.id: cycle.award_id for cycle in cycles}
    for cycle, address, until in db.session.execute(extensions.where(Extension.cycle_id.in_(by_cycle))):
        key = (by_cycle[cycle], address or "")
        later[key] = max(later.get(key, until), until)
    return Context(
        matched=upload.matched,
        awards=[_facts(cycle) for cycle in cycles],
        schools=schools.names(),
        aliases=schools.aliases(),
        zone=ZoneInfo(awards.zone()),
        uploaded_at=upload.uploaded_at,
        award_id=upload.award_id,
        deadlines=later,
    )


def _facts(cycle: Cycle) -> AwardFacts:
    award = cycle.award
    asked = cycle.question_set.asked_of(Asked.NOMINATOR) if cycle.question_set else []
    return AwardFacts(
        id=award.id,
        names=frozenset({*(fold(name) for name in award.name.values()), fold(award.slug)}),
        title=award.name.get("en") or next(iter(award.name.values()), award.slug),
        takes=cycle.stage in TAKES,
        opens_at=cycle.opens_at,
        closes_at=cycle.closes_at,
        grace_minutes=cycle.grace_minutes,
        self_nomination=cycle.self_nomination,
        questions={question.key: question for question in asked},
    )


def imported_digests(digests: Collection[str], *, but: int | None = None) -> dict[str, tuple[int, int]]:
    """Return those of these digests that were imported before, in any upload, with the upload and the row that did."""
    found: dict[str, tuple[int, int]] = {}
    wanted = list(digests)
    for start in range(0, len(wanted), 1000):
        some = select(ImportRow.digest, ImportRow.import_id, ImportRow.number).where(
            ImportRow.digest.in_(wanted[start : start + 1000]),
            ImportRow.state == RowState.IMPORTED,
            ImportRow.id != (but or 0),
        )
        found.update({digest: (number, row) for digest, number, row in db.session.execute(some)})
    return found
