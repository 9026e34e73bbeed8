"""What is handed in to be graded: plain values, no database rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint:
    """One thing that a good answer says, in the words that people use for it."""

    id: str
    weight: float  # > 0; only its share of the question's sum counts
    phrasings: Mapping[str, tuple[str, ...]]  # language -> statement, then phrasings
    opposites: Mapping[str, str] = field(default_factory=dict)  # language -> made false

    def statement(self, language: str) -> str:
        """Return the point's own sentence in `language`, else in any it has."""
        texts = self.phrasings.get(language) or next(iter(self.phrasings.values()))
        return texts[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """One fluent wrong answer, in the words that people use for it."""

    id: str
    phrasings: Mapping[str, tuple[str, ...]]  # language -> phrasings


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two subjects that a wrong answer swaps, each with what belongs to it.

    `pairs["en"] == (("prefill", "compute"), ("decode", "memory bandwidth"))`
    says: prefill goes with compute, decode with memory bandwidth.
    """

    pairs: Mapping[str, tuple[tuple[str, str], tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """Everything that a text answer is held against."""

    prompt: Mapping[str, str]  # language -> the question as asked
    key_points: tuple[KeyPoint, ...]
    misconceptions: tuple[Misconception, ...] = ()
    contrasts: tuple[Contrast, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether a specialist wrote it; an imported document is not."""
        return bool(self.misconceptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnswer:
    """One answer to one question."""

    text: str
    language: str  # of the answer as declared: "zh" or "en"
    rubric: Rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedSubmission:
    """One file of candidate code for one speed task."""

    source: bytes  # as handed in; refused when it is not UTF-8 Python
    task_folder: Path  # holds question.yaml, baseline.py, inputs.py, ...
    device: str = "auto"  # "auto", "cpu" or "cuda"
    budget_seconds: float | None = None  # measuring time; None: the task's own
    patience: float = 1.0  # times that budget; more for a second try on a busy node


def task_digest(folder: Path) -> str:
    """Return a digest of a task: of the name and content of each of its files.

    Grades carry it, so that a result is never read as that of a changed task.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(
            part.startswith((".", "__pycache__")) for part in inner.parts
        ):
            digest.update(inner.as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
