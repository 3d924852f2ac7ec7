"""Plans over many pairs: a few are tried, and the optimum is that of all."""

from __future__ import annotations

import numpy as np
import pytest

from portal.review.rules.assignment import flow, large


def facts(seed, *, candidacies=160, reviewers=24, density=0.7):
    rng = np.random.default_rng(seed)
    affinity = rng.normal(size=(candidacies, 3)) @ rng.normal(size=(reviewers, 3)).T
    cost = np.round(1e4 * (3 - affinity) + rng.integers(0, 50, affinity.shape)).astype(np.int32)
    cost[rng.random(cost.shape) > density] = large.NEVER
    average = candidacies * 3 // reviewers
    return {
        "cost": cost,
        "demand": np.full(candidacies, 3),
        "low": np.full(reviewers, average - 3),
        "high": np.full(reviewers, average + 2),
    }


def whole(given, group=None):
    """Return what the flow over all pairs costs in all."""
    cost = given["cost"]
    cand, rev = np.nonzero(cost != large.NEVER)
    found = large.solve(**given, group=group, per_candidacy=1)
    problem = flow.Problem(
        demand=given["demand"],
        low=given["low"],
        high=given["high"],
        cand=cand,
        rev=rev,
        cost=cost[cand, rev].astype(np.int64),
        group_of_reviewer=np.full(cost.shape[1], -1) if group is None else group,
        school_of_candidacy=np.full(cost.shape[0], -1),
        per_candidacy=0 if group is None else 1,
        weights=found.weights,
    )
    return flow.value(problem, flow.solve(problem))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("keep", [1, 8, 24])
@pytest.mark.parametrize("grouped", [False, True])
def test_few_pairs_find_the_optimum_of_all(seed, keep, grouped):
    given = facts(seed)
    group = np.arange(24) % 7 if grouped else None
    found = large.solve(**given, group=group, per_candidacy=1 if grouped else 0, keep=keep)
    assert found.value == found.bound == whole(given, group)
    load = np.bincount(found.rev, minlength=24)
    assert (load <= given["high"]).all()
    assert found.arcs <= found.pairs
    assert np.bincount(found.cand, minlength=160).tolist() == (given["demand"] - found.unfilled).tolist()
    if grouped:
        pairs = set(zip(found.cand.tolist(), group[found.rev].tolist(), strict=True))
        assert len(pairs) == len(found.cand)


def test_too_few_reviewers_leave_slots_empty_at_the_least_cost():
    given = facts(5)
    given["high"] = np.full(24, 10)
    given["low"] = np.full(24, 2)
    found = large.solve(**given, keep=3)
    assert int(found.unfilled.sum()) == 160 * 3 - 240
    assert found.value == found.bound == whole(given)


def test_a_matrix_with_nothing_eligible_is_no_error():
    given = facts(1)
    given["cost"] = np.full((5, 24), large.NEVER)
    given["demand"] = np.full(5, 2)
    found = large.solve(**given)
    assert len(found.cand) == 0
    assert int(found.unfilled.sum()) == 10
    assert found.value == found.bound
