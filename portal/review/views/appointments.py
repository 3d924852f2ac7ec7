"""Interviews and visits: when and where each nominee is met, for the office; and a calendar that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Response, current_app, flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.awards.queries import zone
from portal.errors import PortalError
from portal.policy import Permission
from portal.review.actions import appointments as actions
from portal.review.forms.appointments import OffForm, appointment_form
from portal.review.queries import appointments as queries
from portal.review.queries.facts import sees_names
from portal.review.views.pages import pages
from portal.review.views.rounds import at, round_of
from portal.web import calendars, failures, language, viewer
from portal.web.lists import table_file
from portal.web.pages import see_other
from portal.web.text import when

if TYPE_CHECKING:
    from portal.review.models import Appointment
    from portal.review.queries.appointments import Met
    from portal.review.queries.rounds import InReview

ROOT = "/desk/<slug>/<int:year>/interviews"


@pages.page(ROOT, needs=Permission.ARRANGE_INTERVIEWS, of=queries.meeting_round)
def interviews(review: InReview) -> str:
    """Everybody who is to be met, in the order of their times."""
    made, person = round_of(review), viewer.current()
    lines = queries.lines(made, person)
    return render_template(
        "review/interviews.html",
        cycle=review.cycle,
        round=made,
        place=at(review.cycle),
        lines=lines,
        named=sees_names(person, review),
        left=sum(line.appointment is None or not line.appointment.stands for line in lines),
    )


@pages.page(ROOT + ".csv", needs=Permission.ARRANGE_INTERVIEWS, of=queries.meeting_round)
def interviews_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same as a spreadsheet."""
    named = sees_names(viewer.current(), review)
    rows = []
    for line in queries.lines(round_of(review), viewer.current()):
        one = line.appointment if line.appointment is not None and line.appointment.stands else None
        times = (when(one.starts_at), when(one.ends_at), one.place) if one is not None else ("", "", "")
        told = when(one.told_at) if one is not None and one.known else ""
        rows.append((line.candidacy.name if named else line.spoken.name, line.spoken.reference, *times, told))
    header = [_("Candidacy"), _("Reference"), _("Begins"), _("Ends"), _("Where"), _("Told")]
    return table_file(f"interviews-{review.cycle.award.slug}-{review.cycle.year}", header, rows)


@pages.form(ROOT + "/<reference>", needs=Permission.ARRANGE_INTERVIEWS, of=queries.met)
def interview(met: Met) -> Any:  # noqa: ANN401 - an answer
    """Set a time and a place, or move it."""
    form = appointment_form(zone(), met.appointment)
    status = form.status
    if form.validate_on_submit():
        try:
            actions.plan(met, **form.facts(), version=form.version.data or 0, by=viewer.current(), at=clock.now())
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, failures.sentence(refused))
            status = refused.status
        else:
            flash(_("Saved. Nobody was written to yet."))
            return see_other(".interview", reference=met.of.spoken.reference, **at(met.review.cycle))
    named = sees_names(viewer.current(), met.review)
    page = render_template(
        "review/interview.html",
        met=met,
        cycle=met.review.cycle,
        place=at(met.review.cycle),
        name=met.candidacy.name if named else met.of.spoken.name,
        known=met.appointment,
        form=form,
        readers=[reading.reviewer.name for reading in queries.readers(met.of.round, met.candidacy)],
        reachable=bool(queries.nominees(met.candidacy)),
        surprise=met.review.cycle.surprise and met.candidacy.told_at is None,
    )
    return page, status


@pages.step(ROOT + "/<reference>/telling", needs=Permission.ARRANGE_INTERVIEWS, of=queries.met)
def tell_of_interview(met: Met) -> Any:  # noqa: ANN401 - an answer
    """Write to the nominee and the readers."""
    count = actions.tell(met, by=viewer.current(), at=clock.now())
    flash(ngettext("One message is on its way.", "%(num)s messages are on their way.", count))
    return see_other(".interview", reference=met.of.spoken.reference, **at(met.review.cycle))


@pages.step(ROOT + "/<reference>/cancellation", needs=Permission.ARRANGE_INTERVIEWS, of=queries.met)
def call_off_interview(met: Met) -> Any:  # noqa: ANN401 - an answer
    """Call it off."""
    form = OffForm()
    form.validate()
    actions.call_off(met, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Called off. Whoever was told hears so."))
    return see_other(".interviews", **at(met.review.cycle))


@pages.page("/interviews/<key>.ics", needs=Permission.USE_LINK, of=queries.by_key)
def interview_calendar(known: Appointment) -> Response:
    """One time for a calendar. It names nobody and no award: whoever has the address learns that people meet."""
    host = urlsplit(current_app.config["SETTINGS"].base_url).hostname
    event = calendars.Event(
        f"meeting-{known.key}@{host}",
        known.starts_at,
        _("Conversation"),
        _("Arranged with whoever told you of it."),
        ends=known.ends_at,
        place=known.place,
        sequence=known.version,
        off=not known.stands,
    )
    words = calendars.written(_("Conversation"), [event], zone=zone(), language=language.choose() or "en")
    answer = Response(words, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="conversation.ics"'
    return answer
