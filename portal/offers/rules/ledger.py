"""A fund's books as an accountant reads them: figures that add up to the cent, and a journal in plain double entry. Pure.

The journal is in the format of hledger and ledger-cli (https://hledger.org/hledger.html#journal); docs/ledger.md names the accounts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class Line(NamedTuple):
    """What one recipient is given of a fund, in cents: what was decided, forfeited, and what became of the rest."""

    decided: int
    forfeited: int
    planned: int  # planned or approved, and not paid yet
    recorded: int
    matched: int  # of what was recorded, found on the bank's statement


class Figures(NamedTuple):
    """A fund's year in cents. `promised` is paid or still to pay, always; `left` is what nobody was promised."""

    budget: int
    promised: int
    planned: int
    recorded: int
    matched: int

    @property
    def left(self) -> int:
        """What of the year's sum is promised to nobody."""
        return self.budget - self.promised

    @property
    def to_pay(self) -> int:
        """What is promised and not paid yet."""
        return self.promised - self.recorded

    @property
    def unmatched(self) -> int:
        """What was paid and not found on a statement yet."""
        return self.recorded - self.matched

    @property
    def reconciled(self) -> bool:
        """Whether every promised cent is paid, and every paid one found on a statement."""
        return self.to_pay == 0 and self.unmatched == 0 and self.left >= 0


def add_up(budget: int, lines: Iterable[Line]) -> Figures:
    """Return what these lines come to within a year's budget."""
    promised = planned = recorded = matched = 0
    for line in lines:
        promised += line.decided - line.forfeited
        planned += line.planned
        recorded += line.recorded
        matched += line.matched
    return Figures(budget, promised, planned, recorded, matched)


class Posting(NamedTuple):
    """One side of a transaction: an account and a sum in cents."""

    account: tuple[str, ...]
    cents: int


class Entry(NamedTuple):
    """One transaction: a day, a code, what it was, notes beside it, and postings that add up to nothing."""

    day: date
    code: str
    words: str
    notes: tuple[tuple[str, str], ...]
    postings: tuple[Posting, ...]


def promise(day: date, *, code: str, words: str, fund: str, award: str, year: int, cents: int, **notes: str) -> Entry:
    """Return the entry of an accepted offer: an expense of the fund, owed until it is paid. Negative cents take one back."""
    owed, spent = ("liabilities", "awards payable", fund), ("expenses", "awards", fund, f"{award} {year}")
    return Entry(day, code, words, tuple(notes.items()), (Posting(spent, cents), Posting(owed, -cents)))


def payment(day: date, *, code: str, words: str, fund: str, cents: int, **notes: str) -> Entry:
    """Return the entry of a payment: less is owed, and less lies in the bank. Negative cents reverse one."""
    owed, bank = ("liabilities", "awards payable", fund), ("assets", "bank", fund)
    return Entry(day, code, words, tuple(notes.items()), (Posting(owed, cents), Posting(bank, -cents)))


_LINES = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def _plain(text: str) -> str:
    """Return words that stand on one line and begin no comment, note or code."""
    flat = _LINES.sub(" ", text).replace(";", ",").replace("|", "/")
    return re.sub(r" {2,}", " ", flat).strip()


def _account(parts: tuple[str, ...]) -> str:
    """Return an account's name: no part may hold the colon that parts them, nor two spaces, which end it."""
    names = [re.sub(r"^[\[\(!*~]+|[\]\)]+$", "", _plain(part).replace(":", " -")).strip() or "-" for part in parts]
    return ":".join(names)


def _sum(cents: int, currency: str) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d} {currency}"


def journal(entries: Iterable[Entry], *, title: str, currency: str) -> str:
    """Return a journal in hledger's format, days in order. Every transaction adds up to nothing, to the cent."""
    out = [f"; {_plain(title)}", f"commodity 1000.00 {currency}", ""]
    for entry in sorted(entries, key=lambda one: (one.day, one.code)):
        if sum(posting.cents for posting in entry.postings):
            msg = f"{entry.code} does not balance."
            raise ValueError(msg)
        code = re.sub(r"[()\s]", "", entry.code)
        out.append(f"{entry.day.isoformat()} * ({code}) {_plain(entry.words)}".rstrip())
        out += [f"    ; {name}: {_plain(words).replace(',', ' ')}" for name, words in entry.notes if words]
        out += [f"    {_account(posting.account)}  {_sum(posting.cents, currency)}" for posting in entry.postings]
        out.append("")
    return "\n".join(out)
