"""Gather what an answer's units have to do with a rubric, before anything is marked.

    answers ──read──> units ──one pass──> rows ──evidence──> Merged, Material

The encoder sees the units of all answers at once; every unit is held against the rubric
in the language that it is written in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from grading.inputs import LANGUAGES
from grading.text.calibration import calibration_for
from grading.text.centred import bare_of, centred_of
from grading.text.evidence import evidence_of, rows_of, whole_of
from grading.text.features import features_of
from grading.text.guards import Flag
from grading.text.pooling import unit_rows
from grading.text.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from grading.inputs import TextAnswer
    from grading.text.adapter import Adapter
    from grading.text.adhoc_head import AdhocHead
    from grading.text.background import Background
    from grading.text.calibration import Calibration
    from grading.text.centred import Bare, Centred
    from grading.text.encoder import Encoder, Matrix
    from grading.text.evidence import Rows
    from grading.text.head import Head
    from grading.text.reading import Reading

_RESTATED: Final = 0.4  # deviations by which the question must be nearer than points


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The evidence of all units of an answer, each read in its own language."""

    standing: Matrix  # (n, m)
    net: Matrix  # (n, m)
    similarity: Matrix  # (n, m)
    error: Matrix  # (n,)
    misconception: npt.NDArray[np.intp]  # (n,)
    prompt: Matrix  # (n,)
    contrast: Matrix  # (n, m)
    background: Matrix  # (n,)
    sides: Matrix  # (2, n, m + k + 1)
    probes: Matrix  # (2, n, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What answers are marked with."""

    encoder: Encoder
    background: Background
    calibration: Calibration
    head: Head | None
    adhoc: AdhocHead | None = None  # for rubrics without misconceptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a head's features of one answer are made of, whatever its adapter."""

    sides: Matrix  # (2, n, m + k + 1)
    probes: Matrix  # (2, n, 3)
    whole: Matrix  # (2, 3)
    bare: Bare
    weights: Matrix  # (m,) of the key points
    listed: bool  # the guard called it a list of key words

    @property
    def restates(self) -> bool:
        """Say whether the answer hands the question back, in whatever words.

        On the mean over units, the question is nearer than the nearest key point. Of
        40 questions' answers such ones began at .74 deviations, all others ended at
        .10 (long ones that say little), the usual at -2.
        """
        near = self.sides[0]
        points = near[:, : len(self.weights)].max(axis=1)
        return float((near[:, -1] - points).mean()) > _RESTATED

    def features(self, adapter: Adapter) -> dict[str, float]:
        """Return the features, by name."""
        return self.features_of(centred_of(self.bare, adapter))

    def features_of(self, centred: Centred) -> dict[str, float]:
        """Return the features with what an adapter made of it, by name."""
        return features_of(
            self.sides,
            self.probes,
            self.whole,
            centred,
            weights=self.weights,
            listed=self.listed,
        )


def materials_of(
    answers: Sequence[TextAnswer], encoder: Encoder, background: Background
) -> list[Material | None]:
    """Return what a head would see of answers; None for one that says nothing.

    Raises: as `grade_many`.
    """
    marking = Marking(
        encoder=encoder,
        background=background,
        calibration=calibration_for(encoder.name),
        head=None,
    )
    return [
        material_of(
            answer, reading, rows, merged_of(reading, rows, answer, marking), marking
        )
        for answer, reading, rows in encoded(answers, encoder)
    ]


def encoded(
    answers: Sequence[TextAnswer], encoder: Encoder
) -> Iterator[tuple[TextAnswer, Reading, Rows]]:
    """Yield each answer as it was read, with the rows of its units.

    The encoder sees all units in one call; the n-grams' rows, which are wide, are
    made answer by answer.
    """
    readings = [read(answer) for answer in answers]
    vectors = unit_rows(encoder, [reading.units for reading in readings])
    for answer, reading, meaning in zip(answers, readings, vectors, strict=True):
        yield answer, reading, rows_of([unit.plain for unit in reading.units], meaning)


def merged_of(
    reading: Reading, rows: Rows, answer: TextAnswer, marking: Marking
) -> Merged:
    """Gather the evidence of every unit in the language that it is written in."""
    shape = (len(reading.units), len(answer.rubric.key_points))
    groups = shape[1] + len(answer.rubric.misconceptions) + 1
    merged = Merged(
        standing=np.zeros(shape, dtype=np.float32),
        net=np.zeros(shape, dtype=np.float32),
        similarity=np.zeros(shape, dtype=np.float32),
        error=np.zeros(shape[0], dtype=np.float32),
        misconception=np.zeros(shape[0], dtype=np.intp),
        prompt=np.zeros(shape[0], dtype=np.float32),
        contrast=np.full(shape, np.inf, dtype=np.float32),
        background=np.zeros(shape[0], dtype=np.float32),
        sides=np.zeros((2, shape[0], groups), dtype=np.float32),
        probes=np.zeros((2, shape[0], 3), dtype=np.float32),
    )
    for language in LANGUAGES:
        mine = np.array(
            [spoken == language for spoken in reading.languages], dtype=bool
        )
        if not mine.any():
            continue
        found = evidence_of(
            rows[mine],
            rubric=answer.rubric,
            language=language,
            encoder=marking.encoder,
            background=marking.background,
            calibration=marking.calibration,
        )
        merged.standing[mine] = found.standing
        merged.net[mine] = found.net
        merged.similarity[mine] = found.similarity
        merged.error[mine] = found.error
        merged.misconception[mine] = found.misconception
        merged.prompt[mine] = found.prompt
        merged.contrast[mine] = found.contrast
        merged.background[mine] = found.background
        merged.sides[:, mine] = found.sides
        merged.probes[:, mine] = found.probes
    return merged


def material_of(
    answer: TextAnswer,
    reading: Reading,
    rows: Rows,
    merged: Merged,
    marking: Marking,
) -> Material | None:
    """Return what one answer's features are made of; None when nothing can count."""
    rubric = answer.rubric
    if not reading.units or not rubric.complete:
        return None
    sentences = [place for place, unit in enumerate(reading.units) if unit.whole]
    sentences = sentences or list(range(len(reading.units)))
    lengths = [len(unit.plain) for unit in reading.units]
    whole = whole_of(
        rows[sentences],
        [lengths[place] for place in sentences],
        rubric=rubric,
        language=reading.languages[sentences[0]],
        encoder=marking.encoder,
        background=marking.background,
        calibration=marking.calibration,
    )
    return Material(
        sides=merged.sides,
        probes=merged.probes,
        whole=whole,
        bare=bare_of(
            rows.meaning,
            lengths,
            rubric=rubric,
            languages=reading.languages,
            encoder=marking.encoder,
            background=marking.background,
        ),
        weights=np.array([point.weight for point in rubric.key_points]),
        listed=Flag.KEYWORD_LIST in reading.flags,
    )
