"""Answers with their scores, before and after an adapter; rounds that leave some out.

An adapter is fitted to people's credits, so what it makes of the answers which it was
fitted to is not what it makes of others. The head must learn from the latter: an
example's features come from an adapter that saw no answer to its question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.text.features import KEYWORDS, answers_elsewhere
from grading.text.guards import ELSEWHERE_FACTOR, KEYWORD_FACTOR, PROMPT_FACTOR
from workers.evaluation.adapter_fitting import fit_adapter
from workers.evaluation.fitting import Example

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grading.text.adapter import Adapter
    from grading.text.gathering import Material

FOLDS: Final = 5
SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One answer before any adapter."""

    slug: str  # of the question; what is left out together
    material: Material | None  # None: says nothing, and scores 0
    score: float
    credits: tuple[float, ...] | None = None  # a person's, by key point
    weight: float = 1.0
    measured: bool = True  # by a person; the others only teach

    def example(self, adapter: Adapter) -> Example:
        """Return the answer as a head sees it through `adapter`."""
        features = self.material.features(adapter) if self.material else {}
        return Example(
            slug=self.slug,
            features=features,
            score=self.score,
            weight=self.weight,
            measured=self.measured,
            factor=self._factor(features) if self.measured else 1.0,
        )

    def _factor(self, features: Mapping[str, float]) -> float:
        """Return what the guards leave of a score."""
        factor = KEYWORD_FACTOR if features.get(KEYWORDS) else 1.0
        if answers_elsewhere(features):
            factor *= ELSEWHERE_FACTOR
        if self.material is not None and self.material.restates:
            factor *= PROMPT_FACTOR
        return factor


def folds(scored: Sequence[Scored]) -> list[frozenset[str]]:
    """Return the measured questions in `FOLDS` parts, always the same ones."""
    slugs = sorted({one.slug for one in scored if one.measured})
    order = np.random.default_rng(SEED).permutation(len(slugs))
    mixed = [slugs[at] for at in order]
    return [part for at in range(FOLDS) if (part := frozenset(mixed[at::FOLDS]))]


def adapted(scored: Sequence[Scored]) -> tuple[Adapter, list[Example]]:
    """Return an adapter fitted to all, and examples by adapters that left them out."""
    whole = fit_adapter(scored)
    parts = [
        (part, fit_adapter([one for one in scored if one.slug not in part]))
        for part in folds(scored)
    ]
    return whole, [
        one.example(
            next((adapter for part, adapter in parts if one.slug in part), whole)
        )
        for one in scored
    ]


def rounds(
    scored: Sequence[Scored], *, tell: Callable[[str], None] = lambda _: None
) -> Iterator[tuple[list[Example], list[Example]]]:
    """Yield examples to fit to and examples of the questions that were left out.

    Neither machines nor adapter of a round see anything of the questions left out.
    """
    for number, part in enumerate(folds(scored), start=1):
        tell(f"fitting without part {number} of {FOLDS} of the questions")
        adapter, examples = adapted([one for one in scored if one.slug not in part])
        yield (
            examples,
            [
                one.example(adapter)
                for one in scored
                if one.measured and one.slug in part
            ],
        )
