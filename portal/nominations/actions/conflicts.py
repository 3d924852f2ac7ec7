"""Reasons not to touch a candidacy: raised from facts, declared, decided by somebody else."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal import history
from portal.accounts.models import Grant, Scope
from portal.awards import queries as awards
from portal.awards.models import Cycle, Member
from portal.awards.rules import CycleStage, MemberState
from portal.db import db, rows_changed
from portal.errors import N_, Refused
from portal.nominations.models import (
    HARD,
    Candidacy,
    Conflict,
    Kind,
)
from portal.nominations.queries import conflicts as queries
from portal.nominations.rules import CONFLICT, ConflictState, ConflictStep
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.people.models import Person
from portal.people.rules import address_key, fold, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

ALREADY = N_("That was already decided. The page shows how it stands now.")
OWN = N_("Nobody decides on their own conflict. Ask somebody else who may.")
REASON = N_("Say why, in a sentence: it stands in the record.")

SAID = frozenset({Kind.DECLARED, Kind.RECUSED})  # what a person said of themself

on_changed: list[
    Callable[[Conflict, datetime], None]
] = []  # review listens: earlier scores of a conflict that stands count in no figure


YEARS = 5  # so long after both worked at one school it is still a fact to be looked at
# names, as they are compared -> (name, award, its name, year) of honors since the archive: a higher room knows these
honours_since: list[Callable[[Collection[str]], Iterable[tuple[str, int, dict[str, str], int]]]] = []


class Concerned(NamedTuple):
    """Somebody who could touch candidacies, and the facts that may keep them from some."""

    person: queries.Somebody
    family: str
    sits: bool  # on the committee, and not staff alone
    schools: dict[int, date | None]  # where they are or were, and until when; None: still
    leads: frozenset[int]  # the schools whose principal they are
    gives: bool
    relatives: dict[str, str]  # names they gave as those of close family, by what they are compared by
    phone: str
    supervises: dict[int, str]  # the candidacies for which they were asked to write as a supervisor: the letter
    wrote: dict[int, str]  # the candidacies that they wrote a letter for: the letter
    nominated: dict[int, str]  # the candidacies that they surely nominated: the nomination
    typed: dict[int, str]  # the same, where only somebody who typed their address says so
    translated: dict[int, str]  # the candidacies of which they translated something: from which language


class Nominee(NamedTuple):
    """A candidacy, and the facts that may keep somebody from it."""

    number: int
    persons: frozenset[int]
    names: frozenset[str]
    families: frozenset[str]
    addresses: frozenset[str]
    schools: dict[int, str]
    past: dict[int, date | None]  # other schools where somebody of it is or was, and until when
    titles: dict[int, str]  # what these are called
    guardians: dict[str, str]  # addresses and names of guardians, as they are compared -> as they are written
    phones: frozenset[str]


class Raised(NamedTuple):
    """A conflict that facts suggest."""

    candidacy: int
    person: int
    kind: Kind
    fact: str


def raise_from_facts(subject: Cycle | Candidacy | Person, *, at: datetime) -> int:
    """Suggest every conflict that the facts show and that was never raised; return how many.

    Of a cycle: everybody concerned against all its candidacies; of a candidacy: everybody against it; of a person: them against
    every cycle that is not over. What was decided stays decided, until there is a fact that was not known then: that raises it again.
    """
    raised: list[Raised] = []
    for cycle, people, reach, number in _reach(subject):
        raised += _facts(cycle, people, reach, number, at=at)
    if not raised:
        return 0
    return _suggest(raised, at=at)


def felt_person(person: Person, at: datetime) -> None:
    """Look at somebody anew who got a role, a place on a committee, another name or address, or gave to a fund."""
    raise_from_facts(person, at=at)


def felt_roster(at: datetime) -> None:
    """Look at everybody anew: a roster says who works and learns where."""
    over = {CycleStage.RELEASED, CycleStage.ARCHIVED}
    for cycle in db.session.scalars(select(Cycle).where(Cycle.stage.not_in(over)).order_by(Cycle.id)).all():
        raise_from_facts(cycle, at=at)


def raise_for(cycle: Cycle, candidacies: Collection[int], *, at: datetime) -> int:
    """Do the same for some candidacies of one cycle: for an import, which touches many at once."""
    raised = list(_facts(cycle, queries.everybody(cycle), "candidacies", list(candidacies), at=at))
    return _suggest(raised, at=at) if raised else 0


def _reach(
    subject: Cycle | Candidacy | Person,
) -> Iterator[tuple[Cycle, Sequence[queries.Somebody], queries.Reach, int]]:
    """Yield each cycle with the people who are looked at, and the candidacies: one of them, or all of the cycle."""
    if isinstance(subject, Candidacy):
        cycle = awards.cycle_kept(subject.cycle_id)
        yield cycle, queries.everybody(cycle), "candidacy", subject.id
    elif isinstance(subject, Cycle):
        yield subject, queries.everybody(subject), "cycle", subject.id
    else:
        db.session.flush()
        for own in db.session.scalars(_cycles_of(subject)).unique():
            yield own, [queries.somebody(subject)], "cycle", own.id


def _cycles_of(person: Person) -> Select[Cycle]:
    """Select the cycles, not over yet, in which this person could touch candidacies."""
    sits = select(Member.cycle_id).where(
        Member.person_id == person.id, Member.state.in_({MemberState.INVITED, MemberState.ACCEPTED})
    )
    held = select(Grant).where(Grant.person_id == person.id, Grant.ended_at.is_(None))
    everywhere = held.where(Grant.scope == Scope.ORGANISATION).exists()
    some = held.where(Grant.scope == Scope.AWARD).with_only_columns(Grant.scope_id)
    return select(Cycle).where(
        Cycle.stage.not_in({CycleStage.RELEASED, CycleStage.ARCHIVED}),
        or_(Cycle.id.in_(sits), everywhere, Cycle.award_id.in_(some)),
    )


def _facts(
    cycle: Cycle, people: Sequence[queries.Somebody], reach: queries.Reach, subject: int | list[int], *, at: datetime
) -> Iterator[Raised]:
    if not people:
        return
    known, nominees = _concerned(cycle, people, at=at), _nominees(reach, subject, at=at)
    honours = _honours({*(one.sort_name for one in people), *(name for nominee in nominees for name in nominee.names)})
    for nominee in nominees:
        for one in known:
            person = one.person
            is_nominee = person.id in nominee.persons or (person.sort_name and person.sort_name in nominee.names)
            if is_nominee or (person.email_key and person.email_key in nominee.addresses):
                yield Raised(nominee.number, person.id, Kind.IS_NOMINEE, person.name)
                continue
            if one.nominated and (one.sits or nominee.number in one.nominated):
                yield Raised(
                    nominee.number,
                    person.id,
                    Kind.NOMINATED,
                    one.nominated.get(nominee.number) or min(one.nominated.values()),
                )
            elif nominee.number in one.typed:
                yield Raised(nominee.number, person.id, Kind.UNCONFIRMED, one.typed[nominee.number])
            yield from _by_letter(one, nominee)
            if one.family and one.family in nominee.families:
                yield Raised(nominee.number, person.id, Kind.SAME_NAME, person.family_name)
            yield from _by_place(one, nominee)
            yield from _by_home(one, nominee)
            yield from _by_honour(one, nominee, honours)
            if nominee.number in one.translated:
                yield Raised(nominee.number, person.id, Kind.TRANSLATED, one.translated[nominee.number])
            if one.gives:
                yield Raised(nominee.number, person.id, Kind.DONOR, "")


def _by_letter(one: Concerned, nominee: Nominee) -> Iterator[Raised]:
    """Yield what a letter bars its writer from: who sits on the committee from the whole cycle, others from whom it is about."""
    if one.wrote and (one.sits or nominee.number in one.wrote):
        fact = one.wrote.get(nominee.number) or min(one.wrote.values())
        yield Raised(nominee.number, one.person.id, Kind.WROTE_LETTER, fact)


def _by_place(one: Concerned, nominee: Nominee) -> Iterator[Raised]:
    """Yield what schools say: both at one now or within the last years; and who leads a nominee's school, or was named as supervisor."""
    theirs = {**nominee.past, **dict.fromkeys(nominee.schools)}
    titles = {**nominee.titles, **nominee.schools}
    shared = []
    for number in one.schools.keys() & theirs.keys():
        ends = [end for end in (one.schools[number], theirs[number]) if end is not None]
        shared.append(f"{titles[number]} (until {min(ends).year})" if ends else titles[number])
    if shared:
        yield Raised(nominee.number, one.person.id, Kind.SAME_SCHOOL, ", ".join(sorted(shared)))
    leads = sorted(titles[number] for number in one.leads & nominee.schools.keys())
    letter = one.supervises.get(nominee.number)
    if leads or letter:
        yield Raised(nominee.number, one.person.id, Kind.SUPERVISOR, ", ".join([*leads, *([letter] if letter else [])]))


def _by_home(one: Concerned, nominee: Nominee) -> Iterator[Raised]:
    """Yield what families say: a name that one gave as close family, a guardian, a telephone that both answer."""
    named = sorted(words for key, words in one.relatives.items() if key in nominee.names)
    guards = {
        nominee.guardians[key] for key in (one.person.email_key, one.person.sort_name) if key in nominee.guardians
    }
    if named or guards:
        yield Raised(nominee.number, one.person.id, Kind.FAMILY, ", ".join([*named, *sorted(guards)]))
    if one.phone and one.phone in nominee.phones:
        yield Raised(nominee.number, one.person.id, Kind.HOUSEHOLD, one.person.phone or one.phone)


def _by_honour(one: Concerned, nominee: Nominee, honours: Mapping[str, dict[tuple[int, int], str]]) -> Iterator[Raised]:
    """Yield what the archive and later releases say: honored together, with one award in one year."""
    own = honours.get(one.person.sort_name)
    if own is None:
        return
    theirs = {each: words for name in nominee.names for each, words in honours.get(name, {}).items()}
    facts = {theirs[each] for each in own.keys() & theirs.keys()}
    if facts:
        yield Raised(nominee.number, one.person.id, Kind.CO_WINNER, ", ".join(sorted(facts)))


def _telephone(written: str | None) -> str:
    """Return a telephone number for comparing: its last ten digits; nothing where it is too short to tell anybody apart."""
    digits = "".join(c for c in written or "" if c.isascii() and c.isdigit())
    return digits[-10:] if len(digits) >= 7 else ""  # noqa: PLR2004 - a local number has seven


def _written(name: str) -> str:
    """Return a whole name, as somebody wrote it, for comparing: the last word is the family's."""
    given, _, family = name.strip().rpartition(" ")
    return name_key(given, family)


def _affiliations(persons: Collection[int], at: datetime) -> Iterator[tuple[int, int, str, str, date | None]]:
    """Yield (person, school, its name, their role, until when) of places that are, or were within the last years."""
    oldest = at.date() - timedelta(days=366 * YEARS)
    for person, school, name, role, until in queries.affiliations(persons, oldest):
        over = until is not None and until <= at.date()
        yield person, school, name, role, until if over else None


def _on_roster(people: Collection[queries.Somebody]) -> Iterator[tuple[int, int, str]]:
    """Yield (person, school, their role) as the district's roster says it now: by their address, or by their name where a line has none."""
    addresses = {one.email_key: one.id for one in people if one.email_key}
    names = {one.sort_name: one.id for one in people if one.sort_name}
    for address, name, school, role in queries.on_roster(addresses, names):
        yield addresses[address] if address else names[name], school or 0, role if address else ""


def _honours(names: Collection[str]) -> dict[str, dict[tuple[int, int], str]]:
    """Return what these names were honored with, in the archive and since: award and year, and how that reads."""
    found: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    asked = set(names) - {""}
    rows = [*queries.archived_honours(asked), *(row for knows in honours_since for row in knows(asked))]
    for key, award, name, year in rows:
        found[key or ""][award, year] = f"{name.get('en') or next(iter(name.values()), '')} {year}"
    return dict(found)


def _concerned(cycle: Cycle, people: Sequence[queries.Somebody], *, at: datetime) -> list[Concerned]:
    numbers = {one.id for one in people}
    sitting: set[int] = set()
    giving = set(queries.donors(cycle.fund_id, numbers)) if cycle.fund_id else set()
    relatives: dict[int, dict[str, str]] = defaultdict(dict)
    for number, in_cycle, state, donor_related, family in queries.places_held(numbers):
        if in_cycle == cycle.id:
            sitting |= {number} if state in {MemberState.INVITED, MemberState.ACCEPTED} else set()
            giving |= {number} if donor_related else set()
        relatives[number] |= {_written(str(name)): str(name) for name in family or () if str(name).strip()}
    schools: dict[int, dict[int, date | None]] = defaultdict(dict)
    leads: dict[int, set[int]] = defaultdict(set)
    for number, school, _name, role, until in _affiliations(numbers, at):
        before = schools[number].get(school, until)
        schools[number][school] = None if until is None or before is None else max(until, before)
        if until is None and "principal" in fold(role).split():
            leads[number].add(school)
    for number, school, role in _on_roster(people):
        schools[number][school] = None
        if "principal" in fold(role).split():
            leads[number].add(school)
    supervises: dict[int, dict[int, str]] = defaultdict(dict)
    wrote: dict[int, dict[int, str]] = defaultdict(dict)
    for number, candidacy, reference, role, state in queries.letters_by(cycle, numbers):
        if role is WriterRole.SUPERVISOR:
            supervises[number][candidacy] = reference
        if state in {LetterState.RECEIVED, LetterState.LATE}:
            wrote[number][candidacy] = reference
    nominated, typed = _nominated(cycle, people)
    translated = _translated(cycle, numbers)
    return [
        Concerned(
            one,
            fold(one.family_name),
            one.id in sitting,
            schools[one.id],
            frozenset(leads[one.id]),
            one.id in giving,
            relatives[one.id],
            _telephone(one.phone),
            supervises[one.id],
            wrote[one.id],
            nominated[one.id],
            typed[one.id],
            translated[one.id],
        )
        for one in people
    ]


def _nominated(
    cycle: Cycle, people: Collection[queries.Somebody]
) -> tuple[dict[int, dict[int, str]], dict[int, dict[int, str]]]:
    """Return person -> candidacy -> the nomination's reference, for those who nominated in this cycle: surely, and perhaps.

    Sure is a nomination whose address was confirmed, or of which somebody decided that it is theirs. Anybody can type anybody's
    address: the others bar nobody from a whole cycle.
    """
    addresses = {one.email_key: one.id for one in people if one.email_key}
    numbers = {one.id for one in people}
    surely: dict[int, dict[int, str]] = defaultdict(dict)
    perhaps: dict[int, dict[int, str]] = defaultdict(dict)
    for nominator, address, candidacy, reference, sure in queries.nominated_by(cycle, numbers, addresses):
        person = nominator if nominator in numbers else addresses[address or ""]
        (surely if sure else perhaps)[person][candidacy or 0] = reference
    return surely, perhaps


def _translated(cycle: Cycle, numbers: Collection[int]) -> dict[int, dict[int, str]]:
    """Return person -> candidacy -> languages, for those who translated something of this cycle and saw it with its names."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for person, candidacy, written, language in queries.translated_by(cycle, numbers):
        if person is not None and candidacy is not None:
            found[person][candidacy] = f"{written or '?'} → {language}"
    return found


def _nominees(reach: queries.Reach, subject: int | list[int], *, at: datetime) -> list[Nominee]:
    """Return the candidacies that are looked at, with what everything that names them says."""
    persons: dict[int, set[int]] = defaultdict(set)
    names: dict[int, set[str]] = defaultdict(set)
    families: dict[int, set[str]] = defaultdict(set)
    addresses: dict[int, set[str]] = defaultdict(set)
    schools: dict[int, dict[int, str]] = defaultdict(dict)
    guardians: dict[int, dict[str, str]] = defaultdict(dict)
    phones: dict[int, set[str]] = defaultdict(set)
    candidacy_of: dict[int, set[int]] = defaultdict(set)
    found = queries.named_in(reach, subject)
    for candidacy, number, sort_name, family, email_key, phone, guardian_name, guardian_email in found.persons:
        persons[candidacy].add(number)
        candidacy_of[number].add(candidacy)
        names[candidacy] |= {sort_name} if sort_name else set()
        families[candidacy] |= {fold(family)} if family else set()
        addresses[candidacy] |= {email_key} if email_key else set()
        phones[candidacy] |= {_telephone(phone)} - {""}
        guardian = guardian_name or guardian_email or ""
        keys = {address_key(guardian_email) or "", _written(guardian_name or "")} - {""}
        guardians[candidacy] |= dict.fromkeys(keys, guardian)
    past: dict[int, dict[int, date | None]] = defaultdict(dict)
    titles: dict[int, str] = {}
    for number, school, title, _role, until in _affiliations(candidacy_of, at):
        titles[school] = title
        for candidacy in candidacy_of[number]:
            past[candidacy][school] = until
    for candidacy, name, family, email in found.namings:
        names[candidacy] |= {name} if name else set()
        families[candidacy] |= {fold(family)} if family else set()
        addresses[candidacy] |= {key} if (key := address_key(email)) else set()
    for candidacy, school, title in found.schools:
        schools[candidacy][school] = title
    return [
        Nominee(
            number,
            frozenset(persons[number]),
            frozenset(names[number]),
            frozenset(families[number]),
            frozenset(addresses[number]),
            schools[number],
            past[number],
            titles,
            guardians[number],
            frozenset(phones[number]),
        )
        for number in found.numbers
    ]


def _suggest(raised: Iterable[Raised], *, at: datetime) -> int:
    known: dict[tuple[int, int, Kind], tuple[int, str]] = {}
    wanted = list(raised)
    pairs = {one.candidacy for one in wanted}
    there = select(Conflict.candidacy_id, Conflict.person_id, Conflict.kind, Conflict.id, Conflict.fact)
    for number, person, kind, row, fact in db.session.execute(there.where(Conflict.candidacy_id.in_(pairs))):
        known[number, person, kind] = (row, fact)
    new: dict[tuple[int, int, Kind], Raised] = {}
    again = 0
    for one in wanted:
        before = known.get((one.candidacy, one.person, one.kind))
        if before is None:
            new[one.candidacy, one.person, one.kind] = one
        elif more := _pieces(one.fact) - _pieces(before[1]):
            again += _raise_again(before[0], ", ".join(sorted(more)), at=at)
    return again + (_add(new, pairs, at=at) if new else 0)


def _pieces(fact: str) -> set[str]:
    """Return the single facts that a conflict rests on."""
    return {piece for piece in (part.strip() for part in re.split(r"[,\n]", fact)) if piece}


def _raise_again(number: int, more: str, *, at: datetime) -> int:
    """Note a fact that was not known; where the conflict was decided not to stand, somebody decides again. Return 1 where so."""
    conflict = db.session.get_one(Conflict, number, with_for_update=True)
    conflict.fact = f"{conflict.fact}, {more}".strip(", ")
    if not CONFLICT.fits(conflict.state, ConflictStep.RAISE_AGAIN):
        return 0
    conflict.state = CONFLICT.advance(conflict.state, ConflictStep.RAISE_AGAIN)
    db.session.flush()
    history.record("conflict raised again", conflict, at=at, kind=conflict.kind.value)
    _tell(conflict, at)
    return 1


def _add(new: dict[tuple[int, int, Kind], Raised], pairs: Collection[int], *, at: datetime) -> int:
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "candidacy_id": one.candidacy,
            "person_id": one.person,
            "kind": one.kind,
            "state": ConflictState.SUGGESTED,
            "fact": one.fact,
            "raised_at": at,
        }
        for one in new.values()
    ]
    db.session.execute(insert(Conflict).on_conflict_do_nothing(), rows)
    made = db.session.scalars(
        select(Conflict).where(
            Conflict.candidacy_id.in_(pairs), Conflict.raised_at == at, Conflict.state == ConflictState.SUGGESTED
        )
    ).all()
    for conflict in made:
        if (conflict.candidacy_id, conflict.person_id, conflict.kind) in new:
            history.record("conflict suggested", conflict, at=at, kind=conflict.kind.value)
            _tell(conflict, at)
    return len(new)


def declare(
    candidacy: Candidacy,
    person: Person,
    *,
    words: str,
    at: datetime,
    by: Person | None = None,
    kind: Kind = Kind.DECLARED,
) -> Conflict:
    """Declare a conflict: it is confirmed at once. `by` is the person, or staff who write down what they were told."""
    found = db.session.scalar(
        select(Conflict)
        .where(Conflict.candidacy_id == candidacy.id, Conflict.person_id == person.id, Conflict.kind == kind)
        .with_for_update()
    )
    if found is None:
        found = Conflict(
            candidacy_id=candidacy.id,
            person_id=person.id,
            kind=kind,
            state=ConflictState.DECLARED,
            fact=words.strip(),
            raised_at=at,
        )
        db.session.add(found)
    elif words.strip() and words.strip() not in found.fact:
        found.fact = f"{found.fact}\n{words.strip()}".strip()
    found.state = ConflictState.CONFIRMED
    found.decided_at, found.asked_at, found.asked = at, None, None
    db.session.flush()
    history.record("conflict declared", found, by=by or person, at=at, kind=kind.value, candidacy=candidacy.reference)
    _tell(found, at)
    return found


def confirm(conflict: Conflict, *, by: Person, at: datetime, reason: str | None = None) -> None:
    """Say that a suggested conflict is one."""
    _decide(conflict, ConflictStep.CONFIRM, by=by, at=at, reason=reason)
    if conflict.kind is Kind.UNCONFIRMED:  # so they did nominate, and that reaches the whole cycle
        raise_from_facts(db.session.get_one(Person, conflict.person_id), at=at)


def dismiss(conflict: Conflict, *, by: Person, reason: str, at: datetime) -> None:
    """Say that a suggested conflict is none, and why. Never by the person it is about."""
    _decide(conflict, ConflictStep.DISMISS, by=by, at=at, reason=_reason(reason))


def ask_to_correct(declared: Sequence[Conflict], *, words: str, by: Person, at: datetime) -> None:
    """Say of conflicts of one's own that they were declared by mistake. They stand until somebody else has decided."""
    if not words.strip():
        raise Refused(N_("Say in a few words what was mistaken."), field="words")
    for conflict in declared:
        if conflict.person_id != by.id or conflict.kind not in SAID:
            raise Refused(N_("Only what somebody declared themself can be corrected so."))
        if conflict.state is not ConflictState.CONFIRMED or conflict.asked_at is not None:
            continue
        conflict.asked_at, conflict.asked = at, words.strip()
        history.record("correction asked", conflict, by=by, at=at, words=words.strip())
    db.session.flush()


def correct(conflict: Conflict, *, by: Person, reason: str, at: datetime) -> None:
    """Dismiss a conflict that its own person says they declared by mistake. Never by that person."""
    if conflict.kind not in SAID or conflict.asked_at is None:
        raise Refused(N_("Only what somebody declared, and asked to have corrected, can be corrected so."))
    _decide(conflict, ConflictStep.CORRECT, by=by, at=at, reason=_reason(reason))


def keep(conflict: Conflict, *, by: Person, reason: str | None = None, at: datetime) -> None:
    """Say that a declared conflict is one, whatever its person says since."""
    if conflict.person_id == by.id:
        raise Refused(OWN)
    kept = rows_changed(
        update(Conflict)
        .where(Conflict.id == conflict.id, Conflict.state == ConflictState.CONFIRMED, Conflict.asked_at.is_not(None))
        .values(asked_at=None, asked=None, decided_by_id=by.id, decided_at=at, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if kept != 1:
        raise Refused(ALREADY)
    db.session.refresh(conflict)
    history.record("conflict kept", conflict, by=by, at=at, reason=reason)


def waive(conflict: Conflict, *, by: Person, reason: str, at: datetime) -> None:
    """Let somebody touch a candidacy in spite of a confirmed conflict of a soft kind: a second person decides it, and says why."""
    if conflict.kind in HARD:
        raise Refused(N_("A conflict of this kind cannot be waived."))
    if conflict.decided_by_id == by.id:
        raise Refused(N_("You confirmed this conflict yourself. A second person may waive it."))
    _decide(conflict, ConflictStep.WAIVE, by=by, at=at, reason=_reason(reason))


def decide_many(
    chosen: Iterable[Conflict], act: str, *, by: Person, reason: str, at: datetime
) -> tuple[int, list[Refused]]:
    """Confirm or dismiss several; return how many were decided, and the refusals. One that refuses stops no other."""
    done, refused = 0, []
    for conflict in chosen:
        try:
            if conflict.asked_at is not None and act == "confirm":
                keep(conflict, by=by, at=at, reason=reason.strip() or None)
            elif conflict.asked_at is not None:
                correct(conflict, by=by, at=at, reason=reason)
            elif act == "confirm":
                confirm(conflict, by=by, at=at, reason=reason.strip() or None)
            else:
                dismiss(conflict, by=by, at=at, reason=reason)
        except Refused as refusal:
            refused.append(refusal)
        else:
            done += 1
    return done, refused


def _reason(words: str) -> str:
    if not words.strip():
        raise Refused(REASON, field="reason")
    return words.strip()


def _decide(conflict: Conflict, step: ConflictStep, *, by: Person, at: datetime, reason: str | None) -> None:
    if conflict.person_id == by.id:
        raise Refused(OWN)
    before = conflict.state
    after = CONFLICT.advance(before, step)
    done = rows_changed(
        update(Conflict)
        .where(Conflict.id == conflict.id, Conflict.state == before)
        .values(state=after, decided_by_id=by.id, decided_at=at, reason=reason)
        .execution_options(synchronize_session=False)
    )
    if done != 1:
        raise Refused(ALREADY)
    db.session.refresh(conflict, ["state", "decided_by_id", "decided_at", "reason"])
    history.record(f"conflict {after.value}", conflict, by=by, at=at, reason=reason, kind=conflict.kind.value)
    _tell(conflict, at)


def _tell(conflict: Conflict, at: datetime) -> None:
    for listener in on_changed:
        listener(conflict, at)
