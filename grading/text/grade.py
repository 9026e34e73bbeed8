"""Grade free-text answers, key point by key point.

    answer ──read──> units ──evidence──> net standing per unit and point
                                            │ a step at `middle`, or a head's adapter
                                            v
                credit per point: its best unit, no unit for everything
                                            │ weights, errors stated, `empty`..`full`
                                            v
                    score of the formula ── or, where a head was fitted to the encoder,
                                            the head's, from features of the evidence,
                                            with an interval and a doubt

Length and order carry no weight; saying a thing twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.errors import EncoderUnavailable, NoReferenceAnswer
from grading.results import PointGrade, TextGrade
from grading.text.adapter import PLAIN
from grading.text.adhoc_head import (
    adhoc_features,
    covers,
    shipped_adhoc_head,
    texts_read,
    word_rows,
)
from grading.text.calibration import ENGINE, calibration_for
from grading.text.centred import centred_of
from grading.text.features import answers_elsewhere, chance, net_of
from grading.text.gathering import Marking, encoded, material_of, merged_of
from grading.text.guards import (
    ELSEWHERE_FACTOR,
    KEYWORD_FACTOR,
    PROMPT_FACTOR,
    Flag,
)
from grading.text.head import Judged, model_of, refuse_other, shipped_head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from grading.inputs import TextAnswer
    from grading.text.background import Background
    from grading.text.calibration import Calibration
    from grading.text.centred import Centred
    from grading.text.encoder import Encoder, Matrix
    from grading.text.evidence import Rows
    from grading.text.gathering import Merged
    from grading.text.head import Head
    from grading.text.reading import Reading

DECIMALS: Final = 4  # of score, credit and similarity: below this a batch may differ
_WORTH_SHOWING: Final = 0.05  # a smaller credit shows no sentence
_CROWDED: Final = (1.0, 1.0, 0.5, 0.25)  # what the points that share one clause keep
_LITERAL: Final = ((0.2, 3.0), (0.3, 2.0))  # weight and middle of either standing
_ERROR_SEEN: Final = 1.6  # deviations by which a misconception must be nearer to flag
_FOR_A_PERSON: Final = frozenset(
    {
        Flag.INSTRUCTION,
        Flag.HIDDEN_CHARACTERS,
        Flag.UNCOVERED_LANGUAGE,
        Flag.COPIED_RUBRIC,
        Flag.OTHER_QUESTION,
        Flag.INCOMPLETE_RUBRIC,
        Flag.TOO_LONG,
    }
)
DOUBT: Final = "doubt"  # the other reason to look at a mark


@dataclass(frozen=True, slots=True, kw_only=True)
class _Award:
    """What one point earned, and by which unit (-1: none)."""

    unit: int
    credit: float


def grade_text(
    answer: TextAnswer,
    encoder: Encoder,
    background: Background,
    *,
    head: Head | None = None,
) -> TextGrade:
    """Mark one answer; see `grade_many`."""
    return grade_many((answer,), encoder, background, head=head)[0]


def grade_many(
    answers: Sequence[TextAnswer],
    encoder: Encoder,
    background: Background,
    *,
    head: Head | None = None,
) -> list[TextGrade]:
    """Mark answers, in order; all their units are encoded in one call.

    An answer gets the same mark alone or among others. An empty one scores 0; it is
    not an error. Without a `head`, the one that ships for this encoder is taken; an
    encoder without any is marked by the formula, without interval and doubt. English
    answers to rubrics without misconceptions have a head of their own, without those.

    Raises: `NoReferenceAnswer` when a rubric has no key point; `EncoderUnavailable`,
        also for a head of another encoder.
    """
    if any(not answer.rubric.key_points for answer in answers):
        raise NoReferenceAnswer
    head = head or shipped_head(encoder.name)
    if head is not None:
        refuse_other(head, encoder.name)
    marking = Marking(
        encoder=encoder,
        background=background,
        calibration=calibration_for(encoder.name),
        head=head,
        adhoc=shipped_adhoc_head(encoder.name),
    )
    return [
        _grade(answer, reading, rows, marking)
        for answer, reading, rows in encoded(answers, encoder)
    ]


def rescored(grade: Mapping[str, Any], *, head: Head | None = None) -> float:
    """Return the score again, from nothing but what a stored grade holds.

    `grade` is a `TextGrade` as `as_json` made it. The head must be the one that the
    grade names.

    Raises: `EncoderUnavailable` when that head is not at hand; `KeyError` for a grade
        of an engine that did not store what is needed.
    """
    details = grade["details"]
    wanted = details["head"]
    if wanted and not details["complete"]:
        adhoc = shipped_adhoc_head(grade["encoder"])
        if adhoc is None or adhoc.name != wanted:
            message = f"The head {wanted} is not here any more"
            raise EncoderUnavailable(message)
        return round(
            adhoc.score(details["features"], factor=details["factor"]), DECIMALS
        )
    if wanted:
        head = head or shipped_head(grade["encoder"])
        if head is None or head.name != wanted:
            message = f"The head {wanted} is not here any more"
            raise EncoderUnavailable(message)
        if not details["features"]:
            return 0.0
        judged = head.judge(details["features"], factor=details["factor"])
        return round(judged.score, DECIMALS)
    calibration = calibration_for(grade["encoder"])
    score = calibration.score(details["coverage"], complete=details["complete"])
    return round(score, DECIMALS)


def _grade(
    answer: TextAnswer, reading: Reading, rows: Rows, marking: Marking
) -> TextGrade:
    rubric, calibration, encoder = answer.rubric, marking.calibration, marking.encoder
    merged = merged_of(reading, rows, answer, marking)
    flags = set(reading.flags)
    material = material_of(answer, reading, rows, merged, marking)
    adapter = marking.head.adapter if marking.head else PLAIN
    centred = None if material is None else centred_of(material.bare, adapter)
    earned = _earned(merged, reading, calibration)
    if marking.head is not None and centred is not None:
        earned = _learned(centred, merged)
    factor = KEYWORD_FACTOR if Flag.KEYWORD_LIST in flags else 1.0
    if reading.units and bool((merged.error > _ERROR_SEEN).any()):
        flags.add(Flag.MISCONCEPTION)

    head = marking.head if rubric.complete else None
    adhoc = marking.adhoc if reading.units and covers(rubric, reading) else None
    features = _rounded(
        (material.features_of(centred) if material and centred else {})
        if adhoc is None
        else adhoc_features(
            reading,
            rows,
            word_rows(encoder, texts_read(reading)),
            rubric=rubric,
            encoder=encoder,
            background=marking.background,
            words_middle=adhoc.words_middle,
        )
    )
    if rubric.complete and answers_elsewhere(features):
        flags.add(Flag.OTHER_QUESTION)
        factor *= ELSEWHERE_FACTOR
    if material is not None and material.restates:
        flags.add(Flag.PROMPT_REPEATED)
        factor *= PROMPT_FACTOR
    awards = [
        _Award(unit=award.unit, credit=award.credit * factor)
        for award in _awards(
            _unopposed(earned, merged, calibration), reading.clause_counts
        )
    ]
    weights = np.array([point.weight for point in rubric.key_points], dtype=np.float64)
    credit = np.array([award.credit for award in awards])
    coverage = float(credit @ weights / weights.sum())
    coverage -= (
        factor * calibration.wrong * _error_share(merged.error, calibration.wrong_cap)
    )
    judged = None
    if head is not None:
        judged = (
            head.judge(features, factor=factor)
            if features
            else Judged(score=0.0, low=0.0, high=0.0, doubt=0.0)
        )
    if judged is not None:
        score = judged.score
    elif adhoc is not None:
        score = adhoc.score(features, factor=factor)
    else:
        score = calibration.score(coverage, complete=rubric.complete)
    marked_by = next((one.name for one in (head, adhoc) if one is not None), "")
    reasons = [str(flag) for flag in sorted(flags & _FOR_A_PERSON)]
    if head is not None and judged is not None and judged.doubt > head.review_above:
        reasons.insert(0, DOUBT)
    points = tuple(
        _point_grade(
            place, award, answer, reading, merged, listed=Flag.KEYWORD_LIST in flags
        )
        for place, award in enumerate(awards)
    )
    return TextGrade(
        score=round(score, DECIMALS),
        points=points,
        flags=tuple(sorted(flags)),
        engine=f"{ENGINE} background={marking.background.digest}"
        + (f" head={marked_by}" if marked_by else ""),
        encoder=encoder.name,
        device=encoder.device,
        language=answer.language,
        low=round(judged.low, DECIMALS) if judged else None,
        high=round(judged.high, DECIMALS) if judged else None,
        doubt=round(judged.doubt, DECIMALS) if judged else None,
        review=bool(reasons),
        reasons=tuple(reasons),
        details={
            "head": marked_by,
            "calibration": marked_by or model_of(encoder.name),
            "features": features,
            "factor": factor,
            "coverage": round(coverage, 6),
            "complete": rubric.complete,
            "guards": {str(flag): True for flag in sorted(flags)},
            "points": [
                _detail(place, award, answer, merged, earned)
                for place, award in enumerate(awards)
            ],
        },
    )


def _rounded(features: dict[str, float]) -> dict[str, float]:
    """Round before anything is made of them, so that a stored grade is exact."""
    return {name: round(value, 6) for name, value in features.items()}


def _detail(
    place: int, award: _Award, answer: TextAnswer, merged: Merged, earned: Matrix
) -> dict[str, Any]:
    """Return what stood against the unit that came nearest to a point."""
    found: dict[str, Any] = {"point": answer.rubric.key_points[place].id}
    if not len(merged.standing):
        return found
    unit = award.unit if award.unit >= 0 else int(merged.standing[:, place].argmax())
    wrong = int(merged.misconception[unit])
    points = len(answer.rubric.key_points)
    lean = float(merged.contrast[unit, place])
    errors = merged.sides[0, unit, points:-1]
    return found | {
        "background_mean": round(float(merged.background[unit]), DECIMALS),
        "standing": round(float(merged.standing[unit, place]), DECIMALS),
        "net": round(float(merged.net[unit, place]), DECIMALS),
        "earned": round(float(earned[unit, place]), DECIMALS),
        "prompt": round(float(merged.prompt[unit]), DECIMALS),
        "misconception": answer.rubric.misconceptions[wrong].id if wrong >= 0 else "",
        "misconception_standing": (
            round(float(errors.max()), DECIMALS) if errors.size else None
        ),
        "opposite": round(lean, DECIMALS) if np.isfinite(lean) else None,
    }


def _earned(merged: Merged, reading: Reading, calibration: Calibration) -> Matrix:
    """Return the credit that each unit alone would earn for each point, in [0, 1].

    This is the formula's; with a head, its adapter says it.
    """
    middle = np.array(
        [[calibration.middle[language]] for language in reading.languages],
        dtype=np.float32,
    ).reshape(-1, 1)
    return _step((merged.net - middle) / calibration.width)


def _learned(centred: Centred, merged: Merged) -> Matrix:
    """Return the same as people's credits taught it, in [0, 1].

    The adapter's log odds, and a little of both standings: a clause that says it in
    the rubric's words is the better evidence. Of 3,800 credits (.5 or more against
    less) on questions left out the area under the curve is .85 by the adapter, .82 by
    the standing alone, .87 by all three.
    """
    odds = centred.odds
    for side, (weight, middle) in zip(merged.sides, _LITERAL, strict=True):
        odds = odds + weight * (net_of(side, odds.shape[1]) - middle)
    return chance(odds)


def _unopposed(earned: Matrix, merged: Merged, calibration: Calibration) -> Matrix:
    """Take off what leans to a point's opposite rather than to the point."""
    opposed = _step(
        (calibration.opposite_middle - merged.contrast) / calibration.opposite_width
    )
    return (earned * (1.0 - calibration.opposite * opposed)).astype(np.float32)


def _step(distance: Matrix) -> Matrix:
    """Return the logistic function, in [0, 1]."""
    return (1.0 / (1.0 + np.exp(-np.clip(distance, -30.0, 30.0)))).astype(np.float32)


def _awards(credit: Matrix, clause_counts: tuple[int, ...]) -> list[_Award]:
    """Give each point its best unit, so that no clause earns everything.

    A unit with k clauses serves k + 1 points in full and further ones ever less. The
    points choose in the order of what they would earn, so the order in which they
    are written does not matter.
    """
    points = credit.shape[1]
    awards = [_Award(unit=-1, credit=0.0)] * points
    if not clause_counts:
        return awards
    served = [0] * len(clause_counts)
    order = sorted(range(points), key=lambda p: (-float(credit[:, p].max()), p))
    for point in order:
        kept = np.array(
            [
                _CROWDED[min(max(0, used - clauses + 1), len(_CROWDED) - 1)]
                for used, clauses in zip(served, clause_counts, strict=True)
            ]
        )
        worth = credit[:, point] * kept
        unit = int(worth.argmax())
        served[unit] += 1
        awards[point] = _Award(unit=unit, credit=float(worth[unit]))
    return awards


def _error_share(error: Matrix, cap: float) -> float:
    """Return the mean deviation by which units are nearer to an error, each capped."""
    if not error.size:
        return 0.0
    return float(np.clip(error, 0.0, cap).mean())


def _point_grade(  # noqa: PLR0913 - one step of _grade, told apart by types
    place: int,
    award: _Award,
    answer: TextAnswer,
    reading: Reading,
    merged: Merged,
    *,
    listed: bool,
) -> PointGrade:
    point = answer.rubric.key_points[place]
    note = ""
    shown = award.unit
    if award.unit >= 0 and award.credit < _WORTH_SHOWING:
        nearest = int(merged.standing[:, place].argmax())
        note = _why_not(nearest, place, answer, merged)
        shown = nearest if note else -1
    if listed:
        note = str(Flag.KEYWORD_LIST)
    unit = reading.units[shown] if shown >= 0 else None
    return PointGrade(
        point=point.id,
        statement=point.statement(answer.language),
        weight=point.weight,
        credit=round(award.credit, DECIMALS),
        sentence=unit.text if unit else "",
        start=unit.start if unit else -1,
        end=unit.end if unit else -1,
        similarity=(
            round(float(merged.similarity[shown, place]), DECIMALS) if unit else 0.0
        ),
        note=note,
    )


def _why_not(unit: int, place: int, answer: TextAnswer, merged: Merged) -> str:
    """Say what took the credit of a unit that is near a point; "" if it is not near."""
    lost = merged.standing[unit, place] - merged.net[unit, place]
    if merged.standing[unit, place] < _NEAR or lost <= 0:
        return ""
    if merged.error[unit] > 0 and merged.misconception[unit] >= 0:
        wrong = answer.rubric.misconceptions[int(merged.misconception[unit])]
        return f"misconception:{wrong.id}"
    if merged.prompt[unit] > merged.standing[unit, place]:
        return "prompt"
    return ""


_NEAR: Final = 2.0  # deviations: a reader would ask why such a unit earned nothing
