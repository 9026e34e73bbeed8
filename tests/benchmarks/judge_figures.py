"""Finished judgements -> the judge's figures, each beside what is wanted of it.

Pure: nothing here judges, reads a file or looks at a clock.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Final

from grading.results import Verdict
from grading.speed.statistics import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

REJECTED: Final = frozenset(
    {
        Verdict.WRONG_OUTPUT,
        Verdict.TIME_LIMIT,
        Verdict.MEMORY_LIMIT,
        Verdict.CRASHED,
        Verdict.LOAD_FAILED,
        Verdict.REFUSED,
    }
)
# nominal speed-up -> how far the median of the estimates may be from it
RATIOS_WANTED: Final = {1.1: 0.03, 1.5: 0.03, 2.0: 0.04, 10.0: 0.07}
# seconds of a baseline's call that make a task one "of 20 ms"
AROUND_20_MS: Final = (0.01, 0.04)


class Group(StrEnum):
    """What a judgement is an example of."""

    SAME = "same"  # the baseline as submission: A/A
    RATIO = "ratio"  # the same work, fewer times: a true speed-up is known
    REFERENCE = "reference"  # a task's own solution
    HONEST = "honest"  # of the adversarial corpus
    CHEAT = "cheat"  # of the same
    START = "start"  # a jail with torch ready, nothing judged
    LEFT = "left"  # what a session left behind on the machine


HONEST: Final = frozenset({Group.SAME, Group.RATIO, Group.REFERENCE, Group.HONEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One line of the record."""

    key: str  # which of the plan
    stamp: str  # of what was judged and by which engine; another one counts for naught
    group: Group
    name: str  # of the task, with the ratio, or of the case
    fault: str = ""  # ours, or the author's: judged again when resumed
    true: float | None = None  # speed-up, where it is known
    verdict: str = ""
    reason: str = ""
    speedup: float | None = None
    low: float | None = None
    high: float | None = None
    credited: float | None = None
    pairs: int = 0
    call_seconds: float | None = None  # of the baseline, median
    seconds: float = 0.0  # from the file to the verdict; of a start: of that
    load: float = 0.0  # of the machine when it ended
    left: tuple[str, ...] = ()  # only of `LEFT`

    @property
    def interval(self) -> Interval | None:
        """Return the measured interval, where there is one."""
        if self.speedup is None or self.low is None or self.high is None:
            return None
        return Interval(middle=self.speedup, low=self.low, high=self.high)

    @property
    def is_credited(self) -> bool:
        """Say whether it earned more than the baseline."""
        return (self.credited or 1.0) > 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table."""

    name: str
    wanted: str
    measured: str
    met: bool | None  # None: nothing was measured

    def row(self) -> str:
        """Return it as a line of a Markdown table."""
        stands = {True: "met", False: "**missed**", None: "not measured"}[self.met]
        return f"| {self.name} | {self.wanted} | {self.measured} | {stands} |"


def figures(lines: Iterable[Finished]) -> list[Figure]:
    """Return every figure of the table, measured or not."""
    of: dict[Group, list[Finished]] = defaultdict(list)
    faults = 0
    for line in lines:
        if line.fault:
            faults += 1
        else:
            of[line.group].append(line)
    same, ratios = of[Group.SAME], of[Group.RATIO]
    timed = [line for line in (*same, *ratios) if line.interval is not None]
    around = [
        line
        for line in timed
        if AROUND_20_MS[0] <= (line.call_seconds or 0) <= AROUND_20_MS[1]
    ]
    return [
        _share(
            "cheats credited above 1.00x",
            of[Group.CHEAT],
            lambda line: line.is_credited,
            most=0.0,
        ),
        _share(
            "honest submissions rejected",
            [line for group in sorted(HONEST) for line in of[group]],
            lambda line: line.verdict in REJECTED,
            most=0.0,
        ),
        _share(
            "A/A credited above 1.02", same, lambda line: line.is_credited, most=0.01
        ),
        _coverage([line for line in same if line.interval is not None]),
        _quantity("half-width, p50", [_half_width(line) for line in timed], 0.03, "%"),
        *(_ratio(ratios, true, within) for true, within in RATIOS_WANTED.items()),
        _quantity(
            "isolated start with torch ready, p50",
            [line.seconds for line in of[Group.START]],
            0.05,
            "ms",
        ),
        _quantity(
            "one judgement of a 20 ms task, p50",
            [line.seconds for line in around],
            15.0,
            "s",
        ),
        _left(of[Group.LEFT]),
        Figure(
            name="judgements that failed by our or an author's fault",
            wanted="0",
            measured=str(faults),
            met=faults == 0,
        ),
    ]


def _half_width(line: Finished) -> float:
    return line.interval.half_width if line.interval is not None else 0.0


def _share(
    name: str,
    lines: Sequence[Finished],
    counts: Callable[[Finished], bool],
    *,
    most: float,
) -> Figure:
    wanted = f"at most {most:.0%}" if most else "0"
    if not lines:
        return Figure(name=name, wanted=wanted, measured="n 0", met=None)
    found = [line.name for line in lines if counts(line)]
    named = f" ({', '.join(sorted(set(found)))})" if found else ""
    return Figure(
        name=name,
        wanted=wanted,
        measured=f"{len(found)} of {len(lines)}{named}",
        met=len(found) <= most * len(lines),
    )


def _coverage(lines: Sequence[Finished]) -> Figure:
    name, wanted = "99 % interval: coverage of A/A", "98 to 100 %"
    if not lines:
        return Figure(name=name, wanted=wanted, measured="n 0", met=None)
    covered = sum((line.low or 0) <= 1.0 <= (line.high or 0) for line in lines)
    share = covered / len(lines)
    return Figure(
        name=name,
        wanted=wanted,
        measured=f"{share:.1%} ({covered} of {len(lines)})",
        met=share >= 0.98,
    )


def _quantity(name: str, values: Sequence[float], most: float, unit: str) -> Figure:
    def told(value: float) -> str:
        scale, digits = {"%": (100, 1), "ms": (1000, 0), "s": (1, 1)}[unit]
        return f"{value * scale:.{digits}f} {unit}"

    wanted = f"at most {told(most)}"
    if not values:
        return Figure(name=name, wanted=wanted, measured="n 0", met=None)
    found = median(values)
    return Figure(
        name=name,
        wanted=wanted,
        measured=f"{told(found)} (largest {told(max(values))}, n {len(values)})",
        met=found <= most,
    )


def _ratio(lines: Sequence[Finished], true: float, within: float) -> Figure:
    name, wanted = f"true ratio {true:g}: median estimate", f"within {within:.0%}"
    found = [line.speedup for line in lines if line.true == true and line.speedup]
    if not found:
        return Figure(name=name, wanted=wanted, measured="n 0", met=None)
    middle = median(found)
    return Figure(
        name=name,
        wanted=wanted,
        measured=(
            f"{middle:.3f} ({middle / true - 1:+.1%}; "
            f"{min(found):.3f} to {max(found):.3f}, n {len(found)})"
        ),
        met=abs(middle / true - 1) <= within,
    )


def _left(lines: Sequence[Finished]) -> Figure:
    name = "processes, control groups, mounts, files left"
    if not lines:
        return Figure(name=name, wanted="0", measured="n 0", met=None)
    left = [thing for line in lines for thing in line.left]
    return Figure(
        name=name,
        wanted="0",
        measured=f"{len(left)} after {len(lines)} sessions"
        + (f" ({', '.join(left)})" if left else ""),
        met=not left,
    )


def by_name(lines: Iterable[Finished]) -> list[str]:
    """Return a line for each program that was timed, over its judgements."""
    groups: dict[tuple[Group, str], list[Finished]] = defaultdict(list)
    for line in lines:
        if line.group in HONEST and not line.fault:
            groups[line.group, line.name].append(line)
    return [_told(group, name, found) for (group, name), found in groups.items()]


def _told(group: Group, name: str, lines: Sequence[Finished]) -> str:
    begin = f"{group:<9} {name:<34} n {len(lines):>3}"
    timed = [line for line in lines if line.speedup is not None]
    verdicts: dict[str, int] = defaultdict(int)
    for line in lines:
        verdicts[line.verdict] += 1
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    seconds = median(line.seconds for line in lines)
    if not timed:
        return f"{begin}  {said}  {seconds:.1f} s"
    speedups = [line.speedup or 0.0 for line in timed]
    calls = median(line.call_seconds or 0.0 for line in timed)
    return (
        f"{begin}  {min(speedups):.3f} .. {max(speedups):.3f} "
        f"(median {median(speedups):.3f})  "
        f"half-width {median(_half_width(line) for line in timed):.1%}  "
        f"pairs {median(line.pairs for line in timed):.0f}  "
        f"call {calls * 1000:.1f} ms  {seconds:.1f} s  {said}"
    )
