"""Does a task tell good programs from bad ones? Its own programs are judged.

The baseline against itself must not be faster, the reference must be faster by
what the task promises, and each program in `wrong/` must earn nothing. What a busy
machine could not decide is said to be undecided; it is neither good nor bad. Then
baseline and reference must be right on many draws of weights and inputs, more than a
judgement makes: where they are not, an honest candidate would not be either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import yaml

from grading.errors import AuthorFault, NodeTooBusy, TaskBroken
from grading.inputs import SpeedSubmission
from grading.results import Verdict
from grading.speed.draws import on_many_draws
from grading.speed.grade import grade_speed
from grading.speed.task import SETTINGS, load_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from grading.results import SpeedGrade
    from grading.speed.draws import Drawn

# Of the mark that the reference defines it must itself earn this much. Not all of
# it: the promise is the lower bound of the author's machine, and on another
# processor the same ratio differs. On the scale of marks, which is logarithmic,
# four fifths let a promise of 2 be 1.74 elsewhere, and one of 10 be 6.3.
REFERENCE_SHARE: Final = 0.8
FEWEST_WRONG: Final = 2
QUICK_SECONDS: Final = 4.0  # of measuring
WRONG_SECONDS: Final = 8.0  # most end at their first wrong output
AGAIN_PATIENCE: Final = 3.0  # times the budget, for one that was undecided
MOST_DRAWS: Final = 200  # of weights; what goes wrong in 1 of 100 shows in 87 %
DRAW_SECONDS: Final = 20.0
QUICK_DRAW_SECONDS: Final = 2.0
# What does not run shows nothing about the task.
NOT_RUN: Final = frozenset({Verdict.LOAD_FAILED, Verdict.REFUSED, Verdict.CRASHED})


DRAWN: Final = " (draws)"


def draw(folder: Path, name: str, seconds: float) -> Drawn:
    """Run one of a task's own programs on many draws, on the CPU.

    Raises: `TaskBroken`.
    """
    task = load_task(folder, "cpu")
    source = (folder / name).read_bytes()
    return on_many_draws(task, source, name, most=MOST_DRAWS, seconds=seconds)


class Stand(StrEnum):
    """What a trial, or all of a task's trials, came to."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One of the task's programs, as it was judged."""

    task: str
    program: str  # file, within the task's folder; with DRAWN for the draws
    stand: Stand
    reason: str  # one sentence
    grade: SpeedGrade | None  # None when nothing was judged


def check_task(
    folder: Path,
    device: str,
    *,
    quick: bool = False,
    judge: Callable[[SpeedSubmission], SpeedGrade] = grade_speed,
    draw: Callable[[Path, str, float], Drawn] = draw,
) -> Iterator[Trial]:
    """Judge a task's own programs, one after the other, then draw.

    Raises: `ServiceFault` when this machine cannot judge. A broken task is a
        trial that failed, a busy machine an inconclusive one.
    """
    wrong = sorted((folder / "wrong").glob("*.py"))
    programs = [folder / "baseline.py", folder / "reference.py", *wrong]
    try:
        promise = _promise(folder)
        for path in programs:
            yield _tried(folder, path, promise, device, quick=quick, judge=judge)
        for path in programs[:2]:
            seconds = QUICK_DRAW_SECONDS if quick else DRAW_SECONDS
            yield _drawn(folder, path.name, draw(folder, path.name, seconds))
    except AuthorFault as fault:
        yield _failed(folder, SETTINGS, str(fault))
    if len(wrong) < FEWEST_WRONG:
        words = f"there are {len(wrong)} programs, at least {FEWEST_WRONG} are wanted"
        yield _failed(folder, "wrong/", words)


def stand_of(trials: Iterable[Trial]) -> Stand:
    """Return what the trials of a task come to: the worst of them."""
    stands = {trial.stand for trial in trials}
    for worst in (Stand.FAILED, Stand.INCONCLUSIVE):
        if worst in stands:
            return worst
    return Stand.PASSED


def _failed(folder: Path, program: str, reason: str) -> Trial:
    return Trial(
        task=folder.name,
        program=program,
        stand=Stand.FAILED,
        reason=reason,
        grade=None,
    )


def _drawn(folder: Path, name: str, drawn: Drawn) -> Trial:
    where = f"on {drawn.calls} calls with {drawn.draws} draws of weights"
    right = f"Right {where}, the error at most {drawn.worst:.2f} of what is allowed."
    return Trial(
        task=folder.name,
        program=name + DRAWN,
        stand=Stand.FAILED if drawn.wrong else Stand.PASSED,
        reason=f"Once {where}: {drawn.wrong}" if drawn.wrong else right,
        grade=None,
    )


def _promise(folder: Path) -> float:
    """Read what the reference is said to reach; the rest is the judge's to check."""
    try:
        document: Any = yaml.safe_load((folder / SETTINGS).read_text(encoding="utf-8"))
        return float(document["speed"]["reference_speedup"])
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        message = f"{folder.name}/{SETTINGS}: {type(error).__name__}: {error}"
        raise TaskBroken(message) from error


def _tried(  # noqa: PLR0913  # one trial, all of it by name but what it is about
    folder: Path,
    path: Path,
    promise: float,
    device: str,
    *,
    quick: bool,
    judge: Callable[[SpeedSubmission], SpeedGrade],
) -> Trial:
    name = path.relative_to(folder).as_posix()
    try:
        source = path.read_bytes()
    except OSError as error:
        return _failed(folder, name, error.strerror or str(error))
    seconds = WRONG_SECONDS if path.parent.name == "wrong" else None
    submission = SpeedSubmission(
        source=source,
        task_folder=folder,
        device=device,
        budget_seconds=QUICK_SECONDS if quick else seconds,
    )
    try:
        grade = judge(submission)
        stand, reason = _stand(name, grade, promise)
        if stand is Stand.INCONCLUSIVE and not quick:
            grade = judge(replace(submission, patience=AGAIN_PATIENCE))
            stand, reason = _stand(name, grade, promise)
    except NodeTooBusy as fault:
        grade, stand, reason = None, Stand.INCONCLUSIVE, str(fault)
    return Trial(
        task=folder.name, program=name, stand=stand, reason=reason, grade=grade
    )


def _stand(name: str, grade: SpeedGrade, promise: float) -> tuple[Stand, str]:
    """Say whether a program got what it must get."""
    if grade.verdict is Verdict.INCONCLUSIVE:
        return Stand.INCONCLUSIVE, grade.reason
    if name == "baseline.py":
        return _stand_of_baseline(grade)
    if name == "reference.py":
        return _stand_of_reference(grade, promise**REFERENCE_SHARE)
    if grade.verdict in NOT_RUN:
        return Stand.FAILED, f"it shows nothing, since it does not run: {grade.reason}"
    if grade.verdict is Verdict.FASTER or grade.score:
        return Stand.FAILED, f"it must earn nothing: {grade.reason}"
    return Stand.PASSED, grade.reason


def _stand_of_baseline(grade: SpeedGrade) -> tuple[Stand, str]:
    if grade.verdict is Verdict.NOT_FASTER:
        return Stand.PASSED, grade.reason
    return Stand.FAILED, f"against itself it must be not_faster: {grade.reason}"


def _stand_of_reference(grade: SpeedGrade, least: float) -> tuple[Stand, str]:
    if grade.verdict is not Verdict.FASTER or grade.credited is None:
        return Stand.FAILED, f"it must be faster: {grade.reason}"
    if grade.credited >= least:
        return Stand.PASSED, grade.reason
    words = f"credited are {grade.credited:.2f}, at least {least:.2f} are promised"
    if grade.high is not None and grade.high >= least:
        return Stand.INCONCLUSIVE, f"{words}, within the interval"
    return Stand.FAILED, words
