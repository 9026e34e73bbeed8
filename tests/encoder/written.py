"""The answers of `answers/`, and those that are made from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from django.conf import settings

from bank.definitions import TextQuestion
from bank.parsing import load_bank
from grading.inputs import LANGUAGES, TextAnswer
from workers.background import background_from

if TYPE_CHECKING:
    from grading.text.background import Background

FOLDER = Path(__file__).parent / "answers"
OFF_TOPIC = "gradient-clipping"  # whose excellent answer is off topic elsewhere
INSTEAD = {  # of it where that would not be off topic
    "gradient-clipping": "cpu-gpu-scheduling",
    "mixed-precision-training": "cpu-gpu-scheduling",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One answer of a known kind."""

    slug: str
    kind: str
    answer: TextAnswer


def shipped_background() -> Background:
    return background_from(load_bank(settings.BANK_FOLDER))


def written(part: str, *, slugs: frozenset[str] | None = None) -> list[Written]:
    """Return the answers of `part`, a folder in `answers`, those made included."""
    bank = load_bank(settings.BANK_FOLDER)
    found = []
    for path in sorted((FOLDER / part).glob("*.yaml")):
        if slugs is not None and path.stem not in slugs:
            continue
        question = bank[path.stem]
        assert isinstance(question, TextQuestion)
        rubric = question.rubric
        elsewhere = _read(INSTEAD.get(path.stem, OFF_TOPIC))
        for language in LANGUAGES:
            kinds = _read(path.stem)[language] | {
                "prompt": rubric.prompt[language],
                "off_topic": elsewhere[language]["excellent"],
            }
            found += [
                Written(
                    slug=path.stem,
                    kind=kind,
                    answer=TextAnswer(text=text, language=language, rubric=rubric),
                )
                for kind, text in kinds.items()
            ]
    return found


def _read(slug: str) -> dict[str, dict[str, str]]:
    (path,) = FOLDER.glob(f"*/{slug}.yaml")
    answers: dict[str, dict[str, str]] = yaml.safe_load(path.read_text("utf-8"))
    return answers
