"""From scores to standings: raw and adjusted, with their uncertainty, the chance of a place and the band of ties."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from portal.errors import N_
from portal.review.rules import connectivity

from . import chances, diagnostics, grid, model, verdict
from .ratings import BadRatings, Floats, Ratings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Below so many reviews, by so few reviewers, the three SDs are integrated over.
SMALL, SMALL_INNER = 3000, 300
#: Ranks are kept draw by draw for so many candidacies at most.
KEEP_RANKS = 3000
#: Candidacies so many places above or below the cut are compared in pairs.
NEAR = 15
#: Decisions look at numbers rounded to this many decimals, so that every machine decides alike.
DECIMALS = 6
#: 90 % intervals.
Z90 = 1.6448536269514722


class Band(StrEnum):
    """Where a candidacy stands against the cut: sure of a place, within the ties, or sure of none."""

    ABOVE = "above"
    TIED = "tied"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidacy. Points are on the rubric's own scale; None where the verdict allows no joint ranking.

    `raw` and `adjusted` are means of scores, before and after the reviewers' leniency is taken off; `quality` is the
    estimate of how far it lies from the mean level, shrunk by how little is known, and `quality_pev` its error
    variance; `low` and `high` bound 90 % of where it may truly lie beside the others (about the mean level, whose
    own error all share). `rank_low` and `rank_high` bound the middle half of the rank's distribution. Ranks of equal
    (rounded) scores are equal. `close` marks what lies within rounding or chance of the edges of the band or of the
    cut, so that a person looks at it.
    """

    candidacy: str
    reads: int
    component: int
    raw: float
    raw_rank: int | None
    adjusted: float | None = None
    adjusted_rank: int | None = None
    quality: float | None = None
    quality_pev: float | None = None
    low: float | None = None
    high: float | None = None
    p_place: float | None = None
    expected_rank: float | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    disagreement: float | None = None
    band: Band | None = None
    close: bool = False


@dataclass(frozen=True, slots=True)
class Severity:
    """One reviewer: leniency in points (severity is minus that) with its error variance, and what stands out."""

    reviewer: str
    reviews: int
    component: int
    mean: float
    leniency: float | None = None
    pev: float | None = None
    reliability: float | None = None
    outfit: float | None = None
    outfit_z: float | None = None
    spread_z: float | None = None
    slope: float | None = None
    halo_z: float | None = None
    flat: float | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standings:
    """Everything the chair sees, and everything needed to compute it again.

    SDs are None where the scores cannot tell them apart. `method` is "grid" where they were integrated over (they are
    posterior means then) and "plug-in" where they are the REML estimates; `reml` holds those in either case. `order` is
    "adjusted" or "raw" as the verdict says, None where there is none; `differ` names who has a place by one order and not
    by the other. `pairs` are candidacies near the cut that cannot be told apart, (first, second, chance that the
    first is better). `holding` names reviewers without whom the reviews would fall apart.
    """

    judgement: verdict.Judgement
    places: int
    method: str
    seed: int
    draws: int
    scale: float
    mu: float | None
    sd_candidacy: float | None
    sd_reviewer: float | None
    sigma: float | None
    reml_criterion: float | None
    reml: dict[str, float] | None
    spread: connectivity.Spread
    components: tuple[connectivity.Component, ...]
    holding: tuple[str, ...]
    standings: tuple[Standing, ...]
    reviewers: tuple[Severity, ...]
    pairs: tuple[tuple[str, str, float], ...]
    differ: tuple[str, ...]
    digest: str

    @property
    def order(self) -> str | None:
        """Which score the order shown goes by."""
        if not self.judgement.verdict.ranks:
            return None
        return "adjusted" if self.judgement.verdict.adjusts else "raw"

    @property
    def tie_band(self) -> tuple[str, ...]:
        """The candidacies that cannot be told apart at the cut, best chance first."""
        tied = [s for s in self.standings if s.band is Band.TIED]
        return tuple(s.candidacy for s in sorted(tied, key=lambda s: (-(s.p_place or 0), s.candidacy)))


def standings(
    ratings: Ratings,
    *,
    places: int,
    seed: int = 0,
    draws: int | None = None,
    plug_in: bool = False,
    scale: float | None = None,
    alpha: float = 0.25,
    assume_comparable: bool = False,
    assigned_by_stratum: bool = False,
) -> Standings:
    """Return the standings for independent first scores.

    `places` is how many are chosen. `scale` is the width of the score scale in points (6 for 0-6; None: what was seen);
    it sets the priors, range / 4, and what counts as severe. `alpha` bounds the band of ties: who has a chance between
    alpha and 1 - alpha. `draws` defaults to 4,000, or 1,000 beyond 20,000 candidacies. Severities are estimated by REML
    (Bates et al. 2015, doi:10.18637/jss.v067.i01), with strata as fixed effects where declared. Other flags as in
    `verdict.judge`. Raises `BadRatings` when places, draws, alpha or scale make no sense.
    """
    count_i = len(ratings.candidacies)
    if draws is None:
        draws = 4000 if count_i <= 20_000 else 1000  # noqa: PLR2004 - a second or two either way
    if places < 1:
        raise BadRatings(N_("There must be at least one place."))
    if draws < 1 or not 0 < alpha < 0.5 or (scale is not None and not 0 < scale < float("inf")):  # noqa: PLR2004 - a half
        raise BadRatings(N_("Draws and scale must be above 0, and alpha between 0 and 0.5."))
    seen = float(np.ptp(ratings.score))
    width = scale or seen or 1.0
    count, of_cand, of_rev = connectivity.label(
        ratings.cand, ratings.rev, candidacies=count_i, reviewers=len(ratings.reviewers)
    )
    pairs = [
        (ratings.candidacies[i], ratings.reviewers[j])
        for i, j in zip(ratings.cand.tolist(), ratings.rev.tolist(), strict=True)
    ]
    components = connectivity.components(pairs)
    place = {c: n for n, part in enumerate(components) for c in part.candidacies}
    of_group = {int(of_cand[i]): place[c] for i, c in enumerate(ratings.candidacies)}
    spread = connectivity.spread(ratings.cand, ratings.rev)
    layout = model.Layout(ratings) if verdict.identified(ratings) else None
    fit = model.fit(layout) if layout is not None else None
    judgement = verdict.judge(
        ratings,
        fit,
        spread,
        components=count,
        assume_comparable=assume_comparable,
        assigned_by_stratum=assigned_by_stratum,
    )
    ranks = judgement.verdict.ranks
    means = np.bincount(ratings.rev, weights=ratings.score, minlength=len(ratings.reviewers)) / ratings.loads
    people = [
        Severity(r, int(n), of_group[int(g)], float(m))
        for r, n, g, m in zip(ratings.reviewers, ratings.loads, of_rev, means, strict=True)
    ]
    settings = {
        "places": places, "seed": seed, "draws": draws, "plug_in": plug_in, "scale": scale, "alpha": alpha,
        "assume_comparable": assume_comparable, "assigned_by_stratum": assigned_by_stratum,
    }  # fmt: skip
    found = Standings(
        judgement=judgement,
        places=places,
        method="plug-in",
        seed=seed,
        draws=0,
        scale=width,
        mu=float(np.mean(ratings.score)) if seen == 0 else None,
        sd_candidacy=None,
        sd_reviewer=None,
        sigma=None,
        reml_criterion=None,
        reml=None,
        spread=spread,
        components=components,
        holding=connectivity.articulation_reviewers(pairs),
        standings=(),
        reviewers=tuple(people),
        pairs=(),
        differ=(),
        digest=digest(ratings, settings),
    )
    groups = [of_group[int(g)] for g in of_cand]
    if layout is None or fit is None:
        return replace(found, standings=_plain(ratings, groups, ranked=ranks))
    found = replace(
        found,
        mu=fit.mu,
        sd_candidacy=fit.sd_candidacy,
        sd_reviewer=fit.sd_reviewer,
        sigma=fit.sigma,
        reml_criterion=fit.reml,
        reml={
            "mu": fit.mu,
            "sd_candidacy": fit.sd_candidacy,
            "sd_reviewer": fit.sd_reviewer,
            "sigma": fit.sigma,
            "criterion": fit.reml,
            "criterion_without": fit.reml_without,
        },
    )
    small = len(ratings.score) < SMALL and layout.count_b <= SMALL_INNER
    shares = _shares(layout, fit, width) if small and not plug_in else (_plug_in(fit),)
    effects = _effects(layout, shares)
    signs = diagnostics.signs(
        ratings,
        fit.point,
        leniency=effects.leniency,
        pev=effects.leniency_pev,
        sd_candidacy=effects.sds[0],
        sd_reviewer=effects.sds[1],
        scale=width,
    )
    found = replace(found, reviewers=tuple(_severities(people, effects, signs)))
    if small and not plug_in:
        found = replace(
            found,
            method="grid",
            mu=effects.mu,
            sd_candidacy=effects.sds[0],
            sd_reviewer=effects.sds[1],
            sigma=effects.sds[2],
        )
    if not ranks:
        return replace(found, standings=_plain(ratings, groups, ranked=False))
    adjusted = adjusted_means(ratings, effects.leniency)
    order = np.argsort(-adjusted, kind="stable")
    near = np.sort(order[max(places - NEAR, 0) : places + NEAR]) if places < count_i else order[:0]
    drawn = chances.chances(
        _parts(layout, shares, draws, seed),
        places=min(places, count_i),
        count=count_i,
        seed=seed,
        near=near,
        keep_ranks=count_i <= KEEP_RANKS,
    )
    return _ranked(found, ratings, effects, groups=groups, adjusted=adjusted, drawn=drawn, alpha=alpha)


def ranking(values: Floats) -> list[int]:
    """Return ranks from 1, highest first, of values rounded to 6 decimals; equals share the best of their ranks."""
    rounded = np.round(values, DECIMALS)
    below = np.searchsorted(np.sort(-rounded), -rounded, side="left")
    return [1 + int(n) for n in below]


def adjusted_means(ratings: Ratings, leniency: Floats) -> Floats:
    """Return the mean over each candidacy's reviews of (score - leniency of the reviewer), (I,), in points; (7)."""
    clean = ratings.score - leniency[ratings.rev]
    return np.bincount(ratings.cand, weights=clean, minlength=len(ratings.candidacies)) / ratings.reads


def digest(ratings: Ratings, settings: Mapping[str, object]) -> str:
    """Return the SHA-256 of the canonical JSON of scores and settings."""
    document = {
        "settings": settings,
        "reviews": [
            [ratings.candidacies[i], ratings.reviewers[j], y]
            for i, j, y in zip(ratings.cand.tolist(), ratings.rev.tolist(), ratings.score.tolist(), strict=True)
        ],
        "strata": [ratings.strata[k] for k in ratings.stratum.tolist()] if len(ratings.strata) > 1 else None,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _disagreement(ratings: Ratings) -> Floats:
    """Return the standard deviation of each candidacy's scores, (I,); 0 where there is one."""
    away = ratings.score - ratings.raw[ratings.cand]
    square = np.bincount(ratings.cand, weights=away**2, minlength=len(ratings.candidacies))
    return np.asarray(np.sqrt(square / np.maximum(ratings.reads - 1, 1)))


@dataclass(frozen=True, slots=True)
class _Effects:
    """Means and error variances over the shares of the posterior."""

    mu: float
    sds: tuple[float, float, float]
    quality: Floats
    quality_pev: Floats
    leniency: Floats
    leniency_pev: Floats


def _plug_in(fit: model.Fit) -> grid.Node:
    return grid.Node(fit.point.ta, fit.point.tb, fit.point.s2, 1.0)


def _shares(layout: model.Layout, fit: model.Fit, width: float) -> tuple[grid.Node, ...]:
    return grid.nodes(layout, fit, scale=width / 4)


def _at(layout: model.Layout, node: grid.Node) -> model.Point:
    return layout.at(node.ta, node.tb)


def _effects(layout: model.Layout, shares: Sequence[grid.Node]) -> _Effects:
    """Return effects averaged over the shares; variances include how far the shares differ."""
    ratings = layout.ratings
    i, j = len(ratings.candidacies), len(ratings.reviewers)
    first, second = [np.zeros(i), np.zeros(j)], [np.zeros(i), np.zeros(j)]
    mu, sds = 0.0, np.zeros(3)
    for node in shares:
        point = _at(layout, node)
        quality, quality_v, leniency, leniency_v = of_point(point, node.s2)
        for k, (mean, variance) in enumerate(((quality, quality_v), (leniency, leniency_v))):
            first[k] += node.share * mean
            second[k] += node.share * (variance + mean**2)
        mu += node.share * (layout.center + float(np.mean(point.beta[ratings.stratum])))
        t = (node.tb, node.ta) if layout.swapped else (node.ta, node.tb)
        sds += node.share * float(np.sqrt(node.s2)) * np.array([*t, 1.0])
    spread = [np.maximum(s - f**2, 0.0) for f, s in zip(first, second, strict=True)]
    return _Effects(mu, (float(sds[0]), float(sds[1]), float(sds[2])), first[0], spread[0], first[1], spread[1])


def of_point(point: model.Point, s2: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return quality (I,), its error variance, leniency (J,) and its error variance at one point of the model.

    With strata, quality is on one scale for all: c_i (adjusted - mu), where only leniency is learned from the strata.
    """
    layout = point.layout
    outer_v, inner_v = point.variances
    if layout.swapped:
        return point.effect_b, s2 * inner_v, point.effect_a, s2 * outer_v
    if layout.strata == 1:
        return point.effect_a, s2 * outer_v, point.effect_b, s2 * inner_v
    tau, c = chances.levels(point, s2)
    reads = layout.ratings.reads
    mean = float(np.mean(point.beta[layout.ratings.stratum]))
    adjusted = (layout.y_a - layout.N @ point.effect_b) / reads
    # Var(mean of leniencies + mu) exactly: the rows [tb N_i / n_i, share of each stratum] of the inverse.
    b, inverse = layout.count_b, point.inverse
    shares = np.bincount(layout.ratings.stratum, minlength=layout.strata) / len(reads)
    common = inverse[:, b:] @ shares
    spread = np.empty(len(reads))
    for start in range(0, len(reads), model.ROWS):
        rows = slice(start, start + model.ROWS)
        part = layout.N[rows] * (point.tb / reads[rows])[:, None]
        spread[rows] = np.asarray(part.multiply(part @ inverse[:b, :b]).sum(axis=1)).ravel() + 2 * (part @ common[:b])
    spread += float(shares @ common[b:])
    return c * (adjusted - mean), tau**2 * (1 - c) + c**2 * s2 * spread, point.effect_b, s2 * inner_v


def _parts(layout: model.Layout, shares: Sequence[grid.Node], draws: int, seed: int) -> Iterator[chances.Part]:
    """Yield each share's draws: evenly spaced through the shares from one random start."""
    start = float(chances.Stream(seed, "shares").uniform(1)[0])
    ends = np.cumsum([node.share for node in shares])
    ends[-1] = 1.0
    spots = (start + np.arange(draws)) / draws
    counts = np.diff(np.concatenate([[0], np.searchsorted(spots, ends, side="left")]))
    for node, count in zip(shares, counts.tolist(), strict=True):
        if count:
            yield chances.Part(_at(layout, node), node.s2, count)


def _severities(people: Sequence[Severity], effects: _Effects, signs: diagnostics.Signs) -> Iterator[Severity]:
    for j, person in enumerate(people):
        yield replace(
            person,
            leniency=float(effects.leniency[j]),
            pev=float(effects.leniency_pev[j]),
            reliability=_number(signs.reliability[j]),
            outfit=_number(signs.outfit[j]),
            outfit_z=_number(signs.outfit_z[j]),
            spread_z=_number(signs.spread_z[j]),
            slope=_number(signs.slope[j]),
            halo_z=_number(signs.halo_z[j]),
            flat=_number(signs.flat[j]),
            flags=signs.flags[j],
        )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _plain(ratings: Ratings, groups: Sequence[int], *, ranked: bool) -> tuple[Standing, ...]:
    """Return standings of plain means alone, with ranks if everybody can be put in one order."""
    facts = zip(
        ratings.candidacies,
        ratings.reads.tolist(),
        groups,
        ratings.raw.tolist(),
        ranking(ratings.raw),
        _disagreement(ratings).tolist(),
        strict=True,
    )
    return tuple(
        Standing(c, n, g, raw, rank if ranked else None, disagreement=spread if n > 1 else None)
        for c, n, g, raw, rank, spread in facts
    )


def _ranked(
    found: Standings,
    ratings: Ratings,
    effects: _Effects,
    *,
    groups: Sequence[int],
    adjusted: Floats,
    drawn: chances.Chances,
    alpha: float,
) -> Standings:
    """Return the standings with everything that needs a joint order."""
    places, mu = found.places, float(found.mu or 0.0)
    sure = places >= len(adjusted)
    by_raw, by_adjusted = ranking(ratings.raw), ranking(adjusted)
    shown = np.round(adjusted if found.judgement.verdict.adjusts else ratings.raw, DECIMALS)
    p = np.ones(len(adjusted)) if sure else drawn.p_place
    error = 2 * float(np.sqrt(alpha * (1 - alpha) / drawn.draws))
    close = np.zeros(len(p), dtype=bool)
    if not sure:
        cut = -np.sort(-shown)
        last, following = cut[places - 1], cut[places]
        close = np.minimum(np.abs(p - alpha), np.abs(p - 1 + alpha)) <= error
        # Two scores that agree to the sixth decimal across the cut are equal for every purpose.
        close |= (last - following <= 10.0**-DECIMALS) & ((shown == last) | (shown == following))
    band = np.where(p >= 1 - alpha, Band.ABOVE, np.where(p > alpha, Band.TIED, Band.BELOW)).tolist()
    sd = np.sqrt(effects.quality_pev)
    reads, spread = ratings.reads, _disagreement(ratings)
    between = drawn.ranks[:, 1:3].astype(int).tolist() if len(drawn.ranks) else [(None, None)] * len(p)
    columns = zip(
        ratings.candidacies,
        reads.tolist(),
        groups,
        ratings.raw.tolist(),
        by_raw,
        adjusted.tolist(),
        by_adjusted,
        effects.quality.tolist(),
        effects.quality_pev.tolist(),
        (mu + effects.quality - Z90 * sd).tolist(),
        (mu + effects.quality + Z90 * sd).tolist(),
        p.tolist(),
        drawn.expected_rank.tolist(),
        [low for low, _ in between],
        [high for _, high in between],
        [float(s) if n > 1 else None for s, n in zip(spread, reads, strict=True)],
        [Band(each) for each in band],
        close.tolist(),
        strict=True,
    )
    ids = ratings.candidacies
    return replace(
        found,
        draws=drawn.draws,
        standings=tuple(Standing(*column) for column in columns),
        pairs=tuple((ids[a], ids[b], p) for (a, b), p in sorted(drawn.beats.items()) if adjusted[a] >= adjusted[b]),
        differ=tuple(c for c, a, r in zip(ids, by_adjusted, by_raw, strict=True) if (a <= places) != (r <= places)),
    )
