"""Offers, papers, payments and the ledger: what is needed, what adds up, and what is never kept."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.funds.rules import PayeeKind, check_words, holds_number
from portal.offers import rules
from portal.offers.rules import (
    OFFER,
    PAYMENT,
    OfferState,
    OfferStep,
    PaymentState,
    RequirementKind,
    RequirementState,
    ledger,
)

NOW = datetime(2026, 5, 18, 17, tzinfo=UTC)
CENTS = st.integers(0, 10**7)
WORDS = st.text(max_size=30)


def test_what_was_declined_or_forfeited_is_over_and_what_is_paid_can_only_be_closed_or_reversed():
    assert [state for state in OfferState if not OFFER.steps(state)] == [OfferState.DECLINED, OfferState.FORFEITED]
    assert OFFER.steps(OfferState.PAID) == [OfferStep.UNSETTLE, OfferStep.CLOSE]
    assert {after for (before, _step), after in PAYMENT.table.items() if before is PaymentState.PLANNED} == {
        PaymentState.APPROVED,
        PaymentState.CALLED_OFF,
    }, "nothing is recorded that nobody approved"


def test_someone_under_18_needs_a_guardians_signature_and_each_payee_its_own_papers():
    assert rules.usual_needs("the person") == [RequirementKind.AGREEMENT, RequirementKind.TAX_FORM]
    assert RequirementKind.TAX_FORM not in rules.usual_needs("the school")
    assert rules.needs(["tax form", "agreement"], minor=False) == [RequirementKind.AGREEMENT, RequirementKind.TAX_FORM]
    assert RequirementKind.GUARDIAN in rules.needs(["agreement"], minor=True)
    assert rules.payees("the school") == [PayeeKind.SCHOOL, PayeeKind.GROUP]
    assert rules.complete([RequirementState.IN_ORDER, RequirementState.NOT_NEEDED])
    assert not rules.complete([RequirementState.IN_ORDER, RequirementState.GIVEN])
    assert rules.may_pay(PayeeKind.GROUP, [])
    assert not rules.may_pay(PayeeKind.GROUP, ["school"])


@pytest.mark.parametrize(
    "text", ["123-45-6789", "12-3456789", "my number is 123 45 6789.", "4400123456789", "12.3456789"]
)
def test_a_number_of_a_tax_form_or_an_account_is_refused_wherever_it_is_typed(text):
    assert holds_number(text)
    with pytest.raises(Refused):
        check_words(text, field="reason")


@pytest.mark.parametrize(
    "text", ["Room 114", "2026-06-30", "(206) 555-0100, room 3", "check 10482", "$25,000.00", "5-6 pm"]
)
def test_what_offices_write_otherwise_is_kept(text):
    assert text == "(206) 555-0100, room 3" or not holds_number(text)


def test_reminders_come_before_the_day_and_none_at_once():
    due = NOW + timedelta(days=14)
    assert rules.reminder_due(due, made=NOW, at=NOW + timedelta(days=2)) is None
    assert rules.reminder_due(due, made=NOW, at=due - timedelta(days=7)) == 7
    assert rules.reminder_due(due, made=NOW, at=due - timedelta(hours=30)) == 2
    assert rules.reminder_due(due, made=NOW, at=due) is None
    assert rules.reminder_due(NOW + timedelta(days=2), made=NOW, at=NOW + timedelta(days=1)) is None


LINES = st.lists(
    st.tuples(CENTS, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(
        lambda one: ledger.Line(
            one[0],
            forfeited := int(one[0] * one[1]),
            0,
            recorded := int((one[0] - forfeited) * one[2]),
            int(recorded * one[3]),
        )
    ),
    max_size=20,
)


@given(budget=CENTS, lines=LINES)
def test_a_years_figures_add_up_to_the_cent(budget, lines):
    found = ledger.add_up(budget, lines)
    assert found.recorded + found.to_pay == found.promised == sum(one.decided - one.forfeited for one in lines)
    assert found.promised + found.left == budget
    assert found.matched + found.unmatched == found.recorded
    assert found.reconciled == (found.to_pay == found.unmatched == 0 and found.promised <= budget)


ENTRY = re.compile(r"^(\d{4}-\d\d-\d\d) \* \(([^()\s]*)\) ?(.*)$")
POSTING = re.compile(r"^    (\S.*?)  (-?\d+\.\d\d) USD$")


@given(
    made=st.lists(st.tuples(CENTS.filter(bool), CENTS.filter(bool), WORDS, WORDS, WORDS, WORDS), max_size=6),
    title=WORDS,
)
def test_whatever_people_are_called_each_transaction_of_the_journal_balances_and_nothing_is_lost(made, title):
    """The journal is read back by the format's own rules: a date, a code, notes, and postings that end at two spaces."""
    day, entries = date(2026, 6, 1), []
    for number, (promised, paid, name, fund, note, award) in enumerate(made):
        entries.append(
            ledger.promise(
                day, code=f"O-{number}", words=name, fund=fund, award=award, year=2026, cents=promised, note=note
            )
        )
        entries.append(ledger.payment(day, code=f"O-{number}-1", words=name, fund=fund, cents=paid, note=note))
        entries.append(ledger.payment(day, code=f"O-{number}-1R", words=name, fund=fund, cents=-paid))
    text = ledger.journal(entries, title=title, currency="USD")
    blocks = [block.split("\n") for block in text.split("\n\n") if ENTRY.match(block.split("\n")[0])]
    assert len(blocks) == len(entries)
    for block in blocks:
        postings = [POSTING.match(line) for line in block[1:] if line and not line.startswith("    ;")]
        assert all(postings), block
        assert len(postings) == 2
        assert sum(Decimal(one[2]) for one in postings) == 0
        assert all(len(one[1].split(":")) in {3, 4} for one in postings), "no name of a fund or award adds an account"
    total = sum(
        Decimal(one[2]) for one in map(POSTING.match, text.split("\n")) if one and one[1].startswith("expenses")
    )
    assert total * 100 == sum(one[0] for one in made)


def test_a_transaction_that_does_not_balance_is_never_written():
    crooked = ledger.Entry(date(2026, 6, 1), "X", "wrong", (), (ledger.Posting(("a",), 1),))
    with pytest.raises(ValueError, match="does not balance"):
        ledger.journal([crooked], title="", currency="USD")
