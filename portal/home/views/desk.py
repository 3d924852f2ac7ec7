"""Today, for the office: what needs somebody, where each cycle stands, what comes next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.awards.rules import DATES, CycleStage, MemberState
from portal.decisions.rules.lives import DecisionState
from portal.home.queries import today
from portal.home.views.pages import Item, pages, to
from portal.nominations.rules import COUNTS, CandidacyStage, Stage
from portal.policy import Permission
from portal.web import viewer
from portal.web.text import day, words_in

if TYPE_CHECKING:
    from datetime import datetime

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
    items = [
        item
        for line in lines
        for item in _of_cycle(line, now)
        if policy.may(person, Permission.MANAGE_CYCLE, line.cycle)
    ]
    if policy.may(person, Permission.SEE_MESSAGES):
        items += _of_office(today.office(person))
    rows = [
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
    return render_template(
        "home/desk.html",
        person=person,
        now=now,
        items=[item for item in items if item.url],
        rows=rows,
        ahead=today.ahead(cycles, at=now),
        dates=DATES,
        manages=policy.may(person, Permission.MANAGE_AWARDS),
    )


def _page_of(cycle: Cycle, person: Person) -> str:
    """Return where this person's work on a cycle begins: its own page, or for a publisher or an auditor what they may see of it."""
    places = [(Permission.MANAGE_CYCLE, "awards.cycle")]
    if cycle.stage in {CycleStage.IN_REVIEW, CycleStage.DECIDED}:
        places += [(Permission.SEE_DECISIONS, "decisions.decisions"), (Permission.SEE_STANDINGS, "review.standings")]
    found = next((endpoint for permission, endpoint in places if policy.may(person, permission, cycle)), None)
    return to(found, slug=cycle.award.slug, year=cycle.year) if found is not None else ""


def _of_cycle(line: Numbers, now: datetime) -> list[Item]:  # noqa: C901 - one question after another, each a sentence
    """Return what needs somebody in one cycle, the most pressing first."""
    cycle = line.cycle
    here = {"slug": cycle.award.slug, "year": cycle.year}
    name = f"{words_in(cycle.award.name)} {cycle.year}"
    screening = to("nominations.screening", **here)
    items: list[Item] = []

    def add(words: str, url: str, act: str, state: str = "writing") -> None:
        items.append(Item(words, url, act, name, state))

    if cycle.stage is CycleStage.DRAFT and cycle.opens_at <= now + SOON:
        late = cycle.opens_at <= now
        words = (
            _("It was to open %(day)s and is still a draft", day=day(cycle.opens_at))
            if late
            else _("It opens %(day)s and is still a draft", day=day(cycle.opens_at))
        )
        add(words, to("awards.cycle", **here), _("Look at it"), "blocks" if late else "writing")
    if held := line.nominations[Stage.LATE.value]:
        add(
            ngettext("One late nomination waits for a decision", "%(num)s late nominations wait for a decision", held),
            screening,
            _("Decide"),
        )
    if line.same_person:
        add(
            ngettext("One pair may be the same person", "%(num)s pairs may be the same person", line.same_person),
            screening,
            _("Decide"),
            "undecided",
        )
    if cycle.stage in {CycleStage.OPEN, CycleStage.CLOSED} and (fresh := line.candidacies[CandidacyStage.INTAKE.value]):
        add(ngettext("One person to look at", "%(num)s people to look at", fresh), screening, _("Screen"))
    if line.conflicts:
        add(
            ngettext("One possible conflict is undecided", "%(num)s possible conflicts are undecided", line.conflicts),
            to("nominations.conflicts", **here) or screening,
            _("Decide"),
            "undecided",
        )
    seats = today.seats(line)
    if (
        seats
        and cycle.stage in {CycleStage.OPEN, CycleStage.CLOSED}
        and cycle.scoring_opens_at is not None
        and cycle.scoring_opens_at <= now + 2 * SOON
    ):
        add(
            ngettext("The committee lacks one reviewer", "The committee lacks %(num)s reviewers", seats),
            to("awards.committee", **here),
            _("Invite"),
        )
    if (asked := line.members[MemberState.INVITED.value]) and cycle.stage is not CycleStage.DECIDED:
        add(
            ngettext("One invitation is not answered", "%(num)s invitations are not answered", asked),
            to("awards.committee", **here),
            _("See who"),
            "not_started",
        )
    if cycle.stage is CycleStage.CLOSED and (ready := line.candidacies[CandidacyStage.ELIGIBLE.value]):
        add(
            ngettext(
                "One eligible person waits for the reading to open",
                "%(num)s eligible people wait for the reading to open",
                ready,
            ),
            to("review.round_", **here),
            _("Prepare it"),
        )
    if line.owed and cycle.stage is CycleStage.IN_REVIEW:
        state = "blocks" if cycle.scoring_closes_at is not None and cycle.scoring_closes_at <= now else "not_started"
        add(
            ngettext("One reading is still owed", "%(num)s readings are still owed", line.owed),
            to("review.assignments", **here),
            _("See whose"),
            state,
        )
    if proposed := line.decisions[DecisionState.PROPOSED.value]:
        add(
            ngettext("One decision waits for a second person", "%(num)s decisions wait for a second person", proposed),
            to("decisions.decisions", **here),
            _("See"),
        )
    if cycle.stage is CycleStage.DECIDED and line.release is None:
        add(_("Its release is not planned yet"), to("publishing.release", **here), _("Plan it"))
    return items


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
        items.append(
            Item(words, to("nominations.import_", number=number) or to("nominations.imports"), _("Mend"), name)
        )
    return items
