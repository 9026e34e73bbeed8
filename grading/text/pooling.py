"""Vectors of parts of a text out of the pass over the whole text.

A clause lies in a sentence that is encoded anyway. Its vector is the mean of its
tokens' states in that pass, so clauses cost nothing; what they lose in marks was
measured and is little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from grading.text.encoder import Encoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from grading.text.encoder import Matrix
    from grading.text.units import Unit

    Span: TypeAlias = tuple[int, int]


@runtime_checkable
class PartEncoder(Encoder, Protocol):
    """An encoder that gives the vectors of parts together with those of their text."""

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> Matrix:
        """Return unit rows: the first text, its parts, the second text, its parts ...

        `parts` holds, for each text, spans of characters in it.
        Shapes: (sum of 1 + len(parts of a text), w) float32.
        Raises: `EncoderUnavailable`.
        """
        ...


def encoded_parts(
    encoder: Encoder, texts: Sequence[str], parts: Sequence[Sequence[Span]]
) -> Matrix:
    """As `PartEncoder.encode_parts`, with any encoder.

    One that knows no parts encodes each of them by itself.
    """
    if isinstance(encoder, PartEncoder):
        return encoder.encode_parts(texts, parts)
    flat = []
    for text, spans in zip(texts, parts, strict=True):
        flat += [text, *(text[start:end] for start, end in spans)]
    return encoder.encode(flat)


def pooled(
    states: Matrix, places: Sequence[Span], parts: Sequence[Span], *, shift: int
) -> Matrix:
    """Return the mean state of a whole text and of each of its parts, as unit rows.

    Shapes: states (tokens, w), without padding; result (1 + len(parts), w).
    `places` are the tokens' spans of characters in the text as it was tokenised,
    (0, 0) for tokens that stand for no character; `shift` is the length of the prompt
    before the text. The whole is the mean over all tokens, the prompt's included, as
    the model was trained. A part behind the model's longest text gets the whole's row.
    """
    rows = np.empty((1 + len(parts), states.shape[1]), dtype=np.float32)
    rows[0] = states.mean(axis=0)
    begins = np.array([start for start, _ in places]) - shift
    ends = np.array([end for _, end in places]) - shift
    for place, (start, end) in enumerate(parts, start=1):
        inside = (ends > start) & (begins < end) & (ends > begins) & (begins >= 0)
        rows[place] = states[inside].mean(axis=0) if inside.any() else rows[0]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = rows / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit


def unit_rows(encoder: Encoder, answers: Sequence[Sequence[Unit]]) -> list[Matrix]:
    """Return one unit row for each unit of each answer, clauses out of their sentence.

    Equal sentences are encoded once. Shapes: (units of the answer, w) each.
    Raises: `EncoderUnavailable`.
    """
    wanted: dict[tuple[str, tuple[Span, ...]], int] = {}  # -> first row
    plans = [_planned(units, wanted) for units in answers]
    at = 0
    for (text, spans), _ in list(wanted.items()):
        wanted[text, spans] = at
        at += 1 + len(spans)
    rows = encoded_parts(
        encoder, [text for text, _ in wanted], [spans for _, spans in wanted]
    )
    return [rows[[wanted[key] + offset for key, offset in plan]] for plan in plans]


def _planned(
    units: Sequence[Unit], wanted: dict[tuple[str, tuple[Span, ...]], int]
) -> list[tuple[tuple[str, tuple[Span, ...]], int]]:
    """Return for each unit the text to encode and its row in it; add to `wanted`."""
    sentences = {unit.sentence: unit.plain for unit in units if unit.whole}
    spans: dict[int, list[Span]] = {number: [] for number in sentences}
    inside: list[int] = []  # the unit's number among its sentence's parts; 0: none
    for unit in units:
        found = -1
        if not unit.whole and unit.sentence in sentences:
            taken = spans[unit.sentence]
            begin = taken[-1][1] if taken else 0
            found = sentences[unit.sentence].find(unit.plain, begin)
        if found >= 0:
            spans[unit.sentence].append((found, found + len(unit.plain)))
        inside.append(len(spans[unit.sentence]) if found >= 0 else 0)
    plan = []
    for unit, part in zip(units, inside, strict=True):
        own = part == 0 and not unit.whole
        text = unit.plain if own else sentences[unit.sentence]
        parts: tuple[Span, ...] = () if own else tuple(spans[unit.sentence])
        wanted.setdefault((text, parts), 0)
        plan.append(((text, parts), part))
    return plan
