"""Fit a head to graded answers, and say what it is worth on questions it never saw.

    features of graded answers ──leave questions out──> predictions, residuals
              │                                                 │ doubt, interval
              └──────────── all questions ──> machines ─────────┴──> a head's file

Beside people's answers the fit sees answers assembled from rubrics (see
`assembled.py`), at a lower weight and of questions that people's answers are not
about as well: they show the head whole, half and wrong answers to each question.
Every residual, interval and doubt comes from people's answers alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from grading.text.features import FEATURES, KEYWORDS, NAMES
from grading.text.head import SCHEMA, raw_doubt, settled
from workers.evaluation.measures import (
    mean_error,
    pearson,
    triage,
    within_spearman,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from grading.text.adapter import Adapter

    Values = npt.NDArray[np.float64]

EPSILON: Final = 0.05  # of the regressions: scores are given in steps of that
DECIMALS: Final = 5  # of what is stored
KNOTS: Final = 21  # of the doubt's quantiles
REVIEWED: Final = 0.2  # share of answers that a person should look at
MISSED: Final = 0.1  # share of people's scores outside the interval
_FEWEST: Final = 20  # answers that a width is read off
_ROUNDING: Final = 1e-9
_TAIL: Final = 0.02  # of people's answers, at each end of a feature, counts no further
_BANDS: Final = (0.35, 0.7, 1.0)  # of doubt, each with widths of its own
_VIEWS: Final = ("meaning", "letters", "centred")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One machine of a head before it is fitted."""

    features: tuple[str, ...]
    cost: float  # of the regression ("C")
    gamma: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One answer as the fit sees it."""

    slug: str  # of the question; what is left out together
    features: Mapping[str, float]  # empty: says nothing, and scores 0
    score: float
    weight: float = 1.0
    measured: bool = True  # by a person; the others only teach
    factor: float = 1.0  # what guards leave of it


def plans() -> tuple[Plan, ...]:
    """Return the machines of a head: each view alone, and all together twice."""
    views = [
        tuple(name for name in FEATURES if name.startswith(view)) for view in _VIEWS
    ]
    return (
        *(
            Plan(features=(*names, KEYWORDS), cost=1.0, gamma=0.03, share=1.0)
            for names in views
        ),
        Plan(features=NAMES, cost=1.0, gamma=0.02, share=2.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What a head says of answers to questions that it was not fitted on."""

    predictions: Values  # (n,) scores
    apart: Values  # (n,) largest disagreement of its machines
    means: Values  # (n,) before faint ones are settled
    scores: Values  # (n,) people's
    slugs: tuple[str, ...]

    def only(self, inside: npt.NDArray[np.bool_]) -> LeftOut:
        """Return some of the answers."""
        return LeftOut(
            predictions=self.predictions[inside],
            apart=self.apart[inside],
            means=self.means[inside],
            scores=self.scores[inside],
            slugs=tuple(np.array(self.slugs)[inside].tolist()),
        )


@dataclass(slots=True, kw_only=True)
class _Fitted:
    """Machines as scikit-learn fitted them."""

    lowest: Values
    highest: Values
    middle: Values
    scale: Values
    machines: list[tuple[Plan, Any]] = field(default_factory=list)

    def seen(self, rows: Values) -> Values:
        """Return features as the machines see them: bounded and standardised."""
        bounded = np.clip(rows, self.lowest, self.highest)
        return (bounded - self.middle) / self.scale

    def said(self, rows: Values) -> Values:
        """Return each machine's value for each row; shape (machines, n)."""
        seen = self.seen(rows)
        return np.stack(
            [
                machine.predict(seen[:, _columns(plan)])
                for plan, machine in self.machines
            ]
        )


def left_out(
    rounds: Iterable[tuple[Sequence[Example], Sequence[Example]]],
) -> LeftOut:
    """Fit to the first examples of each round and ask the fit about the others."""
    asked: list[Example] = []
    means: list[float] = []
    apart: list[float] = []
    for known, mine in rounds:
        mean, spread = _asked(_fit(known), mine)
        asked += mine
        means += mean
        apart += spread
    factors = np.array([one.factor for one in asked])
    return LeftOut(
        predictions=np.array([settled(mean) for mean in means]) * factors,
        apart=np.array(apart),
        means=np.array(means),
        scores=np.array([one.score for one in asked]),
        slugs=tuple(one.slug for one in asked),
    )


def head_values(  # noqa: PLR0913 - what was fitted, to what, by whom
    examples: Sequence[Example],
    residuals: LeftOut,
    *,
    adapter: Adapter,
    encoder: str,
    engine: str,
    version: int,
) -> dict[str, Any]:
    """Return a head's file: machines fitted to all examples, widths by residuals."""
    fitted = _fit(examples)
    weights, knots = _doubt_scale(residuals)
    doubts = _doubts(residuals, weights, knots)
    return {
        "schema": SCHEMA,
        "version": version,
        "source": (
            f"{len(residuals.scores)} graded answers and "
            f"{len(examples) - len(residuals.scores)} assembled ones, outside the "
            "test split"
        ),
        "encoder": encoder,
        "engine": engine,
        "features": list(NAMES),
        "lowest": _plain(fitted.lowest),
        "highest": _plain(fitted.highest),
        "middle": _plain(fitted.middle),
        "scale": _plain(fitted.scale),
        "machines": [_machine(plan, machine) for plan, machine in fitted.machines],
        "doubt": {name: round(value, DECIMALS) for name, value in weights.items()},
        "doubt_knots": _plain(knots),
        "review_above": 1.0 - REVIEWED,
        "widths": _widths(residuals, doubts),
        "left_out": _worth(residuals),
        "adapter": _adapter_values(adapter),
    }


def next_version(path: Path) -> int:
    """Return the number of the head that is to replace the one at `path`."""
    try:
        return int(json.loads(path.read_text("utf-8"))["version"]) + 1
    except (OSError, ValueError, KeyError, TypeError):
        return 1


def write_head(values: Mapping[str, Any], path: Path) -> None:
    """Write a head's file so that two versions of it can be compared line by line."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(value)}"
        for name, value in values.items()
        if name != "machines"
    ]
    if "machines" in values:
        machines = ",\n  ".join(json.dumps(machine) for machine in values["machines"])
        lines.append(f'"machines": [\n  {machines}\n ]')
    path.write_text("{\n " + ",\n ".join(lines) + "\n}\n", encoding="utf-8")


def _fit(examples: Sequence[Example]) -> _Fitted:
    from sklearn.svm import SVR  # noqa: PLC0415 - a second to import, only to fit

    useful = [one for one in examples if one.features]
    rows = _rows(useful)
    scores = np.array([one.score for one in useful])
    weights = np.array([one.weight for one in useful])
    people = rows[[one.measured for one in useful]]
    lowest, highest = np.quantile(people, [_TAIL, 1.0 - _TAIL], axis=0)
    flag = NAMES.index(KEYWORDS)
    lowest[flag], highest[flag] = 0.0, 1.0
    scale = people.std(axis=0)
    fitted = _Fitted(
        lowest=lowest,
        highest=highest,
        middle=people.mean(axis=0),
        scale=np.where(scale > 0.0, scale, 1.0),
    )
    seen = fitted.seen(rows)
    for plan in plans():
        machine = SVR(C=plan.cost, gamma=plan.gamma, epsilon=EPSILON)
        machine.fit(seen[:, _columns(plan)], scores, sample_weight=weights)
        fitted.machines.append((plan, machine))
    return fitted


def _asked(
    fitted: _Fitted, examples: Sequence[Example]
) -> tuple[list[float], list[float]]:
    """Return the mean of the machines and how far they are apart, by example."""
    shares = np.array([plan.share for plan, _ in fitted.machines])
    means, apart = np.zeros(len(examples)), np.zeros(len(examples))
    useful = [at for at, one in enumerate(examples) if one.features]
    if useful:
        said = fitted.said(_rows([examples[at] for at in useful]))
        means[useful] = shares @ said / shares.sum()
        apart[useful] = said.max(axis=0) - said.min(axis=0)
    return means.tolist(), apart.tolist()


def _adapter_values(adapter: Adapter) -> dict[str, Any] | None:
    if adapter.down is None or adapter.up is None:
        return None
    return {
        "slope": adapter.slope,
        "level": adapter.level,
        "wrong": adapter.wrong,
        "down": [_plain(row) for row in adapter.down],
        "up": [_plain(row) for row in adapter.up],
    }


def _worth(residuals: LeftOut) -> dict[str, float]:
    """Return what a fit is worth on questions that it has not seen.

    Of intervals and doubts too: those of a question come from the residuals of the
    other questions.
    """
    names = np.array(residuals.slugs)
    low, high = np.zeros(len(names)), np.zeros(len(names))
    doubts = np.zeros(len(names))
    for slug in sorted(set(residuals.slugs)):
        mine = names == slug
        others = residuals.only(~mine)
        scale = _doubt_scale(others)
        widths = _widths(others, _doubts(others, *scale))
        doubts[mine] = _doubts(residuals.only(mine), *scale)
        for place in np.flatnonzero(mine):
            below, above = next(
                (under, over) for most, under, over in widths if doubts[place] <= most
            )
            low[place] = residuals.predictions[place] - below
            high[place] = residuals.predictions[place] + above
    scores, marks = residuals.predictions, residuals.scores
    inside = (marks >= low - _ROUNDING) & (marks <= high + _ROUNDING)
    sent = triage(scores, marks, doubts, REVIEWED)
    found = {
        "answers": float(len(marks)),
        "questions": float(len(set(residuals.slugs))),
        "pearson": pearson(scores, marks),
        "spearman_within": within_spearman(scores, marks, residuals.slugs),
        "error": mean_error(scores, marks),
        "coverage": float(inside.mean()),
        "width": float((np.minimum(high, 1.0) - np.maximum(low, 0.0)).mean()),
        "error_of_the_rest": sent.error,
        "large_errors_caught": sent.caught,
    }
    return {name: round(value, DECIMALS) for name, value in found.items()}


def _doubt_scale(residuals: LeftOut) -> tuple[dict[str, float], Values]:
    """Return the weights of what makes an error likely, and raw doubts' quantiles."""
    weights = _doubt_weights(residuals)
    places = np.linspace(0.0, 1.0, KNOTS)
    return weights, np.quantile(_raw_doubts(residuals, weights), places)


def _doubts(residuals: LeftOut, weights: Mapping[str, float], knots: Values) -> Values:
    places = np.linspace(0.0, 1.0, KNOTS)
    doubts: Values = np.interp(_raw_doubts(residuals, weights), knots, places)
    return doubts


def _raw_doubts(residuals: LeftOut, weights: Mapping[str, float]) -> Values:
    return np.array(
        [
            raw_doubt(mean, apart, weights)
            for mean, apart in zip(residuals.means, residuals.apart, strict=True)
        ]
    )


def _doubt_weights(residuals: LeftOut) -> dict[str, float]:
    """Return how much nearness to the middle and disagreement add to an error."""
    errors = np.abs(residuals.predictions - residuals.scores)
    causes = np.stack(
        [
            [
                raw_doubt(mean, 0.0, {"middle": 1.0, "apart": 0.0})
                for mean in residuals.means
            ],
            residuals.apart,
            np.ones(len(errors)),
        ],
        axis=1,
    )
    found, *_ = np.linalg.lstsq(causes, errors, rcond=None)
    return {"middle": max(0.0, float(found[0])), "apart": max(0.0, float(found[1]))}


def _widths(residuals: LeftOut, doubts: Values) -> list[list[float]]:
    """Return, by band of doubt, how far people's scores lie below and above.

    Each side misses half of `MISSED`; the quantiles are those of a split conformal
    interval, one rank further out than the sample's own.
    """
    widths, lowest = [], -1.0
    for most in _BANDS:
        inside = (doubts > lowest) & (doubts <= most)
        if inside.sum() < _FEWEST:  # where doubts say nothing, all are one band
            inside = np.ones(len(doubts), dtype=bool)
        over = residuals.predictions[inside] - residuals.scores[inside]
        widths.append([most, _outer(over), _outer(-over)])
        lowest = most
    return widths


def _outer(values: Values) -> float:
    count = len(values)
    rank = min(1.0, np.ceil((count + 1) * (1.0 - MISSED / 2.0)) / count)
    width = max(0.0, float(np.quantile(values, rank, method="higher")))
    return round(width, DECIMALS)


def _machine(plan: Plan, machine: Any) -> dict[str, Any]:  # noqa: ANN401 - scikit-learn's
    return {
        "features": list(plan.features),
        "gamma": plan.gamma,
        "share": plan.share,
        "intercept": round(float(machine.intercept_[0]), DECIMALS),
        "coefficients": _plain(machine.dual_coef_[0]),
        "support": [_plain(row) for row in machine.support_vectors_],
    }


def _rows(examples: Sequence[Example]) -> Values:
    return np.array([[one.features[name] for name in NAMES] for one in examples])


def _columns(plan: Plan) -> list[int]:
    return [NAMES.index(name) for name in plan.features]


def _plain(values: Values) -> list[float]:
    return [round(float(value), DECIMALS) for value in values]
