"""Calibrated standings: exact against dense algebra, honest about chances, silent where nothing can be said."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

from portal.review.rules.calibration import BadRatings, Band, Verdict, card, chances, gather, grid, model, standings
from portal.review.rules.calibration.diagnostics import _outfit_variance
from portal.review.rules.calibration.standings import of_point, ranking

VECTORS = Path(__file__).parent / "vectors"


def reviews_of(name: str) -> list[tuple[str, str, float]]:
    with (VECTORS / name / "ratings.csv").open(encoding="utf-8") as file:
        return [(row["nomination"], row["reviewer"], float(row["score"])) for row in csv.DictReader(file)]


def expected_of(name: str) -> dict:
    return json.loads((VECTORS / name / "expected.json").read_text(encoding="utf-8"))


def simulated(seed, *, candidacies, reviewers, reads, severity=0.4, quality=0.6, noise=0.56, strata=1):
    """Return reviews from the model itself, with the true qualities and leniencies."""
    rng = np.random.default_rng(seed)
    q, b = quality * rng.standard_normal(candidacies), severity * rng.standard_normal(reviewers)
    rows, load = [], np.zeros(reviewers)
    for i in range(candidacies):
        chosen = np.lexsort([rng.random(reviewers), load])[:reads]
        load[chosen] += 1
        rows += [
            (f"c{i:03}", f"r{j:02}", round(float(3 + q[i] + b[j] + noise * rng.standard_normal()), 3)) for j in chosen
        ]
    order = rng.permutation(len(rows))
    return [rows[k] for k in order], q, b


def dense(ratings, ta: float, tb: float):
    """Return (REML, effects, their covariance over s^2, hat diagonal, s^2) from the full equations."""
    n, i, j = len(ratings.score), len(ratings.candidacies), len(ratings.reviewers)
    z = np.zeros((n, i + j + len(ratings.strata)))
    z[np.arange(n), ratings.cand] = 1
    z[np.arange(n), i + ratings.rev] = 1
    z[np.arange(n), i + j + ratings.stratum[ratings.cand]] = 1
    x = z[:, i + j :]
    cov = np.eye(n) + ta**2 * z[:, :i] @ z[:, :i].T + tb**2 * z[:, i : i + j] @ z[:, i : i + j].T
    inv = np.linalg.inv(cov)
    xvx = x.T @ inv @ x
    beta = np.linalg.solve(xvx, x.T @ inv @ ratings.score)
    rest = ratings.score - x @ beta
    r2 = rest @ inv @ rest
    free = n - x.shape[1]
    reml = np.linalg.slogdet(cov)[1] + np.linalg.slogdet(xvx)[1] + free * (1 + np.log(2 * np.pi * r2 / free))
    scale = np.r_[np.full(i, ta), np.full(j, tb), np.ones(x.shape[1])]
    zs = z * scale
    k = zs.T @ zs + np.diag(np.r_[np.ones(i + j), np.zeros(x.shape[1])])
    kinv = np.linalg.inv(k)
    effects = scale * (kinv @ (zs.T @ ratings.score))
    return reml, effects, scale[:, None] * kinv * scale, np.diag(zs @ kinv @ zs.T), r2 / free


@st.composite
def tables(draw, strata=True):
    """Return a small linked-or-not table with everything the model must identify."""
    i, j = draw(st.integers(2, 7)), draw(st.integers(3, 7))
    every = [(f"c{a}", f"r{b}") for a in range(i) for b in range(j)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, min_size=6))
    scores = [draw(st.integers(0, 24)) / 4 for _ in pairs]
    names = draw(st.lists(st.sampled_from("xy"), min_size=i, max_size=i)) if strata and draw(st.booleans()) else None
    groups = {f"c{a}": names[a] for a in range(i)} if names else None
    ratings = gather([(c, r, y) for (c, r), y in zip(pairs, scores, strict=True)], strata=groups)
    assume(len(ratings.candidacies) > 1 and len(ratings.reviewers) > 1 and len(set(scores)) > 1)
    assume(len(ratings.score) > len(ratings.strata) + 2)
    return ratings


def test_the_vector_by_dense_inverse_is_met():
    wanted = expected_of("C11_bruteforce_12x5")
    reviews = reviews_of("C11_bruteforce_12x5")
    found = standings(gather(reviews), places=3, plug_in=True)
    near = {"abs": wanted["tolerance"]}
    assert found.mu == pytest.approx(wanted["mu"], **near)
    assert found.sd_candidacy == pytest.approx(wanted["sd_nomination"], **near)
    assert found.sd_reviewer == pytest.approx(wanted["sd_reviewer"], **near)
    assert found.sigma == pytest.approx(wanted["sigma"], **near)
    assert found.reml_criterion == pytest.approx(wanted["reml_criterion"], **near)
    for row in found.standings:
        at = int(row.candidacy)
        assert row.quality == pytest.approx(wanted["quality"][at], **near)
        assert row.quality_pev == pytest.approx(wanted["quality_pev"][at], **near)
        assert row.adjusted == pytest.approx(wanted["adjusted_mean"][at], **near)
    for person in found.reviewers:
        at = int(person.reviewer)
        assert person.leniency == pytest.approx(wanted["leniency"][at], **near)
        assert person.pev == pytest.approx(wanted["leniency_pev"][at], **near)
    ratings = gather(reviews)
    point = model.fit(model.Layout(ratings)).point
    leverage = {
        (ratings.candidacies[c], ratings.reviewers[r]): h
        for c, r, h in zip(ratings.cand, ratings.rev, point.leverage, strict=True)
    }
    assert [leverage[c, r] for c, r, _ in reviews] == pytest.approx(wanted["leverage"], **near)


def test_juries_that_share_nobody_are_not_ranked_together():
    wanted = expected_of("C15_disconnected_juries")
    found = standings(gather(reviews_of("C15_disconnected_juries")), places=4)
    assert found.judgement.verdict is Verdict.NOT_LINKED
    assert len(found.components) == wanted["components"]
    assert sorted(sorted(map(int, part.candidacies)) for part in found.components) == wanted["nominations_by_component"]
    assert sorted(sorted(map(int, part.reviewers)) for part in found.components) == sorted(
        wanted["reviewers_by_component"]
    )
    assert found.order is None
    assert all(row.adjusted is row.p_place is row.raw_rank is None for row in found.standings)
    with pytest.raises(BadRatings, match="3 groups"):
        card(gather(reviews_of("C15_disconnected_juries")), found)
    recorded = standings(gather(reviews_of("C15_disconnected_juries")), places=4, assume_comparable=True)
    assert recorded.order is not None
    assert all(row.p_place is not None for row in recorded.standings)


ratios = st.floats(0.05, 4)


@settings(max_examples=80)
@given(ratings=tables(), t_cand=ratios, t_rev=ratios)
def test_the_solution_equals_the_dense_equations(ratings, t_cand, t_rev):
    layout = model.Layout(ratings)
    point = layout.at(t_rev, t_cand) if layout.swapped else layout.at(t_cand, t_rev)
    reml, effects, cov, hat, s2 = dense(ratings, t_cand, t_rev)
    i, j = len(ratings.candidacies), len(ratings.reviewers)
    assert point.reml == pytest.approx(reml, rel=1e-8)
    assert point.s2 == pytest.approx(s2, rel=1e-7)
    a, b = (point.effect_b, point.effect_a) if layout.swapped else (point.effect_a, point.effect_b)
    assert a == pytest.approx(effects[:i], abs=1e-8)
    assert b == pytest.approx(effects[i : i + j], abs=1e-8)
    outer, inner = point.variances
    a_v, b_v = (inner, outer) if layout.swapped else (outer, inner)
    assert a_v == pytest.approx(np.diag(cov)[:i], rel=1e-8)
    assert b_v == pytest.approx(np.diag(cov)[i : i + j], rel=1e-8)
    assert point.leverage == pytest.approx(hat, rel=1e-8)


@settings(max_examples=40)
@given(ratings=tables(), theta=st.tuples(st.floats(-1.5, 1), st.floats(-1.5, 1)))
def test_the_slopes_are_the_derivatives(ratings, theta):
    layout = model.Layout(ratings)

    def reml(a, b):
        return layout.at(math.exp(a), math.exp(b)).reml

    here = layout.at(math.exp(theta[0]), math.exp(theta[1]))
    step = 1e-5
    numeric = (
        (reml(theta[0] + step, theta[1]) - reml(theta[0] - step, theta[1])) / (2 * step),
        (reml(theta[0], theta[1] + step) - reml(theta[0], theta[1] - step)) / (2 * step),
    )
    assert here.slopes(here.s2) == pytest.approx(numeric, abs=1e-4)


@settings(max_examples=20)
@given(ratings=tables())
def test_no_ratio_of_sds_is_better_than_the_one_found(ratings):
    layout = model.Layout(ratings)
    assume(ratings.reads.max() > 1 and ratings.loads.max() > 1)
    best = model.fit(layout)
    for a in (0.0, 0.1, 0.3, 0.6, 1.0, 2.0, 5.0):
        for b in (0.0, 0.1, 0.3, 0.6, 1.0, 2.0, 5.0):
            assert best.reml <= layout.at(a, b).reml + 1e-6


@settings(max_examples=12)
@given(order=st.randoms(use_true_random=False), seed=st.integers(0, 5))
def test_the_order_of_reviews_changes_nothing(order, seed):
    reviews, _, _ = simulated(seed, candidacies=15, reviewers=6, reads=3)
    mixed = order.sample(reviews, len(reviews))
    assert standings(gather(mixed), places=3, draws=200) == standings(gather(reviews), places=3, draws=200)


@settings(max_examples=12)
@given(shift=st.integers(-3, 3), who=st.integers(0, 3), seed=st.integers(0, 5))
def test_a_stricter_reviewer_of_everybody_does_not_change_the_adjusted_order(shift, who, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 7, (10, 4)).astype(float)

    def order(table):
        reviews = [(f"c{i}", f"r{j}", table[i, j]) for i in range(10) for j in range(4)]
        return [row.adjusted_rank for row in standings(gather(reviews), places=3, draws=10).standings]

    shifted = scores.copy()
    shifted[:, who] += shift
    assert order(shifted) == order(scores)


def test_a_stricter_reviewer_of_some_hardly_moves_the_adjusted_scores():
    reviews, _, _ = simulated(4, candidacies=60, reviewers=10, reads=3)
    moved = [(c, r, y - 2 if r == "r04" else y) for c, r, y in reviews]

    def away(kind):
        before, after = (standings(gather(rows), places=6, draws=10) for rows in (reviews, moved))
        change = np.array(
            [getattr(b, kind) - getattr(a, kind) for a, b in zip(before.standings, after.standings, strict=True)]
        )
        return float(np.std(change))

    assert away("adjusted") < 0.15 * away("raw")


def test_chances_and_expected_ranks_are_those_of_the_exact_posterior():
    reviews, _, _ = simulated(2, candidacies=12, reviewers=5, reads=3)
    found = standings(gather(reviews), places=4, draws=20_000, plug_in=True, seed=3)
    ratings = gather(reviews)
    fit = model.fit(model.Layout(ratings))
    _, effects, cov, _, s2 = dense(ratings, fit.point.ta, fit.point.tb)
    mean, cov = effects[:12], s2 * cov[:12, :12]
    for i, row in enumerate(found.standings):
        others = [k for k in range(12) if k != i]
        spread = np.sqrt(cov[i, i] + np.diag(cov)[others] - 2 * cov[i, others])
        exact = 1 + float(np.sum(special.ndtr((mean[others] - mean[i]) / spread)))
        assert row.expected_rank == pytest.approx(exact, abs=0.06)
    rng = np.random.default_rng(0)
    sample = rng.multivariate_normal(mean, cov, size=40_000)
    top = np.mean(np.argsort(np.argsort(-sample, axis=1), axis=1) < 4, axis=0)
    assert [row.p_place for row in found.standings] == pytest.approx(top, abs=0.02)
    assert sum(row.p_place for row in found.standings) == pytest.approx(4)


def test_draws_through_either_factor_agree():
    """With more reviewers than candidacies the equations swap roles; the posterior is the same."""
    reviews, _, _ = simulated(6, candidacies=10, reviewers=14, reads=6)
    ratings = gather(reviews)
    layout = model.Layout(ratings)
    assert layout.swapped
    fit = model.fit(layout)
    _, effects, cov, _, s2 = dense(ratings, fit.point.tb, fit.point.ta)
    part = chances.Part(fit.point, s2, 20_000)
    sample = np.concatenate(list(chances.draws(part, chances.Stream(1, "test"))))
    assert sample.mean(axis=0) == pytest.approx(effects[:10], abs=0.02)
    assert np.cov(sample.T) == pytest.approx(s2 * cov[:10, :10], abs=0.02)


def test_the_same_seed_gives_the_same_chances_and_another_nearly_the_same():
    ratings = gather(simulated(1, candidacies=30, reviewers=8, reads=3)[0])
    one, same, other = (standings(ratings, places=5, seed=s) for s in (1, 1, 2))
    assert one == same
    difference = [abs(a.p_place - b.p_place) for a, b in zip(one.standings, other.standings, strict=True)]
    assert 0 < max(difference) < 0.05


def test_quantiles_of_the_normal_distribution_are_exact():
    p = np.concatenate([np.linspace(0.001, 0.999, 999), 10.0 ** -np.arange(3, 17), 1 - 10.0 ** -np.arange(3, 12)])
    assert chances.inverse_normal(p) == pytest.approx(special.ndtri(p), rel=1e-14, abs=1e-15)


def test_the_stream_of_numbers_never_changes():
    stream = chances.Stream(42, "chances")
    assert stream.uniform(3).tolist() == [0.00397470877329037, 0.5863089598647448, 0.013638978968162185]
    assert abs(float(chances.Stream(1, "x").normal(100_000).std()) - 1) < 0.01


def test_the_grid_integrates_what_brute_force_integrates():
    ratings = gather(simulated(3, candidacies=20, reviewers=6, reads=3)[0])
    layout = model.Layout(ratings)
    fit = model.fit(layout)
    target = grid._Target(layout, 1.0)
    line = np.linspace(-4.5, 1.0, 26)
    points = np.array(np.meshgrid(line, line, line[10:22], indexing="ij")).reshape(3, -1).T
    height = np.array([target.value(p) for p in points])
    weight = np.exp(-(height - height.min()) / 2)
    weight /= weight.sum()
    wanted = weight @ np.exp(points)
    nodes = grid.nodes(layout, fit, scale=1.0)
    assert sum(node.share for node in nodes) == pytest.approx(1)
    mine = sum(node.share * math.sqrt(node.s2) * np.array([node.ta, node.tb, 1]) for node in nodes)
    assert mine == pytest.approx(wanted, rel=0.06)


def test_the_grid_never_takes_an_sd_for_certain_and_widens_intervals():
    reviews, _, _ = simulated(5, candidacies=20, reviewers=6, reads=3, severity=0.0)
    plain, whole = (standings(gather(reviews), places=4, plug_in=flag, draws=500) for flag in (True, False))
    assert (plain.method, whole.method) == ("plug-in", "grid")
    assert whole.sd_reviewer > 0
    assert np.mean([r.high - r.low for r in whole.standings]) > np.mean([r.high - r.low for r in plain.standings])


def test_intervals_cover_what_they_promise():
    inside = []
    for seed in range(25):
        reviews, quality, _ = simulated(seed, candidacies=20, reviewers=6, reads=3)
        found = standings(gather(reviews), places=4, draws=10)
        inside += [row.low <= found.mu + q <= row.high for row, q in zip(found.standings, quality, strict=True)]
    assert 0.84 < np.mean(inside) < 0.96


def stratified(seed, *, home):
    """Return reviews of three regions of unequal quality by reviewers who mostly read at home, and the true levels."""
    rng = np.random.default_rng(seed)
    region = np.arange(90) % 3
    level = rng.normal(0, 0.5, 90) + np.array([-0.5, 0, 0.5])[region]
    lenient = rng.normal(0, 0.4, 15)
    rows = []
    for i in range(90):
        chosen = set()
        while len(chosen) < 3:
            near = rng.random() < home
            pool = [j for j in range(15) if (j % 3 == region[i]) == near and j not in chosen]
            chosen.add(int(rng.choice(pool)))
        rows += [
            (f"c{i:02}", f"r{j:02}", float(3 + level[i] + lenient[j] + 0.5 * rng.standard_normal())) for j in chosen
        ]
    return rows, {f"c{i:02}": f"region {region[i]}" for i in range(90)}, level


def test_strata_keep_a_strong_region_from_being_taken_for_kind_reviewers():
    plain, declared = [], []
    for seed in range(4):
        rows, strata, level = stratified(seed, home=0.95)
        best = {f"c{i:02}" for i in np.argsort(-level)[:9]}
        for found, into in ((gather(rows), plain), (gather(rows, strata=strata), declared)):
            result = standings(found, places=9, plug_in=True, draws=50)
            into.append(len({r.candidacy for r in result.standings if r.adjusted_rank <= 9} & best))
    assert sum(declared) > sum(plain)


def test_with_strata_quality_and_its_error_are_those_of_the_draws():
    rows, strata, _ = stratified(1, home=0.9)
    layout = model.Layout(gather(rows, strata=strata))
    fit = model.fit(layout)
    quality, pev, _, _ = of_point(fit.point, fit.point.s2)
    sample = np.concatenate(list(chances.draws(chances.Part(fit.point, fit.point.s2, 20_000), chances.Stream(1, "t"))))
    assert sample.mean(axis=0) == pytest.approx(quality, abs=0.02)
    assert sample.var(axis=0) == pytest.approx(pev, rel=0.06)


def test_equal_reviewers_are_found_to_be_equal():
    reviews, _, _ = simulated(9, candidacies=40, reviewers=8, reads=3, severity=0.0)
    fit = model.fit(model.Layout(gather(reviews)))
    found = standings(gather(reviews), places=5, plug_in=True, draws=10)
    assert found.judgement.verdict is Verdict.NO_EVIDENCE
    assert found.order == "raw"
    if fit.sd_reviewer == 0:
        assert [row.adjusted for row in found.standings] == pytest.approx([row.raw for row in found.standings])


def test_opposite_reviewers_give_a_boundary_and_no_error():
    # Negative correlation within both factors: both SDs are estimated as exactly 0.
    table = np.array([[1, 5, 1, 5], [5, 1, 5, 1], [1, 5, 1, 5], [5, 1, 5, 1]], dtype=float)
    reviews = [(f"c{i}", f"r{j}", table[i, j]) for i in range(4) for j in range(4)]
    found = standings(gather(reviews), places=1, plug_in=True, draws=400)
    assert (found.sd_candidacy, found.sd_reviewer) == (0.0, 0.0)
    assert [row.p_place for row in found.standings] == pytest.approx([0.25] * 4, abs=0.1)


def reviews_in(table: dict[str, dict[str, float]]):
    return [(c, r, float(y)) for c, row in table.items() for r, y in row.items()]


@pytest.mark.parametrize(("reviews", "verdict"), [
    (reviews_in({"a": {"P": 1, "Q": 2}, "b": {"R": 3, "S": 1}}), Verdict.NOT_LINKED),
    (reviews_in({"a": {"P": 1, "Q": 2}, "b": {"P": 3, "Q": 1}, "c": {"P": 2, "Q": 5}}), Verdict.NOT_ENOUGH_DATA),
    (reviews_in({"a": {"P": 3}}), Verdict.NOT_ENOUGH_DATA),
    (reviews_in({f"c{i}": {"P": i} for i in range(9)}), Verdict.NOT_ENOUGH_DATA),
    (reviews_in({f"c{i}": dict.fromkeys("PQRS", 4) for i in range(9)}), Verdict.NOT_ENOUGH_DATA),
    (reviews_in({f"c{i}": {"P": i, "Q": i + 1, "R": i, "S": 7 - i} for i in range(7)}), Verdict.COMPLETE),
    (simulated(9, candidacies=40, reviewers=8, reads=3, severity=0.0)[0], Verdict.NO_EVIDENCE),
    (simulated(8, candidacies=40, reviewers=8, reads=3)[0], Verdict.ADJUST),
])  # fmt: skip
def test_a_verdict_says_whether_to_adjust(reviews, verdict):
    found = standings(gather(reviews), places=1, draws=50)
    assert found.judgement.verdict is verdict
    assert str(found.judgement)
    assert found.order == {True: "adjusted", False: "raw"}[verdict.adjusts] or not verdict.ranks


def test_loosely_linked_reviewers_are_noise_and_undeclared_strata_a_refusal():
    # A chain: each reviewer shares one candidacy with the next, and large severities.
    reviews = []
    for j in range(8):
        reviews += [(f"c{j}-{n}", f"r{j}", 3 + 2 * (-1) ** j + 0.1 * n) for n in range(6)]
        reviews.append((f"c{j}-0", f"r{(j + 1) % 8}", 3 - 2 * (-1) ** j + 0.05 * j))
    found = standings(gather(reviews), places=3, draws=50)
    assert found.spread.vbar > 1
    assert found.judgement.verdict in {Verdict.NOISY, Verdict.NO_EVIDENCE}
    assert found.holding
    fine = gather(simulated(8, candidacies=40, reviewers=8, reads=3)[0])
    refused = standings(fine, places=3, assigned_by_stratum=True)
    assert refused.judgement.verdict is Verdict.STRATUM_UNDECLARED
    assert refused.order is None


def test_the_band_of_ties_is_between_the_chances():
    found = standings(gather(simulated(9, candidacies=50, reviewers=10, reads=3)[0]), places=10)
    for row in found.standings:
        assert row.band is (Band.ABOVE if row.p_place >= 0.75 else Band.TIED if row.p_place > 0.25 else Band.BELOW)
        assert row.rank_low <= row.rank_high
    assert found.tie_band == tuple(
        r.candidacy for r in sorted(found.standings, key=lambda r: (-r.p_place, r.candidacy)) if r.band is Band.TIED
    )
    assert all(0.1 < p < 0.9 for _, _, p in found.pairs)
    everyone = standings(gather(simulated(9, candidacies=5, reviewers=5, reads=3)[0]), places=9, draws=10)
    assert {row.band for row in everyone.standings} == {Band.ABOVE}


def test_exact_ties_share_a_rank_and_are_marked_at_the_cut():
    assert ranking(np.array([3.0, 5, 3.0000000001, 1])) == [2, 1, 2, 4]
    table = {f"c{i}": dict.fromkeys("PQRS", y) | {"P": y + 0.5} for i, y in enumerate([5, 3, 3, 1, 2])}
    found = standings(gather(reviews_in(table)), places=2, draws=200)
    rows = {row.candidacy: row for row in found.standings}
    assert rows["c1"].raw_rank == rows["c2"].raw_rank == 2
    assert rows["c1"].close
    assert rows["c2"].close
    assert not rows["c0"].close


def test_the_correlations_of_residuals_are_those_of_the_dense_hat_matrix():
    for reads, reviewers in ((3, 6), (5, 12)):
        ratings = gather(simulated(3, candidacies=9, reviewers=reviewers, reads=reads)[0])
        layout = model.Layout(ratings)
        point = layout.at(0.9, 0.6)
        n, i, j = len(ratings.score), 9, reviewers
        z = np.zeros((n, i + j + 1))
        z[np.arange(n), ratings.cand] = 0.6 if layout.swapped else 0.9
        z[np.arange(n), i + ratings.rev] = 0.9 if layout.swapped else 0.6
        z[:, -1] = 1
        left = np.eye(n) - z @ np.linalg.inv(z.T @ z + np.diag(np.r_[np.ones(i + j), 0])) @ z.T
        sd = np.sqrt(np.diag(left))
        corr = left / np.outer(sd, sd)
        wanted = [
            2 / np.sum(ratings.rev == r) ** 2 * np.sum(corr[np.ix_(ratings.rev == r, ratings.rev == r)] ** 2)
            for r in range(reviewers)
        ]
        assert _outfit_variance(ratings, point) == pytest.approx(wanted)


def odd_reviews(kind, seed=1):
    """Return reviews by criterion of 80 candidacies by 8 reviewers, 30 each, of whom r03 is odd."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(0, 0.6, 80)
    pool = np.tile(np.arange(8), 40)
    rows, criteria = [], []
    for i in range(80):
        for j in pool[3 * i : 3 * i + 3]:
            own = 3 + quality[i] + rng.normal(0, 0.4) + rng.normal(0, 0.5, 4)
            if j == 3 and kind == "erratic":
                own = rng.uniform(1, 5) + rng.normal(0, 0.5, 4)
            if j == 3 and kind == "central":
                own = 3 + rng.normal(0, 0.15) + rng.normal(0, 0.1, 4)
            if j == 3 and kind == "halo":
                own = np.full(4, own.mean())
            if j == 3 and kind == "severe":
                own = own - 1.3
            rows.append((f"c{i}", f"r{j:02}", 0.0))
            criteria.append(own)
    return gather(rows, criteria=np.array(criteria), weights={"a": 1, "b": 1, "c": 1, "d": 1})


@pytest.mark.parametrize("kind", ["erratic", "central", "halo", "severe", None])
def test_an_odd_reviewer_stands_out_and_nobody_else(kind):
    found = standings(odd_reviews(kind), places=8, draws=10, scale=4)
    flags = {person.reviewer: person.flags for person in found.reviewers if person.flags}
    if kind is None:
        assert flags == {}
    else:
        assert kind in flags.pop("r03")
        assert flags == {}
    if kind == "halo":
        assert next(p for p in found.reviewers if p.reviewer == "r03").flat == 1


def test_a_few_reviews_are_never_flagged():
    reviews, _, _ = simulated(1, candidacies=12, reviewers=6, reads=3, severity=2.0)
    assert not any(person.flags for person in standings(gather(reviews), places=3, draws=10, scale=4).reviewers)


def test_the_robustness_card_finds_who_hangs_on_one_reviewer_or_criterion():
    ratings = odd_reviews("severe", seed=4)
    found = standings(ratings, places=8, draws=10)
    result = card(ratings, found)
    kinds = [change.kind for change in result.changes]
    assert (kinds.count("reviewer"), kinds.count("criterion"), kinds.count("method")) == (8, 4, 1)
    assert kinds.count("weight up") == kinds.count("weight down") == 4
    assert result.tried == 21
    for change in result.changes:
        if change.kind == "reviewer":
            keep = [(c, r, 0.0) for c, r in _pairs(ratings) if r != change.name]
            again = gather(
                keep,
                criteria=ratings.criteria[[r != change.name for _, r in _pairs(ratings)]],
                weights=dict(zip("abcd", ratings.weights, strict=True)),
            )
            assert set(change.unread) == set(ratings.candidacies) - set(again.candidacies)
    assert result.firm == (not any(change.matters for change in result.changes))
    placed = {r.candidacy for r in found.standings if r.adjusted_rank <= 8}
    for change in result.changes:
        assert not set(change.enters) & placed
        assert set(change.leaves) <= placed


def _pairs(ratings):
    return [(ratings.candidacies[c], ratings.reviewers[r]) for c, r in zip(ratings.cand, ratings.rev, strict=True)]


def test_raw_standings_are_varied_as_raw_means():
    table = {f"c{i}": {"P": i, "Q": i + 1, "R": 9 - i if i == 4 else i, "S": i} for i in range(5)}
    ratings = gather(reviews_in(table))
    found = standings(ratings, places=1, draws=10)
    assert found.order == "raw"
    changed = {change.name: change for change in card(ratings, found).changes if change.matters}
    wanted = {}
    for gone in "PQRS":
        means = {c: np.mean([y for r, y in row.items() if r != gone]) for c, row in table.items()}
        best = {c for c in means if means[c] == max(means.values())}
        base = {r.candidacy for r in found.standings if r.raw_rank == 1}
        if best != base:
            wanted[gone] = (tuple(sorted(best - base)), tuple(sorted(base - best)))
    assert {name: (c.enters, c.leaves) for name, c in changed.items()} == wanted


def test_a_criterion_that_does_not_apply_leaves_the_sum():
    ratings = gather(
        [("a", "P", 0.0), ("a", "Q", 0.0)],
        criteria=np.array([[4.0, np.nan, 1.0], [2.0, 5.0, 3.0]]),
        weights={"x": 2, "y": 1, "z": 1},
    )
    assert ratings.score.tolist() == [3.0, 3.0]


@pytest.mark.parametrize(("make", "said"), [
    (lambda: gather([]), "no reviews"),
    (lambda: gather([("a", "P", 1.0), ("a", "P", 2.0)]), "P scored a twice"),
    (lambda: gather([("a", "P", math.nan)]), "a by P is not a number: nan"),
    (lambda: gather([("a", "P", math.inf)]), "not a number: inf"),
    (lambda: gather([("a", "P", 1.0)], strata={}), "a has no stratum"),
    (lambda: gather([("a", "P", 1.0)], criteria=np.array([[np.nan]]), weights={"x": 1}), "no score on any criterion"),
    (lambda: gather([("a", "P", 1.0)], criteria=np.array([[1.0]]), weights={"x": -1}), "Weights must be"),
    (lambda: standings(gather([("a", "P", 1.0)]), places=0), "at least one place"),
    (lambda: standings(gather([("a", "P", 1.0)]), places=1, draws=0), "above 0"),
    (lambda: standings(gather([("a", "P", 1.0)]), places=1, alpha=0.6), "alpha"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_sentence(make, said):
    with pytest.raises(BadRatings, match=said):
        make()
