"""Who sits in a simulation, what they write and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bank.definitions import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

BROKEN_CODE: Final = "def solve(*inputs:\n    return 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a persona needs to know of a question."""

    kind: str
    body: Mapping[str, Any]  # of the version that is asked
    folder: Path  # of the shipped bank; a speed task's files


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One way to sit an assessment."""

    name: str
    language: str
    prose: Callable[[Mapping[str, Any], str], str]
    code: Callable[[Path], str]
    least: float  # the mean of the text marks must not be below this
    most: float  # nor above this
    verdict: str  # expected of every code question
    crashes: bool = False  # loses the browser in the middle and comes back

    def answer(self, question: Question) -> str:
        """Return what this persona hands in."""
        if question.kind == Kind.SPEED:
            return self.code(question.folder)
        return self.prose(question.body, self.language)


def _statements(body: Mapping[str, Any], language: str) -> list[str]:
    return [
        point["phrasings"][language][1 % len(point["phrasings"][language])]
        for point in body["rubric"]["key_points"]
    ]


def _everything(body: Mapping[str, Any], language: str) -> str:
    end = "。" if language == "zh" else "."
    return "\n".join(
        f"{text.rstrip('。.')}{end}" for text in _statements(body, language)
    )


def _half(body: Mapping[str, Any], language: str) -> str:
    lines = _everything(body, language).split("\n")
    return "\n".join(lines[: len(lines) // 2])


def _mistaken(body: Mapping[str, Any], language: str) -> str:
    end = "。" if language == "zh" else "."
    return "\n".join(
        wrong["phrasings"][language][0].rstrip("。.") + end
        for wrong in body["rubric"]["misconceptions"]
    )


def _nothing(body: Mapping[str, Any], language: str) -> str:  # noqa: ARG001  # same shape
    return ""


def _file(name: str) -> Callable[[Path], str]:
    def code(folder: Path) -> str:
        return (folder / name).read_text(encoding="utf-8")

    return code


def _mistaken_code(folder: Path) -> str:
    """Return the first of the task's own examples of wrong code."""
    return min((folder / "wrong").glob("*.py")).read_text(encoding="utf-8")


PERSONAS: Final = (
    Persona(
        name="thorough",
        language="zh",
        prose=_everything,
        code=_file("reference.py"),
        least=0.7,
        most=1.0,
        verdict="faster",
    ),
    Persona(
        name="partial, browser crashes",
        language="en",
        prose=_half,
        code=_file("baseline.py"),
        least=0.3,
        most=0.9,  # half of the points hold up to .6 of the weight; .8 is full marks
        verdict="not_faster",
        crashes=True,
    ),
    Persona(
        name="confidently wrong",
        language="en",
        prose=_mistaken,
        code=_mistaken_code,
        least=0.0,
        most=0.35,
        verdict="wrong_output",
    ),
    Persona(
        name="empty",
        language="zh",
        prose=_nothing,
        code=lambda _: BROKEN_CODE,
        least=0.0,
        most=0.0,
        verdict="load_failed",
    ),
)
