"""Importing past honors: nothing that is not right, nothing twice, no name without somebody's word; and taking a name out again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from portal import history
from portal.awards.models import PastHonour
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.nominations.models import RowState
from portal.nominations.rules.importing import decode, read
from portal.publishing.archive import queries, rules
from portal.publishing.archive.models import ArchiveRow, ArchiveUpload

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from portal.awards.models import Award
    from portal.people.models import Person
    from portal.publishing.archive.rules import Context, Judged

OPEN = (RowState.READY, RowState.WRONG, RowState.REPEATED)
MOST_ROWS = 5_000

TOO_LONG = N_("The file has more than %(most)s rows. Upload it in parts.")
BEGUN = N_("Rows of this file are imported already, so its columns stay as they are. Mend single rows instead.")
TWICE = N_("Two columns are both matched with the same thing. Leave one of them out.")
FIRST_MATCH = N_("First match the columns: none is matched with what every row needs.")
REPEATED = N_("The same was imported before: row %(row)s of upload %(upload)s")
REPEATED_HERE = N_("The same as row %(row)s")
TAKEN_OUT = N_("This name was taken out of the archive, and stays out")
ON_RECORD = N_("They are on record for this award and year already")
NOT_NOW = N_("Row %(row)s is %(state)s, so that cannot be done with it now.")
MOVED = N_("This was changed since you opened it. The page shows how it stands now.")
REASON = N_("Say why, in a sentence: it stands in the record.")


def upload(data: bytes, *, name: str, basis: str, by: Person, at: datetime) -> ArchiveUpload:
    """Keep a table as it is, guess what its columns hold, and judge its rows. Nothing is public yet.

    Raises `Refused` with a sentence where the file is not a table of text.
    """
    table = read(decode(data))
    if len(table.rows) > MOST_ROWS:
        raise Refused(TOO_LONG, field="file", most=MOST_ROWS)
    made = ArchiveUpload(
        name=(name.strip() or "archive.csv")[:300],
        sha256=hashlib.sha256(data).hexdigest(),
        columns=table.columns,
        matched=rules.guess(table.columns),
        basis=basis.strip(),
        uploaded_by_id=by.id,
        uploaded_at=at,
    )
    db.session.add(made)
    db.session.flush()
    history.record("uploaded", made, by=by, at=at, name=made.name, rows=len(table.rows), sha256=made.sha256)
    _lay(made, [(row.number, row.cells, {}) for row in table.rows], at=at)
    return made


def match_columns(
    made: ArchiveUpload, matched: Mapping[str, str], *, award: Award | None, basis: str, by: Person, at: datetime
) -> None:
    """Say what each column holds and whose word stands for rows that say none; judge every row anew. What was mended stays mended."""
    if queries.counts_of([made.id]).get(made.id, {}).get(RowState.IMPORTED):
        raise Refused(BEGUN)
    given = [target for target in matched.values() if target]
    twice = next((target for target in given if given.count(target) > 1), None)
    if twice is not None:
        raise Refused(TWICE, field=next(column for column, target in matched.items() if target == twice))
    made.matched = {
        column: target if (target := matched.get(column, "")) in rules.TARGETS else "" for column in made.columns
    }
    made.award_id, made.basis = award.id if award else None, basis.strip()
    history.record("columns matched", made, by=by, at=at, matched=made.matched, basis=made.basis)
    wanted = select(ArchiveRow.number, ArchiveRow.cells, ArchiveRow.mended).where(ArchiveRow.upload_id == made.id)
    rows = [(number, cells, mended) for number, cells, mended in db.session.execute(wanted.order_by(ArchiveRow.number))]
    db.session.execute(delete(ArchiveRow).where(ArchiveRow.upload_id == made.id))
    _lay(made, rows, at=at)


def _lay(made: ArchiveUpload, rows: Iterable[tuple[int, dict[str, str], dict[str, str]]], *, at: datetime) -> None:
    """Write the rows as they are judged now. The first of several alike counts; others, and what is on record, are repeated."""
    context = queries.context(made, at.year)
    judged = [(number, cells, mended, rules.judge(cells, mended, context)) for number, cells, mended in rows]
    known = _Known({one.digest for *_row, one in judged})
    first: dict[str, int] = {}
    laid: list[dict[str, Any]] = []
    for number, cells, mended, one in judged:
        again = _again(one, known)
        if again is None and one.digest in first and not one.problems:
            again = _note(REPEATED_HERE, row=first[one.digest])
        if not one.problems:
            first.setdefault(one.digest, number)
        columns = {"upload_id": made.id, "number": number, "cells": cells, "mended": mended}
        laid.append({**columns, **_columns(one, again)})
    db.session.execute(insert(ArchiveRow), laid)


def _note(message: str, **facts: Any) -> dict[str, Any]:
    return {"field": "", "message": message, "facts": facts}


class _Known:
    """What is on record already, looked up once for many rows."""

    def __init__(self, digests: Collection[str], *, but: int | None = None) -> None:
        self.before = queries.imported(digests, but=but)
        self.out = queries.taken_out(digests)
        self.named = queries.on_record()


def _again(one: Judged, known: _Known) -> dict[str, Any] | None:
    """Say that this honor is on record already, or was taken out of it, where that is so."""
    if one.digest in known.out:
        return _note(TAKEN_OUT)
    if one.digest in known.before:
        upload, row = known.before[one.digest]
        return _note(REPEATED, upload=upload, row=row)
    if (one.facts.get("award_id"), one.facts.get("year"), one.facts.get("known_as")) in known.named:
        return _note(ON_RECORD)
    return None


def _columns(one: Judged, again: dict[str, Any] | None) -> dict[str, Any]:
    state = RowState.REPEATED if again else RowState.WRONG if one.problems else RowState.READY
    return {
        "digest": one.digest,
        "state": state,
        "problems": [] if again else one.problems,
        "notes": [again] if again else one.notes,
        "honour_id": None,
    }


# ---------------------------------------------------------------- mending


def mend(row: ArchiveRow, values: Mapping[str, str], *, unnamed: bool, by: Person, at: datetime) -> None:
    """Put values in place of cells, or let the row be imported without the name, and judge it anew."""
    _still(row, OPEN)
    row.mended = {**row.mended, **values, rules.LET_PASS: rules.UNNAMED if unnamed else ""}
    _judge_again(row, queries.context(row.upload, at.year))
    history.record("row mended", row, by=by, at=at, fields=sorted(values), unnamed=unnamed)


def set_aside(row: ArchiveRow, *, by: Person, at: datetime) -> None:
    """Leave a row out. It stays in the file's list, and can be taken up again."""
    if row.state is not RowState.SET_ASIDE:
        _still(row, OPEN)
        row.state = RowState.SET_ASIDE
        history.record("row set aside", row, by=by, at=at)


def take_up(row: ArchiveRow, *, by: Person, at: datetime) -> None:
    """Judge a row that was set aside anew."""
    if row.state not in OPEN:
        _still(row, (RowState.SET_ASIDE,))
        _judge_again(row, queries.context(row.upload, at.year))
        history.record("row taken up", row, by=by, at=at)


def _still(row: ArchiveRow, states: tuple[RowState, ...]) -> None:
    if row.state not in states:
        raise Refused(NOT_NOW, row=row.number, state=row.state.value)


def _judge_again(row: ArchiveRow, context: Context) -> None:
    one = rules.judge(row.cells, row.mended, context)
    again = _again(one, _Known([one.digest], but=row.id))
    same = select(ArchiveRow.number).where(
        ArchiveRow.upload_id == row.upload_id,
        ArchiveRow.digest == one.digest,
        ArchiveRow.id < row.id,
        ArchiveRow.state == RowState.READY,
    )
    here = db.session.scalar(same.limit(1))
    if again is None and here is not None:
        again = _note(REPEATED_HERE, row=here)
    for name, value in _columns(one, again).items():
        setattr(row, name, value)


# ---------------------------------------------------------------- into the archive, and out of it


def bring_in(made: ArchiveUpload, *, by: Person, at: datetime) -> int:
    """Put the rows that are right into the archive, where they are public at once. Returns how many; a second click finds none.

    Each is judged once more first: what became wrong meanwhile (a cycle was set up for that year) stays out and says why.
    """
    if rules.lacking(made.matched, one_award=made.award_id is not None):
        raise Refused(FIRST_MATCH)
    seen = made.version
    moved = rows_changed(
        update(ArchiveUpload)
        .where(ArchiveUpload.id == made.id, ArchiveUpload.version == seen)
        .values(version=seen + 1, imported_at=at)
    )
    if moved != 1:
        raise Stale(MOVED)
    context = queries.context(made, at.year)
    wanted = select(ArchiveRow).where(ArchiveRow.upload_id == made.id, ArchiveRow.state == RowState.READY)
    rows = db.session.scalars(wanted.order_by(ArchiveRow.number)).all()
    known = _Known([row.digest for row in rows])
    brought: list[tuple[ArchiveRow, PastHonour]] = []
    for row in rows:
        one = rules.judge(row.cells, row.mended, context)
        again = _again(one, known)
        if again is not None or one.problems:
            for name, value in _columns(one, again).items():
                setattr(row, name, value)
            continue
        facts = {name: value for name, value in one.facts.items() if name != "known_as"}
        brought.append((row, PastHonour(**facts)))
    db.session.add_all(honour for _row, honour in brought)
    db.session.flush()
    for row, honour in brought:
        row.state, row.honour_id = RowState.IMPORTED, honour.id
    if brought:
        history.record("brought into the archive", made, by=by, at=at, rows=len(brought))
    return len(brought)


def take_name_out(honour: PastHonour, *, reason: str, by: Person, at: datetime) -> None:
    """Take a name, its school and role out of the archive, everywhere and at once: "one recipient preferred not to be named" stays.

    What stays is a digest of award, year and name, by which a file that names them again adds nothing.
    """
    if not reason.strip():
        raise Refused(REASON, field="why")
    who = {"award_id": honour.award_id, "year": honour.year, "known_as": honour.name_key}
    honour.taken_out = rules.digest(who, {})
    honour.name = honour.name_key = honour.school_id = honour.school_name = honour.role = honour.basis = None
    history.record("name taken out of the archive", honour, by=by, at=at, reason=reason.strip())
