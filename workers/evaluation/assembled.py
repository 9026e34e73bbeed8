"""Answers made of rubrics, to teach a head what whole, half and wrong look like.

They stand in for what no person scored: every question that is not in the test split
shows its own phrasings, about half of its points, its misconceptions, another
question's reference and its prompt. A head fitted to these alone learns how they are
assembled, so they weigh a fraction of people's answers: enough to say what lies beyond
those. Opposites are not among them; their features are those of right answers, and
they taught a head to doubt these.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.inputs import LANGUAGES, TextAnswer
from workers.evaluation.graded import FULL_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bank.definitions import TextQuestion
    from grading.inputs import KeyPoint, Rubric

_HALF: Final = 0.56  # of the weight at most
_HALVES: Final = 2
_ELSEWHERE: Final = 3  # other questions' references


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """One answer with the score that its making gives it."""

    slug: str
    kind: str
    score: float
    answer: TextAnswer


def assembled(
    questions: Mapping[str, TextQuestion], *, without: frozenset[str]
) -> list[Assembled]:
    """Return answers to all questions that are no aliases and not in `without`.

    Which phrasings they use depends on the texts' names alone.
    """
    own = {
        slug: question for slug, question in questions.items() if not question.alias_of
    }
    return [
        Assembled(
            slug=slug,
            kind=kind,
            score=score,
            answer=TextAnswer(text=text, language=language, rubric=question.rubric),
        )
        for slug, question in own.items()
        if slug not in without
        for language in LANGUAGES
        for kind, score, text in _answers(question, language, own)
        if text
    ]


def _answers(
    question: TextQuestion, language: str, others: Mapping[str, TextQuestion]
) -> Iterator[tuple[str, float, str]]:
    rubric = question.rubric
    lot = _lot(question.slug, language)
    points = [p for p in rubric.key_points if p.phrasings.get(language)]
    wrongs = [
        _drawn(wrong.phrasings[language], lot)
        for wrong in rubric.misconceptions
        if wrong.phrasings.get(language)
    ]
    if not points or not wrongs:
        return
    for mix in range(max(len(point.phrasings[language]) for point in points)):
        yield "whole", 1.0, _mixed(points, language, mix)
    for _ in range(_HALVES):
        part, share = _part(points, lot)
        yield "half", min(1.0, share / FULL_SHARE), _said(part, language, lot)
    yield "wrong", 0.0, "\n".join(wrongs)
    yield "one wrong", 0.0, wrongs[0]
    yield "prompt", 0.0, rubric.prompt.get(language, "")
    kin = {question.slug, *question.related}
    strangers = [
        slug
        for slug, other in others.items()
        if slug not in kin and question.slug not in other.related
    ]
    for place in lot.permutation(len(strangers))[:_ELSEWHERE]:
        yield "elsewhere", 0.0, _reference(others[strangers[place]].rubric, language)


def _lot(*names: str) -> np.random.Generator:
    digest = hashlib.sha256("\n".join(names).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _drawn(texts: Sequence[str], lot: np.random.Generator) -> str:
    return texts[int(lot.integers(len(texts)))]


def _said(points: Sequence[KeyPoint], language: str, lot: np.random.Generator) -> str:
    order = lot.permutation(len(points))
    return "\n".join(_drawn(points[at].phrasings[language], lot) for at in order)


def _mixed(points: Sequence[KeyPoint], language: str, mix: int) -> str:
    """Return the phrasings number `mix` of all points, in the rubric's order."""
    said = (point.phrasings[language] for point in points)
    return "\n".join(texts[mix % len(texts)] for texts in said)


def _part(
    points: Sequence[KeyPoint], lot: np.random.Generator
) -> tuple[list[KeyPoint], float]:
    """Return some points that hold about half of the weight, and their share of it."""
    total = sum(point.weight for point in points)
    chosen: list[KeyPoint] = []
    held = 0.0
    for at in lot.permutation(len(points)):
        if held + points[at].weight <= total * _HALF:
            chosen.append(points[at])
            held += points[at].weight
    return chosen, held / total


def _reference(rubric: Rubric, language: str) -> str:
    return "\n".join(
        point.phrasings[language][0]
        for point in rubric.key_points
        if point.phrasings.get(language)
    )
