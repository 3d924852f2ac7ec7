"""Importing a form service's export: nothing is imported that is not right, nothing twice, and every row is accounted for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.jobs import actions as jobs
from portal.jobs.models import Job, JobState
from portal.nominations.actions import arriving, gathering
from portal.nominations.models import Entered, Import, ImportRow, ImportState, RowState
from portal.nominations.queries import importing as queries
from portal.nominations.rules import Stage
from portal.nominations.rules import importing as rules
from portal.schools import actions as schools
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from portal.awards.models import Award, Season
    from portal.nominations.rules.importing import Context, Judged
    from portal.people.models import Person

BATCH = 100
AT_ONCE = 400  # up to so many rows are imported while the person waits; more is the worker's
JOB = "import"
OPEN = (RowState.READY, RowState.WRONG, RowState.REPEATED)

BEGUN = N_("Rows of this file are imported already, so its columns stay as they are. Mend single rows instead.")
REPEATED = N_("The same row was imported before: row %(row)s of upload %(upload)s")
REPEATED_HERE = N_("The same as row %(row)s")


def upload(data: bytes, *, name: str, season: Season, by: Person | None, at: datetime) -> Import:
    """Keep an export as it is, guess what its columns hold, and judge its rows. Nothing is imported yet.

    Raises `Refused` with a sentence where the file is not a table of text.
    """
    table = rules.read(rules.decode(data))
    made = Import(
        name=(name.strip() or "export.csv")[:300],
        sha256=hashlib.sha256(data).hexdigest(),
        season_id=season.id,
        columns=table.columns,
        matched=rules.guess(table.columns, queries.questions_of(season.id), queries.remembered()),
        uploaded_by_id=by.id if by else None,
        uploaded_at=at,
    )
    made.season = season
    db.session.add(made)
    db.session.flush()
    history.record("uploaded", made, by=by, at=at, name=made.name, rows=len(table.rows), sha256=made.sha256)
    _lay(made, [(row.number, row.cells) for row in table.rows], {})
    return made


def match_columns(
    made: Import, matched: Mapping[str, str], *, award: Award | None, by: Person | None, at: datetime
) -> None:
    """Say what each column holds, and judge every row anew. What was mended stays mended."""
    if queries.counts(made).get(RowState.IMPORTED):
        raise Refused(BEGUN)
    given = [target for target in matched.values() if target != rules.LEAVE_OUT]
    twice = next((target for target in given if given.count(target) > 1), None)
    if twice is not None:
        raise Refused(
            N_("Two columns are both matched with the same thing. Leave one of them out."),
            field=next(c for c, t in matched.items() if t == twice),
        )
    possible = {
        rules.LEAVE_OUT,
        *rules.TARGETS,
        *(rules.QUESTION + question.key for question in queries.questions_of(made.season_id)),
    }
    made.matched = {
        column: matched.get(column, "") if matched.get(column, "") in possible else "" for column in made.columns
    }
    made.award_id = award.id if award else None
    made.state = ImportState.CHECKED
    history.record("columns matched", made, by=by, at=at, matched=made.matched)
    wanted = select(ImportRow.number, ImportRow.part, ImportRow.cells, ImportRow.mended).where(
        ImportRow.import_id == made.id
    )
    cells: dict[int, dict[str, str]] = {}
    mended: dict[tuple[int, int], dict[str, str]] = {}
    for number, part, row, put in db.session.execute(wanted.order_by(ImportRow.number, ImportRow.part)):
        cells[number] = row
        if put:
            mended[number, part] = put
    db.session.execute(delete(ImportRow).where(ImportRow.import_id == made.id))
    _lay(made, list(cells.items()), mended)


def _lay(
    made: Import, rows: Iterable[tuple[int, dict[str, str]]], mended: Mapping[tuple[int, int], dict[str, str]]
) -> None:
    """Write the rows as they are judged now. The first of several alike counts; the others, and what was imported before, are repeated."""
    context = queries.context(made)
    laid: list[dict[str, Any]] = []
    for number, cells in rows:
        for part, award in enumerate(rules.parts(cells, {}, context)):
            put = mended.get((number, part), {})
            laid.append(
                {
                    "import_id": made.id,
                    "number": number,
                    "part": part,
                    "cells": cells,
                    "mended": put,
                    **_columns(cells, put, award, context),
                }
            )
    before = queries.imported_digests({row["digest"] for row in laid})
    first: dict[str, int] = {}
    for row in laid:
        again = before.get(row["digest"])
        if again is not None:
            row.update(state=RowState.REPEATED, notes=[_said(REPEATED, upload=again[0], row=again[1])], noted=True)
        elif row["digest"] in first:
            row.update(state=RowState.REPEATED, notes=[_said(REPEATED_HERE, row=first[row["digest"]])], noted=True)
        first.setdefault(row["digest"], row["number"])
    db.session.execute(insert(ImportRow), laid)


def _said(message: str, **facts: Any) -> dict[str, Any]:
    return {"field": "", "message": message, "facts": facts}


def _columns(
    cells: Mapping[str, str], mended: Mapping[str, str], award: rules.AwardFacts | None, context: Context
) -> dict[str, Any]:
    """Return what a part of a row comes to, as columns."""
    if "awards" in mended:
        award = next(iter(rules.parts(cells, mended, context)), None)
    judged = rules.judge(cells, mended, award, context)
    return {
        "award_id": award.id if award else None,
        "digest": rules.digest(cells, award),
        "state": RowState.WRONG if judged.problems else RowState.READY,
        "problems": judged.problems,
        "notes": judged.notes,
        "noted": bool(judged.notes),
    }


# ---------------------------------------------------------------- mending


def mend(
    row: ImportRow,
    values: Mapping[str, str],
    *,
    passed: Sequence[str] = (),
    learn: bool = False,
    by: Person,
    at: datetime,
) -> None:
    """Put values in place of cells, let problems pass, and judge the row anew. The row as uploaded is kept beside.

    With `learn`, the typed name of the school is remembered for the school chosen, and rows that name it so are judged anew.
    """
    _still(row, OPEN)
    put = {target: value for target, value in {**row.mended, **values}.items() if value or target in values}
    put[rules.LET_PASS] = " ".join(sorted(set(passed)))
    context = queries.context(row.upload)
    row.mended = put
    award = next((award for award in context.awards if award.id == row.award_id), None)
    if learn and put.get("school_id", "").isdecimal() and int(put["school_id"]) in context.schools:
        typed = rules.values_of(row.cells, context.matched, {k: v for k, v in put.items() if k != "school"}).get(
            "school", ""
        )
        schools.learn(db.session.get_one(School, int(put["school_id"])), typed, by=by, at=at)
    _judge_again(row, award, context)
    history.record("row mended", row, by=by, at=at, fields=sorted(values), passed=list(passed))
    if learn:
        context = queries.context(row.upload)
        for other in db.session.scalars(
            select(ImportRow).where(
                ImportRow.import_id == row.import_id, ImportRow.state == RowState.WRONG, ImportRow.id != row.id
            )
        ):
            _judge_again(other, next((award for award in context.awards if award.id == other.award_id), None), context)


def _judge_again(row: ImportRow, award: rules.AwardFacts | None, context: Context) -> None:
    columns = _columns(row.cells, row.mended, award, context)
    digest = columns["digest"]
    again = queries.imported_digests([digest], but=row.id).get(digest)
    same = select(ImportRow.number).where(
        ImportRow.import_id == row.import_id,
        ImportRow.digest == digest,
        ImportRow.id < row.id,
        ImportRow.state.in_({RowState.READY, RowState.WRONG}),
    )
    here = db.session.scalar(same.limit(1))
    if again is not None:
        columns.update(state=RowState.REPEATED, notes=[_said(REPEATED, upload=again[0], row=again[1])], noted=True)
    elif here is not None:
        columns.update(state=RowState.REPEATED, notes=[_said(REPEATED_HERE, row=here)], noted=True)
    for name, value in columns.items():
        setattr(row, name, value)


def set_aside(row: ImportRow, *, by: Person, at: datetime, reason: str = "") -> None:
    """Leave a row out. It stays in the file's list, and can be taken up again."""
    if row.state is RowState.SET_ASIDE:
        return
    _still(row, OPEN)
    row.state = RowState.SET_ASIDE
    history.record("row set aside", row, by=by, at=at, reason=reason.strip() or None)


def take_up(row: ImportRow, *, by: Person, at: datetime) -> None:
    """Judge a row that was set aside anew."""
    if row.state in OPEN:
        return
    _still(row, (RowState.SET_ASIDE,))
    context = queries.context(row.upload)
    _judge_again(row, next((award for award in context.awards if award.id == row.award_id), None), context)
    history.record("row taken up", row, by=by, at=at)


def _still(row: ImportRow, states: Sequence[RowState]) -> None:
    if row.state not in states:
        raise Refused(
            N_("Row %(row)s is %(state)s, so that cannot be done with it now."), row=row.number, state=row.state.value
        )


# ---------------------------------------------------------------- the import itself


def start(made: Import, *, tell: bool, by: Person, at: datetime) -> int | None:
    """Import the rows that are right: now where they are few, and else by the worker. Returns how many; None: the worker's."""
    lacking = rules.lacking(made.matched, one_award=made.award_id is not None)
    if lacking:
        raise Refused(N_("First match the columns: none is matched with what every row needs."))
    db.session.flush()
    db.session.refresh(made, ["state", "job_id"], with_for_update=True)  # two clicks wait for each other
    if made.state is ImportState.IMPORTING and _works(made.job_id):
        return None
    made.tell = tell
    ready = queries.counts(made).get(RowState.READY, 0)
    history.record("import started", made, by=by, at=at, rows=ready, tell=tell)
    if ready <= AT_ONCE:
        done = 0
        while count := batch(made, by=by, at=at):
            done += count
        finish(made, at=at)
        return done
    made.state = ImportState.IMPORTING
    job = jobs.ask(JOB, at=at, asked_by_id=by.id, upload=made.id)
    job.all_parts = ready
    made.job_id = job.id
    return None


def _works(job_id: int | None) -> bool:
    job = db.session.get(Job, job_id) if job_id is not None else None
    return job is not None and job.state in {JobState.WAITING, JobState.RUNNING}


def finish(made: Import, *, at: datetime) -> None:
    """Note that everything right was imported."""
    made.state, made.imported_at = ImportState.IMPORTED, at
    history.record("imported", made, at=at, rows={state.value: count for state, count in queries.counts(made).items()})


def batch(made: Import, *, by: Person | None, at: datetime, most: int = BATCH) -> int:
    """Import the next rows that are right, each exactly once however often or in parallel this is called; return how many were looked at.

    A row that is right no longer (its cycle went into review meanwhile) is wrong from now on, and says why.
    """
    gathering.queue()
    wanted = (
        select(ImportRow)
        .where(ImportRow.import_id == made.id, ImportRow.state == RowState.READY)
        .order_by(ImportRow.number, ImportRow.part)
        .limit(most)
    )
    rows = list(db.session.scalars(wanted.execution_options(populate_existing=True)))
    if not rows:
        return 0
    context = queries.context(made)
    awards = {award.id: award for award in context.awards}
    cycles = {cycle.award_id: cycle for cycle in queries.cycles_of(made.season_id)}
    before = queries.imported_digests([row.digest for row in rows])
    right: list[tuple[ImportRow, Judged]] = []
    for row in rows:
        again = before.get(row.digest)
        if again is not None:
            row.state, row.notes, row.noted = RowState.REPEATED, [_said(REPEATED, upload=again[0], row=again[1])], True
            continue
        judged = rules.judge(row.cells, row.mended, awards.get(row.award_id or 0), context)
        row.problems, row.notes, row.noted = judged.problems, judged.notes, bool(judged.notes)
        if judged.problems:
            row.state = RowState.WRONG
            continue
        before[row.digest] = (made.id, row.number)
        right.append((row, judged))
    arriving_now = [(judged.facts, cycles[row.award_id or 0]) for row, judged in right]
    arrived = arriving.arrive_together(arriving_now, entered=Entered.IMPORT, by=by, at=at)
    for (row, _judged), nomination in zip(right, arrived, strict=True):
        row.state, row.nomination_id = RowState.IMPORTED, nomination.id
        if made.tell and nomination.stage is Stage.SUBMITTED:
            arriving.thank(nomination, at=at)
    db.session.flush()
    return len(rows)
