"""The office's pages of a cycle's offers: who is offered what, what each still needs, and the sheet that keeps donors from choosing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.awards import queries as awards
from portal.awards.actions import firewall as awards_firewall
from portal.awards.rules import CycleStage
from portal.errors import Refused
from portal.files import serving
from portal.funds.rules import PayeeKind
from portal.history import words as history_words
from portal.offers import actions, queries, rules
from portal.offers.forms import (
    FirewallForm,
    ForfeitForm,
    HeardForm,
    MoreTimeForm,
    PaperForm,
    PayeeForm,
    PlanForm,
    TermsForm,
    VersionForm,
)
from portal.offers.rules import OFFER, RequirementState, RequirementStep
from portal.offers.views.pages import OFFERS, PAPER_STATES, pages, paper_words, payee_words, today
from portal.policy import Permission
from portal.publishing.desk import queries as desk
from portal.web import failures, viewer
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from flask import Response

    from portal.history.models import Event
    from portal.offers.models import Offer
    from portal.offers.queries import Offering

ROOT = "/desk/<slug>/<int:year>/offers"
SHEET = "/desk/<slug>/<int:year>/firewall"
RELEASED = {CycleStage.RELEASED, CycleStage.ARCHIVED}
ALIKE = {"reason": ("reason", "why", "word"), "due": ("days",)}  # what a form on this page calls a field of an action
STEPS = {"order": RequirementStep.ACCEPT, "return": RequirementStep.RETURN, "waiver": RequirementStep.WAIVE}


def _at(thing: Offering | queries.Proposed) -> dict[str, Any]:
    return {"slug": thing.cycle.award.slug, "year": thing.cycle.year}


def address(offer: Offer) -> dict[str, Any]:
    """Return the address of an offer at the desk."""
    return {"slug": offer.cycle.award.slug, "year": offer.cycle.year, "reference": offer.reference}


def language() -> str:
    """Return the organisation's first language."""
    return str(g.organisation.languages[0]) if g.organisation and g.organisation.languages else "en"


@pages.page(ROOT, needs=Permission.SEE_OFFERS, of=queries.offering)
def offers_of_cycle(thing: Offering) -> str:
    """Everyone who is offered something, where each stands, and whose turn it is where a place is free."""
    offers, known = queries.of_cycle(thing.cycle), queries.terms(thing.cycle)
    proposed = queries.Proposed(thing.cycle, known) if known is not None and known.proposed_by_id else None
    return render_template(
        "offers/offers.html",
        thing=thing,
        cycle=thing.cycle,
        offers=offers,
        figures=queries.figures(offers),
        waiting=queries.without_offer(thing.cycle),
        free=queries.free_places(thing.cycle),
        terms=known,
        proposed=proposed,
        approves=proposed is not None and policy.may(viewer.current(), Permission.APPROVE_TERMS, proposed),
        proposer=queries.names([known.proposed_by_id]).get(known.proposed_by_id or 0, "") if proposed and known else "",
        language=language(),
        to_give=rules.TO_GIVE,
    )


def _table(thing: Offering) -> tuple[str, list[str], list[list[object]]]:
    header = [
        _("Offer"),
        _("Candidacy"),
        _("Name"),
        _("State"),
        _("Sum"),
        _("Answer by"),
        _("Paid"),
        _("Receives it"),
        _("Still needed"),
    ]
    found: list[list[object]] = [
        [
            one.reference,
            one.candidacy.reference,
            one.candidacy.name,
            str(OFFERS[one.state][1]),
            f"{one.sum_cents / 100:.2f}",
            one.due_at.date().isoformat(),
            f"{one.recorded_cents / 100:.2f}",
            payee_words(one),
            ", ".join(paper_words(paper.kind.value) for paper in one.requirements if paper.state not in rules.SETTLED),
        ]
        for one in queries.of_cycle(thing.cycle)
    ]
    return f"offers-{thing.cycle.award.slug}-{thing.cycle.year}", header, found


@pages.page(ROOT + ".csv", needs=Permission.SEE_OFFERS, of=queries.offering)
def offers_csv(thing: Offering) -> Response:
    """The same list as a table: CSV, or a workbook."""
    return table_file(*_table(thing))


@pages.step(ROOT + "/making", needs=Permission.MANAGE_OFFERS, of=queries.offering)
def make_offers(thing: Offering) -> Any:  # noqa: ANN401 - an answer
    """Make an offer to everyone who was told and has none."""
    made = actions.make_all(thing.cycle, by=viewer.current(), at=clock.now())
    flash(ngettext("One offer made. Its link is on the way.", "%(num)s offers made. Their links are on the way.", made))
    return see_other(".offers_of_cycle", **_at(thing))


@pages.form(ROOT + "/terms", needs=Permission.MANAGE_OFFERS, of=queries.offering)
def terms(thing: Offering) -> Any:  # noqa: ANN401 - an answer
    """Say what offers of this cycle need, and how long their recipients have."""
    known = queries.terms(thing.cycle)
    waiting = known if known is not None and known.proposed_by_id is not None else None
    agreed = waiting.new_agreement or {} if waiting is not None else known.agreement if known is not None else {}
    form = TermsForm(
        data={
            "needs": waiting.new_needs if waiting is not None else queries.needs_of(known, thing.cycle),
            "agreement": agreed.get(language(), ""),
            "answer_days": known.answer_days if known is not None else rules.ANSWER_DAYS,
            "paper_days": known.paper_days if known is not None else rules.PAPER_DAYS,
            "at_telling": known.at_telling if known is not None else True,
            "version": known.version if known is not None else 0,
        }
    )
    if form.validate_on_submit():
        saved = actions.set_terms(
            thing.cycle,
            needs=list(form.needs.data or []),
            agreement={**agreed, language(): form.agreement.data or ""},
            answer_days=form.answer_days.data,
            paper_days=form.paper_days.data,
            at_telling=bool(form.at_telling.data),
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        if saved.proposed_by_id is None:
            flash(_("Saved. Offers that were made keep what they were made with."))
        else:
            flash(_("Saved. What is needed before a sum is paid changes once a second person approves it."))
        return see_other(".offers_of_cycle", **_at(thing))
    return render_template("offers/terms.html", cycle=thing.cycle, form=form, known=known), form.status


@pages.step(ROOT + "/terms/approval", needs=Permission.APPROVE_TERMS, of=queries.proposed)
def approve_terms(thing: queries.Proposed) -> Any:  # noqa: ANN401 - an answer
    """Approve, as a second person, what offers need from now on."""
    form = VersionForm()
    actions.approve_terms(thing.cycle, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Approved. Offers that were made keep what they were made with."))
    return see_other(".offers_of_cycle", **_at(thing))


@pages.step(ROOT + "/terms/leaving", needs=Permission.SEE_OFFERS, of=queries.proposed)
def leave_terms(thing: queries.Proposed) -> Any:  # noqa: ANN401 - an answer
    """Leave what offers need as it stands."""
    form = VersionForm()
    actions.leave_terms(thing.cycle, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Left as it was."))
    return see_other(".offers_of_cycle", **_at(thing))


# ---------------------------------------------------------------- one offer


def said(event: Event) -> str:
    """Return a line of the record in words, with the paper that it is about, and its reason."""
    about = paper_words(event.facts["kind"]) if event.subject_kind == "requirement" and "kind" in event.facts else ""
    return ": ".join(part for part in (str(_(history_words.action(event.action))), about, event.reason or "") if part)


def page(offer: Offer, *, of: int = 0, **forms: Any) -> Any:  # noqa: ANN401 - an answer
    """Draw one offer at the desk, with whatever form was refused."""
    refused = next((form for form in forms.values() if form.errors), None)
    usual: dict[str, Any] = {
        "more_time": MoreTimeForm(formdata=None, data={"version": offer.version, "days": rules.ANSWER_DAYS}),
        "heard": HeardForm(formdata=None, data={"version": offer.version}),
        "forfeit": ForfeitForm(formdata=None, data={"version": offer.version}),
        "plan": PlanForm(formdata=None, data={"cents": offer.sum_cents - offer.planned_cents}),
        "payee": PayeeForm(
            formdata=None,
            data={
                "kind": offer.payee_kind.value,
                "name": offer.payee_name,
                "sponsor": offer.payee_sponsor or "",
                "contact": offer.payee_contact,
            },
        ),
        "paper": PaperForm(formdata=None),
    }
    drawn = {**usual, **forms}
    drawn["payee"].offer(list(PayeeKind))
    return (
        render_template(
            "offers/offer_at_desk.html",
            offer=offer,
            cycle=offer.cycle,
            forms=drawn,
            refused=refused,
            of=of,
            steps={step.value for step in OFFER.steps(offer.state)},
            complete=rules.complete(one.state for one in offer.requirements),
            settled=rules.SETTLED,
            filed=rules.FILED,
            given=RequirementState.GIVEN,
            payable=offer.state in rules.PAYABLE,
            left=offer.sum_cents - offer.planned_cents,
            names=queries.names(
                [
                    *(one.planned_by_id for one in offer.payments),
                    *(one.approved_by_id for one in offer.payments),
                    *(one.recorded_by_id for one in offer.payments),
                    offer.made_by_id,
                ]
            ),
            record=[(event, said(event), person) for event, person in queries.record_of(offer)],
        ),
        200 if refused is None else 422,
    )


def here(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Go back to the offer."""
    return see_other(".offer_at_desk", **address(offer))


def tried(offer: Offer, name: str, form: Any, work: Any, *, of: int = 0) -> Any:  # noqa: ANN401 - a form, a callable, an answer
    """Do `work` if the form is whole; draw the page again with what was refused beside its field."""
    if not form.validate():
        return page(offer, of=of, **{name: form})
    try:
        work()
    except Refused as refused:
        field = next((one for one in ALIKE.get(refused.field or "", (refused.field,)) if one in form), None)
        if field is None:
            raise
        form.fail(field, failures.sentence(refused))
        return page(offer, of=of, **{name: form})
    return here(offer)


@pages.page(ROOT + "/<reference>", needs=Permission.SEE_OFFERS, of=queries.at_desk)
def offer_at_desk(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """One offer: its answer, its papers, its payments, and everything that was done."""
    return page(offer)


@pages.step(ROOT + "/<reference>/time", needs=Permission.MANAGE_OFFERS, of=queries.at_desk)
def more_time(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Give more time to answer, or make an offer that lapsed again."""
    form, now = MoreTimeForm(), clock.now()

    def work() -> None:
        actions.renew(
            offer,
            due_at=now + timedelta(days=form.days.data),
            reason=form.why.data or "",
            version=form.version.data or 0,
            by=viewer.current(),
            at=now,
        )
        flash(_("The offer stands again, and its link is on the way."))

    return tried(offer, "more_time", form, work)


@pages.step(ROOT + "/<reference>/answer", needs=Permission.MANAGE_OFFERS, of=queries.at_desk)
def heard(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Note what somebody answered by telephone or on paper."""
    form = HeardForm()

    def work() -> None:
        actions.note_answer(
            offer,
            accepts=form.answer.data == "accept",
            heard=form.heard.data or "",
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(
            _("Noted: they accept.") if form.answer.data == "accept" else _("Noted: they decline. The place is free.")
        )

    return tried(offer, "heard", form, work)


@pages.step(ROOT + "/<reference>/forfeiture", needs=Permission.MANAGE_OFFERS, of=queries.at_desk)
def forfeiture(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Note that the recipient forfeited what is not paid yet."""
    form = ForfeitForm()

    def work() -> None:
        actions.forfeit(
            offer,
            reason=form.reason.data or "",
            frees=bool(form.frees.data),
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(_("Noted. What was not paid is the fund's again."))

    return tried(offer, "forfeit", form, work)


@pages.step(ROOT + "/<reference>/end", needs=Permission.MANAGE_OFFERS, of=queries.at_desk)
def close_offer(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Close an offer that is paid in full."""
    form = VersionForm()
    form.validate()
    actions.close(offer, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Closed."))
    return here(offer)


@pages.step(ROOT + "/<reference>/receiver", needs=Permission.MANAGE_OFFERS, of=queries.at_desk)
def receiver(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Put right who receives the sum."""
    form = PayeeForm()
    form.offer(list(PayeeKind))

    def work() -> None:
        actions.name_payee(
            offer,
            kind=form.kind.data or "",
            name=form.name.data or "",
            sponsor=form.sponsor.data or "",
            contact=form.contact.data or "",
            by=viewer.current(),
            at=clock.now(),
            office=True,
        )
        flash(_("Saved. Payments that were planned keep whom they were planned for."))

    return tried(offer, "payee", form, work)


@pages.step(
    ROOT + "/<reference>/papers/<int:number>/<any(order, return, waiver):step>",
    needs=Permission.MANAGE_OFFERS,
    of=queries.at_desk,
)
def paper(offer: Offer, number: int, step: str) -> Any:  # noqa: ANN401 - an answer
    """Find a paper in order, ask for it again, or do without it."""
    found = next((one for one in offer.requirements if one.id == number), None)
    if found is None:
        abort(404)
    form = PaperForm()

    def work() -> None:
        actions.settle(
            offer,
            found,
            STEPS[step],
            reason=form.word.data or "",
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        name = paper_words(found.kind.value)
        name = name[:1].upper() + name[1:]
        flash(_("%(paper)s: %(state)s.", paper=name, state=str(PAPER_STATES[found.state][1])))

    return tried(offer, "paper", form, work, of=number)


@pages.page(ROOT + "/<reference>/papers/<int:number>/file", needs=Permission.SEE_OFFERS, of=queries.at_desk)
def paper_download(offer: Offer, number: int) -> Any:  # noqa: ANN401 - an answer
    """Save the file of a paper."""
    found = next((one for one in offer.requirements if one.id == number and one.file_id is not None), None)
    if found is None:
        abort(404)
    return serving.download(found.file)


# ---------------------------------------------------------------- the sheet that keeps donors from choosing


def _sheet(thing: Offering, form: FirewallForm | None = None) -> Any:  # noqa: ANN401 - an answer
    sheet = awards.firewall(thing.cycle)
    releasing = desk.Releasing(thing.cycle, desk.of_cycle(thing.cycle))
    people = desk.chosen(thing.cycle)
    ready = desk.readiness(releasing, people)
    form = form or FirewallForm(
        formdata=None,
        data={
            "procedure": sheet.procedure if sheet else "",
            "approved_on": sheet.approved_on if sheet else None,
            "approved_by": sheet.approved_by if sheet else "",
        },
    )
    form.version.data = sheet.version if sheet else 0
    page_ = render_template(
        "offers/firewall.html",
        thing=thing,
        cycle=thing.cycle,
        sheet=sheet,
        form=form,
        ready=ready,
        members=awards.appointed(thing.cycle),
        named=policy.may(viewer.current(), Permission.SEE_OFFERS, thing) or thing.cycle.stage in RELEASED,
        donors=desk.donors(thing.cycle),
        people=people,
        names=queries.names([sheet.families_by_id] if sheet else []),
    )
    return page_, 422 if form.errors else 200


@pages.page(SHEET, needs=Permission.SEE_FIREWALL, of=queries.offering)
def firewall(thing: Offering) -> Any:  # noqa: ANN401 - an answer
    """Who appointed the committee, who is near to donors, who approved the procedure and when, and whether families were asked about."""
    return _sheet(thing)


@pages.page(SHEET + ".csv", needs=Permission.SEE_FIREWALL, of=queries.offering)
def firewall_csv(thing: Offering) -> Response:
    """Who appointed whom, and who is near to donors, as a table: CSV, or a workbook."""
    donors = desk.donors(thing.cycle)
    named = policy.may(viewer.current(), Permission.SEE_OFFERS, thing) or thing.cycle.stage in RELEASED
    header = [_("Name"), _("Appointed by"), _("Near to donors")]
    rows = [
        [
            member.person.name if named else _("Member %(number)s", number=number),
            by.name if by is not None else _("Nobody"),
            _("yes") if member.donor_related or member.person_id in donors else _("no"),
        ]
        for number, (member, by) in enumerate(awards.appointed(thing.cycle), start=1)
    ]
    return table_file(f"firewall-{thing.cycle.award.slug}-{thing.cycle.year}", header, rows)


@pages.step(SHEET + "/procedure", needs=Permission.KEEP_FIREWALL, of=queries.offering)
def firewall_procedure(thing: Offering) -> Any:  # noqa: ANN401 - an answer
    """Note who approved the procedure, and when."""
    form = FirewallForm()
    if not form.validate():
        return _sheet(thing, form)
    try:
        awards_firewall.note_procedure(
            thing.cycle,
            procedure=form.procedure.data or "",
            approved_on=form.approved_on.data,
            approved_by=form.approved_by.data or "",
            today=today(),
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
    except Refused as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, failures.sentence(refused))
        return _sheet(thing, form)
    flash(_("Saved."))
    return see_other(".firewall", **_at(thing))


@pages.step(SHEET + "/families", needs=Permission.KEEP_FIREWALL, of=queries.offering)
def firewall_families(thing: Offering) -> Any:  # noqa: ANN401 - an answer
    """Confirm of those who are selected now that none is of a donor's or a member's family."""
    form = VersionForm()
    form.validate()
    people = desk.chosen(thing.cycle)
    awards_firewall.confirm_families(
        thing.cycle,
        candidacies={one.candidacy.id for one in people},
        donors=desk.donors(thing.cycle),
        version=form.version.data or 0,
        by=viewer.current(),
        at=clock.now(),
    )
    flash(_("Confirmed."))
    return see_other(".firewall", **_at(thing))
