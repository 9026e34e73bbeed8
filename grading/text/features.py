"""What a head sees of an answer: a few numbers, the same for every question.

Each is computed twice, by the encoder ("meaning") and by the n-grams ("letters"); some
a third time, from the centres of points ("centred"). None grows with the answer's
length or depends on its order.

Source: the grading study's features (coverage at two heights, the best three units of
a point, distance to the prompt, share of units nearer to an error, a probe for each
question), less those of length; and the share of units that another question wants to
hear rather than this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grading.text.centred import Centred
    from grading.text.encoder import Matrix

SIDES: Final = ("meaning", "letters")
_KINDS: Final = (
    "coverage_low",
    "coverage_middle",
    "coverage_high",
    "coverage_anyway",
    "coverage_faint",
    "best",
    "best_three",
    "lower_half",
    "lowest",
    "prompt",
    "error_share",
    "error_depth",
    "error_covered",
    "probe",
    "probe_right",
    "probe_subject",
    "elsewhere_share",
    "elsewhere_depth",
    "whole",
    "whole_prompt",
)
_CENTRED_KINDS: Final = (
    "coverage_faint",
    "coverage_low",
    "coverage_middle",
    "coverage_high",
    "coverage_anyway",
    "best",
    "lower_half",
    "lowest",
    "error_share",
    "error_depth",
    "prompt",
    "whole",
    "whole_right",
    "credit",
    "credit_strict",
    "credit_lenient",
    "credit_lower_half",
    "credit_lowest",
)
CENTRED: Final = tuple(f"centred_{kind}" for kind in _CENTRED_KINDS)
FEATURES: Final = (
    *(f"{side}_{kind}" for side in SIDES for kind in _KINDS),
    *CENTRED,
)
KEYWORDS: Final = "keyword_list"  # 1 where the guard fired
NAMES: Final = (*FEATURES, KEYWORDS)

_HEIGHTS: Final = (2.2, 3.0, 3.8)  # deviations at which half a point is covered
_ANYWAY: Final = 2.6  # the same, before misconceptions take off
_FAINT: Final = 1.2  # the same, for a point that is touched at all
_CENTRED_HEIGHTS: Final = (1.5, 2.5, 3.5, 4.5)
_CENTRED_ANYWAY: Final = 2.5
_CENTRED_MARGIN: Final = 0.1
_STRICTER: Final = (0.0, 1.0, -1.0)  # log odds: as it is, in doubt against, for
_STEP: Final = 0.5
_ERROR: Final = 1.5  # taken off per deviation that a misconception is nearer
_MARGIN: Final = 0.3
_DEEPEST: Final = 2.0
_SHARP: Final = 4.0  # of the probes, which lie within about -1 to 1
_BEST: Final = 3
_HALF: Final = 0.5001  # of the weight, and what rounding adds
_ELSEWHERE: Final = 1.2  # deviations, on the mean over units


def answers_elsewhere(features: Mapping[str, float]) -> bool:
    """Say whether an answer is nearer to other questions' points by far.

    Both sides must agree. People's answers that earned anything reach 0.56 and 0.62
    (in the words of no textbook), other questions' references begin at 1.79 and 1.88.
    """
    return bool(features) and all(
        features[f"{side}_elsewhere_depth"] > _ELSEWHERE for side in SIDES
    )


def features_of(  # noqa: PLR0913 - what each way of seeing saw
    sides: Matrix,
    probes: Matrix,
    whole: Matrix,
    centred: Centred,
    *,
    weights: Matrix,
    listed: bool,
) -> dict[str, float]:
    """Return the features of one answer with at least one unit, by name.

    Shapes: sides (2, n, m + k + 1), probes (2, n, 3), as `evidence.Evidence` has
        them for m key points and k >= 1 misconceptions; whole (2, 3): the whole
        answer's standing with the points, the misconceptions and the prompt together;
        centred for the same n, m and k; weights (m,).
    """
    found: dict[str, float] = {KEYWORDS: float(listed)}
    share = weights / weights.sum()
    for side, standings, probe, overall in zip(
        SIDES, sides, probes, whole, strict=True
    ):
        values = (
            *_covered(standings, share),
            *_wrong(standings, len(share)),
            *_probed(probe),
            overall[0] - overall[1],
            overall[0] - overall[2],
        )
        found |= {
            f"{side}_{kind}": float(value)
            for kind, value in zip(_KINDS, values, strict=True)
        }
    values = (
        *_covered_centres(centred.standings, share),
        centred.right - centred.wrong,
        centred.right,
        *(float(share @ chance(centred.credits - more)) for more in _STRICTER),
        _lower_half(centred.credits, share),
        float(centred.credits.min()),
    )
    return found | {
        name: float(value) for name, value in zip(CENTRED, values, strict=True)
    }


def net_of(standings: Matrix, points: int) -> Matrix:
    """Return the points' standings less what a misconception is nearer.

    Shapes: standings (n, m + k + 1), of one side; result (n, m).
    """
    above = standings[:, :points]
    worst = standings[:, points:-1].max(axis=1, keepdims=True)
    net: Matrix = above - _ERROR * np.maximum(0.0, worst - above + _MARGIN)
    return net


def _covered(standings: Matrix, share: Matrix) -> tuple[float, ...]:
    points = len(share)
    above, prompt = standings[:, :points], standings[:, -1]
    net = net_of(standings, points)
    best, anyway = net.max(axis=0), above.max(axis=0)
    three = np.sort(net, axis=0)[-_BEST:].mean()
    return (
        *(float(share @ _stepped(best, height)) for height in _HEIGHTS),
        float(share @ _stepped(anyway, _ANYWAY)),
        float(share @ _stepped(best, _FAINT)),
        float(share @ best),
        float(three),
        _lower_half(best, share),
        float(best.min()),
        float(prompt.max() - anyway.mean()),
    )


def chance(values: Matrix) -> Matrix:
    """Return log odds as chances."""
    return (1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))).astype(np.float32)


def _lower_half(best: Matrix, share: Matrix) -> float:
    """Return how well the worse half of the points, by weight, is covered.

    Half an answer in the rubric's own words and a whole one in other words have the
    same mean; this tells them apart.
    """
    order = np.argsort(best, kind="stable")
    lower = best[order][np.cumsum(share[order]) <= _HALF]
    return float(lower.mean() if lower.size else best.min())


def _covered_centres(standings: Matrix, share: Matrix) -> tuple[float, ...]:
    points = len(share)
    above, errors, prompt = (
        standings[:, :points],
        standings[:, points:-1],
        standings[:, -1],
    )
    worst = errors.max(axis=1, keepdims=True)
    net = above - _ERROR * np.maximum(0.0, worst - above + _CENTRED_MARGIN)
    best, anyway = net.max(axis=0), above.max(axis=0)
    deeper = worst[:, 0] - above.max(axis=1)
    return (
        *(float(share @ _stepped(best, height)) for height in _CENTRED_HEIGHTS),
        float(share @ _stepped(anyway, _CENTRED_ANYWAY)),
        float(share @ best),
        _lower_half(best, share),
        float(best.min()),
        float((deeper > 0).mean()),
        float(np.clip(deeper, 0.0, _DEEPEST).mean()),
        float(prompt.max() - anyway.mean()),
    )


def _wrong(standings: Matrix, points: int) -> tuple[float, ...]:
    nearest = standings[:, :points].max(axis=1)
    errors = standings[:, points:-1]
    deeper = errors.max(axis=1) - nearest
    return (
        float((deeper > 0).mean()),
        float(np.clip(deeper, 0.0, _DEEPEST).mean()),
        float(_stepped(errors.max(axis=0), _HEIGHTS[1]).mean()),
    )


def _probed(probe: Matrix) -> tuple[float, ...]:
    right = 1.0 / (1.0 + np.exp(-_SHARP * probe[:, 0]))
    subject = 1.0 / (1.0 + np.exp(-_SHARP * probe[:, 1]))
    return (
        float((right * subject).mean()),
        float((probe[:, 0] * subject).mean()),
        float(probe[:, 1].max()),
        float((probe[:, 2] > 0).mean()),
        float(np.clip(probe[:, 2], -_DEEPEST, _DEEPEST).mean()),
    )


def _stepped(values: Matrix, height: float) -> Matrix:
    step: Matrix = 1.0 / (
        1.0 + np.exp(-np.clip((values - height) / _STEP, -30.0, 30.0))
    )
    return step
