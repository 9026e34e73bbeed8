"""What came out of a judgement so far. Only the judge writes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from grading.results import CaseCheck
from grading.speed.equivalence import compare
from grading.speed.metric import Metric, counted, message
from grading.speed.statistics import speedup_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from grading.speed.metric import Cost
    from grading.speed.statistics import Interval
    from grading.speed.task import Output, Task


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
    baseline: list[Cost] = field(default_factory=list)
    candidate: list[Cost] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    printed: str = ""
    processes: int = 0  # of each program
    process_of: list[int] = field(default_factory=list)  # which of them ran a pair
    core_of: list[int | None] = field(default_factory=list)  # that each was kept to
    baseline_first: list[bool] = field(default_factory=list)  # of timed pairs
    by_pairs: bool = False  # take pairs of one process for independent: rough
    _cases: dict[int, _Case] = field(default_factory=dict)

    @property
    def clock(self) -> str:
        """Return which measure counts: "cpu", processor time, or "wall"."""
        one = self.device == "cpu" and self.task.threads == 1
        return "cpu" if one else "wall"

    def seconds(self, side: Sequence[Cost]) -> tuple[float, ...]:
        """Return one side's times by the clock that counts."""
        return tuple(cost.seconds(self.clock) for cost in side)

    def counted(self, side: Sequence[Cost]) -> tuple[float, ...]:
        """Return one side's series in the task's metric."""
        return tuple(
            counted(
                cost,
                self.task.metric,
                clock=self.clock,
                bytes_per_second=self.task.bytes_per_second,
            )
            for cost in side
        )

    def note_pair(self, baseline: Cost, candidate: Cost) -> None:
        """Write down what both programs' calls cost in the process of now."""
        self.baseline.append(baseline)
        self.candidate.append(candidate)
        self.process_of.append(self.processes)

    def interval(self) -> Interval | None:
        """Return the speed-up so far."""
        return speedup_interval(
            self.counted(self.baseline),
            self.counted(self.candidate),
            None if self.by_pairs else self.process_of,
        )

    def share_waited(self) -> float:
        """Return the share of the wall time that was waiting for a processor.

        Of the baseline's calls: a submission whose own threads wait for each other
        must not look like a busy machine.
        """
        spent = [cost.spent for cost in self.baseline]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One case's fresh inputs, and what is known about the right answer."""

    number: int  # of the case
    inputs: tuple[Tensor, ...]
    weights: Mapping[str, Tensor] | None
    truth: tuple[Tensor, ...]


def what_is_wrong(
    task: Task, question: Question, outputs: Sequence[Tensor]
) -> tuple[str | None, float | None]:
    """Look at one call's outputs; return what is wrong, and the worst error.

    Units: of the tolerance, or of what `accept` allows; None when a value is not
    finite or a length is none.
    """
    case = task.cases[question.number].name
    if task.metric is Metric.BYTES:
        sent = message(outputs)
        if sent is None:
            return f"Wrong result: case {case} has a length outside its buffer.", None
        outputs = (sent, outputs[1])
    if task.accept is not None:
        return _accepted(task, question, outputs)
    worst = 0.0
    for output, found, exact in zip(task.outputs, outputs, question.truth, strict=True):
        compared = compare(found, exact, output.tolerance)
        where = f"case {case}, {_named(output, found)}"
        if compared.off and output.tolerance.exact:
            words = f"is wrong in {compared.off} of {compared.values} values."
            return f"Wrong result: {where} {words}", None
        if not math.isfinite(compared.worst):
            return f"Wrong result: {where} has values that are not finite.", None
        if not compared.within:
            return (
                f"Wrong result: {where} is off by up to {compared.worst:.3g} times "
                f"the tolerance, in {compared.off} of {compared.values} values."
            ), compared.worst
        worst = max(worst, compared.worst)
    return None, worst


def _named(output: Output, found: Tensor) -> str:
    shape = "x".join(map(str, found.shape))
    return f"output {output.name} of shape {shape}"


def _accepted(
    task: Task, question: Question, outputs: Sequence[Tensor]
) -> tuple[str | None, float | None]:
    """Have the task's own rule decide, on values that are numbers at least."""
    case = task.cases[question.number].name
    for output, found in zip(task.outputs, outputs, strict=True):
        if found.is_floating_point() and not bool(found.isfinite().all()):
            where = f"case {case}, {_named(output, found)}"
            return f"Wrong result: {where} has values that are not finite.", None
    ok, worst, detail = task.accepts(
        outputs, question.truth, question.inputs, question.weights
    )
    if ok:
        return None, worst
    return f"Wrong result: case {case}: {detail}.", worst
