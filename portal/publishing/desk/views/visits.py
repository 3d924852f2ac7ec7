"""The private schedule of a surprise: who is told in person where and when, who there is in on it, and a calendar that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, current_app, flash, render_template
from flask_babel import gettext as _

from portal import clock
from portal.awards.queries import zone
from portal.errors import PortalError
from portal.policy import Permission
from portal.publishing.actions import visits as actions
from portal.publishing.desk.forms import VersionForm, visit_form
from portal.publishing.desk.queries import visits as queries
from portal.publishing.desk.views.release import ROOT
from portal.publishing.pages import pages
from portal.web import calendars, language, text, viewer
from portal.web.failures import sentence
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.publishing.desk.models import Visit
    from portal.publishing.desk.queries import Releasing
    from portal.publishing.desk.queries.visits import Surprise


def _at(thing: Releasing) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


@pages.page(ROOT + "/visits", needs=Permission.PLAN_RELEASE, of=queries.surprising)
def visits(thing: Releasing) -> str:
    """Everyone selected, in the order in which they are told."""
    stops = queries.schedule(thing)
    outside = set(actions.times_changed(thing.cycle.id))
    return render_template(
        "publishing/desk/visits.html",
        thing=thing,
        cycle=thing.cycle,
        release=thing.release,
        stops=stops,
        outside=outside,
        planned=sum(1 for stop in stops if stop.visit is not None and stop.visit.stands),
    )


@pages.page(ROOT + "/visits.csv", needs=Permission.PLAN_RELEASE, of=queries.surprising)
def visits_table(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """The schedule as a table."""
    header = [_("Name"), _("School"), _("Begins"), _("Ends"), _("Place"), _("Host"), _("Telephone"), _("Host told")]
    header += [_("Told"), _("Note")]
    rows = [
        [
            stop.one.candidacy.name,
            ", ".join(link.school.name for link in stop.one.candidacy.schools) or stop.one.candidacy.place_text,
            *_cells(stop.visit if stop.visit is not None and stop.visit.stands else None),
            text.when(stop.one.candidacy.told_at),
            stop.visit.note if stop.visit is not None else "",
        ]
        for stop in queries.schedule(thing)
    ]
    return table_file(f"visits-{thing.cycle.award.slug}-{thing.cycle.year}", header, rows)


def _cells(visit: Visit | None) -> list[str]:
    if visit is None:
        return [""] * 6
    told = text.when(visit.host_told_at)
    return [text.when(visit.starts_at), text.when(visit.ends_at), visit.place, visit.host_name, visit.host_phone, told]


@pages.page(ROOT + "/visits.ics", needs=Permission.PLAN_RELEASE, of=queries.surprising)
def visits_calendar(thing: Releasing) -> Response:
    """The schedule for the office's own calendars: neutral, since these are seen over shoulders."""
    return _calendar(stop.visit for stop in queries.schedule(thing) if stop.visit is not None)


@pages.page("/visits/<key>.ics", needs=Permission.USE_LINK, of=queries.by_key)
def visit_calendar(visit: Visit) -> Response:
    """One visit for its host's calendar. It names nobody and no award: whoever has the address learns that somebody comes to a place."""
    return _calendar([visit])


def _calendar(found: Iterable[Visit]) -> Response:
    host = urlsplit(current_app.config["SETTINGS"].base_url).hostname
    title, about = _("School visit"), _("Arranged with whoever told you of it.")
    events = [
        calendars.Event(
            f"visit-{visit.key}@{host}",
            visit.starts_at,
            title,
            about,
            ends=visit.ends_at,
            place=visit.place,
            sequence=visit.version,
            off=not visit.stands,
        )
        for visit in found
    ]
    words = calendars.written(_("School visits"), events, zone=zone(), language=language.choose() or "en")
    answer = Response(words, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="visits.ics"'
    return answer


@pages.form(ROOT + "/visits/<reference>", needs=Permission.PLAN_RELEASE, of=queries.surprise)
def visit(thing: Surprise) -> Any:  # noqa: ANN401 - an answer
    """Plan or move one visit."""
    known = thing.visit
    form = visit_form(zone(), known, school=", ".join(link.school.name for link in thing.drafting.candidacy.schools))
    status = form.status
    if form.validate_on_submit():
        try:
            actions.plan(thing, **form.facts(), version=form.version.data or 0, by=viewer.current(), at=clock.now())
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            flash(_("Saved. The host knows nothing of it yet."))
            return see_other(".visit", **_at(thing.releasing), reference=thing.drafting.candidacy.reference)
    return render_template(
        "publishing/desk/visit.html",
        thing=thing,
        cycle=thing.releasing.cycle,
        release=thing.releasing.release,
        candidacy=thing.drafting.candidacy,
        visit=known,
        form=form,
    ), status


@pages.step(ROOT + "/visits/<reference>/host", needs=Permission.PLAN_RELEASE, of=queries.surprise)
def tell_host(thing: Surprise) -> Any:  # noqa: ANN401 - an answer
    """Let the host in on it."""
    actions.tell_host(thing, by=viewer.current(), at=clock.now())
    flash(_("The message to the host is on its way. Its subject says nothing."))
    return see_other(".visit", **_at(thing.releasing), reference=thing.drafting.candidacy.reference)


@pages.step(ROOT + "/visits/<reference>/cancellation", needs=Permission.PLAN_RELEASE, of=queries.surprise)
def call_off_visit(thing: Surprise) -> Any:  # noqa: ANN401 - an answer
    """Call a visit off."""
    form = VersionForm()
    form.validate()
    actions.call_off(thing, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Called off. A host who was told hears so."))
    return see_other(".visits", **_at(thing.releasing))
