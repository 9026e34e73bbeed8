"""What turns texts into vectors: the seam, and a stand-in without a model.

Everything that marks a text sees an encoder only through `Encoder`, so a model, a
backend or a stand-in is a matter of who builds it.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    import numpy.typing as npt

    Matrix: TypeAlias = npt.NDArray[np.float32]

HASH_WIDTH: Final = 2048
_LONGEST_TEXT: Final = 4_000  # characters: more than any model of ours reads
_SURROGATES: Final = re.compile("[\ud800-\udfff]")  # no UTF-8 has them, so no model
_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_LONGEST_WORD: Final = 64  # a longer run of letters is not a word; its head is enough


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into unit vectors whose cosine says how near they are."""

    @property
    def name(self) -> str:
        """Say which model in which revision: "model@revision"."""
        ...

    @property
    def device(self) -> str:
        """Say where it runs: "cpu" or "cuda"."""
        ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return one unit row per text, in order.

        Shapes: (n, w) float32; (0, w) for no texts. An empty text has a row too.
        Equal texts give equal rows (to rounding), alone or among others.
        Raises: `EncoderUnavailable` when the model or its memory is gone.
        """
        ...


def readable(text: str) -> str:
    """Return as much of `text`, in as many characters, as a model's tokeniser takes."""
    return _SURROGATES.sub(" ", text[:_LONGEST_TEXT])


class HashEncoder:
    """Character n-grams, hashed: no model, no file, thousands of texts a second.

    It sees shared words and parts of words, nothing of their meaning. It stands in
    for a model where none can be had, and beside one as a second opinion.
    """

    @property
    def name(self) -> str:
        """Say which model in which revision."""
        return "hash@1"

    @property
    def device(self) -> str:
        """Say where it runs."""
        return "cpu"

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return one unit row per text; see `Encoder.encode`."""
        rows = np.zeros((len(texts), HASH_WIDTH), dtype=np.float32)
        for place, text in enumerate(texts):
            row = rows[place]
            for gram, count in Counter(_grams(text)).items():
                code = zlib.crc32(gram.encode("utf-8", "replace"))
                sign = 1.0 if code >> 31 else -1.0
                row[code % HASH_WIDTH] += sign * count**0.5
            length = float(np.linalg.norm(row))
            if length == 0.0:
                row[0] = 1.0  # also a text without one letter has a direction
            else:
                rows[place] = row / length
        return rows


def _grams(text: str) -> Iterator[str]:
    """Yield parts of words: 1 to 3 Han characters, 3 to 5 letters, whole words."""
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", text).casefold()):
        run = match.group()
        if unicodedata.category(run[0]) == "Lo" and re.match(f"[{_HAN}]", run):
            for size in (1, 2, 3):
                yield from (run[i : i + size] for i in range(len(run) - size + 1))
            continue
        word = run[:_LONGEST_WORD]
        yield f"={word}"
        padded = f"<{word}>"
        for size in (3, 4, 5):
            yield from (padded[i : i + size] for i in range(len(padded) - size + 1))
