"""A text answer with the evidence in it, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from assessment.reports.words import decimals, note_words, plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of an answer in which the same key points found their words."""

    text: str
    earned: tuple[int, ...] = ()  # numbers of the points that it earned, from 1
    refused: tuple[int, ...] = ()  # numbers of points that it came near to, for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricWords:
    """What a rubric says, by id, where it is at hand."""

    misconceptions: Mapping[str, str]
    opposites: Mapping[str, str]  # of key points


NO_RUBRIC: Final = RubricWords(misconceptions={}, opposites={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What stood for and against the words nearest to a key point.

    Numbers are ready to be shown, in standard deviations but for the first; empty
    where they are not known.
    """

    background: str  # mean similarity with sentences about other things
    standing: str
    net: str  # after what speaks against it
    misconception: str  # the nearest one's sentence, else its id
    misconception_standing: str
    opposite: str  # its sentence
    lean: str  # towards the point or its opposite, as a size
    leans_to_point: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One key point with what was found for it."""

    number: int  # from 1, as in the passages
    statement: str
    quote: str
    credit: int  # points of 100
    weight: str
    similarity: str  # with two decimals; empty when nothing was found
    note: str
    missing: bool  # nothing was found
    comparison: Comparison | None  # None: graded before this was kept


def evidence_of(
    points: Iterable[Mapping[str, Any]],
    rubric: RubricWords = NO_RUBRIC,
    details: Mapping[str, Any] | None = None,
) -> tuple[Evidence, ...]:
    """Return one line for each key point of a text grade, in the rubric's order.

    `details`: what the grade keeps to be computed again.
    """
    compared = {entry["point"]: entry for entry in (details or {}).get("points", ())}
    return tuple(
        Evidence(
            number=number,
            statement=str(point["statement"]),
            quote=str(point["sentence"]),
            credit=round(100 * point["credit"]),
            weight=plain_number(point["weight"]),
            similarity=f"{point['similarity']:.2f}" if point["sentence"] else "",
            note=note_words(str(point.get("note", "")), rubric.misconceptions),
            missing=not point["sentence"],
            comparison=_comparison(compared.get(point["point"], {}), rubric),
        )
        for number, point in enumerate(points, start=1)
    )


def _comparison(entry: Mapping[str, Any], rubric: RubricWords) -> Comparison | None:
    if entry.get("standing") is None:
        return None
    wrong = str(entry.get("misconception") or "")
    lean = entry.get("opposite")
    return Comparison(
        background=decimals(entry.get("background_mean"), 2),
        standing=decimals(entry["standing"], 1),
        net=decimals(entry.get("net"), 1),
        misconception=rubric.misconceptions.get(wrong, wrong),
        misconception_standing=(
            decimals(entry.get("misconception_standing"), 1) if wrong else ""
        ),
        opposite=rubric.opposites.get(str(entry["point"]), ""),
        lean="" if lean is None else decimals(abs(lean), 1),
        leans_to_point=lean is not None and lean >= 0,
    )


def passages_of(
    answer: str, points: Sequence[Mapping[str, Any]]
) -> tuple[Passage, ...]:
    """Return the answer cut at every span of a key point; joined, it is the answer.

    Spans are character positions in the answer as stored. One that does not lie in
    the answer is left out: it belongs to another revision.
    """
    spans = [
        (number, int(point["start"]), int(point["end"]), point["credit"] > 0)
        for number, point in enumerate(points, start=1)
        if 0 <= point["start"] < point["end"] <= len(answer)
        and (point["credit"] > 0 or point.get("note"))
    ]
    cuts = sorted(
        {0, len(answer)}
        | {start for _number, start, _end, _good in spans}
        | {end for _number, _start, end, _good in spans}
    )
    return tuple(
        Passage(
            text=answer[left:right],
            earned=tuple(n for n, s, e, good in spans if good and s <= left < e),
            refused=tuple(n for n, s, e, good in spans if not good and s <= left < e),
        )
        for left, right in pairwise(cuts)
    )
