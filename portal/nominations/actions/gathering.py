"""Gathering nominations of one person into one candidacy: surely by itself, and otherwise as a person decides.

Gatherings queue (an advisory lock on PostgreSQL; SQLite queues every write), so that two that arrive together see each other.
Nothing is lost by a merge: every nomination keeps its nominator, and what was moved is written beside the decision, to be undone.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import selectinload

from portal import history
from portal.db import db, rows_changed
from portal.errors import N_, Refused
from portal.nominations.actions import conflicts, versions
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    CandidacySchool,
    Conflict,
    Match,
    MatchState,
    Nomination,
    NominationSchool,
    Part,
    Ruling,
    Where,
)
from portal.nominations.queries import matching as queries
from portal.nominations.rules import CandidacyStage
from portal.nominations.rules.matching import ADDRESS, SEVERAL, Profile, compare
from portal.nominations.rules.parts import PartState
from portal.people import actions as people
from portal.people.models import Person
from portal.people.rules import address_key, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

GATHERING = 7_104_001  # the advisory lock's number
SHARED_BY = 3  # an address that more candidacies share says nothing
CAN_MERGE = frozenset(
    {CandidacyStage.INTAKE, CandidacyStage.ELIGIBLE, CandidacyStage.INELIGIBLE, CandidacyStage.WITHDRAWN}
)

ALREADY = N_("That was already decided. The page shows how it stands now.")
IN_REVIEW = N_("One of the two is already being read by the committee, so they can no longer be gathered or parted.")

on_gathered: list[
    Callable[[Nomination, Candidacy, datetime], None]
] = []  # higher rooms listen: see portal/listeners.py
on_merged: list[Callable[[Candidacy, Candidacy, datetime], None]] = []  # (what stays, what was gathered into it, at)
on_parted: list[Callable[[Candidacy, Candidacy, datetime], None]] = []  # (what stays, what stands by itself again, at)


def gather(
    nomination: Nomination,
    *,
    at: datetime,
    by: Person | None = None,
    raise_conflicts: bool = True,
    known: queries.Known | None = None,
) -> Candidacy:
    """Put a submitted nomination into its nominee's candidacy of that cycle, made where there is none; return it.

    One sure match gathers by itself. Candidacies that may be the same person become suggestions. Gathering again after a
    revision keeps the nomination where it is unless it now names somebody else. Who gathers many gives what is `known` of
    the cycle, and raises their conflicts together.
    """
    queue()
    _load(nomination)
    profile = queries.profile_of(nomination)
    before = nomination.candidacy_id
    candidacy, alone = None, True
    while candidacy is None:
        found = known.near(profile) if known is not None else _near(nomination, profile)
        if before is not None and (stays := _stays(nomination, profile, found)) is not None:
            candidacy, alone = stays, False
            break
        verdicts = {number: compare(profile, other) for number, other in found.items() if number != before}
        sure = [number for number, verdict in verdicts.items() if verdict.sure]
        if len(sure) == 1:
            candidacy, alone = (
                _join(sure[0], profile, found[sure[0]]),
                False,
            )  # None: it was merged meanwhile, so look again
            known = None if candidacy is None else known
        else:
            candidacy = _begin(nomination, profile, at=at)
            _suggest(
                candidacy,
                {number: list(verdict.why) or [SEVERAL] * verdict.sure for number, verdict in verdicts.items()},
            )
    if known is not None:
        known.put(candidacy.id, profile)
    if candidacy.id != before:
        history.record("gathered", nomination, by=by, at=at, candidacy=candidacy.reference, alone=alone)
        versions.write(nomination, candidacy_id=candidacy.id)
        if before is not None:
            db.session.flush()
            _leave(before, candidacy, at=at)
    if raise_conflicts:
        db.session.flush()
        conflicts.raise_from_facts(candidacy, at=at)
    for listener in on_gathered:
        listener(nomination, candidacy, at)
    return candidacy


def _near(nomination: Nomination, profile: Profile) -> dict[int, Profile]:
    return queries.profiles(queries.near(nomination.cycle_id, profile))


def queue() -> None:
    """Wait for whoever gathers at this moment, so that two nominations of one person never make two candidacies."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": GATHERING})


def _load(nomination: Nomination) -> None:
    """Load what a profile is made of, where the caller has not."""
    db.session.flush()
    if not {"named", "schools"} <= nomination.__dict__.keys():
        wanted = (
            select(Nomination)
            .options(selectinload(Nomination.named), selectinload(Nomination.schools))
            .where(Nomination.id == nomination.id)
        )
        db.session.scalars(wanted.execution_options(populate_existing=False)).all()


def _stays(nomination: Nomination, profile: Profile, found: Mapping[int, Profile]) -> Candidacy | None:
    """Return the candidacy that a nomination stays in: it still names somebody known there, or is alone and takes it along."""
    now = db.session.get_one(Candidacy, nomination.candidacy_id)
    known = found.get(now.id) or queries.profiles([now.id])[now.id]
    others = [team for team in _namings_but(now.id, nomination.id) if team]
    same = any(_same(profile, team) for team in others)
    if same or (others and compare(profile, _with(known, others)).sure):
        _add_schools(now.id, profile.schools)
        return now
    if not others and not any(
        verdict.sure for number, verdict in ((n, compare(profile, k)) for n, k in found.items() if n != now.id)
    ):
        _follow(now, nomination, profile)
        return now
    return None


def _namings_but(candidacy_id: int, nomination_id: int) -> list[Any]:
    wanted = (
        select(Nomination)
        .options(selectinload(Nomination.named), selectinload(Nomination.schools))
        .where(Nomination.candidacy_id == candidacy_id, Nomination.id != nomination_id)
    )
    return [next(iter(queries.profile_of(other).namings)) for other in db.session.scalars(wanted)]


def _same(profile: Profile, team: Any) -> bool:  # noqa: ANN401 - a team of names
    return any({name.plain for name in own} == {name.plain for name in team} for own in profile.namings)


def _with(known: Profile, teams: Iterable[Any]) -> Profile:
    return Profile(frozenset(teams), known.schools, known.places, known.addresses)


def _follow(candidacy: Candidacy, nomination: Nomination, profile: Profile) -> None:
    """Let a candidacy of one nomination follow its revision: a changed name or school, unless staff put the name right."""
    links = db.session.scalars(
        select(CandidacyPerson).where(CandidacyPerson.candidacy_id == candidacy.id).order_by(CandidacyPerson.position)
    ).all()
    for link, named in zip(links, nomination.named, strict=False):
        if (
            candidacy.name_put_right_at is None
            and name_key(named.given_name, named.family_name) != link.person.sort_name
            and _only_here(link)
        ):
            link.person.given_name, link.person.family_name = named.given_name.strip(), named.family_name.strip()
            link.person.sort_name = name_key(named.given_name, named.family_name)
        if link.person.email is None and named.email:
            link.person.email, link.person.email_key = named.email.strip(), address_key(named.email)
    if candidacy.name_put_right_at is None:
        candidacy.name, candidacy.sort_name = _title(nomination), _sort(nomination)
    candidacy.role, candidacy.place_text = _role(nomination), _place(nomination)
    _add_schools(candidacy.id, profile.schools)
    gone = select(CandidacySchool).where(CandidacySchool.candidacy_id == candidacy.id)
    for school in db.session.scalars(gone.where(CandidacySchool.school_id.not_in(profile.schools))):
        db.session.delete(school)
    db.session.flush()


def _only_here(link: CandidacyPerson) -> bool:
    others = (
        select(func.count())
        .select_from(CandidacyPerson)
        .where(CandidacyPerson.person_id == link.person_id, CandidacyPerson.candidacy_id != link.candidacy_id)
    )
    return not db.session.scalar(others)


def _join(number: int, profile: Profile, known: Profile) -> Candidacy | None:
    """Take a place in a candidacy, unless it was gathered into another since it was read."""
    taken = rows_changed(
        update(Candidacy)
        .where(Candidacy.id == number, Candidacy.merged_into_id.is_(None))
        .values(version=Candidacy.version + 1)
        .execution_options(synchronize_session=False)
    )
    if taken != 1:
        return None
    candidacy = db.session.get_one(Candidacy, number)
    db.session.expire(candidacy, ["version"])
    if not profile.schools.keys() <= known.schools.keys():
        _add_schools(number, profile.schools)
    if len(profile.addresses) == 1 and not known.addresses:
        for link in db.session.scalars(select(CandidacyPerson).where(CandidacyPerson.candidacy_id == number)):
            if link.person.email is None:
                link.person.email = link.person.email_key = next(iter(profile.addresses))
    return candidacy


def _begin(nomination: Nomination, profile: Profile, *, at: datetime) -> Candidacy:
    candidacy = Candidacy(
        reference=secrets.token_hex(6),
        cycle_id=nomination.cycle_id,
        name=_title(nomination),
        sort_name=_sort(nomination),
        role=_role(nomination),
        place_text=_place(nomination),
        created_at=at,
    )
    known = _known_person(nomination, profile)
    candidacy.people = [
        CandidacyPerson(
            cycle_id=nomination.cycle_id,
            person=known or people.make(given=named.given_name, family=named.family_name, email=named.email, at=at),
            position=place,
        )
        for place, named in enumerate(nomination.named)
    ]
    candidacy.schools = [CandidacySchool(school_id=school) for school in profile.schools]
    db.session.add(candidacy)
    db.session.flush()
    candidacy.reference = f"C-{candidacy.id:04d}"
    history.record("candidacy begun", candidacy, at=at, nomination=nomination.reference)
    return candidacy


def _known_person(nomination: Nomination, profile: Profile) -> Person | None:
    """Return the person of another cycle's candidacy, where it is surely the same one and not yet in this cycle."""
    if len(nomination.named) != 1:
        return None
    namesakes = queries.namesakes(profile, but_cycle_id=nomination.cycle_id)
    if not namesakes:
        return None
    sure = [
        number
        for number, known in queries.profiles(namesakes).items()
        if all(len(team) == 1 for team in known.namings) and compare(profile, known).sure
    ]
    here = select(CandidacyPerson.person_id).where(CandidacyPerson.cycle_id == nomination.cycle_id)
    persons = db.session.scalars(
        select(Person)
        .join(CandidacyPerson, CandidacyPerson.person_id == Person.id)
        .where(CandidacyPerson.candidacy_id.in_(sure), Person.id.not_in(here))
        .distinct()
    ).all()
    return persons[0] if len(persons) == 1 else None


def _title(nomination: Nomination) -> str:
    names = [named.name for named in nomination.named]
    return " & ".join(names)[:600]


def _sort(nomination: Nomination) -> str:
    return " ".join(name_key(named.given_name, named.family_name) for named in nomination.named)[:600]


def _role(nomination: Nomination) -> str | None:
    role = next((named.role.strip() for named in nomination.named if named.role and named.role.strip()), "")
    return (role[:1].upper() + role[1:])[:120] or None


def _place(nomination: Nomination) -> str | None:
    if nomination.place is Where.CENTRAL:
        return Where.CENTRAL.value
    return nomination.place_text if not nomination.schools else None


def _add_schools(candidacy_id: int, schools: Iterable[int]) -> list[int]:
    """Add schools that a candidacy does not have yet; return those added."""
    has = set(db.session.scalars(select(CandidacySchool.school_id).where(CandidacySchool.candidacy_id == candidacy_id)))
    new = [school for school in schools if school not in has]
    db.session.add_all(CandidacySchool(candidacy_id=candidacy_id, school_id=school) for school in new)
    db.session.flush()
    return new


def _suggest(candidacy: Candidacy, why: Mapping[int, list[str]]) -> None:
    """Ask a person about every candidacy that may be the same. An address that many share is no reason."""
    shared = sum(1 for reasons in why.values() if reasons == [ADDRESS])
    rows = [
        {
            "cycle_id": candidacy.cycle_id,
            "first_id": min(number, candidacy.id),
            "second_id": max(number, candidacy.id),
            "why": reasons,
            "state": MatchState.OPEN,
            "kept": {},
        }
        for number, reasons in why.items()
        if reasons and (reasons != [ADDRESS] or shared <= SHARED_BY)
    ]
    _add_once(Match, rows)


def _add_once(model: Any, rows: Collection[dict[str, Any]]) -> None:  # noqa: ANN401 - a model
    """Insert rows, leaving those that are there already as they are."""
    if not rows:
        return
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(model).on_conflict_do_nothing(), list(rows))


def _make_moot(candidacy_id: int) -> list[int]:
    """Ask no more about a candidacy that was gathered into another; return the suggestions that are moot by that."""
    open_ones = select(Match.id).where(
        (Match.first_id == candidacy_id) | (Match.second_id == candidacy_id), Match.state == MatchState.OPEN
    )
    numbers = list(db.session.scalars(open_ones.order_by(Match.id)))
    db.session.execute(update(Match).where(Match.id.in_(numbers)).values(state=MatchState.MOOT))
    return numbers


def _leave(candidacy_id: int, goes_to: Candidacy, *, at: datetime) -> None:
    """Close a candidacy that a revision has emptied: whoever looks for it is led to where its nomination went."""
    if queries.how_many_nominations(candidacy_id):
        return
    left = db.session.get_one(Candidacy, candidacy_id)
    left.merged_into_id = goes_to.id
    _make_moot(left.id)
    history.record("left empty", left, at=at, went_to=goes_to.reference)


# ---------------------------------------------------------------- a person decides


def accept(match: Match, *, by: Person, at: datetime) -> Candidacy:
    """Gather both sides of a suggestion into one candidacy, and return it. What is moved is kept beside the decision.

    The one whose nominee took up their own part stays, so that their page does; else the one with more nominations; of two alike, the
    older. Raises `Refused` when it was decided already, or when one side
    is being read by the committee.
    """
    _lock_nominations(match)
    sides = _sides(match, state=MatchState.OPEN)
    counts = Counter(dict(_counts(sides)))
    begun = _begun_themselves(sides)
    stays, goes = sorted(sides, key=lambda side: (side.id not in begun, -counts[side.id], side.id))
    if stays.stage is CandidacyStage.WITHDRAWN:
        stays, goes = goes, stays
    _decide(match, MatchState.OPEN, MatchState.ACCEPTED, by=by, at=at)
    moved = list(
        db.session.scalars(select(Nomination.id).where(Nomination.candidacy_id == goes.id).order_by(Nomination.id))
    )
    db.session.execute(update(Nomination).where(Nomination.id.in_(moved)).values(candidacy_id=stays.id))
    schools = _add_schools(
        stays.id,
        db.session.scalars(select(CandidacySchool.school_id).where(CandidacySchool.candidacy_id == goes.id)).all(),
    )
    match.kept = {
        "stays": stays.id,
        "goes": goes.id,
        "nominations": moved,
        "schools": schools,
        "conflicts": _copy_conflicts(goes, stays),
        "rulings": _copy_rulings(goes, stays),
    }
    goes.merged_into_id = stays.id
    db.session.flush()
    _hand_over_questions(goes, stays)
    match.kept = {**match.kept, "moot": _make_moot(goes.id)}
    history.record("merged", stays, by=by, at=at, gathered=goes.reference, nominations=moved)
    history.record("merged into another", goes, by=by, at=at, into=stays.reference)
    conflicts.raise_from_facts(stays, at=at)
    for listener in on_merged:
        listener(stays, goes, at)
    return stays


def refuse(match: Match, *, by: Person, at: datetime) -> None:
    """Say that two candidacies are two people."""
    _decide(match, MatchState.OPEN, MatchState.REFUSED, by=by, at=at)
    for side in _both(match):
        history.record("two people", side, by=by, at=at, match=match.id)


def undo(match: Match, *, by: Person, at: datetime) -> None:
    """Take a decision back: part what was merged, every nomination to where it was, or ask again about two people."""
    if match.state is MatchState.REFUSED:
        _decide(match, MatchState.REFUSED, MatchState.OPEN, by=by, at=at)
        for side in _both(match):
            history.record("asked again", side, by=by, at=at, match=match.id)
        return
    kept = match.kept
    _lock_nominations(match)
    stays, goes = db.session.get_one(Candidacy, kept["stays"]), db.session.get_one(Candidacy, kept["goes"])
    if stays.merged_into_id is not None:
        raise Refused(N_("This was gathered into another since. Take that back first."))
    if stays.stage not in CAN_MERGE:
        raise Refused(IN_REVIEW)
    _decide(match, MatchState.ACCEPTED, MatchState.OPEN, by=by, at=at)
    goes.merged_into_id = None
    db.session.execute(
        update(Nomination)
        .where(Nomination.id.in_(kept["nominations"]), Nomination.candidacy_id == stays.id)
        .values(candidacy_id=goes.id)
    )
    here = (
        select(NominationSchool.school_id)
        .join(Nomination, Nomination.id == NominationSchool.nomination_id)
        .where(Nomination.candidacy_id == stays.id)
    )
    for link in db.session.scalars(
        select(CandidacySchool).where(
            CandidacySchool.candidacy_id == stays.id,
            CandidacySchool.school_id.in_(kept["schools"]),
            CandidacySchool.school_id.not_in(here),
        )
    ):
        db.session.delete(link)
    _take_away_copies(stays, kept)
    db.session.execute(
        update(Match).where(Match.id.in_(kept["moot"]), Match.state == MatchState.MOOT).values(state=MatchState.OPEN)
    )
    match.kept = {}
    db.session.flush()
    history.record("parted", stays, by=by, at=at, parted=goes.reference)
    history.record("stands by itself again", goes, by=by, at=at, was=stays.reference)
    for side in (stays, goes):  # facts that came up while they were one
        conflicts.raise_from_facts(side, at=at)
    for listener in on_parted:
        listener(stays, goes, at)


def _take_away_copies(stays: Candidacy, kept: dict[str, Any]) -> None:
    """Take away the conflicts and rulings that came with a merge and were left alone since."""
    for conflict in db.session.scalars(
        select(Conflict).where(Conflict.id.in_([int(number) for number in kept["conflicts"]]))
    ):
        if (
            conflict.state.value == kept["conflicts"][str(conflict.id)]
        ):  # untouched since: it came with the merge and leaves with it
            db.session.delete(conflict)
    for ruling in db.session.scalars(select(Ruling).where(Ruling.candidacy_id == stays.id)):
        if kept.get("rulings", {}).get(ruling.rule.value) == ruling.ruled_at.isoformat():
            db.session.delete(ruling)  # it came with the merge and leaves with it


def _lock_nominations(match: Match) -> None:
    """Lock what is about to move before the candidacies, in the order in which a submission does (PostgreSQL)."""
    sides = [
        match.first_id,
        match.second_id,
        *(match.kept.get(side) for side in ("stays", "goes") if match.kept.get(side)),
    ]
    db.session.execute(
        select(Nomination.id).where(Nomination.candidacy_id.in_(sides)).order_by(Nomination.id).with_for_update()
    )
    db.session.execute(select(Candidacy.id).where(Candidacy.id.in_(sides)).order_by(Candidacy.id).with_for_update())


def _both(match: Match) -> list[Candidacy]:
    return list(
        db.session.scalars(
            select(Candidacy).where(Candidacy.id.in_([match.first_id, match.second_id])).order_by(Candidacy.id)
        )
    )


def _sides(match: Match, *, state: MatchState) -> list[Candidacy]:
    sides = list(
        db.session.scalars(
            select(Candidacy)
            .where(Candidacy.id.in_([match.first_id, match.second_id]))
            .order_by(Candidacy.id)
            .execution_options(populate_existing=True)
        )
    )
    if match.state is not state or any(side.merged_into_id is not None for side in sides):
        raise Refused(ALREADY)
    if any(side.stage not in CAN_MERGE for side in sides):
        raise Refused(IN_REVIEW)
    return sides


def _begun_themselves(sides: Iterable[Candidacy]) -> set[int]:
    """Return those of these candidacies whose nominee took up a part of their own."""
    taken = Part.state.in_({PartState.ACCEPTED, PartState.COMPLETED})
    wanted = select(Part.candidacy_id).where(Part.candidacy_id.in_([side.id for side in sides]), taken)
    return set(db.session.scalars(wanted))


def _counts(sides: Iterable[Candidacy]) -> Iterable[tuple[int, int]]:
    wanted = (
        select(Nomination.candidacy_id, func.count())
        .where(Nomination.candidacy_id.in_([side.id for side in sides]))
        .group_by(Nomination.candidacy_id)
    )
    return [(number, count) for number, count in db.session.execute(wanted) if number is not None]


def _decide(match: Match, before: MatchState, after: MatchState, *, by: Person, at: datetime) -> None:
    """Move a suggestion from one state to the next once, however many click at the same time."""
    done = rows_changed(
        update(Match)
        .where(Match.id == match.id, Match.state == before)
        .values(state=after, decided_by_id=by.id, decided_at=at)
        .execution_options(synchronize_session=False)
    )
    if done != 1:
        raise Refused(ALREADY)
    db.session.refresh(match)


def _copy_conflicts(goes: Candidacy, stays: Candidacy) -> dict[str, str]:
    """Let whoever must not touch one side not touch both. Returns the copies' numbers with the state they came in."""
    has = {
        (person, kind)
        for person, kind in db.session.execute(
            select(Conflict.person_id, Conflict.kind).where(Conflict.candidacy_id == stays.id)
        )
    }
    copies = [
        Conflict(
            candidacy_id=stays.id,
            person_id=old.person_id,
            kind=old.kind,
            state=old.state,
            fact=old.fact,
            raised_at=old.raised_at,
            decided_by_id=old.decided_by_id,
            decided_at=old.decided_at,
            reason=old.reason,
        )
        for old in db.session.scalars(select(Conflict).where(Conflict.candidacy_id == goes.id))
        if (old.person_id, old.kind) not in has
    ]
    db.session.add_all(copies)
    db.session.flush()
    return {str(copy.id): copy.state.value for copy in copies}


def _copy_rulings(goes: Candidacy, stays: Candidacy) -> dict[str, str]:
    """Let what was decided on a rule for one side hold for both, where the other has no ruling. Returns the copies' rules and instants."""
    has = set(db.session.scalars(select(Ruling.rule).where(Ruling.candidacy_id == stays.id)))
    copies = [
        Ruling(
            candidacy_id=stays.id,
            rule=old.rule,
            holds=old.holds,
            reason=old.reason,
            ruled_by_id=old.ruled_by_id,
            ruled_at=old.ruled_at,
        )
        for old in db.session.scalars(select(Ruling).where(Ruling.candidacy_id == goes.id))
        if old.rule not in has
    ]
    db.session.add_all(copies)
    return {copy.rule.value: copy.ruled_at.isoformat() for copy in copies}


def _hand_over_questions(goes: Candidacy, stays: Candidacy) -> None:
    """Ask the suggestions still open about the one that was gathered of the one it was gathered into, each pair once."""
    decided = queries.matches_between(goes.cycle_id, [goes.id, stays.id])
    for pair, match in decided.items():
        other = next((number for number in pair if number not in {goes.id, stays.id}), None)
        if match.state is not MatchState.OPEN or goes.id not in pair or other is None:
            continue
        first, second = sorted((other, stays.id))
        if (first, second) not in decided:
            _add_once(
                Match,
                [
                    {
                        "cycle_id": goes.cycle_id,
                        "first_id": first,
                        "second_id": second,
                        "why": match.why,
                        "state": MatchState.OPEN,
                        "kept": {},
                    }
                ],
            )
