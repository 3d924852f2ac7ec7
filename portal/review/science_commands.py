"""`portal calibrate` and `portal assign`: the review's science without the portal. CSV in, JSON out.

Heavy modules are imported inside the commands, so that `portal --help` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from portal.errors import N_

from .science_input import NUMBER, BadInput, Science, Table, read_csv, rounded, split, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.review.rules import assignment, calibration

MANY = 10**6  # reads, or a cost of evening out: beyond it costs are no longer added up exactly
FINEST = 10**15  # a cost, in the smallest part that its decimals tell apart
#: A finished review in the current plan.
DONE = {"1", "yes", "true", "done", "y"}


@click.command(cls=Science)
@click.argument("ratings", metavar="RATINGS.csv")
@click.option("--places", type=click.IntRange(min=1), required=True, help="How many will be chosen.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the draws behind chances."
)
@click.option("--stratum", metavar="COLUMN", help="The panel, language or category by which reads were assigned.")
@click.option(
    "--weights", metavar="NAME=W,...", help="Columns of criteria and their weights; instead of a column 'score'."
)
@click.option("--plug-in", is_flag=True, help="Take the three SDs as estimated by REML; do not integrate over them.")
@click.option(
    "--draws", type=click.IntRange(min=1, max=MANY), help="How many draws (4,000; 1,000 beyond 20,000 nominations)."
)
@click.option("--scale", type=float, help="The width of the score scale in points, 6 for 0-6 (as seen if not given).")
@click.option(
    "--alpha", type=float, default=0.25, show_default=True, help="Ties: a chance between alpha and 1 - alpha."
)
@click.option("--assigned-by-stratum", is_flag=True, help="Reads were assigned by stratum; refuse if none is declared.")
@click.option("--assume-comparable", is_flag=True, help="Rank groups that share no reviewer together all the same.")
@click.option("--robustness", is_flag=True, help="Add who would change without any reviewer or criterion.")
def calibrate(  # noqa: PLR0917 - one per option
    ratings: str,
    places: int,
    seed: int,
    stratum: str | None,
    weights: str | None,
    plug_in: bool,  # noqa: FBT001 - click hands flags over by position
    draws: int | None,
    scale: float | None,
    alpha: float,
    assigned_by_stratum: bool,  # noqa: FBT001 - as above
    assume_comparable: bool,  # noqa: FBT001 - as above
    robustness: bool,  # noqa: FBT001 - as above
) -> None:
    """Calibrate the scores in RATINGS.csv: who scored how severely, and what that means for the standings.

    Columns: nomination, reviewer, score, or one column per criterion with --weights (an empty cell: does not apply).
    Writes JSON. "not linked" is an answer: then there is no joint ranking.
    """
    from portal.review.rules import calibration  # noqa: PLC0415 - heavy

    reviews = _ratings(read_csv(ratings), stratum=stratum, weights=weights)
    found = calibration.standings(
        reviews,
        places=places,
        seed=seed,
        draws=draws,
        plug_in=plug_in,
        scale=scale,
        alpha=alpha,
        assume_comparable=assume_comparable,
        assigned_by_stratum=assigned_by_stratum,
    )
    document = _standings(found)
    if robustness:
        document["robustness"] = _card(calibration.card(reviews, found)) if found.order else None
    write_json(document)


def _ratings(table: Table, *, stratum: str | None, weights: str | None) -> calibration.Ratings:
    """Return the scores of a table, refusing the first thing that is wrong with it."""
    import numpy as np  # noqa: PLC0415 - heavy

    from portal.review.rules import calibration  # noqa: PLC0415 - heavy

    cands, revs = table.ids("nomination"), table.ids("reviewer")
    seen: dict[tuple[str, str], int] = {}
    for row, pair in enumerate(zip(cands, revs, strict=True)):
        if pair in seen:
            raise table.wrong(
                row,
                N_("reviewer %(reviewer)s scored nomination %(nomination)s before, in line %(line)d."),
                reviewer=pair[1],
                nomination=pair[0],
                line=table.lines[seen[pair]],
            )
        seen[pair] = row
    strata: dict[str, str] | None = None
    if stratum is not None:
        strata = {}
        for row, (cand, name) in enumerate(zip(cands, table.ids(stratum), strict=True)):
            if strata.setdefault(cand, name) != name:
                raise table.wrong(row, N_("nomination %(id)s is in two strata, %(one)s and %(other)s."),
                                  id=cand, one=strata[cand], other=name)  # fmt: skip
    if weights is None:
        reviews = list(zip(cands, revs, table.number("score"), strict=True))
        return calibration.gather(reviews, strata=strata)
    weight = _weights(table, weights, stratum)
    criteria = np.array([table.number(name, empty=float("nan")) for name in weight]).T
    empty = np.flatnonzero(~(~np.isnan(criteria)).any(axis=1))
    if len(empty):
        raise table.wrong(int(empty[0]), N_("no criterion has a score."))
    reviews = [(c, r, 0.0) for c, r in zip(cands, revs, strict=True)]
    return calibration.gather(reviews, criteria=criteria, weights=weight, strata=strata)


def _weights(table: Table, text: str, stratum: str | None) -> dict[str, float]:
    """Return the weight of each criterion: named, or in the order of the columns."""
    free = [name for name in table.columns if name not in {"nomination", "reviewer", "score", stratum}]
    items = split(text)
    found: dict[str, float] = {}
    if items and all(NUMBER.fullmatch(item.strip()) for item in items):
        if len(items) != len(free):
            raise BadInput(
                N_("--weights has %(found)d weights for %(wanted)d criteria: %(names)s."),
                found=len(items),
                wanted=len(free),
                names=", ".join(free),
            )
        return {name: float(item) for name, item in zip(free, items, strict=True)}
    for item in items:
        name, mark, number = item.rpartition("=")
        if not mark or not NUMBER.fullmatch(number.strip()):
            raise BadInput(N_("--weights wants NAME=NUMBER, not %(item)s."), item=repr(item))
        if name.strip() in found:
            raise BadInput(N_("--weights names %(name)s twice."), name=name)
        if name.strip() in {"nomination", "reviewer", stratum}:
            raise BadInput(N_("%(name)s is no criterion."), name=name)
        table.column(name.strip())
        found[name.strip()] = float(number)
    if not found:
        raise BadInput(N_("--weights is empty."))
    return found


def _standings(found: calibration.Standings) -> dict[str, object]:
    """Return standings as JSON; numbers to nine decimals."""
    index = {c: n for n, part in enumerate(found.components) for c in part.candidacies}
    return {
        "verdict": str(found.judgement.verdict),
        "reason": str(found.judgement),
        "order": found.order,
        "mu": rounded(found.mu),
        "sd_nomination": rounded(found.sd_candidacy),
        "sd_reviewer": rounded(found.sd_reviewer),
        "sigma": rounded(found.sigma),
        "reml_criterion": rounded(found.reml_criterion),
        "reml": None
        if found.reml is None
        else {name.replace("candidacy", "nomination"): rounded(value) for name, value in found.reml.items()},
        "p_equal_severity": rounded(found.judgement.p),
        "vbar": rounded(found.spread.vbar),
        "components": len(found.components),
        "nominations_by_component": [list(part.candidacies) for part in found.components],
        "reviewers_by_component": [list(part.reviewers) for part in found.components],
        "linking_reviewers": list(found.holding),
        "places": found.places,
        "method": found.method,
        "seed": found.seed,
        "draws": found.draws,
        "scale": rounded(found.scale),
        "tie_band": list(found.tie_band),
        "differ": list(found.differ),
        "close_pairs": [{"first": a, "second": b, "p_first_better": rounded(p)} for a, b, p in found.pairs],
        "nominations": [
            {
                "nomination": row.candidacy,
                "reads": row.reads,
                "component": index[row.candidacy],
                "raw": rounded(row.raw),
                "adjusted": rounded(row.adjusted),
                "quality": rounded(row.quality),
                "quality_pev": rounded(row.quality_pev),
                "low": rounded(row.low),
                "high": rounded(row.high),
                "p_place": rounded(row.p_place),
                "expected_rank": rounded(row.expected_rank),
                "rank_low": row.rank_low,
                "rank_high": row.rank_high,
                "raw_rank": row.raw_rank,
                "adjusted_rank": row.adjusted_rank,
                "disagreement": rounded(row.disagreement),
                "band": None if row.band is None else str(row.band),
                "close": row.close,
            }
            for row in found.standings
        ],
        "reviewers": [
            {
                "reviewer": person.reviewer,
                "reviews": person.reviews,
                "mean": rounded(person.mean),
                "leniency": rounded(person.leniency),
                "pev": rounded(person.pev),
                "reliability": rounded(person.reliability),
                "outfit": rounded(person.outfit),
                "outfit_z": rounded(person.outfit_z),
                "spread_z": rounded(person.spread_z),
                "slope": rounded(person.slope),
                "halo_z": rounded(person.halo_z),
                "flat": rounded(person.flat),
                "flags": list(person.flags),
            }
            for person in found.reviewers
        ],
        "digest": found.digest,
    }


def _card(card: calibration.Card) -> dict[str, object]:
    """Return a robustness card as JSON: only what would change a place."""
    return {
        "tried": card.tried,
        "firm": card.firm,
        "changes": [
            {
                "kind": change.kind,
                "name": change.name,
                "enters": list(change.enters),
                "leaves": list(change.leaves),
                "unread": list(change.unread),
            }
            for change in card.changes
            if change.matters
        ],
        "moved": [{"nomination": name, "times": times} for name, times in card.moved],
    }


@click.command(cls=Science)
@click.argument("pairs", metavar="PAIRS.csv")
@click.argument("reviewers", metavar="REVIEWERS.csv")
@click.option(
    "--reads", type=click.IntRange(min=1, max=MANY), required=True, help="How many reviewers each nomination needs."
)
@click.option("--one-per-school", is_flag=True, help="At most one reviewer of a school for each nomination.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides between equal plans.")
@click.option("--current", metavar="CURRENT.csv", help="The plan as it stands: nomination, reviewer [, done].")
@click.option("--recuse", metavar="ID,ID", help="Reviewers who cannot go on; what they finished stays.")
@click.option("--recuse-pair", metavar="NOMINATION REVIEWER", nargs=2, multiple=True, help="A conflict in one pair.")
@click.option(
    "--level",
    type=click.IntRange(min=0, max=MANY),
    default=0,
    show_default=True,
    help="Evens out loads: the n-th read costs (n - 1) times this more.",
)
@click.option("--linked", is_flag=True, help="Exchange reads until all reviewers can be compared, at the least cost.")
def assign(  # noqa: PLR0917 - one per option
    pairs: str,
    reviewers: str,
    reads: int,
    one_per_school: bool,  # noqa: FBT001 - click hands flags over by position
    seed: int,
    current: str | None,
    recuse: str | None,
    recuse_pair: tuple[tuple[str, str], ...],
    level: int,
    linked: bool,  # noqa: FBT001 - as above
) -> None:
    """Assign the nominations in PAIRS.csv to reviewers at the least cost, with a proof.

    PAIRS.csv has nomination, reviewer, cost: one row for each pair that may be read. REVIEWERS.csv has reviewer,
    max_load and perhaps min_load and school. Writes JSON; tools/check_certificate.py checks it.
    """
    from portal.review.rules import assignment  # noqa: PLC0415 - heavy

    readers = _readers(read_csv(reviewers), one_per_school=one_per_school)
    eligible, factor = _pairs(read_csv(pairs), {reader.id for reader in readers}, reviewers)
    kept, locked = _current(current, {reader.id for reader in readers}, reviewers)
    withdrawn, recused = _recused(recuse, recuse_pair, readers, {*kept, *locked}, current)
    names = {c for c, _ in eligible} | {c for c, _ in kept} | {c for c, _ in locked}
    barred = {pair: "recused" for pair in eligible if pair[1] in withdrawn or pair in recused}
    usable = {pair: cost for pair, cost in eligible.items() if pair not in barred}
    staying = [pair for pair in kept if pair[1] not in withdrawn and pair not in recused]
    finished = {r for _, r in locked}
    people = [
        assignment.Reader(reader.id, 0, 0, reader.school)
        if reader.id in withdrawn and reader.id not in finished
        else reader
        for reader in readers
    ]
    found = assignment.plan(
        candidacies=[assignment.Candidacy(name) for name in sorted(names)],
        reviewers=people,
        eligible=usable,
        reads=reads,
        seed=seed,
        kept=staying,
        locked=locked,
        barred=barred,
        one_per_school=one_per_school,
        level=level,
        linked=linked,
    )
    options = {
        "reads": reads,
        "one_per_school": one_per_school,
        "seed": seed,
        "level": level,
        "linked": linked,
        "recused": sorted(withdrawn),
        "recused_pairs": [list(pair) for pair in sorted(recused)],
        "cost_factor": factor,
    }
    write_json(_plan(found, usable, options, barred, [*kept, *locked]))


def _readers(table: Table, *, one_per_school: bool) -> list[assignment.Reader]:
    """Return the reviewers of a table."""
    from portal.review.rules import assignment  # noqa: PLC0415 - heavy

    names = table.ids("reviewer")
    _unique(table, names, "reviewer")
    high = table.whole("max_load", least=0)
    low = table.whole("min_load", empty=0, least=0) if "min_load" in table else [0] * len(table)
    school = table.column("school") if one_per_school or "school" in table else [""] * len(table)
    for row, (a, b) in enumerate(zip(low, high, strict=True)):
        if a > b:
            raise table.wrong(row, N_("min_load %(low)d is above max_load %(high)d."), low=a, high=b)
    return [assignment.Reader(*each) for each in zip(names, high, low, [s.strip() for s in school], strict=True)]


def _unique(table: Table, names: list[str], what: str) -> None:
    seen: dict[str, int] = {}
    for row, name in enumerate(names):
        if name in seen:
            raise table.wrong(
                row,
                N_("%(what)s %(id)s is there before, in line %(line)d."),
                what=what,
                id=name,
                line=table.lines[seen[name]],
            )
        seen[name] = row


def _pairs(table: Table, known: set[str], where: str) -> tuple[dict[tuple[str, str], int], int]:
    """Return the cost of each pair as a whole number, and the power of ten it was multiplied by."""
    cands, revs, cells = table.ids("nomination"), table.ids("reviewer"), table.column("cost")
    table.number("cost")
    places = 0
    for row, cell in enumerate(cells):
        text = cell.strip()
        if "e" in text.lower():
            raise table.wrong(row, N_("write the cost without an exponent: %(cell)s"), cell=text)
        places = max(places, len(text.partition(".")[2].rstrip("0")))
    if places > 9:  # noqa: PLR2004 - costs finer than that are noise
        raise BadInput(N_("%(path)s: costs may have nine decimals at most."), path=table.path)
    found: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], int] = {}
    for row, (c, r, cell) in enumerate(zip(cands, revs, cells, strict=True)):
        if r not in known:
            raise table.wrong(row, N_("reviewer %(id)s is not in %(where)s."), id=r, where=where)
        if (c, r) in found:
            raise table.wrong(
                row,
                N_("nomination %(c)s and reviewer %(r)s are there before, in line %(line)d."),
                c=c,
                r=r,
                line=table.lines[first[c, r]],
            )
        whole, _, rest = cell.strip().partition(".")
        found[c, r] = int((whole if whole not in {"", "+", "-"} else whole + "0") + rest[:places].ljust(places, "0"))
        if abs(found[c, r]) > FINEST:
            raise table.wrong(row, N_("write the cost with fewer decimals: %(cell)s"), cell=cell.strip())
        first[c, r] = row
    return found, 10**places


def _current(path: str | None, known: set[str], where: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the pairs of the plan as it stands: to be kept, and finished."""
    if path is None:
        return [], []
    table = read_csv(path)
    pairs = list(zip(table.ids("nomination"), table.ids("reviewer"), strict=True))
    done = table.column("done") if "done" in table else [""] * len(table)
    seen: set[tuple[str, str]] = set()
    for row, pair in enumerate(pairs):
        if pair[1] not in known:
            raise table.wrong(row, N_("reviewer %(id)s is not in %(where)s."), id=pair[1], where=where)
        if pair in seen:
            raise table.wrong(row, N_("nomination %(c)s and reviewer %(r)s are there twice."), c=pair[0], r=pair[1])
        seen.add(pair)
        if done[row].strip().lower() not in DONE | {"", "0", "no", "false", "n"}:
            raise table.wrong(row, N_("done is yes or no, not %(cell)s."), cell=repr(done[row]))
    finished = [pair for pair, mark in zip(pairs, done, strict=True) if mark.strip().lower() in DONE]
    return [pair for pair in pairs if pair not in set(finished)], finished


def _recused(
    text: str | None,
    single: tuple[tuple[str, str], ...],
    readers: list[assignment.Reader],
    standing: set[tuple[str, str]],
    current: str | None,
) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the reviewers who withdraw altogether, and the pairs that may not be read any more."""
    if (text is not None or single) and current is None:
        raise BadInput(N_("--recuse changes a plan: name it with --current."))
    known = {reader.id for reader in readers}
    names = split(text) if text is not None else []
    pairs = set(single)
    if len(names) == 2 and names[0] not in known and (names[0], names[1]) in standing:  # noqa: PLR2004 - a pair
        pairs.add((names[0], names[1]))
        names = []
    for name in names:
        if name not in known:
            raise BadInput(N_("--recuse: there is no reviewer %(id)s."), id=name)
    for pair in pairs:
        if pair not in standing:
            raise BadInput(N_("--recuse-pair: reviewer %(r)s does not read %(c)s."), c=pair[0], r=pair[1])
    return set(names), pairs


def _plan(
    found: assignment.Plan,
    cost: Mapping[tuple[str, str], int],
    options: dict[str, object],
    barred: Mapping[tuple[str, str], str],
    before: list[tuple[str, str]],
) -> dict[str, object]:
    """Return a plan as JSON."""
    from portal.review.rules import assignment  # noqa: PLC0415 - heavy

    factor = int(str(options["cost_factor"]))

    def price(units: int) -> float | int:
        return units if factor == 1 else units / factor

    about = {name: short for short in found.shortages for name, _ in short.missing}
    standing = set(found.pairs)
    return {
        "pairs": [
            {"nomination": c, "reviewer": r, "cost": price(cost[c, r]) if (c, r) in cost else None}
            for c, r in found.pairs
        ],
        "cost": price(found.cost),
        "unfilled": [
            {
                "nomination": name,
                "missing": missing,
                "reasons": _reasons(found, name, barred),
                "sentence": assignment.sentence(about[name]),
            }
            for name, missing in found.unfilled
        ],
        "under_min_load": [{"reviewer": name, "missing": missing} for name, missing in found.under],
        "loads": dict(found.loads),
        "added": [{"nomination": c, "reviewer": r} for c, r in sorted(standing - set(before))] if before else [],
        "dropped": [{"nomination": c, "reviewer": r} for c, r in sorted(set(before) - standing)],
        "components": len(found.components),
        "vbar": rounded(found.vbar),
        "vbar_target": rounded(found.spread.target) if found.pairs and found.spread.ideal < float("inf") else None,
        "linking_cost": price(found.linking_cost),
        "options": options,
        "digest": found.digest,
        "certificate": dict(found.certificate),
    }


def _reasons(found: assignment.Plan, name: str, barred: Mapping[tuple[str, str], str]) -> dict[str, int]:
    """Return why each other reviewer does not read a nomination: full, recused, not listed, of a school there."""
    from portal.review.rules import assignment  # noqa: PLC0415 - heavy

    document = found.document
    rows = document["eligible"]
    listed = {row[1] for row in rows if row[0] == name} if isinstance(rows, list) else set()
    reading = {r for c, r in found.pairs if c == name}
    count: dict[str, int] = {}
    people = document["reviewers"]
    for reviewer, _, high, _ in people if isinstance(people, list) else []:
        if reviewer in reading:
            continue
        if (name, reviewer) in barred:
            reason = barred[name, reviewer]
        elif reviewer not in listed:
            reason = assignment.NOT_LISTED
        else:
            reason = "full" if found.loads[reviewer] >= high else "school already there"
        count[reason] = count.get(reason, 0) + 1
    return dict(sorted(count.items()))
