"""Embeddings are read row by row out of a weights file."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from grading.errors import EncoderUnavailable
from grading.text.bare_encoder import _Embeddings

MATRIX = np.arange(12, dtype="<f4").reshape(4, 3)
NAME = "embeddings.word_embeddings.weight"


def weights(path, *, kind="F32", name=NAME, cut=0):
    """Write a weights file with another tensor in front of the matrix."""
    other = np.zeros(5, dtype="<f4").tobytes()
    body = other + MATRIX.tobytes()
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "other": {"dtype": "F32", "shape": [5], "data_offsets": [0, len(other)]},
            name: {
                "dtype": kind,
                "shape": list(MATRIX.shape),
                "data_offsets": [len(other), len(body)],
            },
        }
    ).encode()
    whole = struct.pack("<Q", len(header)) + header + body
    path.write_bytes(whole[: len(whole) - cut])
    return path


def test_rows_are_those_of_the_matrix_in_the_order_asked(tmp_path):
    table = _Embeddings(weights(tmp_path / "model.safetensors"))

    assert table.width == 3
    assert np.array_equal(table.rows([3, 0, 3, 1]), MATRIX[[3, 0, 3, 1]])
    assert table.rows([]).shape == (0, 3)


@pytest.mark.parametrize("changes", [{"kind": "F16"}, {"name": "elsewhere"}])
def test_a_file_without_such_a_matrix_is_named(tmp_path, changes):
    path = weights(tmp_path / "model.safetensors", **changes)

    with pytest.raises(EncoderUnavailable, match=r"model\.safetensors"):
        _Embeddings(path)


@pytest.mark.parametrize("text", [b"", b"\xff" * 8, b"\x04" + b"\0" * 7 + b"null"])
def test_a_file_that_is_no_weights_file_is_named(tmp_path, text):
    path = tmp_path / "model.safetensors"
    path.write_bytes(text)

    with pytest.raises(EncoderUnavailable, match="cannot be read"):
        _Embeddings(path)


def test_a_file_that_was_cut_off_is_an_error_and_no_vector(tmp_path):
    table = _Embeddings(weights(tmp_path / "model.safetensors", cut=4))

    assert np.array_equal(table.rows([2]), MATRIX[[2]])
    with pytest.raises(EncoderUnavailable, match="ends before"):
        table.rows([3])


def test_a_token_behind_the_matrix_is_an_error_and_no_vector(tmp_path):
    path = weights(tmp_path / "model.safetensors")
    path.write_bytes(path.read_bytes() + b"\0" * 64)

    with pytest.raises(EncoderUnavailable, match="ends before"):
        _Embeddings(path).rows([4])
