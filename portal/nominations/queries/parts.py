"""Nominees' own parts: what is asked, what was written, and what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.db import db
from portal.errors import N_
from portal.files import queries as files
from portal.files.rules import FileState
from portal.nominations.models import Candidacy, CandidacyPerson, Nomination, Part, PartAnswer, Snapshot
from portal.nominations.rules import COUNTS
from portal.nominations.rules.parts import WAITED_FOR
from portal.people.models import Person
from portal.questions import queries as wordings
from portal.questions import rules as questions
from portal.questions.models import Asked, EarlierWords, Question, QuestionKind, QuestionSet, Sensitivity
from portal.questions.rules import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.files.models import StoredFile

BIOGRAPHY = "biography"  # the question whose answer a public page may show: it is the part's own


class Piece(NamedTuple):
    """One question of a part, with what was written for it."""

    question: Question
    text: str
    problems: list[Problem]
    words: Question | EarlierWords  # what bore the question's words when it was answered


def due(cycle: Cycle) -> datetime:
    """Return the instant until which a nominee's part is taken, without grace."""
    return cycle.part_due_at or cycle.closes_at


def part_of(candidacy_id: int, person_id: int) -> Part | None:
    """Return a person's own part, if there is one."""
    return db.session.scalar(select(Part).where(Part.candidacy_id == candidacy_id, Part.person_id == person_id))


def waiting_for(person_id: int) -> list[Candidacy]:
    """Return the candidacies, with their cycles, whose part waits for this person: to be taken up or to be finished."""
    wanted = (
        select(Candidacy)
        .join(Part, Part.candidacy_id == Candidacy.id)
        .options(joinedload(Candidacy.cycle, innerjoin=True))
        .where(Part.person_id == person_id, Part.state.in_(WAITED_FOR), Candidacy.merged_into_id.is_(None))
        .order_by(Candidacy.id.desc())
    )
    return list(db.session.scalars(wanted).unique())


def answer(part_id: int, question_id: int) -> PartAnswer | None:
    """Return what was written for one question."""
    return db.session.scalar(
        select(PartAnswer).where(PartAnswer.part_id == part_id, PartAnswer.question_id == question_id)
    )


def asked(cycle: Cycle) -> list[Question]:
    """Return the questions that this cycle asks of its nominees, in order."""
    found = db.session.get(QuestionSet, cycle.question_set_id) if cycle.question_set_id else None
    return found.asked_of(Asked.NOMINEE) if found is not None else []


def question(cycle: Cycle, key: str) -> Question | None:
    """Return one of them by its key; the biography has a page of its own."""
    return next((one for one in asked(cycle) if one.key == key and one.key != BIOGRAPHY), None)


def pieces(candidacy: Candidacy, part: Part) -> list[Piece]:
    """Return every question that is asked, given what is answered, with what was written and what stops it."""
    answered = {
        one.question_id: one for one in db.session.scalars(select(PartAnswer).where(PartAnswer.part_id == part.id))
    }
    every = asked(candidacy.cycle)
    texts = {one.key: answered[one.id].text if one.id in answered else "" for one in every}
    texts |= {BIOGRAPHY: part.biography}
    words = wordings.words_of((one, answered[one.id].saved_at) for one in every if one.id in answered)
    return [
        Piece(one, texts[one.key], questions.problems(one, texts[one.key]), words.get(one.id, one))
        for one in questions.shown(every, texts)
    ]


def problems(candidacy: Candidacy, part: Part) -> list[Problem]:
    """Return what stops a part from being finished."""
    found = [problem for piece in pieces(candidacy, part) for problem in piece.problems]
    resume = files.by_id(part.file_id)
    if resume is not None and resume.state is FileState.RECEIVED:
        found.append(Problem("checking", N_("Your resume is still being checked. Wait a few seconds."), {}))
    return found


class Said(NamedTuple):
    """What one nominator wrote and lets the nominee read: their name, and each answer with the question they answered."""

    name: str
    language: str
    answers: list[tuple[dict[str, str], str]]


def said_of(candidacy: Candidacy) -> list[Said]:
    """Return what nominators wrote of a candidacy and said its nominee may read, as it was sent, in the order it came.

    Only answers that reviewers read: what was for the committee or the office alone stays with them. What somebody is changing
    just now shows as it was sent last, and not at all once they take their word back.
    """
    last = (
        select(Snapshot.nomination_id, func.max(Snapshot.number).label("number"))
        .group_by(Snapshot.nomination_id)
        .subquery()
    )
    wanted = (
        select(Snapshot.facts)
        .join(last, (last.c.nomination_id == Snapshot.nomination_id) & (last.c.number == Snapshot.number))
        .join(Nomination, Nomination.id == Snapshot.nomination_id)
        .where(Nomination.candidacy_id == candidacy.id, Nomination.stage.in_(COUNTS), Nomination.may_show_words)
        .order_by(Nomination.id)
    )
    found = db.session.get(QuestionSet, candidacy.cycle.question_set_id) if candidacy.cycle.question_set_id else None
    read = [
        one.key
        for one in (found.asked_of(Asked.NOMINATOR) if found is not None else ())
        if one.scored and one.kind in {QuestionKind.TEXT, QuestionKind.LINE} and one.sensitivity is Sensitivity.NONE
    ]
    said = []
    for text in db.session.scalars(wanted):
        facts = json.loads(text)
        if facts.get("may_show_words"):
            held = [facts["answers"][key] for key in read if key in facts["answers"]]
            answers = [(each["label"], each["text"]) for each in held if each["text"].strip()]
            said.append(Said(facts["nominator"]["name"], facts["language"], answers))
    return said


def of_candidacy(candidacy: Candidacy) -> list[tuple[Person, Part, StoredFile | None]]:
    """Return the parts of a candidacy's people, each with its resume."""
    wanted = (
        select(Person, Part)
        .join(CandidacyPerson, CandidacyPerson.person_id == Person.id)
        .join(Part, (Part.person_id == Person.id) & (Part.candidacy_id == CandidacyPerson.candidacy_id))
        .where(CandidacyPerson.candidacy_id == candidacy.id)
        .order_by(CandidacyPerson.position)
    )
    rows: Sequence[tuple[Person, Part]] = [(person, part) for person, part in db.session.execute(wanted)]
    resumes = files.by_ids(part.file_id for _person, part in rows)
    return [(person, part, resumes.get(part.file_id or 0)) for person, part in rows]
