"""Asking for letters; writing, sending, replacing and declining them; late ones; reminders and lapses."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal import history, mail
from portal.accounts import actions as accounts
from portal.awards.models import Cycle, Member
from portal.awards.reminders import actions as reminders
from portal.awards.reminders import queries as reminder_queries
from portal.awards.reminders.rules import Kind
from portal.awards.rules import CycleStage, MemberState
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale, TooLate
from portal.files import actions as files
from portal.files import queries as file_queries
from portal.files.rules import FileState
from portal.nominations.actions import conflicts
from portal.nominations.models import Candidacy, Letter, LetterPlan, Nomination, Recommendation
from portal.nominations.queries import letters as queries
from portal.nominations.rules import COUNTS, CandidacyStage, Stage, canonical, digest
from portal.nominations.rules.letters import (
    MAY_BE_A_CHILD,
    MAY_WRITE,
    MOST_ASKED,
    OPEN,
    RECOMMENDATION,
    Late,
    LetterState,
    LetterStep,
    Party,
    WriterRole,
    same_person,
)
from portal.nominations.rules.writing import split_name
from portal.questions.rules import count_words, over

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from portal.accounts.models import Link, Session
    from portal.files.models import StoredFile
    from portal.people.models import Person

LINK = "letter"  # the purpose of the link that opens one letter's page
LINK_DAYS = 60
REMINDED_EVERY = timedelta(days=2)
TAKES = frozenset({Stage.DRAFT, Stage.LATE, *COUNTS})  # a nomination with which a letter may be asked for
RUNS = frozenset({CycleStage.OPEN, CycleStage.CLOSED, CycleStage.IN_REVIEW})

CLOSED = N_("Letters for %(award)s were due on %(deadline)s, so it could not be sent. What you wrote is kept.")
EMPTY = N_("An empty letter cannot be sent. Write it below, or send it as a file.")
WITHDRAWN = N_(
    "The nomination that this letter was asked for was withdrawn, so no letter is needed. What you wrote is kept."
)
CHECKING = N_("Your file is still being checked. Wait a few seconds, then send it.")
CHANGED = N_("Something was changed in another window since you opened this page. Read it once more, then send it.")
ON_COMMITTEE = N_(
    "You are on the committee of this award, and nobody who writes a letter may read for it. Decline it, or ask the office first."
)
SAME = N_(
    "A letter is written by somebody else than the nominee and whoever nominates. Two people of the same name? Ask the office."
)
TWICE = N_("%(name)s was asked for this letter already.")
UNCONFIRMED = N_(
    "Open the link that we sent to your own address first: we write to others only for somebody whose address we know."
)
TOO_MANY = N_("That is as many letters as one nomination may ask for.")
HOW_OLD = N_("Say first how old you are. Nothing is taken of a letter before that.")
NOT_NOW = N_("Letters can no longer be asked for.")


# Called in the same transaction with (request, at) once its letter counts: sent, replaced, or accepted late.
on_received: list[Callable[[Recommendation, datetime], object]] = []


class Saved(NamedTuple):
    """A letter as saved: its version now, and what somebody else saved meanwhile, where it was not saved."""

    version: int
    at: datetime
    other: str | None = None


# ---------------------------------------------------------------- what a cycle asks for


def set_plan(cycle: Cycle, *, by: Person, at: datetime, **facts: Any) -> LetterPlan:
    """Say what letters a cycle asks for."""
    plan = queries.plan_of(cycle.id)
    if plan is None:
        plan = LetterPlan(cycle_id=cycle.id, mix=[])
        db.session.add(plan)
    before = plan.mix
    for name, value in facts.items():
        setattr(plan, name, value)
    db.session.flush()
    history.record("letters planned", cycle, by=by, at=at, before=before, mix=plan.mix)
    return plan


# ---------------------------------------------------------------- asking


def ask(
    *,
    cycle: Cycle,
    nomination: Nomination | None = None,
    candidacy: Candidacy | None = None,
    by: Person,
    name: str,
    email: str,
    role: WriterRole,
    note: str = "",
    waiver: tuple[bool, str] | None = None,
    confirmed: bool = True,
    language: str = "en",
    at: datetime,
) -> Recommendation:
    """Ask somebody for a letter, and send them its link, which nobody else sees.

    `waiver` is whether the nominee gives up the right to read it, and the words they read, where they ask themself. Raises `Refused`
    beside a field where the writer is the nominee or the nominator, was asked before, or where it is too late to ask.
    """
    if not confirmed:
        raise Refused(UNCONFIRMED)
    held = (
        nomination.stage not in TAKES
        if nomination is not None
        else candidacy is not None and candidacy.stage is CandidacyStage.WITHDRAWN
    )
    if held or cycle.stage not in RUNS or at >= queries.due(cycle):
        raise Refused(NOT_NOW)
    plan = queries.plan_of(cycle.id)
    writer = Party(name, email)
    if plan is None or plan.apart:
        nominees, nominators = queries.parties(nomination, candidacy)
        if any(same_person(writer, other) for other in [*nominees, *nominators]):
            raise Refused(SAME, field="email")
    asked: Sequence[Recommendation] = ()
    if nomination is not None:
        asked = queries.of_nomination(nomination)
    elif candidacy is not None:
        asked = queries.of_candidacies([candidacy.id])[candidacy.id]
    if nomination is not None and sum(one.state is not LetterState.CANCELLED for one in asked) >= MOST_ASKED:
        raise Refused(TOO_MANY)
    over_by_now = {LetterState.DECLINED, LetterState.CANCELLED}
    if any(
        same_person(writer, Party(one.writer_name, one.writer_email)) for one in asked if one.state not in over_by_now
    ):
        raise Refused(TWICE, field="email", name=name)  # one writer is one, whatever address they use
    given, family = split_name(name)
    person = accounts.person_at(email, at=at, language=language, given=given, family=family)
    if queries.asked_already(person.id, nomination=nomination, candidacy=candidacy):
        raise Refused(TWICE, field="email", name=name)
    made = Recommendation(
        reference=secrets.token_hex(6),
        cycle_id=cycle.id,
        nomination_id=nomination.id if nomination is not None else None,
        candidacy_id=candidacy.id if nomination is None and candidacy is not None else None,
        asked_by_id=by.id,
        writer_id=person.id,
        writer_name=name.strip(),
        writer_email=email.strip(),
        role=role,
        note=note.strip() or None,
        state=LetterState.ASKED,
        waived=waiver[0] if waiver else None,
        waiver_words=waiver[1] if waiver else None,
        waived_at=at if waiver else None,
        asked_at=at,
        signed=name.strip(),
        text="",
        position="",
        version=1,
    )
    made.cycle, made.nomination, made.candidacy, made.writer, made.asked_by = cycle, nomination, candidacy, person, by
    made.letters = []
    db.session.add(made)
    db.session.flush()
    made.reference = f"R-{made.id:04d}"
    db.session.flush()
    history.record("letter asked for", made, by=by, at=at, role=role.value, waived=made.waived)
    _write_to(made, "nominations/letter_asked", at=at)
    return made


def _write_to(asked: Recommendation, template: str, *, at: datetime, key: str | None = None, **more: Any) -> None:
    """Post a message to the writer, with the link that opens this letter for them alone."""
    if not asked.writer.email:
        return
    mail.post(
        template,
        to=asked.writer,
        at=at,
        about=asked,
        key=key,
        link={
            "purpose": LINK,
            "kind": Recommendation.__tablename__,
            "id": asked.id,
            "next": f"/letters/{asked.reference}",
            "days": LINK_DAYS,
        },
        name=asked.writer_name,
        nominee=queries.about_name(asked),
        award=asked.cycle.award.name,
        year=asked.cycle.year,
        asker=asked.asked_by.name,
        note=asked.note or "",
        deadline=queries.due(asked.cycle).isoformat(),
        surprise=asked.cycle.surprise,
        own=asked.waived is not None,
        readable=asked.waived is False,
        **more,
    )


def _tell_asker(asked: Recommendation, *, at: datetime) -> None:
    """Tell whoever asked where the letter stands now: what it says, they learn from nobody. The office reads it on its own page."""
    if not asked.asked_by.email:
        return
    news: dict[str, Any] = {
        "key": f"letter-news:{asked.id}:{asked.state.value}",
        "writer": asked.writer_name,
        "nominee": queries.about_name(asked),
        "award": asked.cycle.award.name,
        "state": asked.state.value,
    }
    if asked.nomination is None or asked.asked_by_id != asked.nomination.nominator_id:
        desk = f"/desk/{asked.cycle.award.slug}/{asked.cycle.year}/letters/{asked.reference}"
        link: dict[str, Any] = {"purpose": "sign in", "next": desk}
    else:
        link = {
            "purpose": "confirm",
            "kind": "sitting",
            "id": asked.nomination.sitting_id,
            "next": f"/nominations/{asked.nomination.reference}/letters",
            "days": LINK_DAYS,
        }
    mail.post("nominations/letter_news", to=asked.asked_by, at=at, about=asked, link=link, **news)


def remind(asked: Recommendation, *, by: Person, at: datetime) -> None:
    """Send the writer the link once more, not more often than every other day."""
    if asked.state not in OPEN:
        raise Refused(RECOMMENDATION.refusal, state=asked.state.value, step="remind")
    if at >= queries.due(asked.cycle):
        raise Refused(NOT_NOW)
    day = int((at - asked.asked_at) / REMINDED_EVERY)
    if day < 1:
        raise Refused(N_("They were written to only just now. Wait two days before you remind them."))
    _write_to(asked, "nominations/letter_reminder", at=at, key=f"letter:{asked.id}:asked:{day}")
    history.record("reminded", asked, by=by, at=at)


def cancel(asked: Recommendation, *, reason: str, by: Person | None, at: datetime) -> None:
    """Say that a letter is not needed any more, and tell its writer why."""
    if not _step(asked, LetterStep.CANCEL, at=at, reason=reason.strip() or None, settled_at=at):
        return
    mail.cancel(asked, templates=("nominations/letter_asked", "nominations/letter_reminder"))
    history.record("letter cancelled", asked, by=by, at=at, reason=reason.strip() or None)
    _write_to(asked, "nominations/letter_cancelled", at=at, key=f"letter:{asked.id}:cancelled", reason=reason.strip())


# ---------------------------------------------------------------- the writer


def felt_link(link: Link, session: Session, at: datetime) -> None:
    """Note that a writer opened their link. Called when a link is used, see `accounts.actions.on_link_used`."""
    del session
    if link.purpose != LINK or link.subject_id is None:
        return
    asked = db.session.get(Recommendation, link.subject_id)
    if asked is not None and asked.state is LetterState.ASKED and asked.writer_id == link.person_id:
        _step(asked, LetterStep.OPEN, at=at, opened_at=at)
        history.record("letter opened", asked, by=link.person, at=at)


def save(asked: Recommendation, *, text: str, signed: str, position: str, version: int | None, at: datetime) -> Saved:
    """Save a letter as typed, unfinished and over the limit too. Where another window saved meanwhile, that text is given back instead."""
    if (asked.text, asked.signed, asked.position) == (text, signed, position):
        return Saved(asked.version, asked.saved_at or at)
    if asked.state not in MAY_WRITE:
        raise Refused(RECOMMENDATION.refusal, state=asked.state.value, step="write")
    if age_unknown(asked):
        raise Refused(HOW_OLD)
    version = asked.version if version is None else version
    taken = _conditional(
        asked,
        Recommendation.version == version,
        {"text": text, "signed": signed, "position": position, "version": version + 1, "saved_at": at},
    )
    if not taken:
        db.session.refresh(asked, ["text", "signed", "position", "version", "saved_at"])
        return Saved(asked.version, asked.saved_at or at, other=asked.text)
    _came(asked, at=at)
    return Saved(asked.version, at)


def _came(asked: Recommendation, *, at: datetime) -> None:
    """Let whoever waits for the letter see that its writer is at it, who came by signing in and not by the link."""
    if asked.state is LetterState.ASKED:
        _step(asked, LetterStep.OPEN, at=at, opened_at=at)


def age_unknown(asked: Recommendation) -> bool:
    """Say whether to ask first how old the writer is: nothing is taken of a letter that a child under 13 may be writing."""
    return asked.role in MAY_BE_A_CHILD and asked.of_age_at is None and not asked.letters and asked.state in MAY_WRITE


def of_age(asked: Recommendation, *, at: datetime) -> None:
    """Note that the writer said that they are 13 or older."""
    if not _conditional(asked, None, {"of_age_at": at}):
        raise Refused(RECOMMENDATION.refusal, state=asked.state.value, step="write")
    _came(asked, at=at)
    history.record("letter writer is 13 or older", asked, by=asked.writer, at=at)


def attach(asked: Recommendation, file: StoredFile, *, at: datetime) -> None:
    """Let a file that arrived be the letter. One that it replaces and that was never sent is taken out."""
    _drop(asked, at=at)
    if not _conditional(asked, None, {"file_id": file.id, "version": Recommendation.version + 1, "saved_at": at}):
        raise Refused(RECOMMENDATION.refusal, state=asked.state.value, step="upload")
    db.session.refresh(asked, ["version"])
    _came(asked, at=at)


def detach(asked: Recommendation, *, at: datetime) -> None:
    """Take the file out again: what is written counts."""
    _drop(asked, at=at)
    _conditional(asked, None, {"file_id": None, "version": Recommendation.version + 1, "saved_at": at})
    db.session.refresh(asked, ["version"])


def _drop(asked: Recommendation, *, at: datetime) -> None:
    held = file_queries.by_id(asked.file_id)
    sent = db.session.scalar(select(Letter.id).where(Letter.file_id == asked.file_id).limit(1)) if held else None
    if held is not None and sent is None and held.state is not FileState.REMOVED:
        files.remove(held, by=asked.writer, at=at)


def in_time(asked: Recommendation, *, at: datetime) -> bool:
    """Say whether a letter arriving at `at` is in time, grace counted."""
    cycle = asked.cycle
    return at < queries.due(cycle) + timedelta(minutes=cycle.grace_minutes)


def takes_late(asked: Recommendation) -> bool:
    """Say whether the cycle's rule lets staff accept a late letter."""
    plan = queries.plan_of(asked.cycle_id)
    return plan is None or plan.late is Late.HOLD


def needed(asked: Recommendation) -> bool:
    """Say whether there is still somebody whom the letter is for: through merges, and where other nominations go on without this one."""
    candidacy = queries.candidacy_of(asked)
    if candidacy is not None:
        return candidacy.stage is not CandidacyStage.WITHDRAWN
    return asked.nomination is not None and asked.nomination.stage in TAKES


def send(asked: Recommendation, *, version: int | None, at: datetime) -> Letter:
    """Send the letter, or replace the one that was sent. The same letter sent twice is sent once.

    After the day it is left with the staff, where the cycle's rule lets them accept it. Raises `TooLate`, `Stale`, or `Refused` with
    the reason; what was written is kept whatever is refused.
    """
    in_due_time = in_time(asked, at=at)
    step = LetterStep.RECEIVE if in_due_time else LetterStep.HOLD_LATE
    facts, file = _facts(asked)
    if asked.letters and digest(facts) == asked.letters[-1].sha256:
        return asked.letters[-1]
    if not in_due_time and not takes_late(asked):
        raise TooLate(CLOSED, award=asked.cycle.award.name, deadline=queries.due(asked.cycle))
    state = RECOMMENDATION.advance(asked.state, step)
    _may_send(asked, file)
    if version is not None and version != asked.version:
        raise Stale(CHANGED)
    values = {"state": state, "version": asked.version + 1, "settled_at": None}
    values |= {"received_at": at} if state is LetterState.RECEIVED else {}
    if not _conditional(
        asked, (Recommendation.version == asked.version) & (Recommendation.state == asked.state), values
    ):
        raise Stale(CHANGED)
    letter = Letter(
        recommendation_id=asked.id,
        number=len(asked.letters) + 1,
        facts=canonical(facts),
        sha256=digest(facts),
        words=count_words(asked.text) if file is None else count_words(file.text),
        file_id=file.id if file is not None else None,
        sent_at=at,
    )
    asked.letters.append(letter)
    db.session.add(letter)
    db.session.flush()
    mail.cancel(asked, templates=("nominations/letter_asked", "nominations/letter_reminder"))
    word = (
        "letter left late"
        if state is LetterState.LATE
        else "letter replaced"
        if letter.number > 1
        else "letter received"
    )
    history.record(word, asked, by=asked.writer, at=at, number=letter.number, sha256=letter.sha256)
    late = state is LetterState.LATE
    _write_to(
        asked,
        "nominations/letter_received",
        at=at,
        key=f"letter:{asked.id}:sent:{letter.number}",
        late=late,
        again=letter.number > 1,
    )
    if letter.number == 1:
        _tell_asker(asked, at=at)
    conflicts.raise_from_facts(asked.writer, at=at)
    if state is LetterState.RECEIVED:
        _received(asked, at=at)
    return letter


def _received(asked: Recommendation, *, at: datetime) -> None:
    for listener in on_received:
        listener(asked, at)


def _facts(asked: Recommendation) -> tuple[dict[str, Any], StoredFile | None]:
    file = file_queries.by_id(asked.file_id)
    return {
        "signed": asked.signed.strip(),
        "position": asked.position.strip(),
        "role": asked.role.value,
        "text": asked.text if file is None else "",
        "file": file.sha256 if file is not None else None,
    }, file


def _may_send(asked: Recommendation, file: StoredFile | None) -> None:
    if not needed(asked):
        raise Refused(WITHDRAWN)
    if file is not None and file.state is FileState.RECEIVED:
        raise Refused(CHECKING)
    if file is not None and file.state is not FileState.CLEAN:
        raise Refused(EMPTY, field="text")
    plan = queries.plan_of(asked.cycle_id)
    _text_may_be_sent(asked, plan, file)
    if not asked.signed.strip():
        raise Refused(N_("Write your name, as it stands under the letter"), field="signed")
    if plan is None or plan.apart:
        nominees, nominators = queries.parties(asked.nomination, queries.candidacy_of(asked))
        signed = Party(asked.signed, asked.writer.email)
        if any(same_person(signed, other) for other in [*nominees, *nominators]):
            raise Refused(SAME, field="signed")
    seat = select(Member.id).where(
        Member.cycle_id == asked.cycle_id, Member.person_id == asked.writer_id, Member.state == MemberState.ACCEPTED
    )
    if db.session.scalar(seat.limit(1)) is not None:
        raise Refused(ON_COMMITTEE)


def _text_may_be_sent(asked: Recommendation, plan: LetterPlan | None, file: StoredFile | None) -> None:
    if file is None:
        if not count_words(asked.text):
            raise Refused(EMPTY, field="text")
        too_long = over(asked.text, plan.most_words if plan is not None else None)
        if too_long is not None:
            raise Refused(too_long.message, field="text", **too_long.facts)


def decline(asked: Recommendation, *, reason: str, at: datetime) -> None:
    """Say no, with or without a reason, which the staff alone read."""
    if not _step(asked, LetterStep.DECLINE, at=at, reason=reason.strip() or None, settled_at=at):
        return
    mail.cancel(asked, templates=("nominations/letter_asked", "nominations/letter_reminder"))
    history.record("letter declined", asked, by=asked.writer, at=at)
    _tell_asker(asked, at=at)


# ---------------------------------------------------------------- the office


def accept_late(asked: Recommendation, *, reason: str, by: Person, at: datetime) -> None:
    """Take a late letter as if it had come in time, and say why."""
    if not reason.strip():
        raise Refused(N_("Say why, in a sentence: it stands in the record."), field="reason")
    if not needed(asked):
        raise Refused(WITHDRAWN)
    if _step(asked, LetterStep.ACCEPT_LATE, at=at, reason=reason.strip(), received_at=at):
        history.record("letter accepted late", asked, by=by, at=at, reason=reason.strip())
        _write_to(asked, "nominations/letter_late", at=at, key=f"letter:{asked.id}:late", accepted=True, reason="")
        _tell_asker(asked, at=at)
        _received(asked, at=at)


def refuse_late(asked: Recommendation, *, reason: str, by: Person, at: datetime) -> None:
    """Refuse a late letter, and tell its writer why."""
    if not reason.strip():
        raise Refused(N_("Say why, in a sentence: it stands in the record."), field="reason")
    if _step(asked, LetterStep.REFUSE, at=at, reason=reason.strip(), settled_at=at):
        history.record("letter refused late", asked, by=by, at=at, reason=reason.strip())
        _write_to(
            asked,
            "nominations/letter_late",
            at=at,
            key=f"letter:{asked.id}:late",
            accepted=False,
            reason=reason.strip(),
        )
        _tell_asker(asked, at=at)


def felt_stage(candidacy: Candidacy, before: CandidacyStage, at: datetime) -> None:
    """Whoever is withdrawn needs no letters: their writers are told, once nothing else asks for one."""
    del before
    if candidacy.stage is not CandidacyStage.WITHDRAWN:
        return
    for asked in queries.of_candidacies([candidacy.id]).get(candidacy.id, []):
        if asked.state in OPEN:
            whole = queries.by_number(asked.id)
            if whole is not None:
                cancel(whole, reason="", by=None, at=at)


# ---------------------------------------------------------------- the clock


def remind_due(*, at: datetime) -> int:
    """Post what reminders are due: one for each letter and each of the days before its own. Returns how many."""
    plans, posted = reminder_queries.Plans(Kind.LETTER, at=at), 0
    waited_for = queries.open_ones(due_by=plans.farthest()).with_only_columns(Recommendation.id)
    for number in db.session.scalars(waited_for).all():
        asked = queries.by_number(number)
        if asked is None or not needed(asked) or not asked.writer.email:
            continue
        due = queries.due(asked.cycle)
        subject = (asked.__tablename__, asked.id)
        days = plans.due(asked.cycle_id, subject, asked.writer_id, due=due, since=asked.asked_at)
        if days is not None and reminders.once(
            Kind.LETTER, asked, asked.writer, cycle_id=asked.cycle_id, due=due, days=days, at=at
        ):
            key = f"letter:{asked.id}:{due:%Y%m%d%H%M}:{days}"
            _write_to(asked, "nominations/letter_reminder", at=at, key=key)
            posted += 1
    return posted


def lapse_due(*, at: datetime) -> int:
    """Say of every letter that did not come by its day and grace that it lapsed. Returns how many."""
    lapsed = 0
    for number in db.session.scalars(queries.open_ones(due_by=at).with_only_columns(Recommendation.id)).all():
        asked = queries.by_number(number)
        if asked is None or in_time(asked, at=at):
            continue
        if _step(asked, LetterStep.LAPSE, at=at, settled_at=at):
            mail.cancel(asked, templates=("nominations/letter_asked", "nominations/letter_reminder"))
            history.record("letter lapsed", asked, at=at)
            _tell_asker(asked, at=at)
            lapsed += 1
    return lapsed


# ---------------------------------------------------------------- steps


def _step(asked: Recommendation, step: LetterStep, *, at: datetime, **values: Any) -> bool:
    """Take one step, once however many ask; say whether it was taken now. Done already, it stays as it is."""
    del at
    after = next((then for (_state, taken), then in RECOMMENDATION.table.items() if taken is step), None)
    if asked.state is after and step is not LetterStep.RECEIVE:
        return False
    state = RECOMMENDATION.advance(asked.state, step)
    if _conditional(asked, Recommendation.state == asked.state, {"state": state, **values}):
        return True
    db.session.refresh(asked, ["state"])
    if asked.state is state:
        return False
    raise Stale(CHANGED)


def _conditional(asked: Recommendation, condition: Any, values: dict[str, Any]) -> bool:  # noqa: ANN401 - a condition in SQL, or None
    still = (Recommendation.id == asked.id) & Recommendation.state.in_(MAY_WRITE | {asked.state})
    wanted = update(Recommendation).where(still, condition if condition is not None else still)
    taken = rows_changed(wanted.values(**values).execution_options(synchronize_session=False))
    if taken != 1:
        return False
    for name, value in values.items():
        if not hasattr(value, "compare"):  # counted in the database
            set_committed_value(asked, name, value)
    return True
