"""The grader held against people: every figure with its target.

What is fitted (heads, constants) never saw the questions of the test split; figures
named "left out" are over the other questions, each by a fit without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.text.grade import grade_many
from workers.evaluation.attempts import attempts
from workers.evaluation.measures import (
    bootstrap,
    mean_error,
    pearson,
    triage,
    within_spearman,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from grading.inputs import TextAnswer
    from grading.results import TextGrade
    from grading.text.background import Background
    from grading.text.encoder import Encoder
    from grading.text.head import Head
    from workers.evaluation.graded import GradedAnswer, Pair
    from workers.evaluation.measures import Measured, Values

_AT_ONCE: Final = 24  # answers
_SENT: Final = 0.2  # share of answers that go to a person
_CLEAR: Final = 0.2  # by which the right one of a pair should score higher
# kind of answer -> bound of its mean score; above for good ones, below for the others
_KINDS_BELOW: Final = {
    "keyword-list": 0.08,
    "prompt-repeated": 0.03,
    "off-topic": 0.10,
    "confidently-wrong": 0.15,
}
_KINDS_ABOVE: Final = {
    "excellent": 0.88,
    "terse-expert": 0.80,
    "excellent-other-words": 0.80,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure beside what it should be."""

    name: str
    value: float
    low: float | None = None  # 95 % interval over questions
    high: float | None = None
    least: float | None = None
    most: float | None = None

    @property
    def wanted(self) -> str:
        """Say what the figure should be."""
        if self.least is not None and self.most is not None:
            return f"{self.least:g} to {self.most:g}"
        if self.least is not None:
            return f">= {self.least:g}"
        return f"<= {self.most:g}" if self.most is not None else ""

    @property
    def reached(self) -> bool | None:
        """Say whether it is; None where nothing is wanted."""
        if self.least is None and self.most is None:
            return None
        value = round(self.value, 3)
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """Answers with their grades."""

    answers: Sequence[GradedAnswer]
    grades: Sequence[TextGrade]

    @property
    def scores(self) -> Values:
        """Return the grader's scores."""
        return np.array([grade.score for grade in self.grades])

    @property
    def marks(self) -> Values:
        """Return people's scores."""
        return np.array([one.score for one in self.answers])


def graded(
    answers: Sequence[TextAnswer],
    encoder: Encoder,
    background: Background,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> list[TextGrade]:
    """Grade many answers, some at a time; `tell` hears how far."""
    found: list[TextGrade] = []
    for first in range(0, len(answers), _AT_ONCE):
        part = answers[first : first + _AT_ONCE]
        found += grade_many(part, encoder, background)
        tell(f"{len(found)} of {len(answers)} answers graded")
    return found


def figures_of_answers(seen: Evaluated) -> list[Figure]:
    """Return how scores agree with people's, and what each kind of answer gets."""
    scores, marks = seen.scores, seen.marks
    slugs = [one.slug for one in seen.answers]
    languages = np.array([one.answer.language for one in seen.answers])
    kinds = np.array([one.kind for one in seen.answers])

    def over(figure: Callable[[Values, Values], float], inside: Values) -> Measured:
        places = np.flatnonzero(inside)
        return bootstrap(
            lambda at: figure(scores[places[at]], marks[places[at]]),
            [slugs[place] for place in places],
        )

    everything = np.ones(len(scores), dtype=bool)
    figures = [
        _figure("Pearson, all", over(pearson, everything), least=0.90),
        _figure("Pearson, zh", over(pearson, languages == "zh"), least=0.91),
        _figure("Pearson, en", over(pearson, languages == "en"), least=0.88),
        Figure(
            name="Spearman within a question",
            value=within_spearman(scores, marks, slugs),
            least=0.86,
        ),
        _figure("mean absolute error", over(mean_error, everything), most=0.12),
    ]
    figures += [
        _figure(
            f"mean score, {kind}",
            over(lambda found, _: float(found.mean()), kinds == kind),
            least=_KINDS_ABOVE.get(kind),
            most=_KINDS_BELOW.get(kind),
        )
        for kind in (*_KINDS_ABOVE, *_KINDS_BELOW, "partial", "verbose-partial")
        if (kinds == kind).any()
    ]
    return figures + _figures_of_doubt(seen)


def _figures_of_doubt(seen: Evaluated) -> list[Figure]:
    if any(grade.doubt is None for grade in seen.grades):
        return []
    doubts = np.array([grade.doubt or 0.0 for grade in seen.grades])
    low = np.array([grade.low for grade in seen.grades], dtype=np.float64)
    high = np.array([grade.high for grade in seen.grades], dtype=np.float64)
    sent = triage(seen.scores, seen.marks, doubts, _SENT)
    inside = (seen.marks >= low - 1e-9) & (seen.marks <= high + 1e-9)
    return [
        Figure(name="error of the rest, 20 % to a person", value=sent.error, most=0.09),
        Figure(name="errors over .3 caught by that", value=sent.caught, least=0.80),
        Figure(
            name="coverage of the 90 % interval",
            value=float(inside.mean()),
            least=0.85,
            most=0.95,
        ),
        Figure(name="mean width of that interval", value=float((high - low).mean())),
    ]


# what a head's file calls it -> what it is, and bounds of what it should be
_LEFT_OUT: Final = {
    "pearson": ("Pearson", 0.90, None),
    "spearman_within": ("Spearman within a question", 0.86, None),
    "error": ("mean absolute error", None, 0.12),
    "error_of_the_rest": ("error of the rest, 20 % to a person", None, 0.09),
    "large_errors_caught": ("errors over .3 caught by that", 0.80, None),
    "coverage": ("coverage of the 90 % interval", 0.85, 0.95),
    "width": ("mean width of that interval", None, None),
}


def figures_left_out(head: Head | None) -> list[Figure]:
    """Return what the head's file says it was worth on questions it had not seen."""
    if head is None or not head.left_out:
        return []
    questions = f"{head.left_out['questions']:.0f} questions, left out of the fit"
    return [
        Figure(
            name=f"{questions}: {name}",
            value=head.left_out[key],
            least=least,
            most=most,
        )
        for key, (name, least, most) in _LEFT_OUT.items()
    ]


def figures_of_pairs(
    pairs: Sequence[Pair],
    kept: Container[str],
    encoder: Encoder,
    background: Background,
) -> list[Figure]:
    """Return how often the right one of two nearly equal answers scores higher.

    A pair's score is the credit of the key point that it is about. The figures with a
    target are over the questions that are `kept` for measuring. Kinds of change are
    told over all: no pair teaches anything, and a tenth of a few dozen says nothing.
    """
    grades = graded(
        [answer for pair in pairs for answer in (pair.right, pair.wrong)],
        encoder,
        background,
    )
    credit = [
        next(p.credit for p in grade.points if p.point == pair.key_point)
        for pair, grades_of in zip(
            pairs, zip(*[iter(grades)] * 2, strict=True), strict=True
        )
        for grade in grades_of
    ]
    gaps = np.array(credit[::2]) - np.array(credit[1::2])
    changes = np.array([pair.change for pair in pairs])
    mine = gaps[[pair.slug in kept for pair in pairs]]
    figures = [
        Figure(
            name="pairs: right above wrong", value=float((mine > 0).mean()), least=0.90
        ),
        Figure(
            name="pairs: by 0.2 or more",
            value=float((mine >= _CLEAR).mean()),
            least=0.4,
        ),
        Figure(
            name=f"all {len(pairs)} pairs: right above wrong",
            value=float((gaps > 0).mean()),
        ),
    ]
    return figures + [
        Figure(
            name=f"of these {(changes == change).sum()} by {change}",
            value=float((gaps[changes == change] > 0).mean()),
        )
        for change in sorted(set(changes.tolist()))
    ]


def figure_of_attempts(
    seen: Evaluated, encoder: Encoder, background: Background
) -> Figure:
    """Return the most that an instruction to the grader ever added to a score."""
    tried = attempts([one.answer for one in seen.answers])
    without = graded([plain for plain, _ in tried], encoder, background)
    with_it = graded([told for _, told in tried], encoder, background)
    added = max(
        told.score - plain.score for plain, told in zip(without, with_it, strict=True)
    )
    return Figure(
        name=f"most that {len(tried)} instructions to the grader add",
        value=added,
        most=0.02,
    )


def _figure(
    name: str,
    measured: Measured,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Figure:
    return Figure(
        name=name,
        value=measured.value,
        low=measured.low,
        high=measured.high,
        least=least,
        most=most,
    )
