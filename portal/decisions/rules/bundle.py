"""A decision as a bundle that holds all it came from, and the replay of it: step by step, up to the first that differs. Pure.

A bundle names nobody: candidacies go by the reference they had in the round, reviewers and deciders by codes made for it.
`tools/replay_bundle.py` does the same with no line of this in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.decisions.rules import lottery, proposing
from portal.decisions.rules.lives import Outcome
from portal.errors import N_, PortalError
from portal.review.rules import scoring

FORMAT = "award-replay/1"
#: What a bundle holds, in the order in which one follows from the other.
SECTIONS = ("rules", "plan", "reviews", "candidates", "standings", "draw", "selection", "decisions")
#: Two machines agree so far on a score, and on a chance; and chances decide a band only beyond this from its edge.
SAME, SAME_CHANCE = 1e-5, 0.02


class BadBundle(PortalError):
    """This is no bundle that can be replayed; the sentence says why."""


class Differs(PortalError):
    """Something comes out otherwise than the bundle says: the sentence names it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a replay: its name, whether it comes out the same, and what differs, as message id and facts."""

    name: str
    same: bool
    message: str = ""
    facts: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"name": self.name, "same": self.same, "message": self.message, "facts": dict(self.facts or {})}


def seal(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole bundle: its sections, the digest of each, and the digest of these."""
    digests = {name: scoring.digest({name: sections[name]}) for name in SECTIONS}
    return {"format": FORMAT, **sections, "digests": digests, "digest": scoring.digest(digests)}


def replay(bundle: Mapping[str, Any]) -> list[Step]:
    """Compute everything again from what was frozen, and return the steps up to the first that differs.

    Raises `BadBundle` where it is no bundle at all.
    """
    if bundle.get("format") != FORMAT or any(name not in bundle for name in (*SECTIONS, "digests", "digest")):
        raise BadBundle(N_("This is not a bundle of a decision."))
    steps: list[Step] = []
    for name, check in CHECKS.items():
        try:
            check(bundle)
            whole(bundle, name)
        except Differs as differs:
            return [*steps, Step(name, same=False, message=differs.message, facts=differs.facts)]
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as trouble:
            raise BadBundle(
                N_("The part %(part)s of the bundle cannot be read: %(why)s."), part=name, why=str(trouble)
            ) from trouble
        steps.append(Step(name, same=True))
    return steps


def identical(steps: list[Step]) -> bool:
    """Say whether every step came out the same."""
    return len(steps) == len(CHECKS) and all(step.same for step in steps)


def whole(bundle: Mapping[str, Any], name: str) -> None:
    """Compare the digests of what a step rests on: what comes out the same may still not be what was exported."""
    for section in RESTS_ON[name]:
        if scoring.digest({section: bundle[section]}) != bundle["digests"][section]:
            raise Differs(N_("The part %(part)s was changed after the bundle was made."), part=section)
    if name == "decisions" and scoring.digest(bundle["digests"]) != bundle["digest"]:
        raise Differs(N_("The digests of the bundle were changed after it was made."))


# ---------------------------------------------------------------- the steps


def rules(bundle: Mapping[str, Any]) -> None:
    """Each frozen part has the digest it had, and these together that of the record."""
    frozen = bundle["rules"]
    for name, part in frozen["parts"].items():
        if scoring.digest({name: part}) != frozen["digests"].get(name):
            raise Differs(N_("What was fixed before the first score was changed: %(part)s."), part=name)
    if set(frozen["parts"]) != set(frozen["digests"]) or scoring.digest(frozen["digests"]) != frozen["digest"]:
        raise Differs(N_("The digest of what was fixed is not the one on the record."))


def plan(bundle: Mapping[str, Any]) -> None:
    """Every read is there or named as missing, nobody reads what was barred or too much, and no plan is better."""
    kept = bundle["plan"]
    if kept is None:
        return
    document, proof = kept["document"], kept["certificate"]
    if document["seed"] != kept["seed"] or scoring.digest(document) != kept["digest"]:
        changed = document["seed"] != kept["seed"]
        raise Differs(
            N_("The seed of the plan was changed.") if changed else N_("What the plan was made from was changed.")
        )
    need = dict(document["candidacies"])
    room = {name: (low, high) for name, low, high in document["reviewers"]}
    barred, locked, before = (_pairs(document[name]) for name in ("barred", "locked", "kept"))
    pairs = [(c, r) for c, r in kept["pairs"]]
    for pair, times in Counter(pairs).items():
        known = pair[0] in need and pair[1] in room
        if times > 1 or not known or (pair in barred and pair not in locked):
            raise Differs(N_("%(reviewer)s may not read %(candidacy)s."), reviewer=pair[1], candidacy=pair[0])
    got, load = Counter(c for c, _ in pairs), Counter(r for _, r in pairs)
    missing = dict(kept["unfilled"])
    odd = next((name for name, reads in need.items() if max(reads - got[name], 0) != missing.get(name, 0)), None)
    if odd is not None:
        raise Differs(N_("%(candidacy)s has %(reads)s reads in the plan."), candidacy=odd, reads=got[odd])
    done = Counter(r for _, r in locked)
    odd = next((name for name, (_low, high) in room.items() if load[name] > max(high, done[name])), None)
    if odd is not None:
        raise Differs(N_("%(reviewer)s reads more than they offered."), reviewer=odd)
    for cap, groups in _caps(document, locked):
        used = Counter(groups[pair] for pair in pairs if pair in groups)
        done_before = Counter(groups[pair] for pair in locked if pair in groups)
        if any(count > max(cap, done_before[where]) for where, count in used.items()):
            raise Differs(N_("More of one school read together than the round allows."))
    value, bound = _value(document, proof, pairs, locked, before), _bound(document, proof, barred, locked, before)
    if value != proof["value"] or bound != value:
        raise Differs(N_("The proof that no plan is better does not hold."))


def _caps(
    document: Mapping[str, Any], locked: set[tuple[str, str]]
) -> list[tuple[int, dict[tuple[str, str], tuple[str, str]]]]:
    """Return each cap on schools and the key that each pair counts under: readers of a school, then candidacies of one."""
    school, group = dict(document.get("schools", ())), dict(document.get("groups", ()))
    barred = _pairs(document["barred"])
    every = {(c, r) for c, _ in document["candidacies"] for r, _low, _high in document["reviewers"]} - barred | locked
    found = []
    if document.get("one_per_school"):
        found.append((1, {(c, r): (group[r], c) for c, r in every if r in group}))
    else:
        found.append((0, {}))
    most = int(document.get("per_school", 0))
    found.append((most, {(c, r): (r, school[c]) for c, r in every if c in school} if most else {}))
    return found


def _pairs(listed: list[list[str]]) -> set[tuple[str, str]]:
    return {(c, r) for c, r in listed}


def _free(
    document: Mapping[str, Any], locked: set[tuple[str, str]]
) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Return reads still needed and room still free, with what is finished taken off."""
    done_c, done_r = Counter(c for c, _ in locked), Counter(r for _, r in locked)
    need = {name: max(reads - done_c[name], 0) for name, reads in document["candidacies"]}
    room = {}
    for name, low, high in document["reviewers"]:
        most = max(high - done_r[name], 0)
        room[name] = (min(max(low - done_r[name], 0), most), most)
    return need, room


def _value(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    pairs: list[tuple[str, str]],
    locked: set[tuple[str, str]],
    before: set[tuple[str, str]],
) -> int:
    """Return what a plan costs: empty reads, changes, uneven loads, and readers who know little of what is asked for."""
    costs = {(c, r): cost for c, r, cost in document.get("costs", ())}
    weights, before = proof["weights"], before - locked
    need, room = _free(document, locked)
    planned = [pair for pair in pairs if pair not in locked]
    load, filled = Counter(r for _, r in planned), Counter(c for c, _ in planned)
    total = sum(costs.get(pair, 0) for pair in planned) - int(proof["linking_cost"])
    total += weights["change"] * sum(pair not in before for pair in planned) if before else 0
    total += weights["unfilled"] * sum(reads - filled[name] for name, reads in need.items())
    for name, (low, _high) in room.items():
        total += weights["under"] * max(low - load[name], 0) + document["level"] * load[name] * (load[name] - 1) // 2
    return int(total)


def _bound(
    document: Mapping[str, Any],
    proof: Mapping[str, Any],
    barred: set[tuple[str, str]],
    locked: set[tuple[str, str]],
    before: set[tuple[str, str]],
) -> int:
    """Return the least that any plan can cost, by weak duality: for any prices, everything at its cheapest on its own."""
    weights, level, before = proof["weights"], document["level"], before - locked
    need, room = _free(document, locked)
    pay, ask = proof["candidacy_prices"], proof["reviewer_prices"]
    slots = sum(need.values())
    least = sum(reads * min(pay[name], weights["unfilled"]) for name, reads in need.items())
    for name, (low, high) in room.items():
        loads = range(min(high, slots) + 1) if level else (0, low, high)
        least += min(weights["under"] * max(low - n, 0) + level * n * (n - 1) // 2 - ask[name] * n for n in loads)
    costs = {(c, r): cost for c, r, cost in document.get("costs", ())}
    for name, (cap, groups) in zip(("one_per_school", "per_school"), _caps(document, locked), strict=True):
        prices = {(a, b): price for a, b, price in proof.get(f"{name}_prices", ())}
        used = Counter(groups[pair] for pair in locked if pair in groups)
        if any(price < 0 for price in prices.values()):
            raise Differs(N_("The proof that no plan is better does not hold."))
        least -= sum(price * max(cap - used[where], 0) for where, price in prices.items())
        for pair, where in groups.items():
            costs[pair] = costs.get(pair, 0) + prices.get(where, 0)
    for c in need:
        for r in room:
            if (c, r) not in barred and (c, r) not in locked:
                change = weights["change"] if before and (c, r) not in before else 0
                least += min(costs.get((c, r), 0) + change + ask[r] - pay[c], 0)
    return int(least)


def reviews(bundle: Mapping[str, Any]) -> None:
    """Every total is what its levels and the frozen weights make it."""
    parts = bundle["rules"]["parts"]
    weights, rubric = parts["weights"], parts["rubric"]
    seen: set[tuple[str, str]] = set()
    for review in bundle["reviews"]:
        facts: dict[str, Any] = {"candidacy": review["candidacy"], "reviewer": review["reviewer"]}
        pair = (review["candidacy"], review["reviewer"])
        levels = review["levels"]
        scale = range(rubric["lowest"], rubric["highest"] + 1)
        if pair in seen or any(key not in weights or level not in scale for key, level in levels.items()):
            raise Differs(N_("The score of %(candidacy)s by %(reviewer)s is not one the rubric allows."), **facts)
        seen.add(pair)
        over = sum(weights[key] for key in levels)
        total = scoring.mean(sum(weights[key] * level for key, level in levels.items()), over) if over else None
        if total is None or abs(total - review["total"]) > SAME:
            raise Differs(
                N_("The score of %(candidacy)s by %(reviewer)s is %(said)s; its levels come to %(found)s."),
                **facts,
                said=review["total"],
                found=total,
            )


def standings(bundle: Mapping[str, Any]) -> None:
    """The same scores, model settings and seed give the same standings."""
    found, kept = compute_standings(bundle), bundle["standings"]
    for name in ("verdict", "order"):
        if found[name] != kept[name]:
            raise Differs(
                N_("The standings rest on “%(said)s”; it comes out as “%(found)s”."), said=kept[name], found=found[name]
            )
    rows, said = found["rows"], kept["rows"]
    for who in sorted({*rows, *said}):
        if who not in rows or who not in said:
            raise Differs(N_("%(candidacy)s is in one of the two standings only."), candidacy=who)
        for name, value in rows[who].items():
            if not _same(name, said[who].get(name), value, said[who], bundle["rules"]["parts"]["model"]["alpha"]):
                raise Differs(
                    N_("%(candidacy)s: %(figure)s is %(said)s; it comes out as %(found)s."),
                    candidacy=who,
                    figure=name,
                    said=said[who].get(name),
                    found=value,
                )


def _same(name: str, said: Any, found: Any, row: Mapping[str, Any], alpha: float) -> bool:  # noqa: ANN401 - plain JSON
    if name == "band" and said != found:
        p = row.get("p_place")
        return p is not None and min(abs(p - alpha), abs(p - 1 + alpha)) <= SAME_CHANCE
    if isinstance(found, float) and isinstance(said, (int, float)):
        return abs(found - said) <= (SAME_CHANCE if name == "p_place" else SAME)
    return bool(said == found)


def compute_standings(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """Return the standings that a bundle's scores give, as its section "standings" holds them."""
    from portal.review.rules import calibration  # noqa: PLC0415 - heavy

    parts = bundle["rules"]["parts"]
    given = [(review["candidacy"], review["reviewer"], review["total"] / scoring.TIMES) for review in bundle["reviews"]]
    places = parts["selection"]["places"]
    if not given or places < 1:
        return {"verdict": None, "order": None, "rows": {}}
    found = calibration.standings(
        calibration.gather(given),
        places=places,
        seed=parts["seeds"]["round"],
        scale=float(parts["model"]["scale"]),
        draws=parts["model"]["draws"],
        alpha=parts["model"]["alpha"],
    )
    return as_section(found)


def as_section(found: Any) -> dict[str, Any]:  # noqa: ANN401 - calibration.Standings, whose module is heavy
    """Return calibrated standings as a bundle holds them: rounded, so that they can be compared."""
    order = found.order
    rows = {
        each.candidacy: {
            "reads": each.reads,
            "raw": _round(each.raw),
            "adjusted": _round(each.adjusted),
            "rank": each.adjusted_rank if order == "adjusted" else each.raw_rank,
            "p_place": _round(each.p_place),
            "band": each.band.value if each.band is not None else None,
        }
        for each in found.standings
    }
    return {"verdict": found.judgement.verdict.value, "order": order, "rows": rows}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, scoring.DECIMALS) + 0.0


def draw(bundle: Mapping[str, Any]) -> None:
    """The draw's tickets follow from what was revealed, and that from what was committed."""
    kept = bundle["draw"]
    if kept is None:
        return
    try:
        found = lottery.draw(
            kept["pool"],
            places=kept["places"],
            secrets=[bytes.fromhex(secret) for secret in kept["secrets"]],
            beacon=kept["beacon"].encode(),
            commitments=kept["commitments"],
        )
    except lottery.BadDraw as wrong:
        facts: dict[str, Any] = wrong.facts
        raise Differs(wrong.message, **facts) from wrong
    if found.pool_digest != kept["pool_digest"]:
        raise Differs(N_("The pool of the draw is not the one that was published."))
    if found.seed != kept["seed"] or list(found.winners) != kept["winners"]:
        raise Differs(N_("The draw gives other winners: %(winners)s."), winners=", ".join(found.winners))


def selection(bundle: Mapping[str, Any]) -> None:
    """The frozen rule makes the same selection of these standings."""
    found, kept = compute_selection(bundle), bundle["selection"]
    if (found is None) != (kept is None):
        raise Differs(N_("There is a selection in one of the two only."))
    if found is None:
        return
    for name in ("status", "selected", "amounts", "tied", "tied_places", "alternates"):
        if found[name] != kept[name]:
            said, now = kept[name], found[name]
            odd = sorted({*said} ^ {*now}) if isinstance(now, list) else []
            raise Differs(
                N_("The rule selects otherwise: %(part)s differs (%(who)s)."),
                part=name,
                who=", ".join(odd) or f"{said} / {now}",
            )


def compute_selection(bundle: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the frozen rule makes of a bundle's standings; None where there is no order, or nobody."""
    parts, order = bundle["rules"]["parts"], bundle["standings"]["order"]
    rows = bundle["standings"]["rows"]
    if order is None:
        return None
    scored = [
        proposing.Scored(each["id"], rows[each["id"]][order], each["attributes"])
        for each in bundle["candidates"]
        if each["id"] in rows
    ]
    drawn = bundle["draw"]
    seed = bytes.fromhex(drawn["seed"]) if drawn is not None else proposing.tickets_of(parts["seeds"]["round"])
    found = proposing.propose(scored, parts["selection"], seed=seed, drawn=drawn["pool"] if drawn is not None else ())
    return found.as_json() if found is not None else None


def decisions(bundle: Mapping[str, Any]) -> None:
    """What people decided follows the selection, or says that a reason stands beside it; and a second person approved it."""
    chosen, parts = bundle["selection"], bundle["rules"]["parts"]
    inside = set(chosen["selected"]) if chosen is not None else set()
    tied = set(chosen["tied"]) if chosen is not None else set()
    band = {who for who, row in bundle["standings"]["rows"].items() if row["band"] == "tied"}
    for each in bundle["decisions"]:
        who, taken = each["candidacy"], each["outcome"] == Outcome.SELECTED.value
        if taken != (who in inside) and who not in band and not each["reason"]:
            raise Differs(
                N_("%(candidacy)s is decided against the selection, outside the band, and without a reason."),
                candidacy=who,
            )
        if who in tied and not each["reason"]:
            raise Differs(N_("%(candidacy)s stands in an exact tie, and no reason is kept."), candidacy=who)
        if each["approved_by"] is not None and each["approved_by"] == each["proposed_by"]:
            raise Differs(N_("%(candidacy)s was approved by whoever proposed it."), candidacy=who)
    _within(bundle["decisions"], parts["selection"])


def _within(decided: list[dict[str, Any]], rule: Mapping[str, Any]) -> None:
    """Places are taken once, sums are the rule's."""
    places = [each["place"] for each in decided if each["place"] is not None]
    if len(places) > rule["places"] or len(set(places)) < len(places):
        raise Differs(N_("More places are taken than there are, or one is taken twice."))
    sums = [each["cents"] for each in decided if each["cents"] is not None]
    most = rule["least"] if rule["most"] is None else rule["most"]
    if any(not rule["least"] <= each <= most for each in sums):
        raise Differs(N_("A sum lies outside what the cycle gives."))
    if rule["budget"] is not None and sum(sums) > rule["budget"]:
        raise Differs(N_("The sums come to more than the rule allows."))


CHECKS = {
    "rules": rules,
    "plan": plan,
    "reviews": reviews,
    "standings": standings,
    "draw": draw,
    "selection": selection,
    "decisions": decisions,
}
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "rules": ("rules",),
    "plan": ("plan",),
    "reviews": ("reviews",),
    "standings": ("standings",),
    "draw": ("draw",),
    "selection": ("candidates", "selection"),
    "decisions": ("decisions",),
}
