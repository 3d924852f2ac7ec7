"""Messages of the office: what waits, what left, what did not arrive; mending an address and sending again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.accounts import actions as accounts
from portal.errors import PortalError
from portal.home import forms
from portal.home.queries import record
from portal.mail import actions, queries
from portal.mail.rules import MESSAGE, MessageState, MessageStep
from portal.mail.views import alone, pages, state_words
from portal.mail.writing import write
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.mail.models import Message

MOST = 5000
STATES = (MessageState.WAITING, MessageState.SENT, MessageState.FAILED, MessageState.BOUNCED, MessageState.CANCELLED)


def _asked() -> tuple[MessageState | None, str]:
    asked = request.args.get("state", "")
    return (MessageState(asked) if asked in {state.value for state in MessageState} else None), request.args.get(
        "q", ""
    )[:200]


@pages.page("/desk/messages", needs=Permission.SEE_MESSAGES)
def messages() -> str:
    """Every message, the last first, by where it stands and whom it goes to."""
    state, words = _asked()
    counts = record.counts(viewer.current())
    views = [{"label": _("All"), "count": sum(counts.values()), "url": url_for(".messages"), "current": state is None}]
    views += [
        {
            "label": state_words(each),
            "count": counts.get(each, 0),
            "url": url_for(".messages", state=each.value),
            "current": state is each,
        }
        for each in STATES
    ]
    found = listing(record.messages(viewer.current(), state=state, words=words), page=asked_page())
    return render_template(
        "mail/messages.html", listing=found, views=views, state=state.value if state else "", q=words
    )


@pages.page("/desk/messages.csv", needs=Permission.SEE_MESSAGES)
def messages_csv() -> Any:  # noqa: ANN401 - an answer
    """The same list as a CSV file."""
    state, words = _asked()
    found = listing(record.messages(viewer.current(), state=state, words=words), page=1, size=MOST).items
    header = [
        _("Number"),
        _("What"),
        _("Subject"),
        _("To"),
        _("Address"),
        _("Where it stands"),
        _("Posted"),
        _("Sent"),
        _("What went wrong"),
    ]
    rows = [
        [
            message.id,
            message.template,
            message.subject,
            message.to.name,
            message.to_email or message.to.email,
            message.state.value,
            message.posted_at.isoformat(timespec="seconds"),
            message.sent_at.isoformat(timespec="seconds") if message.sent_at else "",
            message.problem,
        ]
        for message in found
    ]
    return table_file("messages", header, rows)


def _message(number: int) -> Message | None:
    return record.message(viewer.current(), number)


@pages.form("/desk/messages/<int:number>", needs=Permission.SEE_MESSAGES)
def message(number: int) -> Any:  # noqa: ANN401 - an answer
    """One message as it reads; its address mended, and sent again."""
    found = _message(number)
    if found is None:
        abort(404)
    form = forms.SendAgainForm(data={"email": found.to_email or found.to.email})
    if request.method == "POST":
        MESSAGE.advance(found.state, MessageStep.SEND_AGAIN)  # nothing to mend where it cannot go again
    if form.validate_on_submit():
        try:
            _send_again(found, form)
        except PortalError as refused:
            form.fail(refused.field or "email", failures.sentence(refused))
        else:
            flash(_("It goes out again."))
            return see_other(".messages")
    copies = queries.copies_of(found)
    return render_template(
        "mail/message.html",
        message=found,
        form=form,
        text=write(found, link=None, language=found.to.language) if not copies else copies[0],
        again=MESSAGE.fits(found.state, MessageStep.SEND_AGAIN),
        can_cancel=MESSAGE.fits(found.state, MessageStep.CANCEL),
        can_bounce=MESSAGE.fits(found.state, MessageStep.BOUNCE) and found.state is MessageState.SENT,
        copies=copies,
    ), form.status


@pages.page("/desk/messages/<int:number>/html", needs=Permission.SEE_MESSAGES)
def message_html(number: int) -> Any:  # noqa: ANN401 - an answer
    """What was sent, as HTML, alone: nothing in it runs, and nothing is loaded."""
    found = _message(number)
    copies = queries.copies_of(found) if found is not None else []
    if not copies:
        abort(404)
    return alone(copies[0])


def _send_again(found: Message, form: forms.SendAgainForm) -> None:
    by, at = viewer.current(), clock.now()
    typed = form.email.data or ""
    if found.to_email is None and (typed != (found.to.email or "") or found.to.bounced_at is not None):
        accounts.mend_address(found.to, email=typed, by=by, at=at)
    elif found.to_email is not None:
        found.to_email = typed
    actions.send_again(found, by=by, at=at, decided=form.decided.data)


@pages.step("/desk/messages/<int:number>/cancellation", needs=Permission.SEE_MESSAGES)
def cancellation(number: int) -> Any:  # noqa: ANN401 - an answer
    """Stop a message that has not left."""
    found = _message(number)
    if found is None:
        abort(404)
    actions.cancel_one(found, by=viewer.current(), at=clock.now())
    flash(_("It will not be sent."))
    return see_other(".message", number=number)


@pages.form("/desk/messages/<int:number>/bounce", needs=Permission.SEE_MESSAGES)
def bounce(number: int) -> Any:  # noqa: ANN401 - an answer
    """Note that a message came back."""
    found = _message(number)
    if found is None:
        abort(404)
    form = forms.BounceForm()
    if form.validate_on_submit():
        actions.mark_bounced(found, reason=form.reason.data or "", by=viewer.current(), at=clock.now())
        flash(_("Noted. Mend the address, and send it again."))
        return see_other(".message", number=number)
    return render_template("mail/bounce.html", message=found, form=form), form.status
