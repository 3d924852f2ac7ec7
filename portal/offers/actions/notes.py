"""Thank-you notes: written by recipients, read by staff before they go, taken back at any time. And the donors' own links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from portal import history, mail
from portal.db import db, rows_changed
from portal.errors import N_, Refused, Stale
from portal.funds import queries as funds
from portal.offers import actions, queries, rules
from portal.offers.models import Offer, ThankYou
from portal.offers.queries import books
from portal.offers.rules import NOTE, NoteStep

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from portal.funds.models import Fund
    from portal.people.models import Person

NO_FUND = N_("Nobody in particular gave this, so there is nobody to write to.")
SAY_IT = N_("Write a line or two first.")
NOT_YET = N_("Notes are passed on once the recipients are public. Until then donors know nothing.")
NOT_ACCEPTED = N_("A note is written once the offer is accepted.")
NOT_PUBLIC = N_("Nothing of this fund is public yet, so there is nothing to show its donors.")
READ_FIRST = actions.MOVED


def write(offer: Offer, *, text: str, named: bool, by: Person, at: datetime) -> ThankYou:
    """Give a note to the office, in place of one given before. New words are read before donors see them."""
    if offer.fund_id is None:
        raise Refused(NO_FUND)
    if offer.state not in rules.TAKEN:
        raise Refused(NOT_ACCEPTED)
    if not text.strip():
        raise Refused(SAY_IT, field="text")
    note = queries.note_of(offer, by)
    if note is None:
        note = ThankYou(
            offer_id=offer.id, person_id=by.id, fund_id=offer.fund_id, text=text.strip(), named=named, given_at=at
        )
        db.session.add(note)
        db.session.flush()
    else:
        _move(note, NoteStep.GIVE, text=text.strip(), named=named, given_at=at, read_at=None, read_by_id=None)
    history.record("note given", note, by=by, at=at)
    return note


def _move(note: ThankYou, step: NoteStep, *, version: int | None = None, **facts: Any) -> None:
    seen = note.version if version is None else version
    facts |= {"state": NOTE.advance(note.state, step), "version": seen + 1}
    mine = (ThankYou.id == note.id, ThankYou.version == seen, ThankYou.state == note.state)
    if rows_changed(update(ThankYou).where(*mine).values(**facts)) != 1:
        raise Stale(READ_FIRST)
    db.session.refresh(note, ["state", "version", *(name for name in facts if name not in {"state", "version"})])


def take_back(note: ThankYou, *, by: Person, at: datetime) -> None:
    """Take a note back: donors no longer see it."""
    _move(note, NoteStep.TAKE_BACK)
    mail.cancel(note)
    history.record("note taken back", note, by=by, at=at)


def pass_on(note: ThankYou, fund: Fund, *, version: int, by: Person, at: datetime) -> None:
    """Pass a note on that was read: it stands on the fund's page for donors, and they hear of it. Not before its cycle is public."""
    if not books.is_public(note.offer.cycle_id):
        raise Refused(NOT_YET)
    _move(note, NoteStep.PASS_ON, version=version, read_by_id=by.id, read_at=at, reason=None)
    history.record("note passed on", note, by=by, at=at)
    for donor in funds.donors(fund):
        _write(donor, fund, "note", about=note, at=at, key=f"note {note.id} {note.version}")


def return_(note: ThankYou, *, reason: str, version: int, by: Person, at: datetime) -> None:
    """Give a note back to its writer, with a word on what to change."""
    if not reason.strip():
        raise Refused(actions.REASON, field="reason")
    _move(note, NoteStep.RETURN, version=version, read_by_id=by.id, read_at=at, reason=reason.strip())
    history.record("note returned", note, by=by, at=at, reason=reason.strip())
    if note.person.email and note.person.bounced_at is None:
        mail.post(
            "offers/note_returned",
            to=note.person,
            at=at,
            about=note,
            link={
                "purpose": "sign in",
                "next": f"/offers/{note.offer.reference}/thanks",
                "days": actions.LINK_DAYS,
            },
            key=f"note returned {note.id} {note.version}",
            name=note.person.name,
            reason=reason.strip(),
        )


def send_links(fund: Fund, *, by: Person, at: datetime) -> int:
    """Write to a fund's donors that they can read what it did, with their own link, once a day at most. Returns to how many."""
    if not books.deeds(fund):
        raise Refused(NOT_PUBLIC)
    sent = 0
    for donor in funds.donors(fund):
        sent += _write(donor, fund, "donor", about=fund, at=at, key=f"fund {fund.id} {at:%Y-%m-%d}")
    history.record("donors written to", fund, by=by, at=at, count=sent)
    return sent


def _write(donor: Person, fund: Fund, template: str, *, about: Fund | ThankYou, at: datetime, key: str) -> bool:
    if not donor.email or donor.bounced_at is not None:
        return False
    message = mail.post(
        f"offers/{template}",
        to=donor,
        at=at,
        about=about,
        link={"purpose": "sign in", "next": f"/funds/{fund.id}", "days": actions.LINK_DAYS},
        key=f"{key} donor {donor.id}",
        name=donor.name,
        fund=fund.name,
    )
    return message is not None
