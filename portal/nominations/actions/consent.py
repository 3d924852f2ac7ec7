"""Asking what may be published, noting what was said, and writing the nominee's own part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from portal import history, mail
from portal.accounts import actions as accounts
from portal.db import db
from portal.errors import N_, Refused
from portal.nominations.models import Candidacy, Consent, Field, Part
from portal.nominations.queries import consent as queries
from portal.nominations.rules import CONSENT, ConsentState, ConsentStep
from portal.people.rules import mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from portal.people.models import Person

CONSENT_LINK, GUARDIAN_LINK = "consent", "guardian"
LINK_DAYS = 60
SURPRISE = N_("This award is a surprise: its nominees are told in person first, and written to only after that.")
GUARDIAN_SAYS = N_(
    "You are under 18, so your guardian says what may be published. You can say no to anything, and take anything back."
)

SAY_AGE = N_("Say how old you are first: for somebody under 18, a parent or guardian agrees.")

# Called in the same transaction with (candidacy, person, at): whatever shows something about this person must show it no longer.
on_biography_put_right: list[Callable[[Candidacy, Person, datetime], None]] = []
on_consent_changed: list[Callable[[Candidacy, Person, datetime], object]] = []


class Saved(NamedTuple):
    """A part as saved: its version now, and the text that somebody else saved meanwhile, where it was not saved."""

    version: int
    at: datetime
    other: str | None = None


def ask(candidacy: Candidacy, *, at: datetime, by: Person | None) -> int:
    """Tell the people of a candidacy that they were nominated, and ask what may be published. Returns how many were written to.

    For someone under 18 the guardian is asked. Never for a surprise that was not told. Needs `people` and `cycle` loaded.
    """
    if candidacy.told_at is None:
        if candidacy.cycle.surprise:
            raise Refused(SURPRISE)
        candidacy.told_at = at
        history.record("told of the nomination", candidacy, by=by, at=at)
    asked = 0
    for link in candidacy.people:
        asked += _ask_one(candidacy, link.person, at=at)
    history.record("asked for consent", candidacy, by=by, at=at, people=asked)
    return asked


def link_of(candidacy: Candidacy, purpose: str) -> dict[str, Any]:
    """Return the link that leads whoever speaks (a guardian for `GUARDIAN_LINK`) to what may be published."""
    where = {"kind": Candidacy.__tablename__, "id": candidacy.id, "next": f"/consent/{candidacy.id}"}
    return {"purpose": purpose, **where, "days": LINK_DAYS}


def _ask_one(candidacy: Candidacy, person: Person, *, at: datetime) -> int:
    facts: dict[str, Any] = {"award": candidacy.cycle.award.name, "year": candidacy.cycle.year, "nominee": person.name}
    asked = 0
    if person.email:
        link = link_of(candidacy, CONSENT_LINK)
        mail.post(
            "nominations/consent", to=person, at=at, about=candidacy, link=link, minor=bool(person.minor), **facts
        )
        asked += 1
    return asked + _ask_guardian(candidacy, person, at=at)


def _ask_guardian(candidacy: Candidacy, person: Person, *, at: datetime) -> int:
    if not person.minor or not person.guardian_email:
        return 0
    mail.post(
        "nominations/guardian",
        to=person,
        to_email=person.guardian_email,
        at=at,
        about=candidacy,
        link=link_of(candidacy, GUARDIAN_LINK),
        guardian=person.guardian_name or "",
        award=candidacy.cycle.award.name,
        year=candidacy.cycle.year,
        nominee=person.name,
    )
    return 1


def note_person(
    person: Person, *, email: str, minor: bool | None, guardian_name: str, guardian_email: str, by: Person, at: datetime
) -> None:
    """Note where somebody is written to, whether they are under 18, and who their guardian is.

    Whose word counts may change with it, so whatever shows something about this person is told, in the same transaction.
    """
    if (person.email or "") != email.strip():
        accounts.mend_address(person, email=email, by=by, at=at)
    before = (person.minor, person.guardian_name or "", person.guardian_email or "")
    if before == (minor, guardian_name, guardian_email):
        return
    person.minor, person.guardian_name, person.guardian_email = minor, guardian_name or None, guardian_email or None
    db.session.flush()
    history.record("guardian noted", person, by=by, at=at, minor=minor)
    for candidacy in queries.with_consent(person.id):
        for listener in on_consent_changed:
            listener(candidacy, person, at)


def say_age(person: Person, *, minor: bool, at: datetime) -> None:
    """Note what somebody says of their own age, once: after that the office puts it right."""
    if person.minor is None:
        note_person(
            person,
            email=person.email or "",
            minor=minor,
            guardian_name=person.guardian_name or "",
            guardian_email=person.guardian_email or "",
            by=person,
            at=at,
        )


def name_guardian(candidacy: Candidacy, person: Person, *, name: str, email: str, at: datetime) -> None:
    """Note who a minor's parent or guardian is, as they say, and ask that person what may be published.

    Only where nobody is noted yet. Raises `Refused` beside a field where the address is the minor's own. Needs `cycle` loaded.
    """
    if not person.minor or person.guardian_email:
        return
    if mailbox(email) == mailbox(person.email):
        raise Refused(N_("The guardian needs an address of their own"), field="guardian_email")
    note_person(
        person, email=person.email or "", minor=True, guardian_name=name, guardian_email=email, by=person, at=at
    )
    _ask_guardian(candidacy, person, at=at)


def say(
    candidacy: Candidacy,
    person: Person,
    said: Mapping[Field, bool],
    *,
    words: Mapping[Field, str],
    by_guardian: bool,
    hearing: int | None = None,
    by: Person | None = None,
    at: datetime,
) -> list[Consent]:
    """Note what somebody agreed to and what not, field by field; what they say nothing about stays as it was.

    `words` are those they read. Where they did not say it here, `hearing` is the row in which the office wrote it down, and `by` who
    did. Taking back is always possible. Raises `Refused` where someone under 18 agrees for themself, or someone who was never asked
    how old they are.
    """
    now = queries.latest(candidacy.id, person.id)
    noted = []
    for field, agrees in said.items():
        step = changes(now.get(field), agrees, by_guardian=by_guardian)
        if step is None:
            continue
        if step is ConsentStep.GIVE and not by_guardian and person.minor is not False:
            raise Refused(SAY_AGE if person.minor is None else GUARDIAN_SAYS)
        before = now[field].state if field in now else ConsentState.NOT_ASKED
        state = ConsentState.GIVEN if agrees and before is ConsentState.GIVEN else CONSENT.advance(before, step)
        noted.append(
            Consent(
                candidacy_id=candidacy.id,
                person_id=person.id,
                field=field,
                state=state,
                words=words[field],
                by_guardian=by_guardian,
                said_at=at,
                hearing_id=hearing,
            )
        )
    db.session.add_all(noted)
    db.session.flush()
    if noted:
        what = {row.field.value: row.state.value for row in noted}
        history.record("consent", candidacy, by=by or person, at=at, person=person.id, guardian=by_guardian, said=what)
        for listener in on_consent_changed:
            listener(candidacy, person, at)
    return noted


def changes(now: Consent | None, agrees: bool, *, by_guardian: bool) -> ConsentStep | None:  # noqa: FBT001 - yes or no
    """Return the step from where a field stands to what is said of it, or None where that was said already.

    A guardian who agrees to what a minor once said takes a step, too.
    """
    state = now.state if now is not None else ConsentState.NOT_ASKED
    if agrees:
        again = now is not None and by_guardian and not now.by_guardian
        return ConsentStep.GIVE if state is not ConsentState.GIVEN or again else None
    if state is ConsentState.GIVEN:
        return ConsentStep.TAKE_BACK
    return ConsentStep.REFUSE if state is ConsentState.NOT_ASKED else None


def take_back(
    candidacy: Candidacy, person: Person, *, words: Mapping[Field, str], by_guardian: bool, at: datetime
) -> list[Consent]:
    """Take back everything that was agreed to."""
    now = queries.latest(candidacy.id, person.id)
    agreed = {field: False for field, said in now.items() if said.state is ConsentState.GIVEN}
    return say(candidacy, person, agreed, words=words, by_guardian=by_guardian, at=at)


def note_said(candidacy: Candidacy, person: Person, said_as: str, *, at: datetime) -> None:
    """Note how somebody's name is said, in their own or their guardian's words."""
    if (person.said_as or "") != said_as.strip():
        person.said_as = said_as.strip() or None
        history.record("name said", candidacy, by=person, at=at, person=person.id)


def publish_biography(candidacy: Candidacy, person: Person, *, by_guardian: bool, at: datetime) -> None:
    """Let a biography that its person has finished putting right be shown wherever they agreed to show it, at once.

    Not called while they type: half a sentence is nobody's correction. Of somebody under 18, their guardian has the last word.
    """
    said = queries.latest(candidacy.id, person.id).get(Field.BIOGRAPHY)
    if said is None or said.state is not ConsentState.GIVEN or (person.minor and not by_guardian):
        return
    history.record("biography put right", candidacy, by=person, at=at, person=person.id)
    for listener in on_biography_put_right:
        listener(candidacy, person, at)


def save_biography(candidacy: Candidacy, person: Person, text: str, *, version: int | None, at: datetime) -> Saved:
    """Save a person's biography as typed, over the limit too. Where somebody saved another meanwhile, that one is given back instead."""
    part = queries.part(candidacy.id, person.id)
    if part is None:
        try:
            with db.session.begin_nested():
                part = Part(candidacy_id=candidacy.id, person_id=person.id, biography=text, saved_at=at)
                db.session.add(part)
        except IntegrityError:  # begun in another window at this moment
            part = queries.part(candidacy.id, person.id)
        else:
            return Saved(part.version, at)
    if part is None or part.biography == text:
        return Saved(part.version if part else 0, at)
    version = part.version if version is None else version
    same = update(Part).where(Part.id == part.id, Part.version == version)
    taken = db.session.execute(
        same.values(biography=text, version=version + 1, saved_at=at)
        .returning(Part.version)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:
        db.session.refresh(part)
        return Saved(part.version, part.saved_at, other=part.biography)
    set_committed_value(part, "biography", text)
    set_committed_value(part, "version", taken)
    set_committed_value(part, "saved_at", at)
    return Saved(taken, at)
