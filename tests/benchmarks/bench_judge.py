"""Figures of the judge: how often it is wrong, how sure it is, how long it takes.

    python -m tests.benchmarks.bench_judge [--minutes 15] [--resume FILE]
        [--busy 2] [--task SLUG ...] [--only same ratio ...]
        [--same 300] [--ratio 10] [--reference 1]

Judged are the tasks' baselines as submissions (A/A), programs whose true speed-up is
known because they do the same work fewer times, the tasks' references, and the whole
adversarial corpus. The order is mixed, so that a run that ends early is a sample of
all of them. With `--resume` every finished judgement is a JSON line of FILE and is not
done again, unless the engine, the task or the program has changed since. Meanwhile
`--busy` processes keep as many cores busy: the figures are wanted of a busy machine.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

from grading.errors import AuthorFault, GradingError
from grading.inputs import SpeedSubmission, task_digest
from grading.sandbox.cgroup import PREFIX
from grading.sandbox.cgroup import Group as ControlGroup
from grading.sandbox.command import Limits
from grading.sandbox.start import dismiss, start_jails
from grading.speed.grade import ENGINE, grade_speed
from grading.speed.lane import Lane
from grading.speed.memory import table_of
from grading.speed.metric import Metric
from grading.speed.task import fresh_generator, load_task
from tests.benchmarks.judge_figures import Finished, Group, by_name, figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grading.results import SpeedGrade

TESTS = Path(__file__).parents[1]
BANK = TESTS.parent / "bank" / "questions"
CORPUS = TESTS / "adversarial"
START_TASK = CORPUS / "task"
STARTS: Final = 100
# of measuring, as in the corpus's own tests: nothing, and a certain speed-up
CHEAT_SECONDS: Final = 1.0
HONEST_SECONDS: Final = 4.0
SETTLE_SECONDS: Final = 6.0  # for the kernel to take apart what has ended
REPEATED = """
once = solve


def solve(*inputs):
    for _ in range({times}):
        result = once(*inputs)
    return result
"""
# Of other tasks a second call in a row is faster than the first: warm caches.
RATIO_TASK = "kv-cache-decode"
# the baseline's repetitions and the candidate's
RATIOS = ((11, 10), (3, 2), (2, 1), (10, 1))


class RecordUnreadable(Exception):
    """The file of `--resume` holds something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One judgement to be done."""

    key: str
    group: Group
    name: str
    folder: Path  # of the task
    source: bytes
    baseline: bytes | None = None  # in the place of the task's
    true: float | None = None
    budget_seconds: float | None = None

    @property
    def stamp(self) -> str:
        """Return a digest of all that decides the outcome but the machine."""
        parts = (
            ENGINE.encode(),
            task_digest(self.folder).encode(),
            self.source,
            self.baseline or b"",
        )
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


# -- the plan --------------------------------------------------------------------------


def plan(
    tasks: Sequence[str], *, same: int, ratio: int, reference: int
) -> list[Planned]:
    """Return all judgements, mixed so that any beginning is a sample of them."""
    timed = [slug for slug in tasks if _is_timed_alone(BANK / slug)]
    groups = [
        [_same(timed[i % len(timed)], i) for i in range(same if timed else 0)],
        [
            _ratio(more, fewer, i)
            for i in range(ratio if RATIO_TASK in tasks else 0)
            for more, fewer in RATIOS
        ],
        [_reference(slug, i) for i in range(reference) for slug in tasks],
        list(_corpus()),
        [_start(i) for i in range(STARTS)],
    ]
    placed = [
        ((place + 0.5) / len(group), number, one)
        for number, group in enumerate(groups)
        for place, one in enumerate(group)
    ]
    return [one for _, _, one in sorted(placed, key=lambda found: found[:2])]


def speed_tasks() -> list[str]:
    """Return the slugs of all tasks of the bank."""
    return sorted(path.parent.name for path in BANK.glob("*/inputs.py"))


def _is_timed_alone(folder: Path) -> bool:
    """Say whether processor time decides; on a busy machine nothing else can."""
    try:
        task = load_task(folder, "cpu")
    except AuthorFault:
        return False  # its reference will say what is broken
    return task.metric is Metric.TIME and task.threads == 1


def _same(slug: str, number: int) -> Planned:
    return Planned(
        key=f"same/{number}/{slug}",
        group=Group.SAME,
        name=slug,
        folder=BANK / slug,
        source=(BANK / slug / "baseline.py").read_bytes(),
        true=1.0,
    )


def _ratio(more: int, fewer: int, number: int) -> Planned:
    source = (BANK / RATIO_TASK / "baseline.py").read_text()
    return Planned(
        key=f"ratio/{more}:{fewer}/{number}",
        group=Group.RATIO,
        name=f"{RATIO_TASK} {more}:{fewer}",
        folder=BANK / RATIO_TASK,
        source=repeated(source, fewer),
        baseline=repeated(source, more),
        true=more / fewer,
    )


def _reference(slug: str, number: int) -> Planned:
    return Planned(
        key=f"reference/{number}/{slug}",
        group=Group.REFERENCE,
        name=slug,
        folder=BANK / slug,
        source=(BANK / slug / "reference.py").read_bytes(),
    )


def _corpus() -> Iterator[Planned]:
    for case in sorted((CORPUS / "cases").iterdir()):
        expected = tomllib.loads((case / "expect.toml").read_text())
        task = expected.get("task")
        yield Planned(
            key=f"corpus/{case.name}",
            group=Group.HONEST if expected["honest"] else Group.CHEAT,
            name=case.name,
            folder=CORPUS / "tasks" / task if task else START_TASK,
            source=(case / "submission.py").read_bytes(),
            budget_seconds=HONEST_SECONDS if expected["honest"] else CHEAT_SECONDS,
        )


def _start(number: int) -> Planned:
    return Planned(
        key=f"start/{number}",
        group=Group.START,
        name="isolated start",
        folder=START_TASK,
        source=(START_TASK / "baseline.py").read_bytes(),
    )


def repeated(source: str, times: int) -> bytes:
    """Return a program that does the same work several times over."""
    return (source + REPEATED.format(times=times)).encode()


# -- one judgement ---------------------------------------------------------------------


def carried_out(planned: Planned) -> Finished:
    """Judge, and write down what came of it; a fault is written down too."""
    line = partial(
        Finished,
        key=planned.key,
        stamp=planned.stamp,
        group=planned.group,
        name=planned.name,
        true=planned.true,
    )
    try:
        if planned.group is Group.START:
            return line(seconds=started(planned), load=os.getloadavg()[0])
        grade = judged(planned)
    except GradingError as fault:
        return line(fault=f"{fault.code}: {fault}", load=os.getloadavg()[0])
    return line(
        verdict=grade.verdict.value,
        reason=grade.reason,
        speedup=grade.speedup,
        low=grade.low,
        high=grade.high,
        credited=grade.credited,
        pairs=grade.pairs,
        call_seconds=median(grade.baseline_seconds) if grade.pairs else None,
        seconds=grade.seconds,
        load=os.getloadavg()[0],
    )


def judged(planned: Planned) -> SpeedGrade:
    """Judge one program as a worker would."""
    with contextlib.ExitStack() as stack:
        folder = planned.folder
        if planned.baseline is not None:
            place = stack.enter_context(tempfile.TemporaryDirectory())
            folder = Path(shutil.copytree(folder, Path(place) / folder.name))
            (folder / "baseline.py").write_bytes(planned.baseline)
        return grade_speed(
            SpeedSubmission(
                source=planned.source,
                task_folder=folder,
                device="cpu",
                budget_seconds=planned.budget_seconds,
            )
        )


def started(planned: Planned) -> float:
    """Return the seconds until a jail with torch stands, checked and locked."""
    task = load_task(planned.folder, "cpu")
    generator = fresh_generator()
    cases = range(len(task.cases))
    table = table_of(task, [task.inputs(number, generator) for number in cases])
    limits = Limits(memory_bytes=task.memory_bytes, threads=task.threads)
    with contextlib.ExitStack() as stack:
        # The first one of a process imports torch, which no candidate waits for.
        start_jails(1, limits, "cpu", stack=stack)
        began = time.monotonic()
        jail = start_jails(1, limits, "cpu", stack=stack)[0]
        lane = Lane(
            jail,
            source=planned.source,
            table=table,
            weights=None,
            limits=limits,
            device="cpu",
        )
        stack.callback(lane.close)
        lane.set_up()
        lane.lock(30.0)
        return time.monotonic() - began


# -- the record ------------------------------------------------------------------------


def read_record(path: Path) -> list[Finished]:
    """Return what earlier sessions finished; a torn last line is taken off.

    Raises: `RecordUnreadable`, which names the line.
    """
    if not path.exists():
        return []
    whole, _, torn = path.read_bytes().rpartition(b"\n")
    if torn:
        path.write_bytes(whole + b"\n" if whole else b"")
    lines = []
    for number, text in enumerate(whole.splitlines(), start=1):
        try:
            found = json.loads(text)
            lines.append(
                Finished(
                    **{
                        **found,
                        "group": Group(found["group"]),
                        "left": tuple(found["left"]),
                    }
                )
            )
        except (ValueError, TypeError, KeyError) as error:
            message = f"{path}, line {number} is not a finished judgement"
            raise RecordUnreadable(message) from error
    return lines


def counting(lines: Iterable[Finished], wanted: Iterable[Planned]) -> list[Finished]:
    """Return the newest line of each judgement that is as it would be done today."""
    stamps = {one.key: one.stamp for one in wanted}
    newest = {
        line.key: line
        for line in lines
        if line.group is Group.LEFT or stamps.get(line.key) == line.stamp
    }
    return list(newest.values())


def session(
    wanted: Sequence[Planned],
    done: Sequence[Finished],
    *,
    until: float,
    carry_out: Callable[[Planned], Finished] = carried_out,
) -> Iterator[Finished]:
    """Yield what is finished one by one, until nothing is left or the time is over.

    Units: `until` is of `time.monotonic`.
    """
    finished = {line.key for line in done if not line.fault}
    for one in wanted:
        if one.key in finished:
            continue
        if time.monotonic() >= until:
            return
        yield carry_out(one)


# -- what is left behind ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What this process makes; other judges on the machine make the like."""

    folder: Path  # of all temporary files
    groups: set[Path]  # control groups, each that was ever made

    def present(self) -> frozenset[str]:
        """Return what is there now."""
        groups = {str(path) for path in self.groups if path.exists()}
        files = {str(path) for path in self.folder.iterdir()}
        return frozenset(groups | files | self._mounts() | set(self._processes()))

    def _mounts(self) -> set[str]:
        """Return all mounts but those of other judges' jails."""
        points = {
            Path(line.split()[4])
            for line in Path("/proc/self/mountinfo").read_text().splitlines()
        }
        jails = str(self.folder.parent / PREFIX)
        return {
            f"mount {point}"
            for point in points
            if point.is_relative_to(self.folder) or not str(point).startswith(jails)
        }

    def _processes(self) -> Iterator[str]:
        """Return our children and whoever is in a control group of ours."""
        names = {path.name for path in self.groups}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                status = (path / "stat").read_text().rpartition(")")[2].split()
                member = (path / "cgroup").read_text()
            except OSError:
                continue  # ended meanwhile
            if int(status[1]) == os.getpid() or any(name in member for name in names):
                yield f"process {path.name}"

    def left(self, before: frozenset[str]) -> tuple[str, ...]:
        """Return what is there and was not before, once it had time to go."""
        dismiss()
        end = time.monotonic() + SETTLE_SECONDS
        while (left := self.present() - before) and time.monotonic() < end:
            time.sleep(0.5)
        return tuple(sorted(left))


@contextlib.contextmanager
def traces() -> Iterator[Traces]:
    """Give this process a folder for its files, and note its control groups."""
    groups: set[Path] = set()
    make = ControlGroup.make

    def noting(group: ControlGroup, limits: Limits) -> None:
        groups.update(group.folders)
        make(group, limits)

    before = tempfile.tempdir
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as place,
        patch.object(ControlGroup, "make", noting),
    ):
        folder = Path(place)
        folder.chmod(0o755)  # as the one it stands for: jails pass through
        tempfile.tempdir = place
        try:
            yield Traces(folder=folder, groups=groups)
        finally:
            dismiss()
            tempfile.tempdir = before


@contextlib.contextmanager
def busy(cores: int) -> Iterator[None]:
    """Keep so many cores busy with something else."""
    context = multiprocessing.get_context("fork")
    spinners = [context.Process(target=_spin, daemon=True) for _ in range(cores)]
    for spinner in spinners:
        spinner.start()
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.terminate()
            spinner.join()


def _spin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it
    parent = os.getppid()
    while os.getppid() == parent:  # ends with who started it, however that ended
        sum(range(1_000_000))


# -- together --------------------------------------------------------------------------


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(
    wanted: Sequence[Planned], done: list[Finished], *, until: float, keep: Path | None
) -> list[Finished]:
    """Judge, say and keep each; return all lines that count, old and new."""
    with contextlib.ExitStack() as stack:
        record = stack.enter_context(keep.open("a")) if keep is not None else None
        trace = stack.enter_context(traces())

        def add(line: Finished) -> None:
            if record is not None:
                record.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
                record.flush()
            done.append(line)

        began = len(done)
        before: frozenset[str] | None = None
        with contextlib.suppress(KeyboardInterrupt):  # the figures so far are wanted
            for line in session(wanted, done, until=until):
                if before is None:
                    # The first judgement leaves what lives as long as this process.
                    dismiss()
                    before = trace.present()
                add(line)
                shown = "" if line.speedup is None else f" {line.speedup:.3f}"
                say(
                    f"{len(done):>4}  {line.key}  {line.fault or line.verdict}{shown}  "
                    f"{line.seconds:.2f} s  load {line.load:.1f}"
                )
        if before is not None:
            add(
                Finished(
                    key=f"left/{began}",
                    stamp="",
                    group=Group.LEFT,
                    name="session",
                    left=trace.left(before),
                )
            )
    return counting(done, wanted)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, help="end then; without: do all")
    parser.add_argument("--resume", type=Path, metavar="FILE")
    parser.add_argument("--busy", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--task", nargs="*", default=speed_tasks())
    parser.add_argument(
        "--only", nargs="+", choices=[g.value for g in Group if g is not Group.LEFT]
    )
    parser.add_argument("--same", type=int, default=300, help="A/A runs, in all")
    parser.add_argument("--ratio", type=int, default=10, help="runs of each ratio")
    parser.add_argument("--reference", type=int, default=1, help="runs of each task's")
    arguments = parser.parse_args()
    for slug in arguments.task:
        if not (BANK / slug / "inputs.py").is_file():
            parser.error(f"{slug} is no speed task of the bank")
    until = time.monotonic() + 60 * (
        float("inf") if arguments.minutes is None else arguments.minutes
    )
    wanted = plan(
        arguments.task,
        same=arguments.same,
        ratio=arguments.ratio,
        reference=arguments.reference,
    )
    if arguments.only:
        wanted = [one for one in wanted if one.group in arguments.only]
    try:
        if arguments.resume is not None:
            arguments.resume.parent.mkdir(parents=True, exist_ok=True)
        kept = read_record(arguments.resume) if arguments.resume else []
    except (OSError, RecordUnreadable) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    done = counting(kept, wanted)
    say(
        f"{len(wanted)} judgements, of which {len(done)} were finished before; "
        f"{arguments.busy} cores are kept busy"
    )
    with busy(arguments.busy):
        lines = measure(wanted, done, until=until, keep=arguments.resume)
    for text in by_name(lines):
        say(text)
    say("\n| figure | wanted | measured | |\n|---|---|---|---|")
    for figure in figures(lines):
        say(figure.row())
    return 0


if __name__ == "__main__":
    sys.exit(main())
