from __future__ import annotations

import numpy as np
import pytest

from grading.text.encoder import HASH_WIDTH, HashEncoder
from grading.text.vectors import Remembering, recalled
from tests.unit.grading.text.contract import EncoderContract


class TestHashEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self):
        return HashEncoder()


class TestRememberingHashEncoder(EncoderContract):
    @pytest.fixture
    def encoder(self, tmp_path):
        return Remembering(HashEncoder(), tmp_path)


class Counting:
    """An encoder that counts what it is asked for."""

    name = "counting@1"
    device = "cpu"

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked.extend(texts)
        return HashEncoder().encode(texts)


def test_a_recalled_text_is_encoded_once():
    inner = Counting()
    encoder = Remembering(inner)

    first = recalled(encoder, ["a b", "c d", "a b"])
    again = recalled(encoder, ["c d", "a b"])

    assert inner.asked == ["a b", "c d"]
    assert np.array_equal(first[[1, 0]], again)
    assert first.shape == (3, HASH_WIDTH)


def test_recalled_rows_cannot_be_changed_by_whoever_asked():
    rows = recalled(Remembering(HashEncoder()), ["a b", "c d"])

    with pytest.raises(ValueError, match="read-only"):
        rows[0] = 0.0


def test_vectors_outlive_the_process_in_their_folder(tmp_path):
    recalled(Remembering(Counting(), tmp_path), ["key point"])
    inner = Counting()

    row = recalled(Remembering(inner, tmp_path), ["key point"])

    assert inner.asked == []
    assert np.array_equal(row, HashEncoder().encode(["key point"]))


def test_a_candidates_words_are_not_kept(tmp_path):
    encoder = Remembering(Counting(), tmp_path)

    encoder.encode(["what somebody said"])

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "damage", [b"", b"not a database at all" * 400], ids=["empty", "text"]
)
def test_a_damaged_vector_file_costs_only_time(tmp_path, damage):
    recalled(Remembering(Counting(), tmp_path), ["key point"])
    (file,) = tmp_path.glob("*.sqlite3")
    file.write_bytes(damage)
    inner = Counting()

    row = recalled(Remembering(inner, tmp_path), ["key point"])

    assert inner.asked == ["key point"]
    assert np.array_equal(row, HashEncoder().encode(["key point"]))
    recalled(Remembering(Counting(), tmp_path), ["key point"])
    later = Counting()
    recalled(Remembering(later, tmp_path), ["key point"])
    assert later.asked == []


def test_vectors_of_another_width_are_not_believed(tmp_path):
    class Narrow(Counting):
        def encode(self, texts):
            self.asked.extend(texts)
            return HashEncoder().encode(texts)[:, :8]

    recalled(Remembering(Narrow(), tmp_path), ["one"])
    recalled(Remembering(Counting(), tmp_path), ["two"])
    inner = Counting()

    rows = recalled(Remembering(inner, tmp_path), ["one", "two"])

    assert rows.shape == (2, HASH_WIDTH)


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    inner = Counting()

    rows = recalled(Remembering(inner, blocked / "vectors"), ["key point"])

    assert rows.shape == (1, HASH_WIDTH)
