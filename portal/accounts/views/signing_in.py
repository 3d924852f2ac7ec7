"""Signing in by a link, and seeing where one is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal import clock
from portal.accounts import actions, cookies, queries
from portal.accounts.forms import SignInForm
from portal.people import actions as people
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web import language as languages
from portal.web.pages import Pages, see_other, write_at_once

if TYPE_CHECKING:
    from portal.accounts.models import Link, Session

pages = Pages("accounts", __name__)

TOKENS = {"csrf_token", "version"}


LANDING = "/me"  # what waits for whoever signs in from nowhere in particular; a page of a higher room


def safe_path(path: str | None) -> str:
    """Return a path of ours to go on to; anything else is the home page (no open redirect)."""
    path = path or "/"
    if not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path or any(c < " " for c in path):
        return "/"
    return path


def ask_to_sign_in() -> Any:  # noqa: ANN401 - an answer
    """Draw the sign-in page: the same for every private address. Text posted there is kept for after signing in."""
    asked = request.full_path.rstrip("?") if request.method != "POST" else "/"
    if request.method == "POST" and _from_elsewhere():
        return _refuse_stranger()
    if request.method == "POST":
        asked = write_at_once(_keep_posted)
    form = SignInForm(formdata=None, next=asked)
    return render_template("accounts/sign_in.html", form=form, kept=request.method == "POST"), 200


def hold_outdated() -> Any:  # noqa: ANN401 - an answer
    """Answer a POST whose page was outdated (a lost cookie): nothing is lost, it can be sent again."""
    if _from_elsewhere():
        return _refuse_stranger()
    return redirect(write_at_once(_keep_posted), code=303)


def _from_elsewhere() -> bool:
    """Whether another site's page sent this. Its text is not kept: a click on "send it again" must never do a stranger's work."""
    origin = request.headers.get("Origin")
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"} or (
        origin is not None and origin != current_app.config["SETTINGS"].base_url
    )


def _refuse_stranger() -> Any:  # noqa: ANN401 - an answer
    return failures.page(_("That did not go through"), _("It came from another site. Begin from our own pages."), 400)


def _keep_posted() -> str:
    session = cookies.browser_session()
    fields = [[name, value] for name, value in request.form.items(multi=True) if name not in TOKENS]
    held = actions.hold(session, path=request.path, fields=fields, at=clock.now())
    return url_for("accounts.held", number=held.id)


def _held(number: int) -> Any:  # noqa: ANN401 - a HeldText
    visit = viewer.visit()
    return queries.held(number, session=visit) if visit is not None else None


@pages.step("/language", needs=Permission.SEE_PUBLIC_PAGES)
def language() -> Any:  # noqa: ANN401 - an answer
    """Answer in another language from now on: here, and wherever this person signs in. Needs no token, but its own page."""
    if _from_elsewhere():
        return _refuse_stranger()
    code = languages.spoken(request.form.get("language", ""))
    person = viewer.current()
    if person is not None:
        people.speak(person, language=code)
    answer = redirect(_readable(safe_path(request.form.get("next"))), code=303)
    languages.remember(answer, code)
    return answer


def _readable(path: str) -> str:
    """Return an address that can be opened again: this one, or the home page where it only takes what is sent."""
    try:
        current_app.url_map.bind("").match(urlsplit(path).path, method="GET")
    except RequestRedirect:
        return path
    except HTTPException:
        return "/"
    return path


@pages.page("/kept/<int:number>", needs=Permission.USE_LINK, of=_held)
def held(kept: Any) -> str:  # noqa: ANN401 - a HeldText
    """Give back what was typed, ready to be sent again."""
    texts = [(name, value) for name, value in kept.fields]
    known = viewer.current() is not None
    return render_template("accounts/held.html", kept=kept, texts=texts, known=known, token=generate_csrf())


@pages.form("/sign-in", needs=Permission.USE_LINK)
def sign_in() -> Any:  # noqa: ANN401 - an answer
    """Ask for a link."""
    form = SignInForm()
    if request.method != "POST":
        form.next.data = safe_path(request.args.get("next") or LANDING)
    if form.validate_on_submit():
        actions.ask_for_link(form.address.data or "", next_path=safe_path(form.next.data or LANDING), at=clock.now())
        return see_other(".link_sent")
    return render_template("accounts/sign_in.html", form=form, kept=False), form.status


@pages.page("/sign-in/sent", needs=Permission.USE_LINK)
def link_sent() -> str:
    """Say that a link is on its way, whether or not the address is known."""
    return render_template("accounts/link_sent.html", minutes=current_app.config["SETTINGS"].staff_link_minutes)


def _link(token: str) -> Link | None:
    return queries.link_by_token(token)


@pages.page("/link/<token>", needs=Permission.USE_LINK)
def link(token: str) -> Any:  # noqa: ANN401 - an answer
    """Show a button. Opening the address uses nothing up, so that a mail scanner may look."""
    found = _link(token)
    usable = found is not None and found.used_at is None and found.expires_at > clock.now()
    here = viewer.current()
    if found is not None and not usable and here is not None and here.id == found.person_id:
        return redirect(
            safe_path(found.next), code=303
        )  # opened again from the same message, by whoever is signed in here
    return render_template(
        "accounts/link.html", usable=usable, person=found.person if found and usable else None
    ), 200 if usable else 410


@pages.step("/link/<token>/use", needs=Permission.USE_LINK)
def use_link(token: str) -> Any:  # noqa: ANN401 - an answer
    """Exchange the link for a cookie, so that no token stays in an address."""
    found = _link(token)
    now = clock.now()
    if found is None or found.used_at is not None or found.expires_at <= now:
        return render_template("accounts/link.html", usable=False, person=None), 410
    lasts = timedelta(hours=2) if found.purpose == "guardian" else cookies.lasts(found.person)
    opened = actions.use_link(
        found,
        session=viewer.visit(),
        at=now,
        lasts=lasts,
        browser=request.user_agent.string,
        language=languages.choose(),
    )
    cookies.remember(opened)
    return redirect(safe_path(found.next), code=303)


@pages.page("/account", needs=Permission.SEE_OWN_ACCOUNT)
def account() -> str:
    """Where one is signed in."""
    person = viewer.current()
    return render_template(
        "accounts/account.html",
        person=person,
        sessions=queries.sessions_of(person, at=clock.now()),
        here=viewer.visit(),
    )


@pages.step("/sign-out", needs=Permission.SIGN_OUT)
def sign_out() -> Any:  # noqa: ANN401 - an answer
    """End this session."""
    actions.end_session(viewer.visit(), by=viewer.current(), at=clock.now())
    cookies.forget()
    flash(_("You are signed out."))
    return redirect("/", code=303)


def _own_session(number: int) -> Session | None:
    found = queries.session_by_id(number)
    person = viewer.current()
    return found if found is not None and person is not None and found.person_id == person.id else None


@pages.step("/account/sessions/<int:number>/end", needs=Permission.SEE_OWN_ACCOUNT, of=_own_session)
def end_session(session: Session) -> Any:  # noqa: ANN401 - an answer
    """End one of one's own sessions, on a lost telephone for instance."""
    actions.end_session(session, by=viewer.current(), at=clock.now())
    if viewer.visit() is not None and session.id == viewer.visit().id:
        cookies.forget()
        return redirect("/", code=303)
    flash(_("That session is ended."))
    return see_other(".account")
