"""Nominations on paper: the form to print; what came filled in, typed in from its scan, and compared by a second person."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal import clock
from portal.awards import queries as awards
from portal.errors import N_, NotFound, Refused, Stale
from portal.files import queries as files
from portal.files import rules as file_rules
from portal.files import serving
from portal.nominations.actions import papers as actions
from portal.nominations.actions.entering import NotReady, asked
from portal.nominations.forms.writing import ADULT, AGES, MINOR, QUOTES, RELATIONS, TELLS
from portal.nominations.models import Quote, Relation
from portal.nominations.queries import papers as queries
from portal.nominations.queries.writing import choosable
from portal.nominations.rules.papers import TO_TYPE, PaperState
from portal.nominations.rules.writing import MOST_PEOPLE, RELATION_WORDS
from portal.nominations.views.entering import drawn_with, entered, form_of, received, show, told_of, typed_before
from portal.nominations.views.pages import pages
from portal.policy import Permission
from portal.questions.drawing import AGREES, SAYS, answer_in_words, with_name
from portal.questions.forms import condition
from portal.questions.models import Asked, QuestionKind
from portal.web import failures, typesetting, viewer
from portal.web.fields import Form, Line, Text
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other
from portal.web.text import clock_time, locale, when, words_in, zone

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.nominations.actions.entering import Told
    from portal.nominations.models import Paper
    from portal.questions.models import Question

NOT_OPEN = N_("Nothing is open just now")
WORDS_A_LINE, CHARACTERS_A_LINE, MOST_LINES = 9, 55, 34


def _cycle_at(slug: str, year: int) -> Cycle | None:
    return awards.cycle_at(slug, year)


@pages.page("/nominate/<slug>/form.pdf", needs=Permission.BEGIN_NOMINATION)
def form_on_paper(slug: str) -> Any:  # noqa: ANN401 - a file
    """Print an open award's form, to be filled in by hand and brought to the office."""
    cycle = next((one for one in choosable(None, clock.now()) if one.award.slug == slug), None)
    if cycle is None:
        raise NotFound(NOT_OPEN)
    whole = awards.cycle_at(slug, cycle.year)
    return _printed(whole or cycle)


@pages.page("/desk/<slug>/<int:year>/questions/form.pdf", needs=Permission.MANAGE_CYCLE, of=_cycle_at)
def form_at_desk(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Print the form of any cycle's questions, before it opens too."""
    return _printed(cycle)


def _printed(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    large = bool(request.args.get("large"))
    made = typesetting.pdf(
        "form",
        facts(cycle, large=large),
        title=_("Nomination form: %(award)s, %(year)s", award=words_in(cycle.award.name), year=cycle.year),
        organization=g.organisation.name,
        code=locale(),
        at=clock.now().replace(microsecond=0, second=0),
        files={"qr.svg": typesetting.qr(_address(cycle))},
        accent=g.organisation.accent,
        large=large,
    )
    return typesetting.pdf_file(f"{cycle.award.slug}-{cycle.year}{'-large' if large else ''}", made)


def _address(cycle: Cycle) -> str:
    base: str = current_app.config["SETTINGS"].base_url
    return base.rstrip("/") + url_for(".begin", award=cycle.award.slug)


def facts(cycle: Cycle, *, large: bool) -> dict[str, Any]:
    """Return what the printed form says: the same questions as on the page, each with room to write on."""
    every = cycle.question_set.asked_of(Asked.NOMINATOR) if cycle.question_set else []
    own = cycle.self_nomination
    sections = [
        _section(
            _("Who are you?"),
            note=_("Under 13? Ask a grown-up to write it in their own name: we keep nothing of anybody younger."),
            fields=[
                _("Your name"),
                _("Your telephone"),
                _("Your e-mail address, if you have one"),
                *(
                    [_("If you are 13 to 17 and apply for yourself: your guardian's name and e-mail address")]
                    if own
                    else []
                ),
            ],
        ),
        _section(_("How old are you?"), choices=[str(AGES[MINOR]), str(AGES[ADULT])]),
        _section(
            _("Whom do you nominate?"),
            fields=[
                _("First name, as they use it"),
                _("Last name"),
                _("What they do, for instance teacher or principal"),
                _("Their school"),
            ],
        ),
        _section(
            _("How do you know them?"),
            note=_("Choose one, and say more in %(count)s words at most", count=RELATION_WORDS),
            choices=[str(said) for one, said in RELATIONS.items() if one is not Relation.SELF or own],
            lines=3,
        ),
        *(_asked(one, every, large=large) for one in every),
        _section(_("May we quote you?"), choices=[str(said) for said in QUOTES.values()]),
        _section(_("May they know that you nominated them?"), choices=[str(said) for said in TELLS.values()]),
    ]
    organisation = g.organisation
    return {
        "award": f"{words_in(cycle.award.name)}, {cycle.year}",
        "lead": [
            str(words_in(cycle.award.summary)),
            _("It has to reach us by %(when)s. What counts is when it arrives.", when=when(cycle.closes_at)),
            _(
                "Write in any language, by hand or by machine. Add sheets where you need more room, with the question's number."
            ),
        ],
        "sections": [{**section, "number": place} for place, section in enumerate(sections, start=1)],
        "help": [
            _("Bring or send it to %(name)s.", name=organisation.name),
            _(
                "Questions: %(who)s, %(phone)s, %(email)s",
                who=organisation.help_name,
                phone=organisation.help_phone,
                email=organisation.help_email,
            ),
            _("We type in exactly what you wrote, and a second person compares it with this paper, which we keep."),
        ],
        "office": [_("Reached us on (day and time)"), _("Taken by")],
        "words": {
            "qr": _("QR code of this form's page: %(address)s", address=_address(cycle)),
            "online": _("The same form on the web"),
            "send": _("When it is filled in"),
            "office": _("For the office"),
        },
    }


def _section(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "hint": "", "note": "", "lines": 0, "choices": [], "many": False, "fields": [], **more}


def _asked(question: Question, every: list[Question], *, large: bool) -> dict[str, Any]:
    nominee = _("the nominee")
    choices: dict[QuestionKind, list[str]] = {
        QuestionKind.YES_NO: [str(said) for said in SAYS.values()],
        QuestionKind.CONSENT: [str(said) for said in AGREES.values()],
    }
    notes = [_("Only if you answered: %(answer)s", answer=condition(question, every)) if question.shown_if else ""]
    if question.word_limit:
        notes.append(_("%(count)s words at most", count=question.word_limit))
    elif question.character_limit:
        notes.append(_("%(count)s characters at most", count=question.character_limit))
    if not question.required:
        notes.append(_("May stay empty"))
    hint = with_name(words_in(question.hint), nominee)
    if question.kind is QuestionKind.CHOICES:
        notes.append(_("Several answers are fine"))
    elif question.kind is QuestionKind.DATE:
        notes.append(_("Day, month and year"))
    elif question.kind is QuestionKind.FILE:
        notes.append(_("Put it with this form"))
    return _section(
        with_name(words_in(question.label), nominee),
        hint=str(hint),
        note=" · ".join(note for note in notes if note),
        choices=choices.get(question.kind, [str(words_in(said)) for _value, said in question.choices or []]),
        many=question.kind is QuestionKind.CHOICES,
        lines=_lines(question, large=large),
    )


def _lines(question: Question, *, large: bool) -> int:
    """Return how many lines leave room for a whole answer, written by hand."""
    if question.kind is QuestionKind.TEXT:
        longest = (question.word_limit or 0) / WORDS_A_LINE or (question.character_limit or 1500) / CHARACTERS_A_LINE
        return min(max(3, round(longest * (1.6 if large else 1))), MOST_LINES)
    alone = {QuestionKind.LINE, QuestionKind.NUMBER, QuestionKind.DATE, QuestionKind.SCHOOL, QuestionKind.LINK}
    return 1 if question.kind in alone else 0


# ---------------------------------------------------------------- forms that came


STATES = {
    PaperState.RECEIVED: ("not_started", _l("To be typed in")),
    PaperState.TYPED: ("undecided", _l("A second person compares it")),
    PaperState.RETURNED: ("blocks", _l("What was typed differs")),
    PaperState.COUNTED: ("done", _l("Counts as a nomination")),
    PaperState.SET_ASIDE: ("not_started", _l("Set aside")),
}
PAPERS = "/desk/<slug>/<int:year>/papers"
ONE = f"{PAPERS}/<int:number>"

pages.add_app_template_global(lambda paper: STATES[paper.state], "form_on_paper_state")


class TakeInForm(Form):
    """When a form came."""

    received = Line(
        _l("When it reached us"),
        most=40,
        description=_l("The day and time it was handed in or the mail came. This counts against the deadline."),
    )
    once = HiddenField()


class CompareForm(Form):
    """What a second person found, and the version that was compared."""

    words = Text(_l("What differs, or why it is set aside"), most=2000)
    version = HiddenField()


def _back(cycle: Cycle) -> dict[str, Any]:
    return {"slug": cycle.award.slug, "year": cycle.year}


@pages.form(PAPERS, needs=Permission.ENTER_NOMINATION, of=_cycle_at)
def papers(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """See which forms came on paper and where each stands, and take in one more."""
    form, now = TakeInForm(), clock.now()
    if request.method != "POST":
        form.once.data = secrets.token_urlsafe(24)
        form.received.data = now.astimezone(zone()).strftime("%Y-%m-%dT%H:%M")
    elif form.validate_on_submit():
        try:
            came = received(form, now)
            word = (form.once.data or "")[:60]
            paper = actions.take_in(cycle, received_at=came, once=word, by=viewer.current(), at=now)
        except Refused as refusal:
            form.fail(refusal.field or "received", failures.sentence(refusal))
        else:
            return see_other(".paper", number=paper.id, **_back(cycle))
    rows = listing(queries.of_cycle(cycle), page=asked_page(), scalars=False)
    return render_template("nominations/papers.html", cycle=cycle, form=form, rows=rows), form.status


def _version(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no version has more digits


def _scan(paper: Paper) -> dict[str, Any]:
    file = files.by_id(paper.file_id) or files.newest(paper, file_rules.SCAN.name)
    return {"file": file, "file_state": serving.shown(file) if file is not None else None}


@pages.form(ONE, needs=Permission.SCREEN, of=queries.at)
def paper(paper: Paper) -> Any:  # noqa: ANN401 - an answer
    """Read one form beside what was typed from it; type it in, or compare the two."""
    cycle = paper.cycle
    if paper.state in TO_TYPE:
        return _typing(paper)
    form = CompareForm(data={"version": str(paper.version)})
    if request.method == "POST" and paper.state is not PaperState.TYPED:  # pressed twice, or somebody else was first
        return see_other(".paper", number=paper.id, **_back(cycle))
    if request.method == "POST" and form.validate():
        answer = _compared(paper, form)
        if answer is not None:
            return answer
    told = actions.read(paper)
    return render_template(
        "nominations/paper.html",
        cycle=cycle,
        paper=paper,
        form=form,
        rows=_rows(told, cycle),
        second=queries.second_people(paper),
        own=paper.typed_by_id == viewer.current().id,
        **_scan(paper),
    ), form.status


def _compared(paper: Paper, form: CompareForm) -> Any:  # noqa: ANN401 - an answer, or None where something must be said first
    done = {"version": _version(form.version.data), "by": viewer.current(), "at": clock.now()}
    words, act = form.words.data or "", request.form.get("act")
    try:
        if act == "count":
            return entered(paper.cycle, actions.count(paper, **done))
        if act == "aside":
            actions.set_aside(paper, words=words, **done)
            flash(_("%(reference)s is set aside. It is kept.", reference=paper.reference))
        else:
            actions.send_back(paper, words=words, **done)
            flash(_("Whoever typed it in puts it right, and it is compared again."))
    except (Refused, Stale) as refusal:
        form.fail(getattr(refusal, "field", None) or "words", failures.sentence(refusal))
        return None
    return see_other(".papers", **_back(paper.cycle))


def _typing(paper: Paper) -> Any:  # noqa: ANN401 - an answer
    cycle, now = paper.cycle, clock.now()
    before = typed_before(actions.read(paper), cycle) if paper.told else {"language": "en"}
    form: Any = form_of(cycle, {**before, "thank": paper.thank, "received": "-"})
    version = _version(request.form.get("version")) if request.method == "POST" else paper.version
    status = form.status
    if request.headers.get("X-Autosave"):
        return _autosaved(paper, form, version, now)
    if request.method == "POST":
        if request.form.get("find") or request.form.get("add_person"):
            if request.form.get("add_person") and len(form.people) < MOST_PEOPLE:
                form.people.append_entry()
            status = 200
        elif _fits(form):
            answer = _typed(paper, form, version, now)
            if answer is not None:
                return answer
    return render_template(
        "nominations/paper_typing.html",
        paper=paper,
        version=version,
        second=queries.second_people(paper),
        **drawn_with(cycle, form),
        **_scan(paper),
    ), status


def _autosaved(paper: Paper, form: Any, version: int, now: datetime) -> Any:  # noqa: ANN401 - a form, and an answer
    if not form.validate():
        wrong = {name: [str(one) for one in found] for name, found in form.errors.items() if isinstance(name, str)}
        return jsonify(errors=wrong), 422
    try:
        actions.keep(paper, told_of(form), version=version, thank=bool(form.thank.data))
    except Refused as refusal:
        if refusal.field is None:
            raise
        return jsonify(errors={refusal.field: [failures.sentence(refusal)]}), 422
    return jsonify(saved_at=clock_time(now), version=paper.version)


def _fits(form: Any) -> bool:  # noqa: ANN401 - a form
    """Say whether what was typed can be kept. Whoever sets a form aside needs nothing but the reason; of a child nothing is looked at."""
    act = request.form.get("act")
    return act == "child" or bool(form.why.validate(form) if act == "aside" else form.validate())


def _typed(paper: Paper, form: Any, version: int, now: datetime) -> Any:  # noqa: ANN401 - a form, and an answer or None
    act, told, thank = request.form.get("act"), told_of(form), bool(form.thank.data)
    try:
        if act == "aside":
            actions.set_aside(paper, words=form.why.data or "", version=version, by=viewer.current(), at=now)
            flash(_("%(reference)s is set aside. It is kept.", reference=paper.reference))
        elif act == "child":
            actions.let_go(paper, version=version, by=viewer.current(), at=now)
            flash(_("Nothing of it is kept, but that a form came."))
        elif act == "later":
            actions.keep(paper, told, version=version, thank=thank)
            flash(_("Saved. You can finish this later."))
        else:
            actions.type_in(paper, told, version=version, thank=thank, by=viewer.current(), at=now)
            flash(_("Typed in. It counts once a second person has compared it with the paper."))
    except NotReady as lacking:
        show(form, lacking)
        return None
    except (Refused, Stale) as refusal:
        field = "why" if act == "aside" else getattr(refusal, "field", None) or "nominator_name"
        form.fail(field, failures.sentence(refusal))
        return None
    return see_other(".papers", **_back(paper.cycle))


def _rows(told: Told, cycle: Cycle) -> list[dict[str, Any]]:
    """Return what was typed, in the order of the paper."""
    people = [
        ", ".join(x for x in (f"{one['given']} {one['family']}".strip(), one["role"], one["email"]) if x)
        for one in told.people
    ]
    place = [school.name for school in told.schools] + ([told.place_text] if told.place_text else [])
    place += [_("They work for the district, at no one school")] if told.central else []
    how = str(RELATIONS[Relation(told.relation)]) if told.relation else ""
    guardian = [told.guardian_name, told.guardian_email]
    rows = [
        (_("Who nominates"), [told.name, told.phone, told.email, str(AGES.get(told.age, ""))]),
        *([(_("Parent or guardian"), guardian)] if any(guardian) else []),
        (_("Whom they nominate"), people + place),
        (_("How they know them"), [how, told.relation_text]),
    ]
    asked_now = {one.key for one in asked(cycle, told.answers)}
    for one in cycle.question_set.asked_of(Asked.NOMINATOR) if cycle.question_set else []:
        if one.key in asked_now and one.kind is not QuestionKind.FILE:
            text = answer_in_words(one, told.answers.get(one.key, ""))
            rows.append((with_name(words_in(one.label), _("the nominee")), [text]))
    quoted = str(QUOTES[Quote(told.quote)]) if told.quote else ""
    rows.append((_("May we quote them?"), [quoted]))
    rows.append((_("May the nominee be told who nominated them?"), [str(TELLS.get(told.tell, ""))]))
    return [{"name": name, "text": "\n".join(line for line in lines if line)} for name, lines in rows]


@pages.page(f"{PAPERS}.csv", needs=Permission.ENTER_NOMINATION, of=_cycle_at)
def papers_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Give the forms of a cycle as a file."""
    return table_file(
        f"papers-{cycle.award.slug}-{cycle.year}",
        [_("Form"), _("Reached us"), _("Where it stands"), _("Typed in by"), _("Became")],
        (
            (
                paper.reference,
                paper.received_at.isoformat(),
                str(STATES[paper.state][1]),
                typist.name if typist else "",
                reference or "",
            )
            for paper, typist, reference in queries.every_of_cycle(cycle)
        ),
    )


@pages.form(f"{ONE}/scan", needs=Permission.SCREEN, of=queries.at, most=serving.MOST_REQUEST)
def paper_scan(paper: Paper) -> Any:  # noqa: ANN401 - an answer
    """Send the scan of a form, in parts where the browser can."""
    then, now = url_for(".paper", number=paper.id, **_back(paper.cycle)), clock.now()
    if request.method != "POST":
        return redirect(then, code=303)
    if paper.state not in {*TO_TYPE, PaperState.TYPED}:
        raise Refused(actions.OVER)
    try:
        sent = serving.receive(
            paper,
            file_rules.SCAN,
            owner=viewer.current(),
            at=now,
            attach=lambda file: actions.attach(paper, file, by=viewer.current(), at=now),
            then=then,
        )
    except Refused as refusal:
        if refusal.field != "file":
            raise
        flash(failures.sentence(refusal), "error")
        return redirect(then, code=303)
    return sent if sent is not None else redirect(then, code=303)


@pages.step(f"{ONE}/scan/removal", needs=Permission.SCREEN, of=queries.at)
def paper_scan_removal(paper: Paper) -> Any:  # noqa: ANN401 - an answer
    """Take a wrong scan out again."""
    actions.attach(paper, None, by=viewer.current(), at=clock.now())
    flash(_("The file is taken out."))
    return see_other(".paper", number=paper.id, **_back(paper.cycle))


@pages.page(f"{ONE}/scan/state", needs=Permission.SCREEN, of=queries.at)
def paper_scan_state(paper: Paper) -> Any:  # noqa: ANN401 - an answer
    """Tell the page's script whether the scan is checked yet."""
    return serving.state(files.by_id(paper.file_id))


@pages.page(f"{ONE}/scan/download", needs=Permission.SCREEN, of=queries.at)
def paper_scan_download(paper: Paper) -> Any:  # noqa: ANN401 - an answer
    """Save the scan."""
    return serving.download(files.by_id(paper.file_id))


@pages.page(f"{ONE}/scan/<int:place>", needs=Permission.SCREEN, of=queries.at)
def paper_scan_page(paper: Paper, place: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of the scan."""
    return serving.picture(files.by_id(paper.file_id), place)
