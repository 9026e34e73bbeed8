"""Two pictures of how far a mark can be trusted, as SVG.

Calibration: what people gave where the grader gave about the same. Risk against
coverage: the error of what is left to the grader when the most doubtful answers go to
a person, between what chance and what perfect knowledge of the errors would leave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from workers.evaluation.measures import risks

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from workers.evaluation.evaluation import Evaluated

BINS: Final = 5  # of equal width; more have too few answers each
_FEWEST: Final = 3  # answers of a bin that is drawn
_SIZE: Final = (5.2, 4.2)  # inches
_COLOURS: Final = {"zh": "#b45309", "en": "#1d4ed8"}


class PlotsUnavailable(Exception):
    """The library that draws is not installed."""


def write_plots(seen: Evaluated, folder: Path) -> list[Path]:
    """Write `calibration.svg` and `risk-coverage.svg`; return their paths.

    Raises: `PlotsUnavailable`, `OSError`.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415 - of the test extra, for this alone
    except ImportError as error:
        message = "plots need matplotlib; `make test` installs it"
        raise PlotsUnavailable(message) from error
    mpl.use("svg")
    # The same figures give the same file, so that a change of it means something.
    mpl.rcParams["svg.hashsalt"] = "inferview"
    mpl.rcParams["svg.fonttype"] = "none"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "calibration.svg", folder / "risk-coverage.svg"]
    for path, draw in zip(paths, (_calibration, _risk_coverage), strict=True):
        _draw(path, draw, seen)
    return paths


def _draw(path: Path, draw: Any, seen: Evaluated) -> None:  # noqa: ANN401 - one of the two below
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    draw(axes, seen)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def binned(
    scores: np.ndarray, marks: np.ndarray
) -> list[tuple[float, float, float, int]]:
    """Return, by bin of the score, mean score, mean mark, its standard error, count.

    Shapes: scores, marks (n,) in [0, 1]. Bins with too few answers are left out.
    """
    edges = np.linspace(0.0, 1.0, BINS + 1)
    places = np.clip(np.searchsorted(edges, scores, side="right") - 1, 0, BINS - 1)
    found = []
    for place in range(BINS):
        mine = places == place
        count = int(mine.sum())
        if count < _FEWEST:
            continue
        error = float(marks[mine].std(ddof=1)) / count**0.5
        found.append(
            (float(scores[mine].mean()), float(marks[mine].mean()), error, count)
        )
    return found


def _calibration(axes: Any, seen: Evaluated) -> None:  # noqa: ANN401 - of matplotlib
    languages = np.array([one.answer.language for one in seen.answers])
    axes.plot([0, 1], [0, 1], color="#9ca3af", linewidth=1)
    for language, colour in _COLOURS.items():
        mine = languages == language
        if not mine.any():
            continue
        axes.scatter(seen.scores[mine], seen.marks[mine], s=9, alpha=0.35, color=colour)
        bins = binned(seen.scores[mine], seen.marks[mine])
        axes.errorbar(
            [one[0] for one in bins],
            [one[1] for one in bins],
            yerr=[1.96 * one[2] for one in bins],
            color=colour,
            marker="o",
            capsize=3,
            label=f"{language}, {int(mine.sum())} answers",
        )
    axes.set(
        xlabel="score of the grader",
        ylabel="score of a person (bars: 95 % of the mean)",
        title="Calibration",
    )


def _risk_coverage(axes: Any, seen: Evaluated) -> None:  # noqa: ANN401 - of matplotlib
    errors = np.abs(seen.scores - seen.marks)
    doubts = np.array([grade.doubt or 0.0 for grade in seen.grades])
    share = np.arange(1, len(errors) + 1) / len(errors)
    kept = share >= 1.0 / BINS  # the mean of a handful is noise
    axes.axhline(
        float(errors.mean()), color="#9ca3af", linewidth=1, label="sent by chance"
    )
    axes.plot(
        share[kept], risks(errors, doubts)[kept], color="#1d4ed8", label="sent by doubt"
    )
    axes.plot(
        share[kept],
        risks(errors, errors)[kept],
        color="#15803d",
        linestyle="--",
        label="sent by the error itself",
    )
    axes.set(
        xlabel="share of answers left to the grader",
        ylabel="their mean absolute error",
        title="Risk against coverage",
    )
    axes.set_ylim(bottom=0.0)
