#!/usr/bin/env python3
"""Compute a decision again from its bundle, with nothing of the portal: only Python, numpy and scipy.

    replay_bundle.py BUNDLE.json [--digest HEX]     HEX: the digest of the rule, as it stands on the record

Says each step that comes out the same, and then "identical" (exit code 0) or the first step that differs, naming what differs
(exit code 1). It shares no code with what made the bundle: the plan is checked by its certificate, the standings by solving the
model anew, the selection by proving that no other would be better.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from collections import Counter, defaultdict
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from scipy import linalg, optimize, sparse, special

Bundle = dict[str, Any]
Array = np.ndarray[Any, Any]

#: So far two machines agree on a score, and on a chance.
NEAR, NEAR_CHANCE = 1e-5, 0.02
#: Draws are made so many numbers at a time; that is part of which numbers they are.
CHUNK = 2_000_000
#: Stands between several values of one attribute.
SEVERAL = "\x1f"


class Differs(Exception):
    """Something comes out otherwise; the text says what."""


def same(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - it reads as a sentence
    """Go on if it holds."""
    if not holds:
        raise Differs(otherwise)


def sha(document: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the SHA-256 of canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: list[str]) -> int:
    """Replay the bundle named on the command line."""
    if len(arguments) not in {1, 3} or (len(arguments) == 3 and arguments[1] != "--digest"):  # noqa: PLR2004 - with the option and its value
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 1
    try:
        bundle = json.loads(Path(arguments[0]).read_text(encoding="utf-8-sig"))
        known = bundle["format"] == "award-replay/1"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        print(f"{arguments[0]}: this is not a bundle of a decision", file=sys.stderr)
        return 1
    where = "rules"
    try:
        if len(arguments) > 1:
            recorded = bundle["rules"]["digest"] == arguments[2].lower()
            same(recorded, "the digest of what was fixed is not the one on the record")
        for where, (check, rests_on) in STEPS.items():
            check(bundle)
            for part in rests_on:
                whole = sha({part: bundle[part]}) == bundle["digests"][part]
                same(whole, f"the part {part} was changed after the bundle was made")
            print(f"the same: {where}")
        same(sha(bundle["digests"]) == bundle["digest"], "the digests were changed after the bundle was made")
    except Differs as differs:
        print(f"differs at {where}: {differs}")
        return 1
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        print(f"differs at {where}: it cannot be read: {error!r}")
        return 1
    print("identical")
    return 0


# ---------------------------------------------------------------- rules, plan, reviews


def check_rules(bundle: Bundle) -> None:
    """Each part that was fixed has its digest, and these together have the one on the record."""
    rules = bundle["rules"]
    for name, part in rules["parts"].items():
        same(sha({name: part}) == rules["digests"].get(name), f"what was fixed before the first score changed: {name}")
    same(set(rules["parts"]) == set(rules["digests"]), "parts of what was fixed are missing")
    same(sha(rules["digests"]) == rules["digest"], "the digest of what was fixed is not the one on the record")


def check_plan(bundle: Bundle) -> None:
    """Nobody reads what they may not or more than they offered, missing reads are named, and no plan would cost less."""
    plan = bundle["plan"]
    if plan is None:
        return
    facts, proof = plan["document"], plan["certificate"]
    same(sha(facts) == plan["digest"], "what the plan was made from was changed")
    same(facts["seed"] == plan["seed"], "the seed of the plan was changed")
    barred, locked = ({tuple(pair) for pair in facts[name]} for name in ("barred", "locked"))
    reads, window = dict(facts["candidacies"]), {name: (low, high) for name, low, high in facts["reviewers"]}
    pairs = [tuple(pair) for pair in plan["pairs"]]
    for (c, r), times in Counter(pairs).items():
        allowed = c in reads and r in window and ((c, r) not in barred or (c, r) in locked)
        same(allowed and times == 1, f"{r} may not read {c}")
    got, load = Counter(c for c, _ in pairs), Counter(r for _, r in pairs)
    short = dict(plan["unfilled"])
    for c, wanted in reads.items():
        same(max(wanted - got[c], 0) == short.get(c, 0), f"{c} has {got[c]} reads in the plan")
    finished_r = Counter(r for _, r in locked)
    for r, (_, high) in window.items():
        same(load[r] <= max(high, finished_r[r]), f"{r} reads more than they offered")
    for _, most, key in caps(facts):
        used, before = (Counter(key[pair] for pair in some if pair in key) for some in (pairs, locked))
        for where, n in used.items():
            same(n <= max(most, before[where]), "more of one school read together than the round allows")
    optimal(facts, proof, pairs)


def caps(facts: Bundle) -> list[tuple[str, int, dict[Any, Any]]]:
    """Return each cap on schools: its name, how many, and what each pair counts under."""
    school, group = dict(facts.get("schools", [])), dict(facts.get("groups", []))
    one, many = int(bool(facts.get("one_per_school"))), int(facts.get("per_school", 0))
    every = {(c, r) for c, _ in facts["candidacies"] for r, _, _ in facts["reviewers"]}
    every -= {tuple(pair) for pair in facts["barred"]}
    every |= {tuple(pair) for pair in facts["locked"]}
    return [
        ("one_per_school", one, {(c, r): (group[r], c) for c, r in every if one and r in group}),
        ("per_school", many, {(c, r): (r, school[c]) for c, r in every if many and c in school}),
    ]


def optimal(facts: Bundle, proof: Bundle, pairs: list[Any]) -> None:
    """What the plan cost is the least it could cost: each thing on its own at its cheapest under the prices."""
    barred, locked, kept = ({tuple(pair) for pair in facts[name]} for name in ("barred", "locked", "kept"))
    weights, level, kept = proof["weights"], facts["level"], kept - locked
    reads, window = dict(facts["candidacies"]), {name: (low, high) for name, low, high in facts["reviewers"]}
    finished_c, finished_r = Counter(c for c, _ in locked), Counter(r for _, r in locked)
    free = [pair for pair in pairs if pair not in locked]
    free_load, filled = Counter(r for _, r in free), Counter(c for c, _ in free)
    need = {c: max(wanted - finished_c[c], 0) for c, wanted in reads.items()}
    price = {(c, r): n for c, r, n in facts.get("costs", [])}
    extra: Counter[Any] = Counter()
    cost = sum(price.get(pair, 0) for pair in free)
    cost += -proof["linking_cost"] + (weights["change"] * sum(pair not in kept for pair in free) if kept else 0)
    least = 0
    for name, most, key in caps(facts):
        asked = {(a, b): n for a, b, n in proof.get(f"{name}_prices", [])}
        taken = Counter(key[pair] for pair in locked if pair in key)
        same(all(n >= 0 for n in asked.values()), "the proof that no plan is better does not hold")
        least -= sum(n * max(most - taken[where], 0) for where, n in asked.items())
        for pair, where in key.items():
            extra[pair] += asked.get(where, 0)
    for c, wanted in need.items():
        cost += weights["unfilled"] * (wanted - filled[c])
        least += wanted * min(proof["candidacy_prices"][c], weights["unfilled"])
    for r, (low, high) in window.items():
        room = max(high - finished_r[r], 0)
        floor = min(max(low - finished_r[r], 0), room)

        def uneven(n: int, floor: int = floor) -> int:
            return int(weights["under"] * max(floor - n, 0) + level * n * (n - 1) // 2)

        cost += uneven(free_load[r])
        tries = range(min(room, sum(need.values())) + 1) if level else (0, floor, room)
        least += min(uneven(n) - proof["reviewer_prices"][r] * n for n in tries)
    for c in need:
        for r in window:
            if (c, r) not in barred and (c, r) not in locked:
                change = weights["change"] if kept and (c, r) not in kept else 0
                change += price.get((c, r), 0) + extra[c, r]
                least += min(change + proof["reviewer_prices"][r] - proof["candidacy_prices"][c], 0)
    same(cost == proof["value"] == least, "the proof that no plan is better does not hold")


def check_reviews(bundle: Bundle) -> None:
    """Every total is the weighted mean of its levels, times ten."""
    parts = bundle["rules"]["parts"]
    weights, low, high = parts["weights"], parts["rubric"]["lowest"], parts["rubric"]["highest"]
    seen = set()
    for review in bundle["reviews"]:
        who = f"the score of {review['candidacy']} by {review['reviewer']}"
        levels = review["levels"]
        key = (review["candidacy"], review["reviewer"])
        fits = key not in seen and levels and all(k in weights and low <= v <= high for k, v in levels.items())
        same(bool(fits), f"{who} is not one the rubric allows")
        seen.add(key)
        total = 10 * sum(weights[k] * v for k, v in levels.items()) / sum(weights[k] for k in levels)
        same(abs(total - review["total"]) <= NEAR, f"{who} is {review['total']}; its levels come to {total:.6f}")


# ---------------------------------------------------------------- standings


class Scores:
    """Independent scores by crossed random effects: y = mean + quality + leniency + noise.

    The larger factor ("a") is eliminated, its block being diagonal; one dense system of the smaller ("b") and the mean is left.
    """

    def __init__(self, reviews: list[dict[str, Any]]) -> None:
        self.names = sorted({each["candidacy"] for each in reviews})
        self.people = sorted({each["reviewer"] for each in reviews})
        rows = sorted((each["candidacy"], each["reviewer"], each["total"] / 10) for each in reviews)
        place, seat = ({name: n for n, name in enumerate(names)} for names in (self.names, self.people))
        self.cand = np.array([place[c] for c, _, _ in rows])
        self.rev = np.array([seat[r] for _, r, _ in rows])
        self.score = np.array([y for _, _, y in rows])
        self.reads, self.loads = np.bincount(self.cand), np.bincount(self.rev)
        self.raw = np.bincount(self.cand, weights=self.score) / self.reads
        self.turned = len(self.names) < len(self.people)
        self.n, self.center = len(rows), float(self.score.mean())
        a, b = (self.rev, self.cand) if self.turned else (self.cand, self.rev)
        y = self.score - self.center
        self.table = sparse.csr_array((np.ones(self.n), (a, b)))
        self.n_a, self.n_b = np.bincount(a).astype(float), np.bincount(b).astype(float)
        self.y_a, self.y_b = np.bincount(a, weights=y), np.bincount(b, weights=y)
        self.sum, self.square = float(y.sum()), float(y @ y)

    @property
    def comparable(self) -> bool:
        """Whether quality, leniency and noise can be told apart at all."""
        several = min(len(self.names), len(self.people)) > 1 and min(self.reads.max(), self.loads.max()) > 1
        return bool(several and self.n > 2 and np.ptp(self.score) > 0)  # noqa: PLR2004 - as many as there are unknowns

    @property
    def groups(self) -> int:
        """How many groups share no reviewer."""
        size = len(self.names) + len(self.people)
        graph = sparse.coo_array((np.ones(self.n), (self.cand, self.rev + len(self.names))), shape=(size, size))
        return int(sparse.csgraph.connected_components(graph, directed=False)[0])

    @property
    def vagueness(self) -> float:
        """Mean variance of the difference of two reviewers' leniency, in units of the noise."""
        wide = sparse.csr_array((np.ones(self.n), (self.cand, self.rev))).toarray()
        information = np.diag(self.loads) - wide.T @ (wide / self.reads[:, None])
        return float(2 * np.sum(1 / np.linalg.eigvalsh(information)[1:]) / (len(self.people) - 1))

    def at(self, ta: float, tb: float) -> Solved:
        """Return the model solved at these ratios of SDs to the noise."""
        return Solved(self, ta, tb)


class Solved:
    """The model at one pair of ratios."""

    def __init__(self, scores: Scores, ta: float, tb: float) -> None:
        self.of, self.ta, self.tb = scores, ta, tb
        self.d = 1 + ta**2 * scores.n_a
        self.rho = ta**2 / self.d
        size = len(scores.n_b)
        shared = (scores.table.T @ (scores.table * self.rho[:, None])).toarray()
        mean = scores.n_b - scores.table.T @ (self.rho * scores.n_a)
        self.S = np.zeros((size + 1, size + 1))
        self.S[:size, :size] = np.eye(size) + tb**2 * (np.diag(scores.n_b) - shared)
        self.S[:size, size] = self.S[size, :size] = tb * mean
        self.S[size, size] = scores.n - scores.n_a @ (self.rho * scores.n_a)
        right = tb * (scores.y_b - scores.table.T @ (self.rho * scores.y_a))
        self.right = np.append(right, scores.sum - scores.n_a @ (self.rho * scores.y_a))
        self.L = np.linalg.cholesky(self.S)
        self.solution = linalg.cho_solve((self.L, True), self.right)
        rest = scores.square - scores.y_a @ (self.rho * scores.y_a) - self.right @ self.solution
        self.r2 = max(float(rest), scores.square * 1e-14, 1e-300)
        self.b = tb * self.solution[:size]
        self.a = self.rho * (scores.y_a - scores.table @ self.b - scores.n_a * self.solution[size])
        self.logs = float(np.log(self.d).sum() + 2 * np.log(np.diag(self.L)).sum())

    @property
    def s2(self) -> float:
        """The best noise variance here."""
        return self.r2 / (self.of.n - 1)

    @property
    def reml(self) -> float:
        """Minus twice the restricted log-likelihood."""
        return self.logs + (self.of.n - 1) * (1 + math.log(2 * math.pi * self.s2))

    @cached_property
    def traces(self) -> tuple[float, float]:
        """Traces of the two blocks of the inverse of the whole system."""
        size = len(self.of.n_b)
        inverse = np.linalg.inv(self.S)
        rows = np.hstack([self.tb * self.of.table.toarray(), self.of.n_a[:, None]])
        spread = np.einsum("ij,jk,ik->i", rows, inverse, rows)
        return float(np.sum(1 / self.d + (self.ta / self.d) ** 2 * spread)), float(np.trace(inverse[:size, :size]))

    def slopes(self, s2: float) -> tuple[float, float]:
        """Derivatives by the logarithms of the two ratios, at a noise variance."""
        first, second = self.traces
        u_a = self.a / self.ta if self.ta > 0 else np.zeros(1)
        u_b = self.solution[:-1]
        return (
            2 * (len(self.of.n_a) - first) - 2 * float(u_a @ u_a) / s2,
            2 * (len(self.of.n_b) - second) - 2 * float(u_b @ u_b) / s2,
        )


def fit(scores: Scores) -> tuple[Solved, float]:
    """Return the best point, the edges included, and the best criterion with all reviewers alike."""

    def value(theta: Array) -> tuple[float, Array]:
        here = scores.at(math.exp(theta[0]), math.exp(theta[1]))
        return here.reml, np.array(here.slopes(here.s2))

    ratios = (0.1, 0.3, 0.6, 1.0, 2.0, 5.0)
    start = min(((a, b) for a in ratios for b in ratios), key=lambda t: scores.at(*t).reml)
    found = optimize.minimize(
        value, np.log(start), jac=True, method="L-BFGS-B", bounds=[(-9, 9)] * 2, options={"gtol": 1e-8, "ftol": 1e-15}
    )
    best = scores.at(*np.exp(found.x).tolist())

    def edge(*, first: bool) -> Solved:
        def along(theta: float) -> Solved:
            t = math.exp(theta)
            return scores.at(t, 0.0) if first else scores.at(0.0, t)

        options = {"xatol": 1e-8}
        low = optimize.minimize_scalar(lambda t: along(t).reml, bounds=(-9, 9), method="bounded", options=options)
        return along(float(low.x))

    only_a, only_b, none = edge(first=True), edge(first=False), scores.at(0.0, 0.0)
    for other in (only_a, only_b, none):
        if other.reml <= best.reml + 1e-8:
            best = other
    alike = only_b if scores.turned else only_a
    return best, min(alike.reml, none.reml)


def nodes(scores: Scores, best: Solved, scale: float) -> list[tuple[Solved, float, float]]:
    """Return (point, noise variance, share) over which the three SDs are integrated: half-normal priors, 7 x 7 x 7 at the mode."""

    def solved(theta: Array) -> Solved:
        return scores.at(math.exp(theta[0] - theta[2]), math.exp(theta[1] - theta[2]))

    def height(theta: Array, point: Solved) -> float:
        s2 = math.exp(2 * theta[2])
        likelihood = (scores.n - 1) * math.log(2 * math.pi * s2) + point.r2 / s2 + point.logs
        return float(likelihood + np.sum(np.exp(2 * theta)) / scale**2 - 2 * np.sum(theta))

    def value(theta: Array) -> tuple[float, Array]:
        point, s2 = solved(theta), math.exp(2 * theta[2])
        by_a, by_b = point.slopes(s2)
        by_noise = 2 * (scores.n - 1) - 2 * point.r2 / s2 - by_a - by_b
        return height(theta, point), np.array([by_a, by_b, by_noise]) + 2 * np.exp(2 * theta) / scale**2 - 2

    floor, sigma = 0.05 * scale, math.sqrt(best.s2)
    low, high = math.log(scale * 1e-3), math.log(scale * 20)
    start = np.log(np.maximum([best.ta * sigma, best.tb * sigma, sigma], [floor, floor, floor / 10]))
    found = optimize.minimize(
        value,
        np.clip(start, low, high),
        jac=True,
        method="L-BFGS-B",
        bounds=[(low, high)] * 3,
        options={"gtol": 1e-5, "ftol": 1e-13},
    )
    mode = np.asarray(found.x)
    top, slope = value(mode)
    bend = np.stack([(value(mode + 1e-3 * axis)[1] - slope) / 1e-3 for axis in np.eye(3)])
    curves, axes = np.linalg.eigh((bend + bend.T) / 2)
    steps = axes * np.sqrt(2 / np.maximum(curves, 0.5))
    steps = steps * np.where(steps[np.argmax(np.abs(steps), axis=0), np.arange(3)] < 0, -1.0, 1.0)
    spots = [(i, j, k) for i in range(-3, 4) for j in range(-3, 4) for k in range(-3, 4) if i * i + j * j + k * k <= 12]  # noqa: PLR2004 - the ball that is kept
    thetas = [np.clip(mode + steps @ np.array(spot), low - 3, high + 3) for spot in spots]
    points = [solved(theta) for theta in thetas]
    heights = np.array([height(theta, point) for theta, point in zip(thetas, points, strict=True)])
    weight = np.exp(-(heights - min(top, float(heights.min()))) / 2)
    keep = weight >= 1e-4 * weight.max()
    total = weight[keep].sum()
    return [
        (point, math.exp(2 * theta[2]), float(w / total))
        for point, theta, w, kept in zip(points, thetas, weight, keep, strict=True)
        if kept
    ]


class Numbers:
    """Standard normal numbers from a seed and a purpose: always the same ones."""

    def __init__(self, seed: int, purpose: str) -> None:
        key = hashlib.sha256(f"{purpose}\0{seed}".encode()).digest()[:16]
        self.bits = np.random.Philox(key=np.frombuffer(key, dtype="<u8").astype(np.uint64))

    def uniform(self, count: int) -> Array:
        """Return numbers strictly between 0 and 1."""
        return ((self.bits.random_raw(count) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def normal(self, rows: int, columns: int) -> Array:
        """Return normal numbers."""
        return np.asarray(special.ndtri(self.uniform(rows * columns))).reshape(rows, columns)


def chances(scores: Scores, shares: list[tuple[Solved, float, float]], *, places: int, draws: int, seed: int) -> Array:
    """Return each candidacy's chance to be among the best `places`, from draws of the model."""
    ends = np.cumsum([share for _, _, share in shares])
    ends[-1] = 1.0
    spots = (float(Numbers(seed, "shares").uniform(1)[0]) + np.arange(draws)) / draws
    bounds = [0, *np.searchsorted(spots, ends, side="left").tolist()]
    stream, placed, count = Numbers(seed, "chances"), np.zeros(len(scores.names)), len(scores.names)
    for (point, s2, _), (start, end) in zip(shares, pairwise(bounds), strict=True):
        t = point.tb if scores.turned else point.ta
        tau = math.sqrt(max(t * t * s2, 1e-18 * s2))
        evidence = tau**2 / (tau**2 + s2 / scores.reads)
        step = max(1, CHUNK // (count + len(point.right)))
        for at in range(start, end, step):
            m = min(step, end - at)
            z = stream.normal(m, len(point.right))
            u = point.solution[:, None] + math.sqrt(s2) * linalg.solve_triangular(point.L, z.T, lower=True, trans="T")
            if scores.turned:
                level = point.tb * u[:-1].T
                if point.tb <= 0:
                    level = level + tau * stream.normal(m, count)
            else:
                clean = (scores.y_a[:, None] - scores.table @ (point.tb * u[:-1])) / scores.reads[:, None]
                level = (evidence[:, None] * (clean - u[-1])).T
                level = level + tau * np.sqrt(1 - evidence) * stream.normal(m, count)
            best = np.argsort(-level, axis=1, kind="stable")[:, :places]
            placed += np.bincount(best.ravel(), minlength=count)
    return placed / draws


def verdict(scores: Scores, best: Solved | None, alike: float) -> str:
    """Return whether scores are adjusted for severity, or why not."""
    if scores.groups > 1:
        return "not linked"
    few = len(scores.people) < 4 or float(np.median(scores.loads)) < 4 or int(scores.reads.max()) == 1  # noqa: PLR2004 - fewer say too little
    if few or best is None:
        return "not enough data"
    if scores.n == len(scores.names) * len(scores.people):
        return "complete"
    ratio = alike - best.reml
    luck = 0.5 * float(special.chdtrc(1, ratio)) if ratio > 1e-6 else 1.0  # noqa: PLR2004 - rounding
    if luck > 0.10:  # noqa: PLR2004 - a tenth
        return "no evidence"
    return "noisy" if scores.vagueness > 1 else "adjust"


def ranks(values: Array) -> list[int]:
    """Return ranks from 1, highest first; equals (to six decimals) share one."""
    rounded = np.round(values, 6)
    return [1 + int((rounded > each).sum()) for each in rounded]


def check_standings(bundle: Bundle) -> None:
    """The same scores, settings and seed give the same averages, order, chances and band."""
    parts, kept = bundle["rules"]["parts"], bundle["standings"]
    model, places, seed = parts["model"], parts["selection"]["places"], parts["seeds"]["round"]
    if not bundle["reviews"] or places < 1:
        same(not kept["rows"] and kept["order"] is None, "there are standings of nothing")
        return
    scores = Scores(bundle["reviews"])
    best, alike = fit(scores) if scores.comparable else (None, 0.0)
    found = verdict(scores, best, alike)
    order = None if found == "not linked" else "adjusted" if found == "adjust" else "raw"
    same(found == kept["verdict"], f"the standings rest on “{kept['verdict']}”; it comes out as “{found}”")
    same(order == kept["order"], f"the order is by “{kept['order']}”; it comes out as “{order}”")
    odd = sorted(set(scores.names) ^ set(kept["rows"]))
    same(not odd, f"{', '.join(odd)}: in one of the two standings only")
    columns: dict[str, Any] = {"reads": scores.reads, "raw": scores.raw}
    if order is not None and best is None:
        columns["rank"] = ranks(scores.raw)
    if order is not None and best is not None:
        small = scores.n < model["small_reviews"] and len(scores.n_b) <= model["small_reviewers"]
        shares = nodes(scores, best, model["scale"] / 4) if small else [(best, best.s2, 1.0)]
        lenient = sum(share * (point.a if scores.turned else point.b) for point, _, share in shares)
        clean = scores.score - lenient[scores.rev]
        columns["adjusted"] = np.bincount(scores.cand, weights=clean) / scores.reads
        columns["rank"] = ranks(columns["adjusted"] if order == "adjusted" else scores.raw)
        settings = {"places": min(places, len(scores.names)), "draws": model["draws"], "seed": seed}
        sure = places >= len(scores.names)
        columns["p_place"] = np.ones(len(scores.names)) if sure else chances(scores, shares, **settings)
    for n, name in enumerate(scores.names):
        row = kept["rows"][name]
        for figure in ("reads", "raw", "adjusted", "rank", "p_place"):
            value = columns[figure][n] if figure in columns else None
            said, near = row[figure], NEAR_CHANCE if figure == "p_place" else NEAR
            equal = said == value if said is None or value is None else abs(said - float(value)) <= near
            same(equal, f"{name}: {figure} is {said}; it comes out as {value}")
        band = None
        if "p_place" in columns:
            p, alpha = float(columns["p_place"][n]), model["alpha"]
            band = "above" if p >= 1 - alpha else "tied" if p > alpha else "below"
            if min(abs(p - alpha), abs(p - 1 + alpha)) <= NEAR_CHANCE:
                continue
        same(row["band"] == band, f"{name}: the band is {row['band']}; it comes out as {band}")


# ---------------------------------------------------------------- draw and selection


def ticket(seed: bytes, name: str) -> str:
    """Return the lottery ticket of a name."""
    return hashlib.sha256(b"lottery-v1\0" + seed + b"\0" + name.encode()).hexdigest()


def check_draw(bundle: Bundle) -> None:
    """The tickets follow from what was revealed, and that from what was committed."""
    draw = bundle["draw"]
    if draw is None:
        return
    pool = "".join(f"{each}\n" for each in sorted(draw["pool"]))
    same(hashlib.sha256(pool.encode()).hexdigest() == draw["pool_digest"], "the pool is not the one published")
    left = list(draw["commitments"])
    for secret in draw["secrets"]:
        made = hashlib.sha256(bytes.fromhex(secret)).hexdigest()
        same(made in left, "a secret is not one that was committed to, or comes out of order")
        left = left[left.index(made) + 1 :]
    secrets = b"".join(bytes.fromhex(secret) for secret in draw["secrets"])
    seed = hashlib.sha256(b"seed-v1\0" + secrets + b"\0" + draw["beacon"].encode()).digest()
    winners = sorted(draw["pool"], key=lambda name: ticket(seed, name))[: draw["places"]]
    same(seed.hex() == draw["seed"], "the seed does not follow from what was revealed")
    same(winners == draw["winners"], f"the draw gives other winners: {', '.join(winners)}")


class Choice:
    """Everybody with a score, the limits as groups, and the question which selection is best."""

    def __init__(self, bundle: Bundle) -> None:
        parts, rows, order = bundle["rules"]["parts"], bundle["standings"]["rows"], bundle["standings"]["order"]
        self.rule, draw = parts["selection"], bundle["draw"]
        plain = hashlib.sha256(f"selection {parts['seeds']['round']}".encode()).digest()
        seed = bytes.fromhex(draw["seed"]) if draw is not None else plain
        known = [(each["id"], each["attributes"]) for each in bundle["candidates"] if each["id"] in rows]
        self.amounts = sorted(self.rule["amounts"], reverse=True)
        unit = {
            name: math.floor(abs(rows[name][order]) * 1e6 + 0.5) * (1 if rows[name][order] >= 0 else -1)
            for name, _ in known
        }
        if self.amounts:
            unit = {name: max(value, 0) for name, value in unit.items()}
        self.lot = {name: ticket(seed, name) for name, _ in known}
        self.names = sorted(unit, key=lambda name: (-unit[name], self.lot[name], name))
        self.value = np.array([unit[name] for name in self.names], dtype=float)
        held = dict(known)
        self.groups: list[tuple[list[int], int, int]] = []
        for column, only, low, high in self.rule["limits"]:
            members = defaultdict(list)
            for n, name in enumerate(self.names):
                for value in set(held[name].get(column, "").split(SEVERAL)) - {""}:
                    if only in {"", value}:
                        members[value].append(n)
            self.groups += [(rows_, low, len(rows_) + low if high is None else high) for rows_ in members.values()]

    def allowed(self, chosen: set[int]) -> bool:
        """Say whether a selection keeps every limit."""
        return all(low <= len(chosen & set(members)) <= high for members, low, high in self.groups)

    def best(
        self, least: int, fixed: dict[int, int] | None = None, gain: Array | None = None
    ) -> tuple[float, set[int]] | None:
        """Return the greatest total of at least `least` selected under the limits, and who; None where there is none."""
        size = len(self.names)
        rows = [optimize.LinearConstraint(np.ones((1, size)), least, self.rule["places"])]
        for members, low, high in self.groups:
            row = np.zeros((1, size))
            row[0, members] = 1
            rows.append(optimize.LinearConstraint(row, low, high))
        low, high = np.zeros(size), np.ones(size)
        for n, value in (fixed or {}).items():
            low[n] = high[n] = value
        worth = self.value if gain is None else gain
        found = optimize.milp(
            -worth,
            integrality=np.ones(size),
            bounds=optimize.Bounds(low, high),
            constraints=rows,
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        chosen = set(np.flatnonzero(found.x > 0.5).tolist())  # noqa: PLR2004 - 0 or 1
        return float(worth[list(chosen)].sum()), chosen

    def most(self) -> int | None:
        """Return how many can be selected at all."""
        wanted = min(self.rule["places"], len(self.names))
        if self.best(wanted) is not None:
            return wanted
        fewer = self.best(0, gain=np.ones(len(self.names)))
        return None if fewer is None else int(fewer[0])

    def best_sums(self, given: dict[int, int | None] | None = None, count: int | None = None) -> float | None:
        """Return the greatest worth where several sums are given from one fund, a better score never getting less.

        `given` fixes what some get (0: nothing); `count` how many of the others get anything.
        """
        size, kinds = len(self.names), len(self.amounts)
        worth = [math.sqrt(each / self.amounts[0]) for each in self.amounts]
        gain = np.outer(self.value, worth).ravel()
        cells: list[tuple[dict[int, float], float, float]] = [
            ({n * kinds + k: 1.0 for k in range(kinds)}, 0, 1) for n in range(size)
        ]
        if given is not None:
            others = {n * kinds + k: 1.0 for n in range(size) if n not in given for k in range(kinds)}
            cells += [
                ({n * kinds + k: 1.0}, *[float(self.amounts[k] == sum_)] * 2)
                for n, sum_ in given.items()
                for k in range(kinds)
            ]
            cells += [(others, count or 0, count or 0)] if others else []
        everyone = range(size * kinds)
        cells.append((dict.fromkeys(everyone, 1.0), 0, self.rule["places"]))
        cells.append(({at: float(self.amounts[at % kinds]) for at in everyone}, 0, self.rule["budget"]))
        cells += [
            ({n * kinds + k: 1.0 for n in members for k in range(kinds)}, low, high)
            for members, low, high in self.groups
        ]
        for first in range(size):
            for second in range(first + 1, size):
                for k in range(1, kinds):
                    less = {first * kinds + j: 1.0 for j in range(k, kinds)}
                    more = {second * kinds + j: 1.0 for j in range(k)}
                    cells.append((less | more, 0, 1))
        matrix = sparse.lil_array((len(cells), size * kinds))
        for n, (row, _, _) in enumerate(cells):
            for at, value in row.items():
                matrix[n, at] = value
        limits = optimize.LinearConstraint(matrix.tocsr(), [low for _, low, _ in cells], [high for _, _, high in cells])
        found = optimize.milp(
            -gain / 1e6,
            integrality=np.ones(len(gain)),
            bounds=optimize.Bounds(0, 1),
            constraints=limits,
            options={"mip_rel_gap": 0.0},
        )
        return None if found.x is None else float(np.round(found.x) @ gain)


def check_selection(bundle: Bundle) -> None:
    """No selection that keeps the rule would be better, what is open is open, and the alternates follow."""
    said, order = bundle["selection"], bundle["standings"]["order"]
    if said is None or order is None or not bundle["standings"]["rows"]:
        same(said is None, "there is a selection, though nobody can be put in order")
        return
    choice = Choice(bundle)
    place = {name: n for n, name in enumerate(choice.names)}
    unknown = [name for name in (*said["selected"], *said["tied"], *said["alternates"]) if name not in place]
    same(not unknown, f"nobody has a score as {', '.join(unknown)}")
    chosen, tied = {place[name] for name in said["selected"]}, {place[name] for name in said["tied"]}
    most = None if choice.amounts else choice.most()
    if said["status"] == "impossible":
        none = choice.best_sums() is None if choice.amounts else most is None
        same(none, "a selection is possible")
        return
    total, done = _total(choice, said, chosen, tied)
    least = choice.best_sums() if choice.amounts else (choice.best(most) or (None,))[0] if most is not None else None
    same(least is not None and done, "the selection does not keep the limits")
    better = (least or 0.0) - total
    same(
        abs(better) <= 1 + 1e-7 * abs(total),
        f"the selection differs: another one is better by {better / 1e6:.6f} points",
    )
    if not choice.amounts:
        count = len(chosen) + said["tied_places"]
        full = "selected" if count >= min(choice.rule["places"], len(choice.names)) else "short"
        same(count == most and said["status"] == full, f"the selection differs: {most} can be selected, {count} are")
        _settled(choice, chosen, tied, int(most or 0), total)
    rest = [name for n, name in enumerate(choice.names) if n not in chosen and n not in tied]
    if not choice.amounts or not tied:
        same(said["alternates"] == rest, "the order of the alternates differs")


def _total(choice: Choice, said: dict[str, Any], chosen: set[int], tied: set[int]) -> tuple[float, bool]:
    """Return what a selection comes to, completed by some of the tied, and whether it keeps every limit."""
    if choice.amounts:
        given = {
            n: said["amounts"].get(choice.names[n]) if n in chosen else 0
            for n in range(len(choice.names))
            if n not in tied
        }
        worth = choice.best_sums(given, said["tied_places"])
        known = all(given[n] in choice.amounts for n in chosen)
        return worth or 0.0, known and worth is not None
    fixed = {n: int(n in chosen) for n in range(len(choice.names)) if n not in tied}
    found = choice.best(len(chosen) + said["tied_places"], fixed)
    return (0.0, False) if found is None else (found[0], len(found[1]) == len(chosen) + said["tied_places"])


def _settled(choice: Choice, chosen: set[int], tied: set[int], most: int, total: float) -> None:
    """Nobody outside the tie could change places with an equal for a better ticket, or at all where nothing was drawn."""
    for n in sorted(chosen):
        for other in range(len(choice.names)):
            if other in chosen or other in tied or choice.value[other] != choice.value[n]:
                continue
            luckier = choice.lot[choice.names[other]] < choice.lot[choice.names[n]]
            swapped = (chosen - {n}) | {other}
            fixed = {k: int(k in swapped) for k in range(len(choice.names)) if k not in tied}
            found = choice.best(most, fixed)
            open_ = found is not None and found[0] == total
            same(
                not (open_ and luckier),
                f"{choice.names[other]} scored the same as {choice.names[n]} and has the better lot",
            )


def check_decisions(bundle: Bundle) -> None:
    """What was decided follows, or a reason stands beside it; places are taken once; a second person approved."""
    chosen, rule = bundle["selection"], bundle["rules"]["parts"]["selection"]
    inside, tied = (set(chosen["selected"]), set(chosen["tied"])) if chosen is not None else (set(), set())
    rows = bundle["standings"]["rows"]
    for each in bundle["decisions"]:
        who = each["candidacy"]
        follows = (each["outcome"] == "selected") == (who in inside)
        free = rows.get(who, {}).get("band") == "tied"
        same(
            follows or free or each["reason"],
            f"{who} is decided against the selection, outside the band, without a reason",
        )
        same(who not in tied or each["reason"], f"{who} stands in an exact tie, and no reason is kept")
        alone = each["approved_by"] is not None and each["approved_by"] == each["proposed_by"]
        same(not alone, f"{who} was approved by whoever proposed it")
    places = [each["place"] for each in bundle["decisions"] if each["place"] is not None]
    same(len(set(places)) == len(places) <= rule["places"], "more places are taken than there are, or one twice")
    sums = [each["cents"] for each in bundle["decisions"] if each["cents"] is not None]
    most = rule["least"] if rule["most"] is None else rule["most"]
    same(all(rule["least"] <= each <= most for each in sums), "a sum lies outside what the cycle gives")
    same(rule["budget"] is None or sum(sums) <= rule["budget"], "the sums come to more than the rule allows")


STEPS = {
    "rules": (check_rules, ("rules",)),
    "plan": (check_plan, ("plan",)),
    "reviews": (check_reviews, ("reviews",)),
    "standings": (check_standings, ("standings",)),
    "draw": (check_draw, ("draw",)),
    "selection": (check_selection, ("candidates", "selection")),
    "decisions": (check_decisions, ("decisions",)),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
