"""What is decided about a submission from its file and from its figures. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from grading.results import Verdict
from grading.speed.metric import Metric
from grading.speed.statistics import CREDIT_MARGIN, PRECISION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grading.speed.statistics import Interval

MOST_SOURCE_BYTES: Final = 256 * 1024
BUSY_SHARE: Final = 0.02  # of the wall time spent waiting for a processor
PRECISE: Final = math.log1p(PRECISION)


def refusal(source: bytes) -> str | None:
    """Return why a file is not looked at at all, or None."""
    if len(source) > MOST_SOURCE_BYTES:
        most = MOST_SOURCE_BYTES // 1024
        return f"The file is too large; at most {most} KiB are accepted."
    if b"\0" in source:
        return "The file contains NUL bytes; hand in one Python file as plain text."
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return f"The file is not UTF-8 (byte {error.start + 1}); save it as UTF-8."
    if not text.strip():
        return "The file is empty."
    return None


def precise(interval: Interval | None) -> bool:
    """Say whether measuring longer would tell nothing that matters."""
    return interval is not None and interval.half_width <= PRECISE


def judged(interval: Interval | None, *, wall_share_waited: float | None) -> Verdict:
    """Return the verdict on a program whose outputs were all right.

    `faster`      the whole interval lies above 1.02;
    `not_faster`  it is precise, or its upper end is at most 1.02;
    `inconclusive`  otherwise, or when wall time was measured on a busy machine
        (`wall_share_waited`, None where processor time is the measure).
    """
    if interval is None:
        return Verdict.INCONCLUSIVE
    if wall_share_waited is not None and wall_share_waited > BUSY_SHARE:
        return Verdict.INCONCLUSIVE
    if interval.low > CREDIT_MARGIN:
        return Verdict.FASTER
    if precise(interval) or interval.high <= CREDIT_MARGIN:
        return Verdict.NOT_FASTER
    return Verdict.INCONCLUSIVE


CLAIMS: Final[Mapping[Metric, str]] = {
    Metric.TIME: "it is {} times as fast as the baseline",
    Metric.MEMORY: "the baseline needs {} times its memory",
    Metric.BYTES: "it is {} times as fast as the baseline, with the sending",
}


def told(
    verdict: Verdict,
    interval: Interval | None,
    *,
    busy: bool,
    metric: Metric = Metric.TIME,
) -> str:
    """Return the sentence for a verdict about speed."""
    if busy:
        return (
            "The machine was too busy, or has too few cores, to measure wall time; "
            "measure again."
        )
    if interval is None:
        return "Too few calls fitted into the measuring time to say anything."
    span = f"between {interval.low:.2f} and {interval.high:.2f}"
    if verdict is Verdict.FASTER:
        return f"All outputs are right; {CLAIMS[metric].format(span)}."
    if verdict is Verdict.NOT_FASTER:
        return f"All outputs are right, but {CLAIMS[metric].format(f'only {span}')}."
    return (
        f"All outputs are right; {CLAIMS[metric].format(span)}, "
        "which is too wide a span to credit anything."
    )
