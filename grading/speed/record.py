"""What came out of a judgement so far. Only the judge writes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grading.results import CaseCheck
from grading.speed.equivalence import compare
from grading.speed.statistics import speedup_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from grading.speed.clocks import Spent
    from grading.speed.statistics import Interval
    from grading.speed.task import Task


@dataclass(slots=True)
class _Case:
    calls: int = 0
    correct: bool = True
    worst: float | None = 0.0
    detail: str = ""


@dataclass(slots=True)
class Record:
    """Times, checks and facts of one judgement."""

    task: Task
    device: str
    baseline: list[Spent] = field(default_factory=list)
    candidate: list[Spent] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    printed: str = ""
    processes: int = 0  # of each program
    _cases: dict[int, _Case] = field(default_factory=dict)

    @property
    def clock(self) -> str:
        """Return which measure counts: "cpu", processor time, or "wall"."""
        one = self.device == "cpu" and self.task.threads == 1
        return "cpu" if one else "wall"

    def seconds(self, side: Sequence[Spent]) -> tuple[float, ...]:
        """Return one side's series in the measure that counts."""
        if self.clock == "cpu":
            return tuple(spent.effective for spent in side)
        return tuple(spent.wall for spent in side)

    def interval(self) -> Interval | None:
        """Return the speed-up so far."""
        return speedup_interval(
            self.seconds(self.baseline), self.seconds(self.candidate)
        )

    def share_waited(self) -> float:
        """Return the share of the wall time that was waiting for a processor."""
        spent = [*self.baseline, *self.candidate]
        wall = sum(one.wall for one in spent)
        return sum(one.waited for one in spent) / wall if wall else 0.0

    def note_case(self, number: int, wrong: str | None, worst: float | None) -> None:
        """Write down how a call of the submission compared."""
        case = self._cases.setdefault(number, _Case())
        case.calls += 1
        if wrong is not None:
            case.correct, case.worst, case.detail = False, worst, wrong
        elif worst is not None and case.worst is not None:
            case.worst = max(case.worst, worst)

    def checks(self) -> tuple[CaseCheck, ...]:
        """Return every case that was called, in the task's order."""
        return tuple(
            CaseCheck(
                case=self.task.cases[number].name,
                calls=case.calls,
                correct=case.correct,
                worst_error=case.worst,
                detail=case.detail,
            )
            for number, case in sorted(self._cases.items())
        )


def what_is_wrong(
    task: Task, number: int, outputs: Sequence[Tensor], truth: Sequence[Tensor]
) -> tuple[str | None, float | None]:
    """Compare one call's outputs; return what is wrong, and the worst error.

    Units: of the tolerance; None when a value is not finite.
    """
    worst = 0.0
    case = task.cases[number].name
    for output, found, exact in zip(task.outputs, outputs, truth, strict=True):
        compared = compare(found, exact, output.tolerance)
        shape = "x".join(map(str, found.shape))
        where = f"case {case}, output {output.name} of shape {shape}"
        if not math.isfinite(compared.worst):
            return f"Wrong result: {where} has values that are not finite.", None
        if not compared.within:
            return (
                f"Wrong result: {where} is off by up to {compared.worst:.3g} times "
                f"the tolerance, in {compared.off} of {compared.values} values."
            ), compared.worst
        worst = max(worst, compared.worst)
    return None, worst
