"""A question's values to the JSON of a version, and back. Pure.

The body holds all that grading and pages need, so that a version explains itself
when the bank has moved on. Slug, state and review are not in it: they belong to the
question and may change without a new wording.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from bank.definitions import (
    Erratum,
    Kind,
    Reading,
    Source,
    SpeedQuestion,
    State,
    TextQuestion,
)
from grading.inputs import LANGUAGES, Contrast, KeyPoint, Misconception, Rubric

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TypeAlias

    Body: TypeAlias = Mapping[str, Any]

SCHEMA: Final = 1


def body_of(question: TextQuestion | SpeedQuestion) -> dict[str, Any]:
    """Return the question's wording as values that `json.dumps` takes."""
    kind = Kind.TEXT if isinstance(question, TextQuestion) else Kind.SPEED
    fields = dataclasses.asdict(question)
    for name in ("slug", "state", "review"):
        fields.pop(name, None)
    if isinstance(question, SpeedQuestion):
        fields["folder"] = question.folder.name  # a place moves, its name stays
    body = {"schema": SCHEMA, "kind": kind, **fields}
    # Through JSON once, so that what is compared and hashed is what will be read.
    plain: dict[str, Any] = json.loads(json.dumps(body))
    return plain


def digest_of(body: Body) -> str:
    """Return the SHA-256 of a body, whatever the order of its keys."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def kind_of(body: Body) -> Kind:
    """Return how the question of this body is answered."""
    return Kind(body["kind"])


def rubric_of(body: Body) -> Rubric:
    """Return what a text question's answers are held against."""
    rubric = body["rubric"]
    return Rubric(
        prompt=_by_language(rubric["prompt"]),
        key_points=tuple(
            KeyPoint(
                id=point["id"],
                weight=float(point["weight"]),
                phrasings=_by_language(point["phrasings"], tuple),
                opposites=_by_language(point["opposites"]),
            )
            for point in rubric["key_points"]
        ),
        misconceptions=tuple(
            Misconception(
                id=wrong["id"], phrasings=_by_language(wrong["phrasings"], tuple)
            )
            for wrong in rubric["misconceptions"]
        ),
        contrasts=tuple(
            Contrast(pairs=_by_language(contrast["pairs"], _pairs))
            for contrast in rubric["contrasts"]
        ),
    )


def text_question_of(body: Body, *, slug: str, state: State) -> TextQuestion:
    """Return the text question whose wording is `body`."""
    competency, follow_ups = body["competency"], body["follow_ups"]
    explanation = body["explanation"]
    return TextQuestion(
        slug=slug,
        state=state,
        topic=body["topic"],
        difficulty=body["difficulty"],
        minutes=body["minutes"],
        title=_by_language(body["title"]),
        rubric=rubric_of(body),
        sources=_sources(body),
        alias_of=body["alias_of"],
        related=tuple(body["related"]),
        competency=None if competency is None else _by_language(competency),
        errata=tuple(
            Erratum(
                document=erratum["document"],
                number=erratum["number"],
                says=_by_language(erratum["says"]),
                right=_by_language(erratum["right"]),
                source=erratum["source"],
            )
            for erratum in body["errata"]
        ),
        follow_ups=None if follow_ups is None else _by_language(follow_ups, tuple),
        reading=tuple(Reading(**work) for work in body["reading"]),
        explanation=None if explanation is None else _by_language(explanation),
    )


def speed_question_of(
    body: Body, *, slug: str, state: State, bank_folder: Path
) -> SpeedQuestion:
    """Return the speed question whose wording is `body`.

    Its other files are those of the folder as it is now; compare `digest` with the
    folder's own before measuring.
    """
    competency = body["competency"]
    return SpeedQuestion(
        slug=slug,
        state=state,
        topic=body["topic"],
        difficulty=body["difficulty"],
        minutes=body["minutes"],
        title=_by_language(body["title"]),
        statement=_by_language(body["statement"]),
        baseline=body["baseline"],
        folder=bank_folder / body["folder"],
        digest=body["digest"],
        sources=_sources(body),
        related=tuple(body["related"]),
        competency=None if competency is None else _by_language(competency),
    )


def _sources(body: Body) -> tuple[Source, ...]:
    return tuple(Source(**source) for source in body["sources"])


def _by_language(
    values: Mapping[str, Any], form: Callable[[Any], Any] = str
) -> dict[str, Any]:
    # A database may have sorted the keys; the first language is the one shown when
    # the wanted one is missing, so the order is ours again.
    return {
        language: form(values[language]) for language in LANGUAGES if language in values
    }


def _pairs(values: list[list[str]]) -> tuple[tuple[str, str], tuple[str, str]]:
    (first, belongs_first), (second, belongs_second) = values
    return (first, belongs_first), (second, belongs_second)
