"""Taking what was submitted, word for word. A snapshot is never changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from portal.db import db
from portal.files import queries as files
from portal.nominations.actions import versions
from portal.nominations.models import Answer, Entered, Nomination, Relation, Snapshot
from portal.nominations.rules import canonical, digest
from portal.people.rules import fold
from portal.questions import queries as wordings
from portal.questions.models import EarlierWords, Question, QuestionKind
from portal.questions.rules import TEXTS, chosen, count_words, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.files.models import StoredFile

LETTER_WORDS = 20


def facts_of(nomination: Nomination) -> dict[str, Any]:
    """Return what a snapshot holds. Needs `named`, `schools`, `answers` (with their questions) and `sitting` loaded."""
    return {
        "nominees": [
            {"given": n.given_name, "family": n.family_name, "email": n.email, "role": n.role} for n in nomination.named
        ],
        "schools": sorted(link.school.name for link in nomination.schools),
        "place": nomination.place.value,
        "place_text": nomination.place_text,
        "relation": nomination.relation.value if nomination.relation else None,
        "relation_text": nomination.relation_text,
        "quote": nomination.quote.value if nomination.quote else None,
        "may_tell_nominee": nomination.may_tell_nominee,
        "may_show_words": nomination.may_show_words,
        "nominator": {"name": nomination.sitting.nominator_name, "email": nomination.sitting.nominator_email},
        "language": nomination.language,
        "answers": _answers(nomination),
    }


def _answers(nomination: Nomination) -> dict[str, dict[str, Any]]:
    """Return each answer with the words that it answered. What hangs on another answer and is hidden stays out, kept with the draft."""
    answered = sorted(nomination.answers, key=lambda answer: answer.question.position)
    said: dict[str, str | None] = {answer.question.key: answer.text for answer in answered}
    if nomination.entered is not Entered.IMPORT:  # an old form that did not ask is another thing than no answer
        for answer in answered:
            if answer.question.shown_if is not None:
                said.setdefault(answer.question.shown_if, "")
    asked = {question.key for question in shown([answer.question for answer in answered], said)}
    own = nomination.relation is Relation.SELF
    words = wordings.words_of((answer.question, answer.saved_at) for answer in answered)
    held = files.by_ids(answer.file_id for answer in answered)
    found = {}
    for answer in answered:
        question = answer.question
        if question.key in asked:
            found[question.key] = _answer(answer, words[question.id], held.get(answer.file_id or 0), own=own)
    return found


def _answer(answer: Answer, words: Question | EarlierWords, file: StoredFile | None, *, own: bool) -> dict[str, Any]:
    """Return one answer; of other kinds than texts also which it is, and the words of what was chosen.

    What somebody who applies for themself was asked stands beside the words of the same question that everybody else reads.
    """
    facts: dict[str, Any] = {"label": words.label, "text": answer.text}
    if own and words.own_label:
        facts["own_label"] = words.own_label
    kind = answer.question.kind
    if kind not in TEXTS:
        facts["kind"] = kind.value
    if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        offers = {str(value): said for value, said in words.choices}
        facts["chosen"] = [offers.get(value, {"en": value}) for value in chosen(answer.text)]
    if file is not None:
        facts["file"], facts["sha256"] = file.id, file.sha256
    return facts


def texts_of(facts: dict[str, Any]) -> list[str]:
    """Return what was written out in a snapshot's answers: not what was chosen, dated, counted or added as a file."""
    return [str(said["text"]) for said in facts["answers"].values() if not said.get("kind")]


def take(nomination: Nomination, *, at: datetime, flush: bool = True) -> Snapshot:
    """Take a snapshot of a nomination as it stands and append it to `nomination.snapshots` (which must be loaded).

    The nomination was written before: its number is known.

    Who takes many leaves the flush to the end.
    """
    facts = facts_of(nomination)
    texts = texts_of(facts)
    snapshot = Snapshot(
        nomination_id=nomination.id,
        number=len(nomination.snapshots) + 1,
        facts=canonical(facts),
        sha256=digest(facts),
        words=sum(count_words(text) for text in texts),
        letter_key=letter_key(texts),
        taken_at=at,
    )
    db.session.add(snapshot)
    versions.hold(nomination, snapshots=[*nomination.snapshots, snapshot])
    if flush:
        db.session.flush()
    return snapshot


def letter_key(texts: Sequence[str]) -> str | None:
    """Return what every copy of one campaign letter shares: the digest of its longest text, case and punctuation aside.

    None where no text is long enough to be a letter: two people may well write the same ten words.
    """
    longest = fold(max(texts, key=len, default=""))
    return hashlib.sha256(longest.encode()).hexdigest() if count_words(longest) >= LETTER_WORDS else None


def read(snapshot: Snapshot) -> dict[str, Any]:
    """Return the facts of a snapshot."""
    return json.loads(snapshot.facts)  # type: ignore[no-any-return]


def intact(snapshot: Snapshot) -> bool:
    """Say whether a snapshot's text still matches its SHA-256."""
    return digest(read(snapshot)) == snapshot.sha256
