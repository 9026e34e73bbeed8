"""Everything that a head is fitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bank.definitions import TextQuestion
from grading.text.gathering import materials_of
from workers.evaluation.assembled import assembled
from workers.evaluation.graded import graded_answers, rubrics_of, split
from workers.evaluation.scored import Scored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grading.inputs import TextAnswer
    from grading.text.background import Background
    from grading.text.encoder import Encoder
    from grading.text.gathering import Material

# Beside an answer that a person scored. At .1 the bank's own phrasings did not all earn
# .8 in its trial; on people's answers left out of the fit the correlation was .928 with
# .1 and .927 with this.
ASSEMBLED_WEIGHT: Final = 0.3
_AT_ONCE: Final = 32  # answers


def scored_answers(
    bank: Mapping[str, object],
    encoder: Encoder,
    background: Background,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Scored]:
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
    materials = _materials(
        [*(one.answer for one in people), *(one.answer for one in made)],
        encoder,
        background,
        tell,
    )
    return [
        Scored(
            slug=one.slug,
            material=material,
            score=one.score,
            credits=tuple(
                one.credits[point.id] for point in one.answer.rubric.key_points
            ),
        )
        for one, material in zip(people, materials[: len(people)], strict=True)
    ] + [
        Scored(
            slug=one.slug,
            material=material,
            score=one.score,
            weight=ASSEMBLED_WEIGHT,
            measured=False,
        )
        for one, material in zip(made, materials[len(people) :], strict=True)
    ]


def _materials(
    answers: Sequence[TextAnswer],
    encoder: Encoder,
    background: Background,
    tell: Callable[[str], None],
) -> list[Material | None]:
    """Return what features are made of, some answers at a time."""
    found: list[Material | None] = []
    for first in range(0, len(answers), _AT_ONCE):
        part = answers[first : first + _AT_ONCE]
        found += materials_of(part, encoder, background)
        tell(f"{len(found)} of {len(answers)} answers read")
    return found
