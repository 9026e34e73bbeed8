from __future__ import annotations

import pytest

from assessment.reports.item_statistics import (
    FEWEST,
    correlation_of,
    item_statistics,
    mean_of,
    share_of,
    student,
)
from assessment.selectors.item_results import ItemResult

HALVES = [0.0, 1.0] * 5


def result(score, *, rest=None, language="en", points=None, verdict=""):
    return ItemResult(
        score=score, rest=rest, language=language, points=points or {}, verdict=verdict
    )


@pytest.mark.parametrize(
    ("freedom", "tabulated"), [(9, 2.2622), (14, 2.1448), (19, 2.0930), (29, 2.0452)]
)
def test_t_is_as_tabulated(freedom, tabulated):
    assert student(freedom) == pytest.approx(tabulated, abs=0.001)


def test_a_mean_comes_with_its_interval():
    # s = sqrt(10 * 0.25 / 9) = 0.52705; 2.2622 * s / sqrt(10) = 0.3770
    mean = mean_of(HALVES)

    assert mean is not None
    assert (mean.value, mean.count) == (0.5, 10)
    assert mean.low == pytest.approx(0.1230, abs=5e-4)
    assert mean.high == pytest.approx(0.8770, abs=5e-4)


def test_a_mean_never_leaves_the_range_of_marks():
    mean = mean_of([1.0] * 9 + [0.5])

    assert mean is not None
    assert mean.high == 1.0


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (39, 100, 0.3000, 0.4880),
    ],
)
def test_a_share_has_wilsons_interval(hits, count, low, high):
    share = share_of(hits, count)

    assert share is not None
    assert share.value == hits / count
    assert share.low == pytest.approx(low, abs=5e-4)
    assert share.high == pytest.approx(high, abs=5e-4)


def test_a_correlation_has_fishers_interval():
    # Two by two: 3 * 3 - 2 * 2 over 5 * 5; atanh(0.2) +- 1.96 / sqrt(7)
    pairs = [(0.0, 0.0)] * 3 + [(0.0, 1.0)] * 2 + [(1.0, 1.0)] * 3 + [(1.0, 0.0)] * 2
    found = correlation_of(pairs)

    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(-0.4915, abs=5e-4)
    assert found.high == pytest.approx(0.7368, abs=5e-4)


def test_a_perfect_correlation_is_one_in_either_direction():
    up = [(n / 10, n / 20) for n in range(10)]
    down = [(n / 10, 1 - n / 20) for n in range(10)]

    assert correlation_of(up).value == pytest.approx(1.0)
    assert correlation_of(down).high == pytest.approx(-1.0)


def test_where_nothing_varies_nothing_varies_together():
    assert correlation_of([(0.3, n / 10) for n in range(10)]) is None
    assert correlation_of([(n / 10, 0.3) for n in range(10)]) is None


def test_below_the_fewest_nothing_is_said():
    numbers = item_statistics([result(1.0)] * (FEWEST - 1), ["a"])

    assert numbers.count == FEWEST - 1
    assert numbers.mean is None
    assert numbers.half is None
    assert numbers.points == ()
    assert numbers.languages == ()


def test_marks_points_and_languages_are_counted():
    results = [
        result(
            score,
            rest=score / 2,
            language="zh" if place < 3 else "en",
            points={"a": score, **({"late": 1.0} if place < 4 else {})},
        )
        for place, score in enumerate([*HALVES, 0.5, 0.49])
    ]

    numbers = item_statistics(results, ["a", "late", "unknown"])

    assert numbers.mean is not None
    assert numbers.mean.value == pytest.approx((5 + 0.99) / 12)
    assert numbers.half is not None
    assert numbers.half.value == pytest.approx(6 / 12)
    first, late, unknown = numbers.points
    assert first.rate is not None
    assert first.rate.value == pytest.approx(6 / 12)
    assert (late.count, late.rate) == (4, None)
    assert (unknown.count, unknown.rate) == (0, None)
    english, chinese = numbers.languages
    assert (english.language, english.count) == ("en", 9)
    assert (chinese.count, chinese.mean) == (3, None)
    assert numbers.discrimination is not None
    assert numbers.discrimination.value == pytest.approx(1.0)


def test_a_sitting_of_one_question_says_nothing_about_telling_apart():
    results = [result(n / 20) for n in range(12)]
    results += [result(0.5, rest=0.4)] * 3

    numbers = item_statistics(results)

    assert numbers.with_rest == 3
    assert numbers.discrimination is None


def test_outcomes_of_code_are_counted_the_most_first():
    results = [result(0.0, verdict="crashed")] * 3 + [result(0.5, verdict="faster")] * 9

    numbers = item_statistics(results)

    assert list((numbers.verdicts or {}).items()) == [("faster", 9), ("crashed", 3)]
