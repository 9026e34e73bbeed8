"""Fit an adapter to the credits that people gave, point by point.

    units, centres of an answer ──step──> cosines ──soft maximum──> log odds of a credit
                                                                         │ against
    people's credits of its points ──────────────────────────────────────┘ cross-entropy

A credit of .5 is taught as a chance of one half. The same answers give the same
adapter: the order of steps and the start are drawn from fixed seeds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from grading.text.adapter import MARGIN, PLAIN, SHARP, Adapter
from grading.threads import computing_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from workers.evaluation.scored import Scored

RANK: Final = 16  # 4 to 32 were alike within .004 of the area under the curve
EPOCHS: Final = 6
BATCH: Final = 16  # answers
RATE: Final = 1e-3  # of the step; five times as much for the three numbers
DECAY: Final = 0.01
START: Final = 0.02  # spread of the step's second half; the first starts at nothing
SEED: Final = 0
DECIMALS: Final = 5  # of what is stored, and of what features are computed with


def fit_adapter(scored: Sequence[Scored]) -> Adapter:
    """Return an adapter fitted to the answers of `scored` that have credits."""
    lessons = [
        _Lesson(one.material.bare.units, one.material.bare.centres[:-1], one.credits)
        for one in scored
        if one.material is not None and one.credits is not None
    ]
    if not lessons:
        return PLAIN
    with computing_with(1):  # sums in one order, so that the fit can be repeated
        return _fitted(lessons)


class _Lesson:
    """One answer as tensors."""

    def __init__(
        self, units: np.ndarray, centres: np.ndarray, marks: Sequence[float]
    ) -> None:
        self.units = torch.from_numpy(np.ascontiguousarray(units, dtype=np.float32))
        self.centres = torch.from_numpy(np.ascontiguousarray(centres, dtype=np.float32))
        self.marks = torch.tensor(marks, dtype=torch.float32)


def _fitted(lessons: Sequence[_Lesson]) -> Adapter:
    width = lessons[0].units.shape[1]
    draw = torch.Generator().manual_seed(SEED)
    down = torch.zeros(width, RANK, requires_grad=True)
    up = (torch.randn(RANK, width, generator=draw) * START).requires_grad_()
    slope, level, wrong = (
        torch.tensor(value, requires_grad=True)
        for value in (PLAIN.slope, PLAIN.level, PLAIN.wrong)
    )
    optimiser = torch.optim.AdamW(
        [
            {"params": [down, up], "lr": RATE, "weight_decay": DECAY},
            {"params": [slope, level, wrong], "lr": 5 * RATE, "weight_decay": 0.0},
        ]
    )
    order = np.arange(len(lessons))
    lot = np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        lot.shuffle(order)
        for first in range(0, len(order), BATCH):
            losses = [
                _loss(lessons[at], down, up, slope, level, wrong)
                for at in order[first : first + BATCH]
            ]
            optimiser.zero_grad()
            (torch.stack(losses).sum() / BATCH).backward()  # type: ignore[no-untyped-call]  # torch has no types here
            optimiser.step()
    return Adapter(
        down=_rounded(down),
        up=_rounded(up),
        slope=round(slope.item(), DECIMALS),
        level=round(level.item(), DECIMALS),
        wrong=round(wrong.item(), DECIMALS),
    )


def _loss(  # noqa: PLR0913, PLR0917 - all that is learned
    lesson: _Lesson,
    down: Tensor,
    up: Tensor,
    slope: Tensor,
    level: Tensor,
    wrong: Tensor,
) -> Tensor:
    """Return how badly credits are foretold; see `Adapter.credits`."""

    def seen(rows: Tensor) -> Tensor:
        return torch.nn.functional.normalize(rows + rows @ down @ up, dim=1)

    near = seen(lesson.units) @ seen(lesson.centres).T
    points = len(lesson.marks)
    above = near[:, :points]
    if near.shape[1] > points:
        worst = near[:, points:].amax(dim=1, keepdim=True)
        above = above - wrong * torch.relu(worst - above + MARGIN)
    soft = torch.logsumexp(above * SHARP, dim=0) / SHARP
    odds = slope * (soft - level)
    return torch.nn.functional.binary_cross_entropy_with_logits(odds, lesson.marks)


def _rounded(values: Tensor) -> np.ndarray:
    return np.round(values.detach().numpy().astype(np.float64), DECIMALS).astype(
        np.float32
    )
