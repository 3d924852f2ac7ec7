"""Beginning, writing, submitting, revising and withdrawing a nomination.

Every page of a nomination is one part with plain fields and a version of its own. A save names the version it was typed on; where
that is not the present one and the words differ, what was typed is kept aside and nothing is overwritten.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from portal import history, mail
from portal.accounts import actions as accounts
from portal.awards import queries as awards
from portal.awards.rules import in_time as arrives_in_time
from portal.db import db
from portal.errors import N_, PortalError, Refused, Stale, TooLate
from portal.files import actions as files
from portal.files import queries as file_queries
from portal.files.rules import FileState
from portal.nominations.actions import applying, conflicts, snapshots, versions
from portal.nominations.doubts import actions as doubts
from portal.nominations.models import (
    Answer,
    Aside,
    Entered,
    Named,
    Nomination,
    NominationSchool,
    Quote,
    Relation,
    Sitting,
    Where,
)
from portal.nominations.queries import letters
from portal.nominations.queries import writing as queries
from portal.nominations.queries.writing import ANSWERS, NOMINEE, QUOTE, RELATION, WORDS, YOU
from portal.nominations.rules import COUNTS, NOMINATION, WRITABLE, Stage, Step
from portal.nominations.rules.writing import split_name
from portal.people.models import Person
from portal.people.rules import address_key, name_key
from portal.questions import rules as questions
from portal.schools import queries as schools

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from portal.accounts.models import Link, Session
    from portal.awards.models import Cycle
    from portal.files.models import StoredFile
    from portal.questions.models import Question

CONFIRM = "confirm"  # the purpose of the link that confirms an address
LINK_DAYS = 60  # the link must outlive an open season
LINKS_AN_HOUR = 6  # to one address, whoever asks
SHARED = (NOMINEE, RELATION, QUOTE)  # typed once for all drafts of a sitting about the same nominee

OVER = N_("This nomination can no longer be changed.")
CLOSED = N_("%(award)s closed on %(deadline)s, so this could not be sent. Everything you wrote is kept.")
INCOMPLETE = N_("Some parts are not ready to be sent. What you wrote is kept.")
CHANGED = N_("Something was changed in another window since you opened this page. Read it once more, then send it.")

# Called in the same transaction with (nomination, at): higher rooms feel a submission, or a withdrawal after assignment.
on_submitted: list[Callable[[Nomination, datetime], object]] = []
on_withdrawn: list[Callable[[Nomination, datetime], object]] = []


class Incomplete(PortalError):
    """Some part stops the nomination; `queries.all_problems` says which and why."""


class Saved(NamedTuple):
    """What became of a save: the part's version now, and what was kept aside where somebody else had saved meanwhile."""

    version: int
    at: datetime
    aside: Aside | None = None


# ---------------------------------------------------------------- beginning


def begin_sitting(
    cycles: Sequence[Cycle],
    *,
    name: str,
    email: str,
    session: Session | None,
    at: datetime,
    phone: str | None = None,
    language: str = "en",
    once: str | None = None,
    confirmed: bool = False,
    minor: bool | None = None,
    own: bool = False,
) -> Sitting:
    """Begin one draft for each cycle, and send the link that confirms the address and brings the writer back.

    `own`: they apply for themself where a cycle takes that, with what they said of themself filled in; other cycles are about
    somebody else. `minor` is whether they said that they are under 18.
    `once` is a word of the page it was asked on: asked again with the same word, it gives what was begun and adds only what is new.
    """
    if not cycles:
        raise Refused(N_("Choose at least one award"), field="awards")
    sitting = queries.sitting_once(once) if once else None
    made = sitting is None
    if sitting is None:
        try:
            with db.session.begin_nested():
                sitting = _sitting(
                    name=name,
                    email=email,
                    phone=phone,
                    session=session,
                    language=language,
                    once=once,
                    minor=minor,
                    at=at,
                )
        except IntegrityError:  # pressed twice at the same moment: the other press began it, or made the person
            made = False
            sitting = (queries.sitting_once(once) if once else None) or _sitting(
                name=name, email=email, phone=phone, session=session, language=language, once=once, minor=minor, at=at
            )
    if (
        session is not None
        and sitting.session_id != session.id
        and (sitting.session is None or sitting.session.person_id is None)
    ):
        sitting.session_id = session.id  # the first answer never reached this browser
    if confirmed and sitting.confirmed_at is None:
        sitting.confirmed_at = at
    sitting.nominator_minor = minor if minor is not None else sitting.nominator_minor
    if sitting.confirmed_at is None and (sitting.nominator_name, sitting.nominator_email) != (name, email):
        sitting.nominator_name, sitting.nominator_email = name, email
        settle_address(sitting, at=at)
    there = set() if made else {nomination.cycle_id for nomination in queries.of_sitting(sitting)}
    added = [_begin(sitting, cycle, own=own, at=at) for cycle in cycles if cycle.id not in there]
    if added and sitting.confirmed_at is None:
        send_link(sitting, at=at, nominations=added)
    return sitting


def _sitting(
    *,
    name: str,
    email: str,
    phone: str | None,
    session: Session | None,
    language: str,
    once: str | None,
    minor: bool | None,
    at: datetime,
) -> Sitting:
    given, family = split_name(name)
    sitting = Sitting(
        nominator=accounts.person_for(email, at=at, language=language, given=given, family=family),
        session=session,
        nominator_name=name,
        nominator_email=email,
        nominator_phone=phone or None,
        nominator_minor=minor,
        language=language,
        once=once,
        begun_at=at,
    )
    db.session.add(sitting)
    db.session.flush()
    return sitting


def _begin(sitting: Sitting, cycle: Cycle, *, own: bool, at: datetime) -> Nomination:
    """Begin a draft; with what somebody who applies for themself has said already, where the cycle takes applications."""
    mine = own and cycle.self_nomination
    draft = begin(sitting, cycle, nominee_number=2 if own and not mine else 1, at=at)
    if not mine:
        return draft
    given, family = split_name(draft.sitting.nominator_name)
    oneself = {"given": given, "family": family, "role": "", "email": draft.sitting.nominator_email or ""}
    copy_part(draft, RELATION, {"relation": Relation.SELF.value, "text": ""}, at=at)
    copy_part(draft, NOMINEE, {"people": [oneself], "schools": [], "central": False, "place_text": ""}, at=at)
    db.session.flush()
    return draft


def begin(
    sitting: Sitting,
    cycle: Cycle,
    *,
    at: datetime,
    entered: Entered = Entered.WEB,
    by: Person | None = None,
    nominee_number: int = 1,
) -> Nomination:
    """Begin an empty draft for one award in a sitting, about one of its nominees."""
    nomination = Nomination(
        reference=secrets.token_hex(6),  # until its number is known, below
        sitting_id=sitting.id,
        cycle_id=cycle.id,
        nominator_id=sitting.nominator_id,
        nominee_number=nominee_number,
        entered=entered,
        entered_by_id=by.id if by else None,
        language=sitting.language,
        created_at=at,
        saved_at=at,
    )
    nomination.sitting, nomination.nominator = sitting, sitting.nominator
    nomination.named, nomination.schools, nomination.answers, nomination.snapshots = [], [], [], []
    db.session.add(nomination)
    db.session.flush()
    set_committed_value(nomination, "cycle", cycle)  # only now: it may be a kept one, and those are never written
    versions.write(nomination, reference=f"N-{nomination.id:04d}")
    history.record("begun", nomination, by=by, at=at)
    return nomination


def send_link(sitting: Sitting, *, at: datetime, nominations: Sequence[Nomination] = ()) -> bool:
    """Send the link that confirms a sitting's address and opens its drafts anywhere. Returns whether one was posted.

    No address gets more than a few an hour: anyone can type anyone's.
    """
    nominations = nominations or queries.of_sitting(sitting)
    to = sitting.nominator
    if not nominations or not to.email or queries.links_since(to, since=at - timedelta(hours=1)) >= LINKS_AN_HOUR:
        return False
    first = nominations[0]
    where = f"/nominations/{first.reference}" if len(nominations) == 1 else "/nominations"
    mail.post(
        "nominations/begun",
        to=to,
        at=at,
        about=sitting,
        link={"purpose": CONFIRM, "kind": "sitting", "id": sitting.id, "next": where, "days": LINK_DAYS},
        name=sitting.nominator_name,
        awards=[nomination.cycle.award.name for nomination in nominations],
        deadline=min(awards.deadlines([n.cycle for n in nominations], to, at).values()).isoformat(),
        own=all(queries.applies(nomination) for nomination in nominations),
    )
    return True


def confirm_address(link: Link, session: Session, at: datetime) -> None:
    """Note that a writer reads the mail at the address they gave. Called when a link is used, see `accounts.actions.on_link_used`.

    The link of a sitting confirms that sitting. Any sign-in confirms what the same browser began with the same address; never what
    somebody else may have begun with it elsewhere.
    """
    if link.purpose not in {CONFIRM, "sign in"}:
        return
    confirmed = list(queries.begun_in(session, link.person))
    if link.purpose == CONFIRM and link.subject_kind == Sitting.__tablename__ and link.subject_id is not None:
        subject = queries.sitting_by_id(link.subject_id)
        if (
            subject is not None
            and subject.nominator_id == link.person_id
            and subject.confirmed_at is None
            and subject not in confirmed
        ):
            confirmed.append(subject)
    for sitting in confirmed:
        confirm(sitting, by=link.person, at=at)


def confirm(sitting: Sitting, *, by: Person, at: datetime) -> None:
    """Note that `by`, who reads the mail at a sitting's address, says that it is theirs."""
    if sitting.confirmed_at is None and sitting.nominator_id == by.id:
        sitting.confirmed_at = at
        history.record("address confirmed", sitting, by=by, at=at)
        db.session.flush()
        conflicts.raise_from_facts(by, at=at)  # now it is sure that they nominated
        for nomination in queries.of_sitting(sitting):
            applying.settle(nomination, at=at)  # and that they applied
        doubts.felt_confirmation(sitting, at=at)  # and that they are no program


# ---------------------------------------------------------------- saving


def save(nomination: Nomination, part: str, fields: dict[str, Any], *, version: int | None, at: datetime) -> Saved:
    """Save one page as typed, over limits and unfinished too.

    `version` is the one the page was drawn with; None (a form that carries none) means the present one. Where somebody saved or sent
    it meanwhile, what was typed is kept aside.
    """
    before, present = queries.fields(nomination, part), queries.version(nomination, part)
    if fields == before:
        return Saved(present, nomination.saved_at)
    if nomination.stage not in WRITABLE:
        return _aside(nomination, part, fields, at=at)
    version = present if version is None else version
    drafts = _lock_drafts(nomination) if part in SHARED else []
    if not _save(nomination, part, fields, version, at=at):
        return _aside(nomination, part, fields, at=at)
    for other in drafts:
        _share(other, part, fields, before=before, at=at)
    db.session.flush()
    return Saved(version + 1, at)


def save_answer(nomination: Nomination, key: str, text: str, *, version: int | None, at: datetime) -> Saved:
    """Save what was typed for one question."""
    return save(nomination, f"{ANSWERS}{key}", {"text": text}, version=version, at=at)


def make_room(nomination: Nomination, asks: Question, *, at: datetime) -> Answer:
    """Return the answer that a file is about to belong to, empty so far."""
    _take(nomination, f"{ANSWERS}{asks.key}", 0, at=at)
    found = queries.answer(queries.afresh(nomination), asks.id)
    if found is None:
        raise Stale(CHANGED)
    return found


def attach(nomination: Nomination, asks: Question, file: StoredFile | None, *, at: datetime) -> None:
    """Let a file be the answer to a question, in place of the one before; None takes it out. One that was sent stays on the record."""
    part = f"{ANSWERS}{asks.key}"
    if nomination.stage not in WRITABLE:
        raise Refused(OVER)
    held = queries.answer(nomination, asks.id)
    if held is None:
        if file is None:
            return
        held = make_room(nomination, asks, at=at)
    before = file_queries.by_id(held.file_id)
    number, name = (file.id, file.name) if file is not None else (None, "")
    if not _take(nomination, part, held.version, at=at, file_id=number, text=name):
        raise Stale(CHANGED)
    if before is not None and before.state is not FileState.REMOVED and not queries.was_sent(nomination.id, before.id):
        files.remove(before, by=None, at=at)


def _lock_drafts(nomination: Nomination) -> Sequence[Nomination]:
    """Take the sitting's drafts in one order, so that two windows never wait for each other; return those about the same nominee."""
    if nomination.stage is not Stage.DRAFT or nomination.has_company is False:
        return []
    drafts = select(Nomination.id).where(
        Nomination.sitting_id == nomination.sitting_id, Nomination.stage == Stage.DRAFT
    )
    db.session.execute(drafts.order_by(Nomination.id).with_for_update())
    return queries.siblings(nomination)


def _columns(nomination: Nomination, part: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what a page holds as columns: of the sitting, of the nomination, or of the answer."""
    if part == YOU:
        held = {"nominator_name": fields["name"], "nominator_phone": fields["phone"] or None}
        if nomination.sitting.confirmed_at is None:
            held["nominator_email"] = fields["email"] or None
        if "guardian_email" in fields:
            held |= {
                "guardian_name": fields["guardian_name"] or None,
                "guardian_email": fields["guardian_email"] or None,
            }
        return held
    if part == NOMINEE:
        not_listed = fields["place_text"] and not schools.by_ids(fields["schools"])
        place = Where.CENTRAL if fields["central"] else Where.NOT_LISTED if not_listed else Where.SCHOOLS
        return {"place": place, "place_text": fields["place_text"] or None}
    if part == RELATION:
        relation = Relation(fields["relation"]) if fields["relation"] else None
        return {"relation": relation, "relation_text": fields["text"] or None}
    if part == QUOTE:
        return {
            "quote": Quote(fields["quote"]) if fields["quote"] else None,
            "may_tell_nominee": {WORDS: True, questions.YES: True, questions.NO: False}.get(fields["tell"]),
            "may_show_words": fields["tell"] == WORDS,
        }
    return {"text": fields["text"]}


def _take(nomination: Nomination, part: str, version: int, *, at: datetime, **columns: Any) -> bool:
    """Move one part to its next version, with these columns, if `version` is still the present one and the nomination is being written."""
    own = f"{part}_version" if part in SHARED else None
    values = columns if own else {}
    taken = versions.take(nomination, version, values, own=own, at=at)
    if taken is None:
        return False
    if own:
        values = {**values, own: version + 1}
    elif not (
        _take_sitting(nomination.sitting, version, columns)
        if part == YOU
        else _take_answer(nomination, part, version, columns, at=at)
    ):
        versions.moved(versions.BACK, {"number": nomination.id})
        return False
    versions.hold(nomination, **values, version=taken, saved_at=at)
    return True


def _take_sitting(sitting: Sitting, version: int, columns: dict[str, Any]) -> bool:
    taken = versions.take(sitting, version, columns)
    if taken is not None:
        versions.hold(sitting, **columns, version=taken)
    return taken is not None


def _take_answer(nomination: Nomination, part: str, version: int, columns: dict[str, Any], *, at: datetime) -> bool:
    asks = queries.question(nomination, part.removeprefix(ANSWERS))
    if asks is None:
        return False
    held = queries.answer(nomination, asks.id)
    if held is None:  # the nomination's row is ours until the end, so nobody can add this answer meanwhile
        return not version and versions.first_answer(nomination, asks.id, **columns, saved_at=at)
    taken = versions.take(held, version, columns, at=at)
    if taken is not None:
        versions.hold(held, **columns, version=taken, saved_at=at)
    return taken is not None


def _save(nomination: Nomination, part: str, fields: dict[str, Any], version: int, *, at: datetime) -> bool:
    """Write a page's fields as its next version, if `version` is still the present one."""
    if not _take(nomination, part, version, at=at, **_columns(nomination, part, fields)):
        return False
    if part == NOMINEE:
        _name(nomination, fields)
    return True


def _name(nomination: Nomination, fields: dict[str, Any]) -> None:
    """Write who is nominated, and at which schools they are."""
    people, wanted = fields["people"], set(fields["schools"])
    there = {link.school_id for link in nomination.schools}
    new = schools.by_ids(wanted - there)
    for position, typed in enumerate(people):
        if position == len(nomination.named):
            nomination.named.append(Named(position=position))
        named = nomination.named[position]
        named.given_name, named.family_name = typed["given"], typed["family"]
        named.role, named.email = typed["role"] or None, typed["email"] or None
        named.name_key = name_key(typed["given"], typed["family"])
    del nomination.named[len(people) :]
    for link in [link for link in nomination.schools if link.school_id not in wanted]:
        nomination.schools.remove(link)
    nomination.schools += [NominationSchool(school_id=school.id, school=school) for school in new]


def copy_part(other: Nomination, part: str, fields: dict[str, Any], *, at: datetime) -> None:
    """Write into a draft what was said elsewhere in its sitting, where nothing was said in it yet."""
    if not queries.begun(other, part):
        _save(other, part, fields, queries.version(other, part), at=at)


def _share(other: Nomination, part: str, fields: dict[str, Any], *, before: dict[str, Any], at: datetime) -> None:
    """Copy a part to another draft about the same nominee, unless that draft says something else of its own."""
    if queries.fields(other, part) != before and queries.begun(other, part):
        return
    if part == RELATION and fields["relation"] == Relation.SELF.value and not other.cycle.self_nomination:
        return
    _save(other, part, fields, queries.version(other, part), at=at)


def _aside(nomination: Nomination, part: str, fields: dict[str, Any], *, at: datetime) -> Saved:
    """Keep what was typed beside what was saved meanwhile; nothing is overwritten."""
    now = queries.afresh(nomination)
    present = queries.version(now, part)
    if queries.fields(now, part) == fields:
        return Saved(present, now.saved_at)
    same = [kept for kept in queries.unsettled(now) if kept.part == part and kept.fields == fields]
    kept = same[0] if same else Aside(nomination_id=now.id, part=part, fields=fields, typed_at=at)
    db.session.add(kept)
    db.session.flush()
    return Saved(present, at, kept)


def settle(
    nomination: Nomination, aside: Aside, *, fields: dict[str, Any] | None, version: int | None, at: datetime
) -> Saved:
    """Choose between two texts: save `fields` in place of what was saved, or (None) leave that as it is."""
    if fields is None:
        aside.settled_at = at
        return Saved(queries.version(nomination, aside.part), at)
    if nomination.stage is Stage.SUBMITTED:
        nomination = revise(nomination, at=at)
    if nomination.stage not in WRITABLE:
        raise Refused(OVER)
    saved = save(nomination, aside.part, fields, version=version, at=at)
    if saved.aside is None or saved.aside.id != aside.id:
        aside.settled_at = at
    return saved


def settle_address(sitting: Sitting, *, at: datetime) -> None:
    """Make the sitting its writer's whose address is typed there now, where it is not confirmed, and send the link to it."""
    typed = sitting.nominator_email or ""
    if sitting.confirmed_at is not None or address_key(typed) in {None, address_key(_account_address(sitting))}:
        return
    given, family = split_name(sitting.nominator_name)
    person = accounts.person_at(typed, at=at, language=sitting.language, given=given, family=family)
    sitting.nominator_id, sitting.nominator = person.id, person
    mail.cancel(sitting, templates=("nominations/begun",))
    begun = queries.of_sitting(sitting)
    for nomination in begun:
        nomination.nominator_id, nomination.nominator = person.id, person
    db.session.flush()
    send_link(sitting, at=at, nominations=begun)


def _account_address(sitting: Sitting) -> str | None:
    return db.session.get_one(Person, sitting.nominator_id).email


# ---------------------------------------------------------------- submitting


def closing(nomination: Nomination, *, at: datetime) -> datetime:
    """Return the instant until which this writer may change and send it, without grace."""
    if nomination.stage is Stage.RETURNED and nomination.return_due_at is not None:
        return nomination.return_due_at
    return awards.deadline_of(nomination.cycle, nomination.nominator_id, at)


def in_time(nomination: Nomination, *, at: datetime, closes: datetime | None = None) -> bool:
    """Say whether a submission arriving at `at` is in time, grace counted. `closes` is `closing()`, where it is known already."""
    closes = closes or closing(nomination, at=at)
    cycle = nomination.cycle
    if nomination.stage is Stage.RETURNED and nomination.return_due_at is not None:
        return at < closes + timedelta(minutes=cycle.grace_minutes)
    return arrives_in_time(
        cycle.stage, now=at, opens_at=cycle.opens_at, deadline=closes, grace_minutes=cycle.grace_minutes
    )


def submit(
    nomination: Nomination, *, version: int | None = None, source: str | None = None, at: datetime
) -> Nomination:
    """Hand a finished nomination to the award's staff, take its snapshot, thank the nominator, and gather it.

    `source` is where it came from, for what comes from outside: what looks like a program's is held for staff to look at first.

    Done already (a double click, a second window, the same page sent again), it gives the nomination as it stands and does nothing.
    Raises `TooLate` at the closing instant plus grace, `Incomplete`, or `Stale` where it was changed since `version`.
    """
    if nomination.stage in {Stage.SUBMITTED, Stage.LATE}:
        return nomination
    stage = NOMINATION.advance(nomination.stage, Step.SUBMIT)
    closes = closing(nomination, at=at)
    if not in_time(nomination, at=at, closes=closes):
        raise TooLate(CLOSED, award=nomination.cycle.award.name, deadline=closes)
    if queries.all_problems(nomination):
        raise Incomplete(INCOMPLETE)
    settle_address(nomination.sitting, at=at)
    # Every save counts the version up in its own transaction: while it stands, what was read and judged above is what there is.
    was, first = nomination.stage, nomination.received_at or at
    same = {"number": nomination.id, "was": was, "seen": nomination.version}
    current = version is None or version == nomination.version
    taken = versions.moved(versions.SENT, {**same, "becomes": stage, "at": at, "first": first}) if current else None
    if taken is None:
        now = queries.afresh(nomination)
        if now.stage is Stage.SUBMITTED:
            return now
        raise Stale(CHANGED)
    queries.with_all_that_is_sent(nomination)
    versions.hold(nomination, stage=stage, version=taken, submitted_at=at, received_at=first)
    snapshot = snapshots.take(nomination, at=at, flush=False)
    history.record(
        "submitted", nomination, by=nomination.nominator, at=at, snapshot=snapshot.number, sha256=snapshot.sha256
    )
    if not doubts.look(nomination, source=source, at=at):
        welcome(nomination, snapshot.number, closes=None if was is Stage.RETURNED else closes, at=at)
    return nomination


def welcome(nomination: Nomination, number: int, *, at: datetime, closes: datetime | None = None) -> None:
    """Thank the writer of what was submitted as this snapshot, and let it count. `closes` is `closing()`, where it is known already."""
    _receipt(nomination, number, closes=closes or closing(nomination, at=at), at=at)
    _gather(nomination, at=at)
    for listener in on_submitted:
        listener(nomination, at)


def _gather(nomination: Nomination, *, at: datetime) -> None:
    from portal.nominations.actions import gathering  # noqa: PLC0415 - it stands beside this module and reads what this one wrote

    gathering.gather(nomination, at=at)
    applying.settle(nomination, at=at)


def _receipt(nomination: Nomination, number: int, *, closes: datetime, at: datetime) -> None:
    """Post the copy of everything, once for each snapshot, to a writer who gave an address."""
    sitting, to = nomination.sitting, nomination.nominator
    if not to.email:
        return
    mail.post(
        "nominations/received",
        to=to,
        at=at,
        about=nomination,
        key=f"received:{nomination.id}:{number}",
        link={
            "purpose": CONFIRM,
            "kind": "sitting",
            "id": sitting.id,
            "next": f"/nominations/{nomination.reference}",
            "days": LINK_DAYS,
        },
        name=sitting.nominator_name,
        reference=nomination.reference,
        award=nomination.cycle.award.name,
        nominee=queries.nominee_names(nomination),
        deadline=closes.isoformat(),
        again=number > 1,
        confirmed=sitting.confirmed_at is not None,
        surprise=nomination.cycle.surprise,
        own=queries.applies(nomination),
        letters=_letters_to_ask(nomination),
        letters_due=letters.due(nomination.cycle).isoformat(),
        copy=_copy(nomination),
    )


def _letters_to_ask(nomination: Nomination) -> list[str]:
    """Return the roles of the letters that the award asks for and nobody was asked for yet."""
    plan = letters.plan_kept(nomination.cycle_id)
    if plan is None or not plan.mix:
        return []
    return letters.unasked(plan, letters.of_nomination(nomination), [nomination.relation])


def _copy(nomination: Nomination) -> dict[str, Any]:
    return {
        "people": [[named.name, named.role or ""] for named in nomination.named],
        "schools": sorted(link.school.name for link in nomination.schools),
        "central": nomination.place is Where.CENTRAL,
        "place_text": nomination.place_text or "",
        "relation": nomination.relation.value if nomination.relation else "",
        "relation_text": nomination.relation_text or "",
        "quote": nomination.quote.value if nomination.quote else "",
        "tell": nomination.may_tell_nominee,
        "words": nomination.may_show_words,
        "answers": [
            [(queries.applies(nomination) and asks.own_label) or asks.label, _said(nomination, asks)]
            for asks in queries.asked(nomination)
        ],
    }


def _said(nomination: Nomination, asks: Question) -> Any:  # noqa: ANN401 - a text, or an answer that is drawn in the letter's language
    text = queries.fields(nomination, f"{ANSWERS}{asks.key}")["text"]
    if asks.kind in questions.TEXTS or not text:
        return text
    offers = {str(value): words for value, words in asks.choices or []}
    return {"text": text, "kind": asks.kind.value, "chosen": [offers[v] for v in questions.chosen(text) if v in offers]}


def hold_late(nomination: Nomination, *, at: datetime) -> Nomination:
    """Leave a finished draft with the staff after the deadline: they accept it with a reason, or refuse it."""
    if nomination.stage is Stage.LATE:
        return nomination
    stage = NOMINATION.advance(nomination.stage, Step.HOLD_LATE)
    if in_time(nomination, at=at):
        raise Refused(N_("It is not late: send it in the usual way."))
    if queries.all_problems(nomination):
        raise Incomplete(INCOMPLETE)
    settle_address(nomination.sitting, at=at)
    same = update(Nomination).where(Nomination.id == nomination.id, Nomination.stage == nomination.stage)
    taken = versions.moved(
        same.values(stage=stage, version=Nomination.version + 1, received_at=at).returning(Nomination.version)
    )
    now = queries.afresh(nomination)
    if taken is not None:
        history.record("left late", now, by=now.nominator, at=at)
    return now


def revise(nomination: Nomination, *, at: datetime) -> Nomination:
    """Open a submitted nomination for changes. What was submitted stands until it is submitted again."""
    if nomination.stage is Stage.REVISING:
        return nomination
    stage = NOMINATION.advance(nomination.stage, Step.REVISE)
    if not in_time(nomination, at=at):
        raise TooLate(
            N_("%(award)s closed on %(deadline)s, so it cannot be changed now. What you sent stands."),
            award=nomination.cycle.award.name,
            deadline=closing(nomination, at=at),
        )
    return _step(nomination, stage, "revising", at=at)


def withdraw(nomination: Nomination, *, at: datetime, by: Person | None = None) -> Nomination:
    """Take a nomination back. It is kept for the record, and counts no more."""
    if nomination.stage is Stage.WITHDRAWN:
        return nomination
    counted = nomination.stage in COUNTS
    now = _step(nomination, NOMINATION.advance(nomination.stage, Step.WITHDRAW), "withdrawn", at=at, by=by)
    mail.cancel(now, templates=("nominations/received",))
    to = now.nominator
    if to.email:
        mail.post(
            "nominations/withdrawn",
            to=to,
            at=at,
            about=now,
            key=f"withdrawn:{now.id}",
            name=now.sitting.nominator_name,
            reference=now.reference,
            award=now.cycle.award.name,
            nominee=queries.nominee_names(now),
        )
    if counted:
        for listener in on_withdrawn:
            listener(now, at)
    return now


def discard(nomination: Nomination, *, at: datetime, by: Person | None = None) -> Nomination:
    """Throw a draft away that was never sent. What was typed is deleted; that there was a draft stays on the record."""
    if nomination.stage is Stage.DISCARDED:
        return nomination
    now = _step(nomination, NOMINATION.advance(nomination.stage, Step.DISCARD), "discarded", at=at, by=by)
    db.session.execute(delete(Aside).where(Aside.nomination_id == now.id))
    now.named.clear()
    now.schools.clear()
    now.answers.clear()
    now.place, now.place_text = Where.SCHOOLS, None
    now.relation = now.relation_text = now.quote = now.may_tell_nominee = None
    now.may_show_words = False
    db.session.flush()
    if not queries.of_sitting(now.sitting):
        mail.cancel(now.sitting, templates=("nominations/begun",))
    return now


def _step(nomination: Nomination, stage: Stage, word: str, *, at: datetime, by: Person | None = None) -> Nomination:
    """Take one step if nobody took another meanwhile."""
    same = update(Nomination).where(
        Nomination.id == nomination.id, Nomination.stage == nomination.stage, Nomination.version == nomination.version
    )
    taken = versions.moved(same.values(stage=stage, version=Nomination.version + 1).returning(Nomination.version))
    now = queries.afresh(nomination)
    if taken is not None:
        history.record(word, now, by=by or now.nominator, at=at)
    elif now.stage is not stage:
        raise Stale(CHANGED)
    return now
