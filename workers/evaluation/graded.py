"""Graded answers and minimal pairs, read from this folder's files.

The rules by which they were written and scored stand in README.md beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from bank.definitions import TextQuestion
from grading.inputs import TextAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grading.inputs import Rubric

FOLDER: Final = Path(__file__).parent
FULL_SHARE: Final = 0.85  # of the weight is what a full mark expects
WRONG_CLAIM: Final = 0.1  # taken off for each
MOST_WRONG: Final = 0.3  # taken off at most
LIST: Final = "keyword-list"
REPEATED: Final = "prompt-repeated"
STEP: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedAnswer:
    """One answer with the score that a person gave it."""

    slug: str
    id: str
    kind: str
    score: float  # in [0, 1]
    credits: Mapping[str, float]  # key point -> in [0, 1]
    wrong_claims: int
    answer: TextAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One statement, right and made wrong by the smallest change."""

    slug: str
    id: str
    change: str
    key_point: str
    right: TextAnswer
    wrong: TextAnswer


class GradedDataBroken(Exception):
    """A file of graded answers is not as README.md says."""


def graded_answers(
    rubrics: Mapping[str, Rubric], folder: Path = FOLDER
) -> list[GradedAnswer]:
    """Return all graded answers, by question.

    Raises: `GradedDataBroken`.
    """
    found = []
    for path, values in _files(folder / "answers"):
        rubric = _rubric(path, values, rubrics)
        try:
            found += [
                GradedAnswer(
                    slug=values["question"],
                    id=entry["id"],
                    kind=entry["kind"],
                    score=float(entry["score"]),
                    credits=dict(entry["credits"]),
                    wrong_claims=int(entry["wrong_claims"]),
                    answer=TextAnswer(
                        text=entry["text"], language=entry["language"], rubric=rubric
                    ),
                )
                for entry in values["answers"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path.name}: {error!r}"
            raise GradedDataBroken(message) from error
    return found


def pairs(rubrics: Mapping[str, Rubric], folder: Path = FOLDER) -> list[Pair]:
    """Return all minimal pairs, by question.

    Raises: `GradedDataBroken`.
    """
    found = []
    for path, values in _files(folder / "pairs"):
        rubric = _rubric(path, values, rubrics)
        try:
            for entry in values["pairs"]:
                right, wrong = (
                    TextAnswer(
                        text=entry[side], language=entry["language"], rubric=rubric
                    )
                    for side in ("right", "wrong")
                )
                found.append(
                    Pair(
                        slug=values["question"],
                        id=entry["id"],
                        change=entry["change"],
                        key_point=entry["key_point"],
                        right=right,
                        wrong=wrong,
                    )
                )
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path.name}: {error!r}"
            raise GradedDataBroken(message) from error
    return found


def split(folder: Path = FOLDER) -> frozenset[str]:
    """Return the slugs of the questions on which nothing may be fitted.

    Raises: `GradedDataBroken`.
    """
    try:
        values = yaml.safe_load((folder / "split.yaml").read_text("utf-8"))
        return frozenset(values["test"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        message = f"split.yaml: {error!r}"
        raise GradedDataBroken(message) from error


def scored_by_rule(answer: GradedAnswer) -> float:
    """Return the score that the rules of README.md give an answer's credits."""
    if answer.kind in {LIST, REPEATED}:
        return 0.0
    points = answer.answer.rubric.key_points
    weight = sum(point.weight for point in points)
    coverage = sum(point.weight * answer.credits[point.id] for point in points) / weight
    score = min(1.0, coverage / FULL_SHARE)
    score -= min(MOST_WRONG, WRONG_CLAIM * answer.wrong_claims)
    return round(max(0.0, score) / STEP) * STEP


def rubrics_of(questions: Mapping[str, object]) -> dict[str, Rubric]:
    """Return the rubrics of a bank's text questions that are no aliases, by slug."""
    return {
        slug: question.rubric
        for slug, question in questions.items()
        if isinstance(question, TextQuestion) and not question.alias_of
    }


def _files(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            values = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, yaml.YAMLError) as error:
            message = f"{path.name}: {error}"
            raise GradedDataBroken(message) from error
        if not isinstance(values, dict):
            message = f"{path.name} is not a mapping"
            raise GradedDataBroken(message)
        found.append((path, values))
    return found


def _rubric(
    path: Path, values: Mapping[str, Any], rubrics: Mapping[str, Rubric]
) -> Rubric:
    slug = str(values.get("question"))
    if slug not in rubrics:
        message = f"{path.name}: the bank has no question {slug!r}"
        raise GradedDataBroken(message)
    return rubrics[slug]
