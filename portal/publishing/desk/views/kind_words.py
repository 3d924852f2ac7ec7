"""What people said of a nominee: chosen by the office from those who agreed, and read by the nominee alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock
from portal.errors import PortalError
from portal.policy import Permission
from portal.publishing.actions import kind_words as actions
from portal.publishing.desk import queries as releases
from portal.publishing.desk.forms import kind_words_form
from portal.publishing.desk.queries import kind_words as queries
from portal.publishing.desk.views.release import said_by
from portal.publishing.pages import pages
from portal.publishing.rules import ReleaseState
from portal.web import text, viewer
from portal.web.failures import sentence
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.publishing.desk.queries import Releasing
    from portal.publishing.desk.queries.kind_words import Read, Spoken

ROOT = "/desk/<slug>/<int:year>/kind-words"


def _at(thing: Releasing) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


@pages.page(ROOT, needs=Permission.PLAN_RELEASE, of=releases.releasing)
def kind_words(thing: Releasing) -> str:
    """Everybody who can be sent what people said of them."""
    public = thing.release is not None and thing.release.state is ReleaseState.PUBLIC
    people = queries.everyone(thing) if public else []
    return render_template(
        "publishing/desk/kind_words.html", thing=thing, cycle=thing.cycle, public=public, people=people
    )


@pages.page(ROOT + ".csv", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def kind_words_table(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """The same as a table."""
    public = thing.release is not None and thing.release.state is ReleaseState.PUBLIC
    header = [_("Reference"), _("Name"), _("Agreed to be quoted"), _("Passages"), _("Sent")]
    rows = [
        [
            one.reference,
            one.name,
            count,
            len(known.passages) if known else 0,
            text.when(known.sent_at if known else None),
        ]
        for one, count, known in (queries.everyone(thing) if public else [])
    ]
    return table_file(f"kind-words-{thing.cycle.award.slug}-{thing.cycle.year}", header, rows)


@pages.form(ROOT + "/<reference>", needs=Permission.PLAN_RELEASE, of=queries.spoken)
def kind_words_to(thing: Spoken) -> Any:  # noqa: ANN401 - an answer
    """Choose what one nominee is sent; approve it, and it leaves."""
    known = thing.known
    kept = {said["nomination"]: said["words"] for said in known.passages} if known is not None else {}
    passages = [
        (
            said_by(writer, writer.knows),
            kept.get(writer.reference, "") if known is not None else "\n\n".join(writer.texts),
        )
        for writer in thing.writers
    ]
    form = kind_words_form(passages, known.version if known is not None else 0)
    status = form.status
    if form.validate_on_submit():
        by, now = viewer.current(), clock.now()
        try:
            saved = actions.save(thing, form.words(), version=form.version.data or 0, by=by, at=now)
            if request.form.get("act") == "send":
                written = actions.send(thing, saved, by=by, at=now)
                flash(
                    ngettext(
                        "Approved. One message is on its way.", "Approved. %(num)s messages are on their way.", written
                    )
                    if written
                    else _("Approved. There is no address to write to: read it to them.")
                )
            else:
                flash(_("Saved. Nothing is sent until somebody approves it."))
        except PortalError as refused:
            if refused.field is None or refused.field not in form:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            return see_other(".kind_words_to", **_at(thing.releasing), reference=thing.candidacy.reference)
    return render_template(
        "publishing/desk/kind_words_to.html",
        thing=thing,
        cycle=thing.releasing.cycle,
        candidacy=thing.candidacy,
        known=known,
        form=form,
        names=releases.names_of([known.approved_by_id] if known is not None else []),
    ), status


@pages.page("/kind-words/<int:number>", needs=Permission.READ_KIND_WORDS, of=queries.sent_to)
def kind_words_read(thing: Read) -> str:
    """What people said of one, as they agreed that one may read it."""
    passages = [
        (words, said_by(writer, writer.knows, reference=False), writer.language) for words, writer in thing.passages
    ]
    return render_template("publishing/kind_words.html", candidacy=thing.candidacy, passages=passages)
