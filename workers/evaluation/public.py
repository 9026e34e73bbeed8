"""Public graded answers: school and tutorial questions with references.

They are not part of the repository: `INFERVIEW_DATA` names their folder. Sources and
licences stand in `grading/text/heads/README.md`.
"""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grading.inputs import KeyPoint, Rubric, TextAnswer
from grading.text.adhoc import adhoc_rubric
from grading.text.units import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "INFERVIEW_DATA"
NO_PUBLIC_DATA: Final = f"{VARIABLE} names no folder of public graded answers"
SETS: Final = {"Beetle": "semeval2013_beetle", "SciEntsBank": "semeval2013_scientsbank"}
TRAINED_ON: Final = "train"  # the splits' names
UNSEEN: Final = "unseen-answers"
_KEYWORD: Final = "KEYWORD"  # references of that category are no sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAnswer:
    """One answer of a public set."""

    question: str
    split: str
    correct: bool
    answer: TextAnswer


class PublicDataMissing(Exception):
    """The public sets are not there, or not as they should be."""


def public_folder() -> Path | None:
    """Return the folder that `INFERVIEW_DATA` names; None when it names none."""
    named = os.environ.get(VARIABLE, "")
    return Path(named) if named else None


def needed_folder() -> Path:
    """Return the folder that `INFERVIEW_DATA` names.

    Raises: `PublicDataMissing` when it names none.
    """
    folder = public_folder()
    if folder is None:
        raise PublicDataMissing(NO_PUBLIC_DATA)
    return folder


def public_answers(folder: Path, name: str) -> list[PublicAnswer]:
    """Return the answers of one of `SETS`, in the file's order.

    Raises: `PublicDataMissing`.
    """
    path = folder / f"{SETS[name]}.jsonl.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [_answer(json.loads(line)) for line in file]
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise PublicDataMissing(message) from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        message = f"{path.name} is not as it should be: {error!r}"
        raise PublicDataMissing(message) from error


def _answer(row: Mapping[str, Any]) -> PublicAnswer:
    texts = [
        str(reference["text"])
        for reference in row["references"]
        if reference.get("category") != _KEYWORD
    ]
    return PublicAnswer(
        question=str(row["question_id"]),
        split=str(row["split"]),
        correct=row["label"] == "correct",
        answer=TextAnswer(
            text=str(row["answer"]),
            language="en",
            rubric=_rubric(str(row["question"]), texts),
        ),
    )


def _rubric(prompt: str, references: list[str]) -> Rubric:
    """Return the ad-hoc rubric; several references are ways to say one point."""
    if len(references) == 1:
        return adhoc_rubric(prompt, references[0], language="en")
    ways = tuple(dict.fromkeys(plain(text) for text in references))
    return Rubric(
        prompt={"en": prompt},
        key_points=(KeyPoint(id="p1", weight=1.0, phrasings={"en": ways}),),
    )
