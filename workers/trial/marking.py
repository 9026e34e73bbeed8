"""Trial answers to marks, and marks to the cells of a table.

    question x language ──tries──> answers ──grade_many──> scores ──> a Row of Cells

The grader is the one that marks candidates. All texts are the bank's own, so their
vectors are kept beside those of the rubrics, and a second trial takes a fraction of
the first one's time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.inputs import LANGUAGES, TextAnswer
from grading.text.grade import grade_many
from grading.text.vectors import Remembering
from workers.trial.answers import Column, strangers, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bank.definitions import TextQuestion
    from grading.text.background import Background
    from grading.text.encoder import Matrix
    from grading.text.pooling import Span
    from workers.trial.answers import Try


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The scores that a column may have."""

    lowest: float = 0.0
    highest: float = 1.0

    def margin(self, score: float) -> float:
        """Return how far inside a score is; below 0 it is outside."""
        inside = [1.0]
        if self.lowest > 0.0:
            inside.append(score - self.lowest)
        if self.highest < 1.0:
            inside.append(self.highest - score)
        return min(inside)


# What the bank promises of every question. A column that is not here is information.
BOUNDS: Final[Mapping[Column, Bound]] = {
    Column.OWN: Bound(lowest=0.8),
    # By the rule that people score by, 85 % of the weight is a full mark, so half of it
    # is worth .59; a quarter of the scale to both sides.
    Column.HALF: Bound(lowest=0.34, highest=0.84),
    Column.WRONG: Bound(highest=0.25),
    Column.FOREIGN: Bound(highest=0.2),
    Column.NOUNS: Bound(highest=0.2),
    Column.PROMPT: Bound(highest=0.05),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The scores of one column for one question in one language."""

    lowest: float
    highest: float
    answers: int
    worst: str  # name of the answer with the smallest margin, or the highest score
    margin: float | None  # the smallest; None where nothing is promised

    @property
    def offends(self) -> bool:
        """Say whether some answer is outside the bounds."""
        return self.margin is not None and self.margin < 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One question in one language. A column that could not be tried is not there."""

    slug: str
    language: str
    cells: Mapping[Column, Cell]

    @property
    def overrun(self) -> float:
        """Return by how much the row is outside its bounds, summed over columns."""
        return -sum(min(0.0, cell.margin or 0.0) for cell in self.cells.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying questions, and with what."""

    encoder: str
    engine: str
    rows: tuple[Row, ...]


class _Kept:
    """An encoder that keeps what it is given: here, all of it is the bank's."""

    def __init__(self, inner: Remembering) -> None:
        self._inner = inner
        self._parts: dict[tuple[str, tuple[Span, ...]], Matrix] = {}

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def device(self) -> str:
        return self._inner.device

    def encode(self, texts: Sequence[str]) -> Matrix:
        return self._inner.recall(texts)

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> Matrix:
        keys = [(text, tuple(spans)) for text, spans in zip(texts, parts, strict=True)]
        new = [key for key in dict.fromkeys(keys) if key not in self._parts]
        made = self._inner.encode_parts(
            [text for text, _ in new], [spans for _, spans in new]
        )
        at = 0
        for key in new:
            rows = 1 + len(key[1])
            self._parts[key] = made[at : at + rows]
            at += rows
        return np.concatenate([self._parts[key] for key in keys] or [made[:0]])


def trial(
    wanted: Sequence[TextQuestion],
    texts: Mapping[str, TextQuestion],
    encoder: Remembering,
    background: Background,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Trial:
    """Try questions in every language; `texts` are all of the bank, for references.

    `tell` is given a line before each row.
    Raises: `EncoderUnavailable`.
    """
    kept = Remembering(_Kept(encoder))
    rows: list[Row] = []
    engine = ""
    total = len(wanted) * len(LANGUAGES)
    for language in LANGUAGES:
        for question in wanted:
            tell(f"{len(rows) + 1}/{total} {question.slug} {language}")
            made = tries(question, language, strangers(question, texts))
            grades = grade_many(
                [
                    TextAnswer(text=one.text, language=language, rubric=question.rubric)
                    for one in made
                ],
                kept,
                background,
            )
            engine = grades[0].engine if grades else engine
            scores = [grade.score for grade in grades]
            cells = dict(_cells(made, scores))
            rows.append(Row(slug=question.slug, language=language, cells=cells))
    rows.sort(key=lambda row: (row.slug, row.language))
    return Trial(encoder=encoder.name, engine=engine, rows=tuple(rows))


def _cells(
    made: Sequence[Try], scores: Sequence[float]
) -> Iterator[tuple[Column, Cell]]:
    by_column: dict[Column, list[tuple[float, str]]] = defaultdict(list)
    for one, score in zip(made, scores, strict=True):
        by_column[one.column].append((score, one.name))
    for column in Column:
        if found := by_column[column]:
            yield column, cell_of(column, found)


def cell_of(column: Column, found: Sequence[tuple[float, str]]) -> Cell:
    """Return the cell of some scores, each with the name of its answer."""
    bound = BOUNDS.get(column)
    if bound is None:
        margin, worst = None, max(found)[1]
    else:
        margin, worst = min((bound.margin(score), name) for score, name in found)
    scores = [score for score, _ in found]
    return Cell(
        lowest=min(scores),
        highest=max(scores),
        answers=len(scores),
        worst=worst,
        margin=margin,
    )
