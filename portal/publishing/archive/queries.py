"""Uploads of past honors, their rows, what rows are judged against, and the archive's own lines."""

from __future__ import annotations

from collections import defaultdict
from textwrap import shorten
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from portal.awards.models import Award, Cycle, PastHonour, Season
from portal.db import db
from portal.nominations.models import RowState
from portal.people.rules import fold
from portal.publishing.archive import rules
from portal.publishing.archive.models import ArchiveRow, ArchiveUpload
from portal.schools import queries as schools

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.people.models import Person
    from portal.policy import Fact

MANY = 1_000  # numbers asked for at once
SAMPLES = 3
LONGEST = 200


def facts_of_archive(_person: Person | None, _thing: object) -> frozenset[Fact]:
    """Return what holds of anything of the archive: nothing but what holds of the person alone."""
    return frozenset()


def uploads() -> Select[ArchiveUpload]:
    """Select every upload, the newest first."""
    return select(ArchiveUpload).order_by(ArchiveUpload.id.desc())


def by_id(number: int) -> ArchiveUpload | None:
    """Return an upload."""
    return db.session.get(ArchiveUpload, number)


def row_at(number: int, row: int) -> ArchiveRow | None:
    """Return one row of an upload, the upload with it."""
    wanted = select(ArchiveRow).options(joinedload(ArchiveRow.upload))
    return db.session.scalar(wanted.where(ArchiveRow.upload_id == number, ArchiveRow.id == row))


def counts_of(numbers: Collection[int]) -> dict[int, dict[RowState, int]]:
    """Return how many rows of each upload stand where: one query."""
    found: dict[int, dict[RowState, int]] = defaultdict(dict)
    wanted = select(ArchiveRow.upload_id, ArchiveRow.state, func.count()).where(ArchiveRow.upload_id.in_(numbers))
    for number, state, count in db.session.execute(wanted.group_by(ArchiveRow.upload_id, ArchiveRow.state)):
        found[number][state] = count
    return found


def rows(upload: ArchiveUpload, state: RowState | None) -> Select[ArchiveRow]:
    """Select an upload's rows in the file's order."""
    wanted = select(ArchiveRow).where(ArchiveRow.upload_id == upload.id).order_by(ArchiveRow.number)
    return wanted.where(ArchiveRow.state == state) if state is not None else wanted


def every_row(upload: ArchiveUpload) -> Sequence[ArchiveRow]:
    """Return all rows of an upload, for a file."""
    return db.session.scalars(rows(upload, None)).all()


def samples(upload: ArchiveUpload, *, most: int = 200) -> dict[str, list[str]]:
    """Return up to three different things that each column holds, from the first rows."""
    found: dict[str, list[str]] = {column: [] for column in upload.columns}
    wanted = select(ArchiveRow.cells).where(ArchiveRow.upload_id == upload.id).order_by(ArchiveRow.number).limit(most)
    for cells in db.session.scalars(wanted):
        for column, kept in found.items():
            cell = shorten(cells.get(column, ""), 60, placeholder=" …")
            if cell and len(kept) < SAMPLES and cell not in kept:
                kept.append(cell)
    return found


def awards() -> Sequence[Award]:
    """Return every award, retired ones too, in their order."""
    return db.session.scalars(select(Award).order_by(Award.position, Award.id)).all()


def context(upload: ArchiveUpload, this_year: int) -> rules.Context:
    """Return what an upload's rows are judged against, as it is now: four queries."""
    held = select(Cycle.award_id, Season.year).join(Season, Season.id == Cycle.season_id)
    return rules.Context(
        matched=upload.matched,
        awards=[
            rules.Award(
                award.id,
                award.name.get("en") or next(iter(award.name.values()), award.slug),
                frozenset({fold(award.slug), *(fold(name) for name in award.name.values())}),
            )
            for award in awards()
        ],
        schools=schools.names(),
        aliases=schools.aliases(),
        this_year=this_year,
        held_here={(award, year) for award, year in db.session.execute(held)},
        award_id=upload.award_id,
        basis=upload.basis,
    )


def imported(digests: Collection[str], *, but: int | None = None) -> dict[str, tuple[int, int]]:
    """Return those of these digests that were imported before, with the upload and the row that did."""
    found: dict[str, tuple[int, int]] = {}
    wanted = list(digests)
    for start in range(0, len(wanted), MANY):
        some = select(ArchiveRow.digest, ArchiveRow.upload_id, ArchiveRow.number).where(
            ArchiveRow.digest.in_(wanted[start : start + MANY]),
            ArchiveRow.state == RowState.IMPORTED,
            ArchiveRow.id != (but or 0),
        )
        found.update({digest: (upload, row) for digest, upload, row in db.session.execute(some)})
    return found


def taken_out(digests: Collection[str]) -> set[str]:
    """Return those of these digests whose name was taken out of the archive: they are not brought in again."""
    wanted = list(digests)
    found: set[str] = set()
    for start in range(0, len(wanted), MANY):
        some = select(PastHonour.taken_out).where(PastHonour.taken_out.in_(wanted[start : start + MANY]))
        found.update(digest for digest in db.session.scalars(some) if digest)
    return found


def on_record() -> set[tuple[int, int, str]]:
    """Return (award, year, name's key) of every named line of the archive, however it came in: one query."""
    wanted = select(PastHonour.award_id, PastHonour.year, PastHonour.name_key).where(PastHonour.name_key.is_not(None))
    return {(award, year, key or "") for award, year, key in db.session.execute(wanted)}


# ---------------------------------------------------------------- the archive's own lines


def lines(words: str) -> Select[PastHonour]:
    """Select the archive's named lines, the latest first: all, or those in whose name, school or year every word is found."""
    wanted = select(PastHonour).options(joinedload(PastHonour.award)).where(PastHonour.name.is_not(None))
    for word in fold(words[:LONGEST]).split():
        in_school = func.lower(PastHonour.school_name).contains(word, autoescape=True)
        year = [PastHonour.year == int(word)] if word.isascii() and word.isdecimal() and len(word) == 4 else []  # noqa: PLR2004 - a year's figures
        wanted = wanted.where(or_(PastHonour.name_key.contains(word, autoescape=True), in_school, *year))
    return wanted.order_by(PastHonour.year.desc(), PastHonour.name_key, PastHonour.id)


def line(number: int) -> PastHonour | None:
    """Return one named line of the archive, its award with it."""
    wanted = select(PastHonour).options(joinedload(PastHonour.award))
    return db.session.scalar(wanted.where(and_(PastHonour.id == number, PastHonour.name.is_not(None))))
