"""A small trained change of what counts as alike: one low-rank step for all vectors.

An encoder's likeness is about what sentences are about; a rubric asks whether one says
what the other demands. From people's credits, point by point, a step of rank 16 is
learned that moves answers towards the points which they earned and away from those
which they missed. It says no word of any question: the same step for every vector,
tried on questions that it was not taught with.

Source: low-rank adaptation (Hu et al. 2021), here of the finished vectors, so that it
costs a worker nothing and the model stays as it is; fitted by
`manage.py calibrate_encoder`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from grading.text.encoder import Matrix

SHARP: Final = 25.0  # of the soft maximum over units, by cosine
MARGIN: Final = 0.05  # cosine by which a misconception counts before it is nearer
_NOTHING_LEFT: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # hashed by identity
class Adapter:
    """The step, and how a cosine after it becomes a credit."""

    down: Matrix | None  # (w, rank); None: no step was learned for this encoder
    up: Matrix | None  # (rank, w)
    slope: float  # of the logistic function, by cosine
    level: float  # cosine that earns half a credit
    wrong: float  # taken off per cosine that a misconception is nearer

    def seen(self, rows: Matrix) -> Matrix:
        """Return unit rows after the step; shape (..., w) as `rows`."""
        if self.down is None or self.up is None:
            return rows
        return unit_length(rows + (rows @ self.down) @ self.up)

    def odds(self, near: Matrix, points: int) -> Matrix:
        """Return how sure it is that each unit earns each point, as log odds.

        Shapes: near (n, m + k), cosines of n units with m points and k misconceptions,
            after the step; result (n, m).
        """
        above = near[:, :points]
        if near.shape[1] > points:
            worst = near[:, points:].max(axis=1, keepdims=True)
            above = above - self.wrong * np.maximum(0.0, worst - above + MARGIN)
        odds: Matrix = (self.slope * (above - self.level)).astype(np.float32)
        return odds

    def credits(self, near: Matrix, points: int) -> Matrix:
        """Return how sure it is that an answer of n >= 1 units earns each point.

        Shapes as of `odds`; result (m,), log odds: a soft maximum over units.
        """
        odds = self.odds(near, points)
        sharp = SHARP / self.slope
        top = odds.max(axis=0)
        soft = top + np.log(np.exp(sharp * (odds - top)).sum(axis=0)) / sharp
        return np.asarray(soft, dtype=np.float32)


# Where a fit begins, and what an encoder without a fit goes by.
PLAIN: Final = Adapter(down=None, up=None, slope=8.0, level=0.4, wrong=1.0)


def read_adapter(values: Mapping[str, Any] | None) -> Adapter:
    """Return the adapter of a head's file; `PLAIN` for a head without one.

    Raises: `ValueError`, `KeyError`, `TypeError` for values that are none.
    """
    if values is None:
        return PLAIN
    down = np.array(values["down"], dtype=np.float32)
    up = np.array(values["up"], dtype=np.float32)
    if down.ndim != 2 or down.shape != up.T.shape:  # noqa: PLR2004 - a matrix
        message = f"an adapter of shapes {down.shape} and {up.shape}"
        raise ValueError(message)
    return Adapter(
        down=down,
        up=up,
        slope=float(values["slope"]),
        level=float(values["level"]),
        wrong=float(values["wrong"]),
    )


def unit_length(vectors: npt.NDArray[np.floating]) -> Matrix:
    """Return rows of length one; shape (..., w)."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    rows: Matrix = (vectors / np.maximum(norms, _NOTHING_LEFT)).astype(np.float32)
    return rows
