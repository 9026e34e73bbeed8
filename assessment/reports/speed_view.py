"""A measured speed-up, ready to be shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.reports.judge_words import judge_words
from assessment.reports.words import DEVICES, FACTS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assessment.reports.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A speed-up with its 99 % interval, in words and as places on a line.

    Places run from 0 to 100; the line is logarithmic, so that twice as fast and
    half as fast lie equally far from one.
    """

    words: str
    one: str
    low: str
    middle: str
    width: str  # from low to high, never too thin to see


def interval_of(grade: Mapping[str, Any]) -> Interval | None:
    """Return a speed grade's interval, or None when nothing was measured."""
    low, middle, high = grade["low"], grade["speedup"], grade["high"]
    if low is None or middle is None or high is None or not low > 0:
        return None
    left = math.log(min(0.8, low * 0.9))
    right = math.log(max(1.5, high * 1.1))

    def place(ratio: float) -> float:
        return 100 * (math.log(ratio) - left) / (right - left)

    return Interval(
        words=_("%(value)s (%(low)s to %(high)s)")
        % {"value": f"{middle:.2f}x", "low": f"{low:.2f}", "high": f"{high:.2f}"},
        one=f"{place(1.0):.2f}",
        low=f"{place(low):.2f}",
        middle=f"{place(middle):.2f}",
        width=f"{max(place(high) - place(low), 0.6):.2f}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known of the machine."""

    name: str
    value: str


def facts_of(machine: Mapping[str, Any], *, under: str = "") -> tuple[Fact, ...]:
    """Return a machine's facts as flat lines, in the order in which they came."""
    lines: list[Fact] = []
    for key, value in machine.items():
        name = under + str(FACTS.get(key, key.replace("_", " ")))
        if isinstance(value, dict):
            lines.extend(facts_of(value, under=f"{name}: "))
        elif isinstance(value, list | tuple):
            lines.append(Fact(name=name, value=", ".join(map(_plain, value)) or "–"))
        elif value not in (None, ""):
            lines.append(Fact(name=name, value=_plain(value)))
    return tuple(lines)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How one input case's outputs compared with the reference."""

    name: str
    calls: int
    correct: bool
    worst_error: str  # in units of the tolerance; empty when not measurable
    detail: Words


def _case(case: Mapping[str, Any]) -> Case:
    worst = case["worst_error"]
    return Case(
        name=str(case["case"]),
        calls=case["calls"],
        correct=case["correct"],
        worst_error="" if worst is None else f"{worst:.3g}",
        detail=judge_words(str(case.get("detail", ""))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedView:
    """What one measured submission shows."""

    verdict: str  # its name, for a class
    headline: str
    reason: Words  # what the judge says
    interval: Interval | None
    credited: str
    above_reference: bool  # better than the task's own solution
    pairs: int
    processes: int  # of each program, over which the interval is; 0: over the pairs
    compared: str  # what of the two programs, in words
    device: str
    device_words: str
    cases: tuple[Case, ...]
    facts: tuple[Fact, ...]
    output: str
    seconds: int


# By the task's metric and the clock of the judgement.
COMPARED: Final = {
    ("time", "cpu"): gettext_lazy("processor time"),
    ("time", "wall"): gettext_lazy("wall time"),
    ("memory", "cpu"): gettext_lazy("most memory held"),
    ("memory", "wall"): gettext_lazy("most memory held"),
    ("bytes", "cpu"): gettext_lazy("processor time and the time to send what it made"),
    ("bytes", "wall"): gettext_lazy("wall time and the time to send what it made"),
}


def speed_of(grade: Mapping[str, Any]) -> SpeedView:
    """Return what a page shows of a speed grade."""
    verdict = str(grade["verdict"])
    device = str(grade["device"])
    credited = grade["credited"]
    details = grade.get("details", {})
    return SpeedView(
        verdict=verdict,
        headline=str(VERDICTS.get(verdict, verdict)),
        reason=judge_words(str(grade["reason"])),
        interval=interval_of(grade),
        credited="" if credited is None else f"{credited:.2f}x",
        above_reference=bool(details.get("above_reference")),
        pairs=int(grade["pairs"]),
        processes=len(set(details.get("process_of_pair", ()))),
        compared=str(COMPARED[str(details.get("metric", "time")), str(grade["clock"])]),
        device=device,
        device_words=str(DEVICES.get(device, device)),
        cases=tuple(_case(case) for case in grade["cases"]),
        facts=facts_of(grade["machine"]),
        output=str(grade.get("output", "")),
        seconds=round(grade["seconds"]),
    )


def series_of(grade: Mapping[str, Any]) -> dict[str, Any]:
    """Return the raw series of a measurement, with what reproduces it."""
    kept = (
        "schema",
        "engine",
        "task_digest",
        "verdict",
        "speedup",
        "low",
        "high",
        "credited",
        "pairs",
        "baseline_seconds",
        "candidate_seconds",
        "clock",
        "device",
        "machine",
        "details",
    )
    return {key: grade[key] for key in kept if key in grade}
