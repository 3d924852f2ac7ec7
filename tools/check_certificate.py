#!/usr/bin/env python3
"""Check an assignment plan and its proof of optimality, with nothing but Python's standard library.

    check_certificate.py PLAN.json                                     a plan that carries its problem ("document")
    check_certificate.py PLAN.json PAIRS.csv REVIEWERS.csv [CURRENT.csv]   what `portal assign` wrote, and what it
    was given

Says each thing it checked, and ends with exit code 0 if all hold, 1 if one does not or the files cannot be read. It
shares no code with what made the plan. The proof is weak duality: for any prices at all, the sum of the cheapest
thing each candidacy, reviewer and pair could do on its own is at most the cost of every possible plan. If the plan
costs just that, no plan is better.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Wrong(Exception):
    """One thing does not hold; the text says which."""


Document = dict[str, Any]
Pair = tuple[str, str]


class Facts(NamedTuple):
    """The problem with what is finished taken off, and the part of the plan that was free to choose."""

    need: dict[str, int]
    window: dict[str, tuple[int, int]]
    cost: dict[Pair, int]
    kept: set[Pair]
    planned: list[Pair]
    caps: dict[str, dict[Pair, int]]
    slots: int


def expect(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - it reads as a sentence
    """Go on if it holds."""
    if not holds:
        raise Wrong(otherwise)


def main(arguments: list[str]) -> int:
    """Check the plan named on the command line, saying each thing that holds."""
    if len(arguments) not in {1, 3, 4}:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 1
    try:
        plan = json.loads(Path(arguments[0]).read_text(encoding="utf-8-sig"))
        document = plan.get("document") if len(arguments) == 1 else from_files(plan, *map(Path, arguments[1:]))
        expect(isinstance(document, dict), "the plan does not carry its problem: name the files it was made from")
        for said in checks(plan, document):
            print(f"holds: {said}")
    except Wrong as wrong:
        print(f"DOES NOT HOLD: {wrong}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        print(f"{arguments[0]}: cannot be checked: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("The plan is what it says it is, and no plan is better.")
    return 0


def from_files(plan: Document, pairs: Path, reviewers: Path, current: Path | None = None) -> Document:
    """Return the problem as the plan's document would say it, from the files that `portal assign` was given."""
    options = plan["options"]
    factor = options["cost_factor"]
    withdrawn = set(options["recused"])
    recused = {tuple(pair) for pair in options["recused_pairs"]}
    eligible = []
    for row in rows(pairs):
        pair = (row["nomination"], row["reviewer"])
        if pair[1] not in withdrawn and pair not in recused:
            eligible.append([*pair, exact(row["cost"], factor)])
    people = [
        (row["reviewer"], int(row.get("min_load") or 0), int(row["max_load"]), (row.get("school") or "").strip())
        for row in rows(reviewers)
    ]
    names = {pair[0] for pair in eligible} | {row["nomination"] for row in rows(pairs)}
    kept, locked = [], []
    for row in rows(current) if current else []:
        pair = (row["nomination"], row["reviewer"])
        names.add(pair[0])
        if (row.get("done") or "").strip().lower() in {"1", "yes", "true", "done", "y"}:
            locked.append(list(pair))
        elif pair[1] not in withdrawn and pair not in recused:
            kept.append(list(pair))
    gone = withdrawn - {r for _, r in locked}
    return {
        "candidacies": [[name, options["reads"], ""] for name in sorted(names)],
        "reviewers": [[r, *((0, 0) if r in gone else (low, high)), s] for r, low, high, s in sorted(people)],
        "eligible": sorted(eligible),
        "kept": sorted(kept),
        "locked": sorted(locked),
        "one_per_school": options["one_per_school"],
        "per_school": 0,
        "level": options["level"],
        "linked": options["linked"],
        "seed": options["seed"],
    }  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV file's rows by column name."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if any(row.values())]


def exact(text: str, factor: int) -> int:
    """Return a decimal number times a power of ten, which must come out whole."""
    whole, _, rest = text.strip().lstrip("+").partition(".")
    places = len(str(factor)) - 1
    rest = rest.rstrip("0")
    fits = len(rest) <= places and "e" not in text.lower()
    expect(fits, f"cost {text} is not a whole number of units of 1/{factor}")
    sign = -1 if whole.startswith("-") else 1
    return sign * (int(whole.lstrip("-") or 0) * factor + int((rest + "0" * places)[:places] or 0))


def checks(plan: Document, document: Document) -> Iterator[str]:
    """Yield what holds, in order; raise `Wrong` at the first thing that does not."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    found = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    expect(found == plan["digest"], f"the digest of the problem is {found}, the plan says {plan['digest']}")
    yield "the digest of what the plan was computed from"

    eligible = {(c, r) for c, r, _ in document["eligible"]}
    locked = {(c, r) for c, r in document["locked"]}
    pairs = [pair_of(entry) for entry in plan["pairs"]]
    for pair, times in Counter(pairs).items():
        expect(times == 1, f"{pair} is in the plan twice")
        expect(pair in eligible or pair in locked, f"{pair} is in the plan and is not eligible")
    expect(locked <= set(pairs), f"finished reviews are not in the plan: {sorted(locked - set(pairs))}")
    yield f"{len(pairs)} pairs, each once, none in conflict; every finished review stays"

    got = Counter(c for c, _ in pairs)
    missing = dict(missing_of(entry) for entry in plan["unfilled"])
    for name, n, _ in document["candidacies"]:
        short = max(n - got[name], 0)
        said = missing.get(name, 0)
        expect(short == said, f"{name} needs {n} reads, has {got[name]}, and the plan says {said} missing")
    yield f"reads: every candidacy has what it needs, or is named as short ({sum(missing.values())} missing in all)"

    done, load = Counter(r for _, r in locked), Counter(r for _, r in pairs)
    for name, _, high, _ in document["reviewers"]:
        expect(load[name] <= max(high, done[name]), f"{name} reads {load[name]}, more than {high}")
    yield "loads: nobody reads more than their window allows"

    yield from schools(document, pairs, locked)
    yield from optimal(plan, document, facts(document, pairs, locked))
    groups = components(pairs)
    if groups <= 1:
        yield "linked: every reviewer can be compared with every other"
    elif document["linked"]:
        yield f"NOT linked, though asked for: {groups} groups that share no reviewer; no exchange could link them"
    else:
        yield f"not linked: {groups} groups share no reviewer"


def pair_of(entry: Any) -> Pair:  # noqa: ANN401 - either way of writing a pair
    """Return (candidacy, reviewer)."""
    return (entry["nomination"], entry["reviewer"]) if isinstance(entry, dict) else (entry[0], entry[1])


def missing_of(entry: Any) -> tuple[str, int]:  # noqa: ANN401 - either way of writing it
    """Return (candidacy, reads missing)."""
    return (entry["nomination"], entry["missing"]) if isinstance(entry, dict) else (entry[0], entry[1])


def keys(document: Document) -> list[tuple[str, int, str, dict[Pair, Pair]]]:
    """Return each cap: its name, how many, what it means, and under which key each pair counts."""
    r_school = {name: school for name, _, _, school in document["reviewers"]}
    c_school = {name: school for name, _, school in document["candidacies"]}
    every = {(c, r) for c, r, _ in document["eligible"]} | {(c, r) for c, r in document["locked"]}
    one = int(bool(document["one_per_school"]))
    return [
        ("one_per_school", one, "one reviewer of a school at each candidacy",
         {(c, r): (r_school[r], c) for c, r in every if one and r_school[r]}),
        ("per_school", document["per_school"], "candidacies of one school for a reviewer",
         {(c, r): (r, c_school[c]) for c, r in every if document["per_school"] and c_school[c]}),
    ]  # fmt: skip


def schools(document: Document, pairs: list[Pair], locked: set[Pair]) -> Iterator[str]:
    """Yield that each cap on schools is kept."""
    for _, cap, title, key in keys(document):
        used = Counter(key[pair] for pair in pairs if pair in key)
        before = Counter(key[pair] for pair in locked if pair in key)
        for where, n in used.items():
            expect(n <= max(cap, before[where]), f"{where}: {n}, more than {cap} ({title})")
        if cap:
            yield title


def facts(document: Document, pairs: list[Pair], locked: set[Pair]) -> Facts:
    """Return what was free to choose: demand, windows and caps less what is finished."""
    done_c, done_r = Counter(c for c, _ in locked), Counter(r for _, r in locked)
    cost = {(c, r): n for c, r, n in document["eligible"] if (c, r) not in locked}
    need = {name: max(n - done_c[name], 0) for name, n, _ in document["candidacies"]}
    window = {}
    for name, low, high, _ in document["reviewers"]:
        room = max(high - done_r[name], 0)
        window[name] = (min(max(low - done_r[name], 0), room), room)
    caps = {}
    for name, cap, _, key in keys(document):
        could = Counter(key[pair] for pair in cost if pair in key)
        used = Counter(key[pair] for pair in locked if pair in key)
        left = {where: max(cap - used[where], 0) for where in could}
        caps[name] = {where: n for where, n in left.items() if could[where] > n}
    kept = {(c, r) for c, r in document["kept"]} - locked
    return Facts(need, window, cost, kept, [p for p in pairs if p not in locked], caps, sum(need.values()))


def optimal(plan: Document, document: Document, given: Facts) -> Iterator[str]:
    """Yield that the plan costs what it says, and that nothing can cost less."""
    proof = plan["certificate"]
    weights, linking = proof["weights"], proof["linking_cost"]
    check_weights(document, weights, given)
    yield "the weights: empty slots, then missed windows, then changes, then cost"

    spent = sum(given.cost[pair] for pair in given.planned)
    factor = plan.get("options", {}).get("cost_factor", 1)
    expect(spent == round(plan["cost"] * factor), f"the pairs cost {spent}, the plan says {plan['cost']}")
    expect(linking == 0 or document["linked"], "a price was paid for linking that nobody asked for")
    load, filled = Counter(r for _, r in given.planned), Counter(c for c, _ in given.planned)
    total = spent - linking
    total += weights["change"] * sum(pair not in given.kept for pair in given.planned) if given.kept else 0
    total += weights["unfilled"] * sum(n - filled[name] for name, n in given.need.items())
    for name, (low, _) in given.window.items():
        total += weights["under"] * max(low - load[name], 0) + document["level"] * load[name] * (load[name] - 1) // 2
    expect(total == proof["value"], f"the plan's value is {total}, the certificate says {proof['value']}")
    yield f"the cost, {spent}" + (f", of which {linking} links the reviewers" if linking else "")

    lower = bound(document, proof, given)
    expect(lower == total, f"the prices prove only that no plan is below {lower}; this one is at {total}")
    yield "optimal: the prices prove that no plan is better" + (" before linking" if linking else "")


def check_weights(document: Document, weights: Document, given: Facts) -> None:
    """Raise `Wrong` unless no saving could ever buy an empty slot, a missed window or a change.

    A change of plan that cannot be split passes each node of the smaller side once at most: that bounds what it saves.
    """
    left, right = len(given.window) + len(given.caps["per_school"]), len(given.need) + len(given.caps["one_per_school"])
    rooms = min(left, right)
    low, high = min(given.cost.values(), default=0), max(given.cost.values(), default=0)
    longest = min(max((most for _, most in given.window.values()), default=0), given.slots) + 1
    saves = (rooms + 1) * (high - low) + max(abs(low), abs(high)) + document["level"] * longest
    change = weights["change"]
    ranked = weights["level"] == document["level"] and change >= 0 and (change > saves or not given.kept)
    expect(ranked, "the weights do not put changes before cost")
    first = weights["unfilled"] > weights["under"] > saves + (rooms + 2) * change
    expect(first, "the weights do not put empty slots and windows before the rest")


def bound(document: Document, proof: Document, given: Facts) -> int:
    """Return the least that any plan can cost, as the prices prove it: everything minimized on its own."""
    weights, level = proof["weights"], document["level"]
    pay, ask = proof["candidacy_prices"], proof["reviewer_prices"]
    least = sum(n * min(pay[name], weights["unfilled"]) for name, n in given.need.items())
    extra: Counter[Pair] = Counter()
    for name, _, _, key in keys(document):
        price = {(a, b): p for a, b, p in proof[f"{name}_prices"]}
        for where, p in price.items():
            expect(p >= 0 and where in given.caps[name], "a cap has a negative price, or is none of the problem's")
            least -= p * given.caps[name][where]
        for pair, where in key.items():
            extra[pair] += price.get(where, 0)
    for name, (low, high) in given.window.items():
        # Past the number of slots no load can go; without levels only the ends of the window can be cheapest.
        loads = range(min(high, given.slots) + 1) if level else (0, low, high)
        over = ask[name]
        least += min(weights["under"] * max(low - n, 0) + level * n * (n - 1) // 2 - over * n for n in loads)
    for (c, r), n in given.cost.items():
        change = weights["change"] if given.kept and (c, r) not in given.kept else 0
        least += min(n + change + extra[c, r] + ask[r] - pay[c], 0)
    return int(least)


def components(pairs: list[Pair]) -> int:
    """Return how many groups share no reviewer."""
    parent: dict[Pair, Pair] = {}

    def root(node: Pair) -> Pair:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for c, r in pairs:
        parent[root(("candidacy", c))] = root(("reviewer", r))
    return len({root(node) for node in list(parent)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
