"""What staff score from bands, such as need: a list, a level for each, and the same as a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import Refused
from portal.policy import Permission
from portal.review.actions import bands as actions
from portal.review.queries import bands as queries
from portal.review.queries import reading, rounds
from portal.review.views.pages import pages
from portal.review.views.rounds import at
from portal.web import failures, viewer
from portal.web.fields import Form
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Criterion, Rubric
    from portal.nominations.models import Candidacy
    from portal.review.queries.rounds import InReview


@pages.form("/desk/<slug>/<int:year>/bands", needs=Permission.SCORE_BANDS, of=rounds.in_review)
def bands(review: InReview) -> Any:  # noqa: ANN401 - an answer
    """Give each candidacy the level that its band comes to."""
    person, form = viewer.current(), Form()
    criteria, rubric = queries.criteria(review.cycle), reading.rubric_for(review.cycle)
    found = listing(queries.candidacies(review.cycle, person), page=asked_page())
    refused = ""
    if form.validate_on_submit():
        try:
            done = sum(
                bool(actions.give(review, candidacy, _typed(candidacy, criteria), by=person, at=clock.now()))
                for candidacy in found.items
                if any(_name(candidacy, criterion) in request.form for criterion in criteria)
            )
        except Refused as refusal:
            refused = failures.sentence(refusal)
        else:
            flash(ngettext("Saved for one candidacy.", "Saved for %(num)s candidacies.", done) if done else _("Saved."))
            return see_other(".bands", page=found.page if found.page > 1 else None, **at(review.cycle))
    given = queries.given([candidacy.id for candidacy in found.items])
    rows = [
        {
            "candidacy": candidacy,
            "place": ", ".join(sorted(link.school.name for link in candidacy.schools)) or candidacy.place_text or "",
            "fields": [
                {
                    "name": _name(candidacy, criterion),
                    "label": _("%(criterion)s of %(name)s", criterion=words_in(criterion.name), name=candidacy.name),
                    "choices": _choices(rubric),
                    "value": request.form.get(_name(candidacy, criterion), "")
                    if refused
                    else given.get((candidacy.id, criterion.id), ""),
                }
                for criterion in criteria
            ],
        }
        for candidacy in found.items
    ]
    return render_template(
        "review/bands.html",
        cycle=review.cycle,
        place=at(review.cycle),
        criteria=criteria,
        rows=rows,
        pager=found,
        progress=queries.progress(review.cycle, person) if criteria else None,
        over=review.round is not None and review.round.state in rounds.OVER,
        refused=refused,
    ), 422 if refused else 200


def _name(candidacy: Candidacy, criterion: Criterion) -> str:
    return f"level-{candidacy.id}-{criterion.id}"


def _choices(rubric: Rubric | None) -> list[tuple[str, str]]:
    if rubric is None:
        return []
    levels = range(rubric.highest, rubric.lowest - 1, -1)
    return [
        ("", _("Not scored yet")),
        *((str(level), f"{level}. {words_in(rubric.levels.get(str(level)))}") for level in levels),
    ]


def _typed(candidacy: Candidacy, criteria: Any) -> dict[int, int | None]:  # noqa: ANN401 - criteria
    """Return the levels typed for one candidacy. Nonsense is a level that no rubric has."""
    found: dict[int, int | None] = {}
    for criterion in criteria:
        text = request.form.get(_name(candidacy, criterion), "").strip()
        found[criterion.id] = None if not text else int(text) if text.isdecimal() and len(text) < 3 else -1  # noqa: PLR2004 - no level has three digits
    return found


@pages.page("/desk/<slug>/<int:year>/bands.csv", needs=Permission.SCORE_BANDS, of=rounds.in_review)
def bands_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same as a spreadsheet."""
    criteria = queries.criteria(review.cycle)
    found = queries.every(review.cycle, viewer.current())
    given = queries.given([candidacy.id for candidacy in found])
    header = [_("Reference"), _("Name"), *(words_in(criterion.name) for criterion in criteria)]
    rows = [
        (candidacy.reference, candidacy.name, *(given.get((candidacy.id, one.id), "") for one in criteria))
        for candidacy in found
    ]
    return table_file(f"bands-{review.cycle.award.slug}-{review.cycle.year}", header, rows)
