"""What the frozen rule makes of the standings: who would be selected, which exact ties it leaves open, what each limit costs. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.decisions.rules import lottery
from portal.decisions.rules.columns import SEVERAL

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from portal.decisions.rules import selection


@dataclass(frozen=True, slots=True)
class Scored:
    """One who may be selected: what they are called in the round, the score that the standings go by, and their groups."""

    id: str
    score: float
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule proposes, best first.

    `selected` and `alternates` leave out the `tied`: whoever scores exactly the same as another, where only a ticket would
    decide which of them has one of the `tied_places`. After a draw nobody is tied. `amounts` are cents. `status` is
    "selected", "short" (the limits allow fewer than the places) or "impossible" (then `broken` says which limits contradict).
    `prices` are (limit's place in the rule, or -1 for the sums; points it costs; kept out; let in); `reasons` say why somebody
    who scored as well as one selected is not: (id, message id, facts). `moot` are limits that ask for some of a group nobody is of.
    """

    status: str
    selected: tuple[str, ...]
    amounts: Mapping[str, int]
    tied: tuple[str, ...]
    tied_places: int
    alternates: tuple[str, ...]
    prices: tuple[tuple[int, float, tuple[str, ...], tuple[str, ...]], ...]
    reasons: tuple[tuple[str, str, dict[str, object]], ...]
    broken: tuple[tuple[str, int], ...]
    moot: tuple[int, ...]
    total: float
    method: str

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "status": self.status,
            "selected": list(self.selected),
            "amounts": dict(self.amounts),
            "tied": list(self.tied),
            "tied_places": self.tied_places,
            "alternates": list(self.alternates),
            "prices": [[rule, price, list(out), list(let)] for rule, price, out, let in self.prices],
            "reasons": [[who, message, facts] for who, message, facts in self.reasons],
            "broken": [list(each) for each in self.broken],
            "moot": list(self.moot),
            "total": self.total,
            "method": self.method,
        }


def tickets_of(round_seed: int) -> bytes:
    """Return the seed of tickets where nothing was drawn: they decide nothing then, and only make the answer repeatable."""
    return hashlib.sha256(f"selection {round_seed}".encode()).digest()


def propose(
    scored: Sequence[Scored], rule: Mapping[str, Any], *, seed: bytes, drawn: Collection[str] = ()
) -> Proposal | None:
    """Return what the rule (the frozen part "selection") makes of these scores; None where nobody or no place is to be had.

    `drawn` are those among whom lots were drawn with `seed`: a tie of nobody else is settled by it.
    """
    from portal.decisions.rules import selection  # noqa: PLC0415 - heavy, and most pages never need it

    if not scored or rule["places"] < 1:
        return None
    candidates = [
        selection.Candidate(
            id=each.id,
            score=max(each.score, 0.0) if rule["amounts"] else each.score,
            attributes=each.attributes,
            ticket=lottery.ticket(seed, each.id),
        )
        for each in scored
    ]
    usable = _usable(rule, candidates)
    windows = [selection.Window(column, low, high, value or None) for column, value, low, high in usable.values()]
    fund = (
        selection.Fund(float(rule["budget"]), tuple(float(each) for each in rule["amounts"]))
        if rule["amounts"]
        else None
    )
    found = selection.select(candidates, places=rule["places"], windows=windows, fund=fund)
    tied = _open_ties(candidates, found, places=rule["places"], windows=windows, fund=fund)
    if set(tied) <= set(drawn):
        tied = ()
    inside = [who for who in tied if who in set(found.selected)]
    number = {window.name: n for window, n in zip(windows, usable, strict=True)}
    return Proposal(
        status=found.status,
        selected=tuple(who for who in found.selected if who not in tied),
        amounts={who: round(cents) for who, cents in found.amounts.items() if who not in tied},
        tied=tied,
        tied_places=len(inside),
        alternates=tuple(who for who in found.alternates if who not in tied),
        prices=tuple((number.get(each.rule, -1), each.price, each.kept_out, each.let_in) for each in found.prices),
        reasons=tuple(
            (each.candidate, each.message, each.facts) for each in found.reasons if each.candidate not in tied
        ),
        broken=found.broken,
        moot=tuple(n for n, limit in enumerate(rule["limits"]) if limit[2] and n not in usable),
        total=round(found.total, selection.DECIMALS),
        method=found.method,
    )


def _usable(rule: Mapping[str, Any], candidates: Sequence[selection.Candidate]) -> dict[int, Any]:
    """Return the limits that concern anybody, by their place in the rule."""
    groups = {
        (column, value)
        for each in candidates
        for column, held in each.attributes.items()
        for value in held.split(SEVERAL)
        if value
    }
    columns = {column for column, _value in groups}
    return {
        n: limit
        for n, limit in enumerate(rule["limits"])
        if ((limit[0], limit[1]) in groups if limit[1] else limit[0] in columns)
    }


def _open_ties(
    candidates: Sequence[selection.Candidate],
    found: selection.Selection,
    *,
    places: int,
    windows: Sequence[selection.Window],
    fund: selection.Fund | None,
) -> tuple[str, ...]:
    """Return those whose place only the ticket decided: with the tickets turned round, others of their score are in."""
    from portal.decisions.rules import selection  # noqa: PLC0415 - as above

    if not found.ties:
        return ()
    turned = [
        selection.Candidate(each.id, each.score, each.attributes, _turned(each.ticket), each.amount)
        for each in candidates
    ]
    other = selection.select(turned, places=places, windows=windows, fund=fund, prices=False)
    moved = set(found.selected) ^ set(other.selected)
    score = {each.id: selection.units(each.score) for each in candidates}
    values = {score[who] for who in moved}
    return tuple(who for who in found.ties if score[who] in values)


def _turned(ticket: str) -> str:
    """Return a ticket whose order among others is the other way round."""
    return ticket.translate(str.maketrans("0123456789abcdef", "fedcba9876543210"))
