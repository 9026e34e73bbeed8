"""Everything that a head is fitted to, as features and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bank.definitions import TextQuestion
from grading.text.features import KEYWORDS, answers_elsewhere
from grading.text.grade import features_from
from grading.text.guards import ELSEWHERE_FACTOR, KEYWORD_FACTOR
from workers.evaluation.assembled import assembled
from workers.evaluation.fitting import Example
from workers.evaluation.graded import graded_answers, rubrics_of, split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grading.inputs import TextAnswer
    from grading.text.background import Background
    from grading.text.encoder import Encoder

# Beside an answer that a person scored. It costs .001 of the correlation and makes half
# an answer worth half: of ten such, eight now get .56 to .72, at .02 it was .52 to .78.
ASSEMBLED_WEIGHT: Final = 0.1
_AT_ONCE: Final = 32  # answers


def examples_of(
    bank: Mapping[str, object],
    encoder: Encoder,
    background: Background,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Example]:
    """Return people's and assembled answers to questions outside the test split.

    Raises: `GradedDataBroken`, `EncoderUnavailable`.
    """
    kept = split()
    people = [one for one in graded_answers(rubrics_of(bank)) if one.slug not in kept]
    texts = {
        slug: question
        for slug, question in bank.items()
        if isinstance(question, TextQuestion)
    }
    made = assembled(texts, without=kept)
    features = features_in_parts(
        [*(one.answer for one in people), *(one.answer for one in made)],
        encoder,
        background,
        tell=tell,
    )
    return [
        Example(
            slug=one.slug,
            features=seen,
            score=one.score,
            factor=factor_of(seen),
        )
        for one, seen in zip(people, features[: len(people)], strict=True)
    ] + [
        Example(
            slug=one.slug,
            features=seen,
            score=one.score,
            weight=ASSEMBLED_WEIGHT,
            measured=False,
        )
        for one, seen in zip(made, features[len(people) :], strict=True)
    ]


def factor_of(features: Mapping[str, float]) -> float:
    """Return what the guards leave of a score."""
    listed = KEYWORD_FACTOR if features.get(KEYWORDS) else 1.0
    return listed * (ELSEWHERE_FACTOR if answers_elsewhere(features) else 1.0)


def features_in_parts(
    answers: Sequence[TextAnswer],
    encoder: Encoder,
    background: Background,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> list[dict[str, float]]:
    """Return the features of many answers, some at a time; `tell` hears how far."""
    found: list[dict[str, float]] = []
    for first in range(0, len(answers), _AT_ONCE):
        part = answers[first : first + _AT_ONCE]
        found += features_from(part, encoder, background)
        tell(f"{len(found)} of {len(answers)} answers read")
    return found
