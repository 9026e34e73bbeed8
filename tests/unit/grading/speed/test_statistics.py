from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from grading.speed.judgement import QUICK_PAIRS
from grading.speed.statistics import (
    Interval,
    credited,
    rank,
    score,
    speedup_interval,
)


def test_the_rank_is_that_of_the_signed_rank_table():
    # two-sided 1 %: critical sums 0, 3, 37 and 373 at n = 8, 10, 20 and 50
    assert [rank(n) for n in (7, 8, 10, 20, 50)] == [0, 1, 4, 38, 374]


@pytest.mark.parametrize("observations", [8, 11, 14])
def test_no_larger_rank_would_keep_99_of_100(observations):
    ranks = range(1, observations + 1)
    sums = [
        sum(chosen)
        for size in range(observations + 1)
        for chosen in combinations(ranks, size)
    ]
    k = rank(observations)

    assert 2 * sum(one < k for one in sums) / len(sums) <= 0.01
    assert 2 * sum(one <= k for one in sums) / len(sums) > 0.01


def test_too_few_pairs_give_no_interval():
    assert speedup_interval([1.0] * 7, [1.0] * 7) is None


def test_a_process_is_one_observation_however_many_pairs_it_ran():
    baseline = [1.3] * 60 + [1.0] * 14
    processes = [1] * 60 + list(range(2, 9)) * 2
    candidate = [1.0] * 74

    apart = speedup_interval(baseline, candidate, processes)
    assert apart.middle == 1.0
    assert (apart.low, apart.high) == (1.0, pytest.approx(1.3))
    assert speedup_interval(baseline, candidate).low > 1.1
    assert speedup_interval(baseline[:60], candidate[:60], processes[:60]) is None


def test_luck_that_a_process_keeps_is_covered_as_promised():
    generator = np.random.default_rng(11)
    processes = np.repeat(np.arange(9), 12)
    over_processes = over_pairs = 0
    for _ in range(400):
        luck = generator.normal(0, 0.04, size=9)[processes]
        ratios = list(np.exp(luck + generator.normal(0, 0.02, size=len(processes))))
        ones = [1.0] * len(ratios)
        interval = speedup_interval(ratios, ones, list(processes))
        over_processes += interval.low <= 1.0 <= interval.high
        naive = speedup_interval(ratios, ones)
        over_pairs += naive.low <= 1.0 <= naive.high

    assert over_processes / 400 >= 0.98
    assert over_pairs / 400 < 0.9


def test_twice_as_fast_is_two():
    interval = speedup_interval([2.0] * 8, [1.0] * 8)

    assert interval == Interval(middle=2.0, low=2.0, high=2.0)


def test_skewed_noise_is_covered_as_promised():
    generator = np.random.default_rng(5)
    true, inside, runs = 1.5, 0, 400
    for _ in range(runs):
        noise = generator.exponential(0.3, size=(2, 25))  # starvation only adds
        interval = speedup_interval(
            list(1.5 * (1 + noise[0])), list(1.0 * (1 + noise[1]))
        )
        inside += interval.low <= true <= interval.high

    assert inside / runs >= 0.98


def test_one_wild_pair_moves_nothing():
    calm = speedup_interval([1.5] * 20, [1.0] * 20)
    wild = speedup_interval([1.5] * 19 + [1e6], [1.0] * 20)

    assert wild.low == calm.low
    assert wild.middle == calm.middle


def test_one_disturbed_call_moves_no_end_of_a_quick_runs_interval():
    calm = [1.5, 1.51, 1.49, 1.52] * (QUICK_PAIRS // 4)
    disturbed = [0.2, *calm[1:]]
    ones = [1.0] * QUICK_PAIRS

    found = speedup_interval(disturbed, ones)

    assert found.low == pytest.approx(speedup_interval(calm, ones).low, rel=0.01)
    assert speedup_interval(disturbed[:8], ones[:8]).low < 1.0


@pytest.mark.parametrize(
    ("low", "credit"), [(0.9, 1.0), (1.02, 1.0), (1.021, 1.021), (3.0, 3.0)]
)
def test_only_what_is_certain_is_credited(low, credit):
    assert credited(Interval(middle=5.0, low=low, high=9.0)) == credit


def test_the_score_is_logarithmic_and_bounded():
    assert score(1.0, 4.0) == 0.0
    assert score(2.0, 4.0) == pytest.approx(0.5)
    assert score(4.0, 4.0) == 1.0
    assert score(400.0, 4.0) == 1.0
