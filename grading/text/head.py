"""From an answer's features to its score, an interval and a doubt: a trained head.

A head is a handful of support vector regressions, fitted to answers that people
scored (`manage.py calibrate_encoder`), and what their errors were on questions that
they had not seen. It belongs to one encoder and is refused for another. Evaluating
it takes numpy alone.

Source: Drucker et al. 1997, Support Vector Regression Machines; the interval is a
split conformal one over leave-question-out residuals (Lei et al. 2018), by doubt.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from grading.errors import EncoderUnavailable
from grading.text.adapter import read_adapter
from grading.text.features import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from grading.text.adapter import Adapter

SCHEMA: Final = 1
SHIPPED: Final = Path(__file__).parent / "heads"
FAINT: Final = (0.06, 0.16)  # below the first a score is nothing, between them it ramps


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One support vector regression with an RBF kernel."""

    columns: tuple[int, ...]  # of `NAMES`
    support: npt.NDArray[np.float64]  # (s, columns), standardised
    coefficients: npt.NDArray[np.float64]  # (s,)
    intercept: float
    gamma: float
    share: float  # of this machine in the mean

    def predict(self, row: npt.NDArray[np.float64]) -> float:
        """Return the regression's value. Shapes: row (names,), standardised."""
        apart = ((self.support - row[list(self.columns)]) ** 2).sum(axis=1)
        kernel = np.exp(-self.gamma * apart)
        return float(kernel @ self.coefficients) + self.intercept


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a head says of one answer."""

    score: float  # in [0, 1]
    low: float  # 90 % interval of what a person would give
    high: float
    doubt: float  # in [0, 1]: the share of known answers that are less doubtful


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A fitted head."""

    name: str  # of its file and version, as a grade keeps it
    encoder: str  # "model@revision" that its features were computed with
    engine: str  # that computed them
    lowest: npt.NDArray[np.float64]  # (names,) what a feature counts for at least
    highest: npt.NDArray[
        np.float64
    ]  # (names,) and at most: as people's answers have it
    middle: npt.NDArray[np.float64]  # (names,) means of the features
    scale: npt.NDArray[np.float64]  # (names,) their standard deviations
    machines: tuple[Machine, ...]
    doubt: Mapping[str, float]  # weights of what makes an error likely
    doubt_knots: Sequence[float]  # raw doubts at the quantiles 0, 1/20, ... 1
    review_above: float  # doubt
    widths: Sequence[Sequence[float]]  # by doubt: up to, below score, above score
    left_out: Mapping[str, float]  # its worth on unseen questions, as it was fitted
    adapter: Adapter  # that its features were computed with

    def judge(self, features: Mapping[str, float], *, factor: float = 1.0) -> Judged:
        """Return score, interval and doubt of an answer with these features.

        `factor` is what a guard leaves of the score.
        """
        row = np.array([features[name] for name in NAMES], dtype=np.float64)
        # Far from all that it was fitted to, such a machine says the mean of all.
        row = (np.clip(row, self.lowest, self.highest) - self.middle) / self.scale
        said = [machine.predict(row) for machine in self.machines]
        shares = np.array([machine.share for machine in self.machines])
        mean = float(np.dot(said, shares) / shares.sum())
        score = settled(mean) * factor
        doubt = self._doubt(mean, max(said) - min(said)) if factor == 1.0 else 0.0
        below, above = next(
            (low, high) for most, low, high in self.widths if doubt <= most
        )
        return Judged(
            score=score,
            low=max(0.0, min(score, score - below)),
            high=min(1.0, max(score, score + above)),
            doubt=doubt,
        )

    def _doubt(self, mean: float, apart: float) -> float:
        raw = raw_doubt(mean, apart, self.doubt)
        places = np.linspace(0.0, 1.0, len(self.doubt_knots))
        return float(np.interp(raw, self.doubt_knots, places))


def settled(value: float) -> float:
    """Return a regression's value as a score: in [0, 1], and nothing where faint."""
    low, high = FAINT
    if value < high:
        return max(0.0, (value - low) / (high - low)) * high
    return min(1.0, value)


def raw_doubt(mean: float, apart: float, weights: Mapping[str, float]) -> float:
    """Return how large an error to expect, up to a scale.

    Nearness to the middle of the scale and disagreement of the machines.
    """
    middle = max(0.0, 1.0 - 2.0 * abs(min(1.0, max(0.0, mean)) - 0.5))
    return weights["middle"] * middle + weights["apart"] * apart


def read_head(path: Path) -> Head:
    """Read a head from its file.

    Raises: `EncoderUnavailable` when the file is broken or of another version.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if values["schema"] != SCHEMA or tuple(values["features"]) != NAMES:
            message = f"{path.name} was made by another version; calibrate again"
            raise EncoderUnavailable(message)
        return Head(
            name=f"{path.stem}/{values['version']}",
            encoder=values["encoder"],
            engine=values["engine"],
            lowest=np.array(values["lowest"]),
            highest=np.array(values["highest"]),
            middle=np.array(values["middle"]),
            scale=np.array(values["scale"]),
            machines=tuple(
                Machine(
                    columns=tuple(NAMES.index(name) for name in machine["features"]),
                    support=np.array(machine["support"], dtype=np.float64),
                    coefficients=np.array(machine["coefficients"], dtype=np.float64),
                    intercept=float(machine["intercept"]),
                    gamma=float(machine["gamma"]),
                    share=float(machine["share"]),
                )
                for machine in values["machines"]
            ),
            doubt=values["doubt"],
            doubt_knots=values["doubt_knots"],
            review_above=float(values["review_above"]),
            widths=[tuple(map(float, band)) for band in values["widths"]],
            left_out=values.get("left_out", {}),
            adapter=read_adapter(values.get("adapter")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path.name} is not a head that can be read: {error}"
        raise EncoderUnavailable(message) from error


def refuse_other(head: Head, encoder_name: str) -> None:
    """Refuse a head that was fitted to another encoder.

    Raises: `EncoderUnavailable`.
    """
    if head.encoder != model_of(encoder_name):
        message = (
            f"{head.name} was made for {head.encoder}, not for {encoder_name}; run "
            "manage.py calibrate_encoder with this encoder"
        )
        raise EncoderUnavailable(message)


def model_of(encoder_name: str) -> str:
    """Return the model and revision, without the precision it is computed in."""
    return encoder_name.partition("+")[0]


@functools.cache
def shipped_head(encoder_name: str) -> Head | None:
    """Return the head that comes with us for exactly this encoder, if there is one."""
    path = SHIPPED / f"{model_of(encoder_name).replace('/', '-')}.json"
    if not path.is_file():
        return None
    head = read_head(path)
    refuse_other(head, encoder_name)
    return head
