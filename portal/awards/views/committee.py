"""A cycle's committee: whom to ask, who said what, how far they are, and whom no message reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts import actions as accounts
from portal.awards import forms, queries
from portal.awards.actions import committees
from portal.awards.models import Cycle, Member, MemberRole
from portal.awards.rules import MEMBER, MemberState, MemberStep
from portal.awards.views.pages import beside, cycle_at, pages, where, who_and_when
from portal.errors import Refused
from portal.mail import queries as mail
from portal.policy import Permission
from portal.web import failures
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEATED = (MemberState.INVITED, MemberState.ACCEPTED)


def _rows(cycle: Cycle) -> list[dict[str, Any]]:
    members: Sequence[Member] = queries.committee(cycle)
    reading: Mapping[int, queries.Reading] = queries.reading(cycle)
    messages = mail.latest_about("member", [member.id for member in members])
    nothing = queries.Reading(0, 0)
    return [
        {
            "member": member,
            "person": member.person,
            "reading": reading.get(member.person_id, nothing),
            "message": messages.get(member.id),
            "unreached": bool(member.person.bounced_at)
            or (member.id in messages and messages[member.id].state in mail.UNREACHED),
            "steps": MEMBER.steps(member.state),
        }
        for member in members
    ]


@pages.page("/desk/<slug>/<int:year>/committee", needs=Permission.MANAGE_COMMITTEE, of=cycle_at)
def committee(cycle: Cycle) -> str:
    """Everyone asked, with what they answered and how far they are."""
    rows = _rows(cycle)
    seated = [row for row in rows if row["member"].state in SEATED]
    return render_template(
        "awards/committee.html",
        cycle=cycle,
        seated=seated,
        others=[row for row in rows if row["member"].state not in SEATED],
        accepted=[row for row in rows if row["member"].state is MemberState.ACCEPTED],
        waiting=[row for row in rows if row["member"].state is MemberState.INVITED],
        unreached=[row for row in seated if row["unreached"]],
        has_chair=any(row["member"].role is MemberRole.CHAIR for row in seated),
        donor_related=sum(row["member"].donor_related for row in seated),
    )


@pages.page("/desk/<slug>/<int:year>/committee.csv", needs=Permission.EXPORT, of=cycle_at)
def committee_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """The committee as a CSV file."""
    header = [
        _("Name"),
        _("E-mail address"),
        _("Place"),
        _("Answer"),
        _("Can read"),
        _("Assigned"),
        _("Done"),
        _("Related to a donor"),
    ]
    rows = [
        [
            row["person"].name,
            row["person"].email,
            row["member"].role.value,
            row["member"].state.value,
            row["member"].capacity,
            row["reading"].assigned,
            row["reading"].done,
            _("yes") if row["member"].donor_related else _("no"),
        ]
        for row in _rows(cycle)
    ]
    return table_file(f"committee-{cycle.award.slug}-{cycle.year}", header, rows)


@pages.form("/desk/<slug>/<int:year>/committee/new", needs=Permission.MANAGE_COMMITTEE, of=cycle_at)
def invite(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Ask somebody to join."""
    form = forms.InvitationForm()
    if form.validate_on_submit():
        try:
            committees.invite_member(
                cycle,
                email=form.email.data or "",
                given=form.given.data or "",
                family=form.family.data or "",
                role=MemberRole.CHAIR if form.chair.data else MemberRole.REVIEWER,
                donor_related=form.donor_related.data,
                **who_and_when(),
            )
        except Refused as refused:
            form.fail(refused.field or "email", failures.sentence(refused))
        else:
            flash(_("Invited. A message to %(name)s is on its way.", name=f"{form.given.data} {form.family.data}"))
            return see_other(".committee", **where(cycle))
    return render_template("awards/invite.html", cycle=cycle, form=form), form.status


def _member(slug: str, year: int, number: int) -> Member | None:
    found = queries.member_by_id(number)
    return found if found is not None and (found.cycle.award.slug, found.cycle.year) == (slug, year) else None


@pages.form("/desk/<slug>/<int:year>/committee/<int:number>", needs=Permission.MANAGE_COMMITTEE, of=_member)
def member(member: Member) -> Any:  # noqa: ANN401 - an answer
    """One member: mend the address and send again, note how many they can read."""
    form = forms.AddressForm(data={"email": member.person.email})
    if form.validate_on_submit():
        try:
            accounts.mend_address(member.person, email=form.email.data, **who_and_when())
        except Refused as refused:
            beside(form, refused)
        else:
            sent = committees.send_again(member, **who_and_when())
            flash(_("Saved. The invitation goes out again.") if sent else _("Saved."))
            return see_other(".committee", **where(member.cycle))
    row = next(row for row in _rows(member.cycle) if row["member"].id == member.id)
    return render_template(
        "awards/member.html", cycle=member.cycle, row=row, member=member, form=form, steps=row["steps"], Step=MemberStep
    ), form.status


@pages.step("/desk/<slug>/<int:year>/committee/<int:number>/chair", needs=Permission.MANAGE_COMMITTEE, of=_member)
def make_chair(member: Member) -> Any:  # noqa: ANN401 - an answer
    """Make a member the chair."""
    committees.set_chair(member, **who_and_when())
    flash(_("%(name)s is the chair now.", name=member.person.name))
    return see_other(".committee", **where(member.cycle))


@pages.step("/desk/<slug>/<int:year>/committee/<int:number>/reminder", needs=Permission.MANAGE_COMMITTEE, of=_member)
def reminder(member: Member) -> Any:  # noqa: ANN401 - an answer
    """Remind one person."""
    if committees.remind(member, **who_and_when()):
        flash(_("A reminder to %(name)s is on its way.", name=member.person.name))
    else:
        flash(_("%(name)s has been reminded today already, or has answered.", name=member.person.name))
    return see_other(".committee", **where(member.cycle))


@pages.step("/desk/<slug>/<int:year>/committee/reminders", needs=Permission.MANAGE_COMMITTEE, of=cycle_at)
def reminders(cycle: Cycle) -> Any:  # noqa: ANN401 - an answer
    """Remind everyone who has not answered, once a day at most."""
    reminded = sum(committees.remind(member, **who_and_when()) for member in queries.waiting_for(cycle))
    flash(
        ngettext("One reminder is on its way.", "%(num)s reminders are on their way.", reminded)
        if reminded
        else _("Everyone has been reminded today already.")
    )
    return see_other(".committee", **where(cycle))


@pages.form("/desk/<slug>/<int:year>/committee/<int:number>/removal", needs=Permission.MANAGE_COMMITTEE, of=_member)
def removal(member: Member) -> Any:  # noqa: ANN401 - an answer
    """Take somebody off the committee, with a reason."""
    form = forms.ReasonForm()
    if form.validate_on_submit():
        committees.remove_member(member, reason=form.reason.data or "", **who_and_when())
        flash(_("%(name)s is no longer on the committee.", name=member.person.name))
        return see_other(".committee", **where(member.cycle))
    return render_template("awards/removal.html", cycle=member.cycle, member=member, form=form), form.status


@pages.step("/desk/<slug>/<int:year>/committee/<int:number>/invitation", needs=Permission.MANAGE_COMMITTEE, of=_member)
def invite_again(member: Member) -> Any:  # noqa: ANN401 - an answer
    """Ask somebody again who declined or was taken off."""
    committees.appoint(member.cycle, member.person, donor_related=member.donor_related, **who_and_when())
    flash(_("Invited. A message to %(name)s is on its way.", name=member.person.name))
    return see_other(".committee", **where(member.cycle))


@pages.form("/desk/<slug>/<int:year>/committee/<int:number>/capacity", needs=Permission.MANAGE_COMMITTEE, of=_member)
def capacity(member: Member) -> Any:  # noqa: ANN401 - an answer
    """Note how many somebody can read."""
    form = forms.CapacityForm(data={"capacity": member.capacity})
    if form.validate_on_submit():
        committees.change_capacity(member, capacity=int(form.capacity.data), **who_and_when())
        flash(_("Saved."))
        return see_other(".committee", **where(member.cycle))
    return render_template("awards/capacity.html", cycle=member.cycle, member=member, form=form), form.status
