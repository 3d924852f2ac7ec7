"""Writing down what somebody said may be published, confirming it, and telling them what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal import history, mail
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.files import actions as files
from portal.files.rules import PROOF
from portal.nominations.actions import consent
from portal.nominations.hearing import queries
from portal.nominations.hearing.models import Hearing
from portal.nominations.hearing.rules import HEARING, HearingState, HearingStep, How, needs_second
from portal.nominations.models import Candidacy, Field
from portal.nominations.queries import consent as consents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from portal.people.models import Person

WHO = N_("Write who said it")
NOT_YET = N_("That day has not come yet.")
NOTHING = N_("Say for at least one of them what was said.")
THE_SAME = N_("All of this stands already. Nothing was written down.")
NOT_TOLD = N_("They have not been told of the nomination, so nobody can have asked them.")
GUARDIAN_FIRST = N_("Note first who their guardian is: for somebody under 18 nobody else agrees.")
OWN = N_("What may be published about you, you say yourself.")
MOVED = N_("Somebody settled this since you opened it. The page shows how it stands now.")
REASON = N_("Say why, in a sentence: it stands in the record.")


class Heard(NamedTuple):
    """What was heard: who said it, how, on which day, and yes or no for each field that was spoken of."""

    by: str
    how: How
    on: date
    said: Mapping[Field, bool]
    guardian: bool


def write_down(
    candidacy: Candidacy,
    person: Person,
    heard: Heard,
    *,
    words: Mapping[Field, str],
    scan: tuple[str, bytes] | None = None,
    once: str = "",
    today: date,
    by: Person,
    at: datetime,
) -> Hearing:
    """Write down what was said. It holds at once; a yes for somebody under 18 only once a second person confirmed it.

    `words` are those read out. Whoever it is about is written to with what was written. Raises `Refused` beside a field. Needs `cycle`.
    """
    before = queries.once(once) if once else None
    if before is not None:
        return before
    _refuse(candidacy, person, heard, today=today, by=by)
    said = {field.value: agrees for field, agrees in heard.said.items()}
    second = needs_second(said.values(), by_guardian=heard.guardian)
    hearing = Hearing(
        candidacy_id=candidacy.id,
        person_id=person.id,
        by_guardian=heard.guardian,
        needs_second=second,
        said_by=heard.by.strip(),
        how=heard.how,
        said_on=heard.on,
        said=said,
        words={field.value: words[field] for field in heard.said},
        once=once or None,
        recorded_by_id=by.id,
        recorded_at=at,
        state=HearingState.WAITING if second else HearingState.HOLDS,
        settled_at=None if second else at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(hearing)
    except IntegrityError:  # pressed twice at the same moment
        return queries.once(once) or hearing
    if scan is not None:
        hearing.file_id = files.take_whole(by, hearing, PROOF, name=scan[0], data=scan[1], at=at).id
        db.session.flush()
    facts = {"person": person.id, "guardian": heard.guardian, "how": heard.how.value, "on": heard.on.isoformat()}
    history.record("consent written down", candidacy, by=by, at=at, reason=heard.by.strip(), said=said, **facts)
    refused = {field: False for field, agrees in heard.said.items() if not agrees}
    _say(candidacy, person, hearing, refused if second else heard.said, by=by, at=at)
    if not second:
        _tell(candidacy, person, hearing, by=by, at=at)
    return hearing


def _refuse(candidacy: Candidacy, person: Person, heard: Heard, *, today: date, by: Person) -> None:
    if candidacy.told_at is None:
        raise Refused(NOT_TOLD)
    if by.id == person.id:
        raise Refused(OWN)
    if person.minor is None:
        raise Refused(consent.SAY_AGE)
    if heard.guardian and not (person.guardian_name or person.guardian_email):
        raise Refused(GUARDIAN_FIRST)
    if not heard.by.strip():
        raise Refused(WHO, field="said_by")
    if heard.on > today:
        raise Refused(NOT_YET, field="said_on")
    if not heard.said:
        raise Refused(NOTHING, field="name")
    now = consents.latest(candidacy.id, person.id)
    if not any(
        consent.changes(now.get(field), agrees, by_guardian=heard.guardian) for field, agrees in heard.said.items()
    ):
        raise Refused(THE_SAME)


def _say(
    candidacy: Candidacy, person: Person, hearing: Hearing, said: Mapping[Field, bool], *, by: Person, at: datetime
) -> None:
    words = {Field(name): text for name, text in hearing.words.items()}
    consent.say(candidacy, person, said, words=words, by_guardian=hearing.by_guardian, at=at, hearing=hearing.id, by=by)


def confirm(hearing: Hearing, *, by: Person, at: datetime) -> None:
    """Confirm, as a second person, what another wrote down: from now on it holds, but for what was said otherwise since."""
    _settle(hearing, HearingStep.CONFIRM, by=by, at=at)
    now = consents.latest(hearing.candidacy_id, hearing.person_id)
    said = {
        field: True
        for field in (Field(name) for name, agrees in hearing.said.items() if agrees)
        if field not in now or now[field].said_at <= hearing.recorded_at
    }
    history.record("written consent confirmed", hearing.candidacy, by=by, at=at, person=hearing.person_id)
    _say(hearing.candidacy, hearing.person, hearing, said, by=by, at=at)
    _tell(hearing.candidacy, hearing.person, hearing, by=hearing.recorded_by, at=at)


def set_aside(hearing: Hearing, *, reason: str, by: Person, at: datetime) -> None:
    """Let what was written down not hold, with the reason."""
    if not reason.strip():
        raise Refused(REASON, field="reason")
    _settle(hearing, HearingStep.SET_ASIDE, by=by, at=at, reason=reason.strip())
    history.record("written consent set aside", hearing.candidacy, by=by, at=at, reason=reason.strip())


def _settle(hearing: Hearing, step: HearingStep, *, by: Person, at: datetime, **facts: Any) -> None:
    state = HEARING.advance(hearing.state, step)
    mine = update(Hearing).where(Hearing.id == hearing.id, Hearing.state == hearing.state)
    if rows_changed(mine.values(state=state, settled_by_id=by.id, settled_at=at, **facts)) != 1:
        raise Stale(MOVED)
    db.session.refresh(hearing, ["state", "settled_by_id", "settled_at", "reason"])


def _tell(candidacy: Candidacy, person: Person, hearing: Hearing, *, by: Person, at: datetime) -> None:
    """Write to whoever said it, and to a student of whom a guardian spoke, with what was written and the link to take it back."""
    facts: dict[str, Any] = {
        "award": candidacy.cycle.award.name,
        "year": candidacy.cycle.year,
        "nominee": person.name,
        "said_by": hearing.said_by,
        "how": hearing.how.value,
        "said_on": f"{hearing.said_on.isoformat()}T11:00:00+00:00",  # an instant within that day wherever the office is
        "written_by": by.name,
        "said": hearing.said,
    }
    to = [(person.email, consent.CONSENT_LINK)]
    if hearing.by_guardian:
        to.append((person.guardian_email, consent.GUARDIAN_LINK))
    for address, purpose in to:
        if address:
            mail.post(
                "nominations/consent_written_down",
                to=person,
                to_email=address if purpose == consent.GUARDIAN_LINK else None,
                at=at,
                about=candidacy,
                link=consent.link_of(candidacy, purpose),
                key=f"hearing {hearing.id} {purpose}",
                guardian=person.guardian_name or "" if purpose == consent.GUARDIAN_LINK else "",
                **facts,
            )
