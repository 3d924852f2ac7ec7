"""Noticing languages, asking a translator, handing in, returning and approving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal import history, mail
from portal.accounts import actions as accounts
from portal.awards.models import Member
from portal.awards.rules import MemberState
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.nominations.models import Candidacy, Nomination, Recommendation
from portal.nominations.translating import queries
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TRANSLATION, TranslationState, TranslationStep, languages_of
from portal.questions.rules import count_words
from portal.web.language import offered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from portal.nominations.models import Letter, Part, Snapshot
    from portal.nominations.translating.queries import Original
    from portal.people.models import Person

MEANWHILE = N_("Somebody changed this translation since you opened the page. What you typed is kept below.")
EMPTY = N_("Translate this text, too")
OTHER = N_("Choose another language than the one it is written in.")
BEGUN = N_("Something of it is translated into another language already, and it has one translation at a time.")
MOST = 20_000

# Called in the same transaction with (translation, candidacy, at): readers of a blind round see it once it was looked over.
on_approved: list[Callable[[Translation, Candidacy, datetime], object]] = []


# ---------------------------------------------------------------- noticing


def notice(*, at: datetime) -> int:
    """Notice the language of what came in. What is not in the language read here waits for a translator. Returns how many."""
    found = 0
    for snapshot in queries.new_snapshots():
        _notice_snapshot(snapshot, at=at)
        found += 1
    for letter in queries.new_letters():
        _notice_letter(letter, at=at)
        found += 1
    for part in queries.new_parts():
        _notice_part(part, queries.PART, queries.of_part(part.id), at=at)
        found += 1
    for part in queries.new_biographies():
        _notice_part(part, queries.BIOGRAPHY, queries.of_biography(part), at=at)
        found += 1
    return found


def _guessed(
    texts: Sequence[Original], otherwise: str | None, into: str | None = None
) -> tuple[str | None, TranslationState]:
    """Return the other language of some texts, and whether somebody has to translate them; unknown is for a person to say.

    `into` is what the office chose before for an earlier version, where that is not the language read here.
    """
    words = queries.words_of(texts)
    here, found = queries.read_here(), languages_of(words)
    into = into or here
    foreign = [code for code, _letters in found.most_common() if code != here]
    written = foreign[0] if foreign else here if found else otherwise
    needs = written is not None and written != into and any(each.strip() for each in words)
    return written, TranslationState.WANTED if needs else TranslationState.NOT_NEEDED


def _notice_snapshot(snapshot: Snapshot, *, at: datetime) -> None:
    nomination = db.session.get_one(Nomination, snapshot.nomination_id)
    texts = queries.of_snapshot(snapshot)
    before = db.session.scalar(
        select(Translation).where(Translation.nomination_id == nomination.id).order_by(Translation.id.desc()).limit(1)
    )
    said = before.written_in if before is not None and before.said_by_id is not None else None
    into = before.language if before is not None and before.state is not TranslationState.NOT_NEEDED else None
    written, state = _guessed(texts, nomination.language, into) if said is None else (said, _state_for(said, into))
    if written is not None and written != nomination.language:
        nomination.language = written
    db.session.add(
        Translation(
            source_kind=queries.SNAPSHOT,
            source_id=snapshot.id,
            cycle_id=nomination.cycle_id,
            nomination_id=nomination.id,
            written_in=written,
            said_by_id=before.said_by_id if before is not None else None,
            state=state,
            language=into or queries.read_here(),
            texts=dict(before.texts) if before is not None else {},  # what was translated before saves work
            translator_id=before.translator_id if before is not None else None,
            noticed_at=at,
        )
    )
    db.session.flush()


def _state_for(code: str, into: str | None) -> TranslationState:
    return TranslationState.NOT_NEEDED if code == (into or queries.read_here()) else TranslationState.WANTED


def _notice_letter(letter: Letter, *, at: datetime) -> None:
    asked = db.session.get_one(Recommendation, letter.recommendation_id)
    written, state = _guessed(queries.of_letter(letter), None)
    db.session.add(
        Translation(
            source_kind=queries.LETTER,
            source_id=letter.id,
            cycle_id=asked.cycle_id,
            recommendation_id=asked.id,
            written_in=written,
            state=state,
            language=queries.read_here(),
            texts={},
            noticed_at=at,
        )
    )
    db.session.flush()


def _notice_part(part: Part, kind: str, texts: Sequence[Original], *, at: datetime) -> None:
    held = db.session.scalar(
        select(Translation).where(Translation.source_kind == kind, Translation.source_id == part.id)
    )
    written, state = _guessed(texts, None)
    if held is not None:
        held.noticed_at = at
        if held.state is TranslationState.NOT_NEEDED and held.said_by_id is None:  # in other words, another guess
            held.written_in, held.state, held.version = written, state, held.version + 1
            return
        same = all(
            held.texts.get(each.key, {}).get("of") == queries.digest(each.text) for each in texts if each.text.strip()
        )
        if held.state is not TranslationState.NOT_NEEDED and not same:  # finished anew, in other words
            held.state, held.approved_at, held.approved_by_id = TranslationState.WANTED, None, None
            held.version += 1
        return
    cycle_id = db.session.scalar(select(Candidacy.cycle_id).where(Candidacy.id == part.candidacy_id))
    db.session.add(
        Translation(
            source_kind=kind,
            source_id=part.id,
            cycle_id=cycle_id,
            part_id=part.id,
            written_in=written,
            state=state,
            language=queries.read_here(),
            texts={},
            noticed_at=at,
        )
    )
    db.session.flush()


# ---------------------------------------------------------------- the office


def correct(translation: Translation, *, code: str, by: Person, at: datetime) -> None:
    """Say in which language something is written. In the one read here it needs no translation, in any other it does."""
    if translation.state not in {TranslationState.NOT_NEEDED, TranslationState.WANTED, TranslationState.ASKED}:
        raise Refused(TRANSLATION.refusal, state=translation.state.value)
    if code == translation.language != queries.read_here() and not _begun(translation):
        translation.language = queries.read_here()  # it was to be translated into what it is written in
    needs = code != translation.language
    before = translation.written_in
    if needs and translation.state is TranslationState.NOT_NEEDED:
        _step(translation, TranslationStep.NEED)
    elif not needs and translation.state is not TranslationState.NOT_NEEDED:
        _step(translation, TranslationStep.SET_ASIDE)
        mail.cancel(translation)
    if translation.nomination is not None:
        translation.nomination.language = code
    translation.written_in, translation.said_by_id = code, by.id
    db.session.flush()
    if before != code:
        history.record("language put right", translation, by=by, at=at, before=before, after=code)


def aim(translation: Translation, into: str, *, by: Person, at: datetime) -> None:
    """Choose into which of the offered languages a text is translated, one in the language read here, too.

    Raises `Refused` (field "into") for the language it is written in, and once something of it is translated into another.
    """
    needed = translation.state is not TranslationState.NOT_NEEDED
    if needed and into == translation.language:
        return
    if into not in offered() or into == translation.written_in:
        raise Refused(OTHER, field="into")
    if into != translation.language and _begun(translation):
        raise Refused(BEGUN, field="into")
    before = translation.language
    if not needed:
        _step(translation, TranslationStep.NEED)
    translation.language = into
    translation.version += 1
    db.session.flush()
    history.record("translation aimed", translation, by=by, at=at, before=before, after=into)


def _begun(translation: Translation) -> bool:
    return any(str(held.get("text", "")).strip() for held in translation.texts.values())


def set_aside(translation: Translation, *, by: Person, at: datetime) -> None:
    """Say that a text in the language read here needs no translation after all. What was typed is kept."""
    if translation.written_in != queries.read_here():
        raise Refused(N_("Committees do not read what it is written in, so it stays among those that wait."))
    _step(translation, TranslationStep.SET_ASIDE)
    mail.cancel(translation)
    history.record("translation set aside", translation, by=by, at=at)


def ask(translation: Translation, translator: Person, *, by: Person, at: datetime) -> None:
    """Give a text to a translator, who gets a link to it and to nothing else. Oneself is written to about nothing.

    Raises `Refused` (field "who") for the person it is about, the one who wrote it, and anybody on the committee, who would
    read it without names.
    """
    _check_translator(translation, translator)
    if translation.state is TranslationState.ASKED:
        mail.cancel(translation)
        translation.version += 1
    else:
        _step(translation, TranslationStep.ASK, translator_id=translator.id)
    translation.translator_id, translation.asked_at, translation.reason = translator.id, at, None
    db.session.flush()
    history.record("translation asked for", translation, by=by, at=at, translator=translator.id)
    if translator.id != by.id:
        _write_to(translation, translator, at=at)


def person_to_ask(name: str, email: str, *, language: str, at: datetime) -> Person:
    """Return whoever signs in at an address, made anew where nobody does yet."""
    given, _space, family = name.strip().rpartition(" ")
    return accounts.person_at(email, at=at, language=language, given=given, family=family)


def _check_translator(translation: Translation, translator: Person) -> None:
    writer = translation.nomination.nominator_id if translation.nomination is not None else None
    if translation.recommendation is not None:
        writer = translation.recommendation.writer_id
    if translator.id == writer or translator.id in queries.nominees_of(translation):
        raise Refused(N_("Ask somebody whom the text is not by, and not about."), field="who")
    member = select(Member.id).where(
        Member.cycle_id == translation.cycle_id,
        Member.person_id == translator.id,
        Member.state.in_([MemberState.INVITED, MemberState.ACCEPTED]),
    )
    if db.session.scalar(member) is not None:
        raise Refused(N_("%(name)s reads for this committee, so ask somebody else."), field="who", name=translator.name)


def _write_to(translation: Translation, translator: Person, *, at: datetime) -> None:
    mail.post(
        "nominations/translation_asked",
        to=translator,
        at=at,
        about=translation,
        link={"purpose": "sign in", "next": f"/translations/{translation.id}"},
        name=translator.name,
        written_in=translation.written_in,
        into=translation.language,
        words=sum(map(count_words, queries.words_of(queries.originals(translation)))),
        reason=translation.reason or "",
    )


def take_back(translation: Translation, *, by: Person, at: datetime) -> None:
    """Take a text back from its translator. What they typed is kept."""
    _step(translation, TranslationStep.TAKE_BACK)
    mail.cancel(translation)
    history.record("translation taken back", translation, by=by, at=at, translator=translation.translator_id)


def give_back(translation: Translation, *, reason: str, by: Person, at: datetime) -> None:
    """Return a translation to its translator, with the reason."""
    if not reason.strip():
        raise Refused(N_("Say what should be different."), field="reason")
    _step(translation, TranslationStep.RETURN, reason=reason.strip())
    history.record("translation returned", translation, by=by, at=at, reason=reason.strip())
    translator = translation.translator
    if translator is not None and translator.id != by.id and translator.email:
        _write_to(translation, translator, at=at)


def approve(translation: Translation, *, version: int, by: Person, at: datetime) -> None:
    """Say that a translation says what the original says. Never by whoever made it."""
    if translation.translator_id == by.id:
        raise Refused(N_("Somebody else approves what you translated."))
    if translation.version != version:
        raise Stale(MEANWHILE)
    _step(translation, TranslationStep.APPROVE, approved_by_id=by.id, approved_at=at)
    history.record("translation approved", translation, by=by, at=at)
    _felt(translation, at)


def open_again(translation: Translation, *, by: Person, at: datetime) -> None:
    """Open an approved translation for changes: until it is approved again, readers see the original alone."""
    _step(translation, TranslationStep.OPEN_AGAIN, approved_by_id=None, approved_at=None)
    history.record("translation opened again", translation, by=by, at=at)
    _felt(translation, at)


def _felt(translation: Translation, at: datetime) -> None:
    candidacy = queries.candidacy_of(translation)
    if candidacy is not None:
        for listener in on_approved:
            listener(translation, candidacy, at)


# ---------------------------------------------------------------- the translator


def save(translation: Translation, texts: Mapping[str, str], *, version: int, at: datetime) -> int:
    """Keep what a translator typed, unfinished too. Returns the version now. Raises `Stale` where another window saved meanwhile."""
    del at
    if translation.state is not TranslationState.ASKED:
        raise Refused(TRANSLATION.refusal, state=translation.state.value)
    kept = {
        each.key: {"text": texts.get(each.key, ""), "of": queries.digest(each.text)}
        for each in queries.originals(translation)
    }
    if kept == translation.texts:
        return translation.version
    _take(translation, version, texts=kept)
    return translation.version


def hand_in(translation: Translation, texts: Mapping[str, str], *, version: int, by: Person, at: datetime) -> None:
    """Hand a finished translation in. Raises `Refused` with the key of the first text that is not translated as its field."""
    for each in queries.originals(translation):
        if not texts.get(each.key, "").strip():
            raise Refused(EMPTY, field=each.key)
    now = save(translation, texts, version=version, at=at)
    state = TRANSLATION.advance(translation.state, TranslationStep.HAND_IN)
    _take(translation, now, state=state, handed_in_at=at, reason=None)
    history.record("translation handed in", translation, by=by, at=at)


def _step(translation: Translation, step: TranslationStep, **values: Any) -> None:
    _take(translation, translation.version, state=TRANSLATION.advance(translation.state, step), **values)


def _take(translation: Translation, version: int, **values: Any) -> None:
    """Change a row where nobody changed it since `version`."""
    wanted = update(Translation).where(
        Translation.id == translation.id, Translation.version == version, Translation.state == translation.state
    )
    taken = rows_changed(wanted.values(version=version + 1, **values).execution_options(synchronize_session=False))
    if taken != 1:
        raise Stale(MEANWHILE)
    db.session.refresh(translation, ["version", *values])
