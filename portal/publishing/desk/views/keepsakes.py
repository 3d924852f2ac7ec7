"""Certificates, the programme booklet and the names to be read aloud, printed; and how they read and look, changed by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.awards import queries as awards
from portal.errors import PortalError
from portal.policy import Permission
from portal.publishing.actions import keepsakes as actions
from portal.publishing.desk import printing
from portal.publishing.desk import queries as releases
from portal.publishing.desk.forms import keepsake_form, names_form
from portal.publishing.desk.queries import keepsakes as queries
from portal.publishing.pages import pages
from portal.publishing.rules import keepsakes as rules
from portal.publishing.rules.keepsakes import Kind
from portal.web import language, viewer
from portal.web.failures import sentence
from portal.web.lists import table_file
from portal.web.pages import see_other
from portal.web.text import words_in
from portal.web.typesetting import pdf_file

if TYPE_CHECKING:
    from portal.publishing.desk.queries import Releasing

ROOT = "/desk/<slug>/<int:year>/keepsakes"


def _at(thing: Releasing) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


def _title(thing: Releasing) -> str:
    return f"{words_in(thing.cycle.award.name)} {thing.cycle.year}"


def _name(kind: str, thing: Releasing) -> str:
    return f"{kind}-{thing.cycle.award.slug}-{thing.cycle.year}"


@pages.page(ROOT, needs=Permission.PLAN_RELEASE, of=releases.releasing)
def keepsakes(thing: Releasing) -> str:
    """What can be printed for those selected."""
    people = releases.chosen(thing.cycle)
    unsaid = [one.person.name for one in people if not one.person.aloud]
    return render_template(
        "publishing/desk/keepsakes.html", thing=thing, cycle=thing.cycle, people=people, unsaid=unsaid
    )


@pages.page(ROOT + "/certificates.pdf", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def certificates(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """A certificate for each person selected, or for one (`?for=C-0123`), each in the language they read."""
    cycle, wanted = thing.cycle, request.args.get("for", "")
    found = [one for one in releases.chosen(cycle) if not wanted or one.reference == wanted]
    if not found:
        abort(404)
    held = awards.organisation()
    people, called = [], held.name if held is not None else ""
    for one in found:
        with language.speaking(language.spoken(one.person.language)):
            facts = printing.person_facts(one, cycle.award.name, cycle.year, organization=called)
        people.append((one.person.language, facts))
    template = queries.template(Kind.CERTIFICATE)
    made = printing.certificates(template, people, title=_title(thing), at=clock.now())
    return pdf_file(_name("certificates", thing), made)


@pages.page(ROOT + "/program.pdf", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def program(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """The booklet of this award: its recipients as they agreed to be shown."""
    cycle = thing.cycle
    made = printing.program(
        queries.template(Kind.PROGRAM),
        releases.booklet([cycle], cycle.year),
        award=cycle.award.name,
        code=language.choose() or "en",
        at=clock.now(),
    )
    return pdf_file(_name("program", thing), made)


@pages.page(ROOT + "/season.pdf", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def season_program(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """The booklet of the whole year: this award, and each other whose release is approved and that one may see."""
    cycle, me = thing.cycle, viewer.current()
    others = [
        other.cycle for other in releases.approved_beside(cycle) if policy.may(me, Permission.PLAN_RELEASE, other)
    ]
    cycles = sorted([cycle, *others], key=lambda one: (one.award.position, one.award.id))
    made = printing.program(
        queries.template(Kind.PROGRAM),
        releases.booklet(cycles, cycle.year),
        award=None,
        code=language.choose() or "en",
        at=clock.now(),
    )
    return pdf_file(f"program-{cycle.year}", made)


def _read_aloud(thing: Releasing) -> list[dict[str, str]]:
    """Return who is read aloud: those who agreed to be named, in the order of the program."""
    return [
        {
            "name": one.page.name,
            "said": one.person.aloud,
            "place": ", ".join(words for words in (one.page.role, one.page.school) if words),
            "citation": one.page.citation or "",
        }
        for one in releases.chosen(thing.cycle)
        if one.page.name
    ]


@pages.page(ROOT + "/names.pdf", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def names_to_read(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """The names for whoever reads them aloud, each with how it is said."""
    code = language.choose() or "en"
    return pdf_file(
        _name("names", thing), printing.names(_read_aloud(thing), title=_title(thing), code=code, at=clock.now())
    )


@pages.page(ROOT + "/names.csv", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def names_table(thing: Releasing) -> Any:  # noqa: ANN401 - a file
    """The same as a table."""
    header = [_("Name"), _("How it is said"), _("Role and school"), _("Citation")]
    rows = [[one["name"], one["said"], one["place"], one["citation"]] for one in _read_aloud(thing)]
    return table_file(_name("names", thing), header, rows)


@pages.form(ROOT + "/names", needs=Permission.PLAN_RELEASE, of=releases.releasing)
def names_said(thing: Releasing) -> Any:  # noqa: ANN401 - an answer
    """Note how each name is said, as its person told."""
    people = releases.chosen(thing.cycle)
    form = names_form([(one.person.name, one.person.aloud) for one in people])
    if form.validate_on_submit():
        said = list(zip(people, form.said(), strict=True))
        changed = actions.note_names(thing, said, by=viewer.current(), at=clock.now())
        flash(ngettext("One name is noted.", "%(num)s names are noted.", changed) if changed else _("Nothing changed."))
        return see_other(".keepsakes", **_at(thing))
    return render_template(
        "publishing/desk/names.html", thing=thing, cycle=thing.cycle, people=people, form=form
    ), form.status


# ---------------------------------------------------------------- how they read and look


def _kind(kind: str) -> Kind:
    if kind not in set(Kind):
        abort(404)
    return Kind(kind)


@pages.page("/desk/keepsakes", needs=Permission.MANAGE_AWARDS)
def keepsake_templates() -> str:
    """What can be changed."""
    return render_template("publishing/desk/keepsake_templates.html", kinds=[queries.template(kind) for kind in Kind])


@pages.form("/desk/keepsakes/<kind>", needs=Permission.MANAGE_AWARDS)
def keepsake_template(kind: str) -> Any:  # noqa: ANN401 - an answer
    """Change the words and the layout of one kind."""
    thing = queries.template(_kind(kind))
    languages = [(code, language.language(code).name) for code in language.offered()]
    form = keepsake_form(thing.kind, languages, thing.words, thing.layout, thing.version)
    status = form.status
    if form.validate_on_submit():
        try:
            actions.save(
                thing,
                words=form.words(),
                layout=form.layout(),
                version=form.version.data or 0,
                by=viewer.current(),
                at=clock.now(),
            )
        except PortalError as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, sentence(refused))
            status = refused.status
        else:
            flash(_("Saved. What is printed from now on reads so."))
            return see_other(".keepsake_template", kind=kind)
    return render_template(
        "publishing/desk/keepsake_template.html",
        kind=thing.kind,
        slots=rules.SLOTS[thing.kind],
        choices=rules.CHOICES[thing.kind],
        fields=[(name, _(rules.FIELDS[name])) for name in rules.fields_of(thing.kind)],
        languages=languages,
        samples=[language.language(code) for code in printing.SAMPLES],
        form=form,
    ), status


@pages.page("/desk/keepsakes/<kind>/sample.pdf", needs=Permission.MANAGE_AWARDS)
def keepsake_sample(kind: str) -> Any:  # noqa: ANN401 - a file
    """One of somebody invented, in any language of the families (`?in=am`)."""
    thing, wanted = queries.template(_kind(kind)), request.args.get("in", "en")
    code = wanted if wanted in printing.SAMPLES else "en"
    return pdf_file(f"sample-{kind}-{code}", printing.sample(thing, code, at=clock.now()))
