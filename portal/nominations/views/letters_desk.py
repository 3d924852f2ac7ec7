"""Letters at the office: what a cycle asks for, where each stands, and what comes late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _

from portal import clock
from portal.errors import N_, PortalError, Refused
from portal.nominations.actions import letters as actions
from portal.nominations.forms.letters import AskForm, LateForm, PlanForm
from portal.nominations.queries import candidacies
from portal.nominations.queries import letters as queries
from portal.nominations.queries.writing import by_reference as nomination_at
from portal.nominations.rules.letters import RECOMMENDATION, Late, LetterState, LetterStep, WriterRole
from portal.nominations.views.letters import STATES, _read, role_words, status_words
from portal.nominations.views.pages import pages
from portal.nominations.views.screening import cycle_at
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other
from portal.web.text import locale

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.nominations.models import Candidacy, Recommendation

STEPS = {LetterStep.CANCEL: "cancel", LetterStep.ACCEPT_LATE: "accept", LetterStep.REFUSE: "refuse"}


@pages.page("/desk/<slug>/<int:year>/letters", needs=Permission.SCREEN, of=cycle_at)
def letters_of_cycle(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """List a cycle's letters and where each stands; as a file, too."""
    asked = request.args.get("state", "")
    state = LetterState(asked) if asked in set(LetterState) else None
    wanted = queries.of_cycle(cycle, viewer.current(), state=state)
    found = listing(wanted, page=asked_page())
    return render_template(
        "nominations/letters_of_cycle.html",
        cycle=cycle,
        listing=found,
        rows=[(one, queries.about_name(one)) for one in found.items],
        plan=queries.plan_of(cycle.id),
        counts=queries.counts(cycle),
        states=STATES,
        state=state,
        due=queries.due(cycle),
    )


@pages.page("/desk/<slug>/<int:year>/letters.csv", needs=Permission.SCREEN, of=cycle_at)
def letters_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Give the list as a file."""
    return table_file(
        f"letters-{cycle.award.slug}-{cycle.year}",
        [_("Letter"), _("About"), _("Writer"), _("Who they are"), _("Where it stands"), _("Asked"), _("Came")],
        (
            [
                one.reference,
                queries.about_name(one),
                one.writer_name,
                role_words(one.role),
                status_words(one),
                one.asked_at.isoformat(),
                one.received_at.isoformat() if one.received_at else "",
            ]
            for one in queries.every_of_cycle(cycle, viewer.current())
        ),
    )


@pages.form("/desk/<slug>/<int:year>/letters/plan", needs=Permission.SCREEN, of=cycle_at)
def letters_plan(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Say what letters this cycle asks for. A new one begins from what last year asked for."""
    plan = queries.plan_of(cycle.id) or queries.plan_before(cycle)
    usual = {
        "mix": [],
        "most_words": 700,
        "least_words": 300,
        "late": Late.HOLD.value,
        "apart": True,
        "read_blind": False,
    }
    held = (
        {name: getattr(plan, name) for name in ("mix", "most_words", "least_words", "apart", "read_blind")}
        | {"late": plan.late.value}
        if plan is not None
        else usual
    )
    form = PlanForm(data=held)
    if form.validate_on_submit():
        actions.set_plan(
            cycle,
            by=viewer.current(),
            at=clock.now(),
            mix=list(form.mix.data or []),
            most_words=form.most_words.data,
            least_words=form.least_words.data,
            late=Late(form.late.data or Late.HOLD.value),
            apart=bool(form.apart.data),
            read_blind=bool(form.read_blind.data),
        )
        flash(_("Saved."))
        return see_other(".letters_of_cycle", slug=cycle.award.slug, year=cycle.year)
    return render_template("nominations/letters_plan.html", cycle=cycle, form=form), form.status


OWN = N_("Whoever applies asks for their letters, and says whether they may read them.")


@pages.form(
    "/desk/<slug>/<int:year>/candidacies/<reference>/letters",
    needs=Permission.SCREEN,
    of=candidacies.by_reference,
)
def letter_for(candidacy: Candidacy) -> Any:  # noqa: ANN401 - an answer
    """Ask somebody for a letter in place of a nominator who cannot: who called, wrote on paper, or does not know whom to ask."""
    cycle, form = candidacy.cycle, AskForm()
    del form.waiver
    here = {"slug": cycle.award.slug, "year": cycle.year, "reference": candidacy.reference}
    if queries.applied(candidacy):
        raise Refused(OWN)
    roles = {role.value: role for role in WriterRole}
    if form.validate_on_submit() and form.role.data not in roles:
        form.fail("role", _("Choose who they are"))
    elif form.validate_on_submit():
        reference = queries.only_nomination(candidacy)
        nomination = nomination_at(reference) if reference else None
        try:
            actions.ask(
                cycle=cycle,
                nomination=nomination,
                candidacy=None if nomination is not None else candidacy,
                by=viewer.current(),
                name=form.name.data or "",
                email=form.email.data or "",
                role=roles[form.role.data or ""],
                note=form.note.data or "",
                language=locale(),
                at=clock.now(),
            )
        except Refused as refusal:
            form.fail(refusal.field or "email", failures.sentence(refusal))
        else:
            flash(_("Asked. The link is on its way to %(name)s.", name=form.name.data or ""))
            return see_other(".candidacy", **here)
    return render_template(
        "nominations/letter_asking.html",
        cycle=cycle,
        candidacy=candidacy,
        form=form,
        due=queries.due(cycle),
        missing=queries.roles_missing(candidacy),
    ), form.status


@pages.form("/desk/<slug>/<int:year>/letters/<reference>", needs=Permission.MANAGE_LETTERS, of=queries.at_desk)
def letter_at_desk(asked: Recommendation) -> Any:  # noqa: ANN401 - an answer
    """Read one letter and everything about it; accept or refuse what came late; say that it is not needed."""
    form = LateForm()
    if form.validate_on_submit():
        facts: dict[str, Any] = {"reason": form.reason.data or "", "by": viewer.current(), "at": clock.now()}
        act = request.form.get("act", "")
        try:
            _do(asked, act, facts)
        except PortalError as refusal:
            form.fail("reason", failures.sentence(refusal))
        else:
            flash(_("%(reference)s: %(state)s.", reference=asked.reference, state=status_words(asked)))
            return see_other(
                ".letter_at_desk", slug=asked.cycle.award.slug, year=asked.cycle.year, reference=asked.reference
            )
    candidacy = queries.candidacy_of(asked)
    return render_template(
        "nominations/letter_at_desk.html",
        cycle=asked.cycle,
        asked=asked,
        name=queries.about_name(asked),
        candidacy=candidacy,
        form=form,
        sent=_read(queries.sent(asked)),
        steps=[STEPS[step] for step in RECOMMENDATION.steps(asked.state) if step in STEPS],
        due=queries.due(asked.cycle),
    ), form.status


def _do(asked: Recommendation, act: str, facts: dict[str, Any]) -> None:
    if act == "accept":
        actions.accept_late(asked, **facts)
    elif act == "refuse":
        actions.refuse_late(asked, **facts)
    elif act == "cancel":
        actions.cancel(asked, **facts)
    else:
        raise Refused(N_("Choose one of these"))
