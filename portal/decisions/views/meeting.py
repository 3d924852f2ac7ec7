"""A committee's meeting: asking for extra readings, walking through those at the cut, the screen in the room, and the minutes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import abort, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.decisions import queries
from portal.decisions.forms import OUTCOMES, SMALL, DecisionForm
from portal.decisions.views.deciding import fresh_proposal, propose_as_said
from portal.decisions.views.pages import pages
from portal.errors import N_, PortalError, Refused
from portal.policy import Fact, Permission
from portal.review.actions import meeting as actions
from portal.review.forms.desk import ExtraForm, MeetingForm
from portal.review.queries import meeting as known
from portal.review.queries import reading, rounds, standings
from portal.review.rules.lives import RoundState
from portal.review.rules.scoring import TIMES
from portal.review.rules.standings import agreement
from portal.review.views.rounds import SEEDS
from portal.review.views.standings import agreement as agreement_words
from portal.web import viewer
from portal.web.failures import sentence
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.awards.models import Rubric
    from portal.decisions.queries import Decided, Deciding
    from portal.review.models import Meeting, Round
    from portal.review.queries.meeting import Item, Voice

ROOT = "/desk/<slug>/<int:year>/meeting"
NONE_YET = N_("The meeting has not begun yet.")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _at(thing: Deciding) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


def _round(thing: Deciding) -> Round:
    if thing.round is None:
        abort(404)
    return thing.round


def _running(thing: Deciding) -> Meeting:
    found = known.of(_round(thing))
    if found is None:
        raise Refused(NONE_YET)
    return found


def _rubric(thing: Deciding) -> Rubric | None:
    return rounds.rubric_of(thing.round) if thing.round is not None else None


def _criteria(rubric: Rubric | None) -> list[tuple[int, str]]:
    return [(each.id, words_in(each.name)) for each in reading.criteria_of(rubric)] if rubric else []


class Stop(NamedTuple):
    """One stop of the walk, as it is drawn: what the round calls it, where it stands, who steps out."""

    item: Item
    name: str
    handle: str
    steps_out: list[str]
    order: str | None  # what the standings go by

    @property
    def done(self) -> bool:
        """Whether the committee has talked about it."""
        return self.item.item.talked_at is not None

    @property
    def brought(self) -> bool:
        """Whether somebody brought it, and the band did not."""
        return self.item.item.brought_by_id is not None

    @property
    def score(self) -> float | None:
        """The score that the standings go by, in levels."""
        standing = self.item.standing
        if standing is None or standing.mean is None:
            return None
        known = standing.facts.get("calibrated") or {}
        adjusted = known.get("adjusted") if self.order == "adjusted" else None
        return float(adjusted) if adjusted is not None else standing.mean / TIMES

    @property
    def apart(self) -> tuple[str, str]:
        """How near reviewers are, as a word and a number."""
        standing = self.item.standing
        return agreement_words(agreement(standing.spread)) if standing is not None else ("", "")


def _stops(thing: Deciding, meeting: Meeting, *, aloud: bool = False) -> list[Stop]:
    """Return the agenda as whoever looks may know it; with `aloud`, as everybody in the room may, whoever looks."""
    person = viewer.current()
    named = queries.sees_names(person, thing) and not (aloud and thing.review.blind)
    seats = [(one, kept) for one, kept in known.seats(_round(thing)) if one.id in set(meeting.present)]
    found, order = [], queries.order_of(thing)
    for item in known.agenda(meeting, person):
        out = [one.name for one, kept in seats if item.candidacy.id in kept]
        name = item.candidacy.name if named else item.spoken.name
        found.append(Stop(item, name, item.candidacy.reference if named else item.spoken.reference, out, order))
    return found


# ---------------------------------------------------------------- before it, and its agenda


def _page(thing: Deciding, status: int = 200, **forms: Any) -> Any:  # noqa: ANN401 - forms by name, and an answer
    round_, person = thing.round, viewer.current()
    meeting = known.of(round_) if round_ is not None else None
    seats = known.seats(round_) if round_ is not None else []
    here = [str(number) for number in meeting.present] if meeting else [str(one.id) for one, _kept in seats]
    band = []
    if round_ is not None and round_.state is RoundState.CLOSED:
        rows = standings.standings(round_, person).rows
        named = queries.sees_names(person, thing)
        band = [
            (
                row.reference,
                _("%(name)s, read %(count)s times", name=row.nominee if named else row.name, count=row.count),
            )
            for row in rows
            if row.group == "band"
        ]
    facts: dict[str, Any] = {
        "seat": MeetingForm([(one.id, one.name) for one, _kept in seats], formdata=None, present=here),
        "extra": ExtraForm(band, formdata=None),
        **forms,
    }
    return (
        render_template(
            "decisions/meeting.html",
            thing=thing,
            cycle=thing.cycle,
            round=round_,
            place=_at(thing),
            meeting=meeting,
            stops=_stops(thing, meeting) if meeting else [],
            band=band,
            figures=queries.figures(thing, person),
            manages=policy.may(person, Permission.MANAGE_ROUND, thing.review),
            **facts,
        ),
        status,
    )


@pages.form(ROOT, needs=Permission.LEAD_MEETING, of=queries.deciding)
def meeting(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Prepare the meeting, begin it, and see its agenda."""
    if thing.round is None:
        return _page(thing)
    form = MeetingForm([(one.id, one.name) for one, _kept in known.seats(thing.round)])
    if form.validate_on_submit():
        person, now = viewer.current(), clock.now()
        running = known.of(thing.round)
        if running is None:
            actions.begin(thing.round, seed=secrets.randbelow(SEEDS), present=form.numbers(), by=person, at=now)
            flash(_("The meeting has begun."))
        else:
            actions.seat(thing.round, running, present=form.numbers(), by=person, at=now)
            flash(_("Saved."))
        return see_other(".meeting", **_at(thing))
    return _page(thing, form.status, seat=form) if form.is_submitted() else _page(thing)


@pages.step(ROOT + "/extra-readings", needs=Permission.LEAD_MEETING, of=queries.deciding)
def extra_readings(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Ask for one more reading of some of those in the band."""
    round_ = _round(thing)
    form = ExtraForm([])
    if form.validate():
        try:
            count = actions.order_extra(
                round_,
                form.references.data or [],
                until=form.instant(),
                reason=form.reason.data or "",
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
        else:
            flash(ngettext("One more reading is asked for.", "%(num)s more readings are asked for.", count))
            return see_other("review.assignments", **_at(thing))
    return _page(thing, 422, extra=_with_band(thing, form))


def _with_band(thing: Deciding, form: ExtraForm) -> ExtraForm:
    """Offer the band again on a form that was refused."""
    person = viewer.current()
    named = queries.sees_names(person, thing)
    rows = standings.standings(_round(thing), person).rows
    form.references.choices = [
        (row.reference, row.nominee if named else row.name) for row in rows if row.group == "band"
    ]
    return form


@pages.step(ROOT + "/end", needs=Permission.LEAD_MEETING, of=queries.deciding)
def end_meeting(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """End the meeting."""
    actions.end(_round(thing), _running(thing), by=viewer.current(), at=clock.now())
    flash(_("The meeting has ended. Its minutes are written."))
    return see_other(".minutes", **_at(thing))


# ---------------------------------------------------------------- the walk


def _stop(one: Decided) -> tuple[Meeting, list[Stop], Stop]:
    """Return the meeting, the whole walk, and the stop this page is about; 404 for what is not on the agenda."""
    running = known.of(_round(one.deciding))
    stops = _stops(one.deciding, running) if running is not None else []
    here = next((stop for stop in stops if stop.item.candidacy.id == one.line.candidacy.id), None)
    if running is None or here is None:
        abort(404)
    return running, stops, here


@pages.page(ROOT + "/<reference>", needs=Permission.LEAD_MEETING, of=queries.on_agenda)
def stop(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """One candidacy of the agenda: scores side by side, what was noted, what may be proposed, and the next."""
    return draw_stop(one, fresh_proposal(one))


def draw_stop(one: Decided, form: DecisionForm, status: int = 200) -> Any:  # noqa: ANN401 - an answer
    """Draw one stop of the walk, with a proposal that was refused in place of a fresh one."""
    running, stops, here = _stop(one)
    thing, person = one.deciding, viewer.current()
    number = one.line.candidacy.id
    rubric = _rubric(thing)
    facts = policy.facts_about(person, thing)
    place = stops.index(here)
    waiting = [each for each in stops[place + 1 :] + stops[:place] if not each.done]
    return (
        render_template(
            "decisions/stop.html",
            thing=thing,
            one=one,
            line=one.line,
            cycle=thing.cycle,
            round=thing.round,
            place=_at(thing),
            meeting=running,
            here=here,
            number=place + 1,
            all=len(stops),
            shown=running.shown_id == number,
            next=waiting[0] if waiting else None,
            criteria=_criteria(rubric),
            voices=known.voices(_round(thing), [number], rubric)[number],
            notes=known.notes_heard(
                _round(thing),
                [number],
                person,
                leads=bool(facts & {Fact.STAFF_OF_IT, Fact.CHAIR_OF_IT}),
                deliberates=Fact.IN_DELIBERATION in facts,
            )[number],
            figures=queries.figures(thing, person),
            form=form,
            small=SMALL,
            outcomes=OUTCOMES,
            most=rubric.highest * TIMES if rubric else 60,
            spoken=here.item.spoken,
            sums_differ=thing.cycle.most_cents not in {None, thing.cycle.sum_cents},
        ),
        status,
    )


@pages.step(ROOT + "/<reference>/proposal", needs=Permission.PROPOSE_DECISION, of=queries.on_agenda)
def proposal_in_meeting(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Propose an outcome as the committee says it, and stay with this candidacy."""
    form = DecisionForm()
    refused = propose_as_said(one, form)
    if refused:
        return draw_stop(one, form, refused)
    return see_other(".stop", reference=one.line.handle, **_at(one.deciding))


@pages.step(ROOT + "/<reference>/screen", needs=Permission.LEAD_MEETING, of=queries.on_agenda)
def show_on_screen(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Let the screen in the room show this one."""
    running, _all, here = _stop(one)
    actions.show(running, here.item.candidacy)
    return see_other(".stop", reference=here.handle, **_at(one.deciding))


@pages.step(ROOT + "/<reference>/talked", needs=Permission.LEAD_MEETING, of=queries.on_agenda)
def talked_about(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Say that the committee has talked about this one, and go on to the next. Whoever must steps out before the screen shows it."""
    running, stops, here = _stop(one)
    actions.talked(_round(one.deciding), running, here.item.candidacy, by=viewer.current(), at=clock.now())
    place = stops.index(here)
    waiting = [each for each in stops[place + 1 :] + stops[:place] if not each.done]
    following = waiting[0] if waiting else None
    actions.show(running, following.item.candidacy if following and not following.steps_out else None)
    if following is None:
        flash(_("Every candidacy of the agenda was talked about."))
        return see_other(".meeting", **_at(one.deciding))
    return see_other(".stop", reference=following.handle, **_at(one.deciding))


@pages.step(ROOT + "/<reference>/agenda", needs=Permission.LEAD_MEETING, of=queries.decided)
def bring(one: Decided) -> Any:  # noqa: ANN401 - an answer
    """Put one more candidacy on the agenda."""
    thing = one.deciding
    actions.bring(_round(thing), _running(thing), one.line.candidacy, by=viewer.current(), at=clock.now())
    flash(_("%(name)s is on the agenda.", name=one.line.name))
    return see_other(".stop", reference=one.line.handle, **_at(thing))


# ---------------------------------------------------------------- the screen, and the minutes


@pages.page("/desk/<slug>/<int:year>/meeting-screen", needs=Permission.DELIBERATE, of=queries.deciding)
def screen(thing: Deciding) -> str:
    """What the screen in the room shows: scores without names of reviewers, and no word that anybody wrote."""
    running = known.of(thing.round) if thing.round is not None else None
    stops = _stops(thing, running, aloud=True) if running is not None else []
    here = next((each for each in stops if running and each.item.candidacy.id == running.shown_id), None)
    rubric = _rubric(thing)
    voices: Sequence[Voice] = ()
    if here is not None:
        number = here.item.candidacy.id
        voices = known.voices(_round(thing), [number], rubric)[number]
    return render_template(
        "decisions/screen.html",
        cycle=thing.cycle,
        meeting=running,
        stops=stops,
        here=here,
        number=stops.index(here) + 1 if here else 0,
        voices=voices,
        letters=LETTERS,
        criteria=_criteria(rubric),
        highest=rubric.highest if rubric else 6,
        figures=queries.figures(thing, viewer.current()),
        address=url_for(".screen", **_at(thing)),
    )


@pages.page("/desk/<slug>/<int:year>/minutes", needs=Permission.SEE_STANDINGS, of=queries.deciding)
def minutes(thing: Deciding) -> str:
    """What was said and decided, in order, written by itself: without any candidacy that whoever reads has a conflict with."""
    running, person = known.of(thing.round) if thing.round is not None else None, viewer.current()
    stops = _stops(thing, running) if running is not None else []
    numbers = [each.item.candidacy.id for each in stops]
    rubric = _rubric(thing)
    lines = {one.candidacy.id: one for one in queries.every_line(thing, person)} if running is not None else {}
    people = {one.id: one.name for one, _kept in known.seats(thing.round)} if thing.round is not None else {}
    each = policy.may(person, Permission.DELIBERATE, thing)  # an auditor sees no single score
    return render_template(
        "decisions/minutes.html",
        thing=thing,
        cycle=thing.cycle,
        round=thing.round,
        place=_at(thing),
        meeting=running,
        present=[people[number] for number in running.present if number in people] if running else [],
        absent=[name for number, name in people.items() if running and number not in running.present],
        stops=sorted(stops, key=lambda each: (each.item.item.talked_at is None, each.item.item.talked_at)),
        voices=known.voices(thing.round, numbers, rubric) if thing.round is not None and each else {},
        each=each,
        notes=known.minuted(thing.round, numbers) if thing.round is not None else {},
        letters=LETTERS,
        lines=lines,
        outside=[
            line
            for number, line in lines.items()
            if number not in set(numbers) and line.decision and line.decision.reason
        ],
        events=queries.of_meeting(thing),
        criteria=dict(_criteria(rubric)),
        outcomes=OUTCOMES,
        at=clock.now(),
    )
