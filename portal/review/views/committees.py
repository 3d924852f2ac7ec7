"""A member's own pages of a committee: answering the invitation, and declaring conflicts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from portal import clock, policy
from portal.awards.actions import committees
from portal.awards.rules import MemberState
from portal.errors import PortalError
from portal.nominations.actions import conflicts
from portal.policy import Fact, Permission
from portal.review.actions import declaring
from portal.review.forms import conflicts as forms
from portal.review.forms.conflicts import CorrectionForm
from portal.review.forms.desk import AnswerForm
from portal.review.queries import declarations, reading, rounds
from portal.review.queries.facts import Seat, seat_at
from portal.review.views.pages import pages
from portal.web import failures, viewer
from portal.web.language import NAMES
from portal.web.pages import see_other
from portal.web.text import when

if TYPE_CHECKING:
    from portal.awards.models import Member
    from portal.people.models import Person


@pages.form("/committees/<int:number>", needs=Permission.ANSWER_INVITATION, of=seat_at)
def invitation(seat: Seat) -> Any:  # noqa: ANN401 - an answer
    """Accept or decline; say how many; agree to the rules."""
    member = seat.member
    form = AnswerForm()
    form.languages.choices = [(code, name) for code, name in NAMES.items() if code != "en"]
    if request.method != "POST" and member.capacity is not None:
        form.capacity.data, form.agreed.data = member.capacity, True
        form.languages.data, form.expertise.data = member.languages or [], ", ".join(member.expertise or [])
        form.family.data = "\n".join(member.family or [])
    if form.is_submitted() and form.answer.data == "decline" and member.state is MemberState.ACCEPTED:
        return _page(member, form, leaving=True)
    if form.is_submitted() and form.answer.data in {"decline", "leave"}:
        committees.answer_invitation(member, accept=False, at=clock.now())
        flash(_("Thank you for telling us. You are not on this committee."))
        return redirect("/", code=303)
    if form.validate_on_submit():
        try:
            _accept(member, form)
        except PortalError as refused:
            form.fail(refused.field or "capacity", failures.sentence(refused))
        else:
            return see_other(".declare" if member.declared_at is None else ".queue", **_number(member))
    return _page(member, form), form.status


def _accept(member: Member, form: AnswerForm) -> None:
    if member.state is MemberState.INVITED:
        committees.answer_invitation(
            member, accept=True, capacity=form.capacity.data, agreed=bool(form.agreed.data), at=clock.now()
        )
    else:
        committees.change_capacity(member, capacity=form.capacity.data or 0, by=member.person, at=clock.now())
    committees.say_more(
        member,
        languages=[code for code in form.languages.data or () if code in NAMES],
        expertise=(form.expertise.data or "").split(","),
        family=(form.family.data or "").splitlines(),
        places=form.found,
        at=clock.now(),
    )


def _number(member: Member) -> dict[str, int]:
    return {"number": member.id} if member.declared_at is None else {}


def _page(member: Member, form: AnswerForm, *, leaving: bool = False) -> str:
    return render_template(
        "review/invitation.html",
        member=member,
        cycle=member.cycle,
        form=form,
        accepted=member.state is MemberState.ACCEPTED,
        leaving=leaving,
        round=rounds.newest(member.cycle_id),
    )


def declare_first(person: Person | None, needs: Permission, thing: object) -> Any:  # noqa: ANN401 - an answer
    """Tell whoever leads, or sits beside another role, and has not declared conflicts what keeps pages closed; None for everybody else.

    To a chair, until they have declared once, only on the pages of a whole cycle: below those, what is there and what is not answer
    alike. Staff know what there is.
    """
    if person is None or thing is None or not policy.turns_on(person, needs, thing, Fact.DECLARED):
        return None
    facts = policy.facts_about(person, thing)
    if not facts & {Fact.CHAIR_OF_IT, Fact.STAFF_OF_IT, Fact.PUBLISHER_OF_IT}:
        return None
    address = request.view_args or {}
    at = (address.get("slug"), address.get("year"))
    seats = [
        (member, member.declared_at is not None)
        for member in reading.sat(person)
        if at in {(None, None), (member.cycle.award.slug, member.cycle.year)}
    ]
    below = address.keys() - {"slug", "year"} and Fact.STAFF_OF_IT not in facts
    if below and not all(declared for _member, declared in seats):
        return None
    return render_template("review/declare_first.html", seats=seats, leads=Fact.CHAIR_OF_IT in facts), 403


def own_scores_first(person: Person | None, needs: Permission, thing: object) -> Any:  # noqa: ANN401 - an answer
    """Tell whoever leads and still scores in an open round when others' scores open to them; None for everybody else."""
    if person is None or thing is None or not policy.turns_on(person, needs, thing, Fact.STILL_SCORES):
        return None
    address = request.view_args or {}
    review = rounds.in_review(address["slug"], address["year"]) if {"slug", "year"} <= address.keys() else None
    if review is None or review.round is None:
        return None
    return render_template("review/own_scores_first.html", cycle=review.cycle, round=review.round), 403


@pages.form("/committees/<int:number>/conflicts", needs=Permission.DECLARE_CONFLICTS, of=seat_at)
def declare(seat: Seat) -> Any:  # noqa: ANN401 - an answer
    """Say once whom or where I have to do with; the portal does the matching."""
    member = seat.member
    lines = declarations.lines(member.cycle, member)
    said = forms.read(request.form, lines) if request.method == "POST" else forms.Said([], {}, complete=False)
    if said.complete:
        declaring.declare(member, listed=[line.item for line in lines], ties=said.ties, at=clock.now())
        if reading.count_left(viewer.current()):
            flash(_("Thank you. What you can read is in your list."))
        else:
            flash(_("Thank you, that is noted. We write to you when there is something to read."))
        return see_other(".queue")
    again = declarations.newest_of(member)
    return render_template(
        "review/declare.html",
        member=member,
        cycle=member.cycle,
        lines=lines,
        said=said,
        by_name=bool(lines) and lines[0].item.kind == declarations.CANDIDACY,
        declared=again is not None,
        own=declarations.own(member),
        value=forms.value,
    ), 422 if said.wrong else 200


@pages.form("/committees/<int:number>/conflicts/correction", needs=Permission.DECLARE_CONFLICTS, of=seat_at)
def correction(seat: Seat) -> Any:  # noqa: ANN401 - an answer
    """Say that I declared something by mistake. Somebody else decides on it; until then it stands."""
    member = seat.member
    own = {one.key: one for one in declarations.own(member) if one.asked_at is None}
    form = CorrectionForm()
    form.which.choices = [(one.key, _called(one)) for one in own.values()]
    if len(own) == 1 and request.method != "POST":
        form.which.data = next(iter(own))
    if form.validate_on_submit() and form.which.data in own:
        chosen = own[form.which.data].conflicts
        conflicts.ask_to_correct(chosen, words=form.words.data or "", by=member.person, at=clock.now())
        flash(_("Thank you. Somebody else decides on it; until then it stands."))
        return see_other(".declare", number=member.id)
    return render_template("review/correction.html", member=member, cycle=member.cycle, form=form, own=own), form.status


def _called(one: declarations.Own) -> str:
    """Return what somebody said of themself in a line."""
    title = one.title or _("A reading you stepped aside from, %(when)s", when=when(one.said_at))
    return f"{title}: {one.words}" if one.words else title
