"""Figures of the judge: how often it is wrong, how sure it is, how long it takes.

    python -m tests.benchmarks.bench_judge [--runs 10] [--task SLUG ...]

Per task: the baseline submitted as a candidate, the reference, and programs whose
true speed-up is known because they do the same work fewer times. Times are from the
file to the verdict. The load is printed; both a quiet and a busy machine are of use.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grading.inputs import SpeedSubmission
from grading.speed.grade import grade_speed
from grading.speed.statistics import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grading.results import SpeedGrade

BANK = Path(__file__).parents[2] / "bank" / "questions"
TASKS = ("fused-rmsnorm-residual", "kv-cache-decode")
REPEATED = """
once = solve


def solve(*inputs):
    for _ in range({times}):
        result = once(*inputs)
    return result
"""
# Of the other task a second call in a row is faster than the first: warm caches.
RATIO_TASK = "kv-cache-decode"
# the baseline's repetitions and the candidate's
RATIOS = ((11, 10), (3, 2), (2, 1), (10, 1))


def judged(folder: Path, source: str) -> SpeedGrade:
    """Judge one program as a worker would."""
    return grade_speed(
        SpeedSubmission(source=source.encode(), task_folder=folder, device="cpu")
    )


def repeated(source: str, times: int) -> str:
    """Return a program that does the same work several times over."""
    return source + REPEATED.format(times=times)


def known_ratios(folder: Path, runs: int) -> None:
    """Judge programs whose true speed-up is known."""
    source = (folder / "baseline.py").read_text()
    for more, fewer in RATIOS:
        with tempfile.TemporaryDirectory() as place:
            copy = Path(shutil.copytree(folder, Path(place) / folder.name))
            (copy / "baseline.py").write_text(repeated(source, more))
            grades = [judged(copy, repeated(source, fewer)) for _ in range(runs)]
        name = f"{folder.name} {more}:{fewer}"
        say(line(name, grades, more / fewer))


def middle(values: Iterable[float]) -> float:
    """Return the median, of an odd number of values."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def line(name: str, grades: list[SpeedGrade], true: float | None) -> str:
    """Return one row of the table."""
    found = [grade for grade in grades if grade.speedup is not None]
    widths = [
        Interval(middle=g.speedup or 1, low=g.low or 1, high=g.high or 1).half_width
        for g in found
    ]
    covered = (
        ""
        if true is None
        else f"covers {sum((g.low or 0) <= true <= (g.high or 0) for g in found)} "
    )
    speedups = [grade.speedup or 0 for grade in found]
    credited = sum((grade.credited or 1) > 1 for grade in grades)
    return (
        f"{name:<40} n {len(grades):>3}  {min(speedups):.3f} .. {max(speedups):.3f} "
        f"(median {middle(speedups):.3f})  {covered}credited {credited}  "
        f"half-width {middle(widths):.1%}  pairs {middle(g.pairs for g in grades):.0f}"
        f"  {middle(grade.seconds for grade in grades):.1f} s"
    )


def say(text: str) -> None:
    """Print a row with the machine's load."""
    sys.stdout.write(f"{text}  load {os.getloadavg()[0]:.1f}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--task", nargs="*", default=list(TASKS))
    arguments = parser.parse_args()
    for slug in arguments.task:
        folder = BANK / slug
        for name, true in (("baseline", 1.0), ("reference", None)):
            source = (folder / f"{name}.py").read_text()
            grades = [judged(folder, source) for _ in range(arguments.runs)]
            say(line(f"{slug} {name}", grades, true))
        if slug == RATIO_TASK:
            known_ratios(folder, max(1, arguments.runs // 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
