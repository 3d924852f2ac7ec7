"""Writing down at the desk what somebody said may be published, and the second person's page."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, url_for
from flask_babel import gettext as _

from portal import clock, policy
from portal.errors import Refused
from portal.files import serving
from portal.files.rules import MOST_BYTES
from portal.nominations.forms.consent import words
from portal.nominations.hearing import actions, queries
from portal.nominations.hearing.forms import GUARDIAN, HOWS, SELF, AsideForm, HearingForm
from portal.nominations.hearing.rules import HearingState, How
from portal.nominations.models import Field
from portal.nominations.queries import candidacies
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.pages import see_other
from portal.web.text import zone

if TYPE_CHECKING:
    from portal.nominations.hearing.models import Hearing
    from portal.nominations.models import Candidacy

ROOT = "/desk/<slug>/<int:year>/candidacies/<reference>/hearing"


def _at(candidacy: Candidacy) -> dict[str, Any]:
    return {"slug": candidacy.cycle.award.slug, "year": candidacy.cycle.year, "reference": candidacy.reference}


@pages.form(ROOT + "/of/<int:place>", needs=Permission.SCREEN, of=candidacies.by_reference, most=serving.MOST_REQUEST)
def write_hearing(candidacy: Candidacy, place: int) -> Any:  # noqa: ANN401 - an answer
    """Write down what one person of a candidacy, or their guardian, said may be published."""
    people = [link.person for link in candidacy.people]
    if not 0 < place <= len(people):
        abort(404)
    person, now = people[place - 1], clock.now()
    minor = bool(person.minor)
    said_by = (person.guardian_name or "") if minor else person.name
    today = now.astimezone(zone()).date()
    form = HearingForm(
        data={"said_by": said_by, "said_on": today, "once": secrets.token_hex(12), "who": None if minor else SELF}
    )
    form.ask(minor=minor, name=person.name)
    if form.validate_on_submit():
        scan = form.scan
        try:
            hearing = actions.write_down(
                candidacy,
                person,
                actions.Heard(
                    by=form.said_by.data or "",
                    how=How(form.how.data),
                    on=form.said_on.data,
                    said=form.said(),
                    guardian=minor and form.who.data == GUARDIAN,
                ),
                words=words(guardian=minor, name=person.name),
                scan=(scan[0], scan[1].stream.read(MOST_BYTES + 1)) if scan is not None else None,
                once=form.once.data or "",
                today=today,
                by=viewer.current(),
                at=now,
            )
        except Refused as refusal:
            if refusal.field is None:
                raise
            form.fail(refusal.field, failures.sentence(refusal))
        else:
            waits = hearing.state is HearingState.WAITING
            flash(
                _("Written down. It holds once a second person confirms it.") if waits else _("Written down. It holds.")
            )
            return see_other(".hearing", number=hearing.id, **_at(candidacy))
    return render_template(
        "nominations/write_hearing.html",
        candidacy=candidacy,
        cycle=candidacy.cycle,
        person=person,
        form=form,
        fields=list(Field),
        back_to=url_for(".asking", **_at(candidacy)),
    ), form.status


def _page(hearing: Hearing, form: AsideForm | None = None) -> Any:  # noqa: ANN401 - an answer
    form = form or AsideForm(formdata=None)
    return render_template(
        "nominations/hearing.html",
        hearing=hearing,
        candidacy=hearing.candidacy,
        cycle=hearing.candidacy.cycle,
        form=form,
        hows=HOWS,
        waiting=hearing.state is HearingState.WAITING,
        confirms=policy.may(viewer.current(), Permission.CONFIRM_WRITTEN_CONSENT, hearing),
        others=queries.second_people(hearing),
        file_state=serving.shown(hearing.file) if hearing.file is not None else None,
    ), form.status


@pages.page(ROOT + "/<int:number>", needs=Permission.SEE_WRITTEN_CONSENT, of=queries.at)
def hearing(hearing: Hearing) -> Any:  # noqa: ANN401 - an answer
    """What was written down: who said it, how and when, word for word, and who confirmed it."""
    return _page(hearing)


@pages.page(ROOT + "/<int:number>/scan", needs=Permission.SEE_WRITTEN_CONSENT, of=queries.at)
def hearing_scan(hearing: Hearing) -> Any:  # noqa: ANN401 - a file
    """Save the scan."""
    if hearing.file is None:
        abort(404)
    return serving.download(hearing.file)


@pages.step(ROOT + "/<int:number>/confirmation", needs=Permission.CONFIRM_WRITTEN_CONSENT, of=queries.at)
def confirm_hearing(hearing: Hearing) -> Any:  # noqa: ANN401 - an answer
    """Confirm, as a second person, what another wrote down."""
    actions.confirm(hearing, by=viewer.current(), at=clock.now())
    flash(_("Confirmed. It holds from now on."))
    return see_other(".hearing", number=hearing.id, **_at(hearing.candidacy))


@pages.step(ROOT + "/<int:number>/setting-aside", needs=Permission.SEE_WRITTEN_CONSENT, of=queries.at)
def set_hearing_aside(hearing: Hearing) -> Any:  # noqa: ANN401 - an answer
    """Let it not hold, with the reason."""
    form = AsideForm()
    if not form.validate():
        return _page(hearing, form)
    try:
        actions.set_aside(hearing, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
    except Refused as refusal:
        if refusal.field is None:
            raise
        form.fail(refusal.field, failures.sentence(refusal))
        return _page(hearing, form)
    flash(_("Set aside. Nothing of it holds."))
    return see_other(".hearing", number=hearing.id, **_at(hearing.candidacy))
