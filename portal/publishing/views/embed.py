"""The list of recipients as another site shows it in a frame: only sites that staff have named, and no script of anybody's."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import g, make_response, render_template, request

from portal.awards import queries as awards
from portal.policy import Permission
from portal.publishing.pages import pages
from portal.publishing.queries import roll
from portal.publishing.rules import finding
from portal.publishing.views.keeping import kept, page_of, whole
from portal.web.headers import POLICY

MOST = 200
NOBODY = "frame-ancestors 'none'"


@pages.page("/embed/recipients", needs=Permission.SEE_PUBLIC_PAGES)
def embed() -> Any:  # noqa: ANN401 - an answer
    """The recipients of one year, the latest unless the address says another, or of one award."""
    what = finding.wanted(request.args)
    kept()
    g.canonical = None  # it is a window onto other pages, not one of them
    everyone = roll.everyone()
    if what.year is None and not what.given() and everyone:
        what = what._replace(year=everyone[0].year)
    lines = finding.find(everyone, what)[:MOST]
    groups = [(name, list(people)) for name, people in groupby(lines, key=lambda line: line.award_name)]
    answer = make_response(
        render_template("publishing/embed.html", what=what, groups=groups, page_of=page_of, whole=whole)
    )
    organisation = awards.organisation()
    sites = " ".join(organisation.frame_origins) if organisation is not None else ""
    ancestors = f"frame-ancestors {sites}" if sites else NOBODY
    answer.headers["Content-Security-Policy"] = POLICY.replace(NOBODY, ancestors)
    return answer
