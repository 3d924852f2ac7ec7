"""One year of an award: what it stands on, and its steps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, render_template
from flask_babel import gettext as _

from portal.accounts import actions as accounts
from portal.awards import actions, forms, queries
from portal.awards.rules import CYCLE, DATES, CycleStage, CycleStep, MemberState
from portal.awards.views.pages import beside, cycle_at, in_words, now, pages, where, who_and_when
from portal.errors import Refused, Stale
from portal.funds import queries as funds
from portal.history import queries as history
from portal.policy import Permission
from portal.web.lists import listing
from portal.web.pages import see_other
from portal.web.text import when

if TYPE_CHECKING:
    from portal.awards.models import Cycle

LINES = 8


def _overview(cycle: Cycle, *, status: int = 200) -> tuple[str, int]:
    missing = actions.lacking(cycle, at=now()) if cycle.stage is CycleStage.DRAFT else []
    page = render_template(
        "awards/cycle.html",
        cycle=cycle,
        now=now(),
        steps=CYCLE.steps(cycle.stage),
        dates=DATES,
        missing=[{"words": in_words(lack), "where": lack.where} for lack in missing],
        members=queries.committee(cycle, states=(MemberState.INVITED, MemberState.ACCEPTED)),
        extensions=queries.extensions(cycle),
        promised=queries.promised_cents(cycle),
        closes_for_good=cycle.closes_at + timedelta(minutes=cycle.grace_minutes),
        record=listing(history.of(("cycle", cycle.id)), page=1, size=LINES, scalars=False).items,
        endpoints=current_app.view_functions,
        refused=status != 200,  # noqa: PLR2004 - HTTP's own number
    )
    return page, status


@pages.page("/desk/<slug>/<int:year>", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def cycle(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """What a cycle stands on, what it lacks, and the steps that fit it now."""
    return _overview(cycle)


@pages.form("/desk/<slug>/<int:year>/edit", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def edit_cycle(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Its dates, places and sums, and how it is judged."""
    form = forms.cycle_form(cycle, zone=queries.zone(), funds=funds.every())
    if form.validate_on_submit():
        version = int(form.version.data) if (form.version.data or "").isdecimal() else 0
        try:
            actions.edit_cycle(cycle, version=version, **forms.cycle_facts(form), **who_and_when())
        except Stale:
            _both(form, cycle)
        except Refused as refused:
            beside(form, refused)
        else:
            flash(_("Saved."))
            return see_other(".cycle", **where(cycle))
    return render_template(
        "awards/edit_cycle.html", cycle=cycle, form=form, draft=cycle.stage is CycleStage.DRAFT
    ), form.status


def _both(form: Any, cycle: Cycle) -> None:  # noqa: ANN401 - a CycleForm with dates
    """Say beside each field that differs what stands now, and let the next save mean it: whoever reads both has decided."""
    form.fail(None, _("Somebody changed this year since you opened the page. Save again to keep what stands here."))
    for name, value in forms.cycle_facts(form).items():
        held = getattr(cycle, name)
        if value != held and (isinstance(held, datetime) or (isinstance(held, int) and not isinstance(held, bool))):
            now_held = when(held) if isinstance(held, datetime) else held
            if name not in {"sum_cents", "most_cents", "fund_id"}:
                form.fail(name, _("%(value)s stands now", value=now_held))
    form.version.data = str(cycle.version)


@pages.step("/desk/<slug>/<int:year>/opening", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def opening(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Open a cycle; or say what is missing."""
    try:
        actions.open_cycle(cycle, **who_and_when())
    except actions.NotReady:
        return _overview(cycle, status=409)
    flash(_("It is open. Nominations are taken from the first date on."))
    return see_other(".cycle", **where(cycle))


@pages.form("/desk/<slug>/<int:year>/closing", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def closing(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Close a cycle before its date, with a reason; or once it is over, without one."""
    form = forms.ReasonForm()
    if form.validate_on_submit():
        try:
            actions.close_cycle(cycle, reason=form.reason.data, **who_and_when())
        except Refused as refused:
            beside(form, refused)
        else:
            flash(_("It is closed."))
            return see_other(".cycle", **where(cycle))
    return render_template("awards/closing.html", cycle=cycle, form=form), form.status


@pages.form("/desk/<slug>/<int:year>/extension", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def extension(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Give a later deadline, to everyone or to one person."""
    form = forms.extension_form(queries.zone())
    if form.validate_on_submit():
        try:
            one = form.whom.data == "one"
            person = accounts.person_at(form.email.data, at=now()) if one else None
            actions.extend(cycle, until=form.until.data, reason=form.reason.data, person=person, **who_and_when())
        except Refused as refused:
            beside(form, refused)
        else:
            flash(_("Extended for that person alone. We write to them.") if one else _("Extended for everyone."))
            return see_other(".cycle", **where(cycle))
    return render_template("awards/extension.html", cycle=cycle, form=form), form.status


@pages.step("/desk/<slug>/<int:year>/archiving", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def archiving(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Put a released cycle away; everything public stays where it is."""
    actions.take_step(cycle, CycleStep.ARCHIVE, **who_and_when())
    flash(_("Archived. Its public pages stay where they are."))
    return see_other(".cycle", **where(cycle))
