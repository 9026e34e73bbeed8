"""What many answers say about one question: plain arithmetic with its intervals.

Every number is of one organisation's marked answers and comes with how many there
were. Below `FEWEST` answers there is none: a handful says nothing about a question
and much about the few people who gave them. Intervals hold with 95 %.

Source: Wilson 1927 (shares); Fisher 1921 (correlation); Student's t with the
expansion of Abramowitz and Stegun 26.7.5 (mean).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from statistics import correlation, fmean, stdev
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assessment.selectors.item_results import ItemResult

FEWEST: Final = 10  # answers from which numbers are shown
HALF: Final = 0.5  # the mark, and the credit of a point, from which it counts as had
Z: Final = 1.959964  # two-sided 95 % of a normal distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95 % interval and how many values it is of."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRate:
    """How often one key point earned at least half of its credit."""

    point: str  # the key point's id
    count: int  # grades that looked for it
    rate: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLine:
    """The answers in one language."""

    language: str
    count: int
    mean: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatistics:
    """What is known of a question; None where there are too few answers to say."""

    count: int
    mean: Estimate | None = None
    deviation: float | None = None  # standard, of the marks
    half: Estimate | None = None  # share of marks from `HALF` on
    points: tuple[PointRate, ...] = ()
    languages: tuple[LanguageLine, ...] = ()
    verdicts: Mapping[str, int] | None = None  # of measured code, the most first
    with_rest: int = 0  # answers whose sitting has other questions
    discrimination: Estimate | None = None  # correlation with the rest of the sitting


def item_statistics(
    results: Sequence[ItemResult], points: Iterable[str] = ()
) -> ItemStatistics:
    """Return the statistics of a question from its marked answers.

    `points`: the key points' ids, in the rubric's order; a grade that does not know
    one, because it is of an older version, is not counted for it.
    """
    count = len(results)
    if count < FEWEST:
        return ItemStatistics(count=count)
    scores = [result.score for result in results]
    paired = [(result.score, result.rest) for result in results]
    rests = [(score, rest) for score, rest in paired if rest is not None]
    return ItemStatistics(
        count=count,
        mean=mean_of(scores),
        deviation=stdev(scores),
        half=share_of(sum(score >= HALF for score in scores), count),
        points=tuple(_point_rate(point, results) for point in points),
        languages=_languages(results),
        verdicts=dict(
            Counter(
                result.verdict for result in results if result.verdict
            ).most_common()
        ),
        with_rest=len(rests),
        discrimination=correlation_of(rests),
    )


def mean_of(values: Sequence[float]) -> Estimate | None:
    """Return the mean of values in [0, 1]; None below `FEWEST` of them."""
    count = len(values)
    if count < FEWEST:
        return None
    mean = fmean(values)
    margin = student(count - 1) * stdev(values) / math.sqrt(count)
    return Estimate(
        value=mean,
        low=max(0.0, mean - margin),
        high=min(1.0, mean + margin),
        count=count,
    )


def share_of(hits: int, count: int) -> Estimate | None:
    """Return `hits / count` with Wilson's interval; None below `FEWEST`."""
    if count < FEWEST:
        return None
    share = hits / count
    spread = 1 + Z**2 / count
    middle = (share + Z**2 / (2 * count)) / spread
    margin = (
        Z / spread * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count * count))
    )
    return Estimate(
        value=share,
        low=max(0.0, middle - margin),
        high=min(1.0, middle + margin),
        count=count,
    )


def correlation_of(pairs: Sequence[tuple[float, float]]) -> Estimate | None:
    """Return Pearson's r of the pairs with Fisher's interval.

    None below `FEWEST` pairs, and when all values of one side are the same: then
    nothing varies together.
    """
    count = len(pairs)
    if count < FEWEST:
        return None
    first, second = zip(*pairs, strict=True)
    if _constant(first) or _constant(second):
        return None
    # Rounding can leave the range, and a perfect r has no finite transform.
    value = min(max(correlation(first, second), -1.0), 1.0)
    if abs(value) > 1 - 1e-12:
        return Estimate(value=value, low=value, high=value, count=count)
    middle, margin = math.atanh(value), Z / math.sqrt(count - 3)
    return Estimate(
        value=value,
        low=math.tanh(middle - margin),
        high=math.tanh(middle + margin),
        count=count,
    )


def student(freedom: int) -> float:
    """Return the two-sided 95 % point of Student's t, within 0.001 from 9 on."""
    z = Z
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _constant(values: Sequence[float]) -> bool:
    return max(values) - min(values) < 1e-9  # noqa: PLR2004  # marks differ by more


def _point_rate(point: str, results: Sequence[ItemResult]) -> PointRate:
    earned = [result.points[point] for result in results if point in result.points]
    return PointRate(
        point=point,
        count=len(earned),
        rate=share_of(sum(credit >= HALF for credit in earned), len(earned)),
    )


def _languages(results: Sequence[ItemResult]) -> tuple[LanguageLine, ...]:
    by_language: dict[str, list[float]] = {}
    for result in results:
        by_language.setdefault(result.language, []).append(result.score)
    return tuple(
        LanguageLine(language=language, count=len(scores), mean=mean_of(scores))
        for language, scores in sorted(by_language.items())
    )
