"""Awards, and new years of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template
from flask_babel import gettext as _

from portal.awards import actions, forms, queries
from portal.awards.models import AwardKind, Honours
from portal.awards.templates import AWARDS, by_slug
from portal.awards.views.pages import beside, languages, now, pages, where, who_and_when
from portal.errors import Refused
from portal.policy import Permission
from portal.web import viewer
from portal.web.lists import table_file
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Award, Organisation


@pages.page("/desk/awards", needs=Permission.SEE_DESK)
def desk() -> str:
    """Every award, with its years."""
    return render_template("awards/desk.html", awards=queries.awards_of_office(viewer.current()))


@pages.page("/desk/awards.csv", needs=Permission.SEE_DESK)
def desk_csv() -> Any:  # noqa: ANN401 - an answer
    """The same list as a CSV file, a line for each year."""
    header = [
        _("Award"),
        _("Year"),
        _("Stage"),
        _("Nominations open"),
        _("Nominations close"),
        _("Places"),
        _("Sum for each"),
        _("Readings of each candidate"),
    ]
    rows = [
        [
            words_in(award.name),
            cycle.year,
            cycle.stage.value,
            cycle.opens_at.isoformat(timespec="minutes"),
            cycle.closes_at.isoformat(timespec="minutes"),
            cycle.places,
            f"{cycle.sum_cents / 100:.2f}",
            cycle.reads,
        ]
        for award in queries.awards_of_office(viewer.current())
        for cycle in sorted(award.cycles, key=lambda cycle: -cycle.year)
    ]
    return table_file("awards", header, rows)


def _organisation() -> Organisation | None:
    return queries.organisation()


@pages.form("/desk/organization", needs=Permission.MANAGE_PEOPLE)
def organisation() -> Any:  # noqa: ANN401 - an answer
    """Who runs the portal, and whom people ask."""
    held = _organisation()
    if held is None:
        abort(404)
    form = forms.organisation_form(held)
    if form.validate_on_submit():
        actions.edit_organisation(held, **forms.organisation_facts(form), **who_and_when())
        flash(_("Saved."))
        return see_other(".organisation")
    return render_template("awards/organisation.html", form=form, values=range(forms.VALUES)), form.status


@pages.form("/desk/awards/new", needs=Permission.MANAGE_AWARDS)
def new_award() -> Any:  # noqa: ANN401 - an answer
    """Set up an award, from a template or from nothing."""
    form = forms.new_award_form(AWARDS, words_in)
    if form.validate_on_submit():
        template = by_slug(form.template.data or "")
        name = (form.name.data or "").strip()
        called = name or (words_in(template.name) if template else "")
        if not called:
            form.fail("template", _("Choose a template, or a blank award and a name"))
        elif queries.is_called(called):
            form.fail("name", _("Another award is called that. Give this one a name of its own"))
        else:
            award = _made(template, name)
            flash(_("Set up. Read it through and change what is not yours."))
            return see_other(".award", slug=award.slug)
    return render_template("awards/new.html", form=form), form.status


def _made(template: Any, name: str) -> Award:  # noqa: ANN401 - an AwardTemplate or None
    if template is None:
        return actions.create_award(
            name={languages()[0]: name}, kind=AwardKind.AWARD, honours=Honours.TEACHERS, **who_and_when()
        )
    return actions.create_award_from(template, name={languages()[0]: name} if name else None, **who_and_when())


def _award(slug: str) -> Award | None:
    return queries.award_by_slug(slug)


@pages.form("/desk/awards/<slug>", needs=Permission.MANAGE_AWARDS, of=_award)
def award(award: Award) -> Any:  # noqa: ANN401 - an answer
    """Say everything about an award."""
    form = forms.award_form(award, languages())
    if form.validate_on_submit():
        said = {thing: form.said(thing) for thing in form.said_things}
        actions.edit_award(
            award, kind=AwardKind(form.kind.data), honours=Honours(form.honours.data), **said, **who_and_when()
        )
        flash(_("Saved."))
        return see_other(".desk")
    return render_template("awards/award.html", award=award, form=form, cycles=queries.cycles_of(award)), form.status


@pages.step("/desk/awards/<slug>/retirement", needs=Permission.MANAGE_AWARDS, of=_award)
def retirement(award: Award) -> Any:  # noqa: ANN401 - an answer
    """Take an award out of the list of those given, or back into it."""
    if award.retired_at is None:
        actions.retire_award(award, **who_and_when())
        flash(_("Retired. Its past stays where it is."))
    else:
        actions.restore_award(award, **who_and_when())
        flash(_("It is given again."))
    return see_other(".desk")


@pages.form("/desk/awards/<slug>/years/new", needs=Permission.MANAGE_AWARDS, of=_award)
def new_cycle(award: Award) -> Any:  # noqa: ANN401 - an answer
    """Begin another year of an award: copied from the last one, or from the template."""
    last = queries.latest_cycle(award)
    form = forms.NewCycleForm(data={"year": last.year + 1 if last else now().year, "start": "copy" if last else "new"})
    form.start.choices = [
        (
            "new",
            _("The portal's template, and the usual calendar")
            if by_slug(award.template or award.slug)
            else _("The usual calendar, with no questions yet"),
        )
    ]
    if last is not None:
        form.start.choices.insert(
            0, ("copy", _("A copy of %(year)s: the same weekdays and times, questions and rubric", year=last.year))
        )
    if form.validate_on_submit():
        year = int(form.year.data)
        try:
            if last is not None and form.start.data != "new":
                made = actions.copy_cycle(last, year=year, **who_and_when())
            else:
                made = actions.create_cycle(award, year=year, **who_and_when())
        except Refused as refused:
            beside(form, refused)
        else:
            flash(_("A draft is made. Nobody outside the office sees it."))
            return see_other(".cycle", **where(made))
    return render_template("awards/new_cycle.html", award=award, form=form), form.status
