"""What turns texts into vectors: the seam, and a stand-in without a model.

Everything that marks a text sees an encoder only through `Encoder`, so a model, a
backend or a stand-in is a matter of who builds it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    import numpy.typing as npt

    Matrix: TypeAlias = npt.NDArray[np.float32]

HASH_WIDTH: Final = 2048
_LONGEST_TEXT: Final = 4_000  # characters: more than any model of ours reads
_SURROGATES: Final = re.compile("[\ud800-\udfff]")  # no UTF-8 has them, so no model
_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS: Final = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")  # Han, or other letters
_LONGEST_WORD: Final = 64  # a longer run of letters is not a word; its head is enough
_WORDS_KEPT: Final = 4_096  # whose parts are kept: 10 MB at most
_PARTS_KEPT: Final = 32_768  # whose codes are kept: 6 MB


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
        codes: list[int] = []
        counts: list[int] = []
        sizes: list[int] = []  # how many different parts each text has
        for text in texts:
            counted = Counter(_parts(text))
            codes.extend(map(_code, counted))
            counts.extend(counted.values())
            sizes.append(len(counted))
        code = np.array(codes, dtype=np.int64)
        signed = np.where(code >> 31, 1.0, -1.0) * np.sqrt(np.array(counts))
        places = np.repeat(np.arange(len(texts)) * HASH_WIDTH, sizes)
        # One after the other: the float32 sum of a place depends on the order.
        np.add.at(rows.reshape(-1), places + code % HASH_WIDTH, signed.astype("f4"))
        for row in rows:
            length = float(np.linalg.norm(row))
            if length == 0.0:
                row[0] = 1.0  # also a text without one letter has a direction
            else:
                np.divide(row, length, out=row)
        return rows


def _parts(text: str) -> list[str]:
    """Return parts of words: 1 to 3 Han characters, 3 to 5 letters, whole words."""
    parts: list[str] = []
    folded = unicodedata.normalize("NFKC", text).casefold()
    for han, word in _RUNS.findall(folded):
        if han and unicodedata.category(han[0]) == "Lo":
            parts += _pieces(han, sizes=(1, 2, 3))
        else:
            parts += _parts_of_word((han or word)[:_LONGEST_WORD])
    return parts


@functools.lru_cache(maxsize=_WORDS_KEPT)
def _parts_of_word(word: str) -> tuple[str, ...]:
    """Return a word's parts; the same words come in every answer."""
    return (f"={word}", *_pieces(f"<{word}>", sizes=(3, 4, 5)))


def _pieces(run: str, *, sizes: tuple[int, ...]) -> list[str]:
    return [run[i : i + size] for size in sizes for i in range(len(run) - size + 1)]


@functools.lru_cache(maxsize=_PARTS_KEPT)
def _code(part: str) -> int:
    """Return where a part goes and with which sign, as 32 bits."""
    return zlib.crc32(part.encode("utf-8", "replace"))
