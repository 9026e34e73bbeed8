"""A vocabulary and texts of the tokeniser task."""

from __future__ import annotations

import numpy as np
import torch

LETTERS = np.frombuffer(b"etaoinshrdlucmfwypvbgkjxqz", dtype=np.uint8)
SPACE = 32
LONGEST = 10  # bytes of a token


def make_weights(generator: np.random.Generator, *, vocabulary: int) -> dict[str, torch.Tensor]:
    """Return the tokens' bytes, one behind the other, and offsets (vocabulary + 1,).

    Every letter and the space is a token; the others are letters, some with a
    space in front, and beginnings of longer ones are often tokens as well. The order
    is random.
    """
    tokens = {bytes([letter]) for letter in LETTERS.tolist()} | {b" "}
    while len(tokens) < vocabulary:
        word = _word(generator, LONGEST - 1)
        if generator.random() < 0.4:
            word = b" " + word
        tokens.add(word)
        if len(tokens) < vocabulary and len(word) > 2:
            tokens.add(word[: generator.integers(2, len(word))])
    ordered = sorted(tokens)
    ordered = [ordered[place] for place in generator.permutation(len(ordered))]
    offsets = np.cumsum([0, *(len(token) for token in ordered)], dtype=np.int64)
    flat = np.frombuffer(b"".join(ordered), dtype=np.uint8).copy()
    return {"tokens": torch.from_numpy(flat), "offsets": torch.from_numpy(offsets)}


def make_inputs(
    generator: np.random.Generator, *, size: int, words: int, vocabulary: int
) -> tuple[torch.Tensor, ...]:
    """Return the text (size,), uint8: words of a new lexicon, with Zipf's frequencies."""
    del vocabulary  # only the weights have it
    lexicon = [_word(generator, 14) for _ in range(words)]
    chances = 1.0 / np.arange(1, words + 1)
    drawn = generator.choice(words, p=chances / chances.sum(), size=size // 2 + 1)
    gaps = generator.choice([1, 2, 3], p=[0.96, 0.03, 0.01], size=len(drawn))
    text, length = [], 0
    for word, gap in zip(drawn.tolist(), gaps.tolist(), strict=True):
        text.append(lexicon[word] + b" " * gap)
        length += len(text[-1])
        if length >= size:
            break
    values = np.frombuffer(b"".join(text)[:size], dtype=np.uint8).copy()
    values = np.concatenate([values, np.full(size - len(values), SPACE, dtype=np.uint8)])
    return (torch.from_numpy(values),)


def _word(generator: np.random.Generator, most: int) -> bytes:
    """Draw a word of the common letters more often than of the rare ones."""
    length = min(most, 2 + int(generator.binomial(8, 0.45)) + int(generator.integers(0, 2)))
    places = (generator.random(length) ** 2 * len(LETTERS)).astype(np.int64)
    return LETTERS[places].tobytes()
