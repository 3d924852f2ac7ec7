#!/usr/bin/env python3
"""Check an assignment plan and its proof of optimality, with nothing but Python's standard library.

    check_certificate.py PLAN.json                                     a plan that carries its problem ("document")
    check_certificate.py PLAN.json PAIRS.csv REVIEWERS.csv [CURRENT.csv]   what `portal assign` wrote, and what it was given

Says each thing it checked, and ends with exit code 0 if all hold, 1 if one does not or the files cannot be read. It shares no
code with what made the plan. The proof is weak duality: for any prices at all, the sum of the cheapest thing each
candidacy, reviewer and pair could do on its own is at most the cost of every possible plan. If the plan costs just that, no
plan is better.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path


class Wrong(Exception):
    """One thing does not hold; the text says which."""


def main(arguments: list[str]) -> int:
    """Check the plan named on the command line, saying each thing that holds."""
    if len(arguments) not in {1, 3, 4}:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 1
    try:
        plan = json.loads(Path(arguments[0]).read_text(encoding="utf-8-sig"))
        document = plan.get("document") if len(arguments) == 1 else from_files(plan, *map(Path, arguments[1:]))
        if not isinstance(document, dict):
            raise Wrong("the plan does not carry its problem: name the files that it was made from as well")
        for said in checks(plan, document):
            print(f"holds: {said}")
    except Wrong as wrong:
        print(f"DOES NOT HOLD: {wrong}")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"{arguments[0]}: cannot be checked: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("The plan is what it says it is, and no plan is better.")
    return 0


def from_files(plan: dict, pairs: Path, reviewers: Path, current: Path | None = None) -> dict:
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
        [row["reviewer"], int(row.get("min_load") or 0), int(row["max_load"]), row.get("school") or ""]
        for row in rows(reviewers)
    ]
    names = {pair[0] for pair in eligible} | {row["nomination"] for row in rows(pairs)}
    kept, locked = [], []
    for row in rows(current) if current else []:
        pair = [row["nomination"], row["reviewer"]]
        names.add(pair[0])
        if (row.get("done") or "").strip().lower() in {"1", "yes", "true"}:
            locked.append(pair)
        elif pair[1] not in withdrawn and tuple(pair) not in recused:
            kept.append(pair)
    return {
        "candidacies": [[name, options["reads"], ""] for name in sorted(names)],
        "reviewers": [[r, 0, 0, s] if r in withdrawn and not any(p[1] == r for p in locked) else [r, low, high, s]
                      for r, low, high, s in sorted(people)],
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
    if len(rest) > places or "e" in text.lower():
        raise Wrong(f"cost {text} is not a whole number of units of 1/{factor}")
    sign = -1 if whole.startswith("-") else 1
    return sign * (int(whole.lstrip("-") or 0) * factor + int((rest + "0" * places)[:places] or 0))


def checks(plan: dict, document: dict):
    """Yield what holds, in order; raise `Wrong` at the first thing that does not."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    found = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    if found != plan["digest"]:
        raise Wrong(f"the digest of the problem is {found}, the plan says {plan['digest']}")
    yield "the digest of what the plan was computed from"

    reads = {name: n for name, n, _ in document["candidacies"]}
    c_school = {name: school for name, _, school in document["candidacies"]}
    window = {name: (low, high) for name, low, high, _ in document["reviewers"]}
    r_school = {name: school for name, _, _, school in document["reviewers"]}
    cost = {(c, r): n for c, r, n in document["eligible"]}
    locked = {tuple(pair) for pair in document["locked"]}
    kept = {tuple(pair) for pair in document["kept"]} - locked
    pairs = [pair_of(entry) for entry in plan["pairs"]]
    if len(set(pairs)) != len(pairs):
        raise Wrong(f"{Counter(pairs).most_common(1)[0][0]} is in the plan twice")
    for pair in pairs:
        if pair not in cost and pair not in locked:
            raise Wrong(f"{pair} is in the plan and is not eligible")
    for pair in locked - set(pairs):
        raise Wrong(f"the finished review {pair} is not in the plan")
    yield f"{len(pairs)} pairs, each once, none in conflict; every finished review stays"

    got = Counter(c for c, _ in pairs)
    missing = dict(missing_of(entry) for entry in plan["unfilled"])
    for name, n in reads.items():
        if max(n - got[name], 0) != missing.get(name, 0):
            raise Wrong(f"{name} needs {n} reads, has {got[name]}, and the plan says {missing.get(name, 0)} missing")
    yield f"reads: every candidacy has what it needs, or is named as short ({sum(missing.values())} missing in all)"

    done = Counter(r for _, r in locked)
    load = Counter(r for _, r in pairs)
    for name, (_, high) in window.items():
        if load[name] > max(high, done[name]):
            raise Wrong(f"{name} reads {load[name]}, more than {high}")
    yield "loads: nobody reads more than their window allows"

    for title, wanted, cap, key in (
        (
            "one reviewer of a school at each candidacy",
            r_school,
            int(bool(document["one_per_school"])),
            lambda c, r: (c, r_school[r]),
        ),
        ("candidacies of one school for a reviewer", c_school, document["per_school"], lambda c, r: (r, c_school[c])),
    ):
        if not cap:
            continue
        used = Counter(key(c, r) for c, r in pairs if wanted[c if wanted is c_school else r])
        before = Counter(key(c, r) for c, r in locked if wanted[c if wanted is c_school else r])
        for where, n in used.items():
            if n > max(cap, before[where]):
                raise Wrong(f"{where}: {n}, more than {cap} ({title})")
        yield title

    yield from optimal(plan, document, pairs, cost, locked, kept)
    groups = components(pairs)
    if document["linked"] and groups > 1:
        yield f"NOT linked, though asked for: {groups} groups that share no reviewer; no exchange could link them"
    else:
        yield (
            "linked: every reviewer can be compared with every other"
            if groups <= 1
            else f"not linked: {groups} groups share no reviewer"
        )


def pair_of(entry) -> tuple[str, str]:
    """Return (candidacy, reviewer) from either way of writing a pair."""
    return (entry["nomination"], entry["reviewer"]) if isinstance(entry, dict) else (entry[0], entry[1])


def missing_of(entry) -> tuple[str, int]:
    """Return (candidacy, reads missing) from either way of writing it."""
    return (entry["nomination"], entry["missing"]) if isinstance(entry, dict) else (entry[0], entry[1])


def optimal(plan, document, pairs, cost, locked, kept):
    """Yield that the plan costs what it says, and that nothing can cost less."""
    proof = plan["certificate"]
    weights = proof["weights"]
    free = {pair: n for pair, n in cost.items() if pair not in locked}
    planned = [pair for pair in pairs if pair not in locked]
    done_c, done_r = Counter(c for c, _ in locked), Counter(r for _, r in locked)
    need = {name: max(n - done_c[name], 0) for name, n, _ in document["candidacies"]}
    window = {}
    for name, low, high, _ in document["reviewers"]:
        high = max(high - done_r[name], 0)
        window[name] = (min(max(low - done_r[name], 0), high), high)
    slots = sum(need.values())
    caps = binding_caps(document, free, locked)

    # The weights must rank: no saving may ever buy an empty slot, a missed window or a change.
    rooms = min(len(window) + len(caps["per_school"]), len(need) + len(caps["one_per_school"]))
    low, high = min(free.values(), default=0), max(free.values(), default=0)
    leveling = document["level"] * (min(max((h for _, h in window.values()), default=0), slots) + 1)
    at_most = (rooms + 1) * (high - low) + max(abs(low), abs(high)) + leveling
    change = weights["change"]
    if weights["level"] != document["level"] or (kept and change <= at_most) or change < 0:
        raise Wrong("the weights do not put changes before cost")
    if not weights["unfilled"] > weights["under"] > at_most + (rooms + 2) * change:
        raise Wrong("the weights do not put empty slots and windows before the rest")
    yield "the weights: empty slots, then missed windows, then changes, then cost"

    load = Counter(r for _, r in planned)
    spent = sum(free[pair] for pair in planned)
    if spent != plan_cost(plan):
        raise Wrong(f"the pairs cost {spent}, the plan says {plan_cost(plan)}")
    changed = sum(pair not in kept for pair in planned) if kept else 0
    filled = Counter(c for c, _ in planned)
    total = spent - proof["linking_cost"] + change * changed
    total += weights["unfilled"] * sum(need[name] - filled[name] for name in need)
    for name, (low, _) in window.items():
        total += weights["under"] * max(low - load[name], 0) + document["level"] * load[name] * (load[name] - 1) // 2
    if total != proof["value"]:
        raise Wrong(f"the plan's value is {total}, the certificate says {proof['value']}")
    if proof["linking_cost"] and not document["linked"]:
        raise Wrong("a price was paid for linking that nobody asked for")
    yield f"the cost, {spent}" + (
        f", of which {proof['linking_cost']} links the reviewers" if proof["linking_cost"] else ""
    )

    lower = bound(document, proof, need, window, free, kept, caps, slots)
    if lower != total:
        raise Wrong(f"the prices prove only that no plan is below {lower}; this one is at {total}")
    yield "optimal: the prices prove that no plan is better" + (" before linking" if proof["linking_cost"] else "")


def plan_cost(plan: dict) -> int:
    """Return the plan's cost in the whole units that it was computed in."""
    factor = plan.get("options", {}).get("cost_factor", 1)
    return round(plan["cost"] * factor)


def binding_caps(document, free, locked):
    """Return the caps that could bind, and what is left of each: {"one_per_school": {(school, candidacy): n}, ...}."""
    r_school = {name: school for name, _, _, school in document["reviewers"]}
    c_school = {name: school for name, _, school in document["candidacies"]}
    found = {}
    for name, cap, key in (
        (
            "one_per_school",
            int(bool(document["one_per_school"])),
            lambda c, r: (r_school[r], c) if r_school[r] else None,
        ),
        ("per_school", document["per_school"], lambda c, r: (r, c_school[c]) if c_school[c] else None),
    ):
        could = Counter(key(*pair) for pair in free) if cap else Counter()
        used = Counter(key(*pair) for pair in locked) if cap else Counter()
        left = {where: max(cap - used[where], 0) for where in could if where is not None}
        found[name] = {where: n for where, n in left.items() if could[where] > n}
    return found


def bound(document, proof, need, window, free, kept, caps, slots) -> int:
    """Return the least that any plan can cost, as the prices prove it: everything minimized on its own."""
    weights = proof["weights"]
    pay, ask = proof["candidacy_prices"], proof["reviewer_prices"]
    group = {(school, name): p for school, name, p in proof["one_per_school_prices"]}
    variety = {(name, school): p for name, school, p in proof["per_school_prices"]}
    for prices, known in ((group, caps["one_per_school"]), (variety, caps["per_school"])):
        if any(p < 0 or where not in known for where, p in prices.items()):
            raise Wrong("a cap has a negative price, or is none of the problem's")
    least = sum(n * min(pay[name], weights["unfilled"]) for name, n in need.items())
    least -= sum(p * caps["one_per_school"][where] for where, p in group.items())
    least -= sum(p * caps["per_school"][where] for where, p in variety.items())
    for name, (low, high) in window.items():
        price, level = ask[name], document["level"]
        # Past the number of slots no load can go; without levels only the ends of the window can be cheapest.
        loads = range(min(high, slots) + 1) if level else (0, low, high)
        least += min(weights["under"] * max(low - n, 0) + level * n * (n - 1) // 2 - price * n for n in loads)
    r_school = {name: school for name, _, _, school in document["reviewers"]}
    c_school = {name: school for name, _, school in document["candidacies"]}
    for (c, r), n in free.items():
        extra = weights["change"] if kept and (c, r) not in kept else 0
        extra += group.get((r_school[r], c), 0) + variety.get((r, c_school[c]), 0)
        least += min(n + extra + ask[r] - pay[c], 0)
    return least


def components(pairs) -> int:
    """Return how many groups share no reviewer."""
    parent = {}

    def root(node):
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
