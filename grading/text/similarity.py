"""Cosine similarity, and how far it stands out from a background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from grading.text.encoder import Matrix

_NOTHING_LEFT = 1e-6  # a vector this short was the question itself


def cosines(rows: Matrix, columns: Matrix) -> Matrix:
    """Return the cosine of each row with each column.

    Shapes: rows (n, w) and columns (m, w), unit rows; result (n, m).
    Range: rounding can leave [-1, 1] by 1e-6, so the cosines are clipped.
    """
    near: Matrix = np.clip(rows @ columns.T, -1.0, 1.0).astype(np.float32)
    return near


def standing(near: Matrix, background: Matrix, *, floor: float) -> Matrix:
    """Return how many deviations above its background each cosine stands.

    Shapes: near (n, m) and background (n, c), cosines of the same n texts with m
        statements and c unrelated ones, c >= 2; result (n, m).
    Units: standard deviations of the text's own cosines with the background;
        `floor` is added to each, so that a text that nothing resembles (a code
        line, noise) does not divide by almost nothing.
    """
    mean = background.mean(axis=1, keepdims=True)
    deviation = background.std(axis=1, keepdims=True)
    above: Matrix = ((near - mean) / (deviation + floor)).astype(np.float32)
    return above


def kinship(rows: Matrix, columns: Matrix, *, asked: Matrix) -> Matrix:
    """Return cosines after taking out what everything shares with the question.

    Shapes: rows (n, w), columns (m, w), asked (w,); result (n, m). All of them are
    seen from the middle of unrelated statements in their own language: what a
    language's vectors have in common is no likeness. The direction of the question
    `asked` is removed, so that repeating it brings nobody nearer to anything.
    """
    length = float(np.linalg.norm(asked))
    direction = asked / length if length else asked

    def left(vectors: Matrix) -> Matrix:
        seen = vectors - np.outer(vectors @ direction, direction)
        norms = np.linalg.norm(seen, axis=1, keepdims=True)
        unit: Matrix = (seen / np.maximum(norms, _NOTHING_LEFT)).astype(np.float32)
        return unit

    return cosines(left(rows), left(columns))
