"""What a cycle scores, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _

from portal.awards import forms
from portal.awards.actions import rubrics
from portal.awards.rules import WHOLE
from portal.awards.views.pages import beside, cycle_at, languages, pages, where, who_and_when
from portal.errors import Refused
from portal.policy import Permission
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.awards.models import Criterion, Cycle

SCALES = (3, 4, 5, 6, 10)


@pages.page("/desk/<slug>/<int:year>/rubric", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def rubric(cycle: Cycle) -> str:
    """The criteria with their weights, and every level in words."""
    found = cycle.rubric
    criteria = sorted(found.criteria, key=lambda held: held.position) if found else []
    total = sum(criterion.weight for criterion in criteria)
    return render_template("awards/rubric.html", cycle=cycle, rubric=found, criteria=criteria, total=total, whole=WHOLE)


@pages.form("/desk/<slug>/<int:year>/rubric/levels", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def levels(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Put every level in words."""
    found = cycle.rubric
    if found is None:
        abort(404)
    asked = request.args.get("highest", type=int)
    highest = asked if asked in SCALES else found.highest
    form = forms.levels_form(found, languages(), highest=highest)
    if form.validate_on_submit():
        said = {str(level): form.said(f"level{level}") for level in range(highest + 1)}
        try:
            rubrics.edit_rubric(found, levels=said, cycle=cycle, **who_and_when())
        except Refused as refused:
            beside(form, refused)
        else:
            flash(_("Saved."))
            return see_other(".rubric", **where(cycle))
    return render_template(
        "awards/levels.html", cycle=cycle, rubric=found, form=form, highest=highest, scales=SCALES
    ), form.status


def _criterion(cycle: Cycle, number: int) -> Criterion:
    found = next((held for held in (cycle.rubric.criteria if cycle.rubric else []) if held.id == number), None)
    if found is None:
        abort(404)
    return found


def _save(cycle: Cycle, criterion: Criterion | None, form: Any) -> bool:  # noqa: ANN401 - a CriterionForm
    """Save a checked form. Returns whether it was taken."""
    if cycle.rubric is None:
        abort(404)
    facts = {
        "weight": form.weight.data,
        "by_staff": form.by_staff.data,
        "name": form.said("name"),
        "about": form.said("about"),
    }
    try:
        rubrics.save_criterion(cycle.rubric, criterion, cycle=cycle, **facts, **who_and_when())
    except Refused as refused:
        beside(form, refused)
        return False
    return True


@pages.form("/desk/<slug>/<int:year>/rubric/criteria/new", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def new_criterion(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Add a criterion."""
    form = forms.criterion_form(None, languages())
    if form.validate_on_submit() and _save(cycle, None, form):
        flash(_("Added at the end."))
        return see_other(".rubric", **where(cycle))
    return render_template("awards/criterion.html", cycle=cycle, criterion=None, form=form), form.status


@pages.form("/desk/<slug>/<int:year>/rubric/criteria/<int:number>", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def criterion(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Change a criterion, while the rubric is not frozen."""
    found = _criterion(cycle, number)
    form = forms.criterion_form(found, languages())
    if form.validate_on_submit() and _save(cycle, found, form):
        flash(_("Saved."))
        return see_other(".rubric", **where(cycle))
    return render_template("awards/criterion.html", cycle=cycle, criterion=found, form=form), form.status


@pages.step("/desk/<slug>/<int:year>/rubric/criteria/<int:number>/move", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def move_criterion(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Move a criterion up or down."""
    found = _criterion(cycle, number)
    by_places = -1 if request.form.get("to") == "up" else 1
    rubrics.move_criterion(_rubric(cycle), found, by_places=by_places, cycle=cycle, **who_and_when())
    return see_other(".rubric", **where(cycle), _anchor=f"criterion-{found.id}")


@pages.step("/desk/<slug>/<int:year>/rubric/criteria/<int:number>/removal", needs=Permission.MANAGE_CYCLE, of=cycle_at)
def remove_criterion(cycle: Cycle, number: int) -> Any:  # noqa: ANN401 - an answer
    """Take a criterion out."""
    rubrics.remove_criterion(_rubric(cycle), _criterion(cycle, number), cycle=cycle, **who_and_when())
    flash(_("Taken out."))
    return see_other(".rubric", **where(cycle))


def _rubric(cycle: Cycle) -> Any:  # noqa: ANN401 - a Rubric
    return cycle.rubric
