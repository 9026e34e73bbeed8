"""What was measured, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workers.evaluation.measures import mean_error, pearson, within_spearman

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workers.evaluation.evaluation import Figure
    from workers.evaluation.fitting import Example, LeftOut


def lines_of_left_out(residuals: LeftOut, examples: Sequence[Example]) -> Iterator[str]:
    """Yield the worth of a fit on each question that it had not seen."""
    people = sum(one.measured for one in examples)
    yield f"on questions left out of the fit, {people} answers that people scored:"
    yield f"  {'question':28} {'r':>6} {'error':>6}"
    names = np.array(residuals.slugs)
    for slug in sorted(set(residuals.slugs)):
        mine = names == slug
        scores, marks = residuals.predictions[mine], residuals.scores[mine]
        agreement, error = pearson(scores, marks), mean_error(scores, marks)
        yield f"  {slug:28} {agreement:6.3f} {error:6.3f}"
    scores, marks = residuals.predictions, residuals.scores
    yield (
        f"  {'all':28} {pearson(scores, marks):6.3f} {mean_error(scores, marks):6.3f}"
        f"   within questions {within_spearman(scores, marks, residuals.slugs):.3f}"
    )


def lines_of_figures(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield a table of figures, each beside its target."""
    width = max(len(figure.name) for figure in figures)
    yield f"{'figure':{width}}  {'measured':>8}  {'95 % interval':>15}  target"
    for figure in figures:
        between = (
            f"{figure.low:.3f} to {figure.high:.3f}"
            if figure.low is not None and figure.high is not None
            else ""
        )
        mark = {True: "reached", False: "missed", None: ""}[figure.reached]
        yield (
            f"{figure.name:{width}}  {figure.value:8.3f}  {between:>15}  "
            f"{figure.wanted:10} {mark}"
        )
