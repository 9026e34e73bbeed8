"""Paired times -> a speed-up with an exact interval. Pure arithmetic.

The pairs of one process are no independent witnesses: where its memory happens to lie
makes a process some per cent faster or slower for all of its life. So the median of a
process's pairs is one observation, and the interval is over processes. Taken over
pairs, three processes with the same luck called a program faster than itself in one of
forty short judgements.

The interval is Tukey's, from the signed-rank distribution: the averages of all two
observations (an observation with itself too), the k-th smallest and k-th largest of
them. It is exact for every distribution that is symmetric about the true value, as the
log ratio of two runs of one program is by construction. Order statistics of the median
would do without the symmetry, but are a fifth to a third wider: twice the time.

Source: Hollander, Wolfe & Chicken, Nonparametric Statistical Methods (2014), sections
3.1 to 3.3.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE: Final = Fraction(99, 100)
FEWEST: Final = 8  # observations; with 7 no interval reaches 99 %
CREDIT_MARGIN: Final = 1.02  # what two runs of the same program can differ by
PRECISION: Final = 0.03  # half of an interval's width, as a share of the speed-up


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A speed-up (baseline / candidate) and its 99 % interval."""

    middle: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the interval's width on the log scale; 0.03 is 3 %."""
        return math.log(self.high / self.low) / 2


@functools.cache
def _sums(observations: int) -> tuple[int, ...]:
    """Return how many of the 2**n sets of ranks 1..n have each sum; shape (n(n+1)/2+1).

    That is the signed-rank distribution.
    """
    if observations == 0:
        return (1,)
    without = _sums(observations - 1)
    padding = (0,) * observations
    return tuple(
        old + new for old, new in zip(without + padding, padding + without, strict=True)
    )


@functools.cache
def rank(observations: int) -> int:
    """Return the largest k whose k-th smallest and largest average enclose 99 %.

    0 means that so few observations give no such interval.
    """
    allowed = Fraction(1, 2) * (1 - CONFIDENCE) * 2**observations
    tail = 0
    for k, count in enumerate(_sums(observations)):
        tail += count
        if tail > allowed:
            return k
    return 0


def speedup_interval(
    baseline: Sequence[float],
    candidate: Sequence[float],
    processes: Sequence[int] | None = None,
) -> Interval | None:
    """Return what the processes' median ratios lie about, with its interval, or None.

    That is the median of all averages of two (Hodges and Lehmann's estimate).

    Shapes: all the same length; the i-th of both sides ran next to each other on the
        same input, in the process that `processes` numbers. Without `processes`
        every pair is an observation of its own. None below eight observations.
    Units: seconds in, ratio out; 2.0 means the candidate took half the time.
    """
    ratios = [
        math.log(mine / theirs)
        for mine, theirs in zip(baseline, candidate, strict=True)
    ]
    if processes is not None:
        together: defaultdict[int, list[float]] = defaultdict(list)
        for process, ratio in zip(processes, ratios, strict=True):
            together[process].append(ratio)
        ratios = [median(found) for found in together.values()]
    k = rank(len(ratios))
    if k == 0:
        return None
    averages = sorted(
        (one + other) / 2 for one, other in combinations_with_replacement(ratios, 2)
    )
    return Interval(
        middle=math.exp(median(averages)),
        low=math.exp(averages[k - 1]),
        high=math.exp(averages[-k]),
    )


def credited(interval: Interval) -> float:
    """Return the speed-up that is certain: the lower bound, or none at all."""
    return interval.low if interval.low > CREDIT_MARGIN else 1.0


def score(credit: float, reference: float) -> float:
    """Return the mark in [0, 1]: 1 at the reference's speed-up, on a log scale."""
    return min(1.0, max(0.0, math.log(credit) / math.log(reference)))
