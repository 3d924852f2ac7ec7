"""Today, for the office: what needs somebody, where each cycle stands, what comes next."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - a table's own type
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.accounts.queries import roles_of
from portal.awards.rules import DATES, CycleStage, MemberState
from portal.decisions.rules.lives import DecisionState
from portal.home.queries import today
from portal.home.views.pages import Item, pages, to
from portal.nominations.rules import COUNTS, CandidacyStage, Stage
from portal.nominations.views import words
from portal.offers import queries as offers
from portal.policy import Permission
from portal.publishing.rules import ReleaseState
from portal.web import viewer
from portal.web.lists import table_file
from portal.web.text import when, words_in, zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from portal.awards.models import Cycle
    from portal.home.queries.today import Numbers
    from portal.people.models import Person

SOON = timedelta(days=21)


@pages.page("/desk", needs=Permission.SEE_DESK)
def desk() -> str:
    """Today."""
    person, now = viewer.current(), clock.now()
    cycles = today.cycles_within_reach(person)
    lines = today.numbers(person, cycles)
    mine = [line for line in lines if policy.may(person, Permission.MANAGE_CYCLE, line.cycle)]
    items = _items(ask for line in lines for ask in _of_second_person(line, person))
    items += _items(ask for line in mine for ask in _of_cycle(line, now))
    if policy.may(person, Permission.SEE_MESSAGES):
        items += _of_office(today.office(person))
    items += _items(_of_offers(person))
    items += _items(_written_down(person))
    items += _items(_after_release(person, now.astimezone(zone()).date()))
    return render_template(
        "home/desk.html",
        person=person,
        now=now,
        items=items,
        rows=_rows(lines, person),
        ahead=today.ahead(cycles, at=now),
        dates=DATES,
        manages=policy.may(person, Permission.MANAGE_AWARDS),
    )


@pages.page("/desk/years.csv", needs=Permission.SEE_DESK)
def desk_csv() -> Any:  # noqa: ANN401 - a file
    """Where each running year stands, as a file."""
    person = viewer.current()
    header = [_("Award"), _("Year"), _("Stage"), _("Opens"), _("Closes"), _("Nominations"), _("People")]
    header += [_("Committee"), _("Seats"), _("Read"), _("To read")]
    rows = [
        (
            words_in(row["cycle"].award.name),
            row["cycle"].year,
            words.CYCLES[row["cycle"].stage],
            when(row["cycle"].opens_at),
            when(row["cycle"].closes_at),
            row["submitted"],
            row["people"],
            row["accepted"],
            row["cycle"].committee_size,
            row["read"],
            row["reads"],
        )
        for row in _rows(today.numbers(person, today.cycles_within_reach(person)), person)
    ]
    return table_file("years", header, rows)


def _rows(lines: Iterable[Numbers], person: Person) -> list[dict[str, Any]]:
    return [
        {
            "cycle": line.cycle,
            "url": _page_of(line.cycle, person),
            "submitted": sum(line.nominations[stage.value] for stage in COUNTS),
            "people": sum(
                count for stage, count in line.candidacies.items() if stage != CandidacyStage.WITHDRAWN.value
            ),
            "accepted": line.members[MemberState.ACCEPTED.value],
            "read": line.read,
            "reads": line.read + line.owed,
        }
        for line in lines
    ]


def _page_of(cycle: Cycle, person: Person) -> str:
    """Return where this person's work on a cycle begins: its own page, or for a publisher or an auditor what they may see of it."""
    places = [(Permission.MANAGE_CYCLE, "awards.cycle")]
    if cycle.stage in {CycleStage.IN_REVIEW, CycleStage.DECIDED}:
        places += [(Permission.SEE_DECISIONS, "decisions.decisions"), (Permission.SEE_STANDINGS, "review.standings")]
    found = next((endpoint for permission, endpoint in places if policy.may(person, permission, cycle)), None)
    return to(found, slug=cycle.award.slug, year=cycle.year) if found is not None else ""


class Asks(NamedTuple):
    """What needs somebody in one cycle: how many of which kind, and where it is done."""

    kind: str
    number: int
    url: str
    name: str
    state: str


# kind -> the sentence for so many of them, and what is done about so many
SAID: dict[str, tuple[Callable[[int], str], Callable[[int], str]]] = {
    "late draft": (
        lambda n: ngettext(
            "One year was to open and is still a draft", "%(num)s years were to open and are still drafts", n
        ),
        lambda _n: _("Look at it"),
    ),
    "draft": (
        lambda n: ngettext(
            "One year opens soon and is still a draft", "%(num)s years open soon and are still drafts", n
        ),
        lambda _n: _("Look at it"),
    ),
    "late": (
        lambda n: ngettext(
            "One late nomination waits for a decision", "%(num)s late nominations wait for a decision", n
        ),
        lambda _n: _("Decide"),
    ),
    "same person": (
        lambda n: ngettext("One pair may be the same person", "%(num)s pairs may be the same person", n),
        lambda _n: _("Decide"),
    ),
    "held": (
        lambda n: ngettext(
            "One nomination is held: it may be a program's", "%(num)s nominations are held: they may be a program's", n
        ),
        lambda n: _("See it") if n == 1 else _("Look at them"),
    ),
    "to translate": (
        lambda n: ngettext(
            "One text in another language waits for a translator",
            "%(num)s texts in other languages wait for a translator",
            n,
        ),
        lambda _n: _("Ask somebody"),
    ),
    "translated": (
        lambda n: ngettext("One translation waits for approval", "%(num)s translations wait for approval", n),
        lambda _n: _("Read them side by side"),
    ),
    "conflict": (
        lambda n: ngettext("One possible conflict is undecided", "%(num)s possible conflicts are undecided", n),
        lambda _n: _("Decide"),
    ),
    "intake": (lambda n: ngettext("One person to look at", "%(num)s people to look at", n), lambda _n: _("Screen")),
    "seats": (
        lambda n: ngettext("One reviewer is still wanted", "%(num)s reviewers are still wanted", n),
        lambda _n: _("Invite"),
    ),
    "asked": (
        lambda n: ngettext("One invitation is not answered", "%(num)s invitations are not answered", n),
        lambda _n: _("See who"),
    ),
    "ready": (
        lambda n: ngettext(
            "One eligible person waits for the reading to open",
            "%(num)s eligible people wait for the reading to open",
            n,
        ),
        lambda _n: _("Prepare it"),
    ),
    "owed": (
        lambda n: ngettext("One reading is still owed", "%(num)s readings are still owed", n),
        lambda _n: _("See whose"),
    ),
    "approve": (
        lambda n: ngettext("One decision waits for your approval", "%(num)s decisions wait for your approval", n),
        lambda _n: _("Approve"),
    ),
    "approve release": (
        lambda n: ngettext("One release waits for your approval", "%(num)s releases wait for your approval", n),
        lambda _n: _("Look at it"),
    ),
    "unsaid": (
        lambda n: ngettext("Nobody has said whether one goes on", "Nobody has said whether %(num)s go on", n),
        lambda _n: _("Say who goes on"),
    ),
    "undecided": (
        lambda n: ngettext(
            "One person was read to the end and has no decision",
            "%(num)s people were read to the end and have no decision",
            n,
        ),
        lambda _n: _("Decide"),
    ),
    "planned": (
        lambda n: ngettext("One release waits for a second person", "%(num)s releases wait for a second person", n),
        lambda _n: _("See"),
    ),
    "proposed": (
        lambda n: ngettext("One decision waits for a second person", "%(num)s decisions wait for a second person", n),
        lambda _n: _("See"),
    ),
    "lapsed": (
        lambda n: ngettext("One offer was not answered in time", "%(num)s offers were not answered in time", n),
        lambda _n: _("See whose"),
    ),
    "papers": (
        lambda n: ngettext(
            "One thing that a recipient sent waits to be looked through",
            "%(num)s things that recipients sent wait to be looked through",
            n,
        ),
        lambda n: _("See it") if n == 1 else _("Look through them"),
    ),
    "heard": (
        lambda n: ngettext(
            "What one guardian allowed was written down, and needs a second person",
            "What %(num)s guardians allowed was written down, and needs a second person",
            n,
        ),
        lambda _n: _("Look at it"),
    ),
    "to approve": (
        lambda n: ngettext(
            "One planned payment needs a second person", "%(num)s planned payments need a second person", n
        ),
        lambda n: _("Look at it") if n == 1 else _("Look at them"),
    ),
    "to record": (
        lambda n: ngettext(
            "One approved payment is due, and not recorded yet",
            "%(num)s approved payments are due, and not recorded yet",
            n,
        ),
        lambda n: _("Look at it") if n == 1 else _("Look at them"),
    ),
    "terms": (
        lambda n: ngettext(
            "Another list of what offers need waits for a second person",
            "%(num)s other lists of what offers need wait for a second person",
            n,
        ),
        lambda _n: _("Look at it"),
    ),
    "thanks": (
        lambda n: ngettext(
            "One note of thanks waits to be read before its donors see it",
            "%(num)s notes of thanks wait to be read before their donors see them",
            n,
        ),
        lambda n: _("Read it") if n == 1 else _("Read them"),
    ),
    "briefs": (
        lambda n: ngettext("One practice brief waits to be read", "%(num)s practice briefs wait to be read", n),
        lambda n: _("Read it") if n == 1 else _("Read them"),
    ),
    "followups": (
        lambda n: ngettext(
            "One word to those who were told waits to be sent",
            "%(num)s words to those who were told wait to be sent",
            n,
        ),
        lambda _n: _("Look at it"),
    ),
    "unplanned": (
        lambda n: ngettext("One release is not planned yet", "%(num)s releases are not planned yet", n),
        lambda _n: _("Plan it"),
    ),
}
AFTER = {  # kind -> what is needed to do something about it, and where that is done
    "to approve": (Permission.APPROVE_PAYMENT, "offers.payments"),
    "to record": (Permission.MANAGE_OFFERS, "offers.payments"),
    "terms": (Permission.APPROVE_TERMS, "offers.offers_of_cycle"),
    "thanks": (Permission.READ_THANKS, "offers.notes"),
    "briefs": (Permission.PLAN_RELEASE, "publishing.briefs"),
    "followups": (Permission.PLAN_RELEASE, "publishing.release"),
}
TOGETHER = 3  # as many cycles that ask the same are one line


def _items(asks: Iterable[Asks]) -> list[Item]:
    """Return what needs somebody as lines: each cycle its own, or one for all where several ask the same."""
    kinds: dict[tuple[str, str], list[Asks]] = {}
    for ask in asks:
        if ask.url:
            kinds.setdefault((ask.kind, ask.state), []).append(ask)
    items = []
    for (kind, state), those in kinds.items():
        words, act = SAID[kind]
        if len(those) < TOGETHER:
            items += [Item(words(ask.number), ask.url, act(ask.number), ask.name, state) for ask in those]
        else:
            places = tuple((f"{ask.name} ({ask.number})", ask.url) for ask in those)
            total = sum(ask.number for ask in those)
            items.append(Item(words(total), "", act(total), "", state, places))
    return items


def _of_second_person(line: Numbers, person: Person) -> Iterator[Asks]:
    """Yield what somebody else proposed or planned in one cycle, where this person may approve it: a board member's whole desk."""
    cycle = line.cycle
    here = {"slug": cycle.award.slug, "year": cycle.year}
    name = f"{words_in(cycle.award.name)} {cycle.year}"
    if line.of_others and policy.may(person, Permission.APPROVE_DECISION, cycle):
        yield Asks("approve", line.of_others, to("decisions.decisions", **here), name, "writing")
    if line.release_of_another and policy.may(person, Permission.APPROVE_RELEASE, cycle):
        yield Asks("approve release", 1, to("publishing.release", **here), name, "writing")


def _of_offers(person: Person) -> Iterator[Asks]:
    """Yield what waits after a release: papers to look through, and offers that nobody answered."""
    held = [(scope, number) for _role, scope, number in roles_of(person)]
    everywhere = any(scope == "organisation" for scope, _number in held)
    for cycle, papers, lapsed in offers.waits(person, awards_of=None if everywhere else [n for _s, n in held]):
        if not policy.may(person, Permission.MANAGE_CYCLE, cycle):
            continue
        url = to("offers.offers_of_cycle", slug=cycle.award.slug, year=cycle.year)
        name = f"{words_in(cycle.award.name)} {cycle.year}"
        if lapsed:
            yield Asks("lapsed", lapsed, url, name, "undecided")
        if papers:
            yield Asks("papers", papers, url, name, "writing")


def _written_down(person: Person) -> Iterator[Asks]:
    """Yield what another of the office wrote down of a guardian's yes, where this person may confirm it."""
    for candidacy, number in today.written_down(person):
        cycle = candidacy.cycle
        if policy.may(person, Permission.CONFIRM_WRITTEN_CONSENT, cycle):
            here = {"slug": cycle.award.slug, "year": cycle.year, "reference": candidacy.reference}
            yield Asks("heard", 1, to("nominations.hearing", number=number, **here), candidacy.name, "writing")


def _after_release(person: Person, day: date) -> Iterator[Asks]:
    """Yield what follows a release and waits for this person: payments, notes of thanks, practice briefs, words owed."""
    for kind, cycle, fund, number in today.after_release(person, today=day):
        needs, endpoint = AFTER[kind]
        if policy.may(person, needs, cycle):
            here = {"number": fund} if fund else {"slug": cycle.award.slug, "year": cycle.year}
            url = to(endpoint, **({} if endpoint == "offers.payments" else here))
            yield Asks(kind, number, url, f"{words_in(cycle.award.name)} {cycle.year}", "writing")


def _of_cycle(line: Numbers, now: datetime) -> Iterator[Asks]:
    """Yield what needs somebody in one cycle."""
    cycle = line.cycle
    here = {"slug": cycle.award.slug, "year": cycle.year}
    name = f"{words_in(cycle.award.name)} {cycle.year}"
    taking = cycle.stage in {CycleStage.OPEN, CycleStage.CLOSED}
    late = cycle.opens_at <= now
    soon = cycle.scoring_opens_at is not None and cycle.scoring_opens_at <= now + 2 * SOON
    over = cycle.scoring_closes_at is not None and cycle.scoring_closes_at <= now
    stage, closed, decided = cycle.stage, cycle.stage is CycleStage.CLOSED, cycle.stage is CycleStage.DECIDED
    draft = stage is CycleStage.DRAFT and cycle.opens_at <= now + SOON
    planned = line.release is ReleaseState.PLANNED and not line.release_of_another
    owed = line.owed if stage is CycleStage.IN_REVIEW else 0
    asks = (
        ("late draft" if late else "draft", int(draft), "awards.cycle", "blocks" if late else "writing"),
        ("late", line.nominations[Stage.LATE.value], "nominations.screening", "writing"),
        ("same person", line.same_person, "nominations.screening", "undecided"),
        ("held", line.held, "nominations.held", "undecided"),
        ("to translate", line.to_translate, "nominations.translations", "writing"),
        ("translated", line.translated, "nominations.translations", "writing"),
        ("conflict", line.conflicts, "nominations.conflicts_of_cycle", "undecided"),
        ("intake", taking * line.candidacies[CandidacyStage.INTAKE.value], "nominations.screening", "writing"),
        ("seats", (taking and soon) * today.seats(line), "awards.committee", "writing"),
        ("asked", (not decided) * line.members[MemberState.INVITED.value], "awards.committee", "not_started"),
        ("ready", closed * line.candidacies[CandidacyStage.ELIGIBLE.value], "review.round_", "writing"),
        ("owed", owed, "review.assignments", "blocks" if over else "not_started"),
        ("unsaid", (stage is CycleStage.IN_REVIEW) * line.unsaid, "review.going_on", "writing"),
        ("undecided", (stage is CycleStage.IN_REVIEW) * line.undecided, "decisions.decisions", "writing"),
        ("proposed", line.decisions[DecisionState.PROPOSED.value] - line.of_others, "decisions.decisions", "writing"),
        ("unplanned", int(decided and line.release is None), "publishing.release", "writing"),
        ("planned", int(planned), "publishing.release", "writing"),
    )
    for kind, count, endpoint, state in asks:
        if count:
            yield Asks(kind, count, to(endpoint, **here), name, state)


def _of_office(found: today.Office) -> list[Item]:
    items = []
    if found.failed:
        words = ngettext("One message did not leave", "%(num)s messages did not leave", found.failed)
        items.append(Item(words, to("mail.messages", state="failed"), _("See"), "", "blocks"))
    if found.unreached:
        words = ngettext("No message reaches one person", "No message reaches %(num)s people", found.unreached)
        items.append(Item(words, to("accounts.people", show="unreached"), _("Mend"), "", "blocks"))
    for number, name, count in found.rows:
        words = ngettext("One row of an import needs mending", "%(num)s rows of an import need mending", count)
        items.append(Item(words, to("nominations.import_rows", number=number), _("Mend"), name))
    return items
