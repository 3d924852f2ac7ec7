"""What the office needs to know before a release: who is selected, what each page would show, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts import queries as accounts
from portal.accounts.models import Role
from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Member
from portal.awards.rules import MemberState
from portal.db import db
from portal.decisions import queries as decisions
from portal.decisions.models import Decision
from portal.decisions.rules.lives import Outcome
from portal.funds import queries as funds
from portal.funds.models import Fund, FundDonor
from portal.mail.wording import queries as own_words
from portal.nominations.actions import snapshots
from portal.nominations.models import (
    Candidacy,
    CandidacyPerson,
    Conflict,
    Entered,
    Field,
    Nomination,
    Part,
    Quote,
    Recommendation,
    Sitting,
    Snapshot,
)
from portal.nominations.queries import conflicts
from portal.nominations.queries import consent as consents
from portal.nominations.rules import COUNTS, STANDS, CandidacyStage
from portal.nominations.rules.letters import LetterState
from portal.nominations.translating import queries as translating
from portal.people.models import Person
from portal.policy import Fact
from portal.publishing import queries as public
from portal.publishing import rules
from portal.publishing.desk import messages
from portal.publishing.desk.models import Draft, Photo, Release, Unnamed, Visit, Wording
from portal.publishing.models import Recipient
from portal.publishing.rules import Readiness, ReleaseState
from portal.questions.models import Question
from portal.schools.models import Affiliation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.mail.wording.models import Wording as WordingOfKind
    from portal.nominations.translating.models import Translation


@dataclass(frozen=True, slots=True)
class Releasing:
    """One cycle and its release, if one is planned."""

    cycle: Cycle
    release: Release | None


@dataclass(frozen=True, slots=True)
class Quotable:
    """A nomination with what its writer said about being quoted: by name, without it, or not at all."""

    reference: str
    name: str | None  # None: not by name
    relation: str | None
    language: str
    texts: tuple[str, ...]
    agrees: bool = True
    knows: str | None = None  # the name, where the nominee may know that they nominated them


@dataclass(frozen=True, slots=True)
class Chosen:
    """One person of a selected candidacy, with everything their page could show, and what it would show now."""

    candidacy: Candidacy
    person: Person
    decision: Decision
    draft: Draft | None
    agreed: frozenset[str]
    page: rules.Page
    position: int
    photo: Photo | None = None
    answered: bool = False  # whether they, or their guardian, said anything about being named
    unnamed: Unnamed | None = None  # the office goes on without the name, and why

    @property
    def named(self) -> bool:
        """Whether they agreed to be named."""
        return Field.NAME.value in self.agreed

    @property
    def silent(self) -> bool:
        """Whether they have not answered, and the office has not decided to go on without their name."""
        return not self.answered and self.unnamed is None

    @property
    def reference(self) -> str:
        """The candidacy's reference, for addresses of the desk."""
        return self.candidacy.reference

    @property
    def reachable(self) -> bool:
        """Whether a message can reach them."""
        return bool(self.person.email) and self.person.bounced_at is None


@dataclass(frozen=True, slots=True)
class Drafting:
    """One selected candidacy whose page is prepared."""

    releasing: Releasing
    people: tuple[Chosen, ...]
    writers: tuple[Quotable, ...]  # all who nominated them, whether they may be quoted or not
    draft: Draft | None

    @property
    def seen(self) -> str:
        """What the pages are made of by the office, as one word: another as soon as any of it changes."""
        photos = [f"{one.photo.id}.{one.photo.version}" for one in self.people if one.photo is not None]
        return "-".join([str(self.draft.version if self.draft is not None else 0), *photos])

    @property
    def quotable(self) -> tuple[Quotable, ...]:
        """Those who agreed to be quoted."""
        return tuple(writer for writer in self.writers if writer.agrees)

    @property
    def candidacy(self) -> Candidacy:
        """The candidacy."""
        return self.people[0].candidacy


@dataclass(frozen=True, slots=True)
class Published:
    """A recipient's page that is public, or was."""

    releasing: Releasing
    recipient: Recipient


def releasing(slug: str, year: int) -> Releasing | None:
    """Return the cycle at this address with its release."""
    cycle = awards.cycle_at(slug, year)
    return Releasing(cycle, of_cycle(cycle)) if cycle is not None else None


def of_cycle(cycle: Cycle) -> Release | None:
    """Return a cycle's release, if one is planned."""
    return db.session.scalar(select(Release).where(Release.cycle_id == cycle.id))


def facts_of_releasing(person: Person | None, thing: Releasing) -> frozenset[Fact]:
    """Return what holds of this person and a release. Any conflict of theirs in the cycle closes it: it is of all who were chosen."""
    facts = set(awards.facts_of_cycle(person, thing.cycle))
    if person is not None:
        if conflicts.any_in(person, thing.cycle.id):
            facts.add(Fact.CONFLICT)
        if thing.release is not None and thing.release.planned_by_id == person.id:
            facts.add(Fact.PROPOSED_IT)
    return frozenset(facts)


def facts_of_drafting(person: Person | None, thing: Drafting | Published) -> frozenset[Fact]:
    """Return what holds of this person and one page of a release."""
    return facts_of_releasing(person, thing.releasing)


# ---------------------------------------------------------------- who was chosen


def chosen(cycle: Cycle, *, candidacy: int | None = None) -> list[Chosen]:
    """Return everyone selected in a cycle (or of one candidacy), by name, with what their pages would show: nine queries, however many."""
    return chosen_in([cycle], candidacy=candidacy)


def chosen_in(cycles: Sequence[Cycle], *, candidacy: int | None = None) -> list[Chosen]:
    """Return the same for several cycles, with as many queries as for one."""
    of = {cycle.id: cycle for cycle in cycles}
    wanted = (
        select(Decision, Candidacy, Draft)
        .join(Candidacy, Candidacy.id == Decision.candidacy_id)
        .outerjoin(Draft, Draft.candidacy_id == Candidacy.id)
        .options(selectinload(Candidacy.people), selectinload(Candidacy.schools))
        .where(Decision.cycle_id.in_(of), Decision.outcome == Outcome.SELECTED, Decision.place.is_not(None))
        .where(Candidacy.stage != CandidacyStage.WITHDRAWN)
        .order_by(Candidacy.sort_name, Candidacy.id)
    )
    if candidacy is not None:
        wanted = wanted.where(Candidacy.id == candidacy)
    rows = db.session.execute(wanted).all()
    numbers = [row[1].id for row in rows]
    said = consents.said_in(numbers)
    parts = {
        (part.candidacy_id, part.person_id): part
        for part in db.session.scalars(select(Part).where(Part.candidacy_id.in_(numbers)))
    }
    translations = translating.of_biographies(numbers)
    quotes = quotable(numbers)
    photos = {
        (photo.candidacy_id, photo.person_id): photo
        for photo in db.session.scalars(select(Photo).where(Photo.candidacy_id.in_(numbers)))
    }
    unnamed = {
        (row.candidacy_id, row.person_id): row
        for row in db.session.scalars(select(Unnamed).where(Unnamed.candidacy_id.in_(numbers)))
    }
    found = []
    for decision, one, draft in rows:
        for position, link in enumerate(one.people):
            agreed = frozenset(field.value for field in said.given.get(one.id, {}).get(link.person_id, {}))
            known = _known(
                one,
                link.person,
                decision=decision,
                draft=draft,
                part=parts.get((one.id, link.person_id)),
                translations=translations,
                cycle=of[one.cycle_id],
                quotes=quotes.get(one.id, ()),
                photo=photos.get((one.id, link.person_id)),
            )
            page = rules.page(known, agreed=agreed, quotable=frozenset(q.reference for q in quotes.get(one.id, ())))
            who = (one.id, link.person_id)
            found.append(
                Chosen(
                    one,
                    link.person,
                    decision,
                    draft,
                    agreed,
                    page,
                    position,
                    photos.get(who),
                    who in said.answered,
                    unnamed.get(who),
                )
            )
    return found


def _known(
    candidacy: Candidacy,
    person: Person,
    *,
    decision: Decision,
    draft: Draft | None,
    part: Part | None,
    translations: Mapping[int, Translation],
    cycle: Cycle,
    quotes: Iterable[Quotable],
    photo: Photo | None,
) -> rules.Page:
    """Return everything that a page could show, whether agreed to or not."""
    writers = {quote.reference: quote for quote in quotes}
    said = []
    for quotation in draft.quotations if draft is not None else ():
        writer = writers.get(quotation["nomination"])
        if writer is not None:
            said.append({**quotation, "name": writer.name, "relation": writer.relation, "language": writer.language})
    alone = len(candidacy.people) == 1
    return rules.Page(
        name=candidacy.name if alone else person.name,
        role=candidacy.role,
        school=", ".join(link.school.name for link in candidacy.schools) or candidacy.place_text,
        years=draft.years if draft is not None else None,
        biography=part.biography if part is not None else None,
        translation=translating.translated_biography(translations.get(part.id), part.biography) if part else None,
        citation=draft.citation if draft is not None else None,
        quotations=tuple(said),
        sum_cents=decision.given_cents,
        paid_to=cycle.paid_to.value,
        photo=photo.name if photo is not None else None,
        photo_alt=photo.alt if photo is not None else None,
    )


AGREED = frozenset({Quote.NAMED, Quote.UNNAMED})


def quotable(
    candidacies: Sequence[int], *, with_texts: bool = False, everybody: bool = False
) -> dict[int, tuple[Quotable, ...]]:
    """Return, by candidacy, the nominations whose writers may be quoted. A withdrawn one is nobody's to quote.

    With `everybody`, those who did not agree are among them, marked so.
    """
    wanted = (
        select(Nomination, Sitting)
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .where(
            Nomination.candidacy_id.in_(candidacies),
            Nomination.stage.in_(COUNTS),
        )
        .order_by(Nomination.id)
    )
    if not everybody:
        wanted = wanted.where(Nomination.quote.in_(AGREED))
    rows = db.session.execute(wanted).all()
    texts: dict[int, tuple[str, ...]] = {}
    if with_texts:
        may_be = _publishable(row[0].cycle_id for row in rows)
        of_cycle = {row[0].id: row[0].cycle_id for row in rows}
        for snapshot in db.session.scalars(
            select(Snapshot).where(Snapshot.nomination_id.in_([row[0].id for row in rows])).order_by(Snapshot.number)
        ):
            answers = snapshots.read(snapshot)["answers"]
            keys = may_be.get(of_cycle[snapshot.nomination_id], frozenset())
            texts[snapshot.nomination_id] = tuple(
                answer["text"]
                for key, answer in answers.items()
                if key in keys and answer["text"] and not answer.get("kind")
            )
    found: dict[int, list[Quotable]] = {}
    for nomination, sitting in rows:
        typed = sitting.nominator_name.strip() or None
        name = typed if nomination.quote is Quote.NAMED else None
        relation = nomination.relation.value if nomination.relation is not None else None
        found.setdefault(nomination.candidacy_id or 0, []).append(
            Quotable(
                nomination.reference,
                name,
                relation,
                nomination.language,
                texts.get(nomination.id, ()),
                agrees=nomination.quote in AGREED,
                knows=name or (typed if nomination.may_tell_nominee else None),
            )
        )
    return {number: tuple(quotes) for number, quotes in found.items()}


def _publishable(cycles: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return, by cycle, the questions whose answers may be published at all, where the writer agrees."""
    wanted = (
        select(Cycle.id, Question.key)
        .join(Question, Question.set_id == Cycle.question_set_id)
        .where(Cycle.id.in_(set(cycles)), Question.publishable)
    )
    found: dict[int, set[str]] = {}
    for number, key in db.session.execute(wanted):
        found.setdefault(number, set()).add(key)
    return {number: frozenset(keys) for number, keys in found.items()}


def drafting(slug: str, year: int, reference: str) -> Drafting | None:
    """Return one selected candidacy of a cycle, with what its page is made of."""
    found = releasing(slug, year)
    if found is None:
        return None
    number = db.session.scalar(
        select(Candidacy.id).where(Candidacy.cycle_id == found.cycle.id, Candidacy.reference == reference)
    )
    people = chosen(found.cycle, candidacy=number) if number is not None else []
    if number is None or not people:
        return None
    writers = quotable([number], with_texts=True, everybody=True).get(number, ())
    return Drafting(found, tuple(people), writers, people[0].draft)


def published(slug: str, year: int, number: int) -> Published | None:
    """Return one recipient of a cycle by its row's number."""
    found = releasing(slug, year)
    if found is None:
        return None
    recipient = db.session.scalar(select(Recipient).where(Recipient.id == number, Recipient.cycle_id == found.cycle.id))
    return Published(found, recipient) if recipient is not None else None


def recipients(cycle: Cycle) -> Sequence[Recipient]:
    """Return a cycle's public rows, those taken down too."""
    return db.session.scalars(
        select(Recipient).where(Recipient.cycle_id == cycle.id).order_by(Recipient.sort_name, Recipient.id)
    ).all()


def recipient_of(candidacy_id: int, person_id: int) -> Recipient | None:
    """Return the public row of one person of a candidacy, if there is one."""
    return db.session.scalar(
        select(Recipient).where(Recipient.candidacy_id == candidacy_id, Recipient.person_id == person_id)
    )


# ---------------------------------------------------------------- what stands in the way


def readiness(thing: Releasing, people: Sequence[Chosen]) -> Readiness:
    """Return everything that a release depends on, as it stands now."""
    cycle, release = thing.cycle, thing.release
    fund = db.session.get(Fund, cycle.fund_id) if cycle.fund_id is not None else None
    members = db.session.execute(
        select(Member.person_id, Member.donor_related, Member.appointed_by_id).where(
            Member.cycle_id == cycle.id, Member.state == MemberState.ACCEPTED
        )
    ).all()
    donors = (
        set(db.session.scalars(select(FundDonor.person_id).where(FundDonor.fund_id == cycle.fund_id)))
        if fund
        else set()
    )
    one_each = {one.candidacy.id: one for one in people}
    sheet = awards.firewall(cycle)
    return Readiness(
        told_at=release.told_at if release else None,
        public_at=release.public_at if release else None,
        undecided=decisions.undecided(cycle),
        selected=len(one_each),
        places=cycle.places,
        sum_cents=sum(one.decision.sum_cents or 0 for one in one_each.values()),
        fund=fund.name if fund else None,
        given_cents=decisions.given(cycle) if fund else 0,
        yearly_cents=funds.budget(fund, cycle.year) if fund else 0,
        unconfirmed=[one.candidacy.name for one in one_each.values() if one.candidacy.standing_confirmed_at is None],
        not_agreed=[one.person.name for one in people if one.silent and not one.person.minor],
        young=[one.person.name for one in people if one.silent and one.person.minor],
        unnamed=[one.person.name for one in people if not one.named and not one.silent],
        unreachable=[one.person.name for one in people if not one.reachable],
        unchecked=[one.candidacy.name for one in one_each.values() if not (one.draft and one.draft.checked_at)],
        wordless=[one.person.name for one in people if one.photo is not None and not one.photo.alt.strip()],
        unapproved=len(unapproved(cycle)),
        without_citation=[one.candidacy.name for one in one_each.values() if not (one.draft and one.draft.citation)],
        untold=[one.candidacy.name for one in one_each.values() if one.candidacy.told_at is None],
        unvisited=_unvisited(cycle, release, one_each.values()) if cycle.surprise else [],
        surprise=cycle.surprise,
        members=len(members),
        donor_members=sum(1 for row in members if row.donor_related or row.person_id in donors),
        unappointed=sum(1 for row in members if row.appointed_by_id is None),
        involved=_involved(people, {row.person_id for row in members} | donors),
        unconfirmed_nominators=_unconfirmed_nominators(cycle),
        has_donors=bool(donors),
        procedure=sheet is not None and sheet.approved_on is not None and bool(sheet.approved_by),
        families=sheet is not None and sheet.families_at is not None and set(one_each) <= set(sheet.families_of),
    )


def _unvisited(cycle: Cycle, release: Release | None, people: Iterable[Chosen]) -> list[str]:
    """Return who of those selected by surprise, and not told yet, has no visit between the two times."""
    wanted = select(Visit).join(Candidacy, Candidacy.id == Visit.candidacy_id)
    wanted = wanted.where(Candidacy.cycle_id == cycle.id, Visit.cancelled_at.is_(None))
    told_at, public_at = (release.told_at, release.public_at) if release is not None else (None, None)
    fit = {
        visit.candidacy_id
        for visit in db.session.scalars(wanted)
        if told_at is not None and public_at is not None and told_at <= visit.starts_at and visit.ends_at <= public_at
    }
    return [one.candidacy.name for one in people if one.candidacy.told_at is None and one.candidacy.id not in fit]


def _involved(people: Sequence[Chosen], others: set[int]) -> list[str]:
    """Return who of those selected gave to the fund or sits on the committee: by person, or by the same name or address."""
    known = db.session.scalars(select(Person).where(Person.id.in_(others))).all() if others else []
    names = {person.sort_name for person in known if person.sort_name}
    addresses = {person.email_key for person in known if person.email_key}
    return [
        one.person.name
        for one in people
        if one.person.id in others or one.person.sort_name in names or (one.person.email_key or None) in addresses
    ]


def _unconfirmed_nominators(cycle: Cycle) -> int:
    wanted = (
        select(func.count(func.distinct(Nomination.nominator_id)))
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .where(
            Nomination.cycle_id == cycle.id,
            Nomination.stage.in_(COUNTS),
            Nomination.entered == Entered.WEB,
            Sitting.confirmed_at.is_(None),
        )
    )
    return int(db.session.scalar(wanted) or 0)


def approvers(thing: Releasing) -> list[Person]:
    """Return who may approve: anyone who may release and did not plan it, and has no part in the fund or a conflict in the cycle."""
    cycle = thing.cycle
    planner = thing.release.planned_by_id if thing.release is not None else None
    found = [person for person in accounts.holders(Role.PUBLISHER, award_id=cycle.award_id) if person.id != planner]
    closed = conflicted(cycle, [person.id for person in found]) | donors(cycle)
    return [person for person in found if person.id not in closed]


def conflicted(cycle: Cycle, persons: Sequence[int]) -> set[int]:
    """Return who of these persons has a conflict with any candidacy of a cycle."""
    wanted = select(Conflict.person_id).join(Candidacy, Candidacy.id == Conflict.candidacy_id)
    wanted = wanted.where(Candidacy.cycle_id == cycle.id, Conflict.person_id.in_(persons), Conflict.state.in_(STANDS))
    return set(db.session.scalars(wanted))


def donors(cycle: Cycle) -> set[int]:
    """Return who gave to a cycle's fund or is related to a donor: they cannot release."""
    gave = select(FundDonor.person_id).where(FundDonor.fund_id == cycle.fund_id)
    related = select(Member.person_id).where(Member.cycle_id == cycle.id, Member.donor_related.is_(True))
    return set(db.session.scalars(gave)) | set(db.session.scalars(related))


def names_of(numbers: Iterable[int | None]) -> Mapping[int, str]:
    """Return people's names by their numbers."""
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    return {person.id: person.name for person in db.session.scalars(select(Person).where(Person.id.in_(wanted)))}


def who_may_look(cycle: Cycle) -> list[Person]:
    """Return who may see a preview before it is public, by name: staff and publishers of the award without a conflict in the cycle."""
    found = {
        person.id: person
        for role in (Role.STAFF, Role.PUBLISHER)
        for person in accounts.holders(role, award_id=cycle.award_id)
    }
    closed = conflicted(cycle, list(found))
    return sorted((one for number, one in found.items() if number not in closed), key=lambda person: person.sort_name)


def people_of(release: Release | None) -> Mapping[int, str]:
    """Return the names of whoever planned and approved a release."""
    return names_of([release.planned_by_id, release.approved_by_id] if release is not None else [])


def program(cycle: Cycle, rows: Sequence[Recipient]) -> public.Year:
    """Return the year's program as it will be: what is public already, and these rows of this cycle."""
    known = public.year(cycle.year)
    sections = [section for section in known.sections if section.slug != cycle.award.slug] if known is not None else []
    people = sorted((public.honoured(row) for row in rows), key=lambda person: person.name is None)
    new = public.Section(cycle.award.slug, cycle.award.name, people, cycle)
    order = {
        slug: number
        for number, slug in enumerate(db.session.scalars(select(Award.slug).order_by(Award.position, Award.id)))
    }
    together = sorted([*sections, new], key=lambda section: order.get(section.slug, len(order)))
    return public.Year(cycle.year, together, known.before if known is not None else [])


def booklet(cycles: Sequence[Cycle], year: int) -> public.Year:
    """Return the program of these cycles as it is printed: each award with everybody as they agreed to be shown by now."""
    people: dict[int, list[public.Honoured]] = {cycle.id: [] for cycle in cycles}
    for one in chosen_in(cycles):
        page = one.page
        shown = public.Honoured(page.name, page.school, page.role, None, year, one.person.id, {}, page.citation)
        people[one.candidacy.cycle_id].append(shown)
    sections = [
        public.Section(
            cycle.award.slug, cycle.award.name, sorted(people[cycle.id], key=lambda one: one.name is None), cycle
        )
        for cycle in cycles
        if people[cycle.id]
    ]
    return public.Year(year, sections)


def approved_beside(cycle: Cycle) -> list[Releasing]:
    """Return the other cycles of a season whose release is approved, told or public, in the order of the awards."""
    wanted = (
        select(Cycle, Release)
        .join(Release, Release.cycle_id == Cycle.id)
        .join(Award, Award.id == Cycle.award_id)
        .options(joinedload(Cycle.fund))
        .where(Cycle.season_id == cycle.season_id, Cycle.id != cycle.id)
        .where(Release.state.in_((ReleaseState.APPROVED, ReleaseState.TOLD, ReleaseState.PUBLIC)))
        .order_by(Award.position, Award.id)
    )
    return [Releasing(other, release) for other, release in db.session.execute(wanted).unique()]


# ---------------------------------------------------------------- who is written to


def others(cycle: Cycle) -> Sequence[tuple[Candidacy, Person, Outcome | None]]:
    """Return every person who knows of their nomination and is not selected, with the candidacy and its outcome.

    A surprise has none: one who is not selected is never written to.
    """
    if cycle.surprise:
        return []
    wanted = (
        select(Candidacy, Person, Decision.outcome)
        .join(CandidacyPerson, CandidacyPerson.candidacy_id == Candidacy.id)
        .join(Person, Person.id == CandidacyPerson.person_id)
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id == cycle.id, Candidacy.merged_into_id.is_(None), Candidacy.told_at.is_not(None))
        .where(
            Candidacy.stage != CandidacyStage.WITHDRAWN,
            or_(Decision.id.is_(None), Decision.outcome != Outcome.SELECTED),
        )
        .order_by(Candidacy.id, Person.id)
    )
    return [(candidacy, person, outcome) for candidacy, person, outcome in db.session.execute(wanted)]


def nominators(
    cycle: Cycle, *, candidacy: int | None = None
) -> Mapping[Person, list[tuple[Candidacy, Outcome | None]]]:
    """Return every nominator with the candidacies they wrote for and each one's outcome, in the order in which they wrote.

    Left out: addresses typed on the web and never confirmed, and people who wrote for themselves, who hear as nominees.
    """
    wanted = (
        select(Nomination, Person, Candidacy, Decision.outcome)
        .join(Sitting, Sitting.id == Nomination.sitting_id)
        .join(Person, Person.id == Nomination.nominator_id)
        .join(Candidacy, Candidacy.id == Nomination.candidacy_id)
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .options(selectinload(Candidacy.people))
        .where(
            Nomination.cycle_id == cycle.id, Nomination.stage.in_(COUNTS), Candidacy.stage != CandidacyStage.WITHDRAWN
        )
        .where(or_(Nomination.entered != Entered.WEB, Sitting.confirmed_at.is_not(None)))
        .order_by(Nomination.id)
    )
    if candidacy is not None:
        wanted = wanted.where(Candidacy.id == candidacy)
    return _by_writer((person, one, outcome) for _nomination, person, one, outcome in db.session.execute(wanted))


def recommenders(
    cycle: Cycle, *, candidacy: int | None = None
) -> Mapping[Person, list[tuple[Candidacy, Outcome | None]]]:
    """Return everybody whose letter arrived, with the candidacies they wrote for and each one's outcome, in the order of asking."""
    wanted = (
        select(Recommendation, Person, Candidacy, Decision.outcome)
        .join(Person, Person.id == Recommendation.writer_id)
        .outerjoin(Nomination, Nomination.id == Recommendation.nomination_id)
        .join(Candidacy, Candidacy.id == func.coalesce(Recommendation.candidacy_id, Nomination.candidacy_id))
        .outerjoin(Decision, Decision.candidacy_id == Candidacy.id)
        .options(selectinload(Candidacy.people))
        .where(
            Recommendation.cycle_id == cycle.id,
            Recommendation.state == LetterState.RECEIVED,
            Candidacy.stage != CandidacyStage.WITHDRAWN,
        )
        .order_by(Recommendation.id)
    )
    if candidacy is not None:
        wanted = wanted.where(Candidacy.id == candidacy)
    return _by_writer((person, one, outcome) for _letter, person, one, outcome in db.session.execute(wanted))


def _by_writer(
    rows: Iterable[tuple[Person, Candidacy, Outcome | None]],
) -> dict[Person, list[tuple[Candidacy, Outcome | None]]]:
    """Gather what each person wrote for. Whoever wrote for themself hears as a nominee."""
    found: dict[Person, list[tuple[Candidacy, Outcome | None]]] = {}
    for person, one, outcome in rows:
        if person.id in {link.person_id for link in one.people}:
            continue
        wrote = found.setdefault(person, [])
        if all(known.id != one.id for known, _outcome in wrote):
            wrote.append((one, outcome))
    return found


def principals(schools: Iterable[int]) -> Mapping[int, list[Person]]:
    """Return who leads each of these schools today, as far as the roster says: those with an address."""
    wanted = (
        select(Affiliation.school_id, Person)
        .join(Person, Person.id == Affiliation.person_id)
        .where(
            Affiliation.school_id.in_(set(schools)),
            func.lower(Affiliation.role) == "principal",
            Affiliation.until.is_(None),
            Person.email.is_not(None),
        )
        .order_by(Affiliation.id)
    )
    found: dict[int, list[Person]] = {}
    for school, person in db.session.execute(wanted):
        found.setdefault(school, []).append(person)
    return found


def to_schools(people: Sequence[Chosen]) -> list[tuple[Chosen, str, Person]]:
    """Return whom a school's message goes to: (recipient, school, its principal), where the recipient let both be named."""
    shown = [one for one in people if one.page.name and one.page.school]
    leads = principals(link.school_id for one in shown for link in one.candidacy.schools)
    return [
        (one, link.school.name, person)
        for one in shown
        for link in one.candidacy.schools
        for person in leads.get(link.school_id, ())
        if person.id != one.person.id
    ]


def wordings(cycle: Cycle) -> dict[str, Wording]:
    """Return what the office wrote and approved of a release's messages, by kind."""
    rows = db.session.scalars(
        select(Wording).where(Wording.cycle_id == cycle.id).execution_options(populate_existing=True)
    )
    return {row.kind: row for row in rows}


def written_now() -> dict[str, dict[str, WordingOfKind]]:
    """Return the newest of the office's own words round a release's paragraphs, by kind and language: one query."""
    return {slug.rpartition(".")[2]: of_kind for slug, of_kind in own_words.of_releases().items()}


def numbers(held: Mapping[str, WordingOfKind] | None) -> dict[str, int]:
    """Return which versions these are, by language."""
    return {language: one.number for language, one in (held or {}).items()}


def unapproved(cycle: Cycle) -> list[str]:
    """Return the kinds of message that nobody approved yet as they stand now."""
    known, now = wordings(cycle), written_now()
    return [
        kind
        for kind in messages.kinds(cycle)
        if kind not in known or known[kind].approved_at is None or known[kind].around != numbers(now.get(kind))
    ]


def counts(cycle: Cycle, people: Sequence[Chosen]) -> dict[str, int]:
    """Return how many messages of each kind the release sends, as things stand now."""
    rest = [messages.kind_of(outcome) for _one, _person, outcome in others(cycle)]
    found = {
        "selected": len(people),
        "guardian": sum(1 for one in people if one.person.minor and one.person.guardian_email),
        **{kind: rest.count(kind) for kind in ("alternate", "finalist", "not_selected")},
        "nominator": len(nominators(cycle)),
        "recommender": len(recommenders(cycle)),
        "school": len(to_schools(people)),
    }
    return {kind: found[kind] for kind in messages.kinds(cycle)}


def sample(thing: Releasing, kind: str) -> tuple[Person, dict[str, Any]] | None:
    """Return somebody who will get this kind of message, and what it says to them; None where nobody will."""
    cycle, known = thing.cycle, wordings(thing.cycle)
    if kind in {"selected", "guardian"}:
        people = [one for one in chosen(cycle) if kind == "selected" or one.person.minor]
        facts = messages.to_selected(people[0], thing.release, cycle, known, kind=kind) if people else {}
        return (people[0].person, facts) if people else None
    if kind in {"alternate", "finalist", "not_selected"}:
        rest = [row for row in others(cycle) if messages.kind_of(row[2]) == kind]
        return (rest[0][1], messages.to_other(cycle, kind, known)) if rest else None
    if kind == "school":
        told = to_schools(chosen(cycle))
        one, school, person = told[0] if told else (None, "", None)
        if one is None or person is None:
            return None
        return person, messages.to_school(cycle, one.page.name or "", school, f"/recipients/{cycle.year}", known)
    wrote = nominators(cycle) if kind == "nominator" else recommenders(cycle)
    return next(((person, messages.to_writer(cycle, about, kind, known)) for person, about in wrote.items()), None)
