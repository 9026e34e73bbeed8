"""What every encoder promises; a test class inherits it and brings an `encoder`."""

from __future__ import annotations

import numpy as np
import pytest

from grading.text.encoder import Encoder

TEXTS = (
    "Scale the gradients when their norm is too large.",
    "梯度的范数超过阈值时按比例缩小。",
    "",
    "  ",
    "a\u200bb \u202e c\x00d \ud800",
    "x = softmax(q @ k.T / sqrt(d))",
    "好" * 400,
)


class EncoderContract:
    @pytest.fixture
    def encoder(self) -> Encoder:
        pytest.fail("a test class that inherits these promises brings an encoder")

    def test_it_is_an_encoder_with_a_name_and_a_revision(self, encoder):
        assert isinstance(encoder, Encoder)
        model, _, revision = encoder.name.partition("@")
        assert model
        assert revision
        assert encoder.device in {"cpu", "cuda"}

    def test_every_text_gets_one_unit_row(self, encoder):
        rows = encoder.encode(TEXTS)

        assert rows.shape[0] == len(TEXTS)
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)

    def test_no_texts_give_no_rows_of_the_same_width(self, encoder):
        assert encoder.encode([]).shape == (0, encoder.encode(["a"]).shape[1])

    def test_a_text_has_the_same_row_alone_and_among_others(self, encoder):
        among = encoder.encode(TEXTS)
        alone = np.concatenate([encoder.encode([text]) for text in TEXTS])

        assert np.allclose((among * alone).sum(axis=1), 1.0, atol=1e-3)

    def test_nearly_the_same_words_are_nearer_than_others(self, encoder):
        said, again, else_ = encoder.encode(
            [
                "clip the gradients when their norm is too large",
                "gradients are clipped when the norm is too large",
                "the tokenizer splits rare words into pieces",
            ]
        )

        assert said @ again > said @ else_
