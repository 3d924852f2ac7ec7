"""The desk's pages of a release: two instants, what blocks, what each page and message will be, a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, current_app, flash, g, make_response, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from portal import clock
from portal.awards.queries import zone
from portal.errors import PortalError
from portal.nominations.hearing import queries as hearings
from portal.policy import Permission
from portal.publishing import actions, rules
from portal.publishing.desk import press, queries
from portal.publishing.desk.forms import (
    MOST_QUOTATIONS,
    CancelForm,
    DraftForm,
    RemovalForm,
    SeenForm,
    VersionForm,
    times_form,
)
from portal.publishing.desk.queries import followups
from portal.publishing.pages import pages
from portal.publishing.rules import Weight
from portal.web import headers, text, viewer
from portal.web.failures import sentence
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.publishing.desk.queries import Chosen, Drafting, Published, Releasing
    from portal.publishing.rules import Check

__all__ = ["pages"]

ROOT = "/desk/<slug>/<int:year>/release"
SHAPES = {Weight.BLOCKS: "blocks", Weight.MAY_WAIT: "not_started", Weight.DONE: "done"}
FRAMED = headers.POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
SUMS = frozenset({"sum", "given", "yearly"})


def previewed(people: Iterable[Chosen], slug: str, year: int) -> None:
    """Let a preview show photographs by the desk's own addresses: the public ones lead nowhere yet."""
    g.previewed = {
        one.photo.name: {"slug": slug, "year": year, "reference": one.reference, "position": one.position}
        for one in people
        if one.photo is not None and one.photo.name is not None
    }


def _at(thing: Releasing) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


def _here(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    return see_other(".release", **_at(thing))


# ---------------------------------------------------------------- the page of the release


def _drawn(check: Check, thing: Releasing, people: Sequence[Chosen]) -> dict[str, Any]:
    """Return a check as the page draws it: sentences in the reader's language, and where it is mended."""
    return {
        "state": SHAPES[check.weight],
        "name": _said(check.message, check.facts),
        "words": _said(check.note, check.note_facts) if check.note else "",
        "act": _act(check, thing, people),
    }


def _said(message: str, facts: Mapping[str, Any]) -> Markup:
    """Return a sentence with its facts put in: sums as sums are set, names escaped."""
    known = {name: text.money(fact) if name in SUMS else fact for name, fact in facts.items()}
    return Markup(_(message)) % known if known else Markup(_(message))  # noqa: S704 - the sentence is ours; what is put in is escaped


def _act(check: Check, thing: Releasing, people: Sequence[Chosen]) -> dict[str, str] | None:
    """Return the link that mends a check, where there is such a page and this person may see it."""
    if check.weight is Weight.DONE:
        return None
    places = {
        "times": ("publishing.times", _("Set the times")),
        "decisions": ("decisions.decisions", _("See the decisions")),
        "committee": ("awards.committee", _("See the committee")),
        "firewall": ("offers.firewall", _("See the firewall sheet")),
        "standing": ("nominations.screening", _("See the candidacies")),
        "visits": ("publishing.visits", _("Plan the visits")),
        "messages": ("publishing.messages", _("Read the messages")),
        "answers": ("publishing.answers", _("Settle it")),
    }
    if check.where == "pages":
        return {"url": "#pages", "text": _("See who")}
    if check.where == "standing" and "nominations.candidacy" in current_app.view_functions:
        first = next((one.candidacy for one in people if one.candidacy.standing_confirmed_at is None), None)
        if first is not None:  # straight to who is meant: a list of everybody is a search
            page = url_for("nominations.candidacy", **_at(thing), reference=first.reference, _anchor="standing")
            return {"url": page, "text": _("Confirm it for %(name)s", name=first.name)}
    found = places.get(check.where)
    if found is None or found[0] not in current_app.view_functions:
        return None
    return {"url": url_for(found[0], **_at(thing)), "text": found[1]}


def _page(thing: Releasing, status: int = 200, *, why: CancelForm | None = None) -> Any:  # noqa: ANN401 - an answer
    people = queries.chosen(thing.cycle)
    checks = rules.checks(queries.readiness(thing, people))
    blocking = sum(1 for check in checks if check.weight is Weight.BLOCKS)
    return (
        render_template(
            "publishing/desk/release.html",
            thing=thing,
            cycle=thing.cycle,
            release=thing.release,
            people=people,
            written=hearings.behind(one.candidacy.id for one in people),
            checks=[_drawn(check, thing, people) for check in checks],
            blocking=blocking,
            approvers=queries.approvers(thing),
            counts=queries.counts(thing.cycle, people),
            followups=followups.of_cycle(thing.cycle),
            recipients={(row.candidacy_id, row.person_id): row for row in queries.recipients(thing.cycle)},
            why=why or CancelForm(formdata=None),
            people_of=queries.people_of(thing.release),
            late=_late(thing),
        ),
        status,
    )


def _late(thing: Releasing) -> bool:
    """Whether an instant has passed and the worker has not carried it out."""
    release = thing.release
    if release is None:
        return False
    at = clock.now()
    told = rules.told(told_at=release.told_at, state=release.state, at=at)
    return told or rules.public(public_at=release.public_at, state=release.state, at=at)


@pages.page(ROOT, needs=Permission.PLAN_RELEASE, of=queries.releasing)
def release(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """When the results become news, what stands in the way, and who approves."""
    return _page(thing)


@pages.page("/desk/<slug>/<int:year>/release.csv", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def recipients_table(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Everyone selected, with what they agreed to, as a table."""
    header = [
        _("Reference"),
        _("Name"),
        _("School"),
        _("Sum"),
        _("Agreed to"),
        _("Whether they may be named"),
        _("Told"),
        _("Standing confirmed"),
        _("A message reaches them"),
    ]
    rows = [
        [
            one.reference,
            one.person.name,
            ", ".join(link.school.name for link in one.candidacy.schools) or one.candidacy.place_text,
            (one.decision.sum_cents or 0) / 100,
            ", ".join(sorted(one.agreed)),
            _answer(one),
            text.when(one.candidacy.told_at),
            text.when(one.candidacy.standing_confirmed_at),
            _("yes") if one.reachable else _("no"),
        ]
        for one in queries.chosen(thing.cycle)
    ]
    return table_file(f"recipients-{thing.cycle.award.slug}-{thing.cycle.year}", header, rows)


def _answer(one: Chosen) -> str:
    """Return in a word whether somebody may be named, and why the release goes on without an answer."""
    if one.named or one.answered:
        return str(_("yes") if one.named else _("no"))
    return str(_("goes on without the name: %(why)s", why=one.unnamed.reason)) if one.unnamed is not None else ""


@pages.form(ROOT + "/times", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def times(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Set the two instants."""
    release = thing.release
    known = release if release is not None else thing.cycle
    usual = {
        "told_at": getattr(known, "told_at", None),
        "public_at": release.public_at if release else thing.cycle.announced_at,
    }
    form = times_form(zone(), **usual, version=release.version if release else 0)
    status = form.status
    if form.validate_on_submit():
        try:
            actions.plan(
                thing,
                told_at=form.told_at.data,
                public_at=form.public_at.data,
                version=form.version.data,
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            flash(_("Saved. Someone else approves."))
            return _here(thing)
    return render_template("publishing/desk/times.html", thing=thing, cycle=thing.cycle, form=form), status


@pages.step(ROOT + "/request", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def request_release(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Ask those who may approve."""
    asked = actions.ask(thing, by=viewer.current(), at=clock.now())
    flash(
        _("Asked: %(names)s.", names=", ".join(person.name for person in asked))
        if asked
        else _("Nobody else may approve yet. Give a second person that right.")
    )
    return _here(thing)


@pages.step(ROOT + "/approval", needs=Permission.APPROVE_RELEASE, of=queries.releasing)
def approve_release(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Approve what somebody else planned."""
    form = VersionForm()
    form.validate()
    actions.approve(thing, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Approved. It happens by itself at the two times. Until then it can be cancelled here."))
    return _here(thing)


@pages.step(ROOT + "/cancellation", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def cancel_release(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Cancel an approved release before anybody is told."""
    form = CancelForm()
    if not form.validate():
        return _page(thing, 422, why=form)
    actions.cancel(
        thing, reason=form.why.data or "", version=form.version.data or 0, by=viewer.current(), at=clock.now()
    )
    flash(_("Cancelled. Nobody was told."))
    return _here(thing)


# ---------------------------------------------------------------- one person's page


def said_by(writer: queries.Quotable, name: str | None, *, reference: bool = True) -> str:
    """Return who said it, as it will be shown, for the office with the reference."""
    relations = {
        "parent": _("a parent"),
        "student": _("a student"),
        "colleague": _("a colleague"),
        "supervisor": _("a supervisor"),
        "community": _("someone from the community"),
    }
    relation = relations.get(writer.relation or "", _("someone who nominated them"))
    who = f"{name}, {relation}" if name else relation[:1].upper() + relation[1:] if not reference else relation
    return f"{writer.reference}: {who}" if reference else who


@pages.form(ROOT + "/pages/<reference>", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def draft(thing: Drafting) -> Any:  # noqa: ANN401 - an answer
    """Prepare a citation and quotations, and see what each page will show."""
    known = thing.draft
    facts: dict[str, Any] = {
        "citation": known.citation if known else "",
        "years": known.years if known else "",
        "version": known.version if known else 0,
    }
    for number, quotation in enumerate((known.quotations if known else [])[:MOST_QUOTATIONS]):
        facts |= {f"{name}_{number}": quotation.get(name, "") for name in ("nomination", "words", "translation")}
    form = DraftForm(**facts)
    may_quote = [writer for writer in thing.writers if writer.agrees]
    form.offer(may_quote, [said_by(writer, writer.name) for writer in may_quote])
    status = form.status
    shown = [row for row in queries.recipients(thing.releasing.cycle) if row.candidacy_id == thing.candidacy.id]
    if form.validate_on_submit():
        try:
            actions.save_draft(
                thing,
                citation=form.citation.data or "",
                years=form.years.data or "",
                quotations=form.quotations(),
                version=form.version.data or 0,
                reason=form.reason.data or "",
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field.replace("-", "_"), sentence(refused))
            status = refused.status
        else:
            flash(_("Saved."))
            return see_other(".draft", **_at(thing.releasing), reference=thing.candidacy.reference)
    return (
        render_template(
            "publishing/desk/draft.html",
            thing=thing,
            cycle=thing.releasing.cycle,
            release=thing.releasing.release,
            form=form,
            shown=shown,
            written=hearings.behind([thing.candidacy.id]),
            many=range(MOST_QUOTATIONS),
        ),
        status,
    )


@pages.form(ROOT + "/pages/<reference>/check", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def check_page(thing: Drafting) -> Any:  # noqa: ANN401 - an answer
    """Read the pages of one candidacy exactly as the public will, on a phone and on a desk, and say that they are right."""
    form = SeenForm(seen=thing.seen)
    if form.validate_on_submit():
        actions.check(thing, seen=form.seen.data or "", by=viewer.current(), at=clock.now())
        flash(_("Checked. Whatever is changed from now on is to be checked anew."))
        return _here(thing.releasing)
    draft = thing.draft
    return render_template(
        "publishing/desk/check.html",
        thing=thing,
        cycle=thing.releasing.cycle,
        draft=draft,
        form=form,
        own=draft is not None and draft.saved_by_id == viewer.current().id,
        names=queries.names_of([draft.saved_by_id, draft.checked_by_id] if draft else []),
        seen_by=queries.who_may_look(thing.releasing.cycle),
    ), form.status


@pages.step(ROOT + "/pages/<reference>/told", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def told_in_person(thing: Drafting) -> Any:  # noqa: ANN401 - an answer
    """Record that a surprise recipient was told."""
    actions.told_in_person(thing, by=viewer.current(), at=clock.now())
    flash(_("Recorded. We write to %(name)s now.", name=thing.candidacy.name))
    return see_other(".draft", **_at(thing.releasing), reference=thing.candidacy.reference)


# ---------------------------------------------------------------- previews, as others will see them


@pages.page(ROOT + "/preview", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def preview_year(thing: Releasing) -> str:
    """The year's program as the public will read it."""
    people = queries.chosen(thing.cycle)
    rows = [actions.drawn(one, thing.cycle, at=clock.now()) for one in people]
    previewed(people, thing.cycle.award.slug, thing.cycle.year)
    program = queries.program(thing.cycle, rows)
    return render_template("publishing/desk/preview_year.html", thing=thing, program=program)


@pages.page(ROOT + "/preview/<reference>/<int:position>", needs=Permission.PLAN_RELEASE, of=queries.drafting)
def preview_page(thing: Drafting, position: int) -> Any:  # noqa: ANN401 - an answer
    """One person's page as the public will read it, or that there will be none."""
    one = next((one for one in thing.people if one.position == position), None)
    if one is None:
        abort(404)
    recipient = actions.drawn(one, thing.releasing.cycle, at=clock.now())
    previewed([one], thing.releasing.cycle.award.slug, thing.releasing.cycle.year)
    template = "publishing/desk/preview_page.html" if recipient.name else "publishing/desk/preview_unnamed.html"
    facts = {"thing": thing.releasing, "one": one, "recipient": recipient, "before": None, "after": None}
    answer = make_response(render_template(template, **facts))
    answer.headers["Content-Security-Policy"] = FRAMED  # by our own page, which shows it as on a phone and on a desk
    return answer


@pages.page(ROOT + "/press.zip", needs=Permission.PLAN_RELEASE, of=queries.releasing)
def press_kit(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """Give what the press is sent: texts, sums and pictures, marked until they are public."""
    cycle = thing.cycle
    told = [one for one in queries.chosen(cycle) if not cycle.surprise or one.candidacy.told_at is not None]
    rows = press.rows_of(thing, [actions.drawn(one, cycle, at=clock.now()) for one in told])
    answer = Response(press.kit(thing, rows), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="press-{cycle.award.slug}-{cycle.year}.zip"'
    return answer


# ---------------------------------------------------------------- once it is public


@pages.form(ROOT + "/published/<int:number>", needs=Permission.RELEASE, of=queries.published)
def published(thing: Published) -> Any:  # noqa: ANN401 - an answer
    """Take a page down, or put it back, with a reason."""
    form = RemovalForm()
    status = form.status
    if form.validate_on_submit():
        down = thing.recipient.taken_down_at is None
        if down:
            actions.take_down(
                thing, reason=form.why.data or "", rescind=bool(form.rescind.data), by=viewer.current(), at=clock.now()
            )
        else:
            actions.put_back(thing, reason=form.why.data or "", by=viewer.current(), at=clock.now())
        flash(_("The page is taken down.") if down else _("The page is back."))
        return _here(thing.releasing)
    return render_template(
        "publishing/desk/published.html", thing=thing, cycle=thing.releasing.cycle, recipient=thing.recipient, form=form
    ), status
