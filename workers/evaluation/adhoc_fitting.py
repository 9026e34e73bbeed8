"""Fit the head for rubrics without misconceptions to public graded answers.

    train splits of two public sets ──features──> ridge, weights >= 0 ──> a head's file
    each set's unseen answers <── the head, and the one fitted to the other set alone

Both sets weigh the same. What it is compared with is the formula on the same answers,
answer by answer; the interval of the gain is over questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.linear_model import Ridge

from grading.text.adhoc_head import (
    LANGUAGE,
    NAMES,
    SCHEMA,
    AdhocHead,
    adhoc_features,
    texts_read,
    word_rows,
)
from grading.text.calibration import ENGINE, calibration_for
from grading.text.evidence import rows_of
from grading.text.grade import grade_many
from grading.text.head import model_of
from grading.text.pooling import unit_rows
from grading.text.reading import read
from workers.evaluation.evaluation import Figure
from workers.evaluation.measures import bootstrap, pearson
from workers.evaluation.public import TRAINED_ON, UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grading.text.background import Background
    from grading.text.encoder import Encoder, Matrix
    from workers.evaluation.measures import Values
    from workers.evaluation.public import PublicAnswer

_AT_ONCE: Final = 64  # answers
_TAIL: Final = 0.01  # of answers, at each end of a feature, counts no further
_PENALTY: Final = 300.0  # of the ridge, on standardised features
_DECIMALS: Final = 6
_TARGETS: Final = {"Beetle": 0.74, "SciEntsBank": 0.80}
_TRANSFER: Final = 0.66


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Public answers as a fit sees them; `features` is empty for one without words."""

    answers: Sequence[PublicAnswer]
    features: Sequence[Mapping[str, float]]

    def of(self, split: str) -> Known:
        """Return those of one split."""
        inside = [at for at, one in enumerate(self.answers) if one.split == split]
        return Known(
            answers=[self.answers[at] for at in inside],
            features=[self.features[at] for at in inside],
        )

    @property
    def correct(self) -> Values:
        """Return 1 for right answers, 0 for others."""
        return np.array([one.correct for one in self.answers], dtype=np.float64)


def middle_of_words(encoder: Encoder, background: Background) -> Matrix:
    """Return the mean vector of words in unrelated statements; shape (w,)."""
    rows = np.concatenate(word_rows(encoder, background.texts[LANGUAGE]))
    middle: Matrix = rows.mean(axis=0).round(_DECIMALS)
    return middle


def known_of(
    answers: Sequence[PublicAnswer],
    encoder: Encoder,
    background: Background,
    words_middle: Matrix,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Known:
    """Read public answers; `tell` hears how far.

    Raises: `EncoderUnavailable`.
    """
    features: list[Mapping[str, float]] = []
    for first in range(0, len(answers), _AT_ONCE):
        part = answers[first : first + _AT_ONCE]
        readings = [read(one.answer) for one in part]
        vectors = unit_rows(encoder, [reading.units for reading in readings])
        texts = [texts_read(reading) for reading in readings]
        words = iter(word_rows(encoder, [text for one in texts for text in one]))
        features += [
            adhoc_features(
                reading,
                rows_of([unit.plain for unit in reading.units], rows),
                [next(words) for _ in mine],
                rubric=one.answer.rubric,
                encoder=encoder,
                background=background,
                words_middle=words_middle,
            )
            if reading.units
            else {}
            for one, reading, rows, mine in zip(
                part, readings, vectors, texts, strict=True
            )
        ]
        tell(f"{len(features)} of {len(answers)} public answers read")
    return Known(answers=answers, features=features)


def fitted_head(
    sets: Sequence[Known], words_middle: Matrix, *, encoder: str, version: int
) -> dict[str, Any]:
    """Return a head's file, fitted to all of `sets`, each weighing the same."""
    useful = [
        (row, one.correct, 1.0 / len(known.answers))
        for known in sets
        for row, one in zip(known.features, known.answers, strict=True)
        if row
    ]
    rows = np.array([[row[name] for name in NAMES] for row, _, _ in useful])
    weights = np.array([weight for _, _, weight in useful])
    lowest, highest = np.quantile(rows, [_TAIL, 1.0 - _TAIL], axis=0)
    bounded = np.clip(rows, lowest, highest)
    middle, scale = bounded.mean(axis=0), bounded.std(axis=0)
    ridge = Ridge(alpha=_PENALTY, positive=True)
    ridge.fit(
        (bounded - middle) / np.where(scale > 0.0, scale, 1.0),
        np.array([correct for _, correct, _ in useful], dtype=np.float64),
        sample_weight=weights / weights.mean(),
    )
    slopes = ridge.coef_ / np.where(scale > 0.0, scale, 1.0)
    return {
        "schema": SCHEMA,
        "version": version,
        "encoder": model_of(encoder),
        "engine": ENGINE,
        "features": list(NAMES),
        "lowest": _plain(lowest),
        "highest": _plain(highest),
        "weights": _plain(slopes),
        "level": round(float(ridge.intercept_ - slopes @ middle), _DECIMALS),
        "answers": len(useful),
        "words_middle": _plain(words_middle),
    }


def head_of(values: Mapping[str, Any]) -> AdhocHead:
    """Return a head as it would be read from its file."""
    return AdhocHead(
        name="unwritten",
        encoder=values["encoder"],
        lowest=np.array(values["lowest"]),
        highest=np.array(values["highest"]),
        weights=np.array(values["weights"]),
        level=values["level"],
        words_middle=np.array(values["words_middle"], dtype=np.float32),
    )


def scores_of(head: AdhocHead, known: Known) -> Values:
    """Return a head's scores; an answer without words gets 0."""
    return np.array([head.score(row) if row else 0.0 for row in known.features])


def formula_scores(
    answers: Sequence[PublicAnswer], encoder: Encoder, background: Background
) -> tuple[Values, Values]:
    """Return the grader's scores, and what its formula would give the same answers."""
    calibration = calibration_for(encoder.name)
    grades = [
        grade
        for first in range(0, len(answers), _AT_ONCE)
        for grade in grade_many(
            [one.answer for one in answers[first : first + _AT_ONCE]],
            encoder,
            background,
        )
    ]
    return (
        np.array([grade.score for grade in grades]),
        np.array(
            [
                calibration.score(grade.details["coverage"], complete=False)
                for grade in grades
            ]
        ),
    )


def figures_of_fit(
    sets: Mapping[str, Known],
    formulas: Mapping[str, Values],
    words_middle: Matrix,
    *,
    encoder: str,
) -> list[Figure]:
    """Return what heads are worth on unseen answers, beside the formula's worth."""
    trained = {name: known.of(TRAINED_ON) for name, known in sets.items()}
    figures = []
    for name, known in sets.items():
        unseen = known.of(UNSEEN)
        others = [other for key, other in trained.items() if key != name]
        for label, learned, least in (
            ("head", [*trained.values()], _TARGETS.get(name)),
            ("head that never saw this set", others, _TRANSFER),
        ):
            head = head_of(
                fitted_head(learned, words_middle, encoder=encoder, version=0)
            )
            figures += _figures(
                f"{name}, {label}",
                scores_of(head, unseen),
                formulas[name],
                unseen.answers,
                least=least,
            )
        figures.append(
            Figure(
                name=f"{name}, formula: Pearson",
                value=pearson(formulas[name], unseen.correct),
            )
        )
    return figures


def figures_of_public(
    name: str,
    answers: Sequence[PublicAnswer],
    encoder: Encoder,
    background: Background,
) -> list[Figure]:
    """Return what the grader as it ships is worth on a set's unseen answers."""
    unseen = [one for one in answers if one.split == UNSEEN]
    scores, formula = formula_scores(unseen, encoder, background)
    return _figures(
        f"{name}, unseen answers", scores, formula, unseen, least=_TARGETS.get(name)
    )


def _figures(
    name: str,
    scores: Values,
    formula: Values,
    answers: Sequence[PublicAnswer],
    *,
    least: float | None,
) -> list[Figure]:
    correct = np.array([one.correct for one in answers], dtype=np.float64)
    questions = [one.question for one in answers]
    worth = bootstrap(lambda at: pearson(scores[at], correct[at]), questions)
    gain = bootstrap(
        lambda at: pearson(scores[at], correct[at]) - pearson(formula[at], correct[at]),
        questions,
    )
    return [
        Figure(
            name=f"{name}: Pearson",
            value=worth.value,
            low=worth.low,
            high=worth.high,
            least=least,
        ),
        Figure(
            name=f"{name}: above the formula",
            value=gain.value,
            low=gain.low,
            high=gain.high,
        ),
    ]


def _plain(values: Values | Matrix) -> list[float]:
    return [round(float(value), _DECIMALS) for value in values]
