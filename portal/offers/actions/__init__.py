"""Making an offer, what its recipient answers and sends, and what becomes of it.

Every change is a conditional update: pressed twice, it is done once.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import null, select, update

from portal import history, mail
from portal.accounts import queries as accounts
from portal.accounts.models import Role
from portal.db import db, rows_changed
from portal.decisions import actions as decisions
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.errors import N_, Refused, Stale, TooLate
from portal.files import actions as files
from portal.files.rules import FileState
from portal.funds.rules import PayeeKind, check_words
from portal.nominations.models import Candidacy, CandidacySchool
from portal.offers import queries, rules
from portal.offers.models import Offer, Requirement, Terms
from portal.offers.rules import (
    OFFER,
    REQUIREMENT,
    OfferState,
    OfferStep,
    RequirementKind,
    RequirementState,
    RequirementStep,
)
from portal.publishing import actions as publishing
from portal.schools.models import School

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.decisions.models import Decision
    from portal.files.models import StoredFile
    from portal.people.models import Person

MOVED = N_("This was changed since you opened it. The page shows how it stands now.")
REASON = N_("Say why, in a sentence: it stands in the record.")
NOT_TOLD = N_("Nothing is offered to somebody who has not been told.")
TOO_LATE = N_("This offer was to be answered by %(due)s. Ask the office: they can make it again.")
NOT_ASKED = N_("This is not asked for here.")
HEARD = N_("Say whom you heard it from, how and when: it stands in the record.")
NAME_IT = N_("Write your name, as you would sign.")
SAY_WHERE = N_("Write who receives it")
SAY_SPONSOR = N_("Write which organization receives it for the group")
LATER = N_("Choose a day that is still to come.")
NOT_THIS = N_("A sum of this award does not go there.")

SECOND = N_("You proposed this yourself. Somebody else approves it.")

LINK_DAYS = 30
_NOT_PROPOSED: dict[str, Any] = {
    "new_needs": null(),
    "new_agreement": null(),
    "proposed_by_id": None,
    "proposed_at": None,
}


def move(offer: Offer, step: OfferStep, *, version: int | None = None, **facts: Any) -> None:
    """Take an offer a step on, if it still stands as it was seen. Raises `Stale` when somebody was first."""
    seen = offer.version if version is None else version
    facts |= {"state": OFFER.advance(offer.state, step), "version": seen + 1}
    moved = rows_changed(
        update(Offer).where(Offer.id == offer.id, Offer.version == seen, Offer.state == offer.state).values(**facts)
    )
    if moved != 1:
        raise Stale(MOVED)


# ---------------------------------------------------------------- terms


def set_terms(
    cycle: Cycle,
    *,
    needs: Sequence[str],
    agreement: Mapping[str, str],
    answer_days: int,
    paper_days: int,
    at_telling: bool,
    version: int = 0,
    by: Person,
    at: datetime,
) -> Terms:
    """Set what each offer of a cycle needs. Offers that were made keep what they were made with.

    Once set, another list of what must be here before a sum is paid, or other words to sign, wait for a second person; days hold at once.
    """
    days: dict[str, Any] = {"answer_days": answer_days, "paper_days": paper_days, "at_telling": at_telling}
    wanted = [kind.value for kind in RequirementKind if kind.value in set(needs)]
    signed = {code: words.strip() for code, words in agreement.items() if words.strip()}
    terms = queries.terms(cycle)
    if (terms.version if terms is not None else 0) != version:
        raise Stale(MOVED)
    if terms is None:
        terms = Terms(cycle_id=cycle.id, needs=wanted, agreement=signed, **days)
        db.session.add(terms)
        db.session.flush()
        history.record("terms of offers set", cycle, by=by, at=at, needs=wanted, answer_days=answer_days)
        return terms
    changed = (wanted, signed) != (list(terms.needs), dict(terms.agreement))
    known = (terms.new_needs, terms.new_agreement) if terms.proposed_by_id is not None else (None, None)
    proposed: dict[str, Any] = _NOT_PROPOSED
    if changed:
        proposed = {"new_needs": wanted, "new_agreement": signed, "proposed_by_id": by.id, "proposed_at": at}
        if known == (wanted, signed):  # as another proposed it: it stays theirs, and still waits for somebody else
            proposed = {}
    _change_terms(terms, version, **days, **proposed)
    action = "terms of offers proposed" if changed else "terms of offers set"
    history.record(action, cycle, by=by, at=at, needs=wanted, answer_days=answer_days)
    return terms


def _change_terms(terms: Terms, version: int, **facts: Any) -> None:
    saved = update(Terms).where(Terms.id == terms.id, Terms.version == version).values(version=version + 1, **facts)
    if rows_changed(saved) != 1:
        raise Stale(MOVED)
    db.session.refresh(terms)


def approve_terms(cycle: Cycle, *, version: int, by: Person, at: datetime) -> Terms:
    """Approve, as a second person, what another proposed that offers need and say. Offers that were made keep what they were made with."""
    terms = _proposed(cycle)
    if terms.proposed_by_id == by.id:
        raise Refused(SECOND)
    needs, agreement = list(terms.new_needs or []), dict(terms.new_agreement or {})
    _change_terms(terms, version, needs=needs, agreement=agreement, **_NOT_PROPOSED)
    history.record("terms of offers approved", cycle, by=by, at=at, needs=needs)
    return terms


def leave_terms(cycle: Cycle, *, version: int, by: Person, at: datetime) -> Terms:
    """Leave what offers need as it stands: what was proposed is dropped."""
    terms = _proposed(cycle)
    _change_terms(terms, version, **_NOT_PROPOSED)
    history.record("terms of offers left", cycle, by=by, at=at)
    return terms


def _proposed(cycle: Cycle) -> Terms:
    terms = queries.terms(cycle)
    if terms is None or terms.proposed_by_id is None:
        raise Stale(MOVED)
    return terms


# ---------------------------------------------------------------- making


def felt_told(candidacy: Candidacy, cycle: Cycle, at: datetime) -> None:
    """Feel that somebody selected is told: they are offered what they get, where the terms say that it happens by itself."""
    terms = queries.terms(cycle)
    if terms is not None and terms.at_telling:
        make(candidacy, cycle, by=None, at=at)


def make_all(cycle: Cycle, *, by: Person, at: datetime) -> int:
    """Make an offer to everyone who was selected and told and has none. Returns how many."""
    waiting = queries.without_offer(cycle)
    for candidacy in waiting:
        make(candidacy, cycle, by=by, at=at)
    return len(waiting)


def make(candidacy: Candidacy, cycle: Cycle, *, by: Person | None, at: datetime) -> Offer:
    """Offer somebody selected what they are given, and send them the link to answer. Once: a second call returns what stands."""
    known = db.session.scalar(select(Offer).where(Offer.candidacy_id == candidacy.id))
    if known is not None:
        return known
    decision = queries.decision_of(candidacy.id)
    if (
        candidacy.told_at is None
        or decision is None
        or decision.outcome is not Outcome.SELECTED
        or decision.state not in {DecisionState.RELEASED, DecisionState.CORRECTED}
    ):
        raise Refused(NOT_TOLD)
    terms = queries.terms(cycle)
    people = [link.person for link in candidacy.people]
    days = terms.answer_days if terms is not None else rules.ANSWER_DAYS
    kind = rules.usual_payee(cycle.paid_to.value)
    offer = Offer(
        reference=secrets.token_hex(6),
        candidacy_id=candidacy.id,
        cycle_id=cycle.id,
        fund_id=cycle.fund_id,
        offered_cents=decision.sum_cents or 0,
        sum_cents=decision.sum_cents or 0,
        paid_to=cycle.paid_to,
        agreement=terms.agreement if terms is not None else {},
        made_at=at,
        made_by_id=by.id if by else None,
        due_at=at + timedelta(days=days),
        paper_days=terms.paper_days if terms is not None else rules.PAPER_DAYS,
        payee_kind=kind,
        payee_name=_payee(candidacy, kind, people),
    )
    db.session.add(offer)
    db.session.flush()
    offer.reference = f"O-{offer.id:04d}"
    wanted = queries.needs_of(terms, cycle)
    for needed in rules.needs(wanted, minor=any(person.minor for person in people)):
        db.session.add(Requirement(offer_id=offer.id, kind=needed))
    db.session.flush()
    history.record("offer made", offer, by=by, at=at, cents=offer.sum_cents, due=offer.due_at.isoformat())
    tell("made", offer, candidacy, cycle, at=at, key="made")
    return offer


def _payee(candidacy: Candidacy, kind: PayeeKind, people: Sequence[Person]) -> str:
    if kind is PayeeKind.PERSON:
        return people[0].name if len(people) == 1 else candidacy.name
    if kind is PayeeKind.SCHOOL:
        school = select(School.name).join(CandidacySchool, CandidacySchool.school_id == School.id)
        return db.session.scalar(school.where(CandidacySchool.candidacy_id == candidacy.id).limit(1)) or ""
    return ""


def tell(
    template: str, offer: Offer, candidacy: Candidacy, cycle: Cycle, *, at: datetime, key: str, **more: Any
) -> int:
    """Write to whoever an offer is made to, with the link to its page. Returns to how many."""
    people, sent = queries.lead(candidacy), 0
    for person in people:
        message = mail.post(
            f"offers/{template}",
            to=person,
            at=at,
            about=offer,
            link={"purpose": "sign in", "next": f"/offers/{offer.reference}", "days": LINK_DAYS},
            result=True,
            key=f"offer {offer.id} {person.id} {key}",
            name=person.name,
            award=cycle.award.name,
            year=cycle.year,
            sum_cents=offer.sum_cents,
            due=offer.due_at.isoformat(),
            papers_due=offer.papers_due_at.isoformat() if offer.papers_due_at else None,
            **more,
        )
        sent += message is not None
    return sent


def _tell_office(template: str, offer: Offer, *, at: datetime, key: str, **more: Any) -> None:
    """Write to the staff of the award, less whoever has a conflict in its cycle."""
    cycle = offer.cycle
    closed = queries.conflicted(cycle)
    for person in accounts.holders(Role.STAFF, award_id=cycle.award_id):
        if person.id in closed or not person.email:
            continue
        mail.post(
            f"offers/{template}",
            to=person,
            at=at,
            about=offer,
            link={"purpose": "sign in", "next": f"/desk/{cycle.award.slug}/{cycle.year}/offers"},
            key=f"offer {offer.id} office {person.id} {key}",
            nominee=offer.candidacy.name,
            award=cycle.award.name,
            year=cycle.year,
            **more,
        )


# ---------------------------------------------------------------- the answer


def accept(offer: Offer, *, version: int, by: Person, at: datetime, heard: str = "") -> None:
    """Accept an offer: from here on its papers are due. `heard` is how the office heard it, where `by` notes another's answer."""
    if offer.state is OfferState.MADE and at >= offer.due_at:
        raise TooLate(TOO_LATE, due=offer.due_at)
    due = at + timedelta(days=offer.paper_days)
    move(offer, OfferStep.ACCEPT, version=version, answered_at=at, answered_by_id=by.id, papers_due_at=due)
    db.session.refresh(offer, ["state", "version", "answered_at", "papers_due_at"])
    mail.cancel(offer)
    history.record("offer accepted", offer, by=by, at=at, reason=heard.strip() or None)
    tell(
        "accepted",
        offer,
        offer.candidacy,
        offer.cycle,
        at=at,
        key="accepted",
        papers=[one.kind.value for one in offer.requirements if one.state in rules.TO_GIVE],
    )


def note_answer(offer: Offer, *, accepts: bool, heard: str, version: int, by: Person, at: datetime) -> None:
    """Note the answer that somebody gave by telephone or on paper. Raises `Refused` where it is not said how it was heard."""
    if not heard.strip():
        raise Refused(HEARD, field="heard")
    check_words(heard, field="heard")
    if accepts:
        accept(offer, version=version, by=by, at=at, heard=heard)
    else:
        decline(offer, reason=heard, version=version, by=by, at=at)


def decline(offer: Offer, *, reason: str, version: int, by: Person, at: datetime) -> None:
    """Decline an offer: the place falls free, what was shown is taken down, and the office hears of it."""
    move(
        offer,
        OfferStep.DECLINE,
        version=version,
        answered_at=at,
        answered_by_id=by.id,
        reason=reason.strip() or None,
        sum_cents=0,
    )
    db.session.refresh(offer, ["state", "version", "sum_cents"])
    mail.cancel(offer)
    history.record("offer declined", offer, by=by, at=at, reason=reason.strip() or None)
    publishing.gave_up(offer.cycle, offer.candidacy_id, reason="The offer was declined.", by=by, at=at)
    _tell_office("office_declined", offer, at=at, key="declined", reason=reason.strip())


def renew(offer: Offer, *, due_at: datetime, reason: str, version: int, by: Person, at: datetime) -> None:
    """Give more time to answer, or make an offer that lapsed again."""
    if due_at <= at:
        raise Refused(LATER, field="due")
    if offer.state is OfferState.MADE:
        moved = rows_changed(
            update(Offer)
            .where(Offer.id == offer.id, Offer.version == version, Offer.state == OfferState.MADE)
            .values(due_at=due_at, version=version + 1)
        )
        if moved != 1:
            raise Stale(MOVED)
    else:
        move(offer, OfferStep.RENEW, version=version, due_at=due_at)
    db.session.refresh(offer, ["state", "version", "due_at"])
    mail.cancel(offer)
    history.record("offer made again", offer, by=by, at=at, reason=reason.strip() or None, due=due_at.isoformat())
    tell("made", offer, offer.candidacy, offer.cycle, at=at, key=f"again {offer.version}")


def forfeit(offer: Offer, *, reason: str, frees: bool, version: int, by: Person, at: datetime) -> None:
    """Note that a recipient forfeited what is not paid yet: it goes back to the fund. What was paid stays paid.

    With `frees` the place falls free for the next alternate too, and what was shown is taken down; without it the honor stays.
    Raises `Refused` while a payment is on its way: call it off first.
    """
    if not reason.strip():
        raise Refused(REASON, field="reason")
    if offer.planned_cents != offer.recorded_cents:
        raise Refused(N_("A payment is planned or approved. Call it off first."))
    if frees and offer.recorded_cents:
        raise Refused(N_("A part was paid, so the place is not free. Reverse that payment first."), field="frees")
    lost = offer.sum_cents - offer.recorded_cents
    move(
        offer,
        OfferStep.FORFEIT,
        version=version,
        reason=reason.strip(),
        sum_cents=offer.recorded_cents,
        answered_at=offer.answered_at or at,
    )
    db.session.refresh(offer, ["state", "version", "sum_cents"])
    mail.cancel(offer)
    history.record("offer forfeited", offer, by=by, at=at, reason=reason.strip(), cents=lost, frees=frees)
    decision = queries.decision_of(offer.candidacy_id)
    if frees:
        publishing.gave_up(offer.cycle, offer.candidacy_id, reason=reason.strip(), by=by, at=at)
    elif decision is not None and decision.place is not None:
        decisions.give_back(decision, cents=lost, reason=reason.strip(), by=by, at=at)
        db.session.flush()
        publishing.refresh(offer.cycle, offer.candidacy_id, at=at, reason="A sum was forfeited.")


def felt_stage(candidacy: Candidacy, _before: object, at: datetime) -> None:
    """Feel a withdrawal: an offer that nothing was paid on ends with it."""
    if candidacy.stage.value != "withdrawn":
        return
    offer = db.session.scalar(select(Offer).where(Offer.candidacy_id == candidacy.id))
    if offer is None or not OFFER.fits(offer.state, OfferStep.FORFEIT) or offer.planned_cents:
        return
    why = "The candidacy was withdrawn."
    move(offer, OfferStep.FORFEIT, reason=why, sum_cents=0, answered_at=offer.answered_at or at)
    mail.cancel(offer)
    history.record("offer forfeited", offer, at=at, reason=why, cents=offer.offered_cents)


def felt_rescinded(decision: Decision, reason: str, at: datetime) -> None:
    """Feel that a decision was taken back: its offer ends with it. Raises `Refused` where money was paid or is on its way."""
    offer = db.session.scalar(select(Offer).where(Offer.candidacy_id == decision.candidacy_id))
    if offer is None or offer.state in rules.OVER:
        return
    if offer.planned_cents:
        raise Refused(N_("A payment of it is planned or was made. Call it off, or reverse it, first."))
    move(offer, OfferStep.FORFEIT, reason=reason, sum_cents=0, answered_at=offer.answered_at or at)
    mail.cancel(offer)
    history.record("offer forfeited", offer, at=at, reason=reason, cents=offer.offered_cents)


def close(offer: Offer, *, version: int, by: Person, at: datetime) -> None:
    """Close an offer that is paid in full."""
    move(offer, OfferStep.CLOSE, version=version)
    history.record("offer closed", offer, by=by, at=at)


# ---------------------------------------------------------------- papers


def _paper(offer: Offer, kind: RequirementKind) -> Requirement:
    found = queries.paper(offer, kind.value)
    if found is None or found.state is RequirementState.NOT_NEEDED:
        raise Refused(NOT_ASKED)
    if offer.state not in rules.TAKEN:
        raise Refused(OFFER.refusal, state=offer.state.value, step="give")
    return found


def _step(paper: Requirement, step: RequirementStep, **facts: Any) -> None:
    facts |= {"state": REQUIREMENT.advance(paper.state, step), "version": paper.version + 1}
    mine = (Requirement.id == paper.id, Requirement.version == paper.version, Requirement.state == paper.state)
    if rows_changed(update(Requirement).where(*mine).values(**facts)) != 1:
        raise Stale(MOVED)
    db.session.refresh(paper, ["state", "version", *facts])


def _give(offer: Offer, paper: Requirement, *, by: Person, at: datetime, **facts: Any) -> None:
    _step(paper, RequirementStep.GIVE, given_at=at, given_by_id=by.id, reason=None, **facts)
    history.record("paper given", paper, by=by, at=at, kind=paper.kind.value)
    if offer.state is OfferState.ACCEPTED:
        move(offer, OfferStep.GATHER)
        db.session.refresh(offer, ["state", "version"])


def agree(offer: Offer, *, words: str, signed: str, by: Person, at: datetime) -> None:
    """Agree to the agreement, with the words agreed to and the name it is signed with."""
    paper = _paper(offer, RequirementKind.AGREEMENT)
    if not signed.strip():
        raise Refused(NAME_IT, field="signed")
    _give(offer, paper, by=by, at=at, words=f"{words.strip()}\n\n{signed.strip()}".strip())


def sent_tax_form(offer: Offer, *, by: Person, at: datetime) -> None:
    """Note that the recipient says they sent the tax form to the office. Nothing of what stands on it is kept."""
    _give(offer, _paper(offer, RequirementKind.TAX_FORM), by=by, at=at)


def name_payee(
    offer: Offer,
    *,
    kind: str,
    name: str,
    sponsor: str = "",
    contact: str = "",
    by: Person,
    at: datetime,
    office: bool = False,
) -> None:
    """Say who receives the sum. A group of a school is named with the organization that receives it for the group.

    The office may put it right whether or not it is asked for. Never an account's number.
    """
    allowed = {one.value for one in rules.payees(offer.paid_to.value)}
    if kind not in allowed and not (office and kind in {one.value for one in PayeeKind}):
        raise Refused(NOT_THIS, field="kind")
    if not name.strip():
        raise Refused(SAY_WHERE, field="name")
    group = kind == PayeeKind.GROUP.value
    if group and not sponsor.strip():
        raise Refused(SAY_SPONSOR, field="sponsor")
    for field, text in (("name", name), ("sponsor", sponsor)):
        check_words(text, field=field)
    paper = queries.paper(offer, RequirementKind.ACCOUNT.value) if office else _paper(offer, RequirementKind.ACCOUNT)
    facts = {
        "payee_kind": PayeeKind(kind),
        "payee_name": name.strip(),
        "payee_sponsor": sponsor.strip() if group else None,
        "payee_contact": contact.strip(),
    }
    db.session.execute(update(Offer).where(Offer.id == offer.id).values(**facts))
    db.session.refresh(offer, list(facts))
    history.record("payee named", offer, by=by, at=at, kind=kind)
    if paper is not None and not office:
        _give(offer, paper, by=by, at=at)


def attach(offer: Offer, kind: RequirementKind, file: StoredFile, *, by: Person, at: datetime) -> None:
    """Put a file to a paper, in place of what was there."""
    paper = _paper(offer, kind)
    before = paper.file
    if before is not None and before.id != file.id and before.state is not FileState.REMOVED:
        files.remove(before, by=by, at=at)
    _give(offer, paper, by=by, at=at, file_id=file.id)


def detach(offer: Offer, kind: RequirementKind, *, by: Person, at: datetime) -> None:
    """Take the file of a paper out again."""
    paper = _paper(offer, kind)
    if paper.state is RequirementState.IN_ORDER:
        raise Refused(N_("The office found this in order. Ask them to change it."))
    if paper.file is not None and paper.file.state is not FileState.REMOVED:
        files.remove(paper.file, by=by, at=at)
    facts = {"file_id": None, "state": RequirementState.WANTED, "given_at": None, "given_by_id": None}
    db.session.execute(update(Requirement).where(Requirement.id == paper.id).values(version=paper.version + 1, **facts))
    db.session.refresh(paper)


def settle(
    offer: Offer, paper: Requirement, step: RequirementStep, *, reason: str = "", version: int, by: Person, at: datetime
) -> None:
    """Find a paper in order, return it, or do without it; the last two with a reason."""
    if paper.version != version:
        raise Stale(MOVED)
    if offer.state not in {*rules.TAKEN, OfferState.MADE}:
        raise Refused(OFFER.refusal, state=offer.state.value, step=step.value)
    if step is not RequirementStep.ACCEPT and not reason.strip():
        raise Refused(REASON, field="reason")
    check_words(reason, field="reason")
    _step(paper, step, settled_at=at, settled_by_id=by.id, reason=reason.strip() or None)
    history.record(
        f"paper {paper.state.value}", paper, by=by, at=at, reason=reason.strip() or None, kind=paper.kind.value
    )
    if step is RequirementStep.RETURN:
        tell(
            "returned",
            offer,
            offer.candidacy,
            offer.cycle,
            at=at,
            key=f"returned {paper.id} {paper.version}",
            paper=paper.kind.value,
            reason=reason.strip(),
        )


# ---------------------------------------------------------------- on their days


def remind_due(*, at: datetime) -> int:
    """Remind of answers and of papers before their day. Returns how many messages were posted."""
    sent = 0
    for offer in queries.open_ones({OfferState.MADE, OfferState.ACCEPTED, OfferState.PAPERWORK}):
        if offer.state is OfferState.MADE:
            days = rules.reminder_due(offer.due_at, made=offer.made_at, at=at)
            if days is not None:
                key = f"reminder {offer.due_at.isoformat()} {days}"
                sent += tell("reminder", offer, offer.candidacy, offer.cycle, at=at, key=key)
            continue
        missing = [one.kind.value for one in offer.requirements if one.state in rules.TO_GIVE]
        begun = offer.answered_at or offer.made_at
        days = rules.reminder_due(offer.papers_due_at, made=begun, at=at) if offer.papers_due_at and missing else None
        if days is not None and offer.papers_due_at is not None:
            key = f"papers {offer.papers_due_at.isoformat()} {days}"
            sent += tell("papers", offer, offer.candidacy, offer.cycle, at=at, key=key, papers=missing)
    return sent


def lapse_due(*, at: datetime) -> int:
    """Note of offers that nobody answered in time that they lapsed, and tell both sides. Returns how many."""
    late = [one for one in queries.open_ones({OfferState.MADE}) if one.due_at <= at]
    for offer in late:
        move(offer, OfferStep.LAPSE)
        db.session.refresh(offer, ["state", "version"])
        mail.cancel(offer)
        history.record("offer lapsed", offer, at=at)
        tell("lapsed", offer, offer.candidacy, offer.cycle, at=at, key=f"lapsed {offer.version}")
        _tell_office("office_lapsed", offer, at=at, key=f"lapsed {offer.version}")
    return len(late)
