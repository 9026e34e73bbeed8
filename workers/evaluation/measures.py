"""How well scores agree with people's: figures, with intervals over questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

SEED: Final = 11
RESAMPLES: Final = 1_000
LARGE: Final = 0.3  # an error that nobody would defend


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure with a 95 % interval by resampling questions."""

    value: float
    low: float
    high: float


def pearson(scores: Values, marks: Values) -> float:
    """Return the correlation of scores and people's marks; NaN for constants."""
    if len(scores) < 2 or np.std(scores) == 0.0 or np.std(marks) == 0.0:  # noqa: PLR2004 - two make a line
        return float("nan")
    return float(np.corrcoef(scores, marks)[0, 1])


def within_spearman(scores: Values, marks: Values, slugs: Sequence[str]) -> float:
    """Return the mean over questions of the rank correlation among their answers."""
    names = np.array(slugs)
    found = [
        pearson(_ranks(scores[names == name]), _ranks(marks[names == name]))
        for name in sorted(set(slugs))
    ]
    return float(np.nanmean(found))


def mean_error(scores: Values, marks: Values) -> float:
    """Return the mean absolute error."""
    return float(np.abs(scores - marks).mean())


def bootstrap(
    figure: Callable[[npt.NDArray[np.intp]], float], slugs: Sequence[str]
) -> Measured:
    """Return a figure of all answers, with an interval by resampling questions.

    `figure` takes the places of answers, some of them several times.
    """
    lot = np.random.default_rng(SEED)
    names = np.array(slugs)
    places = {name: np.flatnonzero(names == name) for name in sorted(set(slugs))}
    order = list(places)
    draws = []
    for _ in range(RESAMPLES):
        chosen = lot.integers(len(order), size=len(order))
        draws.append(figure(np.concatenate([places[order[at]] for at in chosen])))
    low, high = np.nanquantile(draws, [0.025, 0.975])
    return Measured(
        value=figure(np.arange(len(slugs))), low=float(low), high=float(high)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What is left when the most doubtful answers go to a person."""

    error: float  # mean absolute error of the rest
    caught: float  # share of the large errors that went; NaN when there is none


def triage(scores: Values, marks: Values, doubts: Values, share: float) -> Triage:
    """Send `share` of the answers, those with the most doubt, to a person."""
    errors = np.abs(scores - marks)
    order = np.argsort(-doubts, kind="stable")
    sent = order[: round(len(order) * share)]
    rest = np.setdiff1d(order, sent)
    large = errors > LARGE
    caught = float(large[sent].sum() / large.sum()) if large.any() else float("nan")
    return Triage(error=float(errors[rest].mean()), caught=caught)


def risks(errors: Values, doubts: Values) -> Values:
    """Return the mean error of the k least doubtful answers, for k = 1 to n.

    Shapes: errors, doubts (n,); result (n,).
    """
    order = np.argsort(doubts, kind="stable")
    return np.cumsum(errors[order]) / np.arange(1, len(errors) + 1)


def _ranks(values: Values) -> Values:
    """Return ranks, equal values sharing their mean rank."""
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values))
    return np.array([ranks[values == value].mean() for value in values])
