"""Covering known strings in what was submitted, and looking the result over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal import history
from portal.db import db
from portal.errors import N_, Refused
from portal.review.models import KnownString, Masked, Round
from portal.review.queries import rounds, texts
from portal.review.rules import masking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.nominations.models import Candidacy, Nomination
    from portal.people.models import Person
    from portal.review.queries.facts import TextsOf

ELSEWHERE = N_("This text has changed since you opened it. Look at it again.")


def prepare(round_: Round, *, at: datetime, by: Person | None = None, candidacies: Sequence[int] | None = None) -> int:
    """Cover known strings in every standing text of a blind round that was not covered yet; return how many submissions.

    A new snapshot is covered anew and waits to be looked over; an empty text stays empty and has nothing to look over.
    """
    if not round_.blind:
        return 0
    numbers = list(candidacies if candidacies is not None else db.session.scalars(rounds.taken(round_)))
    there = {
        (source, candidacy)
        for source, candidacy in db.session.execute(
            select(Masked.source_id, Masked.candidacy_id).where(
                Masked.source_kind == texts.SOURCE, Masked.candidacy_id.in_(numbers)
            )
        )
    }
    sources = [each for each in texts.written_about(numbers) if (each.snapshot.id, each.candidacy_id) not in there]
    if not sources:
        return 0
    known = texts.known_of(sorted({each.candidacy_id for each in sources}))
    questions = texts.read_by_reviewers(round_.cycle, blind=True)
    for source in sources:
        for question in questions:
            text = source.answers.get(question.key, "")
            pieces = (
                masking.mask(text, known[source.candidacy_id], pronouns=round_.covers_pronouns) if text.strip() else []
            )
            db.session.add(
                Masked(
                    candidacy_id=source.candidacy_id,
                    source_kind=texts.SOURCE,
                    source_id=source.snapshot.id,
                    key=question.key,
                    source_sha256=texts.digest(text),
                    pieces=pieces,
                    approved_at=None if text.strip() else at,
                )
            )
    history.record("known strings covered", round_, by=by, at=at, submissions=len(sources))
    db.session.flush()
    return len(sources)


def approve(of: TextsOf, *, by: Person, at: datetime, seen: str) -> None:
    """Say that these texts were looked over, as they stood when the page was opened (`seen`, from `state_of`)."""
    rows = texts.masked_of(of)
    if seen != state_of(rows):
        raise Refused(ELSEWHERE)
    left = [row for row in rows if row.approved_at is None]
    for row in left:
        row.approved_by_id, row.approved_at = by.id, at
    if left:
        history.record("looked over", of.snapshot, by=by, at=at, texts=len(left), candidacy=of.candidacy.reference)


def state_of(rows: Sequence[Masked]) -> str:
    """Return a short word for how these masked texts stand, so that nobody approves what they did not see."""
    return masking.state([row.pieces for row in rows])


def cover(of: TextsOf, *, string: str, noun: str, by: Person, at: datetime) -> int:
    """Cover one more string in every standing text of a candidacy, now and from now on; return in how many texts it was.

    Whatever changes has to be looked over again. Raises `Refused` (field "string") where it is in none of them.
    """
    wanted = " ".join(string.split())
    if not masking.fold(wanted):
        raise Refused(N_("Write the words to cover."), field="string")
    if noun not in masking.OFFERED:
        raise Refused(N_("Choose what stands in its place."), field="noun")
    changed = 0
    sources = {each.snapshot.id: each for each in texts.written_about([of.candidacy.id])}
    rows = select(Masked).where(Masked.candidacy_id == of.candidacy.id, Masked.source_kind == texts.SOURCE)
    for row in db.session.scalars(rows.where(Masked.source_id.in_(sources))):
        text = sources[row.source_id].answers.get(row.key, "")
        pieces = masking.add(text, row.pieces, wanted, noun)
        if pieces != row.pieces:
            row.pieces, row.approved_by_id, row.approved_at = pieces, None, None
            changed += 1
    if not changed:
        raise Refused(N_("These words are in none of this candidacy's texts, or are covered already."), field="string")
    known = select(KnownString).where(KnownString.candidacy_id == of.candidacy.id, KnownString.text == wanted[:300])
    if db.session.scalar(known) is None:
        string_ = KnownString(
            candidacy_id=of.candidacy.id, text=wanted[:300], noun=noun, added_by_id=by.id, added_at=at
        )
        db.session.add(string_)
    history.record("covered", of.candidacy, by=by, at=at, texts=changed)
    return changed


def uncover(of: TextsOf, *, key: str, number: int, seen: str, by: Person, at: datetime) -> None:
    """Show one covered part of one text again: it was no name after all. The text has to be looked over again."""
    rows = texts.masked_of(of)
    row = next((each for each in rows if each.key == key), None)
    if row is None or seen != state_of(rows):
        raise Refused(ELSEWHERE)
    text = texts.answers_of(of.snapshot).get(key, "")
    pieces = masking.uncover(text, row.pieces, number)
    if pieces != row.pieces:
        row.pieces, row.approved_by_id, row.approved_at = pieces, None, None
        history.record("shown again", of.candidacy, by=by, at=at, text=key)


def felt_gathering(nomination: Nomination, candidacy: Candidacy, at: datetime) -> None:
    """A nomination was gathered or revised: what it says has to be covered and looked over before readers see it."""
    del nomination
    round_ = rounds.newest(candidacy.cycle_id)
    if round_ is not None and round_.blind and candidacy.id in set(db.session.scalars(rounds.taken(round_))):
        prepare(round_, at=at, candidacies=[candidacy.id])
