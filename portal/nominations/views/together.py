"""Several people and awards in one sitting: one list of them, and more of them with nothing typed twice."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.errors import Refused
from portal.nominations.actions import together as actions
from portal.nominations.actions.writing import in_time
from portal.nominations.forms.writing import MoreForm
from portal.nominations.models import Relation
from portal.nominations.queries import together as queries
from portal.nominations.queries.writing import by_reference, nominee_names, page_of, part_names
from portal.nominations.queries.writing import choosable as open_to
from portal.nominations.rules import WRITABLE, Stage
from portal.nominations.views.pages import pages
from portal.nominations.views.writing import _name as name_of
from portal.nominations.views.writing import _row as row_of
from portal.nominations.views.writing import _tasks as tasks_of
from portal.nominations.views.writing import _url as url_of
from portal.policy import Permission
from portal.web import failures
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.awards.models import Cycle
    from portal.nominations.models import Nomination

MOST_DIGITS = 4  # of a number of people


@pages.page("/nominations/<reference>/together", needs=Permission.READ_NOMINATION, of=page_of)
def together(nomination: Nomination) -> str:
    """See everything begun in one sitting, person by person, and where each stands."""
    now = clock.now()
    every = queries.together(nomination)
    open_now = open_to(nomination.nominator_id, now)
    people = [
        _person(list(theirs), open_now) for _number, theirs in groupby(every, key=lambda each: each.nominee_number)
    ]
    drafts = [each for each in every if each.stage in WRITABLE and in_time(each, at=now)]
    return render_template(
        "nominations/together.html",
        nomination=nomination,
        people=people,
        count=len(every),
        go_on=drafts[0] if drafts else None,
        may_add=bool(open_now),
    )


def _person(theirs: list[Nomination], open_now: Sequence[Cycle]) -> dict[str, Any]:
    """Return one nominee of the sitting, with a row for each award."""
    newest = theirs[-1]
    return {
        "name": next((name for name in map(nominee_names, theirs) if name), ""),
        "own": newest.relation is Relation.SELF,
        "number": newest.nominee_number,
        "rows": [_row(each) for each in theirs],
        "more": url_for(".another_award", reference=newest.reference)
        if queries.left(newest, theirs, open_now)
        else None,
    }


def _row(nomination: Nomination) -> dict[str, Any]:
    """Return one nomination as the list shows it: what is done of it, where it is being written."""
    row = row_of(nomination)
    if nomination.stage in WRITABLE:
        tasks = tasks_of(nomination)
        todo = [task for task in tasks if task["state"] != "done" and task.get("word") is None]
        done = sum(task["state"] == "done" for task in tasks)
        if not todo and nomination.stage is not Stage.REVISING:
            row["word"] = _("Ready to send")
        elif nomination.stage is Stage.DRAFT:
            row["word"] = _("%(done)s of %(all)s parts done", done=done, all=len(tasks))
        row["state"] = "writing" if any(task["state"] != "not_started" for task in tasks) else "not_started"
    return row


# ---------------------------------------------------------------- more of them


@pages.form("/nominations/<reference>/awards", needs=Permission.EDIT_NOMINATION, of=by_reference)
def another_award(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Nominate the same person for another award too."""
    cycles = queries.choosable(nomination, clock.now())
    if request.method == "POST" and not cycles:
        return see_other(".together", reference=nomination.reference)
    form = _more_form(cycles)
    if form.validate_on_submit():
        chosen = _chosen(form, cycles)
        try:
            drafts = actions.another_award(nomination, chosen, at=clock.now())
        except Refused as refusal:
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            return see_other(".together" if len(drafts) > 1 else ".tasks", reference=drafts[0].reference)
    return _more_page(nomination, form, "nominations/another_award.html", cycles)


@pages.form("/nominations/<reference>/people", needs=Permission.EDIT_NOMINATION, of=by_reference)
def another_person(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Nominate one more person in the same sitting."""
    cycles = open_to(nomination.nominator_id, clock.now())
    if request.method == "POST" and not cycles:
        return see_other(".together", reference=nomination.reference)
    form = _more_form(cycles)
    people = max((each.nominee_number for each in queries.together(nomination)), default=1)
    if request.method != "POST":
        form.drawn.data = str(people)
        form.awards.data = [c.award.slug for c in cycles if c.id == nomination.cycle_id or len(cycles) == 1]
    elif form.validate_on_submit():
        typed = form.drawn.data or ""
        drawn = int(typed) if typed.isdecimal() and len(typed) < MOST_DIGITS else people
        try:
            drafts = actions.another_person(nomination, _chosen(form, cycles), drawn=drawn, at=clock.now())
        except Refused as refusal:
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            return see_other(".nominee", reference=drafts[0].reference)
    return _more_page(nomination, form, "nominations/another_person.html", cycles)


def _more_form(cycles: Sequence[Cycle]) -> MoreForm:
    form = MoreForm()
    form.awards.choices = [(cycle.award.slug, words_in(cycle.award.name)) for cycle in cycles]
    return form


def _chosen(form: MoreForm, cycles: Sequence[Cycle]) -> list[Cycle]:
    return [cycle for cycle in cycles if cycle.award.slug in (form.awards.data or [])]


def _more_page(nomination: Nomination, form: MoreForm, template: str, cycles: Sequence[Cycle]) -> Any:  # noqa: ANN401 - an answer
    return render_template(
        template,
        nomination=nomination,
        form=form,
        name=name_of(nomination),
        own=nomination.relation is Relation.SELF,
        email=nomination.sitting.nominator_email,
        facts={cycle.award.slug: words_in(cycle.award.summary) for cycle in cycles},
    ), form.status


@pages.step("/nominations/<reference>/offers", needs=Permission.EDIT_NOMINATION, of=page_of)
def take_up(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Say here what was said for another nomination of the sitting."""
    part, said_in = request.form.get("part", ""), request.form.get("said_in", "")
    version = request.form.get("version", type=int)
    if part not in part_names(nomination):
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    try:
        saved = actions.take_up(nomination, part, said_in, version=version, at=clock.now())
    except Refused as refusal:
        flash(failures.sentence(refusal), "error")
    else:
        if saved.aside is not None:
            return see_other(".both", reference=nomination.reference, number=saved.aside.id)
        flash(_("Filled in. Change what is different here, then go on."))
    return redirect(url_of(nomination, part), code=303)
