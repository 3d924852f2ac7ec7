"""Texts in other languages at the office's desk, and the one page that a translator sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock
from portal.awards.queries import cycle_at
from portal.errors import N_, PortalError, Refused, Stale
from portal.files import serving
from portal.nominations.translating import actions, queries
from portal.nominations.translating.forms import MYSELF, NEW, AskForm, LanguageForm, ReturnForm, number, typed_form
from portal.nominations.translating.rules import TRANSLATION, TranslationState
from portal.nominations.views.pages import pages
from portal.policy import Permission, may
from portal.web import failures, viewer
from portal.web.language import NAMES, language, offered
from portal.web.lists import asked_page, every, listing, table_file
from portal.web.pages import see_other
from portal.web.text import clock_time, words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.nominations.models import Candidacy
    from portal.nominations.translating.forms import TypedForm
    from portal.nominations.translating.models import Translation
    from portal.nominations.translating.queries import Original
    from portal.people.models import Person

STATES = {
    TranslationState.NOT_NEEDED: ("not_started", _l("Needs no translation")),
    TranslationState.WANTED: ("blocks", _l("Nobody translates it yet")),
    TranslationState.ASKED: ("writing", _l("Being translated")),
    TranslationState.HANDED_IN: ("undecided", _l("Translated, to be approved")),
    TranslationState.APPROVED: ("done", _l("Approved")),
}
KINDS = {
    "snapshot": _l("Nomination"),
    "part": _l("The nominee's own part"),
    "biography": _l("The nominee's biography"),
    "letter": _l("Letter"),
}
SHOWN = {"": queries.OPEN, "all": (*queries.OPEN, TranslationState.APPROVED), "every": tuple(TranslationState)}
ROOT = "/desk/<slug>/<int:year>/translations"


def label(original: Original) -> str:
    """Return a text's heading, which names nobody."""
    if original.key == queries.BIOGRAPHY and original.label is None:
        return str(_("The biography, for the public page"))
    if original.label is None:
        return str(_("The letter"))
    return str(words_in(original.label)).replace("{nominee}", str(_("the nominee")))


def language_said(code: str | None) -> str:
    """Return a language by its own name, or that nothing tells."""
    return NAMES.get(code or "", code or "") or str(_("not known"))


@pages.page(ROOT, needs=Permission.SCREEN, of=cycle_at)
def translations(cycle: Cycle) -> str:
    """A cycle's texts in other languages: who translates each, and how far it is. All of them, where a guess was wrong."""
    show = _show()
    found = listing(queries.of_cycle(cycle, viewer.current(), states=SHOWN[show]), page=asked_page(), scalars=False)
    rows = [_line(each, candidacy) for each, candidacy in found.items]
    here = language(queries.read_here())
    return render_template("nominations/translations.html", cycle=cycle, listing=found, rows=rows, show=show, here=here)


@pages.page(f"{ROOT}.csv", needs=Permission.SCREEN, of=cycle_at)
def translations_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Give the same list as a file: where each text stands, and nothing of its words."""
    header = [_("About"), _("What"), _("Reference"), _("Written in"), _("Guessed"), _("Translator"), _("State")]
    found = every(queries.of_cycle(cycle, viewer.current(), states=SHOWN[_show()]), scalars=False)
    rows = [
        (
            line["name"],
            line["kind"],
            line["reference"],
            line["said"],
            _("no") if each.said_by_id else _("yes"),
            each.translator.name if each.translator is not None else "",
            line["state"][1],
        )
        for each, line in ((each, _line(each, candidacy)) for each, candidacy in found)
    ]
    return table_file(f"translations-{cycle.award.slug}-{cycle.year}", header, rows)


def _show() -> str:
    asked = request.args.get("show", "")
    return asked if asked in SHOWN else ""


def _line(translation: Translation, candidacy: Candidacy | None) -> dict[str, Any]:
    of = translation.nomination or translation.recommendation
    return {
        "translation": translation,
        "name": candidacy.name if candidacy is not None else _("Not gathered yet"),
        "kind": KINDS[translation.source_kind],
        "reference": of.reference if of is not None else "",
        "language": language(translation.written_in or ""),
        "said": language_said(translation.written_in),
        "state": STATES[translation.state],
    }


@pages.form(f"{ROOT}/<int:number>", needs=Permission.SCREEN, of=queries.at_desk)
def translation(translation: Translation) -> Any:  # noqa: ANN401 - an answer
    """Original and translation side by side: who translates it, approve it, return it, or put its language right."""
    act = request.form.get("act", "")
    forms = {
        "language": LanguageForm(formdata=None, data={"code": translation.written_in}),
        "ask": AskForm(formdata=None),
        "return": ReturnForm(formdata=None),
    }
    if request.method == "POST" and act in forms:
        forms[act] = {"language": LanguageForm, "ask": AskForm, "return": ReturnForm}[act]()
    known = queries.translators()
    forms["ask"].who.choices = [
        *((str(person.id), person.name) for person in known if person.id != viewer.current().id),
        (MYSELF, _("I translate it myself")),
        (NEW, _("Somebody else")),
    ]
    forms["ask"].into.choices = [(code, NAMES.get(code, code)) for code in offered() if code != translation.written_in]
    forms["ask"].into.data = forms["ask"].into.data or _usual(translation)
    if request.method == "POST":
        form = forms.get(act)
        try:
            if form is None or form.validate_on_submit():
                said = _done(translation, act, form, known)
                flash(said)
                if act == "ask" and forms["ask"].who.data == MYSELF:
                    return see_other(".translate", number=translation.id)
                return see_other(".translation", **_here(translation))
        except PortalError as refused:
            if form is None or refused.field is None:
                raise
            form.fail(refused.field, failures.sentence(refused))
    candidacy = queries.candidacy_of(translation)
    texts = queries.originals(translation)
    return render_template(
        "nominations/translation.html",
        cycle=translation.cycle,
        translation=translation,
        forms=forms,
        candidacy=candidacy,
        kind=KINDS[translation.source_kind],
        texts=[{"title": label(each), "original": each.text, **_beside(translation, each)} for each in texts],
        written=language(translation.written_in or ""),
        said=language_said(translation.written_in),
        into=language(translation.language),
        state=STATES[translation.state],
        steps={step.value for step in TRANSLATION.steps(translation.state)},
        own=translation.translator_id == viewer.current().id,
        file=queries.file_of(translation),
        number=queries.number_of(translation),
        asked_all_the_same=translation.state is TranslationState.NOT_NEEDED and bool(forms["ask"].into.choices),
        read_here=translation.written_in == queries.read_here(),
        may_correct=translation.state in {TranslationState.NOT_NEEDED, TranslationState.WANTED, TranslationState.ASKED},
        may_read=candidacy is not None and may(viewer.current(), Permission.READ_CANDIDACY, candidacy),
    ), 422 if any(form.errors for form in forms.values()) else 200


def _beside(translation: Translation, original: Original) -> dict[str, Any]:
    held = translation.texts.get(original.key, {})
    return {
        "translated": held.get("text", ""),
        "other_words": bool(held) and held.get("of") != queries.digest(original.text),
    }


def _here(translation: Translation) -> dict[str, Any]:
    cycle = translation.cycle
    return {"slug": cycle.award.slug, "year": cycle.year, "number": translation.id}


def _done(translation: Translation, act: str, form: Any, known: list[Person]) -> str:  # noqa: ANN401 - one of the forms
    """Do what was pressed, and return what to say of it."""
    by, at = viewer.current(), clock.now()
    if act == "language":
        actions.correct(translation, code=form.code.data or "", by=by, at=at)
        return str(_("It is written in %(language)s.", language=language_said(form.code.data)))
    if act == "ask":
        translator = _translator(form, known, at)
        if form.into.data:
            actions.aim(translation, form.into.data, by=by, at=at)
        actions.ask(translation, translator, by=by, at=at)
        return str(_("%(name)s translates it.", name=translator.name))
    if act == "return":
        actions.give_back(translation, reason=form.reason.data or "", by=by, at=at)
        return str(_("Returned, with your words."))
    if act == "approve":
        actions.approve(translation, version=number(request.form.get("version", "")), by=by, at=at)
        return str(_("Approved. It stands beside the original now."))
    steps = {
        "take back": (actions.take_back, _("Taken back. What was typed is kept.")),
        "set aside": (actions.set_aside, _("It needs no translation.")),
    }
    again = (actions.open_again, _("Open for changes. Until it is approved again, readers see the original alone."))
    step, said = steps.get(act, again)
    step(translation, by=by, at=at)
    return str(said)


def _usual(translation: Translation) -> str:
    """Return the language chosen before: the one that a text is translated into, or, of one that is in it, the next offered."""
    others = [code for code in offered() if code != translation.written_in]
    return translation.language if translation.language in others else others[0] if others else ""


def _translator(form: AskForm, known: list[Person], at: Any) -> Person:  # noqa: ANN401 - an instant
    if form.who.data == MYSELF:
        return viewer.current()  # type: ignore[no-any-return]
    chosen = next((person for person in known if str(person.id) == form.who.data), None)
    if chosen is not None:
        return chosen
    if form.who.data != NEW:
        raise Refused(N_("Choose who translates it"), field="who")
    if not (form.name.data or "").strip():
        raise Refused(N_("Write their name"), field="name")
    if not (form.email.data or "").strip():
        raise Refused(N_("Write their e-mail address"), field="email")
    return actions.person_to_ask(form.name.data or "", form.email.data or "", language=queries.read_here(), at=at)


# ---------------------------------------------------------------- the translator


def _asked(number: int) -> Translation | None:
    return queries.by_number(number)


def _form(translation: Translation) -> tuple[list[Original], TypedForm]:
    texts = queries.originals(translation)
    return texts, typed_form(texts, translation.texts, version=translation.version, label=label)


@pages.form("/translations/<int:number>", needs=Permission.TRANSLATE, of=_asked)
def translate(translation: Translation) -> Any:  # noqa: ANN401 - an answer
    """Translate the text that one was given, and nothing else: typed beside the original, saved at any time, handed in once."""
    texts, form = _form(translation)
    writable = translation.state is TranslationState.ASKED
    if form.validate_on_submit():
        later = bool(request.form.get("later"))
        said, by, at = form.said(texts), viewer.current(), clock.now()
        try:
            if later:
                actions.save(translation, said, version=number(form.version.data or ""), at=at)
                flash(_("Saved. You can finish this later."))
            else:
                actions.hand_in(translation, said, version=number(form.version.data or ""), by=by, at=at)
                flash(_("Thank you. The office reads it beside the original."))
            return see_other(".translate", number=translation.id)
        except PortalError as refused:
            keys = [each.key for each in texts]
            place = keys.index(refused.field) if refused.field in keys else 0
            form.fail(f"text_{place}", failures.sentence(refused))
            form.version.data = str(translation.version)
    return render_template(
        "nominations/translate.html",
        translation=translation,
        form=form,
        texts=[
            {"title": label(each), "original": each.text, "field": form[f"text_{place}"]}
            for place, each in enumerate(texts)
        ],
        written=language(translation.written_in or ""),
        said=language_said(translation.written_in),
        into=language(translation.language),
        writable=writable,
        file=queries.file_of(translation),
        state=STATES[translation.state],
        award=words_in(translation.cycle.award.name),
    ), form.status


@pages.page("/translations/<int:number>/pages/<int:place>", needs=Permission.TRANSLATE, of=_asked)
def translate_page(translation: Translation, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of a letter that came as a file, to whoever translates it."""
    return serving.picture(queries.file_of(translation), place)


@pages.step("/translations/<int:number>/draft", needs=Permission.TRANSLATE, of=_asked)
def translation_draft(translation: Translation) -> Any:  # noqa: ANN401 - an answer
    """Save what is typed while it is typed."""
    texts, form = _form(translation)
    if not form.validate_on_submit():
        return jsonify(errors=form.errors), 422
    at = clock.now()
    try:
        version = actions.save(translation, form.said(texts), version=number(form.version.data or ""), at=at)
    except Stale:
        return jsonify(conflict_url=url_for(".translate", number=translation.id)), 409
    return jsonify(saved_at=clock_time(at), version=version)
