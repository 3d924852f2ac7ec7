"""A fund's books: what each year promises and what was paid of it, its ledger, and what its donors may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, true
from sqlalchemy.orm import joinedload, selectinload

from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Season
from portal.db import db
from portal.decisions.models import Decision
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.funds import queries as funds
from portal.funds.models import Fund, FundYear
from portal.funds.rules import PayeeKind
from portal.nominations.models import Candidacy
from portal.nominations.queries.conflicts import standing
from portal.offers import rules
from portal.offers.models import Offer, Payment, ThankYou
from portal.offers.rules import NoteState, PaymentState, ledger
from portal.policy import Fact
from portal.publishing.models import Recipient
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import ColumnElement

    from portal.people.models import Person


@dataclass(frozen=True, slots=True)
class Book:
    """A fund and one of its years."""

    fund: Fund
    year: int


@dataclass(frozen=True, slots=True)
class Books:
    """A fund."""

    fund: Fund


@dataclass(frozen=True, slots=True)
class Row:
    """One recipient in a fund's year: what was decided, and what became of it."""

    candidacy: Candidacy
    cycle: Cycle
    decision: Decision
    offer: Offer | None
    payments: Sequence[Payment] = field(default=())
    named: bool = False  # whoever looks may read names, and this one was told

    @property
    def name(self) -> str:
        """The name, or before they were told (and for a board's auditor always) the reference."""
        return self.candidacy.name if self.named else self.candidacy.reference

    def payee(self, payment: Payment) -> str:
        """Who received a payment: a person only by reference, where no name may be read."""
        return payment.payee_name if self.named or payment.payee_kind is not PayeeKind.PERSON else self.name

    @property
    def line(self) -> ledger.Line:
        """Its figures."""
        of = {state: sum(one.cents for one in self.payments if one.state is state) for state in PaymentState}
        return ledger.Line(
            decided=self.decision.sum_cents or 0,
            forfeited=self.decision.forfeited_cents,
            planned=of[PaymentState.PLANNED] + of[PaymentState.APPROVED],
            recorded=of[PaymentState.RECORDED],
            matched=sum(
                one.cents for one in self.payments if one.state is PaymentState.RECORDED and one.matched_on is not None
            ),
        )


class Entry(NamedTuple):
    """One line of the ledger: a payment, or its reversal."""

    day: date
    row: Row
    payment: Payment
    cents: int  # negative where it is a reversal


def book(number: int, year: int) -> Book | None:
    """Return one year of a fund, where something was decided or a sum noted for it."""
    fund = funds.by_id(number)
    return Book(fund, year) if fund is not None and year in years(fund) else None


def books(number: int) -> Books | None:
    """Return a fund."""
    fund = funds.by_id(number)
    return Books(fund) if fund is not None else None


def years(fund: Fund) -> list[int]:
    """Return the years of a fund, the latest first."""
    lived = select(Season.year).join(Cycle, Cycle.season_id == Season.id).where(Cycle.fund_id == fund.id).distinct()
    return sorted({*db.session.scalars(lived), *funds.years(fund)}, reverse=True)


def facts_of_books(_person: Person | None, _thing: Books) -> frozenset[Fact]:
    """Return nothing: whose notes a conflict closes is left out of the list itself."""
    return frozenset()


def facts_of_book(person: Person | None, thing: Book) -> frozenset[Fact]:
    """Return what holds of this person and a fund's year: a conflict in any cycle of it closes it."""
    if person is None:
        return frozenset()
    wanted = (
        select(Candidacy.id)
        .join(Cycle, Cycle.id == Candidacy.cycle_id)
        .join(Season, Season.id == Cycle.season_id)
        .where(Cycle.fund_id == thing.fund.id, Season.year == thing.year, Candidacy.id.in_(standing(person)))
    )
    return frozenset({Fact.CONFLICT}) if db.session.scalar(wanted.limit(1)) is not None else frozenset()


def rows(thing: Book, *, names: bool = False) -> list[Row]:
    """Return everyone who is given something of a fund in a year, by award and name: three queries.

    `names`: whoever looks may read names; of somebody who was not told yet, nobody reads one here.
    """
    wanted = (
        select(Decision, Candidacy, Cycle, Offer)
        .join(Candidacy, Candidacy.id == Decision.candidacy_id)
        .join(Cycle, Cycle.id == Decision.cycle_id)
        .join(Award, Award.id == Cycle.award_id)
        .join(Season, Season.id == Cycle.season_id)
        .outerjoin(Offer, Offer.candidacy_id == Candidacy.id)
        .options(selectinload(Offer.payments), selectinload(Offer.requirements))
        .where(Cycle.fund_id == thing.fund.id, Season.year == thing.year, Decision.outcome == Outcome.SELECTED)
        .where(Decision.state != DecisionState.RESCINDED)
        .order_by(Award.position, Award.id, Candidacy.sort_name, Candidacy.id)
    )
    found = []
    for decision, candidacy, cycle, outer in db.session.execute(wanted):
        offer: Offer | None = outer  # joined from outside: there may be none
        made = tuple(offer.payments) if offer is not None else ()
        found.append(Row(candidacy, cycle, decision, offer, made, names and candidacy.told_at is not None))
    return found


def figures(thing: Book, found: Sequence[Row]) -> ledger.Figures:
    """Return a year's figures."""
    return ledger.add_up(funds.budget(thing.fund, thing.year), (row.line for row in found))


def of_year(fund: Fund, year: int) -> ledger.Figures:
    """Return the figures of a fund's year."""
    thing = Book(fund, year)
    return figures(thing, rows(thing))


def entries(found: Sequence[Row]) -> list[Entry]:
    """Return the ledger: every payment that was made, and every one that came back, by day."""
    out = []
    for row in found:
        for one in row.payments:
            if one.paid_on is not None:
                out.append(Entry(one.paid_on, row, one, one.cents))
            if one.reversed_on is not None:
                out.append(Entry(one.reversed_on, row, one, -one.cents))
    return sorted(out, key=lambda entry: (entry.day, entry.payment.id, -entry.cents))


def code(entry: Entry) -> str:
    """Return what a line of the ledger is called."""
    offer = entry.row.offer
    return f"{offer.reference if offer else ''}-{entry.payment.number}{'R' if entry.cents < 0 else ''}"


def journal(thing: Book, *, currency: str, names: bool = False) -> str:
    """Return a fund's year as a journal in double entry: accepted offers, what was forfeited of them, payments and reversals."""
    found, made, zone = rows(thing, names=names), [], ZoneInfo(awards.zone())
    for row in found:
        offer = row.offer
        if offer is None or offer.answered_at is None or offer.state not in {*rules.TAKEN, rules.OfferState.FORFEITED}:
            continue
        if not offer.sum_cents:
            continue
        made.append(
            ledger.promise(
                offer.answered_at.astimezone(zone).date(),
                code=offer.reference,
                words=f"{row.name}: offer accepted",
                fund=thing.fund.name,
                award=words_in(row.cycle.award.name),
                year=row.cycle.year,
                cents=offer.sum_cents,
                candidacy=row.candidacy.reference,
            )
        )
    for entry in entries(found):
        one = entry.payment
        made.append(
            ledger.payment(
                entry.day,
                code=code(entry),
                words=f"{entry.row.payee(one)}: part {one.number}{', reversed' if entry.cents < 0 else ''}",
                fund=thing.fund.name,
                cents=entry.cents,
                payee=one.payee_kind.value,
                received_by=one.payee_sponsor or "",
                reference=one.reference,
                reason=(one.reason or "") if entry.cents < 0 else "",
            )
        )
    own, title = funds.years(thing.fund).get(thing.year), f"{thing.fund.name}, {thing.year}"
    if own is not None and own.closed_on is not None:
        title += f", closed on {own.closed_on.isoformat()} with {(own.closed_cents or 0) / 100:.2f} {currency} paid"
    return ledger.journal(made, title=title, currency=currency)


def payments_by_number(thing: Book, numbers: Sequence[int]) -> list[Payment]:
    """Return those payments of a fund's year that bear these numbers."""
    return [one for row in rows(thing) for one in row.payments if one.id in set(numbers)]


class Shelved(NamedTuple):
    """A fund's year in short."""

    fund: Fund
    year: int
    budget: int
    promised: int
    recorded: int


def shelf(person: Person | None) -> list[Shelved]:
    """Return every year of every fund that no conflict closes to this person, by fund, the latest year first: six queries."""
    of_year = (Cycle.fund_id, Season.year)
    closed: set[tuple[int, int]] = set()
    if person is not None:
        kept = (
            select(*of_year)
            .join(Season, Season.id == Cycle.season_id)
            .join(Candidacy, Candidacy.cycle_id == Cycle.id)
            .where(Candidacy.id.in_(standing(person)), Cycle.fund_id.is_not(None))
        )
        closed = {(number or 0, year) for number, year in db.session.execute(kept)}
    promised = (
        select(*of_year, func.sum(Decision.sum_cents - Decision.forfeited_cents))
        .join(Season, Season.id == Cycle.season_id)
        .join(Decision, Decision.cycle_id == Cycle.id)
        .where(Decision.outcome == Outcome.SELECTED, Decision.state != DecisionState.RESCINDED)
        .group_by(*of_year)
    )
    recorded = (
        select(*of_year, func.sum(Offer.recorded_cents))
        .join(Season, Season.id == Cycle.season_id)
        .join(Offer, Offer.cycle_id == Cycle.id)
        .group_by(*of_year)
    )
    promises = {(number, year): int(cents or 0) for number, year, cents in db.session.execute(promised)}
    payments = {(number, year): int(cents or 0) for number, year, cents in db.session.execute(recorded)}
    budgets = {(row.fund_id, row.year): row.budget_cents for row in db.session.scalars(select(FundYear))}
    lived = select(*of_year).join(Season, Season.id == Cycle.season_id).where(Cycle.fund_id.is_not(None)).distinct()
    keys = {(number, year) for number, year in db.session.execute(lived)} | set(budgets)
    found = []
    for fund in funds.every():
        for year in sorted((year for number, year in keys - closed if number == fund.id), reverse=True):
            key = (fund.id, year)
            found.append(
                Shelved(fund, year, budgets.get(key, fund.yearly_cents), promises.get(key, 0), payments.get(key, 0))
            )
    return found


# ---------------------------------------------------------------- for donors


@dataclass(frozen=True, slots=True)
class Given:
    """One award of one year that a fund gave, as its donors read it: only what is public."""

    award: dict[str, str]
    slug: str
    year: int
    people: Sequence[Recipient]  # named ones, by name
    unnamed: int


def deeds(fund: Fund) -> list[Given]:
    """Return what a fund did, the latest year first: recipients' public rows, which hold what each agreed to and no more.

    Before a cycle is public it has no row, so nothing of it is here.
    """
    wanted = (
        select(Recipient, Season.year, Award.position)
        .join(Cycle, Cycle.id == Recipient.cycle_id)
        .join(Season, Season.id == Cycle.season_id)
        .join(Award, Award.id == Cycle.award_id)
        .where(Cycle.fund_id == fund.id, Recipient.taken_down_at.is_(None))
        .order_by(Season.year.desc(), Award.position, Award.id, Recipient.sort_name, Recipient.id)
    )
    groups: dict[tuple[int, str], list[Recipient]] = {}
    for row, year, _position in db.session.execute(wanted):
        groups.setdefault((year, row.award_slug), []).append(row)
    return [
        Given(found[0].award_name, slug, year, [one for one in found if one.name], sum(not one.name for one in found))
        for (year, slug), found in groups.items()
    ]


def _untouched(person: Person | None) -> ColumnElement[bool]:
    """Say of a note that no conflict with its writer's candidacy keeps it from this person."""
    if person is None:
        return true()
    return ThankYou.offer_id.not_in(select(Offer.id).where(Offer.candidacy_id.in_(standing(person))))


def notes(fund: Fund, *states: NoteState, read_by: Person | None = None) -> Sequence[ThankYou]:
    """Return the thank-you notes to a fund's donors that stand so, the newest first, with their writers and cycles."""
    wanted = (
        select(ThankYou)
        .options(
            joinedload(ThankYou.person, innerjoin=True),
            joinedload(ThankYou.offer, innerjoin=True).joinedload(Offer.cycle, innerjoin=True),
        )
        .where(ThankYou.fund_id == fund.id, ThankYou.state.in_(states), _untouched(read_by))
        .order_by(ThankYou.given_at.desc(), ThankYou.id.desc())
    )
    return db.session.scalars(wanted).all()


def note(fund: Fund, number: int, *, read_by: Person | None = None) -> ThankYou | None:
    """Return one note to a fund's donors."""
    wanted = (
        select(ThankYou)
        .options(
            joinedload(ThankYou.person, innerjoin=True),
            joinedload(ThankYou.offer, innerjoin=True).joinedload(Offer.cycle, innerjoin=True),
        )
        .where(ThankYou.fund_id == fund.id, ThankYou.id == number, _untouched(read_by))
    )
    return db.session.scalar(wanted)


def signatures(found: Sequence[ThankYou]) -> Mapping[int, str]:
    """Return how notes are signed for donors: by name where the writer wished so and their public page names them too."""
    shown: dict[tuple[int, int], str] = {}
    people = [one.person_id for one in found if one.named]
    rows_ = select(Recipient).where(Recipient.person_id.in_(people), Recipient.taken_down_at.is_(None))
    for row in db.session.scalars(rows_) if people else ():
        if row.name and row.cycle_id is not None and row.person_id is not None:
            shown[row.cycle_id, row.person_id] = row.name
    return {one.id: shown.get((one.offer.cycle_id, one.person_id), "") for one in found if one.named}


def is_public(cycle_id: int) -> bool:
    """Say whether anything of a cycle is public: before, donors are told nothing of it."""
    return db.session.scalar(select(Recipient.id).where(Recipient.cycle_id == cycle_id).limit(1)) is not None
