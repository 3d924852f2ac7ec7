"""Covering known strings in what was submitted, and looking the result over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from portal import history
from portal.awards.models import Cycle
from portal.db import db
from portal.errors import N_, Refused
from portal.nominations.models import Candidacy, CandidacySchool
from portal.nominations.queries import letters
from portal.review.actions import covering
from portal.review.models import KnownString, Masked, Round
from portal.review.queries import rounds, texts
from portal.review.rules import masking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.nominations.models import Nomination, Part, Recommendation
    from portal.nominations.translating.models import Translation
    from portal.people.models import Person
    from portal.review.queries.facts import FileOf, TextsOf

ELSEWHERE = N_("This text has changed since you opened it. Look at it again.")


def prepare(round_: Round, *, at: datetime, by: Person | None = None, candidacies: Sequence[int] | None = None) -> int:
    """Cover known strings in every standing text of a blind round that was not covered yet; return how many submissions.

    A new snapshot is covered anew and waits to be looked over; an empty text stays empty and has nothing to look over.
    """
    if not round_.blind:
        return 0
    numbers = list(candidacies if candidacies is not None else db.session.scalars(rounds.taken(round_)))
    covering.prepare(round_, numbers, at=at)
    keys = texts.labels(round_.cycle, blind=True)
    count = _cover(numbers, texts.kinds_read(round_), keys, pronouns=round_.covers_pronouns, at=at)
    if count:
        history.record("known strings covered", round_, by=by, at=at, submissions=count)
    return count


def cover_past(candidacy: Candidacy, *, by: Person, at: datetime) -> int:
    """Cover known strings in what was written about a past candidacy, as far as that was not done in its own year."""
    keys = texts.labels(db.session.get_one(Cycle, candidacy.cycle_id), blind=True)
    count = _cover([candidacy.id], texts.Kinds(parts=False, letters=False), keys, pronouns=False, at=at)
    if count:
        history.record("known strings covered", candidacy, by=by, at=at, submissions=count)
    return count


def _cover(
    numbers: Sequence[int],
    kinds: texts.Kinds,
    keys: Mapping[str, Sequence[tuple[str, Any]]],
    *,
    pronouns: bool,
    at: datetime,
) -> int:
    there = {
        (kind, source, candidacy)
        for kind, source, candidacy in db.session.execute(
            select(Masked.source_kind, Masked.source_id, Masked.candidacy_id).where(Masked.candidacy_id.in_(numbers))
        )
    }
    written = texts.written_about(numbers, kinds)
    sources = [each for each in written if (each.kind, each.id, each.candidacy_id) not in there]
    owners = sorted({each.candidacy_id for each in sources})
    known = texts.known_of(owners) if owners else {}
    for number in owners:
        said = "\n".join(text for each in written if each.candidacy_id == number for text in each.texts.values())
        known[number] |= masking.apart_from(masking.named_in(said), known[number])
    for source in sources:
        for key, _label in keys[source.kind]:
            text = source.texts.get(key, "")
            if source.kind == texts.TRANSLATION and not text:
                continue  # a translation has what was translated, and nothing else
            pieces = masking.mask(text, known[source.candidacy_id], pronouns=pronouns) if text.strip() else []
            db.session.add(
                Masked(
                    candidacy_id=source.candidacy_id,
                    source_kind=source.kind,
                    source_id=source.id,
                    key=key,
                    source_sha256=texts.digest(text),
                    pieces=pieces,
                    approved_at=None if text.strip() else at,
                )
            )
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
        history.record("looked over", of.candidacy, by=by, at=at, texts=len(left), of=of.kind)


def state_of(rows: Sequence[Masked]) -> str:
    """Return a short word for how these masked texts stand, so that nobody approves what they did not see."""
    return masking.state([row.pieces for row in rows])


def cover(of: TextsOf | FileOf, *, string: str, noun: str, school: bool = False, by: Person, at: datetime) -> int:
    """Cover one more string in everything read of a candidacy, now and from now on; return in how many texts it was.

    With `school`, from now on in what is read of anybody at its schools as well: a mascot, a nickname of the building. Whatever
    changes has to be looked over again. Raises `Refused` (field "string") where it is in none of them.
    """
    wanted = " ".join(string.split())
    if not masking.fold(wanted):
        raise Refused(N_("Write the words to cover."), field="string")
    if noun not in masking.OFFERED:
        raise Refused(N_("Choose what stands in its place."), field="noun")
    changed = covering.cover_more(of.candidacy.id, wanted, noun, at=at)
    written = texts.written_about([of.candidacy.id], texts.Kinds(parts=True, letters=True))
    sources = {(each.kind, each.id): each for each in written}
    for row in db.session.scalars(select(Masked).where(Masked.candidacy_id == of.candidacy.id)):
        source = sources.get((row.source_kind, row.source_id))
        if source is None:
            continue
        text = source.texts.get(row.key, "")
        pieces = masking.add(text, row.pieces, wanted, noun)
        if pieces != row.pieces:
            row.pieces, row.approved_by_id, row.approved_at = pieces, None, None
            changed += 1
    if not changed:
        raise Refused(
            N_("These words are in none of this candidacy's texts and files, or are covered already."), field="string"
        )
    keep_in_mind(of.candidacy, wanted, noun, school=school, by=by, at=at)
    history.record("covered", of.candidacy, by=by, at=at, texts=changed)
    return changed


def keep_in_mind(candidacy: Candidacy, string: str, noun: str, *, school: bool, by: Person, at: datetime) -> None:
    """Remember a string for what comes in later: about this candidacy, or about anybody at its schools."""
    owners: list[dict[str, int]] = [{"candidacy_id": candidacy.id}]
    if school:
        linked = select(CandidacySchool.school_id).where(CandidacySchool.candidacy_id == candidacy.id)
        owners = [{"school_id": number} for number in db.session.scalars(linked)] or owners
    for owner in owners:
        known = select(KnownString.id).filter_by(text=string[:300], **owner)
        if db.session.scalar(known) is None:
            db.session.add(KnownString(text=string[:300], noun=noun, added_by_id=by.id, added_at=at, **owner))


def uncover(of: TextsOf, *, key: str, number: int, seen: str, by: Person, at: datetime) -> None:
    """Show one covered part of one text again: it was no name after all. The text has to be looked over again."""
    rows = texts.masked_of(of)
    row = next((each for each in rows if each.key == key), None)
    source = texts.source_of(of)
    if row is None or source is None or seen != state_of(rows):
        raise Refused(ELSEWHERE)
    pieces = masking.uncover(source.texts.get(key, ""), row.pieces, number)
    if pieces != row.pieces:
        row.pieces, row.approved_by_id, row.approved_at = pieces, None, None
        history.record("shown again", of.candidacy, by=by, at=at, text=key)


def felt_gathering(nomination: Nomination, candidacy: Candidacy, at: datetime) -> None:
    """A nomination was gathered or revised: what it says has to be covered and looked over before readers see it."""
    del nomination
    _came_in(candidacy, at=at)


def felt_letter(asked: Recommendation, at: datetime) -> None:
    """A letter was sent or replaced, and so has to be looked over as well."""
    candidacy = letters.candidacy_of(asked)
    if candidacy is not None:
        _came_in(candidacy, at=at)


def felt_part(part: Part, at: datetime) -> None:
    """A nominee finished their part, perhaps for the second time: what they wrote is covered anew."""
    candidacy = db.session.get_one(Candidacy, part.candidacy_id)
    db.session.execute(
        delete(Masked)
        .where(Masked.source_kind == texts.PART, Masked.source_id == part.id)
        .execution_options(synchronize_session="fetch")
    )
    _came_in(candidacy, at=at)


def felt_translation(translation: Translation, candidacy: Candidacy, at: datetime) -> None:
    """A translation was approved or opened again: it is covered and looked over before readers see it beside the original."""
    db.session.execute(
        delete(Masked)
        .where(Masked.source_kind == texts.TRANSLATION, Masked.source_id == translation.id)
        .execution_options(synchronize_session="fetch")
    )
    _came_in(candidacy, at=at)


def _came_in(candidacy: Candidacy, *, at: datetime) -> None:
    round_ = rounds.newest(candidacy.cycle_id)
    if round_ is not None and round_.blind and candidacy.id in set(db.session.scalars(rounds.taken(round_))):
        prepare(round_, at=at, candidacies=[candidacy.id])
