"""A fund's books: each year's sums, its payments beside the bank's statement, and the ledger for the accountant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, abort, flash, g, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import clock, policy
from portal.errors import Refused
from portal.funds import actions as funds_actions
from portal.funds import queries as funds
from portal.funds.forms import PAYEES
from portal.offers import queries as people
from portal.offers.actions import payments as actions
from portal.offers.forms import BudgetForm, MatchForm
from portal.offers.queries import books as queries
from portal.offers.views.pages import pages, today
from portal.policy import Fact, Permission
from portal.web import failures, viewer
from portal.web.lists import table_file
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.offers.queries.books import Book

ROOT = "/desk/funds/<int:number>/<int:year>"


@pages.page("/desk/books", needs=Permission.SEE_BOOKS)
def books() -> str:
    """Every fund with its years: what each gives, what is promised and paid."""
    return render_template("offers/books.html", shelf=queries.shelf(viewer.current()))


@pages.page("/desk/books.csv", needs=Permission.SEE_BOOKS)
def books_csv() -> Response:
    """The same as a table: CSV, or a workbook."""
    header = [_("Fund"), _("Year"), _("Gives"), _("Promised"), _("Paid"), _("Still to pay"), _("Left")]
    rows = [
        [one.fund.name, one.year, *(f"{cents / 100:.2f}" for cents in (one.budget, one.promised, one.recorded))]
        + [f"{cents / 100:.2f}" for cents in (one.promised - one.recorded, one.budget - one.promised)]
        for one in queries.shelf(viewer.current())
    ]
    return table_file("books", header, rows)


def _names() -> bool:
    """Whether whoever looks may read names: the office; not the board's auditor."""
    return Fact.STAFF in policy.facts_about(viewer.current())


def _page(thing: Book, *, match: MatchForm | None = None, budget: BudgetForm | None = None) -> Any:  # noqa: ANN401 - an answer
    rows = queries.rows(thing, names=_names())
    entries = queries.entries(rows)
    own = funds.years(thing.fund).get(thing.year)
    budget = budget or BudgetForm(
        formdata=None, data={"cents": own.budget_cents if own else None, "note": own.note if own else ""}
    )
    refused = next((one for one in (match, budget) if one is not None and one.errors), None)
    page = render_template(
        "offers/book.html",
        thing=thing,
        fund=thing.fund,
        rows=rows,
        entries=[(queries.code(one), one) for one in entries],
        figures=queries.figures(thing, rows),
        match=match or MatchForm(formdata=None, data={"statement": today()}),
        budget=budget,
        refused=refused,
        own=own,
        closer=people.names([own.closed_by_id]).get(own.closed_by_id) if own and own.closed_by_id else None,
        payees=[str(words) for kind, words in PAYEES.items() if kind.value in thing.fund.payees],
        years=queries.years(thing.fund),
    )
    return page, 200 if refused is None else 422


@pages.page(ROOT, needs=Permission.SEE_BOOKS, of=queries.book)
def book(thing: Book) -> Any:  # noqa: ANN401 - an answer
    """One year of a fund, to the cent: what it gives, what is promised, paid, and found on the bank's statement."""
    return _page(thing)


@pages.step(ROOT + "/budget", needs=Permission.KEEP_BOOKS, of=queries.book)
def budget(thing: Book) -> Any:  # noqa: ANN401 - an answer
    """Note what the fund gives this year."""
    form = BudgetForm()
    if not form.validate():
        return _page(thing, budget=form)
    try:
        funds_actions.set_budget(
            thing.fund,
            year=thing.year,
            cents=form.cents.data,
            note=form.note.data or "",
            by=viewer.current(),
            at=clock.now(),
        )
    except Refused as refused:
        form.fail(refused.field, failures.sentence(refused))
        return _page(thing, budget=form)
    flash(_("Saved."))
    return see_other(".book" if thing.year in queries.years(thing.fund) else ".books", **_at(thing))


def _at(thing: Book) -> dict[str, Any]:
    return {"number": thing.fund.id, "year": thing.year} if thing.year in queries.years(thing.fund) else {}


@pages.step(ROOT + "/closing", needs=Permission.KEEP_BOOKS, of=queries.book)
def closing(thing: Book) -> Any:  # noqa: ANN401 - an answer
    """Close the books of a year that is reconciled."""
    figures = queries.of_year(thing.fund, thing.year)
    actions.close_books(thing.fund, year=thing.year, figures=figures, on=today(), by=viewer.current(), at=clock.now())
    flash(_("Closed. What changes from now on stands as an entry of its own."))
    return see_other(".book", **_at(thing))


@pages.step(ROOT + "/matching", needs=Permission.KEEP_BOOKS, of=queries.book)
def matching(thing: Book) -> Any:  # noqa: ANN401 - an answer
    """Note which payments the bank's statement shows."""
    form = MatchForm()
    if not form.validate():
        return _page(thing, match=form)
    wanted = [int(one) for one in form.payments.data or [] if one.isdecimal() and len(one) < 16]  # noqa: PLR2004 - no row has more digits
    if not wanted:
        form.fail("payments", _("Choose the payments that the statement shows"))
        return _page(thing, match=form)
    try:
        done = actions.match(
            queries.payments_by_number(thing, wanted),
            statement=form.statement.data,
            by=viewer.current(),
            at=clock.now(),
        )
    except Refused as refused:
        form.fail(refused.field, failures.sentence(refused))
        return _page(thing, match=form)
    flash(ngettext("One payment found on the statement.", "%(num)s payments found on the statement.", done))
    return see_other(".book", **_at(thing))


@pages.step(ROOT + "/matching/<int:payment>/end", needs=Permission.KEEP_BOOKS, of=queries.book)
def unmatch(thing: Book, payment: int) -> Any:  # noqa: ANN401 - an answer
    """Take back that a payment was found."""
    found = queries.payments_by_number(thing, [payment])
    if not found:
        abort(404)
    actions.unmatch(found[0], by=viewer.current(), at=clock.now())
    flash(_("Taken back."))
    return see_other(".book", **_at(thing))


def _ledger(thing: Book) -> tuple[str, list[str], list[list[object]]]:
    header = [
        _("Day"),
        _("Number"),
        _("Award"),
        _("Candidacy"),
        _("Name"),
        _("Kind of payee"),
        _("Payee"),
        _("Received by"),
        _("Sum"),
        _("Currency"),
        _("Reference"),
        _("Statement"),
        _("Why reversed"),
    ]
    rows = [
        [
            entry.day.isoformat(),
            queries.code(entry),
            f"{entry.row.cycle.award.slug} {entry.row.cycle.year}",
            entry.row.candidacy.reference,
            entry.row.name,
            str(PAYEES[entry.payment.payee_kind]),
            entry.row.payee(entry.payment),
            entry.payment.payee_sponsor or "",
            f"{'-' if entry.cents < 0 else ''}{abs(entry.cents) // 100}.{abs(entry.cents) % 100:02d}",
            g.organisation.currency if g.organisation else "USD",
            entry.payment.reference,
            entry.payment.matched_on.isoformat() if entry.payment.matched_on and entry.cents > 0 else "",
            (entry.payment.reason or "") if entry.cents < 0 else "",
        ]
        for entry in queries.entries(queries.rows(thing, names=_names()))
    ]
    return f"ledger-{thing.fund.id}-{thing.year}", header, rows


@pages.page(ROOT + "/ledger.csv", needs=Permission.SEE_BOOKS, of=queries.book)
def ledger_csv(thing: Book) -> Response:
    """The ledger as a table: CSV, or a workbook."""
    return table_file(*_ledger(thing))


@pages.page(ROOT + "/ledger.journal", needs=Permission.SEE_BOOKS, of=queries.book)
def ledger_journal(thing: Book) -> Response:
    """The ledger in double entry, as hledger reads it."""
    text = queries.journal(thing, names=_names(), currency=g.organisation.currency if g.organisation else "USD")
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="ledger-{thing.fund.id}-{thing.year}.journal"'
    return answer
