"""Planning, approving and carrying out a release, and keeping what is public true to what was agreed to.

`tell` and `publish` are called by the worker when an instant has come: each is one transaction that begins with a conditional
update of the release, so that it happens once, whole, or not at all. A late worker means late, never early.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from portal import history, mail
from portal.awards.models import Cycle
from portal.awards.rules import CYCLE, CycleStep
from portal.db import db, rows_changed
from portal.decisions import actions as decisions
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.errors import N_, Refused, Stale
from portal.funds.models import Fund
from portal.nominations.models import Candidacy
from portal.nominations.rules import CandidacyStage
from portal.nominations.translating.queries import BIOGRAPHY
from portal.people.rules import name_key
from portal.publishing import rules
from portal.publishing.actions import followups
from portal.publishing.desk import messages, queries
from portal.publishing.desk.models import Draft, Release
from portal.publishing.desk.queries import practice as briefs
from portal.publishing.models import Recipient
from portal.publishing.rules import RELEASE, Change, Check, ReleaseState, ReleaseStep, Weight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from portal.nominations.models import Nomination
    from portal.nominations.translating.models import Translation
    from portal.people.models import Person
    from portal.publishing.desk.queries import Chosen, Drafting, Published, Releasing

MOVED = N_("This was changed since you opened it. The page shows how it stands now.")
TOLD_FIRST = N_("Those concerned are told first: the public time must not come before it.")
PAST = N_("This time has passed. Choose one that is still to come.")
SET_BOTH = N_("Set both times first.")
BLOCKED = N_("Something still blocks the release: %(what)s.")
OWN_PAGE = N_("Whoever prepared a page cannot check it. Somebody else reads it.")
SECOND = N_("Whoever planned the release cannot approve it.")
DONOR = N_("Whoever gives to the fund cannot release its results.")
REASON = N_("Say why, in a sentence: it stands in the record.")
NOT_SAID = N_(
    "These words are not in the nomination %(reference)s. Quote what was written; three dots may leave something out."
)
NOT_QUOTABLE = N_("The writer of %(reference)s did not agree to be quoted.")
NOT_TOLD_YET = N_("The time to tell has not come: it is %(when)s.")
ONLY_SURPRISE = N_("This award is no surprise: everyone selected is written to at the time that was set.")
CHECK_FIRST = N_("A second person has not checked the page of %(name)s yet: do that first, on the page of the release.")
NOT_APPROVED = N_("A second person has not approved this yet.")
TOLD_ALREADY = N_("That was recorded already.")
PUT_RIGHT = "Its person put the biography right."
SETTLED = N_("What was told cannot be taken back. Correct or take down the page instead.")

ABOUT_ONE = ("publishing/selected", "publishing/guardian", "publishing/school", "publishing/kind_words")
ABOUT_SEVERAL = ("publishing/nominator", "publishing/recommender")
# (candidacy, cycle, at): somebody selected is told now; offers listen
on_told: list[Callable[[Candidacy, Cycle, datetime], object]] = []

SEED = 1_000_003  # portraits are drawn from a number below this


# ---------------------------------------------------------------- planning


def plan(
    thing: Releasing,
    *,
    told_at: datetime | None,
    public_at: datetime | None,
    version: int = 0,
    by: Person,
    at: datetime,
) -> Release:
    """Set when those concerned may be told and when the public may read. Whoever sets the times cannot approve them."""
    if told_at is not None and public_at is not None and public_at < told_at:
        raise Refused(TOLD_FIRST, field="public_at")
    for field, instant in (("told_at", told_at), ("public_at", public_at)):
        if instant is not None and instant <= at:
            raise Refused(PAST, field=field)
    release = thing.release
    if release is None:
        release = Release(
            cycle_id=thing.cycle.id, told_at=told_at, public_at=public_at, planned_by_id=by.id, planned_at=at
        )
        db.session.add(release)
    else:
        if release.state is ReleaseState.TOLD:
            raise Refused(SETTLED)
        state = (
            release.state
            if release.state is not ReleaseState.APPROVED
            else RELEASE.advance(release.state, ReleaseStep.RETURN)
        )
        facts = {"told_at": told_at, "public_at": public_at, "planned_by_id": by.id, "planned_at": at}
        _move(
            release,
            RELEASE.advance(state, ReleaseStep.PLAN),
            version=version,
            **facts,
            approved_by_id=None,
            approved_at=None,
            asked_at=None,
            held=None,
        )
    db.session.flush()
    said = {name: when.isoformat() if when else None for name, when in (("told_at", told_at), ("public_at", public_at))}
    history.record("release planned", release, by=by, at=at, **said)
    return release


def _move(release: Release, state: ReleaseState, *, version: int | None = None, **facts: Any) -> None:
    """Take a release to a state, if it still stands as it was seen. Raises `Stale` when somebody was first."""
    seen = release.version if version is None else version
    moved = rows_changed(
        update(Release)
        .where(Release.id == release.id, Release.version == seen, Release.state == release.state)
        .values(state=state, version=seen + 1, **facts)
    )
    if moved != 1:
        raise Stale(MOVED)


def save_draft(
    thing: Drafting,
    *,
    citation: str,
    quotations: Sequence[dict[str, str]],
    years: str = "",
    version: int = 0,
    reason: str = "",
    by: Person,
    at: datetime,
) -> Draft:
    """Save what the office prepares for a candidacy's pages. `quotations` are {"nomination", "words", "translation"}.

    Raises `Refused` for words that nobody wrote, or whose writer did not agree to be quoted. Once public it corrects the pages, and
    needs a reason, which readers see.
    """
    writers = {writer.reference: writer for writer in thing.quotable}
    for number, quotation in enumerate(quotations):
        writer = writers.get(quotation["nomination"])
        if writer is None:
            raise Refused(NOT_QUOTABLE, field=f"words-{number}", reference=quotation["nomination"])
        if not rules.is_said(quotation["words"], writer.texts):
            raise Refused(NOT_SAID, field=f"words-{number}", reference=writer.reference)
    shown = [row for row in queries.recipients(thing.releasing.cycle) if row.candidacy_id == thing.candidacy.id]
    if shown and not reason.strip():
        raise Refused(REASON, field="reason")
    draft = thing.draft
    if draft is None:
        if version:
            raise Stale(MOVED)
        draft = Draft(
            candidacy_id=thing.candidacy.id,
            citation=citation.strip(),
            years=years.strip(),
            quotations=list(quotations),
            saved_at=at,
            saved_by_id=by.id,
        )
        db.session.add(draft)
        db.session.flush()
    else:
        facts = {
            "citation": citation.strip(),
            "years": years.strip(),
            "quotations": list(quotations),
            "saved_at": at,
            "saved_by_id": by.id,
            "checked_by_id": None,
            "checked_at": None,
        }
        saved = rows_changed(
            update(Draft).where(Draft.id == draft.id, Draft.version == version).values(version=version + 1, **facts)
        )
        if saved != 1:
            raise Stale(MOVED)
    history.record("page prepared", thing.candidacy, by=by, at=at, reason=reason.strip() or None)
    for row in shown:
        _correct(row, reason=reason.strip(), by=by, at=at)
    if shown:
        followups.owe(thing.candidacy, change=Change.CORRECTED, reason=reason.strip(), by=by, at=at)
        refresh(thing.releasing.cycle, thing.candidacy.id, at=at)
    return draft


def check(thing: Drafting, *, seen: str, by: Person, at: datetime) -> None:
    """Note that a second person read the pages of a candidacy as they stand, with their photographs. Changed, they are to be read anew.

    Raises `Refused` for whoever prepared them, `Stale` where they are not what was `seen` (`Drafting.seen`).
    """
    draft = thing.draft
    if thing.seen != seen:
        raise Stale(MOVED)
    if draft is None:
        db.session.add(
            Draft(
                candidacy_id=thing.candidacy.id,
                quotations=[],
                version=0,
                saved_at=at,
                checked_by_id=by.id,
                checked_at=at,
            )
        )
    else:
        if draft.saved_by_id == by.id:
            raise Refused(OWN_PAGE)
        mine = update(Draft).where(Draft.id == draft.id, Draft.version == draft.version)
        if rows_changed(mine.values(checked_by_id=by.id, checked_at=at)) != 1:
            raise Stale(MOVED)
    db.session.flush()
    history.record("page checked", thing.candidacy, by=by, at=at)
    unread = [one.photo for one in thing.people if one.photo is not None and not one.photo.checked]
    for photo in unread:
        photo.checked_version = photo.version
    if unread:  # where the page is public already, it shows them from now on
        db.session.flush()
        refresh(thing.releasing.cycle, thing.candidacy.id, at=at)


def _correct(row: Recipient, *, reason: str, by: Person, at: datetime) -> None:
    row.corrected_at, row.correction, row.changed_by_id = at, reason, by.id
    history.record("page corrected", row, by=by, at=at, reason=reason)
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == row.candidacy_id))
    if decision is not None:
        decisions.correct(decision, reason=reason, by=by, at=at)


# ---------------------------------------------------------------- a second person


def ask(thing: Releasing, *, by: Person, at: datetime) -> list[Person]:
    """Ask those who may approve, once a day at most. Returns who was asked."""
    release = thing.release
    if release is None:
        raise Refused(SET_BOTH)
    asked = queries.approvers(thing)
    for person in asked:
        mail.post(
            "publishing/please_approve",
            to=person,
            at=at,
            about=release,
            link={"purpose": "sign in", "next": f"/desk/{thing.cycle.award.slug}/{thing.cycle.year}/release"},
            key=f"please release {release.id} {person.id} {at:%Y-%m-%d}",
            award=thing.cycle.award.name,
            year=thing.cycle.year,
            asker=by.name,
        )
    release.asked_at = at
    history.record("approval asked for", release, by=by, at=at)
    return asked


def blockers(thing: Releasing) -> list[Check]:
    """Return what keeps this release from being approved or carried out, as it stands now."""
    ready = queries.readiness(thing, queries.chosen(thing.cycle))
    return [check for check in rules.checks(ready) if check.weight is Weight.BLOCKS]


def approve(thing: Releasing, *, version: int, by: Person, at: datetime) -> None:
    """Approve a release: from here on the worker carries it out at its instants. Nothing may block it, and `by` did not plan it."""
    release = thing.release
    if release is None or release.told_at is None or release.public_at is None:
        raise Refused(SET_BOTH)
    state = RELEASE.advance(release.state, ReleaseStep.APPROVE)
    if release.planned_by_id == by.id:
        raise Refused(SECOND)
    if by.id in queries.donors(thing.cycle):
        raise Refused(DONOR)
    if release.told_at <= at:
        raise Refused(PAST)
    held = blockers(thing)
    if held:
        raise Refused(BLOCKED, what=held[0].message % held[0].facts)
    _move(release, state, version=version, approved_by_id=by.id, approved_at=at, held=None)
    history.record("release approved", release, by=by, at=at)


def cancel(thing: Releasing, *, reason: str, version: int, by: Person, at: datetime) -> None:
    """Cancel an approved release before anybody is told."""
    release = thing.release
    if release is None:
        raise Refused(SET_BOTH)
    if release.state in {ReleaseState.TOLD, ReleaseState.PUBLIC}:
        raise Refused(SETTLED)
    if not reason.strip():
        raise Refused(REASON, field="why")
    _move(
        release,
        RELEASE.advance(release.state, ReleaseStep.CANCEL),
        version=version,
        approved_by_id=None,
        approved_at=None,
    )
    mail.cancel(release)
    history.record("release cancelled", release, by=by, at=at, reason=reason.strip())


def decisions_changed(cycle: Cycle, at: datetime) -> None:
    """Take an approval back when what it was given for has changed. What was told stays told."""
    release = queries.of_cycle(cycle)
    if release is None or release.state is not ReleaseState.APPROVED:
        return
    _move(
        release,
        RELEASE.advance(release.state, ReleaseStep.RETURN),
        approved_by_id=None,
        approved_at=None,
        asked_at=None,
    )
    mail.cancel(release)
    history.record("release returned", release, at=at, reason="A decision changed.")


# ---------------------------------------------------------------- at the instants


def tell(thing: Releasing, *, at: datetime) -> bool:
    """Tell those concerned, once their instant has come: those selected, those who are not, and whoever nominated.

    Returns whether it was done; False where it is not due, was done already, or is held because something blocks it by now.
    """
    release, cycle = thing.release, thing.cycle
    if release is None or not rules.told(told_at=release.told_at, state=release.state, at=at):
        return False
    held = blockers(thing)
    if held:
        _hold(release, held, at=at)
        return False
    _move(release, RELEASE.advance(release.state, ReleaseStep.TELL), told_done_at=at, held=None)
    decisions.release(cycle, at=at)
    history.record("told", release, at=at)
    people = queries.chosen(cycle)
    if cycle.surprise:
        _congratulate((one for one in people if one.candidacy.told_at is not None), release, cycle, at=at)
        return True
    for one in people:
        one.candidacy.told_at = one.candidacy.told_at or at
    _congratulate(people, release, cycle, at=at)
    known = queries.wordings(cycle)
    for candidacy, person, outcome in queries.others(cycle):
        kind = messages.kind_of(outcome)
        mail.post(
            f"publishing/{kind}",
            to=person,
            at=at,
            about=candidacy,
            result=True,
            key=f"release {release.id} candidacy {candidacy.id} person {person.id}",
            **messages.to_other(cycle, kind, known),
        )
    _tell_writers(release, cycle, at=at)
    return True


def _hold(release: Release, held: Sequence[Check], *, at: datetime) -> None:
    """Say once why nothing happened at the instant. It is looked at again on every round."""
    why = "; ".join(check.message % check.facts for check in held)
    if release.held != why:
        release.held = why
        history.record("release held", release, at=at, reason=why)


def _congratulate(people: Iterable[Chosen], release: Release, cycle: Cycle, *, at: datetime, again: str = "") -> None:
    """Write to those selected, and to the guardians of those under 18, with the link to say what may be published."""
    known, people = queries.wordings(cycle), list(people)
    for one in people:
        where = {"kind": "candidacy", "id": one.candidacy.id, "next": f"/consent/{one.candidacy.id}", "days": 60}
        key = f"release {release.id} candidacy {one.candidacy.id} person {one.person.id} {again}".strip()
        mail.post(
            "publishing/selected",
            to=one.person,
            at=at,
            about=one.candidacy,
            link={"purpose": "consent", **where},
            result=True,
            key=key,
            **messages.to_selected(one, release, cycle, known),
        )
        if one.person.minor and one.person.guardian_email:
            mail.post(
                "publishing/guardian",
                to=one.person,
                to_email=one.person.guardian_email,
                at=at,
                about=one.candidacy,
                link={"purpose": "guardian", **where},
                result=True,
                key=f"{key} guardian",
                **messages.to_selected(one, release, cycle, known, kind="guardian"),
            )
    for candidacy in dict.fromkeys(one.candidacy for one in people):
        for listener in on_told:
            listener(candidacy, cycle, at)


def _tell_writers(release: Release, cycle: Cycle, *, at: datetime, candidacy: int | None = None) -> None:
    """Write to everybody who nominated or recommended, each by one message about all they wrote for.

    Of a surprise, nothing is said yet about anyone selected who has not been told; once they are, those who wrote for them hear
    (`candidacy`).
    """
    known = queries.wordings(cycle)
    groups = {
        "nominator": queries.nominators(cycle, candidacy=candidacy),
        "recommender": queries.recommenders(cycle, candidacy=candidacy),
    }
    for kind, people in groups.items():
        for person, wrote in people.items():
            ripe = [
                (one, outcome)
                for one, outcome in wrote
                if not (cycle.surprise and outcome is Outcome.SELECTED and one.told_at is None)
            ]
            if ripe:
                about = f" candidacy {candidacy}" if candidacy is not None else ""
                key = f"release {release.id} {kind} {person.id}{about}"
                facts = messages.to_writer(cycle, ripe, kind, known)
                mail.post(f"publishing/{kind}", to=person, at=at, about=release, result=True, key=key, **facts)


def _tell_schools(people: Sequence[Chosen], release: Release, cycle: Cycle, *, at: datetime) -> None:
    """Write to the principals of those who are shown by name and school, each by one message a recipient: of what is public by now."""
    known = queries.wordings(cycle)
    for one, school, person in queries.to_schools(people):
        row = queries.recipient_of(one.candidacy.id, one.person.id)
        if row is None or row.name is None:
            continue
        facts = messages.to_school(cycle, row.name, school, f"/recipients/{row.year}/{row.slug}", known)
        key = f"release {release.id} school {one.candidacy.id} {one.person.id} {person.id}"
        mail.post("publishing/school", to=person, at=at, about=one.candidacy, result=True, key=key, **facts)


def publish(thing: Releasing, *, at: datetime) -> bool:
    """Show recipients to the public, once that instant has come, as each agreed. Returns whether it was done."""
    release, cycle = thing.release, thing.cycle
    if release is None or not rules.public(public_at=release.public_at, state=release.state, at=at):
        return False
    _move(release, RELEASE.advance(release.state, ReleaseStep.PUBLISH), public_done_at=at)
    before = cycle.stage
    stage = CYCLE.advance(before, CycleStep.RELEASE)
    moved = rows_changed(
        update(Cycle).where(Cycle.id == cycle.id, Cycle.stage == before).values(stage=stage, version=Cycle.version + 1)
    )
    if moved != 1:
        raise Stale(MOVED)
    history.record("released", cycle, at=at)
    people = [
        one
        for one in queries.chosen(cycle)
        if (not cycle.surprise or one.candidacy.told_at is not None)
        and one.decision.state is not DecisionState.PROPOSED  # an alternate whom a second person has not approved yet
    ]
    for one in people:
        _show(one, cycle, at=at)
    if cycle.surprise:
        _tell_writers(release, cycle, at=at)
    _tell_schools(people, release, cycle, at=at)
    return True


def told_in_person(thing: Drafting, *, by: Person, at: datetime) -> None:
    """Record that a surprise recipient was told: from now on they are written to, asked what may be published, and shown."""
    release, cycle = thing.releasing.release, thing.releasing.cycle
    if not cycle.surprise:
        raise Refused(ONLY_SURPRISE)
    if thing.people[0].decision.state is DecisionState.PROPOSED:
        raise Refused(NOT_APPROVED)
    if release is None or release.told_at is None or release.state not in {ReleaseState.TOLD, ReleaseState.PUBLIC}:
        raise Refused(
            SET_BOTH if release is None or release.told_at is None else NOT_TOLD_YET,
            when=release.told_at if release else None,
        )
    told = rows_changed(
        update(Candidacy).where(Candidacy.id == thing.candidacy.id, Candidacy.told_at.is_(None)).values(told_at=at)
    )
    if told != 1:
        raise Refused(TOLD_ALREADY)
    history.record("told in person", thing.candidacy, by=by, at=at)
    _congratulate(thing.people, release, cycle, at=at)
    if release.state is ReleaseState.PUBLIC:
        for one in thing.people:
            _show(one, cycle, at=at)
        _tell_writers(release, cycle, at=at, candidacy=thing.candidacy.id)
        _tell_schools(thing.people, release, cycle, at=at)


def took_a_place(cycle: Cycle, decision: Decision, _by: Person, at: datetime) -> None:
    """Feel that an alternate took a place once others were told: they are told now, and shown where the cycle is public.

    A surprise waits until they are told in person.
    """
    release = queries.of_cycle(cycle)
    candidacy = db.session.get_one(Candidacy, decision.candidacy_id)
    if release is None or release.state not in {ReleaseState.TOLD, ReleaseState.PUBLIC}:
        return
    if cycle.surprise and candidacy.told_at is None:
        return
    candidacy.told_at = candidacy.told_at or at
    db.session.flush()
    people = queries.chosen(cycle, candidacy=candidacy.id)
    draft = people[0].draft if people else None
    if draft is not None and draft.checked_at is None and (draft.citation or draft.quotations):
        raise Refused(CHECK_FIRST, name=candidacy.name)
    _congratulate(people, release, cycle, at=at, again=f"place {decision.version}")
    if release.state is ReleaseState.PUBLIC:
        for one in people:
            if queries.recipient_of(one.candidacy.id, one.person.id) is None:
                _show(one, cycle, at=at)
    _tell_writers(release, cycle, at=at, candidacy=candidacy.id)
    if release.state is ReleaseState.PUBLIC:
        _tell_schools(people, release, cycle, at=at)


def gave_up(cycle: Cycle, candidacy_id: int, *, reason: str, by: Person | None, at: datetime) -> None:
    """Take back what was decided of somebody who does not take their place: it falls free, and what was shown of them is taken down."""
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == candidacy_id))
    if decision is None or decision.place is None:
        return
    decisions.rescind(decision, reason=reason, by=by, at=at)
    _take_back_messages(candidacy_id, queries.of_cycle(cycle))
    db.session.flush()
    candidacy = db.session.get_one(Candidacy, candidacy_id)
    followups.owe(candidacy, change=Change.TAKEN_BACK, reason=reason, spared=True, by=by, at=at)
    for row in queries.recipients(cycle):
        if row.candidacy_id == candidacy_id and row.taken_down_at is None:
            row.taken_down_at, row.taken_down_reason, row.changed_by_id = at, reason, by.id if by else None
            history.record("page taken down", row, by=by, at=at, reason=reason)


# ---------------------------------------------------------------- what is public


def _show(one: Chosen, cycle: Cycle, *, at: datetime) -> Recipient:
    """Make the public row of one person, with what they agreed to and nothing else."""
    row = drawn(one, cycle, at=at)
    _keep_unread_back(row, one)
    db.session.add(row)
    db.session.flush()
    history.record("shown", row, at=at)
    return row


def drawn(one: Chosen, cycle: Cycle, *, at: datetime) -> Recipient:
    """Return the public row of one person as it would be now, written nowhere: what a preview shows is what a release writes."""
    row = Recipient(
        slug=_no_slug(),
        candidacy_id=one.candidacy.id,
        person_id=one.person.id,
        cycle_id=cycle.id,
        year=cycle.year,
        award_slug=cycle.award.slug,
        award_name=cycle.award.name,
        quotations=[],
        fund_credit={},
        portrait=one.person.id * 7919 % SEED,
        public_at=at,
    )
    _fill(row, one, cycle)
    return row


def _fill(row: Recipient, one: Chosen, cycle: Cycle) -> None:
    """Write what was agreed to over whatever a row held."""
    page = one.page
    fund = db.session.get(Fund, cycle.fund_id) if cycle.fund_id is not None and page.sum_cents is not None else None
    if page.name is None:
        row.slug = _no_slug()
    elif row.name != page.name:
        taken = db.session.scalars(select(Recipient.slug).where(Recipient.year == cycle.year, Recipient.id != row.id))
        row.slug = rules.slug(page.name, frozenset(taken))
    row.name = page.name
    row.sort_name = _sort_name(one) if page.name is not None else ""
    row.role, row.school, row.biography, row.citation = page.role, page.school, page.biography, page.citation
    row.translation = dict(page.translation) if page.translation is not None else None
    row.years, row.photo, row.photo_alt = page.years, page.photo, page.photo_alt
    row.quotations = [
        {key: said.get(key) for key in ("words", "translation", "name", "relation", "language")}
        for said in page.quotations
    ]
    brief = briefs.shown(one.candidacy.id, one.person.id) if row in db.session and page.name is not None else None
    row.practice_title, row.practice = (brief.title, brief.text) if brief is not None else (None, None)
    row.sum_cents, row.paid_to = page.sum_cents, page.paid_to
    row.fund_name, row.fund_credit = (fund.name, fund.credit) if fund is not None else (None, {})


def _keep_unread_back(row: Recipient, one: Chosen) -> None:
    """Leave out a photograph with which nobody else has read the page yet. A preview shows it: that is where it is read."""
    if one.photo is None or not one.photo.checked:
        row.photo = row.photo_alt = None


def _sort_name(one: Chosen) -> str:
    return one.person.sort_name or name_key("", one.page.name or "")


def _no_slug() -> str:
    """Return an address that leads nowhere and says nothing, not even in which order people were chosen."""
    return f"-{secrets.token_hex(16)}"


def refresh(cycle: Cycle, candidacy_id: int, *, at: datetime, reason: str | None = None) -> None:
    """Write the public rows of a candidacy anew from what stands agreed to now. Before the public instant there is none."""
    for one in queries.chosen(cycle, candidacy=candidacy_id):
        row = queries.recipient_of(candidacy_id, one.person.id)
        if row is not None:
            _fill(row, one, cycle)
            _keep_unread_back(row, one)
            history.record("page renewed", row, at=at, reason=reason)


def consent_changed(candidacy: Candidacy, _person: Person | None, at: datetime) -> None:
    """Feel what somebody agreed to or took back: in the same transaction it appears, or disappears, everywhere."""
    if db.session.scalar(select(Recipient.id).where(Recipient.candidacy_id == candidacy.id).limit(1)) is None:
        return
    refresh(db.session.get_one(Cycle, candidacy.cycle_id), candidacy.id, at=at)


def biography_put_right(candidacy: Candidacy, person: Person, at: datetime) -> None:
    """Feel that somebody shown put their own biography right: their page says it at once, and the record says why it changed."""
    row = queries.recipient_of(candidacy.id, person.id)
    if row is not None and row.taken_down_at is None:
        refresh(db.session.get_one(Cycle, candidacy.cycle_id), candidacy.id, at=at, reason=PUT_RIGHT)


def biography_translated(translation: Translation, candidacy: Candidacy, at: datetime) -> None:
    """Feel that the translation of a biography was approved, or opened again: the page says it at once, or no more."""
    if translation.source_kind == BIOGRAPHY:
        consent_changed(candidacy, None, at)


def nomination_withdrawn(nomination: Nomination, at: datetime) -> None:
    """Feel that a writer took their nomination back: their words are quoted no more."""
    number = nomination.candidacy_id
    if (
        number is None
        or db.session.scalar(select(Recipient.id).where(Recipient.candidacy_id == number).limit(1)) is None
    ):
        return
    refresh(db.session.get_one(Cycle, nomination.cycle_id), number, at=at)


def felt_stage(candidacy: Candidacy, _before: CandidacyStage, at: datetime) -> None:
    """Feel that somebody honored withdrew: their page is taken down."""
    if candidacy.stage is not CandidacyStage.WITHDRAWN:
        return
    for row in db.session.scalars(
        select(Recipient).where(Recipient.candidacy_id == candidacy.id, Recipient.taken_down_at.is_(None))
    ):
        row.taken_down_at, row.taken_down_reason = at, "The candidacy was withdrawn."
        history.record("page taken down", row, at=at, reason=row.taken_down_reason)


def take_down(thing: Published, *, reason: str, rescind: bool = False, by: Person, at: datetime) -> None:
    """Take a page down: its address says only that it was. With `rescind` the decision itself is taken back, and its place falls free."""
    if not reason.strip():
        raise Refused(REASON, field="why")
    row = thing.recipient
    if row.taken_down_at is None:
        row.taken_down_at, row.taken_down_reason, row.changed_by_id = at, reason.strip(), by.id
        history.record("page taken down", row, by=by, at=at, reason=reason.strip())
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == row.candidacy_id))
    if rescind and decision is not None:
        decisions.rescind(decision, reason=reason.strip(), by=by, at=at)
        _take_back_messages(row.candidacy_id, thing.releasing.release)
        candidacy = db.session.get_one(Candidacy, decision.candidacy_id)
        followups.owe(candidacy, change=Change.TAKEN_BACK, reason=reason.strip(), by=by, at=at)
        for other in queries.recipients(thing.releasing.cycle):
            if other.candidacy_id == row.candidacy_id and other.taken_down_at is None:
                other.taken_down_at, other.taken_down_reason, other.changed_by_id = at, reason.strip(), by.id


def _take_back_messages(candidacy_id: int | None, release: Release | None) -> None:
    """Cancel what has not left yet and says that somebody was chosen who is not: to them, to their school, to whoever wrote for them."""
    if candidacy_id is None or release is None:
        return
    mail.cancel(db.session.get_one(Candidacy, candidacy_id), templates=ABOUT_ONE)

    def without(facts: dict[str, Any]) -> dict[str, Any] | None:
        rest = [one for one in facts.get("nominees", []) if one.get("candidacy") != candidacy_id]
        return {**facts, "nominees": rest} if rest else None

    mail.change_waiting(release, without, templates=ABOUT_SEVERAL)


def put_back(thing: Published, *, reason: str, by: Person, at: datetime) -> None:
    """Put a page back that was taken down, as its person agrees to now."""
    if not reason.strip():
        raise Refused(REASON, field="why")
    row = thing.recipient
    decision = db.session.scalar(select(Decision).where(Decision.candidacy_id == row.candidacy_id))
    if decision is not None and decision.place is None:
        raise Refused(N_("The decision itself was taken back, so there is nothing to show."))
    row.taken_down_at = row.taken_down_reason = None
    row.changed_by_id = by.id
    history.record("page put back", row, by=by, at=at, reason=reason.strip())
    if row.candidacy_id is not None:
        refresh(thing.releasing.cycle, row.candidacy_id, at=at)
