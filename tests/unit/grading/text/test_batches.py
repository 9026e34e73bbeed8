"""Texts go through the model in passes that cost least together."""

from __future__ import annotations

import numpy as np
import pytest

from grading.text import bare_encoder
from grading.text.bare_encoder import _batches  # the cost is what it promises

MOST, CALL = bare_encoder._BATCH_TOKENS, bare_encoder._CALL_TOKENS  # noqa: SLF001  # same


def cost(lengths, batches):
    return sum(CALL + len(b) * max(lengths[i] for i in b) for b in batches)


def greedy(lengths):
    """Fill each pass before the next is begun."""
    batch = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > MOST:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


@pytest.mark.parametrize("count", [0, 1, 2, 17, 300])
def test_every_text_is_in_one_pass_that_fits(count):
    generator = np.random.default_rng(count)
    lengths = [int(n) for n in generator.integers(3, 60, count)]

    found = list(_batches(lengths))

    assert sorted(place for batch in found for place in batch) == list(range(count))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= MOST
    assert cost(lengths, found) <= cost(lengths, list(greedy(lengths)))


def test_one_long_text_does_not_pad_the_short_ones():
    lengths = [8] * 10 + [200]

    assert [len(batch) for batch in _batches(lengths)] == [10, 1]


def test_a_text_longer_than_a_pass_goes_alone():
    assert list(_batches([5, 600, 5])) == [[0, 2], [1]]
