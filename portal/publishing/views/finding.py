"""Finding somebody: by year, award, role and school, or by words. What is asked for stands in the address, which lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from portal.policy import Permission
from portal.publishing.pages import pages
from portal.publishing.queries import roll
from portal.publishing.rules import finding
from portal.publishing.views.keeping import base, kept
from portal.web.lists import Listing, asked_page
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.publishing.rules.finding import Facet, Line, Wanted

SIZE = 60
WHOM = {
    "principals": _l("Principals"),
    "teachers": _l("Teachers"),
    "administrators": _l("Administrators"),
    "other school staff": _l("Other school staff"),
    "students": _l("Students"),
}


@pages.page("/recipients", needs=Permission.SEE_PUBLIC_PAGES)
def recipients() -> Any:  # noqa: ANN401 - an answer
    """Everyone who was honored: the ways to find somebody, and whoever was found."""
    what = finding.wanted(request.args)
    kept()
    everyone = roll.everyone()
    if not what.given():
        return render_template("publishing/recipients.html", what=what, found=None, **_ways(everyone))
    lines = finding.find(everyone, what)
    g.canonical = base() + _known_as(what)
    page = asked_page()
    part = lines[(page - 1) * SIZE : page * SIZE]
    return render_template(
        "publishing/recipients.html",
        what=what,
        found=len(lines),
        listing=Listing(part, page, SIZE, more=len(lines) > page * SIZE),
        chosen=_chosen(what, everyone),
        **_ways(lines),
        first_year=min((line.year for line in lines), default=None),
        last_year=max((line.year for line in lines), default=None),
    )


def _known_as(what: Wanted) -> str:
    """Return the one address of a list: a year's and an award's have pages of their own."""
    given = what.given()
    if given.keys() == {"year"}:
        return url_for("publishing.year", year=what.year) if (what.year or 0) > 0 else url_for("publishing.recipients")
    if given.keys() == {"award"}:
        return url_for("publishing.award_recipients", slug=what.award)
    return url_for("publishing.recipients", **given)


def _ways(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the words by which these lines can be narrowed."""
    return {
        "years": finding.years(lines),
        "awards": [(one.value, words_in(one.words), one.many) for one in finding.awards(lines)],
        "whom": [(one.value, _whom(one), one.many) for one in finding.whom(lines)],
        "schools": [(one.value, one.words, one.many) for one in finding.schools(lines)],
    }


def _whom(one: Facet) -> str:
    return str(WHOM.get(one.value, one.value))


def _chosen(what: Wanted, everyone: Sequence[Line]) -> list[dict[str, str]]:
    """Return what was chosen, in words, each with the address that leaves it out."""
    names = {one.value: words_in(one.words) for one in finding.awards(everyone)}
    schools = {one.value: str(one.words) for one in finding.schools(everyone)}
    words = {
        "q": f"“{what.words}”",
        "year": str(what.year) if (what.year or 0) > 0 else "",
        "award": names.get(what.award, what.award),
        "whom": str(WHOM.get(what.whom, what.whom)),
        "school": schools.get(what.school, what.school),
    }
    return [
        {"name": name, "words": words[name], "url": url_for("publishing.recipients", **what.without(name))}
        for name in what.given()
    ]
