"""The words of messages: which there are, whose words each says, and writing them beside what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.errors import PortalError
from portal.home import forms
from portal.home.queries import record
from portal.mail.views import pages
from portal.mail.wording import actions, kinds, queries, rules
from portal.mail.writing import base_url, drawn, hidden_link, in_words, lay_out, sample_facts, sample_reader, shipped
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.language import language as direction_of
from portal.web.language import offered, speaking
from portal.web.pages import see_other

if TYPE_CHECKING:
    from markupsafe import Markup

    from portal.mail.models import Message
    from portal.mail.wording.kinds import Kind
    from portal.mail.wording.models import Wording
    from portal.mail.writing import Said, Written

INVENTED = "invented"  # the case that stands for none
MOST_CASES = 5


@pages.page("/desk/messages/words", needs=Permission.WRITE_MESSAGES)
def wordings() -> str:
    """Every kind of message by its reader, and in which languages staff wrote it."""
    own = queries.counting()
    codes = offered()
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in kinds.KINDS:
        row = {
            "words": _(kind.words),
            "languages": [
                {
                    "language": direction_of(code),
                    "url": url_for(".wording", slug=kind.slug, code=code),
                    "own": own[kind.slug, code] if _is_own(own.get((kind.slug, code))) else None,
                }
                for code in codes
            ],
        }
        groups.setdefault(_(kind.to), []).append(row)
    return render_template("mail/wordings.html", groups=groups)


def _is_own(held: Wording | None) -> bool:
    return held is not None and held.body is not None


class Case(NamedTuple):
    """A message whose facts the words are shown with: a real one, or an invented one."""

    value: str
    words: str
    message: Message | None


def _cases(kind: Kind) -> list[Case]:
    """Return the last messages of a kind that whoever looks may read, and an invented one first."""
    found = record.of_kind(viewer.current(), kind, most=MOST_CASES)
    real = [
        Case(str(message.id), _("%(name)s, message %(number)s", name=message.to.name, number=message.id), message)
        for message in found
    ]
    return [Case(INVENTED, _("Somebody invented"), None), *real]


def _said(kind: Kind, form: forms.WordingForm, case: Case, *, link: str) -> Said:
    """Return what the words in the form say of a case, in the language that is spoken now."""
    facts = {**sample_facts(kind), **(case.message.facts if case.message is not None else {})}
    person = case.message.to if case.message is not None else sample_reader()
    return in_words(kind, form.subject.data or "", form.body.data or "", facts=facts, person=person, link=link)


class Seen(NamedTuple):
    """The words in the form as their reader would get them: as text, and drawn."""

    written: Written
    drawn: Markup


def _seen(kind: Kind, code: str, form: forms.WordingForm, case: Case) -> Seen:
    with speaking(code):
        said = _said(kind, form, case, link=hidden_link())
        return Seen(lay_out(said, language=code), drawn(said))


@pages.form("/desk/messages/words/<slug>/<code>", needs=Permission.WRITE_MESSAGES)
def wording(slug: str, code: str) -> Any:  # noqa: ANN401 - an answer
    """Write the words of one kind of message in one language, see them on a real case, and send oneself a test."""
    kind = kinds.by_slug(slug)
    if kind is None or code not in offered():
        abort(404)
    held, ship = queries.newest(kind, code), shipped(kind, code)
    versions = queries.versions(kind, code)
    chosen = _asked_version(versions) or (held if _is_own(held) else None)
    form = forms.WordingForm(
        data={
            "subject": chosen.subject if chosen is not None else ship.subject,
            "body": chosen.body if chosen is not None else "\n\n".join(ship.blocks),
            "number": str(held.number if held is not None else 0),
            "case": INVENTED,
        }
    )
    cases = _cases(kind)
    form.case.choices = [(case.value, case.words) for case in cases]
    if form.validate_on_submit():
        answer = _acted(kind, code, form, cases)
        if answer is not None:
            return answer
    case = next((each for each in cases if each.value == form.case.data), cases[0])
    problems = rules.problems(kind, form.subject.data or "", form.body.data or "")
    return render_template(
        "mail/wording.html",
        kind=kind,
        form=form,
        seen=_seen(kind, code, form, case) if not problems else None,
        case=case,
        own=_is_own(held),
        number=held.number if held is not None else 0,
        versions=versions,
        shown=chosen,
        code=code,
        said_in=direction_of(code),
        languages_written=[direction_of(each) for each in offered()],
        fields=(*kind.fields, *kinds.EVERYWHERE),
        fresh=any(each.number > _number(form.number.data or "") for each in versions),
    ), form.status if form.errors else 200


def _asked_version(versions: Any) -> Wording | None:  # noqa: ANN401 - a sequence of wordings
    asked = request.args.get("version", "")
    return next((each for each in versions if str(each.number) == asked and each.body is not None), None)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1  # noqa: PLR2004 - a version


def _acted(kind: Kind, code: str, form: forms.WordingForm, cases: list[Case]) -> Any:  # noqa: ANN401 - an answer, or None
    """Do what was pressed; None where the page is drawn again, to show what comes of it or what keeps it from being done."""
    subject, body, act = form.subject.data or "", form.body.data or "", request.form.get("act", "save")
    found = rules.problems(kind, subject, body)
    for problem in found:
        form.fail(problem.field, _(problem.message, **problem.facts))
    if found or act == "see":
        return None
    try:
        if act == "test":
            case = next((each for each in cases if each.value == form.case.data), cases[0])
            with speaking(code):
                said = _said(kind, form, case, link=f"{base_url()}/desk/messages/words/{kind.slug}/{code}")
            actions.send_test(viewer.current(), subject=said.subject, blocks=said.blocks, at=clock.now())
            flash(_("A test is on its way to %(email)s. Nothing is saved by it.", email=viewer.current().email or ""))
            return None
        actions.save(
            kind,
            code,
            subject=subject,
            body=body,
            number=_number(form.number.data or ""),
            by=viewer.current(),
            at=clock.now(),
        )
    except PortalError as refused:
        form.fail(refused.field or "body", failures.sentence(refused))
        return None
    flash(
        _("Saved. This message says your words once somebody else approved them with a release.")
        if kind.approved
        else _("Saved. From now on this message says your words.")
    )
    return see_other(".wording", slug=kind.slug, code=code)


@pages.step("/desk/messages/words/<slug>/<code>/shipped", needs=Permission.WRITE_MESSAGES)
def set_back(slug: str, code: str) -> Any:  # noqa: ANN401 - an answer
    """Let the message say the shipped words again."""
    kind = kinds.by_slug(slug)
    if kind is None or code not in offered():
        abort(404)
    actions.reset(kind, code, number=_number(request.form.get("number", "")), by=viewer.current(), at=clock.now())
    flash(_("This message says the shipped words again. Yours are kept below."))
    return redirect(url_for(".wording", slug=slug, code=code), code=303)
