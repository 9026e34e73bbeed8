"""What a task counts of a program, and as which number two programs compare. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from grading.speed.clocks import Spent

LEAST_HELD_BYTES: Final = 1024 * 1024  # the kernel counts in batches; less is nothing


class Metric(StrEnum):
    """Of what baseline / candidate is the speed-up."""

    TIME = "time"  # of a call
    MEMORY = "memory"  # the most that a process held during `calls` calls
    BYTES = "bytes"  # time of a call, and of sending what it made


UNITS: Final[Mapping[Metric, str]] = {
    Metric.TIME: "seconds",
    Metric.MEMORY: "bytes",
    Metric.BYTES: "seconds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one program used in its half of a pair."""

    spent: Spent
    held_bytes: int = 0  # at most, above what was held before its file was read
    sent_bytes: int = 0

    def seconds(self, clock: str) -> float:
        """Return the time in the clock that counts, "cpu" or "wall"."""
        return self.spent.effective if clock == "cpu" else self.spent.wall


def counted(
    cost: Cost, metric: Metric, *, clock: str, bytes_per_second: float
) -> float:
    """Return the number that is compared; above 0, and less is better.

    Units: seconds, or bytes where the metric is memory.
    """
    if metric is Metric.MEMORY:
        return float(max(cost.held_bytes, LEAST_HELD_BYTES))
    seconds = cost.seconds(clock)
    if metric is Metric.BYTES:
        return seconds + cost.sent_bytes / bytes_per_second
    return seconds


def message(outputs: Sequence[Tensor]) -> Tensor | None:
    """Cut a buffer (first output, uint8) to its length (second, one int64).

    None when the length is below 0 or beyond the buffer's end.
    """
    buffer, length = outputs
    size = int(length.reshape(-1)[0])
    return buffer[:size] if 0 <= size <= buffer.numel() else None
