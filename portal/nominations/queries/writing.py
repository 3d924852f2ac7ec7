"""Nominations as their writers see them, and who a writer is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import has_request_context
from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload, with_expression
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.queries import roles_of
from portal.awards import queries as awards
from portal.awards.models import Award, Cycle
from portal.awards.rules import CycleStage
from portal.db import ask_one, db, fetch, fixed
from portal.errors import N_
from portal.files import queries as files
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.mail.models import Message
from portal.nominations.models import Answer, Aside, Nomination, NominationSchool, Relation, Sitting, Snapshot, Where
from portal.nominations.queries.facts import office_facts_of_nomination
from portal.nominations.rules import Stage
from portal.nominations.rules import writing as rules
from portal.policy import Fact
from portal.questions import rules as questions
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet
from portal.questions.rules import Problem
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from portal.accounts.models import Session
    from portal.nominations.models import Candidacy
    from portal.people.models import Person

YOU, NOMINEE, RELATION, QUOTE = "you", "nominee", "relation", "quote"
ANSWERS = "answers/"
WORDS = "words"  # beside yes and no: the nominee may read them too


class Writer(NamedTuple):
    """Whoever is looking, as a writer of nominations: a person signed in, and a browser. A guardian is neither."""

    person_id: int | None
    session_id: int | None


def writer() -> Writer:
    """Return who is writing in this request."""
    visit = viewer.visit() if has_request_context() else None
    person = viewer.current() if has_request_context() else None
    if visit is not None and visit.guardian:
        return Writer(None, None)
    return Writer(person.id if person is not None else None, visit.id if visit is not None else None)


def facts_of_nomination(person: Person | None, nomination: Nomination) -> frozenset[Fact]:
    """Return what holds of this person and a nomination, whose sitting and cycle are loaded: as its writer, and as staff."""
    visit = viewer.visit() if has_request_context() else None
    if visit is not None and visit.guardian:
        return frozenset()
    facts: set[Fact] = set()
    if person is not None and nomination.nominator_id == person.id and nomination.sitting.confirmed_at is not None:
        facts.add(Fact.ITS_NOMINATOR)
    if visit is not None and nomination.sitting.session_id == visit.id:
        facts.add(Fact.WRITTEN_HERE)
    if nomination.may_tell_nominee:
        facts.add(Fact.NOMINATOR_AGREES)
    if nomination.may_show_words:
        facts.add(Fact.NOMINATOR_SHOWS)
    if roles_of(person) or awards.memberships(person):
        facts |= office_facts_of_nomination(person, nomination)
    return frozenset(facts)


_whole = (
    joinedload(Nomination.sitting, innerjoin=True),
    joinedload(Nomination.nominator, innerjoin=True),
    joinedload(Nomination.cycle, innerjoin=True).joinedload(Cycle.question_set),
    selectinload(Nomination.named),
    selectinload(Nomination.schools),
    selectinload(Nomination.answers),
)


_one = (
    select(Nomination)
    .options(
        joinedload(Nomination.sitting, innerjoin=True),
        joinedload(Nomination.nominator, innerjoin=True),
        joinedload(Nomination.cycle, innerjoin=True).joinedload(Cycle.question_set).raiseload(QuestionSet.questions),
    )
    .where(Nomination.reference == bindparam("reference"))
)


def by_reference(reference: str) -> Nomination | None:
    """Return a nomination with everything its writer typed, its questions and its cycle."""
    found = db.session.scalar(_one, {"reference": reference})
    if found is not None:
        fetch([found], Nomination.named, Nomination.schools, Nomination.answers)
        if found.cycle.question_set is not None:
            fetch([found.cycle.question_set], QuestionSet.questions)
    return found


_beside = aliased(Nomination)
_page = (
    select(Nomination)
    .options(
        joinedload(Nomination.sitting, innerjoin=True),
        joinedload(Nomination.named),  # one row for nearly everybody, so no questions of their own
        joinedload(Nomination.schools).joinedload(
            NominationSchool.school, innerjoin=False
        ),  # SQLite would walk through all
        with_expression(
            Nomination.has_company,
            exists().where(
                _beside.sitting_id == Nomination.sitting_id,
                _beside.id != Nomination.id,
                _beside.stage != Stage.DISCARDED,
            ),
        ),
    )
    .where(Nomination.reference == bindparam("reference"))
)


_sending = _page.options(joinedload(Nomination.nominator, innerjoin=True))


def page_of(reference: str) -> Nomination | None:
    """Return a nomination as its pages need it, to be read or to have one part saved: its cycle and questions are kept ones.

    What changes more than a part, or writes to its nominator, takes `by_reference`.
    """
    return _paged(_page, reference)


def to_send(reference: str) -> Nomination | None:
    """Return the same with whoever wrote it, who is thanked once it is sent."""
    return _paged(_sending, reference)


def _paged(wanted: Select[Any], reference: str) -> Nomination | None:
    found: Nomination | None = db.session.scalars(wanted, {"reference": reference}).unique().one_or_none()
    if found is not None:
        set_committed_value(found, "cycle", awards.cycle_kept(found.cycle_id))
        fetch([found], Nomination.answers)
    return found


_afresh = (
    select(Nomination)
    .options(
        joinedload(Nomination.sitting, innerjoin=True),
        joinedload(Nomination.nominator, innerjoin=True),
        joinedload(Nomination.cycle, innerjoin=True).joinedload(Cycle.question_set).raiseload(QuestionSet.questions),
    )
    .where(Nomination.id == bindparam("number"))
    .execution_options(populate_existing=True)
)


def afresh(nomination: Nomination) -> Nomination:
    """Return the nomination as the database has it now, with everything its writer typed and its snapshots."""
    found = db.session.scalars(_afresh, {"number": nomination.id}).one()
    fetch([found], Nomination.named, Nomination.schools, Nomination.answers, Nomination.snapshots, afresh=True)
    if found.cycle.question_set is not None:
        fetch([found.cycle.question_set], QuestionSet.questions)
    for each in found.answers:  # found among those just read, without a query
        set_committed_value(each, "question", db.session.get_one(Question, each.question_id))
    return found


def with_all_that_is_sent(nomination: Nomination) -> None:
    """Load what a snapshot is taken of besides what was typed: the questions that were answered, and the snapshots before."""
    known = {one.id: one for one in nomination.cycle.question_set.questions} if nomination.cycle.question_set else {}
    for each in nomination.answers:
        asks = known.get(each.question_id) or db.session.get_one(Question, each.question_id)
        set_committed_value(each, "question", asks)
    if nomination.stage is Stage.DRAFT:  # nothing of it was sent yet
        set_committed_value(nomination, "snapshots", [])
    else:
        fetch([nomination], Nomination.snapshots)


def siblings(nomination: Nomination) -> Sequence[Nomination]:
    """Return the other drafts of the same sitting about the same nominee: what is typed once counts for all of them."""
    wanted = (
        select(Nomination)
        .options(*_whole)
        .where(
            Nomination.sitting_id == nomination.sitting_id,
            Nomination.nominee_number == nomination.nominee_number,
            Nomination.id != nomination.id,
            Nomination.stage == Stage.DRAFT,
        )
    )
    return db.session.scalars(wanted.order_by(Nomination.id)).all()


def next_in_sitting(nomination: Nomination) -> Nomination | None:
    """Return another draft of the same sitting that still waits to be finished."""
    if nomination.has_company is False:
        return None
    wanted = select(Nomination).options(joinedload(Nomination.cycle, innerjoin=True), selectinload(Nomination.named))
    return db.session.scalar(
        wanted.where(
            Nomination.sitting_id == nomination.sitting_id,
            Nomination.id != nomination.id,
            Nomination.stage == Stage.DRAFT,
        )
        .order_by(Nomination.id)
        .limit(1)
    )


def written_by(who: Writer) -> Select[Any]:
    """Select the nominations that this person wrote, address confirmed, or that this browser began; the newest first."""
    mine: list[ColumnElement[bool]] = []
    if who.person_id is not None:
        mine.append((Nomination.nominator_id == who.person_id) & Sitting.confirmed_at.is_not(None))
    if who.session_id is not None:
        mine.append(Sitting.session_id == who.session_id)
    return (
        select(Nomination)
        .join(Nomination.sitting)
        .options(joinedload(Nomination.cycle, innerjoin=True), selectinload(Nomination.named))
        .where(or_(*mine) if mine else Nomination.id.is_(None), Nomination.stage != Stage.DISCARDED)
        .order_by(Nomination.id.desc())
    )


def every_written_by(who: Writer) -> Sequence[Nomination]:
    """Return all of them, for a file."""
    return db.session.scalars(written_by(who)).unique().all()


def claims(who: Writer) -> Sequence[Sitting]:
    """Return sittings that somebody began with this person's address elsewhere and that no link has confirmed. They show no text."""
    if who.person_id is None:
        return []
    elsewhere = Sitting.session_id.is_(None) | (Sitting.session_id != (who.session_id or 0))
    wanted = select(Sitting).join(Nomination, Nomination.sitting_id == Sitting.id)
    return db.session.scalars(
        wanted.where(Sitting.nominator_id == who.person_id, Sitting.confirmed_at.is_(None), elsewhere)
        .where(Nomination.stage != Stage.DISCARDED)
        .distinct()
        .order_by(Sitting.id.desc())
        .limit(10)
    ).all()


def claim(number: int) -> Sitting | None:
    """Return a sitting begun with the address of whoever is signed in."""
    person_id = writer().person_id
    if person_id is None:
        return None
    return db.session.scalar(
        select(Sitting)
        .options(joinedload(Sitting.nominator))
        .where(Sitting.id == number, Sitting.nominator_id == person_id)
    )


def facts_of_sitting(person: Person | None, sitting: Sitting) -> frozenset[Fact]:
    """Return what holds of this person and a sitting: whether its address is theirs."""
    return frozenset({Fact.ITS_OWN}) if person is not None and sitting.nominator_id == person.id else frozenset()


def last_sitting(who: Writer) -> Sitting | None:
    """Return the writer's latest sitting, so that name and address are typed once."""
    mine: list[ColumnElement[bool]] = []
    if who.person_id is not None:
        mine.append((Sitting.nominator_id == who.person_id) & Sitting.confirmed_at.is_not(None))
    if who.session_id is not None:
        mine.append(Sitting.session_id == who.session_id)
    if not mine:
        return None
    return db.session.scalar(
        select(Sitting).options(joinedload(Sitting.nominator)).where(or_(*mine)).order_by(Sitting.id.desc()).limit(1)
    )


_ONCE = (
    select(Sitting)
    .options(joinedload(Sitting.nominator), joinedload(Sitting.session))
    .where(Sitting.once == bindparam("once"))
)


def sitting_once(once: str) -> Sitting | None:
    """Return what was begun on one page, however often its button was pressed."""
    return db.session.scalar(_ONCE, {"once": once})


_of_sitting = (
    select(Nomination)
    .options(joinedload(Nomination.cycle, innerjoin=True))
    .where(Nomination.sitting_id == bindparam("sitting"), Nomination.stage != Stage.DISCARDED)
    .order_by(Nomination.id)
)


def of_sitting(sitting: Sitting) -> Sequence[Nomination]:
    """Return a sitting's nominations in the order they were begun, but for those discarded."""
    return db.session.scalars(_of_sitting, {"sitting": sitting.id}).all()


_FIRST = fixed(
    select(Nomination.reference)
    .where(
        Nomination.sitting_id == bindparam("sitting"),
        Nomination.cycle_id.in_(bindparam("cycles", expanding=True)),
        Nomination.stage != Stage.DISCARDED,
    )
    .order_by(Nomination.id)
    .limit(1)
)


def first_of(sitting: Sitting, cycles: Iterable[Cycle]) -> str:
    """Return the reference of what was begun first in a sitting, in any of these cycles."""
    return str(ask_one(_FIRST, {"sitting": sitting.id, "cycles": [cycle.id for cycle in cycles]}))


def count_together(nomination: Nomination) -> int:
    """Return how many nominations its sitting holds, but for those discarded."""
    wanted = select(func.count()).select_from(Nomination)
    return (
        db.session.scalar(
            wanted.where(Nomination.sitting_id == nomination.sitting_id, Nomination.stage != Stage.DISCARDED)
        )
        or 0
    )


def begun_in(session: Session, person: Person) -> Sequence[Sitting]:
    """Return what was begun in one browser with one person's address and is not confirmed yet."""
    wanted = select(Sitting).where(
        Sitting.session_id == session.id, Sitting.nominator_id == person.id, Sitting.confirmed_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(Sitting.id)).all()


def sitting_by_id(number: int) -> Sitting | None:
    """Return one sitting."""
    return db.session.get(Sitting, number)


def with_nominator(sitting: Sitting) -> Sitting:
    """Return the sitting with its nominator loaded."""
    return db.session.scalars(
        select(Sitting)
        .options(joinedload(Sitting.nominator))
        .where(Sitting.id == sitting.id)
        .execution_options(populate_existing=True)
    ).one()


def aside(number: int, *, nomination: Nomination) -> Aside | None:
    """Return what was typed and not saved, of this nomination alone."""
    return db.session.scalar(select(Aside).where(Aside.id == number, Aside.nomination_id == nomination.id))


_UNSETTLED = (
    select(Aside).where(Aside.nomination_id == bindparam("nomination"), Aside.settled_at.is_(None)).order_by(Aside.id)
)


def unsettled(nomination: Nomination) -> Sequence[Aside]:
    """Return what was typed in one window while another had saved, and was not looked at since."""
    return db.session.scalars(_UNSETTLED, {"nomination": nomination.id}).all()


def last_snapshot(nomination: Nomination) -> Snapshot | None:
    """Return what stands as submitted."""
    return db.session.scalar(
        select(Snapshot).where(Snapshot.nomination_id == nomination.id).order_by(Snapshot.number.desc()).limit(1)
    )


def was_sent(nomination_id: int, file_id: int) -> bool:
    """Say whether a file is an answer of something that was submitted: what was sent keeps it."""
    sent = db.session.scalars(select(Snapshot.facts).where(Snapshot.nomination_id == nomination_id))
    return any(said.get("file") == file_id for facts in sent for said in json.loads(facts)["answers"].values())


def file_sent(candidacy: Candidacy, number: int) -> StoredFile | None:
    """Return a file that was submitted as an answer in a nomination of this candidacy."""
    found = db.session.execute(
        select(StoredFile, Answer.nomination_id)
        .join(Answer, Answer.id == StoredFile.about_id)
        .join(Nomination, Nomination.id == Answer.nomination_id)
        .where(
            StoredFile.id == number,
            StoredFile.about_kind == Answer.__tablename__,
            Nomination.candidacy_id == candidacy.id,
        )
    ).one_or_none()
    return found[0] if found is not None and was_sent(found[1], number) else None


def choosable(person_id: int | None, at: datetime) -> list[Cycle]:
    """Return the cycles this person may begin a nomination in: those open to all, and those kept open for them."""
    found = list(awards.open_cycles(at))
    longer = awards.kept_open_for(person_id, at) if person_id is not None else set()
    if longer:
        wanted = (
            select(Cycle)
            .join(Cycle.award)
            .where(
                Cycle.id.in_(longer),
                Cycle.opens_at <= at,
                Cycle.stage.in_([CycleStage.OPEN, CycleStage.CLOSED]),
                Award.retired_at.is_(None),
            )
        )
        known = {cycle.id for cycle in found}
        found += [cycle for cycle in db.session.scalars(wanted.order_by(Award.position)) if cycle.id not in known]
    return found


_LINKS = (
    select(func.count())
    .select_from(Message)
    .where(
        Message.to_id == bindparam("person"),
        Message.template == "nominations/begun",
        Message.posted_at >= bindparam("since"),
    )
)


def links_since(person: Person, *, since: datetime) -> int:
    """Return how many links to begun nominations were posted to this person since then, so that nobody is flooded by others."""
    return ask_one(_LINKS, {"person": person.id, "since": since}) or 0


# ---------------------------------------------------------------- what a page holds, as plain fields


def every_question(nomination: Nomination) -> list[Question]:
    """Return the questions that a nominator can be asked, in order."""
    found = nomination.cycle.question_set
    return found.asked_of(Asked.NOMINATOR) if found is not None else []


def asked(nomination: Nomination) -> list[Question]:
    """Return the questions that the nominator is asked, in order, given what they answered so far."""
    every = every_question(nomination)
    if all(question.shown_if is None for question in every):
        return every
    return questions.shown(every, texts(nomination))


def texts(nomination: Nomination) -> dict[str, str | None]:
    """Return what was typed for every question, by its key; "" where nothing was."""
    typed = {answer.question_id: answer.text for answer in nomination.answers}
    return {question.key: typed.get(question.id, "") for question in every_question(nomination)}


def kept_apart(nomination: Nomination) -> list[Question]:
    """Return the questions that were answered and are hidden now: what was typed is kept, and not sent."""
    here = {question.key for question in asked(nomination)}
    typed = texts(nomination)
    return [each for each in every_question(nomination) if each.key not in here and typed[each.key]]


def question(nomination: Nomination, key: str) -> Question | None:
    """Return one question by its key."""
    found = nomination.cycle.question_set
    if found is not None:
        for each in found.questions:
            if each.key == key and each.asked is Asked.NOMINATOR:
                return each
    return None


def part_names(nomination: Nomination) -> list[str]:
    """Return a nomination's pages in the order they are offered."""
    names = [YOU, NOMINEE, RELATION, *(f"{ANSWERS}{q.key}" for q in asked(nomination))]
    return names if applies(nomination) else [*names, QUOTE]


def applies(nomination: Nomination) -> bool:
    """Say whether somebody applies for themself: nobody is quoted about themself, nor told who wrote."""
    return nomination.relation is Relation.SELF


def needs_guardian(nomination: Nomination) -> bool:
    """Say whether a guardian is asked for: of a minor who applies for themself."""
    return applies(nomination) and bool(nomination.sitting.nominator_minor)


def answer(nomination: Nomination, question_id: int) -> Answer | None:
    """Return what was typed for one question, from what is loaded."""
    for each in nomination.answers:
        if each.question_id == question_id:
            return each
    return None


def fields(nomination: Nomination, part: str) -> dict[str, Any]:
    """Return what one page holds, as plain JSON."""
    if part == YOU:
        sitting = nomination.sitting
        held = {
            "name": sitting.nominator_name,
            "email": sitting.nominator_email or "",
            "phone": sitting.nominator_phone or "",
        }
        if needs_guardian(nomination):
            held |= {
                "guardian_name": sitting.guardian_name or "",
                "guardian_email": sitting.guardian_email or "",
            }
        return held
    if part == NOMINEE:
        return {
            "people": [
                {"given": n.given_name, "family": n.family_name, "role": n.role or "", "email": n.email or ""}
                for n in nomination.named
            ],
            "schools": sorted(link.school_id for link in nomination.schools),
            "central": nomination.place is Where.CENTRAL,
            "place_text": nomination.place_text or "",
        }
    if part == RELATION:
        return {
            "relation": nomination.relation.value if nomination.relation else "",
            "text": nomination.relation_text or "",
        }
    if part == QUOTE:
        tell = (
            ""
            if nomination.may_tell_nominee is None
            else WORDS
            if nomination.may_show_words
            else questions.YES
            if nomination.may_tell_nominee
            else questions.NO
        )
        return {"quote": nomination.quote.value if nomination.quote else "", "tell": tell}
    asks = question(nomination, part.removeprefix(ANSWERS))
    found = answer(nomination, asks.id) if asks else None
    return {"text": found.text if found else ""}


def version(nomination: Nomination, part: str) -> int:
    """Return how often one page was saved."""
    if part == YOU:
        return nomination.sitting.version
    if part in {NOMINEE, RELATION, QUOTE}:
        return int(getattr(nomination, f"{part}_version"))
    asks = question(nomination, part.removeprefix(ANSWERS))
    found = answer(nomination, asks.id) if asks else None
    return found.version if found else 0


_JUDGES = {
    YOU: rules.you_problems,
    NOMINEE: rules.nominee_problems,
    RELATION: rules.relation_problems,
    QUOTE: rules.quote_problems,
}


def problems(nomination: Nomination, part: str, held: dict[str, Any] | None = None) -> list[Problem]:
    """Return what stops a nomination on one of its pages; `held` is what `fields()` gave, where it is known already."""
    held = fields(nomination, part) if held is None else held
    if part in _JUDGES:
        return _JUDGES[part](held)
    asks = question(nomination, part.removeprefix(ANSWERS))
    if asks is None:
        return []
    found = questions.problems(asks, held["text"])
    return found or _file_problems(nomination, asks)


def _file_problems(nomination: Nomination, asks: Question) -> list[Problem]:
    """Return what stops a file that is an answer: it is checked before it is sent."""
    held = answer(nomination, asks.id) if asks.kind is QuestionKind.FILE else None
    file = files.by_id(held.file_id) if held is not None else None
    if file is None or file.state is FileState.CLEAN:
        return []
    if file.state is FileState.REFUSED:
        return [Problem("refused", N_("This file cannot be taken. Choose another, or take it out."), {})]
    return [Problem("checking", N_("The file is still being checked. Wait a few seconds."), {})]


def begun(nomination: Nomination, part: str) -> bool:
    """Say whether anything was typed on a page."""
    return any(bool(value) for value in fields(nomination, part).values())


def all_problems(nomination: Nomination) -> dict[str, list[Problem]]:
    """Return what stops a nomination, by page; nothing where it can be submitted."""
    found = {part: problems(nomination, part) for part in part_names(nomination)}
    return {part: stops for part, stops in found.items() if stops}


def nominee_names(nomination: Nomination) -> str:
    """Return the nominee's name, or a team's, as typed; "" before any was."""
    return joined_names(named.name for named in nomination.named)


def joined_names(names: Iterable[str]) -> str:
    """Return names as one text for lists and headings."""
    return ", ".join(name for name in names if name)
