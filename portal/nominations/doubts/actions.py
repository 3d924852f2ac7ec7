"""Noting how a sitting was begun, checking proofs, holding a submission, letting it in or setting it aside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from altcha import v1 as altcha
from flask import current_app
from sqlalchemy import delete, func, update

from portal import history
from portal.db import db, rows_changed
from portal.nominations.actions.versions import insert, table
from portal.nominations.doubts import queries, rules
from portal.nominations.doubts.models import Doubt, Evidence, SpentProof, Tally
from portal.nominations.doubts.rules import DoubtState, Seen, Sign
from portal.people.rules import address_key

if TYPE_CHECKING:
    from sqlalchemy import Insert

    from portal.nominations.models import Nomination, Sitting
    from portal.people.models import Person

LONGEST_PROOF = 2_000
SWEPT_AFTER = timedelta(days=2)
DAY = timedelta(days=1)


def _key(purpose: str) -> bytes:
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), purpose.encode(), hashlib.sha256).digest()


# ---------------------------------------------------------------- proof of work


def challenge(*, at: datetime) -> dict[str, Any]:
    """Return a puzzle for a browser, as ALTCHA describes it. Nothing of it is kept: it carries its own signature and its end."""
    made = altcha.create_challenge(
        altcha.ChallengeOptions(max_number=rules.WORK, hmac_key=_key("proof").hex(), expires=at + rules.PROOF_LASTS)
    )
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": rules.WORK,
        "salt": made.salt,
        "signature": made.signature,
    }


def prove(typed: str, *, at: datetime) -> bool:
    """Say whether this is a proof of work of ours, in time, and used for the first time; it is used up by asking."""
    if not typed or len(typed) > LONGEST_PROOF:
        return False
    try:
        right, _problem = altcha.verify_solution(typed, _key("proof").hex(), check_expires=False)
        payload = _payload(typed)
        expires = int(altcha.extract_params(payload)["expires"][0])
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return False
    ends = datetime.fromtimestamp(expires, tz=UTC) if 0 < expires < 2**33 else at
    if not right or ends <= at:
        return False
    spent = {"challenge": str(payload["challenge"])[:64], "expires_at": ends}
    return db.session.execute(_spending(db.session.get_bind().dialect.name), spent).scalar() is not None


def _payload(typed: str) -> Any:  # noqa: ANN401 - what a browser sent, as ALTCHA types it
    found = json.loads(base64.b64decode(typed, validate=True))
    if not isinstance(found, dict):
        raise TypeError
    return found


# ---------------------------------------------------------------- what is known


def note(sitting: Sitting, *, trapped: bool, proof: str, at: datetime) -> None:
    """Note how a sitting was begun, or, later, that a proof came. What was once trapped or proved stays so, however often it is pressed."""
    proves = not queries.proved(sitting) and prove(proof, at=at)
    facts = {"sitting_id": sitting.id, "trapped": trapped, "proved_at": at if proves else None}
    db.session.execute(_noting(db.session.get_bind().dialect.name), facts)


@cache
def _noting(_dialect: str) -> Insert:
    held, begin = table(Evidence).c, insert(Evidence)
    more = {
        "trapped": held.trapped | begin.excluded.trapped,
        "proved_at": func.coalesce(held.proved_at, begin.excluded.proved_at),
    }
    return begin.on_conflict_do_update(index_elements=[held.sitting_id], set_=more)


@cache
def _spending(_dialect: str) -> Insert:
    return insert(SpentProof).on_conflict_do_nothing().returning(table(SpentProof).c.id)


@cache
def _one_more(_dialect: str) -> Insert:
    """Return what begins a count, or adds one to it."""
    held = table(Tally).c
    begin = insert(Tally)
    return begin.on_conflict_do_update(index_elements=[held.kind, held.key, held.hour], set_={"count": held.count + 1})


def _count(kind: str, said: str, *, at: datetime, within: timedelta) -> int:
    """Count one more, and return how many there are within the time. What is counted is a digest that nobody can turn round."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    key = hmac.new(_key(f"{kind} {at:%Y-%m-%d}"), said.encode(), hashlib.sha256).hexdigest()
    one_more = _one_more(db.session.get_bind().dialect.name)
    db.session.execute(one_more, {"kind": kind, "key": key, "hour": hour, "count": 1})
    return queries.counted(kind, key, since=hour - within + rules.HOUR)


def source_of(address: str | None) -> str:
    """Return what counts as one source: an address, or of the newer kind the network that one household gets."""
    said = address or ""
    return ":".join(said.split(":")[:4]) if ":" in said else said


# ---------------------------------------------------------------- holding


def look(nomination: Nomination, *, source: str | None, at: datetime) -> bool:
    """Look at a submission that came in now, and say whether it is held. Never what staff or an import brought."""
    doubted, trapped, is_proved = queries.known_of(nomination)
    if doubted is not None:
        return doubted is DoubtState.OPEN
    if source is None:
        return False
    sitting = nomination.sitting
    confirmed = sitting.confirmed_at is not None
    address = address_key(sitting.nominator_email) or ""
    seen = Seen(
        confirmed=confirmed,
        trapped=trapped,
        proved=is_proved,
        seconds=(at - sitting.begun_at).total_seconds(),
        from_source=0 if confirmed or is_proved else _count("source", source, at=at, within=rules.HOUR),
        to_address=0 if confirmed else _count("address", address, at=at, within=DAY),
    )
    texts = [answer.text for answer in nomination.answers]
    found = rules.signs(seen, texts, quick=current_app.config["SETTINGS"].quick_seconds)
    if not rules.is_held(found):
        return False
    db.session.add(Doubt(nomination_id=nomination.id, signs=[sign.value for sign in found], raised_at=at))
    db.session.flush()
    history.record("held", nomination, at=at, signs=[sign.value for sign in found])
    return True


def let_in(doubt: Doubt, nomination: Nomination, *, by: Person | None, at: datetime) -> None:
    """Let a held submission count, as if it had just come in: its writer is thanked, and it is gathered."""
    from portal.nominations.actions import writing  # noqa: PLC0415 - it stands above this package, and asks it
    from portal.nominations.queries import writing as written  # noqa: PLC0415 - as above

    if _decide(doubt, DoubtState.LET_IN, by=by, at=at):
        history.record("let in", nomination, by=by, at=at)
        snapshot = written.last_snapshot(nomination)
        writing.welcome(written.afresh(nomination), snapshot.number if snapshot is not None else 1, at=at)


def set_aside(doubt: Doubt, nomination: Nomination, *, reason: str, by: Person, at: datetime) -> None:
    """Set a held submission aside: it is void, with the reason, and its text is kept."""
    from portal.nominations.actions import screening  # noqa: PLC0415 - as above

    screening.make_void(nomination, reason=reason, by=by, at=at)
    _decide(doubt, DoubtState.SET_ASIDE, by=by, at=at)


def felt_confirmation(sitting: Sitting, *, at: datetime) -> None:
    """Somebody reads the mail at a sitting's address, so there is a person: what was held of it counts."""
    from portal.nominations.queries.writing import by_reference  # noqa: PLC0415 - as above

    for doubt in queries.open_of_sitting(sitting.id):
        nomination = by_reference(doubt.nomination.reference)
        if nomination is not None and Sign.TRAP.value not in doubt.signs:
            let_in(doubt, nomination, by=None, at=at)


def _decide(doubt: Doubt, state: DoubtState, *, by: Person | None, at: datetime) -> bool:
    still = update(Doubt).where(Doubt.id == doubt.id, Doubt.state == DoubtState.OPEN)
    taken = rows_changed(
        still.values(state=state, decided_by_id=by.id if by else None, decided_at=at).execution_options(
            synchronize_session=False
        )
    )
    db.session.refresh(doubt, ["state", "decided_by_id", "decided_at"])
    return taken == 1


def sweep(*, at: datetime) -> int:
    """Throw away old counts and proofs that nobody could use any more. Returns how many."""
    gone = 0
    for old in (
        delete(Tally).where(Tally.hour < at - SWEPT_AFTER),
        delete(SpentProof).where(SpentProof.expires_at < at),
    ):
        gone += rows_changed(old.execution_options(synchronize_session=False))
    return gone
