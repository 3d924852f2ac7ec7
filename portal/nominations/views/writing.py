"""Nominating, one thing a page. Every page works without script; with it, what is typed is saved as it is typed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from babel.lists import format_list
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from portal import clock
from portal.accounts import actions as accounts
from portal.accounts import cookies
from portal.awards.rules import MAY_NOMINATE, CycleStage, all_but_themself, who_may_nominate
from portal.errors import PortalError, TooLate
from portal.files import queries as files
from portal.files import rules as file_rules
from portal.files import serving
from portal.files.rules import FileState
from portal.nominations.actions import snapshots
from portal.nominations.actions import writing as actions
from portal.nominations.doubts import actions as doubts
from portal.nominations.doubts import queries as doubted
from portal.nominations.forms.writing import (
    ADULT,
    AGES,
    CENTRAL,
    CHILD,
    MINOR,
    OTHER,
    OWN,
    QUOTES,
    RELATIONS,
    TELLS,
    AwardsForm,
    BeginForm,
    BothForm,
    DiscardForm,
    NomineeForm,
    PartForm,
    QuoteForm,
    RelationForm,
    WithdrawalForm,
    YouForm,
    answer_form,
)
from portal.nominations.models import Entered, Quote, Relation
from portal.nominations.queries import letters
from portal.nominations.queries import writing as queries
from portal.nominations.queries.together import choosable as more_awards
from portal.nominations.queries.together import near
from portal.nominations.queries.together import offers as offers_for
from portal.nominations.queries.writing import ANSWERS, NOMINEE, QUOTE, RELATION, YOU, by_reference, page_of
from portal.nominations.rules import NEVER_SENT, WRITABLE, Stage
from portal.nominations.rules.letters import OPEN, LetterState
from portal.nominations.rules.writing import MOST_PEOPLE, MOST_SCHOOLS, RELATION_WORDS
from portal.nominations.views.pages import pages
from portal.people.rules import address_key
from portal.policy import Permission
from portal.questions import queries as wordings
from portal.questions.drawing import answer_in_words, asked_as, limits, snapshot_in_words, with_name
from portal.questions.models import QuestionKind, Sensitivity
from portal.questions.rules import TEXTS, count_characters, count_words
from portal.schools import queries as schools
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import keep, see_other
from portal.web.text import babel_locale, clock_time, either, figures, locale, paragraphs, when, words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle
    from portal.nominations.models import Answer, Aside, Nomination, Sitting
    from portal.nominations.queries.writing import Writer
    from portal.questions.models import Question
    from portal.questions.rules import Problem

pages.add_app_template_global(snapshot_in_words, "answer_words")

CYCLES_OVER = ("released", "archived")
SHORT = 260  # letters of an answer shown before "Show all of it"


# ---------------------------------------------------------------- beginning


@pages.form("/nominate", needs=Permission.BEGIN_NOMINATION)
def begin() -> Any:  # noqa: ANN401 - an answer
    """Choose one or several awards."""
    now, who = clock.now(), queries.writer()
    open_now, last = queries.choosable(who.person_id, now), queries.last_sitting(who)
    form = AwardsForm()
    form.awards.choices = [(cycle.award.slug, words_in(cycle.award.name)) for cycle in open_now]
    facts = {cycle.award.slug: words_in(cycle.award.summary) for cycle in open_now}
    if request.method != "POST":
        asked = set(request.args.getlist("award"))
        form.awards.data = [slug for slug in facts if slug in asked or len(open_now) == 1]
        form.once.data = secrets.token_urlsafe(24)
    elif form.validate_on_submit():
        chosen = form.awards.data or []
        if not chosen:
            form.fail("awards", _("Choose at least one award"))
        elif request.form.get("other"):
            return see_other(".begin_you", award=chosen, other=1, **_whom())
        elif last is None or not last.nominator_email or _must_ask(last, open_now, chosen):
            return see_other(".begin_you", award=chosen, **_whom())
        else:
            return _begun(
                [cycle for cycle in open_now if cycle.award.slug in chosen],
                name=last.nominator_name,
                email=last.nominator_email,
                once=form.once.data,
                minor=last.nominator_minor,
            )
    return render_template(
        "nominations/begin.html",
        form=form,
        open_now=open_now,
        facts=facts,
        last=last,
        applies=_whom().get("whom") == OWN,
    ), form.status


def _whom() -> dict[str, str]:
    """Return what the link that somebody came by says of whom it is for: it is chosen already on the page that asks."""
    whom = request.args.get("whom")
    return {"whom": whom} if whom in {OWN, OTHER} else {}


def _must_ask(last: Sitting, open_now: list[Cycle], chosen: list[str]) -> bool:
    """Say whether something is to be asked of somebody we know: their age, or whether they apply for themself."""
    return last.nominator_minor is None or any(c.self_nomination for c in open_now if c.award.slug in chosen)


@pages.form("/nominate/you", needs=Permission.BEGIN_NOMINATION)
def begin_you() -> Any:  # noqa: ANN401 - an answer
    """Say whom it is for, how old one is, and a name and an address, and go on at once. Of a child nothing is kept."""
    now, who = clock.now(), queries.writer()
    asked = set(request.args.getlist("award"))
    chosen = [cycle for cycle in queries.choosable(who.person_id, now) if cycle.award.slug in asked]
    if not chosen:
        return redirect(url_for(".begin"), code=303)
    form = BeginForm()
    own = any(cycle.self_nomination for cycle in chosen)
    if not own:
        del form.whom
    if request.method != "POST":
        form.once.data = secrets.token_urlsafe(24)
        _known(form, who, own=own)
    elif form.age.data == CHILD:
        return _too_young(own=own)
    else:
        form.validate()
        if own and form.whom.data not in {OWN, OTHER}:
            form.fail("whom", _("Choose whom it is for"))
        if form.age.data not in AGES:
            form.fail("age", _("Choose how old you are"))
        if not form.errors:
            return _begun(
                chosen,
                name=form.name.data or "",
                email=form.email.data or "",
                once=form.once.data,
                minor=form.age.data == MINOR,
                own=own and form.whom.data == OWN,
            )
    return render_template("nominations/begin_you.html", form=form, cycles=chosen, own=own), form.status


def _known(form: BeginForm, who: Writer, *, own: bool) -> None:
    """Fill in what this writer said before, or what we know of whoever is signed in."""
    last = None if request.args.get("other") else queries.last_sitting(who)
    person = viewer.current() if who.person_id else None
    if last is not None:
        form.name.data, form.email.data = last.nominator_name, last.nominator_email
        form.age.data = (
            {True: MINOR, False: ADULT}.get(last.nominator_minor) if last.nominator_minor is not None else None
        )
    elif person is not None:
        form.name.data, form.email.data = f"{person.given_name} {person.family_name}".strip(), person.email
    if own and request.args.get("whom") in {OWN, OTHER}:
        form.whom.data = request.args["whom"]


def _too_young(*, own: bool) -> Any:  # noqa: ANN401 - an answer
    """Say kindly that nothing may be asked of a child. Nothing of what was typed is kept, nor shown back."""
    return render_template("nominations/too_young.html", own=own), 200


def _begun(
    cycles: list[Cycle], *, name: str, email: str, once: str | None, minor: bool | None, own: bool = False
) -> Any:  # noqa: ANN401 - an answer
    now, who = clock.now(), queries.writer()
    person = viewer.current() if who.person_id else None
    sitting = actions.begin_sitting(
        cycles,
        name=name,
        email=email,
        session=cookies.browser_session(),
        language=str(get_locale() or "en"),
        once=once[:60] if once else None,
        confirmed=person is not None and person.email_key is not None and person.email_key == address_key(email),
        minor=minor,
        own=own,
        at=now,
    )
    trapped = bool(request.form.get("leave_empty", "").strip())
    doubts.note(sitting, trapped=trapped, proof=request.form.get("proof", ""), at=now)
    return see_other(".nominee", reference=queries.first_of(sitting, cycles))


@pages.page("/nominate/schools", needs=Permission.BEGIN_NOMINATION)
def find_schools() -> Any:  # noqa: ANN401 - an answer
    """Return schools that match a part of a name, for whoever types with script."""
    return jsonify(
        [{"value": str(school.id), "words": school.name} for school in schools.matching(request.args.get("q", ""))]
    )


@pages.page("/nominations", needs=Permission.SEE_OWN_NOMINATIONS)
def mine() -> str:
    """List what one has written, here or with a confirmed address."""
    who = queries.writer()
    written = listing(queries.written_by(who), page=asked_page())
    rows = [_row(nomination) for nomination in written.items]
    newest = rows[0]["nomination"] if rows else None
    another = (  # in the same sitting, so that nothing is typed again
        url_for(".another_person", reference=newest.reference)
        if newest is not None and newest.cycle.stage is CycleStage.OPEN and newest.entered is Entered.WEB
        else url_for(".begin")
    )
    return render_template(
        "nominations/mine.html", listing=written, rows=rows, claims=queries.claims(who), another=another
    )


@pages.page("/nominations.csv", needs=Permission.SEE_OWN_NOMINATIONS)
def mine_csv() -> Any:  # noqa: ANN401 - a file
    """Give what one has written, and where each stands, as a CSV file."""
    header = [_("Reference"), _("Nominee"), _("Award"), _("Year"), _("Where it stands"), _("Sent")]
    rows = [
        (
            nomination.reference,
            row["name"],
            row["award"],
            nomination.cycle.year,
            row["word"],
            when(nomination.submitted_at),
        )
        for nomination in queries.every_written_by(queries.writer())
        for row in [_row(nomination)]
    ]
    return table_file("my-nominations", header, rows)


def _row(nomination: Nomination) -> dict[str, Any]:
    words = {
        Stage.DRAFT: _("Writing"),
        Stage.REVISING: _("Being changed; what you sent stands"),
        Stage.RETURNED: _("Returned to you"),
        Stage.SUBMITTED: _("With us"),
        Stage.LATE: _("Left with us after the deadline"),
        Stage.REFUSED: _("Not accepted: it was late"),
        Stage.WITHDRAWN: _("Withdrawn"),
        Stage.VOID: _("Set aside"),
        Stage.DISCARDED: _("Discarded"),
    }
    return {
        "nomination": nomination,
        "name": queries.nominee_names(nomination) or _("Somebody, not named yet"),
        "award": words_in(nomination.cycle.award.name),
        "state": "done"
        if nomination.stage is Stage.SUBMITTED
        else "writing"
        if nomination.stage in WRITABLE
        else "not_started",
        "word": words[nomination.stage],
    }


@pages.step("/nominations/claims/<int:number>/confirmation", needs=Permission.SEE_OWN_ACCOUNT, of=queries.claim)
def claim(sitting: Sitting) -> Any:  # noqa: ANN401 - an answer
    """Say that what was begun elsewhere with one's address is one's own."""
    actions.confirm(sitting, by=viewer.current(), at=clock.now())
    flash(_("It is among your nominations now."))
    return see_other(".mine")


@pages.step("/nominations/leaving", needs=Permission.SEE_OWN_NOMINATIONS)
def leave() -> Any:  # noqa: ANN401 - an answer
    """Leave a shared computer: this browser remembers nothing from now on."""
    accounts.end_session(viewer.visit(), by=viewer.current(), at=clock.now())
    cookies.forget()
    flash(_("This browser remembers nothing now. The link in your mail opens what you wrote."))
    return redirect("/", code=303)


def _link_again(sitting: Sitting, reference: str) -> Any:  # noqa: ANN401 - an answer
    if actions.send_link(sitting, at=clock.now()):
        flash(_("A new link is on its way to %(email)s.", email=sitting.nominator_email or ""))
    else:
        flash(
            _(
                "Several links went to %(email)s within the hour. Look among unwanted mail, or try again later.",
                email=sitting.nominator_email or "",
            ),
            "error",
        )
    return see_other(".tasks", reference=reference)


# ---------------------------------------------------------------- one nomination


def _name(nomination: Nomination) -> str:
    """Return the nominee's name for headings and questions, or words that stand for it."""
    names = [named.name for named in nomination.named if named.name]
    if len(names) == 1:
        return names[0]
    return str(format_list(names, locale=babel_locale(locale()))) if names else str(_("the person"))


OWN_LABELS = {
    NOMINEE: _l("About you"),
    RELATION: _l("Who it is for"),
}
_LABELS = {
    YOU: _l("Your name and address"),
    NOMINEE: _l("Who you are nominating"),
    RELATION: _l("How you know them"),
    QUOTE: _l("May we quote you?"),
}


def _label(nomination: Nomination, part: str, name: str | None = None) -> str:
    if part in OWN_LABELS and queries.applies(nomination):
        return str(OWN_LABELS[part])
    if part in _LABELS:
        return str(_LABELS[part])
    asks = queries.question(nomination, part.removeprefix(ANSWERS))
    return with_name(words_in(asks.short) or words_in(asks.label), name or _name(nomination)) if asks else part


def _url(nomination: Nomination, part: str) -> str:
    if part.startswith(ANSWERS):
        return url_for(".answer", reference=nomination.reference, key=part.removeprefix(ANSWERS))
    return url_for(f".{part}", reference=nomination.reference)


def _tasks(nomination: Nomination, current: str | None = None) -> list[dict[str, Any]]:
    """Return the parts with where each stands: done, begun, or not yet."""
    rows, name = [], _name(nomination)
    for part in queries.part_names(nomination):
        held = queries.fields(nomination, part)
        begun, stops = any(held.values()), queries.problems(nomination, part, held)
        state = "not_started" if not begun else "writing" if part == current or stops else "done"
        row = {
            "label": _label(nomination, part, name),
            "url": _url(nomination, part),
            "state": state,
            "current": part == current,
        }
        if state == "not_started" and not stops:
            row["word"] = _("May stay empty")
        rows.append(row)
    return rows


def _next_url(nomination: Nomination, part: str) -> str:
    names = queries.part_names(nomination)
    after = names[names.index(part) + 1 :] if part in names else []
    after = [name for name in after if name != RELATION or not queries.applies(nomination)]
    return _url(nomination, after[0]) if after else url_for(".check", reference=nomination.reference)


def _back_url(nomination: Nomination, part: str) -> str:
    names = queries.part_names(nomination)
    before = names[: names.index(part)] if part in names else []
    return (
        _url(nomination, before[-1])
        if before and before[-1] != YOU
        else url_for(".tasks", reference=nomination.reference)
    )


def _facts(nomination: Nomination) -> dict[str, Any]:
    """Return what every page of a nomination is drawn with."""
    now = clock.now()
    closes = actions.closing(nomination, at=now)
    return {
        "nomination": nomination,
        "name": _name(nomination),
        "own": queries.applies(nomination),
        "award": words_in(nomination.cycle.award.name),
        "closes": closes,
        "in_time": actions.in_time(nomination, at=now, closes=closes),
        "writable": nomination.stage in WRITABLE,
    }


def _part_facts(nomination: Nomination, part: str) -> dict[str, Any]:
    """Return what the page of one part is drawn with: the other parts stand beside it."""
    beside = {"part": part, "tasks": _tasks(nomination, part), "back_url": _back_url(nomination, part)}
    return {**_facts(nomination), **beside}


@pages.page("/nominations/<reference>", needs=Permission.READ_NOMINATION, of=page_of)
def tasks(nomination: Nomination) -> str:
    """See where a nomination stands, and go on with it."""
    letters_task = _letters_task(nomination)
    parts = [*_tasks(nomination), *letters_task]
    todo = [task for task in parts if task["state"] != "done" and task.get("word") is None]
    snapshot = queries.last_snapshot(nomination) if nomination.stage not in NEVER_SENT else None
    over = nomination.cycle.stage in CYCLES_OVER
    return render_template(
        "nominations/tasks.html",
        **_facts(nomination),
        tasks=parts,
        todo=todo,
        snapshot=snapshot,
        over=over,
        asides=_asides(nomination),
        together=queries.count_together(nomination),
        letters_task=letters_task[0] if letters_task else None,
    )


def _letters_task(nomination: Nomination) -> list[dict[str, Any]]:
    """Return the letters as one task more, where the award asks for some or the writer asked for one: the same status as everywhere."""
    plan = letters.plan_kept(nomination.cycle_id)
    asked = letters.of_nomination(nomination)
    if not asked and (plan is None or not plan.mix):
        return []
    came = sum(one.state is LetterState.RECEIVED for one in asked)
    waited = sum(one.state in OPEN for one in asked)
    missing = letters.missing(plan, asked, [nomination.relation])
    words = ngettext("%(num)s came", "%(num)s came", came) if came else _("None yet")
    if waited:
        words = _("%(came)s, %(count)s asked", came=words, count=waited)
    state = "done" if not missing and came else "writing" if asked else "not_started"
    url = url_for(".letters", reference=nomination.reference)
    task = {"label": _("Letters of recommendation"), "url": url, "state": state, "word": words}
    return [
        {**task, "unasked": letters.unasked(plan, asked, [nomination.relation]), "due": letters.due(nomination.cycle)}
    ]


def _asides(nomination: Nomination) -> list[dict[str, Any]]:
    """Return what was typed in a second window and not settled, while the nomination can be changed."""
    if nomination.stage not in WRITABLE:
        return []
    return [{"number": one.id, "label": _label(nomination, one.part)} for one in queries.unsettled(nomination)]


@pages.step("/nominations/<reference>/link", needs=Permission.READ_NOMINATION, of=by_reference)
def link_again(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Send the link that opens it anywhere once more."""
    sitting = queries.with_nominator(nomination.sitting)
    return _link_again(sitting, nomination.reference)


# ---------------------------------------------------------------- saving one page


def _autosaving() -> bool:
    return bool(request.headers.get("X-Autosave"))


def _save(nomination: Nomination, part: str, form: PartForm) -> Any:  # noqa: ANN401 - an answer, or None: saved, and the page goes on
    """Save what a page holds. Gives an answer where that is the end of it: an autosave, or two texts to choose from."""
    now = clock.now()
    saved = actions.save(nomination, part, form.fields(), version=form.drawn_with, at=now)
    if saved.aside is not None:
        url = url_for(".both", reference=nomination.reference, number=saved.aside.id)
        return keep((jsonify(conflict_url=url), 409)) if _autosaving() else redirect(url, code=303)
    form.version.data = str(saved.version)
    if _autosaving():
        return jsonify(saved_at=clock_time(saved.at), version=saved.version)
    return None


def _not_kept(form: PartForm) -> Any:  # noqa: ANN401 - an answer, or None
    """Answer an autosave of what cannot be kept at all."""
    if not _autosaving():
        return None
    return jsonify(
        errors={name: [str(e) for e in errors] for name, errors in form.errors.items() if isinstance(name, str)}
    ), 422


def _went_on(nomination: Nomination, part: str, form: PartForm) -> Any:  # noqa: ANN401 - an answer, or None where something must be said first
    """After a save by a button: finish later, or go on to the next page unless this one has problems."""
    if request.form.get("later"):
        flash(_("Saved. You can finish this later."))
        return see_other(".tasks", reference=nomination.reference)
    found = queries.problems(nomination, part)
    for problem in found:
        form.fail(_field_of(problem, form), _sentence(problem))
    return None if found else redirect(_next_url(nomination, part), code=303)


def _field_of(problem: Problem, form: PartForm) -> str:
    return str(problem.facts.get("field") or next(name for name in ("answer", *form.data) if name in form))


def _sentence(problem: Problem) -> str:
    return failures.words(problem.message, problem.facts)


def _offers(nomination: Nomination, part: str) -> list[dict[str, Any]]:
    """Return what was said elsewhere in the sitting and may be taken up here, in words."""
    return [
        {
            "reference": offer.said_in.reference,
            "said_in": words_in(offer.said_in.cycle.award.name),
            "name": _name(offer.said_in),
            "same": offer.said_in.nominee_number == nomination.nominee_number,
            "words": _clipped(_fields_in_words(offer.said_in, part, offer.fields)),
        }
        for offer in offers_for(nomination, part)
    ]


def _clipped(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT].rsplit(' ', 1)[0]}…"


def _page(nomination: Nomination, part: str, form: PartForm, template: str, **more: Any) -> Any:  # noqa: ANN401 - an answer
    """Draw one page; after a POST, save it first and go on."""
    if request.method == "POST":
        if form.validate():
            answer = _save(nomination, part, form) or _went_on(nomination, part, form)
            if answer is not None:
                return answer
            return keep((render_template(template, form=form, **_part_facts(nomination, part), **more), 422))
        answer = _not_kept(form)
        if answer is not None:
            return answer
    elif nomination.stage not in WRITABLE:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    else:
        more["offers"] = _offers(nomination, part)
    return render_template(template, form=form, **_part_facts(nomination, part), **more), form.status


def _data(nomination: Nomination, part: str) -> dict[str, Any]:
    return {**queries.fields(nomination, part), "version": queries.version(nomination, part)}


@pages.form("/nominations/<reference>/you", needs=Permission.EDIT_NOMINATION, of=page_of)
def you(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Give one's name and address."""
    form = YouForm(data=_data(nomination, YOU))
    if not queries.needs_guardian(nomination):
        del form.guardian_name, form.guardian_email
    if nomination.sitting.confirmed_at is not None:
        form.email.data = nomination.sitting.nominator_email  # a confirmed address is not changed here
    answer = _page(nomination, YOU, form, "nominations/you.html")
    if request.method == "POST" and not _autosaving() and not form.errors:
        actions.settle_address(nomination.sitting, at=clock.now())
    return answer


@pages.form("/nominations/<reference>/nominee", needs=Permission.EDIT_NOMINATION, of=page_of)
def nominee(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Name the person, or the people of a team, and where they work or learn."""
    held = _data(nomination, NOMINEE)
    numbers = [str(number) for number in held["schools"]] + ([CENTRAL] if held["central"] else [])
    form = NomineeForm(data={**held, "schools": numbers})
    asked = min(request.args.get("people", 1, type=int), MOST_PEOPLE)
    while request.method != "POST" and len(form.people) < asked:
        form.people.append_entry()
    if request.method != "POST":
        form.find.data = request.args.get("find", "")[:100]
    aside = request.form.get("find_schools") or request.form.get("add_person")
    if request.method == "POST" and aside and form.validate():
        answer = _save(nomination, NOMINEE, form)
        if answer is not None:
            return answer
        if request.form.get("add_person"):
            return see_other(
                ".nominee",
                reference=nomination.reference,
                people=len(form.people) + 1,
                _anchor=f"people-{len(form.people)}-given",
            )
        return see_other(
            ".nominee",
            reference=nomination.reference,
            find=form.find.data or None,
            people=len(form.people),
            _anchor="find",
        )
    matches = list(schools.matching(form.find.data or "")) if form.find.data else []
    chosen = [value for value in form.schools.data or [] if value.isdecimal()]
    kept = schools.by_ids([int(value) for value in chosen if len(value) < 10][:MOST_SCHOOLS])  # noqa: PLR2004 - no school has a longer number
    there = {school.id for school in kept}
    elsewhere = near(nomination) if request.method != "POST" and not matches else {}
    listed = [*kept, *(m for m in [*matches, *schools.by_ids(elsewhere)] if m.id not in there)]
    form.schools.choices = [(str(s.id), s.name) for s in listed]
    form.schools.choices.append((CENTRAL, _("They work for the district, at no one school")))
    return _page(
        nomination,
        NOMINEE,
        form,
        "nominations/nominee.html",
        matches=matches,
        searched=bool(form.find.data),
        of_others={str(number): _name(other) for number, other in elsewhere.items()},
        most_people=MOST_PEOPLE,
    )


@pages.form("/nominations/<reference>/relation", needs=Permission.EDIT_NOMINATION, of=page_of)
def relation(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Say how one knows the nominee."""
    form = RelationForm(data=_data(nomination, RELATION))
    if not nomination.cycle.self_nomination:
        form.relation.choices = [(one.value, words) for one, words in RELATIONS.items() if one is not Relation.SELF]
    return _page(
        nomination, RELATION, form, "nominations/relation.html", most=RELATION_WORDS, nominators=_nominators(nomination)
    )


def _nominators(nomination: Nomination) -> dict[str, Any] | None:
    """Return who may nominate for this award, for a kind sentence, where that is not anybody; and whether the nominator is none of them."""
    chosen = who_may_nominate(nomination.cycle.eligibility)
    if not chosen:
        return None
    said = nomination.relation.value if nomination.relation else ""
    return {
        "words": either(_(MAY_NOMINATE[key]) for key in chosen),
        "all_but_themself": all_but_themself(chosen),
        "outside": bool(said) and said not in chosen and said != "other",
    }


@pages.form("/nominations/<reference>/quote", needs=Permission.EDIT_NOMINATION, of=page_of)
def quote(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Say whether one may be quoted and named."""
    return _page(nomination, QUOTE, QuoteForm(data=_data(nomination, QUOTE)), "nominations/quote.html")


@pages.form("/nominations/<reference>/answers/<key>", needs=Permission.EDIT_NOMINATION, of=page_of)
def answer(nomination: Nomination, key: str) -> Any:  # noqa: ANN401 - an answer
    """Answer one question."""
    asks = queries.question(nomination, key)
    if asks is None:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    part = f"{ANSWERS}{key}"
    held = queries.fields(nomination, part)
    if request.method != "POST" and asks not in queries.asked(nomination):
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    saved = queries.answer(nomination, asks.id)
    if asks.kind is QuestionKind.FILE:
        return _file_page(nomination, part, asks, saved)
    form = answer_form(
        asks,
        held["text"],
        nominee=_name(nomination),
        version=queries.version(nomination, part),
        own=queries.applies(nomination),
    )
    return _page(
        nomination,
        part,
        form,
        "nominations/answer.html",
        asks=asks,
        limits=limits(asks),
        saved=clock_time(saved.saved_at) if saved else "",
        before=_words_before(nomination, asks, saved),
    )


def _words_before(nomination: Nomination, asks: Question, saved: Answer | None) -> str:
    """Return the question as it read when it was answered, where its words were put right since; else ""."""
    if saved is None or not saved.text or asks.reworded_at is None:
        return ""
    words = wordings.words_at(asks, saved.saved_at)
    if words is asks:
        return ""
    return with_name(asked_as(words, own=queries.applies(nomination)), _name(nomination))


def _file_page(nomination: Nomination, part: str, asks: Question, saved: Answer | None) -> Any:  # noqa: ANN401 - an answer
    """Draw the page of a file. It is sent to an address of its own; here one goes on."""
    facts = _part_facts(nomination, part)
    if nomination.stage not in WRITABLE:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    later = bool(request.form.get("later"))
    found = queries.problems(nomination, part) if request.method == "POST" and not later else []
    if request.method == "POST" and not found:
        on = url_for(".tasks", reference=nomination.reference) if later else _next_url(nomination, part)
        return redirect(on, code=303)
    if not queries.problems(nomination, part):
        for task in facts["tasks"]:  # a file that is there is no longer being written
            task["state"] = "done" if task["current"] and task["state"] == "writing" else task["state"]
    file = files.by_id(saved.file_id) if saved is not None else None
    if file is None and saved is not None:
        file = files.newest(saved, file_rules.ANSWER.name)
    there = file is not None and file.state in {FileState.RECEIVED, FileState.CLEAN}
    stops = [{"id": "main" if there else "upload", "words": _sentence(problem)} for problem in found]
    return render_template(
        "nominations/answer_file.html",
        asks=asks,
        title=with_name(asked_as(asks, own=facts["own"]), facts["name"]),
        hint=with_name(words_in(asks.hint), facts["name"]),
        file=file,
        file_state=serving.shown(file) if file is not None else None,
        stops=stops,
        form=PartForm(),
        **facts,
    ), 422 if stops else 200


# ---------------------------------------------------------------- two texts


def _school_names(nomination: Nomination, numbers: list[int]) -> list[str]:
    """Return what schools are called, by name: those of the nomination are loaded with it."""
    known = {link.school_id: link.school.name for link in nomination.schools}
    if known.keys() >= set(numbers):
        return sorted(known[number] for number in numbers)
    return [school.name for school in schools.by_ids(numbers)]


def _fields_in_words(nomination: Nomination, part: str, fields: dict[str, Any]) -> str:
    """Return what a page holds as text, to be read beside another."""
    if part == NOMINEE:
        lines = [
            ", ".join(x for x in (f"{p['given']} {p['family']}".strip(), p["role"], p["email"]) if x)
            for p in fields["people"]
        ]
        lines += _school_names(nomination, fields["schools"])
        lines += [_("They work for the district, at no one school")] if fields["central"] else []
        return "\n".join([*lines, fields["place_text"]]).strip()
    if part == RELATION:
        chosen = str(RELATIONS[Relation(fields["relation"])]) if fields["relation"] else ""
        return f"{chosen}\n{fields['text']}".strip()
    if part == QUOTE:
        said = str(QUOTES[Quote(fields["quote"])]) if fields["quote"] else ""
        return f"{said}\n{TELLS.get(fields['tell'], '')}".strip()
    if part == YOU:
        guardian = " ".join(
            value for value in (fields.get("guardian_name", ""), fields.get("guardian_email", "")) if value
        )
        lines = [fields["name"], fields["email"], fields["phone"]]
        if guardian:
            lines.append(_("Parent or guardian: %(who)s", who=guardian))
        return "\n".join(value for value in lines if value)
    asks = queries.question(nomination, part.removeprefix(ANSWERS))
    return answer_in_words(asks, fields["text"]) if asks else str(fields.get("text", ""))


@pages.form("/nominations/<reference>/both/<int:number>", needs=Permission.EDIT_NOMINATION, of=by_reference)
def both(nomination: Nomination, number: int) -> Any:  # noqa: ANN401 - an answer
    """See what is saved and what was typed elsewhere, side by side, and choose. Nothing is overwritten unseen."""
    aside = queries.aside(number, nomination=nomination)
    if aside is None or aside.settled_at is not None:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    writes = aside.part.startswith(ANSWERS) and set(aside.fields) == {"text"}
    form = BothForm(data={"text": aside.fields.get("text", ""), "version": queries.version(nomination, aside.part)})
    if request.method == "POST" and form.validate():
        return _chosen(nomination, aside, form, writes=writes)
    held = queries.fields(nomination, aside.part)
    sides = {
        "saved": _fields_in_words(nomination, aside.part, held),
        "typed": _fields_in_words(nomination, aside.part, aside.fields),
    }
    return render_template(
        "nominations/both.html",
        form=form,
        aside=aside,
        writes=writes,
        sides=sides,
        label=_label(nomination, aside.part),
        **_facts(nomination),
    ), form.status


def _chosen(nomination: Nomination, aside: Aside, form: BothForm, *, writes: bool) -> Any:  # noqa: ANN401 - an answer
    now = clock.now()
    mine = request.form.get("choice") == "typed"
    fields = ({"text": form.text.data or ""} if writes else aside.fields) if mine else None
    saved = actions.settle(nomination, aside, fields=fields, version=form.drawn_with, at=now)
    if saved.aside is not None:
        return see_other(".both", reference=nomination.reference, number=saved.aside.id)
    flash(_("Saved what you typed here.") if mine else _("What was saved stands."))
    return redirect(_url(nomination, aside.part), code=303)


# ---------------------------------------------------------------- sending


def _summary(nomination: Nomination, problems: dict[str, list[Problem]]) -> list[dict[str, Any]]:
    """Return every part with its answer, to be checked; `problems` are those of the parts that have any."""
    name = _name(nomination)
    return [
        {"may_be_empty": part not in problems, **_summary_row(nomination, part, name)}
        for part in queries.part_names(nomination)
    ]


def _summary_row(nomination: Nomination, part: str, name: str) -> dict[str, Any]:
    text = _fields_in_words(nomination, part, queries.fields(nomination, part))
    row: dict[str, Any] = {
        "name": _label(nomination, part, name),
        "url": _url(nomination, part),
        "answer": _lines(text) if text else "",
    }
    if part.startswith(ANSWERS) and text:
        asks = queries.question(nomination, part.removeprefix(ANSWERS))
        if asks is not None and asks.kind in TEXTS:
            row["small"] = _length(asks, text)
        if len(text) > SHORT:
            row["answer"], row["full"] = _clipped(text), paragraphs(text)
    return row


def _length(asks: Question, text: str) -> str:
    if asks.character_limit is not None:
        return str(_("%(count)s characters", count=figures(count_characters(text))))
    return str(_("%(count)s words", count=figures(count_words(text))))


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _check(nomination: Nomination, *, status: int = 200, refusal: str | None = None, late: bool = False) -> Any:  # noqa: ANN401 - an answer
    facts, problems = _facts(nomination), queries.all_problems(nomination)
    stops = [
        {"url": _url(nomination, part), "words": f"{_label(nomination, part)}: {_sentence(problem)}"}
        for part, found in problems.items()
        for problem in found
    ]
    shown = stops if status != 200 else []  # noqa: PLR2004 - only a refused sending lists what stops it on top
    late = late or not facts["in_time"]
    return render_template(
        "nominations/check.html",
        **facts,
        rows=_summary(nomination, problems),
        apart=[_label(nomination, f"{ANSWERS}{asks.key}") for asks in queries.kept_apart(nomination)],
        stops=shown,
        refusal=refusal,
        late=late,
        ready=not stops,
        staff_alone=any(asks.sensitivity is Sensitivity.NEED for asks in queries.asked(nomination)),
        nominators=_nominators(nomination),
        asides=_asides(nomination),
        letters_task=next(iter(_letters_task(nomination)), None),
        proved=doubted.proved(nomination.sitting),
    ), status


@pages.page("/nominations/<reference>/check", needs=Permission.EDIT_NOMINATION, of=page_of)
def check(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Check one's answers before sending them."""
    if nomination.stage not in WRITABLE:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    return _check(nomination)


@pages.step("/nominations/<reference>/submission", needs=Permission.EDIT_NOMINATION, of=queries.to_send)
def submission(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Send it. Sent twice, it is sent once."""
    version = request.form.get("version", type=int)
    try:
        proof = request.form.get("proof")
        if proof:
            doubts.note(nomination.sitting, trapped=False, proof=proof, at=clock.now())
        source = doubts.source_of(request.remote_addr)
        actions.submit(nomination, version=version, source=source, at=clock.now())
    except actions.Incomplete as error:
        return _check(queries.afresh(nomination), status=422, refusal=failures.sentence(error))
    except PortalError as error:
        now = queries.afresh(nomination)
        if now.stage not in WRITABLE:
            raise
        return _check(now, status=409, refusal=failures.sentence(error), late=isinstance(error, TooLate))
    return see_other(".sent", reference=nomination.reference)


@pages.step("/nominations/<reference>/late", needs=Permission.EDIT_NOMINATION, of=by_reference)
def late(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Leave it with the staff after the deadline."""
    try:
        actions.hold_late(nomination, at=clock.now())
    except actions.Incomplete as error:
        return _check(nomination, status=422, refusal=failures.sentence(error))
    flash(_("It is with us as a late one. Staff accept it, with a reason, or refuse it, and we write to you."))
    return see_other(".tasks", reference=nomination.reference)


@pages.page("/nominations/<reference>/sent", needs=Permission.READ_NOMINATION, of=page_of)
def sent(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Thank the nominator, and say what happens next."""
    if nomination.stage is not Stage.SUBMITTED:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    following = queries.next_in_sitting(nomination)
    letters_task = next(iter(_letters_task(nomination)), None)
    return render_template(
        "nominations/sent.html",
        **_facts(nomination),
        following=following,
        same=following is not None and following.nominee_number == nomination.nominee_number,
        more_awards=more_awards(nomination, clock.now()),
        letters=letters.due(nomination.cycle) if letters_task else None,
        letters_task=letters_task,
        email=nomination.sitting.nominator_email,
        cycle=nomination.cycle,
    )


@pages.page("/nominations/<reference>/copy", needs=Permission.READ_NOMINATION, of=page_of)
def copy(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Read what one sent, word for word: also what came late, of which no snapshot is taken before it is accepted."""
    snapshot = queries.last_snapshot(nomination)
    if snapshot is None and nomination.received_at is None:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    return render_template(
        "nominations/copy.html",
        **_facts(nomination),
        sent_at=snapshot.taken_at if snapshot is not None else nomination.received_at,
        rows=_copied(
            nomination,
            snapshots.read(snapshot) if snapshot is not None else snapshots.facts_of(queries.afresh(nomination)),
        ),
    )


def _copied(nomination: Nomination, facts: dict[str, Any]) -> list[dict[str, Any]]:
    people = [
        " ".join(x for x in (p["given"], p["family"]) if x) + (f", {p['role']}" if p["role"] else "")
        for p in facts["nominees"]
    ]
    places = facts["schools"] + (
        [_("They work for the district, at no one school")] if facts["place"] == "central office" else []
    )
    how = str(RELATIONS[Relation(facts["relation"])]) if facts["relation"] else ""
    rows = [
        {"name": _("Your name"), "answer": facts["nominator"]["name"]},
        {
            "name": _label(nomination, NOMINEE),
            "answer": _lines("\n".join([*people, *places, facts["place_text"] or ""]).strip()),
        },
        {"name": _label(nomination, RELATION), "answer": _lines(f"{how}\n{facts['relation_text'] or ''}".strip())},
    ]
    order = [asks.key for asks in queries.every_question(nomination)]
    answers = facts["answers"]
    for key in sorted(answers, key=lambda key: order.index(key) if key in order else len(order)):
        said = answers[key]
        asks = queries.question(nomination, key)
        text = snapshot_in_words(said, asks)
        rows.append(
            {
                "name": with_name(words_in(said.get("own_label") or said["label"]), _name(nomination)),
                "small": _("%(count)s words", count=figures(count_words(text)))
                if text and not said.get("kind")
                else "",
                "answer": paragraphs(text),
            }
        )
    quoted = str(QUOTES[Quote(facts["quote"])]) if facts["quote"] else ""
    told = {True: TELLS["yes"], False: TELLS["no"]}.get(facts["may_tell_nominee"], "")
    told = TELLS["words"] if facts.get("may_show_words") else told
    if facts["quote"] or facts["relation"] != Relation.SELF.value:
        rows.append({"name": _label(nomination, QUOTE), "answer": _lines(f"{quoted}\n{told}".strip())})
    return rows


@pages.step("/nominations/<reference>/revision", needs=Permission.EDIT_NOMINATION, of=by_reference)
def revision(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Open what was sent for changes."""
    actions.revise(nomination, at=clock.now())
    flash(_("Change what you like. What you sent stands until you send it again."))
    return see_other(".tasks", reference=nomination.reference)


@pages.form("/nominations/<reference>/withdrawal", needs=Permission.EDIT_NOMINATION, of=by_reference)
def withdrawal(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Take it back, after being asked once."""
    form = WithdrawalForm()
    if form.validate_on_submit():
        actions.withdraw(nomination, at=clock.now())
        flash(_("Your nomination is withdrawn. It counts no more."))
        return see_other(".tasks", reference=nomination.reference)
    if nomination.stage is Stage.WITHDRAWN:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    return render_template("nominations/withdrawal.html", form=form, **_facts(nomination)), form.status


@pages.form("/nominations/<reference>/discarding", needs=Permission.EDIT_NOMINATION, of=by_reference)
def discarding(nomination: Nomination) -> Any:  # noqa: ANN401 - an answer
    """Throw away a draft that was never sent, after being asked once."""
    form = DiscardForm()
    if nomination.stage not in NEVER_SENT:
        return redirect(url_for(".tasks", reference=nomination.reference), code=303)
    if form.validate_on_submit():
        actions.discard(nomination, at=clock.now(), by=viewer.current())
        flash(_("The draft %(reference)s is discarded.", reference=nomination.reference))
        return see_other(".mine")
    return render_template("nominations/discarding.html", form=form, **_facts(nomination)), form.status
