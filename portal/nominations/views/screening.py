"""The screening list of one cycle, across all of them, and what may be the same person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal import clock, policy
from portal.errors import Refused
from portal.nominations.actions import gathering, moving, snapshots
from portal.nominations.actions import screening as actions
from portal.nominations.actions.moving import Asking
from portal.nominations.forms.screening import AskForm, LateForm, MoveForm, ReasonForm, numbers
from portal.nominations.models import MatchState
from portal.nominations.queries import candidacies, importing
from portal.nominations.queries import screening as queries
from portal.nominations.queries.screening import Filters, Tab
from portal.nominations.rules import CandidacyStep, Stage
from portal.nominations.rules.eligibility import Holds
from portal.nominations.views import eligibility, words
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.drawing import with_name
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other
from portal.web.text import when, words_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.datastructures import MultiDict

    from portal.awards.models import Cycle
    from portal.nominations.models import Candidacy, Match, Nomination
    from portal.nominations.queries.screening import Line

ACTS = {
    "eligible": CandidacyStep.FIND_ELIGIBLE,
    "ineligible": CandidacyStep.FIND_INELIGIBLE,
    "reconsider": CandidacyStep.RECONSIDER,
}
FURTHEST = 1_000_000_000
MOST_DIGITS = 10  # of a candidacy's number
STAYED = ("blocks", _l("Not done"))
ASKINGS = {
    Asking.ASKED: _l("Asked"),
    Asking.ONCE: _l("Asked with another of theirs"),
    Asking.BEFORE: _l("Was asked the same before"),
}


def cycle_at(slug: str, year: int) -> Cycle | None:
    """Return the cycle at an address."""
    return queries.cycle_at(slug, year)


def _filters(asked: MultiDict[str, str] | None = None) -> Filters:
    """Return what the list is narrowed to: by its address, or by what a form of it carried along."""
    asked = request.args if asked is None else asked
    tab = asked.get("tab", "")
    school, rules = asked.get("school", type=int), asked.get("rules", "")
    return Filters(
        tab=Tab(tab) if tab in set(Tab) else Tab.LOOK,
        q=asked.get("q", "").replace("\x00", "").strip()[: queries.LONGEST],
        language=asked.get("language", "").replace("\x00", "")[:12],
        school=school if school is not None and 0 < school < FURTHEST else None,
        rules=Holds(rules) if rules in set(Holds) else None,
    )


def _list_of(cycle: Cycle) -> dict[str, Any]:
    """Return the address of the list that a step was taken from, narrowed as it was."""
    return {"slug": cycle.award.slug, "year": cycle.year, **_filters(request.form).address}


@pages.page("/desk/screening", needs=Permission.SEE_DESK)
def screening_all() -> str:
    """List the cycles that one screens, with what waits in each."""
    return render_template(
        "nominations/screening_all.html",
        across=queries.across(viewer.current()),
        cycle_words=words.CYCLES,
        **words.about(),
    )


@pages.page("/desk/screening.csv", needs=Permission.SEE_DESK)
def screening_all_csv() -> Any:  # noqa: ANN401 - a file
    """Give the same list as a CSV file."""
    header = [_("Award"), _("Year"), _("Where it stands"), _("To look at"), _("Same person?"), _("Late")]
    rows = [
        (words_in(one.cycle.award.name), one.cycle.year, words.CYCLES[one.cycle.stage], one.look, one.matches, one.late)
        for one in queries.across(viewer.current())
    ]
    return table_file("screening", header, rows)


@pages.page("/desk/<slug>/<int:year>/screening", needs=Permission.SCREEN, of=cycle_at)
def screening(cycle: Cycle) -> str:
    """List the candidacies of one cycle, by how they stand."""
    person, filters = viewer.current(), _filters()
    counts = queries.counts(cycle, person)
    tallies = [
        {
            "label": label,
            "count": counts.tabs[tab],
            "url": url_for(".screening", slug=cycle.award.slug, year=cycle.year, tab=tab.value),
            "current": tab is filters.tab,
        }
        for tab, label in words.TABS.items()
    ]
    shared: dict[str, Any] = {
        "cycle": cycle,
        "counts": counts,
        "views": tallies,
        "filters": filters,
        "panel": _panel(cycle),
        "languages": [(code, words.language(code)) for code in queries.languages(cycle)],
        "schools": queries.schools_named(cycle, person),
        **words.about(),
    }
    if filters.tab is Tab.LATE:
        came_late, values = queries.late(cycle, person)
        held = listing(came_late, page=asked_page(), params=values)
        return render_template("nominations/screening_late.html", held=held, **shared)
    wanted, values = queries.candidacies(cycle, person, filters)
    found = listing(wanted, page=asked_page(), params=values, columns=True)
    return render_template(
        "nominations/screening.html",
        listing=found,
        lines=queries.lines(cycle, found.items, person),
        rule_choices=eligibility.filter_choices(),
        **eligibility.about(),
        **shared,
    )


def _panel(cycle: Cycle) -> dict[str, Any] | None:
    """Return the oldest suggestion, or the one asked for, as the panel draws it."""
    found = queries.oldest_match(cycle, viewer.current())
    if found is None:
        return None
    match, first, second, count = found
    return {"count": count, **_sides(match, first, second)}


def _sides(match: Match, first: Candidacy, second: Candidacy) -> dict[str, Any]:
    grouped = queries.sides(match)
    typed = queries.addresses([first.id, second.id])
    schools = queries.places([first.id, second.id])
    sides = []
    for candidacy in (first, second):
        nominations = grouped.get(candidacy.id, [])
        place = ", ".join(
            part for part in (words.place(candidacy, schools.get(candidacy.id, [])), candidacy.role) if part
        )
        references = ", ".join(one.reference for one in nominations[:4])
        sent = _("%(references)s, from: %(who)s.", references=references, who=words.relations(nominations))
        known = ", ".join(typed.get(candidacy.id, [])) or _("No address given.")
        sides.append({"name": f"{candidacy.name}, {candidacy.reference}", "lines": [place], "said": f"{sent} {known}"})
    count = sum(len(nominations) for nominations in grouped.values())
    return {"match": match, "sides": sides, "why": [_(why) for why in match.why], "all": count}


@pages.step("/desk/<slug>/<int:year>/screening/decisions", needs=Permission.SCREEN, of=cycle_at)
def screen_many(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Decide on several at once, and say of each what became of it."""
    person, form = viewer.current(), ReasonForm()
    marked = numbers(request.form.getlist("chosen"))
    step = ACTS.get(request.form.get("act", ""))
    back = _list_of(cycle)
    chosen = queries.chosen(cycle, marked, person) if marked else []
    if chosen and request.form.get("act") == "other":
        return _other(cycle, chosen)
    if step is None or not chosen:
        flash(_("Choose some rows first."), "error")
        return see_other(".screening", **back)
    each = [(candidacy, _own_reason(candidacy)) for candidacy in chosen]
    asked = step not in actions.NEEDS_REASON or form.reason.name in request.form
    wrong = [one for one in (form, *(own for _candidacy, own in each)) if not one.validate()]
    if wrong or not asked:
        return _why_not(cycle, each, form), 422 if asked else 200
    try:
        outcomes = actions.decide_many(
            chosen,
            step,
            by=person,
            at=clock.now(),
            reason=form.reason.data or "",
            reasons={candidacy.id: own.reason.data or "" for candidacy, own in each},
            stood=_stood(),
        )
    except Refused as refusal:
        form.fail(refusal.field, failures.sentence(refusal))
        return _why_not(cycle, each, form), 422
    done = sum(1 for outcome in outcomes if outcome.done)
    if done == len(outcomes):
        flash(ngettext("One is decided.", "%(num)s are decided.", done))
        return see_other(".screening", **back)
    return _accounted(
        cycle,
        ngettext("It is not decided", "%(done)s of %(num)s are decided", len(outcomes), done=done),
        [
            {
                "name": outcome.candidacy.name,
                "reference": outcome.candidacy.reference,
                "state": words.STAGES[outcome.candidacy.stage] if outcome.done else STAYED,
                "words": "" if outcome.done else _(outcome.why, **outcome.facts),
            }
            for outcome in outcomes
        ],
    )


def _stood() -> dict[int, str]:
    """Return how each row stood on the list where an act was pressed, by the candidacy's number."""
    typed = (each.partition(" ") for each in request.form.getlist("stood"))
    return {int(number): stage for number, _space, stage in typed if number.isdecimal() and len(number) < MOST_DIGITS}


def _own_reason(candidacy: Candidacy) -> ReasonForm:
    """Return the form of the reason that one of several has for itself."""
    return ReasonForm(prefix=f"c{candidacy.id}", meta={"csrf": False})  # the whole form has its token


def _why_not(cycle: Cycle, each: list[tuple[Candidacy, ReasonForm]], form: ReasonForm) -> str:
    """Ask why several are not eligible: one reason for all, and another one where it differs."""
    wrong = [
        {"id": one.reason.id, "words": words_}
        for one in (form, *(own for _candidacy, own in each))
        for words_ in one.reason.errors
    ]
    return render_template(
        "nominations/screen_many.html",
        cycle=cycle,
        each=each,
        wrong=wrong,
        act=request.form.get("act"),
        stood=_stood(),
        narrowed=_filters(request.form).address,
        form=form,
        **words.about(),
    )


def _accounted(cycle: Cycle, title: str, rows: list[dict[str, Any]]) -> str:
    """Say of each of several what became of it, where not all went as asked. What was done is done: reading this again changes nothing."""
    stayed = [row for row in rows if row["state"] is STAYED]
    return render_template(
        "nominations/accounted.html",
        cycle=cycle,
        title=title,
        rows=[*stayed, *(row for row in rows if row["state"] is not STAYED)],
        narrowed=_filters(request.form).address,
        **words.about(),
    )


def _other(cycle: Cycle, chosen: list[Candidacy], ask: AskForm | None = None, move: MoveForm | None = None) -> Any:  # noqa: ANN401 - an answer
    """Draw the page on which nominators are asked, or nominations are moved."""
    drawn = move or MoveForm(formdata=None)
    drawn.award.choices = places_to_move(cycle)
    return render_template(
        "nominations/screen_other.html",
        cycle=cycle,
        chosen=chosen,
        nominations=candidacies.counting_of(chosen),
        narrowed=_filters(request.form).address,
        ask=ask or AskForm(formdata=None),
        move=drawn,
        **words.about(),
    )


def _places(cycle: Cycle) -> list[Cycle]:
    """Return the other cycles of the season that whoever looks screens, and that take nominations."""
    person = viewer.current()
    return [
        other
        for other in importing.cycles_of(cycle.season_id)
        if other.id != cycle.id and other.stage in moving.TAKES and policy.may(person, Permission.SCREEN, other)
    ]


def places_to_move(cycle: Cycle) -> list[tuple[str, str]]:
    """Return the other awards of the season that nominations can be moved to, as choices."""
    return [(other.award.slug, words_in(other.award.name)) for other in _places(cycle)]


def place_chosen(cycle: Cycle, slug: str | None) -> Cycle | None:
    """Return the one of them that was chosen."""
    return next((other for other in _places(cycle) if other.award.slug == slug), None)


def _chosen(cycle: Cycle) -> list[Candidacy]:
    marked = numbers(request.form.getlist("chosen"))
    return queries.chosen(cycle, marked, viewer.current()) if marked else []


@pages.step("/desk/<slug>/<int:year>/screening/questions", needs=Permission.SCREEN, of=cycle_at)
def ask_many(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Ask the nominators of several something."""
    form, chosen = AskForm(), _chosen(cycle)
    back = _list_of(cycle)
    if form.validate():
        try:
            asked = moving.ask_all(
                candidacies.counting_of(chosen), words=form.words.data or "", by=viewer.current(), at=clock.now()
            )
        except Refused as refusal:
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            return _asked(cycle, asked, back)
    return _other(cycle, chosen, ask=form), 422


def _asked(cycle: Cycle, asked: list[tuple[Nomination, Asking]], back: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer
    """Say how many nominators were asked; where some could not be, say of each."""
    count = sum(1 for _nomination, state in asked if state is Asking.ASKED)
    said = ngettext("One nominator is asked.", "%(num)s nominators are asked.", count)
    if not any(state is Asking.SILENT for _nomination, state in asked):
        flash(said)
        return see_other(".screening", **back)
    rows = [
        {
            "name": nomination.sitting.nominator_name,
            "reference": nomination.reference,
            "state": STAYED if state is Asking.SILENT else ("done", ASKINGS[state]),
            "words": _(moving.NO_ADDRESS) if state is Asking.SILENT else "",
        }
        for nomination, state in asked
    ]
    return _accounted(cycle, said, rows)


@pages.step("/desk/<slug>/<int:year>/screening/moves", needs=Permission.SCREEN, of=cycle_at)
def move_many(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Move the nominations of several to another award, and say of each that could not be why."""
    form, chosen = MoveForm(), _chosen(cycle)
    form.award.choices = places_to_move(cycle)
    back = _list_of(cycle)
    to = place_chosen(cycle, form.award.data) if form.validate() else None
    if to is None:
        if not form.errors:
            form.fail("award", _("Choose an award"))
        return _other(cycle, chosen, move=form), 422
    if not (form.reason.data or "").strip():
        form.fail("reason", _(actions.REASON))
        return _other(cycle, chosen, move=form), 422
    rows: list[dict[str, Any]] = []
    for nomination in candidacies.counting_of(chosen):
        name = " & ".join(named.name for named in nomination.named)
        row = {"name": name, "reference": nomination.reference, "state": ("done", _("Moved")), "words": ""}
        try:
            moving.move(nomination, to, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
        except Refused as refusal:
            row |= {"state": STAYED, "words": failures.sentence(refusal)}
        rows.append(row)
    done = sum(1 for row in rows if row["state"] is not STAYED)
    moved = ngettext("One nomination was moved.", "%(num)s nominations were moved.", done)
    if done == len(rows):
        flash(moved)
        return see_other(".screening", **back)
    return _accounted(cycle, moved, rows)


@pages.page("/desk/<slug>/<int:year>/screening.csv", needs=Permission.SCREEN, of=cycle_at)
def screening_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Give the list as it is filtered, as a CSV file."""
    person, filters = viewer.current(), _filters()
    if filters.tab is Tab.LATE:
        return _late_csv(cycle)
    header = [
        _("Reference"),
        _("Nominee"),
        _("Role"),
        _("School"),
        _("Nominations"),
        _("From"),
        _("Words"),
        _("Languages"),
        _("Where it stands"),
        _("Reason"),
        _("What the rules say"),
        _("Which rules"),
    ]
    rows = [_row(line) for line in queries.every_line(cycle, person, filters)]
    return table_file(f"screening-{cycle.award.slug}-{cycle.year}-{filters.tab.value}", header, rows)


def _late_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    header = [_("Reference"), _("Nominee"), _("School"), _("From"), _("Language"), _("When it came")]
    rows = [
        (
            nomination.reference,
            " & ".join(named.name for named in nomination.named),
            ", ".join(link.school.name for link in nomination.schools) or nomination.place_text or "",
            words.relation(nomination),
            words.language(nomination.language),
            when(nomination.received_at),
        )
        for nomination in queries.every_late(cycle, viewer.current())
    ]
    return table_file(f"screening-{cycle.award.slug}-{cycle.year}-late", header, rows)


def _row(line: Line) -> list[object]:
    _shape, word, said = words.stands(line)
    candidacy = line.candidacy
    return [
        candidacy.reference,
        candidacy.name,
        candidacy.role or "",
        words.place(candidacy, line.schools),
        len(line.counted),
        words.relations(line.counted),
        line.words,
        ", ".join(words.language(code) for code in line.languages),
        word,
        said or candidacy.reason,
        *eligibility.finding_words(line.rules)[1:],
    ]


# ---------------------------------------------------------------- one suggestion


def _match(slug: str, year: int, number: int) -> Match | None:
    found = queries.match_by_id(number)
    return (
        found if found is not None and (found.first.cycle.award.slug, found.first.cycle.year) == (slug, year) else None
    )


@pages.page("/desk/<slug>/<int:year>/matches/<int:number>", needs=Permission.SCREEN, of=_match)
def match(match: Match) -> str:
    """Read two candidacies side by side."""
    read = {candidacy.id: candidacies.side(candidacy, match.first.cycle) for candidacy in (match.first, match.second)}
    return render_template(
        "nominations/match.html",
        cycle=match.first.cycle,
        read=read,
        label_for=_label_for,
        **_sides(match, match.first, match.second),
        **words.about(),
    )


def _label_for(candidacy: Candidacy) -> Callable[[Any], str]:
    """Return what gives a question its words about this candidacy's nominee."""
    return lambda label: with_name(words_in(label), candidacy.name)


def _back(match: Match, tab: str | None = None) -> Any:  # noqa: ANN401 - an answer
    return see_other(".screening", slug=match.first.cycle.award.slug, year=match.first.cycle.year, tab=tab)


@pages.step("/desk/<slug>/<int:year>/matches/<int:number>/merge", needs=Permission.SCREEN, of=_match)
def merge(match: Match) -> Any:  # noqa: ANN401 - an answer
    """Gather both into one candidacy. A second click finds it done."""
    if match.state is not MatchState.ACCEPTED:
        stays = gathering.accept(match, by=viewer.current(), at=clock.now())
        flash(
            _(
                "%(name)s is one candidacy now, %(reference)s. It can be undone on its page.",
                name=stays.name,
                reference=stays.reference,
            )
        )
    return _back(match)


@pages.step("/desk/<slug>/<int:year>/matches/<int:number>/refusal", needs=Permission.SCREEN, of=_match)
def keep_apart(match: Match) -> Any:  # noqa: ANN401 - an answer
    """Say that they are two people. A second click finds it said."""
    if match.state is not MatchState.REFUSED:
        gathering.refuse(match, by=viewer.current(), at=clock.now())
        flash(_("They stay two people. It can be asked again on either's page."))
    return _back(match)


@pages.step("/desk/<slug>/<int:year>/matches/<int:number>/undo", needs=Permission.SCREEN, of=_match)
def undo_match(match: Match) -> Any:  # noqa: ANN401 - an answer
    """Take the decision back."""
    if match.state is not MatchState.OPEN:
        was = match.state
        gathering.undo(match, by=viewer.current(), at=clock.now())
        flash(
            _("They are two candidacies again, each with its own nominations.")
            if was is MatchState.ACCEPTED
            else _("It is asked again.")
        )
    return _back(match)


# ---------------------------------------------------------------- late ones


def _late(slug: str, year: int, reference: str) -> Nomination | None:
    found = queries.late_by_reference(reference)
    fits = (
        found is not None
        and found.stage in {Stage.LATE, Stage.REFUSED}
        and (found.cycle.award.slug, found.cycle.year) == (slug, year)
    )
    return found if fits else None


@pages.form("/desk/<slug>/<int:year>/late/<reference>", needs=Permission.SCREEN, of=_late)
def late_one(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Read a nomination that came late, and accept or refuse it with a reason."""
    form = LateForm()
    if request.method != "POST":
        form.tell.data = nomination.entered.value == "web"
    elif form.validate_on_submit():
        facts = {
            "reason": form.reason.data or "",
            "tell": bool(form.tell.data),
            "by": viewer.current(),
            "at": clock.now(),
        }
        back = {"slug": nomination.cycle.award.slug, "year": nomination.cycle.year}
        try:
            if request.form.get("act") == "accept":
                candidacy = actions.accept_late(nomination, **facts)
                flash(
                    _(
                        "%(reference)s counts now, in %(candidacy)s.",
                        reference=nomination.reference,
                        candidacy=candidacy.reference,
                    )
                )
                return see_other(".candidacy", **back, reference=candidacy.reference)
            actions.refuse_late(nomination, **facts)
            flash(_("%(reference)s is refused. It is kept.", reference=nomination.reference))
            return see_other(".screening", **back, tab="late")
        except Refused as refusal:
            form.fail(refusal.field or "reason", failures.sentence(refusal))
    return render_template(
        "nominations/late.html",
        nomination=nomination,
        cycle=nomination.cycle,
        as_sent=snapshots.facts_of(nomination),
        form=form,
        **words.about(),
    ), form.status
