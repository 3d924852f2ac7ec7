"""A recipient's own pages: the offer, the answer to it, what it needs, and a note of thanks. Opened by a link, with no account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.errors import PortalError, Refused
from portal.files import queries as file_queries
from portal.files import serving
from portal.files.rules import PROOF
from portal.offers import actions, queries, rules
from portal.offers.actions import notes
from portal.offers.forms import AgreementForm, DecliningForm, NoteForm, PayeeForm, VersionForm
from portal.offers.rules import NOTE, NoteStep, OfferState, RequirementKind
from portal.offers.views.pages import pages
from portal.policy import Permission
from portal.web import failures, viewer
from portal.web.pages import see_other
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.funds.rules import PayeeKind
    from portal.nominations.models import Candidacy
    from portal.offers.models import Offer, Requirement

FILES = {"enrollment": RequirementKind.ENROLLMENT, "guardian": RequirementKind.GUARDIAN}
NAMES = {kind: name for name, kind in FILES.items()}


def _page(offer: Offer, *, agreement: AgreementForm | None = None, payee: PayeeForm | None = None) -> Any:  # noqa: ANN401 - an answer
    """Draw an offer whole, with whatever form was refused."""
    form = VersionForm(formdata=None, data={"version": offer.version})
    kinds = rules.payees(offer.paid_to.value)
    payee = payee or _payee_form(
        kinds,
        formdata=None,
        data={
            "kind": offer.payee_kind.value,
            "name": offer.payee_name,
            "sponsor": offer.payee_sponsor or "",
            "contact": offer.payee_contact,
        },
    )
    refused = next((one for one in (agreement, payee) if one is not None and one.errors), None)
    page = render_template(
        "offers/offer.html",
        offer=offer,
        cycle=offer.cycle,
        form=form,
        agreement=agreement or AgreementForm(formdata=None),
        payee=payee,
        payee_kinds=kinds,
        refused=refused,
        papers={one.kind: one for one in offer.requirements},
        missing=[one for one in offer.requirements if one.state in rules.TO_GIVE],
        kinds=RequirementKind,
        names=NAMES,
        late=offer.state is OfferState.MADE and clock.now() >= offer.due_at,
        taken=offer.state in rules.TAKEN,
        note=queries.note_of(offer, viewer.current()),
    )
    return page, 422 if refused is not None else 200


def among_ones_own(candidacy: Candidacy) -> tuple[str, str, str] | None:
    """Return the way to what the people of a candidacy are offered, from the page of all that is theirs."""
    reference = queries.reference_of(candidacy.id)
    if reference is None:
        return None
    words = _("Your answer, what it needs, what was paid, and a note of thanks.")
    return _("What you are offered"), words, url_for("offers.offer", reference=reference)


def _payee_form(kinds: list[PayeeKind], **facts: Any) -> PayeeForm:
    form = PayeeForm(**facts)
    form.offer(kinds)
    return form


def _here(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    return see_other(".offer", reference=offer.reference)


@pages.form("/offers/<reference>", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def offer(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Read what one is offered, and accept it."""
    form = VersionForm()
    if form.validate_on_submit():
        actions.accept(offer, version=form.version.data or 0, by=viewer.current(), at=clock.now())
        flash(_("You accepted. Thank you."))
        return _here(offer)
    return _page(offer)


@pages.form("/offers/<reference>/declining", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def declining(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Say no, after reading what follows from it."""
    if offer.state is not OfferState.MADE:
        return redirect(url_for(".offer", reference=offer.reference), code=303)
    form = DecliningForm()
    if form.validate_on_submit():
        actions.decline(
            offer,
            reason=form.reason.data or "",
            version=form.version.data or 0,
            by=viewer.current(),
            at=clock.now(),
        )
        flash(_("You declined. Thank you for telling us."))
        return _here(offer)
    if not form.is_submitted():
        form.version.data = offer.version
    return render_template("offers/declining.html", offer=offer, cycle=offer.cycle, form=form), form.status


# ---------------------------------------------------------------- what is needed


@pages.step("/offers/<reference>/agreement", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def agreement(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Sign the agreement."""
    form = AgreementForm()
    if not form.validate():
        return _page(offer, agreement=form)
    try:
        words = words_in(offer.agreement) if offer.agreement else ""
        actions.agree(offer, words=words, signed=form.signed.data or "", by=viewer.current(), at=clock.now())
    except Refused as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, failures.sentence(refused))
        return _page(offer, agreement=form)
    flash(_("Signed. Thank you."))
    return _here(offer)


@pages.step("/offers/<reference>/tax-form", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def tax_form(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Say that the tax form was sent to the office: the form itself never comes here."""
    actions.sent_tax_form(offer, by=viewer.current(), at=clock.now())
    flash(_("Noted. The office tells you if it does not arrive."))
    return _here(offer)


@pages.step("/offers/<reference>/payee", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def payee(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Say who receives the sum."""
    form = _payee_form(rules.payees(offer.paid_to.value))
    if not form.validate():
        return _page(offer, payee=form)
    try:
        actions.name_payee(
            offer,
            kind=form.data.get("kind") or rules.usual_payee(offer.paid_to.value).value,
            name=form.name.data or "",
            sponsor=form.data.get("sponsor") or "",
            contact=form.contact.data or "",
            by=viewer.current(),
            at=clock.now(),
        )
    except Refused as refused:
        if refused.field is None:
            raise
        form.fail(refused.field, failures.sentence(refused))
        return _page(offer, payee=form)
    flash(_("Noted. Thank you."))
    return _here(offer)


def _filed(offer: Offer, kind: str) -> Requirement:
    found = queries.paper(offer, FILES[kind].value) if kind in FILES else None
    if found is None:
        abort(404)
    return found


@pages.form(
    "/offers/<reference>/file/<any(enrollment, guardian):kind>",
    needs=Permission.ANSWER_OFFER,
    of=queries.by_reference,
    most=serving.MOST_REQUEST,
)
def file(offer: Offer, kind: str) -> Any:  # noqa: ANN401 - an answer
    """Send a paper as a file, whole or part by part."""
    paper, now = _filed(offer, kind), clock.now()
    then = url_for(".file", reference=offer.reference, kind=kind)
    if request.method == "GET":
        shown = serving.shown(paper.file) if paper.file is not None else None
        open_ = offer.state in rules.TAKEN and paper.state not in rules.SETTLED
        return render_template(
            "offers/file.html", offer=offer, cycle=offer.cycle, paper=paper, kind=kind, shown=shown, open=open_
        )
    if offer.state not in rules.TAKEN:
        raise Refused(actions.NOT_ASKED)
    me = viewer.current()
    try:
        answer = serving.receive(
            paper,
            PROOF,
            owner=me,
            at=now,
            attach=lambda sent: actions.attach(offer, paper.kind, sent, by=me, at=now),
            then=then,
        )
    except PortalError as refusal:
        if refusal.field != "file":
            raise
        flash(failures.sentence(refusal), "error")
        return redirect(then, code=303)
    return answer if answer is not None else redirect(then, code=303)


@pages.step(
    "/offers/<reference>/file/<any(enrollment, guardian):kind>/removal",
    needs=Permission.ANSWER_OFFER,
    of=queries.by_reference,
)
def file_removal(offer: Offer, kind: str) -> Any:  # noqa: ANN401 - an answer
    """Take the file out again."""
    actions.detach(offer, _filed(offer, kind).kind, by=viewer.current(), at=clock.now())
    flash(_("The file is taken out."))
    return see_other(".file", reference=offer.reference, kind=kind)


@pages.page(
    "/offers/<reference>/file/<any(enrollment, guardian):kind>/state",
    needs=Permission.ANSWER_OFFER,
    of=queries.by_reference,
)
def file_state(offer: Offer, kind: str) -> Any:  # noqa: ANN401 - an answer
    """Tell the page's script whether the file is checked yet."""
    return serving.state(file_queries.by_id(_filed(offer, kind).file_id))


@pages.page(
    "/offers/<reference>/file/<any(enrollment, guardian):kind>/<int:number>",
    needs=Permission.ANSWER_OFFER,
    of=queries.by_reference,
)
def file_page(offer: Offer, kind: str, number: int) -> Any:  # noqa: ANN401 - an answer
    """Show one page of the file."""
    return serving.picture(file_queries.by_id(_filed(offer, kind).file_id), number)


# ---------------------------------------------------------------- thanks


@pages.form("/offers/<reference>/thanks", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def thanks(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Write a few lines to those who gave."""
    note = queries.note_of(offer, viewer.current())
    form = NoteForm(data={"text": note.text, "named": note.named} if note is not None else None)
    if form.validate_on_submit():
        try:
            notes.write(
                offer,
                text=form.text.data or "",
                named=bool(form.named.data),
                by=viewer.current(),
                at=clock.now(),
            )
        except Refused as refused:
            if refused.field is None:
                raise
            form.fail(refused.field, failures.sentence(refused))
        else:
            flash(_("Thank you. The office reads it, then passes it on."))
            return _here(offer)
    return render_template(
        "offers/thanks.html",
        offer=offer,
        cycle=offer.cycle,
        form=form,
        note=note,
        may_take_back=note is not None and NOTE.fits(note.state, NoteStep.TAKE_BACK),
        open=offer.fund_id is not None and offer.state in rules.TAKEN,
    ), form.status


@pages.step("/offers/<reference>/thanks/removal", needs=Permission.ANSWER_OFFER, of=queries.by_reference)
def thanks_removal(offer: Offer) -> Any:  # noqa: ANN401 - an answer
    """Take the note back."""
    note = queries.note_of(offer, viewer.current())
    if note is not None:
        notes.take_back(note, by=viewer.current(), at=clock.now())
        flash(_("Taken back. Donors no longer see it."))
    return see_other(".thanks", reference=offer.reference)
