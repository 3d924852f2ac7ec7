"""One candidacy's page: everything about it, and every step that fits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.awards import queries as awards
from portal.awards.rules import instant
from portal.errors import N_, NotFound, PortalError, Refused
from portal.nominations.actions import conflicts, letters, moving, writing
from portal.nominations.actions import screening as actions
from portal.nominations.forms.screening import (
    AskForm,
    ConflictForm,
    GiveBackForm,
    MoveForm,
    NameForm,
    ReasonForm,
    StandingForm,
    VerdictForm,
    numbers,
    wall_time,
)
from portal.nominations.models import HARD, Relation
from portal.nominations.queries import candidacies as queries
from portal.nominations.queries import conflicts as conflict_queries
from portal.nominations.queries import letters as letter_queries
from portal.nominations.rules import CANDIDACY, CONFLICT, NOMINATION, CandidacyStep, Stage, Step
from portal.nominations.translating import queries as translating
from portal.nominations.views import eligibility as eligibility_words
from portal.nominations.views import words
from portal.nominations.views.pages import pages
from portal.nominations.views.screening import cycle_at, place_chosen, places_to_move
from portal.policy import Datum, Permission, Sight, facts_about, sight
from portal.questions.drawing import with_name
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.models import Candidacy, Conflict, Nomination
    from portal.web.fields import Form

VERDICTS = {
    "eligible": CandidacyStep.FIND_ELIGIBLE,
    "ineligible": CandidacyStep.FIND_INELIGIBLE,
    "reconsider": CandidacyStep.RECONSIDER,
}
ADDRESS = "/desk/<slug>/<int:year>/candidacies/<reference>"
TIME = N_("Write a date and a time")

_at = queries.by_reference


def _here(candidacy: Candidacy) -> dict[str, Any]:
    return {"slug": candidacy.cycle.award.slug, "year": candidacy.cycle.year, "reference": candidacy.reference}


def _page(candidacy: Candidacy, status: int = 200, **forms: Form) -> Any:  # noqa: ANN401 - an answer
    """Draw the page, with the form that was refused where one was."""
    person = viewer.current()
    all_of_it = queries.everything(candidacy, person)
    persons = conflict_queries.people_concerned(candidacy.cycle)
    drawn: dict[str, Any] = {
        "verdict": VerdictForm(formdata=None),
        "withdrawal": ReasonForm(formdata=None, prefix="withdrawal-"),
        "standing": StandingForm(formdata=None),
        "conflict": ConflictForm(formdata=None),
        **forms,
    }
    fits = CANDIDACY.steps(candidacy.stage)
    drawn["verdict"].verdict.choices = [one for one in VerdictForm.CHOICES if VERDICTS[one[0]] in fits]
    drawn["conflict"].ask([one for one in persons if person is None or one.id != person.id])
    return (
        render_template(
            "nominations/candidacy.html",
            candidacy=candidacy,
            cycle=candidacy.cycle,
            all=all_of_it,
            forms=drawn,
            steps=fits,
            label=lambda label: with_name(words_in(label), candidacy.name),
            translations=translating.of_nominations(said.nomination for said in all_of_it.nominations),
            otherwise=[said for said in all_of_it.nominations if _named_otherwise(candidacy, said)],
            conflict_steps=lambda conflict: _conflict_steps(conflict, person),
            nomination_steps=lambda nomination: [
                step
                for step in NOMINATION.steps(nomination.stage)
                if step in {Step.RETURN, Step.WITHDRAW, Step.MAKE_VOID}
            ],
            may_ask_for_letters=_may_ask_for_letters(candidacy, all_of_it),
            names=conflict_queries.deciders(all_of_it.conflicts),
            **eligibility_words.about(),
            **words.about(),
        ),
        status,
    )


def _may_ask_for_letters(candidacy: Candidacy, all_of_it: queries.Everything) -> bool:
    """Say whether the office may ask for a letter here: in time, and for nobody who applies and so asks for their own."""
    cycle = candidacy.cycle
    own = any(said.counts and said.nomination.relation is Relation.SELF for said in all_of_it.nominations)
    return cycle.stage in letters.RUNS and clock.now() < letter_queries.due(cycle) and not own


def _named_otherwise(candidacy: Candidacy, said: queries.Said) -> bool:
    """Whether a nomination names its nominee otherwise than the candidacy does."""
    typed = " & ".join(f"{one['given']} {one['family']}".strip() for one in said.facts.get("nominees", []))
    return bool(typed) and " ".join(typed.split()) != candidacy.name


def _conflict_steps(conflict: Conflict, person: Any) -> list[str]:  # noqa: ANN401 - a Person
    """Return what may be done with a conflict by this person: nobody decides on their own."""
    if person is None or conflict.person_id == person.id:
        return []
    steps = [step.value for step in CONFLICT.steps(conflict.state)]
    if conflict.asked_at is None:
        steps = [step for step in steps if step != "correct"]
    else:
        steps.append("keep")
    if conflict.kind in HARD or conflict.decided_by_id == person.id:
        steps = [step for step in steps if step != "waive"]
    return steps


@pages.page(ADDRESS, needs=Permission.READ_CANDIDACY, of=_at)
def candidacy(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Show everything about one candidacy."""
    if candidacy.merged_into_id is not None:
        into = queries.reference_of(candidacy.merged_into_id)
        return redirect(url_for(".candidacy", **{**_here(candidacy), "reference": into}))
    return _page(candidacy)


def _try(candidacy: Candidacy, form: Form, name: str, act: Callable[[], str]) -> Any:  # noqa: ANN401 - an answer
    """Run a step; put its refusal beside the form that asked for it."""
    if form.validate_on_submit():
        try:
            said = act()
        except Refused as refusal:
            if refusal.field is None:
                raise
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            flash(said)
            return see_other(".candidacy", **_here(candidacy))
    return _page(candidacy, 422, **{name: form})


@pages.step(f"{ADDRESS}/eligibility", needs=Permission.SCREEN, of=_at)
def eligibility(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Decide whether it is eligible, with the reason."""
    form = VerdictForm()

    def act() -> str:
        step = VERDICTS.get(form.verdict.data or "")
        if step is None:
            raise Refused(N_("Choose one of these"), field="verdict")
        reason, stood = form.reason.data or "", request.form.get("stood")
        actions.decide(candidacy, step, by=viewer.current(), at=clock.now(), reason=reason, stood=stood)
        return str(_("%(name)s: %(stage)s.", name=candidacy.name, stage=words.STAGES[candidacy.stage][1]))

    return _try(candidacy, form, "verdict", act)


@pages.step(f"{ADDRESS}/withdrawal", needs=Permission.SCREEN, of=_at)
def candidacy_withdrawal(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Withdraw it, as the nominee asked."""
    form = ReasonForm(prefix="withdrawal-")

    def act() -> str:
        actions.decide(
            candidacy, CandidacyStep.WITHDRAW, by=viewer.current(), at=clock.now(), reason=form.reason.data or ""
        )
        return str(_("%(name)s is withdrawn.", name=candidacy.name))

    return _try(candidacy, form, "withdrawal", act)


@pages.form(f"{ADDRESS}/name", needs=Permission.SCREEN, of=_at)
def candidacy_name(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Put the name right. No snapshot is touched."""
    form = NameForm(role=candidacy.role)
    people = [link.person for link in candidacy.people]
    names = form.read(people)
    if form.validate_on_submit():
        try:
            actions.put_right(candidacy, names, role=form.role.data or "", by=viewer.current(), at=clock.now())
        except Refused as refusal:
            form.fail("role" if refusal.field != "family" else None, failures.sentence(refusal))
        else:
            flash(_("The name is %(name)s now. What nominators typed is kept as they typed it.", name=candidacy.name))
            return see_other(".candidacy", **_here(candidacy))
    typed = queries.names_typed(candidacy)
    return render_template(
        "nominations/candidacy_name.html",
        candidacy=candidacy,
        cycle=candidacy.cycle,
        form=form,
        names=names,
        typed=typed,
        **words.about(),
    ), form.status


@pages.step(f"{ADDRESS}/standing", needs=Permission.CONFIRM_STANDING, of=_at)
def candidacy_standing(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Record that the district confirmed the standing, or that this does not hold."""
    form = StandingForm()

    def act() -> str:
        if request.form.get("act") == "take back":
            actions.take_back_standing(candidacy, reason=form.note.data or "", by=viewer.current(), at=clock.now())
            return str(_("The confirmation is taken back."))
        actions.confirm_standing(candidacy, note=form.note.data or "", by=viewer.current(), at=clock.now())
        return str(_("Recorded: the standing is confirmed."))

    return _try(candidacy, form, "standing", act)


# ---------------------------------------------------------------- single nominations


@pages.form(
    f"{ADDRESS}/nominations/<number>/<any(void, back, withdrawn, question, move):step>", needs=Permission.SCREEN, of=_at
)
def nomination_step(candidacy: Candidacy, number: str, step: str) -> Any:  # noqa: ANN401 - an answer
    """Make a nomination void, give it back to its nominator, or withdraw it for them."""
    nomination = queries.nomination_in(candidacy, number)
    if nomination is None:
        raise NotFound(N_("There is no such nomination here."))
    made: dict[str, Any] = {"back": GiveBackForm, "question": AskForm, "move": MoveForm}
    form = made.get(step, ReasonForm)()
    if step == "move":
        form.award.choices = places_to_move(candidacy.cycle)
    if form.validate_on_submit():
        try:
            said = _take(candidacy, nomination, step, form)
        except PortalError as refusal:
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            if said:
                flash(said)
                if step == "move":
                    here = {"slug": candidacy.cycle.award.slug, "year": candidacy.cycle.year}
                    return see_other(".screening", **here)
                return see_other(".candidacy", **_here(candidacy))
            flash(
                _(
                    "%(reference)s: %(stage)s.",
                    reference=nomination.reference,
                    stage=_stage_now(candidacy, nomination.reference),
                )
            )
            return see_other(".candidacy", **_here(candidacy))
    return render_template(
        "nominations/nomination_step.html",
        candidacy=candidacy,
        cycle=candidacy.cycle,
        nomination=nomination,
        step=step,
        form=form,
        **words.about(),
    ), form.status


def _stage_now(candidacy: Candidacy, number: str) -> Any:  # noqa: ANN401 - lazy words
    now = queries.nomination_in(candidacy, number)
    return words.NOMINATIONS[now.stage if now else Stage.VOID][1]


def _take(candidacy: Candidacy, nomination: Nomination, step: str, form: Any) -> str:  # noqa: ANN401 - one of the forms
    """Take a step with one nomination; return what to say of it where its stage does not say it."""
    facts: dict[str, Any] = {"by": viewer.current(), "at": clock.now()}
    if step == "question":
        moving.ask(nomination, words=form.words.data or "", **facts)
        return str(_("%(name)s is asked.", name=nomination.sitting.nominator_name))
    if step == "move":
        to = place_chosen(candidacy.cycle, form.award.data)
        if to is None:
            raise Refused(N_("Choose an award"), field="award")
        moving.move(nomination, to, reason=form.reason.data or "", **facts)
        return str(_("%(reference)s stands for another award now.", reference=nomination.reference))
    if step == "void":
        actions.make_void(nomination, reason=form.reason.data or "", **facts)
    elif step == "withdrawn":
        writing.withdraw(nomination, **facts)
    else:
        actions.give_back(nomination, reason=form.reason.data or "", due_at=_due(form), **facts)
    return ""


def _due(form: Any) -> datetime:  # noqa: ANN401 - a form
    wall = wall_time(form.due)
    if wall is None:
        raise Refused(TIME, field="due")
    return instant(wall.date(), wall.time(), awards.zone(), field="due")


# ---------------------------------------------------------------- conflicts


@pages.step(f"{ADDRESS}/conflicts", needs=Permission.MANAGE_CONFLICTS, of=_at)
def add_conflict(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Write down a conflict that somebody told the office of: it stands at once."""
    form = ConflictForm()

    def act() -> str:
        known = {str(person.id): person for person in conflict_queries.people_concerned(candidacy.cycle)}
        person = known.get(form.person.data or "")
        if person is None or (viewer.current() is not None and person.id == viewer.current().id):
            raise Refused(N_("Choose a person"), field="person")
        if not (form.words.data or "").strip():
            raise Refused(N_("Write what they said"), field="words")
        conflicts.declare(candidacy, person, words=form.words.data or "", by=viewer.current(), at=clock.now())
        return str(_("%(name)s can no longer see this candidacy.", name=person.name))

    return _try(candidacy, form, "conflict", act)


def _conflict(slug: str, year: int, number: int) -> Conflict | None:
    found = conflict_queries.by_id(number)
    cycle = found.candidacy.cycle if found is not None else None
    return found if cycle is not None and (cycle.award.slug, cycle.year) == (slug, year) else None


@pages.form("/desk/<slug>/<int:year>/conflicts/<int:number>", needs=Permission.MANAGE_CONFLICTS, of=_conflict)
def conflict(conflict: Conflict) -> Any:  # noqa: ANN401 - an answer
    """Decide on one conflict: it is one, it is none, or it may be waived."""
    person, form = viewer.current(), ReasonForm()
    steps = _conflict_steps(conflict, person)
    if form.validate_on_submit():
        act = request.form.get("act", "")
        if act not in steps:
            raise Refused(N_("That cannot be done with this conflict now, or not by you."))
        facts: dict[str, Any] = {"by": person, "at": clock.now(), "reason": form.reason.data or ""}
        try:
            if act == "confirm":
                conflicts.confirm(conflict, **facts)
            elif act == "waive":
                conflicts.waive(conflict, **facts)
            elif act == "correct":
                conflicts.correct(conflict, **facts)
            elif act == "keep":
                conflicts.keep(conflict, **facts)
            else:
                conflicts.dismiss(conflict, **facts)
        except Refused as refusal:
            form.fail("reason", failures.sentence(refusal))
        else:
            flash(_("%(name)s: %(state)s.", name=conflict.person.name, state=words.CONFLICTS[conflict.state][1]))
            return see_other(
                ".conflicts_of_cycle", slug=conflict.candidacy.cycle.award.slug, year=conflict.candidacy.cycle.year
            )
    return render_template(
        "nominations/conflict.html",
        conflict=conflict,
        cycle=conflict.candidacy.cycle,
        steps=steps,
        form=form,
        names_shown=_names_shown(conflict.candidacy.cycle),
        others=conflict_queries.who_else(conflict, person),
        **words.about(),
    ), form.status


@pages.form("/desk/<slug>/<int:year>/conflicts", needs=Permission.MANAGE_CONFLICTS, of=cycle_at)
def conflicts_of_cycle(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """List a cycle's conflicts, those to decide first; decide on several at once."""
    person, form = viewer.current(), ReasonForm()
    decided = request.args.get("show") == "decided"
    if request.method == "POST" and form.validate():
        marked = numbers(request.form.getlist("chosen"))
        done, refused = conflicts.decide_many(
            conflict_queries.chosen(cycle, marked, person),
            request.form.get("act", ""),
            by=person,
            reason=form.reason.data or "",
            at=clock.now(),
        )
        if done:
            flash(_("%(count)s decided.", count=done))
        for refusal in refused[:3]:
            flash(failures.sentence(refusal), "error")
        if not marked:
            flash(_("Choose some rows first."), "error")
        if not refused:
            return see_other(".conflicts_of_cycle", slug=cycle.award.slug, year=cycle.year)
    found = listing(conflict_queries.of_cycle(cycle, person, decided=decided), page=asked_page())
    return render_template(
        "nominations/conflicts.html",
        cycle=cycle,
        listing=found,
        decided=decided,
        counts=conflict_queries.counts(cycle, person),
        form=form,
        may_decide=lambda one: bool(_conflict_steps(one, person)),
        names_shown=_names_shown(cycle),
        **words.about(),
    )


def _names_shown(cycle: Cycle) -> bool:
    """Whether whoever looks may know who is nominated: a chair only as far as the round shows names."""
    return sight(Datum.NOMINEE_IDENTITY, facts_about(viewer.current(), cycle)) is Sight.SHOW


@pages.page("/desk/<slug>/<int:year>/conflicts.csv", needs=Permission.MANAGE_CONFLICTS, of=cycle_at)
def conflicts_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Give a cycle's conflicts as a CSV file."""
    shown = _names_shown(cycle)
    header = [_("Person"), _("Candidacy"), _("Nominee"), _("Why"), _("How it stands"), _("Reason")]
    rows = [
        [
            one.person.name,
            one.candidacy.reference,
            one.candidacy.name if shown else "",
            words.kind(one, shown=shown),
            str(words.CONFLICTS[one.state][1]),
            one.reason or "",
        ]
        for one in conflict_queries.every(cycle, viewer.current())
    ]
    return table_file(f"conflicts-{cycle.award.slug}-{cycle.year}", header, rows)
