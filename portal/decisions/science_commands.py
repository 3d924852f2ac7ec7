"""`portal select` and `portal draw`: decisions without the portal. CSV or text in, JSON out.

Heavy modules are imported inside the commands, so that `portal --help` stays quick.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import click

from portal.errors import N_
from portal.review.science_input import (
    NUMBER,
    BadInput,
    Science,
    Table,
    read_csv,
    read_text,
    rounded,
    split,
    write_json,
)

if TYPE_CHECKING:
    from portal.decisions.rules import selection

#: Columns that hold the id and the score, in the order in which they are looked for.
IDS = ("nomination", "candidacy", "candidate", "id")
SCORES = ("score", "adjusted", "value", "p_place")
HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


@click.command(cls=Science)
@click.argument("candidates", metavar="CANDIDATES.csv")
@click.option("--places", type=click.IntRange(min=1), required=True, help="How many may be selected.")
@click.option("--max", "most", metavar="COLUMN=N", multiple=True, help="At most N with the same value of COLUMN.")
@click.option("--window", metavar="COLUMN=MIN:MAX", multiple=True, help="From MIN to MAX with each value of COLUMN.")
@click.option("--budget", metavar="SUM", help="The fund; with --amounts who gets what, else the column 'amount'.")
@click.option("--amounts", metavar="A,B", help="The amounts that may be given.")
@click.option(
    "--worth", type=click.Choice(["sqrt", "linear"]), default="sqrt", show_default=True, help="How amounts count."
)
@click.option("--score", "score_column", metavar="COLUMN", help=f"The column to maximize (else: {', '.join(SCORES)}).")
@click.option("--id", "id_column", metavar="COLUMN", help=f"The column of ids (else: {', '.join(IDS)}).")
@click.option("--seed", metavar="HEX", help="Seed of the lottery tickets that decide between equal scores.")
@click.option("--no-prices", is_flag=True, help="Do not compute what each rule costs.")
def select(  # noqa: PLR0917 - one per option
    candidates: str,
    places: int,
    most: tuple[str, ...],
    window: tuple[str, ...],
    budget: str | None,
    amounts: str | None,
    worth: str,
    score_column: str | None,
    id_column: str | None,
    seed: str | None,
    no_prices: bool,  # noqa: FBT001 - click hands flags over by position
) -> None:
    """Select from CANDIDATES.csv under places, caps, windows and a fund: exactly, with the price of each rule.

    COLUMN=VALUE=N and COLUMN=VALUE=MIN:MAX make a rule for one value alone. Writes JSON.
    """
    from portal.decisions.rules import lottery, selection  # noqa: PLC0415 - heavy

    table = read_csv(candidates)
    id_column = id_column or _first(table, IDS)
    score_column = score_column or _first(table, SCORES)
    names, scores = table.ids(id_column), table.number(score_column)
    seen: dict[str, int] = {}
    for row, name in enumerate(names):
        if name in seen:
            raise table.wrong(
                row, N_("%(id)s is there before, in line %(line)d."), id=name, line=table.lines[seen[name]]
            )
        seen[name] = row
    windows = [*(_cap(table, text) for text in most), *(_window(table, text) for text in window)]
    fund = _fund(budget, amounts, worth)
    asked: list[float] | list[None] = [None] * len(names)
    if fund is not None and not fund.amounts:
        asked = table.number("amount")
    secret = _bytes(seed, "--seed") if seed is not None else b""
    columns = sorted({rule.column for rule in windows})
    people = [
        selection.Candidate(
            id=name,
            score=score,
            attributes={column: table.columns[column][row].strip() for column in columns},
            ticket=lottery.ticket(secret, name),
            amount=amount,
        )
        for row, (name, score, amount) in enumerate(zip(names, scores, asked, strict=True))
    ]
    found = selection.select(people, places=places, windows=windows, fund=fund, prices=not no_prices)
    score_of = {each.id: each.score for each in people}
    ticket_of = {each.id: each.ticket for each in people}
    write_json(
        {
            "status": found.status,
            "selected": [
                {"nomination": name, "score": score_of[name], **({"amount": found.amounts[name]} if fund else {})}
                for name in found.selected
            ],
            "total": rounded(found.total),
            "score_total": rounded(sum(score_of[name] for name in found.selected)),
            "spent": rounded(sum(found.amounts.values())) if fund else None,
            "method": found.method,
            "prices": [
                {
                    "rule": price.rule,
                    "price": rounded(price.price),
                    "kept_out": list(price.kept_out),
                    "let_in": list(price.let_in),
                }
                for price in found.prices
            ],
            "passed_over": [{"nomination": each.candidate, "reason": str(each)} for each in found.reasons],
            "alternates": list(found.alternates),
            "ties": [{"nomination": name, "ticket": ticket_of[name]} for name in found.ties],
            "broken": [{"rule": rule, "by": by} for rule, by in found.broken],
        },
    )


def _first(table: Table, names: tuple[str, ...]) -> str:
    """Return the first of these columns that the table has; refuse when it has none."""
    for name in names:
        if name in table:
            return name
    raise BadInput(N_("%(path)s has none of the columns %(names)s."), path=table.path, names=", ".join(names))


def _rule(table: Table, text: str, option: str) -> tuple[str, str | None, str]:
    """Return (column, value or None, the rest) of COLUMN=REST or COLUMN=VALUE=REST."""
    left, mark, rest = text.rpartition("=")
    if not mark:
        raise BadInput(N_("%(option)s wants COLUMN=..., not %(text)s."), option=option, text=repr(text))
    if left in table:
        return left, None, rest
    column, mark, value = left.partition("=")
    if not mark:
        table.column(left)
    table.column(column)
    return column, value, rest


def _count(text: str, option: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit():
        raise BadInput(
            N_("%(option)s wants a whole number of 0 or more, not %(text)s."), option=option, text=repr(text)
        )
    return int(text)


def _cap(table: Table, text: str) -> selection.Window:
    from portal.decisions.rules import selection  # noqa: PLC0415 - heavy

    column, value, rest = _rule(table, text, "--max")
    return selection.Window(column, 0, _count(rest, "--max"), value)


def _window(table: Table, text: str) -> selection.Window:
    from portal.decisions.rules import selection  # noqa: PLC0415 - heavy

    column, value, rest = _rule(table, text, "--window")
    low, mark, high = rest.partition(":")
    if not mark:
        raise BadInput(N_("--window wants COLUMN=MIN:MAX, not %(text)s."), text=repr(text))
    return selection.Window(
        column,
        _count(low, "--window") if low.strip() else 0,
        _count(high, "--window") if high.strip() else None,
        value,
    )


def _amount(text: str, option: str) -> float:
    if not NUMBER.fullmatch(text.strip()):
        raise BadInput(N_("%(option)s wants a sum, not %(text)s."), option=option, text=repr(text))
    return float(text)


def _fund(budget: str | None, amounts: str | None, worth: str) -> selection.Fund | None:
    from portal.decisions.rules import selection  # noqa: PLC0415 - heavy

    if budget is None:
        if amounts is not None:
            raise BadInput(N_("--amounts needs a --budget."))
        return None
    menu = tuple(_amount(item, "--amounts") for item in split(amounts)) if amounts is not None else ()
    if amounts is not None and not menu:
        raise BadInput(N_("--amounts is empty."))
    return selection.Fund(_amount(budget, "--budget"), menu, worth)


def _bytes(text: str, option: str) -> bytes:
    """Return the bytes of hexadecimal digits; never echo them, since they may be a secret."""
    if not HEX.fullmatch(text.strip()):
        raise BadInput(N_("%(option)s wants hexadecimal digits, two for each byte."), option=option)
    return bytes.fromhex(text.strip())


@click.command(cls=Science)
@click.argument("pool", metavar="POOL.txt")
@click.option("--places", type=click.IntRange(min=1), help="How many are drawn (all, in order, if not given).")
@click.option(
    "--secret", "secrets", metavar="HEX", multiple=True, help="A revealed secret; in the order of the commitments."
)
@click.option(
    "--commitment", "commitments", metavar="HEX", multiple=True, help="SHA-256 of a secret, published before."
)
@click.option("--beacon", metavar="HEX", help="Public randomness from after the commitments.")
@click.option(
    "--beacon-text", metavar="TEXT", help="The same as text: a state lottery's numbers, as everyone can write them."
)
@click.option("--seed", metavar="HEX", help="A ready seed of 32 bytes, instead of secrets and beacon.")
@click.option("--rfc3797", "key", metavar="KEY", help="Draw as RFC 3797 does, from its key string.")
def draw(  # noqa: PLR0917 - one per option
    pool: str,
    places: int | None,
    secrets: tuple[str, ...],
    commitments: tuple[str, ...],
    beacon: str | None,
    beacon_text: str | None,
    seed: str | None,
    key: str | None,
) -> None:
    """Draw lots from POOL.txt, one id per line, so that anyone can check it with sha256sum.

    Without anything revealed it freezes: the digest of the pool, to be published before the draw. Writes JSON.
    """
    from portal.decisions.rules import lottery  # noqa: PLC0415 - beside its sister command's

    names = [line for line in read_text(pool).replace("\r\n", "\n").split("\n") if line.strip()]
    revealed = [_bytes(secret, "--secret") for secret in secrets]
    agreed = [_digest(each) for each in commitments]
    if beacon is not None and beacon_text is not None:
        raise BadInput(N_("Either --beacon or --beacon-text, not both."))
    entropy = _bytes(beacon, "--beacon") if beacon is not None else (beacon_text or "").encode()
    if seed is not None and (revealed or entropy):
        raise BadInput(N_("--seed stands alone: it is made of the secrets and the beacon."))
    if key is not None:
        if revealed or entropy or seed is not None or agreed:
            raise BadInput(N_("--rfc3797 stands alone."))
        lottery.in_order(names, b"")
        if not key.strip():
            raise BadInput(N_("--rfc3797 wants the key string that was published."))
        drawn = lottery.rfc3797(key, pool=len(names), places=places or len(names))
        write_json(
            {
                "method": "RFC 3797",
                "pool": len(names),
                "pool_sha256": lottery.pool_digest(names),
                "key": key,
                "selected": [position for position, _ in drawn],
                "winners": [names[position - 1] for position, _ in drawn],
                "md5": [digest for _, digest in drawn],
            },
        )
        return
    if seed is None and not revealed and not entropy:
        lottery.in_order(names, b"")
        write_json(
            {
                "method": "frozen",
                "pool": len(names),
                "pool_sha256": lottery.pool_digest(names),
                "places": places,
                "commitments": agreed,
            },
        )
        return
    ready = _bytes(_digest(seed), "--seed") if seed is not None else None
    found = lottery.draw(
        names,
        places=places or len(names),
        secrets=revealed,
        beacon=entropy,
        commitments=agreed,
        seed=ready,
    )
    write_json(
        {
            "method": "SHA-256 tickets",
            "pool": len(names),
            "pool_sha256": found.pool_digest,
            "places": places or len(names),
            "commitments": list(found.commitments),
            "withheld": list(found.withheld),
            "seed": found.seed,
            "tickets": dict(found.tickets),
            "draw_order": list(found.order),
            "winners": list(found.winners),
        },
    )


def _digest(text: str) -> str:
    """Return a SHA-256 in lower case; refuse anything else."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text.strip()):
        raise BadInput(N_("A SHA-256 has 64 hexadecimal digits."))
    return text.strip().lower()


@click.command(cls=Science)
@click.argument("bundle", metavar="BUNDLE")
@click.option("--digest", metavar="HEX", help="The digest of the rule, as it stands on the record: compared first.")
def replay(bundle: str, digest: str | None) -> None:
    """Compute a decision again from BUNDLE, and say "identical" or the first step that differs.

    Exit code 0 where it is identical, 1 where it differs or is no bundle. Writes JSON.
    """
    from portal.decisions.rules import bundle as rules  # noqa: PLC0415 - heavy

    try:
        document = json.loads(read_text(bundle))
    except (ValueError, RecursionError):  # the latter where brackets stand in brackets without end
        raise BadInput(N_("%(path)s is not JSON."), path=bundle) from None
    if not isinstance(document, dict):
        raise rules.BadBundle(N_("This is not a bundle of a decision."))
    steps = rules.replay(document)
    if digest is not None and document["rules"]["digest"] != _digest(digest):
        steps = [
            rules.Step("rules", same=False, message=N_("The digest of what was fixed is not the one on the record."))
        ]
    same = rules.identical(steps)
    last = steps[-1]
    write_json(
        {
            "result": "identical" if same else "differs",
            "differs": None if same else last.name,
            "why": None if same else last.message % (last.facts or {}),
            "steps": [step.name for step in steps if step.same],
            "digest": document["digest"],
            "rules_digest": document["rules"]["digest"],
        }
    )
    if not same:
        raise SystemExit(1)
