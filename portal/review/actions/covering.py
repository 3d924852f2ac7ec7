"""Covering known strings in files: drawing pages anew, looking them over, covering more by words or by hand, keeping a file back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal import clock, history
from portal.db import db
from portal.errors import N_, Refused
from portal.files import actions as files
from portal.files import queries as file_queries
from portal.files import sandbox
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.jobs import actions as jobs
from portal.review.models import CoveredFile, Round
from portal.review.queries import covering as queries
from portal.review.queries import texts
from portal.review.rules import covering, masking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from portal.jobs.models import Job
    from portal.people.models import Person
    from portal.review.queries.facts import FileOf

JOB = "review.cover"
ELSEWHERE = N_("This file has changed since you opened it. Look at it again.")
BEING_DRAWN = N_("The pages are still being drawn as you covered them. Wait a few seconds, and look at them once more.")


def prepare(round_: Round, candidacies: Iterable[int], *, at: datetime) -> int:
    """Have the files of a blind round covered that nobody began to cover yet; return how many. The worker draws them."""
    found = queries.to_prepare(round_, candidacies)
    for number, file in found:
        row = CoveredFile(
            candidacy_id=number,
            file_id=file.id,
            purpose=file.purpose,
            sha256=file.sha256,
            words=[],
            pieces=[],
            boxes=[],
        )
        db.session.add(row)
        db.session.flush()
        _ask(row, at=at)
    return len(found)


def _ask(row: CoveredFile, *, at: datetime) -> None:
    row.approved_by_id = row.approved_at = row.trouble = None
    db.session.flush()
    jobs.ask(JOB, at=at, key=f"cover:{row.id}:{queries.state_of(row)[:20]}:{at.timestamp()}", file=row.id)


def draw_again(job: Job, at: datetime) -> None:
    """Draw one file's pages with what is covered painted over: the worker's. Killed at any point, it begins anew."""
    del at
    draw(job.facts["file"])


def draw(number: int) -> None:
    """Draw the pages of one file. Nothing is locked while the pages are drawn; what was changed meanwhile is drawn the next time."""
    row = db.session.get(CoveredFile, number)
    file = db.session.get(StoredFile, row.file_id) if row is not None else None
    if row is None or file is None or file.state is not FileState.CLEAN or file.kind is None:
        return
    kind, words, boxes = file.kind, list(row.words), list(row.boxes)
    data = file_queries.content(file)
    candidacy_id, sha256, pieces = row.candidacy_id, row.sha256, list(row.pieces)
    first = not words
    known = texts.known_of([candidacy_id])[candidacy_id] if first else set()
    db.session.commit()
    if first:
        read = sandbox.words_of(data, kind)
        words = read if read is not None else [""]
        said = covering.together(words)
        known |= masking.apart_from(masking.named_in(said), known)
        pieces = masking.mask(said, known)
    made = sandbox.cover(data, kind, spans=covering.spans(words, pieces), boxes=boxes)
    row = db.session.get(CoveredFile, number, populate_existing=True, with_for_update=True)
    if row is None or (first and row.words):
        return
    row.trouble = made.wrong
    if first:
        row.words, row.pieces = words, pieces
    if made.wrong is None:
        old = (row.key, row.pages)
        row.key, row.pages = files.keep_covered(made), len(made.pages)
        row.drawn_from = covering.state(sha256, pieces, boxes)
        if old[0] is not None:
            files.drop_covered(old[0], old[1])
    history.record("pages covered", row, at=clock.now(), pages=row.pages, wrong=made.wrong)
    db.session.flush()


# ---------------------------------------------------------------- looking over


def approve(of: FileOf, *, seen: str, by: Person, at: datetime) -> None:
    """Say that these pages were looked over, as they were drawn when the page was opened (`seen`); from now on readers open them."""
    row = of.covered
    state = queries.state_of(row)
    if seen != state:
        raise Refused(ELSEWHERE)
    if row.drawn_from != state:
        raise Refused(BEING_DRAWN)
    if row.approved_at is None:
        row.kept_back, row.approved_by_id, row.approved_at = False, by.id, at
        history.record("looked over", of.candidacy, by=by, at=at, of="file", pages=row.pages)


def keep_back(of: FileOf, *, by: Person, at: datetime) -> None:
    """Let nobody read this file while names are covered: it would say too much however it is covered."""
    row = of.covered
    if not row.kept_back:
        row.kept_back, row.approved_by_id, row.approved_at = True, None, None
        history.record("file kept back", of.candidacy, by=by, at=at)


def cover_more(candidacy_id: int, string: str, noun: str, *, at: datetime) -> int:
    """Cover one more string in all files of a candidacy; return in how many it was. Each of them is drawn and looked over anew."""
    changed = 0
    for row in db.session.scalars(select(CoveredFile).where(CoveredFile.candidacy_id == candidacy_id)):
        pieces = masking.add(covering.together(row.words), row.pieces, string, noun)
        if pieces != row.pieces:
            row.pieces = pieces
            _ask(row, at=at)
            changed += 1
    return changed


def uncover(of: FileOf, *, number: int, seen: str, by: Person, at: datetime) -> None:
    """Show one covered part of the words again: it was no name after all."""
    row = of.covered
    if seen != queries.state_of(row):
        raise Refused(ELSEWHERE)
    pieces = masking.uncover(covering.together(row.words), row.pieces, number)
    if pieces != row.pieces:
        row.pieces = pieces
        _ask(row, at=at)
        history.record("shown again", of.candidacy, by=by, at=at, text="file")


def add_box(of: FileOf, *, page: int, sides: Sequence[float], by: Person, at: datetime) -> None:
    """Cover a part of one page by hand: a crest, a signature, words that are a picture. `sides` are in percent of the page."""
    row = of.covered
    box = covering.box(page, sides, pages=max(of.file.pages, 1))
    if box is None:
        raise Refused(
            N_("Give a page and four numbers from 0 to 100, so that the part has a width and a height."), field="top"
        )
    if len(row.boxes) >= covering.MOST_BOXES:
        raise Refused(N_("That is as much as can be covered by hand. Keep the file back instead."), field="top")
    if box not in row.boxes:
        row.boxes = [*row.boxes, box]
        _ask(row, at=at)
        history.record("covered", of.candidacy, by=by, at=at, page=page)


def take_box(of: FileOf, *, number: int, seen: str, by: Person, at: datetime) -> None:
    """Uncover a part that was covered by hand."""
    row = of.covered
    if seen != queries.state_of(row):
        raise Refused(ELSEWHERE)
    if 0 <= number < len(row.boxes):
        row.boxes = [box for place, box in enumerate(row.boxes) if place != number]
        _ask(row, at=at)
        history.record("shown again", of.candidacy, by=by, at=at, text="file")
