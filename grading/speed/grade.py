"""Judge one submission of a speed task.

Two programs, the task's baseline and the submission, run in identical jails, in
several processes each. Pair by pair, in random order, both get the same fresh inputs;
every output of every call is compared with a float64 reference; the ratio of the
pairs' times gives the speed-up. `grade_speed` does all of it, `try_speed` a short
form for a candidate who wants to see where they stand.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from grading.results import SpeedGrade, Verdict
from grading.speed import machine, rules
from grading.speed.device import Gpu, TorchGpu, exclusive, resolve
from grading.speed.judgement import FULL, QUICK, Effort, Judgement
from grading.speed.lane import Failure
from grading.speed.metric import UNITS, Metric
from grading.speed.priority import ahead_of_others
from grading.speed.record import Record
from grading.speed.statistics import credited, score
from grading.speed.task import load_task
from grading.threads import computing_with

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grading.inputs import SpeedSubmission
    from grading.speed.progress import Watch
    from grading.speed.statistics import Interval

ENGINE: Final = "speed-3"  # goes up when the same program could get another credit


def grade_speed(submission: SpeedSubmission, *, gpu: Gpu | None = None) -> SpeedGrade:
    """Judge a submission for good.

    Raises: `AuthorFault` for a broken task or baseline, `ServiceFault` when this
        machine cannot judge. What the submission does wrong is a verdict.
    """
    return _graded(submission, FULL, gpu or TorchGpu())


def try_speed(
    submission: SpeedSubmission, *, gpu: Gpu | None = None, watch: Watch | None = None
) -> SpeedGrade:
    """Judge a submission in a few seconds: all cases checked, a rough speed-up.

    The same jail, the same checks and fresh inputs too; one process and sixteen
    pairs. Its score is always 0, since it is nobody's grade. `watch` is told how
    far it is, while neither program is timed.

    Raises: as `grade_speed`, and what `watch` raises.
    """
    return _graded(submission, QUICK, gpu or TorchGpu(), watch)


def _graded(
    submission: SpeedSubmission, effort: Effort, gpu: Gpu, watch: Watch | None = None
) -> SpeedGrade:
    began = time.monotonic()
    device = resolve(submission.device, gpu)
    task = load_task(submission.task_folder, device)
    if task.metric is Metric.MEMORY and device != "cpu":
        # Control groups count the processor's memory only.
        device = "cpu"
        task = load_task(submission.task_folder, device)
    record = Record(task=task, device=device, by_pairs=effort is QUICK)
    failure: Failure | None
    refused = rules.refusal(submission.source)
    if refused is not None:
        failure = Failure(verdict=Verdict.REFUSED, reason=refused)
    else:
        # The judge's own arithmetic: two threads that wait for each other on a busy
        # machine made a check of a few milliseconds last a second.
        with exclusive(device, gpu), computing_with(1), ahead_of_others():
            failure = Judgement(record, submission, effort, gpu, watch).run()
    return _made(record, failure, effort, time.monotonic() - began)


def _made(
    record: Record, failure: Failure | None, effort: Effort, seconds: float
) -> SpeedGrade:
    """Write the grade down."""
    task = record.task
    interval = record.interval() if failure is None else None
    waited = record.share_waited()
    timed = task.metric is not Metric.MEMORY
    on_wall = timed and record.clock == "wall" and record.device == "cpu"
    if failure is None:
        verdict = rules.judged(interval, wall_share_waited=waited if on_wall else None)
        busy = on_wall and waited > rules.BUSY_SHARE
        reason = rules.told(verdict, interval, busy=busy, metric=task.metric)
    else:
        verdict, reason = failure.verdict, failure.reason
    credit = None
    if interval is not None:
        credit = credited(interval) if verdict is Verdict.FASTER else 1.0
    earns = credit is not None and effort.mode == "full"
    facts: Mapping[str, Any] = record.facts or machine.facts(record.device)
    return SpeedGrade(
        verdict=verdict,
        reason=reason,
        score=score(credit, task.reference_speedup) if credit and earns else 0.0,
        speedup=interval.middle if interval is not None else None,
        low=interval.low if interval is not None else None,
        high=interval.high if interval is not None else None,
        credited=credit,
        cases=record.checks(),
        pairs=len(record.candidate),
        baseline_seconds=record.seconds(record.baseline),
        candidate_seconds=record.seconds(record.candidate),
        clock=record.clock,
        device=record.device,
        machine={**facts, "share_waited": round(waited, 4)},
        seconds=seconds,
        output=record.printed,
        engine=ENGINE,
        task_digest=task.digest,
        details={
            "mode": effort.mode,
            "processes": record.processes,
            "process_of_pair": tuple(record.process_of),
            "core_of_process": tuple(record.core_of),
            "baseline_first": tuple(record.baseline_first),
            "reference_speedup": task.reference_speedup,
            **_in_its_metric(record),
            **(_marked(interval, credit, task.reference_speedup) if earns else {}),
        },
    )


def _in_its_metric(record: Record) -> dict[str, Any]:
    """Return what was counted, and its series where that is not plain time."""
    metric = record.task.metric
    found: dict[str, Any] = {"metric": metric.value, "unit": UNITS[metric]}
    if metric is not Metric.TIME:
        found |= {
            "baseline_counted": record.counted(record.baseline),
            "candidate_counted": record.counted(record.candidate),
        }
    if metric is Metric.MEMORY:
        found["calls"] = record.task.calls
    if metric is Metric.BYTES:
        found |= {
            "bytes_per_second": record.task.bytes_per_second,
            "baseline_bytes": [cost.sent_bytes for cost in record.baseline],
            "candidate_bytes": [cost.sent_bytes for cost in record.candidate],
        }
    return found


def _marked(
    interval: Interval | None, credit: float | None, reference: float
) -> dict[str, Any]:
    """Return the interval as marks, and whether the reference was outdone."""
    if interval is None or credit is None:
        return {}
    return {
        "score_low": score(max(1.0, interval.low), reference),
        "score_high": score(max(1.0, interval.high), reference),
        "above_reference": credit > reference,
    }
