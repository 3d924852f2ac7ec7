"""Payments: planned in parts, approved by a second person, recorded with day and reference, reversed. A record; no money moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template
from flask_babel import gettext as _

from portal import clock, policy
from portal.accounts import queries as accounts
from portal.errors import Refused
from portal.offers import queries
from portal.offers import rules as offer_rules
from portal.offers.actions import payments as actions
from portal.offers.forms import PlanForm, ReasonForm, RecordForm, ReverseForm, VersionForm
from portal.offers.rules import PAYMENT
from portal.offers.views.offering import ROOT, tried
from portal.offers.views.pages import PAYMENTS, pages, payee_words, today
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from flask import Response

    from portal.offers.models import Offer, Payment


@pages.step(ROOT + "/<reference>/payments", needs=Permission.MANAGE_OFFERS, of=queries.at_desk)
def plan_payment(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Plan one part."""
    form = PlanForm()

    def work() -> None:
        actions.plan(
            offer,
            cents=form.cents.data or 0,
            planned_on=form.planned_on.data,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(_("Planned. A second person approves it."))

    return tried(offer, "plan", form, work)


def _awards() -> list[int] | None:
    """Return the awards within reach of whoever is looking; None for every award."""
    held = [(scope, number) for _role, scope, number in accounts.roles_of(viewer.current())]
    return None if any(scope == "organisation" for scope, _number in held) else [number for _scope, number in held]


@pages.page("/desk/payments", needs=Permission.SEE_PAYMENTS)
def payments() -> str:
    """Every payment that waits: to be approved, or to be recorded once it is made."""
    found = queries.payments_for(viewer.current(), awards_of=_awards())
    return render_template(
        "offers/payments.html",
        payments=found,
        incomplete={
            one.offer_id for one in found if not offer_rules.complete(paper.state for paper in one.offer.requirements)
        },
        today=today(),
    )


def _table() -> tuple[str, list[str], list[list[object]]]:
    header = [_("Offer"), _("Part"), _("Award"), _("Planned for"), _("State"), _("Sum"), _("Receives it"), _("Fund")]
    found = [
        [
            one.offer.reference,
            one.number,
            f"{one.offer.cycle.award.slug} {one.offer.cycle.year}",
            one.planned_on.isoformat(),
            str(PAYMENTS[one.state][1]),
            f"{one.cents / 100:.2f}",
            payee_words(one),
            one.offer.fund.name if one.offer.fund is not None else "",
        ]
        for one in queries.payments_for(viewer.current(), awards_of=_awards())
    ]
    return "payments", header, found


@pages.page("/desk/payments.csv", needs=Permission.SEE_PAYMENTS)
def payments_csv() -> Response:
    """The same list as a table: CSV, or a workbook."""
    return table_file(*_table())


def _page(payment: Payment, **forms: Any) -> Any:  # noqa: ANN401 - an answer
    refused = next((form for form in forms.values() if form.errors), None)
    usual: dict[str, Any] = {
        "record": RecordForm(formdata=None, data={"paid_on": today()}),
        "reverse": ReverseForm(formdata=None, data={"reversed_on": today()}),
        "call_off": ReasonForm(formdata=None),
    }
    drawn = {**usual, **forms}
    for form in drawn.values():
        form.version.data = payment.version
    return (
        render_template(
            "offers/payment.html",
            payment=payment,
            offer=payment.offer,
            cycle=payment.offer.cycle,
            forms=drawn,
            refused=refused,
            steps={step.value for step in PAYMENT.steps(payment.state)},
            complete=offer_rules.complete(paper.state for paper in payment.offer.requirements),
            names=queries.names(
                [payment.planned_by_id, payment.approved_by_id, payment.recorded_by_id, payment.reversed_by_id]
                + [paper.settled_by_id for paper in payment.offer.requirements]
            ),
            may_approve=policy.may(viewer.current(), Permission.APPROVE_PAYMENT, payment),
        ),
        200 if refused is None else 422,
    )


@pages.page("/desk/payments/<int:number>", needs=Permission.SEE_OFFERS, of=queries.payment)
def payment(payment: Payment) -> Any:  # noqa: ANN401 - an answer
    """One payment, and what may be done with it."""
    return _page(payment)


@pages.step("/desk/payments/<int:number>/approval", needs=Permission.APPROVE_PAYMENT, of=queries.payment)
def approve_payment(payment: Payment) -> Any:  # noqa: ANN401 - an answer
    """Approve what somebody else planned."""
    form = VersionForm()
    form.validate()
    actions.approve(payment, version=form.version.data or 0, by=viewer.current(), at=clock.now())
    flash(_("Approved. It is recorded once it has been made."))
    return see_other(".payment", number=payment.id)


def _tried(payment: Payment, name: str, form: Any, work: Any) -> Any:  # noqa: ANN401 - a form, a callable, an answer
    if not form.validate():
        return _page(payment, **{name: form})
    try:
        work()
    except Refused as refused:
        if refused.field is None or refused.field not in form._fields:
            raise
        form.fail(refused.field, failures.sentence(refused))
        return _page(payment, **{name: form})
    return see_other(".payment", number=payment.id)


@pages.step("/desk/payments/<int:number>/recording", needs=Permission.MANAGE_OFFERS, of=queries.payment)
def record_payment(payment: Payment) -> Any:  # noqa: ANN401 - an answer
    """Record that it was made."""
    form = RecordForm()

    def work() -> None:
        actions.record(
            payment,
            paid_on=form.paid_on.data,
            reference=form.reference.data or "",
            today=today(),
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(_("Recorded. Its recipient is told."))

    return _tried(payment, "record", form, work)


@pages.step("/desk/payments/<int:number>/reversal", needs=Permission.MANAGE_OFFERS, of=queries.payment)
def reverse_payment(payment: Payment) -> Any:  # noqa: ANN401 - an answer
    """Record that it came back."""
    form = ReverseForm()

    def work() -> None:
        actions.reverse(
            payment,
            reversed_on=form.reversed_on.data,
            reason=form.reason.data or "",
            today=today(),
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(_("Reversed. Both lines stay in the ledger."))

    return _tried(payment, "reverse", form, work)


@pages.step("/desk/payments/<int:number>/end", needs=Permission.MANAGE_OFFERS, of=queries.payment)
def call_off_payment(payment: Payment) -> Any:  # noqa: ANN401 - an answer
    """Call it off before it is made."""
    form = ReasonForm()

    def work() -> None:
        actions.call_off(
            payment,
            reason=form.reason.data or "",
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(_("Called off. Its sum can be planned anew."))

    return _tried(payment, "call_off", form, work)
