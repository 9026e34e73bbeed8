"""Is an output what the float64 reference says, within the task's tolerance?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

if TYPE_CHECKING:
    from torch import Tensor

BLOCK_VALUES: Final = 32 * 1024  # float64 blocks that stay in a core's cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far a value may be off: `absolute + relative * |expected|`."""

    absolute: float
    relative: float

    @property
    def exact(self) -> bool:
        """Say whether only equal values are within it."""
        return self.absolute == self.relative == 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How one output compared."""

    within: bool
    worst: float  # largest error in units of the tolerance; NaN, inf: not finite
    off: int  # values outside the tolerance
    values: int


def compare(found: Tensor, expected: Tensor, tolerance: Tolerance) -> Comparison:
    """Compare every value of an output.

    Shapes: the same. `expected` is float64, or integers, which a tolerance of
        zero compares exactly. What is not finite is wrong: the comparison asks
        whether an error is small enough, and NaN is not.
    """
    worst, off = 0.0, 0
    mine, exact = found.reshape(-1), expected.reshape(-1)
    for start in range(0, mine.numel(), BLOCK_VALUES):
        part = exact[start : start + BLOCK_VALUES].to(torch.float64)
        error = mine[start : start + BLOCK_VALUES].to(torch.float64).sub_(part).abs_()
        allowed = part.abs().mul_(tolerance.relative).add_(tolerance.absolute)
        allowed.clamp_(min=torch.finfo(torch.float64).tiny)  # zero over zero is right
        units = error.div_(allowed)
        largest = float(units.max())  # NaN wins a maximum
        if not largest <= 1.0:
            off += int((~(units <= 1.0)).sum())
        if not largest <= worst:
            worst = largest if not math.isnan(worst) else worst
    return Comparison(
        within=off == 0 and math.isfinite(worst),
        worst=worst,
        off=off,
        values=mine.numel(),
    )
