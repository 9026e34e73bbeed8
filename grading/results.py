"""What grading hands back: plain values that go into a database as JSON."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1  # of the JSON that `as_json` makes; goes up when a field changes meaning


class Verdict(StrEnum):
    """What was found out about a submission. A fault of ours is never one."""

    FASTER = "faster"
    NOT_FASTER = "not_faster"
    INCONCLUSIVE = "inconclusive"
    WRONG_OUTPUT = "wrong_output"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    CRASHED = "crashed"
    LOAD_FAILED = "load_failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointGrade:
    """What one key point earned, and by which words."""

    point: str  # the key point's id
    statement: str  # its own sentence, in the answer's language
    weight: float
    credit: float  # in [0, 1]
    sentence: str  # the words that came nearest; empty when none counts
    start: int  # character span of `sentence` in the answer as stored; -1: none
    end: int
    similarity: float  # raw cosine of the sentence and the nearest phrasing
    note: str = ""  # why a near sentence earned nothing, e.g. a misconception's id


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGrade:
    """The mark of one text answer with its evidence."""

    score: float  # in [0, 1]
    points: tuple[PointGrade, ...]
    flags: tuple[str, ...]  # names of the guards that fired
    engine: str  # name and version of the marking method
    encoder: str  # name@revision
    device: str  # "cpu" or "cuda"
    language: str
    low: float | None = None  # 90 % interval of what a person would give
    high: float | None = None  # None: this encoder was not calibrated with people
    doubt: float | None = None  # in [0, 1]: share of answers that are less doubtful
    review: bool = False  # a person should look at it; see `reasons`
    reasons: tuple[str, ...] = ()  # why: "doubt" or names of flags
    schema: int = SCHEMA
    details: Mapping[str, Any] = field(default_factory=dict)  # what computes it again


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCheck:
    """How one input case's outputs compared with the float64 reference."""

    case: str
    calls: int
    correct: bool
    worst_error: float | None  # in units of the tolerance; None when not measurable
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedGrade:
    """What one submission achieved, with all that reproduces it."""

    verdict: Verdict
    reason: str  # one sentence a candidate understands
    score: float  # in [0, 1]; 0 unless the verdict is `faster`
    speedup: float | None  # baseline / candidate, median of pairs
    low: float | None  # 99 % interval of the median
    high: float | None
    credited: float | None  # the lower bound if above 1.02, else 1.0
    cases: tuple[CaseCheck, ...]
    pairs: int
    baseline_seconds: tuple[float, ...]  # raw series, pair by pair
    candidate_seconds: tuple[float, ...]
    clock: str  # "cpu" or "wall"
    device: str  # "cpu" or "cuda"
    machine: Mapping[str, Any]  # model names, versions, load
    seconds: float  # wall time the judgement took
    output: str = ""  # what the program printed, bounded
    engine: str = ""
    task_digest: str = ""  # of the task folder's files
    schema: int = SCHEMA
    details: Mapping[str, Any] = field(default_factory=dict)


def as_json(grade: TextGrade | SpeedGrade) -> dict[str, Any]:
    """Return a grade as values that `json.dumps` takes."""
    return dataclasses.asdict(grade)
