"""Paired times -> a speed-up with an exact interval. Pure arithmetic.

The pairs of one process are no independent witnesses: where its memory happens to lie
makes a process some per cent faster or slower for all of its life. So the median of a
process's pairs is one observation, and the interval is over processes. Taken over
pairs, three processes with the same luck called a program faster than itself in one of
forty short judgements.

Source: order statistics of the sample median, David & Nagaraja, Order Statistics
(2003), section 7.1: whatever the distribution of the ratios, the k-th smallest and
k-th largest of n enclose the median with probability 1 - 2 P(Binomial(n, 1/2) < k).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE: Final = 0.99
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


def rank(observations: int) -> int:
    """Return the largest k whose k-th smallest and largest still enclose 99 %.

    0 means that so few observations give no such interval.
    """
    tail = 0
    allowed = (1 - CONFIDENCE) / 2 * 2**observations
    for k in range(observations // 2 + 1):
        tail += math.comb(observations, k)  # P(B <= k), of 2**observations outcomes
        if tail > allowed:
            return k
    return observations // 2


def speedup_interval(
    baseline: Sequence[float],
    candidate: Sequence[float],
    processes: Sequence[int] | None = None,
) -> Interval | None:
    """Return the median of the processes' median ratios with its interval, or None.

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
    ratios.sort()
    k = rank(len(ratios))
    if k == 0:
        return None
    return Interval(
        middle=math.exp(median(ratios)),
        low=math.exp(ratios[k - 1]),
        high=math.exp(ratios[-k]),
    )


def credited(interval: Interval) -> float:
    """Return the speed-up that is certain: the lower bound, or none at all."""
    return interval.low if interval.low > CREDIT_MARGIN else 1.0


def score(credit: float, reference: float) -> float:
    """Return the mark in [0, 1]: 1 at the reference's speed-up, on a log scale."""
    return min(1.0, max(0.0, math.log(credit) / math.log(reference)))
